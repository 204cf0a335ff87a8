"""The forged copy: what is planted is there, consistent, and found."""

import json

import numpy as np
import pytest

from onemap_verify.checks.findings import Text
from onemap_verify.checks.verify import Options, verify
from onemap_verify.demo.attributes import RIDGES
from onemap_verify.demo.county import write_trusted
from onemap_verify.demo.frauds import Planted, plant, write_truth
from onemap_verify.demo.layer import write_geopackage
from onemap_verify.demo.tally import Found, compare, read_findings


@pytest.fixture(scope="module")
def forged(county):
    return plant(county, seed=2, each=1)


def row_of(layer, name):
    return int(np.flatnonzero(layer.columns["BSM"] == name)[0])


def test_many_kinds_are_planted_and_none_twice_on_a_parcel(forged):
    _, planted = forged
    assert len({fraud.kind for fraud in planted}) >= 30
    # The parcels of one fraud; those of a gap or an overlap are named with their neighbours.
    single = [f.objects for f in planted if f.layer == "DLTB" and f.family != "topology"]
    names = [name for objects in single for name in objects]
    assert len(names) == len(set(names))


def test_planted_objects_are_in_the_copy_and_honest_ones_untouched(county, forged):
    layers, planted = forged[0].layers, forged[1]
    for fraud in planted:
        there = set(layers[fraud.layer].columns["BSM"].tolist())
        assert fraud.objects[0] in there, fraud.kind
    named = {name for fraud in planted for name in fraud.objects}
    honest, copy = county.layers["DLTB"], layers["DLTB"]
    for row, name in enumerate(honest.columns["BSM"]):
        found = np.flatnonzero(copy.columns["BSM"] == name)
        if name in named or len(found) == 0:
            continue
        assert all(
            column[row] == copy.columns[field][found[0]] for field, column in honest.columns.items()
        )


def test_the_honest_county_is_left_alone(county):
    before = {k: v.copy() for k, v in county.layers["DLTB"].columns.items()}
    plant(county, seed=5, each=1)
    after = county.layers["DLTB"].columns
    assert all((before[name] == after[name]).all() for name in before)


def test_a_lowered_grade_is_carried_through_the_books(county, forged):
    layers, planted = forged[0].layers, forged[1]
    lowered = [f for f in planted if f.kind.startswith("grade_lowered")]
    assert lowered
    honest, copy = county.layers["DLTB"], layers["DLTB"]
    for fraud in lowered:
        old, new = row_of(honest, fraud.objects[0]), row_of(copy, fraud.objects[0])
        steps = 2 if fraud.kind.endswith("twice") else 1
        grade = int(copy.columns["GDPDJB"][new])
        assert int(honest.columns["GDPDJB"][old]) - grade == steps
        ridge = RIDGES.get((copy.columns["GDLX"][new] or "", str(grade)), 0.0)
        assert copy.columns["KCXS"][new] == ridge
        area = copy.columns["TBMJ"][new]
        assert copy.columns["TBDLMJ"][new] == pytest.approx(area * (1 - ridge), abs=0.011)
        assert county.shares[old, grade] < 0.25


def test_moved_areas_leave_the_village_sums_closed(county, forged):
    layers, planted = forged[0].layers, forged[1]
    moved = [f for f in planted if f.kind in ("area_inflated", "area_deflated")]
    assert len(moved) >= 2
    strength = sum(float(f.strength.split()[0]) for f in moved)
    assert strength == pytest.approx(0.0, abs=1e-6)
    assert layers["CJDCQ"].columns["ZLDWDM"].tolist() == (
        county.layers["CJDCQ"].columns["ZLDWDM"].tolist()
    )


def test_same_seed_same_frauds(county, forged):
    assert plant(county, seed=2, each=1)[1] == forged[1]
    assert plant(county, seed=3, each=1)[1] != forged[1]


def test_the_true_list_can_be_read_back(forged, tmp_path):
    _, planted = forged
    as_json, as_csv = write_truth(planted, tmp_path)
    rows = json.loads(as_json.read_text(encoding="utf-8"))
    assert [tuple(row["objects"]) for row in rows] == [fraud.objects for fraud in planted]
    assert len(as_csv.read_text(encoding="utf-8-sig").splitlines()) == len(planted) + 1


def test_what_is_planted_is_found(county, forged, tmp_path):
    layers, planted = forged[0].layers, forged[1]
    package = tmp_path / "forged.gpkg"
    write_geopackage(package, list(layers.values()), county.standard, county.wkt)
    dem, _ = write_trusted(county, tmp_path)
    findings = tmp_path / "findings.gpkg"
    verify(
        Options(
            submission=package,
            findings=findings,
            dem=str(dem),
            ridge_coefficients=dict(RIDGES),
            control_area=county.control_area,
            strict=True,
        )
    )
    tally = compare(planted, read_findings(findings))
    assert [(f.kind, f.objects, f.strength) for f in tally.missed] == []
    beyond = [f for f in tally.beyond if f.verdict == "inconsistent"]
    assert [(f.rule, f.layer, f.object_id) for f in beyond] == []


def test_comparison_counts_found_missed_and_beyond():
    def fraud(kind, name, consequences=()):
        return Planted(kind, Text("甲", "a"), "area", "DLTB", (name,), "", ("L21",), consequences)

    def found(rule, name, verdict="inconsistent", layer="DLTB"):
        return Found(rule, "area", verdict, layer, name, "", "", "")

    planted = [fraud("one", "1"), fraud("one", "2"), fraud("two", "3", ("CJDCQ:9",))]
    findings = [
        found("L21", "1"),
        found("L21", "3", "doubtful"),
        found("L19", "2"),
        found("L22", "9", layer="CJDCQ"),
        found("L22", "8", layer="CJDCQ"),
    ]
    tally = compare(planted, findings)
    assert [(line.kind, line.planted, line.found, line.sure) for line in tally.lines] == [
        ("one", 2, 1, 1),
        ("two", 1, 1, 0),
    ]
    assert [fraud.objects for fraud in tally.missed] == [("2",)]
    assert [finding.object_id for finding in tally.beyond] == ["8"]
