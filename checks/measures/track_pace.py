"""How smoothly a track runs on, how even its pace is, and whether its times were computed.

Whoever walks or drives changes pace within seconds and never holds it over
minutes; a line or spline run along by a program can be foretold from fix to
fix. Differences of the third order leave nothing of a cubic (Newton's divided
differences; de Boor 2001, A Practical Guide to Splines, ch. I).
"""

from __future__ import annotations

import numpy as np

from ..table import FloatArray
from .track_path import MOVING, Path

_STRIDES = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
_SHORTEST, _LONGEST, _WIDEST = 3.0, 7.5, 120.0
"""Seconds between the fixes that are compared, and metres at most."""

_LEAST_TRIPLES, _LEAST_WINDOWS, _LEAST_TIMES = 24, 12, 20
_MOST_ROUNDING = 0.08
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
