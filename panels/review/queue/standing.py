"""Where every finding stands, as arrays beside the table of findings; no Qt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from ..finding_table import BoolArray

STATES = (
    "found",
    "under_review",
    "returned",
    "corrected",
    "appealed",
    "rechecked",
    "closed",
    "exception",
)
"""Words of ``checks.journal.lifecycle.State``, which this must not import: it may not load."""
_WAITING = {
    "surveyor": ("found", "returned"),
    "reviewer": ("found", "under_review", "corrected", "appealed", "rechecked"),
}


class StandingArrays:
    """State, dispute and authors of every row; changes are made row by row.

    ``version`` grows with every change, so that what was derived of it is known to be stale.
    """

    def __init__(self, count: int = 0) -> None:
        self.version = 0
        self._reset(count)

    def _reset(self, count: int) -> None:
        self.version += 1
        self.state = np.zeros(count, dtype=np.int8)
        """Place in ``STATES``."""
        self.disputed = np.zeros(count, dtype=bool)
        self.own = np.zeros(count, dtype=bool)
        """Rows on which the person has given an opinion or decided last."""
        self.judged = np.zeros(count, dtype=bool)
        """Rows on which the person has given an opinion."""
        self.assigned = np.zeros(count, dtype=bool)
        """Rows that the person was asked to look at."""
        self.carried = np.zeros(count, dtype=bool)
        """Rows whose standing came over from an earlier verification, and stayed."""
        self.changed = np.zeros(count, dtype=bool)
        """Rows that are new, or other than in the submission before."""

    def clear(self) -> None:
        """Nobody has touched anything; what is assigned stays."""
        assigned, changed = self.assigned, self.changed
        self._reset(len(self.state))
        self.assigned, self.changed = assigned, changed

    def assign(self, assigned: Iterable[str], row_of: Callable[[str], int]) -> None:
        """Take anew what the person was asked to look at."""
        self.version += 1
        rows = np.array([row for row in map(row_of, assigned) if row >= 0], dtype=np.int64)
        self.assigned[:] = False
        self.assigned[rows] = True

    def change(self, changed: Iterable[str], row_of: Callable[[str], int]) -> None:
        """Take anew what a comparison with the submission before has found."""
        self.version += 1
        rows = np.array([row for row in map(row_of, changed) if row >= 0], dtype=np.int64)
        self.changed[:] = False
        self.changed[rows] = True

    def update(
        self,
        names: Iterable[str],
        standing: Mapping[str, Any],
        row_of: Callable[[str], int],
        person: str,
    ) -> None:
        """Take some standings anew."""
        self.version += 1
        for name in names:
            row = row_of(name)
            if row < 0:
                continue
            one = standing.get(name)
            if one is None:
                self.state[row] = 0
                for flags in (self.disputed, self.own, self.judged, self.carried):
                    flags[row] = False
                continue
            word = getattr(one.state, "value", str(one.state))
            self.state[row] = STATES.index(word) if word in STATES else 1
            self.disputed[row] = one.disputed
            self.carried[row] = bool(one.carried)
            self.judged[row] = person in one.opinions
            self.own[row] = self.judged[row] or (bool(person) and one.who == person)

    def in_states(self, states: Iterable[str]) -> BoolArray:
        """Rows in one of ``states``, shape ``(rows,)``."""
        chosen = frozenset(states)
        return np.array([state in chosen for state in STATES], dtype=bool)[self.state]

    @property
    def mine(self) -> BoolArray:
        """Rows that the person has decided or was asked to look at, shape ``(rows,)``."""
        return self.own | self.assigned

    @property
    def new(self) -> BoolArray:
        """Rows that a resubmission brought back or along; else those without a past."""
        if self.changed.any():
            return self.changed
        return (self.state == 0) & ~self.carried

    def waiting(self, role: str) -> BoolArray:
        """Rows on which somebody of this role still has to decide, shape ``(rows,)``.

        A reviewer who doubted a finding has said what there is to say until something changes.
        """
        states = _WAITING.get(role, _WAITING["reviewer"])
        out = self.in_states(states)
        if role != "surveyor":
            out &= ~(self.judged & (self.state <= STATES.index("under_review")))
        return out
