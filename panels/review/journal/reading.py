"""What the review's thread does with the journal: nothing here touches a window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_FEW = 2000
"""New events that are read by themselves; of more, the whole journal is read anew."""
_DECIDING = ("moved", "opinion", "undone", "note", "signed")
_UNDOABLE = ("moved", "opinion", "carried", "assigned")


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
        ``checks.journal.undoing.OwnAction``: what this person did last and can take back.
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
        from ....checks.journal.journal import Journal
        from ....checks.journal.lifecycle import Role

        with Journal(path, person, Role(role)) as journal:
            return work(journal)

    return run


def writing(findings: Sequence[str], write: Callable[[Any], Any]) -> Callable[[Any], Written]:
    """Something to write, and to look then where the findings stand."""

    def work(journal: Any) -> Written:
        events = list(write(journal))
        _note(journal, events)
        deeds = tuple(journal.last_own(1))

        def look(connection: Any) -> Written:
            head = _length(connection)
            whose = (journal.path, journal.who, journal.role)
            return Written(events, *_now(connection, *whose, list(findings)), deeds, head)

        written: Written = _looking(journal.path, look)
        return written

    return work


def _note(journal: Any, events: list[Any]) -> None:
    """The audit log knows of every decision, too; that it cannot be written undoes nothing."""
    from ....services.audit import note_decisions

    note_decisions(journal.path, events, journal.head())


def note_head(journal: Any, facts: dict[str, Any]) -> None:
    """Tell the audit log what was done to a journal as a whole, and how it stands now."""
    from ....services.audit import note

    size, root = journal.head()
    note("decision", journal.path.name, "done", {**facts, "journal": {"size": size, "root": root}})


def length(path: Path) -> int:
    """How many events the journal of a file holds; 0 where there is none."""
    found: int = _looking(path, _length)
    return found


def read(path: Path, person: str, role: str) -> Snapshot:
    """Everything this person may see.

    Raises
    ------
    InputError
        When the file cannot be read.
    """
    from ....checks.journal import tables
    from ....checks.journal.carry import changed_since
    from ....checks.journal.state import effective, standing_of
    from ....checks.journal.work import seen_by, work_of

    def look(connection: Any) -> tuple[int, list[Any]]:
        # First the length: what comes in between is looked at again, not overlooked.
        head = _length(connection)
        return head, tables.every_event(connection) if head else []

    head, events = _looking(path, look)
    if not events:
        return Snapshot(head=head)
    # What does not count any more is left out once, and not by everyone who asks.
    counting = effective(events)
    work = work_of(counting)
    blind = _blind(work, person, role, counting)
    carried = any(event.action == "carried" for event in counting)
    return Snapshot(
        standing_of(seen_by(person, counting, blind)),
        *(blind, work, _last_own(counting, person)),
        *(changed_since(path) if carried else {}, head),
    )


def newer(path: Path, head: int, person: str, role: str) -> Snapshot | Written | None:
    """What has changed since the journal had ``head`` events; ``None`` where nothing has.

    Few new decisions are read by themselves, anything else anew.
    """
    from ....checks.journal import undoing

    def look(connection: Any) -> Any:
        now = _length(connection)
        if now == head:
            return None
        new = [
            tuple(row)
            for row in connection.execute(
                "SELECT action, subject FROM journal_events WHERE seq > ? ORDER BY seq LIMIT ?",
                (head, _FEW + 1),
            )
        ]
        if now < head or len(new) > _FEW or any(row[0] not in _DECIDING for row in new):
            return False
        names = list(dict.fromkeys(str(subject) for _, subject in new))
        deeds = undoing.last_own(connection, person, 1) if person else []
        return Written([], *_now(connection, path, person, role, names), tuple(deeds), now)

    found: Written | bool | None = _looking(path, look) if head else False
    return read(path, person, role) if isinstance(found, bool) else found


def _now(
    connection: Any, path: Path, person: str, role: Any, names: Sequence[str]
) -> tuple[dict[str, Any], frozenset[str]]:
    """Where some findings stand, as far as a person may know; which of them it judges blind."""
    from ....checks.journal import tables
    from ....checks.journal.state import standing_of
    from ....checks.journal.work import seen_by

    events = tables.events_of(connection, names)
    blind = _blind(_work(connection, path), person, role, events) & set(names)
    standing = standing_of(seen_by(person, events, blind))
    return {name: standing.get(name) for name in names}, blind


def _work(connection: Any, path: Path) -> Any:
    """Who is to look at what; reckoned anew only where something was given out since."""
    from ....checks.journal import tables
    from ....checks.journal.events import Action
    from ....checks.journal.work import work_of

    # Undone ones are found by their subject, which is the name of a package.
    mark = connection.execute(
        "SELECT count(*), max(seq) FROM journal_events WHERE action = 'assigned'"
        " OR (action = 'undone' AND subject IN"
        " (SELECT subject FROM journal_events WHERE action = 'assigned'))"
    ).fetchone()
    known = _works.get(path)
    if known is None or known[0] != mark:
        _works.clear()  # one file is reviewed at a time
        known = (mark, work_of(tables.events_of_action(connection, Action.ASSIGNED)))
        _works[path] = known
    return known[1]


_works: dict[Path, tuple[Any, Any]] = {}


def _looking(path: Path, look: Callable[[Any], Any]) -> Any:
    """``look(connection)``; raises ``InputError`` where the file cannot be read."""
    import sqlite3

    from ....checks.findings_read import connect, unreadable

    try:
        with closing(connect(path)) as connection:
            return look(connection)
    except (sqlite3.Error, ValueError) as error:
        told = error if isinstance(error, sqlite3.Error) else sqlite3.DatabaseError(str(error))
        raise unreadable(path, told) from error


def _last_own(counting: Sequence[Any], person: str) -> tuple[Any, ...]:
    """The last thing a person did that can be taken back, as ``Journal.last_own`` says it."""
    from ....checks.journal.undoing import OwnAction, batch_of

    own = [one for one in counting if one.who == person and one.action in _UNDOABLE]
    if not own:
        return ()
    batch = batch_of(own[-1])
    together = [one for one in own if batch_of(one) == batch]
    names = tuple(dict.fromkeys(one.subject for one in together))
    return (OwnAction(batch, names, together[0]),)


def _length(connection: Any) -> int:
    from ....checks.journal import schema

    if not schema.present(connection):
        return 0
    row = connection.execute("SELECT max(seq) FROM journal_events").fetchone()
    return int(row[0] or 0)


def _blind(work: Any, person: str, role: Any, events: Sequence[Any]) -> frozenset[str]:
    from ....checks.journal.lifecycle import Role
    from ....checks.journal.work import blind_to

    if not person or Role(role) is not Role.REVIEWER:
        return frozenset()
    return frozenset(blind_to(work, person, events))
