"""Tracks that repeat one another: the same steps at another time or place.

Two walks along the same way differ in every step by what the receiver and the
walker make of it. Steps that are the same to the last digit, over dozens of
fixes, were recorded once. Windows of steps are described by lengths and turns,
so that moving, turning round, mirroring and reversing a track changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from ..progress import SILENT, Progress
from ..submission.tracks import Track
from ..table import FloatArray, IntArray
from .track_motion import Path
from .track_retrace import Retrace, find_retraced

_STEPS = 8
_UNITS_A_STEP = 12.0
_TOLERANCE_UNITS = 3.0
_DISTINCT = 4.0
"""A window tells tracks apart where it is so many tolerances from an even, straight line."""

_THINNINGS = (1, 2, 3, 4, 5)
_MOST_TREE, _MOST_QUERIES, _CHUNK = 400_000, 400_000, 4_000
_NEIGHBOURS = 6
_ASK_ALL = 200
_LEAST_MATCHES = 6
_LEAST_UNIT = 0.1
_MOST_OFF = 1.2
_MOST_STRETCH = 0.05
_LEAST_BEND = 8.0
_MOST_AWAY, _MOST_LATE, _STEADY = 1.5, 2.0, 0.005
"""Metres and seconds within which a track follows another one, not as honest walks do."""

_MODES = ("same", "reversed", "mirrored")


@dataclass(frozen=True)
class Replay:
    """Two stretches with the same steps.

    ``one`` and ``other`` are numbers of tracks (the same number: within one
    file); ``matched`` counts fixes, ``share`` is theirs of the shorter track,
    ``metres`` the way they cover. ``mode`` is ``same``, ``reversed`` or
    ``mirrored``, or ``retraced`` where no fix is the same but curve and times are
    (see :mod:`.track_retrace`; ``late`` seconds remain then);
    ``moved`` metres between the two places, ``turned`` degrees between their
    courses, ``off`` metres that remain after both; ``later`` seconds from ``one``
    to ``other`` (NaN without times), ``steady`` whether that is the same all along.
    ``at`` is the fix of ``other`` where it begins.
    """

    one: int
    other: int
    matched: int
    share: float
    metres: float
    mode: str
    moved: float
    later: float
    steady: bool
    at: int
    off: float = 0.0
    turned: float = 0.0
    late: float = 0.0


@dataclass(frozen=True)
class _Windows:
    """Windows of one track: their features, first fixes and size."""

    features: FloatArray
    first: IntArray


def find_replays(
    tracks: Sequence[Track], paths: Sequence[Path | None], progress: Progress = SILENT
) -> list[Replay]:
    """Find pairs of tracks, or stretches of one, that have the same steps.

    Of every pair, the longest match is told; ``one`` is the earlier.
    """
    usable = [number for number, path in enumerate(paths) if path is not None]
    strides = sorted({_stride(paths[number]) for number in usable} - {0})  # type: ignore[arg-type]
    best: dict[tuple[int, int], Replay] = {}
    rounds = [(stride, thinning) for stride in strides for thinning in _THINNINGS]
    for place, (stride, thinning) in enumerate(rounds):
        progress.at(place / max(len(rounds), 1))
        for replay in _matches(tracks, paths, usable, stride, thinning):
            pair = (min(replay.one, replay.other), max(replay.one, replay.other))
            if pair not in best or replay.matched > best[pair].matched:
                best[pair] = replay
    for each in find_retraced(tracks, paths):
        pair = (min(each.one, each.other), max(each.one, each.other))
        follows = each.off <= _MOST_AWAY and each.late <= _MOST_LATE
        if follows and (pair not in best or best[pair].share < each.share / 2):
            best[pair] = _retraced(each, tracks)
    return [best[pair] for pair in sorted(best)]


def _retraced(found: Retrace, tracks: Sequence[Track]) -> Replay:
    dated = tracks[found.one].dated and tracks[found.other].dated
    return Replay(
        one=found.one,
        other=found.other,
        matched=found.matched,
        share=found.share,
        metres=found.metres,
        mode="retraced",
        moved=0.0,
        later=found.later if dated else float("nan"),
        steady=abs(found.rate - 1) < _STEADY,
        at=found.at,
        off=found.off,
        late=found.late,
    )


def _stride(path: Path) -> int:
    """Fixes a step of the windows spans, so that rounding hardly counts; 0: never moves."""
    fast = path.step[path.joined & (path.speed > 0.4)]
    if len(fast) < 3 * _STEPS:
        return 0
    usual = float(np.median(fast))
    wanted = int(np.ceil(_UNITS_A_STEP * max(path.unit, _LEAST_UNIT) / max(usual, 1e-6)))
    # Few different strides, so that like tracks share one.
    return int(2 ** np.ceil(np.log2(min(max(wanted, 1), 64))))


def _matches(
    tracks: Sequence[Track],
    paths: Sequence[Path | None],
    usable: Sequence[int],
    stride: int,
    thinning: int,
) -> list[Replay]:
    units = [max(paths[n].unit, _LEAST_UNIT) for n in usable]  # type: ignore[union-attr]
    tolerance = _TOLERANCE_UNITS * max(units)
    denser = [_windows(paths[n], stride * thinning, tolerance) for n in usable]  # type: ignore[arg-type]
    total = sum(len(each.first) for each in denser)
    if not total:
        return []
    every = max(1, -(-total // _MOST_TREE))
    # Only the tree is thinned: every window of a replay is still looked for.
    kept = [_Windows(each.features[::every], each.first[::every]) for each in denser]
    owner = np.repeat(np.arange(len(usable)), [len(each.first) for each in kept])
    first = np.concatenate([each.first for each in kept])
    tree = cKDTree(np.concatenate([each.features for each in kept]))
    asked = [_windows(paths[n], stride, tolerance) for n in usable]  # type: ignore[arg-type]
    most = max(_CHUNK, _MOST_QUERIES // len(usable))
    out = []
    for number, windows in enumerate(asked):
        # A replay goes on for dozens of windows: one in a few is enough to meet it.
        few = 4 if len(windows.first) > _ASK_ALL else 1
        start = max(0, (len(windows.first) - most * few) // 2)
        part = slice(start, start + most * few, few)
        for mode in _MODES if thinning == 1 else _MODES[:1]:
            features = _as(windows.features[part], mode)
            if not len(features):
                continue
            away, found = tree.query(
                features, k=_NEIGHBOURS, distance_upper_bound=tolerance, workers=1
            )
            row, near = np.nonzero(np.isfinite(away))
            hit = found[row, near]
            mine, theirs = windows.first[part][row], first[hit]
            apart = (owner[hit] != number) | (np.abs(mine - theirs) > 4 * _STEPS * stride)
            if thinning > 1:
                apart &= owner[hit] != number
            for other in np.unique(owner[hit[apart]]):
                chosen = apart & (owner[hit] == other)
                pair = (usable[int(other)], usable[number])
                made = _replay(
                    tracks, paths, pair, theirs[chosen], mine[chosen], mode, stride, thinning
                )
                if made is not None:
                    out.append(made)
    return out


def _windows(path: Path, stride: int, tolerance: float) -> _Windows:
    """Windows of steps of ``stride`` fixes from every fix, where they are distinct."""
    count = len(path.rows) - _STEPS * stride
    none = _Windows(np.zeros((0, 3 * _STEPS - 2)), np.zeros(0, dtype=np.int64))
    if count < 1:
        return none
    place = path.x + 1j * path.y
    knots = np.stack([place[i * stride : i * stride + count] for i in range(_STEPS + 1)], axis=1)
    steps = np.diff(knots, axis=1)
    length = np.abs(steps)
    turn = np.conj(steps[:, :-1]) * steps[:, 1:]
    turn /= np.sqrt(np.maximum(length[:, :-1] * length[:, 1:], 1e-12))
    features = np.concatenate([length, turn.real, turn.imag], axis=1)
    broken = np.concatenate([[0], np.cumsum(~path.joined)])
    whole = broken[:count] == broken[_STEPS * stride : _STEPS * stride + count]
    mean = length.mean(axis=1, keepdims=True)
    odd = np.sqrt(((length - mean) ** 2).sum(axis=1) + (turn.imag**2).sum(axis=1))
    # A way of one turn only is any street corner: noise must be all along.
    rough = np.sort(np.abs(length - mean) + np.abs(np.pad(turn.imag, ((0, 0), (0, 1)))), axis=1)
    distinct = whole & (odd > _DISTINCT * tolerance) & (rough[:, _STEPS // 2] > tolerance / 2)
    first = np.flatnonzero(distinct)
    return _Windows(features[first], first)


def _as(features: FloatArray, mode: str) -> FloatArray:
    """Features of the same windows run backwards, or seen in a mirror."""
    if mode == "same" or not len(features):
        return features
    length = features[:, :_STEPS]
    along = features[:, _STEPS : 2 * _STEPS - 1]
    across = features[:, 2 * _STEPS - 1 :]
    if mode == "mirrored":
        return np.concatenate([length, along, -across], axis=1)
    return np.concatenate([length[:, ::-1], along[:, ::-1], -across[:, ::-1]], axis=1)


def _replay(
    tracks: Sequence[Track],
    paths: Sequence[Path | None],
    pair: tuple[int, int],
    theirs: IntArray,
    mine: IntArray,
    mode: str,
    stride: int,
    thinning: int,
) -> Replay | None:
    """The longest run of matches with one offset between the tracks."""
    one, other = paths[pair[0]], paths[pair[1]]
    assert one is not None and other is not None
    way = -1 if mode == "reversed" else 1
    offset = theirs - way * thinning * mine
    values, counts = np.unique(offset, return_counts=True)
    top = int(np.argmax(counts))
    if counts[top] < _LEAST_MATCHES:
        return None
    rows = np.unique(mine[offset == values[top]])
    # What lies between the first and the last match is no match where few match.
    span = _STEPS * stride
    reach = np.zeros(len(other.rows), dtype=bool)
    for row in rows:
        reach[row : row + span + 1] = True
    fixes = np.flatnonzero(reach)
    partner = values[top] + way * thinning * fixes + (span * thinning if way < 0 else 0)
    inside = (partner >= 0) & (partner < len(one.rows))
    fixes, partner = fixes[inside], partner[inside]
    if len(fixes) < 24:
        return None
    off, bend, turned = _fit(one, partner, other, fixes, mode == "mirrored")
    unit = max(one.unit, other.unit, _LEAST_UNIT)
    if not (off <= _MOST_OFF * unit and bend >= _LEAST_BEND * unit):
        return None
    if np.median(other.time[fixes]) < np.median(one.time[partner]):
        # What came first is the recording; what repeats it is told.
        pair, one, other, fixes, partner = pair[::-1], other, one, partner, fixes
    later = other.time[fixes] - one.time[partner]
    lon, lat = tracks[pair[0]].lon[one.rows[partner]], tracks[pair[0]].lat[one.rows[partner]]
    to_lon, to_lat = tracks[pair[1]].lon[other.rows[fixes]], tracks[pair[1]].lat[other.rows[fixes]]
    scale = np.cos(np.radians(np.median(lat)))
    moved = 111_320.0 * np.hypot((to_lon - lon) * scale, to_lat - lat)
    dated = tracks[pair[0]].dated and tracks[pair[1]].dated
    metres = float(other.step[fixes[fixes < len(other.step)]].sum())
    return Replay(
        one=pair[0],
        other=pair[1],
        matched=len(fixes),
        share=len(fixes) / min(len(one.rows), len(other.rows)),
        metres=metres,
        mode=mode,
        moved=float(np.median(moved)),
        later=float(np.median(later)) if dated else float("nan"),
        steady=bool(np.quantile(np.abs(later - np.median(later)), 0.9) < 2.0),
        at=int(fixes.min()),
        off=off,
        turned=turned,
    )


def _fit(
    one: Path, first: IntArray, other: Path, second: IntArray, mirrored: bool
) -> tuple[float, float, float]:
    """Lay one stretch on the other by moving, turning and stretching it a little.

    Returns the distance in metres within which four fifths of the fixes then
    coincide, how far the stretch is from an evenly run straight line, and by how
    many degrees it was turned. Least squares with complex numbers (an affine map is
    ``p z + q conj(z)``).
    """
    a = one.x[first] + 1j * one.y[first]
    b = other.x[second] + 1j * other.y[second]
    a, b = a - a.mean(), b - b.mean()
    if mirrored:
        b = np.conj(b)
    # Moved by degrees instead of metres, a track is stretched a little, too.
    design = np.stack([b, np.conj(b)], axis=1)
    (turn, stretch), *_ = np.linalg.lstsq(design, a, rcond=1e-9)
    left = a - turn * b - stretch * np.conj(b)
    off = float(np.quantile(np.abs(left - np.median(left.real) - 1j * np.median(left.imag)), 0.8))
    if abs(abs(turn) - 1) > _MOST_STRETCH or abs(stretch) > _MOST_STRETCH:
        off = float("inf")
    run = np.arange(len(a)) - (len(a) - 1) / 2
    line = np.sum(a * run) / np.sum(run**2)
    bend = float(np.median(np.abs(a - line * run)))
    return off, bend, float(-np.degrees(np.angle(turn)))
