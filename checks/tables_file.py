"""Writing a GeoPackage of our own: whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from osgeo import gdal, ogr, osr

from .progress import SILENT, Progress
from .record import cannot_write
from .table import GeometryArray

TEXT, REAL, WHOLE = ogr.OFTString, ogr.OFTReal, ogr.OFTInteger64


@dataclass(frozen=True)
class OutTable:
    """One table to write: ``columns`` by name with their OGR types, rows, maybe places."""

    name: str
    columns: Mapping[str, int]
    rows: Sequence[Mapping[str, Any]]
    where: GeometryArray | None = field(default=None)
    """Multipolygons or ``None``, one per row; no argument for a table without places."""


def write_tables(
    path: Path, tables: Sequence[OutTable], wkt: str = "", progress: Progress = SILENT
) -> None:
    """Write ``tables`` into a new GeoPackage that takes the place of ``path`` when finished.

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
        _write(part, tables, wkt, progress)
        os.replace(part, path)
        for stale in ("-wal", "-shm"):
            path.with_name(path.name + stale).unlink(missing_ok=True)
    except (OSError, RuntimeError) as error:
        raise cannot_write(path, error) from error
    finally:
        with suppress(OSError):
            part.unlink()


def as_multi(where: GeometryArray) -> GeometryArray:
    """Polygons as multipolygons; everything else as it is."""
    out = where.copy()
    single = np.flatnonzero(shapely.get_type_id(where) == 3)
    if len(single):
        out[single] = shapely.multipolygons(where[single], indices=np.arange(len(single)))
    return out


def _write(path: Path, tables: Sequence[OutTable], wkt: str, progress: Progress) -> None:
    with gdal.ExceptionMgr() if hasattr(gdal, "ExceptionMgr") else _Exceptions():
        target = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
        reference = None
        if wkt:
            reference = osr.SpatialReference()
            reference.ImportFromWkt(wkt)
            reference.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
        every = max(sum(len(table.rows) for table in tables), 1)
        done = 0
        target.StartTransaction()
        for table in tables:
            spatial = table.where is not None
            layer = target.CreateLayer(
                table.name,
                reference if spatial else None,
                ogr.wkbMultiPolygon if spatial else ogr.wkbNone,
            )
            end = done + len(table.rows)
            _fill(layer, table, progress.part(done / every, end / every))
            done = end
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


def _fill(layer: ogr.Layer, table: OutTable, progress: Progress) -> None:
    for name, kind in table.columns.items():
        layer.CreateField(ogr.FieldDefn(name, kind))
    definition = layer.GetLayerDefn()
    setters = [
        (name, definition.GetFieldIndex(name), kind == TEXT) for name, kind in table.columns.items()
    ]
    wkb = None if table.where is None else shapely.to_wkb(table.where)
    for number, row in enumerate(table.rows):
        if number % 2000 == 0:
            progress.at(number / max(len(table.rows), 1))
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
