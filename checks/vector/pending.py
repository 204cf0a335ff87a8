"""SQLite files that another program is writing to: what is committed, and nothing beside them."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

_WRITE_AHEAD, _ROLL_BACK, _SHARED = "-wal", "-journal", "-shm"
_WAIT = 5.0


def has_pending_writes(path: Path) -> bool:
    """Whether a GeoPackage has changes that are not wholly written into it."""
    if path.suffix.lower() != ".gpkg":
        return False
    logs = (path.with_name(path.name + suffix) for suffix in (_WRITE_AHEAD, _ROLL_BACK))
    return any(log.is_file() and log.stat().st_size > 0 for log in logs)


def committed_copy(path: Path, folder: Path) -> Path:
    """Copy ``path`` with all that is committed into ``folder``; the original stays untouched.

    Raises
    ------
    OSError, sqlite3.Error
        When it cannot be read.
    """
    copy = folder / path.name
    if _backed_up(path, copy):
        return copy
    shutil.copyfile(path, copy)
    for suffix in (_WRITE_AHEAD, _ROLL_BACK):
        log = path.with_name(path.name + suffix)
        if log.is_file():
            shutil.copyfile(log, str(copy) + suffix)
    connection = sqlite3.connect(copy)
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
    return copy


def _backed_up(path: Path, copy: Path) -> bool:
    """Copy a file that another program has open, whatever it writes meanwhile.

    Only then: SQLite would otherwise leave files of its own beside a delivered package.
    """
    if not path.with_name(path.name + _SHARED).is_file():
        return False
    try:
        source = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_WAIT)
        target = sqlite3.connect(copy)
        try:
            source.backup(target)
        finally:
            target.close()
            source.close()
    except sqlite3.Error:
        copy.unlink(missing_ok=True)
        return False
    return True
