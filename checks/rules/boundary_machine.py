"""Outlines that no hand drew: on a grid, in staircases, with even spacing."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from ..findings import Family, Text, Verdict
from ..measures.case import Case
from ..measures.rings_lattice import OWN, LatticeMeasure
from ..table import BoolArray, FloatArray, Table
from .rule import NO_PARCELS, Judgement, Rule

_FEW = Text("界线拐点太少，不足以判断", "Too few vertices to tell")
_UNUSABLE = Text(
    "图形缺失或无效，已由图形规则报告", "Missing or invalid geometry, reported by other rules"
)
_GRIDS = {
    "dem": Text("DEM 格网", "the grid of the DEM"),
    "image": Text("影像像元格网", "the pixels of the image"),
    "image_previous": Text("前期影像像元格网", "the pixels of the earlier image"),
    OWN: Text("等间距格网", "a regular grid"),
}


class _RegularRule(Rule):
    """Single outlines that are too regular, or the layer where most are."""

    family = Family.BOUNDARY

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        table, measure = case.parcels, case.lattice
        if table is None or measure is None:
            return out.skip(0, NO_PARCELS)
        statistic = self.statistic(measure)
        judged = np.isfinite(statistic)
        out.tested = int(judged.sum())
        for rows, reason in ((~table.usable, _UNUSABLE), (table.usable & ~judged, _FEW)):
            if rows.any():
                out.skip(int(rows.sum()), reason)
        # One chance in so many, whatever the number of parcels.
        least = self.limit("log10_chance") + np.log10(max(len(table), 1))
        with np.errstate(invalid="ignore"):
            found = judged & (statistic >= least) & self.regular(measure)
        share = found.sum() / max(out.tested, 1)
        with np.errstate(invalid="ignore"):
            leaning = (
                float((statistic[judged] >= self.limit("leaning")).mean()) if found.any() else 0
            )
        # Where most outlines were made so, noise leaves some of them just below the limit.
        usual = share >= self.limit("layer_share") or leaning >= self.limit("leaning_share")
        if usual and found.sum() >= self.limit("layer_least"):
            self._layer(table, measure, found, float(share), out)
        else:
            for row in np.flatnonzero(found):
                self._parcel(table, measure, statistic, int(row), float(least), out)
        return out

    def statistic(self, measure: LatticeMeasure) -> FloatArray:
        """Minus the decimal logarithm of the chance of such regularity, ``(rows,)``."""
        raise NotImplementedError

    def regular(self, measure: LatticeMeasure) -> BoolArray:
        """What else must hold, ``(rows,)``."""
        raise NotImplementedError

    def about(self, measure: LatticeMeasure, rows: BoolArray) -> tuple[str, Text, dict[str, Any]]:
        """Cause, what is wrong, and the numbers of it, of some rows together."""
        raise NotImplementedError

    def _layer(
        self, table: Table, measure: LatticeMeasure, found: BoolArray, share: float, out: Judgement
    ) -> None:
        cause, words, facts = self.about(measure, found)
        count = int(found.sum())
        out.findings.append(
            self.finding_about(
                table.name,
                table.name,
                Text(
                    f"整个图层的界线由机器生成：{count} 个图斑（{share:.0%}）{words.zh}；"
                    "可能为分类结果矢量化或批量处理所得，不逐个图斑提出",
                    f"The outlines of the layer were made by a machine: {count} parcels "
                    f"({share:.0%}) have an outline that {words.en}. Perhaps a classification "
                    "turned into polygons; single parcels are not accused for it",
                ),
                verdict=Verdict.DOUBTFUL,
                score=float(np.clip(0.3 + 0.3 * share, 0.0, 1.0)),
                measured=f"{share:.3f}",
                expected="0",
                tolerance=self.limit("layer_share"),
                cause=cause,
                where=shapely.box(*shapely.total_bounds(table.measurable[found])),
                evidence={
                    **facts,
                    "parcels": count,
                    "share": round(share, 4),
                    "honest_causes": ["vectorised_classification", "export_rounding"],
                },
            )
        )

    def _parcel(
        self,
        table: Table,
        measure: LatticeMeasure,
        statistic: FloatArray,
        row: int,
        least: float,
        out: Judgement,
    ) -> None:
        one = np.zeros(len(table), dtype=bool)
        one[row] = True
        cause, words, facts = self.about(measure, one)
        value = float(statistic[row])
        out.findings.append(
            self.finding(
                table,
                row,
                Text(
                    f"图斑{words.zh}，而本图层大多数图斑并非如此，界线疑由机器生成",
                    f"This parcel's outline {words.en}, unlike most of the layer: "
                    "probably made by a machine",
                ),
                verdict=Verdict.DOUBTFUL,
                score=float(np.clip(0.4 + value / (10 * least), 0.0, 1.0)),
                measured=f"{value:.1f}",
                expected=f"< {least:.1f}",
                tolerance=round(least, 2),
                cause=cause,
                evidence={
                    **facts,
                    "log10_chance": round(-value, 2),
                    "honest_causes": ["vectorised_classification", "planned_structure"],
                },
            )
        )


class VertexGrid(_RegularRule):
    """Vertices on a grid of pixels or metres; staircases where the corners are square."""

    id = "boundary.vertex_grid"

    def statistic(self, measure: LatticeMeasure) -> FloatArray:
        return measure.grid

    def regular(self, measure: LatticeMeasure) -> BoolArray:
        return np.asarray(measure.grid_spacing >= self.limit("least_spacing_m"))

    def about(self, measure: LatticeMeasure, rows: BoolArray) -> tuple[str, Text, dict[str, Any]]:
        spacing = float(np.median(measure.grid_spacing[rows]))
        names, count = np.unique(measure.grid_name[rows], return_counts=True)
        name = measure.names[int(names[np.argmax(count)])]
        grid = _GRIDS.get(name, Text("整米格网", "a grid of whole metres"))
        square = measure.staircase[rows]
        stairs = float(np.mean(square >= self.limit("staircase_share"))) > 0.5
        facts = {"grid": name, "spacing_m": round(spacing, 4)}
        known = square[np.isfinite(square)]
        if len(known):
            facts["right_angles"] = round(float(np.median(known)), 4)
        if stairs:
            words = Text(
                f"界线呈阶梯状，拐点落在间距 {spacing:.2f} 米的{grid.zh}上",
                f"runs in steps along {grid.en}, {spacing:.2f} m wide",
            )
            return "staircase", words, facts
        words = Text(
            f"界线拐点全部落在间距 {spacing:.2f} 米的{grid.zh}上",
            f"has all its vertices on {grid.en}, {spacing:.2f} m wide",
        )
        return "vertex_grid", words, facts


class ConstantSpacing(_RegularRule):
    """Vertices at even distances along the outline."""

    id = "boundary.constant_spacing"

    def statistic(self, measure: LatticeMeasure) -> FloatArray:
        # Steps of a staircase are even too: that is the other rule's fact.
        on_grid = measure.grid >= self.limit("log10_chance")
        return np.where(on_grid, np.nan, measure.even)

    def regular(self, measure: LatticeMeasure) -> BoolArray:
        return np.asarray(measure.even_share >= self.limit("least_share"))

    def about(self, measure: LatticeMeasure, rows: BoolArray) -> tuple[str, Text, dict[str, Any]]:
        spacing = float(np.median(measure.even_spacing[rows]))
        share = float(np.median(measure.even_share[rows]))
        words = Text(
            f"界线 {share:.0%} 的边长都是 {spacing:.2f} 米",
            f"has {share:.0%} of its edges {spacing:.2f} m long",
        )
        return (
            "constant_spacing",
            words,
            {"spacing_m": round(spacing, 4), "even_share": round(share, 4)},
        )
