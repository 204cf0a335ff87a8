"""Saving what the map shows of some layers, for work without network."""

from __future__ import annotations

from typing import Any

from qgis.core import Qgis
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ...processing_provider.language import translate
from ..verify.tasks import Run
from .presenter import CataloguePresenter


class OfflineSaver(QObject):
    """Runs ``onemap:loadonemap``; signals ``told`` (text, level) and ``busy_with`` (text)."""

    told = pyqtSignal(str, object)
    busy_with = pyqtSignal(str)

    def __init__(self, finding: CataloguePresenter, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._finding = finding
        self._run: Run | None = None

    @property
    def busy(self) -> bool:
        """Whether something is being saved."""
        return self._run is not None

    def may_save(self, entries: list[Any]) -> bool:
        """Whether there is anything to save among entries; says so where there is not."""
        if self._finding.layer_ids(entries):
            return True
        self.told.emit(
            translate("OneMapDock", "Only layers of the platform's one map can be saved."),
            Qgis.MessageLevel.Warning,
        )
        return False

    def save(self, entries: list[Any], folder: str) -> None:
        """Save what the map shows of some layers, by our own algorithm."""
        parameters = self._finding.save_parameters(entries, folder)
        run = Run(parameters, self, "onemap:loadonemap", "LOADED_COUNT")
        run.said.connect(self.busy_with)
        run.done.connect(lambda outputs: self._saved(outputs, folder))
        run.failed.connect(lambda reason: self._end(reason, Qgis.MessageLevel.Critical))
        run.cancelled.connect(lambda: self._end("", Qgis.MessageLevel.Info))
        self._run = run
        run.start()

    def shut_down(self) -> None:
        """Stop what is under way."""
        self.blockSignals(True)
        if self._run is not None:
            self._run.blockSignals(True)
            self._run.cancel()

    def _saved(self, outputs: dict[str, Any], folder: str) -> None:
        text = translate("OneMapDock", "{count} layers saved to {folder}")
        said = text.format(count=outputs["LOADED_COUNT"], folder=folder)
        self._end(said, Qgis.MessageLevel.Success)

    def _end(self, text: str, level: Any) -> None:
        self._run = None
        self.busy_with.emit("")
        if text:
            self.told.emit(text, level)
