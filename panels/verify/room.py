"""The review inside the Verify panel: its session, its views, and how they work together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QObject, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from ...processing_provider.language import translate
from ..review.acceptance.page import AcceptancePage
from ..review.decisions.bar import DecisionBar
from ..review.decisions.history_view import HistoryView
from ..review.decisions.person_chip import PersonChip
from ..review.decisions.review_menu import ReviewMenu
from ..review.precheck.bar import PRECHECK, ModeSwitch, PrecheckBar
from ..review.queue.filters import Wanted
from ..review.queue.page import QueuePage
from ..review.session import ReviewSession


class ReviewRoom(QObject):
    """Queue, decisions and person around one session; the Evidence panel when there is one.

    ``go_to`` takes a row of the table of findings to the map. ``mode_changed`` comes with
    ``precheck`` or ``review``, ``deliver_wanted`` when a county is done and wants to deliver.
    """

    mode_changed = pyqtSignal(str)
    deliver_wanted = pyqtSignal()

    def __init__(self, interface: Any, go_to: Callable[[int], object], parent: QObject) -> None:
        super().__init__(parent)
        self.session = ReviewSession(self)
        self.queue = QueuePage(self.session, interface.mapCanvas())
        self.decisions = DecisionBar(self.session)
        self.queue.decisions_slot.addWidget(self.decisions)
        # Undo is at hand in the whole queue, not in the bar alone.
        self.queue.addAction(self.decisions.undo_action)
        self.person = PersonChip(self.session)
        self.mode = ModeSwitch(self.session)
        self.precheck = PrecheckBar(self.session, interface)
        self.menu = ReviewMenu(self.session, interface, self.person)
        self.acceptance = AcceptancePage(self.session, interface)
        self.evidence: Any = None
        self._go_to = go_to
        self._offer_evidence = True
        self.queue.wanted.connect(go_to)
        self.queue.command.connect(self.run)
        self.menu.changes_wanted.connect(lambda: self.queue.set_wanted(Wanted(new=True)))
        self.mode.mode_changed.connect(self._mode_changed)
        self.precheck.told.connect(self.session.told)
        self.precheck.next_wanted.connect(self._go_on)
        self.acceptance.told.connect(self.session.told)
        self._mode_changed(self.mode.mode)

    def header(self) -> QWidget:
        """Who decides, and in which capacity."""
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(6, 2, 6, 4)
        row.setSpacing(6)
        row.addWidget(self.mode)
        row.addStretch(1)
        row.addWidget(self.person)
        return line

    def menu_button(self) -> QToolButton:
        """A button for what concerns the review as a whole."""
        button = QToolButton()
        button.setText(translate("ReviewRoom", "Manage"))
        button.setToolTip(
            translate("ReviewRoom", "Assign work, compare submissions, merge copies, check")
        )
        button.setIcon(QgsApplication.getThemeIcon("/mActionFormView.svg"))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setAutoRaise(True)
        button.setMenu(self.menu)
        return button

    def page(self) -> QWidget:
        """The queue, with how far the county has come above it."""
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.precheck)
        column.addWidget(self.queue, 1)
        return page

    def attach_evidence(self, evidence: Any) -> None:
        """Work with the Evidence panel: it shows what the queue is at."""
        self.evidence = evidence
        evidence.body.tabs.addTab(HistoryView(self.session), translate("ReviewRoom", "History"))
        evidence.visibilityChanged.connect(self._evidence_shown)
        evidence.following = self._following

    def run(self, word: str) -> None:
        """Do what a key of the queue stands for."""
        if word in ("photo", "blink"):
            if self.evidence is not None:
                self.evidence.run(word)
        elif word == "zoom":
            self._go_to(self.queue.row())
        else:
            self.decisions.run(word)

    def entered(self) -> None:
        """Somebody looks at a queue: the first time, the Evidence panel comes along."""
        # Who closes it does not want it.
        if self._offer_evidence and self.evidence is not None and len(self.session.table):
            self._offer_evidence = False
            self.evidence.setUserVisible(True)

    def shut_down(self) -> None:
        """Let go of the canvas, the file and the tasks."""
        self.menu.shut_down()
        self.person.shut_down()
        self.precheck.shut_down()
        self.acceptance.shut_down()
        self.queue.shut_down()
        self.session.shut_down()

    def _go_on(self, what: str) -> None:
        """A county is done: on to the delivery, or over to who reviews it."""
        if what == "deliver":
            self.deliver_wanted.emit()
        else:
            self.mode.set_mode(what)

    def _mode_changed(self, mode: str) -> None:
        self.precheck.setVisible(mode == PRECHECK)
        self.mode_changed.emit(mode)

    def _following(self, finding: str) -> str:
        """The finding that is decided after this one; its evidence is gathered ahead."""
        row = self.queue.presenter.next_waiting(self.session.row(finding))
        return str(self.session.table.value(row, "finding_id")) if row >= 0 else ""

    def _evidence_shown(self, shown: bool) -> None:
        # The same words need not stand in both panels.
        self.queue.widgets.details_area.setVisible(not shown)
