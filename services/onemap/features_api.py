"""Features from OGC API – Features (OGC 17-069r4, 18-058r1) and ArcGIS feature services."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from ...checks.findings import Text
from ...checks.progress import SILENT, Progress
from ..answers import Requests, address, read_json, read_xml, unreadable
from ..errors import NotThere, Refused, ServerProblem, ServiceError
from ..site_profile import LayerSource
from . import axis_order, frames
from .features import (
    PAGE_LIMIT,
    Column,
    Described,
    Page,
    all_are_asked,
    asked,
    kind_of_type,
    no_such_layer,
    short,
)
from .features_wfs import described_columns
from .withheld import sent_all_the_same, withheld

IDENTIFIER = "onemap_id"
"""Column in which the service's own id of a feature is kept."""
_CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


class ApiFeatures:
    """One collection of an OGC API; ``url`` is that of the service or of the collection."""

    def __init__(self, transport: Requests, layer: LayerSource) -> None:
        self.transport = transport
        self.layer = layer
        self.described: Described | None = None
        self._crs_uri = _CRS84
        self._north_first: bool | None = None

    @property
    def url(self) -> str:
        """Address of the collection."""
        parts = urlsplit(self.layer.url)
        path = parts.path.rstrip("/")
        if "/collections/" not in f"{path}/":
            path = f"{path}/collections"
        if path.endswith("/collections"):
            path = f"{path}/{quote(self.layer.layer or '', safe='')}"
        return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))

    def describe(self, progress: Progress = SILENT) -> Described:
        """Ask for the collection and, where the service has them, its queryables."""
        if self.described is not None:
            return self.described
        try:
            about = read_json(self.transport, address(self.url, f="json"), progress=progress)
        except NotThere as error:
            raise no_such_layer(self.layer, ()) from error
        if not isinstance(about, dict) or "id" not in about:
            raise unreadable(self.url, "no collection")
        box = None
        extent = about.get("extent")
        spatial = extent.get("spatial") if isinstance(extent, dict) else None
        boxes = spatial.get("bbox") if isinstance(spatial, dict) else None
        if isinstance(boxes, list) and boxes and len(boxes[0]) == 4:
            box = tuple(float(value) for value in boxes[0])
        listed = about.get("crs") or []
        stored = about.get("storageCrs") or ""
        wanted = frames.code(self.layer.crs) or frames.code(stored)
        # Degrees come rounded to six decimals, which is 0.1 m: better in metres where offered.
        for uri in [stored, *listed]:
            if wanted and isinstance(uri, str) and frames.code(uri) == wanted:
                self._crs_uri = uri
        crs = frames.code(self._crs_uri)
        notes = []
        if crs == "OGC:CRS84":
            notes.append(
                Text(
                    zh="服务以经纬度返回坐标，可能只保留约 0.1 米的精度",
                    en="The service sends degrees, possibly rounded to some 0.1 m",
                )
            )
        self.described = Described(self._columns(about, progress), crs, box, "", notes)  # type: ignore[arg-type]
        return self.described

    def _columns(self, about: dict[str, Any], progress: Progress) -> list[Column]:
        for link in about.get("links") or ():
            if str(link.get("rel", "")).lower() == "describedby" and "xml" in str(link.get("type")):
                with suppress(ServiceError):
                    url = urljoin(self.url, str(link.get("href")))
                    schema = read_xml(self.transport, url, progress=progress)
                    columns, _, _ = described_columns(schema, str(about["id"]))
                    if columns:
                        return columns
        for name in ("schema", "queryables"):
            parts = urlsplit(self.url)
            url = urlunsplit((parts.scheme, parts.netloc, f"{parts.path}/{name}", parts.query, ""))
            try:
                told = read_json(self.transport, address(url, f="json"), progress=progress)
            except (NotThere, Refused, ServerProblem):
                continue
            properties = told.get("properties") if isinstance(told, dict) else None
            if isinstance(properties, dict) and properties:
                return [
                    Column(str(key), kind_of_type(value.get("type")))
                    for key, value in properties.items()
                    if isinstance(value, dict) and "geometry" not in str(value.get("format", ""))
                    and "$ref" not in value
                ]  # fmt: skip
        return []

    def _query(self, box: frames.Box | None) -> dict[str, Any]:
        described = self.describe()
        names = asked(self.layer, described)
        query: dict[str, Any] = {"f": "json"}
        if names and not all_are_asked(self.layer, described):
            query["properties"] = ",".join(names)
        if box is not None:
            degrees = frames.carried(box, described.crs, "OGC:CRS84")
            query["bbox"] = ",".join(f"{value:.9f}" for value in degrees or box)
        if self._crs_uri != _CRS84:
            query["crs"] = self._crs_uri
        return query

    def count(self, box: frames.Box | None, progress: Progress = SILENT) -> int | None:
        """``numberMatched``, where the service tells it."""
        url = address(f"{self.items}", **self._query(box), limit=1)
        told = read_json(self.transport, url, progress=progress)
        matched = told.get("numberMatched") if isinstance(told, dict) else None
        return matched if isinstance(matched, int) else None

    @property
    def items(self) -> str:
        """Address of the features."""
        parts = urlsplit(self.url)
        return urlunsplit((parts.scheme, parts.netloc, f"{parts.path}/items", parts.query, ""))

    def page(
        self, start: int, size: int, box: frames.Box | None, progress: Progress = SILENT
    ) -> Page:
        """Features from number ``start``, as GeoJSON."""
        url = address(self.items, **self._query(box), limit=size, offset=start)
        told = read_json(self.transport, url, progress=progress, limit=PAGE_LIMIT)
        features = told.get("features") if isinstance(told, dict) else None
        if not isinstance(features, list):
            raise unreadable(url, "no features")
        said = told.get("numberReturned")
        if isinstance(said, int) and said != len(features):
            raise short(self.layer, len(features), said)
        if features and self._sends_north_first(progress):
            for feature in features:
                feature["geometry"] = axis_order.turned(feature.get("geometry"))
        following = any(
            isinstance(link, dict) and link.get("rel") == "next" for link in told.get("links") or ()
        )
        return geojson_page(self.layer, features, not following and bool(told.get("links")))

    def _sends_north_first(self, progress: Progress) -> bool:
        """Ask for one feature in degrees and as we ask for all, once, where it could matter."""
        if self._north_first is None:
            crs = self.describe(progress).crs
            answer = False
            if self._crs_uri != _CRS84 and frames.is_north_first(crs):
                query = {**self._query(None), "limit": 1}
                sent = self._first(query, progress)
                degrees = self._first({**query, "crs": _CRS84}, progress)
                if sent.get("id") == degrees.get("id"):
                    answer = axis_order.is_north_first(
                        degrees.get("geometry"), sent.get("geometry"), crs, self.layer.title
                    )
            self._north_first = answer
        return self._north_first

    def _first(self, query: dict[str, Any], progress: Progress) -> dict[str, Any]:
        told = read_json(self.transport, address(self.items, **query), progress=progress)
        features = told.get("features") if isinstance(told, dict) else None
        first = features[0] if isinstance(features, list) and features else {}
        return first if isinstance(first, dict) else {}


def geojson_page(layer: LayerSource, features: list[Any], last: bool) -> Page:
    """A page from GeoJSON features; the ids become a column.

    Raises
    ------
    Refused
        When a column is among them that was not asked for.
    """
    never = withheld(layer)
    for feature in features:
        properties = feature.get("properties") or {}
        seen = {name for name in properties if str(name).upper() in never}
        if seen:
            raise sent_all_the_same(layer, seen)
        feature["properties"] = {IDENTIFIER: str(feature.pop("id", "")), **properties}
    document = {"type": "FeatureCollection", "features": features}
    content = json.dumps(document, ensure_ascii=False).encode("utf-8")
    return Page(content, "GeoJSON", len(features), IDENTIFIER, (), last)


class ArcGisFeatures:
    """One layer of an ArcGIS FeatureServer or MapServer; ``url`` may end in its number."""

    def __init__(self, transport: Requests, layer: LayerSource) -> None:
        self.transport = transport
        self.layer = layer
        self.described: Described | None = None
        self._most = 1000
        self._identifier = "OBJECTID"

    @property
    def url(self) -> str:
        """Address of the layer."""
        base = self.layer.url.split("?")[0].rstrip("/")
        if base.rpartition("/")[2].isdigit():
            return base
        return f"{base}/{self.layer.layer or '0'}"

    def describe(self, progress: Progress = SILENT) -> Described:
        """Ask for the layer's fields, frame and paging."""
        if self.described is not None:
            return self.described
        about = read_json(self.transport, address(self.url, f="json"), progress=progress)
        fields = about.get("fields") if isinstance(about, dict) else None
        if not isinstance(fields, list):
            raise unreadable(self.url, "no fields")
        self._most = int(about.get("maxRecordCount") or 1000)
        self._identifier = next(
            (str(each["name"]) for each in fields if each.get("type") == "esriFieldTypeOID"),
            str(about.get("objectIdField") or "OBJECTID"),
        )
        extent = about.get("extent") or {}
        frame = extent.get("spatialReference") or about.get("sourceSpatialReference") or {}
        number = frame.get("latestWkid") or frame.get("wkid")
        crs = frames.code(self.layer.crs) or (f"EPSG:{number}" if number else "EPSG:4326")
        box = None
        if number:
            values = [extent.get(name) for name in ("xmin", "ymin", "xmax", "ymax")]
            if all(isinstance(value, (int, float)) for value in values):
                box = frames.carried(tuple(map(float, values)), f"EPSG:{number}", "OGC:CRS84")  # type: ignore[arg-type]
        columns = [
            Column(str(each["name"]), kind_of_type(each.get("type")))
            for each in fields
            if each.get("type") != "esriFieldTypeGeometry" and each.get("name")
        ]
        self.described = Described(columns, crs, box, str(about.get("geometryType") or ""))
        return self.described

    def _query(self, box: frames.Box | None) -> str:
        crs = frames.number(self.describe().crs)
        query: dict[str, Any] = {"where": "1=1", "f": "json"}
        if box is not None:
            query |= {
                "geometry": ",".join(f"{value:.9g}" if abs(value) < 1000 else f"{value:.3f}"
                                     for value in box),
                "geometryType": "esriGeometryEnvelope", "inSR": crs,
                "spatialRel": "esriSpatialRelIntersects",
            }  # fmt: skip
        return address(f"{self.url}/query", **query)

    def count(self, box: frames.Box | None, progress: Progress = SILENT) -> int | None:
        """``returnCountOnly``."""
        url = address(self._query(box), returnCountOnly="true")
        told = read_json(self.transport, url, progress=progress)
        count = told.get("count") if isinstance(told, dict) else None
        return count if isinstance(count, int) else None

    def page(
        self, start: int, size: int, box: frames.Box | None, progress: Progress = SILENT
    ) -> Page:
        """Features from number ``start``, as GeoJSON made of the server's own JSON."""
        described = self.describe(progress)
        names = asked(self.layer, described)
        url = address(
            self._query(box), outFields=",".join(names), outSR=frames.number(described.crs),
            returnGeometry="true", resultOffset=start, resultRecordCount=min(size, self._most),
            orderByFields=self._identifier,
        )  # fmt: skip
        told = read_json(self.transport, url, progress=progress, limit=PAGE_LIMIT)
        features = told.get("features") if isinstance(told, dict) else None
        if not isinstance(features, list):
            raise unreadable(url, "no features")
        never = withheld(self.layer)
        for feature in features:
            seen = {name for name in feature.get("attributes") or {} if name.upper() in never}
            if seen:
                raise sent_all_the_same(self.layer, seen)
        # Told that there is more, a newer GDAL would ask for it, from a file in memory.
        for place in (told, told.get("properties")):
            if isinstance(place, dict):
                place.pop("exceededTransferLimit", None)
        content = json.dumps(told, ensure_ascii=False).encode("utf-8")
        identifier = self._identifier if self._identifier in names else ""
        return Page(content, "ESRIJSON", len(features), identifier)
