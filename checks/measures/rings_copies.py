"""Outlines copied from another place, within the layer or from last year's (F20).

A copy is told from coincidence by counting what the shape tells: every vertex
that no right angle, arc or even spacing explains says about
``log2(edge² / (π (2 residual)²))`` bits, since it might as well lie anywhere
within an edge of where it is; two vertices are spent on place, size and
direction. Corners at multiples of 45°, as houses and rasters have, tell a bit
or so. All pairs of the layer are allowed for. Rectangles, estates of the same
house, round tanks and short staircases tell too little to be judged.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely

from ..table import BoolArray, FloatArray, GeometryArray, IntArray
from .rings_shapes import Pairs, Shapes, same_shapes, shapes
from .shape_vertices import rings

CHANCE = 1e-9
"""Probability of a coincidence anywhere in the layer."""

NOISE = 0.75
"""Metres (root mean square of both coordinates) by which copies may have been disturbed."""

_FINEST = 0.01
_MOST_BITS = 9.0
_SPENT = 2
_HERE = 0.35
_COMMON_SHARE = 0.3
_COMMON_LEAST = 20
_SQUARE_RESIDUAL = 0.05
_TOUCH = 0.02


@dataclass(frozen=True)
class Copy:
    """One outline that is another one's copy.

    ``row`` is the parcel, ``source`` the other one: a row of last year's layer
    if ``of_previous``, else of this layer. ``bits`` beyond what coincidence in
    the whole layer could make; ``anchored`` and ``source_anchored`` the shares
    of both outlines that other parcels of the layer share.
    """

    row: int
    source: int
    of_previous: bool
    residual: float
    scale: float
    angle: float
    mirrored: bool
    apart: float
    vertices: int
    free: int
    bits: float
    anchored: float
    source_anchored: float


@dataclass(frozen=True)
class CopyMeasure:
    """Copied outlines.

    ``statistic`` ``(rows,)``: bits by which the best match of each parcel
    exceeds coincidence (higher: more suspicious), minus the bits needed where
    it has no match, NaN where its outline says too little. ``moved_together``
    tells that this layer lies off last year's as a whole, so that the two
    could not be compared.
    """

    statistic: FloatArray
    copies: list[Copy] = field(default_factory=list)
    moved_together: bool = False

    @property
    def judged(self) -> BoolArray:
        """Rows whose outline says enough."""
        return np.isfinite(self.statistic)


def measure_copies(polygons: GeometryArray, previous: GeometryArray | None = None) -> CopyMeasure:
    """Look for copies among ``polygons`` ``(n,)`` and of ``previous`` ``(m,)``, in metres."""
    count = len(polygons)
    every = polygons if previous is None else np.concatenate([polygons, previous])
    some = shapes(rings(every))
    statistic = np.full(count, np.nan)
    if not len(some):
        return CopyMeasure(statistic)
    needed = np.log2(max(len(some), 2) ** 2 / 2 / CHANCE)
    worth = information(some, np.full(len(some), _FINEST)) >= needed
    current = worth & (some.row < count)
    statistic[some.row[current]] = -needed
    pairs = same_shapes(some, worth, NOISE)
    pairs = _of_this_year(some, pairs, count)
    known = _unchanged(some, pairs, count)
    pairs = pairs.only(pairs.apart > _HERE * some.radius[pairs.first])
    pairs, together = _without_common_shift(some, pairs, count)
    told = np.minimum(
        information(some, np.maximum(pairs.residual, _FINEST), pairs.first),
        information(some, np.maximum(pairs.residual, _FINEST), pairs.second),
    )
    bits = told - needed
    for side in (pairs.first, pairs.second):
        rows = some.row[side]
        mine = rows < count
        np.fmax.at(statistic, rows[mine], bits[mine])
    sure = bits >= 0
    copies = _copies(polygons, some, pairs.only(sure), bits[sure], count, known)
    return CopyMeasure(statistic, copies, together)


def information(some: Shapes, residual: FloatArray, which: IntArray | None = None) -> FloatArray:
    """Bits that outlines tell at a residual in m, shape of ``residual``."""
    which = np.arange(len(some)) if which is None else which
    edge = some.edge[which]
    each = np.log2(np.maximum(edge**2 / (np.pi * (2 * residual) ** 2), 1.0))
    free = np.maximum(some.free[which] - _SPENT, 0)
    # Corners of a raster tell something only to what is exact beside its cells.
    square = np.where(residual < _SQUARE_RESIDUAL * edge, some.square[which], 0.0)
    out: FloatArray = free * np.minimum(each, _MOST_BITS) + square
    return out


def _of_this_year(some: Shapes, pairs: Pairs, count: int) -> Pairs:
    """Pairs with a parcel of this year, which comes first, and of two different parcels."""
    old = some.row >= count
    swap = old[pairs.first] & ~old[pairs.second]
    pairs = Pairs(
        np.where(swap, pairs.second, pairs.first),
        np.where(swap, pairs.first, pairs.second),
        pairs.residual,
        np.where(swap, 1 / np.maximum(pairs.scale, 1e-12), pairs.scale),
        np.where(swap & ~pairs.mirrored, -pairs.angle, pairs.angle),
        pairs.mirrored,
        pairs.apart,
    )
    return pairs.only(~old[pairs.first] & (some.row[pairs.first] != some.row[pairs.second]))


def _unchanged(some: Shapes, pairs: Pairs, count: int) -> BoolArray:
    """Rows of this year that are there, in their place, since last year."""
    out = np.zeros(count, dtype=bool)
    same = (some.row[pairs.second] >= count) & (pairs.apart <= _HERE * some.radius[pairs.first])
    out[some.row[pairs.first[same]]] = True
    return out


def _without_common_shift(some: Shapes, pairs: Pairs, count: int) -> tuple[Pairs, bool]:
    """Leave out what all parcels have in common against last year: another frame."""
    old = some.row[pairs.second] >= count
    plain = old & ~pairs.mirrored & (np.abs(pairs.scale - 1) < 1e-3) & (np.abs(pairs.angle) < 5)
    parcels = len(np.unique(some.row[some.row < count]))
    if plain.sum() < max(_COMMON_LEAST, _COMMON_SHARE * parcels):
        return pairs, False
    move = some.centre[pairs.second] - some.centre[pairs.first]
    usual = complex(np.median(move[plain].real), np.median(move[plain].imag))
    with_all = plain & (np.abs(move - usual) < 0.1 * np.abs(usual))
    if len(np.unique(some.row[pairs.first[with_all]])) < _COMMON_SHARE * parcels:
        return pairs, False
    return pairs.only(~old), True


def _copies(
    polygons: GeometryArray,
    some: Shapes,
    pairs: Pairs,
    bits: FloatArray,
    count: int,
    known: BoolArray,
) -> list[Copy]:
    """One entry for each outline that is not the original of its kind."""
    rows = np.unique(np.concatenate([some.row[pairs.first], some.row[pairs.second]]))
    anchor = _anchored(polygons, rows[rows < count])
    best: dict[int, tuple[float, int, int]] = {}
    for number in range(len(bits)):
        one, other = int(some.row[pairs.first[number]]), int(some.row[pairs.second[number]])
        copy, source = one, other
        if other < count and _later(one, other, known, anchor):
            copy, source = other, one
        if copy not in best or bits[number] > best[copy][0]:
            best[copy] = (float(bits[number]), number, source)
    out = []
    for row in sorted(best):
        value, number, source = best[row]
        if known[row]:
            # It has been there since last year: not this year's doing.
            continue
        ring = pairs.first[number]
        out.append(
            Copy(
                row=row,
                source=source if source < count else source - count,
                of_previous=source >= count,
                residual=float(pairs.residual[number]),
                scale=float(pairs.scale[number]),
                angle=float(pairs.angle[number]),
                mirrored=bool(pairs.mirrored[number]),
                apart=float(pairs.apart[number]),
                vertices=int(some.sizes[ring]),
                free=int(some.free[ring]),
                bits=value,
                anchored=anchor.get(row, 0.0),
                source_anchored=anchor.get(source, 1.0),
            )
        )
    return out


def _later(one: int, other: int, known: BoolArray, anchor: dict[int, float]) -> bool:
    """Whether ``other`` rather than ``one`` is the copy.

    The original was there last year, or shares its outline with its neighbours;
    where nothing tells them apart, the later row is named.
    """
    if known[one] != known[other]:
        return bool(known[one])
    if abs(anchor[one] - anchor[other]) > 0.05:
        return anchor[one] > anchor[other]
    return other > one


def _anchored(polygons: GeometryArray, rows: IntArray) -> dict[int, float]:
    """Share of vertices on other polygons' outlines, less the share inside of them."""
    if not len(rows):
        return {}
    tree = shapely.STRtree(polygons)
    out = {}
    for row in rows:
        xy = shapely.points(shapely.get_coordinates(polygons[row]))
        point, near = tree.query(xy, predicate="dwithin", distance=_TOUCH)
        point, near = point[near != row], near[near != row]
        on = shapely.distance(xy[point], shapely.boundary(polygons[near])) <= _TOUCH
        shared = np.unique(point[on])
        inside = np.setdiff1d(point[~on], shared)
        out[int(row)] = (len(shared) - len(inside)) / len(xy)
    return out
