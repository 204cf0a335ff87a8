"""Photos as honest crews take them: who stood where, looked which way, and when.

A crew walks from parcel to parcel, stands near the boundary (or inside), turns
to the parcel and takes one to four photos. Written down are the receiver's
position (3–10 m off), the compass's direction (σ 8–15°, with a constant part
of its own: declination, a car near by) and the phone's clock.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import shapely

from ....checks.table import GeometryArray
from ..protocol import FloatArray, IntArray
from .land import sees
from .terrain import Ground

START, END = date(2023, 9, 15), date(2023, 11, 15)
"""The campaign."""

_FIRST, _LAST = 8.5, 17.0
"""Hours of Beijing time in which crews work."""


@dataclass(frozen=True)
class Shots:
    """``n`` photos as the store tells of them; arrays of one length.

    ``parcel`` is the row of the parcel each is filed under, ``xy`` where it
    says it was taken (metres), ``stand`` where that was in truth, ``azimuth``
    where to (degrees from north, clockwise), ``altitude`` metres, ``taken``
    seconds since 1970 on the camera's own clock (Beijing time), ``utc`` what
    the satellites say, ``person`` who, ``picture`` the number of what is seen.
    """

    parcel: IntArray
    xy: FloatArray
    stand: FloatArray
    azimuth: FloatArray
    altitude: FloatArray
    taken: IntArray
    utc: IntArray
    person: IntArray
    picture: IntArray

    def __len__(self) -> int:
        return len(self.parcel)

    def but(self, **changes: Any) -> Shots:
        """The same photos with other claims."""
        return replace(self, **changes)

    def only(self, rows: Any) -> Shots:
        """Some of the photos."""
        return Shots(**{name: values[rows] for name, values in vars(self).items()})


def genuine(
    ground: Ground,
    parcels: GeometryArray,
    count: int,
    random: np.random.Generator,
    crews: int = 4,
) -> Shots:
    """About ``count`` honest photos of ``parcels``, by ``crews`` crews."""
    rounds = [_round(parcels, number, crews, random) for number in range(crews)]
    rows = np.concatenate([own for own, _ in rounds])
    person = np.concatenate([np.full(len(own), number) for number, (own, _) in enumerate(rounds)])
    taken = np.concatenate([when for _, when in rounds])
    if len(rows) > count:
        keep = np.sort(random.permutation(len(rows))[:count])
        rows, person, taken = rows[keep], person[keep], taken[keep]
    stand, aim = _stands(ground, parcels[rows], random)
    azimuth = bearing(stand, aim)
    constant = random.normal(-3.0, 4.0, crews)
    spread = random.uniform(8.0, 15.0, crews)
    azimuth = azimuth + constant[person] + random.normal(0.0, 1.0, len(rows)) * spread[person]
    receiver = random.uniform(2.0, 6.0, crews)[person, None]
    said = stand + random.normal(0.0, 1.0, stand.shape) * receiver
    clock = random.normal(0.0, 90.0, crews)[person]
    height = ground.seen(stand)
    height = np.where(np.isfinite(height), height, float(np.nanmedian(ground.cells)))
    return Shots(
        parcel=rows,
        xy=said,
        stand=stand,
        azimuth=np.mod(azimuth, 360.0),
        altitude=height + 1.5 + random.normal(0.0, 6.0, len(rows)),
        taken=(taken + clock).astype(np.int64),
        utc=taken.astype(np.int64) - 8 * 3600,
        person=person,
        picture=np.arange(len(rows)),
    )


def _round(
    parcels: GeometryArray, number: int, crews: int, random: np.random.Generator
) -> tuple[IntArray, FloatArray]:
    """The parcels that a crew visits, each as often as photographed, and when."""
    middle = shapely.get_coordinates(shapely.point_on_surface(parcels))
    order = np.argsort(middle[:, 0] + 0.01 * middle[:, 1])
    own = np.array_split(order, crews)[number]
    own = own[np.argsort(middle[own, 1])]
    rows = np.repeat(own, random.integers(1, 5, len(own)))
    way = np.hypot(*np.diff(middle[rows], axis=0, prepend=middle[rows[:1]]).T)
    # Walking and driving, then looking for the place and filling in the form.
    pause = way / random.uniform(0.8, 4.0, len(rows)) + random.gamma(2.0, 40.0, len(rows)) + 5.0
    return rows, _working_hours(np.cumsum(pause), random)


def _working_hours(seconds: FloatArray, random: np.random.Generator) -> FloatArray:
    """Seconds of work spread over working days of the campaign, as seconds since 1970."""
    day = (_LAST - _FIRST) * 3600.0 - 3600.0
    first = int(random.integers(2, 20))
    days, rest = np.divmod(seconds, day)
    base = (START + timedelta(days=first) - date(1970, 1, 1)).days
    return (base + days) * 86400.0 + _FIRST * 3600.0 + random.uniform(0, 1800) + rest


def _stands(
    ground: Ground, shapes: GeometryArray, random: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Where the photographer stands, and what is looked at, in sight of each other."""
    count = len(shapes)
    stand, aim = np.empty((count, 2)), np.empty((count, 2))
    left = np.arange(count)
    for attempt in range(12):
        stand[left], aim[left] = _stand(shapes[left], random)
        hidden = ~sees(ground, stand[left], aim[left])
        left = left[hidden]
        if not len(left) or attempt == 11:
            break
    return stand, aim


def _stand(shapes: GeometryArray, random: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    count = len(shapes)
    edge = shapely.line_interpolate_point(
        shapely.get_exterior_ring(shapes), random.uniform(0, 1, count), normalized=True
    )
    edge_xy = shapely.get_coordinates(edge)
    middle = shapely.get_coordinates(shapely.point_on_surface(shapes))
    # A point between the nearest part of the parcel and its middle.
    aim = edge_xy + (middle - edge_xy) * random.uniform(0.2, 1.0, count)[:, None]
    away = edge_xy - middle
    away = away / np.maximum(np.hypot(*away.T), 1.0)[:, None]
    inside = random.uniform(size=count) < 0.2
    reach = np.where(inside, -random.uniform(2.0, 15.0, count), random.gamma(2.0, 10.0, count))
    # One in four is the view from afar that the rules ask for.
    reach = np.where(random.uniform(size=count) < 0.25, random.uniform(40, 130, count), reach)
    side = random.normal(0.0, 8.0, (count, 2))
    return edge_xy + away * np.minimum(reach, 130.0)[:, None] + side, aim


def bearing(start: FloatArray, end: FloatArray) -> FloatArray:
    """Degrees from grid north, clockwise, shape ``(n,)``."""
    step = end - start
    return np.mod(np.degrees(np.arctan2(step[:, 0], step[:, 1])), 360.0)


# --- Honest but odd ------------------------------------------------------------


def burst(shots: Shots, random: np.random.Generator) -> Shots:
    """Every photo three times within seconds, from nearly the same place."""
    rows = np.repeat(np.arange(len(shots)), 3)
    again = shots.only(rows)
    number = np.tile(np.arange(3), len(shots))
    return again.but(
        taken=again.taken + 2 * number,
        utc=again.utc + 2 * number,
        xy=again.xy + random.normal(0.0, 0.7, again.xy.shape),
        azimuth=np.mod(again.azimuth + random.normal(0.0, 3.0, len(rows)), 360.0),
    )


def clock_zone(shots: Shots, hours: float) -> Shots:
    """All phones left in another time zone."""
    return shots.but(taken=shots.taken + round(hours * 3600))


def clock_minutes(shots: Shots, random: np.random.Generator) -> Shots:
    """Clocks of cameras minutes off, each its own."""
    crews = int(shots.person.max()) + 1
    return shots.but(taken=shots.taken + random.integers(-900, 900, crews)[shots.person])
