"""How a photo's place and direction lie to the parcel that it should show.

Plane geometry: the angle by which the camera misses the parcel is that between
its axis and the nearest direction in which any part of the parcel lies. The
continuous statistic is minus the logarithm of how much of the parcel the photo
can have shown, beside what it could show at best from there, averaged over
where the receiver's error may have put the station and how far the compass may
have been off; stations farther than crews usually go for a view of the whole add
the distance beyond.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.special import erf

from ..table import BoolArray, FloatArray, GeometryArray

COMPASS_SIGMA = 15.0
"""Degrees. Phones' compasses in the open are off by 10–15° (design values of the
domain notes, judgement), declination not counted."""

RECEIVER_SIGMA = 12.0
"""Metres. Single-frequency receivers in phones in the open: 5–15 m (judgement)."""

_USUAL, _DISTANCE_SCALE = 100.0, 15.0
_LEAST_SHARE = 1e-6
_GRID, _POINTS = 8, 40
_TURNS = np.radians(np.arange(0.0, 360.0, 60.0))
_OFFSETS = np.vstack([np.zeros((1, 2)), 1.2 * np.column_stack([np.sin(_TURNS), np.cos(_TURNS)])])
_WEIGHTS = np.array([0.25, *[0.125] * 6])
"""Where the station may have been, in sigmas of the receiver, and how likely."""


@dataclass(frozen=True)
class PhotoView:
    """One value per photo; NaN where it cannot be told. Arrays of shape ``(photos,)``.

    ``distance`` metres from the station to the parcel (0 inside);
    ``miss`` degrees between the camera's axis and the nearest direction of the
    parcel (0 where the axis meets it); ``off_centre`` signed degrees from the
    axis to the parcel's centroid; ``half_view`` half the field of view;
    ``uncertainty`` one sigma of directions at that distance, in degrees.
    ``statistic`` rises with how unlikely an honest photo of this parcel is.
    """

    distance: FloatArray
    miss: FloatArray
    off_centre: FloatArray
    half_view: FloatArray
    uncertainty: FloatArray
    statistic: FloatArray


def measure_views(
    xy: FloatArray,
    azimuth: FloatArray,
    field_of_view: FloatArray,
    targets: GeometryArray,
    error: FloatArray | None = None,
) -> PhotoView:
    """Hold stations and directions against the parcels that were to be shown.

    Parameters
    ----------
    xy
        Stations in metres, shape ``(n, 2)``, NaN where unknown.
    azimuth
        Degrees clockwise from the y axis, NaN where unknown; shape ``(n,)``.
    field_of_view
        Horizontal degrees, shape ``(n,)``.
    targets
        Parcels in the same plane, ``None`` where unknown; shape ``(n,)``.
    error
        One sigma of each station in metres; default :data:`RECEIVER_SIGMA`.
    """
    count = len(xy)
    sigma = np.full(count, RECEIVER_SIGMA) if error is None else error
    known = np.isfinite(xy).all(axis=1) & ~shapely.is_missing(targets)
    distance = np.full(count, np.nan)
    stations = shapely.points(np.where(known[:, None], xy, 0.0))
    distance[known] = shapely.distance(stations[known], targets[known])
    off_centre = _off_centre(xy, azimuth, targets, known)
    aimed = known & np.isfinite(azimuth)
    miss = _miss(xy, azimuth, distance, targets, aimed)
    with np.errstate(divide="ignore", invalid="ignore"):
        swing = np.degrees(np.arctan2(sigma, np.maximum(distance, 1e-9)))
        swing = np.where(distance > 0, swing, 90.0)
        uncertainty = np.hypot(COMPASS_SIGMA, np.minimum(swing, 90.0))
        away = np.maximum(distance - 2 * sigma - _USUAL, 0.0) / _DISTANCE_SCALE
    shown = _shown(xy, azimuth, field_of_view / 2, targets, sigma, aimed)
    statistic = -np.log(np.maximum(shown, _LEAST_SHARE)) + away
    return PhotoView(
        distance,
        miss,
        np.where(aimed, off_centre, np.nan),
        field_of_view / 2,
        uncertainty,
        np.where(known, statistic, np.nan),
    )


def wrapped(degrees: FloatArray) -> FloatArray:
    """Angles as -180 … 180."""
    return (degrees + 180.0) % 360.0 - 180.0


def bearings(here: FloatArray, there: FloatArray) -> FloatArray:
    """Degrees clockwise from the y axis, from ``here`` to ``there``, shape ``(n, 2)`` each."""
    east, north = (there - here).T
    return np.degrees(np.arctan2(east, north)) % 360.0


def wedges(
    xy: FloatArray, azimuth: FloatArray, half: FloatArray, reach: FloatArray, steps: int = 12
) -> GeometryArray:
    """Fields of view as polygons; a full circle where no direction is known."""
    out = np.full(len(xy), None, dtype=object)
    for row in np.flatnonzero(np.isfinite(xy).all(axis=1)):
        x, y = xy[row]
        if np.isfinite(azimuth[row]) and half[row] < 179:
            turns = np.linspace(-half[row], half[row], steps + 1) + azimuth[row]
            start = [(x, y)]
        else:
            turns, start = np.linspace(0.0, 360.0, 4 * steps, endpoint=False), []
        angle = np.radians(turns)
        ring = np.column_stack([x + reach[row] * np.sin(angle), y + reach[row] * np.cos(angle)])
        out[row] = shapely.Polygon([*start, *map(tuple, ring)])
    return out


def _off_centre(
    xy: FloatArray, azimuth: FloatArray, targets: GeometryArray, known: BoolArray
) -> FloatArray:
    """Degrees from the camera's axis to the parcel's centroid."""
    rows = np.flatnonzero(known)
    centre = np.full((len(xy), 2), np.nan)
    if len(rows):
        centre[rows] = shapely.get_coordinates(shapely.centroid(targets[rows]))
    return wrapped(bearings(xy, centre) - azimuth)


def spread_points(target: shapely.Geometry, side: int, most: int) -> FloatArray:
    """Points spread evenly over a parcel, shape ``(k, 2)``; its corners where it is too thin."""
    west, south, east, north = target.bounds
    x, y = np.meshgrid(
        west + (np.arange(side) + 0.5) / side * (east - west),
        south + (np.arange(side) + 0.5) / side * (north - south),
    )
    grid = np.column_stack([x.ravel(), y.ravel()])
    inside = grid[shapely.contains_xy(target, grid[:, 0], grid[:, 1])]
    if len(inside) < side:
        corners = shapely.get_coordinates(target)
        corners = corners[:: max(1, len(corners) // most)]
        inside = np.concatenate([inside, corners])
    return inside[np.linspace(0, len(inside) - 1, min(most, len(inside))).astype(int)]


def _shown(
    xy: FloatArray,
    azimuth: FloatArray,
    half: FloatArray,
    targets: GeometryArray,
    sigma: FloatArray,
    aimed: BoolArray,
) -> FloatArray:
    """Part of the parcel in view beside the best to be had there; 1 where no axis is known."""
    out = np.ones(len(xy))
    rows = np.flatnonzero(aimed)
    points = np.full((len(rows), _POINTS, 2), np.nan)
    for place, row in enumerate(rows):
        found = spread_points(targets[row], _GRID, _POINTS)
        points[place, : len(found)] = found
    for first in range(0, len(rows), 4096):
        part = rows[first : first + 4096]
        here = xy[part, None] + _OFFSETS * sigma[part, None, None]
        step = points[first : first + 4096, None] - here[:, :, None]
        towards = np.degrees(np.arctan2(step[..., 0], step[..., 1]))
        best = _mean_direction(towards)
        width = half[part, None]
        seen = _in_view(wrapped(towards - azimuth[part, None, None]), width)
        could = _in_view(wrapped(towards - best[:, :, None]), width)
        share = np.clip(seen / np.maximum(could, 1e-9), 0.0, 1.0)
        out[part] = share @ _WEIGHTS
    return out


def _mean_direction(degrees: FloatArray) -> FloatArray:
    """Circular mean over the last axis, unknown ones left out."""
    angle = np.radians(degrees)
    return np.degrees(np.arctan2(np.nansum(np.sin(angle), -1), np.nansum(np.cos(angle), -1)))


def _in_view(off_axis: FloatArray, half: FloatArray) -> FloatArray:
    """Mean over points of the chance that they are in view, the compass being uncertain."""
    width = half[..., None]
    chance = _normal((off_axis + width) / COMPASS_SIGMA)
    chance -= _normal((off_axis - width) / COMPASS_SIGMA)
    return np.asarray(np.nanmean(chance, axis=-1))


def _miss(
    xy: FloatArray,
    azimuth: FloatArray,
    distance: FloatArray,
    targets: GeometryArray,
    aimed: BoolArray,
) -> FloatArray:
    out = np.full(len(xy), np.nan)
    rows = np.flatnonzero(aimed)
    if not len(rows):
        return out
    vertices, place = shapely.get_coordinates(targets[rows], return_index=True)
    owner = rows[place]
    away = np.abs(wrapped(bearings(xy[owner], vertices) - azimuth[owner]))
    nearest = np.full(len(xy), np.inf)
    np.minimum.at(nearest, owner, away)
    # Beyond the parcel's farthest vertex the axis meets nothing more.
    far = np.zeros(len(xy))
    np.maximum.at(far, owner, np.hypot(*(vertices - xy[owner]).T))
    angle = np.radians(azimuth[rows])
    tip = xy[rows] + far[rows, None] * np.column_stack([np.sin(angle), np.cos(angle)])
    axis = shapely.linestrings(np.stack([xy[rows], tip], axis=1))
    meets = shapely.intersects(axis, targets[rows]) | (distance[rows] == 0)
    out[rows] = np.where(meets, 0.0, nearest[rows])
    return out


def _normal(z: FloatArray) -> FloatArray:
    return np.asarray(0.5 * (1.0 + erf(z / np.sqrt(2.0))))
