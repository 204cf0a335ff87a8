"""Tracks as receivers write them: GPX, and an NMEA log of BeiDou."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import reduce
from operator import xor
from pathlib import Path

from .crew import GEOID, Walk, degrees_of

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<gpx version="1.1" creator="OneMap demo" xmlns="http://www.topografix.com/GPX/1/1">\n'
    "<trk><name>{name}</name><trkseg>\n"
)
_TAIL = "</trkseg></trk>\n</gpx>\n"


def write_gpx(walk: Walk, path: Path) -> Path:
    """Write a walk as GPX 1.1, times in UTC; return the path."""
    lines = [_HEAD.format(name=path.stem)]
    for (east, north), height, time in zip(degrees_of(walk.xy), walk.height, walk.times):
        utc = _from_china(time)
        lines.append(
            f'<trkpt lat="{north:.7f}" lon="{east:.7f}"><ele>{height:.1f}</ele>'
            f"<time>{utc:%Y-%m-%dT%H:%M:%SZ}</time><hdop>0.9</hdop></trkpt>\n"
        )
    path.write_text("".join([*lines, _TAIL]), encoding="utf-8")
    return path


def write_nmea(walk: Walk, path: Path) -> Path:
    """Write a walk as the log of a BeiDou receiver (talker BD); return the path."""
    lines = []
    for (east, north), height, time in zip(degrees_of(walk.xy), walk.height, walk.times):
        utc = _from_china(time)
        place = f"{_minutes(north, 2)},N,{_minutes(east, 3)},E"
        lines.append(
            f"BDGGA,{utc:%H%M%S}.00,{place},1,14,0.9,{height - GEOID:.1f},M,{GEOID:.1f},M,,"
        )
        lines.append(f"BDRMC,{utc:%H%M%S}.00,A,{place},,,{utc:%d%m%y},,,A")
    text = "".join(f"${line}*{reduce(xor, line.encode()):02X}\r\n" for line in lines)
    path.write_text(text, encoding="ascii")
    return path


def _from_china(time: datetime) -> datetime:
    """UTC of a time by the clocks of China."""
    return time - timedelta(hours=8)


def _minutes(degrees: float, digits: int) -> str:
    whole = int(degrees)
    return f"{whole:0{digits}d}{60 * (degrees - whole):09.6f}"
