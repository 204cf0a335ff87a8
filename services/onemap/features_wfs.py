"""Features from WFS 1.1.0 and 2.0.0 (OGC 04-094, 09-025r2), as GML in the layer's own frame."""

from __future__ import annotations

import re
from typing import Any

from ...checks.findings import Text
from ...checks.progress import SILENT, Progress
from ..answers import (
    Requests,
    address,
    children,
    descendants,
    first,
    local,
    parse_xml,
    raise_exception_report,
    read,
    read_xml,
    text,
    unreadable,
)
from ..errors import BadAnswer, Refused
from ..site_profile import LayerSource
from . import frames
from .features import (
    PAGE_LIMIT,
    Column,
    Described,
    Page,
    all_are_asked,
    asked,
    kind_of_type,
    no_such_layer,
)
from .withheld import sent_all_the_same, withheld

_GEOMETRY = re.compile(r"PropertyType$|GeometryType$|^(AbstractGeometry|Geometry)")
_NAMED = re.compile(rb"<(?:\w+:)?([^\s<>/:?!]+)[\s>]")
_END = re.compile(rb"</(?:\w+:)?FeatureCollection\s*>\s*$")


class _Nothing:
    """No element at all."""

    def iter(self) -> tuple[()]:
        return ()


_NOTHING = _Nothing()


class WfsFeatures:
    """One feature type of a WFS."""

    def __init__(self, transport: Requests, layer: LayerSource) -> None:
        self.transport = transport
        self.layer = layer
        self.version = ""
        self.name = layer.layer or ""
        self.described: Described | None = None
        self._swap_box: bool | None = None
        self.geometry_column = ""

    def describe(self, progress: Progress = SILENT) -> Described:
        """Ask for the capabilities and the description of the type.

        Raises
        ------
        NotThere
            When the service has no such type.
        ServiceError
            When it does not answer as a WFS.
        """
        if self.described is not None:
            return self.described
        root = read_xml(
            self.transport,
            self._address("GetCapabilities", VERSION=self.layer.version, ACCEPTVERSIONS=None),
            progress=progress,
        )
        # What was asked for is not always what is answered: QGIS Server says 1.1.0 to everything.
        told = root.get("version") or ""
        self.version = "2.0.0" if told.startswith("2.") else "1.1.0"
        offered = {text(each, "Name"): each for each in descendants(root, "FeatureType")}
        self.name = self._found(list(offered))
        about = offered[self.name]
        wanted = frames.code(self.layer.crs)
        own = next(
            (frames.code(text(about, tag)) for tag in ("DefaultCRS", "DefaultSRS", "SRS")
             if text(about, tag)), "",
        )  # fmt: skip
        others = [frames.code(each.text) for tag in ("OtherCRS", "OtherSRS")
                  for each in children(about, tag)]  # fmt: skip
        notes = []
        if wanted and wanted not in (own, *others):
            notes.append(
                Text(
                    zh=f"服务不提供 {wanted}，按其自身坐标系 {own} 读取",
                    en=f"The service does not offer {wanted}; read in its own {own}",
                )
            )
        crs = wanted if wanted in (own, *others) else own
        columns, geometry = self._columns(progress)
        self.described = Described(
            columns, crs or wanted or "EPSG:4326", _box(about), geometry, notes
        )
        return self.described

    def _found(self, known: list[str]) -> str:
        wanted = self.name
        for name in known:
            if wanted and (name == wanted or name.rpartition(":")[2] == wanted.rpartition(":")[2]):
                return name
        if not wanted and len(known) == 1:
            return known[0]
        raise no_such_layer(self.layer, known)

    def _address(self, request: str, **parameters: Any) -> str:
        return address(self.layer.url, SERVICE="WFS", REQUEST=request, **parameters)

    def _columns(self, progress: Progress) -> tuple[list[Column], str]:
        names = {"TYPENAMES" if self.version == "2.0.0" else "TYPENAME": self.name}
        url = self._address("DescribeFeatureType", VERSION=self.version, **names)
        root = read_xml(self.transport, url, progress=progress)
        if local(root) != "schema":
            raise unreadable(url, f"no schema but {local(root)}")
        columns, geometry, self.geometry_column = described_columns(root, self.name)
        return columns, geometry

    def columns_named(self, described: Described) -> str | None:
        """Value of ``PROPERTYNAME``; ``None`` when all may be read."""
        names = asked(self.layer, described)
        if all_are_asked(self.layer, described):
            return None
        return ",".join([*names, *([self.geometry_column] if self.geometry_column else [])])

    def _query(self, box: frames.Box | None) -> dict[str, Any]:
        described = self.describe()
        new = self.version == "2.0.0"
        code = frames.number(described.crs)
        frame = f"urn:ogc:def:crs:EPSG::{code}" if new else f"EPSG:{code}"
        query: dict[str, Any] = {
            "VERSION": self.version,
            "TYPENAMES" if new else "TYPENAME": self.name,
            "SRSNAME": frame if code.isdigit() else None,
            "PROPERTYNAME": self.columns_named(described),
        }
        if box is not None:
            if self._swap_box:
                box = frames.swapped(box)
            query["BBOX"] = ",".join([*(f"{value:.10g}" if abs(value) < 1000 else f"{value:.3f}"
                                        for value in box), frame])  # fmt: skip
        return query

    def count(self, box: frames.Box | None, progress: Progress = SILENT) -> int | None:
        """How many features touch ``box``.

        Servers disagree on the order of a box's axes; of both orders the one that finds more is
        taken, since a box in the wrong order lies elsewhere.
        """
        if box is None:
            return self._hits(None, progress)
        if self._swap_box is not None:
            return self._hits(box, progress)
        crs = self.describe(progress).crs
        likely = self.version == "2.0.0" and frames.is_north_first(crs)
        counts: dict[bool, int | None] = {}
        for swap in (likely, not likely):
            self._swap_box = swap
            try:
                counts[swap] = self._hits(box, progress)
            except (Refused, BadAnswer):
                if swap == likely:
                    raise
                counts[swap] = 0
            if counts[swap]:
                return counts[swap]
        self._swap_box = likely
        return counts[likely]

    def expects_north_first(self, progress: Progress = SILENT) -> bool:
        """Whether the service takes boxes with north before east; it is tried, not believed."""
        described = self.describe(progress)
        own = described.box and frames.carried(described.box, "OGC:CRS84", described.crs)
        likely = self.version == "2.0.0" and frames.is_north_first(described.crs)
        if own is None:
            return likely
        if self._swap_box is None:
            self.count(own, progress)
        return likely if self._swap_box is None else self._swap_box

    def _hits(self, box: frames.Box | None, progress: Progress) -> int | None:
        url = self._address("GetFeature", RESULTTYPE="hits", **self._query(box))
        try:
            root = read_xml(self.transport, url, progress=progress)
        except Refused:
            return None
        for name in ("numberMatched", "numberOfFeatures"):
            value = root.get(name) or ""
            if value.isdigit():
                return int(value)
        return None

    def page(
        self, start: int, size: int, box: frames.Box | None, progress: Progress = SILENT
    ) -> Page:
        """Features from number ``start`` (0 is the first), as GML.

        Raises
        ------
        BadAnswer
            When the answer is cut short or no collection of features.
        Refused
            When the service sends a column that was not asked for.
        """
        described = self.describe(progress)
        most = "COUNT" if self.version == "2.0.0" else "MAXFEATURES"
        url = self._address("GetFeature", **self._query(box), STARTINDEX=start, **{most: size})
        body, _ = read(self.transport, url, limit=PAGE_LIMIT, progress=progress)
        if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
            raise unreadable(url, "DOCTYPE")
        if not _END.search(body[-200:]):
            # What ends otherwise is an exception report or half an answer.
            root = parse_xml(body, url)
            raise_exception_report(root, url)
            if local(root) != "FeatureCollection":
                raise unreadable(url, f"no features but {local(root)}")
        never = withheld(self.layer) & {column.name.upper() for column in described.columns}
        if never:
            seen = {name.decode("utf-8", "replace").upper() for name in set(_NAMED.findall(body))}
            if never & seen:
                raise sent_all_the_same(self.layer, never & seen)
        told = re.search(rb'numberReturned="(\d+)"', body[:4000])
        returned = int(told.group(1)) if told else -1
        options = ["EXPOSE_GML_ID=YES", "DOWNLOAD_SCHEMA=NO", "READ_MODE=AUTO"]
        return Page(body, "GML", returned, "gml_id", options)


def _box(about: Any) -> frames.Box | None:
    lower = text(about, "WGS84BoundingBox", "LowerCorner").split()
    upper = text(about, "WGS84BoundingBox", "UpperCorner").split()
    try:
        west, south, east, north = (float(value) for value in (*lower, *upper))
    except ValueError:
        return None
    return west, south, east, north


def described_columns(root: Any, name: str) -> tuple[list[Column], str, str]:
    """Columns of a type in an XML schema, the type of its geometry, and the name of that column.

    A schema may describe more types than were asked for.
    """
    columns: list[Column] = []
    geometry = geometry_column = ""
    for sequence in descendants(_type(root, name.rpartition(":")[2]), "sequence"):
        for each in children(sequence, "element"):
            title, kind = each.get("name") or "", each.get("type") or ""
            restriction = first(each, "simpleType", "restriction")
            if restriction is not None:
                kind = restriction.get("base") or kind
            bare = kind.rpartition(":")[2]
            if title and _GEOMETRY.search(bare):
                geometry, geometry_column = geometry or bare, geometry_column or title
            elif title:
                columns.append(Column(title, kind_of_type(kind)))
    return columns, geometry, geometry_column


def _type(root: Any, name: str) -> Any:
    types = {each.get("name") or "": each for each in children(root, "complexType")}
    for each in children(root, "element"):
        if each.get("name") == name:
            named = (each.get("type") or "").rpartition(":")[2]
            return types.get(named, each)
    return next(iter(types.values())) if len(types) == 1 else types.get(f"{name}Type", _NOTHING)
