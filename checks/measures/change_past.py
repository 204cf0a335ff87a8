"""What each parcel was last year: its class by overlay, and whether its ring is the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from ..progress import SILENT, Progress
from ..reproject import Reprojection, ReprojectionError, reference, same_crs
from ..standard import Standard
from ..table import BoolArray, FloatArray, GeometryArray, IntArray, Table, TextArray

_PAIRS_AT_ONCE = 50_000
_ROWS_AT_ONCE = 20_000
_DIGITS_PROJECTED, _DIGITS_GEOGRAPHIC = 2, 7
"""Decimals to which rings are the same: a centimetre, in metres or in degrees."""


@dataclass(frozen=True)
class ClassGroups:
    """Land classes as two pictures can tell them apart (``change_classes.json``).

    ``names`` in a fixed order; ``alike`` (shape ``(g, g)``) says which pairs
    pictures confuse or honest use turns into one another; ``vanishing`` marks
    groups whose end is seen at once (trees felled, water drained, roofs gone),
    ``slow`` those whose beginning may not be seen for years (trees planted),
    ``lively`` those that honest use changes thoroughly within a year.
    """

    names: tuple[str, ...]
    titles: tuple[tuple[str, str], ...]
    codes: tuple[tuple[str, ...], ...]
    narrow: tuple[str, ...]
    alike: BoolArray
    vanishing: BoolArray
    slow: BoolArray
    lively: BoolArray

    @staticmethod
    def of(standard: Standard) -> ClassGroups:
        """Read from the standard's data."""
        data: dict[str, Any] = standard.data("change_classes.json")
        names = tuple(data["groups"])
        alike = np.eye(len(names), dtype=bool)
        for one, other in data["alike"]:
            i, j = names.index(one), names.index(other)
            alike[i, j] = alike[j, i] = True
        return ClassGroups(
            names,
            tuple((fact["zh"], fact["en"]) for fact in data["groups"].values()),
            tuple(tuple(fact["codes"]) for fact in data["groups"].values()),
            tuple(data["narrow"]),
            alike,
            np.isin(names, data["vanishing"]),
            np.isin(names, data["slow"]),
            np.isin(names, data["lively"]),
        )

    def of_codes(self, codes: TextArray) -> IntArray:
        """Group of each DLBM, the longest matching prefix wins; -1 for none."""
        known = {code: self._of_code(code) for code in set(codes)}
        return np.array([known[code] for code in codes], dtype=np.int64)

    def _of_code(self, code: str) -> int:
        if any(code.startswith(prefix) for prefix in self.narrow):
            return -1
        best, longest = -1, 0
        for number, prefixes in enumerate(self.codes):
            for prefix in prefixes:
                if len(prefix) > longest and code.startswith(prefix):
                    best, longest = number, len(prefix)
        return best


@dataclass(frozen=True)
class Past:
    """Last year's state of ``n`` parcels.

    Attributes
    ----------
    group_share
        Shape ``(n, g)``: share of the parcel that was of each group last year.
    known_share
        Shape ``(n,)``: share that last year's layer covers.
    main
        Shape ``(n,)``: row of last year's parcel that covers most; -1 for none.
    main_share
        Shape ``(n,)``: how much of the parcel that one covers.
    same_ring
        Shape ``(n,)``: the outline is that of ``main``, vertex by vertex to a
        centimetre, whatever its BSM and wherever the ring starts.
    problem
        Why nothing is known of all of them: ``""``, ``frame``.
    """

    group_share: FloatArray
    known_share: FloatArray
    main: IntArray
    main_share: FloatArray
    same_ring: BoolArray
    problem: str = ""

    @property
    def group(self) -> IntArray:
        """Shape ``(n,)``: the group with the largest share; -1 where none is known."""
        if not self.group_share.shape[1]:
            return np.full(len(self.main), -1, dtype=np.int64)
        return np.where(self.group_share.max(axis=1) > 0, self.group_share.argmax(axis=1), -1)

    @property
    def purity(self) -> FloatArray:
        """Shape ``(n,)``: that share."""
        return self.group_share.max(axis=1, initial=0.0)


def past_of(
    geometry: GeometryArray,
    wkt: str,
    previous: Table,
    previous_group: IntArray,
    groups: int,
    progress: Progress = SILENT,
) -> Past:
    """Overlay parcels with last year's.

    Parameters
    ----------
    geometry
        Shape ``(n,)``: usable polygons or ``None``.
    wkt
        Their CRS.
    previous_group
        Class group of each of last year's parcels, -1 for none.
    """
    count = len(geometry)
    then = _in_frame(previous, wkt)
    if then is None:
        return _unknown(count, groups, "frame")
    share = np.zeros((count, groups))
    known, main_area = np.zeros(count), np.zeros(count)
    main = np.full(count, -1, dtype=np.int64)
    area = np.maximum(np.nan_to_num(shapely.area(geometry)), 1e-12)
    twin = _twins(geometry, then, wkt)
    same = twin >= 0
    rows = np.flatnonzero(same)
    main[rows], main_area[rows], known[rows] = twin[rows], area[rows], area[rows]
    kind = previous_group[twin[rows]]
    share[rows[kind >= 0], kind[kind >= 0]] = area[rows[kind >= 0]]
    for now, before, common in _overlaps(geometry, then, np.flatnonzero(~same), progress):
        np.add.at(known, now, common)
        kind = previous_group[before]
        np.add.at(share, (now[kind >= 0], kind[kind >= 0]), common[kind >= 0])
        # Largest common area last within each parcel; of equal ones the first row.
        order = np.lexsort((-before, common, now))
        chosen = order[np.flatnonzero(np.diff(now[order], append=-1))]
        main[now[chosen]], main_area[now[chosen]] = before[chosen], common[chosen]
    return Past(
        np.minimum(share / area[:, None], 1.0),
        np.minimum(known / area, 1.0),
        main,
        np.minimum(main_area / area, 1.0),
        same,
    )


def _unknown(count: int, groups: int, problem: str) -> Past:
    nothing = np.zeros(count)
    rows = np.full(count, -1, dtype=np.int64)
    return Past(np.zeros((count, groups)), nothing, rows, nothing, nothing > 0, problem)


def _in_frame(previous: Table, wkt: str) -> GeometryArray | None:
    """Last year's usable polygons in the frame ``wkt``; ``None`` where nothing connects."""
    then = previous.measurable
    one, other = reference(previous.wkt), reference(wkt)
    if one is None or other is None or same_crs(previous.wkt, wkt):
        return then
    try:
        there = Reprojection(previous.wkt, wkt)
    except ReprojectionError:
        return None
    moved: GeometryArray = shapely.transform(then, there.points)
    # Points without an image would poison every overlay.
    moved[~np.isfinite(shapely.bounds(moved)).all(axis=1)] = None
    moved[~shapely.is_valid(moved)] = None
    return moved


def _twins(geometry: GeometryArray, then: GeometryArray, wkt: str) -> IntArray:
    """For each parcel last year's with the same outline; -1 for none."""
    crs = reference(wkt)
    digits = _DIGITS_GEOGRAPHIC if crs is not None and crs.IsGeographic() else _DIGITS_PROJECTED
    known: dict[bytes, int] = {}
    for row, key in enumerate(_keys(then, digits)):
        if key:
            known.setdefault(key, row)
    return np.array([known.get(key, -1) for key in _keys(geometry, digits)], dtype=np.int64)


def _keys(geometry: GeometryArray, digits: int) -> list[bytes]:
    """Outlines as bytes that do not depend on where a ring starts; empty for none."""
    out: list[bytes] = []
    for first in range(0, len(geometry), _ROWS_AT_ONCE):
        part = geometry[first : first + _ROWS_AT_ONCE]
        rounded = shapely.transform(part, lambda xy: np.round(xy, digits) + 0.0)
        out += [key or b"" for key in shapely.to_wkb(shapely.normalize(rounded))]
    return out


def _overlaps(
    geometry: GeometryArray, then: GeometryArray, rows: IntArray, progress: Progress
) -> Sequence[tuple[IntArray, IntArray, FloatArray]]:
    """Pairs with the area in common, some at a time; every parcel in one part only."""
    if not len(rows):
        return []
    tree = shapely.STRtree(then)
    out = []
    for first in range(0, len(rows), _ROWS_AT_ONCE):
        progress.at(first / len(rows))
        part = rows[first : first + _ROWS_AT_ONCE]
        near, before = tree.query(geometry[part], predicate="intersects")
        now = part[near]
        common = np.zeros(len(now))
        for start in range(0, len(now), _PAIRS_AT_ONCE):
            progress.check()
            some = slice(start, start + _PAIRS_AT_ONCE)
            common[some] = _common(geometry[now[some]], then[before[some]])
        keep = common > 0
        out.append((now[keep], before[keep], common[keep]))
    return out


def _common(one: GeometryArray, other: GeometryArray) -> FloatArray:
    try:
        return np.asarray(shapely.area(shapely.intersection(one, other)), dtype=np.float64)
    except shapely.GEOSException:
        # One odd pair must not cost all the others.
        return np.array([_pair(a, b) for a, b in zip(one, other)])


def _pair(one: Any, other: Any) -> float:
    try:
        return float(shapely.area(shapely.intersection(one, other)))
    except shapely.GEOSException:
        return 0.0
