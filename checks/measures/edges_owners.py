"""Which parcel each cell of a window of a picture belongs to."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely
from osgeo import gdal, ogr
from scipy import ndimage

from ..grid import Window
from ..reproject import quiet
from ..table import BoolArray, GeometryArray, IntArray

NOBODY = -1
"""Owner of a cell in which no parcel lies."""

Owners = npt.NDArray[np.int32]


class OwnerMap:
    """Parcels by cell, window by window; a cell is its middle's.

    Parameters
    ----------
    shapes
        Parcels in pixels (columns, rows), ``(n,)``; ``None`` where one cannot be placed.
    """

    def __init__(self, shapes: GeometryArray) -> None:
        self._shapes = shapes
        self._rows = np.flatnonzero(~shapely.is_missing(shapes) & ~shapely.is_empty(shapes))
        self._tree = shapely.STRtree(shapes[self._rows])

    def of(self, window: Window, halo: int = 0) -> Owners:
        """Rows of the parcels, shape ``(rows + 2 halo, columns + 2 halo)``."""
        left, top = window.column - halo, window.row - halo
        columns, rows = window.columns + 2 * halo, window.rows + 2 * halo
        box = shapely.box(left, top, left + columns, top + rows)
        found = np.sort(self._rows[self._tree.query(box)])
        if not len(found):
            return np.full((rows, columns), NOBODY, dtype=np.int32)
        with quiet():
            return _burnt(self._shapes[found], found, left, top, rows, columns)


def _burnt(
    shapes: GeometryArray, numbers: IntArray, left: int, top: int, rows: int, columns: int
) -> Owners:
    raster = gdal.GetDriverByName("MEM").Create("", columns, rows, 1, gdal.GDT_Int32)
    raster.SetGeoTransform((left, 1, 0, top, 0, 1))
    raster.GetRasterBand(1).Fill(NOBODY)
    # Newer GDAL keeps vectors in memory under the name of the raster driver.
    memory = ogr.GetDriverByName("Memory") or ogr.GetDriverByName("MEM")
    source = memory.CreateDataSource("")
    layer = source.CreateLayer("owners", None, ogr.wkbUnknown)
    layer.CreateField(ogr.FieldDefn("number", ogr.OFTInteger))
    for number, wkb in zip(numbers.tolist(), shapely.to_wkb(shapes)):
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetField(0, number)
        feature.SetGeometryDirectly(ogr.CreateGeometryFromWkb(wkb))
        layer.CreateFeature(feature)
    gdal.RasterizeLayer(raster, [1], layer, options=["ATTRIBUTE=number"])
    return np.asarray(raster.ReadAsArray(), dtype=np.int32)


def inner(owners: Owners) -> BoolArray:
    """Cells whose eight neighbours all belong to the same parcel, and to one at all."""
    least = ndimage.minimum_filter(owners, 3, mode="nearest")
    return np.asarray(
        (owners != NOBODY) & (least == ndimage.maximum_filter(owners, 3, mode="nearest"))
    )
