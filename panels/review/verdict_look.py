"""How a verdict looks in the window: colours that can be read on the ground, and its badge."""

from __future__ import annotations

from qgis.PyQt.QtCore import QPointF, QRectF, Qt
from qgis.PyQt.QtGui import QColor, QFont, QPainter, QPalette, QPen, QPolygonF

from ...processing_provider.styling import style

_READABLE = 3.0
"""Least contrast of large or bold text (WCAG 2.1, 1.4.3)."""


def verdict_color(verdict: str, background: QColor) -> QColor:
    """The colour of ``verdict`` that stands out more from ``background``."""
    look = style()["verdicts"].get(verdict)
    if look is None:
        return QColor("#808080")
    both = [QColor(look["color"]), QColor(look["color_on_dark"])]
    return max(both, key=lambda color: contrast(color, background))


def verdict_text_color(verdict: str, palette: QPalette) -> QColor:
    """The colour of ``verdict`` for text on a window; plain where none could be read."""
    background = palette.color(QPalette.ColorRole.Window)
    look = style()["verdicts"].get(verdict, {})
    names = ("color", "color_of_text", "color_on_dark")
    # The colour of the map where it can be read, else the one that is nearest to it.
    for color in (QColor(look[name]) for name in names if name in look):
        if contrast(color, background) >= _READABLE:
            return color
    return palette.color(QPalette.ColorRole.WindowText)


def contrast(one: QColor, other: QColor) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.1, relative luminance)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def readable(color: QColor, background: QColor) -> QColor:
    """``color`` where it can be read on ``background``, else white or nearly black.

    A style sheet paints widgets without telling their palettes, so that a text of the palette may
    have no contrast to what is really behind it.
    """
    if contrast(color, background) >= 4.5:
        return color
    return max(QColor("#ffffff"), QColor("#1c1c1c"), key=lambda one: contrast(one, background))


def _luminance(color: QColor) -> float:
    red, green, blue = (
        value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4
        for value in (color.redF(), color.greenF(), color.blueF())
    )
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)


def paint_badge(
    painter: QPainter,
    area: QRectF,
    verdict: str,
    letter: str,
    color: QColor,
    rim: QColor | None = None,
) -> None:
    """Paint the marker of the map with the letter of the severity in it."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(rim, 1.5) if rim is not None else QPen(Qt.PenStyle.NoPen))
    painter.setBrush(color)
    look = style()["verdicts"].get(verdict, {})
    if look.get("marker") == "diamond":
        middle = area.center()
        reach = area.width() * 0.6
        painter.drawPolygon(
            QPolygonF(
                [
                    QPointF(middle.x(), middle.y() - reach),
                    QPointF(middle.x() + reach, middle.y()),
                    QPointF(middle.x(), middle.y() + reach),
                    QPointF(middle.x() - reach, middle.y()),
                ]
            )
        )
    else:
        painter.drawEllipse(area)
    painter.setPen(QColor("#1c1c1c" if color.lightness() > 150 else "#ffffff"))
    font = QFont(painter.font())
    font.setBold(True)
    font.setPixelSize(max(9, int(area.height() * 0.62)))
    painter.setFont(font)
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter, letter)
    painter.restore()
