"""The rules of topology, in the order in which they are shown."""

from __future__ import annotations

from ..standard import Standard
from .rule import Rule
from .topology_fit import Cover, Gap, Overlap
from .topology_lines import (
    LineOnBoundary,
    LineTwice,
    LooseEnd,
    ShortLine,
    TownHole,
    TownOutline,
)
from .topology_shape import (
    DuplicateGeometry,
    FiniteCoordinates,
    MissingGeometry,
    SinglePart,
    ValidGeometry,
)
from .topology_small import Fragment, MinimumArea, Sliver
from .topology_vertices import OneSidedVertex, RepeatedVertex, ShortEdge, Spike
from .topology_within import ParcelInVillage, TownInDistrict, VillageCode, VillageInDistrict

_CLASSES: tuple[type[Rule], ...] = (
    MissingGeometry,
    FiniteCoordinates,
    ValidGeometry,
    SinglePart,
    DuplicateGeometry,
    Overlap,
    Gap,
    Cover,
    ParcelInVillage,
    VillageInDistrict,
    TownInDistrict,
    VillageCode,
    Fragment,
    Sliver,
    MinimumArea,
    Spike,
    ShortEdge,
    RepeatedVertex,
    OneSidedVertex,
    TownHole,
    TownOutline,
    LineOnBoundary,
    LineTwice,
    LooseEnd,
    ShortLine,
)


def rules(standard: Standard) -> list[Rule]:
    """The rules of this family with their words and limits."""
    return [rule(standard.rules[rule.id]) for rule in _CLASSES]
