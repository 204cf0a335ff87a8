"""What a decision of an earlier verification means for the finding that is there now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..comparison import Why
from ..findings import Text
from .events import Action, Event
from .lifecycle import Opinion, State
from .reading import read_events
from .state import Standing, carried_standing, effective, opinion_of

_TO_COUNTY = frozenset({State.RETURNED, State.CORRECTED})
_WAITING = frozenset({State.FOUND, State.UNDER_REVIEW})
_STILL_THERE = Text("上次已退回整改，本次仍在", "returned before, and still there")
_AGAIN = Text("曾整改销号，本次再次出现", "was corrected and closed, and is there again")
_NOT_CORRECTED = Text("上次已报整改，本次仍在", "said to be corrected, and still there")


@dataclass(frozen=True)
class Absent:
    """A finding that was decided upon in an earlier verification and is not in this one.

    ``why`` is ``corrected``, ``object_gone`` or ``not_checked``; ``finding`` what it said;
    ``state`` is *closed* where it is gone, else where it stood.
    """

    finding_id: str
    why: Why
    state: State
    reason: str
    finding: Mapping[str, Any]
    history: tuple[Mapping[str, Any], ...]


def standing_after(
    standing: Standing, events: Sequence[Event], why: Why, there: bool, change: str
) -> dict[str, Any]:
    """Details of the event that carries ``standing`` over.

    Parameters
    ----------
    events
        What led to the standing.
    there
        Whether the finding is in the later file.
    change
        What is different there, as ``before → now``; empty where nothing is.
    """
    details: dict[str, Any] = {"why": why.value, "who": standing.who, "at": standing.at}
    if not there:
        gone = why in (Why.CORRECTED, Why.OBJECT_GONE)
        details["absent"] = "gone" if gone else "not_checked"
        state = State.CLOSED if gone else standing.state
        note: Text | None = why.called
    else:
        state, note = _state_after(standing, events, change)
    details["state"] = state.value
    if note is not None:
        details["note"] = {"zh": note.zh, "en": note.en}
    # What was thought of other facts is history, and no opinion on these.
    if not change or not there:
        if standing.opinion is not None:
            details["opinion"] = standing.opinion.value
        details["opinions"] = {who: each.value for who, each in standing.opinions.items()}
        details["disputed"] = standing.disputed
        if standing.settled is not None:
            details["settled"] = standing.settled.value
    details["reason"] = standing.reason
    return details


def gone_now() -> dict[str, Any]:
    """What changes once a rule that could not be run has been run, and found nothing."""
    told = Why.CORRECTED.called
    return {
        "absent": "gone",
        "why": Why.CORRECTED.value,
        "state": State.CLOSED.value,
        "note": {"zh": told.zh, "en": told.en},
    }


def back_again(event: Event, change: str) -> dict[str, Any]:
    """Details for a finding that was absent from the last verification and is in this one.

    Where it had only not been checked, everything goes on as if it had been there; one that was
    taken for corrected comes back to the reviewers.
    """
    before = {
        name: value
        for name, value in event.details.items()
        if name in ("who", "at", "opinion", "opinions", "disputed", "settled")
    }
    standing = carried_standing(event)
    if event.details.get("absent") == "gone":
        state = State.UNDER_REVIEW
        note: Text | None = _with(_AGAIN, change)
    else:
        state, note = _state_after(standing, (), change)
    if change or event.details.get("absent") == "gone":
        before = {name: before[name] for name in ("who", "at") if name in before}
    before.update(why=(Why.CHANGED if change else Why.SAME).value, state=state.value)
    if note is not None:
        before["note"] = {"zh": note.zh, "en": note.en}
    return {**before, "reason": event.reason}


def _state_after(
    standing: Standing, events: Sequence[Event], change: str
) -> tuple[State, Text | None]:
    state = standing.state
    if state in _TO_COUNTY:
        said = _STILL_THERE if state is State.RETURNED else _NOT_CORRECTED
        return State.RETURNED, _with(said, change)
    if change:
        if state in _WAITING:
            return state, _with(Why.CHANGED.called, change)
        called = state.called
        told = Text(
            f"上次“{called.zh}”，此后结论或数值有变",
            f"'{called.en}' before, with another verdict or value since",
        )
        return State.UNDER_REVIEW, _with(told, change)
    corrected = any(
        event.details.get("state") in (State.CORRECTED.value, State.RECHECKED.value)
        for event in events
    )
    upheld = standing.opinion in (Opinion.UPHELD, None)
    if state is State.RECHECKED or (state is State.CLOSED and corrected and upheld):
        return State.UNDER_REVIEW, _NOT_CORRECTED
    return state, None


def _with(told: Text, change: str) -> Text:
    if not change:
        return told
    zh, en = f"{told.zh}（{change}）", f"{told.en} ({change})"
    return Text(zh, en)


def came_back(details: Mapping[str, Any]) -> bool:
    """Whether a finding that came over wants another look."""
    return "note" in details


def history_of(events: Iterable[Event]) -> list[dict[str, Any]]:
    """What happened to a finding, in few words, with what had happened to it before that."""
    out: list[dict[str, Any]] = []
    for event in events:
        if event.action == Action.CARRIED:
            earlier = event.details.get("history")
            # One carrying over after the other: the later one knows all that the first did.
            out = [dict(step) for step in earlier] if isinstance(earlier, list) else out
        out.append(_step(event))
    return out


def _step(event: Event) -> dict[str, Any]:
    step = {"at": event.at, "who": event.who, "role": event.role, "action": event.action}
    state, opinion = event.details.get("state"), opinion_of(event.details)
    if state and event.action != Action.OPINION:
        step["state"] = str(state)
    # Who carries a decision over has not taken it.
    if opinion is not None and event.action != Action.CARRIED:
        step["opinion"] = opinion.value
    if event.reason and event.action != Action.CARRIED:
        step["reason"] = event.reason
    for name in ("note", "why"):
        if event.action == Action.CARRIED and event.details.get(name):
            step[name] = event.details[name]
    return step


def life_of(events: Iterable[Event], finding: str) -> list[dict[str, Any]]:
    """The whole life of a finding through all verifications, oldest first.

    Every step has ``at``, ``who``, ``role``, ``action`` and where known ``state``, ``opinion``,
    ``reason``, ``why`` (a ``comparison.Why``) and ``note`` (``zh`` and ``en``). ``events`` are
    those that the person may see (``Journal.visible``).
    """
    return history_of(event for event in effective(events) if event.subject == finding)


def absent_findings(path: Path) -> dict[str, Absent]:
    """Findings decided upon earlier that are not in this verification, by their id.

    Raises
    ------
    InputError
        When the file cannot be read.
    """
    out = {}
    for event in effective(read_events(path)):
        if event.action == Action.CARRIED and event.details.get("absent"):
            out[event.subject] = _absent(event)
    return out


def _absent(event: Event) -> Absent:
    details = event.details
    finding, history = details.get("finding"), details.get("history")
    try:
        why, state = Why(str(details.get("why"))), State(str(details.get("state")))
    except ValueError:  # of a later version
        why, state = Why.NOT_CHECKED, State.UNDER_REVIEW
    return Absent(
        *(event.subject, why, state, event.reason),
        finding if isinstance(finding, Mapping) else {},
        tuple(history) if isinstance(history, list) else (),
    )
