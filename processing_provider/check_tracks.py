"""``onemap:checktracks``: whether a receiver recorded the tracks on the ground."""

from __future__ import annotations

from .language import translate
from .verification import Verification


class CheckTracks(Verification):
    """The family ``tracks`` alone."""

    identifier = "checktracks"
    families = ("tracks",)
    parameters_used = ("SUBMISSION", "DEM", "CAMPAIGN_START", "CAMPAIGN_END", "STANDARD")
    words = ("tracks", "GNSS", "GPX", "NMEA", "BeiDou", "轨迹", "北斗", "外业")

    def displayName(self) -> str:
        return translate("Verification", "Check tracks")
