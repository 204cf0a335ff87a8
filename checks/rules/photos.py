"""Evidence photos: where, when and what they were taken of."""

from __future__ import annotations

from ..standard import Standard
from .photos_file import PhotoEdited, PhotoReadable
from .photos_parcel import (
    CheckCode,
    NoteDiffers,
    ParcelNotSeen,
    PhotoMissing,
    PhotoPair,
    StationsClustered,
)
from .photos_place import PhotoAltitude, PhotoExif, PhotoMocked
from .photos_reuse import PhotoReused
from .photos_time import PhotoCampaign, PhotoClock, PhotoDaylight, PhotoSpeed
from .photos_view import PhotoFrame, PhotoHidden, PhotoView
from .rule import Rule

_CLASSES: tuple[type[Rule], ...] = (
    PhotoReadable,
    PhotoFrame,
    PhotoView,
    PhotoHidden,
    PhotoExif,
    PhotoCampaign,
    PhotoDaylight,
    PhotoClock,
    PhotoSpeed,
    PhotoAltitude,
    PhotoMocked,
    PhotoReused,
    PhotoEdited,
    ParcelNotSeen,
    PhotoPair,
    StationsClustered,
    PhotoMissing,
    CheckCode,
    NoteDiffers,
)


def rules(standard: Standard) -> list[Rule]:
    """The rules of this family with their words and limits."""
    return [rule(standard.rules[rule.id]) for rule in _CLASSES]
