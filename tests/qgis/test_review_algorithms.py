"""Draw sample, judge lot and compare findings, run as a person's model runs them."""

import json
import sqlite3
from contextlib import closing

import pytest

pytest.importorskip("qgis.core")

from qgis.core import (
    QgsFeature,
    QgsField,
    QgsGeometry,
    QgsPointXY,
    QgsProcessingException,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QVariant


@pytest.fixture
def run(onemap_provider):
    """Run one of our algorithms as a script does."""
    import processing

    return processing.run


def layer(rows, fields, geometry="Point?crs=EPSG:4544"):
    made = QgsVectorLayer(geometry, "units", "memory")
    provider = made.dataProvider()
    provider.addAttributes([QgsField(name, kind) for name, kind in fields])
    made.updateFields()
    features = []
    for number, row in enumerate(rows):
        feature = QgsFeature(made.fields())
        feature.setAttributes(list(row))
        if "Point" in geometry:
            feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(number, number)))
        features.append(feature)
    provider.addFeatures(features)
    return made


def parcels(count):
    rows = [(f"51092210100{n:07d}", f"5109221010{n % 6:02d}") for n in range(count)]
    return layer(rows, [("BSM", QVariant.Type.String), ("ZLDWDM", QVariant.Type.String)])


def rows_of(path, query):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def draw(run, tmp_path, name="sample", **parameters):
    return run(
        "onemap:drawsample",
        {
            "STRATA": ["ZLDWDM"],
            "SEED": "2026",
            "SAMPLE": str(tmp_path / f"{name}.gpkg"),
            "RECORD": str(tmp_path / f"{name}.json"),
            **parameters,
        },
    )


def test_a_sample_by_the_table(run, tmp_path):
    found = draw(run, tmp_path, INPUT=parcels(1500))
    assert (found["SAMPLE_SIZE"], found["LOT_COUNT"]) == (112, 2)
    drawn = rows_of(
        tmp_path / "sample.gpkg",
        "SELECT BSM, lot, stratum, draw_rank, draw_chance FROM sample WHERE geom IS NOT NULL",
    )
    assert len(drawn) == 112 and {row[1] for row in drawn} == {1, 2}
    record = json.loads((tmp_path / "sample.json").read_text(encoding="utf-8"))
    assert record["plan"] == {"plan": "table_2023", "edition": "2023"}
    names = sorted(name for lot in record["lots"] for name in lot["drawn"])
    assert names == sorted(row[0] for row in drawn)
    again = draw(run, tmp_path, "again", INPUT=parcels(1500))
    assert again["SAMPLE_SIZE"] == 112
    assert json.loads((tmp_path / "again.json").read_text(encoding="utf-8")) == record


def test_other_plans(run, tmp_path):
    assert draw(run, tmp_path, INPUT=parcels(40), PLAN=3, SIZE=12)["SAMPLE_SIZE"] == 12
    zero = draw(run, tmp_path, "zero", INPUT=parcels(1000), PLAN=2, LIMIT=0.01)
    # hypergeometric: C(990, n) / C(1000, n) <= 0.05 first at n = 258
    assert (zero["SAMPLE_SIZE"], zero["LOT_COUNT"]) == (258, 1)
    everything = draw(run, tmp_path, "all", INPUT=parcels(40), ALL_UNITS=True)
    assert everything["SAMPLE_SIZE"] == 6
    kept = rows_of(tmp_path / "all.gpkg", 'SELECT count(*), sum(drawn) FROM "all"')
    assert kept == [(40, 6)]


def test_units_that_cannot_be_drawn(run, tmp_path):
    twice = layer(
        [("a", "x"), ("a", "x")], [("BSM", QVariant.Type.String), ("ZLDWDM", QVariant.Type.String)]
    )
    with pytest.raises(QgsProcessingException, match="not unique"):
        draw(run, tmp_path, INPUT=twice)
    with pytest.raises(QgsProcessingException):
        draw(run, tmp_path, INPUT=parcels(3), ID_FIELD="NONE")


def test_a_lot_is_judged(run, tmp_path):
    draw(run, tmp_path, INPUT=parcels(60))
    drawn = [row[0] for row in rows_of(tmp_path / "sample.gpkg", "SELECT BSM FROM sample")]
    assert len(drawn) == 7
    errors = [(drawn[0], "topology", "B"), (drawn[1], "area", "D"), ("elsewhere", "area", "A")]
    table = layer(
        errors,
        [(name, QVariant.Type.String) for name in ("parcel_bsm", "family", "severity")],
        "None",
    )
    parameters = {
        "SAMPLE": str(tmp_path / "sample.gpkg"),
        "ERRORS": table,
        "UNITS": str(tmp_path / "units.gpkg"),
        "RECORD": str(tmp_path / "lot.json"),
    }
    found = run("onemap:judgelot", parameters)
    assert (found["VERDICT"], found["GRADE"]) == ("passed", "excellent")
    assert (found["INSPECTED_COUNT"], found["FAILED_COUNT"]) == (7, 0)
    scores = rows_of(tmp_path / "units.gpkg", "SELECT unit, score, grade FROM units ORDER BY score")
    assert scores[0] == (drawn[0], 94.0, "excellent")
    record = json.loads((tmp_path / "lot.json").read_text(encoding="utf-8"))
    share = record["share_of_wrong_units"]
    assert share["estimate"] == 0.0 and 0.3 < share["high_95"] < 0.45
    assert record["plan"]["weights"] == "equal"
    fabricated = run("onemap:judgelot", {**parameters, "OBJECTION": "伪造成果"})
    assert (fabricated["VERDICT"], fabricated["FAILED_COUNT"]) == ("failed", 0)
    with pytest.raises(QgsProcessingException, match="weight"):
        run("onemap:judgelot", {**parameters, "WEIGHTS": "[1]"})
    with pytest.raises(QgsProcessingException):
        run("onemap:judgelot", {**parameters, "WEIGHTS": '{"area": 1}'})


def test_findings_are_compared(run, tmp_path):
    from small_survey import write_findings_file

    before, after = tmp_path / "before.gpkg", tmp_path / "after.gpkg"
    write_findings_file(before, 40)
    write_findings_file(after, 30)
    found = run(
        "onemap:comparefindings",
        {
            "FINDINGS_BEFORE": str(before),
            "FINDINGS_AFTER": str(after),
            "COMPARISON": str(tmp_path / "comparison.gpkg"),
        },
    )
    assert (found["NEW_COUNT"], found["REMAINING_COUNT"], found["GONE_COUNT"]) == (0, 30, 10)
    assert QgsVectorLayer(f"{found['COMPARISON']}|layername=comparison").featureCount() == 40
    with pytest.raises(QgsProcessingException, match="damaged"):
        (tmp_path / "bad.gpkg").write_bytes(b"nothing of the kind")
        run(
            "onemap:comparefindings",
            {
                "FINDINGS_BEFORE": str(tmp_path / "bad.gpkg"),
                "FINDINGS_AFTER": str(after),
                "COMPARISON": str(tmp_path / "c.gpkg"),
            },
        )
