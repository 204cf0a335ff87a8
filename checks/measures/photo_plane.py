"""One plane in metres for photos and parcels, and where north is on it."""

from __future__ import annotations

import numpy as np
import shapely

from ..reproject import Reprojection, ReprojectionError, reference
from ..table import FloatArray, GeometryArray

_WGS84 = "EPSG:4326"
_METRES = 111_320.0
_NORTHWARD = 0.001


class Plane:
    """The CRS of DLTB with metres along both axes.

    Degrees are stretched by the cosine of the layer's middle latitude (within
    a county true to a hundredth). CGCS2000 is taken for WGS 84: they differ by
    less than a metre, far below the receivers' error.

    Raises
    ------
    ReprojectionError
        When the CRS is not understood.
    """

    def __init__(self, wkt: str, parcels: GeometryArray) -> None:
        crs = reference(wkt)
        if crs is None:
            raise ReprojectionError(wkt[:80])
        self.wkt = wkt
        self._to = Reprojection(_WGS84, wkt)
        self._from = Reprojection(wkt, _WGS84)
        if crs.IsGeographic():
            bounds = shapely.total_bounds(parcels)
            middle = (bounds[1] + bounds[3]) / 2 if np.isfinite(bounds).all() else 0.0
            degree = crs.GetAngularUnits() * 180 / np.pi
            self.scale = np.array([np.cos(np.radians(middle * degree)), 1.0]) * _METRES * degree
        else:
            self.scale = np.full(2, crs.GetLinearUnits() or 1.0)

    def points(self, longitude: FloatArray, latitude: FloatArray) -> FloatArray:
        """Metres, shape ``(n, 2)``, from degrees; NaN where there is no image."""
        return self._to.points(np.column_stack([longitude, latitude])) * self.scale

    def delivered(self, xy: FloatArray) -> FloatArray:
        """Metres back to coordinates of the submission."""
        return xy / self.scale

    def degrees(self, xy: FloatArray) -> FloatArray:
        """Metres back to longitude and latitude, shape ``(n, 2)``."""
        return self._from.points(xy / self.scale)

    def geometries(self, geometries: GeometryArray) -> GeometryArray:
        """Geometries of the submission in metres."""
        if np.all(self.scale == 1.0):
            return geometries
        return shapely.transform(geometries, lambda xy: xy * self.scale)

    def convergence(self, longitude: FloatArray, latitude: FloatArray) -> FloatArray:
        """Direction of true north on the plane, degrees clockwise from its y axis."""
        here = self.points(longitude, latitude)
        there = self.points(longitude, latitude + _NORTHWARD)
        east, north = (there - here).T
        return np.degrees(np.arctan2(east, north))
