"""What the coordinates themselves say of the frame they are in."""

from __future__ import annotations

from collections.abc import Sequence
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
_WIDER = 0.1  # of its extent, that new parcels may lie outside last year's


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
    """Where trusted data lie: the DEM, images, last year's parcels, control layers.

    Everything is outside where there is none. ``wkt`` is the DEM's CRS.
    """

    def __init__(self, path: str, images: Sequence[str] = (), tables: Sequence[Table] = ()) -> None:
        self.wkt = ""
        self._boxes: list[tuple[str, tuple[float, float, float, float]]] = []
        for each in filter(None, (path, *images)):
            try:
                grid = Raster(each).grid
            except RasterError:
                continue
            self._boxes.append((grid.wkt, grid.bounds))
            if each == path:
                self.wkt = grid.wkt
        self._boxes += filter(None, map(_box_of, tables))

    def share(self, evidence: Evidence, crs: Crs) -> float:
        """Share of the points inside, were they in ``crs``; NaN where nobody can tell."""
        return self._share(evidence.points, crs.wkt)

    def share_at(self, degrees: FloatArray) -> float:
        """The same for longitudes and latitudes."""
        return self._share(degrees, "EPSG:4490")

    def _share(self, points: FloatArray, wkt: str) -> float:
        """The greatest share inside any one of the boxes."""
        shares = [self._inside(points, wkt, *box) for box in self._boxes]
        shares = [share for share in shares if np.isfinite(share)]
        return max(shares) if shares and len(points) else float("nan")

    @staticmethod
    def _inside(
        points: FloatArray, wkt: str, there_wkt: str, bounds: tuple[float, float, float, float]
    ) -> float:
        try:
            there = Reprojection(wkt, there_wkt).points(points)
        except ReprojectionError:
            return float("nan")
        west, south, east, north = bounds
        with np.errstate(invalid="ignore"):
            inside = (there >= (west, south)).all(axis=1) & (there <= (east, north)).all(axis=1)
        return float(inside.mean()) if len(inside) else float("nan")


def _box_of(table: Table) -> tuple[str, tuple[float, float, float, float]] | None:
    """CRS and box of a trusted layer, a little widened; ``None`` where it has none."""
    if table.geometry is None or not table.wkt or not table.usable.any():
        return None
    west, south, east, north = shapely.total_bounds(table.geometry[table.usable])
    if not np.isfinite([west, south, east, north]).all():
        return None
    wide = _WIDER * max(east - west, north - south)
    return table.wkt, (west - wide, south - wide, east + wide, north + wide)


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
