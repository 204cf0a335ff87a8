"""Findings on the canvas: go there, and flash."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsCsException,
    QgsFeature,
    QgsGeometry,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtGui import QColor

from ...processing_provider.results import layer_source
from ...processing_provider.styling import style
from .frames import between

_ROOM = 2.5
"""How many times the finding's own size is shown."""
_LEAST_METRES = 200.0
_METRES_PER_DEGREE = 111_320.0


class FindingsOnMap:
    """The findings of one run, for the canvas.

    It reads the file through a layer of its own, so that it works whatever the person does with
    the layers of the project.
    """

    def __init__(self, canvas: QgsMapCanvas) -> None:
        self._canvas = canvas
        self._layer: QgsVectorLayer | None = None

    def open(self, path: Path) -> None:
        """Show the findings of this file from now on."""
        self._layer = QgsVectorLayer(layer_source(path), "findings", "ogr")

    def close(self) -> None:
        """Let go of the file."""
        self._layer = None

    def feature(self, identifier: int) -> QgsFeature | None:
        """One finding with all its attributes, or ``None``."""
        if self._layer is None or not self._layer.isValid():
            return None
        feature = self._layer.getFeature(identifier)
        return feature if feature.isValid() else None

    def subset(self, identifiers: list[int]) -> QgsVectorLayer | None:
        """A layer in which exactly these findings are selected, for export."""
        if self._layer is None or not self._layer.isValid():
            return None
        layer = self._layer.clone()
        layer.selectByIds(identifiers)
        return layer

    def go_to(self, identifier: int) -> bool:
        """Move the map to a finding and flash it; false where it has no place on the map."""
        feature = self.feature(identifier)
        if feature is None or self._layer is None or feature.geometry().isEmpty():
            return False
        geometry: QgsGeometry = feature.geometry()
        try:
            extent = self._on_canvas(geometry.boundingBox())
        except QgsCsException:
            return False
        self._canvas.setExtent(extent)
        self._canvas.refresh()
        look: dict[str, Any] = style()["verdicts"].get(feature["verdict"], {})
        color, faint = QColor(look.get("color", "#808080")), QColor(style()["halo"]["color"])
        faint.setAlpha(0)
        self._canvas.flashGeometries([geometry], self._layer.crs(), color, faint, 3, 350)
        return True

    def _on_canvas(self, extent: QgsRectangle) -> QgsRectangle:
        """``extent`` with room around it, in the CRS of the canvas."""
        layer = self._layer
        assert layer is not None
        least = _LEAST_METRES
        if layer.crs().isGeographic():
            least /= _METRES_PER_DEGREE
        size = max(extent.width(), extent.height()) * _ROOM
        half = max(size, least) / 2.0
        centre = extent.center()
        wanted = QgsRectangle(
            centre.x() - half, centre.y() - half, centre.x() + half, centre.y() + half
        )
        to = self._canvas.mapSettings().destinationCrs()
        if layer.crs().isValid() and to.isValid() and layer.crs() != to:
            transform = between(layer.crs(), to)
            wanted = transform.transformBoundingBox(wanted)
        return wanted
