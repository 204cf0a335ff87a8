"""Contours: their interval, their neighbours, and points along them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from ..progress import SILENT, Progress
from ..table import BoolArray, FloatArray, GeometryArray, IntArray

_CLASSES = 8
_AUXILIARY = 4
"""Half and quarter contours （间曲线， 助曲线） may lie between the regular ones."""

_EQUAL = 1e-3
_JUMP = 1.5  # intervals: one is right, two are wrong, auxiliary contours lie between
_OWN_SHARE = 0.6
_MOST_SAMPLES = 20_000
_PER_LINE = 6
_PIECE = 16
_AT_ONCE = 20_000


@dataclass(frozen=True)
class ContourMeasure:
    """What contours say of one another; all arrays have one entry per row of DGX.

    Attributes
    ----------
    interval
        Metres between regular contours; NaN where none can be told.
    on_interval
        Whether the height is a multiple of the interval or of its half or
        quarter (auxiliary contours).
    samples, jumps
        How many points of the line have a neighbouring line of another height,
        and how many of these differ by more than an interval.
    culprit
        Lines whose own height explains most of the jumps beside them.
    crossing
        Pairs of rows, shape ``(pairs, 2)``, of different height that cross.
    """

    interval: float
    on_interval: BoolArray
    samples: IntArray
    jumps: IntArray
    culprit: BoolArray
    crossing: IntArray


def regular_interval(heights: FloatArray, candidates: Sequence[float], share: float) -> float:
    """The greatest of ``candidates`` of which ``share`` of the heights are multiples.

    NaN when fewer than three heights differ or none of the intervals fits.
    """
    heights = heights[np.isfinite(heights)]
    if len(np.unique(heights)) < 3:
        return float("nan")
    for candidate in sorted(candidates, reverse=True):
        if np.mean(_multiple(heights, candidate)) >= share:
            return float(candidate)
    return float("nan")


def _multiple(heights: FloatArray, interval: float) -> BoolArray:
    steps = heights / interval
    return np.abs(steps - np.round(steps)) * interval < _EQUAL + 1e-9 * np.abs(heights)


def points_along(
    lines: GeometryArray, spacing: float, most: int = _MOST_SAMPLES, least: int = 1
) -> tuple[FloatArray, IntArray]:
    """Vertices of ``lines`` at least about ``spacing`` apart, and the line of each.

    Vertices, because only there the digitised line lies on the contour. The
    spacing grows until at most about ``most`` points are left; lines so short
    that fewer than ``least`` would be taken have a closer spacing of their own.

    Returns
    -------
    xy, rows
        Shapes ``(n, 2)`` and ``(n,)``.
    """
    xy, rows = shapely.get_coordinates(lines, return_index=True)
    if not len(xy):
        return xy, rows.astype(np.int64)
    with np.errstate(invalid="ignore", over="ignore"):
        step = np.hypot(*np.diff(xy, axis=0, prepend=xy[:1]).T)
    first = np.diff(rows, prepend=-1) != 0
    step[first | ~np.isfinite(step)] = 0.0
    total = np.cumsum(step)
    along = total - np.repeat(total[first], np.diff(np.append(np.flatnonzero(first), len(xy))))
    usual = max(spacing, float(total[-1]) / most, 1e-9)
    length = np.maximum.reduceat(along, np.flatnonzero(first))
    own = np.clip(length / least, 1e-9, usual) if least > 1 else np.full(len(length), usual)
    part = np.floor(along / own[np.cumsum(first) - 1] + 1e-9)
    kept = first | (np.diff(part, prepend=-1) != 0)
    return xy[kept], rows[kept].astype(np.int64)


def measure_contours(
    lines: GeometryArray,
    heights: FloatArray,
    candidates: Sequence[float],
    share: float,
    progress: Progress = SILENT,
) -> ContourMeasure:
    """Compare contours with one another.

    Parameters
    ----------
    lines
        Shape ``(n,)``, ``None`` where unusable.
    heights
        BSGC, metres, shape ``(n,)``.
    candidates, share
        Intervals in use, and the share of lines that must follow one.
    """
    count = len(lines)
    interval = regular_interval(heights, candidates, share)
    usable = ~shapely.is_missing(lines) & np.isfinite(heights)
    on_interval = np.ones(count, dtype=bool)
    nothing = np.zeros(count, dtype=np.int64)
    pieces = _Pieces.of(lines, np.flatnonzero(usable))
    crossing = _crossing(lines, heights, pieces, progress.part(0.0, 0.4))
    if not np.isfinite(interval):
        none = np.zeros(count, dtype=bool)
        return ContourMeasure(interval, on_interval, nothing, nothing, none, crossing)
    on_interval[usable] = _multiple(heights[usable], interval / _AUXILIARY)
    row, other = _neighbours(lines, heights, pieces, interval, progress.part(0.4, 1.0))
    with np.errstate(invalid="ignore"):
        jump = np.abs(heights[row] - heights[other]) > _JUMP * interval
    samples = np.bincount(row, minlength=count)
    jumps = np.bincount(row[jump], minlength=count)
    culprit = _culprits(row[jump], other[jump], samples)
    return ContourMeasure(interval, on_interval, samples, jumps, culprit, crossing)


@dataclass(frozen=True)
class _Pieces:
    """Lines cut into short ones, which trees and distances are fast with."""

    geometry: GeometryArray
    row: IntArray

    @classmethod
    def of(cls, lines: GeometryArray, rows: IntArray) -> _Pieces:
        """Pieces of ``lines[rows]`` of at most ``_PIECE`` edges; corners are kept."""
        parts, owner = shapely.get_parts(lines[rows], return_index=True)
        xy, line = shapely.get_coordinates(parts, return_index=True)
        edge = np.flatnonzero(line[1:] == line[:-1])
        if not len(edge):
            return cls(np.zeros(0, dtype=object), np.zeros(0, dtype=np.int64))
        start = np.flatnonzero(np.diff(line, prepend=-1))
        opens = (edge - start[line[edge]]) % _PIECE == 0
        closes = np.append(opens[1:], True)
        # Each edge gives its first corner; the last edge of a piece also its second.
        taken = 1 + closes
        corner = np.repeat(edge, taken)
        corner[np.cumsum(taken)[closes] - 1] += 1
        number = np.repeat(np.cumsum(opens) - 1, taken)
        pieces = shapely.linestrings(xy[corner], indices=number)
        return cls(pieces, rows[owner[line[edge[opens]]]])


def _crossing(
    lines: GeometryArray, heights: FloatArray, pieces: _Pieces, progress: Progress
) -> IntArray:
    """Pairs of lines of different height that cross, first row smaller."""
    if not len(pieces.row):
        return np.zeros((0, 2), dtype=np.int64)
    tree = shapely.STRtree(pieces.geometry)
    pairs = []
    for first in range(0, len(pieces.row), _AT_ONCE):
        progress.at(first / len(pieces.row))
        one, other = tree.query(pieces.geometry[first : first + _AT_ONCE], predicate="intersects")
        pairs.append(np.column_stack([pieces.row[first + one], pieces.row[other]]))
    found = np.concatenate(pairs)
    found = found[found[:, 0] < found[:, 1]]
    different = np.abs(heights[found[:, 0]] - heights[found[:, 1]]) > _EQUAL
    found = np.unique(found[different], axis=0)
    return found[shapely.crosses(lines[found[:, 0]], lines[found[:, 1]])]


def _neighbours(
    lines: GeometryArray,
    heights: FloatArray,
    pieces: _Pieces,
    interval: float,
    progress: Progress,
) -> tuple[IntArray, IntArray]:
    """For points along each line: its row, and the nearest row of another height.

    Between a point and the nearest line of another height only lines of its
    own height can lie, so that these two are neighbours. Lines are kept in
    eight trees by their number of intervals: a tree that holds lines of the
    point's own height is left out (and with it those eight intervals away,
    which another of their neighbours will show).
    """
    rows = np.unique(pieces.row)
    extent = float(shapely.length(lines[rows]).sum())
    xy, part = points_along(lines[rows], extent / _MOST_SAMPLES, _MOST_SAMPLES, _PER_LINE)
    row = rows[part]
    points = shapely.points(xy)
    number = np.full(len(lines), -1, dtype=np.int64)
    number[rows] = np.mod(np.round(heights[rows] / interval), _CLASSES).astype(np.int64)
    nearest = np.full(len(row), -1, dtype=np.int64)
    distance = np.full(len(row), np.inf)
    for tree_number in range(_CLASSES):
        inside = np.flatnonzero(number[pieces.row] == tree_number)
        asked = np.flatnonzero(number[row] != tree_number)
        if not len(inside) or not len(asked):
            continue
        tree = shapely.STRtree(pieces.geometry[inside])
        for first in range(0, len(asked), _AT_ONCE):
            progress.at((tree_number + first / len(asked)) / _CLASSES)
            some = asked[first : first + _AT_ONCE]
            (which, found), far = tree.query_nearest(
                points[some], return_distance=True, all_matches=False
            )
            closer = far < distance[some[which]]
            distance[some[which[closer]]] = far[closer]
            nearest[some[which[closer]]] = pieces.row[inside[found[closer]]]
    there = nearest >= 0
    return row[there], nearest[there]


def _culprits(row: IntArray, other: IntArray, samples: IntArray) -> BoolArray:
    """Lines that, taken away one by one, explain the jumps: the worst share first.

    A wrong height makes its neighbours jump too; once the wrong line is taken
    away these have no jumps left.
    """
    out = np.zeros(len(samples), dtype=bool)
    row, other = row.copy(), other.copy()
    asked = np.maximum(samples, 1)
    while len(row):
        own = np.bincount(row, minlength=len(samples))
        met = np.bincount(other, minlength=len(samples))
        share = np.where(own > 0, own / asked, 0.0) + 1e-6 * np.minimum(met, 1000)
        worst = int(np.argmax(share))
        if own[worst] < _OWN_SHARE * asked[worst]:
            break
        out[worst] = True
        left = (row != worst) & (other != worst)
        row, other = row[left], other[left]
    return out
