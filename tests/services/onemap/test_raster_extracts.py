"""Coverages of real servers saved cell by cell."""

import numpy as np
import pytest
from osgeo import gdal

from onemap_verify.checks.progress import Cancelled, Progress
from onemap_verify.services.errors import BadAnswer
from onemap_verify.services.onemap.coverage import Coverage
from onemap_verify.services.onemap.extract_raster import RasterExtract
from onemap_verify.services.onemap.extract_source import read_sidecar

QGIS = {"kind": "wcs", "url": "{base}/ows/"}
MAPSERVER = {"kind": "wcs", "url": "{base}/mapserv?map=onemap"}
PLACE = (120.01, 39.74, 120.02, 39.745)


def same_cells(path, original):
    copy, whole = gdal.Open(str(path)), gdal.Open(str(original))
    here, there = copy.GetGeoTransform(), whole.GetGeoTransform()
    column, row = (here[0] - there[0]) / there[1], (here[3] - there[3]) / there[5]
    assert abs(column - round(column)) < 1e-3 and abs(row - round(row)) < 1e-3
    window = (round(column), round(row), copy.RasterXSize, copy.RasterYSize)
    return np.array_equal(copy.ReadAsArray(), whole.ReadAsArray(*window))


@pytest.mark.parametrize("place", [None, PLACE], ids=["all", "place"])
@pytest.mark.parametrize(
    ("server", "name", "version"),
    [
        (QGIS, "dem10", None),
        (QGIS, "dem_degrees", "1.0.0"),
        (QGIS, "dem_degrees", "2.0.1"),
        (MAPSERVER, "dem10", "1.0.0"),
        (MAPSERVER, "dem10", "2.0.1"),
        (MAPSERVER, "dem_degrees", "2.0.1"),
    ],
)
def test_cells_are_the_same(
    make_profile, transport, map_folder, tmp_path, server, name, version, place
):
    layer = make_profile({**server, "layer": name, "version": version}).layers[0]
    done = RasterExtract(Coverage(transport, layer), tmp_path / "dem.tif", place, block=100).run()
    assert same_cells(done.path, map_folder / f"{name}.tif")
    if place is not None:
        west, south, east, north = done.facts["box"]
        assert done.facts["size"][0] < 400 and east > west and north > south


def test_a_picture_keeps_its_bands(make_profile, transport, map_folder, tmp_path):
    bands = ["red", "green", "blue", "nir"]
    layer = make_profile({**QGIS, "layer": "image_2023", "options": {"bands": bands}}).layers[0]
    done = RasterExtract(Coverage(transport, layer), tmp_path / "a.tif", block=256).run()
    assert same_cells(done.path, map_folder / "image_2023.tif")
    picture = gdal.Open(str(done.path))
    told = [picture.GetRasterBand(n).GetDescription() for n in range(1, 5)]
    assert told == bands
    colours = {picture.GetRasterBand(n).GetColorInterpretation() for n in range(1, 5)}
    assert gdal.GCI_AlphaBand not in colours  # what QGIS Server calls it


def test_a_cut_block_is_no_block_and_the_rest_goes_on(
    make_profile, transport, map_folder, tmp_path, proxy
):
    layer = make_profile({**QGIS, "layer": "dem10"}, base=proxy.url).layers[0]
    target = tmp_path / "dem.tif"
    service = Coverage(transport, layer)
    service.describe()
    got = []

    def cut(line):
        got.append(line)
        return 6_000 if len(got) > 5 else None

    proxy.cut = cut
    with pytest.raises(Exception) as caught:
        RasterExtract(service, target, block=100).run()
    assert hasattr(caught.value, "text")
    assert not target.exists()
    proxy.cut = lambda line: None
    before = len(proxy.seen)
    done = RasterExtract(service, target, block=100).run()
    assert len(proxy.seen) - before == 12 - 5
    assert same_cells(done.path, map_folder / "dem10.tif")
    assert read_sidecar(done.path)["blocks"] == 12


def test_stopping_is_heard(make_profile, transport, tmp_path, proxy):
    layer = make_profile({**QGIS, "layer": "dem10"}, base=proxy.url).layers[0]
    with pytest.raises(Cancelled):
        RasterExtract(Coverage(transport, layer), tmp_path / "dem.tif", block=100).run(
            Progress(None, lambda: len(proxy.seen) >= 4)
        )
    assert len(proxy.seen) <= 5


def test_a_place_beside_the_coverage_is_told(make_profile, transport, tmp_path):
    layer = make_profile({**QGIS, "layer": "dem10"}).layers[0]
    with pytest.raises(BadAnswer, match="does not cover"):
        RasterExtract(
            Coverage(transport, layer), tmp_path / "dem.tif", (100.0, 30.0, 100.1, 30.1)
        ).run()


def test_files_are_cut_and_counted(make_profile, map_folder, tmp_path):
    from onemap_verify.services.onemap.extract_files import copy_raster, copy_vector

    layer = make_profile({"kind": "file", "url": "x.tif"}).layers[0]
    done = copy_raster(layer, str(map_folder / "dem10.tif"), tmp_path / "a.tif", PLACE)
    assert same_cells(done.path, map_folder / "dem10.tif")
    farm = make_profile({"kind": "file", "url": "x.gpkg", "layer": "YJJBNTBHTB"}).layers[0]
    copied = copy_vector(farm, str(map_folder / "onemap.gpkg"), tmp_path / "a.gpkg", PLACE)
    assert copied.count == copied.facts["told"] == 15
    assert "ZRRMC" in copied.facts["withheld"]
    assert "张三丰".encode() not in copied.path.read_bytes()
