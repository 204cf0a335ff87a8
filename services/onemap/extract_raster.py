"""Coverages, tiles and raster files saved to a GeoTIFF: block by block, and taken up again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ...checks.findings import Text
from ...checks.grid import Window, Windows
from ...checks.progress import SILENT, Progress
from ..errors import BadAnswer, ServiceError
from ..site_profile import LayerSource
from . import frames
from .coverage import CellGrid
from .extract_raster_file import RasterWriter
from .extract_source import Extract, Journal, fingerprint, output_error, put_in_place, source_facts

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
            writer.go_on(blocks)
            try:
                for number, each in enumerate(blocks):
                    label = f"{layer.title.zh}：{number}/{len(blocks)} | " + (
                        f"{layer.title.en}: {number}/{len(blocks)}"
                    )
                    progress.part(0.02, 0.95).at(number / len(blocks), label)
                    if number not in writer.done:
                        self._fetch(writer, each, progress)
                        writer.finished(number, each)
            finally:
                writer.close()
            writer.check(blocks)
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
            facts = put_in_place(journal, self.target, facts, progress.part(0.95, 1.0))
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


def _cannot_write(path: Path, error: Exception) -> Exception:
    return error if isinstance(error, ServiceError) else output_error(path, error)
