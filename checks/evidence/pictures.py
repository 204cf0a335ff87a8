"""A trusted image for looking at single parcels: whole where it is small, else a piece of it.

What tells cloud and shadow from ground needs an overview of the image. Of an image without
pyramids that means reading all of it, which no card can wait for: then a piece about the parcel
stands for the image, cut out as a virtual raster, and serves the parcels around as well.
"""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Mapping
from datetime import date

import numpy as np
import shapely
from osgeo import gdal

from ..baseline import Image
from ..findings import Text
from ..grid import Window
from ..measures.image_file import ImageFile
from ..placing import Placing
from ..raster import Raster, RasterError
from ..reproject import quiet

_WHOLE_CELLS = 8_000_000
_PIECE = 512
_MARGIN = 64
"""Cells between a parcel and the rim of a piece that may still serve it."""

_MOST_PIECES = 6
_numbers = itertools.count()


class Pictures:
    """One image, opened for looking at parcels; for one thread, to be closed.

    Raises
    ------
    RasterError
        When it cannot be read.
    """

    def __init__(self, path: str, taken: date | None, bands: Mapping[str, int]) -> None:
        self._image = Image(path, taken, dict(bands))
        self._raster = Raster(path)
        self._whole: ImageFile | None = None
        self._bands: dict[str, int] = {}
        self._pieces: list[tuple[Window, str, ImageFile]] = []
        grid = self._raster.grid
        self.small = grid.width * grid.height <= _WHOLE_CELLS or _has_pyramids(path)

    def at(self, shape: shapely.Geometry, wkt: str) -> ImageFile:
        """The image, or a piece of it that holds ``shape`` with room around.

        Raises
        ------
        RasterError
            When the place lies beside the image, or it is damaged.
        """
        if self.small:
            return self.whole
        window = self._window(shape, wkt)
        for held, _, image in self._pieces:
            if _holds(held, window, self._raster):
                return image
        return self._cut(window)

    @property
    def whole(self) -> ImageFile:
        """All of it."""
        if self._whole is None:
            self._whole = ImageFile(self._image)
        return self._whole

    def close(self) -> None:
        """Let go of the pieces."""
        while self._pieces:
            self._drop(0)

    def _window(self, shape: shapely.Geometry, wkt: str) -> Window:
        """The cells of a shape, clipped to the image and to the size of a piece."""
        grid = self._raster.grid
        west, south, east, north = shape.bounds
        corners = np.array([(west, south), (west, north), (east, south), (east, north)])
        pixels = Placing(wkt, grid, shape.bounds).to_pixels(corners)
        if not np.isfinite(pixels).all():
            raise _beside(self._image.path)
        size = np.array([grid.width, grid.height])
        low, high = np.floor(pixels.min(axis=0)), np.ceil(pixels.max(axis=0))
        if (high <= 0).any() or (low >= size).any():
            raise _beside(self._image.path)
        low, high = np.clip(low, 0, size).astype(int), np.clip(high, 0, size).astype(int)
        return Window(int(low[1]), int(low[0]), int(high[1] - low[1]), int(high[0] - low[0]))

    def _cut(self, window: Window) -> ImageFile:
        grid = self._raster.grid
        middle = (window.column + window.columns // 2, window.row + window.rows // 2)
        wide = max(_PIECE, window.columns + 2 * _MARGIN)
        high = max(_PIECE, window.rows + 2 * _MARGIN)
        left = int(np.clip(middle[0] - wide // 2, 0, max(grid.width - wide, 0)))
        top = int(np.clip(middle[1] - high // 2, 0, max(grid.height - high, 0)))
        held = Window(top, left, min(high, grid.height - top), min(wide, grid.width - left))
        name = f"/vsimem/onemap-{threading.get_ident()}-{next(_numbers)}.vrt"
        with quiet():
            try:
                made = gdal.Translate(
                    name,
                    self._image.path,
                    format="VRT",
                    srcWin=[held.column, held.row, held.columns, held.rows],
                )
            except RuntimeError:
                made = None
        if made is None:
            raise RasterError(
                Text(
                    f"影像“{self._image.path}”无法读取该处",
                    f"The image '{self._image.path}' cannot be read there",
                )
            )
        del made
        image = ImageFile(Image(name, self._image.taken, self._bands or self._image.bands))
        # What a piece is found to hold, the others hold too: not to be guessed anew.
        self._bands = self._bands or self._numbered(image)
        self._pieces.append((held, name, image))
        while len(self._pieces) > _MOST_PIECES:
            self._drop(0)
        return image

    @staticmethod
    def _numbered(image: ImageFile) -> dict[str, int]:
        """Band numbers of the file by role."""
        bands = image.raster.bands
        return {role: bands[place - 1].number for role, place in image.bands.roles.items()}

    def _drop(self, place: int) -> None:
        _, name, image = self._pieces.pop(place)
        del image
        with contextlib.suppress(RuntimeError), quiet():
            gdal.Unlink(name)


def _holds(held: Window, window: Window, raster: Raster) -> bool:
    """Whether a piece has a margin round a window, but for where the image itself ends."""
    left = 0 if held.column == 0 else held.column + _MARGIN
    top = 0 if held.row == 0 else held.row + _MARGIN
    right, bottom = held.column + held.columns, held.row + held.rows
    right -= 0 if right == raster.grid.width else _MARGIN
    bottom -= 0 if bottom == raster.grid.height else _MARGIN
    return (
        window.column >= left
        and window.row >= top
        and window.column + window.columns <= right
        and window.row + window.rows <= bottom
    )


def _has_pyramids(path: str) -> bool:
    with quiet():
        try:
            dataset = gdal.OpenEx(path, gdal.OF_RASTER | gdal.OF_READONLY)
        except RuntimeError:
            return False
        return dataset is not None and dataset.GetRasterBand(1).GetOverviewCount() > 1


def _beside(path: str) -> RasterError:
    return RasterError(
        Text(f"该处不在影像范围内（{path}）", f"The place lies beside the image ({path})")
    )
