"""Corners and blobs of a picture with a short code each: what a cut-out still shares with it.

Blobs are extrema of a difference of Gaussians on a pyramid (D. G. Lowe, Int. J.
Computer Vision 60, 2004), their neighbourhood's low frequencies become signs, and
blobs of two pictures whose signs agree vote for how one lies in the other (a
Hough transform, ibid.). Signs that are nearly zero may flip: they are asked
both ways (multi-probe hashing, Q. Lv et al., VLDB 2007). Neighbourhoods are
mirrored so that their right half is the brighter one, so that a mirrored
cut-out is found as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter, zoom

from ..progress import SILENT, Progress
from ..table import FloatArray, IntArray

LEVELS = 5
_RATIO = 2.0 ** (-1 / 3)
_KEPT = (60, 48, 40, 32, 24)
_PATCH = 8
_SPACING = 2
_REACH = _PATCH * _SPACING // 2
_LOW = 5
_BITS = _LOW * _LOW - 1
_WEAKEST = 5
_EDGE = 12.0
_LEAST_RESPONSE = 1.5
_CONTRAST = 40.0
_MOST_IN_BUCKET = 40
_MOST_MATCHES = 6_000_000
_CHUNK = 500_000
_CELL = 0.12
_LEAST_VOTES = 4
_ROOMS = (0.08, 0.04, 0.02)
_LEAST_SPREAD = 1e-3

_BASIS = np.cos(np.pi * (np.arange(_PATCH)[:, None] + 0.5) * np.arange(_LOW)[None] / _PATCH)
_PLACES = np.array([(u, v) for u in range(_LOW) for v in range(_LOW) if u + v])


@dataclass(frozen=True)
class Features:
    """Blobs of one picture; arrays of shape ``(blobs,)``.

    ``code`` is the signs as a number, ``weak`` the bits least sure, shape
    ``(blobs, 5)``; ``x`` and ``y`` are in units of the picture's longer side,
    ``level`` of the pyramid, ``mirrored`` whether the neighbourhood was.
    """

    code: npt.NDArray[np.uint32]
    weak: npt.NDArray[np.uint8]
    x: npt.NDArray[np.float32]
    y: npt.NDArray[np.float32]
    level: npt.NDArray[np.int8]
    mirrored: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Overlap:
    """One picture may be part of the other: ``x_other = scale · (±x_one) + shift``.

    Coordinates in units of each picture's longer side; ``mirrored`` flips x.
    """

    one: int
    other: int
    votes: int
    scale: float
    shift_x: float
    shift_y: float
    mirrored: bool


def find_features(grey: npt.NDArray[np.float32]) -> Features:
    """Blobs of a picture given as grey values, shape ``(rows, columns)``."""
    longer = float(max(grey.shape))
    # Haze and dusk take contrast, not blobs.
    grey = grey * np.float32(np.clip(_CONTRAST / max(float(grey.std()), 1.0), 1.0, 3.0))
    parts: list[tuple[npt.NDArray[np.generic], ...]] = []
    for level in range(LEVELS):
        factor = _RATIO**level
        image = grey if not level else zoom(gaussian_filter(grey, 0.5 / factor), factor, order=1)
        if min(image.shape) < 3 * _REACH:
            break
        smooth = gaussian_filter(image, 1.2, truncate=3.0)
        # A Gaussian of a Gaussian: 1.2² + 1.6² = 2.0².
        response = smooth - gaussian_filter(smooth, 1.6, truncate=3.0)
        rows, columns = _strongest(response, _KEPT[level])
        if len(rows):
            code, weak, mirrored = _codes(smooth, rows, columns)
            x = (columns + 0.5) * (grey.shape[1] / image.shape[1]) / longer
            y = (rows + 0.5) * (grey.shape[0] / image.shape[0]) / longer
            parts.append((code, weak, x, y, np.full(len(rows), level), mirrored))
    if not parts:
        empty = np.empty(0)
        parts = [(empty, np.empty((0, _WEAKEST)), empty, empty, empty, empty)]
    code, weak, x, y, level_of, mirrored = (np.concatenate(part) for part in zip(*parts))
    return Features(
        code.astype(np.uint32),
        weak.astype(np.uint8),
        x.astype(np.float32),
        y.astype(np.float32),
        level_of.astype(np.int8),
        mirrored.astype(bool),
    )


def _strongest(response: npt.NDArray[np.float32], most: int) -> tuple[IntArray, IntArray]:
    size = np.abs(response)
    inner = size[_REACH:-_REACH, _REACH:-_REACH]
    peak = (inner >= _largest_around(size)) & (inner > _LEAST_RESPONSE)
    rows, columns = np.nonzero(peak)
    rows, columns = rows + _REACH, columns + _REACH
    if len(rows):
        middle = response[rows, columns]
        xx = response[rows, columns + 1] + response[rows, columns - 1] - 2 * middle
        yy = response[rows + 1, columns] + response[rows - 1, columns] - 2 * middle
        xy = response[rows + 1, columns + 1] + response[rows - 1, columns - 1]
        xy = (xy - response[rows + 1, columns - 1] - response[rows - 1, columns + 1]) / 4
        area = xx * yy - xy**2
        # Along an edge a blob has no place of its own (Lowe, section 4.1).
        keep = (area > 0) & ((xx + yy) ** 2 < _EDGE * area)
        rows, columns = rows[keep], columns[keep]
    order = np.argsort(-size[rows, columns], kind="stable")[:most]
    return rows[order], columns[order]


def _largest_around(size: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The largest of 5 × 5 neighbours, of the cells that are ``_REACH`` from the edge."""
    rows, columns = size.shape
    low, high = _REACH - 2, _REACH + 3
    across = size[:, low : columns - high + 1].copy()
    for step in range(low + 1, high):
        np.maximum(across, size[:, step : step + across.shape[1]], out=across)
    out = across[low : rows - high + 1].copy()
    for step in range(low + 1, high):
        np.maximum(out, across[step : step + len(out)], out=out)
    return out


def _codes(
    smooth: npt.NDArray[np.float32], rows: IntArray, columns: IntArray
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint8], npt.NDArray[np.bool_]]:
    step = (np.arange(_PATCH) - (_PATCH - 1) / 2) * _SPACING
    steps = step.astype(np.int64)
    patch = smooth[rows[:, None, None] + steps[None, :, None], columns[:, None, None] + steps]
    patch = patch - patch.mean(axis=(1, 2), keepdims=True)
    mirrored = (patch * step).sum(axis=(1, 2)) < 0
    patch = np.where(mirrored[:, None, None], patch[:, :, ::-1], patch)
    low = _BASIS.T @ patch @ _BASIS
    values = low[:, _PLACES[:, 0], _PLACES[:, 1]]
    values = values * np.hypot(*_PLACES.T)
    weights = (1 << np.arange(_BITS)).astype(np.uint32)
    code = ((values > 0) * weights).sum(axis=1).astype(np.uint32)
    weak = np.argsort(np.abs(values), axis=1, kind="stable")[:, :_WEAKEST].astype(np.uint8)
    return code, weak, mirrored


def find_overlaps(
    features: list[Features],
    progress: Progress = SILENT,
    least: int = _LEAST_VOTES,
    most: int = 1_000_000,
) -> list[Overlap]:
    """Pairs of pictures, each once, whose blobs agree on how one lies in the other.

    At most ``most`` pairs, those with most votes; ordered by votes.
    """
    counts = np.array([len(each.code) for each in features], dtype=np.int64)
    if counts.sum() == 0:
        return []
    blobs = _Blobs(
        np.repeat(np.arange(len(features)), counts),
        np.concatenate([each.code for each in features]),
        np.concatenate([each.weak for each in features]),
        np.concatenate([each.x for each in features]),
        np.concatenate([each.y for each in features]),
        np.concatenate([each.level for each in features]).astype(np.int64),
        np.concatenate([each.mirrored for each in features]),
    )
    one, other = _partners(blobs, progress)
    return _voted(blobs, one, other, least, most) if len(one) else []


@dataclass(frozen=True)
class _Blobs:
    """The blobs of all pictures, ``owner`` the picture of each."""

    owner: IntArray
    code: npt.NDArray[np.uint32]
    weak: npt.NDArray[np.uint8]
    x: npt.NDArray[np.float32]
    y: npt.NDArray[np.float32]
    level: IntArray
    mirrored: npt.NDArray[np.bool_]

    def placing(
        self, one: IntArray, other: IntArray
    ) -> tuple[IntArray, npt.NDArray[np.bool_], FloatArray, FloatArray, FloatArray]:
        """Steps of the pyramid, whether mirrored, scale and shift that pairs of blobs tell."""
        steps = self.level[other] - self.level[one]
        # A cut-out is seen larger: its blobs lie on a coarser level.
        scale = (1.0 / _RATIO) ** steps.astype(np.float64)
        flip = self.mirrored[one] != self.mirrored[other]
        shift_x = self.x[other] - scale * np.where(flip, -self.x[one], self.x[one])
        shift_y = self.y[other] - scale * self.y[one]
        return steps, flip, scale, shift_x, shift_y


def _partners(blobs: _Blobs, progress: Progress) -> tuple[IntArray, IntArray]:
    """Pairs of blobs in different pictures whose codes agree but for a few weak bits."""
    order = np.argsort(blobs.code, kind="stable")
    ordered = blobs.code[order]
    flips: list[tuple[int, ...]] = [(), *((k,) for k in range(_WEAKEST))]
    flips += list(combinations(range(_WEAKEST), 2))
    budget = _MOST_MATCHES // len(flips)
    ones: list[npt.NDArray[np.int32]] = []
    others: list[npt.NDArray[np.int32]] = []
    bit = (np.uint32(1) << blobs.weak.astype(np.uint32)).astype(np.uint32)
    for number, flip in enumerate(flips):
        progress.at(number / len(flips))
        asked = blobs.code.copy()
        for place in flip:
            asked ^= bit[:, place]
        # In order of what is asked for, the search stays in the processor's cache.
        turn = np.argsort(asked, kind="stable")
        start = np.searchsorted(ordered, asked[turn], "left")
        length = np.searchsorted(ordered, asked[turn], "right") - start
        # Codes that everybody has (a plain edge) tell nothing.
        length[length > _most_in_bucket(length, budget)] = 0
        one = np.repeat(turn, length)
        offset = np.arange(len(one)) - np.repeat(np.cumsum(length) - length, length)
        other = order[np.repeat(start, length) + offset]
        keep = blobs.owner[one] < blobs.owner[other]
        if flip:
            # The other way round the question differs, so both are asked.
            back = blobs.owner[one] > blobs.owner[other]
            ones.append(other[back].astype(np.int32))
            others.append(one[back].astype(np.int32))
        ones.append(one[keep].astype(np.int32))
        others.append(other[keep].astype(np.int32))
    return np.concatenate(ones), np.concatenate(others)


def _most_in_bucket(length: IntArray, budget: int) -> int:
    """The largest bucket that is still looked into, so that the work stays bounded."""
    sizes = np.bincount(length, minlength=_MOST_IN_BUCKET + 1)[: _MOST_IN_BUCKET + 1]
    work = np.cumsum(sizes * np.arange(_MOST_IN_BUCKET + 1))
    return int(np.searchsorted(work, budget, "right")) - 1 if work[-1] > budget else _MOST_IN_BUCKET


def _voted(blobs: _Blobs, one: IntArray, other: IntArray, least: int, most: int) -> list[Overlap]:
    """Pairs of pictures for which enough pairs of blobs tell the same place."""
    best: dict[tuple[int, int], Overlap] = {}
    for phase in (0.0, 0.5):
        key = _cells(blobs, one, other, phase)
        order = np.argsort(key, kind="stable")
        key = key[order]
        starts = np.flatnonzero(np.append(True, key[1:] != key[:-1]))
        length = np.diff(np.append(starts, len(key)))
        # A blob that is like many others (rows of a crop) has one vote, not many.
        group = np.repeat(np.arange(len(starts)), length)
        many = length[group] >= least
        votes = np.zeros(len(starts), dtype=np.int64)
        votes[:] = np.minimum(
            *(_distinct(group[many], side[order[many]], len(starts)) for side in (one, other))
        )
        enough = np.flatnonzero(votes >= least)
        enough = enough[np.argsort(-votes[enough], kind="stable")[:most]]
        for place in enough:
            rows = order[starts[place] : starts[place] + length[place]]
            pair = (int(blobs.owner[one[rows[0]]]), int(blobs.owner[other[rows[0]]]))
            if pair not in best or best[pair].votes < votes[place]:
                overlap = _overlap(blobs, one[rows], other[rows], pair)
                if overlap.votes >= max(least, best[pair].votes if pair in best else 0):
                    best[pair] = overlap
    found = sorted(best.values(), key=lambda each: (-each.votes, each.one, each.other))
    return found[:most]


def _cells(blobs: _Blobs, one: IntArray, other: IntArray, phase: float) -> IntArray:
    """What each pair of blobs votes for, as one number: both pictures, and how they lie."""
    out = np.empty(len(one), dtype=np.int64)
    for first in range(0, len(one), _CHUNK):
        ours, theirs = one[first : first + _CHUNK], other[first : first + _CHUNK]
        steps, flip, _, shift_x, shift_y = blobs.placing(ours, theirs)
        cell_x = np.clip(np.floor(shift_x / _CELL + phase), -64, 63).astype(np.int64) + 64
        cell_y = np.clip(np.floor(shift_y / _CELL + phase), -64, 63).astype(np.int64) + 64
        key = blobs.owner[ours].astype(np.int64) << 20 | blobs.owner[theirs].astype(np.int64)
        key = (key << 4 | (steps + 8)) << 1 | flip
        out[first : first + _CHUNK] = (key << 7 | cell_x) << 7 | cell_y
    return out


def _distinct(group: IntArray, blob: npt.NDArray[np.int32], count: int) -> IntArray:
    """How many different blobs each of ``count`` groups has."""
    key = np.unique(group.astype(np.int64) << 32 | blob.astype(np.int64))
    return np.bincount(key >> 32, minlength=count)


def _overlap(blobs: _Blobs, one: IntArray, other: IntArray, pair: tuple[int, int]) -> Overlap:
    """How one picture lies in the other, finer than the steps of the pyramid.

    Least squares over the places of the blobs that fit; those that do not have no vote.
    """
    _, flip, scales, shift_x, shift_y = blobs.placing(one, other)
    scale, shift = float(np.median(scales)), np.array([np.median(shift_x), np.median(shift_y)])
    side = np.where(flip, -blobs.x[one], blobs.x[one])
    ours = np.column_stack([side, blobs.y[one]]).astype(np.float64)
    theirs = np.column_stack([blobs.x[other], blobs.y[other]]).astype(np.float64)
    near = np.ones(len(one), dtype=bool)
    for room in _ROOMS:
        near = np.abs(theirs - scale * ours - shift).max(axis=1) <= room
        middle = ours[near].mean(axis=0) if near.any() else np.zeros(2)
        spread = float(((ours[near] - middle) ** 2).sum())
        if spread < _LEAST_SPREAD:
            break
        moved = float(((ours[near] - middle) * theirs[near]).sum()) / spread
        scale = float(np.clip(moved, 0.8 * scales[0], 1.25 * scales[0]))
        shift = theirs[near].mean(axis=0) - scale * middle
    votes = min(len(np.unique(one[near])), len(np.unique(other[near])))
    return Overlap(*pair, votes, scale, float(shift[0]), float(shift[1]), bool(flip[0]))
