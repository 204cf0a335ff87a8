"""Real terrain, carried to where no county is.

The heights are those of the SRTM sample that ships with matplotlib (3″, around
Jacksboro, Tennessee). They are projected to metres with a transverse Mercator
of the same shape as a CGCS2000 3° zone, and the zone's own name is then put on
them: every distance and slope stays, only the place is another. It is open sea,
so nobody can take the county for a real one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from osgeo import gdal, osr
from scipy import ndimage

from ..checks.table import BoolArray, FloatArray
from .grid import Grid, noise, slope_degrees

EPSG = 4529
"""CGCS2000 / 3-degree Gauss-Kruger zone 41: false easting 41 500 000."""
CENTRAL_MERIDIAN = 123.0
FALSE_EASTING = 41_500_000.0
SOURCE_MERIDIAN = -84.84
"""Central meridian of the source projection; puts the county 53 km east of its own."""

BASIN = (-84.184, 36.601)
"""Longitude, latitude of the valley floor that the county grows from."""
CELL = 10.0
"""Cell of the ground and of the trusted terrain, metres."""
SURVEY_CELL = 12.5
"""Cell of the surveyor's own terrain, metres."""


@dataclass(frozen=True)
class Ground:
    """What the land of the demo really is: heights in metres on ``grid``."""

    grid: Grid
    heights: FloatArray
    wkt: str

    def flattened(self, mask: BoolArray, level: float) -> Ground:
        """The same with still water at ``level`` where ``mask``."""
        return replace(self, heights=np.where(mask, level, self.heights))


def sample_file() -> Path:
    """The elevation sample of matplotlib, Debian's or pip's.

    Raises
    ------
    FileNotFoundError
        When matplotlib and its sample data are not installed.
    """
    name = "jacksboro_fault_dem.npz"
    places = [Path("/usr/share/matplotlib/mpl-data/sample_data")]
    try:
        import matplotlib

        places.insert(0, Path(matplotlib.get_data_path()) / "sample_data")
    except ImportError:
        pass
    for place in places:
        if (place / name).is_file():
            return place / name
    raise FileNotFoundError(
        f"{name} not found in {', '.join(map(str, places))}: install matplotlib "
        "(Debian: apt install python3-matplotlib)"
    )


def zone_wkt() -> str:
    """WKT of the zone the county is put in."""
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(EPSG)
    return str(reference.ExportToWkt())


def _source_projection() -> str:
    reference = osr.SpatialReference()
    reference.ImportFromProj4(
        f"+proj=tmerc +lat_0=0 +lon_0={SOURCE_MERIDIAN} +k=1 +x_0={FALSE_EASTING} +y_0=0 "
        "+ellps=GRS80 +units=m +no_defs"
    )
    return str(reference.ExportToWkt())


def _source() -> gdal.Dataset:
    with np.load(sample_file()) as sample:
        # Whole metres of radar heights: half a cell of smoothing takes the
        # steps and the speckle out, and leaves the hills.
        heights = ndimage.gaussian_filter(sample["elevation"].astype(float), 0.6)
        # The file calls its northern edge ymin: rows run southwards.
        left, top = float(sample["xmin"]), float(max(sample["ymin"], sample["ymax"]))
        step = float(sample["dx"])
    rows, columns = heights.shape
    raster = gdal.GetDriverByName("MEM").Create("", columns, rows, 1, gdal.GDT_Float32)
    raster.SetGeoTransform((left, step, 0.0, top, 0.0, -step))
    geographic = osr.SpatialReference()
    geographic.ImportFromProj4("+proj=longlat +ellps=GRS80 +no_defs")
    raster.SetProjection(geographic.ExportToWkt())
    raster.GetRasterBand(1).WriteArray(heights)
    return raster


def basin_centre() -> tuple[float, float]:
    """East, north of the basin in the zone, in metres."""
    source, target = osr.SpatialReference(), osr.SpatialReference()
    source.ImportFromProj4("+proj=longlat +ellps=GRS80 +no_defs")
    target.ImportFromWkt(_source_projection())
    for reference in (source, target):
        reference.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    east, north, _ = osr.CoordinateTransformation(source, target).TransformPoint(*BASIN)
    return east, north


def lift(radius: float) -> Ground:
    """The ground within about ``radius`` metres of the basin, as far as it is known."""
    east, north = basin_centre()
    whole = gdal.Warp(
        "", _source(), format="MEM", dstSRS=_source_projection(), xRes=CELL, yRes=CELL,
        targetAlignedPixels=True, resampleAlg="cubicspline", dstNodata=-9999.0,
        outputBounds=(east - radius, north - radius, east + radius, north + radius),
    )  # fmt: skip
    heights = np.asarray(whole.ReadAsArray(), dtype=float)
    left, _, _, top, _, _ = whole.GetGeoTransform()
    rows, columns = _known(heights > -9000)
    grid = Grid(
        left + columns.start * CELL,
        top - rows.start * CELL,
        CELL,
        rows.stop - rows.start,
        columns.stop - columns.start,
    )
    return Ground(grid, heights[rows, columns], zone_wkt())


def _known(there: BoolArray) -> tuple[slice, slice]:
    """Largest central window without unknown cells, shrunk side by side."""
    top, bottom, left, right = 0, there.shape[0], 0, there.shape[1]
    while not there[top:bottom, left:right].all():
        window = there[top:bottom, left:right]
        sides = [window[0], window[-1], window[:, 0], window[:, -1]]
        worst = int(np.argmax([1 - side.mean() for side in sides]))
        top += worst == 0
        bottom -= worst == 1
        left += worst == 2
        right -= worst == 3
    return slice(top, bottom), slice(left, right)


def trusted(ground: Ground, water: BoolArray, random: np.random.Generator) -> FloatArray:
    """Heights of the trusted terrain on the ground's grid, in metres.

    The ground with errors of its own: a broad one and a short one, none on
    still water, which terrain producers level.
    """
    error = noise(ground.grid, 900.0, random, 0.35) + noise(ground.grid, 170.0, random, 0.45)
    return np.asarray(ground.heights + np.where(water, 0.0, error * roughness(ground)))


def roughness(ground: Ground) -> FloatArray:
    """How much larger terrain errors are on slopes than on a hillside of 10 degrees.

    Accuracy classes grow with the slope (CH/T 9009.2); half on the flat,
    half as much again on steep ground.
    """
    slope = ndimage.uniform_filter(slope_degrees(ground.heights, ground.grid.cell), 9)
    return np.asarray((0.5 + slope / 20.0).clip(0.5, 1.5))


def surveyed(
    ground: Ground, water: BoolArray, random: np.random.Generator
) -> tuple[Grid, FloatArray]:
    """The surveyor's own terrain: another grid, other errors."""
    west, south, east, north = ground.grid.bounds
    grid = Grid(
        west + 3.7,
        north - 5.2,
        SURVEY_CELL,
        int((north - south) / SURVEY_CELL) - 1,
        int((east - west) / SURVEY_CELL) - 1,
    )
    error = noise(grid, 700.0, random, 0.3) + noise(grid, 140.0, random, 0.35)
    error *= grid.resample(roughness(ground), ground.grid)
    still = grid.resample(water.astype(float), ground.grid) > 0.5
    return grid, grid.resample(ground.heights, ground.grid) + np.where(still, 0.0, error)
