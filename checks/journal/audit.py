"""What was changed behind the journal's back, and where."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
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

    @property
    def told(self) -> Text:
        """With the place, for a person."""
        place = " ".join(part for part in (self.table, self.row) if part)
        if not place:
            return self.text
        zh, en = f"{place}：{self.text.zh}", f"{place}: {self.text.en}"
        return Text(zh, en)


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
            # A changed byte may leave a text that is none; that is to be told with its row.
            connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
            damage = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(5)")]
            if not schema.present(connection):
                raise InputError(
                    Text(f"{path.name} 没有决定日志。", f"{path.name} holds no journal.")
                )
            log = _log(connection, known[0] if known is not None else 0)
            breaches = log.breaches
            breaches += _told("findings", lambda: _findings(connection, log.events))
            if log.whole:
                breaches += _told("decisions", lambda: _decisions(connection, log.events))
            for name in binding.TABLES:
                look = partial(_other_table, connection, log.events, name)
                breaches += _told(name, look)
            breaches += _told("journal_meta", lambda: _helpers(connection, log.events))
    # What SQLite says of a damaged table may hold bytes that are no text.
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise unreadable(path, error) from error
    if damage != ["ok"]:
        breaches.append(_damage(damage))
    if known is not None:
        breaches += _against(known, log)
    return Check(tuple(breaches), log.frontier.size, log.frontier.root.hex())


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
        where = checked.breaches[0].told
        raise JournalError(
            Text(
                f"{path.name} 的日志被改动过，不能使用（{where.zh}）。",
                f"{path.name} was tampered with and cannot be used ({where.en}).",
            )
        )
    return checked


def _breach(table: str, row: Any, zh: str, en: str) -> Breach:
    name = str(row).encode("utf-8", "backslashreplace").decode("utf-8")
    return Breach(table, name, Text(zh, en))


def _damage(told: Sequence[str]) -> Breach:
    """What SQLite itself says, which names pages and indices."""
    what = "; ".join(told)[:300]
    return _breach("", "", f"数据库结构损坏（{what}）", f"the database is malformed ({what})")


def _told(table: str, look: Callable[[], list[Breach]]) -> list[Breach]:
    """What a part of the check finds; a table that cannot be read is found as well."""
    try:
        return look()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        return [_breach(table, "", f"无法读取（{error}）", f"cannot be read ({error})")]


@dataclass
class _Log:
    """The log as it is: what is wrong with it, its events, its tree.

    ``then`` is the root at the size that was asked for; ``whole`` says that all rows could be read.
    """

    breaches: list[Breach] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    frontier: Frontier = field(default_factory=Frontier)
    then: str = ""
    whole: bool = True


def _log(connection: sqlite3.Connection, wanted: int) -> _Log:
    log = _Log()
    link, expected = tables.FIRST_LINK, 1
    fields = "event_id, at, who, role, copy, action, subject, reason, details"
    query = f"SELECT seq, {fields}, leaf, link FROM journal_events ORDER BY seq"  # noqa: S608
    try:
        for seq, *row, leaf, chained in connection.execute(query):
            if seq != expected:
                log.breaches.append(
                    _breach(
                        *("journal_events", seq),
                        *("此前有事件被删除", "events before it were removed"),
                    )
                )
            expected = seq + 1
            own = _event(log, seq, row, leaf, chained, link)
            # The chain goes on from what is written, so that one change is told once.
            link = chained if _is_digest(chained) else tables.FIRST_LINK
            log.frontier.append(bytes.fromhex(own) if own else b"")
            if log.frontier.size == wanted:
                log.then = log.frontier.root.hex()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        log.whole = False
        log.breaches.append(
            _breach("journal_events", expected, f"无法读取（{error}）", f"cannot be read ({error})")
        )
    if not log.events or log.events[0].action != Action.OPENED:
        log.breaches.append(
            _breach("journal_events", 1, "日志的开头缺失", "the log has no beginning")
        )
    return log


def _event(log: _Log, seq: int, row: Sequence[Any], leaf: Any, chained: Any, link: str) -> str:
    """Take one row up; return its leaf digest, empty where it is no event."""
    try:
        event = tables.as_event(row)
        own = leaf_digest(event.entry()).hex()
    except (ValueError, TypeError, IndexError):
        event, own = None, ""
    if own != leaf or event is None:
        log.breaches.append(
            _breach("journal_events", seq, "事件内容被改动", "the event was edited")
        )
    elif tables.link_of(link, own) != chained:
        log.breaches.append(
            _breach("journal_events", seq, "与前一事件的链接不符", "its link to the past is broken")
        )
    if event is not None:
        log.events.append(event)
    return own


def _is_digest(text: Any) -> bool:
    if not isinstance(text, str) or len(text) != 64:
        return False
    try:
        bytes.fromhex(text)
    except ValueError:
        return False
    return True


def _findings(connection: sqlite3.Connection, events: Sequence[Event]) -> list[Breach]:
    query = "SELECT finding_id, digest FROM journal_findings"
    try:
        noted = {str(name): str(digest) for name, digest in connection.execute(query)}
    except (sqlite3.Error, UnicodeDecodeError) as error:
        told = (f"无法读取（{error}）", f"cannot be read ({error})")
        return [_breach("journal_findings", "", *told)]
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


def _other_table(
    connection: sqlite3.Connection, events: Sequence[Event], table: str
) -> list[Breach]:
    opened = next((event for event in events if event.action == Action.OPENED), None)
    noted = opened.details.get("tables") if opened is not None else None
    return [
        _breach(table, rows, "内容被改动", "the table was edited")
        for rows in binding.differing(noted, connection, table)
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


def _against(known: tuple[int, str], log: _Log) -> list[Breach]:
    wanted, root = known
    missing = wanted - log.frontier.size
    if missing > 0:
        return [
            _breach(
                *("journal_events", log.frontier.size + 1),
                *(f"末尾缺少 {missing} 个事件", f"{missing} events at the end are gone"),
            )
        ]
    if wanted and log.then != root:
        return [
            _breach(
                "journal_events", wanted, "与留存的摘要不符", "not the log that was written down"
            )
        ]
    return []
