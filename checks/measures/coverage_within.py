"""Whether polygons stay inside the polygon of another layer that holds them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely

from ..table import FloatArray, GeometryArray, IntArray
from .coverage_fit import gathered
from .shape import width_of

_BLOCK = 10_000


@dataclass(frozen=True)
class Outside:
    """Polygons that reach out of their holder; arrays ``(k,)``.

    ``row`` is the polygon, ``area`` the m² outside, ``width`` the greatest
    width in m of a piece outside, ``where`` the ground outside. Where ``home``
    says ``-1`` the whole polygon is outside.
    """

    row: IntArray
    area: FloatArray
    width: FloatArray
    where: GeometryArray


def homes(inner: GeometryArray, outer: GeometryArray) -> IntArray:
    """Row of the ``outer`` polygon that holds a point inside each ``inner`` one.

    ``-1`` where none does or the polygon is missing; the lowest row where
    several do.
    """
    out = np.full(len(inner), -1, dtype=np.int64)
    there = np.flatnonzero(~shapely.is_missing(inner))
    points = shapely.point_on_surface(inner[there])
    # A tree of points asked by few large polygons: each of these is prepared once.
    row, point = shapely.STRtree(points).query(outer, predicate="intersects")
    order = np.argsort(-row, kind="stable")
    out[there[point[order]]] = row[order]
    return out


def outside(
    inner: GeometryArray,
    outer: GeometryArray,
    home: IntArray,
    *,
    tolerance: float,
    min_area: float,
    check: Callable[[], None] = lambda: None,
) -> Outside:
    """What of each ``inner`` polygon lies outside ``outer[home]``.

    Parameters
    ----------
    inner, outer
        Valid polygons in metres or ``None``.
    home
        From :func:`homes`.
    tolerance, min_area
        Thinner (m) or smaller (m²) pieces are noise of the drawing.
    check
        Called often; may raise to stop.
    """
    there = ~shapely.is_missing(inner)
    lost = np.flatnonzero(there & (home < 0))
    held = np.flatnonzero(there & (home >= 0))
    held = held[np.argsort(home[held], kind="stable")]
    shapely.prepare(outer)
    doubtful = []
    for begin in range(0, len(held), _BLOCK):
        check()
        rows = held[begin : begin + _BLOCK]
        doubtful.append(rows[~shapely.covers(outer[home[rows]], inner[rows])])
    rows = np.concatenate([np.zeros(0, dtype=np.int64), *doubtful])
    pieces = np.empty(len(rows), dtype=object)
    for place, row in enumerate(rows):
        if place % 256 == 0:
            check()
        pieces[place] = _beyond(inner[row], outer[home[row]])
    parts, owner = shapely.get_parts(pieces, return_index=True)
    wide = width_of(shapely.area(parts), shapely.length(parts)) > tolerance
    where = gathered(owner[wide], parts[wide], len(rows))
    large = shapely.area(where) > min_area
    rows = np.concatenate([rows[large], lost])
    where = np.concatenate([where[large], inner[lost]])
    order = np.argsort(rows, kind="stable")
    rows, where = rows[order], where[order]
    parts, owner = shapely.get_parts(where, return_index=True)
    width = np.zeros(len(where))
    np.maximum.at(width, owner, width_of(shapely.area(parts), shapely.length(parts)))
    return Outside(rows, shapely.area(where), width, where)


def _beyond(polygon: shapely.Geometry, holder: shapely.Geometry) -> shapely.Geometry | None:
    west, south, east, north = shapely.bounds(polygon)
    try:
        # The holder has thousands of vertices, of which a parcel meets a few.
        near = shapely.clip_by_rect(holder, west - 1.0, south - 1.0, east + 1.0, north + 1.0)
        return shapely.difference(polygon, near)
    except shapely.GEOSException:
        try:
            return shapely.difference(polygon, holder)
        except shapely.GEOSException:
            return None
