"""The top line of the evidence panel: the verdict, by which rule, and what the map can show."""

from __future__ import annotations

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QRectF, QSize
from qgis.PyQt.QtGui import QPainter, QPaintEvent, QPalette
from qgis.PyQt.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from ...processing_provider.language import translate
from ...processing_provider.styling import category_title
from .evidence_label import ElidedLabel
from .verdict_look import paint_badge, verdict_color, verdict_text_color

_BADGE = 18


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
        color = verdict_color(self.verdict, self.palette().color(QPalette.ColorRole.Window))
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
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 4, 0)
        row.setSpacing(4)
        for widget in (self._badge, self.verdict):
            row.addWidget(widget)
        row.addWidget(self.rule, 1)
        for widget in (self.busy, self.swipe, self.blink, self.on_map, self.zoom):
            row.addWidget(widget)

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
        palette = self.palette()
        color = verdict_text_color(verdict, palette).name()
        self.verdict.setStyleSheet(f"color: {color}" if verdict else "")
        self.rule.show_text(rule)

    def set_images(self, reason: str) -> None:
        """Allow swipe and blink, or say why not; an empty reason allows."""
        for button in (self.swipe, self.blink):
            button.setEnabled(not reason)
            button.setToolTip(reason or button.property("tip"))

    def set_mode(self, mode: str) -> None:
        """Show what is on: ``swipe``, ``blink`` or nothing."""
        self.swipe.setChecked(mode == "swipe")
        self.blink.setChecked(mode == "blink")
