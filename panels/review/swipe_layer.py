"""An image as a layer of our own: never in the project, natural in colour, nothing written."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from qgis.core import (
    QgsContrastEnhancement,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsCsException,
    QgsMultiBandColorRenderer,
    QgsRasterLayer,
    QgsRasterMinMaxOrigin,
    QgsRectangle,
    QgsSingleBandGrayRenderer,
)
from qgis.PyQt.QtCore import QCoreApplication

_CELLS = 400
_FEWEST = 400
_LEAST_CELLS = 200
_CUT = (2.0, 98.0)


@dataclass(frozen=True)
class Window:
    """A part of the map: where, in which CRS, and how to get from there to another."""

    extent: QgsRectangle
    crs: QgsCoordinateReferenceSystem
    context: QgsCoordinateTransformContext


def image_layer(
    path: str, bands: Sequence[int], window: Window | None = None, progress: Any = None
) -> QgsRasterLayer:
    """Open an image with ``bands`` as red, green and blue, each stretched over its usual values.

    To be called in a worker thread; the layer belongs to the window's thread afterwards. The
    darkest and brightest two in a hundred are cut, counted in a coarse copy of what ``window``
    shows (of the whole image without one, or where that shows little of it).

    Raises
    ------
    ValueError
        When there is no such image.
    """
    layer = _opened(path)
    chosen = [band if 1 <= band <= layer.bandCount() else 1 for band in bands]
    if layer.bandCount() < 3:
        chosen = [chosen[0]] * 3
    part = _part(layer, window)
    cuts = {}
    for band in sorted(set(chosen)):
        if progress is not None:
            progress.check()
        cuts[band] = _cut(path, band, part)
    provider = layer.dataProvider()
    if len(set(chosen)) == 1:
        renderer: Any = QgsSingleBandGrayRenderer(provider, chosen[0])
        renderer.setContrastEnhancement(_stretch(layer, chosen[0], cuts))
    else:
        renderer = QgsMultiBandColorRenderer(provider, *chosen)
        renderer.setRedContrastEnhancement(_stretch(layer, chosen[0], cuts))
        renderer.setGreenContrastEnhancement(_stretch(layer, chosen[1], cuts))
        renderer.setBlueContrastEnhancement(_stretch(layer, chosen[2], cuts))
    origin = QgsRasterMinMaxOrigin()
    origin.setLimits(QgsRasterMinMaxOrigin.Limits.CumulativeCut)
    renderer.setMinMaxOrigin(origin)
    layer.setRenderer(renderer)
    application = QCoreApplication.instance()
    if application is not None:
        layer.moveToThread(application.thread())
    return layer


def _opened(path: str) -> QgsRasterLayer:
    """The image as a layer; where it can be, through a door by which nothing can be written.

    QGIS counts a histogram of every image it opens and has GDAL keep it in an .aux.xml; what GDAL
    reads as a part of a file it cannot write beside.
    """
    options = QgsRasterLayer.LayerOptions(False)
    if os.path.isfile(path):
        layer = QgsRasterLayer(f"/vsisubfile/0,{path}", "", "gdal", options)
        if layer.isValid():
            return layer
    # Some formats are only read as plain files.
    layer = QgsRasterLayer(path, "", "gdal", options)
    if not layer.isValid():
        raise ValueError(path)
    return layer


def _stretch(
    layer: QgsRasterLayer, band: int, cuts: dict[int, tuple[float, float]]
) -> QgsContrastEnhancement:
    enhancement = QgsContrastEnhancement(layer.dataProvider().dataType(band))
    algorithms = QgsContrastEnhancement.ContrastEnhancementAlgorithm
    enhancement.setContrastEnhancementAlgorithm(algorithms.StretchToMinimumMaximum)
    low, high = cuts[band]
    enhancement.setMinimumValue(low)
    enhancement.setMaximumValue(high)
    return enhancement


def _part(layer: QgsRasterLayer, window: Window | None) -> tuple[int, int, int, int]:
    """Columns and rows of the image in a window: first column and row, how many of each."""
    wide, high = layer.width(), layer.height()
    whole = (0, 0, wide, high)
    if window is None or layer.rasterUnitsPerPixelX() <= 0 or layer.rasterUnitsPerPixelY() <= 0:
        return whole
    transform = QgsCoordinateTransform(window.crs, layer.crs(), window.context)
    try:
        seen = transform.transformBoundingBox(window.extent).intersect(layer.extent())
    except QgsCsException:
        return whole
    if seen.isEmpty():
        return whole
    # Colours of a few cells of one wood are noise: there must be something to compare with.
    least = _LEAST_CELLS * max(layer.rasterUnitsPerPixelX(), layer.rasterUnitsPerPixelY())
    if seen.width() < least or seen.height() < least:
        half = max(least, seen.width(), seen.height()) / 2.0
        middle = seen.center()
        around = QgsRectangle(
            middle.x() - half, middle.y() - half, middle.x() + half, middle.y() + half
        )
        seen = around.intersect(layer.extent())
    left = int((seen.xMinimum() - layer.extent().xMinimum()) / layer.rasterUnitsPerPixelX())
    top = int((layer.extent().yMaximum() - seen.yMaximum()) / layer.rasterUnitsPerPixelY())
    left, top = min(max(left, 0), wide - 1), min(max(top, 0), high - 1)
    columns = min(int(seen.width() / layer.rasterUnitsPerPixelX()) + 1, wide - left)
    rows = min(int(seen.height() / layer.rasterUnitsPerPixelY()) + 1, high - top)
    return (left, top, columns, rows) if columns * rows >= _FEWEST else whole


def _cut(path: str, number: int, part: tuple[int, int, int, int]) -> tuple[float, float]:
    """Values between which a band is shown."""
    from osgeo import gdal

    size = {"buf_xsize": min(part[2], _CELLS), "buf_ysize": min(part[3], _CELLS)}
    try:
        data = gdal.OpenEx(path, gdal.OF_RASTER | gdal.OF_READONLY)
        band = data.GetRasterBand(number)
        values = band.ReadAsArray(*part, **size)
        good = band.GetMaskBand().ReadAsArray(*part, **size) > 0
    except (RuntimeError, AttributeError):
        return 0.0, 255.0
    if values is None:
        return 0.0, 255.0
    values = np.asarray(values, dtype=np.float64)
    values = values[good & np.isfinite(values)]
    if not values.size:
        return 0.0, 255.0
    low, top = (float(one) for one in np.percentile(values, _CUT))
    return (low, top) if top > low else (low - 0.5, low + 0.5)
