"""Declared classes of a submission against signatures of the trusted parcels."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
from .signatures_judged import TYPICAL, Samples
from .spectra import SpectraMeasure, measure_spectra
from .sweep import bounds_of

LEAST_CLEAR = 0.7
LEAST_CELLS = 8.0
"""A parcel of fewer clear cells, or largely hidden, is neither learned from nor judged."""

WRONG_BEFOREHAND = 0.05
WRONG_UNCHANGED = 0.01
WRONG_CHANGED = 0.5
"""Chance that a declared class is wrong before the picture is looked at: in general
(ten times what audits find, as acceptance shall not rest on trust), where last year's
one map says the same, and where it says another group."""

_STILL = 0.8
"""Of wrong claims of change, the share where the ground is still what it was."""


@dataclass(frozen=True)
class PictureMeasure:
    """What the current image shows of the classes of ``n`` parcels.

    The continuous test statistic is ``signatures.judged.suspicion``: here the log
    odds of :attr:`wrong`, higher is more suspicious, NaN where it cannot be judged.

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
        if as many do beforehand as :data:`WRONG_BEFOREHAND` says, and then to
        any other in its usual share, or mostly to last year's; NaN where it
        cannot be judged.
    previous
        Shape ``(n,)``: group that last year's one map has there; -1: not known.
    spectra
        What was measured.
    """

    groups: ClassGroups
    declared: IntArray
    typical: BoolArray
    signatures: SignatureMeasure | None
    from_previous: bool
    wrong: FloatArray
    previous: IntArray
    spectra: SpectraMeasure

    @cached_property
    def enough(self) -> BoolArray:
        """Shape ``(n,)``: parcels of which enough cells show the ground."""
        return _enough(self.spectra)

    @cached_property
    def changed(self) -> BoolArray:
        """Shape ``(n,)``: last year's one map had another group there."""
        return (self.previous >= 0) & (self.declared >= 0) & (self.previous != self.declared)


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
    before = _before(table, wkt, previous, groups, image)
    wrong = np.full(len(table), np.nan)
    if found is not None:
        wrong = _wrong(found, submitted, before)
        with np.errstate(divide="ignore", invalid="ignore"):
            odds = np.log(np.maximum(wrong, 1e-300)) - np.log(np.maximum(1 - wrong, 1e-16))
        odds = np.where(np.isfinite(odds), odds, _still(found, own, before))
        found = replace(found, judged=replace(found.judged, suspicion=odds))
    return PictureMeasure(groups, own, typical, found, from_previous, wrong, before, spectra)


def _still(found: SignatureMeasure, declared: IntArray, before: IntArray) -> FloatArray:
    """Log odds that the ground is what it was, where the group claimed is not known.

    One in :attr:`SignatureMeasure.leak` of other land looks as typical of it.
    """
    judged = found.judged
    with np.errstate(invalid="ignore", divide="ignore"):
        rows = (before >= 0) & (before != declared) & (declared >= 0)
        rows &= (judged.seen == before) & (judged.typical >= TYPICAL)
        odds = np.log((1 - TYPICAL) / np.maximum(found.leak[np.maximum(before, 0)], 1e-3))
    return np.where(rows, odds, np.nan)


def _before(
    table: Table, wkt: str, previous: Table | None, groups: ClassGroups, image: ImageFile
) -> IntArray:
    """Group of last year's parcel in the middle of each parcel; -1: not known."""
    out = np.full(len(table), -1, dtype=np.int64)
    if previous is None or previous.geometry is None:
        return out
    points = np.full(len(table), None, dtype=object)
    rows = np.flatnonzero(table.usable)
    points[rows] = shapely.point_on_surface(table.measurable[rows])
    grid = image.raster.grid
    here, there = _in_pixels(points, wkt, grid), _in_pixels(previous.measurable, previous.wkt, grid)
    pairs = shapely.STRtree(there).query(here, predicate="intersects")
    group, _ = groups.of(previous.text("DLBM"))
    # Where last year's parcels overlap, the last one of the file is taken.
    order = np.lexsort((pairs[1], pairs[0]))
    out[pairs[0][order]] = group[pairs[1][order]]
    return out


def _samples(found: SpectraMeasure, table: Table, groups: ClassGroups, image: ImageFile) -> Samples:
    values, cells = features(found)
    codes = table.text("DLBM")
    group, typical = groups.of(codes)
    unsaid = groups.unsaid(codes, group, image.taken)
    return Samples(values, cells, found.place, group, unsaid, typical & _enough(found))


def _enough(found: SpectraMeasure) -> BoolArray:
    with np.errstate(invalid="ignore"):
        return (found.clear_share >= LEAST_CLEAR) & (found.cells >= LEAST_CELLS)


def _wrong(found: SignatureMeasure, submitted: Samples, before: IntArray) -> FloatArray:
    """Bayes' rule with the usual shares of groups; see :attr:`PictureMeasure.wrong`."""
    posterior = found.judged.log_posterior
    rows = np.arange(len(submitted))
    declared = np.maximum(submitted.group, 0)
    share = np.where(found.known, found.learned, 0).astype(np.float64)
    weight = np.tile(share, (len(rows), 1))
    weight[submitted.unsaid] = 0.0
    weight[rows, declared] = 0.0
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        weight /= weight.sum(axis=1, keepdims=True)
        still = np.flatnonzero((before >= 0) & (before != submitted.group))
        still = still[weight[still, before[still]] > 0]
        weight[still] *= 1 - _STILL
        weight[still, before[still]] += _STILL
        chance = np.full(len(rows), WRONG_BEFOREHAND)
        chance[(before >= 0) & (before == submitted.group)] = WRONG_UNCHANGED
        chance[still] = WRONG_CHANGED
        away = np.exp(np.minimum(posterior - posterior[rows, declared][:, None], 600.0))
        odds = np.where(weight > 0, weight * away, 0.0).sum(axis=1) * chance / (1 - chance)
        wrong = odds / (1 + odds)
        wrong[odds == np.inf] = 1.0
        # What was there could not be learned: the picture cannot say that it is gone.
        lost = (before >= 0) & (before != submitted.group) & ~found.known[np.maximum(before, 0)]
        wrong[lost] = np.maximum(wrong[lost], WRONG_CHANGED)
    return np.where(np.isfinite(found.judged.ratio), wrong, np.nan)


def _in_pixels(geometries: GeometryArray, wkt: str, grid: Grid) -> GeometryArray:
    placing = Placing(wkt, grid, bounds_of(geometries))
    return np.asarray(shapely.transform(geometries, placing.to_pixels), dtype=object)
