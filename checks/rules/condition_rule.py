"""A rule that is nothing but conditions written as data."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..findings import Finding, Severity, Text, Verdict
from ..measures.case import Case
from ..standard import RuleSpec
from ..table import BoolArray
from .conditions import Answer, answer, expected, fields_in
from .rule import Judgement, Rule
from .values import Values, values_of

OWNED_ELSEWHERE = Text(
    "相关字段的值另有规则报告（代码、取值范围或必填）",
    "A value involved is reported by another rule (code, range or mandatory field)",
)

_HABITS = "codes.value"
"""The rule whose limits say from when on errors are a habit."""


def missing_field(layer: str, fields: list[str]) -> Text:
    """The reason for a rule that finds its fields missing."""
    names = "、".join(fields)
    return Text(f"{layer} 缺少字段 {names}", f"{layer} lacks the field {', '.join(fields)}")


def missing_layers(layers: tuple[str, ...]) -> Text:
    """The reason for a rule none of whose layers was delivered."""
    return Text(
        f"成果中没有 {'、'.join(layers)} 图层", f"The package has no {' or '.join(layers)} layer"
    )


class ConditionRule(Rule):
    """Judges every case of its data on every layer that it is meant for.

    One row yields at most one finding per key (the field in question), from
    the first case that it breaks.
    """

    def __init__(self, spec: RuleSpec) -> None:
        super().__init__(spec)
        # One class serves many rules, so both come from the data.
        self.id = spec.id  # type: ignore[misc]
        self.family = spec.family  # type: ignore[misc]

    def judge(self, case: Case) -> Judgement:
        """Judge every delivered layer that the rule is meant for."""
        out = Judgement()
        found = [values_of(case, layer) for layer in self.spec.layers]
        if not any(found):
            return out.skip(0, missing_layers(self.spec.layers))
        for values in found:
            if values is not None:
                self._judge_layer(case, values, out)
        return out

    def _judge_layer(self, case: Case, values: Values, out: Judgement) -> None:
        tested = np.zeros(len(values), dtype=bool)
        blocked: list[tuple[BoolArray, Text]] = []
        reported: set[tuple[int, str]] = set()
        for fact in self.spec.cases:
            if not _in_its_year(fact, case.submission.year):
                continue
            said, reason = _ask(values, fact)
            tested |= said.applies
            blocked.append((said.blocked, reason))
            key = fact.get("key") or next(iter(fact["then"]))
            if self._is_habit(case, said):
                out.findings.append(self._habit(values, key, fact, said))
                reported.update((int(row), key) for row in np.flatnonzero(said.violated))
                continue
            for row in np.flatnonzero(said.violated):
                if (int(row), key) not in reported:
                    reported.add((int(row), key))
                    out.findings.append(self._finding(values, int(row), key, fact))
        out.tested += int(tested.sum())
        counted = tested.copy()
        for rows, reason in blocked:
            count = int((rows & ~counted).sum())
            counted |= rows
            if count:
                out.skip(count, reason)

    def _is_habit(self, case: Case, said: Answer) -> bool:
        """Whether nearly all rows that the case speaks of break it: one mistake, told once."""
        habits = case.standard.rules[_HABITS].limits
        least = max(
            float(habits["habit_rows"]), float(habits["habit_share"]) * int(said.applies.sum())
        )
        return bool(said.violated.sum() >= least)

    def _habit(self, values: Values, key: str, fact: dict[str, Any], said: Answer) -> Finding:
        table, rows = values.table, np.flatnonzero(said.violated)
        first = min(rows.tolist(), key=lambda row: (str(table.object_ids[row]), row))
        one = self._finding(values, first, key, fact)
        applying = int(said.applies.sum())
        return self.finding_about(
            table.name,
            key,
            Text(
                f"{table.name} 适用的 {applying} 个要素中有 {len(rows)} 个如此：{one.message.zh}",
                f"So do {len(rows)} of the {applying} objects of {table.name} concerned: "
                f"{one.message.en}",
            ),
            verdict=one.verdict,
            severity=one.severity,
            where=one.where,
            measured=one.measured,
            expected=one.expected,
            cause=one.cause,
            key=f"{key} {_wanted(fact['then'])}",
            evidence={
                "rows": len(rows),
                "concerned": applying,
                "first": sorted(str(name) for name in table.object_ids[rows])[:10],
            },
        )

    def _finding(self, values: Values, row: int, key: str, fact: dict[str, Any]) -> Finding:
        then: dict[str, Any] = fact["then"]
        names = list(dict.fromkeys([*fields_in(fact["when"]), *fields_in(then)]))
        said = {name: values.said(name, row) for name in names}
        wanted = _wanted(then)
        message = Text(fact["message"]["zh"], fact["message"]["en"])
        filled = Text(
            message.zh.format(
                id=values.table.object_ids[row],
                expected=wanted,
                **{name: value or "空" for name, value in said.items()},
            ),
            message.en.format(
                id=values.table.object_ids[row],
                expected=wanted,
                **{name: value or "empty" for name, value in said.items()},
            ),
        )
        fields = list(then)
        measured = (
            said[fields[0]]
            if len(fields) == 1
            else "; ".join(f"{name}={said[name]}" for name in fields)
        )
        return self.finding(
            values.table,
            row,
            filled,
            verdict=Verdict(fact["verdict"]) if "verdict" in fact else None,
            severity=Severity(fact["severity"]) if "severity" in fact else None,
            measured=measured,
            expected=wanted,
            cause=fact.get("cause", ""),
            key=key,
            evidence=said,
        )


def _ask(values: Values, fact: dict[str, Any]) -> tuple[Answer, Text]:
    """The answer to one case, and why rows are blocked if they are."""
    layer = values.table.name
    missing = [name for name in fields_in(fact["when"]) if not values.has(name)]
    nobody = np.zeros(len(values), dtype=bool)
    if missing:
        return Answer(nobody, nobody, ~nobody), missing_field(layer, missing)
    said = answer(values, fact["when"], fact["then"])
    missing = [name for name in fields_in(fact["then"]) if not values.has(name)]
    if missing:
        return Answer(nobody, nobody, said.applies | said.blocked), missing_field(layer, missing)
    return said, OWNED_ELSEWHERE


def _wanted(then: dict[str, Any]) -> str:
    """What a condition asks for, in signs that need no translation."""
    if len(then) == 1:
        return expected(next(iter(then.values())))
    return "; ".join(f"{name} {expected(test)}" for name, test in then.items())


def _in_its_year(fact: dict[str, Any], year: int) -> bool:
    """Whether a dated case holds for the package; an unknown year (0) counts as early."""
    return year < int(fact.get("before_year", 9999))
