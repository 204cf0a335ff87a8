"""Last year's ring sent again although part of the ground within it changed."""

from __future__ import annotations

import numpy as np

from ..findings import Finding, Text, Verdict
from ..measures.change_part import Parts
from ..standard import RuleSpec
from ..table import BoolArray, FloatArray, IntArray
from .change_base import ChangeRule, Epochs
from .rule import Judgement


class StaleRing(ChangeRule):
    """A ring that is last year's, vertex by vertex, around ground that changed in part."""

    id = "change.stale_ring"

    def judge_epochs(self, epochs: Epochs, out: Judgement) -> None:
        own = epochs.now
        same = epochs.past.same_ring & (own >= 0)
        subject = same & (own == epochs.before)
        self.set_aside(epochs, subject, out)
        parts = epochs.measure.parts
        if parts is None:
            return
        for number in np.flatnonzero(changed_parts(self.spec, epochs)):
            out.findings.append(self._finding(epochs, parts, int(number)))

    def _finding(self, epochs: Epochs, parts: Parts, number: int) -> Finding:
        row = int(parts.rows[number])
        own = epochs.title(int(epochs.now[row]))
        likely = parts.likelihood[number]
        seen = epochs.title(int(np.argmax(likely)))
        share = float(parts.share[number])
        gain = float(likely.max() - likely[epochs.now[row]]) / np.log(10)
        return self.finding(
            epochs.table,
            row,
            Text(
                f"图形与上一年度完全相同，但影像显示其中约 {100 * share:.0f}% 的范围已发生变化"
                f"（现状像{seen.zh}，其余仍为{own.zh}）；疑为直接沿用上年图形未调绘，"
                "亦可能为局部收割、采伐或水淹，请核实",
                f"The outline is last year's vertex by vertex, but in about {100 * share:.0f} % "
                f"of it the images show change (now like {seen.en}, the rest still {own.en}). "
                "Last year's ring was probably sent again; partial harvest, felling or flooding "
                "are honest reasons. Please check",
            ),
            verdict=Verdict.DOUBTFUL,
            where=parts.where[number],
            score=float(np.clip(0.3 + 0.05 * gain + 0.05 * float(parts.contrast[number]), 0, 1)),
            measured=f"{100 * share:.0f}",
            expected="0",
            unit="%",
            cause="stale_ring",
            evidence={
                **self.facts(epochs, row),
                "part_share": round(share, 3),
                "part_cells": int(parts.cells[number]),
                "part_contrast": round(float(parts.contrast[number]), 2),
                "gain_log10": round(gain, 2),
            },
        )


def changed_parts(spec: RuleSpec, epochs: Epochs) -> BoolArray:
    """Which of the parts found are change of the ground by this rule, shape ``(m,)``."""
    parts, limits = epochs.measure.parts, spec.limits
    if parts is None or not len(parts.rows):
        return np.zeros(0, dtype=bool)
    rows = parts.rows
    own = epochs.now[rows]
    best = np.argmax(parts.likelihood, axis=1)
    alike = epochs.groups.alike[best, own]
    measure = epochs.measure
    chance = np.fmin(measure.patchiness_p[rows], measure.departure_p[rows])
    with np.errstate(invalid="ignore"):
        gain = (parts.likelihood.max(axis=1) - _of(parts.likelihood, own)) / np.log(10)
        return np.asarray(
            epochs.past.same_ring[rows]
            & (chance <= limits["most_p"])
            & (parts.share >= limits["least_part"])
            & (parts.share <= limits["most_part"])
            & (parts.cells >= limits["least_cells"])
            & (parts.contrast >= limits["least_contrast"])
            & (_of(parts.typical, own) <= limits["most_typical"])
            & (_of(parts.typical_before, own) >= limits["least_typical_before"])
            & (_of(parts.rest_typical, own) >= limits["least_rest_typical"])
            & ~alike
            & (gain >= limits["least_gain"]),
            dtype=bool,
        )


def stale_rows(epochs: Epochs) -> BoolArray:
    """Parcels that the rule of stale rings tells of, so that no other tells them again."""
    out = np.zeros(len(epochs.now), dtype=bool)
    parts = epochs.measure.parts
    if parts is not None:
        out[parts.rows[changed_parts(epochs.standard.rules[StaleRing.id], epochs)]] = True
    return out


def _of(values: FloatArray, group: IntArray) -> FloatArray:
    return values[np.arange(len(group)), group]
