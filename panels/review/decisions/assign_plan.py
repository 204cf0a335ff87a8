"""Who gets which findings: what a plan for giving out work needs to know; no Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..finding_table import FindingTable

GROUPS = ("village", "parcel", "none")


@dataclass(frozen=True)
class Wish:
    """How work is to be divided; ``share`` (0…1) of the findings get a second reader."""

    findings: tuple[str, ...]
    people: tuple[str, ...]
    group: str = "village"
    share: float = 0.0
    name: str = ""
    due: str = ""


def planner(wish: Wish, table: FindingTable) -> Callable[[Path], list[Any]]:
    """What divides the work, as ``checks.journal.assignments.Share`` a person; for a task.

    The same wish gives the same plan on every machine.
    """

    def plan(_path: Path) -> list[Any]:
        from ....checks.journal.assignments import split

        rows = {name: row for row, name in enumerate(table.columns["finding_id"])}
        known = [name for name in wish.findings if name in rows]
        return split(
            known,
            wish.people,
            minutes_of(table, known, rows),
            groups_of(table, known, rows, wish.group),
            wish.share,
            wish.name,
        )

    return plan


def minutes_of(
    table: FindingTable, findings: Sequence[str], rows: Mapping[str, int]
) -> dict[str, float]:
    """Minutes that a look at each finding takes, by its family (``review_minutes.json``)."""
    from ....checks.review_order import Minutes
    from ....checks.standard import load

    minutes = Minutes.read(load().data("review_minutes.json"))
    families = [str(table.value(rows[name], "family")) for name in findings]
    known = sorted(set(families))
    by_family = dict(zip(known, minutes.of(known).tolist()))
    return {name: float(by_family[family]) for name, family in zip(findings, families)}


def groups_of(
    table: FindingTable, findings: Sequence[str], rows: Mapping[str, int], group: str
) -> dict[str, str] | None:
    """What stays together: the village or parcel of each finding; ``None`` for nothing."""
    if group == "village" and table.facts is not None:
        village = table.facts.village
        return {name: village.values[village.codes[rows[name]]] for name in findings}
    if group == "none":
        return None
    # A finding without a parcel is a group of its own.
    return {name: str(table.value(rows[name], "parcel_bsm") or name) for name in findings}


def read_progress(path: Path, table: FindingTable) -> list[Any]:
    """How far every work package has come, ``checks.journal.assignments.Progress``."""
    from ....checks.journal.assignments import progress_of

    names = table.columns["finding_id"]
    rows = {name: row for row, name in enumerate(names)}
    return progress_of(path, minutes_of(table, names, rows))
