"""One sweep over a raster fills the statistics of every polygon.

The raster is read once, window by window, in several threads. A *quantity*
says what a window's cells are worth (slope classes and heights for terrain,
band values for an image); the sweep weighs each cell by the fraction of it that
the polygon covers (:mod:`.coverage_fraction`) and adds up. Small parcels are
thus measured by exact fractions of cells, not by which cell centres they happen
to catch.

Windows depend on the file alone and their sums are joined in the order of the
file: the same answer on every machine, whatever the threads do.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from threading import Event
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from ..grid import Grid, Window, Windows
from ..progress import SILENT, Progress
from ..raster import Raster
from ..table import BoolArray, FloatArray, IntArray
from .coverage_fraction import cover
from .outlines import Outlines
from .zonal_window import MOMENTS, Field, WindowSums
from .zonal_window import Sums as WindowResult

_MOST_WINDOW_CELLS = 512 * 1024
"""More cells at once means less waiting of threads for each other, and more memory."""

_LEAST_WINDOW_CELLS = 64 * 64
_WINDOWS_WANTED = 64
_OUTLINE_CELLS_AT_ONCE = 500_000
_POLYGONS_AT_ONCE = 4_000
_MOST_THREADS = 8
_BATCH_ROWS, _BATCH_COLUMNS = 2, 2
_ASK_SECONDS = 0.1


@dataclass(frozen=True)
class Cells:
    """What the cells of one window are worth.

    ``classes`` (whole numbers from 0, shape ``(rows, columns)``) are summed as
    area by class, ``fields`` as moments; either may be missing.
    """

    classes: npt.NDArray[Any] | None
    fields: Sequence[Field]


class Quantity(Protocol):
    """Where the worth of cells comes from."""

    raster: Raster
    class_count: int
    field_count: int

    def of(self, window: Window) -> Cells:
        """The cells of ``window``. Called from several threads at once."""
        ...


@dataclass(frozen=True)
class Statistics:
    """Area-weighted statistics of one field, each of shape ``(polygons,)``.

    ``area`` is in m²; ``mean`` and ``deviation`` (of the population) are NaN
    where it is 0.
    """

    area: FloatArray
    mean: FloatArray
    deviation: FloatArray


@dataclass(frozen=True)
class FieldStatistics:
    """One field: over all covered cells by fraction, and over whole cells only.

    ``inside`` leaves out every cell that the outline touches: it is free of
    what lies across the border. ``least`` and ``greatest``, shape
    ``(polygons,)``, are over all touched cells, NaN where none or not asked.
    """

    whole: Statistics
    inside: Statistics
    least: FloatArray
    greatest: FloatArray


@dataclass(frozen=True)
class Sums:
    """What a sweep found.

    Attributes
    ----------
    area
        Shape ``(polygons,)``: m² that lie on cells of the raster, valid or not.
    class_area
        Shape ``(polygons, classes)``, m², float32.
    fields
        In the order of the quantity's fields.
    tangled
        Shape ``(polygons,)``: rings overlap themselves, nothing was measured.
    """

    area: FloatArray
    class_area: npt.NDArray[np.float32]
    fields: tuple[FieldStatistics, ...]
    tangled: BoolArray


def sweep(
    outline: Outlines, quantity: Quantity, progress: Progress = SILENT, threads: int = 0
) -> Sums:
    """Add up ``quantity`` over every polygon of ``outline``.

    Memory is bounded: about 100 MB for each thread, and the sums themselves.

    Parameters
    ----------
    threads
        0: as many as the machine has processors, at most 8. The answer does
        not depend on it.

    Raises
    ------
    Cancelled
        When the listener asked to stop; noticed within a fraction of a second.
    RasterError
        When the raster is damaged.
    """
    raster = quantity.raster
    cells = raster.grid.width * raster.grid.height // _WINDOWS_WANTED
    windows = raster.windows(min(max(cells, _LEAST_WINDOW_CELLS), _MOST_WINDOW_CELLS))
    jobs, alone = _jobs(outline, windows, raster.grid)
    total = _Total(len(outline), quantity)
    stop = Event()

    def work(batch: list[_Job]) -> list[_Part]:
        parts: list[_Part] = []
        for window, polygons in batch:
            if stop.is_set():
                break
            for who, tangled, sums in _window(outline, quantity, window, polygons):
                # A polygon that lies in one window only has its sums at once; the others
                # wait until all windows before this one are joined.
                here = alone[who]
                total.place(who[here], tangled[here], sums.of(here))
                parts.append((who[~here], tangled[~here], sums.of(~here)))
        raster.forget()
        return parts

    threads = threads or default_threads()
    with ThreadPoolExecutor(threads, thread_name_prefix="sweep") as pool:
        try:
            for done, parts in enumerate(_in_order(pool, work, jobs, threads + 2, progress)):
                for part in parts:
                    total.join(*part)
                progress.at((done + 1) / len(jobs))
        finally:
            stop.set()
    return total.sums()


def default_threads() -> int:
    """As many as the machine has processors, within reason."""
    return min(os.cpu_count() or 1, _MOST_THREADS)


_Job = tuple[Window, IntArray]


def _in_order(
    pool: ThreadPoolExecutor,
    work: Callable[[list[_Job]], list[_Part]],
    jobs: Iterable[list[_Job]],
    ahead: int,
    progress: Progress,
) -> Iterator[list[_Part]]:
    """Results in the order of the jobs, with only so many under way."""
    waiting: deque[Future[list[_Part]]] = deque()
    for job in jobs:
        waiting.append(pool.submit(work, job))
        if len(waiting) >= ahead:
            yield _result(waiting.popleft(), progress)
    while waiting:
        yield _result(waiting.popleft(), progress)


def _result(future: Future[list[_Part]], progress: Progress) -> list[_Part]:
    while not wait([future], timeout=_ASK_SECONDS).done:
        progress.check()
    return future.result()


def _jobs(outline: Outlines, windows: Windows, grid: Grid) -> tuple[list[list[_Job]], BoolArray]:
    """Windows that polygons reach into, each with those polygons in order.

    They come in batches of neighbours, which one thread works through: most
    tiles of a compressed file are then unpacked once only. Also: which
    polygons reach into one window only, shape ``(polygons,)``.
    """
    rows, columns = windows.rows, windows.columns
    left, top, right, bottom = outline.bounds.T
    # NaN compares false: what cannot be measured reaches no window.
    reach = np.flatnonzero((right > 0) & (bottom > 0) & (left < grid.width) & (top < grid.height))
    left = np.maximum(left[reach], 0) // columns
    right = np.minimum(right[reach], grid.width - 0.5) // columns
    top = np.maximum(top[reach], 0) // rows
    bottom = np.minimum(bottom[reach], grid.height - 0.5) // rows
    wide = (right - left + 1).astype(np.int64)
    count = wide * (bottom - top + 1).astype(np.int64)
    polygon = np.repeat(reach, count)
    step = np.arange(len(polygon)) - np.repeat(np.cumsum(count) - count, count)
    wide = np.repeat(wide, count)
    down = np.repeat(top, count).astype(np.int64) + step // wide
    beside = np.repeat(left, count).astype(np.int64) + step % wide
    batches_across = -(-windows.across // _BATCH_COLUMNS)
    batch = down // _BATCH_ROWS * batches_across + beside // _BATCH_COLUMNS
    number = down * windows.across + beside
    order = np.lexsort((number, batch))
    batch, number, polygon = batch[order], number[order], polygon[order]
    first = np.flatnonzero(np.diff(number, prepend=-1))
    jobs: dict[int, list[_Job]] = {}
    for at, group in zip(first, np.split(polygon, first[1:])):
        jobs.setdefault(int(batch[at]), []).append((windows[number[at]], group))
    alone = np.zeros(len(outline), dtype=bool)
    alone[reach[count == 1]] = True
    return list(jobs.values()), alone


_Part = tuple[IntArray, BoolArray, WindowResult]
"""Polygons, which of them are tangled, and their sums over one window."""


def _window(
    outline: Outlines, quantity: Quantity, window: Window, polygons: IntArray
) -> list[_Part]:
    grid = quantity.raster.grid
    across, down = grid.spacing(window.row, window.rows)
    cells = quantity.of(window)
    sums = WindowSums(
        (window.rows, window.columns),
        cells.classes,
        quantity.class_count,
        cells.fields,
        None if grid.even else across * down,
    )
    parts = []
    for group in _groups(outline, polygons):
        coverage = cover(outline, group, window)
        parts.append((group, coverage.tangled, sums.add(coverage)))
    return parts


def _groups(outline: Outlines, polygons: IntArray) -> list[IntArray]:
    """Cut ``polygons`` so that a group's outlines fit the memory."""
    load = np.cumsum(outline.load[polygons])
    number = np.maximum(load // _OUTLINE_CELLS_AT_ONCE, np.arange(len(load)) // _POLYGONS_AT_ONCE)
    return np.split(polygons, np.flatnonzero(np.diff(number)) + 1)


class _Total:
    """The sums of all windows joined so far, in cells where all are equally large."""

    def __init__(self, polygons: int, quantity: Quantity) -> None:
        across, down = quantity.raster.grid.spacing(0, 1)
        self._cell_area = float(across[0] * down[0]) if quantity.raster.grid.even else 1.0
        fields = quantity.field_count
        self._classes = np.zeros((polygons, quantity.class_count), dtype=np.float32)
        self._numbers = np.zeros((polygons, 1 + fields * len(MOMENTS)))
        self._extremes = np.tile((np.inf, -np.inf), (polygons, fields))
        self._tangled = np.zeros(polygons, dtype=bool)

    def place(self, who: IntArray, tangled: BoolArray, sums: WindowResult) -> None:
        """Set the sums of polygons of which no other window knows; from any thread."""
        self._classes[who] = sums.classes.astype(np.float32)
        self._numbers[who] = sums.numbers
        self._extremes[who] = sums.extremes
        self._tangled[who] = tangled

    def join(self, who: IntArray, tangled: BoolArray, sums: WindowResult) -> None:
        """Add the sums of one window to those of the windows before."""
        self._classes[who] += sums.classes
        self._numbers[who] += sums.numbers
        ends = self._extremes[who]
        np.minimum(ends[:, ::2], sums.extremes[:, ::2], out=ends[:, ::2])
        np.maximum(ends[:, 1::2], sums.extremes[:, 1::2], out=ends[:, 1::2])
        self._extremes[who] = ends
        self._tangled[who] |= tangled

    def sums(self) -> Sums:
        """All polygons; those found tangled in any window have nothing."""
        tangled, area = self._tangled, self._cell_area
        self._classes[tangled] = 0
        self._numbers[tangled] = 0
        self._extremes[tangled] = np.nan
        self._extremes[~np.isfinite(self._extremes)] = np.nan
        if area != 1.0:
            self._classes *= np.float32(area)
        covered, *numbers = np.ascontiguousarray(self._numbers.T)
        ends = np.ascontiguousarray(self._extremes.T)
        fields = tuple(
            FieldStatistics(
                _statistics(numbers[6 * number : 6 * number + 3], area),
                _statistics(numbers[6 * number + 3 : 6 * number + 6], area),
                least=ends[2 * number],
                greatest=ends[2 * number + 1],
            )
            for number in range(len(ends) // 2)
        )
        return Sums(covered * area, self._classes, fields, tangled)


def _statistics(sums: list[FloatArray], area: float) -> Statistics:
    """From sums of weight, value and squares."""
    weight, total, squares = sums
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total / weight
        variance = np.maximum(squares / weight - mean * mean, 0.0)
    return Statistics(weight * area, mean, np.sqrt(variance))
