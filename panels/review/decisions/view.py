"""How the decision bar looks: a chip, who decided last, the reason, and the buttons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qgis.core import QgsApplication
from qgis.PyQt import sip
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QKeySequence, QResizeEvent
from qgis.PyQt.QtWidgets import (
    QAction,
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ....processing_provider.language import translate
from .button import KeyButton
from .chip import Chip
from .reason_line import ReasonLine
from .status import Failures, StatusLine
from .steps import Step


class OneLine(QLabel):
    """Plain text on one line, cut off with an ellipsis; whole in its tooltip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def whole(self) -> str:
        """The text as it was given."""
        return self._whole

    def show_text(self, text: str) -> None:
        """Show as much of ``text`` as there is room for."""
        self._whole = text
        self.setToolTip(text)
        self.setAccessibleName(text)
        self._cut()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._cut()

    def _cut(self) -> None:
        plain = " ".join(self._whole.split())
        right = Qt.TextElideMode.ElideRight
        self.setText(self.fontMetrics().elidedText(plain, right, max(self.width(), 20)))


class DecisionView(QFrame):
    """Widgets without a will of their own.

    Signals: ``pressed`` with the step of a button, ``settle_pressed``, ``undo_pressed``.
    """

    pressed = pyqtSignal(object)
    settle_pressed = pyqtSignal()
    undo_pressed = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons: dict[str, KeyButton] = {}
        self._offered: tuple[tuple[Step, ...], bool] = ((), False)
        self._came_from: QWidget | None = None
        self.chip = Chip()
        self.last = OneLine()
        self.status = StatusLine()
        self.reason = ReasonLine()
        self.failures = Failures()
        self.undo_action = QAction(
            QgsApplication.getThemeIcon("/mActionUndo.svg"),
            translate("DecisionBar", "Undo"),
            self,
        )
        self.undo_action.setShortcut(QKeySequence(QKeySequence.StandardKey.Undo))
        self.undo_action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.undo_action.triggered.connect(lambda _checked=False: self.undo_pressed.emit())
        self.addAction(self.undo_action)
        self.undo_button = QToolButton()
        self.undo_button.setAutoRaise(True)
        self.undo_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.undo_button.setDefaultAction(self.undo_action)
        self._lay_out()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(6)
        top.addWidget(self.chip)
        top.addWidget(self.last, 1)
        top.addWidget(self.undo_button)
        self._row = QHBoxLayout()
        self._row.setSpacing(4)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 2)
        column.setSpacing(4)
        column.addWidget(self.failures)
        column.addLayout(top)
        column.addWidget(self.reason)
        column.addLayout(self._row)
        column.addWidget(self.status)

    def offer(self, steps: Sequence[Step], settle: bool) -> None:
        """Show a button for each step; for a dispute one that settles it."""
        if self._offered == (offered := (tuple(steps), settle)):
            return  # so that a button that has the focus keeps it
        self._offered = offered
        while self._row.count():
            widget = self._row.takeAt(0).widget()  # a stretch has none
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.buttons = {}
        for step in steps:
            button = KeyButton(step.title, step.key, step.hint)
            button.clicked.connect(lambda _checked=False, step=step: self.pressed.emit(step))
            self.buttons[step.command] = button
            self._row.addWidget(button)
            button.show()
        if settle:
            hint = translate("DecisionBar", "Two opinions differ: look at both and decide")
            button = KeyButton(translate("DecisionBar", "Settle…"), "A", hint)
            button.clicked.connect(lambda _checked=False: self.settle_pressed.emit())
            self.buttons["settle"] = button
            self._row.addWidget(button)
            button.show()
        if len(self.buttons) == 1:
            # One button alone is no wider than one of two.
            self._row.addStretch(1)
        # Without a reason to give there is nothing to type.
        self.reason.setVisible(bool(steps))

    def show_armed(self, step: Step | None) -> None:
        """Mark the button that Enter stands for."""
        for command, button in self.buttons.items():
            button.set_armed(step is not None and command == step.command)

    def enable(self, enabled: bool) -> None:
        """Let the buttons be pressed, or not while something is being saved."""
        for button in self.buttons.values():
            button.setEnabled(enabled)

    def note_focus(self) -> None:
        """Remember where the keyboard is, before it comes here."""
        focus = QApplication.focusWidget()
        if focus is not None and not self.isAncestorOf(focus):
            self._came_from = focus

    def go_back(self) -> None:
        """Give the keyboard back to where it came from."""
        back, self._came_from = self._came_from, None
        if back is None or sip.isdeleted(back):
            self.reason.line.clearFocus()
        else:
            back.setFocus()

    def show_undo(self, what: str) -> None:
        """Say what undoing would take back; empty where there is nothing."""
        self.undo_action.setEnabled(bool(what))
        text = translate("DecisionBar", "Undo")
        if what:
            text = translate("DecisionBar", "Undo: {what}").format(what=what)
        keys = self.undo_action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        self.undo_action.setToolTip(f"{text} ({keys})" if keys else text)
        self.undo_button.setAccessibleName(text)


def describe(table: Any, row: int) -> str:
    """A finding in a word or two: layer and object."""
    parts = (table.value(row, "layer"), table.value(row, "object_id"))
    return " ".join(part for part in parts if part)
