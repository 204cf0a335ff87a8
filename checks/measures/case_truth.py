"""Measures of truth: pictures, outlines, photos, tracks, plans and last year.

A part of :class:`.case.Case`, apart only for its length.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ..baseline import Baseline, Image
from ..progress import Progress
from ..standard import Standard
from ..submission.submission import Submission
from ..table import Table

if TYPE_CHECKING:
    from .change_parcels import ParcelChange
    from .control import ControlMeasure
    from .coverage import CoverageMeasure
    from .edges import EdgeMeasure
    from .frame import FrameMeasure
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
    from .track import TrackMeasure


class TruthMeasures:
    """What the case measures of the outside world, each once and on demand."""

    submission: Submission
    baseline: Baseline
    standard: Standard
    progress: Progress

    if TYPE_CHECKING:

        def layer(self, name: str) -> Table | None:
            """The delivered layer of that standard name."""

        @property
        def parcels(self) -> Table | None:
            """DLTB."""

        @property
        def frame(self) -> FrameMeasure:
            """Frame of the coordinates."""

        @property
        def coverage(self) -> CoverageMeasure:
            """Topology of the polygon layers."""

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

        signs = self.standard.data("track_signs.json")
        wkt = self.frame.wkt("DLTB")
        return measure_tracks(
            self.submission, self.parcels, wkt, self.baseline.dem, signs, self.progress
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
        from .edges import clear_boundary, measure_edges
        from .edges_blocks import village_numbers

        return measure_edges(
            table.measurable,
            self.frame.wkt("DLTB"),
            image,
            village_numbers(list(table.text("ZLDWDM"))),
            spectra=self.spectra,
            tolerance=clear_boundary(self.standard),
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
