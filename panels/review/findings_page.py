"""The list of findings with its search and filters, and the chosen finding in full."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from qgis.gui import QgsFilterLineEdit
from qgis.PyQt.QtCore import QItemSelectionModel, QModelIndex, Qt, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QKeyEvent
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSplitter,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from ...processing_provider.language import translate
from ...processing_provider.styling import title
from ..numbers import count
from .finding_delegate import FindingDelegate
from .finding_details import details
from .finding_table import FAMILIES, SEVERITIES, VERDICTS, Filter, FindingTable
from .findings_model import FindingsModel
from .words import family_title

_TYPING_PAUSE_MS = 150
_ARROW_PAUSE_MS = 120


class FindingsView(QTreeView):
    """A list of one column; Enter and a double click both activate on every platform."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.activated.emit(self.currentIndex())
            event.accept()
            return
        super().keyPressEvent(event)


class FindingsPage(QWidget):
    """Search, filters, list and details.

    Signals: ``chosen`` with a row of the table when another finding is current, ``wanted`` when
    the person asks to be taken there.
    """

    chosen = pyqtSignal(int)
    wanted = pyqtSignal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = FindingsModel(self)
        self._rules: dict[str, Any] = {}
        self._typing = self._pause(_TYPING_PAUSE_MS, self._filter)
        # The numbers follow every key; the map only when the keys rest.
        self._moving = self._pause(_ARROW_PAUSE_MS, self._choose)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 8, 6, 6)
        column.setSpacing(4)
        column.addLayout(self._filters())
        column.addWidget(self._list_and_details(), 1)
        for box in (self.family, self.verdict, self.severity, self.order):
            box.currentIndexChanged.connect(lambda _: self._filter())
        self.search.textChanged.connect(lambda _: self._typing.start())
        self.search.returnPressed.connect(self._enter_list)
        self.view.selectionModel().currentChanged.connect(self._current_changed)
        self.view.activated.connect(self._activate)

    def _pause(self, milliseconds: int, then: Any) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(then)
        return timer

    def _filters(self) -> QGridLayout:
        self.search = QgsFilterLineEdit()
        self.search.setShowSearchIcon(True)
        self.search.setShowClearButton(True)
        self.search.setPlaceholderText(translate("FindingsPage", "Search message, object, rule…"))
        self.verdict = self._box(translate("FindingsPage", "Verdict"))
        self.severity = self._box(translate("FindingsPage", "Severity"))
        self.family = self._box(translate("FindingsPage", "Family"))
        self.order = self._box(translate("FindingsPage", "Order"))
        for text, value in (
            (translate("FindingsPage", "Worst first"), "worst"),
            (translate("FindingsPage", "By family"), "family"),
            (translate("FindingsPage", "By object"), "object"),
        ):
            self.order.addItem(text, value)
        self.count = QLabel()
        grid = QGridLayout()
        grid.setSpacing(4)
        top = QHBoxLayout()
        top.addWidget(self.search, 1)
        top.addWidget(self.count)
        grid.addLayout(top, 0, 0, 1, 2)
        grid.addWidget(self.family, 1, 0)
        grid.addWidget(self.verdict, 1, 1)
        grid.addWidget(self.severity, 2, 0)
        grid.addWidget(self.order, 2, 1)
        return grid

    def _box(self, name: str) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(name)
        box.setToolTip(name)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(8)
        return box

    def _list_and_details(self) -> QSplitter:
        self.view = FindingsView()
        self.view.setModel(self.model)
        self.view.setItemDelegateForColumn(0, FindingDelegate(self.view))
        self.view.setRootIsDecorated(False)
        self.view.setHeaderHidden(True)
        self.view.setUniformRowHeights(True)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setAccessibleName(translate("FindingsPage", "Findings"))
        for column in range(1, self.model.columnCount()):
            self.view.setColumnHidden(column, True)
        self.details = QLabel()
        self.details.setTextFormat(Qt.TextFormat.RichText)
        self.details.setWordWrap(True)
        self.details.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.details.setMargin(6)
        self.details.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.StyledPanel)
        area.setWidget(self.details)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.view)
        splitter.addWidget(area)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 2)
        splitter.setSizes([300, 200])
        return splitter

    def show_table(self, table: FindingTable, rules: dict[str, Any]) -> None:
        """Show the findings of another run; the filters start anew."""
        self._rules = rules
        for box, column, known, everything in (
            (self.family, "family", FAMILIES, translate("FindingsPage", "All families")),
            (self.verdict, "verdict", VERDICTS, translate("FindingsPage", "All verdicts")),
            (self.severity, "severity", SEVERITIES, translate("FindingsPage", "All severities")),
        ):
            _fill(box, everything, column, known, table.count(column))
        self.search.blockSignals(True)
        self.search.clear()
        self.search.blockSignals(False)
        self.model.select(self._wanted(), self.order.currentData())
        self.model.show(table)
        self._shown()

    def show_family(self, family: str) -> None:
        """Show the findings of one family."""
        place = self.family.findData(family)
        if place >= 0:
            self.family.setCurrentIndex(place)

    def row(self) -> int:
        """Row of the table of the current finding; -1 for none."""
        return self.model.table_row(self.view.currentIndex())

    def move(self, step: int) -> None:
        """Make the next (1) or the previous (-1) finding current."""
        place = self.view.currentIndex().row() + step
        if 0 <= place < self.model.rowCount():
            self._make_current(place)

    def _enter_list(self) -> None:
        """From the search on to what it found, without the mouse."""
        self._filter()
        if self.row() < 0:
            self.move(1)
        self.view.setFocus()

    def _make_current(self, place: int) -> None:
        self.view.selectionModel().setCurrentIndex(
            self.model.index(place, 0),
            QItemSelectionModel.SelectionFlag.ClearAndSelect
            | QItemSelectionModel.SelectionFlag.Rows,
        )

    def _wanted(self) -> Filter:
        return Filter(
            self.search.text(),
            self.family.currentData() or "",
            self.verdict.currentData() or "",
            self.severity.currentData() or "",
        )

    def _filter(self) -> None:
        before = self.row()
        self.model.select(self._wanted(), self.order.currentData() or "worst")
        self._shown()
        place = self.model.place_of(before) if before >= 0 else -1
        if place >= 0:
            self._make_current(place)

    def _shown(self) -> None:
        shown, all_of_them = self.model.rowCount(), len(self.model.table)
        self.count.setText(f"{count(shown)} / {count(all_of_them)}")
        self.count.setToolTip(
            translate("FindingsPage", "{shown} of {total} findings").format(
                shown=count(shown), total=count(all_of_them)
            )
        )
        self._explain()

    def _current_changed(self) -> None:
        self._explain()
        self._moving.start()

    def _choose(self) -> None:
        if self.row() >= 0:
            self.chosen.emit(self.row())

    def _explain(self) -> None:
        row = self.row()
        if row < 0:
            hint = (
                translate("FindingsPage", "Choose a finding to see its numbers.")
                if self.model.rowCount()
                else translate("FindingsPage", "No finding passes these filters.")
            )
            self.details.setText(hint)
            return
        self.details.setText(details(self.model.table, row, self._rules, self.palette()))

    def _activate(self, index: QModelIndex) -> None:
        self.wanted.emit(self.model.table_row(index))


def _fill(
    box: QComboBox, everything: str, column: str, known: Iterable[str], counts: Counter[str]
) -> None:
    """Offer what there is, with how often."""
    box.blockSignals(True)
    box.clear()
    box.addItem(f"{everything} ({count(sum(counts.values()))})", "")
    for value in known:
        if counts.get(value):
            name = (
                family_title(value)
                if column == "family"
                else title("verdicts" if column == "verdict" else "severities", value)
            )
            box.addItem(f"{name} ({count(counts[value])})", value)
    box.blockSignals(False)
