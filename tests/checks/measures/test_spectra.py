"""Colour and texture of parcels: exact numbers on images made for it."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from osgeo import gdal

from onemap_verify.checks.baseline import Image
from onemap_verify.checks.measures.image_file import ImageFile
from onemap_verify.checks.measures.spectra import STATES, measure_spectra


def image(tmp_path, bands, names=(), nodata=None, cell=10.0):
    rows, columns = bands[0].shape
    path = str(tmp_path / "image.tif")
    dataset = gdal.GetDriverByName("GTiff").Create(
        path, columns, rows, len(bands), gdal.GDT_Float32
    )
    dataset.SetGeoTransform((0, cell, 0, rows * cell, 0, -cell))
    for number, values in enumerate(bands, start=1):
        band = dataset.GetRasterBand(number)
        band.WriteArray(values.astype(np.float32))
        if names:
            band.SetDescription(names[number - 1])
        if nodata is not None:
            band.SetNoDataValue(nodata)
    dataset = None
    return ImageFile(Image(path))


def shapes(*boxes):
    return np.array([None if b is None else shapely.box(*b) for b in boxes], dtype=object)


def test_means_count_fractions_of_cells(tmp_path):
    row, column = np.indices((40, 40)).astype(float)
    found = measure_spectra(
        # 2.5 × 2 cells; whole cells only in columns 5 and 6.
        shapes((50, 100, 75, 120), (0, 0, 400, 400), None, (1000, 1000, 1100, 1100)),
        "",
        image(tmp_path, [column + 1, row * 0 + 7], ["red", "nir"]),
    )
    assert found.names == ("red", "nir", "texture3")
    assert found.cells[0] == pytest.approx(5.0)
    assert found.inside_cells[0] == pytest.approx(4.0)
    assert found.mean[0, :2] == pytest.approx([(6 + 7 + 0.5 * 8) / 2.5, 7.0])
    assert found.inside_mean[0, 0] == pytest.approx(6.5)
    assert found.mean[1, 0] == pytest.approx(20.5)
    assert found.deviation[1, 0] == pytest.approx(np.std(np.arange(40)))
    assert found.clear_share[:2] == pytest.approx([1.0, 1.0])
    assert np.isnan(found.mean[2:]).all()
    assert found.reached_share[3] == 0
    assert found.state_share[3, STATES.index("nodata")] == 1


def test_texture_is_the_deviation_within_squares(tmp_path):
    flat = np.full((60, 60), 5.0)
    checks = flat + np.where(np.indices((60, 60)).sum(axis=0) % 2, 1.0, -1.0)
    flat[:, 30:] = checks[:, 30:]
    found = measure_spectra(
        shapes((30, 30, 250, 500), (330, 30, 570, 570)), "", image(tmp_path, [flat], ["pan"])
    )
    # Of nine checks five are of one colour: the variance is 1 - 1/81.
    scale = found.scale[0]
    assert found.inside_mean[0, 1] == pytest.approx(0.0, abs=1e-6)
    assert found.inside_mean[1, 1] == pytest.approx(np.sqrt(1 - 1 / 81) / scale, rel=1e-4)


def test_indices_stand_on_the_darkest_ground(tmp_path):
    random = np.random.default_rng(0)
    red, nir = random.uniform(0.30, 0.31, (2, 50, 50))
    red[:5], nir[:5] = 0.1, 0.2
    found = measure_spectra(
        shapes((0, 0, 500, 400)), "", image(tmp_path, [red, nir], ["red", "nir"])
    )
    expected = ((0.305 - 0.2) - (0.305 - 0.1)) / ((0.305 - 0.2) + (0.305 - 0.1))
    assert found.index("nir", "red")[0] == pytest.approx(expected, abs=0.01)
    assert found.index("green", "nir") is None


def test_missing_cells_are_told_and_left_out(tmp_path):
    red, nir = np.full((2, 40, 40), 0.2)
    red[:, :10] = -1
    red[5, 30] = 0.9
    found = measure_spectra(
        shapes((0, 0, 200, 400)), "", image(tmp_path, [red, nir], ["red", "nir"], nodata=-1)
    )
    assert found.clear_share[0] == pytest.approx(0.5)
    assert found.state_share[0, STATES.index("nodata")] == pytest.approx(0.5)
    assert found.mean[0, 0] == pytest.approx(0.2)
