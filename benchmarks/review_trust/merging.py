"""Copies of one review that several people worked on, brought together in every order."""

from __future__ import annotations

import itertools
import random
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from ...checks.journal.audit import check_journal
from ...checks.journal.carry import carry
from ...checks.journal.journal import Journal, JournalError
from ...checks.journal.lifecycle import Opinion, Role, State
from ...checks.journal.merge import merge
from .kill import prepared

_PEOPLE = (("李审核", Role.REVIEWER), ("赵复核", Role.REVIEWER), ("王测绘", Role.SURVEYOR))


def merges(folder: Path, count: int, seed: int) -> dict[str, Any]:
    """``count`` times: two or three copies, a random day's work on each, all orders of merging."""
    chance = random.Random(seed)
    began = time.monotonic()
    world, place = prepared(folder, seed)
    different = damaged = orders = events = disputed = 0
    for _ in range(count):
        copies = [folder / f"person-{n}.gpkg" for n in range(chance.choice((2, 3)))]
        for copy, person in zip(copies, _PEOPLE):
            shutil.copy(place / "findings.gpkg", copy)
            _day(copy, person, world.names, place / "earlier.gpkg", chance)
        standings = []
        for order in itertools.permutations(copies):
            target = folder / "merged.gpkg"
            shutil.copy(order[0], target)
            with Journal(target, "李审核") as journal:
                for other in order[1:]:
                    merge(journal, other)
                again = sum(merge(journal, other).events for other in order[1:])
                standings.append(journal.standing())
            checked = check_journal(target)
            damaged += not checked.intact or again > 0
            events += checked.size
            orders += 1
        different += any(one != standings[0] for one in standings[1:])
        disputed += sum(one.disputed for one in standings[0].values())
    return {
        "rounds": count,
        "orders": orders,
        "events": events,
        "disputed": disputed,
        "different": different,
        "damaged": damaged,
        "seconds": round(time.monotonic() - began, 1),
    }


def _day(
    copy: Path,
    person: tuple[str, Role],
    names: tuple[str, ...],
    earlier: Path,
    chance: random.Random,
) -> None:
    states, opinions = list(State), [*Opinion, None]
    with Journal(copy, *person) as journal:
        for _ in range(chance.randrange(1, 8)):
            with suppress(JournalError):  # not every step is allowed to everybody
                some = chance.sample(names, chance.randrange(1, 5))
                kind = chance.randrange(6)
                if kind < 3:
                    state, opinion = chance.choice(states), chance.choice(opinions)
                    journal.decide(some, state, "理由", opinion)
                elif kind == 3:
                    journal.second_opinion(some[0], chance.choice(list(Opinion)))
                elif kind == 4:
                    journal.undo_last()
                else:
                    carry(journal, earlier)
