"""The page with the queue: rows, what is known of the chosen one, and the buttons."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QDragEnterEvent, QDropEvent
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QSplitter,
    QTableView,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from ...processing_provider.language import translate
from ..verify.empty_state import EmptyState
from .progress_delegate import ProgressDelegate
from .queue_model import PACKAGE, STATE, QueueModel
from .words import details_html, widest_texts


class DeliveryPage(QWidget):
    """Shows the queue and asks for what should happen.

    Signals: ``add_wanted`` (choose a file), ``audit_wanted``, ``dropped`` (paths);
    ``pause_wanted``, ``resume_wanted``, ``retry_wanted`` and ``receipt_wanted`` with the
    number of a delivery.
    """

    add_wanted = pyqtSignal()
    audit_wanted = pyqtSignal()
    dropped = pyqtSignal(list)
    pause_wanted = pyqtSignal(int)
    resume_wanted = pyqtSignal(int)
    retry_wanted = pyqtSignal(int)
    receipt_wanted = pyqtSignal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = QueueModel(self)
        self.setAcceptDrops(True)
        self.add = self._button(
            "/mActionAdd.svg", translate("DeliveryPage", "Deliver Package…"), self.add_wanted.emit
        )
        self.audit = self._button(
            "/mIconHistory.svg", translate("DeliveryPage", "Audit Log…"), self.audit_wanted.emit
        )
        self.pause = self._button(
            "/temporal_navigation/pause.svg",
            translate("DeliveryPage", "Pause"),
            lambda: self._ask(self.pause_wanted),
        )
        self.resume = self._button(
            "/mActionPlay.svg",
            translate("DeliveryPage", "Resume"),
            lambda: self._ask(self.resume_wanted),
        )
        self.retry = self._button(
            "/mActionRefresh.svg",
            translate("DeliveryPage", "Retry"),
            lambda: self._ask(self.retry_wanted),
        )
        self.receipt = self._button(
            "/mActionFileSaveAs.svg",
            translate("DeliveryPage", "Save Receipt…"),
            lambda: self._ask(self.receipt_wanted),
        )
        self.note = QLabel()
        self.note.setWordWrap(True)
        self.note.hide()
        self._make_table()
        self.details = QTextBrowser()
        self.details.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.details.setMinimumHeight(100)
        self.details.viewport().setAutoFillBackground(False)
        self.hint = EmptyState(
            translate(
                "DeliveryPage",
                "Nothing is being delivered.\nDeliver a sealed package, or drop it here.",
            )
        )
        self._lay_out()
        self.model.dataChanged.connect(lambda *_: self._selected())
        self.model.modelReset.connect(self._selected)
        self._selected()

    def _button(self, icon: str, text: str, does: Any) -> QPushButton:
        button = QPushButton(QgsApplication.getThemeIcon(icon), text)
        button.clicked.connect(lambda _checked=False: does())
        return button

    def _make_table(self) -> None:
        self.table = QTableView()
        self.table.setModel(self.model)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setItemDelegateForColumn(STATE, ProgressDelegate(self.table))
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.table.setAccessibleName(translate("DeliveryPage", "Deliveries"))
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(PACKAGE, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(STATE, QHeaderView.ResizeMode.Fixed)
        metrics = self.fontMetrics()
        widest = max(metrics.horizontalAdvance(text) for text in widest_texts())
        header.resizeSection(STATE, widest + metrics.height() + 24)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._selected())

    def _lay_out(self) -> None:
        first, second = QHBoxLayout(), QHBoxLayout()
        first.addWidget(self.add)
        first.addStretch(1)
        first.addWidget(self.audit)
        for button in (self.pause, self.resume, self.retry, self.receipt):
            second.addWidget(button)
        second.addStretch(1)
        self.splitter = splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.addWidget(self.table)
        splitter.addWidget(self.details)
        splitter.setStretchFactor(0, 1)
        splitter.setStretchFactor(1, 1)
        splitter.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 4)
        column.setSpacing(4)
        column.addLayout(first)
        column.addWidget(self.note)
        column.addWidget(self.hint, 1)
        column.addWidget(splitter, 1)
        column.addLayout(second)

    def selected(self) -> Any:
        """The delivery selected, or ``None``."""
        rows = self.table.selectionModel().selectedRows()
        return self.model.deliveries[rows[0].row()] if rows else None

    def select(self, number: int) -> None:
        """Select the delivery of that number."""
        row = self.model.row_of(number)
        if row >= 0:
            self.table.selectRow(row)

    def show_queue(self, deliveries: list[Any]) -> None:
        """Show the queue as it is now."""
        kept = self.selected()
        self.model.show(deliveries)
        if kept is not None and self.selected() is None:
            self.select(kept.id)

    def allow(self, may: bool, why: str) -> None:
        """Offer delivering, or say why not."""
        self.add.setEnabled(may)
        self.note.setText(why)
        self.note.setVisible(bool(why))

    def _ask(self, signal: Any) -> None:
        delivery = self.selected()
        if delivery is not None:
            signal.emit(delivery.id)

    def _selected(self) -> None:
        delivery = self.selected()
        state = delivery.state.value if delivery is not None else ""
        self.pause.setVisible(state in ("waiting", "uploading", "confirming", "failed"))
        self.resume.setVisible(state == "paused")
        self.retry.setVisible(state in ("failed", "rejected"))
        self.receipt.setVisible(delivery is not None and bool(delivery.receipt))
        self.hint.setVisible(not self.model.deliveries)
        self.splitter.setVisible(bool(self.model.deliveries))
        self.details.setHtml(details_html(delivery) if delivery is not None else "")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.add.isEnabled() and _packages(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.dropped.emit(_packages(event))


def _packages(event: Any) -> list[str]:
    paths = [url.toLocalFile() for url in event.mimeData().urls()]
    return [path for path in paths if path.lower().endswith(".zip")]
