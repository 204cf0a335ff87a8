"""The attributes of a lone DLTB, filled in as a careful surveyor would, and a forger after him."""

from __future__ import annotations

import numpy as np

from onemap_verify.checks.standard import Standard
from onemap_verify.demo.attributes import RIDGES
from onemap_verify.demo.layer import Layer, filled

from ..protocol import FloatArray
from .place import Place

COUNTY = "510922"
YEAR = 2023
_BUILT_UNITS = {"0602": "204", "0702": "203"}
"""CZCSXM that these classes must carry: a mine, a village."""


def describe(place: Place, shapes: np.ndarray, standard: Standard, random: np.random.Generator
             ) -> Layer:  # fmt: skip
    """DLTB of the place: the county's own where it has one, else filled in here."""
    if place.columns:
        layer = Layer("DLTB", shapes, {k: v.copy() for k, v in place.columns.items()})
        area = place.areas(shapes, standard)
        old = place.areas(place.shapes, standard)
        for row in np.flatnonzero(np.abs(area - old) > 0.005):
            # What balancing gave or took stays as it is.
            spare = float(layer.columns["TBMJ"][row]) - old[row]
            layer.columns["TBMJ"][row] = round(float(area[row] + spare), 2)
            book(layer, int(row))
        return layer
    count = len(place)
    tile = place.tile
    crop = place.grade > 0
    kind = np.where(random.random(count) < 0.5, "TT", "PD")
    unit = np.array([f"{COUNTY}1002{t % 97:02d}{0:07d}" for t in tile], dtype=object)
    code = place.code.astype(object)
    columns = {
        "BSM": np.array([f"{COUNTY}2110{n + 1:08d}" for n in range(count)], dtype=object),
        "YSDM": filled(count, standard.layers["DLTB"].ysdm),
        "TBYBH": np.array([f"{n + 1}" for n in range(count)], dtype=object),
        "TBBH": np.array([f"{n + 1}" for n in range(count)], dtype=object),
        "DLBM": code.copy(),
        "DLMC": np.array([standard.classes[c].title for c in code], dtype=object),
        "QSXZ": filled(count, "30"),
        "QSDWDM": unit,
        "QSDWMC": np.array([f"村{t}" for t in tile], dtype=object),
        "ZLDWDM": unit.copy(),
        "ZLDWMC": np.array([f"村{t}" for t in tile], dtype=object),
        "TBMJ": place.areas(shapes, standard).astype(object),
        "KCDLBM": filled(count, None),
        "KCXS": filled(count, None),
        "KCMJ": filled(count, 0.0),
        "TBDLMJ": filled(count, 0.0),
        "GDLX": _where(crop & (place.grade > 1), kind),
        "GDPDJB": _where(crop, place.grade.astype(str)),
        "ZZSXDM": _where(crop, "LS"),
        "ZZSXMC": _where(crop, "种植粮食作物"),
        "GDDB": np.array([5 + int(g) if g else None for g in place.grade], dtype=object),
        "FRDBS": filled(count, "N"),
        "SJNF": filled(count, YEAR),
        "MSSM": filled(count, "00"),
    }
    layer = Layer("DLTB", shapes, columns)
    for row in range(count):
        book(layer, row)
    return layer


def book(layer: Layer, row: int) -> None:
    """Redo the deduction of a parcel from its area, grade and type."""
    columns = layer.columns
    code = str(columns["DLBM"][row])
    crop = code.startswith("01")
    key = (str(columns["GDLX"][row] or ""), str(columns["GDPDJB"][row] or ""))
    ridge = RIDGES.get(key, 0.0) if crop else 0.0
    deduct(layer, row, ridge if crop else None)


def deduct(layer: Layer, row: int, ridge: float | None) -> None:
    """KCXS as given, KCMJ and TBDLMJ from it."""
    columns = layer.columns
    total = round(float(columns["TBMJ"][row]) * 100)
    deducted = int(np.floor(total * (ridge or 0.0) + 0.5))
    columns["KCXS"][row] = ridge
    columns["KCMJ"][row] = deducted / 100
    columns["TBDLMJ"][row] = (total - deducted) / 100
    columns["KCDLBM"][row] = "1203" if ridge else None


def regrade(layer: Layer, row: int, grade: int) -> None:
    """Declare another slope grade, with all that hangs on it."""
    columns = layer.columns
    columns["GDPDJB"][row] = str(grade)
    columns["GDDB"][row] = 5 + grade
    if grade == 1:
        columns["GDLX"][row] = None
    elif not columns["GDLX"][row]:
        columns["GDLX"][row] = "PD"
    book(layer, row)


def reclass(layer: Layer, row: int, code: str, grade: int, standard: Standard) -> None:
    """Another class with all that hangs on it; ``grade`` counts where it becomes cropland."""
    columns = layer.columns
    crop = code.startswith("01")
    linear = standard.classes[code].linear
    values: dict[str, object] = {
        "DLBM": code,
        "DLMC": standard.classes[code].title,
        "GDLX": "PD" if crop and grade > 1 else None,
        "GDPDJB": str(grade) if crop else None,
        "GDDB": 5 + grade if crop else None,
        "ZZSXDM": "LS" if crop else None,
        "ZZSXMC": "种植粮食作物" if crop else None,
        "TBXHDM": None,
        "TBXHMC": None,
        "CZCSXM": _BUILT_UNITS.get(code),
    }
    if not linear:
        values["XZDWKD"] = None
    for name, value in values.items():
        if name in columns:
            columns[name][row] = value
    book(layer, row)


def resize(layer: Layer, row: int, area: float) -> None:
    """Another TBMJ, the deduction after it."""
    layer.columns["TBMJ"][row] = round(float(area), 2)
    book(layer, row)


def steep_shares(place: Place) -> FloatArray:
    """Share of each parcel's second grade."""
    return np.asarray(np.sort(place.shares, axis=1)[:, -2])


def _where(rows: np.ndarray, value: object) -> np.ndarray:
    """``value``, one or one for each row, where ``rows``; else null."""
    out = filled(len(rows), None)
    out[rows] = value[rows] if isinstance(value, np.ndarray) else value
    return out
