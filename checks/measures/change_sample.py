"""Pixels from which two images learn of each other, and how well they lie on one another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..baseline import Image
from ..grid import Grid, Window
from ..progress import SILENT, Progress
from ..raster import Raster
from .change_irmad import Mad
from .change_pair import ImagePair

_WINDOW = 256
_MOST_WINDOWS = 36
_MOST_PIXELS = 300_000
_LEAST_CLEAR = 0.5
_LEAST_VOTES = 3
_FURTHEST = 8.0
_AGREE = 0.35
_TOLERATED = 0.35


@dataclass(frozen=True)
class Sample:
    """Windows spread evenly over both images, and some of their clear pixels.

    Few enough to keep: at most 36 windows of 256 × 256 cells, 300,000 pixels.
    """

    windows: tuple[Window, ...]
    pixels: tuple[tuple[npt.NDArray[Any], npt.NDArray[Any]], ...]

    def blocks(self) -> Iterator[tuple[npt.NDArray[Any], npt.NDArray[Any]]]:
        """Pixels in blocks, for :func:`.change_irmad.find_mad`."""
        return iter(self.pixels)


def sample_of(pair: ImagePair, progress: Progress = SILENT) -> Sample:
    """Read evenly spread windows of both images.

    Raises
    ------
    RasterError
        When one of them is damaged there.
    """
    windows = _windows(pair.grid)
    # Neighbouring pixels repeat one another: every so many is enough.
    step = max(1, sum(window.cells for window in windows) // _MOST_PIXELS)
    pixels = []
    for number, window in enumerate(windows):
        progress.at(number / len(windows))
        one, other, clear = pair.read(window)
        pixels.append((one[:, clear].T[::step].copy(), other[:, clear].T[::step].copy()))
    return Sample(tuple(windows), tuple(pixels))


def _windows(grid: Grid) -> list[Window]:
    across = min(-(-grid.width // _WINDOW), int(np.sqrt(_MOST_WINDOWS)))
    along = min(-(-grid.height // _WINDOW), int(np.sqrt(_MOST_WINDOWS)))
    wide, high = min(_WINDOW, grid.width), min(_WINDOW, grid.height)
    columns = np.unique(np.linspace(0, grid.width - wide, across).round().astype(int))
    rows = np.unique(np.linspace(0, grid.height - high, along).round().astype(int))
    return [Window(int(r), int(c), high, wide) for r in rows for c in columns]


@dataclass(frozen=True)
class Registration:
    """How the previous image lies on the current one.

    ``right`` and ``down`` in cells: where the content of the previous image
    lies, seen from the current one; NaN where the pictures are too unlike to
    tell. ``windows`` told it, within ``spread`` cells of one another.
    ``corrected`` is by how many cells the previous image was moved before.
    """

    right: float
    down: float
    spread: float
    windows: int
    corrected: float = 0.0

    @property
    def length(self) -> float:
        """Cells; NaN where unknown."""
        return float(np.hypot(self.right, self.down))

    @property
    def correctable(self) -> bool:
        """Large enough to matter, and sure enough to be put right."""
        return bool(self.length > _TOLERATED and self.windows >= _LEAST_VOTES)

    def move(self, grid: Grid, previous: Image) -> tuple[float, float]:
        """What to add to the previous image's coordinates, in its own units."""
        here = Raster(previous.path).grid
        across, down = grid.spacing(grid.height // 2, 1)
        own_across, own_down = here.spacing(here.height // 2, 1)
        # North is up to a degree or two in every CRS of a county's images.
        east = -self.right * np.sign(grid.step_x) * across[0] / own_across[0] * abs(here.step_x)
        north = -self.down * np.sign(grid.step_y) * down[0] / own_down[0] * abs(here.step_y)
        return float(east), float(north)


def register(pair: ImagePair, mad: Mad | None, sample: Sample) -> Registration:
    """Estimate the shift between both images by phase correlation.

    Of the first canonical variates, which look most alike of all combinations
    of bands; the peak is refined with a parabola. Windows vote, and the median
    counts only when they agree (Foroosh, Zerubia & Berthod 2002, IEEE
    Transactions on Image Processing 11, 188-200; gradients instead of values,
    as light and season change these most).
    """
    votes = []
    for window in sample.windows if mad is not None else ():
        assert mad is not None
        one, other, clear = pair.read(window)
        if clear.mean() < _LEAST_CLEAR or min(clear.shape) < 32:
            continue
        first = np.tensordot(mad.first[:, 0], one - mad.middle_first[:, None, None], 1)
        second = np.tensordot(mad.second[:, 0], other - mad.middle_second[:, None, None], 1)
        found = shift_of(np.where(clear, first, 0.0), np.where(clear, second, 0.0))
        if found is not None:
            votes.append(found)
    if not votes:
        return Registration(np.nan, np.nan, np.nan, 0)
    every = np.array(votes)
    middle = np.median(every, axis=0)
    off = np.hypot(*(every - middle).T)
    agreeing = int((off < _AGREE).sum())
    if agreeing <= len(votes) / 2:
        return Registration(np.nan, np.nan, float(np.median(off)), 0)
    middle = every[off < _AGREE].mean(axis=0)
    return Registration(float(middle[0]), float(middle[1]), float(np.median(off)), agreeing)


def shift_of(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> tuple[float, float] | None:
    """By how many cells right and down the content of ``other`` lies; ``None``: unclear.

    Shapes equal. Searched within 8 cells.
    """
    parts = [_edges(one), _edges(other)]
    window = np.outer(np.hanning(one.shape[0]), np.hanning(one.shape[1]))
    a, b = (np.fft.rfft2(part * window) for part in parts)
    cross = np.conj(a) * b
    size = np.abs(cross)
    # Half whitened: wholly, noise of the highest frequencies would decide.
    surface = np.fft.irfft2(cross / np.sqrt(size + 1e-12 * size.max() + 1e-300), one.shape)
    reach = int(min(_FURTHEST, min(one.shape) // 4))
    around = np.arange(-reach - 1, reach + 2)
    near = surface[np.ix_(around, around)]
    inner = near[1:-1, 1:-1]
    row, column = np.unravel_index(int(np.argmax(inner)), inner.shape)
    peak = inner[row, column]
    noise = float(np.std(surface))
    if not peak > 8 * noise:
        return None
    down = row - reach + _vertex(near[row : row + 3, column + 1])
    right = column - reach + _vertex(near[row + 1, column : column + 3])
    return float(right), float(down)


def _edges(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    across = np.gradient(values, axis=1)
    down = np.gradient(values, axis=0)
    size = np.hypot(across, down)
    size = np.minimum(size, np.quantile(size, 0.98))
    out: npt.NDArray[Any] = size - size.mean()
    return out


def _vertex(three: npt.NDArray[Any]) -> float:
    """Place of the top of a parabola through three values, from the middle one."""
    low, middle, high = (float(v) for v in three)
    bend = low - 2 * middle + high
    return float(np.clip(0.5 * (low - high) / bend, -0.5, 0.5)) if bend < 0 else 0.0
