"""Slope of a terrain model, cell by cell, and the grades it falls into.

The gradient is Horn's (B. K. P. Horn, Hill shading and the reflectance map,
Proceedings of the IEEE 69(1), 1981): third-order differences over 3 × 3 cells,
what the survey's own slope maps are made with and what ``gdaldem slope``
computes. As there, a cell has no slope where one of its eight neighbours has
no height.

Only additions, products, quotients and square roots are used, which IEEE 754
rounds alike everywhere: a cell falls into the same grade on every machine,
which ``arctan`` of different mathematical libraries does not promise.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from ..grid import Window
from ..raster import Raster
from ..table import BoolArray, FloatArray

Float32Array = npt.NDArray[np.float32]

PLAUSIBLE_HEIGHTS = (-12_000.0, 12_000.0)
"""Metres. Beyond the deepest trench and the highest summit: a code for nodata."""

# arctan x in degrees on 0…1 as an odd polynomial, fitted for the least greatest
# error (2e-5 degrees in float32).
_ARCTAN = (
    57.2955569,
    -19.089447,
    11.3490442,
    -7.58213084,
    4.56204604,
    -1.92531919,
    0.390264169,
)

_STEPS_PER_DEGREE = 64
_CELLS_AT_ONCE = 150 * 512


def slope_of_window(
    raster: Raster, window: Window
) -> tuple[Float32Array, BoolArray | None, npt.NDArray[Any], BoolArray | None]:
    """Slope and height of the cells of ``window``.

    Returns
    -------
    slope, slope_valid, height, height_valid
        Degrees and metres, shape ``(rows, columns)``, 0 where not valid;
        ``valid`` is ``None`` where all cells are.
    """
    values, valid = raster.read(window, halo=1)
    # Near zero, float32 keeps the millimetres that slopes are made of.
    middle = values.dtype.type(np.round(values[values.shape[0] // 2, values.shape[1] // 2]))
    slope = np.empty((window.rows, window.columns), dtype=np.float32)
    across, down = (each[:, None] for each in raster.grid.spacing(window.row, window.rows))
    # A few rows at a time stay in the processor's cache, twice as fast.
    pieces = -(-values.size // _CELLS_AT_ONCE)
    step = -(-window.rows // pieces)
    for row in range(0, window.rows, step):
        rows = slice(row, row + step)
        relative = (values[row : row + step + 2] - middle).astype(np.float32, copy=False)
        slope[rows] = horn(relative, across[rows], down[rows])
    inner = (slice(1, -1), slice(1, -1))
    if valid is None:
        return slope, None, values[inner], None
    around = _all_around(valid)
    slope[~around] = 0
    return slope, around, values[inner], valid[inner]


def horn(
    height: Float32Array, across: float | FloatArray, down: float | FloatArray
) -> Float32Array:
    """Slope in degrees of the inner cells of ``height``.

    Parameters
    ----------
    height
        Metres, shape ``(rows + 2, columns + 2)``.
    across, down
        Metres between columns and between rows; scalars, or one for each
        inner row with shape ``(rows, 1)``.

    Returns
    -------
    Degrees, shape ``(rows, columns)``.
    """
    rows, columns = height.shape[0] - 2, height.shape[1]
    # Row after row in one line: neighbours are fixed steps away, and every
    # operation runs over the whole window at once. The last two columns of
    # each row come out as rubbish and are left out at the end.
    flat = np.ascontiguousarray(height).ravel()
    above, middle, below = flat[: -2 * columns], flat[columns:-columns], flat[2 * columns :]
    smooth = above + below
    smooth += middle
    smooth += middle
    east = np.zeros(rows * columns, dtype=np.float32)
    np.subtract(smooth[2:], smooth[:-2], out=east[:-2])
    _scale_rows(east, rows, across)
    east *= east
    step = np.subtract(below, above, out=smooth)
    north = np.zeros(rows * columns, dtype=np.float32)
    np.add(step[:-2], step[2:], out=north[:-2])
    north[:-2] += step[1:-1]
    north[:-2] += step[1:-1]
    _scale_rows(north, rows, down)
    north *= north
    east += north
    np.sqrt(east, out=east)
    return degrees(east, north).reshape(rows, columns)[:, :-2]


def _scale_rows(flat: Float32Array, rows: int, spacing: float | FloatArray) -> None:
    """Turn sums of eight differences into a gradient."""
    factor = np.asarray(0.125 / np.asarray(spacing), dtype=np.float32)
    lines = flat.reshape(rows, -1)
    lines *= factor


def degrees(rise: Float32Array, work: Float32Array | None = None) -> Float32Array:
    """Angle in degrees whose tangent is ``rise`` (≥ 0); overwrites ``rise``.

    ``work`` is an array of the same shape that may be overwritten too.
    """
    steep = np.flatnonzero(rise > 1) if rise.size and rise.max() > 1 else None
    if steep is not None:
        rise.flat[steep] = np.float32(1) / rise.flat[steep]
    square = np.multiply(rise, rise, out=work)
    angle = square * np.float32(_ARCTAN[-1])
    for factor in _ARCTAN[-2:0:-1]:
        angle += np.float32(factor)
        angle *= square
    angle += np.float32(_ARCTAN[0])
    angle *= rise
    if steep is not None:
        angle.flat[steep] = np.float32(90) - angle.flat[steep]
    return angle


def _all_around(valid: BoolArray) -> BoolArray:
    """Whether a cell and its eight neighbours are all valid; inner cells only."""
    rows = valid[:-2] & valid[1:-1] & valid[2:]
    return rows[:, :-2] & rows[:, 1:-1] & rows[:, 2:]


class SlopeBins:
    """Fine classes of slope, so that grades and quantiles need one sweep only.

    Class 0 is *no slope known*; class ``i`` holds slopes in ``(edges[i - 1],
    edges[i]]`` degrees: an upper limit belongs to the lower class, as in the
    slope grades of the land survey. Steps are 0.25° up to 20°, 0.5° up to
    40°, 1° up to 60°, 5° above; every grade limit, and the limit ± ``bands``, is an edge.
    """

    def __init__(self, limits: Sequence[float], bands: Sequence[float] = ()) -> None:
        steps = [
            np.arange(0, 20, 0.25),
            np.arange(20, 40, 0.5),
            np.arange(40, 60),
            np.arange(60, 91, 5),
        ]
        near = [
            np.round(limit + sign * band, 6)
            for limit in limits
            for band in bands
            for sign in (1, -1)
        ]
        edges = np.concatenate([*steps, np.asarray(limits, dtype=float), near])
        self.edges: FloatArray = np.unique(edges[(edges >= 0) & (edges <= 90)])

    @property
    def count(self) -> int:
        """Classes, with class 0."""
        return len(self.edges)

    def classify(self, slope: Float32Array, valid: BoolArray | None) -> npt.NDArray[np.uint16]:
        """Class of every cell, same shape as ``slope``."""
        if self._table is None:
            bins = np.searchsorted(self.edges[1:].astype(np.float32), slope).astype(np.uint16)
            bins += 1
        else:
            steps = slope * np.float32(_STEPS_PER_DEGREE)
            np.ceil(steps, out=steps)
            bins = np.take(self._table, steps.astype(np.intp), mode="clip")
        if valid is not None:
            bins[~valid] = 0
        return bins

    @cached_property
    def _table(self) -> npt.NDArray[np.uint16] | None:
        """Class by sixty-fourth of a degree; ``None`` where an edge lies between."""
        steps = self.edges * _STEPS_PER_DEGREE
        if (steps != np.round(steps)).any():
            return None
        upper = np.arange(90 * _STEPS_PER_DEGREE + 1) / _STEPS_PER_DEGREE
        return (np.searchsorted(self.edges[1:], upper) + 1).astype(np.uint16)
