"""Single geometries: missing, unusable, invalid, in parts, copied."""

from __future__ import annotations

import numpy as np
import shapely

from ..findings import Severity, Text, Verdict
from ..measures.case import Case
from ..measures.coverage import LayerShape
from ..measures.shape import State, part_counts
from ..table import BoolArray, Table
from .rule import Judgement
from .topology_base import NO_LAYERS, TopologyRule, count, ordered_pair, points

_REASONS = {
    "Self-intersection": ("self_intersection", Text("边界自相交", "the boundary crosses itself")),
    "Ring Self-intersection": (
        "ring_self_touch",
        Text("环与自身相接", "a ring touches itself"),
    ),
    "Hole lies outside shell": (
        "hole_outside",
        Text("内环位于外环之外", "a hole lies outside its shell"),
    ),
    "Holes are nested": ("nested_holes", Text("内环相互嵌套", "holes lie inside each other")),
    "Nested shells": ("nested_shells", Text("外环相互嵌套", "shells lie inside each other")),
    "Duplicate Rings": ("duplicate_rings", Text("环重复", "a ring is repeated")),
    "Interior is disconnected": (
        "disconnected_interior",
        Text("内部不连通", "the inside is not connected"),
    ),
    "Too few points in geometry component": (
        "too_few_points",
        Text("拐点不足，没有面积", "too few points to enclose any area"),
    ),
}
_OTHER = ("invalid", Text("图形无效", "the geometry is invalid"))


def _problem_rows(table: Table, kind: str) -> dict[int, Text]:
    return {p.row: p.detail for p in table.problems if p.kind == kind and p.row >= 0}


class MissingGeometry(TopologyRule):
    """Every feature of a spatial layer has a geometry of the right kind."""

    id = "topology.missing_geometry"

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        for name, spec in case.standard.layers.items():
            table = case.layer(name)
            if table is None or table.geometry is None or spec.geometry == "annotation":
                continue
            if table.geometry_type not in ("", spec.geometry):
                # The layer as a whole is of another kind, and reported as a whole.
                continue
            broken, not_finite = (
                _problem_rows(table, kind) for kind in ("broken_geometry", "nan_coordinates")
            )
            out.tested += len(table)
            for row in np.flatnonzero(self._without(case, table, spec.geometry)):
                if int(row) not in not_finite:
                    self._report(out, table, int(row), broken.get(int(row)))
        return out if out.tested else out.skip(0, NO_LAYERS)

    def _without(self, case: Case, table: Table, kind: str) -> BoolArray:
        assert table.geometry is not None
        shape = case.coverage.shape(table.name) if kind == "polygon" else None
        if shape is None:
            return shapely.is_missing(table.geometry) | shapely.is_empty(table.geometry)
        return np.isin(shape.sound.state, (State.MISSING, State.EMPTY, State.WRONG_TYPE))

    def _report(self, out: Judgement, table: Table, row: int, broken: Text | None) -> None:
        assert table.geometry is not None
        there = table.geometry[row] is not None and not table.geometry[row].is_empty
        kind = table.geometry[row].geom_type if there else ""
        if broken is not None:
            cause, why = "broken_geometry", broken
        elif kind:
            cause = "wrong_geometry_type"
            why = Text(f"图形类型为 {kind}", f"its geometry is a {kind}")
        else:
            cause, why = "missing_geometry", Text("图形为空", "it has no geometry")
        out.findings.append(
            self.finding(
                table,
                row,
                Text(
                    f"{table.name} 要素没有可用的图形：{why.zh}",
                    f"A feature of {table.name} has no usable geometry: {why.en}",
                ),
                measured=kind or "0",
                cause=cause,
            )
        )


class FiniteCoordinates(TopologyRule):
    """Coordinates are numbers that a place on Earth can have."""

    id = "topology.not_finite"

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        for name in case.standard.layers:
            table = case.layer(name)
            if table is None or table.geometry is None:
                continue
            out.tested += len(table)
            bad = _problem_rows(table, "nan_coordinates")
            shape = case.coverage.shape(name)
            if shape is not None:
                for row in np.flatnonzero(shape.sound.state == State.NOT_FINITE):
                    bad.setdefault(int(row), Text("坐标不是有效数值", "coordinates are no numbers"))
            for row in sorted(bad):
                self._report(out, table, row, bad[row], shape)
        return out if out.tested else out.skip(0, NO_LAYERS)

    def _report(
        self, out: Judgement, table: Table, row: int, why: Text, shape: LayerShape | None
    ) -> None:
        out.findings.append(
            self.finding_about(
                table.name,
                str(table.object_ids[row]),
                Text(
                    f"{table.name} 要素的坐标不可用：{why.zh}",
                    f"A feature of {table.name} has unusable coordinates: {why.en}",
                ),
                # The broken shape itself can be drawn nowhere; what is left of it can.
                where=None
                if shape is None
                else shape.shown(shape.sound.stand_in[row : row + 1])[0],
                parcel_bsm=str(table.object_ids[row]) if table.name == "DLTB" else "",
                cause="nan_coordinates",
            )
        )


class ValidGeometry(TopologyRule):
    """A polygon is valid in the sense of OGC simple features."""

    id = "topology.invalid"

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        for shape in self.polygon_layers(case):
            state = shape.sound.state
            judged = np.isin(state, (State.SOUND, State.INVALID, State.TOUCHES_ITSELF))
            count(out, judged)
            for row in np.flatnonzero(judged & (state != State.SOUND)):
                self._report(out, shape, int(row))
        return out if out.tested or out.not_checkable else out.skip(0, NO_LAYERS)

    def _report(self, out: Judgement, shape: LayerShape, row: int) -> None:
        reason = str(shape.sound.reason[row]).partition("[")[0].strip()
        cause, word = _REASONS.get(reason, _OTHER)
        touching = shape.sound.state[row] == State.TOUCHES_ITSELF
        place = shape.sound.place[row]
        where = None if place is None else points(shape, shapely.get_coordinates(place)[:1])
        zh, en = ("，面积没有歧义", "; its area is not in doubt") if touching else ("", "")
        out.findings.append(
            self.finding(
                shape.table,
                row,
                Text(
                    f"{shape.table.name} 面图形无效：{word.zh}{zh}",
                    f"A polygon of {shape.table.name} is invalid: {word.en}{en}",
                ),
                verdict=Verdict.DOUBTFUL if touching else None,
                severity=Severity.D if touching else None,
                where=where,
                score=0.3 if touching else 1.0,
                measured=reason,
                cause=cause,
                evidence={"reason": str(shape.sound.reason[row])},
            )
        )


class SinglePart(TopologyRule):
    """A polygon feature has one part."""

    id = "topology.multipart"

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        for shape in self.polygon_layers(case):
            assert shape.table.geometry is not None
            count(out, shape.sound.usable)
            parts = part_counts(shape.table.geometry)
            for row in np.flatnonzero(shape.sound.usable & (parts > 1)):
                out.findings.append(
                    self.finding(
                        shape.table,
                        int(row),
                        Text(
                            f"{shape.table.name} 要素由 {parts[row]} 个部分组成，应为单部件",
                            f"A feature of {shape.table.name} has {parts[row]} parts, "
                            "not a single one",
                        ),
                        measured=str(parts[row]),
                        expected="1",
                    )
                )
        return out if out.tested or out.not_checkable else out.skip(0, NO_LAYERS)


class DuplicateGeometry(TopologyRule):
    """No two features of a layer have the same shape."""

    id = "topology.duplicate"

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        for shape in self.polygon_layers(case):
            usable = shape.sound.usable
            count(out, usable)
            for row in np.flatnonzero(usable & (shape.copy_of >= 0)):
                self._report(out, shape, int(row), int(shape.copy_of[row]))
        return out if out.tested or out.not_checkable else out.skip(0, NO_LAYERS)

    def _report(self, out: Judgement, shape: LayerShape, row: int, original: int) -> None:
        first, second = ordered_pair(shape.table, original, row)
        one, other = (str(shape.table.object_ids[i]) for i in (first, second))
        area = float(shape.area[original])
        out.findings.append(
            self.finding(
                shape.table,
                first,
                Text(
                    f"{shape.table.name} 中 {one} 与 {other} 的图形完全相同（{area:.2f} 平方米）",
                    f"{one} and {other} of {shape.table.name} have the very same shape "
                    f"({area:.2f} m²)",
                ),
                measured=f"{area:.2f}",
                expected="0",
                unit="m²",
                cause="duplicate",
                key=other,
                evidence={"other": other, "area_m2": area},
            )
        )
