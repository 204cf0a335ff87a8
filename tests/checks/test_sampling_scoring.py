"""Scores, grades and lot verdicts against a worked example by hand."""

import numpy as np
import pytest

from onemap_verify.checks.errors import InputError
from onemap_verify.checks.findings import Text
from onemap_verify.checks.sampling.scoring import (
    Grade,
    accuracy_score,
    check_points,
    element_scores,
    judge_lot,
    score_units,
)


def test_deductions():
    counts = np.array([[0, 0, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
    assert element_scores(counts).tolist() == [100, 58, 88, 96, 99]
    # t divides B, C and D, never A
    assert element_scores(counts, 2.0).tolist() == [100, 58, 94, 98, 99.5]
    assert element_scores(np.array([[0, 9, 0, 0]])).tolist() == [0]
    with pytest.raises(InputError):
        element_scores(counts, 0.0)


@pytest.mark.parametrize(
    ("error", "edition", "score"),
    [(0.3, "2023", 100), (1.0, "2023", 60), (0.65, "2023", 80), (0.0, "2023", 100)]
    + [(1 / 3, "2009", 100), (1.0, "2009", 60), (2 / 3, "2009", 80), (1.01, "2023", 0)],
)
def test_accuracy_scores(error, edition, score):
    assert accuracy_score(error, 1.0, edition) == pytest.approx(score)


def worked_example():
    """Five maps, two elements of the same weight.

    u1: position C C D -> 91, attributes none -> 100; mean 95.5: excellent
    u2: position B -> 88, attributes C D -> 95; mean 91.5: excellent
    u3: position B C -> 84, attributes B -> 88; mean 86: good
    u4: position none -> 100, attributes B B B C -> 60; mean 80: good
    u5: position C -> 96, attributes B B B C D -> 59: below 60, fails with a mean of 77.5
    """
    errors = [("u1", "position", s) for s in "CCD"] + [("u2", "position", "B")]
    errors += [("u2", "attributes", s) for s in "CD"] + [("u3", "position", s) for s in "BC"]
    errors += [("u3", "attributes", "B")] + [("u4", "attributes", s) for s in "BBBC"]
    return errors, [("u5", "position", "C")] + [("u5", "attributes", s) for s in "BBBCD"]


def test_units_by_hand():
    errors, fifth = worked_example()
    result = score_units(["u1", "u2", "u3", "u4", "u5"], errors + fifth)
    assert result.scores.tolist() == [95.5, 91.5, 86.0, 80.0, 77.5]
    assert [grade.value for grade in result.grades] == [
        *("excellent", "excellent", "good", "good", "unqualified")
    ]
    assert result.reasons[4][0].en == "an element scores 59.0, below 60"
    assert result.counts[4].tolist() == [0, 3, 2, 1]


def test_lot_by_hand():
    errors, fifth = worked_example()
    lot = judge_lot(score_units(["u1", "u2", "u3", "u4"], errors))
    # 2 of 4 excellent, 4 of 4 excellent or good
    assert (lot.grade, lot.passed) == (Grade.EXCELLENT, True)
    failed = judge_lot(score_units(["u1", "u2", "u3", "u4", "u5"], errors + fifth))
    assert (failed.grade, failed.passed, failed.failed) == (Grade.UNQUALIFIED, False, 1)
    # 1 of 3 excellent and all good: 33 % and 100 %
    assert judge_lot(score_units(["u1", "u3", "u4"], errors[:3] + errors[6:])).grade is Grade.GOOD
    assert judge_lot(score_units(["u3", "u4"], errors[6:])).grade is Grade.QUALIFIED
    with pytest.raises(InputError):
        judge_lot(score_units([], []))


def test_one_error_of_class_a_fails_a_unit():
    result = score_units(["u"], [("u", "attributes", "A")], {"attributes": 1.0, "position": 9.0})
    assert result.scores[0] == pytest.approx(95.8)
    assert result.grades == [Grade.UNQUALIFIED]


def test_fabricated_results_fail_a_lot_of_perfect_units():
    lot = judge_lot(score_units(["u"], []), [Text("伪造成果", "fabricated results")])
    assert not lot.passed and lot.reasons[0].en == "fabricated results"


def test_accuracy_and_gross_errors_of_points():
    flat = np.full(25, 0.5)
    assert check_points(flat, 1.0) == check_points(-flat, 1.0)
    assert check_points(flat, 1.0).error == pytest.approx(0.5)
    assert check_points(flat, 1.0, higher_precision=False).error == pytest.approx(0.5 / 2**0.5)
    spoiled = check_points(np.append(flat, [2.5, 9.0]), 1.0)
    assert (spoiled.gross, spoiled.error) == (2, pytest.approx(0.5))
    units = score_units(["u"], [], gross_shares={"u": spoiled.gross_share})
    assert units.grades == [Grade.UNQUALIFIED]
    assert score_units(["u"], [], accuracies={"u": 0.0}).reasons[0][0].zh == "精度超限"
    assert score_units(["u"], [], accuracies={"u": 80.0}).scores[0] == 90.0


def test_what_does_not_belong_is_refused():
    with pytest.raises(InputError, match="not in the sample"):
        score_units(["u"], [("v", "position", "B")])
    with pytest.raises(InputError, match="A, B, C or D"):
        score_units(["u"], [("u", "position", "E")])
    with pytest.raises(InputError, match="no weight"):
        score_units(["u"], [("u", "position", "B")], {"attributes": 1.0})
