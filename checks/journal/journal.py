"""The journal in the file of findings: appended, digested, and there after a power cut."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import ExplainedError, InputError
from ..findings import Text
from ..findings_read import unreadable
from ..seal.tree import inclusion_proof, leaf_digest
from . import tables
from .events import Action, Event, new_identifier, next_moment
from .lifecycle import Opinion, Role, State, refusal
from .state import Standing, standing_of


class JournalError(ExplainedError):
    """A decision that could not be taken, or a journal that cannot be used."""


class Journal:
    """Decisions about one file of findings.

    Every call that writes is one transaction with all its rows or none; when it returns, the
    events are on the disk (``synchronous = EXTRA``). A process that is killed, or a power cut,
    leaves the journal as it was before the call or after it.

    Parameters
    ----------
    path
        A file that ``onemap:verifysubmission`` wrote.
    who, role
        The person who acts.
    """

    def __init__(self, path: Path, who: str, role: Role = Role.REVIEWER) -> None:
        self.path = path
        self.who = who.strip()
        self.role = role
        if not self.who:
            raise JournalError(Text("请先填写姓名。", "Say first who you are."))
        if not path.is_file():
            raise InputError(Text(f"找不到文件：{path}", f"There is no file {path}"))
        try:
            self._connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=rw",
                uri=True,
                timeout=15.0,
                isolation_level=None,
                check_same_thread=False,
            )
            self._connection.execute("PRAGMA synchronous = EXTRA")
            self._open()
        except sqlite3.Error as error:
            raise unreadable(path, error) from error

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *details: object) -> None:
        self.close()

    def _open(self) -> None:
        self._connection.execute("SELECT finding_id FROM findings LIMIT 1")
        with self._writing() as connection:
            if tables.present(connection):
                self.copy = tables.meta(connection, "copy")
                return
            tables.create(connection)
            self.copy = new_identifier()
            tables.set_meta(connection, "copy", self.copy)
            count, whole = tables.note_findings(connection)
            details = {"findings": count, "findings_root": whole}
            self._append(connection, [self._event(Action.OPENED, "", "", details)])

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction; nothing of it stays when anything goes wrong."""
        connection = self._connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise _not_written(self.path, error) from error

    def _event(
        self, action: Action, subject: str, reason: str, details: Mapping[str, Any]
    ) -> Event:
        return Event(
            *(new_identifier(), "", self.who, self.role.value, self.copy, action.value),
            *(subject, reason.strip(), dict(details)),
        )

    def _append(self, connection: sqlite3.Connection, events: Sequence[Event]) -> list[Event]:
        written = []
        last = tables.last_moment(connection)
        for event in events:
            last = next_moment(last)
            written.append(replace(event, at=last))
        tables.append(connection, written)
        return written

    def decide(
        self,
        findings: Sequence[str],
        state: State,
        reason: str = "",
        opinion: Opinion | None = None,
        settles: bool = False,
    ) -> list[Event]:
        """Move findings to a state; all of them or, where one may not, none.

        Raises
        ------
        JournalError
            When a finding is not in the file, or the step is not allowed.
        """
        with self._writing() as connection:
            now = standing_of(tables.events_of(connection, findings))
            missing = tables.unknown(connection, findings)
            if missing:
                raise JournalError(
                    Text(f"没有编号为 {missing[0]} 的发现。", f"There is no finding {missing[0]}.")
                )
            details: dict[str, Any] = {"state": state.value}
            if opinion is not None:
                details["opinion"] = opinion.value
            if settles:
                details["settles"] = True
            for finding in findings:
                before = now.get(finding, Standing()).state
                why_not = refusal(before, state, self.role, reason, opinion)
                if why_not is not None:
                    raise JournalError(why_not)
            events = [self._event(Action.MOVED, name, reason, details) for name in findings]
            written = self._append(connection, events)
            tables.refresh(connection, findings)
        return written

    def second_opinion(self, finding: str, opinion: Opinion, reason: str = "") -> Event:
        """Say what one thinks without moving the finding."""
        with self._writing() as connection:
            if tables.unknown(connection, [finding]):
                raise JournalError(
                    Text(f"没有编号为 {finding} 的发现。", f"There is no finding {finding}.")
                )
            details = {"opinion": opinion.value}
            event = self._event(Action.OPINION, finding, reason, details)
            written = self._append(connection, [event])
            tables.refresh(connection, [finding])
        return written[0]

    def undo(self, event_id: str, reason: str = "") -> Event:
        """Take one's own decision back; it stays in the log, and so does this.

        Raises
        ------
        JournalError
            When there is no such event, it is somebody else's, or later ones build on it.
        """
        with self._writing() as connection:
            event = tables.event(connection, event_id)
            if event is None or event.action not in (Action.MOVED, Action.OPINION, Action.UNDONE):
                raise JournalError(Text("没有可撤销的操作。", "There is nothing to undo."))
            if event.who != self.who and self.role is not Role.ADMINISTRATOR:
                raise JournalError(
                    Text(f"只有 {event.who} 本人可以撤销。", f"Only {event.who} can undo this.")
                )
            standing = standing_of(tables.events_of(connection, [event.subject]))
            now = standing.get(event.subject, Standing())
            if event.action == Action.MOVED and now.event_id != event_id:
                raise JournalError(
                    Text(
                        "之后已有新的决定，请先撤销后者。",
                        "A later decision has to be undone first.",
                    )
                )
            details = {"event_id": event_id}
            undoing = self._event(Action.UNDONE, event.subject, reason, details)
            written = self._append(connection, [undoing])
            tables.refresh(connection, [event.subject])
        return written[0]

    def record(
        self, action: Action, subject: str, reason: str, details: Mapping[str, Any]
    ) -> Event:
        """Write down what moves no finding: an assignment, a note, a signature."""
        if action not in (Action.ASSIGNED, Action.NOTE, Action.SIGNED):
            raise JournalError(Text("此操作须专门办理。", "This has a method of its own."))
        with self._writing() as connection:
            return self._append(connection, [self._event(action, subject, reason, details)])[0]

    def take_over(self, events: Sequence[Event]) -> None:
        """Append events of another copy as they are; see ``merge``."""
        with self._writing() as connection:
            tables.append(connection, events)
            tables.refresh(connection, sorted({event.subject for event in events if event.subject}))

    def events(self) -> list[Event]:
        """All events, as written."""
        return tables.every_event(self._connection)

    def standing(self) -> dict[str, Standing]:
        """Where every finding stands that somebody has touched."""
        return standing_of(self.events())

    def standing_of(self, findings: Sequence[str]) -> dict[str, Standing]:
        """Where some findings stand; those that nobody has touched are left out."""
        return standing_of(tables.events_of(self._connection, findings))

    def visible(self, finding: str) -> list[Event]:
        """Events of a finding that this person may see: a second opinion is given blind.

        Opinions of others are shown to a reviewer once the own one is given.
        """
        events = tables.events_of(self._connection, [finding])
        own = {
            event.who for event in events if event.who == self.who and "opinion" in event.details
        }
        if own or self.role is not Role.REVIEWER:
            return events
        return [event for event in events if "opinion" not in event.details]

    def head(self) -> tuple[int, str]:
        """Number of events and root of their tree: what to write down elsewhere."""
        return tables.head(self._connection)

    def proof(self, event_id: str) -> dict[str, Any]:
        """Proof that an event is in the log: below 1 KB of digests for a million events."""
        leaves, place = tables.leaves(self._connection, event_id)
        if place < 0:
            raise JournalError(Text("日志中没有该事件。", "The log has no such event."))
        event = tables.event(self._connection, event_id)
        assert event is not None
        size, root = self.head()
        return {
            "event": json.loads(event.entry()),
            "leaf": leaf_digest(event.entry()).hex(),
            "index": place,
            "size": size,
            "root": root,
            "path": [step.hex() for step in inclusion_proof(leaves, place)],
        }


def _not_written(path: Path, error: sqlite3.Error) -> ExplainedError:
    told = str(error)
    if "full" in told:
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
    return unreadable(path, error)
