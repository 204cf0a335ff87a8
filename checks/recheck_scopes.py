"""How much of a package a rule must see to judge an object that was edited."""

from __future__ import annotations

from enum import Enum

from .findings import Family
from .standard import Standard

EVIDENCE = "evidence"
"""What rules read beside layers: photos, tracks and stores of field evidence."""


class Scope(str, Enum):
    """What a rule must see; the meanings are told in ``recheck.json`` of the rule set."""

    NEIGHBOURS = "neighbours"
    VILLAGE = "village"
    COUNTY = "county"
    EVIDENCE = "evidence"
    PACKAGE = "package"


class Scopes:
    """Scope and reading of every rule of a rule set."""

    def __init__(self, standard: Standard) -> None:
        facts = standard.data("recheck.json")
        self._rules: dict[str, str] = facts["rules"]
        self._families: dict[str, str] = facts["families"]
        self._reads: dict[str, list[str]] = facts["reads"]

    def of(self, rule: str, family: Family) -> Scope:
        """The scope of a rule; the safest, the whole package, where nothing is said."""
        told = self._rules.get(rule) or self._families.get(family.value) or Scope.PACKAGE.value
        return Scope(told)

    def reads(self, rule: str, family: Family) -> frozenset[str] | None:
        """Layers (and ``evidence``) that a rule reads; ``None`` for all."""
        told = self._reads.get(rule, self._reads.get(family.value))
        return None if told is None else frozenset(told)
