"""Whole packages to real servers: rows equal the submission, and nothing else counts as done."""

import base64
import hashlib
import json
import os
import shutil
import time
from dataclasses import replace

import pytest
from delivery_by_hand import (
    Expiring,
    answering,
    digests_of,
    proxied,
    receipt_of,
    until,
    upload,
)
from osgeo import ogr

from onemap_verify.benchmarks.delivery.clients import HASTE
from onemap_verify.benchmarks.delivery.faults import Counters
from onemap_verify.benchmarks.delivery.proxy import OneCut
from onemap_verify.checks.progress import Cancelled, Progress
from onemap_verify.checks.seal import canonical, sign_bytes, verify_bytes
from onemap_verify.services.delivery.states import Hold, State


def parcels_of(survey):
    """What stands in the submission, read by OGR alone: by BSM, attributes and geometry."""
    source = ogr.Open(str(next(survey.glob("*.gpkg"))))
    layer = source.GetLayerByName("DLTB")
    names = [field.GetName() for field in layer.schema]
    return {
        feature["BSM"]: (
            {name.lower(): feature[name] for name in names if feature[name] is not None},
            ogr.ForceToMultiPolygon(feature.GetGeometryRef().Clone()).ExportToWkb(ogr.wkbNDR),
        )
        for feature in layer
    }


def stored(desk, package_id):
    """What is visible in the database: by BSM, attributes and geometry."""
    connection = desk.servers.connect()
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT *, ST_AsBinary(geom, 'NDR') FROM intake.parcels WHERE package_id = %s",
            (package_id,),
        )
        names = [column[0] for column in cursor.description]
        rows = cursor.fetchall()
    connection.close()
    own = ("fid", "batch_id", "row_no", "package_id", "committed_at", "geom", "st_asbinary", "more")
    out = {}
    for row in rows:
        facts = dict(zip(names, row))
        values = {n: v for n, v in facts.items() if n not in own and v is not None}
        for name, value in json.loads(facts["more"] or "{}").items():
            values[name.lower()] = value
        out[facts["bsm"]] = (values, facts["st_asbinary"].tobytes())
    assert len(out) == len(rows)
    return out


def test_rows_equal_the_submission(desk, verified, make_package):
    entered = desk.queue.add(make_package(desk.servers.signer), desk.profile)
    told = []
    (done,) = desk.courier(audit=lambda *event: told.append(event)).run()
    assert done.state is State.DELIVERED, done.reason
    expected, found = parcels_of(verified.survey), stored(desk, entered.package_id)
    assert expected.keys() == found.keys()
    for bsm, (values, shape) in expected.items():
        assert found[bsm][0] == {k: v for k, v in values.items() if v is not None}
        assert bytes(shape) == found[bsm][1]
    digests = hashlib.sha256(done.path.read_bytes()).hexdigest()
    assert done.receipt["sha256"] == entered.sha256 == digests
    assert done.receipt["sm3"] == hashlib.new("sm3", done.path.read_bytes()).hexdigest()
    assert done.path.is_file()
    assert [event[:3] for event in told] == [("deliver", entered.package_id, "committed")]


def test_the_same_package_twice_is_one_delivery(desk, make_package, tmp_path):
    package = make_package(desk.servers.signer)
    first = desk.queue.add(package, desk.profile)
    desk.courier().run()
    desk.queue.add(package, desk.profile)
    assert desk.courier().run() == []
    # Another machine that knows nothing of the first delivery.
    from onemap_verify.services.delivery.queue import DeliveryQueue

    with DeliveryQueue(tmp_path / "other" / "queue.db") as other:
        other.add(package, desk.profile)
        (done,) = replace(desk, queue=other).courier().run()
        assert done.state is State.DELIVERED
        assert done.upload_url == ""  # the receipt was there; nothing was sent
    rows = desk.rows("SELECT count(*) FROM intake.parcels WHERE package_id = %s", first.package_id)
    assert rows == [(9,)]
    # Somebody sends it all the same.
    upload(desk, package, first.package_id, first.sha256, first.sm3)
    until(lambda: desk.rows("SELECT 1 FROM intake.uploads WHERE state = 'duplicate'"))
    assert desk.rows(
        "SELECT count(*) FROM intake.parcels WHERE package_id = %s", first.package_id
    ) == [(9,)]


def test_another_content_under_the_same_id_is_refused(desk, make_package, tmp_path):
    signer = desk.servers.signer
    first = make_package(signer, id="taken-id", year=2023)
    second = make_package(signer, id="taken-id", year=2024)
    entered = desk.queue.add(first, desk.profile)
    other = desk.queue.add(second, desk.profile)
    done, refused = desk.courier().run()
    assert (done.id, done.state) == (entered.id, State.DELIVERED)
    assert (refused.id, refused.state) == (other.id, State.REJECTED)
    assert "id" in refused.reason.en
    assert refused.path.is_file()


def test_the_platform_looks_for_itself(desk, keys, make_package):
    """A client that does not ask its own conscience is turned down by the platform's."""
    package = make_package(keys.stranger)
    digests = digests_of(package)
    upload(desk, package, package.stem.rpartition("-")[0], *digests)
    receipt = until(lambda: receipt_of(desk, package.stem.rpartition("-")[0]))
    assert receipt["state"] == "rejected"
    assert [reason["code"] for reason in receipt["reasons"]] == ["signer_not_trusted"]
    assert all(reason["zh"] and reason["en"] for reason in receipt["reasons"])
    body = canonical({k: v for k, v in receipt.items() if k != "signature"})
    certificate = desk.servers.receipt_certificate
    from onemap_verify.checks.seal import read_certificates

    (own,) = read_certificates(certificate)
    assert verify_bytes(body, base64.b64decode(receipt["signature"]), own)


@pytest.mark.parametrize("what", ["id", "bytes", "rubbish"])
def test_what_arrives_otherwise_than_announced_is_rejected(desk, make_package, tmp_path, what):
    package = make_package(desk.servers.signer)
    package_id = package.stem.rpartition("-")[0]
    sha256, sm3 = digests_of(package)
    if what == "id":
        package_id += "-other"
    elif what == "bytes":
        data = bytearray(package.read_bytes())
        data[1000] ^= 1
        package.write_bytes(data)
    else:
        package.write_bytes(os.urandom(5000))
        sha256, sm3 = digests_of(package)
    upload(desk, package, package_id, sha256, sm3)
    receipt = until(lambda: receipt_of(desk, package_id))
    code = {"id": "package_id", "bytes": "transfer_damaged", "rubbish": "unreadable"}[what]
    assert receipt["state"] == "rejected"
    assert code in [reason["code"] for reason in receipt["reasons"]]
    assert not desk.rows("SELECT 1 FROM intake.commits WHERE package_id = %s", package_id)


def test_a_forged_receipt_is_not_believed(desk, keys, make_package):
    """The answer says committed and carries our digests, but another key signed it."""
    entered = desk.queue.add(make_package(desk.servers.signer), desk.profile)
    forged = {
        "package_id": entered.package_id,
        "sha256": entered.sha256,
        "sm3": entered.sm3,
        "state": "committed",
        "objects": 4,
        "received": "2026-01-01T00:00:00+00:00",
        "reasons": [],
    }
    forged["signature"] = base64.b64encode(sign_bytes(canonical(forged), keys.stranger)).decode()
    with answering(lambda path: (200, json.dumps(forged).encode())) as address:
        settings = replace(desk.profile.delivery, receipts=f"{address}/receipts")
        profile = replace(desk.profile, delivery=settings)
        (found,) = replace(desk, profile=profile).courier().run()
    assert found.state is State.FAILED
    assert "signature" in found.reason.en
    assert not found.receipt


def test_an_expired_sign_in_pauses_and_goes_on_where_it_was(desk, make_package):
    entered = desk.queue.add(make_package(desk.servers.signer), desk.profile)
    counters = Counters()
    plan = Expiring(after=3)
    with proxied(desk, counters, plan) as behind:
        (paused,) = behind.courier().run()
        assert (paused.state, paused.hold) == (State.PAUSED, Hold.SIGN_IN)
        assert "Sign in again" in paused.reason.en
        assert "登录" in paused.reason.zh
        assert behind.courier().run() == []
        plan.expired = False
        assert desk.queue.signed_in("benchmark") == 1
        (done,) = behind.courier().run()
    assert done.state is State.DELIVERED
    # Three chunks were there before; none of them went out again.
    assert plan.announced == entered.bytes


def test_a_cut_costs_at_most_one_chunk(desk, make_package):
    entered = desk.queue.add(make_package(desk.servers.signer), desk.profile)
    plan = OneCut(4)
    with proxied(desk, Counters(), plan) as behind:
        (done,) = behind.courier().run()
    assert done.state is State.DELIVERED
    chunk = desk.profile.delivery.chunk_bytes
    assert plan.requests > plan.which
    assert 0 < plan.announced - entered.bytes <= chunk


def test_an_upload_that_is_gone_is_begun_anew(desk, make_package):
    entered = desk.queue.add(make_package(desk.servers.signer), desk.profile)
    desk.queue.update(entered.id, upload_url=f"{desk.servers.uploads_url}/{'0' * 32}", sent=77)
    (done,) = desk.courier().run()
    assert done.state is State.DELIVERED
    # An address of somebody else's is not even asked.
    again = desk.queue.add(make_package(desk.servers.signer), desk.profile)
    desk.queue.update(again.id, upload_url="http://127.0.0.1:9/files/abc")
    (done,) = desk.courier().run()
    assert done.state is State.DELIVERED


def test_an_intake_that_was_away_makes_up_for_it(desk, make_package):
    """Killed before it heard of the upload: it finds it in the folder when it comes back."""
    entered = desk.queue.add(make_package(desk.servers.signer), desk.profile)
    desk.servers.kill("intake")
    hasty = replace(HASTE, confirm=0.3, tries=1)
    try:
        upload(desk, entered.path, entered.package_id, entered.sha256, entered.sm3)
        (waiting,) = desk.courier(patience=hasty).run()
        assert waiting.state is State.FAILED
    finally:
        desk.servers.start_intake()
    (done,) = desk.courier().run(wait=20)
    assert done.state is State.DELIVERED
    assert desk.rows(
        "SELECT count(*) FROM intake.commits WHERE package_id = %s", entered.package_id
    ) == [(1,)]


def test_pause_stops_an_upload_and_cancel_keeps_it(desk, make_package):
    entered = desk.queue.add(make_package(desk.servers.signer), desk.profile)
    pausing = Progress(lambda fraction, _: desk.queue.pause(entered.id) if fraction > 0.2 else None)
    (found,) = desk.courier().run(pausing)
    assert (found.state, found.hold) == (State.PAUSED, Hold.USER)
    desk.queue.resume(entered.id)
    with pytest.raises(Cancelled):
        desk.courier().run(Progress(cancelled=lambda: True))
    assert desk.queue.get(entered.id).state is State.WAITING
    (done,) = desk.courier().run()
    assert done.state is State.DELIVERED


def test_a_copy_that_was_changed_is_not_sent(desk, make_package, tmp_path):
    package = make_package(desk.servers.signer)
    entered = desk.queue.add(package, desk.profile)
    entered.path.unlink()
    shutil.copyfile(package, entered.path)
    with entered.path.open("r+b") as stream:
        stream.seek(500)
        stream.write(b"changed")
    later = time.time() + 5
    os.utime(entered.path, (later, later))
    (found,) = desk.courier().run()
    assert (found.state, found.hold) == (State.PAUSED, Hold.LOCAL_COPY)
    assert not desk.rows("SELECT 1 FROM intake.uploads WHERE sha256 = %s", entered.sha256)
