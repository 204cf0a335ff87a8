"""Findings as columns, filtered and ordered without touching Qt.

A hundred thousand findings are a hundred thousand rows of a few lists; what filters, orders and
groups them are arrays of numbers, made once in the thread that reads the file.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from .queue.search import TextIndex

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

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
ORDERS = ("minutes", "worst", "family", "object")
"""``minutes``: expected errors found per minute, see ``checks.review_order``."""
KNOWN: dict[str, tuple[str, ...]] = {
    "family": FAMILIES,
    "verdict": VERDICTS,
    "severity": SEVERITIES,
}
_CODED = ("family", "verdict", "severity", "rule_id", "parcel_bsm")
_SEARCHED = ("object_id", "parcel_bsm", "rule_id", "layer", "cause", "message_zh", "message_en")


@dataclass(frozen=True)
class RuleCount:
    """One rule's row of ``rules_run``: counts with their denominators."""

    rule_id: str
    family: str
    tested: int
    findings: int
    not_checkable: int
    reason: str


@dataclass(frozen=True)
class Coded:
    """A column as numbers: ``values[codes[row]]`` is the cell of a row."""

    values: tuple[str, ...]
    codes: npt.NDArray[np.int32]

    def among(self, wanted: Iterable[str]) -> BoolArray:
        """Rows whose value is one of ``wanted``, shape ``(rows,)``."""
        chosen = frozenset(wanted)
        hit = np.fromiter((value in chosen for value in self.values), bool, len(self.values))
        return np.asarray(hit[self.codes])

    def counts(self, rows: BoolArray | None = None) -> dict[str, int]:
        """How often each value occurs, among ``rows`` if given; values that do not are left out."""
        codes = self.codes if rows is None else self.codes[rows]
        found = np.bincount(codes, minlength=len(self.values))
        return {value: int(number) for value, number in zip(self.values, found) if number}


@dataclass(frozen=True)
class Places:
    """What the file knows of where findings lie.

    ``envelopes`` has west, south, east and north of every finding in the CRS ``wkt``, NaN where
    it has no place; shape ``(rows, 4)``.
    """

    envelopes: FloatArray
    wkt: str = ""


@dataclass(frozen=True)
class ParcelFacts:
    """Village and land class of every finding's parcel; empty where nothing is known of it."""

    village: Coded
    village_names: Mapping[str, str]
    land_class: Coded


@dataclass
class FindingTable:
    """All findings of one run, and how every rule of the set went.

    Attributes
    ----------
    risk
        Risk of the parcel of each finding, NaN where none is known; shape ``(rows,)``.
    places
        ``None`` where the file does not tell.
    facts
        ``None`` until they are read (``queue_reading.read_facts``), and where the file does not
        tell.
    """

    columns: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in COLUMNS})
    rules: list[RuleCount] = field(default_factory=list)
    risk: FloatArray | None = None
    places: Places | None = None
    facts: ParcelFacts | None = None

    def __post_init__(self) -> None:
        columns = self.columns
        self.coded = {name: coded(columns[name], KNOWN.get(name, ())) for name in _CODED}
        self._text: TextIndex | None = None
        self._making = threading.Lock()
        self.row_of = {name: row for row, name in enumerate(columns["finding_id"])}
        self.identifiers = np.array([*columns["finding_id"], None], dtype=object)[:-1]
        if self.risk is None:
            self.risk = np.full(len(self), np.nan)
        self.minutes: IntArray | None = None
        """Order by expected errors found per minute; ``None`` until somebody has reckoned it."""
        self._orders: dict[str, IntArray] = {}

    def __len__(self) -> int:
        return len(self.columns["fid"])

    def value(self, row: int, column: str) -> Any:
        """One cell."""
        return self.columns[column][row]

    def count(self, column: str) -> Counter[str]:
        """How many findings have each value of ``column``."""
        known = self.coded.get(column)
        return Counter(self.columns[column]) if known is None else Counter(known.counts())

    def ordered(self, order: str) -> IntArray:
        """All row numbers in ``order``; shape ``(rows,)``."""
        if order == "minutes" and self.minutes is not None:
            return self.minutes
        if order not in ORDERS[1:]:
            order = "worst"
        if order not in self._orders:
            self._orders[order] = self._order(order)
        return self._orders[order]

    @property
    def text(self) -> TextIndex:
        """What is searched; made when first asked for, for a large table not by the window."""
        with self._making:
            if self._text is None:
                self._text = TextIndex([self.columns[name] for name in _SEARCHED])
            return self._text

    def searched(self, text: str) -> bool:
        """Whether a text was searched for before, so that the answer is at hand."""
        return self._text is not None and self._text.known(text) is not None

    def make_ready(self) -> None:
        """Make what will be asked for sooner or later; for a thread of its own."""
        for order in ORDERS:
            self.ordered(order)
        self.text  # noqa: B018

    def rows(self, keep: BoolArray, order: str = "worst") -> IntArray:
        """Row numbers of the findings to ``keep``, in ``order``; shape ``(matches,)``."""
        ordered = self.ordered(order)
        return ordered[keep[ordered]]

    def _order(self, order: str) -> IntArray:
        verdict, severity = self.coded["verdict"].codes, self.coded["severity"].codes
        score = -np.array([value or 0.0 for value in self.columns["score"]], dtype=np.float64)
        place = np.arange(len(self))
        if order == "worst":
            return np.lexsort((place, score, severity, verdict))
        if order == "family":
            return np.lexsort((place, score, severity, verdict, self.coded["family"].codes))
        # Few layers and a number that grows along most files: sorting them apart is cheaper
        # than sorting pairs of text, and holds the interpreter for a shorter time.
        layer = ranks(coded(self.columns["layer"]))
        return np.lexsort((place, text_ranks(self.columns["object_id"]), layer))


def coded(values: Sequence[str], known: tuple[str, ...] = ()) -> Coded:
    """A column as numbers; ``known`` values come first, others as they appear."""
    places = {value: place for place, value in enumerate(dict.fromkeys((*known, *values)))}
    codes = np.fromiter(map(places.__getitem__, values), dtype=np.int32, count=len(values))
    return Coded(tuple(places), codes)


def ranks(column: Coded) -> IntArray:
    """Place of every row's value among the sorted values; shape ``(rows,)``."""
    order = sorted(range(len(column.values)), key=column.values.__getitem__)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return np.asarray(rank[column.codes])


def text_ranks(values: Sequence[str]) -> IntArray:
    """Numbers that sort as the texts do; shape ``(rows,)``.

    NumPy sorts fixed-width text without holding the interpreter; a text longer than most would
    make all of them wide, so that only the beginnings are sorted there.
    """
    if not len(values):
        return np.empty(0, dtype=np.int64)
    heads = np.array([value[:_HEAD] for value in values])
    _, head = np.unique(heads, return_inverse=True)
    rank = np.asarray(head, dtype=np.int64).reshape(-1)
    long = [row for row, value in enumerate(values) if len(value) > _HEAD]
    if not long:
        return rank
    tail = np.zeros(len(values), dtype=np.int64)
    tail[sorted(long, key=values.__getitem__)] = np.arange(1, len(long) + 1)
    order = np.lexsort((tail, rank))
    step = np.diff(rank[order], prepend=-1) + np.diff(tail[order], prepend=0)
    out = np.empty(len(values), dtype=np.int64)
    out[order] = np.cumsum(step != 0)
    return out


_HEAD = 24
