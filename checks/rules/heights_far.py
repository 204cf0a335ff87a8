"""Heights that do not belong to the ground they are drawn on."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from ..findings import Text, Verdict
from ..measures.heights_far import Likeness
from .heights_base import FEW_POINTS, HeightRule, Judged
from .rule import Judgement

_TOO_LEVEL = Text(
    "地面起伏太小，无法判断高程是否属于该地",
    "Too little relief to tell whether the heights belong to this ground",
)
_WHY = {
    "transplanted_heights": Text(
        "与该地地形几乎无关，而自身起伏像真实地形：疑为其他地方的高程，或坐标系、DEM 用错",
        "have hardly anything to do with this ground but look like real terrain: heights of "
        "another place, or a wrong frame or DEM",
    ),
    "invented_heights": Text(
        "与该地地形几乎无关，也不像任何地形：疑为编造，或坐标系、DEM 用错",
        "have hardly anything to do with this ground nor look like any: made up, or a wrong "
        "frame or DEM",
    ),
    "interpolated_heights": Text(
        "远比地面平滑：疑由少数点内插而来，并非逐点实测",
        "are far smoother than the ground: interpolated between a few points, not measured",
    ),
}


class UnrelatedHeights(HeightRule):
    """Heights of another place, made up, or drawn between a few points."""

    id = "heights.unrelated"

    def judge_layer(self, one: Judged, out: Judgement) -> None:
        found = one.heights.likeness
        if found.count < self.limit("least_points"):
            out.skip(1, FEW_POINTS)
            return
        if not found.relief > self.limit("least_relief") * one.best_limit:
            out.skip(1, _TOO_LEVEL)
            return
        out.tested += 1
        if not one.story:
            return
        name, why = one.table.name, _WHY[one.story]
        out.findings.append(
            self.finding_about(
                name,
                name,
                Text(
                    f"{name} 的高程{why.zh}（与 DEM 的秩相关 {found.ranks:.2f}，较差离散度 "
                    f"{found.spread:.1f} 米，地面自身 {found.relief:.1f} 米；相对邻点平面的"
                    f"起伏为地面的 {found.smoothness:.2f} 倍）",
                    f"Heights of {name} {why.en} (rank correlation with the DEM "
                    f"{found.ranks:.2f}, spread of the differences {found.spread:.1f} m, of the "
                    f"ground itself {found.relief:.1f} m; {found.smoothness:.2f} times the "
                    "ground's relief about planes through neighbours)",
                ),
                verdict=Verdict.DOUBTFUL if one.story == "interpolated_heights" else None,
                score=_score(found, one.story),
                measured=f"{found.spread:.2f}",
                expected=f"≤ {2 * one.worst_limit:.2f}",
                unit="m",
                cause=one.story,
                where=one.extent,
                evidence=_facts(found),
            )
        )


def _score(found: Likeness, story: str) -> float:
    if story == "interpolated_heights":
        return float(np.clip(1.1 - found.smoothness, 0.3, 0.8))
    return float(np.clip(1 - found.ranks, 0.5, 1.0))


def _facts(found: Likeness) -> dict[str, Any]:
    return {
        "points": found.count,
        "rank_correlation": round(found.ranks, 4),
        "spread_m": round(found.spread, 3),
        "relief_m": round(found.relief, 3),
        "own_error_m": round(found.own_error, 3),
        "ground_error_m": round(found.ground_error, 3),
    }


class WrongSheet(HeightRule):
    """A block of heights off the DEM together: one sheet, one crew, or the ground changed."""

    id = "heights.block"

    def judge_layer(self, one: Judged, out: Judgement) -> None:
        if one.residuals.compared.sum() < self.limit("least_points"):
            out.skip(1, FEW_POINTS)
            return
        out.tested += 1
        for group in one.blocks:
            self._tell(one, group, out)

    def _tell(self, one: Judged, group: Any, out: Judgement) -> None:
        found, name = one.residuals, one.table.name
        off = found.residual[group] - found.bias
        middle = float(np.median(off))
        rows = np.unique(one.heights.rows[group])
        ids = one.table.object_ids[rows]
        out.findings.append(
            self.finding_about(
                name,
                name,
                Text(
                    f"{name} 有成片的 {len(rows)} 个高程同时偏离 DEM（中位数 {middle:+.1f} 米），"
                    "其余正常：疑为图幅或批次放错，或该处地形已改变（采矿、填挖）",
                    f"{len(rows)} neighbouring heights of {name} are off the DEM together (median "
                    f"{middle:+.1f} m) while the others fit: a sheet or batch in the wrong place, "
                    "or the ground has changed (mining, earthworks)",
                ),
                verdict=Verdict.DOUBTFUL,
                score=float(np.clip(0.3 + len(rows) / 100, 0.3, 0.9)),
                measured=f"{middle:+.2f}",
                expected="0",
                unit="m",
                cause="wrong_sheet",
                key=str(ids[0]),
                where=_hull(one, rows),
                evidence={
                    "points": len(rows),
                    "median_m": round(middle, 3),
                    "least_m": round(float(off.min()), 3),
                    "greatest_m": round(float(off.max()), 3),
                    "objects": [str(each) for each in ids[:100]],
                },
            )
        )


def _hull(one: Judged, rows: Any) -> Any:
    if one.table.geometry is None:
        return None
    return shapely.convex_hull(shapely.geometrycollections(one.table.geometry[rows]))
