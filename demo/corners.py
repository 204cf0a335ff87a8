"""Corners no surveyor would draw: wedges cut off and given to the neighbour."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely

from ..checks.table import FloatArray, GeometryArray, IntArray
from .mosaic import Faces, measure, segments

LEAST = 16.0
"""Inner angles below this many degrees are cut."""
_DEPTH = 14.0
"""How far from the tip a wedge is cut at most, in metres."""


def sharp_corners(shapes: GeometryArray) -> tuple[IntArray, FloatArray]:
    """Polygons with a corner under :data:`LEAST`, and each such corner with its cut.

    Returns polygon numbers ``(n,)`` and points ``(n, 3, 2)``: the tip and the
    two points on its edges between which to cut.
    """
    rings, owner = shapely.get_rings(shapes, return_index=True)
    found, cuts = [], []
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    starts = np.r_[0, np.flatnonzero(np.diff(ring)) + 1]
    ends = np.r_[starts[1:], len(xy)]
    before = np.arange(len(xy)) - 1
    before[starts] = ends - 2
    after = np.arange(len(xy)) + 1
    last = ends - 1
    back, forth = xy[before] - xy, xy[after.clip(max=len(xy) - 1)] - xy
    long_back, long_forth = np.hypot(*back.T), np.hypot(*forth.T)
    with np.errstate(invalid="ignore", divide="ignore"):
        cosine = (back * forth).sum(axis=1) / (long_back * long_forth)
    sharp = cosine > np.cos(np.radians(LEAST))
    sharp[last] = False
    for corner in np.flatnonzero(sharp):
        reach = min(_DEPTH, 0.45 * long_back[corner], 0.45 * long_forth[corner])
        tip = xy[corner]
        one = tip + back[corner] / long_back[corner] * reach
        other = tip + forth[corner] / long_forth[corner] * reach
        found.append(owner[ring[corner]])
        cuts.append(np.round([tip, one, other], 4))
    return np.array(found, dtype=np.int64), np.array(cuts).reshape(-1, 3, 2)


def blunt(shapes: GeometryArray) -> GeometryArray:
    """Cut sharp corners off the polygons of a coverage; it stays one.

    A tip goes to the polygon that shares most with it.
    """
    out = shapes.copy()
    for _ in range(3):
        owner, cuts = sharp_corners(out)
        if len(owner) == 0:
            break
        tree = shapely.STRtree(out)
        _, near = tree.query(shapely.points(cuts[:, 0]), predicate="dwithin", distance=1e-3)
        local = np.unique(np.concatenate([near, owner]))
        faces = measure(_cut(out[local], out[owner], cuts))
        inside = shapely.STRtree(out[local]).query(shapely.points(faces.inner), predicate="within")
        faces = measure(faces.polygons[inside[0]])
        part = _give_away(faces, local[inside[1]], owner, cuts)
        if part is None:
            break
        for number in local:
            out[number] = shapely.coverage_union_all(faces.polygons[part == number])
    return out


def _cut(shapes: GeometryArray, owner: GeometryArray, cuts: FloatArray) -> GeometryArray:
    """Faces of the polygons and the cuts through ``owner``, meeting in equal vertices."""
    chords = shapely.linestrings(cuts[:, 1:])
    whole = shapely.covers(shapely.buffer(owner, 1e-3), chords)
    start, end, _ = segments(shapes)
    ends = {tuple(sorted((tuple(a), tuple(b)))) for a, b in zip(start.tolist(), end.tolist())}
    marks: dict[tuple[float, float], list[tuple[float, float]]] = {}
    for tip, *points in cuts[whole].tolist():
        marks.setdefault(tuple(tip), []).extend(map(tuple, points))
    lines = []
    for a, b in sorted(ends):
        edge = shapely.LineString([a, b])
        inner = [p for p in marks.get(a, []) + marks.get(b, []) if _on(edge, p)]
        inner.sort(key=_from(a))
        lines += [shapely.LineString(pair) for pair in zip([a, *inner], [*inner, b])]
    pieces = np.concatenate([np.array(lines, dtype=object), chords[whole]])
    return np.asarray(shapely.get_parts(shapely.polygonize(pieces)))


def _from(start: tuple[float, float]) -> Callable[[tuple[float, float]], float]:
    """Distance from ``start``, as a key to sort by."""
    return lambda point: float(np.hypot(point[0] - start[0], point[1] - start[1]))


def _on(edge: shapely.LineString, point: tuple[float, float]) -> bool:
    return bool(edge.distance(shapely.Point(point)) < 1e-3)


def _give_away(faces: Faces, part: IntArray, owner: IntArray, cuts: FloatArray) -> IntArray | None:
    """Owner of every face after the tips have moved; ``None`` where none could."""
    tree = shapely.STRtree(faces.polygons)
    corner, face = tree.query(shapely.points(cuts.mean(axis=1)), predicate="within")
    one = np.concatenate([faces.first, faces.second])
    other = np.concatenate([faces.second, faces.first])
    length = np.concatenate([faces.length, faces.length])
    part = part.copy()
    moved = False
    for number, tip in zip(corner.tolist(), face.tolist()):
        beside = (one == tip) & (part[other] != part[tip])
        whole = not faces.polygons[tip].touches(shapely.Point(cuts[number, 0]))
        if whole or part[tip] != owner[number] or not beside.any():
            continue
        part[tip] = part[other[beside][np.argmax(length[beside])]]
        moved = True
    return part if moved else None
