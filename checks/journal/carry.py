"""A resubmission: what was decided stays with the findings that are still the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..comparison import Comparison, Why, compare, tested_rules
from ..comparison import State as Became
from ..findings_read import VerificationFile, read_verification
from ..progress import SILENT, Progress
from . import tables
from .audit import must_be_intact
from .carried import back_again, came_back, gone_now, history_of, standing_after
from .events import Action, Event, new_identifier
from .journal import Journal
from .lifecycle import OPEN
from .reading import read_events, read_notes
from .state import Standing, effective, standing_of

SUBJECT = "carry-over"
_FACTS = ("measured", "expected", "verdict", "severity")
_TOLD = (
    *("rule_id", "family", "layer", "object_id", "parcel_bsm", "message_zh", "message_en"),
    *_FACTS,
)


@dataclass(frozen=True)
class Carried:
    """What came over from an earlier verification.

    Attributes
    ----------
    standing
        Findings whose standing came over, among them ``settled`` (closed or an exception, so that
        nobody has to look again) and ``returned`` (they came back to the queue: still there
        although returned or said to be corrected, or closed and then changed).
    new, changed, renamed, gone, not_checked
        Findings by what became of them, decided upon or not.
    already
        Findings left as they are because somebody has decided on them in this verification.
    """

    standing: int
    settled: int
    returned: int
    new: int
    changed: int
    renamed: int
    gone: int
    not_checked: int
    already: int
    events: tuple[Event, ...] = field(default=(), repr=False)


def carry(
    journal: Journal,
    earlier: Path,
    comparison: Comparison | None = None,
    files: tuple[VerificationFile, VerificationFile] | None = None,
    progress: Progress = SILENT,
) -> Carried:
    """Bring the decisions in ``earlier`` over to the findings of the resubmission.

    A finding that is still the same keeps where it stood, who said so, when and why. One that was
    returned, or that the county says to have corrected, and that is still there goes back to the
    county's list with a note; one that was closed and has changed since comes back to the
    reviewers. What is gone is written down as corrected, with its history, so that its whole life
    can be read in the later file; what could not be checked again is written down as such. Doing
    it again takes over only what was decided in the earlier file since.

    Parameters
    ----------
    comparison, files
        Where known: ``compare(*files)`` of the earlier and the later file.

    Raises
    ------
    JournalError
        When the earlier journal was tampered with.
    InputError
        When a file cannot be read.
    """
    if files is None or comparison is None:
        files = (
            read_verification(earlier, progress.part(0.0, 0.1)),
            read_verification(journal.path, progress.part(0.1, 0.2)),
        )
        comparison = compare(*files, progress.part(0.2, 0.5))
    past = _past(earlier)
    progress.at(0.6)
    plan = _Plan(journal, past, comparison, files)
    with journal.writing() as connection:
        drafted = plan.events()
        written = journal.append(drafted)
        tables.refresh(connection, [event.subject for event in written[:-1]])
    progress.at(1.0)
    return plan.result(written)


@dataclass(frozen=True)
class _Past:
    """The earlier journal."""

    name: str
    events: dict[str, list[Event]]
    standing: dict[str, Standing]
    absent: dict[str, Event]
    head: tuple[int, str]
    copy: str


def _past(earlier: Path) -> _Past:
    events = read_events(earlier)
    if not events:
        return _Past(earlier.name, {}, {}, {}, (0, ""), "")
    checked = must_be_intact(earlier)
    by_finding = _by_finding(events)
    absent = {
        name: mine[-1]
        for name, mine in by_finding.items()
        if mine[-1].action == Action.CARRIED and mine[-1].details.get("absent")
    }
    return _Past(
        *(earlier.name, by_finding, standing_of(events), absent, (checked.size, checked.root)),
        events[0].copy,
    )


def _by_finding(events: Iterable[Event]) -> dict[str, list[Event]]:
    """Events that say where findings stand and that count, by finding."""
    out: dict[str, list[Event]] = {}
    for event in effective(events):
        if event.action in (Action.MOVED, Action.OPINION, Action.CARRIED):
            out.setdefault(event.subject, []).append(event)
    return out


class _Plan:
    """The events of one carrying over."""

    def __init__(
        self,
        journal: Journal,
        past: _Past,
        comparison: Comparison,
        files: tuple[VerificationFile, VerificationFile],
    ) -> None:
        self.journal, self.past, self.comparison = journal, past, comparison
        self.earlier, self.later = files
        self.counts: Counter[str] = Counter()
        self.whys: dict[str, list[str]] = {}
        self.batch = new_identifier()

    def events(self) -> list[Event]:
        """Everything to be written, the note on the whole last."""
        here = _by_finding(self.journal.events())
        rows = zip(
            *(self.comparison.state, self.comparison.why),
            *(self.comparison.before.tolist(), self.comparison.after.tolist()),
        )
        drafted: list[tuple[str, dict[str, Any]]] = []
        lost = dict(self.past.absent)
        for became, why, before, after in rows:
            old = str(self.earlier.findings["finding_id"][before]) if before >= 0 else ""
            new = str(self.later.findings["finding_id"][after]) if after >= 0 else ""
            self._count(became, why, new)
            if not old and new in lost:
                details: dict[str, Any] | None = self._back(lost.pop(new), after)
            else:
                details = self._details(why, old, new, before, after)
            if details is None:
                continue
            subject = new or old
            if any(event.action != Action.CARRIED for event in here.get(subject, ())):
                self.counts["already"] += 1
            elif not _known(here.get(subject, ()), details):
                drafted.append((subject, details))
        for name, event in lost.items():
            still = self._still_absent(event)
            if not _known(here.get(name, ()), still):
                drafted.append((name, still))
        events = []
        for number, (subject, details) in enumerate(drafted):
            reason = str(details.pop("reason", ""))
            identifier = f"{self.batch}.{number}"
            events.append(self._event(Action.CARRIED, subject, reason, details, identifier))
        note = {"from": self._source(), "counts": dict(self.counts), "findings": self.whys}
        events.append(self._event(Action.NOTE, SUBJECT, "", note, f"{self.batch}.note"))
        return events

    def _event(
        self, action: Action, subject: str, reason: str, details: dict[str, Any], name: str
    ) -> Event:
        return self.journal.event(action, subject, reason, {**details, "batch": self.batch}, name)

    def _source(self) -> dict[str, Any]:
        size, root = self.past.head
        return {"name": self.past.name, "copy": self.past.copy, "size": size, "root": root}

    def _count(self, became: Became, why: Why, new: str) -> None:
        if became is Became.GONE:
            self.counts["gone"] += 1
        elif why is not Why.SAME:
            kind = "new" if became is Became.NEW else why.value
            self.counts[kind] += 1
            if new:
                self.whys.setdefault(why.value, []).append(new)

    def _details(
        self, why: Why, old: str, new: str, before: int, after: int
    ) -> dict[str, Any] | None:
        """Details of the event for one finding; ``None`` where there is nothing to say."""
        standing = self.past.standing.get(old)
        if not old or standing is None:
            return None
        events = self.past.events.get(old, [])
        same = bool(new) and _same(self.earlier, self.later, before, after)
        changed = "" if same or not new else _change(self.earlier, self.later, before, after)
        details = standing_after(standing, events, why, bool(new), changed)
        details["source"] = self._source_of(events, old)
        details["history"] = history_of(events)
        if not new:
            cells = self.earlier.findings
            details["finding"] = {name: cells[name][before] for name in _TOLD}
        return details

    def _back(self, event: Event, after: int) -> dict[str, Any]:
        """A finding that was not there the last time, and is there again."""
        cells = event.details.get("finding")
        before = cells if isinstance(cells, Mapping) else {}
        later = {name: self.later.findings[name][after] for name in _FACTS}
        change = next(
            (
                f"{_shown(before.get(name))} → {_shown(later[name])}"
                for name in _FACTS
                if before.get(name) != later[name]
            ),
            "",
        )
        return {
            **back_again(event, change),
            "source": self._source_of([event], event.subject),
            "history": history_of([event]),
        }

    def _still_absent(self, event: Event) -> dict[str, Any]:
        """What was not there the last time, and is not there now."""
        details = dict(event.details)
        finding = details.get("finding")
        rule = str(finding.get("rule_id", "")) if isinstance(finding, Mapping) else ""
        if details.get("absent") == "not_checked" and rule in tested_rules(self.later):
            details.update(gone_now())
        details.pop("batch", None)
        details["reason"] = event.reason
        details["source"] = self._source_of([event], event.subject)
        details["history"] = history_of([event])
        return details

    def _source_of(self, events: Sequence[Event], finding: str) -> dict[str, Any]:
        names = [event.event_id for event in events]
        return {**self._source(), "finding": finding, "events": names}

    def result(self, written: Sequence[Event]) -> Carried:
        """What came of it, from what was written."""
        over = [event for event in written[:-1] if not event.details.get("absent")]
        states = Counter(str(event.details["state"]) for event in over)
        still_open = {state.value for state in OPEN}
        counts = self.counts
        return Carried(
            standing=len(over),
            settled=sum(count for state, count in states.items() if state not in still_open),
            returned=sum(came_back(event.details) for event in over),
            new=counts["new"],
            changed=counts[Why.CHANGED.value],
            renamed=counts[Why.RENAMED.value],
            gone=counts["gone"],
            not_checked=counts[Why.NOT_CHECKED.value],
            already=counts["already"],
            events=tuple(written),
        )


def _known(events: Iterable[Event], details: Mapping[str, Any]) -> bool:
    """Whether exactly this has come over before."""
    last = [event for event in events if event.action == Action.CARRIED][-1:]
    names = ("state", "why", "absent", "note")
    return any(
        _sources(event.details) == _sources(details)
        and all(event.details.get(name) == details.get(name) for name in names)
        for event in last
    )


def _sources(details: Mapping[str, Any]) -> Any:
    source = details.get("source")
    return source.get("events") if isinstance(source, Mapping) else None


def _same(earlier: VerificationFile, later: VerificationFile, old: int, new: int) -> bool:
    return all(earlier.findings[name][old] == later.findings[name][new] for name in _FACTS)


def _change(earlier: VerificationFile, later: VerificationFile, old: int, new: int) -> str:
    """The first fact that is another one now, as ``before → now``."""
    for name in _FACTS:
        before, after = earlier.findings[name][old], later.findings[name][new]
        if before != after:
            return f"{_shown(before)} → {_shown(after)}"
    return ""


def _shown(value: Any) -> str:
    return "—" if value in (None, "") else str(value)


def changed_since(path: Path) -> dict[str, Why]:
    """Findings that want a look after a resubmission, with why: for the queue's filter.

    They are new, changed, or came back because they are still there. A finding that is the same
    and that nobody has decided on is not among them, nor is one whose decision came over. Empty
    where nothing was carried over.

    Raises
    ------
    InputError
        When the file cannot be read.
    """
    out: dict[str, Why] = {}
    notes = [event for event in effective(read_notes(path)) if event.subject == SUBJECT]
    for note in notes[-1:]:
        found = note.details.get("findings")
        for why in (Why.FIRST_SEEN, Why.NEW_RULE, Why.CHANGED):
            names = found.get(why.value) if isinstance(found, Mapping) else None
            out.update(dict.fromkeys(map(str, names if isinstance(names, list) else ()), why))
        for name, standing in standing_of(read_events(path)).items():
            if standing.carried and standing.note is not None:
                out.setdefault(name, _why(standing.carried))
    return out


def _why(value: str) -> Why:
    try:
        return Why(value)
    except ValueError:  # of a later version
        return Why.CHANGED
