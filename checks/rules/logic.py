"""Logic between attributes: the rules of ``logic_rules`` (L01–L20, L25–L38).

Most of them are conditions written as data (``rules/logic.json``) and share
one class; those that need sums, geometry or last year's layer have their own.
L21–L24 are sums of areas (``area``), L37 is a matter of shape (``topology``),
L29 and L30 of codes (``codes``); L39 contradicts itself and was not adopted.
"""

from __future__ import annotations

from ..findings import Family
from ..standard import Standard
from .condition_rule import ConditionRule
from .logic_deduction import DeductedArea, NetArea, UpdatedDeduction
from .logic_previous import Conservation, OldState
from .logic_ridge import RidgeCoefficient, RidgeMajority
from .logic_update import ActionAndIds, CroplandFlow, UpdateYear
from .logic_width import LinearWidth
from .rule import Rule

_OWN: dict[str, type[Rule]] = {
    rule.id: rule
    for rule in (
        RidgeCoefficient,
        RidgeMajority,
        DeductedArea,
        NetArea,
        LinearWidth,
        Conservation,
        UpdatedDeduction,
        ActionAndIds,
        OldState,
        UpdateYear,
        CroplandFlow,
    )
}


def rules(standard: Standard) -> list[Rule]:
    """Every logic rule of ``standard``, in the order of its data.

    A rule that the data give cases is judged by them, so that a new year can
    change, add or drop conditions without code.

    Raises
    ------
    KeyError
        When the data name a rule that is neither made of cases nor known here.
    """
    found: list[Rule] = []
    for rule_id, spec in standard.rules.items():
        if spec.family is Family.LOGIC:
            found.append(ConditionRule(spec) if spec.cases else _OWN[rule_id](spec))
    return found
