"""Two people worked on copies of one file: both keep all they decided."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError
from ..findings import Text
from ..findings_read import connect, unreadable
from . import tables
from .audit import must_be_intact
from .events import Action, Event
from .journal import Journal, JournalError
from .state import standing_of


@dataclass(frozen=True)
class Merge:
    """What a merge brought: events taken over, and findings on which the two differ."""

    events: int
    disputed: tuple[str, ...]


def merge(journal: Journal, other: Path) -> Merge:
    """Take over the events of another copy of the same file.

    Events keep their authors, times and ids; an event that is already there is not taken twice,
    so merging again, or the other way round, changes nothing more. Where two people decided
    differently, the later one counts and the finding is *disputed* until somebody settles it.

    Raises
    ------
    JournalError
        When the other file is of another verification, or was tampered with.
    """
    must_be_intact(other)
    try:
        with closing(connect(other)) as connection:
            theirs = tables.every_event(connection)
    except sqlite3.Error as error:
        raise unreadable(other, error) from error
    ours = journal.events()
    if _findings_of(theirs) != _findings_of(ours):
        raise JournalError(
            Text(
                f"{other.name} 不是同一次核验的副本，不能合并。",
                f"{other.name} is of another verification and cannot be merged.",
            )
        )
    known = {event.event_id for event in ours}
    new = [
        event for event in theirs if event.event_id not in known and event.action != Action.OPENED
    ]
    before = {name for name, one in standing_of(ours).items() if one.disputed}
    journal.take_over(new)
    after = journal.standing()
    disputed = sorted(name for name, one in after.items() if one.disputed and name not in before)
    return Merge(len(new), tuple(disputed))


def _findings_of(events: list[Event]) -> str:
    opened = next((event for event in events if event.action == Action.OPENED), None)
    if opened is None:
        raise InputError(Text("日志的开头缺失。", "The log has no beginning."))
    return str(opened.details.get("findings_root"))
