"""Boundary lines and outlines that must run along other boundaries."""

from __future__ import annotations

import numpy as np
import shapely

from ..findings import Severity, Text, Verdict
from ..measures.case import Case
from ..measures.coverage import NO_LAYER
from ..measures.coverage_lines import Stretches
from ..measures.shape import hole_counts
from ..table import Table
from .rule import Judgement
from .topology_base import NO_LAYERS, TopologyRule, by_row, count, graded, ordered_pair

_NO_LINE = Text("线图形缺失或没有长度", "The line is missing or has no length")


def _count_lines(case: Case, out: Judgement, table: Table) -> bool:
    """Count the lines of a layer; whether any can be checked."""
    lines = case.coverage.lines(table.name)
    if lines is None:
        out.skip(len(table), _NO_LINE)
        return False
    there = ~shapely.is_missing(lines)
    out.tested += int(there.sum())
    if not there.all():
        out.skip(int((~there).sum()), _NO_LINE)
    return bool(there.any())


class _AlongBoundary(TopologyRule):
    """A line lies on the boundary of polygons."""

    def compare(self, case: Case, out: Judgement, lines: Table, polygons: str) -> None:
        """Report stretches of ``lines`` off the boundaries of ``polygons``."""
        found = case.coverage.off_boundary(lines.name, polygons)
        if found is None:
            return
        places = np.flatnonzero(found.length >= self.limit("length_m"))
        snapping = self.limit("snapping_m")
        far = case.coverage.off_boundary(lines.name, polygons, snapping) if len(places) else None
        for place in places:
            near = far is not None and found.row[place] not in far.row
            self._report(out, lines, polygons, found, int(place), near)

    def _report(
        self,
        out: Judgement,
        lines: Table,
        polygons: str,
        found: Stretches,
        place: int,
        near: bool,
    ) -> None:
        length = float(found.length[place])
        out.findings.append(
            self.finding(
                lines,
                int(found.row[place]),
                Text(
                    f"{lines.name} 有 {length:.2f} 米不在 {polygons} 的边界上",
                    f"{length:.2f} m of {lines.name} are not on a boundary of {polygons}",
                ),
                verdict=Verdict.DOUBTFUL if near else None,
                severity=Severity.C if near else None,
                where=found.where[place],
                score=graded(length, 20.0),
                measured=f"{length:.2f}",
                expected="0",
                tolerance=self.limit("length_m"),
                unit="m",
                cause="snapping" if near else "",
                key=polygons,
                evidence={"length_m": length, "polygons": polygons},
            )
        )


class LineOnBoundary(_AlongBoundary):
    """XZQJX and CJDCQJX lie on the boundaries of XZQ and CJDCQ (43xx)."""

    id = "topology.line_off_boundary"

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        for name, polygons in self.about(case, "boundary_lines").items():
            table, bounded = case.layer(name), case.coverage.shape(polygons)
            if table is None or table.geometry is None or not len(table):
                continue
            apart = case.coverage.apart(name, polygons)
            if apart is not None or bounded is None or not bounded.sound.usable.any():
                out.skip(len(table), apart or NO_LAYER)
            elif _count_lines(case, out, table):
                self.compare(case, out, table, polygons)
        self.snapping_once(out)
        return out if out.tested or out.not_checkable else out.skip(0, NO_LAYERS)


class TownOutline(_AlongBoundary):
    """The outline of CZCDYD lies on boundaries of DLTB."""

    id = "topology.town_outline"

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        towns, parcels = case.coverage.shape("CZCDYD"), case.coverage.shape("DLTB")
        if towns is None or not len(towns.table):
            return out.skip(0, NO_LAYER)
        apart = case.coverage.apart("CZCDYD", "DLTB")
        if apart is not None or parcels is None or not parcels.sound.usable.any():
            return out.skip(len(towns.table), apart or NO_LAYER)
        count(out, towns.sound.usable)
        self.compare(case, out, towns.table, "DLTB")
        return self.snapping_once(out)


class TownHole(TopologyRule):
    """CZCDYD has no holes (5101)."""

    id = "topology.town_hole"

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        shape = case.coverage.shape("CZCDYD")
        if shape is None or not len(shape.table):
            return out.skip(0, NO_LAYER)
        count(out, shape.sound.usable)
        holes = hole_counts(shape.polygons)
        for row in np.flatnonzero(holes > 0):
            parts = shapely.get_parts(shape.polygons[row])
            inner = [ring for part in parts for ring in part.interiors]
            where = shape.shown(np.array([shapely.MultiPolygon([[r] for r in inner])]))[0]
            area = float(shapely.area(shapely.polygons(inner)).sum())
            out.findings.append(
                self.finding(
                    shape.table,
                    int(row),
                    Text(
                        f"城镇村等用地有 {holes[row]} 个内环，共 {area:.2f} 平方米",
                        f"A polygon of CZCDYD has {holes[row]} hole(s) of {area:.2f} m² in all",
                    ),
                    where=where,
                    measured=str(int(holes[row])),
                    expected="0",
                    evidence={"holes": int(holes[row]), "area_m2": area},
                )
            )
        return out


class _LineRule(TopologyRule):
    """One rule over every layer of boundary lines."""

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        for name in self.layers(case):
            table = case.layer(name)
            if table is None or table.geometry is None or not len(table):
                continue
            if _count_lines(case, out, table):
                self.look(case, out, table)
        return out if out.tested or out.not_checkable else out.skip(0, NO_LAYERS)

    def layers(self, case: Case) -> list[str]:
        """The layers that the rule is about."""
        return list(self.about(case, "boundary_lines"))

    def look(self, case: Case, out: Judgement, table: Table) -> None:
        """Report what is wrong with the lines of one layer."""
        raise NotImplementedError


class LineTwice(_LineRule):
    """No stretch of boundary is drawn twice in a layer (4301)."""

    id = "topology.line_twice"

    def look(self, case: Case, out: Judgement, table: Table) -> None:
        """Pairs of lines that run together."""
        found = case.coverage.drawn_twice(table.name)
        for place in range(0 if found is None else len(found.row)):
            assert found is not None
            length = float(found.length[place])
            first, second = ordered_pair(table, int(found.row[place]), int(found.other[place]))
            one, other = str(table.object_ids[first]), str(table.object_ids[second])
            itself = first == second
            how = (
                Text("自重叠", "the same line")
                if itself
                else Text(f"与 {other} 重叠", f"the line {other}")
            )
            out.findings.append(
                self.finding(
                    table,
                    first,
                    Text(
                        f"{table.name} 有 {length:.2f} 米{how.zh}",
                        f"{length:.2f} m of {table.name} run along {how.en} again",
                    ),
                    where=found.where[place],
                    score=graded(length, 20.0),
                    measured=f"{length:.2f}",
                    expected="0",
                    tolerance=case.coverage.tolerance,
                    unit="m",
                    cause="self_overlap" if itself else "duplicate",
                    key="" if itself else other,
                    evidence={"line": one, "other": other, "length_m": length},
                )
            )


class LooseEnd(_LineRule):
    """The ends of CJDCQJX meet other boundary lines (4302)."""

    id = "topology.loose_end"

    def layers(self, case: Case) -> list[str]:
        """All but the first: county lines may end where the county's data ends."""
        return super().layers(case)[1:]

    def look(self, case: Case, out: Judgement, table: Table) -> None:
        """Ends that meet nothing."""
        ends = case.coverage.loose_ends(table.name, super().layers(case)[0])
        if ends is None:
            return
        for row, places in by_row(ends.row):
            xy = ends.xy[places]
            shown = case.coverage.plane(table).back(np.asarray(shapely.points(xy), dtype=object))
            out.findings.append(
                self.finding(
                    table,
                    row,
                    Text(
                        f"{table.name} 有 {len(places)} 个端点悬挂，不与其他界线相接",
                        f"{len(places)} end(s) of {table.name} meet no other boundary line",
                    ),
                    where=shown[0] if len(shown) == 1 else shapely.multipoints(shown),
                    measured=str(len(places)),
                    expected="0",
                    evidence={"ends": len(places)},
                )
            )


class ShortLine(_LineRule):
    """A line is long enough to mean something (4701)."""

    id = "topology.short_line"

    def look(self, case: Case, out: Judgement, table: Table) -> None:
        """Lines below the limit."""
        lines = case.coverage.lines(table.name)
        limit = self.limit("length_m")
        with np.errstate(invalid="ignore"):
            length = shapely.length(lines)
            short = np.flatnonzero(length < limit)
        for row in short:
            out.findings.append(
                self.finding(
                    table,
                    int(row),
                    Text(
                        f"{table.name} 线长仅 {length[row]:.3f} 米（限值 {limit:g} 米）",
                        f"A line of {table.name} of only {length[row]:.3f} m (limit {limit:g} m)",
                    ),
                    verdict=Verdict.DOUBTFUL,
                    severity=Severity.C,
                    score=graded(limit - float(length[row]), limit / 2),
                    measured=f"{length[row]:.3f}",
                    expected=f">= {limit:g}",
                    tolerance=limit,
                    unit="m",
                    evidence={"length_m": float(length[row])},
                )
            )
