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

from ..baseline import Image
from ..findings import Text
from ..grid import Grid, Window
from ..raster import Raster, RasterError
from ..reproject import quiet, reference
from ..table import BoolArray, FloatArray
from .image_file import ImageFile

_FINER = 0.75
_MEMORY = "/vsimem/onemap-pair-"
_SAME_PIXEL = 0.01


@dataclass
class ImagePair:
    """Current and previous image on one grid.

    ``first`` is the current one, ``second`` the previous; ``warped`` names the
    one that was resampled (``""``: neither), ``resampling`` how. ``sources``
    live in memory and must stay as long as the images made of them.
    """

    first: ImageFile
    second: ImageFile
    warped: str = ""
    resampling: str = ""
    sources: tuple[ImageFile, ...] = ()

    @property
    def grid(self) -> Grid:
        """The grid both are read on."""
        return self.first.raster.grid

    def read(self, window: Window) -> tuple[npt.NDArray[Any], npt.NDArray[Any], BoolArray]:
        """Both images' ground bands, ``(bands, rows, columns)``, and where both are clear."""
        one, known = self.first.clear(window)
        other, clear = self.second.clear(window)
        return one, other, known & clear


def pair_of(first: Image, second: Image, shift: tuple[float, float] = (0.0, 0.0)) -> ImagePair:
    """Bring both images onto one grid.

    Where nobody says what the bands of the previous image are, they are those
    of the current one if there are as many.

    Parameters
    ----------
    first, second
        Current and previous image.
    shift
        Units of its own CRS by which the previous image is to be moved, east
        and north, before all else.

    Raises
    ------
    RasterError
        When one cannot be read, or nothing connects their CRS.
    """
    one, other = ImageFile(first), ImageFile(second)
    roles = dict(other.bands.roles)
    alike = len(one.raster.bands) == len(other.raster.bands)
    if alike and other.bands.guessed and not one.bands.guessed:
        roles = dict(one.bands.roles)
        other = _as(second.path, second, other, roles)
    if any(shift):
        other = _as(_moved(other.raster, shift), second, other, roles)
    here, there = one.raster.grid, other.raster.grid
    if _same_grid(here, there):
        return ImagePair(one, other)
    kept = (one, other)
    size, other_size = _cell(here), _cell_in(there, here)
    if other_size > size / _FINER:
        path, how = _onto(one.raster, there, size / other_size)
        return ImagePair(_as(path, first, one, dict(one.bands.roles)), other, "current", how, kept)
    path, how = _onto(other.raster, here, other_size / size)
    return ImagePair(one, _as(path, second, other, roles), "previous", how, kept)


def _as(path: str, image: Image, like: ImageFile, roles: dict[str, int]) -> ImageFile:
    """The image as the file ``path`` shows it, with bands of known roles."""
    numbers = {role: like.raster.bands[place - 1].number for role, place in roles.items()}
    out = ImageFile(Image(path, image.taken, numbers))
    if path.startswith(_MEMORY):
        weakref.finalize(out, _forget, path)
    return out


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
    path = _onto(raster, grid, _cell_in(raster.grid, grid) / _cell(grid))[0]
    out = Raster(path)
    weakref.finalize(out, _forget, path)
    return out


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


def _onto(raster: Raster, grid: Grid, ratio: float) -> tuple[str, str]:
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
    name = f"{_MEMORY}{os.getpid()}-{uuid.uuid4().hex}.vrt"
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
    _name_bands(made, raster)
    made = None
    return name, how


def _name_bands(made: Any, raster: Raster) -> None:
    """Descriptions, which a warp forgets, from the bands it was made of."""
    with quiet():
        source = gdal.OpenEx(raster.path, gdal.OF_RASTER | gdal.OF_READONLY)
        for band in raster.bands:
            text = source.GetRasterBand(band.number).GetDescription()
            if text and band.number <= made.RasterCount:
                made.GetRasterBand(band.number).SetDescription(text)


def _moved(raster: Raster, shift: tuple[float, float]) -> str:
    grid = raster.grid
    name = f"{_MEMORY}{os.getpid()}-{uuid.uuid4().hex}.vrt"
    west, north = grid.west + shift[0], grid.north + shift[1]
    bounds = (west, north, west + grid.width * grid.step_x, north + grid.height * grid.step_y)
    with quiet():
        gdal.Translate(name, raster.path, format="VRT", outputBounds=bounds)
    return name


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
