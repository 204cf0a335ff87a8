"""What a run is asked to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from .baseline import DemOrigin
from .findings import Family


@dataclass(frozen=True)
class Options:
    """What ``onemap:verifysubmission`` is asked to do; names as in its parameters.

    ``families`` restricts the run to some families of rules (``None``: all);
    ``strict`` lets a programming error in a rule surface instead of being
    recorded as *not checkable*, for tests.
    """

    submission: Path
    findings: Path
    record: Path | None = None
    report: Path | None = None
    dem: str = ""
    dem_origin: DemOrigin = DemOrigin.INDEPENDENT
    imagery: str = ""
    imagery_date: date | None = None
    imagery_bands: str = ""
    imagery_previous: str = ""
    imagery_previous_date: date | None = None
    previous: str = ""
    control_layers: tuple[str, ...] = ()
    campaign_start: date | None = None
    campaign_end: date | None = None
    standard: str = ""
    ridge_coefficients: dict[tuple[str, str], float] = field(default_factory=dict)
    control_area: float = float("nan")
    families: tuple[Family, ...] | None = None
    seed: int = 0
    strict: bool = False
