"""``onemap:checkphotos``: where, when and what evidence photos were taken of."""

from __future__ import annotations

from .language import translate
from .verification import Verification


class CheckPhotos(Verification):
    """The family ``photos`` alone."""

    identifier = "checkphotos"
    families = ("photos",)
    parameters_used = ("SUBMISSION", "DEM", "CAMPAIGN_START", "CAMPAIGN_END", "STANDARD")
    words = ("photos", "evidence", "EXIF", "FJ", "azimuth", "举证照片", "举证", "照片", "方位角")

    def displayName(self) -> str:
        return translate("Verification", "Check evidence photos")
