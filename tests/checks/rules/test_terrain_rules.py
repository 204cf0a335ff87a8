"""What is said of slope grades, the slope map, paddy and water, on terrain known by heart."""

import numpy as np
import pytest
import shapely
from small_rasters import write_raster
from terrain_cases import (
    NORTH,
    WEST,
    case_of,
    fractal,
    judge,
    mosaic,
    parcels,
    rough,
    table,
)

from onemap_verify.checks.findings import Family, Verdict
from onemap_verify.checks.rules.terrain import rules

CELL = 5.0
SIDE = 100.0
LIMITS = (2.0, 6.0, 15.0, 25.0)


def grade_of(slope):
    return int(np.searchsorted(LIMITS, slope)) + 1


def ramps(path, slopes, wide=40):
    """Strips of even slope beside one another, 500 m long; columns ``wide`` cells wide."""
    down = np.arange(100)[:, None] * CELL
    strips = [np.tan(np.radians(slope)) * down * np.ones((1, wide)) for slope in slopes]
    # Each strip is its own step: near its edges slopes are something else.
    return write_raster(path, np.hstack(strips).astype(np.float32), cell=CELL)


def boxes(slopes, wide=40, side=SIDE):
    """One parcel in the middle of each strip."""
    middle = WEST + (np.arange(len(slopes)) + 0.5) * wide * CELL
    return shapely.box(middle - side / 2, NORTH - 300, middle + side / 2, NORTH - 300 + side)


def one_rule(layers, dem, standard, name, **facts):
    return judge(case_of(layers, dem, standard, **facts), rules)[f"terrain.{name}"]


def rows_of(result):
    return [int(one.object_id[-8:]) for one in result.findings]


def test_every_rule_is_of_the_family_and_has_words(standard):
    every = rules(standard)
    assert {rule.family for rule in every} == {Family.TERRAIN}
    assert {rule.id for rule in every} == {
        name for name, spec in standard.rules.items() if spec.family is Family.TERRAIN
    }


def test_the_right_grades_of_even_slopes(tmp_path, standard):
    slopes = [0.0, 1.9, 2.1, 5.9, 6.1, 14.9, 15.1, 24.9, 25.1, 40.0]
    dem = ramps(tmp_path / "dem.tif", slopes)
    layer = parcels(boxes(slopes), [grade_of(slope) for slope in slopes])
    result = one_rule([layer], dem, standard, "slope_grade")
    assert (result.tested, result.not_checkable, result.findings) == (len(slopes), 0, [])
    assert result.compared.all()


def test_near_a_limit_nobody_is_accused(tmp_path, standard):
    slopes = [5.6, 6.4, 14.5, 15.5, 24.6, 25.4, 1.7, 2.4]
    dem = ramps(tmp_path / "dem.tif", slopes)
    grades = [3, 2, 4, 3, 5, 4, 2, 1]
    result = one_rule([parcels(boxes(slopes), grades)], dem, standard, "slope_grade")
    assert result.tested == len(slopes)
    assert [f.verdict for f in result.findings if f.verdict is Verdict.INCONSISTENT] == []
    assert result.findings == []


def test_wrong_by_two_is_inconsistent_and_says_why(tmp_path, standard):
    slopes = [20.0, 10.0, 20.0, 4.0]
    dem = ramps(tmp_path / "dem.tif", slopes)
    layer = parcels(boxes(slopes), [2, 3, 4, 4])
    result = one_rule([layer], dem, standard, "slope_grade")
    assert rows_of(result) == [0, 3]
    low, high = result.findings
    assert low.verdict is Verdict.INCONSISTENT
    assert (low.cause, high.cause) == ("slope_lowered", "slope_raised")
    assert (low.measured, low.expected, low.parcel_bsm) == ("2", "4", low.object_id)
    assert low.evidence["dem_grade_share"] == pytest.approx(1.0)
    assert low.evidence["mean_slope_deg"] == pytest.approx(20, abs=0.01)
    assert low.evidence["honest_causes"] == []
    assert low.evidence["cells"] == pytest.approx((SIDE / CELL) ** 2)
    assert "偏低" in low.message.zh and "too low" in low.message.en
    assert 0.5 < low.score <= 1


def test_small_parcels_and_honest_reasons(tmp_path, standard):
    slopes = [20.0] * 6
    dem = ramps(tmp_path / "dem.tif", slopes)
    shapes = boxes(slopes)
    shapes[1] = boxes(slopes, side=8.0)[1]
    shapes[2] = boxes(slopes, side=15.0)[2]
    shapes[3] = boxes(slopes, side=40.0)[3]
    layer = parcels(shapes, [2, 2, 2, 3, 2, 0], kinds=["PD", "PD", "PD", "TT", "TT", "PD"])
    result = one_rule([layer], dem, standard, "slope_grade")
    # Row 1 is a cell and a half, row 5 declares nothing.
    assert (result.tested, result.not_checkable) == (4, 1)
    assert "too coarse" in next(iter(result.reasons)).en
    causes = {int(f.object_id[-8:]): f.evidence["honest_causes"] for f in result.findings}
    verdicts = {int(f.object_id[-8:]): f.verdict for f in result.findings}
    assert causes[0] == [] and causes[4] == []
    assert causes[2] == ["few_cells"] and verdicts[2] is Verdict.DOUBTFUL
    if 3 in causes:
        assert "small_patch_merged_to_lower_grade" in causes[3]
        assert verdicts[3] is Verdict.DOUBTFUL


def test_only_cropland_has_grades(tmp_path, standard):
    slopes = [20.0] * 4
    dem = ramps(tmp_path / "dem.tif", slopes)
    layer = parcels(boxes(slopes), [2, 2, 2, 2], classes=["0103", "0301", "0101", "1104"])
    result = one_rule([layer], dem, standard, "slope_grade")
    assert result.tested == 2
    assert rows_of(result) == [0, 2]


def test_where_there_is_no_terrain(tmp_path, standard):
    slopes = [20.0] * 5
    down = np.tan(np.radians(20)) * np.arange(100)[:, None] * CELL * np.ones((1, 200))
    down[:, 40:80] = -9999
    down[58:, 80:120] = -9999
    dem = write_raster(tmp_path / "dem.tif", down.astype(np.float32), cell=CELL, nodata=-9999)
    shapes = boxes(slopes)
    shapes[3] = shapely.box(WEST - 5000, NORTH, WEST - 4900, NORTH + 100)
    layer = parcels(shapes, [2] * 5)
    result = one_rule([layer], dem, standard, "slope_grade")
    reasons = {reason.en: count for reason, count in result.reasons.items()}
    assert reasons == {
        "Outside the DEM": 1,
        "The DEM has no data there": 1,
        "The DEM covers only a small part": 1,
    }
    assert rows_of(result) == [0, 4]
    assert result.compared.tolist() == [True, False, False, False, True]


def test_nothing_to_compare_with(tmp_path, standard):
    slopes = [20.0] * 3
    dem = ramps(tmp_path / "dem.tif", slopes)
    layer = parcels(boxes(slopes), [2] * 3)
    empty = np.full((50, 50), -9999, dtype=np.float32)
    holes = write_raster(tmp_path / "holes.tif", empty, cell=CELL, nodata=-9999)
    swapped = parcels(
        shapely.transform(boxes(slopes), lambda xy: np.ascontiguousarray(xy[:, ::-1])), [2] * 3
    )
    for case, word in [
        (case_of([layer], "", standard), "No trusted DEM"),
        (case_of([layer], holes, standard), "no data"),
        (case_of([swapped], dem, standard), ""),
    ]:
        for name in ("slope_grade", "paddy_on_slope"):
            result = judge(case, rules)[f"terrain.{name}"]
            assert result.tested == 0 and result.findings == []
            assert name == "paddy_on_slope" or result.not_checkable == 3
        assert any(
            word in reason.en for reason in judge(case, rules)["terrain.slope_grade"].reasons
        )
    nothing = judge(case_of([], dem, standard), rules)
    assert all(result.findings == [] and result.tested == 0 for result in nothing.values())
    assert all(result.reasons for result in nothing.values())


def test_hostile_parcels(tmp_path, standard):
    slopes = [20.0] * 8
    dem = ramps(tmp_path / "dem.tif", slopes)
    shapes = boxes(slopes)
    shapes[0] = None
    shapes[1] = shapely.Polygon()
    bow = np.array([(0, 0), (50, -50), (50, 0), (0, -50)]) + [WEST, NORTH]
    shapes[2] = shapely.Polygon(bow)
    shapes[3] = shapely.transform(shapes[3], lambda xy: np.where(xy == xy.max(), np.nan, xy))
    shapes[4] = shapely.box(-1e300, -1e300, 1e300, 1e300)
    layer = parcels(shapes, [2] * 8)
    layer.columns["GDPDJB"][5:7] = ["9", None]
    case = case_of([layer], dem, standard)
    results = judge(case, rules)
    grade = results["terrain.slope_grade"]
    assert grade.tested + grade.not_checkable == 6
    assert rows_of(grade) == [7]
    assert results["terrain.slope_parcel_map"].findings == []


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """A thousand parcels on made hills, and the grades that the hills have."""
    # Flat in the west, steep in the east.
    heights = fractal(400, 8, relief=300, roughness=2.1) - 500
    heights = (500 + heights * np.linspace(0.05, 1.2, 400)).astype(np.float32)
    dem = write_raster(tmp_path_factory.mktemp("dem") / "dem.tif", heights, cell=CELL)
    geometry = mosaic(1000, 400, 400, CELL, seed=3)
    return heights, dem, geometry


@pytest.fixture(scope="module")
def truth(county, standard):
    _, dem, geometry = county
    return np.maximum(case_of([parcels(geometry, [1] * 1000)], dem, standard).terrain.grade, 1)


def test_the_county_has_all_grades(truth):
    assert (np.bincount(truth, minlength=6)[1:] > 20).all()


def test_a_finer_source_is_one_finding_about_the_layer(county, truth, tmp_path, standard):
    heights, _, geometry = county
    # What a coarse DEM has lost, and noise besides.
    smooth = heights.reshape(100, 4, 100, 4).mean(axis=(1, 3)) * 0.8
    smooth += rough(smooth.shape, 0.05, 2.0)
    dem = write_raster(tmp_path / "coarse.tif", smooth.astype(np.float32), cell=4 * CELL)
    layer = parcels(geometry, truth)
    results = judge(case_of([layer], dem, standard), rules)
    bias = results["terrain.slope_bias"]
    assert [one.cause for one in bias.findings] == ["dem_resolution"]
    one = bias.findings[0]
    assert one.verdict is Verdict.DOUBTFUL
    assert (one.layer, one.object_id, one.parcel_bsm) == ("DLTB", "DLTB", "")
    assert 1.2 < one.evidence["slope_factor"] < 1.5
    grade = results["terrain.slope_grade"]
    assert len(grade.findings) <= 0.01 * grade.tested
    assert not any(one.verdict is Verdict.INCONSISTENT for one in grade.findings)


def test_lowered_everywhere_stays_visible(county, truth, standard):
    _, dem, geometry = county
    results = judge(case_of([parcels(geometry, np.maximum(truth - 1, 1))], dem, standard), rules)
    bias = results["terrain.slope_bias"].findings
    assert [one.cause for one in bias] == ["slope_lowered"]
    assert bias[0].verdict is Verdict.INCONSISTENT
    assert bias[0].evidence["declared_lower"] > 500
    grade = results["terrain.slope_grade"]
    # The layer says it once; its parcels are neither accused one by one nor called clean.
    assert len(grade.findings) == 0
    assert grade.tested == 0 and grade.compared is None
    assert any("slope_bias" in reason.en for reason in grade.reasons)


def test_some_lowered_are_single_findings(county, truth, standard):
    _, dem, geometry = county
    share = case_of([parcels(geometry, truth)], dem, standard).terrain.grade_share
    known = case_of([parcels(geometry, truth)], dem, standard).terrain
    able = (known.checked_share > 0.95) & (known.cells > 10) & (truth > 1)
    clear = np.flatnonzero((share.max(axis=1) > 0.75) & able)[::4]
    grades = truth.copy()
    grades[clear] -= 1
    results = judge(case_of([parcels(geometry, grades)], dem, standard), rules)
    assert results["terrain.slope_bias"].findings == []
    assert set(rows_of(results["terrain.slope_grade"])) == set(clear.tolist())
    assert {one.cause for one in results["terrain.slope_grade"].findings} == {"slope_lowered"}


def test_a_dem_of_another_place_accuses_nobody(county, truth, standard, tmp_path):
    _, _, geometry = county
    other = fractal(400, 99, relief=500, roughness=2.1)
    dem = write_raster(tmp_path / "other.tif", other, cell=CELL)
    mixed = np.random.default_rng(0).permutation(truth)
    results = judge(case_of([parcels(geometry, mixed)], dem, standard), rules)
    wrong = [
        one for one in results["terrain.slope_grade"].findings
        if one.verdict is Verdict.INCONSISTENT
    ]  # fmt: skip
    assert wrong == []


def slope_map(geometry, grades):
    ids = [f"5114227800{number:08d}" for number in range(len(geometry))]
    return table("PDT", {"BSM": ids, "PDJB": [str(grade) for grade in grades]}, geometry)


def test_the_slope_map_against_the_dem(county, truth, standard):
    _, dem, geometry = county
    grades = truth.copy()
    large = shapely.area(geometry) > np.quantile(shapely.area(geometry), 0.6)
    whole = case_of([parcels(geometry, truth)], dem, standard).terrain.checked_share > 0.95
    far = np.flatnonzero((truth == 4) & large & whole)[:10]
    grades[far] = 1
    case = case_of([slope_map(geometry, grades)], dem, standard)
    result = judge(case, rules)["terrain.slope_map"]
    assert result.tested > 750
    assert set(rows_of(result)) == set(far.tolist())
    assert Verdict.INCONSISTENT in {one.verdict for one in result.findings}
    assert all(one.layer == "PDT" and one.parcel_bsm == "" for one in result.findings)


def test_narrow_strips_of_the_map_are_left_alone(tmp_path, standard):
    dem = ramps(tmp_path / "dem.tif", [20.0] * 3)
    strip = shapely.box(WEST + 20, NORTH - 400, WEST + 32, NORTH - 100)
    result = one_rule([slope_map([strip], [1])], dem, standard, "slope_map")
    assert (result.tested, result.not_checkable) == (0, 1)
    assert "Narrower" in next(iter(result.reasons)).en


def test_parcels_against_the_delivered_map(standard):
    half = [shapely.box(WEST, NORTH, WEST + 500, NORTH + 1000),
            shapely.box(WEST + 500, NORTH, WEST + 1000, NORTH + 1000)]  # fmt: skip

    def parcel(left, right, north=100):
        return shapely.box(WEST + 500 - left, NORTH + north, WEST + 500 + right, NORTH + north + 50)

    shapes = [parcel(100, -10), parcel(80, 20), parcel(52, 48), parcel(20, 80), parcel(-10, 90),
              parcel(10, 90), parcel(70, 30), parcel(9000, -8000)]  # fmt: skip
    layer = parcels(shapes, [2, 2, 3, 3, 3, 2, 3, 3])
    result = one_rule([layer, slope_map(half, [2, 3])], "", standard, "slope_parcel_map")
    assert (result.tested, result.not_checkable) == (7, 1)
    found = {int(one.object_id[-8:]): one for one in result.findings}
    # 52 : 48 is a tie; 10 : 90 is clear, 70 : 30 only doubtful.
    assert set(found) == {5, 6}
    assert (found[5].verdict, found[5].cause) == (Verdict.INCONSISTENT, "slope_lowered")
    assert (found[6].verdict, found[6].cause) == (Verdict.DOUBTFUL, "slope_raised")
    assert found[5].evidence["map_shares"][:3] == [0.0, 0.1, 0.9]


def test_no_map_no_judgement(standard):
    layer = parcels([shapely.box(0, 0, 1, 1)], [2])
    result = one_rule([layer], "", standard, "slope_parcel_map")
    assert (result.tested, result.not_checkable) == (0, 1)


def test_paddy(tmp_path, standard):
    slopes = [20.0, 20.0, 14.0, 15.5, 20.0]
    dem = ramps(tmp_path / "dem.tif", slopes)
    layer = parcels(
        boxes(slopes), [4, 4, 3, 4, 4],
        classes=["0101", "0101", "0101", "0101", "0103"], kinds=["PD", "TT", "PD", "PD", "PD"],
    )  # fmt: skip
    result = one_rule([layer], dem, standard, "paddy_on_slope")
    assert result.tested == 3
    assert rows_of(result) == [0]
    assert result.findings[0].verdict is Verdict.DOUBTFUL
    assert float(result.findings[0].measured) == pytest.approx(20, abs=0.01)


def test_water(tmp_path, standard):
    slopes = [0.0, 12.0, 12.0, 12.0, 0.0]
    dem = ramps(tmp_path / "dem.tif", slopes)
    shapes = boxes(slopes)
    shapes[3] = boxes(slopes, side=14.0)[3]
    layer = parcels(shapes, [0] * 5, classes=["1103", "1104", "1101", "1104", "1102"])
    result = one_rule([layer], dem, standard, "water_not_flat")
    # A river runs downhill, and a pond of few cells says nothing.
    assert (result.tested, result.not_checkable) == (3, 1)
    assert rows_of(result) == [1]
    assert result.findings[0].verdict is Verdict.DOUBTFUL


def test_noisy_water_is_flat_enough(tmp_path, standard):
    heights = 300 + rough((100, 100), 1.5, 1.0)
    dem = write_raster(tmp_path / "dem.tif", heights.astype(np.float32), cell=30.0)
    lake = shapely.box(WEST + 300, NORTH - 2000, WEST + 2000, NORTH - 300)
    result = one_rule([parcels([lake], [0], classes="1102")], dem, standard, "water_not_flat")
    assert (result.tested, result.findings) == (1, [])
