"""Line of sight over the terrain, from a camera's place to points of its parcel.

The straight line from eye to target is compared with the ground below it at
steps of about a cell. Earth's curvature less refraction lowers the middle of a
line of length L by L²(1 − k)/8R: 0.08 m for 2 km (k = 0.13), nothing beside
what a terrain model is off, and left out.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..progress import SILENT, Progress
from ..table import FloatArray

EYE = 1.6
"""Metres above ground of a camera held by a person."""

_MOST_STEPS = 96
_POINTS = 400_000

Ground = Callable[[FloatArray], FloatArray]


def clearances(
    stations: FloatArray,
    targets: FloatArray,
    ground: Ground,
    step: float,
    near: float,
    eye: float = EYE,
    above: float = 2.0,
    progress: Progress = SILENT,
) -> FloatArray:
    """How far the ground stays below each line of sight.

    Parameters
    ----------
    stations
        Metres, shape ``(n, 2)``.
    targets
        Metres, shape ``(n, k, 2)``.
    ground
        Heights in metres at points of shape ``(m, 2)``, NaN where unknown.
    step
        Metres between points of a profile, about a cell of the terrain.
    near
        Metres from station and target within which ground does not count: a
        receiver's error on a slope must not bury the camera.
    above
        Metres above ground at which the target may show (crops, buildings).

    Returns
    -------
    Shape ``(n, k)``: the least height of the line above the ground (negative:
    hidden by that many metres); +inf where no point lies between, NaN where a
    height is missing.
    """
    count, several = targets.shape[:2]
    away = np.hypot(*np.moveaxis(targets - stations[:, None, :], -1, 0))
    steps = int(np.clip(np.ceil(np.nanmax(away, initial=0.0) / step), 2, _MOST_STEPS))
    share = (np.arange(steps) + 0.5) / steps
    start = ground(stations) + eye
    end = ground(targets.reshape(-1, 2)).reshape(count, several) + above
    out = np.full((count, several), np.nan)
    block = max(1, _POINTS // (steps * several))
    for first in range(0, count, block):
        progress.at(first / max(count, 1))
        part = slice(first, first + block)
        here, there = stations[part, None, None, :], targets[part, :, None, :]
        along = here + (there - here) * share[None, None, :, None]
        height = ground(along.reshape(-1, 2)).reshape(along.shape[:3])
        line = start[part, None, None] + (end[part, :, None] - start[part, None, None]) * share
        gap = line - height
        metres = away[part, :, None] * share
        close = (metres < near) | (away[part, :, None] - metres < near)
        gap = np.where(close, np.inf, gap)
        out[part] = gap.min(axis=2)
    unknown = ~np.isfinite(start)[:, None] | ~np.isfinite(end)
    return np.where(unknown, np.nan, out)
