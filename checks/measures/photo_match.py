"""Which parcel a photo is of, from its row in the store or from its name.

Crews name photos by parcel number and running number (``<TBYBH>001.jpg``), put
them in a folder per parcel, or write the identifier somewhere in the name. A
number of 18 digits in a name is no accident; a short one may be.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from ..table import Table

_WORDS = re.compile(r"[0-9A-Za-z\u4e00-\u9fff]+")
_DIGITS = re.compile(r"\d{5,}")
_LONG = 10
_SEQUENCE = (3, 2, 4, 1)
"""How many digits of a running number may follow a parcel number, likeliest first."""


@dataclass(frozen=True)
class Match:
    """Rows of DLTB that a photo may be of, and whether the name leaves no doubt."""

    rows: tuple[int, ...] = ()
    sure: bool = False


NO_MATCH = Match()


class ParcelNames:
    """The names that parcels go by."""

    def __init__(self, parcels: Table | None) -> None:
        self._unique: dict[str, tuple[int, ...]] = {}
        self._numbers: dict[str, tuple[int, ...]] = {}
        self._short: dict[str, tuple[int, ...]] = {}
        self._lengths: frozenset[int] = frozenset()
        if parcels is None:
            return
        self._unique = _rows_by(parcels.object_ids)
        for number in ("TBYBH",):
            self._numbers.update(_rows_by(parcels.text(number)))
        self._short = _rows_by(parcels.text("TBBH"))
        self._lengths = frozenset(len(name) for name in self._unique)

    def of_row(self, values: dict[str, str]) -> Match:
        """The parcel of a row of FJ, from its own columns, else from its file name."""
        for name in ("JKBSM", "TBYBH"):
            said = values.get(name, "")
            if said and said in self._unique:
                return Match(self._unique[said], True)
        number = values.get("TBYBH", "")
        for names in (self._numbers, self._short):
            if number and number in names:
                return Match(names[number], True)
        return NO_MATCH

    def of_path(self, path: str) -> Match:
        """The parcel of a file, from its name, else from the folders above it."""
        pure = PurePosixPath(path)
        for part in (pure.stem, *reversed(pure.parts[:-1])):
            found = self._of_name(part)
            if found.rows:
                return found
        return NO_MATCH

    def _of_name(self, name: str) -> Match:
        for word in _words(name, self._lengths):
            if len(word) >= _LONG and word in self._unique:
                return Match(self._unique[word], True)
        leading = _leading(name)
        for word in leading:
            if word in self._unique:
                return Match(self._unique[word], True)
        for word in _words(name, frozenset()):
            if len(word) >= 5 and word in self._numbers:
                return Match(self._numbers[word], len(word) >= _LONG)
        for names in (self._numbers, self._short):
            for word in leading:
                if word in names:
                    return Match(names[word], False)
        return NO_MATCH


def _rows_by(names: Iterable[str]) -> dict[str, tuple[int, ...]]:
    out: dict[str, list[int]] = {}
    for row, name in enumerate(names):
        if name:
            out.setdefault(str(name), []).append(row)
    return {name: tuple(rows) for name, rows in out.items()}


def _words(name: str, lengths: frozenset[int]) -> Iterator[str]:
    """What in ``name`` may be an identifier: words, runs of digits, both without a tail."""
    words = [name, *_WORDS.findall(name), *_DIGITS.findall(name)]
    yield from words
    for word in words:
        for length in sorted(lengths, reverse=True):
            if length >= _LONG and len(word) > length:
                yield word[:length]
                yield word[-length:]
        for tail in _SEQUENCE:
            if len(word) > tail + 4 and word[-tail:].isdigit():
                yield word[:-tail]


def _leading(name: str) -> list[str]:
    """The name as a whole and up to a sign that parts it: where a short number may stand."""
    out = [name]
    for place, letter in enumerate(name):
        if not letter.isalnum() and place:
            out.append(name[:place])
    return out
