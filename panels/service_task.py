"""A service at work in QGIS's task manager, so that the window stays free."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

from qgis.core import Qgis, QgsApplication, QgsMessageLog, QgsTask
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ..processing_provider.language import say, spoken, translate


class ServiceTask(QgsTask):
    """Runs ``work(progress)`` in a thread of its own.

    Signals come in the main thread: ``said`` with a short text, then exactly one of ``done``
    (what the work returned), ``failed`` (what happened, what to do) and ``cancelled``.
    """

    said = pyqtSignal(str)
    done = pyqtSignal(object)
    failed = pyqtSignal(str, str)
    cancelled = pyqtSignal()

    def __init__(self, title: str, work: Callable[[Any], Any]) -> None:
        super().__init__(title, QgsTask.Flag.CanCancel | QgsTask.Flag.CancelWithoutPrompt)
        self._work = work
        self._result: Any = None
        self._failure: tuple[str, str] | None = None
        self._stopped = False

    def run(self) -> bool:
        from ..checks.progress import Cancelled, Progress

        def report(fraction: float, text: str) -> None:
            self.setProgress(fraction * 100.0)
            if text:
                self.said.emit(spoken(text))

        try:
            self._result = self._work(Progress(report, self.isCanceled))
        except Cancelled:
            self._stopped = True
            return False
        except Exception as error:
            self._failure = explained(error)
            return False
        return True

    def finished(self, result: bool) -> None:
        if result:
            self.done.emit(self._result)
        elif self._failure is not None:
            self.failed.emit(*self._failure)
        else:
            self.cancelled.emit()


def explained(error: Exception) -> tuple[str, str]:
    """What happened and what to do; called where the error is handled."""
    from ..checks.errors import ExplainedError

    if isinstance(error, ExplainedError):
        advice = getattr(error, "advice", None)
        return say(error.text), say(advice) if advice is not None else ""
    # Nothing a person can put right; the traceback belongs in the log.
    QgsMessageLog.logMessage(traceback.format_exc(), "OneMap Verify", Qgis.MessageLevel.Critical)
    return (
        translate("ServiceTask", "Internal error ({kind}).").format(kind=type(error).__name__),
        translate("ServiceTask", "The details are in the log panel, tab OneMap Verify."),
    )


class Tasks(QObject):
    """Starts service tasks and keeps them alive; with a name, a new one replaces the old."""

    busy_changed = pyqtSignal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._running: dict[str, ServiceTask] = {}
        self._count = 0

    def start(
        self,
        title: str,
        work: Callable[[Any], Any],
        done: Callable[[Any], object] | None = None,
        failed: Callable[[str, str], object] | None = None,
        cancelled: Callable[[], object] | None = None,
        name: str = "",
    ) -> ServiceTask:
        """Hand work to QGIS's task manager; the callables are called in the main thread."""
        self._count += 1
        key = name or f"#{self._count}"
        self.cancel(key)
        task = ServiceTask(title, work)

        def ended() -> None:
            if self._running.get(key) is task:
                del self._running[key]
                if not self._running:
                    self.busy_changed.emit(False)

        def current(call: Callable[..., object] | None) -> Callable[..., None]:
            def told(*what: Any) -> None:
                # What a replaced task still has to say is of no interest.
                mine = self._running.get(key) is task
                ended()
                if mine and call is not None:
                    call(*what)

            return told

        task.done.connect(current(done))
        task.failed.connect(current(failed))
        task.cancelled.connect(current(cancelled))
        self._running[key] = task
        self.busy_changed.emit(True)
        QgsApplication.taskManager().addTask(task)
        return task

    def running(self, name: str) -> bool:
        """Whether a task of that name is under way."""
        return name in self._running

    def cancel(self, name: str) -> None:
        """Ask a task to stop; it says no more than ``cancelled``."""
        task = self._running.get(name)
        if task is not None:
            task.cancel()

    def shut_down(self) -> None:
        """Stop all; nothing is told any more."""
        running, self._running = list(self._running.values()), {}
        for task in running:
            task.blockSignals(True)
            task.cancel()
