"""From findings to one probability per parcel, and three outcomes.

A parcel has either no problem or one of a few *kinds* of problem (its form, its
area, its class, its slope grade, its outline, its evidence, a protected place).
The odds of each kind start at the prior of any problem times the kind's share
and are multiplied by one likelihood ratio per *source* of evidence that speaks
of that kind; the odds of a problem are their sum:

    O = P / (1 - P) · Σ_k  share_k · Π_{s speaks of k}  LR_s

- Rules of one source look at the same thing (two rules on one image, three on
  one receiver), so only the strongest counts: nothing is counted twice.
- Sources that look at different things multiply where they speak of the same
  kind: they support one another.
- A source that held the parcel against trusted evidence and found nothing has a
  ratio below 1: it contradicts what others say of that kind, and of that alone.

This is Bayes' rule for kinds that exclude one another and sources that are
independent given the kind (Good 1950, Probability and the Weighing of Evidence,
chapter 6; Evett et al. 2000 on ratios as measure of forensic evidence). Prior,
shares and ratios are data of the standard (``risk.json``) with their footing;
the ratios of the rules on truth are measured by the detection benchmark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from .findings import Family, Finding, Text, Verdict
from .standard import Standard
from .table import BoolArray, FloatArray, TextArray

BANDS = (0.0, 0.35, 0.7, 1.0)
"""Bands of a finding's score for which ratios are measured."""
MIDDLES = (0.175, 0.525, 0.85)

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
    ``not_checkable``, ``reasons`` words for a person, one reason a line: the
    findings, strongest first, then what speaks against them.
    """

    bsm: TextArray
    risk: FloatArray
    outcome: TextArray
    reasons: TextArray


class RiskModel:
    """Prior, kinds of problems, sources of evidence and ratios of a rule set."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self._facts = facts
        self.prior = float(facts["prior"])
        self.review_from = float(facts["review_from"])
        self.reasons_shown = int(facts["reasons_shown"])
        self.sources: tuple[str, ...] = tuple(facts["sources"])
        self.kinds: tuple[str, ...] = tuple(facts["kinds"])

    @cached_property
    def source_of(self) -> dict[str, int]:
        """Number of the source of every family that speaks of parcels."""
        return {
            family: number
            for number, name in enumerate(self.sources)
            for family in self._facts["sources"][name]["families"]
        }

    @cached_property
    def shares(self) -> FloatArray:
        """Share of each kind among all problems, shape ``(kinds,)``, summing to 1."""
        shares = np.array([float(kind["share"]) for kind in self._facts["kinds"].values()])
        return np.asarray(shares / shares.sum(), dtype=np.float64)

    @cached_property
    def speaks(self) -> BoolArray:
        """Which source speaks of which kind, shape ``(kinds, sources)``."""
        told = [set(self._facts["sources"][name]["kinds"]) for name in self.sources]
        return np.array([[kind in kinds for kinds in told] for kind in self._facts["kinds"]])

    @cached_property
    def clean(self) -> FloatArray:
        """Ratio of a source that compared and found nothing, shape ``(sources,)``."""
        return np.array([float(self._facts["sources"][name]["clean"]) for name in self.sources])

    @cached_property
    def vouches(self) -> BoolArray:
        """Sources whose agreement is enough to accept a parcel, shape ``(sources,)``."""
        return np.array([bool(self._facts["sources"][name]["vouches"]) for name in self.sources])

    @cached_property
    def decides(self) -> BoolArray:
        """Sources without which no parcel is accepted once they speak at all, ``(sources,)``."""
        named = self._facts["sources"]
        return np.array([bool(named[name].get("decides")) for name in self.sources])

    def agreement(self, source: int) -> Text:
        """What is said of a source that agrees with the parcel."""
        words = self._facts["sources"][self.sources[source]]["agrees"]
        return Text(words["zh"], words["en"])

    def ratio(self, finding: Finding) -> float:
        """Likelihood ratio of one finding, at least 1, never falling with its score."""
        score = min(max(finding.score, 0.0), 1.0)
        verdict, severity = finding.verdict.value, finding.severity.value
        measured = self._facts.get("measured", {}).get("rules", {}).get(finding.rule_id, {})
        cell = measured.get(verdict, {}).get(severity)
        if cell is not None:
            # Between the middles of the bands in logarithms, so that no score jumps.
            logs = np.log(np.maximum(cell["ratio"], 1.0))
            return float(np.exp(np.interp(score, MIDDLES, logs)))
        full = self.judged(finding.rule_id, finding.family.value, verdict, severity)
        return float(max(full, 1.0) ** score)

    def judged(self, rule: str, family: str, verdict: str, severity: str) -> float:
        """The ratio of a finding of full score by judgement."""
        ratios = self._facts["likelihood_ratio"]
        table = ratios.get(rule) or ratios.get(family) or ratios["default"]
        return float(table[verdict][severity])

    def odds_by_kind(self, ratios: FloatArray) -> FloatArray:
        """Odds of each kind, shape ``(n, kinds)``, from ratios of shape ``(n, sources)``."""
        told = np.where(self.speaks, np.log(ratios)[:, None, :], 0.0).sum(axis=2)
        return np.asarray(self.prior / (1 - self.prior) * self.shares * np.exp(told))


def fuse(
    bsm: TextArray,
    findings: Sequence[Finding],
    compared: Mapping[Family, BoolArray],
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
        By family: parcels that one of its rules held against trusted evidence,
        shape ``(parcels,)``.
    why
        Why others could not be, where a rule says so (``Text`` or ``None``).
    """
    model = RiskModel(standard.data("risk.json"))
    about: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.parcel_bsm:
            about.setdefault(finding.parcel_bsm, []).append(finding)

    held = np.zeros((len(bsm), len(model.sources)), dtype=bool)
    for family, rows in compared.items():
        if family.value in model.source_of:
            held[:, model.source_of[family.value]] |= rows
    ratios = np.where(held, model.clean, 1.0)
    named = np.array([str(each) in about for each in bsm], dtype=bool)
    for row in np.flatnonzero(named):
        for finding in about[str(bsm[row])]:
            source = model.source_of.get(finding.family.value)
            if source is not None:
                # What a source found takes the place of its agreement.
                before = max(ratios[row, source], 1.0)
                ratios[row, source] = max(before, model.ratio(finding))
    odds = model.odds_by_kind(ratios)
    risk = odds.sum(axis=1) / (1 + odds.sum(axis=1))

    vouched = (held & model.vouches).any(axis=1)
    # Where there is a picture, it is the class that must be borne out: a slope grade that
    # agrees with the terrain says nothing of what grows there.
    vouched &= held[:, model.decides & held.any(axis=0)].all(axis=1)
    outcome = np.where(vouched, ACCEPTED, NOT_CHECKABLE).astype(object)
    reasons = np.empty(len(bsm), dtype=object)
    for row in range(len(bsm)):
        if not named[row]:
            text = _CLEAN if vouched[row] else _because(None if why is None else why[row])
            reasons[row] = f"{text.zh} | {text.en}"
            continue
        said = about[str(bsm[row])]
        certain = any(finding.verdict is Verdict.INCONSISTENT for finding in said)
        if certain or risk[row] >= model.review_from:
            outcome[row] = REVIEW
        reasons[row] = "\n".join(_lines(model, said, ratios[row]))
    return ParcelRisk(bsm, risk, outcome, reasons)


def _lines(model: RiskModel, said: list[Finding], ratios: FloatArray) -> list[str]:
    """The findings about one parcel, strongest first, and what speaks against them."""
    said = sorted(said, key=lambda each: (-model.ratio(each), each.rule_id, each.key))
    lines = [
        f"[{finding.rule_id}] {finding.message.zh} | {finding.message.en}"
        for finding in said[: model.reasons_shown]
    ]
    if len(said) > len(lines):
        more = len(said) - len(lines)
        lines.append(f"另有 {more} 条 | {more} more")
    doubted = model.speaks[:, ratios > 1].any(axis=1)
    for source in np.flatnonzero((ratios < 1) & model.speaks[doubted].any(axis=0)):
        text = model.agreement(int(source))
        lines.append(f"[−] {text.zh} | {text.en}")
    return lines


def _because(reason: Text | None) -> Text:
    if reason is None:
        return _NOTHING_COMPARED
    return Text(f"真实性无法核验：{reason.zh}", f"Not checkable: {reason.en}")
