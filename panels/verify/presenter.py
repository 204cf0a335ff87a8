"""What happens when: the panel's states, its runs, and what goes where when one ends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import Qgis, QgsApplication, QgsProject
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from ...processing_provider import results
from ...processing_provider.language import translate
from ..review.finding_table import FindingTable
from ..review.map_view import FindingsOnMap
from . import memory
from .inputs_form import InputsForm
from .tasks import ReadTask, Run
from .words import State


class VerifyPresenter(QObject):
    """Between the form and the results; the dock only shows what this says.

    Signals: ``state_changed``; ``progressed`` (percent, text); ``told`` (a message for the
    message bar and its level); ``results_read`` when :attr:`table` is another one.
    """

    state_changed = pyqtSignal(object)
    progressed = pyqtSignal(float, str)
    told = pyqtSignal(str, object)
    results_read = pyqtSignal()

    def __init__(self, form: InputsForm, on_map: FindingsOnMap, parent: QObject) -> None:
        super().__init__(parent)
        self.state = State.EMPTY
        self.table = FindingTable()
        self.rules: dict[str, Any] = {}
        self.report: Path | None = None
        self.findings: Path | None = None
        self.package = ""
        self._form = form
        self._map = on_map
        self._run: Run | None = None
        self._reading: ReadTask | None = None
        self._text = ""
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(300)
        self._typing.timeout.connect(lambda: memory.fill_layers(form))
        form.package_changed.connect(self._package_changed)

    def start(self) -> None:
        """Verify the package in the form."""
        if self.state.busy:
            return
        package = self._form.value("SUBMISSION")
        if not package:
            self.told.emit(
                translate("VerifyPresenter", "Choose a survey package first"),
                Qgis.MessageLevel.Warning,
            )
            return
        if self._typing.isActive():
            self._typing.stop()
            memory.fill_layers(self._form)
        own = memory.layers_of_package(self._form)
        if own:
            text = translate(
                "VerifyPresenter",
                "{layers} lies in the package itself and cannot speak for it. Choose another.",
            )
            self.told.emit(text.format(layers=", ".join(own)), Qgis.MessageLevel.Warning)
            return
        memory.remember(self._form)
        self._form.package.remember()
        parent = self._form.folder.filePath()
        folder = memory.new_run_folder(
            Path(parent) if parent else memory.results_folder(), Path(package)
        )
        parameters = self._form.values()
        parameters["FINDINGS"] = str(folder / "findings.gpkg")
        parameters["RECORD"] = str(folder / "record.json")
        parameters["REPORT"] = str(folder / "report.html")
        self.package = Path(package).name
        run = Run(parameters, self)
        run.progressed.connect(self._progressed)
        run.said.connect(self._said)
        run.done.connect(self._verified)
        run.failed.connect(self._failed)
        run.cancelled.connect(self._cancelled)
        self._run, self._text = run, ""
        self._set(State.RUNNING)
        run.start()

    def cancel(self) -> None:
        """Stop what is under way."""
        if self._run is not None and self.state is State.RUNNING:
            self._set(State.CANCELLING)
            self._run.cancel()
        elif self._reading is not None:
            self._reading.cancel()

    def open_results(self, path: Path) -> None:
        """Show the results of an earlier run."""
        if self.state.busy:
            return
        report = path.with_name("report.html")
        self.report = report if report.exists() else None
        self.package = path.parent.name
        self._read(path)

    def shut_down(self) -> None:
        """Stop what is under way and let go of files; nothing is told any more."""
        self.blockSignals(True)
        self._typing.stop()
        if self._run is not None:
            self._run.blockSignals(True)
            self._run.cancel()
        if self._reading is not None:
            self._reading.blockSignals(True)
            self._reading.cancel()
        self._run = self._reading = None
        self._map.close()

    def _set(self, state: State) -> None:
        self.state = state
        self.state_changed.emit(state)

    def _package_changed(self, path: str) -> None:
        if not self.state.busy:
            self._set(State.READY if path else State.EMPTY)
            self._typing.start()

    def _progressed(self, percent: float) -> None:
        self.progressed.emit(percent, self._text)

    def _said(self, text: str) -> None:
        self._text = text

    def _verified(self, outputs: dict[str, Any]) -> None:
        self._run = None
        self.report = Path(outputs["REPORT"]) if outputs.get("REPORT") else None
        self._read(Path(outputs["FINDINGS"]))

    def _failed(self, reason: str) -> None:
        self._run = None
        self._set(State.FAILED)
        self.told.emit(reason, Qgis.MessageLevel.Critical)

    def _cancelled(self) -> None:
        self._run = None
        self._set(State.CANCELLED)

    def _read(self, path: Path) -> None:
        self._set(State.READING)
        task = ReadTask(path, self._form.value("STANDARD") or "")
        task.read.connect(self._results_read)
        self._reading = task
        QgsApplication.taskManager().addTask(task)

    def _results_read(self, table: FindingTable | None, reason: str) -> None:
        task, self._reading = self._reading, None
        if task is None:
            return
        if table is None:
            cancelled = task.isCanceled()
            self._set(State.CANCELLED if cancelled else State.FAILED)
            if not cancelled:
                text = translate("VerifyPresenter", "Cannot read the findings in {path}: {reason}")
                self.told.emit(
                    text.format(path=task.path, reason=reason), Qgis.MessageLevel.Critical
                )
            return
        self.table, self.rules, self.findings = table, task.rules, task.path
        self._map.open(task.path)
        results.remove_from_project(QgsProject.instance(), task.path)
        results.add_to_project(
            QgsProject.instance(), results.result_layers(task.path), self.package
        )
        self._set(State.DONE if len(table) else State.CLEAN)
        self.results_read.emit()
