"""What a reviewer sorts parcels by: village and land class of every parcel, beside its risk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .table import Table, TextArray
from .tables_file import REAL, TEXT, OutTable

NAME = "parcel_facts"
COLUMNS: Mapping[str, int] = {
    "bsm": TEXT,
    "dlbm": TEXT,
    "zldwdm": TEXT,
    "zldwmc": TEXT,
    "area_m2": REAL,
}
_LONGEST = 100
"""Characters kept of a text: the longest field of these is ZLDWMC with 60 (TD/T 1057-2020)."""


_LARGEST = 1e15
"""m²; twice the surface of the Earth, rounded up."""


def parcel_facts(parcels: Table | None) -> OutTable:
    """The table ``parcel_facts``: one row per DLTB parcel that has a BSM, in their order.

    ``dlbm``, ``zldwdm`` and ``zldwmc`` are as delivered without surrounding blanks, ``area_m2``
    is TBMJ; each is NULL where the field is missing, empty, or no finite number.
    """
    if parcels is None:
        return OutTable(NAME, COLUMNS, [])
    bsm = parcels.object_ids
    texts = {name: _texts(parcels, name.upper()) for name in ("dlbm", "zldwdm", "zldwmc")}
    area = _areas(parcels)
    rows: list[Mapping[str, Any]] = [
        {
            "bsm": name,
            "dlbm": texts["dlbm"][row],
            "zldwdm": texts["zldwdm"][row],
            "zldwmc": texts["zldwmc"][row],
            "area_m2": area[row],
        }
        for row, name in enumerate(bsm)
        if name
    ]
    return OutTable(NAME, COLUMNS, rows)


def _texts(parcels: Table, name: str) -> TextArray:
    out = np.full(len(parcels), None, dtype=object)
    column = parcels.text(name)
    for row in np.flatnonzero(column != ""):
        out[row] = column[row][:_LONGEST]
    return out


def _areas(parcels: Table) -> TextArray:
    area = parcels.number("TBMJ")
    out = np.full(len(parcels), None, dtype=object)
    good = np.isfinite(area) & (np.abs(area) < _LARGEST)
    out[good] = area[good]
    return out
