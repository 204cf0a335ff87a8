"""From edges that do not cancel to the faces they enclose.

Any amount of linework is cut in tiles, so that memory stays bounded even where
no two polygons of a county fit together.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely

from ..table import FloatArray, GeometryArray
from .coverage_edges import Chain

_EDGES_PER_TILE = 60_000
_MARGIN = 1.0


def paths(chain: Chain, vertices: FloatArray, origin: FloatArray) -> GeometryArray:
    """Edges of ``chain`` as lines, seen from ``origin``; consecutive edges in one line.

    Long lines are noded several times faster than their single edges.
    """
    if not len(chain):
        return np.zeros(0, dtype=object)
    joined = (chain.end[:-1] == chain.start[1:]) & (chain.row[:-1] == chain.row[1:])
    first = np.flatnonzero(np.append(True, ~joined))
    counts = np.diff(first, append=len(chain)) + 1
    ends = np.cumsum(counts)
    vertex = np.empty(int(ends[-1]), dtype=np.int64)
    last = np.zeros(len(vertex), dtype=bool)
    last[ends - 1] = True
    vertex[~last] = chain.start
    vertex[last] = chain.end[np.append(first[1:], len(chain)) - 1]
    return shapely.linestrings(
        vertices[vertex] - origin, indices=np.repeat(np.arange(len(counts)), counts)
    )


def faces(
    vertices: FloatArray, *some: Chain, check: Callable[[], None] = lambda: None
) -> tuple[GeometryArray, shapely.Geometry]:
    """Faces enclosed by the edges of all chains, and the box around them.

    A face that crosses a tile comes in pieces; ground outside all edges may
    come too, in pieces that reach the boundary of the box.
    """
    edges = sum(len(chain) for chain in some)
    if not edges:
        return np.zeros(0, dtype=object), shapely.Polygon()
    used = np.concatenate([vertices[chain.start] for chain in some])
    # Near their own origin doubles are a hundred times finer than at eight-digit eastings.
    origin = np.floor(used.min(axis=0)) - _MARGIN
    lines = np.concatenate([paths(chain, vertices, origin) for chain in some])
    width, height = used.max(axis=0) - origin + _MARGIN
    tiles = int(np.ceil(np.sqrt(edges / _EDGES_PER_TILE)))
    if tiles == 1:
        found = _enclosed(lines)
    else:
        tree = shapely.STRtree(lines)
        pieces = []
        for number in range(tiles * tiles):
            check()
            i, j = divmod(number, tiles)
            x, y = np.linspace(0, width, tiles + 1), np.linspace(0, height, tiles + 1)
            box = (x[i], y[j], x[i + 1], y[j + 1])
            near = lines[tree.query(shapely.box(*box))]
            clipped = shapely.clip_by_rect(near, *box)
            clipped = clipped[~shapely.is_empty(clipped)]
            frame = np.array([shapely.box(*box).exterior], dtype=object)
            pieces.append(_enclosed(np.concatenate([clipped, frame])))
        found = np.concatenate(pieces)
    corner = origin + np.array([width, height])
    return shapely.transform(found, lambda xy: xy + origin), shapely.box(*origin, *corner)


def _enclosed(lines: GeometryArray) -> GeometryArray:
    noded = shapely.get_parts(shapely.union_all(lines))
    return shapely.get_parts(shapely.polygonize(noded))
