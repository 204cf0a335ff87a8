"""Where the sun stands.

J. Meeus, Astronomical Algorithms, 2nd ed. 1998, chapters 12 (sidereal time),
22 (nutation, low accuracy) and 25 (solar coordinates, low accuracy: 0.01°), as
in NOAA's solar calculator; refraction after G. G. Bennett, The calculation of
astronomical refraction in marine navigation, Journal of Navigation 35 (1982).
"""

from __future__ import annotations

import numpy as np

from ..table import FloatArray

_DAY = 86_400.0
_J2000_UNIX_DAYS = 10_957.5


def sun_position(
    utc: FloatArray, longitude: FloatArray, latitude: FloatArray, refracted: bool = True
) -> tuple[FloatArray, FloatArray]:
    """Height above the horizon and azimuth of the sun's centre.

    Parameters
    ----------
    utc
        Seconds since 1970-01-01 UTC.
    longitude, latitude
        Degrees, east and north positive; all shapes alike.

    Returns
    -------
    elevation, azimuth
        Degrees; azimuth clockwise from true north. NaN where an input is.
    """
    days = np.asarray(utc, dtype=np.float64) / _DAY - _J2000_UNIX_DAYS
    century = days / 36_525.0
    right_ascension, declination = _apparent(century)
    sidereal = 280.460_618_37 + 360.985_647_366_29 * days + 0.000_387_933 * century**2
    hour = np.radians(sidereal + np.asarray(longitude)) - right_ascension
    phi = np.radians(np.asarray(latitude, dtype=np.float64))
    sine = np.sin(phi) * np.sin(declination) + np.cos(phi) * np.cos(declination) * np.cos(hour)
    elevation = np.degrees(np.arcsin(np.clip(sine, -1, 1)))
    # Meeus (13.5) counts from the south.
    azimuth = np.degrees(
        np.arctan2(np.sin(hour), np.cos(hour) * np.sin(phi) - np.tan(declination) * np.cos(phi))
    )
    if refracted:
        elevation = elevation + _refraction(elevation)
    return elevation, (azimuth + 180.0) % 360.0


def _apparent(century: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Apparent right ascension and declination in radians (Meeus, chapter 25)."""
    longitude = 280.466_46 + 36_000.769_83 * century + 0.000_303_2 * century**2
    anomaly = np.radians(357.529_11 + 35_999.050_29 * century - 0.000_153_7 * century**2)
    centre = (
        (1.914_602 - 0.004_817 * century) * np.sin(anomaly)
        + (0.019_993 - 0.000_101 * century) * np.sin(2 * anomaly)
        + 0.000_289 * np.sin(3 * anomaly)
    )
    node = np.radians(125.04 - 1_934.136 * century)
    apparent = np.radians(longitude + centre - 0.005_69 - 0.004_78 * np.sin(node))
    obliquity = np.radians(23.439_291_1 - 0.013_004_2 * century + 0.002_56 * np.cos(node))
    right_ascension = np.arctan2(np.cos(obliquity) * np.sin(apparent), np.cos(apparent))
    return right_ascension, np.arcsin(np.sin(obliquity) * np.sin(apparent))


def _refraction(elevation: FloatArray) -> FloatArray:
    """Degrees that air lifts the sun by; none once it is well below the horizon."""
    # Saemundsson's inverse of Bennett's formula takes the true height (Meeus 16.4).
    height = np.clip(elevation, -1.0, 90.0)
    lifted = 1.02 / np.tan(np.radians(height + 10.3 / (height + 5.11))) / 60.0
    return np.where(elevation > -1.0, np.maximum(lifted, 0.0), 0.0)
