"""Polygons taken apart into ring edges, as arrays, on the grid of a raster."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from ..table import BoolArray, FloatArray, GeometryArray, IntArray

_POLYGON, _MULTIPOLYGON = 3, 6
_FAR = 1e9
"""Pixels; farther away lies no raster, and float64 loses the fractions."""


@dataclass(frozen=True)
class Outlines:
    """The ring edges of many polygons, in pixel coordinates.

    Attributes
    ----------
    x, y
        Columns and rows of all ring points, shape ``(points,)``.
    backward
        Shape ``(points,)``: the ring runs the wrong way round. Shells shall
        run one way and holes the other, so that signed areas add up.
    edges
        Indices of points from which an edge runs to the next point.
    first_edge
        Shape ``(polygons + 1,)``: polygon ``i`` owns ``edges[first_edge[i] :
        first_edge[i + 1]]``; none where it cannot be measured.
    bounds
        Shape ``(polygons, 4)``: least column and row, greatest column and
        row; NaN where it cannot be measured.
    area
        Shape ``(polygons,)``, in cells; 0 where it cannot be measured.
    load
        Shape ``(polygons,)``: about how many cells the outline touches.
    """

    x: FloatArray
    y: FloatArray
    backward: BoolArray
    edges: IntArray
    first_edge: IntArray
    bounds: FloatArray
    area: FloatArray
    load: FloatArray

    def __len__(self) -> int:
        return len(self.area)

    def edges_of(self, polygons: IntArray) -> tuple[IntArray, IntArray]:
        """Edges of ``polygons``, and for each the position of its polygon there."""
        first = self.first_edge[polygons]
        count = self.first_edge[polygons + 1] - first
        ends = np.cumsum(count)
        at = np.repeat(first - (ends - count), count)
        at += np.arange(len(at))
        return self.edges[at], np.repeat(np.arange(len(polygons)), count)


def outlines(
    geometries: GeometryArray, to_pixels: Callable[[FloatArray], FloatArray] | None = None
) -> Outlines:
    """Take polygons apart; anything that is no polygon has no outline.

    ``to_pixels`` turns their coordinates, shape ``(points, 2)``, into columns
    and rows; without it they are taken as such. Missing, empty, not finite and
    absurdly far geometries get no edges.
    """
    polygons, owner = _polygons(geometries)
    rings, ring_polygon = shapely.get_rings(polygons, return_index=True)
    xy = shapely.get_coordinates(rings)
    if to_pixels is not None:
        xy = to_pixels(xy)
    x, y = np.ascontiguousarray(xy[:, 0]), np.ascontiguousarray(xy[:, 1])
    length = shapely.get_num_points(rings).astype(np.int64)
    shell = np.diff(ring_polygon, prepend=-1) != 0
    some = np.flatnonzero(length)  # a hole may be empty
    return _assemble(x, y, length[some], shell[some], owner[ring_polygon[some]], len(geometries))


def joined(parts: Sequence[Outlines]) -> Outlines:
    """The outlines of several lists of polygons as those of one."""
    if len(parts) == 1:
        return parts[0]
    points = np.cumsum([0, *(len(part.x) for part in parts)])
    edges = np.cumsum([0, *(len(part.edges) for part in parts)])
    return Outlines(
        x=np.concatenate([part.x for part in parts]),
        y=np.concatenate([part.y for part in parts]),
        backward=np.concatenate([part.backward for part in parts]),
        edges=np.concatenate([part.edges + start for part, start in zip(parts, points)]),
        first_edge=np.concatenate(
            [parts[0].first_edge[:1]]
            + [part.first_edge[1:] + start for part, start in zip(parts, edges)]
        ),
        bounds=np.concatenate([part.bounds for part in parts]),
        area=np.concatenate([part.area for part in parts]),
        load=np.concatenate([part.load for part in parts]),
    )


def _polygons(geometries: GeometryArray) -> tuple[GeometryArray, IntArray]:
    kind = shapely.get_type_id(geometries)
    if (kind <= _POLYGON).all():
        owner = np.flatnonzero((kind == _POLYGON) & ~shapely.is_empty(geometries))
        return geometries[owner], owner
    parts, owner = shapely.get_parts(geometries, return_index=True)
    while (shapely.get_type_id(parts) >= _MULTIPOLYGON).any():
        parts, again = shapely.get_parts(parts, return_index=True)
        owner = owner[again]
    keep = (shapely.get_type_id(parts) == _POLYGON) & ~shapely.is_empty(parts)
    return (parts, owner) if keep.all() else (parts[keep], owner[keep])


def _assemble(
    x: FloatArray, y: FloatArray, length: IntArray, shell: BoolArray, owner: IntArray, count: int
) -> Outlines:
    """Add up area and bounds of the rings, which have ``length`` points each."""
    start = np.cumsum(length) - length
    last = start + length - 1
    is_edge = np.ones(len(x), dtype=bool)
    is_edge[last] = False
    with np.errstate(invalid="ignore", over="ignore"):
        wild = ~((np.abs(x) < _FAR) & (np.abs(y) < _FAR))
    bad = np.zeros(count, dtype=bool)
    if wild.any():
        bad[owner[np.unique(np.searchsorted(start, np.flatnonzero(wild), "right") - 1)]] = True
        lost = np.repeat(bad[owner], length)
        x, y = np.where(lost, 0.0, x), np.where(lost, 0.0, y)
        is_edge &= ~lost
    edges = np.flatnonzero(is_edge)
    first_edge = np.zeros(count + 1, dtype=np.int64)
    edge_count = np.where(bad[owner], 0, length - 1)
    first_edge[1:] = np.cumsum(np.bincount(owner, edge_count, minlength=count))
    twice, path = _ring_sums(x, y, start, last)
    size = np.abs(twice) / 2
    area = _per_polygon(owner, np.where(shell, size, -size), count)
    bounds = np.full((count, 4), np.nan)
    _bounds(bounds, (x, y), start, owner)
    bounds[bad] = np.nan
    area[bad] = 0.0
    return Outlines(
        x=x,
        y=y,
        # On the grid, where rows count downward, shells shall have negative area.
        backward=np.repeat((twice > 0) == shell, length),
        edges=edges,
        first_edge=first_edge,
        bounds=bounds,
        area=area,
        load=_per_polygon(owner, path + length, count),
    )


def _per_polygon(owner: IntArray, per_ring: FloatArray, count: int) -> FloatArray:
    return np.bincount(owner, per_ring, minlength=count).astype(np.float64, copy=False)


def _ring_sums(
    x: FloatArray, y: FloatArray, start: IntArray, last: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Twice the signed area of each ring, and its length along both axes."""
    if not len(x):
        return np.zeros(0), np.zeros(0)
    step = np.zeros(len(x))
    np.subtract(y[1:], y[:-1], out=step[:-1])
    step[last] = 0.0
    trapezoid = np.zeros(len(x))
    np.add(x[1:], x[:-1], out=trapezoid[:-1])
    trapezoid *= step
    twice = np.add.reduceat(trapezoid, start)
    np.abs(step, out=step)
    path = np.add.reduceat(step, start)
    np.subtract(x[1:], x[:-1], out=step[:-1])
    step[last] = 0.0
    np.abs(step, out=step)
    return twice, path + np.add.reduceat(step, start)


def _bounds(out: FloatArray, axes: Sequence[FloatArray], start: IntArray, owner: IntArray) -> None:
    if not len(start):
        return
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    for axis, values in enumerate(axes):
        for place, ufunc in ((axis, np.minimum), (axis + 2, np.maximum)):
            out[owner[first], place] = ufunc.reduceat(ufunc.reduceat(values, start), first)
