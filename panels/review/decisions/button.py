"""A button that shows the key that does the same."""

from __future__ import annotations

from qgis.PyQt.QtCore import QRectF, QSize, Qt
from qgis.PyQt.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPalette
from qgis.PyQt.QtWidgets import QPushButton, QSizePolicy, QStyle, QStyleOptionButton, QWidget

_CAP = 16


class KeyButton(QPushButton):
    """Its text, and a key cap beside it."""

    def __init__(self, text: str, key: str, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.key = key
        self.armed = False
        self.setToolTip(f"{hint} ({key})" if key else hint)
        self.setAccessibleName(text)
        self.setAccessibleDescription(self.toolTip())
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_armed(self, armed: bool) -> None:
        """Show that this is what Enter will do."""
        self.armed = armed
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        wide = metrics.horizontalAdvance(self.text()) + 18 + (_CAP + 4 if self.key else 0)
        return QSize(wide, max(super().sizeHint().height(), metrics.height() + 12))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        painter = QPainter(self)
        self.style().drawControl(QStyle.ControlElement.CE_PushButton, option, painter, self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        group = QPalette.ColorGroup.Active if self.isEnabled() else QPalette.ColorGroup.Disabled
        ink = self.palette().color(group, QPalette.ColorRole.ButtonText)
        metrics = QFontMetrics(self.font())
        text = metrics.horizontalAdvance(self.text())
        cap = _CAP + 4 if self.key else 0
        left = max((self.width() - text - cap) / 2.0, 6.0)
        painter.setPen(ink)
        words = QRectF(left, 0, text + 2, self.height())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self.text())
        if self.key:
            self._paint_cap(
                painter, QRectF(left + text + 6, (self.height() - _CAP) / 2.0, _CAP, _CAP), ink
            )
        if self.armed:
            self._paint_ring(painter)
        painter.end()

    def _paint_cap(self, painter: QPainter, area: QRectF, ink: QColor) -> None:
        faint = QColor(ink)
        faint.setAlphaF(0.45)
        painter.setPen(faint)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        small = QFont(self.font())
        small.setPixelSize(10)
        painter.setFont(small)
        clear = QColor(ink)
        clear.setAlphaF(0.75)
        painter.setPen(clear)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self.key)

    def _paint_ring(self, painter: QPainter) -> None:
        pen = painter.pen()
        pen.setColor(self.palette().color(QPalette.ColorRole.Highlight))
        pen.setWidthF(2.0)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5), 4, 4)
