"""Reading trusted rasters of every make, block by block."""

import threading

import numpy as np
import pytest
from osgeo import gdal
from small_rasters import hills, write_raster

from onemap_verify.checks.grid import Window, Windows
from onemap_verify.checks.raster import Raster, RasterError

HEIGHTS = (-12_000.0, 12_000.0)


def whole(raster, **more):
    return raster.read(Window(0, 0, raster.grid.height, raster.grid.width), **more)


@pytest.mark.parametrize("kind", ["uint8", "int16", "uint16", "int32", "float32", "float64"])
def test_kinds(tmp_path, kind):
    values = (np.arange(600).reshape(20, 30) % 250).astype(kind)
    read, valid = whole(Raster(write_raster(tmp_path / "r.tif", values)))
    assert valid is None
    np.testing.assert_array_equal(read, values)


def test_float64_keeps_its_digits(tmp_path):
    values = 4000 + np.arange(400).reshape(20, 20) * 1e-5
    read, _ = whole(Raster(write_raster(tmp_path / "r.tif", values)))
    np.testing.assert_array_equal(read, values)


def test_nodata_nan_and_absurd_heights_are_not_valid(tmp_path):
    values = np.full((10, 10), 500.0, dtype=np.float32)
    values[1, 1], values[2, 2], values[3, 3], values[4, 4] = -9999, np.nan, 1e20, -32768
    values[5, 5] = np.inf
    path = write_raster(tmp_path / "r.tif", values, nodata=-9999)
    read, valid = whole(Raster(path, plausible=HEIGHTS))
    wrong = np.zeros((10, 10), dtype=bool)
    wrong[range(1, 6), range(1, 6)] = True
    np.testing.assert_array_equal(valid, ~wrong)
    assert (read[wrong] == 0).all()
    assert (read[~wrong] == 500).all()


@pytest.mark.parametrize("nodata", [float("nan"), -3.4028234663852886e38, 0.0])
def test_nodata_as_files_write_it(tmp_path, nodata):
    values = np.full((6, 6), 100.0, dtype=np.float32)
    values[2, 3] = nodata
    _, valid = whole(Raster(write_raster(tmp_path / "r.tif", values, nodata=nodata)))
    assert valid.sum() == 35
    assert not valid[2, 3]


def test_scale_and_offset_come_after_nodata(tmp_path):
    values = np.full((5, 5), 100, dtype=np.int16)
    values[0, 0] = -32768
    path = write_raster(tmp_path / "r.tif", values, nodata=-32768, scale=0.1, offset=1000)
    read, valid = whole(Raster(path, plausible=HEIGHTS))
    assert not valid[0, 0]
    assert read[0, 0] == 0
    assert read[1, 1] == pytest.approx(1010.0)


def test_feet_become_metres(tmp_path):
    path = write_raster(tmp_path / "r.tif", np.full((3, 3), 1000, dtype=np.int16), unit="ft")
    assert whole(Raster(path))[0][0, 0] == pytest.approx(304.8)


def test_mask_band(tmp_path):
    mask = np.ones((8, 8), dtype=bool)
    mask[3, 4] = False
    path = write_raster(tmp_path / "r.tif", np.full((8, 8), 7, dtype=np.int16), mask=mask)
    read, valid = whole(Raster(path))
    np.testing.assert_array_equal(valid, mask)
    assert read[3, 4] == 0


def test_alpha_is_a_mask_and_no_band(tmp_path):
    values = np.full((2, 6, 6), 9, dtype=np.uint8)
    values[1] = 255
    values[1, 2, 2] = 0
    path = write_raster(tmp_path / "r.tif", values, options=["ALPHA=YES"])
    raster = Raster(path)
    assert len(raster.bands) == 1
    assert not whole(raster)[1][2, 2]


def test_bands_are_read_by_number(tmp_path):
    values = np.stack([np.full((4, 5), 10 * n, dtype=np.int16) for n in (1, 2, 3)])
    raster = Raster(write_raster(tmp_path / "r.tif", values))
    assert [whole(raster, band=n)[0][0, 0] for n in (1, 2, 3)] == [10, 20, 30]


def test_halo_outside_is_not_valid(tmp_path):
    values = np.arange(1, 13, dtype=np.int16).reshape(3, 4)
    read, valid = whole(Raster(write_raster(tmp_path / "r.tif", values)), halo=2)
    assert read.shape == valid.shape == (7, 8)
    np.testing.assert_array_equal(read[2:5, 2:6], values)
    assert valid.sum() == 12
    assert valid[2:5, 2:6].all()


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["TILED=YES", "BLOCKXSIZE=16", "BLOCKYSIZE=32"],
        ["COMPRESS=DEFLATE", "PREDICTOR=3"],
        ["COMPRESS=LZW", "TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=64"],
        ["BLOCKYSIZE=1"],
    ],
)
def test_windows_cover_every_cell_once(tmp_path, options):
    values = hills(90, 130)
    raster = Raster(write_raster(tmp_path / "r.tif", values, options=options))
    seen = np.full(values.shape, np.nan, dtype=np.float32)
    for window in raster.windows(700):
        rows = slice(window.row, window.row + window.rows)
        columns = slice(window.column, window.column + window.columns)
        assert np.isnan(seen[rows, columns]).all()
        seen[rows, columns] = raster.read(window)[0]
    np.testing.assert_array_equal(seen, values)


def test_windows_of_a_continent_are_not_listed():
    windows = Windows(height=3_000_000, width=5_000_000, rows=512, columns=512)
    assert len(windows) == 5860 * 9766
    assert windows[-1] == Window(5859 * 512, 9765 * 512, 192, 320)
    assert windows[1] == Window(0, 512, 512, 512)
    assert windows[9766:9767] == [Window(512, 0, 512, 512)]
    cells = np.array([[0, 0], [513, 1025], [4_999_999, 2_999_999]])
    for number, (column, row) in zip(windows.numbers(*cells.T), cells):
        window = windows[number]
        assert window.row <= row < window.row + window.rows
        assert window.column <= column < window.column + window.columns
    with pytest.raises(IndexError):
        windows[len(windows)]


def test_windows_follow_tiles_and_keep_strips_whole(tmp_path):
    tiled = Raster(
        write_raster(
            tmp_path / "t.tif",
            np.zeros((256, 512), dtype=np.int16),
            options=["TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=64"],
        )
    )
    assert all(w.row % 64 == 0 and w.column % 64 == 0 for w in tiled.windows(20_000))
    striped = Raster(write_raster(tmp_path / "s.tif", np.zeros((256, 512), dtype=np.int16)))
    assert all(w.columns == 512 for w in striped.windows(20_000))


def test_south_up_is_read_as_it_lies(tmp_path):
    values = np.arange(12, dtype=np.int16).reshape(3, 4)
    path = write_raster(tmp_path / "r.tif", values, transform=(100.0, 5, 0, 50.0, 0, 5))
    raster = Raster(path)
    np.testing.assert_array_equal(whole(raster)[0], values)
    assert raster.grid.bounds == (100, 50, 120, 65)
    np.testing.assert_allclose(raster.grid.to_pixels(np.array([[107.5, 52.5]])), [[1.5, 0.5]])


def test_rotated_is_straightened(tmp_path):
    cos, sin = 10 * np.cos(0.3), 10 * np.sin(0.3)
    values = np.full((40, 40), 250.0, dtype=np.float32)
    path = write_raster(tmp_path / "r.tif", values, transform=(5000, cos, -sin, 9000, -sin, -cos))
    raster = Raster(path)
    read, valid = whole(raster)
    assert raster.grid.step_x > 0 > raster.grid.step_y
    assert read[valid] == pytest.approx(250.0)
    area = valid.sum() * raster.grid.step_x * -raster.grid.step_y
    assert area == pytest.approx(400**2, rel=0.05)
    assert not valid[0, 0]


def test_each_thread_reads_alike(tmp_path):
    values = hills(200, 200)
    raster = Raster(write_raster(tmp_path / "r.tif", values, options=["COMPRESS=LZW"]))
    found = []

    def read():
        found.extend(raster.read(w)[0].sum(dtype=float) for w in raster.windows(5000))

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 * len(raster.windows(5000))
    assert sum(found) == pytest.approx(4 * values.sum(dtype=float))


def test_unusable_files_say_why(tmp_path):
    (tmp_path / "text.tif").write_text("no raster")
    for path in ("", str(tmp_path / "missing.tif"), str(tmp_path / "text.tif")):
        with pytest.raises(RasterError) as error:
            Raster(path)
        assert path in error.value.text.en
        assert path in error.value.text.zh


def test_a_raster_without_a_place_is_refused(tmp_path):
    target = gdal.GetDriverByName("GTiff").Create(str(tmp_path / "r.tif"), 5, 5)
    target.FlushCache()
    target = None
    with pytest.raises(RasterError, match="where it lies"):
        Raster(str(tmp_path / "r.tif"))


def test_a_truncated_file_is_told_when_read(tmp_path):
    path = write_raster(tmp_path / "r.tif", hills(300, 300))
    data = (tmp_path / "r.tif").read_bytes()
    (tmp_path / "r.tif").write_bytes(data[: len(data) // 2])
    with pytest.raises(RasterError, match="damaged") as error:
        whole(Raster(path))
    assert path in error.value.text.zh
