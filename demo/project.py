"""The county as a QGIS project: styled, grouped, findings on top."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsBilinearRasterResampler,
    QgsCategorizedSymbolRenderer,
    QgsContrastEnhancement,
    QgsCoordinateReferenceSystem,
    QgsFillSymbol,
    QgsHillshadeRenderer,
    QgsLayerTreeGroup,
    QgsLineSymbol,
    QgsMapLayer,
    QgsMarkerSymbol,
    QgsMultiBandColorRenderer,
    QgsPalLayerSettings,
    QgsProject,
    QgsRasterLayer,
    QgsRendererCategory,
    QgsSimpleLineSymbolLayer,
    QgsSingleSymbolRenderer,
    QgsTextBufferSettings,
    QgsTextFormat,
    QgsVectorLayer,
    QgsVectorLayerSimpleLabeling,
)
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor, QFont, QPainter

from ..checks.standard import Standard

_SLOPES = ("#f2f6ea", "#d9e3b8", "#ecc97f", "#d98f57", "#a8513f")
_INK = "#3d3a36"

FINDINGS_GROUP = "核验结果 Findings"
"""Name of the project's group of findings."""


def build_project(
    package: Path, dem: Path, findings: Path | None, standard: Standard, title: str
) -> QgsProject:
    """A project of its own with every layer of the package, the terrain and the findings."""
    project = QgsProject()
    project.setTitle(title)
    root = project.layerTreeRoot()
    if findings is not None:
        group = root.addGroup(FINDINGS_GROUP)
        _add(project, group, _findings_layer(findings))
    lines = root.addGroup("界线 Boundaries")
    _add(project, lines, _towns(package))
    _add(project, lines, _villages(package))
    relief = root.addGroup("高程 Heights")
    relief.setExpanded(False)
    _add(project, relief, _spots(package), visible=False)
    _add(project, relief, _contours(package), visible=False)
    _add(project, relief, _hillshade(dem))
    land = root.addGroup("地类 Land")
    _add(project, land, _built(package), visible=False)
    _add(project, land, _farmland(package), visible=False)
    _add(project, land, _slope_map(package), visible=False)
    _add(project, land, _parcels(package, standard))
    _add_pictures(project, dem.parent)
    for node in root.findLayers():
        node.setExpanded(False)
    parcels = project.mapLayersByName("地类图斑 DLTB")[0]
    project.setCrs(parcels.crs())
    view = project.viewSettings()
    extent = parcels.extent()
    extent.scale(1.05)
    _set_extent(view, extent, project.crs())
    return project


def _set_extent(view: Any, extent: Any, crs: QgsCoordinateReferenceSystem) -> None:
    from qgis.core import QgsReferencedRectangle

    view.setDefaultViewExtent(QgsReferencedRectangle(extent, crs))


def _add(
    project: QgsProject, group: QgsLayerTreeGroup, layer: QgsMapLayer, visible: bool = True
) -> None:
    project.addMapLayer(layer, False)
    group.addLayer(layer).setItemVisibilityChecked(visible)


def _vector(package: Path, name: str, title: str) -> QgsVectorLayer:
    layer = QgsVectorLayer(f"{package}|layername={name}", title, "ogr")
    if not layer.isValid():
        raise OSError(f"QGIS cannot open layer {name} of {package}")
    return layer


def _colour(rgb: str) -> QColor:
    return QColor(*map(int, rgb.split(","))) if rgb else QColor("#dddddd")


def _fill(colour: QColor, edge: str = "#00000000", width: float = 0.0) -> QgsFillSymbol:
    symbol = QgsFillSymbol.createSimple({"joinstyle": "round"})
    layer = symbol.symbolLayer(0)
    layer.setFillColor(colour)
    layer.setStrokeColor(QColor(edge))
    layer.setStrokeWidth(width)
    if width == 0:
        layer.setStrokeStyle(Qt.PenStyle.NoPen)
    return symbol


def _parcels(package: Path, standard: Standard) -> QgsVectorLayer:
    layer = _vector(package, "DLTB", "地类图斑 DLTB")
    used = layer.uniqueValues(layer.fields().lookupField("DLBM"))
    made = []
    for code, land_class in standard.classes.items():
        if code in used:
            symbol = _fill(_colour(land_class.rgb), "#70564f48", 0.08)
            label = f"{code} {land_class.title} {land_class.title_en}"
            made.append(QgsRendererCategory(code, symbol, label))
    if set(used) - set(standard.classes):
        # A forger's invented code must be seen too.
        made.append(QgsRendererCategory(None, _fill(QColor("#ff00c8")), "表外代码 Unknown code"))
    layer.setRenderer(QgsCategorizedSymbolRenderer("DLBM", made))
    return layer


def _slope_map(package: Path) -> QgsVectorLayer:
    layer = _vector(package, "PDT", "坡度图 PDT")
    names = ("≤2°", "2°–6°", "6°–15°", "15°–25°", ">25°")
    made = [
        QgsRendererCategory(str(grade + 1), _fill(QColor(colour)), f"{grade + 1}  {name}")
        for grade, (colour, name) in enumerate(zip(_SLOPES, names))
    ]
    layer.setRenderer(QgsCategorizedSymbolRenderer("PDJB", made))
    return layer


def _farmland(package: Path) -> QgsVectorLayer:
    layer = _vector(package, "YJJBNTTB", "永久基本农田 YJJBNTTB")
    layer.setRenderer(QgsSingleSymbolRenderer(_fill(QColor(255, 214, 64, 110), "#b8860b", 0.2)))
    return layer


def _built(package: Path) -> QgsVectorLayer:
    layer = _vector(package, "CZCDYD", "城镇村等用地 CZCDYD")
    layer.setRenderer(QgsSingleSymbolRenderer(_fill(QColor(0, 0, 0, 0), "#b03030", 0.5)))
    return layer


def _outline(colour: str, width: float, style: Qt.PenStyle, halo: float = 0.0) -> QgsFillSymbol:
    symbol = QgsFillSymbol()
    symbol.deleteSymbolLayer(0)
    if halo:
        under = QgsSimpleLineSymbolLayer(QColor(255, 255, 255, 170), width + halo)
        symbol.appendSymbolLayer(under)
    line = QgsSimpleLineSymbolLayer(QColor(colour), width, style)
    line.setPenJoinStyle(Qt.PenJoinStyle.RoundJoin)
    symbol.appendSymbolLayer(line)
    return symbol


def _villages(package: Path) -> QgsVectorLayer:
    layer = _vector(package, "CJDCQ", "村级调查区 CJDCQ")
    layer.setRenderer(QgsSingleSymbolRenderer(_outline("#5b3b6e", 0.28, Qt.PenStyle.DashLine, 0.5)))
    _label(layer, "ZLDWMC", 6.5, "#4a3358", False)
    return layer


def _towns(package: Path) -> QgsVectorLayer:
    layer = _vector(package, "XZQ", "行政区 XZQ")
    layer.setRenderer(
        QgsSingleSymbolRenderer(_outline("#7a2f5d", 0.75, Qt.PenStyle.SolidLine, 0.9))
    )
    _label(layer, "XZQMC", 11.0, "#5a1f43", True)
    return layer


def _label(layer: QgsVectorLayer, field: str, size: float, colour: str, bold: bool) -> None:
    text = QgsTextFormat()
    text.setFont(QFont("WenQuanYi Micro Hei"))
    text.setForcedBold(bold) if hasattr(text, "setForcedBold") else None
    text.setSize(size)
    text.setColor(QColor(colour))
    halo = QgsTextBufferSettings()
    halo.setEnabled(True)
    halo.setSize(0.9)
    halo.setColor(QColor(255, 255, 255, 215))
    text.setBuffer(halo)
    settings = QgsPalLayerSettings()
    settings.fieldName = field
    settings.setFormat(text)
    settings.placement = QgsPalLayerSettings.Placement.Horizontal
    settings.centroidInside = True
    layer.setLabeling(QgsVectorLayerSimpleLabeling(settings))
    layer.setLabelsEnabled(True)


def _spots(package: Path) -> QgsVectorLayer:
    layer = _vector(package, "GCZJD", "高程注记点 GCZJD")
    symbol = QgsMarkerSymbol.createSimple({"name": "circle", "size": "1.1", "outline_style": "no"})
    symbol.setColor(QColor("#8a4b1f"))
    layer.setRenderer(QgsSingleSymbolRenderer(symbol))
    return layer


def _contours(package: Path) -> QgsVectorLayer:
    layer = _vector(package, "DGX", "等高线 DGX")

    def line(width: float) -> QgsLineSymbol:
        symbol = QgsLineSymbol.createSimple({"line_width": str(width)})
        symbol.setColor(QColor("#a0683a"))
        return symbol

    made = [
        QgsRendererCategory("710102", line(0.35), "计曲线 Index"),
        QgsRendererCategory("710101", line(0.15), "首曲线 Intermediate"),
    ]
    layer.setRenderer(QgsCategorizedSymbolRenderer("DGXLX", made))
    return layer


def _hillshade(dem: Path) -> QgsRasterLayer:
    layer = QgsRasterLayer(str(dem), "可信 DEM（晕渲） Trusted terrain")
    if not layer.isValid():
        raise OSError(f"QGIS cannot open {dem}")
    renderer = QgsHillshadeRenderer(layer.dataProvider(), 1, 315.0, 45.0)
    renderer.setZFactor(1.6)
    renderer.setMultiDirectional(True)
    layer.setRenderer(renderer)
    layer.setBlendMode(QPainter.CompositionMode.CompositionMode_Multiply)
    layer.setOpacity(0.75)
    layer.resampleFilter().setZoomedOutResampler(QgsBilinearRasterResampler())
    layer.resampleFilter().setZoomedInResampler(QgsBilinearRasterResampler())
    layer.resampleFilter().setMaxOversampling(4.0)
    layer.brightnessFilter().setBrightness(40)
    layer.brightnessFilter().setContrast(15)
    return layer


def _add_pictures(project: QgsProject, folder: Path) -> None:
    """The pictures beside the terrain, newest first, and last year's parcels; hidden at first."""
    found = sorted(folder.glob("image_*.tif"), reverse=True)
    before = sorted(folder.glob("dltb_*.gpkg"))
    if not found and not before:
        return
    group = project.layerTreeRoot().addGroup("影像与上年度 Imagery, last year")
    group.setExpanded(False)
    for path in before:
        layer = _vector(path, "DLTB", f"上年度 Last year {path.stem[-4:]}")
        layer.setRenderer(QgsSingleSymbolRenderer(_fill(QColor("#00000000"), "#f2c14e", 0.2)))
        _add(project, group, layer, visible=False)
    for path in found:
        _add(project, group, _picture(path), visible=False)


def _picture(path: Path) -> QgsRasterLayer:
    """A picture in natural colours."""
    layer = QgsRasterLayer(str(path), f"影像 Imagery {path.stem[-4:]}")
    if not layer.isValid():
        raise OSError(f"QGIS cannot open {path}")
    provider = layer.dataProvider()
    renderer = QgsMultiBandColorRenderer(provider, 3, 2, 1)
    for number, put in (
        (3, renderer.setRedContrastEnhancement),
        (2, renderer.setGreenContrastEnhancement),
        (1, renderer.setBlueContrastEnhancement),
    ):
        stretch = QgsContrastEnhancement(provider.dataType(number))
        stretch.setMinimumValue(100)
        stretch.setMaximumValue(1900)
        stretch.setContrastEnhancementAlgorithm(
            QgsContrastEnhancement.ContrastEnhancementAlgorithm.StretchToMinimumMaximum
        )
        put(stretch)
    layer.setRenderer(renderer)
    return layer


def _findings_layer(findings: Path) -> QgsVectorLayer:
    from ..processing_provider.styling import renderer, style

    layer = _vector(findings, "findings", "问题 Findings")
    made = renderer(layer)
    words = style()["verdicts"]
    for number, category in enumerate(made.categories()):
        verdict, _, severity = str(category.value()).partition("/")
        title = words[verdict]["title"]
        made.updateCategoryLabel(number, f"{title['zh']} {title['en']} · {severity}")
    layer.setRenderer(made)
    return layer
