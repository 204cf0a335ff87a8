"""Photos on the terrain: their height against it, and what it hides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..findings import Text
from ..progress import SILENT, Progress
from ..raster import RasterError
from ..table import BoolArray, FloatArray, IntArray, TextArray
from .photo import PhotoMeasure
from .photo_error import altitudes
from .photo_view import bearings, spread_points, wrapped
from .robust import nmad
from .sampling_points import sample_points
from .sight import Ground, clearances
from .terrain_file import open_terrain

_GROUP = 8
_TARGETS = 25
_ROOM = 20.0
_LONGEST = 2_000.0
_SEA = 30.0


@dataclass(frozen=True)
class PhotoGround:
    """Arrays of shape ``(photos,)``; NaN where it cannot be told.

    ``ground`` is the DEM's height at the station, ``above`` the receiver's
    altitude minus it, ``constant`` the median of that over the device's photos
    (geoid undulation where altitudes are ellipsoidal), ``spread`` its NMAD,
    ``alike`` how many photos that rests on. ``hidden`` is by how many metres
    the terrain hides even the best seen part of the parcel (negative: seen).
    ``told`` are photos that tell an altitude. ``problem`` tells why the terrain could not be read.
    """

    ground: FloatArray
    above: FloatArray
    constant: FloatArray
    spread: FloatArray
    alike: FloatArray
    hidden: FloatArray
    cell: float
    told: BoolArray
    problem: Text | None = None


def measure_ground(
    dem: str, measure: PhotoMeasure, progress: Progress = SILENT
) -> PhotoGround | None:
    """``None`` without DEM or without photos that have a place."""
    plane = measure.plane
    if not dem or plane is None or not np.isfinite(measure.xy).any():
        return None
    count = len(measure)

    def ground(xy: FloatArray) -> FloatArray:
        given = plane.delivered(xy)
        return sample_points(dem, given[:, 0], given[:, 1], plane.wkt)

    try:
        across, down = open_terrain(dem).grid.spacing(0, 1)
        cell = float(max(across[0], down[0]))
        heights = ground(measure.xy)
        hidden = _hidden(measure, ground, cell, progress)
    except RasterError as error:
        nothing = np.full(count, np.nan)
        return PhotoGround(
            nothing, nothing, nothing, nothing, nothing, nothing, float("nan"),
            np.isfinite(altitudes(measure.photos)), error.text,
        )  # fmt: skip
    altitude = altitudes(measure.photos)
    with np.errstate(invalid="ignore"):
        # Zero is also the value of no value: believed only near the sea.
        altitude = np.where((altitude == 0) & ~(np.abs(heights) < _SEA), np.nan, altitude)
    above = altitude - heights
    constant, spread, alike = _constants(above, measure.photos.devices, measure.photos.aerial)
    told = np.isfinite(altitude)
    return PhotoGround(heights, above, constant, spread, alike, hidden, cell, told)


def _constants(
    above: FloatArray, devices: TextArray, aerial: BoolArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Each device's own constant, where it has enough photos, else that of all."""
    usable = np.isfinite(above) & ~aerial
    everyone = float(np.median(above[usable])) if usable.any() else float("nan")
    constant = np.full(len(above), everyone)
    spread = np.full(len(above), nmad(above[usable]))
    alike = np.full(len(above), float(usable.sum()))
    for device in sorted(set(devices)):
        rows = (devices == device) & usable
        if rows.sum() >= _GROUP:
            constant[devices == device] = np.median(above[rows])
            spread[devices == device] = nmad(above[rows])
            alike[devices == device] = rows.sum()
    return constant, spread, alike


def _hidden(measure: PhotoMeasure, ground: Ground, cell: float, progress: Progress) -> FloatArray:
    """The best clearance over the parcel and over where the receiver may have been, turned over."""
    out = np.full(len(measure), np.nan)
    view = measure.view
    with np.errstate(invalid="ignore"):
        rows = np.flatnonzero(
            (view.distance > 3 * cell) & (view.distance <= _LONGEST) & ~measure.photos.aerial
        )
    if not len(rows):
        return out
    points = _points_of(measure, rows)
    best = np.full(len(rows), -np.inf)
    offsets = np.array([(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)], dtype=np.float64)
    for number, offset in enumerate(offsets):
        stations = measure.xy[rows] + offset * measure.error[rows, None]
        part = progress.part(number / len(offsets), (number + 1) / len(offsets))
        gaps = clearances(stations, points, ground, cell, 1.5 * cell, progress=part)
        # A point whose height is unknown may be the one that shows.
        gaps = np.where(np.isnan(gaps), np.inf, gaps)
        best = np.maximum(best, gaps.max(axis=1))
    out[rows] = np.where(np.isfinite(best), -best, np.nan)
    return out


def _points_of(measure: PhotoMeasure, rows: IntArray) -> FloatArray:
    """Points spread over each parcel, those in view where there are any; ``(n, k, 2)``."""
    points = np.empty((len(rows), _TARGETS, 2))
    for place, row in enumerate(rows):
        target = measure.target[row]
        found = spread_points(target, 5, _TARGETS)
        azimuth = measure.azimuth[row]
        if np.isfinite(azimuth):
            here = np.repeat(measure.xy[row][None], len(found), axis=0)
            off = np.abs(wrapped(bearings(here, found) - azimuth))
            room = measure.view.half_view[row] + _ROOM
            if (off <= room).any():
                found = found[off <= room]
        points[place] = found[np.arange(_TARGETS) % len(found)]
    return points
