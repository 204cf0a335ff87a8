"""What all events come to: the state of every finding, and who thought what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .events import Action, Event
from .lifecycle import Opinion, State


@dataclass(frozen=True)
class Standing:
    """Where one finding stands.

    ``opinions`` holds the last opinion of each person; ``disputed`` that two differ and nobody
    has settled it since: a settlement is a move with an opinion by somebody who saw both.
    """

    state: State = State.FOUND
    opinion: Opinion | None = None
    reason: str = ""
    who: str = ""
    at: str = ""
    event_id: str = ""
    opinions: dict[str, Opinion] = field(default_factory=dict)
    disputed: bool = False


def in_order(events: Iterable[Event]) -> list[Event]:
    """Events by their time; the same on every copy, whatever the order of merging."""
    return sorted(events, key=lambda event: (event.at, event.event_id))


def standing_of(events: Iterable[Event]) -> dict[str, Standing]:
    """State of every finding that somebody has touched, by finding id.

    Only time and content of the events count, not their order in the file: two copies that were
    merged either way come to the same.
    """
    ordered = in_order(events)
    undone = _undone(ordered)
    out: dict[str, Standing] = {}
    for event in ordered:
        if event.event_id in undone or event.action not in (Action.MOVED, Action.OPINION):
            continue
        before = out.get(event.subject, Standing())
        opinion = _opinion(event)
        opinions = {**before.opinions, event.who: opinion} if opinion else before.opinions
        settled = bool(event.details.get("settles"))
        differ = len(set(opinions.values())) > 1
        disputed = not settled and differ and (before.disputed or opinion is not None)
        if event.action == Action.OPINION:
            out[event.subject] = Standing(
                *(before.state, before.opinion, before.reason, before.who, before.at),
                *(before.event_id, opinions, disputed),
            )
            continue
        out[event.subject] = Standing(
            *(_state(event), opinion or before.opinion, event.reason, event.who, event.at),
            *(event.event_id, opinions, disputed),
        )
    return out


def _undone(ordered: list[Event]) -> set[str]:
    """Ids of events that no longer count; undoing an undoing brings the first back."""
    undone: set[str] = set()
    for event in reversed(ordered):
        if event.action == Action.UNDONE and event.event_id not in undone:
            undone.add(str(event.details.get("event_id", "")))
    return undone


def _opinion(event: Event) -> Opinion | None:
    try:
        return Opinion(str(event.details.get("opinion", "")))
    except ValueError:
        return None


def _state(event: Event) -> State:
    try:
        return State(str(event.details.get("state", "")))
    except ValueError:  # of a later version: somebody has to look
        return State.UNDER_REVIEW
