"""Decisions about one file of findings: taken, taken back, looked at."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from ..findings import Text
from . import tables, undoing
from .events import Action, Event, new_identifier
from .lifecycle import Opinion, Role, State, refusal
from .state import Standing, standing_of
from .storage import JournalError, JournalFile
from .undoing import OwnAction
from .work import Work, blind_to, seen_by, work_of

__all__ = ["Journal", "JournalError", "OwnAction"]

_REVIEWED = (State.UNDER_REVIEW, State.RETURNED, State.CLOSED, State.EXCEPTION)


class Journal(JournalFile):
    """Decisions about one file of findings; see :class:`.storage.JournalFile` for the file."""

    def __enter__(self) -> Journal:
        return self

    def decide(
        self,
        findings: Sequence[str],
        state: State,
        reason: str = "",
        opinion: Opinion | None = None,
        settles: bool = False,
    ) -> list[Event]:
        """Move findings to a state; all of them or, where one may not, none.

        The events are one batch (``details["batch"]``) and can be undone as one. A finding that
        this person is to judge without knowing what another thinks is not moved: the opinion is
        kept as a second opinion, whatever state the finding is in.

        Parameters
        ----------
        settles
            Ends a dispute: ``opinion`` is what counts from now on.

        Raises
        ------
        JournalError
            When a finding is not in the file, or the step is not allowed.
        """
        chosen = list(dict.fromkeys(findings))
        with self.writing() as connection:
            self._must_be_there(connection, chosen)
            past = tables.events_of(connection, chosen)
            now = standing_of(past)
            work = self.work()
            blind = self._blind(work, past)
            batch = new_identifier()
            events = []
            for number, name in enumerate(chosen):
                before = now.get(name, Standing())
                # Who is to judge first moves the finding, unless somebody has moved it already.
                touched = before.carried or before.who not in ("", self.who)
                only_opinion = touched or work.second.get(name) == self.who
                if name in blind and only_opinion:
                    action, details = self._blindly(state, opinion, settles)
                else:
                    action, details = self._openly(before, state, reason, opinion, settles)
                details["batch"] = batch
                if name in blind:
                    details["blind"] = True
                identifier = f"{batch}.{number}" if len(chosen) > 1 else batch
                events.append(self.event(action, name, reason, details, identifier))
            written = self.append(events)
            tables.refresh(connection, chosen)
        return written

    def _openly(
        self,
        before: Standing,
        state: State,
        reason: str,
        opinion: Opinion | None,
        settles: bool,
    ) -> tuple[Action, dict[str, Any]]:
        """A move that is allowed; raises ``JournalError`` for another."""
        start = before.state
        if settles:
            if not before.disputed:
                raise JournalError(Text("该问题没有分歧。", "There is no dispute to settle."))
            if opinion is None:
                raise JournalError(
                    Text("裁定分歧须给出认定。", "A dispute is settled with an opinion.")
                )
            # Who settles may say that it was right as it is, which is no step of its own.
            start = State.UNDER_REVIEW if start in _REVIEWED and state in _REVIEWED else start
        if settles and state is State.UNDER_REVIEW:
            why_not = None
        else:
            why_not = refusal(start, state, self.role, reason, opinion)
        if why_not is not None:
            raise JournalError(why_not)
        details: dict[str, Any] = {"state": state.value}
        if opinion is not None:
            details["opinion"] = opinion.value
        if settles:
            details["settles"] = True
        return Action.MOVED, details

    def _blindly(
        self, state: State, opinion: Opinion | None, settles: bool
    ) -> tuple[Action, dict[str, Any]]:
        """The opinion in a decision by somebody who must not know how the finding stands."""
        if settles:
            raise JournalError(
                Text("请先给出自己的认定，再裁定分歧。", "Give your own opinion before you settle.")
            )
        if opinion is None and state is State.RETURNED:
            opinion = Opinion.UPHELD
        if opinion is None:
            raise JournalError(
                Text(
                    "该问题须独立认定：请给出“属实”“不属实”或“存疑”。",
                    "This finding wants an opinion of your own: upheld, dismissed or doubtful.",
                )
            )
        return Action.OPINION, {"opinion": opinion.value, "wish": state.value}

    def second_opinion(self, finding: str, opinion: Opinion, reason: str = "") -> Event:
        """Say what one thinks without moving the finding."""
        with self.writing() as connection:
            self._must_be_there(connection, [finding])
            past = tables.events_of(connection, [finding])
            details: dict[str, Any] = {"opinion": opinion.value}
            if finding in self._blind(self.work(), past):
                details["blind"] = True
            written = self.append([self.event(Action.OPINION, finding, reason, details)])
            tables.refresh(connection, [finding])
        return written[0]

    def _must_be_there(self, connection: sqlite3.Connection, findings: Sequence[str]) -> None:
        missing = tables.unknown(connection, findings)
        if missing:
            raise JournalError(
                Text(f"没有编号为 {missing[0]} 的发现。", f"There is no finding {missing[0]}.")
            )

    def undo(self, event_id: str, reason: str = "") -> Event:
        """Take one's own decision back; it stays in the log, and so does this.

        Raises
        ------
        JournalError
            When there is no such event, it is somebody else's, or later ones build on it.
        """
        return self._undo([event_id], reason)[0]

    def undo_batch(self, batch: str, reason: str = "") -> list[Event]:
        """Take back all that was decided at once; all of it or, where one cannot be, nothing.

        Raises
        ------
        JournalError
            As with :meth:`undo`; says how many findings were decided anew since.
        """
        events = tables.events_with_prefix(self._connection, batch)
        undone = undoing.undone_among(self._connection, events)
        return self._undo(
            [event.event_id for event in events if event.event_id not in undone], reason
        )

    def undo_last(self, reason: str = "") -> list[Event]:
        """Take back one's own last decision, single or of many at once.

        Raises
        ------
        JournalError
            When there is none, or somebody has decided since.
        """
        own = self.last_own(1)
        if not own:
            raise undoing.nothing()
        return self.undo_batch(own[0].batch, reason)

    def last_own(self, count: int = 20) -> list[OwnAction]:
        """One's own last decisions that still count, newest first."""
        return undoing.last_own(self._connection, self.who, count)

    def _undo(self, event_ids: Sequence[str], reason: str) -> list[Event]:
        with self.writing() as connection:
            events = undoing.to_undo(connection, event_ids, self.who, self.role)
            batch = new_identifier()
            drafted = []
            for number, event in enumerate(events):
                identifier = f"{batch}.{number}" if len(events) > 1 else batch
                details = {"event_id": event.event_id, "batch": batch}
                drafted.append(
                    self.event(Action.UNDONE, event.subject, reason, details, identifier)
                )
            written = self.append(drafted)
            tables.refresh(connection, [event.subject for event in events])
        return written

    def record(
        self, action: Action, subject: str, reason: str, details: Mapping[str, Any]
    ) -> Event:
        """Write down what moves no finding: an assignment, a note, a signature."""
        if action not in (Action.ASSIGNED, Action.NOTE, Action.SIGNED):
            raise JournalError(Text("此操作须专门办理。", "This has a method of its own."))
        with self.writing():
            return self.append([self.event(action, subject, reason, details)])[0]

    def take_over(self, events: Sequence[Event]) -> None:
        """Append events of another copy as they are; see ``merge``."""
        with self.writing() as connection:
            tables.append(connection, events)
            tables.refresh(connection, sorted({event.subject for event in events if event.subject}))

    def work(self) -> Work:
        """Who is to look at what."""
        return work_of(self.events_of_action(Action.ASSIGNED))

    def _blind(self, work: Work, past: Sequence[Event]) -> set[str]:
        return blind_to(work, self.who, past) if self.role is Role.REVIEWER else set()

    def standing_for(self, findings: Sequence[str] | None = None) -> dict[str, Standing]:
        """Where findings (all, if not given) stand as far as this person may know.

        A finding that is also another's to judge, and on which this person has given no opinion
        yet, shows nothing but what this person did.
        """
        past = self.events() if findings is None else self.events_of(findings)
        return standing_of(seen_by(self.who, past, self._blind(self.work(), past)))

    def visible(self, finding: str) -> list[Event]:
        """Events of a finding that this person may see; see :meth:`standing_for`."""
        past = self.events_of([finding])
        return seen_by(self.who, past, self._blind(self.work(), past))
