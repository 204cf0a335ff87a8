"""What goes wrong, and how often it did: counters that several processes share."""

from __future__ import annotations

import multiprocessing
from typing import Any

FORK = multiprocessing.get_context("fork")

# At the proxy, by request.
CUT_UP = "cut on the way up"
CUT_DOWN = "cut on the way down"
ERROR_BEFORE = "5xx, request not passed on"
ERROR_AFTER = "5xx, request was carried out"
SLOW = "slow"
SILENT = "no answer in time"
TRUNCATED = "answer shortened"
WRONG_OFFSET = "wrong offset"
EXPIRED = "token expired"
FLIPPED = "byte changed on the way up"
FORGED = "receipt with a false signature"
# Around it.
TUS_KILLED = "tus server killed"
INTAKE_KILLED = "intake killed"
DATABASE_KILLED = "database crashed"
CLIENT_KILLED = "client killed"
DISK_FULL = "disk of the platform full"

AT_PROXY = (
    *(CUT_UP, CUT_DOWN, ERROR_BEFORE, ERROR_AFTER, SLOW, SILENT, TRUNCATED, WRONG_OFFSET),
    *(EXPIRED, FLIPPED, FORGED),
)
AROUND = (TUS_KILLED, INTAKE_KILLED, DATABASE_KILLED, CLIENT_KILLED, DISK_FULL)


class Counters:
    """How often each fault happened; the same numbers in every process forked after it."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {name: FORK.Value("q", 0) for name in AT_PROXY + AROUND}
        self._on = FORK.Value("b", 1)

    def add(self, name: str) -> None:
        """One more."""
        with self._values[name].get_lock():
            self._values[name].value += 1

    def total(self) -> int:
        """All together."""
        return sum(value.value for value in self._values.values())

    def by_name(self) -> dict[str, int]:
        """Each by its name."""
        return {name: value.value for name, value in self._values.items()}

    @property
    def on(self) -> bool:
        """Whether faults are to be made."""
        return bool(self._on.value)

    def switch(self, on: bool) -> None:
        """Make faults, or no more."""
        self._on.value = 1 if on else 0
