"""Looking at decisions without taking any: nothing is written, no table is made."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from ..findings_read import connect, unreadable
from . import tables
from .events import Event
from .state import Standing, standing_of


def read_events(path: Path) -> list[Event]:
    """All events in a file of findings, as written; none where nobody has decided anything.

    Raises
    ------
    InputError
        When the file cannot be read.
    """
    try:
        with closing(connect(path)) as connection:
            if not tables.present(connection):
                return []
            return tables.every_event(connection)
    except (sqlite3.Error, ValueError) as error:
        told = error if isinstance(error, sqlite3.Error) else sqlite3.DatabaseError(str(error))
        raise unreadable(path, told) from error


def read_standing(path: Path) -> dict[str, Standing]:
    """Where every finding stands that somebody has touched.

    Raises
    ------
    InputError
        When the file cannot be read.
    """
    return standing_of(read_events(path))
