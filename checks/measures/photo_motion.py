"""The way between two photos of one person: how fast it must have been gone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..table import BoolArray, FloatArray, IntArray, TextArray
from .photo import PhotoMeasure

_ROOM_SECONDS = 5.0
_SIGMAS = 3.0


@dataclass(frozen=True)
class PhotoMotion:
    """Arrays of shape ``(photos,)``.

    ``named`` are photos that tell who or which very device took them; ``speed``
    in km/h is the least that explains the way to the photo before or after,
    whichever accuses this one: a photo between two that lie together has both
    ways against it, else the later of a pair is named. NaN without neighbour.
    ``person`` numbers the names.
    """

    named: BoolArray
    person: IntArray
    speed: FloatArray
    metres: FloatArray
    seconds: FloatArray
    other: IntArray

    def shared(self, kmh: float, share: float) -> BoolArray:
        """Photos of names under which so many ways are impossible that it is several people."""
        out = np.zeros(len(self.speed), dtype=bool)
        with np.errstate(invalid="ignore"):
            fast = self.speed > kmh
        for person in np.unique(self.person[self.named]):
            rows = (self.person == person) & np.isfinite(self.speed)
            if rows.sum() >= 6 and fast[rows].mean() > share:
                out |= rows
        return out


def measure_motion(measure: PhotoMeasure) -> PhotoMotion:
    """Speeds along each person's photos in the order of their time."""
    photos = measure.photos
    count = len(photos)
    names = _names(measure)
    _, person = np.unique(names.astype(str), return_inverse=True)
    named = (names != "") & np.isfinite(measure.xy).all(axis=1)
    named &= np.isfinite(measure.times.utc)
    speed, metres = np.full(count, np.nan), np.full(count, np.nan)
    seconds, other = np.full(count, np.nan), np.full(count, -1, dtype=np.int64)
    for each in np.unique(person[named]):
        rows = np.flatnonzero(named & (person == each))
        rows = rows[np.argsort(measure.times.utc[rows], kind="stable")]
        if len(rows) > 1:
            _along(measure, rows, speed, metres, seconds, other)
    return PhotoMotion(named, person.astype(np.int64), speed, metres, seconds, other)


def _names(measure: PhotoMeasure) -> TextArray:
    """Photographer, else the device with its serial number."""
    photos = measure.photos
    said = photos.words("PSRY")
    out = np.full(len(photos), "", dtype=object)
    for row, picture in enumerate(photos.pictures):
        serial = picture.exif.serial
        if said[row]:
            out[row] = f"person {said[row]}"
        elif serial and set(serial) - {"0", " "}:
            out[row] = f"device {picture.exif.make} {picture.exif.model} {serial}"
    return out


def _along(
    measure: PhotoMeasure,
    rows: IntArray,
    speed: FloatArray,
    metres: FloatArray,
    seconds: FloatArray,
    other: IntArray,
) -> None:
    here, there = rows[:-1], rows[1:]
    away = np.hypot(*(measure.xy[there] - measure.xy[here]).T)
    room = _SIGMAS * np.hypot(measure.error[here], measure.error[there])
    passed = measure.times.utc[there] - measure.times.utc[here]
    pace = np.maximum(away - room, 0.0) / (passed + _ROOM_SECONDS) * 3.6
    value = _accused(pace)
    count = len(rows)
    # The faster of the two ways is the one to tell.
    before = np.concatenate([[-1.0], pace])
    after = np.concatenate([pace, [-1.0]])
    back = before >= after
    leg = np.where(back, np.arange(count) - 1, np.arange(count))
    speed[rows] = value
    metres[rows], seconds[rows] = away[leg], passed[leg]
    other[rows] = rows[np.where(back, leg, leg + 1)]


def _accused(pace: FloatArray) -> FloatArray:
    """For each photo the pace that speaks against it rather than against its neighbours.

    A photo that is wrong itself is fast on both ways, its neighbours on one. A
    jump that both ends share (the day's work goes on elsewhere) names the later.
    """
    before, after = np.append(np.inf, pace), np.append(pace, np.inf)
    value = np.minimum(before, after)
    if len(pace) == 1:
        return np.array([0.0, pace[0]])
    # At the ends there is one way; it speaks of the end if the next way is slow.
    value[0] = pace[0] if pace[1] < 0.5 * pace[0] else 0.0
    value[-1] = pace[-1] if pace[-2] < 0.5 * pace[-1] else 0.0
    unsaid = np.maximum(value[:-1], value[1:]) < 0.5 * pace
    value[1:][unsaid] = pace[unsaid]
    return value
