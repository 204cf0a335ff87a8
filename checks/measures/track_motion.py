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
from scipy.optimize import nnls

from ..submission.tracks import Track
from ..table import BoolArray, FloatArray, IntArray

_AXIS, _ECCENTRICITY = 6_378_137.0, 0.006694379990
_LEAST_GAP = 60.0
_GAP_FACTOR = 10.0
_UNITS_A_STEP = 40.0
"""A step is judged where it is so many times the unit that coordinates are written in."""

_UNITS_A_CHORD = 30.0
_LEAST_STEP = 1.0
_ROUNDINGS = 12.0
_MOST_ROUNDING = 0.012
_MOVING = 0.4  # m/s
_NOISE_STEP = 6.0
_EVEN_SHARE = 0.8
_EVEN_SPACING = 0.5
_QUANTILE = 0.70
_LEAST_WINDOWS = 16


@dataclass(frozen=True)
class Path:
    """A track in time, without repeated epochs; arrays of shape ``(n,)`` or ``(n - 1,)``.

    ``rows`` are the fixes taken, in order of time. ``east`` and ``north``
    (metres, ``(n - 1,)``) lead from fix to fix, ``span`` is the time between in
    seconds, ``joined`` tells steps within one stretch of recording. ``x`` and
    ``y`` add the steps up. ``unit`` is that of coordinates in metres,
    ``tick`` that of times in seconds.
    """

    rows: IntArray
    time: FloatArray
    x: FloatArray
    y: FloatArray
    east: FloatArray
    north: FloatArray
    span: FloatArray
    joined: BoolArray
    unit: float
    tick: float

    @property
    def step(self) -> FloatArray:
        """Length of each step in metres."""
        return np.hypot(self.east, self.north)

    @property
    def speed(self) -> FloatArray:
        """Metres per second of each step, NaN between stretches."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.joined, self.step / self.span, np.nan)


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


def metres_between(
    lon: FloatArray, lat: FloatArray, to_lon: FloatArray, to_lat: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """East and north in metres from places to places near them (degrees).

    Radii of curvature of WGS 84 at the middle latitude; shape of the input.
    """
    middle = np.radians((lat + to_lat) / 2)
    bend = 1 - _ECCENTRICITY * np.sin(middle) ** 2
    across = _AXIS / np.sqrt(bend) * np.cos(middle)
    along = _AXIS * (1 - _ECCENTRICITY) / bend**1.5
    turn = (to_lon - lon + 180) % 360 - 180
    return across * np.radians(turn), along * np.radians(to_lat - lat)


def path_of(track: Track) -> Path | None:
    """The fixes that have a time, in its order; ``None`` for fewer than three."""
    rows = np.flatnonzero(track.timed)
    if len(rows) < 3:
        return None
    rows = rows[np.argsort(track.time[rows], kind="stable")]
    time = track.time[rows]
    kept = np.concatenate([[True], np.diff(time) > 1e-4])
    rows, time = rows[kept], time[kept]
    if len(rows) < 3:
        return None
    lon, lat = track.lon[rows], track.lat[rows]
    east, north = metres_between(lon[:-1], lat[:-1], lon[1:], lat[1:])
    span = np.diff(time)
    usual = float(np.median(span))
    same = track.segment[rows][1:] == track.segment[rows][:-1]
    joined = same & (span <= max(_GAP_FACTOR * usual, _LEAST_GAP))
    unit = track.unit * 111_000.0
    tick = _tick(time)
    return Path(
        rows=rows,
        time=time,
        x=np.concatenate([[0.0], np.cumsum(east)]),
        y=np.concatenate([[0.0], np.cumsum(north)]),
        east=east,
        north=north,
        span=span,
        joined=np.asarray(joined, dtype=bool),
        unit=unit,
        tick=tick,
    )


def _tick(time: FloatArray) -> float:
    """The unit in which times are written: 1, 0.1, 0.01 or 0.001 s."""
    for tick in (1.0, 0.1, 0.01):
        if np.mean(np.abs(time / tick - np.round(time / tick)) < 0.01) >= 0.95:
            return tick
    return 0.001


def measure_motion(track: Track, path: Path | None) -> Motion:
    """Measure one track."""
    backward, repeated, turned = _order(track)
    if path is None:
        return Motion(
            fixes=int(track.timed.sum()), backward=backward, repeated=repeated, reversed=turned
        )
    moving = np.asarray(path.speed > _MOVING, dtype=bool)
    steadiness, evenness = _constancy(path)
    white, share = _white(path, evenness)
    top, jump, at = _top_speed(path)
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


def _thinned(path: Path, least: float) -> IntArray:
    """Fixes so far apart that rounding hardly counts, as places in the path.

    Every k-th fix, one k for all: the choice must not look at single steps, or
    it would make them alike.
    """
    fast = path.step[path.joined & (path.speed > _MOVING)]
    usual = float(np.median(fast)) if len(fast) else 0.0
    if usual <= 0:
        return np.zeros(0, dtype=np.int64)
    return np.arange(0, len(path.rows), max(1, int(np.ceil(least / usual))))


def _constancy(path: Path) -> tuple[float, float]:
    """Spread of speed over windows, and of spacing, beyond rounding."""
    chosen = _thinned(path, max(_UNITS_A_STEP * path.unit, _LEAST_STEP))
    if len(chosen) < _LEAST_WINDOWS + 1:
        return float("nan"), float("nan")
    whole = _whole(path, chosen)
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
    fast = np.isfinite(speed) & (speed > (_MOVING if timed else 0.0))
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
    chosen = _thinned(path, max(_UNITS_A_CHORD * path.unit, _LEAST_STEP))
    if len(chosen) < 12:
        return float("nan")
    x, y, time = path.x[chosen], path.y[chosen], path.time[chosen]
    whole = _whole(path, chosen)
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


def _whole(path: Path, chosen: IntArray) -> BoolArray:
    """Which steps between chosen fixes lie within one stretch of recording."""
    stretch = np.concatenate([[0], np.cumsum(~path.joined)])[chosen]
    return np.asarray(stretch[1:] == stretch[:-1], dtype=bool)


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


def _white(path: Path, evenness: float) -> tuple[float, float]:
    """Spread of the noise without memory in metres, and its share; the clearer of two ways.

    Across the way, speed does not disturb; where the noise is larger than the
    steps there is no "across", and whole second differences tell.
    """
    usual = float(np.median(path.span))
    if usual > _NOISE_STEP or len(path.rows) < 60:
        return float("nan"), float("nan")
    even = float(np.mean(path.joined & (np.abs(path.span - usual) <= 0.05 * usual)))
    if even < _EVEN_SHARE and not evenness < _EVEN_SPACING:
        # Thinned to its corners, any track zigzags.
        return float("nan"), float("nan")
    across, whole = _white_across(path), _white_whole(path)
    return max((across, whole), key=lambda one: one[1] if np.isfinite(one[1]) else -1.0)


def _white_across(path: Path) -> tuple[float, float]:
    """Each fix against the line through its neighbours.

    White noise of variance w gives (3/2, -1, 1/4) w at lags 0, 1, 2; a position
    that wanders at random (1/2, -1/4, 0); a course that does (1, 1/4, 0).
    """
    moving = path.joined & (path.step > max(4 * path.unit, 0.3))
    length = np.maximum(path.step, 1e-9)
    part = length[:-1] / (length[:-1] + length[1:])
    chord_x, chord_y = path.x[2:] - path.x[:-2], path.y[2:] - path.y[:-2]
    chord = np.hypot(chord_x, chord_y)
    off_x, off_y = path.east[:-1] - part * chord_x, path.north[:-1] - part * chord_y
    with np.errstate(divide="ignore", invalid="ignore"):
        offset = (chord_x * off_y - chord_y * off_x) / chord
    good = moving[:-1] & moving[1:] & (chord > 0.5 * length[:-1])
    return _apart(
        [np.where(good, offset, np.nan)],
        [[1.5, 0.5, 1.0], [-1.0, -0.25, 0.25], [0.25, 0.0, 0.0]],
        path.unit,
    )


def _white_whole(path: Path) -> tuple[float, float]:
    """Second differences of positions, fix after fix.

    White noise gives (6, -4, 1) w; a position that wanders at random (2, -1, 0);
    a velocity that does (4, 1, 0) / 6.
    """
    usual = float(np.median(path.span))
    even = path.joined & (np.abs(path.span - usual) <= 0.05 * usual)
    if even.mean() < _EVEN_SHARE:
        return float("nan"), float("nan")
    good = even[:-1] & even[1:]
    # Standing still, a receiver repeats itself.
    good &= (path.step[:-1] > 2 * path.unit) | (path.step[1:] > 2 * path.unit)
    second = [np.where(good, np.diff(each), np.nan) for each in (path.east, path.north)]
    return _apart(second, [[6.0, 2.0, 4.0], [-4.0, -1.0, 1.0], [1.0, 0.0, 0.0]], path.unit)


def _apart(
    offsets: list[FloatArray], models: list[list[float]], unit: float
) -> tuple[float, float]:
    """Take autocovariances at lags 0, 1, 2 apart into the models; the first is white noise."""
    lags = np.zeros(3)
    for offset in offsets:
        known = np.isfinite(offset)
        if known.sum() < 80:
            return float("nan"), float("nan")
        limit = 4 * 1.4826 * float(np.median(np.abs(offset[known]))) + 1e-9
        kept = np.where(np.abs(offset) <= limit, offset, np.nan)
        for lag in range(3):
            pairs = kept[lag:] * kept[: len(kept) - lag]
            lags[lag] += float(np.nanmean(pairs)) if np.isfinite(pairs).any() else np.nan
    if not np.isfinite(lags).all() or lags[0] <= 0:
        return float("nan"), float("nan")
    lags /= len(offsets)
    design = np.array(models)
    (white, _, _), _ = nnls(design, lags)
    share = min(design[0, 0] * white / lags[0], 1.0)
    if white < _ROUNDINGS * unit**2 / 12:
        return 0.0, 0.0
    return float(np.sqrt(white - unit**2 / 12)), float(share)


def _acceleration(path: Path) -> float:
    """The 97 % quantile of acceleration between windows of about two seconds.

    Of fewer than thirty changes the 90 % quantile, so that a single one never decides.
    """
    usual = float(np.median(path.span))
    size = max(1, int(np.ceil(2.0 / usual))) if usual > 0 else 1
    chosen = np.arange(0, len(path.rows), size)
    if len(chosen) < 12:
        return float("nan")
    whole = _whole(path, chosen)
    whole = whole[:-1] & whole[1:]
    span = np.diff(path.time[chosen])
    east, north = np.diff(path.x[chosen]) / span, np.diff(path.y[chosen]) / span
    change = np.hypot(np.diff(east), np.diff(north)) / ((span[1:] + span[:-1]) / 2)
    change = change[whole]
    if len(change) < 8:
        return float("nan")
    return float(np.quantile(change, 0.97 if len(change) >= 30 else 0.9))


def _ratio(track: Track, path: Path) -> float:
    """Speed of steps over the mean of the speeds told at both ends, where both move."""
    told = track.speed[path.rows]
    told = (told[1:] + told[:-1]) / 2
    # At long intervals the way winds and the steps do not follow it.
    good = path.joined & (path.span <= _NOISE_STEP) & (told > 1.0) & (path.speed > 0.1)
    if good.sum() < 30:
        return float("nan")
    return float(np.median(path.speed[good] / told[good]))


def _top_speed(path: Path) -> tuple[float, float, int]:
    """Greatest speed that leads elsewhere: not a fix that jumps away and back.

    A step counts where five fixes before and after lie apart as far as the step
    itself; the first five are left out, as receivers begin where they were last
    switched off.
    """
    count = len(path.rows)
    if count < 12:
        return float("nan"), float("nan"), -1
    step = path.step
    with np.errstate(divide="ignore"):
        speed = step / np.maximum(path.span, 0.05)
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
