"""The catalogue and what is done with it, between the pages and the services."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsProject,
)
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ...processing_provider.language import is_chinese, say, translate
from ..service_task import Tasks
from .catalogue_model import Entry, Heading, arrange
from .catalogue_page import Wanted

_MOST = 20_000
_DEGREES = "EPSG:4490"


def data_folder() -> Path:
    """Where this profile of QGIS keeps what belongs to platforms."""
    return Path(QgsApplication.qgisSettingsDirPath()) / "onemap_verify"


class CataloguePresenter(QObject):
    """Searches, fetches, previews and loads; every wait is in a task.

    Signals: ``found`` (headings, whether something was searched for), ``themes`` (words with
    counts), ``aged`` (text), ``described`` (record, layer), ``pictured`` (bytes or ``None``),
    ``loaded``, ``told`` (text, level), ``busy_with`` (text, empty when done).
    """

    found = pyqtSignal(list, bool)
    themes = pyqtSignal(list)
    aged = pyqtSignal(str)
    described = pyqtSignal(object, object)
    pictured = pyqtSignal(object)
    loaded = pyqtSignal()
    told = pyqtSignal(str, object)
    busy_with = pyqtSignal(str)

    def __init__(self, tasks: Tasks, canvas: Any, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session: Any = None
        self.catalogue: Any = None
        self._tasks = tasks
        self._canvas = canvas
        self._shown = ""

    def use(self, session: Any) -> None:
        """Show the catalogue of another platform: what was kept of it, at once."""
        if session is self.session:
            return
        self.close()
        self.session = session
        if session is None:
            self.found.emit([], False)
            return
        from ...services.catalogue import Catalogue

        path = data_folder() / "catalogues" / f"{session.profile.id}.sqlite"
        title = translate("Catalogue", "Opening the catalogue")
        self._tasks.start(
            title,
            lambda _progress: Catalogue(session.profile, session.transport, path),
            self._opened,
            self._failed,
            name="open",
        )

    def _opened(self, catalogue: Any) -> None:
        self.catalogue = catalogue
        self.search(Wanted())
        if catalogue.age() is None and self.session.identity.ready:
            self.refresh()

    def close(self) -> None:
        """Let go of the file."""
        for name in ("open", "search", "refresh", "describe", "load"):
            self._tasks.cancel(name)
        if self.catalogue is not None:
            self.catalogue.close()
            self.catalogue = None

    def search(self, wanted: Wanted) -> None:
        """Look for something in what was kept."""
        catalogue = self.catalogue
        if catalogue is None:
            return
        from ...services.catalogue import Query

        query = Query(
            text=wanted.text,
            group=wanted.theme,
            box=self._map_box() if wanted.here else None,
            begin=f"{wanted.first_year}-01-01" if len(wanted.first_year) == 4 else "",
            end=f"{wanted.last_year}-12-31" if len(wanted.last_year) == 4 else "",
            favourites=wanted.favourites,
            limit=_MOST,
        )
        searched = wanted != Wanted()
        profile = self.session.profile

        def work(_progress: Any) -> tuple[list[Heading], list[tuple[str, int]], Any]:
            results = catalogue.search(query)
            headings = arrange(profile, results.records, catalogue.store.favourites())
            return headings, catalogue.groups(), catalogue.age_text()

        def show(answer: tuple[list[Heading], list[tuple[str, int]], Any]) -> None:
            headings, groups, age = answer
            self.themes.emit(groups)
            self.aged.emit(say(age))
            self.found.emit(headings, searched)

        self._tasks.start(
            translate("Catalogue", "Searching the catalogue"),
            work,
            show,
            self._failed,
            name="search",
        )

    def refresh(self) -> None:
        """Fetch the catalogue anew."""
        catalogue = self.catalogue
        if catalogue is None or self._tasks.running("refresh"):
            return
        task = self._tasks.start(
            translate("Catalogue", "Fetching the catalogue"),
            catalogue.refresh,
            self._refreshed,
            self._failed,
            lambda: self.busy_with.emit(""),
            name="refresh",
        )
        task.said.connect(self.busy_with)

    def _refreshed(self, faults: list[Any]) -> None:
        self.busy_with.emit("")
        for fault in faults:
            self._failed(say(fault.text), say(fault.advice))
        self.search(Wanted())

    def favourite(self, identifier: str, wanted: bool) -> None:
        """Mark a record, or take its mark away."""
        if self.catalogue is not None:
            self.catalogue.favourite(identifier, wanted)

    def describe(self, record: Any) -> None:
        """Show what is known of a record now, and the rest when it has come."""
        self._shown = record.id if record is not None else ""
        if record is None or self.catalogue is None:
            self.described.emit(None, None)
            return
        catalogue, shown = self.catalogue, record.id
        layers = catalogue.layers_of(record)
        layer = layers[0] if layers else None
        self.described.emit(record, layer)

        def work(progress: Any) -> tuple[Any, bytes | None]:
            full = catalogue.details(shown, progress) or record
            return full, catalogue.preview(full, progress)

        def show(answer: tuple[Any, bytes | None]) -> None:
            if shown == self._shown:
                self.described.emit(answer[0], layer)
                self.pictured.emit(answer[1])

        # What cannot be had of a preview is no reason for a message.
        self._tasks.start(translate("Catalogue", "Reading a record"), work, show, name="describe")

    def add(self, entries: list[Entry]) -> None:
        """Add layers to the project; what needs a sign-in waits for it."""
        session = self.session
        if session is None or self.catalogue is None or not entries:
            return
        layers = [
            layer for entry in entries for layer in self.catalogue.layers_of(entry.record)[:1]
        ]
        if not layers:
            self.told.emit(
                translate("Catalogue", "The record names no service that can be loaded."),
                Qgis.MessageLevel.Warning,
            )
            return
        cache = data_folder() / "capabilities"

        def work(progress: Any) -> tuple[list[Any], list[tuple[Any, Any]]]:
            from ...services.errors import ServiceError
            from ...services.onemap.provider_source import provider_source

            sources, failures = [], []
            for number, layer in enumerate(layers):
                progress.at(number / len(layers), f"{layer.title.zh} | {layer.title.en}")
                try:
                    sources.append(
                        provider_source(layer, session.transport, session.profile, cache, progress)
                    )
                except ServiceError as error:
                    failures.append((layer, error))
            return sources, failures

        task = self._tasks.start(
            translate("Catalogue", "Loading layers"),
            work,
            lambda answer: self._put(session.profile, *answer),
            self._failed,
            lambda: self.busy_with.emit(""),
            name="load",
        )
        task.said.connect(self.busy_with)

    def _put(self, profile: Any, sources: list[Any], failures: list[tuple[Any, Any]]) -> None:
        """Layers live in the main thread."""
        from ...services import audit
        from ...services.onemap import loading

        language = "zh" if is_chinese() else "en"
        made = loading.load(QgsProject.instance(), profile, sources, language)
        failures += [(one.source, one.error) for one in made if one.error is not None]
        good = [one for one in made if one.layer_id]
        for one in made:
            if one.source.restricted:
                audit.note("load", one.source.id, "done" if one.layer_id else "failed")
        self.busy_with.emit("")
        for layer, error in failures:
            self._failed(f"{say(layer.title)}: {say(error.text)}", say(error.advice))
        if good:
            text = translate("Catalogue", "Layers added: {count}")
            self.told.emit(text.format(count=len(good)), Qgis.MessageLevel.Success)
        self.loaded.emit()

    def layer_ids(self, entries: list[Entry]) -> list[str]:
        """Ids of the profile's layers that entries stand for: what can be saved."""
        if self.catalogue is None:
            return []
        own = {layer.id for layer in self.session.profile.layers}
        found = [layer.id for one in entries for layer in self.catalogue.layers_of(one.record)]
        return [name for name in dict.fromkeys(found) if name in own]

    def save_parameters(self, entries: list[Entry], folder: str) -> dict[str, Any]:
        """What ``onemap:loadonemap`` takes to save what the map shows."""
        extent = self._canvas.extent()
        frame = self._canvas.mapSettings().destinationCrs().authid()
        box = f"{extent.xMinimum()},{extent.xMaximum()},{extent.yMinimum()},{extent.yMaximum()}"
        profile = self.session.profile
        return {
            "PROFILE": str(profile.path) if profile.path else profile.id,
            "LAYERS": ";".join(self.layer_ids(entries)),
            "EXTENT": f"{box} [{frame}]" if frame else box,
            "SAVE_TO": folder,
            "LOAD": True,
            "DATE": date.today().isoformat(),
        }

    def mend(self) -> None:
        """Find services that have moved, and point the project's layers to them."""
        session, catalogue = self.session, self.catalogue
        if session is None or catalogue is None:
            return
        from ...services.onemap import relocate

        memories = relocate.remember(QgsProject.instance().mapLayers().values())
        cache = data_folder() / "capabilities"
        self._tasks.start(
            translate("Catalogue", "Looking for moved services"),
            lambda progress: relocate.find_moved(
                memories, session.profile, catalogue.look_up, session.transport, cache, progress
            ),
            self._moved,
            self._failed,
            name="mend",
        )

    def _moved(self, answer: tuple[list[Any], list[Any]]) -> None:
        from ...services.onemap import relocate

        moved, lost = answer
        for text in relocate.mend(QgsProject.instance(), moved):
            self.told.emit(say(text), Qgis.MessageLevel.Success)
        for _memory, error in lost:
            self._failed(say(error.text), say(error.advice))
        if not moved and not lost:
            self.told.emit(
                translate("Catalogue", "All services are where they were."), Qgis.MessageLevel.Info
            )
        self.loaded.emit()

    def _map_box(self) -> tuple[float, float, float, float] | None:
        """What the map shows, in degrees."""
        settings = self._canvas.mapSettings()
        transform = QgsCoordinateTransform(
            settings.destinationCrs(),
            QgsCoordinateReferenceSystem(_DEGREES),
            QgsProject.instance().transformContext(),
        )
        try:
            box = transform.transformBoundingBox(self._canvas.extent())
        except QgsCsException:
            return None
        return box.xMinimum(), box.yMinimum(), box.xMaximum(), box.yMaximum()

    def _failed(self, what: str, advice: str) -> None:
        self.busy_with.emit("")
        self.told.emit(f"{what} {advice}".strip(), Qgis.MessageLevel.Warning)
