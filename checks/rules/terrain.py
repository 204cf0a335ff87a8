"""Slope grades of cropland against the trusted terrain."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from ..findings import Text, Verdict
from ..measures.case import Case
from ..measures.slope_agreement import SlopeAgreement
from ..standard import Standard
from ..table import Table
from .rule import NO_PARCELS, Judgement, Rule
from .terrain_base import (
    MISMATCH,
    GradeComparison,
    TerrainRule,
    cell_size,
    compare_layer,
    excuse,
)
from .terrain_map import SlopeMap, SlopeParcelMap
from .terrain_plausible import PaddyOnSlope, WaterNotFlat

_NO_GRADES = Text("没有可核对的坡度级", "No slope grades to compare")
_FEW = Text("可比对象太少，无法判断整体偏差", "Too few objects to tell a general deviation")


def grade_facts(agreement: SlopeAgreement, place: int) -> dict[str, Any]:
    """The numbers behind one comparison, for a finding's evidence."""
    share = agreement.share[place]
    order = np.argsort(-share, kind="stable")
    return {
        "declared": int(agreement.declared[place]),
        "dem_grade": int(order[0] + 1),
        "dem_grade_share": round(float(share[order[0]]), 4),
        "second_grade": int(order[1] + 1),
        "second_grade_share": round(float(share[order[1]]), 4),
        "declared_share": round(float(share[agreement.declared[place] - 1]), 4),
        "declared_share_after_offset": round(float(agreement.declared_share[place]), 4),
        "honest_probability": round(float(agreement.honest[place]), 6),
        "suspicion": round(float(agreement.suspicion[place]), 3),
        "usual_offset": round(agreement.offset, 4),
        "honest_spread": round(float(agreement.spread[place]), 4),
    }


def score_of(honest: float) -> float:
    """0…1 from the probability of an honest deviation: 0.2 at one, 1 at 1:10,000."""
    return float(np.clip(0.2 - 0.2 * np.log10(max(honest, 1e-12)), 0.2, 1.0))


class SlopeGrade(TerrainRule):
    """GDPDJB of a cropland parcel against the DEM (F22).

    The grade of the largest area wins; an upper limit belongs to the lower
    grade. A grade is doubted when its share of the parcel is small even after
    the deviation usual for this county is allowed for, and called inconsistent
    when no honest deviation of another terrain model explains it.
    """

    id = "terrain.slope_grade"

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        compared = compare_layer(case, "DLTB")
        if compared is None:
            return out.skip(0, NO_PARCELS)
        excuse(out, compared.reasons)
        out.excuses.extend(compared.excuses)
        agreement = compared.agreement
        if agreement is None:
            return out if compared.reasons else out.skip(0, _NO_GRADES)
        if compared.as_whole:
            together = np.isin(np.arange(len(compared.table)), agreement.rows)
            out.excuses.append((together, MISMATCH))
            return out.skip(len(agreement), MISMATCH)
        out.tested = len(agreement)
        out.compared = np.zeros(len(compared.table), dtype=bool)
        out.compared[agreement.rows] = True
        for place in np.flatnonzero(compared.contradicts):
            self._accuse(compared, agreement, int(place), out)
        return out

    def _accuse(
        self, compared: GradeComparison, agreement: SlopeAgreement, place: int, out: Judgement
    ) -> None:
        terrain, table = compared.terrain, compared.table
        if terrain is None:
            return
        row = int(agreement.rows[place])
        facts = grade_facts(agreement, place)
        declared, measured = facts["declared"], facts["dem_grade"]
        mean, cells = float(terrain.slope_mean[row]), float(terrain.cells[row])
        lowered = declared < measured
        facts |= {
            "mean_slope_deg": round(mean, 3),
            "cells": round(cells, 1),
            "cell_m": round(cell_size(terrain, agreement.rows[place : place + 1]), 2),
            "checked_share": round(float(terrain.checked_share[row]), 4),
            "honest_band_deg": self._band(agreement, place, mean),
        }
        excuses = self._excuses(compared, agreement, place, lowered)
        facts["honest_causes"] = excuses
        out.findings.append(
            self.finding(
                table,
                row,
                _grade_message(facts, mean, cells, excuses),
                verdict=Verdict.DOUBTFUL if excuses else None,
                score=score_of(facts["honest_probability"]),
                measured=str(declared),
                expected=str(measured),
                cause="slope_lowered" if lowered else "slope_raised",
                evidence=facts,
            )
        )

    def _band(self, agreement: SlopeAgreement, place: int, slope: float) -> float:
        """Half width in degrees of the honest band at this parcel's slope."""
        reach = 2.3 * float(agreement.spread[place])  # 2 % and 98 % of a logistic distribution
        high = agreement.changed(slope, agreement.offset + reach)
        low = agreement.changed(slope, agreement.offset - reach)
        return round(float(high - low) / 2, 3)

    def _excuses(
        self, compared: GradeComparison, agreement: SlopeAgreement, place: int, lowered: bool
    ) -> list[str]:
        """Words for what could still honestly explain it; none: inconsistent."""
        terrain, table = compared.terrain, compared.table
        if terrain is None:
            return []
        row = int(agreement.rows[place])
        off = abs(int(agreement.declared[place]) - int(agreement.measured[place]))
        out = []
        if terrain.cells[row] < self.limit("certain_cells"):
            out.append("few_cells")
        elif not compared.certain[place]:
            out.append("within_dem_uncertainty")
        if off < 2 and len(agreement) < self.limit("calibrated_from"):
            out.append("uncalibrated")
        above = terrain.grade_area[row, agreement.declared[place] :].sum()
        if lowered and off < 2 and above < self.limit("merge_m2"):
            out.append("small_patch_merged_to_lower_grade")
        terraced = table.text("GDLX")[row] == str(self.spec.limits["terraced"])
        cell = cell_size(terrain, agreement.rows[place : place + 1])
        if lowered and off < 2 and terraced and cell > self.limit("terrace_cell_m"):
            out.append("terraces_unseen_by_dem")
        return out


_HONEST = {
    "few_cells": Text("像元偏少", "few cells"),
    "within_dem_uncertainty": Text(
        "可能在不同 DEM 之间的差异范围内", "another DEM could honestly say so"
    ),
    "uncalibrated": Text(
        "可比图斑少，无法估计常见偏差", "too few parcels to know the usual deviation"
    ),
    "small_patch_merged_to_lower_grade": Text(
        "小图斑可并入低一级", "a patch this small may be merged into the lower grade"
    ),
    "terraces_unseen_by_dem": Text("该 DEM 看不出梯田面", "terraces that this DEM cannot show"),
}


def _grade_message(facts: dict[str, Any], mean: float, cells: float, excuses: list[str]) -> Text:
    words = [_HONEST[excuse] for excuse in excuses]
    zh_tail = "；仅为存疑：" + "、".join(word.zh for word in words) if words else ""
    en_tail = "; only doubtful: " + ", ".join(word.en for word in words) if words else ""
    zh_way, en_way = ("偏低", "low") if facts["declared"] < facts["dem_grade"] else ("偏高", "high")
    return Text(
        f"坡度级填报 {facts['declared']} 级，{zh_way}：DEM 中 {facts['dem_grade']} 级占 "
        f"{facts['dem_grade_share']:.0%}，{facts['second_grade']} 级占 "
        f"{facts['second_grade_share']:.0%}，填报的级仅占 {facts['declared_share']:.0%}"
        f"（平均坡度 {mean:.1f}°，{cells:.0f} 个像元）{zh_tail}",
        f"Slope grade {facts['declared']} is too {en_way}: in the DEM grade "
        f"{facts['dem_grade']} has {facts['dem_grade_share']:.0%} of the area, grade "
        f"{facts['second_grade']} {facts['second_grade_share']:.0%}, the declared one only "
        f"{facts['declared_share']:.0%} (mean slope {mean:.1f}°, {cells:.0f} cells){en_tail}",
    )


class SlopeBias(TerrainRule):
    """Whether the grades of a whole layer deviate one way from the DEM.

    One finding about the layer instead of thousands about parcels: another
    resolution or method is the usual honest reason, grades lowered everywhere
    the other one.
    """

    id = "terrain.slope_bias"

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        for layer in ("DLTB", "PDT"):
            compared = compare_layer(case, layer)
            if compared is None:
                continue
            if compared.agreement is None:
                for reason in compared.reasons:
                    out.skip(0, reason)
                continue
            if len(compared.agreement) < self.calibrated_from(case):
                out.skip(1, _FEW)
                continue
            out.tested += 1
            self._judge_layer(compared, compared.agreement, out)
        if not (out.tested or out.not_checkable or out.reasons):
            out.skip(0, _NO_GRADES)
        return out

    def calibrated_from(self, case: Case) -> float:
        """How many objects tell a general deviation."""
        return float(case.standard.rules["terrain.slope_grade"].limits["calibrated_from"])

    def _judge_layer(
        self, compared: GradeComparison, agreement: SlopeAgreement, out: Judgement
    ) -> None:
        terrain, offset = compared.terrain, agreement.free_offset
        if terrain is None:
            return
        if not (compared.biased or compared.as_whole):
            return
        habits = agreement.habits
        typical = float(np.nanmedian(terrain.slope_mean[agreement.rows]))
        factor = float(agreement.changed(typical, offset)) / max(typical, 1e-6)
        cause, verdict = "slope_method", Verdict.DOUBTFUL
        if compared.beyond and offset < 0:
            cause, verdict = "slope_lowered", self.spec.verdict
        elif compared.beyond:
            cause = "slope_raised"
        elif compared.mismatch:
            cause = "dem_mismatch"
        elif offset > 0:
            cause = "dem_resolution"
        out.findings.append(
            self.finding_about(
                compared.table.name,
                compared.table.name,
                _bias_message(compared, agreement, factor, cause),
                verdict=verdict,
                score=float(np.clip(abs(offset) / 0.8, 0.2, 1.0)),
                measured=f"{factor:.2f}",
                expected="1.00",
                cause=cause,
                where=_extent(compared.table),
                evidence={
                    "objects": len(agreement),
                    "declared_lower": agreement.lower,
                    "declared_higher": agreement.higher,
                    "agreeing_area_share": _agreement(compared, agreement),
                    "unexplained": int(compared.contradicts.sum()),
                    "slope_factor": round(factor, 4),
                    "at_slope_deg": round(typical, 3),
                    "offset": round(offset, 4),
                    "honest_offsets": [round(habits.lowest, 4), round(habits.highest, 4)],
                    "spread": round(agreement.typical_spread, 4),
                    "support": round(agreement.support, 2),
                    "cell_m": round(cell_size(terrain, agreement.rows), 2),
                },
            )
        )


def _agreement(compared: GradeComparison, agreement: SlopeAgreement) -> float | None:
    """Share of the compared area on which the DEM has the declared grade."""
    if compared.terrain is None:
        return None
    area = compared.terrain.grade_area[agreement.rows]
    own = area[np.arange(len(agreement)), agreement.declared - 1]
    return round(float(own.sum() / max(area.sum(), 1e-9)), 4)


def _extent(table: Table) -> shapely.Geometry | None:
    """Where to look: the box of the layer, in its own CRS."""
    if table.geometry is None or not table.usable.any():
        return None
    return shapely.box(*shapely.total_bounds(table.geometry[table.usable]))


_CAUSES = {
    "dem_resolution": Text(
        "可能是坡度由更精细的 DEM 算得，不逐个质疑图斑",
        "probably from a finer DEM; single parcels are not doubted for it",
    ),
    "slope_method": Text(
        "可能是 DEM 较粗或算法不同，不逐个质疑图斑",
        "perhaps from a coarser DEM or another method; single parcels are not doubted for it",
    ),
    "slope_lowered": Text(
        "超出分辨率与方法所能解释的范围，疑似整体改低",
        "more than resolution and method explain: lowered as a whole?",
    ),
    "slope_raised": Text(
        "超出分辨率与方法所能解释的范围", "more than resolution and method explain"
    ),
    "dem_mismatch": Text(
        "填报坡度级与该 DEM 总体不符，可能不是同一地区的数据",
        "grades and DEM do not belong together: perhaps not the same place",
    ),
}


def _bias_message(
    compared: GradeComparison, agreement: SlopeAgreement, factor: float, cause: str
) -> Text:
    name, why = compared.table.name, _CAUSES[cause]
    return Text(
        f"{name} 的坡度级总体相当于 DEM 坡度的 {factor:.2f} 倍（{len(agreement)} 个对象中 "
        f"{agreement.lower} 个低于、{agreement.higher} 个高于 DEM 的级）：{why.zh}",
        f"Grades of {name} as a whole correspond to {factor:.2f} times the DEM's slope (of "
        f"{len(agreement)} objects {agreement.lower} are below, {agreement.higher} above the "
        f"DEM's grade): {why.en}",
    )


_CLASSES: tuple[type[Rule], ...] = (
    SlopeGrade,
    SlopeBias,
    SlopeMap,
    SlopeParcelMap,
    PaddyOnSlope,
    WaterNotFlat,
)


def rules(standard: Standard) -> list[Rule]:
    """The rules of this family with their words and limits."""
    return [rule(standard.rules[rule.id]) for rule in _CLASSES]
