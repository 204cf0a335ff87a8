"""The catalogue as a tree: groups in the platform's order, records below them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QAbstractItemModel, QModelIndex, Qt
from qgis.PyQt.QtGui import QFont

from ...processing_provider.language import say, translate
from .words import kind_title, period

RECORD_ROLE = Qt.ItemDataRole.UserRole + 1
GROUP_ROLE = Qt.ItemDataRole.UserRole + 2
_ICONS = {
    "wfs": "/mIconVector.svg",
    "oapif": "/mIconVector.svg",
    "arcgis_feature": "/mIconVector.svg",
    "postgis": "/mIconPostgis.svg",
    "wcs": "/mIconRaster.svg",
    "wms": "/mIconWms.svg",
    "wmts": "/mIconWms.svg",
    "xyz": "/mIconXyz.svg",
    "arcgis_map": "/mIconWms.svg",
}


@dataclass(frozen=True)
class Entry:
    """A record as the tree shows it."""

    record: Any
    title: str
    kind: str
    favourite: bool
    restricted: bool


@dataclass
class Heading:
    """A group with its records."""

    key: str
    title: str
    entries: list[Entry] = field(default_factory=list)


def arrange(profile: Any, records: Sequence[Any], favourites: frozenset[str]) -> list[Heading]:
    """Put records under headings: the profile's groups in their order, then themes by name."""
    layers = {
        key: one for one in profile.layers for key in (one.record, f"profile:{one.id}") if key
    }
    headings = {group.id: Heading(group.id, say(group.title)) for group in profile.groups}
    names = {
        text: group.id for group in profile.groups for text in (group.title.zh, group.title.en)
    }
    others: dict[str, Heading] = {}
    rest = Heading("", translate("CatalogueModel", "Other"))
    for record in records:
        layer = layers.get(record.id)
        known = layer.group if layer is not None else None
        known = known or next((names[word] for word in record.groups if word in names), None)
        heading = headings.get(known or "")
        if heading is None and record.groups:
            theme = record.groups[0]
            heading = others.setdefault(theme, Heading(f"theme:{theme}", theme))
        link = record.link()
        entry = Entry(
            record,
            say(layer.title) if layer is not None else record.title,
            layer.kind if layer is not None else (link.kind if link else ""),
            record.id in favourites,
            bool(layer is not None and layer.restricted),
        )
        (heading or rest).entries.append(entry)
    order = {one.id: number for number, one in enumerate(profile.layers)}
    for heading in headings.values():
        heading.entries.sort(
            key=lambda entry: order.get(getattr(layers.get(entry.record.id), "id", ""), len(order))
        )
    themes = sorted(others.values(), key=lambda heading: (-len(heading.entries), heading.title))
    return [one for one in (*headings.values(), *themes, rest) if one.entries]


class CatalogueModel(QAbstractItemModel):
    """Two levels; an index of a record carries its heading's row, one of a heading none."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.headings: list[Heading] = []

    def show(self, headings: list[Heading]) -> None:
        """Take another result."""
        self.beginResetModel()
        self.headings = headings
        self.endResetModel()

    def entry(self, index: QModelIndex) -> Entry | None:
        """The record at ``index``; ``None`` for a heading."""
        if not index.isValid() or not index.internalId():
            return None
        return self.headings[index.internalId() - 1].entries[index.row()]

    def entries(self, index: QModelIndex) -> list[Entry]:
        """The record at ``index``, or all below a heading."""
        if not index.isValid():
            return []
        one = self.entry(index)
        return [one] if one is not None else list(self.headings[index.row()].entries)

    def index_of(self, identifier: str) -> QModelIndex:
        """Where the record of that id is shown; invalid when it is not."""
        for place, heading in enumerate(self.headings):
            for row, entry in enumerate(heading.entries):
                if entry.record.id == identifier:
                    return self.createIndex(row, 0, place + 1)
        return QModelIndex()

    def index(self, row: int, column: int, parent: QModelIndex = QModelIndex()) -> QModelIndex:  # noqa: B008
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, parent.row() + 1 if parent.isValid() else 0)

    def parent(self, index: QModelIndex = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        if not index.isValid() or not index.internalId():
            return QModelIndex()
        return self.createIndex(index.internalId() - 1, 0, 0)

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        if not parent.isValid():
            return len(self.headings)
        return 0 if parent.internalId() else len(self.headings[parent.row()].entries)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 1

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        entry = self.entry(index)
        if entry is None:
            return self._heading_data(self.headings[index.row()], role)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"★ {entry.title}" if entry.favourite else entry.title
        if role == Qt.ItemDataRole.DecorationRole:
            icon = (
                "/lockedGray.svg"
                if entry.restricted
                else _ICONS.get(entry.kind, "/mIconRaster.svg")
            )
            return QgsApplication.getThemeIcon(icon)
        if role == Qt.ItemDataRole.ToolTipRole:
            parts = [entry.title, kind_title(entry.kind)]
            parts.append(period(entry.record.begin, entry.record.end))
            if entry.restricted:
                parts.append(translate("CatalogueModel", "Restricted: loading it is logged"))
            return "\n".join(filter(None, parts))
        return entry.record if role == RECORD_ROLE else None

    @staticmethod
    def _heading_data(heading: Heading, role: int) -> Any:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{heading.title} ({len(heading.entries)})"
        if role == Qt.ItemDataRole.FontRole:
            font = QFont()
            font.setBold(True)
            return font
        if role == Qt.ItemDataRole.DecorationRole:
            return QgsApplication.getThemeIcon("/mActionFolder.svg")
        return heading.key if role == GROUP_ROLE else None
