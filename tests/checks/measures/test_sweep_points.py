"""Values of a raster at points."""

import math

import numpy as np
import pytest
from scipy.ndimage import map_coordinates
from small_rasters import GAUSS, hills, wkt_of, write_raster

from onemap_verify.checks.measures.sampling_points import METHODS, sample_points, sample_slope
from onemap_verify.checks.progress import Cancelled, Progress
from onemap_verify.checks.reproject import Reprojection

WEST, NORTH, CELL = 500_000.0, 3_400_000.0, 10.0
WKT = wkt_of(GAUSS)


def place(column, row):
    return WEST + np.asarray(column) * CELL, NORTH - np.asarray(row) * CELL


@pytest.mark.parametrize("method", ["bilinear", "bicubic"])
def test_a_plane_is_exact_between_centres(tmp_path, method):
    row, column = np.mgrid[0:30, 0:40]
    values = (100 + 2.0 * column + 3.0 * row).astype(np.float64)
    path = write_raster(tmp_path / "r.tif", values)
    rng = np.random.default_rng(1)
    at_column, at_row = rng.uniform(3, 36, 500), rng.uniform(3, 26, 500)
    found = sample_points(path, *place(at_column, at_row), WKT, method)
    np.testing.assert_allclose(found, 100 + 2 * (at_column - 0.5) + 3 * (at_row - 0.5), rtol=1e-9)


def test_bilinear_equals_scipy_across_windows(tmp_path):
    values = hills(700, 800)
    path = write_raster(tmp_path / "r.tif", values, options=["TILED=YES"])
    rng = np.random.default_rng(2)
    column, row = rng.uniform(1, 799, 3000), rng.uniform(1, 699, 3000)
    expected = map_coordinates(values.astype(float), [row - 0.5, column - 0.5], order=1)
    found = sample_points(path, *place(column, row), WKT)
    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_nearest_is_the_cell_itself(tmp_path):
    values = np.arange(20, dtype=np.int16).reshape(4, 5)
    path = write_raster(tmp_path / "r.tif", values)
    found = sample_points(path, *place([0.01, 4.99, 2.5], [0.01, 3.99, 1.01]), WKT, "nearest")
    assert found.tolist() == [0, 19, 7]


def test_centres_are_hit_by_every_method(tmp_path):
    values = hills(12, 12)
    path = write_raster(tmp_path / "r.tif", values)
    for method in METHODS:
        found = sample_points(path, *place([5.5, 6.5], [7.5, 2.5]), WKT, method)
        np.testing.assert_allclose(found, [values[7, 5], values[2, 6]], rtol=1e-6)


def test_outside_nodata_and_nonsense_are_nan(tmp_path):
    values = np.full((10, 10), 50, dtype=np.int16)
    values[4, 4] = -9999
    path = write_raster(tmp_path / "r.tif", values, nodata=-9999)
    column = [5.0, 4.5, -0.1, 10.1, np.nan, np.inf, 8.0, 6.5]
    row = [5.0, 4.5, 5.0, 5.0, 5.0, 5.0, 8.0, 4.5]
    found = sample_points(path, *place(column, row), WKT)
    assert np.isnan(found).tolist() == [True, True, True, True, True, True, False, False]
    assert np.isnan(sample_points(path, np.zeros(0), np.zeros(0), WKT)).all()


def test_another_crs(tmp_path):
    values = hills(100, 100)
    path = write_raster(tmp_path / "r.tif", values)
    x, y = place(np.linspace(5, 90, 50), np.linspace(80, 10, 50))
    degrees = Reprojection(WKT, "EPSG:4490").points(np.column_stack([x, y]))
    np.testing.assert_allclose(
        sample_points(path, *degrees.T, "EPSG:4490"), sample_points(path, x, y, WKT), atol=1e-3
    )


def test_unknown_method_is_refused(tmp_path):
    path = write_raster(tmp_path / "r.tif", hills(5, 5))
    with pytest.raises(ValueError, match="magic"):
        sample_points(path, *place([1.0], [1.0]), WKT, "magic")


def test_slope_at_points(tmp_path):
    column = np.arange(600) * CELL * math.tan(math.radians(12))
    path = write_raster(tmp_path / "r.tif", np.broadcast_to(column, (550, 600)).astype("float32"))
    found = sample_slope(path, *place([300.2, 599.5, 0.5, 520.0], [300.0, 300, 20, 530]), WKT)
    np.testing.assert_allclose(found[[0, 3]], 12, atol=1e-2)
    assert np.isnan(found[[1, 2]]).all()


def test_cancelling(tmp_path):
    path = write_raster(tmp_path / "r.tif", hills(20, 20))
    with pytest.raises(Cancelled):
        sample_points(path, *place([3.0], [3.0]), WKT, progress=Progress(cancelled=lambda: True))
