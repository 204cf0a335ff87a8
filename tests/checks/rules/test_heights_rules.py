"""What is said of heights: named causes, each fact once, honest surveys left alone."""

import numpy as np
import pytest
import shapely
from small_rasters import GAUSS, write_raster
from terrain_cases import at, case_of, fractal, inside, judge, rough, spots, table

from onemap_verify.checks.baseline import DemOrigin
from onemap_verify.checks.findings import Family, Verdict
from onemap_verify.checks.rules.heights import rules
from onemap_verify.checks.rules.heights_base import DemClasses, asprs_class

CELL = 5.0
COUNT = 300


@pytest.fixture(scope="module")
def terrain(tmp_path_factory):
    heights = fractal(400, 21, relief=150)
    path = write_raster(tmp_path_factory.mktemp("dem") / "dem.tif", heights, cell=CELL)
    return heights, path


def survey(terrain, shift=(0.0, 0.0), seed=1, count=COUNT, noise=0.4):
    """An honest survey: a terrain model has errors of its own, and they are correlated."""
    margin = 30.0 + float(np.hypot(*shift))
    xy = inside(count, terrain[0], CELL, margin, seed)
    truth = terrain[0] + rough(terrain[0].shape, 0.3, 3.0, seed)
    heights = at(truth, xy + shift, CELL) + np.random.default_rng(seed).normal(0, noise, count)
    return xy, heights


def judged(terrain, xy, heights, standard, **facts):
    return judge(case_of([spots(xy, heights)], terrain[1], standard, **facts), rules)


def said(results):
    return {(one.rule_id, one.cause): one for result in results.values() for one in result.findings}


@pytest.mark.parametrize("seed", range(6))
def test_an_honest_survey_is_left_alone(terrain, standard, seed):
    results = judged(terrain, *survey(terrain, seed=seed), standard)
    assert said(results) == {}
    for name in ("datum_shift", "bias", "tilt", "accuracy"):
        assert (results[f"heights.{name}"].tested, results[f"heights.{name}"].not_checkable) == (
            1,
            0,
        )
    assert results["heights.blunder"].tested == COUNT


def test_every_rule_is_of_the_family_and_has_words(standard):
    every = rules(standard)
    assert {rule.family for rule in every} == {Family.HEIGHTS}
    assert {rule.id for rule in every} == {
        name for name, spec in standard.rules.items() if spec.family is Family.HEIGHTS
    }


def test_a_datum_shift_is_one_finding(terrain, standard):
    results = judged(terrain, *survey(terrain, shift=(85.0, -60.0)), standard)
    assert set(said(results)) == {("heights.datum_shift", "datum_shift")}
    one = said(results)["heights.datum_shift", "datum_shift"]
    assert one.verdict is Verdict.INCONSISTENT
    assert one.evidence["dx_m"] == pytest.approx(85, abs=2)
    assert one.evidence["dy_m"] == pytest.approx(-60, abs=2)
    assert one.evidence["nmad_after_m"] < 0.4 * one.evidence["nmad_before_m"]
    assert "+85" in one.message.zh or "+84" in one.message.zh
    assert one.where is not None and one.parcel_bsm == ""


def test_a_small_shift_is_nobodys_error(terrain, standard):
    results = judged(terrain, *survey(terrain, shift=(2.0, 1.0)), standard)
    assert results["heights.datum_shift"].findings == []


OFFSETS = {28.0: "ellipsoidal_height", -35.0: "ellipsoidal_height"}
OFFSETS |= {5.0: "vertical_bias", -120.0: "vertical_bias"}


@pytest.mark.parametrize(("offset", "cause"), list(OFFSETS.items()))
def test_a_constant_offset(terrain, standard, offset, cause):
    xy, heights = survey(terrain)
    results = judged(terrain, xy, heights + offset, standard)
    assert set(said(results)) == {("heights.bias", cause)}
    one = said(results)["heights.bias", cause]
    assert one.evidence["bias_m"] == pytest.approx(offset, abs=0.3)
    if abs(offset) > 20:
        assert one.verdict is Verdict.INCONSISTENT


def test_ellipsoidal_heights_over_ground_that_spreads_differences(terrain, standard):
    xy, heights = survey(terrain, noise=12.0)
    found = said(judged(terrain, xy, heights - 30.0, standard))
    one = found["heights.bias", "ellipsoidal_height"]
    assert one.evidence["nmad_m"] > 0.35 * 30
    east = (xy[:, 0] - xy[:, 0].mean()) / np.ptp(xy[:, 0])
    tilted = said(judged(terrain, xy, heights - 30.0 + 60 * east, standard))
    assert ("heights.bias", "ellipsoidal_height") not in tilted


def test_a_constant_within_the_spread_is_never_certain(terrain, standard):
    xy, heights = survey(terrain, noise=15.0, count=1000)
    found = said(judged(terrain, xy, heights + 9.0, standard))
    assert {one.verdict for one in found.values()} == {Verdict.DOUBTFUL}
    assert {rule for rule, _ in found} >= {"heights.bias"}


def test_a_slight_bias_is_only_doubtful(terrain, standard):
    xy, heights = survey(terrain)
    results = judged(terrain, xy, heights + 0.6, standard)
    assert said(results)["heights.bias", "vertical_bias"].verdict is Verdict.DOUBTFUL


def test_bias_is_found_from_six_tenths_of_the_spread(terrain, standard):
    found = 0
    for seed in range(10):
        xy = inside(100, terrain[0], CELL, 30.0, seed)
        heights = at(terrain[0], xy, CELL) + np.random.default_rng(seed).normal(0.6, 1.0, 100)
        results = judged(terrain, xy, heights, standard)
        found += ("heights.bias", "vertical_bias") in said(results)
    assert found >= 8


def test_feet(terrain, standard):
    xy, heights = survey(terrain)
    results = judged(terrain, xy, heights / 0.3048, standard)
    assert set(said(results)) == {("heights.bias", "feet")}
    assert "英尺" in said(results)["heights.bias", "feet"].message.zh


def test_tilt(terrain, standard):
    xy, heights = survey(terrain)
    results = judged(terrain, xy, heights + (xy[:, 0] - xy[:, 0].mean()) * 2e-3, standard)
    assert ("heights.tilt", "tilt") in said(results)
    assert said(results)["heights.tilt", "tilt"].verdict is Verdict.DOUBTFUL
    assert said(results)["heights.tilt", "tilt"].evidence["east_m_per_km"] == pytest.approx(
        2, abs=0.3
    )


def test_blunders_and_only_these(terrain, standard):
    xy, heights = survey(terrain)
    wrong = [3, 77, 150]
    heights[wrong] += [60.0, -80.0, 100.0]
    results = judged(terrain, xy, heights, standard)
    found = {one.object_id[-8:].lstrip("0"): one for one in results["heights.blunder"].findings}
    assert set(found) == {"3", "77", "150"}
    assert all(one.verdict is Verdict.INCONSISTENT for one in found.values())
    assert found["77"].evidence["difference_m"] == pytest.approx(-80, abs=3)
    assert set(said(results)) == {("heights.blunder", "blunder")}


def test_blunders_are_found_beside_a_shift_and_a_bias(terrain, standard):
    xy, heights = survey(terrain, shift=(70.0, 40.0))
    heights += 30.0
    heights[10] += 90.0
    results = judged(terrain, xy, heights, standard)
    assert set(said(results)) == {
        ("heights.datum_shift", "datum_shift"),
        ("heights.bias", "ellipsoidal_height"),
        ("heights.blunder", "blunder"),
    }
    assert len(results["heights.blunder"].findings) == 1


def test_a_height_beside_a_cliff_is_no_blunder(tmp_path, standard):
    heights = fractal(300, 5, relief=30)
    heights[:, 150:] += 80.0
    path = write_raster(tmp_path / "dem.tif", heights, cell=CELL)
    rng = np.random.default_rng(0)
    xy = inside(300, heights, CELL, 30.0, 0)
    values = at(heights, xy, CELL) + rng.normal(0, 0.3, 300)
    # Points drawn one cell off the edge of the cliff, with the height of the other side.
    edge = np.column_stack(
        [np.full(20, 500_000 + 150 * CELL - 4.0), np.linspace(3_398_700, 3_399_800, 20)]
    )
    xy, values = (
        np.concatenate([xy, edge]),
        np.concatenate([values, at(heights, edge + [9, 0], CELL)]),
    )
    results = judge(case_of([spots(xy, values)], path, standard), rules)
    assert results["heights.blunder"].findings == []


def test_poor_heights_are_poor_and_nothing_else(terrain, standard):
    results = judged(terrain, *survey(terrain, noise=9.0, count=800), standard)
    assert {rule for rule, _ in said(results)} == {"heights.accuracy"}
    one = results["heights.accuracy"].findings[0]
    assert one.verdict is Verdict.DOUBTFUL
    assert one.evidence["grade_reached"] == ""
    assert one.evidence["rmse_m"] == pytest.approx(9, rel=0.15)


def test_heights_from_this_very_dem_are_not_graded(terrain, standard):
    results = judged(terrain, *survey(terrain), standard, origin=DemOrigin.SAME_SOURCE)
    assert results["heights.accuracy"].tested == 0
    assert "同源" in next(iter(results["heights.accuracy"].reasons)).zh
    assert results["heights.bias"].tested == 1


def test_missing_evidence_has_a_reason(terrain, standard):
    xy, heights = survey(terrain)
    for case, word in [
        (case_of([spots(xy, heights)], "", standard), "No trusted DEM"),
        (case_of([], terrain[1], standard), "neither spot heights nor contours"),
        (case_of([spots(xy[:5], heights[:5])], terrain[1], standard), "Too few"),
        (case_of([spots(xy + [300_000, 0], heights)], terrain[1], standard), "Too few"),
    ]:
        for name in ("heights.datum_shift", "heights.bias", "heights.blunder"):
            result = judge(case, rules)[name]
            assert result.tested == 0 and result.findings == []
            assert any(word in reason.en for reason in result.reasons), (name, result.reasons)


def test_a_frame_that_is_not_trusted(terrain, standard):
    xy, heights = survey(terrain)
    swapped = spots(xy[:, ::-1], heights)
    results = judge(case_of([swapped], terrain[1], standard), rules)
    assert said(results) == {}
    assert results["heights.bias"].not_checkable == 1
    assert results["heights.blunder"].not_checkable == COUNT


def test_a_broken_dem(standard, tmp_path):
    (tmp_path / "dem.tif").write_bytes(b"II*\x00 cut off")
    case = case_of([spots(np.zeros((30, 2)), np.zeros(30))], tmp_path / "dem.tif", standard)
    results = judge(case, rules)
    assert said(results) == {}
    assert any("dem.tif" in reason.en for reason in results["heights.bias"].reasons)


def test_hostile_heights(terrain, standard):
    xy, heights = survey(terrain)
    heights[:4] = [np.nan, np.inf, -np.inf, 1e300]
    xy[5] = [np.nan, np.nan]
    xy[6] = [1e200, -1e200]
    layer = spots(xy, heights)
    layer.geometry[7] = None
    layer.geometry[8] = shapely.Point()
    layer.geometry[9] = shapely.box(0, 0, 1, 1)
    layer.geometry[10] = shapely.MultiPoint([xy[10]])
    case = case_of([layer], terrain[1], standard)
    results = judge(case, rules)
    blunder = results["heights.blunder"]
    assert blunder.tested + blunder.not_checkable == COUNT
    assert {one.object_id[-8:] for one in blunder.findings} <= {"00000003"}
    assert results["heights.bias"].findings == []


def test_degenerate_layers(terrain, standard, tmp_path):
    xy, heights = survey(terrain, count=60)
    empty = np.full((40, 40), -9999, dtype=np.float32)
    holes = write_raster(tmp_path / "holes.tif", empty, cell=50.0, nodata=-9999)
    level = write_raster(tmp_path / "level.tif", np.full((400, 400), 7, np.float32), cell=CELL)
    cases = [
        case_of([spots(xy, heights)], holes, standard),
        case_of([spots(np.repeat(xy[:1], 60, axis=0), heights)], terrain[1], standard),
        case_of([spots(xy, np.full(60, 7.0))], level, standard),
        case_of([spots(xy[:1], heights[:1])], terrain[1], standard),
        contour_case([1, 2], [shapely.Point(0, 0), shapely.box(0, 0, 1, 1)], standard, terrain[1]),
        contour_case([5.0], [shapely.LineString([(0, 0), (0, 0)])], standard, terrain[1]),
    ]
    for case in cases:
        results = judge(case, rules)
        assert all(one.verdict is Verdict.DOUBTFUL for r in results.values() for one in r.findings)
        assert all(r.tested or r.reasons for r in results.values())


def test_a_dem_in_degrees_and_heights_in_degrees(terrain, standard, tmp_path):
    from osgeo import gdal, osr

    xy, heights = survey(terrain)
    own, other = osr.SpatialReference(), osr.SpatialReference()
    own.ImportFromEPSG(GAUSS)
    other.ImportFromEPSG(4490)
    for crs in (own, other):
        crs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    degrees = np.array(osr.CoordinateTransformation(own, other).TransformPoints(xy + [60.0, 0.0]))
    gdal.Warp(str(tmp_path / "degrees.tif"), terrain[1], dstSRS="EPSG:4490", resampleAlg="cubic")
    layer = spots(degrees[:, :2], heights, 4490)
    for dem in (terrain[1], tmp_path / "degrees.tif"):
        results = judge(case_of([layer], dem, standard), rules)
        facts = results["heights.datum_shift"].findings[0].evidence
        assert facts["dx_m"] == pytest.approx(-60, abs=2)
        assert facts["dy_m"] == pytest.approx(0, abs=2)


def test_classes_of_the_standard(standard):
    fine, coarse = DemClasses(standard, 5.2), DemClasses(standard, 90.0)
    assert (fine.grid, fine.limit("flat"), fine.limit("mountain", best=True)) == (5.0, 1.0, 2.5)
    assert fine.grade("hill", 1.5) == "CH/T 9009.2-2010 1:10000 2"
    assert fine.grade("hill", 2.6) == ""
    assert not coarse.known
    assert coarse.limit("flat") == pytest.approx(6 * 90 / 25)
    assert fine.limits_at(np.array([0.0, 2.0, 2.1, 10, 30])).tolist() == [1.0, 1.0, 2.5, 5.0, 10.0]
    assert asprs_class(standard, 0.19) == "20 cm"
    assert asprs_class(standard, 4.2) == "420 cm"


def contour_case(levels, lines, standard, dem=""):
    ids = [f"5114227100{number:08d}" for number in range(len(lines))]
    layer = table("DGX", {"BSM": ids, "BSGC": [float(level) for level in levels]}, lines)
    return case_of([layer], dem, standard)


def cone(tmp_path, levels):
    """A cone as DEM and its true contours."""
    row, column = np.mgrid[:400, :400]
    distance = np.hypot(row - 199.5, column - 199.5) * CELL
    path = write_raster(tmp_path / "cone.tif", (300 - distance / 5).astype(np.float32), cell=CELL)
    centre = np.array([500_000 + 200 * CELL, 3_400_000 - 200 * CELL])
    angle = np.linspace(0, 2 * np.pi, 300)
    circle = np.column_stack([np.cos(angle), np.sin(angle)])
    return path, [shapely.LineString(centre + circle * (300 - level) * 5) for level in levels]


def test_contours_of_a_cone(tmp_path, standard):
    levels = np.arange(150.0, 290.0, 5.0)
    path, lines = cone(tmp_path, levels)
    results = judge(contour_case(levels, lines, standard, path), rules)
    assert said(results) == {}
    for name in ("blunder", "contour_interval", "contour_neighbour", "contour_crossing"):
        assert results[f"heights.{name}"].tested == len(levels), name


def test_wrong_contours_of_a_cone(tmp_path, standard):
    levels = np.arange(150.0, 290.0, 5.0)
    path, lines = cone(tmp_path, levels)
    levels[6] += 50
    levels[20] += 1.7
    lines.append(shapely.LineString([lines[2].coords[0], lines[4].coords[150]]))
    levels = np.append(levels, 200.0)
    results = judge(contour_case(levels, lines, standard, path), rules)
    label = results["heights.blunder"].findings
    assert [one.object_id[-2:] for one in label if one.cause == "contour_label"] == ["06"]
    assert [one.object_id[-2:] for one in results["heights.contour_interval"].findings] == ["20"]
    jumping = {one.object_id[-2:] for one in results["heights.contour_neighbour"].findings}
    assert "06" in jumping and len(jumping) <= 2
    crossed = results["heights.contour_crossing"].findings
    assert crossed and all("28" in (one.object_id[-2:], one.key[-2:]) for one in crossed)
    assert len({one.finding_id for one in crossed}) == len(crossed)
    assert {one.verdict for one in crossed} == {Verdict.DOUBTFUL}
