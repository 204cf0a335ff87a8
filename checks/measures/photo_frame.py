"""Mistakes of a whole set of photos: encrypted, swapped or shifted positions, a turned compass.

One such mistake has one honest cause and is one finding; what is left after
taking it off is held against the parcels, so that no parcel is accused for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely

from ..table import BoolArray, FloatArray, GeometryArray, TextArray
from .gcj02 import bd09_to_wgs84, gcj02_to_wgs84, wgs84_to_gcj02
from .photo_plane import Plane
from .photo_view import wrapped

NEAR = 80.0
"""Metres from its parcel within which a photo counts as taken at it."""

_Change = Callable[[FloatArray, FloatArray], "tuple[FloatArray, FloatArray]"]


def _swap(lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    return lat, lon


def _other_side(lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    return -lon, lat


def _other_half(lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    return lon, -lat


def _minutes(lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Degrees and minutes that were read as a decimal number (31.30 for 31°30')."""
    return _from_minutes(lon), _from_minutes(lat)


def _from_minutes(value: FloatArray) -> FloatArray:
    whole = np.trunc(value)
    return whole + (value - whole) * 100 / 60


CHANGES: dict[str, _Change] = {
    "gcj02": gcj02_to_wgs84,
    "bd09": bd09_to_wgs84,
    "axis_swap": _swap,
    "sign_flip": _other_side,
    "latitude_sign": _other_half,
    "degrees_minutes": _minutes,
    "gcj02_parcels": wgs84_to_gcj02,
}
"""What may have been done to longitude and latitude, and how to undo it."""

_SMALL = ("gcj02", "bd09", "gcj02_parcels")


@dataclass(frozen=True)
class FrameError:
    """A systematic mistake: its cause, whose it is, and how many photos it explains.

    ``east``, ``north`` are metres to add to the positions, ``turn`` degrees to
    add to the azimuths (NaN where it is no shift, no turn).
    """

    cause: str
    source: str
    photos: int
    explained: int
    near_before: int
    east: float = float("nan")
    north: float = float("nan")
    turn: float = float("nan")


def find_position_error(
    longitude: FloatArray,
    latitude: FloatArray,
    targets: GeometryArray,
    plane: Plane,
    source: str,
    least: int = 3,
) -> tuple[FrameError | None, FloatArray]:
    """One mistake that brings photos far from their parcels back to them.

    Returns
    -------
    The mistake, if one explains most photos and the positions as they are do
    not, and the positions in metres with it taken off, shape ``(n, 2)``.
    """
    xy = plane.points(longitude, latitude)
    known = ~shapely.is_missing(targets) & np.isfinite(longitude) & np.isfinite(latitude)
    count = int(known.sum())
    if count < least:
        return None, xy
    before = int(_near(xy, targets, known).sum())
    if before >= 0.5 * count:
        return None, xy
    best: tuple[int, str, FloatArray] = (before, "", xy)
    for cause, change in CHANGES.items():
        moved = plane.points(*change(longitude, latitude))
        near = int(_near(moved, targets, known).sum())
        if near > best[0]:
            best = (near, cause, moved)
    near, cause, moved = best
    if not cause or near < max(least, 0.7 * count) or near < before + max(2, 0.4 * count):
        return None, xy
    return FrameError(cause, source, count, near, before), moved


def single_causes(
    longitude: FloatArray, latitude: FloatArray, targets: GeometryArray, plane: Plane
) -> TextArray:
    """For each photo far off the first change that brings it to its parcel; ``""``: none.

    The offset of encrypted maps is no farther than many a walk: one photo that it
    happens to explain is no evidence of it, most of those far off are.
    """
    out = np.full(len(longitude), "", dtype=object)
    known = ~shapely.is_missing(targets) & np.isfinite(longitude) & np.isfinite(latitude)
    if not known.any():
        return out
    far = known & ~_near(plane.points(longitude, latitude), targets, known)
    for cause, change in CHANGES.items():
        moved = plane.points(*change(longitude, latitude))
        near = _near(moved, targets, far & (out == ""))
        if cause not in _SMALL or near.sum() >= max(3, 0.6 * far.sum()):
            out[near] = cause
    return out


def find_turn(
    off_centre: FloatArray,
    miss: FloatArray,
    distance: FloatArray,
    source: str,
    least: int = 8,
) -> FrameError | None:
    """A constant angle between what the camera recorded and where it looked.

    Parameters
    ----------
    off_centre, miss, distance
        As in :class:`~.photo_view.PhotoView`; shape ``(n,)``.
    """
    usable = np.isfinite(off_centre) & (distance > 15.0) & (distance < 300.0)
    count = int(usable.sum())
    if count < least:
        return None
    away = off_centre[usable]
    span = 45.0
    before = int((np.abs(away) <= span).sum())
    if before >= 0.4 * count:
        return None
    candidates = np.arange(-180.0, 180.0, 5.0)
    hits = np.array([(np.abs(wrapped(away - turn)) <= span).sum() for turn in candidates])
    start = candidates[int(np.argmax(hits))]
    inside = np.abs(wrapped(away - start)) <= span
    turn = float(wrapped(start + np.median(wrapped(away[inside] - start))))
    explained = int((np.abs(wrapped(away - turn)) <= span).sum())
    if explained < 0.75 * count or abs(turn) < 30.0 or not np.isfinite(miss[usable]).any():
        return None
    return FrameError("azimuth_offset", source, count, explained, before, turn=turn)


def _near(xy: FloatArray, targets: GeometryArray, known: BoolArray) -> BoolArray:
    out = np.zeros(len(xy), dtype=bool)
    rows = np.flatnonzero(known & np.isfinite(xy).all(axis=1))
    if len(rows):
        out[rows] = shapely.distance(shapely.points(xy[rows]), targets[rows]) <= NEAR
    return out


def common_shift(xy: FloatArray, targets: GeometryArray, least: int = 8) -> FloatArray | None:
    """The metres that positions have to be moved by to lie round their parcels' centres.

    Median over photos; ``None`` where they are few or do not agree on any (the
    median must exceed five of its standard errors). Crews that always come from
    one side give such a shift as well: whether it is a mistake is for the
    directions to tell.
    """
    rows = np.flatnonzero(~shapely.is_missing(targets) & np.isfinite(xy).all(axis=1))
    if len(rows) < least:
        return None
    away = shapely.get_coordinates(shapely.centroid(targets[rows])) - xy[rows]
    middle = np.median(away, axis=0)
    spread = float(np.median(np.hypot(*(away - middle).T)))
    if np.hypot(*middle) < max(60.0, 5 * 1.25 * spread / np.sqrt(len(rows))):
        return None
    return np.asarray(middle)
