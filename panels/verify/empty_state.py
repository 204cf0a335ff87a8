"""What a page shows while it has nothing to show: what to do next."""

from __future__ import annotations

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QLabel, QStackedWidget, QVBoxLayout, QWidget

from ...processing_provider import icons


class EmptyState(QWidget):
    """An icon, one sentence, and room around them."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        picture = QLabel()
        picture.setPixmap(icons.icon("onemap").pixmap(48, 48))
        picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.text = QLabel(text)
        self.text.setWordWrap(True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.addStretch(1)
        column.addWidget(picture)
        column.addWidget(self.text)
        column.addStretch(2)


class PageWithEmptyState(QStackedWidget):
    """A page, or what to do to get it."""

    def __init__(self, text: str, page: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.empty = EmptyState(text)
        self.addWidget(self.empty)
        self.addWidget(page)

    def set_filled(self, filled: bool) -> None:
        """Show the page, or the empty state."""
        self.setCurrentIndex(1 if filled else 0)
