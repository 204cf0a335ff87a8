"""The cells of a raster that one parcel covers, each with the exact share covered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from ..grid import Window
from ..measures.coverage_fraction import cover
from ..measures.heights_ground import Ground, metric_plane
from ..measures.outlines import outlines
from ..placing import Placing
from ..raster import Raster
from ..reproject import Reprojection, reference
from ..table import FloatArray

_METRES_PER_DEGREE = 111_320.0
_MOST_ACROSS = 2_000
"""Cells; of a parcel larger than that the middle is shown."""


@dataclass(frozen=True)
class CoveredCells:
    """A window of the raster and, shape ``(rows, columns)``, the share covered of each cell."""

    window: Window
    weight: FloatArray
    cut: bool = False


def covered_cells(shape: shapely.Geometry | None, wkt: str, raster: Raster) -> CoveredCells | None:
    """The cells that ``shape`` covers; ``None`` where it lies beside the raster."""
    if shape is None or shape.is_empty:
        return None
    shapes = np.array([shape], dtype=object)
    placing = Placing(wkt, raster.grid, shape.bounds)
    outline = outlines(placing.prepare(shapes), placing.to_pixels)
    bounds = outline.bounds[0]
    if not np.isfinite(bounds).all():
        return None
    size = np.array([raster.grid.width, raster.grid.height])
    low = np.clip(np.floor(bounds[:2]), 0, size).astype(int)
    high = np.clip(np.ceil(bounds[2:]), 0, size).astype(int)
    cut = bool((high - low > _MOST_ACROSS).any())
    if cut:
        middle = (low + high) // 2
        low = np.maximum(low, middle - _MOST_ACROSS // 2)
        high = np.minimum(high, middle + _MOST_ACROSS // 2)
    if (high <= low).any():
        return None
    window = Window(int(low[1]), int(low[0]), int(high[1] - low[1]), int(high[0] - low[0]))
    covered = cover(outline, np.zeros(1, dtype=np.int64), window)
    weight = np.zeros(window.cells)
    np.add.at(weight, covered.cell, covered.weight)
    for start, length in zip(covered.run_start.tolist(), covered.run_length.tolist()):
        weight[start : start + length] = 1.0
    return CoveredCells(window, weight.reshape(window.rows, window.columns), cut)


def in_units(metres: float, wkt: str) -> float:
    """A length in the units of a CRS, about; metres where none is known."""
    crs = reference(wkt)
    if crs is None:
        return metres
    unit = _METRES_PER_DEGREE if crs.IsGeographic() else crs.GetLinearUnits() or 1.0
    return float(metres / unit)


def on_plane(shape: shapely.Geometry, wkt: str) -> tuple[shapely.Geometry, str]:
    """A shape in metres, and the CRS that it is in then (:func:`metric_plane`)."""
    _, plane = metric_plane(shapely.get_coordinates(shape), wkt)
    if plane == wkt:
        return shape, wkt
    return shapely.transform(shape, Reprojection(wkt, plane).points), plane


def heights_at(dem: Raster, wkt: str, xy: FloatArray) -> FloatArray:
    """Bilinear heights at places of shape ``(n, 2)``; NaN where the terrain has none."""
    ground = Ground(dem, wkt, xy)
    pixels = ground.pixels(xy)
    return np.asarray(ground.patches(pixels, 1).at(pixels), dtype=np.float64)
