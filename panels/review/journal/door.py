"""The one door to the journal: calls go through it one after another, off the window's thread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from qgis.core import Qgis
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ....processing_provider.language import translate
from . import outbox, reading
from .worker import Failed, Job, Worker

_LAST_WRITE_S = 5.0

Then = Callable[[Any], None]


def nothing(_: Any) -> None:
    """For those who want no answer."""


class JournalDoor(QObject):
    """Reads and writes the journal of one file in the name of one person.

    Signals: ``saving_changed`` with the ids of findings that are being written, or no longer;
    ``busy_changed`` while something is read or written; ``told`` with a message and its level.
    """

    saving_changed = pyqtSignal(list)
    busy_changed = pyqtSignal(bool)
    told = pyqtSignal(str, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.path: Path | None = None
        self.person = ""
        self.role = "reviewer"
        self.saving: Counter[str] = Counter()
        """Findings about which something is being written."""
        self._worker = Worker(self)
        self._worker.busy_changed.connect(self.busy_changed)

    @property
    def busy(self) -> bool:
        """Whether something is read or written."""
        return self._worker.busy

    @property
    def record(self) -> Path | None:
        """The record beside the findings; ``None`` where it is not there."""
        if self.path is None:
            return None
        path = self.path.with_name("record.json")
        return path if path.is_file() else None

    def use(self, path: Path | None) -> None:
        """Turn to another file; what was decided about the one before still gets to the disk."""
        self.path = path
        self.saving = Counter()
        self._worker.drop_reading()

    def close(self) -> None:
        """Tell nothing any more; what is being written still gets to the disk."""
        self.blockSignals(True)
        self.path = None
        self._worker.finish(_LAST_WRITE_S)

    def call(
        self,
        title: str,
        work: Callable[[Any], Any],
        then: Then = nothing,
        failed: Failed | None = None,
        findings: Sequence[str] = (),
        owner: QObject | None = None,
        sent: str = "",
    ) -> None:
        """Do ``work(journal)`` after what was asked for before; ``then`` in this thread.

        ``work`` gets a ``checks.journal.journal.Journal`` of this person. ``failed`` is called
        with what happened and what to do; without it that is told. ``title`` says what was tried;
        ``findings`` count as :attr:`saving` meanwhile. Where ``owner`` is gone by then, it hears
        nothing; a failure is told. ``sent`` is what :meth:`_keep` gave.
        """
        if self.path is None:
            return
        refused = failed or (lambda reason, advice: self._tell(title, reason, advice))
        if not self.person:
            outbox.answered(sent)
            refused(translate("ReviewSession", "Say first who you are."), "")
            return
        path, person, role = self.path, self.person, self.role
        self._save(findings, True)

        def done(result: Any) -> None:
            outbox.answered(sent)
            self._save(findings, False)
            # An answer about a file that is no longer open concerns nobody.
            if path == self.path and _there(owner):
                then(result)

        def gone_wrong(reason: str, advice: str) -> None:
            outbox.answered(sent)
            self._save(findings, False)
            if path == self.path and _there(owner):
                refused(reason, advice)
            else:
                # Whoever asked shows another file now; it must not be lost silently.
                self._tell(f"{path.name}: {title}", reason, advice)

        work_there = reading.with_journal(path, person, role, work)
        self._worker.put(Job(work_there, done, gone_wrong, writes=True))

    def look(
        self,
        work: Callable[[Path], Any],
        then: Then,
        failed: Failed | None = None,
        owner: QObject | None = None,
    ) -> None:
        """Do ``work(path)``, which only reads, in turn; see :meth:`call`."""
        path = self.path
        if path is None:
            return

        def done(result: Any) -> None:
            if path == self.path and _there(owner):
                then(result)

        def gone_wrong(reason: str, advice: str) -> None:
            if path == self.path and _there(owner):
                (failed or (lambda one, other: self._tell("", one, other)))(reason, advice)

        self._worker.put(Job(lambda: work(path), done, gone_wrong))

    def _keep(
        self, findings: Sequence[str], said: tuple[str, str, str], settles: bool = False
    ) -> str:
        """Keep a decision where a crash does not reach it, until somebody heard of it."""
        return outbox.keep(self.path, (self.person, self.role), findings, said, settles)

    def _save(self, findings: Sequence[str], begins: bool) -> None:
        if not findings:
            return
        if begins:
            self.saving.update(findings)
        else:
            self.saving -= Counter(findings)
        self.saving_changed.emit(list(findings))

    def _tell(self, title: str, reason: str, advice: str) -> None:
        said = f"{reason} {advice}".strip()
        self.told.emit(f"{title}: {said}" if title else said, Qgis.MessageLevel.Critical)


def _there(owner: QObject | None) -> bool:
    """Whether who asked is still there to hear the answer."""
    return owner is None or not sip.isdeleted(owner)
