"""The top line of the evidence panel: the verdict, by which rule, and what the map can show."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QRectF, QSize, Qt
from qgis.PyQt.QtGui import QPainter, QPaintEvent, QPalette, QResizeEvent
from qgis.PyQt.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QToolButton, QWidget

from ....processing_provider.language import translate
from ....processing_provider.styling import category_title
from ..verdict_look import paint_badge, verdict_color, verdict_text_color
from .chart_look import TEXT_CONTRAST, ground_of, readable
from .label import ElidedLabel

_BADGE = 18
_WIDE = 460


class _Badge(QWidget):
    """The marker of the map, with the letter of the severity."""

    def __init__(self) -> None:
        super().__init__()
        self.verdict = self.severity = ""
        self.setFixedSize(_BADGE + 10, _BADGE + 8)

    def sizeHint(self) -> QSize:
        return QSize(_BADGE + 10, _BADGE + 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.verdict:
            return
        painter = QPainter(self)
        color = verdict_color(self.verdict, ground_of(self, paper=False)[0])
        area = QRectF(5, 4, _BADGE, _BADGE)
        paint_badge(painter, area, self.verdict, self.severity, color)
        painter.end()


class EvidenceHead(QWidget):
    """Badge, verdict, rule; buttons ``swipe``, ``blink``, ``on_map`` and ``zoom``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._badge = _Badge()
        self.verdict = QLabel()
        font = self.verdict.font()
        font.setBold(True)
        self.verdict.setFont(font)
        self.rule = ElidedLabel()
        self.busy = QLabel()
        self.swipe = self._button(
            translate("EvidenceHead", "Swipe"),
            translate("EvidenceHead", "Swipe between the image before and after, on the map"),
        )
        self.blink = self._button(
            translate("EvidenceHead", "Blink"),
            translate("EvidenceHead", "Let the image before and after take turns, on the map (B)"),
        )
        self.on_map = self._button(
            translate("EvidenceHead", "On map"),
            translate("EvidenceHead", "Draw the evidence on the map: views, tracks, outlines"),
        )
        self.on_map.setChecked(True)
        tip = translate("EvidenceHead", "Zoom to the evidence on the map")
        self.zoom = self._button("", tip)
        self.zoom.setAccessibleName(tip)
        self.zoom.setCheckable(False)
        self.zoom.setIcon(QgsApplication.getThemeIcon("/mActionZoomToLayer.svg"))
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(4, 0, 4, 0)
        self._grid.setHorizontalSpacing(4)
        self._grid.setVerticalSpacing(0)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(4)
        for widget in (self.busy, self.swipe, self.blink, self.on_map, self.zoom):
            self._buttons.addWidget(widget)
        self._grid.addWidget(self._badge, 0, 0)
        self._grid.addWidget(self.verdict, 0, 1)
        self._grid.addWidget(self.rule, 0, 2)
        self._grid.setColumnStretch(2, 1)
        self._grid.addLayout(self._buttons, 0, 3)
        self._wide = True

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= _WIDE
        if wide != self._wide:
            # Side by side where there is room, else the buttons below.
            self._wide = wide
            self._grid.removeItem(self._buttons)
            place = (0, 3, 1, 1) if wide else (1, 0, 1, 3)
            right = Qt.AlignmentFlag.AlignRight
            self._grid.addLayout(self._buttons, *place, right)

    def _button(self, text: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setToolTip(tip)
        button.setCheckable(True)
        button.setAutoRaise(True)
        # The tip is replaced by the reason where it cannot be used.
        button.setProperty("tip", tip)
        return button

    def show_finding(self, verdict: str, severity: str, rule: str) -> None:
        """Show another finding; empty for none."""
        self._badge.verdict, self._badge.severity = verdict, severity
        self._badge.update()
        self.verdict.setText(category_title(verdict, severity) if verdict else "")
        # The palette of a theme does not say what is really behind the words.
        palette = self.palette()
        ground, text = ground_of(self, paper=False)
        palette.setColor(QPalette.ColorRole.Window, ground)
        palette.setColor(QPalette.ColorRole.WindowText, text)
        color = readable(verdict_text_color(verdict, palette), ground, TEXT_CONTRAST).name()
        self.verdict.setStyleSheet(f"color: {color}" if verdict else "")
        self.rule.show_text(rule)

    def set_images(self, reason: str) -> None:
        """Allow swipe and blink, or say why not; an empty reason allows."""
        for button in (self.swipe, self.blink):
            button.setEnabled(not reason)
            button.setToolTip(reason or button.property("tip"))

    def show_shapes(self, names: Sequence[str]) -> None:
        """Tell what is drawn on the map."""
        lines = [self.on_map.property("tip"), *(f"· {name}" for name in dict.fromkeys(names))]
        self.on_map.setToolTip("\n".join(line for line in lines if line.strip("· ")))

    def set_mode(self, mode: str) -> None:
        """Show what is on: ``swipe``, ``blink`` or nothing."""
        self.swipe.setChecked(mode == "swipe")
        self.blink.setChecked(mode == "blink")
