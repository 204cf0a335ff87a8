"""The catalogue of a platform: fetched whole, kept, searched, and there without network."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Protocol

from ...checks.findings import Text
from ...checks.progress import SILENT, Progress
from ..answers import Requests, read
from ..errors import BadAnswer, ServiceError
from ..site_profile import CatalogueSource, LayerSource, SiteProfile
from .arcgis import ArcGisDirectory
from .csw import Csw
from .ogc_records import OgcRecords
from .record import Link, Query, Record, Results, bounded
from .service_list import ServiceList
from .store import MOST_RECORDS, PICTURE_LIMIT, CacheProblem, Store
from .supermap import ServicePage

PROFILE = "profile"
"""Source of the records that the profile itself brings."""
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")


class Pages(Protocol):
    """A catalogue service of any kind."""

    def pages(self, progress: Progress) -> Iterator[tuple[list[Record], int]]:
        """Yield pages of records, each with how many there are in all (-1: not told)."""


def client(source: CatalogueSource, transport: Requests) -> Any:
    """What reads a catalogue of that kind."""
    if source.kind == "csw":
        return Csw(transport, source.url, source.version)
    readers: dict[str, Any] = {
        "records": OgcRecords,
        "service_list": ServiceList,
        "arcgis": ArcGisDirectory,
        "supermap": ServicePage,
    }
    if source.kind not in readers:
        raise BadAnswer(
            Text(
                zh=f"不支持的目录类型：{source.kind}",
                en=f"Catalogues of kind {source.kind} are not known",
            )
        )
    return readers[source.kind](transport, source.url, source.options)


class Catalogue:
    """All catalogues of a profile together, and the layers that the profile itself names.

    Parameters
    ----------
    profile
        Says where the catalogues are.
    transport
        Sends the requests; ``None`` works with what was kept.
    path
        SQLite file in which records are kept.
    """

    def __init__(
        self, profile: SiteProfile, transport: Requests | None, path: Path | str = ":memory:"
    ) -> None:
        self.profile = profile
        self.transport = transport
        self.store = Store(path)
        self._bring_own()

    def close(self) -> None:
        """Close the file."""
        self.store.close()

    def _bring_own(self) -> None:
        groups = {group.id: group.title for group in self.profile.groups}
        # A layer that names a record of the catalogue is in there with more words.
        own = [
            bounded(_record(layer, groups.get(layer.group or "")))
            for layer in self.profile.layers
            if not (layer.record and self.profile.catalogue)
        ]
        wanted = {source.url for source in self.profile.catalogue}
        # On a full disk what was kept earlier has to do.
        with contextlib.suppress(CacheProblem):
            self.store.forget({*wanted, PROFILE})
            self.store.replace(PROFILE, own, len(own))

    def refresh(self, progress: Progress = SILENT) -> list[ServiceError]:
        """Fetch every catalogue anew; answers what went wrong, source by source.

        What was kept of a source is replaced only when all of it arrived.
        """
        faults: list[ServiceError] = []
        sources = self.profile.catalogue
        for number, source in enumerate(sources):
            part = progress.part(number / len(sources), (number + 1) / len(sources))
            try:
                self._fetch(source, part)
            except ServiceError as error:
                faults.append(error)
        progress.at(1.0)
        return faults

    def _fetch(self, source: CatalogueSource, progress: Progress) -> None:
        if self.transport is None:
            raise no_network()
        reader: Pages = client(source, self.transport)
        records: list[Record] = []
        told = -1
        for page, total in reader.pages(progress):
            told = total
            records += page
            if len(records) > MOST_RECORDS:
                break  # the store says what is wrong
            title = f"目录：{len(records):,} 条 | Catalogue: {len(records):,} records"
            progress.at(len(records) / total if total > 0 else 0.5, title)
        self.store.replace(source.url, records, told if told >= 0 else len(records))

    def search(self, query: Query) -> Results:
        """Records that fit, favourites first, then by title."""
        return self.store.search(query)

    def groups(self) -> list[tuple[str, int]]:
        """Keywords and themes with the number of their records."""
        return self.store.groups()

    def age(self, at: datetime | None = None) -> timedelta | None:
        """How old the oldest of what is kept is; ``None`` when a catalogue was never fetched."""
        kept = self.store.sources()
        times = [kept[each.url][0] for each in self.profile.catalogue if each.url in kept]
        if len(times) < len(self.profile.catalogue):
            return None
        if not times:
            return timedelta(0)
        return (at or datetime.now(timezone.utc)) - min(times)

    def age_text(self, at: datetime | None = None) -> Text:
        """The age in words."""
        age = self.age(at)
        if age is None:
            return Text(zh="目录尚未下载", en="The catalogue was never fetched")
        minutes = max(int(age.total_seconds() // 60), 0)
        if minutes < 2:
            return Text(zh="目录刚刚更新", en="Catalogue fetched just now")
        for zh, en, length in (("天", "days", 1440), ("小时", "hours", 60), ("分钟", "minutes", 1)):
            if minutes >= 2 * length or length == 1:
                count = minutes // length
                return Text(
                    zh=f"目录为 {count} {zh}前的缓存", en=f"Catalogue as of {count} {en} ago"
                )
        raise AssertionError

    def find(self, identifier: str) -> Record | None:
        """The record of that id, as it was last fetched."""
        found = self.store.find(identifier)
        return found[1] if found else None

    def details(self, identifier: str, progress: Progress = SILENT) -> Record | None:
        """The full record: fetched where there is network, else what is kept of it."""
        found = self.store.find(identifier)
        if found is None:
            return None
        source, record = found
        for each in self.profile.catalogue:
            if each.url == source and self.transport is not None:
                reader = client(each, self.transport)
                if hasattr(reader, "details"):
                    with contextlib.suppress(ServiceError):
                        full = reader.details(identifier, progress)
                        if full is not None:
                            with contextlib.suppress(CacheProblem):
                                self.store.keep_details(source, full)
                            return full
        return self.store.details(source, identifier) or record

    def look_up(self, identifier: str, progress: Progress = SILENT) -> Record | None:
        """The record of that id as the catalogue has it now, kept ones failing that."""
        if self.transport is not None:
            for each in self.profile.catalogue:
                with contextlib.suppress(ServiceError):
                    reader = client(each, self.transport)
                    full = reader.details(identifier, progress) if _asks(reader) else None
                    if full is not None:
                        return full
        return self.find(identifier)

    def preview(self, record: Record, progress: Progress = SILENT) -> bytes | None:
        """The picture of a record (PNG, JPEG or GIF), or ``None``; kept once fetched.

        Raises
        ------
        BadAnswer
            When it is larger than 2 MiB or no picture.
        """
        if not record.preview:
            return None
        kept = self.store.picture(record.preview)
        if kept is not None or self.transport is None:
            return kept
        picture, _ = read(self.transport, record.preview, limit=PICTURE_LIMIT, progress=progress)
        if not picture.startswith(_PICTURES):
            raise BadAnswer(Text(zh="预览不是图片", en="The preview is no picture"))
        with contextlib.suppress(CacheProblem):
            self.store.keep_picture(record.preview, picture)
        return picture

    def favourite(self, identifier: str, wanted: bool = True) -> None:
        """Mark a record, or take its mark away."""
        self.store.favourite(identifier, wanted)

    def layers_of(self, record: Record) -> Sequence[LayerSource]:
        """Layers that can be loaded of a record: the profile's own first, then by its links."""
        own = [layer for layer in self.profile.layers if record.id in (layer.record, own_id(layer))]
        if own:
            return own
        title = Text(zh=record.title or record.id, en=record.title or record.id)
        return [
            LayerSource(
                id=f"{record.id}/{link.kind}",
                title=title,
                kind=link.kind,
                url=link.url,
                layer=link.name or None,
                date=(record.begin, record.end) if record.begin and record.end else None,
                extent=record.box,
                crs=record.details.get("crs"),
                record=record.id,
            )
            for link in record.links
            if link.kind not in ("", "preview", "postgis")
        ]


def _asks(reader: Any) -> bool:
    return hasattr(reader, "details")


def no_network() -> ServiceError:
    """The error for what cannot be done offline."""
    return ServiceError(
        Text(zh="离线状态下无法刷新目录", en="The catalogue cannot be refreshed offline")
    )


def own_id(layer: LayerSource) -> str:
    """Id of the record that stands for a layer of the profile."""
    return layer.record or f"profile:{layer.id}"


def _record(layer: LayerSource, group: Text | None) -> Record:
    begin, end = layer.date if isinstance(layer.date, tuple) else (layer.date, layer.date)
    same = layer.title.zh == layer.title.en
    return Record(
        id=own_id(layer),
        title=layer.title.zh if same else f"{layer.title.zh} {layer.title.en}",
        abstract=f"{layer.note.zh} {layer.note.en}" if layer.note else "",
        kind=layer.kind,
        groups=(group.zh,) if group else (),
        box=layer.extent,
        begin=begin or "",
        end=end or "",
        links=(Link(layer.url, layer.kind, layer.layer or ""),),
    )
