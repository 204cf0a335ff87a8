"""Real servers that take deliveries, started once; packages that were truly verified and sealed."""

import itertools
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from onemap_verify.benchmarks.delivery.clients import HASTE, bench_profile
from onemap_verify.benchmarks.delivery.packages import make_verified, seal
from onemap_verify.benchmarks.delivery.servers import DeliveryServers, Missing
from onemap_verify.checks.seal import FileKey, Trust
from onemap_verify.checks.seal.authority import issue_certificate, make_authority
from onemap_verify.services.delivery.courier import Courier
from onemap_verify.services.delivery.queue import DeliveryQueue
from onemap_verify.services.transport import Transport

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fixtures"))

PASSPHRASE = "only for tests"
CHUNK = 64 << 10
_numbers = itertools.count()


@dataclass
class Keys:
    """A signer who is trusted, one who is not, and where the certificates lie."""

    folder: Path
    signer: FileKey
    stranger: FileKey
    trust: Trust


@pytest.fixture(scope="session")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    signers = {}
    for name in ("known", "strange"):
        authority = make_authority(f"{name} authority")
        authority.write(folder, f"{name}-authority", PASSPHRASE)
        key, certificate = issue_certificate(authority, name).write(folder, name, PASSPHRASE)
        signers[name] = FileKey(key, certificate, PASSPHRASE)
    trust = Trust.load(folder / "known-authority.crt")
    return Keys(folder, signers["known"], signers["strange"], trust)


@pytest.fixture(scope="session")
def verified(tmp_path_factory):
    """A small survey that passes verification, with 300 kB of notes beside it."""
    return make_verified(tmp_path_factory.mktemp("verified"), parcels=9, filling=300_000)


@pytest.fixture
def make_package(verified, tmp_path):
    """Seal the survey; each call is another package."""

    def make(signer, survey=verified, **facts):
        number = next(_numbers)
        facts = {"id": f"test-{number:04d}", **facts}
        target = tmp_path / f"{facts['id']}-{number}.zip"
        seal(survey, target, signer, **facts)
        return target

    return make


@pytest.fixture(scope="session")
def servers(tmp_path_factory):
    """PostgreSQL, tus server and intake; skips where they are not installed."""
    folder = tmp_path_factory.mktemp("servers")
    for each in (folder, *folder.parents[:2]):
        # PostgreSQL runs as a user of its own and has to get in.
        each.chmod(0o755)
    try:
        started = DeliveryServers(folder)
        started.start()
    except Missing as error:
        pytest.skip(str(error))
    yield started
    started.stop()


@dataclass
class Desk:
    """A queue and what it takes to carry it."""

    queue: DeliveryQueue
    profile: object
    transport: Transport
    servers: DeliveryServers

    def courier(self, **more):
        return Courier(self.queue, self.transport, self.profile, **{"patience": HASTE, **more})

    def rows(self, sql, *values):
        connection = self.servers.connect()
        with connection, connection.cursor() as cursor:
            cursor.execute(sql, values)
            found = cursor.fetchall()
        connection.close()
        return found


@pytest.fixture
def desk(servers, tmp_path):
    profile = bench_profile(
        servers.uploads_url,
        servers.receipts_url,
        servers.receipt_certificate,
        servers.trust_file,
        CHUNK,
        timeout=10.0,
    )
    with DeliveryQueue(tmp_path / "queue.db") as queue:
        transport = Transport(profile, attempts=1)
        yield Desk(queue, profile, transport, servers)
        transport.close()
