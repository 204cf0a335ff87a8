"""``onemap:checktopology``: overlaps, gaps, containment and shape."""

from __future__ import annotations

from .language import translate
from .verification import Verification


class CheckTopology(Verification):
    """The family ``topology`` alone."""

    identifier = "checktopology"
    families = ("topology",)
    parameters_used = ("SUBMISSION", "STANDARD")
    words = (
        "topology",
        "overlap",
        "gap",
        "sliver",
        "spike",
        "coverage",
        "拓扑",
        "重叠",
        "缝隙",
        "狭长",
        "尖锐角",
    )

    def displayName(self) -> str:
        return translate("Verification", "Check topology")
