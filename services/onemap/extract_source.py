"""Where an extract came from: written beside it and into it, so that it can be judged later."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from osgeo import gdal

from ...checks.errors import OutputError
from ...checks.findings import Text
from ...checks.progress import SILENT, Progress
from ...checks.seal import canonical, file_digests
from ..disk import reason
from ..errors import place
from ..site_profile import LayerSource
from . import frames

SIDECAR = ".source.json"
VERSION = 1


@dataclass(frozen=True)
class Extract:
    """A part of the one map on disk.

    ``path`` is the file, ``layer`` the name of the layer in it (empty for rasters), ``count`` its
    features or cells; ``facts`` what stands in the sidecar.
    """

    source: LayerSource
    path: Path
    layer: str
    count: int
    facts: Mapping[str, Any]
    notes: Sequence[Text] = field(default_factory=tuple)

    @property
    def for_gdal(self) -> str:
        """What QGIS and GDAL open."""
        return f"{self.path}|layername={self.layer}" if self.layer else str(self.path)


def fingerprint(layer: LayerSource, **facts: Any) -> str:
    """What tells one extract from another: the layer, its place and what is asked for."""
    described = {
        "kind": layer.kind, "url": layer.url, "layer": layer.layer, "version": layer.version,
        **facts,
    }  # fmt: skip
    return hashlib.sha256(canonical(json.loads(json.dumps(described, default=str)))).hexdigest()


def source_facts(
    layer: LayerSource, crs: str, box: frames.Box | None, **more: Any
) -> dict[str, Any]:
    """What is told of the source; no query of an address, since keys can stand there."""
    return {
        "version": VERSION,
        "layer": layer.id,
        "title": {"zh": layer.title.zh, "en": layer.title.en},
        "kind": layer.kind,
        "service": place(layer.url) if layer.kind != "file" else Path(layer.url).name,
        "name": layer.layer or "",
        "record": layer.record or "",
        "date": layer.date if isinstance(layer.date, str) else list(layer.date or ()),
        "accuracy_class": layer.accuracy_class or "",
        "fetched": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "crs": crs,
        "box": list(box) if box else None,
        **more,
    }


def put_in_place(
    journal: Journal, target: Path, facts: dict[str, Any], progress: Progress = SILENT
) -> dict[str, Any]:
    """Put a finished extract in its place, ``facts`` with its digests beside it.

    All that needs room on the disk comes before either name changes; between the two the digests
    do not fit, which :func:`is_whole` tells.

    Raises
    ------
    OSError
        When there is no room for the facts; the unfinished file and its journal stay.
    """
    complete = {**facts, "file": target.name, **file_digests(journal.part, progress)}
    beside = sidecar(target)
    scratch = beside.with_name(beside.name + ".new")
    write_beside(scratch, json.dumps(complete, ensure_ascii=False, indent=1))
    journal.finish(target)
    scratch.replace(beside)
    return complete


def write_beside(scratch: Path, text: str) -> None:
    """Write a file that is renamed afterwards; nothing of it stays when the disk is full."""
    try:
        scratch.write_text(text, encoding="utf-8")
    except OSError:
        with contextlib.suppress(OSError):
            scratch.unlink()
        raise


def sidecar(path: Path) -> Path:
    """Where the facts of an extract stand."""
    return path.with_name(path.name + SIDECAR)


def read_sidecar(path: Path) -> dict[str, Any]:
    """The facts of an extract; empty where there are none."""
    try:
        found = json.loads(sidecar(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def is_whole(path: Path, progress: Progress = SILENT) -> bool:
    """Whether an extract is, byte for byte, what was saved."""
    facts = read_sidecar(path)
    if not facts or not path.is_file():
        return False
    return bool(file_digests(path, progress)["sha256"] == facts.get("sha256"))


class Journal:
    """What of an extract is done, kept beside the unfinished file.

    ``mark`` tells one extract from another: an unfinished file of another one is thrown away.
    """

    def __init__(self, target: Path, mark: str) -> None:
        self.part = target.with_name(f"{target.stem}.part{target.suffix}")
        self.path = target.with_name(target.name + ".part.json")
        self.mark = mark
        self.state: dict[str, Any] = {}
        found: Any = None
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            found = None
        if isinstance(found, dict) and found.get("mark") == mark and self.part.exists():
            self.state = found
        else:
            self.discard()

    @property
    def begun(self) -> bool:
        """Whether there is something to go on with."""
        return bool(self.state)

    def note(self, **facts: Any) -> None:
        """Write down how far it is."""
        self.state = {**self.state, "mark": self.mark, **facts}
        scratch = self.path.with_name(self.path.name + ".new")
        write_beside(scratch, json.dumps(self.state))
        scratch.replace(self.path)

    def discard(self) -> None:
        """Throw away what is unfinished."""
        self.state = {}
        for path in (self.path, self.part, *self._beside()):
            path.unlink(missing_ok=True)

    def finish(self, target: Path) -> None:
        """Put the finished file in its place."""
        for path in self._beside():
            path.unlink(missing_ok=True)
        self.part.replace(target)
        self.path.unlink(missing_ok=True)

    def _beside(self) -> list[Path]:
        return [self.part.with_name(self.part.name + end) for end in ("-wal", "-shm", "-journal")]


@contextlib.contextmanager
def gdal_speaks() -> Iterator[list[str]]:
    """GDAL's errors of this thread collected; they raise, whatever was set before."""
    messages: list[str] = []

    def collect(level: int, _: int, message: str) -> None:
        if level >= gdal.CE_Failure:
            messages.append(message)

    gdal.PushErrorHandler(collect)
    try:
        yield messages
    finally:
        gdal.PopErrorHandler()


@contextlib.contextmanager
def written(path: Path) -> Iterator[None]:
    """Have GDAL write to ``path``, and hear of it when it could not.

    GDAL says so by a message alone when a file is flushed or closed.

    Raises
    ------
    OSError
        When something could not be written.
    """
    with gdal_speaks() as messages:
        try:
            yield
        except RuntimeError as error:
            raise not_written(path, [*messages, str(error)]) from error
    if messages:
        raise not_written(path, messages)


def not_written(path: Path, messages: Sequence[str]) -> OSError:
    """The error for a file that GDAL could not write."""
    full = [each for each in messages if "disk is full" in each or "No space left" in each]
    told = " ".join((full or list(messages) or ["?"])[0].split())[:200]
    return OSError(errno.ENOSPC if full else errno.EIO, told, str(path))


def output_error(path: Path, error: Exception) -> OutputError:
    """The error for a person; a full disk is called one."""
    why = reason(error, path)
    return OutputError(
        Text(zh=f"无法写入 {path.name}：{why.zh}", en=f"{path.name} cannot be written: {why.en}")
    )
