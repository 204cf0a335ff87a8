"""Parcels as features, and what a picture says of them beside honest ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..table import BoolArray, FloatArray, IntArray
from .signatures_calibration import Tail, tail_of

TYPICAL = 0.2
"""A parcel is typical of a group if a fifth of its own parcels fit it no better."""


@dataclass(frozen=True)
class Samples:
    """Parcels as features.

    Attributes
    ----------
    values
        Shape ``(n, features)``, NaN where nothing is known.
    cells
        Shape ``(n,)``: on how many cells they rest.
    place
        Shape ``(n, 2)``: column and row of the parcel on the image.
    group
        Shape ``(n,)``: declared group, -1 where none.
    unsaid
        Shape ``(n, groups)``: groups that the declared one is not held against.
    usable
        Shape ``(n,)``: may be learned from, respectively judged.
    """

    values: FloatArray
    cells: FloatArray
    place: FloatArray
    group: IntArray
    unsaid: BoolArray
    usable: BoolArray

    def __len__(self) -> int:
        return len(self.cells)

    def some(self, rows: IntArray) -> Samples:
        """Some of the parcels, in that order."""
        return Samples(
            self.values[rows],
            self.cells[rows],
            self.place[rows],
            self.group[rows],
            self.unsaid[rows],
            self.usable[rows],
        )


@dataclass(frozen=True)
class Judged:
    """What the picture says of ``n`` parcels.

    Attributes
    ----------
    log_posterior
        Shape ``(n, groups)``: calibrated log probability of each group, all
        groups being as likely beforehand; NaN where the parcel could not be
        judged, ``-inf`` for groups that could not be learned.
    suspicion
        Shape ``(n,)``: test statistic, higher is more suspicious: minus the
        decimal logarithm of :attr:`tail`. NaN where it cannot be judged.
    ratio
        Shape ``(n,)``: log posterior of the best other group (one that the
        class may be held against) less that of the declared one.
    tail
        Shape ``(n,)``: share of honest parcels of the declared group for which
        the ratio would be as large.
    seen
        Shape ``(n,)``: best other group, -1 where not judged; also told where the
        declared group itself could not be learned.
    typical
        Shape ``(n,)``: share of trusted parcels of that other group that fit it
        no better than this parcel does.
    fits
        Shape ``(n,)``: share of trusted parcels of the declared group that fit it no
        better; NaN where it was not learned.
    strange
        Shape ``(n,)``: fits no group at all.
    """

    log_posterior: FloatArray
    suspicion: FloatArray
    ratio: FloatArray
    tail: FloatArray
    seen: IntArray
    typical: FloatArray
    fits: FloatArray
    strange: BoolArray


class Honest:
    """What is known of honest parcels: tails of ratios and of densities, by group."""

    def __init__(
        self,
        posterior: FloatArray,
        logs: FloatArray,
        used: Samples,
        known: BoolArray,
        kept: BoolArray,
    ) -> None:
        self._known = known
        self._used = used
        self._posterior = posterior
        rows = np.arange(len(used))
        self._density: dict[int, FloatArray] = {}
        ratio, _ = self._against(posterior, used.group, used.unsaid)
        self._tails: dict[int, Tail] = {}
        own = logs[rows, used.group]
        tails = {g: ratio[used.group == g] for g in np.flatnonzero(known).tolist()}
        usual = np.median([tail_of(values).scale for values in tails.values()])
        for group, values in tails.items():
            wrong = 1 - float(kept[used.group == group].mean())
            self._tails[group] = tail_of(values, float(usual), wrong)
            self._density[group] = np.sort(own[used.group == group])

    def _against(
        self, posterior: FloatArray, group: IntArray, unsaid: BoolArray
    ) -> tuple[FloatArray, IntArray]:
        """Log ratio of the best other group to the declared, and which that is.

        No ratio (NaN) where the declared group could not be learned.
        """
        others = np.where(unsaid | ~self._known, -np.inf, posterior)
        declared = np.maximum(group, 0)
        rows = np.arange(len(group))
        others[rows, declared] = -np.inf
        best = np.argmax(others, axis=1)
        with np.errstate(invalid="ignore"):
            ratio = others[rows, best] - posterior[rows, declared]
        any_other = np.isfinite(others[rows, best])
        good = (group >= 0) & self._known[declared] & np.isfinite(ratio)
        return np.where(good, ratio, np.nan), np.where(any_other, best, -1)

    def judge(
        self, posterior: FloatArray, logs: FloatArray, group: IntArray, unsaid: BoolArray
    ) -> Judged:
        """Hold declared groups against posteriors."""
        ratio, seen = self._against(posterior, group, unsaid)
        tail, typical, fits = (np.full(len(group), np.nan) for _ in range(3))
        strange = np.ones(len(group), dtype=bool)
        for number, honest in self._tails.items():
            rows = (group == number) & np.isfinite(ratio)
            tail[rows] = honest.share(ratio[rows])
            share = self._typical(logs, number)
            typical = np.where(seen == number, share, typical)
            fits[rows] = share[rows]
            strange &= share <= 1 / (len(self._density[number]) + 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            suspicion = -np.log10(np.maximum(tail, 1e-300))
        return Judged(posterior, suspicion, ratio, tail, seen, typical, fits, strange)

    def _typical(self, logs: FloatArray, number: int) -> FloatArray:
        usual = self._density[number]
        return np.searchsorted(usual, logs[:, number], side="right") / len(usual)

    def leak(self, logs: FloatArray) -> FloatArray:
        """Largest share of another group that looks most like, and typical of, each group."""
        best = np.argmax(self._posterior, axis=1)
        out = np.full(len(self._known), np.nan)
        for number in self._tails:
            alike = (best == number) & (self._typical(logs, number) >= TYPICAL)
            out[number] = max(
                float(alike[self._used.group == other].mean())
                for other in self._tails
                if other != number
            )
        return out

    def power(self, level: float) -> FloatArray:
        """True × declared: share that would stand out at ``level``; NaN where not judged."""
        count = len(self._known)
        out = np.full((count, count), np.nan)
        for declared, honest in self._tails.items():
            group = np.full(len(self._used), declared)
            ratio, _ = self._against(self._posterior, group, np.zeros_like(self._used.unsaid))
            for true in self._tails:
                rows = self._used.group == true
                if true != declared:
                    out[true, declared] = float((honest.share(ratio[rows]) < level).mean())
        return out


def spread_out(part: Judged, rows: IntArray, count: int) -> Judged:
    """As ``part``, for all rows; NaN in the others."""
    groups = part.log_posterior.shape[1]
    empty = Judged(
        np.full((count, groups), np.nan),
        np.full(count, np.nan),
        np.full(count, np.nan),
        np.full(count, np.nan),
        np.full(count, -1, dtype=np.int64),
        np.full(count, np.nan),
        np.full(count, np.nan),
        np.zeros(count, dtype=bool),
    )
    return overwritten(empty, part, rows)


def overwritten(whole: Judged, part: Judged, rows: IntArray) -> Judged:
    """``whole``, with ``part`` in ``rows``."""
    for name, values in vars(part).items():
        getattr(whole, name)[rows] = values
    return whole
