"""Tracks as files: GPX 1.1, and NMEA 0183 with GGA and RMC."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..protocol import FloatArray
from .land import to_degrees
from .tracks import Track, moment


def write_gpx(path: Path, track: Track, degrees: FloatArray | None = None) -> Path:
    """GPX; ``degrees`` (shape ``(n, 2)``) replaces the positions (an encrypted frame, say)."""
    places = to_degrees(track.xy) if degrees is None else degrees
    digits = track.decimals
    points = [
        f'<trkpt lat="{latitude:.{digits}f}" lon="{longitude:.{digits}f}">'
        f"<ele>{altitude:.1f}</ele><time>{stamp(seconds)}</time></trkpt>"
        for (longitude, latitude), altitude, seconds in zip(places, track.altitude, track.time)
    ]
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<gpx version="1.1" creator="Locus Map" xmlns="http://www.topografix.com/GPX/1/1">\n'
        "<trk><name>track</name><trkseg>\n" + "\n".join(points) + "\n</trkseg></trk></gpx>\n",
        encoding="utf-8",
    )
    return path


def write_nmea(
    path: Path, track: Track, talker: str = "GN", degrees: FloatArray | None = None
) -> Path:
    """NMEA 0183: GGA and RMC each fix, with checksums; ``talker`` GP, GN or BD."""
    places = to_degrees(track.xy) if degrees is None else degrees
    step = np.diff(track.xy, axis=0, prepend=track.xy[:1])
    seconds = np.maximum(np.diff(track.time, prepend=track.time[0] - 1.0), 1e-3)
    knots = np.hypot(*step.T) / seconds / 0.514444
    course = np.mod(np.degrees(np.arctan2(step[:, 0], step[:, 1])), 360.0)
    digits = 8 if track.fix == 4 else 5
    lines = []
    for number in range(len(track)):
        now = moment(float(track.time[number]))
        clock = now.strftime("%H%M%S") + f".{now.microsecond // 10000:02d}"
        where = _where(places[number], digits)
        satellites = 18 if track.fix == 4 else 11
        lines.append(
            _sentence(
                f"{talker}GGA,{clock},{where},{track.fix},{satellites:02d},{track.hdop:.1f},"
                f"{track.altitude[number]:.3f},M,-8.0,M,,"
            )
        )
        lines.append(
            _sentence(
                f"{talker}RMC,{clock},A,{where},{knots[number]:.2f},{course[number]:.1f},"
                f"{now.strftime('%d%m%y')},,,A"
            )
        )
    path.write_text("\r\n".join(lines) + "\r\n", encoding="ascii")
    return path


def stamp(seconds: float) -> str:
    """ISO time in UTC, hundredths only where there are some."""
    now = moment(round(float(seconds), 2))
    text = now.strftime("%Y-%m-%dT%H:%M:%S")
    return text + (f".{now.microsecond // 10000:02d}Z" if now.microsecond else "Z")


def _where(degrees: FloatArray, digits: int) -> str:
    longitude, latitude = float(degrees[0]), float(degrees[1])
    return f"{_minutes(latitude, 2, digits)},N,{_minutes(longitude, 3, digits)},E"


def _minutes(value: float, width: int, digits: int) -> str:
    whole = int(value)
    return f"{whole:0{width}d}{(value - whole) * 60:0{digits + 3}.{digits}f}"


def _sentence(body: str) -> str:
    check = 0
    for character in body:
        check ^= ord(character)
    return f"${body}*{check:02X}"
