"""The keys of the queue, shown over the list."""

from __future__ import annotations

from html import escape

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QKeyEvent, QPainter, QPaintEvent, QPalette
from qgis.PyQt.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from ....processing_provider.language import translate

_APART = 4
"""Pixels from the edge of the screen: a window may have a frame."""


def keys() -> list[tuple[str, str]]:
    """Keys and what they do, as shown."""
    return [
        ("J  K  ↓  ↑", translate("QueueHelp", "Next, previous finding")),
        ("N", translate("QueueHelp", "Next finding still to decide")),
        ("A", translate("QueueHelp", "Accept: the finding is true")),
        ("R", translate("QueueHelp", "Reject: the finding is not true")),
        ("D", translate("QueueHelp", "Doubtful")),
        ("T", translate("QueueHelp", "Return to the county")),
        ("E", translate("QueueHelp", "Exception, with a reason")),
        ("U", translate("QueueHelp", "Undo the last decision")),
        ("Enter  Z", translate("QueueHelp", "Zoom the map to the finding")),
        ("P", translate("QueueHelp", "Photos")),
        ("B", translate("QueueHelp", "Blink between before and after")),
        ("/", translate("QueueHelp", "Search")),
        ("F", translate("QueueHelp", "Filters")),
        ("G", translate("QueueHelp", "Group: none, by parcel, by rule")),
        ("←  →", translate("QueueHelp", "Close, open a group")),
        ("Home  End", translate("QueueHelp", "First, last finding")),
        ("Ctrl+A", translate("QueueHelp", "Choose all")),
        ("Esc", translate("QueueHelp", "Back to the list; again: clear the filters")),
        ("?", translate("QueueHelp", "These keys")),
    ]


class KeyHelp(QFrame):
    """A window over a list, looking like it, as large as it needs, until a key or a click."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over, Qt.WindowType.Popup)
        self.setAccessibleName(translate("QueueHelp", "Keys of the list"))
        self._label = QLabel()
        self._label.setTextFormat(Qt.TextFormat.RichText)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 10)
        column.addWidget(self._label)

    def toggle(self) -> None:
        """Show it over what it is about, or hide it."""
        if self.isVisible():
            self.hide()
            return
        over = self.parentWidget()
        self._label.setText(_text(over.palette().color(QPalette.ColorRole.Text).name()))
        self.adjustSize()
        corner = over.mapToGlobal(over.rect().topRight())
        room = over.screen().availableGeometry()
        left = max(room.left(), min(corner.x(), room.right()) - self.width() - _APART)
        top = max(room.top(), min(corner.y(), room.bottom() - self.height()))
        self.move(left, top)
        self.show()
        self.setFocus()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The ground of the list: a theme may paint none for a frame of its own."""
        palette = self.parentWidget().palette()
        painter = QPainter(self)
        painter.setBrush(palette.color(QPalette.ColorRole.Base))
        painter.setPen(palette.color(QPalette.ColorRole.Text))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Any key ends it."""
        event.accept()
        self.hide()


def _text(color: str) -> str:
    lines = "".join(
        f'<tr><td style="padding-right:14px;white-space:pre"><b>{escape(key)}</b></td>'
        f"<td>{escape(does)}</td></tr>"
        for key, does in keys()
    )
    head = escape(translate("QueueHelp", "Keys, while the list has the focus"))
    table = f'<table cellspacing="0" cellpadding="1">{lines}</table>'
    return f'<div style="color:{color}"><p><b>{head}</b></p>{table}</div>'
