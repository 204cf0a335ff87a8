"""How wide text is on paper, and where its lines break.

QGIS breaks lines at blanks only (and labels not at all before 3.24); Chinese has none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from qgis.PyQt.QtGui import QFont, QFontDatabase, QFontMetricsF

_SIZE = 100
_POINT = 25.4 / 72.0
_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f"
_CLOSING = "，。；：、！？）】》」』”’％,.;:!?)%]}"
_PIECE = re.compile(
    rf"[（【《「『“‘]*[{_WIDE}][{re.escape(_CLOSING)}]*|\s+|[^\s{_WIDE}（【《「『“‘]+|."
)
FAMILIES = (
    *("Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "Microsoft YaHei"),
    *("PingFang SC", "Hiragino Sans GB", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "SimHei"),
)
"""Typefaces with Chinese and Latin letters, the best first."""


@lru_cache(maxsize=64)
def best_family(wanted: str = "") -> str:
    """``wanted`` where it is installed, else the best typeface with Chinese; maybe empty."""
    try:
        known = set(QFontDatabase.families())
    except TypeError:  # Qt 5 wants an object
        known = set(QFontDatabase().families())
    return next((name for name in (wanted, *FAMILIES) if name and name in known), "")


@dataclass
class Ruler:
    """Measures text of one font, in millimetres."""

    font: QFont
    size_mm: float
    _widths: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, font: QFont, points: float) -> Ruler:
        """A ruler of ``font`` at a size in points."""
        large = QFont(font)
        large.setPixelSize(_SIZE)
        return cls(large, points * _POINT)

    def __post_init__(self) -> None:
        self._metrics = QFontMetricsF(self.font)

    @property
    def line(self) -> float:
        """Height from one line to the next."""
        return float(self._metrics.lineSpacing()) / _SIZE * self.size_mm

    def width(self, text: str) -> float:
        """Width of text on one line."""
        widths = self._widths
        total = 0.0
        for letter in text:
            known = widths.get(letter)
            if known is None:
                known = widths[letter] = float(self._metrics.horizontalAdvance(letter))
            total += known
        return total / _SIZE * self.size_mm

    def wrapped(self, text: str, room: float) -> list[str]:
        """The lines of ``text`` in a column ``room`` wide."""
        lines: list[str] = []
        for paragraph in text.split("\n"):
            lines += self._paragraph(paragraph, room)
        return lines

    def _paragraph(self, text: str, room: float) -> list[str]:
        lines, line, used = [], "", 0.0
        for piece in _PIECE.findall(text):
            width = self.width(piece)
            if used + width <= room:
                line, used = line + piece, used + width
                continue
            if piece.isspace():
                continue
            if line.strip() and width <= room:
                lines.append(line.rstrip())
                line, used = piece, width
                continue
            for letter in piece:  # longer than a whole line: a path, a digest
                width = self.width(letter)
                if used + width > room and line:
                    lines.append(line.rstrip())
                    line, used = "", 0.0
                line, used = line + letter, used + width
        lines.append(line.rstrip())
        return lines
