"""A delivered package once opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..findings import Text
from ..table import Table


class SubmissionError(Exception):
    """A package that cannot be read at all; ``text`` names file and reason."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True)
class Problem:
    """Something about the package that is wrong while the rest can be read.

    ``kind`` is a stable word: ``unsafe_member`` (a path trick inside an
    archive), ``unreadable_file``, ``unreadable_layer``, ``duplicate_layer``,
    ``unknown_layer``, ``empty_layer``, ``bad_encoding``, ``too_large``,
    ``manifest_mismatch``, ``manifest_unreadable``.
    """

    kind: str
    file: str
    layer: str
    detail: Text


@dataclass(frozen=True)
class SourceFile:
    """One file of the package: path inside it (POSIX) and on disk."""

    name: str
    path: Path
    bytes: int


@dataclass
class Submission:
    """A package: its layers as tables, its other evidence as files.

    ``layers`` maps standard names to tables. ``manifest`` is the parsed
    ``manifest.json`` or ``None``. Close it (or use ``with``) to remove what
    was unpacked.
    """

    path: Path
    kind: str
    layers: dict[str, Table]
    files: list[SourceFile] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    manifest: dict[str, Any] | None = None
    evidence: list[Path] = field(default_factory=list)
    photos: list[Path] = field(default_factory=list)
    tracks: list[Path] = field(default_factory=list)
    county: str = ""
    year: int = 0
    cleanup: Callable[[], None] | None = None

    def close(self) -> None:
        """Remove what was unpacked; safe to call twice."""
        if self.cleanup is not None:
            self.cleanup()
            self.cleanup = None

    def __enter__(self) -> Submission:
        return self

    def __exit__(self, *details: object) -> None:
        self.close()
