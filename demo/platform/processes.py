"""Which processes belong to a platform, and how they are ended.

Nothing is kept in pid files that could lie: every server carries the platform's folder in its
environment, and is found by that, however it came to be left behind. PostgreSQL and nginx write
their titles over their environment; they are known by their program and the folder they stand in.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path

MARK = "ONEMAP_PLATFORM"
_TITLED = ("postgres", "nginx")
_GONE = " (deleted)"


def processes_of(folder: Path) -> list[int]:
    """Ids of all living processes of the platform in ``folder``, this one excepted."""
    mark = f"{MARK}={folder}".encode()
    found = []
    for entry in os.scandir("/proc"):
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            belongs = _belongs(Path(entry.path), mark, folder)
        except OSError:  # ended meanwhile, or another user's
            continue
        if belongs:
            found.append(int(entry.name))
    return sorted(found)


def _belongs(process: Path, mark: bytes, folder: Path) -> bool:
    if mark in (process / "environ").read_bytes().split(b"\0"):
        return not _is_zombie(process)
    program = os.readlink(process / "exe").removesuffix(_GONE)
    if Path(program).name not in _TITLED:
        return False
    where = Path(os.readlink(process / "cwd").removesuffix(_GONE))
    return where == folder or folder in where.parents or _data_of(folder) in (where, *where.parents)


def _data_of(folder: Path) -> Path:
    """Where the data directory really is (see ``database.data_directory``)."""
    return (folder / "postgres").resolve()


def _is_zombie(process: Path) -> bool:
    return _fields(process)[0] == "Z"


def _fields(process: Path) -> list[str]:
    """Fields of ``/proc/<id>/stat`` from the state on; the name before may hold anything."""
    return (process / "stat").read_text().rpartition(")")[2].split()


def title(process: int) -> str:
    """Command line of a process, for a message."""
    try:
        words = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return "?"
    return b" ".join(words).decode(errors="replace").strip()


def alive(process: int) -> bool:
    """Whether a process is there and not a zombie."""
    try:
        return not _is_zombie(Path(f"/proc/{process}"))
    except OSError:
        return False


def started_at(process: int) -> str:
    """When a process was started, in ticks since boot: with its id, its identity."""
    try:
        return _fields(Path(f"/proc/{process}"))[19]
    except OSError:
        return ""


def send(process: int, number: int) -> None:
    """Send a signal to a process that may have ended."""
    try:
        os.kill(process, number)
    except (ProcessLookupError, PermissionError):
        pass


def end_all(folder: Path, patience: float = 4.0) -> list[int]:
    """End everything that belongs to ``folder``; return what would not end.

    Servers are told first and killed when ``patience`` seconds are over: PostgreSQL by its
    "immediate" signal, after which it recovers at the next start.
    """
    told: set[int] = set()
    until = time.monotonic() + patience
    while time.monotonic() < until:
        left = processes_of(folder)
        if not left:
            return []
        for process in set(left) - told:
            send(process, _manner(process))
        told.update(left)
        time.sleep(0.05)
    for process in processes_of(folder):
        send(process, signal.SIGKILL)
    return _wait_for_none(folder, 3.0)


def _manner(process: int) -> int:
    """SIGINT is PostgreSQL's fast shutdown; its others would wait for clients."""
    try:
        program = Path(os.readlink(f"/proc/{process}/exe")).name
    except OSError:
        return signal.SIGTERM
    return signal.SIGINT if program.startswith("postgres") else signal.SIGTERM


def _wait_for_none(folder: Path, seconds: float) -> list[int]:
    until = time.monotonic() + seconds
    while True:
        left = processes_of(folder)
        if not left or time.monotonic() > until:
            return left
        time.sleep(0.05)


def wait_for_end(processes: Iterable[int], seconds: float) -> list[int]:
    """Wait until ``processes`` have ended; return those that have not."""
    until = time.monotonic() + seconds
    left = [process for process in processes if alive(process)]
    while left and time.monotonic() < until:
        time.sleep(0.03)
        left = [process for process in left if alive(process)]
    return left
