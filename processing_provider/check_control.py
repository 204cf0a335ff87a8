"""``onemap:checkcontrol``: parcels against farmland protection, red line and urban boundary."""

from __future__ import annotations

from .language import translate
from .verification import Verification


class CheckControl(Verification):
    """The family ``control`` alone."""

    identifier = "checkcontrol"
    families = ("control",)
    parameters_used = ("SUBMISSION", "PREVIOUS", "CONTROL_LAYERS", "STANDARD")
    needs = ("CONTROL_LAYERS",)
    words = (
        "control",
        "permanent basic farmland",
        "red line",
        "urban boundary",
        "永久基本农田",
        "生态保护红线",
        "城镇开发边界",
        "管控",
    )

    def displayName(self) -> str:
        return translate("Verification", "Check control lines")
