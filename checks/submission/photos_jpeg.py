"""The segments of a JPEG file, read without decoding a pixel and without any library.

ITU-T T.81 | ISO/IEC 10918-1, annex B: a JPEG is a chain of marker segments; the
compressed scan follows the first SOS. Nothing in a segment is believed further
than its stated length, which lies within the file or ends the walk.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from ..findings import Text

NOT_A_JPEG = Text("不是 JPEG 文件", "it is no JPEG file")
EMPTY = Text("文件为空（0 字节）", "it is empty (0 bytes)")
NO_PICTURE = Text("没有图像数据", "it holds no picture")

_SOI, _EOI, _SOS, _APP1 = 0xD8, 0xD9, 0xDA, 0xE1
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_TABLES = frozenset({0xC4, 0xDB})
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_EXIF = b"Exif\0"
_MOST_SEGMENTS = 4096


@dataclass(frozen=True)
class JpegFacts:
    """What the segments say.

    ``exif`` is the TIFF block of the Exif segment (empty without one);
    ``scan_digest`` the SHA-256 of tables, frame and scan, so that copies whose
    metadata alone was rewritten share it; ``width`` and ``height`` are those of
    the frame header, in pixels. ``reason`` tells why it is no usable JPEG.
    """

    width: int = 0
    height: int = 0
    exif: bytes = b""
    scan_digest: str = ""
    reason: Text | None = None


def read_jpeg(content: bytes) -> JpegFacts:
    """Walk the segments of ``content``; never raises for anything it holds."""
    if not content:
        return JpegFacts(reason=EMPTY)
    if content[:2] != b"\xff\xd8":
        return JpegFacts(reason=NOT_A_JPEG)
    digest = hashlib.sha256()
    width = height = 0
    exif = b""
    place = 2
    for _ in range(_MOST_SEGMENTS):
        place = _next_marker(content, place)
        if place < 0:
            break
        marker = content[place + 1]
        if marker in _ALONE:
            place += 2
            continue
        if marker == _EOI:
            break
        length = int.from_bytes(content[place + 2 : place + 4], "big")
        end = place + 2 + length
        if length < 2 or end > len(content):
            break
        if marker in _FRAMES and length >= 8:
            height = int.from_bytes(content[place + 5 : place + 7], "big")
            width = int.from_bytes(content[place + 7 : place + 9], "big")
        if marker == _APP1 and not exif and content[place + 4 : place + 9] == _EXIF:
            exif = content[place + 10 : end]
        if marker in _FRAMES or marker in _TABLES:
            digest.update(memoryview(content)[place:end])
        if marker == _SOS:
            digest.update(memoryview(content)[place:])
            return JpegFacts(width, height, exif, digest.hexdigest(), None)
        place = end
    return JpegFacts(width, height, exif, "", NO_PICTURE)


def _next_marker(content: bytes, place: int) -> int:
    """Where the next marker stands, fill bytes passed over; -1 where there is none."""
    size = len(content)
    while place + 1 < size and content[place] == 0xFF and content[place + 1] == 0xFF:
        place += 1
    if place + 1 >= size or content[place] != 0xFF:
        return -1
    return place
