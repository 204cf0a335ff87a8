"""Reasons for decisions: standard phrases, and those given lately."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from ....processing_provider.language import is_chinese
from ....services import settings

PHRASES = Path(__file__).resolve().parents[3] / "resources" / "review" / "reasons.json"
_RECENT = 8
_RULES = 200


@lru_cache(maxsize=1)
def _phrases() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(PHRASES.read_text(encoding="utf-8"))
    return data


def standard(kind: str, cause: str = "", family: str = "") -> list[str]:
    """Standard phrases for what is decided, those for the cause first."""
    known = _phrases().get(kind, {})
    found = [
        *known.get("cause", {}).get(cause, []),
        *known.get("family", {}).get(family, []),
        *known.get("any", []),
    ]
    language = "zh" if is_chinese() else "en"
    return list(dict.fromkeys(phrase[language] for phrase in found))


def recent(kind: str) -> list[str]:
    """Reasons given lately for what is decided, the last one first."""
    return [str(text) for text in settings.RECENT_REASONS.get().get(kind, [])]


def usual(kind: str, rule: str) -> str:
    """The reason this person gave last for the same decision about the same rule."""
    return str(settings.REASON_BY_RULE.get().get(f"{kind}|{rule}", ""))


def remember(kind: str, rules: list[str], text: str) -> None:
    """Keep a reason that was given."""
    text = text.strip()
    if not kind or not text:
        return
    kept = settings.RECENT_REASONS.get()
    before = [old for old in kept.get(kind, []) if old != text]
    settings.RECENT_REASONS.set({**kept, kind: [text, *before][:_RECENT]})
    by_rule = settings.REASON_BY_RULE.get()
    for rule in rules:
        by_rule.pop(f"{kind}|{rule}", None)
        by_rule = {**by_rule, f"{kind}|{rule}": text}
    settings.REASON_BY_RULE.set(dict(list(by_rule.items())[-_RULES:]))
