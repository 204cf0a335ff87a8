"""How far two people who judged the same things without seeing each other agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from ..errors import InputError
from ..findings import Text


@dataclass(frozen=True)
class Agreement:
    """Agreement of two judges.

    Attributes
    ----------
    both
        Things judged by both.
    observed, expected
        Share of equal opinions, and what chance alone would give.
    kappa, error, low, high
        Cohen's kappa, its standard error and limits; NaN where all opinions are one and the
        same, since nothing then tells skill from habit.
    """

    both: int
    observed: float
    expected: float
    kappa: float
    error: float
    low: float
    high: float


def cohens_kappa(
    first: Sequence[str], second: Sequence[str], confidence: float = 0.95
) -> Agreement:
    """Cohen's kappa of two judges of the same things, in the same order.

    Cohen (1960), *Educational and Psychological Measurement* 20:37; standard error for large
    samples: Fleiss, Cohen and Everitt (1969), *Psychological Bulletin* 72:323, equation 13.
    """
    if len(first) != len(second):
        raise InputError(Text("两人判定的数目不同。", "The two have not judged the same things."))
    count = len(first)
    if not count:
        return Agreement(0, *[float("nan")] * 6)
    names = sorted({*first, *second})
    place = {name: number for number, name in enumerate(names)}
    table = np.zeros((len(names), len(names)))
    np.add.at(table, ([place[one] for one in first], [place[other] for other in second]), 1.0)
    table /= count
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    observed, expected = float(np.trace(table)), float(rows @ columns)
    if expected >= 1.0:
        return Agreement(count, observed, expected, *[float("nan")] * 4)
    kappa = (observed - expected) / (1.0 - expected)
    diagonal = np.diag(table)
    on = (diagonal * (1 - (rows + columns) * (1 - kappa)) ** 2).sum()
    # Row i and column j: the sum of column i's and row j's margins.
    cross = table * (columns[:, None] + rows[None, :]) ** 2
    off = (1 - kappa) ** 2 * (cross.sum() - np.trace(cross))
    last = (kappa - expected * (1 - kappa)) ** 2
    variance = max(float(on + off - last), 0.0) / (count * (1 - expected) ** 2)
    error = float(np.sqrt(variance))
    reach = float(stats.norm.ppf(0.5 + confidence / 2)) * error
    return Agreement(
        count, observed, expected, kappa, error, max(kappa - reach, -1.0), min(kappa + reach, 1.0)
    )
