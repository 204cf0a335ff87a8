"""One line for the reason: typed, or chosen from what is said often."""

from __future__ import annotations

from qgis.PyQt.QtCore import QEvent, Qt, pyqtSignal
from qgis.PyQt.QtGui import QKeyEvent
from qgis.PyQt.QtWidgets import QAction, QHBoxLayout, QLineEdit, QMenu, QToolButton, QWidget

from ....processing_provider.language import translate
from . import reasons

_SHOWN = 60


class ReasonEdit(QLineEdit):
    """Escape and Down go to whoever shows the line."""

    left = pyqtSignal()
    list_wanted = pyqtSignal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            event.accept()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_F4):
            self.list_wanted.emit()
            event.accept()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        # Letters typed here are text, whatever they do in the list of findings.
        if event.type() == QEvent.Type.ShortcutOverride:
            key: QKeyEvent = event
            plain = key.modifiers() in (
                Qt.KeyboardModifier.NoModifier,
                Qt.KeyboardModifier.ShiftModifier,
            )
            if plain and (key.text() or key.key() == Qt.Key.Key_Escape):
                event.accept()
                return True
        return super().event(event)


class ReasonLine(QWidget):
    """The line, and a menu of standard and recent reasons beside it.

    Signals: ``given`` when Enter was pressed; ``left`` for Escape.
    """

    given = pyqtSignal()
    left = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind, self._cause, self._family = "", "", ""
        self.line = ReasonEdit()
        self.line.setClearButtonEnabled(True)
        self.line.setMaxLength(1000)
        self.line.setAccessibleName(translate("ReasonLine", "Reason"))
        self.more = QToolButton()
        self.more.setArrowType(Qt.ArrowType.DownArrow)
        self.more.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        self.more.setToolTip(translate("ReasonLine", "Standard and Recent Reasons (Down)"))
        self.more.setAccessibleName(translate("ReasonLine", "Standard and Recent Reasons"))
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu = QMenu(self.more)
        self.menu.setToolTipsVisible(True)
        self.more.setMenu(self.menu)
        self.menu.aboutToShow.connect(self._fill)
        self.line.returnPressed.connect(self.given)
        self.line.left.connect(self.left)
        self.line.list_wanted.connect(self.show_list)
        self.setFocusProxy(self.line)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self.line, 1)
        row.addWidget(self.more)

    def text(self) -> str:
        """The reason, without blanks around it."""
        return self.line.text().strip()

    def set_text(self, text: str) -> None:
        """Put a reason into the line."""
        self.line.setText(text)

    def select_all(self) -> None:
        """Select the text so that typing replaces it, with its beginning in sight."""
        self.line.end(False)
        self.line.cursorBackward(True, len(self.line.text()))

    def offer(self, kind: str, cause: str = "", family: str = "") -> None:
        """Offer the reasons of one kind of decision, fitting the cause."""
        self._kind, self._cause, self._family = kind, cause, family

    def suggestion(self) -> str:
        """The standard phrase that fits best; empty where none is meant for the cause."""
        return next(iter(reasons.standard(self._kind, self._cause, self._family)), "")

    def show_list(self) -> None:
        """Open the list below the line; choosing one brings it there."""
        self.menu.popup(self.line.mapToGlobal(self.line.rect().bottomLeft()))
        usable = [action for action in self.menu.actions() if action.isEnabled()]
        if usable:
            self.menu.setActiveAction(usable[0])

    def _fill(self) -> None:
        self.menu.clear()
        lately = reasons.recent(self._kind)
        usual = [
            text
            for text in reasons.standard(self._kind, self._cause, self._family)
            if text not in lately
        ]
        for title, texts in (
            (translate("ReasonLine", "Given lately"), lately),
            (translate("ReasonLine", "Standard reasons"), usual),
        ):
            if texts:
                self.menu.addSection(title)
            for text in texts:
                self._add(text)
        if self.menu.isEmpty():
            self.menu.addAction(translate("ReasonLine", "None yet")).setEnabled(False)

    def _add(self, text: str) -> QAction:
        shown = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
        action: QAction = self.menu.addAction(shown.replace("&", "&&"))
        action.setToolTip(text)
        action.triggered.connect(lambda _checked=False: self._choose(text))
        return action

    def _choose(self, text: str) -> None:
        self.line.setText(text)
        self.line.setFocus()
