"""Coordinates from one CRS to another, many at a time.

Everything here uses data axis order (east, north), as files and Shapely do.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

import numpy as np
import shapely
from osgeo import gdal, ogr, osr

from .progress import SILENT, Progress
from .table import FloatArray, GeometryArray

_CHUNK = 50_000
_WKB_HEADER = np.dtype([("order", "u1"), ("type", "<u4"), ("count", "<u4")])
_LINE = 2
_LONGEST_IN_STEPS = 10_000


class ReprojectionError(Exception):
    """A CRS that PROJ does not understand, or a pair it cannot connect."""


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep GDAL's own messages off the terminal; we turn them into ours."""
    gdal.PushErrorHandler("CPLQuietErrorHandler")
    try:
        yield
    finally:
        gdal.PopErrorHandler()


def reference(wkt: str) -> osr.SpatialReference | None:
    """The horizontal CRS of ``wkt`` in axis order east, north; ``None`` if unusable."""
    if not wkt.strip():
        return None
    out = osr.SpatialReference()
    with quiet():
        try:
            if out.SetFromUserInput(wkt) != 0:
                return None
        except RuntimeError:
            return None
        if out.IsCompound():
            out.StripVertical()
    out.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return out


def same_crs(first: str, second: str) -> bool:
    """Whether both CRS give the same point the same coordinates."""
    if first == second:
        return True
    one, other = reference(first), reference(second)
    return one is not None and other is not None and bool(one.IsSame(other))


class Reprojection:
    """From ``source`` to ``target`` (WKT, EPSG code or PROJ string); for any thread.

    Raises
    ------
    ReprojectionError
        When either is not understood or nothing connects them.
    """

    def __init__(self, source: str, target: str) -> None:
        one, other = reference(source), reference(target)
        if one is None or other is None:
            raise ReprojectionError(f"unknown CRS: {(target if one else source)[:80]!r}")
        self.identity = bool(one.IsSame(other))
        # Beyond these no projection has an image: sorted out first, as each
        # failing point costs OGR a call of its own.
        self._domain = (540.0, 90.0) if one.IsGeographic() else (1e8, 1e8)
        self._crs = (source, target)
        self._own = threading.local()
        if not self.identity:
            self._transformation()

    def _transformation(self) -> osr.CoordinateTransformation:
        """The transformation of this thread: PROJ allows no sharing."""
        if not hasattr(self._own, "transformation"):
            one, other = (reference(crs) for crs in self._crs)
            with quiet():
                try:
                    found = osr.CoordinateTransformation(one, other)
                except RuntimeError as error:
                    raise ReprojectionError(str(error)) from error
            # Without exceptions GDAL gives an empty object instead.
            if found is None or not getattr(found, "this", found):
                raise ReprojectionError("no transformation between the two CRS")
            self._own.transformation = found
        return self._own.transformation

    def points(self, xy: FloatArray, progress: Progress = SILENT) -> FloatArray:
        """Transform ``xy``, shape ``(n, 2)``; NaN where a point has no image.

        A long line through all points is handed to OGR at once: its Python
        binding for points builds a tuple for each.
        """
        out = np.full(xy.shape, np.nan)
        if self.identity:
            rows = np.flatnonzero(np.isfinite(xy).all(axis=1))
            out[rows] = xy[rows]
            return out
        rows = np.flatnonzero((np.abs(xy) <= self._domain).all(axis=1))
        for first in range(0, len(rows), _CHUNK):
            progress.at(first / len(rows))
            part = rows[first : first + _CHUNK]
            out[part] = self._chunk(np.ascontiguousarray(xy[part], dtype="<f8"))
        return out

    def _chunk(self, xy: FloatArray) -> FloatArray:
        """Transform one chunk; halve it where a point in it has no image."""
        with quiet():
            image = self._line(xy)
        if image is not None:
            return image
        if len(xy) == 1:
            return np.full((1, 2), np.nan)
        half = len(xy) // 2
        return np.concatenate([self._chunk(xy[:half]), self._chunk(xy[half:])])

    def _line(self, xy: FloatArray) -> FloatArray | None:
        header = np.array([(1, _LINE, len(xy))], dtype=_WKB_HEADER).tobytes()
        try:
            line = ogr.CreateGeometryFromWkb(header + xy.tobytes())
            if line is None or line.Transform(self._transformation()) != 0:
                return None
            wkb = bytes(line.ExportToWkb(ogr.wkbNDR))
        except RuntimeError:
            return None
        image = np.frombuffer(wkb, dtype="<f8", offset=_WKB_HEADER.itemsize).reshape(-1, 2)
        return image if np.isfinite(image).all() else None


def shorten_edges(geometries: GeometryArray, longest: float) -> GeometryArray:
    """Break edges longer than ``longest`` (CRS units); the rest stays as it is.

    A straight edge is a curve in another CRS; broken fine enough, its corners
    follow that curve. Neighbours that share an edge break it alike.
    """
    vertices, owner = shapely.get_coordinates(geometries, return_index=True)
    if len(vertices) < 2:
        return geometries
    with np.errstate(invalid="ignore", over="ignore"):
        length = np.hypot(*np.diff(vertices, axis=0).T)
    # The step from one ring to the next may look long: that costs time, not truth.
    # An edge too long for any place on Earth would only fill the memory.
    long = (length > longest) & (length < _LONGEST_IN_STEPS * longest)
    long &= owner[1:] == owner[:-1]
    rows = np.unique(owner[1:][long])
    mad = np.zeros(len(geometries), dtype=bool)
    mad[owner[1:][~(length < _LONGEST_IN_STEPS * longest) & (owner[1:] == owner[:-1])]] = True
    rows = rows[~mad[rows]]
    out = geometries.copy()
    out[rows] = shapely.segmentize(out[rows], longest)
    return out
