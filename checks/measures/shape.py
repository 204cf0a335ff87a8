"""What can be said of each polygon by itself: soundness, size, width, copies.

Every function takes a Shapely array of shape ``(n,)`` that may hold ``None``,
empty, non-polygonal, non-finite or invalid geometries and never raises for
them. Coordinates are metres of a plane frame; vertices are measured as they
are stored.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import shapely

from ..table import BoolArray, FloatArray, GeometryArray, IntArray, TextArray

ABSURD = 1e9
"""No projected frame on Earth has coordinates of this size (metres)."""

_POLYGON, _MULTIPOLYGON = 3, 6

_PLACE = re.compile(r"\[\s*(\S+)\s+(\S+?)(?:\s+\S+)?\s*\]\s*$")


class State(IntEnum):
    """How far a polygon can be used; every object has exactly one state."""

    SOUND = 0
    MISSING = 1
    EMPTY = 2
    WRONG_TYPE = 3
    NOT_FINITE = 4
    INVALID = 5
    TOUCHES_ITSELF = 6


@dataclass(frozen=True)
class Soundness:
    """Validity of ``n`` polygons (OGC 06-103r4, 6.1.11).

    Attributes
    ----------
    state
        :class:`State` per polygon. ``TOUCHES_ITSELF`` is a ring that meets
        itself in points only: forbidden by OGC, allowed by some survey
        software, and its area is not in doubt.
    reason
        GEOS's words for invalid polygons, else ``""``.
    place
        Point where an invalid polygon goes wrong, else ``None``.
    geometry
        What may stand in a coverage: the polygon itself when sound; its repair
        when the repair leaves the area as it was; else ``None``.
    stand_in
        For polygons that cannot stand in a coverage, the ground that they
        probably cover, so that their absence is not taken for a gap.
    """

    state: IntArray
    reason: TextArray
    place: GeometryArray
    geometry: GeometryArray
    stand_in: GeometryArray

    @property
    def usable(self) -> BoolArray:
        """Polygons that stand in a coverage, as they are or repaired."""
        return ~shapely.is_missing(self.geometry)


def soundness(geometries: GeometryArray) -> Soundness:
    """Judge the validity of every polygon; see :class:`Soundness`."""
    count = len(geometries)
    state = _plain_states(geometries)
    reason = np.full(count, "", dtype=object)
    place = np.full(count, None, dtype=object)
    usable = np.full(count, None, dtype=object)
    stand_in = np.full(count, None, dtype=object)
    sound = state == State.SOUND
    usable[sound] = shapely.force_2d(geometries[sound])
    bad = np.flatnonzero(state == State.INVALID)
    if len(bad):
        reason[bad] = shapely.is_valid_reason(geometries[bad])
        place[bad] = [_place_in(text) for text in reason[bad]]
        repaired = _repair(shapely.force_2d(geometries[bad]))
        clear = _same(shapely.area(geometries[bad]), shapely.area(repaired))
        usable[bad[clear]] = repaired[clear]
        stand_in[bad[~clear]] = repaired[~clear]
        # A needle of no width also leaves the area as it was, but not the perimeter.
        touching = _same(shapely.length(geometries[bad]), shapely.length(repaired))
        state[bad[clear & touching]] = State.TOUCHES_ITSELF
    for row in np.flatnonzero(state == State.NOT_FINITE):
        stand_in[row] = _without_broken_vertices(geometries[row])
    return Soundness(state, reason, place, usable, stand_in)


def only(geometries: GeometryArray, keep: BoolArray) -> GeometryArray:
    """A copy with ``None`` where ``keep`` is false."""
    out = geometries.copy()
    out[~keep] = None
    return out


def finite(geometries: GeometryArray) -> BoolArray:
    """Polygons with at least one vertex and no absurd or missing coordinate."""
    xy, owner = shapely.get_coordinates(geometries, return_index=True)
    with np.errstate(invalid="ignore"):
        broken = ~(np.abs(xy) < ABSURD).all(axis=1)
    bad = np.bincount(owner[broken], minlength=len(geometries)) > 0
    return _polygonal(geometries) & ~bad


def _plain_states(geometries: GeometryArray) -> IntArray:
    state = np.full(len(geometries), State.NOT_FINITE, dtype=np.int64)
    missing = shapely.is_missing(geometries)
    wrong = ~np.isin(shapely.get_type_id(geometries), (_POLYGON, _MULTIPOLYGON))
    good = finite(geometries)
    state[good] = np.where(shapely.is_valid(geometries[good]), State.SOUND, State.INVALID)
    state[wrong] = State.WRONG_TYPE
    state[shapely.is_empty(geometries)] = State.EMPTY
    state[missing] = State.MISSING
    return state


def _place_in(reason: str) -> shapely.Geometry | None:
    """The point that GEOS names at the end of its reason."""
    found = _PLACE.search(reason)
    if found is None:
        return None
    try:
        x, y = float(found.group(1)), float(found.group(2))
    except ValueError:
        return None
    return shapely.Point(x, y) if np.isfinite([x, y]).all() else None


def _valid(geometries: GeometryArray) -> GeometryArray:
    """Repaired by structure: what a surveyor drew stays, overlapping parts count once.

    Shapely 2.0, the last for the Python that comes with QGIS 3.22 on Windows,
    repairs by linework only, which would make a hole of such an overlap: there
    parts are repaired singly and united.
    """
    if tuple(int(part) for part in shapely.__version__.split(".")[:2]) >= (2, 1):
        return shapely.make_valid(geometries, method="structure", keep_collapsed=False)
    out = np.full(len(geometries), None, dtype=object)
    for place, parts in enumerate(map(shapely.get_parts, geometries)):
        whole = shapely.get_parts(shapely.get_parts(shapely.make_valid(parts)))
        out[place] = shapely.union_all(whole[shapely.get_type_id(whole) == _POLYGON])
    return out


def _repair(geometries: GeometryArray) -> GeometryArray:
    """Polygonal repair of each geometry, ``None`` where nothing is left."""
    try:
        repaired = _valid(geometries)
    except shapely.GEOSException:
        if len(geometries) == 1:
            return np.full(1, None, dtype=object)
        repaired = np.concatenate([_repair(geometries[i : i + 1]) for i in range(len(geometries))])
    polygonal = np.isin(shapely.get_type_id(repaired), (_POLYGON, _MULTIPOLYGON))
    repaired[~polygonal | shapely.is_empty(repaired)] = None
    return repaired


def _same(before: FloatArray, after: FloatArray) -> BoolArray:
    """Equal but for rounding; never where ``after`` is NaN (``None`` has no size)."""
    with np.errstate(invalid="ignore"):
        return np.abs(before - after) <= 1e-9 * before + 1e-6


def _without_broken_vertices(geometry: shapely.Geometry) -> shapely.Geometry | None:
    """The polygon left when vertices without usable coordinates are dropped."""
    shells = []
    for part in shapely.get_parts(geometry):
        xy = shapely.get_coordinates(shapely.get_exterior_ring(part))
        with np.errstate(invalid="ignore"):
            xy = xy[(np.abs(xy) < ABSURD).all(axis=1)]
        if len(xy) >= 3:
            shells.append(shapely.Polygon(xy))
    return _repair(np.array([shapely.MultiPolygon(shells)], dtype=object))[0] if shells else None


def areas(geometries: GeometryArray) -> FloatArray:
    """Plane area in m², NaN where there is no finite polygon."""
    return _measured(shapely.area, geometries)


def perimeters(geometries: GeometryArray) -> FloatArray:
    """Length of all rings in m, NaN where there is no finite polygon."""
    return _measured(shapely.length, geometries)


def _measured(measure: Callable[[GeometryArray], FloatArray], of: GeometryArray) -> FloatArray:
    out = np.full(len(of), np.nan)
    good = finite(of)
    out[good] = measure(of[good])
    return out


def part_counts(geometries: GeometryArray) -> IntArray:
    """Parts per geometry; 0 where it is missing or empty."""
    empty = shapely.is_missing(geometries) | shapely.is_empty(geometries)
    return np.where(empty, 0, shapely.get_num_geometries(geometries)).astype(np.int64)


def hole_counts(geometries: GeometryArray) -> IntArray:
    """Interior rings per geometry, over all parts."""
    parts, owner = shapely.get_parts(geometries, return_index=True)
    holes = np.maximum(shapely.get_num_interior_rings(parts), 0)
    counts = np.bincount(owner, weights=holes, minlength=len(geometries))
    return counts.astype(np.int64)


def widths(geometries: GeometryArray) -> FloatArray:
    """Width in m of the rectangle with the same area and perimeter.

    Exact for rectangles and near 2 S / L for long strips (S area, L
    perimeter), of which the narrowness index E = 2 L / S of the TDDC3D checks
    is four times the reciprocal. Shapes rounder than a square give √S.
    """
    return width_of(areas(geometries), perimeters(geometries))


def width_of(area: FloatArray, perimeter: FloatArray) -> FloatArray:
    """:func:`widths` from areas in m² and perimeters in m."""
    half = perimeter / 4.0
    with np.errstate(invalid="ignore", divide="ignore"):
        root = np.sqrt(np.maximum(half * half - area, 0.0))
        # The small root of w² - (L/2) w + S, without the loss of half - root.
        return np.where(half * half < area, np.sqrt(area), area / (half + root))


def narrower_than(geometries: GeometryArray, width: float) -> BoolArray:
    """Whether nothing is left of a polygon when ``width`` / 2 is taken off all round.

    Source: buffer test of the TDDC3D checks for narrow polygons (−2 m).
    """
    # A buffer costs far more than an area; anything broad on the whole is out at once.
    candidates = np.flatnonzero(widths(geometries) < 2.0 * width)
    out = np.zeros(len(geometries), dtype=bool)
    if len(candidates):
        inner = shapely.buffer(geometries[candidates], -width / 2.0, join_style="mitre")
        out[candidates] = shapely.is_empty(inner)
    return out


def duplicates(geometries: GeometryArray) -> IntArray:
    """Row of the first polygon with the very same rings, ``-1`` where there is none.

    Rings may start anywhere and run either way; parts and holes may come in
    any order. The first of several equal polygons has ``-1`` itself.
    """
    out = np.full(len(geometries), -1, dtype=np.int64)
    rows = np.flatnonzero(finite(geometries))
    if len(rows) < 2:
        return out
    sizes = shapely.get_num_coordinates(geometries[rows]).astype(np.float64)
    box = np.column_stack([shapely.bounds(geometries[rows]), sizes])
    _, group, members = np.unique(box, axis=0, return_inverse=True, return_counts=True)
    first_seen: dict[bytes, int] = {}
    for row in rows[members[group.reshape(-1)] > 1]:
        parts = shapely.get_parts(shapely.force_2d(geometries[row]))
        rings = shapely.to_wkb(shapely.normalize(shapely.multipolygons(parts)))
        digest = hashlib.blake2b(rings, digest_size=16).digest()
        first = first_seen.setdefault(digest, int(row))
        if first != row:
            out[row] = first
    return out


def _polygonal(geometries: GeometryArray) -> BoolArray:
    kinds = np.isin(shapely.get_type_id(geometries), (_POLYGON, _MULTIPOLYGON))
    return kinds & ~shapely.is_empty(geometries)
