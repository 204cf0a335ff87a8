"""The GeoTIFF of an extract while it is unfinished: what is noted as done truly is in it."""

from __future__ import annotations

import errno
import json
import os
import shutil
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from osgeo import gdal

from ...checks.findings import Text
from ...checks.grid import Window
from ..errors import BadAnswer
from ..site_profile import LayerSource
from . import frames
from .coverage import CellGrid
from .extract_source import Journal, gdal_speaks, not_written, written

_SPARE = 128 << 10
"""Bytes that must be free besides a block, for the directory of the file and the journal."""


class RasterWriter:
    """The unfinished GeoTIFF; ``done`` has the checksums of the blocks that are safely in it."""

    def __init__(
        self, journal: Journal, layer: LayerSource, grid: CellGrid, window: Window
    ) -> None:
        self.journal = journal
        self.layer = layer
        self.grid = grid
        self.window = window
        self.done: dict[int, int] = {}
        self._dataset: gdal.Dataset | None = None
        self._form: tuple[int, int, Any] | None = None

    @property
    def began(self) -> bool:
        """Whether anything was written."""
        return self.journal.begun

    def go_on(self, blocks: Sequence[Window]) -> None:
        """Take up what an earlier run left, if it reads as it was written.

        A file that could not be written to the end may be broken anywhere: then nothing of it is
        used.
        """
        if not self.journal.begun:
            return
        noted = self.journal.state.get("done")
        self._dataset = self._opened_part(gdal.GA_Update)
        if self._dataset is None or not isinstance(noted, dict) or not self._reads(blocks, noted):
            self._dataset = None
            self.done = {}
            self.journal.discard()
            return
        band = self._dataset.GetRasterBand(1)
        self._form = (self._dataset.RasterCount, band.DataType, band.GetNoDataValue())

    def _reads(self, blocks: Sequence[Window], noted: dict[str, Any]) -> bool:
        for number, block in enumerate(blocks):
            checksum = self._checksum(block)
            if checksum != noted.get(str(number), checksum) or checksum < 0:
                return False
            if str(number) in noted:
                self.done[number] = checksum
        return True

    def check(self, blocks: Sequence[Window]) -> None:
        """Read the closed file once more: only what reads as it was written is whole.

        Raises
        ------
        OSError
            When a block does not; the next run begins anew.
        """
        if not self.began:
            return
        self._dataset = self._opened_part(gdal.GA_ReadOnly)
        sound = self._dataset is not None and all(
            self._checksum(blocks[number]) == checksum for number, checksum in self.done.items()
        )
        self._dataset = None
        if not sound:
            self.journal.discard()
            raise not_written(self.journal.part, ["GeoTIFF"])

    def _opened_part(self, access: int) -> gdal.Dataset | None:
        with gdal_speaks() as messages:
            try:
                dataset = gdal.Open(str(self.journal.part), access)
            except RuntimeError:
                return None
        return None if messages else dataset

    def _checksum(self, window: Window) -> int:
        """Of the cells of a block as the file has them; -1 where it cannot be read."""
        assert self._dataset is not None
        top, left, bottom, right = self._place(window)
        if bottom <= top or right <= left:
            return 0
        with gdal_speaks() as messages:
            try:
                values = self._dataset.ReadAsArray(left, top, right - left, bottom - top)
            except RuntimeError:
                return -1
        return -1 if messages or values is None else zlib.crc32(values.tobytes())

    def close(self) -> None:
        """Write what is still in memory.

        Raises
        ------
        OSError
            When it cannot be written.
        """
        if self._dataset is not None:
            with written(self.journal.part):
                self._dataset = None

    def finished(self, number: int, window: Window) -> None:
        """Note that a block is in the file, once it truly is.

        Raises
        ------
        OSError
            When it cannot be written.
        """
        if self._dataset is None:
            return
        with written(self.journal.part):
            self._dataset.FlushCache()
        self.done[number] = self._checksum(window)
        self.journal.note(done=self.done)

    def add(self, window: Window, content: bytes | None) -> None:
        """Write a block.

        Raises
        ------
        BadAnswer
            When it is damaged, or not the block that was asked for.
        """
        if content is None:
            return
        memory = f"/vsimem/onemap-block-{id(self)}"
        gdal.FileFromMemBuffer(memory, content)
        try:
            with gdal_speaks() as messages:
                source = _opened(memory)
                if source is None:
                    raise _damaged(messages)
                _check_place(source, self.grid, self.window, window)
                values = _values(source, messages)
                form = self._check_form(source)
                if self._dataset is None:
                    self._create(source, form)
                self._write(window, values, source)
                del source
        finally:
            gdal.Unlink(memory)

    def _check_form(self, source: gdal.Dataset) -> tuple[int, int, Any]:
        band = source.GetRasterBand(1)
        form = (source.RasterCount, band.DataType, band.GetNoDataValue())
        if band.GetColorTable() is not None:
            form = (4, gdal.GDT_Byte, None)
        if self._form is None:
            self._form = form
        if form[1] != self._form[1] or not (
            form[0] == self._form[0] or {form[0], self._form[0]} <= {1, 2, 3, 4}
        ):
            raise _damaged(["bands"])
        return self._form

    def _create(self, source: gdal.Dataset, form: tuple[int, int, Any]) -> None:
        count, kind, nodata = form
        predictor = "3" if kind in (gdal.GDT_Float32, gdal.GDT_Float64) else "2"
        options = [
            "TILED=YES", "COMPRESS=DEFLATE", f"PREDICTOR={predictor}", "BIGTIFF=IF_SAFER",
            "SPARSE_OK=YES", "PHOTOMETRIC=MINISBLACK" if self._roles() or count < 3 else
            "PHOTOMETRIC=RGB",
        ]  # fmt: skip
        if self._roles():
            options.append("ALPHA=NO")
        part = self.journal.part
        part.unlink(missing_ok=True)
        dataset = gdal.GetDriverByName("GTiff").Create(
            str(part), self.grid.columns, self.grid.rows, count, kind, options
        )
        if dataset is None:
            raise not_written(part, ["GeoTIFF"])
        grid = self.grid
        dataset.SetGeoTransform((grid.west, grid.step_x, 0, grid.north, 0, -grid.step_y))
        dataset.SetProjection(frames.wkt(grid.crs))
        for number in range(1, count + 1):
            band = dataset.GetRasterBand(number)
            if nodata is not None:
                band.SetNoDataValue(nodata)
            given = source.GetRasterBand(number) if number <= source.RasterCount else None
            roles = self._roles()
            title = roles[number - 1] if number <= len(roles) else ""
            band.SetDescription(title or (given.GetDescription() if given else ""))
            if roles:
                band.SetColorInterpretation(gdal.GCI_Undefined)
        facts = {"zh": self.layer.title.zh, "en": self.layer.title.en, "layer": self.layer.id}
        dataset.SetMetadataItem("ONEMAP_SOURCE", json.dumps(facts, ensure_ascii=False))
        self._dataset = dataset
        self.journal.note(done=self.done)

    def _roles(self) -> list[str]:
        bands = self.layer.options.get("bands")
        return [str(each) for each in bands] if isinstance(bands, (list, tuple)) else []

    def _place(self, window: Window) -> tuple[int, int, int, int]:
        """Top, left, bottom and right of a block within the file."""
        row, column = window.row - self.window.row, window.column - self.window.column
        bottom = min(row + window.rows, self.grid.rows)
        right = min(column + window.columns, self.grid.columns)
        return max(row, 0), max(column, 0), bottom, right

    def _write(self, window: Window, values: Any, source: gdal.Dataset) -> None:
        assert self._dataset is not None
        count = self._dataset.RasterCount
        values = _as_bands(values, source, count)
        row, column = window.row - self.window.row, window.column - self.window.column
        top, left, bottom, right = self._place(window)
        if bottom <= top or right <= left:
            return
        # Before anything of the block is written: a file that has no room in its middle is broken.
        if shutil.disk_usage(self.journal.part.parent).free < values.nbytes + _SPARE:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.journal.part))
        cut = values[:, top - row : bottom - row, left - column : right - column]
        for number in range(count):
            band = self._dataset.GetRasterBand(number + 1)
            with written(self.journal.part):
                band.WriteArray(np.ascontiguousarray(cut[number]), left, top)


def _opened(path: str) -> gdal.Dataset | None:
    try:
        return gdal.OpenEx(
            path, gdal.OF_RASTER | gdal.OF_READONLY, allowed_drivers=["GTiff", "PNG", "JPEG"]
        )
    except RuntimeError:
        return None


def _values(source: gdal.Dataset, messages: list[str]) -> Any:
    try:
        values = source.ReadAsArray()
    except RuntimeError as error:
        raise _damaged([str(error)]) from error
    if values is None or messages:
        raise _damaged(messages)
    return values if values.ndim == 3 else values[None]


def _as_bands(values: Any, source: gdal.Dataset, count: int) -> Any:
    """Grey and paletted tiles among coloured ones, all with ``count`` bands."""
    table = source.GetRasterBand(1).GetColorTable()
    if table is not None:
        colours = np.zeros((256, 4), dtype=np.uint8)
        for number in range(min(table.GetCount(), 256)):
            colours[number] = table.GetColorEntry(number)[:4]
        values = np.moveaxis(colours[values[0].astype(np.uint8)], -1, 0)
    had = values.shape[0]
    if had == count:
        return values
    full = np.full_like(values[:1], np.iinfo(values.dtype).max)
    if had <= 2:
        alpha = values[1:2] if had == 2 else full
        values = np.concatenate([values[:1], values[:1], values[:1], alpha])
    elif had == 3:
        values = np.concatenate([values, full])
    return values[:count]


def _check_place(source: gdal.Dataset, grid: CellGrid, origin: Window, window: Window) -> None:
    """Whether a block is of the size and on the grid that was asked for."""
    if (source.RasterXSize, source.RasterYSize) != (window.columns, window.rows):
        raise BadAnswer(
            Text(
                zh=f"请求 {window.columns}×{window.rows} 个像元，"
                f"返回 {source.RasterXSize}×{source.RasterYSize}",
                en=f"{window.columns}×{window.rows} cells were asked for, "
                f"{source.RasterXSize}×{source.RasterYSize} came",
            )
        )
    place = source.GetGeoTransform(can_return_null=True)
    if place is None:
        return  # a tile does not say where it lies
    west = grid.west + (window.column - origin.column) * grid.step_x
    north = grid.north - (window.row - origin.row) * grid.step_y
    off = (
        abs(place[0] - west) / grid.step_x, abs(place[3] - north) / grid.step_y,
        abs(place[1] - grid.step_x) * window.columns / grid.step_x,
        abs(place[5] + grid.step_y) * window.rows / grid.step_y,
    )  # fmt: skip
    if max(off) > 0.05:
        raise BadAnswer(
            Text(
                zh=f"返回的数据块与请求的格网相差 {max(off):.2f} 个像元",
                en=f"The block lies {max(off):.2f} cells off the grid asked for",
            )
        )


def _damaged(messages: Sequence[str]) -> BadAnswer:
    reason = " ".join((messages[-1] if messages else "").split())[:200]
    return BadAnswer(
        Text(
            zh=f"返回的栅格数据损坏：{reason or '无法读取'}",
            en=f"The raster that came is damaged: {reason or 'unreadable'}",
        )
    )
