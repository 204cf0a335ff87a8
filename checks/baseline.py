"""What is trusted: terrain, imagery, last year's parcels, control layers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from .table import Table


class DemOrigin(str, Enum):
    """Whether the submission's heights may legitimately come from the DEM."""

    INDEPENDENT = "independent"
    SAME_SOURCE = "same_source"


@dataclass(frozen=True)
class Image:
    """A trusted image: file, date taken, and band numbers by role.

    ``bands`` maps ``red``, ``nir``, ``ndvi``, … to 1-based band numbers.
    """

    path: str
    taken: date | None = None
    bands: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Baseline:
    """The trusted one map, as far as it was given; rasters stay on disk."""

    dem: str = ""
    dem_origin: DemOrigin = DemOrigin.INDEPENDENT
    image: Image | None = None
    image_previous: Image | None = None
    previous: Table | None = None
    control: tuple[Table, ...] = ()
