"""Rows of an OGR layer, some at a time: by its Arrow stream, or feature by feature.

Both ways give the same batches.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from osgeo import gdal, ogr

from ..table import BoolArray, Field, IntArray
from .columns import iso_texts

BATCH = 1024
"""Rows at a time; more is no faster."""
_BATCH_UNBOUNDED = 256
_TEXT_BYTES = 64 * 2**20
"""OGR pads every text of a batch to the longest: so much may that come to."""
_BYTES_PER_CHARACTER = 4
_NARROW = 1024
_FEWEST = 16
_NO_GEOMETRY = b"\0"
"""Stands for bytes that OGR would not hand out because they are no geometry."""
_MOST_LOST = 10_000


@dataclass
class Batch:
    """Rows as they come from OGR: what :class:`Column` classes take."""

    ids: IntArray
    values: list[Any]
    shapes: list[bytes | None]


def arrow_batch(dataset: gdal.Dataset, layer: ogr.Layer, texts: list[Field]) -> int:
    """How many rows of ``layer`` may be read at a time through Arrow; 0: none.

    One enormous text must not fill the memory. A GeoPackage can be asked for
    its longest; other formats are trusted to keep to narrow fields they declare.
    """
    if not texts:
        return BATCH
    if dataset.GetDriver().ShortName != "GPKG":
        narrow = all(0 < text.width <= _NARROW for text in texts)
        return BATCH if narrow else _BATCH_UNBOUNDED
    longest = ", ".join(f"max(length({_quoted(text.source_name)}))" for text in texts)
    query = f"SELECT {longest} FROM {_quoted(layer.GetName())}"  # noqa: S608  (names are quoted)
    try:
        answer = dataset.ExecuteSQL(query)
        row = answer.GetNextFeature() if answer is not None else None
        if row is None:
            return 0
        characters = sum(row.GetFieldAsInteger64(i) for i in range(len(texts)))
        dataset.ReleaseResultSet(answer)
    except RuntimeError:
        return 0
    rows = _TEXT_BYTES // max(characters * _BYTES_PER_CHARACTER, 1)
    return 0 if rows < _FEWEST else min(rows, BATCH)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def by_arrow(
    layer: ogr.Layer,
    stored: list[tuple[int, Field]],
    ignored: bool,
    _messages: list[str],
    batch: int = BATCH,
) -> Iterator[Batch]:
    """Batches from OGR's Arrow stream."""
    stream = layer.GetArrowStreamAsNumPy(options=[f"MAX_FEATURES_IN_BATCH={batch}"])
    geometry = layer.GetGeomType() != ogr.wkbNone
    others = 0 if ignored else layer.GetLayerDefn().GetFieldCount() - len(stored)
    for columns in stream:
        names = list(columns)
        if not len(columns[names[0]]):
            # After a damaged page GDAL hands out empty batches without end.
            return
        if len(names) != 1 + len(stored) + others + geometry:
            raise RuntimeError("unexpected columns in the Arrow stream")
        places = [1 + (place if others else i) for i, (place, _) in enumerate(stored)]
        values = [
            _arrow_values(columns[names[at]], declared.kind)
            for at, (_, declared) in zip(places, stored)
        ]
        ids = np.ma.getdata(columns[names[0]]).astype(np.int64)
        shapes = _arrow_objects(columns[names[-1]]) if geometry else []
        yield Batch(ids, values, shapes)


def _arrow_values(column: Any, kind: str) -> Any:
    data, null = np.ma.getdata(column), np.ma.getmaskarray(column)
    if kind == "text":
        return _arrow_objects(column)
    if kind == "integer":
        return data.astype(np.int64), null
    if kind == "real":
        return np.where(null, np.nan, data.astype(np.float64))
    texts = iso_texts(data)
    for row in np.flatnonzero(null).tolist():
        texts[row] = None
    return texts


def _arrow_objects(column: Any) -> list[bytes | None]:
    out: list[bytes | None] = np.ma.getdata(column).tolist()
    for row in np.flatnonzero(np.ma.getmaskarray(column)).tolist():
        out[row] = None
    return out


def by_feature(
    layer: ogr.Layer, stored: list[tuple[int, Field]], _ignored: bool, messages: list[str]
) -> Iterator[Batch]:
    """Batches feature by feature, for GDAL before 3.6 and what Arrow cannot do."""
    getters = [(place, _GETTERS[declared.kind]) for place, declared in stored]
    finished, last = False, -1
    # A damaged database may fail for ever; a shapefile fails once for each shape.
    most = _MOST_LOST if stored else layer.GetFeatureCount() + 1
    while not finished:
        ids: list[int] = []
        shapes: list[bytes | None] = []
        lists: list[list[Any]] = [[] for _ in stored]
        while len(ids) < BATCH:
            before = len(messages)
            feature, failures = _next(layer, messages, most)
            if failures and not stored and _are_these(failures, last, feature, layer):
                # Only the shapes of these rows are lost: their attributes come from elsewhere.
                del messages[before:]
                ids.extend(range(last + 1, last + 1 + failures))
                shapes.extend([_NO_GEOMETRY] * failures)
                before = len(messages)
            if feature is None:
                finished = True
                break
            last = feature.GetFID()
            ids.append(last)
            for values, (place, get) in zip(lists, getters):
                values.append(get(feature, place) if feature.IsFieldSetAndNotNull(place) else None)
            shape = feature.GetGeometryRef()
            if shape is None and len(messages) > before:
                # OGR complained of this one geometry and went on, and so do we.
                del messages[before:]
                shapes.append(_NO_GEOMETRY)
            else:
                shapes.append(None if shape is None else bytes(shape.ExportToIsoWkb()))
        yield Batch(
            np.array(ids, dtype=np.int64),
            [_feature_values(v, f.kind) for v, (_, f) in zip(lists, stored)],
            shapes,
        )


def _next(layer: ogr.Layer, messages: list[str], most: int) -> tuple[ogr.Feature | None, int]:
    """The next feature, and how many were lost before it where OGR raises exceptions."""
    for lost in range(most):
        try:
            return layer.GetNextFeature(), lost
        except RuntimeError as error:
            # An empty message would pass for none at all.
            messages.append(str(error) or type(error).__name__)
    return None, most


def _are_these(failures: int, last: int, feature: ogr.Feature | None, layer: ogr.Layer) -> bool:
    """Whether exactly the features after ``last`` up to ``feature`` (or the end) failed."""
    following = layer.GetFeatureCount() if feature is None else feature.GetFID()
    return bool(following == last + 1 + failures)


def _feature_values(values: list[Any], kind: str) -> Any:
    if kind == "integer":
        null: BoolArray = np.array([value is None for value in values], dtype=bool)
        return np.array([value or 0 for value in values], dtype=np.int64), null
    if kind == "real":
        return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    return values


def _feature_text(feature: ogr.Feature, place: int) -> bytes:
    # Bytes that are not UTF-8 come out of the binding as lone surrogates.
    return bytes(feature.GetFieldAsString(place).encode("utf-8", "surrogateescape"))


def _feature_date(feature: ogr.Feature, place: int) -> str:
    year, month, day, hour, minute, second = feature.GetFieldAsDateTime(place)[:6]
    date = f"{year:04d}-{month:02d}-{day:02d}"
    time = f"{hour:02d}:{minute:02d}:{int(second):02d}"
    return date if time == "00:00:00" else f"{date}T{time}"


_GETTERS: dict[str, Any] = {
    "text": _feature_text,
    "integer": lambda feature, place: feature.GetFieldAsInteger64(place),
    "real": lambda feature, place: feature.GetFieldAsDouble(place),
    "date": _feature_date,
}
