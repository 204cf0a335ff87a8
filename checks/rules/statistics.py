"""Shares that one village or crew has far above its neighbours: hints, never about a parcel."""

from __future__ import annotations

import numpy as np
from scipy.stats import binom

from ..findings import Family, Text
from ..measures.case import Case
from ..measures.shares import measure_shares
from ..standard import Standard
from ..table import BoolArray, Table, TextArray
from .history_layer import unusable
from .rule import NO_PARCELS, Judgement, Rule
from .values import values_of

_FEW_VILLAGES = Text("村级单位过少，无从比较", "Too few villages to compare")
_FEW = Text("图斑过少，无从统计", "Too few parcels for statistics")
_ROUNDED = Text("全部面积均为整数，系取位方式", "All areas are whole numbers: a way of rounding")


class UnusualShare(Rule):
    """One kind of change far above the other villages (F05)."""

    id = "statistics.unusual_share"
    family = Family.STATISTICS

    def judge(self, case: Case) -> Judgement:
        """Judge every village and kind of change together."""
        out = Judgement()
        reason = unusable(case)
        if reason is not None:
            return out.skip(0, reason)
        parcels, history = case.parcels, case.history
        assert parcels is not None and history is not None
        now = parcels.text("DLBM")
        known = np.isfinite(history.statistic) & (history.was_share >= self.limit("least_share"))
        kind = _kinds(history.was, now)
        village = _villages(parcels, int(self.limit("village_digits")))
        least = int(self.limit("least_villages"))
        shares = measure_shares(village, kind, known, least)
        out.tested = len(shares.p)
        if len(set(village[known]) - {""}) < least:
            return out.skip(0, _FEW_VILLAGES)
        share = shares.count / np.maximum(shares.parcels, 1)
        bad = (shares.q <= self.limit("most_q")) & (shares.count >= self.limit("least_count"))
        bad &= share >= self.limit("times") * shares.usual
        for i in np.flatnonzero(bad):
            was, becomes = str(shares.kind[i]).split("→")
            count, total = int(shares.count[i]), int(shares.parcels[i])
            out.findings.append(
                self.finding_about(
                    "DLTB",
                    str(shares.village[i]),
                    Text(
                        f"坐落单位 {shares.village[i]} 的 {total} 个图斑中有 {count} 个由 {was} "
                        f"变为 {becomes}（{share[i]:.1%}），其他村通常为 {shares.usual[i]:.2%}；"
                        "请了解原因，不针对具体图斑",
                        f"In {shares.village[i]}, {count} of {total} parcels went from {was} to "
                        f"{becomes} ({share[i]:.1%}); elsewhere {shares.usual[i]:.2%} do. Ask "
                        "why; no single parcel is meant",
                    ),
                    score=float(np.clip(0.2 + shares.statistic[i] / 40, 0.2, 0.8)),
                    measured=f"{share[i]:.4f}",
                    expected=f"{shares.usual[i]:.4f}",
                    cause="unusual_share",
                    key=str(shares.kind[i]),
                    evidence={
                        "count": count,
                        "parcels": total,
                        "usual_share": round(float(shares.usual[i]), 6),
                        "p": float(shares.p[i]),
                        "q": float(shares.q[i]),
                    },
                )
            )
        return out


class HeapedAreas(Rule):
    """Areas in whole square metres far more often than measuring makes them."""

    id = "statistics.heaped_areas"
    family = Family.STATISTICS

    def judge(self, case: Case) -> Judgement:
        """Judge the hundredths of TBMJ of the layer."""
        out = Judgement()
        values = values_of(case, "DLTB")
        if values is None:
            return out.skip(0, NO_PARCELS)
        area = values.number("TBMJ")
        area = area[np.isfinite(area) & (area > 0)]
        if len(area) < self.limit("least_parcels"):
            return out.skip(len(area), _FEW)
        whole = np.abs(area - np.round(area)) < 0.005
        share = float(whole.mean())
        if share > self.limit("rounded_share"):
            return out.skip(len(area), _ROUNDED)
        out.tested = len(area)
        chance = float(binom.sf(int(whole.sum()) - 1, len(area), self.limit("usual_share")))
        if share < self.limit("least_share") or chance > self.limit("most_p"):
            return out
        out.findings.append(
            self.finding_about(
                "DLTB",
                "TBMJ",
                Text(
                    f"{len(area)} 个图斑中有 {share:.1%} 的面积恰为整平方米（量算应约 1%），"
                    "部分面积可能系填写而非量算",
                    f"{share:.1%} of {len(area)} areas are whole square metres (measuring gives "
                    "about 1 %): some may have been written, not measured",
                ),
                score=float(np.clip(share, 0.2, 0.7)),
                measured=f"{share:.4f}",
                expected=f"{self.limit('usual_share'):g}",
                cause="heaped_areas",
                evidence={"whole": int(whole.sum()), "areas": len(area)},
            )
        )
        return out


def _kinds(was: TextArray, now: TextArray) -> TextArray:
    """The change of first-level class of each parcel, ``""`` for none."""
    made: dict[tuple[str, str], str] = {}
    for pair in set(zip(was, now)):
        one, other = str(pair[0])[:2], str(pair[1])[:2]
        # Within cropland, paddy and dry land are worth telling apart.
        if one == other == "01":
            one, other = str(pair[0])[:4], str(pair[1])[:4]
        made[pair] = f"{one}→{other}" if one and other and one != other else ""
    return np.array([made[pair] for pair in zip(was, now)], dtype=object)


def _villages(parcels: Table, digits: int) -> TextArray:
    """Village code of each parcel, ``""`` where ZLDWDM does not tell it."""
    codes = parcels.text("ZLDWDM")
    good: BoolArray = np.array([len(str(code)) >= digits for code in codes], dtype=bool)
    return np.where(good, np.array([str(code)[:digits] for code in codes], dtype=object), "")


_CLASSES: tuple[type[Rule], ...] = (UnusualShare, HeapedAreas)


def rules(standard: Standard) -> list[Rule]:
    """The rules of this family with their words and limits."""
    return [rule(standard.rules[rule.id]) for rule in _CLASSES]
