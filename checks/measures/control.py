"""Parcels against what plans protect: basic farmland, red line, urban boundary, approvals.

A crossing is a fact of two layers, not yet a false survey: this module only
says how much of a parcel lies where, how much of that is new since last year,
and how much an approval covers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from shapely import Geometry

from ..progress import SILENT, Progress
from ..reproject import Reprojection, ReprojectionError, reference
from ..standard import Standard
from ..table import BoolArray, FloatArray, GeometryArray, Table

FARMLAND, REDLINE, URBAN, APPROVAL = "farmland", "redline", "urban", "approval"


@dataclass(frozen=True)
class Crossing:
    """How ``n`` parcels lie to one kind of control; arrays of shape ``(n,)``.

    Attributes
    ----------
    tested
        Parcels of the class concerned that could be measured.
    area
        m² of the parcel that break the control: inside farmland or red line,
        outside the urban boundary; slivers narrower than positions are known,
        land of the same use last year, and land approved are taken off.
    share
        ``area`` over the parcel's own; the continuous test statistic (NaN
        where not tested).
    approved
        m² that approvals cover.
    where
        The ground concerned, in the frame of the parcels; ``None`` for none.
    """

    tested: BoolArray
    area: FloatArray
    share: FloatArray
    approved: FloatArray
    where: GeometryArray


@dataclass(frozen=True)
class ControlMeasure:
    """All crossings, by kind; ``names`` are the layers of each kind that were given.

    ``unknown`` are layers of no kind that we know, ``unplaced`` those whose
    frame cannot be brought to that of the parcels. ``with_previous`` tells
    whether last year's use could be taken off.
    """

    crossings: dict[str, Crossing]
    names: dict[str, list[str]]
    unknown: list[str] = field(default_factory=list)
    unplaced: list[str] = field(default_factory=list)
    with_previous: bool = False


@dataclass(frozen=True)
class _Uses:
    """Classes by what a plan allows, from the standard's data."""

    construction: frozenset[str]
    farmland: tuple[str, ...]
    parts: tuple[str, ...]
    urban: tuple[str, ...]

    def built(self, codes: Sequence[str]) -> BoolArray:
        """Codes of construction land."""
        return np.array([code in self.construction for code in codes], dtype=bool)


def kind_of(table: Table, facts: dict[str, Any]) -> str:
    """Which kind of control a layer is, ``""`` for none that we know."""
    for kind, fact in facts["kinds"].items():
        if table.name in fact["names"]:
            return str(kind)
    # What a person called it says more than a field that several kinds have.
    return (
        _by_words(table.name, facts) or _by_fields(table, facts) or _by_words(table.source, facts)
    )


def _by_fields(table: Table, facts: dict[str, Any]) -> str:
    for kind, fact in facts["kinds"].items():
        if any(all(each in table.columns for each in some) for some in fact["fields"]):
            return str(kind)
    return ""


def _by_words(name: str, facts: dict[str, Any]) -> str:
    for kind, fact in facts["kinds"].items():
        if any(word.upper() in name.upper() for word in fact["words"]):
            return str(kind)
    return ""


def measure_control(
    parcels: Table,
    wkt: str,
    control: Sequence[Table],
    approvals: Sequence[Table],
    previous: Table | None,
    standard: Standard,
    least_width: float,
    progress: Progress = SILENT,
) -> ControlMeasure:
    """Measure every kind of control that was given.

    Parameters
    ----------
    parcels
        DLTB.
    wkt
        The frame of its coordinates (``""``: not known).
    control
        Trusted layers of any kind.
    approvals
        Approvals that the package itself delivers.
    previous
        Last year's parcels.
    least_width
        Metres: narrower strips are slivers of two drawings.
    """
    facts = standard.data("control_layers.json")
    place = _Place(wkt)
    # First of all: the parcels choose the plane.
    now = place.bring(parcels, repair=False)
    if now is None:
        return ControlMeasure({}, {}, [], [parcels.name])
    names: dict[str, list[str]] = {}
    shapes: dict[str, list[GeometryArray]] = {}
    unknown, unplaced = [], []
    for table in control:
        kind = kind_of(table, facts)
        if not kind:
            unknown.append(table.name)
            continue
        there = place.bring(table)
        if there is None:
            unplaced.append(table.name)
            continue
        names.setdefault(kind, []).append(table.name)
        shapes.setdefault(kind, []).append(there)
    for table in approvals:
        there = place.bring(table)
        if there is not None:
            shapes.setdefault(APPROVAL, []).append(there)
    uses = _uses(standard, facts)
    before = None if previous is None else place.bring(previous)
    job = _Job(
        now,
        np.asarray(parcels.text("DLBM")),
        _Cover(_together(shapes.get(APPROVAL, []))),
        None if before is None or previous is None else (before, previous.text("DLBM")),
        least_width,
        place,
    )
    crossings = {}
    kinds = [kind for kind in (FARMLAND, REDLINE, URBAN) if kind in names]
    for number, kind in enumerate(kinds):
        cover = _Cover(_together(shapes[kind]))
        crossings[kind] = _cross(
            kind, cover, job, uses, progress.part(number / len(kinds), (number + 1) / len(kinds))
        )
    return ControlMeasure(crossings, names, unknown, unplaced, before is not None)


class _Place:
    """One plane in metres for all layers."""

    def __init__(self, wkt: str) -> None:
        self._wkt = wkt
        self._metric = wkt
        self._back: Reprojection | None = None

    def bring(self, table: Table, repair: bool = True) -> GeometryArray | None:
        """Polygons in the plane; trusted ones are made valid, others left out."""
        shapes = table.measurable if not repair else _valid(table)
        wkt = self._wkt if not repair else table.wkt
        if not repair:
            self._choose(shapes)
        if not wkt or not self._metric:
            # Without a frame on either side, numbers that overlap may be compared.
            return shapes if not self._wkt or not table.wkt else None
        try:
            there = Reprojection(wkt, self._metric)
        except ReprojectionError:
            return None
        if there.identity:
            return shapes
        moved: GeometryArray = shapely.transform(shapes, there.points)
        bad = ~np.isfinite(shapely.bounds(moved)).all(axis=1) & ~shapely.is_missing(moved)
        moved[bad] = None
        return _valid_shapes(moved) if repair else moved

    def _choose(self, shapes: GeometryArray) -> None:
        crs = reference(self._wkt)
        if crs is None or not crs.IsGeographic():
            return
        bounds = shapely.total_bounds(shapes)
        if np.isfinite(bounds).all():
            lon, lat = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
            self._metric = (
                f"+proj=tmerc +lat_0={lat:.6f} +lon_0={lon:.6f} +k=1 +ellps=GRS80 +units=m"
            )
            self._back = Reprojection(self._metric, self._wkt)

    def back(self, shape: Geometry) -> Geometry:
        """A shape in the frame of the parcels."""
        if self._back is None:
            return shape
        return shapely.transform(shape, self._back.points)


def _valid(table: Table) -> GeometryArray:
    if table.geometry is None:
        return np.full(len(table), None, dtype=object)
    return _valid_shapes(table.geometry)


def _valid_shapes(shapes: GeometryArray) -> GeometryArray:
    out = shapes.copy()
    bad = ~shapely.is_missing(out) & ~shapely.is_valid(out)
    for row in np.flatnonzero(bad):
        try:
            out[row] = shapely.make_valid(out[row])
        except shapely.GEOSException:
            out[row] = None
    return out


def _together(parts: Sequence[GeometryArray]) -> GeometryArray:
    if not parts:
        return np.zeros(0, dtype=object)
    shapes = np.concatenate(parts)
    return shapes[~shapely.is_missing(shapes) & (shapely.get_dimensions(shapes) == 2)]


class _Cover:
    """Ground that polygons cover together."""

    def __init__(self, shapes: GeometryArray) -> None:
        self._shapes = shapes
        self._tree = shapely.STRtree(shapes) if len(shapes) else None

    def touched(self, shapes: GeometryArray) -> BoolArray:
        """Which shapes meet the cover at all."""
        out = np.zeros(len(shapes), dtype=bool)
        if self._tree is not None:
            rows, _ = self._tree.query(shapes, predicate="intersects")
            out[rows] = True
        return out

    def holds(self, shapes: GeometryArray) -> BoolArray:
        """Which shapes one polygon of the cover holds entirely."""
        out = np.zeros(len(shapes), dtype=bool)
        if self._tree is not None:
            rows, _ = self._tree.query(shapes, predicate="covered_by")
            out[rows] = True
        return out

    def within(self, shape: Geometry) -> Geometry:
        """The part of ``shape`` that is covered."""
        if self._tree is None or shape.is_empty:
            return shapely.Polygon()
        near = self._tree.query(shape, predicate="intersects")
        if not len(near):
            return shapely.Polygon()
        return shapely.union_all(shapely.intersection(self._shapes[np.sort(near)], shape))

    def without(self, shape: Geometry) -> Geometry:
        """The part of ``shape`` that is not covered."""
        covered = self.within(shape)
        return shape if covered.is_empty else shapely.difference(shape, covered)


@dataclass(frozen=True)
class _Job:
    """What every kind of control is measured with."""

    shapes: GeometryArray
    codes: Any
    approvals: _Cover
    before: tuple[GeometryArray, Any] | None
    least_width: float
    place: _Place


def _uses(standard: Standard, facts: dict[str, Any]) -> _Uses:
    built = facts["construction"]
    return _Uses(
        frozenset(code for code, land in standard.classes.items() if land.three_class == built),
        tuple(facts["farmland_use"]),
        tuple(facts["farmland_parts"]),
        tuple(facts["urban_use"]),
    )


def _cross(kind: str, cover: _Cover, job: _Job, uses: _Uses, progress: Progress) -> Crossing:
    """One kind of control."""
    concerned = uses.built(job.codes)
    if kind == URBAN:
        concerned &= np.array([str(c).startswith(uses.urban) for c in job.codes], dtype=bool)
    elif kind == FARMLAND and job.before is not None:
        used = np.array([str(c).startswith((*uses.farmland, *uses.parts)) for c in job.codes])
        concerned |= ~used & np.array([bool(c) for c in job.codes], dtype=bool)
    tested = concerned & ~shapely.is_missing(job.shapes)
    count = len(job.shapes)
    area, approved = np.zeros(count), np.zeros(count)
    where = np.full(count, None, dtype=object)
    rows = np.flatnonzero(tested)
    built_before = _same_use(kind, job, uses)
    if built_before is not None:
        rows = rows[~built_before.holds(job.shapes[rows])]
    if kind == URBAN:
        rows = rows[~cover.holds(job.shapes[rows])]
    else:
        rows = rows[cover.touched(job.shapes[rows])]
    for number, row in enumerate(rows):
        if not number % 256:
            progress.at(number / len(rows))
        try:
            found = _broken(kind, cover, job, built_before, int(row))
        except shapely.GEOSException:
            tested[row] = False
            continue
        if found is None:
            continue
        shape, free = found
        area[row], approved[row] = shapely.area(shape), free
        where[row] = job.place.back(shape)
    own = np.maximum(np.nan_to_num(shapely.area(job.shapes)), 1e-9)
    share = np.where(tested, area / own, np.nan)
    return Crossing(tested, area, share, approved, where)


def _same_use(kind: str, job: _Job, uses: _Uses) -> _Cover | None:
    """Ground that last year was used as it is now, so that nothing is new there."""
    if job.before is None:
        return None
    shapes, codes = job.before
    same = uses.built(codes)
    if kind == FARMLAND:
        crop = np.array([str(code).startswith(uses.farmland) for code in codes], dtype=bool)
        # What was no cropland before cannot have been taken from it this year.
        same |= ~crop
    return _Cover(_together([shapes[same]]))


def _broken(
    kind: str, cover: _Cover, job: _Job, same: _Cover | None, row: int
) -> tuple[Geometry, float] | None:
    """The ground of one parcel that breaks the control, and m² that approvals cover."""
    shape = job.shapes[row]
    found = cover.without(shape) if kind == URBAN else cover.within(shape)
    if same is not None:
        found = same.without(found)
    if found.is_empty or not found.area > 0:
        return None
    free = job.approvals.within(found)
    approved = float(free.area)
    if approved > 0:
        found = shapely.difference(found, free)
    # Opening: strips narrower than positions are known vanish, the rest keeps its size.
    half = job.least_width / 2
    core = shapely.buffer(found, -half, join_style="mitre")
    if core.is_empty:
        return None
    opened = shapely.intersection(shapely.buffer(core, half * 1.01, join_style="mitre"), found)
    return (opened, approved) if opened.area > 0 else None
