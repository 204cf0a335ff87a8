"""What concerns a review as a whole: giving out work, agreement, copies, resubmissions, checks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from qgis.core import Qgis
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QAction, QDialog, QFileDialog, QMenu, QPushButton, QWidget

from ....processing_provider.language import say, translate
from ....services import settings
from ...numbers import count
from ...service_task import Tasks
from ..journal.reading import note_head
from ..session import ReviewSession
from .assign_dialog import AssignDialog
from .known_cases_form import KnownCasesForm
from .known_dialog import AgreementDialog
from .merge_breaches import BreachesDialog, check
from .resubmission_dialog import CarriedDialog
from .resubmission_search import Earlier, earlier_of, is_untouched


class ReviewMenu(QMenu):
    """The menu *Review*. ``changes_wanted`` asks for the queue of what a resubmission changed."""

    changes_wanted = pyqtSignal()

    def __init__(
        self, session: ReviewSession, interface: Any, parent: QWidget | None = None
    ) -> None:
        super().__init__(translate("ReviewMenu", "Review"), parent)
        self.session, self._interface = session, interface
        self.dialog: QDialog | None = None
        self._offered: Any = None
        self._tasks = Tasks(self)
        self.assign = self._add(translate("ReviewMenu", "Assign Work…"), self.assign_work)
        self.agreement = self._add(
            translate("ReviewMenu", "Agreement of Reviewers…"),
            lambda: self._show(AgreementDialog(session, self._window())),
        )
        self.known = self._add(
            translate("ReviewMenu", "Set Known Cases…"),
            lambda: self._show(KnownCasesForm(session, self._window())),
        )
        self.addSeparator()
        self.merge = self._add(translate("ReviewMenu", "Merge Another Copy…"), self._choose_copy)
        self.compare = self._add(
            translate("ReviewMenu", "Compare with Earlier Submission…"), self._choose_earlier
        )
        self.check = self._add(translate("ReviewMenu", "Check for Later Edits"), self.check_review)
        self.aboutToShow.connect(self._enable)
        session.opened.connect(self._opened)

    def shut_down(self) -> None:
        """Stop what is under way; nothing is told any more."""
        self._tasks.shut_down()
        self._withdraw()

    def assign_work(self) -> None:
        """Show who has what, and give out the rest."""
        self._show(AssignDialog(self.session, self._window()))

    def merge_with(self, other: Path) -> None:
        """Take over what was decided in another copy of the file."""

        def work(journal: Any) -> Any:
            from ....checks.journal.merge import merge

            merged = merge(journal, other)
            note_head(journal, {"merged": other.name, "events": merged.events})
            return merged

        def then(merged: Any) -> None:
            self.session.reload()
            told = translate("ReviewMenu", "{n} entries taken over from {file}.").format(
                n=count(merged.events), file=other.name
            )
            if merged.disputed:
                more = translate("ReviewMenu", "{n} findings are disputed now and to be settled.")
                told = f"{told} {more.format(n=count(len(merged.disputed)))}"
                self.session.set_current(merged.disputed[0])
            level = Qgis.MessageLevel.Warning if merged.disputed else Qgis.MessageLevel.Success
            self.session.told.emit(told, level)

        self.session.call(translate("ReviewMenu", "Merging"), work, then)

    def carry_from(self, earlier: Path) -> None:
        """Bring the decisions about an earlier submission over to this one."""

        def work(journal: Any) -> Any:
            from ....checks.journal.carry import carry

            carried = carry(journal, earlier)
            note_head(journal, {"carried": earlier.name, "events": len(carried.events)})
            return carried

        def then(carried: Any) -> None:
            self._withdraw()
            self.session.reload()
            name = f"{earlier.parent.name}/{earlier.name}"
            dialog = CarriedDialog(carried, name, self._window())
            dialog.changes_wanted.connect(self.changes_wanted)
            self._show(dialog)

        told = translate("ReviewMenu", "Comparing with {file}…").format(file=earlier.parent.name)
        self.session.told.emit(told, Qgis.MessageLevel.Info)
        self.session.call(translate("ReviewMenu", "Comparing"), work, then)

    def check_review(self) -> None:
        """Look whether findings, decisions or the journal were edited by other means."""
        path = self.session.path
        if path is None:
            return
        told = translate("ReviewMenu", "Checking findings, decisions and package…")
        self.session.told.emit(told, Qgis.MessageLevel.Info)
        self._tasks.start(
            translate("ReviewMenu", "Checking for later edits"),
            lambda progress: check(path, progress),
            self._checked,
            lambda why, advice: self.session.told.emit(
                f"{why} {advice}".strip(), Qgis.MessageLevel.Critical
            ),
            name="check",
        )

    def _checked(self, report: Any) -> None:
        if not report.intact:
            self._show(BreachesDialog(self.session, report, self._window()))
            return
        told = translate(
            "ReviewMenu", "Nothing was edited: all {n} entries and every finding are intact."
        ).format(n=count(report.size))
        if report.signed:
            signed = translate("ReviewMenu", "Signed by {who}.").format(who=report.signer)
            told = f"{told} {signed}"
        for note in report.notes:
            told = f"{told} {say(note)}"
        self.session.told.emit(told, Qgis.MessageLevel.Success)

    def _add(self, text: str, does: Callable[[], object]) -> QAction:
        action: QAction = self.addAction(text)
        action.triggered.connect(lambda _checked=False: does())
        return action

    def _enable(self) -> None:
        session = self.session
        there = session.path is not None
        for action in (self.assign, self.agreement, self.merge, self.compare):
            action.setEnabled(there and session.role != "surveyor")
        self.check.setEnabled(there)
        self.known.setEnabled(there and session.role == "administrator")

    def _window(self) -> QWidget | None:
        window: QWidget | None = self._interface.mainWindow() if self._interface else None
        return window

    def _show(self, dialog: QDialog) -> None:
        if self.dialog is not None:
            self.dialog.close()
        self.dialog = dialog
        dialog.finished.connect(lambda _result: self._closed(dialog))
        dialog.show()

    def _closed(self, dialog: QDialog) -> None:
        if self.dialog is dialog:
            self.dialog = None

    def _choose(self, title: str) -> Path | None:
        path = self.session.path
        folder = str(path.parent.parent) if path is not None else ""
        name, _ = QFileDialog.getOpenFileName(
            self._window(), title, folder, translate("ReviewMenu", "Findings") + " (*.gpkg)"
        )
        return Path(name) if name else None

    def _choose_copy(self) -> None:
        chosen = self._choose(translate("ReviewMenu", "Merge Another Copy"))
        if chosen is not None:
            self.merge_with(chosen)

    def _choose_earlier(self) -> None:
        chosen = self._choose(translate("ReviewMenu", "Findings of the Earlier Submission"))
        if chosen is not None:
            self.carry_from(chosen)

    # A verification of a county that was verified before

    def _opened(self) -> None:
        self._withdraw()
        path = self.session.path
        if path is None:
            return
        kept = settings.RESULTS_FOLDER.get()
        folders = [Path(kept)] if kept else []

        def work(_progress: Any) -> list[Earlier]:
            return earlier_of(path, folders) if is_untouched(path) else []

        def done(found: list[Earlier]) -> None:
            if found and path == self.session.path:
                self._offer(found[0])

        self._tasks.start(
            translate("ReviewMenu", "Looking for earlier submissions"), work, done, name="earlier"
        )

    def _offer(self, earlier: Earlier) -> None:
        bar = self._interface.messageBar() if self._interface else None
        if bar is None or self.session.role == "surveyor":
            return
        told = translate(
            "ReviewMenu",
            "This county was verified before ({when}, {n} findings decided). Take those decisions"
            " over, and look only at what changed?",
        )
        widget = bar.createMessage(told.format(when=earlier.created[:10], n=count(earlier.decided)))
        button = QPushButton(translate("ReviewMenu", "Take Over"))
        button.clicked.connect(lambda _checked=False: self.carry_from(earlier.path))
        widget.layout().addWidget(button)
        self._offered = bar.pushWidget(widget, Qgis.MessageLevel.Info, 0)
        self.offer_button = button

    def _withdraw(self) -> None:
        offered, self._offered = self._offered, None
        if offered is not None and self._interface:
            try:
                self._interface.messageBar().popWidget(offered)
            except RuntimeError:  # closed by the person, and deleted by Qt
                return
