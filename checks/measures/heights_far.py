"""Heights that have little to do with the ground: as a whole, or in one block.

Three facts of a layer: how its ranks follow the DEM's, how smooth it is beside
the ground at the same places (each point predicted by a plane through its
neighbours, for both), and which points far off lie together. Heights of
another place do not follow the ground; heights drawn between a few points are
smoother than it; a sheet put in the wrong place is a block of points off.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree
from scipy.stats import rankdata

from ..table import BoolArray, FloatArray, IntArray
from .heights_near import spread_of
from .heights_shift import spread_evenly

_NEIGHBOURS = 8
_MOST = 4000
_FEW = 30


@dataclass(frozen=True)
class Likeness:
    """How heights resemble the ground they are drawn on.

    Attributes
    ----------
    count
        Points compared.
    ranks
        Spearman's rank correlation of heights and DEM; NaN where too few.
    relief
        Robust spread of the DEM's heights at the points, metres.
    spread
        Robust spread of the differences, metres.
    own_error, ground_error
        Spread of heights, and of the DEM there, about planes through their
        eight nearest neighbours, metres.
    """

    count: int = 0
    ranks: float = float("nan")
    relief: float = float("nan")
    spread: float = float("nan")
    own_error: float = float("nan")
    ground_error: float = float("nan")

    @property
    def smoothness(self) -> float:
        """``own_error`` over ``ground_error``: about one for surveyed heights."""
        return self.own_error / self.ground_error if self.ground_error > 0 else float("nan")


def measure_likeness(xy: FloatArray, height: FloatArray, ground: FloatArray) -> Likeness:
    """Compare heights with the DEM ``ground`` at the same points, metres, shapes ``(n,)``."""
    good = np.isfinite(height) & np.isfinite(ground) & np.isfinite(xy).all(axis=1)
    rows = np.flatnonzero(good)
    if len(rows) < _FEW:
        return Likeness(len(rows))
    rows = rows[spread_evenly(xy[rows], _MOST)]
    own, there = height[rows], ground[rows]
    with np.errstate(invalid="ignore", divide="ignore"):
        ranks = float(np.corrcoef(rankdata(own), rankdata(there))[0, 1])
    own_error, ground_error = _about_planes(xy[rows], np.column_stack([own, there]))
    return Likeness(
        int(good.sum()), ranks, spread_of(there), spread_of(own - there), own_error, ground_error
    )


def _about_planes(xy: FloatArray, values: FloatArray) -> tuple[float, float]:
    """Spread of two columns of values about planes through the nearest neighbours of each."""
    near = cKDTree(xy).query(xy, k=min(_NEIGHBOURS + 1, len(xy)))[1][:, 1:]
    offset = xy[near] - xy[:, None, :]
    reach = np.maximum(np.abs(offset).max(axis=(1, 2)), 1e-6)
    design = np.concatenate([offset / reach[:, None, None], np.ones((*near.shape, 1))], axis=2)
    # A little weight on the slopes keeps neighbours in one line from deciding.
    normal = np.einsum("nki,nkj->nij", design, design) + np.diag([0.05, 0.05, 0.0])
    right = np.einsum("nki,nkc->nic", design, values[near])
    predicted = np.linalg.solve(normal, right)[:, 2, :]
    error = values - predicted
    return spread_of(error[:, 0]), spread_of(error[:, 1])


def clusters(xy: FloatArray, off: BoolArray, share: float, least: int) -> list[IntArray]:
    """Groups of points ``off`` whose neighbours are off too, the largest first.

    Parameters
    ----------
    xy, off
        Shapes ``(n, 2)`` and ``(n,)``.
    share
        Of the eight nearest neighbours, how many must be off as well.
    least
        Smallest group.
    """
    rows = np.flatnonzero(np.isfinite(xy).all(axis=1))
    if off[rows].sum() < least or len(rows) <= _NEIGHBOURS:
        return []
    near = cKDTree(xy[rows]).query(xy[rows], k=_NEIGHBOURS + 1)[1][:, 1:]
    wrong = off[rows]
    together = wrong & (wrong[near].mean(axis=1) >= share)
    first = np.repeat(np.arange(len(rows)), _NEIGHBOURS)
    second = near.ravel()
    kept = together[first] & wrong[second]
    graph = coo_matrix((np.ones(kept.sum()), (first[kept], second[kept])), shape=(len(rows),) * 2)
    number = connected_components(graph, directed=False)[1]
    members = np.bincount(number, minlength=number.max() + 1)
    found = [rows[number == one] for one in np.flatnonzero(members >= least)]
    return sorted(found, key=lambda group: (-len(group), int(group[0])))
