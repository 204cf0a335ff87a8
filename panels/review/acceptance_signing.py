"""Signing a review: the algorithm's parameters, and a passphrase that is kept nowhere."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from qgis.core import QgsApplication

from ...processing_provider.passphrase import VARIABLE
from .acceptance_files import Files

ALGORITHM = "onemap:signreview"


def available() -> bool:
    """Whether reviews can be signed."""
    return QgsApplication.processingRegistry().algorithmById(ALGORITHM) is not None


def parameters(
    findings: Path, record: str, files: Files, key: str, certificate: str
) -> tuple[dict[str, Any], str] | None:
    """What the algorithm is given and the name of its result; ``None`` where it is not there."""
    algorithm = QgsApplication.processingRegistry().algorithmById(ALGORITHM)
    if algorithm is None:
        return None
    given: dict[str, Any] = {
        "FINDINGS": str(findings),
        "RECORD": record,
        "VERDICTS": [str(path) for path in (files.draw, files.lot) if path.is_file()],
        "KEY": key,
        "CERTIFICATE": certificate,
    }
    known = {one.name(): one for one in algorithm.parameterDefinitions()}
    given = {name: value for name, value in given.items() if name in known and value}
    targets = [one for one in known.values() if one.isDestination()]
    for target in targets:
        suffix = target.defaultFileExtension() if hasattr(target, "defaultFileExtension") else ""
        given[target.name()] = str(files.folder / f"signature.{suffix or 'json'}")
    return given, targets[0].name() if targets else "SIGNER"


@contextmanager
def passphrase(text: str) -> Iterator[None]:
    """Hand a passphrase to the algorithm, which reads it before it leaves this thread."""
    if not text:
        yield
        return
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = text
    try:
        yield
    finally:
        if before is None:
            del os.environ[VARIABLE]
        else:
            os.environ[VARIABLE] = before
