"""What lies in a package: a walk over its files that opens none of them wholly."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from urllib.request import pathname2url

from ..findings import Text
from ..progress import SILENT, Progress
from ..vector import DRIVERS
from .submission import Problem, SourceFile

ARCHIVES = (".zip", ".rar", ".7z", ".tar", ".gz", ".tgz")
CONVERTIBLE = (".vct", ".mdb")
"""Formats of surveys that this version does not read."""

_STORES = (".db", ".sqlite", ".db3")
_PHOTO_FOLDERS = re.compile(r"(?:^|/)photos?(?:/|$)|照片")
_PHOTO_FILES = (".jpg", ".jpeg")
_TRACK_FOLDERS = re.compile(r"(?:^|/)tracks?(?:/|$)|轨迹")
_TRACK_FILES = (".gpx", ".nmea", ".log")
_SHAPE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".shp.xml", ".qpj", ".qix")
_EFFECTIVE = os.access in os.supports_effective_ids
_SHADOW = "._"
"""What macOS puts beside every file in an archive."""
_SQLITE_MAGIC = b"SQLite format 3\0"
_FORMAT_RANK = {".gdb": 0, ".gpkg": 1, ".shp": 2, ".geojson": 3}
MANIFEST = "manifest.json"


@dataclass
class Contents:
    """Files of a package by what they are for; paths on disk, in order of name.

    ``names`` gives the path inside the package of every file and source.
    """

    sources: list[Path] = field(default_factory=list)
    files: list[SourceFile] = field(default_factory=list)
    archives: list[Path] = field(default_factory=list)
    convertible: list[Path] = field(default_factory=list)
    evidence: list[Path] = field(default_factory=list)
    photos: list[Path] = field(default_factory=list)
    tracks: list[Path] = field(default_factory=list)
    manifest: Path | None = None
    problems: list[Problem] = field(default_factory=list)
    names: dict[Path, str] = field(default_factory=dict)

    def add(self, inner: Contents, prefix: str) -> None:
        """Take in what an archive at ``prefix`` held."""
        self.sources += inner.sources
        self.archives += inner.archives
        self.convertible += inner.convertible
        self.evidence += inner.evidence
        self.photos += inner.photos
        self.tracks += inner.tracks
        self.problems += inner.problems
        self.names.update({path: f"{prefix}/{name}" for path, name in inner.names.items()})
        if self.manifest is None:
            # A manifest outside speaks of the archive as one file.
            self.manifest = inner.manifest
            inside = [replace(each, name=f"{prefix}/{each.name}") for each in inner.files]
            self.files += inside


def look_through(root: Path, progress: Progress = SILENT, ignored: Iterable[Path] = ()) -> Contents:
    """Sort everything below the folder ``root`` but the files ``ignored``."""
    out = Contents()
    left_out = {os.path.realpath(path) for path in ignored}
    named = {os.path.basename(path) for path in left_out}
    databases: set[Path] = set()
    for path, name in _walk(root, out, progress):
        if path.name in named and os.path.realpath(path) in left_out:
            continue
        database = _database_of(path, root)
        if database is not None and database not in databases:
            databases.add(database)
            _add_source(out, database, database.relative_to(root).as_posix())
        _sort_in(out, path, name, database is not None)
    out.sources.sort(key=lambda path: (_FORMAT_RANK[path.suffix.lower()], out.names[path]))
    return out


def look_at_file(path: Path) -> Contents:
    """The contents of a package that is one vector file (or ``.gdb`` folder)."""
    out = Contents(sources=[path], names={path: path.name})
    if path.is_dir():
        beside = [(each, f"{path.name}/{each.name}") for each in sorted(path.iterdir())]
    elif path.suffix.lower() == ".shp":
        stem = path.name[: -len(".shp")]
        wanted = {(stem + part).lower() for part in _SHAPE_PARTS}
        beside = [(p, p.name) for p in sorted(path.parent.iterdir()) if p.name.lower() in wanted]
    else:
        beside = [(path, path.name)]
    for each, name in beside:
        if each.is_file():
            out.files.append(SourceFile(name, each, each.stat().st_size))
    return out


def is_evidence_store(path: Path) -> bool:
    """Whether an SQLite file holds the photo table FJ of field evidence.

    Raises
    ------
    sqlite3.Error
        When the file is damaged.
    """
    with path.open("rb") as stream:
        if stream.read(len(_SQLITE_MAGIC)) != _SQLITE_MAGIC:
            return False
    # Immutable: no journal may appear beside the delivered file.
    connection = sqlite3.connect(f"file:{pathname2url(str(path))}?immutable=1", uri=True)
    try:
        query = "SELECT count(*) FROM sqlite_master WHERE type='table' AND upper(name)='FJ'"
        return bool(connection.execute(query).fetchone()[0])
    finally:
        connection.close()


def _walk(root: Path, out: Contents, progress: Progress) -> Iterator[tuple[Path, str]]:
    def closed(error: OSError) -> None:
        inside = Path(str(error.filename)).relative_to(root).as_posix()
        out.problems.append(_not_ours_to_read(inside))

    for folder, folders, files in os.walk(root, onerror=closed):
        progress.check()
        folders.sort()
        for name in sorted([*files, *folders]):
            path = Path(folder, name)
            inside = path.relative_to(root).as_posix()
            if path.is_symlink():
                # Followed, a link could show us any file of this machine.
                text = Text(
                    f"“{inside}”是符号链接，未读取", f"'{inside}' is a link and was not followed"
                )
                out.problems.append(Problem("unsafe_member", inside, "", text))
            elif name in files:
                yield path, inside
        folders[:] = [name for name in folders if not Path(folder, name).is_symlink()]


def _sort_in(out: Contents, path: Path, name: str, in_database: bool) -> None:
    out.files.append(SourceFile(name, path, path.stat().st_size))
    out.names[path] = name
    if not os.access(path, os.R_OK, effective_ids=_EFFECTIVE):
        out.problems.append(_not_ours_to_read(name))
        return
    if in_database or path.name.startswith(_SHADOW):
        return
    suffix = path.suffix.lower()
    folders = "/".join(PurePosixPath(name.lower()).parts[:-1])
    if suffix in DRIVERS and suffix != ".gdb":
        _add_source(out, path, name)
    elif suffix in ARCHIVES:
        out.archives.append(path)
    elif suffix in CONVERTIBLE:
        out.convertible.append(path)
    elif suffix in _STORES:
        _add_store(out, path, name)
    elif suffix in _PHOTO_FILES and _PHOTO_FOLDERS.search(folders):
        out.photos.append(path)
    elif suffix in _TRACK_FILES and _TRACK_FOLDERS.search(folders):
        out.tracks.append(path)
    elif path.name.lower() == MANIFEST and _is_higher(out, path):
        out.manifest = path


def _not_ours_to_read(name: str) -> Problem:
    text = Text(f"没有读取“{name}”的权限", f"There is no permission to read '{name}'")
    return Problem("unreadable_file", name, "", text, "permission")


def _database_of(path: Path, root: Path) -> Path | None:
    """The file geodatabase below ``root`` that a file belongs to."""
    inside = path.relative_to(root).parts[:-1]
    for depth, part in enumerate(inside, start=1):
        if part.lower().endswith(".gdb"):
            return root.joinpath(*inside[:depth])
    return None


def _add_source(out: Contents, path: Path, name: str) -> None:
    out.sources.append(path)
    out.names[path] = name


def _add_store(out: Contents, path: Path, name: str) -> None:
    try:
        if is_evidence_store(path):
            out.evidence.append(path)
    except (OSError, sqlite3.Error) as error:
        text = Text(
            f"举证数据库“{name}”无法读取：{error}",
            f"The evidence store '{name}' cannot be read: {error}",
        )
        out.problems.append(Problem("unreadable_file", name, "", text, "damaged"))


def _is_higher(out: Contents, path: Path) -> bool:
    """Of several manifests the one nearest the top counts."""
    return out.manifest is None or len(path.parents) < len(out.manifest.parents)
