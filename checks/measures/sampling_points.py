"""Values of a raster at points: heights at spot heights, slope at a photo's place.

The raster is read once, window by window, and only where points lie.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from ..grid import Window
from ..placing import Placing
from ..progress import SILENT, Progress
from ..raster import Raster
from ..table import FloatArray, IntArray
from .slope import PLAUSIBLE_HEIGHTS, slope_of_window
from .terrain_file import open_terrain

_WINDOW_CELLS = 512 * 512
_HALO = 2

METHODS = ("nearest", "bilinear", "bicubic")


def sample_points(
    path: str,
    x: FloatArray,
    y: FloatArray,
    wkt: str,
    method: str = "bilinear",
    progress: Progress = SILENT,
    plausible: tuple[float, float] = PLAUSIBLE_HEIGHTS,
) -> FloatArray:
    """Values of the first band at points.

    Parameters
    ----------
    x, y
        Shape ``(n,)``, in the CRS ``wkt``, order east, north.
    method
        ``nearest``; ``bilinear`` between the centres of four cells; or
        ``bicubic``, the convolution of sixteen (R. G. Keys, Cubic convolution
        interpolation for digital image processing, IEEE Transactions on
        Acoustics, Speech and Signal Processing 29(6), 1981, a = -1/2).
    plausible
        Least and greatest value that can be true.

    Returns
    -------
    Shape ``(n,)``; NaN outside, and where one of the cells needed has no value.

    Raises
    ------
    RasterError
        When the raster cannot be read.
    """
    if method not in METHODS:
        raise ValueError(method)
    raster = Raster(path, plausible=plausible)

    def of(window: Window, column: FloatArray, row: FloatArray) -> FloatArray:
        values, valid = raster.read(window, halo=_HALO)
        cells = values.astype(np.float64)
        if valid is not None:
            cells[~valid] = np.nan
        return _interpolate(cells, column + _HALO, row + _HALO, method)

    return _sample(raster, _pixels(raster, x, y, wkt, progress), of, progress)


def sample_slope(
    path: str, x: FloatArray, y: FloatArray, wkt: str, progress: Progress = SILENT
) -> FloatArray:
    """Slope in degrees (Horn) of the cells in which points lie, shape ``(n,)``.

    NaN outside, and where a neighbour of the cell has no height.
    """
    raster = open_terrain(path)

    def of(window: Window, column: FloatArray, row: FloatArray) -> FloatArray:
        slope, valid, _, _ = slope_of_window(raster, window)
        cells = slope.astype(np.float64)
        if valid is not None:
            cells[~valid] = np.nan
        return _interpolate(cells, column, row, "nearest")

    return _sample(raster, _pixels(raster, x, y, wkt, progress), of, progress)


def _pixels(
    raster: Raster, x: FloatArray, y: FloatArray, wkt: str, progress: Progress
) -> FloatArray:
    xy = np.column_stack([x, y]).astype(np.float64)
    known = xy[np.isfinite(xy).all(axis=1)]
    if not len(known):
        return np.full(xy.shape, np.nan)
    (left, low), (right, high) = known.min(axis=0), known.max(axis=0)
    # A single point has no extent of its own.
    bounds = (left, low, np.nextafter(right, np.inf), np.nextafter(high, np.inf))
    return Placing(wkt, raster.grid, bounds).to_pixels(xy, progress.part(0.0, 0.1))


def _sample(
    raster: Raster,
    pixels: FloatArray,
    of: Callable[[Window, FloatArray, FloatArray], FloatArray],
    progress: Progress,
) -> FloatArray:
    out = np.full(len(pixels), np.nan)
    for done, window, points in _by_window(raster, pixels):
        progress.at(0.1 + 0.9 * done)
        column, row = (pixels[points] - (window.column, window.row)).T
        out[points] = of(window, column, row)
    return out


def _by_window(raster: Raster, pixels: FloatArray) -> Iterator[tuple[float, Window, IntArray]]:
    """Share done, window, and the points that lie in it."""
    grid = raster.grid
    windows = raster.windows(_WINDOW_CELLS)
    with np.errstate(invalid="ignore"):
        inside = (pixels >= 0).all(axis=1) & (pixels < (grid.width, grid.height)).all(axis=1)
    points = np.flatnonzero(inside)
    column, row = pixels[points].astype(np.int64).T
    number = windows.numbers(column, row)
    order = np.argsort(number, kind="stable")
    first = np.flatnonzero(np.diff(number[order], prepend=-1))
    for at, group in zip(first, np.split(points[order], first[1:])):
        yield at / len(points), windows[number[order[at]]], group


def _interpolate(cells: FloatArray, column: FloatArray, row: FloatArray, method: str) -> FloatArray:
    """Value of ``cells`` at fractional columns and rows; corners of cells are whole."""
    if method == "nearest":
        return cells[np.floor(row).astype(np.int64), np.floor(column).astype(np.int64)]
    weight = _linear if method == "bilinear" else _cubic
    taps = (0, 1) if method == "bilinear" else (-1, 0, 1, 2)
    left = np.floor(column - 0.5).astype(np.int64)
    top = np.floor(row - 0.5).astype(np.int64)
    across, down = column - 0.5 - left, row - 0.5 - top
    out = np.zeros(len(column))
    for below in taps:
        for beside in taps:
            share = weight(np.abs(down - below)) * weight(np.abs(across - beside))
            value = cells[top + below, left + beside]
            # What does not count may be missing: NaN × 0 is still NaN.
            out += np.where(share == 0, 0.0, share * value)
    return out


def _linear(distance: FloatArray) -> FloatArray:
    return np.maximum(1 - distance, 0.0)


def _cubic(distance: FloatArray) -> FloatArray:
    near = (1.5 * distance - 2.5) * distance**2 + 1
    far = ((-0.5 * distance + 2.5) * distance - 4) * distance + 2
    return np.where(distance < 1, near, np.where(distance < 2, far, 0.0))
