"""The map picture: one sheet, laid out and drawn by QGIS."""

from __future__ import annotations

from pathlib import Path

from qgis.core import (
    QgsLayout,
    QgsLayoutExporter,
    QgsLayoutItem,
    QgsLayoutItemLabel,
    QgsLayoutItemLegend,
    QgsLayoutItemMap,
    QgsLayoutItemScaleBar,
    QgsLayoutItemShape,
    QgsLayoutPoint,
    QgsLayoutSize,
    QgsLegendStyle,
    QgsMapLayer,
    QgsProject,
    QgsRectangle,
    QgsScaleBarSettings,
    QgsTextFormat,
    QgsUnitTypes,
)
from qgis.PyQt.QtGui import QColor, QFont

WIDTH, HEIGHT = 420.0, 297.0
"""A3, millimetres."""
_FONT = "WenQuanYi Micro Hei"
_PAPER = "#fbfaf6"


def draw_picture(
    project: QgsProject, path: Path, title: str, subtitle: str, dots: int = 130
) -> None:
    """Draw the visible layers of ``project`` as a PNG of an A3 sheet.

    Raises
    ------
    OSError
        When the picture cannot be written.
    """
    layout = QgsLayout(project)
    layout.initializeDefaults()
    page = layout.pageCollection().page(0)
    page.setPageSize(QgsLayoutSize(WIDTH, HEIGHT))
    visible = project.layerTreeRoot().checkedLayers()
    ordered = [layer for layer in project.layerTreeRoot().layerOrder() if layer in visible]
    parcels = project.mapLayersByName("地类图斑 DLTB")[0]
    _paper(layout)
    _map(layout, ordered, parcels.extent())
    _text(layout, title, 14, 9, 400, 15, 27)
    _text(layout, subtitle, 14, 23, 390, 8, 11, "#5c574f")
    _legend(layout, project, parcels)
    _scale(layout)
    settings = QgsLayoutExporter.ImageExportSettings()
    settings.dpi = dots
    settings.generateWorldFile = False
    settings.exportMetadata = False
    result = QgsLayoutExporter(layout).exportToImage(str(path), settings)
    if result != QgsLayoutExporter.ExportResult.Success:
        raise OSError(f"the map picture could not be written: {path}")


def _place(
    layout: QgsLayout, item: QgsLayoutItem, x: float, y: float, width: float, height: float
) -> None:
    layout.addLayoutItem(item)
    unit = QgsUnitTypes.LayoutUnit.LayoutMillimeters
    item.attemptMove(QgsLayoutPoint(x, y, unit))
    item.attemptResize(QgsLayoutSize(width, height, unit))


def _paper(layout: QgsLayout) -> None:
    back = QgsLayoutItemShape(layout)
    back.setShapeType(QgsLayoutItemShape.Shape.Rectangle)
    symbol = back.symbol().clone()
    symbol.setColor(QColor(_PAPER))
    symbol.symbolLayer(0).setStrokeColor(QColor(_PAPER))
    back.setSymbol(symbol)
    _place(layout, back, 0, 0, WIDTH, HEIGHT)


def _map(layout: QgsLayout, layers: list[QgsMapLayer], extent: QgsRectangle) -> None:
    item = QgsLayoutItemMap(layout)
    item.setId("map")
    width, height = 316.0, 254.0
    _place(layout, item, 12, 33, width, height)
    item.setLayers(layers)
    item.setKeepLayerSet(True)
    # An extent of another shape would change the size of the item.
    tall = max(extent.height() * 1.03, extent.width() * 1.03 * height / width)
    wide = tall * width / height
    item.setExtent(QgsRectangle.fromCenterAndSize(extent.center(), wide, tall))
    item.setFrameEnabled(True)
    item.setFrameStrokeColor(QColor("#8d877c"))
    item.setBackgroundColor(QColor("#f1efe8"))


def _text(
    layout: QgsLayout,
    words: str,
    x: float,
    y: float,
    width: float,
    height: float,
    size: int,
    colour: str = "#2c2926",
) -> None:
    label = QgsLayoutItemLabel(layout)
    label.setText(words)
    if hasattr(label, "setTextFormat"):  # from QGIS 3.24 on
        label.setTextFormat(_letters(size, colour))
    else:
        label.setFont(QFont(_FONT, size))
        label.setFontColor(QColor(colour))
    _place(layout, label, x, y, width, height)


def _letters(size: int, colour: str = "#2c2926") -> QgsTextFormat:
    letters = QgsTextFormat()
    letters.setFont(QFont(_FONT))
    letters.setSize(size)
    letters.setSizeUnit(QgsUnitTypes.RenderUnit.RenderPoints)
    letters.setColor(QColor(colour))
    return letters


def _legend(layout: QgsLayout, project: QgsProject, parcels: QgsMapLayer) -> None:
    legend = QgsLayoutItemLegend(layout)
    legend.setTitle("图例 Legend")
    legend.setAutoUpdateModel(False)
    root = legend.model().rootGroup()
    root.clear()
    for title in ("问题 Findings", "行政区 XZQ", "村级调查区 CJDCQ"):
        for layer in project.mapLayersByName(title):
            root.addLayer(layer)
    root.addLayer(parcels)
    for style, size in (
        (QgsLegendStyle.Style.Title, 13),
        (QgsLegendStyle.Style.Group, 9),
        (QgsLegendStyle.Style.Subgroup, 9),
        (QgsLegendStyle.Style.SymbolLabel, 7),
    ):
        look = legend.style(style)
        if hasattr(look, "setTextFormat"):  # from QGIS 3.30 on
            look.setTextFormat(_letters(size))
        else:
            look.setFont(QFont(_FONT, size))
        legend.setStyle(style, look)
    legend.setSymbolWidth(6)
    legend.setSymbolHeight(3.0)
    legend.rstyle(QgsLegendStyle.Style.Symbol).setMargin(QgsLegendStyle.Side.Top, 1.3)
    legend.setBackgroundEnabled(False)
    legend.setLegendFilterByMapEnabled(False)
    _place(layout, legend, 332, 33, 84, 230)


def _scale(layout: QgsLayout) -> None:
    bar = QgsLayoutItemScaleBar(layout)
    bar.setLinkedMap(layout.itemById("map"))
    bar.setUnits(QgsUnitTypes.DistanceUnit.DistanceKilometers)
    bar.setUnitLabel("km")
    bar.setNumberOfSegments(2)
    bar.setNumberOfSegmentsLeft(0)
    bar.setSegmentSizeMode(QgsScaleBarSettings.SegmentSizeMode.SegmentSizeFitWidth)
    bar.setMinimumBarWidth(28)
    bar.setMaximumBarWidth(56)
    bar.setHeight(2.2)
    bar.setTextFormat(_letters(8))
    bar.setBackgroundEnabled(True)
    bar.setBackgroundColor(QColor(251, 250, 246, 200))
    _place(layout, bar, 15, 272, 40, 12)
