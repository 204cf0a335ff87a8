"""The trusted terrain as points see it: heights, slopes and patches of cells."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ..grid import Window, Windows
from ..placing import Frame, Placing
from ..progress import SILENT, Progress
from ..raster import Raster
from ..reproject import Reprojection, ReprojectionError, reference
from ..table import BoolArray, FloatArray, IntArray
from .gcj02 import bd09_to_wgs84, gcj02_to_wgs84, in_china

METHODS = ("nearest", "bilinear", "bicubic")

_WINDOW_CELLS = 4_000_000
_STEP = 50.0  # metres over which the grid's directions are measured
_NOWHERE = -1e9
_AT_ONCE = 4096
_TILE = 1024  # averaged cells across that are held at once

Patch = npt.NDArray[np.float32]


def metric_plane(xy: FloatArray, wkt: str) -> tuple[FloatArray, str]:
    """Points in metres and the CRS they are in.

    A projected CRS in metres is kept as it is, and so is one that is not
    declared; geographic and other coordinates go to a transverse Mercator
    centred on the points.
    """
    crs = reference(wkt)
    if crs is None or (crs.IsProjected() and abs(crs.GetLinearUnits() - 1) < 1e-9):
        return xy, wkt
    try:
        degrees = Reprojection(wkt, "EPSG:4326").points(xy)
        degrees = degrees[np.isfinite(degrees).all(axis=1)]
        if not len(degrees):
            return xy, wkt
        longitude, latitude = np.median(degrees, axis=0)
        local = f"+proj=tmerc +lat_0={latitude:.6f} +lon_0={longitude:.6f} +k=1 +ellps=WGS84"
        return Reprojection(wkt, local).points(xy), local
    except ReprojectionError:
        return xy, wkt


def encrypted_steps(xy: FloatArray, wkt: str) -> dict[str, tuple[float, float]]:
    """What GCJ-02 and BD-09 add in the middle of the points, metres of the plane.

    ``xy`` are places as drawn (encrypted already, if they are). Empty where no
    CRS is known or the places lie outside China.
    """
    good = xy[np.isfinite(xy).all(axis=1)]
    if not wkt or not len(good):
        return {}
    try:
        there = Reprojection(wkt, "EPSG:4326").points(np.median(good, axis=0)[None])
        if not in_china(there[:, 0], there[:, 1]).all():
            return {}
        back = Reprojection("EPSG:4326", wkt)
        here = back.points(there)
        out = {}
        for name, turned in (("gcj02", gcj02_to_wgs84), ("bd09", bd09_to_wgs84)):
            true = back.points(np.column_stack(turned(there[:, 0], there[:, 1])))
            out[name] = (float(here[0, 0] - true[0, 0]), float(here[0, 1] - true[0, 1]))
        return out
    except ReprojectionError:
        return {}


@dataclass(frozen=True)
class Patches:
    """A square of cells round each of ``n`` pixel positions.

    ``cells`` has shape ``(n, size, size)``, NaN where there is no height;
    ``corner`` (shape ``(n, 2)``) is the column and row of the first cell.
    ``factor`` original cells make one cell of the patch, and ``corner`` and
    the pixels given to :meth:`at` count in cells of the patch.
    """

    cells: Patch
    corner: IntArray
    factor: int

    def at(self, pixels: FloatArray, method: str = "bilinear") -> FloatArray:
        """Heights at fractional ``pixels`` (shape ``(n, 2)``), one in each patch.

        NaN outside a patch or where a cell that counts has no height. Bicubic
        is Keys (1981) with a = −1/2, as GDAL's.
        """
        local = pixels - self.corner - 0.5
        local[~np.isfinite(local)] = np.nan
        column = np.floor(local[:, 0])
        row = np.floor(local[:, 1])
        fx, fy = local[:, 0] - column, local[:, 1] - row
        taps = _taps(method)
        wx, wy = _weights(fx, method), _weights(fy, method)
        size = self.cells.shape[1]
        first = taps[0]
        with np.errstate(invalid="ignore"):
            column, row = column + first, row + first
            inside = (column >= 0) & (row >= 0)
            inside &= (column + len(taps) <= size) & (row + len(taps) <= size)
        column = np.where(inside, column, 0).astype(np.int64)
        row = np.where(inside, row, 0).astype(np.int64)
        flat = self.cells.reshape(-1)
        base = (np.arange(len(pixels)) * size + row) * size + column
        out = np.zeros(len(pixels))
        for i in range(len(taps)):
            for j in range(len(taps)):
                weight = wy[i] * wx[j]
                value = flat[base + i * size + j]
                # A cell without height next to a point that does not need it.
                out += np.where(weight == 0, 0.0, weight * value)
        return np.where(inside, out, np.nan)


def _taps(method: str) -> range:
    return {"nearest": range(2), "bilinear": range(2), "bicubic": range(-1, 3)}[method]


def _weights(fraction: FloatArray, method: str) -> list[FloatArray]:
    if method == "nearest":
        second = np.where(np.isnan(fraction), np.nan, (fraction >= 0.5).astype(float))
        return [1 - second, second]
    if method == "bilinear":
        return [1 - fraction, fraction]
    out = []
    for tap in range(-1, 3):
        d = np.abs(fraction - tap)
        near = 1.5 * d**3 - 2.5 * d**2 + 1
        far = -0.5 * d**3 + 2.5 * d**2 - 4 * d + 2
        out.append(np.where(d < 1, near, np.where(d < 2, far, 0.0)))
    return out


class Ground:
    """A DEM seen from a metric plane.

    Parameters
    ----------
    raster
        The DEM, heights in metres.
    wkt
        CRS of the plane in which points are given.
    xy
        All points: decides whether a CRS that is not declared may be assumed.
    """

    def __init__(self, raster: Raster, wkt: str, xy: FloatArray) -> None:
        self.raster = raster
        finite = xy[np.isfinite(xy).all(axis=1)]
        low = finite.min(axis=0) if len(finite) else np.full(2, np.nan)
        high = finite.max(axis=0) if len(finite) else np.full(2, np.nan)
        bounds = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
        self._placing = Placing(wkt, raster.grid, bounds)

    @property
    def frame(self) -> Frame:
        """How plane and DEM were brought together."""
        return self._placing.frame

    def pixels(self, xy: FloatArray) -> FloatArray:
        """Fractional columns and rows of plane points; NaN without an image."""
        return self._placing.to_pixels(xy)

    def directions(self, xy: FloatArray) -> FloatArray:
        """Pixels per metre east and north, shape ``(n, 2, 2)``: ``[:, :, 0]`` is east."""
        out = np.empty((len(xy), 2, 2))
        for axis in range(2):
            step = np.zeros(2)
            step[axis] = _STEP
            out[:, :, axis] = (self.pixels(xy + step) - self.pixels(xy - step)) / (2 * _STEP)
        return out

    @cached_property
    def cell(self) -> float:
        """Size of a cell in metres (square root of its area, middle of the DEM)."""
        across, down = self.raster.grid.spacing(self.raster.grid.height // 2, 1)
        return float(np.sqrt(across[0] * down[0]))

    def inside(self, pixels: FloatArray) -> BoolArray:
        """Whether positions lie on the raster (which may still be nodata there)."""
        grid = self.raster.grid
        with np.errstate(invalid="ignore"):
            inside = (pixels >= 0).all(axis=1)
            inside &= (pixels[:, 0] < grid.width) & (pixels[:, 1] < grid.height)
        return inside

    def patches(
        self, pixels: FloatArray, radius: int, factor: int = 1, progress: Progress = SILENT
    ) -> Patches:
        """Cells within ``radius`` cells of each position.

        Parameters
        ----------
        pixels
            Positions in cells of the DEM, shape ``(n, 2)``; NaN gives NaN.
        radius
            In cells of the patch.
        factor
            How many DEM cells across are averaged into one cell of the patch.
        """
        size = 2 * radius + 1
        grid = self.raster.grid
        with np.errstate(invalid="ignore"):
            middle = np.where(np.isfinite(pixels), np.floor(pixels / factor), _NOWHERE)
        middle = np.clip(middle, _NOWHERE, -_NOWHERE).astype(np.int64)
        corner = middle - radius
        cells = np.full((len(pixels), size, size), np.nan, dtype=np.float32)
        whole = np.array([grid.width, grid.height]) // -factor * -1
        near = np.flatnonzero(((middle >= -radius) & (middle < whole + radius)).all(axis=1))
        # A point just off the raster is read with the block beside it.
        home = np.clip(middle, 0, whole - 1)
        if factor > 1:
            tile = home[near] // _TILE
            for mine in _grouped(near, tile[:, 1] * (2**31) + tile[:, 0]):
                area, halo = _around(home[mine], radius, whole), 2 * radius
                average = self._averaged(area, factor, progress)
                average = np.pad(average, halo, constant_values=np.nan)
                _gather(average, area.row - halo, area.column - halo, corner, cells, mine)
            return Patches(cells, corner, factor)
        homes = _grouped(near, self._windows.numbers(home[near, 0], home[near, 1]))
        for done, mine in enumerate(homes):
            progress.at(done / len(homes))
            part = _around(home[mine], 0, whole)
            block = self._read(part, 2 * radius)
            _gather(block, part.row - 2 * radius, part.column - 2 * radius, corner, cells, mine)
        return Patches(cells, corner, 1)

    def _read(self, window: Window, halo: int = 0) -> Patch:
        """Heights in metres, NaN where there is none."""
        values, valid = self.raster.read(window, halo=halo)
        block: Patch = values.astype(np.float32)
        if valid is not None:
            block[~valid] = np.nan
        return block

    @cached_property
    def _windows(self) -> Windows:
        return self.raster.windows(_WINDOW_CELLS)

    def _averaged(self, area: Window, factor: int, progress: Progress) -> Patch:
        """Means of ``factor`` × ``factor`` cells; ``area`` in these means.

        NaN where none of the cells has a height.
        """
        total = np.zeros((area.rows, area.columns))
        count = np.zeros((area.rows, area.columns))
        top, left = area.row * factor, area.column * factor
        bottom = min((area.row + area.rows) * factor, self.raster.grid.height)
        right = min((area.column + area.columns) * factor, self.raster.grid.width)
        high, wide = self._windows.rows, self._windows.columns
        for row in range(top - top % high, bottom, high):
            progress.at((row - top) / max(bottom - top, 1))
            for column in range(left - left % wide, right, wide):
                part = _common(Window(row, column, high, wide), top, left, bottom, right)
                _add_means(self._read(part), part, area, factor, total, count)
        with np.errstate(invalid="ignore", divide="ignore"):
            return (total / count).astype(np.float32)


def _around(cells: IntArray, margin: int, whole: IntArray) -> Window:
    """The window that holds all ``cells`` (column, row) and ``margin`` more, if there are."""
    low = np.maximum(cells.min(axis=0) - margin, 0)
    high = np.minimum(cells.max(axis=0) + margin + 1, whole)
    return Window(int(low[1]), int(low[0]), int(high[1] - low[1]), int(high[0] - low[0]))


def _common(window: Window, top: int, left: int, bottom: int, right: int) -> Window:
    top, left = max(window.row, top), max(window.column, left)
    rows = min(window.row + window.rows, bottom) - top
    return Window(top, left, rows, min(window.column + window.columns, right) - left)


def _grouped(rows: IntArray, number: IntArray) -> list[IntArray]:
    """``rows`` cut up by ``number``, of the same shape."""
    order = np.argsort(number, kind="stable")
    cuts = np.flatnonzero(np.diff(number[order])) + 1
    return [part for part in np.split(rows[order], cuts) if len(part)]


def _add_means(
    block: Patch, part: Window, area: Window, factor: int, total: FloatArray, count: FloatArray
) -> None:
    """Add the cells of ``block`` to the sums and counts of the coarse cells of ``area``."""
    there = np.isfinite(block)
    row, column = part.row // factor - area.row, part.column // factor - area.column
    for out, values in ((total, np.where(there, block, 0.0)), (count, there * 1.0)):
        sums = _sums(values, part, factor)
        out[row : row + sums.shape[0], column : column + sums.shape[1]] += sums


def _sums(block: FloatArray, window: Window, factor: int) -> FloatArray:
    """Sums of ``block`` over the coarse cells that its window touches."""
    rows = np.arange(window.row, window.row + window.rows) // factor
    columns = np.arange(window.column, window.column + window.columns) // factor
    starts = np.flatnonzero(np.diff(rows, prepend=-1))
    block = np.add.reduceat(block, starts, axis=0)
    return np.add.reduceat(block, np.flatnonzero(np.diff(columns, prepend=-1)), axis=1)


def _gather(
    block: Patch, row: int, column: int, corner: IntArray, out: Patch, mine: IntArray
) -> None:
    """Fill ``out[mine]`` from a block whose first cell is (``row``, ``column``)."""
    step = np.arange(out.shape[1])
    for first in range(0, len(mine), _AT_ONCE):
        part = mine[first : first + _AT_ONCE]
        rows = corner[part, 1, None] - row + step
        columns = corner[part, 0, None] - column + step
        out[part] = block[rows[:, :, None], columns[:, None, :]]
