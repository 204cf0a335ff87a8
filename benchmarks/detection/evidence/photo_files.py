"""Photos as a package brings them: JPEGs with Exif, and the store with its table FJ."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
from PIL import Image, TiffImagePlugin

from ..protocol import FloatArray
from .judging import bsm
from .land import to_degrees
from .photos import Shots

_COLUMNS = (
    "F_ID INTEGER PRIMARY KEY", "TCBM TEXT", "TBYBH TEXT", "XZQDM TEXT", "JKBSM TEXT",
    "FJMC TEXT", "FJLX TEXT", "FJ BLOB", "PSSJ TEXT", "PSJD INTEGER", "PSRY TEXT",
    "Longitude REAL", "Latitude REAL", "XZB REAL", "YZB REAL", "metaRecord TEXT", "JYM TEXT",
)  # fmt: skip
"""Table FJ as found in the field (``domain/jz_package_schema.json``)."""

PEOPLE = ("张三", "李四", "王五", "赵六", "钱七", "孙八", "周九", "吴十")


def with_exif(jpeg: bytes, shots: Shots, number: int, degrees: Sequence[float]) -> bytes:
    """The same JPEG, pixels untouched, with what a phone writes beside it."""
    azimuth, altitude = float(shots.azimuth[number]), float(shots.altitude[number])
    exif = Image.Exif()
    moment = _moment(int(shots.taken[number]))
    stamp = moment.strftime("%Y:%m:%d %H:%M:%S")
    exif[0x010F], exif[0x0110], exif[0x0132] = (
        "HUAWEI",
        f"ELE-AL{int(shots.person[number]):02d}",
        stamp,
    )
    exif[0x0112] = 1
    exif[0x8769] = {
        0x9003: stamp, 0x9004: stamp, 0x9011: "+08:00", 0xA405: 27, 0x920A: _ratio(4.4, 100)
    }  # fmt: skip
    utc = _moment(int(shots.utc[number]))
    longitude, latitude = degrees
    exif[0x8825] = {
        0: b"\x02\x03\x00\x00",
        1: "N",
        2: _sexagesimal(latitude),
        3: "E",
        4: _sexagesimal(longitude),
        5: b"\x00",
        6: _ratio(max(altitude, 0.0), 10),
        7: tuple(_ratio(part, 1) for part in (utc.hour, utc.minute, utc.second)),
        16: "M",
        17: _ratio(azimuth, 100),
        18: "WGS-84",
        29: utc.strftime("%Y:%m:%d"),
    }
    return _joined(jpeg, exif)


def _joined(jpeg: bytes, exif: Image.Exif) -> bytes:
    """The Exif segment put in front; the bytes of the picture stay as they are."""
    block = exif.tobytes()
    if not block.startswith(b"Exif\x00\x00"):
        block = b"Exif\x00\x00" + block
    segment = b"\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block
    return jpeg[:2] + segment + jpeg[2:]


def write_loose(folder: Path, shots: Shots, pictures: Sequence[bytes]) -> list[Path]:
    """JPEGs named by parcel number and a running number, as the delivery rules say."""
    folder.mkdir(parents=True, exist_ok=True)
    out = []
    degrees = to_degrees(shots.xy)
    for number in range(len(shots)):
        path = folder / f"{file_name(shots, number)}.jpg"
        path.write_bytes(_tagged(shots, degrees, pictures, number))
        out.append(path)
    return out


def file_name(shots: Shots, number: int) -> str:
    """Parcel number and three digits."""
    earlier = int((shots.parcel[:number] == shots.parcel[number]).sum())
    return f"{shots.parcel[number]:08d}{earlier + 1:03d}"


def write_store(
    path: Path, shots: Shots, pictures: Sequence[bytes], degrees: FloatArray | None = None
) -> Path:
    """An evidence store with every photo in table FJ, pictures with their Exif.

    ``degrees`` replaces the positions told in columns and Exif (a store whose
    coordinates were encrypted, say).
    """
    path.unlink(missing_ok=True)
    places = to_degrees(shots.xy) if degrees is None else degrees
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"CREATE TABLE FJ ({', '.join(_COLUMNS)})")
        marks = ", ".join("?" * len(_COLUMNS))
        for number in range(len(shots)):
            row = _row(shots, places, number, _tagged(shots, places, pictures, number))
            connection.execute(f"INSERT INTO FJ VALUES ({marks})", row)  # noqa: S608
    return path


def _row(shots: Shots, degrees: FloatArray, number: int, blob: bytes) -> tuple[object, ...]:
    taken = _moment(int(shots.taken[number]))
    person = int(shots.person[number])
    record = {"device": f"ELE-AL{person:02d}", "accuracy": 5.0, "provider": "gps"}
    longitude, latitude = (round(float(part), 8) for part in degrees[number])
    return (
        number + 1, "ZXJZ", f"{shots.parcel[number]:08d}", "371402",
        bsm(int(shots.parcel[number])), f"{file_name(shots, number)}.jpg", "1", blob,
        taken.strftime("%Y-%m-%d %H:%M:%S"), round(float(shots.azimuth[number])) % 360,
        PEOPLE[person % len(PEOPLE)], longitude, latitude,
        round(float(shots.xy[number, 0]), 3), round(float(shots.xy[number, 1]), 3),
        json.dumps(record), f"{number * 2654435761 % 2**32:08x}",
    )  # fmt: skip


def _tagged(shots: Shots, degrees: FloatArray, pictures: Sequence[bytes], number: int) -> bytes:
    picture = pictures[int(shots.picture[number])]
    return with_exif(picture, shots, number, [float(part) for part in degrees[number]])


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, tz=timezone.utc)


def _ratio(value: float, parts: int) -> TiffImagePlugin.IFDRational:
    return TiffImagePlugin.IFDRational(int(np.round(value * parts)), parts)


def _sexagesimal(value: float) -> tuple[TiffImagePlugin.IFDRational, ...]:
    hundredths = int(np.round(abs(value) * 360_000))
    degrees, rest = divmod(hundredths, 360_000)
    minutes, rest = divmod(rest, 6_000)
    return (_ratio(degrees, 1), _ratio(minutes, 1), TiffImagePlugin.IFDRational(rest, 100))
