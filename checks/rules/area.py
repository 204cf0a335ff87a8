"""Areas: TBMJ and JSMJ against the stored vertices."""

from __future__ import annotations

import numpy as np

from ..findings import Family, Finding, Text, Verdict
from ..measures.area import (
    Ellipsoid,
    LayerArea,
    coordinate_step,
    ellipsoid_area,
    round_area,
)
from ..measures.case import Case
from ..standard import Standard
from ..table import FloatArray, IntArray, Table
from .area_sums import CountySum, TownAreaSum, VillageSum, grouped, mainland
from .rule import NO_PARCELS, Judgement, Rule
from .values import values_of

_NO_FRAME = Text(
    "坐标系不明，无法计算椭球面积", "The frame is unknown: the ellipsoid area cannot be computed"
)
_NO_GEOMETRY = Text("图形无效或缺失", "The geometry is invalid or missing")
_NO_VALUE = Text(
    "面积字段为空、缺失或超出取值范围", "The area field is empty, missing or out of its range"
)


class EllipsoidArea(Rule):
    """TBMJ against the area of the stored vertices (L21).

    Legal balancing spreads the residual between parcels and control area in
    steps of 0.01 m²: every parcel of one unit gets the same number of steps,
    some one more. So the usual difference of the unit is taken off first, as
    long as it is as small as balancing can make it.
    """

    id = "L21"
    family = Family.AREA

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        table = case.parcels
        if table is None:
            return out.skip(0, NO_PARCELS)
        area = case.areas.layers.get(table.name)
        if area is None:
            return out.skip(len(table), _NO_FRAME)
        declared = table.number("TBMJ")
        measurable, valued = np.isfinite(area.ellipsoid), np.isfinite(declared)
        values = values_of(case, table.name)
        if values is not None:
            valued &= values.sound("TBMJ")
        if not measurable.all():
            out.skip(int((~measurable).sum()), _NO_GEOMETRY)
        if (measurable & ~valued).any():
            out.skip(int((measurable & ~valued).sum()), _NO_VALUE)
        rows = np.flatnonzero(measurable & valued)
        out.tested = len(rows)
        if not len(rows):
            return out
        systematic = self._systematic(case, table, area, rows)
        if systematic is not None:
            out.findings.append(systematic)
            return out
        difference = declared[rows] - round_area(area.ellipsoid[rows])
        balance = self._balance(table, rows, difference)
        self._compare(table, area, rows, difference - balance, balance, out)
        return out

    def _balance(self, table: Table, rows: IntArray, difference: FloatArray) -> FloatArray:
        """The legal adjustment of each parcel's unit, in whole steps, in m²."""
        step, most = self.limit("step_m2"), self.limit("balance_m2")
        _, unit = grouped(mainland(table)[rows])
        out = np.zeros(len(rows))
        for number in range(int(unit.max()) + 1):
            inside = unit == number
            usual = float(np.median(difference[inside]))
            if abs(usual) <= most:
                out[inside] = np.floor(usual / step + 1e-6) * step
        return out

    def _compare(
        self,
        table: Table,
        area: LayerArea,
        rows: IntArray,
        rest: FloatArray,
        balance: FloatArray,
        out: Judgement,
    ) -> None:
        # One step because the largest parcels of a unit get one more, one for
        # the rounding of latitudes, and what straight edges may legally mean.
        clean = (
            self.limit("rounding_m2")
            + self.limit("step_m2")
            + np.abs(area.edge_effect[rows])
            + 1e-6
        )
        # True curves are read as short edges, which cut a little off or add it.
        curved = [p.row for p in table.problems if p.kind == "linearised_curve"]
        clean[np.isin(rows, curved)] += (
            self.limit("curve_share") * area.ellipsoid[rows[np.isin(rows, curved)]]
        )
        # Coordinates that were stored more coarsely than the area was computed.
        size, step = np.abs(rest), 0.0
        if table.geometry is not None and (size > clean).mean() > self.limit("coarse_share"):
            # Round coordinates alone say nothing: areas that fit them are exact.
            step = coordinate_step(table.geometry)
        stored = clean + max(self.limit("coordinate_m"), step) * area.perimeter[rows] / 2
        doubts = np.flatnonzero((size > clean) & (size <= stored))
        many = len(doubts) >= self.limit("systematic_count")
        # Rounding takes as often as it gives; who only gives does not round.
        even = many and abs(np.sign(rest[doubts]).mean()) <= self.limit("coarse_bias")
        if step > self.limit("coordinate_m") and not even:
            stored = clean + self.limit("coordinate_m") * area.perimeter[rows] / 2
        elif step > self.limit("coordinate_m"):
            out.findings.append(self._coarse(table, step, size[doubts]))
            clean = stored
        for i in np.flatnonzero(size > clean):
            row = int(rows[i])
            expected = float(round_area(area.ellipsoid[rows[i : i + 1]])[0] + balance[i])
            declared = float(table.number("TBMJ")[row])
            share = abs(declared - expected) / max(expected, 1e-9)
            rounding = bool(size[i] <= stored[i])
            out.findings.append(
                self.finding(
                    table,
                    row,
                    Text(
                        f"图斑面积 TBMJ 填报 {declared:,.2f} 平方米，按存储拐点计算的椭球面积为 "
                        f"{expected:,.2f} 平方米，相差 {declared - expected:+,.2f} 平方米"
                        f"（{100 * (declared - expected) / max(expected, 1e-9):+.2f}%）",
                        f"TBMJ is {declared:,.2f} m², the ellipsoid area of the stored vertices "
                        f"is {expected:,.2f} m²: {declared - expected:+,.2f} m² "
                        f"({100 * (declared - expected) / max(expected, 1e-9):+.2f} %)",
                    ),
                    verdict=Verdict.DOUBTFUL if rounding else None,
                    score=0.2 if rounding else min(1.0, 0.5 + 5 * share),
                    measured=f"{declared:.2f}",
                    expected=f"{expected:.2f}",
                    tolerance=float(clean[i]),
                    unit="m²",
                    cause="coordinate_rounding" if rounding else self._cause(area, row, declared),
                    evidence={
                        "tbmj": declared,
                        "ellipsoid_area": float(area.ellipsoid[row]),
                        "plane_area": float(area.plane[row]),
                        "balance": float(balance[i]),
                        "edge_effect": float(area.edge_effect[row]),
                    },
                )
            )

    def _coarse(self, table: Table, step: float, size: FloatArray) -> Finding:
        return self.finding_about(
            table.name,
            table.name,
            Text(
                f"{table.name} 的坐标只存到 {step:g} 米，{len(size)} 个图斑的 TBMJ 因此与图形相差"
                f"至多 {size.max():.2f} 平方米，无法逐个核对到分",
                f"Coordinates of {table.name} are stored to {step:g} m only, so that TBMJ of "
                f"{len(size)} parcels differs from the shape by up to {size.max():.2f} m²: "
                "not to be compared to the cent",
            ),
            verdict=Verdict.DOUBTFUL,
            cause="coordinate_rounding",
            measured=f"{step:g}",
            expected=f"{self.limit('coordinate_m'):g}",
            unit="m",
            evidence={"parcels": len(size), "greatest_m2": float(size.max()), "step_m": step},
        )

    def _cause(self, area: LayerArea, row: int, declared: float) -> str:
        apart = abs(area.plane[row] - area.ellipsoid[row])
        near = abs(declared - area.plane[row]) <= self.limit("rounding_m2") + 0.005
        return "plane_area" if near and apart > 3 * self.limit("rounding_m2") else ""

    def _systematic(
        self, case: Case, table: Table, area: LayerArea, rows: IntArray
    ) -> Finding | None:
        """One finding for the layer when another kind of area fits nearly all."""
        declared = table.number("TBMJ")[rows]
        own = np.abs(declared - area.ellipsoid[rows])
        candidates = {
            "plane_area": (
                Text("投影平面面积", "the plane area of the projection"),
                area.plane[rows],
            ),
            "densified_edges": (
                Text("边线加密后的椭球面积", "the ellipsoid area with densified edges"),
                area.ellipsoid[rows] + area.edge_effect[rows],
            ),
        }
        xian = self._xian80(case, table)
        if xian is not None:
            candidates["xian80_ellipsoid"] = (
                Text("西安80椭球的面积", "the area on the Xian 80 ellipsoid"),
                xian[rows],
            )
        tolerance = self.limit("rounding_m2") + self.limit("step_m2")
        unit = self._unit(table, area, rows)
        if unit is not None:
            return unit
        for cause, (title, other) in candidates.items():
            fits = np.abs(declared - other) <= tolerance
            apart = np.abs(other - area.ellipsoid[rows]) > 3 * tolerance
            telling = int(apart.sum())
            if telling < self.limit("systematic_count"):
                continue
            if fits[apart].mean() < self.limit("systematic_share"):
                continue
            if (own[apart] <= tolerance).mean() > 1 - self.limit("systematic_share"):
                continue
            return self.finding_about(
                table.name,
                table.name,
                Text(
                    f"DLTB 的 TBMJ 普遍等于{title.zh}而非规定的椭球面积："
                    f"可分辨的 {telling} 个图斑中 {int(fits[apart].sum())} 个吻合",
                    f"TBMJ of DLTB is {title.en}, not the prescribed ellipsoid area: "
                    f"{int(fits[apart].sum())} of {telling} parcels that can tell agree",
                ),
                verdict=Verdict.DOUBTFUL,
                cause=cause,
                measured=f"{float(np.sum(declared)):.2f}",
                expected=f"{float(np.sum(area.ellipsoid[rows])):.2f}",
                unit="m²",
                evidence={"telling": telling, "agreeing": int(fits[apart].sum())},
            )
        return None

    def _unit(self, table: Table, area: LayerArea, rows: IntArray) -> Finding | None:
        """One finding for the layer when its areas are right in another unit."""
        declared, own = table.number("TBMJ")[rows], area.ellipsoid[rows]
        if len(rows) < self.limit("systematic_count"):
            return None
        for cause, about in self.spec.limits["units"].items():
            factor = float(about["m2"])
            # Two decimals of a large unit are many square metres.
            fits = np.abs(declared * factor - own) <= 0.0051 * factor + 0.001 * own
            if fits.mean() < self.limit("systematic_share"):
                continue
            return self.finding_about(
                table.name,
                table.name,
                Text(
                    f"DLTB 的 TBMJ 以{about['zh']}为单位，应为平方米："
                    f"{len(rows)} 个图斑中 {int(fits.sum())} 个换算后与图形吻合",
                    f"TBMJ of DLTB is in {about['en']}, not in m²: {int(fits.sum())} of "
                    f"{len(rows)} parcels agree with their shapes once converted",
                ),
                verdict=Verdict.DOUBTFUL,
                cause=cause,
                measured=f"{float(np.sum(declared)):.2f}",
                expected=f"{float(np.sum(own)):.2f}",
                unit="m²",
                evidence={"parcels": len(rows), "agreeing": int(fits.sum()), "m2": factor},
            )
        return None

    @staticmethod
    def _xian80(case: Case, table: Table) -> FloatArray | None:
        constants = case.standard.data("ellipsoid.json")["ellipsoids"].get("Xian80")
        meridian = case.frame.central_meridian(table.name)
        if constants is None or table.geometry is None or not np.isfinite(meridian):
            return None
        return ellipsoid_area(
            table.measurable,
            meridian,
            case.frame.false_easting(table.name),
            Ellipsoid.of(constants),
        ).ellipsoid


class UnitArea(Rule):
    """JSMJ (计算面积) of CJDCQ and XZQ against their own stored vertices."""

    id = "area.unit_area"
    family = Family.AREA

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        for name in ("CJDCQ", "XZQ"):
            table = case.layer(name)
            if table is None:
                continue
            area = case.areas.layers.get(name)
            declared = table.number("JSMJ")
            if area is None:
                out.skip(len(table), _NO_FRAME)
                continue
            able = np.isfinite(declared) & np.isfinite(area.ellipsoid)
            if not able.all():
                out.skip(int((~able).sum()), _NO_VALUE)
            out.tested += int(able.sum())
            gap = declared - area.ellipsoid
            allowed = (
                self.limit("rounding_m2")
                + np.abs(area.edge_effect)
                + self.limit("coordinate_m") * area.perimeter / 2
            )
            for row in np.flatnonzero(able & (np.abs(gap) > allowed)):
                out.findings.append(self._say(table, int(row), area, float(allowed[row])))
        return out

    def _say(self, table: Table, row: int, area: LayerArea, allowed: float) -> Finding:
        declared = float(table.number("JSMJ")[row])
        own = float(round_area(area.ellipsoid[row : row + 1])[0])
        return self.finding(
            table,
            row,
            Text(
                f"{table.name} 的计算面积 JSMJ 填报 {declared:,.2f} 平方米，"
                f"按图形计算为 {own:,.2f} 平方米，相差 {declared - own:+,.2f} 平方米",
                f"JSMJ of {table.name} is {declared:,.2f} m², its shape has {own:,.2f} m²: "
                f"{declared - own:+,.2f} m²",
            ),
            measured=f"{declared:.2f}",
            expected=f"{own:.2f}",
            tolerance=allowed,
            unit="m²",
            score=min(1.0, 0.3 + abs(declared - own) / max(own, 1.0) * 50),
            evidence={"jsmj": declared, "ellipsoid_area": own},
        )


_CLASSES: tuple[type[Rule], ...] = (EllipsoidArea, VillageSum, CountySum, TownAreaSum, UnitArea)


def rules(standard: Standard) -> list[Rule]:
    """The rules of this family with their words and limits."""
    return [rule(standard.rules[rule.id]) for rule in _CLASSES]
