"""What the coordinates themselves say of the frame they are in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Geometry

from ..raster import Raster, RasterError
from ..reproject import Reprojection, ReprojectionError, reference
from ..table import BoolArray, FloatArray, Table
from .crs import Crs

DEGREES, PLAIN, PREFIXED = "degrees", "plain", "prefixed"
SWAPPED_DEGREES, SWAPPED = "swapped_degrees", "swapped"
UNCLEAR = "unclear"

_SAMPLE = 2000
_MOST = 0.9
_LEAST_ZONE, _LAST_ZONE = 13, 45
_NORTH = (1.0e6, 1.0e7)
_EAST = (0.0, 1.0e6)
_CHINA_LONGITUDE, _CHINA_LATITUDE = (70.0, 140.0), (15.0, 56.0)
_NEAR = 20_000.0


@dataclass(frozen=True)
class Evidence:
    """The coordinates of one layer, as far as they tell a frame.

    Attributes
    ----------
    points
        Middles of up to 2,000 objects, shape ``(n, 2)``, as stored.
    looks
        ``degrees``, ``plain`` (eastings of up to six digits), ``prefixed``
        (with a zone number in front), ``swapped_degrees``, ``swapped`` (north
        before east) or ``unclear``.
    zone
        The zone number in front of the eastings, 0 where there is none.
    """

    points: FloatArray
    looks: str
    zone: int = 0

    @property
    def box(self) -> Geometry | None:
        """Where most of the objects lie, in stored coordinates."""
        if not len(self.points):
            return None
        west, south, east, north = self._bounds
        return shapely.box(west, south, east, north)

    @property
    def middle(self) -> tuple[float, float]:
        """Median of the points."""
        x, y = np.median(self.points, axis=0)
        return float(x), float(y)

    def overlaps(self, other: Evidence) -> bool:
        """Whether the middle lies among the objects of ``other``, or near them."""
        if not len(self.points) or not len(other.points):
            return False
        west, south, east, north = other._bounds
        x, y = self.middle
        near = 0.2 if self.looks == DEGREES else _NEAR
        return west - near <= x <= east + near and south - near <= y <= north + near

    @property
    def _bounds(self) -> tuple[float, float, float, float]:
        # One object with a slip in its coordinates must not stretch the rest.
        low, high = np.percentile(self.points, [1, 99], axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def gather(table: Table) -> Evidence:
    """Look at the coordinates of a layer."""
    if table.geometry is None:
        return Evidence(np.empty((0, 2)), UNCLEAR)
    rows = np.flatnonzero(~shapely.is_missing(table.geometry))
    if len(rows) > _SAMPLE:
        rows = rows[np.linspace(0, len(rows) - 1, _SAMPLE).astype(np.int64)]
    bounds = shapely.bounds(table.geometry[rows])
    points = (bounds[:, :2] + bounds[:, 2:]) / 2
    points = points[np.isfinite(points).all(axis=1)]
    if not len(points):
        return Evidence(points, UNCLEAR)
    looks, zone = _looks(points)
    return Evidence(points, looks, zone)


def _looks(points: FloatArray) -> tuple[str, int]:
    x, y = points.T
    if _mostly((np.abs(x) <= 180) & (np.abs(y) <= 90)):
        swapped = _within(x, _CHINA_LATITUDE) & _within(y, _CHINA_LONGITUDE)
        return (SWAPPED_DEGREES if _mostly(swapped) else DEGREES), 0
    if _mostly(_within(x, _CHINA_LATITUDE) & _within(y, _CHINA_LONGITUDE)):
        return SWAPPED_DEGREES, 0
    zone = _zone(x)
    if zone and _mostly(_within(y, _NORTH)):
        return PREFIXED, zone
    if _mostly(_within(x, _EAST) & _within(y, _NORTH)):
        return PLAIN, 0
    if _mostly(_within(x, _NORTH) & (_within(y, _EAST) | (np.floor(y / 1e6) == _zone(y)))):
        return SWAPPED, _zone(y)
    return UNCLEAR, 0


def _zone(eastings: FloatArray) -> int:
    """The zone number that most eastings begin with, 0 where they have none."""
    number = int(np.floor(np.median(eastings) / 1e6))
    inside = _LEAST_ZONE <= number <= _LAST_ZONE
    return number if inside and _mostly(np.floor(eastings / 1e6) == number) else 0


def _within(values: FloatArray, limits: tuple[float, float]) -> BoolArray:
    return (values >= limits[0]) & (values <= limits[1])


def _mostly(flags: BoolArray) -> bool:
    return bool(flags.mean() >= _MOST)


class Footprint:
    """Where the trusted DEM lies; everything is outside where there is none."""

    def __init__(self, path: str) -> None:
        self.wkt = ""
        self._bounds = (0.0, 0.0, 0.0, 0.0)
        if not path:
            return
        try:
            grid = Raster(path).grid
        except RasterError:
            return
        self.wkt, self._bounds = grid.wkt, grid.bounds

    def share(self, evidence: Evidence, crs: Crs) -> float:
        """Share of the points inside, were they in ``crs``; NaN where nobody can tell."""
        if not self.wkt or not len(evidence.points):
            return float("nan")
        try:
            there = Reprojection(crs.wkt, self.wkt).points(evidence.points)
        except ReprojectionError:
            return float("nan")
        west, south, east, north = self._bounds
        with np.errstate(invalid="ignore"):
            inside = (there >= (west, south)).all(axis=1) & (there <= (east, north)).all(axis=1)
        return float(inside.mean())


def longitude_of(evidence: Evidence, crs: Crs) -> float:
    """Longitude in degrees of the middle of the points in ``crs``, NaN if it has none."""
    projected = reference(crs.wkt)
    geographic = projected.CloneGeogCS() if projected is not None else None
    if geographic is None or not len(evidence.points):
        return float("nan")
    try:
        there = Reprojection(crs.wkt, geographic.ExportToWkt())
        return float(there.points(np.array([evidence.middle]))[0, 0])
    except ReprojectionError:
        return float("nan")
