"""Changes of class that the picture does not bear out: to be looked at, not accused."""

from __future__ import annotations

import numpy as np

from ..findings import Text
from ..measures.case import Case
from ..measures.signatures_parcels import WRONG_CHANGED, PictureMeasure
from ..table import BoolArray, FloatArray
from .imagery_base import OLDER, ImageryRule, Pictured, picture_of
from .rule import NO_PARCELS, Judgement

_NO_PREVIOUS = Text(
    "未提供上年度一张图，不知道哪些地类是变更的",
    "Without last year's one map nobody knows which classes are claimed to have changed",
)
_TOO_MANY = Text(
    "影像未能证实的变更过多，疑为影像分辨不了这些地类，不逐个列出",
    "Too many claims of change are not borne out: this image cannot tell such classes apart, "
    "they are not listed one by one",
)


class UnconfirmedChange(ImageryRule):
    """A class that differs from last year's while the picture speaks rather for last year's.

    Of two classes that a surveyor and last year's one map declare of the same ground,
    one is wrong or the ground has changed; half of such claims are taken to be wrong
    beforehand. What is left after the picture has been heard is the probability told.
    Parcels that another rule of imagery doubts are not told twice.
    """

    id = "imagery.unconfirmed"

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        pictured = picture_of(case)
        if pictured is None:
            return out.skip(0, NO_PARCELS)
        if case.baseline.previous is None:
            return out.skip(0, _NO_PREVIOUS)
        measure = pictured.measure
        if measure is None or measure.signatures is None:
            for rows, reason in pictured.excuses:
                out.skip(int(rows.sum()), reason)
            return out
        claims = self._claims(pictured, measure)
        out.tested = int(claims.sum())
        wrong = _left_wrong(measure)
        open_ = claims & (wrong > self.limit("least_wrong")) & ~pictured.doubted
        most = max(self.limit("most_share") * measure.enough.sum(), self.limit("always_told"))
        if open_.sum() > most:
            out.tested -= int(open_.sum())
            return out.skip(int(open_.sum()), _TOO_MANY)
        for row in np.flatnonzero(open_):
            self._tell(pictured, measure, int(row), float(wrong[row]), out)
        return out

    def _claims(self, pictured: Pictured, measure: PictureMeasure) -> BoolArray:
        """Claims of change between groups that can look different at all."""
        assert measure.signatures is not None
        declared, before = np.maximum(measure.declared, 0), np.maximum(measure.previous, 0)
        known = measure.signatures.known
        claims = measure.changed & measure.enough & measure.typical
        claims &= ~measure.groups.alike[declared, before]
        claims &= np.isfinite(measure.wrong) | ~known[declared]
        for rows, reason in pictured.excuses:
            if reason == OLDER:
                claims &= ~rows
        return np.asarray(claims, dtype=bool)

    def _tell(
        self, pictured: Pictured, measure: PictureMeasure, row: int, wrong: float, out: Judgement
    ) -> None:
        titles = measure.groups.titles
        declared, before = titles[measure.declared[row]], titles[measure.previous[row]]
        out.findings.append(
            self.finding(
                pictured.table,
                row,
                Text(
                    f"填报由“{before.zh}”变为“{declared.zh}”，影像未能证实"
                    f"（仍为别的地类的可能性约 {100 * wrong:.0f}%）",
                    f"Declared as changed from {before.en} to {declared.en}; the image does not "
                    f"bear it out (some other class still: about {100 * wrong:.0f}%)",
                ),
                # Even the faintest is a claim that nobody has borne out yet.
                score=float(np.clip(0.5 + wrong / 2, 0.0, 1.0)),
                measured=f"{wrong:.2f}",
                expected=str(pictured.table.text("DLBM")[row]),
                tolerance=self.limit("least_wrong"),
                cause="change_unconfirmed",
                evidence={
                    "declared_group": measure.groups.names[measure.declared[row]],
                    "previous_group": measure.groups.names[measure.previous[row]],
                    "probability_of_another_class": round(wrong, 4),
                    "cells": round(float(measure.spectra.cells[row]), 1),
                },
            )
        )


def _left_wrong(measure: PictureMeasure) -> FloatArray:
    """Probability that a claim is wrong after the picture has been heard, shape ``(n,)``.

    Of a class whose look nobody knows here the picture says nothing: it stays as it was.
    """
    assert measure.signatures is not None
    known = measure.signatures.known[np.maximum(measure.declared, 0)]
    return np.where(known, np.nan_to_num(measure.wrong), WRONG_CHANGED)
