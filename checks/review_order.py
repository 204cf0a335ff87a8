"""In which order to look at findings: expected true errors found per minute.

A parcel (or a finding that concerns no parcel) is a *look*: opening it takes some minutes, each
of its findings some more, and the findings of one parcel are looked at together. With ``p`` the
probability that a look finds a true error and ``t`` its minutes, the sequence by falling ``p / t``
has the most expected errors found at the end of every look, among all sequences of looks (Smith,
W. E. 1956, Various optimizers for single-stage production, Naval Research Logistics Quarterly 3,
59-66: the weighted shortest processing time first rule; with uncertain times Rothkopf, M. H. 1966,
Scheduling with random service times, Management Science 12, 707-713: the same with expectations).

``p`` of a parcel is its fused risk, calibrated to the probability of a true problem
(``checks.risk``); of a finding without one its own likelihood ratio on the prior. The minutes are
data of the rule set (``review_minutes.json``) with their footing, refined by how long this person's
own decisions took.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from .findings import Family, Finding, Severity, Text, Verdict
from .risk import MIDDLES, RiskModel

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_KNOTS = (0.0, *MIDDLES, 1.0)
"""Scores between which the logarithm of a ratio is straight (``RiskModel.ratio``)."""
_LEAST = 1e-6
_SAYS = Text("发现", "finding")
"""For a finding that only stands for its kind."""


@dataclass(frozen=True)
class Minutes:
    """How long looking takes.

    Attributes
    ----------
    by_family
        Minutes for a finding of each family when its parcel is opened for it.
    otherwise
        The same for a family that is not listed.
    further
        Share of them for every further finding of a parcel that is open already.
    trust
        Decisions of the person after which their own pace counts as much as the listed minutes.
    longest
        Minutes between two decisions beyond which the person did something else in between.
    shortest
        Minutes below which several findings were decided in one go.
    """

    by_family: Mapping[str, float]
    otherwise: float
    further: float
    trust: float
    longest: float
    shortest: float

    @classmethod
    def read(cls, facts: Mapping[str, Any]) -> Minutes:
        """From ``review_minutes.json``."""
        return cls(
            {str(name): float(value) for name, value in facts["minutes"].items()},
            float(facts["otherwise"]),
            float(facts["further"]),
            float(facts["trust"]),
            float(facts["longest"]),
            float(facts["shortest"]),
        )

    def of(self, families: Sequence[str]) -> FloatArray:
        """Minutes of a first finding of each family, shape ``(families,)``."""
        values = [self.by_family.get(name, self.otherwise) for name in families]
        return np.maximum(np.array(values, dtype=np.float64), _LEAST)


@dataclass(frozen=True)
class Looks:
    """What is known of the findings to be ordered; arrays of shape ``(rows,)``.

    ``parcel`` is the number of the parcel, -1 for none; ``rule``, ``family``, ``verdict`` and
    ``severity`` are numbers into the words of the same plural name. ``risk`` is that of the
    parcel, NaN where none is known.
    """

    parcel: IntArray
    rule: IntArray
    family: IntArray
    verdict: IntArray
    severity: IntArray
    score: FloatArray
    risk: FloatArray
    rules: Sequence[str]
    families: Sequence[str]
    verdicts: Sequence[str]
    severities: Sequence[str]


def probabilities(looks: Looks, model: RiskModel) -> FloatArray:
    """Probability that each finding alone is a true error, shape ``(rows,)``.

    The likelihood ratio of the finding on the prior of any problem. A finding with a word that
    is not known counts as telling nothing.
    """
    kinds = np.stack([looks.rule, looks.family, looks.verdict, looks.severity])
    _, first, kind = np.unique(_mixed(kinds), return_index=True, return_inverse=True)
    kind = np.asarray(kind).reshape(-1)
    logs = np.empty(len(looks.score))
    order = np.argsort(kind, kind="stable")
    ends = np.cumsum(np.bincount(kind, minlength=len(first)))
    score = np.nan_to_num(looks.score, nan=0.0).clip(0.0, 1.0)
    for number, row in enumerate(first):
        rows = order[ends[number - 1] if number else 0 : ends[number]]
        knots = [_log_ratio(model, looks, int(row), at) for at in _KNOTS]
        logs[rows] = np.interp(score[rows], _KNOTS, knots)
    odds = model.prior / (1.0 - model.prior) * np.exp(logs)
    return np.asarray(odds / (1.0 + odds))


def _mixed(kinds: npt.NDArray[Any]) -> IntArray:
    """One number for each combination of the rows of ``kinds``."""
    out = np.zeros(kinds.shape[1], dtype=np.int64)
    for row in kinds.astype(np.int64):
        out = out * (int(row.max(initial=0)) + 2) + row + 1
    return out


def _log_ratio(model: RiskModel, looks: Looks, row: int, score: float) -> float:
    try:
        finding = Finding(
            looks.rules[looks.rule[row]],
            "",
            Family(looks.families[looks.family[row]]),
            Verdict(looks.verdicts[looks.verdict[row]]),
            Severity(looks.severities[looks.severity[row]]),
            "",
            "",
            _SAYS,
            score=score,
        )
        return math.log(max(model.ratio(finding), 1.0))
    except (ValueError, KeyError):
        return 0.0


def per_minute(looks: Looks, model: RiskModel, minutes: Minutes) -> tuple[FloatArray, FloatArray]:
    """Expected errors per minute of each finding's look, and the finding's own probability.

    Both of shape ``(rows,)``; findings of one parcel have the same first value.
    """
    own = probabilities(looks, model)
    # A finding without a parcel is a look of its own.
    look = looks.parcel.copy()
    alone = np.flatnonzero(look < 0)
    look[alone] = (int(look.max(initial=-1)) + 1) + np.arange(len(alone))
    count = int(look.max(initial=-1)) + 1
    first = minutes.of(looks.families)[looks.family]
    longest = np.zeros(count)
    np.maximum.at(longest, look, first)
    total = np.bincount(look, weights=first, minlength=count)
    # The slowest finding opens the parcel, the others go along with it.
    time = longest + minutes.further * (total - longest)
    chance = np.zeros(count)
    best = np.where(np.isfinite(looks.risk), looks.risk.clip(0.0, 1.0), own)
    np.maximum.at(chance, look, best)
    rate = chance / np.maximum(time, _LEAST)
    return rate[look], own


def order_by_rate(looks: Looks, model: RiskModel, minutes: Minutes) -> IntArray:
    """Rows in the order in which to look at them, shape ``(rows,)``.

    Looks by falling expected errors per minute, equal ones in the order of the file; within one,
    the finding that is most likely true first.
    """
    rate, own = per_minute(looks, model, minutes)
    place = np.arange(len(rate))
    look = np.where(looks.parcel >= 0, looks.parcel, len(rate) + place)
    _, first, which = np.unique(look, return_index=True, return_inverse=True)
    earliest = first[np.asarray(which).reshape(-1)] if len(rate) else place
    return np.lexsort((place, looks.severity, -own, earliest, -rate))


@dataclass(frozen=True)
class Decided:
    """One decision of a person: when (seconds, any origin), and on what."""

    at: float
    family: str
    parcel: str


def refined(minutes: Minutes, decisions: Sequence[Decided]) -> Minutes:
    """The minutes as this person needs them.

    The time since the decision before is the time of a look, unless the person did something
    else (``longest``), decided several in one go (``shortest``), or stayed on the same parcel.
    Times of people are skewed, so that their logarithms are compared with the listed minutes and
    the median counts; few of them hardly move it: ``median · n / (n + trust)``, first for the
    person's pace as a whole, then for each family beside that pace.
    """
    logs: dict[str, list[float]] = {}
    ordered = sorted(decisions, key=lambda one: one.at)
    for before, now in zip(ordered, ordered[1:]):
        took = (now.at - before.at) / 60.0
        stayed = bool(now.parcel) and now.parcel == before.parcel
        if stayed or not minutes.shortest <= took <= minutes.longest:
            continue
        listed = float(minutes.of([now.family])[0])
        logs.setdefault(now.family, []).append(math.log(took / listed))
    every = [value for values in logs.values() for value in values]
    pace = _shrunk(every, minutes.trust)
    by_family = {
        name: value
        * math.exp(pace + _shrunk([v - pace for v in logs.get(name, ())], minutes.trust))
        for name, value in minutes.by_family.items()
    }
    return replace(minutes, by_family=by_family, otherwise=minutes.otherwise * math.exp(pace))


def _shrunk(values: Sequence[float], trust: float) -> float:
    if not values:
        return 0.0
    return float(np.median(values)) * len(values) / (len(values) + trust)
