"""Features of Koop, a feature service as ArcGIS has them that none of us wrote."""

import shutil
import tempfile
from pathlib import Path

import pytest
from osgeo import ogr

from onemap_verify.services.onemap import frames
from onemap_verify.services.onemap.extract_features import FeatureExtract
from onemap_verify.services.onemap.provider_source import feature_service

COUNT, WIDE, STEP = 2500, 50, 0.0005


@pytest.fixture(scope="module")
def koop():
    import koop_server

    if not koop_server.installed():
        pytest.skip("Koop cannot be installed here (it needs node and npm)")
    folder = Path(tempfile.mkdtemp(prefix="onemap-koop-"))
    servers, url = koop_server.start(folder, COUNT)
    try:
        yield url
    finally:
        servers.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _fetch(make_profile, transport, target, url, page=1000, box=None, **more):
    described = {"kind": "arcgis_feature", "url": url, "layer": "0", **more}
    layer = make_profile(described, base=url).layers[0]
    return FeatureExtract(feature_service(layer, transport), target, page=page, box=box).run()


@pytest.mark.parametrize("page", [333, 1000, 5000])
@pytest.mark.parametrize("address", ["", "/0"])
def test_every_parcel_arrives_once(make_profile, koop, transport, tmp_path, page, address):
    done = _fetch(make_profile, transport, tmp_path / "d.gpkg", koop + address, page)
    dataset = ogr.Open(str(done.path))
    table = dataset.GetLayer(0)
    assert done.count == table.GetFeatureCount() == COUNT
    assert {feature["BSM"] for feature in table} == {
        f"9901012110{number:08d}" for number in range(COUNT)
    }
    assert "ZRRMC" not in [field.GetName() for field in table.schema]


def test_the_frame_that_was_wanted(make_profile, koop, transport, tmp_path):
    done = _fetch(make_profile, transport, tmp_path / "d.gpkg", koop, crs="EPSG:4528")
    dataset = ogr.Open(str(done.path))
    table = dataset.GetLayer(0)
    assert table.GetSpatialRef().GetAuthorityCode(None) == "4528"
    wide, high = WIDE * STEP, COUNT / WIDE * STEP
    west, south, east, north = frames.carried(
        (120.0, 39.74, 120.0 + wide, 39.74 + high), "EPSG:4490", "EPSG:4528"
    )
    # Corner to corner: edges of a box in degrees are no straight lines on the plane.
    assert table.GetExtent() == pytest.approx((west, east, south, north), abs=2.0)


def test_a_place_gives_what_touches_it(make_profile, koop, transport, tmp_path):
    inside = (120.0001, 39.7401, 120.0008, 39.7408)
    done = _fetch(make_profile, transport, tmp_path / "d.gpkg", koop, box=inside, crs="EPSG:4528")
    assert done.count == 4
