"""The trusted terrain as a file: opened once it is sure to be one.

Ground without data is often left as a plain 0, or as -9999 that no header
speaks of. Taken for heights, such ground is level, and every honest slope on
it is wrong.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from osgeo import gdal

from ..findings import Text
from ..grid import Window
from ..raster import Raster, RasterError

PLAUSIBLE_GROUND = (-1_000.0, 9_000.0)
"""Metres. No land lies 600 m below the Dead Sea, none above Qomolangma: beyond,
a cell holds a code for nodata (-9999 and its like), or the bottom of a sea."""

_COLOURS = (gdal.GCI_RedBand, gdal.GCI_GreenBand, gdal.GCI_BlueBand, gdal.GCI_PaletteIndex)
_IMAGE_BANDS = 3
_SAMPLES_ACROSS = 7
_SAMPLE_CELLS = 48
_NEAR = 20.0
_LEAST_SHARE = 0.005
_BESIDE = 0.02


def open_terrain(path: str) -> Raster:
    """Open a terrain model: heights in metres in its only band.

    Where a file declares no nodata, zeros that make up some of it are taken
    for missing ground if hardly any other height is near 0: real lowland at
    0 m lies beside lowland at 1 m.

    Raises
    ------
    RasterError
        When it cannot be read, or is an image and no terrain.
    """
    raster = Raster(path, plausible=PLAUSIBLE_GROUND)
    _refuse_images(raster)
    band = raster.bands[0]
    if band.nodata is None and not band.masked and _zero_is_missing(raster):
        raster.bands[0] = replace(band, nodata=-band.offset / (band.scale or 1.0))
    return raster


def _refuse_images(raster: Raster) -> None:
    if len(raster.bands) < _IMAGE_BANDS and raster.bands[0].colour not in _COLOURS:
        return
    name, count = raster.path, len(raster.bands)
    raise RasterError(
        Text(
            f"“{name}”不是高程模型：有 {count} 个波段或彩色表，应为单波段高程",
            f"'{name}' is no terrain model: it has {count} bands or colours, "
            "where heights in one band are needed",
        )
    )


def _zero_is_missing(raster: Raster) -> bool:
    zero = near = whole = 0
    for window in _samples(raster.grid.width, raster.grid.height):
        values, valid = raster.read(window)
        heights = values if valid is None else values[valid]
        level = heights == 0
        zero += int(level.sum())
        near += int((np.abs(heights) <= _NEAR).sum() - level.sum())
        whole += heights.size
    return zero > _LEAST_SHARE * whole and near < _BESIDE * zero


def _samples(width: int, height: int) -> list[Window]:
    """Small windows spread evenly; the whole raster where it is small."""
    columns = np.unique(np.linspace(0, max(width - _SAMPLE_CELLS, 0), _SAMPLES_ACROSS).astype(int))
    rows = np.unique(np.linspace(0, max(height - _SAMPLE_CELLS, 0), _SAMPLES_ACROSS).astype(int))
    return [
        Window(int(row), int(column), min(_SAMPLE_CELLS, height), min(_SAMPLE_CELLS, width))
        for row in rows
        for column in columns
    ]
