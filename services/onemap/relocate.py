"""Layers of a saved project whose service was renamed or moved: found again by their record id."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from ...checks.findings import Text
from ...checks.progress import SILENT, Progress
from ..answers import Requests
from ..catalogue.record import Record
from ..errors import ServiceError, place
from ..site_profile import LayerSource, SiteProfile
from .provider_source import ProviderSource, provider_source

PREFIX = "onemap/"


class Marked(Protocol):
    """What is needed of a ``QgsMapLayer``."""

    def customProperty(self, key: str, default: Any = None) -> Any:
        """What :func:`.loading.mark` wrote."""

    def id(self) -> str:
        """Id of the layer in its project."""


@dataclass(frozen=True)
class Memory:
    """What a saved layer says of where it came from; read in the main thread."""

    layer_id: str
    profile: str
    layer: str
    record: str
    kind: str
    url: str
    name: str


@dataclass(frozen=True)
class Moved:
    """A layer whose service is elsewhere now; ``text`` says from where to where."""

    layer_id: str
    source: ProviderSource
    text: Text


def remember(layers: Iterable[Marked]) -> list[Memory]:
    """What layers of a project say of themselves; others are left out."""
    found = []
    for layer in layers:
        facts = {
            name: str(layer.customProperty(f"{PREFIX}{name}", "") or "")
            for name in ("profile", "layer", "record", "kind", "url", "name")
        }
        if facts["profile"] and facts["kind"]:
            found.append(Memory(layer.id(), **facts))
    return found


def current(
    memory: Memory, profile: SiteProfile, look_up: Callable[[str], Record | None]
) -> LayerSource | None:
    """Where the layer is now by profile and catalogue; ``None`` when nobody knows."""
    own = profile.layer(memory.layer)
    record = look_up(memory.record) if memory.record else None
    link = record.link(memory.kind) if record is not None else None
    if record is not None and link is not None and _may_go_to(profile, link.url):
        title = Text(zh=record.title, en=record.title)
        base = own or LayerSource(
            id=memory.layer, title=title, kind=memory.kind, url=link.url, record=memory.record
        )
        return replace(base, kind=memory.kind, url=link.url, layer=link.name or base.layer)
    return own


def _may_go_to(profile: SiteProfile, url: str) -> bool:
    """A catalogue may move a layer within the platform; not to any address in the world."""
    own = [each.url for each in profile.catalogue] + [each.url for each in profile.layers]
    hosts = {urlsplit(each).hostname for each in own}
    return urlsplit(url).hostname in hosts


def find_moved(
    memories: Iterable[Memory],
    profile: SiteProfile,
    look_up: Callable[[str], Record | None],
    transport: Requests,
    cache: Path | None = None,
    progress: Progress = SILENT,
) -> tuple[list[Moved], list[tuple[Memory, ServiceError]]]:
    """Find layers whose address or name is another one now, and those that are nowhere.

    ``look_up`` asks the catalogue, see :meth:`..catalogue.Catalogue.look_up`.
    """
    moved: list[Moved] = []
    lost: list[tuple[Memory, ServiceError]] = []
    for memory in memories:
        if memory.profile != profile.id:
            continue
        progress.check()
        now = current(memory, profile, look_up)
        if now is None or (now.url, now.layer or "") == (memory.url, memory.name):
            continue
        try:
            source = provider_source(now, transport, profile, cache, progress)
        except ServiceError as error:
            lost.append((memory, error))
            continue
        before, after = f"{place(memory.url)} {memory.name}", f"{place(now.url)} {now.layer or ''}"
        moved.append(
            Moved(
                memory.layer_id,
                source,
                Text(
                    zh=f"图层“{now.title.zh}”的服务已变更：{before} → {after}",
                    en=f"The service of “{now.title.en}” has moved: {before} → {after}",
                ),
            )
        )
    return moved, lost


def mend(project: Any, moved: Iterable[Moved]) -> list[Text]:
    """Point layers of a project to where their services are now; styles and names stay."""
    from .loading import mark

    said = []
    for each in moved:
        layer = project.mapLayer(each.layer_id)
        if layer is None:
            continue
        profile = str(layer.customProperty(f"{PREFIX}profile", ""))
        layer.setDataSource(each.source.uri, layer.name(), each.source.provider, False)
        mark(layer, each.source.layer, profile)
        said.append(each.text)
    return said
