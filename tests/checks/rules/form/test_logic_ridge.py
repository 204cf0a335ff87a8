"""Ridge coefficients with and without the county's table."""

from __future__ import annotations

TABLE = {("TT", "3"): 0.1195, ("TT", "2"): 0.068, ("PD", "3"): 0.0}
PD = {"GDLX": "PD", "KCDLBM": None, "KCXS": 0.0, "KCMJ": 0.0, "TBDLMJ": 10000.0}


def county(make, rows, **options):
    return make.case(make.table("DLTB", make.number(rows)), **options)


def test_equal_to_the_table_says_nothing(make):
    rows = [make.parcel(), make.parcel(KCXS=0.11954), make.parcel(**PD)]
    judgement = make.judge("L18", county(make, rows, ridge=TABLE))
    assert (judgement.tested, judgement.findings) == (3, [])


def test_another_coefficient_contradicts(make):
    rows = [make.parcel(), make.parcel(KCXS=0.05, KCMJ=500.0, TBDLMJ=9500.0)]
    judgement = make.judge("L18", county(make, rows, ridge=TABLE))
    (finding,) = judgement.findings
    assert (finding.object_id, finding.measured, finding.expected) == (
        rows[1]["BSM"],
        "0.0500",
        "0.1195",
    )
    assert finding.verdict.value == "inconsistent"
    assert "填报 0.0500，应为 0.1195" in finding.message.zh


def test_a_coefficient_on_a_field_that_has_none(make):
    rows = [make.parcel(**{**PD, "KCDLBM": "1203", "KCXS": 0.1, "KCMJ": 1000.0, "TBDLMJ": 9000.0})]
    (finding,) = make.judge("L18", county(make, rows, ridge=TABLE)).findings
    assert finding.expected == "0.0000"


def test_a_pair_that_the_table_lacks_is_not_checkable(make):
    rows = [make.parcel(GDPDJB="5"), make.parcel()]
    judgement = make.judge("L18", county(make, rows, ridge=TABLE))
    assert (judgement.tested, judgement.not_checkable) == (1, 1)
    assert [reason.zh for reason in judgement.reasons] == ["县田坎系数表没有 TT/5"]


def test_without_a_table_nothing_is_judged(make):
    judgement = make.judge("L18", county(make, [make.parcel(), make.parcel("0301")]))
    assert (judgement.tested, judgement.findings, judgement.not_checkable) == (0, [], 1)
    assert any("未设置县田坎系数表" in reason.zh for reason in judgement.reasons)


def test_a_missing_coefficient_belongs_to_another_rule(make):
    rows = [make.parcel(KCXS=0.0), make.parcel(KCXS=1.7), make.parcel(GDLX="QQ")]
    judgement = make.judge("L18", county(make, rows, ridge=TABLE))
    assert judgement.findings == []
    assert judgement.tested == 0


def test_a_minority_is_doubtful(make):
    rows = [make.parcel() for _ in range(19)]
    rows.append(make.parcel(KCXS=0.05, KCMJ=500.0, TBDLMJ=9500.0))
    judgement = make.judge("logic.ridge_majority", county(make, rows))
    (finding,) = judgement.findings
    assert judgement.tested == 20
    assert (finding.verdict.value, finding.cause) == ("doubtful", "minority_value")
    assert (finding.measured, finding.expected) == ("0.0500", "0.1195")


def test_no_majority_no_doubt(make):
    mixed = [make.parcel(KCXS=0.10 if i % 2 else 0.12) for i in range(20)]
    few = [make.parcel() for _ in range(8)] + [make.parcel(KCXS=0.05)]
    for rows in (mixed, few):
        judgement = make.judge("logic.ridge_majority", county(make, rows))
        assert (judgement.tested, judgement.findings, judgement.not_checkable) == (0, [], len(rows))


def test_with_a_table_the_majority_is_silent(make):
    rows = [make.parcel() for _ in range(19)] + [make.parcel(KCXS=0.05)]
    judgement = make.judge("logic.ridge_majority", county(make, rows, ridge=TABLE))
    assert judgement.findings == []


def test_a_changed_coefficient_is_one_finding_when_the_table_is_known(make):
    rows = [make.parcel(), make.parcel(KCXS=0.05)]
    said = make.said(make.table("DLTB", make.number(rows)), ridge=TABLE)
    assert said == [("L18", "KCXS", "inconsistent")]
