"""Looking at decisions without taking any: nothing is written, no table is made."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from ..findings_read import connect, unreadable
from . import schema, tables
from .events import Action, Event
from .lifecycle import Role
from .state import Standing, standing_of
from .work import Work, blind_to, seen_by, work_of


def read_events(path: Path) -> list[Event]:
    """All events in a file of findings, as written; none where nobody has decided anything.

    Raises
    ------
    InputError
        When the file cannot be read.
    """
    return _read(path, None)


def _read(path: Path, action: Action | None) -> list[Event]:
    try:
        with closing(connect(path)) as connection:
            if not schema.present(connection):
                return []
            if action is not None:
                return tables.events_of_action(connection, action)
            return tables.every_event(connection)
    # No name is kept of the error: it would keep the statement, and with it a lock on the file.
    except sqlite3.Error as error:
        raise unreadable(path, error) from error
    except ValueError as error:
        raise unreadable(path, sqlite3.DatabaseError(str(error))) from error


def read_standing(path: Path) -> dict[str, Standing]:
    """Where every finding stands that somebody has touched.

    Raises
    ------
    InputError
        When the file cannot be read.
    """
    return standing_of(read_events(path))


def read_standing_for(
    path: Path, person: str, role: Role | str = Role.REVIEWER
) -> dict[str, Standing]:
    """Where every finding stands as far as a person may know (``Journal.standing_for``).

    Raises
    ------
    InputError
        When the file cannot be read.
    """
    events = read_events(path)
    if Role(role) is not Role.REVIEWER or not person.strip():
        return standing_of(events)
    person = person.strip()
    blind = blind_to(work_of(events), person, events)
    return standing_of(seen_by(person, events, blind))


def read_work(path: Path) -> Work:
    """Who is to look at what.

    Raises
    ------
    InputError
        When the file cannot be read.
    """
    return work_of(_read(path, Action.ASSIGNED))


def read_notes(path: Path) -> list[Event]:
    """All notes in the journal, and what undid them.

    Raises
    ------
    InputError
        When the file cannot be read.
    """
    return _read(path, Action.NOTE)
