"""One review, shared by all its views: the findings, who looks at them, what was decided."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from qgis.PyQt import sip
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from ...processing_provider.language import translate
from .finding_table import FindingTable
from .journal import reading
from .journal.door import JournalDoor, Then, nothing
from .journal.reading import Snapshot
from .journal.worker import Failed

_LOOK_EVERY_MS = 3000


class ReviewSession(JournalDoor):
    """What every view of the review looks at.

    The journal is a file: it is read and written in a thread of its own, one call after another.
    A view asks (:meth:`decide`) and is told by a signal, or by the functions it hands over, what
    came of it. What other programs write to the same file is seen within seconds.

    Signals: ``opened`` when another file is shown (or none any more); ``current_changed`` with the
    id of the finding looked at (empty for none); ``selection_changed`` with all ids chosen in the
    queue; ``standing_changed`` with the ids whose standing is another one (an empty list: of any);
    ``saving_changed`` with the ids that are being written, or no longer; ``assigned_changed``;
    ``deeds_changed`` when another own decision is the one that can be undone;
    ``person_changed``; ``busy_changed`` while something is read or written; ``told`` with a
    message and its level.
    """

    opened = pyqtSignal()
    current_changed = pyqtSignal(str)
    # Lists, passed as they are: PyQt would turn each into a list of Qt, one entry at a time.
    selection_changed = pyqtSignal(object)
    standing_changed = pyqtSignal(object)
    assigned_changed = pyqtSignal()
    deeds_changed = pyqtSignal()
    person_changed = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.table = FindingTable()
        self.rules: dict[str, Any] = {}
        self.standing: dict[str, Any] = {}
        """``checks.journal.state.Standing`` of every finding that somebody has touched, as far
        as this person may see it."""
        self.assigned: dict[str, str] = {}
        """What this person was asked to look at: finding id to ``first`` or ``second``."""
        self.work: Any = None
        """Who is to look at what, ``checks.journal.work.Work``; ``None`` without a journal."""
        self.blind: frozenset[str] = frozenset()
        """Findings this person is to judge without knowing what another thinks."""
        self.changed: dict[str, Any] = {}
        """Findings that want a look after a resubmission, each with a ``comparison.Why``."""
        self.deeds: list[Any] = []
        """What this person did last and can take back (``checks.journal.undoing.OwnAction``)."""
        self.ready = False
        """Whether the journal was read for this person."""
        self.trouble = ""
        """Why it cannot be read; empty where it can."""
        self.current = ""
        self.selection: list[str] = []
        self._rows: dict[str, int] = {}
        self._head = -1
        self._watch = QTimer(self)
        self._watch.setInterval(_LOOK_EVERY_MS)
        self._watch.timeout.connect(self.look_for_changes)

    @property
    def chosen(self) -> list[str]:
        """The findings that a command is about: those selected, else the current one."""
        if self.selection:
            return list(self.selection)
        return [self.current] if self.current else []

    def open(self, path: Path | None, table: FindingTable, rules: dict[str, Any]) -> None:
        """Review another file of findings; ``None`` lets go of the one that was open."""
        self.use(path)
        self.table, self.rules = table, rules
        self.current, self.selection, self._head = "", [], -1
        self._forget()
        self._rows = table.row_of
        self.opened.emit()
        self.deeds_changed.emit()
        self.reload()
        if path is None:
            self._watch.stop()
        else:
            self._watch.start()

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
            # Others may see other opinions.
            self._forget()
            self.person_changed.emit()
            self.deeds_changed.emit()
            self.reload()

    def decide(
        self,
        findings: Sequence[str],
        state: Any,
        reason: str = "",
        opinion: Any = None,
        settles: bool = False,
        then: Then = nothing,
        failed: Failed | None = None,
    ) -> None:
        """Move findings to a state, all of them or none; see ``Journal.decide``."""
        chosen = list(findings)
        said = (str(state.value), str(opinion.value) if opinion else "", reason)
        sent = self._keep(chosen, said, settles)
        self.write(
            translate("ReviewSession", "Saving the decision"),
            chosen,
            lambda journal: journal.decide(chosen, state, reason, opinion, settles),
            *(then, failed, None, sent),
        )

    def second_opinion(
        self,
        finding: str,
        opinion: Any,
        reason: str = "",
        then: Then = nothing,
        failed: Failed | None = None,
    ) -> None:
        """Say what one thinks without moving the finding."""
        title = translate("ReviewSession", "Saving the opinion")
        sent = self._keep([finding], ("", str(opinion.value), reason))
        self.write(
            title,
            [finding],
            lambda journal: [journal.second_opinion(finding, opinion, reason)],
            *(then, failed, None, sent),
        )

    def undo(self, event_id: str, finding: str, reason: str = "") -> None:
        """Take a decision of one's own back."""
        title = translate("ReviewSession", "Undoing")
        self.write(title, [finding], lambda journal: [journal.undo(event_id, reason)])

    def undo_last(self, then: Then = nothing, failed: Failed | None = None) -> None:
        """Take one's last decision back, with all findings that it was about."""
        if not self.deeds:
            return
        deed = self.deeds[0]
        title = translate("ReviewSession", "Undoing")
        findings = [name for name in deed.findings if self.row(name) >= 0]
        self.write(title, findings, lambda journal: journal.undo_batch(deed.batch), then, failed)

    def reload(self) -> None:
        """Read anew where every finding stands; nothing is written."""
        if self.path is None:
            self._reloaded(Snapshot())
            return
        person, role = who = self.person, self.role

        def read(found: Snapshot) -> None:
            if who == (self.person, self.role):
                self._reloaded(found)

        self.look(lambda path: reading.read(path, person, role), read, self._not_read)

    def look_for_changes(self) -> None:
        """Read anew where another program has written to the file since."""
        if self.path is None or self.busy:
            return
        head, (person, role) = self._head, (who := (self.person, self.role))

        def changed(found: Any) -> None:
            if found is None or who != (self.person, self.role):
                return
            if isinstance(found, Snapshot):
                self._reloaded(found)
            else:
                self._head = found.head
                self._written(found)

        # A file that cannot be read just now is told when somebody needs it.
        self.look(lambda path: reading.newer(path, head, person, role), changed, _quietly)

    def shut_down(self) -> None:
        """Tell nothing any more; what is being written still gets to the disk."""
        self._watch.stop()
        self.close()

    def _forget(self) -> None:
        self.standing, self.blind, self.deeds = {}, frozenset(), []
        self.work, self.assigned, self.changed = None, {}, {}
        self.ready, self.trouble = False, ""

    def _not_read(self, reason: str, advice: str) -> None:
        self.trouble = f"{reason} {advice}".strip()
        self.standing_changed.emit([])

    def _reloaded(self, found: Snapshot) -> None:
        self.ready, self.trouble = True, ""
        self.standing, self.blind, self._head = found.standing, found.blind, found.head
        self.work, self.deeds, self.changed = found.work, list(found.deeds), found.changed
        self._assign()
        self.standing_changed.emit([])
        self.deeds_changed.emit()

    def _assign(self) -> None:
        work, person = self.work, self.person
        before, self.assigned = self.assigned, {}
        for kind in ("first", "second") if work is not None else ():
            given = getattr(work, kind)
            self.assigned.update({name: kind for name, who in given.items() if who == person})
        if self.assigned != before:
            self.assigned_changed.emit()

    def write(
        self,
        title: str,
        findings: list[str],
        write: Callable[[Any], Any],
        then: Then = nothing,
        failed: Failed | None = None,
        owner: QObject | None = None,
        sent: str = "",
    ) -> None:
        """Do ``write(journal)``, which returns the events it wrote about ``findings``."""

        def done(result: reading.Written) -> None:
            self._written(result)
            if owner is None or not sip.isdeleted(owner):
                then(result.events)

        work = reading.writing(findings, write)
        self.call(title, work, done, failed, findings, sent=sent)

    def _written(self, result: reading.Written) -> None:
        for name, standing in result.standing.items():
            if standing is None:
                self.standing.pop(name, None)
            else:
                self.standing[name] = standing
        self.blind = (self.blind - result.standing.keys()) | result.blind
        self.deeds = list(result.deeds)
        # Where others wrote in between, the next look finds more events than are known.
        if result.head == self._head + len(result.events):
            self._head = result.head
        if result.standing:  # an empty list would mean all of them
            self.standing_changed.emit(list(result.standing))
        self.deeds_changed.emit()


def _quietly(*_: str) -> None:
    """For what nobody waits for."""
