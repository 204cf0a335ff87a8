"""The trusted terrain as a file: opened once it is sure to be one.

Ground without data is often left as a plain 0, or as -9999 that no header
speaks of. Taken for heights, such ground is level, and every honest slope on
it is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from osgeo import gdal
from scipy.ndimage import gaussian_filter

from ..findings import Text
from ..grid import Window
from ..raster import Raster, RasterError
from ..table import FloatArray

PLAUSIBLE_GROUND = (-1_000.0, 9_000.0)
"""Metres. No land lies 600 m below the Dead Sea, none above Qomolangma: beyond,
a cell holds a code for nodata (-9999 and its like), or the bottom of a sea."""

_COLOURS = (gdal.GCI_RedBand, gdal.GCI_GreenBand, gdal.GCI_BlueBand, gdal.GCI_PaletteIndex)
_IMAGE_BANDS = 3
_SAMPLES_ACROSS = 7
_SAMPLE_CELLS = 48
_NEAR = 20.0
_STEPS = (1.0, 0.5, 0.1)
_STEP_SHARE = 0.999
_STEP_NOISE = 1e-3
_SMOOTHING_CELLS = 2.0
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


@dataclass(frozen=True)
class Texture:
    """How fine a terrain model is, from samples spread over it.

    ``step`` is the metres to which heights were rounded (0: finer than a
    decimetre). ``slope`` and ``smoothed`` are median slopes in degrees, as they
    are and after smoothing over two cells: what a coarser or less noisy model
    would honestly have; NaN where nothing could be sampled.
    """

    step: float
    slope: float
    smoothed: float


def texture_of(raster: Raster) -> Texture:
    """Sample the texture of a terrain model.

    Raises
    ------
    RasterError
        When it is damaged.
    """
    heights, slopes, smoothed = [], [], []
    for window in _samples(raster.grid.width, raster.grid.height):
        values, valid = raster.read(window)
        heights.append(values.ravel() if valid is None else values[valid])
        if valid is None and min(values.shape) >= _SAMPLE_CELLS // 2:
            across, down = raster.grid.spacing(window.row, window.rows)
            slopes.append(_slope(values, across, down))
            smoothed.append(_slope(gaussian_filter(values, _SMOOTHING_CELLS), across, down))
    some = np.concatenate(heights) if heights else np.zeros(0)
    near = ((step, np.abs(some - np.round(some / step) * step)) for step in _STEPS)
    fits = (step for step, rest in near if len(some) and (rest < _STEP_NOISE).mean() > _STEP_SHARE)
    return Texture(next(fits, 0.0), _median(slopes), _median(smoothed))


def _median(parts: list[FloatArray]) -> float:
    return float(np.median(np.concatenate(parts))) if parts else float("nan")


def _slope(heights: FloatArray, across: FloatArray, down: FloatArray) -> FloatArray:
    """Slopes in degrees of every fourth inner cell by central differences."""
    cells = np.asarray(heights, dtype=np.float64)
    east = (cells[1:-1, 2:] - cells[1:-1, :-2]) / (2 * across[1:-1, None])
    north = (cells[2:, 1:-1] - cells[:-2, 1:-1]) / (2 * down[1:-1, None])
    return np.degrees(np.arctan(np.hypot(east, north)))[4:-4:4, 4:-4:4].ravel()


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
