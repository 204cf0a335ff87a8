"""The part of a package around what was edited, as a package of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import shapely

from .measures.case import Case
from .recheck_changes import Changes
from .reproject import same_crs
from .table import BoolArray, FloatArray, IntArray, Table

_TOUCH = 1.0
_TOUCH_DEGREES = 1e-5
"""How far apart two boxes may be and the objects still be neighbours."""
_MOST = 0.5
"""Share of the objects from which a part saves nothing."""


@dataclass(frozen=True)
class Part:
    """Parcels that were edited or lie where something was, and all around these.

    ``judged`` holds the identifiers of these parcels (DLTB), of which the part tells the same as
    the whole; the rest only stands around them.
    """

    case: Case
    judged: frozenset[str]
    rows: Mapping[str, IntArray]

    def speaks_of(self, layer: str, object_id: str) -> bool:
        """Whether the part can judge that object."""
        return layer == "DLTB" and object_id in self.judged

    def parcels(self, rows: BoolArray, count: int) -> BoolArray:
        """A mask over the parcels of the part as one over all ``count`` parcels."""
        out = np.zeros(count, dtype=bool)
        out[self.rows["DLTB"][rows]] = True
        return out


def part_of(case: Case, changes: Changes) -> Part | None:
    """The part around all changes; ``None`` where it would not be smaller or not be sure."""
    layers = case.submission.layers
    if not _one_frame(layers):
        return None
    boxes = {name: digests.boxes for name, digests in changes.digests.items()}
    touch = _TOUCH_DEGREES if _in_degrees(boxes) else _TOUCH
    if "DLTB" not in layers:
        return None
    edited = [each.boxes for each in changes.layers.values() if each.any]
    places = np.concatenate(edited) if edited else np.zeros((0, 4))
    judged = _near(boxes["DLTB"], places, touch)
    parcels = changes.layers["DLTB"]
    judged[parcels.rows] = True
    judged |= _same_name(layers["DLTB"], judged, parcels.touched)
    places = boxes["DLTB"][judged]
    chosen = {name: _near(boxes[name], places, touch) for name in layers}
    chosen["DLTB"] |= judged
    total = sum(len(table) for table in layers.values())
    if sum(int(rows.sum()) for rows in chosen.values()) > _MOST * total:
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
    names = layers["DLTB"].object_ids[judged]
    return Part(small, frozenset(str(each) for each in names), rows)


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


def _near(boxes: FloatArray, places: FloatArray, touch: float) -> BoolArray:
    """Rows whose box meets one of ``places``, a little wider."""
    out = np.zeros(len(boxes), dtype=bool)
    known = np.flatnonzero(np.isfinite(boxes).all(axis=1))
    places = places[np.isfinite(places).all(axis=1)]
    if len(known) and len(places):
        tree = shapely.STRtree(shapely.box(*boxes[known].T))
        wide = places + np.array([-touch, -touch, touch, touch])
        out[known[np.unique(tree.query(shapely.box(*wide.T))[1])]] = True
    return out


def _same_name(table: Table, rows: BoolArray, touched: frozenset[str]) -> BoolArray:
    """Rows that share an identifier with one that is judged: findings cannot tell them apart."""
    names = table.object_ids
    wanted = {str(name) for name in names[rows]} | touched
    return np.fromiter((str(name) in wanted for name in names), bool, len(names))


def _one_frame(layers: Mapping[str, Table]) -> bool:
    told = [table.wkt for table in layers.values() if table.geometry is not None]
    return all(told) and all(same_crs(told[0], each) for each in told[1:])


def _in_degrees(boxes: Mapping[str, FloatArray]) -> bool:
    greatest = [np.nanmax(np.abs(each)) for each in boxes.values() if np.isfinite(each).any()]
    return bool(greatest) and max(greatest) <= 360.0
