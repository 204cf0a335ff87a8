"""How declared slope grades agree with a terrain model, and how well they can.

Honest grades come from another terrain model than the one they are checked
with: finer or coarser, made later, noisier. Slope depends on the cell size
(Zhang et al. 1999, Earth Surface Processes and Landforms 24, 763–779: steeper
the finer), so a whole county may honestly deviate one way, and single parcels
scatter. Both are estimated from the declared grades themselves: each parcel
says by how much the terrain model's slopes may be changed before another grade
than the declared one wins, an interval-censored observation of its deviation.
The usual deviation and its spread fit most parcels; what is left over are the
grades that no honest deviation explains.

Changes of slope are counted in ``ln(1 + slope / scale)``: steep slopes deviate
by a share of themselves, gentle ones by degrees.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..table import BoolArray, FloatArray, IntArray
from .sweep import TerrainMeasure

CHANGES: FloatArray = np.round(np.linspace(-1.6, 1.6, 81), 6)
"""Changes of slope that are tried; 1.6 turns 2° into 18°."""

_STEP = float(CHANGES[1] - CHANGES[0])
_SPREADS = np.geomspace(0.025, 0.5, 18)
_WRONG = (0.003, 0.01, 0.03, 0.1, 0.2, 0.4)
_WRONG_LIKELIHOOD = 0.2
_TIE = 0.02
_LOGISTIC = 1.702  # a logistic distribution's scale beside a normal one's
_ROWS_AT_ONCE = 10_000
_FLOOR = 0.02


@dataclass(frozen=True)
class Habits:
    """What is expected before looking: all in units of ``ln(1 + slope/scale)``.

    ``scale`` in degrees; ``offset_spread``, ``usual_spread`` and
    ``spread_factor`` describe how counties differ (a normal offset, a
    log-normal spread); ``lowest`` and ``highest`` bound the offsets that an
    honest method can have; parcels with fewer than ``few_cells`` cells scatter
    more.
    """

    scale: float
    offset_spread: float
    usual_spread: float
    spread_factor: float
    lowest: float
    highest: float
    few_cells: float


@dataclass(frozen=True)
class SlopeAgreement:
    """Declared grades beside a terrain model, ``n`` polygons.

    Attributes
    ----------
    rows, declared, measured
        Shape ``(n,)``: row of the terrain measure; grade declared; grade of
        the largest area.
    share, declared_share
        Shape ``(n, grades)`` and ``(n,)``: share of area by grade as measured;
        share of the declared one after the usual offset.
    change
        Shape ``(n,)``: least change of slopes, beyond the usual offset, with
        which the declared grade would win; 0 where it wins as it is, NaN where
        no change makes it win.
    honest
        Shape ``(n,)``: probability that an honest grade deviates so far.
    over_changes
        Shape ``(n, CHANGES)``: share of the declared grade after each change.
    spread
        Shape ``(n,)``: spread of honest deviations for a polygon of its cells.
    offset
        The usual deviation of declared slopes, within honest bounds.
    free_offset
        The same without bounds.
    support
        Logarithm of the likelihood ratio of ``free_offset`` over none.
    lower, higher
        How many are declared lower, and higher, than measured.
    """

    rows: IntArray
    declared: IntArray
    measured: IntArray
    share: FloatArray
    declared_share: FloatArray
    change: FloatArray
    honest: FloatArray
    over_changes: npt.NDArray[np.float32]
    spread: FloatArray
    offset: float
    free_offset: float
    typical_spread: float
    support: float
    lower: int
    higher: int
    habits: Habits

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def suspicion(self) -> FloatArray:
        """Continuous statistic against the declared grade, shape ``(n,)``, at least 0.

        Logarithm of how much larger the largest grade's share is than the
        declared one's, which single cells decide, and half the decades of the
        probability of an honest deviation of all slopes together.
        """
        own = np.take_along_axis(self.share, self.declared[:, None] - 1, axis=1)[:, 0]
        margin = np.log((self.share.max(axis=1) + _FLOOR) / (own + _FLOOR))
        return margin - 0.5 * np.log10(np.clip(self.honest, 1e-12, 1.0))

    def reachable(self, reach: npt.ArrayLike) -> FloatArray:
        """Largest share of the declared grade within ``reach`` of the usual offset, ``(n,)``."""
        far = np.abs(CHANGES - self.offset) > np.reshape(reach, (-1, 1)) + _STEP / 2
        return np.where(far, 0.0, self.over_changes).max(axis=1)

    def changed(self, slope: npt.ArrayLike, change: npt.ArrayLike) -> FloatArray:
        """``slope`` in degrees after a ``change``."""
        moved = _measure(slope, self.habits) + np.asarray(change, dtype=np.float64)
        return np.maximum(_slope(moved, self.habits), 0.0)


def compare_grades(
    terrain: TerrainMeasure, rows: IntArray, declared: IntArray, habits: Habits
) -> SlopeAgreement:
    """Compare declared grades with the terrain.

    Parameters
    ----------
    terrain
        Measured polygons.
    rows
        Those to compare, shape ``(n,)``; each must have slopes.
    declared
        Their declared grades, 1 and up, shape ``(n,)``.
    """
    wins, over_changes = _wins(terrain, rows, declared, habits)
    scatter = 1 + habits.few_cells / np.maximum(terrain.cells[rows], 1.0)
    free, offset, spread, support = _fit(wins, scatter, habits)
    spreads = spread * scatter
    honest = _probability(wins, offset, spreads)
    share = terrain.grade_share[rows]
    measured = terrain.grade[rows]
    after = _shares(terrain, rows, np.array([offset]), habits)[:, 0, :]
    return SlopeAgreement(
        rows=rows,
        declared=declared,
        measured=measured,
        share=share,
        declared_share=after[np.arange(len(rows)), declared - 1],
        change=_least_change(wins, offset),
        honest=honest,
        over_changes=over_changes,
        spread=spreads,
        offset=offset,
        free_offset=free,
        typical_spread=spread,
        support=support,
        lower=int((declared < measured).sum()),
        higher=int((declared > measured).sum()),
        habits=habits,
    )


def _measure(slope: npt.ArrayLike, habits: Habits) -> FloatArray:
    return np.log1p(np.asarray(slope, dtype=np.float64) / habits.scale)


def _slope(value: npt.ArrayLike, habits: Habits) -> FloatArray:
    return habits.scale * np.expm1(np.asarray(value, dtype=np.float64))


def _shares(
    terrain: TerrainMeasure, rows: IntArray, changes: FloatArray, habits: Habits
) -> FloatArray:
    """Share of area by grade after each change, shape ``(n, changes, grades)``."""
    below = np.zeros((len(rows), len(terrain.edges)))
    np.cumsum(terrain.histogram[rows], axis=1, dtype=np.float64, out=below[:, 1:])
    limits = _measure(np.array(terrain.limits), habits)
    # Slopes changed by +c reach a limit where they were c short of it.
    before = np.clip(_slope(limits - changes[:, None], habits), 0.0, 90.0)
    place = np.interp(before, terrain.edges, np.arange(len(terrain.edges)))
    first = np.minimum(place.astype(np.int64), len(terrain.edges) - 2)
    part = place - first
    reached = below[:, first] * (1 - part) + below[:, first + 1] * part
    ends = np.zeros((*reached.shape[:2], 1))
    whole = np.broadcast_to(below[:, -1, None, None], ends.shape)
    area = np.diff(np.concatenate([ends, reached, whole], axis=2), axis=2)
    return area / np.maximum(whole, 1e-12)


def _wins(
    terrain: TerrainMeasure, rows: IntArray, declared: IntArray, habits: Habits
) -> tuple[BoolArray, npt.NDArray[np.float32]]:
    """Whether the declared grade wins, or nearly, and its share, ``(n, CHANGES)`` each."""
    wins = np.zeros((len(rows), len(CHANGES)), dtype=bool)
    own = np.zeros((len(rows), len(CHANGES)), dtype=np.float32)
    for first in range(0, len(rows), _ROWS_AT_ONCE):
        part = slice(first, first + _ROWS_AT_ONCE)
        share = _shares(terrain, rows[part], CHANGES, habits)
        own[part] = np.take_along_axis(share, declared[part, None, None] - 1, axis=2)[:, :, 0]
        wins[part] = own[part] >= share.max(axis=2) - _TIE
    return wins, own


def _masses(offset: FloatArray, spread: float) -> FloatArray:
    """Probability of each of ``CHANGES`` (cells half a step wide), ``(changes, offsets)``."""
    edges = np.concatenate([[-np.inf], CHANGES[:-1] + _STEP / 2, [np.inf]])
    scaled = np.clip((edges[:, None] - offset) / spread * _LOGISTIC, -700, 700)
    return np.diff(1 / (1 + np.exp(-scaled)), axis=0)


def _probability(wins: BoolArray, offset: float, spreads: FloatArray) -> FloatArray:
    out = np.zeros(len(wins))
    # Spreads differ by cells only; a twentieth apart is near enough.
    step = np.round(np.log(spreads) * 20).astype(np.int64)
    for value in np.unique(step):
        mine = step == value
        masses = _masses(np.array([offset]), float(np.exp(value / 20)))[:, 0]
        out[mine] = wins[mine] @ masses
    return np.clip(out, 0.0, 1.0)


def _fit(wins: BoolArray, scatter: FloatArray, habits: Habits) -> tuple[float, float, float, float]:
    """Offset without and within bounds, spread, and the support of the former.

    Greatest posterior over a grid: fine enough for grades, the same everywhere.
    """
    able = wins.any(axis=1) & (scatter < 2)
    if not able.any():
        middle = float(np.clip(0.0, habits.lowest, habits.highest))
        return middle, middle, habits.usual_spread, 0.0
    packed, counts = np.unique(np.packbits(wins[able], axis=1), axis=0, return_counts=True)
    patterns = np.unpackbits(packed, axis=1)[:, : len(CHANGES)].astype(np.float64)
    offsets = np.round(np.arange(-1.0, 1.0001, 0.02), 6)
    best = np.full(len(offsets), -np.inf)
    spread_at = np.full(len(offsets), habits.usual_spread)
    for spread in _SPREADS:
        inside = np.minimum(patterns @ _masses(offsets, float(spread)), 1.0)
        prior = -0.5 * (offsets / habits.offset_spread) ** 2
        prior -= 0.5 * (np.log(spread / habits.usual_spread) / habits.spread_factor) ** 2
        for wrong in _WRONG:
            likely = np.log((1 - wrong) * inside + wrong * _WRONG_LIKELIHOOD)
            found = counts @ likely + prior
            better = found > best
            best[better], spread_at[better] = found[better], spread
    free = int(np.argmax(best))
    inside_bounds = (offsets >= habits.lowest) & (offsets <= habits.highest)
    bounded = int(np.argmax(np.where(inside_bounds, best, -np.inf)))
    none = int(np.argmin(np.abs(offsets)))
    return (
        float(offsets[free]),
        float(offsets[bounded]),
        float(spread_at[bounded]),
        float(best[free] - best[none]),
    )


def _least_change(wins: BoolArray, offset: float) -> FloatArray:
    """Signed change nearest to ``offset`` with which the grade wins, less ``offset``."""
    distance = np.where(wins, np.abs(CHANGES - offset), np.inf)
    nearest = np.argmin(distance, axis=1)
    change = CHANGES[nearest] - offset
    change = np.where(np.abs(change) <= _STEP / 2, 0.0, change)
    return np.where(np.isfinite(distance.min(axis=1)), change, np.nan)
