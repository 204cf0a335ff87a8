"""When photos were taken, how sure that is, and where the sun stood.

A receiver's time is UTC and right; a camera's clock is what somebody set. Many
programs write the camera's local time into the fields of the receiver: then the
two agree to the second in a place where they must not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..table import BoolArray, FloatArray
from .gcj02 import in_china
from .photo_list import PhotoSet
from .sun import sun_position

_HOUR = 3600.0
_CHINA = 8 * _HOUR
_SAME = 120.0
_WEEKS = 1024 * 7 * 86_400.0
_ROLLOVER_ROOM = 3 * 86_400.0


@dataclass(frozen=True)
class PhotoTimes:
    """Arrays of shape ``(photos,)``, seconds since 1970; NaN where not known.

    ``local`` is the clock on the wall at the place (camera, else store),
    ``utc`` the same moment in UTC, ``by_receiver`` whether satellites say so,
    ``zone_known`` whether the camera told its offset. ``camera`` and ``store``
    are the two clocks apart. ``clock_error`` is the camera's clock minus the
    receiver's, whole zones taken off, in seconds; ``zone_off`` the hours taken
    off (half hours, 0 for none). ``copied`` are photos whose satellite time is
    the camera's to the second: either the program copied it, or the clock runs
    on UTC. ``elevation`` is the sun's height in degrees, the highest of what
    such doubt allows.
    """

    local: FloatArray
    utc: FloatArray
    by_receiver: BoolArray
    zone_known: BoolArray
    camera: FloatArray
    store: FloatArray
    receiver: FloatArray
    clock_error: FloatArray
    zone_off: FloatArray
    copied: BoolArray
    elevation: FloatArray


def measure_times(photos: PhotoSet, longitude: FloatArray, latitude: FloatArray) -> PhotoTimes:
    """Bring the clocks together; ``longitude`` and ``latitude`` in degrees, NaN unknown."""
    camera, store = photos.exif("local_time"), photos.stored_time
    local = np.where(np.isfinite(camera), camera, store)
    stated = photos.exif("zone")
    zone_known = np.isfinite(stated) & np.isfinite(camera)
    with np.errstate(invalid="ignore"):
        there = in_china(longitude, latitude) | ~np.isfinite(longitude)
        natural = np.where(there, _CHINA, np.round(longitude / 15.0) * _HOUR)
    zone = np.where(zone_known, stated, natural)
    receiver, copied = _receiver(photos, local, zone)
    receiver = _unrolled(receiver, local)
    by_receiver = np.isfinite(receiver)
    utc = np.where(by_receiver, receiver, local - zone)
    with np.errstate(invalid="ignore"):
        error = camera - zone - receiver
        # A clock set to another zone, daylight saving time too, is off by whole half hours.
        by_zones = np.abs(error) <= 14 * _HOUR
        clock_error = np.where(by_zones, _wrapped(error, _HOUR / 2), error)
        zone_off = np.where(by_zones, np.round((error - clock_error) / _HOUR, 1), np.nan)
    elevation = _highest_sun(utc, longitude, latitude, by_receiver | zone_known, there)
    on_utc, _ = sun_position(local, longitude, latitude)
    elevation = np.where(copied, np.fmax(elevation, on_utc), elevation)
    return PhotoTimes(
        local,
        utc,
        by_receiver,
        zone_known,
        camera,
        store,
        receiver,
        clock_error,
        zone_off,
        copied,
        elevation,
    )


def _receiver(
    photos: PhotoSet, local: FloatArray, zone: FloatArray
) -> tuple[FloatArray, BoolArray]:
    """The satellites' time, and photos that have the camera's time in its place."""
    moment, clock = photos.exif("gps_time"), photos.exif("gps_clock")
    with np.errstate(invalid="ignore"):
        copied = (np.abs(moment - local) <= _SAME) & (np.abs(zone) >= _HOUR / 2)
    moment = np.where(copied, np.nan, moment)
    # Only the time of day: the camera's date, a day before or after where that fits better.
    guess = local - zone
    day = np.floor(guess / 86_400.0) * 86_400.0
    dated = day + clock
    with np.errstate(invalid="ignore"):
        dated = dated + 86_400.0 * np.round((guess - dated) / 86_400.0)
        same_clock = np.abs(_wrapped(clock - local, 86_400.0)) <= _SAME
        same_clock &= (np.abs(zone) >= _HOUR / 2) & ~np.isfinite(moment)
        dated = np.where(same_clock, np.nan, dated)
    return np.where(np.isfinite(moment) | copied, moment, dated), copied | same_clock


def _unrolled(receiver: FloatArray, local: FloatArray) -> FloatArray:
    """Old receivers count 1,024 weeks and begin again: put them where the camera is."""
    with np.errstate(invalid="ignore"):
        turns = np.round((local - receiver) / _WEEKS)
        off = np.abs(local - receiver - turns * _WEEKS)
        rolled = (turns != 0) & (off <= _ROLLOVER_ROOM)
    return np.where(rolled, receiver + turns * _WEEKS, receiver)


def _highest_sun(
    utc: FloatArray,
    longitude: FloatArray,
    latitude: FloatArray,
    certain: BoolArray,
    in_zone: BoolArray,
) -> FloatArray:
    elevation, _ = sun_position(utc, longitude, latitude)
    for hours in (-1.0, 1.0, -2.0, 2.0):
        other, _ = sun_position(utc + hours * _HOUR, longitude, latitude)
        # Outside China the zone is a guess from the longitude; daylight saving adds to it.
        open_zone = ~certain & (~in_zone if abs(hours) > 1 else np.ones(len(utc), dtype=bool))
        elevation = np.where(open_zone, np.fmax(elevation, other), elevation)
    return elevation


def _wrapped(seconds: FloatArray, period: float) -> FloatArray:
    return np.asarray((seconds + period / 2) % period - period / 2)
