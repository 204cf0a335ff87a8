"""Maps for a report, drawn in the thread of the algorithm; the layout only shows the picture."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsField,
    QgsFillSymbol,
    QgsGeometry,
    QgsMapRendererCustomPainterJob,
    QgsMapSettings,
    QgsMarkerSymbol,
    QgsRectangle,
    QgsRendererCategory,
    QgsSingleSymbolRenderer,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QSize, QVariant
from qgis.PyQt.QtGui import QColor, QImage, QPainter

from .content import MapPicture

if TYPE_CHECKING:
    from ...checks.table import Table

DPI = 200
_MARGIN = 0.06
_SMALLEST = 150.0
"""Metres across, at least: a single parcel is shown with what lies around it."""
_PAPER = 0.55
_AREA = QgsWkbTypes.GeometryType.PolygonGeometry
Marks = Sequence[tuple[float, float, str]]
"""East, north, and the kind of each mark."""


class MapMaker:
    """Draws pictures of the same layers; make and use it in one thread.

    Parameters
    ----------
    table
        The delivered parcels, or ``None``.
    classes
        Colour ``r,g,b`` of every land class.
    wkt
        Reference system of everything.
    folder
        Where pictures are put.
    """

    def __init__(
        self, table: Table | None, classes: dict[str, str], wkt: str, folder: Path
    ) -> None:
        self._wkt = wkt
        self._folder = folder
        self._crs = QgsCoordinateReferenceSystem.fromWkt(wkt)
        self._geographic = self._crs.isValid() and self._crs.isGeographic()
        self._count = 0
        self._parcels = _parcel_layer(table, classes, wkt) if table is not None else None
        self.whole = _whole(table)

    def draw(
        self,
        extent: tuple[float, float, float, float] | None,
        size: tuple[float, float],
        marks: Marks,
        shapes: Sequence[Any] = (),
        stopped: Callable[[], bool] = lambda: False,
    ) -> MapPicture | None:
        """Draw ``extent``, widened to the shape of ``size`` (millimetres).

        ``shapes`` are outlined, ``marks`` drawn on top. ``None`` where there is nothing to show.
        """
        if extent is None or not all(map(math.isfinite, extent)):
            return None
        box = self._widened(extent, size)
        settings = QgsMapSettings()
        settings.setDestinationCrs(self._crs)
        pixels = QSize(*(max(int(side / 25.4 * DPI), 8) for side in size))
        settings.setOutputSize(pixels)
        settings.setOutputDpi(DPI)
        settings.setBackgroundColor(QColor("#ffffff"))
        settings.setFlag(_flag("Antialiasing"), True)
        layers = [_mark_layer(marks, self._wkt)] if marks else []
        layers += [_outline_layer(shapes, self._wkt)] if len(shapes) else []
        layers += [self._parcels] if self._parcels is not None else []
        if not layers:
            return None
        settings.setLayers(layers)
        settings.setExtent(QgsRectangle(*box))
        image = QImage(pixels, QImage.Format.Format_RGB32)
        image.fill(QColor("#ffffff"))
        painter = QPainter(image)
        job = QgsMapRendererCustomPainterJob(settings, painter)
        job.renderSynchronously()
        painter.end()
        if stopped():
            return None
        return self._saved(image, settings.visibleExtent())

    def around(self, shapes: Sequence[Any]) -> tuple[float, float, float, float] | None:
        """West, south, east, north around shapes, with a rim; ``None`` without any."""
        import shapely

        own = [shape for shape in shapes if shape is not None and not shape.is_empty]
        if not own:
            return None
        west, south, east, north = (float(side) for side in shapely.total_bounds(np.array(own)))
        return west, south, east, north

    def _widened(
        self, extent: tuple[float, float, float, float], size: tuple[float, float]
    ) -> tuple[float, float, float, float]:
        west, south, east, north = extent
        least = _SMALLEST / (111_320.0 if self._geographic else 1.0)
        wide = max(east - west, least) * (1 + 2 * _MARGIN)
        high = max(north - south, least) * (1 + 2 * _MARGIN)
        ratio = size[0] / size[1]
        wide, high = max(wide, high * ratio), max(high, wide / ratio)
        x, y = (west + east) / 2, (south + north) / 2
        return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2

    def _saved(self, image: QImage, box: QgsRectangle) -> MapPicture:
        self._count += 1
        path = self._folder / f"map{self._count}.png"
        if not image.save(str(path)):
            raise OSError(f"{path}")
        across, down = box.width() / image.width(), box.height() / image.height()
        world = (across, 0.0, 0.0, -down, box.xMinimum() + across / 2, box.yMaximum() - down / 2)
        path.with_suffix(".pgw").write_text("".join(f"{number!r}\n" for number in world))
        extent = (box.xMinimum(), box.yMinimum(), box.xMaximum(), box.yMaximum())
        return MapPicture(path, extent, self._wkt)


def _flag(name: str) -> Any:
    from qgis.core import Qgis

    if hasattr(Qgis, "MapSettingsFlag"):
        return getattr(Qgis.MapSettingsFlag, name)
    return getattr(QgsMapSettings.Flag, name)


def _whole(table: Table | None) -> tuple[float, float, float, float] | None:
    import shapely

    if table is None or table.geometry is None or not table.usable.any():
        return None
    west, south, east, north = shapely.total_bounds(table.geometry[table.usable])
    return float(west), float(south), float(east), float(north)


def _memory(kind: str, wkt: str, name: str, fields: Sequence[str]) -> QgsVectorLayer:
    layer = QgsVectorLayer(kind, name, "memory")
    layer.setCrs(QgsCoordinateReferenceSystem.fromWkt(wkt))
    layer.dataProvider().addAttributes([QgsField(one, QVariant.Type.String) for one in fields])
    layer.updateFields()
    return layer


def _filled(layer: QgsVectorLayer, rows: Sequence[tuple[Any, str]]) -> QgsVectorLayer:
    made = []
    for geometry, value in rows:
        feature = QgsFeature(layer.fields())
        feature.setGeometry(geometry)
        feature.setAttributes([value])
        made.append(feature)
    layer.dataProvider().addFeatures(made)
    layer.updateExtents()
    layer.dataProvider().createSpatialIndex()
    return layer


def _from_wkb(wkb: bytes) -> QgsGeometry:
    geometry = QgsGeometry()
    geometry.fromWkb(wkb)
    if geometry.type() == _AREA:
        geometry.convertToMultiType()  # a layer of memory takes no other kind than its own
    return geometry


def _parcel_layer(table: Table, classes: dict[str, str], wkt: str) -> QgsVectorLayer | None:
    import shapely

    if table.geometry is None or not table.usable.any():
        return None
    codes = [str(code or "") for code in table.text("DLBM").tolist()]
    rows = np.flatnonzero(table.usable)
    shapes = shapely.to_wkb(table.geometry[rows])
    layer = _memory("MultiPolygon", wkt, "DLTB", ["DLBM"])
    _filled(layer, [(_from_wkb(shape), codes[row]) for shape, row in zip(shapes, rows)])
    made = [
        QgsRendererCategory(code, _ground(classes.get(code, "")), code)
        for code in sorted({codes[row] for row in rows})
    ]
    layer.setRenderer(QgsCategorizedSymbolRenderer("DLBM", made))
    return layer


def _ground(rgb: str) -> QgsFillSymbol:
    """The class's colour, half-way to paper: the findings are what is looked at."""
    try:
        red, green, blue = (float(part) for part in rgb.split(","))
    except ValueError:
        red = green = blue = 222.0
    soft = [int(255 - (255 - part) * _PAPER) for part in (red, green, blue)]
    return QgsFillSymbol.createSimple(
        {
            "color": ",".join(map(str, soft)),
            "outline_color": "255,255,255,150",
            "outline_width": "0.06",
        }
    )


_LOOK = {
    "inconsistent": ("circle", "#d81e3f", "2.2"),
    "doubtful": ("diamond", "#e08600", "2.4"),
    "failed": ("circle", "#d81e3f", "2.8"),
    "faulty": ("diamond", "#e08600", "2.6"),
    "clean": ("circle", "#2e7d4f", "1.9"),
}


def _mark_layer(marks: Marks, wkt: str) -> QgsVectorLayer:
    import shapely

    layer = _memory("Point", wkt, "marks", ["kind"])
    rows = [
        (_from_wkb(shapely.to_wkb(shapely.Point(x, y))), kind)
        for x, y, kind in marks
        if math.isfinite(x) and math.isfinite(y)
    ]
    _filled(layer, rows)
    made = []
    for kind, (shape, colour, size) in _LOOK.items():
        symbol = QgsMarkerSymbol.createSimple(
            {
                "name": shape,
                "color": colour,
                "size": size,
                "outline_color": "#ffffff",
                "outline_width": "0.3",
            }
        )
        made.append(QgsRendererCategory(kind, symbol, kind))
    renderer = QgsCategorizedSymbolRenderer("kind", made)
    layer.setRenderer(renderer)
    return layer


def _outline_layer(shapes: Sequence[Any], wkt: str) -> QgsVectorLayer:
    import shapely

    layer = _memory("MultiPolygon", wkt, "outlines", ["kind"])
    _filled(layer, [(_from_wkb(shapely.to_wkb(shape)), "") for shape in shapes])
    symbol = QgsFillSymbol.createSimple(
        {"style": "no", "outline_color": "#1c2b38", "outline_width": "0.45"}
    )
    layer.setRenderer(QgsSingleSymbolRenderer(symbol))
    return layer
