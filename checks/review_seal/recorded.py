"""The record against the journal's first event, and the package against the record."""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import ExplainedError
from ..findings import Text
from ..findings_read import FINDING_COLUMNS, read_verification
from ..journal.binding import find_record
from ..progress import SILENT, Progress
from ..seal import canonical, merkle_root
from ..seal.names import unsafe
from ..seal.sources import Member, members
from .report import Located

_BLOCK = 1 << 20
_SUBMISSION = "submission"
ARCHIVES = (".zip", ".rar", ".7z", ".tar", ".gz")
_UNREADABLE = (
    *(OSError, ValueError, EOFError, NotImplementedError, RuntimeError),
    *(zipfile.BadZipFile, zlib.error, ExplainedError),
)


@dataclass
class Recorded:
    """What was found, and what was looked at."""

    breaches: list[Located] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)
    looked: list[str] = field(default_factory=list)

    def add(self, file: str, kind: str, told: Text, table: str = "") -> None:
        """Something that is not as it was."""
        self.breaches.append(Located(file, kind, told, table))


def check_record(
    findings: Path,
    opened: Mapping[str, Any],
    package: Path | None,
    known: Collection[str],
    progress: Progress = SILENT,
) -> Recorded:
    """Hold the record against ``opened``, and the package's files against the record.

    Parameters
    ----------
    opened
        Details of the journal's first event; empty where nobody has decided anything yet.
    known
        Names of files about which everything is known already.
    """
    out = Recorded()
    noted = opened.get("record")
    name = str(noted.get("name")) if isinstance(noted, Mapping) else ""
    path = findings.with_name(name) if name and unsafe(name) is None else find_record(findings)
    if path is None or not path.is_file():
        if name and name not in known:
            out.add(name, "missing", Text("核验记录缺失", "the record is gone"))
        elif not name:
            out.notes.append(
                Text("没有核验记录，未对照成果。", "Without a record no package can be compared.")
            )
        return out
    out.looked.append(path.name)
    try:
        data = path.read_bytes()
    except OSError as error:
        out.add(path.name, "unreadable", _unreadable(error))
        return out
    if isinstance(noted, Mapping) and hashlib.sha256(data).hexdigest() != noted.get("sha256"):
        if path.name not in known:
            told = Text(
                "核验记录在核查开始后被改动", "the record was changed after the review began"
            )
            out.add(path.name, "file", told)
        # What a changed record says must accuse no file of the package.
        return out
    document = _document(data)
    if not opened:
        _findings(out, document, findings)
    if package is None or package.name not in known:
        _package(out, _inputs(document), package, known, progress)
    return out


def _unreadable(error: Exception) -> Text:
    text = getattr(error, "text", None)
    return (
        text if isinstance(text, Text) else Text(f"不能读取：{error}", f"cannot be read: {error}")
    )


def _document(data: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _findings(out: Recorded, document: Mapping[str, Any], findings: Path) -> None:
    """Before anybody has decided, the record alone tells whether findings were changed."""
    stated = document.get("findings")
    wanted = stated.get("merkle_root") if isinstance(stated, Mapping) else None
    try:
        known = read_verification(findings).findings
    except ExplainedError:
        return  # told already
    columns = [known[name].tolist() for name in FINDING_COLUMNS]
    rows = (dict(zip(FINDING_COLUMNS, row)) for row in zip(*columns))
    try:
        now = merkle_root(canonical(row) for row in rows)
    except (ValueError, TypeError):  # a cell of a kind that no verification writes
        now = ""
    if wanted is not None and now != wanted:
        told = Text("不是核验记录所记的发现", "not the findings that the record was written for")
        out.add(findings.name, "file", told, "findings")


def _inputs(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    entries = document.get("inputs")
    wanted = entries if isinstance(entries, list) else []
    return [one for one in wanted if isinstance(one, Mapping) and one.get("role") == _SUBMISSION]


def _package(
    out: Recorded,
    entries: list[Mapping[str, Any]],
    package: Path | None,
    known: Collection[str],
    progress: Progress,
) -> None:
    wanted = {str(one.get("path")): one.get("sha256") for one in entries}
    wanted = {name: digest for name, digest in wanted.items() if digest and name not in known}
    if not wanted:
        return
    if package is None or not package.exists():
        told = Text("未指定成果，未检查其文件。", "No package was given: its files were not read.")
        out.notes.append(told)
        return
    try:
        found, close = members(package)
    except _UNREADABLE as error:
        out.add(package.name, "unreadable", _unreadable(error))
        return
    try:
        there = {one.name: one for one in found}
        for number, (name, digest) in enumerate(wanted.items()):
            progress.at(number / len(wanted), name)
            _member(out, there, name, str(digest), progress)
    finally:
        close()


def _member(
    out: Recorded, there: Mapping[str, Member], name: str, digest: str, progress: Progress
) -> None:
    member = there.get(name) or _ending(there, name)
    if member is None:
        if any(known.lower().endswith(ARCHIVES) for known in there):
            told = Text(
                f"{name} 在压缩包内，未能对照。",
                f"{name} is inside an archive and was not compared.",
            )
            out.notes.append(told)
        else:
            out.add(name, "missing", Text("成果文件缺失", "the file is gone from the package"))
        return
    out.looked.append(name)
    now = hashlib.sha256()
    try:
        with member.open() as stream:
            for block in iter(lambda: stream.read(_BLOCK), b""):
                progress.check()
                now.update(block)
    except _UNREADABLE as error:
        out.add(name, "unreadable", _unreadable(error))
        return
    if now.hexdigest() != digest:
        out.add(name, "file", Text("与核验时的摘要不符", "is not the file that was verified"))


def _ending(there: Mapping[str, Member], name: str) -> Member | None:
    """A member whose path ends alike, where there is just one: a folder may have got a parent."""
    fitting = [one for known, one in there.items() if f"/{known}".endswith(f"/{name}")]
    return fitting[0] if len(fitting) == 1 else None
