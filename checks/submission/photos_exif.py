"""What a camera wrote beside the picture: Exif, read with nothing but the standard library.

CIPA DC-008 (Exif 2.32) on TIFF 6.0. Four directories are read, each once and
each with bounded entries and values, so that a directory which points to itself
or to the end of the world costs nothing.
"""

from __future__ import annotations

import math
import re
import struct
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Union

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
_CODES = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 11: "f", 12: "d"}
_MOST_ENTRIES, _MOST_BYTES, _MOST_THUMBNAIL = 256, 4096, 65536
_METRES_PER_DEGREE = 111_320.0
_MOMENT = re.compile(
    r"(\d{4})\D{0,2}(\d{1,2})\D{0,2}(\d{1,2})"
    r"(?:\D{0,3}(\d{1,2})\D{0,2}(\d{1,2})(?:\D{0,2}(\d{1,2}))?)?"
)
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})")

Entry = tuple[int, Union[bytes, tuple[float, ...]]]
Directory = dict[int, tuple[Any, tuple[float, ...]]]


@dataclass(frozen=True)
class Exif:
    """One photo's Exif. Angles in degrees, lengths in metres, NaN or ``""`` where not said.

    ``local_time`` is the camera's clock as seconds since 1970 read as if it
    were UTC; ``zone`` its offset from UTC in seconds where stated; ``gps_time``
    the satellites' UTC with its date, ``gps_clock`` the seconds since UTC
    midnight where only the time of day is told. ``direction`` is clockwise from
    north, ``magnetic`` whether from magnetic north. ``resolution`` is the step
    of the stored position in metres. ``field_of_view`` is the horizontal angle
    from the 35 mm equivalent focal length.
    """

    longitude: float = math.nan
    latitude: float = math.nan
    resolution: float = math.nan
    altitude: float = math.nan
    direction: float = math.nan
    magnetic: bool = False
    dop: float = math.nan
    position_error: float = math.nan
    local_time: float = math.nan
    zone: float = math.nan
    gps_time: float = math.nan
    gps_clock: float = math.nan
    field_of_view: float = math.nan
    exposure_value: float = math.nan
    orientation: int = 1
    make: str = ""
    model: str = ""
    serial: str = ""
    software: str = ""
    changed: float = math.nan
    thumbnail: bytes = b""


NOTHING = Exif()


def read_exif(block: bytes) -> Exif:
    """Read the TIFF block of an Exif segment; never raises for anything it holds."""
    try:
        return _read(block)
    except (struct.error, ValueError, OverflowError, IndexError, TypeError, ZeroDivisionError):
        return NOTHING


def parse_moment(text: str) -> float:
    """A date, with or without time of day, as seconds since 1970 read as UTC; NaN if none.

    Understands Exif's ``2019:08:15 10:20:30``, ISO, ``20190815102030`` and
    ``2019年8月15日 10时20分``.
    """
    found = _MOMENT.search(text)
    if found is None:
        return math.nan
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=timezone.utc)
    except ValueError:
        return math.nan
    return moment.timestamp() if 1900 < year < 2100 else math.nan


def _read(block: bytes) -> Exif:
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    if order is None or len(block) < 8:
        return NOTHING
    tiff = _Tiff(block, order)
    main, following = tiff.directory(tiff.number(4))
    camera, _ = tiff.directory(tiff.pointer(main, 0x8769))
    gps, _ = tiff.directory(tiff.pointer(main, 0x8825))
    small, _ = tiff.directory(following)
    longitude, step_x = _angle(gps, 3, 4, 180.0)
    # Swapped axes give latitudes beyond 90°: they are told later, not lost here.
    latitude, step_y = _angle(gps, 1, 2, 180.0)
    if (longitude == 0 and latitude == 0) or math.isnan(longitude + latitude):
        # Receivers without a fix write zeros.
        longitude = latitude = math.nan
    local = parse_moment(_text(camera, 0x9003) or _text(camera, 0x9004) or _text(main, 0x0132))
    moment, clock = _gps_time(gps)
    return Exif(
        longitude=longitude,
        latitude=latitude,
        resolution=max(step_x, step_y) * _METRES_PER_DEGREE,
        altitude=_altitude(gps),
        direction=_direction(gps),
        magnetic=_text(gps, 0x10).upper().startswith("M"),
        dop=_one(gps, 0x0B),
        position_error=_one(gps, 0x1F),
        local_time=local,
        zone=_zone(_text(camera, 0x9011) or _text(camera, 0x9010)),
        gps_time=moment,
        gps_clock=clock,
        field_of_view=_field_of_view(_one(camera, 0xA405)),
        exposure_value=_exposure(camera),
        orientation=int(_one(main, 0x0112)) if 1 <= _one(main, 0x0112) <= 8 else 1,
        make=_text(main, 0x010F),
        model=_text(main, 0x0110),
        serial=_text(camera, 0xA431),
        software=_text(main, 0x0131),
        changed=parse_moment(_text(main, 0x0132)),
        thumbnail=tiff.thumbnail(small),
    )


class _Tiff:
    """Directories of a TIFF block."""

    def __init__(self, block: bytes, order: str) -> None:
        self._block = block
        self._order = order

    def number(self, place: int) -> int:
        return int(struct.unpack_from(self._order + "I", self._block, place)[0])

    def pointer(self, directory: Directory, tag: int) -> int:
        value = _one(directory, tag)
        return int(value) if 0 < value < len(self._block) else 0

    def directory(self, place: int) -> tuple[Directory, int]:
        """Entries at ``place`` and where the next directory stands; empty where there is none."""
        out: Directory = {}
        if not 8 <= place <= len(self._block) - 2:
            return out, 0
        count = struct.unpack_from(self._order + "H", self._block, place)[0]
        for number in range(min(count, _MOST_ENTRIES)):
            start = place + 2 + 12 * number
            if start + 12 > len(self._block):
                return out, 0
            tag, kind, length = struct.unpack_from(self._order + "HHI", self._block, start)
            size = _SIZES.get(kind, 0) * length
            if not 0 < size <= _MOST_BYTES or tag in out:
                continue
            at = start + 8 if size <= 4 else self.number(start + 8)
            raw = self._block[at : at + size]
            if len(raw) == size:
                out[tag] = (raw, self._numbers(kind, length, raw))
        end = place + 2 + 12 * count
        following = self.number(end) if end + 4 <= len(self._block) else 0
        return out, following if following != place else 0

    def _numbers(self, kind: int, length: int, raw: bytes) -> tuple[float, ...]:
        if kind in (5, 10):
            code = "I" if kind == 5 else "i"
            parts = struct.unpack(f"{self._order}{2 * length}{code}", raw)
            pairs = zip(parts[::2], parts[1::2])
            return tuple(top / below if below else math.nan for top, below in pairs) + parts[1::2]
        if kind in _CODES:
            return tuple(struct.unpack(f"{self._order}{length}{_CODES[kind]}", raw))
        return ()

    def thumbnail(self, directory: Directory) -> bytes:
        start, length = _one(directory, 0x0201), _one(directory, 0x0202)
        if not (0 < start < len(self._block) and 0 < length <= _MOST_THUMBNAIL):
            return b""
        found = self._block[int(start) : int(start + length)]
        return found if found[:2] == b"\xff\xd8" else b""


def _one(directory: Directory, tag: int) -> float:
    values = directory.get(tag, (b"", ()))[1]
    return float(values[0]) if values and math.isfinite(values[0]) else math.nan


def _text(directory: Directory, tag: int) -> str:
    raw = bytes(directory.get(tag, (b"", ()))[0]).split(b"\0", 1)[0]
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", errors="replace")
    return "".join(letter for letter in text if letter.isprintable()).strip()


def _angle(gps: Directory, side: int, tag: int, most: float) -> tuple[float, float]:
    """Degrees with their sign, and the step of what is stored, in degrees."""
    values = gps.get(tag, (b"", ()))[1]
    if len(values) < 2:
        return math.nan, math.nan
    # Values first, their denominators behind (see _numbers); other types have none.
    rational = not len(values) % 2 and len(bytes(gps[tag][0])) == 4 * len(values)
    count = len(values) // 2 if rational else len(values)
    units = (1.0, 1 / 60, 1 / 3600)
    parts = [value if math.isfinite(value) else math.nan for value in values[:count][:3]]
    total = sum(part * unit for part, unit in zip(parts, units))
    if not math.isfinite(total) or not 0 <= abs(total) <= most or any(p < 0 for p in parts[1:]):
        return math.nan, math.nan
    side_text = _text(gps, side).upper()
    sign = -1.0 if side_text[:1] in ("S", "W") else 1.0
    return sign * total, _step(
        parts, [max(below, 1.0) for below in values[count:]] or [1e7] * count
    )


def _step(parts: list[float], below: list[float]) -> float:
    """Degrees between neighbouring values as stored: of the part that carries the fraction."""
    for place, unit in enumerate((1.0, 1 / 60)):
        if place < len(parts) and parts[place] % 1 and not any(parts[place + 1 :]):
            return unit / below[place]
    last = len(parts) - 1
    # Programs write reduced fractions: whole seconds are no coarser than a second.
    return (1.0, 1 / 60, 1 / 3600)[last] / below[last]


def _altitude(gps: Directory) -> float:
    value = _one(gps, 6)
    below = bytes(gps.get(5, (b"\0", ()))[0])[:1] == b"\x01"
    return -value if below else value


def _direction(gps: Directory) -> float:
    value = _one(gps, 0x11)
    return value % 360.0 if 0 <= value <= 360 else math.nan


def _zone(text: str) -> float:
    found = _OFFSET.search(text)
    if found is None:
        return 0.0 if text.strip().upper() == "Z" else math.nan
    sign = 1 if found.group(1) == "+" else -1
    seconds = sign * (int(found.group(2)) * 3600 + int(found.group(3)) * 60)
    return float(seconds) if abs(seconds) <= 14 * 3600 else math.nan


def _gps_time(gps: Directory) -> tuple[float, float]:
    values = gps.get(7, (b"", ()))[1]
    clock = math.nan
    if len(values) >= 6:
        hour, minute, second = values[:3]
        if 0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 61:
            clock = hour * 3600 + minute * 60 + second
    day = parse_moment(_text(gps, 0x1D))
    return day + clock, clock


def _field_of_view(focal: float) -> float:
    """Horizontal angle of a frame 36 mm wide at ``focal`` mm (Exif tag A405)."""
    if not 4 <= focal <= 600:
        return math.nan
    return math.degrees(2 * math.atan(18.0 / focal))


def _exposure(camera: Directory) -> float:
    """Light of the scene as EV at ISO 100 (ISO 2720: N²/t = L·S/K), NaN where not told."""
    seconds, aperture, speed = _one(camera, 0x829A), _one(camera, 0x829D), _one(camera, 0x8827)
    if not (1e-6 < seconds < 60 and 0.7 <= aperture <= 64 and 10 <= speed <= 1e6):
        return math.nan
    return math.log2(aperture**2 / seconds * 100 / speed)
