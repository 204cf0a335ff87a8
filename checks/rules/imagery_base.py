"""What the rules of imagery share: declared classes beside the picture."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from ..findings import Family, Text
from ..measures.case import Case
from ..measures.image_clear import CLOUD, HAZE, SHADOW, SNOW
from ..measures.signatures_judged import TYPICAL
from ..measures.signatures_parcels import LEAST_SEEN, PictureMeasure
from ..placing import Frame
from ..raster import RasterError
from ..table import BoolArray, Table
from .rule import Rule

RULE = "imagery.class"
"""The rule whose limits hold for all rules about classes."""

NO_IMAGE = Text("未提供可信影像", "No trusted image was given")
NO_FRAME = Text(
    "图层与影像的坐标系无法建立联系", "The frames of layer and image cannot be brought together"
)
UNUSABLE = Text(
    "图形缺失或无效，已由图形规则报告", "Missing or invalid geometry, reported by other rules"
)
OUTSIDE = Text("在影像范围之外", "Outside the image")
NO_DATA = Text("影像在该处无数据或已饱和", "The image has no data there, or is saturated")
HIDDEN = Text("被云、云影、霾或雪遮挡", "Hidden by cloud, shadow of clouds, haze or snow")
FEW_CELLS = Text("影像像元数不足以判定", "Too few cells: the image is too coarse for it")
NO_LOOK = Text(
    "该地类从上方看没有固定样子，不据影像判定",
    "Land of this class has no one look from above: not judged by an image",
)
NOT_LEARNED = Text(
    "可信图斑中该类样本太少，无法学习其影像特征",
    "Too few trusted parcels of this group to learn what it looks like",
)
FEW_GROUPS = Text(
    "能学习影像特征的地类组不足两个",
    "Fewer than two groups of classes could be learned on this image",
)
STRANGE = Text("与任何一类的影像特征都不相符", "It looks like no group that could be learned")
ALIKE = Text(
    "该影像上与其他地类难以区分{pairs}", "Not separable from other groups on this image{pairs}"
)
WHOLE_GROUP = Text(
    "该类图斑大面积与影像特征不符，疑为学习失败或时相不合，不逐个判定",
    "Much of this group disagrees with what was learned: the season or the learning is at "
    "fault, not judged one by one",
)
OLDER = Text(
    "影像早于上年度以来的变化，不能据此判定新地类",
    "The image is older than the change since last year: it cannot show the new class",
)


@dataclass(frozen=True)
class Pictured:
    """Declared classes beside the picture, row by row of DLTB.

    ``supported``: the picture bears the class out; ``doubted``: it contradicts
    the class; ``certain``: beyond every honest explanation. All others have one of
    ``excuses``.
    """

    table: Table
    measure: PictureMeasure | None
    excuses: tuple[tuple[BoolArray, Text], ...]
    supported: BoolArray
    doubted: BoolArray
    certain: BoolArray


_KEPT: WeakKeyDictionary[Case, Pictured] = WeakKeyDictionary()


def picture_of(case: Case) -> Pictured | None:
    """Hold the classes against the picture; ``None`` without DLTB. Done once per case."""
    if case.parcels is None:
        return None
    if case not in _KEPT:
        _KEPT[case] = _pictured(case, case.parcels, case.standard.rules[RULE].limits)
    return _KEPT[case]


class ImageryRule(Rule):
    """A rule of imagery."""

    family = Family.IMAGERY


def image_date(case: Case) -> date | None:
    """When the current image was taken, where told."""
    return None if case.baseline.image is None else case.baseline.image.taken


def _pictured(case: Case, table: Table, limits: dict[str, Any]) -> Pictured:
    everything = np.ones(len(table), dtype=bool)
    nothing = ~everything

    def unable(reason: Text) -> Pictured:
        return Pictured(table, None, ((everything, reason),), nothing, nothing, nothing)

    if case.baseline.image is None:
        return unable(NO_IMAGE)
    if not case.frame.trusted("DLTB"):
        return unable(case.frame.reason("DLTB") or NO_FRAME)
    try:
        measure = case.picture
    except RasterError as error:
        return unable(error.text)
    if measure is None:
        return unable(UNUSABLE)
    if measure.spectra.frame is Frame.UNKNOWN:
        return unable(NO_FRAME)
    able, excuses = _able(table, measure)
    if measure.signatures is None:
        excuses.append((able, FEW_GROUPS))
        return Pictured(table, measure, tuple(excuses), nothing, nothing, nothing)
    return _judged(case, table, measure, able, excuses, limits)


def _able(table: Table, measure: PictureMeasure) -> tuple[BoolArray, list[tuple[BoolArray, Text]]]:
    """Rows of which the image shows enough, and why not the others."""
    spectra = measure.spectra
    states = spectra.state_share
    hidden = states[:, [CLOUD, SHADOW, HAZE, SNOW]].sum(axis=1)
    left = np.ones(len(table), dtype=bool)
    excuses = []
    for found, reason in (
        (spectra.area <= 0, UNUSABLE),
        (spectra.reached_share <= 0, OUTSIDE),
        (hidden > 1 - LEAST_SEEN, HIDDEN),
        (spectra.clear_share < LEAST_SEEN, NO_DATA),
        (~measure.enough, FEW_CELLS),
        (~measure.typical, NO_LOOK),
    ):
        excuses.append((left & found, reason))
        left = left & ~found
    return left, excuses


def _judged(
    case: Case,
    table: Table,
    measure: PictureMeasure,
    able: BoolArray,
    excuses: list[tuple[BoolArray, Text]],
    limits: dict[str, Any],
) -> Pictured:
    assert measure.signatures is not None
    judged, known = measure.signatures.judged, measure.signatures.known
    still = able & _still_there(measure, limits)
    unlearned = able & ~still & ~known[np.maximum(measure.declared, 0)]
    excuses.append((unlearned, NOT_LEARNED))
    able = able & ~unlearned
    strange = able & ~still & (judged.strange | ~np.isfinite(judged.ratio))
    excuses.append((strange, STRANGE))
    able = able & ~strange
    doubted = able & (_doubted(measure, limits) | still)
    older = doubted & measure.changed & _older(case)
    excuses.append((older, OLDER))
    doubted, able = doubted & ~older, able & ~older
    failed = _failed(measure, able, doubted, limits)
    excuses.append((failed, WHOLE_GROUP))
    doubted, able = doubted & ~failed, able & ~failed
    with np.errstate(invalid="ignore"):
        supported = able & ~doubted & (measure.wrong <= float(limits["accepted_wrong"]))
    excuses.append((able & ~doubted & ~supported, _alike(measure, limits)))
    certain = doubted & _certain(case, measure, limits)
    if certain.sum() > max(int(float(limits["certain_share"]) * able.sum()), 5):
        certain = np.zeros_like(certain)
    return Pictured(table, measure, tuple(excuses), supported, doubted, certain)


def _alike(measure: PictureMeasure, limits: dict[str, Any]) -> Text:
    """Which groups this image tells apart worst: true one → declared one, share found."""
    assert measure.signatures is not None
    power, titles = measure.signatures.power, measure.groups.titles
    power = np.where(measure.groups.alike, np.nan, power)
    weak = np.argwhere(power < float(limits["separable_from"]))
    weak = weak[np.argsort(power[weak[:, 0], weak[:, 1]], kind="stable")][:3]
    said = [[], []]  # type: list[list[str]]
    for true, declared in weak:
        share = f"{power[true, declared]:.0%}"
        said[0].append(f"{titles[true].zh}→{titles[declared].zh} {share}")
        said[1].append(f"{titles[true].en} → {titles[declared].en} {share}")
    if not len(weak):
        return ALIKE.format(pairs="")
    return Text(
        ALIKE.zh.format(pairs=f"（可检出率：{'，'.join(said[0])}）"),
        ALIKE.en.format(pairs=f" (found: {', '.join(said[1])})"),
    )


def _doubted(measure: PictureMeasure, limits: dict[str, Any]) -> BoolArray:
    """Classes that too few honest parcels of the group look so unlike.

    Where last year's one map has another group, a change is claimed, and the
    picture must show it: less evidence is asked for if it shows what was there.
    """
    assert measure.signatures is not None
    judged = measure.signatures.judged
    rows = np.arange(len(judged.tail))
    with np.errstate(invalid="ignore"):
        level = float(limits["level" if measure.from_previous else "level_alone"])
        out = (judged.tail < level) & (judged.ratio > np.log(float(limits["least_ratio"])))
        unlikely = judged.tail < float(limits["doubtful_tail"])
        likely_wrong = measure.wrong > float(limits["doubtful_wrong"])
        out |= ~measure.changed & likely_wrong & unlikely
        out &= judged.typical >= float(limits["least_typical"])
        before = np.maximum(measure.previous, 0)
        declared = np.maximum(measure.declared, 0)
        posterior = judged.log_posterior
        still = posterior[rows, before] - posterior[rows, declared]
        claimed = measure.changed & ~measure.groups.alike[declared, before]
        claimed &= judged.tail <= float(limits["level_changed"])
        claimed &= still > np.log(float(limits["least_ratio_changed"]))
    return np.asarray(out | claimed, dtype=bool)


def _still_there(measure: PictureMeasure, limits: dict[str, Any]) -> BoolArray:
    """Claims of change to a group nobody knows the look of, while the ground looks as before.

    Only where hardly any parcel of other groups looks like what was there.
    """
    assert measure.signatures is not None
    judged, leak = measure.signatures.judged, measure.signatures.leak
    declared, before = np.maximum(measure.declared, 0), np.maximum(measure.previous, 0)
    with np.errstate(invalid="ignore"):
        out = measure.changed & ~measure.signatures.known[declared]
        out &= (judged.seen == measure.previous) & (judged.typical >= TYPICAL)
        out &= leak[before] <= float(limits["most_leak"])
    return np.asarray(out & ~measure.groups.alike[declared, before], dtype=bool)


def _older(case: Case) -> bool:
    """Whether the image was taken before the year that the package speaks of."""
    taken, year = image_date(case), case.submission.year
    start = case.settings.campaign_start
    if taken is None:
        return False
    if start is not None and taken.year < start.year:
        return True
    return bool(year) and taken.year < int(year)


def _failed(
    measure: PictureMeasure, able: BoolArray, doubted: BoolArray, limits: dict[str, Any]
) -> BoolArray:
    """Doubted rows of groups of which too much is doubted.

    Not those where last year's one map says what the picture shows: there the
    picture has been borne out.
    """
    assert measure.signatures is not None
    seen = measure.signatures.judged.seen
    alone = doubted & ~(measure.changed & (measure.previous == seen))
    out = np.zeros_like(doubted)
    for group in np.unique(measure.declared[alone]):
        rows = able & (measure.declared == group)
        many = alone[rows].sum() > float(limits["most_of_group"]) * rows.sum()
        if many and alone[rows].sum() >= float(limits["least_failed"]):
            out |= alone & rows
    return out


def _certain(case: Case, measure: PictureMeasure, limits: dict[str, Any]) -> BoolArray:
    """Three sources against one: tail, last year's map, and an image after the survey."""
    assert measure.signatures is not None
    judged = measure.signatures.judged
    taken, end, year = image_date(case), case.settings.campaign_end, case.submission.year
    after = taken is not None and (
        (end is not None and taken >= end)
        or (end is None and bool(year) and taken.year > int(year))
    )
    if not after or not measure.from_previous:
        return np.zeros(len(judged.tail), dtype=bool)
    declared, seen = np.maximum(measure.declared, 0), np.maximum(judged.seen, 0)
    with np.errstate(invalid="ignore"):
        level = min(float(limits["certain_tail"]), 0.01 / max(len(judged.tail), 1))
        out = (judged.tail < level) & (judged.typical >= float(limits["certain_typical"]))
        out &= measure.spectra.cells >= float(limits["certain_cells"])
    out &= measure.groups.certain[declared, seen] & (measure.previous == judged.seen)
    return np.asarray(out & measure.changed, dtype=bool)
