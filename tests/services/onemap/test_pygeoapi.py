"""The catalogue and the features of pygeoapi, a server none of us wrote."""

import json
import shutil
import tempfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from osgeo import ogr

from onemap_verify.services.catalogue.ogc_records import OgcRecords
from onemap_verify.services.errors import BadAnswer
from onemap_verify.services.onemap import axis_order
from onemap_verify.services.onemap.extract_features import FeatureExtract
from onemap_verify.services.onemap.provider_source import feature_service

RECORDS, WIDE, HIGH, SIZE = 700, 25, 20, 40
EAST, NORTH = 40_500_000, 4_400_000


def _record(number):
    corners = [[120, 30], [121, 30], [121, 31], [120, 31], [120, 30]]
    return {
        "id": f"record-{number:04d}",
        "type": "Feature",
        "time": {"interval": ["2023-01-01", "2023-12-31"]},
        "geometry": {"type": "Polygon", "coordinates": [corners]},
        "properties": {
            "type": "dataset",
            "title": f"云岫县第 {number} 幅 地类图斑",
            "description": "年度国土变更调查",
            "updated": "2024-02-03T04:05:06Z",
            "keywords": ["DLTB"],
        },
        "links": [
            {
                "rel": "item",
                "href": "http://127.0.0.1:9/wms",
                "name": "DLTB",
                "protocol": "OGC:WMS",
            }
        ],
    }


def _parcel(number):
    north, east = NORTH + number // WIDE * SIZE, EAST + number % WIDE * SIZE
    corners = [(0, 0), (0, SIZE), (SIZE, SIZE), (SIZE, 0), (0, 0)]
    ring = [[north + up, east + right] for up, right in corners]
    return {
        "type": "Feature",
        "id": number + 1,
        "properties": {"BSM": f"9901012110{number:08d}", "TBMJ": 1600.25, "ZRRMC": "某某"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


@pytest.fixture(scope="module")
def pygeoapi():
    import pygeoapi_server

    if not pygeoapi_server.installed():
        pytest.skip("pygeoapi cannot be installed here (pip install pygeoapi tinydb)")
    folder = Path(tempfile.mkdtemp(prefix="onemap-pygeoapi-"))
    servers, url = pygeoapi_server.start(
        folder, list(map(_record, range(RECORDS))), list(map(_parcel, range(WIDE * HIGH)))
    )
    try:
        yield url
    finally:
        servers.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("place", ["", "/collections", "/collections/catalogue"])
def test_all_records_from_wherever_one_starts(pygeoapi, transport, place):
    pages = list(OgcRecords(transport, pygeoapi + place).pages())
    records = [record for page, _ in pages for record in page]
    assert {total for _, total in pages} == {RECORDS}
    assert len({record.id for record in records}) == RECORDS
    assert records[7].title == "云岫县第 7 幅 地类图斑"
    assert records[7].box == pytest.approx((120.0, 30.0, 121.0, 31.0))
    assert (records[7].begin, records[7].end) == ("2023-01-01", "2023-12-31")
    assert [(link.kind, link.name) for link in records[7].links] == [("wms", "DLTB")]


def test_one_record(pygeoapi, transport):
    assert OgcRecords(transport, pygeoapi).details("record-0042").title.startswith("云岫县第 42 幅")


def _layer(make_profile, url, **more):
    described = {"kind": "oapif", "url": url, "layer": "DLTB", "crs": "EPSG:4528", **more}
    return make_profile(described, base=url).layers[0]


@pytest.mark.parametrize("page", [33, 1000])
def test_coordinates_arrive_east_first_though_it_sends_north_first(
    make_profile, pygeoapi, transport, tmp_path, page
):
    layer = _layer(make_profile, pygeoapi, withheld=["ZRRMC"])
    done = FeatureExtract(feature_service(layer, transport), tmp_path / "d.gpkg", page=page).run()
    dataset = ogr.Open(str(done.path))
    table = dataset.GetLayer(0)
    assert done.count == table.GetFeatureCount() == WIDE * HIGH
    assert table.GetExtent() == (EAST, EAST + WIDE * SIZE, NORTH, NORTH + HIGH * SIZE)
    assert "ZRRMC" not in [field.GetName() for field in table.schema]
    for feature in table:
        number = int(feature["BSM"][-8:])
        box = feature.GetGeometryRef().GetEnvelope()
        assert box[0] == EAST + number % WIDE * SIZE
        assert box[2] == NORTH + number // WIDE * SIZE
    assert done.facts["withheld"]


def test_a_place_gives_what_touches_it(make_profile, pygeoapi, transport, tmp_path):
    layer = _layer(make_profile, pygeoapi)
    inside = (EAST + 10, NORTH + 10, EAST + 90, NORTH + 50)
    done = FeatureExtract(
        feature_service(layer, transport), tmp_path / "d.gpkg", box=inside, box_crs="EPSG:4528"
    ).run()
    assert done.count == 6


def test_a_frame_that_contradicts_the_degrees_is_refused(serve, make_profile, transport, tmp_path):
    crs84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
    native = "http://www.opengis.net/def/crs/EPSG/0/4528"

    def answer(request, _number):
        feature = _parcel(0)
        if native not in unquote(request.path):
            # What pygeoapi sends of a file whose axes are not those of its frame.
            feature["geometry"]["coordinates"] = [[[float("inf")] * 2] * 5]
        told = {"type": "FeatureCollection", "features": [feature], "numberMatched": 1}
        if not urlsplit(request.path).path.endswith("items"):
            told = {"id": "DLTB", "crs": [crs84, native], "storageCrs": native, "links": []}
        request.say(200, json.dumps(told).encode(), Content_Type="application/json")

    server = serve(answer)
    layer = _layer(make_profile, server.url)
    with pytest.raises(BadAnswer, match="order of axes"):
        FeatureExtract(feature_service(layer, transport), tmp_path / "d.gpkg").run()
    assert not (tmp_path / "d.gpkg").exists()


def test_points_are_turned_at_any_depth():
    line = {"type": "LineString", "coordinates": [[1, 2, 9], [3, 4]]}
    assert axis_order.turned(line)["coordinates"] == [[2, 1, 9], [4, 3]]
    both = {"type": "GeometryCollection", "geometries": [line, {"type": "Point",
            "coordinates": [5, 6]}]}  # fmt: skip
    assert [one["coordinates"] for one in axis_order.turned(both)["geometries"]] == [
        [[2, 1, 9], [4, 3]],
        [6, 5],
    ]
    assert axis_order.turned(None) is None
    assert axis_order.first_point({"type": "Polygon", "coordinates": [[]]}) is None
