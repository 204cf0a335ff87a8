"""What the intake is told when it starts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Configuration:
    """What the intake is told; see :mod:`.intake`."""

    database: str
    uploads: Path
    folder: Path
    hook_secret: str
    key: Path
    passphrase: str
    certificate: Path
    trust: Sequence[str]
    socket: Path | None = None
    host: str = "127.0.0.1"
    port: int = 0
    user_header: str = "x-onemap-user"
    roles_header: str = "x-onemap-roles"
    scan_seconds: float = 2.0

    @classmethod
    def read(cls, path: Path) -> Configuration:
        """Read the file; a missing entry is a ``TypeError`` naming it."""
        facts = json.loads(path.read_text(encoding="utf-8"))
        known = {name: facts[name] for name in cls.__dataclass_fields__ if name in facts}
        for name in ("uploads", "folder", "key", "certificate", "socket"):
            if name in known:
                known[name] = Path(known[name])
        return cls(**known)
