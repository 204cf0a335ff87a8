"""Groups of land classes that can be told apart from above, as data of the standard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from ..findings import Text
from ..standard import Standard
from ..table import BoolArray, IntArray, TextArray


@dataclass(frozen=True)
class ClassGroups:
    """The groups, and which group a land class belongs to (``class_groups.json``).

    Attributes
    ----------
    names
        Stable words of the groups; arrays count groups in this order.
    titles
        What people call them, with the code: ``03 林地``.
    alike
        Shape ``(groups, groups)``: groups that may honestly look like one another.
    certain
        Shape ``(groups, groups)``, declared × seen: contradictions that no
        season or custom explains.
    """

    names: tuple[str, ...]
    titles: tuple[Text, ...]
    alike: BoolArray
    certain: BoolArray
    codes: dict[str, dict[str, Any]]

    def of(self, codes: TextArray) -> tuple[IntArray, BoolArray]:
        """Group of each DLBM (-1: none known) and whether it has the look of its group."""
        group = np.full(len(codes), -1, dtype=np.int64)
        typical = np.zeros(len(codes), dtype=bool)
        words, place = np.unique(codes.astype(str), return_inverse=True)
        for number, word in enumerate(words):
            fact = self.fact(word)
            if fact is not None:
                rows = place == number
                group[rows] = self.names.index(fact["group"])
                typical[rows] = bool(fact.get("typical", True))
        return group, typical

    def unsaid(self, codes: TextArray, group: IntArray, taken: date | None) -> BoolArray:
        """Groups that no parcel's class is held against, shape ``(n, groups)``.

        Those that the parcel's group may look like, and its class at the date
        of the image (at any, where the date is not known).
        """
        out = np.zeros((len(codes), len(self.names)), dtype=bool)
        known = group >= 0
        out[known] = self.alike[group[known]]
        words, place = np.unique(codes.astype(str), return_inverse=True)
        for number, word in enumerate(words):
            fact = self.fact(word) or {}
            months = fact.get("months")
            if taken is None or not months or taken.month in months:
                for other in fact.get("alike", ()):
                    out[place == number, self.names.index(other)] = True
        return out

    def fact(self, code: str) -> dict[str, Any] | None:
        """What is said of the longest prefix of ``code``."""
        for length in range(len(code), 1, -1):
            if code[:length] in self.codes:
                return self.codes[code[:length]]
        return None


def class_groups(standard: Standard) -> ClassGroups:
    """Read the groups of a standard."""
    data = standard.data("class_groups.json")
    names = tuple(data["groups"])
    facts = data["groups"].values()
    titles = tuple(Text(f.get("zh", ""), f.get("en", "")) for f in facts)
    alike = np.zeros((len(names), len(names)), dtype=bool)
    for pair in data["alike"]:
        one, other = names.index(pair["one"]), names.index(pair["other"])
        alike[one, other] = alike[other, one] = True
    certain = np.zeros_like(alike)
    for pair in data["certain"]:
        certain[names.index(pair["declared"]), names.index(pair["seen"])] = True
    return ClassGroups(names, titles, alike, certain, data["codes"])
