"""What the rules of change share: which parcels two pictures can speak of, and in which words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from ..findings import Family, Text
from ..measures.case import Case
from ..measures.change import ChangeMeasure
from ..measures.change_parcels import ParcelChange
from ..measures.change_past import ClassGroups, Past
from ..standard import Standard
from ..table import BoolArray, FloatArray, IntArray, Table
from .rule import NO_PARCELS, Judgement, Rule

NO_IMAGE = Text("未提供当期影像", "No current image was given")
NO_PREVIOUS_IMAGE = Text("未提供前期影像", "No earlier image was given")
NO_PREVIOUS = Text("未提供上一年度 DLTB", "Last year's DLTB was not given")
NO_FRAME = Text("DLTB 坐标系不明", "The frame of DLTB is unknown")
PAST_FRAME = Text(
    "上一年度 DLTB 与成果的坐标系无法建立联系",
    "The frames of last year's DLTB and of the package cannot be brought together",
)
DATES = Text(
    "前期影像不早于当期影像，两期影像日期有误",
    "The earlier image is not earlier than the current one: check the dates",
)
MISPLACED = Text(
    "两期影像相互错位超过 1 个像元，不能逐图斑比较",
    "The two images lie more than one pixel apart: parcels cannot be compared",
)
NO_CLASS = Text(
    "该地类在影像上无法单独辨认（线状或代码不明）",
    "The class cannot be told in a picture by itself (linear, or an unknown code)",
)
UNKNOWN_PAST = Text(
    "上一年度不在该范围，或原为多种地类",
    "Last year's layer does not cover it, or it was of several classes",
)
UNUSABLE = Text(
    "图形缺失或无效，已由图形规则报告", "Missing or invalid geometry, reported by other rules"
)
OUTSIDE = Text("在影像范围之外", "Outside the images")
HIDDEN_GROUND = Text(
    "被云、阴影、霾、雪遮挡或影像无数据", "Hidden by cloud, shadow, haze or snow, or without data"
)
SMALL = Text("像元数太少，影像分辨率不足以判定", "Too few pixels for it in these images")
FEW_PEERS = Text(
    "同类未变更图斑太少，不知何为正常变化",
    "Too few unchanged parcels of its class to know what change is usual",
)


@dataclass(frozen=True)
class Epochs:
    """What a rule of change looks at; arrays of shape ``(parcels,)``."""

    table: Table
    groups: ClassGroups
    past: Past
    measure: ChangeMeasure
    taken: date | None
    taken_before: date | None
    campaign_start: date | None
    standard: Standard

    @property
    def now(self) -> IntArray:
        """Declared group."""
        return self.measure.now

    @property
    def before(self) -> IntArray:
        """Last year's group."""
        return self.measure.before

    def title(self, group: int) -> Text:
        """What a group is called."""
        zh, en = self.groups.titles[group]
        return Text(zh, en)

    def at(self, values: FloatArray, group: IntArray) -> FloatArray:
        """From ``(parcels, groups)`` the value of each parcel's ``group``; NaN for none."""
        rows = np.arange(len(group))
        return np.where(group >= 0, values[rows, np.maximum(group, 0)], np.nan)


class ChangeRule(Rule):
    """A rule about two pictures and last year's parcels."""

    family = Family.CHANGE

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        table = case.parcels
        if table is None:
            return out.skip(0, NO_PARCELS)
        found = self._epochs(case, table)
        if isinstance(found, Text):
            return out.skip(len(table), found)
        self.judge_epochs(found, out)
        return out

    def judge_epochs(self, epochs: Epochs, out: Judgement) -> None:
        """Judge all parcels."""
        raise NotImplementedError

    def _epochs(self, case: Case, table: Table) -> Epochs | Text:
        image, previous = case.baseline.image, case.baseline.image_previous
        if image is None:
            return NO_IMAGE
        if previous is None:
            return NO_PREVIOUS_IMAGE
        if case.baseline.previous is None:
            return NO_PREVIOUS
        if not case.frame.trusted("DLTB"):
            return case.frame.reason("DLTB") or NO_FRAME
        if image.taken and previous.taken and previous.taken >= image.taken:
            return DATES
        change = case.change
        if change is None or change.past is None:
            return NO_PREVIOUS
        problem = _problem(change)
        if problem is not None:
            return problem
        return Epochs(
            table,
            change.groups,
            change.past,
            change.measure,
            image.taken,
            previous.taken,
            case.settings.campaign_start,
            case.standard,
        )

    def set_aside(
        self,
        epochs: Epochs,
        subject: BoolArray,
        out: Judgement,
        more: Sequence[tuple[BoolArray, Text]] = (),
    ) -> BoolArray:
        """Count parcels of ``subject`` that cannot be judged; return the others.

        ``more`` are further reasons, after those of the pictures themselves.
        """
        measure, left = epochs.measure, subject.copy()
        known = np.isfinite(measure.departure)
        reasons = [
            (~epochs.table.usable, UNUSABLE),
            (epochs.now < 0, NO_CLASS),
            (measure.reached <= 0, OUTSIDE),
            (measure.clear_share < measure.least_clear, HIDDEN_GROUND),
            (~measure.seen, SMALL),
            *more,
            (~known, FEW_PEERS),
        ]
        for rows, reason in reasons:
            mine = left & rows
            if mine.any():
                out.skip(int(mine.sum()), reason)
                out.excuses.append((mine, reason))
                left &= ~rows
        out.tested += int(left.sum())
        return left

    def facts(self, epochs: Epochs, row: int) -> dict[str, float | int | str]:
        """Numbers that every finding about change carries."""
        measure = epochs.measure
        out: dict[str, float | int | str] = {
            "cells": round(float(measure.cells[row]), 1),
            "clear_share": round(float(measure.clear_share[row]), 3),
            "departure": _rounded(measure.departure[row]),
            "departure_p": _scientific(measure.departure_p[row]),
            "patchiness_p": _scientific(measure.patchiness_p[row]),
            "ndvi_change": _rounded(measure.greener[row]),
            "brightness_change": _rounded(measure.brighter[row]),
            "peers": int(measure.peers[max(int(epochs.before[row]), 0)]),
        }
        if epochs.taken and epochs.taken_before:
            out["image"] = epochs.taken.isoformat()
            out["image_previous"] = epochs.taken_before.isoformat()
        registration = measure.registration
        if registration is not None and np.isfinite(registration.length):
            out["registration_pixels"] = round(registration.length, 2)
        return {
            key: value
            for key, value in out.items()
            if not isinstance(value, float) or np.isfinite(value)
        }


def _problem(change: ParcelChange) -> Text | None:
    measure = change.measure
    if measure.problem is not None:
        return measure.problem
    if change.past is not None and change.past.problem:
        return PAST_FRAME
    if measure.registration is not None and measure.registration.length > 1.0:
        return MISPLACED
    return None


def looks_like(likelihood: FloatArray) -> IntArray:
    """The group whose unchanged parcels look most like it, shape ``(n,)``; -1: none known."""
    best = np.argmax(likelihood, axis=1)
    return np.where(np.isfinite(likelihood.max(axis=1)), best, -1)


def in_words(measure: ChangeMeasure, row: int, least_green: float, least_bright: float) -> Text:
    """What changed on a parcel, as far as its bands tell, beyond what its peers changed."""
    zh, en = [], []
    green, bright = float(measure.greener[row]), float(measure.brighter[row])
    wet = float(measure.wetter[row])
    if green <= -least_green:
        zh.append(f"植被减少（NDVI {green:+.2f}）")
        en.append(f"less vegetation (NDVI {green:+.2f})")
    elif green >= least_green:
        zh.append(f"植被增加（NDVI {green:+.2f}）")
        en.append(f"more vegetation (NDVI {green:+.2f})")
    if bright >= least_bright:
        zh.append(f"变亮（{100 * bright:+.0f}%）")
        en.append(f"brighter ({100 * bright:+.0f} %)")
    elif bright <= -least_bright:
        zh.append(f"变暗（{100 * bright:+.0f}%）")
        en.append(f"darker ({100 * bright:+.0f} %)")
    if wet >= 2 * least_green and bright <= 0:
        zh.append(f"水分增加（NDWI {wet:+.2f}）")
        en.append(f"wetter (NDWI {wet:+.2f})")
    if not zh:
        return Text("光谱明显改变", "its colours changed")
    return Text("、".join(zh), ", ".join(en))


def _rounded(value: float) -> float:
    return round(float(value), 3)


def _scientific(value: float) -> float:
    return float(f"{float(value):.3g}")
