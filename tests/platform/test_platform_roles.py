"""Roles are enforced by the servers, whatever the client believes it may do."""

import base64
import re
import time
import uuid
from pathlib import Path

import pytest

from onemap_verify.demo.platform.http_client import call
from onemap_verify.demo.platform.visitor import headers

NAMES = (
    'xmlns:wfs="http://www.opengis.net/wfs" xmlns:gml="http://www.opengis.net/gml" '
    'xmlns:qgs="http://www.qgis.org/gml"'
)
RING = "123.65 36.60 123.651 36.60 123.651 36.601 123.65 36.601 123.65 36.60"


@pytest.fixture(scope="module")
def post(platform):
    signed = {role: headers(platform, role) for role in ("surveyor", "reviewer", "administrator")}

    def post(role, inside):
        body = f'<wfs:Transaction service="WFS" version="1.1.0" {NAMES}>{inside}</wfs:Transaction>'
        return call(
            "POST",
            platform["staging"] + "?SERVICE=WFS&VERSION=1.1.0&REQUEST=Transaction",
            body=body.encode(),
            headers=signed[role] | {"Content-Type": "text/xml"},
            timeout=60,
        )

    return post


def staged(batch, number):
    return (
        f"<wfs:Insert><qgs:staging_parcels><qgs:batch_id>{batch}</qgs:batch_id>"
        f"<qgs:row_no>{number}</qgs:row_no><qgs:bsm>99010100000000000{number}</qgs:bsm>"
        "<qgs:dlmc>水田</qgs:dlmc><qgs:geometry>"
        '<gml:Polygon srsName="EPSG:4490"><gml:exterior><gml:LinearRing>'
        f'<gml:posList srsDimension="2">{RING}</gml:posList></gml:LinearRing></gml:exterior>'
        "</gml:Polygon></qgs:geometry></qgs:staging_parcels></wfs:Insert>"
    )


def commit(batch, features):
    return (
        f"<wfs:Insert><qgs:commits><qgs:batch_id>{batch}</qgs:batch_id>"
        f"<qgs:package_id>{batch}</qgs:package_id><qgs:features>{features}</qgs:features>"
        f"<qgs:sha256>{'a' * 64}</qgs:sha256><qgs:sm3>{'b' * 64}</qgs:sm3>"
        "<qgs:by>li</qgs:by><qgs:kind>features</qgs:kind></qgs:commits></wfs:Insert>"
    )


def inserted(answer):
    return int(re.search(r"<(?:wfs:)?totalInserted[^>]*>(\d+)<", answer.text, re.I).group(1))


def seen(platform, batch):
    """How many parcels of a batch are delivered, as everybody sees them."""
    asked = (
        "?SERVICE=WFS&VERSION=1.1.0&REQUEST=GetFeature&TYPENAME=parcels&RESULTTYPE=hits"
        f"&EXP_FILTER=batch_id%3D%27{batch}%27"
    )
    answer = call("GET", platform["staging"] + asked, headers=headers(platform, "surveyor"))
    return int(re.search(r'numberOfFeatures="(\d+)"', answer.text).group(1))


def test_a_surveyor_stages_and_cannot_commit_and_a_reviewer_can(platform, post):
    batch = f"roles-{uuid.uuid4().hex[:12]}"
    answer = post("surveyor", staged(batch, 1) + staged(batch, 2))
    assert answer.status == 200, answer.text
    assert inserted(answer) == 2, answer.text
    assert seen(platform, batch) == 0
    refused = post("surveyor", commit(batch, 2))
    assert refused.status == 403
    assert "reviewer" in refused.json()["message"]["en"]
    assert seen(platform, batch) == 0
    # Nor by hiding it behind what may be done.
    assert post("surveyor", staged(batch, 3) + commit(batch, 2)).status == 403
    done = post("reviewer", commit(batch, 2))
    assert done.status == 200 and inserted(done) == 1, done.text
    assert seen(platform, batch) == 2


def test_an_administrator_is_no_reviewer(post):
    batch = f"roles-{uuid.uuid4().hex[:12]}"
    assert post("administrator", staged(batch, 1)).status == 403
    assert post("administrator", commit(batch, 1)).status == 403


def test_nobody_changes_what_is_delivered(post):
    for role in ("surveyor", "reviewer", "administrator"):
        assert post(role, '<wfs:Delete typeName="commits"/>').status == 403
        assert post(role, '<wfs:Delete typeName="parcels"/>').status == 403
        assert post(role, "<wfs:Insert><qgs:dltb_2023/></wfs:Insert>").status == 403


STAGED_FID = '<ogc:FeatureId xmlns:ogc="http://www.opengis.net/ogc" fid="staging_parcels.1"/>'


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<qgs:dlmc>", "<qgs:owner>someone</qgs:owner><qgs:dlmc>", "owner"),
        ("qgs:dlmc>", "qgs:DLMC>", "DLMC"),
        ("<qgs:dlmc>", "<!-- a --><qgs:dlmc>", "nothing else"),
        ("<qgs:dlmc>", "a<qgs:dlmc>", "nothing else"),
    ],
)
def test_a_property_that_no_layer_has_is_refused_and_the_server_lives_on(
    platform, post, old, new, said
):
    """QGIS Server 3.22 would read such a feature for ever, and two of them hang the intake."""
    batch = f"roles-{uuid.uuid4().hex[:12]}"
    for _ in range(2):
        refused = post("surveyor", staged(batch, 1).replace(old, new))
        assert refused.status == 400, refused.text
        assert said in refused.json()["message"]["en"]
        assert refused.json()["message"]["zh"]
    assert inserted(post("surveyor", staged(batch, 1))) == 1


def test_an_update_of_a_property_that_the_layer_does_not_have_is_refused(post):
    update = (
        '<wfs:Update typeName="staging_parcels"><wfs:Property><wfs:Name>{}</wfs:Name>'
        "<wfs:Value>1</wfs:Value></wfs:Property><ogc:Filter "
        f'xmlns:ogc="http://www.opengis.net/ogc">{STAGED_FID}</ogc:Filter></wfs:Update>'
    )
    refused = post("surveyor", update.format("owner"))
    assert refused.status == 400 and "owner" in refused.json()["message"]["en"]


def test_a_delete_by_parameters_is_refused(platform):
    asked = (
        "?SERVICE=WFS&VERSION=1.0.0&REQUEST=Transaction&OPERATION=DELETE&TYPENAME=staging_parcels"
        "&FEATUREID=staging_parcels.1"
    )
    for role in ("surveyor", "reviewer"):
        sent = headers(platform, role)
        assert call("GET", platform["staging"] + asked, headers=sent).status == 403
        assert call("POST", platform["staging"] + asked, headers=sent, body=b"").status == 400


def test_only_a_reviewer_delivers(platform):
    def coded(**given):
        return ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in given.items())

    sent = {
        "Tus-Resumable": "1.0.0",
        "Upload-Length": "10",
        "Upload-Metadata": coded(
            filename="a.zip", package_id=f"roles-{uuid.uuid4().hex}", sha256="0" * 64, sm3="0" * 64
        ),
    }
    for role, status in (("surveyor", 403), ("administrator", 403), ("reviewer", 201)):
        answer = call("POST", platform["uploads"], headers=sent | headers(platform, role))
        assert answer.status == status
    # The client cannot say who it is: the gateway does.
    forged = headers(platform, "surveyor") | {"X-Onemap-Roles": "reviewer", "X-Onemap-User": "li"}
    assert call("POST", platform["uploads"], headers=sent | forged).status == 403
    where = dict(answer.headers)["location"]
    address = platform["gateway"] + where if where.startswith("/") else where
    patch = {
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": "0",
        "Content-Type": "application/offset+octet-stream",
    }
    for role, status in (("surveyor", 403), ("reviewer", 204)):
        answer = call("PATCH", address, body=b"01234", headers=patch | headers(platform, role))
        assert answer.status == status
    gone = {"Tus-Resumable": "1.0.0"} | headers(platform, "reviewer")
    assert call("DELETE", address, headers=gone).status == 204


def test_the_tus_server_tells_the_intake_through_its_socket(platform):
    """And the receipt, here one that refuses, comes back through the gateway."""
    package = f"roles-{uuid.uuid4().hex}"
    told = {"package_id": package, "sha256": "0" * 64, "sm3": "0" * 64}
    coded = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in told.items())
    sent = {"Tus-Resumable": "1.0.0"} | headers(platform, "reviewer")
    more = {"Upload-Length": "5", "Upload-Metadata": coded}
    made = call("POST", platform["uploads"], headers=sent | more)
    where = dict(made.headers)["location"]
    address = platform["gateway"] + where if where.startswith("/") else where
    more = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    assert call("PATCH", address, body=b"01234", headers=sent | more).status == 204
    receipts, end = f"{platform['gateway']}/receipts/{package}", time.monotonic() + 20
    while (answer := call("GET", receipts, headers=sent)).status != 200:
        assert answer.status in (202, 404) and time.monotonic() < end, answer.text
        time.sleep(0.05)
    assert answer.json()["state"] == "rejected"
    assert "hook:" not in (Path(platform["logs"]) / "uploads.log").read_text(encoding="utf-8")


def test_only_an_administrator_reads_the_audit(platform):
    told = {"event": "load", "object": f"roles-{uuid.uuid4().hex}"}
    sent = call("POST", platform["audit"], body=[told], headers=headers(platform, "surveyor"))
    assert sent.status == 200 and sent.json()["appended"] == 1
    number = sent.json()["head"]["seq"]
    asked = f"{platform['audit']}?after={number - 1}&limit=1"
    for role in ("surveyor", "reviewer"):
        refused = call("GET", asked, headers=headers(platform, role))
        assert refused.status == 403
        assert refused.json()["message"]["en"]
    forged = {"X-Onemap-Roles": "administrator"} | headers(platform, "surveyor")
    assert call("GET", asked, headers=forged).status == 403
    assert call("GET", asked).status == 401
    read = call("GET", asked, headers=headers(platform, "administrator"))
    assert read.status == 200
    (entry,) = read.json()["entries"]
    assert entry["event"] == told and entry["seq"] == number
    surveyor = next(one["name"] for one in platform["users"] if "surveyor" in one["roles"])
    assert entry["account"] == surveyor
