"""Where secrets rest: the QGIS authentication database, or memory for a run without one."""

from __future__ import annotations

import threading
from typing import Any, Protocol

PREFIX = "onemap_verify"


class Store(Protocol):
    """Keeps secrets by name."""

    @property
    def open(self) -> bool:
        """Whether it can be read and written now, without asking anybody."""

    def get(self, name: str) -> str:
        """Return a secret, or the empty string."""

    def set(self, name: str, value: str) -> bool:
        """Keep a secret; return whether it will be there after the program ends."""

    def remove(self, name: str) -> None:
        """Forget a secret."""


class MemoryStore:
    """Forgets everything at the end of the program."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}
        self._lock = threading.Lock()

    @property
    def open(self) -> bool:
        """Always."""
        return True

    def get(self, name: str) -> str:
        """Return a secret, or the empty string."""
        with self._lock:
            return self._values.get(name, "")

    def set(self, name: str, value: str) -> bool:
        """Keep a secret until the program ends."""
        with self._lock:
            self._values[name] = value
        return False

    def remove(self, name: str) -> None:
        """Forget a secret."""
        with self._lock:
            self._values.pop(name, None)


class QgisStore:
    """The encrypted settings of QGIS's authentication database.

    Nothing here ever asks for the master password by itself: that may happen on the GUI thread
    alone, by :meth:`unlock`. While the database is locked, secrets live in memory.
    """

    def __init__(self) -> None:
        self._memory = MemoryStore()

    @property
    def open(self) -> bool:
        """Whether the master password is known and right."""
        manager = self._manager()
        return bool(not manager.isDisabled() and manager.masterPasswordIsSet())

    def unlock(self) -> bool:
        """Have QGIS ask for the master password; to be called on the GUI thread."""
        manager = self._manager()
        return bool(not manager.isDisabled() and manager.setMasterPassword(True))

    def get(self, name: str) -> str:
        """Return a secret, or the empty string."""
        found = self._memory.get(name)
        key = f"{PREFIX}/{name}"
        if found or not self.open or not self._manager().existsAuthSetting(key):
            return found
        return str(self._manager().authSetting(key, "", True) or "")

    def set(self, name: str, value: str) -> bool:
        """Keep a secret, encrypted; return False when it lives in memory only."""
        if self.open and self._manager().storeAuthSetting(f"{PREFIX}/{name}", value, True):
            self._memory.remove(name)
            return True
        return self._memory.set(name, value)

    def remove(self, name: str) -> None:
        """Forget a secret."""
        self._memory.remove(name)
        manager = self._manager()
        if not manager.isDisabled() and manager.existsAuthSetting(f"{PREFIX}/{name}"):
            manager.removeAuthSetting(f"{PREFIX}/{name}")

    def _manager(self) -> Any:
        from qgis.core import QgsApplication

        return QgsApplication.authManager()
