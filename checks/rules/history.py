"""Parcels and identifiers against last year's one map."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..findings import Family, Text
from ..measures.case import Case
from ..measures.history import HistoryMeasure
from ..standard import Standard
from ..table import BoolArray, Table, TextArray
from .history_layer import (
    DeductionLowered,
    HistoryRule,
    IdentifierJump,
    LastYearAgain,
    UnrecordedChange,
    skip_others,
)
from .rule import Judgement, Rule


class IdentifierReused(HistoryRule):
    """A BSM of last year that now names ground elsewhere (F31).

    Where many do, the layer was numbered anew: one doubt instead of many.
    """

    id = "history.id_reused"
    family = Family.HISTORY

    def judge_history(
        self, case: Case, parcels: Table, history: HistoryMeasure, out: Judgement
    ) -> None:
        """Judge parcels whose BSM was there last year."""
        known = np.isfinite(history.apart)
        out.tested = int(known.sum())
        if not out.tested:
            out.skip(0, Text("两年之间没有相同的标识码", "No BSM is there in both years"))
            return
        unit = 111_000.0 if case.frame.geographic("DLTB") else 1.0
        metres = history.apart * unit
        bad = known & (np.nan_to_num(metres) > self.limit("least_m"))
        rows = np.flatnonzero(bad)
        if len(rows) > max(self.limit("many_share") * out.tested, self.limit("many")):
            out.findings.append(
                self.finding_about(
                    "DLTB",
                    "BSM",
                    Text(
                        f"{out.tested} 个两年均有的标识码中有 {len(rows)} 个指向不同地块，"
                        "疑为整体重新编号",
                        f"{len(rows)} of {out.tested} identifiers of both years name different "
                        "ground: the layer seems numbered anew",
                    ),
                    score=0.4,
                    measured=str(len(rows)),
                    expected="0",
                    cause="renumbered",
                    evidence={"apart": len(rows), "in_both_years": out.tested},
                )
            )
            return
        for row in rows:
            name = str(parcels.object_ids[row])
            far = float(metres[row])
            out.findings.append(
                self.finding(
                    parcels,
                    int(row),
                    Text(
                        f"标识码 {name} 在上一年度属于 {far:.0f} 米以外的另一地块，"
                        "标识码被重复使用",
                        f"Last year, the identifier {name} named ground {far:.0f} m away: "
                        "it was used again",
                    ),
                    score=0.6,
                    measured=f"{far:.1f}",
                    expected="0",
                    tolerance=self.limit("least_m"),
                    unit="m",
                    cause="id_reused",
                    evidence={"apart_m": round(far, 1)},
                )
            )


class UnlikelyTransition(HistoryRule):
    """A change of class that is rare within a year (F01, F03, F06, F08, F09)."""

    id = "history.transition"
    family = Family.HISTORY

    def judge_history(
        self, case: Case, parcels: Table, history: HistoryMeasure, out: Judgement
    ) -> None:
        """Judge parcels whose class of last year is known."""
        table = case.standard.data("class_transitions.json")
        known = np.isfinite(history.statistic)
        out.tested = int(known.sum())
        skip_others(out, ~known)
        bad = known & (history.transition >= 0) & self._large(parcels, history)
        water = _cropland_in_water(parcels, history, table)
        for row in np.flatnonzero(bad & ~water):
            fact = table["rows"][int(history.transition[row])]
            was, now = str(history.was[row]), str(parcels.text("DLBM")[row])
            share = float(history.was_share[row])
            out.findings.append(
                self.finding(
                    parcels,
                    int(row),
                    Text(
                        f"图斑 {parcels.object_ids[row]} 由 {was} 变为 {now}：{fact['zh']}，"
                        f"须有依据（{fact['honest_zh']}）",
                        f"Parcel {parcels.object_ids[row]} went from {was} to {now}: "
                        f"{fact['en']}; show why ({fact['honest_en']})",
                    ),
                    score=float(np.clip(fact["score"] * share, 0.05, 1.0)),
                    measured=now,
                    expected=was,
                    cause="unlikely_transition",
                    evidence={
                        "was": was,
                        "now": now,
                        "share": round(share, 3),
                        "cases": fact["id"],
                    },
                )
            )

    def _large(self, parcels: Table, history: HistoryMeasure) -> BoolArray:
        """Parcels mostly of that class last year, and no slivers of digitising."""
        with np.errstate(invalid="ignore"):
            small = parcels.number("TBMJ") < self.limit("least_m2")
        return ~small & (history.was_share >= self.limit("least_share"))


class CroplandInWater(HistoryRule):
    """New cropland where a river or lake was, not marked as such (F27)."""

    id = "history.water_cropland"
    family = Family.HISTORY

    def judge_history(
        self, case: Case, parcels: Table, history: HistoryMeasure, out: Judgement
    ) -> None:
        """Judge cropland of this year."""
        table = case.standard.data("class_transitions.json")
        crop = _starts(parcels.text("DLBM"), table["cropland"])
        known = crop & np.isfinite(history.statistic)
        out.tested = int(known.sum())
        skip_others(out, crop & ~known)
        for row in np.flatnonzero(known & _cropland_in_water(parcels, history, table)):
            share = float(history.was_share[row])
            if share < self.limit("least_share"):
                continue
            was = str(history.was[row])
            out.findings.append(
                self.finding(
                    parcels,
                    int(row),
                    Text(
                        f"图斑 {parcels.object_ids[row]} 为新增耕地，{share:.0%} 位于上一年度的"
                        f"水面（{was}）内，但未标注河道耕地或湖区耕地",
                        f"Parcel {parcels.object_ids[row]} is new cropland, {share:.0%} of it in "
                        f"last year's water ({was}), and not marked as cropland in a river or lake",
                    ),
                    score=float(np.clip(0.5 * share, 0.1, 1.0)),
                    measured=f"{share:.3f}",
                    cause="cropland_in_water",
                    evidence={"was": was, "share": round(share, 3)},
                )
            )


def _starts(codes: TextArray, prefixes: list[str]) -> BoolArray:
    return np.array([str(code).startswith(tuple(prefixes)) for code in codes], dtype=bool)


def _cropland_in_water(parcels: Table, history: HistoryMeasure, table: dict[str, Any]) -> BoolArray:
    """Cropland that was river or lake and does not say so."""
    explained = table["explained_by"]
    marked = np.isin(parcels.text(explained["field"]).astype(str), explained["codes"])
    return (
        _starts(parcels.text("DLBM"), table["cropland"])
        & _starts(history.was, table["water"])
        & ~marked
    )


_CLASSES: tuple[type[Rule], ...] = (
    IdentifierReused,
    IdentifierJump,
    UnlikelyTransition,
    CroplandInWater,
    DeductionLowered,
    LastYearAgain,
    UnrecordedChange,
)


def rules(standard: Standard) -> list[Rule]:
    """The rules of this family with their words and limits."""
    return [rule(standard.rules[rule.id]) for rule in _CLASSES]
