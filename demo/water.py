"""Where water runs and stands: drainage, rivers, a reservoir, ponds."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
import shapely
from scipy import ndimage

from ..checks.table import FloatArray, GeometryArray, IntArray
from .grid import Grid
from .lines import smooth_line

_NEIGHBOURS = ((-1, 0), (0, -1), (0, 1), (1, 0), (-1, -1), (-1, 1), (1, -1), (1, 1))


@dataclass(frozen=True)
class Drainage:
    """Flow over a grid: ``downstream`` flat index (-1 at the rim), catchment in m².

    ``order`` lists the cells from the outlets upwards.
    """

    grid: Grid
    heights: FloatArray
    downstream: IntArray
    order: IntArray
    catchment: FloatArray


@dataclass(frozen=True)
class Reservoir:
    """Still water held by a dam: its surface, level in metres, and the dam."""

    surface: shapely.Polygon
    level: float
    dam: shapely.Polygon


def drain(grid: Grid, heights: FloatArray) -> Drainage:
    """Follow the water by priority flood from the rim (Barnes et al. 2014)."""
    rows, columns = grid.shape
    level: list[float] = heights.ravel().tolist()
    downstream = [-2] * (rows * columns)
    queue: list[tuple[float, int]] = []
    for row in range(rows):
        for column in range(0, columns, 1 if row in (0, rows - 1) else columns - 1):
            cell = row * columns + column
            downstream[cell] = -1
            queue.append((level[cell], cell))
    heapq.heapify(queue)
    order: list[int] = []
    steps = [(dr, dc, dr * columns + dc) for dr, dc in _NEIGHBOURS]
    while queue:
        height, cell = heapq.heappop(queue)
        order.append(cell)
        row, column = divmod(cell, columns)
        for dr, dc, step in steps:
            if not (0 <= row + dr < rows and 0 <= column + dc < columns):
                continue
            other = cell + step
            if downstream[other] == -2:
                downstream[other] = cell
                heapq.heappush(queue, (max(level[other], height + 1e-4), other))
    catchment = [grid.cell * grid.cell] * (rows * columns)
    for cell in reversed(order):
        below = downstream[cell]
        if below >= 0:
            catchment[below] += catchment[cell]
    return Drainage(
        grid,
        heights,
        np.array(downstream, dtype=np.int64),
        np.array(order, dtype=np.int64),
        np.array(catchment),
    )


def streams(drainage: Drainage, least: float) -> tuple[GeometryArray, FloatArray]:
    """Stream reaches with a catchment of at least ``least`` m², and that catchment.

    A reach runs from its head or a confluence to the next confluence, the
    largest first. On flat ground flow follows the cells side by side: reaches
    that only accompany a larger one are left out, with all that feeds them.
    """
    flows = drainage.catchment >= least
    below = drainage.downstream
    inflows = np.bincount(below[flows & (below >= 0)], minlength=len(flows))
    starts = np.flatnonzero(flows & (inflows != 1))
    paths: list[list[int]] = []
    for start in starts:
        path = [int(start)]
        while below[path[-1]] >= 0:
            path.append(int(below[path[-1]]))
            if inflows[path[-1]] != 1:
                break
        if len(path) > 1:
            paths.append(path)
    paths.sort(key=lambda path: (-drainage.catchment[path[-2]], path[0]))
    return _apart(drainage, paths)


def _apart(drainage: Drainage, paths: list[list[int]]) -> tuple[GeometryArray, FloatArray]:
    taken = np.zeros(drainage.grid.shape, dtype=bool)
    ends = set()
    lines, sizes = [], []
    reach = int(120.0 / drainage.grid.cell)
    for path in paths:
        rows, columns = np.divmod(np.array(path), drainage.grid.columns)
        beside = taken[rows, columns][: -2 * reach].mean() if len(path) > 2 * reach else 0.0
        joins = path[-1] in ends or drainage.downstream[path[-1]] < 0
        if not joins or beside > 0.45:
            continue
        ends.update(path)
        for row, column in zip(rows, columns):
            taken[
                max(row - reach, 0) : row + reach + 1, max(column - reach, 0) : column + reach + 1
            ] = True
        lines.append(smooth_line(drainage.grid.points(np.array(path)), 2.5))
        sizes.append(float(drainage.catchment[path[-2]]))
    return np.array(lines, dtype=object), np.array(sizes)


def above(drainage: Drainage, cell: int, level: float) -> IntArray:
    """Cells upstream of ``cell`` that lie below ``level``, connected along the flow."""
    rows, columns = drainage.grid.shape
    heights = drainage.heights.ravel()
    found, stack = [], [cell]
    steps = [dr * columns + dc for dr, dc in _NEIGHBOURS]
    while stack:
        here = stack.pop()
        found.append(here)
        row, column = divmod(here, columns)
        if not (0 < row < rows - 1 and 0 < column < columns - 1):
            continue
        for step in steps:
            other = here + step
            if drainage.downstream[other] == here and heights[other] < level:
                stack.append(other)
    return np.array(found, dtype=np.int64)


def find_reservoir(
    drainage: Drainage, centre: FloatArray, reach: float, wanted: float
) -> tuple[int, float] | None:
    """Best place for a dam within ``reach`` metres of ``centre``: cell and level.

    Among stream cells with a fair catchment the one that holds closest to
    ``wanted`` m² behind the shortest dam.
    """
    size = drainage.catchment
    cells = np.flatnonzero((size > 5 * wanted) & (size < 60 * wanted))
    away = np.hypot(*(drainage.grid.points(cells) - centre).T)
    cells = cells[away < reach][::4]
    best, best_score = None, 0.0
    heights = drainage.heights.ravel()
    for cell in cells:
        for depth in (8.0, 12.0, 17.0, 23.0, 31.0):
            level = float(heights[cell] + depth)
            pool = above(drainage, int(cell), level)
            area = len(pool) * drainage.grid.cell**2
            if not 0.35 * wanted < area < 2.0 * wanted:
                continue
            width = _valley_width(drainage, int(cell), level)
            if width > 380.0:
                continue
            score = area / (width + 120.0) * np.exp(-(np.log(area / wanted) ** 2))
            if score > best_score:
                best, best_score = (int(cell), level), score
    return best


def _flow_direction(drainage: Drainage, cell: int) -> FloatArray:
    below = cell
    for _ in range(4):
        below = max(int(drainage.downstream[below]), 0)
    ends = drainage.grid.points(np.array([cell, below]))
    away = ends[1] - ends[0]
    return np.asarray(away / max(float(np.hypot(*away)), 1e-9))


def _valley_line(drainage: Drainage, cell: int, level: float) -> FloatArray:
    """The two shore points of the valley across the flow at ``cell``."""
    along = _flow_direction(drainage, cell)
    across = np.array([-along[1], along[0]])
    middle = drainage.grid.points(np.array([cell]))[0]
    shore = []
    for side in (-1.0, 1.0):
        steps = np.arange(0.0, 900.0, 10.0)
        points = middle + side * steps[:, None] * across
        wet = drainage.grid.sample(drainage.heights, points) < level
        far = steps[np.argmin(wet)] if not wet.all() else 900.0
        shore.append(middle + side * (far + 12.0) * across)
    return np.array(shore)


def _valley_width(drainage: Drainage, cell: int, level: float) -> float:
    return float(np.hypot(*np.diff(_valley_line(drainage, cell, level), axis=0)[0]))


def build_reservoir(
    drainage: Drainage, cell: int, level: float, ground: Grid, heights: FloatArray
) -> Reservoir:
    """Surface and dam at ``cell``, on the fine ``heights`` of ``ground``."""
    pool = np.zeros(drainage.grid.rows * drainage.grid.columns)
    pool[above(drainage, cell, level + 4.0)] = 1.0
    behind = ndimage.grey_dilation(pool.reshape(drainage.grid.shape), size=3)
    wet = (ground.resample(behind, drainage.grid) > 0.5) & (heights < level)
    shore = _valley_line(drainage, cell, level)
    crest = shapely.LineString(shore)
    dam = crest.buffer(16.0, cap_style="flat")
    below = shapely.LineString(shore + 60.0 * _flow_direction(drainage, cell)).buffer(70.0)
    shapes, _ = ground.outlines(wet.astype(np.int64))
    water = shapely.difference(shapely.union_all(shapes), shapely.union(below, dam))
    largest = max(shapely.get_parts(water), key=lambda part: float(part.area))
    rounded = largest.buffer(9.0).buffer(-18.0).buffer(9.0).simplify(4.0)
    largest = max(shapely.get_parts(rounded), key=lambda part: float(part.area))
    return Reservoir(shapely.Polygon(largest.exterior), round(level, 1), dam)
