"""The GeoPackage of an extract while it is unfinished: page by page, each one transaction."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing

from osgeo import gdal, ogr

from ...checks.findings import Text
from ...checks.reproject import reference
from ...checks.vector.names import is_identifier
from ..errors import BadAnswer
from .extract_source import Journal, gdal_speaks, written
from .features import Column, Described, Page
from .features_api import IDENTIFIER

_TYPES = {
    "integer": ogr.OFTInteger64, "real": ogr.OFTReal, "date": ogr.OFTDate,
    "datetime": ogr.OFTDateTime,
}  # fmt: skip
_AREAS = (ogr.wkbPolygon, ogr.wkbMultiPolygon, ogr.wkbCurvePolygon, ogr.wkbMultiSurface)
_LINES = (ogr.wkbLineString, ogr.wkbMultiLineString, ogr.wkbCompoundCurve, ogr.wkbMultiCurve)
_POINTS = (ogr.wkbPoint, ogr.wkbMultiPoint)

_SPARE = 256 << 10
"""Bytes that must be free besides a page: tables of a new file, index, journal."""


class Writer:
    """The unfinished GeoPackage. ``count`` features are safely in it."""

    def __init__(
        self, journal: Journal, name: str, described: Described, names: Sequence[str]
    ) -> None:
        self.journal = journal
        self.name = name
        self.described = described
        self.names = list(names)
        self.count = 0
        self._dataset: gdal.Dataset | None = None
        self._mend = False
        if journal.begun:
            self._go_on()

    def close(self) -> None:
        """Close the file; one without any feature gets its layer now.

        Raises
        ------
        OSError
            When what is written last (extent, index) could not be.
        """
        if self._dataset is None and not self.journal.begun:
            self._create(ogr.wkbUnknown, self._columns_described())
        with written(self.journal.part):
            if self._mend:
                self._mended()
            self._dataset = None

    def drop(self) -> None:
        """Close the file after an error, which is the one to be told."""
        with contextlib.suppress(OSError), written(self.journal.part):
            self._dataset = None

    def _go_on(self) -> None:
        """Take up the pages that an earlier run left."""
        try:
            with closing(sqlite3.connect(self.journal.part)) as connection, connection:
                quoted = self.name.replace('"', '""')
                (self.count,) = connection.execute(
                    f'SELECT count(*) FROM "{quoted}"'  # noqa: S608  # our own name
                ).fetchone()
                # A disk that was full, or a kill, may have left an older number there.
                connection.execute(
                    "UPDATE gpkg_ogr_contents SET feature_count = ? WHERE table_name = ?",
                    (self.count, self.name),
                )
        except sqlite3.OperationalError as error:
            if not str(error).startswith("no such"):
                raise
        except sqlite3.DatabaseError:
            pass
        else:
            with gdal_speaks(), contextlib.suppress(RuntimeError):
                self._dataset = gdal.OpenEx(
                    str(self.journal.part), gdal.OF_VECTOR | gdal.OF_UPDATE,
                    allowed_drivers=["GPKG"],
                )  # fmt: skip
        known = self._dataset is not None and self._dataset.GetLayerByName(self.name) is not None
        self._mend = known
        if not known:
            self._dataset = None
            self.count = 0
            self.journal.discard()

    def _mended(self) -> None:
        """Extent and index of a file that was taken up: its earlier end was no orderly one."""
        assert self._dataset is not None
        quoted = self.name.replace("'", "''")
        for statement in (
            f"RECOMPUTE EXTENT ON {self.name}",
            f"SELECT DisableSpatialIndex('{quoted}', 'geom')",
            f"SELECT CreateSpatialIndex('{quoted}', 'geom')",
        ):
            found = self._dataset.ExecuteSQL(statement)
            if found is not None:
                self._dataset.ReleaseResultSet(found)

    def add(self, page: Page) -> int:
        """Write a page in one transaction; answer how many features it had.

        Raises
        ------
        BadAnswer
            When it cannot be read as what it claims to be.
        """
        memory = f"/vsimem/onemap-page-{id(self)}.{'gml' if page.driver == 'GML' else 'json'}"
        gdal.FileFromMemBuffer(memory, page.content)
        try:
            with gdal_speaks() as messages, _all_text():
                source = _opened(memory, page)
                layer = source.GetLayer(0) if source is not None else None
                if layer is None:
                    if page.returned == 0 or b"featureMember" not in page.content[:100_000]:
                        return 0
                    raise _unread(messages)
                added = int(layer.GetFeatureCount())
                if added == 0:
                    return 0
                # Before anything of the page is written, so that what is there can be kept.
                if shutil.disk_usage(self.journal.part.parent).free < len(page.content) + _SPARE:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.journal.part))
                try:
                    if self._dataset is None:
                        self._create(_geometry(layer), self._columns(layer, page.identifier))
                    self._copy(source, layer, page.identifier, added, messages)
                except OSError:
                    # What GDAL could not finish may be broken anywhere: the next run begins anew.
                    self.drop()
                    self.journal.discard()
                    raise
                del layer, source
        finally:
            # Beside a file of GML its reader keeps one of its own.
            for name in (memory, f"{memory.rpartition('.')[0]}.gfs"):
                if gdal.VSIStatL(name) is not None:
                    gdal.Unlink(name)
        self.count += added
        return added

    def _columns(self, layer: ogr.Layer, identifier: str) -> list[tuple[str, Column]]:
        """Columns of the file, each with its name in the page."""
        definition = layer.GetLayerDefn()
        present = {
            definition.GetFieldDefn(i).GetName(): definition.GetFieldDefn(i).GetType()
            for i in range(definition.GetFieldCount())
        }
        described = self._columns_described()
        if not described:
            kinds = {kind: name for name, kind in _TYPES.items()}
            kinds[ogr.OFTInteger] = "integer"
            described = [
                (name, Column(name, kinds.get(kind, "text")))
                for name, kind in present.items()
                if name != identifier
            ]
        if identifier:
            described.append((identifier, Column(IDENTIFIER)))
        return described

    def _columns_described(self) -> list[tuple[str, Column]]:
        wanted = set(self.names)
        found = []
        for column in self.described.columns:
            if column.name in wanted and column.name.lower() not in ("fid", "geom"):
                text = is_identifier(column.name.upper())
                found.append((column.name, Column(column.name, "text" if text else column.kind)))
        return found

    def _create(self, geometry: int, columns: list[tuple[str, Column]]) -> None:
        part = self.journal.part
        part.unlink(missing_ok=True)
        with written(part):
            dataset = gdal.GetDriverByName("GPKG").Create(str(part), 0, 0, 0, gdal.GDT_Unknown)
            crs = reference(self.described.crs)
            made = dataset and dataset.CreateLayer(
                self.name, crs, geometry, ["GEOMETRY_NAME=geom", "FID=onemap_fid"]
            )
            if made is None:
                raise RuntimeError("GeoPackage")
            for _, column in columns:
                made.CreateField(ogr.FieldDefn(column.name, _TYPES.get(column.kind, ogr.OFTString)))
            del made
            dataset.FlushCache()
        self._dataset = dataset
        self.journal.note(layer=self.name)

    def _copy(
        self, source: gdal.Dataset, layer: ogr.Layer, identifier: str, added: int, said: list[str]
    ) -> None:
        """Append a page; GDAL does the work, in one transaction."""
        columns = self._columns(layer, identifier)
        definition = layer.GetLayerDefn()
        quoted = ", ".join(
            f'"{name}" AS "{column.name}"'
            for name, column in columns
            if definition.GetFieldIndex(name) >= 0
        )
        name = layer.GetName().replace('"', '\\"')
        promote = ["-nlt", "PROMOTE_TO_MULTI"]
        if ogr.GT_IsNonLinear(layer.GetGeomType()):
            promote = ["-nlt", "CONVERT_TO_LINEAR", *promote]
        options = [
            "-append", "-nln", self.name, "-gt", "unlimited", *promote,
            "-sql", f'SELECT {quoted or "FID"} FROM "{name}"',  # noqa: S608  # a file of ours in memory
            "-dialect", "OGRSQL",
        ]  # fmt: skip
        # The frame was asked for; what a page says of it is not needed, and GeoJSON says nothing.
        part = self.journal.part
        with written(part):
            done = gdal.VectorTranslate(
                self._dataset, source, options=gdal.VectorTranslateOptions(options=options)
            )
            if done is None or said:
                raise RuntimeError(said[-1] if said else "GeoPackage")
            assert self._dataset is not None
            self._dataset.FlushCache()
            there = int(self._dataset.GetLayerByName(self.name).GetFeatureCount())
            if there != self.count + added:
                raise RuntimeError(f"GeoPackage: {there} / {self.count + added}")


@contextlib.contextmanager
def _all_text() -> Iterator[None]:
    """Let GML fields be text: our own description says what they are, and no digit is lost."""
    before = gdal.GetThreadLocalConfigOption("GML_FIELDTYPES", None)
    gdal.SetThreadLocalConfigOption("GML_FIELDTYPES", "ALWAYS_STRING")
    try:
        yield
    finally:
        gdal.SetThreadLocalConfigOption("GML_FIELDTYPES", before)


def _opened(path: str, page: Page) -> gdal.Dataset | None:
    try:
        return gdal.OpenEx(
            path, gdal.OF_VECTOR | gdal.OF_READONLY, allowed_drivers=[page.driver],
            open_options=list(page.open_options),
        )  # fmt: skip
    except RuntimeError:
        return None


def _unread(messages: list[str]) -> BadAnswer:
    reason = " ".join((messages[-1] if messages else "").split())[:200]
    return BadAnswer(
        Text(
            zh=f"服务返回的要素无法读取：{reason or '格式不符'}",
            en=f"The features sent cannot be read: {reason or 'of another format'}",
        )
    )


def _geometry(layer: ogr.Layer) -> int:
    """The type of geometry for the whole layer, from what a page holds."""
    flat = {ogr.GT_Flatten(layer.GetGeomType())}
    if flat & {ogr.wkbUnknown, ogr.wkbGeometryCollection}:
        flat = set()
        for feature in layer:
            shape = feature.GetGeometryRef()
            if shape is not None:
                flat.add(ogr.GT_Flatten(shape.GetGeometryType()))
        layer.ResetReading()
    for group, kind in ((_AREAS, ogr.wkbMultiPolygon), (_LINES, ogr.wkbMultiLineString),
                        (_POINTS, ogr.wkbMultiPoint)):  # fmt: skip
        if flat and flat <= set(group):
            return int(kind)
    return int(ogr.wkbUnknown)
