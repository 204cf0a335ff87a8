"""What the review's thread does with the journal: nothing here touches a window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_DEEDS = 20


@dataclass(frozen=True)
class Snapshot:
    """What a person may see of a journal.

    Attributes
    ----------
    standing
        ``checks.journal.state.Standing`` by finding id.
    blind
        Findings that this person is to judge without knowing what another thinks.
    work
        ``checks.journal.work.Work``: who is to look at what; ``None`` without a journal.
    deeds
        ``checks.journal.undoing.OwnAction`` of this person that still count, newest first.
    changed
        Findings that want a look after a resubmission, each with a ``checks.comparison.Why``.
    head
        How many events the journal had.
    """

    standing: dict[str, Any] = field(default_factory=dict)
    blind: frozenset[str] = frozenset()
    work: Any = None
    deeds: tuple[Any, ...] = ()
    changed: dict[str, Any] = field(default_factory=dict)
    head: int = 0


@dataclass(frozen=True)
class Written:
    """What came of writing: the events, and how things stand now for the findings written about."""

    events: list[Any]
    standing: dict[str, Any]
    blind: frozenset[str]
    deeds: tuple[Any, ...]
    head: int


def with_journal(
    path: Path, person: str, role: str, work: Callable[[Any], Any]
) -> Callable[[], Any]:
    """Something to do with the journal of a file, opened for this person."""

    def run() -> Any:
        from ...checks.journal.journal import Journal
        from ...checks.journal.lifecycle import Role

        with Journal(path, person, Role(role)) as journal:
            return work(journal)

    return run


def writing(findings: Sequence[str], write: Callable[[Any], Any]) -> Callable[[Any], Written]:
    """Something to write, and to look then where the findings stand."""

    def work(journal: Any) -> Written:
        events = list(write(journal))
        _note(journal, events)
        names = list(findings)
        now = journal.standing_for(names)
        return Written(
            events,
            {name: now.get(name) for name in names},
            _blind(journal.work(), journal.who, journal.role, journal.events_of(names))
            & set(names),
            tuple(journal.last_own(_DEEDS)),
            length(journal.path),
        )

    return work


def _note(journal: Any, events: list[Any]) -> None:
    """The audit log knows of every decision, too; that it cannot be written undoes nothing."""
    from ...services.audit import note_decisions

    note_decisions(journal.path, events, journal.head())


def length(path: Path) -> int:
    """How many events the journal of a file holds; 0 where there is none."""
    from ...checks.findings_read import connect

    with closing(connect(path)) as connection:
        return _length(connection)


def read(path: Path, person: str, role: str) -> Snapshot:
    """Everything this person may see.

    Raises
    ------
    InputError
        When the file cannot be read.
    """
    import sqlite3

    from ...checks.findings_read import connect, unreadable
    from ...checks.journal import tables, undoing
    from ...checks.journal.carry import changed_since
    from ...checks.journal.state import standing_of
    from ...checks.journal.work import seen_by, work_of

    try:
        with closing(connect(path)) as connection:
            # First the length: what comes in between is looked at again, not overlooked.
            head = _length(connection)
            if not head:
                return Snapshot()
            events = tables.every_event(connection)
            deeds = undoing.last_own(connection, person, _DEEDS) if person else []
    except (sqlite3.Error, ValueError) as error:
        told = error if isinstance(error, sqlite3.Error) else sqlite3.DatabaseError(str(error))
        raise unreadable(path, told) from error
    work = work_of(events)
    blind = _blind(work, person, role, events)
    standing = standing_of(seen_by(person, events, blind))
    carried = any(event.action == "carried" for event in events)
    return Snapshot(
        *(standing, blind, work, tuple(deeds), changed_since(path) if carried else {}, head)
    )


def newer(path: Path, head: int, person: str, role: str) -> Snapshot | None:
    """The same where the journal is longer than ``head``, else ``None``."""
    return read(path, person, role) if length(path) != head else None


def _length(connection: Any) -> int:
    from ...checks.journal import schema

    if not schema.present(connection):
        return 0
    row = connection.execute("SELECT max(seq) FROM journal_events").fetchone()
    return int(row[0] or 0)


def _blind(work: Any, person: str, role: Any, events: Sequence[Any]) -> frozenset[str]:
    from ...checks.journal.lifecycle import Role
    from ...checks.journal.work import blind_to

    if not person or Role(role) is not Role.REVIEWER:
        return frozenset()
    return frozenset(blind_to(work, person, events))
