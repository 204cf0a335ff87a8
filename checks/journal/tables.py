"""The journal's tables inside the file of findings."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from ..findings_read import FINDING_COLUMNS
from ..seal import canonical
from ..seal.tree import Frontier, leaf_digest
from . import subtrees
from .binding import plain
from .events import Action, Event
from .state import Standing, standing_of

_FIELDS = ("event_id", "at", "who", "role", "copy", "action", "subject", "reason", "details")
_READ = ", ".join(_FIELDS)
_AT_ONCE = 500


def meta(connection: sqlite3.Connection, name: str) -> str:
    """A remembered value; empty when there is none."""
    row = connection.execute("SELECT value FROM journal_meta WHERE name = ?", (name,)).fetchone()
    return str(row[0]) if row else ""


def set_meta(connection: sqlite3.Connection, name: str, value: str) -> None:
    """Remember a value."""
    connection.execute(
        "INSERT INTO journal_meta (name, value) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )


def finding_rows(connection: sqlite3.Connection) -> Iterable[tuple[str, str]]:
    """(finding id, digest of the row with its geometry) of every finding, by id."""
    column = connection.execute(
        "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = 'findings'"
    ).fetchone()
    geometry = '"' + str(column[0]).replace('"', '""') + '"' if column else "NULL"
    names = ", ".join(FINDING_COLUMNS)
    query = f"SELECT {names}, {geometry} FROM findings ORDER BY finding_id, fid"  # noqa: S608
    for row in connection.execute(query):
        whole = hashlib.sha256(canonical([plain(value) for value in row[:-1]]))
        whole.update(b"\x00" + row[-1] if isinstance(row[-1], bytes) else b"\x01")
        yield str(row[0]), whole.hexdigest()


def note_findings(connection: sqlite3.Connection) -> tuple[int, str]:
    """Keep a digest of every finding as it was when the review began; return count and root."""
    rows = list(dict(finding_rows(connection)).items())
    connection.executemany(
        "INSERT OR IGNORE INTO journal_findings (finding_id, digest) VALUES (?, ?)", rows
    )
    return len(rows), findings_root(rows)


def findings_root(rows: Iterable[tuple[str, str]]) -> str:
    """Root over (finding id, digest), by id."""
    frontier = Frontier()
    for name, digest in rows:
        frontier.append(leaf_digest(canonical([plain(name), digest])))
    return frontier.root.hex()


def link_of(previous: str, leaf: str) -> str:
    """Digest that chains an event to all before it."""
    return hashlib.sha256(bytes.fromhex(previous) + bytes.fromhex(leaf)).hexdigest()


FIRST_LINK = "00" * 32


def append(connection: sqlite3.Connection, events: Sequence[Event]) -> None:
    """Write events at the end of the log."""
    row = connection.execute(
        "SELECT link, seq FROM journal_events ORDER BY seq DESC LIMIT 1"
    ).fetchone()
    link, size = (str(row[0]), int(row[1])) if row else (FIRST_LINK, 0)
    rows = []
    for event in events:
        leaf = leaf_digest(event.entry()).hex()
        link = link_of(link, leaf)
        details = json.dumps(dict(event.details), ensure_ascii=False, sort_keys=True)
        rows.append(
            (
                *(event.event_id, event.at, event.who, event.role, event.copy, event.action),
                *(event.subject, event.reason, details, leaf, link),
            )
        )
    connection.executemany(
        f"INSERT INTO journal_events ({_READ}, leaf, link) VALUES (?,?,?,?,?,?,?,?,?,?,?)",  # noqa: S608
        rows,
    )
    subtrees.extend(connection, size, size + len(rows))


def last_moment(connection: sqlite3.Connection) -> str | None:
    """Time of the latest event."""
    row = connection.execute("SELECT max(at) FROM journal_events").fetchone()
    return row[0] if row else None


def as_event(row: Sequence[Any]) -> Event:
    """An event from its row; raises ``ValueError`` for a row that is none."""
    details = json.loads(row[8])
    if not isinstance(details, dict):
        raise ValueError("details")
    event_id, at, who, role, copy, action, subject, reason = (str(value) for value in row[:8])
    return Event(event_id, at, who, role, copy, action, subject, reason, details)


def every_event(connection: sqlite3.Connection) -> list[Event]:
    """All events in the order of the log."""
    query = f"SELECT {_READ} FROM journal_events ORDER BY seq"  # noqa: S608
    return [as_event(row) for row in connection.execute(query)]


def events_of(connection: sqlite3.Connection, findings: Sequence[str]) -> list[Event]:
    """Events of some findings."""
    out = []
    for start in range(0, len(findings), _AT_ONCE):
        part = list(findings[start : start + _AT_ONCE])
        marks = ",".join("?" * len(part))
        query = f"SELECT {_READ} FROM journal_events WHERE subject IN ({marks}) ORDER BY seq"  # noqa: S608
        out += [as_event(row) for row in connection.execute(query, part)]
    return out


def event(connection: sqlite3.Connection, event_id: str) -> Event | None:
    """One event."""
    query = f"SELECT {_READ} FROM journal_events WHERE event_id = ?"  # noqa: S608
    row = connection.execute(query, (event_id,)).fetchone()
    return as_event(row) if row else None


def events_of_action(connection: sqlite3.Connection, action: Action) -> list[Event]:
    """Events of one kind and what undid them, in the order of the log."""
    # The name is of our own; as a literal it lets SQLite use the index over these events alone.
    these = f"SELECT subject FROM journal_events WHERE action = '{action.value}'"  # noqa: S608
    query = (
        f"SELECT {_READ} FROM journal_events WHERE subject IN ({these})"  # noqa: S608
        f" AND action IN ('{action.value}', 'undone') ORDER BY seq"
    )
    return [as_event(row) for row in connection.execute(query)]


def events_with_prefix(connection: sqlite3.Connection, batch: str) -> list[Event]:
    """Events of one batch: their ids begin with that of the batch."""
    query = (
        f"SELECT {_READ} FROM journal_events WHERE event_id = ?"  # noqa: S608
        " OR (event_id > ? AND event_id < ?) ORDER BY seq"
    )
    # "/" follows "." in every order of characters that SQLite knows.
    return [as_event(row) for row in connection.execute(query, (batch, f"{batch}.", f"{batch}/"))]


def unknown(connection: sqlite3.Connection, findings: Sequence[str]) -> list[str]:
    """Which of ``findings`` the file does not hold."""
    known: set[str] = set()
    for start in range(0, len(findings), _AT_ONCE):
        part = list(findings[start : start + _AT_ONCE])
        marks = ",".join("?" * len(part))
        query = f"SELECT finding_id FROM journal_findings WHERE finding_id IN ({marks})"  # noqa: S608
        known |= {row[0] for row in connection.execute(query, part)}
    return [name for name in findings if name not in known]


def refresh(connection: sqlite3.Connection, findings: Sequence[str]) -> None:
    """Bring ``decisions`` up to date with the log for some findings."""
    now = standing_of(events_of(connection, findings))
    rows = [decision_row(name, now[name]) for name in dict.fromkeys(findings) if name in now]
    gone = [(name,) for name in findings if name not in now]
    connection.executemany("DELETE FROM decisions WHERE finding_id = ?", gone)
    connection.executemany(
        "INSERT INTO decisions (finding_id, state, opinion, reason, who, at, disputed)"
        " VALUES (?,?,?,?,?,?,?) ON CONFLICT (finding_id) DO UPDATE SET state = excluded.state,"
        " opinion = excluded.opinion, reason = excluded.reason, who = excluded.who,"
        " at = excluded.at, disputed = excluded.disputed",
        rows,
    )


def decision_row(name: str, standing: Standing) -> tuple[Any, ...]:
    """The row of ``decisions`` for one finding."""
    opinion = standing.opinion.value if standing.opinion else None
    return (
        *(name, standing.state.value, opinion, standing.reason, standing.who, standing.at),
        int(standing.disputed),
    )


def place(connection: sqlite3.Connection, event_id: str) -> int:
    """Place of an event in the log, from 0; -1 where it is not there."""
    row = connection.execute(
        "SELECT seq FROM journal_events WHERE event_id = ?", (event_id,)
    ).fetchone()
    return int(row[0]) - 1 if row else -1


def latest_of(
    connection: sqlite3.Connection, who: str, actions: Sequence[str], count: int
) -> Iterable[Event]:
    """The first event of each of the last ``count`` batches of a person, newest first."""
    marks = ",".join("?" * len(actions))
    last = "9223372036854775807"
    query = (
        f"SELECT {_READ}, seq FROM journal_events WHERE who = ? AND action IN ({marks})"  # noqa: S608
        " AND seq < ? AND seq > ? ORDER BY seq DESC LIMIT 1"
    )
    before = int(last)
    for _ in range(count):
        row = connection.execute(query, (who, *actions, before, 0)).fetchone()
        if row is None:
            return
        found = as_event(row)
        batch = found.event_id.partition(".")[0]
        first = connection.execute(
            "SELECT min(seq) FROM journal_events WHERE event_id = ?"
            " OR (event_id > ? AND event_id < ?)",
            (batch, f"{batch}.", f"{batch}/"),
        ).fetchone()[0]
        yield found
        before = min(int(first), int(row[-1]))
