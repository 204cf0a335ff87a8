"""Identifiers, unit codes, land classes, code tables, ranges and names."""

from __future__ import annotations

import pytest

UNIT = "3714020010010000000"
NO, MAYBE = "inconsistent", "doubtful"


def parcels(make, *changes, dlbm="0103"):
    """A layer of clean parcels, the first ones changed."""
    rows = make.number([make.parcel(dlbm) for _ in range(len(changes) + 3)])
    for row, change in zip(rows, changes):
        row.update(change)
    return make.table("DLTB", rows)


def found(make, rule_id, table, **options):
    findings = make.judge(rule_id, make.case(table, **options)).findings
    return sorted((f.key, f.cause, f.verdict.value) for f in findings)


# --- BSM


@pytest.mark.parametrize(
    ("bsm", "cause"),
    [
        ("37140221100000000", "length"),
        ("3714022110000000019", "length"),
        ("３71402211000000001", "full_width"),
        ("3.71402211E+17", "not_digits"),
        ("37140221100000000A", "not_digits"),
        ("371402 2110 00000001", "blanks"),
        (" 371402211000000009 ", None),
    ],
)
def test_form_of_identifiers(make, bsm, cause):
    expected = [("BSM", cause, NO)] if cause else []
    assert found(make, "codes.bsm_form", parcels(make, {"BSM": bsm})) == expected


def test_old_and_new_identifiers_of_the_update(make):
    row = {"BSM": "1" * 18, "BGQTBBSM": "1" * 17, "BGHTBBSM": "", "BGXW": "0"}
    table = make.table("DLTBGXGC", [row, {**row, "BGQTBBSM": "2" * 18}])
    assert found(make, "codes.bsm_form", table) == [("BGQTBBSM", "length", NO)]


def test_a_habit_of_the_whole_layer_is_one_finding(make):
    rows = make.number([make.parcel() for _ in range(40)])
    for row in rows:
        row["BSM"] = row["BSM"][:17]
    findings = make.judge("codes.bsm_form", make.case(make.table("DLTB", rows))).findings
    assert [(f.object_id, f.evidence["rows"]) for f in findings] == [("BSM", 40)]


def test_identifiers_stand_once(make):
    table = parcels(make, {"BSM": "371402211000000005"}, {})
    rows = list(table.columns["BSM"])
    assert rows.count("371402211000000005") == 2
    (finding,) = make.judge("codes.bsm_unique", make.case(table)).findings
    assert (finding.object_id, finding.parcel_bsm, finding.measured) == (
        "371402211000000005",
        "371402211000000005",
        "2",
    )
    assert len(finding.where.geoms) == 2


def test_identifiers_stand_once_in_all_base_layers_together(make):
    bsm = "371402211000000001"
    village = make.table("CJDCQ", [{"BSM": bsm, "ZLDWDM": UNIT}])
    case = make.case(parcels(make), village)
    (finding,) = make.judge("codes.bsm_unique", case).findings
    assert finding.evidence["layers"] == {"CJDCQ": 1, "DLTB": 1}


def test_an_update_carries_the_identifiers_it_updates(make):
    update = make.table("DLTBGX", [make.parcel(GXSJ="2023-12-31")])
    judgement = make.judge("codes.bsm_unique", make.case(parcels(make), update))
    assert (judgement.tested, judgement.findings) == (4, [])


def test_county(make):
    table = parcels(make, {"BSM": "371403211000000001"}, {"ZLDWDM": "3714030010010000000"})
    findings = make.judge("codes.county", make.case(table)).findings
    assert sorted((f.object_id[:6], f.measured) for f in findings) == [
        ("371402", "ZLDWDM=371403"),
        ("371403", "BSM=371403"),
    ]
    assert {f.verdict.value for f in findings} == {MAYBE}
    # Owners may be anywhere.
    owner = parcels(make, {"QSDWDM": "3714030010010000000"})
    assert found(make, "codes.county", owner) == []


def test_a_county_that_changed_its_code_is_one_doubt(make):
    rows = make.number([make.parcel() for _ in range(30)])
    case = make.case(make.table("DLTB", rows), county="371499")
    (finding,) = make.judge("codes.county", case).findings
    assert finding.evidence["rows"] == 30
    unknown = make.case(make.table("DLTB", rows), county="")
    assert make.judge("codes.county", unknown).findings == []


# --- land classes and code tables


@pytest.mark.parametrize(
    ("dlbm", "cause"),
    [
        ("01", "not_leaf"),
        ("11", "not_leaf"),
        ("0507", "planning_code"),
        ("1301", "evidence_class"),
        ("0301k", "letter_case"),
        ("０１０３", "full_width"),
        ("103", "leading_zero_lost"),
        ("旱地", "name_for_code"),
        ("9999", ""),
    ],
)
def test_land_classes(make, dlbm, cause):
    table = parcels(make, {"DLBM": dlbm})
    assert found(make, "codes.land_class", table) == [("DLBM", cause, NO)]
    # Nothing else speaks of this parcel.
    assert make.said(table) == [("codes.land_class", "DLBM", NO)]


def test_every_leaf_class_is_accepted(make, standard):
    rows = [make.parcel(code) for code in sorted(standard.leaf_classes)]
    assert len(rows) == 69
    assert found(make, "codes.land_class", make.table("DLTB", make.number(rows))) == []


def test_last_years_classes_are_doubtful_at_most(make):
    row = {"BGQDLBM": "9999", "BGHDLBM": "9998", "BGXW": "1"}
    table = make.table("DLTBGXGC", [row, {**row, "BGQDLBM": "0101", "BGHDLBM": "0101"}])
    assert found(make, "codes.land_class", table) == [
        ("BGHDLBM", "", NO),
        ("BGQDLBM", "", MAYBE),
    ]


@pytest.mark.parametrize(
    ("field", "value", "cause", "verdict"),
    [
        ("QSXZ", "99", "", NO),
        ("QSXZ", "集体土地所有权", "name_for_code", NO),
        ("GDLX", "FD", "draft_code", MAYBE),
        ("GDLX", "tt", "letter_case", NO),
        ("ZZSXDM", "LM", "draft_code", MAYBE),
        ("ZZSXDM", "XYZ", "", MAYBE),
        ("TBXHDM", "HHGD", "draft_code", MAYBE),
        ("MSSM", "0", "leading_zero_lost", NO),
        ("FRDBS", "1", "", NO),
        ("GDPDJB", "６", "", NO),
        ("GDPDJB", "３", "full_width", NO),
    ],
)
def test_code_tables(make, field, value, cause, verdict):
    assert found(make, "codes.value", parcels(make, {field: value})) == [(field, cause, verdict)]


@pytest.mark.parametrize(
    ("field", "value"),
    [("QSXZ", "21"), ("FRDBS", ""), ("FRDBS", " Y "), ("TBXHDM", "0"), ("ZZSXDM", "JZTZ")],
)
def test_codes_that_are_fine(make, field, value):
    assert found(make, "codes.value", parcels(make, {field: value})) == []


def test_tables_from_memory_are_doubtful(make):
    lines = make.table("XZQJX", [{"JXLX": "660200", "JXXZ": "1"}, {"JXLX": "1", "JXXZ": "600001"}])
    assert found(make, "codes.value", lines) == [("JXLX", "", MAYBE), ("JXXZ", "", MAYBE)]


def test_a_local_habit_is_one_finding(make):
    rows = make.number([make.parcel(FRDBS="0") for _ in range(50)])
    rows[0]["FRDBS"] = "9"
    findings = make.judge("codes.value", make.case(make.table("DLTB", rows))).findings
    assert sorted((f.key, f.evidence.get("rows")) for f in findings) == [
        ("FRDBS", None),
        ("FRDBS=0", 49),
    ]


def test_zeros_lost_to_a_number_field_are_told_once(make):
    rows = make.number([make.parcel() for _ in range(5)])
    for row in rows:
        row["DLBM"], row["MSSM"] = "103", "0"
    table = make.table("DLTB", rows, kinds={"DLBM": "integer", "MSSM": "integer"})
    for name in ("DLBM", "MSSM"):
        assert table.columns[name].dtype == object
    assert make.said(table) == [
        ("schema.field_type", "DLBM", NO),
        ("schema.field_type", "MSSM", NO),
    ]
    judgement = make.judge("codes.land_class", make.case(table))
    assert judgement.not_checkable == 5


# --- ranges


@pytest.mark.parametrize(
    ("field", "value", "cause"),
    [
        ("TBMJ", 0.0, ""),
        ("TBMJ", -1.0, ""),
        ("TBMJ", float("inf"), "not_a_number"),
        ("KCXS", 1.0, ""),
        ("KCXS", -0.1, ""),
        ("GDDB", 16.0, ""),
        ("GDDB", -1.0, ""),
        ("XZDWKD", -2.0, ""),
        ("TBMJ", "一万", "not_a_number"),
        ("SJNF", "二〇二三", "not_a_number"),
    ],
)
def test_ranges(make, field, value, cause):
    assert found(make, "codes.range", parcels(make, {field: value})) == [(field, cause, NO)]


@pytest.mark.parametrize(
    ("field", "value"),
    [("KCXS", 0.0), ("KCXS", 0.9999), ("GDDB", 1.0), ("GDDB", 15.0), ("GDDB", 0.0), ("TBMJ", 0.01)],
)
def test_numbers_that_are_fine(make, field, value):
    assert found(make, "codes.range", parcels(make, {field: value})) == []


@pytest.mark.parametrize(
    ("height", "bad"), [(-160.0, True), (-159.9, False), (8850.0, False), (8850.1, True)]
)
def test_heights(make, height, bad):
    table = make.table("GCZJD", [{"BSGC": height}, {"BSGC": 100.0}])
    assert found(make, "codes.range", table) == ([("BSGC", "", NO)] if bad else [])


# --- names


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"DLMC": "水田"}, [("DLMC", "other_code", NO)]),
        ({"DLMC": "旱地（坡）"}, [("DLMC", "name_variant", MAYBE)]),
        ({"DLMC": " 旱 地 "}, []),
        ({"DLMC": None}, []),
        ({"ZZSXMC": None}, [("ZZSXMC", "name_empty", NO)]),
        ({"TBXHMC": "河道耕地"}, [("TBXHMC", "code_empty", NO)]),
        ({"ZZSXMC": "休耕"}, [("ZZSXMC", "other_code", NO)]),
        ({"ZZSXDM": "JZTZ", "ZZSXMC": "随便"}, []),
        ({"ZZSXDM": "GZ", "ZZSXMC": "耕种"}, []),
        ({"DLBM": "9999"}, []),
    ],
)
def test_names(make, changes, expected):
    assert found(make, "L29", parcels(make, changes)) == expected


def test_the_brackets_of_a_name_do_not_count(make):
    assert found(make, "L29", parcels(make, {"DLMC": "（旱地）"})) == [
        ("DLMC", "name_variant", MAYBE)
    ]


def test_an_old_name_throughout_is_one_doubt(make):
    rows = make.number([make.parcel("0601", DLMC="工业") for _ in range(30)] + [make.parcel()])
    findings = make.judge("L29", make.case(make.table("DLTB", rows))).findings
    assert [(f.cause, f.verdict.value, f.evidence["rows"]) for f in findings] == [
        ("name_variant", MAYBE, 30)
    ]


# --- units, numbers, years


@pytest.mark.parametrize(
    ("field", "value", "cause"),
    [
        ("ZLDWDM", "371402001001", "length"),
        ("QSDWDM", "371402001001000000X", "not_digits"),
        ("ZLDWDM", "３714020010010000000", "full_width"),
    ],
)
def test_form_of_unit_codes(make, field, value, cause):
    table = parcels(make, {field: value})
    assert found(make, "L30", table) == [(field, cause, NO)]
    # The malformed unit is one fact: neither unknown nor of another county as well.
    village = make.table("CJDCQ", [{"ZLDWDM": UNIT, "BSM": "371402219900000001"}])
    for rule_id in ("codes.county", "codes.unit_known", "codes.parcel_number_unique"):
        assert make.judge(rule_id, make.case(table, village)).findings == []


@pytest.mark.parametrize(
    ("code", "bad"), [("371402001", False), (UNIT[:12], False), ("371402", True)]
)
def test_administrative_codes(make, code, bad):
    table = make.table("XZQ", [{"XZQDM": code}, {"XZQDM": "371402002"}])
    assert bool(found(make, "L30", table)) == bad


def test_units_that_nobody_delivered(make):
    village = make.table("CJDCQ", [{"ZLDWDM": UNIT}])
    stray, strays = "3714020010020000000", "3714020010030000000"
    table = parcels(make, {"ZLDWDM": stray}, {"ZLDWDM": strays}, {"ZLDWDM": strays})
    findings = make.judge("codes.unit_known", make.case(table, village)).findings
    assert sorted((f.object_id, f.evidence["parcels"], f.verdict.value) for f in findings) == [
        ("3714020010030000000", 2, MAYBE),
        ("371402211000000001", 1, MAYBE),
    ]
    alone = make.judge("codes.unit_known", make.case(table))
    assert (alone.tested, alone.findings, alone.not_checkable) == (0, [], 6)


def test_parcel_numbers(make):
    assert found(make, "codes.parcel_number", parcels(make, {"TBBH": "A12"})) == [
        ("TBBH", "not_digits", NO)
    ]
    table = parcels(make, {"TBBH": "2"}, {"ZLDWDM": "3714020010020000000", "TBBH": "4"})
    assert found(make, "codes.parcel_number_unique", table) == []
    table = parcels(make, {"TBBH": "3"}, {})
    (finding,) = make.judge("codes.parcel_number_unique", make.case(table)).findings
    assert finding.key == f"{UNIT}/3"
    assert finding.evidence["parcels"] == ["371402211000000001", "371402211000000003"]


def test_a_doubled_parcel_is_one_finding(make):
    rows = make.number([make.parcel() for _ in range(3)])
    table = make.table("DLTB", [*rows, dict(rows[0])])
    assert make.said(table) == [("codes.bsm_unique", "", NO)]


@pytest.mark.parametrize(
    ("year", "bad"),
    [(2016.0, True), (2017.0, False), (2023.0, False), (2024.0, True), (2020.5, True)],
)
def test_years(make, year, bad):
    assert found(make, "codes.year", parcels(make, {"SJNF": year})) == (
        [("SJNF", "", MAYBE)] if bad else []
    )


def test_hostile_values_raise_nowhere(make):
    values = [
        None,
        "",
        "０",
        "\x00",
        "nan",
        "1e400",
        "{id}",
        "%s",
        "'; --",
        "𠮷" * 30,
        True,
        7,
        -0.0,
    ]
    rows = make.number([make.parcel() for _ in values])
    for shift, name in enumerate(sorted(rows[0])):
        for i, row in enumerate(rows):
            row[name] = values[(i + shift) % len(values)]
    case = make.case(make.table("DLTB", rows), ridge={("TT", "3"): 0.1})
    findings = make.all_findings(case)
    assert len(findings) > 20
    assert all(isinstance(f.object_id, str) and f.message.zh and f.message.en for f in findings)
