"""What a person wants to see of the queue: one class per filter, each an array of yes and no."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import numpy as np

from ..finding_table import BoolArray, Coded, FindingTable
from .standing import StandingArrays

MANY = ("family", "severity", "verdict", "state", "village", "land_class")
"""Filters of which several values may be chosen at once."""
_KEPT = 48
_LONGEST = 200


@dataclass(frozen=True)
class Context:
    """What filters look at."""

    table: FindingTable
    standing: StandingArrays
    role: str = "reviewer"


@dataclass(frozen=True)
class Filter:
    """Base of all filters: hashable, so that what it keeps is reckoned but once."""

    by_standing = False
    """Whether decisions change what the filter keeps."""

    def mask(self, context: Context) -> BoolArray:
        """Rows kept, shape ``(rows,)``."""
        raise NotImplementedError


@dataclass(frozen=True)
class Among(Filter):
    """Findings whose value in a column is one of those wanted."""

    column: str
    values: tuple[str, ...]

    def mask(self, context: Context) -> BoolArray:
        column = column_of(context.table, self.column)
        if column is None:
            return np.ones(len(context.table), dtype=bool)
        return column.among(self.values)


@dataclass(frozen=True)
class InState(Filter):
    """Findings in one of some states of their lifecycle."""

    states: tuple[str, ...]
    by_standing = True

    def mask(self, context: Context) -> BoolArray:
        return context.standing.in_states(self.states)


@dataclass(frozen=True)
class Waiting(Filter):
    """Findings that this role still has to decide."""

    by_standing = True

    def mask(self, context: Context) -> BoolArray:
        return context.standing.waiting(context.role)


@dataclass(frozen=True)
class Disputed(Filter):
    """Findings on which two people differ."""

    by_standing = True

    def mask(self, context: Context) -> BoolArray:
        return context.standing.disputed


@dataclass(frozen=True)
class Mine(Filter):
    """Findings that the person has decided or was asked to look at."""

    by_standing = True

    def mask(self, context: Context) -> BoolArray:
        return context.standing.mine


@dataclass(frozen=True)
class New(Filter):
    """Findings that the submission before did not have."""

    by_standing = True

    def mask(self, context: Context) -> BoolArray:
        return context.standing.new


@dataclass(frozen=True)
class InExtent(Filter):
    """Findings whose envelope meets a rectangle, in the CRS of the findings."""

    west: float
    south: float
    east: float
    north: float

    def mask(self, context: Context) -> BoolArray:
        places = context.table.places
        if places is None:
            return np.ones(len(context.table), dtype=bool)
        west, south, east, north = places.envelopes.T
        # NaN compares as false: what has no place is in no extent.
        return np.asarray(
            (west <= self.east)
            & (east >= self.west)
            & (south <= self.north)
            & (north >= self.south)
        )


@dataclass(frozen=True)
class Says(Filter):
    """Findings that hold every word of a text."""

    text: str

    def mask(self, context: Context) -> BoolArray:
        found = context.table.text.search(self.text)
        assert found is not None  # nobody stops it here
        return found


_FLAGS: dict[str, Filter] = {
    "waiting": Waiting(),
    "disputed": Disputed(),
    "mine": Mine(),
    "new": New(),
}
FLAGS = tuple(_FLAGS)
"""Filters that are on or off."""


@dataclass(frozen=True)
class Wanted:
    """All that is wanted at once; an empty value means everything."""

    text: str = ""
    family: tuple[str, ...] = ()
    severity: tuple[str, ...] = ()
    verdict: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    village: tuple[str, ...] = ()
    land_class: tuple[str, ...] = ()
    waiting: bool = False
    disputed: bool = False
    mine: bool = False
    new: bool = False
    extent: tuple[float, float, float, float] | None = None

    def filters(self, without: str = "") -> list[Filter]:
        """The filters to apply, but for the one named ``without``."""
        out: list[Filter] = [
            Among(name, getattr(self, name))
            for name in MANY
            if name not in ("state", without) and getattr(self, name)
        ]
        if self.state and without != "state":
            out.append(InState(self.state))
        out += [one for name, one in _FLAGS.items() if getattr(self, name)]
        if self.extent is not None:
            out.append(InExtent(*self.extent))
        if self.text.split():
            out.append(Says(self.text))
        return out

    def without(self, name: str, value: str = "") -> Wanted:
        """The same with one filter, or one value of it, taken away."""
        if name in MANY and value:
            left: Any = tuple(one for one in getattr(self, name) if one != value)
        else:
            left = getattr(Wanted(), name)
        return replace(self, **{name: left})

    def to_json(self) -> dict[str, Any]:
        """As plain data, without what is meant for the moment only (the map's extent)."""
        plain = asdict(replace(self, extent=None))
        return {name: value for name, value in plain.items() if value}

    @classmethod
    def from_json(cls, data: Any) -> Wanted:
        """From plain data; what cannot be understood is left out."""
        if not isinstance(data, Mapping):
            return cls()
        told: dict[str, Any] = {}
        for name in MANY:
            values = data.get(name)
            if isinstance(values, Sequence) and not isinstance(values, str):
                told[name] = tuple(v for v in values if isinstance(v, str))[:_LONGEST]
        for name in FLAGS:
            told[name] = data.get(name) is True
        if isinstance(data.get("text"), str):
            told["text"] = data["text"][:_LONGEST]
        return cls(**told)


NAMES = tuple(one.name for one in fields(Wanted))


def column_of(table: FindingTable, name: str) -> Coded | None:
    """The column that a filter chooses from; ``None`` where the file does not tell it."""
    if name == "village":
        return None if table.facts is None else table.facts.village
    if name == "land_class":
        return None if table.facts is None else table.facts.land_class
    return table.coded.get(name)


class Masks:
    """What each filter keeps, remembered until it can be another."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Filter, int, str], BoolArray] = {}

    def clear(self) -> None:
        """Forget everything: the table is another one."""
        self._kept.clear()

    def mask(self, one: Filter, context: Context) -> BoolArray:
        """What one filter keeps."""
        version = context.standing.version if one.by_standing else -1
        key = (one, version, context.role if one.by_standing else "")
        found = self._kept.get(key)
        if found is None:
            found = one.mask(context)
            while len(self._kept) >= _KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = found
        return found

    def together(self, filters: Sequence[Filter], context: Context) -> BoolArray:
        """What all filters keep, shape ``(rows,)``."""
        keep = np.ones(len(context.table), dtype=bool)
        for one in filters:
            keep &= self.mask(one, context)
        return keep
