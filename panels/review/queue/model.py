"""The Qt side of the queue: which findings are shown, in which order, under which headings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from qgis.PyQt.QtCore import QAbstractTableModel, QModelIndex, Qt

from ...numbers import count
from ..finding_table import FindingTable, IntArray
from ..words import family_title, message_column, verdict_title

ROW_ROLE = Qt.ItemDataRole.UserRole + 1
"""Row of the table of findings that an index stands for; -1 for a heading."""
GROUPINGS = ("none", "parcel", "rule")
_GROUPED = {"parcel": "parcel_bsm", "rule": "rule_id"}


@dataclass(frozen=True)
class Groups:
    """Findings under headings: group ``g`` has ``rows[starts[g]:starts[g] + sizes[g]]``.

    Groups come in the order of their first finding; ``codes`` say what each one is about.
    """

    rows: IntArray
    codes: IntArray
    starts: IntArray
    sizes: IntArray


def grouped(rows: IntArray, codes: IntArray) -> Groups:
    """Bring the findings of a kind together; ``codes`` of every row of the table."""
    own = codes[rows]
    kinds = int(codes.max()) + 1 if len(codes) else 0
    first = np.full(kinds, len(rows), dtype=np.int64)
    # Of several values for one place the last one stays: the first finding of each kind.
    first[own[::-1]] = np.arange(len(rows))[::-1]
    present = np.flatnonzero(first < len(rows))
    present = present[np.argsort(first[present], kind="stable")]
    sizes = np.bincount(own, minlength=kinds)[present] if len(rows) else np.empty(0, np.int64)
    place = np.empty(kinds, dtype=np.int64)
    place[present] = np.arange(len(present))
    order = np.argsort(place[own], kind="stable")
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)[: len(sizes)]
    return Groups(rows[order], present, starts, sizes)


def display(groups: Groups, expanded: Any) -> IntArray:
    """What is shown line by line: rows of the table, and ``-1 - g`` for the heading of group g."""
    numbers = np.arange(len(groups.sizes))
    lines = np.where(expanded, groups.sizes, 0) + 1
    ends = np.cumsum(lines)
    out = np.empty(int(ends[-1]) if len(ends) else 0, dtype=np.int64)
    headings = ends - lines
    is_heading = np.zeros(len(out), dtype=bool)
    is_heading[headings] = True
    out[headings] = -1 - numbers
    out[~is_heading] = groups.rows[np.repeat(np.asarray(expanded, bool), groups.sizes)]
    return out


@dataclass
class _Shown:
    lines: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    rows: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    groups: Groups | None = None
    expanded: Any = None


class QueueModel(QAbstractTableModel):
    """Lines of the queue: findings, and headings where they are grouped.

    One flat list, whatever the grouping: opening a heading puts lines in. Filtering swaps one
    array of numbers; no row becomes an object of Qt or of Python.
    """

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.table = FindingTable()
        self.grouping = "none"
        self._shown = _Shown()

    @property
    def found(self) -> int:
        """How many findings pass the filters, those under closed headings too."""
        return len(self._shown.rows)

    @property
    def lines(self) -> IntArray:
        """What is shown: rows of the table, and ``-1 - g`` for headings."""
        return self._shown.lines

    @property
    def rows(self) -> IntArray:
        """Rows of the table that pass the filters, in the order of the list."""
        return self._shown.rows

    def show(self, table: FindingTable) -> None:
        """Take another table; nothing is shown until :meth:`arrange`."""
        self.beginResetModel()
        self.table, self._shown = table, _Shown()
        self.endResetModel()

    def arrange(self, rows: IntArray, grouping: str = "none") -> None:
        """Show ``rows`` of the table, in their order, under headings."""
        shown = _Shown(rows, rows)
        if grouping in _GROUPED:
            codes = self.table.coded[_GROUPED[grouping]].codes.astype(np.int64)
            groups = grouped(rows, codes)
            # Few headings of many findings are a table of contents; many of a few are not.
            expanded = np.full(len(groups.sizes), grouping == "parcel")
            self._keep_open(groups, expanded, grouping)
            shown = _Shown(display(groups, expanded), groups.rows, groups, expanded)
        self.beginResetModel()
        self._shown, self.grouping = shown, grouping
        self.endResetModel()

    def _keep_open(self, groups: Groups, expanded: Any, grouping: str) -> None:
        before = self._shown
        if grouping != self.grouping or before.groups is None:
            return
        kinds = int(max(groups.codes.max(initial=-1), before.groups.codes.max(initial=-1))) + 1
        known = np.full(kinds, grouping == "parcel")
        known[before.groups.codes] = before.expanded
        expanded[:] = known[groups.codes]

    def table_row(self, index: QModelIndex) -> int:
        """Row of the table that ``index`` shows; -1 for a heading or an invalid one."""
        if not index.isValid():
            return -1
        return max(int(self._shown.lines[index.row()]), -1)

    def group_of(self, line: int) -> int:
        """Number of the group whose heading a line is; -1 for a finding."""
        if not 0 <= line < len(self._shown.lines):
            return -1
        return max(-1 - int(self._shown.lines[line]), -1)

    def heading(self, group: int) -> tuple[str, IntArray, bool]:
        """What a group is about, its rows, and whether it is open."""
        groups = self._shown.groups
        assert groups is not None
        start, size = groups.starts[group], groups.sizes[group]
        values = self.table.coded[_GROUPED[self.grouping]].values
        rows = groups.rows[start : start + size]
        return values[int(groups.codes[group])], rows, bool(self._shown.expanded[group])

    def place_of(self, table_row: int) -> int:
        """The line that shows a row of the table; -1 when it is filtered out or closed away."""
        if table_row < 0:
            return -1
        found = np.flatnonzero(self._shown.lines == table_row)
        return int(found[0]) if len(found) else -1

    def reveal(self, table_row: int) -> int:
        """The line of a row, its heading opened if need be; -1 when it is filtered out."""
        groups = self._shown.groups
        place = self.place_of(table_row)
        if place >= 0 or groups is None:
            return place
        position = np.flatnonzero(groups.rows == table_row)
        if not len(position):
            return -1
        group = int(np.searchsorted(groups.starts, position[0], side="right")) - 1
        self.open_group(group, True)
        return self.place_of(table_row)

    def open_group(self, group: int, wanted: bool | None = None) -> None:
        """Open or close a heading; without ``wanted`` the other way round."""
        shown = self._shown
        groups = shown.groups
        if groups is None or not 0 <= group < len(groups.sizes):
            return
        wanted = not shown.expanded[group] if wanted is None else wanted
        if wanted == bool(shown.expanded[group]):
            return
        line = int(np.flatnonzero(shown.lines == -1 - group)[0])
        size = int(groups.sizes[group])
        start = int(groups.starts[group])
        before, after = shown.lines[: line + 1], shown.lines[line + 1 :]
        if wanted:
            self.beginInsertRows(QModelIndex(), line + 1, line + size)
            own = groups.rows[start : start + size]
            shown.lines = np.concatenate([before, own, after])
            shown.expanded[group] = True
            self.endInsertRows()
        else:
            self.beginRemoveRows(QModelIndex(), line + 1, line + size)
            shown.lines = np.concatenate([before, after[size:]])
            shown.expanded[group] = False
            self.endRemoveRows()
        self.changed([line])

    def open_all(self, wanted: bool) -> None:
        """Open or close every heading."""
        shown = self._shown
        if shown.groups is None:
            return
        self.beginResetModel()
        shown.expanded[:] = wanted
        shown.lines = display(shown.groups, shown.expanded)
        self.endResetModel()

    def changed(self, lines: Any) -> None:
        """Paint some lines anew."""
        for line in lines:
            index = self.index(int(line), 0)
            self.dataChanged.emit(index, index)

    def rows_at(self, lines: IntArray) -> IntArray:
        """Rows of the table at some lines; a heading stands for all findings under it."""
        values = self._shown.lines[lines]
        headings = -1 - values[values < 0]
        groups = self._shown.groups
        if groups is None or not len(headings):
            return values[values >= 0]
        parts = [
            groups.rows[groups.starts[g] : groups.starts[g] + groups.sizes[g]] for g in headings
        ]
        rows = np.concatenate([values[values >= 0], *parts])
        _, first = np.unique(rows, return_index=True)
        return rows[np.sort(first)]

    def feature_ids(self) -> list[int]:
        """Feature ids of what passes the filters, in its order."""
        identifiers = self.table.columns["fid"]
        return [identifiers[row] for row in self._shown.rows.tolist()]

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._shown.lines)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 1

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self.table_row(index)
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.spoken(index.row())
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            if row < 0:
                return self.heading(self.group_of(index.row()))[0]
            return str(self.table.value(row, message_column()))
        return None

    def spoken(self, line: int) -> str:
        """A line for who cannot see it."""
        group = self.group_of(line)
        if group >= 0:
            name, rows, _ = self.heading(group)
            return f"{name}, {count(len(rows))}"
        row = int(self._shown.lines[line])
        value = self.table.value
        parts = (
            str(value(row, message_column())),
            verdict_title(value(row, "verdict")),
            family_title(value(row, "family")),
            f"{value(row, 'layer')} {value(row, 'object_id')}",
        )
        return ", ".join(parts)
