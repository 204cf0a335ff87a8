"""Parcels against permanent basic farmland, the red line and the urban boundary."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from ..findings import Family, Text
from ..measures.case import Case
from ..measures.control import FARMLAND, REDLINE, URBAN, ControlMeasure, Crossing
from ..standard import Standard
from .rule import NO_PARCELS, Judgement, Rule

_NONE_GIVEN = Text("未提供该类控制图层", "No control layer of this kind was given")
_UNPLACED = Text(
    "控制图层的坐标系无法与图斑对应",
    "The frame of the control layer cannot be brought to the parcels",
)
_NEEDS_PREVIOUS = Text(
    "未提供上一年度 DLTB，无法区分原有建设用地与新增建设用地",
    "Without last year's DLTB, old construction cannot be told from new",
)
_BROKEN = Text(
    "图斑几何无法与控制图层叠加", "The parcel's geometry cannot be overlaid with the control layer"
)


class _ControlRule(Rule):
    """One kind of control."""

    family = Family.CONTROL
    kind: ClassVar[str]
    cause: ClassVar[str]
    needs_previous: ClassVar[bool] = False

    def judge(self, case: Case) -> Judgement:
        """Judge every parcel of the use that this control restricts."""
        out = Judgement()
        if case.parcels is None:
            return out.skip(0, NO_PARCELS)
        measure = case.control
        if measure is None or self.kind not in measure.crossings:
            unplaced = measure is not None and bool(measure.unplaced)
            return out.skip(0, _UNPLACED if unplaced else _NONE_GIVEN)
        if self.needs_previous and not measure.with_previous:
            return out.skip(0, _NEEDS_PREVIOUS)
        crossing = measure.crossings[self.kind]
        out.tested = int(crossing.tested.sum())
        bad = crossing.area >= self.limit("least_m2")
        bad &= (crossing.share >= self.limit("least_share")) | (
            crossing.area >= self.limit("large_m2")
        )
        for row in np.flatnonzero(bad & crossing.tested):
            self._write(case, measure, crossing, int(row), out)
        return out

    @abstractmethod
    def words(self, code: str, area: float, share: float) -> Text:
        """What is said of one parcel."""

    def _write(
        self, case: Case, measure: ControlMeasure, crossing: Crossing, row: int, out: Judgement
    ) -> None:
        table = case.parcels
        assert table is not None
        area, share = float(crossing.area[row]), float(crossing.share[row])
        code = str(table.text("DLBM")[row])
        said = self.words(code, area, share)
        since = (
            Text("（上一年度尚非此用途）", " (not so used last year)")
            if measure.with_previous
            else Text(
                "（未提供上一年度数据，可能早已如此）", " (perhaps for long: no last year given)"
            )
        )
        approved = float(crossing.approved[row])
        if approved > 0:
            part = Text(
                f"，另有 {approved:.0f} 平方米有批准",
                f"; approvals cover another {approved:.0f} m²",
            )
        else:
            part = Text("，未见用地批准", "; no approval covers it")
        name = str(table.object_ids[row])
        certainty = 1.0 if measure.with_previous else 0.4
        out.findings.append(
            self.finding(
                table,
                row,
                Text(
                    f"图斑 {name} {said.zh}{since.zh}{part.zh}",
                    f"Parcel {name} {said.en}{since.en}{part.en}",
                ),
                where=crossing.where[row],
                score=float(np.clip((0.2 + 0.6 * share) * certainty, 0.05, 1.0)),
                measured=f"{area:.2f}",
                expected="0",
                tolerance=self.limit("least_m2"),
                unit="m²",
                cause=self.cause,
                evidence={
                    "DLBM": code,
                    "area_m2": round(area, 2),
                    "share": round(share, 4),
                    "approved_m2": round(approved, 2),
                    "layers": measure.names.get(self.kind, []),
                    "new_since_last_year": measure.with_previous,
                },
            )
        )


class FarmlandIntrusion(_ControlRule):
    """Construction, or cropland turned to other use, in permanent basic farmland."""

    id = "control.farmland"
    kind = FARMLAND
    cause = "intrusion_farmland"

    def words(self, code: str, area: float, share: float) -> Text:
        """See the base class."""
        return Text(
            f"（{code}）占用永久基本农田 {area:.0f} 平方米（{share:.0%}）",
            f"({code}) takes {area:.0f} m² ({share:.0%}) of permanent basic farmland",
        )


class RedlineIntrusion(_ControlRule):
    """Construction inside the ecological red line."""

    id = "control.redline"
    kind = REDLINE
    cause = "intrusion_redline"

    def words(self, code: str, area: float, share: float) -> Text:
        """See the base class."""
        return Text(
            f"（{code}）位于生态保护红线内 {area:.0f} 平方米（{share:.0%}）",
            f"({code}) lies with {area:.0f} m² ({share:.0%}) inside the ecological red line",
        )


class OutsideUrbanBoundary(_ControlRule):
    """New urban construction outside the urban development boundary."""

    id = "control.urban"
    kind = URBAN
    cause = "outside_urban_boundary"

    # Old towns reach beyond boundaries drawn later: only what is new counts.
    needs_previous = True

    def words(self, code: str, area: float, share: float) -> Text:
        """See the base class."""
        return Text(
            f"（{code}）有 {area:.0f} 平方米（{share:.0%}）新增城镇建设用地位于城镇开发边界外",
            f"({code}) has {area:.0f} m² ({share:.0%}) of new urban land outside the urban "
            "development boundary",
        )


class UnknownControlLayer(Rule):
    """A control layer that is of no kind we know: told, so that nobody believes it was used."""

    id = "control.unknown_layer"
    family = Family.CONTROL

    def judge(self, case: Case) -> Judgement:
        """One reason for each; the layer is ours, so nothing is found of the package."""
        out = Judgement()
        measure = case.control
        if measure is None:
            return out.skip(0, _NONE_GIVEN)
        out.tested = sum(len(names) for names in measure.names.values())
        for name in measure.unknown:
            out.skip(
                1,
                Text(
                    f"控制图层“{name}”无法识别类别，未使用",
                    f"The control layer '{name}' is of no kind we know and was not used",
                ),
            )
        for name in measure.unplaced:
            out.skip(
                1,
                Text(
                    f"控制图层“{name}”坐标系无法对应，未使用",
                    f"The frame of the control layer '{name}' is not known: it was not used",
                ),
            )
        return out


_CLASSES: tuple[type[Rule], ...] = (
    FarmlandIntrusion,
    RedlineIntrusion,
    OutsideUrbanBoundary,
    UnknownControlLayer,
)


def rules(standard: Standard) -> list[Rule]:
    """The rules of this family with their words and limits."""
    return [rule(standard.rules[rule.id]) for rule in _CLASSES]
