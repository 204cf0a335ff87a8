"""Last digits of heights: evenly spread where they were measured.

The last digit of a measured number is uniform when the unit is small beside
the spread of the numbers; people who estimate or invent prefer some digits
(Mosimann, Wiseman & Edelman 1995, Accountability in Research 4, 31–55).
Heights rounded to a coarser unit end in 0 (or 5, in halves of a metre) and are
no preference: they are set aside first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

from ..table import FloatArray
from .heights_near import resolution_of

_WIDE = 30.0  # units of the last digit that heights must spread over
_LEAST_ODD = 40
_HALVED = 0.09  # metres: from here on halves of the next unit are a usual rounding


@dataclass(frozen=True)
class Digits:
    """Last digits of ``count`` heights in ``unit`` metres.

    ``counts`` of 0…9; ``excess`` is the share of heights beyond an even
    distribution; ``decades`` is log10 of the chance of so uneven digits;
    ``preferred`` are those too frequent. Where rounding explains the zeros
    (and fives), these are not looked at.
    """

    count: int
    unit: float
    counts: list[int]
    excess: float
    decades: float
    preferred: list[int]


def digits_of(height: FloatArray) -> Digits:
    """Last digits of finite ``height`` in metres, shape ``(n,)``."""
    height = height[np.isfinite(height)]
    unit = resolution_of(height)
    if not len(height) or np.ptp(np.quantile(height, [0.1, 0.9])) < _WIDE * unit:
        return Digits(0, unit, [0] * 10, 0.0, 0.0, [])
    # Heights in halves and fifths have two or five digits only.
    if unit in (0.5, 0.05):
        return Digits(0, unit, [0] * 10, 0.0, 0.0, [])
    last = np.mod(np.floor(np.abs(height) / unit + 1e-6).astype(np.int64), 10)
    counts = np.bincount(last, minlength=10)
    kept = np.ones(10, dtype=bool)
    # Whole and half metres (and contours of five) are usual roundings, even where fives
    # are more than zeros; half decimetres are nobody's.
    halves = unit >= _HALVED
    others = np.delete(counts, [0, 5]).max()
    kept[0] = counts[0] <= (others if halves else counts[1:].max())
    kept[5] = kept[0] or not halves
    if halves and counts[5] > others and counts[0] > others:
        kept[5] = False
    used = counts[kept]
    if used.sum() < _LEAST_ODD:
        return Digits(0, unit, counts.tolist(), 0.0, 0.0, [])
    even = used.sum() / len(used)
    square = float(((used - even) ** 2 / even).sum())
    decades = float(chi2.logsf(square, len(used) - 1) / np.log(10))
    over = np.maximum(used - even, 0.0)
    many = np.flatnonzero(kept)[used > even + 3 * np.sqrt(even)]
    return Digits(
        int(used.sum()),
        unit,
        counts.tolist(),
        float(over.sum() / used.sum()),
        decades,
        many.tolist(),
    )
