"""How a track moves: steps, speeds, straightness and the noise of its receiver.

What a receiver writes down carries the unsteadiness of whoever carried it and
the slow wander of its own error; what a program draws between clicked points
carries neither, or carries noise without memory.

Receiver noise as a slowly wandering (Gauss-Markov) process: Rankin (1994), "An
error model for sensor simulation: GPS and differential GPS", IEEE PLANS, pp.
260-266; second differences tell white noise from wander as the Allan variance
does (Allan 1966, Proc. IEEE 54, 221-230).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..submission.tracks import Track
from ..table import BoolArray, FloatArray
from .track_noise import white_noise
from .track_pace import computed_times, off_cubic, pace_spread, roughness
from .track_path import MOVING, Path, metres_between, path_of, thinned, whole_steps

__all__ = ["Motion", "Path", "measure_motion", "metres_between", "path_of"]

_UNITS_A_STEP = 40.0
"""A step is judged where it is so many times the unit that coordinates are written in."""

_UNITS_A_CHORD = 30.0
_LEAST_STEP = 1.0
_MOST_ROUNDING = 0.012
_QUANTILE = 0.70
_LEAST_WINDOWS = 16
_LONGEST_STEP = 6.0
_FAST = 20.0
_LEAST_FIXES, _LEAST_SHORT, _LIKEWISE = 10, 6, 0.5


@dataclass(frozen=True)
class Motion:
    """What the motion of one track says; NaN where it cannot be told.

    Attributes
    ----------
    fixes, seconds, metres
        How much there is: fixes that have a time, time and way recorded.
    moving
        Fixes on the move.
    steadiness
        Robust relative spread of speed over windows (the least over several
        lengths of window) beyond what rounding makes. People: 0.03 and more.
        A program that walks along a line at constant speed: 0.
    evenness
        The same of the spacing from fix to fix.
    straight
        Share of the way on straight, evenly run stretches of at least six
        fixes and 10 s that leave the line by no more than rounding.
    white
        Spread in metres of the noise without memory, beyond rounding; for
        fixes no more than six seconds apart.
    white_share
        Its share of the variance of second differences.
    bumpy, rough
        Lower quartile and median of third differences over step lengths, three
        seconds and more apart, beyond rounding.
    cubic, exact
        Lower quartile of fourth differences over step lengths, beyond rounding,
        three seconds and more apart, and from fix to fix: nothing of them in a
        spline between its knots.
    pace
        Robust relative spread of speed over a quarter of a minute to a minute.
    computed
        How far the interval is from a whole number of seconds (or tenths) where
        all times were got by dividing; else 0.
    acceleration
        The 97 % quantile of acceleration in m/s² over two seconds.
    ratio
        Usual speed from fix to fix over the speed that the receiver itself
        tells (which it measures by Doppler shift, not from positions).
    top_speed
        The greatest speed in m/s that is held over several fixes and
        leads elsewhere.
    jump
        Metres of the way at that speed.
    backward
        Share of steps that go back in time, after a file that is reversed
        throughout was turned round.
    repeated
        Share of epochs that are there twice with another position.
    reversed
        Whether the file runs backwards in time.
    interval, speed
        Usual seconds between fixes and usual m/s on the move.
    top_at
        Place in the path of the step of ``top_speed``; -1: none.
    """

    fixes: int = 0
    seconds: float = float("nan")
    metres: float = float("nan")
    moving: int = 0
    steadiness: float = float("nan")
    evenness: float = float("nan")
    straight: float = float("nan")
    white: float = float("nan")
    white_share: float = float("nan")
    bumpy: float = float("nan")
    rough: float = float("nan")
    cubic: float = float("nan")
    exact: float = float("nan")
    pace: float = float("nan")
    computed: float = 0.0
    acceleration: float = float("nan")
    ratio: float = float("nan")
    top_speed: float = float("nan")
    jump: float = float("nan")
    backward: float = float("nan")
    repeated: float = float("nan")
    reversed: bool = False
    interval: float = float("nan")
    speed: float = float("nan")
    top_at: int = -1


def measure_motion(track: Track, path: Path | None) -> Motion:
    """Measure one track."""
    backward, repeated, turned = _order(track)
    if path is None:
        return Motion(
            fixes=int(track.timed.sum()), backward=backward, repeated=repeated, reversed=turned
        )
    moving = np.asarray(path.speed > MOVING, dtype=bool)
    steadiness, evenness = _constancy(path)
    white, share = white_noise(path, evenness)
    top, jump, at = _top_speed(path)
    bumpy, rough = roughness(path)
    cubic, exact = off_cubic(path)
    return Motion(
        fixes=len(path.rows),
        seconds=float(path.span[path.joined].sum()),
        metres=float(path.step[path.joined].sum()),
        moving=int(moving.sum()),
        steadiness=steadiness,
        evenness=evenness,
        straight=_straight(path),
        white=white,
        white_share=share,
        bumpy=bumpy,
        rough=rough,
        cubic=cubic,
        exact=exact,
        pace=pace_spread(path),
        computed=computed_times(path),
        acceleration=_acceleration(path),
        ratio=_ratio(track, path),
        top_speed=top,
        jump=jump,
        backward=backward,
        repeated=repeated,
        reversed=turned,
        interval=float(np.median(path.span)),
        speed=float(np.median(path.speed[moving])) if moving.any() else 0.0,
        top_at=at,
    )


def _order(track: Track) -> tuple[float, float, bool]:
    """Shares of steps back in time and of epochs told twice; whether all is reversed."""
    timed = track.timed
    time, segment = track.time[timed], track.segment[timed]
    if len(time) < 3:
        return float("nan"), float("nan"), False
    step = np.diff(time)
    within = segment[1:] == segment[:-1]
    # Half a second: clocks are set now and then.
    back, ahead = (step < -0.5) & within, (step > 0.5) & within
    turned = bool(back.sum() > 0.9 * max((back | ahead).sum(), 1))
    wrong = ahead if turned else back
    order = np.argsort(time, kind="stable")
    lon, lat = track.lon[timed][order], track.lat[timed][order]
    twice = np.diff(time[order]) < 1e-4
    east, north = metres_between(lon[:-1], lat[:-1], lon[1:], lat[1:])
    elsewhere = twice & (np.hypot(east, north) > 3 * track.unit * 111_000.0 + 0.5)
    return float(wrong.mean()), float(elsewhere.mean()), turned


def _constancy(path: Path) -> tuple[float, float]:
    """Spread of speed over windows, and of spacing, beyond rounding."""
    chosen = thinned(path, max(_UNITS_A_STEP * path.unit, _LEAST_STEP))
    if len(chosen) < _LEAST_WINDOWS + 1:
        return float("nan"), float("nan")
    whole = whole_steps(path, chosen)
    east, north = np.diff(path.x[chosen]), np.diff(path.y[chosen])
    length = np.where(whole, np.hypot(east, north), np.nan)
    span = np.diff(path.time[chosen])
    steady = [
        _relative_spread(length, span, size, path)
        for size in (1, 2, 4, 8, 16, 32)
        if len(length) // size >= _LEAST_WINDOWS
    ]
    good = [value for value in steady if np.isfinite(value)]
    even = _relative_spread(length, np.ones(len(length)), 1, path)
    return (min(good) if good else float("nan")), even


def _relative_spread(length: FloatArray, span: FloatArray, size: int, path: Path) -> float:
    """Robust relative spread of ``length / span`` over windows of ``size`` steps."""
    count = len(length) // size
    way = length[: count * size].reshape(count, size).sum(axis=1)
    time = span[: count * size].reshape(count, size).sum(axis=1)
    speed = way / time
    timed = not np.all(span == 1.0)
    fast = np.isfinite(speed) & (speed > (MOVING if timed else 0.0))
    if fast.sum() < _LEAST_WINDOWS:
        return float("nan")
    way, time, speed = way[fast], time[fast], speed[fast]
    usual = float(np.median(speed))
    off = np.abs(speed / usual - 1)
    spread = float(np.quantile(off, _QUANTILE)) / 1.036
    if spread > 1.0:
        return spread
    # Rounding of both ends of a window, in place and in time.
    noise = path.unit * 0.41 * np.sqrt(size) / max(float(np.median(way)), 1e-9)
    ticks = path.tick * 0.41 / float(np.median(time)) if timed and path.tick < 1 else 0.0
    if not noise + ticks < _MOST_ROUNDING:
        return float("nan")
    return float(np.sqrt(max(spread**2 - noise**2 - ticks**2, 0.0)))


def _straight(path: Path) -> float:
    """Share of the way on exactly straight, evenly run stretches."""
    chosen = thinned(path, max(_UNITS_A_CHORD * path.unit, _LEAST_STEP))
    if len(chosen) < 12:
        return float("nan")
    x, y, time = path.x[chosen], path.y[chosen], path.time[chosen]
    whole = whole_steps(path, chosen)
    total = float(np.hypot(np.diff(x), np.diff(y))[whole].sum())
    if not total > 0:
        return float("nan")
    span = np.diff(time)
    part = span[:-1] / (span[:-1] + span[1:])
    chord_x, chord_y = x[2:] - x[:-2], y[2:] - y[:-2]
    off_x = x[:-2] + part * chord_x - x[1:-1]
    off_y = y[:-2] + part * chord_y - y[1:-1]
    chord = np.maximum(np.hypot(chord_x, chord_y), 1e-9)
    across = np.abs(chord_x * off_y - chord_y * off_x) / chord
    along = np.abs(chord_x * off_x + chord_y * off_y) / chord
    # Times written to a tenth of a second leave an even run by what is walked in it.
    ticks = path.tick * chord / (span[:-1] + span[1:]) if path.tick < 1 else 0.0
    exact = (across <= 1.5 * path.unit) & (along <= 1.5 * path.unit + ticks)
    exact &= whole[:-1] & whole[1:] & (chord > _UNITS_A_CHORD * path.unit)
    return _long_runs(x, y, time, exact, path.unit) / total


def _long_runs(
    x: FloatArray, y: FloatArray, time: FloatArray, exact: BoolArray, unit: float
) -> float:
    """Metres in runs of at least six fixes, 10 s and 20 m that stay on one line."""
    edges = np.diff(np.concatenate([[0], exact.astype(np.int8), [0]]))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    metres = 0.0
    # The fixes of a run are those of its triples: one more on either side.
    long = ends - starts >= 4
    for first, last in zip(starts[long], ends[long] + 1):
        part = slice(first, last + 1)
        east, north = x[part] - x[first], y[part] - y[first]
        length = float(np.hypot(east[-1], north[-1]))
        if time[last] - time[first] < 10 or length < 20:
            continue
        away = np.abs(east * north[-1] - north * east[-1]) / length
        if np.quantile(away, 0.9) <= 2.5 * unit:
            metres += length
    return metres


def _acceleration(path: Path) -> float:
    """The 97 % quantile of acceleration between windows of about two seconds.

    Of fewer than thirty changes the 90 % quantile, so that a single one never decides.
    A short track so fast that a receiver's error hardly counts is taken fix by fix,
    and the 60 % quantile of it.
    """
    usual = float(np.median(path.span))
    size = max(1, int(np.ceil(2.0 / usual))) if usual > 0 else 1
    short = len(path.rows) < 12 * size and bool(np.median(path.speed[path.joined]) > _FAST)
    chosen = np.arange(0, len(path.rows), 1 if short else size)
    if len(chosen) < (_LEAST_FIXES if short else 12):
        return float("nan")
    whole = whole_steps(path, chosen)
    whole = whole[:-1] & whole[1:]
    span = np.diff(path.time[chosen])
    east, north = np.diff(path.x[chosen]) / span, np.diff(path.y[chosen]) / span
    change = np.hypot(np.diff(east), np.diff(north)) / ((span[1:] + span[:-1]) / 2)
    change = change[whole]
    if len(change) < _LEAST_FIXES - 2:
        return float("nan")
    if short:
        return float(np.quantile(change, 0.6))
    return float(np.quantile(change, 0.97 if len(change) >= 30 else 0.9))


def _ratio(track: Track, path: Path) -> float:
    """Speed of steps over the mean of the speeds told at both ends, where both move."""
    told = track.speed[path.rows]
    told = (told[1:] + told[:-1]) / 2
    # At long intervals the way winds and the steps do not follow it.
    good = path.joined & (path.span <= _LONGEST_STEP) & (told > 1.0) & (path.speed > 0.1)
    if good.sum() < 30:
        return float("nan")
    return float(np.median(path.speed[good] / told[good]))


def _top_speed(path: Path) -> tuple[float, float, int]:
    """Greatest speed that leads elsewhere: not a fix that jumps away and back.

    A step counts where five fixes before and after lie apart as far as the step
    itself; the first five are left out, as receivers begin where they were last
    switched off. Of six to nine fixes, the speed that half of the steps
    exceed, and the way of all that are at least half as fast.
    """
    count = len(path.rows)
    if count < _LEAST_SHORT:
        return float("nan"), float("nan"), -1
    step = path.step
    with np.errstate(divide="ignore"):
        speed = step / np.maximum(path.span, 0.05)
    if count < _LEAST_FIXES:
        # A fix that jumps is two fast steps of them: most must be.
        usual = float(np.median(speed))
        way = float(step[speed >= _LIKEWISE * usual].sum())
        return usual, way, int(np.argmax(speed))
    # The medians of five fixes on either side know nothing of a single one.
    ahead = np.stack([np.roll(path.x, -k) for k in range(1, 6)])
    behind = np.stack([np.roll(path.x, k) for k in range(5)])
    apart_x = np.median(ahead, axis=0) - np.median(behind, axis=0)
    ahead = np.stack([np.roll(path.y, -k) for k in range(1, 6)])
    behind = np.stack([np.roll(path.y, k) for k in range(5)])
    apart_y = np.median(ahead, axis=0) - np.median(behind, axis=0)
    apart = np.hypot(apart_x, apart_y)[:-1]
    place = np.arange(count - 1)
    sound = (place >= 5) & (place < count - 6)
    sound &= (apart > 0.7 * step) & (step > 30)
    if not sound.any():
        return 0.0, 0.0, -1
    at = int(np.argmax(np.where(sound, speed, 0.0)))
    return float(speed[at]), float(step[at]), at
