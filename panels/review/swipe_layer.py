"""An image as a layer of our own: never in the project, natural in colour, nothing written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from qgis.core import (
    QgsContrastEnhancement,
    QgsMultiBandColorRenderer,
    QgsRasterLayer,
    QgsRasterMinMaxOrigin,
    QgsSingleBandGrayRenderer,
)
from qgis.PyQt.QtCore import QCoreApplication

_CELLS = 400
_CUT = (2.0, 98.0)


def image_layer(path: str, bands: Sequence[int], progress: Any = None) -> QgsRasterLayer:
    """Open an image with ``bands`` as red, green and blue, each stretched over its usual values.

    To be called in a worker thread; the layer belongs to the window's thread afterwards. The
    darkest and brightest two in a hundred are cut, counted in a coarse copy of the whole image:
    QGIS's own count would leave an .aux.xml beside somebody else's data.

    Raises
    ------
    ValueError
        When there is no such image.
    """
    layer = QgsRasterLayer(path, "", "gdal")
    if not layer.isValid():
        raise ValueError(path)
    chosen = [band if 1 <= band <= layer.bandCount() else 1 for band in bands]
    if layer.bandCount() < 3:
        chosen = [chosen[0]] * 3
    cuts = {}
    for band in sorted(set(chosen)):
        if progress is not None:
            progress.check()
        cuts[band] = _cut(path, band)
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


def _cut(path: str, number: int) -> tuple[float, float]:
    """Values between which a band is shown."""
    from osgeo import gdal

    try:
        data = gdal.OpenEx(path, gdal.OF_RASTER | gdal.OF_READONLY)
        band = data.GetRasterBand(number)
        wide, high = min(band.XSize, _CELLS), min(band.YSize, _CELLS)
        values = band.ReadAsArray(buf_xsize=wide, buf_ysize=high)
        good = band.GetMaskBand().ReadAsArray(buf_xsize=wide, buf_ysize=high) > 0
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
