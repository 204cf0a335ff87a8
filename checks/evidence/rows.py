"""Some rows of a layer, found by identifier or by place; never the whole layer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from osgeo import ogr

from ..findings import Text
from ..progress import SILENT, Progress
from ..reproject import Reprojection, ReprojectionError
from ..standard import Standard
from ..table import Table
from ..vector import VectorError, VectorSource
from ..vector.files import gdal_messages
from ..vector.layer_reader import LayerReader
from ..vector.names import field_names

Box = tuple[float, float, float, float]
_IDENTIFIERS = ("BSM", "F_ID")
_MOST_RECORDS = 200


@dataclass(frozen=True)
class Row:
    """One object: its values as text (``""`` for none) and its shape as delivered."""

    layer: str
    values: dict[str, str]
    geometry: shapely.Geometry | None
    wkt: str = ""

    def text(self, name: str) -> str:
        """One value."""
        return self.values.get(name, "")

    def number(self, name: str) -> float:
        """One value as a number; NaN where it is none."""
        try:
            return float(self.values.get(name, ""))
        except ValueError:
            return float("nan")


def unreported(progress: Progress) -> Progress:
    """A progress that can be cancelled with ``progress`` but reports nothing of its own."""

    def stop() -> bool:
        progress.check()
        return False

    return Progress(cancelled=stop)


def rows_of(table: Table, limit: int = 100_000) -> list[Row]:
    """The rows of a small table."""
    texts = {name: table.text(name) for name in table.columns}
    shapes = table.geometry if table.geometry is not None else [None] * len(table)
    return [
        Row(
            table.name,
            {name: str(values[place]) for name, values in texts.items()},
            shapes[place],
            table.wkt,
        )
        for place in range(min(len(table), limit))
    ]


class _FewRows(LayerReader):
    """Reads feature by feature: before a stream, the whole table is asked for its longest text."""

    def _arrow_batch(self) -> int:
        return 0


@dataclass
class LayerRows:
    """One layer of an open file.

    Attributes
    ----------
    name
        What the standard calls it, ``layer`` what the file does.
    where
        Rows that count at all (SQL), for a trusted layer that a person filtered.
    """

    source: VectorSource
    layer: str
    name: str
    standard: Standard
    where: str = ""
    unread: Sequence[str] = ()
    _names: dict[str, tuple[str, bool]] = field(default_factory=dict)
    _identifiers: npt.NDArray[np.bytes_] | None = None

    def find(
        self,
        identifier: str,
        near: Box | None = None,
        progress: Progress = SILENT,
        anywhere: bool = True,
    ) -> Table | None:
        """The rows of that identifier; looked for about ``near`` first, then ``anywhere``.

        The index of places makes the first way quick in any table; where the rows lie
        elsewhere, the file has to look through its identifiers.
        """
        condition = self._condition(identifier)
        if not condition:
            return None
        if near is not None:
            found = self._read(condition, near, progress)
            if len(found):
                return found
            if not anywhere:
                return None
        progress.check()
        found = self._read(condition, None, progress)
        return found if len(found) else None

    def within(self, box: Box, progress: Progress = SILENT, fields: Collection[str] = ()) -> Table:
        """Rows whose bounds touch ``box`` (CRS of the layer); only ``fields``, if any are named."""
        return self._read("", box, progress, fields)

    def around(
        self,
        x: float,
        y: float,
        reach: float,
        wanted: int,
        most: int,
        progress: Progress = SILENT,
        fields: Collection[str] = (),
    ) -> Table:
        """About ``wanted`` rows round a place: the box grows or shrinks from ``reach``."""
        smallest, largest = reach / 16, reach * 16
        for _ in range(9):
            count = self._count((x - reach, y - reach, x + reach, y + reach))
            progress.check()
            if count > most and reach > smallest:
                reach /= 2
            elif count < wanted and reach < largest:
                reach *= 1.8
            else:
                break
        return self.within((x - reach, y - reach, x + reach, y + reach), progress, fields)

    def extent(self) -> Box:
        """Least x, greatest x, least y, greatest y of the layer (OGR's order)."""
        west, east, south, north = self._layer().GetExtent()
        return (float(west), float(east), float(south), float(north))

    def bring(self, box: Box, wkt: str) -> Box:
        """``box`` of another CRS in that of the layer, roughly."""
        own = self.wkt
        if not wkt or not own or wkt == own:
            return box
        x, y = np.meshgrid(np.linspace(box[0], box[2], 3), np.linspace(box[1], box[3], 3))
        try:
            there = Reprojection(wkt, own).points(np.column_stack([x.ravel(), y.ravel()]))
        except ReprojectionError:
            return box
        there = there[np.isfinite(there).all(axis=1)]
        if not len(there):
            return box
        low, high = there.min(axis=0), there.max(axis=0)
        return (float(low[0]), float(low[1]), float(high[0]), float(high[1]))

    @property
    def wkt(self) -> str:
        """CRS of the layer; empty where it declares none."""
        crs = self._layer().GetSpatialRef()
        return "" if crs is None else str(crs.ExportToWkt(["FORMAT=WKT2_2019"]))

    def _read(
        self,
        condition: str,
        box: Box | None,
        progress: Progress,
        wanted: Collection[str] = (),
    ) -> Table:
        layer = self._layer()
        parts = [f"({part})" for part in (self.where, condition) if part]
        unread = set(self.unread)
        if wanted:
            unread |= set(self._field_names()) - set(wanted)
        specs = self.standard.fields.get(self.name, [])
        source, attributes = self.source.dataset, self.source.attributes
        try:
            if parts:
                layer.SetAttributeFilter(" AND ".join(parts))
            if box is not None:
                layer.SetSpatialFilterRect(*box)
            with gdal_messages() as messages:
                reader = _FewRows(source, layer, self.name, specs, attributes, unread)
                table = reader.read(self.layer, messages, unreported(progress))
        except RuntimeError as error:
            raise self._unreadable(str(error)) from error
        finally:
            layer.SetSpatialFilter(None)
            layer.SetAttributeFilter(None)
        if table is None:
            raise self._unreadable(messages[-1] if messages else "?")
        return table

    def _unreadable(self, reason: str) -> VectorError:
        return VectorError(
            Text(
                f"图层 {self.layer} 无法读取（{reason}）",
                f"layer {self.layer} cannot be read ({reason})",
            )
        )

    def _count(self, box: Box) -> int:
        layer = self._layer()
        try:
            layer.SetSpatialFilterRect(*box)
            return int(layer.GetFeatureCount())
        finally:
            layer.SetSpatialFilter(None)

    def _condition(self, identifier: str) -> str:
        """SQL for that identifier: the value is quoted, and a number stays one."""
        names = self._field_names()
        name = next((each for each in _IDENTIFIERS if each in names), "")
        if "\0" in identifier:
            return ""
        if name and self.source.attributes is not None:
            return self._records(identifier, names[name][0])
        if not name:
            return f"FID = {int(identifier)}" if identifier.isdigit() else ""
        own, numeric = names[name]
        quoted = '"' + own.replace('"', '""') + '"'
        if numeric:
            return f"{quoted} = {int(identifier)}" if identifier.isdigit() else ""
        return quoted + " = '" + identifier.replace("'", "''") + "'"

    def _records(self, identifier: str, field_name: str) -> str:
        """SQL for records of a shapefile, whose attributes are read past OGR: by number."""
        dbf = self.source.attributes
        assert dbf is not None
        if self._identifiers is None:
            stored = next(each for each in dbf.fields if dbf.name(each) == field_name)
            self._identifiers = np.array(
                [value or b"" for value in dbf.texts(stored, np.arange(len(dbf)))]
            )
        wanted = identifier.encode("ascii", "replace")
        rows = np.flatnonzero(np.char.strip(self._identifiers) == wanted)[:_MOST_RECORDS]
        return f"FID IN ({', '.join(map(str, rows.tolist()))})" if len(rows) else "FID < 0"

    def _field_names(self) -> dict[str, tuple[str, bool]]:
        """Standard name of a field → its name in the file, and whether it holds numbers."""
        if not self._names:
            definition = self._layer().GetLayerDefn()
            stored = [definition.GetFieldDefn(i) for i in range(definition.GetFieldCount())]
            own = [each.GetName() for each in stored]
            numeric = (ogr.OFTInteger, ogr.OFTInteger64, ogr.OFTReal)
            specs = self.standard.fields.get(self.name, [])
            dbf = self.source.attributes
            if dbf is not None:
                own = [dbf.name(each) for each in dbf.fields]
                self._names = {
                    name: (one, False) for name, one in zip(field_names(own, specs), own)
                }
                return self._names
            for name, source, each in zip(field_names(own, specs), own, stored):
                self._names[name] = (source, each.GetType() in numeric)
        return self._names

    def _layer(self) -> Any:
        layer = self.source.dataset.GetLayerByName(self.layer)
        if layer is None:
            raise self._unreadable("?")
        return layer
