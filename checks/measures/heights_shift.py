"""Where heights would have to lie to fit the terrain: the horizontal shift.

Heights taken in one datum and drawn in another fit the terrain beside the
place where they are drawn. Nuth & Kääb (2011, The Cryosphere 5, 271–290) find
such a shift between two DEMs from the pattern of differences with slope and
aspect; that pattern is the linear part of matching one surface to another
(Gruen & Akca 2005, ISPRS J. 59, 151–165), which also works from single points
but converges only from near by. So the shift is first searched for coarse to
fine over a window, by the smallest robust spread of the differences, and then
refined by robust least squares, which also gives its uncertainty.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..progress import SILENT, Progress
from ..table import FloatArray, IntArray
from .heights_ground import Ground, Patches
from .robust import correlation, nmad, robust_fit

SEARCH_METRES = 1000.0
"""Datum shifts and the offset of encrypted map coordinates stay below this."""

SEARCH_CELLS = 24
_FEW = 20
_COARSE_POINTS = 1500
_FINE_POINTS = 6000
_LEVEL = 4
_RADIUS = 30  # greatest radius of the search, in cells of the coarsest level
_CANDIDATES = 6
_STEPS = 20
_LEAST_SHARE = 0.5  # of the points, that a shifted place must still have heights for
_WEAK_CELLS, _WEAK_METRES = 0.7, 10.0  # a larger standard error says nothing of datum shifts
_RIVAL = 0.85


@dataclass(frozen=True)
class Shift:
    """What must be added to the delivered positions so that heights fit the DEM.

    ``east`` and ``north`` in metres along the axes of the plane of measuring,
    ``sigma_east`` and ``sigma_north`` their standard errors. ``before`` and
    ``after`` are the NMAD in metres of the differences at the same points,
    ``rival`` the NMAD at the best place elsewhere (NaN: none as a minimum),
    ``searched`` the radius searched in metres.

    ``state``: ``found`` (which may well be zero), ``few`` (too few points with
    heights of the DEM), ``weak`` (terrain too flat, or heights too rough, to
    say where they lie), ``ambiguous`` (another place fits as well), ``edge``
    (the best place lies at the edge of the search).
    """

    state: str
    east: float = 0.0
    north: float = 0.0
    sigma_east: float = float("inf")
    sigma_north: float = float("inf")
    before: float = float("nan")
    after: float = float("nan")
    rival: float = float("nan")
    count: int = 0
    effective: float = 0.0
    searched: float = 0.0

    @property
    def length(self) -> float:
        """Metres."""
        return float(np.hypot(self.east, self.north))

    @property
    def sigma(self) -> float:
        """The larger of the two standard errors."""
        return max(self.sigma_east, self.sigma_north)

    @property
    def gain(self) -> float:
        """Logarithm of the likelihood ratio over no shift, effective points counted."""
        if not (self.after > 0 and self.before > 0):
            return 0.0
        return self.effective * float(np.log(self.before / self.after))


class _Level:
    """One step of the pyramid: points, their patches, and what fits there."""

    def __init__(
        self,
        ground: Ground,
        xy: FloatArray,
        height: FloatArray,
        centre: FloatArray,
        radius: float,
        factor: int,
        progress: Progress,
    ) -> None:
        self.cell = ground.cell * factor
        self._pixels = ground.pixels(xy)
        self._directions = ground.directions(xy)
        self._height = height
        self._factor = factor
        middle = self._pixels + self._directions @ centre
        cells = int(np.ceil(radius / self.cell * 1.5)) + 3
        self._patches: Patches = ground.patches(middle, cells, factor, progress)
        self._zero: FloatArray | None = None

    def ground(self, shift: FloatArray) -> FloatArray:
        """Heights of the DEM at all points moved by ``shift``."""
        return self._patches.at((self._pixels + self._directions @ shift) / self._factor)

    def residual(self, shift: FloatArray) -> FloatArray:
        """Delivered height minus DEM, points moved by ``shift``."""
        return self._height - self.ground(shift)

    def gradient(self, shift: FloatArray) -> FloatArray:
        """Slope of the DEM east and north (m/m), shape ``(n, 2)``."""
        half = self.cell / 2
        steps = np.eye(2) * half
        return np.column_stack(
            [(self.ground(shift + s) - self.ground(shift - s)) / (2 * half) for s in steps]
        )

    def misfit(self, shifts: FloatArray, progress: Progress = SILENT) -> FloatArray:
        """Spread at each of ``shifts``, as a share of the spread without one.

        The same points are compared: where a shift moves points off the DEM,
        or onto a plain only, neither may look like a better fit.
        """
        if self._zero is None:
            self._zero = self.residual(np.zeros(2))
        whole = nmad(self._zero)
        out = np.full(len(shifts), np.inf)
        for number, shift in enumerate(shifts):
            if number % 64 == 0:
                progress.at(number / len(shifts))
            here = self.residual(shift)
            there = np.isfinite(here)
            if there.sum() < max(_FEW, _LEAST_SHARE * len(here)):
                continue
            both = there & np.isfinite(self._zero)
            enough = both.sum() >= max(_FEW, 0.5 * there.sum())
            reference = nmad(self._zero[both]) if enough else whole
            spread = nmad(here[both]) if enough else nmad(here)
            if reference > 0:
                out[number] = spread / reference
        return out


def find_shift(
    ground: Ground, xy: FloatArray, height: FloatArray, progress: Progress = SILENT
) -> Shift:
    """Search for the shift between delivered heights and the DEM.

    Parameters
    ----------
    ground
        The DEM, seen from the plane of ``xy``.
    xy
        Plane metres, shape ``(n, 2)``; only points with finite values count.
    height
        Delivered heights in metres, shape ``(n,)``.
    """
    usable = np.isfinite(xy).all(axis=1) & np.isfinite(height)
    xy, height = xy[usable], height[usable]
    order = np.lexsort((height, xy[:, 1], xy[:, 0]))
    xy, height = xy[order], height[order]
    radius = max(SEARCH_METRES, SEARCH_CELLS * ground.cell)
    if len(xy) < _FEW:
        return Shift("few", count=len(xy), searched=radius)
    factor = 1
    while radius / (ground.cell * factor) > _RADIUS:
        factor *= _LEVEL
    coarse = spread_evenly(xy, _COARSE_POINTS)
    few, few_heights = xy[coarse], height[coarse]
    candidates = _search(ground, few, few_heights, radius, factor, progress.part(0.0, 0.6))
    fits = [
        _descend(ground, few, few_heights, candidate, factor, progress) for candidate in candidates
    ]
    rated = _rate(ground, few, few_heights, fits)
    if not rated:
        return Shift("few", count=len(xy), searched=radius)
    apart = 2 * ground.cell * factor
    others = [one.ratio for one in rated if np.hypot(*(one.shift - rated[0].shift)) > apart]
    fine = spread_evenly(xy, _FINE_POINTS)
    progress.at(0.9)
    level = _Level(ground, xy[fine], height[fine], rated[0].shift, 6 * ground.cell, 1, progress)
    best = _fit(level, xy[fine], rated[0].shift)
    final = _rate(ground, xy[fine], height[fine], [best.shift])
    if not final:
        return Shift("few", count=len(xy), searched=radius)
    return _conclude(ground.cell, best, final[0], min(others, default=np.nan), radius, factor)


def spread_evenly(xy: FloatArray, most: int) -> IntArray:
    """At most ``most`` row numbers that leave no region empty, in ascending order.

    The densest regions are thinned first: of each square of a grid one point,
    then a finer grid, until the number is reached.
    """
    if len(xy) <= most:
        return np.arange(len(xy))
    low = xy.min(axis=0)
    span = max(float(np.ptp(xy, axis=0).max()), 1e-6)
    least, greatest = 1, 1 << 20
    while greatest - least > max(1, least // 50):
        middle = (least + greatest) // 2
        least, greatest = (
            (middle, greatest) if len(_firsts(xy, low, span, middle)) <= most else (least, middle)
        )
    return _firsts(xy, low, span, least)


def _firsts(xy: FloatArray, low: FloatArray, span: float, cells: int) -> IntArray:
    square = np.floor((xy - low) / span * cells).astype(np.int64)
    return np.sort(np.unique(square[:, 0] * (cells + 2) + square[:, 1], return_index=True)[1])


def _search(
    ground: Ground,
    xy: FloatArray,
    height: FloatArray,
    radius: float,
    factor: int,
    progress: Progress,
) -> list[FloatArray]:
    """The best places of the coarsest level, best first, none beside a better one."""
    level = _Level(ground, xy, height, np.zeros(2), radius, factor, progress.part(0.0, 0.3))
    steps = int(np.ceil(radius / level.cell))
    axis = np.arange(-steps, steps + 1) * level.cell
    east, north = (part.ravel() for part in np.meshgrid(axis, axis))
    within = np.hypot(east, north) <= radius + 0.5 * level.cell
    misfit = np.full(len(east), np.inf)
    places = np.column_stack([east, north])
    misfit[within] = level.misfit(places[within], progress.part(0.3, 1.0))
    square = misfit.reshape(len(axis), len(axis))
    framed = np.pad(square, 1, constant_values=np.inf)
    size = len(axis)
    lowest = np.isfinite(square)
    for i in range(3):
        for j in range(3):
            lowest &= square <= framed[i : i + size, j : j + size]
    best = np.flatnonzero(lowest.ravel())
    best = best[np.argsort(misfit[best], kind="stable")][:_CANDIDATES]
    return [places[k] for k in best]


def _descend(
    ground: Ground,
    xy: FloatArray,
    height: FloatArray,
    shift: FloatArray,
    factor: int,
    progress: Progress,
) -> FloatArray:
    """Follow one place down the pyramid to the DEM's own cells."""
    reach = int(np.ceil(1.5 * _LEVEL))
    while factor > 1:
        factor //= _LEVEL
        cell = ground.cell * factor
        level = _Level(ground, xy, height, shift, reach * cell, factor, progress)
        axis = np.arange(-reach, reach + 1) * cell
        around = shift + np.column_stack([part.ravel() for part in np.meshgrid(axis, axis)])
        spread = np.array([nmad(level.residual(place)) for place in around])
        if np.isfinite(spread).any():
            shift = around[int(np.nanargmin(spread))]
    return _fit(_Level(ground, xy, height, shift, 6 * ground.cell, 1, progress), xy, shift).shift


@dataclass(frozen=True)
class _Fit:
    shift: FloatArray
    sigma: FloatArray
    effective: float


def _fit(level: _Level, xy: FloatArray, shift: FloatArray) -> _Fit:
    """Robust Gauss–Newton steps; a step that does not help is halved."""
    spread = nmad(level.residual(shift))
    covariance = np.full((2, 2), np.inf)
    for _ in range(_STEPS):
        residual, gradient = level.residual(shift), level.gradient(shift)
        good = np.isfinite(residual) & np.isfinite(gradient).all(axis=1)
        if good.sum() < _FEW:
            break
        design = np.column_stack([gradient[good], np.ones(good.sum())])
        fit = robust_fit(design, residual[good])
        covariance = fit.covariance[:2, :2]
        step = fit.coefficients[:2]
        if not np.isfinite(step).all():
            break
        step = step * min(1.0, level.cell / max(float(np.hypot(*step)), 1e-12))
        for _ in range(4):
            there = nmad(level.residual(shift + step))
            if there <= spread:
                break
            step = step / 2
        else:
            break
        shift, spread = shift + step, there
        if np.hypot(*step) < 0.005 * level.cell:
            break
    residual = level.residual(shift)
    good = np.isfinite(residual)
    about = correlation(xy[good], residual[good])
    with np.errstate(invalid="ignore"):
        sigma = np.sqrt(np.diag(covariance) * about.inflation)
    return _Fit(shift, np.where(np.isfinite(sigma), sigma, np.inf), about.effective)


@dataclass(frozen=True)
class _Rated:
    shift: FloatArray
    ratio: float
    before: float
    after: float
    count: int


def _rate(
    ground: Ground, xy: FloatArray, height: FloatArray, places: list[FloatArray]
) -> list[_Rated]:
    """Compare places with no shift, each on the points that both have; best first."""

    def residual(shift: FloatArray) -> FloatArray:
        pixels = ground.pixels(xy + shift)
        return height - ground.patches(pixels, 1).at(pixels)

    zero = residual(np.zeros(2))
    out = []
    for place in places:
        here = residual(place)
        both = np.isfinite(here) & np.isfinite(zero)
        enough = both.sum() >= _FEW
        before = nmad(zero[both]) if enough else nmad(zero)
        after = nmad(here[both]) if enough else nmad(here)
        if np.isfinite(after) and before > 0:
            out.append(_Rated(place, after / before, before, after, int(both.sum())))
    return sorted(out, key=lambda one: (one.ratio, float(np.hypot(*one.shift))))


def _conclude(
    cell: float, fit: _Fit, rated: _Rated, rival: float, radius: float, factor: int
) -> Shift:
    length = float(np.hypot(*fit.shift))
    state = "found"
    if fit.sigma.max() > max(_WEAK_CELLS * cell, _WEAK_METRES):
        state = "weak"
    elif length > radius - cell * factor:
        state = "edge"
    elif rival * _RIVAL <= rated.ratio and length > 2 * cell:
        state = "ambiguous"
    return Shift(
        state,
        float(fit.shift[0]),
        float(fit.shift[1]),
        float(fit.sigma[0]),
        float(fit.sigma[1]),
        rated.before,
        rated.after,
        rival * rated.before,
        rated.count,
        fit.effective,
        radius,
    )
