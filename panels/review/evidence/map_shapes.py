"""What the evidence of a finding looks like on the map: drawn over it, in no layer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCsException,
    QgsGeometry,
    QgsRectangle,
    QgsWkbTypes,
)
from qgis.gui import QgsMapCanvas, QgsRubberBand
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor

from ..frames import between

if TYPE_CHECKING:
    from ....checks.evidence.model import Shape


@dataclass(frozen=True)
class _Style:
    color: str
    width: int = 2
    fill: int = 0
    line: Qt.PenStyle = Qt.PenStyle.SolidLine
    icon: QgsRubberBand.IconType = QgsRubberBand.IconType.ICON_CIRCLE
    size: int = 11


# Light enough to be seen on imagery, with a dark rim to be seen on paper.
_STYLES = {
    "wedge": _Style("#ffd54a", 1, 70),
    "sight": _Style("#ffd54a", 2, line=Qt.PenStyle.DashLine),
    "station": _Style("#ffd54a", 3),
    "track": _Style("#4fc3f7", 3),
    "other_object": _Style("#e07bff", 2, 30, Qt.PenStyle.DashLine),
    "residual": _Style("#ff8a65", 2, icon=QgsRubberBand.IconType.ICON_DIAMOND, size=9),
    "outline": _Style("#00e5ff", 2),
    "profile": _Style("#ffffff", 2),
}
_ORDER = tuple(_STYLES)
_RIM = QColor(20, 20, 20, 190)
_MOST_BYTES = 16 * 2**20
_ROOM = 1.25
_LEAST_PIXELS = 100


class MapShapes:
    """Shapes over a canvas; they move with it, change CRS with it, and leave nothing behind."""

    def __init__(self, canvas: QgsMapCanvas) -> None:
        self._canvas = canvas
        self._shapes: tuple[Shape, ...] = ()
        self.bands: list[QgsRubberBand] = []
        self._shown = True
        canvas.destinationCrsChanged.connect(self._draw)

    def show(self, shapes: Sequence[Shape]) -> None:
        """Draw these instead of those before; what has no place on this map is left out."""
        self._shapes = tuple(shapes)
        self._draw()

    def clear(self) -> None:
        """Draw nothing."""
        self.show(())

    def set_shown(self, shown: bool) -> None:
        """Hide what is drawn, or show it again."""
        self._shown = shown
        for band in self.bands:
            band.setVisible(shown)

    def zoom(self) -> bool:
        """Let the canvas show all that is drawn; false where nothing is."""
        if not self.bands:
            return False
        extent = QgsRectangle(self.bands[0].asGeometry().boundingBox())
        for band in self.bands[1:]:
            extent.combineExtentWith(band.asGeometry().boundingBox())
        if extent.width() == extent.height() == 0:
            extent.grow(self._canvas.mapUnitsPerPixel() * _LEAST_PIXELS)
        extent.scale(_ROOM)
        self._canvas.setExtent(extent)
        self._canvas.refresh()
        return True

    def shut_down(self) -> None:
        """Leave the canvas as it was."""
        self._canvas.destinationCrsChanged.disconnect(self._draw)
        self.clear()

    def _draw(self) -> None:
        for band in self.bands:
            self._canvas.scene().removeItem(band)
        self.bands = []
        wanted = sorted(
            self._shapes,
            key=lambda one: _ORDER.index(one.role) if one.role in _STYLES else len(_ORDER),
        )
        for shape in wanted:
            geometry = self._placed(shape)
            if geometry is not None:
                self.bands.append(self._band(geometry, _STYLES.get(shape.role, _Style("#ffffff"))))

    def _placed(self, shape: Shape) -> QgsGeometry | None:
        """The geometry in the CRS of the canvas; ``None`` where it has no place there."""
        if not shape.geometry or len(shape.geometry) > _MOST_BYTES:
            return None
        geometry = QgsGeometry()
        geometry.fromWkb(shape.geometry)
        if geometry.isNull() or geometry.isEmpty():
            return None
        crs = QgsCoordinateReferenceSystem.fromWkt(shape.wkt)
        to = self._canvas.mapSettings().destinationCrs()
        if crs.isValid() and to.isValid() and crs != to:
            try:
                geometry.transform(between(crs, to))
            except QgsCsException:
                return None
        extent = geometry.boundingBox()
        ends = (extent.xMinimum(), extent.xMaximum(), extent.yMinimum(), extent.yMaximum())
        return geometry if all(map(math.isfinite, ends)) else None

    def _band(self, geometry: QgsGeometry, style: _Style) -> QgsRubberBand:
        band = QgsRubberBand(self._canvas, geometry.type())
        color = QColor(style.color)
        fill = QColor(color)
        fill.setAlpha(style.fill)
        point = geometry.type() == QgsWkbTypes.GeometryType.PointGeometry
        band.setFillColor(color if point else fill)
        band.setStrokeColor(color)
        band.setSecondaryStrokeColor(_RIM)
        band.setWidth(style.width)
        band.setLineStyle(style.line)
        band.setIcon(style.icon)
        band.setIconSize(style.size)
        band.setToGeometry(geometry, None)
        band.setVisible(self._shown)
        return band
