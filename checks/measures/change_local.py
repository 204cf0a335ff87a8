"""What relief, haze, season and the former look of a parcel explain, taken off."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from ..table import FloatArray, IntArray
from .change_peers import LEAST_PEERS, Cloud, robust_cloud
from .robust import robust_fit

_NEIGHBOURS = 30
_LEAST_AROUND = 120
_AT_ONCE = 10_000
_MOST_FITTED = 20_000
_RIDGE = 1e-4
_BORROWED_PER_BAND = 3.0


def middles(values: FloatArray, teaches: IntArray, groups: int) -> FloatArray:
    """Median of each group, shape ``(groups + 1, k)``; the last row, for none, that of all."""
    out = np.zeros((groups + 1, values.shape[1]))
    fine = np.isfinite(values).all(axis=1) & (teaches >= 0)
    if fine.any():
        out[:] = np.median(values[fine], axis=0)
        for number in np.unique(teaches[fine]):
            out[number] = np.median(values[fine & (teaches == number)], axis=0)
    return out


def relief_free(values: FloatArray, fall: FloatArray, teaches: IntArray, groups: int) -> FloatArray:
    """Take off what depends on the fall of the ground to the east and north.

    A slope turned to the sun of one picture is brighter there than in the
    other; to first order the difference is linear in both components of the
    fall, whatever the two suns (Teillet, Guindon & Goodenough 1982, Canadian
    Journal of Remote Sensing 8, 84-106, equation 6), and so needs no times.

    Parameters
    ----------
    values
        Shape ``(n, k)``.
    fall
        Shape ``(n, 2)``, metres per metre; ``(n, 0)`` where no terrain is known.
    teaches
        Group of parcels that are declared unchanged, -1 for others.
    """
    if fall.shape[1] != 2:
        return values
    rest = values - middles(values, teaches, groups)[teaches]
    rows = np.flatnonzero(
        (teaches >= 0) & np.isfinite(rest).all(axis=1) & np.isfinite(fall).all(axis=1)
    )
    rows = rows[:: max(1, len(rows) // _MOST_FITTED)]
    if len(rows) < _LEAST_AROUND or not fall[rows].std(axis=0).min() > 0:
        return values
    design = np.column_stack([np.ones(len(rows)), fall[rows]])
    known = np.where(np.isfinite(fall), fall, 0.0)
    out = values.copy()
    for number in range(values.shape[1]):
        fit = robust_fit(design, rest[rows, number])
        out[:, number] -= known @ fit.coefficients[1:]
    return out


def level(values: FloatArray, place: FloatArray, teaches: IntArray, groups: int) -> FloatArray:
    """Take off what all parcels around have in common beyond their classes' usual change.

    Haze, a shower, a warmer valley or a flood change a neighbourhood as a
    whole; the median of thirty unchanged neighbours tells by how much, itself
    not counted.

    Parameters
    ----------
    place
        Shape ``(n, 2)``: where the parcels are, in cells.
    """
    rest = values - middles(values, teaches, groups)[teaches]
    fine = np.isfinite(rest).all(axis=1) & np.isfinite(place).all(axis=1)
    rows = np.flatnonzero(fine & (teaches >= 0))
    if len(rows) < _LEAST_AROUND:
        return values
    tree = cKDTree(place[rows])
    out = values.copy()
    every = np.flatnonzero(fine)
    for first in range(0, len(every), _AT_ONCE):
        some = every[first : first + _AT_ONCE]
        near = rows[tree.query(place[some], k=_NEIGHBOURS + 1)[1]]
        around = rest[near]
        around[near == some[:, None]] = np.nan
        out[some] -= np.nanmedian(around, axis=1)
    return out


def unexplained(
    first: FloatArray, second: FloatArray, past: IntArray, teaches: IntArray, groups: int
) -> FloatArray:
    """What of the current look does not follow from the previous one, shape ``(n, p)``.

    Within a class, what a parcel looked like before says what it should look
    like now (maize and wheat part ways, and both as their likes do). The
    regression comes from the robust joint covariance of both looks in each
    class, small classes borrowing from all; like canonical correlation it does
    not depend on gain and offset of any band. NaN where the class is unknown.

    Parameters
    ----------
    first, second
        Shapes ``(n, p)``, ``(n, q)``: bands of the current and previous image.
    past
        Shape ``(n,)``: the class each parcel is compared with.
    teaches
        Shape ``(n,)``: class of parcels declared unchanged, -1 for others.
    """
    both = np.column_stack([first, second])
    fine = np.isfinite(both).all(axis=1)
    out = np.full(first.shape, np.nan)
    clouds: dict[int, Cloud] = {}
    for number in range(groups):
        rows = fine & (teaches == number)
        if rows.sum() >= LEAST_PEERS:
            clouds[number] = robust_cloud(both[rows])
    if not clouds:
        return out
    total = sum(cloud.count for cloud in clouds.values())
    pooled = sum(cloud.count * cloud.covariance for cloud in clouds.values()) / total
    size, borrowed = first.shape[1], _BORROWED_PER_BAND * (both.shape[1] + 1)
    for number, cloud in clouds.items():
        joint = (cloud.count * cloud.covariance + borrowed * pooled) / (cloud.count + borrowed)
        before = joint[size:, size:]
        before = before + np.diag(_RIDGE * np.diag(before) + 1e-300)
        slope = np.linalg.solve(before, joint[size:, :size])
        rows = fine & (past == number)
        expected = (both[rows, size:] - cloud.middle[size:]) @ slope
        out[rows] = both[rows, :size] - cloud.middle[:size] - expected
    return out
