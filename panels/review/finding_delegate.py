"""How one finding is painted in the list: a badge, its message, and where it belongs."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import QModelIndex, QRectF, QSize, Qt
from qgis.PyQt.QtGui import QColor, QFont, QFontMetrics, QPainter, QPalette
from qgis.PyQt.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from .findings_model import ROW_ROLE, FindingsModel, message_column
from .verdict_look import paint_badge, verdict_color
from .words import family_title, verdict_title

_PADDING = 6


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
