"""From drawn lines to a clean coverage: every point in one face, edges shared.

All lines are noded together on a grid of a metre (snap rounding), so that no
two corners lie closer than that and no edge passes a corner unseen. The grid
stands askew to the coordinate axes: nobody sees it in the result.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from ..checks.table import BoolArray, FloatArray, GeometryArray, IntArray

SNAP = 1.25
"""Width of the noding grid in metres."""
_ASKEW = np.radians(23.7)
RESOLUTION = 1e-4
"""Resolution of stored coordinates in metres (TD/T 1057)."""


@dataclass(frozen=True)
class Faces:
    """Smallest faces of a drawing and what they share.

    ``first`` and ``second`` number the two faces along every shared boundary
    of ``length`` metres, each pair once; ``area`` in m², ``inner`` a point inside each.
    """

    polygons: GeometryArray
    first: IntArray
    second: IntArray
    length: FloatArray
    area: FloatArray
    perimeter: FloatArray
    inner: FloatArray

    def components(self, key: IntArray) -> IntArray:
        """Number faces so that connected faces of equal ``key`` share a number."""
        same = key[self.first] == key[self.second]
        size = (len(key), len(key))
        links = (np.ones(same.sum()), (self.first[same], self.second[same]))
        return np.asarray(connected_components(coo_matrix(links, shape=size), directed=False)[1])


def draw(lines: GeometryArray, origin: FloatArray, snap: float = SNAP) -> Faces:
    """Faces enclosed by ``lines``, noded on a grid of ``snap`` metres.

    ``origin`` is a point near the lines.
    """

    def turned(by: float) -> FloatArray:
        return np.array([[np.cos(by), np.sin(by)], [-np.sin(by), np.cos(by)]])

    def askew(xy: FloatArray) -> FloatArray:
        return np.asarray((xy - origin) @ turned(_ASKEW))

    def straight(xy: FloatArray) -> FloatArray:
        return np.asarray(np.round(xy @ turned(-_ASKEW) + origin, 4))

    noded = shapely.unary_union(shapely.transform(lines, askew), grid_size=snap)
    found = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    rounded = shapely.transform(found, straight)
    return measure(shapely.remove_repeated_points(rounded))


def measure(polygons: GeometryArray) -> Faces:
    """Shared boundaries of a valid coverage."""
    first, second, length = shared_edges(polygons)
    return Faces(
        polygons,
        first,
        second,
        length,
        shapely.area(polygons),
        shapely.length(polygons),
        shapely.get_coordinates(shapely.point_on_surface(polygons)),
    )


def shared_edges(polygons: GeometryArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Pairs of polygons that share vertices and edges, with the shared length."""
    start, end, owner = segments(polygons)
    points = np.round(np.concatenate([start, end]) / RESOLUTION).astype(np.int64)
    number = _numbered(points)
    low, high = np.sort(number.reshape(2, -1), axis=0)
    code = low * (number.max() + 1) + high
    order = np.argsort(code, kind="stable")
    twin = np.flatnonzero(code[order][1:] == code[order][:-1])
    one, other = order[twin], order[twin + 1]
    pair = np.sort(np.stack([owner[one], owner[other]]), axis=0)
    length = np.hypot(*(start[one] - end[one]).T)
    key, inverse = np.unique(pair[0] * len(polygons) + pair[1], return_inverse=True)
    total = np.bincount(inverse, length).astype(np.float64)
    return key // len(polygons), key % len(polygons), total


def segments(polygons: GeometryArray) -> tuple[FloatArray, FloatArray, IntArray]:
    """Start, end ``(n, 2)`` and polygon number of every boundary segment."""
    rings, ring_owner = shapely.get_rings(polygons, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    inside = ring[1:] == ring[:-1]
    owner = ring_owner[ring[1:][inside]].astype(np.int64)
    return xy[:-1][inside], xy[1:][inside], owner


def numbered(*columns: np.ndarray) -> IntArray:
    """Number rows from 0 so that rows of equal values share a number."""
    # NumPy 2.0 shapes the inverse like its input, other releases do not.
    return np.asarray(np.unique(np.stack(columns), axis=1, return_inverse=True)[1]).reshape(-1)


def _numbered(points: IntArray) -> IntArray:
    """Equal points get equal numbers; shape ``(n, 2)`` to ``(n,)``."""
    low = points.min(axis=0)
    span = int(points[:, 1].max() - low[1]) + 1
    code = (points[:, 0] - low[0]) * span + (points[:, 1] - low[1])
    return np.asarray(np.unique(code, return_inverse=True)[1])


def absorb(
    faces: Faces,
    label: IntArray,
    weak: BoolArray,
    liking: FloatArray,
    least_area: FloatArray,
    least_width: FloatArray,
    apart: IntArray | None = None,
) -> IntArray:
    """Give parts that are too small or too thin to the neighbour they share most with.

    Parameters
    ----------
    label
        Part of every face, ``(faces,)``; parts are numbered from 0.
    weak
        Parts that may be given away, ``(parts,)``.
    liking
        How gladly a part takes in others, ``(parts,)``: shared length is
        weighted with it; 0 never takes.
    least_area, least_width
        In m² and metres (2 · area / perimeter), ``(parts,)``.
    apart
        Parts of different number here never join, ``(parts,)``.

    Returns
    -------
    Part of every face afterwards; a part keeps the number of the taker.
    """
    owner = np.arange(len(weak))
    for _ in range(12):
        part = owner[label]
        area = np.bincount(part, faces.area, len(owner))
        one, other = part[faces.first], part[faces.second]
        border = one != other
        one, other, length = one[border], other[border], faces.length[border]
        inner = np.bincount(part[faces.first[~border]], faces.length[~border], len(owner))
        rim = np.bincount(part, faces.perimeter, len(owner)) - 2 * inner
        with np.errstate(invalid="ignore", divide="ignore"):
            small = weak & (area > 0) & ((area < least_area) | (2 * area / rim < least_width))
        giver = np.concatenate([one, other])
        taker = np.concatenate([other, one])
        gain = np.concatenate([length, length])
        sure = small[giver]
        if apart is not None:
            sure &= apart[giver] == apart[taker]
        giver, taker, gain = giver[sure], taker[sure], gain[sure]
        if len(giver) == 0:
            break
        pair, inverse = np.unique(giver * len(owner) + taker, return_inverse=True)
        giver, taker = pair // len(owner), pair % len(owner)
        gain = np.bincount(inverse, gain) * liking[taker]
        order = np.lexsort((taker, -gain, giver))
        best = order[np.r_[True, giver[order][1:] != giver[order][:-1]]]
        best = best[gain[best] > 0]
        target = np.arange(len(owner))
        took = np.zeros(len(owner), dtype=bool)
        for k in best[np.argsort(area[giver[best]], kind="stable")].tolist():
            source, to = int(giver[k]), int(taker[k])
            # Who has just taken stays, who has just gone takes nobody.
            if target[to] == to and not took[source]:
                target[source] = to
                took[to] = True
        owner = target[owner]
        if not took.any():
            break
    return np.asarray(owner[label])


def dissolve(polygons: GeometryArray, label: IntArray) -> tuple[GeometryArray, IntArray]:
    """Union of the polygons of every label (all vertices kept), and the labels."""
    order = np.argsort(label, kind="stable")
    values, start = np.unique(label[order], return_index=True)
    groups = np.split(polygons[order], start[1:])
    merged = [g[0] if len(g) == 1 else shapely.coverage_union_all(g) for g in groups]
    return np.array(merged, dtype=object), values
