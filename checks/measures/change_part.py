"""Where within a parcel the ground changed: the part that departs from the rest.

Only for parcels that changed more, or more unevenly, than their peers: their
cells are read once more, split in two by how they changed, and the part that
changed is asked what it looks like.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from scipy import ndimage

from ..grid import Window
from ..progress import SILENT, Progress
from ..raster import RasterError
from ..reproject import Reprojection, ReprojectionError
from ..table import FloatArray, GeometryArray, IntArray
from .change_irmad import Mad
from .change_pair import ImagePair
from .change_peers import Peers
from .coverage_fraction import cover
from .outlines import Outlines

_MOST_PARCELS = 2_000
_MOST_CELLS = 4_000_000
_MOST_EDGE = 4_096
_LEAST_CELLS = 6


@dataclass(frozen=True)
class Parts:
    """The changed part of ``m`` parcels.

    Attributes
    ----------
    rows
        Shape ``(m,)``: the parcels looked into.
    share
        Shape ``(m,)``: share of the parcel's clear cells in the largest
        connected changed part; 0 where it is in one piece.
    cells
        Shape ``(m,)``: cells of that part.
    contrast
        Shape ``(m,)``: how far both parts' changes lie apart, in standard
        deviations within them (Fisher's criterion).
    typical, typical_before
        Shape ``(m, g)``: how rare so odd a look of that part is in each group,
        now and in the previous image.
    likelihood
        Shape ``(m, g)``: log-likelihood of its current look.
    rest_typical
        Shape ``(m, g)``: as ``typical``, for the rest of the parcel.
    where
        Shape ``(m,)``: outline of the part in the frame of the parcels,
        ``None`` where there is none.
    """

    rows: IntArray
    share: FloatArray
    cells: FloatArray
    contrast: FloatArray
    typical: FloatArray
    typical_before: FloatArray
    likelihood: FloatArray
    rest_typical: FloatArray
    where: GeometryArray


@dataclass(frozen=True)
class Looks:
    """What unchanged parcels of each group look like in both images."""

    now: Peers
    before: Peers


def parts_of(
    rows: IntArray,
    outline: Outlines,
    pair: ImagePair,
    mad: Mad,
    looks: Looks,
    wkt: str,
    progress: Progress = SILENT,
) -> Parts:
    """Look into parcels ``rows``, the most suspicious first; at most 2,000 of them."""
    rows = rows[:_MOST_PARCELS]
    count, groups = len(rows), len(looks.now.count)
    single, wide = np.zeros(count), np.full((count, groups), np.nan)
    out = Parts(
        rows,
        single,
        single.copy(),
        single.copy(),
        wide,
        wide.copy(),
        wide.copy(),
        wide.copy(),
        np.full(count, None, dtype=object),
    )
    frame = _Frame(pair, wkt)
    for number, row in enumerate(rows):
        progress.at(number / count)
        found = _changed_part(outline, int(row), pair, mad)
        if found is not None:
            _describe(out, number, found, looks, frame)
    return out


@dataclass(frozen=True)
class _Split:
    """Cells of one parcel, and which of them make up the changed part."""

    window: Window
    part: npt.NDArray[np.bool_]
    first: FloatArray
    second: FloatArray
    inside: npt.NDArray[np.bool_]
    contrast: float


def _changed_part(outline: Outlines, row: int, pair: ImagePair, mad: Mad) -> _Split | None:
    left, top, right, bottom = outline.bounds[row]
    grid = pair.grid
    if not np.isfinite(left + top + right + bottom):
        return None
    left, top = int(max(left, 0)), int(max(top, 0))
    wide = int(min(np.ceil(right), grid.width)) - left
    high = int(min(np.ceil(bottom), grid.height)) - top
    if wide < 3 or high < 3 or max(wide, high) > _MOST_EDGE or wide * high > _MOST_CELLS:
        return None
    window = Window(top, left, high, wide)
    mask = _inside(outline, row, window)
    try:
        first, second, clear = pair.read(window)
    except RasterError:
        return None
    inside = mask & clear
    if inside.sum() < 2 * _LEAST_CELLS:
        return None
    one, other = first[:, inside].T.astype(np.float64), second[:, inside].T.astype(np.float64)
    chosen, contrast = _two_parts(mad.variates(one, other))
    part = np.zeros(mask.shape, dtype=bool)
    part[inside] = chosen
    return _Split(window, part, one, other, inside, contrast)


def _inside(outline: Outlines, row: int, window: Window) -> npt.NDArray[np.bool_]:
    """Cells wholly within the parcel, shape of ``window``."""
    covered = cover(outline, np.array([row]), window)
    flat = np.zeros(window.cells, dtype=bool)
    for start, length in zip(covered.run_start, covered.run_length):
        flat[start : start + length] = True
    return flat.reshape(window.rows, window.columns)


def _two_parts(variates: FloatArray) -> tuple[npt.NDArray[np.bool_], float]:
    """Split along the direction of largest variance at Otsu's (1979) threshold.

    Returns the side that is farther from no change, and how far the means of
    both lie apart in standard deviations within.
    """
    bounded = np.clip(variates, *np.quantile(variates, (0.02, 0.98), axis=0))
    centred = bounded - bounded.mean(axis=0)
    direction = np.linalg.svd(centred, full_matrices=False)[2][0]
    along = centred @ direction
    order = np.sort(along)
    count = len(order)
    left = np.arange(1, count)
    below = np.cumsum(order)[:-1]
    between = (below * count - order.sum() * left) ** 2 / (left * (count - left))
    low, high = max(int(0.05 * count), 1), count - max(int(0.05 * count), 1)
    at = low + int(np.argmax(between[low - 1 : high - 1]))
    over = along > (order[at - 1] + order[at]) / 2
    if not over.any() or over.all():
        return over, 0.0
    within = np.sqrt((along[over].var() * over.sum() + along[~over].var() * (~over).sum()) / count)
    apart = abs(along[over].mean() - along[~over].mean()) / max(within, 1e-9)
    size = [float((bounded[side].mean(axis=0) ** 2).sum()) for side in (over, ~over)]
    return (over if size[0] >= size[1] else ~over), float(apart)


def _describe(out: Parts, number: int, split: _Split, looks: Looks, frame: _Frame) -> None:
    """Enter the largest connected piece of either part that stands for itself."""
    labels, pieces = ndimage.label(ndimage.binary_opening(split.part, np.ones((2, 2))))
    if not pieces:
        return
    sizes = np.bincount(labels.ravel())[1:]
    largest = labels == int(np.argmax(sizes)) + 1
    chosen = largest[split.inside]
    out.cells[number] = float(chosen.sum())
    out.share[number] = float(chosen.mean())
    out.contrast[number] = split.contrast
    if chosen.sum() < _LEAST_CELLS or (~chosen).sum() < _LEAST_CELLS:
        return
    size = np.array([float(chosen.sum())])
    first = split.first[chosen].mean(axis=0)[None]
    second = split.second[chosen].mean(axis=0)[None]
    out.typical[number] = typical(looks.now, first, size)[0]
    out.typical_before[number] = typical(looks.before, second, size)[0]
    out.likelihood[number] = looks.now.likelihood(first, size)[0]
    rest = np.array([float((~chosen).sum())])
    out.rest_typical[number] = typical(looks.now, split.first[~chosen].mean(axis=0)[None], rest)[0]
    out.where[number] = frame.outline(split.window, largest)


def typical(peers: Peers, values: FloatArray, cells: FloatArray) -> FloatArray:
    """How rare so odd a look is in each group, shape ``(n, g)``; NaN where unknown."""
    out = np.full((len(values), len(peers.count)), np.nan)
    for number in np.flatnonzero(peers.known):
        group = np.full(len(values), number, dtype=np.int64)
        out[:, number] = peers.beyond(peers.distance(values, cells, group), group)
    return out


class _Frame:
    """From cells of the images to outlines in the frame of the parcels."""

    def __init__(self, pair: ImagePair, wkt: str) -> None:
        self._grid = pair.grid
        try:
            self._there: Reprojection | None = Reprojection(pair.grid.wkt, wkt)
        except ReprojectionError:
            self._there = None

    def outline(self, window: Window, part: npt.NDArray[np.bool_]) -> Any:
        """The hull of the cells of ``part``; ``None`` where it has no image."""
        grid = self._grid
        row, column = np.nonzero(part)
        x = grid.west + (window.column + column[:, None] + [0, 1, 0, 1]) * grid.step_x
        y = grid.north + (window.row + row[:, None] + [0, 0, 1, 1]) * grid.step_y
        xy = np.column_stack([x.ravel(), y.ravel()])
        if self._there is not None:
            xy = self._there.points(xy)
        if not np.isfinite(xy).all():
            return None
        return shapely.convex_hull(shapely.multipoints(xy))
