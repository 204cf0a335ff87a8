"""The disk of this machine is full while the one map is saved: an error, and then it goes on."""

import numpy as np
import pytest
from osgeo import gdal, ogr, osr
from tiny_disk import tiny_disk  # noqa: F401  # fixture

from onemap_verify.checks.errors import OutputError
from onemap_verify.services.onemap.coverage import Coverage
from onemap_verify.services.onemap.extract_features import FeatureExtract
from onemap_verify.services.onemap.extract_files import copy_raster, copy_vector
from onemap_verify.services.onemap.extract_raster import RasterExtract
from onemap_verify.services.onemap.extract_source import is_whole, read_sidecar
from onemap_verify.services.onemap.provider_source import feature_service

MAPSERVER = {"kind": "wfs", "url": "{base}/mapserv?map=onemap"}
QGIS = {"kind": "wcs", "url": "{base}/ows/"}
FULL = "disk is full"


@pytest.fixture(params=[False, True], ids=["silent", "exceptions"])
def exceptions(request):
    """GDAL tells errors either way; a program around us decides which."""
    # What was asked for last has to be taken back first; nobody tells the order.
    taken = []
    while asking := [one for one in (gdal, ogr, osr) if one.GetUseExceptions()]:
        for one in asking:
            try:
                one.DontUseExceptions()
            except RuntimeError:
                continue
            taken.append(one)
            break
        else:
            pytest.fail("GDAL's exceptions cannot be switched off")
    if request.param:
        gdal.UseExceptions()
    yield request.param
    if request.param:
        gdal.DontUseExceptions()
    for one in reversed(taken):
        one.UseExceptions()


def untouched(disk, older):
    """The older extract is what it was, and nothing else passes for one."""
    assert older.read_bytes() == b"older"
    assert not is_whole(older)
    others = disk.names() - {older.name}
    assert all(".part" in name for name in others), others


def test_features(make_profile, transport, tiny_disk, exceptions):  # noqa: F811
    layer = make_profile({**MAPSERVER, "layer": "DLTB"}).layers[0]
    disk = tiny_disk("4m")
    target = disk.path / "dltb.gpkg"
    target.write_bytes(b"older")
    service = feature_service(layer, transport)
    service.describe()
    counts = []
    for leave in (0, 2, 20, 40, 80, 120, 160, 200):
        disk.fill(leave)
        try:
            done = FeatureExtract(service, target, page=100).run()
        except OutputError as error:
            assert FULL in error.text.en and "磁盘空间不足" in error.text.zh
            untouched(disk, target)
            counts.append(leave)
            continue
        break
    assert len(counts) >= 3
    disk.empty()
    done = FeatureExtract(service, target, page=100).run()
    assert done.count == 1000 and is_whole(target)
    assert disk.names() == {"dltb.gpkg", "dltb.gpkg.source.json"}
    saved = gdal.OpenEx(str(target))
    layer = saved.GetLayer(0)
    assert len({feature["BSM"] for feature in layer}) == layer.GetFeatureCount() == 1000
    assert layer.GetExtent(0) == layer.GetExtent(1)
    # Through the index, which has to know every feature.
    layer.SetSpatialFilterRect(*(layer.GetExtent()[n] for n in (0, 2, 1, 3)))
    assert layer.GetFeatureCount() == 1000


def test_coverage(make_profile, transport, map_folder, tiny_disk, exceptions):  # noqa: F811
    layer = make_profile({**QGIS, "layer": "dem10"}).layers[0]
    disk = tiny_disk("2m")
    target = disk.path / "dem.tif"
    target.write_bytes(b"older")
    service = Coverage(transport, layer)
    service.describe()
    failed = 0
    for leave in (0, 1, 5, 10, 20, 40, 60):
        disk.fill(leave)
        try:
            RasterExtract(service, target, block=100).run()
        except OutputError as error:
            assert FULL in error.text.en and "磁盘空间不足" in error.text.zh
            untouched(disk, target)
            failed += 1
        else:
            break
    assert failed >= 3
    disk.empty()
    RasterExtract(service, target, block=100).run()
    assert is_whole(target) and disk.names() == {"dem.tif", "dem.tif.source.json"}
    whole, copy = gdal.Open(str(map_folder / "dem10.tif")), gdal.Open(str(target))
    assert np.array_equal(copy.ReadAsArray(), whole.ReadAsArray())


def test_a_block_that_is_not_as_it_was_written_is_not_gone_on_with(
    make_profile, transport, map_folder, tmp_path, proxy
):
    """What a disk that was full, or a power cut, leaves of a block is not taken for the block."""
    layer = make_profile({**QGIS, "layer": "dem10"}, base=proxy.url).layers[0]
    target = tmp_path / "dem.tif"
    service = Coverage(transport, layer)
    service.describe()
    proxy.cut = lambda line: (
        6_000 if sum("GetCoverage" in each for each in proxy.seen) > 5 else None
    )
    with pytest.raises(Exception, match=r".") as caught:
        RasterExtract(service, target, block=100).run()
    assert hasattr(caught.value, "text")
    (part,) = tmp_path.glob("*.part.tif")
    picture = gdal.Open(str(part), gdal.GA_Update)
    picture.GetRasterBand(1).WriteArray(np.zeros((3, 3), dtype=np.float32), 10, 10)
    picture = None
    proxy.cut = lambda line: None
    before = len(proxy.seen)
    RasterExtract(service, target, block=100).run()
    assert len(proxy.seen) - before == 12
    whole, copy = gdal.Open(str(map_folder / "dem10.tif")), gdal.Open(str(target))
    assert np.array_equal(copy.ReadAsArray(), whole.ReadAsArray())


@pytest.mark.parametrize("kind", ["vector", "raster"])
def test_files(make_profile, map_folder, tiny_disk, kind, exceptions):  # noqa: F811
    disk = tiny_disk("3m")
    if kind == "vector":
        layer = make_profile({"kind": "file", "url": "x.gpkg", "layer": "DLTB"}).layers[0]
        source, target, copy = "onemap.gpkg", disk.path / "dltb.gpkg", copy_vector
    else:
        layer = make_profile({"kind": "file", "url": "x.tif"}).layers[0]
        source, target, copy = "dem10.tif", disk.path / "dem.tif", copy_raster
    target.write_bytes(b"older")
    failed = 0
    for leave in (0, 1, 10, 30, 60, 100):
        disk.fill(leave)
        try:
            copy(layer, str(map_folder / source), target)
        except OutputError as error:
            assert FULL in error.text.en and "磁盘空间不足" in error.text.zh
            untouched(disk, target)
            failed += 1
        else:
            break
    assert failed >= 2
    disk.empty()
    done = copy(layer, str(map_folder / source), target)
    assert is_whole(target) and read_sidecar(target)["count"] == done.count
