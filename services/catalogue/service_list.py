"""Plain lists of services: JSON or CSV files, and the capabilities of OGC services."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

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
    text,
    unreadable,
)
from .record import Link, Record, bounded, box_of, clean, iso_date, kind_of, link_of

_CAPABILITIES = {"wms": "WMS", "wmts": "WMTS", "wfs": "WFS", "wcs": "WCS"}
_COLUMNS: dict[str, tuple[str, ...]] = {
    "id": ("id", "record", "编号", "标识"),
    "title": ("title", "name", "名称", "服务名称", "图层名称"),
    "url": ("url", "address", "地址", "服务地址"),
    "kind": ("kind", "type", "类型", "服务类型"),
    "layer": ("layer", "layers", "typename", "图层"),
    "group": ("group", "theme", "category", "分组", "专题", "目录"),
    "abstract": ("abstract", "description", "摘要", "说明"),
    "date": ("date", "time", "日期", "时间", "年份"),
    "box": ("bbox", "extent", "范围"),
    "preview": ("preview", "thumbnail", "缩略图"),
}


class ServiceList:
    """One list; what it is shows in its content.

    ``url`` is that of a JSON or CSV file, of an OGC service (each of its layers is a record), or
    of the ``collections`` of an OGC API. ``options`` may name the ``service`` (WMS, WMTS, …).
    """

    def __init__(
        self, transport: Requests, url: str, options: Mapping[str, Any] | None = None
    ) -> None:
        self.transport = transport
        self.url = url
        self.service = str((options or {}).get("service", "")).lower()

    def pages(self, progress: Progress = SILENT) -> Iterator[tuple[list[Record], int]]:
        """Yield all records as one page."""
        url = self.url
        service = self.service or kind_of(url)
        if service in _CAPABILITIES and not url.lower().split("?")[0].endswith(
            (".xml", ".json", ".csv")
        ):
            url = address(url, SERVICE=_CAPABILITIES[service], REQUEST="GetCapabilities")
        body, _ = read(self.transport, url, progress=progress)
        records = [bounded(record) for record in self._read(body) if record]
        yield records, len(records)

    def _read(self, body: bytes) -> list[Record | None]:
        start = body[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
        if start.startswith(b"<"):
            return self._capabilities(body)
        text_of = _decode(body, self.url)
        if start.startswith((b"[", b"{")):
            try:
                return self._json(json.loads(text_of))
            except (ValueError, RecursionError) as error:
                raise unreadable(self.url, "no JSON") from error
        return self._csv(text_of)

    def _json(self, document: Any) -> list[Record | None]:
        if isinstance(document, dict):
            for name in ("collections", "layers", "services", "records", "data"):
                if isinstance(document.get(name), list):
                    return [self._row(row, name) for row in document[name]]
        if isinstance(document, list):
            return [self._row(row, "") for row in document]
        raise unreadable(self.url, "no list of services")

    def _csv(self, lines: str) -> list[Record | None]:
        rows = csv.DictReader(io.StringIO(lines))
        try:
            found = [self._row(row, "") for row in rows]
        except csv.Error as error:
            raise unreadable(self.url, f"no CSV ({error})") from error
        if not any(found):
            raise unreadable(self.url, "no column with addresses")
        return found

    def _row(self, row: Any, listed: str) -> Record | None:
        if not isinstance(row, dict):
            return None
        by_name = {str(key).strip().lower(): value for key, value in row.items() if key}

        def value(name: str) -> Any:
            for column in _COLUMNS[name]:
                if by_name.get(column) not in (None, ""):
                    return by_name[column]
            return ""

        layer = clean(value("layer"), 500)
        if listed == "collections":  # OGC API: features lie below the collection
            where = self.url.split("?")[0].rstrip("/")
            link = Link(where.removesuffix("/collections"), "oapif", clean(row.get("id"), 500))
        else:
            kind = clean(value("kind"), 40).lower()
            found = link_of(value("url"), kind, layer)
            if found is None:
                return None
            link = Link(found.url, kind_of(kind, found.url) or kind, layer)
        links = [link]
        preview = link_of(value("preview"), "preview")
        if preview:
            links.append(preview)
        date = value("date")
        begin, end = (date[0], date[-1]) if isinstance(date, list) and date else (date, date)
        box = value("box")
        extent = row.get("extent")
        if listed == "collections" and isinstance(extent, dict):
            spatial = extent.get("spatial")
            found_boxes = spatial.get("bbox") if isinstance(spatial, dict) else None
            box = found_boxes[0] if isinstance(found_boxes, list) and found_boxes else ""
        group = value("group")
        return Record(
            id=clean(value("id")) or f"{link.url}#{link.name}",
            title=clean(value("title")),
            abstract=clean(value("abstract")),
            kind=link.kind,
            groups=tuple(group) if isinstance(group, list) else (clean(group),) if group else (),
            box=box_of(box.split(",") if isinstance(box, str) else box),
            begin=iso_date(begin),
            end=iso_date(end, True),
            links=tuple(links),
        )

    def _capabilities(self, body: bytes) -> list[Record | None]:
        root = parse_xml(body, self.url)
        raise_exception_report(root, self.url)
        kind = {
            "WMS_Capabilities": "wms", "WMT_MS_Capabilities": "wms", "WFS_Capabilities": "wfs",
            "WCS_Capabilities": "wcs",
        }.get(local(root), "")  # fmt: skip
        if local(root) == "Capabilities":
            kind = "wmts" if descendants(root, "TileMatrixSet") else "wcs"
        if not kind:
            raise unreadable(self.url, f"not a list of services: {local(root)}")
        # One address for all layers: requests put their own parameters on it.
        url = address(self.url, SERVICE=None, REQUEST=None, VERSION=None)
        found: list[Record | None] = []
        if kind == "wms":
            for top in descendants(root, "Capability"):
                for layer in children(top, "Layer"):
                    found += _wms_layers(layer, url, (), None)
            return found
        tags = {"wfs": ("FeatureType",), "wmts": ("Layer",),
                "wcs": ("CoverageOfferingBrief", "CoverageSummary")}[kind]  # fmt: skip
        for tag in tags:
            found += [_offered(each, url, kind) for each in descendants(root, tag)]
        return found


def _decode(body: bytes, url: str) -> str:
    for codec in ("utf-8-sig", "gb18030"):
        try:
            return body.decode(codec)
        except UnicodeDecodeError:
            continue
    raise unreadable(url, "neither UTF-8 nor GB18030")


def _offered(element: Any, url: str, kind: str) -> Record | None:
    """A feature type, a tiled layer or a coverage."""
    name = next(
        (text(element, tag) for tag in ("Name", "Identifier", "name", "CoverageId")
         if text(element, tag)), "",
    )  # fmt: skip
    if not name:
        return None
    lower = first(element, "WGS84BoundingBox", "LowerCorner")
    box = None
    if lower is not None:
        corners = f"{lower.text or ''} {text(element, 'WGS84BoundingBox', 'UpperCorner')}"
        box = box_of(corners.split())
    envelope = first(element, "lonLatEnvelope")
    if envelope is not None:
        box = box_of(" ".join(each.text or "" for each in children(envelope, "pos")).split())
    words = [each.text or "" for each in descendants(element, "Keyword")]
    return Record(
        id=f"{url}#{name}",
        title=clean(text(element, "Title") or text(element, "label") or name),
        abstract=clean(text(element, "Abstract") or text(element, "description")),
        kind=kind,
        groups=tuple(words),
        box=box,
        links=(Link(url, kind, name),),
    )


def _wms_layers(
    element: Any, url: str, groups: tuple[str, ...], box: Any, depth: int = 0
) -> list[Record | None]:
    """A WMS layer and those below it; they inherit extents (OGC 06-042, 7.2.4.8)."""
    if depth > 20:
        return []
    west = first(element, "EX_GeographicBoundingBox")
    if west is not None:
        names = ("westBoundLongitude", "southBoundLatitude", "eastBoundLongitude",
                 "northBoundLatitude")  # fmt: skip
        box = box_of(text(west, name) for name in names) or box
    title, name = clean(text(element, "Title")), clean(text(element, "Name"))
    below = children(element, "Layer")
    found: list[Record | None] = []
    if name and depth:
        time = next(
            (each.text or "" for each in children(element, "Dimension")
             if (each.get("name") or "").lower() == "time"), "",
        )  # fmt: skip
        times = [part for piece in time.split(",") for part in piece.split("/")[:2] if part.strip()]
        found.append(
            Record(
                id=f"{url}#{name}",
                title=title or name,
                abstract=clean(text(element, "Abstract")),
                kind="wms",
                groups=groups,
                box=box,
                begin=iso_date(times[0].strip()) if times else "",
                end=iso_date(times[-1].strip(), True) if times else "",
                links=(Link(url, "wms", name),),
            )
        )
    inner = (*groups, title) if title and depth and below else groups
    for each in below:
        found += _wms_layers(each, url, inner, box, depth + 1)
    return found
