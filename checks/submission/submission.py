"""A delivered package once opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import ExplainedError
from ..findings import Text
from ..table import Table


class SubmissionError(ExplainedError):
    """A package that cannot be read at all; ``text`` names file and reason."""


@dataclass(frozen=True)
class Limits:
    """How much of an archive is unpacked at most; a package beyond is refused.

    ``ratio`` bounds unpacked to packed bytes, but only from ``ratio_from``
    unpacked bytes on: small tables of blanks compress a thousandfold.
    ``free_share`` is the share of free disk that unpacking may use. Vector
    data and photos of a province's largest counties stay well below.
    """

    members: int = 1_000_000
    bytes: int = 100 * 2**30
    ratio: float = 200.0
    ratio_from: int = 256 * 2**20
    free_share: float = 0.9
    manifest_bytes: int = 256 * 2**20


@dataclass(frozen=True)
class Problem:
    """Something about the package that is wrong while the rest can be read.

    ``file`` is the path inside the package, ``layer`` the layer concerned, if
    any; ``cause`` a stable word that tells problems of one kind apart.
    ``kind`` is a stable word:

    ``unsafe_member``
        An archive member or link that points outside the package; left alone.
    ``unreadable_file``, ``unreadable_layer``
        Cannot be read (``cause``: ``encrypted``, ``damaged``, ``unsupported``).
    ``nested_archive``
        An archive inside the package that was not looked into.
    ``duplicate_layer``
        A standard layer delivered twice; the named one was taken.
    ``merged_layer``
        A standard layer delivered in parts with different objects: joined.
    ``unknown_layer``
        A layer that the standard does not know.
    ``empty_layer``
        A standard layer without rows.
    ``bad_encoding``
        Text in no known or a wrongly declared encoding (``undecodable``,
        ``misdeclared``).
    ``manifest_mismatch``
        A file differs from what ``manifest.json`` says (``missing``,
        ``bytes``, ``sha256``, ``sm3``, ``unlisted``, ``unsafe``).
    ``manifest_unreadable``
        ``manifest.json`` is not what it should be.
    """

    kind: str
    file: str
    layer: str
    detail: Text
    cause: str = ""


@dataclass(frozen=True)
class SourceFile:
    """One file of the package: path inside it (POSIX) and on disk."""

    name: str
    path: Path
    bytes: int


@dataclass
class Submission:
    """A package: its layers as tables, its other evidence as files.

    ``kind`` is ``folder``, ``zip``, ``gdb``, ``gpkg``, ``shp`` or ``geojson``.
    ``layers`` maps standard names to tables. ``files`` is every file of the
    package in order of name. ``manifest`` is the parsed ``manifest.json`` or
    ``None``. ``evidence`` are SQLite stores of field evidence, ``photos`` loose
    JPEGs and ``tracks`` receiver logs. ``county`` is the six-digit code and
    ``year`` that of the survey, as far as they can be told (``""`` and 0 where
    not). Close it (or use ``with``) to remove what was unpacked.
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
