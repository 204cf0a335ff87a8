"""Rates, intervals and curves from what the experiments returned.

A rate at a false-alarm rate a is the share of tampered objects whose score is
above the (1 - a) quantile of the genuine scores (Fawcett 2006, Pattern
Recognition Letters 27, 861-874); objects on which the measure abstains are
left out of both and counted apart. Intervals are percentile bootstraps over
tiles (Efron & Tibshirani 1993, ch. 8 and 13): objects of one tile are drawn
together, genuine and tampered alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .intervals import DRAWS, TAIL, found_from, share, threshold
from .protocol import (
    DOUBTFUL,
    INCONSISTENT,
    NOT_CHECKABLE,
    BoolArray,
    FloatArray,
    Group,
    IntArray,
    Measured,
    Sample,
)

FALSE_ALARMS = (0.001, 0.01, 0.05)


@dataclass(frozen=True)
class Pool:
    """Objects of many samples; ``tile`` is unique over places and replicates."""

    scores: FloatArray
    said: IntArray
    tile: IntArray
    named: BoolArray

    def __len__(self) -> int:
        return len(self.scores)

    @cached_property
    def judged(self) -> BoolArray:
        """Objects that the measure gives a score."""
        return np.isfinite(self.scores) | np.isposinf(self.scores)

    @property
    def abstained(self) -> float:
        """Share of objects without a score."""
        return float(1 - self.judged.mean()) if len(self) else float("nan")


@dataclass(frozen=True)
class Cell:
    """One kind and strength of tampering of one experiment.

    ``rates`` holds, for each of :data:`FALSE_ALARMS`, the true-positive rate
    with its interval; ``doubted`` and ``contradicted`` the operating point
    (findings at all; inconsistent ones) among what could be checked.
    """

    experiment: str
    family: str
    statistic: str
    kind: str
    strength: float
    label: str
    count: int
    abstained: float
    not_checkable: float
    rates: tuple[Measured, ...]
    doubted: Measured
    contradicted: Measured
    named: float


@dataclass(frozen=True)
class Genuine:
    """What was said of genuine, or of honest but odd, objects; ``kind`` empty for genuine."""

    experiment: str
    family: str
    statistic: str
    kind: str
    count: int
    abstained: float
    not_checkable: float
    doubted: Measured
    contradicted: Measured
    above: tuple[float, ...]


class Evaluation:
    """All samples of a run, pooled by experiment and statistic.

    ``places`` restricts to the places that are reported on: those an
    experiment may have been calibrated on are left out by the caller.
    """

    def __init__(self, samples: Iterable[Sample], seed: int = 0, draws: int = DRAWS) -> None:
        self.samples = list(samples)
        self.seed = seed
        self.draws = draws
        self._cells: list[Cell] | None = None

    def series(self) -> list[tuple[str, str]]:
        """(experiment, statistic) in the order in which they came."""
        return list(dict.fromkeys((s.experiment, s.statistic) for s in self.samples))

    def of(self, experiment: str, statistic: str = "") -> list[Sample]:
        """Samples of one experiment, of its first statistic unless one is named."""
        own = [s for s in self.samples if s.experiment == experiment]
        wanted = statistic or (own[0].statistic if own else "")
        return [s for s in own if s.statistic == wanted]

    def cells(self) -> list[Cell]:
        """Every kind and strength of every series."""
        if self._cells is None:
            self._cells = [cell for series in self.series() for cell in self._of_series(*series)]
        return self._cells

    def genuine(self) -> list[Genuine]:
        """Genuine and honest but odd objects of every series."""
        out = []
        for experiment, statistic in self.series():
            samples = self.of(experiment, statistic)
            base = pooled(genuine_of(samples))
            limits = [threshold(base.scores[base.judged], rate) for rate in FALSE_ALARMS]
            kinds = dict.fromkeys(kind for s in samples for kind in s.odd)
            groups = [("", base)]
            for kind in kinds:
                own = [(n, s.odd[kind]) for n, s in by_place(samples) if kind in s.odd]
                groups.append((kind, pooled(own)))
            family = samples[0].family
            out += [self._honest(experiment, family, statistic, k, p, limits) for k, p in groups]
        return out

    def cell(self, experiment: str, kind: str, strength: float, statistic: str = "") -> Cell | None:
        """One cell, of the experiment's first statistic unless one is named."""
        own = [c for c in self.cells() if c.experiment == experiment and c.kind == kind]
        own = [c for c in own if statistic in ("", c.statistic) and c.strength == strength]
        return own[0] if own else None

    def strength_found(
        self, experiment: str, kind: str, at: float, share: float = 0.9, statistic: str = ""
    ) -> float:
        """Least strength from which on at least ``share`` is found; straight between strengths."""
        own = [c for c in self.cells() if c.experiment == experiment and c.kind == kind]
        if statistic or own:
            wanted = statistic or own[0].statistic
            own = [c for c in own if c.statistic == wanted]
        own.sort(key=lambda cell: cell.strength)
        return found_from([c.strength for c in own], [rate_of(c, at).value for c in own], share)

    def _of_series(self, experiment: str, statistic: str) -> list[Cell]:
        samples = self.of(experiment, statistic)
        base = pooled(genuine_of(samples))
        keys = dict.fromkeys((t.kind, t.strength, t.label) for s in samples for t in s.tampered)
        drawn = _Draws(base, self.draws, self.seed)
        out = []
        for kind, strength, label in keys:
            own = [
                (n, t.group)
                for n, s in by_place(samples)
                for t in s.tampered
                if (t.kind, t.strength) == (kind, strength)
            ]
            out.append(
                self._cell(
                    (experiment, samples[0].family, statistic), (kind, strength, label),
                    pooled(own), drawn,
                )
            )  # fmt: skip
        return out

    def _cell(
        self,
        series: tuple[str, str, str],
        what: tuple[str, float, str],
        pool: Pool,
        drawn: _Draws,
    ) -> Cell:
        checked = pool.said != NOT_CHECKABLE
        return Cell(
            *series,
            *what,
            count=len(pool),
            abstained=pool.abstained,
            not_checkable=float(1 - checked.mean()) if len(pool) else float("nan"),
            rates=tuple(drawn.rate(pool, alarm) for alarm in FALSE_ALARMS),
            doubted=share(pool.said[checked] >= DOUBTFUL, pool.tile[checked], self.draws),
            contradicted=share(pool.said[checked] >= INCONSISTENT, pool.tile[checked], self.draws),
            named=float(pool.named.mean()) if len(pool) else float("nan"),
        )

    def _honest(
        self,
        experiment: str,
        family: str,
        statistic: str,
        kind: str,
        pool: Pool,
        limits: Sequence[float],
    ) -> Genuine:
        checked = pool.said != NOT_CHECKABLE
        scores = pool.scores[pool.judged]
        above = tuple(float((scores > t).mean()) if len(scores) else float("nan") for t in limits)
        return Genuine(
            experiment,
            family,
            statistic,
            kind,
            len(pool),
            pool.abstained,
            float(1 - checked.mean()) if len(pool) else float("nan"),
            share(pool.said[checked] >= DOUBTFUL, pool.tile[checked], self.draws),
            share(pool.said[checked] >= INCONSISTENT, pool.tile[checked], self.draws),
            above,
        )


class _Draws:
    """Bootstrap of the genuine thresholds, shared by all cells of a series."""

    def __init__(self, base: Pool, draws: int, seed: int) -> None:
        self.base = base
        order = np.argsort(-base.scores[base.judged], kind="stable")
        self.sorted = base.scores[base.judged][order]
        self.tile = base.tile[base.judged][order]
        self.draws = draws
        self.seed = seed
        self._limits: dict[float, FloatArray] = {}

    def limits(self, alarm: float) -> FloatArray:
        """Thresholds of all draws, shape ``(draws,)``."""
        if alarm not in self._limits:
            random = np.random.default_rng([self.seed, int(alarm * 1e6)])
            _, place = np.unique(self.tile, return_inverse=True)
            count = int(place.max()) + 1 if len(place) else 0
            out = np.full(self.draws, np.nan)
            for number in range(self.draws if count else 0):
                weight = np.bincount(random.integers(0, count, count), minlength=count)[place]
                cumulated = np.cumsum(weight)
                allowed = np.searchsorted(cumulated, alarm * cumulated[-1], side="right")
                out[number] = self.sorted[min(allowed, len(self.sorted) - 1)]
            self._limits[alarm] = out
        return self._limits[alarm]

    def rate(self, pool: Pool, alarm: float) -> Measured:
        """True-positive rate at ``alarm`` with its interval."""
        scores, tile = pool.scores[pool.judged], pool.tile[pool.judged]
        if len(self.sorted) == 0 or len(scores) == 0:
            return Measured(float("nan"), count=len(scores), note="nothing could be judged")
        value = float((scores > threshold(self.sorted, alarm)).mean())
        random = np.random.default_rng([self.seed, 1, int(alarm * 1e6)])
        _, place = np.unique(tile, return_inverse=True)
        count = int(place.max()) + 1
        rates = np.empty(self.draws)
        for number, limit in enumerate(self.limits(alarm)):
            weight = np.bincount(random.integers(0, count, count), minlength=count)[place]
            total = weight.sum()
            rates[number] = weight[scores > limit].sum() / total if total else np.nan
        low, high = np.nanquantile(rates, [TAIL, 1 - TAIL])
        few = len(self.sorted) * alarm < 1
        note = f"only {len(self.sorted)} genuine" if few else ""
        return Measured(value, float(low), float(high), len(scores), note)


def by_place(samples: Sequence[Sample]) -> list[tuple[int, Sample]]:
    """Samples with the number of their place.

    A tile of ground is the same one in every replicate, and must be drawn as one.
    """
    places = list(dict.fromkeys(sample.place for sample in samples))
    return [(places.index(sample.place), sample) for sample in samples]


def genuine_of(samples: Sequence[Sample]) -> list[tuple[int, Group]]:
    """Genuine objects with the number of their place."""
    return [(number, sample.genuine) for number, sample in by_place(samples)]


def pooled(groups: Iterable[tuple[int, Group]]) -> Pool:
    """Groups of numbered places as one; tiles of different places are different."""
    numbered = list(groups)
    scores = [np.asarray(g.scores, dtype=np.float64) for _, g in numbered]
    said = [np.asarray(g.said, dtype=np.int64) for _, g in numbered]
    tile = [np.asarray(g.tile, dtype=np.int64) + number * 10_000_000 for number, g in numbered]
    named = [
        np.zeros(len(g), dtype=bool) if g.named is None else np.asarray(g.named, dtype=bool)
        for _, g in numbered
    ]
    if not numbered:
        none = np.zeros(0)
        return Pool(none, none.astype(int), none.astype(int), none.astype(bool))
    return Pool(
        np.concatenate(scores), np.concatenate(said), np.concatenate(tile), np.concatenate(named)
    )


def rate_of(cell: Cell, at: float) -> Measured:
    """The rate of a cell at one of :data:`FALSE_ALARMS`."""
    return cell.rates[FALSE_ALARMS.index(at)]


def rate(
    experiment: str, kind: str, strength: float, at: float, statistic: str = ""
) -> Callable[[Evaluation], Measured]:
    """For goals: true-positive rate of one cell at the false-alarm rate ``at``.

    ``at`` may be any rate; those outside :data:`FALSE_ALARMS` are computed
    without an interval.
    """

    def measure(evaluation: Evaluation) -> Measured:
        cell = evaluation.cell(experiment, kind, strength, statistic)
        if cell is None:
            return Measured(float("nan"), note="not tried")
        if at in FALSE_ALARMS:
            return rate_of(cell, at)
        samples = evaluation.of(experiment, cell.statistic)
        base = pooled(genuine_of(samples))
        spoiled = pooled(
            (n, t.group)
            for n, s in by_place(samples)
            for t in s.tampered
            if (t.kind, t.strength) == (kind, strength)
        )
        limit = threshold(base.scores[base.judged], at)
        hit = spoiled.scores[spoiled.judged] > limit
        few = base.judged.sum() * at < 1
        note = f"only {int(base.judged.sum())} genuine" if few else ""
        found = share(hit, spoiled.tile[spoiled.judged])
        return Measured(found.value, found.low, found.high, found.count, note)

    return measure


def said(
    experiment: str, kind: str, strength: float, least: int = DOUBTFUL
) -> Callable[[Evaluation], Measured]:
    """For goals: share that the shipped rules found at least ``least`` (operating point)."""

    def measure(evaluation: Evaluation) -> Measured:
        cell = evaluation.cell(experiment, kind, strength)
        if cell is None:
            return Measured(float("nan"), note="not tried")
        return cell.contradicted if least >= INCONSISTENT else cell.doubted

    return measure


def named(experiment: str, kinds: Sequence[str] = ()) -> Callable[[Evaluation], Measured]:
    """For goals: share of tampered objects whose cause was named as it should be."""

    def measure(evaluation: Evaluation) -> Measured:
        groups = [
            (n, t.group)
            for n, s in by_place(evaluation.of(experiment))
            for t in s.tampered
            if not kinds or t.kind in kinds
        ]
        pool = pooled(groups)
        return share(pool.named, pool.tile)

    return measure


def accused(
    experiment: str, odd: Sequence[str] = (), least: int = INCONSISTENT
) -> Callable[[Evaluation], Measured]:
    """For goals: share of honest objects (genuine, or the ``odd`` kinds) said ``least``."""

    def measure(evaluation: Evaluation) -> Measured:
        groups: list[tuple[int, Group]] = []
        for n, sample in by_place(evaluation.of(experiment)):
            own = [sample.odd[kind] for kind in odd if kind in sample.odd]
            groups += [(n, group) for group in (own if odd else [sample.genuine])]
        pool = pooled(groups)
        checked = pool.said != NOT_CHECKABLE
        return share(pool.said[checked] >= least, pool.tile[checked])

    return measure


def strength_found(
    experiment: str, kind: str, at: float, wanted: float = 0.9
) -> Callable[[Evaluation], Measured]:
    """For goals: least strength found so often at the false-alarm rate ``at``."""

    def measure(evaluation: Evaluation) -> Measured:
        value = evaluation.strength_found(experiment, kind, at, wanted)
        return Measured(value, note="" if np.isfinite(value) else "at no strength tried")

    return measure
