"""Whether the event loop ever stands still, and where."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from types import FrameType
from typing import Any

from qgis.PyQt.QtCore import Qt, QTimer

_BEAT_MS = 5
_LOOK_S = 0.002
_WORTH_TELLING_S = 0.03


class Watchdog:
    """A timer in the window's thread beats every 5 ms; its longest pause is the longest block.

    A second thread looks at the beat. Where it is late, it notes what the window's thread is at.
    """

    def __init__(self) -> None:
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._window = threading.get_ident()
        self._stopped = threading.Event()
        self._last = time.perf_counter()
        self.longest = 0.0
        self.where = ""
        self._thread = threading.Thread(target=self._look, daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._last = time.perf_counter()
        self._timer.start()
        self._thread.start()

    def stop(self) -> None:
        """Watch no longer."""
        self._timer.stop()
        self._stopped.set()
        self._thread.join()

    def reset(self) -> None:
        """Forget the longest block so far."""
        self._last = time.perf_counter()
        self.longest, self.where, self._latest = 0.0, "", ""

    _latest = ""

    def _beat(self) -> None:
        now = time.perf_counter()
        late = now - self._last - _BEAT_MS / 1000.0
        if late > self.longest:
            self.longest, self.where = late, self._latest
        self._last, self._latest = now, ""

    def _look(self) -> None:
        while not self._stopped.wait(_LOOK_S):
            if time.perf_counter() - self._last > _WORTH_TELLING_S:
                frame = sys._current_frames().get(self._window)
                if frame is not None:
                    self._latest = _line(frame)

    def result(self) -> dict[str, Any]:
        """The longest block in milliseconds, and what was going on."""
        return {"longest_block_ms": round(self.longest * 1000.0, 1), "where": self.where}


def _line(frame: FrameType) -> str:
    """The innermost call, and the innermost of ours."""
    stack = traceback.extract_stack(frame)
    ours = [one for one in stack if "onemap_verify" in one.filename or "quality_result" in one.name]
    last = (ours or list(stack))[-1]
    return f"{last.filename.rsplit('/', 1)[-1]}:{last.lineno} {last.name}"
