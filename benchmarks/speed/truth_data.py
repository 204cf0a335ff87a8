"""Pictures, last year's parcels and photos for the synthetic county.

The pictures show the declared classes with shades of their own, the photos look
at their parcels: an honest county, as most are. Nothing is random from run to
run.
"""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import shapely
from osgeo import gdal, ogr, osr
from PIL import Image

from onemap_verify.checks.table import FloatArray, GeometryArray
from onemap_verify.demo.evidence.scenes import BANDS, NOW, THEN, Light, colour_of
from onemap_verify.demo.grid import Grid
from onemap_verify.demo.names import COUNTY_CODE, YEAR

from .synthetic import CELL, EPSG, NORTH, WEST, wkt

NOW_FILE, THEN_FILE, STORE = "image_now.tif", "image_then.tif", f"{COUNTY_CODE}.db"
PREVIOUS = "last_year.gpkg"
_IMAGE_CELL = 10.0
_WIDTH, _HEIGHT = 640, 480
_PHOTOS_EACH = 2


def make_images(folder: Path, geometries: GeometryArray, codes: np.ndarray, side: int) -> None:
    """Write both pictures, four bands of 10 m."""
    cells = int(side * CELL / _IMAGE_CELL)
    grid = Grid(WEST, NORTH, _IMAGE_CELL, cells, cells)
    parcel = grid.burn(geometries, np.arange(len(geometries))).astype(np.int32)
    for number, (name, light) in enumerate(((NOW_FILE, NOW), (THEN_FILE, THEN))):
        _image(folder / name, parcel, codes, light, np.random.default_rng([17, number]))


def _image(
    path: Path, parcel: np.ndarray, codes: np.ndarray, light: Light, random: np.random.Generator
) -> None:
    ripe = random.random(len(codes)) < light.ripe
    known = [colour_of(str(code), bool(dry)) for code, dry in zip(codes, ripe)]
    shade = np.exp(random.normal(0, 0.05, len(codes)))
    rough = np.array([each for _, each in known], dtype=np.float32)[parcel]
    grain = 1 + rough * random.standard_normal(parcel.shape, dtype=np.float32)
    target = gdal.GetDriverByName("GTiff").Create(
        str(path), parcel.shape[1], parcel.shape[0], len(BANDS), gdal.GDT_UInt16,
        ["TILED=YES", "INTERLEAVE=BAND"],
    )  # fmt: skip
    target.SetGeoTransform((WEST, _IMAGE_CELL, 0.0, NORTH, 0.0, -_IMAGE_CELL))
    target.SetProjection(wkt())
    for number, name in enumerate(BANDS):
        colour = np.array([bands[number] for bands, _ in known]) * shade * light.gain[number]
        values = (colour.astype(np.float32)[parcel]) * grain + light.offset[number]
        band = target.GetRasterBand(number + 1)
        band.SetDescription(name)
        band.WriteArray(np.clip(values, 1, 60_000).astype(np.uint16))
    band = target = None


def make_store(path: Path, geometries: GeometryArray, names: np.ndarray, photos: int) -> None:
    """Write ``photos`` photos of parcels evenly spread over the county."""
    path.unlink(missing_ok=True)
    rows = np.linspace(0, len(geometries) - 1, max(photos // _PHOTOS_EACH, 1)).astype(int)
    random = np.random.default_rng(23)
    centre = shapely.get_coordinates(shapely.point_on_surface(geometries[rows]))
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(
            "CREATE TABLE FJ (F_ID INTEGER PRIMARY KEY, TCBM TEXT, TBYBH TEXT, XZQDM TEXT, "
            "FJMC TEXT, FJLX TEXT, FJ BLOB, PSSJ TEXT, PSJD INTEGER, PSRY TEXT, "
            "Longitude REAL, Latitude REAL)"
        )
        connection.executemany(
            "INSERT INTO FJ VALUES (?, 'ZXJZ', ?, ?, ?, 'jpg', ?, ?, ?, ?, ?, ?)",
            _photos(geometries[rows], names[rows], centre, random),
        )
    connection.close()


def _photos(
    shapes: GeometryArray, names: np.ndarray, centre: FloatArray, random: np.random.Generator
) -> Iterator[tuple[object, ...]]:
    edge = shapely.get_coordinates(
        shapely.line_interpolate_point(
            np.repeat(shapely.get_exterior_ring(shapes), _PHOTOS_EACH),
            random.random(len(shapes) * _PHOTOS_EACH),
            normalized=True,
        )
    )
    centre = np.repeat(centre, _PHOTOS_EACH, axis=0)
    noted = edge + random.normal(0, 3.5, edge.shape)
    look = centre - edge
    azimuth = np.degrees(np.arctan2(look[:, 0], look[:, 1])) + random.normal(0, 7, len(edge))
    degrees = _degrees(noted)
    # Each photographer takes forty a day.
    minute = np.arange(len(edge)) % 40 * 12
    for number in range(len(edge)):
        name = f"{names[number // _PHOTOS_EACH]}{number % _PHOTOS_EACH + 1:03d}.jpg"
        person = f"调查员{number // 40:04d}"
        yield (
            number + 1, str(names[number // _PHOTOS_EACH]), COUNTY_CODE, name, _jpeg(random),
            f"{YEAR}-08-10 {9 + minute[number] // 60:02d}:{minute[number] % 60:02d}:00",
            int(azimuth[number]) % 360, person,
            round(float(degrees[number, 0]), 7), round(float(degrees[number, 1]), 7),
        )  # fmt: skip


def _jpeg(random: np.random.Generator) -> bytes:
    """A picture unlike any other: smooth shapes in colour."""
    coarse = random.integers(0, 256, (12, 16, 3), dtype=np.uint8)
    fine = random.integers(0, 60, (60, 80, 3), dtype=np.uint8)
    size = (_WIDTH, _HEIGHT)
    picture = Image.blend(
        Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC),
        Image.fromarray(fine).resize(size, Image.Resampling.BILINEAR),
        0.4,
    )
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=85)
    return stream.getvalue()


def _degrees(xy: FloatArray) -> FloatArray:
    here, there = osr.SpatialReference(), osr.SpatialReference()
    here.ImportFromEPSG(EPSG)
    there.ImportFromEPSG(4490)
    for reference in (here, there):
        reference.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    change = osr.CoordinateTransformation(here, there)
    return np.array(change.TransformPoints(xy.tolist()))[:, :2]


def copy_previous(package: Path, target: Path) -> None:
    """Write last year's parcels: the same ones, a year earlier."""
    target.unlink(missing_ok=True)
    source = ogr.Open(str(package))
    made = ogr.GetDriverByName("GPKG").CreateDataSource(str(target))
    made.CopyLayer(source.GetLayerByName("DLTB"), "DLTB")
    made.ExecuteSQL(f"UPDATE DLTB SET SJNF = {YEAR - 1}")  # noqa: S608
    made = source = None
