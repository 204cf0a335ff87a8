"""What a receiver track is, whatever format it came in."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..errors import ExplainedError
from ..findings import Text
from ..table import BoolArray, FloatArray, IntArray

MOST_BYTES = 512 * 2**20
"""A larger file is refused: a receiver writes less in a month."""

MOST_FIXES = 5_000_000

UNKNOWN_QUALITY = -1
NO_FIX, AUTONOMOUS, DIFFERENTIAL, PRECISE, RTK_FIXED, RTK_FLOAT = range(6)
ESTIMATED, MANUAL, SIMULATED = 6, 7, 8


class UnreadableTrack(ExplainedError):
    """A file that gives no track; ``text`` says why, ``cause`` in one stable word.

    ``cause`` is ``damaged``, ``empty``, ``too_large``, ``unsafe``,
    ``unsupported`` or ``unreadable``.
    """

    def __init__(self, text: Text, cause: str) -> None:
        super().__init__(text)
        self.cause = cause


@dataclass(frozen=True)
class Track:
    """The fixes of one file, in the order of the file; arrays of shape ``(n,)``.

    Attributes
    ----------
    lon, lat
        Degrees, as written (WGS 84 by the formats' definition).
    height
        Metres above the geoid as written (``ele``, GGA field 9); NaN: none.
    geoid
        Height of the geoid above the ellipsoid that the receiver used; NaN.
    time
        Seconds since 1970-01-01 UTC; NaN where the fix has none.
    dated
        Whether the file tells the day; else ``time`` counts from the first
        midnight of the log and only its differences mean anything.
    segment
        Number of the stretch that the file itself sets apart.
    hdop, satellites, accuracy
        As written, NaN where not; ``accuracy`` in metres.
    quality
        GGA fix quality 0 … 8, -1 where the file does not say.
    speed
        Metres per second as the receiver says, NaN where not.
    unit
        Least step of the coordinates as written, in degrees (0: not known).
    height_unit
        Least step of heights in metres (0: not known).
    kind
        ``gpx`` or ``nmea``.
    damaged
        Sentences or points that could not be read.
    misprinted
        Sentences whose checksum is wrong though all else about them is sound:
        what a hand that edits a log leaves, and a bad line rarely.
    sentences
        Sentences or points met.
    """

    name: str
    kind: str
    lon: FloatArray
    lat: FloatArray
    height: FloatArray
    geoid: FloatArray
    time: FloatArray
    segment: IntArray
    hdop: FloatArray
    satellites: FloatArray
    accuracy: FloatArray
    quality: IntArray
    speed: FloatArray
    unit: float = 0.0
    height_unit: float = 0.0
    dated: bool = True
    damaged: int = 0
    misprinted: int = 0
    sentences: int = 0
    cut_off: bool = False
    creator: str = ""

    def __len__(self) -> int:
        return len(self.lon)

    @property
    def timed(self) -> BoolArray:
        """Fixes that have a time."""
        return np.isfinite(self.time)


@dataclass(frozen=True)
class TrackFiles:
    """All tracks of a package, and the files that gave none."""

    tracks: list[Track] = field(default_factory=list)
    unreadable: dict[str, UnreadableTrack] = field(default_factory=dict)


def unreadable(name: str, reason: Text, cause: str) -> UnreadableTrack:
    """The error about file ``name``."""
    return UnreadableTrack(
        Text(f"轨迹文件“{name}”无法读取：{reason.zh}", f"The track '{name}': {reason.en}"), cause
    )


def plausible_places(lon: FloatArray, lat: FloatArray) -> BoolArray:
    """Positions on Earth, but for 0°/0°, which receivers write for none.

    Latitudes beyond 90° are kept: they are longitudes, and the swap has a name.
    """
    with np.errstate(invalid="ignore"):
        on_earth = (np.abs(lon) <= 180) & (np.abs(lat) <= 180)
        return np.asarray(on_earth & ~((lon == 0) & (lat == 0)), dtype=bool)


def decimals_of(values: FloatArray) -> int:
    """How many decimals finite ``values`` are written with, 9 at most.

    Taken from the numbers, not the text: programs write 5.7499 as
    5.7499000000000002. One value in twenty may have more than all others.
    """
    values = values[np.isfinite(values)]
    if not len(values):
        return 0
    for decimals in range(9):
        scaled = values * 10.0**decimals
        if np.mean(np.abs(scaled - np.round(scaled)) < 1e-4) >= 0.95:
            return decimals
    return 9
