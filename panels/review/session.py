"""One review, shared by all its views: the findings, who looks at them, what was decided."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from qgis.core import Qgis, QgsApplication
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ...processing_provider.language import translate
from ..service_task import ServiceTask
from .finding_table import FindingTable


class ReviewSession(QObject):
    """What every view of the review looks at.

    The journal is a file: it is read and written in a task, one call after another, never in the
    window's thread. A view asks (:meth:`decide`) and is told by a signal what came of it.

    Signals: ``opened`` when another file is shown (or none any more); ``current_changed`` with the
    id of the finding looked at (empty for none); ``selection_changed`` with all ids chosen in the
    queue; ``standing_changed`` with the ids whose standing is another one (an empty list: of any);
    ``person_changed``; ``busy_changed`` while something is being written; ``told`` with a message
    and its level.
    """

    opened = pyqtSignal()
    current_changed = pyqtSignal(str)
    selection_changed = pyqtSignal(list)
    standing_changed = pyqtSignal(list)
    person_changed = pyqtSignal()
    busy_changed = pyqtSignal(bool)
    told = pyqtSignal(str, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.path: Path | None = None
        self.table = FindingTable()
        self.rules: dict[str, Any] = {}
        self.standing: dict[str, Any] = {}
        """``checks.journal.state.Standing`` of every finding that somebody has touched."""
        self.person = ""
        self.role = "reviewer"
        self.current = ""
        self.selection: list[str] = []
        self._rows: dict[str, int] = {}
        self._waiting: deque[tuple[str, Callable[[Any], Any], Callable[[Any], None]]] = deque()
        self._task: ServiceTask | None = None
        self._closed = False

    @property
    def record(self) -> Path | None:
        """The record beside the findings; ``None`` where it is not there."""
        if self.path is None:
            return None
        path = self.path.with_name("record.json")
        return path if path.is_file() else None

    def open(self, path: Path | None, table: FindingTable, rules: dict[str, Any]) -> None:
        """Review another file of findings; ``None`` lets go of the one that was open."""
        self.path, self.table, self.rules = path, table, rules
        self.standing, self.current, self.selection = {}, "", []
        self._rows = {name: row for row, name in enumerate(table.columns["finding_id"])}
        self._waiting.clear()
        self.opened.emit()
        self.reload()

    def row(self, finding: str) -> int:
        """Row of the table of a finding; -1 for one that is not in it."""
        return self._rows.get(finding, -1)

    def set_current(self, finding: str) -> None:
        """Look at another finding."""
        if finding != self.current:
            self.current = finding
            self.current_changed.emit(finding)

    def set_selection(self, findings: Sequence[str]) -> None:
        """Choose findings, for what is done to several at once."""
        self.selection = list(findings)
        self.selection_changed.emit(self.selection)

    def set_person(self, person: str, role: str) -> None:
        """Act as somebody else; ``role`` is a value of ``checks.journal.lifecycle.Role``."""
        if (person, role) != (self.person, self.role):
            self.person, self.role = person, role
            self.person_changed.emit()

    def call(
        self,
        title: str,
        work: Callable[[Any], Any],
        then: Callable[[Any], None] = lambda _: None,
    ) -> None:
        """Do ``work(journal)`` in a task, after what was asked for before; ``then`` in this thread.

        ``work`` gets a ``checks.journal.journal.Journal`` of this person. A failure is told.
        """
        if self.path is None:
            return
        if not self.person:
            self.told.emit(
                translate("ReviewSession", "Say first who you are."), Qgis.MessageLevel.Warning
            )
            return
        path, person, role = self.path, self.person, self.role

        def with_journal(_progress: Any) -> Any:
            from ...checks.journal.journal import Journal
            from ...checks.journal.lifecycle import Role

            with Journal(path, person, Role(role)) as journal:
                return work(journal)

        self._enqueue(title, with_journal, then)

    def decide(
        self,
        findings: Sequence[str],
        state: Any,
        reason: str = "",
        opinion: Any = None,
        settles: bool = False,
        then: Callable[[Any], None] = lambda _: None,
    ) -> None:
        """Move findings to a state, all of them or none; see ``Journal.decide``."""
        chosen = list(findings)
        self.call(
            translate("ReviewSession", "Saving the decision"),
            lambda journal: _after(
                journal, chosen, journal.decide(chosen, state, reason, opinion, settles)
            ),
            lambda result: self._decided(result, then),
        )

    def second_opinion(self, finding: str, opinion: Any, reason: str = "") -> None:
        """Say what one thinks without moving the finding."""
        self.call(
            translate("ReviewSession", "Saving the opinion"),
            lambda journal: _after(
                journal, [finding], journal.second_opinion(finding, opinion, reason)
            ),
            lambda result: self._decided(result, lambda _: None),
        )

    def undo(self, event_id: str, finding: str, reason: str = "") -> None:
        """Take a decision of one's own back."""
        self.call(
            translate("ReviewSession", "Undoing"),
            lambda journal: _after(journal, [finding], journal.undo(event_id, reason)),
            lambda result: self._decided(result, lambda _: None),
        )

    def reload(self) -> None:
        """Read anew where every finding stands; nothing is written."""
        path = self.path
        if path is None:
            self.standing = {}
            self.standing_changed.emit([])
            return

        def read(_progress: Any) -> Any:
            from ...checks.journal.reading import read_standing

            return read_standing(path)

        self._enqueue(translate("ReviewSession", "Reading the decisions"), read, self._reloaded)

    def shut_down(self) -> None:
        """Tell nothing any more; what is being written is finished by its task."""
        # A task may outlive this object: its answer must not touch what Qt has deleted.
        self._closed = True
        self.blockSignals(True)
        self._waiting.clear()
        self.path = None

    def _reloaded(self, standing: dict[str, Any]) -> None:
        self.standing = standing
        self.standing_changed.emit([])

    def _decided(self, result: tuple[dict[str, Any], Any], then: Callable[[Any], None]) -> None:
        changed, events = result
        for name, standing in changed.items():
            if standing is None:
                self.standing.pop(name, None)
            else:
                self.standing[name] = standing
        self.standing_changed.emit(list(changed))
        then(events)

    def _enqueue(self, title: str, work: Callable[[Any], Any], then: Callable[[Any], None]) -> None:
        self._waiting.append((title, work, then))
        self._next()

    def _next(self) -> None:
        if self._task is not None or not self._waiting:
            return
        title, work, then = self._waiting.popleft()
        path = self.path
        task = ServiceTask(title, work)

        def done(result: Any) -> None:
            self._task = None
            if self._closed:
                return
            # An answer about a file that is no longer open concerns nobody.
            if path == self.path:
                then(result)
            self._ended()

        def failed(reason: str, advice: str) -> None:
            self._task = None
            if self._closed:
                return
            self.told.emit(f"{reason} {advice}".strip(), Qgis.MessageLevel.Critical)
            self._ended()

        task.done.connect(done)
        task.failed.connect(failed)
        task.cancelled.connect(lambda: failed(translate("ReviewSession", "Cancelled"), ""))
        self._task = task
        self.busy_changed.emit(True)
        QgsApplication.taskManager().addTask(task)

    def _ended(self) -> None:
        self.busy_changed.emit(bool(self._waiting))
        self._next()


def _after(journal: Any, findings: list[str], answer: Any) -> tuple[dict[str, Any], Any]:
    """Where findings stand once something was written, and what the writing returned."""
    now = journal.standing_of(findings)
    return {name: now.get(name) for name in findings}, answer
