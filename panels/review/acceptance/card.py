"""A step as a card: its number or a tick, its name, where it stands, and its form."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from qgis.PyQt.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ..precheck.view import done_color
from ..verdict_look import readable

TODO, DONE, STALE, BAD = "todo", "done", "stale", "bad"
_STALE, _STALE_ON_DARK = "#a35a00", "#ffb340"
_BAD, _BAD_ON_DARK = "#b3122f", "#ff6b81"


def mark_color(mark: str, palette: QPalette) -> QColor:
    """The colour of a mark on this ground."""
    dark = palette.color(QPalette.ColorRole.Window).lightness() < 128
    if mark == DONE:
        return done_color(palette)
    if mark == STALE:
        return QColor(_STALE_ON_DARK if dark else _STALE)
    if mark == BAD:
        return QColor(_BAD_ON_DARK if dark else _BAD)
    return palette.color(QPalette.ColorRole.PlaceholderText)


class Badge(QWidget):
    """The number of a step in a circle; a tick when it is done, ``!`` when it has to be redone."""

    def __init__(self, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._number = number
        self._mark = TODO
        side = int(self.fontMetrics().height() * 1.5)
        self.setFixedSize(QSize(side, side))

    def show_mark(self, mark: str) -> None:
        """Show another mark."""
        self._mark = mark
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        color = mark_color(self._mark, self.palette())
        painter.setPen(QPen(color, 1.5))
        if self._mark == DONE:
            painter.setBrush(color)
        painter.drawEllipse(area)
        if self._mark == DONE:
            ground = self.palette().color(QPalette.ColorRole.Window)
            painter.setPen(QPen(readable(ground, color), 2.0))
            side = area.width()
            corner = area.topLeft()
            points = ((0.27, 0.53), (0.44, 0.69), (0.74, 0.34))
            painter.drawPolyline(
                [QPointF(corner.x() + x * side, corner.y() + y * side) for x, y in points]
            )
        else:
            painter.setPen(color)
            text = str(self._number) if self._mark == TODO else "!"
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)
        painter.end()


class _Head(QWidget):
    """The line of a card that opens it, by mouse and by keyboard."""

    pressed = pyqtSignal()

    def __init__(self, number: int, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.badge = Badge(number)
        self.title = QLabel(title)
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.status = QLabel()
        self.status.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.status.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.arrow = QLabel()
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 6, 8, 6)
        row.setSpacing(8)
        row.addWidget(self.badge)
        row.addWidget(self.title)
        row.addWidget(self.status, 1)
        row.addWidget(self.arrow)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.pressed.emit()
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.pressed.emit()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
            painter.end()


class Card(QFrame):
    """A step; ``wanted`` when somebody asks to see its form."""

    wanted = pyqtSignal()

    def __init__(
        self, number: int, title: str, body: QWidget, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.head = _Head(number, title)
        self.body = body
        self.mark = TODO
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(body)
        self.head.pressed.connect(self.wanted)
        self.set_open(False)

    def set_open(self, shown: bool) -> None:
        """Show or hide the form."""
        self.body.setVisible(shown)
        name = "/mActionArrowDown.svg" if shown else "/mActionArrowRight.svg"
        size = self.fontMetrics().height()
        self.head.arrow.setPixmap(QgsApplication.getThemeIcon(name).pixmap(size, size))

    @property
    def is_open(self) -> bool:
        """Whether the form is shown."""
        return not self.body.isHidden()

    def show_mark(self, mark: str, status: str) -> None:
        """Say where the step stands."""
        self.mark = mark
        self.head.badge.show_mark(mark)
        self.head.status.setText(status)
        self.head.status.setToolTip(status)
        color = mark_color(mark, self.palette()).name()
        self.head.status.setStyleSheet(f"color: {color}" if mark != TODO else "")
        self.head.setAccessibleName(f"{self.head.title.text()}: {status}")


def note(text: str = "") -> QLabel:
    """A line of small print that wraps."""
    label = QLabel(text)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def form_margins(layout: Any) -> None:
    """The room around a card's form."""
    layout.setContentsMargins(12, 2, 10, 10)
    layout.setSpacing(6)


def side_by_side(*widgets: QWidget) -> QWidget:
    """Widgets in a row, from the left."""
    whole = QWidget()
    row = QHBoxLayout(whole)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    return whole
