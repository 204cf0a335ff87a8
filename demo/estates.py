"""Built-up ground: what stands on it, and the town and village units it forms."""

from __future__ import annotations

import numpy as np
import shapely

from ..checks.table import IntArray
from .mosaic import measure, numbered
from .parcels import Parcels
from .plan import Plan

_CENTRE = (("08H1", 0.25), ("05H1", 0.4), ("08H2", 0.15), ("0701", 0.2))
_TOWN = (
    ("0701", 0.7), ("05H1", 0.1), ("08H2", 0.06), ("0810", 0.05), ("1201", 0.05), ("0809", 0.04)
)  # fmt: skip
_OUTSKIRTS = (("0701", 0.47), ("0601", 0.32), ("0508", 0.08), ("1201", 0.08), ("1005", 0.05))
_VILLAGE = (("0702", 0.87), ("1201", 0.05), ("05H1", 0.03), ("0809", 0.02), ("0601", 0.03))
_HEART = (("08H2", 0.4), ("08H1", 0.3), ("05H1", 0.3))


def build_up(parcels: Parcels, plan: Plan, random: np.random.Generator) -> None:
    """Give classes and estates to the plots of places, and set single works in the open."""
    homes = parcels.code == ""
    middle = shapely.get_coordinates(shapely.centroid(parcels.shape))
    for place in np.unique(parcels.settlement[homes]):
        rows = np.flatnonzero(homes & (parcels.settlement == place))
        away = np.hypot(*(middle[rows] - plan.land.places.xy[place]).T)
        rows = rows[np.argsort(away, kind="stable")]
        town = bool(plan.land.places.town[place])
        parcels.code[rows] = _town(len(rows), random) if town else _hamlet(len(rows), random)
    inhabited = homes | (parcels.code == "1004")
    in_town = plan.land.places.town[parcels.settlement]
    parcels.estate[inhabited & in_town] = "202"
    parcels.estate[inhabited & ~in_town] = "203"
    _single_works(parcels, middle, plan, random)


def _drawn(
    choices: tuple[tuple[str, float], ...], count: int, random: np.random.Generator
) -> np.ndarray:
    codes, shares = zip(*choices)
    picked = random.choice(len(codes), count, p=np.array(shares) / sum(shares))
    return np.array(codes, dtype=object)[picked]


def _town(count: int, random: np.random.Generator) -> np.ndarray:
    """Classes of a town's plots from its centre outwards."""
    inner, middle = count // 10, count // 2
    return np.concatenate(
        [
            _drawn(_CENTRE, inner, random),
            _drawn(_TOWN, middle - inner, random),
            _drawn(_OUTSKIRTS, count - middle, random),
        ]
    )


def _hamlet(count: int, random: np.random.Generator) -> np.ndarray:
    """Homesteads, and in the larger ones a school or an office at heart."""
    plots = _drawn(_VILLAGE, count, random)
    plots[0] = "0702"
    if count >= 4:
        plots[:1] = _drawn(_HEART, 1, random)
        plots[1] = "0702"
    return plots


def _single_works(
    parcels: Parcels, middle: np.ndarray, plan: Plan, random: np.random.Generator
) -> None:
    """Works, quarries and burial grounds outside the settlements."""
    area = shapely.area(parcels.shape)
    gap = plan.land.home(middle)[0]
    road = _near(parcels, ("1003",), 40.0)
    lane = _near(parcels, ("1003", "1006"), 60.0)
    open_land = np.isin(parcels.code, ["0101", "0102", "0103", "0301", "0305", "0404"])
    slope = parcels.slope
    works = open_land & (slope < 5) & road & (gap > 60) & (area > 3000) & (area < 30_000)
    quarry = open_land & (slope > 11) & lane & (area > 6000) & (area < 90_000)
    graves = open_land & (slope > 3) & (slope < 16) & (gap > 40) & (gap < 500)
    graves &= (area > 1500) & (area < 16_000)
    for there, code, estate, every in (
        (works, "0601", "203A", 700),
        (quarry, "0602", "204", 1500),
        (graves, "09", "205", 800),
    ):
        rows = np.flatnonzero(there & (parcels.estate == ""))
        chosen = random.permutation(rows)[: max(1, len(parcels) // every)]
        parcels.code[chosen] = code
        parcels.estate[chosen] = estate


def _near(parcels: Parcels, codes: tuple[str, ...], metres: float) -> np.ndarray:
    ways = parcels.shape[np.isin(parcels.code, codes)]
    out = np.zeros(len(parcels), dtype=bool)
    if len(ways):
        tree = shapely.STRtree(parcels.shape)
        out[tree.query(ways, predicate="dwithin", distance=metres)[1]] = True
    return out


def number_units(parcels: Parcels, town_of: IntArray) -> IntArray:
    """Number the town and village units (CZCDYD) of the parcels, from 1; 0 is none.

    A unit is connected ground of one kind in one village, of a town (202) in
    one town; ``town_of`` gives the town of every village number. What a unit
    encloses belongs to it.
    """
    faces = measure(parcels.shape)
    for _ in range(8):
        owner = np.where(parcels.estate == "202", -town_of[parcels.village], parcels.village)
        key = numbered(parcels.estate.astype(str), owner.astype(str))
        unit = faces.components(key)
        used = parcels.estate != ""
        numbers = np.unique(unit[used])
        shapes = [shapely.coverage_union_all(parcels.shape[unit == n]) for n in numbers]
        holed = [n for n in range(len(shapes)) if len(shapes[n].interiors)]
        if not holed:
            break
        for n in holed:
            filled = shapely.Polygon(shapes[n].exterior)
            inner = shapely.contains_xy(filled, *_inner(parcels).T) & (unit != numbers[n])
            parcels.estate[inner] = parcels.estate[unit == numbers[n]][0]
            parcels.code[inner & (parcels.code == "1006")] = "1004"
    out = np.zeros(len(parcels), dtype=np.int64)
    out[used] = np.searchsorted(numbers, unit[used]) + 1
    return out


def _inner(parcels: Parcels) -> np.ndarray:
    return np.asarray(shapely.get_coordinates(shapely.point_on_surface(parcels.shape)))
