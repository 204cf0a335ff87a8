"""Heights of a DEM at points, against GDAL and SciPy."""

import numpy as np
import pytest
from osgeo import gdal, osr
from scipy.ndimage import map_coordinates
from small_rasters import GAUSS, hills, wkt_of, write_raster

from onemap_verify.checks.grid import Window
from onemap_verify.checks.measures import heights_ground
from onemap_verify.checks.measures.heights_ground import Ground, metric_plane
from onemap_verify.checks.placing import Frame
from onemap_verify.checks.raster import Raster

WEST, NORTH, CELL = 500_000.0, 3_400_000.0, 10.0
TILES = ["TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=64"]


@pytest.fixture
def holed(tmp_path, monkeypatch):
    """Terrain with a hole, read in many small windows."""
    monkeypatch.setattr(heights_ground, "_WINDOW_CELLS", 5000)
    heights = hills(300, 400)
    heights[50:60, 50:60] = -9999
    path = write_raster(
        tmp_path / "dem.tif", heights, nodata=-9999, options=TILES
    )  # fmt: skip
    rng = np.random.default_rng(0)
    xy = np.column_stack(
        [rng.uniform(499_900, 504_100, 3000), rng.uniform(3_396_900, 3_400_100, 3000)]
    )
    ground = Ground(Raster(path), wkt_of(GAUSS), xy)
    return np.where(heights == -9999, np.nan, heights.astype(float)), ground, xy


def test_bilinear_as_scipy_does(holed):
    heights, ground, xy = holed
    pixels = ground.pixels(xy)
    found = ground.patches(pixels, 2).at(pixels)
    wanted = map_coordinates(
        heights, [pixels[:, 1] - 0.5, pixels[:, 0] - 0.5], order=1, cval=np.nan
    )
    assert np.array_equal(np.isnan(found), np.isnan(wanted))
    assert np.nanmax(np.abs(found - wanted)) < 1e-4
    assert 2000 < np.isfinite(found).sum() < 3000


def test_nearest_takes_the_cell_itself(holed):
    heights, ground, xy = holed
    pixels = ground.pixels(xy)
    found = ground.patches(pixels, 2).at(pixels, "nearest")
    inside = ground.inside(pixels)
    cell = np.floor(pixels[inside]).astype(int)
    wanted = heights[cell[:, 1], cell[:, 0]]
    assert np.array_equal(np.isnan(found[inside]), np.isnan(wanted))
    assert np.nanmax(np.abs(found[inside] - wanted)) == 0


def test_bicubic_as_gdal_does(tmp_path):
    path = write_raster(tmp_path / "dem.tif", hills(120, 150))
    moved = gdal.Warp(
        "", path, format="MEM", resampleAlg="cubic", xRes=CELL, yRes=CELL,
        outputBounds=[WEST + 3, NORTH - 1200 + 4, WEST + 1503, NORTH + 4],
    ).ReadAsArray()  # fmt: skip
    column, row = np.meshgrid(np.arange(150), np.arange(120))
    xy = np.column_stack([WEST + 8 + CELL * column.ravel(), NORTH - 1 - CELL * row.ravel()])
    ground = Ground(Raster(path), wkt_of(GAUSS), xy)
    pixels = ground.pixels(xy)
    found = ground.patches(pixels, 3).at(pixels, "bicubic").reshape(120, 150)
    assert np.abs(found - moved)[4:-4, 4:-4].max() < 1e-3


def test_averaged_patches(holed):
    heights, ground, xy = holed
    pixels = ground.pixels(xy)
    patches = ground.patches(pixels, 10, 4)
    with np.errstate(invalid="ignore"):
        blocks = heights.reshape(75, 4, 100, 4).transpose(0, 2, 1, 3).reshape(75, 100, 16)
        there = np.isfinite(blocks).sum(axis=2)
        means = np.where(there > 0, np.nansum(blocks, axis=2) / np.maximum(there, 1), np.nan)
    framed = np.pad(means, 40, constant_values=np.nan)
    for i in range(0, 3000, 7):
        column, row = patches.corner[i] + 40
        wanted = framed[row : row + 21, column : column + 21]
        assert np.allclose(patches.cells[i], wanted, atol=1e-3, equal_nan=True)


def test_points_in_degrees_on_a_dem_in_metres(tmp_path):
    path = write_raster(tmp_path / "dem.tif", hills(200, 200))
    there = osr.CoordinateTransformation(crs(GAUSS), crs(4490))
    xy = np.column_stack([np.linspace(500_200, 501_700, 50), np.linspace(3_399_800, 3_398_300, 50)])
    degrees = np.array(there.TransformPoints(xy))[:, :2]
    plane, wkt = metric_plane(degrees, wkt_of(4490))
    ground = Ground(Raster(path), wkt, plane)
    assert ground.frame is Frame.REPROJECTED
    own = Ground(Raster(path), wkt_of(GAUSS), xy)
    pixels, wanted = ground.pixels(plane), own.pixels(xy)
    assert np.abs(pixels - wanted).max() < 1e-3
    # The local plane is in metres: so many pixels per metre.
    assert np.allclose(np.abs(ground.directions(plane)[:, 0, 0]), 0.1, rtol=1e-3)


def crs(code):
    out = osr.SpatialReference()
    out.ImportFromEPSG(code)
    out.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return out


def test_only_what_is_near_is_read(tmp_path, monkeypatch):
    path = write_raster(
        tmp_path / "dem.tif", hills(500, 500), options=TILES
    )  # fmt: skip
    monkeypatch.setattr(heights_ground, "_WINDOW_CELLS", 64 * 64)
    xy = np.array([[500_100.0, 3_399_900.0], [500_150.0, 3_399_850.0]])
    raster = Raster(path)
    read = []
    honest = raster.read
    monkeypatch.setattr(raster, "read", lambda w, **k: read.append(w) or honest(w, **k))
    ground = Ground(raster, wkt_of(GAUSS), xy)
    ground.patches(ground.pixels(xy), 3)
    ground.patches(ground.pixels(xy), 5, 4)
    assert sum(window.cells for window in read) < 5000
    assert all(isinstance(window, Window) for window in read)


def test_hostile_positions(tmp_path):
    path = write_raster(tmp_path / "dem.tif", hills(50, 50))
    xy = np.array(
        [[np.nan, 1.0], [np.inf, 1.0], [1e300, -1e300], [0.0, 0.0], [500_100.0, 3_399_900.0]]
    )
    ground = Ground(Raster(path), wkt_of(GAUSS), xy)
    pixels = ground.pixels(xy)
    found = ground.patches(pixels, 3).at(pixels)
    assert np.isnan(found[:4]).all()
    assert np.isfinite(found[4])
    assert ground.inside(pixels).tolist() == [False] * 4 + [True]
