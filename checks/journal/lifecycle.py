"""What may become of a finding, and who may say so."""

from __future__ import annotations

from enum import Enum

from ..findings import Text


class State(str, Enum):
    """Where a finding stands (DB61/T 1855-2024 knows the same steps by their forms)."""

    FOUND = "found"
    UNDER_REVIEW = "under_review"
    RETURNED = "returned"
    CORRECTED = "corrected"
    APPEALED = "appealed"
    RECHECKED = "rechecked"
    CLOSED = "closed"
    EXCEPTION = "exception"

    @property
    def called(self) -> Text:
        """The state for a person."""
        return _STATES[self]


_STATES = {
    State.FOUND: Text("待核", "found"),
    State.UNDER_REVIEW: Text("核查中", "under review"),
    State.RETURNED: Text("已退回", "returned"),
    State.CORRECTED: Text("已整改", "corrected"),
    State.APPEALED: Text("已申诉", "appealed"),
    State.RECHECKED: Text("已复核", "rechecked"),
    State.CLOSED: Text("已办结", "closed"),
    State.EXCEPTION: Text("例外认定", "exception"),
}


class Opinion(str, Enum):
    """What a person thinks of a finding."""

    UPHELD = "upheld"
    DISMISSED = "dismissed"
    DOUBTFUL = "doubtful"

    @property
    def called(self) -> Text:
        """The opinion for a person."""
        return _OPINIONS[self]


_OPINIONS = {
    Opinion.UPHELD: Text("属实", "upheld"),
    Opinion.DISMISSED: Text("不属实", "dismissed"),
    Opinion.DOUBTFUL: Text("存疑", "doubtful"),
}


class Role(str, Enum):
    """In which capacity somebody acts."""

    SURVEYOR = "surveyor"
    REVIEWER = "reviewer"
    ADMINISTRATOR = "administrator"


OPEN = frozenset(State) - {State.CLOSED, State.EXCEPTION}
"""States in which a finding still stands in the way of a delivery."""

_NEXT: dict[State, frozenset[State]] = {
    State.FOUND: frozenset(
        {State.UNDER_REVIEW, State.RETURNED, State.CLOSED, State.EXCEPTION, State.CORRECTED}
    ),
    State.UNDER_REVIEW: frozenset({State.RETURNED, State.CLOSED, State.EXCEPTION}),
    State.RETURNED: frozenset({State.CORRECTED, State.APPEALED, State.UNDER_REVIEW}),
    State.CORRECTED: frozenset({State.RECHECKED, State.RETURNED, State.CLOSED}),
    State.APPEALED: frozenset(
        {State.UNDER_REVIEW, State.RECHECKED, State.RETURNED, State.CLOSED, State.EXCEPTION}
    ),
    State.RECHECKED: frozenset({State.RETURNED, State.CLOSED, State.EXCEPTION}),
    # What was closed can be opened again; nothing is ever final but the log.
    State.CLOSED: frozenset({State.UNDER_REVIEW, State.RETURNED}),
    State.EXCEPTION: frozenset({State.UNDER_REVIEW, State.RETURNED}),
}
_BY_SURVEYOR = frozenset({State.CORRECTED, State.APPEALED})
_NEEDS_REASON = frozenset({State.RETURNED, State.APPEALED, State.EXCEPTION})


def refusal(
    before: State, after: State, role: Role, reason: str, opinion: Opinion | None
) -> Text | None:
    """Why a step is not allowed; ``None`` where it is."""
    step = (before.called, after.called)
    if after not in _NEXT[before]:
        return Text(
            f"“{step[0].zh}”之后不能直接“{step[1].zh}”。",
            f"'{step[1].en}' cannot follow '{step[0].en}'.",
        )
    surveyors = after in _BY_SURVEYOR
    if surveyors != (role is Role.SURVEYOR) and role is not Role.ADMINISTRATOR:
        return (
            Text(f"“{step[1].zh}”由县级作业单位办理。", f"'{step[1].en}' is for the county to say.")
            if surveyors
            else Text(
                f"“{step[1].zh}”由核查人员办理。", f"'{step[1].en}' is for a reviewer to say."
            )
        )
    if after in _NEEDS_REASON and not reason.strip():
        return Text(f"“{step[1].zh}”须写明理由。", f"'{step[1].en}' needs a reason.")
    if after is State.CLOSED and opinion is None and before in (State.FOUND, State.UNDER_REVIEW):
        return Text("办结前须作出认定。", "A finding is closed with an opinion on it.")
    return None
