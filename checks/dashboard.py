"""A province at a glance: what many verifications of many counties come to."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .errors import ExplainedError
from .findings import Text
from .findings_read import connect, read_verification
from .journal.events import Action
from .journal.lifecycle import OPEN, State
from .journal.reading import read_events
from .journal.reviewers import Rate, wilson
from .journal.state import Standing, effective, standing_of
from .progress import SILENT, Progress
from .return_list import clean
from .review_figures import read_verification_record
from .review_inputs import ReviewInputs

PER = 10_000
"""Parcels that a rate is told per."""
_NAME = re.compile(r"(\d{6})[_-]?([\u4e00-\u9fff]{2,12})")
_COUNTY = re.compile(r"[1-9]\d{5}")
_COUNTED = re.compile(r"\s*[(（](\d+)[)）]\s*$")
_REASONS = 4


@dataclass(frozen=True)
class Family:
    """What one family of rules did in one submission."""

    tested: int
    not_checkable: int
    inconsistent: int
    doubtful: int


@dataclass(frozen=True)
class Submission:
    """One verification of one county.

    Attributes
    ----------
    parcels, checked, wrong
        Parcels in all, those that could be checked, and those of them with an inconsistency.
    decided, open
        Findings that a reviewer has decided upon, and those not yet closed.
    returned
        Findings that were ever returned to the county.
    corrected, remaining
        Of those returned in the submission before: gone in this one, and still there.
    """

    path: Path
    county: str
    name: str
    year: int
    created: str
    parcels: int
    checked: int
    wrong: int
    findings: int
    inconsistent: int
    doubtful: int
    families: Mapping[str, Family]
    decided: int
    open: int
    returned: int
    unchecked: tuple[tuple[Text, int], ...]
    ids: npt.NDArray[np.int64]
    returned_ids: npt.NDArray[np.int64]
    corrected: int = 0
    remaining: int = 0

    @property
    def rate(self) -> Rate:
        """Share of the checked parcels with an inconsistency, with Wilson's limits."""
        return wilson(self.wrong, self.checked)


@dataclass(frozen=True)
class County:
    """All submissions of a county, the oldest first; ranks are those that its rate allows.

    ``ranks`` is (best, worst) of the places it may have, 1 for the highest rate: it has a county
    above itself for certain only where that one's interval lies wholly above.
    """

    code: str
    name: str
    submissions: tuple[Submission, ...]
    ranks: tuple[int, int] = (0, 0)

    @property
    def latest(self) -> Submission:
        """The newest submission."""
        return self.submissions[-1]


@dataclass(frozen=True)
class Dashboard:
    """Counties by their rate, the highest first, and what could not be read."""

    counties: tuple[County, ...]
    failures: tuple[tuple[str, Text], ...]
    created: str


def findings_files(folder: Path) -> list[Path]:
    """Files of findings below a folder: by what is in them, and by their name where damaged."""
    out = []
    for path in sorted(folder.rglob("*.gpkg")):
        if path.name.endswith(".part.gpkg") or not path.is_file():
            continue
        if _holds_findings(path) or path.stem.lower().startswith("findings"):
            out.append(path)
    return out


def _holds_findings(path: Path) -> bool:
    try:
        with closing(connect(path)) as connection:
            query = "SELECT count(*) FROM sqlite_master WHERE name IN ('findings', 'rules_run')"
            return bool(connection.execute(query).fetchone()[0] == 2)
    except (sqlite3.Error, ExplainedError, OSError):
        return False


def make_dashboard(paths: Sequence[Path], progress: Progress = SILENT) -> Dashboard:
    """Read many files of findings; one that cannot be read is named, and the rest goes on."""
    read: list[Submission] = []
    failures: list[tuple[str, Text]] = []
    seen: set[tuple[str, str, int, int]] = set()
    for number, path in enumerate(paths):
        progress.at(number / max(len(paths), 1), f"读取 {path.name} | Reading {path.name}")
        try:
            one = read_submission(path)
        except ExplainedError as error:
            failures.append((_label(path), error.text))
            continue
        except (ValueError, TypeError, ArithmeticError, LookupError, OSError) as error:
            # A file that somebody has tampered with must not hide the other counties.
            told = clean(f"{type(error).__name__}: {error}")
            text = Text(f"内容无法解读（{told}）", f"its content makes no sense ({told})")
            failures.append((_label(path), text))
            continue
        key = (one.county, one.created, one.findings, int(one.ids.sum() % (1 << 62)))
        if key in seen:
            text = Text("与另一份结果相同，未重复计入", "the same results twice, counted once")
            failures.append((_label(path), text))
            continue
        seen.add(key)
        read.append(one)
    progress.at(1.0)
    created = datetime.now(timezone.utc).astimezone().strftime("%Y-%m-%d %H:%M")
    return Dashboard(_ranked(_counties(read)), tuple(failures), created)


def _label(path: Path) -> str:
    return "/".join(path.parts[-3:])


def read_submission(path: Path) -> Submission:
    """The figures of one file of findings.

    Raises
    ------
    InputError
        When the file cannot be read.
    """
    source = read_verification(path)
    events = read_events(path)
    standing = standing_of(events)
    inputs = ReviewInputs.read(path)
    record = read_verification_record(inputs.record)
    columns = source.findings
    outcome = source.parcels["outcome"]
    checked = {
        str(bsm) for bsm, how in zip(source.parcels["bsm"], outcome) if how != "not_checkable"
    }
    wrong = {
        str(bsm)
        for bsm, verdict in zip(columns["parcel_bsm"], columns["verdict"])
        if verdict == "inconsistent" and bsm
    }
    verdicts = Counter(str(one) for one in columns["verdict"])
    names = [str(one) for one in columns["finding_id"]]
    states = [standing.get(name, Standing()).state for name in names]
    returned = {
        event.subject
        for event in effective(events)
        if event.action == Action.MOVED and event.details.get("state") == State.RETURNED.value
    }
    code, name = _county(path, inputs, record, source.parcels["bsm"])
    return Submission(
        path=path,
        county=code,
        name=name,
        year=inputs.year,
        created=_created(path, record),
        parcels=len(outcome),
        checked=len(checked),
        wrong=len(wrong & checked),
        findings=len(names),
        inconsistent=verdicts["inconsistent"],
        doubtful=verdicts["doubtful"],
        families=_families(source.runs, columns),
        decided=sum(state not in (State.FOUND, State.UNDER_REVIEW) for state in states),
        open=sum(state in OPEN for state in states),
        returned=len(returned),
        unchecked=_unchecked(path),
        ids=_hashes(names),
        returned_ids=_hashes(returned),
    )


def _county(
    path: Path, inputs: ReviewInputs, record: Mapping[str, Any], parcels: Iterable[Any]
) -> tuple[str, str]:
    """Code and name; by the record, else by what most identifiers begin with."""
    package = record.get("package")
    told = str(package.get("path") or "") if isinstance(package, Mapping) else ""
    code = clean(inputs.county)
    if not code:
        heads = Counter(str(bsm)[:6] for bsm in parcels)
        most = heads.most_common(1)
        code = most[0][0] if most and _COUNTY.fullmatch(most[0][0]) else ""
    found = _NAME.search(told) or _NAME.search(path.parent.name)
    name = found[2] if found and (not code or found[1] == code) else ""
    return code or clean(told) or path.parent.name, name


def _created(path: Path, record: Mapping[str, Any]) -> str:
    told = str(record.get("created") or "")
    try:
        return datetime.fromisoformat(told).strftime("%Y-%m-%d %H:%M")
    except ValueError:
        at = datetime.fromtimestamp(path.stat().st_mtime, timezone.utc)
        return at.strftime("%Y-%m-%d %H:%M")


def _families(runs: Mapping[str, Any], columns: Mapping[str, Any]) -> dict[str, Family]:
    tested: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for family, count, not_checkable in zip(runs["family"], runs["tested"], runs["not_checkable"]):
        tested[str(family)] += int(count or 0)
        missed[str(family)] += int(not_checkable or 0)
    found = Counter(
        (str(family), str(verdict))
        for family, verdict in zip(columns["family"], columns["verdict"])
    )
    names = {*tested, *(family for family, _ in found)}
    return {
        name: Family(
            tested[name], missed[name], found[name, "inconsistent"], found[name, "doubtful"]
        )
        for name in names
    }


def _unchecked(path: Path) -> tuple[tuple[Text, int], ...]:
    """The reasons for which most objects could not be checked."""
    counts: Counter[tuple[str, str]] = Counter()
    query = "SELECT coalesce(reason, ''), not_checkable FROM rules_run WHERE not_checkable > 0"
    try:
        with closing(connect(path)) as connection:
            for told, count in connection.execute(query):
                zh, _, en = clean(told).partition(" | ")
                for one, number in _single(zh, en, int(count or 0)):
                    counts[one] += number
    except sqlite3.Error:  # an older version had no such column
        return ()
    return tuple((Text(*told), count) for told, count in counts.most_common(_REASONS))


def _single(zh: str, en: str, count: int) -> list[tuple[tuple[str, str], int]]:
    """The reasons that a rule gives, each with its number of objects."""
    chinese, english = re.split(r"[;；]\s*", zh), re.split(r";\s*", en or zh)
    if len(chinese) != len(english):
        chinese, english = [zh], [en or zh]
    out = []
    for one, other in zip(chinese, english):
        number = _COUNTED.search(one)
        told = (_COUNTED.sub("", one).strip(), _COUNTED.sub("", other).strip())
        out.append((told, int(number[1]) if number else count))
    return out


def _hashes(names: Iterable[str]) -> npt.NDArray[np.int64]:
    """Ids as numbers, so that a province's fit into memory; compared within one run only."""
    return np.unique(np.fromiter((hash(name) for name in names), dtype=np.int64))


def _counties(read: Sequence[Submission]) -> list[County]:
    groups: dict[str, list[Submission]] = {}
    for one in read:
        groups.setdefault(one.county, []).append(one)
    out = []
    for code, own in groups.items():
        own.sort(key=lambda one: (one.created, str(one.path)))
        followed = [own[0]]
        for before, one in zip(own, own[1:]):
            still = int(np.isin(before.returned_ids, one.ids).sum())
            gone = len(before.returned_ids) - still
            followed.append(replace(one, remaining=still, corrected=gone))
        name = next((one.name for one in reversed(own) if one.name), "")
        out.append(County(code, name, tuple(followed)))
    return out


def _ranked(counties: Sequence[County]) -> tuple[County, ...]:
    """By the rate, the highest first; which places are certain is said, not hidden."""
    rates = [county.latest.rate for county in counties]
    order = sorted(
        range(len(counties)),
        key=lambda i: (-(rates[i].share if rates[i].of else -1.0), counties[i].code),
    )
    known = [rate for rate in rates if rate.of]
    out = []
    for place in order:
        rate = rates[place]
        ranks = (0, 0)
        if rate.of:
            best = 1 + sum(other.low > rate.high for other in known)
            ranks = (best, len(known) - sum(other.high < rate.low for other in known))
        one = counties[place]
        out.append(County(one.code, one.name, one.submissions, ranks))
    return tuple(out)
