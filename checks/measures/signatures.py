"""Which group of land classes each parcel looks like, learned on the image itself.

Signatures come from parcels whose class is trusted, on this very image: season,
sun and sensor are those of the parcels that are judged. Some trusted parcels are
wrong or have changed; those that other parcels contradict are left out (Brodley &
Friedl 1999, J. Artificial Intelligence Research 11, 131–167). No parcel is judged
by signatures to which its own surroundings contributed (cross-fitting by tiles).
Log densities become probabilities by one temperature and an offset for each group
(Guo et al. 2017, ICML; equal weight to all groups), fitted on those cross-fitted
parcels. How unusual a declared class is, is read off the tail of honest parcels of
that group (an empirical null; Efron 2004, JASA 99, 96–104).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..progress import SILENT, Progress
from ..table import BoolArray, FloatArray, IntArray
from .signatures_calibration import Calibration, calibrate
from .signatures_features import Space, space_of
from .signatures_judged import Honest, Judged, Samples, overwritten, spread_out
from .signatures_mixture import Mixture, choose_modes, fit_mixture

FOLDS = 5
_BLOCKS = 15
_ROUNDS = 3
_MOST_OF_GROUP = 6_000
_MOST_FITTED = 2_000
_LEAST_OF_GROUP = 12
_LEAST_FITTED = 8
_DRAWN, _DRAWN_ALONE = 0.1, 0.25
_DOUBTED = 0.5
_MOST_LEFT_OUT = 0.4
_SIZES = (0.0, 12.0, 20.0, 40.0, 100.0)
_MOST_WIDER = 4.0
_LEAST_CONSISTENT, _LEAST_CONSISTENT_ALONE = 0.25, 0.45
_SMALL_SHARE = 0.05
_LOWEST = -60.0


@dataclass(frozen=True)
class SignatureMeasure:
    """Signatures of an image and what they say.

    Attributes
    ----------
    judged
        The parcels of the submission.
    learned
        Shape ``(groups,)``: how many trusted parcels of each group were usable.
    known
        Shape ``(groups,)``: groups that could be learned.
    left_out
        Share of trusted parcels that the others contradict.
    confusion
        Shape ``(groups, groups)``: trusted parcels by declared group and by the
        group they look most like, cross-fitted.
    leak
        Shape ``(groups,)``: largest share of trusted parcels of any other group
        that look most like this one, and typical of it (:data:`TYPICAL`).
    power
        Shape ``(groups, groups)``, true × declared: share of trusted parcels of
        the true group that would stand out at :attr:`level` if declared so.
    trusted
        The trusted parcels themselves, cross-fitted, in the order given; rows
        that were not used are NaN.
    level
        Tail at which :attr:`power` is told.
    """

    judged: Judged
    learned: IntArray
    known: BoolArray
    left_out: float
    confusion: IntArray
    leak: FloatArray
    power: FloatArray
    trusted: Judged
    level: float


@dataclass(frozen=True)
class _Model:
    """Signatures of one fold, and what widens them for small parcels."""

    mixtures: dict[int, Mixture]
    pooled: FloatArray
    wider: FloatArray

    def log_densities(self, values: FloatArray, cells: FloatArray, groups: int) -> FloatArray:
        """Shape ``(n, groups)``; ``-inf`` for groups without signature."""
        out = np.full((len(values), groups), -np.inf)
        size = np.digitize(cells, _SIZES) - 1
        for step in np.unique(size):
            rows = size == step
            extra = self.pooled * self.wider[step] if self.wider[step] > 0 else None
            for group, mixture in self.mixtures.items():
                out[rows, group] = mixture.log_density(values[rows], extra)
        return out


def measure_signatures(
    trusted: Samples,
    submitted: Samples | None,
    level: float = 0.003,
    progress: Progress = SILENT,
) -> SignatureMeasure | None:
    """Learn signatures and hold parcels against them.

    Parameters
    ----------
    trusted
        Parcels to learn from, with the groups of last year's one map.
    submitted
        Parcels to judge; ``None``: the trusted ones are the submission itself.

    Returns
    -------
    SignatureMeasure or None
        ``None`` where fewer than two groups can be learned.
    """
    groups = trusted.unsaid.shape[1]
    rows = _chosen(trusted)
    learned = np.bincount(trusted.group[rows], minlength=groups)
    known = learned >= _LEAST_OF_GROUP
    rows = rows[known[trusted.group[rows]]]
    if known.sum() < 2:
        return None
    used = trusted.some(rows)
    space = space_of(used.values, np.ones(len(rows), dtype=bool))
    blocks = _Blocks(used.place)
    fold = blocks.fold(used.place)
    values = space.of(used.values)
    alone = submitted is None
    random = _DRAWN_ALONE if alone else _DRAWN
    least = _LEAST_CONSISTENT_ALONE if alone else _LEAST_CONSISTENT
    models, logs, kept = _learn(values, used, fold, groups, random, progress)
    known, calibration = _consistent(logs, used.group, known, least)
    if known.sum() < 2:
        return None
    inside = known[used.group]
    rows, used, logs = rows[inside], used.some(np.flatnonzero(inside)), logs[inside]
    posterior = calibration.log_posterior(logs)
    honest = Honest(posterior, logs, used, known, kept[inside])
    judged_used = honest.judge(posterior, logs, used.group, used.unsaid)
    whole = spread_out(judged_used, rows, len(trusted))
    found = whole
    if submitted is not None or len(rows) < len(trusted):
        target = trusted if submitted is None else submitted
        found = _judge_submitted(target, space, blocks, models, calibration, honest)
        if submitted is None:
            # Rows that were learned from have been judged the same way already.
            found = overwritten(found, judged_used, rows)
    return SignatureMeasure(
        judged=found,
        learned=learned,
        known=known,
        left_out=float(1 - kept.mean()),
        confusion=_confusion(posterior, used.group, groups),
        leak=honest.leak(logs),
        power=honest.power(level),
        trusted=whole,
        level=level,
    )


def _chosen(trusted: Samples) -> IntArray:
    """Rows to learn from, in an order that is that of the ground, at most so many a group."""
    usable = trusted.usable & (trusted.group >= 0) & np.isfinite(trusted.values).all(axis=1)
    rows = np.flatnonzero(usable & np.isfinite(trusted.place).all(axis=1))
    keys = (trusted.values[rows, 0], trusted.place[rows, 0], trusted.place[rows, 1])
    rows = rows[np.lexsort(keys)]
    parts = []
    for group in np.unique(trusted.group[rows]):
        own = rows[trusted.group[rows] == group]
        if len(own) > _MOST_OF_GROUP:
            own = own[np.linspace(0, len(own) - 1, _MOST_OF_GROUP).astype(np.int64)]
        parts.append(own)
    return np.concatenate(parts) if parts else rows


def _consistent(
    logs: FloatArray, group: IntArray, known: BoolArray, least: float
) -> tuple[BoolArray, Calibration]:
    """Groups of which not too few parcels look most like their own group.

    A group of few parcels may consist of wrong declarations for the most part;
    a large one cannot.
    """
    known = known.copy()
    while True:
        inside = known[group]
        calibration = calibrate(logs[inside], group[inside], known)
        best = np.argmax(calibration.log_posterior(logs[inside]), axis=1)
        own = np.bincount(group[inside], best == group[inside], len(known))
        count = np.bincount(group[inside], minlength=len(known))
        small = known & (count < _SMALL_SHARE * len(group))
        share = np.where(small, own / np.maximum(count, 1), 1.0)
        worst = int(np.argmin(share))
        if known.sum() < 2 or share[worst] >= least:
            return known, calibration
        known[worst] = False


class _Blocks:
    """Tiles of the ground; neighbouring tiles are in different folds."""

    def __init__(self, place: FloatArray) -> None:
        self._start = place.min(axis=0)
        self._step = np.maximum(np.ptp(place, axis=0) / _BLOCKS, 1e-6)

    def fold(self, place: FloatArray) -> IntArray:
        """Fold of each place; parcels of the same tile have the same."""
        at = np.nan_to_num((place - self._start) / self._step)
        tile = np.floor(np.clip(at, -1e6, 1e6)).astype(np.int64)
        return (tile[:, 0] + 2 * tile[:, 1]) % FOLDS


def _learn(
    values: FloatArray,
    used: Samples,
    fold: IntArray,
    groups: int,
    random: float,
    progress: Progress,
) -> tuple[list[_Model], FloatArray, BoolArray]:
    """Models by fold, cross-fitted log densities, and which parcels were kept in the end."""
    kept = np.ones(len(values), dtype=bool)
    pooled = _pooled(values, used.group, kept)
    modes = {
        group: choose_modes(_thinned(values[used.group == group]), pooled)
        for group in np.unique(used.group).tolist()
    }
    logs = np.zeros((len(values), groups))
    models: list[_Model] = []
    for turn in range(_ROUNDS):
        models = []
        for number in range(FOLDS):
            progress.at((turn * FOLDS + number) / (_ROUNDS * FOLDS))
            inside = kept & (fold != number)
            model = _model(values, used, inside, modes)
            rows = fold == number
            logs[rows] = model.log_densities(values[rows], used.cells[rows], groups)
            models.append(model)
        if turn < _ROUNDS - 1:
            kept = _believed(logs, used.group, random)
    return models, logs, kept


def _model(values: FloatArray, used: Samples, inside: BoolArray, modes: dict[int, int]) -> _Model:
    pooled = _pooled(values, used.group, inside)
    mixtures = {}
    for group, count in modes.items():
        own = values[inside & (used.group == group)]
        if len(own) >= _LEAST_FITTED:
            mixtures[group] = fit_mixture(_thinned(own), count, pooled)
    return _Model(mixtures, pooled, _wider(values, used, inside, pooled))


def _thinned(values: FloatArray) -> FloatArray:
    if len(values) <= _MOST_FITTED:
        return values
    return values[np.linspace(0, len(values) - 1, _MOST_FITTED).astype(np.int64)]


def _pooled(values: FloatArray, group: IntArray, inside: BoolArray) -> FloatArray:
    """Spread within groups."""
    width = values.shape[1]
    total, count = np.zeros((width, width)), 0
    for number in np.unique(group[inside]):
        own = values[inside & (group == number)]
        away = own - np.median(own, axis=0)
        total += away.T @ away
        count += len(own)
    return total / max(count, 1) + 1e-3 * np.eye(width)


def _wider(values: FloatArray, used: Samples, inside: BoolArray, pooled: FloatArray) -> FloatArray:
    """By how much parcels of few cells scatter more than parcels do on the whole."""
    distance = np.zeros(len(values))
    inverse = np.linalg.inv(pooled)
    for number in np.unique(used.group[inside]):
        rows = used.group == number
        away = values[rows] - np.median(values[rows & inside], axis=0)
        distance[rows] = np.einsum("ij,jk,ik->i", away, inverse, away)
    size = np.digitize(used.cells, _SIZES) - 1
    usual = float(np.median(distance[inside]))
    out = np.zeros(len(_SIZES))
    for step in range(len(_SIZES)):
        rows = inside & (size == step)
        if rows.sum() >= _LEAST_OF_GROUP and usual > 0:
            out[step] = np.clip(np.median(distance[rows]) / usual - 1, 0.0, _MOST_WIDER)
    return out


def _believed(logs: FloatArray, group: IntArray, random: float) -> BoolArray:
    """Parcels that more likely than not belong to their group; most of every group.

    A wrong declaration of a common kind of land can make up much of a small
    group, so groups count by their size: Bayes' rule where one label in ten
    were drawn at random.
    """
    count = np.bincount(group, minlength=logs.shape[1])
    known = count > 0
    with np.errstate(divide="ignore"):
        away = np.where(known, logs + np.log(count), -np.inf)
    away = away - away.max(axis=1, keepdims=True)
    rows = np.arange(len(group))
    drawn = random / max(int(known.sum()) - 1, 1)
    chance = np.exp(away) * drawn
    chance[rows, group] *= (1 - random) / drawn
    own = chance[rows, group] / np.maximum(chance.sum(axis=1), 1e-300)
    kept = own > _DOUBTED
    for number in np.unique(group):
        some = np.flatnonzero(group == number)
        most = int(_MOST_LEFT_OUT * len(some))
        if (~kept[some]).sum() > most:
            kept[some] = True
            kept[some[np.argsort(own[some], kind="stable")[:most]]] = False
    return kept


def _judge_submitted(
    submitted: Samples,
    space: Space,
    blocks: _Blocks,
    models: list[_Model],
    calibration: Calibration,
    honest: Honest,
) -> Judged:
    count, groups = len(submitted), submitted.unsaid.shape[1]
    good = submitted.usable & np.isfinite(submitted.values).all(axis=1)
    good &= np.isfinite(submitted.place).all(axis=1)
    rows = np.flatnonzero(good)
    values = space.of(submitted.values[rows])
    fold = blocks.fold(submitted.place[rows])
    logs = np.full((len(rows), groups), -np.inf)
    for number, model in enumerate(models):
        some = fold == number
        if some.any():
            logs[some] = model.log_densities(values[some], submitted.cells[rows][some], groups)
    part = honest.judge(
        calibration.log_posterior(logs), logs, submitted.group[rows], submitted.unsaid[rows]
    )
    return spread_out(part, rows, count)


def _confusion(posterior: FloatArray, group: IntArray, groups: int) -> IntArray:
    best = np.argmax(np.where(np.isfinite(posterior), posterior, _LOWEST * 10), axis=1)
    return np.bincount(group * groups + best, minlength=groups * groups).reshape(groups, groups)
