"""What an earlier run found, as if it had just been said: for what need not be judged again."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .findings import Family, Finding, Severity, Text, Verdict
from .findings_read import VerificationFile
from .recheck_memory import Said
from .rules.rule import Judgement
from .table import BoolArray, IntArray

EDITED = Text(
    "自上次完整核验后修改过，须再次完整核验",
    "Edited since the last whole verification: needs another one",
)


@dataclass(frozen=True)
class KeptFinding(Finding):
    """A finding of an earlier run, under the identifier that it had."""

    kept_id: str = field(default="")

    @property
    def finding_id(self) -> str:
        """The identifier of the earlier run."""
        return self.kept_id


@dataclass(frozen=True)
class Earlier:
    """An earlier run by rule: findings in their order, and how each rule went."""

    findings: Mapping[str, tuple[KeptFinding, ...]]
    runs: Mapping[str, Mapping[str, Any]]

    def of(self, rule: str) -> tuple[KeptFinding, ...]:
        """What a rule found."""
        return self.findings.get(rule, ())

    def judgement(
        self, rule: str, findings: Iterable[Finding], said: Said | None, before: IntArray
    ) -> Judgement:
        """The earlier judgement of a rule with these findings.

        ``before`` says which row of then each parcel of now was, -1 for edited ones: of those
        nothing is known.
        """
        run = self.runs.get(rule, {})
        zh, _, en = str(run.get("reason") or "").partition(" | ")
        out = Judgement(
            int(run.get("tested") or 0),
            list(findings),
            int(run.get("not_checkable") or 0),
            Counter({Text(zh, en): 0}) if zh or en else Counter(),
        )
        if said is not None and said.compared is not None:
            out.compared = _moved(said.compared, before)
            out.excuses.append((before < 0, EDITED))
        for rows, reason in () if said is None else said.excuses:
            out.excuses.append((_moved(rows, before), reason))
        return out

    def seconds(self, rule: str) -> float:
        """How long the rule took then."""
        return float(self.runs.get(rule, {}).get("seconds") or 0.0)


def earlier_of(file: VerificationFile, runs: Iterable[Mapping[str, Any]]) -> Earlier:
    """Read back a file of findings; ``runs`` are the rows of ``rules_run``."""
    columns = file.findings
    found: dict[str, list[KeptFinding]] = {}
    for row in range(len(file)):
        one = {name: columns[name][row] for name in columns}
        found.setdefault(str(one["rule_id"]), []).append(_finding(one, file.where[row]))
    by_rule = {str(run["rule_id"]): run for run in runs}
    return Earlier({rule: tuple(each) for rule, each in found.items()}, by_rule)


def _finding(row: Mapping[str, Any], where: Any) -> KeptFinding:
    tolerance = row["tolerance"]
    return KeptFinding(
        rule_id=str(row["rule_id"]),
        rule_version=str(row["rule_version"]),
        family=Family(row["family"]),
        verdict=Verdict(row["verdict"]),
        severity=Severity(row["severity"]),
        layer=str(row["layer"] or ""),
        object_id=str(row["object_id"] or ""),
        message=Text(str(row["message_zh"] or ""), str(row["message_en"] or "")),
        parcel_bsm=str(row["parcel_bsm"] or ""),
        score=float(row["score"]),
        measured=str(row["measured"] or ""),
        expected=str(row["expected"] or ""),
        tolerance=None if tolerance is None else float(tolerance),
        unit=str(row["unit"] or ""),
        cause=str(row["cause"] or ""),
        evidence=json.loads(row["evidence"] or "{}"),
        where=where,
        kept_id=str(row["finding_id"]),
    )


def _moved(rows: BoolArray, before: IntArray) -> BoolArray:
    """A mask of then for the parcels of now; false where nothing is known."""
    out = np.zeros(len(before), dtype=bool)
    known = (before >= 0) & (before < len(rows))
    out[known] = rows[before[known]]
    return out
