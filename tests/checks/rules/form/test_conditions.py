"""The interpreter of conditions, and what counts as empty, sound and a number."""

from __future__ import annotations

import numpy as np
import pytest

from onemap_verify.checks.rules.collapse import split_habits
from onemap_verify.checks.rules.conditions import answer, expected, fields_in, holds
from onemap_verify.checks.rules.values import Values, in_range, is_digits


@pytest.fixture
def values(make, standard):
    rows = [
        make.parcel(),
        make.parcel("0301"),
        make.parcel("0301", KCXS=0.0),
        make.parcel(GDPDJB="9"),
        make.parcel(KCXS="abc"),
    ]
    return Values(make.table("DLTB", make.number(rows)), standard)


@pytest.mark.parametrize(
    ("condition", "rows"),
    [
        ({}, [0, 1, 2, 3, 4]),
        ({"DLBM": "01*"}, [0, 3, 4]),
        ({"DLBM": "?103"}, [0, 3, 4]),
        ({"DLBM": "??103"}, []),
        ({"DLBM": "?10?"}, [0, 3, 4]),
        ({"DLBM": ["0301", "0302"]}, [1, 2]),
        ({"DLBM": {"not": ["01*"]}}, [1, 2]),
        ({"DLBM": "0"}, []),
        ({"GDLX": [""]}, [1, 2]),
        ({"GDLX": {"not": [""]}}, [0, 3, 4]),
        ({"KCXS": {"gt": 0}}, [0, 3, 4]),  # an unsound value counts as held
        ({"KCXS": {"eq": 0}}, [2, 4]),
        ({"KCXS": {"eq": 0, "empty": 0}}, [1, 2, 4]),
        ({"KCXS": {"le": 0.1195, "ge": 0.1195}}, [0, 3, 4]),
        ({"TBMJ": {"lt": 10000.0}}, []),
        ({"QSDWDM": {"same": "ZLDWDM"}}, [0, 1, 2, 3, 4]),
        ({"BSM": {"differs": "BSM"}}, []),
        ({"DLBM": "01*", "GDPDJB": "3"}, [0, 3, 4]),
        ({"DLBM": "[0-9]*"}, []),
    ],
)
def test_holds(values, condition, rows):
    assert np.flatnonzero(holds(values, condition)).tolist() == rows


def test_answer_keeps_unsound_rows_apart(values):
    said = answer(values, {"DLBM": "01*"}, {"GDPDJB": ["1", "2"]})
    assert said.applies.tolist() == [True, False, False, False, True]
    assert said.violated.tolist() == [True, False, False, False, True]
    assert said.blocked.tolist() == [False, False, False, True, False]


def test_unknown_tests_are_faults_of_the_rule_set(values):
    with pytest.raises(ValueError, match="unknown test"):
        holds(values, {"KCXS": {"about": 3}})
    with pytest.raises(ValueError, match="unknown test"):
        expected({"about": 3})


def test_every_condition_shipped_can_be_read(make, standard):
    """Fields exist in the layers, and every test is known."""
    for rule_id, spec in standard.rules.items():
        for case in spec.cases:
            for layer in spec.layers:
                known = set(standard.fields_by_name[layer])
                read = {*fields_in(case["when"]), *fields_in(case["then"])}
                assert read <= known, (rule_id, layer)
                empty = Values(make.table(layer, []), standard)
                answer(empty, case["when"], case["then"])
            for test in case["then"].values():
                assert expected(test)
            names = dict.fromkeys(read, "x")
            for language in ("zh", "en"):
                text = case["message"][language].format(id="1", expected="2", **names)
                assert "{" not in text


def test_every_code_in_a_condition_is_a_code(standard):
    """A typing error in the data would make a condition that never holds."""
    for rule_id, spec in standard.rules.items():
        for case in spec.cases:
            for condition in (case["when"], case["then"]):
                for field, test in condition.items():
                    domain = standard.fields_by_name[spec.layers[0]][field].domain
                    words = test.get("not", []) if isinstance(test, dict) else test
                    for word in [words] if isinstance(words, str) else words:
                        if not word or "*" in word or "?" in word:
                            continue
                        kind, _, name = domain.partition(":")
                        if kind == "classes":
                            assert word in standard.leaf_classes, (rule_id, word)
                        elif kind == "codes":
                            assert word in standard.codes[name], (rule_id, word)


@pytest.mark.parametrize(
    ("test", "text"),
    [
        ("0601", "0601"),
        (["LS", ""], "LS | ∅"),
        ({"not": [""]}, "≠ ∅"),
        ({"gt": 0}, "> 0"),
        ({"le": 8.0}, "≤ 8"),
        ({"ge": 1, "le": 5}, "≥ 1, ≤ 5"),
        ({"same": "BGHTBBSM"}, "= BGHTBBSM"),
    ],
)
def test_what_is_expected_reads_without_translation(test, text):
    assert expected(test) == text


def test_empty_words_and_own_zeros(make, standard):
    rows = [
        make.parcel(KCDLBM="0", FRDBS="0", HDMC="无", ZLDWMC="　", QSXZ="NULL"),
        make.parcel(KCDLBM=None, FRDBS=None, HDMC="/", ZLDWMC="无名村", QSXZ=" 30 "),
    ]
    values = Values(make.table("DLTB", rows), standard)
    assert values.empty("KCDLBM").all()
    assert values.empty("FRDBS").tolist() == [False, True]
    assert values.empty("HDMC").all()
    assert values.empty("ZLDWMC").tolist() == [True, False]
    assert values.empty("QSXZ").tolist() == [True, False]
    assert values.text("QSXZ").tolist() == ["", "30"]
    assert values.empty("ABSENT").all()


def test_numbers(make, standard):
    rows = [make.parcel(TBMJ=v) for v in (1.0, None, "２.5", "x", "inf", "")]
    values = Values(make.table("DLTB", rows), standard)
    assert np.isnan(values.number("TBMJ")).tolist() == [False, True, False, True, True, True]
    assert values.garbled("TBMJ").tolist() == [False, False, False, True, True, False]
    assert values.number("TBMJ")[2] == 2.5


def test_said_shows_what_stands_there(make, standard):
    rows = [make.parcel(KCXS=0.05, TBMJ=1234.5), make.parcel(KCXS=float("nan"), TBMJ=0.125)]
    values = Values(make.table("DLTB", rows), standard)
    assert [values.said("KCXS", row) for row in (0, 1)] == ["0.0500", ""]
    assert [values.said("TBMJ", row) for row in (0, 1)] == ["1234.50", "0.125"]
    assert values.said("DLBM", 0) == "0103"


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("[0,1)", [True, True, False, False]),
        ("(0,inf)", [False, True, True, True]),
        ("(0,1]", [False, True, True, False]),
    ],
)
def test_ranges(text, inside):
    assert in_range(np.array([0.0, 0.5, 1.0, 2.0]), text).tolist() == inside
    assert not in_range(np.array([np.nan]), text).any()


def test_digits_are_ascii():
    assert is_digits("0123", (4,))
    assert not is_digits("０123", (4,))
    assert not is_digits("0123", (3, 5))
    assert not is_digits("²", ())


def test_habits_and_single_cases():
    place = np.array([0] * 90 + [1] * 6 + [2] * 4)
    among = np.ones(100, dtype=bool)
    offending = place != 2
    habits, single = split_habits(place, offending, among, 0.9, 20)
    assert [(value, len(rows)) for value, rows in habits] == [(0, 90)]
    assert single.tolist() == list(range(90, 96))
    habits, single = split_habits(place, place == 1, among, 0.9, 20)
    assert (habits, len(single)) == ([], 6)
    few, single = split_habits(place[:10], among[:10], among[:10], 0.9, 20)
    assert (few, len(single)) == ([], 10)
