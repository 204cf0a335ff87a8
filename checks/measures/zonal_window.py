"""The sums of one window: cell values weighted by what polygons cover of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..table import BoolArray, FloatArray, IntArray
from .coverage_fraction import Coverage, ranges

_WORTH_PAINTING = 1 / 3
"""Share of a window above which labelling all of it is cheaper than listing cells."""


@dataclass(frozen=True)
class Field:
    """A number for every cell of a window: shape ``(rows, columns)``.

    ``valid`` is ``None`` where every cell has one; elsewhere ``values`` is 0.
    ``extremes`` says whether least and greatest are wanted.
    """

    values: npt.NDArray[Any]
    valid: BoolArray | None = None
    extremes: bool = False


@dataclass(frozen=True)
class Moments:
    """Weight, mean, and summed squares about it, each of shape ``(polygons,)``."""

    weight: FloatArray
    mean: FloatArray
    squares: FloatArray


@dataclass(frozen=True)
class FieldSums:
    """One field over one window.

    ``inside`` is over wholly covered cells only; ``least`` and ``greatest``
    (±inf where nothing was touched) over all touched ones.
    """

    whole: Moments
    inside: Moments
    least: FloatArray
    greatest: FloatArray


class WindowSums:
    """Adds up the cells of one window for one group of polygons after another.

    Parameters
    ----------
    shape
        Rows and columns.
    classes
        Shape ``(rows, columns)``, whole numbers below ``class_count``; or
        ``None``.
    row_weight
        Weight of a cell by row, shape ``(rows,)``; ``None``: all weigh 1.
    """

    def __init__(
        self,
        shape: tuple[int, int],
        classes: npt.NDArray[Any] | None,
        class_count: int,
        fields: Sequence[Field],
        row_weight: FloatArray | None,
    ) -> None:
        self._size = shape[0] * shape[1]
        self._classes = None if classes is None else classes.ravel()
        self._class_count = class_count
        self._weight = None if row_weight is None else np.repeat(row_weight, shape[1])
        self._fields = fields
        self._prepared: list[_Prepared] = []

    def add(self, coverage: Coverage) -> tuple[FloatArray, FloatArray, list[FieldSums]]:
        """Covered weight, weight by class ``(polygons, classes)``, and fields."""
        edge, runs = _Edge(coverage, self._weight), _Runs(coverage, self._weight)
        inside = runs.total(runs.length)
        covered = inside + edge.total(None)
        fields = []
        for number, field in enumerate(self._fields):
            # Made just before it is used first, while it is in the processor's cache.
            if number == len(self._prepared):
                self._prepared.append(_Prepared(field))
            fields.append(self._prepared[number].add(edge, runs, inside, covered))
        return covered, self._by_class(edge, runs), fields

    def _by_class(self, edge: _Edge, runs: _Runs) -> FloatArray:
        if self._classes is None:
            return np.zeros((edge.polygons, 0))
        size = edge.polygons * self._class_count
        key = edge.owner * self._class_count
        key += self._classes[edge.cell]
        out = np.bincount(key, edge.weight, minlength=size).astype(np.float64, copy=False)
        for first, cell in self._keys(runs, edge.polygons):
            classes = self._classes if cell is None else self._classes[cell]
            key = np.add(first, classes, out=first)
            weight = self._weight
            if weight is not None and cell is not None:
                weight = weight[cell]
            out += np.bincount(key, weight, minlength=size)[:size]
        return out.reshape(edge.polygons, self._class_count)

    def _keys(self, runs: _Runs, polygons: int) -> list[tuple[IntArray, IntArray | None]]:
        """First class of the owner of wholly covered cells, and which cells.

        ``None``: all in order. Where runs fill much of the window, it is
        painted with their owners in one go, and cells that nobody owns get a
        key behind all others; runs that overlap others are left over, and
        listed.
        """
        start, length, owner = runs.in_window_order()
        owner *= self._class_count
        nobody = polygons * self._class_count
        out: list[tuple[IntArray, IntArray | None]] = []
        if int(length.sum()) > self._size * _WORTH_PAINTING:
            free = np.ones(len(start), dtype=bool)
            free[1:] = start[1:] >= np.maximum.accumulate(start + length)[:-1]
            out.append((_paint(start[free], length[free], owner[free], nobody, self._size), None))
            rest = np.flatnonzero(~free)
            start, length, owner = start[rest], length[rest], owner[rest]
        if len(start):
            out.append((np.repeat(owner, length), ranges(start, length)))
        return out


def _paint(start: IntArray, length: IntArray, owner: IntArray, nobody: int, size: int) -> IntArray:
    borders = np.empty(2 * len(start) + 2, dtype=np.int64)
    borders[0], borders[-1] = 0, size
    borders[1:-1:2], borders[2:-1:2] = start, start + length
    label = np.full(len(borders) - 1, nobody, dtype=np.int64)
    label[1::2] = owner
    return np.repeat(label, np.diff(borders))


class _Owners:
    """Sorted owners of things to be reduced by owner."""

    def __init__(self, sorted_owner: IntArray, polygons: int) -> None:
        change = np.ones(len(sorted_owner), dtype=bool)
        np.not_equal(sorted_owner[1:], sorted_owner[:-1], out=change[1:])
        self._first = np.flatnonzero(change)
        self._owner = sorted_owner[self._first]
        self.polygons = polygons

    def reduce(self, ufunc: np.ufunc, values: npt.NDArray[Any], nothing: float) -> FloatArray:
        """Shape ``(polygons,)``; ``nothing`` for those that own nothing."""
        out = np.full(self.polygons, nothing)
        if len(self._first):
            out[self._owner] = ufunc.reduceat(values, self._first)
        return out


class _Edge(_Owners):
    """Cells that outlines touch, with what is covered of them."""

    def __init__(self, coverage: Coverage, weight: FloatArray | None) -> None:
        super().__init__(coverage.cell_owner, len(coverage.tangled))
        self.owner, self.cell = coverage.cell_owner, coverage.cell
        self.weight = coverage.weight
        if weight is not None:
            self.weight = self.weight * weight[self.cell]

    def total(self, values: FloatArray | None) -> FloatArray:
        """Weighted sums by polygon of a number for each cell; ``None``: of 1."""
        return self.reduce(np.add, self.weight if values is None else self.weight * values, 0.0)


class _Runs(_Owners):
    """Runs of wholly covered cells, sorted by owner."""

    def __init__(self, coverage: Coverage, weight: FloatArray | None) -> None:
        super().__init__(coverage.run_owner, len(coverage.tangled))
        self._owner_of = coverage.run_owner
        self.start, self.length = coverage.run_start, coverage.run_length
        # A run lies in one row, where all cells weigh the same.
        self._weight = None if weight is None else weight[self.start]
        self._order = np.argsort(self.start, kind="stable")

    def in_window_order(self) -> tuple[IntArray, IntArray, IntArray]:
        """Start, length and owner by place in the window."""
        order = self._order
        return self.start[order], self.length[order], self._owner_of[order]

    def total(self, per_run: npt.NDArray[Any]) -> FloatArray:
        """Weighted sums by polygon of a number for each run."""
        weighted = per_run if self._weight is None else per_run * self._weight
        return self.reduce(np.add, weighted, 0.0)

    def sums(self, values: FloatArray) -> FloatArray:
        """Sum of each run of the flat window ``values`` (one element more at its end).

        ``reduceat`` sums from each index to the next unless the next is
        smaller. Taken from the last run backwards every end is followed by a
        smaller start, so that only runs are summed, not the ground between.
        """
        out = np.empty(len(self.start))
        if len(out):
            backward = self._order[::-1]
            bounds = np.empty(2 * len(out), dtype=np.intp)
            bounds[::2] = self.start[backward]
            bounds[1::2] = bounds[::2] + self.length[backward]
            out[backward] = np.add.reduceat(values, bounds)[::2]
        return out

    def extremes(
        self, low: npt.NDArray[Any], high: npt.NDArray[Any]
    ) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Least of each run of the flat window ``low``, greatest of ``high``.

        From a table of extremes over 1, 2, 4, … cells: two overlapping
        stretches make up any run (Bender & Farach-Colton, The LCA problem
        revisited, 2000). Only the level in use is kept.
        """
        least = np.empty(len(self.start), dtype=low.dtype)
        greatest = np.empty(len(self.start), dtype=high.dtype)
        longest = int(self.length.max(initial=0))
        level = np.frexp(self.length)[1]
        reach = 1
        while reach <= longest:
            now = np.flatnonzero(level == reach.bit_length())
            first = self.start[now]
            last = first + self.length[now]
            last -= reach
            least[now] = np.minimum(low[first], low[last])
            greatest[now] = np.maximum(high[first], high[last])
            if 2 * reach <= longest:
                low = np.minimum(low[:-reach], low[reach:])
                high = np.maximum(high[:-reach], high[reach:])
            reach *= 2
        return least, greatest


class _Prepared:
    """A field made ready for summing: flat, float64, near zero."""

    def __init__(self, field: Field) -> None:
        values = field.values
        size = values.size
        # Only the digits that differ within the window are worth squaring.
        self._offset = float(np.round(np.mean(values[::8, ::8], dtype=np.float64)))
        self._values = np.empty(size + 1)
        self._values[-1] = 0.0
        np.subtract(values, self._offset, out=self._values[:-1].reshape(values.shape))
        self._valid: FloatArray | None = None
        if field.valid is not None:
            self._valid = np.zeros(size + 1)
            self._valid[:-1] = field.valid.ravel()
            self._values *= self._valid
        self._squares = self._values * self._values
        self._field = field

    def add(self, edge: _Edge, runs: _Runs, inside: FloatArray, covered: FloatArray) -> FieldSums:
        """Sums over one group; ``inside`` and ``covered`` are its total weights."""
        if self._valid is not None:
            inside = runs.total(runs.sums(self._valid))
            covered = inside + edge.total(self._valid[edge.cell])
        total, squares = runs.total(runs.sums(self._values)), runs.total(runs.sums(self._squares))
        return FieldSums(
            self._moments(
                covered,
                total + edge.total(self._values[edge.cell]),
                squares + edge.total(self._squares[edge.cell]),
            ),
            self._moments(inside, total, squares),
            *self._extremes(edge, runs),
        )

    def _moments(self, weight: FloatArray, total: FloatArray, squares: FloatArray) -> Moments:
        some = weight > 0
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.where(some, total / weight, 0.0)
        return Moments(
            weight,
            np.where(some, mean + self._offset, 0.0),
            np.maximum(squares - mean * total, 0.0),
        )

    def _extremes(self, edge: _Edge, runs: _Runs) -> tuple[FloatArray, FloatArray]:
        nothing = np.inf
        if not self._field.extremes:
            return np.full(edge.polygons, nothing), np.full(edge.polygons, -nothing)
        values, valid = self._field.values.ravel(), self._field.valid
        low = high = values
        if valid is not None:
            low = np.where(valid.ravel(), values, values.dtype.type(nothing))
            high = np.where(valid.ravel(), values, values.dtype.type(-nothing))
        least, greatest = runs.extremes(low, high)
        return (
            np.minimum(
                edge.reduce(np.minimum, low[edge.cell], nothing),
                runs.reduce(np.minimum, least, nothing),
            ),
            np.maximum(
                edge.reduce(np.maximum, high[edge.cell], -nothing),
                runs.reduce(np.maximum, greatest, -nothing),
            ),
        )
