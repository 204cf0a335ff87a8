"""Layers as tables: both ways through OGR, identifiers, aliases, dates, geometries."""

from __future__ import annotations

import sqlite3

import numpy as np
import packages
import pytest
import shapely
from osgeo import gdal, ogr, osr

from onemap_verify.checks.progress import Cancelled, Progress
from onemap_verify.checks.vector import VectorError, layer_reader, open_vector, read_trusted

FORMATS = [".gpkg", ".gdb", ".shp", ".geojson"]


@pytest.fixture(autouse=True, params=[False, True], ids=["status", "exceptions"])
def gdal_style(request):
    """GDAL as QGIS has it, and as a program that asked for exceptions has it."""
    modules = [module for module in (gdal, ogr, osr) if not module.GetUseExceptions()]
    for module in modules if request.param else ():
        module.UseExceptions()
    yield
    # GDAL 3.6 keeps its error handlers on one stack.
    for module in reversed(modules) if request.param else ():
        module.DontUseExceptions()


def read(path, standard, name="DLTB", layer=None, **kwargs):
    with open_vector(path) as source:
        return source.read(layer or source.layer_names[0], name, standard, **kwargs)


def same(first, second):
    return all(
        (a is None and b is None) or a == b or (a != a and b != b)
        for a, b in zip(first.tolist(), second.tolist())
    )


def with_gaps(rows):
    """Nulls here and there, and a date."""
    for i, row in enumerate(rows):
        row["GXSJ"] = (2023, 12, 31, 0, 0, 0, 0)
        for field in ("DLMC", "TBMJ", "SJNF", "GXSJ"):
            if i % 5 == len(field) % 5:
                row[field] = None
    return rows


@pytest.mark.parametrize("suffix", FORMATS)
def test_arrow_and_features_give_the_same(tmp_path, standard, monkeypatch, suffix):
    count = 2500  # more than two batches
    shapes = packages.squares(count).tolist()
    shapes[7] = None
    fields = {**packages.DLTB, "GXSJ": (packages.DATE, 0, 0)}
    rows = with_gaps(packages.parcels(count))
    path = packages.write_layer(tmp_path / f"DLTB{suffix}", rows, shapes, fields=fields)
    arrow = read(path, standard)
    monkeypatch.setattr(layer_reader.LayerReader, "_arrow_batch", lambda self: 0)
    by_feature = read(path, standard)
    assert len(arrow) == len(by_feature) == count
    assert list(arrow.columns) == list(by_feature.columns)
    for name in arrow.columns:
        assert arrow.columns[name].dtype == by_feature.columns[name].dtype, name
        assert same(arrow.columns[name], by_feature.columns[name]), name
    assert arrow.geometry[7] is None and by_feature.geometry[7] is None
    there = ~shapely.is_missing(arrow.geometry)
    assert shapely.equals_identical(arrow.geometry[there], by_feature.geometry[there]).all()
    assert arrow.problems == by_feature.problems
    assert [p.kind for p in arrow.problems] == ["missing_geometry"]
    assert arrow.fields == by_feature.fields
    assert arrow.wkt == by_feature.wkt != ""
    assert np.array_equal(arrow.row_ids, by_feature.row_ids)


@pytest.mark.parametrize("suffix", FORMATS)
def test_values_are_what_was_written(tmp_path, standard, suffix):
    fields = {**packages.DLTB, "GXSJ": (packages.DATE, 0, 0)}
    rows = packages.parcels(3)
    rows[0]["GXSJ"] = (2023, 12, 31, 0, 0, 0, 0)
    shapes = packages.squares(3)
    path = packages.write_layer(tmp_path / f"DLTB{suffix}", rows, shapes, fields=fields)
    table = read(path, standard)
    assert table.name == "DLTB"
    assert table.text("BSM").tolist() == [row["BSM"] for row in rows]
    assert table.object_ids.tolist() == [row["BSM"] for row in rows]
    assert table.text("DLMC").tolist() == ["水浇地"] * 3
    assert table.number("TBMJ").tolist() == [400.0, 400.25, 400.5]
    assert table.columns["SJNF"].dtype == np.float64
    assert table.columns["GXSJ"].tolist() == ["2023-12-31", None, None]
    assert table.geometry_type == "polygon"
    assert table.fields["TBMJ"].kind == "real"
    # Collections of one polygon, as geodatabases store them, are that polygon.
    assert {g.geom_type for g in table.geometry} == {"Polygon"}
    assert shapely.equals(table.geometry, shapes).all()


def test_rows_deleted_in_a_geopackage_leave_no_trace(tmp_path, standard):
    path = packages.county(tmp_path / "c.gpkg", 50)
    dataset = gdal.OpenEx(str(path), gdal.OF_VECTOR | gdal.OF_UPDATE)
    dataset.ExecuteSQL("DELETE FROM DLTB WHERE fid % 7 = 0")
    del dataset
    table = read(path, standard)
    assert table.row_ids.tolist() == [i for i in range(1, 51) if i % 7]


def test_deleted_records_of_a_shapefile_do_not_shift_attributes(tmp_path, standard):
    path = packages.county(tmp_path / "DLTB.shp", 10)
    dataset = gdal.OpenEx(
        str(path), gdal.OF_VECTOR | gdal.OF_UPDATE, open_options=["AUTO_REPACK=NO"]
    )
    dataset.GetLayer(0).DeleteFeature(3)
    del dataset
    table = read(path, standard)
    left = [i for i in range(10) if i != 3]
    assert table.row_ids.tolist() == left
    assert table.text("BSM").tolist() == [packages.parcels(10)[i]["BSM"] for i in left]
    assert shapely.equals(table.geometry, packages.squares(10)[left]).all()


def test_18_digits_survive_in_an_integer_field(tmp_path, standard):
    rows = [{"BSM": 371402211000000001 + i} for i in range(3)]
    path = packages.write_layer(
        tmp_path / "c.gpkg", rows, packages.squares(3), fields={"BSM": (packages.BIG, 0, 0)}
    )
    table = read(path, standard)
    assert table.columns["BSM"].tolist() == [
        "371402211000000001", "371402211000000002", "371402211000000003",
    ]  # fmt: skip
    assert table.fields["BSM"].kind == "integer"
    assert not table.has_problem("numeric_identifier")


def test_a_floating_point_identifier_is_written_out_and_flagged(tmp_path, standard):
    rows = [{"BSM": 371402211000000064.0}, {"BSM": None}]
    path = packages.write_layer(
        tmp_path / "c.gpkg", rows, packages.squares(2), fields={"BSM": (packages.REAL, 0, 0)}
    )
    table = read(path, standard)
    assert table.columns["BSM"].tolist() == ["371402211000000064", None]
    assert table.has_problem("numeric_identifier", "BSM")
    assert table.problems[0].row == -1


def test_short_codes_in_floating_point_fields_are_no_loss(tmp_path, standard):
    rows = [{"DLBM": 1006.0}]
    path = packages.write_layer(
        tmp_path / "c.gpkg", rows, packages.squares(1), fields={"DLBM": (packages.REAL, 0, 0)}
    )
    table = read(path, standard)
    assert table.columns["DLBM"].tolist() == ["1006"]
    assert table.problems == []


@pytest.mark.parametrize("written", ["371402211000000001", "3714022110000000019"])
def test_a_dbf_number_keeps_every_digit(tmp_path, standard, written):
    """A double would turn the last digits into others; the bytes hold them all."""
    width = len(written)
    rows = [{"BSM": written}]
    path = packages.write_layer(
        tmp_path / "DLTB.shp", rows, packages.squares(1), fields={"BSM": (packages.TEXT, width, 0)}
    )
    table = path.with_suffix(".dbf")
    content = bytearray(table.read_bytes())
    assert content[32 + 11 : 32 + 12] == b"C"
    content[32 + 11 : 32 + 12] = b"N"
    table.write_bytes(content)
    got = read(path, standard)
    assert got.fields["BSM"].kind == "integer"
    assert got.columns["BSM"].tolist() == [written]
    assert not got.has_problem("numeric_identifier")


def test_a_dbf_number_in_exponent_form_is_flagged(tmp_path, standard):
    path = packages.write_layer(
        tmp_path / "DLTB.shp",
        [{"BSM": "3.71402211000e+17"}],
        packages.squares(1),
        fields={"BSM": (packages.TEXT, 19, 0)},
    )
    table = path.with_suffix(".dbf")
    content = bytearray(table.read_bytes())
    content[32 + 11 : 32 + 12] = b"F"
    table.write_bytes(content)
    got = read(path, standard)
    assert got.columns["BSM"].tolist() == ["371402211000000000"]
    assert got.has_problem("numeric_identifier", "BSM")


def test_aliases_and_titles_become_the_standards_names(tmp_path, standard):
    names = ["bsm", "Gdpdj", "TKXS", "地类编码", "own_word", "PDJB"]
    path = packages.write_layer(
        tmp_path / "c.gpkg",
        [dict(zip(names, "123456"))],
        packages.squares(1),
        fields=dict.fromkeys(names, (packages.TEXT, 0, 0)),
    )
    table = read(path, standard)
    assert list(table.fields) == ["BSM", "GDPDJB", "KCXS", "DLBM", "OWN_WORD", "PDJB"]
    assert table.fields["DLBM"].source_name == "地类编码"
    # The alias that came too late keeps its own name and takes nothing away.
    assert table.columns["GDPDJB"].tolist() == ["2"]
    assert table.columns["PDJB"].tolist() == ["6"]


def test_the_slope_map_keeps_its_own_field_of_an_alias_name(tmp_path, standard):
    path = packages.write_layer(
        tmp_path / "c.gpkg",
        [{"PDJB": "3"}],
        packages.squares(1),
        layer="PDT",
        fields={"PDJB": (packages.TEXT, 2, 0)},
    )
    assert list(read(path, standard, "PDT").fields) == ["PDJB"]


def test_coordinates_that_are_no_numbers(tmp_path, standard):
    path = packages.county(tmp_path / "c.gpkg", 6)
    nan, far = float("nan"), 1e300
    packages.put_geometry(path, 1, packages.polygon_wkb([(0, 0), (1, 0), (nan, 1), (0, 0)]))
    packages.put_geometry(path, 2, packages.polygon_wkb([(0, 0), (far, 0), (1, 1), (0, 0)]))
    infinite = float("inf")
    packages.put_geometry(path, 3, packages.polygon_wkb([(0, 0), (infinite, 0), (1, 1), (0, 0)]))
    table = read(path, standard)
    assert shapely.is_missing(table.geometry).tolist() == [True] * 3 + [False] * 3
    assert [(p.row, p.kind) for p in table.problems] == [
        (0, "nan_coordinates"), (1, "nan_coordinates"), (2, "nan_coordinates"),
    ]  # fmt: skip


def test_bytes_that_are_no_geometry(tmp_path, standard):
    path = packages.county(tmp_path / "c.gpkg", 7)
    whole = packages.polygon_wkb([(0, 0), (1, 0), (1, 1), (0, 0)])
    packages.put_geometry(path, 1, whole[:-9])
    packages.put_geometry(path, 2, packages.polygon_wkb([(0, 0), (1, 0), (1, 1)]))
    packages.put_geometry(path, 3, packages.polygon_wkb([(0, 0), (1, 0), (1, 1), (0, 1)]))
    packages.put_geometry(path, 4, b"\x01\x63\x00\x00\x00")
    packages.put_geometry(path, 5, shapely.to_wkb(shapely.Point(1, 2)))
    packages.put_geometry(path, 6, shapely.to_wkb(shapely.Polygon()))
    table = read(path, standard)
    assert [(p.row, p.kind) for p in sorted(table.problems, key=lambda p: p.row)] == [
        (0, "broken_geometry"),
        (1, "broken_geometry"),
        (2, "broken_geometry"),
        (3, "broken_geometry"),
        (4, "broken_geometry"),
        (5, "missing_geometry"),
    ]
    assert shapely.is_missing(table.geometry).tolist() == [True] * 6 + [False]


def test_self_crossing_rings_are_read_as_they_are(tmp_path, standard):
    bow = packages.polygon_wkb([(0, 0), (10, 10), (10, 0), (0, 10), (0, 0)])
    path = packages.county(tmp_path / "c.gpkg", 3)
    packages.put_geometry(path, 2, bow)
    table = read(path, standard)
    assert shapely.to_wkb(table.geometry[1]) == bow
    assert table.problems == []
    assert table.usable.tolist() == [True, False, True]


@pytest.mark.parametrize("kind", [4, 5, 6, 7])
def test_collections_nested_without_end_do_not_crash(tmp_path, standard, kind):
    path = packages.county(tmp_path / "c.gpkg", 3)
    packages.put_geometry(path, 2, packages.nested_wkb(kind, 100_000))
    table = read(path, standard)
    assert shapely.is_missing(table.geometry).tolist() == [False, True, False]
    assert [(p.row, p.kind) for p in table.problems] == [(1, "broken_geometry")]


def test_true_curves_become_edges_and_are_told(tmp_path, standard):
    circle = ogr.CreateGeometryFromWkt("CURVEPOLYGON(CIRCULARSTRING(0 0,10 10,20 0,10 -10,0 0))")
    path = packages.county(tmp_path / "c.gpkg", 2)
    packages.put_geometry(path, 1, bytes(circle.ExportToIsoWkb()))
    table = read(path, standard)
    assert table.geometry[0].geom_type == "Polygon"
    assert shapely.area(table.geometry[0]) == pytest.approx(np.pi * 100, rel=2e-3)
    assert [(p.row, p.kind) for p in table.problems] == [(0, "linearised_curve")]


def test_polygons_lose_z_and_points_keep_it(tmp_path, standard):
    high = shapely.force_3d(packages.squares(2), 55.0)
    flat = packages.write_layer(
        tmp_path / "a.gpkg", packages.parcels(2), high, kind=ogr.wkbPolygon25D
    )
    assert not shapely.has_z(read(flat, standard).geometry).any()
    spots = packages.write_layer(
        tmp_path / "b.gpkg",
        [{"BSGC": 55.0}],
        [shapely.Point(39500000, 4000000, 55.0)],
        layer="GCZJD",
        fields={"BSGC": (packages.REAL, 0, 0)},
        kind=ogr.wkbPoint25D,
    )
    table = read(spots, standard, "GCZJD")
    assert table.geometry_type == "point"
    assert shapely.get_z(table.geometry[0]) == 55.0


def test_a_layer_without_crs_says_so(tmp_path, standard):
    for suffix in (".gpkg", ".shp"):
        assert read(packages.county(tmp_path / f"DLTB{suffix}", code=None), standard).wkt == ""


def test_an_empty_layer_is_a_table_without_rows(tmp_path, standard):
    table = read(packages.county(tmp_path / "c.gpkg", 0), standard)
    assert len(table) == 0
    assert table.geometry.shape == (0,)
    assert table.columns["BSM"].shape == (0,)
    assert table.geometry_type == ""
    assert table.wkt != ""


def test_a_table_without_geometry(tmp_path, standard):
    path = packages.write_layer(tmp_path / "c.gpkg", packages.parcels(4), None)
    table = read(path, standard)
    assert table.geometry is None
    assert table.text("DLBM").tolist() == ["0102"] * 4


def test_text_that_is_no_utf8_is_told_row_by_row(tmp_path, standard, monkeypatch):
    path = packages.county(tmp_path / "c.gpkg", 3)
    connection = sqlite3.connect(path)
    for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type='trigger'"):
        connection.execute(f'DROP TRIGGER "{trigger}"')
    connection.execute("UPDATE DLTB SET DLMC = CAST(x'cbaebdbd' AS TEXT) WHERE fid = 2")
    connection.commit()
    connection.close()
    for way in ("arrow", "features"):
        table = read(path, standard)
        assert table.text("DLMC")[0] == "水浇地", way
        assert "\ufffd" in table.text("DLMC")[1]
        assert [(p.row, p.kind, p.field) for p in table.problems] == [(1, "bad_text", "DLMC")]
        monkeypatch.setattr(layer_reader.LayerReader, "_arrow_batch", lambda self: 0)


def test_field_names_that_are_no_utf8_do_not_crash(tmp_path, standard):
    path = packages.county(tmp_path / "c.gpkg", 3)
    content = path.read_bytes()
    assert content.count(b'"YSDM"') == 1
    path.write_bytes(content.replace(b'"YSDM"', b'"\xb5\xd8DM"'))
    table = read(path, standard)
    assert len(table) == 3
    assert table.text("BSM")[2] == "371402211000000003"


def test_reading_stops_at_once_when_cancelled(tmp_path, standard):
    path = packages.county(tmp_path / "c.gpkg", 3000)
    asked = []

    def cancelled():
        asked.append(1)
        return len(asked) > 1

    with pytest.raises(Cancelled):
        read(path, standard, progress=Progress(None, cancelled))
    assert len(asked) == 2


def test_a_page_torn_out_of_the_middle_costs_only_what_was_on_it(tmp_path, standard):
    path = packages.county(tmp_path / "c.gpkg", 5000)
    content = bytearray(path.read_bytes())
    size = len(content)
    content[size // 2 : size // 2 + 8192] = b"\xff" * 8192
    path.write_bytes(content)
    try:
        table = read(path, standard)
    except VectorError as error:  # where GDAL gives up on the whole layer
        assert "c.gpkg" in error.text.zh
        return
    assert 0 < len(table) < 5000
    assert [(p.row, p.kind) for p in table.problems if p.row < 0] == [(-1, "unreadable_row")]


def test_a_trusted_layer_is_found_as_qgis_writes_it(tmp_path, standard):
    path = packages.county(tmp_path / "last year.gpkg", 4, layer="dltb_2022")
    packages.county(path, 2, layer="other")
    table = read_trusted(f"{path}|layername=dltb_2022", standard)
    assert (table.name, len(table)) == ("DLTB", 4)
    assert len(read_trusted(str(path), standard, "DLTB")) == 4
    assert read_trusted(f"{path}|layerid=1", standard).name == "OTHER"
    some = read_trusted(f'{path}|layername=dltb_2022|subset="TBMJ" >= 400.5', standard)
    assert some.number("TBMJ").tolist() == [400.5, 400.75]
    for wrong in ("layername=missing", "layername=dltb_2022|subset=nonsense >"):
        with pytest.raises(VectorError) as error:
            read_trusted(f"{path}|{wrong}", standard)
        assert "last year.gpkg" in error.value.text.zh


@pytest.mark.parametrize(
    ("driver", "name"), [("GPKG", "control.gpkg"), ("ESRI Shapefile", "c.shp")]
)
def test_personal_columns_of_control_layers_stay_in_the_file(tmp_path, standard, driver, name):
    from osgeo import ogr

    path = tmp_path / name
    source = ogr.GetDriverByName(driver).CreateDataSource(str(path))
    layer = source.CreateLayer("YJJBNTBHTB", None, ogr.wkbPoint)
    for field in ("DLBM", "ZRRMC", "LXDH"):
        layer.CreateField(ogr.FieldDefn(field, ogr.OFTString))
    feature = ogr.Feature(layer.GetLayerDefn())
    feature["DLBM"], feature["ZRRMC"], feature["LXDH"] = "0103", "somebody", "13800000000"
    feature.SetGeometry(ogr.CreateGeometryFromWkt("POINT(1 2)"))
    layer.CreateFeature(feature)
    feature = layer = source = None
    table = read_trusted(str(path), standard)
    assert list(table.text("DLBM")) == ["0103"]
    assert list(table.text("ZRRMC")) == list(table.text("LXDH")) == [""]
