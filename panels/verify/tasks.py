"""The work of the panel, each piece in a task: our own algorithm, and reading what it wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsApplication,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProject,
    QgsTask,
)
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ...processing_provider.language import translate
from ..review.finding_table import FindingTable
from ..review.queue.order import by_minutes
from ..review.queue.reading import read_findings

ALGORITHM = "onemap:verifysubmission"


class RunFeedback(QgsProcessingFeedback):
    """Passes on what an algorithm says in its own thread to whoever looks at the panel."""

    said = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__(False)
        self.error = ""

    def setProgressText(self, text: str) -> None:
        super().setProgressText(text)
        self.said.emit(text)

    def reportError(self, error: str, fatalError: bool = False) -> None:
        super().reportError(error, fatalError)
        self.error = error


class Run(QObject):
    """One run of an algorithm in the background; it succeeded when it gave ``result``.

    Signals come in the main thread: ``progressed`` with percent, ``said`` with a short text,
    then exactly one of ``done`` (outputs), ``failed`` (reason) and ``cancelled``.
    """

    progressed = pyqtSignal(float)
    said = pyqtSignal(str)
    done = pyqtSignal(dict)
    failed = pyqtSignal(str)
    cancelled = pyqtSignal()

    def __init__(
        self,
        parameters: dict[str, Any],
        parent: QObject | None = None,
        algorithm: str = ALGORITHM,
        result: str = "FINDINGS",
    ) -> None:
        super().__init__(parent)
        self._parameters = parameters
        self._algorithm = algorithm
        self._result = result
        self._context = QgsProcessingContext()
        self._context.setProject(QgsProject.instance())
        self._feedback = RunFeedback()
        self._context.setFeedback(self._feedback)
        self._task: QgsProcessingAlgRunnerTask | None = None
        self._feedback.progressChanged.connect(self.progressed)
        self._feedback.said.connect(self.said)

    def start(self) -> None:
        """Check the parameters and hand the algorithm to QGIS's task manager."""
        algorithm = QgsApplication.processingRegistry().algorithmById(self._algorithm)
        if algorithm is None:
            self.failed.emit(
                translate("VerifyRun", "The algorithm {name} is not registered.").format(
                    name=self._algorithm
                )
            )
            return
        possible, reason = algorithm.canExecute()
        if possible:
            possible, reason = algorithm.checkParameterValues(self._parameters, self._context)
        if not possible:
            self.failed.emit(reason)
            return
        task = QgsProcessingAlgRunnerTask(
            algorithm, self._parameters, self._context, self._feedback
        )
        task.executed.connect(self._executed)
        self._task = task
        QgsApplication.taskManager().addTask(task)

    def cancel(self) -> None:
        """Ask the algorithm to stop; ``cancelled`` follows."""
        self._feedback.cancel()
        if self._task is not None:
            self._task.cancel()

    def _executed(self, successful: bool, outputs: dict[str, Any]) -> None:
        self._task = None
        if self._feedback.isCanceled():
            self.cancelled.emit()
        elif successful and outputs.get(self._result):
            self.done.emit(outputs)
        else:
            self.failed.emit(self._feedback.error or translate("VerifyRun", "The run failed."))


class ReadTask(QgsTask):
    """Reads a file of findings, and the words of its rule set, in a thread of its own.

    ``read`` comes in the main thread with the table, or ``None`` and a reason.
    """

    read = pyqtSignal(object, str)

    def __init__(self, path: Path, standard: str = "") -> None:
        super().__init__(
            translate("VerifyRun", "Reading {name}").format(name=path.name),
            QgsTask.Flag.CanCancel | QgsTask.Flag.CancelWithoutPrompt,
        )
        self.path = path
        self.rules: dict[str, Any] = {}
        self._standard = standard
        self._table: FindingTable | None = None
        self._reason = ""

    def run(self) -> bool:
        try:
            self._table = read_findings(
                self.path, self.isCanceled, lambda part: self.setProgress(part * 100.0)
            )
        except ValueError as error:
            self._reason = str(error)
        self.rules = _rules(self._standard)
        if self._table is not None:
            self._table.minutes = by_minutes(self._table, self._standard)
        return self._table is not None

    def finished(self, result: bool) -> None:
        self.read.emit(self._table if result else None, self._reason)


def _rules(standard: str) -> dict[str, Any]:
    """Titles and advice by rule id; nothing where the rule set cannot be read."""
    try:
        from ...checks.standard import StandardError, load
    except ImportError:
        return {}
    try:
        return dict(load(standard).rules)
    except StandardError:
        return {}
