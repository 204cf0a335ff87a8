"""One delivery larger than any memory, cut once on its way."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ...checks.seal import seal_package
from .clients import bench_profile
from .faults import Counters
from .packages import make_verified
from .proxy import FaultProxy, OneCut
from .servers import _PLUGINS, DeliveryServers
from .storm import routes_of

CHUNK = 8 << 20
_SPACE = 3.2
"""Times the package: the package, our copy (a second name for it) and the upload, and some."""


@dataclass
class Large:
    """How one large delivery went; bytes, seconds, MB."""

    bytes: int = 0
    state: str = ""
    seconds: float = 0.0
    seal_seconds: float = 0.0
    client_mb: float = 0.0
    sent_again: int = 0
    chunk: int = CHUNK
    cuts: int = 0
    digest_right: bool = False
    note: str = ""


def run_large(folder: Path, size: int, tell: Callable[[str], object] = lambda _: None) -> Large:
    """Seal and deliver ``size`` bytes; the client is a process of its own and is measured.

    Raises
    ------
    OSError
        When the disk has no room for it.
    """
    out = Large()
    if shutil.disk_usage(folder).free < size * _SPACE:
        out.note = "not enough room on the disk"
        return out
    verified = make_verified(folder / "made")
    package = folder / "large.zip"
    # A hole in a file is read as zeros and takes no room; digests and network see every byte.
    big = verified.survey / "scans.bin"
    with big.open("wb") as stream:
        stream.truncate(size)
    record = _verified_again(verified.survey, folder)
    with DeliveryServers(folder / "platform") as servers:
        began = time.monotonic()
        proof = {"verification/record.json": record[0], "verification/findings.gpkg": record[1]}
        facts = {"id": "large", "xzqdm": "990101", "year": 2023, "zone": "business"}
        sealed = seal_package(verified.survey, package, servers.signer, facts, proof)
        out.seal_seconds = time.monotonic() - began
        tell(f"sealed {sealed.bytes / 1e9:.2f} GB in {out.seal_seconds:.0f} s")
        plan = OneCut(max(sealed.bytes // CHUNK // 2, 1))
        proxy = FaultProxy(routes_of(servers), Counters(), plan=plan)
        threading.Thread(target=proxy.serve, daemon=True).start()
        told = folder / "client.json"
        told.write_text(
            json.dumps(
                {
                    "address": f"http://127.0.0.1:{proxy.port}",
                    "certificate": str(servers.receipt_certificate),
                    "trust": str(servers.trust_file),
                    "package": str(package),
                    "queue": str(folder / "queue.db"),
                }
            )
        )
        answer = subprocess.run(
            [sys.executable, "-m", f"{__package__}.large", str(told)],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONPATH": str(_PLUGINS)},
        )
        proxy.close()
        if answer.returncode:
            out.note = answer.stderr[-400:]
            return out
        said = json.loads(answer.stdout)
        out.bytes, out.state = sealed.bytes, said["state"]
        out.seconds, out.client_mb = said["seconds"], said["peak_mb"]
        out.sent_again = plan.announced - sealed.bytes
        out.cuts = 1 if plan.requests >= plan.which else 0
        out.digest_right = said["receipt_sha256"] == sealed.sha256
    return out


def _verified_again(survey: Path, folder: Path) -> tuple[Path, Path]:
    """The record has to speak of the large file too."""
    from ...checks.options import Options
    from ...checks.verify import verify

    findings, record = folder / "large_findings.gpkg", folder / "large_record.json"
    verify(Options(submission=survey, findings=findings, record=record))
    return record, findings


def _client(told: Path) -> None:
    """The measured process: take in, deliver, say how much memory that took."""
    import resource

    from ...services.delivery.courier import Courier
    from ...services.delivery.queue import DeliveryQueue
    from ...services.transport import Transport

    facts = json.loads(told.read_text())
    profile = bench_profile(
        f"{facts['address']}/files",
        f"{facts['address']}/receipts",
        Path(facts["certificate"]),
        Path(facts["trust"]),
        CHUNK,
        timeout=60.0,
    )
    began = time.monotonic()
    with DeliveryQueue(Path(facts["queue"])) as queue, Transport(profile) as transport:
        entered = queue.add(Path(facts["package"]), profile)
        Courier(queue, transport, profile).run(only=entered.id, wait=1800.0)
        done = queue.get(entered.id)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    sys.stdout.write(
        json.dumps(
            {
                "state": done.state.value,
                "seconds": time.monotonic() - began,
                "peak_mb": peak,
                "receipt_sha256": done.receipt.get("sha256", ""),
            }
        )
    )


if __name__ == "__main__":
    _client(Path(sys.argv[1]))
