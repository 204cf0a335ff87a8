"""``onemap:checkboundary``: edges against the picture; outlines made by a machine or copied."""

from __future__ import annotations

from .language import translate
from .verification import Verification


class CheckBoundary(Verification):
    """The family ``boundary`` alone."""

    identifier = "checkboundary"
    families = ("boundary",)
    parameters_used = (
        "SUBMISSION",
        "DEM",
        "IMAGERY",
        "IMAGERY_DATE",
        "IMAGERY_BANDS",
        "PREVIOUS",
        "STANDARD",
    )
    words = (
        "boundary",
        "edges",
        "displacement",
        "shift",
        "copied geometry",
        "边界",
        "套合",
        "位移",
        "复制图斑",
    )

    def displayName(self) -> str:
        return translate("Verification", "Check boundaries")
