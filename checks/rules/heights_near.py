"""Heights too near to the DEM, or with digits that nobody measures."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from ..findings import Text, Verdict
from ..measures.heights import CONTOURS
from ..measures.heights_digits import digits_of
from ..measures.heights_near import Nearness
from ..table import BoolArray
from .heights_base import COPYING_ALLOWED, FEW_POINTS, HeightRule, Judged
from .rule import Judgement, plain_number

_LEVEL = Text(
    "地面平坦或 DEM 太光滑，无法区分实测与抄录",
    "Level ground or too smooth a DEM: surveyed and copied heights look alike",
)
_MADE_FROM = Text(
    "DEM 在这些点的像元上明显突起，系由这些高程点生成，两者不独立",
    "The DEM stands out at the cells of these heights: it was made from them, so that they say "
    "nothing of each other",
)
_REGULAR = Text(
    "等高线高程本为等高距的整倍数", "Contours have multiples of their interval by nature"
)
_METHODS = {
    "nearest": Text("最邻近", "nearest cell"),
    "bilinear": Text("双线性", "bilinear"),
    "bicubic": Text("双三次", "bicubic"),
}


class CopiedHeights(HeightRule):
    """Heights read off the trusted DEM instead of surveyed, in whole or in part.

    Equal to the last digit on ground where a survey cannot be is a
    contradiction; nearer than the DEM's own interpolation error allows is a
    doubt. With a DEM of the same source copying is legitimate.
    """

    id = "heights.copied"
    same_source_matters = True
    same_source = COPYING_ALLOWED
    needs_belonging = True

    def judge_layer(self, one: Judged, out: Judgement) -> None:
        near = one.near
        if near.count < self.limit("least_points"):
            out.skip(1, FEW_POINTS)
            return
        if one.table.name == CONTOURS:
            self._contours(one, out)
            return
        if near.anchored >= self.limit("anchored"):
            out.skip(1, _MADE_FROM)
            return
        kind = self._kind(near)
        if not kind and not self._tells(near):
            out.skip(1, _LEVEL)
            return
        out.tested += 1
        if kind:
            out.findings.append(self._finding(one, near, kind))

    def _tells(self, near: Nearness) -> bool:
        """Whether copying would show here at all."""
        clear = near.clear >= self.limit("least_points")
        return clear or near.typical >= self.limit("least_rough_m")

    def _kind(self, near: Nearness) -> str:
        """``exact``, ``all_exact``, ``nearest``, ``hidden``, ``unlike_dem``, ``blocks``."""
        enough = near.clear_exact >= self.limit("least_exact")
        if near.spike <= -self.limit("sure_decades") and enough:
            return "exact"
        most = near.sloping_exact >= self.limit("most_exact_share") * max(near.sloping, 1)
        if most and near.all_exact <= -self.limit("sure_decades"):
            return "all_exact"
        stairs = near.spreads["nearest"] <= self.limit("stairs_ratio") * near.spreads["bilinear"]
        if near.nearest_evidence >= self.limit("least_evidence") and stairs:
            return "nearest"
        close = near.ratio <= self.limit("most_ratio")
        if near.evidence >= self.limit("least_evidence") and close:
            return "hidden"
        small = near.spread <= self.limit("most_usual") * near.usual
        small &= near.spread >= self.limit("least_noise_m")
        if near.copying >= self.limit("least_copying") and small:
            return "unlike_dem"
        return "blocks" if len(self._blocks(near)) else ""

    def _blocks(self, near: Nearness) -> Any:
        """Blocks of neighbours that are near while the layer is not."""
        count = len(near.block_evidence)
        least = self.limit("least_block_evidence") + np.log(max(count, 1))
        return np.flatnonzero(near.block_evidence >= least)

    def _finding(self, one: Judged, near: Nearness, kind: str) -> Any:
        name = one.table.name
        # A DEM that keeps the points it was made from equals them at its cells.
        rare = near.typical >= self.limit("rare_tolerances") * near.tolerance
        sure = (kind == "exact" or (kind == "all_exact" and rare)) and near.method != "nearest"
        mine = self._where(near, kind)
        count = int(near.exact.sum()) if kind in ("exact", "all_exact") else int(mine.sum())
        return self.finding_about(
            name,
            name,
            _message(name, near, kind, count),
            verdict=None if sure else Verdict.DOUBTFUL,
            score=self._score(near, kind),
            measured=f"{near.spread:.3f}",
            expected=f"≥ {self.limit('most_ratio') * near.typical:.3f}",
            unit="m",
            cause="copied_from_dem",
            where=_points(one, mine),
            evidence=_evidence(one, near, kind, count),
        )

    def _where(self, near: Nearness, kind: str) -> BoolArray:
        if kind in ("exact", "all_exact"):
            return near.exact
        if kind == "blocks":
            return np.isin(near.blocks, self._blocks(near))
        return np.isfinite(near.rough)

    def _score(self, near: Nearness, kind: str) -> float:
        strength = {"exact": -near.spike, "all_exact": -near.all_exact}.get(kind, near.evidence)
        if kind == "nearest":
            strength = near.nearest_evidence
        if kind == "blocks":
            strength = float(np.nanmax(near.block_evidence))
        base = 0.7 if kind in ("exact", "all_exact") else 0.4
        return float(np.clip(base + 0.3 * strength / 60, 0.0, 1.0))

    def _contours(self, one: Judged, out: Judgement) -> None:
        """Contours drawn by a machine along this DEM have their vertices on its lines."""
        lines = one.heights.grid_lines
        out.tested += 1
        usual = self.limit("usual_grid_share")
        many = lines.count >= self.limit("least_vertices")
        if not (many and lines.share >= self.limit("grid_share") and usual < lines.share):
            return
        name = one.table.name
        out.findings.append(
            self.finding_about(
                name,
                name,
                Text(
                    f"{name} 的节点有 {lines.share:.0%} 恰好落在 DEM 相邻格网点的连线上且高程"
                    f"与线性内插一致（{lines.count} 个节点），等高线是由该 DEM 自动生成的，"
                    "并非独立测绘",
                    f"{lines.share:.0%} of the vertices of {name} lie exactly on the lines between "
                    f"cells of the DEM, at its linear height ({lines.count} vertices): these "
                    "contours were generated from this DEM, not surveyed",
                ),
                score=float(np.clip(lines.share, 0.5, 1.0)),
                measured=f"{lines.share:.3f}",
                expected=f"≤ {usual:g}",
                cause="copied_from_dem",
                evidence={"kind": "generated_contours", "vertices": lines.count}
                | {"on_grid_lines": lines.on_lines, "share": round(lines.share, 4)},
            )
        )


def _message(name: str, near: Nearness, kind: str, count: int) -> Text:
    way = _METHODS[near.method]
    zh, en = f"（{way.zh}内插）", f" ({way.en})"
    if kind in ("exact", "all_exact"):
        return Text(
            f"{name} 有 {count} 个点（共 {near.count} 个）的高程与 DEM 内插值{zh}逐位相同"
            f"（差值不超过 {near.tolerance:.3f} 米），而该处地形起伏使独立实测不可能如此一致，"
            "系从 DEM 抄取；若 DEM 由这些点生成，请以同源 DEM 检查",
            f"{count} of {near.count} heights of {name} equal the DEM{en} to the last digit "
            f"(within {near.tolerance:.3f} m) where the relief allows no survey to: they were "
            "read off the DEM. If the DEM was made from these points, check with a DEM of the "
            "same source declared",
        )
    if kind == "nearest":
        return Text(
            f"{name} 的高程沿着 DEM 的栅格台阶变化（与最邻近像元的离散度 "
            f"{near.spreads['nearest']:.2f} 米，与双线性内插的 {near.spreads['bilinear']:.2f} "
            "米），地面不会如此，疑似取自该 DEM",
            f"Heights of {name} follow the staircase of the DEM's cells (spread "
            f"{near.spreads['nearest']:.2f} m about the nearest cell, "
            f"{near.spreads['bilinear']:.2f} m about bilinear heights), which no ground does: "
            "probably read off this DEM",
        )
    if kind == "unlike_dem":
        return Text(
            f"{name} 的高程与 DEM{zh}过于接近：离散度 {near.spread:.2f} 米，仅为该格网 DEM 在此地形"
            f"通常误差 {near.usual:.2f} 米的 {near.spread / near.usual:.0%}，且不像 DEM 误差那样随"
            "坡度增大、在邻点间相关，疑似取自该 DEM 后加入随机误差；DEM 精度远高于其格网通常"
            "水平时也会如此",
            f"Heights of {name} are too near to the DEM{en}: a spread of {near.spread:.2f} m, "
            f"{near.spread / near.usual:.0%} of the {near.usual:.2f} m usual with a DEM of this "
            "grid on this ground, which neither grows with slope nor is shared by neighbours as "
            "errors of a DEM are: perhaps read off the DEM, with noise added; a DEM far better "
            "than its grid suggests does the same",
        )
    part_zh = f"其中 {count} 个点连片" if kind == "blocks" else f"{near.count} 个点"
    part_en = f"{count} neighbouring points" if kind == "blocks" else f"{near.count} points"
    return Text(
        f"{name} 的高程与 DEM{zh}过于接近（{part_zh}）：离散度 {near.spread:.2f} 米，且不随地形"
        f"起伏变化，而 DEM 自身的内插误差就约有 {near.typical:.2f} 米，疑似取自该 DEM 后加入"
        "少量误差",
        f"Heights of {name} are too near to the DEM{en} ({part_en}): a spread of "
        f"{near.spread:.2f} m that does not follow the relief, where interpolating the DEM alone "
        f"errs by about {near.typical:.2f} m: perhaps read off the DEM, with noise added",
    )


def _evidence(one: Judged, near: Nearness, kind: str, count: int) -> dict[str, Any]:
    rows = one.heights.rows[near.exact][:50]
    return {
        "kind": kind,
        "method": near.method,
        "points": near.count,
        "concerned": count,
        "resolution_m": near.resolution,
        "spread_m": {name: plain_number(value) for name, value in near.spreads.items()},
        "dem_interpolation_error_m": plain_number(near.typical),
        "ratio": plain_number(near.ratio),
        "log_likelihood_ratio": plain_number(near.evidence),
        "copying_log_likelihood_ratio": plain_number(near.copying),
        "usual_difference_m": plain_number(near.usual),
        "staircase_log_likelihood_ratio": plain_number(near.nearest_evidence),
        "exact_on_rough_ground": [near.clear_exact, near.clear],
        "exact_on_slopes": [near.sloping_exact, near.sloping],
        "log10_chance": plain_number(near.spike),
        "exact_objects": [str(one.table.object_ids[row]) for row in rows],
        "after_shift": one.shifted,
    }


def _points(one: Judged, mine: BoolArray) -> Any:
    """The points concerned, in the layer's own CRS."""
    geometry = one.table.geometry
    if geometry is None or not mine.any():
        return None
    shapes = geometry[np.unique(one.heights.rows[mine])]
    shapes = shapes[~shapely.is_missing(shapes)]
    bounds = shapely.total_bounds(shapes)
    if len(shapes) > 5000 or not len(shapes):
        return shapely.box(*bounds) if np.isfinite(bounds).all() else None
    return shapely.multipoints(shapely.get_coordinates(shapely.centroid(shapes)))


class HeapedDigits(HeightRule):
    """Last digits that people prefer: heights estimated or made up, not measured."""

    id = "heights.heaped_digits"

    def judge_layer(self, one: Judged, out: Judgement) -> None:
        if one.table.name == CONTOURS:
            out.skip(0, _REGULAR)
            return
        found = digits_of(one.heights.delivered)
        if found.count < self.limit("least_points"):
            out.skip(1, FEW_POINTS)
            return
        out.tested += 1
        uneven = found.decades <= -self.limit("decades") and found.excess >= self.limit("excess")
        if not uneven:
            return
        name = one.table.name
        digits = "、".join(map(str, found.preferred))
        out.findings.append(
            self.finding_about(
                name,
                name,
                Text(
                    f"{name} 高程的末位数字（{found.unit:g} 米位）分布不均：{digits} 出现过多，"
                    f"超出均匀分布 {found.excess:.0%}，也不能由取整解释，疑似估读或编造",
                    f"The last digits ({found.unit:g} m) of heights of {name} are uneven: "
                    f"{', '.join(map(str, found.preferred))} too often, {found.excess:.0%} beyond "
                    "an even share, and rounding does not explain it: estimated or made up?",
                ),
                verdict=Verdict.DOUBTFUL,
                score=float(np.clip(found.excess * 2, 0.1, 0.8)),
                measured=f"{found.excess:.3f}",
                expected="0",
                cause="heaped_digits",
                evidence={
                    "points": found.count,
                    "unit_m": found.unit,
                    "digits": found.counts,
                    "log10_chance": round(found.decades, 2),
                },
            )
        )
