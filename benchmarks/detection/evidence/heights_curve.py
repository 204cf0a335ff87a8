"""How well copies are told, by the number of heights and the noise, beside what anybody could.

The same layers get two scores: the product's, and the likelihood ratio of
somebody who knows all laws (:mod:`.heights_oracle`), one for each noise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from ..evaluation import Evaluation, genuine_of, pooled, threshold
from ..protocol import CLEAN, FloatArray, Goal, Group, Measured, Sample, Tampering
from .goals import pooled_rate
from .heights_oracle import Oracle

COUNTS = (30, 100)
"""How many heights the layers of the curve have."""

_KIND = "copied_bilinear"
_BOUND = "bound: all known, {noise:g} NMAD"
_ALARM = 0.001

Scored = tuple[float, int, int, Callable[[float], float]]
"""Score of the product, what it said, tile, and the oracle's score for a noise."""


def series() -> tuple[str, ...]:
    """Names of the samples."""
    return tuple(f"height_copied_n{count}" for count in COUNTS)


def curve(
    place: str,
    replicate: int,
    count: int,
    honest: Sequence[Scored],
    copied: dict[float, Sequence[Scored]],
) -> Iterator[Sample]:
    """Samples of layers of ``count`` heights: the product's statistic, then the bounds.

    ``copied`` are layers by the noise put on top, in NMAD.
    """
    name = f"height_copied_n{count}"

    def sample(statistic: str, noises: Sequence[float], score: Callable[[Scored], float]) -> Sample:
        def group(some: Sequence[Scored], ours: bool) -> Group:
            said = [one[1] if ours else CLEAN for one in some]
            return Group(
                np.array([score(one) for one in some], dtype=np.float64),
                np.array(said, dtype=np.int64),
                np.array([one[2] for one in some], dtype=np.int64),
            )

        ours = statistic == "copied"
        tampered = [
            Tampering(_KIND, noise, f"{noise:g} NMAD noise", group(copied[noise], ours))
            for noise in noises
        ]
        clean = group(honest, ours)
        return Sample(name, "heights", place, statistic, clean, tampered, replicate=replicate)

    noises = sorted(copied)
    yield sample("copied", noises, lambda one: one[0])
    for noise in noises:
        if noise > 0:
            yield sample(_BOUND.format(noise=noise), (noise,), _told(noise))


def _told(noise: float) -> Callable[[Scored], float]:
    return lambda one: one[3](noise)


def scored(
    score: float, said: int, tile: int, oracle: Oracle, survey: object, rough: FloatArray
) -> Scored:
    """One layer with both scores; the oracle's when asked."""
    return score, said, tile, lambda noise: oracle.ratio(survey, rough, noise)  # type: ignore[arg-type]


def goals() -> tuple[Goal, ...]:
    """The goal by the number of heights, with the bound beside it."""
    return tuple(
        Goal(
            f"– of these, layers of {count} heights, bilinear",
            "≥ 99 % at 0.1 %",
            0.99,
            _beside(f"height_copied_n{count}"),
            remedy="with so few heights the exact laws of the DEM's errors would not reach it "
            "either (bound): more heights, or less noise, or a DEM many times as exact"
            if count < 100
            else "the DEM's accuracy known (check points, its production record) leads to the "
            "bound",
        )
        for count in COUNTS
    )


def _beside(experiment: str) -> Callable[[Evaluation], Measured]:
    ours = pooled_rate(experiment, (_KIND,), _ALARM, most=0.5)

    def measure(evaluation: Evaluation) -> Measured:
        found = ours(evaluation)
        bounds = []
        for noise in (0.25, 0.5):
            rate = _bound(evaluation, experiment, noise)
            if np.isfinite(rate):
                bounds.append(f"{noise:g} NMAD {rate:.0%}")
        note = f"bound: {', '.join(bounds)}" if bounds else ""
        parts = [part for part in (found.note, note) if part]
        return Measured(found.value, found.low, found.high, found.count, "; ".join(parts))

    return measure


def _bound(evaluation: Evaluation, experiment: str, noise: float) -> float:
    """Share that somebody who knows the laws finds."""
    samples = evaluation.of(experiment, _BOUND.format(noise=noise))
    if not samples:
        return float("nan")
    honest = pooled(genuine_of(samples))
    copies = pooled((number, t.group) for number, s in enumerate(samples) for t in s.tampered)
    return float(np.mean(copies.scores > threshold(honest.scores, _ALARM)))
