"""One thread that does one thing after another for the evidence panel; the newest wish wins."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Hashable
from typing import Any

from qgis.core import Qgis, QgsMessageLog
from qgis.PyQt.QtCore import QObject, Qt, pyqtSignal

Work = Callable[[Any], Any]
_PATIENCE_SECONDS = 5.0
_MOST_WAITING = 3


class EvidenceWorker(QObject):
    """Runs ``work(progress)`` in a thread of its own, always the same one.

    Files that are read stay open from one finding to the next and belong to one thread; QGIS's
    task manager gives every task another one.

    Signals, in the window's thread: ``done`` with the ticket and what the work returned,
    ``failed`` with the ticket and the exception. Of work that was cancelled nothing is told.
    """

    done = pyqtSignal(object, object)
    failed = pyqtSignal(object, object)
    _ended = pyqtSignal(object, object, bool)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.at_end: Callable[[], object] = lambda: None
        """Called in the thread as its last deed: to close what was opened there."""
        self._name = name
        self._lock = threading.Condition()
        self._waiting: deque[tuple[Hashable, Work]] = deque()
        self._running: Hashable | None = None
        self._stopped = threading.Event()
        self._closed = False
        self._thread: threading.Thread | None = None
        self._ended.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def ask(self, ticket: Hashable, work: Work) -> None:
        """Do ``work`` next, and forget everything else that was asked for.

        What is under way for the same ticket is left to finish: that is its answer.
        """
        with self._lock:
            if self._closed:
                return
            self._waiting.clear()
            if self._running == ticket and not self._stopped.is_set():
                return
            self._stopped.set()
            self._waiting.append((ticket, work))
            self._start()

    def ask_later(self, ticket: Hashable, work: Work) -> None:
        """Do ``work`` when there is nothing better to do; once, however often it is asked for."""
        with self._lock:
            known = ticket == self._running or any(one == ticket for one, _ in self._waiting)
            if not self._closed and not known:
                while len(self._waiting) >= _MOST_WAITING:
                    self._waiting.pop()
                self._waiting.append((ticket, work))
                self._start()

    def cancel(self) -> None:
        """Forget everything; what is under way is told to stop."""
        with self._lock:
            self._waiting.clear()
            self._stopped.set()

    def shut_down(self) -> None:
        """Stop, and wait for the thread to end."""
        with self._lock:
            self._closed = True
            self._waiting.clear()
            self._stopped.set()
            self._lock.notify_all()
        self.blockSignals(True)
        if self._thread is not None:
            self._thread.join(_PATIENCE_SECONDS)
            self._thread = None

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._loop, name=self._name, daemon=True)
            self._thread.start()
        self._lock.notify_all()

    def _loop(self) -> None:
        from ....checks.progress import Cancelled, Progress

        while True:
            with self._lock:
                self._lock.wait_for(lambda: self._closed or self._waiting)
                if self._closed:
                    break
                ticket, work = self._waiting.popleft()
                self._running = ticket
                # One event a piece of work: the next must not be stopped by the last one's.
                stopped = self._stopped = threading.Event()
            answer: Any
            try:
                answer, well = work(Progress(None, stopped.is_set)), True
            except Cancelled:
                answer, well = None, False
            except Exception as error:
                answer, well = error, False
            with self._lock:
                self._running = None
                wanted = not stopped.is_set() and not self._closed
            if wanted and (well or answer is not None):
                self._ended.emit(ticket, answer, well)
        self.at_end()

    def _tell(self, ticket: Any, answer: Any, well: bool) -> None:
        if self._closed:
            return
        if well:
            self.done.emit(ticket, answer)
            return
        from ....checks.errors import ExplainedError

        if not isinstance(answer, ExplainedError):
            QgsMessageLog.logMessage(repr(answer), "OneMap Verify", Qgis.MessageLevel.Warning)
        self.failed.emit(ticket, answer)
