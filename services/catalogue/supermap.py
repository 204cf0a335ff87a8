"""The page of services of a city platform (SuperMap iServer behind an ESB).

The pattern is that of one city's public front end (POST ``/esb/service/page``); names of fields
vary between deployments, so several are understood and a profile can name its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from ...checks.findings import Text
from ...checks.progress import SILENT, Progress
from ..answers import Requests, read_json, unreadable
from ..errors import BadAnswer
from .record import Link, Record, bounded, box_of, clean, iso_date, kind_of

_PAGE = 200
_MOST_PAGES = 1_000
_LISTS = ("records", "rows", "list", "content", "items", "result", "data")
_TOTALS = ("total", "totalCount", "totalElements", "totalRecords", "count")
_FIELDS: dict[str, tuple[str, ...]] = {
    "id": ("serviceId", "id", "uuid"),
    "title": ("serviceCnName", "cnName", "title", "alias", "serviceName", "name"),
    "name": ("layerName", "serviceName", "name"),
    "type": ("serviceType", "type", "serviceTypeName"),
    "url": ("proxyUrl", "serviceUrl", "url", "address"),
    "abstract": ("description", "remark", "summary", "abstract"),
    "group": ("catalogName", "classifyName", "category", "groupName", "themeName"),
    "date": ("dataTime", "dataDate", "year", "publishTime", "createTime"),
    "extent": ("extent", "bbox", "bounds"),
    "preview": ("thumbnail", "imageUrl", "picUrl"),
}
_FIND_SERVICE = "api/esb/esbdataservice/findService/{kind}/{id}"


class ServicePage:
    """One platform; ``url`` is that of the page.

    ``options`` may hold ``fields``, ``body``, ``service`` (pattern of a service's address) and
    ``page_size``.
    """

    def __init__(
        self, transport: Requests, url: str, options: Mapping[str, Any] | None = None
    ) -> None:
        self.transport = transport
        self.url = url
        self.options = dict(options or {})
        own = self.options.get("fields")
        self._fields = {
            name: (str(own[name]), *known) if isinstance(own, dict) and name in own else known
            for name, known in _FIELDS.items()
        }

    def pages(self, progress: Progress = SILENT) -> Iterator[tuple[list[Record], int]]:
        """Yield pages of records, each with how many there are in all (-1: not told).

        Raises
        ------
        BadAnswer
            When the pages do not add up to the total.
        """
        size = int(self.options.get("page_size", _PAGE))
        had = 0
        seen: set[str] = set()
        for number in range(1, _MOST_PAGES + 1):
            rows, total = self._page(number, size, progress)
            records = [record for record in map(self._read, rows) if record]
            fresh = [record for record in records if record.id not in seen]
            seen.update(record.id for record in fresh)
            had += len(rows)
            yield fresh, total
            if not rows or (0 <= total <= had) or (records and not fresh):
                break
            if total < 0 and len(rows) < size:
                break
        else:
            raise unreadable(self.url, "endless pages")
        if 0 <= had < total:
            raise BadAnswer(
                Text(
                    zh=f"目录只返回了 {total} 个服务中的 {had} 个",
                    en=f"The catalogue sent {had} of {total} services",
                )
            )

    def _page(self, number: int, size: int, progress: Progress) -> tuple[list[Any], int]:
        asked = {"pageNum": number, "pageNo": number, "current": number, "pageSize": size,
                 "size": size, **(self.options.get("body") or {})}  # fmt: skip
        answer = read_json(
            self.transport, self.url, method="POST", data=json.dumps(asked).encode("utf-8"),
            headers={"Content-Type": "application/json;charset=UTF-8"}, progress=progress,
        )  # fmt: skip
        if isinstance(answer, dict) and answer.get("success") is False:
            said = clean(answer.get("msg") or answer.get("message"), 200)
            raise unreadable(self.url, said or "success: false")
        rows, total = _rows(answer)
        if rows is None:
            raise unreadable(self.url, "no list of services")
        return rows, total

    def _value(self, row: Mapping[str, Any], name: str) -> str:
        for field in self._fields[name]:
            value = row.get(field)
            if value not in (None, "", [], {}):
                return clean(value, 4000)
        return ""

    def _read(self, row: Any) -> Record | None:
        if not isinstance(row, dict):
            return None
        identifier = self._value(row, "id")
        if not identifier:
            return None
        kind = kind_of(self._value(row, "type"), self._value(row, "url"))
        links = [Link(self._address(row, identifier, kind), kind, self._value(row, "name"))]
        preview = self._value(row, "preview")
        if preview.startswith("http"):
            links.append(Link(preview, "preview"))
        date = self._value(row, "date")
        return bounded(
            Record(
                id=identifier,
                title=self._value(row, "title"),
                abstract=self._value(row, "abstract"),
                kind=self._value(row, "type"),
                groups=(self._value(row, "group"),) if self._value(row, "group") else (),
                box=box_of(self._value(row, "extent").strip("[]").split(",")),
                begin=iso_date(date),
                end=iso_date(date, True) if len(date) <= 7 else iso_date(date),
                links=tuple(links) if kind else (),
            )
        )

    def _address(self, row: Mapping[str, Any], identifier: str, kind: str) -> str:
        given = self._value(row, "url")
        if given.startswith(("http://", "https://")):
            return given
        pattern = str(self.options.get("service") or _FIND_SERVICE)
        path = pattern.format(kind=kind or "wmts", id=identifier)
        if path.startswith(("http://", "https://")):
            return path
        parts = urlsplit(self.url)
        return urlunsplit((parts.scheme, parts.netloc, f"/{path.lstrip('/')}", "", ""))


def _rows(answer: Any, depth: int = 0) -> tuple[list[Any] | None, int]:
    """The list of services and the total, wherever an answer wraps them."""
    if isinstance(answer, list):
        return answer, -1
    if not isinstance(answer, dict) or depth > 3:
        return None, -1
    total = next((answer[n] for n in _TOTALS if isinstance(answer.get(n), int)), -1)
    for name in _LISTS:
        if name in answer:
            rows, inner = _rows(answer[name], depth + 1)
            if rows is not None:
                return rows, total if total >= 0 else inner
    return None, -1
