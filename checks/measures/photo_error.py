"""How far off a photo's station may be: what its receiver says, never better than it can be.

A stated accuracy (Exif 2.32 ``GPSHPositioningError``, or the app's record) is
the radius of 68 % (Android ``Location.getAccuracy``). Taken as one sigma of each
coordinate it leaves room for receivers that flatter themselves by half as much.
A dilution of precision alone multiplies the range error of a single-frequency
receiver, 5 m (GPS SPS Performance Standard, 5th ed. 2020, appendix B, with
multipath of a phone's antenna).
"""

from __future__ import annotations

import numpy as np

from ..submission.photos_record import read_record
from ..table import BoolArray, FloatArray
from .photo_list import PhotoSet
from .photo_view import RECEIVER_SIGMA

LEAST_SIGMA = 4.0
"""Metres below which no phone's receiver is believed (judgement)."""

_RANGE_ERROR = 5.0
_MOST = 5_000.0


def station_errors(photos: PhotoSet) -> FloatArray:
    """One sigma of every station in metres, shape ``(photos,)``."""
    records = [read_record(str(text)) for text in photos.words("METARECORD")]
    noted = np.array([record.accuracy for record in records], dtype=np.float64)
    dilution = np.array([record.dilution for record in records], dtype=np.float64)
    dilution = _first(photos.exif("dop"), dilution)
    stated = _first(photos.exif("position_error"), noted)
    with np.errstate(invalid="ignore"):
        stated = np.where((stated > 0) & (stated < _MOST), stated, np.nan)
        dilution = np.where((dilution > 0) & (dilution < 100), dilution * _RANGE_ERROR, np.nan)
    sigma = np.nan_to_num(_first(stated, dilution), nan=RECEIVER_SIGMA)
    step = np.nan_to_num(photos.exif("resolution"))
    # A rounded value lies anywhere within its step.
    return np.hypot(np.maximum(sigma, LEAST_SIGMA), step / np.sqrt(12.0))


def altitudes(photos: PhotoSet) -> FloatArray:
    """The receiver's altitude of every photo in metres, from Exif, else from the record."""
    noted = [read_record(str(text)).altitude for text in photos.words("METARECORD")]
    return _first(photos.exif("altitude"), np.array(noted, dtype=np.float64))


def mocked(photos: PhotoSet) -> BoolArray:
    """Photos whose own app says that the position came from a mock provider."""
    said = [read_record(str(text)).mock for text in photos.words("METARECORD")]
    return np.array(said, dtype=bool)


def _first(one: FloatArray, other: FloatArray) -> FloatArray:
    return np.where(np.isfinite(one), one, other)
