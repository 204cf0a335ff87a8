"""From QGIS layers to what GDAL can open: paths, and layer names within them."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsMapLayer,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingUtils,
    QgsRasterLayer,
    QgsVectorLayer,
)

from .language import translate

READABLE = ["gpkg", "shp", "gdb", "sqlite", "geojson", "json", "gml", "kml", "fgb", "tab", "mif"]


def raster_source(layer: QgsRasterLayer | None, what: str) -> str:
    """Return what GDAL opens for ``layer``; empty for no layer.

    Raises
    ------
    QgsProcessingException
        When the layer comes from a service and not from a file.
    """
    if layer is None:
        return ""
    if layer.providerType() != "gdal":
        raise QgsProcessingException(
            translate(
                "Sources",
                "{what}: the layer “{name}” is not a raster file. Save it as GeoTIFF first.",
            ).format(what=what, name=layer.name())
        )
    # What follows the bar are open options of QGIS's own making.
    return str(layer.source()).split("|")[0]


def vector_source(
    layer: QgsVectorLayer | None, context: QgsProcessingContext, feedback: QgsProcessingFeedback
) -> str:
    """Return ``path|layername=…`` for ``layer``, exported first where OGR cannot open it as it is.

    A filter set on the layer is respected: what the user sees is what is used.
    """
    if layer is None:
        return ""
    path, name = QgsProcessingUtils.convertToCompatibleFormatAndLayerName(
        layer, False, "baseline", READABLE, "gpkg", context, feedback
    )
    return f"{path}|layername={name}" if name else str(path)


def map_layers(layers: list[Any]) -> list[QgsMapLayer]:
    """The layers that are there and valid."""
    return [layer for layer in layers if layer is not None and layer.isValid()]
