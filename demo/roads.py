"""Roads between the places, found as people find them: the easiest way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse.csgraph import dijkstra

from ..checks.table import BoolArray, FloatArray, GeometryArray, IntArray
from .grid import Grid, noise
from .lines import rounded, smooth_line
from .settle import Places, Territory, cells_at, travel


@dataclass(frozen=True)
class Roads:
    """Centre lines: highways (1003) and rural roads (1006)."""

    highways: GeometryArray
    rural: GeometryArray


def build_roads(
    grid: Grid,
    slope: FloatArray,
    to_stream: FloatArray,
    places: Places,
    territory: Territory,
    random: np.random.Generator,
) -> Roads:
    """Highways join the towns and leave the county; rural roads join every place to them."""
    near_water = np.exp(-((to_stream / 70.0) ** 2))
    ground = np.exp(noise(grid, 220.0, random, 0.6))
    graph = travel(grid, ground * (1.0 + (slope / 6.0) ** 2 + 7.0 * near_water))
    inside = territory.village > 0
    towns = np.flatnonzero(places.town)
    towns = towns[grid.pick(territory.village, places.xy[towns]) > 0]
    if len(towns) == 0:
        towns = territory.seeds[:1]
    used = np.zeros(inside.size, dtype=bool)
    highways: list[list[int]] = []
    hub = cells_at(grid, places.xy[towns[:1]])
    used[hub] = True
    targets = [int(cell) for cell in cells_at(grid, places.xy[towns[1:]])]
    targets += _ways_out(grid, graph, hub, inside)
    for target in targets:
        highways.append(_back(_before(graph, used), target, used))
        used[highways[-1]] = True
    major = used.copy()
    rural: list[list[int]] = []
    homes = np.flatnonzero(grid.pick(territory.village, places.xy) > 0)
    cells = cells_at(grid, places.xy[homes])
    reach = dijkstra(graph, directed=False, indices=np.flatnonzero(used), min_only=True)
    waiting = cells[np.argsort(reach[cells], kind="stable")]
    # A few at a time: who comes later joins the roads of those before.
    for batch in np.array_split(waiting, max(1, len(waiting) // 12)):
        before = _before(graph, used)
        for cell in batch:
            path = _back(before, int(cell), used)
            if len(path) > 2:
                rural.append(path)
                used[path] = True
    wide = _drawn(grid, highways, 3.0, np.array([], dtype=object))
    return Roads(wide, _drawn(grid, [p for p in rural if not major[p].all()], 2.0, wide))


def _ways_out(grid: Grid, graph: object, hub: IntArray, inside: BoolArray) -> list[int]:
    """Cheapest cells beyond the county in the three directions easiest to leave by."""
    distance = dijkstra(graph, directed=False, indices=hub, min_only=True)
    rim = np.zeros(grid.shape, dtype=bool)
    rim[[0, -1]] = True
    rim[:, [0, -1]] = True
    cells = np.flatnonzero(rim.ravel() & ~inside.ravel())
    xy = grid.points(cells) - grid.points(hub)[0]
    angle = np.arctan2(xy[:, 1], xy[:, 0])
    taken: list[int] = []
    for i in np.argsort(distance[cells], kind="stable"):
        turn = [abs(np.angle(np.exp(1j * (angle[i] - angle[t])))) for t in taken]
        if all(t > 1.6 for t in turn):
            taken.append(int(i))
        if len(taken) == 3:
            break
    return [int(cells[i]) for i in taken]


def _before(graph: object, used: BoolArray) -> IntArray:
    _, before, _ = dijkstra(
        graph, directed=False, indices=np.flatnonzero(used), min_only=True,
        return_predecessors=True,
    )  # fmt: skip
    return np.asarray(before)


def _back(before: IntArray, cell: int, used: BoolArray) -> list[int]:
    """Way from ``cell`` back to the first cell already on the network."""
    path = [cell]
    while not used[path[-1]] and before[path[-1]] >= 0:
        path.append(int(before[path[-1]]))
    return path


def _drawn(
    grid: Grid, paths: list[list[int]], width: float, before: GeometryArray
) -> GeometryArray:
    """Smooth lines; each starts at its place and ends on a line drawn earlier."""
    lines: list[shapely.LineString] = []
    for path in paths:
        points = grid.points(np.array(path))
        drawn = np.concatenate([before, np.array(lines, dtype=object)])
        if len(drawn):
            gap = shapely.distance(drawn, shapely.Point(points[-1]))
            if gap.min() < 200.0:
                nearest = drawn[int(np.argmin(gap))]
                points[-1] = shapely.get_coordinates(
                    shapely.line_interpolate_point(
                        nearest, shapely.line_locate_point(nearest, shapely.Point(points[-1]))
                    )
                )[0]
        lines.append(rounded(smooth_line(points, width)))
    return np.array(lines, dtype=object)
