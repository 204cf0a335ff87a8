"""Tracks of the field work: whether a receiver recorded them on the ground."""

from __future__ import annotations

import numpy as np

from ..findings import Family, Text, Verdict
from ..measures.case import Case
from ..measures.track import TrackMeasure
from ..measures.track_drawn import drawn_parts
from ..measures.track_motion import Motion
from ..standard import Standard
from .rule import Judgement, Rule, plain_number
from .tracks_base import FEW_FIXES, LAYER, NO_TIMES, NO_TRACKS, TrackRule, facts_of
from .tracks_place import AltitudeOfTrack, FrameOfTrack, TracedBoundary
from .tracks_time import CampaignOfTrack, FixQuality, ReplayedTrack, TimeOrder
from .tracks_visit import VisitedParcel

_SIGNS = {
    "steadiness": Text(
        "各时段速度几乎不变（离散 {value:.2%}，人行走或驾车通常 3% 以上）",
        "speed hardly changes over time (spread {value:.2%}; people and cars leave 3 % and more)",
    ),
    "evenness": Text(
        "相邻点间距几乎相等（离散 {value:.2%}）", "fixes are evenly spaced (spread {value:.2%})"
    ),
    "straight": Text(
        "{value:.0%} 的路程由严格笔直、匀速的线段组成",
        "{value:.0%} of the way runs exactly straight at even speed",
    ),
    "white": Text(
        "点位抖动为无记忆的白噪声（{value:.2f} 米），而接收机误差是缓慢漂移的",
        "positions jitter without memory ({value:.2f} m), while a receiver's error wanders slowly",
    ),
    "rough": Text(
        "由前后点即可推知每一点（三阶差分仅为步长的 {value:.2%}）",
        "every fix can be foretold from its neighbours (third differences {value:.2%} of a step)",
    ),
    "bumpy": Text(
        "部分路段由前后点即可推知每一点（三阶差分仅为步长的 {value:.2%}）",
        "on parts of it fixes can be foretold (third differences {value:.2%} of a step)",
    ),
    "cubic": Text(
        "点位落在光滑样条曲线上（四阶差分仅为步长的 {value:.2%}）",
        "fixes lie on a smooth spline (fourth differences {value:.2%} of a step)",
    ),
    "exact": Text(
        "逐点落在样条曲线上，除取位外没有任何误差（四阶差分仅为步长的 {value:.2%}）",
        "fix by fix it lies on a spline with no error but rounding (fourth differences "
        "{value:.2%} of a step)",
    ),
    "pace": Text(
        "一分钟内外的平均速度几乎不变（离散 {value:.2%}）",
        "its pace over a minute or less hardly changes (spread {value:.2%})",
    ),
    "computed": Text(
        "时间由总时长等分取整而来（间隔距整数 {value:.2f} 个单位），不是接收机时钟",
        "its times were got by dividing a span ({value:.2f} of a unit off any whole interval), "
        "not from a receiver's clock",
    ),
}

_FAR_APART = Text(
    "相邻点相距过远，接收机误差与步态均无从显现，无法区分实测与绘制",
    "Fixes are too far apart to show a receiver's error or a gait: recorded and drawn look alike",
)


class ReadableTrack(Rule):
    """A track that cannot be read, or of which much is damaged."""

    id = "tracks.readable"
    family = Family.TRACKS

    def judge(self, case: Case) -> Judgement:
        """One finding a file."""
        out = Judgement()
        measure = case.tracks
        if measure is None:
            return out.skip(0, NO_TRACKS)
        out.tested = len(measure.tracks) + len(measure.unreadable)
        for name, error in sorted(measure.unreadable.items()):
            out.findings.append(
                self.finding_about(
                    LAYER,
                    name,
                    error.text,
                    cause="unreadable_file",
                    evidence={"reason": error.cause},
                )
            )
        for track in measure.tracks:
            bad, all_of = track.damaged, max(track.sentences + track.damaged, 1)
            if not track.cut_off and not bad > self.limit("damaged_share") * all_of:
                continue
            message = Text(
                f"轨迹文件“{track.name}”部分损坏：{bad} 处无法读取"
                + ("，文件不完整" if track.cut_off else "")
                + f"，已读取 {len(track)} 个定位点",
                f"The track '{track.name}' is damaged in part: {bad} places cannot be read"
                + (", and it ends too early" if track.cut_off else "")
                + f"; {len(track)} fixes were read",
            )
            out.findings.append(
                self.finding_about(
                    LAYER,
                    track.name,
                    message,
                    verdict=Verdict.DOUBTFUL,
                    score=0.3,
                    measured=str(bad),
                    cause="damaged_file",
                    evidence={"damaged": bad, "read": len(track), "cut_off": track.cut_off},
                )
            )
        return out


class DrawnTrack(TrackRule):
    """A track that was drawn or computed, not recorded."""

    id = "tracks.drawn"

    def judge_track(self, number: int, measure: TrackMeasure, case: Case, out: Judgement) -> None:
        """Judge how the track moves."""
        track, motion, _ = facts_of(number, measure)
        if not track.timed.any():
            out.skip(1, NO_TIMES)
            return
        ratio = float(measure.statistic[number])
        if not np.isfinite(ratio):
            most = case.standard.data("track_signs.json")["most_step_m"]
            out.skip(1, _FAR_APART if motion.interval * motion.speed > most else FEW_FIXES)
            return
        out.tested += 1
        if not ratio > self.limit("ratio"):
            return
        parts = drawn_parts(motion, case.standard.data("track_signs.json"))
        told = [name for name in _SIGNS if parts.get(name, 0.0) >= self.limit("told")]
        named = told or [max(parts, key=lambda name: parts[name])]
        said = [_SIGNS[name].format(value=getattr(motion, name)) for name in named]
        out.findings.append(
            self.about(
                track,
                case,
                Text(
                    f"轨迹“{track.name}”疑为绘制或计算生成，而非接收机实测："
                    + "；".join(text.zh for text in said),
                    f"The track '{track.name}' seems drawn or computed, not recorded by a "
                    "receiver: " + "; ".join(text.en for text in said),
                ),
                sure=self._sure(motion, ratio),
                score=np.clip(0.5 + ratio / 40, 0.5, 1.0),
                measured=f"{ratio:.2f}",
                expected=f"≤ {self.limit('ratio'):g}",
                tolerance=self.limit("ratio"),
                cause="drawn_track",
                evidence={
                    "fixes": motion.fixes,
                    "moving": motion.moving,
                    "log_ratio": round(ratio, 3),
                    **{name: round(float(getattr(motion, name)), 5) for name in named},
                },
            )
        )

    def _sure(self, motion: Motion, ratio: float) -> bool:
        """Whether no honest logger explains it.

        Two signs that do not follow from one another, of a track long enough;
        a program that spaces or smooths a true track leaves one.
        """
        if motion.moving < self.limit("sure_moving") or motion.speed >= self.limit("fast_m_s"):
            return False
        steady = motion.steadiness < self.limit("sure_spread")
        white = motion.white > self.limit("white_m") * max(
            1.0, motion.interval / self.limit("white_s")
        )
        white &= motion.white_share > self.limit("white_share")
        other = motion.straight > self.limit("straight") or white
        other |= motion.evenness < self.limit("sure_spread")
        return bool(ratio > self.limit("sure_ratio") and steady and other)


class ImpossibleSpeed(TrackRule):
    """Speeds that nothing on the ground reaches, or that the receiver itself denies."""

    id = "tracks.speed"

    def judge_track(self, number: int, measure: TrackMeasure, case: Case, out: Judgement) -> None:
        """Judge speed first; where it is possible, acceleration."""
        track, motion, _ = facts_of(number, measure)
        if not np.isfinite(motion.top_speed):
            out.skip(1, FEW_FIXES if track.timed.any() else NO_TIMES)
            return
        out.tested += 1
        limit, sure = self.limit("doubtful_m_s"), self.limit("sure_m_s")
        short = motion.fixes < self.limit("short_fixes")
        least = self.limit("least_short_m" if short else "least_m")
        if motion.top_speed > limit and motion.jump > least:
            self._write(
                out, number, measure, case, "impossible_speed", motion.top_speed, limit, sure
            )
            return
        limit, sure = self.limit("doubtful_m_s2"), self.limit("sure_m_s2")
        # At a walk, a receiver that jumps accelerates more than whoever carries it.
        told = motion.moving >= self.limit("least_moving")
        told &= motion.speed >= self.limit("least_m_s")
        if motion.acceleration > limit and told:
            self._write(
                out,
                number,
                measure,
                case,
                "impossible_acceleration",
                motion.acceleration,
                limit,
                sure,
            )
            return
        ratio = max(motion.ratio, 1 / motion.ratio) if motion.ratio > 0 else float("nan")
        if ratio > self.limit("doubtful_ratio"):
            limit, sure = self.limit("doubtful_ratio"), self.limit("sure_ratio")
            self._write(out, number, measure, case, "speed_mismatch", ratio, limit, sure)

    def _write(
        self,
        out: Judgement,
        number: int,
        measure: TrackMeasure,
        case: Case,
        cause: str,
        value: float,
        limit: float,
        sure: float,
    ) -> None:
        track, motion, _ = facts_of(number, measure)
        if cause == "impossible_speed":
            unit = "m/s"
            message = Text(
                f"轨迹“{track.name}”在 {motion.jump:.0f} 米的一段上速度达 {value:.0f} 米/秒"
                f"（{value * 3.6:.0f} 千米/时），地面调查不可能达到",
                f"The track '{track.name}' goes {value:.0f} m/s ({value * 3.6:.0f} km/h) over "
                f"{motion.jump:.0f} m: no survey on the ground does",
            )
        elif cause == "impossible_acceleration":
            unit = "m/s²"
            message = Text(
                f"轨迹“{track.name}”有 3% 的时间加速度超过 {value:.1f} 米/秒²，"
                "地面上的人或车不可能达到，时间可能被压缩",
                f"The track '{track.name}' accelerates by more than {value:.1f} m/s² 3 % of "
                "the time: no person or vehicle does. Its times may have been compressed",
            )
        else:
            unit = ""
            message = Text(
                f"轨迹“{track.name}”由点位推算的速度是接收机自报速度的 {motion.ratio:.2f} 倍，"
                "时间或位置可能被改动",
                f"From its positions the track '{track.name}' moves {motion.ratio:.2f} times as "
                "fast as the receiver itself says: times or positions may have been altered",
            )
        out.findings.append(
            self.about(
                track,
                case,
                message,
                sure=value > sure,
                score=np.clip(0.3 + 0.7 * (value - limit) / (2 * sure), 0.3, 1.0),
                measured=f"{value:.1f}",
                expected=f"≤ {limit:g}",
                tolerance=limit,
                unit=unit,
                cause=cause,
                evidence={
                    "top_speed_m_s": round(motion.top_speed, 2),
                    "jump_m": round(motion.jump, 1),
                    "acceleration_m_s2": plain_number(motion.acceleration, 3),
                    "speed_ratio": plain_number(motion.ratio, 3),
                },
            )
        )


_CLASSES: tuple[type[Rule], ...] = (
    ReadableTrack,
    DrawnTrack,
    ImpossibleSpeed,
    TimeOrder,
    CampaignOfTrack,
    ReplayedTrack,
    FixQuality,
    AltitudeOfTrack,
    FrameOfTrack,
    TracedBoundary,
    VisitedParcel,
)


def rules(standard: Standard) -> list[Rule]:
    """The rules of this family with their words and limits."""
    return [rule(standard.rules[rule.id]) for rule in _CLASSES]
