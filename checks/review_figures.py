"""What a review comes to in numbers: findings, decisions, people, and what nobody could check."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import ExplainedError, InputError
from .findings import Family, Text
from .findings_read import VerificationFile, connect, read_verification
from .journal.events import Action, Event
from .journal.lifecycle import OPEN, State
from .journal.reading import read_events
from .journal.reviewers import Pair, Reviewer, measure_reviewers
from .journal.state import Standing, standing_of
from .progress import SILENT, Progress
from .return_list import usable_standard
from .review_inputs import ReviewInputs
from .seal import merkle_root

_LARGEST = 64 << 20
_DECIDED = frozenset({State.CLOSED, State.EXCEPTION, State.RETURNED, State.RECHECKED})
"""States in which a reviewer has said what is to become of a finding."""


@dataclass(frozen=True)
class FamilyFigures:
    """One family: its denominators, what it found, and how much of that is decided."""

    family: Family
    tested: int
    not_checkable: int
    inconsistent: int
    doubtful: int
    decided: int


@dataclass(frozen=True)
class Unchecked:
    """Objects that a rule could not judge, and why."""

    rule_id: str
    title: Text
    objects: int
    reason: Text


@dataclass(frozen=True)
class ReviewFigures:
    """One file of findings with its decisions.

    ``states`` counts findings by state and verdict; ``head`` is the number of events of the
    journal and the root of their tree; ``trouble`` says what is wrong with the journal.
    """

    path: Path
    inputs: ReviewInputs
    verified: str
    rule_set: str
    findings: int
    verdicts: Mapping[str, int]
    families: tuple[FamilyFigures, ...]
    states: Mapping[tuple[State, str], int]
    parcels: Mapping[str, int]
    unchecked: tuple[Unchecked, ...]
    reviewers: tuple[Reviewer, ...]
    pairs: tuple[Pair, ...]
    opinions: Mapping[tuple[str, str], int]
    head: tuple[int, str]
    last: str
    signed: tuple[Event, ...]
    trouble: Text | None
    source: VerificationFile
    standing: Mapping[str, Standing]

    @property
    def decided(self) -> int:
        """Findings of which a reviewer has said what becomes of them."""
        return sum(count for (state, _), count in self.states.items() if state in _DECIDED)

    @property
    def open(self) -> int:
        """Findings that still stand in the way of a delivery."""
        return sum(count for (state, _), count in self.states.items() if state in OPEN)


def review_figures(path: Path, progress: Progress = SILENT) -> ReviewFigures:
    """Count what a file of findings and its journal hold.

    Raises
    ------
    InputError
        When the file cannot be read.
    """
    source = read_verification(path, progress.part(0.0, 0.6))
    events = read_events(path)
    progress.at(0.7)
    standing = standing_of(events)
    inputs = ReviewInputs.read(path)
    record = read_verification_record(inputs.record)
    reviewers: tuple[Reviewer, ...] = ()
    pairs: tuple[Pair, ...] = ()
    trouble = None
    try:
        measured = measure_reviewers(path)
        reviewers, pairs = measured.reviewers, measured.pairs
    except ExplainedError as error:
        trouble = error.text
    progress.at(0.9)
    columns = source.findings
    states = [standing.get(str(name), Standing()).state for name in columns["finding_id"]]
    rule_set = record.get("rule_set")
    told = rule_set if isinstance(rule_set, dict) else {}
    return ReviewFigures(
        path=path,
        inputs=inputs,
        verified=str(record.get("created") or "")[:16].replace("T", " "),
        rule_set=" ".join(str(told.get(name) or "") for name in ("id", "version")).strip(),
        findings=len(source),
        verdicts=Counter(str(one) for one in columns["verdict"]),
        families=_families(source, states),
        states=Counter(zip(states, (str(one) for one in columns["verdict"]))),
        parcels=Counter(str(one) for one in source.parcels["outcome"]),
        unchecked=_unchecked(source, inputs.standard),
        reviewers=reviewers,
        pairs=pairs,
        opinions=_opinions(standing),
        head=_head(events),
        last=max((event.at for event in events), default="")[:19].replace("T", " "),
        signed=tuple(event for event in events if event.action == Action.SIGNED),
        trouble=trouble,
        source=source,
        standing=standing,
    )


def journal_head(path: Path) -> tuple[int, str]:
    """Number of events in a journal and the root of their tree; nothing is written.

    Raises
    ------
    InputError
        When the file cannot be read.
    """
    return _head(read_events(path))


def _head(events: Sequence[Event]) -> tuple[int, str]:
    return len(events), merkle_root(event.entry() for event in events) if events else ""


def read_json_record(path: Path, kind: str) -> dict[str, Any]:
    """A record of a draw or of a verdict (``kind``), as ``sampling.record`` writes them.

    Raises
    ------
    InputError
        When the file is not there or is something else.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise ValueError("too large")
        data = json.loads(path.read_text(encoding="utf-8-sig"))
        if not isinstance(data, dict) or data.get("kind") != kind:
            raise ValueError(kind)
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(
            Text(f"{path.name} 不是所需的记录文件。", f"{path.name} is no record of this kind.")
        ) from error
    return data


def read_verification_record(path: Path | None) -> dict[str, Any]:
    """The record of a verification; empty where there is none to read."""
    if path is None:
        return {}
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _families(source: VerificationFile, states: Sequence[State]) -> tuple[FamilyFigures, ...]:
    tested: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    runs = source.runs
    for family, count, not_checkable in zip(runs["family"], runs["tested"], runs["not_checkable"]):
        tested[str(family)] += int(count or 0)
        missed[str(family)] += int(not_checkable or 0)
    found: Counter[tuple[str, str]] = Counter()
    decided: Counter[str] = Counter()
    columns = source.findings
    for family, verdict, state in zip(columns["family"], columns["verdict"], states):
        found[str(family), str(verdict)] += 1
        decided[str(family)] += state in _DECIDED
    return tuple(
        FamilyFigures(
            *(family, tested[family.value], missed[family.value]),
            *(found[family.value, "inconsistent"], found[family.value, "doubtful"]),
            decided[family.value],
        )
        for family in Family
        if tested[family.value]
        or missed[family.value]
        or decided[family.value]
        or any(found[family.value, verdict] for verdict in ("inconsistent", "doubtful"))
    )


def _unchecked(source: VerificationFile, place: str) -> tuple[Unchecked, ...]:
    """Rules with objects that could not be judged, the most objects first."""
    rules = usable_standard(place).rules
    reasons = _reasons(source.path)
    out = []
    for rule_id, count in zip(source.runs["rule_id"], source.runs["not_checkable"]):
        if not count:
            continue
        known = rules.get(str(rule_id))
        zh, _, en = reasons.get(str(rule_id), "").partition(" | ")
        title = known.title if known else Text(str(rule_id), str(rule_id))
        out.append(Unchecked(str(rule_id), title, int(count), Text(zh, en or zh)))
    return tuple(sorted(out, key=lambda one: (-one.objects, one.rule_id)))


def _reasons(path: Path) -> dict[str, str]:
    """Why a rule could not judge, by its id: ``中文 | English``."""
    try:
        with closing(connect(path)) as connection:
            query = "SELECT rule_id, coalesce(reason, '') FROM rules_run"
            return {str(rule): str(reason) for rule, reason in connection.execute(query)}
    except sqlite3.Error:  # an older version had no such column
        return {}


def _opinions(standing: Mapping[str, Standing]) -> Counter[tuple[str, str]]:
    """How often each person came to each opinion."""
    return Counter(
        (who, opinion.value) for one in standing.values() for who, opinion in one.opinions.items()
    )
