"""A word on a tinted ground: where a finding stands."""

from __future__ import annotations

from qgis.PyQt.QtCore import QRectF, QSize, Qt
from qgis.PyQt.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from qgis.PyQt.QtWidgets import QSizePolicy, QWidget

from ..evidence.chart_look import ground_of

COLORS = {
    "found": "#7a7f87",
    "under_review": "#2f6fde",
    "returned": "#d9480f",
    "corrected": "#0b8f8f",
    "appealed": "#8b3fd1",
    "rechecked": "#4c7d12",
    "closed": "#2b8a3e",
    "exception": "#a0792c",
    "disputed": "#d81e3f",
    "blind": "#2f6fde",
}
_TINT, _TINT_ON_DARK = 38, 84


class Chip(QWidget):
    """A dot of a colour and a word that can be read on any ground."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text, self._color = "", QColor("#7a7f87")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def text(self) -> str:
        """The word."""
        return self._text

    def show_word(self, text: str, kind: str) -> None:
        """Show ``text`` in the colour of ``kind``: a state, ``disputed`` or ``blind``."""
        self._text, self._color = text, QColor(COLORS.get(kind, "#7a7f87"))
        self.setAccessibleName(text)
        self.setVisible(bool(text))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance(self._text) + 28, metrics.height() + 6)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        ground, ink = ground_of(self, paper=False)
        paint_chip(painter, QRectF(self.rect()), self._text, self._color, ground, ink)
        painter.end()


def paint_chip(
    painter: QPainter, area: QRectF, text: str, color: QColor, ground: QColor, ink: QColor
) -> None:
    """Paint the chip into ``area``; ``ground`` is what is behind it, ``ink`` what is read on it."""
    dark = ground.lightness() < 128
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    tint = QColor(color)
    tint.setAlpha(_TINT_ON_DARK if dark else _TINT)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tint)
    radius = area.height() / 2.0
    painter.drawRoundedRect(area, radius, radius)
    dot = color.lighter(150) if dark else color
    painter.setBrush(dot)
    painter.drawEllipse(QRectF(area.left() + 8, area.center().y() - 3.5, 7, 7))
    painter.setPen(ink)
    painter.drawText(
        area.adjusted(20, 0, -6, 0),
        Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft,
        text,
    )
    painter.restore()
