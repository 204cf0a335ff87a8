"""One decision about many findings: seen first, with a reason, all of them or none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from qgis.PyQt.QtCore import QAbstractTableModel, QModelIndex, Qt
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ....processing_provider.language import say, translate
from ....processing_provider.styling import title
from ...numbers import count
from ..finding_table import Coded, FindingTable, IntArray
from ..session import ReviewSession
from ..words import message_column
from . import reasons
from .reason_line import ReasonLine
from .steps import Step
from .words import outcome


class BulkDialog(QDialog):
    """What will be decided about which findings; closed by itself once all is saved."""

    def __init__(
        self,
        session: ReviewSession,
        step: Step,
        findings: Sequence[str],
        reason: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.session, self.step = session, step
        self.findings = [name for name in findings if session.row(name) >= 0]
        self._rows = [session.row(name) for name in self.findings]
        self.setWindowTitle(self.confirm_text())
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._build(reason)
        # Whoever acts as somebody else, or opens another file, decides anew.
        session.opened.connect(self.reject)
        session.person_changed.connect(self.reject)

    def confirm_text(self) -> str:
        """What the button says: the decision, and about how many findings."""
        return _confirm(self.step, len(self.findings))

    def _build(self, reason: str) -> None:
        hint = QLabel(
            translate(
                "BulkDialog",
                "{hint}. Either all {n} findings are decided or, where one cannot be, none. It can"
                " be undone as one.",
            ).format(hint=self.step.hint, n=count(len(self.findings)))
        )
        hint.setWordWrap(True)
        self.summary = _summary(self.session, self._rows)
        self.preview = QTableView()
        self.preview.setModel(_Preview(self.session.table, self._rows, self.preview))
        self.preview.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.preview.verticalHeader().hide()
        self.preview.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 6)
        self.preview.setShowGrid(False)
        self.preview.horizontalHeader().setStretchLastSection(True)
        self.preview.horizontalHeader().hide()
        self.preview.setAccessibleName(translate("BulkDialog", "The findings"))
        self.reason = ReasonLine()
        self.reason.offer(self.step.reasons, *self._common())
        self.reason.set_text(reason)
        self.reason.line.setPlaceholderText(
            translate("BulkDialog", "Reason (it is written down with every finding)")
        )
        self.reason.line.textChanged.connect(lambda _text: self._enable())
        self.reason.given.connect(self._confirm)
        self.reason.left.connect(self.reject)
        self.told = QLabel()
        self.told.setWordWrap(True)
        self.told.hide()
        self.confirm = QPushButton(self.confirm_text())
        self.confirm.setDefault(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.cancel = buttons.button(QDialogButtonBox.StandardButton.Cancel)
        self.cancel.setAutoDefault(False)
        buttons.addButton(self.confirm, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.rejected.connect(self.reject)
        self.confirm.clicked.connect(lambda _checked=False: self._confirm())
        body = QHBoxLayout()
        body.addWidget(self.summary, 2)
        body.addWidget(self.preview, 4)
        column = QVBoxLayout(self)
        column.addWidget(hint)
        column.addLayout(body, 1)
        column.addWidget(self.reason)
        column.addWidget(self.told)
        column.addWidget(buttons)
        self.resize(720, 440)
        self.reason.setFocus()
        self._enable()

    def _common(self) -> tuple[str, str]:
        """Cause and family where all have the same."""
        columns = self.session.table.columns
        causes = set(map(columns["cause"].__getitem__, self._rows))
        families = set(map(columns["family"].__getitem__, self._rows))
        return (
            causes.pop() if len(causes) == 1 else "",
            families.pop() if len(families) == 1 else "",
        )

    def _enable(self) -> None:
        self.confirm.setEnabled(bool(self.reason.text()) and bool(self.findings))

    def _confirm(self) -> None:
        from ....checks.journal.lifecycle import Opinion, State

        if not self.confirm.isEnabled():
            return
        reason, step = self.reason.text(), self.step
        self._wait(True, translate("BulkDialog", "Saving…"))
        self.session.decide(
            self.findings,
            State(step.state),
            reason,
            Opinion(step.opinion) if step.opinion else None,
            then=lambda _events: self._saved(reason),
            failed=self._failed,
        )

    def _wait(self, waiting: bool, told: str) -> None:
        self.told.setText(told)
        self.told.setVisible(bool(told))
        self.reason.setEnabled(not waiting)
        self.cancel.setEnabled(not waiting)
        self.confirm.setEnabled(not waiting)

    def _saved(self, reason: str) -> None:
        rule_of = self.session.table.columns["rule_id"].__getitem__
        rules = list(dict.fromkeys(map(rule_of, self._rows)))
        reasons.remember(self.step.reasons, rules, reason)
        self._wait(False, "")
        self.accept()

    def _failed(self, why: str, advice: str) -> None:
        told = translate("BulkDialog", "Nothing was saved. {why}").format(
            why=f"{why} {advice}".strip()
        )
        self._wait(False, told)
        self.confirm.setText(translate("BulkDialog", "Try Again"))
        self.reason.setFocus()

    def reject(self) -> None:
        # What is being written cannot be called back.
        if self.cancel.isEnabled():
            super().reject()


def _confirm(step: Step, number: int) -> str:
    n = count(number)
    words = {
        "returned": translate("BulkDialog", "Return {n} Findings"),
        "closed": translate("BulkDialog", "Close {n} Findings"),
        "under_review": translate("BulkDialog", "Keep {n} Findings under Review"),
        "exception": translate("BulkDialog", "Make {n} Findings Exceptions"),
        "corrected": translate("BulkDialog", "Report {n} Findings as Corrected"),
        "appealed": translate("BulkDialog", "Appeal against {n} Findings"),
        "rechecked": translate("BulkDialog", "Mark {n} Findings as Rechecked"),
    }
    other = outcome(step.state, step.opinion) + " ({n})"
    return words.get(step.state, other).format(n=n)


def _summary(session: ReviewSession, rows: Sequence[int]) -> QTreeWidget:
    """How many of each rule, severity and village."""
    tree = QTreeWidget()
    tree.setHeaderHidden(True)
    tree.setColumnCount(2)
    tree.setAccessibleName(translate("BulkDialog", "How many of what"))
    tree.setIndentation(12)
    tree.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
    for name, counts in summarised(session, rows):
        top = QTreeWidgetItem([name, ""])
        font = top.font(0)
        font.setBold(True)
        top.setFont(0, font)
        tree.addTopLevelItem(top)
        for value, number in counts:
            item = QTreeWidgetItem([value, count(number)])
            item.setToolTip(0, value)
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight)
            top.addChild(item)
    tree.expandAll()
    header = tree.header()
    header.setStretchLastSection(False)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
    return tree


def summarised(
    session: ReviewSession, rows: Sequence[int]
) -> list[tuple[str, list[tuple[str, int]]]]:
    """Names of groups, and in each how many findings there are of what, most first."""
    table = session.table
    chosen = np.asarray(rows, dtype=np.int64)
    rules, severities = (_counts(table.coded[name], chosen) for name in ("rule_id", "severity"))
    out = [
        (
            translate("BulkDialog", "By rule"),
            [(_rule(session, rule), number) for rule, number in _most_first(rules)],
        ),
        (
            translate("BulkDialog", "By severity"),
            [(title("severities", one), severities[one]) for one in sorted(severities)],
        ),
    ]
    facts = table.facts
    if facts is not None:
        villages = _counts(facts.village, chosen)
        unknown = translate("BulkDialog", "Not known")
        named = [
            (facts.village_names.get(code) or code or unknown, number)
            for code, number in _most_first(villages)
        ]
        out.append((translate("BulkDialog", "By village"), named))
    return out


def _counts(column: Coded, rows: IntArray) -> dict[str, int]:
    """How often each value occurs among rows given by their numbers."""
    found = np.bincount(column.codes[rows], minlength=len(column.values))
    return {value: int(number) for value, number in zip(column.values, found) if number}


def _most_first(counts: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: -item[1])


def _rule(session: ReviewSession, rule: str) -> str:
    known = session.rules.get(rule)
    return say(known.title) if known is not None else rule


class _Preview(QAbstractTableModel):
    """The findings themselves, a line each."""

    def __init__(self, table: FindingTable, rows: Sequence[int], parent: QWidget) -> None:
        super().__init__(parent)
        self._table, self._rows = table, list(rows)

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        return 1

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        return str(self._table.value(self._rows[index.row()], message_column()))
