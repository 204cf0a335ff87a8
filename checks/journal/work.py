"""Who is to look at what, and what each may not see yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from .events import Action, Event
from .state import effective, opinion_of


@dataclass(frozen=True)
class Package:
    """Findings that one person is to look at.

    ``second`` marks findings that somebody else has too, for an opinion of each that does not
    know the other's.
    """

    name: str
    person: str
    findings: tuple[str, ...]
    due: str = ""
    second: bool = False
    event_id: str = ""


@dataclass(frozen=True)
class Work:
    """All assignments: ``first`` and ``second`` name the person by finding id."""

    first: dict[str, str] = field(default_factory=dict)
    second: dict[str, str] = field(default_factory=dict)
    packages: tuple[Package, ...] = ()

    def twice(self, person: str) -> set[str]:
        """Findings that this person and another are to judge without knowing of each other."""
        first, second = self.first, self.second
        return {
            name
            for name, other in second.items()
            if name in first and first[name] != other and person in (first[name], other)
        }


def work_of(events: Iterable[Event]) -> Work:
    """Who has what; a later assignment takes a finding out of an earlier one of the same kind."""
    given: list[Package] = []
    owner: dict[tuple[str, bool], int] = {}
    for event in effective(events):
        if event.action != Action.ASSIGNED:
            continue
        package = _package(event)
        for name in package.findings:
            owner[name, package.second] = len(given)
        given.append(package)
    packages: list[Package] = []
    first: dict[str, str] = {}
    second: dict[str, str] = {}
    for number, package in enumerate(given):
        kept = tuple(name for name in package.findings if owner[name, package.second] == number)
        if not kept or not package.person:
            continue
        (second if package.second else first).update(dict.fromkeys(kept, package.person))
        packages.append(
            Package(
                *(package.name, package.person, kept, package.due, package.second),
                package.event_id,
            )
        )
    return Work(first, second, tuple(packages))


def _package(event: Event) -> Package:
    details = event.details
    names = details.get("findings")
    findings = tuple(str(name) for name in names) if isinstance(names, list) else ()
    return Package(
        *(event.subject, str(details.get("to", "")), findings, str(details.get("due", ""))),
        *(details.get("second") is True, event.event_id),
    )


def judged_by(person: str, events: Iterable[Event]) -> set[str]:
    """Findings on which this person has given an opinion that counts."""
    return {
        event.subject
        for event in effective(events)
        if event.who == person
        and event.action in (Action.MOVED, Action.OPINION)
        and opinion_of(event.details) is not None
    }


def blind_to(work: Work, person: str, events: Sequence[Event]) -> set[str]:
    """Findings of which this person may not see yet what others think.

    ``events`` are those of the findings in question; only findings they or the assignments name
    are returned.
    """
    twice = work.twice(person)
    return twice - judged_by(person, events) if twice else set()


def seen_by(person: str, events: Iterable[Event], blind: Collection[str]) -> list[Event]:
    """The events that a person may see: of a blind finding only the own ones.

    Who carried decisions over has thereby not taken them.
    """
    return [
        event
        for event in events
        if event.subject not in blind or (event.who == person and event.action != Action.CARRIED)
    ]
