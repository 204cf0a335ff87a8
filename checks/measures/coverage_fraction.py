"""Which cells of a grid a polygon covers, and how much of each: exactly.

Every ring edge is cut at the grid lines into bits that lie in one cell. Going
along a row, a bit adds its height to the cover of all cells to its right, and
the trapezoid between it and the right side of its own cell to that cell: signed
areas, so that shells and holes, the left and the right side of a polygon, sum to
the true covered fraction. Between the cells touched by edges lie runs that are
covered wholly or not at all. It is the cell accumulation of anti-aliased font
rasterisers (FreeType's ``ftgrays.c``; Anti-Grain Geometry; Levien, font-rs,
2016), here as array operations over all edges of many polygons at once. Cost
grows with the cells along the outlines, not with the area.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..grid import Window
from ..table import BoolArray, FloatArray, IntArray
from .outlines import Outlines

_NOTHING = 1e-9
"""Cells. Covered fractions and widths below are rounding."""

_NEARLY_LEVEL = 1e3
"""Columns per row from which the end of a piece is not left to rounding."""

_SURELY = 1e-6
"""A covered fraction this far outside 0…1 is no rounding."""


@dataclass(frozen=True)
class Coverage:
    """Covered cells of one window.

    ``cell_*``: cells covered in part, sorted by ``owner``; ``cell`` is
    the flat index in the window and ``weight`` the covered fraction. ``run_*``:
    runs of wholly covered cells in one row, sorted by ``owner``;
    ``start`` is the flat index of the first. Owners are positions in the list
    of polygons that was asked for. ``tangled``, shape ``(polygons,)``, marks
    those whose rings overlap themselves here; nothing is reported of them.
    """

    cell_owner: IntArray
    cell: IntArray
    weight: FloatArray
    run_owner: IntArray
    run_start: IntArray
    run_length: IntArray
    tangled: BoolArray


def cover(outline: Outlines, polygons: IntArray, window: Window) -> Coverage:
    """Cells of ``window`` covered by ``polygons`` (indices into ``outline``).

    Needs memory of about 200 bytes for every cell along the outlines.
    """
    strides = _Strides(window)
    edges, owner = outline.edges_of(polygons)
    line = owner << strides.row_bits
    x0, y0 = outline.x[edges] - window.column, outline.y[edges] - window.row
    edges += 1
    x1, y1 = outline.x[edges] - window.column, outline.y[edges] - window.row
    # Cover is counted to the right: what lies right of the window says nothing.
    reach = np.minimum(x0, x1) < window.columns
    reach &= np.maximum(y0, y1) > 0
    reach &= np.minimum(y0, y1) < window.rows
    reach &= y0 != y1
    down = (y1 > y0) ^ outline.backward[edges]
    if not reach.all():
        some = np.flatnonzero(reach)
        x0, y0, x1, y1 = x0[some], y0[some], x1[some], y1[some]
        line, down = line[some], down[some]
    pieces = _cut_at_rows(x0, y0, x1, y1, line, down, window)
    key, area, height = _cut_at_columns(*pieces, window, strides)
    return _accumulate(key, area, height, len(polygons), window, strides)


class _Strides:
    """Keys of (owner, row, column) as one integer: shifts are cheaper than division."""

    def __init__(self, window: Window) -> None:
        self.row_bits = int(window.rows - 1).bit_length()
        self.column_bits = int(window.columns - 1).bit_length()


def ranges(first: IntArray, count: IntArray) -> tuple[IntArray, IntArray]:
    """``first[i] … first[i] + count[i] - 1`` for all i, one after the other; and i itself.

    ``count`` is at least 1. A running sum over marks: ``numpy.repeat`` is slow
    for small counts, and lets no other thread run meanwhile.
    """
    ends = np.cumsum(count)
    which = np.zeros(int(ends[-1]) if len(ends) else 0, dtype=np.int64)
    which[ends[:-1]] = 1
    np.cumsum(which, out=which)
    out = (first - (ends - count))[which]
    out += np.arange(len(out))
    return out, which


def _changes(values: npt.NDArray[Any]) -> BoolArray:
    """Where a value differs from the one before; the first does."""
    out = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=out[1:])
    return out


def _cut_at_rows(
    x0: FloatArray,
    y0: FloatArray,
    x1: FloatArray,
    y1: FloatArray,
    line: IntArray,
    down: BoolArray,
    window: Window,
) -> tuple[IntArray, FloatArray, FloatArray, FloatArray]:
    """Cut edges into pieces that lie in one row.

    Returns for each piece its line (owner and row), signed height, and the
    least and greatest column it reaches.
    """
    rate = (x1 - x0) / (y1 - y0)
    upper = np.maximum(np.minimum(y0, y1), 0.0)
    lower = np.minimum(np.maximum(y0, y1), float(window.rows))
    first = upper.astype(np.int64)
    count = np.ceil(lower).astype(np.int64)
    count -= first
    np.maximum(count, 1, out=count)
    sign = np.where(down, 1.0, -1.0)
    row, piece = ranges(first, count)
    above = np.maximum(upper[piece], row)
    below = np.minimum(lower[piece], row + 1)
    height = below - above
    height *= sign[piece]
    # A nearly level edge turns rounding into a long way: it is held in its span.
    level = np.flatnonzero(np.abs(rate) > _NEARLY_LEVEL)
    held, _ = ranges(np.cumsum(count)[level] - count[level], count[level])
    least, most = np.minimum(x0, x1)[piece[held]], np.maximum(x0, x1)[piece[held]]
    x0, y0, rate = x0[piece], y0[piece], rate[piece]
    for end in (above, below):
        np.subtract(end, y0, out=end)
        np.multiply(end, rate, out=end)
        np.add(end, x0, out=end)
        end[held] = np.clip(end[held], least, most)
    row += line[piece]
    return row, height, np.minimum(above, below), np.maximum(above, below)


def _cut_at_columns(
    line: IntArray,
    height: FloatArray,
    left: FloatArray,
    right: FloatArray,
    window: Window,
    strides: _Strides,
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Cut pieces of a row at the columns.

    Returns for each bit its key (line and column), the signed area to its
    right inside its own cell, and its signed height. What lies left of the
    window stands at its left side, what lies right of it is left out.
    """
    upright = np.flatnonzero(right - left < _NOTHING)
    right[upright] = left[upright]
    first = np.floor(np.maximum(left, -1.0)).astype(np.int64)
    count = np.ceil(np.minimum(right, window.columns)).astype(np.int64)
    count -= first
    line <<= strides.column_bits
    whole = (count <= 1) & (right <= window.columns)
    cut = ~whole
    if left.max(initial=0.0) >= window.columns:
        inside = left < window.columns
        whole &= inside
        cut &= inside
    at = np.flatnonzero(whole)
    key, area = _bits(line[at], height[at], first[at], left[at], right[at])
    cut_at = np.flatnonzero(cut)
    column, which = ranges(first[cut_at], count[cut_at])
    piece = cut_at[which]
    begin, finish = left[piece], right[piece]
    share = height[piece] / (finish - begin)
    from_side = column.astype(np.float64)
    from_side[np.flatnonzero(column < 0)] = -np.inf
    np.maximum(begin, from_side, out=begin)
    finish = np.minimum(finish, column + 1)
    share *= finish - begin
    more_key, more_area = _bits(line[piece], share, column, begin, finish)
    return (
        np.concatenate([key, more_key]),
        np.concatenate([area, more_area]),
        np.concatenate([height[at], share]),
    )


def _bits(
    line: IntArray, height: FloatArray, column: IntArray, begin: FloatArray, finish: FloatArray
) -> tuple[IntArray, FloatArray]:
    np.maximum(column, 0, out=column)
    line += column
    area = begin + finish
    area *= -0.5
    area += column + 1
    # Left of the window the middle lies before column 0: all of it is covered.
    np.maximum(area, 0.0, out=area)
    np.minimum(area, 1.0, out=area)
    area *= height
    return line, area


def _accumulate(
    key: IntArray,
    area: FloatArray,
    height: FloatArray,
    polygons: int,
    window: Window,
    strides: _Strides,
) -> Coverage:
    """Add up the bits of each cell, and find the runs between cells."""
    # Sorting key and position as one integer gives every machine the same order.
    bits = len(key).bit_length()
    key <<= bits
    key |= np.arange(len(key))
    key.sort()
    order = key & ((1 << bits) - 1)
    key >>= bits
    first = np.flatnonzero(_changes(key))
    key = key[first]
    heights, areas = _sums_before(height[order], first), _sums_before(area[order], first)
    line = key >> strides.column_bits
    column = key & ((1 << strides.column_bits) - 1)
    change = _changes(line)
    fresh = np.flatnonzero(change)
    which = np.cumsum(change.astype(np.int64))
    which -= 1
    base = heights[fresh][which]
    weight = np.diff(areas)
    weight += heights[:-1]
    weight -= base
    carried = heights[1:] - base
    until = np.empty_like(column)
    until[:-1] = column[1:]
    until[fresh - 1] = window.columns  # fresh[0] - 1 is the last, which ends a line too
    until -= column
    owner = line >> strides.row_bits
    line &= (1 << strides.row_bits) - 1
    line *= window.columns
    line += column
    until -= 1
    return _collect(owner, line, weight, carried, until, polygons)


def _sums_before(values: FloatArray, first: IntArray) -> FloatArray:
    """Sum of all values before each group's first, and of all: one more than groups."""
    running = np.empty(len(values) + 1)
    running[0] = 0.0
    np.cumsum(values, out=running[1:])
    out = np.empty(len(first) + 1)
    np.take(running, first, out=out[:-1])
    out[-1] = running[-1]
    return out


def _collect(
    owner: IntArray,
    cell: IntArray,
    weight: FloatArray,
    carried: FloatArray,
    gap: IntArray,
    polygons: int,
) -> Coverage:
    """Sort out cells and runs.

    ``gap`` untouched cells follow each touched one, covered by ``carried``.
    """
    tangled = np.zeros(polygons, dtype=bool)
    tangled[owner[np.flatnonzero((weight < -_SURELY) | (weight > 1 + _SURELY))]] = True
    gap_at = np.flatnonzero((gap > 0) & (np.abs(carried) > _NOTHING))
    under = carried[gap_at]
    tangled[owner[gap_at[np.abs(under - 0.5) > 0.5 + _SURELY]]] = True
    # What is touched but wholly covered (an edge along the cell's own side, or
    # one clipped to the window) belongs to the run behind it.
    full = weight > 1 - _NOTHING
    part = weight > _NOTHING
    part &= ~full
    whole = np.zeros(len(gap), dtype=np.int64)
    whole[gap_at] = gap[gap_at]
    level_at = gap_at[under < 1 - _SURELY]
    whole[level_at] = 0
    whole += full
    run = whole > 0
    if tangled.any():
        fine = ~tangled[owner]
        part &= fine
        run &= fine
        level_at = level_at[fine[level_at]]
    part_at, run_at = np.flatnonzero(part), np.flatnonzero(run)
    cells = (owner[part_at], cell[part_at], weight[part_at])
    if len(level_at):
        # Under a level edge, which has no height to cut, a gap is covered in part.
        under_cells, which = ranges(cell[level_at] + 1, gap[level_at])
        of = level_at[which]
        cells = _merged(cells, (owner[of], under_cells, carried[of]))
    return Coverage(
        *cells,
        run_owner=owner[run_at],
        run_start=cell[run_at] + 1 - full[run_at],
        run_length=whole[run_at],
        tangled=tangled,
    )


def _merged(
    one: tuple[IntArray, IntArray, FloatArray], other: tuple[IntArray, IntArray, FloatArray]
) -> tuple[IntArray, IntArray, FloatArray]:
    owner, cell, weight = (np.concatenate(pair) for pair in zip(one, other))
    order = np.argsort(owner, kind="stable")
    return owner[order], cell[order], weight[order]
