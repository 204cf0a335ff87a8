"""Who decides, and in which capacity: never nobody."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from qgis.PyQt.QtCore import QObject, pyqtSignal

from ....services import settings

ROLES = ("surveyor", "reviewer", "administrator")


@dataclass(frozen=True)
class Person:
    """``known`` is whether the platform vouches for the name; ``roles`` what it may be."""

    name: str
    known: bool
    roles: tuple[str, ...]


def present() -> Person:
    """Who sits there: the account of the platform, else the remembered name, else the computer's.

    An account decides under its name and user id, so that two of one name stay apart.
    """
    account = _account()
    if account is not None:
        roles = tuple(role for role in ROLES if role in {one.value for one in account.roles})
        same = not account.name or account.name == account.user
        name = account.user if same else f"{account.name} ({account.user})"
        return Person(name, True, roles)
    return Person(settings.REVIEWER.get().strip() or computer_user(), False, ROLES)


def computer_user() -> str:
    """Name of the computer's account; empty where there is none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def _account() -> Any:
    """The account signed in at the platform; ``None`` without one."""
    platform = _platform()
    found = platform.current() if platform is not None else None
    return found.identity.account if found is not None and found.identity.ready else None


def _platform() -> Any:
    """The module that holds the sign-ins; where nobody has loaded it nobody is signed in."""
    package = __name__.split(".panels.")[0]
    module = sys.modules.get(f"{package}.services.session")
    # Another thread may be about to load it.
    busy = getattr(getattr(module, "__spec__", None), "_initializing", False)
    return None if busy else module


class PersonWatch(QObject):
    """Tells by ``changed`` when somebody signs in or out."""

    changed = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stop: list[Callable[[], None]] = []
        self._identity: Any = None
        self.changed.connect(self.listen)
        self.listen()

    def stop(self) -> None:
        """Hear no more."""
        while self._stop:
            self._stop.pop()()

    def listen(self) -> None:
        """Listen to the platform in use now; nothing happens where that is done already."""
        platform = _platform()
        if platform is not None and not self._stop:
            # Listeners are told in any thread; a signal brings it home.
            self._stop.append(platform.listen(self._told))
        found = platform.current() if platform is not None else None
        identity = found.identity if found is not None else None
        if identity is self._identity:
            return
        while len(self._stop) > 1:
            self._stop.pop()()
        self._identity = identity
        if identity is not None:
            self._stop.append(identity.listen(self._told))

    def _told(self, _what: Any) -> None:
        try:
            self.changed.emit()
        except RuntimeError:  # the window went without stopping us
            self.stop()
