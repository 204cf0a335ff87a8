"""Heights of whole layers beside a DEM, and contours beside one another."""

import numpy as np
import pytest
import shapely
from small_rasters import write_raster
from terrain_cases import at, case_of, fractal, inside, spots, table

from onemap_verify.checks.measures.heights import (
    COMPARED,
    NO_GROUND,
    NO_HEIGHT,
    NO_PLACE,
    OUTSIDE,
)
from onemap_verify.checks.measures.heights_contours import (
    measure_contours,
    points_along,
    regular_interval,
)

CELL = 10.0
INTERVALS = [1, 2, 2.5, 5, 10, 20]


@pytest.fixture(scope="module")
def terrain(tmp_path_factory):
    heights = fractal(300, 11, relief=200)
    path = write_raster(tmp_path_factory.mktemp("dem") / "dem.tif", heights, cell=CELL)
    return heights, path


def measured(terrain, xy, heights, standard, **facts):
    return case_of([spots(xy, heights, **facts)], terrain[1], standard).heights


def survey(terrain, count=300, noise=0.4, seed=1):
    xy = inside(count, terrain[0], CELL, 50.0, seed)
    return xy, at(terrain[0], xy, CELL) + np.random.default_rng(seed).normal(0, noise, count)


def test_honest_heights(terrain, standard):
    xy, heights = survey(terrain)
    found = measured(terrain, xy, heights, standard)
    one = found.spots
    assert found.cell == pytest.approx(CELL)
    assert one.unit == "metre"
    assert (one.state == COMPARED).all()
    assert abs(one.given.bias) < 4 * one.given.bias_sigma
    # Over a few kilometres the DEM's own long waves hide more than 300 points would tell.
    assert 1.5 * 0.4 / np.sqrt(300) < one.given.bias_sigma < 4 * 0.4 / np.sqrt(300)
    assert 20 < one.given.effective < 150
    every = {row.name: row for row in one.given.accuracy}
    assert every["all"].nmad == pytest.approx(0.4, rel=0.2)
    assert every["all"].rmse == pytest.approx(0.4, rel=0.2)
    terrain_classes = ("flat", "hill", "mountain", "high_mountain")
    assert sum(every[name].count for name in terrain_classes) == 300
    assert sum(every[name].count for name in ("low", "middle", "high")) == 300


def test_slope_at_points_is_horns(terrain, standard):
    from osgeo import gdal

    xy, heights = survey(terrain)
    slope = gdal.DEMProcessing("", terrain[1], "slope", format="MEM").ReadAsArray()
    found = measured(terrain, xy, heights, standard).spots.given.slope
    column = ((xy[:, 0] - 500_000) // CELL).astype(int)
    row = ((3_400_000 - xy[:, 1]) // CELL).astype(int)
    assert np.abs(found - slope[row, column]).max() < 1e-2


def test_why_points_are_not_compared(terrain, standard, tmp_path):
    heights = terrain[0].copy()
    heights[100:140, 100:140] = -9999
    path = write_raster(tmp_path / "hole.tif", heights, cell=CELL, nodata=-9999)
    xy, values = survey(terrain, 50)
    xy[0] = [500_000 + 1200, 3_400_000 - 1200]
    xy[1] = [400_000, 3_400_000]
    values[2] = np.nan
    layer = spots(xy, values)
    layer.geometry[3] = None
    layer.geometry[4] = shapely.Point(np.nan, np.nan)
    one = case_of([layer], path, standard).heights.spots
    assert one.state[:5].tolist() == [NO_GROUND, OUTSIDE, NO_HEIGHT, NO_PLACE, NO_PLACE]
    assert np.isnan(one.given.residual[:5]).all()
    assert (one.state == COMPARED).sum() >= 40


def test_height_of_the_point_itself(terrain, standard):
    xy, values = survey(terrain, 40)
    layer = spots(xy, values)
    layer.columns["BSGC"][:10] = np.nan
    layer.geometry[:10] = shapely.points(np.column_stack([xy, values])[:10])
    one = case_of([layer], terrain[1], standard).heights.spots
    assert np.allclose(one.height[:10], values[:10])
    assert (one.state == COMPARED).all()


@pytest.mark.parametrize(
    ("factor", "unit"), [(1 / 0.3048, "feet"), (10, "decimetre"), (100, "centimetre"), (1, "metre")]
)
def test_units_are_recognised(terrain, standard, factor, unit):
    xy, heights = survey(terrain)
    one = measured(terrain, xy, heights * factor, standard).spots
    assert one.unit == unit
    assert np.allclose(one.height, heights)


def test_a_constant_is_no_unit(terrain, standard):
    xy, heights = survey(terrain)
    assert measured(terrain, xy, heights * 1.0 + 900.0, standard).spots.unit == "metre"


def test_tilt(terrain, standard):
    xy, heights = survey(terrain)
    east, north = (xy - xy.mean(axis=0)).T / 1000
    found = measured(terrain, xy, heights + 1.5 * east - 0.5 * north, standard).spots.given
    assert np.allclose(found.tilt, [1.5, -0.5], atol=0.15)
    assert (np.abs(found.tilt / found.tilt_sigma) > 5).all()


def test_spread_grows_with_slope(terrain, standard):
    xy, _ = survey(terrain, 3000)
    moved = xy + np.random.default_rng(5).normal(0, 6, xy.shape)
    noise = np.random.default_rng(6).normal(0, 0.3, 3000)
    found = measured(terrain, xy, at(terrain[0], moved, CELL) + noise, standard).spots.given
    assert found.level == pytest.approx(0.3, abs=0.2)
    assert found.per_slope == pytest.approx(6, rel=0.25)
    assert np.nanstd(found.standardised) == pytest.approx(1, rel=0.25)


@pytest.mark.parametrize("method", ["nearest", "bilinear", "bicubic"])
def test_every_way_of_copying_can_be_followed(terrain, standard, method):
    xy, heights = survey(terrain)
    one = measured(terrain, xy, heights, standard).spots
    copied = measured(terrain, xy, one.ground(method), standard).spots
    assert np.abs(copied.height - copied.ground(method)).max() < 1e-6
    others = {"nearest", "bilinear", "bicubic"} - {method}
    assert all(np.abs(copied.height - copied.ground(other)).max() > 0.05 for other in others)


def test_layers_that_hold_nothing(terrain, standard):
    empty = spots(np.zeros((1, 2)), [1.0])
    empty = type(empty)(
        "GCZJD", "x", empty.fields, {k: v[:0] for k, v in empty.columns.items()},
        empty.geometry[:0], empty.row_ids[:0], empty.wkt,
    )  # fmt: skip
    found = case_of([empty], terrain[1], standard).heights
    assert found.spots is None and found.contours is None and found.lines is None


def test_a_dem_that_is_none(standard, tmp_path):
    (tmp_path / "dem.tif").write_text("not a raster")
    found = case_of([spots(np.zeros((3, 2)), [1, 2, 3])], tmp_path / "dem.tif", standard).heights
    assert "dem.tif" in found.problem.en
    assert found.spots is None


def rings(levels, spacing=40.0, points=200, centre=(501_000.0, 3_399_000.0)):
    """Concentric contours, highest in the middle."""
    angle = np.linspace(0, 2 * np.pi, points)
    circle = np.column_stack([np.cos(angle), np.sin(angle)])
    radii = spacing * np.arange(len(levels), 0, -1)
    return [shapely.LineString(circle * radius + centre) for radius in radii]


def contours(lines, levels):
    ids = [f"5114227100{number:08d}" for number in range(len(lines))]
    return table("DGX", {"BSM": ids, "BSGC": [float(level) for level in levels]}, lines)


@pytest.mark.parametrize(
    ("heights", "interval"),
    [
        (np.arange(100, 200, 5.0), 5),
        (np.arange(100, 110, 1.0), 1),
        (np.arange(100, 125, 2.5), 2.5),
        ([*np.arange(100, 200, 10.0), 103.0], 10),
        ([100.0, 100.0, 105.0], None),
        (np.array([1.234, 2.345, 3.777, 8.123]), None),
    ],
)
def test_interval(heights, interval):
    found = regular_interval(np.asarray(heights, dtype=float), INTERVALS, 0.8)
    assert found == interval if interval else np.isnan(found)


def test_clean_contours():
    levels = np.arange(100, 200, 5.0)
    found = measure_contours(np.array(rings(levels)), levels, INTERVALS, 0.8)
    assert found.interval == 5
    assert found.on_interval.all()
    assert not found.culprit.any()
    assert found.jumps.sum() == 0
    assert (found.samples > 10).all()
    assert len(found.crossing) == 0


def test_a_wrong_label_is_the_culprit_and_not_its_neighbours():
    levels = np.arange(100, 200, 5.0)
    levels[7] += 50
    found = measure_contours(np.array(rings(levels)), levels, INTERVALS, 0.8)
    assert np.flatnonzero(found.culprit).tolist() == [7]
    assert found.on_interval.all()


def test_half_contours_are_legal_and_others_are_not():
    levels = np.arange(100, 200, 5.0)
    levels = np.insert(levels, 5, 122.5)
    lines = np.array(rings(levels))
    found = measure_contours(lines, levels, INTERVALS, 0.8)
    assert found.interval == 5 and found.on_interval.all() and not found.culprit.any()
    levels[5] = 121.7
    found = measure_contours(lines, levels, INTERVALS, 0.8)
    assert np.flatnonzero(~found.on_interval).tolist() == [5]


def test_crossing_contours():
    lines = np.array(
        [
            shapely.LineString([(0, 0), (100, 0)]),
            shapely.LineString([(50, -50), (50, 50)]),
            shapely.LineString([(0, 30), (100, 30)]),
            None,
        ],
        dtype=object,
    )
    found = measure_contours(lines, np.array([100.0, 110.0, 110.0, 120.0]), INTERVALS, 0.8)
    assert found.crossing.tolist() == [[0, 1]]


def test_points_along_lines_are_their_vertices():
    lines = np.array([shapely.LineString([(0, 0), (1, 0), (2, 0), (30, 0), (31, 0)])], dtype=object)
    xy, rows = points_along(lines, 10.0)
    assert xy[:, 0].tolist() == [0, 30]
    assert rows.tolist() == [0, 0]
    many, _ = points_along(np.array(rings(np.arange(100, 300, 1.0))), 0.001, 500)
    assert 400 < len(many) < 1000


def test_contours_of_the_dem_itself_fit_it(terrain, standard, tmp_path):
    from osgeo import gdal, ogr

    source = ogr.GetDriverByName("Memory").CreateDataSource("")
    layer = source.CreateLayer("contours", None, ogr.wkbLineString)
    layer.CreateField(ogr.FieldDefn("ID", ogr.OFTInteger))
    layer.CreateField(ogr.FieldDefn("BSGC", ogr.OFTReal))
    band = gdal.Open(terrain[1])
    gdal.ContourGenerate(band.GetRasterBand(1), 10, 0, [], 0, 0, layer, 0, 1)
    lines = [shapely.from_wkb(bytes(f.GetGeometryRef().ExportToWkb())) for f in layer]
    layer.ResetReading()
    levels = [f["BSGC"] for f in layer]
    found = case_of([contours(lines, levels)], terrain[1], standard).heights
    assert found.lines.interval == 10
    assert found.contours.shift.state == "found"
    assert found.contours.shift.length < 3
    assert abs(found.contours.given.bias) < 0.3
    assert found.lines.culprit.sum() <= 0.02 * len(lines)
    assert len(found.lines.crossing) == 0
    # Thinned: two cells apart, not every vertex.
    assert len(found.contours) < sum(len(line.coords) for line in lines)
