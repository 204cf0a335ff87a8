"""Photos beside the tracks of those who took them.

A track and a photo of one person tell where that person was at one moment. Who
carried which receiver nobody writes down: it shows where nearly all photos of a
person lie on one track at their times, which also proves both clocks right.
Photos of that person away from that track at their time contradict it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from ..submission.tracks import Track
from ..table import BoolArray, FloatArray, IntArray
from .photo import PhotoMeasure
from .photo_motion import measure_motion

_SLACK = 60.0
"""Seconds that clocks and the moment of a fix may differ."""

NEAR = 60.0
"""Metres within which a photo lies on the track."""


@dataclass(frozen=True)
class Visits:
    """Photos and the track that was on at their time; arrays of shape ``(photos,)``.

    ``covered`` are photos of a known person and moment at which some track was
    recorded; ``track`` the number of the one that this person carried (-1: not known),
    ``away`` metres from it within a minute of the photo (NaN: not known; the
    continuous statistic: higher is more suspicious). ``near`` tells whether any track
    at all was near then. ``agreeing`` and ``of`` count the photos of that person on
    that track and at its times.
    """

    covered: BoolArray
    track: IntArray
    away: FloatArray
    near: BoolArray
    agreeing: IntArray
    of: IntArray


def measure_visits(
    tracks: Sequence[Track], photos: PhotoMeasure, least: int, share: float
) -> Visits:
    """Bring photos and tracks together.

    Parameters
    ----------
    least, share
        How many photos of a person, and which share of those at its times, must lie on a track
        for it to be that person's.
    """
    count = len(photos)
    motion = measure_motion(photos)
    track = np.full(count, -1, dtype=np.int64)
    away = np.full(count, np.nan)
    agreeing, total = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    covered, near = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
    usable = np.flatnonzero(motion.named)
    for number, one in enumerate(tracks):
        distance = _distances(one, photos, usable) if one.dated else None
        if distance is None:
            continue
        there = np.isfinite(distance)
        covered[usable[there]] = True
        near[usable[there & (np.nan_to_num(distance, nan=np.inf) <= NEAR)]] = True
        for person in np.unique(motion.person[usable[there]]):
            mine = there & (motion.person[usable] == person)
            on = int((distance[mine] <= NEAR).sum())
            if on < least or on < share * mine.sum():
                continue
            rows = usable[mine]
            # Of two tracks that a person carried, the nearer one tells.
            better = ~(away[rows] <= distance[mine])
            chosen = rows[better]
            away[chosen], track[chosen] = distance[mine][better], number
            agreeing[chosen], total[chosen] = on, int(mine.sum())
    return Visits(covered, track, away, near, agreeing, total)


def _distances(track: Track, photos: PhotoMeasure, rows: IntArray) -> FloatArray | None:
    """Metres from photos to the track within a minute of their time; NaN where it was not on."""
    timed = np.flatnonzero(track.timed)
    if len(timed) < 2 or photos.plane is None or not len(rows):
        return None
    timed = timed[np.argsort(track.time[timed], kind="stable")]
    time = track.time[timed]
    when = photos.times.utc[rows]
    first = np.searchsorted(time, when - _SLACK)
    last = np.searchsorted(time, when + _SLACK, side="right")
    out = np.full(len(rows), np.nan)
    on = np.flatnonzero((last - first >= 1) & (when >= time[0]) & (when <= time[-1]))
    if not len(on):
        return None
    xy = photos.plane.points(track.lon[timed], track.lat[timed])
    for place in on:
        part = xy[first[place] : last[place]]
        part = part[np.isfinite(part).all(axis=1)]
        if not len(part):
            continue
        line = shapely.linestrings(part) if len(part) > 1 else shapely.points(part[0])
        out[place] = shapely.distance(line, shapely.points(photos.xy[rows[place]]))
    return out
