"""``onemap:checkterrain``: slope grades and flatness against the trusted terrain."""

from __future__ import annotations

from .language import translate
from .verification import Verification


class CheckTerrain(Verification):
    """The family ``terrain`` alone."""

    identifier = "checkterrain"
    families = ("terrain",)
    parameters_used = ("SUBMISSION", "DEM", "DEM_ORIGIN", "STANDARD")
    needs = ("DEM",)
    words = (
        "terrain",
        "slope",
        "DEM",
        "GDPDJB",
        "PDT",
        "paddy",
        "water",
        "坡度",
        "坡度级别",
        "地形",
        "水田",
    )

    def displayName(self) -> str:
        return translate("Verification", "Check terrain")
