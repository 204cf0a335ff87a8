"""The thirty fields of DLTB, filled in as a careful surveyor would."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from ..checks.standard import Standard
from ..checks.table import FloatArray, IntArray
from .areas import balance, cents, ellipsoid_areas
from .districts import Districts
from .layer import Layer, filled
from .names import YEAR, identifier
from .parcels import Parcels

LAYER_CODES = {
    "XZQ": "1110", "XZQJX": "1120", "CJDCQ": "1130", "CJDCQJX": "1140", "DGX": "1210",
    "GCZJD": "1220", "PDT": "1310", "DLTB": "2110", "YJJBNTTB": "2410", "CZCDYD": "2510",
}  # fmt: skip
"""Four digits of the layer inside BSM; 2110 has been seen, the others are the demo's own."""

RIDGES = {
    ("TT", "2"): 0.068, ("TT", "3"): 0.1195, ("TT", "4"): 0.1886, ("TT", "5"): 0.2557,
    ("PD", "2"): 0.0412, ("PD", "3"): 0.0786, ("PD", "4"): 0.1253, ("PD", "5"): 0.1638,
}  # fmt: skip
"""Ridge coefficients of the county; made up but for the terraces, which one real county has."""

_STATE = ("1003", "1101", "1103", "1109")
_LINEAR = ("1003", "1004", "1006", "1101", "1107")


@dataclass(frozen=True)
class Books:
    """Areas of the county in 0.01 m²: by parcel, village, town, and the control area."""

    parcels: IntArray
    villages: IntArray
    towns: IntArray
    village_computed: IntArray
    town_computed: IntArray
    control: int


def numbering(parcels: Parcels, districts: Districts) -> tuple[IntArray, IntArray]:
    """Order of the parcels by unit code, north to south and west to east; and TBBH."""
    xy = shapely.get_coordinates(shapely.centroid(parcels.shape))
    band = np.floor(-xy[:, 1] / 250.0)
    codes = np.array(districts.unit_codes)
    rank = np.argsort(np.argsort(codes, kind="stable"))[parcels.village - 1]
    order = np.lexsort((xy[:, 0], band, rank))
    starts = np.r_[0, np.flatnonzero(np.diff(rank[order])) + 1]
    lengths = np.diff(np.r_[starts, len(order)])
    return order, np.concatenate([np.arange(1, n + 1) for n in lengths])


def keep_books(parcels: Parcels, districts: Districts, standard: Standard) -> Books:
    """Compute and balance the areas from the county down to the parcels."""
    town_index = districts.town_of[1:] - 1
    control = int(cents(ellipsoid_areas(np.array([districts.county], dtype=object), standard))[0])
    town_computed = cents(ellipsoid_areas(districts.towns, standard))
    village_computed = cents(ellipsoid_areas(districts.villages, standard))
    towns = balance(town_computed, np.zeros(len(town_computed), dtype=int), np.array([control]))
    villages = balance(village_computed, town_index, towns)
    own = cents(ellipsoid_areas(parcels.shape, standard))
    return Books(
        balance(own, parcels.village - 1, villages),
        villages,
        towns,
        village_computed,
        town_computed,
        control,
    )


def money(hundredths: IntArray) -> np.ndarray:
    """Areas in m² with two decimals from 0.01 m²."""
    return np.array([int(value) / 100 for value in hundredths], dtype=object)


def strip_width(parcels: Parcels) -> FloatArray:
    """Width in metres of a strip of that area and perimeter."""
    area, half = shapely.area(parcels.shape), shapely.length(parcels.shape) / 2
    root = np.sqrt((half * half - 4 * area).clip(0))
    return np.asarray((half - root) / 2)


def describe(
    parcels: Parcels,
    number: IntArray,
    books: Books,
    grade: IntArray,
    districts: Districts,
    standard: Standard,
    random: np.random.Generator,
) -> Layer:
    """DLTB of parcels already in order; ``grade`` is 0 where no cropland."""
    count = len(parcels)
    code = parcels.code
    crop = np.array([value.startswith("01") for value in code])
    unit = np.array(districts.unit_codes, dtype=object)[parcels.village - 1]
    name = np.array(districts.unit_names, dtype=object)[parcels.village - 1]
    gdlx = _cropland_types(code, grade, random)
    ridge = np.array([RIDGES.get((t, str(g)), 0.0) for t, g in zip(gdlx, grade)])
    deducted = np.floor(books.parcels * ridge + 0.5).astype(np.int64)
    planted = _planting(code, crop, random)
    words = {code: row["name_zh"] for code, row in standard.codes["ZZSXDM"].items()}
    width = np.round(strip_width(parcels), 1)
    width = np.where(code == "1006", width.clip(1.0, 8.0), width.clip(1.0))
    linear = np.isin(code, _LINEAR)
    shrubs = (code == "0404") & (random.random(count) < 0.3)
    columns = {
        "BSM": np.array([identifier(LAYER_CODES["DLTB"], n + 1) for n in range(count)], object),
        "YSDM": filled(count, standard.layers["DLTB"].ysdm),
        "TBYBH": np.array([f"{u[6:12]}{n:05d}" for u, n in zip(unit, number)], object),
        "TBBH": np.array([str(n) for n in number], object),
        "DLBM": code.copy(),
        "DLMC": np.array([standard.classes[value].title for value in code], object),
        "QSXZ": np.where(np.isin(code, _STATE) | (parcels.estate == "202"), "20", "30"),
        "QSDWDM": unit,
        "QSDWMC": name,
        "ZLDWDM": unit.copy(),
        "ZLDWMC": name.copy(),
        "TBMJ": money(books.parcels),
        "KCDLBM": _where(ridge > 0, "1203"),
        "KCXS": np.array([float(r) if c else None for r, c in zip(ridge, crop)], object),
        "KCMJ": np.array([d / 100 if c else 0.0 for d, c in zip(deducted, crop)], object),
        "TBDLMJ": money(books.parcels - deducted),
        "GDLX": np.array([value or None for value in gdlx], object),
        "GDPDJB": np.array([str(g) if c else None for g, c in zip(grade, crop)], object),
        "XZDWKD": np.array([float(w) if s else None for w, s in zip(width, linear)], object),
        "TBXHDM": _where(shrubs, "GCCD"),
        "TBXHMC": _where(shrubs, standard.codes["TBXHDM"]["GCCD"]["name_zh"]),
        "ZZSXDM": np.array([value or None for value in planted], object),
        "ZZSXMC": np.array([words[value] if value else None for value in planted], object),
        "GDDB": np.array([int(5 + g) if c else None for g, c in zip(grade, crop)], object),
        "FRDBS": filled(count, "N"),
        "CZCSXM": np.array([value or None for value in parcels.estate], object),
        "SJNF": filled(count, YEAR),
        "MSSM": filled(count, "00"),
        "HDMC": filled(count, None),
        "BZ": filled(count, None),
    }
    return Layer(
        "DLTB", parcels.shape, {k: np.asarray(v, dtype=object) for k, v in columns.items()}
    )


def _where(mask: np.ndarray, value: object) -> np.ndarray:
    return np.array([value if m else None for m in mask], dtype=object)


def _cropland_types(code: np.ndarray, grade: IntArray, random: np.random.Generator) -> np.ndarray:
    """TT or PD above grade 1: paddies are always terraced, steep fields mostly."""
    terraced = random.random(len(code)) < np.array([0, 0, 0.45, 0.7, 0.9, 1.0])[grade]
    out = np.where(terraced | (code == "0101"), "TT", "PD").astype(object)
    out[grade < 2] = ""
    return out


def _planting(code: np.ndarray, crop: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """What grows on cropland, and what could be cropland again."""
    grown = random.choice(["LS", "FLS", "LYFL", "LLJZ", "WG"], len(code),
                          p=[0.72, 0.13, 0.11, 0.01, 0.03]).astype(object)  # fmt: skip
    out = np.where(crop, grown, "").astype(object)
    again = random.random(len(code))
    restorable = np.isin(code, ["0201", "0301", "0307", "1104"])
    out[restorable & (again < 0.05)] = "JKHF"
    out[restorable & (again > 0.97)] = "GCHF"
    return out
