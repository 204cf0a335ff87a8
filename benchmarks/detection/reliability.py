"""Are the probabilities true? Risk that was told against how often it came true, bin by bin.

Expected calibration error after M. P. Naeini, G. F. Cooper & M. Hauskrecht (AAAI
2015); intervals of the true share by bootstrap over tiles (Efron & Tibshirani 1993).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .intervals import TAIL, wilson
from .protocol import BoolArray, FloatArray, IntArray

EDGES = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0)
"""Finer where the parcels are: few have a risk above one in ten."""

_DRAWS = 200


@dataclass(frozen=True)
class Calibration:
    """Per bin mean risk, true share with its interval, weight and parcels; the expected error."""

    edges: tuple[float, ...]
    risk: tuple[float, ...]
    true: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    weight: tuple[float, ...]
    count: tuple[int, ...]
    error: float


def at_prior(risk: FloatArray, told: float, wanted: float) -> FloatArray:
    """Risks told at the prior ``told`` as they would be at ``wanted``: odds in proportion.

    (M. Saerens, P. Latinne & C. Decaestecker, Neural Computation 14, 2002.)
    """
    if not 0 < wanted < 1:
        return np.asarray(risk, dtype=np.float64)
    factor = wanted / (1 - wanted) * (1 - told) / told
    sound = np.clip(risk, 0.0, 1.0 - 1e-12)
    odds = sound / (1 - sound) * factor
    return np.asarray(odds / (1 + odds), dtype=np.float64)


def reliability(
    risk: FloatArray,
    bad: BoolArray,
    weight: FloatArray,
    tile: IntArray,
    edges: tuple[float, ...] = EDGES,
) -> Calibration:
    """Reliability of ``risk`` (n,), each parcel counting ``weight``, tiles drawn together."""
    bins = len(edges) - 1
    place = np.clip(np.digitize(risk, edges) - 1, 0, bins - 1)
    total = np.bincount(place, weight, bins)
    count = np.bincount(place, minlength=bins)
    with np.errstate(invalid="ignore", divide="ignore"):
        told = np.bincount(place, weight * risk, bins) / total
        true = np.bincount(place, weight * bad, bins) / total
    whole = max(float(total.sum()), 1e-12)
    error = float(np.nansum(np.abs(told - true) * total) / whole) if len(risk) else float("nan")
    low, high = _intervals(place, bad, weight, tile, true)
    return Calibration(
        tuple(edges), tuple(told), tuple(true), tuple(low), tuple(high),
        tuple(total / whole), tuple(int(n) for n in count), error,
    )  # fmt: skip


def _intervals(
    place: IntArray, bad: BoolArray, weight: FloatArray, tile: IntArray, true: FloatArray
) -> tuple[FloatArray, FloatArray]:
    low, high = np.full(len(true), np.nan), np.full(len(true), np.nan)
    for number in np.flatnonzero(np.isfinite(true)):
        rows = place == number
        _, own = np.unique(tile[rows], return_inverse=True)
        tiles = int(own.max()) + 1
        if true[number] in (0.0, 1.0):
            # No draw could differ.
            low[number], high[number] = wilson(round(true[number] * tiles), tiles)
            continue
        hits = np.bincount(own, weight[rows] * bad[rows], tiles)
        sizes = np.bincount(own, weight[rows], tiles)
        chosen = np.random.default_rng([7, int(number)]).integers(0, tiles, (_DRAWS, tiles))
        with np.errstate(invalid="ignore"):
            rates = hits[chosen].sum(axis=1) / sizes[chosen].sum(axis=1)
        low[number], high[number] = np.nanquantile(rates, [TAIL, 1 - TAIL])
    return low, high
