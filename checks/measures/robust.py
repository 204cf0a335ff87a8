"""Statistics that a tenth of bad values does not move.

Residuals of heights have heavy tails (cliffs, blunders) and are correlated in
space, so neither the standard deviation nor ``σ / √n`` means what it says.
Spread is the NMAD and quantiles (Höhle & Höhle 2009, ISPRS J. 64, 398–406),
fits are Tukey's biweight, and the uncertainty of a mean counts how many
values are worth an independent one (Rolstad et al. 2009, J. Glaciology 55,
666–680; Hugonnet et al. 2022, IEEE JSTARS 15, 6456–6472), here from the mean
correlation of pairs of points instead of a circular area.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from ..table import FloatArray, IntArray

TO_SIGMA = 1.4826
"""A normal distribution's standard deviation over its median absolute deviation."""

_TUKEY = 4.685  # 95 % efficiency at the normal distribution
_DOWD = 2.198
_STEPS = 50
_NEIGHBOURS = 12
_PAIRS = 300_000
_LAGS = 24
_SURE = 2.0


def nmad(values: FloatArray) -> float:
    """Normalised median absolute deviation; NaN for no finite values."""
    values = values[np.isfinite(values)]
    if not len(values):
        return float("nan")
    return float(TO_SIGMA * np.median(np.abs(values - np.median(values))))


def absolute_quantile(values: FloatArray, share: float) -> float:
    """The quantile ``share`` of ``|values|``; NaN for no finite values."""
    values = np.abs(values[np.isfinite(values)])
    return float(np.quantile(values, share)) if len(values) else float("nan")


def root_mean_square(values: FloatArray) -> float:
    """RMSE of finite values; NaN when there are none."""
    values = values[np.isfinite(values)]
    return float(np.sqrt(np.mean(values**2))) if len(values) else float("nan")


@dataclass(frozen=True)
class RobustFit:
    """A linear fit by Tukey's biweight.

    ``covariance`` (shape ``(k, k)``) is that of independent values of spread
    ``scale``; multiply by ``n / effective n`` for correlated ones. It is
    infinite where the data do not determine a coefficient.
    """

    coefficients: FloatArray
    covariance: FloatArray
    weights: FloatArray
    scale: float


def robust_fit(
    design: FloatArray, values: FloatArray, start: FloatArray | None = None
) -> RobustFit:
    """Fit ``values ≈ design @ coefficients`` by iterated biweight least squares.

    Parameters
    ----------
    design
        Shape ``(n, k)``, finite.
    values
        Shape ``(n,)``, finite.
    start
        First residual-giving coefficients; default: all zero but the median
        taken off, so that a constant column is not needed to begin.

    Notes
    -----
    Covariance after Huber (1981), section 7.6, as in any M-estimate text.
    """
    count, unknowns = design.shape
    residual = values - np.median(values) if start is None else values - design @ start
    scale = max(nmad(residual), 1e-9)
    coefficients = np.zeros(unknowns)
    weights = np.ones(count)
    for _ in range(_STEPS):
        weights = _biweight(residual, scale)
        root = np.sqrt(weights)
        solved = np.linalg.lstsq(design * root[:, None], values * root, rcond=1e-10)[0]
        moved = np.abs(design @ (solved - coefficients)).max(initial=0.0)
        coefficients = solved
        residual = values - design @ coefficients
        scale = max(nmad(residual), 1e-9)
        if moved < 1e-4 * scale:
            break
    return RobustFit(coefficients, _covariance(design, residual, scale), weights, scale)


def _biweight(residual: FloatArray, scale: float) -> FloatArray:
    u = np.clip(np.abs(residual) / (_TUKEY * scale), 0, 1)
    weights: FloatArray = np.square(1.0 - np.square(u))
    return weights


def _covariance(design: FloatArray, residual: FloatArray, scale: float) -> FloatArray:
    count, unknowns = design.shape
    u2 = np.clip((residual / (_TUKEY * scale)) ** 2, 0, 1)
    psi = residual * (1 - u2) ** 2
    slope = float(np.mean((1 - u2) * (1 - 5 * u2)))
    normal = design.T @ design
    if slope <= 0.05 or count <= unknowns or np.linalg.cond(normal) > 1e12:
        return np.full((unknowns, unknowns), np.inf)
    variance = float(np.sum(psi**2)) / (count - unknowns) / slope**2
    return np.linalg.inv(normal) * variance


def robust_mean(values: FloatArray) -> tuple[float, float]:
    """Biweight location of finite ``values`` and its standard error if independent.

    NaN and infinity for fewer than two values.
    """
    values = values[np.isfinite(values)]
    if len(values) < 2:
        return (float(values[0]) if len(values) else float("nan")), float("inf")
    fit = robust_fit(np.ones((len(values), 1)), values)
    return float(fit.coefficients[0]), float(np.sqrt(fit.covariance[0, 0]))


@dataclass(frozen=True)
class Correlation:
    """How far residuals resemble one another.

    ``reach`` is the distance in metres at which the correlation has fallen to
    5 % (0: none found), ``share`` the correlated part of the variance,
    ``effective`` how many independent values the ``count`` values are worth
    for their mean.
    """

    reach: float
    share: float
    count: int
    effective: float
    lags: FloatArray
    variogram: FloatArray

    @property
    def inflation(self) -> float:
        """By how much a variance that assumed independence must grow."""
        return self.count / self.effective if self.effective > 0 else float("inf")


def correlation(xy: FloatArray, residual: FloatArray) -> Correlation:
    """Empirical variogram, exponential model with nugget, effective count.

    Pairs are every point with its nearest neighbours (for the short lags) and
    a systematic sample of all pairs (for the long ones and for the mean
    correlation); nothing is random, and the order of rows does not matter.
    Dowd's (1984) robust variogram estimator.

    Parameters
    ----------
    xy
        Metres, shape ``(n, 2)``, finite.
    residual
        Shape ``(n,)``, finite.
    """
    count = len(residual)
    nothing = np.zeros(0)
    spread = nmad(residual)
    if count < 10 or not spread > 0:
        return Correlation(0.0, 0.0, count, float(max(count, 1)), nothing, nothing)
    order = np.lexsort((residual, xy[:, 1], xy[:, 0]))
    xy, residual = xy[order], residual[order]
    level = np.median(residual)
    residual = np.clip(residual - level, -5 * spread, 5 * spread)
    far = _systematic_pairs(count)
    near = _near_pairs(xy)
    lags, gamma, weight = _variogram(xy, residual, near, far)
    if len(lags) < 3 or not _neighbours_agree(residual, near, spread):
        return Correlation(0.0, 0.0, count, float(count), lags, gamma)
    reach, share = _exponential(lags, gamma, weight, spread**2)
    distance = np.hypot(*(xy[far[0]] - xy[far[1]]).T)
    mean = share * float(np.mean(np.exp(-3 * distance / reach))) if reach > 0 else 0.0
    effective = count / (1 + (count - 1) * mean)
    return Correlation(reach, share, count, max(effective, 1.0), lags, gamma)


def _systematic_pairs(count: int) -> tuple[IntArray, IntArray]:
    """Pairs ``(i, i + s)`` for evenly spread ``s``: every distance in its true share."""
    rounds = max(1, min(count - 1, _PAIRS // count))
    steps = np.unique(np.linspace(1, count - 1, rounds).astype(np.int64))
    first = np.tile(np.arange(count), len(steps))
    second = (first + np.repeat(steps, count)) % count
    return first, second


def _near_pairs(xy: FloatArray) -> tuple[IntArray, IntArray]:
    step = max(1, len(xy) // (_PAIRS // _NEIGHBOURS))
    chosen = np.arange(0, len(xy), step)
    # Of a few points, the twelfth nearest is no neighbour any more.
    neighbours = min(max(_NEIGHBOURS // 3, min(_NEIGHBOURS, len(xy) // 10)) + 1, len(xy))
    found = cKDTree(xy).query(xy[chosen], k=neighbours)[1].astype(np.int64)
    return np.repeat(chosen, neighbours), found.ravel()


def _neighbours_agree(residual: FloatArray, near: tuple[IntArray, IntArray], spread: float) -> bool:
    """Whether neighbours resemble one another more than chance makes them.

    A variogram of uncorrelated values wiggles too, and its best model has a
    reach; neighbours tell that from correlation.
    """
    one, other = (np.clip(residual[side], -2 * spread, 2 * spread) for side in near)
    apart = near[0] != near[1]
    variance = float(np.mean(one[apart] ** 2))
    if not variance > 0:
        return False
    alike = float(np.mean(one[apart] * other[apart])) / variance
    # A pair of mutual neighbours is there twice.
    return alike > _SURE / np.sqrt(max(apart.sum() / 2, 1))


def _variogram(
    xy: FloatArray,
    residual: FloatArray,
    near: tuple[IntArray, IntArray],
    far: tuple[IntArray, IntArray],
) -> tuple[FloatArray, FloatArray, FloatArray]:
    first = np.concatenate([near[0], far[0]])
    second = np.concatenate([near[1], far[1]])
    distance = np.hypot(*(xy[first] - xy[second]).T)
    apart = distance > 0
    distance = distance[apart]
    if not len(distance):
        return np.zeros(0), np.zeros(0), np.zeros(0)
    difference = np.abs(residual[first[apart]] - residual[second[apart]])
    # Equal ratios: correlation lengths are unknown over several powers of ten.
    # Beyond half the extent, pairs come from the edges only and say little.
    low, high = float(np.quantile(distance, 0.001)), 0.5 * float(distance.max())
    edges = np.geomspace(max(low, high * 1e-5), high * 1.0001, _LAGS + 1)
    bins = np.digitize(distance, edges) - 1
    lags, gamma, weight = [], [], []
    for k in range(_LAGS):
        inside = bins == k
        pairs = int(inside.sum())
        if pairs < 30:
            continue
        lags.append(float(np.median(distance[inside])))
        gamma.append(0.5 * _DOWD * float(np.median(difference[inside])) ** 2)
        weight.append(pairs)
    return np.array(lags), np.array(gamma), np.sqrt(np.array(weight, dtype=float))


def _exponential(
    lags: FloatArray, gamma: FloatArray, weight: FloatArray, variance: float
) -> tuple[float, float]:
    """Practical range and correlated share of ``nugget + partial·(1 − e^(−3h/range))``."""
    best = (np.inf, 0.0, 0.0)
    weight = np.minimum(weight, 20 * np.median(weight))
    for reach in np.geomspace(lags[0], lags[-1], 60):
        shape = 1 - np.exp(-3 * lags / reach)
        design = np.column_stack([np.ones_like(lags), shape]) * weight[:, None]
        (nugget, partial), *_ = np.linalg.lstsq(design, gamma * weight, rcond=None)
        nugget, partial = max(nugget, 0.0), max(partial, 0.0)
        misfit = float(np.sum(((nugget + partial * shape - gamma) * weight) ** 2))
        if misfit < best[0] and nugget + partial > 0:
            best = (misfit, float(reach), partial / max(nugget + partial, variance))
    _, reach, share = best
    # Less than a tenth cannot be told from the noise of the variogram itself.
    return (reach, min(share, 1.0)) if share > 0.1 else (0.0, 0.0)
