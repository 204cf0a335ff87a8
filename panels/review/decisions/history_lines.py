"""What happened to a finding, line by line, as far as a person may see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Line:
    """One event for a person to read.

    ``before`` and ``state`` are where the finding stood before and after, equal or empty where
    nothing moved; ``note`` a pair of sentences (zh, en); ``earlier`` marks what happened in a
    former submission, ``undone`` what no longer counts, ``blind`` an opinion given without
    knowing that of the other.
    """

    at: str
    who: str
    role: str
    action: str
    before: str = ""
    state: str = ""
    opinion: str = ""
    reason: str = ""
    note: tuple[str, str] | None = None
    why: str = ""
    earlier: bool = False
    undone: bool = False
    blind: bool = False
    settles: bool = False


def read_lines(path: Path, finding: str, person: str, role: str) -> tuple[list[Line], bool]:
    """The lines, oldest first, and whether others' are hidden because this person judges blind.

    Raises
    ------
    InputError
        When the file cannot be read.
    """
    from ....checks.journal.lifecycle import Role
    from ....checks.journal.reading import read_events
    from ....checks.journal.work import blind_to, seen_by, work_of

    events = read_events(path)
    blind: set[str] = set()
    if person and Role(role) is Role.REVIEWER:
        blind = blind_to(work_of(events), person, events)
    own = [event for event in events if event.subject == finding]
    return lines_of(seen_by(person, own, blind)), finding in blind


def lines_of(events: Sequence[Any]) -> list[Line]:
    """Lines of the events of one finding, with what was carried over from earlier ones."""
    from ....checks.journal.events import Action
    from ....checks.journal.state import in_order, undone_of

    ordered = in_order(events)
    undone = undone_of(ordered)
    out: list[Line] = []
    state = "found"
    for event in ordered:
        off = event.event_id in undone
        if event.action == Action.CARRIED:
            given = event.details.get("history")
            former = given if isinstance(given, list) else []
            out += [_former(step) for step in former if isinstance(step, Mapping)]
        if event.action not in (Action.MOVED, Action.OPINION, Action.CARRIED, Action.UNDONE):
            continue
        line = _line(event, state)
        if line.state and not off:
            state = line.state
        out.append(replace(line, undone=off))
    return out


def _line(event: Any, before: str) -> Line:
    details = event.details
    moved = str(details.get("state", "")) if event.action != "opinion" else ""
    note = details.get("note")
    carried = event.action == "carried"
    return Line(
        *(event.at, event.who, event.role, event.action),
        before=before if moved else "",
        state=moved,
        opinion="" if carried else str(details.get("opinion", "")),
        reason="" if carried else event.reason,
        note=_pair(note),
        why=str(details.get("why", "")),
        blind=details.get("blind") is True,
        settles=bool(details.get("settles")),
    )


def _former(step: Mapping[str, Any]) -> Line:
    at, who, role, action = (str(step.get(name, "")) for name in ("at", "who", "role", "action"))
    return Line(
        *(at, who, role, action),
        state=str(step.get("state", "")),
        opinion=str(step.get("opinion", "")),
        reason=str(step.get("reason", "")),
        note=_pair(step.get("note")),
        why=str(step.get("why", "")),
        earlier=True,
    )


def _pair(note: Any) -> tuple[str, str] | None:
    if not isinstance(note, Mapping):
        return None
    return str(note.get("zh", "")), str(note.get("en", ""))
