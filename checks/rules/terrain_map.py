"""The delivered slope map: against the DEM, and against the parcels' grades."""

from __future__ import annotations

import numpy as np
import shapely

from ..findings import Text, Verdict
from ..measures.case import Case
from ..measures.slope_overlay import grade_area_of_map
from ..reproject import same_crs
from ..table import FloatArray, IntArray, Table
from .rule import NO_PARCELS, Judgement
from .terrain_base import (
    MISMATCH,
    UNUSABLE,
    TerrainRule,
    compare_layer,
    declared_grades,
    excuse,
)

NO_MAP = Text("成果中没有 PDT 图层", "The package has no PDT layer")
_NO_MAP_GRADES = Text("PDT 没有可用的坡度级", "PDT has no usable slope grades")
_OTHER_FRAME = Text("DLTB 与 PDT 的坐标系不同", "DLTB and PDT are in different frames")
_OFF_MAP = Text("图斑不在坡度图范围内", "The parcel is not covered by the slope map")


class SlopeMap(TerrainRule):
    """PDJB of each polygon of the slope map against the DEM.

    Polygons of the map are generalised (patches below the limit go to the
    lower neighbour, edges may lie one or two cells off), so that only the
    winner inside a polygon is compared, and narrow polygons are left out.
    """

    id = "terrain.slope_map"

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        compared = compare_layer(case, "PDT")
        if compared is None:
            return out.skip(0, NO_MAP)
        excuse(out, compared.reasons)
        agreement, terrain = compared.agreement, compared.terrain
        if agreement is None or terrain is None:
            return out if compared.reasons else out.skip(0, _NO_MAP_GRADES)
        if compared.as_whole:
            return out.skip(len(agreement), MISMATCH)
        out.tested = len(agreement)
        for place in np.flatnonzero(compared.contradicts):
            row = int(agreement.rows[place])
            share = agreement.share[place]
            declared, measured = int(agreement.declared[place]), int(agreement.measured[place])
            probability = float(agreement.honest[place])
            strong = compared.certain[place] and terrain.area[row] >= self.limit("merge_m2")
            area = float(terrain.area[row])
            out.findings.append(
                self.finding(
                    compared.table,
                    row,
                    Text(
                        f"坡度图斑填报 {declared} 级，DEM 中 {measured} 级占 "
                        f"{share[measured - 1]:.0%}，填报的级仅占 {share[declared - 1]:.0%}"
                        f"（面积 {area:.0f} 平方米）",
                        f"The slope map says grade {declared}; in the DEM grade {measured} has "
                        f"{share[measured - 1]:.0%} of it, grade {declared} only "
                        f"{share[declared - 1]:.0%} (area {area:.0f} m²)",
                    ),
                    verdict=None if strong else Verdict.DOUBTFUL,
                    score=float(np.clip(-0.2 * np.log10(max(probability, 1e-12)), 0.2, 1.0)),
                    measured=str(declared),
                    expected=str(measured),
                    cause="slope_lowered" if declared < measured else "slope_raised",
                    evidence={
                        "shares": [round(float(part), 4) for part in share],
                        "honest_probability": round(probability, 6),
                        "cells": round(float(terrain.cells[row]), 1),
                        "area_m2": round(area, 1),
                    },
                )
            )
        return out


class SlopeParcelMap(TerrainRule):
    """GDPDJB against the delivered slope map: the grade of the largest area wins."""

    id = "terrain.slope_parcel_map"

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        parcels, slope_map = case.parcels, case.layer("PDT")
        if parcels is None:
            return out.skip(0, NO_PARCELS)
        declared = declared_grades(case, parcels, self.spec.limits)
        wanted = declared > 0
        count = int(wanted.sum())
        if slope_map is None or slope_map.geometry is None or parcels.geometry is None:
            return out.skip(count, NO_MAP)
        grades = declared_grades(case, slope_map, self.spec.limits)
        grades[~slope_map.usable] = 0
        if not grades.any():
            return out.skip(count, _NO_MAP_GRADES)
        if not same_crs(case.frame.wkt("DLTB"), case.frame.wkt("PDT")):
            return out.skip(count, _OTHER_FRAME)
        broken = wanted & ~parcels.usable
        if broken.any():
            out.skip(int(broken.sum()), UNUSABLE)
        rows = np.flatnonzero(wanted & parcels.usable)
        areas = grade_area_of_map(
            parcels.geometry[rows],
            slope_map.geometry,
            grades,
            len(case.standard.slope_limits) + 1,
            case.progress,
        )
        total = areas.sum(axis=1)
        whole = shapely.area(parcels.geometry[rows])
        covered = total >= self.limit("least_covered_share") * whole
        if not covered.all():
            out.skip(int((~covered).sum()), _OFF_MAP)
        out.tested = int(covered.sum())
        rows, share = rows[covered], areas[covered] / total[covered, None]
        self._compare(parcels, rows, declared[rows], share, out)
        return out

    def _compare(
        self, table: Table, rows: IntArray, declared: IntArray, share: FloatArray, out: Judgement
    ) -> None:
        own = share[np.arange(len(rows)), declared - 1]
        winner = np.argmax(share, axis=1)
        best = share[np.arange(len(rows)), winner]
        # A tie decided the other way is nobody's error.
        wrong = np.flatnonzero(best - own > self.limit("tie_share"))
        for place in wrong:
            row, grade = int(rows[place]), int(winner[place]) + 1
            clear = own[place] < self.limit("clear_share") and best[place] > 1 - self.limit(
                "clear_share"
            )
            out.findings.append(
                self.finding(
                    table,
                    row,
                    Text(
                        f"坡度级填报 {declared[place]} 级，与成果坡度图不符：图斑内 {grade} 级占 "
                        f"{best[place]:.0%}，填报的级占 {own[place]:.0%}",
                        f"Slope grade {declared[place]} differs from the delivered slope map: "
                        f"inside the parcel grade {grade} has {best[place]:.0%}, the declared "
                        f"one {own[place]:.0%}",
                    ),
                    verdict=None if clear else Verdict.DOUBTFUL,
                    score=float(np.clip(best[place] - own[place], 0.1, 1.0)),
                    measured=str(declared[place]),
                    expected=str(grade),
                    tolerance=self.limit("tie_share"),
                    cause="slope_lowered" if declared[place] < grade else "slope_raised",
                    evidence={
                        "map_shares": [round(float(part), 4) for part in share[place]],
                        "declared": int(declared[place]),
                    },
                )
            )
