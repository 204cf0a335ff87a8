"""The filters of the queue: several values of each, what each would show, switches, chips."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from qgis.gui import QgsCheckableComboBox
from qgis.PyQt.QtCore import QPoint, QRect, QSize, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QLabel,
    QLayout,
    QLayoutItem,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from ....processing_provider.language import translate
from ....processing_provider.styling import title
from ...numbers import count
from ..finding_table import KNOWN, FindingTable
from ..words import family_title, state_title
from .filters import FLAGS, MANY, Wanted
from .standing import STATES

_SPACE = 4
_LONGEST = 28
_AT_ONCE = 40


def filter_title(name: str) -> str:
    """What a filter is called."""
    return {
        "family": translate("QueueFilters", "Family"),
        "severity": translate("QueueFilters", "Severity"),
        "verdict": translate("QueueFilters", "Verdict"),
        "state": translate("QueueFilters", "State"),
        "village": translate("QueueFilters", "Village"),
        "land_class": translate("QueueFilters", "Land class"),
        "waiting": translate("QueueFilters", "Still to decide"),
        "disputed": translate("QueueFilters", "Disputed"),
        "mine": translate("QueueFilters", "Mine or for me"),
        "new": translate("QueueFilters", "New in this submission"),
        "extent": translate("QueueFilters", "In the map"),
        "text": translate("QueueFilters", "Text"),
    }[name]


def value_title(name: str, value: str, table: FindingTable) -> str:
    """What a value of a filter is called."""
    if name == "family":
        return family_title(value)
    if name in ("severity", "verdict"):
        return title("severities" if name == "severity" else "verdicts", value) or value
    if name == "state":
        return state_title(value)
    if name == "village" and table.facts is not None:
        return table.facts.village_names.get(value) or value or _unknown()
    return value or _unknown()


def _unknown() -> str:
    return translate("QueueFilters", "Not known")


class ValuesBox(QgsCheckableComboBox):
    """A box of values to check; ``about_to_open`` before its list is shown."""

    about_to_open = pyqtSignal()

    def showPopup(self) -> None:
        """Show the list."""
        self.about_to_open.emit()
        super().showPopup()


class FilterPanel(QWidget):
    """Boxes with several values to check, and switches; ``changed`` with what is wanted now."""

    changed = pyqtSignal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wanted = Wanted()
        self._table = FindingTable()
        self._facets: Mapping[str, Mapping[str, int]] = {}
        self._filling = False
        self.boxes = {name: self._box(name) for name in MANY}
        self.switches = {name: QCheckBox(filter_title(name)) for name in (*FLAGS, "extent")}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, _SPACE)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(_SPACE)
        for place, (name, box) in enumerate(self.boxes.items()):
            label = QLabel(filter_title(name))
            label.setBuddy(box)
            row, column = divmod(place, 2)
            grid.addWidget(label, row, column * 2)
            grid.addWidget(box, row, column * 2 + 1)
        others = QWidget()
        flow = Flow(others, _SPACE * 3)
        for name, switch in self.switches.items():
            flow.addWidget(switch)
            switch.toggled.connect(lambda on, name=name: self._switched(name, on))
        grid.addWidget(others, 3, 0, 1, 4)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)

    def _box(self, name: str) -> ValuesBox:
        box = ValuesBox()
        box.about_to_open.connect(lambda: self._fill(name, True))
        box.setAccessibleName(filter_title(name))
        box.setDefaultText(translate("QueueFilters", "All"))
        box.setSizeAdjustPolicy(
            QgsCheckableComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        box.setMinimumContentsLength(4)
        box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        box.checkedItemsChanged.connect(lambda _: self._checked(name))
        return box

    def show_wanted(self, wanted: Wanted, table: FindingTable, facets: Mapping[str, Any]) -> None:
        """Show what is wanted, with how many findings each value would show."""
        self._wanted = wanted
        self._filling = True
        self._table, self._facets = table, facets
        for name in self.boxes:
            self._fill(name)
        for name, switch in self.switches.items():
            switch.setChecked(bool(getattr(wanted, name)))
        for name in ("village", "land_class"):
            known = table.facts is not None
            self.boxes[name].setEnabled(known)
            self.boxes[name].setToolTip("" if known else _no_facts())
        self._filling = False

    def allow(self, name: str, possible: bool, why_not: str) -> None:
        """Say whether a switch makes sense now."""
        self.switches[name].setEnabled(possible)
        self.switches[name].setToolTip("" if possible else why_not)

    def _fill(self, name: str, opened: bool = False) -> None:
        box = self.boxes[name]
        if box.view().isVisible():
            return  # somebody is choosing, and the choice does not change its own numbers
        table, counts = self._table, self._facets.get(name, {})
        chosen = getattr(self._wanted, name)
        known = STATES if name == "state" else KNOWN.get(name, ())
        values = [value for value in {*counts, *chosen} if value not in known]
        if len(values) > _AT_ONCE and not opened:
            # Hundreds of villages are only listed when somebody wants to see them.
            values = [value for value in values if value in chosen]
        values.sort(key=lambda value: (not value, value_title(name, value, table)))
        box.blockSignals(True)
        box.clear()
        for value in (*known, *values):
            if counts.get(value) or value in chosen:
                text = f"{value_title(name, value, table)} ({count(counts.get(value, 0))})"
                on = Qt.CheckState.Checked if value in chosen else Qt.CheckState.Unchecked
                box.addItemWithCheckState(text, on, value)
        box.blockSignals(False)

    def _checked(self, name: str) -> None:
        if not self._filling:
            values = tuple(str(value) for value in self.boxes[name].checkedItemsData())
            self._emit(**{name: values})

    def _switched(self, name: str, on: bool) -> None:
        if not self._filling:
            # Where the map is, the page knows.
            self._emit(
                **{name: (0.0, 0.0, 0.0, 0.0) if on else None} if name == "extent" else {name: on}
            )

    def _emit(self, **told: Any) -> None:
        self._wanted = replace(self._wanted, **told)
        self.changed.emit(self._wanted)


def _no_facts() -> str:
    return translate(
        "QueueFilters",
        "This file was written by an earlier version, which did not keep villages and land"
        " classes. Verify the package again to filter by them.",
    )


class Chips(QWidget):
    """The filters that are on, each to be taken away by a click; ``removed`` with name, value."""

    removed = pyqtSignal(str, str)
    cleared = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow = Flow(self)
        self.buttons: list[QToolButton] = []

    def show_wanted(self, wanted: Wanted, table: FindingTable) -> None:
        """Show the filters of ``wanted``; the search has a place of its own."""
        while self._flow.count():
            self._flow.takeAt(0)
        for button in self.buttons:
            button.hide()
            button.deleteLater()
        self.buttons = []
        for name in MANY:
            for value in getattr(wanted, name):
                self._chip(value_title(name, value, table), name, value)
        for name in (*FLAGS, "extent"):
            if getattr(wanted, name):
                self._chip(filter_title(name), name, "")
        if len(self.buttons) > 1:
            self._chip(translate("QueueFilters", "Clear all"), "", "")

    def _chip(self, text: str, name: str, value: str) -> None:
        button = QToolButton()
        short = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
        button.setText(f"{short}  ✕" if name else short)
        button.setAutoRaise(not name)
        button.setToolTip(
            translate("QueueFilters", "Remove the filter {name}").format(name=text) if name else ""
        )
        button.clicked.connect(
            lambda: self.removed.emit(name, value) if name else self.cleared.emit()
        )
        self._flow.addWidget(button)
        self.buttons.append(button)


class Flow(QLayout):
    """Widgets one after another, on as many lines as they need."""

    def __init__(self, parent: QWidget, gap: int = _SPACE) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # type: ignore[override]
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # type: ignore[override]
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), False)

    def setGeometry(self, area: QRect) -> None:
        super().setGeometry(area)
        self._place(area, True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        size = QSize(0, 0)
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size

    def _place(self, area: QRect, really: bool) -> int:
        x, y, height = area.x(), area.y(), 0
        for item in self._items:
            size = item.sizeHint()
            if x > area.x() and x + size.width() > area.right() + 1:
                x, y, height = area.x(), y + height + _SPACE, 0
            if really:
                item.setGeometry(QRect(QPoint(x, y), size))
            x, height = x + size.width() + self._gap, max(height, size.height())
        return y + height - area.y()
