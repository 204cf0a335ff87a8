"""Single parcels that fit the picture elsewhere, wider, or on one side only.

Three ways to be off are compared with staying where the parcel is: moved as a
whole, grown (or shrunk) evenly, one side moved outward (F19: land included).
Each is scored by how much better it fits, in units of what shifted placements
of the same parcel scatter. A parcel without an edge at any place is not
judged. How often honest parcels fit better elsewhere (hedges beside ditches,
terraces) is read off the layer itself: the tail of the scores of all parcels
is taken to be exponential (Pickands 1975; Coles 2001, ch. 4, shape 0).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..progress import SILENT, Progress
from ..table import BoolArray, FloatArray, IntArray
from .edges_profiles import OFFSETS, SECTORS, Profiles
from .edges_shift import Surface, shift_operator

STAYS, MOVED, GROWN, ONE_SIDE = 0, 1, 2, 3

_CHUNK = 4096
_HERE = 1.5
_AWAY = 2.5
_FARTHEST = 10.0
_LEAST_SAMPLES = 16
_SIDE_SAMPLES = 8
_RIM = 1.0
_NARROW = 1
_SIMPLER, _ONE_OF_MANY = 0.5, 1.5

Single = npt.NDArray[np.float32]


@dataclass(frozen=True)
class ParcelFits:
    """How each parcel fits the picture; arrays ``(parcels, …)``, NaN where not judged.

    Attributes
    ----------
    statistic
        Test statistic: by how much the best other place, size or side beats
        the parcel as it is (its block's shift allowed for); higher is more
        suspicious. Offered for every parcel with enough samples.
    chance
        Probability of such a statistic among this layer's own parcels.
    way
        Which of the ways fits best: :data:`MOVED`, :data:`GROWN`,
        :data:`ONE_SIDE`.
    move
        Columns and rows to be added to fit, relative to the reference, ``(n, 2)``;
        for one side: only that side, along its outward direction.
    outward
        Pixels by which the parcel is too large (too small: negative), for
        :data:`GROWN` and :data:`ONE_SIDE`.
    sigma
        Standard error of the displacement in pixels.
    here, there
        Strength of the edge as it is, and at the best other place, in sigmas.
    """

    statistic: FloatArray
    chance: FloatArray
    way: IntArray
    move: FloatArray
    outward: FloatArray
    sigma: FloatArray
    here: FloatArray
    there: FloatArray


def parcel_fits(
    profiles: Profiles, reference: FloatArray, progress: Progress = SILENT
) -> ParcelFits:
    """Fit each parcel about ``reference`` ``(n, 2)``: its block's or the layer's shift."""
    count = len(profiles.total)
    surface = Surface(1.0)
    samples = profiles.samples
    enough = samples >= _LEAST_SAMPLES
    out = _Parts(count)
    rows = np.flatnonzero(enough & np.isfinite(reference).all(axis=1))
    noise = _noise(surface, profiles, rows)
    for shift in np.unique(np.round(reference[rows], 3), axis=0):
        same = rows[(np.round(reference[rows], 3) == shift).all(axis=1)]
        for first in range(0, len(same), _CHUNK):
            progress.check()
            _fit(surface, profiles, same[first : first + _CHUNK], shift, noise, out)
    return ParcelFits(
        out.statistic,
        _chances(out.statistic),
        out.way,
        out.move,
        out.outward,
        out.sigma,
        out.here,
        out.there,
    )


class _Parts:
    def __init__(self, count: int) -> None:
        self.statistic = np.full(count, np.nan)
        self.way = np.zeros(count, dtype=np.int64)
        self.move = np.full((count, 2), np.nan)
        self.outward = np.full(count, np.nan)
        self.sigma = np.full(count, np.nan)
        self.here = np.full(count, np.nan)
        self.there = np.full(count, np.nan)


def _noise(surface: Surface, profiles: Profiles, rows: IntArray) -> float:
    """Variance of a score at places that mean nothing, per sample."""
    chosen = rows[:: max(1, len(rows) // _CHUNK)]
    if not len(chosen):
        return 1.0
    scores = surface.scores(profiles.total[chosen])
    spread = scores[:, np.hypot(*surface.shifts.T) > _AWAY].var(axis=1)
    return float(np.median(spread / profiles.samples[chosen]))


def _fit(
    surface: Surface,
    profiles: Profiles,
    rows: IntArray,
    reference: FloatArray,
    noise: float,
    out: _Parts,
) -> None:
    total, samples = profiles.total[rows], profiles.samples[rows]
    scores = surface.scores(total)
    distance = np.hypot(*(surface.shifts - reference).T)
    quiet = scores[:, distance > _AWAY]
    level = quiet.mean(axis=1)
    spread = np.maximum(quiet.std(axis=1), np.sqrt(noise * samples))
    flat = total.reshape(len(rows), -1)
    exact = (flat @ shift_operator(reference[None]))[:, 0]
    stays = np.maximum(exact, scores[:, distance <= _HERE].max(axis=1))
    away = np.flatnonzero((distance > _AWAY) & (distance <= _FARTHEST))
    best = away[np.argmax(scores[:, away], axis=1)]
    moved = scores[np.arange(len(rows)), best]
    gain = (moved - stays) / spread
    shift, bend = surface.refine(scores, best)
    out.statistic[rows], out.way[rows] = gain, MOVED
    out.move[rows] = shift - reference
    out.sigma[rows] = _error(bend, spread)
    out.here[rows], out.there[rows] = (stays - level) / spread, (moved - level) / spread
    placed = _about(total, reference)
    _grown(placed, samples, noise, rows, out)
    _one_side(placed, profiles.count[rows], noise, rows, out)


def _error(bend: FloatArray, spread: FloatArray) -> FloatArray:
    """Standard error of a peak's place: noise of the slope over the curvature.

    The noise has about the correlation length of the blurred edges, so that
    its slope scatters by ``spread / 1.5 px``.
    """
    out = np.full(len(bend), np.nan)
    good = np.isfinite(bend).all(axis=(1, 2))
    weakest = -np.linalg.eigvalsh(bend[good])[:, -1]
    out[good] = spread[good] / 1.5 / np.maximum(weakest, 1e-9)
    return out


def _about(total: Single, reference: FloatArray) -> FloatArray:
    """Profiles with their zero where the reference puts each sector, same shape."""
    out = np.empty(total.shape)
    angle = 2 * np.pi * np.arange(SECTORS) / SECTORS
    for sector, shift in enumerate(np.cos(angle) * reference[0] + np.sin(angle) * reference[1]):
        place = np.clip((OFFSETS + shift - OFFSETS[0]) / (OFFSETS[1] - OFFSETS[0]), 0, None)
        low = np.minimum(place.astype(np.int64), len(OFFSETS) - 2)
        part = np.minimum(place - low, 1.0)
        of_one = total[:, sector]
        out[:, sector] = of_one[:, low] * (1 - part) + of_one[:, low + 1] * part
    return out


def _grown(
    placed: FloatArray, samples: IntArray, noise: float, rows: IntArray, out: _Parts
) -> None:
    """All sides moved out or in by the same."""
    gain, offset, there = _best_offset(placed.sum(axis=1), samples, noise)
    better = gain > out.statistic[rows] + _SIMPLER
    at = rows[better]
    out.statistic[at], out.way[at] = gain[better], GROWN
    out.outward[at] = -offset[better]
    out.there[at] = there[better]
    out.sigma[at] = 0.7
    out.move[at] = np.nan


def _one_side(
    placed: FloatArray, count: IntArray, noise: float, rows: IntArray, out: _Parts
) -> None:
    """One side moved in or out while the others fit; sides span three sectors."""
    turn = [np.arange(SECTORS) + step for step in range(-_NARROW, _NARROW + 1)]
    side = np.sum([placed[:, each % SECTORS] for each in turn], axis=0)
    size = np.sum([count[:, each % SECTORS] for each in turn], axis=0)
    for sector in range(SECTORS):
        enough = size[:, sector] >= _SIDE_SAMPLES
        if not enough.any():
            continue
        gain, offset, there = _best_offset(side[enough, sector], size[enough, sector], noise)
        at = rows[enough]
        # One of many sides will fit elsewhere by chance: it must lead clearly.
        better = gain > out.statistic[at] + _ONE_OF_MANY
        at = at[better]
        out.statistic[at], out.way[at] = gain[better], ONE_SIDE
        out.outward[at] = -offset[better]
        out.there[at] = there[better]
        out.sigma[at] = 0.7
        angle = 2 * np.pi * sector / SECTORS
        out.move[at] = offset[better, None] * np.array([np.cos(angle), np.sin(angle)])


def _best_offset(
    curve: FloatArray, samples: IntArray, noise: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Gain, offset and strength of the best offset away from zero, each ``(n,)``."""
    apart = np.abs(OFFSETS)
    stays = curve[:, apart <= _HERE].max(axis=1)
    away = np.flatnonzero((apart > _AWAY) & (apart <= _FARTHEST - _RIM))
    best = away[np.argmax(curve[:, away], axis=1)]
    value = curve[np.arange(len(curve)), best]
    # The peak itself is a good part of so short a curve, and no noise.
    quiet = (apart > _AWAY) & (np.abs(OFFSETS - OFFSETS[best][:, None]) > _AWAY)
    number = quiet.sum(axis=1)
    level = np.where(quiet, curve, 0.0).sum(axis=1) / number
    scatter = np.where(quiet, (curve - level[:, None]) ** 2, 0.0).sum(axis=1) / number
    spread = np.sqrt(np.maximum(scatter, noise * np.maximum(samples, 1)))
    return (value - stays) / spread, OFFSETS[best], (value - level) / spread


def _chances(statistic: FloatArray) -> FloatArray:
    """Probability of each value, from the upper quarter of all (exponential tail).

    Never smaller than a standard exponential beyond 1 would give: a layer of
    few parcels knows nothing of its tail.
    """
    out = np.full(len(statistic), np.nan)
    good = np.isfinite(statistic)
    values = statistic[good]
    if not len(values):
        return out
    middle, high = np.quantile(values, [0.75, 0.95])
    scale = max(float(high - middle) / np.log(5.0), 0.35)
    start = max(float(middle), 0.0)
    out[good] = np.minimum(0.25 * np.exp(-(values - start) / scale), 1.0)
    return out


def judged(fits: ParcelFits, least: float) -> BoolArray:
    """Parcels with an edge of at least ``least`` sigmas where they are or elsewhere."""
    with np.errstate(invalid="ignore"):
        return np.asarray(np.fmax(fits.here, fits.there) >= least)
