"""All that a rule may read: submission, baseline, standard, and measures.

Every measure is computed once, when a rule first asks for it; a rule never
opens a raster and never computes a measure of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from ..baseline import Baseline
from ..progress import SILENT, Progress
from ..standard import Standard
from ..submission.submission import Submission
from ..table import Table
from .case_truth import TruthMeasures

if TYPE_CHECKING:
    from .area import AreaMeasure
    from .coverage import CoverageMeasure
    from .frame import FrameMeasure
    from .heights import HeightMeasure
    from .sweep import TerrainMeasure


@dataclass(frozen=True)
class Settings:
    """What a person may set about a run.

    ``ridge_coefficients`` is the county table of KCXS by (GDLX, GDPDJB);
    ``control_area`` the county's control area in m² (NaN: not known); empty
    or NaN values make the rules that need them *not checkable*.
    """

    campaign_start: date | None = None
    campaign_end: date | None = None
    ridge_coefficients: dict[tuple[str, str], float] = field(default_factory=dict)
    control_area: float = float("nan")
    seed: int = 0


class Case(TruthMeasures):
    """One submission beside its baseline, with measures taken on demand."""

    def __init__(
        self,
        submission: Submission,
        baseline: Baseline,
        standard: Standard,
        settings: Settings | None = None,
        progress: Progress = SILENT,
    ) -> None:
        self.submission = submission
        self.baseline = baseline
        self.standard = standard
        self.settings = settings or Settings()
        self.progress = progress
        self.known_shifted: frozenset[str] | None = None
        """Layers beside the DEM, where an earlier run has shown it for the same heights."""

    def layer(self, name: str) -> Table | None:
        """The delivered layer of that standard name, or ``None``."""
        return self.submission.layers.get(name)

    @cached_property
    def parcels(self) -> Table | None:
        """DLTB, or ``None`` when it was not delivered."""
        return self.layer("DLTB")

    @cached_property
    def frame(self) -> FrameMeasure:
        """In which frame the coordinates are declared and seem to be."""
        from .frame import measure_frame

        trusted = self.baseline
        images = [each.path for each in (trusted.image, trusted.image_previous) if each]
        return measure_frame(
            self.submission.layers,
            trusted.dem,
            self.standard,
            trusted.previous,
            images,
            trusted.control,
        )

    @cached_property
    def areas(self) -> AreaMeasure:
        """Ellipsoid and plane area of every polygon layer, from stored vertices."""
        from .area import measure_areas

        return measure_areas(self.submission.layers, self.frame, self.standard)

    @cached_property
    def coverage(self) -> CoverageMeasure:
        """Overlaps, gaps and containment of the polygon layers."""
        from .coverage import measure_coverage

        return measure_coverage(self.submission.layers, self.standard, self.progress)

    @cached_property
    def terrain(self) -> TerrainMeasure | None:
        """Slope and height statistics of every parcel; ``None`` without DEM."""
        return self._terrain_of("DLTB")

    @cached_property
    def slope_map(self) -> TerrainMeasure | None:
        """The same for every polygon of the delivered slope map PDT."""
        return self._terrain_of("PDT")

    @cached_property
    def heights(self) -> HeightMeasure | None:
        """Spot heights and contours against the DEM; ``None`` without DEM."""
        if not self.baseline.dem:
            return None
        from .heights import measure_heights

        return measure_heights(
            self.submission.layers, self.frame, self.baseline.dem, self.standard, self.progress
        )

    def _terrain_of(self, layer: str) -> TerrainMeasure | None:
        table = self.layer(layer)
        if not self.baseline.dem or table is None or table.geometry is None:
            return None
        from .sweep import measure_terrain

        return measure_terrain(
            table.measurable,
            self.frame.wkt(layer),
            self.baseline.dem,
            self.standard.slope_limits,
            progress=self.progress,
        )
