"""What is loaded, saved and mended from the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from qgis.core import Qgis, QgsProject
from qgis.PyQt.QtCore import pyqtSignal

from ...processing_provider.language import is_chinese, say, translate
from .catalogue_model import Entry
from .catalogue_search import CatalogueSearch, data_folder


class CataloguePresenter(CatalogueSearch):
    """Puts layers into the project; ``loaded`` tells that something changed there.

    Signals: ``found_again`` (what was said of each layer whose service had moved).
    """

    found_again = pyqtSignal(list)

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

    def mend(self, asked: bool = True) -> None:
        """Find services that have moved, and point the project's layers to them.

        When nobody ``asked``, only what was found again or is lost is told.
        """
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
            lambda answer: self._moved(*answer, asked=asked),
            self._failed,
            name="mend",
        )

    def _moved(self, moved: Sequence[Any], lost: Sequence[Any], *, asked: bool) -> None:
        from ...services.onemap import relocate

        said = [say(text) for text in relocate.mend(QgsProject.instance(), moved)]
        if said:
            self.found_again.emit(said)
        for _memory, error in lost:
            self._failed(say(error.text), say(error.advice))
        if asked and not moved and not lost:
            self.told.emit(
                translate("Catalogue", "All services are where they were."), Qgis.MessageLevel.Info
            )
        self.loaded.emit()
