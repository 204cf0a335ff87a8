"""Edges of parcels against the picture; outlines made by a machine or copied."""

from __future__ import annotations

from ..standard import Standard
from .boundary_copies import CopiedRing, SplitBelowMinimum
from .boundary_displacement import BlockShift, LayerShift, ParcelShift
from .boundary_machine import ConstantSpacing, VertexGrid
from .rule import Rule

_CLASSES: tuple[type[Rule], ...] = (
    LayerShift,
    BlockShift,
    ParcelShift,
    VertexGrid,
    ConstantSpacing,
    CopiedRing,
    SplitBelowMinimum,
)


def rules(standard: Standard) -> list[Rule]:
    """The rules of this family with their words and limits."""
    return [rule(standard.rules[rule.id]) for rule in _CLASSES]
