"""The forms of the steps; each asks and shows, none does anything itself."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any

from qgis.PyQt.QtCore import QDate, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ....processing_provider.language import translate
from ...numbers import count
from ..words import family_title
from .card import form_margins, note, side_by_side

PLANS = ("table_2023", "table_2009", "zero_defect", "size")
STRATA = ("ZLDWMC", "DLBM")
CLASSES = ("A", "B", "C", "D")


class DrawForm(QWidget):
    """How many, by which strata and seed.

    Signals: ``changed``; ``draw_wanted``; ``queue_wanted``; ``map_wanted``.
    """

    changed = pyqtSignal()
    draw_wanted = pyqtSignal()
    queue_wanted = pyqtSignal()
    map_wanted = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plan = QComboBox()
        for name, text in zip(
            PLANS,
            (
                "GB/T 24356-2023",
                "GB/T 24356-2009",
                translate("Acceptance", "Zero defects"),
                translate("Acceptance", "A number of units"),
            ),
        ):
            self.plan.addItem(text, name)
        self.limit = _percent(1.0, 0.01, 99.0)
        self.confidence = _percent(95.0, 50.0, 99.99)
        self.limit.setToolTip(translate("Acceptance", "Share of wrong units to be ruled out"))
        self.confidence.setToolTip(translate("Acceptance", "Confidence"))
        self.size = QSpinBox()
        self.size.setRange(1, 10_000_000)
        self.size.setValue(100)
        self.size.setToolTip(translate("Acceptance", "Units to draw"))
        self.by_village = QCheckBox(translate("Acceptance", "village"))
        self.by_village.setChecked(True)
        self.by_class = QCheckBox(translate("Acceptance", "land class"))
        self.seed = QLineEdit(QDate.currentDate().toString("yyyyMMdd"))
        self.seed.setToolTip(translate("Acceptance", "Agree on it before the draw"))
        self.expected = note()
        self.draw = QPushButton(translate("Acceptance", "Draw Sample"))
        self.on_queue = QPushButton(translate("Acceptance", "Its Findings"))
        self.on_queue.setToolTip(
            translate("Acceptance", "Select the findings about the sample in the queue")
        )
        self.on_map = QPushButton(translate("Acceptance", "Add to Map"))
        self._lay_out()
        self._connect()
        self._show_rows()

    def _lay_out(self) -> None:
        self.form = QFormLayout(self)
        form_margins(self.form)
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        plan = QHBoxLayout()
        plan.addWidget(self.plan, 1)
        for box in (self.limit, self.confidence, self.size):
            plan.addWidget(box)
        self.form.addRow(translate("Acceptance", "Plan"), plan)
        self.form.addRow(
            translate("Acceptance", "Strata"), side_by_side(self.by_village, self.by_class)
        )
        self.form.addRow(translate("Acceptance", "Seed"), self.seed)
        self.form.addRow(self.expected)
        self.form.addRow(side_by_side(self.draw, self.on_queue, self.on_map))

    def _connect(self) -> None:
        self.plan.currentIndexChanged.connect(lambda _: self._show_rows())
        for box in (self.limit, self.confidence, self.size):
            box.valueChanged.connect(lambda _: self.changed.emit())
        self.draw.clicked.connect(lambda _=False: self.draw_wanted.emit())
        self.on_queue.clicked.connect(lambda _=False: self.queue_wanted.emit())
        self.on_map.clicked.connect(lambda _=False: self.map_wanted.emit())

    def _show_rows(self) -> None:
        kind = self.plan.currentData()
        self.limit.setVisible(kind == "zero_defect")
        self.confidence.setVisible(kind == "zero_defect")
        self.size.setVisible(kind == "size")
        self.changed.emit()

    def strata(self) -> list[str]:
        """Fields by which the lot is divided."""
        boxes = (self.by_village, self.by_class)
        return [name for name, box in zip(STRATA, boxes) if box.isChecked()]

    def values(self) -> dict[str, Any]:
        """The parameters of ``onemap:drawsample``."""
        return {
            "PLAN": self.plan.currentIndex(),
            "LIMIT": self.limit.value() / 100.0,
            "CONFIDENCE": self.confidence.value() / 100.0,
            "SIZE": self.size.value(),
            "STRATA": self.strata(),
            "SEED": self.seed.text().strip(),
        }

    def show_expected(self, text: str) -> None:
        """Say what the plan comes to."""
        self.expected.setText(text)


class ErrorsForm(QWidget):
    """The upheld errors by element and class, with weights and t; ``judge_wanted``."""

    judge_wanted = pyqtSignal()
    queue_wanted = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.said = note()
        self.table = QTableWidget(0, 6)
        self.table.setHorizontalHeaderLabels(
            [
                translate("Acceptance", "Element"),
                *CLASSES,
                translate("Acceptance", "Weight"),
            ]
        )
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.setShowGrid(False)
        self.table.setAccessibleName(translate("Acceptance", "Errors by element and class"))
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.equal = QCheckBox(translate("Acceptance", "All elements weigh the same"))
        self.equal.setChecked(True)
        self.adjustment = QDoubleSpinBox()
        self.adjustment.setRange(0.1, 100.0)
        self.adjustment.setSingleStep(0.1)
        self.adjustment.setValue(1.0)
        self.adjustment.setToolTip(
            translate("Acceptance", "t of GB/T 24356: above 1 for large or complex units")
        )
        self.open_ones = QPushButton(translate("Acceptance", "Decide the Open Ones"))
        column = QVBoxLayout(self)
        form_margins(column)
        column.addWidget(self.said)
        column.addWidget(self.table)
        column.addWidget(self.equal)
        row = QFormLayout()
        row.addRow(translate("Acceptance", "Adjustment t"), self.adjustment)
        column.addLayout(row)
        column.addWidget(self.open_ones, 0, Qt.AlignmentFlag.AlignLeft)
        self.open_ones.clicked.connect(lambda _=False: self.queue_wanted.emit())
        self.equal.toggled.connect(self._allow_weights)

    def _allow_weights(self) -> None:
        for row in range(self.table.rowCount()):
            item = self.table.item(row, 5)
            flags = Qt.ItemFlag.ItemIsEnabled
            if not self.equal.isChecked():
                flags |= Qt.ItemFlag.ItemIsEditable
            item.setFlags(flags)
            item.setText("–" if self.equal.isChecked() else item.data(Qt.ItemDataRole.UserRole))

    def show_errors(self, errors: dict[str, Counter[str]], undecided: int, units: int) -> None:
        """Show how many errors there are; weights that were given stay."""
        kept = self._weights()
        self.table.setRowCount(len(errors))
        for row, (element, counts) in enumerate(sorted(errors.items())):
            cell = QTableWidgetItem(family_title(element))
            cell.setData(Qt.ItemDataRole.UserRole, element)
            cell.setFlags(Qt.ItemFlag.ItemIsEnabled)
            self.table.setItem(row, 0, cell)
            for column, name in enumerate(CLASSES, 1):
                self.table.setItem(row, column, _number_item(counts.get(name, 0)))
            weight = _number_item(0)
            weight.setData(Qt.ItemDataRole.UserRole, f"{kept.get(element, 1.0):g}")
            self.table.setItem(row, 5, weight)
        self._allow_weights()
        self._fit()
        whole = sum(sum(counts.values()) for counts in errors.values())
        text = translate("Acceptance", "{errors} upheld errors in {units} units.").format(
            errors=count(whole), units=count(units)
        )
        if undecided:
            text += " " + translate(
                "Acceptance", "{count} findings about the sample wait for a decision."
            ).format(count=count(undecided))
        self.said.setText(text)
        self.open_ones.setVisible(undecided > 0)
        self.equal.setVisible(bool(errors))
        self.table.setVisible(bool(errors))

    def _fit(self) -> None:
        rows = sum(self.table.rowHeight(row) for row in range(self.table.rowCount()))
        whole = rows + self.table.horizontalHeader().sizeHint().height() + 4
        self.table.setFixedHeight(min(whole, 170))

    def _weights(self) -> dict[str, float]:
        out = {}
        for row in range(self.table.rowCount()):
            item = self.table.item(row, 5)
            text = item.data(Qt.ItemDataRole.UserRole) if self.equal.isChecked() else item.text()
            try:
                value = float(str(text).replace(",", "."))
            except ValueError:
                value = math.nan
            out[self.table.item(row, 0).data(Qt.ItemDataRole.UserRole)] = value
        return out

    def values(self) -> dict[str, Any] | None:
        """Weights and t for ``onemap:judgelot``; ``None`` where a weight is no number."""
        given: dict[str, Any] = {"ADJUSTMENT": self.adjustment.value()}
        weights = self._weights()
        if self.equal.isChecked() or not weights:
            return given
        if any(not (math.isfinite(value) and value >= 0) for value in weights.values()):
            return None
        return {**given, "WEIGHTS": json.dumps(weights)}


def expected_text(now: Any, given: dict[str, Any]) -> str:
    """What a plan comes to, as far as it is known before the draw."""
    if now is None:
        return translate("Acceptance", "Open the results of a verification first.")
    from ....checks.acceptance import Plan, expected_sample
    from ....checks.errors import ExplainedError

    plan = Plan(PLANS[given["PLAN"]], given["LIMIT"], given["CONFIDENCE"], given["SIZE"])
    try:
        found = expected_sample(now.parcels, plan)
    except ExplainedError:
        return ""
    rows = "; ".join(f"{low}–{high} → {size}" for low, high, size in found.rows)
    text = translate("Acceptance", "{units} parcels in {lots} lots: {size} to inspect").format(
        units=count(now.parcels), lots=len(found.lots), size=count(found.units)
    )
    return f"{text} ({rows})" if rows else text


def _percent(value: float, low: float, high: float) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setRange(low, high)
    box.setDecimals(2)
    box.setSuffix(" %")
    box.setValue(value)
    return box


def _number_item(value: int) -> QTableWidgetItem:
    item = QTableWidgetItem(str(value) if value else "–")
    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    item.setFlags(Qt.ItemFlag.ItemIsEnabled)
    return item
