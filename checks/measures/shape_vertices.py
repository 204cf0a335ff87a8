"""The vertices of many polygons as flat arrays: spikes, short edges, repeats.

All coordinates of a layer are walked at once; nothing loops over parcels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from ..table import BoolArray, FloatArray, GeometryArray, IntArray
from .shape import finite


@dataclass(frozen=True)
class Rings:
    """Rings of many polygons, without the closing vertex.

    Attributes
    ----------
    xy
        Vertices, ``(v, 2)``, ring after ring as stored.
    starts
        First vertex of each ring, ``(r,)``.
    sizes
        Vertices per ring, ``(r,)``.
    row
        Polygon of each ring, ``(r,)``.
    inner
        Whether the ring bounds a hole, ``(r,)``.
    """

    xy: FloatArray
    starts: IntArray
    sizes: IntArray
    row: IntArray
    inner: BoolArray

    def before(self) -> IntArray:
        """Index of the vertex before each vertex in its ring, ``(v,)``."""
        index = np.arange(-1, len(self.xy) - 1)
        index[self.starts] = self.starts + self.sizes - 1
        return index

    def after(self) -> IntArray:
        """Index of the vertex after each vertex in its ring, ``(v,)``."""
        index = np.arange(1, len(self.xy) + 1)
        index[self.starts + self.sizes - 1] = self.starts
        return index

    def vertex_ring(self) -> IntArray:
        """Ring of each vertex, ``(v,)``."""
        return np.repeat(np.arange(len(self.starts)), self.sizes)

    def vertex_row(self) -> IntArray:
        """Polygon of each vertex, ``(v,)``."""
        return np.repeat(self.row, self.sizes)

    def side(self) -> IntArray:
        """``+1`` where the polygon lies left of the ring as stored, else ``-1``."""
        if not len(self.starts):
            return np.zeros(0, dtype=np.int64)
        # Coordinates have eight digits before the point: measure from each ring's own start.
        xy = self.xy - np.repeat(self.xy[self.starts], self.sizes, axis=0)
        ahead = xy[self.after()]
        doubled = np.add.reduceat(xy[:, 0] * ahead[:, 1] - ahead[:, 0] * xy[:, 1], self.starts)
        return np.where((doubled > 0) != self.inner, 1, -1)

    def kept(self, keep: BoolArray) -> Rings:
        """The same rings with only the vertices ``keep``; rings below 3 vertices vanish."""
        ring = self.vertex_ring()
        sizes = np.bincount(ring[keep], minlength=len(self.starts))
        whole = sizes >= 3
        xy = self.xy[keep & whole[ring]]
        return _rings(xy, sizes[whole], self.row[whole], self.inner[whole])


def _rings(xy: FloatArray, sizes: IntArray, row: IntArray, inner: BoolArray) -> Rings:
    starts = np.cumsum(sizes) - sizes
    return Rings(xy, starts.astype(np.int64), sizes.astype(np.int64), row, inner)


def rings(geometries: GeometryArray) -> Rings:
    """Rings of all finite polygons of ``geometries``, valid or not; others have none."""
    rows = np.flatnonzero(finite(geometries))
    parts, part_row = shapely.get_parts(geometries[rows], return_index=True)
    filled = ~shapely.is_empty(parts)
    parts, part_row = parts[filled], part_row[filled]
    if not len(parts):
        none = np.zeros(0, dtype=np.int64)
        return _rings(np.zeros((0, 2)), none, none, np.zeros(0, dtype=bool))
    _, xy, (ring_ends, part_ends) = shapely.to_ragged_array(parts, include_z=False)
    sizes = np.diff(ring_ends).astype(np.int64) - 1
    inner = np.ones(len(sizes), dtype=bool)
    inner[part_ends[:-1]] = False
    part = np.repeat(np.arange(len(parts)), np.diff(part_ends))
    closing = np.zeros(len(xy), dtype=bool)
    closing[ring_ends[1:] - 1] = True
    return _rings(xy[~closing], sizes, rows[part_row[part]].astype(np.int64), inner)


@dataclass(frozen=True)
class Corners:
    """Single vertices or edges that stand out, all arrays of the same length.

    ``row`` is the polygon, ``xy`` the place, ``(k, 2)``; ``size`` an angle in
    degrees or a length in m, ``arm`` the shorter of the two edges in m.
    """

    row: IntArray
    xy: FloatArray
    size: FloatArray
    arm: FloatArray

    def only(self, chosen: BoolArray) -> Corners:
        """Those ``chosen``."""
        return Corners(self.row[chosen], self.xy[chosen], self.size[chosen], self.arm[chosen])


def repeated_vertices(all_rings: Rings, tolerance: float) -> Corners:
    """Vertices no farther than ``tolerance`` m from the one before them."""
    length = _lengths(all_rings, all_rings.before())
    return _corners(all_rings, length <= tolerance, length, length)


def short_edges(all_rings: Rings, above: float, below: float) -> Corners:
    """Edges longer than ``above`` m but shorter than ``below`` m, at their end."""
    length = _lengths(all_rings, all_rings.before())
    return _corners(all_rings, (length > above) & (length < below), length, length)


def spikes(all_rings: Rings, degrees: float, arm: float, tolerance: float) -> Corners:
    """Vertices where the polygon runs out into a needle.

    Reported are vertices whose *interior* angle is below ``degrees`` and both
    of whose edges are at least ``arm`` m long; the same needle seen from the
    neighbour (a re-entrant angle) is not reported again. Vertices repeated
    within ``tolerance`` m are passed over, so that they cannot hide a needle.

    Source: search for sharp angles in the TDDC3D checks.
    """
    clean = all_rings.kept(_lengths(all_rings, all_rings.before()) > tolerance)
    back = clean.xy[clean.before()] - clean.xy
    ahead = clean.xy[clean.after()] - clean.xy
    cross = ahead[:, 0] * back[:, 1] - ahead[:, 1] * back[:, 0]
    cross = cross * np.repeat(clean.side(), clean.sizes)
    dot = (ahead * back).sum(axis=1)
    angle = np.degrees(np.arctan2(cross, dot))
    shorter = np.minimum(np.hypot(*back.T), np.hypot(*ahead.T))
    # A needle without any width has an angle of ±0: it must not slip through by its sign.
    sharp = (np.abs(angle) < degrees) & ((angle >= 0) | (np.abs(angle) < 1e-6)) & (shorter >= arm)
    return _corners(clean, sharp, np.abs(angle), shorter)


def _lengths(all_rings: Rings, other: IntArray) -> FloatArray:
    step = all_rings.xy - all_rings.xy[other]
    return np.hypot(step[:, 0], step[:, 1])


def _corners(all_rings: Rings, chosen: BoolArray, size: FloatArray, arm: FloatArray) -> Corners:
    at = np.flatnonzero(chosen)
    return Corners(all_rings.vertex_row()[at], all_rings.xy[at], size[at], arm[at])
