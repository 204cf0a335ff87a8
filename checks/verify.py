"""The one pass: open, measure, judge, fuse, record."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from .findings import Family, Finding, Text
from .findings_file import write_findings
from .inputs import input_digests, open_baseline, package_facts, rule_set_facts
from .measures.case import Case, Settings
from .options import Options
from .outputs import check_outputs, output_paths
from .parcel_facts import parcel_facts
from .progress import SILENT, Cancelled, Progress
from .raster import modest_cache
from .recheck_memory import Memory, memory_table, remember
from .record import RuleRun, Verification, write_record
from .report import write_report
from .risk import ParcelRisk, fuse
from .rules.catalogue import rules_of
from .rules.rule import Judgement, Rule
from .standard import load
from .submission.open import open_submission
from .table import BoolArray, TextArray
from .tables_file import OutTable

_LOG = logging.getLogger("onemap_verify")

_SHARES: dict[Family, float] = {Family.TOPOLOGY: 6.0, Family.TERRAIN: 6.0, Family.HEIGHTS: 3.0}
"""How long families take beside the others, for a smooth progress bar."""

_NOTHING_FOR_IT = Text(
    "成果中没有适用本规则的对象", "The package has nothing that this rule speaks of"
)
_NOT_ASKED = Text("本次未要求运行", "Not asked for in this run")


Judged = Sequence[tuple[Rule, Judgement, float]]
"""Every rule with what it said and how many seconds that took."""

_TOLD = (Family.IMAGERY, Family.TERRAIN)
"""Families whose reason for not checking a parcel is told; of others only where these have none."""


def verify(options: Options, progress: Progress = SILENT) -> Verification:
    """Verify one package and write what was asked for.

    Raises
    ------
    ExplainedError
        When the package, a trusted layer or the rule set cannot be read, or a
        result cannot be written; its ``text`` names file and reason.
    Cancelled
        When the listener asked to stop; no result file is left behind.
    """
    started = time.monotonic()
    progress = progress.steady()
    progress.at(0.0)
    check_outputs(options)
    standard = load(options.standard)
    rules = rules_of(standard)
    reading = progress.part(0.01, 0.15)
    own = output_paths(options)
    package = open_submission(options.submission, standard, reading, ignored=own)
    with modest_cache(), package as submission:
        baseline = open_baseline(options, standard, progress.part(0.15, 0.20))
        case = Case(submission, baseline, standard, settings_of(options), progress)
        judged = _judge_all(case, rules, options, progress.part(0.20, 0.80))
        findings = ordered([f for _, judgement, _ in judged for f in judgement.findings])
        verification = Verification(
            findings=findings,
            parcels=parcels_of(case, judged, findings),
            runs=[run_of(rule, judgement, seconds) for rule, judgement, seconds in judged],
            package=package_facts(submission, baseline),
            inputs=input_digests(submission, options, progress.part(0.80, 0.88)),
            rule_set=rule_set_facts(standard),
            parameters=_parameters(options),
            wkt=wkt_of(case),
            seed=options.seed,
        )
        verification = replace(verification, seconds=time.monotonic() - started)
        memory = remember(case, judged)
        write_results(verification, case, options, memory, progress.part(0.88, 1.0))
    return verification


def settings_of(options: Options) -> Settings:
    """What of the options rules may read."""
    return Settings(
        options.campaign_start,
        options.campaign_end,
        options.ridge_coefficients,
        options.control_area,
        options.seed,
    )


def _judge_all(
    case: Case, rules: Sequence[Rule], options: Options, progress: Progress
) -> list[tuple[Rule, Judgement, float]]:
    shares = [_SHARES.get(rule.family, 1.0) for rule in rules]
    total, done = sum(shares), 0.0
    out = []
    for rule, share in zip(rules, shares):
        if options.families is not None and rule.family not in options.families:
            out.append((rule, Judgement().skip(0, _NOT_ASKED), 0.0))
            done += share
            continue
        case.progress = progress.part(done / total, (done + share) / total)
        case.progress.at(0.0, f"{rule.spec.title.zh} | {rule.spec.title.en}")
        began = time.monotonic()
        out.append((rule, judge_rule(rule, case, options.strict), time.monotonic() - began))
        done += share
    return out


def judge_rule(rule: Rule, case: Case, strict: bool) -> Judgement:
    """What a rule says; an error of ours in it is *not checkable*, unless ``strict``."""
    try:
        judgement = rule.judge(case)
        if not (judgement.tested or judgement.reasons):
            judgement.skip(0, _NOTHING_FOR_IT)
        return judgement
    except Cancelled:
        raise
    except Exception as error:
        if strict:
            raise
        # One broken rule must not cost a reviewer all the others: it is shown
        # as not run, with the error, and goes to the log whole.
        _LOG.exception("rule %s failed", rule.id)
        kind = f"{type(error).__name__}: {error}"
        return Judgement().skip(
            0, Text(f"规则内部错误，未完成：{kind}", f"Internal error, rule not completed: {kind}")
        )


def ordered(findings: Sequence[Finding]) -> list[Finding]:
    """Findings in an order that does not depend on the run, each id unique."""
    families = list(Family)
    out = sorted(
        findings,
        key=lambda f: (
            families.index(f.family),
            f.rule_id,
            f.layer,
            f.object_id,
            f.cause,
            f.key,
            f.message.en,
        ),
    )
    seen: dict[str, int] = {}
    for place, finding in enumerate(out):
        number = seen.get(finding.finding_id, 0)
        seen[finding.finding_id] = number + 1
        if number:
            out[place] = replace(finding, occurrence=number)
    return out


def _why(judged: Judged, count: int) -> TextArray:
    """Why each parcel could not be checked: its class, its slope grade, else whatever else."""
    said: dict[Family | None, TextArray] = {
        family: np.full(count, None, dtype=object) for family in (*_TOLD, None)
    }
    for rule, judgement, _ in judged:
        for rows, reason in judgement.excuses:
            own = said[rule.family if rule.family in _TOLD else None]
            own[rows & (own == None)] = reason  # noqa: E711 - element by element
    grade, other = said[Family.TERRAIN], said[None]
    why = said[Family.IMAGERY]
    both: dict[tuple[Text, Text], Text] = {}
    for row in np.flatnonzero((why != None) & (grade != None)):  # noqa: E711
        one, two = why[row], grade[row]
        if one != two:
            zh, en = "；".join((one.zh, two.zh)), "; ".join((one.en, two.en))
            why[row] = both.setdefault((one, two), Text(zh, en))
    for more in (grade, other):
        why = np.where(why == None, more, why)  # noqa: E711
    return why


def parcels_of(case: Case, judged: Judged, findings: Sequence[Finding]) -> ParcelRisk:
    """Risk and outcome of every parcel from what all rules said."""
    table = case.parcels
    bsm = np.array([], dtype=object) if table is None else table.object_ids
    compared: dict[Family, BoolArray] = {}
    for rule, judgement, _ in judged:
        if judgement.compared is not None:
            before = compared.get(rule.family)
            rows = judgement.compared
            compared[rule.family] = rows.copy() if before is None else before | rows
    why = _why(judged, len(bsm))
    return fuse(bsm, findings, compared, case.standard, why)


def run_of(rule: Rule, judgement: Judgement, seconds: float) -> RuleRun:
    """How one rule went, in numbers."""
    reasons = sorted(judgement.reasons.items(), key=lambda item: (-item[1], item[0].en))
    zh = ";".join(f"{text.zh}({count})" if count else text.zh for text, count in reasons)
    en = "; ".join(f"{text.en} ({count})" if count else text.en for text, count in reasons)
    return RuleRun(
        rule.id,
        rule.spec.version,
        rule.family.value,
        judgement.tested,
        len(judgement.findings),
        judgement.not_checkable,
        Text(zh, en),
        seconds,
    )


def _parameters(options: Options) -> dict[str, Any]:
    """The parameters without the places of outputs, as plain values."""
    out = {
        name: str(value) if isinstance(value, (Path, date)) else value
        for name, value in vars(options).items()
        if name not in ("findings", "record", "report", "strict", "seed")
    }
    out["dem_origin"] = options.dem_origin.value
    out["ridge_coefficients"] = {
        f"{gdlx}{grade}": value for (gdlx, grade), value in options.ridge_coefficients.items()
    }
    asked = options.families
    out["families"] = None if asked is None else [family.value for family in asked]
    return out


def wkt_of(case: Case) -> str:
    """CRS of the findings: what DLTB declares, else what the layers are taken to be in."""
    tables = case.submission.layers
    names = sorted(tables, key=lambda name: name != "DLTB")
    declared = next((tables[name].wkt for name in names if tables[name].wkt), "")
    return declared or next((case.frame.wkt(name) for name in names if case.frame.wkt(name)), "")


def write_results(
    verification: Verification,
    case: Case,
    options: Options,
    memory: Memory,
    progress: Progress,
    more: Sequence[OutTable] = (),
) -> None:
    """Write findings, record and report: all that was asked for, or nothing when cancelled."""
    try:
        tables = (parcel_facts(case.parcels), *more, memory_table(memory))
        write_findings(verification, options.findings, progress.part(0.0, 0.6), tables)
        if options.record is not None:
            write_record(verification, options.record)
        progress.at(0.7)
        if options.report is not None:
            write_report(verification, case, options.report, progress.part(0.7, 1.0))
        progress.check()
        progress.at(1.0)
    except Cancelled:
        for path in filter(None, (options.findings, options.record, options.report)):
            path.unlink(missing_ok=True)
        raise
