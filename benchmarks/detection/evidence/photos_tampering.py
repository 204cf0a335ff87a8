"""Photos that show something else than they claim, or were not taken where they say."""

from __future__ import annotations

import io
from datetime import date

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from ..protocol import IntArray
from .photos import END, START, Shots

MOVES = (50.0, 100.0, 200.0, 500.0, 1000.0, 5000.0)
TURNS = (45.0, 90.0, 135.0, 180.0)

REUSES = (
    "exact", "recompressed_90", "recompressed_70", "recompressed_50", "recompressed_30",
    "resized_50", "resized_25", "resized_200", "cropped_5", "cropped_10", "cropped_20",
    "cropped_30", "mirrored", "brighter", "darker",
)  # fmt: skip
"""Ways in which a picture is used again, the word and (after it) per cent."""


def moved(shots: Shots, rows: IntArray, metres: float, random: np.random.Generator) -> Shots:
    """Taken elsewhere: ``metres`` from where it should have been taken, in any direction."""
    angle = random.uniform(0, 2 * np.pi, len(rows))
    xy = shots.xy.copy()
    xy[rows] += metres * np.column_stack([np.sin(angle), np.cos(angle)])
    return shots.but(xy=xy)


def turned(shots: Shots, rows: IntArray, degrees: float, random: np.random.Generator) -> Shots:
    """Looks the other way by ``degrees``, left or right."""
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
    taken = shots.taken.copy()
    second = np.mod(taken[rows], 86400)
    if how == "night":
        taken[rows] += (random.uniform(22.0, 28.5, len(rows)) * 3600).astype(np.int64) - second
        return shots.but(taken=taken)
    days = random.integers(2, 300, len(rows))
    first, last = (day - date(1970, 1, 1) for day in (START, END))
    day = first.days - days if how == "before" else last.days + days
    taken[rows] = day * 86400 + second
    return shots.but(taken=taken)


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
    taken = shots.taken.copy()
    taken[rows] = taken[rows[0]] + np.arange(len(rows)) * 8
    person = shots.person.copy()
    person[rows] = shots.person[rows[0]]
    return shots.but(taken=taken, person=person)


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
