"""Verify again only what was edited: the county's way to a clean package.

What is found is the same as a whole run finds, but for rules that need the whole package and
long: what these had found of edited objects is marked *to be confirmed by a whole run*.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from .errors import InputError
from .findings import Family, Finding, Text
from .findings_read import VerificationFile, read_verification
from .inputs import file_facts, open_baseline, package_facts, rule_set_facts
from .measures.case import Case
from .outputs import output_paths
from .progress import SILENT, Progress
from .raster import modest_cache
from .recheck_changes import Changes, changes_of
from .recheck_kept import Earlier, earlier_of
from .recheck_memory import Memory, file_states, read_memory, remember
from .recheck_part import Part, near_edits, villages_of_edits
from .recheck_place import put_in_place
from .recheck_result import Recheck, confirm_table
from .recheck_scopes import EVIDENCE, Scope, Scopes
from .recheck_setup import Setup, read_setup
from .record import Verification
from .rules.catalogue import rules_of
from .rules.rule import Judgement, Rule
from .standard import Standard, load
from .submission.open import open_submission
from .submission.submission import SourceFile, Submission
from .table import IntArray
from .verify import judge_rule, ordered, parcels_of, run_of, settings_of, wkt_of, write_results


def recheck(
    findings: Path,
    submission: Path | None = None,
    who: str = "",
    progress: Progress = SILENT,
    strict: bool = False,
) -> Recheck:
    """Verify again what was edited since ``findings`` was written, and bring it up to date.

    The file is replaced when all is done, and not before; the old one stays beside it. Decisions
    in its journal are carried over.

    Parameters
    ----------
    findings
        Results of a verification, its record beside it.
    submission
        Where the package is now, if it cannot be found by the record.
    who
        In whose name decisions are carried over.

    Raises
    ------
    ExplainedError
        When findings or package cannot be read, or only a whole run can tell anything: another
        rule set, other trusted layers, findings of an older version.
    Cancelled
        When the listener asked to stop; nothing has changed.
    """
    started = time.monotonic()
    progress = progress.steady()
    progress.at(0.0)
    memory = read_memory(findings)
    if memory is None:
        raise _needs_whole("它出自较早的版本", "it was written by an older version")
    setup = read_setup(findings, submission)
    standard = load(setup.options.standard)
    if rule_set_facts(standard) != setup.rule_set:
        raise _needs_whole("规则集已更新", "the rule set is another one")
    results = [findings, setup.record, findings.with_name("report.html")]
    own = [*results, *(each for path in results for each in _kept_beside(path))]
    package = open_submission(
        setup.options.submission, standard, progress.part(0.01, 0.1), ignored=own
    )
    with modest_cache(), package as opened:
        before = read_verification(findings, progress.part(0.1, 0.15))
        changes = changes_of(memory, opened, setup.recorded, progress)
        work = _Work(setup, standard, opened, memory, changes, before, progress, strict)
        if not changes.what:
            return work.nothing(time.monotonic() - started)
        return work.run(who, started)


class _Work:
    """One run of :func:`recheck`."""

    def __init__(
        self,
        setup: Setup,
        standard: Standard,
        submission: Submission,
        memory: Memory,
        changes: Changes,
        before: VerificationFile,
        progress: Progress,
        strict: bool,
    ) -> None:
        self.setup, self.standard, self.submission = setup, standard, submission
        self.memory, self.changes, self.before = memory, changes, before
        self.progress, self.strict = progress, strict
        self.scopes = Scopes(standard)
        self.earlier: Earlier = earlier_of(before, setup.runs)
        self.confirm = set(setup.to_confirm)
        self.again: list[str] = []
        self.kept: list[str] = []
        self.in_part: list[str] = []

    def run(self, who: str, started: float) -> Recheck:
        """Judge, write beside the old file, and put in place."""
        options, progress = self.setup.options, self.progress
        baseline = open_baseline(options, self.standard, progress.part(0.15, 0.25))
        case = Case(self.submission, baseline, self.standard, settings_of(options), progress)
        heights = self.scopes.reads("heights.datum_shift", Family.HEIGHTS)
        if self.memory.shifted is not None and not (heights or set()) & self.changes.what:
            case.known_shifted = frozenset(self.memory.shifted)
        parts = {
            Scope.NEIGHBOURS: near_edits(case, self.changes),
            Scope.VILLAGE: villages_of_edits(case, self.changes),
        }
        judged = self._judge_all(case, parts, progress.part(0.25, 0.85))
        found = ordered([f for _, judgement, _ in judged for f in judgement.findings])
        result = self._result(found, time.monotonic() - started)
        verification = Verification(
            findings=found,
            parcels=parcels_of(case, judged, found),
            runs=[run_of(rule, judgement, seconds) for rule, judgement, seconds in judged],
            package=package_facts(self.submission, baseline),
            inputs=self._digests(),
            rule_set=self.setup.rule_set,
            parameters=self.setup.parameters,
            wkt=wkt_of(case),
            seed=options.seed,
            seconds=time.monotonic() - started,
            recheck=self._told(result),
        )
        beside = replace(
            options,
            findings=_beside(options.findings),
            record=None if options.record is None else _beside(options.record),
            report=None if options.report is None else _beside(options.report),
        )
        try:
            write_results(
                *(verification, case, beside, remember(case, judged, self.changes.digests)),
                progress.part(0.85, 0.97),
                (confirm_table(result, self.before),),
            )
            previous = put_in_place(beside, options, who, progress.part(0.97, 1.0))
        finally:
            for path in output_paths(beside):
                path.unlink(missing_ok=True)
        return replace(result, previous=previous, seconds=time.monotonic() - started)

    def nothing(self, seconds: float) -> Recheck:
        """What is said when nothing was edited: the file stays as it is."""
        self.kept = list(self.earlier.runs)
        names = [str(name) for name in self.before.findings["finding_id"]]
        return replace(
            self._result(None, seconds),
            to_confirm=tuple(name for name in names if name in self.confirm),
        )

    def _judge_all(
        self, case: Case, parts: Mapping[Scope, Part | None], progress: Progress
    ) -> list[tuple[Rule, Judgement, float]]:
        rules = rules_of(self.standard)
        families = self.setup.options.families
        out = []
        for number, rule in enumerate(rules):
            share = progress.part(number / len(rules), (number + 1) / len(rules))
            share.at(0.0, f"{rule.spec.title.zh} | {rule.spec.title.en}")
            case.progress = share
            began = time.monotonic()
            asked = families is None or rule.family in families
            if not asked or not self._again(rule):
                out.append((rule, self._keep(rule), self.earlier.seconds(rule.id)))
                continue
            self.again.append(rule.id)
            part = parts.get(self.scopes.of(rule.id, rule.family))
            if part is not None:
                part.case.progress = share
                judgement = self._in_part(rule, part, case)
            else:
                judgement = judge_rule(rule, case, self.strict)
            out.append((rule, judgement, time.monotonic() - began))
        return out

    def _again(self, rule: Rule) -> bool:
        """Whether a rule is run again: what it reads was edited, and it does not take too long."""
        if not self._concerned(rule):
            return False
        scope = self.scopes.of(rule.id, rule.family)
        if scope is Scope.EVIDENCE:
            return EVIDENCE in self.changes.what
        return scope is not Scope.PACKAGE

    def _concerned(self, rule: Rule) -> bool:
        reads = self.scopes.reads(rule.id, rule.family)
        return reads is None or bool(reads & self.changes.what)

    def _keep(self, rule: Rule) -> Judgement:
        """What a rule said earlier; of edited objects that is to be confirmed."""
        self.kept.append(rule.id)
        findings = self.earlier.of(rule.id)
        if self._concerned(rule):
            gone, touched = self.changes.gone, self.changes.touched
            findings = tuple(f for f in findings if not gone(f.layer, f.object_id, f.parcel_bsm))
            self.confirm |= {
                each.finding_id
                for each in findings
                if touched(each.layer, each.object_id, each.parcel_bsm)
            }
            before = self._parcels_before
        else:
            before = self._parcels_before_by_name
        return self.earlier.judgement(rule.id, findings, self.memory.rules.get(rule.id), before)

    def _in_part(self, rule: Rule, part: Part, case: Case) -> Judgement:
        """Judge around the edits only; elsewhere what was said stays."""
        said = judge_rule(rule, part.case, self.strict)
        earlier, changes = self.earlier.of(rule.id), self.changes
        if any(
            not changes.names(each.layer, each.object_id) for each in (*earlier, *said.findings)
        ):
            # Something about a layer as a whole: a part cannot know.
            return judge_rule(rule, case, self.strict)
        new = [each for each in said.findings if part.speaks_of(each)]
        old = [
            each
            for each in earlier
            if not part.speaks_of(each)
            and not changes.touched(each.layer, each.object_id, each.parcel_bsm)
        ]
        if _unsure(rule, [*old, *new]):
            return judge_rule(rule, case, self.strict)
        self.in_part.append(rule.id)
        known = self.memory.rules.get(rule.id)
        out = self.earlier.judgement(rule.id, [*old, *new], known, self._parcels_before)
        if said.compared is not None:
            mine = part.parcels(said.compared, len(self._parcels_before))
            out.compared = mine if out.compared is None else out.compared | mine
        return out

    @property
    def _parcels_before(self) -> IntArray:
        parcels = self.changes.layers.get("DLTB")
        return np.zeros(0, dtype=np.int64) if parcels is None else parcels.before

    @cached_property
    def _parcels_before_by_name(self) -> IntArray:
        """Row then of each parcel of now, edited or not: for rules that read nothing edited."""
        parcels = self.changes.layers.get("DLTB")
        if parcels is None:
            return np.zeros(0, dtype=np.int64)
        rows = {str(name): row for row, name in enumerate(parcels.old.ids)}
        named = np.array([rows.get(str(name), -1) for name in parcels.new.ids], dtype=np.int64)
        return np.where(parcels.before >= 0, parcels.before, named)

    def _result(self, found: Sequence[Finding] | None, seconds: float) -> Recheck:
        old = {str(name) for name in self.before.findings["finding_id"]}
        now = old if found is None else {each.finding_id for each in found}
        self.confirm &= now
        told = [] if found is None else found
        remaining = [
            each.finding_id
            for each in told
            if each.finding_id in old
            and each.finding_id not in self.confirm
            and self.changes.touched(each.layer, each.object_id, each.parcel_bsm)
        ]
        layers = self.changes.layers.items()
        return Recheck(
            self.setup.options.findings,
            {name: len(each.edited) for name, each in layers if each.edited},
            {name: len(each.added) for name, each in layers if each.added},
            {name: len(each.deleted) for name, each in layers if each.deleted},
            self.changes.evidence,
            tuple(sorted(old - now)),
            tuple(sorted(remaining)),
            tuple(sorted(now - old)),
            tuple(sorted(self.confirm)),
            tuple(self.again),
            tuple(self.kept),
            seconds,
            self._fixed(old - now),
        )

    def _fixed(self, gone: set[str]) -> dict[str, int]:
        columns = self.before.findings
        out = dict(self.setup.fixed)
        for name, verdict in zip(columns["finding_id"], columns["verdict"]):
            if str(name) in gone:
                out[str(verdict)] = out.get(str(verdict), 0) + 1
        return out

    def _told(self, result: Recheck) -> dict[str, Any]:
        """What the record says of it."""
        return {
            "of": {"record": self.setup.recorded_digest, "created": self.setup.created},
            "whole_run": self.setup.whole_run,
            "edited": dict(result.edited),
            "added": dict(result.added),
            "deleted": dict(result.deleted),
            "evidence_edited": result.evidence,
            "rules_again": list(result.again),
            "rules_in_part": list(self.in_part),
            "rules_kept": list(result.kept),
            "gone": len(result.gone),
            "remaining": len(result.remaining),
            "new": len(result.new),
            "to_confirm": list(result.to_confirm),
            "fixed": dict(result.fixed),
        }

    def _digests(self) -> list[dict[str, Any]]:
        """Digests of all inputs: computed anew where size or time of a file is another."""
        now = file_states(self.submission)
        known = {item["path"]: item for item in self.setup.inputs if item["role"] == "submission"}
        out = []
        for item in self.submission.files:
            self.progress.check()
            same = item.name in known and now.get(item.name) == self.memory.files.get(item.name)
            out.append(known[item.name] if same else self._facts(item))
        return out + [item for item in self.setup.inputs if item["role"] != "submission"]

    def _facts(self, item: SourceFile) -> dict[str, Any]:
        return file_facts("submission", item.name, item.path, self.progress)


def _unsure(rule: Rule, findings: Sequence[Finding]) -> bool:
    """Whether what a rule says of single objects may together be about a layer as a whole.

    Many tiny differences are told as one; of a gap between very many parcels not all are named.
    """
    many = rule.spec.limits.get("snapping_many")
    tiny = Counter(each.layer for each in findings if each.cause == "snapping")
    if many is not None and any(number >= float(many) for number in tiny.values()):
        return True
    told = [each.evidence for each in findings if each.layer == "DLTB"]
    return any(
        int(each.get("neighbour_count") or 0) > len(each.get("neighbours") or ()) for each in told
    )


def _kept_beside(path: Path) -> list[Path]:
    """Results of before that an earlier check has left."""
    return list(path.parent.glob(f"{path.stem}.previous*{path.suffix}"))


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.stem}.recheck{path.suffix}")


def _needs_whole(zh: str, en: str) -> InputError:
    return InputError(
        Text(
            f"不能只复查修改之处：{zh}。请完整核验一次。",
            f"What was edited cannot be checked by itself: {en}. Verify the whole package once.",
        )
    )
