"""What of the one map is in the project, and how fresh it is."""

from __future__ import annotations

from datetime import date
from typing import Any

from qgis.core import QgsApplication, QgsProject
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ...processing_provider.language import translate
from .words import age_in_words, kind_title, period

LAYER_ROLE = Qt.ItemDataRole.UserRole


class LoadedPage(QWidget):
    """Layers of the platform in the project; ``mend_wanted`` asks to look for moved services."""

    mend_wanted = pyqtSignal()
    layer_wanted = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tree = QTreeWidget()
        self.tree.setHeaderLabels(
            [
                translate("LoadedPage", "Layer"),
                translate("LoadedPage", "Content of"),
                translate("LoadedPage", "Age"),
            ]
        )
        self.tree.setRootIsDecorated(False)
        self.tree.setUniformRowHeights(True)
        self.tree.setAccessibleName(translate("LoadedPage", "Layers of the one map"))
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.itemActivated.connect(
            lambda item, _column: self.layer_wanted.emit(str(item.data(0, LAYER_ROLE)))
        )
        self.mend = QPushButton(translate("LoadedPage", "Find Moved Services"))
        self.mend.setToolTip(
            translate(
                "LoadedPage",
                "Ask the catalogue whether a service has another address or name now",
            )
        )
        self.mend.clicked.connect(self.mend_wanted)
        row = QHBoxLayout()
        row.addWidget(self.mend)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 4)
        column.addWidget(self.tree, 1)
        column.addLayout(row)

    def show_layers(self, layers: dict[tuple[str, str], Any], profile: Any) -> int:
        """Show the layers of the project that came from a platform; return how many."""
        self.tree.clear()
        today = date.today()
        known = {one.id: one for one in profile.layers} if profile is not None else {}
        order = list(known)
        pairs = sorted(
            layers.items(),
            key=lambda pair: order.index(pair[0][1]) if pair[0][1] in known else len(order),
        )
        for (site, name), layer in pairs:
            about = known.get(name) if profile is not None and site == profile.id else None
            self.tree.addTopLevelItem(_item(layer, about, today))
        self.mend.setEnabled(bool(pairs))
        return len(pairs)


def _item(layer: Any, about: Any, today: date) -> QTreeWidgetItem:
    begin, end = _period(about)
    item = QTreeWidgetItem([layer.name(), period(begin, end) or "–", age_in_words(end, today)])
    item.setData(0, LAYER_ROLE, layer.id())
    valid = layer.isValid()
    icon = "/mIconSuccess.svg" if valid else "/mIconWarning.svg"
    if valid and about is not None and about.restricted:
        icon = "/lockedGray.svg"
    item.setIcon(0, QgsApplication.getThemeIcon(icon))
    tips = [layer.name()]
    if about is not None:
        tips.append(kind_title(about.kind))
    if not valid:
        tips.append(
            translate("LoadedPage", "The service does not answer: sign in, or find where it moved")
        )
        font = item.font(0)
        font.setItalic(True)
        item.setFont(0, font)
    item.setToolTip(0, "\n".join(tips))
    return item


def _period(about: Any) -> tuple[str, str]:
    if about is None:
        return "", ""
    from ...services.onemap.loading import date_range

    return date_range(about)


def reveal(layer_id: str, interface: Any) -> None:
    """Make a layer the current one in QGIS's layer panel."""
    layer = QgsProject.instance().mapLayer(layer_id)
    if layer is not None and hasattr(interface, "setActiveLayer"):
        interface.setActiveLayer(layer)
