"""Every condition on a parcel: a clean row says nothing, a broken one one thing."""

from __future__ import annotations

import pytest

NO = "inconsistent"
MAYBE = "doubtful"
NAN = float("nan")
FLAT = {
    "GDPDJB": "1",
    "GDLX": None,
    "KCDLBM": None,
    "KCXS": 0.0,
    "KCMJ": 0.0,
    "TBDLMJ": 10000.0,
}
FIELD = {"GDLX": "PD", "KCDLBM": None, "KCXS": 0.0, "KCMJ": 0.0, "TBDLMJ": 10000.0}

CLEAN = [
    ("0103", {}),
    ("0101", FLAT),
    ("0103", FIELD),
    ("0103", {**FLAT, "KCXS": None, "KCMJ": None}),
    ("0103", {"ZZSXDM": "WG"}),
    ("0103", {"TBXHDM": "LQGD", "ZZSXDM": "FLS"}),
    ("0201", {}),
    ("0201K", {"ZZSXDM": "JKHF"}),
    ("0202", {"TBXHDM": "LQYD"}),
    ("0203", {"ZZSXDM": "GCHF"}),
    ("0301", {"ZZSXDM": "GCHF"}),
    ("0303", {"ZZSXDM": "JKHF"}),
    ("0401", {"TBXHDM": "GCCD"}),
    ("0404", {"ZZSXDM": "GCHF"}),
    ("0601", {"TBXHDM": "SNGY"}),
    ("0601", {"CZCSXM": "203A"}),
    ("0602", {"TBXHDM": "FQ"}),
    ("0702", {}),
    ("0809", {"TBXHDM": "LJTM"}),
    ("09", {}),
    ("1001", {}),
    ("1004", {"XZDWKD": 5.0}),
    ("1006", {"XZDWKD": 8.0}),
    ("1101", {"XZDWKD": 30.0}),
    ("1104", {"ZZSXDM": "JKHF"}),
    ("1104A", {"ZZSXDM": "GCHF"}),
    ("1107", {}),
    ("1201", {"CZCSXM": "204"}),
    ("1202", {}),
    ("0103", {"MSSM": "01", "HDMC": "长岛"}),
    ("0103", {"HDMC": "无"}),
    ("0103", {"TBXHDM": " ", "GDDB": 0.0, "FRDBS": "", "XZDWKD": 0.0}),
    ("0301", {"GDPDJB": "0", "KCDLBM": "0", "ZZSXDM": "<Null>", "KCXS": 0.0, "KCMJ": 0.0}),
]

BROKEN = [
    # ZZSXDM and TBXHDM against the class
    ("0601", {"ZZSXDM": "LS"}, [("L01", "ZZSXDM", NO)]),
    ("0402", {"ZZSXDM": "GCHF"}, [("L01", "ZZSXDM", NO)]),
    ("0403K", {"ZZSXDM": "GCHF"}, [("L01", "ZZSXDM", MAYBE)]),
    ("0103", {"TBXHDM": "HDGD", "ZZSXDM": "WG"}, [("L02", "ZZSXDM", NO)]),
    ("0103", {"TBXHDM": "HDGD", "ZZSXDM": None}, [("L02", "ZZSXDM", NO)]),
    ("0103", {"TBXHDM": "HDGD", "ZZSXDM": "JZTZ"}, [("L02", "ZZSXDM", MAYBE)]),
    ("0103", {"ZZSXDM": None}, [("L03", "ZZSXDM", NO)]),
    ("0103", {"ZZSXDM": "GCHF"}, [("L03", "ZZSXDM", MAYBE)]),
    ("0103", {"TBXHDM": "LQYD"}, [("L04", "TBXHDM", NO)]),
    ("0103", {"TBXHDM": "YJGD"}, [("L04", "TBXHDM", MAYBE)]),
    ("0201", {"TBXHDM": "LQYD", "ZZSXDM": "JKHF"}, [("L05", "ZZSXDM", NO)]),
    ("0204K", {"ZZSXDM": "LS"}, [("L06", "ZZSXDM", NO)]),
    ("0201", {"TBXHDM": "GCCD"}, [("L07", "TBXHDM", NO)]),
    ("0203", {"ZZSXDM": "LS"}, [("L07", "ZZSXDM", NO)]),
    ("0305", {"TBXHDM": "LQYD"}, [("L08", "TBXHDM", NO)]),
    ("0305", {"ZZSXDM": "WG"}, [("L08", "ZZSXDM", NO)]),
    ("0404", {"TBXHDM": "LQYD"}, [("L09", "TBXHDM", NO)]),
    ("0404", {"ZZSXDM": "JKHF"}, [("L10", "ZZSXDM", NO)]),
    ("1104", {"TBXHDM": "FQ"}, [("L11", "TBXHDM", NO)]),
    ("1104", {"ZZSXDM": "LS"}, [("L11", "ZZSXDM", NO)]),
    ("0601", {"TBXHDM": "FQ"}, [("L12", "TBXHDM", NO)]),
    ("1003", {"TBXHDM": "HDGY"}, [("L12", "TBXHDM", NO)]),
    ("0303", {"ZZSXDM": "GCHF"}, [("L13", "ZZSXDM", NO)]),
    ("0702", {"ZZSXDM": "JKHF"}, [("L13", "ZZSXDM", NO)]),
    ("1104K", {"ZZSXDM": "LS"}, [("L13", "ZZSXDM", MAYBE)]),
    ("0702", {"TBXHDM": "HDGD"}, [("logic.refinement_host", "TBXHDM", MAYBE)]),
    ("0702", {"TBXHDM": "LJTM"}, [("logic.refinement_host", "TBXHDM", MAYBE)]),
    # slope grade, cropland type, deduction
    ("0103", {"GDPDJB": None}, [("L14", "GDPDJB", NO)]),
    ("0301", {"GDPDJB": "2"}, [("L14", "GDPDJB", NO)]),
    ("0103", {"GDLX": None}, [("L15", "GDLX", NO)]),
    (
        "0103",
        {"KCXS": 0.0, "KCMJ": 0.0, "TBDLMJ": 10000.0},
        [("L15", "KCXS", NO)],
    ),
    ("0103", {"KCXS": 0.0}, [("L15", "KCXS", NO)]),
    ("0103", {**FLAT, "GDLX": "TT"}, [("L15", "GDLX", NO)]),
    ("0301", {"GDLX": "PD"}, [("L15", "GDLX", MAYBE)]),
    ("0103", {**FLAT, "KCXS": 0.05, "KCMJ": 500.0, "TBDLMJ": 9500.0}, [("L16", "KCXS", NO)]),
    ("0103", {**FLAT, "KCDLBM": "1203"}, [("L16", "KCXS", NO)]),
    ("0301", {"KCMJ": 1.0, "TBDLMJ": 9999.0}, [("L16", "KCXS", NO)]),
    ("0301", {"KCMJ": 1.0}, [("L16", "KCXS", NO)]),
    ("0103", {"KCDLBM": None}, [("L17", "KCDLBM", NO)]),
    ("0103", {**FIELD, "KCDLBM": "1203"}, [("L17", "KCXS", NO)]),
    ("0103", {"KCMJ": 1195.02}, [("L19", "KCMJ", NO)]),
    ("0103", {"KCMJ": None}, [("L19", "KCMJ", NO)]),
    ("0103", {"KCXS": 0.05}, [("L19", "KCMJ", NO)]),
    ("0103", {"TBDLMJ": 8805.02}, [("L20", "TBDLMJ", NO)]),
    ("0103", {"TBMJ": 12000.0}, [("L20", "TBDLMJ", NO)]),
    ("0301", {"TBMJ": 12000.0}, [("L20", "TBDLMJ", NO)]),
    # towns and villages, widths, islands
    ("0702", {"CZCSXM": None}, [("L25", "CZCSXM", NO)]),
    ("1201", {"CZCSXM": ""}, [("L25", "CZCSXM", NO)]),
    ("0702", {"CZCSXM": "203A"}, [("L26", "CZCSXM", NO)]),
    ("0702", {"CZCSXM": "204"}, [("L26", "CZCSXM", NO)]),
    ("0702", {"CZCSXM": "205"}, [("L26", "CZCSXM", NO)]),
    ("1006", {"CZCSXM": "203"}, [("L26", "CZCSXM", NO)]),
    ("1006", {"CZCSXM": "201"}, [("L26", "CZCSXM", NO)]),
    ("0602", {"CZCSXM": "203"}, [("L26", "CZCSXM", MAYBE)]),
    ("09", {"CZCSXM": "201"}, [("L26", "CZCSXM", MAYBE)]),
    ("09", {"CZCSXM": "204"}, [("L26", "CZCSXM", NO)]),
    ("1107A", {"XZDWKD": None}, [("L27", "XZDWKD", NO)]),
    ("0301", {"XZDWKD": 4.0}, [("L27", "XZDWKD", NO)]),
    ("1006", {"XZDWKD": 8.1}, [("L27", "XZDWKD", NO)]),
    ("0103", {"MSSM": "01"}, [("L31", "HDMC", MAYBE)]),
    ("0103", {"HDMC": "长岛"}, [("L31", "HDMC", MAYBE)]),
    # one wrong code is one finding, whatever else would read it
    ("9999", {"ZZSXDM": "LS", "GDPDJB": "3"}, [("codes.land_class", "DLBM", NO)]),
    ("0103", {"GDPDJB": "7"}, [("codes.value", "GDPDJB", NO)]),
    ("0103", {"GDLX": "XX"}, [("codes.value", "GDLX", NO)]),
    ("0103", {"ZZSXDM": "QQ"}, [("codes.value", "ZZSXDM", MAYBE)]),
    ("0103", {"ZZSXDM": "GZ"}, [("codes.value", "ZZSXDM", MAYBE)]),
    ("0103", {"KCXS": 1.5}, [("codes.range", "KCXS", NO)]),
    ("0103", {"KCMJ": -1.0}, [("codes.range", "KCMJ", NO)]),
    ("0103", {"KCDLBM": "1204"}, [("codes.value", "KCDLBM", NO)]),
    ("0702", {"CZCSXM": "999"}, [("codes.value", "CZCSXM", NO)]),
    ("0103", {"TBMJ": None}, [("schema.mandatory_empty", "TBMJ", NO)]),
    ("0103", {"TBDLMJ": NAN}, [("schema.mandatory_empty", "TBDLMJ", NO)]),
]


def beside(make, row):
    """A DLTB in which that row is not alone, so that nothing is empty throughout."""
    return make.table("DLTB", make.number([row, make.parcel(), make.parcel("0301")]))


@pytest.mark.parametrize(("dlbm", "changes"), CLEAN)
def test_a_clean_parcel_says_nothing(make, dlbm, changes):
    assert make.said(beside(make, make.parcel(dlbm, **changes))) == []


@pytest.mark.parametrize(("dlbm", "changes", "expected"), BROKEN)
def test_a_broken_parcel_says_one_thing(make, dlbm, changes, expected):
    assert make.said(beside(make, make.parcel(dlbm, **changes))) == expected


def test_both_tables_reach_every_condition(standard):
    """No case of the data is without a row above that breaks it."""
    rules = {rule for _, _, found in BROKEN for rule, _, _ in found}
    on_parcels = {
        rule_id for rule_id, spec in standard.rules.items() if spec.cases and "DLTB" in spec.layers
    }
    assert on_parcels - rules == set()


def test_numbers_of_a_judgement(make):
    rows = [
        make.parcel("0601", ZZSXDM="LS"),
        make.parcel("0601"),
        make.parcel(),
        make.parcel("0403K"),
    ]
    judgement = make.judge("L01", make.case(make.table("DLTB", make.number(rows))))
    assert (judgement.tested, len(judgement.findings), judgement.not_checkable) == (3, 1, 0)
    finding = judgement.findings[0]
    assert finding.measured == "LS"
    assert finding.expected == "∅"
    assert finding.parcel_bsm == finding.object_id == rows[0]["BSM"]
    assert finding.severity.value == "C"
    assert "0601" in finding.message.zh
    assert "LS" in finding.message.zh
    assert "0601" in finding.message.en


def test_a_level_one_rule_is_class_b_and_a_hint_class_d(make):
    severity = {
        rule_id: make.judge(rule_id, make.case(make.table("DLTB", [make.parcel(dlbm, **changes)])))
        .findings[0]
        .severity.value
        for rule_id, dlbm, changes in [
            ("L14", "0103", {"GDPDJB": None}),
            ("L25", "0702", {"CZCSXM": None}),
            ("L01", "0403K", {"ZZSXDM": "GCHF"}),
        ]
    }
    assert severity == {"L14": "B", "L25": "C", "L01": "D"}


def test_a_missing_field_blocks_with_its_name(make):
    row = make.parcel()
    del row["ZZSXDM"]
    judgement = make.judge("L03", make.case(make.table("DLTB", [row, dict(row)])))
    assert (judgement.tested, judgement.findings, judgement.not_checkable) == (0, [], 2)
    assert [reason.zh for reason in judgement.reasons] == ["DLTB 缺少字段 ZZSXDM"]


def test_a_missing_layer_is_told(make):
    judgement = make.judge("L03", make.case())
    assert (judgement.tested, judgement.not_checkable) == (0, 0)
    assert [reason.en for reason in judgement.reasons] == [
        "The package has no DLTB or DLTBGX layer"
    ]


def test_an_unsound_value_is_counted_not_judged(make):
    judgement = make.judge("L14", make.case(make.table("DLTB", [make.parcel("9999")])))
    assert (judgement.tested, judgement.findings, judgement.not_checkable) == (0, [], 1)


@pytest.mark.parametrize(("year", "expected"), [(2024, 1), (2025, 0), (0, 1)])
def test_codes_of_a_later_year(make, year, expected):
    case = make.case(make.table("DLTB", [make.parcel(ZZSXDM="JZTZ")]), year=year)
    findings = make.judge("L03", case).findings
    assert len(findings) == expected
    assert all(f.cause == "newer_code" for f in findings)


def test_area_edited_alone_is_named(make):
    case = make.case(make.table("DLTB", [make.parcel(TBMJ=12000.0)]))
    finding = make.judge("L20", case).findings[0]
    assert finding.cause == "area_edited"
    assert "10000.00" in finding.message.zh
    assert make.judge("L19", case).findings == []


@pytest.mark.parametrize(
    ("area", "coefficient", "deducted"),
    [
        (100.25, 0.5, 50.13),  # 50.125 rounds away from zero
        (0.05, 0.1, 0.01),  # 0.005, which binary holds as 0.00500000000000000010
        (4350.0, 0.1195, 519.83),  # 519.825 in decimals, 519.8249999 in binary
    ],
)
def test_rounding_is_half_away_from_zero(make, area, coefficient, deducted):
    row = make.parcel(TBMJ=area, KCXS=coefficient, KCMJ=deducted, TBDLMJ=round(area - deducted, 2))
    tight = make.case(make.table("DLTB", [row]))
    rule = next(rule for rule in make.rules if rule.id == "L19")
    limits = dict(rule.spec.limits)
    rule.spec.limits["tolerance_m2"] = 0.0
    try:
        assert rule.judge(tight).findings == []
    finally:
        rule.spec.limits.update(limits)
