"""The one process that keeps the servers running, and ends them.

It is told to stop by SIGTERM. When it is killed, the servers end by themselves (they asked the
kernel for it); when a server is killed, it is started again.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .layout import Place, Settings
from .processes import alive, end_all, started_at
from .server import Server, open_socket, spawn
from .servers import all_servers

_MOST_RESTARTS, _WITHIN_SECONDS = 20, 60.0
_STARTING, _RUNNING = 0.03, 0.25
_PATIENCE = 3.0


@dataclass
class _Kept:
    """A server with its processes."""

    server: Server
    processes: list[subprocess.Popen[Any]] = field(default_factory=list)
    listening: socket.socket | None = None
    began: float = 0.0
    ready_after: float | None = None
    restarts: list[float] = field(default_factory=list)
    total_restarts: int = 0
    given_up: bool = False
    asked: Future[bool] | None = None


class Supervisor:
    """Starts the servers in their order, restarts what ends, and ends all."""

    def __init__(
        self, place: Place, settings: Settings, ends_with: tuple[int, str] | None = None
    ) -> None:
        self._ends_with = ends_with
        self._place = place
        self._kept = {one.name: _Kept(one) for one in all_servers(place, settings)}
        self._askers = ThreadPoolExecutor(len(self._kept))
        self._asked_to_end = False
        self._written = ""
        self._wake, self._alarm = socket.socketpair()
        for one in (self._wake, self._alarm):
            one.setblocking(False)

    def run(self) -> None:
        """Run until told to stop."""
        signal.set_wakeup_fd(self._alarm.fileno())
        signal.signal(signal.SIGTERM, self._end)
        signal.signal(signal.SIGINT, self._end)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        try:
            while not self._asked_to_end and not self._left_alone():
                self._step()
                self._wait(_RUNNING if self._all_ready() else _STARTING)
        finally:
            self._end_all()

    def _end(self, *_: object) -> None:
        self._asked_to_end = True

    def _left_alone(self) -> bool:
        """Whether the process is gone that the platform was started for."""
        if self._ends_with is None:
            return False
        process, began = self._ends_with
        return started_at(process) != began or not alive(process)

    def _step(self) -> None:
        for kept in self._kept.values():
            self._keep(kept)
        self._write()

    def _keep(self, kept: _Kept) -> None:
        """Start what may start, notice what ended, ask what is not ready yet."""
        if kept.given_up:
            return
        living = [one for one in kept.processes if one.poll() is None]
        ended = len(kept.processes) - len(living)
        kept.processes = living
        if ended:
            kept.ready_after = kept.asked = None
            self._note_end(kept)
        if kept.given_up or not all(self._is_ready(name) for name in kept.server.after):
            return
        wait = min(2.0, 0.05 * 2.0 ** len(kept.restarts)) if kept.restarts else 0.0
        if len(living) < kept.server.copies and time.monotonic() - kept.began >= wait:
            self._start(kept)
        if kept.ready_after is None and kept.processes:
            self._ask(kept)

    def _ask(self, kept: _Kept) -> None:
        """Ask whether a server is ready, without waiting for it: some take their time to say."""
        if kept.asked is None:
            kept.asked = self._askers.submit(kept.server.ready)
        elif kept.asked.done():
            if kept.asked.result():
                kept.ready_after = time.monotonic() - kept.began
            kept.asked = None

    def _note_end(self, kept: _Kept) -> None:
        now = time.monotonic()
        kept.restarts = [when for when in kept.restarts if now - when < _WITHIN_SECONDS] + [now]
        kept.total_restarts += 1
        kept.given_up = len(kept.restarts) > _MOST_RESTARTS

    def _start(self, kept: _Kept) -> None:
        if kept.server.listen is not None and kept.listening is None:
            kept.listening = open_socket(kept.server.listen)
        kept.began = time.monotonic()
        while len(kept.processes) < kept.server.copies:
            kept.processes.append(
                spawn(kept.server, self._place.folder, self._place.logs, kept.listening)
            )

    def _is_ready(self, name: str) -> bool:
        return self._kept[name].ready_after is not None

    def _all_ready(self) -> bool:
        return all(one.ready_after is not None for one in self._kept.values())

    def _wait(self, seconds: float) -> None:
        readable, _, _ = select.select([self._wake], [], [], seconds)
        if readable:
            with contextlib.suppress(BlockingIOError):
                self._wake.recv(1024)

    def _write(self) -> None:
        """Tell on disk how things stand, when that has changed."""
        told: dict[str, Any] = {
            "supervisor": os.getpid(),
            "started_at": started_at(os.getpid()),
            "ready": self._all_ready(),
            "failed": [name for name, kept in self._kept.items() if kept.given_up],
            "servers": {
                name: {
                    "processes": [one.pid for one in kept.processes],
                    "ready": kept.ready_after is not None,
                    "seconds": round(kept.ready_after, 2) if kept.ready_after else None,
                    "restarts": kept.total_restarts,
                }
                for name, kept in self._kept.items()
            },
        }
        text = json.dumps(told, indent=1)
        if text != self._written:
            fresh = self._place.state.with_suffix(".new")
            fresh.write_text(text, encoding="utf-8")
            fresh.replace(self._place.state)
            self._written = text

    def _end_all(self) -> None:
        """End what others need last, so that nothing is cut off in its work."""
        needed = {name for kept in self._kept.values() for name in kept.server.after}
        for last in (False, True):
            self._end_some([one for name, one in self._kept.items() if (name in needed) == last])
        end_all(self._place.folder)

    def _end_some(self, some: list[_Kept]) -> None:
        for kept in some:
            for one in kept.processes:
                with contextlib.suppress(ProcessLookupError):
                    one.send_signal(kept.server.ends_by)
        until = time.monotonic() + _PATIENCE
        for one in (process for kept in some for process in kept.processes):
            try:
                one.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                one.kill()
                one.wait()


def main() -> None:
    """Entry point: ``supervisor.py <folder> [process and its start to end with]``."""
    place = Place(Path(sys.argv[1]))
    ends_with = (int(sys.argv[2]), sys.argv[3]) if len(sys.argv) > 3 else None
    Supervisor(place, Settings.read(place.settings), ends_with).run()


if __name__ == "__main__":
    main()
