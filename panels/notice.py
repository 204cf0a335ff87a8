"""A message within a narrow panel: it wraps, where QGIS's own message bar would be cut off."""

from __future__ import annotations

import re
from typing import Any

from qgis.core import Qgis, QgsApplication
from qgis.PyQt.QtCore import Qt, QTimer
from qgis.PyQt.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from ..processing_provider.language import translate

_SECONDS = 10
_LONG = re.compile(r"[\x21-\x7e]{25,}")


class Notice(QFrame):
    """One message at a time; a good one goes by itself, a bad one stays until it is closed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self.picture = QLabel()
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.close_button = QToolButton()
        self.close_button.setIcon(QgsApplication.getThemeIcon("/mIconClose.svg"))
        self.close_button.setAutoRaise(True)
        self.close_button.setToolTip(translate("Notice", "Close"))
        self.close_button.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 4, 4, 4)
        row.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.text, 1)
        row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self.hide()

    def tell(self, text: str, level: Any) -> None:
        """Show ``text``; what went wrong stays in view."""
        icons = {
            Qgis.MessageLevel.Success: "/mIconSuccess.svg",
            Qgis.MessageLevel.Warning: "/mIconWarning.svg",
            Qgis.MessageLevel.Critical: "/mIconCritical.svg",
        }
        size = self.fontMetrics().height() + 2
        icon = QgsApplication.getThemeIcon(icons.get(level, "/mIconInfo.svg"))
        self.picture.setPixmap(icon.pixmap(size, size))
        self.text.setText(_LONG.sub(lambda found: _broken(found[0]), text))
        self.setAccessibleName(text)
        self.show()
        if level in (Qgis.MessageLevel.Success, Qgis.MessageLevel.Info):
            self._timer.start(_SECONDS * 1000)
        else:
            self._timer.stop()


def _broken(word: str) -> str:
    """A long id or path with places where a line may end."""
    return re.sub(r"([-/._:])", "\\1\u200b", word)
