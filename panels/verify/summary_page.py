"""Counts of a run: by verdict, and by family and rule with their denominators."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QFrame,
    QGridLayout,
    QHeaderView,
    QLabel,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ...processing_provider.language import say, spoken, translate
from ..numbers import count
from ..review.finding_table import FAMILIES, FindingTable, RuleCount
from ..review.verdict_look import verdict_text_color
from ..review.words import family_title, verdict_title

_NUMBERS = (1, 2, 3)
FAMILY_ROLE = Qt.ItemDataRole.UserRole


class Tile(QFrame):
    """One big number with its name."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.number = QLabel("–")
        self.name = QLabel(name)
        self.number.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.name.setAlignment(Qt.AlignmentFlag.AlignCenter)
        font = self.number.font()
        font.setPointSizeF(font.pointSizeF() * 1.6)
        font.setBold(True)
        self.number.setFont(font)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 6, 4, 6)
        column.setSpacing(0)
        column.addWidget(self.number)
        column.addWidget(self.name)

    def show_number(self, value: int, color: str = "") -> None:
        """Show ``value``, in ``color`` unless there is nothing."""
        self.number.setText(count(value))
        self.number.setStyleSheet(f"color: {color}" if color and value else "")
        self.setAccessibleName(f"{self.name.text()}: {value}")


class SummaryPage(QWidget):
    """Tiles and a tree of rules; ``family_chosen`` asks to see the findings of one family."""

    family_chosen = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tiles = {
            "inconsistent": Tile(verdict_title("inconsistent")),
            "doubtful": Tile(verdict_title("doubtful")),
            "tested": Tile(translate("SummaryPage", "Checks made")),
            "not_checkable": Tile(translate("SummaryPage", "Not checkable")),
        }
        grid = QGridLayout()
        grid.setSpacing(6)
        for place, tile in enumerate(self.tiles.values()):
            grid.addWidget(tile, place // 2, place % 2)
        self.tree = QTreeWidget()
        self.tree.setHeaderLabels(
            [
                translate("SummaryPage", "Rules"),
                translate("SummaryPage", "Tested"),
                translate("SummaryPage", "Findings"),
                # On two lines: in a narrow panel the rules need the room.
                translate("SummaryPage", "Not checkable").replace(" ", "\n"),
            ]
        )
        self.tree.setIndentation(14)
        self.tree.setAlternatingRowColors(False)
        self.tree.setUniformRowHeights(True)
        self.tree.setAccessibleName(translate("SummaryPage", "Rules with their counts"))
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in _NUMBERS:
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.reason = QLabel()
        self.reason.setWordWrap(True)
        self.reason.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.reason.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 8, 6, 6)
        column.addLayout(grid)
        column.addWidget(self.tree, 1)
        column.addWidget(self.reason)
        self.tree.currentItemChanged.connect(self._explain)
        self.tree.itemActivated.connect(self._activate)

    def show_table(self, table: FindingTable, rules: dict[str, Any]) -> None:
        """Show the counts of another run."""
        verdicts = table.count("verdict")
        for verdict in ("inconsistent", "doubtful"):
            color = verdict_text_color(verdict, self.palette()).name()
            self.tiles[verdict].show_number(verdicts.get(verdict, 0), color)
        self.tiles["tested"].show_number(sum(rule.tested for rule in table.rules))
        self.tiles["not_checkable"].show_number(sum(rule.not_checkable for rule in table.rules))
        self.tree.clear()
        for family in FAMILIES:
            own = [rule for rule in table.rules if rule.family == family]
            if own:
                self.tree.addTopLevelItem(self._family(family, own, rules))
        self.reason.hide()

    def _family(
        self, family: str, counts: list[RuleCount], rules: dict[str, Any]
    ) -> QTreeWidgetItem:
        item = _item(
            family_title(family),
            sum(rule.tested for rule in counts),
            sum(rule.findings for rule in counts),
            sum(rule.not_checkable for rule in counts),
        )
        item.setData(0, FAMILY_ROLE, family)
        item.addChildren(list(self._rules(family, counts, rules)))
        return item

    @staticmethod
    def _rules(
        family: str, counts: list[RuleCount], rules: dict[str, Any]
    ) -> Iterable[QTreeWidgetItem]:
        for run in counts:
            known = rules.get(run.rule_id)
            title = say(known.title) if known is not None else run.rule_id
            item = _item(title, run.tested, run.findings, run.not_checkable)
            item.setData(0, FAMILY_ROLE, family)
            item.setToolTip(0, f"{title} ({run.rule_id})")
            if run.reason:
                item.setToolTip(3, spoken(run.reason))
            yield item

    def _explain(self, item: QTreeWidgetItem | None) -> None:
        reason = item.toolTip(3) if item is not None else ""
        self.reason.setText(
            translate("SummaryPage", "Not checkable: {reason}").format(reason=reason)
        )
        self.reason.setVisible(bool(reason))

    def _activate(self, item: QTreeWidgetItem) -> None:
        self.family_chosen.emit(item.data(0, FAMILY_ROLE))


def _item(title: str, *numbers: int) -> QTreeWidgetItem:
    item = QTreeWidgetItem([title, *(count(number) if number else "–" for number in numbers)])
    for column in _NUMBERS:
        item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    if numbers[1]:
        font = item.font(2)
        font.setBold(True)
        item.setFont(2, font)
    return item
