"""What errors are worth, and what becomes of a unit and of its lot (GB/T 24356)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from ..errors import InputError
from ..findings import Severity, Text

DEDUCTION = {Severity.A: 42.0, Severity.B: 12.0, Severity.C: 4.0, Severity.D: 1.0}
"""Points lost by one error of a class; GB/T 24356-2023. B, C and D are divided by t."""

PASS, GOOD, EXCELLENT = 60.0, 75.0, 90.0
GROSS_SHARE = 0.05
"""Largest share of gross errors among the points of a unit."""


class Grade(str, Enum):
    """Grades of a unit and of a lot, best first."""

    EXCELLENT = "excellent"
    GOOD = "good"
    QUALIFIED = "qualified"
    UNQUALIFIED = "unqualified"

    @property
    def called(self) -> Text:
        """The grade as the standard calls it."""
        return _GRADES[self]


_GRADES = {
    Grade.EXCELLENT: Text("优", "excellent"),
    Grade.GOOD: Text("良", "good"),
    Grade.QUALIFIED: Text("合格", "qualified"),
    Grade.UNQUALIFIED: Text("不合格", "not qualified"),
}
_ORDER = (Severity.A, Severity.B, Severity.C, Severity.D)


@dataclass(frozen=True)
class UnitScores:
    """The inspected units of a lot.

    Attributes
    ----------
    units
        Identifiers; shape (n,).
    counts
        Errors A, B, C, D of each unit over all its elements; shape (n, 4).
    scores
        0…100: the weighted mean of the elements' scores; shape (n,).
    lowest
        Score of the worst element of each unit; shape (n,).
    grades
        ``Grade`` of each unit.
    reasons
        Why a unit failed; empty for one that did not.
    """

    units: npt.NDArray[np.object_]
    counts: npt.NDArray[np.int64]
    scores: npt.NDArray[np.float64]
    lowest: npt.NDArray[np.float64]
    grades: list[Grade]
    reasons: list[tuple[Text, ...]]


@dataclass(frozen=True)
class LotVerdict:
    """What becomes of a lot, and why."""

    grade: Grade
    passed: bool
    inspected: int
    failed: int
    shares: Mapping[Grade, float]
    reasons: tuple[Text, ...]


def element_scores(
    counts: npt.NDArray[np.int64], adjustment: float = 1.0
) -> npt.NDArray[np.float64]:
    """Score of an element from its errors A, B, C, D: 100 - 42 a - (12 b + 4 c + d) / t.

    Parameters
    ----------
    counts
        Shape (…, 4).
    adjustment
        t of the standard: 1, or more where a unit was agreed to be unusually large or complex.
    """
    if not adjustment > 0.0:
        raise InputError(
            Text("调整系数 t 须大于 0。", "The adjustment factor t has to be above 0.")
        )
    points = np.array([DEDUCTION[severity] for severity in _ORDER])
    points[1:] /= adjustment
    return np.asarray(np.maximum(100.0 - counts @ points, 0.0))


def accuracy_score(error: float, limit: float, edition: str = "2023") -> float:
    """Score of a mean square error m against its limit m0; below 60 it fails (0 is returned).

    100 up to 0.3 m0 (2009: m0 / 3), then linear to 60 at m0:
    60 + 400/7 (m0 - m) / m0 (2009: 60 + 60 (m0 - m) / m0).
    """
    if not (np.isfinite(error) and error >= 0.0 and limit > 0.0):
        raise InputError(
            Text("中误差须为非负数，限差须大于 0。", "Errors cannot be negative; limits above 0.")
        )
    if error > limit:
        return 0.0
    free = 0.3 if edition == "2023" else 1.0 / 3.0
    return float(min(100.0, 60.0 + 40.0 / (1.0 - free) * (limit - error) / limit))


def grade_of(score: float) -> Grade:
    """优 from 90, 良 from 75, 合格 from 60."""
    for grade, least in (
        (Grade.EXCELLENT, EXCELLENT),
        (Grade.GOOD, GOOD),
        (Grade.QUALIFIED, PASS),
    ):
        if score >= least:
            return grade
    return Grade.UNQUALIFIED


def score_units(
    units: Sequence[str],
    errors: Sequence[tuple[str, str, str]],
    weights: Mapping[str, float] | None = None,
    adjustment: float = 1.0,
    gross_shares: Mapping[str, float] | None = None,
    accuracies: Mapping[str, float] | None = None,
) -> UnitScores:
    """Score every inspected unit.

    Parameters
    ----------
    units
        Identifiers of all inspected units, those without errors too.
    errors
        (unit, element, class A…D) of every error that was upheld. Errors of units that were not
        inspected are refused: they would bend the verdict on the lot.
    weights
        Weight of each element. The weights of the standard are not public: without any, all
        elements named in ``errors`` or ``weights`` count the same.
    adjustment
        t, see ``element_scores``.
    gross_shares
        Share of gross errors among the points of a unit, where points were measured.
    accuracies
        Score of the positional accuracy (``accuracy_score``), where it was measured.
    """
    names = [str(unit) for unit in units]
    row = {name: number for number, name in enumerate(names)}
    if len(row) != len(names):
        raise InputError(Text("检验单位的标识重复。", "Inspected units share an identifier."))
    elements = list(dict.fromkeys([*(weights or {}), *(element for _, element, _ in errors)]))
    column = {name: number for number, name in enumerate(elements)}
    counts = np.zeros((len(names), max(len(elements), 1), 4), dtype=np.int64)
    for unit, element, severity in errors:
        if str(unit) not in row:
            raise InputError(
                Text(f"单位 {unit} 不在样本中。", f"The unit {unit} is not in the sample.")
            )
        counts[row[str(unit)], column[element], _class(severity)] += 1
    scores = element_scores(counts, adjustment)
    share = np.array([_weight(weights, name) for name in elements] or [1.0])
    accuracy = np.array([(accuracies or {}).get(name, np.nan) for name in names], dtype=float)
    means = scores @ (share / share.sum()) if share.sum() > 0 else scores.min(axis=1)
    measured = np.isfinite(accuracy)
    # Positional accuracy is one more element of the same weight as the others have on average.
    means[measured] = (means[measured] * len(share) + accuracy[measured]) / (len(share) + 1)
    lowest = np.where(measured, np.fmin(scores.min(axis=1), accuracy), scores.min(axis=1))
    totals = counts.sum(axis=1)
    gross = np.array([(gross_shares or {}).get(name, 0.0) for name in names])
    reasons = [
        _failures(int(totals[i, 0]), float(lowest[i]), float(gross[i]), bool(accuracy[i] < PASS))
        for i in range(len(names))
    ]
    grades = [
        Grade.UNQUALIFIED if why else grade_of(float(score)) for why, score in zip(reasons, means)
    ]
    return UnitScores(
        np.array([*names, None], dtype=object)[:-1], totals, means, lowest, grades, reasons
    )


def _class(severity: str) -> int:
    try:
        return _ORDER.index(Severity(str(severity).strip().upper()))
    except ValueError as error:
        raise InputError(
            Text(
                f"错漏类别“{severity}”不是 A、B、C、D 之一。",
                f"The class of an error is A, B, C or D, not '{severity}'.",
            )
        ) from error


def _weight(weights: Mapping[str, float] | None, element: str) -> float:
    if weights is None:
        return 1.0
    value = float(weights.get(element, np.nan))
    if not (np.isfinite(value) and value >= 0.0):
        raise InputError(
            Text(f"质量元素“{element}”没有权重。", f"The element '{element}' has no weight.")
        )
    return value


def _failures(class_a: int, lowest: float, gross: float, inaccurate: bool) -> tuple[Text, ...]:
    found = []
    if class_a:
        found.append(Text(f"有 {class_a} 处 A 类错漏", f"{class_a} errors of class A"))
    if inaccurate:
        found.append(Text("精度超限", "accuracy beyond the limit"))
    elif lowest < PASS:
        found.append(
            Text(
                f"有质量元素得分 {lowest:.1f}，低于 60", f"an element scores {lowest:.1f}, below 60"
            )
        )
    if gross > GROSS_SHARE:
        found.append(
            Text(f"粗差率 {gross:.1%}，超过 5%", f"{gross:.1%} of the points are gross errors")
        )
    return tuple(found)


def judge_lot(scores: UnitScores, objections: Sequence[Text] = ()) -> LotVerdict:
    """The verdict on a lot from its inspected units.

    One failed unit fails the lot. Otherwise 优 where at least 50 % of the units are excellent and
    90 % excellent or good, 良 at 30 % and 80 %, else 合格. ``objections`` are what fails a lot
    at acceptance whatever its scores: fabricated results, a departure from the technical route.
    """
    count = len(scores.grades)
    if not count:
        raise InputError(Text("样本为空，无法判定。", "The sample is empty: nothing to judge by."))
    shares = {grade: scores.grades.count(grade) / count for grade in Grade}
    failed = scores.grades.count(Grade.UNQUALIFIED)
    reasons = list(objections)
    if failed:
        reasons.append(
            Text(f"{count} 个样本中 {failed} 个不合格", f"{failed} of {count} units not qualified")
        )
    if reasons:
        return LotVerdict(Grade.UNQUALIFIED, False, count, failed, shares, tuple(reasons))
    top, upper = shares[Grade.EXCELLENT], shares[Grade.EXCELLENT] + shares[Grade.GOOD]
    grade = Grade.QUALIFIED
    if top >= 0.5 - 1e-12 and upper >= 0.9 - 1e-12:
        grade = Grade.EXCELLENT
    elif top >= 0.3 - 1e-12 and upper >= 0.8 - 1e-12:
        grade = Grade.GOOD
    why = Text(
        f"优 {top:.0%}，优良 {upper:.0%}，无不合格",
        f"{top:.0%} excellent, {upper:.0%} excellent or good, none failed",
    )
    return LotVerdict(grade, True, count, 0, shares, (why,))


@dataclass(frozen=True)
class PointCheck:
    """Mean square error of checked points and what stands out among them."""

    points: int
    error: float
    gross: int

    @property
    def gross_share(self) -> float:
        """Share of gross errors."""
        return self.gross / self.points if self.points else 0.0


def check_points(
    differences: npt.NDArray[np.float64], limit: float, higher_precision: bool = True
) -> PointCheck:
    """Mean square error of differences against a check measurement (GB/T 24356, points).

    Against a check of higher precision m = sqrt(sum d² / n), gross beyond 2 m0; of the same
    precision m = sqrt(sum d² / 2n), gross beyond 2 sqrt(2) m0. Gross errors are counted and left
    out of m. Below 20 points the mean absolute difference takes the place of m.
    """
    values = np.abs(np.asarray(differences, dtype=float))
    values = values[np.isfinite(values)]
    bound = 2.0 * limit * (1.0 if higher_precision else np.sqrt(2.0))
    kept = values[values <= bound]
    if not len(kept):
        error = np.nan
    elif len(values) < 20:
        error = float(kept.mean())
    else:
        error = float(np.sqrt((kept**2).mean() / (1.0 if higher_precision else 2.0)))
    return PointCheck(len(values), error, int(len(values) - len(kept)))
