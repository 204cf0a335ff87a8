"""What was changed behind the journal's back, and where."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..findings import Text
from ..findings_read import connect, unreadable
from ..seal.tree import Frontier, leaf_digest
from . import binding, schema, subtrees, tables
from .events import Action, Event
from .state import standing_of
from .storage import JournalError


@dataclass(frozen=True)
class Breach:
    """One place that is not as it was written: ``table``, ``row``, and what is wrong."""

    table: str
    row: str
    text: Text


@dataclass(frozen=True)
class Check:
    """Result of checking a file.

    ``size`` and ``root`` are those of the log as it is now, to be compared with what was written
    down elsewhere.
    """

    breaches: tuple[Breach, ...]
    size: int
    root: str

    @property
    def intact(self) -> bool:
        """Whether nothing was changed."""
        return not self.breaches


def check_journal(path: Path, known: tuple[int, str] | None = None) -> Check:
    """Recompute every digest of log, findings and decisions.

    Parameters
    ----------
    known
        Size and root of the log at an earlier time, from a seal, an audit log or a signature:
        only with it can it be told that events at the end were cut off.

    Raises
    ------
    InputError
        When the file cannot be read at all, or holds no journal.
    """
    try:
        with closing(connect(path)) as connection:
            damage = [row[0] for row in connection.execute("PRAGMA integrity_check(5)")]
            if damage != ["ok"]:
                raise sqlite3.DatabaseError(f"malformed: {damage[0]}")
            if not schema.present(connection):
                raise InputError(
                    Text(f"{path.name} 没有决定日志。", f"{path.name} holds no journal.")
                )
            wanted = known[0] if known is not None else 0
            breaches, events, frontier, then = _log(connection, wanted)
            breaches += _findings(connection, events)
            breaches += _decisions(connection, events)
            breaches += _other_tables(connection, events)
            breaches += _helpers(connection, events)
    except sqlite3.Error as error:
        raise unreadable(path, error) from error
    if known is not None:
        breaches += _against(known, frontier.size, then)
    return Check(tuple(breaches), frontier.size, frontier.root.hex())


def must_be_intact(path: Path) -> Check:
    """Check a file before anything in it is built upon.

    Raises
    ------
    JournalError
        When something in it was changed.
    InputError
        When it cannot be read, or holds no journal.
    """
    checked = check_journal(path)
    if not checked.intact:
        where = checked.breaches[0]
        place = " ".join(part for part in (where.table, where.row) if part)
        raise JournalError(
            Text(
                f"{path.name} 的日志被改动过，不能使用（{place}：{where.text.zh}）。",
                f"{path.name} was tampered with and cannot be used ({place}: {where.text.en}).",
            )
        )
    return checked


def _breach(table: str, row: Any, zh: str, en: str) -> Breach:
    return Breach(table, str(row), Text(zh, en))


def _log(
    connection: sqlite3.Connection, wanted: int
) -> tuple[list[Breach], list[Event], Frontier, str]:
    """What is wrong with the log, its events, its tree, and the root at the size ``wanted``."""
    breaches: list[Breach] = []
    events, then = [], ""
    frontier = Frontier()
    link, expected = tables.FIRST_LINK, 1
    fields = "event_id, at, who, role, copy, action, subject, reason, details"
    query = f"SELECT seq, {fields}, leaf, link FROM journal_events ORDER BY seq"  # noqa: S608
    for seq, *row, leaf, chained in connection.execute(query):
        if seq != expected:
            breaches.append(
                _breach("journal_events", seq, "此前有事件被删除", "events before it were removed")
            )
        expected = seq + 1
        try:
            event = tables.as_event(row)
            own = leaf_digest(event.entry()).hex()
        except (ValueError, TypeError):
            event, own = None, ""
        if own != leaf or event is None:
            breaches.append(
                _breach("journal_events", seq, "事件内容被改动", "the event was edited")
            )
        elif tables.link_of(link, own) != chained:
            breaches.append(
                _breach(
                    "journal_events", seq, "与前一事件的链接不符", "its link to the past is broken"
                )
            )
        if event is not None:
            events.append(event)
        # The chain goes on from what is written, so that one change is told once.
        link = chained if _is_digest(chained) else tables.FIRST_LINK
        frontier.append(bytes.fromhex(own) if own else b"")
        if frontier.size == wanted:
            then = frontier.root.hex()
    if not events or events[0].action != Action.OPENED:
        breaches.append(_breach("journal_events", 1, "日志的开头缺失", "the log has no beginning"))
    return breaches, events, frontier, then


def _is_digest(text: Any) -> bool:
    if not isinstance(text, str) or len(text) != 64:
        return False
    try:
        bytes.fromhex(text)
    except ValueError:
        return False
    return True


def _findings(connection: sqlite3.Connection, events: Sequence[Event]) -> list[Breach]:
    noted = {
        str(name): str(digest)
        for name, digest in connection.execute("SELECT finding_id, digest FROM journal_findings")
    }
    now = dict(tables.finding_rows(connection))
    opened = next((event for event in events if event.action == Action.OPENED), None)
    root = opened.details.get("findings_root") if opened is not None else None
    if root == tables.findings_root(sorted(now.items())):
        changed = [name for name in {**noted, **now} if noted.get(name) != now.get(name)]
        return [
            _breach("journal_findings", name, "留存的摘要被改动", "the digest kept was edited")
            for name in changed
        ]
    out = [
        _breach("findings", name, "发现被改动", "the finding was edited")
        for name, digest in noted.items()
        if name in now and now[name] != digest
    ]
    out += [
        _breach("findings", name, "发现被删除", "the finding was removed")
        for name in noted
        if name not in now
    ]
    out += [
        _breach("findings", name, "发现为事后添加", "the finding was added later")
        for name in now
        if name not in noted
    ]
    return out or [
        _breach(
            "findings", "", "发现与留存的摘要均被改动", "findings and their digests were edited"
        )
    ]


def _decisions(connection: sqlite3.Connection, events: Sequence[Event]) -> list[Breach]:
    wanted = {
        name: tables.decision_row(name, standing) for name, standing in standing_of(events).items()
    }
    names = "finding_id, state, opinion, reason, who, at, disputed"
    now = {
        str(row[0]): tuple(row)
        for row in connection.execute(f"SELECT {names} FROM decisions")  # noqa: S608
    }
    changed = [name for name in {**wanted, **now} if wanted.get(name) != now.get(name)]
    return [
        _breach("decisions", name, "决定与日志不符", "the decision is not that of the log")
        for name in changed
    ]


def _other_tables(connection: sqlite3.Connection, events: Sequence[Event]) -> list[Breach]:
    opened = next((event for event in events if event.action == Action.OPENED), None)
    noted = opened.details.get("tables") if opened is not None else None
    return [
        _breach(table, rows, "内容被改动", "the table was edited")
        for table, rows in binding.differing(noted, connection)
    ]


def _helpers(connection: sqlite3.Connection, events: Sequence[Event]) -> list[Breach]:
    """What follows from the log and is kept for speed, and what tells this copy from others."""
    breaches = []
    if schema.version(connection) >= 2:
        breaches += [
            _breach("journal_tree", block, "日志的摘要被改动", "the digest of a block was edited")
            for block in subtrees.wrong(connection)
        ]
    elif schema.version(connection) < 1:
        breaches.append(_breach("journal_meta", "schema", "版本号被改动", "the version was edited"))
    copy = tables.meta(connection, "copy")
    if events and events[0].action == Action.OPENED and events[0].copy != copy:
        breaches.append(
            _breach("journal_meta", "copy", "副本编号被改动", "the copy's identifier was edited")
        )
    return breaches


def _against(known: tuple[int, str], size: int, then: str) -> list[Breach]:
    wanted, root = known
    if wanted > size:
        return [
            _breach(
                *("journal_events", size + 1),
                *(
                    f"末尾缺少 {wanted - size} 个事件",
                    f"{wanted - size} events at the end are gone",
                ),
            )
        ]
    if wanted and then != root:
        return [
            _breach(
                "journal_events", wanted, "与留存的摘要不符", "not the log that was written down"
            )
        ]
    return []
