"""The synthetic parcels as a county's package: DLTB with all fields, CJDCQ, XZQ, GCZJD.

Filled in honestly (areas balanced from the county down, slope grades as they
are on the terrain), so that the whole run is timed on what counties mostly
deliver: nothing much to find.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from osgeo import gdal

from onemap_verify.checks.measures.area import Ellipsoid, ellipsoid_area
from onemap_verify.checks.measures.sampling_points import sample_points
from onemap_verify.checks.measures.sweep import measure_terrain
from onemap_verify.checks.standard import Standard, load
from onemap_verify.checks.table import (
    BoolArray,
    FloatArray,
    GeometryArray,
    IntArray,
    TextArray,
)
from onemap_verify.demo.areas import balance, cents
from onemap_verify.demo.attributes import LAYER_CODES, RIDGES, money
from onemap_verify.demo.layer import Layer, filled, write_geopackage
from onemap_verify.demo.layers import make_layer
from onemap_verify.demo.names import COUNTY_CODE, YEAR, identifier

from .synthetic import CELL, CENTRAL_MERIDIAN, FALSE_EASTING, NORTH, WEST, wkt

_VILLAGE, _TOWN = 20, 60
"""Parcels along the side of a village and of a town."""

_SPOT_HEIGHTS = 5_000


@dataclass(frozen=True)
class Units:
    """Villages and towns: of each parcel its village, of each village its town."""

    village: IntArray
    town: IntArray
    villages: GeometryArray
    towns: GeometryArray
    codes: list[str]
    town_codes: list[str]


def make_package(folder: Path, geometries: GeometryArray, side: int) -> Path:
    """Write ``survey.gpkg`` beside ``dem.tif``; returns its path."""
    standard = load()
    dem = str(folder / "dem.tif")
    found = measure_terrain(geometries, wkt(), dem, standard.slope_limits)
    units = _units(geometries)
    areas = [_ellipsoid(shapes, standard) for shapes in (geometries, units.villages, units.towns)]
    county = int(cents(_ellipsoid(_merged(units.towns), standard))[0])
    own, of_village, of_town = (cents(area) for area in areas)
    towns = balance(of_town, np.zeros(len(of_town), dtype=np.int64), np.array([county]))
    villages = balance(of_village, units.town, towns)
    parcels = balance(own, units.village, villages)
    layers = [
        _dltb(geometries, parcels, np.maximum(found.grade, 1), units, standard),
        _districts("CJDCQ", units.villages, units.codes, villages, of_village, standard),
        _districts("XZQ", units.towns, units.town_codes, towns, of_town, standard),
        _spot_heights(dem, side, standard),
    ]
    path = folder / "survey.gpkg"
    gdal.SetCacheMax(64 * 1024 * 1024)
    write_geopackage(path, layers, standard, wkt())
    return path


def _units(geometries: GeometryArray) -> Units:
    n = round(np.sqrt(len(geometries)))
    row, column = np.divmod(np.arange(len(geometries)), n)
    across = -(-n // _VILLAGE)
    village_row, village_column = row // _VILLAGE, column // _VILLAGE
    village = village_row * across + village_column
    villages = np.array(
        [shapely.coverage_union_all(geometries[village == v]) for v in range(village.max() + 1)],
        dtype=object,
    )
    step = _TOWN // _VILLAGE
    of_row, of_column = np.divmod(np.arange(len(villages)), across)
    town = of_row // step * -(-across // step) + of_column // step
    towns = np.array(
        [shapely.coverage_union_all(villages[town == t]) for t in range(town.max() + 1)],
        dtype=object,
    )
    town_codes = [f"{COUNTY_CODE}{100 + t:03d}" for t in range(len(towns))]
    codes = [f"{town_codes[t]}{200 + v:03d}{0:07d}" for v, t in enumerate(town)]
    return Units(village, town, villages, towns, codes, town_codes)


def _merged(geometries: GeometryArray) -> GeometryArray:
    return np.array([shapely.coverage_union_all(geometries)], dtype=object)


def _ellipsoid(geometries: GeometryArray, standard: Standard) -> FloatArray:
    constants = standard.data("ellipsoid.json")["ellipsoids"]["CGCS2000"]
    names = Ellipsoid.__annotations__
    ellipsoid = Ellipsoid.of({k: v for k, v in constants.items() if k in names})
    return ellipsoid_area(geometries, CENTRAL_MERIDIAN, FALSE_EASTING, ellipsoid).ellipsoid


def _districts(
    name: str,
    shapes: GeometryArray,
    codes: list[str],
    areas: IntArray,
    computed: IntArray,
    standard: Standard,
) -> Layer:
    code, title = ("ZLDWDM", "ZLDWMC") if name == "CJDCQ" else ("XZQDM", "XZQMC")
    columns = {
        code: np.array(codes, dtype=object),
        title: np.array(
            [f"第{n + 1}{'村' if name == 'CJDCQ' else '镇'}" for n in range(len(codes))]
        ),
        "DCMJ": money(areas),
        "JSMJ": money(computed),
        "MSSM": filled(len(codes), "00"),
    }
    return make_layer(name, shapes, columns, standard)


def _spot_heights(dem: str, side: int, standard: Standard) -> Layer:
    rng = np.random.default_rng(7)
    reach = side * CELL
    x = WEST + rng.uniform(20, reach - 20, _SPOT_HEIGHTS)
    y = NORTH - rng.uniform(20, reach - 20, _SPOT_HEIGHTS)
    height = sample_points(dem, x, y, wkt()) + rng.normal(0, 0.6, _SPOT_HEIGHTS)
    columns = {"BSGC": np.round(height, 2).astype(object)}
    return make_layer("GCZJD", shapely.points(x, y), columns, standard)


def _dltb(
    geometries: GeometryArray, areas: IntArray, grade: IntArray, units: Units, standard: Standard
) -> Layer:
    """All thirty fields; cropland on gentle ground, wood and orchard above."""
    count = len(geometries)
    rng = np.random.default_rng(11)
    crop = rng.random(count) < np.array([0, 0.9, 0.75, 0.45, 0.1, 0.0])[grade]
    code = np.where(crop, "0103", np.where(rng.random(count) < 0.7, "0301", "0201")).astype(object)
    steps = np.array([0.0, 0.0, *(RIDGES["TT", g] for g in "2345")])
    ridge = np.where(crop, steps[grade], 0.0)
    deducted = np.floor(areas * ridge + 0.5).astype(np.int64)
    order = np.argsort(units.village, kind="stable")
    number = np.empty(count, dtype=np.int64)
    size = np.bincount(units.village)
    number[order] = np.arange(count) - np.repeat(np.cumsum(size) - size, size) + 1
    unit = np.array(units.codes, dtype=object)[units.village]
    name = np.array([f"第{v + 1}村" for v in units.village], dtype=object)
    titles = {c: standard.classes[c].title for c in ("0103", "0301", "0201")}
    columns = {
        "BSM": np.array([identifier(LAYER_CODES["DLTB"], n + 1) for n in range(count)], object),
        "YSDM": filled(count, standard.layers["DLTB"].ysdm),
        "TBYBH": np.array([f"{v:04d}{n:05d}" for v, n in zip(units.village, number)], object),
        "TBBH": np.array([str(n) for n in number], dtype=object),
        "DLBM": code,
        "DLMC": np.array([titles[c] for c in code], dtype=object),
        "QSXZ": filled(count, "30"),
        "QSDWDM": unit,
        "QSDWMC": name,
        "ZLDWDM": unit,
        "ZLDWMC": name,
        "TBMJ": money(areas),
        "KCDLBM": _where(ridge > 0, "1203"),
        "KCXS": _where(crop, ridge),
        "KCMJ": money(deducted),
        "TBDLMJ": money(areas - deducted),
        "GDLX": _where(crop & (grade > 1), "TT"),
        "GDPDJB": _where(crop, grade.astype(str)),
        "ZZSXDM": _where(crop, "LS"),
        "ZZSXMC": _where(crop, standard.codes["ZZSXDM"]["LS"]["name_zh"]),
        "GDDB": _where(crop, 6),
        "FRDBS": filled(count, "N"),
        "SJNF": filled(count, YEAR),
        "MSSM": filled(count, "00"),
    }
    names = [field.name for field in standard.fields["DLTB"]]
    return Layer("DLTB", geometries, {n: columns.get(n, filled(count, None)) for n in names})


def _where(chosen: BoolArray, value: Any) -> TextArray:
    """``value``, one or one for each row, where ``chosen``; else null."""
    out = np.full(len(chosen), None, dtype=object)
    out[chosen] = value[chosen] if isinstance(value, np.ndarray) else value
    return out
