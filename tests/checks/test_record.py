"""What is written: contract columns, stable ids, one kind of geometry, whole or not at all."""

import json

import numpy as np
import pytest
import shapely
from osgeo import ogr, osr

from onemap_verify.checks.errors import OutputError
from onemap_verify.checks.findings import Family, Finding, Severity, Text, Verdict
from onemap_verify.checks.findings_file import places_to_look, write_findings
from onemap_verify.checks.progress import Cancelled, Progress
from onemap_verify.checks.record import (
    RuleRun,
    Verification,
    record_document,
    tidy,
    write_record,
)
from onemap_verify.checks.risk import ParcelRisk
from onemap_verify.checks.verify import ordered

BOX = shapely.box(500000, 4000000, 500100, 4000100)


def finding(object_id="1", where=BOX, **more):
    return Finding(
        "topology.overlap",
        "1.0",
        Family.TOPOLOGY,
        Verdict.INCONSISTENT,
        Severity.B,
        "DLTB",
        object_id,
        Text("重叠", "overlap"),
        where=where,
        **more,
    )


def verification(findings):
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(4547)
    bsm = np.array(["1", "2"], dtype=object)
    parcels = ParcelRisk(
        bsm,
        np.array([0.5, 0.007]),
        np.array(["review", "accepted"], dtype=object),
        np.array(["a", "b"], dtype=object),
    )
    runs = [RuleRun("topology.overlap", "1.0", "topology", 2, 1, 0, Text("", ""), 0.1)]
    return Verification(
        findings,
        parcels,
        runs,
        {"path": "p.gpkg"},
        [],
        {"id": "s"},
        {},
        reference.ExportToWkt(),
    )


def test_contract_columns(tmp_path):
    path = tmp_path / "f.gpkg"
    write_findings(verification([finding(), finding("2", None)]), path)
    source = ogr.Open(str(path))
    names = {
        source.GetLayer(i).GetName(): [field.GetName() for field in source.GetLayer(i).schema]
        for i in range(source.GetLayerCount())
    }
    assert names == {
        "findings": [
            "finding_id",
            "rule_id",
            "rule_version",
            "family",
            "verdict",
            "severity",
            "layer",
            "object_id",
            "parcel_bsm",
            "score",
            "measured",
            "expected",
            "tolerance",
            "unit",
            "cause",
            "message_zh",
            "message_en",
            "evidence",
        ],
        "parcel_risk": ["bsm", "risk", "outcome", "reasons"],
        "rules_run": [
            "rule_id",
            "rule_version",
            "family",
            "tested",
            "findings",
            "not_checkable",
            "reason",
            "seconds",
        ],
    }
    layer = source.GetLayerByName("findings")
    assert layer.GetSpatialRef().GetAuthorityCode(None) == "4547"
    rows = list(layer)
    assert [row["object_id"] for row in rows] == ["1", "2"]
    assert rows[0].GetGeometryRef().GetGeometryName() == "MULTIPOLYGON"
    assert rows[1].GetGeometryRef() is None
    assert not list(tmp_path.glob("*.part*"))


def test_places_are_multipolygons_whatever_they_were():
    odd = [
        finding(where=shapely.Point(1, 2)),
        finding(where=shapely.LineString([(0, 0), (1, 1)])),
        finding(where=shapely.GeometryCollection([shapely.Point(0, 0), BOX])),
        finding(where=shapely.Polygon([(0, 0, 5), (1, 0, 5), (1, 1, 5)])),
        finding(where=shapely.Polygon([(0, 0), (np.nan, 1), (1, 1)])),
        finding(where=shapely.Polygon()),
        finding(where=None),
    ]
    places = places_to_look(odd, geographic=False)
    assert shapely.get_type_id(places).tolist() == [6, 6, 6, 6, -1, -1, -1]
    assert not shapely.has_z(places[:4]).any()


def test_no_findings_at_all(tmp_path):
    path = tmp_path / "f.gpkg"
    write_findings(verification([]), path)
    assert ogr.Open(str(path)).GetLayerByName("findings").GetFeatureCount() == 0


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    blocker = tmp_path / "file"
    blocker.write_text("x")
    with pytest.raises(OutputError, match="Cannot write"):
        write_findings(verification([]), blocker / "f.gpkg")
    with pytest.raises(OutputError):
        write_record(verification([]), blocker / "r.json")


def test_cancel_leaves_nothing_and_keeps_the_old_file(tmp_path):
    path = tmp_path / "f.gpkg"
    path.write_bytes(b"old")
    with pytest.raises(Cancelled):
        write_findings(verification([finding()]), path, Progress(cancelled=lambda: True))
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["f.gpkg"]


def test_ids_hang_on_rule_object_cause_and_key_only():
    moved = finding(where=shapely.box(0, 0, 1, 1), score=0.3, measured="7")
    assert moved.finding_id == finding().finding_id
    assert finding(key="x").finding_id != finding().finding_id
    assert finding(cause="x").finding_id != finding().finding_id


def test_objects_with_one_identifier_still_have_their_own_findings():
    pair = ordered([finding(), finding()])
    assert pair[0].finding_id != pair[1].finding_id
    assert pair[0].finding_id == finding().finding_id


def test_order_does_not_depend_on_the_run():
    some = [finding(str(i), key=key) for i in range(5) for key in "ab"]
    assert [f.finding_id for f in ordered(some)] == [f.finding_id for f in ordered(some[::-1])]


def test_record_counts_and_is_json(tmp_path):
    path = tmp_path / "r.json"
    write_record(verification([finding()]), path)
    record = json.loads(path.read_text(encoding="utf-8"))
    assert record["counts"]["findings"] == record["counts"]["inconsistent"] == 1
    assert record["counts"]["parcels"] == {"accepted": 1, "review": 1}
    assert record["rules"][0]["tested"] == 2
    assert len(record["findings"]["merkle_root"]) == 64


def test_the_findings_root_ignores_where_and_sees_what():
    def root(item):
        return record_document(verification([item]))["findings"]["merkle_root"]

    assert root(finding()) == root(finding(where=None))
    assert root(finding()) != root(finding(measured="1"))


def test_evidence_becomes_plain_json():
    odd = {"a": np.float64(0.1) + 0.2, "b": np.int64(3), "c": float("nan"), "d": np.array([1.0])}
    assert tidy(odd) == {"a": 0.3, "b": 3, "c": None, "d": [1.0]}
