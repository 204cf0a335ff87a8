"""Where everything of a platform lies, and what it was set up with."""

from __future__ import annotations

import json
import os
import secrets
import socket
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

LOOPBACK = "127.0.0.1"
PREFERRED_GATEWAY = 18090
# A path of a Unix socket has 107 bytes at most, and our names need some of them.
_LONGEST_SOCKET_FOLDER = 80


@dataclass(frozen=True)
class User:
    """A user of the demo; ``roles`` as the identity provider's scopes name them."""

    name: str
    title: str
    password: str
    roles: tuple[str, ...]


@dataclass
class Settings:
    """What one platform was set up with: kept in ``settings.json``, readable by its owner only.

    ``ports`` are those of the last start; they are kept while they are free, so that addresses
    stay what they were.
    """

    users: list[User]
    secrets: dict[str, str]
    ports: dict[str, int] = field(default_factory=dict)
    tls: bool = False
    parcels: int = 0
    records: int = 0
    gateway: str = ""
    seeded: bool = False

    @classmethod
    def fresh(cls) -> Settings:
        """New users with new passwords; nothing here has a default secret."""
        people = (
            ("zhang", "张测 Zhang Ce, surveyor", ("surveyor",)),
            ("li", "李审 Li Shen, reviewer", ("reviewer",)),
            ("wang", "王管 Wang Guan, administrator", ("administrator",)),
        )
        names = ("postgres", "reader", "services", "intake", "identity", "guard", "hook", "signer")
        return cls(
            [User(name, title, _secret(), roles) for name, title, roles in people],
            {name: _secret() for name in names},
        )

    @classmethod
    def read(cls, path: Path) -> Settings:
        """Read settings written by ``write``."""
        given = json.loads(path.read_text(encoding="utf-8"))
        given["users"] = [User(**{**one, "roles": tuple(one["roles"])}) for one in given["users"]]
        return cls(**given)

    def write(self, path: Path) -> None:
        """Write at once or not at all, readable by the owner only."""
        write_private(path, json.dumps(asdict(self), ensure_ascii=False, indent=1))


@dataclass(frozen=True)
class Place:
    """The folder of a platform and what lies where in it."""

    folder: Path

    @property
    def settings(self) -> Path:
        """Ports, users and secrets."""
        return self.folder / "settings.json"

    @property
    def described(self) -> Path:
        """What a start prints; there while the platform runs."""
        return self.folder / "platform.json"

    @property
    def state(self) -> Path:
        """What the supervisor is doing: servers, processes, troubles."""
        return self.folder / "state.json"

    @property
    def data(self) -> Path:
        """Rasters, QGIS projects and map files."""
        return self.folder / "data"

    @property
    def certificates(self) -> Path:
        """Authorities, certificates, keys."""
        return self.folder / "certificates"

    @property
    def identity(self) -> Path:
        """Glewlwyd's configuration and database."""
        return self.folder / "identity"

    @property
    def catalogue(self) -> Path:
        """Configuration of pycsw and database."""
        return self.folder / "catalogue"

    @property
    def uploads(self) -> Path:
        """What the tus server receives."""
        return self.folder / "uploads"

    @property
    def intake(self) -> Path:
        """What the intake service keeps."""
        return self.folder / "intake"

    @property
    def logs(self) -> Path:
        """One log for each server."""
        return self.folder / "logs"

    @property
    def profile(self) -> Path:
        """The site profile for the plugin."""
        return self.folder / "profile.json"

    @property
    def run(self) -> Path:
        """Sockets and temporary files; a link where the folder's own path is too long for them."""
        return (self.folder / "run").resolve()

    def socket(self, name: str) -> Path:
        """Path of a Unix socket."""
        return self.run / f"{name}.sock"

    def make(self) -> None:
        """Make the folders; sockets stand where only their owner can reach them."""
        for folder in (
            self.data,
            self.identity,
            self.catalogue,
            self.uploads,
            self.intake,
            self.logs,
            self.certificates,
        ):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # PostgreSQL runs as another user and has to pass through.
        self.folder.chmod(0o711)
        run = self.folder / "run"
        if run.is_symlink() and not run.is_dir():
            run.unlink()
        if len(os.fsencode(run)) <= _LONGEST_SOCKET_FOLDER:
            run.mkdir(mode=0o700, exist_ok=True)
        elif not run.is_symlink():
            run.symlink_to(tempfile.mkdtemp(prefix="onemap-platform-"))


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read; never half of it."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
    fresh.replace(path)


def free_ports(names: tuple[str, ...], wanted: dict[str, int]) -> dict[str, int]:
    """A port on loopback for each name: the wanted one where it is free."""
    held: list[socket.socket] = []
    ports: dict[str, int] = {}
    try:
        for name in names:
            one, port = _listen(wanted.get(name, 0))
            held.append(one)
            ports[name] = port
    finally:
        for one in held:
            one.close()
    return ports


def _listen(port: int) -> tuple[socket.socket, int]:
    for number in (port, 0):
        one = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        # As the servers do themselves: what lingers from the last run is no hindrance.
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((LOOPBACK, number))
            one.listen(1)
        except OSError:
            one.close()
            if number == 0:
                raise
            continue
        return one, int(one.getsockname()[1])
    raise OSError("no free port on loopback")


def _secret() -> str:
    return secrets.token_urlsafe(18)
