"""Findings as columns, filtered and ordered without touching Qt.

A hundred thousand findings are a hundred thousand rows of a few lists; a filter is one array of
row numbers.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]

FAMILIES = (
    "package",
    "schema",
    "codes",
    "logic",
    "topology",
    "area",
    "terrain",
    "heights",
    "imagery",
    "change",
    "boundary",
    "photos",
    "tracks",
    "control",
    "history",
    "statistics",
)
VERDICTS = ("inconsistent", "doubtful")
SEVERITIES = ("A", "B", "C", "D")
COLUMNS = (
    "fid",
    "finding_id",
    "rule_id",
    "family",
    "verdict",
    "severity",
    "layer",
    "object_id",
    "parcel_bsm",
    "score",
    "measured",
    "expected",
    "tolerance",
    "unit",
    "cause",
    "message_zh",
    "message_en",
)
ORDERS = ("worst", "family", "object")
_SEARCHED = ("object_id", "parcel_bsm", "rule_id", "layer", "cause", "message_zh", "message_en")
_ROWS_AT_ONCE = 5000


@dataclass(frozen=True)
class Filter:
    """What a person wants to see; an empty value means everything."""

    text: str = ""
    family: str = ""
    verdict: str = ""
    severity: str = ""


@dataclass(frozen=True)
class RuleCount:
    """One rule's row of ``rules_run``: counts with their denominators."""

    rule_id: str
    family: str
    tested: int
    findings: int
    not_checkable: int
    reason: str


@dataclass
class FindingTable:
    """All findings of one run, and how every rule of the set went."""

    columns: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in COLUMNS})
    rules: list[RuleCount] = field(default_factory=list)

    def __post_init__(self) -> None:
        columns = self.columns
        self._codes = {
            "family": _codes(columns["family"], FAMILIES),
            "verdict": _codes(columns["verdict"], VERDICTS),
            "severity": _codes(columns["severity"], SEVERITIES),
        }
        parts = zip(*(columns[name] for name in _SEARCHED))
        self._searched = ["\n".join(part or "" for part in row).casefold() for row in parts]
        self._orders = {order: self._order(order) for order in ORDERS}

    def __len__(self) -> int:
        return len(self.columns["fid"])

    def value(self, row: int, column: str) -> Any:
        """One cell."""
        return self.columns[column][row]

    def count(self, column: str) -> Counter[str]:
        """How many findings have each value of ``column``."""
        return Counter(self.columns[column])

    def rows(self, wanted: Filter, order: str = "worst") -> IntArray:
        """Row numbers of the findings wanted, in ``order``; shape ``(matches,)``."""
        keep = np.ones(len(self), dtype=bool)
        for name, known in (("family", FAMILIES), ("verdict", VERDICTS), ("severity", SEVERITIES)):
            value = getattr(wanted, name)
            if value:
                keep &= self._codes[name] == _codes([value], known)[0]
        needles = wanted.text.casefold().split()
        if needles:
            searched = self._searched
            rows = np.flatnonzero(keep)
            hit = [all(needle in searched[row] for needle in needles) for row in rows.tolist()]
            keep = np.zeros(len(self), dtype=bool)
            keep[rows[np.array(hit, dtype=bool)]] = True
        ordered = self._orders[order]
        return ordered[keep[ordered]]

    def _order(self, order: str) -> IntArray:
        verdict, severity = self._codes["verdict"], self._codes["severity"]
        score = -np.array([value or 0.0 for value in self.columns["score"]], dtype=np.float64)
        place = np.arange(len(self))
        if order == "worst":
            return np.lexsort((place, score, severity, verdict))
        if order == "family":
            return np.lexsort((place, score, severity, verdict, self._codes["family"]))
        names = ["\n".join(pair) for pair in zip(self.columns["layer"], self.columns["object_id"])]
        return np.array(sorted(range(len(names)), key=names.__getitem__), dtype=np.int64)


def _codes(values: list[str], known: tuple[str, ...]) -> IntArray:
    """Place of each value in ``known``; unknown values come last."""
    places = {name: place for place, name in enumerate(known)}
    return np.array([places.get(value, len(known)) for value in values], dtype=np.int64)


def read_findings(
    path: Path, stopped: Callable[[], bool] = lambda: False, at: Callable[[float], object] = float
) -> FindingTable | None:
    """Read a file of findings with one query per table; ``None`` when stopped on the way.

    Raises
    ------
    ValueError
        When the file is not one of findings.
    """
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    except sqlite3.Error as error:
        raise ValueError(str(error)) from error
    try:
        total = connection.execute("SELECT count(*) FROM findings").fetchone()[0]
        rows: list[tuple[Any, ...]] = []
        names = ", ".join(COLUMNS)
        cursor = connection.execute(f"SELECT {names} FROM findings ORDER BY fid")  # noqa: S608
        while True:
            part = cursor.fetchmany(_ROWS_AT_ONCE)
            if not part:
                break
            rows += part
            at(len(rows) / total)
            if stopped():
                return None
        rules = [
            RuleCount(*row)
            for row in connection.execute(
                "SELECT rule_id, family, tested, findings, not_checkable, coalesce(reason, '')"
                " FROM rules_run ORDER BY fid"
            )
        ]
    except sqlite3.Error as error:
        raise ValueError(str(error)) from error
    finally:
        connection.close()
    columns = {name: [row[place] for row in rows] for place, name in enumerate(COLUMNS)}
    for name in ("layer", "object_id", "parcel_bsm", "cause", "message_zh", "message_en", "unit"):
        columns[name] = [value or "" for value in columns[name]]
    return FindingTable(columns, rules)
