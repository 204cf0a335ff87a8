"""Contours against one another: interval, neighbours, crossings. No DEM is needed."""

from __future__ import annotations

import numpy as np
import shapely

from ..findings import Family, Text
from ..measures.case import Case
from ..measures.heights import CONTOURS
from ..measures.heights_contours import ContourMeasure
from ..table import IntArray, Table
from .rule import NO_DEM, Judgement, Rule

_NO_CONTOURS = Text("成果中没有等高线 DGX", "The package has no contours DGX")
_NO_INTERVAL = Text("无法确定等高距", "No contour interval can be told")
_NO_HEIGHT = Text("没有标示高程或图形不可用", "No height, or no usable geometry")
_ALONE = Text("附近没有其他高程的等高线", "No contour of another height near by")


class _ContourRule(Rule):
    family = Family.HEIGHTS
    needs_interval = True

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        table = case.layer(CONTOURS)
        if table is None or not len(table):
            return out.skip(0, _NO_CONTOURS)
        measure = case.heights.lines if case.heights is not None else None
        if measure is None:
            return out.skip(len(table), NO_DEM)
        able = table.usable & np.isfinite(table.number("BSGC"))
        if not able.all():
            out.skip(int((~able).sum()), _NO_HEIGHT)
        if self.needs_interval and not np.isfinite(measure.interval):
            return out.skip(int(able.sum()), _NO_INTERVAL)
        self.compare(table, measure, np.flatnonzero(able), out)
        return out

    def compare(
        self, table: Table, measure: ContourMeasure, rows: IntArray, out: Judgement
    ) -> None:
        """Judge the contours in ``rows``."""
        raise NotImplementedError


class ContourInterval(_ContourRule):
    """Heights that are no multiple of the contour interval or its half or quarter."""

    id = "heights.contour_interval"

    def compare(
        self, table: Table, measure: ContourMeasure, rows: IntArray, out: Judgement
    ) -> None:
        out.tested = len(rows)
        for row in rows[~measure.on_interval[rows]]:
            height = float(table.number("BSGC")[row])
            out.findings.append(
                self.finding(
                    table,
                    int(row),
                    Text(
                        f"等高线高程 {height:g} 米不是等高距 {measure.interval:g} 米"
                        "（或其二分之一、四分之一）的整倍数",
                        f"Contour height {height:g} m is no multiple of the interval "
                        f"{measure.interval:g} m, of its half or of its quarter",
                    ),
                    score=0.5,
                    measured=f"{height:g}",
                    expected=f"n × {measure.interval:g}",
                    unit="m",
                    cause="contour_interval",
                    evidence={"interval_m": measure.interval},
                )
            )


class ContourNeighbour(_ContourRule):
    """A contour whose neighbours are more than one interval away in height."""

    id = "heights.contour_neighbour"

    def compare(
        self, table: Table, measure: ContourMeasure, rows: IntArray, out: Judgement
    ) -> None:
        able = measure.samples[rows] >= self.limit("least_points")
        if not able.all():
            out.skip(int((~able).sum()), _ALONE)
        rows = rows[able]
        out.tested = len(rows)
        for row in rows[measure.culprit[rows]]:
            height = float(table.number("BSGC")[row])
            share = float(measure.jumps[row] / measure.samples[row])
            out.findings.append(
                self.finding(
                    table,
                    int(row),
                    Text(
                        f"等高线 {height:g} 米与相邻等高线的高差超过一个等高距"
                        f"（{measure.interval:g} 米，占沿线的 {share:.0%}），"
                        "高程注记或走向可能有误",
                        f"Contour {height:g} m: its neighbours differ by more than one interval "
                        f"({measure.interval:g} m) along {share:.0%} of it; its height or its "
                        "course may be wrong",
                    ),
                    score=float(np.clip(share, 0.0, 1.0)),
                    measured=f"{height:g}",
                    expected=f"± {measure.interval:g}",
                    unit="m",
                    cause="contour_neighbour",
                    evidence={
                        "interval_m": measure.interval,
                        "points": int(measure.samples[row]),
                        "jumps": int(measure.jumps[row]),
                    },
                )
            )


class ContourCrossing(_ContourRule):
    """Contours of different height that cross: no ground has two heights."""

    id = "heights.contour_crossing"
    needs_interval = False

    def compare(
        self, table: Table, measure: ContourMeasure, rows: IntArray, out: Judgement
    ) -> None:
        out.tested = len(rows)
        heights, ids = table.number("BSGC"), table.object_ids
        for first, second in measure.crossing:
            one, other = float(heights[first]), float(heights[second])
            out.findings.append(
                self.finding(
                    table,
                    int(first),
                    Text(
                        f"{one:g} 米与 {other:g} 米的等高线（标识 {ids[second]}）相交",
                        f"Contours of {one:g} m and {other:g} m (id {ids[second]}) cross",
                    ),
                    where=_crossing(table, int(first), int(second)),
                    score=0.6,
                    measured=f"{one:g}",
                    expected=f"{other:g}",
                    unit="m",
                    cause="contour_crossing",
                    key=str(ids[second]),
                    evidence={"other": str(ids[second])},
                )
            )


def _crossing(table: Table, first: int, second: int) -> shapely.Geometry | None:
    if table.geometry is None:
        return None
    try:
        return shapely.intersection(table.geometry[first], table.geometry[second])
    except shapely.GEOSException:
        return table.geometry[first]
