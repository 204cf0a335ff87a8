"""A list of people: typed, added, removed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QKeyEvent
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ....processing_provider.language import translate
from ....services import settings

_APART = re.compile(r"[,;，；、\n\t]+")
_KEPT = 30


class _List(QListWidget):
    """Delete takes a person away."""

    removed = pyqtSignal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
            event.accept()
            return
        super().keyPressEvent(event)


class PeopleList(QWidget):
    """Names, each once; several may be typed at once, with commas between them."""

    changed = pyqtSignal()

    def __init__(self, first: Sequence[str] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = _List()
        self.list.setAccessibleName(translate("PeopleList", "People"))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.removed.connect(self._remove)
        self.name = QLineEdit()
        self.name.setPlaceholderText(translate("PeopleList", "Name (several with commas)"))
        self.name.setAccessibleName(translate("PeopleList", "Name of a person to add"))
        self.name.returnPressed.connect(self._add)
        self.add = QPushButton(translate("PeopleList", "Add"))
        self.add.setAutoDefault(False)
        self.add.clicked.connect(lambda _checked=False: self._add())
        self.remove = QPushButton(translate("PeopleList", "Remove"))
        self.remove.setAutoDefault(False)
        self.remove.clicked.connect(lambda _checked=False: self._remove())
        row = QHBoxLayout()
        row.addWidget(self.name, 1)
        row.addWidget(self.add)
        row.addWidget(self.remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.list, 1)
        column.addLayout(row)
        kept = [str(name) for name in settings.PEOPLE.get()]
        self._take([*kept, *first])

    def names(self) -> list[str]:
        """The people, in the order in which they were added."""
        return [self.list.item(row).text() for row in range(self.list.count())]

    def _add(self) -> None:
        self._take(_APART.split(self.name.text()))
        self.name.clear()
        self._keep()

    def _take(self, names: Sequence[str]) -> None:
        for name in (" ".join(one.split()) for one in names):
            if name and name not in self.names():
                self.list.addItem(name)

    def _remove(self) -> None:
        for item in self.list.selectedItems():
            self.list.takeItem(self.list.row(item))
        self._keep()

    def _keep(self) -> None:
        settings.PEOPLE.set(self.names()[:_KEPT])
        self.changed.emit()
