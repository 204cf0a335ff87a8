"""Writing and reading back features: WFS 1.1.0 with transactions (OGC 04-094).

What servers do, rather than what the standard says, decides the form (see the tests against QGIS
Server): one feature in each ``Insert``; only properties that ``DescribeFeatureType`` names (QGIS
Server 3.22 goes round in circles for ever over any other); ``srsName="EPSG:n"``, coordinates east
first; a transaction is *not* atomic, so its results are read and rows are counted afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import shapely
from osgeo import ogr

from ...checks.findings import Text
from ...checks.progress import SILENT, Progress
from ..errors import BadAnswer, ServiceError, place

_VERSION = "1.1.0"
_SPACES = (
    'xmlns:wfs="http://www.opengis.net/wfs" xmlns:ogc="http://www.opengis.net/ogc"'
    ' xmlns:gml="http://www.opengis.net/gml"'
)
_CODE = re.compile(r"(?:EPSG::?|EPSG/0/|epsg\.xml#)(\d{4,6})$", re.IGNORECASE)
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_GEOMETRY_TYPES = ("PropertyType", "GeometryAssociationType")
_ESCAPED = {"\r": "&#13;", '"': "&quot;"}


@dataclass(frozen=True)
class Schema:
    """What a layer takes: its namespace, properties with their types, geometry, CRS."""

    layer: str
    namespace: str
    fields: Mapping[str, str]
    geometry: str
    srid: int


@dataclass(frozen=True)
class Feature:
    """A feature as the server has it; values are text, ``None`` where nil."""

    fid: str
    values: Mapping[str, str | None]
    shape: shapely.Geometry | None


@dataclass(frozen=True)
class Outcome:
    """What a transaction did: how many rows it says it inserted, and what it complains of."""

    inserted: int
    complaints: tuple[str, ...] = field(default=())


class FeatureService:
    """One WFS of the platform.

    Parameters
    ----------
    transport
        The :class:`..transport.Transport`.
    url
        Address of the service.
    """

    def __init__(self, transport: Any, url: str) -> None:
        self._transport = transport
        self._url = url

    def schema(self, layer: str, progress: Progress = SILENT) -> Schema:
        """Ask what a layer takes.

        Raises
        ------
        BadAnswer
            When the answer is not a schema of that layer.
        """
        root = self._get({"REQUEST": "DescribeFeatureType", "TYPENAME": layer}, progress)
        fields: dict[str, str] = {}
        geometry = ""
        for element in root.iter():
            name, kind = element.get("name"), element.get("type", "")
            if _local(element) != "element" or not name or element.get("substitutionGroup"):
                continue
            if kind.endswith(_GEOMETRY_TYPES):
                geometry = name
            else:
                fields[name] = kind.rpartition(":")[2]
        if not fields:
            raise self._bad("DescribeFeatureType")
        return Schema(
            layer, root.get("targetNamespace", ""), fields, geometry, self._srid(layer, progress)
        )

    def features(
        self,
        schema: Schema,
        conditions: Sequence[str],
        properties: Iterable[str] = (),
        progress: Progress = SILENT,
    ) -> list[Feature]:
        """Read features that meet all ``conditions`` (see :func:`equals`, :func:`between`)."""
        wanted = {
            "REQUEST": "GetFeature",
            "TYPENAME": schema.layer,
            "FILTER": _filter(conditions),
        }
        if schema.srid:
            wanted["SRSNAME"] = f"EPSG:{schema.srid}"
        if names := ",".join(properties):
            wanted["PROPERTYNAME"] = names
        root = self._get(wanted, progress)
        if _local(root) != "FeatureCollection":
            raise self._bad("GetFeature")
        return list(_members(root, schema))

    def insert(
        self, schema: Schema, rows: Iterable[tuple[Mapping[str, Any], Any]], progress: Progress
    ) -> Outcome:
        """Insert rows (values, shape); one feature in each Insert.

        Repeating it is for the caller to decide: an answer that is lost says nothing.
        """
        body = "".join(_insert(schema, values, shape) for values, shape in rows)
        return self._transact(schema, body, progress)

    def delete(self, schema: Schema, fids: Iterable[str], progress: Progress) -> Outcome:
        """Delete features by their ids."""
        ids = "".join(f'<ogc:FeatureId fid="{escape(fid, _ESCAPED)}"/>' for fid in fids)
        body = (
            f'<wfs:Delete typeName="{escape(schema.layer, _ESCAPED)}">'
            f"<ogc:Filter>{ids}</ogc:Filter></wfs:Delete>"
        )
        return self._transact(schema, body, progress)

    # -- inside --------------------------------------------------------------------------

    def _transact(self, schema: Schema, body: str, progress: Progress) -> Outcome:
        space = f'xmlns:own="{escape(schema.namespace, _ESCAPED)}"'
        document = (
            f'<wfs:Transaction service="WFS" version="{_VERSION}" {_SPACES} {space}>'
            f"{body}</wfs:Transaction>"
        )
        answer = self._transport.request(
            "POST",
            self._url,
            params={"SERVICE": "WFS", "VERSION": _VERSION, "REQUEST": "Transaction"},
            headers={"Content-Type": "text/xml; charset=utf-8"},
            data=document.encode("utf-8"),
            idempotent=False,
            progress=progress,
        )
        root = self._parsed(answer.content)
        if _local(root) != "TransactionResponse":
            raise self._bad(_said(root) or "Transaction")
        inserted, complaints = 0, []
        for element in root.iter():
            if _local(element) == "totalInserted" and (element.text or "").strip().isdigit():
                inserted = int(str(element.text))
            elif _local(element) == "Message" and element.text:
                complaints.append(element.text.strip()[:200])
        return Outcome(inserted, tuple(complaints))

    def _srid(self, layer: str, progress: Progress) -> int:
        root = self._get({"REQUEST": "GetCapabilities"}, progress)
        for element in root.iter():
            if _local(element) != "FeatureType":
                continue
            facts = {_local(each): (each.text or "").strip() for each in element}
            if facts.get("Name", "").rpartition(":")[2] == layer.rpartition(":")[2]:
                match = _CODE.search(facts.get("DefaultSRS") or facts.get("SRS") or "")
                return int(match.group(1)) if match else 0
        return 0

    def _get(self, wanted: Mapping[str, str], progress: Progress) -> ElementTree.Element:
        params = {"SERVICE": "WFS", "VERSION": _VERSION, **wanted}
        answer = self._transport.request("GET", self._url, params=params, progress=progress)
        root = self._parsed(answer.content)
        if "Exception" in _local(root):
            raise self._bad(_said(root))
        return root

    def _parsed(self, content: bytes) -> ElementTree.Element:
        # Entities are declared in a document type, and no answer of a WFS has one.
        if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
            raise self._bad("DOCTYPE")
        try:
            return ElementTree.fromstring(content)  # noqa: S314 - no entities, see above
        except ElementTree.ParseError as error:
            raise self._bad("XML") from error

    def _bad(self, what: str) -> ServiceError:
        return BadAnswer(
            Text(
                f"{place(self._url)} 的 WFS 回答无法使用：{what}",
                f"The WFS at {place(self._url)} gave an answer of no use: {what}",
            )
        )


def equals(name: str, value: str) -> str:
    """Condition: a property has this value."""
    return (
        f"<ogc:PropertyIsEqualTo><ogc:PropertyName>{escape(name)}</ogc:PropertyName>"
        f"<ogc:Literal>{escape(value)}</ogc:Literal></ogc:PropertyIsEqualTo>"
    )


def between(name: str, least: int, most: int) -> list[str]:
    """Conditions: a number lies between two, both included."""
    return [
        f"<ogc:{kind}><ogc:PropertyName>{escape(name)}</ogc:PropertyName>"
        f"<ogc:Literal>{bound}</ogc:Literal></ogc:{kind}>"
        for kind, bound in (
            ("PropertyIsGreaterThanOrEqualTo", least),
            ("PropertyIsLessThanOrEqualTo", most),
        )
    ]


def _filter(conditions: Sequence[str]) -> str:
    inner = "".join(conditions)
    if len(conditions) > 1:
        inner = f"<ogc:And>{inner}</ogc:And>"
    return f'<ogc:Filter xmlns:ogc="http://www.opengis.net/ogc">{inner}</ogc:Filter>'


def _insert(schema: Schema, values: Mapping[str, Any], shape: Any) -> str:
    parts = [f"<own:{name}>{_literal(value)}</own:{name}>" for name, value in values.items()]
    if shape is not None and schema.geometry:
        parts.append(f"<own:{schema.geometry}>{gml(shape, schema.srid)}</own:{schema.geometry}>")
    name = f"own:{schema.layer.rpartition(':')[2]}"
    return f"<wfs:Insert><{name}>{''.join(parts)}</{name}></wfs:Insert>"


def _literal(value: Any) -> str:
    if not isinstance(value, str):
        return repr(value)
    if value and not value.strip():
        # Text of blanks alone counts as indentation unless it says that it is data.
        return f"<![CDATA[{value}]]>"
    return escape(value, {"\r": "&#13;"})


def gml(shape: shapely.Geometry, srid: int) -> str:
    """A polygon or multipolygon as GML 3 that QGIS Server reads, every digit kept."""
    polygons = shape.geoms if shape.geom_type == "MultiPolygon" else [shape]
    members = "".join(
        f"<gml:polygonMember>{_polygon(each)}</gml:polygonMember>" for each in polygons
    )
    return f'<gml:MultiPolygon srsName="EPSG:{srid}">{members}</gml:MultiPolygon>'


def _polygon(polygon: Any) -> str:
    rings = [("exterior", polygon.exterior), *(("interior", ring) for ring in polygon.interiors)]
    return "<gml:Polygon>{}</gml:Polygon>".format(
        "".join(
            f'<gml:{kind}><gml:LinearRing><gml:posList srsDimension="2">{_positions(ring)}'
            f"</gml:posList></gml:LinearRing></gml:{kind}>"
            for kind, ring in rings
        )
    )


def _positions(ring: Any) -> str:
    return " ".join(f"{x!r} {y!r}" for x, y in shapely.get_coordinates(ring).tolist())


def _members(root: ElementTree.Element, schema: Schema) -> Iterator[Feature]:
    name = schema.layer.rpartition(":")[2]
    for element in root.iter():
        if _local(element) != name or not len(element):
            continue
        values: dict[str, str | None] = {}
        shape = None
        for child in element:
            key = _local(child)
            if key == schema.geometry and len(child):
                shape = _shape(child[0])
            elif key in schema.fields:
                values[key] = None if child.get(_NIL) == "true" else child.text or ""
        fid = next((v for k, v in element.attrib.items() if k.endswith(("id", "fid"))), "")
        yield Feature(fid, values, shape)


def _shape(element: ElementTree.Element) -> shapely.Geometry | None:
    try:
        read = ogr.CreateGeometryFromGML(ElementTree.tostring(element, encoding="unicode"))
    except RuntimeError:
        return None
    return None if read is None else shapely.from_wkb(bytes(read.ExportToIsoWkb()))


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _said(root: ElementTree.Element) -> str:
    return " ".join(" ".join(root.itertext()).split())[:200]
