"""Positions that no receiver gives: repeated to the last digit, round, or drawn on the map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from ..table import BoolArray, FloatArray, IntArray
from .photo import EXIF, PhotoMeasure

_FINEST = 0.02
_COARSE = 2.0
_STEPS = (100.0, 50.0, 10.0, 5.0, 1.0)
_DEGREE_STEPS = (0.01, 0.001, 0.0001)
_METRES = 111_320.0


@dataclass(frozen=True)
class PhotoMock:
    """Arrays of shape ``(photos,)``.

    ``tested`` are photos whose position is stored finely enough to tell.
    ``repeated`` is how many photos of other parcels or other times share the
    position exactly, ``partner`` the first of them (-1: none). ``round_step``
    is the coarsest step (metres on the plane, or degrees) that both coordinates
    are multiples of, ``chance`` how often a true position would be so;
    ``to_centre`` metres to the parcel's centroid or label point.
    ``statistic`` is minus the log of the least chance.
    """

    tested: BoolArray
    repeated: IntArray
    partner: IntArray
    round_step: FloatArray
    in_degrees: BoolArray
    chance: FloatArray
    to_centre: FloatArray
    centre_chance: FloatArray
    statistic: FloatArray


def measure_mock(measure: PhotoMeasure, apart: float, minutes: float) -> PhotoMock:
    """Look for positions that were not measured.

    ``apart`` metres and ``minutes`` tell when two photos cannot share one fix.
    """
    count = len(measure)
    step = _resolution(measure)
    tested = np.isfinite(measure.raw_xy).all(axis=1) & (step < _COARSE)
    repeated, partner = _repeats(measure, tested, apart, minutes)
    round_step, in_degrees, chance = _roundness(measure, tested, step)
    to_centre = np.full(count, np.nan)
    rows = np.flatnonzero(tested & ~shapely.is_missing(measure.target))
    if len(rows):
        stations = shapely.points(measure.raw_xy[rows])
        target = measure.target[rows]
        to_centre[rows] = np.minimum(
            shapely.distance(stations, shapely.centroid(target)),
            shapely.distance(stations, shapely.point_on_surface(target)),
        )
    area = np.full(count, np.nan)
    area[rows] = shapely.area(measure.target[rows])
    with np.errstate(invalid="ignore", divide="ignore"):
        # Two marked points among all places where the photo could have been taken.
        spot = np.maximum(to_centre, np.maximum(step, 0.05))
        centre_chance = np.minimum(2 * np.pi * spot**2 / np.maximum(area, 400.0), 1.0)
        least = np.fmin(np.fmin(chance, centre_chance), np.where(repeated > 0, 1e-6, 1.0))
    statistic = np.where(tested, -np.log(np.maximum(least, 1e-12)), np.nan)
    return PhotoMock(
        tested,
        repeated,
        partner,
        round_step,
        in_degrees,
        chance,
        to_centre,
        centre_chance,
        statistic,
    )


def _resolution(measure: PhotoMeasure) -> FloatArray:
    """Metres between neighbouring positions as stored; the store's columns are doubles."""
    exif = measure.photos.exif("resolution")
    return np.where(measure.source == EXIF, exif, 0.0)


def _repeats(
    measure: PhotoMeasure, tested: BoolArray, apart: float, minutes: float
) -> tuple[IntArray, IntArray]:
    count = len(measure)
    repeated = np.zeros(count, dtype=np.int64)
    partner = np.full(count, -1, dtype=np.int64)
    rows = np.flatnonzero(tested)
    if not len(rows):
        return repeated, partner
    keys = np.round(measure.raw_xy[rows] / _FINEST).astype(np.int64)
    _, group, sizes = np.unique(keys, axis=0, return_inverse=True, return_counts=True)
    group = group.ravel()
    for number in np.flatnonzero(sizes > 1):
        same = rows[group == number]
        for row in same:
            others = same[same != row]
            different = measure.parcel[others] != measure.parcel[row]
            different &= (measure.parcel[others] >= 0) & (measure.parcel[row] >= 0)
            passed = np.abs(measure.times.local[others] - measure.times.local[row])
            gone = np.nan_to_num(passed) > minutes * 60
            far = different & (_between(measure, int(row), others) > apart)
            strange = far | gone
            repeated[row] = int(strange.sum())
            if strange.any():
                partner[row] = int(others[strange][0])
    return repeated, partner


def _between(measure: PhotoMeasure, row: int, others: IntArray) -> FloatArray:
    """Metres between the parcels of photos; 0 where one is unknown."""
    if measure.target[row] is None:
        return np.zeros(len(others))
    return np.nan_to_num(shapely.distance(measure.target[row], measure.target[others]))


def _roundness(
    measure: PhotoMeasure, tested: BoolArray, step: FloatArray
) -> tuple[FloatArray, BoolArray, FloatArray]:
    """The coarsest round step of each position, and how often chance gives one."""
    count = len(measure)
    found = np.full(count, np.nan)
    in_degrees = np.zeros(count, dtype=bool)
    chance = np.ones(count)
    room = np.maximum(_FINEST, np.nan_to_num(step) / 2)
    given = measure.raw_xy
    for size in _STEPS:
        off = np.abs(given - np.round(given / size) * size).max(axis=1)
        likely = np.minimum(2 * room / size, 1.0) ** 2
        round_here = tested & (off <= room)
        # One such photo may be chance, several together are a habit of drawing.
        several = round_here.sum() > max(3.0, 20 * likely[tested].sum())
        likely = likely**2 if several else likely
        better = round_here & (likely < chance) & ~np.isfinite(found)
        found[better], chance[better] = size, likely[better]
    degrees = np.column_stack([_given(measure, "longitude"), _given(measure, "latitude")])
    for size in _DEGREE_STEPS:
        with np.errstate(invalid="ignore"):
            off = np.abs(degrees - np.round(degrees / size) * size).max(axis=1) * _METRES
            likely = np.minimum(2 * room / (size * _METRES), 1.0) ** 2
            better = tested & (off <= room / 2) & (likely < chance)
        found[better], chance[better] = size, likely[better]
        in_degrees[better] = True
    return found, in_degrees, chance


def _given(measure: PhotoMeasure, name: str) -> FloatArray:
    """Degrees as they were written, not as corrected."""
    photos = measure.photos
    return np.where(measure.source == EXIF, photos.exif(name), photos.stored(name.upper()))
