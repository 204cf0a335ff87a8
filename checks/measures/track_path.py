"""The path of a track: from fix to fix in metres and seconds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..submission.tracks import Track
from ..table import BoolArray, FloatArray, IntArray

_AXIS, _ECCENTRICITY = 6_378_137.0, 0.006694379990
_LEAST_GAP = 60.0
_GAP_FACTOR = 10.0
MOVING = 0.4
"""Metres per second from which a receiver is on the move."""


@dataclass(frozen=True)
class Path:
    """A track in time, without repeated epochs; arrays of shape ``(n,)`` or ``(n - 1,)``.

    ``rows`` are the fixes taken, in order of time. ``east`` and ``north``
    (metres, ``(n - 1,)``) lead from fix to fix, ``span`` is the time between in
    seconds, ``joined`` tells steps within one stretch of recording. ``x`` and
    ``y`` add the steps up. ``unit`` is that of coordinates in metres,
    ``tick`` that of times in seconds.
    """

    rows: IntArray
    time: FloatArray
    x: FloatArray
    y: FloatArray
    east: FloatArray
    north: FloatArray
    span: FloatArray
    joined: BoolArray
    unit: float
    tick: float

    @property
    def step(self) -> FloatArray:
        """Length of each step in metres."""
        return np.hypot(self.east, self.north)

    @property
    def speed(self) -> FloatArray:
        """Metres per second of each step, NaN between stretches."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.joined, self.step / self.span, np.nan)


def metres_between(
    lon: FloatArray, lat: FloatArray, to_lon: FloatArray, to_lat: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """East and north in metres from places to places near them (degrees).

    Radii of curvature of WGS 84 at the middle latitude; shape of the input.
    """
    middle = np.radians((lat + to_lat) / 2)
    bend = 1 - _ECCENTRICITY * np.sin(middle) ** 2
    across = _AXIS / np.sqrt(bend) * np.cos(middle)
    along = _AXIS * (1 - _ECCENTRICITY) / bend**1.5
    turn = (to_lon - lon + 180) % 360 - 180
    return across * np.radians(turn), along * np.radians(to_lat - lat)


def path_of(track: Track) -> Path | None:
    """The fixes that have a time, in its order; ``None`` for fewer than three."""
    rows = np.flatnonzero(track.timed)
    if len(rows) < 3:
        return None
    rows = rows[np.argsort(track.time[rows], kind="stable")]
    time = track.time[rows]
    kept = np.concatenate([[True], np.diff(time) > 1e-4])
    rows, time = rows[kept], time[kept]
    if len(rows) < 3:
        return None
    lon, lat = track.lon[rows], track.lat[rows]
    east, north = metres_between(lon[:-1], lat[:-1], lon[1:], lat[1:])
    span = np.diff(time)
    usual = float(np.median(span))
    same = track.segment[rows][1:] == track.segment[rows][:-1]
    joined = same & (span <= max(_GAP_FACTOR * usual, _LEAST_GAP))
    unit = track.unit * 111_000.0
    tick = _tick(time)
    return Path(
        rows=rows,
        time=time,
        x=np.concatenate([[0.0], np.cumsum(east)]),
        y=np.concatenate([[0.0], np.cumsum(north)]),
        east=east,
        north=north,
        span=span,
        joined=np.asarray(joined, dtype=bool),
        unit=unit,
        tick=tick,
    )


def _tick(time: FloatArray) -> float:
    """The unit in which times are written: 1, 0.1, 0.01 or 0.001 s."""
    for tick in (1.0, 0.1, 0.01):
        if np.mean(np.abs(time / tick - np.round(time / tick)) < 0.01) >= 0.95:
            return tick
    return 0.001


def thinned(path: Path, least: float) -> IntArray:
    """Fixes so far apart that rounding hardly counts, as places in the path.

    Every k-th fix, one k for all: the choice must not look at single steps, or
    it would make them alike.
    """
    fast = path.step[path.joined & (path.speed > MOVING)]
    usual = float(np.median(fast)) if len(fast) else 0.0
    if usual <= 0:
        return np.zeros(0, dtype=np.int64)
    return np.arange(0, len(path.rows), max(1, int(np.ceil(least / usual))))


def whole_steps(path: Path, chosen: IntArray) -> BoolArray:
    """Which steps between chosen fixes lie within one stretch of recording."""
    stretch = np.concatenate([[0], np.cumsum(~path.joined)])[chosen]
    return np.asarray(stretch[1:] == stretch[:-1], dtype=bool)
