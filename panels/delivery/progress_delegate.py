"""Draws how far a delivery is."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import QModelIndex, Qt
from qgis.PyQt.QtGui import QPainter
from qgis.PyQt.QtWidgets import (
    QApplication,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionProgressBar,
)

from .queue_model import DELIVERY_ROLE, SHARE_ROLE

_RUNNING = ("uploading", "confirming")


class ProgressDelegate(QStyledItemDelegate):
    """A bar with the words in it while a delivery is under way, words alone afterwards."""

    def paint(self, painter: QPainter, option: Any, index: QModelIndex) -> None:
        delivery = index.data(DELIVERY_ROLE)
        if delivery.state.value not in _RUNNING:
            super().paint(painter, option, index)
            return
        bar = QStyleOptionProgressBar()
        bar.rect = option.rect.adjusted(2, 3, -2, -3)
        bar.palette = option.palette
        bar.fontMetrics = option.fontMetrics
        bar.minimum, bar.maximum = 0, 1000
        bar.progress = int(1000 * index.data(SHARE_ROLE))
        bar.text = index.data()
        bar.textVisible = True
        bar.textAlignment = Qt.AlignmentFlag.AlignCenter
        bar.state = option.state | QStyle.StateFlag.State_Horizontal
        style = option.widget.style() if option.widget is not None else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ProgressBar, bar, painter, option.widget)
