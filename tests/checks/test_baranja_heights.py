"""Baranja: a true wrong-datum case. The DEM lies 404 m east and 22 m north of the heights."""

import math

import numpy as np
import pytest
from osgeo import gdal, ogr
from terrain_cases import case_of, findings, judge, spots

from onemap_verify.checks.findings import Verdict
from onemap_verify.checks.rules.heights import rules

UTM34 = 32634
EAST, NORTH = 404.0, 22.0


@pytest.fixture(scope="module")
def dem(shared_data):
    return shared_data / "baranja" / "dem_qgis_testdata.tif"


@pytest.fixture(scope="module")
def survey(shared_data):
    """Positions in UTM 34 and heights."""
    gdal.PushErrorHandler("CPLQuietErrorHandler")
    source = ogr.Open(str(shared_data / "baranja" / "spot_heights_6370.gpkg"))
    gdal.PopErrorHandler()
    rows = [
        (f.GetGeometryRef().GetX(), f.GetGeometryRef().GetY(), f["z"]) for f in source.GetLayer(0)
    ]
    return np.array(rows)


@pytest.fixture(scope="module")
def as_given(survey, dem, standard):
    return case_of([spots(survey[:, :2], survey[:, 2], UTM34)], dem, standard)


def moved_dem(dem, path, east, north):
    """The DEM with its origin moved by metres."""
    source = gdal.Open(str(dem))
    out = gdal.GetDriverByName("GTiff").CreateCopy(str(path), source)
    west, across, _, top, _, down = source.GetGeoTransform()
    per_latitude = 111_132.95 - 559.85 * math.cos(2 * math.radians(top))
    per_longitude = 111_412.88 * math.cos(math.radians(top))
    out.SetGeoTransform(
        (west + east / per_longitude, across, 0, top + north / per_latitude, 0, down)
    )
    del out
    return path


def test_the_datum_shift_is_named_once(as_given):
    found = findings(as_given, rules, "datum_shift")
    assert len(found) == 1
    assert found[0].cause == "datum_shift"
    assert found[0].verdict is Verdict.INCONSISTENT
    assert (found[0].layer, found[0].object_id, found[0].parcel_bsm) == ("GCZJD", "GCZJD", "")
    facts = found[0].evidence
    away = math.hypot(facts["dx_m"] - EAST, facts["dy_m"] - NORTH)
    assert away < 0.15 * math.hypot(EAST, NORTH)
    # The reference itself was read off at cell corners; half a cell is 4 m and 6 m.
    assert abs(facts["dx_m"] - EAST) < 8
    assert facts["sigma_dx_m"] < 3 and facts["sigma_dy_m"] < 3
    assert facts["nmad_before_m"] > 30
    assert facts["nmad_after_m"] < 1.5


def test_nobody_is_blamed_for_what_the_shift_explains(as_given):
    judged = judge(as_given, rules)
    others = [
        one for name, result in judged.items() if name != "heights.datum_shift"
        for one in result.findings
    ]  # fmt: skip
    assert all(one.verdict is Verdict.DOUBTFUL for one in others)
    assert {one.rule_id for one in others} <= {"heights.blunder"}
    assert len(others) <= 0.001 * 6370
    blunder = judged["heights.blunder"]
    assert blunder.tested + blunder.not_checkable == 6370
    assert {reason.en for reason in blunder.reasons} == {
        "Outside the DEM", "The DEM has no data there",
    }  # fmt: skip


def test_no_bias_once_the_dem_is_moved(survey, dem, standard, tmp_path, as_given):
    shift = findings(as_given, rules, "datum_shift")[0].evidence
    # Grid north of UTM 34 is 1.66° off true north there, which degrees follow.
    turn = math.radians(-1.66)
    east = shift["dx_m"] * math.cos(turn) + shift["dy_m"] * math.sin(turn)
    north = -shift["dx_m"] * math.sin(turn) + shift["dy_m"] * math.cos(turn)
    corrected = moved_dem(dem, tmp_path / "dem.tif", -east, -north)
    case = case_of([spots(survey[:, :2], survey[:, 2], UTM34)], corrected, standard)
    judged = judge(case, rules)
    for name in ("datum_shift", "bias", "tilt", "accuracy"):
        assert judged[f"heights.{name}"].tested == 1, name
        assert judged[f"heights.{name}"].findings == [], name
    left = case.heights.spots.shift
    assert left.state == "found"
    assert left.length < 5
    assert abs(case.heights.spots.given.bias) < 0.5


def test_a_shift_and_a_constant_are_told_apart(survey, dem, standard):
    case = case_of([spots(survey[:, :2], survey[:, 2] + 42.0, UTM34)], dem, standard)
    found = {one.rule_id: one for one in findings(case, rules) if one.rule_id != "heights.blunder"}
    assert set(found) == {"heights.datum_shift", "heights.bias"}
    assert found["heights.bias"].cause == "ellipsoidal_height"
    assert abs(found["heights.bias"].evidence["bias_m"] - 42.0) < 0.5


@pytest.mark.parametrize("count", [60, 200])
def test_few_points_are_enough(survey, dem, standard, count):
    chosen = np.random.default_rng(count).choice(len(survey), count, replace=False)
    case = case_of([spots(survey[chosen, :2], survey[chosen, 2], UTM34)], dem, standard)
    facts = findings(case, rules, "datum_shift")[0].evidence
    assert math.hypot(facts["dx_m"] - EAST, facts["dy_m"] - NORTH) < 60


def test_the_order_of_rows_does_not_matter(survey, dem, standard, as_given):
    mixed = np.random.default_rng(5).permutation(len(survey))
    case = case_of([spots(survey[mixed, :2], survey[mixed, 2], UTM34)], dem, standard)
    assert (
        findings(case, rules, "datum")[0].evidence == findings(as_given, rules, "datum")[0].evidence
    )
