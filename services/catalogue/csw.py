"""CSW 2.0.2 and 3.0: pages of records fetched by the transport, read by OWSLib.

OGC 07-006r1 (CSW 2.0.2) and 12-176r7 (CSW 3.0). ISO 19139 records carry times and protocols that
Dublin Core leaves out, so they are asked for where the server offers them.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
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
    read_xml,
    text,
    unreadable,
)
from ..errors import BadAnswer, MissingLibrary, Refused, ServiceError
from .record import Link, Record, bounded, box_of, clean, iso_date, link_of

ISO = "http://www.isotc211.org/2005/gmd"
_NAMES = {
    "2.0.2": ("http://www.opengis.net/cat/csw/2.0.2", "csw:Record"),
    "3.0.0": ("http://www.opengis.net/cat/csw/3.0", "csw:Record"),
}
_PAGE = 500
_MOST_PAGES = 2_000
_DETAILS = {
    "purpose": "purpose",
    "status": "status",
    "edition": "edition",
    "supplementalinformation": "supplemental",
}


class Csw:
    """One catalogue service.

    Parameters
    ----------
    transport
        Sends the requests.
    url
        Address of the service.
    version
        ``2.0.2`` or ``3.0.0``; empty: what the server speaks, the older first.

    Raises
    ------
    MissingLibrary
        Without OWSLib.
    """

    def __init__(self, transport: Requests, url: str, version: str = "") -> None:
        _need_owslib()
        self.transport = transport
        self.url = url
        self.version = "3.0.0" if version.startswith("3") else version and "2.0.2"
        self.schema = ""

    def pages(self, progress: Progress = SILENT) -> Iterator[tuple[list[Record], int]]:
        """Yield pages of records, each with how many there are in all.

        Raises
        ------
        BadAnswer
            When a page is short of what it says it holds, or there is no end to them.
        """
        if not self.schema:
            self._look(progress)
        start = 1
        for _ in range(_MOST_PAGES):
            result = self._page(start, progress)
            total = _count(result, "numberOfRecordsMatched", self.url)
            returned = _count(result, "numberOfRecordsReturned", self.url)
            found = [each for each in result if local(each) in _RECORDS]
            if len(found) != returned:
                raise BadAnswer(
                    Text(
                        zh=f"目录声称返回 {returned} 条记录，实际 {len(found)} 条",
                        en=f"The catalogue says it sent {returned} records, and sent {len(found)}",
                    )
                )
            records = [bounded(record) for record in map(_read, found) if record is not None]
            yield records, total
            start += returned
            if start > total or not returned:
                if start <= total:
                    raise BadAnswer(
                        Text(
                            zh=f"目录在第 {start} 条处中断，共应有 {total} 条",
                            en=f"The catalogue stops at record {start} of {total}",
                        )
                    )
                return
        raise unreadable(self.url, "endless pages")

    def details(self, identifier: str, progress: Progress = SILENT) -> Record | None:
        """The full record, or ``None`` when the catalogue has none of that id."""
        if not self.schema:
            self._look(progress)
        root = read_xml(
            self.transport,
            address(
                self.url, service="CSW", version=self.version, request="GetRecordById",
                id=identifier, elementSetName="full", outputSchema=self.schema or None,
            ),
            progress=progress,
        )  # fmt: skip
        found = [root] if local(root) in _RECORDS else [e for e in root if local(e) in _RECORDS]
        record = _read(found[0]) if found else None
        return bounded(record) if record else None

    def _look(self, progress: Progress) -> None:
        """Ask for the capabilities: version and the best schema of records."""
        asked = self.version or "2.0.2"
        try:
            root = read_xml(self.transport, self._capabilities(asked), progress=progress)
        except Refused:
            asked = "3.0.0" if asked == "2.0.2" else "2.0.2"
            root = read_xml(self.transport, self._capabilities(asked), progress=progress)
        told = root.get("version") or asked
        self.version = "3.0.0" if told.startswith("3") else "2.0.2"
        own, _ = _NAMES[self.version]
        values = {(each.text or "").strip() for each in descendants(root, "Value")}
        values |= {(each.text or "").strip() for each in descendants(root, "AllowedValues")}
        self.schema = ISO if ISO in values else own

    def _capabilities(self, version: str) -> str:
        name = {"acceptVersions": version} if version.startswith("3") else {"version": version}
        return address(self.url, service="CSW", request="GetCapabilities", **name)

    def _page(self, start: int, progress: Progress) -> Any:
        _, names = _NAMES[self.version]
        if self.schema == ISO:
            names = "gmd:MD_Metadata"
        try:
            root = self._ask(start, names, progress)
        except (Refused, BadAnswer):
            if self.schema != ISO or start > 1:
                raise
            # Some list a schema that they cannot deliver.
            self.schema, names = _NAMES[self.version]
            root = self._ask(start, names, progress)
        found = first(root, "SearchResults")
        if found is None:
            raise unreadable(self.url, f"no SearchResults in {local(root)}")
        return found

    def _ask(self, start: int, names: str, progress: Progress) -> Any:
        namespace = f"xmlns(gmd={ISO})" if names.startswith("gmd") else None
        return read_xml(
            self.transport,
            address(
                self.url, service="CSW", version=self.version, request="GetRecords",
                typeNames=names, namespace=namespace, resultType="results",
                elementSetName="full", outputSchema=self.schema, startPosition=start,
                maxRecords=_PAGE, outputFormat="application/xml",
            ),
            progress=progress,
        )  # fmt: skip


_RECORDS = ("Record", "SummaryRecord", "BriefRecord", "MD_Metadata", "MI_Metadata")


def _need_owslib() -> None:
    try:
        import owslib.csw  # noqa: F401  # only whether it is there
    except ImportError as error:
        raise MissingLibrary(
            Text(
                zh="缺少 Python 库 OWSLib，无法读取 CSW 目录",
                en="The Python library OWSLib is missing; CSW catalogues cannot be read",
            )
        ) from error


def _count(result: Any, name: str, url: str) -> int:
    value = result.get(name) or ""
    if not value.isdigit():
        raise unreadable(url, f"{name}={value!r}")
    return int(value)


def _read(element: Any) -> Record | None:
    """A record from its element; ``None`` for one that nobody could find again."""
    with warnings.catch_warnings():
        # OWSLib announces its own changes at every record.
        warnings.simplefilter("ignore")
        try:
            if local(element).endswith("Metadata"):
                return read_iso(element)
            return read_dublin_core(element)
        except ServiceError:
            raise
        except Exception:  # what a malformed record does to OWSLib is anybody's guess
            return None


def read_iso(element: Any) -> Record | None:
    """An ISO 19139 record."""
    from owslib.iso import MD_Metadata

    iso = MD_Metadata(element)
    about = _identification(iso)
    if not iso.identifier or about is None:
        return None
    groups: list[str] = []
    for words in about.keywords2 if hasattr(about, "keywords2") else about.keywords:
        listed = words.keywords if hasattr(words, "keywords") else words["keywords"]
        groups += [clean(getattr(word, "name", word), 200) for word in listed if word]
    groups += [clean(topic, 200) for topic in about.topiccategory or ()]
    links = [
        link_of(each.url, each.protocol, each.name, each.description)
        for each in (iso.distribution.online if iso.distribution else ())
    ]
    links += [_preview(url) for url in about.graphicoverview or ()]
    begin, end = iso_date(about.temporalextent_start), iso_date(about.temporalextent_end, True)
    dates = [iso_date(each.date) for each in about.date]
    if not begin and not end and any(dates):
        begin = end = max(dates)
    box = about.bbox or getattr(about.extent, "boundingBox", None)
    contacts = [each.organization for each in about.contact if each.organization]
    details = {
        name: clean(getattr(about, attribute, "") or "")
        for attribute, name in _DETAILS.items()
        if isinstance(getattr(about, attribute, None), str)
    }
    reference = iso.referencesystem
    if reference is not None and reference.code:
        details["crs"] = clean(reference.code, 200)
    if about.denominators:
        details["scale"] = f"1:{clean(about.denominators[0], 20)}"
    return Record(
        id=clean(iso.identifier),
        title=clean(about.title),
        abstract=clean(about.abstract),
        kind=clean(iso.hierarchy, 40),
        groups=tuple(groups),
        box=box_of((box.minx, box.miny, box.maxx, box.maxy)) if box else None,
        begin=begin,
        end=end or begin,
        modified=iso_date(iso.datestamp),
        links=tuple(link for link in links if link),
        organisation=clean(contacts[0]) if contacts else "",
        details=details,
    )


def _identification(iso: Any) -> Any:
    """The first identification; OWSLib called the list of them differently over the years."""
    found = getattr(iso, "identificationinfo", None) or getattr(iso, "identification", None)
    if isinstance(found, (list, tuple)):
        return found[0] if found else None
    return found


def _preview(url: Any) -> Link | None:
    link = link_of(url)
    return Link(link.url, "preview", link.name, link.title) if link else None


def read_dublin_core(element: Any) -> Record | None:
    """A Dublin Core record of CSW 2.0.2 or 3.0."""
    if "csw/3.0" in element.tag:
        from owslib.catalogue.csw3 import Csw30Record as Reader
    else:
        from owslib.csw import CswRecord as Reader
    core = Reader(element)
    if not core.identifier:
        return None
    links = [link_of(each["url"], each["scheme"]) for each in core.references]
    for each in core.uris:
        links.append(link_of(each["url"], each["protocol"], each["name"], each["description"]))
    begin, end = _period(text(element, "temporal") or clean(core.temporal), clean(core.date))
    return Record(
        id=clean(core.identifier),
        title=clean(core.title),
        abstract=clean(core.abstract),
        kind=clean(core.type, 40),
        groups=tuple(clean(each) for each in core.subjects if each),
        box=_box(element, core),
        begin=begin,
        end=end,
        modified=iso_date(core.modified),
        links=tuple(link for link in links if link),
        organisation=clean(core.publisher or core.creator),
    )


def _period(temporal: str, date: str) -> tuple[str, str]:
    parts = temporal.replace(";", "/").split("/") if temporal else [date]
    values = [part.partition("=")[2] or part for part in parts if part.strip()]
    if not values:
        return "", ""
    return iso_date(values[0]), iso_date(values[-1], True) if temporal else iso_date(values[-1])


def _box(element: Any, core: Any) -> tuple[float, float, float, float] | None:
    """The box in degrees; corners come in the order of the CRS, and not all servers know it."""
    for name in ("WGS84BoundingBox", "BoundingBox"):
        for each in children(element, name):
            lower, upper = text(each, "LowerCorner").split(), text(each, "UpperCorner").split()
            if len(lower) != 2 or len(upper) != 2:
                continue
            swapped = name == "BoundingBox" and "CRS84" not in (each.get("crs") or "")
            corner = (*lower, *upper)
            turned = (lower[1], lower[0], upper[1], upper[0])
            found = box_of(turned if swapped else corner) or box_of(corner)
            if found:
                return found
    with contextlib.suppress(AttributeError):
        return box_of((core.bbox.minx, core.bbox.miny, core.bbox.maxx, core.bbox.maxy))
    return None
