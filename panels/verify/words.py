"""What the states of the panel are called for people."""

from __future__ import annotations

from enum import Enum

from ...processing_provider.language import translate


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
