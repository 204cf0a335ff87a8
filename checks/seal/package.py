"""Seal a package: digest everything, sign, write one zip."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, BinaryIO

from ..findings import Text
from ..progress import SILENT, Progress
from . import archive
from .archive import LAYOUT, MANIFEST, Entry
from .certificates import parse_certificate
from .digests import canonical, merkle_root
from .errors import SealError
from .keys import Signer
from .manifest import LARGEST, Object, signature_entry, signed_form, unsigned_document
from .names import same
from .signatures import sign_bytes
from .sm3 import new_sm3
from .sources import Member, file_member, members

TimeStamp = Callable[[bytes], bytes]
"""Takes what is to be stamped, returns the token (DER) of an authority."""

KEPT_MANIFEST = "verification/submission-manifest.json"
"""Where the manifest that the source itself came with is kept."""
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Sealed:
    """A sealed package: its id, the digests of the zip and who signed."""

    path: Path
    package_id: str
    bytes: int
    sha256: str
    sm3: str
    signer: str
    objects: int


@dataclass(frozen=True)
class _Read:
    member: Member
    object: Object
    crc: int


def seal_package(
    source: Path,
    target: Path,
    signer: Signer,
    package: Mapping[str, Any],
    extra_files: Mapping[str, Path] | None = None,
    timestamp: TimeStamp | None = None,
    progress: Progress = SILENT,
) -> Sealed:
    """Write ``target``, a zip of everything in ``source`` with a signed manifest in front.

    Parameters
    ----------
    source
        Folder, zip or single file of the survey.
    package
        For the manifest: ``xzqdm``, ``year``, ``zone``…; ``id`` and ``created`` are made where
        they are missing. The id follows from the contents, so that the same contents sealed
        twice are the same package.
    extra_files
        Further files by their names in the package: record, findings.
    timestamp
        Called with the value of the signature.

    Raises
    ------
    SealError
        When something cannot be read, changes meanwhile, or has a name that is not safe.
    OSError
        When ``target`` cannot be written; nothing is left behind then.
    """
    found, close = members(source)
    try:
        wanted = _together(found, extra_files or {}, target)
        read = _digest(wanted, progress.part(0.0, 0.5))
        document = _document(package, [one.object for one in read])
        value = sign_bytes(signed_form(document), signer)
        token = timestamp(value) if timestamp is not None else None
        document["signatures"] = [signature_entry(value, signer.certificate, signer.chain, token)]
        head = canonical(document)
        if len(head) > LARGEST:
            raise SealError(Text("文件过多，清单过大", "Too many files: the manifest is too large"))
        size, sha256, sm3 = _write(target, head, read, progress.part(0.5, 1.0))
    finally:
        close()
    name = parse_certificate(signer.certificate).name
    identity = str(document["package"]["id"])
    return Sealed(target, identity, size, sha256, sm3, name, len(read))


def _together(found: list[Member], extra_files: Mapping[str, Path], target: Path) -> list[Member]:
    """All members in the order of their names, none twice."""
    out = []
    for member in found:
        # A package may come with a manifest of its own; the new one takes its place.
        name = KEPT_MANIFEST if same(member.name) == MANIFEST else member.name
        out.append(Member(name, member.open))
    out += [file_member(name, path) for name, path in extra_files.items()]
    out.sort(key=lambda member: member.name)
    seen: dict[str, str] = {}
    for member in out:
        key = same(member.name)
        if key in seen:
            raise SealError(
                Text(
                    f"包内有两个文件会重名：“{seen[key]}”与“{member.name}”",
                    f"Two files would have the same name: '{seen[key]}' and '{member.name}'",
                )
            )
        seen[key] = member.name
    if not found:
        raise SealError(Text(f"没有可封装的文件（{target.name}）", "There is nothing to seal"))
    return out


def _digest(wanted: list[Member], progress: Progress) -> list[_Read]:
    out = []
    for number, member in enumerate(wanted):
        progress.at(number / len(wanted))
        sha256, sm3, crc, size = hashlib.sha256(), new_sm3(), 0, 0
        with _opened(member) as stream:
            for block in iter(lambda: stream.read(_BLOCK), b""):
                progress.check()
                size += len(block)
                sha256.update(block)
                sm3.update(block)
                crc = archive.crc32(block, crc)
        known = Object(member.name, size, sha256.hexdigest(), sm3.hexdigest())
        out.append(_Read(member, known, crc))
    return out


def _opened(member: Member) -> BinaryIO:
    try:
        return member.open()
    except Exception as error:
        raise _unreadable(member, error) from error


def _unreadable(member: Member, error: object) -> SealError:
    return SealError(
        Text(f"“{member.name}”无法读取：{error}", f"'{member.name}' cannot be read: {error}")
    )


def _document(package: Mapping[str, Any], objects: list[Object]) -> dict[str, Any]:
    facts = {key: value for key, value in package.items() if value not in (None, "")}
    facts.setdefault("xzqdm", "")
    facts.setdefault("year", None)
    facts.setdefault(
        "created", datetime.now(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")
    )
    if not facts.get("id"):
        root = merkle_root(canonical([one.path, one.sha256, one.sm3]) for one in objects)
        parts = [facts["xzqdm"], facts["year"], root[:20]]
        facts["id"] = "-".join(str(part) for part in parts if part)
    facts["archive"] = LAYOUT
    return unsigned_document(facts, objects)


def _write(
    target: Path, head: bytes, read: list[_Read], progress: Progress
) -> tuple[int, str, str]:
    """Write the zip beside the target, then put it in place."""
    part = target.with_name(target.name + ".part")
    target.parent.mkdir(parents=True, exist_ok=True)
    whole = len(head) + sum(one.object.bytes for one in read)
    try:
        if shutil.disk_usage(target.parent).free < whole:
            raise SealError(
                Text(
                    f"磁盘空间不足：封装需要 {whole / 1e6:.0f} MB",
                    f"The disk is too full: sealing needs {whole / 1e6:.0f} MB",
                )
            )
        with part.open("wb") as stream:
            out = _Out(stream)
            entries = [Entry(MANIFEST, len(head), archive.crc32(head), 0)]
            out.write(archive.local_header(entries[0]))
            out.write(head)
            for one in read:
                progress.at(out.size / max(whole, 1))
                entry = Entry(one.object.path, one.object.bytes, one.crc, out.size)
                entries.append(entry)
                out.write(archive.local_header(entry))
                _copy(one, out, progress)
            for _, piece in archive.tail(entries):
                out.write(piece)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(part, target)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
    return out.size, out.sha256.hexdigest(), str(out.sm3.hexdigest())


class _Out:
    """A file being written and digested."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.size = 0
        self.sha256 = hashlib.sha256()
        self.sm3 = new_sm3()

    def write(self, data: bytes) -> None:
        self._stream.write(data)
        self.size += len(data)
        self.sha256.update(data)
        self.sm3.update(data)


def _copy(one: _Read, out: _Out, progress: Progress) -> None:
    again, size = hashlib.sha256(), 0
    with _opened(one.member) as stream:
        for block in iter(lambda: stream.read(_BLOCK), b""):
            progress.check()
            size += len(block)
            again.update(block)
            if size <= one.object.bytes:
                out.write(block)
    if size != one.object.bytes or again.hexdigest() != one.object.sha256:
        raise SealError(
            Text(
                f"“{one.object.path}”在封装过程中被改动，请关闭正在使用它的程序后重试",
                f"'{one.object.path}' changed while it was being sealed: close what uses it and "
                "try again",
            )
        )
