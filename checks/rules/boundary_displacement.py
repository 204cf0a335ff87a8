"""Outlines that lie off the edges of the image: as a layer, in blocks, one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from ..findings import Family, Finding, Text, Verdict
from ..measures.case import Case
from ..measures.edges import LEAST_SAMPLES, EdgeMeasure
from ..measures.edges_blocks import Block
from ..table import FloatArray, Table
from .rule import NO_PARCELS, Judgement, Rule

NO_IMAGE = Text("未提供可信影像", "No trusted image was given")
NO_FRAME = Text("坐标系不明", "The frame is unknown")
NO_EDGES = Text(
    "图斑界线处的影像边缘并不比别处明显，无法判断偏移",
    "The image has no more edges along the outlines than elsewhere: no displacement can be told",
)
OFF_IMAGE = Text("在影像范围之外或影像无效", "Outside the image, or the image is not valid there")
UNUSABLE = Text(
    "图形缺失或无效，已由图形规则报告", "Missing or invalid geometry, reported by other rules"
)
NO_COLOURS = Text(
    "界线两侧影像颜色相近、地块过窄，或本图层界线与影像吻合程度不足以看出偏移",
    "Both sides of the lines look alike, the parcel is too narrow, or the outlines of this layer "
    "follow the image too loosely for a displacement to show",
)
IN_BLOCK = Text(
    "所在片整体偏移，已成片提出", "Its block lies off the image as a whole, which is told once"
)
UNCONFIRMED = Text(
    "成片偏移仅有边缘强度依据，界线两侧颜色不足以证实",
    "Only the strength of edges speaks for a displaced block, the colours beside its lines do not",
)
FEW_NEIGHBOURS = Text("图斑太少，无法分块比较", "Too few parcels to compare blocks")


@dataclass(frozen=True)
class Held:
    """The parcels and how they lie on the image."""

    table: Table
    edges: EdgeMeasure

    def metres(self, pixels: FloatArray) -> FloatArray:
        """East and north metres of columns and rows, shape kept."""
        return np.asarray(pixels * self.edges.metres)


def held(case: Case) -> Held | Text:
    """The comparison, or the reason why there is none."""
    table = case.parcels
    if table is None or table.geometry is None or not len(table):
        return NO_PARCELS
    if case.baseline.image is None:
        return NO_IMAGE
    if not case.frame.trusted("DLTB"):
        return case.frame.reason("DLTB") or NO_FRAME
    edges = case.edges
    if edges is None:
        return NO_IMAGE
    return edges.problem or Held(table, edges)


class _DisplacementRule(Rule):
    family = Family.BOUNDARY

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        one = held(case)
        if isinstance(one, Text):
            table = case.parcels
            return out.skip(len(table) if self.by_parcel and table is not None else 0, one)
        self.judge_held(one, out)
        return out

    by_parcel = False

    def judge_held(self, one: Held, out: Judgement) -> None:
        """Judge what could be compared."""
        raise NotImplementedError

    def tolerance(self, one: Held, pixels: float) -> float:
        """Metres allowed: millimetres on the map, and never below the image's own accuracy.

        That of clear boundaries, since where no edge is seen nothing is judged.
        """
        on_map = self.limit("clear_mm") / 1000 * self.limit("map_scale")
        return max(on_map, pixels * one.edges.pixel)


class LayerShift(_DisplacementRule):
    """All outlines lie off the image in the same way: mostly a matter of the image."""

    id = "boundary.layer_shift"

    def judge_held(self, one: Held, out: Judgement) -> None:
        edges = one.edges
        if not edges.located:
            out.skip(1, NO_EDGES)
            return
        out.tested = 1
        shift = one.metres(edges.whole)
        length = float(np.hypot(*shift))
        sigma = _along(edges.layer.covariance[0], edges.whole) * edges.pixel
        allowed = self.tolerance(one, self.limit("least_px"))
        if not length - self.limit("sigmas") * sigma > allowed:
            return
        name = one.table.name
        out.findings.append(
            self.finding_about(
                name,
                name,
                Text(
                    f"全部图斑界线相对影像整体偏移 {length:.2f} 米（{length / edges.pixel:.2f} "
                    f"像元，标准差 {sigma:.2f} 米）：影像地物边缘位于界线以{_way_zh(shift)}；"
                    "多为影像纠正或坐标转换的系统差，各图斑不再因此逐个提出",
                    f"All outlines lie {length:.2f} m ({length / edges.pixel:.2f} px, standard "
                    f"error {sigma:.2f} m) off the image, whose edges are found {_way_en(shift)} "
                    "of them. Mostly the rectification of the image or a transformation; no "
                    "parcel is accused for it",
                ),
                verdict=Verdict.DOUBTFUL,
                score=float(np.clip(0.2 + 0.1 * (length - allowed) / edges.pixel, 0.0, 1.0)),
                measured=f"{length:.2f}",
                expected="0",
                tolerance=round(allowed, 3),
                unit="m",
                cause="image_misregistration",
                where=shapely.box(*shapely.total_bounds(one.table.measurable)),
                evidence={
                    **_vector(shift, edges.pixel),
                    "sigma_m": round(sigma, 4),
                    "samples": int(edges.layer.samples[0]),
                    "edge_sigmas": round(float(edges.layer.strength[0]), 2),
                    "honest_causes": ["image_rectification", "datum_transformation"],
                },
            )
        )


class BlockShift(_DisplacementRule):
    """A block of parcels lies off the image otherwise than the layer around it."""

    id = "boundary.block_shift"

    def judge_held(self, one: Held, out: Judgement) -> None:
        edges = one.edges
        if not edges.located:
            out.skip(1, NO_EDGES)
            return
        if not edges.around.members:
            out.skip(1, FEW_NEIGHBOURS)
            return
        known = np.isfinite(edges.around.statistic)
        out.tested = int(known.sum())
        if not known.all():
            out.skip(int((~known).sum()), NO_EDGES)
        allowed = self.tolerance(one, self.limit("least_px"))
        for block in edges.blocks:
            length = float(np.hypot(*one.metres(block.shift)))
            sigma = block.sigma * edges.pixel
            # Hedges beside ditches, rows of crops: edges alone often fit elsewhere.
            if not block.by_sides >= self.limit("side_sigmas"):
                out.skip(1, UNCONFIRMED)
                continue
            if length - self.limit("sigmas") * sigma > self.limit("relative") * allowed:
                out.findings.append(self._finding(one, block, length, sigma, allowed))

    def _finding(
        self, one: Held, block: Block, length: float, sigma: float, allowed: float
    ) -> Finding:
        edges, shift = one.edges, one.metres(block.shift)
        ids = sorted(str(each) for each in one.table.object_ids[block.rows])
        village = _village(one.table, block)
        pixels = length / edges.pixel
        sure = (
            block.chance < self.limit("sure_chance")
            and pixels > self.limit("sure_px")
            and block.by_sides >= self.limit("sure_side_sigmas")
            and length - self.limit("sure_sigmas") * sigma > self.limit("sure_times") * allowed
        )
        zh = f"权属单位 {village} 一带" if village else f"图斑 {ids[0]} 一带"
        en = f"Around village {village}" if village else f"Around parcel {ids[0]}"
        return self.finding_about(
            one.table.name,
            village or ids[0],
            Text(
                f"{zh} {len(ids)} 个图斑相对周围成片偏移 {length:.2f} 米（{pixels:.2f} 像元，"
                f"标准差 {sigma:.2f} 米）：影像地物边缘位于界线以{_way_zh(shift)}",
                f"{en}, {len(ids)} parcels lie {length:.2f} m ({pixels:.2f} px, standard error "
                f"{sigma:.2f} m) off the image, other than those around them; its edges are "
                f"found {_way_en(shift)} of the outlines",
            ),
            verdict=Verdict.INCONSISTENT if sure else Verdict.DOUBTFUL,
            score=float(np.clip(0.3 - 0.03 * np.log10(max(block.chance, 1e-20)), 0.0, 1.0)),
            measured=f"{length:.2f}",
            expected="0",
            tolerance=round(allowed, 3),
            unit="m",
            cause="block_shift",
            where=shapely.convex_hull(
                shapely.multipoints(
                    shapely.get_coordinates(shapely.envelope(one.table.measurable[block.rows]))
                )
            ),
            evidence={
                **_vector(shift, edges.pixel),
                "sigma_m": round(sigma, 4),
                "chance": float(f"{block.chance:.3g}"),
                "sides_sigmas": round(block.by_sides, 3),
                "parcels": len(ids),
                "parcel_bsm": ids[:500],
                "honest_causes": ["local_image_rectification", "another_survey_team_or_image"],
            },
        )


class ParcelShift(_DisplacementRule):
    """The ground on both sides of a single outline says that it belongs elsewhere."""

    id = "boundary.parcel_shift"
    by_parcel = True

    def judge_held(self, one: Held, out: Judgement) -> None:
        edges, sides = one.edges, one.edges.sides
        usable = one.table.usable
        seen = usable & (edges.samples >= LEAST_SAMPLES)
        together = np.zeros(len(one.table), dtype=bool)
        for block in edges.blocks:
            together[block.rows] = block.by_sides >= self.limit("block_sigmas")
        tested = seen & np.isfinite(sides.chance) & ~together
        out.tested = int(tested.sum())
        out.compared = tested
        for rows, reason in (
            (~usable, UNUSABLE),
            (usable & ~seen, OFF_IMAGE),
            (seen & together, IN_BLOCK),
            (seen & ~tested & ~together, NO_COLOURS),
        ):
            if rows.any():
                out.skip(int(rows.sum()), reason)
                out.excuses.append((rows, reason))
        allowed = self.tolerance(one, self.limit("least_px"))
        moved = np.hypot(*one.metres(sides.move).T)
        with np.errstate(invalid="ignore"):
            far = moved - self.limit("sigmas") * sides.sigma * edges.pixel > allowed
            found = tested & (sides.chance < self.limit("chance"))
            found &= (sides.parcel >= self.limit("least_sigmas")) & (far | (moved == 0))
        for row in np.flatnonzero(found):
            out.findings.append(self._finding(one, int(row), float(moved[row]), allowed))

    def _finding(self, one: Held, row: int, size: float, allowed: float) -> Finding:
        edges, sides = one.edges, one.edges.sides
        sigma = float(sides.sigma[row]) * edges.pixel
        shift = one.metres(sides.move[row])
        chance = max(float(sides.chance[row]), 1e-10)
        evidence: dict[str, Any] = {
            "sides_sigmas": round(float(sides.parcel[row]), 3),
            "chance": float(f"{chance:.3g}"),
            "samples": int(edges.samples[row]),
            "honest_causes": ["change_after_image", "unclear_boundary", "mixed_ground"],
        }
        if size > 0:
            evidence.update(displacement_m=round(size, 3), sigma_m=round(sigma, 4))
            evidence.update(_vector(shift, edges.pixel))
        return self.finding(
            one.table,
            row,
            _words(shift, size, size / edges.pixel, sigma),
            verdict=Verdict.DOUBTFUL,
            score=float(np.clip(-0.1 * np.log10(chance), 0.0, 1.0)),
            measured=f"{size:.2f}" if size > 0 else "",
            expected="0",
            tolerance=round(allowed, 3),
            unit="m",
            cause="parcel_shift" if size > 0 else "scaled",
            evidence=evidence,
        )


def _words(shift: FloatArray, size: float, pixels: float, sigma: float) -> Text:
    if not size > 0:
        return Text(
            "图斑各边界线均与影像不符：界线两侧的影像颜色表明，各边应一致外移或内收（图斑偏小或偏大）",
            "No side of the outline lies where the image has it: by the colours on both sides of "
            "its lines all of them belong farther out, or all farther in",
        )
    return Text(
        f"图斑界线与影像不符：界线两侧的影像颜色表明，该图斑应整体向{_way_zh(shift)}移动至少约 "
        f"{size:.1f} 米（{pixels:.1f} 像元，标准差 {sigma:.1f} 米）",
        "The outline does not lie where the image has it: by the colours on both sides of its "
        f"lines the parcel belongs {_way_en(shift)}, by about {size:.1f} m at least "
        f"({pixels:.1f} px, standard error {sigma:.1f} m)",
    )


def _along(covariance: FloatArray, shift: FloatArray) -> float:
    """Standard error in the direction of ``shift``."""
    unit = shift / max(float(np.hypot(*shift)), 1e-9)
    return float(np.sqrt(max(float(unit @ covariance @ unit), 0.0)))


def _vector(shift: FloatArray, pixel: float) -> dict[str, float]:
    return {
        "dx_m": round(float(shift[0]), 3),
        "dy_m": round(float(shift[1]), 3),
        "length_px": round(float(np.hypot(*shift)) / pixel, 3),
    }


_POINTS = (
    ("东", "east"),
    ("东北", "north-east"),
    ("北", "north"),
    ("西北", "north-west"),
    ("西", "west"),
    ("西南", "south-west"),
    ("南", "south"),
    ("东南", "south-east"),
)


def _point(shift: FloatArray) -> int:
    return round(float(np.arctan2(shift[1], shift[0])) / (np.pi / 4)) % 8


def _way_zh(shift: FloatArray) -> str:
    return _POINTS[_point(shift)][0]


def _way_en(shift: FloatArray) -> str:
    return _POINTS[_point(shift)][1]


def _village(table: Table, block: Block) -> str:
    """The village that most parcels of a block belong to and that is mostly in it, else ``""``."""
    codes = table.text("ZLDWDM").astype(str)
    names, count = np.unique(codes[block.rows], return_counts=True)
    best = int(np.argmax(count))
    whole = int((codes == names[best]).sum())
    most = count[best] >= 0.8 * len(block.rows) and count[best] >= 0.8 * whole
    return str(names[best]) if most else ""
