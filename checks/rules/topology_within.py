"""Polygons inside the polygon that holds them, with its code."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import shapely

from ..findings import Severity, Text, Verdict
from ..measures.case import Case
from ..measures.coverage import NO_LAYER, LayerShape
from ..measures.coverage_within import Outside
from ..table import BoolArray, IntArray, Table
from .rule import NO_PARCELS, Judgement
from .topology_base import TopologyRule, by_row, count, graded

_NOT_HELD = Text(
    "图斑不在任何村级调查区内或超出其边界，已由相应规则报告",
    "The parcel lies in no CJDCQ or reaches out of it, as another rule reports",
)
_NO_CODE = Text(
    "ZLDWDM 为空，或不是任何村级调查区的代码，已由代码规则报告",
    "ZLDWDM is empty or that of no CJDCQ, as the rules of codes report",
)


class _Inside(TopologyRule):
    """Every ``inner`` polygon lies inside one ``outer`` polygon."""

    inner: ClassVar[str]
    outer: ClassVar[str]

    def judge(self, case: Case) -> Judgement:
        return self.between(case, self.inner)

    def between(self, case: Case, inner: str) -> Judgement:
        """Judge the layer ``inner`` against :attr:`outer`."""
        out = Judgement()
        small, large = case.coverage.shape(inner), case.coverage.shape(self.outer)
        if small is None:
            return out.skip(0, NO_LAYER)
        apart = case.coverage.apart(inner, self.outer)
        if apart is not None or large is None or not large.sound.usable.any():
            return out.skip(len(small.table), apart or NO_LAYER)
        found = case.coverage.outside(inner, self.outer)
        if found is None:
            return out.skip(len(small.table), NO_LAYER)
        count(out, small.sound.usable)
        home = case.coverage.homes(inner, self.outer)
        known = self._told(case, inner, found)
        for place in np.flatnonzero(~known):
            self._report(out, small, large, found, int(place), int(home[found.row[place]]))
        return self.snapping_once(out)

    def _told(self, case: Case, inner: str, found: Outside) -> BoolArray:
        """What other findings are about: a gap of the outer layer, an overlap of the inner."""
        out = np.zeros(len(found.row), dtype=bool)
        whole = self.limit("same_share") * shapely.area(found.where)
        holder = case.coverage.fit(self.outer)
        if holder is not None and holder.gaps.framed.any() and len(out):
            bare = shapely.union_all(holder.gaps.where[holder.gaps.framed])
            out |= shapely.area(shapely.intersection(found.where, bare)) >= whole
        own = case.coverage.fit(inner)
        if own is None:
            return out
        rows = np.concatenate([own.overlaps.first, own.overlaps.second])
        where = np.concatenate([own.overlaps.where, own.overlaps.where])
        concerned = np.isin(rows, found.row[~out])
        rows, where = rows[concerned], where[concerned]
        shared = {row: shapely.union_all(where[places]) for row, places in by_row(rows)}
        for place in np.flatnonzero(~out):
            if found.row[place] in shared:
                common = found.where[place].intersection(shared[found.row[place]])
                out[place] = common.area >= whole[place]
        return out

    def _report(
        self,
        out: Judgement,
        small: LayerShape,
        large: LayerShape,
        found: Outside,
        place: int,
        home: int,
    ) -> None:
        row = int(found.row[place])
        inner, outer = small.table.name, large.table.name
        area, width = float(found.area[place]), float(found.width[place])
        share = area / float(small.area[row])
        holder = "" if home < 0 else str(large.table.object_ids[home])
        if home < 0:
            message = Text(
                f"{inner} 要素不在任何 {outer} 内（{area:.2f} 平方米）",
                f"A feature of {inner} ({area:.2f} m²) lies in no {outer}",
            )
            cause = "no_holder"
        else:
            message = Text(
                f"{inner} 要素超出所在 {outer}（{holder}）{area:.3f} 平方米，"
                f"最宽 {width:.3f} 米，占其面积 {100 * share:.2f}%",
                f"{area:.3f} m² ({100 * share:.2f} %) of a feature of {inner}, up to {width:.3f} m "
                f"wide, lie outside the {outer} that holds it ({holder})",
            )
            cause = "snapping" if width < self.limit("snapping_m") else ""
        noise = cause == "snapping"
        out.findings.append(
            self.finding(
                small.table,
                row,
                message,
                verdict=Verdict.DOUBTFUL if noise else None,
                severity=Severity.C if noise else None,
                where=found.where[place],
                score=graded(width, 1.0),
                measured=f"{area:.3f}",
                expected="0",
                tolerance=self.limit("snapping_m"),
                unit="m²",
                cause=cause,
                key=outer,
                evidence={"holder": holder, "area_m2": area, "width_m": width, "share": share},
            )
        )


class ParcelInVillage(_Inside):
    """DLTB lies inside CJDCQ."""

    id = "topology.in_village"
    inner, outer = "DLTB", "CJDCQ"


class VillageInDistrict(_Inside):
    """CJDCQ lies inside XZQ; without CJDCQ, DLTB does."""

    id = "topology.in_district"
    inner, outer = "CJDCQ", "XZQ"

    def judge(self, case: Case) -> Judgement:
        villages = case.coverage.shape("CJDCQ")
        held = villages is not None and villages.sound.usable.any()
        return self.between(case, "CJDCQ" if held else "DLTB")


class TownInDistrict(_Inside):
    """CZCDYD lies inside XZQ."""

    id = "topology.town_in_district"
    inner, outer = "CZCDYD", "XZQ"


class VillageCode(TopologyRule):
    """A parcel carries the ZLDWDM of the village around it."""

    id = "topology.village_code"

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        parcels, villages = case.parcels, case.layer("CJDCQ")
        if parcels is None:
            return out.skip(0, NO_PARCELS)
        apart = case.coverage.apart("DLTB", "CJDCQ")
        if apart is not None or villages is None:
            return out.skip(len(parcels), apart or NO_LAYER)
        home = case.coverage.homes("DLTB", "CJDCQ")
        held = home >= 0
        outside = case.coverage.outside("DLTB", "CJDCQ")
        if outside is not None:
            held[outside.row] = False
        if not held.all():
            out.skip(int((~held).sum()), _NOT_HELD)
        own = parcels.text("ZLDWDM")
        around = np.full(len(parcels), "", dtype=object)
        around[held] = villages.text("ZLDWDM")[home[held]]
        known = np.isin(own.astype(str), villages.text("ZLDWDM").astype(str))
        coded = held & (own != "") & (around != "") & known
        if (held & ~coded).any():
            out.skip(int((held & ~coded).sum()), _NO_CODE)
        out.tested = int(coded.sum())
        wrong = coded & (own != around)
        for village in np.unique(home[wrong]):
            rows = np.flatnonzero(wrong & (home == village))
            self._village(
                out, parcels, villages, int(village), rows, int((coded & (home == village)).sum())
            )
        return out

    def _village(
        self,
        out: Judgement,
        parcels: Table,
        villages: Table,
        village: int,
        rows: IntArray,
        tested: int,
    ) -> None:
        """One finding for the village when its parcels agree, else one for each parcel."""
        codes, counts = np.unique(parcels.text("ZLDWDM")[rows].astype(str), return_counts=True)
        most = int(counts.max())
        enough = most >= self.limit("common_count")
        if enough and most >= self.limit("common_share") * tested:
            code = str(codes[counts.argmax()])
            self._of_village(out, villages, village, code, most, tested)
            rows = rows[parcels.text("ZLDWDM")[rows] != code]
        for row in rows:
            self._of_parcel(out, parcels, int(row), villages, village)

    def _of_village(
        self, out: Judgement, villages: Table, village: int, code: str, most: int, tested: int
    ) -> None:
        own = str(villages.text("ZLDWDM")[village])
        out.findings.append(
            self.finding(
                villages,
                village,
                Text(
                    f"村级调查区的 ZLDWDM 为 {own}，区内 {tested} 个图斑中有 {most} 个为 {code}",
                    f"ZLDWDM of the CJDCQ is {own}; {most} of the {tested} parcels inside "
                    f"have {code}",
                ),
                verdict=None if self._differ(own, code) else Verdict.DOUBTFUL,
                measured=own,
                expected=code,
                cause="village_code",
                evidence={"parcels": tested, "parcels_with_other_code": most},
            )
        )

    def _of_parcel(
        self, out: Judgement, parcels: Table, row: int, villages: Table, village: int
    ) -> None:
        own, around = (
            str(parcels.text("ZLDWDM")[row]),
            str(villages.text("ZLDWDM")[village]),
        )
        out.findings.append(
            self.finding(
                parcels,
                row,
                Text(
                    f"图斑的 ZLDWDM 为 {own}，所在村级调查区为 {around}",
                    f"ZLDWDM of the parcel is {own}, that of the CJDCQ around it {around}",
                ),
                verdict=None if self._differ(own, around) else Verdict.DOUBTFUL,
                measured=own,
                expected=around,
                evidence={"village": str(villages.object_ids[village])},
            )
        )

    def _differ(self, one: str, other: str) -> bool:
        """Whether the village itself differs, not only its sub-unit."""
        digits = int(self.limit("village_digits"))
        return one[:digits] != other[:digits]
