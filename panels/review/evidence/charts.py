"""The charts of a finding: one is seen, arrows go to the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QKeyEvent, QPalette, QResizeEvent
from qgis.PyQt.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ....processing_provider.language import say, translate
from .chart_look import small
from .chart_widget import ChartWidget
from .label import ElidedLabel

if TYPE_CHECKING:
    from ....checks.evidence.model import Chart


_LOW = 165
"""Below this height there is no room for a note."""


class EvidenceCharts(QWidget):
    """A chart with its title and note; a sentence where there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.charts: tuple[Chart, ...] = ()
        self.place = 0
        self.widget = ChartWidget()
        self.title = ElidedLabel()
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.count = QLabel()
        self.previous = self._arrow("/mActionArrowLeft.svg", translate("Charts", "Previous Chart"))
        self.next = self._arrow("/mActionArrowRight.svg", translate("Charts", "Next Chart"))
        self.previous.clicked.connect(lambda: self.step(-1))
        self.next.clicked.connect(lambda: self.step(1))
        self.note = QLabel()
        self.note.setWordWrap(True)
        self.note.setFont(small(self.font()))
        self.note.setContentsMargins(6, 0, 6, 2)
        self.empty = QLabel()
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setMargin(12)
        self._build()

    def _build(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(8, 2, 2, 0)
        row.setSpacing(2)
        row.addWidget(self.title, 1)
        for widget in (self.previous, self.count, self.next):
            row.addWidget(widget)
        filled = QWidget()
        # One ground from edge to edge, so that title, chart and note are one thing.
        filled.setAutoFillBackground(True)
        filled.setBackgroundRole(QPalette.ColorRole.Base)
        column = QVBoxLayout(filled)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.widget, 1)
        column.addWidget(self.note)
        self._stack = QStackedWidget()
        self._stack.addWidget(filled)
        self._stack.addWidget(self.empty)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)

    def _arrow(self, icon: str, text: str) -> QToolButton:
        button = QToolButton()
        button.setIcon(QgsApplication.getThemeIcon(icon))
        button.setToolTip(text)
        button.setAccessibleName(text)
        button.setAutoRaise(True)
        return button

    def show_charts(self, charts: Sequence[Chart], empty: str = "") -> None:
        """Show other charts; ``empty`` is said where there are none."""
        self.charts = tuple(charts)
        self.place = 0
        self.empty.setText(empty)
        self._show()

    def step(self, by: int) -> None:
        """Go to another chart; after the last comes the first."""
        if self.charts:
            self.place = (self.place + by) % len(self.charts)
            self._show()

    def _show(self) -> None:
        several = len(self.charts) > 1
        for widget in (self.previous, self.next, self.count):
            widget.setVisible(several)
        self._stack.setCurrentIndex(0 if self.charts else 1)
        if not self.charts:
            self.widget.show_chart(None)
            return
        chart = self.charts[self.place]
        self.title.show_text(say(chart.title))
        self.count.setText(f"{self.place + 1}/{len(self.charts)}")
        note = say(chart.note)
        self.note.setText(note)
        self._fit()
        self.widget.show_chart(chart)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Where there is little room the chart takes it all; its note is told by the title."""
        note = self.note.text() if self.charts else ""
        self.note.setVisible(bool(note) and self.height() >= _LOW)
        if self.charts:
            title = say(self.charts[self.place].title)
            self.title.setToolTip("\n".join(line for line in (title, note) if line))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right) and len(self.charts) > 1:
            self.step(-1 if event.key() == Qt.Key.Key_Left else 1)
        else:
            super().keyPressEvent(event)
