"""A time-stamping authority (RFC 3161) out of OpenSSL's ``ts``."""

from __future__ import annotations

import subprocess
import tempfile
import threading
from pathlib import Path

KIND_OF_QUERY = "application/timestamp-query"
KIND_OF_REPLY = "application/timestamp-reply"
_CONFIGURATION = """
[tsa]
default_tsa = one
[one]
serial = {folder}/tsa.serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
certs = {folder}/tsa-chain.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256, sha384, sha512, sm3
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


class Stamper:
    """Stamps; the serial number lies in a file, so one at a time."""

    def __init__(self, folder: Path) -> None:
        self._configuration = folder / "tsa.cnf"
        self._lock = threading.Lock()

    def reply(self, query: bytes) -> bytes | None:
        """The reply to a query, both DER; ``None`` where there is no query in it."""
        with tempfile.TemporaryDirectory(prefix="onemap-stamp-") as folder, self._lock:
            asked, said = Path(folder) / "query", Path(folder) / "reply"
            asked.write_bytes(query)
            command = ["openssl", "ts", "-reply", "-config", str(self._configuration)]
            command += ["-section", "one", "-queryfile", str(asked), "-out", str(said)]
            done = subprocess.run(command, capture_output=True, timeout=20, check=False)
            return said.read_bytes() if done.returncode == 0 and said.exists() else None


def write_configuration(folder: Path) -> None:
    """Write what ``openssl ts`` has to know, beside the certificates."""
    (folder / "tsa.cnf").write_text(_CONFIGURATION.format(folder=folder), encoding="utf-8")
    serial = folder / "tsa.serial"
    if not serial.exists():
        serial.write_text("01\n", encoding="ascii")
