"""The audit log on this machine: only ever added to, whole after a crash, shared by processes."""

from __future__ import annotations

import csv
import getpass
import json
import os
import socket
import sqlite3
import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ...checks.findings import Text
from ..disk import reason
from ..errors import ServiceError
from .entry import FIELDS, FIRST, Anchor, Break, digest, find_breaks

_WAIT = 30.0
_COLUMNS = (*FIELDS, "hash")
_LONGEST = 2000
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS events ({
    ", ".join(
        "seq INTEGER PRIMARY KEY" if name == "seq" else f"{name} TEXT NOT NULL" for name in _COLUMNS
    )
});
CREATE TRIGGER IF NOT EXISTS events_stay BEFORE DELETE ON events
  BEGIN SELECT RAISE(ABORT, 'the audit log is only ever added to'); END;
CREATE TRIGGER IF NOT EXISTS events_are_final BEFORE UPDATE ON events
  BEGIN SELECT RAISE(ABORT, 'the audit log is only ever added to'); END;
"""


class AuditProblem(ServiceError):
    """The log cannot be written or read."""


class AuditStore:
    """An SQLite file with the events, and apart from it a small file that knows its end.

    Nothing is ever changed or removed, so every entry is kept longer than the six months that the
    Cybersecurity Law, article 21, asks for.

    Parameters
    ----------
    path
        The log.
    head
        The file with its end, best in another folder; beside the log when missing.
    """

    def __init__(self, path: Path, head: Path | None = None) -> None:
        self.path = path
        self.head = head or path.with_name(path.name + ".head")
        self._lock = threading.Lock()

    def append(
        self,
        event: str,
        object_: str,
        result: str,
        facts: Mapping[str, Any] | None = None,
        *,
        user: str = "",
        role: str = "",
    ) -> dict[str, Any]:
        """Add an event and return it as it was kept; it is on the disk when this returns.

        ``facts`` may hold ``sha256``, ``sm3``, ``rule_id``, ``before_after``, ``client_ip``, and
        more, which goes into ``before_after``.

        Raises
        ------
        AuditProblem
        """
        known = dict(facts or {})
        entry: dict[str, Any] = {
            "ts": datetime.now(timezone.utc).isoformat(timespec="milliseconds"),
            "user_id": user or _account(),
            "user_role": role,
            "event_type": event,
            "object": object_,
            "result": result,
            "client_ip": str(known.pop("client_ip", "")),
            "host": socket.gethostname(),
            "data_sha256": str(known.pop("sha256", "") or ""),
            "data_sm3": str(known.pop("sm3", "") or ""),
            "rule_id": str(known.pop("rule_id", "") or ""),
        }
        entry["before_after"] = (
            json.dumps(known, ensure_ascii=False, sort_keys=True, default=str) if known else ""
        )
        for name, value in entry.items():
            entry[name] = _plain(value)
        with self._lock, self._open() as base:
            base.execute("BEGIN IMMEDIATE")
            try:
                last = base.execute(
                    "SELECT seq, hash, chain FROM events ORDER BY seq DESC LIMIT 1"
                ).fetchone()
                entry["seq"] = (last[0] if last else 0) + 1
                entry["prev_hash"] = last[1] if last else FIRST
                entry["chain"] = last[2] if last else uuid.uuid4().hex
                entry["hash"] = digest(entry)
                marks = ", ".join("?" for _ in _COLUMNS)
                base.execute(
                    f"INSERT INTO events ({', '.join(_COLUMNS)}) VALUES ({marks})",  # noqa: S608
                    [entry[name] for name in _COLUMNS],
                )
                base.execute("COMMIT")
            except BaseException:
                # A full disk ends the transaction by itself.
                if base.in_transaction:
                    base.execute("ROLLBACK")
                raise
            # Only after it is sure: an end that is ahead of the log would look like a cut.
            self._remember("end", {"seq": entry["seq"], "hash": entry["hash"]})
        return entry

    def entries(self, after: int = 0, most: int | None = None) -> Iterator[dict[str, Any]]:
        """Yield the events behind number ``after``, at most ``most``.

        Raises
        ------
        AuditProblem
        """
        if not self.path.exists():
            return
        with self._open() as base:
            rows = base.execute(
                f"SELECT {', '.join(_COLUMNS)} FROM events"  # noqa: S608 (names of our own)
                " WHERE seq > ? ORDER BY seq LIMIT ?",
                (after, -1 if most is None else most),
            )
            for row in rows:
                yield dict(zip(_COLUMNS, row))

    def count(self) -> int:
        """How many events there are."""
        if not self.path.exists():
            return 0
        with self._open() as base:
            return int(base.execute("SELECT count(*) FROM events").fetchone()[0])

    @property
    def acknowledged(self) -> int:
        """Number of the last event that the platform has."""
        return int(self._known().get("platform", {}).get("seq", 0))

    def acknowledge(self, entry: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        """Keep what the platform said when it had everything up to ``entry``."""
        known = {"seq": entry["seq"], "hash": entry["hash"], "answer": dict(answer)}
        self._remember("platform", known)

    def check(self) -> list[Break]:
        """What is wrong with the log; empty when it is as it was written.

        Raises
        ------
        AuditProblem
            When the file is no log at all any more.
        """
        known = self._known()
        names = {
            "end": Text("另存的日志末端记录", "the end of the log kept apart"),
            "platform": Text("平台的回执", "the platform's acknowledgement"),
        }
        anchors = [
            Anchor(int(known[name]["seq"]), str(known[name]["hash"]), by)
            for name, by in names.items()
            if name in known
        ]
        # Of two that know the same entry, both have to be held against it.
        breaks = find_breaks(self.entries(), anchors[:1])
        more = find_breaks(self.entries(), anchors[1:]) if len(anchors) > 1 else []
        return sorted({*breaks, *more}, key=lambda one: one.seq)

    def export(self, target: Path) -> int:
        """Write everything as ``.csv`` (for spreadsheets) or else as JSON, and return the count.

        Raises
        ------
        AuditProblem, OSError
        """
        part = target.with_name(target.name + ".part")
        try:
            count = self._export(part, target.suffix.lower() == ".csv")
            os.replace(part, target)
        except BaseException:
            with suppress(OSError):
                part.unlink()
            raise
        return count

    def _export(self, target: Path, csv_wanted: bool) -> int:
        count = 0
        if csv_wanted:
            with target.open("w", encoding="utf-8-sig", newline="") as stream:
                writer = csv.DictWriter(stream, _COLUMNS)
                writer.writeheader()
                for entry in self.entries():
                    writer.writerow({name: _no_formula(value) for name, value in entry.items()})
                    count += 1
        else:
            rows = list(self.entries())
            count = len(rows)
            text = json.dumps({"events": rows, "head": self._known()}, ensure_ascii=False, indent=1)
            target.write_text(text + "\n", encoding="utf-8")
        return count

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.path, timeout=_WAIT, isolation_level=None)) as base:
                base.execute("PRAGMA journal_mode=WAL")
                base.execute("PRAGMA synchronous=FULL")
                base.executescript(_SCHEMA)
                yield base
        except (sqlite3.Error, OSError) as error:
            why = reason(error, self.path)
            raise AuditProblem(
                Text(
                    f"审计日志 {self.path.name} 无法读写：{why.zh}",
                    f"The audit log {self.path.name} cannot be read or written: {why.en}",
                ),
                Text(
                    "请检查磁盘空间和文件权限；审计日志不得删除。",
                    "Look at the disk's free space and the rights of the file; the log must stay.",
                ),
            ) from error

    def _known(self) -> dict[str, Any]:
        try:
            known = json.loads(self.head.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return known if isinstance(known, dict) else {}

    def _remember(self, name: str, value: dict[str, Any]) -> None:
        known = self._known()
        if int(known.get(name, {}).get("seq", 0)) >= value["seq"]:
            return
        known[name] = value
        part = self.head.with_name(f"{self.head.name}.{os.getpid()}.{threading.get_ident()}")
        try:
            self.head.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(known, ensure_ascii=False), encoding="utf-8")
            os.replace(part, self.head)
        except OSError:
            # The event itself is safe; an older end still guards all before it.
            with suppress(OSError):
                part.unlink()


def _plain(value: Any) -> str:
    """Text that every store keeps as it is: no lone surrogates, of a bounded length."""
    return str(value).encode("utf-8", "replace").decode("utf-8")[:_LONGEST]


def _account() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def _no_formula(value: Any) -> Any:
    """A spreadsheet must not take a file's name for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@") else value
