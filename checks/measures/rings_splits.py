"""Parcels cut so that every piece stays below the smallest area to be mapped (F18).

Pieces of the same class and owner that border on one another over a long edge,
each a little below the limit of its class, and together one compact parcel
above it. Whether a layer has more parcels just below the limit than just above
is tested as a jump of the density of the logarithm of areas (McCrary 2008, J.
Econometrics 142, 698–714), here with log-linear counts on both sides.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from ..table import FloatArray, GeometryArray, IntArray

LOWEST = 0.7
"""Pieces have at least this share of the limit; smaller ones hide no parcel."""

_BIN = 0.1
_BINS = 4
_TOUCH = 0.01


@dataclass(frozen=True)
class Split:
    """Pieces that make one parcel.

    ``area`` is that of all ``rows`` in m², ``limit`` that of the class,
    ``compactness`` 4π area / perimeter² of the whole (1 for a circle),
    ``shared`` the least share of a piece's outline that the others share.
    """

    rows: IntArray
    area: float
    limit: float
    compactness: float
    shared: float


@dataclass(frozen=True)
class Jump:
    """Excess of areas just below a limit.

    ``log`` is the logarithm of the density just below over that just above,
    ``error`` its standard error, ``below`` and ``above`` count the parcels.
    """

    limit: float
    log: float
    error: float
    below: int
    above: int

    @property
    def sigmas(self) -> float:
        """How sure the excess is; NaN where there are too few parcels."""
        return self.log / self.error if self.error > 0 else float("nan")


@dataclass(frozen=True)
class SplitMeasure:
    """Splits found, the jumps of the layer, and for each parcel a statistic.

    ``statistic`` ``(rows,)`` is the share of its outline that a piece below its
    limit has in common with like pieces (higher: more suspicious); NaN where the
    parcel is not below its limit or cannot be measured. ``small`` counts the
    parcels below their limit, ``limited`` those that have one.
    """

    statistic: FloatArray
    splits: list[Split]
    jumps: list[Jump]
    small: int = 0
    limited: int = 0


def measure_splits(polygons: GeometryArray, limit: FloatArray, kind: IntArray) -> SplitMeasure:
    """Look for splits.

    Parameters
    ----------
    polygons
        Parcels in metres, ``(n,)``, ``None`` where one cannot be measured.
    limit
        Smallest mapped area of each parcel's class in m², NaN where unknown.
    kind
        Equal numbers for parcels that might be one: class, owner, place, attributes.
    """
    area = np.where(shapely.is_missing(polygons), np.nan, shapely.area(polygons))
    with np.errstate(invalid="ignore"):
        below = (area < limit) & (area >= LOWEST * limit)
    statistic = np.full(len(polygons), np.nan)
    rows = np.flatnonzero(below)
    statistic[rows] = 0.0
    splits = _splits(polygons, area, limit, kind, rows, statistic) if len(rows) > 1 else []
    values = np.unique(limit[np.isfinite(limit)])
    jumps = [_jump(area[limit == value], float(value)) for value in values]
    with np.errstate(invalid="ignore"):
        small = int((area < limit).sum())
    return SplitMeasure(statistic, splits, jumps, small, int(np.isfinite(area + limit).sum()))


def _splits(
    polygons: GeometryArray,
    area: FloatArray,
    limit: FloatArray,
    kind: IntArray,
    rows: IntArray,
    statistic: FloatArray,
) -> list[Split]:
    few = polygons[rows]
    tree = shapely.STRtree(few)
    one, other = tree.query(few, predicate="dwithin", distance=_TOUCH)
    alike = (one < other) & (kind[rows[one]] == kind[rows[other]])
    one, other = one[alike], other[alike]
    if not len(one):
        return []
    common = shapely.length(
        shapely.intersection(shapely.boundary(few[one]), shapely.boundary(few[other]))
    )
    long = common > 0
    one, other, common = one[long], other[long], common[long]
    along = np.bincount(one, common, len(rows)) + np.bincount(other, common, len(rows))
    share = along / np.maximum(shapely.length(few), 1e-9)
    statistic[rows] = share
    graph = coo_matrix((common, (one, other)), shape=(len(rows), len(rows)))
    count, label = connected_components(graph, directed=False)
    size = np.bincount(label, minlength=count)
    out = []
    for each in np.flatnonzero(size > 1):
        members = np.flatnonzero(label == each)
        whole = shapely.union_all(few[members])
        round_about = float(shapely.length(whole))
        if round_about > 0 and whole.geom_type == "Polygon":
            out.append(
                Split(
                    rows[members],
                    float(area[rows[members]].sum()),
                    float(limit[rows[members[0]]]),
                    float(4 * np.pi * shapely.area(whole) / round_about**2),
                    float(share[members].min()),
                )
            )
    return out


def _jump(area: FloatArray, limit: float) -> Jump:
    with np.errstate(divide="ignore", invalid="ignore"):
        place = np.log(area[area > 0] / limit) / _BIN
    below = _counts(-place[place < 0])
    above = _counts(place[place >= 0])
    (low, low_error), (high, high_error) = _at_limit(below), _at_limit(above)
    return Jump(
        limit, low - high, float(np.hypot(low_error, high_error)), int(below[0]), int(above[0])
    )


def _counts(distance: FloatArray) -> IntArray:
    inside = distance[distance < _BINS]
    return np.bincount(inside.astype(np.int64), minlength=_BINS)[:_BINS]


def _at_limit(counts: IntArray) -> tuple[float, float]:
    """Logarithm of the density at the limit and its error, by a weighted straight line."""
    if counts.sum() < 4 * _BINS:
        return 0.0, float("inf")
    middle = np.arange(_BINS) + 0.5
    value, weight = np.log(counts + 0.5), counts + 0.5
    design = np.stack([np.ones(_BINS), middle], axis=1)
    normal = np.linalg.inv(design.T @ (design * weight[:, None]))
    solved = normal @ (design.T @ (weight * value))
    return float(solved[0]), float(np.sqrt(normal[0, 0]))
