"""A north-up raster window in metres, and the few things asked of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from osgeo import gdal, ogr, osr
from scipy import ndimage

from ..checks.table import BoolArray, FloatArray, GeometryArray, IntArray

gdal.UseExceptions()


@dataclass(frozen=True)
class Grid:
    """Window of square cells: ``left`` and ``top`` are outer edges, in metres."""

    left: float
    top: float
    cell: float
    rows: int
    columns: int

    @property
    def shape(self) -> tuple[int, int]:
        """Rows, columns."""
        return self.rows, self.columns

    @property
    def transform(self) -> tuple[float, float, float, float, float, float]:
        """GDAL's geotransform."""
        return self.left, self.cell, 0.0, self.top, 0.0, -self.cell

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north."""
        south = self.top - self.rows * self.cell
        return self.left, south, self.left + self.columns * self.cell, self.top

    def centres(self) -> tuple[FloatArray, FloatArray]:
        """East (``(columns,)``) and north (``(rows,)``) of the cell centres."""
        east = self.left + (np.arange(self.columns) + 0.5) * self.cell
        return east, self.top - (np.arange(self.rows) + 0.5) * self.cell

    def points(self, index: IntArray) -> FloatArray:
        """Centres of cells given by flat index; shape ``(n, 2)``."""
        row, column = np.divmod(index, self.columns)
        return np.column_stack(
            [self.left + (column + 0.5) * self.cell, self.top - (row + 0.5) * self.cell]
        )

    def sample(self, values: FloatArray, xy: FloatArray) -> FloatArray:
        """Bilinear values at points ``(n, 2)``; the rim is continued outwards."""
        where = np.array(
            [(self.top - xy[:, 1]) / self.cell - 0.5, (xy[:, 0] - self.left) / self.cell - 0.5]
        )
        return np.asarray(ndimage.map_coordinates(values, where, order=1, mode="nearest"))

    def pick(self, values: np.ndarray, xy: FloatArray) -> np.ndarray:
        """Value of the cell that holds each point ``(n, 2)``."""
        row = np.floor((self.top - xy[:, 1]) / self.cell).astype(int).clip(0, self.rows - 1)
        column = np.floor((xy[:, 0] - self.left) / self.cell).astype(int)
        return np.asarray(values[row, column.clip(0, self.columns - 1)])

    def resample(self, values: FloatArray, other: Grid, order: int = 1) -> FloatArray:
        """``values`` of ``other`` at the centres of this grid."""
        east, north = self.centres()
        rows, columns = np.meshgrid(
            (other.top - north) / other.cell - 0.5,
            (east - other.left) / other.cell - 0.5,
            indexing="ij",
        )
        return np.asarray(
            ndimage.map_coordinates(values, [rows, columns], order=order, mode="nearest")
        )

    def burn(self, geometries: GeometryArray, values: IntArray | None = None) -> IntArray:
        """Cells whose centre lies in a geometry carry its value (default 1), else 0."""
        raster = gdal.GetDriverByName("MEM").Create("", self.columns, self.rows, 1, gdal.GDT_Int32)
        raster.SetGeoTransform(self.transform)
        source = vector_memory()
        layer = source.CreateLayer("burn", _somewhere(), ogr.wkbPolygon)
        raster.SetProjection(_somewhere().ExportToWkt())
        layer.CreateField(ogr.FieldDefn("value", ogr.OFTInteger))
        numbers = np.ones(len(geometries), dtype=int) if values is None else values
        for shape, value in zip(shapely.to_wkb(geometries), numbers):
            feature = ogr.Feature(layer.GetLayerDefn())
            feature.SetGeometryDirectly(ogr.CreateGeometryFromWkb(shape))
            feature.SetField(0, int(value))
            layer.CreateFeature(feature)
        gdal.RasterizeLayer(raster, [1], layer, options=["ATTRIBUTE=value"])
        return np.asarray(raster.ReadAsArray(), dtype=np.int64)

    def outlines(self, labels: IntArray) -> tuple[GeometryArray, IntArray]:
        """Polygons of equal labels (4-connected), and their labels; 0 is left out."""
        raster = self.dataset(labels.astype(np.int32), gdal.GDT_Int32)
        source = vector_memory()
        layer = source.CreateLayer("outlines", _somewhere(), ogr.wkbPolygon)
        layer.CreateField(ogr.FieldDefn("value", ogr.OFTInteger))
        band = raster.GetRasterBand(1)
        gdal.Polygonize(band, band, layer, 0)
        found = [(bytes(f.GetGeometryRef().ExportToWkb()), f.GetField(0)) for f in layer]
        shapes = shapely.from_wkb(np.array([shape for shape, _ in found], dtype=object))
        return shapes, np.array([value for _, value in found], dtype=np.int64)

    def dataset(self, values: np.ndarray, kind: int) -> gdal.Dataset:
        """``values`` as a raster in memory."""
        raster = gdal.GetDriverByName("MEM").Create("", self.columns, self.rows, 1, kind)
        raster.SetGeoTransform(self.transform)
        raster.GetRasterBand(1).WriteArray(values)
        return raster

    def write(self, values: FloatArray, path: Path, wkt: str) -> None:
        """Write a one-band Float32 GeoTIFF, heights to the centimetre."""
        raster = self.dataset(np.round(values, 2).astype(np.float32), gdal.GDT_Float32)
        reference = osr.SpatialReference()
        reference.ImportFromWkt(wkt)
        raster.SetProjection(reference.ExportToWkt())
        options = ["COMPRESS=DEFLATE", "PREDICTOR=3", "TILED=YES"]
        gdal.GetDriverByName("GTiff").CreateCopy(str(path), raster, options=options)


def vector_memory() -> ogr.DataSource:
    """An empty vector dataset in memory."""
    # From GDAL 3.11 on the raster driver of that name holds vectors too.
    name = "MEM" if int(gdal.VersionInfo()) >= 3110000 else "Memory"
    return ogr.GetDriverByName(name).CreateDataSource("")


def _somewhere() -> osr.SpatialReference:
    """Any plane in metres: GDAL warns where raster and vector do not name one."""
    plane = osr.SpatialReference()
    plane.ImportFromWkt('LOCAL_CS["plane",UNIT["metre",1]]')
    return plane


def slope_degrees(heights: FloatArray, cell: float) -> FloatArray:
    """Slope in degrees by the 3 × 3 third-order difference (Horn 1981)."""
    padded = np.pad(heights, 1, mode="edge")
    rise_east = ndimage.sobel(padded, axis=1)[1:-1, 1:-1] / (8 * cell)
    rise_north = ndimage.sobel(padded, axis=0)[1:-1, 1:-1] / (8 * cell)
    return np.degrees(np.arctan(np.hypot(rise_east, rise_north)))


def noise(
    grid: Grid, wavelength: float, random: np.random.Generator, sigma: float = 1.0
) -> FloatArray:
    """Smooth random field of standard deviation ``sigma`` over ``grid``.

    ``wavelength`` is the correlation length in metres (Gaussian covariance).
    Drawn on a coarser grid where that is enough.
    """
    step = max(1, int(wavelength / grid.cell / 3))
    coarse = Grid(
        grid.left, grid.top, grid.cell * step, grid.rows // step + 2, grid.columns // step + 2
    )
    # White noise filtered by g has covariance g*g: its width grows by sqrt 2.
    width = wavelength / np.sqrt(2) / coarse.cell
    white = random.standard_normal(coarse.shape)
    smooth = ndimage.gaussian_filter(white, width, mode="wrap")
    smooth *= 2 * np.sqrt(np.pi) * width
    return sigma * grid.resample(smooth, coarse, order=3 if step > 1 else 1)


def mask_of(grid: Grid, geometries: GeometryArray) -> BoolArray:
    """Cells whose centre lies in any of the geometries."""
    if len(geometries) == 0:
        return np.zeros(grid.shape, dtype=bool)
    return grid.burn(geometries) > 0
