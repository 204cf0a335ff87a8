"""Sections put on pages, and the pages into a PDF, one at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsLayoutExporter,
    QgsLayoutFrame,
    QgsLayoutItem,
    QgsLayoutItemLabel,
    QgsLayoutItemPage,
    QgsLayoutItemScaleBar,
    QgsLayoutPoint,
    QgsLayoutRenderContext,
    QgsLayoutSize,
    QgsMultiBandColorRenderer,
    QgsRasterLayer,
    QgsRectangle,
    QgsRenderContext,
    QgsTableCell,
    QgsTextFormat,
    QgsUnitTypes,
)
from qgis.PyQt.QtCore import QMarginsF, QSizeF, Qt
from qgis.PyQt.QtGui import QColor, QPageLayout, QPageSize, QPainter, QPdfWriter

from .content import MapPicture, Section, Sheet
from .flow import Flow, Placed, is_map
from .maps import DPI
from .template import FURNITURE, Part, Template, label_font
from .text_room import Ruler

_SHARE_OF_PAGE = 0.6
"""Of a page's height, what one row of a table takes at most."""
_STRONG = QColor("#e8eef3")
_MM = getattr(Qgis, "LayoutUnit", QgsUnitTypes.LayoutUnit)
_MILLIMETRES = getattr(_MM, "Millimeters", None) or QgsUnitTypes.LayoutUnit.LayoutMillimeters


@dataclass(frozen=True)
class Row:
    """The lines of every cell of a row."""

    cells: list[list[str]]
    strong: bool = False


@dataclass
class Planned:
    """A section of which it is known what stands where."""

    section: Section
    texts: dict[str, list[str]] = field(default_factory=dict)
    sheets: dict[str, list[Row]] = field(default_factory=dict)
    placed: list[Placed] = field(default_factory=list)
    pages: int = 0


class Composer:
    """Fills a template; every method belongs into the main thread.

    Parameters
    ----------
    template
        Where to begin.
    values
        What ``@onemap_…`` stand for on every page.
    """

    def __init__(self, template: Template, values: dict[str, Any]) -> None:
        self.template = template
        self.layout = template.layout
        self._values = values
        self._rulers: dict[tuple[str, float, bool], Ruler] = {}
        self._layers: list[QgsRasterLayer] = []
        self.pages = 0
        self.papers: list[int] = []
        """Numbers of the pages that hold the section that was built last."""
        self._papers: dict[tuple[float, float], list[int]] = {}
        self.planned: list[Planned] = []
        self._made: list[QgsLayoutItem] = []
        self._texts: dict[str, list[str]] = {}
        self._sheets: dict[str, list[Row]] = {}
        self._section = Section(0)

    def plan(self, section: Section) -> None:
        """Find out what stands where; nothing is made yet."""
        if section.design >= self.template.pages:
            return
        self._look_at(Planned(section))
        self._texts.update(
            (part.identifier, self._lines(part))
            for part in self.template.on_page(section.design)
            if isinstance(part.item, QgsLayoutItemLabel)
            and not part.identifier.startswith(FURNITURE)
        )
        flow = Flow(self.template, section.design, self._height, self._row_heights)
        placed = flow.run()
        if placed:  # else there is nothing but what stands on every page
            one = Planned(section, self._texts, self._sheets, placed, flow.page + 1)
            self.planned.append(one)
            self.pages += one.pages

    def begin(self) -> None:
        """All is planned: get ready to draw."""
        context = self.layout.renderContext()
        context.setDpi(DPI)
        context.setTextRenderFormat(_text_as_text())
        context.setFlag(QgsLayoutRenderContext.Flag.FlagAntialiasing, True)

    def build(self, one: Planned, start: int) -> Iterator[None]:
        """Put a section on paper in short steps; ``start`` pages came before it."""
        self._look_at(one)
        self.papers = self._paper(one.section.design, one.pages)
        yield
        copies: dict[str, QgsLayoutItem] = {}
        made = []
        for place in one.placed:
            made.append((place, self._make(place, copies)))
            yield
        for place, item in made:
            self.template.link(copies, place.part, item)
        for part in self.template.on_page(one.section.design):
            if not part.identifier.startswith(FURNITURE):
                continue
            for page, paper in enumerate(self.papers, start + 1):
                copy = self.template.copy(part)
                self._made.append(copy)
                put(copy, part, paper, part.rect.top(), None)
                if isinstance(copy, QgsLayoutItemLabel):
                    numbered(copy, page, self.pages)
            yield

    def clear(self) -> None:
        """Take away what was built, once it is drawn."""
        for item in self._made:
            whole = item.multiFrame() if isinstance(item, QgsLayoutFrame) else None
            self.layout.removeLayoutItem(item)
            if whole is not None:
                self.layout.removeMultiFrame(whole)
        self._made = []
        self._layers = []

    def _look_at(self, one: Planned) -> None:
        self._section, self._texts, self._sheets = one.section, one.texts, one.sheets
        self.template.set_variables({**self._values, **one.section.values})

    def _paper(self, design: int, count: int) -> list[int]:
        """Numbers of so many empty pages of a design's size; they serve every section."""
        collection = self.layout.pageCollection()
        size = collection.page(design).pageSize()
        pages = self._papers.setdefault((size.width(), size.height()), [])
        while len(pages) < count:
            page = QgsLayoutItemPage(self.layout)
            page.setPageSize(size)
            collection.addPage(page)
            pages.append(collection.pageCount() - 1)
        return pages[:count]

    def _height(self, part: Part) -> float | None:
        identifier = part.identifier
        sheet = self._section.parts.get(identifier)
        if part.table is not None:
            if not isinstance(sheet, Sheet) or not sheet.rows:
                return None
            return sum(self._row_heights(part))
        if is_map(part):
            known = isinstance(sheet, MapPicture)
            return part.rect.height() if known or not identifier.startswith("map_") else None
        if isinstance(part.item, QgsLayoutItemScaleBar):
            linked = part.item.linkedMap()
            shown = linked is None or isinstance(self._section.parts.get(linked.id()), MapPicture)
            return part.rect.height() if shown or not linked.id().startswith("map_") else None
        if identifier.startswith("heading_") and self._without_body(identifier):
            return None
        if isinstance(part.item, QgsLayoutItemLabel):
            lines = self._texts[identifier]
            if not any(lines):
                return None
            ruler = self._ruler(part)
            needed = len(lines) * ruler.line + 2 * part.item.marginY()
            return max(part.rect.height(), needed)
        return part.rect.height()

    def _without_body(self, heading: str) -> bool:
        """Whether all that a heading stands over is left out."""
        name = heading[len("heading_") :]
        bodies = {f"table_{name}", f"map_{name}", f"text_{name}"}
        own = [part for part in self.template.parts if part.identifier in bodies]
        if not own:  # the template has it not; is it one of ours at all?
            return any(body in self._section.parts for body in bodies)
        return all(self._height(part) is None for part in own)

    def _lines(self, part: Part) -> list[str]:
        text = part.item.currentText()
        # Newer QGIS breaks lines too: a hair of room keeps it from breaking ours again.
        room = (part.rect.width() - 2 * part.item.marginX()) * 0.985 - 0.3
        return self._ruler(part).wrapped(text, room)

    def _ruler(self, part: Part) -> Ruler:
        font = label_font(part.item)
        return self._of_font(font, font.pointSizeF())

    def _of_font(self, font: Any, size: float) -> Ruler:
        key = (font.family(), size, font.bold())
        if key not in self._rulers:
            self._rulers[key] = Ruler.of(font, size)
        return self._rulers[key]

    def _row_heights(self, part: Part) -> list[float]:
        """Heights of the heading and of all rows of a table."""
        table = part.table
        sheet = self._section.parts.get(part.identifier)
        assert table is not None and isinstance(sheet, Sheet)
        head, body = self._table_rulers(table)
        cells = self._cells(part)
        margin = _around(table)
        return [
            max(len(lines) for lines in row.cells) * (body if number else head).line + margin
            for number, row in enumerate(cells)
        ]

    def _table_rulers(self, table: Any) -> tuple[Ruler, Ruler]:
        forms = (table.headerTextFormat(), table.contentTextFormat())
        head, body = (self._of_font(form.font(), form.size()) for form in forms)
        return head, body

    def _cells(self, part: Part) -> list[Row]:
        """The lines of every cell, the heading first; what no page can hold is divided."""
        if part.identifier in self._sheets:
            return self._sheets[part.identifier]
        table, sheet = part.table, self._section.parts[part.identifier]
        assert table is not None
        head, body = self._table_rulers(table)
        bold = self._of_font(*_bold(table.contentTextFormat()))
        widths = [width - _around(table) for width in _widths(sheet, part.rect.width())]
        made = [Row([head.wrapped(one.heading, room) for one, room in zip(sheet.columns, widths)])]
        most = max(int(_SHARE_OF_PAGE * self._page_height() / body.line), 1)
        for number, texts in enumerate(sheet.rows):
            strong = number in sheet.strong
            ruler = bold if strong else body
            cells = [ruler.wrapped(str(text), room) for text, room in zip(texts, widths)]
            for start in range(0, max(map(len, cells)), most):
                made.append(Row([lines[start : start + most] for lines in cells], strong))
        self._sheets[part.identifier] = made
        return made

    def _page_height(self) -> float:
        page = self.layout.pageCollection().page(self._section.design)
        return float(page.pageSize().height())

    def _make(self, one: Placed, copies: dict[str, QgsLayoutItem]) -> QgsLayoutItem:
        part, page = one.part, self.papers[one.page]
        if part.table is not None:
            return self._make_table(one, page)
        made = self.template.copy(part)
        self._made.append(made)
        copies[part.identifier] = made
        if part.identifier in self._texts:
            # What was put in is text, whatever it looks like.
            text = "\n".join(self._texts[part.identifier])
            made.setText(text.replace("[%", "[\u200b%"))
        picture = self._section.parts.get(part.identifier)
        put(made, part, page, one.top, one.height)
        if is_map(part) and isinstance(picture, MapPicture):
            self._layers.append(fill_map(made, picture))
        return made

    def _make_table(self, one: Placed, page: int) -> QgsLayoutItem:
        part = one.part
        sheet = self._section.parts[part.identifier]
        table, frame = self.template.copy_table(part)
        self._made.append(frame)
        cells, heights = self._cells(part), self._row_heights(part)
        numbers = [0, *range(*one.rows)]
        rows = [
            [
                self._cell(table, lines, number, column.number, cells[number].strong)
                for lines, column in zip(cells[number].cells, sheet.columns)
            ]
            for number in numbers
        ]
        margin = _around(table)
        table.setColumnWidths([width - margin for width in _widths(sheet, part.rect.width())])
        table.setIncludeTableHeader(False)
        table.setTableContents(rows)
        table.setRowHeights([heights[number] - margin for number in numbers])
        put(frame, part, page, one.top, one.height + 0.5)
        table.recalculateTableSize()
        table.recalculateFrameSizes()
        return frame

    @staticmethod
    def _cell(table: Any, lines: list[str], number: int, right: bool, strong: bool) -> Any:
        cell = QgsTableCell("\n".join(lines))
        form = QgsTextFormat(table.contentTextFormat() if number else table.headerTextFormat())
        if not number:
            cell.setBackgroundColor(QColor("#2a6592"))
        elif strong:
            form.setFont(_bold(form)[0])
            cell.setBackgroundColor(_STRONG)
        cell.setTextFormat(form)
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        cell.setHorizontalAlignment(side)
        cell.setVerticalAlignment(
            Qt.AlignmentFlag.AlignTop if number else Qt.AlignmentFlag.AlignVCenter
        )
        return cell


def put(item: QgsLayoutItem, part: Part, page: int, top: float, height: float | None) -> None:
    """Put an item on a page, ``top`` millimetres down; its design says how far from the left."""
    size = height if height is not None else part.rect.height()
    item.setReferencePoint(QgsLayoutItem.ReferencePoint.UpperLeft)
    item.attemptResize(QgsLayoutSize(part.rect.width(), size, _MILLIMETRES))
    point = QgsLayoutPoint(part.rect.left(), top, _MILLIMETRES)
    item.attemptMove(point, True, False, page)
    item.setId(part.identifier)


def numbered(label: QgsLayoutItemLabel, page: int, whole: int) -> None:
    """Put page numbers in: sheets serve several pages, so QGIS counts otherwise."""
    text = label.text()
    if "@layout_" in text:
        text = re.sub(r"@layout_page\b", str(page), text)
        label.setText(re.sub(r"@layout_numpages\b", str(whole), text))


def fill_map(item: Any, picture: MapPicture) -> QgsRasterLayer:
    """Show a drawn map; the layer that is returned has to be kept."""
    options = QgsRasterLayer.LayerOptions(False)  # its style would look at every pixel
    layer = QgsRasterLayer(str(picture.path), part_name(picture.path), "gdal", options)
    layer.setRenderer(QgsMultiBandColorRenderer(layer.dataProvider(), 1, 2, 3))
    crs = QgsCoordinateReferenceSystem.fromWkt(picture.wkt)
    layer.setCrs(crs)
    item.setCrs(crs)
    item.setLayers([layer])
    item.setKeepLayerSet(True)
    item.setExtent(QgsRectangle(*picture.extent))
    return layer


def part_name(path: Path) -> str:
    """What the layer of a map is called."""
    return path.stem


def _bold(form: Any) -> tuple[Any, float]:
    font = form.font()
    font.setBold(True)
    return font, form.size()


def _around(table: Any) -> float:
    """What QGIS adds to the size of every cell: margins and a line."""
    line = table.gridStrokeWidth() if table.showGrid() else 0.0
    return float(2 * table.cellMargin() + line)


def _widths(sheet: Sheet, room: float) -> list[float]:
    whole = sum(column.share for column in sheet.columns)
    return [room * column.share / whole for column in sheet.columns]


def _text_as_text() -> Any:
    """Words stay words in the PDF, so that it can be searched."""
    if hasattr(Qgis, "TextRenderFormat"):
        return Qgis.TextRenderFormat.AlwaysText
    return QgsRenderContext.TextRenderFormat.TextFormatAlwaysText


class PdfPages:
    """A PDF that is written page by page; use it in the main thread."""

    def __init__(self, composer: Composer, path: Path, title: str) -> None:
        self._layout = composer.layout
        self._begun = False
        self._exporter = QgsLayoutExporter(composer.layout)
        self._writer = QPdfWriter(str(path))
        self._writer.setResolution(DPI)
        self._writer.setTitle(title)
        self._writer.setCreator("OneMap Verify")
        self._writer.setPageLayout(self._page(composer.planned[0].section.design))
        self._painter = QPainter()
        self.good = self._painter.begin(self._writer)

    def _page(self, number: int) -> QPageLayout:
        size = self._layout.pageCollection().page(number).pageSize()
        upright = QSizeF(min(size.width(), size.height()), max(size.width(), size.height()))
        turned = size.width() > size.height()
        return QPageLayout(
            QPageSize(upright, QPageSize.Unit.Millimeter, "", QPageSize.SizeMatchPolicy.FuzzyMatch),
            QPageLayout.Orientation.Landscape if turned else QPageLayout.Orientation.Portrait,
            QMarginsF(0, 0, 0, 0),
        )

    def draw(self, number: int) -> None:
        """Draw a page of the layout as the next one of the file."""
        if self._begun:
            self._writer.setPageLayout(self._page(number))
            self._writer.newPage()
        self._begun = True
        self._exporter.renderPage(self._painter, number)

    def close(self) -> None:
        """The last page is drawn."""
        if self._painter.isActive():
            self.good = self._painter.end()
