"""What goes into a template: tables, maps and values, one section a page design."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Column:
    """A column: its heading, its share of the width, and whether it holds numbers."""

    heading: str
    share: float = 1.0
    number: bool = False


@dataclass(frozen=True)
class Sheet:
    """A table: every cell is plain text; ``strong`` are the numbers of rows to stand out."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    strong: frozenset[int] = frozenset()


@dataclass(frozen=True)
class MapPicture:
    """A map that was drawn beforehand.

    ``extent`` is west, south, east, north in ``wkt``; the picture lies in ``path``.
    """

    path: Path
    extent: tuple[float, float, float, float]
    wkt: str


@dataclass(frozen=True)
class Section:
    """One use of a page design; ``parts`` by the ids of the template's items.

    What the template has and ``parts`` has not (a table, a map) is left out, with its heading;
    what ``parts`` has and the template has not is not printed.
    """

    design: int
    values: Mapping[str, Any] = field(default_factory=dict)
    parts: Mapping[str, Any] = field(default_factory=dict)
