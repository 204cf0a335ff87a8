"""What the position itself tells: two records of it, its height, and whether it was measured."""

from __future__ import annotations

import numpy as np

from ..findings import Finding, Severity, Text, Verdict
from ..measures.photo import PhotoMeasure, difference
from ..measures.photo_error import mocked
from ..measures.photo_mock import PhotoMock, measure_mock
from ..table import BoolArray, FloatArray
from .photos_base import NO_POSITION, Given, PhotoRule, is_habit, listed, moment
from .rule import NO_DEM, Judgement

NOT_BOTH = Text(
    "照片元数据与举证数据库没有可互相对照的内容",
    "Photo metadata and store have nothing in common to compare",
)
NO_ALTITUDE = Text("照片没有卫星高程", "The photo tells no altitude")
NO_GROUND = Text("拍摄点处 DEM 无数据", "The DEM has no data where the photo was taken")
FROM_ABOVE = Text("航拍照片，不与地面高程比较", "Taken from above: not held against the ground")
FEW_ALTITUDES = Text(
    "有高程的照片太少，无法确定设备的高程常数",
    "Too few photos with an altitude to know the device's constant",
)
COARSE = Text(
    "照片位置记录精度过低，无法判断是否实测",
    "The position is stored too coarsely to tell whether it was measured",
)
_DAY = 86_400.0


class PhotoExif(PhotoRule):
    """The camera's record of place, time and direction against the store's."""

    id = "photos.exif"

    def judge_photos(self, given: Given, out: Judgement) -> None:
        measure = given.measure
        photos, times = measure.photos, measure.times
        apart = np.hypot(*(measure.raw_xy - measure.store_xy).T)
        apart = np.where(measure.source == "exif", apart, np.nan)
        passed = times.camera - times.store
        turned = difference(photos.exif("direction"), photos.stored("PSJD"))
        known = np.isfinite(apart) | np.isfinite(passed) | np.isfinite(turned)
        self.skip_rows(out, ~known, NOT_BOTH)
        out.tested += int(known.sum())
        # Zones, datums and habits of a device are the same in all of its photos.
        passed = np.where(np.abs(passed) <= _DAY, 0.0, passed - _usual(passed))
        turned = np.where(np.isfinite(turned), turned, 0.0)
        turned_room = self.limit("turn_deg")
        if (turned > turned_room).sum() >= max(3, 0.5 * np.isfinite(measure.azimuth).sum()):
            turned = np.zeros(len(turned))  # the store's azimuth has another zero
        shifted = _usual(apart)
        with np.errstate(invalid="ignore"):
            far = apart > self.limit("metres") + 3 * measure.error
            if shifted > self.limit("metres"):
                far &= np.abs(apart - shifted) > self.limit("metres") + 3 * measure.error
            late = np.abs(np.nan_to_num(passed)) > self.limit("days") * _DAY
            aside = turned > turned_room
        if shifted > self.limit("metres"):
            out.findings.append(self._whole(measure, shifted))
        for row in np.flatnonzero(known & (far | late | aside)):
            what = (bool(far[row]), bool(late[row]), bool(aside[row]))
            numbers = (float(apart[row]), float(passed[row]), float(turned[row]))
            out.findings.append(self._finding(measure, int(row), what, numbers))

    def _whole(self, measure: PhotoMeasure, metres: float) -> Finding:
        named = {error.source: error.cause for error in measure.errors}
        cause = named.get("exif") or named.get("store") or "datum_shift"
        return self.finding_about(
            "photos",
            "store",
            Text(
                f"照片元数据与举证数据库的位置普遍相差约 {metres:.0f} 米，坐标基准不同",
                f"Positions of metadata and store differ by about {metres:.0f} m throughout: "
                "different datums",
            ),
            verdict=Verdict.DOUBTFUL,
            score=0.4,
            cause=cause,
            measured=f"{metres:.0f}",
            unit="m",
            evidence={"metres": round(metres, 1)},
        )

    def _finding(
        self,
        measure: PhotoMeasure,
        row: int,
        what: tuple[bool, bool, bool],
        numbers: tuple[float, float, float],
    ) -> Finding:
        metres, seconds, degrees = numbers
        zh, en = [], []
        if what[0]:
            zh.append(f"位置相差 {metres:.0f} 米")
            en.append(f"positions {metres:.0f} m apart")
        if what[1]:
            zh.append(f"时间相差 {abs(seconds) / _DAY:.1f} 天")
            en.append(f"times {abs(seconds) / _DAY:.1f} days apart")
        if what[2]:
            zh.append(f"方位角相差 {degrees:.0f}°")
            en.append(f"azimuths {degrees:.0f}° apart")
        sure = (
            what[0]
            and what[1]
            and metres > self.limit("sure_metres")
            and abs(seconds) > self.limit("sure_days") * _DAY
        )
        times = measure.times
        return self.photo_finding(
            measure,
            row,
            Text(
                f"照片元数据与举证数据库记录不一致：{'、'.join(zh)}",
                f"Metadata and store disagree: {', '.join(en)}",
            ),
            verdict=None if sure else Verdict.DOUBTFUL,
            score=float(np.clip(0.3 + 0.15 * sum(what) + metres / 5000 * what[0], 0.3, 0.9)),
            measured=moment(times.camera[row]) if what[1] else f"{metres:.1f}",
            expected=moment(times.store[row]) if what[1] else f"{self.limit('metres'):.0f}",
            unit="" if what[1] else "m",
            cause="exif_differs",
            evidence={"metres": metres, "days": seconds / _DAY, "degrees": degrees},
        )


class PhotoAltitude(PhotoRule):
    """The receiver's altitude against the DEM, the device's own constant taken off."""

    id = "photos.altitude"

    def judge_photos(self, given: Given, out: Judgement) -> None:
        measure = given.measure
        if not given.case.baseline.dem:
            out.skip(len(measure), NO_DEM)
            return
        ground = given.case.photo_ground
        if ground is None or ground.problem is not None:
            reason = ground.problem if ground is not None and ground.problem else NO_POSITION
            out.skip(len(measure), reason)
            return
        known = np.isfinite(ground.above) & ~measure.photos.aerial
        aerial, placed = measure.photos.aerial, np.isfinite(measure.xy).all(axis=1)
        self.skip_rows(out, ~placed & ~aerial, NO_POSITION)
        self.skip_rows(out, aerial, FROM_ABOVE)
        here = placed & ~aerial & ~known
        self.skip_rows(out, here & ~ground.told, NO_ALTITUDE)
        self.skip_rows(out, here & ground.told, NO_GROUND)
        enough = ground.alike >= self.limit("least_photos")
        self.skip_rows(out, known & ~enough, FEW_ALTITUDES)
        tested = known & enough
        out.tested += int(tested.sum())
        off = ground.above - ground.constant
        room = np.maximum(self.limit("least_m"), self.limit("sigmas") * ground.spread)
        with np.errstate(invalid="ignore"):
            wrong = tested & (np.abs(off) > room)
        for row in np.flatnonzero(wrong):
            metres = float(off[row])
            out.findings.append(
                self.photo_finding(
                    measure,
                    int(row),
                    Text(
                        f"照片记录的卫星高程与该处 DEM 相差 {metres:+.0f} 米（已扣除设备常数 "
                        f"{ground.constant[row]:+.0f} 米）",
                        f"Altitude is {metres:+.0f} m off the DEM there, after the device's own "
                        f"constant of {ground.constant[row]:+.0f} m",
                    ),
                    severity=Severity.C,
                    score=float(np.clip(abs(metres) / (5 * room[row]) + 0.1, 0.1, 0.8)),
                    measured=f"{ground.above[row] + ground.ground[row]:.1f}",
                    expected=f"{ground.constant[row] + ground.ground[row]:.1f}",
                    tolerance=round(float(room[row]), 1),
                    unit="m",
                    cause="altitude_differs",
                    evidence={
                        "off_m": metres,
                        "constant_m": float(ground.constant[row]),
                        "spread_m": float(ground.spread[row]),
                        "photos": int(ground.alike[row]),
                    },
                )
            )


class PhotoMocked(PhotoRule):
    """Positions that were not measured: repeated exactly, round, or the parcel's own centre."""

    id = "photos.mock"

    def judge_photos(self, given: Given, out: Judgement) -> None:
        measure = given.measure
        if measure.plane is None:
            out.skip(len(measure), measure.reason or NO_POSITION)
            return
        mock = measure_mock(measure, self.limit("apart_m"), self.limit("minutes"))
        placed = np.isfinite(measure.raw_xy).all(axis=1)
        self.skip_rows(out, ~placed, NO_POSITION)
        self.skip_rows(out, placed & ~mock.tested, COARSE)
        out.tested += int(mock.tested.sum())
        rare = self.limit("chance")
        kinds = {
            "declared": mocked(measure.photos) & placed,
            "repeated": mock.repeated > 0,
            "round": mock.chance < rare,
            "centre": mock.tested & (mock.centre_chance < rare),
        }
        said = np.zeros(len(measure), dtype=bool)
        tested = int(mock.tested.sum())
        for kind, likely in kinds.items():
            rows = likely & ~said
            said |= rows
            if is_habit(int(rows.sum()), tested, self.limit("habit"), 10):
                out.findings.append(self._habit(measure, kind, rows))
                continue
            for row in np.flatnonzero(rows):
                out.findings.append(self._finding(measure, mock, kind, int(row)))

    def _habit(self, measure: PhotoMeasure, kind: str, rows: BoolArray) -> Finding:
        words = _MOCK[kind]
        names = listed(measure.photos.delivered[row].name for row in np.flatnonzero(rows))
        count = int(rows.sum())
        return self.finding_about(
            "photos",
            kind,
            Text(
                f"{count} 张照片的位置{words.zh}，可能并非实测或由软件改写：{names}",
                f"Positions of {count} photos {words.en}: not measured, or rewritten by software: "
                f"{names}",
            ),
            score=0.6,
            cause="mock_position",
            key=kind,
            evidence={"photos": count, "kind": kind},
        )

    def _finding(self, measure: PhotoMeasure, mock: PhotoMock, kind: str, row: int) -> Finding:
        words = _MOCK[kind]
        other = int(mock.partner[row])
        name = measure.photos.delivered[other].name if kind == "repeated" else ""
        zh = f"（如“{name}”）" if name else ""
        en = f" (as '{name}')" if name else ""
        return self.photo_finding(
            measure,
            row,
            Text(
                f"照片位置{words.zh}{zh}，疑为虚拟定位",
                f"The position {words.en}{en}: it may be a mock location",
            ),
            severity=Severity.C,
            score=float(np.clip(mock.statistic[row] / 25.0, 0.3, 0.8)),
            cause="mock_position",
            evidence={
                "kind": kind,
                "repeated": int(mock.repeated[row]),
                "round_step": float(mock.round_step[row]),
                "in_degrees": bool(mock.in_degrees[row]),
                "to_centre_m": float(mock.to_centre[row]),
                "chance": float(
                    min(mock.chance[row], np.nan_to_num(mock.centre_chance[row], nan=1))
                ),
                "altitude_m": float(measure.photos.pictures[row].exif.altitude),
                "dop": float(measure.photos.pictures[row].exif.dop),
            },
        )


_MOCK = {
    "declared": Text("由采集软件自记为模拟定位", "is a mock location by the app's own record"),
    "repeated": Text(
        "与其他时间或其他图斑的照片完全相同", "equals that of other parcels or times to the digit"
    ),
    "round": Text("的坐标过于规整", "has coordinates too round to be measured"),
    "centre": Text("恰为图斑中心点", "is exactly the parcel's centre"),
}


def _usual(values: FloatArray) -> float:
    """What most photos have in common; 0 where they are too few to tell."""
    found = values[np.isfinite(values)]
    if len(found) < 5:
        return 0.0
    middle = float(np.median(found))
    spread = float(np.median(np.abs(found - middle)))
    return middle if spread < 0.3 * abs(middle) else 0.0
