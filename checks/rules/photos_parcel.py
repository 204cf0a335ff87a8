"""What the photos of a parcel show together, and what the store itself asks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..findings import Finding, Severity, Text
from ..measures.photo import PhotoMeasure
from ..measures.photo_match import ParcelNames
from ..measures.photo_seen import ParcelSeen, measure_seen
from ..table import BoolArray
from .photos_base import Given, PhotoRule, is_habit
from .rule import Judgement

NO_PARCEL_PHOTOS = Text("没有归属到图斑且带位置的照片", "No placed photo belongs to a parcel")
NO_PAIRS = Text(
    "本成果多数图斑并非远景、近景成对举证，不作判断",
    "Most parcels here do not have far and near views in pairs: nothing to hold them against",
)
_FAR_VIEW, _NEAR_VIEW = Text("远景", "far"), Text("近景", "near")
NO_TABLE = Text("举证数据库没有图斑表", "The evidence store has no table of parcels")
NO_CODES = Text("举证数据库没有校验码字段 JYM", "The store has no check code JYM")
NOT_PUBLIC = Text(
    "校验码 JYM 的算法未公开，只检查是否缺失，内容无法核验",
    "The algorithm of JYM is not public: only its absence can be told, not whether it is right",
)
NOTES_DIFFER = Text(
    "举证说明与地类普遍不符，字典不适用", "Notes differ throughout: other words here"
)
NO_NOTES = Text("举证数据库没有举证说明", "The store has no notes")


class ParcelRule(PhotoRule):
    """A rule about parcels that have photos."""

    def parcel_finding(
        self, measure: PhotoMeasure, row: int, message: Text, **facts: Any
    ) -> Finding:
        """A finding about a row of DLTB."""
        assert measure.parcels is not None
        return self.finding(measure.parcels, row, message, **facts)


class ParcelNotSeen(ParcelRule):
    """The photos of a parcel together show hardly any of it."""

    id = "photos.seen"

    def judge_photos(self, given: Given, out: Judgement) -> None:
        measure = given.measure
        seen = measure_seen(measure, self.limit("reach_m"))
        if not len(seen.parcel):
            out.skip(0, measure.reason or NO_PARCEL_PHOTOS)
            return
        out.tested += len(seen.parcel)
        for place in np.flatnonzero(self._little(seen)):
            row, share = int(seen.parcel[place]), float(seen.share[place])
            count = int(seen.photos[place])
            out.findings.append(
                self.parcel_finding(
                    measure,
                    row,
                    Text(
                        f"{count} 张照片的视场合计仅覆盖图斑 {100 * share:.0f}%，数量或方向不足",
                        f"The views of its {count} photos cover {100 * share:.0f} % of the "
                        "parcel: too few photos or directions",
                    ),
                    severity=Severity.D,
                    score=float(np.clip(0.3 - share, 0.05, 0.3)),
                    measured=f"{share:.3f}",
                    expected=f"{self.limit('least_share'):.2f}",
                    cause="parcel_not_seen",
                    evidence={"share": round(share, 4), "photos": count},
                )
            )

    def _little(self, seen: ParcelSeen) -> BoolArray:
        # A photo that shows nothing of its parcel is another rule's fact.
        return np.asarray(
            (seen.share < self.limit("least_share"))
            & (seen.photos >= self.limit("least_photos"))
            & (seen.share > 0)
            & (seen.seeing == seen.photos)
        )


class PhotoPair(ParcelRule):
    """A parcel that lacks the far or the near view where the package's others have both."""

    id = "photos.pair"

    def judge_photos(self, given: Given, out: Judgement) -> None:
        measure = given.measure
        far, near = self._views(measure)
        told = (far | near) & (measure.parcel >= 0)
        parcels, place = np.unique(measure.parcel[told], return_inverse=True)
        if not len(parcels):
            out.skip(0, measure.reason or NO_PARCEL_PHOTOS)
            return
        has_far = np.bincount(place, far[told], len(parcels)) > 0
        has_near = np.bincount(place, near[told], len(parcels)) > 0
        both = has_far & has_near
        if len(parcels) < self.limit("least_parcels") or both.mean() < self.limit("habit"):
            out.skip(len(parcels), NO_PAIRS)
            return
        out.tested += len(parcels)
        for number in np.flatnonzero(~both):
            lacks = _FAR_VIEW if has_near[number] else _NEAR_VIEW
            share = float(both.mean())
            out.findings.append(
                self.parcel_finding(
                    measure,
                    int(parcels[number]),
                    Text(
                        f"该图斑没有{lacks.zh}照片，而本成果 {100 * share:.0f}% 的举证图斑"
                        "远景、近景俱全",
                        f"The parcel has no {lacks.en} view; {100 * share:.0f} % of the parcels "
                        "with photos here have both",
                    ),
                    severity=Severity.D,
                    score=0.15,
                    cause="view_missing",
                    evidence={"lacks": lacks.en, "share_with_both": round(share, 3)},
                )
            )

    def _views(self, measure: PhotoMeasure) -> tuple[BoolArray, BoolArray]:
        """Which photos are far views, and which near ones; the name's word goes first."""
        words = [
            f"{each.path} {each.name} {each.values.get('BZ', '')} {each.values.get('FJLX', '')}"
            for each in measure.photos.delivered
        ]
        says_far = np.array(["远" in text or "全景" in text for text in words], dtype=bool)
        says_near = np.array(["近" in text or "特写" in text for text in words], dtype=bool)
        unsaid = (says_far == says_near) & ~measure.photos.aerial
        with np.errstate(invalid="ignore"):
            far = np.where(unsaid, measure.view.distance >= self.limit("far_m"), says_far)
            near = np.where(unsaid, measure.view.distance <= self.limit("near_m"), says_near)
        return far.astype(bool), near.astype(bool)


class StationsClustered(ParcelRule):
    """All photos of a large parcel from one corner of it: a staged site looks so."""

    id = "photos.clustered"

    def judge_photos(self, given: Given, out: Judgement) -> None:
        measure = given.measure
        seen = measure_seen(measure, self.limit("reach_m"))
        large = seen.diameter >= self.limit("least_diameter_m")
        many = seen.photos >= self.limit("least_photos")
        if not len(seen.parcel):
            out.skip(0, measure.reason or NO_PARCEL_PHOTOS)
            return
        out.tested += int((large & many).sum())
        with np.errstate(invalid="ignore"):
            close = seen.spread < self.limit("share") * seen.diameter
            little = seen.share < self.limit("least_share")
        for place in np.flatnonzero(large & many & close & little):
            row = int(seen.parcel[place])
            spread, diameter = float(seen.spread[place]), float(seen.diameter[place])
            out.findings.append(
                self.parcel_finding(
                    measure,
                    row,
                    Text(
                        f"{seen.photos[place]} 张照片集中在 {spread:.0f} 米范围内，而图斑长约 "
                        f"{diameter:.0f} 米，只见其一角，需防局部摆拍",
                        f"Its {seen.photos[place]} photos were taken within {spread:.0f} m, the "
                        f"parcel is {diameter:.0f} m long: one corner is shown, perhaps a "
                        "staged one",
                    ),
                    severity=Severity.D,
                    score=0.25,
                    measured=f"{spread:.0f}",
                    expected=f"{self.limit('share') * diameter:.0f}",
                    unit="m",
                    cause="stations_clustered",
                    evidence={
                        "spread_m": round(spread, 1),
                        "diameter_m": round(diameter, 1),
                        "share_seen": round(float(seen.share[place]), 3),
                    },
                )
            )


class PhotoMissing(ParcelRule):
    """The store says that a parcel has evidence, and holds no photo of it."""

    id = "photos.missing"

    def judge_photos(self, given: Given, out: Judgement) -> None:
        measure = given.measure
        said = measure.photos.parcels_said
        yes = {str(word) for word in given.case.standard.data("photos.json")["yes"]}
        if not said:
            out.skip(0, NO_TABLE)
            return
        numbers = {each.values.get("TBYBH", "") for each in measure.photos.delivered}
        numbers |= {each.values.get("JKBSM", "") for each in measure.photos.delivered}
        have = set(measure.parcel[measure.parcel >= 0].tolist())
        names = ParcelNames(measure.parcels)
        for parcel in said:
            claimed = parcel.values.get("SFJZ", "").strip().upper() in yes
            if not claimed:
                continue
            out.tested += 1
            number = parcel.values.get("TBYBH") or parcel.values.get("JCBH", "")
            match = names.of_row(parcel.values)
            if number in numbers or have.intersection(match.rows):
                continue
            bsm = ""
            if len(match.rows) == 1 and measure.parcels is not None:
                bsm = str(measure.parcels.object_ids[match.rows[0]])
            out.findings.append(
                self.finding_about(
                    parcel.table,
                    number or bsm or "?",
                    Text(
                        f"举证数据库表 {parcel.table} 称图斑 {number} 已举证，但没有照片",
                        f"Table {parcel.table} of the store says that parcel {number} has "
                        "evidence, yet there is no photo of it",
                    ),
                    parcel_bsm=bsm,
                    score=0.5,
                    cause="photo_missing",
                )
            )


class CheckCode(PhotoRule):
    """A check code that is missing where other rows have one."""

    id = "photos.check_code"

    def judge_photos(self, given: Given, out: Judgement) -> None:
        measure = given.measure
        photos = measure.photos
        if not photos.codes_used:
            out.skip(0, NO_CODES)
            return
        stored = np.array([each.layer == "FJ" for each in photos.delivered], dtype=bool)
        missing = stored & (photos.words("JYM") == "")
        out.skip(int((stored & ~missing).sum()), NOT_PUBLIC)
        out.tested += int(stored.sum())
        if not stored.any() or missing.sum() > self.limit("most_share") * stored.sum():
            return  # this app writes none
        for row in np.flatnonzero(missing):
            out.findings.append(
                self.photo_finding(
                    measure,
                    int(row),
                    Text(
                        "照片没有校验码 JYM，而同库其他照片均有",
                        "The photo has no check code JYM while the others of its store have",
                    ),
                    severity=Severity.C,
                    score=0.4,
                    cause="check_code_missing",
                )
            )


class NoteDiffers(ParcelRule):
    """The crew's note names another land class than the database."""

    id = "photos.note"

    def judge_photos(self, given: Given, out: Judgement) -> None:
        measure = given.measure
        parcels = measure.parcels
        notes = list(_notes(measure))
        if parcels is None or not notes:
            out.skip(0, NO_NOTES)
            return
        words = given.case.standard.data("photos.json")["notes"]
        names = ParcelNames(parcels)
        found = []
        tested = 0
        for number, note, values in notes:
            match = names.of_row(values)
            if len(match.rows) != 1:
                continue
            groups = _groups(note, words)
            if not groups:
                continue
            tested += 1
            code = str(parcels.text("DLBM")[match.rows[0]])
            if code and not any(code.startswith(prefix) for group in groups for prefix in group):
                found.append((match.rows[0], number, note, code))
        out.tested += tested
        if is_habit(len(found), tested, 0.3, 10):
            out.skip(
                len(found), Text("举证说明与地类普遍不符，字典不适用", "Notes differ throughout")
            )
            return
        for row, number, note, code in found:
            out.findings.append(
                self.parcel_finding(
                    measure,
                    int(row),
                    Text(
                        f"举证说明“{note[:60]}”与图斑地类 {code} 不符",
                        f"The note '{note[:60]}' does not fit the parcel's class {code}",
                    ),
                    severity=Severity.C,
                    score=0.4,
                    measured=code,
                    expected=note[:60],
                    cause="note_differs",
                    key=number,
                )
            )


def _notes(measure: PhotoMeasure) -> Iterator[tuple[str, str, dict[str, str]]]:
    for parcel in measure.photos.parcels_said:
        note = parcel.values.get("JZSM", "")
        if note:
            yield parcel.values.get("TBYBH", ""), note, parcel.values


def _groups(note: str, words: list[dict[str, list[str]]]) -> list[list[str]]:
    """Prefixes of land classes that a note speaks of; none where it denies or tells a change."""
    unsure = ("原", "非", "不是", "无", "未", "改", "变", "拟", "周边", "旁", "附近", "相邻")
    if any(word in note for word in unsure):
        return []
    return [entry["classes"] for entry in words if any(word in note for word in entry["words"])]
