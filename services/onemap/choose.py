"""The best terrain and the best pictures for a place, and why.

Terrain is chosen by accuracy first (the standards' root mean square errors by scale and grade),
then by resolution, then by date. Pictures are chosen by date first: the one that shows the survey's
own year, then accuracy and resolution. What does not cover the place comes last.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ...checks import standard
from ...checks.findings import Text
from ..catalogue.record import iso_date
from ..site_profile import LayerSource
from . import frames

_SCALE = re.compile(r"1\s*[:：]\s*([\d,]+)\s*(万)?")
_GRADE = re.compile(r"([一二三123])\s*级|grade\s*([123])|/\s*([123])\b", re.IGNORECASE)
_GRADES = {"一": 1, "二": 2, "三": 3}
_UNKNOWN = 1e6
_YEAR = 366


@dataclass(frozen=True)
class Candidate:
    """A layer with what counts in the choice.

    ``cover`` is the share of the place within its extent (1 where the extent is not told),
    ``error`` the root mean square error in metres that its accuracy class promises (NaN-free:
    a million where not told), ``cell`` the resolution in metres.
    """

    layer: LayerSource
    cover: float
    error: float
    cell: float
    begin: date | None
    end: date | None


@dataclass(frozen=True)
class Choice:
    """The best layer of a role with the reasons, and why the others were not taken."""

    layer: LayerSource
    reasons: tuple[Text, ...]
    others: tuple[tuple[LayerSource, Text], ...] = ()


def best_terrain(
    layers: Sequence[LayerSource], place: frames.Box | None, when: date | None = None
) -> Choice | None:
    """The best layer of role ``dem`` for ``place`` (degrees); ``None`` without any."""
    found = [_candidate(layer, place, _dem_error) for layer in layers if layer.role == "dem"]
    found = [one for one in found if one.cover > 0.0]

    def rank(one: Candidate) -> tuple[float, ...]:
        return (*_cover_rank(one), one.error, one.cell, _later(one, when), -_newness(one))

    return _choice(sorted(found, key=rank), when, picture=False)


def best_picture(
    layers: Sequence[LayerSource],
    place: frames.Box | None,
    when: date | None = None,
    before: LayerSource | None = None,
) -> Choice | None:
    """The best layer of role ``imagery`` for ``place`` (degrees) and the survey's date.

    With ``before``, the best one that is about a year older than that layer: for changes.
    """
    found = [_candidate(one, place, _dom_error) for one in layers if one.role == "imagery"]
    found = [one for one in found if one.cover > 0.0]
    if before is not None:
        own = _span(before)[1]
        found = [
            one for one in found
            if one.layer.id != before.id and own and one.end and one.end < own
        ]  # fmt: skip
        when = own.replace(year=own.year - 1, day=min(own.day, 28)) if own else None

    def rank(one: Candidate) -> tuple[float, ...]:
        return (*_cover_rank(one), _days(one, when), one.error, one.cell, -_newness(one))

    return _choice(sorted(found, key=rank), when, picture=True)


def error_of(layer: LayerSource, table: str) -> float:
    """Root mean square error in metres that an accuracy class promises; a million: unknown.

    Source: CH/T 9009.2-2010 and CH/T 9008.2-2010 for terrain, the shipped table for pictures;
    hill country stands for all.
    """
    match = _SCALE.search(layer.accuracy_class or "")
    if match is None:
        return _UNKNOWN
    number = int(match.group(1).replace(",", "")) * (10_000 if match.group(2) else 1)
    grade = _GRADE.search(layer.accuracy_class or "")
    word = next((part for part in grade.groups() if part), "1") if grade else "1"
    wanted = str(_GRADES.get(word, word))
    best = _UNKNOWN
    for row in standard.load().rows(table):
        if row.get("scale", "").replace(" ", "") != f"1:{number}":
            continue
        value = float(row.get("hill_m") or row.get("flat_hill_rmse_m") or _UNKNOWN)
        if row.get("grade", wanted) == wanted:
            return value
        best = min(best, value)
    return best


def _dem_error(layer: LayerSource) -> float:
    return error_of(layer, "dem_accuracy.csv")


def _dom_error(layer: LayerSource) -> float:
    return error_of(layer, "dom_accuracy.csv")


def _candidate(layer: LayerSource, place: frames.Box | None, error: object) -> Candidate:
    begin, end = _span(layer)
    assert callable(error)
    return Candidate(
        layer, _cover(layer, place), error(layer), layer.resolution_m or _UNKNOWN, begin, end
    )


def _cover(layer: LayerSource, place: frames.Box | None) -> float:
    if place is None or layer.extent is None:
        return 1.0
    inside = frames.common(place, layer.extent)
    if inside is None:
        return 0.0
    area = (place[2] - place[0]) * (place[3] - place[1])
    return (inside[2] - inside[0]) * (inside[3] - inside[1]) / area if area > 0 else 1.0


def _cover_rank(one: Candidate) -> tuple[float, ...]:
    # A sliver at the edge does not decide; a layer whose extent is not told may cover all.
    return (0.0 if one.cover > 0.999 else 1.0 - round(one.cover, 2),)


def _span(layer: LayerSource) -> tuple[date | None, date | None]:
    if not layer.date:
        return None, None
    begin, end = layer.date if isinstance(layer.date, tuple) else (layer.date, layer.date)
    return _day(iso_date(begin)), _day(iso_date(end, True))


def _day(text: str) -> date | None:
    if not text:
        return None
    year, month, day = map(int, text.split("-"))
    for shorter in range(4):
        try:
            return date(year, month, max(day - shorter, 1))
        except ValueError:
            continue
    return None


def _days(one: Candidate, when: date | None) -> float:
    """Days between the picture and the wanted date; pictures of later years come last."""
    if one.begin is None or one.end is None:
        return _UNKNOWN / 2
    if when is None:
        return 0.0
    if one.begin <= when <= one.end:
        return 0.0
    if one.begin > when:
        # What was taken after the survey may show what came after it.
        return float((one.begin - when).days + (_YEAR if one.begin.year > when.year else 0))
    return float((when - one.end).days)


def _later(one: Candidate, when: date | None) -> float:
    return 1.0 if when and one.begin and one.begin > when else 0.0


def _newness(one: Candidate) -> float:
    return float(one.end.toordinal()) if one.end else 0.0


def _choice(ranked: list[Candidate], when: date | None, picture: bool) -> Choice | None:
    if not ranked:
        return None
    best, *rest = ranked
    others = tuple((one.layer, _why_not(best, one, when, picture)) for one in rest)
    return Choice(best.layer, tuple(_reasons(best, len(ranked), when, picture)), others)


def _reasons(best: Candidate, count: int, when: date | None, picture: bool) -> list[Text]:
    layer, reasons = best.layer, []
    if count == 1:
        reasons.append(Text(zh="该范围内只有这一个图层", en="the only layer for this place"))
    if layer.extent is None:
        reasons.append(Text(zh="未说明覆盖范围", en="its extent is not told"))
    else:
        share = f"{best.cover:.0%}"
        reasons.append(Text(zh=f"覆盖所选范围的 {share}", en=f"covers {share} of the place"))
    if best.error < _UNKNOWN:
        reasons.append(
            Text(
                zh=f"精度 {layer.accuracy_class}（中误差 {best.error:g} 米）",
                en=f"accuracy class {layer.accuracy_class} (error {best.error:g} m)",
            )
        )
    elif layer.accuracy_class:
        reasons.append(
            Text(zh=f"精度 {layer.accuracy_class}", en=f"accuracy class {layer.accuracy_class}")
        )
    if layer.resolution_m:
        reasons.append(
            Text(
                zh=f"分辨率 {layer.resolution_m:g} 米",
                en=f"resolution {layer.resolution_m:g} m",
            )
        )
    if best.begin and best.end:
        span = str(best.begin) if best.begin == best.end else f"{best.begin} – {best.end}"
        reasons.append(Text(zh=f"时相 {span}", en=f"of {span}"))
        if picture and when is not None:
            days = int(min(_days(best, when), _UNKNOWN))
            reasons.append(
                Text(zh=f"与所需日期 {when} 相差 {days} 天", en=f"{days} days from {when}")
            )
    else:
        reasons.append(Text(zh="未说明时相", en="its date is not told"))
    return reasons


def _why_not(best: Candidate, one: Candidate, when: date | None, picture: bool) -> Text:
    if _cover_rank(one) > _cover_rank(best):
        return Text(zh=f"只覆盖 {one.cover:.0%}", en=f"covers only {one.cover:.0%}")
    if picture and _days(one, when) > _days(best, when):
        return Text(zh="时相不如所选图层合适", en="its date fits less well")
    if one.error > best.error:
        if one.error >= _UNKNOWN:
            return Text(zh="未说明精度", en="its accuracy is not told")
        return Text(
            zh=f"精度较低（中误差 {one.error:g} 米）", en=f"less accurate (error {one.error:g} m)"
        )
    if one.cell > best.cell:
        if one.cell >= _UNKNOWN:
            return Text(zh="未说明分辨率", en="its resolution is not told")
        return Text(zh=f"分辨率较低（{one.cell:g} 米）", en=f"coarser ({one.cell:g} m)")
    return Text(zh="时相较旧", en="older")
