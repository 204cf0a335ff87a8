"""Giving out findings: by village or lot, evenly, and some of them to two people."""

from __future__ import annotations

import hashlib
import heapq
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..findings import Text
from .events import Action, Event
from .journal import Journal, JournalError
from .lifecycle import State
from .reading import read_events, read_work
from .state import Standing, standing_of
from .work import Package, judged_by, work_of

_USUAL_MINUTES = 1.0


@dataclass(frozen=True)
class Share:
    """What one person gets: findings of the own, and findings for a second opinion."""

    person: str
    findings: tuple[str, ...]
    second: tuple[str, ...]
    minutes: float


@dataclass(frozen=True)
class Progress:
    """How far a package has come.

    ``done`` counts findings that wait for no reviewer: judged by this person, returned, closed or
    an exception, but not those that the county has answered since; of second opinions those that
    were given. ``minutes_left`` is 0 where no minutes are known.
    """

    package: Package
    done: int
    total: int
    minutes_left: float


def assign(
    journal: Journal,
    name: str,
    person: str,
    findings: Sequence[str],
    due: str = "",
    second: bool = False,
    reason: str = "",
) -> Event:
    """Give findings to a person, as the work package ``name``.

    A finding that was given to somebody before goes over to this person; an empty ``person``
    takes the findings back.

    Parameters
    ----------
    due
        ISO date, or empty.
    second
        For an opinion that does not know the first one's.

    Raises
    ------
    JournalError
        When a finding is not in the file, the package has no name or no findings, or somebody
        is to give a second opinion on the own findings.
    """
    return assign_all(journal, [Package(name, person, tuple(findings), due, second)], reason)[0]


def assign_all(journal: Journal, packages: Sequence[Package], reason: str = "") -> list[Event]:
    """Give out several packages at once: all of them or none; see :func:`assign`."""
    for package in packages:
        if not package.name.strip() or not package.findings:
            raise JournalError(
                Text("任务包须有名称和问题。", "A work package needs a name and findings.")
            )
    with journal.writing():
        missing = journal.unknown(
            list(dict.fromkeys(name for package in packages for name in package.findings))
        )
        if missing:
            raise JournalError(
                Text(f"没有编号为 {missing[0]} 的发现。", f"There is no finding {missing[0]}.")
            )
        first = dict(journal.work().first)
        for package in packages:
            if not package.second:
                first.update(dict.fromkeys(package.findings, package.person.strip()))
        drafted = []
        for package in packages:
            person = package.person.strip()
            if package.second and any(first.get(name) == person for name in package.findings):
                raise JournalError(
                    Text(
                        f"{person} 不能对自己经办的问题再作第二意见。",
                        f"{person} cannot give a second opinion on findings of the own.",
                    )
                )
            details = {
                "to": person,
                "findings": list(dict.fromkeys(package.findings)),
                "due": package.due,
                "second": package.second,
            }
            drafted.append(journal.event(Action.ASSIGNED, package.name.strip(), reason, details))
        return journal.append(drafted)


def reassign(journal: Journal, event_id: str, person: str, reason: str = "") -> Event:
    """Give what is left of a package (``Package.event_id``) to somebody else.

    Raises
    ------
    JournalError
        When there is no such package (any more).
    """
    for package in journal.work().packages:
        if package.event_id == event_id:
            given = (package.findings, package.due, package.second)
            return assign(journal, package.name, person, *given, reason=reason)
    raise JournalError(Text("没有这个任务包。", "There is no such work package."))


def grouped(findings: Sequence[str], groups: Mapping[str, str]) -> dict[str, list[str]]:
    """Findings by group (village, lot) in the order of the groups' names; ``""`` for the rest."""
    out: dict[str, list[str]] = {}
    for name in findings:
        out.setdefault(groups.get(name, ""), []).append(name)
    return {group: out[group] for group in sorted(out)}


def split(
    findings: Sequence[str],
    people: Sequence[str],
    minutes: Mapping[str, float] | None = None,
    groups: Mapping[str, str] | None = None,
    second_share: float = 0.0,
    seed: str = "",
) -> list[Share]:
    """Divide findings among people so that each has about as many minutes of work.

    The longest goes first to whoever has least (longest processing time: Graham 1969, *SIAM
    Journal on Applied Mathematics* 17:416, at most a third above the best division). The result
    depends on nothing but the arguments, not even on the order of ``findings``.

    Parameters
    ----------
    minutes
        Expected minutes by finding; one that is missing counts as one.
    groups
        Village or lot by finding: a group is not divided. Without it, single findings are.
    second_share
        Share of all findings (0…1) that a second person gets as well, drawn with ``seed``; of
        any at all at least one.

    Raises
    ------
    JournalError
        Without people, or for a second opinion without a second person.
    """
    names = list(dict.fromkeys(person.strip() for person in people if person.strip()))
    if not names or (second_share > 0 and len(names) < 2):
        raise JournalError(
            Text("人员不足：第二意见至少需要两人。", "A second opinion needs two people.")
            if names
            else Text("请先填写人员。", "Say first who is to work.")
        )
    chosen = sorted(set(findings))
    cost = {name: _minutes(minutes, name) for name in chosen}
    if groups is None:
        lots = [[name] for name in chosen]
    else:
        lots = list(grouped(chosen, groups).values())
    lots.sort(key=lambda lot: (-sum(cost[name] for name in lot), lot[0]))
    load = [(0.0, place) for place in range(len(names))]
    own: list[list[str]] = [[] for _ in names]
    for lot in lots:
        busy, place = heapq.heappop(load)
        own[place] += lot
        heapq.heappush(load, (busy + sum(cost[name] for name in lot), place))
    total = {place: busy for busy, place in load}
    second: list[list[str]] = [[] for _ in names]
    owner = {name: place for place, mine in enumerate(own) for name in mine}
    for name in _drawn(chosen, second_share, seed):
        place = min((p for p in range(len(names)) if p != owner[name]), key=lambda p: (total[p], p))
        second[place].append(name)
        total[place] += cost[name]
    return [
        Share(person, tuple(sorted(own[place])), tuple(sorted(second[place])), total[place])
        for place, person in enumerate(names)
    ]


def _minutes(minutes: Mapping[str, float] | None, name: str) -> float:
    value = _USUAL_MINUTES if minutes is None else minutes.get(name, _USUAL_MINUTES)
    return float(value) if math.isfinite(value) and value > 0 else _USUAL_MINUTES


def _drawn(names: Sequence[str], share: float, seed: str) -> list[str]:
    """``share`` of ``names``, by a digest of seed and name: the same on every machine."""
    count = min(len(names), math.ceil(round(max(share, 0.0) * len(names), 9)))
    ranks = {name: hashlib.sha256(f"{seed}\x00{name}".encode()).digest() for name in names}
    return sorted(names, key=ranks.__getitem__)[:count]


def assign_shares(
    journal: Journal, name: str, shares: Iterable[Share], due: str = ""
) -> list[Event]:
    """Give out what :func:`split` divided: a package a person, and one for second opinions."""
    packages = []
    for share in shares:
        if share.findings:
            packages.append(Package(name, share.person, share.findings, due))
        if share.second:
            packages.append(Package(name, share.person, share.second, due, second=True))
    return assign_all(journal, packages)


def assigned(path: Path) -> dict[str, str]:
    """Who has which finding, by finding id; second opinions apart (:func:`assigned_second`)."""
    return read_work(path).first


def assigned_second(path: Path) -> dict[str, str]:
    """Who gives a second opinion on which finding, by finding id."""
    return read_work(path).second


def progress_of(
    path: Path, minutes: Mapping[str, float] | None = None, events: Sequence[Event] | None = None
) -> list[Progress]:
    """How far every package has come, in the order in which they were given out."""
    known = read_events(path) if events is None else events
    standing = standing_of(known)
    judged: dict[str, set[str]] = {}
    out = []
    for package in work_of(known).packages:
        if package.person not in judged:
            judged[package.person] = judged_by(package.person, known)
        own = judged[package.person]
        left = [
            name
            for name in package.findings
            if (name not in own if package.second else _to_do(standing.get(name), name in own))
        ]
        rest = sum(_minutes(minutes, name) for name in left) if minutes is not None else 0.0
        out.append(
            Progress(package, len(package.findings) - len(left), len(package.findings), rest)
        )
    return out


def _to_do(standing: Standing | None, judged: bool) -> bool:
    """Whether a reviewer has still to do something about a finding."""
    state = State.FOUND if standing is None else standing.state
    if state in (State.FOUND, State.UNDER_REVIEW):
        return not judged
    return state in (State.CORRECTED, State.APPEALED, State.RECHECKED)
