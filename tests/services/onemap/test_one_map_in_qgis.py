"""The one map in a QGIS project, from real servers."""

import pytest
from one_map_data import PERSONAL, SECRETS

pytest.importorskip("qgis.core", reason="QGIS is not installed")

GROUPS = [
    {"id": "control", "title": {"zh": "管制", "en": "Control"}},
    {"id": "land", "title": {"zh": "土地", "en": "Land"}},
    {"id": "inner", "title": {"zh": "细分", "en": "Inner"}, "parent": "land"},
    {"id": "base", "title": {"zh": "本底", "en": "Base"}},
]
LAYERS = (
    {"id": "farm", "group": "control", "kind": "wfs", "url": "{base}/ows/", "layer": "YJJBNTBHTB"},
    {"id": "dltb", "group": "land", "kind": "wfs", "url": "{base}/ows/", "layer": "DLTB",
     "date": "2023-02", "scales": [100, 50000]},
    {"id": "last", "group": "inner", "kind": "wfs", "url": "{base}/ows/", "layer": "DLTB_2022",
     "date": ["2022-01-01", "2022-12-31"]},
    {"id": "dem", "group": "base", "kind": "wcs", "url": "{base}/ows/", "layer": "dem10",
     "role": "dem", "date": "2021"},
    {"id": "picture", "group": "base", "kind": "wcs", "url": "{base}/ows/", "layer": "image_2023",
     "role": "imagery", "date": "2023-08-01",
     "options": {"bands": ["red", "green", "blue", "nir"]}},
    {"id": "wms", "group": "base", "kind": "wms", "url": "{base}/ows/", "layer": "DLTB",
     "crs": "EPSG:4528"},
    {"id": "wmts", "group": "base", "kind": "wmts", "url": "{base}/ows/", "layer": "DLTB",
     "matrix_set": "EPSG:4490"},
    {"id": "api", "kind": "oapif", "url": "{base}/ows/wfs3", "layer": "YJJBNTBHTB"},
)  # fmt: skip


@pytest.fixture
def project(qgis_app):
    from qgis.core import QgsProject

    made = QgsProject()
    yield made
    made.clear()


@pytest.fixture
def load(project, transport, tmp_path):
    from onemap_verify.services.onemap import loading
    from onemap_verify.services.onemap.provider_source import provider_source

    def load(profile, names=None, language="zh"):
        sources = [
            provider_source(layer, transport, profile, tmp_path)
            for layer in profile.layers
            if names is None or layer.id in names
        ]
        made = loading.load(project, profile, sources, language)
        assert not [each.error for each in made if each.error]
        return {each.source.id: project.mapLayer(each.layer_id) for each in made}

    return load


def tree(node, depth=0):
    from qgis.core import QgsLayerTreeGroup

    found = []
    for child in node.children():
        group = isinstance(child, QgsLayerTreeGroup)
        found.append("  " * depth + (child.name() if group else child.layer().name()))
        if group:
            found += tree(child, depth + 1)
    return found


def colours(layer, crs="EPSG:4528", size=(200, 125)):
    """How many different colours a picture of the layer's place has."""
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
    settings.setDestinationCrs(QgsCoordinateReferenceSystem(crs))
    settings.setExtent(QgsRectangle(40_500_100, 4_400_100, 40_501_700, 4_401_100))
    settings.setOutputSize(QSize(*size))
    settings.setBackgroundColor(QColor("white"))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    picture = job.renderedImage()
    return {picture.pixel(x, y) for x in range(size[0]) for y in range(size[1])}


def test_layers_stand_in_the_fixed_order_however_they_come(make_profile, load, project):
    profile = make_profile(*LAYERS, groups=GROUPS)
    load(profile, {"wmts", "dem"})
    load(profile, {"dltb", "api"})
    load(profile)
    assert tree(project.layerTreeRoot()) == [
        "测试平台", "  图层YJJBNTBHTB", "  管制", "    图层YJJBNTBHTB", "  土地", "    图层DLTB",
        "    细分", "      图层DLTB_2022", "  本底", "    图层dem10", "    图层image_2023",
        "    图层DLTB", "    图层DLTB",
    ]  # fmt: skip
    assert len(project.mapLayers()) == len(LAYERS)


def test_every_kind_is_drawn_where_it_lies(make_profile, load):
    layers = load(make_profile(*LAYERS, groups=GROUPS))
    for name, layer in layers.items():
        assert layer.isValid(), name
        assert len(colours(layer)) > 2, name


def test_styles_scales_dates_and_flags(make_profile, load):
    from qgis.core import QgsCategorizedSymbolRenderer, QgsSingleSymbolRenderer

    layers = load(make_profile(*LAYERS, groups=GROUPS))
    parcels = layers["dltb"]
    assert isinstance(parcels.renderer(), QgsCategorizedSymbolRenderer)
    category = parcels.renderer().categories()[parcels.renderer().categoryIndexForValue("0101")]
    assert category.label().startswith("0101")
    assert isinstance(layers["farm"].renderer(), QgsSingleSymbolRenderer)
    assert (parcels.hasScaleBasedVisibility(), parcels.minimumScale()) == (True, 50000)
    assert parcels.maximumScale() == 100
    span = parcels.temporalProperties().fixedTemporalRange()
    assert span.begin().toString("yyyy-MM-dd") == "2023-02-01"
    assert span.end().toString("yyyy-MM-dd") == "2023-02-28"
    assert parcels.temporalProperties().isActive()
    assert parcels.readOnly()
    assert layers["picture"].temporalProperties().isActive()
    assert layers["picture"].renderer().alphaBand() < 1


def test_fields_in_lower_case_find_their_style(make_profile, project, tmp_path, qgis_app):
    from osgeo import ogr

    from onemap_verify.services.onemap import loading
    from onemap_verify.services.onemap.provider_source import provider_source

    path = tmp_path / "x.gpkg"
    dataset = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    made = dataset.CreateLayer("DLTB_2021", None, ogr.wkbPolygon)
    made.CreateField(ogr.FieldDefn("dlbm"))
    del made, dataset
    profile = make_profile({"kind": "file", "url": str(path), "layer": "DLTB_2021"})
    source = provider_source(profile.layers[0], None, profile)
    (done,) = loading.load(project, profile, [source])
    assert project.mapLayer(done.layer_id).renderer().classAttribute() == "dlbm"


@pytest.mark.parametrize("server", ["ows/", "mapserv?map=onemap", "ows/wfs3"])
def test_qgis_never_asks_for_personal_columns(make_profile, load, server_log, server):
    kind = "oapif" if "wfs3" in server else "wfs"
    described = {"kind": kind, "url": "{base}/" + server, "layer": "YJJBNTBHTB"}
    (layer,) = load(make_profile(described)).values()
    names = {field.name().upper() for field in layer.fields()}
    assert "BSM" in names and not names & set(PERSONAL)
    features = list(layer.getFeatures())
    assert len(features) == 60 and not features[0].geometry().isNull()
    assert colours(layer)
    asked = [line for line in server_log() if "GetFeature" in line or "/items" in line]
    assert asked
    for line in asked:
        if line.startswith("OPTIONS "):
            continue  # QGIS 3.40 asks what it may do; no feature is in the answer
        assert "PROPERTYNAME=" in line.upper() or "PROPERTIES=" in line.upper(), line
        assert not any(name in line.upper() for name in PERSONAL), line


def test_a_picture_of_farmland_cannot_be_clicked_for_names(make_profile, load):
    from qgis.core import QgsMapLayer

    described = {"kind": "wms", "url": "{base}/ows/", "layer": "YJJBNTBHTB", "crs": "EPSG:4528",
                 "withheld": ["ZRRMC"]}  # fmt: skip
    (layer,) = load(make_profile(described)).values()
    assert not layer.flags() & QgsMapLayer.LayerFlag.Identifiable


def test_a_project_file_holds_no_secret(make_profile, load, project, tmp_path):
    load(make_profile(*LAYERS, groups=GROUPS))
    project.write(str(tmp_path / "p.qgs"))
    text = (tmp_path / "p.qgs").read_text("utf-8")
    for word in ("Authorization", "Bearer", "password=", "token=", *SECRETS):
        assert word not in text


def test_a_service_that_moved_is_found_by_its_record(
    make_profile, load, project, transport, tmp_path, map_server
):
    from onemap_verify.services.catalogue.record import Link, Record
    from onemap_verify.services.onemap import relocate

    gone = {"kind": "wfs", "url": "{base}/ows/", "layer": "DLTB_2022", "record": "cn-7", "id": "a"}
    profile = make_profile(gone)
    (layer,) = load(profile).values()
    layer.setName("我的图层")
    project.write(str(tmp_path / "p.qgs"))
    # A year later: another address, another name. The project opens with a layer that is not there.
    text = (tmp_path / "p.qgs").read_text("utf-8")
    old = f"{map_server}/ows/"
    assert old in text
    away = text.replace(old, f"{map_server}/nowhere/")
    (tmp_path / "p.qgs").write_text(away.replace("DLTB_2022", "PARCELS"), "utf-8")
    project.clear()
    project.read(str(tmp_path / "p.qgs"))
    (layer,) = project.mapLayers().values()
    assert not layer.isValid()
    record = Record("cn-7", "地类图斑", links=(Link(f"{map_server}/ows/", "wfs", "DLTB"),))
    memories = relocate.remember(project.mapLayers().values())
    moved, lost = relocate.find_moved(memories, profile, {"cn-7": record}.get, transport, tmp_path)
    assert lost == []
    (said,) = relocate.mend(project, moved)
    assert "PARCELS" in said.zh and "DLTB" in said.zh
    assert layer.isValid() and layer.name() == "我的图层"
    assert layer.featureCount() == 1000 or len(list(layer.getFeatures())) == 1000
    assert relocate.find_moved(
        relocate.remember([layer]), profile, {"cn-7": record}.get, transport
    ) == ([], [])


def test_a_record_cannot_lead_a_layer_to_a_stranger(make_profile, transport):
    from onemap_verify.services.catalogue.record import Link, Record
    from onemap_verify.services.onemap import relocate

    profile = make_profile(
        {"kind": "wfs", "url": "{base}/ows/", "layer": "DLTB", "record": "r", "id": "a"}
    )
    memory = relocate.Memory("l", "test", "a", "r", "wfs", profile.layers[0].url, "DLTB")
    stranger = Record("r", "x", links=(Link("http://evil.example/wfs", "wfs", "DLTB"),))
    now = relocate.current(memory, profile, {"r": stranger}.get)
    assert now.url == profile.layers[0].url


def test_postgis_sources_name_their_columns_and_no_password(make_profile):
    from onemap_verify.services.errors import ProfileProblem, Refused
    from onemap_verify.services.onemap.provider_source import provider_source

    base = {"kind": "postgis", "url": "postgresql://reader@127.0.0.1:5432/onemap",
            "layer": "onemap.yjjbntbhtb", "crs": "EPSG:4529"}  # fmt: skip
    columns = {"columns": ["bsm", "ysdm", "zrrmc"], "key": "fid", "authcfg": "abc1234"}
    source = provider_source(make_profile({**base, "options": columns}).layers[0], None)
    assert "zrrmc" not in source.uri and "authcfg=abc1234" in source.uri
    assert '\\"bsm\\"' in source.uri and "SELECT" in source.uri
    with pytest.raises(Refused):
        provider_source(make_profile({**base, "withheld": ["ZRRMC"]}).layers[0], None)
    secret = {**base, "url": "postgresql://reader:geheim@127.0.0.1/onemap"}
    with pytest.raises(ProfileProblem) as caught:
        provider_source(make_profile(secret).layers[0], None)
    assert "geheim" not in str(caught.value.text)


def test_tiles_whose_place_stands_in_the_query_are_asked_for(load, make_profile, serve):
    """The template of a source is read otherwise by each version of QGIS."""
    from qgis.core import QgsMapRendererSequentialJob, QgsMapSettings, QgsRectangle
    from qgis.PyQt.QtCore import QBuffer, QSize
    from qgis.PyQt.QtGui import QColor, QImage

    tile = QImage(256, 256, QImage.Format.Format_RGB32)
    tile.fill(QColor("#2040c0"))
    written = QBuffer()
    written.open(QBuffer.OpenModeFlag.WriteOnly)
    tile.save(written, "PNG")
    content = bytes(written.data())
    server = serve(lambda request, number: request.say(200, content, Content_Type="image/png"))
    url = f"{server.url}/t?T=img&x={{x}}&y={{y}}&l={{z}}"
    described = {"id": "tiles", "kind": "xyz", "url": url, "options": {"zmin": 0, "zmax": 0}}
    layer = load(make_profile(described))["tiles"]
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(layer.crs())
    settings.setExtent(QgsRectangle(-1e7, -1e7, 1e7, 1e7))
    settings.setOutputSize(QSize(100, 100))
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    assert QColor(job.renderedImage().pixel(50, 50)).name() == "#2040c0"
    assert {path for _, path, *_ in server.seen} == {"/t?T=img&x=0&y=0&l=0"}
