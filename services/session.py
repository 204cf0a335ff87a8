"""The platform in use: its profile, who is signed in there, and the way to its servers.

Panels and algorithms of one QGIS share it, so that signing in once is enough.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..checks.findings import Text
from ..checks.progress import SILENT, Progress
from .errors import ProfileProblem, ServiceError
from .identity import Identity, MemoryStore, QgisStore, Store
from .identity.unattended import sign_in
from .site import find_profile
from .site_profile import SiteProfile
from .transport import Transport


@dataclass(frozen=True)
class Session:
    """A platform, who one is there, and the way to it."""

    profile: SiteProfile
    identity: Identity
    transport: Transport


_lock = threading.Lock()
_sessions: list[Session] = []
_current: list[Session] = []
_listeners: list[Callable[[Session], object]] = []


def current() -> Session | None:
    """Return the session last chosen; at first that of the profile used last, if any."""
    with _lock:
        if _current:
            return _current[0]
    last = _remembered()
    if not last:
        return None
    try:
        return choose(last)
    except ServiceError:
        # A profile that is gone or broken since is no reason not to start.
        return None


def choose(profile: str | os.PathLike[str] | SiteProfile) -> Session:
    """Make a profile the current one and remember it for the next start.

    Raises
    ------
    ProfileProblem
    """
    session = of(profile)
    with _lock:
        _current[:] = [session]
        listeners = list(_listeners)
    _remember(session.profile)
    for listener in listeners:
        listener(session)
    return session


def of(profile: str | os.PathLike[str] | SiteProfile) -> Session:
    """Return the session of a profile, the same one as long as the profile is the same.

    Raises
    ------
    ProfileProblem
    """
    found = profile if isinstance(profile, SiteProfile) else find_profile(profile)
    with _lock:
        for session in _sessions:
            if session.profile == found:
                return session
        identity = Identity(found, _store())
        identity.listen(lambda state: _note(identity, state))
        session = Session(found, identity, Transport(found, identity.auth))
        _sessions.append(session)
    if _in_qgis():
        from .identity import qgis_network

        qgis_network.serve(identity)
    return session


def open_session(
    profile: str | os.PathLike[str] = "",
    how: str = "",
    say: Callable[[Text], object] = lambda _: None,
    progress: Progress = SILENT,
) -> Session:
    """Return a signed-in session for an algorithm.

    Parameters
    ----------
    profile
        Id or file of a profile; empty for the current one.
    how
        The algorithm's ``SIGN_IN``; see :mod:`.identity.unattended`.
    say
        Told what a person has to do or to know.

    Raises
    ------
    ServiceError, Cancelled
    """
    session = of(profile) if os.fspath(profile) else current()
    if session is None:
        raise ProfileProblem(
            Text(zh="未指定平台（站点配置）", en="No platform (site profile) was chosen"),
            advice=Text(
                zh="请给出 PROFILE：站点配置的标识或 JSON 文件。",
                en="Give PROFILE: the id of a site profile, or its JSON file.",
            ),
        )
    if _in_qgis():
        from .identity import qgis_network

        qgis_network.install()
    if session.identity.needs_sign_in or how:
        sign_in(session.identity, how, say, progress)
    return session


def listen(listener: Callable[[Session], object]) -> Callable[[], None]:
    """Have ``listener`` told when another profile is chosen; calling the answer stops that."""
    _listeners.append(listener)

    def stop() -> None:
        if listener in _listeners:
            _listeners.remove(listener)

    return stop


def start() -> None:
    """Begin: what the plugin calls when QGIS loads it."""
    from .identity import qgis_network

    qgis_network.install()


def stop() -> None:
    """End: nothing of ours stays in QGIS's network, and no connection open."""
    with _lock:
        sessions = list(_sessions)
        _sessions.clear()
        _current.clear()
        _listeners.clear()
    for session in sessions:
        session.transport.close()
        session.identity.transport.close()
    if _in_qgis():
        from .identity import qgis_network

        qgis_network.uninstall()


def _note(identity: Identity, state: Any) -> None:
    """Sign-ins and their ends belong in the audit log."""
    from .audit import note

    told = {
        "signed_in": ("sign_in", "done"),
        "failed": ("sign_in", "failed"),
        "expired": ("sign_out", "expired"),
        "signed_out": ("sign_out", "done"),
    }.get(state.value)
    if told is not None:
        note(told[0], identity.profile.id, told[1])


def _in_qgis() -> bool:
    core = sys.modules.get("qgis.core")
    return core is not None and core.QgsApplication.instance() is not None


def _store() -> Store:
    return QgisStore() if _in_qgis() else MemoryStore()


def _remembered() -> str:
    if not _in_qgis():
        return ""
    from . import settings

    return settings.SITE.get()


def _remember(profile: SiteProfile) -> None:
    if _in_qgis():
        from . import settings

        settings.SITE.set(str(profile.path) if profile.path else profile.id)
