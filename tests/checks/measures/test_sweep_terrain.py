"""The terrain under every parcel: known values, and independent computations."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from osgeo import gdal
from small_rasters import GAUSS, hills, wkt_of, write_raster

from onemap_verify.checks.measures import zonal
from onemap_verify.checks.measures.sweep import QUANTILES, measure_terrain
from onemap_verify.checks.placing import Frame
from onemap_verify.checks.progress import Cancelled, Progress
from onemap_verify.checks.raster import RasterError

WEST, NORTH, CELL = 500_000.0, 3_400_000.0, 10.0
LIMITS = (2.0, 6.0, 15.0, 25.0)
GAUSS_WKT = wkt_of(GAUSS)
ONE_CELL = 4e-3
"""Share of a parcel of 250 cells: where roundings differ, a cell may change its class."""


def box(left, top, right, bottom):
    """A box given in cells from the upper left corner."""
    return shapely.box(
        WEST + left * CELL, NORTH - bottom * CELL, WEST + right * CELL, NORTH - top * CELL
    )


def measure(path, *geometries, wkt=GAUSS_WKT, **more):
    return measure_terrain(np.array(geometries, dtype=object), wkt, path, LIMITS, **more)


def tilted(angle, rows=60, columns=80):
    column = np.arange(columns) * CELL * math.tan(math.radians(angle))
    return np.broadcast_to(500 + column, (rows, columns)).astype(np.float32)


def net(n, side, seed=0, left=0.0, top=0.0):
    """A clean coverage of n × n crooked parcels over ``side`` cells."""
    rng = np.random.default_rng(seed)
    nodes = np.stack(np.meshgrid(np.arange(n + 1.0), np.arange(n + 1.0)), axis=-1)
    nodes[1:-1, 1:-1] += rng.uniform(-0.35, 0.35, (n - 1, n - 1, 2))
    nodes = (WEST, NORTH) + (nodes * side / n + (left, top)) * (CELL, -CELL)
    rings = np.stack([nodes[:-1, :-1], nodes[:-1, 1:], nodes[1:, 1:], nodes[1:, :-1]], axis=2)
    return shapely.polygons(rings.reshape(-1, 4, 2))


def exact(geometries, slope_path):
    """Covered fractions and slopes by exactextract, one pair of arrays for each polygon."""
    exactextract = pytest.importorskip("exactextract", reason="exactextract is not installed")
    features = [
        {"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(g)}
        for g in geometries
    ]
    found = exactextract.exact_extract(slope_path, features, ["coverage", "values"])
    return [(f["properties"]["coverage"], f["properties"]["values"]) for f in found]


def grades_of(slope):
    return np.searchsorted(np.array(LIMITS, dtype=np.float32), slope)


@pytest.fixture
def dem(tmp_path):
    return write_raster(tmp_path / "dem.tif", hills(150, 170, relief=25, roughness=7))


@pytest.fixture
def slope(tmp_path, dem):
    path = str(tmp_path / "slope.tif")
    gdal.DEMProcessing(path, dem, "slope")
    return path


@pytest.mark.parametrize(
    ("angle", "grade"), [(0, 1), (1.9, 1), (2.3, 2), (5, 2), (10, 3), (20, 4), (30, 5)]
)
def test_a_plane_is_of_one_grade(tmp_path, angle, grade):
    path = write_raster(tmp_path / "dem.tif", tilted(angle))
    found = measure(path, box(5, 5, 30.5, 20.25))
    assert found.grade.tolist() == [grade]
    assert found.slope_mean[0] == pytest.approx(angle, abs=1e-3)
    assert found.slope_deviation[0] == pytest.approx(0, abs=1e-3)
    area = 25.5 * 15.25 * CELL**2
    assert found.area[0] == pytest.approx(area)
    assert found.grade_area[0].sum() == pytest.approx(area)
    assert found.grade_area[0, grade - 1] == pytest.approx(area)
    assert found.cells[0] == pytest.approx(25.5 * 15.25)
    assert found.checked_share[0] == pytest.approx(1.0)
    assert found.slope_quantiles[0] == pytest.approx([angle] * 5, abs=0.5)


def test_half_cells_share_the_grades(tmp_path):
    # Level on the left, 45 degrees on the right; slopes change over two columns.
    height = np.zeros((20, 20), dtype=np.float32)
    height[:, 10:] = np.arange(1, 11) * CELL
    path = write_raster(tmp_path / "dem.tif", height)
    level, steep = box(5, 5, 8.5, 9.5), box(11.5, 5, 15, 9.5)
    found = measure(path, level, steep, shapely.union(level, steep))
    np.testing.assert_allclose(
        found.grade_area / CELL**2,
        [[3.5 * 4.5, 0, 0, 0, 0], [0, 0, 0, 0, 3.5 * 4.5], [3.5 * 4.5, 0, 0, 0, 3.5 * 4.5]],
    )
    assert found.slope_mean[2] == pytest.approx(22.5, abs=1e-3)
    assert found.slope_deviation[2] == pytest.approx(22.5, abs=1e-3)
    assert found.grade.tolist() == [1, 5, 1]


def test_a_parcel_smaller_than_a_cell_has_that_cell(tmp_path):
    path = write_raster(tmp_path / "dem.tif", tilted(10))
    found = measure(path, box(7.25, 8.5, 7.5, 8.75))
    assert found.cells[0] == pytest.approx(0.0625)
    assert found.slope_mean[0] == pytest.approx(10, abs=1e-3)
    assert found.grade[0] == 3
    assert found.inside_cells[0] == 0
    assert np.isnan(found.inside_height_mean[0])


def test_heights_of_a_plane(tmp_path):
    path = write_raster(tmp_path / "dem.tif", tilted(45))
    found = measure(path, box(10, 10, 20, 20), box(10.5, 10.5, 19.5, 19.5))
    assert found.height_mean == pytest.approx([500 + 14.5 * CELL] * 2, abs=1e-3)
    assert found.height_least == pytest.approx([600, 600], abs=1e-3)
    assert found.height_greatest == pytest.approx([690, 690], abs=1e-3)
    assert found.height_deviation[0] == pytest.approx(CELL * math.sqrt(99 / 12), rel=1e-6)
    assert found.inside_cells.tolist() == [100, 64]
    assert found.inside_height_deviation[1] == pytest.approx(CELL * math.sqrt(63 / 12), rel=1e-6)


def test_still_water_on_high_ground_keeps_its_millimetres(tmp_path):
    height = np.full((300, 300), 4321.5, dtype=np.float64)
    height[:, ::2] += 0.002
    path = write_raster(tmp_path / "dem.tif", height)
    found = measure(path, box(20, 20, 280, 280))
    assert found.height_deviation[0] == pytest.approx(0.001, rel=0.02)
    assert found.slope_mean[0] == pytest.approx(0, abs=1e-3)


def test_fractions_and_slopes_equal_exactextract_and_gdaldem(dem, slope):
    parcels = net(7, 120, seed=2, left=15.3, top=12.7)
    parcels = [*parcels, shapely.MultiPolygon([parcels[0], parcels[20]]), parcels[24].buffer(-20)]
    ring = shapely.Polygon(parcels[10].buffer(200).exterior, [parcels[10].exterior])
    parcels.append(ring)
    found = measure(dem, *parcels)
    for row, (coverage, values) in enumerate(exact(parcels, slope)):
        area = coverage.sum() * CELL**2
        expected = np.bincount(grades_of(values), coverage, minlength=5) * CELL**2
        np.testing.assert_allclose(found.grade_area[row], expected, atol=ONE_CELL * area)
        mean = np.average(values, weights=coverage)
        assert found.area[row] == pytest.approx(parcels[row].area, rel=1e-9)
        assert found.cells[row] == pytest.approx(coverage.sum(), rel=1e-6)
        assert found.slope_mean[row] == pytest.approx(mean, abs=5e-4)
        deviation = np.sqrt(np.average((values - mean) ** 2, weights=coverage))
        assert found.slope_deviation[row] == pytest.approx(deviation, abs=5e-4)
        order = np.argsort(values)
        share = np.cumsum(coverage[order]) / coverage.sum()
        for quantile, q in zip(found.slope_quantiles[row], QUANTILES):
            assert quantile == pytest.approx(values[order][np.searchsorted(share, q)], abs=0.3)


def test_heights_equal_exactextract(dem):
    parcels = net(6, 110, seed=4, left=20.2, top=20.9)
    found = measure(dem, *parcels)
    for row, (coverage, values) in enumerate(exact(parcels, dem)):
        mean = np.average(values, weights=coverage)
        assert found.height_mean[row] == pytest.approx(mean, abs=1e-4)
        deviation = np.sqrt(np.average((values - mean) ** 2, weights=coverage))
        assert found.height_deviation[row] == pytest.approx(deviation, abs=1e-4)
        assert found.height_least[row] == values.min()
        assert found.height_greatest[row] == values.max()
        whole = coverage >= 1 - 1e-6
        # exactextract's fractions are float32: a cell all but covered looks whole.
        assert whole.sum() - 2 <= found.inside_cells[row] <= whole.sum()
        if whole.any():
            assert found.inside_height_mean[row] == pytest.approx(values[whole].mean(), abs=0.1)


@pytest.mark.parametrize("cells", [16 * 16, 50 * 50, 10**6])
def test_the_cut_into_windows_does_not_show(dem, monkeypatch, cells):
    parcels = [*net(5, 120, seed=9, left=10, top=10), box(3, 3, 160, 140)]
    whole = measure(dem, *parcels)
    monkeypatch.setattr(zonal, "_MOST_WINDOW_CELLS", cells)
    monkeypatch.setattr(zonal, "_LEAST_WINDOW_CELLS", cells)
    monkeypatch.setattr(zonal, "_WINDOWS_WANTED", 1)
    monkeypatch.setattr(zonal, "_POLYGONS_AT_ONCE", 7)
    parts = measure(dem, *parcels)
    for name in ("slope_mean", "slope_deviation", "height_mean", "height_deviation", "cells"):
        np.testing.assert_allclose(getattr(parts, name), getattr(whole, name), rtol=1e-5)
    np.testing.assert_array_equal(parts.height_least, whole.height_least)
    np.testing.assert_array_equal(parts.inside_cells, whole.inside_cells)
    # A slope a rounding away from an edge of the histogram may change its bin.
    off = np.abs(parts.histogram - whole.histogram).sum(axis=1) / whole.histogram.sum(axis=1)
    assert off.max() < 2e-3


def test_threads_change_nothing(dem):
    parcels = net(8, 130, seed=1, left=9.1, top=8.2)
    one, many = measure(dem, *parcels, threads=1), measure(dem, *parcels, threads=5)
    for name in one.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(one, name), getattr(many, name), err_msg=name)


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.integers(2, 6), st.floats(5, 100))
def test_the_parts_of_a_coverage_sum_to_the_whole(tmp_path_factory, seed, n, side):
    path = tmp_path_factory.getbasetemp() / "partition.tif"
    if not path.exists():
        write_raster(path, hills(120, 120))
    parcels = net(n, side, seed=seed, left=seed % 13 + 0.37, top=seed % 7 + 0.21)
    found = measure(str(path), *parcels, shapely.union_all(parcels))
    assert found.area[:-1].sum() == pytest.approx(found.area[-1], rel=1e-9)
    np.testing.assert_allclose(
        found.grade_area[:-1].sum(axis=0), found.grade_area[-1], atol=1e-5 * found.area[-1]
    )
    # A parcel within the outermost cells has no slope at all.
    some = found.cells[:-1] > 0
    mean = np.average(found.slope_mean[:-1][some], weights=found.cells[:-1][some])
    assert mean == pytest.approx(found.slope_mean[-1], rel=1e-6)
    assert found.height_least[:-1].min() == found.height_least[-1]


def test_overlapping_parcels_each_get_their_own(dem):
    parcels = [box(20, 20, 90, 90), box(20, 20, 90, 90), box(40.5, 30.2, 120.7, 80.1)]
    together = measure(dem, *parcels)
    for row, parcel in enumerate(parcels):
        alone = measure(dem, parcel)
        np.testing.assert_allclose(together.histogram[row], alone.histogram[0], rtol=1e-5)
        assert together.height_mean[row] == pytest.approx(alone.height_mean[0])


def test_nodata_and_outside_lower_the_checked_share(tmp_path):
    height = tilted(10, rows=100, columns=100)
    height[:, 50:] = -9999
    path = write_raster(tmp_path / "dem.tif", height, nodata=-9999)
    found = measure(
        path,
        box(10, 10, 40, 40),  # all known
        box(39, 10, 59, 20),  # ten columns, less the one beside nodata
        box(60, 10, 80, 20),  # nodata
        box(-30, 10, 10, 20),  # a quarter inside, less the border column
        box(500, 500, 520, 520),  # outside
    )
    np.testing.assert_allclose(found.checked_share, [1, 10 / 20, 0, 9 / 40, 0])
    assert found.grade.tolist() == [3, 3, 0, 3, 0]
    assert np.isnan(found.slope_mean[[2, 4]]).all()
    assert np.isnan(found.slope_quantiles[[2, 4]]).all()
    assert np.isnan(found.grade_share[[2, 4]]).all()
    assert (found.area > 0).all()
    # Heights need no neighbours.
    np.testing.assert_allclose(found.height_area / CELL**2, [900, 110, 0, 100, 0])


def test_a_terrain_of_nothing_but_nodata(tmp_path):
    path = write_raster(tmp_path / "dem.tif", np.full((40, 40), -9999, "int16"), nodata=-9999)
    found = measure(path, box(5, 5, 20, 20))
    assert found.checked_share[0] == 0
    assert found.grade[0] == 0
    assert np.isnan(found.height_mean[0])
    assert np.isnan(found.height_least[0])


def test_broken_geometries_are_nothing_and_spare_the_rest(dem):
    good = box(20, 20, 60, 60)
    bow_tie = shapely.Polygon(
        [(WEST + x, NORTH - y) for x, y in ((100, 100), (900, 900), (900, 100), (100, 900))]
    )
    nan = shapely.Polygon([(WEST, NORTH), (np.nan, NORTH - 100), (WEST + 100, NORTH - 100)])
    line = shapely.LineString([(WEST, NORTH), (WEST + 900, NORTH - 900)])
    found = measure(dem, None, good, shapely.Polygon(), bow_tie, nan, line, good)
    assert found.cells.astype(bool).tolist() == [False, True, False, False, False, False, True]
    assert found.tangled.tolist() == [False, False, False, True, False, False, False]
    assert found.grade[[0, 2, 3, 4, 5]].tolist() == [0] * 5
    np.testing.assert_array_equal(found.histogram[1], found.histogram[6])


def test_nothing_at_all(dem):
    for geometries in ([], [None, None]):
        found = measure(dem, *geometries)
        assert len(found) == len(geometries)
        assert not found.cells.any()


def test_another_crs_gives_the_same_terrain(dem):
    from onemap_verify.checks.reproject import Reprojection

    parcels = net(5, 120, seed=6, left=10, top=10)
    xy = Reprojection(GAUSS_WKT, "EPSG:4490").points(shapely.get_coordinates(parcels))
    degrees = shapely.set_coordinates(parcels.copy(), xy)
    here, there = measure(dem, *parcels), measure(dem, *degrees, wkt=wkt_of(4490))
    assert here.frame is Frame.SAME
    assert there.frame is Frame.REPROJECTED
    np.testing.assert_allclose(there.area, here.area, rtol=1e-5)
    off = np.abs(there.grade_area - here.grade_area).max(axis=1) / here.area
    assert off.max() < 1e-4


def test_long_edges_follow_their_curve(tmp_path):
    from onemap_verify.checks.reproject import Reprojection

    # 60 km along a parallel: in degrees the straight edge bends 60 m on the plane.
    path = write_raster(
        tmp_path / "dem.tif", np.ones((700, 1600), "int16"), cell=50.0, north=3_330_000.0
    )
    left, top = Reprojection(GAUSS_WKT, "EPSG:4490").points(np.array([[505_000.0, 3_320_000.0]]))[0]
    box_degrees = shapely.box(left, top - 0.1, left + 0.6, top)
    fine = shapely.segmentize(box_degrees, 0.001)
    true = shapely.transform(fine, Reprojection("EPSG:4490", GAUSS_WKT).points)
    found = measure(path, box_degrees, wkt="EPSG:4490")
    assert found.area[0] == pytest.approx(true.area, rel=1e-5)
    assert found.cells[0] * 2500 == pytest.approx(true.area, rel=1e-5)


def test_missing_crs_is_assumed_only_where_extents_meet(tmp_path):
    path = write_raster(tmp_path / "dem.tif", tilted(10), epsg=0)
    near, far = box(5, 5, 20, 20), shapely.box(0, 0, 100, 100)
    assert measure(path, near).frame is Frame.ASSUMED
    assert measure(path, near, wkt="").grade[0] == 3
    lost = measure(path, far, wkt="")
    assert lost.frame is Frame.UNKNOWN
    assert lost.checked_share[0] == 0


@pytest.mark.parametrize(
    "options",
    [
        ["COMPRESS=LZW", "PREDICTOR=2"],
        ["TILED=YES", "COMPRESS=DEFLATE", "BLOCKXSIZE=32", "BLOCKYSIZE=32"],
    ],
)
def test_makes_of_files_do_not_matter(tmp_path, options):
    height = np.round(hills(90, 100)).astype(np.int16)
    plain = write_raster(tmp_path / "a.tif", height)
    other = write_raster(tmp_path / "b.tif", height, options=options)
    parcels = net(4, 70, left=10.5, top=9.5)
    np.testing.assert_allclose(
        measure(plain, *parcels).histogram, measure(other, *parcels).histogram, rtol=2e-3, atol=20
    )


def test_south_up_terrain(tmp_path):
    height = hills(60, 70)
    plain = write_raster(tmp_path / "a.tif", height)
    flipped = write_raster(
        tmp_path / "b.tif",
        height[::-1].copy(),
        transform=(WEST, CELL, 0, NORTH - 60 * CELL, 0, CELL),
    )
    parcels = net(3, 50, left=5.5, top=4.5)
    one, other = measure(plain, *parcels), measure(flipped, *parcels)
    np.testing.assert_allclose(other.grade_area, one.grade_area, atol=1)
    np.testing.assert_allclose(other.slope_mean, one.slope_mean, atol=1e-4)
    np.testing.assert_allclose(other.height_mean, one.height_mean, atol=1e-4)


def test_the_honest_band_near_a_limit(dem, slope):
    parcels = net(3, 110, seed=3, left=20, top=20)
    found = measure(dem, *parcels, band=[0.5, 1.0])
    for row, (coverage, values) in enumerate(exact(parcels, slope)):
        area = coverage.sum() * CELL**2
        for limit in LIMITS:
            for band in (0.5, 1.0):
                near = (values > limit - band) & (values <= limit + band)
                assert found.area_near(limit, band)[row] == pytest.approx(
                    coverage[near].sum() * CELL**2, abs=ONE_CELL * area
                )
        for shift in (-1.0, 0.5):
            shifted = np.bincount(grades_of(values + shift), coverage, minlength=5) * CELL**2
            np.testing.assert_allclose(
                found.grade_area_shifted(shift)[row], shifted, atol=ONE_CELL * area
            )
    bands = np.linspace(0.1, 2, len(parcels))
    assert (np.diff(found.area_near(6.0, bands)) != 0).any()
    each = [found.area_near(6.0, float(band))[row] for row, band in enumerate(bands)]
    np.testing.assert_allclose(found.area_near(6.0, bands), each, rtol=1e-5)


def test_cancelling_stops_soon_and_leaves_no_thread(dem):
    import threading

    before = threading.active_count()
    with pytest.raises(Cancelled):
        measure(dem, *net(6, 120), progress=Progress(cancelled=lambda: True))
    calls = []

    def later():
        calls.append(1)
        return len(calls) > 2

    with pytest.raises(Cancelled):
        measure(dem, *net(6, 120), progress=Progress(cancelled=later))
    assert threading.active_count() == before


def test_progress_goes_forward_to_the_end(dem):
    seen = []
    measure(dem, *net(6, 120), progress=Progress(lambda share, text: seen.append(share)))
    assert seen == sorted(seen)
    assert seen[-1] > 0.9


def test_unreadable_terrain_is_told(tmp_path):
    with pytest.raises(RasterError):
        measure(str(tmp_path / "none.tif"), box(1, 1, 2, 2))
    path = write_raster(tmp_path / "dem.tif", hills(300, 300))
    data = (tmp_path / "dem.tif").read_bytes()
    (tmp_path / "dem.tif").write_bytes(data[: len(data) // 2])
    with pytest.raises(RasterError, match="damaged"):
        measure(path, box(1, 1, 290, 290))
