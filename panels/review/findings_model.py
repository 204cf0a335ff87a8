"""The Qt side of a table of findings: which rows are shown, and in which order."""

from __future__ import annotations

from typing import Any

import numpy as np
from qgis.PyQt.QtCore import QAbstractTableModel, QModelIndex, Qt

from ...processing_provider.language import is_chinese
from ...processing_provider.results import field_title
from ...processing_provider.styling import title
from .finding_table import Filter, FindingTable
from .words import family_title

SHOWN = ("message", "verdict", "severity", "family", "layer", "object_id", "rule_id")
ROW_ROLE = Qt.ItemDataRole.UserRole + 1
"""Row of the table of findings that an index stands for."""


class FindingsModel(QAbstractTableModel):
    """Rows of a :class:`FindingTable` that pass a filter.

    Filtering swaps one array of row numbers; no row becomes an object of Qt.
    """

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.table = FindingTable()
        self.filter = Filter()
        self.order = "worst"
        self._rows = np.empty(0, dtype=np.int64)

    def show(self, table: FindingTable) -> None:
        """Take another table; the filter stays."""
        self.beginResetModel()
        self.table = table
        self._rows = table.rows(self.filter, self.order)
        self.endResetModel()

    def select(self, wanted: Filter, order: str) -> None:
        """Show the rows that pass ``wanted``, in ``order``."""
        if (wanted, order) == (self.filter, self.order):
            return
        self.beginResetModel()
        self.filter, self.order = wanted, order
        self._rows = self.table.rows(wanted, order)
        self.endResetModel()

    def table_row(self, index: QModelIndex) -> int:
        """Row of the table that ``index`` shows; -1 for an invalid one."""
        return int(self._rows[index.row()]) if index.isValid() else -1

    def place_of(self, table_row: int) -> int:
        """Where a row of the table is shown; -1 when it is filtered out."""
        found = np.flatnonzero(self._rows == table_row)
        return int(found[0]) if len(found) else -1

    def feature_ids(self) -> list[int]:
        """Feature ids of what is shown, in its order."""
        identifiers = self.table.columns["fid"]
        return [identifiers[row] for row in self._rows]

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(SHOWN)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = int(self._rows[index.row()])
        if role == ROW_ROLE:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._text(row, SHOWN[index.column()])
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._text(row, "message")
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        name = SHOWN[section]
        return field_title(message_column() if name == "message" else name)

    def _text(self, row: int, column: str) -> str:
        if column == "message":
            return str(self.table.value(row, message_column()))
        value = str(self.table.value(row, column))
        if column == "family":
            return family_title(value)
        if column in ("verdict", "severity"):
            return title("verdicts" if column == "verdict" else "severities", value)
        return value


def message_column() -> str:
    """The column that holds the message in the user's language."""
    return "message_zh" if is_chinese() else "message_en"
