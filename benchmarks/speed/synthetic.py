"""Synthetic county: fractal terrain and a clean coverage of jittered parcels.

Nothing here is random from run to run: the same size gives the same files, so
that reports can be compared.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.fft
import shapely
from osgeo import gdal, ogr, osr

from onemap_verify.checks.table import FloatArray, GeometryArray

EPSG = 4547
"""CGCS2000 / 3-degree Gauss-Kruger CM 114E, no zone prefix."""

CENTRAL_MERIDIAN, FALSE_EASTING = 114.0, 500_000.0

CELL = 5.0
"""Cell of the terrain model in metres: the grid where 1:10000 exists."""

WEST, NORTH = 480_000.0, 3_340_000.0

_EDGE_POINTS = 4
_SEED = 20231231


@dataclass(frozen=True)
class Size:
    """How much: ``side`` cells of terrain a side, at least ``parcels`` parcels, so many photos."""

    side: int
    parcels: int
    photos: int = 1_000

    @property
    def name(self) -> str:
        """Name of the cache folder."""
        return f"speed_{self.side}_{self.parcels}"


FULL = Size(side=8000, parcels=100_000, photos=20_000)
QUICK = Size(side=2000, parcels=10_000)


def wkt() -> str:
    """CRS of the county as WKT, axes east, north."""
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(EPSG)
    reference.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return reference.ExportToWkt()


def make_terrain(path: Path, side: int) -> None:
    """Write a ``side`` × ``side`` float32 terrain model, tiled, not compressed.

    Spectral synthesis (Peitgen & Saupe, The Science of Fractal Images, 1988):
    white noise shaped by a power law, here steep enough that all five slope
    grades occur. A quarter of the ground is flattened into valley floors.
    """
    rng = np.random.default_rng(_SEED)
    noise = rng.standard_normal((side, side // 2 + 1), dtype=np.float32) * np.exp(
        np.complex64(2j * np.pi) * rng.random((side, side // 2 + 1), dtype=np.float32)
    ).astype(np.complex64)
    frequency = np.hypot(
        scipy.fft.fftfreq(side)[:, None].astype(np.float32),
        scipy.fft.rfftfreq(side)[None, :].astype(np.float32),
    )
    frequency[0, 0] = 1.0
    # Features longer than 5 km are damped, so that relief does not grow with size.
    noise *= (frequency**2 + np.float32((CELL / 5000.0) ** 2)) ** np.float32(-1.15)
    noise[0, 0] = 0
    height = scipy.fft.irfft2(noise, s=(side, side), workers=2).astype(np.float32)
    del noise, frequency
    height *= np.float32(60.0 / height.std())
    floor = np.quantile(height[::7, ::7], 0.25)
    low = height < floor
    height[low] = floor + (height[low] - floor) * np.float32(0.02)
    height += np.float32(400.0)
    target = gdal.GetDriverByName("GTiff").Create(
        str(path), side, side, 1, gdal.GDT_Float32, ["TILED=YES"]
    )
    target.SetGeoTransform((WEST, CELL, 0.0, NORTH, 0.0, -CELL))
    target.SetProjection(wkt())
    band = target.GetRasterBand(1)
    band.SetNoDataValue(-9999.0)
    band.WriteArray(height)
    target = None


def make_parcels(side: int, count: int) -> GeometryArray:
    """Return at least ``count`` parcels as a clean coverage of the terrain.

    A square net with jittered nodes; every shared edge is broken at
    ``_EDGE_POINTS`` displaced points, the same on both sides.
    """
    rng = np.random.default_rng(_SEED + 1)
    n = int(np.ceil(np.sqrt(count)))
    net = np.stack(np.meshgrid(np.arange(n + 1), np.arange(n + 1)), axis=-1).astype(float)
    net[1:-1, 1:-1] += rng.uniform(-0.28, 0.28, (n - 1, n - 1, 2))
    across = _edges(rng, net[:, :-1], net[:, 1:])
    down = _edges(rng, net[:-1], net[1:])
    # The outer frame stays straight, so that the county is exactly the terrain.
    for edge, axis in ((across[0], 1), (across[-1], 1), (down[:, 0], 0), (down[:, -1], 0)):
        edge[..., axis] = np.round(edge[..., axis])
    rings = np.concatenate(
        [across[:-1], down[:, 1:], across[1:, :, ::-1], down[:, :-1, ::-1]], axis=2
    )
    keep = np.ones(rings.shape[2], dtype=bool)
    keep[_EDGE_POINTS + 2 :: _EDGE_POINTS + 2] = False
    rings = rings[:, :, keep].reshape(n * n, -1, 2)
    scale = side * CELL / n
    rings = np.round(
        np.stack([WEST + rings[..., 0] * scale, NORTH - rings[..., 1] * scale], axis=-1), 3
    )
    return shapely.polygons(shapely.linearrings(rings))


def _edges(rng: np.random.Generator, start: FloatArray, end: FloatArray) -> FloatArray:
    """Break the edges ``start`` → ``end`` (…, 2) into crooked lines (…, k, 2)."""
    share = np.linspace(0.0, 1.0, _EDGE_POINTS + 2)[:, None]
    line = np.asarray(start[..., None, :] * (1 - share) + end[..., None, :] * share, dtype=float)
    away = rng.uniform(-0.05, 0.05, (*start.shape[:-1], _EDGE_POINTS, 2))
    return np.concatenate([line[..., :1, :], line[..., 1:-1, :] + away, line[..., -1:, :]], axis=-2)


def write_parcels(path: Path, geometries: GeometryArray) -> None:
    """Write bare parcels (a row number only) as GeoPackage layer ``parcels``."""
    driver = ogr.GetDriverByName("GPKG")
    source = driver.CreateDataSource(str(path))
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(EPSG)
    layer = source.CreateLayer("parcels", reference, ogr.wkbPolygon)
    layer.CreateField(ogr.FieldDefn("row", ogr.OFTInteger))
    definition = layer.GetLayerDefn()
    source.StartTransaction()
    for row, wkb in enumerate(shapely.to_wkb(geometries)):
        feature = ogr.Feature(definition)
        feature.SetField(0, row)
        feature.SetGeometryDirectly(ogr.CreateGeometryFromWkb(bytearray(wkb)))
        layer.CreateFeature(feature)
    source.CommitTransaction()
    layer = None
    source = None


def main(arguments: list[str]) -> int:
    """Make ``dem.tif`` and ``parcels.gpkg`` in a folder: folder, side, parcels."""
    folder, side, parcels = Path(arguments[0]), int(arguments[1]), int(arguments[2])
    for name in ("dem.tif", "parcels.gpkg"):
        (folder / name).unlink(missing_ok=True)
    make_terrain(folder / "dem.tif", side)
    geometries = make_parcels(side, parcels)
    write_parcels(folder / "parcels.gpkg", geometries)
    sys.stdout.write(json.dumps({"cells": side * side, "parcels": len(geometries)}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
