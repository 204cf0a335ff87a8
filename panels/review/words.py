"""What families and verdicts are called for people."""

from __future__ import annotations

from ...processing_provider.language import is_chinese, translate
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


def message_column() -> str:
    """The column that holds the message in the user's language."""
    return "message_zh" if is_chinese() else "message_en"


def state_title(state: str) -> str:
    """What a state of the lifecycle is called; the word itself for one that is not known."""
    return {
        "found": translate("States", "To decide"),
        "under_review": translate("States", "Under review"),
        "returned": translate("States", "Returned"),
        "corrected": translate("States", "Corrected"),
        "appealed": translate("States", "Appealed"),
        "rechecked": translate("States", "Rechecked"),
        "closed": translate("States", "Closed"),
        "exception": translate("States", "Exception"),
    }.get(state, state)
