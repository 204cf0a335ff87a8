"""Declared classes that the picture contradicts, by what is declared."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from ..findings import Finding, Text, Verdict
from ..measures.case import Case
from ..measures.signatures_groups import class_groups
from ..table import BoolArray, Table
from .imagery_base import ImageryRule, Pictured, image_date, picture_of
from .rule import NO_PARCELS, Judgement

_RARE = 1e-4


class ClassRule(ImageryRule):
    """Parcels declared as one of some groups, against the picture.

    ``declared`` lists the groups; ``None``: all that have no rule of their own.
    """

    declared: ClassVar[tuple[str, ...] | None] = None
    cause: ClassVar[str] = "class_contradicts_image"

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        pictured = picture_of(case)
        if pictured is None:
            return out.skip(0, NO_PARCELS)
        mine = self._mine(case, pictured.table)
        for rows, reason in pictured.excuses:
            count = int((rows & mine).sum())
            if count:
                out.skip(count, reason)
                out.excuses.append((rows & mine, reason))
        compared = (pictured.supported | pictured.doubted) & mine
        out.tested = int(compared.sum())
        out.compared = compared
        for row in np.flatnonzero(pictured.doubted & mine):
            out.findings.append(self._accuse(case, pictured, int(row)))
        return out

    def _mine(self, case: Case, table: Table) -> BoolArray:
        groups = class_groups(case.standard)
        group, _ = groups.of(table.text("DLBM"))
        declared = self.declared
        if declared is not None:
            return np.isin(group, _numbers(groups.names, declared))
        return ~np.isin(group, _numbers(groups.names, ("crop", "built_up")))

    def _accuse(self, case: Case, pictured: Pictured, row: int) -> Finding:
        measure, table = pictured.measure, pictured.table
        assert measure is not None
        assert measure.signatures is not None
        judged, groups = measure.signatures.judged, measure.groups
        declared, before = int(measure.declared[row]), int(measure.previous[row])
        chance = np.exp(judged.log_posterior[row])
        seen = int(judged.seen[row])
        if measure.changed[row] and chance[before] > 0.5 * chance[seen]:
            # What was there is as good a name for what the picture shows.
            seen = before
        tail = float(judged.tail[row])
        message = self._message(case, pictured, row, seen, tail)
        sure = bool(pictured.certain[row])
        return self.finding(
            table,
            row,
            message,
            verdict=Verdict.INCONSISTENT if sure else Verdict.DOUBTFUL,
            score=1.0 if sure else _score(tail),
            measured=groups.titles[seen].zh.split(" ")[0],
            expected=str(table.text("DLBM")[row]),
            cause=self.cause,
            evidence={
                "declared_group": groups.names[declared],
                "seen_group": groups.names[seen],
                "previous_group": groups.names[before] if before >= 0 else None,
                "posterior_declared": _number(chance[declared]),
                "posterior_seen": _number(chance[seen]),
                "honest_share": _number(tail),
                "typical_of_seen": _number(judged.typical[row]),
                "cells": round(float(measure.spectra.cells[row]), 1),
                "clear_share": _number(measure.spectra.clear_share[row]),
                "ndvi": _index(measure.spectra.index("nir", "red"), row),
                "ndwi": _index(measure.spectra.index("green", "nir"), row),
                "learned_from_previous": measure.from_previous,
                "image_date": str(image_date(case) or ""),
            },
        )

    def _message(self, case: Case, pictured: Pictured, row: int, seen: int, tail: float) -> Text:
        measure = pictured.measure
        assert measure is not None
        code = str(pictured.table.text("DLBM")[row])
        known = case.standard.classes.get(code)
        zh = f"{code} {known.title}" if known else code
        en = f"{code} {known.title_en}" if known else code
        title = measure.groups.titles[seen]
        before = int(measure.previous[row])
        if not np.isfinite(tail):
            last = measure.groups.titles[before]
            return Text(
                f"填报地类由“{last.zh}”改为“{zh}”，但影像上仍与上年度“{last.zh}”一样",
                f"Declared as changed from {last.en} to {en}, but in the image it still looks "
                f"like {last.en}",
            )
        share = Text(f"约 {100 * tail:.2g}%", f"about {100 * tail:.2g}%")
        if tail < _RARE:
            share = Text(f"不到 {100 * _RARE:g}%", f"less than {100 * _RARE:g}%")
        said = Text(
            f"填报地类“{zh}”与影像不符：影像上看像“{title.zh}”"
            f"（真实的该类图斑中{share.zh} 会如此）",
            f"Declared {en}, but in the image it looks like {title.en} (as {share.en} of "
            "true parcels of the class would)",
        )
        if before < 0:
            return said
        last = measure.groups.titles[before]
        return Text(
            f"{said.zh}；上年度一张图为“{last.zh}”", f"{said.en}; last year's one map has {last.en}"
        )


class ClassInPicture(ClassRule):
    """Forest, grass, water, garden and bare land that look like something else (F07)."""

    id = "imagery.class"


class Cropland(ClassRule):
    """Cropland that shows as forest, water, built-up land or grass (F01, F03, F06)."""

    id = "imagery.cropland"
    declared = ("crop",)
    cause = "cropland_not_in_image"


class Construction(ClassRule):
    """Construction land without anything built (F09)."""

    id = "imagery.construction"
    declared = ("built_up",)
    cause = "not_built_in_image"


def _score(tail: float) -> float:
    """How strong a doubt is; one without a tail is among the weaker."""
    return float(np.clip(0.92 - 0.01 * np.log10(tail / 0.1), 0.92, 0.98)) if tail > 0 else 0.92


def _numbers(names: tuple[str, ...], wanted: tuple[str, ...]) -> list[int]:
    return [names.index(name) for name in wanted if name in names]


def _number(value: Any) -> float | None:
    number = float(value)
    return float(f"{number:.4g}") if np.isfinite(number) else None


def _index(values: Any, row: int) -> float | None:
    return None if values is None else _number(values[row])
