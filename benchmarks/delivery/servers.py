"""The servers that take a delivery, on their own: PostgreSQL, the tus server, the intake.

The whole platform starts a dozen servers more, restarts what dies and asks for sign-ins. Here
each server is to be killed and started at will, thousands of times; programs and configurations
are the platform's own.
"""

from __future__ import annotations

import http.client
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2

from ...checks.seal import FileKey, Trust
from ...checks.seal.authority import issue_certificate, make_authority
from ...demo import platform as _platform

_HERE = Path(_platform.__file__).parent
_PLUGINS = _HERE.parents[2]
_HOST = "127.0.0.1"
_PASSPHRASE = "benchmark"  # noqa: S105 - of keys that live as long as the benchmark
_HOOK = "hook"


class Missing(Exception):
    """A program that is needed is not installed."""


class DeliveryServers:
    """PostgreSQL, tus and intake in one folder.

    Parameters
    ----------
    folder
        Empty or new; the caller removes it.
    modules
        Folder that holds ``node_modules`` with ``@tus/server`` and ``@tus/file-store``.
    uploads
        Folder of the uploads, when another than below ``folder``.

    Raises
    ------
    Missing
        When PostgreSQL, node or the tus server are not installed.
    """

    def __init__(
        self, folder: Path, modules: Path | None = None, uploads: Path | None = None
    ) -> None:
        self.folder = folder.resolve()
        self.uploads = (uploads or self.folder / "uploads").resolve()
        self.modules = modules or tus_modules()
        self.scan_seconds = 0.5
        self._database = _folder(self.folder / "database")
        self._ports = dict(zip(("database", "tus", "intake"), free_ports(3)))
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._logs: list[Any] = []
        _make_keys(self.folder)

    # -- addresses and keys ------------------------------------------------------------------

    @property
    def uploads_url(self) -> str:
        """Where uploads are made."""
        return f"http://{_HOST}:{self._ports['tus']}/files"

    @property
    def receipts_url(self) -> str:
        """Where receipts lie."""
        return f"http://{_HOST}:{self._ports['intake']}/receipts"

    @property
    def audit_url(self) -> str:
        """Where events go."""
        return f"http://{_HOST}:{self._ports['intake']}/audit"

    @property
    def signer(self) -> FileKey:
        """Who seals packages."""
        return FileKey(self.folder / "signer.key", self.folder / "signer.crt", _PASSPHRASE)

    @property
    def trust(self) -> Trust:
        """Whom the platform trusts."""
        return Trust.load(self.folder / "authority.crt")

    @property
    def trust_file(self) -> Path:
        """As :attr:`trust`, a PEM file."""
        return self.folder / "authority.crt"

    @property
    def receipt_certificate(self) -> Path:
        """Certificate of the key that signs receipts."""
        return self.folder / "receipts.crt"

    def connect(self) -> Any:
        """A connection to the database."""
        return psycopg2.connect(self._conninfo())

    # -- starting and ending -------------------------------------------------------------------

    def start(self) -> None:
        """Start what does not run; returns when all answer."""
        self.uploads.mkdir(parents=True, exist_ok=True)
        fresh = not (self._database / "data" / "PG_VERSION").exists()
        if fresh:
            self._make_cluster()
        self.start_database()
        if fresh:
            self._make_tables()
        self.start_tus()
        self.start_intake()

    def start_database(self) -> None:
        """Start PostgreSQL."""
        user = _postgres_user()
        self._spawn(
            "database",
            [
                str(_programs() / "postgres"),
                *("-D", str(self._database / "data"), "-p", str(self._ports["database"])),
                *("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="),
                *("-c", "max_connections=60", "-c", "shared_buffers=64MB"),
            ],
            self._database_answers,
            user,
        )

    def start_tus(self) -> None:
        """Start the tus server."""
        node = shutil.which("node")
        if node is None:
            raise Missing("node is not installed")
        told = {
            "port": self._ports["tus"],
            "folder": str(self.uploads),
            "modules": str(self.modules),
            "maximum_bytes": 8 << 30,
            "hook": f"http://{_HOST}:{self._ports['intake']}/hooks/finished",
            "hook_secret": _HOOK,
        }
        path = self.folder / "tus.json"
        path.write_text(json.dumps(told), encoding="utf-8")
        command = [node, str(_HERE / "tus_server.mjs"), str(path)]
        self._spawn("tus", command, lambda: _answers(self.uploads_url, "OPTIONS"))

    def start_intake(self) -> None:
        """Start the intake."""
        told = {
            "port": self._ports["intake"],
            "database": self._conninfo(),
            "uploads": str(self.uploads),
            "folder": str(self.folder / "intake"),
            "hook_secret": _HOOK,
            "key": str(self.folder / "receipts.key"),
            "passphrase": _PASSPHRASE,
            "certificate": str(self.receipt_certificate),
            "trust": [str(self.folder / "authority.crt")],
            "scan_seconds": self.scan_seconds,
        }
        path = self.folder / "intake.json"
        path.write_text(json.dumps(told), encoding="utf-8")
        path.chmod(0o600)
        package = _platform.__name__
        command = [sys.executable, "-m", f"{package}.intake", "--config", str(path)]
        health = f"http://{_HOST}:{self._ports['intake']}/health"
        self._spawn("intake", command, lambda: _answers(health, "GET"))

    def kill(self, name: str) -> None:
        """End one server at once, without a chance to put anything in order."""
        process = self._running.pop(name, None)
        if process is None:
            return
        if name == "database":
            # A postmaster that is killed leaves its children at the data for a moment; an
            # immediate shutdown is the crash that PostgreSQL itself provides for.
            process.send_signal(signal.SIGQUIT)
        else:
            process.kill()
        process.wait(timeout=30)

    def runs(self, name: str) -> bool:
        """Whether a server runs."""
        process = self._running.get(name)
        return process is not None and process.poll() is None

    def stop(self) -> None:
        """End all."""
        for name in ("intake", "tus"):
            self.kill(name)
        process = self._running.pop("database", None)
        if process is not None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGQUIT)
                process.wait(timeout=20)
        for log in self._logs:
            log.close()
        self._logs.clear()

    def __enter__(self) -> DeliveryServers:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # -- inside ------------------------------------------------------------------------------------

    def _conninfo(self) -> str:
        port = self._ports["database"]
        return f"host={_HOST} port={port} dbname=postgres user=postgres connect_timeout=3"

    def _database_answers(self) -> bool:
        try:
            self.connect().close()
        except psycopg2.OperationalError:
            return False
        return True

    def _make_cluster(self) -> None:
        user = _postgres_user()
        data = self._database / "data"
        if user is not None:
            os.chown(self._database, user.pw_uid, user.pw_gid)
        command = [str(_programs() / "initdb"), "-D", str(data), "-E", "UTF8", "--no-sync"]
        subprocess.run(
            [*command, "--locale=C.UTF-8", "-A", "trust", "-U", "postgres"],
            check=True,
            stdout=subprocess.DEVNULL,
            **_as(user),
        )

    def _make_tables(self) -> None:
        connection = self.connect()
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION postgis")
            cursor.execute((_HERE / "intake.sql").read_text(encoding="utf-8"))
        connection.close()

    def _spawn(
        self, name: str, command: list[str], answers: Callable[[], bool], user: Any = None
    ) -> None:
        if self.runs(name):
            return
        log = (self.folder / f"{name}.log").open("ab")
        self._logs.append(log)
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env={**os.environ, "PYTHONPATH": str(_PLUGINS)},
            **_as(user),
        )
        self._running[name] = process
        end = time.monotonic() + 30
        while not answers():
            if process.poll() is not None or time.monotonic() > end:
                tail = (self.folder / f"{name}.log").read_text(errors="replace")[-800:]
                raise RuntimeError(f"{name} does not start: {tail}")
            time.sleep(0.02)


def tus_modules() -> Path:
    """Where the platform has the tus server from.

    Raises
    ------
    Missing
        When it was not installed yet (``./run platform start`` does).
    """
    checkout = Path(__file__).resolve().parents[2]
    for folder in (checkout / ".build").glob("**/node_modules/@tus/server"):
        return folder.parents[2]
    raise Missing("the tus server is not installed: ./run platform start installs it")


def free_ports(count: int) -> list[int]:
    """Ports of the loopback that nobody listens at."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind((_HOST, 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def _make_keys(folder: Path) -> None:
    if (folder / "receipts.key").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    authority = make_authority("Benchmark authority")
    authority.write(folder, "authority", _PASSPHRASE)
    for name in ("signer", "receipts"):
        issue_certificate(authority, f"Benchmark {name}").write(
            folder, name, _PASSPHRASE, authority.certificate
        )
    # Receipts are believed by their own key alone, not by whoever the authority certified.
    only = (folder / "receipts.crt").read_text().split("-----END CERTIFICATE-----")[0]
    (folder / "receipts.crt").write_text(only + "-----END CERTIFICATE-----\n")


def _folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not found:
        raise Missing("PostgreSQL is not installed")
    return found[-1].parent


def _postgres_user() -> Any:
    """Whom PostgreSQL runs as: it refuses to run as root."""
    return pwd.getpwnam("postgres") if os.geteuid() == 0 else None


def _as(user: Any) -> dict[str, Any]:
    if user is None:
        return {}
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _answers(url: str, method: str) -> bool:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=2)
    try:
        connection.request(method, parts.path, headers={"Tus-Resumable": "1.0.0"})
        return connection.getresponse().status < 400
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
