"""How honest parcels of one class differ among themselves: an empirical null.

Season, sun, harvest and haze change every field; what counts is how far one
parcel departs from parcels of its own class in the same two pictures. Their
middle and covariance are robust (some of them may be false), small classes
borrow from all, and tails are taken as heavy as the parcels themselves show,
never as light as the normal distribution's.

Sources
-------
Rousseeuw, P. J. & Van Driessen, K. (1999): A fast algorithm for the minimum
covariance determinant estimator. Technometrics 41, 212-223 (the concentration
steps; deterministic start as in Hubert, Rousseeuw & Verdonck 2012). Pickands,
J. (1975): Statistical inference using extreme order statistics. Annals of
Statistics 3, 119-131 (the tail). Efron, B. (2004): Large-scale simultaneous
hypothesis testing. JASA 99, 96-104 (the empirical null).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtri, ndtri
from scipy.stats import rankdata

from ..table import BoolArray, FloatArray, IntArray
from .robust import nmad

LEAST_PEERS = 15
"""Fewer parcels than this say nothing of what is usual in a class."""

_KEPT = 0.7
_FLOOR = 0.01
_STEPS = 12
_TAIL_LEVEL = 0.05
_LEAST_TAIL = 80
_LEAST_SHAPE, _MOST_SHAPE = 0.15, 0.5
_SIZE_BINS = 10
_DEGREES = 4.0
_BORROWED_PER_BAND = 3.0


@dataclass(frozen=True)
class Cloud:
    """Robust middle, shape ``(k,)``, and covariance, shape ``(k, k)``, of ``count`` values."""

    middle: FloatArray
    covariance: FloatArray
    count: int


def robust_cloud(values: FloatArray) -> Cloud:
    """Middle and covariance that a quarter of bad rows does not move.

    Starts from medians and rank correlations, then takes the covariance of the
    closest 70 % again and again; scaled so that the median squared distance is
    that of a normal distribution. The order of rows does not matter.

    Parameters
    ----------
    values
        Shape ``(n, k)``, finite, ``n`` ≥ 2.
    """
    count, size = values.shape
    middle = np.median(values, axis=0)
    spread = np.array([nmad(column) for column in values.T])
    plain = values.std(axis=0)
    spread = np.where(spread > 1e-9 * plain, spread, plain)
    spread = np.where(spread > 0, spread, 1.0)
    scores = ndtri((rankdata(values, axis=0) - 0.5) / count)
    with np.errstate(invalid="ignore", divide="ignore"):
        shape = np.atleast_2d(np.corrcoef(scores.T)) if count > 2 else np.eye(size)
    shape = np.where(np.isfinite(shape), shape, 0.0)
    np.fill_diagonal(shape, 1.0)
    start = np.outer(spread, spread) * (0.9 * shape + 0.1 * np.eye(size))
    covariance: FloatArray = np.asarray(start, dtype=np.float64)
    kept = max(int(_KEPT * count), min(count, size + 2))
    floor = np.diag(np.square(_FLOOR * spread))
    for _ in range(_STEPS):
        distance = _squared(values, middle, covariance)
        closest = values[np.argsort(distance, kind="stable")[:kept]]
        middle = closest.mean(axis=0)
        covariance = np.atleast_2d(np.cov(closest.T, bias=True)) + floor
    distance = _squared(values, middle, covariance)
    # The closest ones always vary less than all: never to be scaled down.
    covariance = covariance * max(float(np.median(distance)) / float(chdtri(size, 0.5)), 1.0)
    return Cloud(middle, covariance, count)


@dataclass(frozen=True)
class Tail:
    """How rare distances are among peers.

    Up to ``start`` the peers themselves are counted (``sorted_values``); beyond,
    a generalised Pareto tail from quantiles that a few false parcels cannot
    move, never lighter than the 1/d^6 that ordinary residuals of images show.
    """

    sorted_values: FloatArray
    start: float
    scale: float
    shape: float

    @staticmethod
    def of(distance: FloatArray) -> Tail:
        """Fit to the distances of peers, shape ``(n,)``."""
        values = np.sort(distance[np.isfinite(distance)])
        a = _TAIL_LEVEL
        low, middle, high = (float(q) for q in np.quantile(values, (1 - 4 * a, 1 - 2 * a, 1 - a)))
        first, second = max(middle - low, 1e-9), max(high - middle, 1e-9)
        shape = float(np.clip(np.log2(second / first), _LEAST_SHAPE, _MOST_SHAPE))
        # Over either interval the survival halves.
        growth = (2.0**shape - 1) / shape
        scale = max(first / growth, second / (growth * 2.0**shape))
        return Tail(values, low, scale, shape)

    def beyond(self, distance: FloatArray) -> FloatArray:
        """Probability that an honest peer is at least so far off; NaN stays NaN."""
        count = len(self.sorted_values)
        below = np.searchsorted(self.sorted_values, distance, side="left")
        counted = (count - below + 1) / (count + 1)
        with np.errstate(invalid="ignore"):
            over = np.maximum(distance - self.start, 0.0) / self.scale
            tail = (1 + self.shape * over) ** (-1 / self.shape)
            out = np.where(distance > self.start, 4 * _TAIL_LEVEL * tail, counted)
        return np.where(np.isfinite(distance), np.clip(out, 0.0, 1.0), np.nan)


@dataclass(frozen=True)
class Peers:
    """What is usual in each of ``g`` classes, for values of ``k`` numbers.

    Attributes
    ----------
    middle, covariance
        Shapes ``(g, k)``, ``(g, k, k)``; NaN for classes with too few parcels.
    count
        Shape ``(g,)``: parcels behind each.
    sizes, growth
        Squared distances of parcels of ``sizes`` cells are ``growth`` times
        those of parcels as a whole: small ones are noisier.
    tails
        For each class its own tail, or that of all where it is small.
    """

    middle: FloatArray
    covariance: FloatArray
    count: IntArray
    sizes: FloatArray
    growth: FloatArray
    tails: tuple[Tail | None, ...]

    @property
    def known(self) -> BoolArray:
        """Classes that have enough parcels, shape ``(g,)``."""
        return np.array([tail is not None for tail in self.tails], dtype=bool)

    def distance(self, values: FloatArray, cells: FloatArray, group: IntArray) -> FloatArray:
        """Distance of each row from its ``group``, for parcels of so many cells.

        Shape ``(n,)``, in standard deviations of honest parcels of that size;
        NaN for no group, an unknown one, or values that are not finite.
        """
        out = np.full(len(values), np.nan)
        fine = np.isfinite(values).all(axis=1)
        for number in np.flatnonzero(self.known):
            rows = np.flatnonzero(fine & (group == number))
            if len(rows):
                out[rows] = _squared(values[rows], self.middle[number], self.covariance[number])
        return np.sqrt(out / self._growth(cells))

    def beyond(self, distance: FloatArray, group: IntArray) -> FloatArray:
        """Probability that an honest parcel of ``group`` is so far off, shape ``(n,)``."""
        out = np.full(len(distance), np.nan)
        for number, tail in enumerate(self.tails):
            rows = group == number
            if tail is not None and rows.any():
                out[rows] = tail.beyond(distance[rows])
        return out

    def likelihood(self, values: FloatArray, cells: FloatArray) -> FloatArray:
        """Log-likelihood of each row in every class, shape ``(n, g)``; -inf if unknown.

        Student's t with 4 degrees of freedom: one odd band shall not decide.
        """
        size = values.shape[1]
        out = np.full((len(values), len(self.count)), -np.inf)
        growth = self._growth(cells)
        for number in np.flatnonzero(self.known):
            squared = _squared(values, self.middle[number], self.covariance[number]) / growth
            volume = np.linalg.slogdet(self.covariance[number])[1] + size * np.log(growth)
            out[:, number] = -0.5 * volume - 0.5 * (_DEGREES + size) * np.log1p(squared / _DEGREES)
        return out

    def _growth(self, cells: FloatArray) -> FloatArray:
        if not len(self.sizes):
            return np.ones(len(cells))
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.interp(np.log(np.maximum(cells, 1e-3)), self.sizes, self.growth)


def learn(values: FloatArray, cells: FloatArray, group: IntArray, groups: int) -> Peers:
    """Learn what is usual from parcels whose group is believed.

    Parameters
    ----------
    values
        Shape ``(n, k)``; rows with NaN are left out.
    cells
        Shape ``(n,)``: size of the parcels.
    group
        Shape ``(n,)``: 0 … ``groups`` - 1; negative ones teach nothing.
    """
    size = values.shape[1]
    teaches = np.isfinite(values).all(axis=1) & (group >= 0)
    count = np.bincount(group[teaches], minlength=groups)[:groups].astype(np.int64)
    middle = np.full((groups, size), np.nan)
    covariance = np.full((groups, size, size), np.nan)
    enough = np.flatnonzero(count >= LEAST_PEERS)
    clouds = {int(g): robust_cloud(values[teaches & (group == g)]) for g in enough}
    if clouds:
        weight = np.array([cloud.count for cloud in clouds.values()], dtype=np.float64)
        each = np.stack([cloud.covariance for cloud in clouds.values()])
        pooled = np.tensordot(weight / weight.sum(), each, axes=1)
        pooled += 1e-9 * np.trace(pooled) / size * np.eye(size)
        borrowed = _BORROWED_PER_BAND * (size + 1)
        for number, cloud in clouds.items():
            middle[number] = cloud.middle
            covariance[number] = (cloud.count * cloud.covariance + borrowed * pooled) / (
                cloud.count + borrowed
            )
    nothing = np.zeros(0)
    plain = Peers(
        middle,
        covariance,
        count,
        nothing,
        nothing,
        tuple(
            Tail(nothing, 0.0, 1.0, _LEAST_SHAPE) if g in clouds else None for g in range(groups)
        ),
    )
    rows = np.flatnonzero(teaches & np.isin(group, enough))
    distance = plain.distance(values[rows], cells[rows], group[rows])
    sizes, growth = _sizes(cells[rows], distance**2)
    sized = Peers(middle, covariance, count, sizes, growth, plain.tails)
    distance = sized.distance(values[rows], cells[rows], group[rows])
    tails = _tails(distance, group[rows], groups, enough)
    return Peers(middle, covariance, count, sizes, growth, tails)


def _tails(
    distance: FloatArray, group: IntArray, groups: int, enough: IntArray
) -> tuple[Tail | None, ...]:
    if not len(distance):
        return (None,) * groups
    every = Tail.of(distance)
    out: list[Tail | None] = [None] * groups
    for number in enough:
        own = distance[group == number]
        out[number] = Tail.of(own) if len(own) >= _LEAST_TAIL else every
    return tuple(out)


def _sizes(cells: FloatArray, squared: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Logarithm of sizes, and how much larger squared distances usually are there."""
    known = np.isfinite(squared) & (cells > 0)
    if known.sum() < 20 * _SIZE_BINS:
        return np.zeros(0), np.zeros(0)
    log, squared = np.log(cells[known]), squared[known]
    edges = np.unique(np.quantile(log, np.linspace(0, 1, _SIZE_BINS + 1)))
    if len(edges) < 3:
        return np.zeros(0), np.zeros(0)
    place = np.clip(np.searchsorted(edges, log, side="right") - 1, 0, len(edges) - 2)
    middle = np.array([np.median(log[place == b]) for b in range(len(edges) - 1)])
    level = np.array([np.median(squared[place == b]) for b in range(len(edges) - 1)])
    # Larger parcels are never noisier.
    level = np.maximum.accumulate(level[::-1])[::-1]
    whole = float(np.median(squared))
    return middle, np.maximum(level / whole, 0.25) if whole > 0 else np.ones(len(middle))


def _squared(values: FloatArray, middle: FloatArray, covariance: FloatArray) -> FloatArray:
    """Squared Mahalanobis distances, shape ``(n,)``."""
    value, vector = np.linalg.eigh(covariance)
    value = np.maximum(value, 1e-12 * max(float(value[-1]), 1e-300))
    turned = (values - middle) @ vector
    out: FloatArray = (turned**2 / value).sum(axis=1)
    return out
