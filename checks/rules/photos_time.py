"""When photos were taken: campaign, daylight, clocks, and the way between two of them."""

from __future__ import annotations

from datetime import date, datetime, timezone

import numpy as np

from ..findings import Finding, Severity, Text, Verdict
from ..measures.photo import PhotoMeasure
from ..measures.photo_clock import ClockZone, daylight_zone, satellite_zones
from ..measures.photo_motion import measure_motion
from ..table import BoolArray, FloatArray
from .photos_base import NO_TIME, Given, PhotoRule, is_habit, listed, moment
from .rule import Judgement

NO_CAMPAIGN = Text("未给出外业起止日期", "No dates of the campaign were given")
NO_PLACE = Text("照片没有位置或时间，无法计算太阳高度", "No position or no time: no sun to compute")
NO_CLOCKS = Text(
    "照片没有同时记录相机时间与卫星时间", "Not both camera and satellite time are told"
)
NO_PERSON = Text(
    "照片未记录拍摄人员或设备序列号，不能确定为同一人连续拍摄",
    "Neither photographer nor serial number is told: no two photos are surely one person's",
)
NOT_ONE = Text(
    "同一标识下的照片时间地点交错，显系多人共用同一标识，或时间为批量写入",
    "Under one name the photos interleave in time and place: several people share it, or times "
    "were written by a batch",
)
_DAY = 86_400.0


class PhotoCampaign(PhotoRule):
    """Taken before or after the campaign, beyond what a camera's clock may be off."""

    id = "photos.campaign"

    def judge_photos(self, given: Given, out: Judgement) -> None:
        measure = given.measure
        start, end = given.case.settings.campaign_start, given.case.settings.campaign_end
        if start is None and end is None:
            out.skip(len(measure), NO_CAMPAIGN)
            return
        times = measure.times
        local, utc = times.local, times.utc + 8 * 3600
        when = np.where(times.by_receiver, utc, local)
        known = np.isfinite(when)
        self.skip_rows(out, ~known, NO_TIME)
        out.tested += int(known.sum())
        grace = self.limit("grace_days") * _DAY
        early = _midnight(start) - when - grace if start else np.full(len(when), -np.inf)
        late = when - (_midnight(end) + _DAY) - grace if end else np.full(len(when), -np.inf)
        with np.errstate(invalid="ignore"):
            beyond = np.maximum(early, late)
            outside = beyond > 0
        if is_habit(int(outside.sum()), int(known.sum()), 0.6, 5) and self._one_clock(
            measure, outside, when
        ):
            self._clock(int(outside.sum()), out)
            return
        for row in np.flatnonzero(outside):
            out.findings.append(self._finding(measure, int(row), when, beyond, start, end))

    def _one_clock(self, measure: PhotoMeasure, outside: BoolArray, when: FloatArray) -> bool:
        """Whether most lie on one default date that a camera starts with (no satellites asked)."""
        years = {datetime.fromtimestamp(t, timezone.utc).year for t in when[outside]}
        span = float(np.ptp(when[outside]))
        unset = max(years) <= self.limit("unset_year")
        return not measure.times.by_receiver[outside].any() and unset and span < 400 * _DAY

    def _clock(self, count: int, out: Judgement) -> None:
        out.findings.append(
            self.finding_about(
                "photos",
                "camera",
                Text(
                    f"{count} 张照片的相机时间为出厂默认年份，应是相机时钟未设置",
                    f"The camera's clock of {count} photos was never set (a factory date)",
                ),
                verdict=Verdict.DOUBTFUL,
                score=0.3,
                cause="camera_clock",
                evidence={"photos": count},
            )
        )

    def _finding(
        self,
        measure: PhotoMeasure,
        row: int,
        when: FloatArray,
        beyond: FloatArray,
        start: date | None,
        end: date | None,
    ) -> Finding:
        times = measure.times
        days = float(beyond[row] / _DAY + self.limit("grace_days"))
        clocks = [times.camera[row], times.store[row], times.receiver[row] + 8 * 3600]
        agree = sum(abs(clock - when[row]) < 2 * _DAY for clock in clocks if np.isfinite(clock))
        sure = agree >= 2 and days > self.limit("sure_days")
        window = f"{start or '…'} – {end or '…'}"
        return self.photo_finding(
            measure,
            row,
            Text(
                f"照片拍摄于 {moment(when[row])}，在外业时段 {window} 之外 {days:.0f} 天",
                f"Taken {moment(when[row])}, {days:.0f} days outside the campaign {window}",
            ),
            verdict=None if sure else Verdict.DOUBTFUL,
            score=float(np.clip(0.3 + days / 365, 0.3, 1.0 if sure else 0.8)),
            measured=moment(when[row]),
            expected=window,
            tolerance=self.limit("grace_days"),
            unit="d",
            cause="outside_campaign",
            evidence={"days_outside": days, "clocks_that_agree": agree},
        )


class PhotoDaylight(PhotoRule):
    """Taken while the sun was well below the horizon."""

    id = "photos.daylight"

    def judge_photos(self, given: Given, out: Judgement) -> None:
        measure = given.measure
        times = measure.times
        known = np.isfinite(times.elevation)
        self.skip_rows(out, ~known, NO_PLACE)
        out.tested += int(known.sum())
        certain = times.by_receiver | (times.zone_known & ~times.copied)
        with np.errstate(invalid="ignore"):
            night = times.elevation < self.limit("below_deg")
        zone = daylight_zone(times, measure.longitude, measure.latitude, self.limit("zone_share"))
        if zone is not None:
            out.findings.append(zone_finding(self, zone))
            night &= ~zone.rows
        guessed = night & ~certain
        if is_habit(int(guessed.sum()), int((known & ~certain).sum()), self.limit("habit"), 3):
            out.findings.append(self._clock(int(guessed.sum())))
            night &= certain
        light = measure.photos.exif("exposure_value")
        for row in np.flatnonzero(night):
            out.findings.append(self._finding(measure, int(row), float(light[row])))

    def _clock(self, count: int) -> Finding:
        return self.finding_about(
            "photos",
            "camera",
            Text(
                f"{count} 张照片按相机时间均在夜间，应是相机时钟设置错误",
                f"By the camera's clock {count} photos were taken at night: it is set wrongly",
            ),
            verdict=Verdict.DOUBTFUL,
            score=0.3,
            cause="camera_clock",
            evidence={"photos": count},
        )

    def _finding(self, measure: PhotoMeasure, row: int, light: float) -> Finding:
        times = measure.times
        sun = float(times.elevation[row])
        bright = light >= self.limit("daylight_ev")
        agree = times.by_receiver[row] and abs(times.clock_error[row]) < 3600
        sure = bool(bright and agree and sun < self.limit("sure_below_deg"))
        zh = "，而曝光参数为白天光照" if bright else ""
        en = ", yet its exposure is that of daylight" if bright else ""
        return self.photo_finding(
            measure,
            row,
            Text(
                f"照片拍摄于 {moment(times.local[row])}，当时太阳在地平线下 {-sun:.0f}°{zh}",
                f"Taken {moment(times.local[row])} with the sun {-sun:.0f}° below the horizon{en}",
            ),
            verdict=None if sure else Verdict.DOUBTFUL,
            score=float(np.clip(0.3 + (-sun) / 90 + 0.3 * bright, 0.3, 1.0 if sure else 0.8)),
            measured=f"{sun:.1f}",
            expected=f"{self.limit('below_deg'):.0f}",
            unit="°",
            cause="night_photo",
            evidence={"sun_deg": sun, "exposure_value": light, "by_satellite": agree},
        )


class PhotoClock(PhotoRule):
    """The camera's clock against the satellites': days apart, whole zones taken off."""

    id = "photos.clock"

    def judge_photos(self, given: Given, out: Judgement) -> None:
        measure = given.measure
        error = measure.times.clock_error
        known = np.isfinite(error)
        self.skip_rows(out, ~known, NO_CLOCKS)
        out.tested += int(known.sum())
        for zone in satellite_zones(measure.times):
            out.findings.append(zone_finding(self, zone))
        wrong = known & (np.abs(np.nan_to_num(error)) > self.limit("days") * _DAY)
        if is_habit(int(wrong.sum()), int(known.sum()), 0.3, 5):
            rows = np.flatnonzero(wrong)
            names = listed(measure.photos.delivered[row].name for row in rows)
            out.findings.append(
                self.finding_about(
                    "photos",
                    "camera",
                    Text(
                        f"{len(rows)} 张照片的相机时间与卫星时间相差超过一天：{names}",
                        f"Camera and satellite time differ by more than a day in {len(rows)} "
                        f"photos: {names}",
                    ),
                    score=0.3,
                    cause="camera_clock",
                    evidence={"photos": len(rows)},
                )
            )
            return
        for row in np.flatnonzero(wrong):
            days, said = float(error[row] / _DAY), moment(measure.times.camera[row])
            out.findings.append(
                self.photo_finding(
                    measure,
                    int(row),
                    Text(
                        f"相机时间 {said} 与卫星时间相差 {days:+.1f} 天",
                        f"Camera time {said} is {days:+.1f} days off the satellites'",
                    ),
                    score=float(np.clip(0.2 + abs(days) / 100, 0.2, 0.7)),
                    measured=f"{days:.2f}",
                    tolerance=self.limit("days"),
                    unit="d",
                    cause="camera_clock",
                    evidence={"days": days},
                )
            )


def zone_finding(rule: PhotoRule, zone: ClockZone) -> Finding:
    """One finding about all photos whose clock was left in another zone."""
    count, hours = int(zone.rows.sum()), zone.hours
    zh = "与卫星时间相比" if zone.by_satellites else "按太阳高度推断"
    en = "by the satellites" if zone.by_satellites else "as the daylight tells"
    return rule.finding_about(
        "photos",
        "camera",
        Text(
            f"{count} 张照片的相机时钟{zh}相差约 {hours:+g} 小时，应是时区设置不同，"
            "不因此指认单张照片",
            f"The camera's clock of {count} photos is about {hours:+g} hours off, {en}: another "
            "time zone; no photo is accused for it",
        ),
        verdict=Verdict.DOUBTFUL,
        severity=Severity.D,
        score=0.2,
        measured=f"{hours:+g}",
        expected="0",
        unit="h",
        cause="clock_zone",
        key=f"{hours:g}",
        evidence={"photos": count, "hours": hours, "by_satellites": zone.by_satellites},
    )


class PhotoSpeed(PhotoRule):
    """Two photos of one person farther apart than there was time to go."""

    id = "photos.speed"

    def judge_photos(self, given: Given, out: Judgement) -> None:
        measure = given.measure
        motion = measure_motion(measure)
        self.skip_rows(out, ~motion.named, NO_PERSON)
        most = self.limit("kmh")
        rows = np.flatnonzero(motion.named & np.isfinite(motion.speed))
        shared = motion.shared(most, self.limit("interleaved"))
        self.skip_rows(out, np.isin(np.arange(len(measure)), rows) & shared, NOT_ONE)
        rows = rows[~shared[rows]]
        out.tested += len(rows)
        with np.errstate(invalid="ignore"):
            fast = rows[(motion.speed[rows] > most) & (motion.metres[rows] > self.limit("least_m"))]
        for row in fast:
            speed = float(motion.speed[row])
            other = measure.photos.delivered[int(motion.other[row])].name
            metres, seconds = float(motion.metres[row]), float(motion.seconds[row])
            out.findings.append(
                self.photo_finding(
                    measure,
                    int(row),
                    Text(
                        f"与同一人（设备）的照片“{other}”相距 {metres / 1000:.2f} 公里、相隔 "
                        f"{seconds:.0f} 秒，需 {speed:.0f} 公里/小时",
                        f"{metres / 1000:.2f} km and {seconds:.0f} s from '{other}' by the same "
                        f"person or device: {speed:.0f} km/h",
                    ),
                    score=float(np.clip(0.3 + np.log10(speed / most) / 3, 0.3, 0.9)),
                    measured=f"{speed:.0f}",
                    expected=f"{most:.0f}",
                    unit="km/h",
                    cause="impossible_speed",
                    evidence={"metres": metres, "seconds": seconds, "other": other},
                )
            )


def _midnight(day: date | None) -> float:
    if day is None:
        return float("nan")
    return datetime(day.year, day.month, day.day, tzinfo=timezone.utc).timestamp()
