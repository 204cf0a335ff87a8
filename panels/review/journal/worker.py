"""One thread that reads and writes the journal, one thing after another."""

from __future__ import annotations

import gc
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from qgis.core import Qgis, QgsMessageLog
from qgis.PyQt.QtCore import QObject, Qt, pyqtSignal, pyqtSlot

from ...service_task import explained

Failed = Callable[[str, str], None]


def _nothing(*_: Any) -> None:
    """For those who want no answer."""


@dataclass(frozen=True)
class Job:
    """Something to do; ``done`` or ``failed`` is called in the window's thread.

    ``writes`` marks what must not be lost: it is done even when its window is closed meanwhile.
    """

    work: Callable[[], Any]
    done: Callable[[Any], None] = _nothing
    failed: Failed = _nothing
    writes: bool = False


class Worker(QObject):
    """Does jobs in the order in which they come.

    QGIS's task manager shares its few threads with verifications that take minutes; a decision
    must not wait behind them, and two must not overtake each other. The thread ends when there is
    nothing left to do.
    """

    busy_changed = pyqtSignal(bool)
    _ended = pyqtSignal(object, bool, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._jobs: deque[Job] = deque()
        self._thread: threading.Thread | None = None
        self._unanswered = 0
        self._closed = False
        self._ended.connect(self._answer, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> bool:
        """Whether something has not been answered yet."""
        return self._unanswered > 0

    def put(self, job: Job) -> None:
        """Do something after all that was asked for before."""
        self._unanswered += 1
        with self._lock:
            self._jobs.append(job)
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._work, name="onemap-journal", daemon=True
                )
                self._thread.start()
        if self._unanswered == 1:
            self.busy_changed.emit(True)

    def drop_reading(self) -> None:
        """Forget what was only to be looked at; what is to be written is written."""
        with self._lock:
            kept = [job for job in self._jobs if job.writes]
            dropped = len(self._jobs) - len(kept)
            self._jobs = deque(kept)
        self._unanswered -= dropped
        if dropped and not self._unanswered:
            self.busy_changed.emit(False)

    def finish(self, seconds: float) -> bool:
        """Tell nothing any more, and give what is being written time to reach the disk.

        Returns whether all of it is there.
        """
        self._closed = True
        self.drop_reading()
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join(seconds)
        return thread is None or not thread.is_alive()

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._jobs:
                    self._thread = None
                    return
                job = self._jobs.popleft()
            result, good = self._done(job)
            if not self._closed:
                # The window may go at this very moment.
                with suppress(RuntimeError):
                    self._ended.emit(job, good, result)
            elif not good and job.writes:
                QgsMessageLog.logMessage(
                    " ".join(result), "OneMap Verify", Qgis.MessageLevel.Critical
                )

    @staticmethod
    def _done(job: Job) -> tuple[Any, bool]:
        # Long journals make many objects, none in circles; collecting them again and again would
        # halt the window for up to seconds.
        collecting = gc.isenabled()
        gc.disable()
        try:
            return job.work(), True
        except Exception as error:
            return explained(error), False
        finally:
            if collecting:
                gc.enable()

    @pyqtSlot(object, bool, object)
    def _answer(self, job: Job, good: bool, result: Any) -> None:
        if self._closed:
            return
        self._unanswered -= 1
        if good:
            job.done(result)
        else:
            job.failed(*result)
        if not self._unanswered:
            self.busy_changed.emit(False)
