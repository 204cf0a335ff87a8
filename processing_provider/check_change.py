"""``onemap:checkchange``: change claimed and change hidden, between two pictures."""

from __future__ import annotations

from .language import translate
from .verification import Verification


class CheckChange(Verification):
    """The family ``change`` alone."""

    identifier = "checkchange"
    families = ("change",)
    parameters_used = (
        "SUBMISSION",
        "DEM",
        "IMAGERY",
        "IMAGERY_DATE",
        "IMAGERY_BANDS",
        "IMAGERY_PREVIOUS",
        "IMAGERY_PREVIOUS_DATE",
        "PREVIOUS",
        "CAMPAIGN_START",
        "CAMPAIGN_END",
        "STANDARD",
    )
    needs = ("IMAGERY", "IMAGERY_PREVIOUS")
    words = (
        "change",
        "IR-MAD",
        "two epochs",
        "previous year",
        "变化",
        "变化检测",
        "前后时相",
        "上年度",
    )

    def displayName(self) -> str:
        return translate("Verification", "Check change")
