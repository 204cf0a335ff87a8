"""Settings keep their types; the guess of trusted layers; the county's ridge table."""

import numpy as np
import pytest
import small_survey


def test_settings_keep_type_and_value(qgis_app):
    from onemap_verify.services import settings

    for setting, value in (
        (settings.STANDARD, 'a\'b "c" 县'),
        (settings.CONTROL_AREA, 1234567890.25),
        (settings.ZOOM_TO_SELECTED, False),
        (settings.RECENT_PACKAGES, ["/a/县.zip", "C:\\b"]),
        (settings.LAST_INPUTS, {"values": {"CONTROL_AREA": 1.5}}),
    ):
        assert setting.get() == setting.default
        setting.set(value)
        assert setting.get() == value
        assert type(setting.get()) is type(value)
        setting.forget()
        assert setting.get() == setting.default


@pytest.mark.parametrize("kept", ["no json {", "[1]", "", None, 7])
def test_a_damaged_setting_is_the_default(qgis_app, kept):
    from qgis.core import QgsSettings

    from onemap_verify.services import settings

    QgsSettings().setValue(settings.CONTROL_AREA.key, kept)
    assert settings.CONTROL_AREA.get() == 0.0
    settings.CONTROL_AREA.forget()


def test_keys_are_declared_once():
    from onemap_verify.services import settings

    declared = [one for one in vars(settings).values() if isinstance(one, settings.Setting)]
    assert len({one.key for one in declared}) == len(declared) >= 7


@pytest.fixture
def add(project, tmp_path):
    """Add a raster or a vector layer of some name to the project."""
    from osgeo import gdal
    from qgis.core import QgsRasterLayer, QgsVectorLayer

    def raster(name, bands=1, kind=gdal.GDT_Float32):
        path = tmp_path / f"r{len(project.mapLayers())}.tif"
        made = gdal.GetDriverByName("GTiff").Create(str(path), 4, 4, bands, kind)
        made.SetGeoTransform((0, 1, 0, 4, 0, -1))
        made.SetProjection(small_survey.reference().ExportToWkt())
        made.GetRasterBand(1).WriteArray(np.ones((4, 4)))
        del made
        layer = QgsRasterLayer(str(path), name)
        assert project.addMapLayer(layer) is not None
        return layer.id()

    def vector(name, fields="field=BSM:string&field=DLBM:string", geometry="Polygon"):
        layer = QgsVectorLayer(f"{geometry}?crs=EPSG:4523&{fields}", name, "memory")
        assert project.addMapLayer(layer) is not None
        return layer.id()

    add.raster, add.vector = raster, vector
    return add


def guess(project):
    from onemap_verify.panels.verify.preset import guess

    return guess(project)


def test_an_empty_project_gives_nothing(project):
    assert guess(project) == {}


def test_layers_are_told_apart_by_what_they_are(project, add):
    from osgeo import gdal

    add.raster("NDVI 2023")
    dem = add.raster("江油市 DEM 5m")
    image = add.raster("正射影像 2023", bands=3, kind=gdal.GDT_Byte)
    add.raster("hillshade", kind=gdal.GDT_Byte)
    add.vector("DLTB")
    previous = add.vector("DLTB_一张图_上年")
    farmland = add.vector("YJJBNTTB")
    redline = add.vector("生态保护红线 2022", fields="field=x:int")
    add.vector("roads", geometry="LineString")
    assert guess(project) == {
        "DEM": dem,
        "IMAGERY": image,
        "PREVIOUS": previous,
        "CONTROL_LAYERS": [farmland, redline],
    }


def test_the_only_raster_of_heights_is_taken_without_a_name(project, add):
    from osgeo import gdal

    add.raster("scan", kind=gdal.GDT_Byte)
    heights = add.raster("raster 7", kind=gdal.GDT_Int16)
    assert guess(project) == {"DEM": heights}


def test_the_parcels_under_examination_are_not_their_own_past(project, add):
    add.vector("DLTB")
    assert guess(project) == {}


@pytest.mark.parametrize(
    ("source", "package", "within"),
    [
        ("/a/county.gpkg|layername=YJJBNTTB", "/a/county.gpkg", True),
        ("/a/county/dem.tif", "/a/county", True),
        ("/a/county/dem.tif", "/a/county/", True),
        ("/vsizip//a/county.zip/dltb.shp", "/a/county.zip", True),
        ("C:/a/county.gdb|layername=X", "C:\\a\\county.gdb", True),
        ("/a/county2.gpkg", "/a/county", False),
        ("/a/dem.tif", "", False),
    ],
)
def test_what_lies_in_the_package_is_known(qgis_app, source, package, within):
    from onemap_verify.panels.verify.preset import is_within

    assert is_within(source, package) is within


def test_the_package_is_no_witness_for_itself(project, survey):
    from qgis.core import QgsVectorLayer

    from onemap_verify.panels.verify.preset import guess

    layer = QgsVectorLayer(f"{survey['package']}|layername=DLTB", "永久基本农田 YJJBNTTB", "ogr")
    project.addMapLayer(layer)
    assert guess(project) == {"CONTROL_LAYERS": [layer.id()]}
    assert guess(project, survey["package"]) == {}


CSV = "GDLX,GDPDJB,KCXS\nTT,2,0.0423\nPD,2,0.0611\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("extra", ["", "\n,,\n"])
def test_the_ridge_table_is_read(tmp_path, encoding, extra):
    from onemap_verify.processing_provider.ridge_table import read_ridge_table

    path = tmp_path / "田坎.csv"
    text = (
        CSV.replace("GDLX", "县名,gdlx ").replace("\nTT", "\n江油,TT").replace("\nPD", "\n江油,PD")
    )
    path.write_bytes((text + extra).encode(encoding))
    assert read_ridge_table(path) == {("TT", "2"): 0.0423, ("PD", "2"): 0.0611}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read"),
        ("GDLX,KCXS\n", "lacks the column GDPDJB"),
        ("", "lacks the column GDLX, GDPDJB, KCXS"),
        (CSV + "PD,3,4.2\n", "line 4: KCXS '4.2'"),
        (CSV + "PD,3,无\n", "line 4: KCXS '无'"),
        (CSV + "PD,3,nan\n", "line 4: KCXS 'nan'"),
        (CSV + "PD\n", "line 4: KCXS ''"),
    ],
)
def test_a_ridge_table_that_is_wrong_says_where(tmp_path, content, said):
    from onemap_verify.checks.errors import InputError
    from onemap_verify.processing_provider.ridge_table import read_ridge_table

    path = tmp_path / "ridges.csv"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_ridge_table(path)
    assert said in caught.value.text.en
    assert "ridges.csv" in caught.value.text.zh
