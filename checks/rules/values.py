"""Attribute values of a delivered layer as rules read them.

What "empty", "sound" and "a number" mean is decided here, once: a wrong value
is reported by the one rule that owns it, and every other rule steps aside.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from ..measures.case import Case
from ..standard import FieldSpec, Standard
from ..table import BoolArray, FloatArray, IntArray, Table, TextArray

DRAFT = "draft"
_RANGE = re.compile(r"([\[(])\s*([^,]+),\s*([^\])]+)([\])])")
_Array = TypeVar("_Array")


class Values:
    """The columns of one layer, read with the standard beside them.

    All arrays have shape ``(rows,)``.
    """

    def __init__(self, table: Table, standard: Standard) -> None:
        self.table = table
        self.standard = standard
        self.specs = standard.fields_by_name.get(table.name, {})
        self._cache: dict[tuple[str, str], object] = {}

    def __len__(self) -> int:
        return len(self.table)

    def has(self, name: str) -> bool:
        """Whether the field was delivered."""
        return name in self.table.columns

    def is_number(self, name: str) -> bool:
        """Whether the standard wants a number here."""
        spec = self.specs.get(name)
        return spec is not None and spec.type in ("Float", "Int")

    def text(self, name: str) -> TextArray:
        """Stripped text, ``""`` where there is nothing, or only a word for nothing."""
        return self._kept("text", name, self._text)

    def distinct(self, name: str) -> tuple[IntArray, list[str]]:
        """Each row's place in the list of distinct texts, and that list."""
        return self._kept("distinct", name, self._distinct)

    def empty(self, name: str) -> BoolArray:
        """Rows where the field says nothing; all of them where it is missing."""
        return self._kept("empty", name, self._empty)

    def number(self, name: str) -> FloatArray:
        """Finite numbers, NaN for everything else."""
        return self._kept("number", name, self._number)

    def garbled(self, name: str) -> BoolArray:
        """Rows that say something where a number belongs, but no number."""
        return ~self.empty(name) & ~np.isfinite(self.number(name))

    def sound(self, name: str) -> BoolArray:
        """Rows whose value is empty or lies in the field's domain."""
        return self._kept("sound", name, self._sound)

    def where(self, name: str, holds: Callable[[str], bool]) -> BoolArray:
        """Rows whose text makes ``holds`` true, asked once per distinct text."""
        place, words = self.distinct(name)
        if not words:
            return np.zeros(len(self), dtype=bool)
        return np.array([holds(word) for word in words], dtype=bool)[place]

    def said(self, name: str, row: int) -> str:
        """The value of one row for a person, without float noise; ``""`` if empty."""
        if self.has(name) and self.table.columns[name].dtype.kind in "fiu":
            value = float(self.number(name)[row])
            if not np.isfinite(value):
                return ""
            spec = self.specs.get(name)
            decimals = spec.decimals if spec else 0
            plain = f"{value:.{decimals}f}"
            return plain if float(plain) == value else f"{value:.10g}"
        return str(self.text(name)[row])

    def _kept(self, what: str, name: str, make: Callable[[str], _Array]) -> _Array:
        key = (what, name)
        if key not in self._cache:
            self._cache[key] = make(name)
        return self._cache[key]  # type: ignore[return-value]

    def _text(self, name: str) -> TextArray:
        raw = self.table.text(name)
        nothing = self.standard.empty_words | self._own_empty_words(name)
        seen: dict[str, str] = {}
        for word in set(raw):
            seen[word] = "" if word.lower() in nothing else word
        if all(key == value for key, value in seen.items()):
            return raw
        return np.array([seen[word] for word in raw], dtype=object)

    def _own_empty_words(self, name: str) -> frozenset[str]:
        spec = self.specs.get(name)
        if spec is None or not spec.domain.startswith("codes:"):
            return frozenset()
        known = self.standard.domains.get(spec.domain.partition(":")[2], {})
        return frozenset(known.get("empty_words", ()))

    def _distinct(self, name: str) -> tuple[IntArray, list[str]]:
        places: dict[str, int] = {}
        text = self.text(name)
        row = np.fromiter(
            (places.setdefault(word, len(places)) for word in text), dtype=np.int64, count=len(text)
        )
        return row, list(places)

    def _empty(self, name: str) -> BoolArray:
        column = self.table.columns.get(name)
        if column is None:
            return np.ones(len(self), dtype=bool)
        if column.dtype.kind == "f":
            return np.isnan(column)
        if column.dtype.kind in "iu":
            return np.zeros(len(self), dtype=bool)
        return np.asarray(self.text(name) == "", dtype=bool)

    def _number(self, name: str) -> FloatArray:
        value = self.table.number(name)
        return np.where(np.isfinite(value), value, np.nan)

    def _sound(self, name: str) -> BoolArray:
        spec = self.specs.get(name)
        if spec is None or not self.has(name):
            return np.ones(len(self), dtype=bool)
        if self.table.has_problem("numeric_identifier", name):
            # Its last digits are lost in the source, as schema.field_type tells.
            return self.empty(name)
        kind, _, rest = spec.domain.partition(":")
        if kind == "classes":
            return self.where(name, lambda word: not word or word in self.standard.leaf_classes)
        if kind == "codes":
            table = self.standard.codes.get(rest, {})
            return self.where(name, lambda word: not word or is_current(table, word))
        if kind == "range":
            return self._in_range(name, spec, rest)
        if kind in ("digits", "bsm"):
            lengths = digit_lengths(spec)
            return self.where(name, lambda word: not word or is_digits(word, lengths))
        if self.is_number(name):
            return ~self.garbled(name) & self._fits(name, spec)
        return np.ones(len(self), dtype=bool)

    def _fits(self, name: str, spec: FieldSpec) -> BoolArray:
        """Rows whose number has no more digits than the standard's field holds."""
        if not spec.length:
            return np.ones(len(self), dtype=bool)
        with np.errstate(invalid="ignore"):
            return ~(np.abs(self.number(name)) >= 10.0 ** (spec.length - spec.decimals))

    def _in_range(self, name: str, spec: FieldSpec, rest: str) -> BoolArray:
        value = self.number(name)
        with np.errstate(invalid="ignore"):
            fits = in_range(value, rest) & self._fits(name, spec)
            if spec.mandatory != "M":
                # DBF and many exports write 0 where a conditional number says nothing.
                fits |= value == 0
        return self.empty(name) | fits


def values_of(case: Case, layer: str) -> Values | None:
    """The values of a delivered layer, made once per case; ``None`` if not delivered."""
    table = case.layer(layer)
    if table is None:
        return None
    kept: dict[str, Values] = case.__dict__.setdefault("_attribute_values", {})
    if layer not in kept or kept[layer].table is not table:
        kept[layer] = Values(table, case.standard)
    return kept[layer]


def delivered(case: Case) -> list[Values]:
    """Every delivered layer that the standard knows, in the standard's order."""
    found = (values_of(case, layer) for layer in case.standard.layers)
    return [values for values in found if values is not None]


def is_current(table: dict[str, dict[str, str]], code: str) -> bool:
    """Whether ``code`` is in a code table and no mere draft code."""
    return code in table and DRAFT not in table[code].get("version", "")


def is_digits(word: str, lengths: tuple[int, ...]) -> bool:
    """Whether ``word`` is plain ASCII digits of an allowed length (any if none)."""
    return word.isascii() and word.isdigit() and (not lengths or len(word) in lengths)


def digit_lengths(spec: FieldSpec) -> tuple[int, ...]:
    """How many digits the field's domain allows; empty: any number."""
    if spec.domain == "bsm":
        return (spec.length,)
    return tuple(int(n) for n in spec.domain.partition(":")[2].split("|") if n)


def in_range(value: FloatArray, text: str) -> BoolArray:
    """Whether numbers lie in a range written ``[0,1)``; shape of ``value``."""
    match = _RANGE.fullmatch(text)
    if match is None:
        raise ValueError(f"no range: {text}")
    low, high = float(match.group(2)), float(match.group(3))
    above = value >= low if match.group(1) == "[" else value > low
    below = value <= high if match.group(4) == "]" else value < high
    return np.asarray(above & below, dtype=bool)
