"""Where outlines fit the edges of the picture best, and how sure that is.

The score of a shift ``d`` is the sum over samples of the edge strength found
``d·n`` out along each outward direction ``n``; that only the part along ``n``
counts is the aperture problem, and the sum over directions solves it. The best
shift is refined by a quadratic fit about the highest score. Its covariance for
a group of parcels is that of a jackknife over spatial folds of the group (Efron
& Tibshirani 1993, ch. 11): neighbouring samples lie on the same edges, and
folds do not care how correlated they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..table import BoolArray, FloatArray, IntArray
from .edges_profiles import OFFSETS, REACH, SECTORS, STEP, normals

GRID_STEP = 0.5
FOLDS = 12
_NEAR = 3.0
_RIM = 0.75
_BATCH = 256

Single = npt.NDArray[np.float32]


def shift_operator(shifts: FloatArray) -> Single:
    """What turns profiles ``(n, SECTORS · offsets)`` into scores of ``shifts`` ``(k, 2)``.

    Returns
    -------
    ``(SECTORS · offsets, k)``: weights of linear interpolation.
    """
    out = normals() @ np.asarray(shifts, dtype=float).T
    return offset_operator(out)


def offset_operator(out: FloatArray) -> Single:
    """The same for offsets ``(SECTORS, k)`` of each sector in pixels outward."""
    places = len(OFFSETS)
    position = np.clip((out + REACH) / STEP, 0, places - 1 - 1e-9)
    low = np.floor(position).astype(np.int64)
    part = position - low
    weight = np.zeros((SECTORS, places, out.shape[1]), dtype=np.float32)
    sector, column = np.indices(out.shape)
    weight[sector, low, column] = 1 - part
    weight[sector, low + 1, column] += part
    return weight.reshape(SECTORS * places, -1)


def disc(step: float, reach: float = REACH) -> FloatArray:
    """Shifts on a grid within ``reach`` pixels, ``(k, 2)``."""
    line = np.arange(-np.floor(reach / step), np.floor(reach / step) + 1) * step
    x, y = (part.ravel() for part in np.meshgrid(line, line))
    inside = np.hypot(x, y) <= reach + 1e-9
    return np.stack([x[inside], y[inside]], axis=1)


class Surface:
    """Scores over a grid of shifts, and the search for their peaks."""

    def __init__(self, step: float, reach: float = REACH) -> None:
        self.step = step
        self.shifts = disc(step, reach)
        self._operator = shift_operator(self.shifts)
        self._distance = np.hypot(*(self.shifts[:, None] - self.shifts[None, :]).T)
        self._rim = np.hypot(*self.shifts.T) > reach - _RIM
        self._fits = self._quadratics()

    def scores(self, profiles: Single) -> FloatArray:
        """Scores ``(n, k)`` of profiles ``(n, SECTORS, offsets)``."""
        flat = profiles.reshape(len(profiles), -1).astype(np.float32, copy=False)
        return (flat @ self._operator).astype(np.float64)

    def peaks(self, scores: FloatArray, near: FloatArray | None = None) -> tuple[IntArray, ...]:
        """Index of the best shift of each row, within a few pixels of ``near`` if given."""
        if near is None:
            return (np.argmax(scores, axis=1),)
        far = np.hypot(*(self.shifts[None] - near[:, None]).transpose(2, 0, 1)) > _NEAR
        return (np.argmax(np.where(far, -np.inf, scores), axis=1),)

    def _quadratics(self) -> list[tuple[IntArray, FloatArray]]:
        """For each shift, its neighbours and the pseudo-inverse of a quadratic through them."""
        out = []
        for place, shift in enumerate(self.shifts):
            near = np.flatnonzero(self._distance[place] <= 1.6 * max(self.step, 0.8))
            x, y = (self.shifts[near] - shift).T
            design = np.stack([np.ones_like(x), x, y, x * x / 2, x * y, y * y / 2], axis=1)
            out.append((near, np.linalg.pinv(design)))
        return out

    def refine(self, scores: FloatArray, best: IntArray) -> tuple[FloatArray, FloatArray]:
        """Sub-pixel shift ``(n, 2)`` and curvature ``(n, 2, 2)``, negative definite at a peak.

        Where there is no peak the shift stays on the grid and the curvature is NaN.
        """
        shift = self.shifts[best].copy()
        bend = np.full((len(best), 2, 2), np.nan)
        for place in np.unique(best):
            rows = np.flatnonzero(best == place)
            near, inverse = self._fits[place]
            found = scores[np.ix_(rows, near)] @ inverse.T
            hessian = found[:, [3, 4, 4, 5]].reshape(-1, 2, 2)
            determinant = hessian[:, 0, 0] * hessian[:, 1, 1] - hessian[:, 0, 1] ** 2
            peak = (hessian[:, 0, 0] < 0) & (determinant > 0)
            if not peak.any():
                continue
            step = -np.linalg.solve(hessian[peak], found[peak, 1:3, None])[:, :, 0]
            reach = np.hypot(*step.T)
            step *= np.minimum(1.0, 1.5 * self.step / np.maximum(reach, 1e-12))[:, None]
            shift[rows[peak]] += step
            bend[rows[peak]] = hessian[peak]
        return shift, bend

    def at_rim(self, best: IntArray) -> BoolArray:
        """Whether the best shift lies at the end of the search, where no peak can be told."""
        return np.asarray(self._rim[best])

    def far_from(self, best: IntArray, radius: float = _NEAR) -> BoolArray:
        """Shifts farther than ``radius`` pixels from the best one, ``(n, k)``."""
        return np.asarray(self._distance[best] > radius)


@dataclass(frozen=True)
class GroupShifts:
    """Shifts of groups of parcels, in pixels (columns, rows); all arrays ``(groups, …)``.

    Attributes
    ----------
    shift
        What must be added to the parcels to fit the picture, ``(g, 2)``.
    covariance
        Of the shift, ``(g, 2, 2)``, by jackknife.
    strength
        By how many of its own standard errors the fit beats shifted placements.
    lead
        By how many standard errors it beats the best other place, the
        reference left aside.
    ahead
        By how many standard errors it beats the reference; infinite where
        both are the same place.
    samples
        Samples in the group.
    """

    shift: FloatArray
    covariance: FloatArray
    strength: FloatArray
    lead: FloatArray
    ahead: FloatArray
    samples: IntArray

    def __len__(self) -> int:
        return len(self.shift)


def group_shifts(
    total: Single,
    samples: IntArray,
    groups: Sequence[IntArray],
    surface: Surface,
    reference: FloatArray | None = None,
) -> GroupShifts:
    """Find the shift of each group; ``groups`` hold rows in an order that keeps neighbours.

    ``reference`` ``(2,)`` is the shift that is expected. Groups of fewer than
    three folds of two parcels get NaN.
    """
    count = len(groups)
    shift, covariance = np.full((count, 2), np.nan), np.full((count, 2, 2), np.nan)
    sigmas = np.full((count, 3), np.nan)
    size = np.array([int(samples[rows].sum()) for rows in groups], dtype=np.int64)
    for number, rows in enumerate(groups):
        folds = min(FOLDS, len(rows) // 2)
        if folds < 3 or size[number] < 30:
            continue
        parts = np.array_split(rows, folds)
        sums = np.stack([_sum(total, part) for part in parts])
        one = _jackknife(surface, sums, reference)
        shift[number], covariance[number], sigmas[number] = one
    strength, lead, ahead = sigmas.T
    return GroupShifts(shift, covariance, strength, lead, ahead, size)


def _sum(total: Single, rows: IntArray) -> FloatArray:
    out = np.zeros(total.shape[1:])
    for first in range(0, len(rows), _BATCH):
        out += total[rows[first : first + _BATCH]].sum(axis=0, dtype=np.float64)
    return out


def _jackknife(
    surface: Surface, sums: FloatArray, reference: FloatArray | None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Shift, its covariance, and strength, lead and advance over the reference."""
    folds = len(sums)
    whole = sums.sum(axis=0)
    scores = surface.scores(np.concatenate([whole[None], whole[None] - sums]))
    (best,) = surface.peaks(scores[:1])
    near = np.repeat(surface.shifts[best], folds, axis=0)
    (others,) = surface.peaks(scores[1:], near)
    shift, bend = surface.refine(scores, np.concatenate([best, others]))
    spread = shift[1:] - shift[1:].mean(axis=0)
    covariance = (folds - 1) / folds * spread.T @ spread
    if surface.at_rim(best)[0] or not np.isfinite(bend[0]).all():
        return np.full(2, np.nan), covariance, np.zeros(3)
    far = surface.far_from(best)[0]
    top = scores[:, best[0]]
    strength = _sigmas(top - scores[:, far].mean(axis=1))
    ahead = np.inf
    if reference is not None:
        expected = np.hypot(*(surface.shifts - reference).T) <= _NEAR
        home = int(np.flatnonzero(expected)[np.argmax(scores[0, expected])])
        if far[home]:
            ahead = _sigmas(top - scores[:, home])
        far = far & ~expected
    rival = int(np.flatnonzero(far)[np.argmax(scores[0, far])])
    lead = _sigmas(top - scores[:, rival])
    return shift[0], covariance, np.array([strength, lead, ahead])


def _sigmas(values: FloatArray) -> float:
    """The whole (first) over its standard error from the leave-one-out values."""
    folds = len(values) - 1
    spread = values[1:] - values[1:].mean()
    error = np.sqrt((folds - 1) / folds * float(spread @ spread))
    return float(values[0] / error) if error > 0 else 0.0
