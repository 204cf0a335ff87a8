"""``onemap:checkimagery``: the declared class against the picture."""

from __future__ import annotations

from .language import translate
from .verification import Verification


class CheckImagery(Verification):
    """The family ``imagery`` alone."""

    identifier = "checkimagery"
    families = ("imagery",)
    parameters_used = (
        "SUBMISSION",
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
    needs = ("IMAGERY",)
    words = ("imagery", "class", "DLBM", "NDVI", "spectral", "影像", "地类", "波谱", "植被指数")

    def displayName(self) -> str:
        return translate("Verification", "Check imagery")
