"""The declared class against the picture."""

from __future__ import annotations

from ..standard import Standard
from .imagery_claims import UnconfirmedChange
from .imagery_class import ClassInPicture, Construction, Cropland
from .imagery_rare import RareClass
from .imagery_season import ImageOlder, PlantedButBare
from .rule import Rule

_CLASSES: tuple[type[Rule], ...] = (
    ClassInPicture,
    Cropland,
    Construction,
    PlantedButBare,
    ImageOlder,
    UnconfirmedChange,
    RareClass,
)


def rules(standard: Standard) -> list[Rule]:
    """The rules of this family with their words and limits."""
    return [rule(standard.rules[rule.id]) for rule in _CLASSES]
