"""The ``FINDINGS`` GeoPackage: findings, risk of each parcel, rules run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import shapely
from osgeo import osr

from .findings import Finding
from .progress import SILENT, Progress
from .record import (
    Verification,
    finding_row,
    parcel_rows,
    rule_rows,
)
from .table import GeometryArray
from .tables_file import REAL, TEXT, WHOLE, OutTable, as_multi, write_tables

_LOOK = 1.0
"""Metres around a point or line, so that it can be seen and clicked on."""

_DEGREE = 111_320.0

FINDING_TYPES = {
    "finding_id": TEXT,
    "rule_id": TEXT,
    "rule_version": TEXT,
    "family": TEXT,
    "verdict": TEXT,
    "severity": TEXT,
    "layer": TEXT,
    "object_id": TEXT,
    "parcel_bsm": TEXT,
    "score": REAL,
    "measured": TEXT,
    "expected": TEXT,
    "tolerance": REAL,
    "unit": TEXT,
    "cause": TEXT,
    "message_zh": TEXT,
    "message_en": TEXT,
    "evidence": TEXT,
}
_PARCELS = {"bsm": TEXT, "risk": REAL, "outcome": TEXT, "reasons": TEXT}
_RULES = {
    "rule_id": TEXT,
    "rule_version": TEXT,
    "family": TEXT,
    "tested": WHOLE,
    "findings": WHOLE,
    "not_checkable": WHOLE,
    "reason": TEXT,
    "seconds": REAL,
}


def places_to_look(findings: Sequence[Finding], geographic: bool) -> GeometryArray:
    """Where each finding is, as multipolygons, ``None`` where it has no place.

    Points and lines get a narrow rim: one kind of geometry keeps the layer
    usable in every program.
    """
    where = np.array([None] + [finding.where for finding in findings], dtype=object)[1:]
    coordinates, owner = shapely.get_coordinates(where, return_index=True)
    broken = np.zeros(len(where), dtype=bool)
    broken[owner[~np.isfinite(coordinates).all(axis=1)]] = True
    where[broken | shapely.is_empty(where)] = None
    kinds = shapely.get_type_id(where)
    thin = ~np.isin(kinds, (-1, 3, 6))
    rim = _LOOK / _DEGREE if geographic else _LOOK
    where[thin] = shapely.buffer(where[thin], rim, quad_segs=2)
    # Rings begin where they are drawn; the same place shall be the same bytes.
    return as_multi(shapely.normalize(shapely.force_2d(where)))


def write_findings(
    verification: Verification,
    path: Path,
    progress: Progress = SILENT,
    more: Sequence[OutTable] = (),
) -> None:
    """Write the GeoPackage with ``more`` tables; the file appears whole or not at all.

    Raises
    ------
    OutputError
        When the file cannot be written.
    Cancelled
        When the listener asked to stop; nothing is left behind.
    """
    places = places_to_look(verification.findings, is_geographic(verification.wkt))
    rows = [finding_row(finding) for finding in verification.findings]
    tables = (
        OutTable("findings", FINDING_TYPES, rows, places),
        OutTable("parcel_risk", _PARCELS, parcel_rows(verification.parcels)),
        OutTable("rules_run", _RULES, rule_rows(verification.runs)),
        *more,
    )
    write_tables(path, tables, verification.wkt, progress)


def is_geographic(wkt: str) -> bool:
    """Whether coordinates of this reference system are degrees."""
    if not wkt:
        return False
    reference = osr.SpatialReference()
    reference.ImportFromWkt(wkt)
    return bool(reference.IsGeographic())
