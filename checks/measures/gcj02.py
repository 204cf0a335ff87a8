"""Encrypted map coordinates: GCJ-02 and BD-09 against WGS 84 (or CGCS2000).

Web maps in China show places moved by 100–700 m by a smooth formula: GCJ-02,
and on top of it Baidu's BD-09. Neither is published; the formulas here are the
ones of the open implementations that agree to the last digit (googollee
``eviltransform``, wandergis ``coordTransform``), with their Krasovsky
constants. Outside a box round China nothing is moved.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..table import BoolArray, FloatArray

_AXIS = 6_378_245.0
_ECCENTRICITY = 0.006_693_421_622_965_943_23
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271
_MIDDLE_EAST, _MIDDLE_NORTH = 105.0, 35.0
_BAIDU_EAST, _BAIDU_NORTH = 0.0065, 0.006
_BAIDU_PI = np.pi * 3000.0 / 180.0
_STEPS = 8
_EXACT = 1e-11  # degrees, about a micrometre


def in_china(lon: npt.ArrayLike, lat: npt.ArrayLike) -> BoolArray:
    """Whether GCJ-02 moves places there: a box of longitude and latitude in degrees."""
    east, north = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        return (east >= _WEST) & (east <= _EAST) & (north >= _SOUTH) & (north <= _NORTH)


def gcj02_offset(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """What GCJ-02 adds to WGS 84 longitude and latitude.

    Parameters
    ----------
    lon, lat
        Degrees in WGS 84, of one shape (or such as broadcast to one).

    Returns
    -------
    east, north
        Degrees, of that shape; zero outside China, NaN where a coordinate is.
    """
    east, north = np.broadcast_arrays(
        np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    )
    there = in_china(east, north)
    x = np.where(there, east - _MIDDLE_EAST, 0.0)
    y = np.where(there, north - _MIDDLE_NORTH, 0.0)
    root, product = np.sqrt(np.abs(x)), x * y
    ripple = (20 * np.sin(6 * x * np.pi) + 20 * np.sin(2 * x * np.pi)) * 2 / 3
    up = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * product + 0.2 * root + ripple
    up += (20 * np.sin(y * np.pi) + 40 * np.sin(y / 3 * np.pi)) * 2 / 3
    up += (160 * np.sin(y / 12 * np.pi) + 320 * np.sin(y * np.pi / 30)) * 2 / 3
    right = 300 + x + 2 * y + 0.1 * x * x + 0.1 * product + 0.1 * root + ripple
    right += (20 * np.sin(x * np.pi) + 40 * np.sin(x / 3 * np.pi)) * 2 / 3
    right += (150 * np.sin(x / 12 * np.pi) + 300 * np.sin(x / 30 * np.pi)) * 2 / 3
    latitude = np.radians(np.where(there, north, 0.0))
    magic = 1 - _ECCENTRICITY * np.sin(latitude) ** 2
    meridian = _AXIS * (1 - _ECCENTRICITY) / (magic * np.sqrt(magic))
    parallel = _AXIS / np.sqrt(magic) * np.cos(latitude)
    none = np.where(np.isfinite(east) & np.isfinite(north), 0.0, np.nan)
    return (
        np.where(there, np.degrees(right / parallel), none),
        np.where(there, np.degrees(up / meridian), none),
    )


def wgs84_to_gcj02(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """GCJ-02 longitude and latitude of WGS 84 ones, in degrees, of the same shape."""
    east, north = gcj02_offset(lon, lat)
    return np.asarray(lon, dtype=np.float64) + east, np.asarray(lat, dtype=np.float64) + north


def gcj02_to_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """WGS 84 longitude and latitude of GCJ-02 ones, in degrees, of the same shape.

    The formula has no inverse; steps of its own size converge to 1e-10 degrees.
    """
    wanted_east, wanted_north = np.broadcast_arrays(
        np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    )
    east, north = wanted_east.copy(), wanted_north.copy()
    for _ in range(_STEPS):
        there_east, there_north = wgs84_to_gcj02(east, north)
        off_east, off_north = wanted_east - there_east, wanted_north - there_north
        # At the edge of the box the moved place has no origin inside.
        east, north = east + off_east, north + off_north
        off = np.abs(np.concatenate([off_east.ravel(), off_north.ravel()]))
        if not (off > _EXACT).any():
            break
    return east, north


def gcj02_to_bd09(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """BD-09 longitude and latitude of GCJ-02 ones, in degrees, of the same shape."""
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BAIDU_PI)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BAIDU_PI)
    return radius * np.cos(angle) + _BAIDU_EAST, radius * np.sin(angle) + _BAIDU_NORTH


def bd09_to_gcj02(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """GCJ-02 longitude and latitude of BD-09 ones, in degrees, of the same shape."""
    wanted_x, wanted_y = np.broadcast_arrays(
        np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    )
    x, y = wanted_x - _BAIDU_EAST, wanted_y - _BAIDU_NORTH
    for _ in range(_STEPS):
        there_x, there_y = gcj02_to_bd09(x, y)
        x, y = x + (wanted_x - there_x), y + (wanted_y - there_y)
    return x, y


def wgs84_to_bd09(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """BD-09 longitude and latitude of WGS 84 ones, in degrees, of the same shape."""
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def bd09_to_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """WGS 84 longitude and latitude of BD-09 ones, in degrees, of the same shape."""
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))
