"""``onemap:checkcodes``: values of coded fields."""

from __future__ import annotations

from .language import translate
from .verification import Verification


class CheckCodes(Verification):
    """The family ``codes`` alone."""

    identifier = "checkcodes"
    families = ("codes",)
    parameters_used = ("SUBMISSION", "STANDARD")
    words = ("codes", "domain", "dictionary", "DLBM", "代码", "值域", "字典", "地类编码")

    def displayName(self) -> str:
        return translate("Verification", "Check codes")
