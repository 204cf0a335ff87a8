"""One server of the platform: how it is started, known to be ready, and ended."""

from __future__ import annotations

import os
import pwd
import signal
import socket
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .database import become
from .processes import MARK

_KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "PYTHONPATH", "PROJ_DATA", "PROJ_LIB", "GDAL_DATA")


@dataclass(frozen=True)
class Server:
    """What the supervisor has to know of a server.

    ``after`` are the names of servers that have to be ready before; ``listen`` is a Unix socket
    that the server finds as its standard input (FastCGI), of which ``copies`` may take turns;
    ``clears`` are sockets that it makes itself and that must not be there before.
    """

    name: str
    command: list[str]
    ready: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    after: tuple[str, ...] = ()
    listen: Path | None = None
    copies: int = 1
    account: pwd.struct_passwd | None = None
    folder: Path | None = None
    ends_by: int = signal.SIGTERM
    clears: tuple[Path, ...] = ()


def open_socket(path: Path) -> socket.socket:
    """A listening Unix socket that only its owner can reach."""
    path.unlink(missing_ok=True)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        made.bind(str(path))
    finally:
        os.umask(before)
    made.listen(128)
    return made


def clean_environment(platform: Path, more: Mapping[str, str]) -> dict[str, str]:
    """What a server sees of our environment: little, and the mark of the platform."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    kept.setdefault("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
    kept["LC_ALL"] = "C.UTF-8"
    return kept | dict(more) | {MARK: str(platform)}


def spawn(
    server: Server, platform: Path, logs: Path, listening: socket.socket | None = None
) -> subprocess.Popen[Any]:
    """Start one process of a server; the kernel ends it when ours ends, however that happens."""
    for path in server.clears:
        path.unlink(missing_ok=True)
    with (logs / f"{server.name}.log").open("ab") as log:
        more: dict[str, Any] = become(server.account)
        return subprocess.Popen(
            ["setpriv", "--pdeathsig", _name(server.ends_by), "--", *server.command],
            env=clean_environment(platform, server.environment),
            cwd=server.folder or platform,
            stdin=subprocess.DEVNULL if listening is None else listening.fileno(),
            stdout=log,
            stderr=log,
            start_new_session=True,
            **more,
        )


def _name(number: int) -> str:
    return signal.Signals(number).name.removeprefix("SIG")
