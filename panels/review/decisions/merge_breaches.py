"""What was edited behind the journal's back, place by place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ....processing_provider.language import say, translate
from ...numbers import count
from ..session import ReviewSession
from .view import describe

_MOST = 1000


class BreachesDialog(QDialog):
    """The breaches of a check; a finding that can be looked at is shown by a double click."""

    def __init__(self, session: ReviewSession, checked: Any, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setWindowTitle(translate("BreachesDialog", "Later Edits"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        told = translate(
            "BreachesDialog",
            "{n} places are not as they were written. Ask who edited the file; decisions can no"
            " longer be relied on there.",
        )
        serious = [breach for breach in checked.breaches if not breach.harmless]
        about = QLabel(told.format(n=count(len(serious))))
        about.setWordWrap(True)
        self.tree = QTreeWidget()
        self.tree.setRootIsDecorated(False)
        self.tree.setAccessibleName(translate("BreachesDialog", "Places"))
        self.tree.setHeaderLabels(
            [
                translate("BreachesDialog", "Table or file"),
                translate("BreachesDialog", "Row"),
                translate("BreachesDialog", "What is wrong"),
            ]
        )
        for breach in serious[:_MOST]:
            row = session.row(breach.row)
            place = describe(session.table, row) if row >= 0 else breach.row
            where = _table(breach.table) if breach.table else breach.file
            item = QTreeWidgetItem([where, place, _what(breach)])
            item.setToolTip(0, breach.file)
            item.setToolTip(1, breach.row)
            item.setData(0, Qt.ItemDataRole.UserRole, breach.row)
            self.tree.addTopLevelItem(item)
        header = self.tree.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        self.tree.itemActivated.connect(self._look)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(about)
        column.addWidget(self.tree, 1)
        column.addWidget(buttons)
        self.resize(560, 320)

    def _look(self, item: QTreeWidgetItem, _column: int) -> None:
        finding = str(item.data(0, Qt.ItemDataRole.UserRole))
        if self.session.row(finding) >= 0:
            self.session.set_current(finding)


def _table(name: str) -> str:
    return {
        "findings": translate("BreachesDialog", "Findings"),
        "decisions": translate("BreachesDialog", "Decision table"),
        "journal_events": translate("BreachesDialog", "Journal"),
        "journal_findings": translate("BreachesDialog", "Digests"),
        "parcel_risk": translate("BreachesDialog", "Parcels"),
        "rules_run": translate("BreachesDialog", "Rules run"),
        "record.json": translate("BreachesDialog", "Record"),
    }.get(name, name)


def _what(breach: Any) -> str:
    """What is wrong, without the place that stands beside it."""
    told = say(breach.text)
    place = f"{breach.table} {breach.row}".strip()
    return told[len(place) :].lstrip(" :：") if place and told.startswith(place) else told


def check(path: Path, progress: Any) -> Any:
    """Hold file, record and package against journal and signature; for a task.

    Returns ``checks.review_seal.report.ReviewReport``.
    """
    from ....checks.review_inputs import ReviewInputs
    from ....checks.review_seal import check_review
    from ....processing_provider.check_seal import trusted

    package = ReviewInputs.read(path).submission
    return check_review(
        path, Path(package) if package else None, trust=trusted([]), progress=progress
    )
