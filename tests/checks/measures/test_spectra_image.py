"""Trusted images: roles of bands, missing cells, clouds and their shadows."""

from __future__ import annotations

import numpy as np
import pytest
from osgeo import gdal

from onemap_verify.checks.baseline import Image
from onemap_verify.checks.grid import Window
from onemap_verify.checks.measures.image_clear import CLEAR, CLOUD, SHADOW, clarity_of
from onemap_verify.checks.measures.image_file import ImageFile, gain_of


def write(path, bands, names=(), colours=(), nodata=None, kind=gdal.GDT_UInt16, cell=10.0):
    rows, columns = bands[0].shape
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), columns, rows, len(bands), kind)
    dataset.SetGeoTransform((500_000, cell, 0, 4_000_000, 0, -cell))
    for number, values in enumerate(bands, start=1):
        band = dataset.GetRasterBand(number)
        band.WriteArray(values)
        if names:
            band.SetDescription(names[number - 1])
        if colours:
            band.SetColorInterpretation(colours[number - 1])
        if nodata is not None:
            band.SetNoDataValue(nodata)
    dataset = None
    return str(path)


def noise(count, seed=0, shape=(40, 50)):
    random = np.random.default_rng(seed)
    return [random.integers(300, 900, shape) * (n + 1) for n in range(count)]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["B2", "B3", "B4", "B8"], {"blue": 1, "green": 2, "red": 3, "nir": 4}),
        (["SR_B2", "SR_B3", "SR_B4", "SR_B5"], {"blue": 1, "green": 2, "red": 3, "nir": 4}),
        (["b1", "b2", "b3", "b4"], {"blue": 1, "green": 2, "red": 3, "nir": 4}),
        (["B04", "B8A", "B11"], {"red": 1, "nir": 2, "swir1": 3}),
        (["Red", "Green", "Blue", "Near Infrared"], {"red": 1, "green": 2, "blue": 3, "nir": 4}),
        (["近红外", "红", "绿"], {"nir": 1, "red": 2, "green": 3}),
        (["NDVI"], {"ndvi": 1}),
    ],
)
def test_roles_from_names(tmp_path, names, expected):
    image = ImageFile(Image(write(tmp_path / "a.tif", noise(len(names)), names)))
    assert image.bands.roles == expected
    assert not image.bands.guessed


def test_thirteen_bands_are_sentinel_2_and_atmosphere_is_left_out(tmp_path):
    image = ImageFile(Image(write(tmp_path / "a.tif", noise(13))))
    assert image.bands.guessed
    wanted = {"coastal": 1, "blue": 2, "green": 3, "red": 4, "nir": 8, "swir1": 12, "swir2": 13}
    assert {role: image.bands.roles[role] for role in wanted} == wanted
    assert image.bands.ground == (1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13)


def test_person_wins_over_the_file_and_colours_leave_near_infrared(tmp_path):
    colours = [gdal.GCI_RedBand, gdal.GCI_GreenBand, gdal.GCI_BlueBand, gdal.GCI_Undefined]
    path = write(tmp_path / "a.tif", noise(4), colours=colours)
    assert ImageFile(Image(path)).bands.roles == {"red": 1, "green": 2, "blue": 3, "nir": 4}
    told = ImageFile(Image(path, bands={"nir": 1, "red": 2})).bands
    assert (told.roles["nir"], told.roles["red"], told.source) == (1, 2, "given")


def test_unknown_bands_are_features_without_roles(tmp_path):
    image = ImageFile(Image(write(tmp_path / "a.tif", noise(6))))
    assert image.bands.roles == {}
    assert image.count == 6
    assert image.clarity.tested == ()
    values, valid = image.clear(Window(0, 0, 40, 50))
    assert values.shape == (6, 40, 50)
    assert valid.mean() > 0.9


def test_missing_in_one_band_and_blank_collars_are_not_valid(tmp_path):
    bands = noise(3)
    bands[1][5, 7] = 65535
    for band in bands:
        band[:, :4] = 0
    path = write(tmp_path / "a.tif", bands, ["blue", "green", "red"], nodata=65535)
    values, valid = ImageFile(Image(path)).read(Window(0, 0, 40, 50), halo=1)
    assert valid.shape == (42, 52)
    assert not valid[6, 8]
    assert not valid[:, :5].any()
    assert valid[1:-1, 5:-1].sum() == 40 * 46 - 1
    assert (values[:, ~valid] == 0).all()


def test_gain_of_usual_scales():
    random = np.random.default_rng(1)
    reflectance = random.uniform(0.02, 0.4, (4, 5000))
    assert gain_of(reflectance) == 1.0
    assert gain_of(np.round(reflectance * 1e4)) == 1e-4
    assert gain_of(np.round((reflectance + 0.1) / 2e-5)) == 2e-5
    assert gain_of(np.round(reflectance * 255 / 0.6)) == pytest.approx(0.6 / 255)


def test_cloud_and_its_shadow_are_found_and_a_bright_red_field_is_not():
    random = np.random.default_rng(2)
    shape = (200, 200)
    ground = {"blue": 0.03, "green": 0.06, "red": 0.07, "nir": 0.28}
    bands = {
        role: (value * random.normal(1, 0.1, shape)).astype(np.float32)
        for role, value in ground.items()
    }
    cloud, shadow, field = np.zeros((3, *shape), dtype=bool)
    rows, columns = np.indices(shape)
    for row, column in ((60, 60), (120, 150), (150, 80)):
        cloud |= np.hypot(rows - row, columns - column) < 12
        shadow |= np.hypot(rows - row + 20, columns - column + 14) < 12
    shadow &= ~cloud
    field[20:50, 120:160] = True
    for role, level in (("blue", 0.12), ("green", 0.2), ("red", 0.3)):
        bands[role][field] = level
    for values in bands.values():
        values[shadow] *= 0.3
        values[cloud] = 0.55
    found = clarity_of(bands, np.ones(shape, dtype=bool), 30.0)
    assert (found.code[cloud] == CLOUD).all()
    assert (found.code[shadow] != CLEAR).mean() > 0.95
    assert (found.code[shadow] == SHADOW).mean() > 0.6
    assert (found.code[field] == CLEAR).mean() > 0.98
    rest = ~(cloud | shadow | field)
    assert (found.code[rest] == CLEAR).mean() > 0.9


def test_clouds_of_a_summer_scene_and_none_in_autumn(shared_data):
    summer = ImageFile(Image(str(shared_data / "penn" / "landsat7_2002-07-20.tif")))
    assert summer.bands.roles["thermal"] == 6
    assert 6 not in summer.bands.ground
    values, valid = summer.overview
    red = values[summer.role("red")]
    white = valid & (red >= 250)
    assert (summer.clarity.code[white] == CLOUD).mean() > 0.95
    assert 0.03 < summer.clarity.share(CLOUD) < 0.09
    assert 0.01 < summer.clarity.share(SHADOW) < 0.08
    autumn = ImageFile(Image(str(shared_data / "penn" / "landsat7_2002-11-25.tif")))
    assert autumn.clarity.share(CLEAR) > 0.99


def test_bright_fields_of_a_fine_image_are_no_clouds(shared_data):
    image = ImageFile(Image(str(shared_data / "somerset" / "rgb.tif")))
    assert image.cell == pytest.approx(2.0)
    assert image.clarity.share(CLEAR) > 0.99
