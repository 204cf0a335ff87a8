"""A small compass rose: where the camera looked, how wide, and where the sun stood."""

from __future__ import annotations

import math

from qgis.PyQt.QtCore import QPointF, QRectF, QSize, Qt
from qgis.PyQt.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from qgis.PyQt.QtWidgets import QSizePolicy, QWidget

from ....processing_provider.language import translate
from .chart_look import MARKS_CONTRAST, ground_of, readable, small

_SIDE = 76
_VIEW = "#1769aa"
_SUN = "#e09a00"


class PhotoRose(QWidget):
    """Shows angles with north up.

    The sun stands nearer to the middle the higher it is; below the horizon it is a hollow disc on
    the rim.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._azimuth = self._half_view = self._sun = self._height = math.nan
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(_SIDE, _SIDE)

    def show_view(self, azimuth: float, half_view: float, sun: float, height: float) -> None:
        """Show azimuths clockwise from north and the sun's height, in degrees; nan is left out."""
        self._azimuth, self._half_view = azimuth, half_view
        self._sun, self._height = sun, height
        self.update()

    def radius(self) -> float:
        """Radius of the rim, in pixels."""
        return min(self.width(), self.height()) / 2.0 - 12.0

    def at(self, azimuth: float, distance: float) -> QPointF:
        """Pixel in a direction, ``distance`` in radii."""
        angle = math.radians(azimuth)
        reach = distance * self.radius()
        return QPointF(
            self.width() / 2.0 + reach * math.sin(angle),
            self.height() / 2.0 - reach * math.cos(angle),
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground, text = ground_of(self, paper=False)
        faint = QColor(text)
        faint.setAlpha(110)
        middle = self.at(0.0, 0.0)
        painter.setPen(QPen(faint, 1))
        painter.drawEllipse(middle, self.radius(), self.radius())
        for azimuth in range(0, 360, 30):
            inner = 0.84 if azimuth % 90 == 0 else 0.92
            painter.drawLine(self.at(azimuth, inner), self.at(azimuth, 1.0))
        painter.setPen(text)
        painter.setFont(small(self.font()))
        line = painter.fontMetrics().height()
        for azimuth, name in enumerate(
            (
                translate("PhotoRose", "N"),
                translate("PhotoRose", "E"),
                translate("PhotoRose", "S"),
                translate("PhotoRose", "W"),
            )
        ):
            at = self.at(azimuth * 90.0, 1.0 + 6.0 / max(self.radius(), 1.0))
            area = QRectF(at.x() - line, at.y() - line / 2.0, line * 2.0, line)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, name)
        self._paint_view(painter, readable(QColor(_VIEW), ground, MARKS_CONTRAST))
        self._paint_sun(painter, readable(QColor(_SUN), ground, MARKS_CONTRAST))
        painter.end()

    def _paint_view(self, painter: QPainter, color: QColor) -> None:
        if not math.isfinite(self._azimuth):
            return
        middle = self.at(0.0, 0.0)
        half = self._half_view if math.isfinite(self._half_view) else 0.0
        if half > 0:
            reach = self.radius()
            rim = QRectF(middle.x() - reach, middle.y() - reach, reach * 2, reach * 2)
            wedge = QPainterPath(middle)
            # Qt counts from three o'clock against the clock.
            wedge.arcTo(rim, 90.0 - self._azimuth - half, 2.0 * half)
            wedge.closeSubpath()
            fill = QColor(color)
            fill.setAlpha(80)
            painter.fillPath(wedge, fill)
        painter.setPen(QPen(color, 2))
        painter.drawLine(middle, self.at(self._azimuth, 0.98))
        painter.setBrush(color)
        painter.drawEllipse(middle, 2.5, 2.5)

    def _paint_sun(self, painter: QPainter, color: QColor) -> None:
        if not (math.isfinite(self._sun) and math.isfinite(self._height)):
            return
        up = self._height >= 0.0
        at = self.at(self._sun, (90.0 - self._height) / 90.0 if up else 1.0)
        painter.setPen(QPen(color, 1.4))
        painter.setBrush(color if up else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(at, 3.6, 3.6)
        if up:
            for turn in range(0, 360, 45):
                angle = math.radians(turn)
                way = QPointF(math.sin(angle), math.cos(angle))
                painter.drawLine(at + way * 5.2, at + way * 7.4)
