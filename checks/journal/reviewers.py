"""How well people judge: against known cases, against each other, and how fast."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import combinations
from pathlib import Path
from statistics import median
from typing import Any

from scipy import stats

from ..sampling.agreement import Agreement, cohens_kappa
from .audit import must_be_intact
from .events import Action, Event, moment
from .known_cases import committed, read_cases
from .lifecycle import Opinion
from .reading import read_events
from .state import effective, in_order, opinion_of
from .undoing import batch_of

_PAUSE = 900.0
"""Seconds after which somebody was away and not thinking."""
_WORKED = (Action.MOVED, Action.OPINION, Action.UNDONE)


@dataclass(frozen=True)
class Rate:
    """``right`` of ``of``, with Wilson's limits (Wilson 1927, *JASA* 22:209); NaN of none."""

    right: int
    of: int
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Reviewer:
    """One person's judgement.

    Attributes
    ----------
    judged
        Known cases on which the person gave an opinion after they were set.
    too_early
        Known cases on which the person had given one before, which therefore do not count.
    doubtful
        Known cases found doubtful: wrong for ``agreement``, in neither of the other two.
    agreement, sensitivity, specificity
        Right opinions of all; upheld of those that are true errors; dismissed of those that are
        none.
    decisions, seconds
        Findings decided upon in all, and the median time for one (NaN where it cannot be told).
        What was decided at once shares its time.
    """

    person: str
    judged: int
    too_early: int
    doubtful: int
    agreement: Rate
    sensitivity: Rate
    specificity: Rate
    decisions: int
    seconds: float


@dataclass(frozen=True)
class Pair:
    """Agreement of two people on what both judged without knowing of each other."""

    first: str
    second: str
    agreement: Agreement


@dataclass(frozen=True)
class Measured:
    """All reviewers by name, and all pairs with anything in common."""

    reviewers: tuple[Reviewer, ...]
    pairs: tuple[Pair, ...]
    cases: int

    def as_json(self) -> dict[str, Any]:
        """For a file; numbers that do not exist are ``null``."""
        found: dict[str, Any] = _without_nan(asdict(self))
        return found


def wilson(right: int, of: int, confidence: float = 0.95) -> Rate:
    """A share with Wilson's score interval."""
    if not of:
        return Rate(0, 0, *[float("nan")] * 3)
    z = float(stats.norm.ppf(0.5 + confidence / 2))
    share = right / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    reach = z / (1 + z * z / of) * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    # Of none or of all the limit is exact; rounding must not take it off.
    low = 0.0 if right == 0 else max(middle - reach, 0.0)
    high = 1.0 if right == of else min(middle + reach, 1.0)
    return Rate(right, of, share, low, high)


def measure_reviewers(path: Path, cases_file: Path | None = None) -> Measured:
    """Hold the opinions in a journal against known cases and against each other.

    Only opinions given after the commitment count, and of each person the first on a finding:
    what somebody says after having seen the answer tells nothing.

    Raises
    ------
    JournalError
        When the cases are not those the journal was committed to, or it was tampered with.
    InputError
        When a file cannot be read.
    """
    events = read_events(path)
    if events:
        must_be_intact(path)
    cases = None if cases_file is None else read_cases(cases_file)
    set_at = "" if cases is None else committed(events, cases).at
    counting = [
        event
        for event in effective(events)
        if event.action in (Action.MOVED, Action.OPINION) and opinion_of(event.details) is not None
    ]
    people = sorted({event.who for event in counting})
    firsts = {person: _firsts(person, counting) for person in people}
    reviewers = [
        _reviewer(person, firsts[person], {} if cases is None else cases.truth, set_at, events)
        for person in people
    ]
    return Measured(
        *(tuple(reviewers), tuple(_pairs(firsts))),
        0 if cases is None else len(cases.truth),
    )


def _firsts(person: str, counting: Iterable[Event]) -> dict[str, Event]:
    """The first opinion of a person on every finding."""
    out: dict[str, Event] = {}
    for event in counting:
        if event.who == person:
            out.setdefault(event.subject, event)
    return out


def _reviewer(
    person: str,
    firsts: Mapping[str, Event],
    truth: Mapping[str, Opinion],
    set_at: str,
    events: Sequence[Event],
) -> Reviewer:
    given = {name: firsts[name] for name in truth if name in firsts}
    later = {name: opinion_of(event.details) for name, event in given.items() if event.at > set_at}
    wrong = [name for name in later if truth[name] is Opinion.UPHELD]
    honest = [name for name in later if truth[name] is Opinion.DISMISSED]

    def rate(names: Sequence[str]) -> Rate:
        sure = [name for name in names if later[name] is not Opinion.DOUBTFUL]
        return wilson(sum(later[name] is truth[name] for name in sure), len(sure))

    decisions, seconds = _pace(person, events)
    return Reviewer(
        *(person, len(later), len(given) - len(later)),
        sum(opinion is Opinion.DOUBTFUL for opinion in later.values()),
        wilson(sum(later[name] is truth[name] for name in later), len(later)),
        rate(wrong),
        rate(honest),
        *(decisions, seconds),
    )


def _pace(person: str, events: Sequence[Event]) -> tuple[int, float]:
    """Findings decided upon, and the median of the seconds for one."""
    batches: dict[str, tuple[datetime, int, bool]] = {}
    for event in in_order(events):
        if event.who == person and event.action in _WORKED:
            decided = event.action != Action.UNDONE
            at, count, _ = batches.get(batch_of(event), (moment(event.at), 0, decided))
            batches[batch_of(event)] = (at, count + 1, decided)
    times: list[float] = []
    last = None
    for at, count, decided in batches.values():
        if last is not None and decided and (at - last).total_seconds() <= _PAUSE:
            times.append((at - last).total_seconds() / count)
        last = at
    total = sum(count for _, count, decided in batches.values() if decided)
    return total, median(times) if times else float("nan")


def _pairs(firsts: Mapping[str, Mapping[str, Event]]) -> Iterable[Pair]:
    for first, second in combinations(firsts, 2):
        both = sorted(
            name
            for name in firsts[first].keys() & firsts[second].keys()
            if _independent(firsts[first][name], firsts[second][name])
        )
        if both:
            one, other = (
                [str(firsts[person][name].details["opinion"]) for name in both]
                for person in (first, second)
            )
            yield Pair(first, second, cohens_kappa(one, other))


def _independent(one: Event, other: Event) -> bool:
    """Whether neither can have known of the other's: the later one was given blind."""
    later = max(one, other, key=lambda event: (event.at, event.event_id))
    return later.details.get("blind") is True


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_nan(each) for each in value]
    return None if isinstance(value, float) and math.isnan(value) else value
