"""``onemap:checkarea``: areas against the ellipsoid and sums that must close."""

from __future__ import annotations

from .language import translate
from .verification import Verification


class CheckArea(Verification):
    """The family ``area`` alone."""

    identifier = "checkarea"
    families = ("area",)
    parameters_used = ("SUBMISSION", "STANDARD", "CONTROL_AREA")
    words = ("area", "ellipsoid", "TBMJ", "balance", "面积", "椭球面积", "平差", "控制面积")

    def displayName(self) -> str:
        return translate("Verification", "Check areas")
