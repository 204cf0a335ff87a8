"""Slope by Horn's formula and the classes it falls into."""

import math

import numpy as np
import pytest
from osgeo import gdal
from small_rasters import hills, write_raster

from onemap_verify.checks.grid import Window
from onemap_verify.checks.measures.slope import SlopeBins, degrees, horn, slope_of_window
from onemap_verify.checks.raster import Raster


def plane(rows, columns, cell, east, north):
    """Heights of a plane that rises by ``east`` and ``north`` per metre, in float64."""
    row, column = np.mgrid[0:rows, 0:columns]
    return 300 + column * cell * east - row * cell * north


@pytest.mark.parametrize("angle", [0.0, 0.5, 2.0, 6.0, 15.0, 25.0, 44.9, 45.0, 60.0, 85.0])
@pytest.mark.parametrize("heading", [0, 30, 90, 200])
def test_an_inclined_plane_has_its_slope(angle, heading):
    rise = math.tan(math.radians(angle))
    east, north = rise * math.sin(math.radians(heading)), rise * math.cos(math.radians(heading))
    height = plane(12, 15, 5.0, east, north)
    found = horn((height - height.mean()).astype(np.float32), 5.0, 5.0)
    np.testing.assert_allclose(found, angle, atol=2e-4)


def test_cells_need_not_be_square():
    row, column = np.mgrid[0:9, 0:9]
    height = (column * 20 * 0.1 + row * 30 * 0.05).astype(np.float32)
    expected = math.degrees(math.atan(math.hypot(0.1, 0.05)))
    np.testing.assert_allclose(horn(height, 20.0, 30.0), expected, atol=1e-4)


def test_arctangent_is_right_everywhere():
    rise = np.tan(np.radians(np.linspace(0, 89.9, 20_000))).astype(np.float32)
    expected = np.degrees(np.arctan(rise.astype(np.float64)))
    np.testing.assert_allclose(degrees(rise.copy()), expected, atol=4e-5)


def test_equals_gdaldem(tmp_path):
    path = write_raster(tmp_path / "dem.tif", hills(80, 120, relief=120), cell=(10.0, 8.0))
    gdal.DEMProcessing(str(tmp_path / "slope.tif"), path, "slope")
    expected = gdal.Open(str(tmp_path / "slope.tif")).ReadAsArray()
    slope, valid, height, height_valid = slope_of_window(Raster(path), Window(0, 0, 80, 120))
    np.testing.assert_array_equal(valid, expected != -9999)
    np.testing.assert_allclose(slope[valid], expected[valid], atol=5e-4)
    assert valid.sum() == 78 * 118
    assert height_valid.all()
    assert height.shape == (80, 120)


def test_no_slope_beside_nodata(tmp_path):
    values = hills(20, 20)
    values[7, 9] = -9999
    path = write_raster(tmp_path / "dem.tif", values, nodata=-9999)
    slope, valid, _, height_valid = slope_of_window(Raster(path), Window(2, 2, 16, 16))
    assert (~valid).sum() == 9
    assert not valid[4:7, 6:9].any()
    assert (slope[~valid] == 0).all()
    assert (~height_valid).sum() == 1


def test_windows_join_without_a_seam(tmp_path):
    path = write_raster(tmp_path / "dem.tif", hills(60, 70))
    raster = Raster(path)
    whole = slope_of_window(raster, Window(0, 0, 60, 70))[0]
    part = slope_of_window(raster, Window(20, 30, 25, 30))[0]
    np.testing.assert_allclose(part, whole[20:45, 30:60], atol=1e-4)


def test_a_geographic_grid_is_measured_in_metres(tmp_path):
    # 10 % eastward at 60 N, where a degree of longitude is half one of latitude.
    from onemap_verify.checks.grid import Grid

    raster = write_raster(tmp_path / "a.tif", np.zeros((9, 9), "float32"), epsg=4490)
    step = 0.0005
    place = Grid(9, 9, 110.0, 60.0, step, -step, Raster(raster).grid.wkt)
    across, _ = place.spacing(0, 9)
    height = (np.arange(9) * 0.1 * across[:, None]).astype(np.float32)
    path = write_raster(tmp_path / "dem.tif", height, epsg=4490, west=110.0, north=60.0, cell=step)
    slope, valid, _, _ = slope_of_window(Raster(path), Window(0, 0, 9, 9))
    # The rows differ in length, so that there is a trace of slope to the north.
    np.testing.assert_allclose(slope[valid], math.degrees(math.atan(0.1)), atol=2e-3)


LIMITS = (2.0, 6.0, 15.0, 25.0)


def test_a_limit_belongs_to_the_lower_class():
    bins = SlopeBins(LIMITS, [0.5])
    slope = np.array([[0.0, 2.0, np.nextafter(np.float32(2), np.float32(3)), 25.0, 90.0]])
    found = bins.classify(slope.astype(np.float32), None)[0]
    for value, number in zip(slope[0], found):
        assert bins.edges[number - 1] <= value <= bins.edges[number]
    assert found[2] == found[1] + 1
    assert bins.edges[found[1]] == 2.0
    assert found[0] == 1


def test_limits_and_bands_are_edges():
    bins = SlopeBins(LIMITS, [0.5, 1.25])
    for limit in LIMITS:
        for away in (-1.25, -0.5, 0, 0.5, 1.25):
            assert limit + away in bins.edges
    assert (np.diff(bins.edges) <= 5).all()
    assert bins.edges[0] == 0
    assert bins.edges[-1] == 90


def test_odd_limits_are_exact_too():
    odd = SlopeBins([2.0, 11.31], [0.3])
    rng = np.random.default_rng(5)
    slope = rng.uniform(0, 90, 5000).astype(np.float32)
    slope[:3] = np.float32(11.31), np.float32(2.0), np.float32(1.7)
    found = odd.classify(slope, None)
    edges = odd.edges.astype(np.float32)
    assert (edges[found - 1] <= slope).all()
    assert (slope <= edges[found]).all()
    assert ((slope > edges[found - 1]) | (found == 1)).all()
    assert found[0] == np.searchsorted(odd.edges, 11.31)


def test_table_and_search_agree():
    bins = SlopeBins(LIMITS, [0.5])
    slope = np.arange(0, 90, 1 / 128, dtype=np.float32)
    expected = np.maximum(np.searchsorted(bins.edges, slope.astype(np.float64)), 1)
    np.testing.assert_array_equal(bins.classify(slope, None), expected)


def test_what_has_no_slope_is_class_zero():
    bins = SlopeBins(LIMITS)
    slope = np.full((2, 2), 3.0, dtype=np.float32)
    found = bins.classify(slope, np.array([[True, False], [True, True]]))
    assert found[0, 1] == 0
    assert (found > 0).sum() == 3
