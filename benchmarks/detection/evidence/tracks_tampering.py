"""Tracks that no receiver logged, or that were logged elsewhere or at another time."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import CubicSpline

from ..protocol import FloatArray
from .terrain import Ground
from .tracks import Track, thinned

DRAWN = ("clicks", "even", "spline", "white_noise", "jittered_time", "drawn_thinned")
"""Ways of drawing a track on a screen."""

REPLAYED = ("shifted_time", "translated", "reversed", "resampled", "small_noise")
"""Ways of handing in a track again."""

IMPOSSIBLE = ("hurried", "jumps", "backwards_time", "instant")


def drawn(corners: FloatArray, like: Track, how: str, random: np.random.Generator) -> Track:
    """A track through ``corners`` drawn on a screen; start, rate and digits as in ``like``."""
    clicks = corners + random.normal(0.0, 1.0, corners.shape)
    gap = np.hypot(*np.diff(clicks, axis=0, prepend=clicks[:1] - 1.0).T)
    clicks = clicks[gap > 0.5]
    way = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(clicks, axis=0).T))])
    seconds = way[-1] / float(random.choice([1.2, 1.4, 5.0]))
    if how == "clicks":
        return _clocked(clicks, like, np.linspace(0, seconds, len(clicks)), random)
    step = float(random.choice([1.0, 5.0]))
    along = np.arange(0.0, seconds, step) / seconds * way[-1]
    xy = np.column_stack([np.interp(along, way, clicks[:, axis]) for axis in (0, 1)])
    if how == "spline":
        xy = CubicSpline(way, clicks)(along)
    if how == "white_noise":
        xy = xy + random.normal(0.0, random.uniform(0.5, 2.5), xy.shape)
    time = np.arange(len(xy)) * step
    if how == "jittered_time":
        time = np.cumsum(np.maximum(np.round(step + random.normal(0, 0.4 * step, len(xy))), 1.0))
    out = _clocked(xy, like, time, random)
    if how == "drawn_thinned":
        out = out.only(thinned(xy + random.normal(0.0, 0.3, xy.shape), 1.0))
    return out


def _clocked(xy: FloatArray, like: Track, time: FloatArray, random: np.random.Generator) -> Track:
    """With the times given and a height that varies as one imagines."""
    level = float(np.median(like.altitude))
    slow = np.sin(np.linspace(0, random.uniform(2, 8), len(xy)))
    altitude = np.round(level + 3.0 * slow + random.normal(0, 0.3, len(xy)), 1)
    start = like.time[0]
    return like.but(xy=xy, time=start + np.round(time), altitude=altitude)


def replayed(track: Track, how: str, random: np.random.Generator, days: int = 3) -> Track:
    """The same walk again on another day, changed as forgers do."""
    time = track.time + days * 86400 + round(random.uniform(-7200, 7200))
    again = track.but(time=time)
    if how == "translated":
        step = random.choice([-1, 1], 2) * random.uniform(100.0, 1500.0, 2)
        return again.but(xy=track.xy + step)
    if how == "reversed":
        back = again.only(slice(None, None, -1))
        return back.but(time=time[0] + (time[-1] - time[::-1]))
    if how == "resampled":
        moments = np.arange(time[0], time[-1], float(random.choice([2.0, 3.0, 7.0])))
        xy = np.column_stack([np.interp(moments, time, track.xy[:, axis]) for axis in (0, 1)])
        return again.but(
            xy=xy, time=moments, altitude=np.round(np.interp(moments, time, track.altitude), 1)
        )
    if how == "small_noise":
        return again.but(xy=track.xy + random.normal(0.0, 0.5, track.xy.shape))
    return again


def impossible(track: Track, how: str, random: np.random.Generator) -> Track:
    """Motion that nobody makes."""
    if how == "hurried":
        way = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(track.xy, axis=0).T))])
        # Along field boundaries at 220 to 430 km/h, a fix a second.
        passed = way / random.uniform(60.0, 120.0)
        rows = np.unique(np.searchsorted(passed, np.arange(0.0, passed[-1])))
        return track.only(rows).but(time=track.time[0] + np.round(passed[rows], 2))
    if how == "jumps":
        xy = track.xy.copy()
        for place in random.integers(1, len(track), max(len(track) // 60, 4)):
            xy[place:] += random.choice([-1, 1], 2) * random.uniform(200.0, 600.0, 2)
        return track.but(xy=xy)
    if how == "backwards_time":
        time = track.time.copy()
        third = len(time) // 3
        time[third : 2 * third] = time[third : 2 * third][::-1]
        return track.but(time=time)
    return track.but(time=np.full(len(track), track.time[0]))


def heights_of_dem(track: Track, ground: Ground, constant: bool) -> Track:
    """Altitudes read off the DEM, or one and the same throughout."""
    seen = ground.seen(track.xy)
    height = np.where(np.isfinite(seen), seen, float(np.nanmedian(ground.cells)))
    if constant:
        height = np.full(len(track), float(np.median(height)))
    return track.but(altitude=np.round(height, 2))
