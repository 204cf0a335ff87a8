"""Parcels of the county: faces of the drawing, joined, classed and numbered by village."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from ..checks.table import BoolArray, FloatArray, GeometryArray, IntArray
from .corners import blunt
from .land import HOMES, USES
from .mosaic import Faces, absorb, dissolve, draw, measure, numbered
from .plan import Plan, Stamp

FIELD, HOME = 0, 1
"""Kinds of faces that no stamp covers; stamps follow from 2."""


@dataclass
class Parcels:
    """Surveyed parcels as columns, all ``(parcels,)``.

    ``code`` is DLBM, ``village`` counts from 1, ``width`` metres (NaN where not
    linear), ``settlement`` the number of the place (-1: none), ``slope`` the
    mean in degrees, ``estate`` the kind of settlement ground (CZCSXM or "").
    """

    shape: GeometryArray
    code: np.ndarray
    village: IntArray
    width: FloatArray
    settlement: IntArray
    slope: FloatArray
    estate: np.ndarray

    def __len__(self) -> int:
        return len(self.shape)

    def keep(self, rows: np.ndarray) -> Parcels:
        """Some of the parcels, or all in another order."""
        return Parcels(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def draw_parcels(plan: Plan, random: np.random.Generator) -> Parcels:
    """Draw the county's parcels; their classes come from stamps and the land."""
    strips = np.array([stamp.shape for stamp in plan.stamps], dtype=object)
    edges = plan.fields.edges[shapely.intersects(plan.fields.edges, plan.region)]
    lines = np.concatenate([shapely.boundary(strips), edges, [shapely.boundary(plan.region)]])
    faces = draw(lines, plan.centre)
    faces = _within(faces, plan)
    kind, unit, settlement = _assign(faces, plan)
    part = faces.components(numbered(kind, unit))
    part = _tidy(faces, part, kind)
    kind = _of_part(kind, part, faces.area)
    settlement = _of_part(settlement, part, faces.area)
    village = _villages(faces, part, kind, settlement, plan)
    # A village may have lost all its land to its neighbours.
    village = np.unique(np.r_[0, village], return_inverse=True)[1][1:]
    inside = village > 0
    shapes = faces.polygons[inside]
    label = measure(shapes).components(numbered(village[inside], part[inside]))
    return _finish(measure(shapes), label, kind[inside], settlement[inside], village[inside], plan,
                   random)  # fmt: skip


def _within(faces: Faces, plan: Plan) -> Faces:
    """Faces a little beyond the county, so that the villages can choose."""
    there = plan.territory.grid.pick(plan.territory.village, faces.inner) > 0
    near = there.copy()
    for _ in range(2):
        near[faces.first[near[faces.second]]] = True
        near[faces.second[near[faces.first]]] = True
    return measure(faces.polygons[near])


def _assign(faces: Faces, plan: Plan) -> tuple[IntArray, IntArray, IntArray]:
    """Kind of every face, the unit it belongs to, and its settlement."""
    from scipy.spatial import cKDTree

    tree = shapely.STRtree([stamp.shape for stamp in plan.stamps])
    face, stamp = tree.query(shapely.points(faces.inner), predicate="within")
    first = np.full(len(faces.polygons), len(plan.stamps))
    np.minimum.at(first, face, stamp)
    covered = first < len(plan.stamps)
    seed = cKDTree(plan.fields.seeds).query(faces.inner)[1]
    homes = plan.fields.zone[seed] == HOMES
    kind = np.where(covered, first + 2, np.where(homes, HOME, FIELD))
    unit = np.where(covered, 0, plan.fields.clump[seed])
    settlement = np.where(homes, plan.fields.settlement[seed], -1)
    # A rural road through a settlement is its street.
    rural = np.array([s.code == "1006" for s in plan.stamps] + [False])[first]
    unit = np.where(rural & homes, 1 + settlement, unit)
    settlement = np.where(covered & ~rural, -1, settlement)
    return kind, unit, settlement


def _tidy(faces: Faces, part: IntArray, kind: IntArray) -> IntArray:
    """Give crumbs to their neighbours: fields to fields, strips to strips first."""
    count = int(part.max()) + 1
    part_kind = _first(kind, part, count)
    strip = part_kind >= 2
    area = np.where(part_kind == FIELD, 1100.0, np.where(part_kind == HOME, 420.0, 900.0))
    width = np.where(part_kind == FIELD, 9.0, np.where(part_kind == HOME, 7.0, 0.0))
    merged = absorb(faces, part, ~strip, np.where(strip, 1e-3, 1.0), area, width)
    return absorb(faces, merged, strip, np.where(strip, 3.0, 1.0), area, width)


def _first(values: IntArray, part: IntArray, count: int) -> IntArray:
    out = np.zeros(count, dtype=values.dtype)
    out[part[::-1]] = values[::-1]
    return out


def _of_part(values: IntArray, part: IntArray, area: FloatArray) -> IntArray:
    """The value of the largest face of each part, for every face."""
    order = np.lexsort((area, part))
    last = np.r_[part[order][1:] != part[order][:-1], True]
    out = np.zeros(int(part.max()) + 1, dtype=values.dtype)
    out[part[order][last]] = values[order][last]
    return out[part]


def _villages(
    faces: Faces, part: IntArray, kind: IntArray, settlement: IntArray, plan: Plan
) -> IntArray:
    """Village of every face: fields whole, strips cut where villages meet.

    Every village ends as one piece, and the county without a hole.
    """
    village = plan.territory.grid.pick(plan.territory.village, faces.inner)
    strip = _strips(plan)[kind]
    village = np.where(strip, village, _of_part(village, part, faces.area))
    at_place = plan.territory.grid.pick(plan.territory.village, plan.land.places.xy)
    village = np.where(kind == HOME, at_place[settlement], village)
    village = _beside(faces, village, strip)
    for _ in range(6):
        piece = faces.components(village)
        area = np.bincount(piece, faces.area).astype(np.float64)
        owner = _first(village, piece, len(area))
        largest = np.zeros(int(owner.max()) + 1)
        np.maximum.at(largest, owner, area)
        stray = area < largest[owner]
        # Outside is one with the world beyond: only enclosed pieces are holes.
        stray[owner == 0] = _enclosed(faces, piece, owner)[owner == 0]
        if not stray.any():
            break
        liking = np.where(owner > 0, 1.0, 1e-6)
        joined = absorb(faces, piece, stray, liking, np.full(len(area), np.inf), area)
        village = owner[joined]
    return village


def _strips(plan: Plan) -> BoolArray:
    """Which kinds are roads and rivers, that villages may cut."""
    return np.array([False, False] + [stamp.width > 0 for stamp in plan.stamps])


def _beside(faces: Faces, village: IntArray, strip: BoolArray) -> IntArray:
    """Strip faces lie in the county only where the land beside them does."""
    giver = np.concatenate([faces.first, faces.second])
    taker = np.concatenate([faces.second, faces.first])
    length = np.concatenate([faces.length, faces.length])
    land = strip[taker] & ~strip[giver]
    giver, taker, length = giver[land], taker[land], length[land]
    total = np.bincount(taker, length, len(village))
    outside = np.bincount(taker, length * (village[giver] == 0), len(village))
    order = np.lexsort((length * (village[giver] > 0), taker))
    last = order[np.r_[taker[order][1:] != taker[order][:-1], True]] if len(order) else order
    best = village.copy()
    best[taker[last]] = village[giver[last]]
    lost = strip & (village > 0) & (outside > 0.5 * total)
    won = strip & (village == 0) & (total > 0) & (outside < 0.5 * total)
    return np.where(lost, 0, np.where(won, best, village))


def _enclosed(faces: Faces, piece: IntArray, owner: IntArray) -> BoolArray:
    """Pieces that nowhere touch the rim of the drawing."""
    shared = np.bincount(faces.first, faces.length, len(piece))
    shared += np.bincount(faces.second, faces.length, len(piece))
    rim = faces.perimeter - shared > 1e-3
    return np.asarray(np.bincount(piece, rim, len(owner)) == 0)


def _finish(
    faces: Faces,
    label: IntArray,
    kind: IntArray,
    settlement: IntArray,
    village: IntArray,
    plan: Plan,
    random: np.random.Generator,
) -> Parcels:
    """Join what cutting by village left too small, dissolve, straighten, class."""
    count = int(label.max()) + 1
    part_kind, part_village = _first(kind, label, count), _first(village, label, count)
    strip = part_kind >= 2
    area = np.where(part_kind == FIELD, 1100.0, np.where(part_kind == HOME, 420.0, 700.0))
    width = np.where(part_kind == FIELD, 9.0, np.where(part_kind == HOME, 7.0, 0.0))
    label = absorb(
        faces, label, np.ones(count, bool), np.where(strip, 0.02, 1.0), area, width, part_village
    )
    shapes, kept = dissolve(faces.polygons, label)
    shapes = blunt(shapely.coverage_simplify(shapes, 1.1))
    part_settlement = _first(settlement, label, count)[kept]
    stamps: list[Stamp | None] = [None, None, *plan.stamps]
    code = np.array([s.code if s else "" for s in stamps], dtype=object)[part_kind[kept]]
    wide = np.array([s.width if s else 0.0 for s in stamps])[part_kind[kept]]
    parcels = Parcels(
        shapes,
        code,
        part_village[kept],
        np.where(wide > 0, wide, np.nan),
        part_settlement,
        np.zeros(len(kept)),
        np.full(len(kept), "", dtype=object),
    )
    inner = shapely.get_coordinates(shapely.point_on_surface(shapes))
    parcels.slope = _mean_slope(parcels, plan, inner)
    fields = part_kind[kept] == FIELD
    use = plan.land.use(inner, parcels.slope, random)
    parcels.code[fields] = np.array(USES, dtype=object)[use[fields]]
    parcels.code[(code == "1006") & (part_settlement >= 0)] = "1004"
    return parcels


def _mean_slope(parcels: Parcels, plan: Plan, inner: FloatArray) -> FloatArray:
    """Mean slope by the cells whose centre lies inside, or at a point inside."""
    label = plan.land.grid.burn(parcels.shape, np.arange(1, len(parcels) + 1)).ravel()
    count = np.bincount(label, minlength=len(parcels) + 1)[1:]
    total = np.bincount(label, plan.land.slope.ravel(), len(parcels) + 1)[1:]
    return np.where(count > 0, total / count.clip(1), plan.land.at("slope", inner))
