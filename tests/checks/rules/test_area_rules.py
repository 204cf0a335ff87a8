"""Areas: honest packages are left alone, every kind of wrong sum is found once."""

from pathlib import Path

import numpy as np
import pytest
import shapely
from osgeo import osr

from onemap_verify.checks.baseline import Baseline
from onemap_verify.checks.findings import Verdict
from onemap_verify.checks.measures.area import Ellipsoid, ellipsoid_area, round_area
from onemap_verify.checks.measures.case import Case, Settings
from onemap_verify.checks.rules.area import rules
from onemap_verify.checks.standard import load
from onemap_verify.checks.submission.submission import Submission
from onemap_verify.checks.table import Field, Table

STANDARD = load()
EAST = 560000.0
"""Off the central meridian, so that plane and ellipsoid areas differ."""


def wkt(code=4547):
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(code)
    return reference.ExportToWkt()


def table(name, columns, geometry):
    arrays = {
        key: np.array(values, dtype=object if isinstance(values[0], str) else float)
        for key, values in columns.items()
    }
    kinds = {
        key: Field(key, key, "text" if array.dtype == object else "real")
        for key, array in arrays.items()
    }
    return Table(
        name, name, kinds, arrays, np.array(geometry), np.arange(len(geometry)), wkt(), "polygon"
    )


def areas(shapes, east=500000.0):
    ellipsoid = Ellipsoid.of(STANDARD.data("ellipsoid.json")["ellipsoids"]["CGCS2000"])
    return ellipsoid_area(np.array(shapes), 114, east, ellipsoid)


def county(change=None, settings=None):
    """Two villages in one town, six parcels each; ``change`` edits the columns."""
    boxes = [
        shapely.box(EAST + 120 * i, 3_500_000, EAST + 120 * i + 120, 3_500_150) for i in range(12)
    ]
    tbmj = list(map(float, round_area(areas(boxes).ellipsoid)))
    villages = [shapely.union_all(boxes[:6]), shapely.union_all(boxes[6:])]
    town = shapely.union_all(boxes)
    parcels = {
        "BSM": [f"99010121100000{i:04d}" for i in range(12)],
        "ZLDWDM": ["9901011010010000000"] * 6 + ["9901011010020000000"] * 6,
        "MSSM": ["00"] * 12,
        "TBMJ": tbmj,
    }
    village = {
        "BSM": ["990101113000000001", "990101113000000002"],
        "ZLDWDM": ["9901011010010000000", "9901011010020000000"],
        "MSSM": ["00", "00"],
        "DCMJ": [round(sum(tbmj[:6]), 2), round(sum(tbmj[6:]), 2)],
        "JSMJ": list(map(float, round_area(areas(villages).ellipsoid))),
    }
    towns = {
        "BSM": ["990101111000000001"],
        "XZQDM": ["990101101"],
        "MSSM": ["00"],
        "DCMJ": [round(sum(village["DCMJ"]), 2)],
        "JSMJ": list(map(float, round_area(areas([town]).ellipsoid))),
    }
    built = {
        "BSM": ["990101990300000001"],
        "CZCDM": ["9901011010010000000"],
        "CZCMJ": [round(sum(tbmj[:2]), 2)],
    }
    if change is not None:
        change(parcels, village, towns, built)
    layers = {
        "DLTB": table("DLTB", parcels, boxes),
        "CJDCQ": table("CJDCQ", village, villages),
        "XZQ": table("XZQ", towns, [town]),
        "CZCDYD": table("CZCDYD", built, [shapely.union_all(boxes[:2])]),
    }
    submission = Submission(Path("county.gpkg"), "gpkg", layers)
    case = Case(submission, Baseline(), STANDARD, settings or Settings())
    return {rule.id: rule.judge(case) for rule in rules(STANDARD)}


def found(judged):
    return [f for judgement in judged.values() for f in judgement.findings]


def test_honest_county_is_left_alone():
    judged = county()
    assert found(judged) == []
    assert judged["L21"].tested == 12
    assert judged["L22"].tested == 2
    assert judged["L23"].tested == 1
    assert judged["L23"].not_checkable == 1  # no control area was set
    assert judged["L24"].tested == 1
    assert judged["area.unit_area"].tested == 3


def test_legal_balancing_is_no_finding():
    def balance(parcels, village, towns, built):
        parcels["TBMJ"] = [value + 0.03 for value in parcels["TBMJ"]]
        parcels["TBMJ"][4] += 0.01
        village["DCMJ"] = [sum(parcels["TBMJ"][:6]), sum(parcels["TBMJ"][6:])]
        towns["DCMJ"] = [sum(village["DCMJ"])]
        built["CZCMJ"] = [sum(parcels["TBMJ"][:2])]

    assert found(county(balance)) == []


def test_inflated_parcel_is_found_once_and_explains_the_sums():
    def inflate(parcels, village, towns, built):
        parcels["TBMJ"][3] *= 1.05

    (only,) = found(county(inflate))
    assert (only.rule_id, only.object_id) == ("L21", "990101211000000003")
    assert only.verdict is Verdict.INCONSISTENT
    assert float(only.measured) == pytest.approx(18000 * 1.05, rel=1e-3)


def test_inflation_hidden_in_the_sums_is_still_found():
    def inflate(parcels, village, towns, built):
        parcels["TBMJ"][3] += 100
        village["DCMJ"][0] += 100
        towns["DCMJ"][0] += 100

    assert [f.rule_id for f in found(county(inflate))] == ["L21"]


def test_a_village_that_does_not_close():
    def widen(parcels, village, towns, built):
        village["DCMJ"][1] += 250.0
        towns["DCMJ"][0] += 250.0

    (only,) = found(county(widen))
    assert (only.rule_id, only.object_id) == ("L22", "990101113000000002")


def test_a_town_that_does_not_close_and_a_control_area():
    def widen(parcels, village, towns, built):
        towns["DCMJ"][0] += 1.0

    assert [f.rule_id for f in found(county(widen))] == ["L23"]
    total = sum(areas([shapely.box(EAST, 3_500_000, EAST + 1440, 3_500_150)]).ellipsoid)
    judged = county(settings=Settings(control_area=total + 5000))
    assert [f.key for f in found(judged)] == ["control_area"]


def test_built_up_area_that_does_not_close():
    def widen(parcels, village, towns, built):
        built["CZCMJ"][0] += 300

    (only,) = found(county(widen))
    assert only.rule_id == "L24"


def test_plane_areas_are_named_once_and_accuse_nobody():
    def plane(parcels, village, towns, built):
        parcels["TBMJ"] = [18000.0] * 12
        village["DCMJ"], towns["DCMJ"], built["CZCMJ"] = [108000.0] * 2, [216000.0], [36000.0]

    named = [f for f in found(county(plane)) if f.rule_id == "L21"]
    assert [f.cause for f in named] == ["plane_area"]
    assert named[0].verdict is Verdict.DOUBTFUL
    assert named[0].parcel_bsm == ""


def test_coarsely_stored_coordinates_are_a_doubt_not_a_contradiction():
    def nudge(parcels, village, towns, built):
        parcels["TBMJ"][3] += 0.15

    first = found(county(nudge))[0]
    assert first.verdict is Verdict.DOUBTFUL
    assert first.cause == "coordinate_rounding"


def test_hostile_values_do_not_raise():
    def spoil(parcels, village, towns, built):
        parcels["TBMJ"] = [float("nan"), float("inf"), -1e300, 0.0] + parcels["TBMJ"][4:]
        parcels["ZLDWDM"][5] = ""
        village["DCMJ"][0] = float("nan")
        towns["XZQDM"][0] = ""
        built["CZCMJ"][0] = float("-inf")

    judged = county(spoil)
    # No area at all, or one out of its range: other rules tell, and no sum is made of it.
    assert judged["L21"].not_checkable == 4
    assert not judged["L21"].findings
    assert not judged["L22"].findings


def test_geometry_that_cannot_be_measured_is_counted():
    judged = county()
    assert judged["L21"].not_checkable == 0
    bow = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    layers = {"DLTB": table("DLTB", {"BSM": ["1"], "TBMJ": [5.0]}, [bow])}
    case = Case(Submission(Path("x"), "gpkg", layers), Baseline(), STANDARD)
    out = rules(STANDARD)[0].judge(case)
    assert (out.tested, out.not_checkable) == (0, 1)
