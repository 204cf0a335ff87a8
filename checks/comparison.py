"""A resubmission beside what was found before: new, remaining, gone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt
import shapely

from .findings import Text
from .findings_read import VerificationFile
from .progress import SILENT, Progress

_SAME_PLACE = 0.8
"""Least overlap (area in common through area of both) of what is taken to be the same object."""


class State(str, Enum):
    """What became of a finding."""

    NEW = "new"
    REMAINING = "remaining"
    GONE = "gone"


class Why(str, Enum):
    """What is known about how a finding got its state."""

    SAME = "same"
    CHANGED = "changed"
    RENAMED = "renamed"
    NOT_CHECKED = "not_checked"
    CORRECTED = "corrected"
    OBJECT_GONE = "object_gone"
    NEW_RULE = "new_rule"
    FIRST_SEEN = "first_seen"

    @property
    def called(self) -> Text:
        """The reason for a person."""
        return _WHY[self]


_WHY = {
    Why.SAME: Text("与上次相同", "the same as before"),
    Why.CHANGED: Text("仍在，但结论或数值有变", "still there, with another verdict or value"),
    Why.RENAMED: Text("同一位置的同一问题，标识已变", "the same fact in the same place, renamed"),
    Why.NOT_CHECKED: Text(
        "本次未能复查该规则，不能视为已改", "the rule could not be run this time"
    ),
    Why.CORRECTED: Text("复查后不再存在", "checked again and no longer found"),
    Why.OBJECT_GONE: Text("该图斑已不在成果中", "the parcel is no longer in the package"),
    Why.NEW_RULE: Text("上次未检查该规则", "the rule had not been run before"),
    Why.FIRST_SEEN: Text("上次没有", "not found before"),
}


@dataclass(frozen=True)
class Comparison:
    """Every finding of either run, once.

    Attributes
    ----------
    state, why
        One ``State`` and one ``Why`` per row.
    before, after
        Row in the earlier and in the later file, -1 where it is not in it.
    """

    state: list[State]
    why: list[Why]
    before: npt.NDArray[np.int64]
    after: npt.NDArray[np.int64]

    def count(self, state: State) -> int:
        """How many findings have ``state``."""
        return self.state.count(state)

    def by_rule(
        self, earlier: VerificationFile, later: VerificationFile
    ) -> dict[str, dict[str, int]]:
        """Counts of the states by rule id."""
        counts: Counter[tuple[str, str]] = Counter()
        for state, old, new in zip(self.state, self.before, self.after):
            source, row = (later, new) if new >= 0 else (earlier, old)
            counts[(str(source.findings["rule_id"][row]), state.value)] += 1
        rules = sorted({rule for rule, _ in counts})
        return {rule: {s.value: counts[(rule, s.value)] for s in State} for rule in rules}


def compare(
    earlier: VerificationFile, later: VerificationFile, progress: Progress = SILENT
) -> Comparison:
    """Say what became of every finding.

    A finding is the same when its id is (rule, object, cause: not geometry). What is left over on
    both sides and says the same of the same place is a renamed object: renumbering a parcel does
    not mend it. A finding counts as gone only where its rule was run again on something, or its
    parcel is no longer there; otherwise nobody knows, and it remains.
    """
    old_ids = {str(name): row for row, name in enumerate(earlier.findings["finding_id"])}
    new_ids = {str(name): row for row, name in enumerate(later.findings["finding_id"])}
    pairs = [(row, new_ids[name]) for name, row in old_ids.items() if name in new_ids]
    matched = {old for old, _ in pairs}
    progress.at(0.3)
    lost = [row for name, row in old_ids.items() if row not in matched]
    found = [row for name, row in new_ids.items() if name not in old_ids]
    renamed = _renamed(earlier, later, lost, found)
    progress.at(0.8)
    rows: list[tuple[State, Why, int, int]] = [
        (State.REMAINING, Why.SAME if _same(earlier, later, old, new) else Why.CHANGED, old, new)
        for old, new in pairs
    ]
    rows += [(State.REMAINING, Why.RENAMED, old, new) for old, new in renamed.items()]
    known = tested_rules(earlier)
    taken = set(renamed.values())
    for row in found:
        if row not in taken:
            first = str(later.findings["rule_id"][row]) in known
            rows.append((State.NEW, Why.FIRST_SEEN if first else Why.NEW_RULE, -1, row))
    again, parcels = tested_rules(later), set(later.parcels["bsm"].tolist())
    for row in lost:
        if row in renamed:
            continue
        parcel = earlier.findings["parcel_bsm"][row]
        if parcel and parcels and parcel not in parcels:
            rows.append((State.GONE, Why.OBJECT_GONE, row, -1))
        elif str(earlier.findings["rule_id"][row]) in again:
            rows.append((State.GONE, Why.CORRECTED, row, -1))
        else:
            rows.append((State.REMAINING, Why.NOT_CHECKED, row, -1))
    progress.at(1.0)
    order = sorted(range(len(rows)), key=lambda place: _order(rows[place]))
    rows = [rows[place] for place in order]
    return Comparison(
        [row[0] for row in rows],
        [row[1] for row in rows],
        np.array([row[2] for row in rows], dtype=np.int64),
        np.array([row[3] for row in rows], dtype=np.int64),
    )


def _order(row: tuple[State, Why, int, int]) -> tuple[int, int, int]:
    place = (State.NEW, State.REMAINING, State.GONE).index(row[0])
    return place, (row[3] if row[3] >= 0 else 1 << 60), row[2]


def tested_rules(file: VerificationFile) -> set[str]:
    """Rules that were run on at least one object."""
    tested = file.runs["tested"]
    return {str(rule) for rule, count in zip(file.runs["rule_id"], tested) if (count or 0) > 0}


def _same(earlier: VerificationFile, later: VerificationFile, old: int, new: int) -> bool:
    return all(
        earlier.findings[name][old] == later.findings[name][new]
        for name in ("verdict", "severity", "measured", "expected")
    )


def _renamed(
    earlier: VerificationFile, later: VerificationFile, lost: list[int], found: list[int]
) -> dict[int, int]:
    """Pairs of leftover rows that say the same of the same place, one to one, best first."""
    if earlier.wkt != later.wkt or not lost or not found:
        return {}
    before = earlier.where[lost]
    after = later.where[found]
    tree = shapely.STRtree(after)
    left, right = tree.query(before)
    if not len(left):
        return {}
    says = [
        np.array(
            [
                "\x1f".join(str(file.findings[name][row]) for name in ("rule_id", "layer", "cause"))
                for row in rows
            ],
            dtype=str,
        )
        for file, rows in ((earlier, lost), (later, found))
    ]
    alike = says[0][left] == says[1][right]
    left, right = left[alike], right[alike]
    with np.errstate(all="ignore"):
        one, other = shapely.make_valid(before[left]), shapely.make_valid(after[right])
        common = shapely.area(shapely.intersection(one, other))
        overlap = common / np.maximum(shapely.area(one) + shapely.area(other) - common, 1e-300)
    good = overlap >= _SAME_PLACE
    left, right, overlap = left[good], right[good], overlap[good]
    out: dict[int, int] = {}
    used: set[int] = set()
    for place in np.lexsort((right, left, -overlap)).tolist():
        old, new = lost[int(left[place])], found[int(right[place])]
        if old not in out and new not in used:
            out[old] = new
            used.add(new)
    return out
