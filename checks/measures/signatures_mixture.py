"""Robust densities of groups of parcels: mixtures of t distributions, shrunk.

Fields of one group may be green or bare, so a group has several modes; some of
its parcels are wrongly declared, so tails are heavy (Peel & McLachlan 2000,
Statistics and Computing 10, 339–348); small groups borrow their spread from all
others (regularised discriminant analysis; Friedman 1989, JASA 84, 165–175).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular
from scipy.special import gammaln, logsumexp

from ..table import FloatArray

_FREEDOM = 5.0
_STEPS = 30
_ENOUGH = 1e-3
_MODES = (1, 2, 4)
_PER_MODE = 4
_LEAST_SPREAD = 1e-3


@dataclass(frozen=True)
class Mixture:
    """A mixture of multivariate t distributions.

    ``weights`` has shape ``(modes,)``, ``centres`` ``(modes, d)``, ``spreads``
    ``(modes, d, d)`` (scale matrices).
    """

    weights: FloatArray
    centres: FloatArray
    spreads: FloatArray

    def log_density(self, values: FloatArray, wider: FloatArray | None = None) -> FloatArray:
        """Log density at each row of ``values``, shape ``(n,)``.

        ``wider`` (``(d, d)``) is added to every scale matrix: the further
        uncertainty of parcels of few cells.
        """
        parts = [
            np.log(weight) + _log_t(values, centre, spread if wider is None else spread + wider)[0]
            for weight, centre, spread in zip(self.weights, self.centres, self.spreads)
        ]
        return np.asarray(logsumexp(parts, axis=0))


def fit_mixture(values: FloatArray, modes: int, pooled: FloatArray, seed: int = 0) -> Mixture:
    """Fit by expectation maximisation.

    Parameters
    ----------
    values
        Shape ``(n, d)``, n ≥ 2, finite, in an order that does not depend on
        how parcels were delivered.
    modes
        How many components.
    pooled
        Shape ``(d, d)``: spread within groups, towards which that of each mode
        is shrunk by d / (d + its parcels).
    """
    count, width = values.shape
    member = _nearest(values, _seeds(values, modes, seed))
    weight = np.ones((count, modes))
    before = -np.inf
    mixture = None
    for _ in range(_STEPS):
        mixture = _maximised(values, member, weight, pooled)
        logs = np.empty((count, modes))
        for mode in range(modes):
            log, distance = _log_t(values, mixture.centres[mode], mixture.spreads[mode])
            logs[:, mode] = np.log(mixture.weights[mode]) + log
            weight[:, mode] = (_FREEDOM + width) / (_FREEDOM + distance)
        whole = logsumexp(logs, axis=1)
        member = np.exp(logs - whole[:, None])
        level = float(whole.mean())
        if abs(level - before) < _ENOUGH:
            break
        before = level
    assert mixture is not None
    return mixture


def choose_modes(values: FloatArray, pooled: FloatArray) -> int:
    """How many modes describe ``values`` best by the Bayesian information criterion."""
    count, width = values.shape
    best, chosen = np.inf, 1
    for modes in _MODES:
        if modes > 1 and count < _PER_MODE * width * modes:
            break
        total = float(fit_mixture(values, modes, pooled).log_density(values).sum())
        free = modes * (1 + width + width * (width + 1) / 2)
        criterion = free * np.log(count) - 2 * total
        if criterion < best:
            best, chosen = criterion, modes
    return chosen


def _maximised(
    values: FloatArray, member: FloatArray, weight: FloatArray, pooled: FloatArray
) -> Mixture:
    count, width = values.shape
    modes = member.shape[1]
    size = member.sum(axis=0) + 1e-9
    both = member * weight
    centres = (both.T @ values) / (both.sum(axis=0)[:, None] + 1e-9)
    spreads = np.empty((modes, width, width))
    for mode in range(modes):
        away = values - centres[mode]
        own = (both[:, mode, None] * away).T @ away / size[mode]
        share = width / (width + size[mode])
        spreads[mode] = (1 - share) * own + share * pooled + _LEAST_SPREAD * np.eye(width)
    return Mixture((size + 1) / (count + modes), centres, spreads)


def _log_t(
    values: FloatArray, centre: FloatArray, spread: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Log density of a multivariate t, and squared distances (Lange et al. 1989)."""
    width = values.shape[1]
    lower = np.linalg.cholesky(spread)
    away = solve_triangular(lower, (values - centre).T, lower=True)
    distance = np.einsum("ij,ij->j", away, away)
    constant = gammaln((_FREEDOM + width) / 2) - gammaln(_FREEDOM / 2)
    constant -= width / 2 * np.log(_FREEDOM * np.pi) + np.log(np.diag(lower)).sum()
    return constant - (_FREEDOM + width) / 2 * np.log1p(distance / _FREEDOM), distance


def _seeds(values: FloatArray, modes: int, seed: int) -> FloatArray:
    """Starting centres far from one another (k-means++; Arthur & Vassilvitskii 2007)."""
    middle = np.median(values, axis=0)
    if modes == 1:
        return middle[None, :]
    random = np.random.default_rng(seed)
    centres = [values[int(np.argmin(((values - middle) ** 2).sum(axis=1)))]]
    nearest = ((values - centres[0]) ** 2).sum(axis=1)
    while len(centres) < modes:
        # Outliers make no mode of their own.
        chance = np.minimum(nearest, np.quantile(nearest, 0.9)) + 1e-12
        place = int(np.searchsorted(np.cumsum(chance), random.random() * chance.sum()))
        centres.append(values[min(place, len(values) - 1)])
        nearest = np.minimum(nearest, ((values - centres[-1]) ** 2).sum(axis=1))
    return np.array(centres)


def _nearest(values: FloatArray, centres: FloatArray) -> FloatArray:
    away = ((values[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
    return np.eye(len(centres))[np.argmin(away, axis=1)]
