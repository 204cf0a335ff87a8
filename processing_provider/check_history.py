"""``onemap:checkhistory``: parcels and identifiers against last year's one map."""

from __future__ import annotations

from .language import translate
from .verification import Verification


class CheckHistory(Verification):
    """The family ``history`` alone."""

    identifier = "checkhistory"
    families = ("history",)
    parameters_used = ("SUBMISSION", "PREVIOUS", "STANDARD")
    needs = ("PREVIOUS",)
    words = ("history", "last year", "BSM", "transition", "上年度", "标识码", "地类流向", "更新")

    def displayName(self) -> str:
        return translate("Verification", "Check against last year")
