"""Tiles: matrix sets, CGCS2000 grids, REST and KVP, and the dpi that SuperMap counts with."""

import json
import math

import numpy as np
import pytest
from osgeo import gdal

from onemap_verify.services.onemap.extract_raster import RasterExtract
from onemap_verify.services.onemap.features_wfs import WfsFeatures
from onemap_verify.services.onemap.tiles import Tiles
from onemap_verify.services.onemap.wmts import WmtsService, corrected_capabilities
from onemap_verify.services.onemap.wmts_measure import correlate, measure_tiles

STEPS = (10.0, 5.0, 2.5, 1.25)
WEST, NORTH = 40_490_000.0, 4_410_000.0
MAPPROXY = """
services: {{wmts: {{restful: true, kvp: true}}, tms: {{}}, wms: {{srs: ['EPSG:4528']}}}}
layers: [{{name: dltb, title: 地类图斑, sources: [tiles]}}]
caches:
  tiles: {{grids: [city, cgcs], sources: [map], cache: {{type: sqlite, directory: {folder}/cache}}}}
sources:
  map: {{type: wms, supported_srs: ['EPSG:4528'], wms_opts: {{version: 1.1.1}},
        req: {{url: '{base}/mapserv?map=onemap&', layers: DLTB, transparent: true}}}}
grids:
  city: {{srs: 'EPSG:4528', bbox: [40490000, 4390000, 40510000, 4410000], origin: nw,
         res: [10, 5, 2.5, 1.25]}}
  cgcs: {{srs: 'EPSG:4490', bbox: [-180, -90, 180, 90], origin: nw, res_factor: 2, num_levels: 20}}
globals:
  cache: {{base_dir: {folder}/cache, lock_dir: {folder}/locks}}
  srs: {{axis_order_ne: ['EPSG:4490', 'EPSG:4528']}}
"""
SUPERMAP = """<?xml version="1.0" encoding="UTF-8"?>
<Capabilities xmlns="http://www.opengis.net/wmts/1.0" xmlns:ows="http://www.opengis.net/ows/1.1"
 xmlns:xlink="http://www.w3.org/1999/xlink" version="1.0.0"><Contents>
<Layer><ows:Title>地类图斑</ows:Title><ows:Identifier>dltb</ows:Identifier>
<ows:WGS84BoundingBox><ows:LowerCorner>120.0 39.734</ows:LowerCorner>
<ows:UpperCorner>120.0467 39.7566</ows:UpperCorner></ows:WGS84BoundingBox>
<Style isDefault="true"><ows:Identifier>default</ows:Identifier></Style>
<Format>image/png</Format>
<TileMatrixSetLink><TileMatrixSet>Custom_地类图斑</TileMatrixSet></TileMatrixSetLink>
<ResourceURL format="image/png" resourceType="tile"
 template="{base}/wmts/dltb/city/{{TileMatrix}}/{{TileCol}}/{{TileRow}}.png?token=geheim"/></Layer>
<TileMatrixSet><ows:Title>Custom TileMatrixSet, dpi is {dpi}, pixel is 0.26 mm</ows:Title>
<ows:Identifier>Custom_地类图斑</ows:Identifier>
<ows:SupportedCRS>urn:ogc:def:crs:EPSG::4528</ows:SupportedCRS>{matrices}</TileMatrixSet>
</Contents></Capabilities>
"""
MATRIX = """<TileMatrix><ows:Identifier>{number:02d}</ows:Identifier>
<ScaleDenominator>{scale!r}</ScaleDenominator><TopLeftCorner>{corner}</TopLeftCorner>
<TileWidth>256</TileWidth><TileHeight>256</TileHeight>
<MatrixWidth>{count}</MatrixWidth><MatrixHeight>{count}</MatrixHeight></TileMatrix>"""


@pytest.fixture(scope="module")
def tile_server(map_server, tmp_path_factory):
    import shutil

    import one_map_servers

    if shutil.which("mapproxy-util", path="/usr/bin:/usr/sbin:/bin") is None:
        pytest.skip("mapproxy is not installed")
    folder = tmp_path_factory.mktemp("mapproxy")
    servers, base = one_map_servers.start_mapproxy(
        folder, MAPPROXY.format(folder=folder, base=map_server)
    )
    yield base
    servers.stop()


@pytest.fixture
def supermap(tile_server, map_server, map_folder):
    """Publish capabilities as SuperMap writes them, over MapProxy's tiles."""

    def publish(dpi, corner=f"{NORTH} {WEST}"):
        matrices = "".join(
            MATRIX.format(
                number=number, scale=step * dpi / 0.0254, corner=corner,
                count=math.ceil(20_000 / step / 256),
            )
            for number, step in enumerate(STEPS)
        )  # fmt: skip
        name = f"supermap-{dpi:g}.xml"
        text = SUPERMAP.format(base=tile_server, dpi=f"{dpi:g}", matrices=matrices)
        (map_folder / "www" / name).write_text(text, "utf-8")
        return f"{map_server}/{name}"

    return publish


def parcels(make_profile, transport):
    described = {"kind": "wfs", "url": "{base}/ows/", "layer": "DLTB"}
    return WfsFeatures(transport, make_profile(described).layers[0])


def test_a_wrong_pixel_size_is_measured_in_metres(make_profile, transport, supermap, tmp_path):
    tiles = make_profile({"kind": "wmts", "url": supermap(96), "layer": "地类图斑"}).layers[0]
    found = measure_tiles(transport, tiles, parcels(make_profile, transport))
    assert found.clear and found.dpi == 96
    assert math.hypot(*found.shift_m) < 5.0
    # 5.8 % of some 14.6 km from the corner of the grid.
    factor = 0.00028 * 96 / 0.0254 - 1
    expected = factor * math.hypot(40_502_000 - WEST, 4_401_250 - NORTH)
    assert found.standard_m == pytest.approx(expected, rel=0.05)
    assert f"{found.standard_m:.1f}" in found.text.zh and "96" in found.text.en
    better = found.corrected(tiles)
    assert better.options["dpi"] == 96
    path = corrected_capabilities(WmtsService(transport, better), 96, tmp_path)
    text = path.read_text("utf-8")
    assert "geheim" not in text
    again = WmtsService(transport, tiles)
    again.describe()
    assert again.chosen.matrix_set.dpi == 96


def test_standard_tiles_are_left_as_they_are(make_profile, transport, tile_server):
    url = f"{tile_server}/wmts/1.0.0/WMTSCapabilities.xml"
    for matrix_set in ("city", "cgcs"):
        tiles = make_profile(
            {"kind": "wmts", "url": url, "layer": "dltb", "matrix_set": matrix_set}
        ).layers[0]
        found = measure_tiles(transport, tiles, parcels(make_profile, transport))
        assert found.clear and found.dpi == 0 and found.standard_m == 0, found
        assert math.hypot(*found.shift_m) < 6.0, found


def test_nothing_is_claimed_where_nothing_can_be_seen(make_profile, transport, supermap):
    from onemap_verify.services.errors import BadAnswer

    tiles = make_profile({"kind": "wmts", "url": supermap(96), "layer": "地类图斑"}).layers[0]
    other = {"kind": "wfs", "url": "{base}/ows/", "layer": "STBHHX"}
    service = WfsFeatures(transport, make_profile(other).layers[0])
    with pytest.raises(BadAnswer):
        measure_tiles(transport, tiles, service)


@pytest.mark.parametrize("corner", [f"{NORTH} {WEST}", f"{WEST} {NORTH}"])
def test_corners_are_understood_in_either_order(make_profile, transport, supermap, corner):
    tiles = make_profile({"kind": "wmts", "url": supermap(90.5, corner)}).layers[0]
    matrix = WmtsService(transport, tiles).describe().matrix_set.matrices[0]
    assert (matrix.west, matrix.north) == (WEST, NORTH)


def test_correlation_finds_a_known_shift():
    generator = np.random.default_rng(3)
    picture = generator.random((300, 300))
    best, (across, down) = correlate(np.roll(picture, (17, -23), axis=(0, 1)), picture)
    assert best > 0.7
    assert (round(across), round(down)) == (-23, 17)


def drawn_share(layer):
    """Which share of the parcels' ground is covered by the layer's picture."""
    from qgis.core import (
        QgsCoordinateReferenceSystem,
        QgsMapRendererParallelJob,
        QgsMapSettings,
        QgsRectangle,
    )
    from qgis.PyQt.QtCore import QSize
    from qgis.PyQt.QtGui import QColor

    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:4528"))
    settings.setExtent(QgsRectangle(40_500_000, 4_400_000, 40_504_000, 4_402_500))
    settings.setOutputSize(QSize(400, 250))
    settings.setBackgroundColor(QColor("magenta"))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    picture, magenta = job.renderedImage(), QColor("magenta").rgb()
    return np.mean([picture.pixel(x, y) != magenta for x in range(400) for y in range(250)])


def test_qgis_draws_corrected_tiles_in_place(make_profile, transport, supermap, tmp_path, qgis_app):
    from onemap_verify.services.onemap.loading import make_layer
    from onemap_verify.services.onemap.provider_source import provider_source

    url = supermap(96)
    shares = []
    for options in ({}, {"dpi": 96}):
        profile = make_profile({"kind": "wmts", "url": url, "options": options})
        source = provider_source(profile.layers[0], transport, profile, tmp_path)
        assert any("96" in note.zh for note in source.notes) == (not options)
        layer = make_layer(source, profile)
        assert layer.isValid()
        # Tiles that the server has still to make are not always drawn at the first time.
        shares.append(max(drawn_share(layer) for _ in range(3)))
    wrong, right = shares
    assert right > 0.93  # all but the corners cut off the parcels
    assert wrong < right - 0.1


def test_tiles_are_saved_where_they_lie(make_profile, transport, tile_server, tmp_path):
    layer = make_profile(
        {"kind": "xyz", "url": tile_server + "/tiles/1.0.0/dltb/city/{z}/{x}/{-y}.png"},
        {"kind": "wmts", "url": f"{tile_server}/wmts/1.0.0/WMTSCapabilities.xml",
         "layer": "dltb", "matrix_set": "city", "resolution_m": 5.0},
        {"kind": "wmts", "url": f"{tile_server}/service", "layer": "dltb", "matrix_set": "city",
         "resolution_m": 5.0},
    ).layers  # fmt: skip
    place = (120.005, 39.737, 120.02, 39.745)
    pictures = []
    for each in layer[1:]:
        tiles = Tiles(transport, each)
        tiles.describe()
        done = RasterExtract(
            tiles, tmp_path / f"{each.id}.tif", place, block=tiles.side, aligned=True
        ).run()
        picture = gdal.Open(str(done.path))
        assert picture.GetGeoTransform()[1] == pytest.approx(5.0)
        assert picture.RasterCount >= 3
        pictures.append(picture.ReadAsArray())
        assert (
            json.loads((tmp_path / f"{each.id}.tif.source.json").read_text())["crs"] == "EPSG:4528"
        )
    assert np.array_equal(*pictures)
    assert pictures[0].min() == 0 and pictures[0].max() == 255
