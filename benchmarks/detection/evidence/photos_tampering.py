"""Photos that show something else than they claim, or were not taken where they say."""

from __future__ import annotations

import io
from datetime import date

import numpy as np
import shapely
from PIL import Image, ImageEnhance, ImageOps

from ....checks.table import GeometryArray
from ..protocol import BoolArray, FloatArray, IntArray
from .photos import END, START, Shots

MOVES = (50.0, 100.0, 200.0, 500.0, 1000.0, 5000.0)
TURNS = (45.0, 90.0, 135.0, 180.0)

REUSES = (
    "exact", "recompressed_90", "recompressed_70", "recompressed_50", "recompressed_30",
    "resized_50", "resized_25", "resized_200", "cropped_5", "cropped_10", "cropped_20",
    "cropped_30", "mirrored", "brighter", "darker",
)  # fmt: skip
"""Ways in which a picture is used again, the word and (after it) per cent."""


def moved(
    shots: Shots,
    parcels: GeometryArray,
    rows: IntArray,
    metres: float,
    random: np.random.Generator,
) -> Shots:
    """Taken elsewhere, ``metres`` from the nearest part of the parcel; directions as they were."""
    targets = parcels[shots.parcel[rows]]
    middle = shapely.get_coordinates(shapely.point_on_surface(targets))
    angle = random.uniform(0, 2 * np.pi, len(rows))
    way = np.column_stack([np.sin(angle), np.cos(angle)])
    out = middle + way * metres
    for _ in range(60):
        short = metres - shapely.distance(shapely.points(out), targets)
        if short.max() < 0.5:
            break
        out += way * np.maximum(short, 0.0)[:, None]
    xy, stand = shots.xy.copy(), shots.stand.copy()
    stand[rows] = out
    xy[rows] = out + (shots.xy[rows] - shots.stand[rows])
    return shots.but(xy=xy, stand=stand)


def blind(shots: Shots, parcels: GeometryArray, rows: IntArray, half_view: float) -> BoolArray:
    """Whether the camera, where it truly stood, has no part of its parcel in view; ``(rows,)``.

    ``half_view`` degrees to both sides of the direction written down.
    """
    out = np.zeros(len(rows), dtype=bool)
    for place, row in enumerate(rows):
        here, target = shots.stand[row], parcels[shots.parcel[row]]
        reach = float(shapely.hausdorff_distance(shapely.Point(*here), target)) + 1.0
        angles = np.radians(shots.azimuth[row] + np.linspace(-half_view, half_view, 9))
        fan = here + reach * np.column_stack([np.sin(angles), np.cos(angles)])
        wedge = shapely.Polygon(np.vstack([here, fan]))
        out[place] = not wedge.buffer(0).intersects(target)
    return out


def away(shots: Shots, parcels: GeometryArray) -> FloatArray:
    """Metres from where each photo truly was taken to its parcel, shape ``(n,)``."""
    return np.asarray(shapely.distance(shapely.points(shots.stand), parcels[shots.parcel]))


def turned(shots: Shots, rows: IntArray, degrees: float, random: np.random.Generator) -> Shots:
    """The camera looked aside by ``degrees``, left or right."""
    azimuth = shots.azimuth.copy()
    azimuth[rows] += degrees * random.choice([-1.0, 1.0], len(rows))
    return shots.but(azimuth=np.mod(azimuth, 360.0))


def swapped(shots: Shots, rows: IntArray, random: np.random.Generator) -> Shots:
    """Filed under one another's parcels."""
    parcel = shots.parcel.copy()
    other = random.permutation(rows)
    for _ in range(50):
        same = parcel[rows] == shots.parcel[other]
        if not same.any():
            break
        other[same] = random.permutation(rows)[: int(same.sum())]
    parcel[rows] = shots.parcel[other]
    return shots.but(parcel=parcel)


def retimed(shots: Shots, rows: IntArray, how: str, random: np.random.Generator) -> Shots:
    """Another time: ``before`` or ``after`` the campaign (2–300 days), or at ``night``."""
    second = np.mod(shots.taken[rows], 86400)
    if how == "night":
        # Not twilight: from 22:00 to 3:30.
        later = (random.uniform(22.0, 27.5, len(rows)) * 3600).astype(np.int64) - second
        return _later(shots, rows, later)
    days = random.integers(2, 300, len(rows))
    first, last = ((day - date(1970, 1, 1)).days for day in (START, END))
    day = first - days if how == "before" else last + days
    return _later(shots, rows, day * 86400 + second - shots.taken[rows])


def _later(shots: Shots, rows: IntArray, seconds: IntArray) -> Shots:
    """Both clocks changed alike, as who edits the one edits the other."""
    taken, utc = shots.taken.copy(), shots.utc.copy()
    taken[rows] += seconds
    utc[rows] += seconds
    return shots.but(taken=taken, utc=utc)


def mocked(shots: Shots, rows: IntArray, random: np.random.Generator, middle: bool) -> Shots:
    """Positions out of an app: one and the same again and again, or exact to the metre.

    ``middle`` puts all of ``rows`` on one point; else each is rounded as no receiver does.
    """
    xy = shots.xy.copy()
    if middle:
        xy[rows] = xy[random.choice(rows)]
    else:
        xy[rows] = np.round(xy[rows] / 10.0) * 10.0
    return shots.but(xy=xy)


def hurried(shots: Shots, rows: IntArray) -> Shots:
    """Taken seconds after one another although kilometres apart."""
    later = shots.taken[rows[0]] + np.arange(len(rows)) * 8 - shots.taken[rows]
    person = shots.person.copy()
    person[rows] = shots.person[rows[0]]
    return _later(shots, rows, later).but(person=person)


def reused(jpeg: bytes, how: str, random: np.random.Generator) -> bytes:
    """The same picture again, spoiled as forgers do; ``how`` of :data:`REUSES`."""
    if how == "exact":
        return jpeg
    image = Image.open(io.BytesIO(jpeg)).convert("RGB")
    word, _, number = how.partition("_")
    share = int(number or 0) / 100
    quality = 85
    if word == "recompressed":
        quality = int(number)
    elif word == "resized":
        size = (round(image.width * share), round(image.height * share))
        image = image.resize(size, Image.Resampling.BICUBIC)
    elif word == "cropped":
        left, top = random.uniform(0, share, 2)
        box = (left, top, left + 1 - share, top + 1 - share)
        size = (image.width, image.height)
        image = image.crop([round(part * size[i % 2]) for i, part in enumerate(box)])
    elif word == "mirrored":
        image = ImageOps.mirror(image)
    else:
        image = ImageEnhance.Brightness(image).enhance(1.35 if word == "brighter" else 0.7)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()
