"""The one way in which a sealed package is written as a zip, so that every byte is accounted for.

Members are stored, not compressed: a compressed stream can be changed and still unpack to the
same, photos would not shrink, and GDAL reads a stored member where it lies. Everything else
(names in UTF-8, times, versions, order, ZIP64 only where a number needs it) follows from names,
sizes and CRCs, so a reader computes what must stand in the file and compares.
APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12, 4.3.14 to 4.3.16 and 4.5.3.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

LAYOUT = "stored-1"
"""What ``package.archive`` says in the manifest of a package written so."""
MANIFEST = "manifest.json"
LOCAL_SIZE = 30
_FULL = 0xFFFFFFFF
_MANY = 0xFFFF
_PLAIN, _ZIP64 = 20, 45
_UTF8 = 0x0800
_UNIX = 3 << 8
_FILE = 0o100644 << 16
_DATE = 0x0021  # 1980-01-01, the first a zip can say


@dataclass(frozen=True)
class Entry:
    """A member: ``offset`` is where its header begins."""

    name: str
    size: int
    crc: int
    offset: int

    @property
    def raw_name(self) -> bytes:
        """The name as it stands in the file."""
        return self.name.encode("utf-8")

    @property
    def end(self) -> int:
        """Where the next header begins."""
        return self.offset + len(local_header(self)) + self.size


def local_header(entry: Entry) -> bytes:
    """What stands before the data of a member."""
    extra = b""
    size = entry.size
    if entry.size >= _FULL:
        extra = struct.pack("<HHQQ", 1, 16, entry.size, entry.size)
        size = _FULL
    return (
        struct.pack(
            "<4s5H3I2H",
            b"PK\x03\x04",
            _ZIP64 if extra else _PLAIN,
            _UTF8,
            0,
            0,
            _DATE,
            entry.crc,
            size,
            size,
            len(entry.raw_name),
            len(extra),
        )
        + entry.raw_name
        + extra
    )


def directory_header(entry: Entry) -> bytes:
    """The entry of a member in the directory at the end."""
    extra = b""
    size, offset = entry.size, entry.offset
    if size >= _FULL:
        extra += struct.pack("<QQ", size, size)
        size = _FULL
    if offset >= _FULL:
        extra += struct.pack("<Q", offset)
        offset = _FULL
    if extra:
        extra = struct.pack("<HH", 1, len(extra)) + extra
    version = _ZIP64 if extra else _PLAIN
    return (
        struct.pack(
            "<4s6H3I5H2I",
            b"PK\x01\x02",
            _UNIX | version,
            version,
            _UTF8,
            0,
            0,
            _DATE,
            entry.crc,
            size,
            size,
            len(entry.raw_name),
            len(extra),
            0,
            0,
            0,
            _FILE,
            offset,
        )
        + entry.raw_name
        + extra
    )


def end_record(count: int, start: int, size: int) -> bytes:
    """What stands behind the directory, which has ``size`` bytes from ``start`` on."""
    out = b""
    if count >= _MANY or start >= _FULL or size >= _FULL:
        out = struct.pack(
            "<4sQ2H2I4Q", b"PK\x06\x06", 44, _UNIX | _ZIP64, _ZIP64, 0, 0, count, count, size, start
        ) + struct.pack("<4sIQI", b"PK\x06\x07", 0, start + size, 1)
    return out + struct.pack(
        "<4s4H2IH",
        b"PK\x05\x06",
        0,
        0,
        min(count, _MANY),
        min(count, _MANY),
        min(size, _FULL),
        min(start, _FULL),
        0,
    )


def tail(entries: Sequence[Entry]) -> list[tuple[str, bytes]]:
    """Directory and end record in pieces, each with the object it is about ('' for none)."""
    pieces = [(entry.name, directory_header(entry)) for entry in entries]
    start = entries[-1].end if entries else 0
    size = sum(len(piece) for _, piece in pieces)
    return [*pieces, ("", end_record(len(entries), start, size))]


def crc32(data: bytes, so_far: int = 0) -> int:
    """CRC-32 as zip has it."""
    return zlib.crc32(data, so_far)
