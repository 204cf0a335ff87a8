"""How many findings are fixed, explained and left: counted, not shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..finding_table import FindingTable

EXPLAINED = ("appealed", "exception", "closed")
"""Where a finding stands that the county need not work on any more."""
_MUST = "inconsistent"


@dataclass(frozen=True)
class Count:
    """Of findings that must be fixed (inconsistent) and of those a person has to look at.

    ``left`` counts open inconsistent findings by severity.
    """

    left: Mapping[str, int] = field(default_factory=dict)
    fixed: int = 0
    explained: int = 0
    doubtful: int = 0
    doubtful_explained: int = 0

    @property
    def open(self) -> int:
        """Inconsistent findings nobody has fixed or explained."""
        return sum(self.left.values())

    @property
    def done(self) -> int:
        """Inconsistent findings fixed or explained."""
        return self.fixed + self.explained

    @property
    def total(self) -> int:
        """All inconsistent findings since the last whole run."""
        return self.open + self.done


class Tally:
    """The findings of one file, counted once; what was decided is counted each time."""

    def __init__(self, table: FindingTable) -> None:
        columns = table.columns
        self._kinds = list(zip(columns["verdict"], columns["severity"]))
        self._rows = {name: row for row, name in enumerate(columns["finding_id"])}
        self._all = Counter(self._kinds)

    def count(self, standing: Mapping[str, Any], fixed: Mapping[str, int]) -> Count:
        """Count; ``standing`` says where touched findings stand, ``fixed`` what is gone."""
        rows = (
            self._rows[name]
            for name, each in standing.items()
            if name in self._rows and state_of(each) in EXPLAINED
        )
        settled = Counter(self._kinds[row] for row in rows)
        left = {
            severity: number - settled[(verdict, severity)]
            for (verdict, severity), number in self._all.items()
            if verdict == _MUST
        }
        return Count(
            {severity: number for severity, number in left.items() if number},
            int(fixed.get(_MUST, 0)),
            sum(number for (verdict, _), number in settled.items() if verdict == _MUST),
            sum(number for (verdict, _), number in self._all.items() if verdict != _MUST),
            sum(number for (verdict, _), number in settled.items() if verdict != _MUST),
        )


def state_of(standing: Any) -> str:
    """The word of the state of a standing."""
    state = getattr(standing, "state", standing)
    return str(getattr(state, "value", state))
