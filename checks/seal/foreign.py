"""Packages zipped by other programs: the same manifest, another way of writing the archive.

What the archive says twice must agree, no byte may lie between members, and nothing may follow
the end: a reader of the directory and one of the members then see the same files.
"""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ..findings import Text
from ..progress import Progress
from .archive import LOCAL_SIZE, MANIFEST
from .differences import ARCHIVE, CHANGED, EXTRA, HEADER, MISSING, TRAILING, matches
from .manifest import LARGEST, Manifest, Object
from .names import same, unsafe

_END = struct.Struct("<4s4H2IH")
_END64 = struct.Struct("<4sQ2H2I4Q")
_LOCAL = struct.Struct("<4s5H3I2H")
_LARGEST_DIRECTORY = 512 << 20
_LATER_FLAG = 0x8
_FULL = 0xFFFFFFFF
DOUBLE = Text("包内有两个同名文件", "it is in the package twice")
UNSAFE = Text("名称指向包外", "its name leads out of the package")
GAP = Text("成员之间夹有未列出的数据", "there are bytes between the members that nothing names")


def read_foreign_manifest(path: Path) -> bytes | None:
    """The manifest by way of the directory at the end; ``None`` when it cannot be had."""
    try:
        with path.open("rb") as stream:
            if not 0 <= _directory(stream)[1] <= _LARGEST_DIRECTORY:
                return None
        with zipfile.ZipFile(path) as opened:
            info = opened.getinfo(MANIFEST)
            if info.file_size > LARGEST or info.flag_bits & 1:
                return None
            with opened.open(info) as member:
                data = member.read(info.file_size + 1)
            return data if len(data) == info.file_size else None
    except (OSError, KeyError, zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError):
        return None
    except (RuntimeError, EOFError, struct.error, MemoryError):
        return None


def compare_foreign(
    path: Path, manifest: Manifest, progress: Progress
) -> Iterator[tuple[str, str, Text]]:
    """Yield name, kind and reason of whatever differs, objects in the manifest's order first."""
    with zipfile.ZipFile(path) as opened:
        infos = [info for info in opened.infolist() if not info.is_dir()]
        by_name: dict[str, list[zipfile.ZipInfo]] = {}
        for info in infos:
            by_name.setdefault(same(info.filename), []).append(info)
        total = max(sum(one.bytes for one in manifest.objects), 1)
        done = 0
        for one in manifest.objects:
            progress.at(done / total)
            done += one.bytes
            yield from _object(opened, one, by_name.get(same(one.path), []), progress)
        known = {same(one.path) for one in manifest.objects}
        for info in infos:
            name = info.filename
            if unsafe(name) is not None:
                yield name[:200], "extra", UNSAFE
            elif same(name) not in known and name != MANIFEST:
                yield name, "extra", EXTRA
        if len(by_name.get(MANIFEST, [])) > 1:
            yield MANIFEST, "extra", DOUBLE
    with path.open("rb") as stream:
        yield from _untidy(stream, infos, path)


def _object(
    opened: zipfile.ZipFile, one: Object, infos: list[zipfile.ZipInfo], progress: Progress
) -> Iterator[tuple[str, str, Text]]:
    if not infos or infos[0].filename != one.path:
        yield one.path, "missing", MISSING
        return
    if len(infos) > 1:
        yield one.path, "extra", DOUBLE
        return
    try:
        good = matches(one, lambda: opened.open(infos[0]), progress)
    except (OSError, zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, RuntimeError):
        good = False
    except EOFError:
        good = False
    if not good:
        yield one.path, "changed", CHANGED


def _untidy(
    stream: BinaryIO, infos: list[zipfile.ZipInfo], path: Path
) -> Iterator[tuple[str, str, Text]]:
    """Members against the directory, and no byte that belongs to nothing."""
    end, size = _directory(stream)
    place = 0
    with zipfile.ZipFile(path) as opened:
        every = sorted(opened.infolist(), key=lambda info: info.header_offset)
    for info in every:
        if info.header_offset != place:
            yield info.filename, "trailing", GAP
            return
        stream.seek(place)
        raw = stream.read(LOCAL_SIZE)
        if len(raw) < LOCAL_SIZE or not _agrees(raw, info):
            yield info.filename, "header", HEADER
            return
        fields = _LOCAL.unpack(raw)
        place += LOCAL_SIZE + fields[9] + fields[10] + info.compress_size
        if info.flag_bits & _LATER_FLAG:
            place += _descriptor(stream, place, info)
    if place + size != end:
        yield ARCHIVE, "trailing", GAP
    stream.seek(0, os.SEEK_END)
    if not infos or stream.tell() != _behind(stream):
        yield ARCHIVE, "trailing", TRAILING


def _agrees(raw: bytes, info: zipfile.ZipInfo) -> bool:
    _, _, flags, method, _, _, crc, packed, plain, _, _ = _LOCAL.unpack(raw)
    if raw[:4] != b"PK\x03\x04" or flags != info.flag_bits or method != info.compress_type:
        return False
    if flags & _LATER_FLAG:
        return (crc, packed, plain) == (0, 0, 0) or (crc, plain) == (info.CRC, info.file_size)
    return crc == info.CRC and all(
        stated in (_FULL, real)
        for stated, real in ((packed, info.compress_size), (plain, info.file_size))
    )


def _descriptor(stream: BinaryIO, place: int, info: zipfile.ZipInfo) -> int:
    """Length of the data descriptor behind a member, with or without its signature."""
    stream.seek(place)
    raw = stream.read(24)
    start = 4 if raw[:4] == b"PK\x07\x08" else 0
    if raw[start : start + 4] != struct.pack("<I", info.CRC):
        return 0
    long = struct.pack("<QQ", info.compress_size, info.file_size)
    return start + (20 if raw[start + 4 : start + 20] == long else 12)


def _directory(stream: BinaryIO) -> tuple[int, int]:
    """Where the directory ends, and its length; (0, -1) when there is none."""
    stream.seek(0, os.SEEK_END)
    whole = stream.tell()
    back = min(whole, _END.size + 0xFFFF)
    stream.seek(whole - back)
    data = stream.read(back)
    at = data.rfind(b"PK\x05\x06")
    if at < 0 or len(data) - at < _END.size:
        return 0, -1
    end = whole - back + at
    size = _END.unpack_from(data, at)[5]
    if data[max(at - 20, 0) : at][:4] == b"PK\x06\x07" and at >= 20:
        start = struct.unpack_from("<Q", data, at - 12)[0]
        stream.seek(min(start, whole))
        raw = stream.read(_END64.size)
        if len(raw) < _END64.size or raw[:4] != b"PK\x06\x06":
            return 0, -1
        return int(start), int(_END64.unpack(raw)[8])
    return end, int(size)


def _behind(stream: BinaryIO) -> int:
    """Where the end record itself ends; a comment is no part of a package."""
    stream.seek(0, os.SEEK_END)
    whole = stream.tell()
    stream.seek(max(whole - _END.size, 0))
    raw = stream.read(_END.size)
    plain = len(raw) == _END.size and raw[:4] == b"PK\x05\x06" and raw[-2:] == b"\x00\x00"
    return whole if plain else -1
