"""When a person decided what: for the minutes that looking takes them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from .findings_read import connect, unreadable
from .journal import schema
from .journal.events import Action, moment

_MOST = 50_000


def decisions_of(path: Path, person: str) -> list[tuple[float, str]]:
    """Moment (seconds since 1970) and finding of a person's decisions and opinions, by time.

    The last 50,000 of them; an event whose moment cannot be read is passed over.

    Raises
    ------
    InputError
        When the file cannot be read.
    """
    try:
        with closing(connect(path)) as connection:
            if not schema.present(connection):
                return []
            rows = connection.execute(
                "SELECT at, subject FROM journal_events WHERE who = ? AND action IN (?, ?)"
                " ORDER BY at DESC LIMIT ?",
                (person, Action.MOVED.value, Action.OPINION.value, _MOST),
            ).fetchall()
    except sqlite3.Error as error:
        raise unreadable(path, error) from error
    out = []
    for at, finding in reversed(rows):
        try:
            out.append((moment(str(at)).timestamp(), str(finding)))
        except ValueError:
            continue
    return out
