"""Spot heights and contours as the surveyor delivers them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from osgeo import gdal, ogr
from scipy import ndimage

from ..checks.table import FloatArray, GeometryArray
from .grid import Grid, vector_memory
from .settle import scatter
from .terrain import Ground

INTERVAL = 20.0
"""Contour interval in metres."""


@dataclass(frozen=True)
class Heights:
    """Spot heights and contours: shapes and heights in metres."""

    spots: GeometryArray
    spot_heights: FloatArray
    contours: GeometryArray
    contour_heights: FloatArray


def measure_heights(
    ground: Ground,
    county: shapely.Polygon,
    still: GeometryArray,
    count: int,
    random: np.random.Generator,
) -> tuple[GeometryArray, FloatArray]:
    """About ``count`` spot heights measured in the field: the ground, ±0.3 m and ±0.5 m aside."""
    spacing = np.sqrt(county.area / (0.866 * count))
    xy = scatter(ground.grid, float(spacing), random)
    dry = shapely.contains_xy(county.buffer(-15.0), *xy.T)
    if len(still):
        dry &= ~shapely.contains_xy(shapely.union_all(shapely.buffer(still, 10.0)), *xy.T)
    xy = np.round(xy[dry], 4)
    stood = xy + random.normal(0, 0.5, xy.shape)
    heights = ground.grid.sample(ground.heights, stood) + random.normal(0, 0.3, len(xy))
    return np.asarray(shapely.points(xy)), np.asarray(np.round(heights, 1), dtype=np.float64)


def draw_contours(
    grid: Grid, heights: FloatArray, county: shapely.Polygon
) -> tuple[GeometryArray, FloatArray]:
    """Contours of the surveyor's terrain, smoothed and thinned, within the county."""
    smooth = ndimage.gaussian_filter(heights, 1.6)
    source = vector_memory()
    layer = source.CreateLayer("contours")
    layer.CreateField(ogr.FieldDefn("height", ogr.OFTReal))
    raster = grid.dataset(smooth.astype(np.float32), gdal.GDT_Float32)
    gdal.ContourGenerate(raster.GetRasterBand(1), INTERVAL, 0, [], 0, 0, layer, -1, 0)
    found = [(bytes(f.GetGeometryRef().ExportToWkb()), f.GetField(0)) for f in layer]
    lines = shapely.from_wkb(np.array([line for line, _ in found], dtype=object))
    level = np.array([height for _, height in found])
    shapely.prepare(county)
    lines = shapely.intersection(shapely.simplify(lines, 2.0), county.buffer(-1.0))
    parts, owner = shapely.get_parts(lines, return_index=True)
    # Small hilltops are left out; short ends at the county line belong to long contours.
    least = np.where(shapely.is_closed(parts), 120.0, 10.0)
    long = (shapely.get_type_id(parts) == 1) & (shapely.length(parts) > least)
    parts = shapely.transform(parts[long], lambda xy: np.round(xy, 4))
    return parts, level[owner[long]]
