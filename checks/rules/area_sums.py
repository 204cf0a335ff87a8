"""Sums of areas that must close to the cent: village, town, county, built-up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from ..findings import Family, Text
from ..measures.area import round_area
from ..measures.case import Case
from ..reproject import same_crs
from ..table import BoolArray, FloatArray, IntArray, Table, TextArray, sums_by
from .rule import NO_PARCELS, Judgement, Rule
from .values import values_of

_NO_VALUE = Text("面积字段为空或缺失", "The area field is empty or missing")
_PART_UNKNOWN = Text(
    "其中有图斑的面积缺失或不可用，由其他规则报告",
    "Some parcels of it have no usable area, as other rules report",
)
_NOT_WHOLE = Text(
    "图斑层没有记录或未能全部读取，无法求和",
    "The parcels are none, or could not all be read: no sum can be made",
)
_UNIT_UNKNOWN = Text(
    "图斑的坐落单位代码缺失或不可用，由其他规则报告",
    "The unit codes of the parcels are missing or not usable, as other rules report",
)
_OTHER_FRAME = Text(
    "与 DLTB 的坐标系不同，无法叠置", "In another CRS than DLTB: they cannot be laid together"
)


def grouped(keys: TextArray) -> tuple[TextArray, IntArray]:
    """Distinct keys in order, and each row's place among them."""
    names, index = np.unique(keys.astype(str), return_inverse=True)
    return names.astype(object), index.reshape(-1)


def mainland(table: Table) -> TextArray:
    """MSSM, with the empty value read as mainland (00)."""
    code = table.text("MSSM")
    return np.where(code == "", "00", code).astype(object)


@dataclass(frozen=True)
class _Sums:
    """Two sums per unit that must agree; shapes ``(units,)``.

    ``unknown`` counts units left out because a part of them has no value.
    """

    names: list[str]
    parts: FloatArray
    whole: FloatArray
    row: IntArray
    unknown: int = 0


class _Closing(Rule):
    """Sums that must close to the cent."""

    def close(
        self,
        table: Table,
        sums: _Sums,
        what: Text,
        explained: FloatArray,
        out: Judgement,
    ) -> None:
        """Compare, leaving out what single parcels already explain.

        ``explained`` is how far the parts' own area findings move each sum:
        the same fact never yields two findings.
        """
        tolerance = self.limit("tolerance_m2")
        for i, name in enumerate(sums.names):
            gap = float(sums.parts[i] - sums.whole[i])
            if abs(gap) <= tolerance or abs(gap - explained[i]) <= tolerance:
                continue
            row = int(sums.row[i])
            out.findings.append(
                self.finding(
                    table,
                    row,
                    what.format(
                        name=name,
                        parts=f"{sums.parts[i]:,.2f}",
                        whole=f"{sums.whole[i]:,.2f}",
                        gap=f"{gap:+,.2f}",
                    ),
                    measured=f"{sums.parts[i]:.2f}",
                    expected=f"{sums.whole[i]:.2f}",
                    tolerance=tolerance,
                    unit="m²",
                    score=min(1.0, 0.3 + abs(gap) / max(abs(float(sums.whole[i])), 1.0) * 100),
                    evidence={"sum": float(sums.parts[i]), "declared": float(sums.whole[i])},
                )
            )


def _declared(case: Case) -> FloatArray:
    """TBMJ of every parcel, NaN where another rule reports the value."""
    values = values_of(case, "DLTB")
    assert values is not None
    return np.where(values.sound("TBMJ"), values.number("TBMJ"), np.nan)


def _parcel_excess(case: Case, rows_tolerance: float) -> FloatArray:
    """How much more each parcel declares than its own shape has, in m²."""
    table = case.parcels
    assert table is not None
    area = case.areas.layers.get(table.name)
    if area is None:
        return np.zeros(len(table))
    excess = _declared(case) - round_area(area.ellipsoid)
    usual = np.nanmedian(excess) if np.isfinite(excess).any() else 0.0
    if abs(usual) > float(case.standard.rules["L21"].limits["balance_m2"]):
        usual = 0.0  # more than balancing can be: every parcel is off, as L21 tells
    excess = np.where(np.isfinite(excess), excess - usual, 0.0)
    clear = np.abs(excess) > rows_tolerance + np.abs(np.nan_to_num(area.edge_effect))
    return np.where(clear, excess, 0.0)


class VillageSum(_Closing):
    """Σ TBMJ by ZLDWDM and MSSM against DCMJ of CJDCQ (L22)."""

    id = "L22"
    family = Family.AREA

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        parcels, villages = case.parcels, case.layer("CJDCQ")
        if parcels is None:
            return out.skip(0, NO_PARCELS)
        if villages is None:
            return out.skip(0, Text("成果中没有 CJDCQ 图层", "The package has no CJDCQ layer"))
        if not len(parcels) or not parcels.whole:
            return out.skip(len(villages), _NOT_WHOLE)
        values = values_of(case, "DLTB")
        if values is None or not (values.sound("ZLDWDM") & ~values.empty("ZLDWDM")).any():
            return out.skip(len(villages), _UNIT_UNKNOWN)
        excess = _parcel_excess(case, self.limit("parcel_m2"))
        sums, extra = _sum_into(
            parcels, values.text("ZLDWDM"), _declared(case), villages, "ZLDWDM", excess
        )
        missing = len(villages) - len(sums.names) - sums.unknown
        if missing:
            out.skip(missing, _NO_VALUE)
        if sums.unknown:
            out.skip(sums.unknown, _PART_UNKNOWN)
        out.tested = len(sums.names)
        what = Text(
            "村级调查区 {name} 的图斑面积之和 {parts} 平方米"
            "与调查面积 DCMJ {whole} 平方米不符，相差 {gap} 平方米",
            "The parcels of CJDCQ {name} sum to {parts} m², its DCMJ says {whole} m²: {gap} m²",
        )
        self.close(villages, sums, what, extra, out)
        return out


def _sum_into(
    parts: Table,
    part_unit: TextArray,
    part_value: FloatArray,
    wholes: Table,
    code: str,
    excess: FloatArray,
) -> tuple[_Sums, FloatArray]:
    """Sum ``part_value`` by unit and MSSM beside DCMJ of the same unit and MSSM.

    Several rows of one unit (an island village in pieces) are taken together.
    """
    whole_key = _join(wholes.text(code), mainland(wholes))
    part_key = _join(part_unit, mainland(parts))
    names, index = grouped(whole_key)
    declared = wholes.number("DCMJ")
    whole = sums_by(index, np.nan_to_num(declared), len(names))
    known = np.bincount(index, np.isfinite(declared), len(names)) == np.bincount(index)
    place = np.searchsorted(names.astype(str), part_key.astype(str))
    place = np.clip(place, 0, len(names) - 1)
    belongs = names[place] == part_key
    total = sums_by(place[belongs], np.nan_to_num(part_value[belongs]), len(names))
    extra = sums_by(place[belongs], excess[belongs], len(names))
    first = np.array([int(np.flatnonzero(index == i)[0]) for i in range(len(names))])
    lacking = np.bincount(place[belongs], ~np.isfinite(part_value[belongs]), len(names)) > 0
    known &= np.char.str_len(names.astype(str)) > 3
    use = np.flatnonzero(known & ~lacking)
    called = [str(names[i]).split("/")[0] for i in use]
    unknown = int((known & lacking).sum())
    return _Sums(called, total[use], whole[use], first[use], unknown), extra[use]


def _join(left: TextArray, right: TextArray) -> TextArray:
    return np.array([f"{a}/{b}" for a, b in zip(left, right)], dtype=object)


class CountySum(_Closing):
    """Σ CJDCQ.DCMJ against XZQ.DCMJ, and Σ XZQ.DCMJ against the control area (L23)."""

    id = "L23"
    family = Family.AREA

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        villages, towns = case.layer("CJDCQ"), case.layer("XZQ")
        if towns is None:
            return out.skip(0, Text("成果中没有 XZQ 图层", "The package has no XZQ layer"))
        if villages is None:
            out.skip(len(towns), Text("成果中没有 CJDCQ 图层", "The package has no CJDCQ layer"))
        else:
            unit = self._town_of(villages, towns)
            wrong = self._told(case, villages)
            sums, extra = _sum_into(villages, unit, villages.number("DCMJ"), towns, "XZQDM", wrong)
            out.tested += len(sums.names)
            what = Text(
                "行政区 {name} 所辖村级调查区面积之和 {parts} 平方米"
                "与 DCMJ {whole} 平方米不符，相差 {gap} 平方米",
                "The CJDCQ of XZQ {name} sum to {parts} m², its DCMJ says {whole} m²: {gap} m²",
            )
            self.close(towns, sums, what, extra, out)
        self._control(case, towns, out)
        return out

    def _told(self, case: Case, villages: Table) -> FloatArray:
        """How far each village's DCMJ is off the sum of its parcels, which L22 tells."""
        out = np.zeros(len(villages))
        values = values_of(case, "DLTB")
        if values is None or not len(values) or not values.table.whole:
            return out
        excess = np.zeros(len(values))
        code, area = values.text("ZLDWDM"), _declared(case)
        sums, _ = _sum_into(values.table, code, area, villages, "ZLDWDM", excess)
        gap = sums.whole - sums.parts
        out[sums.row] = np.where(np.abs(gap) > self.limit("tolerance_m2"), gap, 0.0)
        return out

    @staticmethod
    def _town_of(villages: Table, towns: Table) -> TextArray:
        """The XZQDM that each village's ZLDWDM begins with (longest wins)."""
        unit = villages.text("ZLDWDM")
        out = np.full(len(villages), "", dtype=object)
        for code in sorted(set(towns.text("XZQDM")) - {""}, key=lambda c: (len(c), c)):
            begins = np.char.startswith(unit.astype(str), str(code))
            out[begins] = code
        return out

    def _control(self, case: Case, towns: Table, out: Judgement) -> None:
        control = case.settings.control_area
        if not np.isfinite(control):
            out.skip(1, Text("未设置县级控制面积", "The county's control area is not set"))
            return
        total = float(np.nansum(towns.number("DCMJ")))
        out.tested += 1
        if abs(total - control) > self.limit("tolerance_m2"):
            out.findings.append(
                self.finding_about(
                    towns.name,
                    case.submission.county or towns.name,
                    Text(
                        f"行政区调查面积之和 {total:,.2f} 平方米"
                        f"与县级控制面积 {control:,.2f} 平方米不符，"
                        f"相差 {total - control:+,.2f} 平方米",
                        f"XZQ.DCMJ sums to {total:,.2f} m², the control area is {control:,.2f} m²: "
                        f"{total - control:+,.2f} m²",
                    ),
                    key="control_area",
                    measured=f"{total:.2f}",
                    expected=f"{control:.2f}",
                    tolerance=self.limit("tolerance_m2"),
                    unit="m²",
                )
            )


class TownAreaSum(_Closing):
    """CZCMJ against Σ TBMJ of the contained parcels (L24)."""

    id = "L24"
    family = Family.AREA

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        parcels, built = case.parcels, case.layer("CZCDYD")
        if parcels is None:
            return out.skip(0, NO_PARCELS)
        if built is None:
            return out.skip(0, Text("成果中没有 CZCDYD 图层", "The package has no CZCDYD layer"))
        declared = built.number("CZCMJ")
        if not len(parcels) or not parcels.whole or parcels.geometry is None:
            return out.skip(len(built), _NOT_WHOLE)
        if not same_crs(case.frame.wkt("DLTB"), case.frame.wkt("CZCDYD")):
            return out.skip(len(built), _OTHER_FRAME)
        able = built.usable & np.isfinite(declared)
        if not able.all():
            out.skip(int((~able).sum()), _NO_VALUE)
        rows = np.flatnonzero(able)
        if len(rows):
            total, extra = self._contained(case, parcels, built, rows)
            unknown = np.isnan(total)
            if unknown.any():
                out.skip(int(unknown.sum()), _PART_UNKNOWN)
                rows, total, extra = rows[~unknown], total[~unknown], extra[~unknown]
        out.tested = len(rows)
        if not len(rows):
            return out
        ids = built.object_ids
        sums = _Sums([str(ids[row]) for row in rows], total, declared[rows], rows)
        what = Text(
            "城镇村等用地 {name} 的 CZCMJ {whole} 平方米"
            "与其范围内图斑面积之和 {parts} 平方米不符，相差 {gap} 平方米",
            "CZCDYD {name}: CZCMJ is {whole} m², the parcels inside sum to {parts} m²: {gap} m²",
        )
        self.close(built, sums, what, extra, out)
        return out

    def _contained(
        self, case: Case, parcels: Table, built: Table, rows: IntArray
    ) -> tuple[FloatArray, FloatArray]:
        assert parcels.geometry is not None and built.geometry is not None
        usable: BoolArray = parcels.usable
        owners = np.flatnonzero(usable)
        points = shapely.point_on_surface(parcels.geometry[owners])
        tree = shapely.STRtree(points)
        which, inside = tree.query(built.geometry[rows], predicate="contains")
        value = _declared(case)[owners[inside]]
        excess = _parcel_excess(case, self.limit("parcel_m2"))[owners[inside]]
        return (
            sums_by(which, value, len(rows)),
            sums_by(which, excess, len(rows)),
        )
