"""OGC API – Records (OGC 20-004): pages of GeoJSON, and plain collections of OGC API services."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from ...checks.findings import Text
from ...checks.progress import SILENT, Progress
from ..answers import Requests, address, read_json, unreadable
from ..errors import BadAnswer
from .record import Link, Record, bounded, box_of, clean, iso_date, link_of

_PAGE = 500
_MOST_PAGES = 2_000


class OgcRecords:
    """One catalogue.

    ``url`` is that of the collection of records, of its ``items``, or of the service: then its
    first collection of records is taken.
    """

    def __init__(
        self, transport: Requests, url: str, options: Mapping[str, Any] | None = None
    ) -> None:
        self.transport = transport
        self.url = url
        self.page = int((options or {}).get("page", _PAGE))

    def pages(self, progress: Progress = SILENT) -> Iterator[tuple[list[Record], int]]:
        """Yield pages of records, each with how many there are in all (-1: not told).

        Raises
        ------
        BadAnswer
            When pages do not add up to ``numberMatched``.
        """
        url = address(self._items(progress), limit=self.page, f="json")
        had = 0
        total = -1
        for _ in range(_MOST_PAGES):
            answer = read_json(self.transport, url, progress=progress)
            features = answer.get("features") if isinstance(answer, dict) else None
            if not isinstance(features, list):
                raise unreadable(url, "no features")
            matched = answer.get("numberMatched")
            total = matched if isinstance(matched, int) else total
            had += len(features)
            yield [record for record in map(_read, features) if record], total
            following = _link(answer, "next")
            if not following or not features:
                if 0 <= had < total:
                    raise BadAnswer(
                        Text(
                            zh=f"目录只返回了 {total} 条记录中的 {had} 条",
                            en=f"The catalogue sent {had} of {total} records",
                        )
                    )
                return
            url = urljoin(url, following)
        raise unreadable(self.url, "endless pages")

    def details(self, identifier: str, progress: Progress = SILENT) -> Record | None:
        """The record of that id."""
        parts = urlsplit(self._items(progress))
        path = f"{parts.path.rstrip('/')}/{quote(identifier, safe='')}"
        url = urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))
        return _read(read_json(self.transport, address(url, f="json"), progress=progress))

    def _items(self, progress: Progress) -> str:
        path = urlsplit(self.url).path.rstrip("/")
        if path.endswith("/items"):
            return self.url
        if "/collections/" in path:
            return _below(self.url, "items")
        url = self.url if path.endswith("/collections") else _below(self.url, "collections")
        answer = read_json(self.transport, address(url, f="json"), progress=progress)
        listed = answer.get("collections") if isinstance(answer, dict) else None
        for each in listed if isinstance(listed, list) else ():
            if isinstance(each, dict) and each.get("itemType") == "record" and each.get("id"):
                return _below(url, f"{quote(str(each['id']), safe='')}/items")
        raise unreadable(url, "no collection of records")


def _below(url: str, name: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(
        (parts.scheme, parts.netloc, f"{parts.path.rstrip('/')}/{name}", parts.query, "")
    )


def _link(document: Mapping[str, Any], relation: str) -> str:
    listed = document.get("links")
    for link in listed if isinstance(listed, list) else ():
        if isinstance(link, dict) and link.get("rel") == relation:
            return clean(link.get("href"), 4000)
    return ""


def _read(feature: Any) -> Record | None:
    if not isinstance(feature, dict) or not feature.get("id"):
        return None
    about = feature.get("properties")
    about = about if isinstance(about, dict) else {}
    links: list[Link | None] = []
    for each in (feature.get("links") or []) + (about.get("associations") or []):
        if isinstance(each, dict) and each.get("rel") not in ("self", "collection", "alternate"):
            hint = f"{each.get('protocol') or ''} {each.get('type') or ''} {each.get('rel') or ''}"
            links.append(link_of(each.get("href"), hint, each.get("name"), each.get("title")))
    begin, end = _times(feature.get("time"), about)
    words = [clean(word, 200) for word in _texts(about.get("keywords"))]
    for theme in about.get("themes") or ():
        concepts = theme.get("concepts") if isinstance(theme, dict) else None
        words += [clean(concept.get("id") or concept, 200) if isinstance(concept, dict)
                  else clean(concept, 200) for concept in concepts or ()]  # fmt: skip
    return bounded(
        Record(
            id=clean(feature["id"]),
            title=clean(about.get("title")),
            abstract=clean(about.get("description") or about.get("abstract")),
            kind=clean(about.get("type"), 40),
            groups=tuple(words),
            box=_box(feature),
            begin=begin,
            end=end,
            modified=iso_date(about.get("updated") or about.get("record-updated")),
            links=tuple(link for link in links if link),
        )
    )


def _texts(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _times(time: Any, about: Mapping[str, Any]) -> tuple[str, str]:
    interval: Any = time.get("interval") or time.get("date") if isinstance(time, dict) else time
    if interval is None:
        extent = about.get("extent")
        found = extent.get("temporal") if isinstance(extent, dict) else None
        interval = found.get("interval") if isinstance(found, dict) else found
        if isinstance(interval, list) and interval and isinstance(interval[0], list):
            interval = interval[0]
    if isinstance(interval, list) and len(interval) == 2:
        return iso_date(interval[0]), iso_date(interval[1], True)
    day = iso_date(interval) if isinstance(interval, str) else ""
    return day, day


def _box(feature: Mapping[str, Any]) -> tuple[float, float, float, float] | None:
    box = feature.get("bbox")
    if isinstance(box, list) and len(box) in (4, 6):
        half = len(box) // 2
        return box_of((*box[:2], *box[half : half + 2]))
    shape = feature.get("geometry")
    numbers: list[tuple[float, float]] = []

    def walk(value: Any, depth: int) -> None:
        if depth > 5 or not isinstance(value, list) or len(numbers) > 10_000:
            return
        if len(value) >= 2 and all(isinstance(each, (int, float)) for each in value[:2]):
            numbers.append((float(value[0]), float(value[1])))
            return
        for each in value:
            walk(each, depth + 1)

    walk(shape.get("coordinates") if isinstance(shape, dict) else None, 0)
    if not numbers:
        return None
    across, up = zip(*numbers)
    return box_of((min(across), min(up), max(across), max(up)))
