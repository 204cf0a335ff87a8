"""Where coordinates of a layer fall on the grid of a raster."""

from __future__ import annotations

from enum import Enum

import numpy as np

from .grid import Grid
from .progress import SILENT, Progress
from .reproject import Reprojection, ReprojectionError, reference, shorten_edges
from .table import FloatArray, GeometryArray

_EARTH_RADIUS = 6_371_000.0
_METRES_PER_DEGREE = 111_320.0
_CELLS_OFF = 0.02
_STRONGEST_BEND = 2.0


class Frame(str, Enum):
    """How layer and raster were brought together.

    ``assumed``: one of them declares no CRS, but their extents overlap when
    both are taken in the same one. ``unknown``: they cannot be brought
    together at all.
    """

    SAME = "same"
    REPROJECTED = "reprojected"
    ASSUMED = "assumed"
    UNKNOWN = "unknown"


class Placing:
    """From the coordinates of a layer to the pixels of ``grid``.

    Parameters
    ----------
    wkt
        CRS of the layer; empty where it declares none.
    bounds
        Least x, least y, greatest x, greatest y of the layer: decides whether
        a missing CRS may be assumed.
    """

    def __init__(self, wkt: str, grid: Grid, bounds: tuple[float, float, float, float]) -> None:
        self._grid = grid
        self._wkt = wkt
        self._reprojection: Reprojection | None = None
        if reference(wkt) is None or reference(grid.wkt) is None:
            self.frame = Frame.ASSUMED if _overlap(bounds, grid.bounds) else Frame.UNKNOWN
            return
        try:
            self._reprojection = Reprojection(wkt, grid.wkt)
        except ReprojectionError:
            self.frame = Frame.UNKNOWN
            return
        self.frame = Frame.SAME if self._reprojection.identity else Frame.REPROJECTED

    def to_pixels(self, xy: FloatArray, progress: Progress = SILENT) -> FloatArray:
        """Columns and rows, shape ``(n, 2)``; NaN where a point has no place."""
        if self.frame is Frame.UNKNOWN:
            return np.full(xy.shape, np.nan)
        if self._reprojection is not None and not self._reprojection.identity:
            xy = self._reprojection.points(xy, progress)
        with np.errstate(invalid="ignore", over="ignore"):
            return self._grid.to_pixels(xy)

    def prepare(self, geometries: GeometryArray) -> GeometryArray:
        """Break edges so long that they would bend visibly on the grid.

        A straight line of length L in one projection leaves the straight line
        in another by about L² tan φ / 8R; two hundredths of a cell are allowed.
        """
        if self.frame is not Frame.REPROJECTED:
            return geometries
        across, down = self._grid.spacing(self._grid.height // 2, 1)
        allowed = _CELLS_OFF * min(across[0], down[0])
        longest = np.sqrt(8 * _EARTH_RADIUS * allowed / _STRONGEST_BEND)
        crs = reference(self._wkt)
        if crs is None:
            return geometries
        unit = _METRES_PER_DEGREE if crs.IsGeographic() else crs.GetLinearUnits() or 1.0
        return shorten_edges(geometries, float(longest / unit))


def _overlap(
    one: tuple[float, float, float, float], other: tuple[float, float, float, float]
) -> bool:
    # NaN, the bounds of nothing, overlaps nothing.
    return bool(one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3])
