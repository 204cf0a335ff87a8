"""The embedded platform for tests: started once, in a folder thrown away, stopped at the end.

``platform`` is what ``./run platform start --json`` prints. Sign in with
``onemap_verify.demo.platform.visitor``. Tests that write choose names of their own: the platform is
shared by all tests of a session.

Filling a platform takes longer than starting it, so a filled one is kept in ``.build`` and copied;
it is filled anew when anything changes that it is made of.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
PARCELS, RECORDS = 300, 40
# What a platform runs with, or the demo tells with, but is not filled by.
_ONLY_RUNNING = (
    *("__main__", "walk", "tally", "say", "picture", "readme", "open_panel", "access", "guard"),
    *("gateway", "supervisor", "visitor", "control", "profile", "processes", "timestamps"),
    *("unix_server", "intake_", "sign_in", "http_client", "coverages", "documents"),
)


@pytest.fixture(scope="session")
def seeded_platform() -> Path:
    """Folder of a platform that is filled and not running; it is copied, never started."""
    from onemap_verify.demo.platform import Seed, missing, start, stop

    lacking = missing()
    if lacking:
        pytest.skip(f"the embedded platform cannot run here: {lacking}")
    return _seeded(start, stop, Seed(PARCELS, 1, RECORDS))


@pytest.fixture(scope="session")
def platform(seeded_platform):
    """The running platform: addresses, users, certificates."""
    from onemap_verify.demo.platform import clone, start, stop

    folder = Path(tempfile.mkdtemp(prefix="onemap-platform-"))
    try:
        clone(seeded_platform, folder)
        yield start(folder, ends_with=os.getpid())
    finally:
        stop(folder)
        remove(folder)


def remove(folder: Path) -> None:
    """Remove the folder of a platform that is stopped, wherever its database lies."""
    shutil.rmtree((folder / "postgres").resolve(), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def _seeded(start, stop, seed) -> Path:
    parent = CHECKOUT / ".build" / "platform-seeds"
    parent.mkdir(parents=True, exist_ok=True)
    with (parent / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = parent / _digest()
        if not (folder / "filled").exists():
            for old in parent.iterdir():
                if old.is_dir():
                    stop(old)
                    remove(old)
            try:
                start(folder, seed, ends_with=os.getpid())
            finally:
                stop(folder)
            (folder / "filled").touch()
        return folder


def _digest() -> str:
    """Of everything that a filled platform is made of, and of who fills it."""
    summed = hashlib.sha256(f"{os.getuid()} {PARCELS} {RECORDS} {CHECKOUT}".encode())
    demo = CHECKOUT / "demo"
    sources = [*demo.rglob("*.py"), *demo.rglob("*.sql")]
    sources += (CHECKOUT / "resources" / "standards").rglob("*.*")
    for path in sorted(sources):
        if not path.stem.startswith(_ONLY_RUNNING):
            summed.update(path.read_bytes())
    return summed.hexdigest()[:20]
