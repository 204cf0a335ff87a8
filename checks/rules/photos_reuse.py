"""One picture for several parcels: copied, saved again, cut out or mirrored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from ..findings import Finding, Text, Verdict
from ..measures.photo import PhotoMeasure
from ..measures.photo_read import NO_PILLOW, Image
from ..measures.photo_reuse import FILE, FRAME, PART, SCAN, PhotoReuse, Same
from .photos_base import Given, PhotoRule
from .rule import Judgement

NOT_READ = Text("照片无法解码，画面未比较", "The picture could not be decoded and was not compared")
BLANK = Text("画面几乎无内容，无法比较", "There is hardly anything on the picture to compare")
TOO_MANY = Text("相似照片对过多，未逐一核对", "Too many similar pairs: not all were compared")

_KINDS = {
    FILE: Text("与“{other}”为同一文件", "is the same file as '{other}'"),
    SCAN: Text(
        "与“{other}”图像数据相同、仅元数据不同",
        "has the very picture of '{other}' under other metadata",
    ),
    FRAME: Text("与“{other}”为同一画面", "is the same picture as '{other}'"),
    PART: Text("与“{other}”为同一画面（裁剪）", "shares its picture with '{other}' (cropped)"),
}


@dataclass(frozen=True)
class _Relation:
    """How two photos of one picture stand to each other: metres and seconds apart (NaN unknown)."""

    same: Same
    other: int
    apart: float
    moved: float
    passed: float
    turned: float
    one_parcel: bool


class PhotoReused(PhotoRule):
    """The same picture for other parcels, or told with another place or time."""

    id = "photos.reused"

    def judge_photos(self, given: Given, out: Judgement) -> None:
        measure = given.measure
        reuse = given.case.photo_reuse
        if reuse is None:
            return
        if Image is None:
            out.skip(len(measure), NO_PILLOW)
            return
        blank = np.array([p.blank for p in measure.photos.pictures], dtype=bool)
        self.skip_rows(out, ~reuse.compared, NOT_READ)
        self.skip_rows(out, blank, BLANK)
        if reuse.unverified:
            out.skip(0, TOO_MANY)
        out.tested += int((reuse.compared & ~blank).sum())
        for row in sorted(reuse.by_photo):
            found = self._worst(measure, reuse, row)
            if found is not None:
                out.findings.append(self._finding(measure, row, *found))

    def _worst(
        self, measure: PhotoMeasure, reuse: PhotoReuse, row: int
    ) -> tuple[_Relation, bool, list[int]] | None:
        """The relation that says most against a photo, whether it is sure, and all partners."""
        best: tuple[tuple[int, float], _Relation, bool] | None = None
        partners = []
        for same, other in _partners(reuse, row):
            relation = _related(measure, same, row, other)
            weight = self._weight(relation)
            if not weight:
                continue
            partners.append(other)
            rank = (weight, same.likeness)
            if best is None or rank > best[0]:
                best = (rank, relation, weight == 2)
        return None if best is None else (best[1], best[2], partners)

    def _weight(self, relation: _Relation) -> int:
        """0: nothing to say, 1: doubtful, 2: both cannot be true."""
        same = relation.same
        exact = same.kind in (FILE, SCAN)
        if same.kind == PART and same.likeness < self.limit("least_part"):
            return 0
        panned = same.kind == PART and same.nested < self.limit("least_nested")
        if panned and not same.mirrored and not relation.moved > self.limit("panned_m"):
            return 0  # from one place, the camera turned on to the next parcel
        told_apart = relation.moved > self.limit("moved_m") or (
            exact and relation.passed > self.limit("seconds")
        )
        if relation.one_parcel:
            # Sent twice is no fraud; told as another view of the parcel it may be.
            turned = relation.turned > self.limit("turned_deg")
            return int(told_apart or (turned and same.kind != PART))
        if np.isnan(relation.apart) and np.isnan(relation.moved):
            return 0
        strong = exact or (same.likeness >= self.limit("sure_likeness") and not panned)
        far = relation.apart > self.limit("apart_m")
        unlike = relation.apart > 0 or relation.moved > self.limit("moved_m")
        if not unlike and np.isnan(relation.apart):
            return 0
        return 2 if strong and (far or told_apart) else 1

    def _finding(
        self,
        measure: PhotoMeasure,
        row: int,
        relation: _Relation,
        sure: bool,
        partners: list[int],
    ) -> Finding:
        same, photos = relation.same, measure.photos
        other = photos.delivered[relation.other].name
        words = _KINDS[same.kind].format(other=other)
        zh, en = _done(same)
        bsm = measure.bsm(relation.other)
        said = Text(f"照片{words.zh}{zh}", f"The photo {words.en}{en}")
        if relation.one_parcel:
            said = Text(
                f"{said.zh}，但记录的位置、时间或方向不同",
                f"{said.en}, told with another place, time or azimuth",
            )
        elif bsm:
            said = Text(f"{said.zh}，后者属于图斑 {bsm}", f"{said.en}, which is of parcel {bsm}")
        return self.photo_finding(
            measure,
            row,
            said,
            verdict=None if sure else Verdict.DOUBTFUL,
            score=float(np.clip((0.5 if sure else 0.2) + 0.5 * same.likeness, 0.2, 1.0))
            if not relation.one_parcel
            else 0.3,
            measured=f"{same.likeness:.3f}",
            expected="",
            cause="reused_photo",
            evidence={
                "kind": same.kind,
                "likeness": same.likeness,
                "share": same.share,
                "mirrored": same.mirrored,
                "quarter_turns": same.turned,
                "other": other,
                "other_parcel": bsm,
                "others": [photos.delivered[each].name for each in partners[:20]],
                "parcels_apart_m": relation.apart,
                "stations_apart_m": relation.moved,
                "seconds_apart": relation.passed,
            },
        )


def _partners(reuse: PhotoReuse, row: int) -> list[tuple[Same, int]]:
    """Photos with the same picture, one step away, and two where copies hang on one original."""
    out: dict[int, Same] = {}
    for same in reuse.by_photo.get(row, []):
        other = same.other if same.one == row else same.one
        out.setdefault(other, same)
        for next_same in reuse.by_photo.get(other, []) if same.kind in (FILE, SCAN) else []:
            beyond = next_same.other if next_same.one == other else next_same.one
            if beyond != row:
                out.setdefault(beyond, next_same)
    for same in reuse.by_photo.get(row, []):
        other = same.other if same.one == row else same.one
        for next_same in reuse.by_photo.get(other, []):
            beyond = next_same.other if next_same.one == other else next_same.one
            if beyond != row and next_same.kind in (FILE, SCAN):
                out.setdefault(beyond, same)
    return [(same, other) for other, same in sorted(out.items())][:200]


def _related(measure: PhotoMeasure, same: Same, row: int, other: int) -> _Relation:
    one, two = int(measure.parcel[row]), int(measure.parcel[other])
    apart = float("nan")
    if measure.target[row] is not None and measure.target[other] is not None:
        apart = float(shapely.distance(measure.target[row], measure.target[other]))
    elif one >= 0 and two >= 0 and one != two:
        apart = 0.0
    moved = float(np.hypot(*(measure.raw_xy[row] - measure.raw_xy[other])))
    passed = abs(float(measure.times.local[row] - measure.times.local[other]))
    turn = measure.azimuth[row] - measure.azimuth[other]
    turned = abs(float((turn + 180.0) % 360.0 - 180.0))
    one_parcel = one == two and (one >= 0 or not moved > 0)
    if one < 0 and two < 0 and measure.target[row] is not None:
        one_parcel = measure.target[row] is measure.target[other]
    return _Relation(same, other, apart, moved, passed, turned, one_parcel)


def _done(same: Same) -> tuple[str, str]:
    if same.mirrored:
        return "（左右翻转）", " (mirrored)"
    if same.turned:
        return "（旋转）", " (turned)"
    return "", ""
