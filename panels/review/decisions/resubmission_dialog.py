"""What a resubmission brought: new, still there, changed, gone; and what comes back."""

from __future__ import annotations

from html import escape
from typing import Any

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ....processing_provider.language import translate
from ...numbers import count


class CarriedDialog(QDialog):
    """Counts, and the way to what wants a look. ``changes_wanted`` asks for the queue of it."""

    changes_wanted = pyqtSignal()

    def __init__(self, carried: Any, earlier: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(translate("CarriedDialog", "Compared with the Earlier Submission"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        told = translate(
            "CarriedDialog",
            "Decisions of {earlier} went over to {n} findings that are still the same. Only what"
            " changed comes back.",
        )
        about = QLabel(told.format(earlier=earlier, n=count(carried.standing)))
        about.setWordWrap(True)
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        grid.setHorizontalSpacing(14)
        self.numbers: dict[str, QLabel] = {}
        for row, (name, title, hint) in enumerate(_rows()):
            number = QLabel(f"<b>{count(getattr(carried, name))}</b>")
            number.setAlignment(Qt.AlignmentFlag.AlignRight)
            text = QLabel(f'{escape(title)}<br><span style="color:#8a8a8a">{escape(hint)}</span>')
            text.setWordWrap(True)
            grid.addWidget(number, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(text, row, 1)
            self.numbers[name] = number
        self.show_changes = QPushButton(translate("CarriedDialog", "Show Only What Changed"))
        self.show_changes.setDefault(True)
        self.show_changes.clicked.connect(lambda _checked=False: self._show_changes())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(self.show_changes, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setSpacing(10)
        column.addWidget(about)
        column.addLayout(grid)
        column.addWidget(buttons)
        self.resize(480, 360)

    def _show_changes(self) -> None:
        self.changes_wanted.emit()
        self.accept()


def _rows() -> list[tuple[str, str, str]]:
    return [
        (
            "new",
            translate("CarriedDialog", "New"),
            translate("CarriedDialog", "Not found in the earlier submission"),
        ),
        (
            "returned",
            translate("CarriedDialog", "Came back"),
            translate("CarriedDialog", "Returned or closed before, and still there or changed"),
        ),
        (
            "settled",
            translate("CarriedDialog", "Stay decided"),
            translate("CarriedDialog", "Closed or an exception, and the same as before"),
        ),
        (
            "gone",
            translate("CarriedDialog", "Gone"),
            translate("CarriedDialog", "Checked again and no longer found"),
        ),
        (
            "not_checked",
            translate("CarriedDialog", "Not checked again"),
            translate("CarriedDialog", "The rule could not be run this time: not taken as mended"),
        ),
        (
            "already",
            translate("CarriedDialog", "Left as they are"),
            translate("CarriedDialog", "Decided in this submission before"),
        ),
    ]
