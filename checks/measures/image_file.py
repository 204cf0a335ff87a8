"""A trusted image as a file: its bands with their roles, and where it shows the ground."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from ..baseline import Image
from ..grid import Window
from ..raster import Raster
from ..table import BoolArray, FloatArray
from .image_bands import BandRoles, roles_of
from .image_clear import CLEAR, NODATA, Clarity, above_dark, clarity_of

_OVERVIEW_CELLS = 1_500_000
_SATURATED_SHARE = 1e-3
_FULL = frozenset(2.0**bits - 1 for bits in range(8, 17))
_FLOAT_REFLECTANCE = 2.0


class ImageFile:
    """An image that is read window by window, from any thread.

    Attributes
    ----------
    raster
        The file; bands are counted as in ``raster.bands``.
    bands
        Which band is which.
    taken
        Date of the image, where one was told.

    Raises
    ------
    RasterError
        When it cannot be read.
    """

    def __init__(self, image: Image) -> None:
        self.raster = Raster(image.path)
        self.taken: date | None = image.taken
        self.bands: BandRoles = roles_of(self.raster, image.bands)

    @property
    def count(self) -> int:
        """How many bands measure the ground."""
        return len(self.bands.ground)

    @cached_property
    def cell(self) -> float:
        """Size of a cell at the middle of the image in metres."""
        across, down = self.raster.grid.spacing(self.raster.grid.height // 2, 1)
        return float(np.sqrt(across[0] * down[0]))

    @cached_property
    def overview(self) -> tuple[npt.NDArray[np.float32], BoolArray]:
        """All bands of :attr:`BandRoles.ground` in few cells, and where all have data.

        Shapes ``(bands, rows, columns)`` and ``(rows, columns)``.
        """
        parts = [self.raster.overview(_OVERVIEW_CELLS, band) for band in self.bands.ground]
        values = np.stack([part[0] for part in parts]).astype(np.float32)
        valid = np.logical_and.reduce([part[1] for part in parts])
        return values, valid & _not_blank(values)

    @cached_property
    def gain(self) -> float:
        """Reflectance for one step of the stored values, about; see :func:`gain_of`."""
        values, valid = self.overview
        kind = self.raster.bands[0]
        return gain_of(values[:, valid], whole=kind.exact and kind.scale == 1.0)

    @cached_property
    def clarity(self) -> Clarity:
        """Where the image shows the ground; found once on the overview."""
        values, valid = self.overview
        bands = {}
        for role, band in self.bands.roles.items():
            if band in self.bands.ground and role in ("blue", "green", "red", "nir", "swir1"):
                layer = values[self.bands.ground.index(band)]
                bands[role] = above_dark(layer, valid, self.gain)
        if "thermal" in self.bands.roles and bands:
            heat, known = self.raster.overview(_OVERVIEW_CELLS, self.bands.roles["thermal"])
            bands["thermal"] = np.where(known, heat, np.median(heat)).astype(np.float32)
        fold = self.raster.grid.width / values.shape[2]
        return clarity_of(bands, valid, self.cell * fold)

    @cached_property
    def tops(self) -> FloatArray:
        """For each ground band the value from which it is saturated (infinity: none).

        The greatest value of a band, where many cells share it and it is the most
        that 8 to 16 bits hold.
        """
        values, valid = self.overview
        out = np.full(len(values), np.inf)
        for number, layer in enumerate(values):
            some = layer[valid]
            top = float(some.max()) if len(some) else 0.0
            if top in _FULL and (some == top).mean() > _SATURATED_SHARE:
                out[number] = top
        return out

    def read(self, window: Window, halo: int = 0) -> tuple[npt.NDArray[np.float32], BoolArray]:
        """Read the ground bands of a window, with ``halo`` more cells on every side.

        Returns
        -------
        values
            Shape ``(bands, rows + 2 halo, columns + 2 halo)``; 0 where not valid.
        valid
            Shape of one band: cells with data in every band. A cell that is 0
            in all bands is taken for the black beside a scene.

        Raises
        ------
        RasterError
            When the file is damaged there.
        """
        shape = (window.rows + 2 * halo, window.columns + 2 * halo)
        values = np.empty((self.count, *shape), dtype=np.float32)
        valid = np.ones(shape, dtype=bool)
        for number, band in enumerate(self.bands.ground):
            values[number], known = self.raster.read(window, band, halo)
            if known is not None:
                valid &= known
        valid &= _not_blank(values)
        values[:, ~valid] = 0
        return values, valid

    def codes(self, window: Window, halo: int = 0) -> npt.NDArray[np.uint8]:
        """What hides the ground in a window: codes of :mod:`.image_clear`.

        Shape ``(rows + 2 halo, columns + 2 halo)``; nodata beside the image.
        Nodata within it is only known as finely as :attr:`clarity` is: take it
        from :meth:`read`.
        """
        grid = self.raster.grid
        rows = np.arange(window.row - halo, window.row + window.rows + halo)
        columns = np.arange(window.column - halo, window.column + window.columns + halo)
        out = self.clarity.at((rows + 0.5) / grid.height, (columns + 0.5) / grid.width)
        out[(rows < 0) | (rows >= grid.height)] = NODATA
        out[:, (columns < 0) | (columns >= grid.width)] = NODATA
        return out

    def clear(self, window: Window, halo: int = 0) -> tuple[npt.NDArray[np.float32], BoolArray]:
        """As :meth:`read`, valid only where the ground shows and no band is saturated."""
        values, valid = self.read(window, halo)
        codes = self.codes(window, halo)
        valid &= (codes == CLEAR) | (codes == NODATA)
        for layer, top in zip(values, self.tops):
            if np.isfinite(top):
                valid &= layer < top
        values[:, ~valid] = 0
        return values, valid

    def role(self, name: str) -> int | None:
        """Index of the band with that role among the ground bands; ``None`` if unknown."""
        band = self.bands.roles.get(name)
        return self.bands.ground.index(band) if band in self.bands.ground else None


def gain_of(values: npt.NDArray[Any], whole: bool = True) -> float:
    """How much reflectance one step of the stored values is, about.

    Parameters
    ----------
    values
        Shape ``(bands, cells)``, valid ones.
    whole
        The file holds whole numbers without a scale of its own.

    Notes
    -----
    Reflectance 0…1 as it is; × 10⁴ as for Sentinel-2 and surface products;
    2·10⁻⁵ for raw Landsat 8 and 9 (offset 5000; USGS Landsat 8 Data Users
    Handbook, section 5); 8, 10, 11 and 12 bit values are taken to reach 0.6.
    """
    if values.size == 0:
        return 1.0
    least = float(np.quantile(values, 0.01))
    most = float(np.quantile(values, 0.999))
    if most <= _FLOAT_REFLECTANCE:
        return 1.0
    if most <= 255 and whole:
        return 0.6 / 255
    if least > 5000 and most > 10_000:
        return 2e-5
    for bits in (10, 11):
        if float(values.max()) < 2**bits and least > 0:
            return 0.6 / 2**bits
    return 1e-4


def _not_blank(values: npt.NDArray[np.float32]) -> BoolArray:
    blank = np.logical_and.reduce([layer == 0 for layer in values])
    return ~blank if len(values) > 1 else np.ones(values.shape[1:], dtype=bool)
