"""Receiver tracks of the field work (GPX, NMEA 0183), as arrays.

A file that cannot be read is an :class:`UnreadableTrack`, damaged parts of a
readable one are counted; nothing a file contains can raise anything else.
"""

from __future__ import annotations

from pathlib import Path

from ..findings import Text
from ..progress import SILENT, Progress
from .tracks_gpx import read_gpx
from .tracks_model import (
    AUTONOMOUS,
    DIFFERENTIAL,
    ESTIMATED,
    MANUAL,
    MOST_BYTES,
    MOST_FIXES,
    NO_FIX,
    PRECISE,
    RTK_FIXED,
    RTK_FLOAT,
    SIMULATED,
    UNKNOWN_QUALITY,
    Track,
    TrackFiles,
    UnreadableTrack,
    decimals_of,
    unreadable,
)
from .tracks_nmea import read_nmea

__all__ = [
    "AUTONOMOUS",
    "DIFFERENTIAL",
    "ESTIMATED",
    "MANUAL",
    "MOST_FIXES",
    "NO_FIX",
    "PRECISE",
    "RTK_FIXED",
    "RTK_FLOAT",
    "SIMULATED",
    "UNKNOWN_QUALITY",
    "Track",
    "TrackFiles",
    "UnreadableTrack",
    "decimals_of",
    "read_track",
    "read_tracks",
]


def read_tracks(files: list[tuple[str, Path]], progress: Progress = SILENT) -> TrackFiles:
    """Read every file, ``(name, path)`` each; those that cannot be read are told apart."""
    out = TrackFiles()
    for number, (name, path) in enumerate(files):
        progress.at(number / len(files))
        try:
            out.tracks.append(read_track(path, name))
        except UnreadableTrack as error:
            out.unreadable[name] = error
    return out


def read_track(path: Path, name: str = "") -> Track:
    """Read one file, whatever it is called: GPX where it is XML, else NMEA.

    Raises
    ------
    UnreadableTrack
        When it holds no track that can be read.
    """
    name = name or path.name
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.read(4096)
    except OSError as error:
        reason = Text(
            f"文件无法打开（{error.strerror}）", f"it cannot be opened ({error.strerror})"
        )
        raise unreadable(name, reason, "unreadable") from error
    if size > MOST_BYTES:
        raise unreadable(
            name,
            Text(f"文件过大（{size} 字节）", f"it is too large ({size} bytes)"),
            "too_large",
        )
    if not head.strip(b"\0 \t\r\n"):
        raise unreadable(name, Text("文件是空的", "it is empty"), "empty")
    start = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:1]
    if start == b"<" or path.suffix.lower() == ".gpx":
        return read_gpx(path, name)
    return read_nmea(path, name)
