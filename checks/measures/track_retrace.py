"""Tracks that follow another one in place and time, though no fix is the same.

A recording sampled anew at other times, or with a little noise on top, has no
step in common with its source. Yet it runs along the same curve, and reaches
every point of it as long after the start. Two walks along one road differ by
metres, as receivers wander apart, and by many seconds, as nobody keeps pace.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from scipy import sparse

from ..progress import SILENT, Progress
from ..submission.tracks import Track
from ..table import FloatArray, IntArray
from .track_path import Path

_CELL = 40.0
_SHARED = 0.6
_MOST_PAIRS = 20_000
_LEAST_FIXES, _LEAST_METRES = 40, 200.0
_REACH = 3.0
_SLOW = 0.5
_MOST_FIXES = 3_000
_DEGREE = 111_320.0


@dataclass(frozen=True)
class Retrace:
    """Track ``other`` runs along track ``one``, the earlier; both are numbers.

    ``matched`` fixes within three metres, ``share`` theirs of all; ``metres`` of
    way; ``off`` and ``late``: metres and seconds within which seven in ten lie, after
    one lag and one rate of time are taken off; ``later`` seconds from one to the
    other, ``rate`` of time (1: none, negative: reversed); ``at`` the first such fix.
    """

    one: int
    other: int
    matched: int
    share: float
    metres: float
    off: float
    late: float
    later: float
    rate: float
    at: int


def find_retraced(
    tracks: Sequence[Track], paths: Sequence[Path | None], progress: Progress = SILENT
) -> list[Retrace]:
    """Find tracks that follow an earlier one all along."""
    usable = [n for n, path in enumerate(paths) if path is not None and _long(path)]
    out = []
    pairs = _neighbours(tracks, paths, usable)
    for number, (one, other) in enumerate(pairs):
        progress.at(number / len(pairs))
        found = _along(tracks, paths, one, other)
        if found is not None:
            out.append(found)
    return out


def _long(path: Path) -> bool:
    return len(path.rows) >= _LEAST_FIXES and float(path.step[path.joined].sum()) > _LEAST_METRES


def _neighbours(
    tracks: Sequence[Track], paths: Sequence[Path | None], usable: Sequence[int]
) -> list[tuple[int, int]]:
    """Pairs that pass the same cells of forty metres; the earlier first."""
    if len(usable) < 2:
        return []
    size = _CELL / _DEGREE
    cells, owners = [], []
    for place, number in enumerate(usable):
        lon, lat = _degrees(tracks[number], paths[number])
        key = np.floor(lon / size).astype(np.int64) * 2**32 + np.floor(lat / size).astype(np.int64)
        key = np.unique(key)
        cells.append(key)
        owners.append(np.full(len(key), place))
    _, column = np.unique(np.concatenate(cells), return_inverse=True)
    row = np.concatenate(owners)
    table = sparse.csr_matrix((np.ones(len(row), dtype=np.float32), (row, column.ravel())))
    common = (table @ table.T).tocoo()
    counts = np.array([len(each) for each in cells], dtype=float)
    share = common.data / np.minimum(counts[common.row], counts[common.col])
    good = (common.row < common.col) & (share >= _SHARED)
    best = np.argsort(-share[good], kind="stable")[:_MOST_PAIRS]
    out = []
    for a, b in zip(common.row[good][best], common.col[good][best]):
        pair = (usable[int(a)], usable[int(b)])
        first, second = (float(paths[n].time[0]) for n in pair)  # type: ignore[union-attr]
        out.append(pair if first <= second else pair[::-1])
    return out


def _degrees(track: Track, path: Path | None) -> tuple[FloatArray, FloatArray]:
    assert path is not None
    return track.lon[path.rows], track.lat[path.rows]


def _along(
    tracks: Sequence[Track], paths: Sequence[Path | None], one: int, other: int
) -> Retrace | None:
    first, second = paths[one], paths[other]
    assert first is not None and second is not None
    lon, lat = _degrees(tracks[one], first)
    scale = _DEGREE * np.cos(np.radians(float(np.median(lat))))
    line = np.column_stack([(lon - lon[0]) * scale, (lat - lat[0]) * _DEGREE])
    to_lon, to_lat = _degrees(tracks[other], second)
    xy = np.column_stack([(to_lon - lon[0]) * scale, (to_lat - lat[0]) * _DEGREE])
    chosen = np.unique(np.linspace(0, len(xy) - 1, min(len(xy), _MOST_FIXES)).astype(np.int64))
    away, moment, pace = _nearest(line, first, xy[chosen])
    close = away <= _REACH
    if close.mean() < 0.7:
        return None
    # Where it stood still, a place tells no time.
    usual = float(np.median(first.speed[first.joined]))
    told = close & (pace > _SLOW * usual)
    if told.sum() < _LEAST_FIXES:
        return None
    time = second.time[chosen]
    rate, left = _rate(moment[told], time[told])
    if not 0.2 < abs(rate) < 5:
        return None
    steps = second.step[second.joined]
    return Retrace(
        one=one,
        other=other,
        matched=int(close.sum()),
        share=float(close.mean()),
        metres=float(steps.sum()),
        off=float(np.quantile(away, 0.7)),
        late=float(np.quantile(np.abs(left), 0.7)),
        later=float(np.median(time[told] - moment[told])),
        rate=rate,
        at=int(chosen[np.flatnonzero(close)[0]]),
    )


def _nearest(
    line: FloatArray, path: Path, xy: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Distance to the line, the time at which it was there, and its speed then."""
    count = len(line)
    segments = shapely.linestrings(np.stack([line[:-1], line[1:]], axis=1))
    tree = shapely.STRtree(segments)
    points = shapely.points(xy)
    (asked, found), distance = tree.query_nearest(
        points, max_distance=20.0, return_distance=True, all_matches=False
    )
    away = np.full(len(xy), np.inf)
    moment, pace = np.full(len(xy), np.nan), np.zeros(len(xy))
    start, step = line[found], line[found + 1] - line[found]
    part = ((xy[asked] - start) * step).sum(axis=1) / np.maximum((step**2).sum(axis=1), 1e-9)
    away[asked] = distance
    moment[asked] = path.time[found] + np.clip(part, 0, 1) * path.span[found]
    low, high = _window(path, found, count)
    moved = np.hypot(*(line[high] - line[low]).T)
    pace[asked] = moved / np.maximum(path.time[high] - path.time[low], 1e-3)
    return away, moment, pace


def _window(path: Path, at: IntArray, count: int) -> tuple[IntArray, IntArray]:
    """Fixes about five seconds before and after."""
    usual = float(np.median(path.span))
    reach = max(1, round(5.0 / usual)) if usual > 0 else 1
    return np.maximum(at - reach, 0), np.minimum(at + 1 + reach, count - 1)


def _rate(moment: FloatArray, time: FloatArray) -> tuple[float, FloatArray]:
    """One line through both times that outliers do not bend, and what it leaves."""
    start = float(np.median(moment)), float(np.median(time))
    a, b = moment - start[0], time - start[1]
    kept = np.ones(len(a), dtype=bool)
    left = b
    rate = 1.0
    for _ in range(6):
        if np.ptp(a[kept]) <= 0:
            return float("nan"), b
        rate, shift = np.polyfit(a[kept], b[kept], 1)
        left = b - rate * a - shift
        kept = np.abs(left) <= 2.5 * np.median(np.abs(left)) + 0.2
    return float(rate), left
