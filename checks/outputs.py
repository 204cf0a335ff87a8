"""Where results may be written: never over an input, and told before the work begins."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.request import pathname2url

from .errors import OutputError
from .findings import Text
from .options import Options
from .record import cannot_write

_SQLITE_MAGIC = b"SQLite format 3\0"
_OWN_MARKS = (b"onemap-verification-record", b"<!doctype html", b"<html")
_HEAD = 4096


def output_paths(options: Options) -> list[Path]:
    """The files that a run is asked to write."""
    return [path for path in (options.findings, options.record, options.report) if path]


def check_outputs(options: Options) -> None:
    """Refuse outputs that would destroy something, or that cannot be written.

    An hour of work must not end in an error that its first second could have
    told, and no result is worth a county's only copy of its package.

    Raises
    ------
    OutputError
        When an output is an input, lies in a geodatabase, takes the place of a
        delivered file or of another output, or cannot be written.
    """
    taken: list[Path] = []
    for path in output_paths(options):
        for given in _inputs(options):
            if _same(path, given):
                raise _refused(path, "它是本次的输入", "it is an input of this run")
        if any(_same(path, other) for other in taken):
            raise _refused(path, "两项结果不能写入同一文件", "two results cannot share one file")
        if any(p.suffix.lower() == ".gdb" and os.path.isdir(p) for p in path.parents):
            raise _refused(path, "它位于地理数据库之内", "it lies inside a geodatabase")
        if _is_delivered(path, options.submission):
            raise _refused(path, "它是成果包中的文件", "it is a file of the package")
        taken.append(path)
        _probe(path)


def _inputs(options: Options) -> Iterator[Path]:
    trusted = (options.dem, options.imagery, options.imagery_previous, options.previous)
    yield options.submission
    for text in (*trusted, *options.control_layers, options.standard):
        if text:
            yield Path(text.split("|", 1)[0])


def _same(one: Path, other: Path) -> bool:
    """Whether two paths lead to one file, through links and other spellings too."""
    try:
        return os.path.samefile(one, other)
    except OSError:  # at least one of them is not there yet
        return os.path.normcase(os.path.realpath(one)) == os.path.normcase(os.path.realpath(other))


def _is_delivered(path: Path, submission: Path) -> bool:
    """Whether ``path`` is a file below the delivered folder, and no earlier result of ours."""
    if not (os.path.isdir(submission) and os.path.isfile(path)):
        return False
    inside = Path(os.path.realpath(submission)) in Path(os.path.realpath(path)).parents
    return inside and not _is_ours(path)


def _is_ours(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD).lower()
        if not head.startswith(_SQLITE_MAGIC.lower()):
            return any(mark in head for mark in _OWN_MARKS)
        address = f"file:{pathname2url(str(path))}?immutable=1"
        with closing(sqlite3.connect(address, uri=True)) as connection:
            query = "SELECT count(*) FROM sqlite_master WHERE name IN ('findings', 'rules_run')"
            return bool(connection.execute(query).fetchone()[0] == 2)
    except (OSError, sqlite3.Error):
        return False


def _probe(path: Path) -> None:
    """Try the nearest folder that is there: asking for permission is not enough."""
    # os.path answers "no" where pathlib raises: in folders that we may not look into.
    if os.path.isdir(path):
        raise _refused(path, "它是一个文件夹", "it is a folder")
    folder = next(part for part in path.absolute().parents if os.path.exists(part))
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise cannot_write(path, error) from error


def _refused(path: Path, zh: str, en: str) -> OutputError:
    return OutputError(Text(f"结果不能写入 {path}：{zh}", f"Cannot write to {path}: {en}"))
