"""Features of real servers saved to a GeoPackage: all of them, or an error; nothing personal."""

import json
import sqlite3

import pytest
from one_map_data import PERSONAL, SECRETS
from osgeo import ogr

from onemap_verify.checks.progress import Cancelled, Progress
from onemap_verify.services.errors import BadAnswer, NotThere, Refused
from onemap_verify.services.onemap.extract_features import FeatureExtract
from onemap_verify.services.onemap.extract_source import is_whole, read_sidecar
from onemap_verify.services.onemap.provider_source import feature_service

QGIS = {"kind": "wfs", "url": "{base}/ows/"}
MAPSERVER = {"kind": "wfs", "url": "{base}/mapserv?map=onemap"}
QGIS_API = {"kind": "oapif", "url": "{base}/ows/wfs3"}
MAPSERVER_API = {"kind": "oapif", "url": "{base}/mapserv/onemap/ogcapi"}
PLACE = (120.01, 39.74, 120.02, 39.745)


def rows(path, layer, order="BSM"):
    dataset = ogr.Open(str(path))
    table = dataset.ExecuteSQL(f'SELECT * FROM "{layer}" ORDER BY {order}')
    found = []
    for feature in table:
        shape = feature.GetGeometryRef()
        found.append((feature.items(), shape.Clone() if shape is not None else None))
    return found


def fetch(transport, layer, target, **options):
    return FeatureExtract(feature_service(layer, transport), target, **options).run()


@pytest.mark.parametrize("server", [QGIS, MAPSERVER], ids=["qgis", "mapserver"])
def test_every_feature_arrives_as_it_is(make_profile, transport, map_folder, tmp_path, server):
    layer = make_profile({**server, "layer": "DLTB"}).layers[0]
    done = fetch(transport, layer, tmp_path / "dltb.gpkg", page=300)
    assert (done.count, done.layer) == (1000, "DLTB")
    theirs, ours = rows(map_folder / "onemap.gpkg", "DLTB"), rows(done.path, "DLTB")
    for (expected, shape), (got, copy) in zip(theirs, ours):
        assert {name: got[name] for name in expected} == expected
        assert copy.GetGeometryRef(0).Equals(shape)
    dataset = ogr.Open(str(done.path))
    assert dataset.GetLayer(0).GetSpatialRef().GetAuthorityCode(None) == "4528"


@pytest.mark.parametrize(
    "server", [QGIS, MAPSERVER, QGIS_API, MAPSERVER_API], ids=["q", "m", "qa", "ma"]
)
def test_only_what_touches_the_place(make_profile, transport, map_folder, tmp_path, server):
    from onemap_verify.services.onemap import frames

    layer = make_profile({**server, "layer": "DLTB"}).layers[0]
    done = fetch(transport, layer, tmp_path / "dltb.gpkg", box=PLACE, page=33)
    source = ogr.Open(str(map_folder / "onemap.gpkg"))
    table = source.GetLayerByName("DLTB")
    table.SetSpatialFilterRect(*frames.carried(PLACE, "EPSG:4490", "EPSG:4528"))
    wanted = {feature["BSM"] for feature in table}
    got = {values["BSM"] for values, _ in rows(done.path, "DLTB")}
    # OGC API takes the box in degrees, which is a slightly other shape on the ground.
    assert got >= wanted if server["kind"] == "oapif" else got == wanted
    assert len(wanted) <= done.count <= len(wanted) + 15


def test_a_server_that_sends_the_first_page_again_is_found_out(
    make_profile, transport, tmp_path, proxy
):
    layer = make_profile({**MAPSERVER_API, "layer": "DLTB"}, base=proxy.url).layers[0]
    done = fetch(transport, layer, tmp_path / "dltb.gpkg", page=300)
    bsm = [values["BSM"] for values, _ in rows(done.path, "DLTB")]
    assert len(set(bsm)) == len(bsm) == 1000
    # MapServer 8.0 is found out and asked for everything at once; 8.4 pages as it should.
    whole = any("limit=1000" in line for line in proxy.seen)
    assert whole or any("offset=900" in line for line in proxy.seen)


@pytest.mark.parametrize("server", [QGIS, MAPSERVER, QGIS_API], ids=["q", "m", "qa"])
@pytest.mark.parametrize("withheld", [(), ("ZRRMC", "yjjbntmj")], ids=["forgotten", "listed"])
def test_personal_columns_are_never_asked_for(
    make_profile, transport, tmp_path, server_log, server, withheld
):
    described = {**server, "layer": "YJJBNTBHTB", "withheld": list(withheld)}
    layer = make_profile(described).layers[0]
    done = fetch(transport, layer, tmp_path / "farm.gpkg")
    assert done.count == 60
    asked = [line for line in server_log() if "GetFeature" in line or "/items" in line]
    assert asked
    for line in asked:
        upper = line.upper()
        assert "PROPERTYNAME=" in upper or "PROPERTIES=" in upper, line
        assert not any(name in upper for name in PERSONAL), line
    never = {*PERSONAL, *(name.upper() for name in withheld)}
    with sqlite3.connect(done.path) as connection:
        columns = {row[1].upper() for row in connection.execute("PRAGMA table_info(YJJBNTBHTB)")}
    assert "BSM" in columns and not columns & never
    content = done.path.read_bytes()
    assert not any(secret.encode() in content for secret in SECRETS)
    assert set(done.facts["withheld"]) >= set(PERSONAL)


def test_columns_that_nobody_tells_are_not_guessed(make_profile, transport, tmp_path):
    described = {**MAPSERVER_API, "layer": "YJJBNTBHTB", "withheld": ["ZRRMC"]}
    with pytest.raises(Refused):
        fetch(transport, make_profile(described).layers[0], tmp_path / "farm.gpkg")
    # The administrator can name them; MapServer sends all the same, and that is noticed.
    told = {**described, "options": {"columns": ["BSM"]}}
    with pytest.raises(Refused, match="not asked for"):
        fetch(transport, make_profile(told).layers[0], tmp_path / "farm.gpkg")
    assert not list(tmp_path.glob("farm.gpkg"))


@pytest.mark.parametrize("server", [QGIS, MAPSERVER, QGIS_API], ids=["q", "m", "qa"])
def test_half_an_answer_is_no_answer(make_profile, transport, tmp_path, proxy, server):
    layer = make_profile({**server, "layer": "DLTB"}, base=proxy.url).layers[0]
    service = feature_service(layer, transport)
    service.describe()
    before = tmp_path / "dltb.gpkg"
    before.write_bytes(b"what was there")
    for size in (0, 100, 900, 4_000):
        proxy.cut = lambda line, size=size: size if "hits" not in line.lower() else None
        with pytest.raises(Exception) as caught:
            FeatureExtract(service, before, page=500).run()
        assert hasattr(caught.value, "text"), caught.value
        assert before.read_bytes() == b"what was there"
    proxy.cut = lambda line: None
    assert FeatureExtract(service, before, page=500).run().count == 1000


def test_a_stopped_extract_goes_on_where_it_was(make_profile, transport, tmp_path, proxy):
    layer = make_profile({**QGIS, "layer": "DLTB"}, base=proxy.url).layers[0]
    pages = 0

    def stop():
        return sum("STARTINDEX" in line for line in proxy.seen) >= 4

    with pytest.raises(Cancelled):
        FeatureExtract(feature_service(layer, transport), tmp_path / "a.gpkg", page=100).run(
            Progress(None, stop)
        )
    assert not (tmp_path / "a.gpkg").exists()
    pages = sum("STARTINDEX" in line for line in proxy.seen)
    done = fetch(transport, layer, tmp_path / "a.gpkg", page=100)
    assert done.count == 1000
    again = sum("STARTINDEX" in line for line in proxy.seen) - pages
    assert again <= 10 - (pages - 1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.gpkg", "a.gpkg.source.json"]


def test_an_unfinished_extract_of_something_else_is_thrown_away(
    make_profile, transport, tmp_path, proxy
):
    profile = make_profile(
        {**QGIS, "layer": "DLTB"}, {**QGIS, "layer": "DLTB_2022"}, base=proxy.url
    )
    with pytest.raises(Cancelled):
        FeatureExtract(
            feature_service(profile.layers[0], transport), tmp_path / "a.gpkg", page=100
        ).run(Progress(None, lambda: sum("STARTINDEX" in line for line in proxy.seen) >= 3))
    done = fetch(transport, profile.layers[1], tmp_path / "a.gpkg", page=400)
    assert done.count == 1000
    first = rows(done.path, "DLTB")[0][0]
    assert first["DLBM"] == "0103"  # 2022 had another class there


def test_what_is_saved_says_where_it_comes_from(make_profile, transport, tmp_path):
    described = {**QGIS, "layer": "STBHHX", "url": "{base}/ows/?token=geheim", "record": "cn-1"}
    layer = make_profile(described).layers[0]
    done = fetch(transport, layer, tmp_path / "red.gpkg")
    facts = read_sidecar(done.path)
    assert facts["count"] == facts["told"] == 1
    assert facts["record"] == "cn-1" and facts["crs"] == "EPSG:4528" and len(facts["sha256"]) == 64
    assert "geheim" not in json.dumps(facts)
    assert b"geheim" not in done.path.read_bytes()
    assert is_whole(done.path)
    data = bytearray(done.path.read_bytes())
    data[len(data) // 2] ^= 1
    done.path.write_bytes(data)
    assert not is_whole(done.path)


def test_a_layer_that_is_not_there_is_named(make_profile, transport, tmp_path):
    layer = make_profile({**QGIS, "layer": "NICHTS"}).layers[0]
    with pytest.raises(NotThere, match="NICHTS"):
        fetch(transport, layer, tmp_path / "a.gpkg")


def test_a_place_without_features_gives_an_empty_layer(make_profile, transport, tmp_path):
    layer = make_profile({**QGIS, "layer": "DLTB"}).layers[0]
    done = fetch(transport, layer, tmp_path / "a.gpkg", box=(110.0, 30.0, 110.1, 30.1))
    assert done.count == 0
    assert rows(done.path, "DLTB") == []


def test_a_full_disk_is_told(make_profile, transport, tmp_path):
    from onemap_verify.checks.errors import OutputError

    layer = make_profile({**QGIS, "layer": "DLTB"}).layers[0]
    (tmp_path / "folder").write_text("a file")
    with pytest.raises((OutputError, BadAnswer)):
        fetch(transport, layer, tmp_path / "folder" / "a.gpkg")
