"""The part of a package around what was edited, as a package of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import shapely

from .findings import Finding
from .measures.case import Case
from .recheck_changes import Changes
from .reproject import same_crs
from .table import BoolArray, FloatArray, GeometryArray, IntArray, Table

_TOUCH = 1.0
_TOUCH_DEGREES = 1e-5
"""How far apart two boxes may be and the objects still be neighbours."""
_MOST = 0.5
"""Share of the objects from which a part saves nothing."""


@dataclass(frozen=True)
class Part:
    """Objects that were edited or lie where something was, and all around these.

    ``judged`` holds, by layer, the identifiers of objects of which the part tells the same as the
    whole; the rest only stands around them.
    """

    case: Case
    judged: Mapping[str, frozenset[str]]
    rows: Mapping[str, IntArray]

    def speaks_of(self, finding: Finding) -> bool:
        """Whether the part can judge what a finding is about, or what is said to be beside it."""
        judged = self.judged.get(finding.layer, frozenset())
        if finding.object_id in judged:
            return True
        told = finding.evidence.get("neighbours") if finding.layer == "DLTB" else None
        return isinstance(told, list) and any(str(each) in judged for each in told)

    def parcels(self, rows: BoolArray, count: int) -> BoolArray:
        """A mask over the parcels of the part as one over all ``count`` parcels."""
        out = np.zeros(count, dtype=bool)
        out[self.rows["DLTB"][rows]] = True
        return out


def near_edits(case: Case, changes: Changes) -> Part | None:
    """The part around all edits; ``None`` where it would not be smaller or not be sure."""
    around = _Around.of(case, changes)
    if around is None:
        return None
    judged = around.edited()
    places = around.boxes["DLTB"][judged]
    chosen = {name: around.near(name, places) for name in around.layers}
    chosen["DLTB"] |= judged
    return around.part(chosen, {"DLTB": judged})


def villages_of_edits(case: Case, changes: Changes) -> Part | None:
    """The villages with edits, whole, and those beside them; ``None`` as for :func:`near_edits`.

    A village is a frame of its own: what its parcels leave bare is known without the others.
    """
    around = _Around.of(case, changes)
    units = case.layer("CJDCQ")
    if around is None or units is None or changes.what - {"DLTB"}:
        return None
    # A parcel without a place may explain a gap anywhere.
    placed = np.isfinite(around.boxes["DLTB"]).all()
    if not placed or not len(units) or not units.usable.all():
        return None
    edited = np.concatenate([changes.layers["DLTB"].boxes, around.boxes["DLTB"][around.edited()]])
    own = around.near("CJDCQ", edited)
    beside = around.near("CJDCQ", around.boxes["CJDCQ"][own])
    places = around.boxes["CJDCQ"][beside]
    chosen = {name: around.near(name, places) for name in around.layers}
    chosen["CJDCQ"] = beside
    if "XZQ" in chosen:
        chosen["XZQ"][:] = True
    inside = around.edited() | around.within(units.measurable[own])
    return around.part(chosen, {"DLTB": inside, "CJDCQ": own})


@dataclass(frozen=True)
class _Around:
    """Boxes of all objects, to find what lies near what."""

    case: Case
    changes: Changes
    boxes: Mapping[str, FloatArray]
    touch: float

    @property
    def layers(self) -> Mapping[str, Table]:
        return self.case.submission.layers

    @classmethod
    def of(cls, case: Case, changes: Changes) -> _Around | None:
        layers = case.submission.layers
        if "DLTB" not in layers or not _one_frame(layers):
            return None
        boxes = {name: digests.boxes for name, digests in changes.digests.items()}
        return cls(case, changes, boxes, _TOUCH_DEGREES if _in_degrees(boxes) else _TOUCH)

    def near(self, layer: str, places: FloatArray) -> BoolArray:
        """Rows of a layer whose box meets one of ``places``, a little wider."""
        boxes = self.boxes[layer]
        out = np.zeros(len(boxes), dtype=bool)
        known = np.flatnonzero(np.isfinite(boxes).all(axis=1))
        places = places[np.isfinite(places).all(axis=1)]
        if len(known) and len(places):
            tree = shapely.STRtree(shapely.box(*boxes[known].T))
            by = np.array([-self.touch, -self.touch, self.touch, self.touch])
            out[known[np.unique(tree.query(shapely.box(*(places + by).T))[1])]] = True
        return out

    def edited(self) -> BoolArray:
        """Parcels that were edited, or lie where anything was, and all that share their names."""
        places = [each.boxes for each in self.changes.layers.values() if each.any]
        parcels = self.changes.layers["DLTB"]
        out = self.near("DLTB", np.concatenate(places) if places else np.zeros((0, 4)))
        out[parcels.rows] = True
        names = self.layers["DLTB"].object_ids
        wanted = {str(name) for name in names[out]} | parcels.touched
        return out | np.fromiter((str(name) in wanted for name in names), bool, len(names))

    def within(self, polygons: GeometryArray) -> BoolArray:
        """Parcels of which a point inside lies in one of the polygons."""
        table = self.layers["DLTB"]
        out = np.zeros(len(table), dtype=bool)
        candidates = np.flatnonzero(self.near("DLTB", shapely.bounds(polygons)))
        if table.geometry is None or not len(candidates):
            return out
        inside = shapely.point_on_surface(table.geometry[candidates])
        found = shapely.STRtree(inside).query(polygons, predicate="intersects")[1]
        out[candidates[np.unique(found)]] = True
        return out

    def part(self, chosen: Mapping[str, BoolArray], judged: Mapping[str, BoolArray]) -> Part | None:
        """Some rows of each layer as a package."""
        layers, case = self.layers, self.case
        if int(chosen["DLTB"].sum()) > _MOST * len(layers["DLTB"]):
            return None
        rows = {name: np.flatnonzero(chosen[name]) for name in layers}
        tables = {name: subset(table, rows[name]) for name, table in layers.items()}
        small = Case(
            replace(case.submission, layers=tables, cleanup=None),
            case.baseline,
            case.standard,
            case.settings,
            case.progress,
        )
        # The frame is a fact about the whole package: a part must not find another one.
        vars(small)["frame"] = case.frame
        small.known_shifted = case.known_shifted
        named = {
            name: frozenset(str(each) for each in layers[name].object_ids[mask])
            for name, mask in judged.items()
        }
        return Part(small, named, rows)


def subset(table: Table, rows: IntArray) -> Table:
    """Some rows of a layer, ascending, as a layer."""
    place = {int(row): number for number, row in enumerate(rows)}
    return Table(
        name=table.name,
        source=table.source,
        fields=table.fields,
        columns={name: column[rows] for name, column in table.columns.items()},
        geometry=None if table.geometry is None else table.geometry[rows],
        row_ids=table.row_ids[rows],
        wkt=table.wkt,
        geometry_type=table.geometry_type,
        problems=[
            replace(problem, row=place.get(problem.row, -1))
            for problem in table.problems
            if problem.row < 0 or problem.row in place
        ],
    )


def _one_frame(layers: Mapping[str, Table]) -> bool:
    told = [table.wkt for table in layers.values() if table.geometry is not None]
    return all(told) and all(same_crs(told[0], each) for each in told[1:])


def _in_degrees(boxes: Mapping[str, FloatArray]) -> bool:
    greatest = [np.nanmax(np.abs(each)) for each in boxes.values() if np.isfinite(each).any()]
    return bool(greatest) and max(greatest) <= 360.0
