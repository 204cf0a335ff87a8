"""The review inside the Verify panel: its session, its views, and how they work together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qgis.PyQt.QtCore import QObject

from ..review.decision_bar import DecisionBar
from ..review.person_chip import PersonChip
from ..review.queue_page import QueuePage
from ..review.session import ReviewSession


class ReviewRoom(QObject):
    """Queue, decisions and person around one session; the Evidence panel when there is one.

    ``go_to`` takes a row of the table of findings to the map.
    """

    def __init__(self, interface: Any, go_to: Callable[[int], object], parent: QObject) -> None:
        super().__init__(parent)
        self.session = ReviewSession(self)
        self.queue = QueuePage(self.session, interface.mapCanvas())
        self.decisions = DecisionBar(self.session)
        self.queue.decisions_slot.addWidget(self.decisions)
        self.person = PersonChip(self.session)
        self.evidence: Any = None
        self._go_to = go_to
        self._offer_evidence = True
        self.queue.wanted.connect(go_to)
        self.queue.command.connect(self.run)

    def attach_evidence(self, evidence: Any) -> None:
        """Work with the Evidence panel: it shows what the queue is at."""
        self.evidence = evidence
        evidence.visibilityChanged.connect(self._evidence_shown)

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
        self.queue.shut_down()
        self.session.shut_down()

    def _evidence_shown(self, shown: bool) -> None:
        # The same words need not stand in both panels.
        self.queue.widgets.details_area.setVisible(not shown)
