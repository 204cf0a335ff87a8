"""Two images brought onto one grid, read window by window.

The grid is that of the current image, or that of the earlier one where its
cells are larger: fine cells can be averaged honestly, coarse ones cannot be
made finer. The other image is a virtual warp: nothing is copied.
"""

from __future__ import annotations

import os
import uuid
import weakref
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from osgeo import gdal

from ..findings import Text
from ..grid import Grid, Window
from ..raster import Raster, RasterError
from ..reproject import quiet, reference
from ..table import BoolArray, FloatArray

_FINER = 0.75
_SAME_PIXEL = 0.01


@dataclass
class ImagePair:
    """Current and previous image on one grid.

    ``first`` is the current one, ``second`` the previous; ``warped`` names the
    one that was resampled (``""``: neither), ``resampling`` how.
    """

    first: Raster
    second: Raster
    warped: str = ""
    resampling: str = ""

    @property
    def grid(self) -> Grid:
        """The grid both are read on."""
        return self.first.grid


def pair_of(first: str, second: str, shift: tuple[float, float] = (0.0, 0.0)) -> ImagePair:
    """Bring both images onto one grid.

    Parameters
    ----------
    first, second
        Current and previous image.
    shift
        Map units of its own CRS by which the previous image is to be moved,
        east and north, before all else.

    Raises
    ------
    RasterError
        When one cannot be read, or nothing connects their CRS.
    """
    one, other = Raster(first), Raster(second)
    if any(shift):
        other = _moved(other, shift)
    if _same_grid(one.grid, other.grid):
        return ImagePair(one, other)
    size = _cell(one.grid)
    other_size = _cell_in(other.grid, one.grid)
    if other_size > size / _FINER:
        warped, how = _onto(one, other.grid, size / other_size)
        return ImagePair(warped, other, "current", how)
    warped, how = _onto(other, one.grid, other_size / size)
    return ImagePair(one, warped, "previous", how)


def grid_like(path: str, grid: Grid) -> Raster:
    """Any raster (a terrain model) on ``grid``.

    Raises
    ------
    RasterError
        As for :func:`pair_of`.
    """
    raster = Raster(path)
    if _same_grid(raster.grid, grid):
        return raster
    return _onto(raster, grid, _cell_in(raster.grid, grid) / _cell(grid))[0]


def read_bands(
    raster: Raster, bands: tuple[int, ...], window: Window, halo: int = 0
) -> tuple[npt.NDArray[Any], BoolArray]:
    """Several bands, shape ``(bands, rows, columns)``, and where all of them are known."""
    values, valid = [], None
    for band in bands:
        value, known = raster.read(window, band, halo)
        values.append(value)
        if known is not None:
            valid = known if valid is None else valid & known
    out = np.stack(values).astype(np.float32, copy=False)
    return out, np.ones(out.shape[1:], dtype=bool) if valid is None else valid


def _same_grid(one: Grid, other: Grid) -> bool:
    if (one.width, one.height) != (other.width, other.height):
        return False
    if not _connected(one.wkt, other.wkt):
        return False
    near = _SAME_PIXEL * abs(one.step_x)
    return bool(
        abs(one.west - other.west) < near
        and abs(one.north - other.north) < near
        and abs(one.step_x - other.step_x) * one.width < near
        and abs(one.step_y - other.step_y) * one.height < near
    )


def _connected(one: str, other: str) -> bool:
    """Whether coordinates are the same; a CRS not told is taken for the other's."""
    first, second = reference(one), reference(other)
    return first is None or second is None or bool(first.IsSame(second))


def _cell(grid: Grid) -> float:
    across, down = grid.spacing(grid.height // 2, 1)
    return float(np.sqrt(across[0] * down[0]))


def _cell_in(grid: Grid, like: Grid) -> float:
    """Cell size in metres; where only one tells its CRS, both are taken in it."""
    if reference(grid.wkt) is None:
        grid = Grid(
            grid.width, grid.height, grid.west, grid.north, grid.step_x, grid.step_y, like.wkt
        )
    return _cell(grid)


def _onto(raster: Raster, grid: Grid, ratio: float) -> tuple[Raster, str]:
    """``raster`` warped onto ``grid``; cells ``ratio`` times as large as there."""
    how = "average" if ratio < _FINER else "bilinear"
    least_x, least_y, most_x, most_y = grid.bounds
    known = reference(raster.grid.wkt) is not None and reference(grid.wkt) is not None
    options: dict[str, Any] = {
        "format": "VRT",
        "outputBounds": (least_x, least_y, most_x, most_y),
        "width": grid.width,
        "height": grid.height,
        "resampleAlg": how,
        "dstAlpha": True,
        "multithread": False,
        # Errors of the transformation stay far below a cell.
        "errorThreshold": 0.05,
    }
    if known:
        options["dstSRS"] = grid.wkt
    elif grid.wkt:
        options["srcSRS"] = options["dstSRS"] = grid.wkt
    if any(band.nodata is not None for band in raster.bands):
        # A cell is missing when any band is: a band alone would be compared with nothing.
        options["warpOptions"] = ["UNIFIED_SRC_NODATA=NO"]
    name = f"/vsimem/onemap-pair-{os.getpid()}-{uuid.uuid4().hex}.vrt"
    with quiet():
        try:
            made = gdal.Warp(name, raster.path, **options)
            message = "" if made is not None else gdal.GetLastErrorMsg()
        except RuntimeError as error:
            made, message = None, str(error)
    if made is None:
        raise RasterError(
            Text(
                f"两期影像无法配到同一格网：“{raster.path}”（{message}）",
                f"The two images cannot be brought onto one grid: '{raster.path}' ({message})",
            )
        )
    made = None
    return _kept(name), how


def _moved(raster: Raster, shift: tuple[float, float]) -> Raster:
    grid = raster.grid
    name = f"/vsimem/onemap-pair-{os.getpid()}-{uuid.uuid4().hex}.vrt"
    west, north = grid.west + shift[0], grid.north + shift[1]
    bounds = (west, north, west + grid.width * grid.step_x, north + grid.height * grid.step_y)
    with quiet():
        try:
            made = gdal.Translate(name, raster.path, format="VRT", outputBounds=bounds)
        except RuntimeError:
            made = None
    if made is None:
        return raster
    made = None
    return _kept(name)


def _kept(name: str) -> Raster:
    """A raster in memory that goes when nobody reads it any more."""
    raster = Raster(name)
    weakref.finalize(raster, _forget, name)
    return raster


def _forget(name: str) -> None:
    with quiet():
        try:
            gdal.Unlink(name)
        except RuntimeError:
            pass


def gradient(heights: npt.NDArray[Any], across: FloatArray, down: FloatArray) -> FloatArray:
    """Rise to the east and to the north of inner cells, shape ``(2, rows, columns)``.

    ``heights`` has one more cell on every side; metres per metre.
    """
    east = (heights[1:-1, 2:] - heights[1:-1, :-2]) / (2 * across[:, None])
    north = (heights[:-2, 1:-1] - heights[2:, 1:-1]) / (2 * down[:, None])
    return np.stack([east, north])
