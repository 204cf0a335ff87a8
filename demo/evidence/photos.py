"""Evidence photos: pictures that a phone would take, with what it writes into them."""

from __future__ import annotations

import io
import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from ...checks.table import FloatArray
from ..county import County
from ..names import COUNTY_CODE, COUNTY_NAME
from .crew import CREW, Station, degrees_of
from .scenes import colour_of

if TYPE_CHECKING:
    from PIL import Image

_WIDTH, _HEIGHT = 960, 720
_FIELDS = (
    "F_ID INTEGER PRIMARY KEY, TCBM TEXT, TBYBH TEXT, XZQDM TEXT, JKBSM TEXT, FJMC TEXT, "
    "FJLX TEXT, FJ BLOB, PSSJ TEXT, PSJD INTEGER, PSRY TEXT, Longitude REAL, Latitude REAL, "
    "XZB REAL, YZB REAL, metaRecord TEXT, JYM TEXT"
)


@dataclass(frozen=True)
class Photo:
    """One photo of the store: what was noted, and the JPEG itself."""

    station: Station
    parcel: str
    name: str
    jpeg: bytes


def take(county: County, stations: list[Station], seed: int) -> list[Photo]:
    """Take the photos of ``stations``."""
    names = county.layers["DLTB"].columns["TBYBH"]
    photos = []
    for number, station in enumerate(stations):
        random = np.random.default_rng([seed, 7, number])
        code = str(county.parcels.code[station.row])
        picture = _draw(code, random)
        parcel = str(names[station.row])
        photos.append(
            Photo(station, parcel, f"{parcel}{station.number:03d}.jpg", encode(picture, station))
        )
    return photos


def encode(picture: Image.Image, station: Station, quality: int = 88) -> bytes:
    """``picture`` as JPEG with the EXIF of ``station``."""
    from PIL import Image

    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "OneMap", "Demo phone"
    taken = f"{station.taken:%Y:%m:%d %H:%M:%S}"
    exif[0x0132] = taken
    exif[0x8769] = {0x9003: taken, 0x9011: "+08:00", 0xA405: 26}
    east, north = degrees_of(np.array([station.noted]))[0]
    exif[0x8825] = {
        1: "N", 2: _sexagesimal(north), 3: "E", 4: _sexagesimal(east),
        5: b"\x00", 6: round(station.height, 1), 16: "T", 17: round(station.azimuth, 1),
    }  # fmt: skip
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=quality, exif=exif)
    return stream.getvalue()


def decode(photo: Photo) -> Image.Image:
    """The picture of a photo, without what was noted."""
    from PIL import Image

    return Image.open(io.BytesIO(photo.jpeg)).convert("RGB")


def with_station(photo: Photo, **changes: object) -> Photo:
    """The same picture with other notes, in file and store alike."""
    station = replace(photo.station, **changes)  # type: ignore[arg-type]
    return replace(photo, station=station, jpeg=encode(decode(photo), station))


def write_store(photos: list[Photo], folder: Path) -> Path:
    """Write the evidence store ``<county>.db``; return its path."""
    path = folder / f"{COUNTY_CODE}{COUNTY_NAME}.db"
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(f"CREATE TABLE FJ ({_FIELDS})")
        for number, photo in enumerate(photos, 1):
            noted = photo.station
            east, north = degrees_of(np.array([noted.noted]))[0]
            connection.execute(
                f"INSERT INTO FJ VALUES ({', '.join('?' * 17)})",  # noqa: S608
                (
                    number, "ZXJZ", photo.parcel, COUNTY_CODE, "", photo.name, "jpg", photo.jpeg,
                    f"{noted.taken:%Y-%m-%d %H:%M:%S}", round(noted.azimuth), CREW,
                    round(float(east), 7), round(float(north), 7), round(noted.noted[0], 2),
                    round(noted.noted[1], 2), '{"device":"Demo phone"}', "",
                ),
            )  # fmt: skip
    connection.close()
    return path


def _sexagesimal(degrees: float) -> tuple[float, float, float]:
    whole = int(degrees)
    minutes = (degrees - whole) * 60
    return float(whole), float(int(minutes)), round((minutes - int(minutes)) * 60, 4)


def _draw(code: str, random: np.random.Generator) -> Image.Image:
    """Sky, hills, and ground of the class's colours in perspective."""
    from PIL import Image

    horizon = int(_HEIGHT * random.uniform(0.30, 0.45))
    out = np.empty((_HEIGHT, _WIDTH, 3))
    height = np.linspace(0, 1, horizon)[:, None, None]
    blue = np.array([90, 140, 205]) + random.normal(0, 15, 3)
    haze = np.array([205, 215, 225]) + random.normal(0, 12, 3)
    clouds = ndimage.gaussian_filter(random.standard_normal((horizon, _WIDTH)), (9, 40))
    clouds = np.clip(clouds / clouds.std() - 0.4, 0, 1.4)[..., None]
    out[:horizon] = blue * (1 - height) + haze * height + clouds * 45
    _ground(out, horizon, code, random)
    _hills(out, horizon, random)
    out += random.normal(0, 3.0, out.shape)
    return Image.fromarray(np.clip(out, 0, 255).astype(np.uint8))


def _hills(out: FloatArray, horizon: int, random: np.random.Generator) -> None:
    """One or two ridges against the sky."""
    for distance in range(int(random.integers(1, 3)), 0, -1):
        rise = ndimage.gaussian_filter1d(random.standard_normal(_WIDTH * 2), 45)[:_WIDTH]
        crest = horizon - 12 * distance - (rise / rise.std() * 14).astype(int)
        colour = np.array([70, 95, 75]) + 25 * distance + random.normal(0, 6, 3)
        rows = np.arange(_HEIGHT)[:, None]
        out[(rows >= crest) & (rows < horizon)] = colour


def _ground(out: FloatArray, horizon: int, code: str, random: np.random.Generator) -> None:
    """Rows of a crop, crowns, roofs or water, coarser the nearer they are."""
    (blue, green, red, _), rough = colour_of(code)
    seen = np.array([red, green, blue]) * random.uniform(0.85, 1.15)
    # The phone exposes for what is before it.
    colour = seen / (1100 + 0.75 * seen.max()) * 255
    depth = _HEIGHT - horizon
    rows = np.arange(1, depth + 1) / depth
    distance = 1.6 / (rows + 0.02)
    across = (np.arange(_WIDTH) - _WIDTH / 2) / _WIDTH * distance[:, None]
    angle = random.uniform(-0.9, 0.9)
    side = across * np.cos(angle) - distance[:, None] * np.sin(angle)
    along = across * np.sin(angle) + distance[:, None] * np.cos(angle)
    patch = random.standard_normal((256, 256))
    where = [(side * random.uniform(6, 11)) % 256, (along * random.uniform(6, 11)) % 256]
    texture = ndimage.map_coordinates(patch, where, order=1, mode="grid-wrap")
    if code.startswith(("01", "02")):
        texture = 0.5 * texture + 1.2 * np.sin(side * random.uniform(7, 14))
    out[horizon:] = colour * (1 + (0.08 + rough) * texture[..., None])
