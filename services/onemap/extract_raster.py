"""Coverages, tiles and raster files saved to a GeoTIFF: block by block, and taken up again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from osgeo import gdal

from ...checks.errors import OutputError
from ...checks.findings import Text
from ...checks.grid import Window, Windows
from ...checks.progress import SILENT, Progress
from ..errors import BadAnswer, ServiceError
from ..site_profile import LayerSource
from . import frames
from .coverage import CellGrid
from .extract_features import layer_name
from .extract_source import Extract, Journal, fingerprint, gdal_speaks, source_facts, write_sidecar

BLOCK = 1024
"""Cells along the side of a block: 4 MiB of heights, 16 MiB of a picture."""
HALO = 3
"""Cells around the extent, as slopes need their neighbours."""
_LARGEST = 40_000_000_000
_LEAST_BLOCK = 128


class Blocks(Protocol):
    """A raster at a service."""

    layer: LayerSource
    notes: list[Text]

    def describe(self, progress: Progress) -> CellGrid:
        """Its grid."""

    def block(self, window: Window, progress: Progress) -> bytes | None:
        """A block as a picture that GDAL reads; ``None``: the service has nothing there."""


@dataclass
class RasterExtract:
    """One extract; parameters as for features.

    ``block`` is the side of a block in cells, ``aligned`` whether blocks must follow the service's
    own tiles.
    """

    service: Blocks
    target: Path
    box: frames.Box | None = None
    box_crs: str = frames.DEGREES
    block: int = BLOCK
    aligned: bool = False

    def run(self, progress: Progress = SILENT) -> Extract:
        """Fetch all blocks and put the file in its place.

        Raises
        ------
        BadAnswer
            When a block is damaged or lies on another grid, or the extent lies beside.
        OutputError
            When the file cannot be written.
        """
        layer = self.service.layer
        whole = self.service.describe(progress.part(0.0, 0.02))
        window = self._window(whole)
        grid = whole.part(window)
        mark = fingerprint(layer, grid=repr(grid), block=self.block)
        try:
            self.target.parent.mkdir(parents=True, exist_ok=True)
            journal = Journal(self.target, mark)
            blocks = self._blocks(window)
            writer = RasterWriter(journal, layer, grid, window)
            try:
                for number, each in enumerate(blocks):
                    label = f"{layer.title.zh}：{number}/{len(blocks)} | " + (
                        f"{layer.title.en}: {number}/{len(blocks)}"
                    )
                    progress.part(0.02, 0.95).at(number / len(blocks), label)
                    if number not in writer.done:
                        self._fetch(writer, each, progress)
                        writer.finished(number)
            finally:
                writer.close()
            if not writer.began:
                raise BadAnswer(
                    Text(
                        zh=f"“{layer.title.zh}”在此范围内没有数据",
                        en=f"“{layer.title.en}” has no data in this extent",
                    )
                )
            facts = source_facts(
                layer, whole.crs, grid.box, count=grid.columns * grid.rows,
                cell=[grid.step_x, grid.step_y], size=[grid.columns, grid.rows],
                blocks=len(blocks),
            )  # fmt: skip
            journal.finish(self.target)
            facts = write_sidecar(self.target, facts, progress.part(0.95, 1.0))
        except OSError as error:
            raise _cannot_write(self.target, error) from error
        return Extract(
            layer, self.target, "", grid.columns * grid.rows, facts, tuple(self.service.notes)
        )

    def _window(self, grid: CellGrid) -> Window:
        window: Window | None = Window(0, 0, grid.rows, grid.columns)
        if self.box is not None:
            box = frames.carried(self.box, self.box_crs, grid.crs)
            window = grid.window(box, HALO) if box else None
        if window is None:
            raise BadAnswer(
                Text(
                    zh=f"“{self.service.layer.title.zh}”不覆盖所选范围",
                    en=f"“{self.service.layer.title.en}” does not cover the extent",
                )
            )
        if window.cells > _LARGEST:
            raise BadAnswer(
                Text(
                    zh=f"所选范围有 {window.cells:,} 个像元，请缩小范围",
                    en=f"The extent has {window.cells:,} cells; choose a smaller one",
                )
            )
        return window

    def _blocks(self, window: Window) -> Sequence[Window]:
        """Blocks of the whole grid that make up ``window``; not aligned: starting at its corner."""
        if not self.aligned:
            cut = Windows(window.rows, window.columns, self.block, self.block)
            return [
                Window(each.row + window.row, each.column + window.column, each.rows, each.columns)
                for each in cut
            ]
        side = self.block
        rows = range(window.row // side * side, window.row + window.rows, side)
        columns = range(window.column // side * side, window.column + window.columns, side)
        return [Window(row, column, side, side) for row in rows for column in columns]

    def _fetch(self, writer: RasterWriter, window: Window, progress: Progress) -> None:
        """One block; one that the server cannot deliver is tried in quarters."""
        try:
            writer.add(window, self.service.block(window, progress))
        except BadAnswer:
            if self.aligned or min(window.rows, window.columns) <= _LEAST_BLOCK:
                raise
            for part in _quarters(window):
                self._fetch(writer, part, progress)


def _quarters(window: Window) -> Iterator[Window]:
    half_rows, half_columns = window.rows // 2, window.columns // 2
    for row, rows in ((0, half_rows), (half_rows, window.rows - half_rows)):
        for column, columns in ((0, half_columns), (half_columns, window.columns - half_columns)):
            yield Window(window.row + row, window.column + column, rows, columns)


class RasterWriter:
    """The unfinished GeoTIFF; ``done`` are the numbers of blocks that are safely in it."""

    def __init__(
        self, journal: Journal, layer: LayerSource, grid: CellGrid, window: Window
    ) -> None:
        self.journal = journal
        self.layer = layer
        self.grid = grid
        self.window = window
        self.done: set[int] = set()
        self._dataset: gdal.Dataset | None = None
        self._form: tuple[int, int, Any] | None = None
        if journal.begun:
            self._go_on()

    @property
    def began(self) -> bool:
        """Whether anything was written."""
        return self.journal.begun

    def _go_on(self) -> None:
        with gdal_speaks() as messages:
            try:
                self._dataset = gdal.Open(str(self.journal.part), gdal.GA_Update)
            except RuntimeError:
                self._dataset = None
        if self._dataset is None or messages:
            self._dataset = None
            self.journal.discard()
            return
        self.done = set(self.journal.state.get("done", ()))
        band = self._dataset.GetRasterBand(1)
        self._form = (self._dataset.RasterCount, band.DataType, band.GetNoDataValue())

    def close(self) -> None:
        """Write what is still in memory."""
        self._dataset = None

    def finished(self, number: int) -> None:
        """Note that a block is in the file, once it truly is."""
        self.done.add(number)
        if self._dataset is not None:
            self._dataset.FlushCache()
            self.journal.note(done=sorted(self.done))

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
            raise OSError(0, "GeoTIFF", str(part))
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
        self.journal.note(done=sorted(self.done))

    def _roles(self) -> list[str]:
        bands = self.layer.options.get("bands")
        return [str(each) for each in bands] if isinstance(bands, (list, tuple)) else []

    def _write(self, window: Window, values: Any, source: gdal.Dataset) -> None:
        assert self._dataset is not None
        count = self._dataset.RasterCount
        values = _as_bands(values, source, count)
        row, column = window.row - self.window.row, window.column - self.window.column
        top, left = max(row, 0), max(column, 0)
        bottom = min(row + window.rows, self.grid.rows)
        right = min(column + window.columns, self.grid.columns)
        if bottom <= top or right <= left:
            return
        cut = values[:, top - row : bottom - row, left - column : right - column]
        for number in range(count):
            band = self._dataset.GetRasterBand(number + 1)
            if band.WriteArray(np.ascontiguousarray(cut[number]), left, top) not in (0, None):
                raise OSError(0, "GeoTIFF", str(self.journal.part))


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


def _cannot_write(path: Path, error: OSError) -> Exception:
    if isinstance(error, ServiceError):
        return error
    reason = error.strerror or str(error)
    return OutputError(
        Text(zh=f"无法写入 {path.name}：{reason}", en=f"{path.name} cannot be written: {reason}")
    )


def raster_name(layer: LayerSource) -> str:
    """Name of the file of a raster extract, without suffix."""
    return layer_name(layer)
