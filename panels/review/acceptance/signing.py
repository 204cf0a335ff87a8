"""Signing a review: the algorithm's parameters, and a passphrase that is kept nowhere."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from qgis.core import QgsApplication

from ....processing_provider.passphrase import VARIABLE
from .files import Files

ALGORITHM, RESULT = "onemap:signreview", "SIGNATURE"


def available() -> bool:
    """Whether reviews can be signed."""
    return QgsApplication.processingRegistry().algorithmById(ALGORITHM) is not None


def parameters(
    findings: Path, submission: str, files: Files, person: tuple[str, str]
) -> dict[str, Any]:
    """What the algorithm is given, but for key and certificate; ``person`` is name and role."""
    records = [str(path) for path in (files.draw, files.lot) if path.is_file()]
    given: dict[str, Any] = {"FINDINGS": str(findings), "VERDICTS": records}
    if submission:
        given["SUBMISSION"] = submission
    given["WHO"], given["ROLE"] = person
    return given


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
