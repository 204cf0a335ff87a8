"""What families and verdicts are called for people."""

from __future__ import annotations

from ...processing_provider.language import translate
from ...processing_provider.styling import title


def verdict_title(verdict: str) -> str:
    """What a verdict is called."""
    return title("verdicts", verdict)


def family_title(family: str) -> str:
    """What a family of rules is called; the word itself for one that is not known."""
    return {
        "package": translate("Families", "Package"),
        "schema": translate("Families", "Schema"),
        "codes": translate("Families", "Codes"),
        "logic": translate("Families", "Logic"),
        "topology": translate("Families", "Topology"),
        "area": translate("Families", "Area"),
        "terrain": translate("Families", "Terrain"),
        "heights": translate("Families", "Heights"),
        "imagery": translate("Families", "Imagery"),
        "change": translate("Families", "Change"),
        "boundary": translate("Families", "Boundary"),
        "photos": translate("Families", "Photos"),
        "tracks": translate("Families", "Tracks"),
        "control": translate("Families", "Control"),
        "history": translate("Families", "History"),
        "statistics": translate("Families", "Statistics"),
    }.get(family, family)
