"""Parcel by parcel into the staging layer of the real platform, as the roles allow."""

import json
import time
from dataclasses import replace

import pytest
import shapely

from onemap_verify.benchmarks.delivery.clients import HASTE
from onemap_verify.benchmarks.delivery.packages import make_verified, seal
from onemap_verify.checks.progress import SILENT
from onemap_verify.checks.seal import FileKey
from onemap_verify.services.delivery.courier import Courier
from onemap_verify.services.delivery.features import batch_of
from onemap_verify.services.delivery.queue import DeliveryQueue
from onemap_verify.services.delivery.rows import read_parcels, staging_columns
from onemap_verify.services.delivery.states import Hold, Mode, State
from onemap_verify.services.delivery.wfst import FeatureService, equals, gml
from onemap_verify.services.identity import Identity, MemoryStore
from onemap_verify.services.identity.unattended import sign_in
from onemap_verify.services.site import load_profile
from onemap_verify.services.transport import Transport

PATIENT = replace(HASTE, confirm=60.0, first=0.2, most=2.0)


@pytest.fixture(scope="module")
def profile(platform):
    return load_profile(platform["profile"])


@pytest.fixture(scope="module")
def transports(platform, profile):
    """By role, as people sign in; no password is asked for."""
    out = {}
    for user in platform["users"]:
        identity = Identity(profile, MemoryStore())
        sign_in(identity, f"@{user['sign_in']}")
        out[user["roles"][0]] = Transport(profile, identity.auth)
    yield out
    for each in out.values():
        each.close()


@pytest.fixture
def entered(platform, profile, tmp_path):
    """A package of 130 parcels in a queue, to be delivered parcel by parcel."""
    signer = platform["signer"]
    key = FileKey(signer["key"], signer["certificate"], signer["passphrase"])
    package = tmp_path / "package.zip"
    seal(make_verified(tmp_path / "made", parcels=130), package, key, id=f"wfs-{time.time_ns()}")
    with DeliveryQueue(tmp_path / "queue.db") as queue:
        yield queue, queue.add(package, profile, Mode.FEATURES)


def carry(queue, transport, profile):
    (found,) = Courier(queue, transport, profile, patience=PATIENT).run(wait=0)
    return found


def visible(platform, package_id):
    """What everybody sees, asked of the database by the platform's reader."""
    import psycopg2

    facts = platform["postgis"]
    with open(facts["password_file"], encoding="utf-8") as stream:
        password = stream.read().strip().rpartition(":")[2]
    connection = psycopg2.connect(
        host=facts["host"],
        port=facts["port"],
        dbname=facts["database"],
        user=facts["user"],
        password=password,
    )
    columns = list(staging_columns())
    with connection, connection.cursor() as cursor:
        cursor.execute(
            f"SELECT row_no, {', '.join(columns)}, ST_AsBinary(geom, 'NDR')"
            " FROM intake.parcels WHERE package_id = %s ORDER BY row_no",
            (package_id,),
        )
        rows = cursor.fetchall()
    connection.close()
    return {row[0]: (dict(zip(columns, row[1:-1])), bytes(row[-1])) for row in rows}


def test_a_surveyor_stages_but_only_a_reviewer_commits(platform, profile, transports, entered):
    queue, delivery = entered
    paused = carry(queue, transports["surveyor"], profile)
    assert (paused.state, paused.hold) == (State.PAUSED, Hold.NOT_ALLOWED)
    assert visible(platform, delivery.package_id) == {}
    service = FeatureService(transports["reviewer"], profile.delivery.wfs)
    staged = service.schema("staging_parcels")
    there = service.features(staged, [equals("batch_id", batch_of(delivery))], ("row_no",))
    assert len(there) == 130

    assert queue.signed_in(profile.id) == 1
    done = carry(queue, transports["reviewer"], profile)
    assert done.state is State.DELIVERED, done.reason
    parcels = read_parcels(done.path)
    assert done.receipt["rows_sha256"] == parcels.digest()
    assert done.receipt["features"] == 130
    assert (done.receipt["sha256"], done.receipt["sm3"]) == (delivery.sha256, delivery.sm3)
    found = visible(platform, delivery.package_id)
    assert len(found) == 130
    for row, (values, shape) in found.items():
        assert {k: v for k, v in values.items() if v is not None} == parcels.row(row)
        assert shape == shapely.to_wkb(parcels.geometry[row], byte_order=1)


def test_half_a_batch_copies_and_wrong_rows_are_put_right(platform, profile, transports, entered):
    """What a server left behind that died in the middle, or kept otherwise than it was told."""
    queue, delivery = entered
    service = FeatureService(transports["reviewer"], profile.delivery.wfs)
    staged = service.schema("staging_parcels")
    parcels = read_parcels(delivery.path)
    batch = batch_of(delivery)

    def row(number, **other):
        known = number % len(parcels)
        values = {"batch_id": batch, "row_no": number, **parcels.row(known), **other}
        return values, parcels.geometry[known]

    moved = shapely.transform(parcels.geometry[9], lambda points: points + [0.0, 0.01])
    left = [row(0), row(5, dlmc="别的地类"), row(7, tbmj=1.0), (row(9)[0], moved), row(500)]
    assert service.insert(staged, left, SILENT).inserted == 5
    done = carry(queue, transports["reviewer"], profile)
    assert done.state is State.DELIVERED, done.reason
    assert done.receipt["rows_sha256"] == parcels.digest()
    assert sorted(visible(platform, delivery.package_id)) == list(range(130))

    # Nobody adds to, changes or takes from a batch that is committed.
    assert service.insert(staged, [row(600)], SILENT).inserted == 0
    fid = service.features(staged, [equals("batch_id", batch)], ("row_no",))[0].fid
    service.delete(staged, [fid], SILENT)
    assert len(visible(platform, delivery.package_id)) == 130


def test_a_transaction_is_not_atomic_and_its_results_are_read(profile, transports):
    service = FeatureService(transports["reviewer"], profile.delivery.wfs)
    staged = service.schema("staging_parcels")
    batch = f"probe-{time.time_ns()}"
    rows = [({"batch_id": batch, "row_no": n, "bsm": "1"}, None) for n in (1, 2, 2)]
    done = service.insert(staged, rows, SILENT)
    assert done.inserted == 2
    assert done.complaints
    texts = ["<b>&amp;\"'", " ", "a\tb", "𠀀 龥 é"]
    rows = [({"batch_id": batch, "row_no": 10 + n, "bz": t}, None) for n, t in enumerate(texts)]
    assert service.insert(staged, rows, SILENT).inserted == 4


def test_a_commit_must_count_its_rows_rightly(profile, transports):
    service = FeatureService(transports["reviewer"], profile.delivery.wfs)
    staged, commits = service.schema("staging_parcels"), service.schema("commits")
    batch = f"probe-{time.time_ns()}"
    square = shapely.box(41500000, 3900000, 41500100, 3900100)
    service.insert(staged, [({"batch_id": batch, "row_no": 0}, square)], SILENT)
    facts = {"batch_id": batch, "package_id": batch, "sha256": "0" * 64, "sm3": "1" * 64}
    for features in (0, 2):
        done = service.insert(commits, [({**facts, "features": features}, None)], SILENT)
        assert (done.inserted, bool(done.complaints)) == (0, True)
    assert service.features(commits, [equals("package_id", batch)]) == []


def test_both_ways_are_one_delivery(platform, profile, transports, entered):
    queue, delivery = entered
    assert carry(queue, transports["reviewer"], profile).state is State.DELIVERED
    with DeliveryQueue(queue.path.parent / "second" / "queue.db") as other:
        other.add(delivery.path, profile, Mode.PACKAGE)
        done = carry(other, transports["reviewer"], profile)
    assert done.state is State.DELIVERED
    assert done.receipt["kind"] == "features"
    assert len(visible(platform, delivery.package_id)) == 130


def test_geometry_keeps_every_digit():
    hole = shapely.Polygon(
        [(0.1, 0.2), (1 / 3, 9.5), (10.7, 9.1), (10.3, 0.7)], [[(2, 2), (3, 2.5), (3, 3)]]
    )
    text = gml(shapely.MultiPolygon([hole]), 4529)
    assert 'srsName="EPSG:4529"' in text
    assert repr(1 / 3) in text
    assert text.count("<gml:interior>") == 1


def test_the_algorithm_delivers(platform, onemap_provider, tmp_path, monkeypatch):
    import processing
    from qgis.core import QgsProcessingException

    monkeypatch.setenv("ONEMAP_QUEUE", str(tmp_path / "queue.db"))
    monkeypatch.setenv("ONEMAP_AUDIT", str(tmp_path / "audit.db"))
    from onemap_verify.services.delivery import shared

    signer = platform["signer"]
    key = FileKey(signer["key"], signer["certificate"], signer["passphrase"])
    verified = make_verified(tmp_path / "made", parcels=4)
    users = {user["roles"][0]: user for user in platform["users"]}
    try:
        for name, zone, role, complaint in (
            ("good", "business", "reviewer", ""),
            ("inner", "inner", "reviewer", "network"),
        ):
            package = tmp_path / f"{name}.zip"
            seal(verified, package, key, id=f"{name}-{time.time_ns()}", zone=zone)
            asked = {
                "PACKAGE": str(package),
                "PROFILE": platform["profile"],
                "SIGN_IN": f"@{users[role]['sign_in']}",
                "WAIT": 60,
                "RECEIPT": str(tmp_path / f"{name}.json"),
            }
            if complaint:
                with pytest.raises(QgsProcessingException, match=complaint):
                    processing.run("onemap:deliver", asked)
                assert not (tmp_path / f"{name}.json").exists()
                continue
            done = processing.run("onemap:deliver", asked)
            assert done["STATE"] == "delivered"
            receipt = json.loads((tmp_path / "good.json").read_text(encoding="utf-8"))
            assert (receipt["sha256"], receipt["sm3"]) == (done["SHA256"], done["SM3"])
    finally:
        shared.close()
