"""Outlines copied from another place, and parcels cut below the smallest mapped area."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import shapely

from ..findings import Family, Finding, Text, Verdict
from ..measures.case import Case
from ..measures.rings_copies import Copy
from ..measures.rings_splits import Jump, Split
from ..table import Table
from .rule import NO_PARCELS, Judgement, Rule

_TELLS_LITTLE = Text(
    "界线形状过于简单（矩形、圆形等），相同不足为奇",
    "The shape is so simple (rectangle, circle …) that others like it are no wonder",
)
_MOVED_TOGETHER = Text(
    "本年与上年图层整体错位，未与上年图斑比较",
    "This year's layer lies off last year's as a whole: not compared with it",
)
_SMALL_ANYWAY = Text(
    "本图层大量图斑小于最小上图面积，并非按该标准综合取舍，无法判断拆分",
    "So many parcels are below the smallest mapped area that the layer was not drawn to it: "
    "nothing can be said of splits",
)
_NOT_SMALL = Text("没有略小于最小上图面积的图斑", "No parcel is just below its smallest area")


class CopiedRing(Rule):
    """The same irregular outline stands at two places (F20)."""

    id = "boundary.copied_ring"
    family = Family.BOUNDARY

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        table, measure = case.parcels, case.copies
        if table is None or measure is None:
            return out.skip(0, NO_PARCELS)
        judged = measure.judged
        out.tested = int(judged.sum())
        if not judged.all():
            out.skip(int((~judged).sum()), _TELLS_LITTLE)
        elsewhere = not case.frame.trusted(table.name)
        if measure.moved_together or elsewhere:
            out.skip(0, _MOVED_TOGETHER)
        for copy in measure.copies:
            # A mistaken frame moves every ring: told once, by the rules of the package.
            if copy.of_previous and elsewhere:
                continue
            out.findings.append(self._finding(case, table, copy))
        return out

    def _finding(self, case: Case, table: Table, copy: Copy) -> Finding:
        previous = case.baseline.previous
        source = previous if copy.of_previous and previous is not None else table
        other = str(source.object_ids[copy.source])
        whose = (
            Text(f"上年图斑 {other}", f"last year's parcel {other}")
            if copy.of_previous
            else Text(f"图斑 {other}", f"parcel {other}")
        )
        how = _how(copy)
        return self.finding(
            table,
            copy.row,
            Text(
                f"图斑界线系复制：与 {copy.apart:.0f} 米外的{whose.zh}形状相同（{how.zh}后 "
                f"{copy.vertices} 个拐点的点位中误差 {copy.residual:.3f} 米）",
                f"The outline is a copy: {how.en}, it is that of {whose.en}, {copy.apart:.0f} m "
                f"away ({copy.vertices} vertices fit to {copy.residual:.3f} m RMS)",
            ),
            verdict=self._verdict(case, table, copy),
            score=float(np.clip(0.5 + copy.bits / 200, 0.0, 1.0)),
            measured=f"{copy.residual:.3f}",
            expected="",
            unit="m",
            cause="copied_ring",
            key=other,
            evidence={
                "source": other,
                "source_layer": "PREVIOUS" if copy.of_previous else table.name,
                "distance_m": round(copy.apart, 2),
                "residual_m": round(copy.residual, 4),
                "scale": round(copy.scale, 5),
                "rotation_deg": round(copy.angle, 3),
                "mirrored": copy.mirrored,
                "vertices": copy.vertices,
                "irregular_vertices": copy.free,
                "bits_beyond_chance": round(copy.bits, 1),
                "shared_outline": round(copy.anchored, 3),
                "source_shared_outline": round(copy.source_anchored, 3),
            },
        )

    @cached_property
    def _planned(self) -> set[str]:
        """Kinds of land on which the same plan is built twice, as the standard calls them."""
        return set(map(str, self.spec.limits["built_to_plan"]))

    def _verdict(self, case: Case, table: Table, copy: Copy) -> Verdict:
        """Certain only where no plan, estate or standard structure makes things alike."""
        land = case.standard.classes.get(str(table.text("DLBM")[copy.row]))
        sure = (
            copy.bits >= self.limit("sure_bits")
            and copy.free >= self.limit("sure_vertices")
            and copy.residual <= self.limit("sure_residual_m")
            and land is not None
            and land.three_class not in self._planned
        )
        return Verdict.INCONSISTENT if sure else Verdict.DOUBTFUL


def _how(copy: Copy) -> Text:
    zh, en = [], []
    if copy.mirrored:
        zh.append("镜像")
        en.append("mirrored")
    if abs(copy.angle) > 0.5 and not copy.mirrored:
        zh.append(f"旋转 {abs(copy.angle):.1f}°")
        en.append(f"turned by {abs(copy.angle):.1f}°")
    if abs(copy.scale - 1) > 0.005:
        zh.append("缩放")
        en.append("scaled")
    return Text("、".join([*zh, "平移"]), ", ".join([*en, "moved"]))


class SplitBelowMinimum(Rule):
    """Pieces below the smallest mapped area that together make one parcel (F18)."""

    id = "boundary.split_below_minimum"
    family = Family.BOUNDARY

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        table, measure = case.parcels, case.splits
        if table is None or measure is None:
            return out.skip(0, NO_PARCELS)
        out.tested = int(np.isfinite(measure.statistic).sum())
        if not out.tested:
            out.skip(0, _NOT_SMALL)
        many = measure.small >= self.limit("small_least")
        if many and measure.small > self.limit("small_share") * measure.limited:
            return Judgement().skip(out.tested, _SMALL_ANYWAY)
        for split in measure.splits:
            if (
                split.area >= split.limit
                and split.compactness >= self.limit("least_compactness")
                and split.shared >= self.limit("least_shared")
                and len(split.rows) <= self.limit("most_pieces")
            ):
                out.findings.append(self._split(table, split))
        for jump in measure.jumps:
            if (
                jump.sigmas >= self.limit("jump_sigmas")
                and jump.below >= self.limit("jump_least")
                and jump.log >= np.log(self.limit("jump_ratio"))
            ):
                out.findings.append(self._jump(table, jump))
        return out

    def _split(self, table: Table, split: Split) -> Finding:
        ids = sorted(str(each) for each in table.object_ids[split.rows])
        first = int(split.rows[list(table.object_ids[split.rows].astype(str)).index(ids[0])])
        return self.finding(
            table,
            first,
            Text(
                f"{len(ids)} 个地类与属性相同的相邻图斑（{'、'.join(ids[:6])}）各自小于最小上图面积"
                f" {split.limit:g} 平方米，合并后是 {split.area:.0f} 平方米的完整图斑，疑为拆分",
                f"{len(ids)} adjoining parcels of the same class and attributes "
                f"({', '.join(ids[:6])}) are each below the smallest mapped area of "
                f"{split.limit:g} m², together they make one compact parcel of "
                f"{split.area:.0f} m²: probably cut up",
            ),
            verdict=Verdict.DOUBTFUL,
            score=float(np.clip(0.3 + 0.4 * split.shared, 0.0, 1.0)),
            measured=f"{split.area:.1f}",
            expected=f">= {split.limit:g}",
            tolerance=split.limit,
            unit="m²",
            cause="split_below_minimum",
            where=shapely.union_all(table.measurable[split.rows]),
            evidence={
                "pieces": ids[:100],
                "together_m2": round(split.area, 2),
                "minimum_m2": split.limit,
                "compactness": round(split.compactness, 4),
                "shared_outline": round(split.shared, 4),
            },
        )

    def _jump(self, table: Table, jump: Jump) -> Finding:
        return self.finding_about(
            table.name,
            table.name,
            Text(
                f"图斑面积在最小上图面积 {jump.limit:g} 平方米处异常集中：略小于限值的有 "
                f"{jump.below} 个，略大于限值的仅 {jump.above} 个，提示存在拆分（只针对整个图层）",
                f"Areas heap just below the smallest mapped area of {jump.limit:g} m²: "
                f"{jump.below} parcels just below, {jump.above} just above. A hint of splitting, "
                "about the layer only",
            ),
            verdict=Verdict.DOUBTFUL,
            score=float(np.clip(jump.sigmas / 20, 0.1, 0.6)),
            measured=f"{jump.below}",
            expected=f"{jump.above}",
            cause="split_below_minimum",
            key=f"{jump.limit:g}",
            evidence={
                "minimum_m2": jump.limit,
                "below": jump.below,
                "above": jump.above,
                "log_ratio": round(jump.log, 4),
                "sigma": round(jump.error, 4),
            },
        )
