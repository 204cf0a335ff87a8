"""How smoothly a track runs on, how even its pace is, and whether its times were computed.

Whoever walks or drives changes pace within seconds and never holds it over
minutes; a line or spline run along by a program can be foretold from fix to
fix. Differences of the third order leave nothing of a cubic (Newton's divided
differences; de Boor 2001, A Practical Guide to Splines, ch. I).
"""

from __future__ import annotations

from math import comb

import numpy as np

from ..table import FloatArray
from .track_path import MOVING, Path

_STRIDES = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
_SHORTEST, _LONGEST, _WIDEST = 3.0, 7.5, 120.0
"""Seconds between the fixes that are compared, and metres at most."""

_LEAST_TRIPLES, _LEAST_WINDOWS, _LEAST_TIMES = 24, 12, 20
_MOST_ROUNDING, _MOST_ROUNDING_4, _MOST_ROUNDING_EXACT = 0.08, 0.1, 0.012
_RAYLEIGH_25 = 0.54  # lower quartile of rounding's fourth differences, in their spread
_PACE_SECONDS = (15.0, 30.0, 60.0)
_SPREAD = 1.683
"""Between the 20 % and the 80 % quantile of a normal distribution, in its spread."""


def roughness(path: Path) -> tuple[float, float]:
    """Third differences over the length of a step: lower quartile and median, beyond rounding.

    The least over several strides of three seconds and more; NaN where rounding
    would hide it. A line run along at one speed, or a smooth spline: 0. People
    and cars: 0.03 and more.
    """
    usual = float(np.median(path.span))
    fast = path.step[path.joined & (path.speed > MOVING)]
    if len(fast) < 30 or not usual > 0:
        return float("nan"), float("nan")
    step = float(np.median(fast))
    found = []
    for stride in _STRIDES:
        if len(path.rows) < 3 * stride + 30 or stride * step > _WIDEST:
            break
        rounding = path.unit * 0.29 * np.sqrt(40) / (stride * step)
        if not _SHORTEST <= stride * usual <= _LONGEST or rounding > _MOST_ROUNDING:
            continue
        off = _third(path, stride, usual, step)
        if len(off) >= _LEAST_TRIPLES:
            low = np.quantile(off, [0.25, 0.5])
            found.append(np.sqrt(np.maximum(low**2 - rounding**2, 0.0)))
    if not found:
        return float("nan"), float("nan")
    least = np.min(found, axis=0)
    return float(least[0]), float(least[1])


def _third(path: Path, stride: int, usual: float, step: float) -> FloatArray:
    """Third differences over step lengths, of fixes ``stride`` apart on the move."""
    first = np.arange(0, len(path.rows) - 3 * stride, max(1, stride // 4))
    place, time = path.x + 1j * path.y, path.time
    z = [place[first + each * stride] for each in range(4)]
    a, b, c = (time[first + each * stride] - time[first] for each in (1, 2, 3))
    cubic = -z[0] / (a * b * c) + z[1] / (a * (b - a) * (c - a))
    cubic += -z[2] / (b * (b - a) * (c - b)) + z[3] / (c * (c - a) * (c - b))
    length = np.abs(z[3] - z[0]) / 3
    broken = np.concatenate([[0], np.cumsum(~path.joined)])
    good = broken[first] == broken[first + 3 * stride]
    good &= (length > 0.35 * stride * step) & (c < 4 * stride * usual)
    return np.abs(6 * cubic * (c / 3) ** 3)[good] / length[good]


def off_cubic(path: Path) -> tuple[float, float]:
    """Fourth differences over step lengths, their lower quartile, beyond rounding.

    Of evenly timed fixes: the least over strides of three seconds and more, and that
    from fix to fix (intervals below three seconds); NaN where rounding would hide
    it. They leave nothing of a spline between its knots (0.01, 0.002 and less), while a
    body and a receiver leave 0.05 and more, smoothed over many seconds 0.01.
    """
    usual = float(np.median(path.span))
    fast = path.step[path.joined & (path.speed > MOVING)]
    if len(fast) < 30 or not usual > 0:
        return float("nan"), float("nan")
    step = float(np.median(fast))

    def beyond(stride: int, most: float) -> float:
        rounding = path.unit * 0.29 * np.sqrt(2 * comb(8, 4)) / (stride * step)
        off = _fourth(path, stride, usual, step) if rounding <= most else np.zeros(0)
        if len(off) < _LEAST_TRIPLES:
            return float("nan")
        low = float(np.quantile(off, 0.25))
        return float(np.sqrt(max(low**2 - (_RAYLEIGH_25 * rounding) ** 2, 0.0)))

    slow = [beyond(n, _MOST_ROUNDING_4) for n in _STRIDES if _SHORTEST <= n * usual <= _LONGEST]
    found = [value for value in slow if np.isfinite(value)]
    quick = beyond(1, _MOST_ROUNDING_EXACT) if usual < _SHORTEST else float("nan")
    return (min(found) if found else float("nan")), quick


def _fourth(path: Path, stride: int, usual: float, step: float) -> FloatArray:
    """Fourth differences over step lengths, of even runs of five fixes on the move."""
    count = len(path.rows) - 4 * stride
    if count < _LEAST_TRIPLES:
        return np.zeros(0)
    place, time = path.x + 1j * path.y, path.time
    z = np.stack([place[k * stride : k * stride + count] for k in range(5)])
    moments = np.stack([time[k * stride : k * stride + count] for k in range(5)])
    length = np.abs(np.diff(z, axis=0))
    even = np.abs(np.diff(moments, axis=0) - stride * usual) <= 0.06 * stride * usual + 0.02
    broken = np.concatenate([[0], np.cumsum(~path.joined)])
    good = even.all(axis=0) & (broken[:count] == broken[4 * stride : 4 * stride + count])
    good &= length.min(axis=0) > 0.35 * stride * step
    weights = np.array([(-1.0) ** k * comb(4, k) for k in range(5)])
    return np.abs(weights @ z)[good] / length.mean(axis=0)[good]


def pace_spread(path: Path) -> float:
    """Robust relative spread of speed over a quarter of a minute to a minute; the least."""
    usual = float(np.median(path.span))
    step = np.where(path.joined, path.step, np.nan)
    found = []
    for seconds in _PACE_SECONDS:
        size = max(1, round(seconds / usual)) if usual > 0 else 1
        count = len(step) // size
        if count < _LEAST_WINDOWS:
            break
        way = step[: count * size].reshape(count, size).sum(axis=1)
        speed = way / path.span[: count * size].reshape(count, size).sum(axis=1)
        speed = speed[np.isfinite(speed)]
        if len(speed) >= _LEAST_WINDOWS and np.median(speed) > 0:
            low, high = np.quantile(speed, [0.2, 0.8])
            found.append(float((high - low) / np.median(speed) / _SPREAD))
    return min(found) if found else float("nan")


def computed_times(path: Path) -> float:
    """How far the interval is from any that one sets, where times were got by dividing; else 0.

    A receiver's clock ticks in whole units, and a phone's stumbles. Times that
    keep to one broken interval, rounded, from the first fix to the last, are a
    span of time divided by the number of points. In units of a second, or of a
    tenth where times are finer: 0 … 0.5.
    """
    count = len(path.time)
    if count < _LEAST_TIMES or not path.joined.all():
        return 0.0
    unit = 1.0 if path.tick == 1.0 else 0.1
    time, number = path.time - path.time[0], np.arange(count)
    interval, start = np.polyfit(number, time, 1)
    left = time - interval * number - start
    if np.ptp(left) > 1.04 * path.tick or not interval > 1.5 * unit:
        return 0.0
    return float(abs(interval / unit - round(interval / unit)))
