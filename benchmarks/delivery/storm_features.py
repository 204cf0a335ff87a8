"""Deliveries parcel by parcel (WFS-T) through a storm of faults, and the books afterwards.

Against the whole embedded platform: the proxy stands before its gateway, so that each request
passes sign-in and roles, QGIS Server and PostGIS. Neither side is atomic: a transaction may be
carried out and its answer lost, or never arrive; a client may be killed between any two bytes.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import shapely

from ...checks.errors import ExplainedError
from ...checks.seal import FileKey
from ...services.delivery.courier import Courier
from ...services.delivery.features import batch_of
from ...services.delivery.queue import DeliveryQueue
from ...services.delivery.rows import Parcels, read_parcels, staging_columns
from ...services.delivery.states import Delivery, Mode, State
from ...services.identity import Identity, MemoryStore
from ...services.identity.unattended import sign_in
from ...services.site import load_profile
from ...services.transport import Transport
from .clients import HASTE, Clients
from .faults import CLIENT_KILLED, FORK, Counters
from .packages import Verified, make_verified, seal
from .proxy import FaultProxy
from .storm import Books

CLIENTS, PARCELS = 3, 60
_SHARE = 0.35
_AHEAD = 6
_CALM = 150.0
_PATIENT = replace(HASTE, confirm=30.0, recheck=4.0, most=0.4)


def run_feature_storm(
    folder: Path,
    platform: Mapping[str, Any],
    faults: int,
    seed: int = 1,
    tell: Callable[[str], object] = lambda _: None,
    around: float = 2.0,
) -> Books:
    """Deliver parcels until ``faults`` faults have happened, then until all are done.

    Parameters
    ----------
    folder
        Empty; the caller removes it.
    platform
        The description of a running embedded platform, without TLS.
    around
        Seconds between two kills of a client, on average.
    """
    began = time.monotonic()
    books = Books()
    counters = Counters()
    with ExitStack() as stack:
        gateway = urlsplit(str(platform["gateway"]))
        address = (str(gateway.hostname), int(gateway.port or 80))
        proxy = FaultProxy({"/ows": address, "/receipts": address}, counters, _SHARE, seed)
        served = FORK.Process(target=proxy.serve, daemon=True)
        served.start()
        stack.callback(served.join)
        stack.callback(served.kill)
        profile = folder / "profile.json"
        profile.write_text(json.dumps(_through(platform, f"http://127.0.0.1:{proxy.port}")))
        reviewer = next(one for one in platform["users"] if "reviewer" in one["roles"])
        given = (profile, f"@{reviewer['sign_in']}")
        clients = Clients(folder / "queue.db", given, CLIENTS, _carry)
        stack.callback(clients.stop)
        verified = make_verified(folder / "made", parcels=PARCELS)
        storm = _Storm(folder, platform, profile, clients, counters, verified, seed)
        storm.blow(faults, around, books, tell)
        storm.calm(books, tell)
        clients.stop()
        storm.audit(books)
    books.faults = counters.total()
    books.by_fault = {name: count for name, count in counters.by_name().items() if count}
    books.seconds = time.monotonic() - began
    return books


def _through(platform: Mapping[str, Any], proxy: str) -> dict[str, Any]:
    """The platform's own profile, with staging and receipts behind the proxy."""
    document: dict[str, Any] = json.loads(Path(platform["profile"]).read_text(encoding="utf-8"))
    document["delivery"]["wfs"] = f"{proxy}/ows/intake"
    document["delivery"]["receipts"] = f"{proxy}/receipts"
    return document


def _carry(path: Path, given: tuple[Path, str]) -> None:
    """Sign in and carry whatever is due, for ever."""
    profile = load_profile(given[0])
    identity = Identity(profile, MemoryStore())
    while not identity.ready:
        with suppress(ExplainedError):
            sign_in(identity, given[1])
        time.sleep(0.05)
    with DeliveryQueue(path) as queue, Transport(profile, identity.auth, attempts=1) as transport:
        courier = Courier(queue, transport, profile, patience=_PATIENT)
        while True:
            with suppress(ExplainedError):
                courier.run()
            time.sleep(0.05)


class _Storm:
    """One run."""

    def __init__(
        self,
        folder: Path,
        platform: Mapping[str, Any],
        profile: Path,
        clients: Clients,
        counters: Counters,
        verified: Verified,
        seed: int,
    ) -> None:
        self._folder = folder
        self._platform = platform
        self._profile = load_profile(profile)
        self._clients = clients
        self._counters = counters
        self._verified = verified
        self._chance = random.Random(seed)
        signer = platform["signer"]
        self._signer = FileKey(signer["key"], signer["certificate"], signer["passphrase"])
        # A platform that was used before knows the ids of an earlier run.
        self._name = f"wfs-{time.time_ns():x}"
        self._sent: dict[str, str] = {}
        self._known: set[str] = set()

    def blow(self, faults: int, around: float, books: Books, tell: Callable[[str], object]) -> None:
        """Deliver under faults until there were enough."""
        next_kill = time.monotonic() + around
        told = 0.0
        with DeliveryQueue(self._folder / "queue.db") as queue:
            while self._counters.total() < faults:
                self._tend(queue, books)
                if sum(1 for each in queue.list() if not each.finished) < _AHEAD:
                    self._send(queue)
                if time.monotonic() > next_kill:
                    if self._clients.kill(self._chance.randrange(1000)):
                        self._counters.add(CLIENT_KILLED)
                    next_kill = time.monotonic() + self._chance.expovariate(1 / around)
                if time.monotonic() - told > 10:
                    told = time.monotonic()
                    tell(f"{self._counters.total()} faults, {len(self._sent)} deliveries by WFS-T")
                time.sleep(0.05)

    def calm(self, books: Books, tell: Callable[[str], object]) -> None:
        """No more faults: what is still open has to arrive now."""
        self._counters.switch(False)
        end = time.monotonic() + _CALM
        left = 0
        with DeliveryQueue(self._folder / "queue.db") as queue:
            while time.monotonic() < end:
                self._tend(queue, books)
                left = sum(1 for each in queue.list() if not each.finished)
                if not left:
                    break
                time.sleep(0.1)
            self._tend(queue, books)
        tell(f"{len(self._sent)} deliveries sent, {left} still open")

    def audit(self, books: Books) -> None:
        """Compare queue, files and database, row by row and bit by bit."""
        with DeliveryQueue(self._folder / "queue.db") as queue:
            deliveries = {each.package_id: each for each in queue.list()}
        parcels = read_parcels(next(iter(deliveries.values())).path)
        books.deliveries = len(self._sent)
        for package_id, sha256 in self._sent.items():
            mine = deliveries.get(package_id)
            commits = self._rows(
                "SELECT sha256, features FROM intake.commits WHERE package_id = %s", package_id
            )
            arrived = commits == [(sha256, len(parcels))]
            done = mine is not None and mine.state is State.DELIVERED
            books.delivered += done and arrived
            books.lost += not (done and arrived)
            books.false_successes += bool(done and not arrived)
            books.copies_missing += mine is None or not mine.path.is_file()
            numbers, right = self._visible(package_id, parcels)
            books.parcels += len(numbers)
            doubled = len(numbers) > len(set(numbers))
            books.duplicated += doubled or len(commits) > 1
            books.wrong_rows += not right
            if mine is not None:
                self._look_for_orphans(mine, len(numbers), books)

    # -- parts ------------------------------------------------------------------------------------

    def _send(self, queue: DeliveryQueue) -> None:
        package_id = f"{self._name}-{len(self._sent):05d}"
        path = self._folder / f"{package_id}.zip"
        seal(self._verified, path, self._signer, id=package_id, zone="business")
        entered = queue.add(path, self._profile, Mode.FEATURES)
        # The queue's copy has to do from here on.
        path.unlink()
        self._sent[package_id] = entered.sha256

    def _tend(self, queue: DeliveryQueue, books: Books) -> None:
        """Start clients again; hold what is called delivered against the database, at once."""
        self._clients.keep_running()
        queue.signed_in(self._profile.id)
        for each in queue.list():
            if each.state is not State.DELIVERED or each.package_id in self._known:
                continue
            self._known.add(each.package_id)
            found = self._rows(
                "SELECT sha256 FROM intake.commits WHERE package_id = %s", each.package_id
            )
            if found != [(each.sha256,)]:
                books.false_successes += 1
                books.notes.append(f"{each.package_id} was called delivered too early")

    def _visible(self, package_id: str, parcels: Parcels) -> tuple[list[int], bool]:
        """Numbers of the rows that everybody sees, and whether each is that of the package."""
        columns = list(staging_columns())
        rows = self._rows(
            f"SELECT row_no, {', '.join(columns)}, ST_AsBinary(geom, 'NDR')"  # noqa: S608 (ours)
            " FROM intake.parcels WHERE package_id = %s",
            package_id,
        )
        right = sorted(row[0] for row in rows) == list(range(len(parcels)))
        for number, *values, shape in rows if right else ():
            there = {name: value for name, value in zip(columns, values) if value is not None}
            ours = shapely.to_wkb(parcels.geometry[number], byte_order=1)
            right = right and there == parcels.row(number) and bytes(shape) == ours
        return [row[0] for row in rows], right

    def _look_for_orphans(self, delivery: Delivery, visible: int, books: Books) -> None:
        """Rows in staging that nobody sees: of a batch without commit, or beside one."""
        ((staged,),) = self._rows(
            "SELECT count(*) FROM intake.staging_parcels WHERE batch_id LIKE %s",
            f"%{delivery.package_id}%",
        )
        ((own,),) = self._rows(
            "SELECT count(*) FROM intake.staging_parcels WHERE batch_id = %s", batch_of(delivery)
        )
        if staged != visible or own != visible:
            books.orphans += max(staged - visible, 1)

    def _rows(self, sql: str, *values: Any) -> list[Any]:
        import psycopg2

        facts = self._platform["postgis"]
        password = Path(facts["password_file"]).read_text(encoding="utf-8").strip()
        with (
            closing(
                psycopg2.connect(
                    host=facts["host"],
                    port=facts["port"],
                    dbname=facts["database"],
                    user=facts["user"],
                    password=password.rpartition(":")[2],
                )
            ) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(sql, values)
            return list(cursor.fetchall())
