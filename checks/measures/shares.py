"""How often one kind of change happens in each village, beside all other villages.

A county that orders surveyors to change classes in bulk (the Shibing case) shows as
one kind of change far above its neighbours. Villages honestly differ, so counts
spread wider than chance: the null is beta-binomial (Williams 1975, Biometrics
31, 949-952) with its spread taken from the other villages, and all villages and
kinds are corrected together (Benjamini & Hochberg 1995, J. R. Stat. Soc. B 57,
289-300).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, expit
from scipy.stats import betabinom

from ..table import BoolArray, FloatArray, IntArray, TextArray

_FITTED_ALONE = 5
_LEAST_SPREAD = 0.005
"""Villages never agree better than this (intra-class correlation): real life is patchy."""


@dataclass(frozen=True)
class ShareMeasure:
    """Counts of one kind of change in one village each; arrays of shape ``(m,)``.

    ``village`` and ``kind`` name them; ``count`` of ``parcels`` changed so,
    ``usual`` is the share in the other villages. ``p`` is the chance of so many
    or more, ``q`` the same corrected for all that were looked at. The test
    statistic is ``-log10(p)``.
    """

    village: TextArray
    kind: TextArray
    count: IntArray
    parcels: IntArray
    usual: FloatArray
    p: FloatArray
    q: FloatArray

    @property
    def statistic(self) -> FloatArray:
        """Higher is more suspicious."""
        out: FloatArray = -np.log10(np.maximum(self.p, 1e-300))
        return out


def measure_shares(
    village: TextArray, kind: TextArray, considered: BoolArray, least_villages: int
) -> ShareMeasure:
    """Compare villages.

    Parameters
    ----------
    village
        Village of each parcel, ``""`` where it is not told; shape ``(n,)``.
    kind
        What happened to each parcel, ``""`` for nothing; shape ``(n,)``.
    considered
        Parcels that could have changed so, and are known.
    least_villages
        With fewer there is no usual.
    """
    rows = considered & np.asarray(village != "", dtype=bool)
    names, place = np.unique(village[rows].astype(str), return_inverse=True)
    place = place.ravel()
    parcels = np.bincount(place, minlength=len(names))
    kinds = sorted(set(kind[rows]) - {""})
    found: list[tuple[str, str, int, int, float, float]] = []
    if len(names) >= least_villages:
        for each in kinds:
            happened = np.asarray(kind[rows] == each, dtype=bool)
            counts = np.bincount(place[happened], minlength=len(names))
            usual, tail = _tails(counts, parcels)
            found += [
                (names[at], each, int(counts[at]), int(parcels[at]), usual[at], tail[at])
                for at in np.flatnonzero(counts)
            ]
    p = np.array([each[5] for each in found], dtype=float)
    return ShareMeasure(
        np.array([each[0] for each in found], dtype=object),
        np.array([each[1] for each in found], dtype=object),
        np.array([each[2] for each in found], dtype=np.int64),
        np.array([each[3] for each in found], dtype=np.int64),
        np.array([each[4] for each in found], dtype=float),
        p,
        corrected(p),
    )


def _tails(counts: IntArray, parcels: IntArray) -> tuple[FloatArray, FloatArray]:
    """Usual share and chance of so many or more, village by village, from the others.

    Leaving one of many villages out changes little but where it stands out: only
    the highest are fitted without themselves.
    """
    usual, spread = _fit(counts, parcels)
    shares, tails = np.full(len(counts), usual), _tail(counts, parcels, usual, spread)
    for at in np.argsort(tails, kind="stable")[:_FITTED_ALONE]:
        others = np.arange(len(counts)) != at
        shares[at], spread = _fit(counts[others], parcels[others])
        tails[at] = _tail(counts[at : at + 1], parcels[at : at + 1], shares[at], spread)[0]
    return shares, tails


def _tail(counts: IntArray, parcels: IntArray, usual: float, spread: float) -> FloatArray:
    a, b = usual * (1 / spread - 1), (1 - usual) * (1 / spread - 1)
    return np.asarray(betabinom.sf(counts - 1, parcels, a, b), dtype=np.float64)


def _fit(counts: IntArray, parcels: IntArray) -> tuple[float, float]:
    """Mean and intra-class correlation of a beta-binomial, by maximum likelihood.

    Half a change in one more village of usual size: nothing is ever impossible.
    """
    mean = (counts.sum() + 0.5) / (parcels.sum() + max(float(np.median(parcels)), 1.0))
    # Villages with the same counts are one term.
    pairs, times = np.unique(np.stack([counts, parcels]), axis=1, return_counts=True)

    def loss(at: FloatArray) -> float:
        usual, spread = expit(at[0]), max(expit(at[1]), _LEAST_SPREAD)
        a, b = usual * (1 / spread - 1), (1 - usual) * (1 / spread - 1)
        chance = betaln(pairs[0] + a, pairs[1] - pairs[0] + b) - betaln(a, b)
        return -float(np.sum(times * chance))

    start = np.array([np.log(mean / (1 - mean)), np.log(0.05 / 0.95)])
    found = minimize(loss, start, method="Nelder-Mead", options={"xatol": 0.01, "fatol": 0.01})
    usual, spread = float(expit(found.x[0])), float(expit(found.x[1]))
    # The likelihood of few changes is flat towards no spread and no changes at all.
    return max(usual, mean / 2), min(max(spread, _LEAST_SPREAD), 0.9)


def corrected(p: FloatArray) -> FloatArray:
    """False-discovery rates of chances ``p`` (Benjamini & Hochberg 1995)."""
    count = len(p)
    order = np.argsort(p)
    raw = p[order] * count / np.arange(1, count + 1)
    out = np.empty(count)
    out[order] = np.minimum(np.minimum.accumulate(raw[::-1])[::-1], 1.0)
    return out
