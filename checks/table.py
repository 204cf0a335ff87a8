"""A layer as columns: ids as text, geometries as an array, attributes as arrays.

A row becomes an object only when a finding is written.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from .findings import Text

TextArray = npt.NDArray[np.object_]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
GeometryArray = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Field:
    """A field as the source declares it.

    ``name`` is the standard's name (upper case, aliases resolved),
    ``source_name`` what the file calls it. ``kind`` is one of ``text``,
    ``integer``, ``real``, ``date``, ``binary``; ``width`` and ``decimals`` are
    0 where the format does not say.
    """

    name: str
    source_name: str
    kind: str
    width: int = 0
    decimals: int = 0


@dataclass(frozen=True)
class RowProblem:
    """A row that could be read only in part; the rest of the layer goes on.

    ``row`` is -1 where the whole layer is meant; ``field`` names the field
    concerned, if it is one. ``kind`` is a stable word:

    ``missing_geometry``
        No geometry at all, or an empty one.
    ``broken_geometry``
        Bytes that are no geometry: cut off, a ring of three points, a kind
        that the layer cannot hold.
    ``nan_coordinates``
        Coordinates that are no numbers, or larger than any place on Earth.
    ``linearised_curve``
        Stored as true curves, read as short straight edges: areas and
        vertices are not exactly those of the source.
    ``bad_text``
        Text in no known encoding; what could not be read became U+FFFD.
    ``numeric_identifier``
        Identifiers stored as floating-point numbers, which hold no more than
        15 digits: the last digits are lost in the source itself.
    ``unreadable_row``
        The file ended or was damaged before this row.
    """

    row: int
    kind: str
    detail: Text
    field: str = ""


@dataclass
class Table:
    """One delivered layer.

    Attributes
    ----------
    name
        Standard layer name (``DLTB``).
    source
        Where it was read from, relative to the package, for people.
    fields
        Declared fields by standard name, in file order.
    columns
        By standard name, arrays of length ``n``: text and dates as ``object``
        (``None`` where null; dates as ISO text), numbers as ``float64`` (NaN
        where null). Identifiers and codes are text even where the source
        declares a number.
    geometry
        ``object`` array of Shapely geometries, ``None`` where missing or
        unreadable; ``None`` for a table without geometry. Never repaired: only
        a collection of one polygon becomes that polygon, and polygons lose Z
        and M (points and lines keep them).
    row_ids
        Feature ids of the source.
    wkt
        CRS as WKT with data axis order east, north; empty where not declared.
    geometry_type
        What the rows are: ``point``, ``line``, ``polygon``; empty where the
        layer holds no geometry.
    problems
        Rows, and the layer itself, that could be read only in part.
    """

    name: str
    source: str
    fields: dict[str, Field]
    columns: dict[str, npt.NDArray[Any]]
    geometry: GeometryArray | None
    row_ids: IntArray
    wkt: str = ""
    geometry_type: str = ""
    problems: list[RowProblem] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.row_ids)

    def text(self, name: str) -> TextArray:
        """Column ``name`` as stripped text, ``""`` where null or absent."""
        cache: dict[str, TextArray] = self.__dict__.setdefault("_text", {})
        if name not in cache:
            cache[name] = _as_text(self.columns.get(name), len(self))
        return cache[name]

    def number(self, name: str) -> FloatArray:
        """Column ``name`` as ``float64``, NaN where null, absent or no number."""
        cache: dict[str, FloatArray] = self.__dict__.setdefault("_number", {})
        if name not in cache:
            cache[name] = _as_number(self.columns.get(name), len(self))
        return cache[name]

    def has_problem(self, kind: str, name: str = "") -> bool:
        """Whether any row or the layer has a problem of ``kind`` (in field ``name``)."""
        return any(p.kind == kind and name in ("", p.field) for p in self.problems)

    @property
    def whole(self) -> bool:
        """Whether every row of the source could be read, attributes and all."""
        return not self.has_problem("unreadable_row")

    @cached_property
    def object_ids(self) -> TextArray:
        """BSM where the layer has one, else F_ID, else the row id, as text."""
        ids = np.array([str(i) for i in self.row_ids], dtype=object)
        for name in ("F_ID", "BSM"):
            if name in self.columns:
                named = self.text(name)
                ids = np.where(named != "", named, ids)
        return ids

    @cached_property
    def measurable(self) -> GeometryArray:
        """The geometries that are :attr:`usable`, ``None`` in place of the others."""
        out = np.full(len(self), None, dtype=object)
        if self.geometry is not None:
            out[self.usable] = self.geometry[self.usable]
        return out

    @cached_property
    def usable(self) -> BoolArray:
        """Rows whose geometry can be measured: present, not empty, valid."""
        if self.geometry is None:
            return np.zeros(len(self), dtype=bool)
        return (
            ~shapely.is_missing(self.geometry)
            & ~shapely.is_empty(self.geometry)
            & shapely.is_valid(self.geometry)
        )


def _as_text(column: npt.NDArray[Any] | None, length: int) -> TextArray:
    out = np.full(length, "", dtype=object)
    if column is None:
        return out
    if column.dtype == object:
        for i, value in enumerate(column):
            if value is not None:
                out[i] = str(value).strip()
        return out
    if column.dtype.kind == "f":
        for i in np.flatnonzero(np.isfinite(column)):
            out[i] = format(column[i], ".15g")
        return out
    return column.astype(str).astype(object)


def _as_number(column: npt.NDArray[Any] | None, length: int) -> FloatArray:
    if column is None:
        return np.full(length, np.nan)
    if column.dtype.kind in "fiu":
        return column.astype(np.float64)
    out = np.full(length, np.nan)
    for i, value in enumerate(column):
        if value is None or value == "":
            continue
        try:
            out[i] = float(value)
        except (TypeError, ValueError):
            continue
    return out


def sums_by(index: IntArray, values: npt.NDArray[Any], count: int) -> FloatArray:
    """Sum of ``values`` for each number 0 … ``count`` - 1 in ``index``, shape ``(count,)``."""
    return np.bincount(index, values, count).astype(np.float64, copy=False)
