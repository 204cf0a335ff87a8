"""From log densities to probabilities, and the tail of honest parcels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import logsumexp

from ..table import BoolArray, FloatArray, IntArray

_LOWEST = -60.0
_NOISE = (0.005, 0.15)
_TEMPERATURE = (0.05, 1.0)
_UPPER, _OUTER = 0.80, 0.95
_FEW = 40
_UNSURE = 20.0
_LEAST_SCALE = 0.3
_MOST_WRONG = 0.1


@dataclass(frozen=True)
class Calibration:
    """Temperature, and an offset for each group (0 for those not learned)."""

    temperature: float
    offset: FloatArray
    known: BoolArray

    def log_posterior(self, logs: FloatArray) -> FloatArray:
        """Log probabilities from log densities, shape ``(n, groups)``."""
        inside = _bounded(logs, self.known) * self.temperature + self.offset
        inside = np.where(self.known, inside, -np.inf)
        return np.asarray(inside - logsumexp(inside, axis=1, keepdims=True))


def calibrate(logs: FloatArray, group: IntArray, known: BoolArray) -> Calibration:
    """Fit temperature and offsets on cross-fitted parcels, every group weighing the same.

    How many labels are wrong is fitted too, so that they do not bend the scale.
    """
    which = np.flatnonzero(known)
    weight = 1 / np.bincount(group, minlength=len(known))[group]
    bounded = _bounded(logs, known)[:, which]
    place = np.searchsorted(which, group)
    rows = np.arange(len(group))

    def loss(free: FloatArray) -> float:
        inside = np.exp(free[0]) * bounded + free[2:]
        own = inside[rows, place] - logsumexp(inside, axis=1)
        noise = np.exp(free[1])
        honest = (1 - noise) * np.exp(own) + noise / len(which)
        ridge = 1e-3 * float(np.sum(free[2:] ** 2))
        return float(-(weight * np.log(honest)).sum()) / len(which) + ridge

    start = np.zeros(2 + len(which))
    start[:2] = np.log(0.6), np.log(0.03)
    bounds = [tuple(np.log(_TEMPERATURE)), tuple(np.log(_NOISE)), *[(-8.0, 8.0)] * len(which)]
    found = minimize(loss, start, method="L-BFGS-B", bounds=bounds)
    offset = np.zeros(len(known))
    offset[which] = found.x[2:]
    return Calibration(float(np.exp(found.x[0])), offset, known)


@dataclass(frozen=True)
class Tail:
    """The upper tail of honest values: exponential beyond :attr:`start`.

    A fifth of honest values lie beyond ``start``; ``scale`` is how far one
    must go for the share to fall by e.
    """

    start: float
    scale: float

    def share(self, values: FloatArray) -> FloatArray:
        """Share of honest values as large; told no closer than one fifth. NaN stays."""
        with np.errstate(invalid="ignore", over="ignore"):
            beyond = np.maximum((values - self.start) / self.scale, 0.0)
            return (1 - _UPPER) * np.exp(-beyond)


def tail_of(values: FloatArray, usual: float = 0.0, wrong: float = 0.0) -> Tail:
    """Tail of honest values among which a few in a hundred may be dishonest.

    Read off between the 80 % and 95 % quantiles, where these few do not reach.

    Parameters
    ----------
    wrong
        Share of values known to be dishonest, at the upper end; taken off, up
        to one in ten.
    usual
        Scale of other groups: a group of few parcels has no smaller one.
    """
    values = values[np.isfinite(values)]
    if not len(values):
        return Tail(0.0, max(usual, 1.0))
    whole = 1 - min(wrong, _MOST_WRONG)
    upper, outer = (float(q) for q in np.quantile(values, (_UPPER * whole, _OUTER * whole)))
    scale = max((outer - upper) / np.log((1 - _UPPER) / (1 - _OUTER)), _LEAST_SCALE)
    if len(values) < _FEW:
        scale = max(scale, usual)
    # Quantiles of few values are not sure themselves.
    return Tail(upper, scale * (1 + _UNSURE / len(values)))


def _bounded(logs: FloatArray, known: BoolArray) -> FloatArray:
    """Log densities below the best; a group without signature in a fold lies far below."""
    inside = np.where(known, logs, -np.inf)
    best = inside.max(axis=1, keepdims=True)
    best = np.where(np.isfinite(best), best, 0.0)
    return np.asarray(np.maximum(inside - best, _LOWEST))
