"""The delivery queue as rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QAbstractTableModel, QModelIndex, Qt

from ...processing_provider.language import say, translate
from .words import progress_text, state_title

DELIVERY_ROLE = Qt.ItemDataRole.UserRole + 1
SHARE_ROLE = Qt.ItemDataRole.UserRole + 2
PACKAGE, STATE = range(2)
_ICONS = {
    "delivered": "/mIconSuccess.svg",
    "rejected": "/mIconWarning.svg",
    "failed": "/mIconWarning.svg",
    "paused": "/temporal_navigation/pause.svg",
    "uploading": "/mActionSharing.svg",
    "confirming": "/mActionRefresh.svg",
    "waiting": "/mIconHistory.svg",
}


class QueueModel(QAbstractTableModel):
    """Deliveries in the order in which they were added, the newest first."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.deliveries: list[Any] = []

    def show(self, deliveries: Sequence[Any]) -> None:
        """Take the queue as it is now; selections survive while the rows are the same."""
        fresh = list(reversed(deliveries))
        if [one.id for one in fresh] == [one.id for one in self.deliveries]:
            changed = [row for row, (a, b) in enumerate(zip(fresh, self.deliveries)) if a != b]
            self.deliveries = fresh
            for row in changed:
                self.dataChanged.emit(self.index(row, 0), self.index(row, STATE))
            return
        self.beginResetModel()
        self.deliveries = fresh
        self.endResetModel()

    def row_of(self, number: int) -> int:
        """Where the delivery of that number is shown; -1 when it is not."""
        return next((row for row, one in enumerate(self.deliveries) if one.id == number), -1)

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.deliveries)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 2

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        one = self.deliveries[index.row()]
        if role == DELIVERY_ROLE:
            return one
        if role == SHARE_ROLE:
            return 1.0 if one.state.value == "delivered" else one.sent / max(one.total, 1)
        if role == Qt.ItemDataRole.DecorationRole and index.column() == STATE:
            return QgsApplication.getThemeIcon(_ICONS.get(one.state.value, "/mIconHistory.svg"))
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(filter(None, [one.package_id, state_title(one), say(one.reason)]))
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return one.package_id if index.column() == PACKAGE else progress_text(one)
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        return (
            translate("DeliveryQueue", "Package"),
            translate("DeliveryQueue", "State"),
        )[section]
