"""Other findings that speak for or against this one, or about the same parcel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QListWidget, QListWidgetItem, QWidget

from ....processing_provider.language import say, translate

if TYPE_CHECKING:
    from ....checks.evidence.model import Link

_ICONS = {
    "supports": "/mIconSuccess.svg",
    "contradicts": "/mIconWarning.svg",
    "same_parcel": "/mIconPolygonLayer.svg",
    "same_cause": "/mActionLink.svg",
}
_LONGEST = 56
_FINDING = Qt.ItemDataRole.UserRole


def kind_title(kind: str) -> str:
    """What a kind of link is called."""
    return {
        "supports": translate("EvidenceLinks", "Supports"),
        "contradicts": translate("EvidenceLinks", "Contradicts"),
        "same_parcel": translate("EvidenceLinks", "Same parcel"),
        "same_cause": translate("EvidenceLinks", "Same cause"),
    }.get(kind, kind)


class EvidenceLinks(QListWidget):
    """A list; a click or Enter goes to the finding (``wanted`` with its id)."""

    wanted = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWordWrap(True)
        self.setUniformItemSizes(False)
        self.setIconSize(QSize(16, 16))
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(translate("EvidenceLinks", "Related findings"))
        self.itemClicked.connect(self._go)
        self.itemActivated.connect(self._go)

    def show_links(self, links: Sequence[Link], about: Callable[[str], str]) -> None:
        """Show links; ``about`` says what a finding is about, empty for one not in the file."""
        self.clear()
        order = list(_ICONS)
        for link in sorted(
            links, key=lambda one: order.index(one.kind) if one.kind in order else len(order)
        ):
            message = about(link.finding_id)
            why = f"{kind_title(link.kind)} · {say(link.why)}"
            short = message if len(message) <= _LONGEST else message[:_LONGEST] + "…"
            item = QListWidgetItem("\n".join(line for line in (why, short) if line))
            item.setIcon(self._icon(link.kind))
            item.setToolTip("\n".join(line for line in (why, message) if line))
            item.setData(_FINDING, link.finding_id)
            if not message:
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEnabled)
            self.addItem(item)

    def _icon(self, kind: str) -> QIcon:
        return QgsApplication.getThemeIcon(_ICONS.get(kind, "/mActionLink.svg"))

    def _go(self, item: QListWidgetItem) -> None:
        self.wanted.emit(str(item.data(_FINDING)))
