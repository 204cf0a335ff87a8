"""Layers straight from PostGIS: all rows as the database has them, and nothing personal."""

from pathlib import Path

import pytest
from osgeo import ogr

PERSONAL = {"ZRRMC", "ZRRZJHM", "LXDH", "JZDZ"}


@pytest.fixture
def database(platform, monkeypatch):
    """A connection as the one that reads; GDAL and QGIS find the password in libpq's own file."""
    psycopg2 = pytest.importorskip("psycopg2")
    told = platform["postgis"]
    monkeypatch.setenv("PGPASSFILE", told["password_file"])
    connection = psycopg2.connect(
        host=told["host"], port=told["port"], dbname=told["database"], user=told["user"]
    )
    yield connection
    connection.close()


def layer(platform, table, **more):
    from onemap_verify.services.site import load_profile

    told = platform["postgis"]
    described = {
        "id": "l", "title": {"zh": "图层", "en": "layer"}, "kind": "postgis", "crs": "EPSG:4529",
        "url": f"postgresql://{told['user']}@{told['host']}:{told['port']}/{told['database']}",
        "layer": f"onemap.{table}", **more,
    }  # fmt: skip
    document = {
        "version": 1, "id": "test", "title": {"zh": "测", "en": "t"}, "zone": "inner",
        "identity": {"kind": "none"}, "catalogue": [], "groups": [], "layers": [described],
    }  # fmt: skip
    return load_profile(document).layers[0]


def columns_of(database, table):
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'onemap'"
            " AND table_name = %s AND udt_name <> 'geometry'",
            (table,),
        )
        return [row[0] for row in cursor.fetchall()]


def test_every_row_arrives_bit_for_bit(platform, database, tmp_path):
    from onemap_verify.services.onemap.extract_files import copy_vector

    done = copy_vector(layer(platform, "dltb_2023"), "", tmp_path / "d.gpkg")
    with database.cursor() as cursor:
        cursor.execute("SELECT bsm, tbmj, ST_AsBinary(geom) FROM onemap.dltb_2023")
        theirs = {bsm: (float(area), bytes(shape)) for bsm, area, shape in cursor.fetchall()}
    dataset = ogr.Open(str(done.path))
    table = dataset.GetLayer(0)
    ours = {}
    for feature in table:
        shape = ogr.ForceToMultiPolygon(feature.GetGeometryRef().Clone())
        ours[feature["bsm"]] = (float(feature["tbmj"]), bytes(shape.ExportToIsoWkb(ogr.wkbNDR)))
    assert done.count == len(theirs) == len(ours) > 100
    for bsm, (area, shape) in theirs.items():
        whole = ogr.ForceToMultiPolygon(ogr.CreateGeometryFromWkb(shape))
        assert ours[bsm] == (area, bytes(whole.ExportToIsoWkb(ogr.wkbNDR)))


def test_only_the_rows_of_a_place(platform, database, tmp_path):
    from onemap_verify.services.onemap.extract_files import copy_vector

    with database.cursor() as cursor:
        cursor.execute(
            "SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e) FROM (SELECT ST_Expand("
            "ST_Centroid(ST_Extent(geom)::geometry), 300) AS e FROM onemap.dltb_2023) AS x"
        )
        box = cursor.fetchone()
        cursor.execute(
            "SELECT count(*) FROM onemap.dltb_2023 WHERE geom && "
            "ST_MakeEnvelope(%s, %s, %s, %s, 4529)",
            box,
        )
        wanted = cursor.fetchone()[0]
        cursor.execute(
            "SELECT count(*) FROM onemap.dltb_2023 WHERE ST_Intersects(geom, "
            "ST_MakeEnvelope(%s, %s, %s, %s, 4529))",
            box,
        )
        touching = cursor.fetchone()[0]
    done = copy_vector(
        layer(platform, "dltb_2023"), "", tmp_path / "d.gpkg", box=box, box_crs="EPSG:4529"
    )
    assert 0 < touching <= done.count <= wanted


def test_personal_columns_stay_in_the_database(platform, database, tmp_path):
    from onemap_verify.services.onemap.extract_files import copy_vector

    there = {name.upper() for name in columns_of(database, "yjjbntbhtb")}
    assert there >= {"ZRRZJHM", "LXDH", "JZDZ"}
    done = copy_vector(
        layer(platform, "yjjbntbhtb", withheld=sorted(PERSONAL & there)), "", tmp_path / "y.gpkg"
    )
    dataset = ogr.Open(str(done.path))
    ours = {field.GetName().upper() for field in dataset.GetLayerByName(done.layer).schema}
    assert done.count > 20 and "BSM" in ours and not ours & PERSONAL
    with database.cursor() as cursor:
        cursor.execute("SELECT zrrzjhm FROM onemap.yjjbntbhtb LIMIT 3")
        secrets = [row[0] for row in cursor.fetchall()]
    content = Path(done.path).read_bytes()
    assert secrets and not any(secret.encode() in content for secret in secrets)


def test_qgis_loads_a_table_without_them(platform, database, qgis_app):
    from qgis.core import QgsVectorLayer

    from onemap_verify.services.onemap.provider_source import provider_source

    named = [name for name in columns_of(database, "yjjbntbhtb") if name.upper() not in PERSONAL]
    key = {"key": "fid", "geometry": "geom", "columns": [one for one in named if one != "fid"]}
    source = provider_source(layer(platform, "yjjbntbhtb", options=key), None)
    loaded = QgsVectorLayer(source.uri, "farmland", source.provider)
    assert loaded.isValid(), loaded.error().summary()
    assert not {field.name().upper() for field in loaded.fields()} & PERSONAL
    with database.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM onemap.yjjbntbhtb")
        assert loaded.featureCount() == cursor.fetchone()[0]
    assert next(loaded.getFeatures()).geometry().isGeosValid()


def test_a_wrong_password_is_said_without_it(platform, monkeypatch, tmp_path):
    from onemap_verify.services.errors import ServiceError
    from onemap_verify.services.onemap.extract_files import copy_vector

    wrong = tmp_path / "pgpass"
    wrong.write_text("*:*:*:*:geheim123\n")
    wrong.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(wrong))
    with pytest.raises(ServiceError) as caught:
        copy_vector(layer(platform, "dltb_2023"), "", tmp_path / "d.gpkg")
    assert "geheim123" not in str(caught.value)
    assert not (tmp_path / "d.gpkg").exists()
