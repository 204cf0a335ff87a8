"""What the cells of a DEM round a point say of their making."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..table import BoolArray, FloatArray
from .heights_ground import Patches

NUMERIC = 0.01
"""Metres between two ways of interpolating the same cells."""

_WHITE = 0.6
"""Bilinear heights average the errors of cells; neighbours that predict a cell do not."""

_FEW = 10
_LEAST_PEAK = 1e-3


def roughness(patches: Patches) -> FloatArray:
    """Error of interpolating one cell's width, from those of two and of four, ``(n,)``."""
    cells = patches.cells.astype(np.float64)
    if not len(cells):
        return np.zeros(0)
    size = cells.shape[1]
    middle = size // 2
    cells = cells - cells[:, middle : middle + 1, middle : middle + 1]
    two, four = _half_step(cells, 1), _half_step(cells, 2)
    both = np.isfinite(two) & np.isfinite(four)
    if not both.any() or not np.median(four[both]) > 0:
        return two
    grows = float(np.median(two[both]) / np.median(four[both]))
    white = np.clip((grows - 0.5) / 0.5, 0.0, 1.0)
    return two * min(grows, 1.0) * (1 - (1 - _WHITE) * float(white))


def _half_step(cells: FloatArray, step: int) -> FloatArray:
    """Root mean square of cells against the mean of opposite neighbours ``step`` away."""
    size = cells.shape[1]

    def moved(down: int, right: int) -> FloatArray:
        return cells[:, step + down : size - step + down, step + right : size - step + right]

    middle = moved(0, 0)
    across = middle - (moved(0, step) + moved(0, -step)) / 2
    along = middle - (moved(step, 0) + moved(-step, 0)) / 2
    corners = moved(step, step) + moved(-step, -step) + moved(step, -step) + moved(-step, step)
    squares = (across**2 + along**2 + (middle - corners / 4) ** 2) / 3
    out: FloatArray = np.sqrt(squares.reshape(len(cells), -1).mean(axis=1))
    return out


def anchoring(patches: Patches, exact: BoolArray) -> float:
    """How much the cells at ``exact`` points stick out, beside cells two away; 1 if unknown.

    A DEM interpolated from heights keeps them in their cells, and is smooth
    between them; heights read off a DEM lie at no special cells.
    """
    if exact.sum() < _FEW:
        return 1.0
    cells = patches.cells[exact].astype(np.float64)
    middle = cells.shape[1] // 2

    def peak(row: int, column: int) -> FloatArray:
        around = cells[:, row - 1, column] + cells[:, row + 1, column]
        around = around + cells[:, row, column - 1] + cells[:, row, column + 1]
        return np.abs(cells[:, row, column] - around / 4)

    own = float(np.nanmedian(peak(middle, middle)))
    ring = [peak(middle + i, middle + j) for i in (-2, 2) for j in (-2, 2)]
    usual = float(np.nanmedian(np.concatenate(ring)))
    return max(own, _LEAST_PEAK) / max(usual, _LEAST_PEAK)


@dataclass(frozen=True)
class GridLines:
    """``on_lines`` of ``count`` vertices lie on lines between cells, at their height.

    Marching along the cells of a DEM (Lorensen & Cline 1987; GDAL's contours)
    puts every vertex of a contour on such a line.
    """

    count: int = 0
    on_lines: int = 0

    @property
    def share(self) -> float:
        """0…1; 0 without vertices."""
        return self.on_lines / self.count if self.count else 0.0


def measure_grid_lines(
    height: FloatArray, pixels: FloatArray, patches: Patches, cell: float
) -> GridLines:
    """Count vertices on the lines between the middles of cells.

    Parameters
    ----------
    height, pixels, patches
        As for :func:`measure_nearness`.
    cell
        Of the DEM, metres: coordinates are written to a centimetre.
    """
    residual = height - patches.at(pixels)
    good = np.isfinite(residual)
    if not good.any():
        return GridLines()
    off = pixels[good] - 0.5
    off = np.abs(off - np.round(off)).min(axis=1)
    near = float(np.clip(NUMERIC / cell, 1e-3, 0.02))
    low_high = np.ptp(patches.cells[good][:, 2:5, 2:5].reshape(int(good.sum()), -1), axis=1)
    allowed = NUMERIC + 0.02 * np.nan_to_num(low_high)
    sloping = low_high > 10 * NUMERIC
    on_lines = sloping & (off <= near) & (np.abs(residual[good]) <= allowed)
    return GridLines(int(sloping.sum()), int(on_lines.sum()))
