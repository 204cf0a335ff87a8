"""Last year's one map: the same county, a few honest changes ago."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...checks.table import IntArray
from ..county import County
from ..layer import Layer, filled, write_geopackage
from ..names import YEAR

_CHANGES = (
    # What it is now, what it was last year, share of the parcels of that class.
    ("0601", "0103", 1.0),
    ("0201", "0103", 0.05),
    ("0103", "0404", 0.012),
    ("0301", "0404", 0.006),
)
_CROP_ONLY = ("GDLX", "GDPDJB", "GDDB", "ZZSXDM", "ZZSXMC", "TBXHDM", "TBXHMC")
_LEAST_AREA, _MOST_AREA = 4000.0, 60_000.0


@dataclass(frozen=True)
class YearBefore:
    """Last year's parcels: ``changed`` are the rows whose class was another."""

    parcels: Layer
    code: np.ndarray
    changed: IntArray


def look_back(county: County, random: np.random.Generator) -> YearBefore:
    """Last year's DLTB: every parcel as it is, but some of another class."""
    now = county.parcels.code.astype(str)
    then = now.copy()
    area = county.parcels.shape
    size = np.array([shape.area for shape in area])
    fit = (size > _LEAST_AREA) & (size < _MOST_AREA) & (county.parcels.slope < 14)
    for code, before, share in _CHANGES:
        rows = np.flatnonzero((now == code) & fit)
        chosen = rows[random.random(len(rows)) < share]
        then[chosen] = before
    changed = np.flatnonzero(then != now)
    layer = county.layers["DLTB"].copy()
    for row in changed.tolist():
        code = str(then[row])
        layer.columns["DLBM"][row] = code
        layer.columns["DLMC"][row] = county.standard.classes[code].title
        crop = code.startswith("01")
        for name in _CROP_ONLY:
            layer.columns[name][row] = None
        layer.columns["KCXS"][row] = 0.0 if crop else None
        layer.columns["KCMJ"][row] = 0.0
        layer.columns["KCDLBM"][row] = None
        layer.columns["CZCSXM"][row] = None
        layer.columns["TBDLMJ"][row] = layer.columns["TBMJ"][row]
        if crop:
            layer.columns["GDPDJB"][row] = "1"
            layer.columns["ZZSXDM"][row] = "LS"
            layer.columns["ZZSXMC"][row] = county.standard.codes["ZZSXDM"]["LS"]["name_zh"]
    layer.columns["SJNF"] = filled(len(layer), YEAR - 1)
    return YearBefore(layer, then, changed)


def write_year_before(county: County, before: YearBefore, folder: Path) -> Path:
    """Write ``dltb_2022.gpkg``; return its path."""
    path = folder / f"dltb_{YEAR - 1}.gpkg"
    write_geopackage(path, [before.parcels], county.standard, county.wkt)
    return path
