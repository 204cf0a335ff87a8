"""How fast it goes."""

from __future__ import annotations

import time

_MEMORY = 5.0
_SHORTEST = 0.2


class Meter:
    """Rate per second of a growing count, forgetting what is some seconds old."""

    def __init__(self) -> None:
        self._last: tuple[float, int] | None = None
        self._rate = 0.0

    def rate(self, count: int) -> float:
        """Return units per second after ``count`` were reached; 0 while nothing is known."""
        now = time.monotonic()
        if self._last is None or count < self._last[1]:
            self._last = (now, count)
            return self._rate
        passed = now - self._last[0]
        if passed < _SHORTEST:
            return self._rate
        fresh = (count - self._last[1]) / passed
        weight = min(passed / _MEMORY, 1.0)
        self._rate = fresh if self._rate == 0.0 else self._rate + weight * (fresh - self._rate)
        self._last = (now, count)
        return self._rate
