"""What all events come to: the state of every finding, and who thought what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..findings import Text
from .events import Action, Event
from .lifecycle import Opinion, State


@dataclass(frozen=True)
class Standing:
    """Where one finding stands.

    ``opinions`` holds the last opinion of each person; ``disputed`` that two differ and nobody
    has settled it since: a settlement is a move with an opinion by somebody who saw both, kept in
    ``settled`` until somebody thinks otherwise. ``carried`` says how the finding came over from
    an earlier verification (a ``comparison.Why``), as long as nothing was decided since, and
    ``note`` what a person has to know about that; ``who`` and ``at`` are then those of the
    decision itself.
    """

    state: State = State.FOUND
    opinion: Opinion | None = None
    reason: str = ""
    who: str = ""
    at: str = ""
    event_id: str = ""
    opinions: dict[str, Opinion] = field(default_factory=dict)
    disputed: bool = False
    settled: Opinion | None = None
    carried: str = ""
    note: Text | None = None


def in_order(events: Iterable[Event]) -> list[Event]:
    """Events by their time; the same on every copy, whatever the order of merging."""
    return sorted(events, key=lambda event: (event.at, event.event_id))


def effective(events: Iterable[Event]) -> list[Event]:
    """Events that count, by their time: without those undone, and without the undoing."""
    ordered = in_order(events)
    undone = undone_of(ordered)
    return [
        event for event in ordered if event.event_id not in undone and event.action != Action.UNDONE
    ]


def standing_of(events: Iterable[Event]) -> dict[str, Standing]:
    """State of every finding that somebody has touched, by finding id.

    Only time and content of the events count, not their order in the file: two copies that were
    merged either way come to the same. What was carried over from an earlier verification lies
    below whatever was decided in this one, even where it was carried over later.
    """
    counting = effective(events)
    out: dict[str, Standing] = {}
    for event in counting:
        if event.action == Action.CARRIED and not event.details.get("absent"):
            out[event.subject] = carried_standing(event)
    for event in counting:
        if event.action == Action.OPINION:
            out[event.subject] = _with_opinion(out.get(event.subject, _UNTOUCHED), event)
        elif event.action == Action.MOVED:
            before = _with_opinion(out.get(event.subject, _UNTOUCHED), event)
            out[event.subject] = replace(
                before,
                state=_state(event.details.get("state")),
                opinion=opinion_of(event.details) or before.opinion,
                reason=event.reason,
                who=event.who,
                at=event.at,
                event_id=event.event_id,
                carried="",
                note=None,
            )
    return out


_UNTOUCHED = Standing()


def _with_opinion(before: Standing, event: Event) -> Standing:
    """The same with one more opinion, and whether people differ now."""
    opinion = opinion_of(event.details)
    if opinion is None:
        return before
    opinions = {**before.opinions, event.who: opinion}
    if event.action == Action.MOVED and event.details.get("settles"):
        return replace(before, opinions=opinions, disputed=False, settled=opinion)
    if before.settled is not None and opinion == before.settled:
        return replace(before, opinions=opinions)
    disputed = len(set(opinions.values())) > 1
    return replace(before, opinions=opinions, disputed=disputed, settled=None)


def carried_standing(event: Event) -> Standing:
    """Where a finding stood, as it was written down when it came over."""
    details = event.details
    given = details.get("opinions")
    opinions = {
        str(who): opinion
        for who, value in (given.items() if isinstance(given, Mapping) else ())
        if (opinion := _opinion(value)) is not None
    }
    told = details.get("note")
    note = None
    if isinstance(told, Mapping):
        note = Text(str(told.get("zh", "")), str(told.get("en", "")))
    return Standing(
        *(_state(details.get("state")), opinion_of(details), event.reason),
        *(str(details.get("who", "")), str(details.get("at", "")), event.event_id),
        *(opinions, bool(details.get("disputed")), _opinion(details.get("settled"))),
        carried=str(details.get("why", "")),
        note=note,
    )


def undone_of(ordered: Iterable[Event]) -> set[str]:
    """Ids of events that no longer count; undoing an undoing brings the first back."""
    undone: set[str] = set()
    for event in reversed(list(ordered)):
        if event.action == Action.UNDONE and event.event_id not in undone:
            undone.add(str(event.details.get("event_id", "")))
    return undone


def opinion_of(details: Mapping[str, Any]) -> Opinion | None:
    """The opinion that an event gives; ``None`` where it gives none."""
    return _opinion(details.get("opinion"))


def _opinion(value: Any) -> Opinion | None:
    try:
        return Opinion(str(value))
    except ValueError:
        return None


def _state(value: Any) -> State:
    try:
        return State(str(value))
    except ValueError:  # of a later version: somebody has to look
        return State.UNDER_REVIEW
