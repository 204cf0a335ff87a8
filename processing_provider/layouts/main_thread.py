"""Doing a small piece of work in the thread that layouts and windows live in."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from qgis.PyQt.QtCore import QCoreApplication, QObject, Qt, QThread, pyqtSignal, pyqtSlot

Answer = TypeVar("Answer")
_PATIENCE = 0.05


class _Caller(QObject):
    """Lives in the main thread and does what another thread asks for."""

    wanted = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self.wanted.connect(self.do, Qt.ConnectionType.QueuedConnection)

    @pyqtSlot(object)
    def do(self, work: Callable[[], None]) -> None:
        """Do it; an error is kept by ``work`` itself."""
        work()


class MainThread:
    """Calls functions in the main thread; made in any thread.

    Parameters
    ----------
    cancelled
        Asked while waiting: a task that is told to stop must not wait for a window that waits for
        the task.
    """

    def __init__(self, cancelled: Callable[[], bool] = lambda: False) -> None:
        self._cancelled = cancelled
        self._here = is_main_thread()
        self._caller: _Caller | None = None
        if not self._here:
            self._caller = _Caller()
            self._caller.moveToThread(QCoreApplication.instance().thread())

    def call(self, work: Callable[[], Answer]) -> Answer:
        """Return what ``work`` returns, or raise what it raises.

        Raises
        ------
        Cancelled
            When asked to stop while the main thread had no time; ``work`` is then not done.
        """
        if self._caller is None:
            return work()
        from ...checks.progress import Cancelled

        done = threading.Event()
        answer: list[Answer] = []
        errors: list[BaseException] = []
        given_up = threading.Event()

        def told() -> None:
            try:
                if not given_up.is_set():
                    answer.append(work())
            except BaseException as error:
                errors.append(error)
            finally:
                done.set()

        self._caller.wanted.emit(told)
        while not done.wait(_PATIENCE):
            if self._cancelled():
                given_up.set()
                raise Cancelled
        if errors:
            raise errors[0]
        return answer[0]

    def last(self, work: Callable[[], None], seconds: float = 2.0) -> None:
        """Have ``work`` done, also after a cancellation; wait for it, but not for ever."""
        if self._caller is None:
            work()
            return
        done = threading.Event()

        def told() -> None:
            work()
            done.set()

        self._caller.wanted.emit(told)
        done.wait(seconds)

    def close(self) -> None:
        """Let the helper go, in its own thread."""
        if self._caller is not None:
            self._caller.deleteLater()
            self._caller = None


def is_main_thread() -> bool:
    """Whether this is the thread of the application's windows."""
    application = QCoreApplication.instance()
    return application is None or QThread.currentThread() == application.thread()
