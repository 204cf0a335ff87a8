"""How strong the edges of a picture are, in every direction, on a scale all pictures share.

The gradient of several bands is that of Di Zenzo (1986, Computer Vision,
Graphics, and Image Processing 33, 116–125): the quadratic form
``nᵀ(Σ ∇b ∇bᵀ)n`` with Gaussian derivatives (Canny 1986, IEEE PAMI 8, 679–698)
of every band over that band's robust noise. What it gives is then ranked among
the whole picture: an edge that only a share ``q`` of random places outdoes
scores ``-ln q``, exponentially distributed where nothing is drawn, so that a
few motorways do not outweigh a thousand field edges.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from ..grid import Window
from ..raster import Raster
from ..table import BoolArray, FloatArray

BLUR = 1.0
"""Standard deviation of the Gaussian derivatives, in pixels."""

DIRECTIONS = 8
"""Directions over a half circle in which edges are looked for."""

_LOOKS = 24
_LOOK = 192
_LEVELS = 256
_CAP = 6.0
_REACH = 4

Single = npt.NDArray[np.float32]


@dataclass(frozen=True)
class EdgeScale:
    """What turns gradients of one picture into scores.

    ``noise`` is the robust gradient of each band; ``levels`` and ``scores``
    map the logarithm of an edge's strength to its score.
    """

    noise: FloatArray
    levels: FloatArray
    scores: Single

    @cached_property
    def _by_bits(self) -> Single:
        """Scores by the upper half of a float32: its exponent and seven bits of its fraction."""
        upper = (np.arange(1 << 15, dtype=np.uint32) << 16) | np.uint32(1 << 15)
        strength = upper.view(np.float32)
        with np.errstate(invalid="ignore"):
            score = np.interp(strength, self.levels, self.scores)
        return np.nan_to_num(score).astype(np.float32)

    def of(self, strength: Single) -> Single:
        """Scores of strengths; shape kept."""
        bits = np.ascontiguousarray(strength, dtype=np.float32).view(np.uint32)
        return self._by_bits[bits >> 16]

    @property
    def usable(self) -> bool:
        """Whether the picture has any contrast at all."""
        return bool(len(self.levels))


def edge_scale(raster: Raster, bands: list[int], places: list[Window]) -> EdgeScale:
    """Look at the picture in some ``places`` and learn its noise and its edges.

    Nothing is random: the places are evenly chosen among those given.
    """
    which = np.unique(np.linspace(0, len(places) - 1, _LOOKS).astype(int)) if places else []
    looks = [_look(places[number]) for number in which]
    gradients: list[list[Single]] = [[] for _ in bands]
    forms = []
    for window in looks:
        parts, valid = _gradients(raster, bands, window)
        if valid.sum() < 100:
            continue
        forms.append((parts, valid))
        for store, (down, across) in zip(gradients, parts):
            store.append(np.hypot(down[valid], across[valid]))
    noise = np.array([_middle(store) for store in gradients])
    strengths = [_strength(_form(parts, noise), k)[valid] for parts, valid in forms for k in (0, 3)]
    if not strengths or not (noise > 0).any():
        return EdgeScale(noise, np.zeros(0), np.zeros(0, dtype=np.float32))
    strong = np.sort(np.concatenate(strengths).astype(np.float64))
    share = 1 - (np.arange(_LEVELS) + 0.5) / _LEVELS
    # Half of the levels for the upper tail, where true edges are.
    share = np.concatenate([share[::2], np.geomspace(share[-1], np.exp(-_CAP), _LEVELS // 2)])
    levels = np.quantile(strong, 1 - np.sort(share)[::-1])
    return EdgeScale(noise, levels, (-np.log(np.sort(share)[::-1])).astype(np.float32))


def _middle(store: list[Single]) -> float:
    values = np.concatenate(store) if store else np.zeros(0)
    values = values[values > 0]
    return float(np.median(values)) if len(values) else 0.0


def _look(window: Window) -> Window:
    rows, columns = min(window.rows, _LOOK), min(window.columns, _LOOK)
    row = window.row + (window.rows - rows) // 2
    return Window(row, window.column + (window.columns - columns) // 2, rows, columns)


def _gradients(
    raster: Raster, bands: list[int], window: Window, halo: int = _REACH
) -> tuple[list[tuple[Single, Single]], BoolArray]:
    """Down and across gradient of every band, and where all are valid."""
    parts: list[tuple[Single, Single]] = []
    shape = (window.rows + 2 * halo, window.columns + 2 * halo)
    valid = np.ones(shape, dtype=bool)
    for band in bands:
        values, good = raster.read(window, band, halo)
        values = values.astype(np.float32)
        if good is not None:
            valid &= good
            # A flat filling keeps the border of the picture from being its strongest edge.
            if good.any():
                values[~good] = np.float32(values[good].mean())
        smooth = [ndimage.gaussian_filter1d(values, BLUR, axis=1 - axis) for axis in (0, 1)]
        down, across = (
            ndimage.gaussian_filter1d(part, BLUR, axis=axis, order=1)
            for axis, part in enumerate(smooth)
        )
        parts.append((down, across))
    if not valid.all():
        valid = ndimage.binary_erosion(valid, iterations=_REACH, border_value=1)
    return parts, valid


def _form(parts: list[tuple[Single, Single]], noise: FloatArray) -> tuple[Single, Single, Single]:
    shape = parts[0][0].shape
    xx, xy, yy = (np.zeros(shape, dtype=np.float32) for _ in range(3))
    for (down, across), scale in zip(parts, noise):
        if not scale > 0:
            continue
        weight = np.float32(1.0 / scale**2)
        xx += across * across * weight
        xy += across * down * weight
        yy += down * down * weight
    return xx, xy, yy


def _strength(form: tuple[Single, Single, Single], direction: int) -> Single:
    angle = np.pi * direction / DIRECTIONS
    x, y = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    xx, xy, yy = form
    return np.maximum(xx * (x * x) + xy * (2 * x * y) + yy * (y * y), 0)


class EdgeWindow:
    """The scores of one window of the picture, direction by direction."""

    def __init__(
        self, raster: Raster, bands: list[int], window: Window, halo: int, scale: EdgeScale
    ) -> None:
        parts, self._valid = _gradients(raster, bands, window, halo)
        self._form = _form(parts, scale.noise)
        self._scale = scale
        self._corner = (window.row - halo, window.column - halo)

    def profiles(self, x: FloatArray, y: FloatArray, direction: int) -> Single:
        """Scores at columns ``x`` and rows ``y``, ``(n, t)``; NaN where the picture is not valid.

        ``direction`` is the number of the half-circle direction in which the
        edges are crossed.
        """
        strength = _strength(self._form, direction)
        score = self._scale.of(strength)
        # Pixel centres lie at halves.
        places = np.stack([y - self._corner[0] - 0.5, x - self._corner[1] - 0.5])
        out: Single = ndimage.map_coordinates(score, places, order=1, mode="nearest")
        if not self._valid.all():
            near = np.rint(places).astype(np.int64)
            inside = self._valid[
                np.clip(near[0], 0, self._valid.shape[0] - 1),
                np.clip(near[1], 0, self._valid.shape[1] - 1),
            ]
            out[~inside] = np.nan
        return out
