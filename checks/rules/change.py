"""Two epochs: change claimed that did not happen, change that is hidden, rings sent again."""

from __future__ import annotations

import numpy as np

from ..findings import Finding, Text, Verdict
from ..standard import Standard
from ..table import BoolArray, FloatArray
from .change_base import UNKNOWN_PAST, ChangeRule, Epochs, in_words, looks_like
from .change_part import StaleRing, stale_rows
from .rule import Judgement, Rule

_ALIKE = Text(
    "两种地类在影像上难以区分，或可正常互变",
    "Pictures can hardly tell the two classes apart, or honest use turns one into the other",
)
_SLOW = Text(
    "新造林地、园地、草地等短期内影像上看不出",
    "Young trees, orchards and grass do not show in a picture for years",
)
_NEW_PEERS = Text(
    "申报地类或原地类的未变更图斑太少，不知其影像特征",
    "Too few unchanged parcels of the declared or the old class to know how they look",
)
_OLDER = Text(
    "当期影像早于变更年度或外业时段，不能反映所报变更",
    "The current image is older than the reported change or the field work",
)


class ChangeNotSeen(ChangeRule):
    """A class that changed on paper, on ground that stayed as it was.

    Covers soil spread on hard ground, ponds sent as paddy, and roads, yards or
    water sent as cropland (F01, F03, F06 of the catalogue of frauds).
    """

    id = "change.not_seen"

    def judge_epochs(self, epochs: Epochs, out: Judgement) -> None:
        measure, groups = epochs.measure, epochs.groups
        now, before = epochs.now, epochs.before
        pure = (before >= 0) & (epochs.past.purity >= self.limit("least_share"))
        subject = pure & (now != before) & (now >= 0)
        alike = subject & groups.alike[now, before]
        slow = subject & groups.slow[now] & ~groups.vanishing[before]
        older = np.full(len(now), False) | self._older(epochs)
        unknown = subject & measure.seen & ~np.isfinite(measure.contrast)
        more = [(alike, _ALIKE), (slow, _SLOW), (older, _OLDER), (unknown, _NEW_PEERS)]
        judged = self.set_aside(epochs, subject, out, more)
        with np.errstate(invalid="ignore"):
            still = (measure.departure_p >= self.limit("least_unchanged")) & (
                epochs.at(measure.typical, before) >= self.limit("least_typical")
            )
            unlike = measure.contrast >= self.limit("least_contrast")
            changed = measure.departure_p < self.limit("least_unchanged")
            changed &= ~(measure.contrast > self.limit("most_supported"))
        accused = judged & still & unlike
        out.compared = judged & changed & ~accused
        sure = self._sure(epochs, accused, judged)
        for row in np.flatnonzero(accused):
            out.findings.append(self._finding(epochs, int(row), bool(sure[row])))

    def _older(self, epochs: Epochs) -> BoolArray:
        """Parcels whose change the current image cannot show yet."""
        count = len(epochs.now)
        if epochs.taken is None:
            return np.zeros(count, dtype=bool)
        start = epochs.campaign_start
        if start is not None and epochs.taken < start:
            return np.ones(count, dtype=bool)
        year = epochs.table.number("SJNF")
        with np.errstate(invalid="ignore"):
            return np.asarray(year > epochs.taken.year, dtype=bool)

    def _sure(self, epochs: Epochs, accused: BoolArray, judged: BoolArray) -> BoolArray:
        """Accused parcels for which no honest reason is left.

        The image must be known to be younger than the change; a class must
        have gone whose end is seen at once; and most other claims must be seen
        in the same picture, or the picture itself is in doubt.
        """
        measure, start = epochs.measure, epochs.campaign_start
        taken = epochs.taken
        dated = epochs.taken_before is not None and taken is not None and start is not None
        dated = dated and taken is not None and start is not None and taken >= start
        doubted = accused.sum() > self.limit("most_accused") * max(int(judged.sum()), 1)
        if not dated or (doubted and accused.sum() > self.limit("few_accused")):
            return np.zeros(len(accused), dtype=bool)
        with np.errstate(invalid="ignore"):
            return (
                accused
                & epochs.groups.vanishing[epochs.before]
                & (measure.contrast >= self.limit("sure_contrast"))
                & (epochs.at(measure.typical, epochs.now) <= self.limit("sure_foreign"))
                & (measure.departure_p >= self.limit("sure_unchanged"))
                & (measure.cells >= self.limit("sure_cells"))
            )

    def _finding(self, epochs: Epochs, row: int, sure: bool) -> Finding:
        measure = epochs.measure
        old, new = epochs.title(int(epochs.before[row])), epochs.title(int(epochs.now[row]))
        contrast = float(measure.contrast[row])
        return self.finding(
            epochs.table,
            row,
            Text(
                f"上一年度为{old.zh}，本年度申报为{new.zh}，但两期影像显示该图斑未发生变化"
                f"（与未变更的{old.zh}图斑一致；“未变”对现状影像的似然是“已变为{new.zh}”的 "
                f"10^{contrast:.1f} 倍）。请核实变更是否真实发生，或影像是否早于变更",
                f"Last year {old.en}, now declared {new.en}, but the two images show no change "
                f"beyond that of unchanged {old.en}; the picture is 10^{contrast:.1f} times "
                f"likelier if nothing changed than as {new.en}. Check whether the change took "
                "place, or whether the image is older than it",
            ),
            verdict=Verdict.INCONSISTENT if sure else Verdict.DOUBTFUL,
            score=float(np.clip(0.3 + 0.08 * contrast, 0.0, 1.0)),
            measured=old.en,
            expected=new.en,
            cause="change_not_seen",
            evidence={
                **self.facts(epochs, row),
                "contrast_log10": round(contrast, 2),
            },
        )


class ChangeHidden(ChangeRule):
    """Ground that changed while paper says that nothing did."""

    id = "change.hidden"

    def judge_epochs(self, epochs: Epochs, out: Judgement) -> None:
        measure, groups = epochs.measure, epochs.groups
        own = epochs.now
        pure = (own >= 0) & (epochs.past.purity >= self.limit("least_share"))
        subject = (own == epochs.before) & (own >= 0)
        judged = self.set_aside(epochs, subject, out, [(subject & ~pure, UNKNOWN_PAST)])
        best = looks_like(measure.likelihood)
        gain = _gain(epochs)
        other = (best >= 0) & (best != own) & ~groups.alike[np.maximum(best, 0), own]
        with np.errstate(invalid="ignore"):
            left = measure.departure_p <= self.limit("most_p")
            left &= epochs.at(measure.typical, own) <= self.limit("most_typical")
            left &= epochs.at(measure.typical_before, own) >= self.limit("least_typical_before")
            # Without a class that explains it better, only a much rarer departure counts.
            found = left & other & (gain >= self.limit("least_gain"))
            found |= (
                left
                & (measure.departure_p <= self.limit("alone_p"))
                & ~np.isin(
                    own, [i for i, name in enumerate(groups.names) if name in ("crop", "garden")]
                )
            )
            found &= self._physical(epochs)
            out.compared = judged & (measure.departure_p >= self.limit("least_quiet"))
        found &= judged & ~stale_rows(epochs)
        for row in np.flatnonzero(found):
            out.findings.append(self._finding(epochs, int(row), int(best[row]), float(gain[row])))

    def _physical(self, epochs: Epochs) -> BoolArray:
        """Changes large enough to be one on the ground, where bands are known to tell."""
        measure = epochs.measure
        told = np.isfinite(measure.greener) | np.isfinite(measure.brighter)
        with np.errstate(invalid="ignore"):
            large = np.abs(measure.greener) >= self.limit("least_ndvi")
            large |= np.abs(measure.brighter) >= self.limit("least_brightness")
        return large | ~told

    def _finding(self, epochs: Epochs, row: int, best: int, gain: float) -> Finding:
        measure = epochs.measure
        own = epochs.title(int(epochs.now[row]))
        words = in_words(measure, row, self.limit("least_ndvi"), self.limit("least_brightness"))
        zh = en = ""
        if best >= 0 and best != int(epochs.now[row]) and gain >= self.limit("least_gain"):
            seen = epochs.title(best)
            zh, en = f"，现状更像{seen.zh}", f"; it now looks like {seen.en}"
        chance = float(measure.departure_p[row])
        return self.finding(
            epochs.table,
            row,
            Text(
                f"两年均申报为{own.zh}，但两期影像间{words.zh}，远超同类未变更图斑的变化"
                f"（概率约 {chance:.1g}）{zh}；"
                "亦可能为收割、轮作、采伐、火烧、水淹或残云，请核实",
                f"Declared {own.en} in both years, but between the images: {words.en}, far beyond "
                f"unchanged parcels of the class (probability about {chance:.1g}){en}. "
                "Harvest, felling, fire, flood or leftover cloud are honest reasons; please check",
            ),
            verdict=Verdict.DOUBTFUL,
            score=float(np.clip(-0.12 * np.log10(max(chance, 1e-9)), 0.0, 1.0)),
            measured=f"{float(measure.departure[row]):.1f}",
            expected="0",
            unit="σ",
            cause="change_hidden",
            evidence={**self.facts(epochs, row), "gain_log10": round(gain, 2)},
        )


def _gain(epochs: Epochs) -> FloatArray:
    """How much likelier the picture is as the best group than as ground that stayed, log10."""
    likelihood = epochs.measure.likelihood
    with np.errstate(invalid="ignore"):
        gain = (likelihood.max(axis=1) - epochs.measure.unchanged) / np.log(10)
    return np.where(np.isfinite(gain), gain, 0.0)


_CLASSES: tuple[type[Rule], ...] = (ChangeNotSeen, ChangeHidden, StaleRing)


def rules(standard: Standard) -> list[Rule]:
    """The rules of this family with their words and limits."""
    return [rule(standard.rules[rule.id]) for rule in _CLASSES]
