"""The clients: processes that carry the queue's deliveries and may be killed at any moment."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ...checks.findings import Text
from ...services.delivery.courier import Courier
from ...services.delivery.patience import Patience
from ...services.delivery.queue import DeliveryQueue
from ...services.errors import ServiceError
from ...services.site_profile import DeliverySettings, Network, SiteProfile
from ...services.transport import Transport
from .faults import FORK

HASTE = Patience(
    tries=4, first=0.01, most=0.1, later=0.05, latest=0.5, confirm=8.0, recheck=1.0, poll=0.15
)
"""As patient as in earnest, at a hundredth of the time."""


def bench_profile(
    address: str, receipts: str, certificate: Path, trust: Path, chunk: int, timeout: float = 1.0
) -> SiteProfile:
    """The site as the clients know it: its servers behind the proxy."""
    return SiteProfile(
        id="benchmark",
        title=Text("故障试验平台", "Benchmark platform"),
        zone="business",
        network=Network(timeout_s=timeout, allow_http=True),
        delivery=DeliverySettings(
            kinds=("package",),
            uploads=address,
            receipts=receipts,
            chunk_bytes=chunk,
            receipt_certificate=str(certificate),
        ),
        trust_certificates=(str(trust),),
    )


class Clients:
    """Several couriers on one queue, each a process of its own.

    They are the children of a process that is forked here and never opens the queue itself:
    SQLite must not be carried across a fork. Make this before the queue is opened. ``carry`` is
    what each of them does for ever, given the queue's file and ``profile``.
    """

    def __init__(
        self,
        queue: Path,
        profile: Any,
        count: int,
        carry: Callable[[Path, Any], None] | None = None,
    ) -> None:
        self._pipe, theirs = FORK.Pipe()
        given = (theirs, queue, profile, count, carry or _carry)
        self._parent = FORK.Process(target=_keep, args=given)
        self._parent.start()

    def keep_running(self) -> None:
        """Start those that do not run."""
        self._pipe.send(("keep", 0))
        self._pipe.recv()

    def kill(self, number: int) -> bool:
        """End one at once; ``False`` when there is none."""
        self._pipe.send(("kill", number))
        return bool(self._pipe.recv())

    def stop(self) -> None:
        """End all."""
        if self._parent.is_alive():
            self._pipe.send(("stop", 0))
            self._parent.join(timeout=20)
        self._parent.kill()


def _keep(
    pipe: Any, queue: Path, profile: Any, count: int, carry: Callable[[Path, Any], None]
) -> None:
    """Start and kill clients as told."""
    running: list[Any] = []
    while True:
        try:
            order, number = pipe.recv()
        except EOFError:
            order, number = "stop", 0
        running = [each for each in running if each.is_alive()]
        if order == "stop":
            for each in running:
                each.kill()
            for each in running:
                each.join()
            return
        if order == "kill":
            if running:
                victim = running[number % len(running)]
                os.kill(victim.pid, signal.SIGKILL)
                victim.join()
            pipe.send(bool(running))
            continue
        while len(running) < count:
            process = FORK.Process(target=carry, args=(queue, profile), daemon=True)
            process.start()
            running.append(process)
        pipe.send(True)


def _carry(path: Path, profile: SiteProfile) -> None:
    """Carry whatever is due, for ever."""
    with DeliveryQueue(path) as queue, Transport(profile, attempts=1) as transport:
        courier = Courier(queue, transport, profile, patience=HASTE)
        while True:
            try:
                courier.run()
            except ServiceError:
                pass
            time.sleep(0.05)
