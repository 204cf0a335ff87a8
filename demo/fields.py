"""Where one field ends and the next begins, before roads and rivers cut them.

Fields are Voronoi cells of seeds laid as people lay fields: rows on flat
ground, along the contour on slopes, wide apart in the woods. Cells that use
the land alike are clumped, so that woods have lobes and bays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy import ndimage
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Voronoi, cKDTree

from ..checks.table import BoolArray, FloatArray, GeometryArray, IntArray
from .grid import Grid
from .land import FLAT, HOMES, SLOPES, WILD, Land
from .settle import scatter


@dataclass(frozen=True)
class Fields:
    """Fields before anything cuts them.

    ``seeds`` ``(n, 2)`` with their zone, clump (cells of one clump are one
    field) and settlement (-1: none). ``edges`` are the lines between clumps,
    ``tracks`` the sides of blocks on flat ground, where farm tracks and
    ditches run, ``streets`` those of blocks in towns.
    """

    seeds: FloatArray
    zone: IntArray
    clump: IntArray
    settlement: IntArray
    edges: GeometryArray
    tracks: GeometryArray
    streets: GeometryArray


def lay_fields(land: Land, inside: Grid, mask: BoolArray, random: np.random.Generator) -> Fields:
    """Lay fields where ``mask`` (on ``inside``) holds."""

    def within(xy: FloatArray) -> FloatArray:
        return np.asarray(xy[inside.pick(mask, xy)])

    blocks = within(scatter(land.grid, 430.0, random))
    slopes = within(scatter(land.grid, 260.0, random))
    woods = within(scatter(land.grid, 120.0, random))
    laid = [
        (_rows(land, FLAT, blocks, (76.0, 128.0), 8, random), FLAT),
        (_rows(land, SLOPES, slopes, (62.0, 122.0), 2, random), SLOPES),
        (woods, WILD),
        (_streets(land, random), HOMES),
    ]
    kept, zones = [], []
    for xy, zone in laid:
        there = inside.pick(mask, xy) & (land.zone(xy) == zone)
        kept.append(xy[there])
        zones.append(np.full(there.sum(), zone))
    seeds, zone = np.concatenate(kept), np.concatenate(zones)
    apart = np.sort(_not_crowded(seeds, zone))
    seeds, zone = seeds[apart], zone[apart]
    settlement = np.where(zone == HOMES, land.home(seeds)[1], -1)
    clump = _clumps(land, seeds, zone, random)
    edges = _edges(seeds, zone, clump)
    quarters = within(scatter(land.grid, 190.0, random))
    town = land.places.town[land.home(quarters)[1]]
    return Fields(
        seeds,
        zone,
        clump,
        settlement,
        edges,
        _block_sides(land, blocks, FLAT, 90.0),
        _block_sides(land, quarters[town], HOMES, 45.0),
    )


def _not_crowded(seeds: FloatArray, zone: IntArray) -> IntArray:
    """Drop open-land seeds that lie too near to another, houses kept first."""
    order = np.argsort(-zone, kind="stable")
    least = np.array([95.0, 45.0, 45.0, 22.0])
    tree = cKDTree(seeds)
    blocked = np.zeros(len(seeds), dtype=bool)
    near = tree.query_ball_point(seeds, least[zone] * 0.8)
    taken = []
    for i in order.tolist():
        if not blocked[i]:
            taken.append(i)
            blocked[near[i]] = True
    return np.array(taken, dtype=np.int64)


def _lattice(
    centre: FloatArray, angle: float, across: float, along: float, reach: float,
    random: np.random.Generator, jitter: float,
) -> FloatArray:  # fmt: skip
    u = np.arange(-reach, reach, along) + random.uniform(0, along)
    v = np.arange(-reach, reach, across) + random.uniform(0, across)
    grid = np.stack(np.meshgrid(u, v), axis=-1).reshape(-1, 2)
    grid += random.uniform(-jitter, jitter, grid.shape) * (along, across)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return np.asarray(centre + grid @ turn)


def _rows(
    land: Land,
    zone: int,
    blocks: FloatArray,
    size: tuple[float, float],
    breadth: float,
    random: np.random.Generator,
) -> FloatArray:
    """Rows of fields along the contour, each block turned to the lie of its land.

    ``size`` is across and along the row in metres; ``breadth`` how many cells
    wide the land is smoothed to feel its lie.
    """
    smooth = ndimage.gaussian_filter(land.heights, breadth)
    down, right = np.gradient(smooth)
    aspect = np.arctan2(-land.grid.sample(down, blocks), land.grid.sample(right, blocks))
    tree = cKDTree(blocks)
    _, near = tree.query(blocks, k=min(7, len(blocks)))
    reach = 1.2 * float(np.median(tree.query(blocks, k=2)[0][:, 1]))
    useful = (land.zone(blocks) == zone)[near].any(axis=1)
    parts = [np.empty((0, 2))]
    for i in np.flatnonzero(useful):
        angle = aspect[i] + np.pi / 2 + random.normal(0, 0.1)
        across, along = np.exp(random.normal(0, 0.16, 2)) * size
        xy = _lattice(blocks[i], angle, across, along, reach, random, 0.06)
        parts.append(xy[tree.query(xy)[1] == i])
    return np.concatenate(parts)


def _streets(land: Land, random: np.random.Generator) -> FloatArray:
    """Rows of plots around every settlement."""
    parts = [np.empty((0, 2))]
    for centre, radius, town in zip(land.places.xy, land.places.radius, land.places.town):
        angle = random.uniform(0, np.pi)
        across, along = (70.0, 92.0) if town else (50.0, 68.0)
        xy = _lattice(centre, angle, across, along, 1.9 * radius + along, random, 0.16)
        parts.append(xy)
    return np.concatenate(parts)


def _clumps(land: Land, seeds: FloatArray, zone: IntArray, random: np.random.Generator) -> IntArray:
    """Number cells alike where they are one parcel: woods widely, fields rarely."""
    clump = np.arange(len(seeds))
    bent = seeds + 70.0 * np.column_stack([land.luck(1, seeds), land.luck(3, seeds)])
    for which, spacing, share in ((WILD, 330.0, 1.0), (SLOPES, 185.0, 0.85), (FLAT, 190.0, 0.45)):
        members = np.flatnonzero(zone == which)
        centres = scatter(land.grid, spacing, random)
        group = cKDTree(centres).query(bent[members])[1]
        joined = random.random(len(centres))[group] < share
        clump[members[joined]] = len(seeds) * (which + 1) + group[joined]
    return np.unique(clump, return_inverse=True)[1]


def _cells(seeds: FloatArray, least: FloatArray) -> tuple[FloatArray, IntArray, IntArray]:
    """Voronoi cells: corners, edges as corner pairs, and the seeds on both sides.

    Edges shorter than the ``least`` of both their seeds are drawn together to
    a point, so that four fields can meet in one corner.
    """
    diagram = Voronoi(seeds)
    ends, sides = np.array(diagram.ridge_vertices), np.array(diagram.ridge_points)
    finite = (ends >= 0).all(axis=1)
    ends, sides = ends[finite], sides[finite]
    xy = diagram.vertices
    length = np.hypot(*(xy[ends[:, 0]] - xy[ends[:, 1]]).T)
    short = length < least[sides].min(axis=1)
    graph = coo_matrix((np.ones(short.sum()), ends[short].T), shape=(len(xy), len(xy)))
    _, point = connected_components(graph, directed=False)
    count = np.bincount(point)
    xy = np.column_stack([np.bincount(point, xy[:, k]) / count for k in (0, 1)])
    ends = point[ends]
    kept = ends[:, 0] != ends[:, 1]
    return xy, ends[kept], sides[kept]


def _edges(seeds: FloatArray, zone: IntArray, clump: IntArray) -> GeometryArray:
    """Lines between clumps."""
    xy, ends, sides = _cells(seeds, np.array([30.0, 19.0, 22.0, 12.0])[zone])
    apart = clump[sides[:, 0]] != clump[sides[:, 1]]
    return np.asarray(shapely.linestrings(xy[ends[apart]]))


def _block_sides(land: Land, blocks: FloatArray, zone: int, least: float) -> GeometryArray:
    """Sides between blocks that lie in ``zone``, as do the sides."""
    if len(blocks) < 4:
        return np.array([], dtype=object)
    xy, ends, sides = _cells(blocks, np.full(len(blocks), least))
    there = land.zone(blocks) == zone
    lines = shapely.linestrings(xy[ends])
    middle = shapely.get_coordinates(shapely.line_interpolate_point(lines, 0.5, normalized=True))
    kept = there[sides].all(axis=1) & (land.zone(middle) == zone)
    return np.asarray(lines[kept & (shapely.length(lines) < 8 * least)])
