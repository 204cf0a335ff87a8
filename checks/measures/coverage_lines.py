"""Boundary lines against the boundaries of polygons, and against each other.

Lines are taken edge by edge, like polygons in :mod:`coverage_edges`: edges
that are drawn alike are the same edge, and only the rest is measured.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from ..table import BoolArray, FloatArray, GeometryArray, IntArray
from .coverage_edges import Chain, clusters, cut, find_cuts, number_vertices, ring_chain
from .shape_vertices import rings

_LINE, _RING, _MULTILINE = 1, 2, 5


@dataclass(frozen=True)
class Stretches:
    """Parts of lines; arrays ``(k,)``, one entry per ``row`` (and ``other``).

    ``length`` in m, ``where`` the stretch itself.
    """

    row: IntArray
    other: IntArray
    length: FloatArray
    where: GeometryArray


@dataclass(frozen=True)
class Ends:
    """Ends of lines that meet no other line: ``row`` and ``xy``, ``(k, 2)``."""

    row: IntArray
    xy: FloatArray


def usable_lines(geometries: GeometryArray) -> BoolArray:
    """Lines of some length with finite coordinates."""
    kinds = np.isin(shapely.get_type_id(geometries), (_LINE, _RING, _MULTILINE))
    with np.errstate(all="ignore"):
        length = shapely.length(geometries)
    box = shapely.bounds(geometries).reshape(-1, 4)
    return kinds & np.isfinite(length) & (length > 0) & (np.abs(box) < 1e9).all(axis=1)


def off_boundary(lines: GeometryArray, polygons: GeometryArray, tolerance: float) -> Stretches:
    """Stretches of each line farther than ``tolerance`` m from any polygon's boundary.

    ``lines`` holds usable lines or ``None``, ``polygons`` valid polygons or
    ``None``; ``other`` of the result is ``-1``.
    """
    all_rings = rings(polygons)
    line_xy, line_part, line_row = _line_vertices(lines)
    vertices, number = number_vertices(np.concatenate([line_xy, all_rings.xy]))
    drawn = _line_chain(number[: len(line_xy)], line_part, line_row)
    border = ring_chain(all_rings, number[len(line_xy) :])
    rest = drawn.only(~_known(drawn, border))
    if len(rest):
        # Only borders near what is left can still explain it.
        ends = np.unique(np.concatenate([rest.start, rest.end]))
        near = np.unique(
            shapely.STRtree(polygons).query(
                _segments(rest, vertices), predicate="dwithin", distance=tolerance
            )[1]
        )
        border = border.only(np.isin(border.row, near))
        used = np.unique(np.concatenate([ends, border.start, border.end]))
        to = clusters(vertices, used, tolerance)
        rest, border = rest.moved(to), border.moved(to)
        rest, _ = cut(rest, find_cuts(rest, vertices, used, tolerance))
        border, _ = cut(border, find_cuts(border, vertices, used, tolerance))
        rest = rest.only(~_known(rest, border))
        rest = rest.only(~_hugging(rest, border, vertices, tolerance))
    return _stretches(rest, np.full(len(rest), -1), vertices, tolerance)


def drawn_twice(lines: GeometryArray, tolerance: float) -> Stretches:
    """Stretches that two lines (or one line twice) run along together."""
    vertices, chain = _noded(lines, tolerance)
    code = _code(chain, len(vertices))
    order = np.lexsort((chain.row, code))
    again = np.flatnonzero(code[order][1:] == code[order][:-1])
    one, other = order[again], order[again + 1]
    return _stretches(chain.only(one), chain.row[other], vertices, tolerance)


def loose_ends(lines: GeometryArray, others: GeometryArray, tolerance: float) -> Ends:
    """Ends of ``lines`` at which neither they nor ``others`` go on."""
    both = np.concatenate([lines, others])
    vertices, chain = _noded(both, tolerance)
    _, first = np.unique(_code(chain, len(vertices)), return_index=True)
    chain = chain.only(first)
    degree = np.bincount(np.concatenate([chain.start, chain.end]), minlength=len(vertices))
    row = np.concatenate([chain.row, chain.row])
    vertex = np.concatenate([chain.start, chain.end])
    loose = (degree[vertex] == 1) & (row < len(lines))
    order = np.lexsort((vertex[loose], row[loose]))
    return Ends(row[loose][order], vertices[vertex[loose][order]])


def _line_vertices(lines: GeometryArray) -> tuple[FloatArray, IntArray, IntArray]:
    """Vertices of all parts, the part of each vertex, and the line of each part."""
    parts, row = shapely.get_parts(lines, return_index=True)
    xy, part = shapely.get_coordinates(parts, return_index=True)
    return xy, part, row


def _line_chain(number: IntArray, part: IntArray, row: IntArray) -> Chain:
    inside = part[1:] == part[:-1]
    chain = Chain(number[:-1][inside], number[1:][inside], row[part[:-1][inside]])
    return chain.only(chain.start != chain.end)


def _noded(lines: GeometryArray, tolerance: float) -> tuple[FloatArray, Chain]:
    """Edges of lines with coinciding vertices made one and cut where others touch them."""
    xy, part, row = _line_vertices(lines)
    vertices, number = number_vertices(xy)
    chain = _line_chain(number, part, row)
    used = np.unique(np.concatenate([chain.start, chain.end]))
    chain = chain.moved(clusters(vertices, used, tolerance))
    used = np.unique(np.concatenate([chain.start, chain.end]))
    chain, _ = cut(chain, find_cuts(chain, vertices, used, tolerance))
    return vertices, chain


def _code(chain: Chain, size: int) -> IntArray:
    return np.minimum(chain.start, chain.end) * size + np.maximum(chain.start, chain.end)


def _known(chain: Chain, border: Chain) -> BoolArray:
    """Edges of ``chain`` that are edges of ``border``, in either direction."""
    size = 1 + max(
        int(each.max(initial=0)) for each in (chain.start, chain.end, border.start, border.end)
    )
    return np.isin(_code(chain, size), _code(border, size))


def _hugging(chain: Chain, border: Chain, vertices: FloatArray, tolerance: float) -> BoolArray:
    """Edges whose ends and middle lie within ``tolerance`` of a border edge."""
    if not len(chain) or not len(border):
        return np.zeros(len(chain), dtype=bool)
    tree = shapely.STRtree(_segments(border, vertices))
    out = np.ones(len(chain), dtype=bool)
    start, end = vertices[chain.start], vertices[chain.end]
    for share in (0.0, 0.5, 1.0):
        points = shapely.points(start + share * (end - start))
        near = np.zeros(len(chain), dtype=bool)
        near[tree.query(points, predicate="dwithin", distance=tolerance)[0]] = True
        out &= near
    return out


def _segments(chain: Chain, vertices: FloatArray) -> GeometryArray:
    return shapely.linestrings(np.stack([vertices[chain.start], vertices[chain.end]], axis=1))


def _stretches(chain: Chain, other: IntArray, vertices: FloatArray, tolerance: float) -> Stretches:
    """Edges gathered by line and other line; stretches within ``tolerance`` m left out."""
    if not len(chain):
        none = np.zeros(0, dtype=np.int64)
        return Stretches(none, none, np.zeros(0), np.zeros(0, dtype=object))
    pair, group = np.unique(np.column_stack([chain.row, other]), axis=0, return_inverse=True)
    group = group.reshape(-1)
    order = np.argsort(group, kind="stable")
    where = shapely.multilinestrings(_segments(chain, vertices)[order], indices=group[order])
    where = shapely.line_merge(where)
    length = shapely.length(where)
    long = length > tolerance
    return Stretches(pair[long, 0], pair[long, 1], length[long], where[long])
