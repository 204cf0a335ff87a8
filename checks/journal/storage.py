"""The file under a journal: opened, waited for, written in whole transactions."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import ExplainedError, InputError
from ..findings import Text
from ..findings_read import unreadable
from ..progress import Cancelled
from ..seal.tree import leaf_digest
from . import binding, schema, subtrees, tables
from .events import Action, Event, moments, new_identifier
from .lifecycle import Role
from .state import Standing, standing_of

PATIENCE = 5.0
"""Seconds for which another program may hold the file before the person is told."""
_SLICE = 0.1


class JournalError(ExplainedError):
    """A decision that could not be taken, or a journal that cannot be used."""


class JournalFile:
    """Reading a journal, and appending to it.

    Every call that writes is one transaction with all its rows or none; when it returns, the
    events are on the disk (``synchronous = EXTRA``). A process that is killed, or a power cut,
    leaves the journal as it was before the call or after it.

    Parameters
    ----------
    path
        A file that ``onemap:verifysubmission`` wrote.
    who, role
        The person who acts.
    patience
        Seconds to wait for a file that another program holds.
    stop
        Asked while waiting; answers whether to give up (``Cancelled``).
    """

    def __init__(
        self,
        path: Path,
        who: str,
        role: Role = Role.REVIEWER,
        patience: float = PATIENCE,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self.path = path
        self.who = who.strip()
        self.role = role
        self._patience, self._stop = patience, stop
        self._file = _identity(path)
        if not self.who:
            raise JournalError(Text("请先填写姓名。", "Say first who you are."))
        if not path.is_file():
            raise InputError(Text(f"找不到文件：{path}", f"There is no file {path}"))
        try:
            self._connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=rw",
                uri=True,
                timeout=_SLICE,
                isolation_level=None,
                check_same_thread=False,
            )
        except sqlite3.Error as error:
            raise unreadable(path, error) from error
        try:
            self._open()
        except (sqlite3.Error, UnicodeDecodeError) as error:
            self.close()
            raise not_written(path, error) from error
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def __exit__(self, *details: object) -> None:
        self.close()

    def _open(self) -> None:
        self._patiently("PRAGMA synchronous = EXTRA")
        self._patiently("SELECT finding_id FROM findings LIMIT 1")
        known = schema.present(self._connection)
        # Even a transaction that writes nothing would have to wait for everybody who reads.
        if known and schema.version(self._connection) == schema.VERSION:
            self.copy = tables.meta(self._connection, "copy")
            return
        with self.writing() as connection:
            if schema.present(connection):
                schema.bring_up_to_date(connection)
                self.copy = tables.meta(connection, "copy")
                return
            schema.create(connection)
            self.copy = new_identifier()
            tables.set_meta(connection, "copy", self.copy)
            count, whole = tables.note_findings(connection)
            details = {"findings": count, "findings_root": whole}
            details.update(binding.beside(self.path, count), tables=binding.tables_of(connection))
            self.append([self.event(Action.OPENED, "", "", details)])

    def _patiently(self, statement: str) -> None:
        """Run a statement, waiting a while for another program to let go of the file."""
        end = time.monotonic() + self._patience
        while True:
            try:
                self._connection.execute(statement)
                return
            except sqlite3.OperationalError as error:
                if not _busy(error) or time.monotonic() >= end:
                    raise
            if self._stop():
                raise Cancelled
            time.sleep(_SLICE / 4)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction; nothing of it stays when anything goes wrong.

        Raises
        ------
        ExplainedError
            When the file cannot be written: locked, read-only, gone, damaged, or the disk full.
        """
        connection = self._connection
        try:
            self._still_there()
            self._patiently("BEGIN IMMEDIATE")
            try:
                yield connection
                # With a reader on the file, the end of a transaction may have to wait too.
                self._patiently("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    with suppress(sqlite3.Error):  # what went wrong first is what is told
                        connection.execute("ROLLBACK")
                raise
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise not_written(self.path, error) from error

    def _still_there(self) -> None:
        """What is written to a file that was deleted or replaced meanwhile would be lost."""
        now = _identity(self.path)
        if now is None:
            raise JournalError(
                Text(
                    f"{self.path.name} 已被移走或所在磁盘已断开，本次决定未写入。",
                    f"{self.path.name} is gone, or its drive was disconnected; this decision"
                    " was not written.",
                )
            )
        if now != self._file:
            raise JournalError(
                Text(
                    f"{self.path.name} 已被另一个文件替换，本次决定未写入，请重新打开。",
                    f"{self.path.name} was replaced by another file; this decision was not"
                    " written. Open it again.",
                )
            )

    def event(
        self,
        action: Action,
        subject: str,
        reason: str,
        details: Mapping[str, Any],
        identifier: str = "",
    ) -> Event:
        """An event of this person, to be appended; its time is given when it is."""
        return Event(
            *(identifier or new_identifier(), "", self.who, self.role.value, self.copy),
            *(action.value, subject, reason.strip(), dict(details)),
        )

    def append(self, events: Sequence[Event]) -> list[Event]:
        """Append events within the transaction that is open."""
        connection = self._connection
        times = moments(tables.last_moment(connection), len(events))
        written = [replace(event, at=at) for event, at in zip(events, times)]
        tables.append(connection, written)
        return written

    def events(self) -> list[Event]:
        """All events, as written."""
        return tables.every_event(self._connection)

    def events_of(self, findings: Sequence[str]) -> list[Event]:
        """Events of some findings or other subjects, as written."""
        return tables.events_of(self._connection, findings)

    def events_of_action(self, action: Action) -> list[Event]:
        """Events of one kind (few there are: assignments, notes), and what undid them."""
        return tables.events_of_action(self._connection, action)

    def unknown(self, findings: Sequence[str]) -> list[str]:
        """Which of ``findings`` the file does not hold."""
        return tables.unknown(self._connection, findings)

    def standing(self) -> dict[str, Standing]:
        """Where every finding stands that somebody has touched."""
        return standing_of(self.events())

    def standing_of(self, findings: Sequence[str]) -> dict[str, Standing]:
        """Where some findings stand; those that nobody has touched are left out."""
        return standing_of(self.events_of(findings))

    def head(self) -> tuple[int, str]:
        """Number of events and root of their tree: what to write down elsewhere."""
        return subtrees.head(self._connection)

    def proof(self, event_id: str) -> dict[str, Any]:
        """Proof that an event is in the log: below 1 KB of digests for a million events."""
        connection = self._connection
        place = tables.place(connection, event_id)
        event = tables.event(connection, event_id)
        if place < 0 or event is None:
            raise JournalError(Text("日志中没有该事件。", "The log has no such event."))
        size, root = self.head()
        return {
            "event": json.loads(event.entry()),
            "leaf": leaf_digest(event.entry()).hex(),
            "index": place,
            "size": size,
            "root": root,
            "path": [step.hex() for step in subtrees.proof(connection, place)],
        }


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_dev, facts.st_ino


def _busy(error: sqlite3.Error) -> bool:
    return "locked" in str(error) or "busy" in str(error)


def not_written(path: Path, error: sqlite3.Error | UnicodeDecodeError) -> ExplainedError:
    """What a database error means to a person whose decision was not kept."""
    told = str(error)
    if "full" in told or "No space" in told:
        return JournalError(
            Text(
                f"磁盘已满，本次决定未写入 {path.name}；此前的决定均已保存。",
                f"The disk is full: this decision was not written to {path.name}; all earlier"
                " ones are safe.",
            )
        )
    if "readonly" in told:
        return JournalError(
            Text(f"{path.name} 为只读，不能写入决定。", f"{path.name} is read-only.")
        )
    if "disk I/O" in told or "unable to open" in told:
        return JournalError(
            Text(
                f"无法写入 {path.name}：文件夹只读、磁盘已满，或所在磁盘、网络盘已断开；"
                f"此前的决定均已保存（{told}）。",
                f"{path.name} cannot be written: its folder is read-only, the disk full, or its"
                f" drive or network share gone; all earlier decisions are safe ({told}).",
            )
        )
    return unreadable(path, error)
