"""Codes, identifiers, ranges and names: all rules of the family (QC 3104, 3105; L29, L30)."""

from __future__ import annotations

from ..findings import Family
from ..standard import Standard
from .codes_digits import IdentifierForm, ParcelNumber, UnitForm
from .codes_names import CodeNames
from .codes_place import CountyOfCodes, KnownUnit, SurveyYear
from .codes_tables import CodeValue, LandClassCode, ValueRange
from .codes_unique import UniqueIdentifier, UniqueParcelNumber
from .rule import Rule

_RULES: dict[str, type[Rule]] = {
    rule.id: rule
    for rule in (
        IdentifierForm,
        UniqueIdentifier,
        CountyOfCodes,
        LandClassCode,
        CodeValue,
        ValueRange,
        CodeNames,
        UnitForm,
        KnownUnit,
        ParcelNumber,
        UniqueParcelNumber,
        SurveyYear,
    )
}


def rules(standard: Standard) -> list[Rule]:
    """Every code rule of ``standard``, in the order of its data."""
    specs = (spec for spec in standard.rules.values() if spec.family is Family.CODES)
    return [_RULES[spec.id](spec) for spec in specs]
