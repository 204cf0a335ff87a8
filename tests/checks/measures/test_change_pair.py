"""Two images of different grids, frames and bands on one grid; where the one lies on the other."""

import numpy as np
import pytest
from osgeo import gdal, osr
from scipy import ndimage

from onemap_verify.checks.baseline import Image
from onemap_verify.checks.grid import Window
from onemap_verify.checks.measures.change_irmad import find_mad
from onemap_verify.checks.measures.change_pair import gradient, pair_of
from onemap_verify.checks.measures.change_sample import register, sample_of, shift_of
from onemap_verify.checks.raster import RasterError


def wkt(code):
    out = osr.SpatialReference()
    out.ImportFromEPSG(code)
    return out.ExportToWkt()


def texture(rows, columns, seed=0, bands=3):
    rng = np.random.default_rng(seed)
    ground = ndimage.gaussian_filter(rng.normal(size=(2, rows, columns)), (0, 2, 2)) * 400
    mix = rng.normal(size=(bands, 2))
    return (np.tensordot(mix, ground, 1) + 1000).astype(np.float32)


def save(path, values, west=500_000.0, north=3_900_000.0, cell=10.0, crs=4545, names=()):
    target = gdal.GetDriverByName("GTiff").Create(
        str(path), values.shape[2], values.shape[1], len(values), gdal.GDT_Float32
    )
    target.SetGeoTransform((west, cell, 0.0, north, 0.0, -cell))
    if crs:
        target.SetProjection(wkt(crs))
    for number, layer in enumerate(values, start=1):
        target.GetRasterBand(number).WriteArray(layer)
        if names:
            target.GetRasterBand(number).SetDescription(names[number - 1])
    target.FlushCache()
    return str(path)


def whole(pair):
    return Window(0, 0, pair.grid.height, pair.grid.width)


def test_finer_earlier_image_is_averaged_to_the_current_grid(tmp_path):
    fine = texture(120, 160)
    coarse = fine.reshape(3, 60, 2, 80, 2).mean(axis=(2, 4))
    now = save(tmp_path / "now.tif", coarse, cell=20.0)
    before = save(tmp_path / "before.tif", fine, cell=10.0)
    pair = pair_of(Image(now), Image(before))
    assert (pair.warped, pair.resampling) == ("previous", "average")
    one, other, _ = pair.read(whole(pair))
    assert other == pytest.approx(one, rel=1e-4)


def test_coarser_earlier_image_decides_the_grid(tmp_path):
    fine = texture(120, 160)
    coarse = fine[:, :, :159].reshape(3, 40, 3, 53, 3).mean(axis=(2, 4))
    now = save(tmp_path / "now.tif", fine, cell=10.0)
    before = save(tmp_path / "before.tif", coarse, cell=30.0)
    pair = pair_of(Image(now), Image(before))
    assert pair.warped == "current"
    assert (pair.grid.width, pair.grid.height) == (53, 40)
    one, other, _ = pair.read(whole(pair))
    assert one[:, :, :52] == pytest.approx(other[:, :, :52], rel=1e-4)


def test_other_frame_and_names_of_bands_are_kept(tmp_path):
    names = ("blue", "green", "red")
    values = texture(200, 200)
    now = save(tmp_path / "now.tif", values, names=names)
    before = str(tmp_path / "before.tif")
    warped = gdal.Warp(before, now, dstSRS="EPSG:4326", resampleAlg="cubic")
    for number, name in enumerate(names, start=1):
        warped.GetRasterBand(number).SetDescription(name)
    del warped
    pair = pair_of(Image(now), Image(before))
    assert pair.second.bands.roles == {"blue": 1, "green": 2, "red": 3}
    one, other, clear = pair.read(whole(pair))
    inner = (slice(20, -20), slice(20, -20))
    assert clear[inner].mean() > 0.9
    known = clear[inner]
    assert np.corrcoef(one[0][inner][known], other[0][inner][known])[0, 1] > 0.98


def test_bands_of_the_earlier_image_are_those_of_the_current_one_if_as_many(tmp_path):
    values = texture(60, 60, bands=5)
    now, before = save(tmp_path / "a.tif", values), save(tmp_path / "b.tif", values)
    pair = pair_of(Image(now, bands={"red": 4, "nir": 5}), Image(before))
    assert pair.second.bands.roles["red"] == 4
    assert pair.second.bands.roles["nir"] == 5


def test_outside_and_nodata_are_not_clear(tmp_path):
    values = texture(60, 60)
    now = save(tmp_path / "a.tif", values)
    before = save(tmp_path / "b.tif", values, west=500_300.0)
    _, _, clear = pair_of(Image(now), Image(before)).read(Window(0, 0, 60, 60))
    assert not clear[:, :29].any()
    assert clear[:, 31:].mean() > 0.8


def test_no_reference_at_all_is_taken_for_the_same(tmp_path):
    values = texture(60, 60)
    now = save(tmp_path / "a.tif", values)
    before = save(tmp_path / "b.tif", values, crs=0)
    one, other, _ = pair_of(Image(now), Image(before)).read(Window(0, 0, 60, 60))
    assert other == pytest.approx(one)


def test_a_file_that_is_no_image_is_told(tmp_path):
    now = save(tmp_path / "a.tif", texture(20, 20))
    bad = tmp_path / "bad.tif"
    bad.write_bytes(b"II*\0 no image")
    with pytest.raises(RasterError):
        pair_of(Image(now), Image(str(bad)))


@pytest.mark.parametrize(("right", "down"), [(0.0, 0.0), (0.5, -0.3), (2.25, 1.0), (-3.0, 4.5)])
def test_shift_is_found_to_a_tenth_of_a_cell(right, down):
    ground = texture(300, 300, seed=3, bands=1)[0]
    moved = ndimage.shift(ground, (down, right), order=3, mode="nearest")
    rng = np.random.default_rng(1)
    one = ground[20:276, 20:276]
    other = moved[20:276, 20:276] * 1.3 - 100 + rng.normal(size=one.shape) * 5
    found = shift_of(one, other)
    assert found == pytest.approx((right, down), abs=0.12)


def test_unlike_pictures_have_no_shift():
    assert shift_of(texture(128, 128, seed=1)[0], texture(128, 128, seed=2)[0]) is None


def test_misplaced_image_is_laid_right(tmp_path):
    ground = texture(640, 640, seed=5)
    now = save(tmp_path / "a.tif", ground)
    before = save(tmp_path / "b.tif", ground * 1.2 + 40, west=500_015.0, north=3_900_000.0 - 8.0)
    image, other = Image(now), Image(before)
    pair = pair_of(image, other)
    sample = sample_of(pair)
    found = register(pair, find_mad(sample.blocks), sample)
    # What lies at a place in the current image lies 15 m east and 8 m south of it in the other.
    assert (found.right, found.down) == pytest.approx((1.5, 0.8), abs=0.1)
    assert found.correctable
    move = found.move(pair.grid, other)
    assert move == pytest.approx((-15.0, 8.0), abs=1.0)
    again = pair_of(image, other, move)
    sample = sample_of(again)
    assert register(again, find_mad(sample.blocks), sample).length < 0.15


def test_gradient_of_a_plane():
    rows, columns = np.mgrid[:7, :9]
    heights = 3.0 * columns * 10 - 2.0 * rows * 10
    found = gradient(heights, np.full(5, 10.0), np.full(5, 10.0))
    assert found.shape == (2, 5, 7)
    assert found[0] == pytest.approx(3.0)
    assert found[1] == pytest.approx(2.0)
