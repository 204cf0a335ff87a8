"""How one finding is painted in the list: a badge, its message, and where it belongs."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import QModelIndex, QPointF, QRectF, QSize, Qt
from qgis.PyQt.QtGui import QColor, QFont, QFontMetrics, QPainter, QPalette, QPen, QPolygonF
from qgis.PyQt.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ...processing_provider.styling import style
from .findings_model import ROW_ROLE, FindingsModel, message_column
from .words import family_title, verdict_title

_PADDING = 6
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


class FindingDelegate(QStyledItemDelegate):
    """Two lines per finding; the view needs only the first column."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        height = QFontMetrics(option.font).height() + self._small(option.font)[1].height()
        return QSize(120, height + 2 * _PADDING)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        self.initStyleOption(option, index)
        option.text = ""
        view = option.widget
        painting = view.style() if view is not None else QApplication.style()
        painting.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, view)
        model: Any = index.model()
        if not isinstance(model, FindingsModel):
            return
        row = index.data(ROW_ROLE)
        table = model.table
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        palette = view.palette() if view is not None else option.palette
        text = palette.color(
            QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text
        )
        verdict, severity = table.value(row, "verdict"), table.value(row, "severity")
        area = QRectF(option.rect).adjusted(_PADDING, _PADDING, -_PADDING, -_PADDING)
        small, small_metrics = self._small(option.font)
        size = min(20.0, area.height() - 8.0)
        badge = QRectF(area.left() + 3, area.center().y() - size / 2, size, size)
        color = verdict_color(verdict, palette.color(QPalette.ColorRole.Base))
        paint_badge(painter, badge, verdict, severity, color, text if selected else None)

        painter.save()
        metrics = QFontMetrics(option.font)
        left = badge.right() + 12
        first = QRectF(left, area.top(), area.right() - left, metrics.height())
        second = QRectF(left, first.bottom(), first.width(), small_metrics.height())
        painter.setPen(text)
        painter.setFont(option.font)
        self._line(painter, metrics, first, str(table.value(row, message_column())))
        dim = QColor(text)
        dim.setAlphaF(0.68)
        painter.setPen(dim)
        painter.setFont(small)
        about = " · ".join(
            part
            for part in (
                # First what tells one from the next: the end of a long list may not be seen.
                " ".join(filter(None, (table.value(row, "layer"), table.value(row, "object_id")))),
                family_title(table.value(row, "family")),
                verdict_title(verdict),
            )
            if part
        )
        self._line(painter, small_metrics, second, about)
        painter.restore()

    @staticmethod
    def _line(painter: QPainter, metrics: QFontMetrics, area: QRectF, text: str) -> None:
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(area.width()))
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)

    @staticmethod
    def _small(font: QFont) -> tuple[QFont, QFontMetrics]:
        small = QFont(font)
        if font.pointSizeF() > 0:
            small.setPointSizeF(font.pointSizeF() * 0.88)
        return small, QFontMetrics(small)
