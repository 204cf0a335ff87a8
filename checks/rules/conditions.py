"""Conditions written as data, decided for all rows of a layer at once.

A condition is a JSON object ``{FIELD: test, …}``; all tests must hold. A test
is one of

``"01*"`` or ``["0601", "08H*", ""]``
    the value matches one of the patterns (``*`` any ending, ``?`` one
    character, ``""`` the empty value);
``{"not": [...]}``
    it matches none of them;
``{"gt": 0}``, ``ge``, ``lt``, ``le``, ``eq``
    a number compared, several comparisons at once if need be; with
    ``"empty": 0`` an empty value counts as that;
``{"same": "FIELD"}``, ``{"differs": "FIELD"}``
    the same text as, or another text than, another field of the row.

A rule's case is ``{"when": condition, "then": condition, …}``.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from ..table import BoolArray, FloatArray
from .values import Values

_COMPARISONS: dict[str, Callable[[FloatArray, float], Any]] = {
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
    "eq": operator.eq,
}


@dataclass(frozen=True)
class Answer:
    """What a case says of every row; all of shape ``(rows,)``.

    ``applies``: the case speaks of the row and its values can be judged.
    ``violated``: it applies and does not hold. ``blocked``: it would apply,
    but a value involved is reported by another rule or is missing.
    """

    applies: BoolArray
    violated: BoolArray
    blocked: BoolArray


def fields_in(condition: dict[str, Any]) -> list[str]:
    """Every field that a condition reads, in order, each once."""
    names: dict[str, None] = {}
    for field, test in condition.items():
        names[field] = None
        if isinstance(test, dict):
            for other in (test.get("same"), test.get("differs")):
                if other:
                    names[other] = None
    return list(names)


def answer(values: Values, when: dict[str, Any], then: dict[str, Any]) -> Answer:
    """Decide one case for all rows of ``values``.

    Raises
    ------
    ValueError
        For a test that this module does not know: a fault of the rule set.
    """
    usable = np.ones(len(values), dtype=bool)
    for name in [*fields_in(when), *fields_in(then)]:
        usable &= values.sound(name)
        spec = values.specs.get(name)
        if spec is not None and spec.mandatory == "M":
            usable &= ~values.empty(name)
    speaks = holds(values, when)
    applies = speaks & usable
    violated = applies & ~holds(values, then)
    return Answer(applies, violated, speaks & ~usable)


def holds(values: Values, condition: dict[str, Any]) -> BoolArray:
    """Rows where every test holds; a test on an unsound value counts as held."""
    out = np.ones(len(values), dtype=bool)
    for field, test in condition.items():
        out &= _test(values, field, test) | ~values.sound(field)
    return out


def any_of(values: Values, conditions: list[dict[str, Any]]) -> BoolArray:
    """Rows where at least one of the conditions holds."""
    out = np.zeros(len(values), dtype=bool)
    for condition in conditions:
        out |= holds(values, condition)
    return out


def expected(test: Any) -> str:
    """What a test asks for, in signs that need no translation."""
    if isinstance(test, str):
        return test or "∅"
    if isinstance(test, list):
        return " | ".join(word or "∅" for word in test)
    if "not" in test:
        return "≠ " + expected(test["not"])
    signs = {"gt": "> ", "ge": "≥ ", "lt": "< ", "le": "≤ ", "eq": "= "}
    asked = [f"{sign}{test[name]:g}" for name, sign in signs.items() if name in test]
    if asked:
        return ", ".join(asked)
    if "same" in test:
        return f"= {test['same']}"
    if "differs" in test:
        return f"≠ {test['differs']}"
    raise ValueError(f"unknown test: {test}")


def _test(values: Values, field: str, test: Any) -> BoolArray:
    if isinstance(test, (str, list)):
        return values.where(field, _matcher(test))
    if "not" in test:
        return ~values.where(field, _matcher(test["not"]))
    if "same" in test:
        return np.asarray(values.text(field) == values.text(test["same"]), dtype=bool)
    if "differs" in test:
        return np.asarray(values.text(field) != values.text(test["differs"]), dtype=bool)
    number = values.number(field)
    if "empty" in test:
        number = np.where(values.empty(field), float(test["empty"]), number)
    asked = [name for name in _COMPARISONS if name in test]
    if not asked:
        raise ValueError(f"unknown test for {field}: {test}")
    out = np.ones(len(values), dtype=bool)
    with np.errstate(invalid="ignore", over="ignore"):
        for name in asked:
            out &= _COMPARISONS[name](number, float(test[name]))
    return out


def _matcher(patterns: str | Iterable[str]) -> Any:
    words = (patterns,) if isinstance(patterns, str) else tuple(patterns)
    return _compiled(words).fullmatch


@lru_cache(maxsize=512)
def _compiled(patterns: tuple[str, ...]) -> re.Pattern[str]:
    parts = (re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".") for pattern in patterns)
    return re.compile("|".join(f"(?:{part})" for part in parts), re.DOTALL)
