"""What a reviewer gets: the queue by risk, its calibration, and who is wrongly accused.

The packages of the benchmark hold far more tampering than life does. All
figures about probabilities are therefore reweighted to an evaluation prior:
tampered parcels together weigh as much as that prior, honest ones the rest
(Saerens, Latinne & Decaestecker 2002, Neural Computation 14, 21-41).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .intervals import wilson
from .parcels.experiment import GENUINE, LEFT_OUT, ODD, TAMPERED, Record
from .parcels.series import TRUTH
from .protocol import CLEAN, DOUBTFUL, INCONSISTENT, Goal, Measured
from .reliability import Calibration, at_prior, reliability

PRIOR = 0.007
CLASS_PRIOR = 0.05
"""Share of wrong classes at which the error among accepted parcels is told."""
TOPS = (0.01, 0.02, 0.05, 0.10)
PACKAGE = 10_000
_DRAWS = 400


class Queue:
    """The packages of a run, pooled."""

    def __init__(self, records: Sequence[Record], prior: float = PRIOR, seed: int = 0) -> None:
        self.records = list(records)
        self.prior = prior
        self.seed = seed
        mixed = [r for r in self.records if r.style != "clean"]
        places = list(dict.fromkeys(r.place for r in mixed))
        self.risk = _joined([r.risk for r in mixed])
        state = _joined([r.state for r in mixed]).astype(int)
        self.kept = state != LEFT_OUT
        self.bad = (state == TAMPERED)[self.kept]
        self.risk = self.risk[self.kept]
        self.kind = _joined([r.kind for r in mixed])[self.kept] if mixed else np.zeros(0, object)
        bad, good = max(self.bad.sum(), 1), max((~self.bad).sum(), 1)
        tiles = [r.tile + 10_000_000 * places.index(r.place) for r in mixed]
        self.tile = _joined(tiles).astype(np.int64)[self.kept]
        self.weight = np.where(self.bad, prior / bad, (1 - prior) / good)

    @property
    def own_share(self) -> float:
        """Share of tampered parcels in the packages as they were made."""
        return float(self.bad.mean()) if len(self.bad) else float("nan")

    def calibration(self) -> Calibration:
        """Reliability at the prior."""
        return reliability(self.risk, self.bad, self.weight, self.tile)

    def calibration_as_made(self) -> Calibration:
        """The same at the packages' own share of tampered parcels, the risks brought to it.

        At a share of a few in a thousand nearly all parcels lie in the first bin and
        any expected error is small; here the bins are filled.
        """
        share = self.own_share
        risk = at_prior(self.risk, self.prior, share)
        return reliability(risk, self.bad, np.ones(len(risk)), self.tile)

    def recall(self, top: float) -> float:
        """Share of tampered parcels among the ``top`` share by risk, at the prior.

        Parcels of equal risk come in any order, so they count in proportion.
        """
        if not self.bad.any():
            return float("nan")
        order = np.argsort(-self.risk, kind="stable")
        risk, weight, bad = self.risk[order], self.weight[order], self.bad[order]
        _, first, place = np.unique(-risk, return_index=True, return_inverse=True)
        del first
        of_group, bad_of_group = np.bincount(place, weight), np.bincount(place, weight * bad)
        before = np.cumsum(of_group) - of_group
        part = ((top - before) / of_group).clip(0, 1)
        return float((part * bad_of_group).sum() / bad_of_group.sum())

    def recall_by_kind(self, top: float) -> dict[str, float]:
        """The same for every kind of tampering alone (its parcels, all honest ones)."""
        out = {}
        for kind in sorted({str(k) for k in self.kind[self.bad]}):
            own = self.risk[self.bad & (self.kind == kind)]
            honest = np.sort(self.risk[~self.bad])
            if len(honest) == 0:
                continue
            limit = honest[min(int((1 - top) * len(honest)), len(honest) - 1)]
            above = (own > limit).mean()
            level = (own == limit).mean()
            spare = max(0.0, top - (honest > limit).mean())
            tied = max((honest == limit).mean(), 1e-12)
            out[kind] = float(above + level * min(1.0, spare / tied))
        return out

    def recall_by_family(self, top: float) -> dict[str, float]:
        """Share of the tampered parcels that each family doubts, in the ``top`` of its own queue.

        Its own queue has the parcels that it says inconsistent first, then doubtful
        ones, each by risk: what the reviewer sees who asks for one family alone.
        """
        out = {}
        mixed = [r for r in self.records if r.style != "clean"]
        for family in sorted({f for r in mixed for f in r.said}):
            said = [
                r.said[family] if family in r.said else np.full(len(r.state), -1) for r in mixed
            ]
            level = np.maximum(np.concatenate(said), 0)[self.kept]
            order = np.lexsort((-self.risk, -level))
            before = np.cumsum(self.weight[order]) - self.weight[order]
            first = order[(before < top) & (level[order] > 0)]
            found = np.zeros(len(level), dtype=bool)
            found[first] = True
            if self.bad.any():
                out[family] = float(found[self.bad].mean())
        return out

    def outcomes(self) -> dict[str, dict[str, float]]:
        """Share of accepted, review and not checkable among genuine and tampered parcels."""
        outcome = _joined([r.outcome for r in self.records if r.style != "clean"])[self.kept]
        out = {}
        for name, rows in (("genuine and odd", ~self.bad), ("tampered", self.bad)):
            words, counts = np.unique(outcome[rows].astype(str), return_counts=True)
            out[name] = {w: float(c / max(rows.sum(), 1)) for w, c in zip(words, counts)}
        return out

    def findings_per_thousand(self) -> dict[str, dict[str, float]]:
        """Genuine parcels with a finding, per 1,000, by family and verdict."""
        out: dict[str, dict[str, float]] = {}
        count = sum(int((r.state == GENUINE).sum()) for r in self.records)
        families = sorted({f for r in self.records for f in r.said})
        for family in families:
            said = [r.said[family][r.state == GENUINE] for r in self.records if family in r.said]
            values = np.concatenate(said) if said else np.zeros(0)
            doubted = int((values == DOUBTFUL).sum())
            wrong = int((values == INCONSISTENT).sum())
            tested = int((values >= 0).sum())
            out[family] = {
                "genuine": count,
                "tested": tested,
                "doubtful": 1000 * doubted / max(count, 1),
                "inconsistent": 1000 * wrong / max(count, 1),
                "inconsistent_count": wrong,
            }
        return out

    def packages_accused(self) -> dict[str, Measured]:
        """Genuine packages of 10,000 parcels with any inconsistent finding, by truth family.

        Tiles are drawn until 10,000 genuine parcels are together. Where no
        genuine parcel was accused at all the upper end of the interval is that
        of Wilson on the packages that the data would make at most.
        """
        out = {}
        random = np.random.default_rng([self.seed, 11])
        for family in TRUTH:
            hits, sizes = [], []
            for record in self.records:
                if family not in record.said or (record.said[family] < CLEAN).all():
                    continue
                own = record.state == GENUINE
                wrong = (record.said[family] == INCONSISTENT)[own]
                tiles, place = np.unique(record.tile[own] % 1_000_000, return_inverse=True)
                hits.append(np.bincount(place, wrong, len(tiles)))
                sizes.append(np.bincount(place, minlength=len(tiles)))
            if not hits:
                continue
            hit, size = np.concatenate(hits), np.concatenate(sizes)
            total = int(size.sum())
            if total == 0:
                continue
            draw = max(1, int(np.ceil(PACKAGE / max(size.mean(), 1e-9))))
            chosen = random.integers(0, len(hit), (_DRAWS, draw))
            share = float((hit[chosen].sum(axis=1) > 0).mean())
            high = wilson(round(share * total / PACKAGE), max(1, total // PACKAGE))[1]
            out[family] = Measured(share, 0.0, high, total)
        return out

    def loose(self) -> dict[str, int]:
        """Packages with an inconsistent truth finding that concerns no parcel, by family."""
        out: dict[str, int] = {}
        for record in self.records:
            for family in set(record.loose) & set(TRUTH):
                out[family] = out.get(family, 0) + 1
        return out

    def class_outcomes(self) -> dict[str, Measured]:
        """The first goal's three figures, parcels of at least 20 pixels.

        Error among accepted where one class in twenty is wrong, honest parcels
        doubted by imagery, change or history, contradictions doubted by them.
        """
        names = ("imagery", "change", "history")
        state, kind, said, outcome = [], [], [], []
        for record in (r for r in self.records if r.style == "mixed"):
            big = record.pixels >= 20
            state.append(record.state[big])
            kind.append(record.kind[big])
            outcome.append(record.outcome[big])
            known = [record.said[n][big] for n in names if n in record.said]
            said.append(np.max(known, axis=0))
        if not state:
            return {}
        states, kinds, saids = np.concatenate(state), np.concatenate(kind), np.concatenate(said)
        flips = (states == TAMPERED) & np.array([str(k) == "class flip" for k in kinds])
        honest = states == GENUINE
        accepted = np.concatenate(outcome) == "accepted"
        clean = saids == 0
        recall = float((saids[flips] >= DOUBTFUL).mean()) if flips.any() else float("nan")
        review = float((saids[honest] >= DOUBTFUL).mean()) if honest.any() else float("nan")
        bad = CLASS_PRIOR * float((clean & accepted)[flips].mean()) if flips.any() else np.nan
        good = (1 - CLASS_PRIOR) * float((clean & accepted)[honest].mean()) if honest.any() else 0.0
        error = bad / (bad + good) if bad + good > 0 else float("nan")
        return {
            "recall": Measured(recall, count=int(flips.sum())),
            "review": Measured(review, count=int(honest.sum())),
            "error": Measured(error, count=int(accepted.sum())),
        }

    def goals(self) -> list[Goal]:
        """Rows of the goals table about whole packages."""
        calibration, as_made = self.calibration(), self.calibration_as_made()
        made = self.class_outcomes()
        nothing = Measured(float("nan"), note="not tried")
        out = [
            _goal("class contradiction, ≥ 20 px: error among accepted (5 % wrong)", "≤ 1 %", 0.01,
                  made.get("error", nothing), True),
            _goal("class contradiction, ≥ 20 px: honest parcels sent to review", "≤ 6 %", 0.06,
                  made.get("review", nothing), True),
            _goal("class contradiction, ≥ 20 px: recall", "≥ 90 %", 0.9,
                  made.get("recall", nothing), False),
            Goal("calibration of the risk", "expected error ≤ 0.03", 0.03,
                 lambda _: Measured(calibration.error, count=len(self.risk)), True, "number"),
            Goal("calibration of the risk, packages as made", "expected error ≤ 0.03", 0.03,
                 lambda _: Measured(as_made.error, count=len(self.risk),
                                    note=f"{self.own_share:.1%} tampered"), True, "number"),
        ]  # fmt: skip
        for family, measured in self.packages_accused().items():
            out.append(
                _goal(f"genuine packages of 10,000 parcels accused: {family}", "≤ 1 %", 0.01,
                      measured, True)
            )  # fmt: skip
        return out


def _goal(what: str, wanted: str, target: float, found: Measured, at_most: bool) -> Goal:
    return Goal(what, wanted, target, lambda _: found, at_most)


def _joined(parts: Sequence[np.ndarray]) -> np.ndarray:
    return np.concatenate(parts) if parts else np.zeros(0)


def odd_states() -> tuple[int, int]:
    """Numbers of the states that are honest."""
    return GENUINE, ODD
