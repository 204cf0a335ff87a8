"""Layers, fields, types, lengths, names, feature codes and blanks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from onemap_verify.checks.findings import Text
from onemap_verify.checks.submission.submission import Problem
from onemap_verify.checks.table import Field, RowProblem

BASE = ["XZQ", "XZQJX", "CJDCQ", "CJDCQJX", "PDT", "YJJBNTTB", "CZCDYD"]


def other(make, name):
    """A layer of one row that says something in every field."""
    row = {spec.name: "1" for spec in make.standard.fields[name]}
    return make.table(name, [row])


def said(make, rule_id, *tables, **options):
    findings = make.judge(rule_id, make.case(*tables, **options)).findings
    return sorted((f.layer, f.key or f.object_id, f.cause, f.verdict.value) for f in findings)


def declared(make, **changes):
    """One clean parcel whose fields are declared otherwise."""
    table = make.table("DLTB", [make.parcel()])
    for name, field in changes.items():
        kind, *rest = field if isinstance(field, tuple) else (field,)
        table.fields[name] = Field(name, name, kind, *rest)
    return table


# --- layers


def test_one_layer_is_a_legal_pre_check(make):
    judgement = make.judge("schema.layer_missing", make.case(declared(make)))
    assert (judgement.findings, judgement.not_checkable) == ([], 7)
    assert any("预检" in reason.zh for reason in judgement.reasons)


def test_a_whole_package_misses_its_layers(make):
    tables = [declared(make)] + [other(make, name) for name in BASE if name != "PDT"]
    findings = make.judge("schema.layer_missing", make.case(*tables)).findings
    assert [(f.layer, f.verdict.value, f.severity.value) for f in findings] == [
        ("PDT", "doubtful", "B")
    ]
    assert "坡度图" in findings[0].message.zh
    whole = [declared(make)] + [other(make, name) for name in BASE]
    assert make.judge("schema.layer_missing", make.case(*whole)).findings == []


def test_without_parcels_nothing_can_be_checked(make):
    for case in (make.case(), make.case(other(make, "XZQ"))):
        (finding,) = make.judge("schema.layer_missing", case).findings
        assert (finding.layer, finding.severity.value) == ("DLTB", "A")
        assert finding.verdict.value == "inconsistent"


def test_evidence_alone_is_no_package_of_parcels(make):
    judgement = make.judge("schema.layer_missing", make.case(photos=[Path("a.jpg")]))
    assert (judgement.findings, judgement.not_checkable) == ([], 1)


def test_a_layer_that_cannot_be_read_is_told_by_the_package(make):
    broken = Problem("unreadable_layer", "a.gdb", "DLTB", Text("损坏", "damaged"), "damaged")
    judgement = make.judge("schema.layer_missing", make.case(problems=[broken]))
    assert (judgement.findings, judgement.not_checkable) == ([], 1)


def test_an_update_needs_its_two_layers(make):
    table = make.table("DLTBGX", [make.parcel()])
    assert said(make, "schema.layer_missing", table) == [("DLTBGXGC", "DLTBGXGC", "", "doubtful")]


# --- fields


def test_missing_fields_by_what_they_are(make):
    row = make.parcel()
    for name in ("DLBM", "GDLX", "GDDB", "BZ"):
        del row[name]
    case = make.case(make.table("DLTB", [row]))
    findings = make.judge("schema.field_missing", case).findings
    assert sorted((f.key, f.verdict.value, f.severity.value) for f in findings) == [
        ("BZ", "doubtful", "D"),
        ("DLBM", "inconsistent", "B"),
        ("GDDB", "doubtful", "D"),
        ("GDLX", "inconsistent", "B"),
    ]


def test_fields_of_an_update_layer_are_doubtful_at_most(make):
    row = make.parcel(GXSJ="2023-12-31")
    del row["DLBM"]
    assert said(make, "schema.field_missing", make.table("DLTBGX", [row])) == [
        ("DLTBGX", "DLBM", "", "doubtful")
    ]


@pytest.mark.parametrize(
    ("field", "kind", "expected"),
    [
        ("TBMJ", "real", None),
        ("TBMJ", "integer", ("", "doubtful")),
        ("TBMJ", "text", ("", "inconsistent")),
        ("SJNF", "real", ("", "doubtful")),
        ("SJNF", "text", ("", "inconsistent")),
        ("BSM", "integer", ("numeric_bsm", "inconsistent")),
        ("BSM", "real", ("numeric_bsm", "inconsistent")),
        ("DLBM", "integer", ("numeric_code", "inconsistent")),
        ("QSDWMC", "binary", ("", "inconsistent")),
        ("BZ", "text", None),
    ],
)
def test_field_types(make, field, kind, expected):
    found = said(make, "schema.field_type", declared(make, **{field: kind}))
    assert found == ([("DLTB", field, *expected)] if expected else [])


def test_dates_may_be_text(make):
    for kind in ("text", "date"):
        table = make.table("DLTBGX", [make.parcel(GXSJ="2023-12-31")], kinds={"GXSJ": kind})
        assert said(make, "schema.field_type", table) == []


def test_lost_digits_are_told_once(make):
    """Identifiers stored as doubles: one finding about the field, none about rows."""
    rows = [make.parcel(BSM="371402211000000000") for _ in range(30)]
    table = make.table("DLTB", rows, kinds={"BSM": "real"})
    for i in range(30):
        table.columns["TBBH"][i] = str(i + 1)
    table.problems.append(RowProblem(-1, "numeric_identifier", Text("丢失", "lost"), "BSM"))
    findings = make.all_findings(make.case(table), without=("schema.layer_missing",))
    assert [(f.rule_id, f.key, f.cause) for f in findings] == [
        ("schema.field_type", "BSM", "numeric_bsm")
    ]
    assert "末位数字已在源数据中丢失" in findings[0].message.zh


@pytest.mark.parametrize(
    ("field", "width", "expected"),
    [
        ("BSM", 18, None),
        ("BSM", 12, ("too_short", "inconsistent", "B")),
        ("BSM", 20, ("too_long", "doubtful", "D")),
        ("QSDWMC", 60, None),
        ("QSDWMC", 255, None),
        ("TBYBH", 8, None),
        ("TBXHDM", 4, None),
        ("ZZSXMC", 10, None),
        ("ZZSXMC", 12, ("too_short", "inconsistent", "B")),
        ("BZ", 30, None),
        ("DLBM", 0, None),
    ],
)
def test_lengths_of_text(make, field, width, expected):
    table = declared(make, **{field: ("text", width), "DLMC": ("text", 60)})
    findings = make.judge("schema.field_length", make.case(table)).findings
    assert [(f.key, f.cause, f.verdict.value, f.severity.value) for f in findings] == (
        [(field, *expected)] if expected else []
    )


@pytest.mark.parametrize(
    ("field", "shape", "expected"),
    [
        ("TBMJ", ("real", 15, 2), None),
        ("TBMJ", ("real", 24, 15), None),
        ("TBMJ", ("real", 15, 1), ("few_decimals", "inconsistent")),
        ("TBMJ", ("real", 10, 2), ("too_short", "doubtful")),
        ("SJNF", ("integer", 9), None),
        ("SJNF", ("integer", 2), ("too_short", "doubtful")),
    ],
)
def test_lengths_of_numbers(make, field, shape, expected):
    table = declared(make, **{field: shape})
    findings = make.judge("schema.field_length", make.case(table)).findings
    assert [(f.key, f.cause, f.verdict.value) for f in findings] == (
        [(field, *expected)] if expected else []
    )


def test_formats_without_lengths_are_not_checkable(make):
    judgement = make.judge("schema.field_length", make.case(declared(make)))
    assert (judgement.tested, judgement.findings) == (0, [])
    # All fields but VarChar, for which the standard names no length.
    assert judgement.not_checkable == 29


def test_an_export_default_is_one_finding(make):
    table = make.table("DLTB", [make.parcel()])
    for name, field in list(table.fields.items()):
        if field.kind == "text":
            table.fields[name] = Field(name, name, "text", 254)
    (finding,) = make.judge("schema.field_length", make.case(table)).findings
    assert (finding.cause, finding.measured) == ("export_default", "254")
    assert finding.severity.value == "D"


def test_widths_that_are_all_too_short_are_no_default(make):
    table = make.table("DLTB", [make.parcel()])
    for name, field in list(table.fields.items()):
        if field.kind == "text":
            table.fields[name] = Field(name, name, "text", 10)
    findings = make.judge("schema.field_length", make.case(table)).findings
    short = {f.key for f in findings if f.cause == "too_short"}
    assert {"BSM", "ZLDWDM", "DLMC"} <= short
    assert not any(f.cause == "export_default" for f in findings)


@pytest.mark.parametrize("width", [60, 120, 180])
def test_a_shapefile_counts_bytes(make, width):
    table = declared(make, DLMC=("text", width), BSM=("text", 18))
    table.source = "DLTB.shp"
    assert said(make, "schema.field_length", table) == []
    table.source = "a.gpkg"
    assert bool(said(make, "schema.field_length", table)) == (width != 60)


@pytest.mark.parametrize(
    ("name", "source", "cause"),
    [
        ("KCXS", "TKXS", "draft_alias"),
        ("KCXS", "tkxs", "draft_alias"),
        ("GDPDJB", "GDPDJ", "draft_alias"),
        ("ZZSXDM", "GDZZSXDM", "draft_alias"),
        ("DLMC", "地类名称", "chinese_title"),
        ("DLMC", "dlmc", None),
        ("DLMC", "DLMC", None),
    ],
)
def test_field_names(make, name, source, cause):
    table = declared(make)
    table.fields[name] = Field(name, source, table.fields[name].kind)
    findings = make.judge("schema.field_alias", make.case(table)).findings
    assert [(f.key, f.cause, f.measured, f.severity.value) for f in findings] == (
        [(name, cause, source, "D")] if cause else []
    )


# --- geometry, feature code, blanks


def test_geometry_of_a_layer(make):
    table = declared(make)
    assert said(make, "schema.geometry_type", table) == []
    table.geometry_type = "line"
    (finding,) = make.judge("schema.geometry_type", make.case(table)).findings
    assert (finding.measured, finding.expected, finding.verdict.value) == (
        "line",
        "polygon",
        "inconsistent",
    )
    table.geometry, table.geometry_type = None, ""
    (finding,) = make.judge("schema.geometry_type", make.case(table)).findings
    assert "无图形" in finding.message.zh
    nothing = make.table("DLTB", [])
    judgement = make.judge("schema.geometry_type", make.case(nothing))
    assert (judgement.tested, judgement.not_checkable) == (0, 1)


def test_feature_code_once_per_layer(make):
    rows = [make.parcel(YSDM=code) for code in ("2001010100", "2001010200", "2001010200", "", "1")]
    judgement = make.judge("schema.ysdm", make.case(make.table("DLTB", make.number(rows))))
    assert judgement.tested == 4
    (finding,) = judgement.findings
    assert (finding.verdict.value, finding.expected) == ("inconsistent", "2001010100")
    assert finding.evidence["rows"] == 3
    assert finding.evidence["values"] == {"2001010200": 2, "1": 1}


def test_feature_codes_that_are_not_sure(make):
    town = make.table("CZCDYD", [{"YSDM": code} for code in ("2099030100", "2099010300")])
    assert said(make, "schema.ysdm", town) == []
    village = make.table("CJDCQ", [{"YSDM": "1"}])
    assert said(make, "schema.ysdm", village) == [("CJDCQ", "YSDM", "", "doubtful")]
    update = make.table("DLTBGX", [make.parcel(YSDM="1")])
    judgement = make.judge("schema.ysdm", make.case(update))
    assert (judgement.tested, judgement.findings, judgement.not_checkable) == (0, [], 1)


@pytest.mark.parametrize("blank", [None, "", "  ", "\u3000", "/", "无", "<Null>", "NULL", "nan"])
def test_blank_mandatory_fields(make, blank):
    rows = make.number([make.parcel(), make.parcel(ZLDWMC=blank, DLBM=blank), make.parcel()])
    findings = make.judge("schema.mandatory_empty", make.case(make.table("DLTB", rows))).findings
    assert sorted((f.object_id, f.key, f.verdict.value) for f in findings) == [
        (rows[1]["BSM"], "DLBM", "inconsistent"),
        (rows[1]["BSM"], "ZLDWMC", "doubtful"),
    ]


def test_zero_and_words_are_not_blank(make):
    rows = make.number([make.parcel(TBDLMJ=0.0), make.parcel(ZLDWMC="0")])
    assert make.judge("schema.mandatory_empty", make.case(make.table("DLTB", rows))).findings == []


def test_a_column_without_a_word_is_one_finding(make):
    rows = make.number([make.parcel(QSXZ=None) for _ in range(40)])
    (finding,) = make.judge("schema.mandatory_empty", make.case(make.table("DLTB", rows))).findings
    assert (finding.key, finding.cause, finding.object_id) == ("QSXZ", "column_empty", "QSXZ")


def test_one_row_is_an_object_not_a_column(make):
    (finding,) = make.judge(
        "schema.mandatory_empty", make.case(make.table("DLTB", [make.parcel(QSXZ=None)]))
    ).findings
    assert (finding.object_id, finding.cause) == ("371402211000000001", "")


def test_a_row_without_identifier_is_named_by_its_row(make):
    rows = make.number([make.parcel() for _ in range(3)])
    rows[2]["BSM"] = None
    findings = make.all_findings(make.case(make.table("DLTB", rows)))
    assert [(f.rule_id, f.object_id, f.key) for f in findings] == [
        ("schema.mandatory_empty", "2", "BSM")
    ]


def test_empty_tables_and_none_at_all(make):
    empty = make.table("DLTB", [], geometry=np.empty(0, dtype=object))
    assert make.said(empty) == []
    assert make.said() == []


def test_a_layer_nobody_knows_is_left_alone(make):
    table = make.table("DLTB", [make.parcel()])
    table.name = "ABC"
    case = make.case(table)
    assert make.all_findings(case, without=("schema.layer_missing",)) == []


def test_where_to_look(make):
    rows = make.number([make.parcel(), make.parcel(ZLDWMC=None)])
    (finding,) = make.judge("schema.mandatory_empty", make.case(make.table("DLTB", rows))).findings
    assert finding.where.equals(shapely.box(50, 0, 100, 50))
