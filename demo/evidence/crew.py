"""The crew in the field: where it stood, where it looked, and how it walked there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import shapely
from osgeo import osr

from ...checks.table import FloatArray, IntArray
from ..county import County
from ..names import YEAR
from ..terrain import EPSG

CAMPAIGN = (f"{YEAR}-07-01", f"{YEAR}-10-15")
"""First and last day of the field work."""
CREW = "王勘"
GEOID = 9.0
"""Metres that the receiver's ellipsoidal heights lie above the normal heights."""
_SPEED = 1.2
_STAY = 150.0
_PER_DAY = 24
_COMPASS, _RECEIVER = 7.0, 3.5


@dataclass(frozen=True)
class Station:
    """One photo: the parcel's row, where it was truly taken, and what the phone noted.

    ``xy`` and ``noted`` are metres in the county's frame, ``azimuth`` degrees
    clockwise from true north as noted, ``height`` the receiver's.
    """

    row: int
    xy: tuple[float, float]
    noted: tuple[float, float]
    azimuth: float
    height: float
    taken: datetime
    number: int


@dataclass(frozen=True)
class Walk:
    """One day's track: noted positions ``(n, 2)`` in metres, heights, and times."""

    xy: FloatArray
    height: FloatArray
    times: list[datetime]


def visit(county: County, rows: IntArray, random: np.random.Generator) -> list[Station]:
    """Two photos of every parcel of ``rows``, in the order of a sensible walk."""
    shapes = county.parcels.shape[rows]
    centre = shapely.get_coordinates(shapely.point_on_surface(shapes))
    band = np.floor(centre[:, 1] / 1500.0)
    east = np.where(band % 2 == 0, centre[:, 0], -centre[:, 0])
    order = np.lexsort((east, band))
    stations: list[Station] = []
    clock, last = _morning(0), None
    for count, place in enumerate(order.tolist()):
        if count and count % _PER_DAY == 0:
            clock, last = _morning(count // _PER_DAY), None
        for number in (1, 2):
            xy, bearing = _stand(shapes[place], centre[place], random)
            if last is not None:
                clock += timedelta(seconds=float(np.hypot(*(xy - last))) / _SPEED + _STAY)
            last = xy
            noted = xy + random.normal(0, _RECEIVER, 2)
            ground = float(county.dem_grid.sample(county.dem, xy[None, :])[0])
            stations.append(
                Station(
                    int(rows[place]),
                    (float(xy[0]), float(xy[1])),
                    (float(noted[0]), float(noted[1])),
                    float((bearing + random.normal(0, _COMPASS)) % 360),
                    ground + 1.5 + GEOID + float(random.normal(0, 4.0)),
                    clock.replace(microsecond=0),
                    number,
                )
            )
    return stations


def _morning(day: int) -> datetime:
    return datetime(YEAR, 7, 18, 8, 30) + timedelta(days=day)


def _stand(
    shape: shapely.Polygon, centre: FloatArray, random: np.random.Generator
) -> tuple[FloatArray, float]:
    """A place just outside the parcel's edge, and the true bearing to its inside."""
    edge = shape.exterior
    at = np.array(edge.interpolate(random.random(), normalized=True).coords[0])
    away = at - centre
    xy = at + away / max(np.hypot(*away), 1.0) * random.uniform(3, 12)
    look = centre - xy
    return xy, float(np.degrees(np.arctan2(look[0], look[1])) % 360)


def walks(
    county: County, stations: list[Station], random: np.random.Generator, seconds: float = 5.0
) -> list[Walk]:
    """The track of every day, as a receiver notes it: wandering errors that forget slowly."""
    days = sorted({station.taken.date() for station in stations})
    return [
        _walk(county, [s for s in stations if s.taken.date() == day], random, seconds)
        for day in days
    ]


def _walk(
    county: County, stations: list[Station], random: np.random.Generator, seconds: float
) -> Walk:
    start = stations[0].taken
    known = np.array([(s.taken - start).total_seconds() for s in stations])
    # It stays a while where it takes a photo.
    times = np.concatenate([known, known + 0.8 * _STAY])
    places = np.tile(np.array([s.xy for s in stations]), (2, 1))
    order = np.argsort(times, kind="stable")
    clock = np.arange(0.0, times.max(), seconds)
    xy = np.column_stack([np.interp(clock, times[order], places[order, axis]) for axis in (0, 1)])
    moving = np.r_[0.0, np.hypot(*np.diff(xy, axis=0).T)] > 0.5
    sway = _wander(len(clock), 8, 3.0, random) * moving[:, None]
    xy = xy + sway + _wander(len(clock), 40, 2.2, random) + random.normal(0, 0.25, xy.shape)
    ground = county.dem_grid.sample(county.dem, xy)
    height = ground + 1.2 + GEOID + _wander(len(clock), 40, 4.0, random)[:, 0]
    return Walk(
        xy,
        np.asarray(height + random.normal(0, 0.4, len(clock))),
        [start + timedelta(seconds=float(second)) for second in clock],
    )


def _wander(count: int, memory: float, sigma: float, random: np.random.Generator) -> FloatArray:
    """A first-order Gauss-Markov process in two axes, ``(count, 2)``; ``memory`` in samples."""
    from scipy.signal import lfilter

    keep = float(np.exp(-1 / memory))
    drive = random.normal(0, sigma * np.sqrt(1 - keep * keep), (count, 2))
    drive[0] = random.normal(0, sigma, 2)
    return np.asarray(lfilter([1.0], [1.0, -keep], drive, axis=0))


def degrees_of(xy: FloatArray) -> FloatArray:
    """Longitude and latitude ``(n, 2)`` of points in the county's frame."""
    here, there = osr.SpatialReference(), osr.SpatialReference()
    here.ImportFromEPSG(EPSG)
    there.ImportFromEPSG(4490)
    for reference in (here, there):
        reference.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    change = osr.CoordinateTransformation(here, there)
    return np.array(change.TransformPoints(np.asarray(xy).tolist()))[:, :2]
