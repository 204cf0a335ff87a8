"""The states of a sign-in, who is told of them, and what waits for it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from ..errors import ServiceError
from ..site_profile import SiteProfile
from .account import Account, Role, State


class Machine:
    """Where a sign-in stands. Listeners are told each change, in the thread where it happens."""

    def __init__(self, profile: SiteProfile) -> None:
        self.profile = profile
        self.state = State.SIGNED_OUT
        self.account: Account | None = None
        self.problem: ServiceError | None = None
        self._lock = threading.RLock()
        self._listeners: list[Callable[[State], object]] = []
        self._waiting: list[Callable[[], object]] = []

    @property
    def needs_sign_in(self) -> bool:
        """Whether the platform wants one at all."""
        return self.profile.identity.kind != "none"

    @property
    def ready(self) -> bool:
        """Whether requests can go out as they should."""
        return not self.needs_sign_in or self.state is State.SIGNED_IN

    def may(self, *roles: Role) -> bool:
        """Whether who is signed in has one of these roles."""
        return self.account is not None and self.account.may(*roles)

    def listen(self, listener: Callable[[State], object]) -> Callable[[], None]:
        """Have ``listener`` told every change; calling the answer stops that."""
        with self._lock:
            self._listeners.append(listener)

        def stop() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return stop

    def when_signed_in(self, callback: Callable[[], object]) -> None:
        """Run ``callback`` now if signed in, else as soon as that is so.

        What was wanted is resumed by it. Signing out forgets it.
        """
        with self._lock:
            if not self.ready:
                self._waiting.append(callback)
                return
        callback()

    def _move(self, state: State, problem: ServiceError | None = None) -> None:
        with self._lock:
            if self.state is state and self.problem is problem:
                return
            self.state, self.problem = state, problem
            listeners = list(self._listeners)
        for listener in listeners:
            listener(state)

    def _resume(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, []
        for callback in waiting:
            callback()
