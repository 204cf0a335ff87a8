"""All that a rule may read: submission, baseline, standard, and measures.

Every measure is computed once, when a rule first asks for it; a rule never
opens a raster and never computes a measure of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from ..baseline import Baseline, Image
from ..progress import SILENT, Progress
from ..standard import Standard
from ..submission.submission import Submission
from ..table import Table

if TYPE_CHECKING:
    from .area import AreaMeasure
    from .change_parcels import ParcelChange
    from .control import ControlMeasure
    from .coverage import CoverageMeasure
    from .edges import EdgeMeasure
    from .frame import FrameMeasure
    from .heights import HeightMeasure
    from .history import HistoryMeasure
    from .image_file import ImageFile
    from .photo import PhotoMeasure
    from .photo_ground import PhotoGround
    from .photo_reuse import PhotoReuse
    from .rings_copies import CopyMeasure
    from .rings_lattice import LatticeMeasure
    from .rings_splits import SplitMeasure
    from .signatures_parcels import PictureMeasure
    from .spectra import SpectraMeasure
    from .sweep import TerrainMeasure
    from .track import TrackMeasure


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


class Case:
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
    def photos(self) -> PhotoMeasure | None:
        """Evidence photos brought to their parcels; ``None`` where there are none."""
        if not self.submission.photos and not self.submission.evidence:
            return None
        from .photo import measure_photos

        return measure_photos(self.submission, self.frame, self.progress)

    @cached_property
    def photo_ground(self) -> PhotoGround | None:
        """Photos on the terrain; ``None`` without DEM or without photos."""
        if self.photos is None:
            return None
        from .photo_ground import measure_ground

        return measure_ground(self.baseline.dem, self.photos, self.progress)

    @cached_property
    def photo_reuse(self) -> PhotoReuse | None:
        """The same pictures delivered more than once; ``None`` without photos."""
        if self.photos is None:
            return None
        from .photo_reuse import measure_reuse

        return measure_reuse(self.photos.photos, self.progress)

    @cached_property
    def tracks(self) -> TrackMeasure | None:
        """Receiver tracks of the field work; ``None`` where there are none."""
        if not self.submission.tracks:
            return None
        from .track import measure_tracks

        limits = self.standard.rules["tracks.drawn"].limits
        wkt = self.frame.wkt("DLTB")
        return measure_tracks(
            self.submission, self.parcels, wkt, self.baseline.dem, limits, self.progress
        )

    @cached_property
    def control(self) -> ControlMeasure | None:
        """Parcels against plans and approvals; ``None`` without parcels or control layers."""
        if self.parcels is None or not self.baseline.control:
            return None
        from .control import measure_control

        named = self.standard.data("control_layers.json")["submitted_approvals"]
        own = [table for table in map(self.layer, named) if table is not None]
        return measure_control(
            self.parcels,
            self.frame.wkt("DLTB"),
            self.baseline.control,
            own,
            self.baseline.previous,
            self.standard,
            float(self.standard.rules["control.farmland"].limits["least_width_m"]),
            self.progress,
        )

    @cached_property
    def history(self) -> HistoryMeasure | None:
        """Parcels against last year's; ``None`` where one of them is missing."""
        if self.parcels is None or self.baseline.previous is None:
            return None
        from .history import measure_history

        return measure_history(
            self.parcels,
            self.frame.wkt("DLTB"),
            self.baseline.previous,
            self.standard,
            self.progress,
        )

    @cached_property
    def heights(self) -> HeightMeasure | None:
        """Spot heights and contours against the DEM; ``None`` without DEM."""
        if not self.baseline.dem:
            return None
        from .heights import measure_heights

        return measure_heights(
            self.submission.layers, self.frame, self.baseline.dem, self.standard, self.progress
        )

    @cached_property
    def image(self) -> ImageFile | None:
        """The current trusted image, opened; ``None`` where none was given."""
        return self._image_of(self.baseline.image)

    @cached_property
    def image_previous(self) -> ImageFile | None:
        """The earlier trusted image, opened; ``None`` where none was given."""
        return self._image_of(self.baseline.image_previous)

    @cached_property
    def spectra(self) -> SpectraMeasure | None:
        """What the current image shows of every parcel; ``None`` without image."""
        table = self.parcels
        if self.image is None or table is None or table.geometry is None:
            return None
        from .spectra import measure_spectra

        return measure_spectra(table.measurable, self.frame.wkt("DLTB"), self.image, self.progress)

    @cached_property
    def picture(self) -> PictureMeasure | None:
        """Declared classes beside what the image shows; ``None`` without image."""
        table, spectra = self.parcels, self.spectra
        if table is None or spectra is None:
            return None
        from .signatures_groups import class_groups
        from .signatures_parcels import measure_picture

        return measure_picture(
            table,
            self.frame.wkt("DLTB"),
            spectra,
            class_groups(self.standard),
            self.baseline.previous,
            self.progress,
        )

    @staticmethod
    def _image_of(image: Image | None) -> ImageFile | None:
        if image is None:
            return None
        from .image_file import ImageFile

        return ImageFile(image)

    @cached_property
    def edges(self) -> EdgeMeasure | None:
        """Outlines of the parcels against the edges of the image; ``None`` without image."""
        table, image = self.parcels, self.baseline.image
        if image is None or table is None or table.geometry is None:
            return None
        from .edges import measure_edges
        from .edges_blocks import village_numbers

        return measure_edges(
            table.measurable,
            self.frame.wkt("DLTB"),
            image,
            village_numbers(list(table.text("ZLDWDM"))),
            progress=self.progress,
        )

    @cached_property
    def change(self) -> ParcelChange | None:
        """DLTB in two images and in last year's layer; ``None`` without two images."""
        table, baseline = self.parcels, self.baseline
        if table is None or not (baseline.image and baseline.image_previous):
            return None
        from .change_parcels import compare_parcels

        return compare_parcels(
            table, self.frame.wkt("DLTB"), self.standard, baseline, self.progress
        )

    @cached_property
    def lattice(self) -> LatticeMeasure | None:
        """How regular the outlines of the parcels are; ``None`` without parcels."""
        if self.parcels is None or self.parcels.geometry is None:
            return None
        from .rings_grids import lattice_of

        return lattice_of(
            self.parcels, self.coverage.plane(self.parcels), self.frame.wkt("DLTB"), self.baseline
        )

    @cached_property
    def copies(self) -> CopyMeasure | None:
        """Outlines of parcels copied from another place; ``None`` without parcels."""
        if self.parcels is None or self.parcels.geometry is None:
            return None
        from .rings_grids import copies_of

        return copies_of(
            self.parcels,
            self.coverage.plane(self.parcels),
            self.frame.wkt("DLTB"),
            self.baseline.previous,
        )

    @cached_property
    def splits(self) -> SplitMeasure | None:
        """Parcels cut below the smallest mapped area; ``None`` without parcels."""
        if self.parcels is None or self.parcels.geometry is None:
            return None
        from .rings_grids import splits_of

        return splits_of(self.parcels, self.coverage.plane(self.parcels), self.standard)

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
