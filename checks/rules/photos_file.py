"""The file itself: can it be read, and does it look as the camera left it."""

from __future__ import annotations

import numpy as np

from ..findings import Severity, Text
from ..measures.photo import PhotoMeasure
from ..measures.photo_read import NO_PILLOW, Image
from ..table import BoolArray
from .photos_base import Given, PhotoRule, is_habit, listed
from .rule import Judgement

NO_HINT = Text(
    "照片没有软件标记与内嵌缩略图", "The photo names no software and embeds no thumbnail"
)


class PhotoReadable(PhotoRule):
    """A photo or store that cannot be read: one finding with the reason, the rest goes on."""

    id = "photos.readable"

    def judge_photos(self, given: Given, out: Judgement) -> None:
        measure = given.measure
        if Image is None:
            out.skip(0, NO_PILLOW)
        out.tested += len(measure)
        for label, reason in measure.photos.problems:
            out.findings.append(
                self.finding_about(
                    "FJ",
                    label,
                    reason,
                    score=0.6,
                    cause="unreadable_file",
                    key=reason.en[:60],
                )
            )
        for row, picture in enumerate(measure.photos.pictures):
            if picture.reason is None:
                continue
            name = measure.photos.delivered[row].name
            out.findings.append(
                self.photo_finding(
                    measure,
                    row,
                    Text(
                        f"照片“{name}”无法读取：{picture.reason.zh}",
                        f"The photo '{name}' cannot be read: {picture.reason.en}",
                    ),
                    score=0.5,
                    cause="unreadable_file",
                    evidence={"reason": picture.cause},
                )
            )


class PhotoEdited(PhotoRule):
    """Hints that a picture was worked on: weak ones, for a person to look at."""

    id = "photos.edited"

    def judge_photos(self, given: Given, out: Judgement) -> None:
        measure = given.measure
        pictures = measure.photos.pictures
        words = [str(word).lower() for word in given.case.standard.data("photos.json")["editors"]]
        software = np.array([p.exif.software.lower() for p in pictures], dtype=object)
        edited = np.array([any(word in text for word in words) for text in software], dtype=bool)
        agreement = np.array([p.agreement for p in pictures])
        with np.errstate(invalid="ignore"):
            differs = agreement < self.limit("least_agreement")
        known = (software != "") | np.isfinite(agreement)
        self.skip_rows(out, ~known, NO_HINT)
        out.tested += int(known.sum())
        for kind, rows in (("thumbnail", differs), ("software", edited & ~differs)):
            if is_habit(int(rows.sum()), int(known.sum()), self.limit("habit"), 3):
                self._habit(measure, kind, rows, out)
                continue
            for row in np.flatnonzero(rows):
                self._one(measure, kind, int(row), out)

    def _habit(self, measure: PhotoMeasure, kind: str, rows: BoolArray, out: Judgement) -> None:
        count = int(rows.sum())
        names = listed(measure.photos.delivered[row].name for row in np.flatnonzero(rows))
        words = _HINTS[kind]
        out.findings.append(
            self.finding_about(
                "photos",
                kind,
                Text(
                    f"{count} 张照片{words.zh}（应为统一处理）：{names}",
                    f"{count} photos: {words.en} (processed together): {names}",
                ),
                severity=Severity.D,
                score=0.1,
                cause="edited_photo",
                key=kind,
                evidence={"photos": count, "kind": kind},
            )
        )

    def _one(self, measure: PhotoMeasure, kind: str, row: int, out: Judgement) -> None:
        picture = measure.photos.pictures[row]
        words = _HINTS[kind]
        zh = f"：{picture.exif.software}" if kind == "software" else ""
        en = f": {picture.exif.software}" if kind == "software" else ""
        out.findings.append(
            self.photo_finding(
                measure,
                row,
                Text(f"照片{words.zh}{zh}", f"The photo: {words.en}{en}"),
                severity=Severity.D,
                score=0.2 if kind == "thumbnail" else 0.1,
                cause="edited_photo",
                evidence={
                    "kind": kind,
                    "software": picture.exif.software,
                    "thumbnail_agreement": picture.agreement,
                },
            )
        )


_HINTS = {
    "software": Text("元数据含图像编辑软件标记", "its metadata name a program that edits pictures"),
    "thumbnail": Text(
        "内嵌缩略图与画面不符", "the thumbnail embedded by the camera shows something else"
    ),
}
