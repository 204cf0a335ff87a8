"""The plan of the county: terrain, water, places, roads and fields, still unsurveyed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely
from scipy import ndimage

from ..checks.table import FloatArray, GeometryArray
from . import terrain
from .fields import Fields, lay_fields
from .grid import Grid, mask_of, noise, slope_degrees
from .land import FLAT, Land, survey_land
from .lines import bend, blob, rounded
from .roads import build_roads
from .settle import Territory, divide, find_places, scatter
from .terrain import Ground
from .water import Drainage, Reservoir, build_reservoir, drain, find_reservoir, streams

PARCEL_AREA = 17_000.0
"""Mean parcel of this landscape in m²: how much county a number of parcels needs."""


@dataclass(frozen=True)
class Stamp:
    """Ground that cuts through fields: a road, a river, a pond. ``width`` in metres."""

    code: str
    shape: shapely.Geometry
    width: float = 0.0


@dataclass(frozen=True)
class Plan:
    """Everything that is decided before parcels are drawn.

    ``stamps`` stand in order of precedence; ``still`` are water surfaces with
    their level.
    """

    ground: Ground
    land: Land
    territory: Territory
    fields: Fields
    stamps: list[Stamp]
    region: shapely.Geometry
    still: list[tuple[shapely.Polygon, float]]
    centre: FloatArray


def make_plan(parcels: int, seed: int) -> Plan:
    """Plan a county of about so many parcels.

    Mountains have larger parcels than valleys: where the first guess of the
    area is far off, it is mended once.
    """
    area = parcels * PARCEL_AREA
    plan = _plan(area, np.random.default_rng(seed))
    likely = _likely(plan)
    if not 0.75 < likely / parcels < 1.3:
        plan = _plan(area * parcels / likely, np.random.default_rng(seed))
    return plan


def _likely(plan: Plan) -> float:
    """Parcels that the laid fields will make, roads and rivers cutting them."""
    here = plan.territory.grid.pick(plan.territory.village, plan.fields.seeds) > 0
    return 1.05 * len(np.unique(plan.fields.clump[here])) + len(plan.stamps)


def _plan(area: float, random: np.random.Generator) -> Plan:
    radius = float(np.sqrt(area / np.pi))
    centre = np.array(terrain.basin_centre())
    ground = terrain.lift(1.4 * radius + 1000.0)
    fine = ground.grid
    grid = Grid(fine.left, fine.top, 30.0, fine.rows // 3, fine.columns // 3)
    heights = grid.resample(ndimage.uniform_filter(ground.heights, 3), fine)
    # Radar heights are rough where land is flat; a little roughness of our own
    # keeps flow from running side by side along the cells.
    drainage = drain(grid, heights + noise(grid, 200.0, random, 2.0))
    reaches, catchment = streams(drainage, 6e5)
    reservoir = _reservoir(drainage, centre, radius, area, ground)
    steep = slope_degrees(ground.heights, fine.cell)
    slope = grid.resample(ndimage.gaussian_filter(steep, 2.5), fine)
    lake = mask_of(grid, np.array([r.surface for r in reservoir], dtype=object))
    wet = mask_of(grid, shapely.buffer(reaches, 20.0)) | lake
    walk = Grid(grid.left, grid.top, 60.0, grid.rows // 2, grid.columns // 2)
    walk_slope = walk.resample(ndimage.uniform_filter(slope, 2), grid)
    walk_slope = np.where(walk.resample(lake.astype(float), grid) > 0.2, 60.0, walk_slope)
    shore = ndimage.distance_transform_edt(~wet) * grid.cell
    to_stream = walk.resample(shore, grid)
    places = find_places(walk, walk_slope, to_stream, centre, radius, random)
    spacing = float(np.clip(np.sqrt(area / 30.0) * 0.8, 900.0, 1700.0))
    territory = divide(walk, walk_slope, places, centre, area, spacing)
    roads = build_roads(walk, walk_slope, to_stream, places, territory, random)
    land = survey_land(grid, heights, slope, wet, places, random)
    near = ndimage.binary_dilation(territory.village > 0, iterations=6)
    fields = lay_fields(land, walk, near, random)
    outline = shapely.union_all(walk.outlines(near.astype(np.int64))[0])
    region = shapely.simplify(shapely.buffer(outline, 90.0), 60.0)

    waves = [noise(grid, 170.0, random, 6.0) + noise(grid, 80.0, random, 1.6) for _ in range(2)]

    def bent(lines: GeometryArray, step: float) -> GeometryArray:
        dense = bend(shapely.segmentize(lines, step), grid, waves[0], waves[1])
        return np.asarray(dense)

    rivers = bent(np.array([rounded(line) for line in reaches], dtype=object), 30.0)
    stamps = [Stamp("1109", r.dam) for r in reservoir]
    stamps += [Stamp("1103", r.surface) for r in reservoir]
    stamps += _ways("1003", bent(roads.highways, 30.0), (14.0, 11.0), random)
    stamps += _rivers(rivers, catchment, land)
    rural = _ways("1006", bent(roads.rural, 30.0), (6.5, 4.5), random)
    tracks = bent(fields.tracks, 40.0)
    chosen = random.random(len(tracks))
    farm = _ways("1006", tracks[chosen < 0.62], (4.5, 3.5), random)
    ditches = _ways("1107", tracks[(chosen >= 0.62) & (chosen < 0.86)], (4.0, 3.0), random)
    streets = _ways("1006", bent(fields.streets, 40.0), (9.0, 6.0), random)
    ponds = _ponds(land, stamps + rural, random)
    stamps += [Stamp("1104", shape) for shape in ponds] + rural + ditches + farm + streets
    stamps = [stamp for stamp in stamps if stamp.shape.intersects(region)]
    still = [(r.surface, r.level) for r in reservoir]
    for shape in ponds:
        still.append((shape, round(float(land.at("heights", _middle(shape))[0]) - 0.7, 1)))
    cut = replace(fields, edges=bent(fields.edges, 45.0))
    return Plan(_levelled(ground, still), land, territory, cut, stamps, region, still, centre)


def _reservoir(
    drainage: Drainage, centre: FloatArray, radius: float, area: float, ground: Ground
) -> list[Reservoir]:
    found = find_reservoir(drainage, centre, 0.6 * radius, min(3.5e5, 0.005 * area))
    if found is None:
        return []
    return [build_reservoir(drainage, found[0], found[1], ground.grid, ground.heights)]


def _levelled(ground: Ground, still: list[tuple[shapely.Polygon, float]]) -> Ground:
    """The ground with every water surface flat."""
    for shape, level in still:
        mask = mask_of(ground.grid, np.array([shape], dtype=object))
        ground = ground.flattened(mask, level)
    return ground


def _middle(shape: shapely.Geometry) -> FloatArray:
    return np.asarray(shapely.get_coordinates(shapely.centroid(shape)))


def _ways(
    code: str, lines: GeometryArray, widths: tuple[float, float], random: np.random.Generator
) -> list[Stamp]:
    """Strips of a width of their own, drawn between the two ``widths``."""
    drawn = np.round(random.uniform(widths[1], widths[0], len(lines)), 1)
    strips = shapely.buffer(lines, drawn / 2, quad_segs=3)
    strips = shapely.simplify(strips, 0.3)
    return [Stamp(code, strip, float(width)) for strip, width in zip(strips, drawn)]


def _rivers(lines: GeometryArray, catchment: FloatArray, land: Land) -> list[Stamp]:
    """Rivers as wide as their catchment asks; brooks only where land is flat, as ditches."""
    stamps = []
    width = np.round(4.0 + 3.2 * np.sqrt(catchment / 1e6), 1)
    for line, wide, size in zip(lines, width.tolist(), catchment):
        middle = shapely.get_coordinates(shapely.line_interpolate_point(line, 0.5, normalized=True))
        if size > 2.5e6:
            stamps.append(Stamp("1101", shapely.buffer(line, wide / 2, quad_segs=3), wide))
        elif land.zone(middle)[0] == FLAT:
            stamps.append(Stamp("1107", shapely.buffer(line, 2.0, quad_segs=3), 4.0))
    stamps.sort(key=lambda stamp: -stamp.width)
    return [Stamp(s.code, shapely.simplify(s.shape, 0.3), s.width) for s in stamps]


def _ponds(land: Land, others: list[Stamp], random: np.random.Generator) -> list[shapely.Polygon]:
    """Ponds on low flat ground, clear of everything else."""
    spots = scatter(land.grid, 640.0, random)
    low = (land.at("slope", spots) < 2.6) & (land.at("rise", spots) < 16)
    low &= land.home(spots)[0] > 25
    spots = spots[low]
    shapes = np.array(
        [blob(xy, r, random) for xy, r in zip(spots, random.uniform(20, 52, len(spots)))],
        dtype=object,
    )
    tree = shapely.STRtree([stamp.shape for stamp in others])
    blocked = tree.query(shapely.buffer(shapes, 14.0), predicate="intersects")[0]
    return [shape for i, shape in enumerate(shapes) if i not in set(blocked.tolist())]
