"""A trusted raster on disk, read block by block from any thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from osgeo import gdal

from .errors import ExplainedError
from .findings import Text
from .grid import Grid, Window, Windows
from .reproject import quiet
from .table import BoolArray

_FEET = {"ft": 0.3048, "foot": 0.3048, "feet": 0.3048, "us-ft": 1200 / 3937, "ftus": 1200 / 3937}


_KEPT_BYTES = 64 * 1024 * 1024
_CACHE_BYTES = 128 * 1024 * 1024


@contextmanager
def modest_cache() -> Iterator[None]:
    """Keep GDAL's cache of blocks small meanwhile: by default it takes 5 % of the memory.

    Rasters are read window by window, hardly any block twice.
    """
    before = gdal.GetCacheMax()
    gdal.SetCacheMax(min(before, _CACHE_BYTES))
    try:
        yield
    finally:
        gdal.SetCacheMax(before)


class RasterError(ExplainedError):
    """A raster that cannot be used; ``text`` says which file and why."""


@dataclass(frozen=True)
class Band:
    """What has to be known to read one band.

    ``exact`` says that float32 holds every stored value; ``masked`` that the
    file has a mask; ``metres`` turns stored heights into metres; ``colour`` is
    GDAL's interpretation of it (``GCI_…``).
    """

    number: int
    nodata: float | None
    masked: bool
    scale: float
    offset: float
    exact: bool
    metres: float
    colour: int = 0


class Raster:
    """A raster opened for reading by blocks.

    Each thread reads through a dataset of its own, as GDAL demands. A rotated
    raster is presented north-up (bilinear, through a virtual warp); a raster
    with south on top or west on the right is read as it lies.

    Parameters
    ----------
    path
        Anything that GDAL opens as a raster.
    plausible
        Least and greatest value that can be true; beyond, a cell is nodata.

    Raises
    ------
    RasterError
        When the file is missing, is not a raster, has no bands, or does not
        say where it lies.
    """

    def __init__(self, path: str, plausible: tuple[float, float] = (-np.inf, np.inf)) -> None:
        self.path = path
        self.plausible = plausible
        self._own = threading.local()
        dataset = self._dataset()
        transform = dataset.GetGeoTransform()
        self.grid = Grid(
            dataset.RasterXSize,
            dataset.RasterYSize,
            transform[0],
            transform[3],
            transform[1],
            transform[5],
            dataset.GetProjection() or "",
        )
        numbers = range(1, dataset.RasterCount + 1)
        # GDAL's own mask overlooks the alpha band of some drivers and band counts.
        alpha = [
            number
            for number in numbers
            if dataset.GetRasterBand(number).GetColorInterpretation() == gdal.GCI_AlphaBand
        ]
        self._alpha = alpha[0] if alpha else 0
        self.bands = [_describe(dataset, number) for number in numbers if number not in alpha]
        if not self.bands:
            raise _error(path, Text("没有可用的波段", "it has no usable band"))
        self._tile = dataset.GetRasterBand(1).GetBlockSize()

    def windows(self, cells: int) -> Windows:
        """Cut the raster into windows of about ``cells`` cells, row by row.

        Windows follow the file's own tiles where these are smaller; strips
        are kept whole, since reading a piece costs as much as reading all.
        The cut depends on the file alone, never on the machine.
        """
        width, height = self.grid.width, self.grid.height
        tile_columns, tile_rows = self._tile
        if tile_columns >= width and width * 32 <= 4 * cells:
            columns = width
        else:
            # Wider than high, as parcels are summed along rows.
            columns = _multiple(int(np.sqrt(2 * cells)), tile_columns, width)
        rows = _multiple(max(cells // columns, 1), tile_rows, height)
        return Windows(height, width, rows, columns)

    def read(
        self, window: Window, band: int = 1, halo: int = 0
    ) -> tuple[npt.NDArray[Any], BoolArray | None]:
        """Read a window with ``halo`` more cells on every side.

        Returns
        -------
        values
            float32 (float64 where the file needs it), shape ``(rows + 2 halo,
            columns + 2 halo)``, scale and offset applied; 0 where not valid.
        valid
            ``None`` when every cell is valid. Not valid: outside the raster,
            nodata, masked, NaN, or not plausible.

        Raises
        ------
        RasterError
            When the file is damaged there.
        """
        about = self.bands[band - 1]
        kind = np.float32 if about.exact else np.float64
        grid = self.grid
        top, left = max(window.row - halo, 0), max(window.column - halo, 0)
        bottom = min(window.row + window.rows + halo, grid.height)
        right = min(window.column + window.columns + halo, grid.width)
        shape = (window.rows + 2 * halo, window.columns + 2 * halo)
        inside = (
            slice(top - window.row + halo, bottom - window.row + halo),
            slice(left - window.column + halo, right - window.column + halo),
        )
        whole = (bottom - top, right - left) == shape
        values = np.empty(shape, dtype=kind) if whole else np.zeros(shape, dtype=kind)
        part = values[inside]
        source = self._dataset().GetRasterBand(about.number)
        self._fetch(source, part, left, top)
        valid = _valid(part, about, self.plausible)
        if self._alpha or about.masked:
            mask = np.empty(part.shape, dtype=np.uint8)
            opaque = (
                self._dataset().GetRasterBand(self._alpha) if self._alpha else source.GetMaskBand()
            )
            self._fetch(opaque, mask, left, top)
            if not mask.all():
                valid = (mask != 0) if valid is None else valid & (mask != 0)
        if valid is not None:
            part[~valid] = 0
        _scale(part, about)
        if valid is not None and about.offset:
            part[~valid] = 0
        if whole:
            return values, valid
        frame = np.zeros(shape, dtype=bool)
        frame[inside] = True if valid is None else valid
        return values, frame

    def overview(
        self, most_cells: int, band: int = 1
    ) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
        """Read the whole raster in fewer cells, each the mean of those it stands for.

        Returns
        -------
        values
            As of :meth:`read`, shape ``(rows, columns)`` of at most about
            ``most_cells`` cells; every cell as it is where there are no more.
        valid
            Same shape, never ``None``.

        Raises
        ------
        RasterError
            When the file is damaged.
        """
        about = self.bands[band - 1]
        width, height = self.grid.width, self.grid.height
        fold = max(int(np.ceil(np.sqrt(width * height / most_cells))), 1)
        shape = (-(-height // fold), -(-width // fold))
        values = np.zeros(shape, dtype=np.float32 if about.exact else np.float64)
        source = self._dataset().GetRasterBand(about.number)
        self._shrink(
            source, values, gdal.GRIORA_Average if fold > 1 else gdal.GRIORA_NearestNeighbour
        )
        found = _valid(values, about, self.plausible)
        valid = np.ones(shape, dtype=bool) if found is None else found
        if self._alpha or about.masked:
            mask = np.zeros(shape, dtype=np.uint8)
            opaque = (
                self._dataset().GetRasterBand(self._alpha) if self._alpha else source.GetMaskBand()
            )
            self._shrink(opaque, mask, gdal.GRIORA_NearestNeighbour)
            valid &= mask != 0
        _scale(values, about)
        values[~valid] = 0
        self.forget()
        return values, valid

    def _shrink(self, band: Any, out: npt.NDArray[Any], how: int) -> None:
        """Fill ``out`` from all of ``band``."""
        with quiet():
            try:
                done = band.ReadAsArray(
                    0, 0, self.grid.width, self.grid.height, buf_obj=out, resample_alg=how
                )
            except RuntimeError as error:
                raise self._damaged(str(error)) from error
            if done is None:
                raise self._damaged(gdal.GetLastErrorMsg())

    def _fetch(self, band: Any, out: npt.NDArray[Any], left: int, top: int) -> None:
        """Fill ``out`` from ``band``, whether GDAL raises or returns errors."""
        rows, columns = out.shape
        target = out if out.flags.c_contiguous else np.empty_like(out, order="C")
        with quiet():
            try:
                done = band.ReadAsArray(left, top, columns, rows, buf_obj=target)
            except RuntimeError as error:
                raise self._damaged(str(error)) from error
            if done is None:
                raise self._damaged(gdal.GetLastErrorMsg())
        self._own.kept += out.nbytes
        if self._own.kept > _KEPT_BYTES:
            self.forget()
        if target is not out:
            out[...] = target

    def _damaged(self, message: str) -> RasterError:
        return _error(self.path, Text(f"文件损坏({message})", f"the file is damaged ({message})"))

    def _dataset(self) -> Any:
        """The dataset of this thread, opened when first asked for."""
        if not hasattr(self._own, "dataset"):
            self._own.dataset = _open(self.path)
            self._own.kept = 0
        return self._own.dataset

    def forget(self) -> None:
        """Let go of the tiles that GDAL keeps for this thread.

        Done now and then by itself: GDAL's own bound is a share of the machine.
        """
        self._dataset().FlushCache()
        self._own.kept = 0


def _open(path: str) -> Any:
    with quiet():
        try:
            dataset = gdal.OpenEx(path, gdal.OF_RASTER | gdal.OF_READONLY) if path else None
            message = "" if dataset is not None else gdal.GetLastErrorMsg()
        except RuntimeError as error:
            dataset, message = None, str(error)
        if dataset is None:
            reason = message or "?"
            raise _error(path, Text(f"GDAL 无法打开({reason})", f"GDAL cannot open it ({reason})"))
        transform = dataset.GetGeoTransform(can_return_null=True)
        if transform is None or transform[1] * transform[5] == transform[2] * transform[4]:
            raise _error(path, Text("没有坐标参考(地理变换)", "it does not say where it lies"))
        if transform[2] == 0 and transform[4] == 0:
            return dataset
        return _north_up(path, dataset)


def _north_up(path: str, dataset: Any) -> Any:
    try:
        warped = gdal.Warp("", dataset, format="VRT", dstAlpha=True, resampleAlg="bilinear")
    except RuntimeError:
        warped = None
    if warped is None:
        raise _error(path, Text("旋转的栅格无法转正", "it is rotated and cannot be straightened"))
    return warped


def _describe(dataset: Any, number: int) -> Band:
    band = dataset.GetRasterBand(number)
    flags = band.GetMaskFlags()
    kind = band.DataType
    nodata = band.GetNoDataValue()
    exact = kind in (gdal.GDT_Byte, gdal.GDT_UInt16, gdal.GDT_Int16, gdal.GDT_Float32)
    if nodata is not None and exact and kind == gdal.GDT_Float32:
        # A text such as -3.4028235e+38 means the float32 next to it.
        with np.errstate(over="ignore"):
            nodata = float(np.float32(nodata))
    return Band(
        number=number,
        nodata=nodata,
        masked=bool(flags & gdal.GMF_PER_DATASET),
        scale=_or(band.GetScale(), 1.0),
        offset=_or(band.GetOffset(), 0.0),
        exact=exact,
        metres=_FEET.get((band.GetUnitType() or "").strip().lower(), 1.0),
        colour=band.GetColorInterpretation(),
    )


def _or(value: float | None, default: float) -> float:
    return default if value is None or not np.isfinite(value) else float(value)


def _valid(
    values: npt.NDArray[Any], band: Band, plausible: tuple[float, float]
) -> BoolArray | None:
    """Which stored values are true ones; ``None`` when all are.

    Looks at the extremes first: most blocks need no second look.
    """
    if values.size == 0:
        return None
    least, greatest = values.min(), values.max()
    low, high = sorted((np.array(plausible) / band.metres - band.offset) / (band.scale or 1.0))
    bad: BoolArray | None = None
    # NaN makes these comparisons false, and so lands here too.
    if not (least >= low and greatest <= high) or not np.isfinite(least + greatest):
        bad = ~((values >= low) & (values <= high) & np.isfinite(values))
    nodata = band.nodata
    if nodata is not None and not (nodata < least or nodata > greatest):
        missing = values == nodata
        bad = missing if bad is None else bad | missing
    return None if bad is None or not bad.any() else ~bad


def _scale(values: npt.NDArray[Any], band: Band) -> None:
    if band.scale != 1.0:
        values *= values.dtype.type(band.scale)
    if band.offset != 0.0:
        values += values.dtype.type(band.offset)
    if band.metres != 1.0:
        values *= values.dtype.type(band.metres)


def _multiple(wanted: int, tile: int, whole: int) -> int:
    """About ``wanted``, a multiple of ``tile`` where that is smaller; at most ``whole``."""
    if tile <= wanted:
        wanted -= wanted % tile
    elif tile < 2 * wanted:
        wanted = tile
    return int(max(1, min(wanted, whole)))


def _error(path: str, reason: Text) -> RasterError:
    return RasterError(
        Text(
            f"栅格“{path}”无法使用：{reason.zh}", f"The raster '{path}' cannot be used: {reason.en}"
        )
    )
