"""What the rules of evidence photos share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

import numpy as np

from ..findings import Family, Finding, Severity, Text, Verdict
from ..measures.case import Case
from ..measures.photo import PhotoMeasure
from ..table import BoolArray
from .rule import Judgement, Rule

NO_PHOTOS = Text(
    "成果中没有举证照片（photos、举证照片文件夹或举证数据库）",
    "The package has no evidence photos (folder photos, or an evidence store)",
)
NOT_ASSIGNED = Text(
    "照片名称与字段均未指明图斑，未归属",
    "Neither the name nor the store says which parcel the photo is of: not assigned",
)
NO_POSITION = Text("照片没有位置信息", "The photo tells no position")
NO_TIME = Text("照片没有拍摄时间", "The photo tells no time")


@dataclass(frozen=True)
class Given:
    """A case that has photos, and its photos."""

    case: Case
    measure: PhotoMeasure


class PhotoRule(Rule):
    """A rule about photos; ``judge_photos`` is asked only where there are some."""

    family = Family.PHOTOS

    def judge(self, case: Case) -> Judgement:
        out = Judgement()
        measure = case.photos
        if measure is None:
            return out.skip(0, NO_PHOTOS)
        self.judge_photos(Given(case, measure), out)
        return out

    def judge_photos(self, given: Given, out: Judgement) -> None:
        """Judge the photos of one package."""
        raise NotImplementedError

    def photo_finding(
        self,
        measure: PhotoMeasure,
        row: int,
        message: Text,
        *,
        verdict: Verdict | None = None,
        severity: Severity | None = None,
        **facts: Any,
    ) -> Finding:
        """A finding about one photo and, where it is known, its parcel."""
        each = measure.photos.delivered[row]
        evidence = {"photo": each.name, "file": each.path, **facts.pop("evidence", {})}
        return self.finding_about(
            each.layer,
            each.object_id,
            message,
            verdict=verdict,
            severity=severity,
            where=measure.place(row),
            parcel_bsm=measure.bsm(row),
            evidence=_plain(evidence),
            **facts,
        )

    def skip_rows(self, out: Judgement, rows: BoolArray, reason: Text) -> None:
        """Count photos that could not be checked, if there are any."""
        if rows.any():
            out.skip(int(rows.sum()), reason)


def _plain(evidence: dict[str, Any]) -> dict[str, Any]:
    """Numbers as JSON can hold them: no NaN, no NumPy."""
    out: dict[str, Any] = {}
    for name, value in evidence.items():
        if isinstance(value, (float, np.floating)):
            if np.isfinite(value):
                out[name] = round(float(value), 4)
        elif isinstance(value, np.integer):
            out[name] = int(value)
        else:
            out[name] = value
    return out


def moment(seconds: float) -> str:
    """A clock's reading for people, ``""`` where there is none."""
    if not np.isfinite(seconds):
        return ""
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%d %H:%M:%S")


def listed(names: Iterable[str], most: int = 5) -> str:
    """A few names, and how many more."""
    shown = list(names)
    more = f" … (+{len(shown) - most})" if len(shown) > most else ""
    return ", ".join(shown[:most]) + more


def is_habit(count: int, among: int, share: float, least: float) -> bool:
    """Whether what so many photos have is how the crew works, and no photo's own fact."""
    return count >= least and among > 0 and count >= share * among
