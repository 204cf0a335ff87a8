"""Starting, stopping and looking at a platform: what ``./run platform`` and the tests call."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from . import catalogue, coverages, database, gateway, identity, profile
from .certificates import CertificateError
from .http_client import call
from .layout import PREFERRED_GATEWAY, Place, Settings, free_ports
from .processes import alive, end_all, processes_of, send, started_at, title
from .seed import Seed, SeedError, fill, last_lines
from .server import clean_environment
from .servers import PORTS
from .timestamps import write_configuration as write_stamper

_START_SECONDS = 60.0
_STOP_SECONDS = 15.0
_NOT_CLONED = (
    ".lock",
    "postgres",
    "run",
    "logs",
    "qgis",
    "state.json",
    "platform.json",
    "profile.json",
)


class PlatformError(Exception):
    """The platform could not be started or stopped; the message says why."""


def missing() -> str:
    """What is not installed of what the platform needs, as a sentence; empty where all is there."""
    try:
        _check_programs()
    except (OSError, database.DatabaseError) as error:
        return str(error)
    return ""


def clone(seeded: Path, folder: Path) -> None:
    """Copy a platform that is filled and not running: quicker than filling another.

    Raises
    ------
    PlatformError
        When it cannot be copied.
    """
    place = Place(folder.absolute())
    data = (seeded / "postgres").resolve()
    place.folder.mkdir(parents=True, exist_ok=True)
    kept = [str(one) for one in seeded.iterdir() if one.name not in _NOT_CLONED]
    place.make()
    into = database.data_directory(place)
    for what, where in ((kept, place.folder), ([f"{data}/."], into)):
        done = subprocess.run(
            ["cp", "-a", *what, str(where)], capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise PlatformError(f"{seeded} could not be copied: {done.stderr.strip()[-300:]}")


def start(
    folder: Path,
    seed: Seed | None = None,
    *,
    tls: bool | None = None,
    ends_with: int | None = None,
) -> dict[str, Any]:
    """Start the platform in ``folder``, filling it first where it is empty; return its description.

    One that runs already is left running and described. ``seed`` fills an empty folder
    (default: the county of ``./run demo``); one that is filled stays as it is. ``tls`` switches
    the gateway to https with a certificate of a private authority, or back. With ``ends_with``, the
    platform stops when that process has ended, however it did.

    Raises
    ------
    PlatformError
        When something is missing, or a server does not come up; nothing is left running.
    """
    place = Place(folder.absolute())
    place.folder.mkdir(parents=True, exist_ok=True)
    with _alone(place):
        settings = _settings(place)
        wanted = settings.tls if tls is None else tls
        if _is_up(place) and wanted == settings.tls:
            return _described(place)
        _end(place)
        began = time.monotonic()
        try:
            _prepare(place, settings, seed or Seed(), wanted)
            seeded = time.monotonic() - began
            _launch(place, ends_with)
        except (
            SeedError,
            CertificateError,
            database.DatabaseError,
            identity.SetupError,
            OSError,
            subprocess.SubprocessError,
        ) as error:
            _end(place)
            raise PlatformError(str(error)) from error
        except BaseException:
            _end(place)
            raise
        seconds = time.monotonic() - began - seeded
        return _describe(place, settings, round(seeded, 2), round(seconds, 2))


def stop(folder: Path) -> dict[str, Any]:
    """Stop the platform in ``folder`` and whatever a crash of it has left behind.

    Raises
    ------
    PlatformError
        When a process would not end, as one of another user.
    """
    place = Place(folder.absolute())
    if not place.folder.is_dir():
        return {"folder": str(place.folder), "stopped": 0}
    with _alone(place):
        return {"folder": str(place.folder), "stopped": _end(place)}


def status(folder: Path) -> dict[str, Any]:
    """How the platform in ``folder`` is: running or not, its servers, their processes."""
    place = Place(folder.absolute())
    state = _state(place)
    running = _supervisor(state) is not None
    found = processes_of(place.folder)
    return {
        "folder": str(place.folder),
        "running": running and bool(state.get("ready")),
        "seeded": place.settings.exists() and Settings.read(place.settings).seeded,
        "supervisor": state.get("supervisor") if running else None,
        "servers": state.get("servers", {}) if running else {},
        "processes": len(found),
        "leftovers": [] if running else found,
        "gateway": _described(place).get("gateway") if running else None,
        "profile": str(place.profile) if running else None,
    }


@contextlib.contextmanager
def _alone(place: Place) -> Iterator[None]:
    """One start or stop at a time."""
    with (place.folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _settings(place: Place) -> Settings:
    try:
        return Settings.read(place.settings)
    except (OSError, ValueError, TypeError, KeyError):
        return Settings.fresh()


def _prepare(place: Place, settings: Settings, seed: Seed, tls: bool) -> None:
    """Ports, seed where there is none, and every configuration for these ports."""
    _check_programs()
    place.make()
    settings.tls = tls
    wanted = {"gateway": PREFERRED_GATEWAY} | settings.ports
    settings.ports = free_ports(PORTS, wanted)
    if not settings.seeded:
        fill(place, settings, seed)
    address = gateway.address(settings)
    database.write_password_files(place, settings, settings.ports["postgres"])
    identity.configure(place, settings, address)
    gateway.configure(place, settings, identity.issuer(address))
    write_stamper(place.certificates)
    coverages.configure(place, address)
    catalogue.configure(place, address)
    catalogue.move(place, settings.gateway, address)
    settings.gateway = address
    settings.write(place.settings)


def _check_programs() -> None:
    for look in (
        database.programs,
        identity.program,
        gateway.program,
        coverages.program,
        catalogue.package,
    ):
        look()


def _launch(place: Place, ends_with: int | None) -> None:
    """Start the supervisor, apart from us, and wait until every server is ready."""
    place.state.unlink(missing_ok=True)
    with_whom = [] if ends_with is None else [str(ends_with), started_at(ends_with)]
    with (place.logs / "supervisor.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", f"{__package__}.supervisor", str(place.folder), *with_whom],
            env=clean_environment(place.folder, {"PYTHONPATH": _python_path()}),
            cwd=place.folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    until = time.monotonic() + _START_SECONDS
    while True:
        state = _state(place)
        if state.get("ready"):
            return
        if process.poll() is not None:
            raise SeedError(f"the supervisor ended: {last_lines(place, 'supervisor')}")
        for name in state.get("failed", []):
            raise SeedError(f"{name} does not start: {last_lines(place, name)}")
        if time.monotonic() > until:
            late = [name for name, one in state.get("servers", {}).items() if not one["ready"]]
            told = "; ".join(f"{name}: {last_lines(place, name)}" for name in late)
            raise SeedError(f"not ready after {_START_SECONDS:.0f} s: {told}")
        time.sleep(0.03)


def _python_path() -> str:
    """Where our own package is found, and the libraries of this interpreter."""
    plugins = str(Path(__file__).absolute().parents[3])
    rest = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    return os.pathsep.join([plugins, *rest])


def _state(place: Place) -> dict[str, Any]:
    try:
        return json.loads(place.state.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _supervisor(state: dict[str, Any]) -> int | None:
    """The supervisor's process, when it is the very one that wrote the state."""
    process = state.get("supervisor")
    if process and alive(int(process)) and started_at(process) == state.get("started_at"):
        return int(process)
    return None


def _is_up(place: Place) -> bool:
    state = _state(place)
    if _supervisor(state) is None or not state.get("ready") or not place.described.exists():
        return False
    described = _described(place)
    try:
        answer = call(
            "GET",
            f"{described['gateway']}/health",
            authority=place.certificates / "gateway-ca.pem",
            timeout=5,
        )
    except (OSError, KeyError):
        return False
    return answer.status == 200


def _described(place: Place) -> dict[str, Any]:
    try:
        return json.loads(place.described.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _describe(place: Place, settings: Settings, seeded: float, seconds: float) -> dict[str, Any]:
    told = profile.describe(place, settings)
    told["seconds"] = {"prepare": seeded, "start": seconds}
    profile.write(place, settings, told)
    return told


def _end(place: Place) -> int:
    """End all; return how many processes there were."""
    found = processes_of(place.folder)
    supervisor = _supervisor(_state(place))
    if supervisor is not None:
        send(supervisor, 15)
        until = time.monotonic() + _STOP_SECONDS
        while started_at(supervisor) and processes_of(place.folder) and time.monotonic() < until:
            time.sleep(0.05)
            with contextlib.suppress(ChildProcessError):
                # Where we started it ourselves, it stays a zombie until we look.
                os.waitpid(supervisor, os.WNOHANG)
    left = end_all(place.folder)
    if left:
        told = ", ".join(f"{process} ({title(process)})" for process in left)
        raise PlatformError(f"these processes would not end: {told}")
    for path in (place.state, place.described):
        path.unlink(missing_ok=True)
    _clear_sockets(place)
    return len(found)


def _clear_sockets(place: Place) -> None:
    link = place.folder / "run"
    shutil.rmtree(link.resolve(), ignore_errors=True)
    if link.is_symlink():
        link.unlink()
