"""Receiver logs in NMEA 0183 (IEC 61162-1) of any talker (GP, GL, GA, GB, BD, GN, GQ).

Logs come with comments, binary messages and cut lines between sentences, and
GGA alone does not tell the day. Checksums are taken over the whole file at
once.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..findings import Text
from ..table import FloatArray
from .tracks_model import (
    MOST_FIXES,
    NO_FIX,
    UNKNOWN_QUALITY,
    Track,
    decimals_of,
    plausible_places,
    unreadable,
)

_CHUNK = 1 << 23
_LONGEST = 400
"""Bytes of the longest sentence taken (the standard says 82; receivers write more)."""

_KINDS = {b"GGA": 9, b"RMC": 9, b"GNS": 9, b"GST": 8, b"ZDA": 4}
"""Sentences that are read, with the fewest commas they have."""

_POSITIONS = (b"GGA", b"GNS", b"RMC")
_DAY = 86_400.0
_KNOT = 1852.0 / 3600.0
_GNS_MODES = {ord(mode): quality for mode, quality in zip("NADPRFEMS", (0, 1, 2, 3, 4, 5, 6, 7, 8))}
_EPOCH_GAP = 0.004
"""Sentences of one epoch carry the same time; receivers round it to a millisecond or so."""


@dataclass
class _Epochs:
    """What the sentences of each epoch said, one entry an epoch."""

    clock: list[float] = field(default_factory=list)
    day: list[float] = field(default_factory=list)
    rank: list[int] = field(default_factory=list)
    lat: list[bytes] = field(default_factory=list)
    lon: list[bytes] = field(default_factory=list)
    north: list[bytes] = field(default_factory=list)
    east: list[bytes] = field(default_factory=list)
    height: list[bytes] = field(default_factory=list)
    geoid: list[bytes] = field(default_factory=list)
    hdop: list[bytes] = field(default_factory=list)
    satellites: list[bytes] = field(default_factory=list)
    quality: list[int] = field(default_factory=list)
    speed: list[bytes] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    sentences: int = 0
    damaged: int = 0
    misprinted: int = 0

    def at(self, clock: float) -> int:
        """The place of the epoch with that time of day; a new one where it is another."""
        if self.clock and abs(self.clock[-1] - clock) < _EPOCH_GAP:
            return len(self.clock) - 1
        self.clock.append(clock)
        self.day.append(float("nan"))
        self.rank.append(len(_POSITIONS))
        self.quality.append(UNKNOWN_QUALITY)
        self.accuracy.append(float("nan"))
        for words in (
            *(self.lat, self.lon, self.north, self.east, self.height),
            *(self.geoid, self.hdop, self.satellites, self.speed),
        ):
            words.append(b"")
        return len(self.clock) - 1


def read_nmea(path: Path, name: str) -> Track:
    """Read the epochs of a log that have a position.

    Raises
    ------
    UnreadableTrack
        When there is no sentence, or none with a position, in it.
    """
    epochs = _Epochs()
    try:
        with path.open("rb") as stream:
            rest = b""
            while chunk := stream.read(_CHUNK):
                block = rest + chunk
                end = block.rfind(b"\n") + 1
                # What never ends a line is junk: keep no more than a sentence of it.
                rest = block[end:] if len(block) - end < _CHUNK else block[-_LONGEST:]
                _take(block[:end], epochs)
                if len(epochs.clock) > MOST_FIXES:
                    reason = Text(f"定位超过 {MOST_FIXES} 个", f"more than {MOST_FIXES} fixes")
                    raise unreadable(name, reason, "too_large")
            _take(rest + b"\n", epochs)
    except OSError as error:
        reason = Text(f"读取中断（{error}）", f"reading failed ({error})")
        raise unreadable(name, reason, "unreadable") from error
    if not epochs.sentences:
        reason = Text(
            "既不是 GPX 也不含 NMEA 语句", "it is neither GPX nor does it hold NMEA sentences"
        )
        raise unreadable(name, reason, "unsupported")
    track = _track(epochs, name)
    if not len(track):
        reason = Text(
            f"{epochs.sentences} 条语句中没有有效定位",
            f"none of its {epochs.sentences} sentences holds a position",
        )
        raise unreadable(name, reason, "damaged" if epochs.damaged else "empty")
    return track


def _take(block: bytes, epochs: _Epochs) -> None:
    """Read all whole sentences of ``block``, checksums first and all at once."""
    data = np.frombuffer(block, dtype=np.uint8)
    starts = np.flatnonzero(data == ord("$"))
    if not len(starts):
        return
    stars = np.append(np.flatnonzero(data == ord("*")), len(data))
    ends = np.append(np.flatnonzero((data == ord("\n")) | (data == ord("\r"))), len(data))
    star = stars[np.searchsorted(stars, starts)]
    end = ends[np.searchsorted(ends, starts)]
    following = np.append(starts[1:], len(data))
    total = np.bitwise_xor.accumulate(data)
    summed = star < end
    last = np.minimum(star, len(data) - 1)
    value = total[np.maximum(last - 1, 0)] ^ total[starts]
    whole = (end < following) & (end - starts < _LONGEST) & (end - starts > 9)
    for i in np.flatnonzero(whole):
        first = int(starts[i])
        kind = block[first + 3 : first + 6]
        if kind not in _KINDS:
            continue
        stop = int(star[i] if summed[i] else end[i])
        fields = block[first + 1 : stop].split(b",")
        if len(fields) < _KINDS[kind]:
            epochs.damaged += 1
            continue
        epochs.sentences += 1
        if summed[i] and not _same(block[stop + 1 : stop + 3], int(value[i])):
            # Sound in all but its sum: read, for a hand may have been at work.
            if not _sound(kind, fields) or int(end[i]) - stop != 3:
                epochs.damaged += 1
                continue
            epochs.misprinted += 1
        _put(kind, fields, epochs)
    # A sentence that runs into the next one was cut.
    epochs.damaged += int((~whole & (following - starts < _LONGEST) & (end >= following)).sum())


def _same(written: bytes, value: int) -> bool:
    try:
        return int(written, 16) == value
    except ValueError:
        return False


def _sound(kind: bytes, fields: list[bytes]) -> bool:
    if kind not in _POSITIONS:
        return True
    first = 3 if kind == b"RMC" else 2
    north, east = fields[first + 1], fields[first + 3]
    numbers = (fields[1], fields[first], fields[first + 2])
    return north in (b"N", b"S") and east in (b"E", b"W") and all(map(_is_number, numbers))


def _is_number(word: bytes) -> bool:
    return word.replace(b".", b"", 1).isdigit()


def _clock(word: bytes) -> float:
    """Seconds of the day of ``hhmmss.ss``; NaN for anything else."""
    if len(word) < 6 or not _is_number(word):
        return float("nan")
    return int(word[:2]) * 3600.0 + int(word[2:4]) * 60.0 + float(word[4:])


def _put(kind: bytes, fields: list[bytes], epochs: _Epochs) -> None:
    clock = _clock(fields[1])
    if not clock < _DAY + 1:
        return
    i = epochs.at(clock)
    if kind == b"ZDA":
        epochs.day[i] = _day(fields[2] + fields[3] + fields[4][-2:], epochs.day[i])
        return
    if kind == b"GST":
        errors = [float(word) for word in fields[6:8] if _is_number(word)]
        epochs.accuracy[i] = (
            float(np.hypot(errors[0], errors[1])) if len(errors) == 2 else epochs.accuracy[i]
        )
        return
    first = 2
    if kind == b"RMC":
        first = 3
        epochs.day[i] = _day(fields[9], epochs.day[i])
        if fields[2] != b"A":
            return
        epochs.speed[i] = fields[7]
    rank = _POSITIONS.index(kind)
    if not fields[first] or not fields[first + 2] or rank >= epochs.rank[i]:
        return
    if kind == b"GGA" and fields[6] == b"0":
        epochs.quality[i] = NO_FIX
        return
    epochs.rank[i] = rank
    epochs.lat[i], epochs.north[i] = fields[first], fields[first + 1]
    epochs.lon[i], epochs.east[i] = fields[first + 2], fields[first + 3]
    if kind == b"GGA":
        epochs.quality[i] = int(fields[6]) if fields[6].isdigit() else UNKNOWN_QUALITY
        epochs.geoid[i] = fields[11] if len(fields) > 11 else b""
    elif kind == b"GNS":
        epochs.quality[i] = max((_GNS_MODES.get(mode, 0) for mode in fields[6]), default=0)
        epochs.geoid[i] = fields[10] if len(fields) > 10 else b""
    if kind != b"RMC":
        epochs.satellites[i], epochs.hdop[i], epochs.height[i] = fields[7:10]


def _day(word: bytes, known: float) -> float:
    """Seconds since 1970 at the start of the day ``ddmmyy``; ``known`` if it is none."""
    if len(word) != 6 or not word.isdigit():
        return known
    day, month, year = int(word[:2]), int(word[2:4]), int(word[4:])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return known
    return float(calendar.timegm((year + (1900 if year >= 80 else 2000), month, day, 0, 0, 0)))


def _track(epochs: _Epochs, name: str) -> Track:
    time, dated = _times(np.array(epochs.clock), np.array(epochs.day))
    lat = _degrees(epochs.lat, epochs.north, b"S")
    lon = _degrees(epochs.lon, epochs.east, b"W")
    good = plausible_places(lon, lat)
    minutes = _numbers(epochs.lat + epochs.lon) % 100
    return Track(
        name=name,
        kind="nmea",
        lon=lon[good],
        lat=lat[good],
        height=_numbers(epochs.height)[good],
        geoid=_numbers(epochs.geoid)[good],
        time=time[good],
        segment=np.zeros(int(good.sum()), dtype=np.int64),
        hdop=_numbers(epochs.hdop)[good],
        satellites=_numbers(epochs.satellites)[good],
        accuracy=np.array(epochs.accuracy, dtype=np.float64)[good],
        quality=np.array(epochs.quality, dtype=np.int64)[good],
        speed=_numbers(epochs.speed)[good] * _KNOT,
        unit=10.0 ** -decimals_of(minutes) / 60.0,
        height_unit=10.0 ** -decimals_of(_numbers(epochs.height)),
        dated=dated,
        damaged=epochs.damaged,
        misprinted=epochs.misprinted,
        sentences=epochs.sentences,
    )


def _times(clock: FloatArray, day: FloatArray) -> tuple[FloatArray, bool]:
    """Seconds since 1970 and whether any sentence told the day.

    Where only some epochs tell the day, the others take it from the nearest
    before (else after), a day on or back where the clock passed midnight.
    """
    if not len(clock):
        return clock, False
    # Half a day backwards is midnight passed; less is a clock that was set.
    turns = np.concatenate([[0.0], np.cumsum(_turns(clock))])
    elapsed = clock + _DAY * turns
    known = np.flatnonzero(np.isfinite(day))
    if not len(known):
        return elapsed, False
    place = np.searchsorted(known, np.arange(len(clock)), side="right") - 1
    near = known[np.maximum(place, 0)]
    return day[near] + _DAY * (turns - turns[near]) + clock, True


def _turns(clock: FloatArray) -> FloatArray:
    step = np.diff(clock)
    return np.where(step < -_DAY / 2, 1.0, np.where(step > _DAY / 2, -1.0, 0.0))


def _degrees(words: list[bytes], sides: list[bytes], negative: bytes) -> FloatArray:
    """Degrees of ``dddmm.mmmm``."""
    value = _numbers(words)
    degrees = np.floor(value / 100)
    out = degrees + (value - 100 * degrees) / 60
    return np.where(np.array([side == negative for side in sides], dtype=bool), -out, out)


def _numbers(words: list[bytes]) -> FloatArray:
    """Finite numbers, NaN for all else."""
    try:
        out = np.array([word or b"nan" for word in words]).astype(np.float64)
    except ValueError:
        out = np.array([_number(word) for word in words], dtype=np.float64)
    return np.where(np.isfinite(out), out, np.nan)


def _number(word: bytes) -> float:
    try:
        return float(word)
    except ValueError:
        return float("nan")
