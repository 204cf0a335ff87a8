"""Tracks as receivers log them: windows of real logs, and walks with a receiver's own noise.

A receiver's error is not white: it wanders (Gauss-Markov, σ 1–4 m, over one to
five minutes; Bar-Shalom et al. 2001; Mohamed & Schwarz 1999, J. Geodesy 73,
193–203), with a little white noise on top, now and then a reflection that
moves it for seconds, and a height two to three times worse. Fixes are logged
each second, every five, or whenever some metres have been walked; some
programs thin the log afterwards (Douglas & Peucker 1973).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import numpy as np
import shapely

from ....checks.submission.tracks import read_track
from ....checks.table import GeometryArray
from ..protocol import Context, FloatArray
from .photos import START
from .terrain import Ground

KINDS = ("second", "five_seconds", "by_distance", "thinned", "rtk")
"""Ways of logging a simulated walk."""

_EARTH = 6_371_008.8


@dataclass(frozen=True)
class Track:
    """``n`` fixes: ``xy`` metres (shape ``(n, 2)``), ``time`` seconds since 1970 UTC, ``altitude``.

    ``fix`` is the quality indicator of NMEA GGA (1 single, 4 RTK), ``hdop``
    its dilution; ``decimals`` digits of degrees that are written.
    """

    xy: FloatArray
    time: FloatArray
    altitude: FloatArray
    fix: int = 1
    hdop: float = 1.1
    decimals: int = 7

    def __len__(self) -> int:
        return len(self.time)

    def but(self, **changes: Any) -> Track:
        """The same track with something else."""
        return replace(self, **changes)

    def only(self, rows: Any) -> Track:
        """Some of the fixes."""
        return self.but(xy=self.xy[rows], time=self.time[rows], altitude=self.altitude[rows])


# --- Where a crew goes -----------------------------------------------------------


def round_of(
    parcels: GeometryArray, ground: Ground, random: np.random.Generator, minutes: float
) -> FloatArray:
    """Corners of a walk along boundaries of neighbouring parcels, metres."""
    west, south, east, north = ground.extent
    middle = shapely.get_coordinates(shapely.point_on_surface(parcels))
    here = int(random.integers(len(parcels)))
    seen, out, left = {here}, [], minutes * 60.0
    while left > 0 and len(seen) < len(parcels):
        ring = shapely.get_coordinates(shapely.get_exterior_ring(parcels[here]))[:-1]
        first = int(random.integers(len(ring)))
        part = np.roll(ring, -first, axis=0)[: int(random.integers(2, len(ring) + 1))]
        # People keep a metre or two beside the boundary, and cut corners.
        out.append(part + random.normal(0.0, 1.5, part.shape))
        left -= float(np.hypot(*np.diff(part, axis=0).T).sum()) / 1.2 + 40.0
        away = np.hypot(*(middle - middle[here]).T)
        away[list(seen)] = np.inf
        here = int(np.argmin(away))
        seen.add(here)
    corners = np.concatenate(out)
    return np.clip(corners, (west + 1, south + 1), (east - 1, north - 1))


def walked(corners: FloatArray, random: np.random.Generator, speed: float) -> FloatArray:
    """True positions each second: speed that varies, rounded corners, stops; shape ``(s, 2)``."""
    legs = np.hypot(*np.diff(corners, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(legs)])
    count = int(2.5 * along[-1] / speed) + 60
    wander = _markov(count, 12.0, random)
    pace = speed * np.exp(0.25 * wander)
    for start in random.integers(0, count, max(count // 240, 1)):
        pace[start : start + int(random.uniform(8, 90))] = 0.0
    way = np.cumsum(pace)
    way = way[: int(np.searchsorted(way, along[-1])) + 1]
    x, y = (np.interp(way, along, corners[:, axis]) for axis in (0, 1))
    # A body has no corners: two seconds of smoothing, and a sway of decimetres.
    kernel = np.exp(-0.5 * (np.arange(-6, 7) / 1.5) ** 2)
    path = np.column_stack([_smooth(x, kernel), _smooth(y, kernel)])
    return path + 0.25 * np.column_stack([_markov(len(path), 3.0, random) for _ in range(2)])


def received(path: FloatArray, ground: Ground, random: np.random.Generator, kind: str) -> Track:
    """What a receiver logs on ``path`` (one position a second); ``kind`` of :data:`KINDS`."""
    count = len(path)
    rtk = kind == "rtk"
    sigma, reach = (0.015, 40.0) if rtk else (random.uniform(1.0, 3.5), random.uniform(60, 300))
    white = 0.008 if rtk else random.uniform(0.05, 0.3)
    error = np.column_stack([sigma * _markov(count, reach, random) for _ in range(2)])
    error = error + random.normal(0.0, white, error.shape)
    if not rtk:
        for start in random.integers(0, count, count // 600):
            length = int(random.uniform(3, 15))
            error[start : start + length] += random.normal(0.0, 4.0, 2)
    height = _ground_under(path, ground) + 1.4
    up = 2.2 * sigma * _markov(count, reach, random) + random.normal(0, 2 * white, count)
    own = ground.spread * 0.5 * _markov(count, 400.0, random)
    track = Track(
        path + error,
        start_of_day(random) + np.arange(count, dtype=np.float64),
        np.round(height + up + own, 2 if rtk else 1).astype(np.float64),
        fix=4 if rtk else 1,
        hdop=float(np.round(random.uniform(0.6, 1.8), 1)),
        decimals=9 if rtk else int(random.choice([6, 7, 7])),
    )
    return logged(track, kind, random)


def logged(track: Track, kind: str, random: np.random.Generator) -> Track:
    """The fixes that a program keeps."""
    if kind == "five_seconds":
        return track.only(slice(int(random.integers(5)), None, 5))
    if kind == "by_distance":
        return track.only(_by_distance(track.xy, float(random.uniform(4.0, 12.0))))
    if kind == "thinned":
        return track.only(thinned(track.xy, float(random.uniform(1.5, 4.0))))
    return track


def genuine(
    parcels: GeometryArray, ground: Ground, random: np.random.Generator, kind: str, minutes: float
) -> Track:
    """A crew's walk (or drive) through ``parcels`` of about ``minutes``, as logged."""
    speed = float(random.choice([1.0, 1.3, 1.3, 5.0]))
    corners = round_of(parcels, ground, random, minutes * max(speed, 1.0))
    path = walked(corners, random, speed)[: int(minutes * 60 * 1.2)]
    return received(path, ground, random, kind)


# --- Real logs -----------------------------------------------------------------


def real_windows(
    context: Context, ground: Ground, count: int, length: int, part: tuple[int, int] = (0, 1)
) -> list[Track]:
    """Windows of the real ride, put into the place with metres unchanged; times of the campaign.

    ``part`` (number, of how many) cuts the ride up, so that no stretch is tried at two
    places. Altitudes are those of the ground they are put on, with a receiver's errors.
    """
    folder = context.folder("gnss")
    paths = sorted(folder.glob("*.gpx")) if folder is not None else []
    if not paths:
        return []
    ride = read_track(paths[0])
    degrees, time = np.column_stack([ride.lon, ride.lat]), ride.time
    random = context.random("windows", ground.name)
    out = []
    own = len(time) // part[1]
    first = own * (part[0] % part[1])
    starts = np.linspace(first, max(first + own - length - 1, first), count).astype(int)
    for start in np.unique(starts[starts + length <= len(time)]):
        rows = slice(int(start), int(start) + length)
        xy = _plane(degrees[rows])
        corner, size = (
            np.array(ground.extent[:2]),
            np.ptp(np.reshape(ground.extent, (2, 2)), axis=0),
        )
        middle = corner + size * random.uniform(0.4, 0.6, 2)
        xy = xy - xy.mean(axis=0) + middle
        when = start_of_day(random) + time[rows] - time[rows][0]
        # The ride's own heights are those of other ground: only their errors would be true.
        wander = 5.0 * _markov(length, 40.0, random) + random.normal(0.0, 0.5, length)
        altitude = np.round(_ground_under(xy, ground) + 1.2 + wander, 1)
        out.append(Track(xy, when, altitude, decimals=6))
    return out


def _plane(degrees: FloatArray) -> FloatArray:
    """Metres in a plane that touches the middle; good to decimetres over kilometres."""
    radians = np.radians(degrees - degrees.mean(axis=0))
    shrink = np.cos(np.radians(degrees[:, 1].mean()))
    return _EARTH * np.column_stack([radians[:, 0] * shrink, radians[:, 1]])


def _ground_under(xy: FloatArray, ground: Ground) -> FloatArray:
    """True heights where they are known, else the DEM's."""
    height = ground.seen(xy) if ground.truth is None else ground.at(xy)
    return np.where(np.isfinite(height), height, float(np.nanmedian(ground.cells)))


# --- Small things --------------------------------------------------------------


def start_of_day(random: np.random.Generator) -> float:
    """A moment of work in the campaign, seconds since 1970 UTC."""
    day = (START - date(1970, 1, 1)).days + int(random.integers(1, 50))
    return float(day * 86400 + random.uniform(0.5, 7.0) * 3600 // 1)


def thinned(xy: FloatArray, tolerance: float) -> FloatArray:
    """Rows that Douglas & Peucker keep."""
    line = shapely.linestrings(np.column_stack([xy, np.arange(len(xy))]))
    kept = shapely.get_coordinates(shapely.simplify(line, tolerance), include_z=True)
    return kept[:, 2].astype(np.int64)


def _by_distance(xy: FloatArray, metres: float) -> FloatArray:
    way = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
    return np.unique(np.searchsorted(way, np.arange(0.0, way[-1], metres)))


def _markov(count: int, reach: float, random: np.random.Generator) -> FloatArray:
    """A first-order Gauss-Markov process of unit variance, one value a second."""
    from scipy.signal import lfilter

    keep = float(np.exp(-1.0 / reach))
    drive = random.normal(0.0, np.sqrt(1 - keep**2), count)
    drive[0] = random.normal()
    return lfilter([1.0], [1.0, -keep], drive)


def _smooth(values: FloatArray, kernel: FloatArray) -> FloatArray:
    half = len(kernel) // 2
    padded = np.concatenate([np.full(half, values[0]), values, np.full(half, values[-1])])
    return np.convolve(padded, kernel / kernel.sum(), mode="valid")


def moment(seconds: float) -> datetime:
    """UTC."""
    from datetime import timezone

    return datetime.fromtimestamp(seconds, tz=timezone.utc)
