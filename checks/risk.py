"""From findings to one probability per parcel, and three outcomes.

The odds of a true problem start at the share of problem parcels that the
ministry's own rounds found (0.3–1 %) and are multiplied by one likelihood
ratio per family of rules: the strongest finding counts, further findings of
the same family say the same thing again. The ratios are data of the standard
(``risk.json``) with their footing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .findings import Finding, Text, Verdict
from .standard import Standard
from .table import BoolArray, FloatArray, TextArray

ACCEPTED, REVIEW, NOT_CHECKABLE = "accepted", "review", "not_checkable"

_NOTHING_COMPARED = Text(
    "没有可与该图斑填报内容比较的可信数据，真实性无法核验",
    "Nothing trusted could be held against what this parcel declares: not checkable",
)
_CLEAN = Text("未发现问题", "Nothing found")


@dataclass(frozen=True)
class ParcelRisk:
    """One row per DLTB parcel, in the order of the layer; all of shape ``(parcels,)``.

    ``risk`` is a probability, ``outcome`` one of ``accepted``, ``review`` and
    ``not_checkable``, ``reasons`` words for a person, one reason a line.
    """

    bsm: TextArray
    risk: FloatArray
    outcome: TextArray
    reasons: TextArray


def fuse(
    bsm: TextArray,
    findings: Sequence[Finding],
    compared: BoolArray,
    standard: Standard,
    why: TextArray | None = None,
) -> ParcelRisk:
    """Fuse the findings about each parcel.

    Parameters
    ----------
    bsm
        Identifiers of the parcels, shape ``(parcels,)``.
    findings
        All findings; those whose ``parcel_bsm`` is empty concern no parcel.
    compared
        Parcels that some rule held against trusted evidence.
    why
        Why others could not be, where a rule says so (``Text`` or ``None``).
    """
    facts = standard.data("risk.json")
    prior = float(facts["prior"])
    strongest: dict[str, dict[str, float]] = {}
    said: dict[str, list[Finding]] = {}
    for finding in findings:
        if not finding.parcel_bsm:
            continue
        said.setdefault(finding.parcel_bsm, []).append(finding)
        ratio = _ratio(finding, facts)
        families = strongest.setdefault(finding.parcel_bsm, {})
        family = finding.family.value
        families[family] = max(families.get(family, 1.0), ratio)

    count = len(bsm)
    risk = np.full(count, prior)
    outcome = np.where(compared, ACCEPTED, NOT_CHECKABLE).astype(object)
    reasons = np.empty(count, dtype=object)
    for row in range(count):
        about = said.get(bsm[row])
        if about is None:
            text = _CLEAN if compared[row] else _because(None if why is None else why[row])
            reasons[row] = f"{text.zh} | {text.en}"
            continue
        odds = prior / (1 - prior)
        for ratio in strongest[bsm[row]].values():
            odds *= ratio
        risk[row] = odds / (1 + odds)
        certain = any(finding.verdict is Verdict.INCONSISTENT for finding in about)
        if certain or risk[row] >= float(facts["review_from"]):
            outcome[row] = REVIEW
        about.sort(key=lambda finding: (-_ratio(finding, facts), finding.rule_id, finding.key))
        lines = [
            f"[{finding.rule_id}] {finding.message.zh} | {finding.message.en}"
            for finding in about[: int(facts["reasons_shown"])]
        ]
        if len(about) > len(lines):
            more = len(about) - len(lines)
            lines.append(f"另有 {more} 条 | {more} more")
        reasons[row] = "\n".join(lines)
    return ParcelRisk(bsm, risk, outcome, reasons)


def _because(reason: Text | None) -> Text:
    if reason is None:
        return _NOTHING_COMPARED
    return Text(f"真实性无法核验：{reason.zh}", f"Not checkable: {reason.en}")


def _ratio(finding: Finding, facts: dict[str, Any]) -> float:
    """Likelihood ratio of one finding, at least 1, scaled by its score."""
    by_verdict = facts["likelihood_ratio"].get(finding.family.value)
    table = by_verdict or facts["likelihood_ratio"]["default"]
    full = float(table[finding.verdict.value][finding.severity.value])
    score = min(max(finding.score, 0.0), 1.0)
    return float(full**score)
