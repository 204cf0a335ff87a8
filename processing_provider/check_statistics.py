"""``onemap:checkstatistics``: one kind of change far above its neighbours."""

from __future__ import annotations

from .language import translate
from .verification import Verification


class CheckStatistics(Verification):
    """The family ``statistics`` alone."""

    identifier = "checkstatistics"
    families = ("statistics",)
    parameters_used = ("SUBMISSION", "PREVIOUS", "STANDARD")
    words = ("statistics", "outlier", "village", "unusual share", "统计", "异常", "村", "占比")

    def displayName(self) -> str:
        return translate("Verification", "Check statistics")
