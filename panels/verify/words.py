"""What families, verdicts, causes and states are called for people."""

from __future__ import annotations

from enum import Enum

from ...processing_provider.language import translate
from ...processing_provider.styling import title


class State(Enum):
    """Where the panel is; shown in one label."""

    EMPTY = "empty"
    READY = "ready"
    RUNNING = "running"
    CANCELLING = "cancelling"
    READING = "reading"
    DONE = "done"
    CLEAN = "clean"
    CANCELLED = "cancelled"
    FAILED = "failed"

    @property
    def busy(self) -> bool:
        """Whether something is under way."""
        return self in (State.RUNNING, State.CANCELLING, State.READING)


def state_title(state: State) -> str:
    """The sentence shown for ``state``."""
    return {
        State.EMPTY: translate("VerifyState", "Choose a survey package"),
        State.READY: translate("VerifyState", "Ready to verify"),
        State.RUNNING: translate("VerifyState", "Verifying…"),
        State.CANCELLING: translate("VerifyState", "Cancelling…"),
        State.READING: translate("VerifyState", "Reading the findings…"),
        State.DONE: translate("VerifyState", "Verified"),
        State.CLEAN: translate("VerifyState", "Verified; nothing was found"),
        State.CANCELLED: translate("VerifyState", "Cancelled"),
        State.FAILED: translate("VerifyState", "Not verified"),
    }[state]


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
