"""Colours and pens of small charts, fit for the ground they are drawn on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor, QFont, QPalette
from qgis.PyQt.QtWidgets import QWidget

from ..verdict_look import contrast

MARKS_CONTRAST = 3.0
"""Least contrast of lines and markers with their ground (WCAG 2.1, 1.4.11)."""
TEXT_CONTRAST = 4.5
"""Least contrast of small text (WCAG 2.1, 1.4.3)."""

_HUES = {
    "declared": "#c2500f",
    "measured": "#1769aa",
    "expected": "#2e7d32",
    "reference": "#6b7280",
    "other": "#7b4fa3",
}
_BANDS = {"tolerance": "expected", "parcel": "other", "limit": "reference"}
_DASHES = (
    Qt.PenStyle.SolidLine,
    Qt.PenStyle.DashLine,
    Qt.PenStyle.DotLine,
    Qt.PenStyle.DashDotLine,
)
_TURN = 47
_OPAQUE = 255
_CLEAR = 8.0
_SURE = 5.5
"""Contrast of text with room for the fainter type of axes."""


def readable(color: QColor, ground: QColor, least: float) -> QColor:
    """``color``, made lighter or darker until it stands out from ``ground``."""
    answer = QColor(color)
    brighter = ground.lightnessF() < 0.5
    for _ in range(40):
        if contrast(answer, ground) >= least:
            return answer
        hue, saturation, light, _alpha = answer.getHslF()
        light = min(1.0, light + 0.025) if brighter else max(0.0, light - 0.025)
        answer.setHslF(max(hue, 0.0), saturation, light)
    return QColor("#ffffff" if brighter else "#000000")


@dataclass(frozen=True)
class Look:
    """What a chart is drawn with."""

    ground: QColor
    text: QColor
    font: QFont
    made: dict[Any, QColor] = field(default_factory=dict)

    @property
    def faint(self) -> QColor:
        """Grid and frame: seen, not read."""
        color = QColor(self.text)
        color.setAlpha(46)
        return color

    @property
    def dim(self) -> QColor:
        """Text of axes: as faint as can still be read."""
        share = 0.78
        mixed = QColor(
            *(
                round(share * text + (1 - share) * ground)
                for text, ground in zip(self.text.getRgb()[:3], self.ground.getRgb()[:3])
            )
        )
        return readable(mixed, self.ground, TEXT_CONTRAST)

    def of(self, role: str, turn: int = 0) -> QColor:
        """Colour of a role; ``turn`` tells several of one role apart."""
        key = (role, turn)
        if key not in self.made:
            color = QColor(_HUES.get(_BANDS.get(role, role), _HUES["other"]))
            if role == "limit" and turn == 0:
                color = QColor(self.text)
            elif turn:
                hue, saturation, light, _ = color.getHsl()
                color.setHsl((max(hue, 0) + _TURN * turn) % 360, max(saturation, 90), light)
            # Names are written in these colours, so that they are held to the measure of text.
            self.made[key] = readable(color, self.ground, TEXT_CONTRAST)
        return self.made[key]

    def fill(self, role: str, turn: int = 0, alpha: int = 40) -> QColor:
        """Colour of an area of a role."""
        color = QColor(self.of(role, turn))
        color.setAlpha(alpha)
        return color


def dash(turn: int) -> Qt.PenStyle:
    """Pen of the ``turn``-th line, so that colour is never alone."""
    return _DASHES[turn % len(_DASHES)]


def ground_of(widget: QWidget, paper: bool = True) -> tuple[QColor, QColor]:
    """The colours that are really behind and on a widget.

    Themes of QGIS make most widgets transparent and colour a few by style sheet; the palette then
    says nothing, but that of the nearest coloured parent does. ``paper`` prefers the ground of
    lists and texts where the palette has one.
    """
    roles = QPalette.ColorRole
    palette = widget.palette()
    if paper and palette.color(roles.Base).alpha() == _OPAQUE:
        ground, text = palette.color(roles.Base), palette.color(roles.Text)
    else:
        parent: QWidget | None = widget
        while parent is not None and parent.palette().color(roles.Window).alpha() < _OPAQUE:
            parent = parent.parentWidget()
        palette = (parent or widget).palette()
        ground, text = palette.color(roles.Window), palette.color(roles.WindowText)
        ground.setAlpha(_OPAQUE)
        if paper:
            ground = _clear(ground, text)
    return ground, readable(text, ground, _SURE)


def _clear(ground: QColor, text: QColor) -> QColor:
    """``ground``, moved away from a middle grey on which no colour can be told from another."""
    if max(contrast(ground, QColor(name)) for name in ("#000000", "#ffffff")) >= _CLEAR:
        return ground
    answer = QColor(ground)
    hue, saturation, _light, _alpha = answer.getHslF()
    light = 0.8 if text.lightnessF() < ground.lightnessF() else 0.14
    answer.setHslF(max(hue, 0.0), saturation, light)
    return answer


def look_of(widget: QWidget, paper: bool = True) -> Look:
    """Look of what is painted on ``widget``."""
    return Look(*ground_of(widget, paper), small(widget.font()))


def look_on_paper(font: QFont) -> Look:
    """Look of what is saved or copied: dark on white."""
    return Look(QColor("#ffffff"), QColor("#1c1c1c"), small(font))


def small(font: QFont) -> QFont:
    """The smaller type of charts and notes."""
    answer = QFont(font)
    if font.pointSizeF() > 0:
        answer.setPointSizeF(max(7.5, font.pointSizeF() * 0.88))
    else:
        answer.setPixelSize(max(10, int(font.pixelSize() * 0.88)))
    return answer
