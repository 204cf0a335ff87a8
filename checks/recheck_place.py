"""Putting new results in the place of old ones, so that nothing is lost on the way."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from .findings_read import connect, unreadable
from .journal.carry import carry
from .journal.journal import Journal
from .journal.lifecycle import Role
from .journal.reading import read_events
from .options import Options
from .progress import SILENT, Progress
from .record import cannot_write

_WAIT = 10.0


def put_in_place(made: Options, place: Options, who: str = "", progress: Progress = SILENT) -> Path:
    """Put findings, record and report of ``made`` in the place of those of ``place``.

    The decisions in the old journal are carried over first, while nobody else can write to it;
    the old file stays beside the new one. Return where.

    Raises
    ------
    OutputError, InputError
        When the old file is in use by another program or cannot be replaced; it is then as it was.
    """
    kept = _kept(place.findings)
    try:
        with closing(sqlite3.connect(place.findings, timeout=_WAIT)) as old:
            old.isolation_level = None
            old.execute("BEGIN IMMEDIATE")
            if read_events(place.findings):
                with Journal(made.findings, who or "recheck", Role.SURVEYOR) as journal:
                    carry(journal, place.findings, progress=progress)
            progress.check()
            _copy(place.findings, kept)
            old.execute("ROLLBACK")
    except sqlite3.Error as error:
        raise unreadable(place.findings, error) from error
    try:
        if made.record is not None and place.record is not None:
            _replace(place.record, place.record.with_name(f"{place.record.stem}.previous.json"))
            os.replace(made.record, place.record)
        if made.report is not None and place.report is not None:
            os.replace(made.report, place.report)
        _put(made.findings, place.findings)
    except (OSError, sqlite3.Error) as error:
        raise cannot_write(place.findings, error) from error
    return kept


def _kept(path: Path) -> Path:
    """Where the old file goes: a name of its own where an older one holds decisions."""
    number, name = 1, path.with_name(f"{path.stem}.previous{path.suffix}")
    while name.exists() and read_events(name):
        number += 1
        name = path.with_name(f"{path.stem}.previous-{number}{path.suffix}")
    return name


def _copy(path: Path, to: Path) -> None:
    """A consistent copy, with what is still waiting in a write-ahead log."""
    part = to.with_name(to.name + ".part")
    part.unlink(missing_ok=True)
    try:
        with closing(connect(path)) as source, closing(sqlite3.connect(part)) as target:
            source.backup(target)
        os.replace(part, to)
    finally:
        part.unlink(missing_ok=True)


def _replace(path: Path, to: Path) -> None:
    """Keep a copy of ``path`` as ``to``; both are there at every moment."""
    part = to.with_name(to.name + ".part")
    part.write_bytes(path.read_bytes())
    os.replace(part, to)


def _put(made: Path, place: Path) -> None:
    try:
        os.replace(made, place)
        for stale in ("-wal", "-shm"):
            place.with_name(place.name + stale).unlink(missing_ok=True)
    except PermissionError:
        # Windows replaces no file that somebody has open; SQLite fills it in one transaction.
        _fill(made, place)


def _fill(made: Path, place: Path) -> None:
    with closing(connect(made)) as source, closing(sqlite3.connect(place, timeout=_WAIT)) as old:
        source.backup(old)
