"""Searching, fetching and describing the catalogue, between the page and the service."""

from __future__ import annotations

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

from ...processing_provider.language import say, translate
from ..service_task import Tasks
from .catalogue_filters import Wanted
from .catalogue_model import Heading, arrange

_MOST = 20_000
_DEGREES = "EPSG:4490"


def data_folder() -> Path:
    """Where this profile of QGIS keeps what belongs to platforms."""
    return Path(QgsApplication.qgisSettingsDirPath()) / "onemap_verify"


class CatalogueSearch(QObject):
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
        from ...services.errors import ServiceError

        if self.catalogue is None:
            return
        try:
            self.catalogue.favourite(identifier, wanted)
        except ServiceError as error:
            self._failed(say(error.text), say(error.advice))

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
