"""``onemap:checkheights``: spot heights and contours against the trusted terrain."""

from __future__ import annotations

from .language import translate
from .verification import Verification


class CheckHeights(Verification):
    """The family ``heights`` alone."""

    identifier = "checkheights"
    families = ("heights",)
    parameters_used = ("SUBMISSION", "DEM", "DEM_ORIGIN", "STANDARD")
    needs = ("DEM",)
    words = (
        "heights",
        "elevation",
        "contours",
        "datum",
        "NMAD",
        "GCZJD",
        "DGX",
        "高程",
        "高程注记点",
        "等高线",
        "基准",
    )

    def displayName(self) -> str:
        return translate("Verification", "Check heights")
