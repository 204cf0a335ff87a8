"""Deducted and net area: L19, L20, and L33 for the update process layer.

Three numbers hang together (area, deduction, rest). When one of them alone is
wrong two sums fail; only the rule nearest to the wrong number speaks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..findings import Family, Text
from ..measures.case import Case
from ..table import BoolArray, FloatArray
from .condition_rule import OWNED_ELSEWHERE, missing_field, missing_layers
from .conditions import any_of, holds
from .rule import Judgement, Rule
from .values import Values, values_of

# Decimal fractions have no exact binary form: 0.01 may come out as 0.010000000009.
_NOISE = 1e-6
_EDITED = "area_edited"


@dataclass(frozen=True)
class Names:
    """Which fields hold area, coefficient, deduction and rest."""

    area: str
    coefficient: str
    deducted: str
    net: str

    @property
    def all(self) -> list[str]:
        """The four field names."""
        return [self.area, self.coefficient, self.deducted, self.net]


PARCEL = Names("TBMJ", "KCXS", "KCMJ", "TBDLMJ")
PIECE = Names("TBBGMJ", "BGHKCXS", "BGHKCMJ", "BGHTBDLMJ")


@dataclass(frozen=True)
class Deduction:
    """The four numbers of every row, what they should be, and who is to blame.

    All of shape ``(rows,)``; areas in m². ``usable`` rows have an area and no
    value that another rule reports.
    """

    usable: BoolArray
    area: FloatArray
    coefficient: FloatArray
    deducted: FloatArray
    net: FloatArray
    deducted_wanted: FloatArray
    wrong_deducted: BoolArray
    wrong_net: BoolArray
    deducted_alone: BoolArray
    area_alone: BoolArray


def round_cent(area: FloatArray) -> FloatArray:
    """Round to 0.01 m², half away from zero, forgiving binary noise below a half."""
    with np.errstate(over="ignore", invalid="ignore"):
        return np.copysign(np.floor(np.abs(area) * 100 * (1 + 1e-12) + 0.5) / 100, area)


def read_deduction(
    values: Values, names: Names, deducting: BoolArray, tolerance: float
) -> Deduction:
    """Compare the four numbers of every row; ``deducting`` rows may deduct at all."""
    usable = np.isfinite(values.number(names.area))
    for name in names.all:
        usable &= values.sound(name)
    area, net = values.number(names.area), values.number(names.net)
    coefficient = np.where(deducting, _or_zero(values, names.coefficient), 0.0)
    deducted = _or_zero(values, names.deducted)
    within = tolerance + _NOISE
    with np.errstate(invalid="ignore", over="ignore"):
        wanted = round_cent(area * coefficient)
        wrong_deducted = np.abs(deducted - wanted) > within
        wrong_net = np.abs(net - (area - deducted)) > within
        deducted_alone = wrong_deducted & wrong_net & (np.abs(net - (area - wanted)) <= within)
        before = round_cent((deducted + net) * coefficient)
        area_alone = (
            wrong_net
            & wrong_deducted
            & (coefficient > 0)
            & (np.abs(deducted - before) <= within)
            & ~deducted_alone
        )
    return Deduction(
        usable,
        area,
        coefficient,
        deducted,
        net,
        wanted,
        wrong_deducted,
        wrong_net,
        deducted_alone,
        area_alone,
    )


def _or_zero(values: Values, name: str) -> FloatArray:
    return np.where(values.empty(name), 0.0, values.number(name))


@dataclass(frozen=True)
class _Parcels:
    """One layer of parcels as L19 and L20 see it; ``deducting`` has shape ``(rows,)``."""

    case: Case
    values: Values
    deducting: BoolArray
    facts: Deduction


class _ParcelSum(Rule):
    """What L19 and L20 share: they run on every layer of parcels."""

    family = Family.LOGIC

    def judge(self, case: Case) -> Judgement:
        """Judge every delivered layer that the rule is meant for."""
        out = Judgement()
        found = [values_of(case, layer) for layer in self.spec.layers]
        if not any(found):
            return out.skip(0, missing_layers(self.spec.layers))
        for values in found:
            if values is None:
                continue
            missing = [name for name in [*PARCEL.all, "DLBM", "GDPDJB"] if not values.has(name)]
            if missing:
                out.skip(len(values), missing_field(values.table.name, missing))
                continue
            deducting = holds(values, self.spec.limits["deducting"])
            facts = read_deduction(values, PARCEL, deducting, self.limit("tolerance_m2"))
            self.compare(_Parcels(case, values, deducting, facts), out)
        return out

    def compare(self, parcels: _Parcels, out: Judgement) -> None:
        """Write the findings of one layer."""
        raise NotImplementedError


class DeductedArea(_ParcelSum):
    """KCMJ = round(TBMJ × KCXS, 2) on sloping cropland (L19; TDDC3D)."""

    id = "L19"

    def compare(self, parcels: _Parcels, out: Judgement) -> None:
        """A deduction that is not the product of area and coefficient."""
        values, facts, deducting = parcels.values, parcels.facts, parcels.deducting
        # A coefficient of zero where one is due is the fact of L15 or L17.
        no_coefficient = facts.coefficient == 0
        theirs = no_coefficient & any_of(values, self.spec.limits["due_elsewhere"])
        sound = facts.usable & values.sound("DLBM") & values.sound("GDPDJB")
        tested = deducting & sound & ~theirs
        out.tested += int(tested.sum())
        blocked = int((deducting & ~tested).sum())
        if blocked:
            out.skip(blocked, OWNED_ELSEWHERE)
        bad = tested & facts.wrong_deducted & ~facts.area_alone
        bad &= ~self._coefficient_alone(parcels.case, values, facts)
        for row in np.flatnonzero(bad):
            wanted = float(facts.deducted_wanted[row])
            said = values.said("KCMJ", row)
            out.findings.append(
                self.finding(
                    values.table,
                    int(row),
                    Text(
                        "图斑 {id} 的扣除地类面积 KCMJ 为 {said}，"
                        "按 TBMJ {area:.2f} × KCXS {coefficient:.4f} 应为 {wanted:.2f} 平方米",
                        "Parcel {id}: KCMJ is {said}, but TBMJ {area:.2f} × "
                        "KCXS {coefficient:.4f} gives {wanted:.2f} m²",
                    ).format(
                        id=values.table.object_ids[row],
                        said=said or "∅",
                        area=float(facts.area[row]),
                        coefficient=float(facts.coefficient[row]),
                        wanted=wanted,
                    ),
                    measured=said,
                    expected=f"{wanted:.2f}",
                    tolerance=self.limit("tolerance_m2"),
                    unit="m²",
                    key="KCMJ",
                    evidence={
                        "TBMJ": float(facts.area[row]),
                        "KCXS": float(facts.coefficient[row]),
                        "KCMJ": float(facts.deducted[row]),
                    },
                )
            )

    def _coefficient_alone(self, case: Case, values: Values, facts: Deduction) -> BoolArray:
        """Rows whose KCMJ fits the county's coefficient: KCXS is wrong, and L18 says so."""
        county = case.settings.ridge_coefficients
        if not county or not values.has("GDLX"):
            return np.zeros(len(values), dtype=bool)
        pairs = zip(values.text("GDLX"), values.text("GDPDJB"))
        wanted = np.array([county.get(pair, np.nan) for pair in pairs], dtype=np.float64)
        with np.errstate(invalid="ignore"):
            right = np.abs(facts.deducted - round_cent(facts.area * wanted))
            return (facts.coefficient > 0) & (right <= self.limit("tolerance_m2") + _NOISE)


class NetArea(_ParcelSum):
    """TBDLMJ = TBMJ − KCMJ (L20; TDDC3D)."""

    id = "L20"

    def compare(self, parcels: _Parcels, out: Judgement) -> None:
        """A rest that is not area minus deduction."""
        values, facts = parcels.values, parcels.facts
        tested = facts.usable & np.isfinite(facts.net)
        out.tested += int(tested.sum())
        if (~tested).any():
            out.skip(int((~tested).sum()), OWNED_ELSEWHERE)
        told = _told_by_shape(parcels.case, values, facts)
        for row in np.flatnonzero(tested & facts.wrong_net & ~facts.deducted_alone & ~told):
            wanted = float(facts.area[row] - facts.deducted[row])
            net = float(facts.net[row])
            edited = bool(facts.area_alone[row])
            message = Text(
                "图斑 {id} 的图斑地类面积 TBDLMJ 为 {net:.2f}，"
                "按 TBMJ {area:.2f} − KCMJ {deducted:.2f} 应为 {wanted:.2f} 平方米",
                "Parcel {id}: TBDLMJ is {net:.2f}, but TBMJ {area:.2f} − KCMJ {deducted:.2f} "
                "gives {wanted:.2f} m²",
            )
            if edited:
                message = Text(
                    message.zh + "；KCMJ 与 TBDLMJ 相互吻合，对应的 TBMJ 为 {before:.2f}，"
                    "疑为 TBMJ 单独被改",
                    message.en + "; KCMJ and TBDLMJ agree with each other and with "
                    "TBMJ {before:.2f}: TBMJ alone seems to have been changed",
                )
            out.findings.append(
                self.finding(
                    values.table,
                    int(row),
                    message.format(
                        id=values.table.object_ids[row],
                        net=net,
                        area=float(facts.area[row]),
                        deducted=float(facts.deducted[row]),
                        wanted=wanted,
                        before=float(facts.deducted[row]) + net,
                    ),
                    measured=f"{net:.2f}",
                    expected=f"{wanted:.2f}",
                    tolerance=self.limit("tolerance_m2"),
                    unit="m²",
                    cause=_EDITED if edited else "",
                    key="TBDLMJ",
                    evidence={
                        "TBMJ": float(facts.area[row]),
                        "KCMJ": float(facts.deducted[row]),
                        "TBDLMJ": net,
                    },
                )
            )


def _told_by_shape(case: Case, values: Values, facts: Deduction) -> BoolArray:
    """Rows whose TBMJ alone is off the shape, which fits what remains: L21 tells of them."""
    area = case.areas.layers.get(values.table.name)
    if area is None or values.table.name != "DLTB":
        return np.zeros(len(values), dtype=bool)
    limits = case.standard.rules["L21"].limits
    with np.errstate(invalid="ignore", over="ignore"):
        room = float(limits["rounding_m2"]) + float(limits["step_m2"]) + np.abs(area.edge_effect)
        room += float(limits["coordinate_m"]) * area.perimeter / 2
        fits = np.abs(facts.deducted + facts.net - area.ellipsoid) <= room
        return np.asarray(fits & (np.abs(facts.area - area.ellipsoid) > room), dtype=bool)


class UpdatedDeduction(Rule):
    """The same arithmetic for every piece of the update process layer (L33; TDDC3D)."""

    id = "L33"
    family = Family.LOGIC

    def judge(self, case: Case) -> Judgement:
        """Judge the pieces that remain after the change (BGXW other than 0)."""
        out = Judgement()
        values = values_of(case, "DLTBGXGC")
        if values is None:
            return out.skip(0, missing_layers(("DLTBGXGC",)))
        missing = [name for name in [*PIECE.all, "BGXW"] if not values.has(name)]
        if missing:
            return out.skip(len(values), missing_field("DLTBGXGC", missing))
        remains = holds(values, self.spec.limits["deducting"])
        facts = read_deduction(values, PIECE, remains, self.limit("tolerance_m2"))
        tested = remains & facts.usable & np.isfinite(facts.net) & values.sound("BGXW")
        out.tested = int(tested.sum())
        if (remains & ~tested).any():
            out.skip(int((remains & ~tested).sum()), OWNED_ELSEWHERE)
        for row in np.flatnonzero(tested & (facts.wrong_deducted | facts.wrong_net)):
            self._write(values, facts, int(row), out)
        return out

    def _write(self, values: Values, facts: Deduction, row: int, out: Judgement) -> None:
        area, wanted = float(facts.area[row]), float(facts.deducted_wanted[row])
        deducted, net = float(facts.deducted[row]), float(facts.net[row])
        edited = bool(facts.area_alone[row])
        out.findings.append(
            self.finding(
                values.table,
                row,
                Text(
                    "变更图斑 {id}：TBBGMJ {area:.2f}、BGHKCXS {coefficient:.4f} 时，BGHKCMJ 应为 "
                    "{wanted:.2f}（填报 {deducted:.2f}），BGHTBDLMJ 应为 {rest:.2f}"
                    "（填报 {net:.2f}）",
                    "Piece {id}: with TBBGMJ {area:.2f} and BGHKCXS {coefficient:.4f}, BGHKCMJ "
                    "must be {wanted:.2f} (is {deducted:.2f}) and BGHTBDLMJ {rest:.2f} "
                    "(is {net:.2f})",
                ).format(
                    id=values.table.object_ids[row],
                    area=area,
                    coefficient=float(facts.coefficient[row]),
                    wanted=wanted,
                    deducted=deducted,
                    rest=area - wanted,
                    net=net,
                ),
                measured=f"{deducted:.2f}; {net:.2f}",
                expected=f"{wanted:.2f}; {area - wanted:.2f}",
                tolerance=self.limit("tolerance_m2"),
                unit="m²",
                cause=_EDITED if edited else "",
                key="BGH",
                evidence={
                    "TBBGMJ": area,
                    "BGHKCXS": float(facts.coefficient[row]),
                    "BGHKCMJ": deducted,
                    "BGHTBDLMJ": net,
                },
            )
        )
