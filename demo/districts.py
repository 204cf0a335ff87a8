"""Villages and towns as unions of parcels, and the lines between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from ..checks.table import FloatArray, GeometryArray, IntArray
from .mosaic import measure, segments
from .names import town_code, town_names, unit_code, village_names
from .parcels import Parcels


@dataclass(frozen=True)
class Lines:
    """Boundary lines: ``level`` is 3 for the county's, 2 for towns', 1 for villages'."""

    shape: GeometryArray
    level: IntArray


@dataclass(frozen=True)
class Districts:
    """Divisions of the county.

    ``town_of`` gives the town (from 1) of every village number, with 0 for
    none; the other columns stand in order of village or town number.
    """

    town_of: IntArray
    unit_codes: list[str]
    unit_names: list[str]
    town_codes: list[str]
    town_names: list[str]
    villages: GeometryArray
    towns: GeometryArray
    county: shapely.Polygon
    lines: Lines


def group_villages(parcels: Parcels) -> IntArray:
    """Town of every village number: connected groups around the towns.

    Villages are numbered from 1; entry 0 is 0.
    """
    count = int(parcels.village.max())
    middle = _middles(parcels, count)
    faces = measure(parcels.shape)
    pairs = np.stack([parcels.village[faces.first], parcels.village[faces.second]])
    pairs = np.unique(np.sort(pairs[:, pairs[0] != pairs[1]], axis=0), axis=1)
    near: dict[int, list[int]] = {v: [] for v in range(1, count + 1)}
    for one, other in pairs.T.tolist():
        near[one].append(other)
        near[other].append(one)
    town_of = np.zeros(count + 1, dtype=np.int64)
    seeds = _town_seeds(parcels, middle, max(1, min(5, count // 4)))
    town_of[seeds] = np.arange(1, len(seeds) + 1)
    while (town_of[1:] == 0).any():
        sizes = np.bincount(town_of, minlength=len(seeds) + 1)
        offers = [
            (
                float(np.hypot(*(middle[v - 1] - middle[seeds[town_of[n] - 1] - 1])))
                * sizes[town_of[n]] ** 0.4,
                v,
                int(town_of[n]),
            )
            for v in near
            for n in near[v]
            if town_of[v] == 0 and town_of[n] > 0
        ]
        if not offers:
            break
        _, village, town = min(offers)
        town_of[village] = town
    return town_of


def _middles(parcels: Parcels, count: int) -> FloatArray:
    area = shapely.area(parcels.shape)
    xy = shapely.get_coordinates(shapely.centroid(parcels.shape))
    total = np.bincount(parcels.village, area, count + 1)[1:]
    sums = [np.bincount(parcels.village, area * xy[:, k], count + 1)[1:] for k in (0, 1)]
    return np.column_stack(sums) / total[:, None]


def _town_seeds(parcels: Parcels, middle: FloatArray, wanted: int) -> list[int]:
    """Villages that hold a town, the largest first; then the farthest from them."""
    seeds: list[int] = []
    towns = parcels.settlement[parcels.estate == "202"]
    for place in np.argsort(-np.bincount(towns), kind="stable") if len(towns) else []:
        rows = (parcels.settlement == place) & (parcels.estate == "202")
        village = int(np.bincount(parcels.village[rows]).argmax()) if rows.any() else 0
        if village and village not in seeds and len(seeds) < wanted:
            seeds.append(village)
    while len(seeds) < wanted:
        away = [np.hypot(*(middle - middle[s - 1]).T) for s in seeds] or [np.zeros(len(middle))]
        seeds.append(int(np.argmax(np.min(away, axis=0))) + 1)
    return seeds


def form_districts(parcels: Parcels, town_of: IntArray, random: np.random.Generator) -> Districts:
    """Unite parcels to villages, towns and the county, and name them."""
    count = int(parcels.village.max())
    villages = np.array(
        [_union(parcels.shape[parcels.village == v]) for v in range(1, count + 1)], dtype=object
    )
    towns = np.array(
        [_union(villages[town_of[1:] == t]) for t in range(1, int(town_of.max()) + 1)],
        dtype=object,
    )
    order = np.zeros(count, dtype=int)
    for town in range(1, len(towns) + 1):
        members = np.flatnonzero(town_of[1:] == town)
        order[members] = np.arange(1, len(members) + 1)
    names = town_names(len(towns))
    own = village_names(count, random)
    return Districts(
        town_of,
        [unit_code(int(town_of[v + 1]), int(order[v])) for v in range(count)],
        own,
        [town_code(t + 1) for t in range(len(towns))],
        names,
        villages,
        towns,
        _union(towns),
        _lines(villages, town_of),
    )


def _union(shapes: GeometryArray) -> shapely.Polygon:
    return shapely.coverage_union_all(shapes)


def _lines(villages: GeometryArray, town_of: IntArray) -> Lines:
    """Every boundary once, from node to node, with the highest level it serves."""
    start, end, owner = segments(villages)
    flip = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    start[flip], end[flip] = end[flip], start[flip]
    _, first, inverse, times = np.unique(
        np.column_stack([start, end]), axis=0, return_index=True, return_inverse=True,
        return_counts=True,
    )  # fmt: skip
    low = np.full(len(first), len(villages))
    high = np.full(len(first), -1)
    np.minimum.at(low, inverse.ravel(), owner)
    np.maximum.at(high, inverse.ravel(), owner)
    level = np.where(times == 1, 3, np.where(town_of[low + 1] != town_of[high + 1], 2, 1))
    pair = np.where(times == 1, low, (low + 1) * (len(villages) + 1) + high)
    pieces = shapely.linestrings(np.stack([start[first], end[first]], axis=1))
    shapes, levels = [], []
    for key in np.unique(pair):
        merged = shapely.line_merge(shapely.multilinestrings(pieces[pair == key]))
        for part in shapely.get_parts(merged):
            shapes.append(part)
            levels.append(int(level[pair == key][0]))
    return Lines(np.array(shapes, dtype=object), np.array(levels, dtype=np.int64))
