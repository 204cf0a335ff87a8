"""What an interrupted run has done already, so that the next one goes on from there.

One file per experiment, place and replicate, in a folder named after all that
the result depends on: the product's code and data, the benchmark's, the seed,
and the real data. Another version begins anew; its folder takes the place of the
old one.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
_DEPENDS = ("checks", "benchmarks/detection", "resources/standards", "demo")
_OLDER = 3
"""Folders of other versions that stay (runs may go on side by side)."""


@dataclass(frozen=True)
class Kept:
    """Outcomes on disk; only files that this machine's runs wrote are read."""

    folder: Path

    @classmethod
    def of(cls, root: Path, seed: int, quick: bool, data: Path | None) -> Kept:
        """The folder of this version, seed and data; made if it is not there."""
        name = f"{version()}_{seed}_{'quick' if quick else 'whole'}_{_data(data)}"
        folder = root / name
        folder.mkdir(parents=True, exist_ok=True)
        os.utime(folder)
        others = sorted(
            (each for each in root.iterdir() if each.is_dir() and each != folder),
            key=lambda each: each.stat().st_mtime,
        )
        for each in others[:-_OLDER] if len(others) > _OLDER else []:
            shutil.rmtree(each, ignore_errors=True)
        return cls(folder)

    def load(self, experiment: str, place: str, replicate: int) -> Any:
        """What was kept, ``None`` where there is nothing (whole)."""
        path = self._path(experiment, place, replicate)
        try:
            with path.open("rb") as stream:
                return pickle.load(stream)  # noqa: S301 (written by this very program)
        except (OSError, EOFError, pickle.UnpicklingError, AttributeError, ImportError):
            return None

    def store(self, experiment: str, place: str, replicate: int, outcome: Any) -> None:
        """Keep it; the file is there whole or not at all."""
        path = self._path(experiment, place, replicate)
        handle, name = tempfile.mkstemp(dir=self.folder, suffix=".part")
        with os.fdopen(handle, "wb") as stream:
            pickle.dump(outcome, stream, protocol=pickle.HIGHEST_PROTOCOL)
        Path(name).replace(path)

    def _path(self, experiment: str, place: str, replicate: int) -> Path:
        return self.folder / f"{experiment}_{place}_{replicate}.pickle"


def version(root: Path = ROOT) -> str:
    """Digest of all code and data that results depend on."""
    digest = hashlib.sha256()
    for part in _DEPENDS:
        for path in sorted((root / part).rglob("*")):
            if path.suffix in (".py", ".json", ".csv") and "__pycache__" not in path.parts:
                digest.update(path.relative_to(root).as_posix().encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _data(folder: Path | None) -> str:
    if folder is None:
        return "nodata"
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(folder).as_posix()} {path.stat().st_size}".encode())
    return digest.hexdigest()[:8]
