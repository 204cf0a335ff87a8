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
from scipy.ndimage import gaussian_filter, maximum_filter, zoom

from ..progress import SILENT, Progress
from ..table import FloatArray, IntArray

LEVELS = 5
_RATIO = 2.0 ** (-1 / 3)
_KEPT = (30, 22, 16, 11, 8)
_PATCH = 8
_SPACING = 2
_REACH = _PATCH * _SPACING // 2
_LOW = 5
_BITS = _LOW * _LOW - 1
_WEAKEST = 5
_EDGE = 12.0
_LEAST_RESPONSE = 1.5
_MOST_IN_BUCKET = 40
_CELL = 0.12
_LEAST_VOTES = 4

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
    parts: list[tuple[npt.NDArray[np.generic], ...]] = []
    for level in range(LEVELS):
        factor = _RATIO**level
        image = grey if not level else zoom(gaussian_filter(grey, 0.5 / factor), factor, order=1)
        if min(image.shape) < 3 * _REACH:
            break
        smooth = gaussian_filter(image, 1.2)
        response = smooth - gaussian_filter(image, 2.0)
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
    peak = (size == maximum_filter(size, 5)) & (size > _LEAST_RESPONSE)
    peak[:_REACH] = peak[-_REACH:] = False
    peak[:, :_REACH] = peak[:, -_REACH:] = False
    rows, columns = np.nonzero(peak)
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


def _codes(
    smooth: npt.NDArray[np.float32], rows: IntArray, columns: IntArray
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint8], npt.NDArray[np.bool_]]:
    step = (np.arange(_PATCH) - (_PATCH - 1) / 2) * _SPACING
    steps = step.astype(np.int64)
    patch = smooth[rows[:, None, None] + steps[None, :, None], columns[:, None, None] + steps]
    patch = patch - patch.mean(axis=(1, 2), keepdims=True)
    mirrored = (patch * step).sum(axis=(1, 2)) < 0
    patch = np.where(mirrored[:, None, None], patch[:, :, ::-1], patch)
    low = np.einsum("nij,iu,jv->nuv", patch, _BASIS, _BASIS, optimize=True)
    values = low[:, _PLACES[:, 0], _PLACES[:, 1]]
    values = values * np.hypot(*_PLACES.T)
    weights = (1 << np.arange(_BITS)).astype(np.uint32)
    code = ((values > 0) * weights).sum(axis=1).astype(np.uint32)
    weak = np.argsort(np.abs(values), axis=1, kind="stable")[:, :_WEAKEST].astype(np.uint8)
    return code, weak, mirrored


def find_overlaps(
    features: list[Features], progress: Progress = SILENT, least: int = _LEAST_VOTES
) -> list[Overlap]:
    """Pairs of pictures, each once, whose blobs agree on how one lies in the other."""
    counts = np.array([len(each.code) for each in features], dtype=np.int64)
    if counts.sum() == 0:
        return []
    owner = np.repeat(np.arange(len(features)), counts)
    code = np.concatenate([each.code for each in features])
    weak = np.concatenate([each.weak for each in features])
    x = np.concatenate([each.x for each in features]).astype(np.float64)
    y = np.concatenate([each.y for each in features]).astype(np.float64)
    level = np.concatenate([each.level for each in features]).astype(np.int64)
    mirrored = np.concatenate([each.mirrored for each in features])
    one, other = _partners(code, weak, owner, progress)
    if not len(one):
        return []
    scale = _RATIO ** (level[other] - level[one]).astype(np.float64)
    # A cut-out is seen larger: a blob found at a coarser level there.
    scale = 1.0 / scale
    flip = mirrored[one] != mirrored[other]
    shift_x = x[other] - scale * np.where(flip, -x[one], x[one])
    shift_y = y[other] - scale * y[one]
    steps = level[other] - level[one]
    return _voted(owner[one], owner[other], steps, flip, scale, shift_x, shift_y, least)


def _partners(
    code: npt.NDArray[np.uint32],
    weak: npt.NDArray[np.uint8],
    owner: IntArray,
    progress: Progress,
) -> tuple[IntArray, IntArray]:
    """Pairs of blobs in different pictures whose codes agree but for a few weak bits."""
    order = np.argsort(code, kind="stable")
    ordered = code[order]
    flips: list[tuple[int, ...]] = [(), *((k,) for k in range(_WEAKEST))]
    flips += list(combinations(range(_WEAKEST), 2))
    ones: list[IntArray] = []
    others: list[IntArray] = []
    bit = (np.uint32(1) << weak.astype(np.uint32)).astype(np.uint32)
    for number, flip in enumerate(flips):
        progress.at(number / len(flips))
        asked = code.copy()
        for place in flip:
            asked ^= bit[:, place]
        start = np.searchsorted(ordered, asked, "left")
        length = np.searchsorted(ordered, asked, "right") - start
        # Codes that everybody has (a plain edge) tell nothing.
        length[length > _MOST_IN_BUCKET] = 0
        one = np.repeat(np.arange(len(code)), length)
        offset = np.arange(len(one)) - np.repeat(np.cumsum(length) - length, length)
        other = order[np.repeat(start, length) + offset]
        keep = owner[one] < owner[other]
        if flip:
            # The other way round the question differs, so both are asked.
            back = owner[one] > owner[other]
            ones.append(other[back])
            others.append(one[back])
        ones.append(one[keep])
        others.append(other[keep])
    return np.concatenate(ones), np.concatenate(others)


def _voted(
    one: IntArray,
    other: IntArray,
    steps: IntArray,
    flip: npt.NDArray[np.bool_],
    scale: FloatArray,
    shift_x: FloatArray,
    shift_y: FloatArray,
    least: int,
) -> list[Overlap]:
    best: dict[tuple[int, int], Overlap] = {}
    for phase in (0.0, 0.5):
        cell_x = np.floor(shift_x / _CELL + phase).astype(np.int64)
        cell_y = np.floor(shift_y / _CELL + phase).astype(np.int64)
        keys = np.stack([one, other, steps, flip.astype(np.int64), cell_x, cell_y], axis=1)
        order = np.lexsort(keys.T[::-1])
        keys = keys[order]
        change = np.ones(len(keys), dtype=bool)
        change[1:] = (keys[1:] != keys[:-1]).any(axis=1)
        starts = np.flatnonzero(change)
        votes = np.diff(np.append(starts, len(keys)))
        for start, count in zip(starts[votes >= least], votes[votes >= least]):
            rows = order[start : start + count]
            pair = (int(one[rows[0]]), int(other[rows[0]]))
            if pair not in best or best[pair].votes < count:
                best[pair] = Overlap(
                    *pair,
                    int(count),
                    float(np.median(scale[rows])),
                    float(np.median(shift_x[rows])),
                    float(np.median(shift_y[rows])),
                    bool(flip[rows[0]]),
                )
    return [best[pair] for pair in sorted(best)]
