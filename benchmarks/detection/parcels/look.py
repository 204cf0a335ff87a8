"""Let the product look at a package: findings, risk, and the statistics of every parcel."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from onemap_verify.checks import verify as whole
from onemap_verify.checks.findings import Family, Finding, Verdict
from onemap_verify.checks.inputs import open_baseline
from onemap_verify.checks.measures.case import Case, Settings
from onemap_verify.checks.options import Options
from onemap_verify.checks.progress import SILENT
from onemap_verify.checks.rules.catalogue import rules_of
from onemap_verify.checks.standard import Standard
from onemap_verify.checks.submission.open import open_submission

from ..protocol import CLEAN, DOUBTFUL, INCONSISTENT, NOT_CHECKABLE, BoolArray, FloatArray, IntArray

_FAILED = "Internal error"
"""How the product begins to tell that a rule broke."""


@dataclass(frozen=True)
class Seen:
    """What the product said of ``n`` delivered parcels.

    ``said`` holds the strongest verdict by family, ``(n,)`` each; ``held``
    which parcels a family's rules held against trusted evidence; ``scores``
    the continuous statistics by name, ``None`` where there is no measure.
    """

    bsm: np.ndarray
    risk: FloatArray
    outcome: np.ndarray
    said: dict[str, IntArray]
    held: dict[str, BoolArray]
    scores: dict[str, FloatArray | None]
    findings: Sequence[Finding]
    rules: dict[str, dict[str, Any]]
    seconds: float

    def strongest(self, families: Sequence[str]) -> IntArray:
        """Strongest verdict of some families."""
        known = [self.said[f] for f in families if f in self.said]
        if not known:
            return np.full(len(self.bsm), NOT_CHECKABLE)
        return np.max(known, axis=0)


def look(
    options: Options, standard: Standard, statistics: dict[str, Callable[[Case], Any]]
) -> Seen:
    """Judge a package with all rules, exactly as ``verify`` does, and read the measures."""
    began = time.monotonic()
    rules = rules_of(standard)
    with open_submission(options.submission, standard) as submission:
        baseline = open_baseline(options, standard, SILENT)
        settings = Settings(
            options.campaign_start,
            options.campaign_end,
            options.ridge_coefficients,
            options.control_area,
            options.seed,
        )
        case = Case(submission, baseline, standard, settings, SILENT)
        judged = whole._judge_all(case, rules, options, SILENT)
        findings = whole.ordered([f for _, judgement, _ in judged for f in judgement.findings])
        risk = whole.parcels_of(case, judged, findings)
        seconds = time.monotonic() - began
        table = case.parcels
        assert table is not None
        scores = {name: _score(read, case, len(table)) for name, read in statistics.items()}
        said, held = _said(table.object_ids, judged), _held(len(table), judged)
    facts = {
        rule.id: {
            "family": rule.family.value,
            "tested": judgement.tested,
            "findings": len(judgement.findings),
            "seconds": round(spent, 3),
            "failed": next((r.en for r in judgement.reasons if r.en.startswith(_FAILED)), ""),
        }
        for rule, judgement, spent in judged
    }
    return Seen(risk.bsm, risk.risk, risk.outcome, said, held, scores, findings, facts, seconds)


def _score(read: Callable[[Case], Any], case: Case, count: int) -> FloatArray | None:
    try:
        values = read(case)
    except (ValueError, IndexError, KeyError, ArithmeticError):
        # The rule that reads the measure tells it too; one broken measure must not cost the run.
        return None
    if values is None:
        return None
    out = np.asarray(values, dtype=np.float64)
    return out if out.shape == (count,) else None


def _held(count: int, judged: Sequence[tuple[Any, Any, float]]) -> dict[str, BoolArray]:
    out: dict[str, BoolArray] = {}
    for rule, judgement, _ in judged:
        if judgement.compared is not None and len(judgement.compared) == count:
            before = out.get(rule.family.value, np.zeros(count, dtype=bool))
            out[rule.family.value] = before | judgement.compared
    return out


def _named(finding: Finding) -> list[str]:
    """The parcel that a finding is about, or those of the block that it names."""
    if finding.cause == "block_shift":
        return [str(name) for name in finding.evidence.get("parcel_bsm", ())]
    return [finding.parcel_bsm]


def _said(bsm: np.ndarray, judged: Sequence[tuple[Any, Any, float]]) -> dict[str, IntArray]:
    place = {str(name): row for row, name in enumerate(bsm)}
    out = {family.value: np.full(len(bsm), NOT_CHECKABLE) for family in Family}
    for rule, judgement, _ in judged:
        own = out[rule.family.value]
        if judgement.compared is not None and len(judgement.compared) == len(bsm):
            own[judgement.compared] = np.maximum(own[judgement.compared], CLEAN)
        elif judgement.tested:
            # A rule that says nothing of single parcels it has compared looks at all of them.
            np.maximum(own, CLEAN, out=own)
        for finding in judgement.findings:
            strong = finding.verdict is Verdict.INCONSISTENT
            for name in _named(finding):
                row = place.get(name)
                if row is not None:
                    own[row] = max(own[row], INCONSISTENT if strong else DOUBTFUL)
    return out
