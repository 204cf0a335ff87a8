"""Edges of a coverage as a boundary chain: what does not cancel is the news.

Every polygon contributes its directed edges, interior on the left. Between two
polygons that share an edge exactly, the edge runs once each way and cancels.
The number of polygons that cover a place can change only across edges that do
not cancel, so gaps and overlaps are bounded by these and nothing else has to
be looked at. Moving vertices onto one another (all edges that use them move
along) keeps this true; so do cuts at vertices that lie on an edge.

Source: boundary of a chain in algebraic topology; moving vertices within the
cluster tolerance is what the XY tolerance of the geodatabase means.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from ..table import BoolArray, FloatArray, GeometryArray, IntArray
from .shape_vertices import Rings, rings

_BLOCK = 100_000


@dataclass(frozen=True)
class Chain:
    """Directed edges of polygons, all arrays ``(e,)``.

    ``start`` and ``end`` are vertex numbers, ``row`` is the polygon that the
    edge belongs to and that lies on its left.
    """

    start: IntArray
    end: IntArray
    row: IntArray

    def __len__(self) -> int:
        return len(self.start)

    def only(self, chosen: BoolArray | IntArray) -> Chain:
        """The edges ``chosen`` by mask or index."""
        return Chain(self.start[chosen], self.end[chosen], self.row[chosen])

    def plus(self, other: Chain) -> Chain:
        """Both chains together."""
        return Chain(
            np.concatenate([self.start, other.start]),
            np.concatenate([self.end, other.end]),
            np.concatenate([self.row, other.row]),
        )

    def reversed(self) -> Chain:
        """The same edges the other way round."""
        return replace(self, start=self.end, end=self.start)

    def moved(self, to: IntArray) -> Chain:
        """Vertices renumbered by ``to``; edges that shrink to a point vanish."""
        start, end = to[self.start], to[self.end]
        return Chain(start, end, self.row).only(start != end)


@dataclass(frozen=True)
class Borders:
    """Which polygons share edges exactly: pairs ``first`` < ``second`` and metres."""

    first: IntArray
    second: IntArray
    length: FloatArray


def chains(
    *layers: GeometryArray, check: Callable[[], None] = lambda: None
) -> tuple[FloatArray, list[Chain]]:
    """Common vertices ``(v, 2)`` of several polygon arrays, and their chains.

    Vertices are the same when their coordinates are, bit for bit. Missing and
    non-finite polygons have no edges. ``check`` may raise to stop.
    """
    all_rings = []
    for layer in layers:
        check()
        all_rings.append(rings(layer))
    check()
    vertices, number = number_vertices(np.concatenate([ring.xy for ring in all_rings]))
    out, offset = [], 0
    for ring in all_rings:
        check()
        mine = number[offset : offset + len(ring.xy)]
        offset += len(ring.xy)
        out.append(ring_chain(ring, mine))
    return vertices, out


def number_vertices(xy: FloatArray) -> tuple[FloatArray, IntArray]:
    """Distinct points of ``xy`` ``(n, 2)`` in order, and the number of each ``(n,)``."""
    if not len(xy):
        return xy.reshape(0, 2), np.zeros(0, dtype=np.int64)
    order = np.lexsort((xy[:, 1], xy[:, 0]))
    ordered = xy[order]
    new = np.ones(len(xy), dtype=bool)
    new[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    number = np.empty(len(xy), dtype=np.int64)
    number[order] = np.cumsum(new) - 1
    return ordered[new], number


def ring_chain(ring: Rings, number: IntArray) -> Chain:
    """Edges of rings whose vertices have these numbers, interior on the left."""
    ahead = number[ring.after()]
    left = np.repeat(ring.side(), ring.sizes) > 0
    chain = Chain(np.where(left, number, ahead), np.where(left, ahead, number), ring.vertex_row())
    return chain.only(chain.start != chain.end)


def unmatched(chain: Chain) -> BoolArray:
    """Edges whose two directions do not cancel, ``(e,)``."""
    order, first, net = _by_edge(chain)
    out = np.zeros(len(chain), dtype=bool)
    if len(chain):
        out[order] = np.repeat(net != 0, np.diff(first, append=len(chain)))
    return out


def cancel(chain: Chain) -> Chain:
    """What remains of the chain: every edge once, in its prevailing direction.

    ``row`` is one of the polygons concerned.
    """
    order, first, net = _by_edge(chain)
    if not len(order):
        return chain
    left, at = net != 0, order[first]
    low = np.minimum(chain.start, chain.end)[at]
    high = np.maximum(chain.start, chain.end)[at]
    forward = net > 0
    remaining = Chain(np.where(forward, low, high), np.where(forward, high, low), chain.row[at])
    return remaining.only(left)


def _by_edge(chain: Chain) -> tuple[IntArray, IntArray, IntArray]:
    """Order by undirected edge, first of each in that order, and its net count."""
    if not len(chain):
        none = np.zeros(0, dtype=np.int64)
        return none, none, none
    low, high = np.minimum(chain.start, chain.end), np.maximum(chain.start, chain.end)
    edge = low * (int(high.max()) + 1) + high
    order = np.argsort(edge, kind="stable")
    edge = edge[order]
    first = np.flatnonzero(np.append(True, edge[1:] != edge[:-1]))
    sign = np.where(chain.start < chain.end, 1, -1)[order]
    return order, first, np.add.reduceat(sign, first)


def borders(chain: Chain, vertices: FloatArray) -> Borders:
    """Pairs of polygons that share an edge exactly, with the length shared."""
    order, first, net = _by_edge(chain)
    pair = np.flatnonzero((net == 0) & (np.diff(first, append=len(order)) == 2))
    one, other = order[first[pair]], order[first[pair] + 1]
    low = np.minimum(chain.row[one], chain.row[other])
    high = np.maximum(chain.row[one], chain.row[other])
    step = vertices[chain.end[one]] - vertices[chain.start[one]]
    different = low != high
    code = (low * (int(chain.row.max(initial=0)) + 1) + high)[different]
    keys, group = np.unique(code, return_inverse=True)
    length = np.zeros(len(keys))
    np.add.at(length, group.reshape(-1), np.hypot(*step[different].T))
    size = int(chain.row.max(initial=0)) + 1
    return Borders(keys // size, keys % size, length)


def clusters(vertices: FloatArray, used: IntArray, tolerance: float) -> IntArray:
    """New number of every vertex: ``used`` ones that coincide take the lowest of theirs.

    Vertices within ``tolerance`` / 2 of each other in both axes coincide, ones
    farther apart than ``tolerance`` never do: a finely drawn curve, whose
    vertices would all run into one, is left alone.
    """
    to = np.arange(len(vertices))
    if len(used) < 2:
        return to
    xy = vertices[used] - vertices[used[0]]
    links = [_same_cell(xy, tolerance, np.array(shift)) for shift in _SHIFTS]
    one = np.concatenate([link[0] for link in links])
    other = np.concatenate([link[1] for link in links])
    if not len(one):
        return to
    size = len(used)
    graph = coo_matrix((np.ones(len(one), dtype=bool), (one, other)), shape=(size, size))
    _, group = connected_components(graph, directed=False)
    order = np.argsort(group, kind="stable")
    first = np.flatnonzero(np.append(True, np.diff(group[order]) > 0))
    low = np.minimum.reduceat(xy[order], first)
    high = np.maximum.reduceat(xy[order], first)
    small = (high - low <= tolerance).all(axis=1)
    lowest = np.minimum.reduceat(used[order], first)
    to[used] = np.where(small[group], lowest[group], used)
    return to


_SHIFTS = ((0.0, 0.0), (0.5, 0.0), (0.0, 0.5), (0.5, 0.5))


def _same_cell(xy: FloatArray, size: float, shift: FloatArray) -> tuple[IntArray, IntArray]:
    """Links from each point to the first in its grid cell, other than itself."""
    cell = np.floor(xy / size + shift).astype(np.int64)
    order = np.lexsort((cell[:, 1], cell[:, 0]))
    ordered = cell[order]
    new = np.append(True, (ordered[1:] != ordered[:-1]).any(axis=1))
    leader = order[np.maximum.accumulate(np.where(new, np.arange(len(order)), 0))]
    return order[~new], leader[~new]


@dataclass(frozen=True)
class Cuts:
    """Vertices that lie on edges: ``edge`` number, ``vertex`` number, share 0…1 along it."""

    edge: IntArray
    vertex: IntArray
    share: FloatArray


def find_cuts(chain: Chain, vertices: FloatArray, among: IntArray, tolerance: float) -> Cuts:
    """Where the vertices ``among`` lie on edges of ``chain``, away from their ends.

    "On" is within ``tolerance`` m across; within ``tolerance`` of an end a
    vertex is that end. Sorted by edge, then along the edge from its lower
    vertex number, so that both directions of an edge are cut alike.
    """
    empty = np.zeros(0, dtype=np.int64)
    if not len(chain) or not len(among):
        return Cuts(empty, empty, np.zeros(0))
    low, high = np.minimum(chain.start, chain.end), np.maximum(chain.start, chain.end)
    tree = shapely.STRtree(shapely.points(vertices[among]))
    hits = []
    for begin in range(0, len(chain), _BLOCK):
        block = slice(begin, begin + _BLOCK)
        lines = shapely.linestrings(np.stack([vertices[low[block]], vertices[high[block]]], axis=1))
        found = tree.query(lines, predicate="dwithin", distance=tolerance)
        hits.append(np.stack([found[0] + begin, among[found[1]]]))
    edge, vertex = np.concatenate(hits, axis=1)
    along = vertices[high[edge]] - vertices[low[edge]]
    reach = vertices[vertex] - vertices[low[edge]]
    length = np.hypot(along[:, 0], along[:, 1])
    done = (along * reach).sum(axis=1) / length
    inside = (done > tolerance) & (done < length - tolerance)
    order = np.lexsort((vertex, done, edge))
    order = order[inside[order]]
    return Cuts(edge[order], vertex[order], (done / length)[order])


def cut(chain: Chain, cuts: Cuts) -> tuple[Chain, IntArray]:
    """The chain with its edges cut, and the number of the old edge of each new one."""
    if not len(cuts.edge):
        return chain, np.arange(len(chain))
    swapped = chain.start > chain.end
    low, high = np.minimum(chain.start, chain.end), np.maximum(chain.start, chain.end)
    # Every edge becomes a path low, cut vertices in order, high.
    counts = np.bincount(cuts.edge, minlength=len(chain)) + 2
    first = np.cumsum(counts) - counts
    path = np.empty(int(counts.sum()), dtype=np.int64)
    path[first], path[first + counts - 1] = low, high
    inner = np.ones(len(path), dtype=bool)
    inner[first] = inner[first + counts - 1] = False
    path[inner] = cuts.vertex
    old = np.repeat(np.arange(len(chain)), counts)
    step = np.ones(len(path), dtype=bool)
    step[first + counts - 1] = False
    at = np.flatnonzero(step)
    old = old[at]
    start, end = path[at], path[at + 1]
    back = swapped[old]
    new = Chain(np.where(back, end, start), np.where(back, start, end), chain.row[old])
    solid = new.start != new.end
    return new.only(solid), old[solid]
