"""Heights copied from the DEM, made up, of another place or off in a block; honest ones are not."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from osgeo import gdal
from scipy.ndimage import map_coordinates
from small_rasters import write_raster
from terrain_cases import NORTH, WEST, case_of, findings, fractal, judge, rough, spots, table

from onemap_verify.checks.baseline import DemOrigin
from onemap_verify.checks.findings import Verdict
from onemap_verify.checks.measures import heights as measuring
from onemap_verify.checks.measures.heights_digits import digits_of
from onemap_verify.checks.measures.heights_ground import METHODS
from onemap_verify.checks.measures.heights_near import resolution_of
from onemap_verify.checks.measures.heights_shift import Shift
from onemap_verify.checks.rules.heights import rules

FINE, FACTOR, SIZE = 10.0, 3, 900
CELL = FINE * FACTOR
NEW = ("copied", "unrelated", "block", "heaped")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Truth of 10 m cells, and the checker's DEM: means of 30 m cells with errors of its own."""
    truth = fractal(SIZE, seed=4, relief=600.0, roughness=2.1).astype(float)
    dem = truth.reshape(SIZE // FACTOR, FACTOR, -1, FACTOR).mean(axis=(1, 3))
    dem = (dem + rough(dem.shape, 1.5, seed=8)).astype(np.float32)
    path = write_raster(tmp_path_factory.mktemp("near") / "dem.tif", dem, cell=CELL)
    return truth, dem, str(path)


def places(count, seed, reach=SIZE * FINE):
    random = np.random.default_rng(seed)
    return np.array([WEST + 120, NORTH - 120]) + random.uniform(
        0, reach - 240, (count, 2)
    ) * np.array([1, -1])


def sample(heights, xy, cell, order):
    at = [(NORTH - xy[:, 1]) / cell - 0.5, (xy[:, 0] - WEST) / cell - 0.5]
    return map_coordinates(np.asarray(heights, float), at, order=order, mode="nearest",
                           prefilter=order < 3)  # fmt: skip


def surveyed(world, count=300, seed=1, step=0.01, reach=SIZE * FINE):
    xy = places(count, seed, reach)
    random = np.random.default_rng(seed + 50)
    z = sample(world[0], xy, FINE, 1) + random.normal(0, 0.2, count)
    return xy, np.round(z / step) * step


def copied(world, method, noise, count=300, seed=1, step=0.01, reach=SIZE * FINE):
    xy = places(count, seed, reach)
    case = case_of([spots(xy, np.zeros(count))], world[2], STANDARD["it"])
    ground = case.heights.spots.ground(method)
    z = ground + np.random.default_rng(seed).normal(0, 1, count) * noise
    return xy, np.round(z / step) * step


STANDARD = {}


@pytest.fixture(autouse=True)
def _standard(standard):
    STANDARD["it"] = standard


@pytest.fixture
def unmoved(monkeypatch):
    """Without the search for a shift, which takes most of the time."""
    monkeypatch.setattr(measuring, "find_shift", lambda *_: Shift("few"))


def found(world, xy, z, origin=DemOrigin.INDEPENDENT, only=NEW):
    case = case_of([spots(xy, z)], world[2], STANDARD["it"], origin)
    return [
        one
        for one in findings(case, rules)
        if any(f"heights.{name}" in one.rule_id for name in only)
    ]


def honest_spread(world):
    xy, z = surveyed(world, 3000, seed=99)
    off = z - sample(world[1], xy, CELL, 1)
    return float(1.4826 * np.median(np.abs(off - np.median(off))))


@pytest.mark.parametrize("count", [40, 300])
@pytest.mark.parametrize("step", [0.01, 0.1, 0.5])
@pytest.mark.usefixtures("unmoved")
def test_honest_heights_are_not_accused(world, count, step):
    for seed in range(3):
        assert found(world, *surveyed(world, count, seed, step)) == []


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("step", [0.01, 0.1])
@pytest.mark.parametrize("count", [40, 300])
@pytest.mark.usefixtures("unmoved")
def test_plain_copies_are_named(world, method, step, count):
    said = found(world, *copied(world, method, 0.0, count, step=step))
    assert [one.cause for one in said] == ["copied_from_dem"]
    assert said[0].evidence["method"] == method
    assert (said[0].layer, said[0].object_id) == ("GCZJD", "GCZJD")
    if step == 0.01 and method != "nearest":
        assert said[0].verdict is Verdict.INCONSISTENT
        assert said[0].evidence["concerned"] == count


@pytest.mark.parametrize("method", ["bilinear", "bicubic"])
@pytest.mark.usefixtures("unmoved")
def test_copies_with_noise_are_doubted(world, method):
    spread = honest_spread(world)
    said = found(world, *copied(world, method, 0.25 * spread, 300))
    assert [(one.cause, one.verdict) for one in said] == [("copied_from_dem", Verdict.DOUBTFUL)]


@pytest.mark.usefixtures("unmoved")
def test_the_staircase_shows_through_any_noise(world):
    said = found(world, *copied(world, "nearest", 0.5 * honest_spread(world), 40))
    assert [one.cause for one in said] == ["copied_from_dem"]
    assert said[0].evidence["method"] == "nearest" and said[0].verdict is Verdict.DOUBTFUL


@pytest.mark.usefixtures("unmoved")
def test_the_statistic_tells_copies_at_half_the_spread(world):
    spread = honest_spread(world)

    def statistic(xy, z):
        return case_of([spots(xy, z)], world[2], STANDARD["it"]).heights.spots.near.statistic

    honest = [statistic(*surveyed(world, 200, seed, reach=2500.0)) for seed in range(4)]
    forged = [
        statistic(*copied(world, "bilinear", 0.5 * spread, 200, seed, reach=2500.0))
        for seed in range(4)
    ]
    assert min(forged) > max(honest)


def test_a_part_copied_is_found_and_shown(world):
    xy, z = surveyed(world, 400)
    _, copy = copied(world, "bilinear", 0.0, 400)
    mine = np.random.default_rng(0).uniform(size=400) < 0.3
    said = found(world, xy, np.where(mine, copy, z))
    assert [one.cause for one in said] == ["copied_from_dem"]
    assert said[0].verdict is Verdict.INCONSISTENT
    assert abs(said[0].evidence["concerned"] - mine.sum()) <= 8
    assert shapely.get_num_geometries(said[0].where) == said[0].evidence["concerned"]


def test_a_constant_on_top_does_not_hide_a_copy(world):
    xy, z = copied(world, "bilinear", 0.0)
    said = found(world, xy, z + 0.37)
    assert [one.cause for one in said] == ["copied_from_dem"]


def test_with_a_dem_of_the_same_source_copying_is_no_matter(world):
    xy, z = copied(world, "bilinear", 0.0)
    case = case_of([spots(xy, z)], world[2], STANDARD["it"], DemOrigin.SAME_SOURCE)
    result = judge(case, rules, "copied")["heights.copied"]
    assert result.findings == []
    assert ["legitimate" in reason.en for reason in result.reasons] == [True]


def test_on_level_ground_nobody_can_tell(tmp_path):
    level = write_raster(tmp_path / "level.tif", np.full((300, 300), 12.5, np.float32), cell=CELL)
    xy = places(100, 3)
    case = case_of([spots(xy, np.full(100, 12.5))], level, STANDARD["it"])
    result = judge(case, rules, "copied")["heights.copied"]
    assert result.findings == [] and result.not_checkable == 1


def test_a_dem_made_from_the_heights_accuses_nobody(world, tmp_path):
    """The DEM keeps the surveyed heights at their cells, as interpolators that honour points do."""
    xy, z = surveyed(world, 200, step=0.1)
    dem = rough((SIZE // FACTOR,) * 2, 20.0, reach=12, seed=2) + 500
    dem[((NORTH - xy[:, 1]) // CELL).astype(int), ((xy[:, 0] - WEST) // CELL).astype(int)] = z
    path = write_raster(tmp_path / "made.tif", dem.astype(np.float32), cell=CELL)
    case = case_of([spots(xy, z)], path, STANDARD["it"])
    result = judge(case, rules, "copied")["heights.copied"]
    assert result.findings == []
    assert any("made from them" in reason.en for reason in result.reasons)


def test_heights_of_another_place_and_made_up_ones(world):
    xy, _ = surveyed(world)
    elsewhere = places(1, 0)[0] * 0 + np.array([3200.0, -2600.0])
    inside = (xy[:, 0] + 3200 < WEST + 8800) & (xy[:, 1] - 2600 > NORTH - 8800)
    z = sample(world[0], xy[inside] + elsewhere, FINE, 1)
    said = found(world, xy[inside], np.round(z, 2))
    assert [(one.cause, one.verdict) for one in said] == [
        ("transplanted_heights", Verdict.INCONSISTENT)
    ]
    made_up = np.round(np.random.default_rng(0).uniform(300, 700, len(xy)), 2)
    case = case_of([spots(xy, made_up)], world[2], STANDARD["it"])
    every = findings(case, rules)
    assert [one.cause for one in every] == ["invented_heights"]


def test_heights_drawn_between_a_few_points(world):
    xy, z = surveyed(world, 400)
    from scipy.interpolate import RBFInterpolator

    few = np.arange(0, 400, 40)
    drawn = RBFInterpolator(xy[few], z[few], kernel="thin_plate_spline")(xy)
    causes = {one.cause for one in found(world, xy, np.round(drawn, 2))}
    assert causes <= {"interpolated_heights", "transplanted_heights", "invented_heights"}
    assert causes


def test_a_block_in_the_wrong_place_is_told_once(world):
    xy, z = surveyed(world, 500)
    block = (xy[:, 0] < WEST + 3500) & (xy[:, 1] > NORTH - 3500)
    z[block] += 60.0
    every = findings(case_of([spots(xy, z)], world[2], STANDARD["it"]), rules)
    told = [one for one in every if one.rule_id == "heights.block"]
    assert [one.cause for one in told] == ["wrong_sheet"]
    assert told[0].verdict is Verdict.DOUBTFUL
    assert abs(told[0].evidence["points"] - block.sum()) <= 3
    assert sum(one.rule_id == "heights.blunder" for one in every) <= 3


@pytest.mark.usefixtures("unmoved")
def test_contours_made_from_the_dem(world, tmp_path):
    lines, levels = marched(world[2])
    dgx = table("DGX", {"BSM": [f"{n:018d}" for n in range(len(lines))], "BSGC": levels}, lines)
    said = findings(case_of([dgx], world[2], STANDARD["it"]), rules, "copied")
    assert [one.cause for one in said] == ["copied_from_dem"]
    assert said[0].evidence["kind"] == "generated_contours"
    # Drawn by hand they lie beside the lines between cells.
    random = np.random.default_rng(0)
    shaken = shapely.transform(lines, lambda c: c + random.normal(0, 3.0, c.shape))
    dgx = table("DGX", {"BSM": [f"{n:018d}" for n in range(len(lines))], "BSGC": levels}, shaken)
    assert findings(case_of([dgx], world[2], STANDARD["it"]), rules, "copied") == []


def marched(path, interval=20.0):
    """Contours as GDAL makes them."""
    from osgeo import ogr

    source = gdal.Open(path)
    out = ogr.GetDriverByName("Memory").CreateDataSource("")
    layer = out.CreateLayer("contours", None, ogr.wkbLineString)
    layer.CreateField(ogr.FieldDefn("height", ogr.OFTReal))
    gdal.ContourGenerate(source.GetRasterBand(1), interval, 0, [], 0, 0, layer, -1, 0)
    rows = [(bytes(f.GetGeometryRef().ExportToWkb()), f["height"]) for f in layer]
    shapes = shapely.from_wkb([row[0] for row in rows])
    long = shapely.length(shapes) > 600
    return shapes[long], [row[1] for row, keep in zip(rows, long) if keep]


def test_last_digits():
    random = np.random.default_rng(3)
    even = np.round(random.uniform(100, 400, 2000), 2)
    assert digits_of(even).decades > -4
    # Rounded to whole and half metres here and there: honest.
    some = np.where(random.uniform(size=2000) < 0.4, np.round(even), np.round(even, 1))
    assert digits_of(some).decades > -4
    liked = even.copy()
    liked[:700] = np.floor(liked[:700] * 10) / 10 + random.choice([0.03, 0.07, 0.08], 700)
    found = digits_of(liked)
    assert found.decades < -20 and found.preferred == [3, 7, 8] and found.excess > 0.2


def test_units_of_heights():
    z = np.random.default_rng(0).uniform(0, 500, 200)
    for unit in (1.0, 0.5, 0.1, 0.05, 0.01):
        assert resolution_of(np.round(z / unit) * unit) == unit
        assert resolution_of(np.round(z / unit) * unit + 37.263) == unit
    assert resolution_of(z) == 0.001


def test_made_up_digits_are_doubted(world):
    xy, z = surveyed(world, 400)
    random = np.random.default_rng(0)
    z = np.floor(z * 10) / 10 + random.choice([0.02, 0.05, 0.08], 400)
    said = found(world, xy, np.round(z, 2))
    assert [(one.cause, one.verdict) for one in said] == [("heaped_digits", Verdict.DOUBTFUL)]
