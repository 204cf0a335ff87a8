"""What can be taken back, and by whom."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from ..findings import Text
from . import tables
from .events import Action, Event
from .lifecycle import Role
from .state import Standing, in_order, standing_of, undone_of
from .storage import JournalError

_UNDOABLE = (
    *(Action.MOVED, Action.OPINION, Action.CARRIED, Action.ASSIGNED),
    *(Action.UNDONE, Action.NOTE),
)
_DECISIONS = (Action.MOVED, Action.OPINION, Action.CARRIED, Action.ASSIGNED)
_LOOK_BACK = 2000


@dataclass(frozen=True)
class OwnAction:
    """One thing a person did, maybe to many findings at once.

    ``batch`` is what :meth:`.journal.Journal.undo_batch` wants; ``first`` an event of it.
    """

    batch: str
    findings: tuple[str, ...]
    first: Event


def nothing() -> JournalError:
    """There is nothing to undo."""
    return JournalError(Text("没有可撤销的操作。", "There is nothing to undo."))


def batch_of(event: Event) -> str:
    """The batch an event belongs to; its own id where it stands alone."""
    return event.event_id.partition(".")[0]


def undone_among(connection: sqlite3.Connection, events: Sequence[Event]) -> set[str]:
    """Ids of those of ``events`` that no longer count."""
    subjects = list(dict.fromkeys(event.subject for event in events))
    undone = undone_of(in_order(tables.events_of(connection, subjects)))
    return undone & {event.event_id for event in events}


def to_undo(
    connection: sqlite3.Connection, event_ids: Sequence[str], who: str, role: Role
) -> list[Event]:
    """The events with these ids, where all of them may be undone; latest first.

    Raises
    ------
    JournalError
        When one may not.
    """
    events = []
    for event_id in event_ids:
        event = tables.event(connection, event_id)
        if event is None or event.action not in _UNDOABLE:
            raise nothing()
        if event.who != who and role is not Role.ADMINISTRATOR:
            raise JournalError(
                Text(f"只有 {event.who} 本人可以撤销。", f"Only {event.who} can undo this.")
            )
        events.append(event)
    if not events or undone_among(connection, events):
        raise nothing()
    moved = [event for event in events if event.action in (Action.MOVED, Action.CARRIED)]
    subjects = list(dict.fromkeys(event.subject for event in moved))
    now = standing_of(tables.events_of(connection, subjects))
    built_on = [
        event
        for event in moved
        if not event.details.get("absent")
        and now.get(event.subject, Standing()).event_id != event.event_id
    ]
    if built_on:
        raise JournalError(
            Text(
                f"其中 {len(built_on)} 条之后已有新的决定，请先撤销后者。"
                if len(events) > 1
                else "之后已有新的决定，请先撤销后者。",
                f"{len(built_on)} of these findings were decided anew: a later decision has to be"
                " undone first."
                if len(events) > 1
                else "A later decision has to be undone first.",
            )
        )
    return events[::-1]


def last_own(connection: sqlite3.Connection, who: str, count: int) -> list[OwnAction]:
    """The last ``count`` decisions of a person that still count, newest first."""
    out: list[OwnAction] = []
    known: set[str] = set()
    for event in tables.latest_of(connection, who, [each.value for each in _DECISIONS], _LOOK_BACK):
        batch = batch_of(event)
        if batch in known:
            continue
        known.add(batch)
        events = tables.events_with_prefix(connection, batch)
        undone = undone_among(connection, events)
        counting = [one for one in events if one.event_id not in undone]
        if counting:
            names = tuple(dict.fromkeys(one.subject for one in counting))
            out.append(OwnAction(batch, names, counting[0]))
        if len(out) == count:
            break
    return out
