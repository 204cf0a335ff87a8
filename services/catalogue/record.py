"""One record of a catalogue, whatever protocol it came by; and how one asks for records."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""

_TEXT_LIMIT = 20_000
_TITLE_LIMIT = 500
_LINKS_LIMIT = 50
_DATE = re.compile(r"(\d{4})(?:\D?(\d{1,2}))?(?:\D?(\d{1,2}))?")
# Control and bidirectional signs let one title pass for another.
_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")

# What a link's protocol or address says of its kind; the first that fits.
_KINDS: tuple[tuple[str, str], ...] = (
    ("wmts", r"wmts"),
    ("wms", r"\bwms\b|ogc:wms|service=wms"),
    ("wcs", r"\bwcs\b|ogc:wcs|service=wcs"),
    ("wfs", r"\bwfs(?!3)\d*\b|ogc:wfs|service=wfs"),
    ("oapif", r"ogc[ :_-]?api[ :_-]?features|oapif|wfs3|/collections\b"),
    ("arcgis_feature", r"featureserver"),
    ("arcgis_map", r"mapserver/?$|mapserver/\d+/?$|esri:.*rest"),
    ("xyz", r"\{x\}.*\{y\}|\{y\}.*\{x\}|\btms\b|\bxyz\b"),
    ("postgis", r"postgis|postgresql"),
)


@dataclass(frozen=True)
class Link:
    """Where something of a record can be had; ``kind`` is a layer kind, ``preview`` or empty."""

    url: str
    kind: str = ""
    name: str = ""
    title: str = ""


@dataclass(frozen=True)
class Record:
    """What a catalogue says of one data set or service.

    ``groups`` are its keywords and theme; ``begin`` and ``end`` ISO dates of the content,
    ``modified`` of the record; empty where not told. ``box`` in degrees.
    """

    id: str
    title: str
    abstract: str = ""
    kind: str = ""
    groups: tuple[str, ...] = ()
    box: Box | None = None
    begin: str = ""
    end: str = ""
    modified: str = ""
    links: tuple[Link, ...] = ()
    organisation: str = ""
    details: Mapping[str, str] = field(default_factory=dict)

    def link(self, kind: str = "") -> Link | None:
        """The first link of ``kind``; without one, the first that leads to a layer."""
        for each in self.links:
            if each.kind == kind or (not kind and each.kind not in ("", "preview")):
                return each
        return None

    @property
    def preview(self) -> str:
        """Address of a picture, or empty."""
        found = self.link("preview")
        return found.url if found else ""

    @property
    def searched(self) -> str:
        """The text in which one searches, folded."""
        parts = [self.title, self.abstract, *self.groups, self.organisation, self.id]
        parts += [link.name for link in self.links]
        return fold("\n".join(parts))

    def as_json(self) -> str:
        """The record as JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)


def from_json(text: str) -> Record:
    """The record that :meth:`Record.as_json` wrote."""
    given = json.loads(text)
    given["groups"] = tuple(given["groups"])
    given["box"] = tuple(given["box"]) if given["box"] else None
    given["links"] = tuple(Link(**link) for link in given["links"])
    return Record(**given)


@dataclass(frozen=True)
class Query:
    """What one looks for; everything given must hold.

    ``text`` is split at blanks, and each piece must occur anywhere (Chinese has no word ends).
    ``begin`` and ``end`` are ISO dates: records whose time is not known are left out then.
    """

    text: str = ""
    group: str = ""
    box: Box | None = None
    begin: str = ""
    end: str = ""
    favourites: bool = False
    source: str = ""
    kind: str = ""
    limit: int = 200
    offset: int = 0


@dataclass(frozen=True)
class Results:
    """Some of the records found, and how many there are."""

    total: int
    records: Sequence[Record]


def fold(text: str) -> str:
    """Fold what people type differently: width, case, blanks."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def clean(value: Any, limit: int = _TEXT_LIMIT) -> str:
    """Text from outside: no invisible signs, no endless length."""
    if value is None:
        return ""
    return _INVISIBLE.sub("", str(value)).strip()[:limit]


def iso_date(value: Any, last: bool = False) -> str:
    """``2023``, ``2023-08`` or ``2023/8/1T…`` as an ISO date: its first or ``last`` day."""
    match = _DATE.match(clean(value, 40))
    if match is None:
        return ""
    year, month, day = (int(part) if part else 0 for part in match.groups())
    if not 1800 <= year <= 2200 or month > 12 or day > 31:
        return ""
    month = month or (12 if last else 1)
    return f"{year:04d}-{month:02d}-{day or (31 if last else 1):02d}"


def box_of(values: Iterable[Any]) -> Box | None:
    """Four numbers as a box in degrees, or ``None`` where they cannot be one."""
    try:
        west, south, east, north = (float(value) for value in values)
    except (TypeError, ValueError):
        return None
    if not (-90.0 <= south <= north <= 90.0 and -180.0 <= west <= 180.0 and west <= east <= 540.0):
        return None
    return west, south, east, north


def kind_of(*hints: Any) -> str:
    """Which kind of layer a protocol, address or media type speaks of; empty when none."""
    for hint in hints:
        lower = clean(hint, 2000).lower()
        for kind, pattern in _KINDS:
            if lower and re.search(pattern, lower):
                return kind
    return ""


def link_of(url: Any, protocol: Any = "", name: Any = "", title: Any = "") -> Link | None:
    """A link, when its address is one that we would ever follow."""
    where = clean(url, 4000)
    if not re.match(r"https?://", where, re.IGNORECASE):
        return None
    hint = clean(protocol, 200)
    preview = re.search(r"thumbnail|overview|preview|browse", f"{hint} {title}", re.IGNORECASE)
    pictured = re.search(r"\.(png|jpe?g|gif)$", where.split("?")[0], re.IGNORECASE)
    kind = "preview" if preview or (pictured and not kind_of(hint)) else kind_of(hint, where)
    return Link(where, kind, clean(name, _TITLE_LIMIT), clean(title, _TITLE_LIMIT))


def bounded(record: Record) -> Record:
    """The record within the bounds of what is kept: texts cut, links and groups few."""
    return replace(
        record,
        id=clean(record.id, _TITLE_LIMIT),
        title=clean(record.title, _TITLE_LIMIT) or clean(record.id, _TITLE_LIMIT),
        abstract=clean(record.abstract),
        groups=tuple(dict.fromkeys(clean(each, 200) for each in record.groups if each))[:40],
        links=record.links[:_LINKS_LIMIT],
        organisation=clean(record.organisation, _TITLE_LIMIT),
        details={clean(k, 80): clean(v, 4000) for k, v in list(record.details.items())[:40]},
    )
