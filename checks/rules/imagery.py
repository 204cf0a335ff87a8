"""The declared class against the picture."""

from __future__ import annotations

from ..standard import Standard
from .rule import Rule

_CLASSES: tuple[type[Rule], ...] = ()


def rules(standard: Standard) -> list[Rule]:
    """The rules of this family with their words and limits."""
    return [rule(standard.rules[rule.id]) for rule in _CLASSES]
