"""Tracks in GPX 1.0 and 1.1 (topografix.com/GPX), read as a stream.

No entity is ever expanded and nothing outside the file is opened, so that a
hostile file costs no more than its size.
"""

from __future__ import annotations

import codecs
import re
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from xml.parsers import expat

import numpy as np

from ..findings import Text
from ..table import FloatArray
from .tracks_model import (
    AUTONOMOUS,
    DIFFERENTIAL,
    MOST_FIXES,
    NO_FIX,
    PRECISE,
    UNKNOWN_QUALITY,
    Track,
    decimals_of,
    plausible_places,
    unreadable,
)

_CHUNK = 1 << 20
_DEEPEST = 64
_LONGEST_TEXT = 256
_FIELDS = ("ele", "time", "hdop", "sat", "fix", "speed", "geoidheight", "accuracy")
_FIXES = {"none": NO_FIX, "2d": AUTONOMOUS, "3d": AUTONOMOUS, "dgps": DIFFERENTIAL, "pps": PRECISE}
_PLAIN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z?")


class _Unsafe(Exception):
    """An entity declaration, or tags nested beyond all reason."""


class _Full(Exception):
    """More fixes than any receiver writes."""


class _Reader:
    """Collects track points from expat's calls."""

    def __init__(self) -> None:
        self.lon: list[str] = []
        self.lat: list[str] = []
        self.words: dict[str, list[str]] = {name: [] for name in _FIELDS}
        self.segments: list[int] = []
        self.creator = ""
        self.root = ""
        self._segment = -1
        self._depth = 0
        self._inside = False
        self._wanted = ""
        self._text: list[str] = []
        self._length = 0

    def connect(self, encoding: str | None) -> Any:
        """A parser that calls this reader."""
        parser = expat.ParserCreate(encoding)
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        parser.EntityDeclHandler = _refuse
        parser.ExternalEntityRefHandler = _refuse
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        return parser

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _Unsafe
        name = tag.rpartition(":")[2].lower()
        if self._depth == 1:
            self.root = name
            self.creator = attributes.get("creator", "")[:_LONGEST_TEXT]
        elif name == "trkpt":
            if len(self.lon) >= MOST_FIXES:
                raise _Full
            self._inside = True
            self.lon.append(attributes.get("lon", "")[:_LONGEST_TEXT])
            self.lat.append(attributes.get("lat", "")[:_LONGEST_TEXT])
            self.segments.append(max(self._segment, 0))
            for words in self.words.values():
                words.append("")
        elif name in ("trkseg", "trk"):
            self._segment += name == "trkseg"
        elif self._inside and name in self.words:
            self._wanted = name
            self._text, self._length = [], 0

    def _end(self, tag: str) -> None:
        self._depth -= 1
        name = tag.rpartition(":")[2].lower()
        if name == "trkpt":
            self._inside = False
        elif name == self._wanted:
            if not self.words[name][-1]:
                self.words[name][-1] = "".join(self._text).strip()
            self._wanted = ""

    def _data(self, data: str) -> None:
        if self._wanted and self._length < _LONGEST_TEXT:
            self._text.append(data[:_LONGEST_TEXT])
            self._length += len(data)


def _refuse(*_details: Any) -> int:
    raise _Unsafe


def read_gpx(path: Path, name: str) -> Track:
    """Read the track points of all tracks and segments of a GPX file.

    A file that ends too early, or is damaged further on, gives what stood
    before (``cut_off``). Routes and waypoints are plans, not tracks.

    Raises
    ------
    UnreadableTrack
        When there is no track point in it.
    """
    reader, damage = _Reader(), ""
    try:
        damage = _parse(path, reader)
    except _Unsafe as error:
        reason = Text(
            "XML 含实体声明或嵌套过深，出于安全未予解析",
            "its XML declares entities or nests too deep, and was not parsed",
        )
        raise unreadable(name, reason, "unsafe") from error
    except _Full as error:
        reason = Text(f"轨迹点超过 {MOST_FIXES} 个", f"it holds more than {MOST_FIXES} points")
        raise unreadable(name, reason, "too_large") from error
    except OSError as error:
        reason = Text(f"读取中断（{error}）", f"reading failed ({error})")
        raise unreadable(name, reason, "unreadable") from error
    if not reader.lon:
        if damage:
            reason = Text(f"XML 已损坏（{damage}）", f"its XML is damaged ({damage})")
            raise unreadable(name, reason, "damaged")
        reason = Text("文件中没有轨迹点", "it holds no track points")
        raise unreadable(name, reason, "empty")
    track = _track(reader, name, bool(damage))
    if not len(track):
        reason = Text("轨迹点坐标均无法识别", "none of its points has coordinates")
        raise unreadable(name, reason, "damaged")
    return track


def _parse(path: Path, reader: _Reader) -> str:
    """Feed the file to expat; returns what is wrong with it, ``""`` if nothing."""
    parser = reader.connect(None)
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        if expat.ErrorString(error.code) == expat.errors.XML_ERROR_UNKNOWN_ENCODING:
            return _parse_decoded(path, reader)
        return str(error)
    except ValueError:
        # An encoding of several bytes a character: expat knows UTF-8 and UTF-16 only.
        return _parse_decoded(path, reader)
    return ""


def _parse_decoded(path: Path, reader: _Reader) -> str:
    """The same for encodings that expat does not know (GBK, GB18030)."""
    with path.open("rb") as stream:
        named = re.search(rb"""encoding=["']([\w.-]{1,40})["']""", stream.read(200))
    try:
        decoder = codecs.getincrementaldecoder(named.group(1).decode() if named else "gb18030")(
            errors="replace"
        )
    except LookupError as error:
        return str(error)
    parser = reader.connect("utf-8")
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                parser.Parse(decoder.decode(chunk).encode(), False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        return str(error)
    return ""


def _track(reader: _Reader, name: str, cut_off: bool) -> Track:
    lon, lat = _numbers(reader.lon), _numbers(reader.lat)
    good = plausible_places(lon, lat)
    words = reader.words
    height = _numbers(words["ele"])
    fixes = [_FIXES.get(word.lower(), UNKNOWN_QUALITY) for word in words["fix"]]
    return Track(
        name=name,
        kind="gpx",
        lon=lon[good],
        lat=lat[good],
        height=np.where(np.abs(height) < 20_000, height, np.nan)[good],
        geoid=_numbers(words["geoidheight"])[good],
        time=_times(words["time"])[good],
        segment=np.array(reader.segments, dtype=np.int64)[good],
        hdop=_numbers(words["hdop"])[good],
        satellites=_numbers(words["sat"])[good],
        accuracy=_numbers(words["accuracy"])[good],
        quality=np.array(fixes, dtype=np.int64)[good],
        speed=_numbers(words["speed"])[good],
        unit=10.0 ** -decimals_of(np.concatenate([lon, lat])),
        height_unit=10.0 ** -decimals_of(height),
        damaged=int((~good).sum()),
        sentences=len(good),
        cut_off=cut_off,
        creator=reader.creator,
    )


def _numbers(words: list[str]) -> FloatArray:
    """Finite numbers, NaN for all else."""
    if not any(words):
        return np.full(len(words), np.nan)
    try:
        out = np.array([word or "nan" for word in words]).astype(np.float64)
    except ValueError:
        out = np.array([_number(word) for word in words], dtype=np.float64)
    return np.where(np.isfinite(out), out, np.nan)


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        return float("nan")


def _times(words: list[str]) -> FloatArray:
    """Seconds since 1970 of ISO times; without a zone they are UTC, as GPX demands."""
    out = np.full(len(words), np.nan)
    plain = np.array([_PLAIN.fullmatch(word) is not None for word in words], dtype=bool)
    if plain.any():
        texts = [word.rstrip("Z") for word, good in zip(words, plain) if good]
        try:
            out[plain] = np.array(texts, dtype="datetime64[us]").astype(np.int64) / 1e6
        except ValueError:
            plain[:] = False
    for i in np.flatnonzero(~plain):
        out[i] = _time(words[i])
    return out


def _time(word: str) -> float:
    try:
        moment = datetime.fromisoformat(word.replace("Z", "+00:00").replace("z", "+00:00"))
    except ValueError:
        return float("nan")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return moment.timestamp()
