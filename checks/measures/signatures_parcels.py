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
LEAST_SEEN = 0.4
LEAST_CELLS = 8.0
"""A parcel of fewer clear cells, or hidden for the most part, is neither learned from nor
judged; one that is hidden in part is not learned from."""

WRONG_BEFOREHAND = 0.05
WRONG_UNCHANGED = 0.01
WRONG_CHANGED = 0.5
"""Chance that a declared class is wrong before the picture is looked at: in general
(ten times what audits find, as acceptance shall not rest on trust), where last year's
one map says the same, and where it says another group."""

_LEAST_AGREED = 0.3
"""Share of a group's parcels on which both years must agree to be learned from alone."""

_LEAST_LEAK = 1e-3
_LEAST_SHARE_WRONG = 0.1
_CLAIMS = 10.0
_TURNS = 30

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
        trusted = _samples(seen, previous, groups, image, LEAST_CLEAR)
        trusted = _agreed(trusted, previous, table, wkt, own, image)
        found = measure_signatures(trusted, submitted, progress=progress.part(0.7, 1.0))
    from_previous = found is not None
    if found is None:
        usable = submitted.usable & _enough(spectra, LEAST_CLEAR)
        alone = replace(submitted, usable=usable)
        found = measure_signatures(alone, None, progress=progress.part(0.7, 1.0))
    before = _before(table, wkt, previous, groups, image)
    wrong = np.full(len(table), np.nan)
    if found is not None:
        wrong = _wrong(found, submitted, before)
        with np.errstate(divide="ignore", invalid="ignore"):
            odds = np.log(np.maximum(wrong, 1e-300)) - np.log(np.maximum(1 - wrong, 1e-16))
        odds = np.where(np.isfinite(odds), odds, _still(found, own, before))
        found = replace(found, judged=replace(found.judged, suspicion=odds))
    return PictureMeasure(groups, own, typical, found, from_previous, wrong, before, spectra)


def _agreed(
    trusted: Samples, previous: Table, table: Table, wkt: str, declared: IntArray, image: ImageFile
) -> Samples:
    """Last year's parcels that this year's survey gives the same group; all where too few are.

    Where both years agree the class is wrong far more rarely than where land has changed
    since, and a wrong claim of this year teaches nothing.
    """
    after = _group_at(previous.measurable, previous.wkt, table.measurable, wkt, declared, image)
    same = trusted.usable & (after == trusted.group)
    same, groups = same & (after >= 0), trusted.unsaid.shape[1]
    count = np.bincount(trusted.group[trusted.usable & (trusted.group >= 0)], minlength=groups)
    kept = np.bincount(trusted.group[same], minlength=groups)
    still = (kept < _LEAST_AGREED * count)[np.maximum(trusted.group, 0)]
    return replace(trusted, usable=same | (trusted.usable & still))


def _still(found: SignatureMeasure, declared: IntArray, before: IntArray) -> FloatArray:
    """Log odds that the ground is what it was, where the group claimed is not known.

    One in :attr:`SignatureMeasure.leak` of other land looks as typical of it.
    """
    judged = found.judged
    with np.errstate(invalid="ignore", divide="ignore"):
        rows = (before >= 0) & (before != declared) & (declared >= 0)
        rows &= (judged.seen == before) & (judged.typical >= TYPICAL)
        odds = np.log((1 - TYPICAL) / np.maximum(found.leak[np.maximum(before, 0)], _LEAST_LEAK))
    return np.where(rows, odds, np.nan)


def _before(
    table: Table, wkt: str, previous: Table | None, groups: ClassGroups, image: ImageFile
) -> IntArray:
    """Group of last year's parcel in the middle of each parcel; -1: not known."""
    if previous is None or previous.geometry is None:
        return np.full(len(table), -1, dtype=np.int64)
    group, _ = groups.of(previous.text("DLBM"))
    return _group_at(table.measurable, wkt, previous.measurable, previous.wkt, group, image)


def _group_at(
    parcels: GeometryArray,
    wkt: str,
    others: GeometryArray,
    other_wkt: str,
    group: IntArray,
    image: ImageFile,
) -> IntArray:
    """Group of the other layer's parcel in the middle of each parcel; -1: not known."""
    out = np.full(len(parcels), -1, dtype=np.int64)
    points = shapely.point_on_surface(parcels)
    grid = image.raster.grid
    here, there = _in_pixels(points, wkt, grid), _in_pixels(others, other_wkt, grid)
    pairs = shapely.STRtree(there).query(here, predicate="intersects")
    # Where parcels of the other layer overlap, the last one of the file is taken.
    order = np.lexsort((pairs[1], pairs[0]))
    out[pairs[0][order]] = group[pairs[1][order]]
    return out


def _samples(
    found: SpectraMeasure,
    table: Table,
    groups: ClassGroups,
    image: ImageFile,
    least: float = LEAST_SEEN,
) -> Samples:
    values, cells = features(found)
    codes = table.text("DLBM")
    group, typical = groups.of(codes)
    unsaid = groups.unsaid(codes, group, image.taken)
    return Samples(values, cells, found.place, group, unsaid, typical & _enough(found, least))


def _enough(found: SpectraMeasure, least: float = LEAST_SEEN) -> BoolArray:
    with np.errstate(invalid="ignore"):
        return (found.clear_share >= least) & (found.cells >= LEAST_CELLS)


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
        away = np.exp(np.minimum(posterior - posterior[rows, declared][:, None], 600.0))
        ratio = np.where(weight > 0, weight * away, 0.0).sum(axis=1)
        chance[still] = _share_wrong(ratio[still])
        odds = ratio * chance / (1 - chance)
        wrong = odds / (1 + odds)
        wrong[odds == np.inf] = 1.0
        lost = (before >= 0) & (before != submitted.group) & ~found.known[np.maximum(before, 0)]
        wrong[lost] = np.maximum(wrong[lost], _lost(found, declared)[lost])
    return np.where(np.isfinite(found.judged.ratio), wrong, np.nan)


def _share_wrong(ratio: FloatArray) -> float:
    """Share of the claims of change that are wrong, from their likelihood ratios.

    By expectation and maximisation (Saerens, Latinne & Decaestecker 2002, Neural
    Computation 14, 21–41), beginning with, and held to, :data:`WRONG_CHANGED` by as
    many claims as :data:`_CLAIMS` says.
    """
    ratio = ratio[np.isfinite(ratio)]
    share = WRONG_CHANGED
    for _ in range(_TURNS):
        odds = ratio * share / (1 - share)
        wrong = float((odds / (1 + odds)).sum())
        share = (wrong + _CLAIMS * WRONG_CHANGED) / (len(ratio) + _CLAIMS)
    return float(np.clip(share, _LEAST_SHARE_WRONG, WRONG_CHANGED))


def _lost(found: SignatureMeasure, declared: IntArray) -> FloatArray:
    """Probability that a claim is wrong where the look of what was there is not known.

    It may look like any other land: one in :attr:`SignatureMeasure.leak` of it
    looks as typical of the group that is declared.
    """
    judged = found.judged
    best = np.argmax(np.where(np.isfinite(judged.log_posterior), judged.log_posterior, -1e9), 1)
    shown = (best == declared) & (judged.fits >= TYPICAL)
    false = np.maximum(found.leak[declared], _LEAST_LEAK) * WRONG_CHANGED
    true = (1 - TYPICAL) * (1 - WRONG_CHANGED)
    return np.where(shown, false / (false + true), WRONG_CHANGED)


def _in_pixels(geometries: GeometryArray, wkt: str, grid: Grid) -> GeometryArray:
    placing = Placing(wkt, grid, bounds_of(geometries))
    return np.asarray(shapely.transform(geometries, placing.to_pixels), dtype=object)
