"""How the polygons of a layer fit together: overlaps, gaps, the rim."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from ..findings import Severity, Text, Verdict
from ..measures.case import Case
from ..measures.coverage import LayerShape
from ..measures.coverage_fit import Gaps, Overlaps
from ..table import BoolArray, IntArray
from .rule import Judgement
from .topology_base import NO_LAYERS, TopologyRule, centres, count, graded, ordered_pair

_SHOWN = 20

NOT_WHOLE = Text(
    "图层未能全部读取或不是面图层，缺口不能说明问题",
    "The layer could not all be read, or is no polygons: what is bare says nothing",
)
NO_FRAME = Text(
    "没有行政区或村级调查区，无法判断应覆盖的范围",
    "Without XZQ or CJDCQ nobody says what must be covered",
)


class Overlap(TopologyRule):
    """Polygons of one layer do not overlap."""

    id = "topology.overlap"

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        strict = self.about(case, "strict_layers")
        for shape in self.polygon_layers(case):
            found = case.coverage.fit(shape.table.name)
            count(out, shape.sound.usable)
            if found is not None:
                for place in range(len(found.overlaps.first)):
                    self._report(out, shape, found.overlaps, place, shape.table.name in strict)
        self.snapping_once(out)
        return out if out.tested or out.not_checkable else out.skip(0, NO_LAYERS)

    def _report(
        self, out: Judgement, shape: LayerShape, overlaps: Overlaps, place: int, strict: bool
    ) -> None:
        rows = int(overlaps.first[place]), int(overlaps.second[place])
        first, second = ordered_pair(shape.table, *rows)
        one, other = (str(shape.table.object_ids[i]) for i in (first, second))
        area, width = float(overlaps.area[place]), float(overlaps.width[place])
        shares = area / shape.area[[first, second]]
        cause = self._cause(width, float(shares.min()), float(shares.max()))
        certain = strict and cause != "snapping"
        out.findings.append(
            self.finding(
                shape.table,
                first,
                Text(
                    f"{shape.table.name} 中 {one} 与 {other} 重叠 {area:.3f} 平方米，"
                    f"最宽 {width:.3f} 米",
                    f"{one} and {other} of {shape.table.name} overlap by {area:.3f} m², "
                    f"up to {width:.3f} m wide",
                ),
                verdict=None if certain else Verdict.DOUBTFUL,
                severity=None if certain else Severity.C,
                where=overlaps.where[place],
                score=graded(width, 1.0),
                measured=f"{area:.3f}",
                expected="0",
                tolerance=self.limit("snapping_m"),
                unit="m²",
                cause=cause,
                key=other,
                evidence={
                    "other": other,
                    "area_m2": area,
                    "width_m": width,
                    "share": float(shares[0]),
                    "share_other": float(shares[1]),
                },
            )
        )

    def _cause(self, width: float, least: float, most: float) -> str:
        if width < self.limit("snapping_m"):
            return "snapping"
        if least >= self.limit("same_share"):
            return "duplicate"
        return "contained" if most >= self.limit("same_share") else ""


@dataclass(frozen=True)
class _Bare:
    """Bare ground between the same polygons: places in the gaps of a layer."""

    places: IntArray
    neighbours: IntArray
    area: float
    width: float
    where: shapely.Geometry


class _BareGround(TopologyRule):
    """What gaps inside and at the rim have in common."""

    def gathered(self, gaps: Gaps, chosen: BoolArray) -> Iterator[_Bare]:
        """Each wide gap, and narrow ones along the same border together."""
        together: dict[tuple[int, ...], list[int]] = {}
        for place in np.flatnonzero(chosen):
            narrow = gaps.width[place] < self.limit("snapping_m")
            key = tuple(gaps.neighbours[place]) if narrow else (-1, int(place))
            together.setdefault(key, []).append(int(place))
        for places in together.values():
            where = gaps.where[places]
            yield _Bare(
                np.array(places),
                gaps.neighbours[places[0]],
                float(gaps.area[places].sum()),
                float(gaps.width[places].max()),
                where[0] if len(where) == 1 else shapely.multipolygons(where),
            )

    def explained(self, case: Case, shape: LayerShape, gaps: Gaps) -> BoolArray:
        """Gaps that another finding is about: a lost shape, or a village that is missing."""
        out = np.zeros(len(gaps.area), dtype=bool)
        lost = ~shape.sound.usable & shapely.is_missing(shape.sound.stand_in)
        for size in np.sort(shape.table.number("TBMJ")[lost]):
            # TBMJ is the ellipsoid area: less than 0.1 % away in any 3° zone.
            away = np.where(out, np.inf, np.abs(gaps.area - size))
            if len(away) and away.min() <= (1.0 - self.limit("same_share")) * size + 0.05:
                out[away.argmin()] = True
        if shape.table.name == "DLTB" and len(out):
            villages = case.coverage.fit("CJDCQ")
            if villages is not None and villages.gaps.framed.any():
                bare = shapely.union_all(villages.gaps.where[villages.gaps.framed])
                shared = shapely.area(shapely.intersection(gaps.where, bare))
                whole = shapely.area(gaps.where)
                out |= shared >= self.limit("same_share") * whole
        return out

    def facts(self, shape: LayerShape, gaps: Gaps, bare: _Bare) -> dict[str, object]:
        """The numbers of one finding."""
        ids = sorted(str(name) for name in shape.table.object_ids[bare.neighbours])
        return {
            "area_m2": bare.area,
            "width_m": bare.width,
            "pieces": len(bare.places),
            "neighbours": ids[:_SHOWN],
            "neighbour_count": len(ids),
            "inside": centres(gaps.where[bare.places][:_SHOWN]),
        }


class Gap(_BareGround):
    """Nothing inside the frame is left bare."""

    id = "topology.gap"

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        for name in self.about(case, "frames"):
            shape, found = case.coverage.shape(name), case.coverage.fit(name)
            if shape is None or found is None or not len(shape.table):
                continue
            if not shape.table.whole or shape.table.geometry_type not in ("", "polygon"):
                out.skip(len(shape.table), NOT_WHOLE)
                continue
            count(out, shape.sound.usable)
            gaps = found.gaps
            if case.coverage.frame_of(name):
                chosen = gaps.framed & ~gaps.at_rim & ~self.explained(case, shape, gaps)
            elif name == "XZQ":
                # An enclave of the neighbour is an honest hole, unless nobody could live in it.
                chosen = gaps.width < self.limit("enclave_width_m")
            else:
                chosen = ~self.explained(case, shape, gaps)
            for bare in self.gathered(gaps, chosen):
                self._report(out, shape, gaps, bare)
        self.snapping_once(out)
        return out if out.tested or out.not_checkable else out.skip(0, NO_LAYERS)

    def _report(self, out: Judgement, shape: LayerShape, gaps: Gaps, bare: _Bare) -> None:
        facts = self.facts(shape, gaps, bare)
        framed = bool(gaps.framed[bare.places[0]])
        narrow = bare.width < self.limit("snapping_m")
        certain = framed and not narrow
        ids = shape.table.object_ids
        order = sorted(bare.neighbours.tolist(), key=lambda row: (str(ids[row]), row))
        zh, en = (
            ("", "") if framed else ("；也可能是邻县飞地", "; it may be an enclave of a neighbour")
        )
        message = Text(
            f"{shape.table.name} 存在缝隙，面积 {bare.area:.3f} 平方米，宽约 {bare.width:.3f} 米，"
            f"周围有 {len(order)} 个要素{zh}",
            f"A gap of {bare.area:.3f} m², about {bare.width:.3f} m wide, between {len(order)} "
            f"features of {shape.table.name}{en}",
        )
        said: dict[str, Any] = {
            "verdict": None if certain else Verdict.DOUBTFUL,
            "severity": None if certain else Severity.C,
            "where": bare.where,
            "score": graded(bare.width, 1.0),
            "measured": f"{bare.area:.3f}",
            "expected": "0",
            "tolerance": self.limit("snapping_m"),
            "unit": "m²",
            "cause": "snapping" if narrow else "" if framed else "possible_enclave",
            "key": str(ids[order[1]]) if len(order) > 1 else "",
            "evidence": facts,
        }
        if order:
            out.findings.append(self.finding(shape.table, order[0], message, **said))
        else:  # all around could not be used
            out.findings.append(self.finding_about(shape.table.name, "", message, **said))


class Cover(_BareGround):
    """The frame is covered up to its edge."""

    id = "topology.rim"

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        for name, frames in self.about(case, "frames").items():
            shape = case.coverage.shape(name)
            if not frames or shape is None:
                continue
            frame = case.coverage.shape(case.coverage.frame_of(name))
            found = case.coverage.fit(name)
            if frame is None or found is None:
                out.skip(0, NO_FRAME)
                continue
            if not shape.table.whole or shape.table.geometry_type not in ("", "polygon"):
                out.skip(len(frame.table), NOT_WHOLE)
                continue
            count(out, frame.sound.usable)
            gaps = found.gaps
            chosen = gaps.framed & gaps.at_rim & ~self.explained(case, shape, gaps)
            tree = shapely.STRtree(frame.shown(frame.polygons))
            for bare in self.gathered(gaps, chosen):
                self._report(out, shape, frame, tree, gaps, bare)
        self.snapping_once(out)
        return out if out.tested or out.reasons else out.skip(0, NO_LAYERS)

    def _report(
        self,
        out: Judgement,
        shape: LayerShape,
        frame: LayerShape,
        tree: shapely.STRtree,
        gaps: Gaps,
        bare: _Bare,
    ) -> None:
        inside = shapely.point_on_surface(gaps.where[bare.places[0]])
        holders = tree.query(inside, predicate="intersects")
        frame_ids, ids = frame.table.object_ids, shape.table.object_ids
        holder = min(holders.tolist(), key=lambda row: (str(frame_ids[row]), row), default=0)
        around = min((str(ids[row]) for row in bare.neighbours), default="")
        narrow = bare.width < self.limit("snapping_m")
        out.findings.append(
            self.finding(
                frame.table,
                holder,
                Text(
                    f"{frame.table.name} 边缘有 {bare.area:.3f} 平方米（宽约 {bare.width:.3f} 米）"
                    f"未被 {shape.table.name} 覆盖",
                    f"{bare.area:.3f} m² (about {bare.width:.3f} m wide) at the rim of "
                    f"{frame.table.name} are not covered by {shape.table.name}",
                ),
                verdict=Verdict.DOUBTFUL if narrow else None,
                severity=Severity.C if narrow else None,
                where=bare.where,
                score=graded(bare.width, 1.0),
                measured=f"{bare.area:.3f}",
                expected="0",
                tolerance=self.limit("snapping_m"),
                unit="m²",
                cause="snapping" if narrow else "",
                key=f"{shape.table.name} {around}".strip(),
                evidence=self.facts(shape, gaps, bare),
            )
        )
