"""One OGR layer, batch by batch, into the columns of a table."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
from osgeo import gdal, ogr, osr

from ..findings import Text
from ..progress import Progress
from ..standard import FieldSpec
from ..table import Field, GeometryArray, IntArray, RowProblem, Table
from .batches import BATCH, Batch, arrow_batch, by_arrow, by_feature
from .columns import (
    Column,
    DateColumn,
    DigitsColumn,
    IntegerColumn,
    IntegerTextColumn,
    NumberColumn,
    RealTextColumn,
    TextColumn,
)
from .dbf import Dbf, DbfField
from .names import field_names, is_identifier
from .wkb import one_kind, read_shapes

_KINDS = {
    ogr.OFTString: "text",
    ogr.OFTInteger: "integer",
    ogr.OFTInteger64: "integer",
    ogr.OFTReal: "real",
    ogr.OFTDate: "date",
    ogr.OFTDateTime: "date",
}
_TEXT_TYPES = {"CHAR", "VARCHAR", "STRING", "TEXT"}
_FAILURES = (
    RuntimeError,
    SystemError,
    ValueError,
    MemoryError,
    AttributeError,
    ImportError,
)
"""What OGR's bindings raise for damaged data, or where the Arrow stream is not built in."""
_NO_CRS = ("undefined", "unknown", "engineering")


@dataclass
class _Rows:
    """Everything read so far."""

    ids: list[IntArray] = field(default_factory=list)
    geometry: list[GeometryArray] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    count: int = 0


class LayerReader:
    """Reads one layer; ``attributes`` are its shapefile's, read from the bytes.

    Fields named in ``unread`` (upper case) are left in the file: their column is null.
    """

    def __init__(
        self,
        dataset: gdal.Dataset,
        layer: ogr.Layer,
        name: str,
        specs: list[FieldSpec],
        attributes: Dbf | None,
        unread: Collection[str] = (),
    ) -> None:
        self._dataset = dataset
        self._layer = layer
        self._name = name
        self._specs = {spec.name.upper(): spec for spec in specs}
        self._attributes = attributes
        self._has_geometry = layer.GetGeomType() != ogr.wkbNone
        if attributes is None:
            self._fields = _declared_fields(layer, specs)
        else:
            self._fields = _attribute_fields(attributes, specs)
        if unread:
            # What is declared binary is never asked of the file.
            self._fields = [
                replace(each, kind="binary") if each.name.upper() in unread else each
                for each in self._fields
            ]

    def read(self, source: str, messages: list[str], progress: Progress) -> Table | None:
        """Read all rows; ``None`` when there is an error before the first.

        ``messages`` is where OGR's errors are being collected.
        """
        outcome = None
        batch = self._arrow_batch()
        if batch:
            outcome = self._try(partial(by_arrow, batch=batch), messages, progress)
        if outcome is None or outcome[2]:
            before = outcome
            outcome = self._try(by_feature, messages, progress)
            if outcome is None or (before is not None and before[0].count > outcome[0].count):
                outcome = before
        if outcome is None or (outcome[2] and outcome[0].count == 0):
            return None
        rows, columns, failure = outcome
        return self._table(source, rows, columns, failure, progress)

    def _try(
        self, way: Any, messages: list[str], progress: Progress
    ) -> tuple[_Rows, list[Column], str] | None:
        """Read along one way; the error that ended it early, or ``""``."""
        rows, columns = _Rows(), [self._column(f) for f in self._fields]
        ignored = self._ignore_fields()
        seen = len(messages)
        stored = [] if self._attributes is not None else self._stored()
        try:
            total = max(self._layer.GetFeatureCount(), 1)
            self._layer.ResetReading()
            for batch in way(self._layer, stored, ignored, messages):
                self._take(batch, rows, columns)
                progress.at(rows.count / total)
        except _FAILURES as error:
            return rows, columns, str(error) or type(error).__name__
        failed = messages[seen:]
        return rows, columns, failed[-1] if failed else ""

    def _take(self, batch: Batch, rows: _Rows, columns: list[Column]) -> None:
        if self._attributes is None:
            stored = (c for c, f in zip(columns, self._fields) if f.kind != "binary")
            for column, values in zip(stored, batch.values):
                column.add(values)
        if self._has_geometry:
            geometry, problems = read_shapes(batch.shapes, rows.count)
            rows.geometry.append(geometry)
            rows.problems.extend(problems)
        rows.ids.append(batch.ids)
        rows.count += len(batch.ids)

    def _table(
        self, source: str, rows: _Rows, columns: list[Column], failure: str, progress: Progress
    ) -> Table:
        ids = np.concatenate(rows.ids) if rows.ids else np.empty(0, dtype=np.int64)
        problems = rows.problems
        geometry, kind = None, ""
        if self._has_geometry:
            parts = rows.geometry or [np.empty(0, dtype=object)]
            geometry, kind, strangers = one_kind(np.concatenate(parts))
            problems = problems + strangers
        if self._attributes is not None:
            problems = problems + self._fill(self._attributes, columns, ids, progress)
        values = {}
        for declared, column in zip(self._fields, columns):
            binary = declared.kind == "binary"
            values[declared.name] = np.full(len(ids), None) if binary else column.finish()
            problems = problems + column.problems()
        if failure:
            problems = [*problems, _cut_off(len(ids), failure)]
        return Table(
            name=self._name,
            source=source,
            fields={declared.name: declared for declared in self._fields},
            columns=values,
            geometry=geometry,
            row_ids=ids,
            wkt=_wkt(self._layer),
            geometry_type=kind,
            problems=problems,
        )

    def _fill(
        self, dbf: Dbf, columns: list[Column], ids: IntArray, progress: Progress
    ) -> list[RowProblem]:
        """Values of a shapefile, all rows at once, joined by record number."""
        for stored, declared, column in zip(dbf.fields, self._fields, columns):
            if declared.kind == "binary":
                continue
            for start in range(0, len(ids), BATCH * 64):
                progress.check()
                part = ids[start : start + BATCH * 64]
                column.add(_dbf_values(dbf, stored, column, part))
        beyond = int((ids >= len(dbf)).sum())
        if not beyond:
            return []
        text = Text(
            f"属性表在第 {len(dbf)} 行后中断，其后 {beyond} 个图形没有属性",
            f"The attribute table ends after {len(dbf)} rows, {beyond} shapes have no attributes",
        )
        return [RowProblem(-1, "unreadable_row", text)]

    def _column(self, declared: Field) -> Column:
        text_wanted = self._is_text(declared.name)
        if declared.kind == "text" or (self._attributes is not None and text_wanted):
            codec = self._attributes.encoding.codec if self._attributes else "utf-8"
            if declared.kind == "text":
                width = declared.width if self._attributes else 0
                return TextColumn(declared.name, codec, width)
            return DigitsColumn(declared.name)
        if declared.kind == "integer" and self._attributes is None:
            return IntegerTextColumn(declared.name) if text_wanted else IntegerColumn(declared.name)
        if declared.kind in ("integer", "real"):
            return RealTextColumn(declared.name) if text_wanted else NumberColumn(declared.name)
        return DateColumn(declared.name)

    def _is_text(self, name: str) -> bool:
        spec = self._specs.get(name)
        return spec.type.upper() in _TEXT_TYPES if spec else is_identifier(name)

    def _stored(self) -> list[tuple[int, Field]]:
        """Fields to be read through OGR, with their place in the layer."""
        return [(i, f) for i, f in enumerate(self._fields) if f.kind != "binary"]

    def _ignore_fields(self) -> bool:
        """Tell OGR not to read what is not wanted; whether it obeys."""
        definition = self._layer.GetLayerDefn()
        wanted = set() if self._attributes is not None else {i for i, _ in self._stored()}
        names = [
            definition.GetFieldDefn(i).GetName()
            for i in range(definition.GetFieldCount())
            if i not in wanted
        ]
        if not names or not all(_is_clean(name) for name in names):
            return not names
        try:
            return bool(self._layer.SetIgnoredFields(names) == ogr.OGRERR_NONE)
        except RuntimeError:
            return False

    def _arrow_batch(self) -> int:
        """Rows at a time from OGR's Arrow stream; 0 where it may not be asked.

        GDAL 3.6 crashes the interpreter on field names that are not UTF-8, and
        two fields of one name would hide each other.
        """
        if not hasattr(self._layer, "GetArrowStreamAsNumPy"):
            return 0
        definition = self._layer.GetLayerDefn()
        names = [definition.GetFieldDefn(i).GetName() for i in range(definition.GetFieldCount())]
        names += [self._layer.GetFIDColumn(), self._layer.GetGeometryColumn()]
        named = [name for name in names if name]
        if not all(_is_clean(name) for name in named) or len(set(named)) < len(named):
            return 0
        stored = [] if self._attributes is not None else self._stored()
        texts = [declared for _, declared in stored if declared.kind == "text"]
        return arrow_batch(self._dataset, self._layer, texts)


def _dbf_values(dbf: Dbf, stored: DbfField, column: Column, rows: IntArray) -> Any:
    if isinstance(column, TextColumn):
        return dbf.texts(stored, rows)
    if isinstance(column, DigitsColumn):
        return dbf.digits(stored, rows)
    if isinstance(column, DateColumn):
        return dbf.dates(stored, rows)
    return dbf.numbers(stored, rows)


def _declared_fields(layer: ogr.Layer, specs: list[FieldSpec]) -> list[Field]:
    definition = layer.GetLayerDefn()
    stored = [definition.GetFieldDefn(i) for i in range(definition.GetFieldCount())]
    source_names = [_shown(each.GetName()) for each in stored]
    return [
        Field(
            name, source, _KINDS.get(each.GetType(), "binary"), each.GetWidth(), each.GetPrecision()
        )
        for each, source, name in zip(stored, source_names, field_names(source_names, specs))
    ]


def _attribute_fields(dbf: Dbf, specs: list[FieldSpec]) -> list[Field]:
    source_names = [dbf.name(each) for each in dbf.fields]
    return [
        Field(name, source, each.kind, each.width, each.decimals)
        for each, source, name in zip(dbf.fields, source_names, field_names(source_names, specs))
    ]


def _wkt(layer: ogr.Layer) -> str:
    """The layer's CRS; empty where there is none or only a word for none."""
    crs: osr.SpatialReference | None = layer.GetSpatialRef()
    if crs is None:
        return ""
    name = (crs.GetName() or "").lower()
    if crs.IsLocal() or name.startswith(_NO_CRS):
        return ""
    for options in ([], ["FORMAT=WKT2_2019"]):
        try:
            wkt = crs.ExportToWkt(options)
        except RuntimeError:
            continue
        if wkt:
            return str(wkt)
    return ""


def _cut_off(row: int, reason: str) -> RowProblem:
    return RowProblem(
        -1,
        "unreadable_row",
        Text(f"读到第 {row} 行后中断：{reason}", f"Reading stopped after {row} rows: {reason}"),
    )


def _is_clean(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _shown(name: str) -> str:
    """A name whose bytes were no UTF-8, as far as GB18030 can tell."""
    if _is_clean(name):
        return name
    return name.encode("utf-8", "surrogateescape").decode("gb18030", errors="replace")
