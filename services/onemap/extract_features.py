"""Features of a service saved to a GeoPackage: page by page, counted, and taken up again.

Each page is one transaction, so that after a cut or a kill the file holds whole pages and the next
page starts where they end. What was counted beforehand has to be there in the end.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from osgeo import gdal, ogr

from ...checks import standard
from ...checks.errors import OutputError
from ...checks.findings import Text
from ...checks.progress import SILENT, Progress
from ...checks.reproject import reference
from ...checks.vector.names import LayerNames, is_identifier
from ..errors import BadAnswer, ServiceError
from ..site_profile import LayerSource
from . import frames
from .extract_source import Extract, Journal, fingerprint, gdal_speaks, source_facts, write_sidecar
from .features import Column, Described, Features, Page, asked, short
from .features_api import IDENTIFIER
from .withheld import leaves_out

PAGE = 2000
AT_ONCE = 20_000
"""Features asked for in one page where a server cannot page."""
LEAST_PAGE = 25
_MOST_PAGES = 1_000_000
_TYPES = {
    "integer": ogr.OFTInteger64, "real": ogr.OFTReal, "date": ogr.OFTDate,
    "datetime": ogr.OFTDateTime,
}  # fmt: skip
_AREAS = (ogr.wkbPolygon, ogr.wkbMultiPolygon, ogr.wkbCurvePolygon, ogr.wkbMultiSurface)
_LINES = (ogr.wkbLineString, ogr.wkbMultiLineString, ogr.wkbCompoundCurve, ogr.wkbMultiCurve)
_POINTS = (ogr.wkbPoint, ogr.wkbMultiPoint)


def layer_name(layer: LayerSource) -> str:
    """Name of the layer in the extract: the standard's where it is one."""
    names = LayerNames(standard.load())
    for each in (layer.layer or "", layer.id, layer.title.zh):
        found = names.resolve(each.rpartition(":")[2])
        if found:
            return found
    bare = (layer.layer or layer.id).rpartition(":")[2]
    return "".join(sign if sign.isalnum() or sign in "_-" else "_" for sign in bare)[:60] or "layer"


class Repeated(BadAnswer):
    """Features came more than once: the server does not page as it should."""


@dataclass
class FeatureExtract:
    """One extract.

    Parameters
    ----------
    service
        Where the features come from.
    target
        GeoPackage to write; an older one is replaced when the new one is whole.
    box, box_crs
        Only what touches it; ``None`` for all.
    page
        Features asked for at once.
    """

    service: Features
    target: Path
    box: frames.Box | None = None
    box_crs: str = frames.DEGREES
    page: int = PAGE

    def run(self, progress: Progress = SILENT) -> Extract:
        """Fetch, count, and put the file in its place.

        Raises
        ------
        BadAnswer
            When the service does not send all that it counted.
        OutputError
            When the file cannot be written.
        ServiceError, Cancelled
            What is there stays, and the next run goes on from it.
        """
        layer = self.service.layer
        described = self.service.describe(progress.part(0.0, 0.02))
        box = self._carried(described)
        total = self.service.count(box, progress)
        names = asked(layer, described)
        mark = fingerprint(layer, columns=names, box=box, crs=described.crs, total=total)
        try:
            self.target.parent.mkdir(parents=True, exist_ok=True)
            journal = Journal(self.target, mark)
            try:
                writer, count = self._once(journal, described, names, box, total, progress)
            except Repeated:
                # Some servers send the first page again and again (MapServer 8.0 with files).
                if total is None or total > AT_ONCE or self.page >= total:
                    raise
                self.page = total
                writer, count = self._once(journal, described, names, box, total, progress)
        except OSError as error:
            raise _cannot_write(self.target, error) from error
        facts = source_facts(
            layer, described.crs, box, count=count, told=total, columns=names,
            withheld=leaves_out(layer, [column.name for column in described.columns]),
        )  # fmt: skip
        _describe(journal.part, facts)
        journal.finish(self.target)
        facts = write_sidecar(self.target, facts, progress.part(0.95, 1.0))
        return Extract(layer, self.target, writer.name, count, facts, tuple(described.notes))

    def _once(
        self,
        journal: Journal,
        described: Described,
        names: Sequence[str],
        box: frames.Box | None,
        total: int | None,
        progress: Progress,
    ) -> tuple[Writer, int]:
        layer = self.service.layer
        writer = Writer(journal, layer_name(layer), described, names)
        with closing(writer):
            self._fetch(writer, box, total, progress.part(0.02, 0.95))
        # What was changed in between has to show.
        counted = self.service.count(box, progress)
        told = total if counted is None else counted
        return writer, _checked(layer, journal, writer.name, told)

    def _carried(self, described: Described) -> frames.Box | None:
        if self.box is None:
            return None
        box = frames.carried(self.box, self.box_crs, described.crs)
        if box is None:
            raise BadAnswer(
                Text(
                    zh=f"范围无法转换到图层坐标系 {described.crs}",
                    en=f"The extent cannot be carried into the layer's frame {described.crs}",
                )
            )
        return box

    def _fetch(
        self, writer: Writer, box: frames.Box | None, total: int | None, progress: Progress
    ) -> None:
        layer, size = self.service.layer, self.page
        for _ in range(_MOST_PAGES):
            start = writer.count
            if total is not None and start >= total:
                return
            label = f"{layer.title.zh}：{start:,} | {layer.title.en}: {start:,}"
            progress.at(start / total if total else 0.5, label)
            try:
                page = self.service.page(start, size, box, progress)
                added = writer.add(page)
            except BadAnswer:
                # A page too large, or one that a tired server cuts: smaller ones may pass.
                if size <= LEAST_PAGE:
                    raise
                size = max(size // 4, LEAST_PAGE)
                continue
            if 0 <= page.returned != added:
                raise short(layer, start + added, start + page.returned)
            if added == 0 or (page.last and total is None):
                if total is not None and writer.count < total:
                    raise short(layer, writer.count, total)
                return


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
        if journal.begun:
            self._go_on()

    def close(self) -> None:
        """Close the file; one without any feature gets its layer now."""
        if self._dataset is None and not self.journal.begun:
            self._create(ogr.wkbUnknown, self._columns_described())
        self._dataset = None

    def _go_on(self) -> None:
        try:
            with closing(sqlite3.connect(self.journal.part)) as connection:
                quoted = self.name.replace('"', '""')
                (self.count,) = connection.execute(
                    f'SELECT count(*) FROM "{quoted}"'  # noqa: S608  # our own name
                ).fetchone()
            with gdal_speaks():
                self._dataset = gdal.OpenEx(
                    str(self.journal.part), gdal.OF_VECTOR | gdal.OF_UPDATE,
                    allowed_drivers=["GPKG"],
                )  # fmt: skip
        except (sqlite3.Error, RuntimeError):
            self._dataset = None
        if self._dataset is None:
            self.count = 0
            self.journal.discard()

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
                if self._dataset is None:
                    self._create(_geometry(layer), self._columns(layer, page.identifier))
                self._copy(source, layer, page.identifier, added, messages)
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
        with gdal_speaks() as messages:
            dataset = gdal.GetDriverByName("GPKG").Create(str(part), 0, 0, 0, gdal.GDT_Unknown)
            crs = reference(self.described.crs)
            made = dataset and dataset.CreateLayer(
                self.name, crs, geometry, ["GEOMETRY_NAME=geom", "FID=onemap_fid"]
            )
            if made is None:
                raise OSError(0, messages[-1] if messages else "GeoPackage", str(part))
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
        done = gdal.VectorTranslate(
            self._dataset, source, options=gdal.VectorTranslateOptions(options=options)
        )
        if done is None or said:
            raise OSError(0, said[-1] if said else "GeoPackage", str(self.journal.part))
        assert self._dataset is not None
        self._dataset.FlushCache()
        written = int(self._dataset.GetLayerByName(self.name).GetFeatureCount())
        if written != self.count + added:
            raise OSError(0, "GeoPackage", str(self.journal.part))


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


def _checked(layer: LayerSource, journal: Journal, name: str, told: int | None) -> int:
    """How many features are there, each once; what does not add up is thrown away."""
    quoted = name.replace('"', '""')
    with closing(sqlite3.connect(journal.part)) as connection:
        (count,) = connection.execute(
            f'SELECT count(*) FROM "{quoted}"'  # noqa: S608  # our own name
        ).fetchone()
        columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{quoted}")')]
        distinct = count
        if IDENTIFIER in columns and count:
            distinct, empty = connection.execute(
                f"SELECT count(DISTINCT {IDENTIFIER}), sum(coalesce({IDENTIFIER}, '') = '') "  # noqa: S608
                f'FROM "{quoted}"'
            ).fetchone()
            distinct = count if empty else distinct
    if distinct != count:
        journal.discard()
        raise Repeated(
            Text(
                zh=f"图层“{layer.title.zh}”分页时有 {count - distinct:,} 个要素重复，可能有遗漏",
                en=f"{count - distinct:,} features of “{layer.title.en}” came twice, so that "
                "others may be missing",
            )
        )
    if told is not None and count != told:
        journal.discard()
        raise short(layer, count, told)
    return int(count)


def _describe(path: Path, facts: dict[str, Any]) -> None:
    """Write the source into the GeoPackage's own metadata."""
    with gdal_speaks():
        try:
            dataset = gdal.OpenEx(str(path), gdal.OF_VECTOR | gdal.OF_UPDATE)
            items = {
                f"ONEMAP_{key.upper()}": value
                if isinstance(value, str)
                else json.dumps(value, ensure_ascii=False)
                for key, value in facts.items()
            }
            dataset.SetMetadata(items)
            dataset.FlushCache()
            del dataset
        except RuntimeError as error:
            raise _cannot_write(path, OSError(0, str(error), str(path))) from error


def _cannot_write(path: Path, error: OSError) -> Exception:
    if isinstance(error, ServiceError):
        return error
    reason = error.strerror or str(error)
    return OutputError(
        Text(zh=f"无法写入 {path.name}：{reason}", en=f"{path.name} cannot be written: {reason}")
    )
