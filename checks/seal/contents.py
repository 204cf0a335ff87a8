"""What a sealed package holds against its manifest: a folder, a zip of ours, any other zip."""

from __future__ import annotations

import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from ..findings import Text
from ..progress import Progress
from . import archive
from .archive import LAYOUT, LOCAL_SIZE, MANIFEST
from .differences import (
    ARCHIVE,
    CHANGED,
    CUT,
    DAMAGED,
    EXTRA,
    HEADER,
    MISSING,
    NO_MANIFEST,
    PACKED_ANEW,
    TRAILING,
    Contents,
    Difference,
    Hashes,
    matches,
)
from .errors import SealError
from .foreign import compare_foreign, read_foreign_manifest
from .manifest import LARGEST, Manifest, Object, parse_manifest

_BLOCK = 1 << 20


def read_contents(path: Path, progress: Progress) -> Contents:
    """Compare everything a package holds with its manifest.

    Raises
    ------
    SealError
        When there is no such file, or it is neither folder nor zip.
    """
    try:
        if path.is_dir():
            return _folder(path, progress)
        with path.open("rb") as stream:
            start = stream.read(LOCAL_SIZE + len(MANIFEST))
            # One changed byte in front must not make it "no package".
            is_zip = start[:2] == b"PK" or start[LOCAL_SIZE:] == MANIFEST.encode()
            if not is_zip and not zipfile.is_zipfile(path):
                raise _no_package(path)
            stream.seek(0)
            return _zip(path, stream, progress)
    except OSError as error:
        raise SealError(
            Text(
                f"{path.name} 无法读取：{error.strerror or error}",
                f"{path.name} cannot be read: {error.strerror or error}",
            )
        ) from error


def _no_package(path: Path) -> SealError:
    return SealError(
        Text(
            f"{path.name} 不是封装包（应为 zip 或文件夹）",
            f"{path.name} is no sealed package (a zip or a folder)",
        )
    )


def _zip(path: Path, stream: BinaryIO, progress: Progress) -> Contents:
    data = _manifest_in_front(stream)
    if data is None:
        data = read_foreign_manifest(path)
    out = Contents()
    if data is None:
        out.add(MANIFEST, "manifest", DAMAGED)
    else:
        out.manifest = _understood(data, out)
    if out.manifest is None or data is None:
        _digest_rest(stream, Hashes(), out, progress)
        return out
    ours = out.manifest.package.get("archive") == LAYOUT
    if ours and not _packed_anew(path, data, out, progress):
        _Walk(stream, data, out.manifest, out, progress).run()
        out.differences = _in_order_of_weight(out.differences)
    elif ours:
        stream.seek(0)
        _digest_rest(stream, Hashes(), out, progress)
    else:
        for difference in compare_foreign(path, out.manifest, progress):
            out.add(*difference)
        stream.seek(0)
        _digest_rest(stream, Hashes(), out, progress)
    return out


def _packed_anew(path: Path, head: bytes, out: Contents, progress: Progress) -> bool:
    """Whether another program wrote the archive again; then its objects are compared by name.

    A zip of ours has exactly one possible length, and keeps it when bytes in it are changed.
    """
    if out.manifest is None or path.stat().st_size == _expected_size(head, out.manifest):
        return False
    try:
        for difference in compare_foreign(path, out.manifest, progress):
            out.add(*difference)
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        out.differences.clear()
        return False
    out.add(ARCHIVE, "header", PACKED_ANEW)
    return True


def _in_order_of_weight(found: list[Difference]) -> list[Difference]:
    """What differs in content before what differs in the archive's own words about it."""
    archived = [one for one in found if one.kind == "header"]
    if len(archived) > 1 and archived[0].name == MANIFEST:
        archived = [Difference(ARCHIVE, "header", PACKED_ANEW)]
    return [one for one in found if one.kind != "header"] + archived


def _expected_size(head: bytes, manifest: Manifest) -> int:
    entries = [archive.Entry(MANIFEST, len(head), 0, 0)]
    for one in manifest.objects:
        entries.append(archive.Entry(one.path, one.bytes, 0, entries[-1].end))
    return entries[-1].end + sum(len(piece) for _, piece in archive.tail(entries))


def _understood(data: bytes, out: Contents) -> Manifest | None:
    try:
        return parse_manifest(data)
    except SealError as error:
        out.add(MANIFEST, "manifest", error.text)
        return None


def _manifest_in_front(stream: BinaryIO) -> bytes | None:
    """The manifest of a zip that starts with it, when its CRC is right."""
    header = stream.read(LOCAL_SIZE + len(MANIFEST))
    stream.seek(0)
    if len(header) < LOCAL_SIZE + len(MANIFEST) or header[LOCAL_SIZE:] != MANIFEST.encode():
        return None
    crc, size = struct.unpack_from("<II", header, 14)
    if size > LARGEST:
        return None
    stream.seek(len(header))
    data = stream.read(size)
    stream.seek(0)
    return data if len(data) == size and archive.crc32(data) == crc else None


def _digest_rest(stream: BinaryIO, hashes: Hashes, out: Contents, progress: Progress) -> int:
    count = 0
    for block in iter(lambda: stream.read(_BLOCK), b""):
        progress.check()
        hashes.update(block)
        count += len(block)
    out.sha256, out.sm3 = hashes.sha256.hexdigest(), str(hashes.sm3.hexdigest())
    return count


class _Walk:
    """One pass over a zip of ours, from the first byte to the last."""

    def __init__(
        self,
        stream: BinaryIO,
        head: bytes,
        manifest: Manifest,
        out: Contents,
        progress: Progress,
    ) -> None:
        self._stream = stream
        self._head = head
        self._manifest = manifest
        self._out = out
        self._progress = progress
        self._hashes = Hashes()
        self._total = max(sum(one.bytes for one in manifest.objects) + len(head), 1)
        self._known = {one.path for one in manifest.objects}

    def run(self) -> None:
        entry = archive.Entry(MANIFEST, len(self._head), archive.crc32(self._head), 0)
        entries = [entry]
        header = archive.local_header(entry)
        start = self._take(len(header) + len(self._head))
        if start != header + self._head:
            self._out.add(MANIFEST, "header", HEADER)
        for one in self._manifest.objects:
            self._progress.at(entries[-1].end / self._total)
            entries.append(self._object(one, entries[-1].end))
        self._tail(entries)

    def _object(self, one: Object, offset: int) -> archive.Entry:
        blank = archive.Entry(one.path, one.bytes, 0, offset)
        header = self._take(len(archive.local_header(blank)))
        hashes, crc, left = Hashes(), 0, one.bytes
        while left:
            block = self._take(min(left, _BLOCK))
            if not block:
                break
            self._progress.check()
            hashes.update(block)
            crc = archive.crc32(block, crc)
            left -= len(block)
        entry = archive.Entry(one.path, one.bytes, crc, offset)
        digests = (hashes.sha256.hexdigest(), hashes.sm3.hexdigest())
        if left or not header:
            self._out.add(one.path, "missing" if not header else "changed", CUT)
        elif header != archive.local_header(entry) and digests != (one.sha256, one.sm3):
            self._out.add(one.path, *self._displaced(header))
        elif header != archive.local_header(entry):
            self._out.add(one.path, "header", HEADER)
        elif digests != (one.sha256, one.sm3):
            self._out.add(one.path, "changed", CHANGED)
        return entry

    def _displaced(self, header: bytes) -> tuple[str, Text]:
        """Header and data both differ: another object stands where this one was."""
        name = header[LOCAL_SIZE:].decode("utf-8", "replace")
        others = any(known.startswith(name) for known in self._known) if name else False
        if header[:4] == b"PK\x03\x04" and others:
            return ("changed", CHANGED) if name in self._known else ("missing", MISSING)
        return "changed", CHANGED

    def _tail(self, entries: list[archive.Entry]) -> None:
        named = {one.name for one in self._out.differences}
        for name, piece in archive.tail(entries):
            if self._take(len(piece)) != piece and name not in named:
                self._out.add(name or ARCHIVE, "header", HEADER)
        if _digest_rest(self._stream, self._hashes, self._out, self._progress):
            self._out.add(ARCHIVE, "trailing", TRAILING)

    def _take(self, count: int) -> bytes:
        data = self._stream.read(count)
        self._hashes.update(data)
        return data


def _folder(folder: Path, progress: Progress) -> Contents:
    out = Contents()
    path = folder / MANIFEST
    if not path.is_file():
        out.add(MANIFEST, "missing", NO_MANIFEST)
        return out
    if path.stat().st_size > LARGEST:
        out.add(MANIFEST, "manifest", DAMAGED)
        return out
    out.manifest = _understood(path.read_bytes(), out)
    if out.manifest is None:
        return out
    total = max(sum(one.bytes for one in out.manifest.objects), 1)
    done = 0
    for one in out.manifest.objects:
        progress.at(done / total)
        done += one.bytes
        file = folder / one.path
        if not file.is_file() or _leads_out(file, folder):
            out.add(one.path, "missing", MISSING)
        elif not matches(one, _opener(file), progress):
            out.add(one.path, "changed", CHANGED)
    known = {one.path for one in out.manifest.objects} | {MANIFEST}
    for inner, _, files in os.walk(folder):
        for name in sorted(files):
            relative = (Path(inner) / name).relative_to(folder).as_posix()
            if relative not in known:
                out.add(relative, "extra", EXTRA)
    return out


def _opener(file: Path) -> Callable[[], BinaryIO]:
    return lambda: file.open("rb")


def _leads_out(file: Path, folder: Path) -> bool:
    root = folder.resolve()
    return root not in file.resolve().parents
