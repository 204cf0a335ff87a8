"""Parcels to stand beside: shapes of real land cover, or an irregular mosaic of fields."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import shapely
from osgeo import gdal, ogr

from ....checks.reproject import Reprojection
from ....checks.table import GeometryArray
from ..protocol import FloatArray
from .terrain import EPSG, Ground, wkt

_LEAST = 4_000.0
"""m²: smaller patches of land cover are left out."""


def mosaic(ground: Ground, side: float, count: int, random: np.random.Generator) -> GeometryArray:
    """About ``count`` irregular fields of about ``side`` metres across, without gaps."""
    west, south, east, north = ground.extent
    reach = min(side * np.sqrt(count), 0.8 * min(east - west, north - south))
    corner = np.array([random.uniform(west + 100, east - 100 - reach),
                       random.uniform(south + 100, north - 100 - reach)])  # fmt: skip
    across = max(int(reach / side), 2)
    steps = (np.arange(across) + 0.5) * reach / across
    net = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    points = corner + net + random.normal(0.0, 0.22 * side, net.shape)
    frame = shapely.box(*corner, *(corner + reach))
    cells = shapely.voronoi_polygons(shapely.multipoints(points), extend_to=frame)
    fields = shapely.intersection(np.array(cells.geoms, dtype=object), frame)
    fields = fields[shapely.area(fields) > 0.1 * side**2]
    # Edges are walked and digitised, not ruled: a bend or two, decimetres off.
    fields = shapely.set_precision(shapely.segmentize(fields, side / 3), 0.001)
    return fields[shapely.get_type_id(fields) == shapely.GeometryType.POLYGON]


def land_cover(folder: Path, west: float, north: float, most: int) -> GeometryArray:
    """Patches of NLCD 2011 (Zion) as polygons whose grid begins at ``west``, ``north``."""
    source = gdal.Open(str(folder / "nlcd2011.tif"))
    grid = gdal.Warp("", source, format="MEM", dstSRS="EPSG:32612", resampleAlg="near", dstNodata=0)
    left, _, _, top, _, _ = grid.GetGeoTransform()
    memory = ogr.GetDriverByName("Memory").CreateDataSource("")
    layer = memory.CreateLayer("patches", None, ogr.wkbPolygon)
    layer.CreateField(ogr.FieldDefn("code", ogr.OFTInteger))
    gdal.Polygonize(grid.GetRasterBand(1), grid.GetRasterBand(1), layer, 0)
    layer.SetAttributeFilter(f"OGR_GEOM_AREA >= {_LEAST}")
    shapes = [bytes(feature.GetGeometryRef().ExportToWkb()) for feature in layer]
    # The vertices of cells are no boundary that anybody draws.
    geometry = shapely.simplify(shapely.from_wkb(shapes), 20.0)
    good = shapely.is_valid(geometry) & (shapely.area(geometry) >= _LEAST)
    geometry = geometry[good & (shapely.get_type_id(geometry) == shapely.GeometryType.POLYGON)]
    geometry = geometry[shapely.area(geometry) < 2e6][:most]
    step = np.array([west - left, north - top])
    return shapely.transform(geometry, lambda xy: xy + step)


def to_degrees(xy: FloatArray, code: str = "") -> FloatArray:
    """Longitude and latitude of points in metres, shape ``(n, 2)``."""
    return Reprojection(code or wkt(EPSG), "EPSG:4490").points(xy)


def to_metres(degrees: FloatArray, code: str = "") -> FloatArray:
    """The other way."""
    return Reprojection("EPSG:4490", code or wkt(EPSG)).points(degrees)


def sees(ground: Ground, start: FloatArray, end: FloatArray) -> np.ndarray:
    """Whether the ground leaves the line between eyes and what they look at free.

    Eyes at 1.6 m, the crop or mark looked at at 1 m; shapes ``(n, 2)`` → ``(n,)``.
    """
    share = np.linspace(0.0, 1.0, 24)
    line = start[:, None, :] + share[None, :, None] * (end - start)[:, None, :]
    flat = line.reshape(-1, 2)
    heights = ground.seen(flat) if ground.truth is None else ground.at(flat)
    height = heights.reshape(len(start), len(share))
    sight = height[:, :1] + 1.6 + share * (height[:, -1:] + 1.0 - height[:, :1] - 1.6)
    return np.nan_to_num(height - sight, nan=-1.0).max(axis=1) < 0.2
