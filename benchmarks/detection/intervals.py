"""Thresholds, shares and their intervals.

Bootstraps draw tiles (Efron & Tibshirani 1993, ch. 8 and 13); where nothing
could vary, Wilson's interval stands in.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .protocol import BoolArray, FloatArray, IntArray, Measured

DRAWS = 200
TAIL = 0.025


def threshold(genuine: FloatArray, alarm: float) -> float:
    """Least score with at most a share ``alarm`` of the genuine ones above it.

    With fewer than 1/``alarm`` genuine objects it is the greatest of them.
    """
    if len(genuine) == 0:
        return float("nan")
    down = -np.sort(-np.asarray(genuine, dtype=np.float64))
    return float(down[min(int(np.floor(alarm * len(down) + 1e-9)), len(down) - 1)])


def share(hit: BoolArray, tile: IntArray, draws: int = DRAWS, seed: int = 0) -> Measured:
    """Share of hits with its bootstrap interval over tiles.

    All alike (no hit, or nothing but hits): Wilson's interval over tiles
    instead, since no draw could then differ.
    """
    count = len(hit)
    if count == 0:
        return Measured(float("nan"), note="nothing could be judged")
    value = float(np.mean(hit))
    _, place = np.unique(tile, return_inverse=True)
    tiles = int(place.max()) + 1
    if value in (0.0, 1.0):
        low, high = wilson(round(value * tiles), tiles)
        return Measured(value, low, high, count)
    random = np.random.default_rng([seed, 2])
    hits, sizes = np.bincount(place, hit, tiles), np.bincount(place, minlength=tiles)
    chosen = random.integers(0, tiles, (draws, tiles))
    rates = hits[chosen].sum(axis=1) / sizes[chosen].sum(axis=1)
    low, high = np.quantile(rates, [TAIL, 1 - TAIL])
    return Measured(value, float(low), float(high), count)


def wilson(hits: int, count: int, z: float = 1.959964) -> tuple[float, float]:
    """Wilson's score interval of a share (Wilson 1927, JASA 22, 209-212)."""
    if count == 0:
        return float("nan"), float("nan")
    p = hits / count
    centre = (p + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * np.sqrt(p * (1 - p) / count + z * z / (4 * count * count))
    return max(0.0, float(centre - half)), min(1.0, float(centre + half))


def found_from(strengths: Sequence[float], rates: Sequence[float], share: float) -> float:
    """Strength from which on ``rates`` stay at least ``share``; NaN when they never do."""
    out = float("nan")
    for place in range(len(rates) - 1, -1, -1):
        rate = rates[place]
        if not rate >= share:
            if place + 1 < len(rates) and np.isfinite(rate) and rates[place + 1] > rate:
                part = (share - rate) / (rates[place + 1] - rate)
                return float(strengths[place] + part * (strengths[place + 1] - strengths[place]))
            return out
        out = float(strengths[place])
    return out
