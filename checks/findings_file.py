"""The ``FINDINGS`` GeoPackage: findings, risk of each parcel, rules run."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from osgeo import gdal, ogr, osr

from .findings import Finding
from .progress import SILENT, Progress
from .record import (
    Verification,
    cannot_write,
    finding_row,
    parcel_rows,
    rule_rows,
)
from .table import GeometryArray

_LOOK = 1.0
"""Metres around a point or line, so that it can be seen and clicked on."""

_DEGREE = 111_320.0

_TEXT, _REAL, _WHOLE = ogr.OFTString, ogr.OFTReal, ogr.OFTInteger64

_FINDINGS = {
    "finding_id": _TEXT,
    "rule_id": _TEXT,
    "rule_version": _TEXT,
    "family": _TEXT,
    "verdict": _TEXT,
    "severity": _TEXT,
    "layer": _TEXT,
    "object_id": _TEXT,
    "parcel_bsm": _TEXT,
    "score": _REAL,
    "measured": _TEXT,
    "expected": _TEXT,
    "tolerance": _REAL,
    "unit": _TEXT,
    "cause": _TEXT,
    "message_zh": _TEXT,
    "message_en": _TEXT,
    "evidence": _TEXT,
}
_PARCELS = {"bsm": _TEXT, "risk": _REAL, "outcome": _TEXT, "reasons": _TEXT}
_RULES = {
    "rule_id": _TEXT,
    "rule_version": _TEXT,
    "family": _TEXT,
    "tested": _WHOLE,
    "findings": _WHOLE,
    "not_checkable": _WHOLE,
    "reason": _TEXT,
    "seconds": _REAL,
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
    return _as_multi(shapely.force_2d(where))


def _as_multi(where: GeometryArray) -> GeometryArray:
    out = where.copy()
    single = np.flatnonzero(shapely.get_type_id(where) == 3)
    if len(single):
        out[single] = shapely.multipolygons(where[single], indices=np.arange(len(single)))
    return out


def write_findings(verification: Verification, path: Path, progress: Progress = SILENT) -> None:
    """Write the GeoPackage; the file appears whole or not at all.

    Raises
    ------
    OutputError
        When the file cannot be written.
    Cancelled
        When the listener asked to stop; nothing is left behind.
    """
    part = path.with_name(path.stem + ".part.gpkg")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        _write(verification, part, progress)
        os.replace(part, path)
        for stale in ("-wal", "-shm"):
            path.with_name(path.name + stale).unlink(missing_ok=True)
    except (OSError, RuntimeError) as error:
        raise cannot_write(path, error) from error
    finally:
        with suppress(OSError):
            part.unlink()


def _write(verification: Verification, path: Path, progress: Progress) -> None:
    with gdal.ExceptionMgr() if hasattr(gdal, "ExceptionMgr") else _Exceptions():
        target = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
        reference = None
        if verification.wkt:
            reference = osr.SpatialReference()
            reference.ImportFromWkt(verification.wkt)
            reference.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
        geographic = bool(reference is not None and reference.IsGeographic())
        places = places_to_look(verification.findings, geographic)
        rows = [finding_row(finding) for finding in verification.findings]
        target.StartTransaction()
        layer = target.CreateLayer("findings", reference, ogr.wkbMultiPolygon)
        _fill(layer, _FINDINGS, rows, progress.part(0.0, 0.5), shapely.to_wkb(places))
        layer = target.CreateLayer("parcel_risk", None, ogr.wkbNone)
        _fill(layer, _PARCELS, parcel_rows(verification.parcels), progress.part(0.5, 0.95))
        layer = target.CreateLayer("rules_run", None, ogr.wkbNone)
        _fill(layer, _RULES, rule_rows(verification.runs), progress.part(0.95, 1.0))
        target.CommitTransaction()
        del layer, target


class _Exceptions:
    """What ``gdal.ExceptionMgr`` does, for GDAL before 3.7."""

    def __enter__(self) -> None:
        self._before = ogr.GetUseExceptions()
        ogr.UseExceptions()

    def __exit__(self, *details: object) -> None:
        if not self._before:
            ogr.DontUseExceptions()


def _fill(
    layer: ogr.Layer,
    columns: dict[str, int],
    rows: Sequence[dict[str, Any]],
    progress: Progress,
    wkb: GeometryArray | None = None,
) -> None:
    for name, kind in columns.items():
        layer.CreateField(ogr.FieldDefn(name, kind))
    definition = layer.GetLayerDefn()
    setters = [
        (name, definition.GetFieldIndex(name), kind == _TEXT) for name, kind in columns.items()
    ]
    for number, row in enumerate(rows):
        if number % 2000 == 0:
            progress.at(number / max(len(rows), 1))
        feature = ogr.Feature(definition)
        for name, index, is_text in setters:
            value = row[name]
            if value is None:
                continue
            if is_text:
                feature.SetFieldString(index, value)
            else:
                feature.SetField(index, value)
        if wkb is not None and wkb[number] is not None:
            feature.SetGeometryDirectly(ogr.CreateGeometryFromWkb(wkb[number]))
        layer.CreateFeature(feature)
