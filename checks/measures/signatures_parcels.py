"""Declared classes of a submission against signatures of the trusted parcels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely

from ..grid import Grid
from ..placing import Placing
from ..progress import SILENT, Progress
from ..table import BoolArray, FloatArray, GeometryArray, IntArray, Table
from .image_file import ImageFile
from .signatures import SignatureMeasure, measure_signatures
from .signatures_features import features
from .signatures_groups import ClassGroups
from .signatures_judged import Samples
from .spectra import SpectraMeasure, measure_spectra
from .sweep import bounds_of

LEAST_CLEAR = 0.7
LEAST_CELLS = 8.0
"""A parcel of fewer clear cells, or largely hidden, is neither learned from nor judged."""

WRONG_BEFOREHAND = 0.05
"""Chance that a declared class is wrong before the picture is looked at. Ten times
what audits find: acceptance shall not rest on trust."""


@dataclass(frozen=True)
class PictureMeasure:
    """What the current image shows of the classes of ``n`` parcels.

    The continuous test statistic is ``signatures.judged.suspicion``.

    Attributes
    ----------
    groups
        Groups of classes that can be told apart from above.
    declared, typical
        Shape ``(n,)``: group of the declared class (-1: none), and whether the
        class has the look of its group.
    signatures
        ``None`` where fewer than two groups could be learned.
    from_previous
        Learned from last year's one map, not from the submission itself.
    wrong
        Shape ``(n,)``: probability that the parcel belongs to another group,
        if :data:`WRONG_BEFOREHAND` of all parcels did and then to any other in
        its usual share; NaN where it cannot be judged.
    spectra
        What was measured.
    """

    groups: ClassGroups
    declared: IntArray
    typical: BoolArray
    signatures: SignatureMeasure | None
    from_previous: bool
    wrong: FloatArray
    spectra: SpectraMeasure
    _wkt: str
    _geometries: GeometryArray
    _previous: Table | None

    @cached_property
    def enough(self) -> BoolArray:
        """Shape ``(n,)``: parcels of which enough cells show the ground."""
        return _enough(self.spectra)

    def previous_group(self, rows: IntArray) -> IntArray:
        """Group that last year's one map has where each of ``rows`` lies; -1: not known."""
        out = np.full(len(rows), -1, dtype=np.int64)
        if self._previous is None or self._previous.geometry is None or not len(rows):
            return out
        grid = self.spectra.image.raster.grid
        points = shapely.point_on_surface(self._geometries[rows])
        here = _in_pixels(points, self._wkt, grid)
        there = _in_pixels(self._previous.measurable, self._previous.wkt, grid)
        pairs = shapely.STRtree(there).query(here, predicate="intersects")
        group, _ = self.groups.of(self._previous.text("DLBM"))
        # Where last year's parcels overlap, the last one of the file is taken: rare, and stable.
        out[pairs[0]] = group[pairs[1]]
        return out


def measure_picture(
    table: Table,
    wkt: str,
    spectra: SpectraMeasure,
    groups: ClassGroups,
    previous: Table | None,
    progress: Progress = SILENT,
) -> PictureMeasure:
    """Learn signatures on the image and hold the declared classes against them.

    Parameters
    ----------
    table, wkt
        DLTB and the CRS of its coordinates.
    previous
        Last year's parcels of the one map; without them, or where they do not
        lie on the image, signatures come from the submission itself, whose
        majority is honest.
    """
    image = spectra.image
    submitted = _samples(spectra, table, groups, image)
    own, typical = groups.of(table.text("DLBM"))
    found: SignatureMeasure | None = None
    if previous is not None and previous.geometry is not None:
        seen = measure_spectra(previous.measurable, previous.wkt, image, progress.part(0.0, 0.7))
        trusted = _samples(seen, previous, groups, image)
        found = measure_signatures(trusted, submitted, progress=progress.part(0.7, 1.0))
    from_previous = found is not None
    if found is None:
        found = measure_signatures(submitted, None, progress=progress.part(0.7, 1.0))
    wrong = np.full(len(table), np.nan)
    if found is not None:
        wrong = _wrong(found, submitted)
    return PictureMeasure(
        groups,
        own,
        typical,
        found,
        from_previous,
        wrong,
        spectra,
        wkt,
        table.measurable,
        previous,
    )


def _samples(found: SpectraMeasure, table: Table, groups: ClassGroups, image: ImageFile) -> Samples:
    values, cells = features(found)
    codes = table.text("DLBM")
    group, typical = groups.of(codes)
    unsaid = groups.unsaid(codes, group, image.taken)
    return Samples(values, cells, found.place, group, unsaid, typical & _enough(found))


def _enough(found: SpectraMeasure) -> BoolArray:
    with np.errstate(invalid="ignore"):
        return (found.clear_share >= LEAST_CLEAR) & (found.cells >= LEAST_CELLS)


def _wrong(found: SignatureMeasure, submitted: Samples) -> FloatArray:
    """Bayes' rule with the usual shares of groups; see :attr:`PictureMeasure.wrong`."""
    posterior = found.judged.log_posterior
    rows = np.arange(len(submitted))
    declared = np.maximum(submitted.group, 0)
    share = np.where(found.known, found.learned, 0).astype(np.float64)
    weight = np.tile(share, (len(rows), 1))
    weight[submitted.unsaid] = 0.0
    weight[rows, declared] = 0.0
    total = weight.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        away = np.exp(np.minimum(posterior - posterior[rows, declared][:, None], 600.0))
        odds = (np.where(weight > 0, weight * away, 0.0) / total).sum(axis=1)
        odds *= WRONG_BEFOREHAND / (1 - WRONG_BEFOREHAND)
        wrong = odds / (1 + odds)
    return np.where(np.isfinite(found.judged.ratio), wrong, np.nan)


def _in_pixels(geometries: GeometryArray, wkt: str, grid: Grid) -> GeometryArray:
    placing = Placing(wkt, grid, bounds_of(geometries))
    return np.asarray(shapely.transform(geometries, placing.to_pixels), dtype=object)
