"""Every rule of a rule set, in the order in which families are run."""

from __future__ import annotations

from ..findings import Family
from ..standard import Standard
from . import (
    area,
    boundary,
    change,
    codes,
    control,
    heights,
    history,
    imagery,
    logic,
    package,
    photos,
    schema,
    statistics,
    terrain,
    topology,
    tracks,
)
from .rule import Rule

_MODULES = {
    Family.PACKAGE: package,
    Family.SCHEMA: schema,
    Family.CODES: codes,
    Family.LOGIC: logic,
    Family.TOPOLOGY: topology,
    Family.AREA: area,
    Family.TERRAIN: terrain,
    Family.HEIGHTS: heights,
    Family.IMAGERY: imagery,
    Family.CHANGE: change,
    Family.BOUNDARY: boundary,
    Family.PHOTOS: photos,
    Family.TRACKS: tracks,
    Family.CONTROL: control,
    Family.HISTORY: history,
    Family.STATISTICS: statistics,
}

FAMILIES: tuple[Family, ...] = tuple(_MODULES)
"""Families that this version has rules for."""


def rules_of(standard: Standard) -> list[Rule]:
    """All rules of ``standard``, family by family, each in its data's order.

    Raises
    ------
    KeyError
        When the standard's data lacks the words of a rule: a fault of the
        rule set, never of a submission.
    """
    return [rule for module in _MODULES.values() for rule in module.rules(standard)]
