"""Tracks in time: order, campaign, replay; and what the receiver says of its fixes."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import numpy as np

from ..findings import Text
from ..measures.case import Case
from ..measures.track import TrackMeasure
from ..measures.track_replay import Replay
from ..submission.tracks import RTK_FIXED, SIMULATED, Track
from .rule import Judgement
from .tracks_base import FEW_FIXES, NO_TIMES, NO_TRACKS, TrackRule, facts_of

_HOUR, _DAY, _GPS_ROLLOVER = 3600.0, 86_400.0, 1024 * 7 * 86_400.0
_NO_CAMPAIGN = Text("未给出外业起止日期", "The dates of the field work were not given")
_NO_DATES = Text("轨迹没有日期", "The track does not tell the day")
_NO_QUALITY = Text(
    "轨迹没有定位质量信息（GPX 通常没有）", "The track tells nothing of its fixes (GPX rarely does)"
)


class TimeOrder(TrackRule):
    """Times that run back, or put one receiver at two places at once."""

    id = "tracks.time_order"

    def judge_track(self, number: int, measure: TrackMeasure, case: Case, out: Judgement) -> None:
        """Judge the order of the file."""
        track, motion, _ = facts_of(number, measure)
        if not track.timed.any():
            out.skip(1, NO_TIMES)
            return
        if not np.isfinite(motion.backward) or motion.fixes < self.limit("least_fixes"):
            out.skip(1, FEW_FIXES)
            return
        out.tested += 1
        limit = self.limit("share")
        worst = max(motion.backward, motion.repeated)
        if not worst > limit:
            return
        if motion.backward >= motion.repeated:
            said = Text(
                f"{motion.backward:.1%} 的相邻点时间倒退",
                f"times run back at {motion.backward:.1%} of its steps",
            )
        else:
            said = Text(
                f"{motion.repeated:.1%} 的时刻同时位于不同地点",
                f"at {motion.repeated:.1%} of its times it is at two places",
            )
        out.findings.append(
            self.about(
                track,
                case,
                Text(
                    f"轨迹“{track.name}”时间顺序矛盾：{said.zh}",
                    f"The track '{track.name}' contradicts itself in time: {said.en}",
                ),
                sure=worst > self.limit("sure_share"),
                score=np.clip(0.3 + worst, 0.3, 1.0),
                measured=f"{worst:.4f}",
                expected="0",
                tolerance=limit,
                cause="time_order",
                evidence={
                    "backward_share": round(motion.backward, 4),
                    "repeated_share": round(motion.repeated, 4),
                    "reversed": motion.reversed,
                },
            )
        )


class CampaignOfTrack(TrackRule):
    """Tracks recorded outside the field work."""

    id = "tracks.campaign"

    def judge(self, case: Case) -> Judgement:
        """Judge nothing where the dates of the field work are not known."""
        if case.tracks is None:
            return Judgement().skip(0, NO_TRACKS)
        if case.settings.campaign_start is None and case.settings.campaign_end is None:
            return Judgement().skip(len(case.tracks.tracks), _NO_CAMPAIGN)
        return super().judge(case)

    def judge_track(self, number: int, measure: TrackMeasure, case: Case, out: Judgement) -> None:
        """Hold the middle time of the track against the dates, a day allowed."""
        track = measure.tracks[number]
        if not track.timed.any() or not track.dated:
            out.skip(1, NO_TIMES if not track.timed.any() else _NO_DATES)
            return
        out.tested += 1
        start, end = case.settings.campaign_start, case.settings.campaign_end
        day = _date(float(np.nanmedian(track.time)))
        slack = timedelta(days=self.limit("days"))
        early = start is not None and day.date() < start - slack
        late = end is not None and day.date() > end + slack
        if not early and not late:
            return
        rollover = any(
            (start is None or other.date() >= start - slack)
            and (end is None or other.date() <= end + slack)
            for other in (day + timedelta(seconds=way * _GPS_ROLLOVER) for way in (-1, 1))
        )
        out.findings.append(
            self.about(
                track,
                case,
                Text(
                    f"轨迹“{track.name}”记录于 {day:%Y-%m-%d}，不在外业期间（{start or '…'} 至 "
                    f"{end or '…'}）内"
                    + ("；相差 1024 周，疑为接收机周数翻转" if rollover else ""),
                    f"The track '{track.name}' is of {day:%Y-%m-%d}, outside the field work "
                    f"({start or '…'} to {end or '…'})"
                    + ("; 1024 weeks off: a receiver's week rollover" if rollover else ""),
                ),
                sure=True,
                score=0.3 if rollover else 0.6,
                measured=f"{day:%Y-%m-%d}",
                expected=f"{start or ''}/{end or ''}",
                cause="week_rollover" if rollover else "outside_campaign",
            )
        )


class ReplayedTrack(TrackRule):
    """The steps of another track, to the last digit, at another time or place."""

    id = "tracks.replay"

    def judge(self, case: Case) -> Judgement:
        """Judge every pair that repeats one another."""
        out = Judgement()
        measure = case.tracks
        if measure is None:
            return out.skip(0, NO_TRACKS)
        for motion in measure.motions:
            if motion.moving >= self.limit("least_moving"):
                out.tested += 1
            else:
                out.skip(1, FEW_FIXES)
        for replay in measure.replays:
            self._judge_pair(replay, measure, case, out)
        return out

    def judge_track(self, number: int, measure: TrackMeasure, case: Case, out: Judgement) -> None:
        """Pairs are judged, not single tracks."""

    def _judge_pair(
        self, replay: Replay, measure: TrackMeasure, case: Case, out: Judgement
    ) -> None:
        if replay.matched < self.limit("least_fixes") or replay.metres < self.limit("least_m"):
            return
        if replay.mode == "retraced":
            self._judge_retraced(replay, measure, case, out)
            return
        one, other = measure.tracks[replay.one], measure.tracks[replay.other]
        place = replay.moved <= self.limit("same_place_m") and replay.mode == "same"
        if place and replay.steady and not abs(replay.later) > self.limit("same_time_s"):
            # One recording delivered twice, or logged by two programs: nothing false in it.
            return
        clock = place and replay.steady and _clock_set(replay.later)
        sure = replay.matched >= self.limit("sure_fixes") and not clock
        sure &= np.isfinite(replay.later) or not place
        same_file = replay.one == replay.other
        said = _how(replay, self.limit("same_place_m"))
        source = Text("本文件另一段", "another part of itself") if same_file else None
        out.findings.append(
            self.about(
                other,
                case,
                Text(
                    f"轨迹“{other.name}”有 {replay.matched} 个点（{replay.metres:.0f} 米）与"
                    f"{source.zh if source else f'轨迹“{one.name}”'}的每一步逐位相同，{said.zh}；"
                    "两次实测不可能如此"
                    + ("；时间相差整小时或 1024 周，可能是时区或周数翻转" if clock else ""),
                    f"{replay.matched} fixes ({replay.metres:.0f} m) of the track '{other.name}' "
                    f"repeat every step of {source.en if source else repr(one.name)}, {said.en}: "
                    "no two recordings do"
                    + ("; whole hours or 1024 weeks apart: perhaps a clock" if clock else ""),
                ),
                sure=sure,
                score=np.clip(0.5 + replay.share / 2, 0.5, 1.0) * (0.5 if clock else 1.0),
                measured=str(replay.matched),
                expected="0",
                cause="replayed_track",
                key=one.name,
                evidence={
                    "other_track": one.name,
                    "matched": replay.matched,
                    "share": round(replay.share, 4),
                    "metres": round(replay.metres, 1),
                    "moved_m": round(replay.moved, 1),
                    "turned_deg": round(replay.turned, 1),
                    "later_s": round(replay.later, 1) if np.isfinite(replay.later) else None,
                    "mode": replay.mode,
                    "off_m": round(replay.off, 3),
                },
            )
        )

    def _judge_retraced(
        self, replay: Replay, measure: TrackMeasure, case: Case, out: Judgement
    ) -> None:
        """A track along the curve and at the pace of an earlier one, fix by fix different."""
        one, other = measure.tracks[replay.one], measure.tracks[replay.other]
        if replay.off > self.limit("follow_m") or replay.late > self.limit("follow_s"):
            return
        if not np.isfinite(replay.later):
            return
        if replay.steady and not abs(replay.later) > self.limit("same_time_s"):
            # Two receivers of one crew, or one recording written twice.
            return
        clock = replay.steady and _clock_set(replay.later)
        sure = replay.matched >= self.limit("sure_fixes") and not clock
        sure &= replay.metres >= self.limit("sure_follow_m")
        sure &= max(replay.off / self.limit("follow_m"), replay.late / self.limit("follow_s")) < 0.5
        said = _how(replay, self.limit("same_place_m"))
        out.findings.append(
            self.about(
                other,
                case,
                Text(
                    f"轨迹“{other.name}”全程与轨迹“{one.name}”的路线相距不过 {replay.off:.2f} 米、"
                    f"进度相差不过 {replay.late:.2f} 秒（{said.zh}）；"
                    "两次实测的定位误差与步速不可能如此一致，疑为重采样或加噪声后重复使用"
                    + ("；时间相差整小时或 1024 周，可能是时区或周数翻转" if clock else ""),
                    f"The track '{other.name}' keeps within {replay.off:.2f} m and "
                    f"{replay.late:.2f} s of '{one.name}' all along ({said.en}): no two recordings "
                    "agree so in error and pace. Sampled anew, or with noise added?"
                    + ("; whole hours or 1024 weeks apart: perhaps a clock" if clock else ""),
                ),
                sure=sure,
                score=np.clip(0.4 + replay.share / 2, 0.4, 0.9) * (0.5 if clock else 1.0),
                measured=f"{replay.late:.2f}",
                expected=f"> {self.limit('follow_s'):g}",
                unit="s",
                cause="replayed_track",
                key=one.name,
                evidence={
                    "other_track": one.name,
                    "matched": replay.matched,
                    "share": round(replay.share, 4),
                    "metres": round(replay.metres, 1),
                    "later_s": round(replay.later, 1),
                    "off_m": round(replay.off, 3),
                    "late_s": round(replay.late, 3),
                    "mode": replay.mode,
                },
            )
        )


class FixQuality(TrackRule):
    """What the receiver says of its fixes: impossible, or altered by hand."""

    id = "tracks.fix_quality"

    def judge_track(self, number: int, measure: TrackMeasure, case: Case, out: Judgement) -> None:
        """Judge simulated fixes, too few satellites, altered sentences, claims of RTK."""
        track, motion, _ = facts_of(number, measure)
        known = (track.quality >= 0).any() or np.isfinite(track.satellites).any()
        if not known and track.kind != "nmea":
            out.skip(1, _NO_QUALITY)
            return
        if len(track) < self.limit("least_fixes"):
            out.skip(1, FEW_FIXES)
            return
        out.tested += 1
        simulated = float(np.mean(track.quality == SIMULATED))
        fixed = np.isin(track.quality, (1, 2, 3, 4, 5))
        few = float(np.mean(fixed & (track.satellites < 3)))
        altered = track.misprinted / max(track.sentences, 1)
        share = self.limit("share")
        if simulated > share:
            said = Text("接收机标明为模拟定位", "the receiver says that they are simulated")
            self._write(out, track, case, "simulated_fix", simulated, said, sure=True)
        elif altered > share and track.misprinted >= self.limit("least_misprinted"):
            said = Text(
                "语句完整而校验和不符，疑似手工修改",
                "sentences are whole but their checksums are wrong, as after editing by hand",
            )
            self._write(out, track, case, "edited_log", altered, said, sure=False)
        elif few > share:
            said = Text(
                "卫星数不足三颗却有定位", "fixes are claimed with fewer than three satellites"
            )
            self._write(out, track, case, "fix_quality", few, said, sure=False)
        elif (
            np.mean(track.quality == RTK_FIXED) > 0.9
            and motion.white > self.limit("rtk_noise_m")
            and motion.white_share > 0.5
        ):
            said = Text(
                f"声明为 RTK 固定解，但点位抖动达 {motion.white:.2f} 米",
                f"RTK fixes are claimed, but they jitter by {motion.white:.2f} m",
            )
            self._write(out, track, case, "fix_quality", motion.white, said, sure=False)

    def _write(
        self,
        out: Judgement,
        track: Track,
        case: Case,
        cause: str,
        value: float,
        said: Text,
        sure: bool,
    ) -> None:
        out.findings.append(
            self.about(
                track,
                case,
                Text(
                    f"轨迹“{track.name}”定位质量可疑：{said.zh}（{value:.2f}）",
                    f"Fixes of the track '{track.name}' are odd: {said.en} ({value:.2f})",
                ),
                sure=sure,
                score=np.clip(0.4 + value / 2, 0.4, 1.0),
                measured=f"{value:.3f}",
                cause=cause,
                evidence={"share": round(value, 4), "fixes": len(track)},
            )
        )


def _clock_set(later: float) -> bool:
    """Whether a lag looks like a time zone or a week rollover, not like another day."""
    hours = abs(later) / (_HOUR / 2)
    zone = abs(later) <= 14 * _HOUR and abs(hours - round(hours)) * _HOUR / 2 < 3
    return zone or abs(abs(later) - _GPS_ROLLOVER) < _DAY


def _how(replay: Replay, near: float) -> Text:
    parts = []
    if replay.mode == "reversed":
        parts.append(Text("次序颠倒", "in reverse"))
    if replay.mode == "mirrored":
        parts.append(Text("左右镜像", "mirrored"))
    if replay.moved > near:
        parts.append(Text(f"位置平移 {replay.moved:.0f} 米", f"{replay.moved:.0f} m away"))
    if abs(replay.turned) > 1 and replay.mode == "same":
        parts.append(Text(f"旋转 {replay.turned:.0f}°", f"turned by {replay.turned:.0f}°"))
    if np.isfinite(replay.later) and replay.one != replay.other:
        days = replay.later / _DAY
        amount = f"{days:.1f}" if abs(days) >= 1 else f"{replay.later / _HOUR:.2f}"
        unit = Text("天", "days") if abs(days) >= 1 else Text("小时", "hours")
        parts.append(Text(f"时间相差 {amount} {unit.zh}", f"{amount} {unit.en} apart"))
    if not replay.steady and replay.mode in ("same", "retraced"):
        parts.append(Text("时间被拉伸或压缩", "with times stretched or compressed"))
    return Text("、".join(p.zh for p in parts), ", ".join(p.en for p in parts))


def _date(seconds: float) -> datetime:
    return datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(
        seconds=float(np.clip(seconds, -3e10, 9e10))
    )
