"""Overlaps, gaps and one-sided vertices of a parcel coverage.

GEOS's coverage validator names edges that do not match, knows no tolerance and
finds only gaps narrower than a given width. Here the edges that do not cancel
(:mod:`coverage_edges`) are cut into faces, and each face is asked how many
polygons cover it: none is a gap of whatever width, two or more an overlap, and
a face thinner than the XY tolerance is noise of the drawing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import coo_matrix, triu

from ..table import BoolArray, FloatArray, GeometryArray, IntArray
from .coverage_edges import (
    Borders,
    Chain,
    borders,
    chains,
    clusters,
    cut,
    find_cuts,
    unmatched,
)
from .coverage_faces import faces, paths
from .shape import width_of

_MANY = 200
_BLOCK = 20_000
_CELLS = 5_000


@dataclass(frozen=True)
class Overlaps:
    """Pairs of polygons that share ground; arrays ``(k,)``.

    ``first`` < ``second`` are rows, ``area`` the shared m², ``width`` the
    greatest width in m of a shared piece, ``where`` the shared ground.
    """

    first: IntArray
    second: IntArray
    area: FloatArray
    width: FloatArray
    where: GeometryArray


@dataclass(frozen=True)
class Gaps:
    """Ground that no polygon covers; arrays ``(k,)``.

    ``framed`` tells whether the frame demands that the ground be covered;
    ground that is merely enclosed may lie outside the area surveyed.
    ``at_rim`` tells whether the gap reaches the edge of the frame.
    ``neighbours`` holds the rows along each gap, in ascending order; a row that
    only touches its corner is none.
    """

    area: FloatArray
    width: FloatArray
    where: GeometryArray
    framed: BoolArray
    at_rim: BoolArray
    neighbours: list[IntArray]


@dataclass(frozen=True)
class OneSided:
    """Vertices that only one of two neighbours has on their common edge; ``(k,)``.

    Polygon ``row`` runs from ``start`` to ``end`` (``(k, 2)``) past ``vertex``
    (``(k, 2)``), which ``other`` has.
    """

    row: IntArray
    other: IntArray
    start: FloatArray
    end: FloatArray
    vertex: FloatArray


@dataclass(frozen=True)
class Fit:
    """What is wrong with a coverage, and who borders on whom."""

    overlaps: Overlaps
    gaps: Gaps
    one_sided: OneSided
    borders: Borders


def fit(
    polygons: GeometryArray,
    frame: GeometryArray | None = None,
    *,
    tolerance: float,
    min_area: float,
    stand_ins: GeometryArray | None = None,
    check: Callable[[], None] = lambda: None,
) -> Fit:
    """Measure how ``polygons`` cover the ground together.

    Parameters
    ----------
    polygons
        Valid polygons in metres, ``(n,)``; ``None`` where one is left out.
    frame
        Polygons that should be covered completely, or ``None`` where nobody
        says; then only enclosed holes can be seen, and not judged.
    tolerance
        XY tolerance in m: thinner faces are no finding.
    min_area
        Smaller faces, in m², are no finding.
    stand_ins
        Ground of polygons that had to be left out: not a gap, and neither is
        what such a polygon may have meant to hold besides, beside it and
        within its convex hull.
    check
        Called often; may raise to stop.
    """
    outline = np.zeros(0, dtype=object) if frame is None else frame
    vertices, (own, rim) = chains(polygons, outline, check=check)
    check()
    news = unmatched(own)
    matched, own = own.only(~news), own.only(news)
    own, rim = _together(own, rim.only(unmatched(rim)), vertices, tolerance)
    settled, own, rim, one_sided = _cut(own, rim, vertices, tolerance)
    check()
    shared = borders(matched.plus(settled), vertices)
    del matched, settled
    check()
    cells, box = faces(vertices, own, rim, check=check)
    cells = cells[_wide(cells, tolerance)]
    tree = shapely.STRtree(polygons)
    depth = _depth(tree, cells)
    overlaps = _overlaps(polygons, tree, cells[depth >= 2], tolerance, min_area, check)
    check()
    bare = cells[depth == 0]
    framed = _depth(shapely.STRtree(outline), bare) > 0
    demanded = _without(_merged(bare[framed]), stand_ins, tolerance)
    enclosed = _without(_merged(bare[~framed]), stand_ins, tolerance)
    # What reaches the box around everything is the world outside, not a hole.
    enclosed = enclosed[~shapely.intersects(enclosed, shapely.boundary(box))]
    edge = paths(rim, vertices, np.zeros(2))
    gaps = _gaps(demanded, enclosed, tree, shapely.STRtree(edge), tolerance, min_area)
    return Fit(overlaps, gaps, one_sided, shared)


def _together(
    own: Chain, rim: Chain, vertices: FloatArray, tolerance: float
) -> tuple[Chain, Chain]:
    to = clusters(vertices, _used(own, rim), tolerance)
    return own.moved(to), rim.moved(to)


def _used(*some: Chain) -> IntArray:
    return np.unique(np.concatenate([end for chain in some for end in (chain.start, chain.end)]))


def _cut(
    own: Chain, rim: Chain, vertices: FloatArray, tolerance: float
) -> tuple[Chain, Chain, Chain, OneSided]:
    """Cut edges at vertices on them; return what then matches, what not, and the cuts."""
    news = unmatched(own)
    matched, own = own.only(~news), own.only(news)
    among = _used(own, rim)
    cuts = find_cuts(own, vertices, among, tolerance)
    pieces, old = cut(own, cuts)
    left = unmatched(pieces)
    one_sided = _one_sided(own, pieces, old, left, vertices)
    rim, _ = cut(rim, find_cuts(rim, vertices, among, tolerance))
    return matched.plus(pieces.only(~left)), pieces.only(left), rim, one_sided


def _one_sided(
    own: Chain, pieces: Chain, old: IntArray, left: BoolArray, vertices: FloatArray
) -> OneSided:
    """Cuts after which both pieces match: the neighbour has the vertex, the row has not."""
    inner = np.flatnonzero((old[1:] == old[:-1]) & ~left[1:] & ~left[:-1]) if len(old) else old
    before, after = inner, inner + 1
    # A path runs from the lower vertex number; what its pieces share is the cut vertex.
    shared = np.where(
        pieces.end[before] == pieces.start[after], pieces.end[before], pieces.start[before]
    )
    size = len(vertices)
    code = pieces.start * size + pieces.end
    back = pieces.end[before] * size + pieces.start[before]
    order = np.argsort(code, kind="stable")
    at = np.minimum(np.searchsorted(code[order], back), max(len(code) - 1, 0))
    other = pieces.row[order[at]] if len(code) else before
    edge = old[before]
    return OneSided(
        own.row[edge],
        other,
        vertices[own.start[edge]],
        vertices[own.end[edge]],
        vertices[shared],
    )


def _wide(cells: GeometryArray, tolerance: float) -> BoolArray:
    return width_of(shapely.area(cells), shapely.length(cells)) > tolerance


def _depth(tree: shapely.STRtree, cells: GeometryArray) -> IntArray:
    """How many polygons of the tree cover the inside of each cell."""
    hits = tree.query(shapely.point_on_surface(cells), predicate="intersects")
    return np.bincount(hits[0], minlength=len(cells))


def _overlaps(
    polygons: GeometryArray,
    tree: shapely.STRtree,
    cells: GeometryArray,
    tolerance: float,
    min_area: float,
    check: Callable[[], None],
) -> Overlaps:
    first, second = _candidates(polygons, tree, cells, check)
    pairs, pieces = [], []
    for begin in range(0, len(first), _BLOCK):
        check()
        block = slice(begin, begin + _BLOCK)
        shared = _intersection(polygons[first[block]], polygons[second[block]])
        parts, pair = shapely.get_parts(shared, return_index=True)
        wide = width_of(shapely.area(parts), shapely.length(parts)) > tolerance
        pairs.append(pair[wide] + begin)
        pieces.append(parts[wide])
    if not pairs:
        return _overlaps_of(first, second, np.zeros(0, dtype=object))
    where = gathered(np.concatenate(pairs), np.concatenate(pieces), len(first))
    large = shapely.area(where) > min_area
    return _overlaps_of(first[large], second[large], where[large])


def _overlaps_of(first: IntArray, second: IntArray, where: GeometryArray) -> Overlaps:
    parts, pair = shapely.get_parts(where, return_index=True)
    width = np.zeros(len(where))
    np.maximum.at(width, pair, width_of(shapely.area(parts), shapely.length(parts)))
    return Overlaps(first, second, shapely.area(where), width, where)


def gathered(owner: IntArray, parts: GeometryArray, count: int) -> GeometryArray:
    """Polygonal parts of each of ``count`` owners in one geometry; ``None`` without any."""
    solid = shapely.get_type_id(parts) == 3
    owner, parts = owner[solid], parts[solid]
    out = np.full(count, None, dtype=object)
    many = np.bincount(owner, minlength=count)
    single = many[owner] == 1
    out[owner[single]] = parts[single]
    if (~single).any():
        rows, group = np.unique(owner[~single], return_inverse=True)
        out[rows] = shapely.multipolygons(parts[~single], indices=group.reshape(-1))
    return out


def _candidates(
    polygons: GeometryArray,
    tree: shapely.STRtree,
    cells: GeometryArray,
    check: Callable[[], None],
) -> tuple[IntArray, IntArray]:
    """Pairs of polygons that meet in a cell covered more than once, rows ascending."""
    size = max(len(polygons), 1)
    crowd = np.zeros(size, dtype=bool)
    codes = []
    for begin in range(0, len(cells), _CELLS):
        check()
        block = cells[begin : begin + _CELLS]
        cell, row = tree.query(block, predicate="intersects")
        many = np.bincount(cell, minlength=len(block))[cell] > _MANY
        crowd[row[many]] = True
        met = coo_matrix(
            (np.ones(int((~many).sum()), dtype=np.int32), (cell[~many], row[~many])),
            shape=(len(block), size),
        ).tocsr()
        pairs = triu(met.T @ met, k=1).tocoo()
        codes.append(pairs.row.astype(np.int64) * size + pairs.col)
    rows = np.flatnonzero(crowd)
    if len(rows):
        # Squaring a crowd is too much; its members meet only where their boxes do.
        one, other = shapely.STRtree(polygons[rows]).query(polygons[rows], "intersects")
        codes.append((rows[one] * size + rows[other])[one < other])
    code = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *codes]))
    return code // size, code % size


def _intersection(one: GeometryArray, other: GeometryArray) -> GeometryArray:
    try:
        return shapely.intersection(one, other)
    except shapely.GEOSException:
        if len(one) == 1:
            return np.full(1, None, dtype=object)
        halves = np.array_split(np.arange(len(one)), 2)
        return np.concatenate([_intersection(one[half], other[half]) for half in halves])


def _gaps(
    demanded: GeometryArray,
    enclosed: GeometryArray,
    tree: shapely.STRtree,
    edge: shapely.STRtree,
    tolerance: float,
    min_area: float,
) -> Gaps:
    where = np.concatenate([demanded, enclosed])
    framed = np.arange(len(where)) < len(demanded)
    kept = _wide(where, tolerance) & (shapely.area(where) > min_area)
    where, framed = where[kept], framed[kept]
    corner = shapely.bounds(where).reshape(-1, 4)
    order = np.lexsort((corner[:, 1], corner[:, 0]))
    where, framed = where[order], framed[order]
    gap, row = tree.query(where, predicate="dwithin", distance=2 * tolerance)
    beside = _side_by_side(where[gap], tree.geometries[row], gap, tolerance)
    gap, row = gap[beside], row[beside]
    order = np.lexsort((row, gap))
    around = np.split(row[order], np.searchsorted(gap[order], np.arange(1, len(where))))
    at_rim = np.zeros(len(where), dtype=bool)
    at_rim[edge.query(where, predicate="dwithin", distance=2 * tolerance)[0]] = True
    area = shapely.area(where)
    width = width_of(area, shapely.length(where))
    return Gaps(area, width, where, framed, at_rim, around[: len(where)])


def _side_by_side(
    gaps: GeometryArray, polygons: GeometryArray, gap: IntArray, tolerance: float
) -> BoolArray:
    """Pairs that share a piece of border, not just a corner; all of a gap's where none does."""
    rim = shapely.buffer(polygons, 2 * tolerance, quad_segs=1)
    shared = shapely.length(shapely.intersection(shapely.boundary(gaps), rim))
    beside = shared > 10 * tolerance
    alone = np.ones(int(gap.max()) + 1 if len(gap) else 0, dtype=bool)
    alone[gap[beside]] = False
    return beside | alone[gap]


def _merged(cells: GeometryArray) -> GeometryArray:
    return shapely.get_parts(shapely.union_all(cells))


def _without(
    ground: GeometryArray, stand_ins: GeometryArray | None, tolerance: float
) -> GeometryArray:
    if stand_ins is None or not len(ground):
        return ground
    present = stand_ins[~shapely.is_missing(stand_ins)]
    if not len(present):
        return ground
    left = shapely.get_parts(shapely.difference(ground, shapely.union_all(present)))
    left = left[shapely.get_type_id(left) == 3]
    # A knotted ring says not which of its loops it meant: what the repair left out is its own.
    piece, owner = shapely.STRtree(present).query(left, "dwithin", distance=2 * tolerance)
    hull = shapely.buffer(shapely.convex_hull(present[owner]), tolerance)
    unsure = np.zeros(len(left), dtype=bool)
    unsure[piece[shapely.covers(hull, left[piece])]] = True
    return left[~unsure]
