"""How a photo's place and direction lie to the parcel that it should show.

Plane geometry: the angle by which the camera misses the parcel is that between
its axis and the nearest direction in which any part of the parcel lies. The
continuous statistic is a log-likelihood ratio: what an honest photographer with
an uncertain compass and receiver would do, against any direction at all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.special import erf

from ..table import BoolArray, FloatArray, GeometryArray

COMPASS_SIGMA = 18.0
"""Degrees. Phones' compasses in the open are off by 10–20° (design values of the
domain notes, judgement), declination not counted."""

RECEIVER_SIGMA = 12.0
"""Metres. Single-frequency receivers in phones in the open: 5–15 m (judgement)."""

_AIM_SIGMA = 20.0
_LEAST_DENSITY = 1e-12
_DISTANCE_SCALE = 30.0


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
    low, high, off_centre = _span(xy, azimuth, targets, known)
    aimed = known & np.isfinite(azimuth)
    miss = _miss(xy, azimuth, distance, targets, aimed)
    with np.errstate(divide="ignore", invalid="ignore"):
        swing = np.degrees(np.arctan2(sigma, np.maximum(distance, 1e-9)))
        swing = np.where(distance > 0, swing, 90.0)
        uncertainty = np.hypot(COMPASS_SIGMA, np.minimum(swing, 90.0))
    statistic = _statistic(distance, sigma, low, high, off_centre, uncertainty, aimed)
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


def _span(
    xy: FloatArray, azimuth: FloatArray, targets: GeometryArray, known: BoolArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Directions of the parcel, in degrees.

    Least and greatest of its vertices from its centroid's, and the centroid's
    from the camera's axis.
    """
    count = len(xy)
    low, high = np.full(count, np.inf), np.full(count, -np.inf)
    rows = np.flatnonzero(known)
    if not len(rows):
        return low, high, np.full(count, np.nan)
    centre = np.full((count, 2), np.nan)
    centre[rows] = shapely.get_coordinates(shapely.centroid(targets[rows]))
    to_centre = bearings(xy, centre)
    vertices, place = shapely.get_coordinates(targets[rows], return_index=True)
    owner = rows[place]
    relative = wrapped(bearings(xy[owner], vertices) - to_centre[owner])
    np.minimum.at(low, owner, relative)
    np.maximum.at(high, owner, relative)
    return low, high, wrapped(to_centre - azimuth)


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


def _statistic(
    distance: FloatArray,
    sigma: FloatArray,
    low: FloatArray,
    high: FloatArray,
    off_centre: FloatArray,
    uncertainty: FloatArray,
    aimed: BoolArray,
) -> FloatArray:
    """Minus the log of how much likelier than chance an honest photographer's choice is."""
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        width = np.maximum(high - low, 1.0)
        axis = -off_centre
        spread = _normal((axis - low) / uncertainty) - _normal((axis - high) / uncertainty)
        aim = np.hypot(uncertainty, _AIM_SIGMA)
        towards = np.exp(-0.5 * (off_centre / aim) ** 2) / (aim * np.sqrt(2 * np.pi))
        density = 0.5 * spread / width + 0.5 * towards
        turned = -np.log(360.0 * np.maximum(density, _LEAST_DENSITY))
        # Inside the parcel, or as near as the receiver can tell, every direction shows it.
        near = np.clip(distance / (2 * sigma), 0.0, 1.0)
        away = np.maximum(distance - 2 * sigma, 0.0) / _DISTANCE_SCALE
    return np.where(aimed & np.isfinite(turned), near * turned, 0.0) + away


def _normal(z: FloatArray) -> FloatArray:
    return np.asarray(0.5 * (1.0 + erf(z / np.sqrt(2.0))))
