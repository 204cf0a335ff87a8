"""Measures for rows of the goals table that pool several kinds and strengths."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ..evaluation import Evaluation, pooled, share, threshold
from ..protocol import Measured


def pooled_rate(
    experiment: str,
    kinds: Sequence[str],
    at: float,
    *,
    least: float = -np.inf,
    most: float = np.inf,
    unjudged_apart: bool = False,
) -> Callable[[Evaluation], Measured]:
    """True-positive rate at the false-alarm rate ``at`` of several kinds together.

    Strengths from ``least`` to ``most`` count; the note names the worst cell,
    so that nothing weak hides in the mean. Objects that could not be judged
    count as missed, or with ``unjudged_apart`` are left out and told in the note.
    """

    def measure(evaluation: Evaluation) -> Measured:
        samples = evaluation.of(experiment)
        if not samples:
            return Measured(float("nan"), note="not tried")
        base = pooled(enumerate(s.genuine for s in samples))
        honest = base.scores[base.judged]
        if not len(honest):
            return Measured(float("nan"), note="nothing could be judged")
        limit = threshold(honest, at)
        chosen = [
            (n, t)
            for n, s in enumerate(samples)
            for t in s.tampered
            if t.kind in kinds and least <= t.strength <= most
        ]
        if not chosen:
            return Measured(float("nan"), note="not tried")
        pool = pooled((n, t.group) for n, t in chosen)
        counts = pool.judged | (not unjudged_apart)
        found = share(np.nan_to_num(pool.scores, nan=-np.inf)[counts] > limit, pool.tile[counts])
        worst: dict[str, list[bool]] = {}
        for _, tampering in chosen:
            scores = tampering.group.scores
            scores = scores[~np.isnan(scores)] if unjudged_apart else scores
            hit = np.nan_to_num(scores, nan=-np.inf) > limit
            name = f"{tampering.kind} {tampering.label}"
            worst.setdefault(name, []).extend(hit.tolist())
        rates = [(k, float(np.mean(v))) for k, v in worst.items() if v]
        name, value = min(rates, key=lambda kv: kv[1]) if rates else ("", 1.0)
        note = f"weakest: {name} {value:.0%}" if value < 1 else ""
        if unjudged_apart and pool.abstained > 0:
            note = f"{pool.abstained:.0%} not checkable" + (f"; {note}" if note else "")
        if len(honest) * at < 1:
            note = f"only {len(honest)} genuine" + (f"; {note}" if note else "")
        return Measured(found.value, found.low, found.high, found.count, note)

    return measure
