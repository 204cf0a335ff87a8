"""The directory of an ArcGIS server as a catalogue: folders, services, layers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from ...checks.progress import SILENT, Progress
from ..answers import Requests, address, read_json
from ..errors import NotThere, ServerProblem
from .record import Link, Record, bounded, box_of, clean

_KINDS = {"MapServer": "arcgis_map", "FeatureServer": "arcgis_feature"}
_MOST_FOLDERS = 500
_MERCATOR = 20_037_508.342789244


class ArcGisDirectory:
    """One server; ``url`` ends in ``…/rest/services``."""

    def __init__(
        self, transport: Requests, url: str, options: Mapping[str, Any] | None = None
    ) -> None:
        self.transport = transport
        self.url = url.rstrip("/")
        self.with_layers = bool((options or {}).get("layers", True))

    def pages(self, progress: Progress = SILENT) -> Iterator[tuple[list[Record], int]]:
        """Yield the records of one folder at a time; how many there are is told nowhere."""
        top = read_json(self.transport, address(self.url, f="json"), progress=progress)
        folders = [clean(name, 200) for name in _listed(top, "folders")][:_MOST_FOLDERS]
        yield self._records(top, progress), -1
        for name in folders:
            url = f"{self.url}/{quote(name)}"
            listing = read_json(self.transport, address(url, f="json"), progress=progress)
            yield self._records(listing, progress), -1

    def _records(self, listing: Any, progress: Progress) -> list[Record]:
        made: list[Record] = []
        for service in _listed(listing, "services"):
            if not isinstance(service, dict):
                continue
            name, kind = clean(service.get("name"), 300), clean(service.get("type"), 40)
            if name and kind in _KINDS:
                made += self._service(name, kind, progress)
        return made

    def _service(self, name: str, kind: str, progress: Progress) -> list[Record]:
        url = f"{self.url}/{quote(name)}/{kind}"
        layers: list[Any] = []
        about: dict[str, Any] = {}
        if self.with_layers:
            try:
                told = read_json(self.transport, address(url, f="json"), progress=progress)
                about = told if isinstance(told, dict) else {}
                layers = _listed(about, "layers")
            except (NotThere, ServerProblem):
                layers = []  # a service that is stopped is still listed
        group = name.rpartition("/")[0]
        box = _box(about.get("fullExtent") or about.get("initialExtent"))
        text = clean(about.get("serviceDescription") or about.get("description"))
        whole = Record(
            id=f"{name}/{kind}",
            title=clean(about.get("documentInfo", {}).get("Title")) or name.rpartition("/")[2]
            if isinstance(about.get("documentInfo"), dict)
            else name.rpartition("/")[2],
            abstract=text,
            kind=kind,
            groups=(group,) if group else (),
            box=box,
            links=(Link(url, _KINDS[kind]),),
        )
        made = [] if kind == "FeatureServer" and layers else [bounded(whole)]
        for layer in layers:
            if isinstance(layer, dict) and isinstance(layer.get("id"), int):
                number = layer["id"]
                made.append(
                    bounded(
                        Record(
                            id=f"{name}/{kind}/{number}",
                            title=clean(layer.get("name")),
                            abstract=text,
                            kind=kind,
                            groups=(group, whole.title) if group else (whole.title,),
                            box=box,
                            links=(Link(f"{url}/{number}", _KINDS[kind], str(number)),),
                        )
                    )
                )
        return made


def _listed(document: Any, name: str) -> list[Any]:
    value = document.get(name) if isinstance(document, dict) else None
    return value if isinstance(value, list) else []


def _box(extent: Any) -> tuple[float, float, float, float] | None:
    """An extent in degrees; projected ones are left out but for Web Mercator."""
    if not isinstance(extent, dict):
        return None
    values = [extent.get(name) for name in ("xmin", "ymin", "xmax", "ymax")]
    frame = extent.get("spatialReference")
    code = (frame.get("latestWkid") or frame.get("wkid")) if isinstance(frame, dict) else None
    if code in (4490, 4326):
        return box_of(values)
    if code in (3857, 102100) and all(isinstance(value, (int, float)) for value in values):
        import math

        def latitude(y: float) -> float:
            return math.degrees(2 * math.atan(math.exp(y / _MERCATOR * math.pi)) - math.pi / 2)

        west, south, east, north = (float(value or 0.0) for value in values)
        return box_of(
            (west / _MERCATOR * 180, latitude(south), east / _MERCATOR * 180, latitude(north))
        )
    return None
