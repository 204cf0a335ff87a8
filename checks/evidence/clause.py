"""On what a rule rests: the standard's clause, a practice, or no more than our judgement."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..findings import Text
from ..standard import Standard
from .words import NOTHING, joined, same

_METHOD = re.compile(r"^[^;]*(?:19|20)\d\d")
_MARKS = re.compile(r"\s*\([^)]*\)")


def clause_of(standard: Standard, rule_id: str, facts: Mapping[str, Any]) -> Text:
    """What the rule asks, where that is said, and how sure that is; empty for an unknown rule.

    ``facts`` are ``clauses.json`` of the standard.
    """
    rule = standard.rules.get(rule_id)
    if rule is None:
        return NOTHING
    asked = facts["rules"].get(rule_id) or {"zh": rule.title.zh + "。", "en": rule.title.en + "."}
    named, methods = _sources(rule.source, facts["sources"])
    # "memory, high" and "found, unconfirmed" stand on what their first word says.
    footing = facts["footing"].get(rule.confidence.split(",")[0], facts["footing"]["judgement"])
    parts = [Text(asked["zh"], asked["en"])]
    if named:
        where = joined(*named, zh="、", en="; ")
        parts.append(Text(f"依据：{where.zh}。", f"Source: {where.en}."))
    if methods:
        where = joined(*methods, zh="、", en="; ")
        parts.append(Text(f"方法：{where.zh}。", f"Method: {where.en}."))
    parts.append(Text(footing["zh"], footing["en"]))
    return joined(*parts, zh="", en=" ")


def _sources(source: str, known: list[dict[str, str]]) -> tuple[list[Text], list[Text]]:
    """The named sources and the papers of a rule, each once, in their order."""
    named: dict[str, Text] = {}
    methods: dict[str, Text] = {}
    for part in source.split(";"):
        fragment = part.strip()
        fact = next((each for each in known if re.match(each["match"], fragment)), None)
        if fact is None:
            if _METHOD.match(fragment):
                methods.setdefault(fragment, same(_MARKS.sub("", fragment)))
        elif fact["kind"] == "method":
            methods.setdefault(fact["en"], Text(fact["zh"], fact["en"]))
        elif fact["zh"]:
            named.setdefault(fact["en"], Text(fact["zh"], fact["en"]))
    return list(named.values()), list(methods.values())
