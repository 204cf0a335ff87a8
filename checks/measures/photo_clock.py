"""A camera's clock that was left in another time zone, told by all of its photos together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..table import BoolArray, FloatArray
from .photo_time import PhotoTimes
from .sun import sun_position

_HOUR = 3600.0
_HOURS = tuple(sorted(range(-14, 15), key=lambda hour: (abs(hour) != 8, abs(hour))))
"""Clocks left on UTC first, then the smallest mistake."""
_DAYLIGHT, _ALL = -6.0, 0.98


@dataclass(frozen=True)
class ClockZone:
    """Photos whose clock is whole hours off, by ``hours`` (clock minus true).

    ``rows`` are the photos, shape ``(photos,)``; ``by_satellites`` whether
    receivers say so, else it is the daylight that does.
    """

    hours: float
    rows: BoolArray
    by_satellites: bool


def satellite_zones(times: PhotoTimes, least: int = 3) -> list[ClockZone]:
    """Clocks that the satellites of the same photos show to be off, by the hours they are off."""
    off = times.zone_off
    out = []
    for hours in np.unique(off[np.isfinite(off) & (off != 0)]):
        rows = off == hours
        if rows.sum() >= least:
            out.append(ClockZone(float(hours), rows, True))
    return out


def daylight_zone(
    times: PhotoTimes, longitude: FloatArray, latitude: FloatArray, share: float, least: int = 3
) -> ClockZone | None:
    """One mistake of whole hours that brings photos of the night to the day.

    Asked of photos whose time is the camera's alone. ``None`` unless at least
    ``share`` of them (and ``least``) lie in the night as the clock is, and next to
    none once it is put right: single photos of the night stay what they are.
    """
    rows = ~times.by_receiver & np.isfinite(times.utc) & np.isfinite(longitude + latitude)
    if rows.sum() < least:
        return None
    utc, east, north = times.utc[rows], longitude[rows], latitude[rows]
    night = sun_position(utc, east, north)[0] < _DAYLIGHT
    if night.sum() < max(least, share * len(night)):
        return None
    for hours in _HOURS:
        height, _ = sun_position(utc - hours * _HOUR, east, north)
        if (height >= _DAYLIGHT).mean() >= _ALL:
            return ClockZone(float(hours), rows, False)
    return None
