"""``onemap:checklogic``: what the fields of a parcel say together."""

from __future__ import annotations

from .language import translate
from .verification import Verification


class CheckLogic(Verification):
    """The family ``logic`` alone."""

    identifier = "checklogic"
    families = ("logic",)
    parameters_used = ("SUBMISSION", "STANDARD", "RIDGE_COEFFICIENTS")
    words = (
        "logic",
        "attributes",
        "consistency",
        "ridge",
        "KCXS",
        "逻辑",
        "属性",
        "一致性",
        "田坎系数",
    )

    def displayName(self) -> str:
        return translate("Verification", "Check logic of attributes")
