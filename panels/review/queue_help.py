"""The keys of the queue, shown over the list."""

from __future__ import annotations

from html import escape

from qgis.PyQt.QtCore import QEvent, QObject, Qt
from qgis.PyQt.QtGui import QPalette
from qgis.PyQt.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from ...processing_provider.language import translate


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
    """Lies over a widget until a key or a click."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.ToolTipBase)
        self.setAccessibleName(translate("QueueHelp", "Keys of the list"))
        label = QLabel()
        label.setTextFormat(Qt.TextFormat.RichText)
        label.setForegroundRole(QPalette.ColorRole.ToolTipText)
        label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        lines = "".join(
            f'<tr><td style="padding-right:14px;white-space:pre"><b>{escape(key)}</b></td>'
            f"<td>{escape(does)}</td></tr>"
            for key, does in keys()
        )
        head = escape(translate("QueueHelp", "Keys, while the list has the focus"))
        label.setText(f'<p><b>{head}</b></p><table cellspacing="0" cellpadding="1">{lines}</table>')
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 10)
        column.addWidget(label)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.hide()

    def toggle(self) -> None:
        """Show it in the middle of what it lies over, or hide it."""
        if self.isVisible():
            self.hide()
            return
        over = self.parentWidget()
        size = self.sizeHint().boundedTo(over.size())
        self.resize(size)
        self.move((over.width() - size.width()) // 2, (over.height() - size.height()) // 2)
        self.raise_()
        self.show()
        self.setFocus()

    def event(self, event: QEvent) -> bool:
        ends = (QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.FocusOut)
        if event.type() in ends and self.isVisible():
            self.hide()
            parent: QObject = self.parentWidget()
            if event.type() != QEvent.Type.FocusOut and hasattr(parent, "take_focus"):
                parent.take_focus()
            return True
        return bool(super().event(event))
