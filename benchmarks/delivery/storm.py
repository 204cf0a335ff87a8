"""Many small deliveries through a storm of faults, and the books afterwards."""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ...services.delivery.queue import DeliveryQueue
from ...services.delivery.rows import read_parcels
from ...services.delivery.states import Hold, State
from .clients import Clients, bench_profile
from .faults import (
    CLIENT_KILLED,
    DATABASE_KILLED,
    DISK_FULL,
    FORK,
    INTAKE_KILLED,
    TUS_KILLED,
    Counters,
)
from .packages import Verified, make_verified, seal
from .proxy import FaultProxy
from .servers import DeliveryServers

_CHUNK = 24 << 10
_SHARE = 0.35
_CLIENTS = 6
_AHEAD = 30
"""Deliveries kept open at a time."""
_DISK = 64 << 20
_CALM = 120.0


@dataclass
class Books:
    """What was sent, what arrived, what went wrong on the way."""

    deliveries: int = 0
    delivered: int = 0
    lost: int = 0
    duplicated: int = 0
    false_successes: int = 0
    wrong_rows: int = 0
    copies_missing: int = 0
    orphans: int = 0
    faults: int = 0
    by_fault: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    parcels: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether nothing was lost, doubled, changed or falsely called done."""
        return not (
            self.lost
            or self.duplicated
            or self.false_successes
            or self.wrong_rows
            or self.copies_missing
            or self.orphans
        )


def run_storm(
    folder: Path,
    faults: int,
    seed: int = 1,
    tell: Callable[[str], object] = lambda _: None,
    around: float = 0.8,
) -> Books:
    """Deliver small packages until ``faults`` faults have happened, then until all are done.

    Parameters
    ----------
    folder
        Empty; the caller removes it.
    around
        Seconds between two kills (client, servers, disk), on average.
    """
    began = time.monotonic()
    books = Books()
    counters = Counters()
    with ExitStack() as stack:
        uploads = stack.enter_context(_small_disk(folder, books))
        servers = stack.enter_context(DeliveryServers(folder / "platform", uploads=uploads))
        verified = make_verified(folder / "made")
        proxy = FaultProxy(routes_of(servers), counters, _SHARE, seed)
        served = FORK.Process(target=proxy.serve, daemon=True)
        served.start()
        stack.callback(served.join)
        stack.callback(served.kill)
        profile = bench_profile(
            f"http://127.0.0.1:{proxy.port}/files",
            f"http://127.0.0.1:{proxy.port}/receipts",
            servers.receipt_certificate,
            servers.trust_file,
            _CHUNK,
        )
        clients = Clients(folder / "queue.db", profile, _CLIENTS)
        stack.callback(clients.stop)
        storm = _Storm(folder, servers, clients, profile, counters, verified, seed)
        storm.blow(faults, around, books, tell)
        storm.calm(books, tell)
        clients.stop()
        storm.audit(books)
    books.faults = counters.total()
    books.by_fault = counters.by_name()
    books.seconds = time.monotonic() - began
    return books


class _Storm:
    """One run."""

    def __init__(
        self,
        folder: Path,
        servers: DeliveryServers,
        clients: Clients,
        profile: Any,
        counters: Counters,
        verified: Verified,
        seed: int,
    ) -> None:
        self._folder = folder
        self._servers = servers
        self._clients = clients
        self._profile = profile
        self._counters = counters
        self._verified = verified
        self._chance = random.Random(seed)
        self._trust = servers.trust
        self._signer = servers.signer
        self._due: list[tuple[float, Callable[[], None]]] = []
        self._known: set[str] = set()
        self._sent: dict[str, str] = {}

    def blow(self, faults: int, around: float, books: Books, tell: Callable[[str], object]) -> None:
        """Deliver under faults until there were enough."""
        next_kill = time.monotonic() + around
        told = 0.0
        with DeliveryQueue(self._folder / "queue.db") as queue:
            while self._counters.total() < faults:
                self._tend(queue, books)
                open_ones = sum(1 for each in queue.list() if not each.finished)
                if open_ones < _AHEAD:
                    self._send(queue)
                if time.monotonic() > next_kill:
                    self._harm()
                    next_kill = time.monotonic() + self._chance.expovariate(1 / around)
                if time.monotonic() - told > 10:
                    told = time.monotonic()
                    tell(f"{self._counters.total()} faults, {len(self._sent)} deliveries")
                time.sleep(0.01)

    def calm(self, books: Books, tell: Callable[[str], object]) -> None:
        """No more faults: what is still open has to arrive now."""
        self._counters.switch(False)
        for _, mend in self._due:
            mend()
        self._due.clear()
        end = time.monotonic() + _CALM
        with DeliveryQueue(self._folder / "queue.db") as queue:
            while time.monotonic() < end:
                self._tend(queue, books)
                left = sum(1 for each in queue.list() if not each.finished)
                if not left:
                    break
                time.sleep(0.1)
        tell(f"{len(self._sent)} deliveries sent, {left} still open")

    def audit(self, books: Books) -> None:
        """Compare queue, files and database, one by one."""
        parcels = read_parcels(next(iter((self._folder / "queue.db.packages").glob("*.zip"))))
        expected = parcels.digest()
        with DeliveryQueue(self._folder / "queue.db") as queue:
            deliveries = {each.package_id: each for each in queue.list()}
        commits = self._rows("SELECT package_id, sha256, features FROM intake.commits")
        receipts = dict(
            self._rows("SELECT package_id, receipt::json->>'rows_sha256' FROM intake.receipts"
                       " WHERE state = 'committed'")
        )  # fmt: skip
        staged = self._rows(
            "SELECT package_id, count(*), count(DISTINCT row_no) FROM intake.parcels GROUP BY 1"
        )
        orphans = self._rows(
            "SELECT count(*) FROM intake.staging_parcels WHERE batch_id NOT IN"
            " (SELECT batch_id FROM intake.commits)"
        )[0][0]
        counts: dict[str, int] = {}
        digests = {}
        for package_id, sha256, _ in commits:
            counts[package_id] = counts.get(package_id, 0) + 1
            digests[package_id] = sha256
        visible = {package_id: (rows, numbers) for package_id, rows, numbers in staged}
        books.deliveries = len(self._sent)
        books.parcels = sum(rows for rows, _ in visible.values())
        for package_id, sha256 in self._sent.items():
            mine = deliveries.get(package_id)
            done = mine is not None and mine.state is State.DELIVERED
            arrived = digests.get(package_id) == sha256
            books.delivered += done and arrived
            books.lost += not (done and arrived)
            books.false_successes += bool(done and not arrived)
            rows = visible.get(package_id, (0, 0))
            wanted = (len(parcels), len(parcels))
            books.duplicated += counts.get(package_id, 0) > 1 or rows[0] > wanted[0]
            books.wrong_rows += rows != wanted or receipts.get(package_id) != expected
            books.copies_missing += mine is None or not mine.path.is_file()
        books.orphans = orphans

    # -- parts ------------------------------------------------------------------------------------

    def _send(self, queue: DeliveryQueue) -> None:
        package_id = f"storm-{len(self._sent):06d}"
        path = self._folder / f"{package_id}.zip"
        seal(self._verified, path, self._signer, id=package_id, zone="business")
        entered = queue.add(path, self._profile, trust=self._trust)
        # The queue's copy has to do from here on.
        path.unlink()
        self._sent[package_id] = entered.sha256

    def _tend(self, queue: DeliveryQueue, books: Books) -> None:
        """What people and supervisors do: start again, sign in again, make room."""
        now = time.monotonic()
        for mend in [mend for at, mend in self._due if at <= now]:
            mend()
        self._due = [(at, mend) for at, mend in self._due if at > now]
        self._clients.keep_running()
        queue.signed_in(self._profile.id)
        fresh = []
        for each in queue.list():
            if each.state is State.PAUSED and each.hold is Hold.PLATFORM_FULL:
                queue.resume(each.id)
            elif each.state is State.DELIVERED and each.package_id not in self._known:
                fresh.append(each)
        if fresh:
            self._confirm(fresh, books)

    def _confirm(self, fresh: list[Any], books: Books) -> None:
        """What the queue calls delivered must be in the database at that moment."""
        with suppress(Exception):
            there = dict(self._rows("SELECT package_id, sha256 FROM intake.commits"))
            for each in fresh:
                self._known.add(each.package_id)
                if there.get(each.package_id) != each.sha256:
                    books.false_successes += 1
                    books.notes.append(f"{each.package_id} was called delivered too early")

    def _harm(self) -> None:
        kinds = [CLIENT_KILLED] * 8 + [TUS_KILLED] * 4 + [INTAKE_KILLED] * 3
        kinds += [DATABASE_KILLED] + [DISK_FULL] * 2
        kind = self._chance.choice(kinds)
        later = time.monotonic() + self._chance.uniform(0.05, 0.4)
        if kind == CLIENT_KILLED:
            if self._clients.kill(self._chance.randrange(1000)):
                self._counters.add(kind)
        elif kind == DISK_FULL:
            self._fill_disk(later)
        else:
            name = {TUS_KILLED: "tus", INTAKE_KILLED: "intake", DATABASE_KILLED: "database"}[kind]
            if self._servers.runs(name):
                self._servers.kill(name)
                self._counters.add(kind)
                start = getattr(self._servers, f"start_{name}")
                self._due.append((later, start))

    def _fill_disk(self, until: float) -> None:
        uploads = self._servers.uploads
        if not uploads.is_mount():
            return
        ballast = uploads / "ballast"
        with suppress(OSError), ballast.open("ab") as out:
            while True:
                out.write(b"\0" * (1 << 16))
                out.flush()
        self._counters.add(DISK_FULL)
        self._due.append((until, lambda: ballast.unlink(missing_ok=True)))

    def _rows(self, sql: str) -> list[Any]:
        connection = self._servers.connect()
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return list(cursor.fetchall())
        finally:
            connection.close()


def routes_of(servers: DeliveryServers) -> dict[str, tuple[str, int]]:
    """Which path leads to which server."""
    routes = {}
    for path, url in (("/files", servers.uploads_url), ("/receipts", servers.receipts_url)):
        parts = urlsplit(url)
        routes[path] = (str(parts.hostname), int(parts.port or 80))
    return routes


@contextmanager
def _small_disk(folder: Path, books: Books) -> Iterator[Path]:
    """A small disk of its own for uploads where we may mount one, else a folder."""
    target = folder / "uploads"
    target.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={_DISK}", "onemap-benchmark", str(target)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        mounted = False
    if not mounted:
        books.notes.append("no small disk could be mounted: no full disk was tried")
    try:
        yield target
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(target)], capture_output=True, check=False)
