"""What changed on every parcel between two pictures, beside parcels of its class.

IR-MAD lays the images on one another and tells how unevenly a parcel changed;
one sweep gives what both pictures show of every parcel. What the earlier look
of a parcel, its class, its slope and its neighbourhood say of its present look
is taken off; what is left is held against honest parcels of the class it had
last year. What season, sun and haze do to all of them is no change of this one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..baseline import Baseline, Image
from ..findings import Text
from ..placing import Placing
from ..progress import SILENT, Progress
from ..raster import Raster, RasterError
from ..table import BoolArray, FloatArray, GeometryArray, IntArray
from .change_irmad import Mad, find_mad
from .change_local import level, relief_free, unexplained
from .change_pair import ImagePair, grid_like, pair_of
from .change_part import Looks, Parts, parts_of, typical
from .change_peers import learn
from .change_sample import Registration, register, sample_of
from .change_views import CLEAR_SHARE, LEAST_CELLS, PairCells, Views, named_changes
from .sweep import bounds_of, outlines_on_grid
from .zonal import default_threads, sweep

_BELIEVED = 0.9
_ODD = 0.01


@dataclass(frozen=True)
class ChangeMeasure:
    """Two pictures of ``n`` parcels and ``g`` class groups.

    Test statistics for every parcel, higher is more suspicious, NaN cannot be
    judged: ``departure`` (how far beyond its peers it changed), ``contrast``
    (how much likelier the picture is if a claimed change did not happen),
    ``patchiness`` (how unevenly it changed).

    Attributes
    ----------
    problem
        Why nothing could be compared at all, else ``None``.
    now, before
        Shape ``(n,)``: declared group, and last year's; -1 where none.
    believed
        Shape ``(n,)``: declared unchanged, so that it teaches what is usual.
    cells, clear_share, reached
        Shape ``(n,)``: cells compared, share of the parcel seen in both, and
        m² that lie on the images at all.
    departure, departure_p
        Shape ``(n,)``: robust distance of the current look from what the
        previous one lets expect, beside unchanged parcels of last year's
        class, in standard deviations; and how rare that is among them.
    patchiness, patchiness_p
        Shape ``(n,)``: by how many standard deviations the change varies more
        within the parcel than within its peers.
    likelihood, likelihood_before
        Shape ``(n, g)``: log-likelihood of the current and of the previous
        look in each group, as its unchanged parcels look.
    typical, typical_before
        Shape ``(n, g)``: how rare so odd a look is in each group.
    unchanged
        Shape ``(n,)``: log-likelihood of the current look if nothing changed
        since the previous one, as for unchanged parcels of last year's class.
    contrast
        Shape ``(n,)``: log10 of that likelihood over the likelihood of the
        current look in the declared class: above 0 nothing seems to have
        changed, below 0 the declared class explains the picture better.
    greener, brighter, wetter
        Shape ``(n,)``: change of NDVI, relative change of brightness, change
        of NDWI, beyond what peers changed; NaN where bands are not known.
    ndvi
        Shape ``(n,)``: NDVI now.
    peers
        Shape ``(g,)``: unchanged parcels in each group.
    mad, registration
        The transformation between the images, and how well they lie on each
        other.
    parts
        Of parcels declared unchanged that depart from their peers, where
        within they changed.
    """

    problem: Text | None
    now: IntArray
    before: IntArray
    believed: BoolArray
    cells: FloatArray
    clear_share: FloatArray
    reached: FloatArray
    departure: FloatArray
    departure_p: FloatArray
    patchiness: FloatArray
    patchiness_p: FloatArray
    likelihood: FloatArray
    likelihood_before: FloatArray
    typical: FloatArray
    typical_before: FloatArray
    unchanged: FloatArray
    contrast: FloatArray
    greener: FloatArray
    brighter: FloatArray
    wetter: FloatArray
    ndvi: FloatArray
    peers: IntArray
    mad: Mad | None = None
    registration: Registration | None = None
    parts: Parts | None = None

    def __len__(self) -> int:
        return len(self.now)

    @property
    def seen(self) -> BoolArray:
        """Parcels large and clear enough in both pictures, shape ``(n,)``."""
        return (self.cells >= LEAST_CELLS) & (self.clear_share >= self.least_clear)

    @property
    def least_clear(self) -> float:
        """Share of a parcel that must be seen in both images."""
        return CLEAR_SHARE


def measure_change(
    geometries: GeometryArray,
    wkt: str,
    now: IntArray,
    before: IntArray,
    purity: FloatArray,
    groups: int,
    baseline: Baseline,
    progress: Progress = SILENT,
) -> ChangeMeasure:
    """Compare both pictures of every parcel.

    Parameters
    ----------
    geometries, wkt
        Parcels, shape ``(n,)``, ``None`` where not usable; and their CRS.
    now, before
        Declared class group and last year's, shape ``(n,)``; -1 for none.
    purity
        Share of the parcel that was of group ``before``, shape ``(n,)``.
    """
    nothing = _nothing(now, before, groups)
    one, other = baseline.image, baseline.image_previous
    assert one is not None and other is not None
    try:
        pair, mad, registration = _compared(one, other, progress.part(0.0, 0.3))
        if mad is None:
            return replace(nothing, problem=_NO_OVERLAP, registration=registration)
        dem = _dem(baseline.dem, pair)
        placing = Placing(wkt, pair.grid, bounds_of(geometries))
        threads = default_threads()
        outline = outlines_on_grid(
            placing.prepare(geometries), placing, progress.part(0.3, 0.35), threads
        )
        sums = sweep(outline, PairCells(pair, mad, dem), progress.part(0.35, 0.95))
    except RasterError as error:
        return replace(nothing, problem=error.text)
    views = Views.of(sums, pair, mad, outline, dem is not None)
    believed = (now == before) & (purity >= _BELIEVED) & (now >= 0) & views.seen
    found, looks = _judged(nothing, views, believed, pair)
    odd = _odd(found, now == before)
    parts = parts_of(odd, outline, pair, mad, looks, wkt, progress.part(0.95, 1.0))
    return replace(found, believed=believed, mad=mad, registration=registration, parts=parts)


def _odd(found: ChangeMeasure, same: BoolArray) -> IntArray:
    """Parcels declared unchanged that may have changed in part, the oddest first."""
    with np.errstate(invalid="ignore"):
        chance = np.fmin(found.departure_p, found.patchiness_p)
        rows = np.flatnonzero(same & (chance < _ODD))
    return rows[np.argsort(chance[rows], kind="stable")]


_NO_OVERLAP = Text("两期影像没有足够的共同清晰区域", "The two images share too little clear ground")


def _compared(
    one: Image, other: Image, progress: Progress
) -> tuple[ImagePair, Mad | None, Registration]:
    """Both images on one grid, after the earlier one was laid on the current one."""
    pair = pair_of(one, other)
    sample = sample_of(pair, progress.part(0.0, 0.5))
    mad = find_mad(sample.blocks)
    registration = register(pair, mad, sample)
    progress.at(0.7)
    if mad is not None and registration.correctable:
        moved = pair_of(one, other, registration.move(pair.grid, other))
        sample = sample_of(moved, progress.part(0.7, 1.0))
        better = find_mad(sample.blocks)
        if better is not None and better.correlation.sum() > mad.correlation.sum():
            after = register(moved, better, sample)
            return moved, better, replace(after, corrected=registration.length)
    return pair, mad, registration


def _dem(path: str, pair: ImagePair) -> Raster | None:
    if not path:
        return None
    try:
        return grid_like(path, pair.grid)
    except RasterError:
        return None  # relief only sharpens the comparison; that the DEM fails is told elsewhere


def _judged(
    nothing: ChangeMeasure, views: Views, believed: BoolArray, pair: ImagePair
) -> tuple[ChangeMeasure, Looks]:
    """All statistics of parcels that were seen."""
    groups, now, before = len(nothing.peers), nothing.now, nothing.before
    teaches = np.where(believed, now, -1)
    seen = views.seen
    past = np.where(before >= 0, before, now)
    both = np.column_stack([views.first, views.second])
    both = np.where(seen[:, None], both, np.nan)
    both = relief_free(both, views.fall, teaches, groups)
    both = level(both, views.place, teaches, groups)
    size = views.first.shape[1]
    change = unexplained(both[:, :size], both[:, size:], past, teaches, groups)
    peers = learn(change, views.cells, teaches, groups)
    departure = peers.distance(change, views.cells, past)
    uneven = np.where(seen[:, None], views.unevenness, np.nan)
    patches = learn(uneven, views.cells, teaches, groups)
    patchiness = patches.distance(uneven, views.cells, past)
    lower = uneven[:, 0] < np.where(past >= 0, patches.middle[past, 0], np.nan)
    patchiness = np.where(lower, 0.0, patchiness)
    first = np.where(seen[:, None], views.first, np.nan)
    second = np.where(seen[:, None], views.second, np.nan)
    looks = learn(first, views.cells, teaches, groups)
    looks_before = learn(second, views.cells, teaches, groups)
    likelihood = looks.likelihood(first, views.cells)
    as_before = peers.likelihood(change, views.cells)
    unchanged = as_before[np.arange(len(past)), np.maximum(past, 0)]
    greener, brighter, wetter, ndvi = named_changes(pair, views, teaches, past, groups)
    found = replace(
        nothing,
        cells=views.cells,
        clear_share=views.clear_share,
        reached=views.reached,
        departure=departure,
        departure_p=peers.beyond(departure, past),
        patchiness=patchiness,
        patchiness_p=patches.beyond(patchiness, past),
        likelihood=likelihood,
        likelihood_before=looks_before.likelihood(second, views.cells),
        typical=typical(looks, first, views.cells),
        typical_before=typical(looks_before, second, views.cells),
        contrast=_contrast(unchanged, likelihood, now, before),
        unchanged=unchanged,
        peers=peers.count,
        greener=greener,
        brighter=brighter,
        wetter=wetter,
        ndvi=ndvi,
    )
    return found, Looks(looks, looks_before)


def _contrast(
    unchanged: FloatArray, likelihood: FloatArray, now: IntArray, before: IntArray
) -> FloatArray:
    known = (now >= 0) & (before >= 0)
    new = likelihood[np.arange(len(now)), np.maximum(now, 0)]
    known &= np.isfinite(unchanged) & np.isfinite(new)
    with np.errstate(invalid="ignore"):
        return np.where(known, (unchanged - new) / np.log(10), np.nan)


def _nothing(now: IntArray, before: IntArray, groups: int) -> ChangeMeasure:
    count = len(now)
    none, zero = np.full(count, np.nan), np.zeros(count)
    wide = np.full((count, groups), np.nan)
    return ChangeMeasure(
        None, now, before, np.zeros(count, dtype=bool), zero, zero, zero, none, none, none, none,
        wide, wide, wide, wide, none, none, none, none, none, none,
        np.zeros(groups, dtype=np.int64),
    )  # fmt: skip
