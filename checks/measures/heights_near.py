"""Heights that lie nearer to the DEM than an independent survey can.

Heights read off the trusted DEM, plain or with noise added to hide it, differ
from it in another way than surveyed ones: the DEM misses the relief between
its cells and has errors of its own, and both are larger where the ground is
rougher. How large they are at least, the DEM itself tells: each cell is held
against what its neighbours one and two cells away predict, and the step from
two cells to one is taken once more (the error of interpolating a surface grows
by a power of the spacing: Kidner 2003, Int. J. Geogr. Inf. Sci. 17, 19–40;
Shi, Wang and Liu 2014 for the bilinear case). Two explanations of the
differences are then weighed by their likelihoods: spread that follows this
roughness, or one small spread everywhere, about the DEM interpolated by the
nearest cell, bilinearly or by bicubic convolution. Likelihoods are Student's t
with five degrees (Lange, Little & Taylor 1989, JASA 84, 881–896), so that
blunders and cliffs decide nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.stats import binom

from ..table import BoolArray, FloatArray, IntArray
from .heights_cells import NUMERIC, anchoring, roughness
from .heights_ground import METHODS, Patches
from .heights_model import copying, usual_error
from .heights_shift import spread_evenly
from .robust import nmad, robust_mean

SMOOTH = METHODS[1:]
"""Interpolations that an honest comparison may use: never the nearest cell's staircase."""

LEAST_SHARE = 0.4
"""Of the DEM's own interpolation error, the least that honest differences keep."""

_FREEDOM = 5.0
_MOST = 4000
_UNITS = (1.0, 0.5, 0.1, 0.05, 0.01, 0.001)
_FOLLOW = 0.98
_RING = 8  # widths of the window of exact heights, on both sides of it together
_PEAKED = 1.6  # how much denser honest differences may be at zero than beside it
_CLEAR = 20.0
_SURVEY = 0.1  # metres: differences of the best survey to the best DEM
_SLOPING = 1.0  # degrees
_LEAST_ERROR = 0.02
_BLOCK = 80
_LEAST_BLOCK = 35
_MODEL_BLOCK, _MODEL_BLOCKS = 100, 6


@dataclass(frozen=True)
class Nearness:
    """How near the heights of a layer lie to the DEM; ``n`` points.

    Attributes
    ----------
    count
        How many points could be compared.
    resolution
        Unit of the last digit of the heights in metres (1, 0.5, 0.1, …).
    method
        Which interpolation of the DEM the heights follow best.
    spread
        Robust spread about the DEM so interpolated, metres.
    rough
        Shape ``(n,)``: spread at least to be expected of honest differences where all of the
        relief is seen, metres; NaN where the DEM is not known around the point. Honest
        differences keep at least :data:`LEAST_SHARE` of it.
    evidence
        Logarithm of the likelihood ratio of *one small spread about the DEM*
        over *spread that follows the ground*; large: copied. Differs by less
        than about five between honest layers. NaN where it cannot be told.
    nearest_evidence
        The same for heights of the nearest cell alone.
    exact
        Shape ``(n,)``: equal to the DEM to the last digit (``tolerance``), or all off
        by one and the same constant.
    tolerance
        Metres.
    spike
        Base-10 logarithm of the probability that so many heights of ground
        where equality is rare (``clear`` of them, ``clear_exact`` exact) equal
        the DEM by chance; 0: nothing odd.
    all_exact
        The same for all heights on sloping ground, against the most exact
        survey and DEM.
    blocks
        Shape ``(n,)``: number of the block of neighbours that a point belongs
        to; −1 where none. ``block_evidence`` has the evidence of each.
    suspicion
        Shape ``(n,)``: continuous statistic of each point,
        ``log10(rough / |difference|)``; NaN where it cannot be judged.
    anchored
        How much more the cells of exact heights stick out of their neighbours
        than cells two away do. About one where heights were taken from the
        DEM; large where the DEM was made from the heights.
    copying
        Logarithm of the Bayes factor of copying over an honest survey by
        :func:`.heights_model.copying`; NaN where too few points tell, or on
        level ground. The continuous statistic of the layer: higher is more
        suspicious.
    usual
        Median of the differences usual with a DEM of this cell on this ground,
        metres.
    """

    count: int
    resolution: float
    method: str
    spread: float
    rough: FloatArray
    evidence: float
    nearest_evidence: float
    exact: BoolArray
    tolerance: float
    clear: int
    clear_exact: int
    spike: float
    sloping: int
    sloping_exact: int
    all_exact: float
    blocks: IntArray
    block_evidence: FloatArray
    suspicion: FloatArray
    anchored: float = 1.0
    copying: float = float("nan")
    usual: float = float("nan")
    spreads: dict[str, float] = field(default_factory=dict)

    @property
    def typical(self) -> float:
        """Median of ``rough``, metres; NaN where nothing was compared."""
        known = self.rough[np.isfinite(self.rough)]
        return float(np.median(known)) if len(known) else float("nan")

    @property
    def ratio(self) -> float:
        """Spread over what the ground makes expect: honest ones have 0.6 and more."""
        return self.spread / self.typical if self.typical > 0 else float("nan")

    @property
    def statistic(self) -> float:
        """Continuous statistic of the layer, higher is more suspicious; NaN on level ground."""
        exact = -np.log(10) * min(self.spike, self.all_exact)
        if not np.isfinite(self.copying):
            return float(exact) if exact > 0 else float("nan")
        return float(max(self.copying, exact, np.nan_to_num(self.nearest_evidence, nan=-np.inf)))


def measure_nearness(
    xy: FloatArray,
    height: FloatArray,
    pixels: FloatArray,
    patches: Patches,
    slope: FloatArray,
    cell: float,
) -> Nearness:
    """Compare heights with the DEM interpolated in each way it could be copied.

    Parameters
    ----------
    xy, height
        Metres, shapes ``(n, 2)`` and ``(n,)``; NaN where unknown.
    pixels, patches
        Where the points lie in the DEM, and the cells around them (seven across).
    slope
        Degrees, shape ``(n,)``.
    cell
        Of the DEM, metres.
    """
    residuals = {method: height - patches.at(pixels, method) for method in METHODS}
    rough = roughness(patches)
    good = np.isfinite(rough) & np.isfinite(slope) & np.isfinite(xy).all(axis=1)
    for residual in residuals.values():
        good &= np.isfinite(residual)
    resolution = resolution_of(height[good])
    spreads = {method: spread_of(residual[good]) for method, residual in residuals.items()}
    rows = np.flatnonzero(good)
    few = rows[spread_evenly(xy[rows], _MOST)] if len(rows) else rows
    likely = {method: residual[few] for method, residual in residuals.items()}
    evidence, method = _evidence(likely, rough[few], resolution)
    nearest = _copied(likely[METHODS[0]], resolution) - _honest(likely, rough[few], resolution)
    tolerance = 0.51 * resolution + NUMERIC
    exact, method = _exact(residuals, good, tolerance, method)
    clear = good & (rough >= _CLEAR * tolerance)
    inside, spike = _spike(residuals[method], exact, clear, tolerance)
    slopes = good & (slope >= _SLOPING)
    middle = patches.cells[good][:, patches.cells.shape[1] // 2, patches.cells.shape[2] // 2]
    whole = resolution_of(middle.astype(np.float64))
    blocks, block_evidence = _by_block(xy, residuals, rough, rows, resolution)
    with np.errstate(divide="ignore", invalid="ignore"):
        off = np.maximum(np.abs(residuals[method]), tolerance / 2)
        suspicion = np.where(good, np.log10(np.maximum(rough, _LEAST_ERROR) / off), np.nan)
    return Nearness(
        count=len(rows),
        resolution=resolution,
        method=method,
        spread=spreads[method],
        rough=np.where(good, rough, np.nan),
        evidence=evidence,
        nearest_evidence=nearest,
        exact=exact,
        tolerance=tolerance,
        clear=int(clear.sum()),
        clear_exact=inside,
        spike=spike,
        sloping=int(slopes.sum()),
        sloping_exact=int((exact & slopes).sum()),
        all_exact=_all_exact(int((exact & slopes).sum()), int(slopes.sum()), tolerance),
        blocks=blocks,
        block_evidence=block_evidence,
        suspicion=suspicion,
        anchored=anchoring(patches, exact),
        copying=_copying(likely, xy[few], rough[few], slope[few], cell, resolution, whole),
        usual=_typical(np.hypot(rough[few], usual_error(slope[few], cell))),
        spreads=spreads,
    )


def resolution_of(height: FloatArray) -> float:
    """The coarsest usual unit of which nearly all heights are multiples, metres.

    A constant may have been added after rounding: it is taken off.
    """
    height = height[np.isfinite(height)]
    for unit in _UNITS:
        if not len(height):
            break
        rest = np.round(np.mod(height, unit) * 1000).astype(np.int64) % round(unit * 1000)
        if np.bincount(rest).max() >= _FOLLOW * len(height):
            return unit
    return _UNITS[-1]


def _typical(values: FloatArray) -> float:
    return float(np.median(values)) if len(values) else float("nan")


def _copying(
    residuals: dict[str, FloatArray],
    xy: FloatArray,
    rough: FloatArray,
    slope: FloatArray,
    cell: float,
    resolution: float,
    whole: float,
) -> float:
    """The weighing of :mod:`.heights_model`, over blocks spread evenly."""
    if len(rough) < _LEAST_BLOCK // 2:
        return float("nan")
    blocks = blocks_of(xy, _MODEL_BLOCK)
    chosen = np.unique(np.linspace(0, len(blocks) - 1, _MODEL_BLOCKS).astype(np.int64))
    some = [blocks[number] for number in chosen]
    each = [residuals[method] for method in METHODS]
    return copying(each, xy, rough, slope, cell, resolution, some, whole)


def spread_of(values: FloatArray) -> float:
    """Standard deviation within three NMAD of the median: efficient, and robust.

    For a normal distribution consistent (0.9866 is what cutting at three leaves).
    """
    values = values[np.isfinite(values)]
    if len(values) < 2:
        return float("nan")
    middle, scale = float(np.median(values)), nmad(values)
    kept = values[np.abs(values - middle) <= 3 * scale] if scale > 0 else values
    return float(np.std(kept, ddof=1) / 0.9866) if len(kept) > 1 else 0.0


def _likelihood(residual: FloatArray, scale: FloatArray | float) -> float:
    """Logarithm of Student's t density of all, constants left out."""
    scale = np.asarray(scale, dtype=np.float64)
    bent = np.log1p((residual / scale) ** 2 / _FREEDOM) * (_FREEDOM + 1) / 2
    return float(-np.sum(np.broadcast_to(np.log(scale), residual.shape)) - bent.sum())


def _centred(residual: FloatArray) -> tuple[FloatArray, float]:
    """Residuals about their robust mean, and a first spread."""
    middle = robust_mean(residual)[0]
    residual = residual - middle
    reach = 4 * nmad(residual) + _LEAST_ERROR
    return residual, float(np.sqrt(np.mean(np.clip(residual, -reach, reach) ** 2)))


def _copied(residual: FloatArray, resolution: float) -> float:
    """Greatest likelihood of one spread everywhere; at least that of rounding."""
    if len(residual) < _LEAST_BLOCK // 2:
        return float("nan")
    residual, first = _centred(residual)
    least = 0.25 * resolution + 1e-3
    scales = np.maximum(first * np.geomspace(0.5, 1.5, 24), least)
    return max(_likelihood(residual, float(scale)) for scale in np.unique(scales))


def _honest(residuals: dict[str, FloatArray], rough: FloatArray, resolution: float) -> float:
    """Greatest likelihood of spreads ``hypot(a, share · rough)``, ``share`` not too small."""
    best = float("-inf")
    for method in SMOOTH:
        if len(rough) < _LEAST_BLOCK // 2:
            return float("nan")
        residual, first = _centred(residuals[method])
        least = 0.25 * resolution + 1e-3
        for level in np.unique(np.maximum(first * np.r_[0.0, np.geomspace(0.1, 1.5, 10)], least)):
            for share in LEAST_SHARE * np.geomspace(1, 8, 10):
                best = max(best, _likelihood(residual, np.hypot(level, share * rough)))
    return best


def _evidence(
    residuals: dict[str, FloatArray], rough: FloatArray, resolution: float
) -> tuple[float, str]:
    copied = {method: _copied(residual, resolution) for method, residual in residuals.items()}
    best = max(METHODS, key=lambda method: np.nan_to_num(copied[method], nan=-np.inf))
    # Between two that are as good, the usual one is named.
    if not copied[best] > copied["bilinear"] + 2:
        best = "bilinear"
    return copied[best] - _honest(residuals, rough, resolution), best


def _exact(
    residuals: dict[str, FloatArray], good: BoolArray, tolerance: float, method: str
) -> tuple[BoolArray, str]:
    """Points equal to the DEM by the method that has most of them; ties stay with ``method``."""
    found = {name: _agreeing(value, good, tolerance) for name, value in residuals.items()}
    best = max(METHODS, key=lambda name: (int(found[name].sum()), name == method))
    if found[best].sum() < found[method].sum() * 1.2 + 3:
        best = method
    return found[best], best


def _agreeing(residual: FloatArray, good: BoolArray, tolerance: float) -> BoolArray:
    """Points equal to the DEM, or all off by one constant, whichever are more."""
    if not good.any():
        return good
    off = np.nan_to_num(residual, nan=np.inf)
    plain = good & (np.abs(off) <= tolerance)
    moved = good & (np.abs(off - np.median(residual[good])) <= tolerance)
    return moved if moved.sum() > 2 * plain.sum() + 10 else plain


def _spike(
    residual: FloatArray, exact: BoolArray, clear: BoolArray, tolerance: float
) -> tuple[int, float]:
    """How many are exact where that is rare, and how unlikely (log10)."""
    if not exact.any():
        return 0, 0.0
    off = np.abs(residual[clear] - np.median(residual[exact]))
    inside = int((exact & clear).sum())
    around = int((~exact[clear] & (off <= tolerance * (1 + _RING))).sum())
    usual = _PEAKED / (_RING + _PEAKED)
    decades = float(binom.logsf(inside - 1, inside + around, usual) / np.log(10)) if inside else 0.0
    return inside, decades


def _all_exact(inside: int, count: int, tolerance: float) -> float:
    """log10 of the probability that the best survey and DEM agree so often."""
    if not inside or tolerance > 2 * _SURVEY:
        return 0.0
    usual = min(2 * tolerance / (_SURVEY * np.sqrt(2 * np.pi)), 0.9)
    return float(binom.logsf(inside - 1, count, usual) / np.log(10))


def _by_block(
    xy: FloatArray,
    residuals: dict[str, FloatArray],
    rough: FloatArray,
    rows: IntArray,
    resolution: float,
) -> tuple[IntArray, FloatArray]:
    """Blocks of neighbours and the evidence of each: a part may be copied only."""
    out = np.full(len(xy), -1, dtype=np.int64)
    if len(rows) < 2 * _LEAST_BLOCK:
        return out, np.zeros(0)
    parts = blocks_of(xy[rows], _BLOCK)
    evidence = np.empty(len(parts))
    for number, part in enumerate(parts):
        mine = rows[part]
        out[mine] = number
        evidence[number] = _evidence(
            {name: value[mine] for name, value in residuals.items()}, rough[mine], resolution
        )[0]
    return out, evidence


def blocks_of(xy: FloatArray, most: int) -> list[IntArray]:
    """Points cut at medians of their longer side until at most ``most`` are together."""
    todo, done = [np.arange(len(xy))], []
    while todo:
        part = todo.pop()
        if len(part) <= most:
            done.append(np.sort(part))
            continue
        axis = int(np.argmax(np.ptp(xy[part], axis=0)))
        order = part[np.lexsort((xy[part, 1 - axis], xy[part, axis]))]
        todo += [order[len(order) // 2 :], order[: len(order) // 2]]
    return done
