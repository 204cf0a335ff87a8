"""Who lives where: hamlets, towns, the villages around them, and the county."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from ..checks.table import BoolArray, FloatArray, IntArray
from .grid import Grid


@dataclass(frozen=True)
class Places:
    """Settlements: points ``(n, 2)``, radius in metres, and which are towns."""

    xy: FloatArray
    radius: FloatArray
    town: BoolArray


@dataclass(frozen=True)
class Territory:
    """Raster partition of the county: village number from 1, 0 outside.

    ``seeds`` are the settlement numbers the villages grew from, in order.
    """

    grid: Grid
    village: IntArray
    seeds: IntArray


def spaced(points: FloatArray, distance: FloatArray, limit: int) -> IntArray:
    """Indices of points, taken in order, none nearer than its own ``distance`` to another."""
    tree = cKDTree(points)
    blocked = np.zeros(len(points), dtype=bool)
    taken: list[int] = []
    for i in range(len(points)):
        if blocked[i]:
            continue
        taken.append(i)
        if len(taken) >= limit:
            break
        blocked[tree.query_ball_point(points[i], float(distance[i]))] = True
    return np.array(taken, dtype=np.int64)


def scatter(grid: Grid, spacing: float, random: np.random.Generator) -> FloatArray:
    """Points about ``spacing`` metres apart all over the grid, without pattern."""
    west, south, east, north = grid.bounds
    column, row = np.meshgrid(
        np.arange(west, east, spacing), np.arange(south, north, spacing * 0.866)
    )
    column[1::2] += spacing / 2
    points = np.column_stack([column.ravel(), row.ravel()])
    return np.asarray(points + random.uniform(-0.4, 0.4, points.shape) * spacing)


def find_places(
    grid: Grid,
    slope: FloatArray,
    to_stream: FloatArray,
    centre: FloatArray,
    radius: float,
    random: np.random.Generator,
) -> Places:
    """Hamlets on gentle ground a little off the water; the best-lying are towns."""
    west, south, east, north = grid.bounds
    count = int((2 * radius / 45.0) ** 2)
    xy = np.column_stack([random.uniform(west, east, count), random.uniform(south, north, count)])
    steep = grid.sample(slope, xy)
    wet = grid.sample(to_stream, xy)
    score = -steep - 2.5 * np.abs(np.log((wet + 20.0) / 160.0)) + random.normal(0, 0.7, count)
    keep = (steep < 11.0) & (wet > 70.0)
    xy, steep, score = xy[keep], steep[keep], score[keep]
    order = np.argsort(-score, kind="stable")
    xy, steep = xy[order], steep[order]
    taken = spaced(xy, 480.0 + 75.0 * steep, 4000)
    xy, steep = xy[taken], steep[taken]
    size = np.exp(random.normal(np.log(76.0), 0.32, len(xy))) * np.exp(-steep / 14.0)
    away = np.hypot(*(xy - centre).T)
    likely = np.argsort(away / radius + steep / 3.0, kind="stable")
    town = np.zeros(len(xy), dtype=bool)
    apart = likely[spaced(xy[likely], np.full(len(xy), 0.52 * radius), 4)]
    town[apart] = True
    largest = min(430.0, 0.062 * radius)
    size[apart] = np.maximum(largest * np.array([1.0, 0.72, 0.6, 0.5])[: len(apart)], size[apart])
    return Places(xy, size.clip(45.0, None), town)


def travel(grid: Grid, cost: FloatArray) -> coo_matrix:
    """Graph over the cells: metres times mean cost, eight neighbours."""
    number = np.arange(cost.size).reshape(cost.shape)
    starts, ends, lengths = [], [], []
    for dr, dc in ((0, 1), (1, 0), (1, 1), (1, -1)):
        a = number[: cost.shape[0] - dr, max(0, -dc) : cost.shape[1] - max(0, dc)].ravel()
        b = a + dr * cost.shape[1] + dc
        starts.append(a)
        ends.append(b)
        mean = (cost.ravel()[a] + cost.ravel()[b]) / 2
        lengths.append(mean * grid.cell * np.hypot(dr, dc))
    size = (cost.size, cost.size)
    return coo_matrix(
        (np.concatenate(lengths), (np.concatenate(starts), np.concatenate(ends))), shape=size
    ).tocsr()


def cells_at(grid: Grid, xy: FloatArray) -> IntArray:
    """Flat index of the cell under each point."""
    number = np.arange(grid.rows * grid.columns).reshape(grid.shape)
    return np.asarray(grid.pick(number, xy), dtype=np.int64)


def divide(
    grid: Grid,
    slope: FloatArray,
    places: Places,
    centre: FloatArray,
    area: float,
    spacing: float,
) -> Territory:
    """Villages as the land nearest on foot to their main place; a county of ``area`` m²."""
    order = np.argsort(~places.town, kind="stable")
    near = spaced(places.xy[order], np.full(len(order), spacing), len(order))
    seeds = order[near]
    cost = 1.0 + (slope / 9.0) ** 1.5
    graph = travel(grid, cost)
    starts = cells_at(grid, places.xy[seeds])
    _, _, source = dijkstra(
        graph, directed=False, indices=starts, min_only=True, return_predecessors=True
    )
    lookup = np.zeros(grid.rows * grid.columns, dtype=np.int64)
    lookup[starts] = np.arange(1, len(seeds) + 1)
    village = np.where(source >= 0, lookup[source.clip(0)], 0).reshape(grid.shape)
    village = ndimage.median_filter(village, size=5)
    return _county(grid, village, places.xy[seeds], seeds, centre, area)


def _county(
    grid: Grid,
    village: IntArray,
    seed_xy: FloatArray,
    seeds: IntArray,
    centre: FloatArray,
    area: float,
) -> Territory:
    """Join villages outwards from the centre until the area is reached; no holes."""
    sizes = np.bincount(village.ravel(), minlength=len(seeds) + 1) * grid.cell**2
    touching: dict[int, set[int]] = {}
    for a, b in ((village[:, 1:], village[:, :-1]), (village[1:], village[:-1])):
        pairs = np.unique(np.column_stack([a[a != b], b[a != b]]), axis=0)
        for one, other in pairs.tolist():
            touching.setdefault(one, set()).add(other)
            touching.setdefault(other, set()).add(one)
    away = np.hypot(*(seed_xy - centre).T)
    rim = set(np.concatenate([village[0], village[-1], village[:, 0], village[:, -1]]).tolist())
    taken = [int(np.argmin(away)) + 1]
    while sum(sizes[v] for v in taken) < area:
        frontier = {n for v in taken for n in touching.get(v, ())} - set(taken) - rim - {0}
        if not frontier:
            break
        taken.append(min(frontier, key=lambda v: (away[v - 1], v)))
    inside = ndimage.binary_fill_holes(np.isin(village, taken))
    kept = np.unique(village[inside])
    number = np.zeros(len(seeds) + 1, dtype=np.int64)
    number[kept[kept > 0]] = np.arange(1, (kept > 0).sum() + 1)
    return Territory(grid, np.where(inside, number[village], 0), seeds[kept[kept > 0] - 1])
