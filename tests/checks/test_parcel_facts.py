"""Village and land class of the parcels, as the queue filters by them."""

import numpy as np
import pytest

from onemap_verify.checks.parcel_facts import parcel_facts
from onemap_verify.checks.table import Table


def table(**columns):
    count = len(next(iter(columns.values())))
    arrays = {
        name: np.array([*values, None], dtype=object)[:-1]
        if any(isinstance(value, (str, type(None))) for value in values)
        else np.array(values, dtype=float)
        for name, values in columns.items()
    }
    return Table("DLTB", "x.gpkg", {}, arrays, None, np.arange(count))


def test_as_delivered_without_blanks():
    made = parcel_facts(
        table(
            BSM=["1", "2"],
            DLBM=[" 0103 ", "1006"],
            ZLDWDM=["5114022110010000000", None],
            ZLDWMC=["桂花村", ""],
            TBMJ=[1234.5, float("nan")],
        )
    )
    assert made.name == "parcel_facts"
    assert list(made.rows) == [
        {
            "bsm": "1",
            "dlbm": "0103",
            "zldwdm": "5114022110010000000",
            "zldwmc": "桂花村",
            "area_m2": 1234.5,
        },
        {"bsm": "2", "dlbm": "1006", "zldwdm": None, "zldwmc": None, "area_m2": None},
    ]
    assert made.where is None


def test_missing_fields_are_null_and_long_ones_cut():
    made = parcel_facts(table(BSM=["1"], DLBM=["字" * 5000]))
    assert made.rows[0]["dlbm"] == "字" * 100
    assert made.rows[0]["zldwdm"] is None
    assert made.rows[0]["area_m2"] is None


@pytest.mark.parametrize("area", [float("inf"), -float("inf"), 1e300, float("nan")])
def test_an_area_that_is_none_is_null(area):
    assert parcel_facts(table(BSM=["1"], TBMJ=[area])).rows[0]["area_m2"] is None


def test_without_parcels_the_table_is_empty():
    assert list(parcel_facts(None).rows) == []


def test_a_verification_writes_them_beside_the_risk(tmp_path):
    from osgeo import ogr
    from small_survey import UNKNOWN_CLASS, write_package

    from onemap_verify.checks.findings import Family
    from onemap_verify.checks.options import Options
    from onemap_verify.checks.verify import verify

    write_package(tmp_path / "county.gpkg")
    path = tmp_path / "out" / "findings.gpkg"
    verify(Options(submission=tmp_path / "county.gpkg", findings=path, families=(Family.CODES,)))
    source = ogr.Open(str(path))
    rows = [dict(feature.items()) for feature in source.GetLayerByName("parcel_facts")]
    risk = [feature["bsm"] for feature in source.GetLayerByName("parcel_risk")]
    assert [row["bsm"] for row in rows] == risk
    assert len(rows) == 16
    assert {row["bsm"]: row["dlbm"] for row in rows}[UNKNOWN_CLASS] == "9999"
    assert {len(row["zldwdm"]) for row in rows} == {19}
    assert all(row["area_m2"] > 0 for row in rows)
