"""Edge strength across the outlines of parcels, summed by parcel and direction.

One profile runs along the outward direction of every sample, from the inside
to the outside. For a shift ``d`` of the parcel, a sample with outward
direction ``n`` meets the picture ``d·n`` farther out: profiles summed over
samples of (nearly) the same direction therefore hold all that is needed to
score any shift, any widening and any single side, and those of a block are the
sum of those of its parcels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..grid import Window, Windows
from ..progress import SILENT, Progress
from ..raster import Raster
from ..table import FloatArray, IntArray
from .edges_image import DIRECTIONS, EdgeScale, EdgeWindow, edge_scale
from .edges_samples import Samples

REACH = 12
"""How far out and in a profile goes, in pixels."""

STEP = 0.5
"""Distance of the places of a profile, in pixels."""

OFFSETS: FloatArray = np.arange(-REACH, REACH + STEP / 2, STEP)
"""Places of a profile, in pixels outward."""

SECTORS = 2 * DIRECTIONS
"""Directions over the full circle."""

_CELLS = 1 << 18
_CHUNK = 1 << 13

Single = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Profiles:
    """Summed profiles of parcels.

    Attributes
    ----------
    total
        ``(parcels, SECTORS, offsets)``: score less the mean of its own profile.
    count
        ``(parcels, SECTORS)`` samples.
    """

    total: Single
    count: IntArray

    @property
    def samples(self) -> IntArray:
        """Samples of each parcel, ``(parcels,)``."""
        return self.count.sum(axis=1)


def normals() -> FloatArray:
    """Unit vectors (columns, rows) of the sectors, ``(SECTORS, 2)``."""
    angle = np.pi * np.arange(SECTORS) / DIRECTIONS
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def measure_profiles(
    raster: Raster, bands: list[int], samples: Samples, rows: int, progress: Progress = SILENT
) -> Profiles:
    """Sum the profiles of all samples; those that leave the valid picture do not count.

    Raises
    ------
    RasterError
        When the picture is damaged.
    """
    total = np.zeros((rows, SECTORS, len(OFFSETS)), dtype=np.float32)
    count = np.zeros((rows, SECTORS), dtype=np.int64)
    windows = raster.windows(_CELLS)
    groups = by_window(samples, windows)
    scale = edge_scale(raster, bands, [windows[number] for number, _ in groups])
    if scale.usable:
        for done, (number, members) in enumerate(groups):
            progress.at(done / len(groups))
            _window(raster, bands, windows[number], samples, members, scale, total, count)
    return Profiles(total, count)


def by_window(samples: Samples, windows: Windows) -> list[tuple[int, IntArray]]:
    """Windows that hold samples, and which."""
    inside = (samples.x >= 0) & (samples.y >= 0)
    inside &= (samples.x < windows.width) & (samples.y < windows.height)
    chosen = np.flatnonzero(inside)
    column = samples.x[chosen].astype(np.int64)
    number = windows.numbers(column, samples.y[chosen].astype(np.int64))
    order = np.argsort(number, kind="stable")
    numbers, first = np.unique(number[order], return_index=True)
    parts = np.split(chosen[order], first[1:])
    return [(int(each), part) for each, part in zip(numbers, parts)]


def _window(
    raster: Raster,
    bands: list[int],
    window: Window,
    samples: Samples,
    members: IntArray,
    scale: EdgeScale,
    total: Single,
    count: IntArray,
) -> None:
    halo = REACH + 4
    picture = EdgeWindow(raster, bands, window, halo, scale)
    out_x, out_y = samples.out_x[members], samples.out_y[members]
    sector = np.rint(np.arctan2(out_y, out_x) * (DIRECTIONS / np.pi)).astype(np.int64) % SECTORS
    for direction in range(DIRECTIONS):
        of_one = members[sector % DIRECTIONS == direction]
        way = sector[sector % DIRECTIONS == direction]
        for first in range(0, len(of_one), _CHUNK):
            part = of_one[first : first + _CHUNK]
            x = samples.x[part, None] + samples.out_x[part, None] * OFFSETS[None, :]
            y = samples.y[part, None] + samples.out_y[part, None] * OFFSETS[None, :]
            score = picture.profiles(x, y, direction)
            _add(total, count, samples.row[part], way[first : first + _CHUNK], score)


def _add(total: Single, count: IntArray, row: IntArray, sector: IntArray, score: Single) -> None:
    good = np.isfinite(score).all(axis=1)
    if not good.any():
        return
    row, sector, score = row[good], sector[good], score[good]
    score -= score.mean(axis=1, keepdims=True)
    key = row * SECTORS + sector
    order = np.argsort(key, kind="stable")
    keys, start = np.unique(key[order], return_index=True)
    sums = np.add.reduceat(score[order], start, axis=0)
    total.reshape(-1, len(OFFSETS))[keys] += sums
    count.reshape(-1)[keys] += np.diff(np.append(start, len(order)))
