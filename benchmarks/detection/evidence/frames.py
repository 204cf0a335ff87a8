"""A county in its right frame, and the slips that put a whole layer elsewhere.

The land is real terrain in metres of a CGCS2000 3° zone; the trusted DEM and
last year's parcels stay where they are, only delivered layers are spoiled.
None of this is fraud: whoever makes such a mistake makes it for all parcels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from osgeo import gdal, ogr, osr

from ....checks.measures.gcj02 import wgs84_to_gcj02
from ....checks.reproject import Reprojection
from ....checks.table import GeometryArray
from ..protocol import Context, FloatArray
from .heights import genuine
from .judging import CAMPAIGN_YEAR, bsm, standard
from .land import land_cover, mosaic
from .terrain import EPSG, Ground, sampled, wkt

NO_PREFIX, OTHER_ZONE, GEODETIC, MERCATOR = 4547, 4527, 4490, 3857
"""CGCS2000 3° CM 114° E without zone number; zone 39; degrees; Web Mercator."""

_CLASSES = ("0101", "0102", "0103", "0103", "0301", "0404")
_VILLAGE = "3714020010010000000"


@dataclass(frozen=True)
class County:
    """Parcels with what is declared of them, and spot heights; EPSG is :data:`.terrain.EPSG`."""

    ground: Ground
    parcels: GeometryArray
    rows: list[dict[str, Any]]
    spots: FloatArray
    heights: FloatArray


@dataclass(frozen=True)
class Delivery:
    """Layers as delivered: coordinates and the CRS declared for each."""

    parcels: GeometryArray
    spots: FloatArray
    heights: FloatArray
    parcels_code: int
    spots_code: int


@dataclass(frozen=True)
class Mistake:
    """A frame mistake: its word, the causes that name it rightly, and what it does."""

    kind: str
    causes: frozenset[str]
    label: str
    apply: Callable[[County, np.random.Generator], Delivery]


def make_county(context: Context, ground: Ground, random: np.random.Generator) -> County:
    """A genuine county of a few hundred parcels and spot heights on ``ground``."""
    folder = context.folder(ground.name)
    most = 260 if context.quick else 600
    if ground.name == "zion" and folder is not None:
        everything = land_cover(folder, ground.west, ground.north, 20_000)
        west, south, east, north = ground.extent
        inside = shapely.within(
            everything, shapely.box(west + 200, south + 200, east - 200, north - 200)
        )
        everything = everything[inside]
        middle = shapely.get_coordinates(shapely.centroid(everything))
        seed = middle[random.integers(len(middle))]
        parcels = everything[np.argsort(np.hypot(*(middle - seed).T))[:most]]
    else:
        parcels = mosaic(ground, 150.0, most, random)
    survey = genuine(ground, 300, random)
    return County(ground, parcels, _rows(ground, parcels, random), survey.xy, survey.z)


def _rows(
    ground: Ground, parcels: GeometryArray, random: np.random.Generator
) -> list[dict[str, Any]]:
    grades = _grades(ground, parcels, random)
    codes = random.choice(_CLASSES, len(parcels))
    out = []
    for number, (grade, code) in enumerate(zip(grades, codes)):
        farmed = str(code).startswith("01")
        out.append(
            {
                "BSM": bsm(number),
                "YSDM": "2001010100",
                "DLBM": str(code),
                "ZLDWDM": _VILLAGE,
                "SJNF": CAMPAIGN_YEAR,
                "GDPDJB": str(grade) if farmed else None,
                "GDLX": "PD" if farmed and grade > 1 else None,
            }
        )
    return out


def _grades(ground: Ground, parcels: GeometryArray, random: np.random.Generator) -> list[int]:
    """Slope grade of most of each parcel, from the ground itself."""
    if ground.truth is None:
        raise ValueError("needs ground")
    factor = max(round(ground.cell / ground.truth_cell), 1)
    rows, columns = (size // factor * factor for size in ground.truth.shape)
    blocks = ground.truth[:rows, :columns].reshape(rows // factor, factor, -1, factor)
    coarse = blocks.mean(axis=(1, 3)).astype(np.float64)
    down, across = np.gradient(coarse, ground.cell)
    degrees = np.degrees(np.arctan(np.hypot(down, across))).astype(np.float32)
    bounds = shapely.bounds(parcels)
    out = []
    for shape, (west, south, east, north) in zip(parcels, bounds):
        xy = random.uniform((west, south), (east, north), (60, 2))
        xy = xy[shapely.contains_xy(shape, xy[:, 0], xy[:, 1])]
        slope = sampled(degrees, ground.cell, ground.west, ground.north, xy, "nearest")
        grade = np.digitize(slope[np.isfinite(slope)], standard().slope_limits)
        out.append(int(np.bincount(grade, minlength=6).argmax()) + 1 if len(grade) else 1)
    return out


# --- Mistakes ------------------------------------------------------------------


def right(county: County) -> Delivery:
    """As it should be."""
    return Delivery(county.parcels, county.spots, county.heights, EPSG, EPSG)


def changed(county: County, move: Callable[[FloatArray], FloatArray], code: int = EPSG) -> Delivery:
    """All coordinates moved, ``code`` declared."""
    parcels = shapely.transform(county.parcels, move)
    return Delivery(parcels, move(county.spots), county.heights, code, code)


def _to(code: int) -> Callable[[FloatArray], FloatArray]:
    return Reprojection(wkt(EPSG), wkt(code)).points


def _encrypted(county: County, _: np.random.Generator) -> Delivery:
    there, back = Reprojection(wkt(EPSG), wkt(GEODETIC)), Reprojection(wkt(GEODETIC), wkt(EPSG))

    def move(xy: FloatArray) -> FloatArray:
        degrees = there.points(xy)
        return back.points(np.column_stack(wgs84_to_gcj02(degrees[:, 0], degrees[:, 1])))

    return changed(county, move)


def _shifted(county: County, random: np.random.Generator) -> Delivery:
    angle, size = random.uniform(0, 2 * np.pi), random.uniform(50.0, 150.0)
    step = size * np.array([np.cos(angle), np.sin(angle)])
    return changed(county, lambda xy: xy + step)


def _swapped(county: County, _: np.random.Generator) -> Delivery:
    return changed(county, lambda xy: np.ascontiguousarray(xy[:, ::-1]))


def _missing_prefix(county: County, _: np.random.Generator) -> Delivery:
    return changed(county, lambda xy: xy - (38_000_000.0, 0.0))


def _extra_prefix(county: County, _: np.random.Generator) -> Delivery:
    return changed(county, lambda xy: xy, NO_PREFIX)


def _wrong_zone_declared(county: County, _: np.random.Generator) -> Delivery:
    return changed(county, lambda xy: xy, OTHER_ZONE)


def _wrong_meridian(county: County, _: np.random.Generator) -> Delivery:
    """Eastings without zone number, of 114° E, declared as of 117° E."""
    return changed(county, lambda xy: xy - (38_000_000.0, 0.0), 4548)


def _mercator_undeclared(county: County, _: np.random.Generator) -> Delivery:
    return changed(county, _to(MERCATOR))


def _mercator(county: County, _: np.random.Generator) -> Delivery:
    return changed(county, _to(MERCATOR), MERCATOR)


def _degrees_undeclared(county: County, _: np.random.Generator) -> Delivery:
    return changed(county, _to(GEODETIC))


def _degrees(county: County, _: np.random.Generator) -> Delivery:
    return changed(county, _to(GEODETIC), GEODETIC)


def _ellipsoidal(county: County, random: np.random.Generator) -> Delivery:
    plain = right(county)
    geoid = random.uniform(10.0, 60.0) * random.choice([-1.0, 1.0])
    return Delivery(plain.parcels, plain.spots, np.round(plain.heights + geoid, 2), EPSG, EPSG)


MISTAKES = (
    Mistake("gcj02", frozenset({"gcj02"}), "encrypted map coordinates", _encrypted),
    Mistake("datum_shift", frozenset({"datum_shift"}), "constant 50–150 m", _shifted),
    Mistake("axis_swap", frozenset({"axis_swap"}), "north before east", _swapped),
    Mistake("zone_prefix_missing", frozenset({"zone_prefix"}), "no zone number", _missing_prefix),
    Mistake("zone_prefix_extra", frozenset({"zone_prefix"}), "zone number too many", _extra_prefix),
    Mistake("wrong_zone", frozenset({"wrong_zone"}), "next zone declared", _wrong_zone_declared),
    Mistake("wrong_meridian", frozenset({"wrong_zone"}), "next meridian declared", _wrong_meridian),
    Mistake(
        "web_mercator", frozenset({"web_mercator", "wrong_crs"}), "declared a 3° zone",
        _mercator_undeclared,
    ),
    Mistake("web_mercator_declared", frozenset({"web_mercator"}), "declared as such", _mercator),
    Mistake(
        "degrees", frozenset({"geographic_in_projected", "degrees", "geographic"}),
        "declared a 3° zone", _degrees_undeclared,
    ),
    Mistake("degrees_declared", frozenset({"geographic"}), "declared as such", _degrees),
    Mistake("ellipsoidal_height", frozenset({"ellipsoidal_height"}), "10–60 m", _ellipsoidal),
)  # fmt: skip


# --- Files -----------------------------------------------------------------------

_FIELDS = {
    "BSM": (ogr.OFTString, 18),
    "YSDM": (ogr.OFTString, 10),
    "DLBM": (ogr.OFTString, 5),
    "ZLDWDM": (ogr.OFTString, 19),
    "SJNF": (ogr.OFTInteger, 4),
    "GDPDJB": (ogr.OFTString, 2),
    "GDLX": (ogr.OFTString, 2),
    "TBMJ": (ogr.OFTReal, 0),
    "BSGC": (ogr.OFTReal, 0),
}


def write_package(path: Path, county: County, delivery: Delivery, spots: bool = True) -> Path:
    """DLTB and (with ``spots``) GCZJD as one GeoPackage."""
    path.unlink(missing_ok=True)
    area = shapely.area(county.parcels)
    parcels = [{**row, "TBMJ": round(float(a), 2)} for row, a in zip(county.rows, area)]
    write_layer(path, "DLTB", parcels, delivery.parcels, delivery.parcels_code, ogr.wkbPolygon)
    if not spots:
        return path
    heights: list[dict[str, Any]] = [
        {"BSM": f"371402{4300000000 + number:012d}", "YSDM": "2001010900", "BSGC": float(z)}
        for number, z in enumerate(delivery.heights)
    ]
    points = shapely.points(delivery.spots)
    write_layer(path, "GCZJD", heights, points, delivery.spots_code, ogr.wkbPoint)
    return path


def write_previous(path: Path, county: County, random: np.random.Generator) -> Path:
    """Last year's parcels, rightly placed: one in twenty had another class."""
    path.unlink(missing_ok=True)
    rows = [dict(row) for row in county.rows]
    for row in rows:
        row["SJNF"] = CAMPAIGN_YEAR - 1
        if random.uniform() < 0.05:
            row["DLBM"] = "0301" if row["DLBM"] != "0301" else "0404"
            row["GDPDJB"] = row["GDLX"] = None
    write_layer(path, "DLTB", rows, county.parcels, EPSG, ogr.wkbPolygon)
    return path


def write_layer(
    path: Path,
    name: str,
    rows: Sequence[dict[str, Any]],
    shapes: GeometryArray,
    code: int,
    kind: int,
) -> None:
    """Add a layer to a GeoPackage; fields are those of the first row."""
    driver = gdal.GetDriverByName("GPKG")
    gdal.PushErrorHandler("CPLQuietErrorHandler")
    try:
        source = (
            gdal.OpenEx(str(path), gdal.OF_VECTOR | gdal.OF_UPDATE)
            if path.exists()
            else driver.Create(str(path), 0, 0, 0, gdal.GDT_Unknown)
        )
        system = osr.SpatialReference()
        system.ImportFromEPSG(code)
        system.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
        layer = source.CreateLayer(name, system, kind)
        for field in rows[0]:
            definition = ogr.FieldDefn(field, _FIELDS[field][0])
            definition.SetWidth(_FIELDS[field][1])
            layer.CreateField(definition)
        layer.StartTransaction()
        for row, wkb in zip(rows, shapely.to_wkb(shapes)):
            feature = ogr.Feature(layer.GetLayerDefn())
            for field, value in row.items():
                if value is not None:
                    feature.SetField(field, value)
            feature.SetGeometryDirectly(ogr.CreateGeometryFromWkb(wkb))
            layer.CreateFeature(feature)
        layer.CommitTransaction()
        del layer, source
    finally:
        gdal.PopErrorHandler()
