"""The grid of a raster: where its cells lie and how large they truly are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from .reproject import Reprojection, ReprojectionError, reference
from .table import FloatArray, IntArray

_SCALE_NODES = 65
_WGS84_A, _WGS84_INVERSE_F = 6378137.0, 298.257223563


@dataclass(frozen=True)
class Window:
    """A block of cells: first row and column, and how many of each."""

    row: int
    column: int
    rows: int
    columns: int

    @property
    def cells(self) -> int:
        """How many cells."""
        return self.rows * self.columns


@dataclass(frozen=True)
class Windows(Sequence[Window]):
    """A raster cut into windows, row by row; each is made when asked for.

    ``rows`` and ``columns`` are those of every window but the last ones.
    """

    height: int
    width: int
    rows: int
    columns: int

    @property
    def across(self) -> int:
        """How many windows lie side by side."""
        return -(-self.width // self.columns)

    def __len__(self) -> int:
        return self.across * -(-self.height // self.rows)

    def __getitem__(self, number: Any) -> Any:
        if isinstance(number, slice):
            return [self[each] for each in range(*number.indices(len(self)))]
        if not -len(self) <= number < len(self):
            raise IndexError(number)
        down, beside = divmod(int(number) % len(self), self.across)
        row, column = down * self.rows, beside * self.columns
        return Window(
            row, column, min(self.rows, self.height - row), min(self.columns, self.width - column)
        )

    def numbers(self, column: IntArray, row: IntArray) -> IntArray:
        """Number of the window in which each cell lies."""
        return row // self.rows * self.across + column // self.columns


@dataclass(frozen=True)
class Grid:
    """A north-up (or south-up) grid of cells.

    Attributes
    ----------
    width, height
        Cells in a row, and rows.
    west, north
        Coordinates of the outer corner of cell (0, 0) (GDAL's convention).
    step_x, step_y
        From a cell to the next column and row, CRS units, signed.
    wkt
        CRS; empty where the raster declares none.
    """

    width: int
    height: int
    west: float
    north: float
    step_x: float
    step_y: float
    wkt: str

    def to_pixels(self, xy: FloatArray) -> FloatArray:
        """Columns and rows, shape ``(n, 2)``, fractional; cell (0, 0) spans 0…1."""
        return (xy - (self.west, self.north)) / (self.step_x, self.step_y)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Least x, least y, greatest x, greatest y in CRS units."""
        east = self.west + self.width * self.step_x
        south = self.north + self.height * self.step_y
        return (
            min(self.west, east),
            min(self.north, south),
            max(self.west, east),
            max(self.north, south),
        )

    def spacing(self, row: int, rows: int) -> tuple[FloatArray, FloatArray]:
        """True metres between columns and between rows, shape ``(rows,)`` each.

        Geographic grids: arc lengths on the ellipsoid at the row's latitude.
        Projected grids: map units in metres, divided by the local scale of the
        projection where that differs from 1 by more than a thousandth (Web
        Mercator does, Gauss-Krüger does not), taken along the middle column.
        A grid without CRS is taken as metres.
        """
        across, down = self._scale
        middle = np.arange(row, row + rows) + 0.5
        nodes = np.linspace(0.0, self.height, len(across))
        return (
            abs(self.step_x) * np.interp(middle, nodes, across),
            abs(self.step_y) * np.interp(middle, nodes, down),
        )

    @property
    def even(self) -> bool:
        """Whether all cells are equally large."""
        across, down = self._scale
        return bool(np.ptp(across) == 0 and np.ptp(down) == 0)

    @cached_property
    def _scale(self) -> tuple[FloatArray, FloatArray]:
        """Metres per CRS unit along x and y, at rows evenly spread top to bottom."""
        crs = reference(self.wkt)
        if crs is None:
            return np.ones(1), np.ones(1)
        if crs.IsGeographic():
            to_radians = crs.GetAngularUnits()
            latitude = self.north + self.step_y * np.linspace(0, self.height, self._node_count)
            return _arcs(
                np.clip(latitude * to_radians, -np.pi / 2, np.pi / 2),
                to_radians,
                crs.GetSemiMajor() or _WGS84_A,
                crs.GetInvFlattening(),
            )
        unit = crs.GetLinearUnits() or 1.0
        scale = self._projection_scale()
        if scale is None:
            return np.full(1, unit), np.full(1, unit)
        return scale

    @property
    def _node_count(self) -> int:
        # Arc lengths bend slowly: linear between nodes at most 32 rows apart
        # is exact to a millionth even for cells of a kilometre.
        return max(_SCALE_NODES, self.height // 32 + 2)

    def _projection_scale(self) -> tuple[FloatArray, FloatArray] | None:
        """Metres per unit from differences of latitude and longitude; ``None``: even."""
        crs = reference(self.wkt)
        geographic = crs.CloneGeogCS() if crs is not None else None
        if crs is None or geographic is None:
            return None
        unit = crs.GetLinearUnits() or 1.0
        rows = np.linspace(0, self.height, _SCALE_NODES)
        x = np.full(_SCALE_NODES, self.west + self.step_x * self.width / 2)
        y = self.north + self.step_y * rows
        half = 50.0 / unit
        try:
            there = Reprojection(self.wkt, geographic.ExportToWkt())
        except ReprojectionError:
            return None
        points = np.concatenate(
            [
                np.column_stack([x + dx, y + dy])
                for dx, dy in ((half, 0), (-half, 0), (0, half), (0, -half))
            ]
        )
        east, west, up, down = there.points(points).reshape(4, -1, 2)
        radian = geographic.GetAngularUnits()
        middle = (east + west)[:, 1] / 2 * radian
        per_longitude, per_latitude = _arcs(
            middle, radian, geographic.GetSemiMajor(), geographic.GetInvFlattening()
        )
        metres = [
            np.hypot((one - two)[:, 0] * per_longitude, (one - two)[:, 1] * per_latitude)
            / (2 * half)
            for one, two in ((east, west), (up, down))
        ]
        across, along = metres
        if not (np.isfinite(across).all() and np.isfinite(along).all()):
            return None
        if max(np.abs(across / unit - 1).max(), np.abs(along / unit - 1).max()) < 1e-3:
            return None
        return across, along


def _arcs(
    latitude: FloatArray, radian: float, a: float, inverse_f: float
) -> tuple[FloatArray, FloatArray]:
    """Metres per angular unit along the parallel and along the meridian.

    ``latitude`` in radians; ``radian`` radians per unit; ``a`` in metres.
    Radii of curvature N and M as in any text on geometric geodesy (Torge &
    Müller, Geodesy, 4th ed. 2012, section 4.1.3).
    """
    e2 = 0.0 if inverse_f == 0 else (2 - 1 / inverse_f) / inverse_f
    w2 = 1 - e2 * np.sin(latitude) ** 2
    across = radian * a / np.sqrt(w2) * np.cos(latitude)
    along = radian * a * (1 - e2) / w2**1.5
    return across, along
