"""A layout template: its page designs, its parts by id, and copies of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsApplication,
    QgsExpressionContextUtils,
    QgsLayoutFrame,
    QgsLayoutItem,
    QgsLayoutItemLabel,
    QgsLayoutItemManualTable,
    QgsLayoutItemMap,
    QgsLayoutItemPage,
    QgsLayoutItemPicture,
    QgsLayoutItemScaleBar,
    QgsPrintLayout,
    QgsProcessingException,
    QgsProject,
    QgsReadWriteContext,
)
from qgis.PyQt.QtCore import QRectF, QUuid
from qgis.PyQt.QtGui import QFont
from qgis.PyQt.QtXml import QDomDocument

from ..language import translate
from .text_room import best_family

SHIPPED = Path(__file__).resolve().parents[2] / "resources" / "layouts"
FURNITURE = "page_"
"""Parts whose id begins so stand on every page that grows from their design."""
_LARGEST = 32 << 20


@dataclass(frozen=True)
class Part:
    """An item of a page design, and where it is on its page in millimetres."""

    item: QgsLayoutItem
    identifier: str
    rect: QRectF
    page: int

    @property
    def table(self) -> QgsLayoutItemManualTable | None:
        """The table that it is the frame of."""
        if not isinstance(self.item, QgsLayoutFrame):
            return None
        whole = self.item.multiFrame()
        return whole if isinstance(whole, QgsLayoutItemManualTable) else None


class Template:
    """A template in memory, in a project of its own; use it in the main thread only.

    Parameters
    ----------
    path, document
        A ``.qpt`` as QGIS saves it, and what :func:`parsed` made of it.

    Raises
    ------
    QgsProcessingException
        When it is no layout.
    """

    def __init__(self, path: Path, document: QDomDocument) -> None:
        self.project = QgsProject()
        self.layout = QgsPrintLayout(self.project)
        # Nobody undoes anything here, and every step would be kept in memory.
        self.layout.undoStack().blockCommands(True)
        self.context = QgsReadWriteContext()
        _, good = self.layout.loadFromTemplate(document, self.context)
        self.pages = self.layout.pageCollection().pageCount()
        if not good or not self.pages:
            raise _unusable(path, translate("Layouts", "it is no layout template"))
        self._document = QDomDocument()
        self._written: dict[int, Any] = {}
        self.parts = [part for item in self.layout.items() for part in self._part(item)]
        self.parts.sort(key=lambda part: (part.item.zValue(), part.identifier))
        for part in self.parts:
            _make_readable(part)

    def _part(self, item: Any) -> list[Part]:
        if not isinstance(item, QgsLayoutItem) or isinstance(item, QgsLayoutItemPage):
            return []
        place = item.pagePos()
        rect = QRectF(place.x(), place.y(), item.rect().width(), item.rect().height())
        return [Part(item, item.id(), rect, item.page())] if item.page() >= 0 else []

    def on_page(self, page: int) -> list[Part]:
        """The parts of one page design, the lowest first."""
        return [part for part in self.parts if part.page == page]

    def sizes(self, prefix: str = "map_") -> dict[str, tuple[float, float]]:
        """Width and height in millimetres of the maps, by their ids."""
        return {
            part.identifier: (part.rect.width(), part.rect.height())
            for part in self.parts
            if part.identifier.startswith(prefix) and isinstance(part.item, QgsLayoutItemMap)
        }

    def set_variables(self, values: Mapping[str, Any]) -> None:
        """Give the expressions of the layout their ``@onemap_…`` values."""
        known = QgsExpressionContextUtils.layoutScope(self.layout)
        kept = {
            name: known.variable(name)
            for name in self.layout.customProperty("variableNames", []) or []
        }
        kept.update({f"onemap_{name}": str(value) for name, value in values.items()})
        QgsExpressionContextUtils.setLayoutVariables(self.layout, kept)

    def copy(self, part: Part) -> QgsLayoutItem:
        """A copy of a part that is no table, in the same layout."""
        element = self._element(part)
        made = QgsApplication.layoutItemRegistry().createItem(part.item.type(), self.layout)
        made.readXml(_renamed(element), self._document, self.context)
        self.layout.addLayoutItem(made)
        made.setZValue(part.item.zValue())
        return made

    def copy_table(self, part: Part) -> tuple[QgsLayoutItemManualTable, QgsLayoutFrame]:
        """A table of the same look, and its frame."""
        table = part.table
        assert table is not None
        element = self._element(part)
        made = QgsLayoutItemManualTable.create(self.layout)
        made.readXml(_renamed(element), self._document, self.context)
        self.layout.addMultiFrame(made)
        frame = QgsLayoutFrame(self.layout, made)
        made.addFrame(frame, False)
        frame.setZValue(part.item.zValue())
        return made, frame

    def _element(self, part: Part) -> Any:
        """What a part is in XML, written once."""
        known = self._written.get(id(part))
        if known is None:
            known = self._document.createElement("Copies")
            (part.table or part.item).writeXml(known, self._document, self.context)
            self._written[id(part)] = known
        return known.firstChildElement()

    @staticmethod
    def link(copies: Mapping[str, QgsLayoutItem], part: Part, made: QgsLayoutItem) -> None:
        """Scale bars and north arrows belong to the copy of their map."""
        if isinstance(made, (QgsLayoutItemScaleBar, QgsLayoutItemPicture)):
            linked = part.item.linkedMap()
            copy = copies.get(linked.id()) if linked is not None else None
            if isinstance(copy, QgsLayoutItemMap):
                made.setLinkedMap(copy)


def parsed(path: Path) -> QDomDocument:
    """A template as a document; in any thread.

    Raises
    ------
    QgsProcessingException
        When it cannot be read or is no layout.
    """
    document = QDomDocument()
    document.setContent(_text_of(path))
    if document.documentElement().tagName() != "Layout":
        raise _unusable(path, translate("Layouts", "it is no layout template"))
    return document


def _renamed(element: Any) -> Any:
    """The same item under a new identity: pages find their items by it when they move."""
    element.setAttribute("uuid", QUuid.createUuid().toString())
    return element


def _text_of(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise _unusable(path, translate("Layouts", "it is too large"))
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else ""
        raise _unusable(path, str(reason or error)) from error


def _unusable(path: Path, reason: str) -> QgsProcessingException:
    return QgsProcessingException(
        translate("Layouts", "The template {name} cannot be used: {reason}").format(
            name=path.name, reason=reason
        )
    )


def _make_readable(part: Part) -> None:
    """Replace typefaces that this machine has not by one with Chinese letters."""
    item = part.item
    if isinstance(item, QgsLayoutItemLabel):
        set_label_font(item, _with_family(label_font(item)))
    elif isinstance(item, QgsLayoutItemScaleBar):
        form = item.textFormat()
        form.setFont(_with_family(form.font()))
        item.setTextFormat(form)
    table = part.table
    if table is not None:
        for get, set_ in (
            (table.headerTextFormat, table.setHeaderTextFormat),
            (table.contentTextFormat, table.setContentTextFormat),
        ):
            form = get()
            form.setFont(_with_family(form.font()))
            set_(form)


def _with_family(font: QFont) -> QFont:
    family = best_family(font.family())
    if family:
        font.setFamily(family)
    # A named style of the template's typeface would hide the weight of another.
    font.setStyleName("")
    return font


def label_font(label: QgsLayoutItemLabel) -> QFont:
    """The font of a label, with its size in points."""
    if not hasattr(label, "textFormat"):
        return label.font()
    form = label.textFormat()
    font = form.font()
    font.setPointSizeF(form.size())
    return font


def set_label_font(label: QgsLayoutItemLabel, font: QFont) -> None:
    """Give a label a font; newer QGIS keeps the size apart."""
    if not hasattr(label, "setTextFormat"):
        label.setFont(font)
        return
    form = label.textFormat()
    form.setFont(font)
    label.setTextFormat(form)
