"""Tracks in place: their heights, their frame, and the parcels beside them."""

from __future__ import annotations

import numpy as np

from ..findings import Text
from ..measures.case import Case
from ..measures.track import TrackMeasure
from ..measures.track_place import Place
from ..submission.tracks import RTK_FIXED, RTK_FLOAT, Track
from .rule import NO_DEM, Judgement, plain_number
from .tracks_base import FEW_FIXES, NO_TRACKS, TrackRule, facts_of

_NO_HEIGHTS = Text("轨迹没有高程，或不在 DEM 范围内", "No heights, or none on the DEM")
_FLAT = Text("沿线地形过于平坦，无从比较", "The ground along the track is too flat to compare")
_NO_REFERENCE = Text(
    "没有可比对的图斑范围或 DEM", "Neither parcels nor a DEM to hold the track against"
)
_NAMES = {"gcj02": "GCJ-02", "bd09": "BD-09"}
_NOT_NEAR = Text("轨迹不在图斑附近", "The track is not near the parcels")


class AltitudeOfTrack(TrackRule):
    """Heights that are the DEM's own, are one number, or know nothing of the ground."""

    id = "tracks.altitude"

    def judge_track(self, number: int, measure: TrackMeasure, case: Case, out: Judgement) -> None:
        """Judge the heights of one track."""
        track, _, place = facts_of(number, measure)
        if not case.baseline.dem:
            out.skip(1, NO_DEM)
            return
        if place.heights < self.limit("least_fixes"):
            out.skip(1, _NO_HEIGHTS)
            return
        if not place.relief > self.limit("least_relief_m"):
            out.skip(1, _FLAT)
            return
        out.tested += 1
        fine = track.height_unit <= self.limit("finest_units") * place.relief
        framed = place.gcj02 > self.limit("frame_gain") or place.bd09 > self.limit("frame_gain")
        if fine and place.exact > self.limit("exact_share"):
            said = Text(
                f"{place.exact:.0%} 的高程与 DEM 逐位相同（沿线起伏 {place.relief:.1f} 米）",
                f"{place.exact:.0%} of its heights are the DEM's to the last digit "
                f"(relief {place.relief:.1f} m)",
            )
            self._write(out, track, place, case, "altitude_from_dem", place.exact, said)
        elif place.constant:
            said = Text(
                f"高程始终不变，而沿线地形起伏 {place.relief:.1f} 米",
                f"its height never changes, while the ground has {place.relief:.1f} m of relief",
            )
            self._write(out, track, place, case, "constant_altitude", 1.0, said)
        elif (
            not framed
            and place.unlike > self.limit("unlike")
            and place.spread > self.limit("unlike_m")
        ):
            said = Text(
                f"高程与沿线地形无关（较差 NMAD {place.spread:.0f} 米，地形起伏 "
                f"{place.relief:.0f} 米）",
                f"its heights know nothing of the ground (NMAD of differences "
                f"{place.spread:.0f} m, relief {place.relief:.0f} m)",
            )
            self._write(out, track, place, case, "unlike_terrain", place.unlike, said)
        elif abs(place.offset) > self.limit("most_offset_m"):
            said = Text(
                f"高程与 DEM 相差 {place.offset:+.0f} 米，超出椭球高与正常高之差",
                f"its heights are {place.offset:+.0f} m off the DEM, more than any geoid explains",
            )
            self._write(out, track, place, case, "altitude_offset", place.offset, said)

    def _write(
        self,
        out: Judgement,
        track: Track,
        place: Place,
        case: Case,
        cause: str,
        value: float,
        said: Text,
    ) -> None:
        out.findings.append(
            self.about(
                track,
                case,
                Text(
                    f"轨迹“{track.name}”高程可疑：{said.zh}",
                    f"Heights of the track '{track.name}' are odd: {said.en}",
                ),
                sure=True,
                score=0.7 if cause in ("altitude_from_dem", "unlike_terrain") else 0.4,
                measured=f"{value:.3f}",
                cause=cause,
                evidence={
                    "heights": place.heights,
                    "exact_share": round(place.exact, 4),
                    "relief_m": round(place.relief, 2),
                    "spread_m": round(place.spread, 2),
                    "offset_m": round(place.offset, 2),
                },
            )
        )


class FrameOfTrack(TrackRule):
    """A whole track shifted by GCJ-02 or BD-09, with swapped axes, or elsewhere."""

    id = "tracks.frame"

    def judge(self, case: Case) -> Judgement:
        """Judge each track, knowing what all of them tell together."""
        out = Judgement()
        measure = case.tracks
        if measure is None:
            return out.skip(0, NO_TRACKS)
        shared = self._together(measure)
        for number in range(len(measure.tracks)):
            self._judge_one(number, measure, case, out, shared)
        return out

    def judge_track(self, number: int, measure: TrackMeasure, case: Case, out: Judgement) -> None:
        """Judge one track alone."""
        self._judge_one(number, measure, case, out, "")

    def _judge_one(
        self, number: int, measure: TrackMeasure, case: Case, out: Judgement, shared: str
    ) -> None:
        """Name the one mistake that explains where the track lies."""
        track, _, place = facts_of(number, measure)
        terrain = np.isfinite(place.gcj02) or np.isfinite(place.bd09)
        if not terrain and not np.isfinite(place.near):
            out.skip(1, _NO_REFERENCE)
            return
        out.tested += 1
        if place.swapped:
            said = Text(
                "经纬度互换后才落在图斑范围内",
                "it lies at the parcels only with lon and lat swapped",
            )
            self._write(out, track, place, case, "axis_swap", said, sure=True)
            return
        enough = (
            place.heights >= self.limit("least_fixes")
            and place.relief > self.limit("least_relief_m")
            and place.spread > self.limit("least_spread_m")
        )
        gain, cause = max((place.gcj02, "gcj02"), (place.bd09, "bd09"), key=_known)
        if enough and gain > self.limit("gain"):
            name = _NAMES[cause]
            said = Text(
                f"高程只有在撤除 {name} 偏移后才与地形吻合（离散度降为 1/{gain:.1f}），"
                f"应转换为 CGCS2000",
                f"its heights fit the ground only with the {name} shift taken back (spread falls "
                f"to 1/{gain:.1f}); convert it to CGCS2000",
            )
            self._write(out, track, place, case, cause, said, sure=False)
            return
        # What one short track leaves open, all tracks of one crew may tell together.
        if shared and not getattr(place, shared) < self.limit("own_gain"):
            name = _NAMES[shared]
            said = Text(
                f"本批轨迹的高程总体上只有在撤除 {name} 偏移后才与地形吻合，"
                "该轨迹与之不矛盾，疑为整批未转换为 CGCS2000",
                f"heights of the package's tracks together fit the ground only with the {name} "
                "shift taken back, and this one does not contradict: none seems converted to "
                "CGCS2000",
            )
            self._write(out, track, place, case, shared, said, sure=False)
            return
        if place.near <= self.limit("near_share"):
            said = Text("距图斑范围 20 千米以上", "it lies more than 20 km from the parcels")
            self._write(out, track, place, case, "elsewhere", said, sure=False)

    def _together(self, measure: TrackMeasure) -> str:
        """The shift that all tracks of the package tell together, ``""`` for none.

        Each gain is against the best of seven places that are as good by chance:
        were none of them right, one track in seven would prefer this one.
        """
        able = [place for place in measure.places if place.heights >= self.limit("least_pooled")]
        best, found = 0.0, ""
        for cause in ("gcj02", "bd09"):
            gains = np.array([getattr(place, cause) for place in able], dtype=float)
            gains = np.log(np.maximum(gains[np.isfinite(gains)], 0.05))
            if len(gains) < self.limit("together"):
                continue
            agree, total = float(np.mean(gains > 0)), float(gains.sum())
            enough = agree > self.limit("together_share") and gains.mean() > 0
            if enough and total > max(best, self.limit("together_sum")):
                best, found = total, cause
        return found

    def _write(
        self,
        out: Judgement,
        track: Track,
        place: Place,
        case: Case,
        cause: str,
        said: Text,
        sure: bool,
    ) -> None:
        out.findings.append(
            self.about(
                track,
                case,
                Text(
                    f"轨迹“{track.name}”位置基准有误：{said.zh}",
                    f"The track '{track.name}' is in another frame: {said.en}",
                ),
                sure=sure,
                score=0.5,
                cause=cause,
                evidence={
                    "near_share": plain_number(place.near),
                    "gcj02_gain": plain_number(place.gcj02),
                    "bd09_gain": plain_number(place.bd09),
                    "shift_m": plain_number(place.shift),
                },
            )
        )


class TracedBoundary(TrackRule):
    """Fixes that lie on the edges of parcels closer than any receiver can tell."""

    id = "tracks.traced"

    def judge_track(self, number: int, measure: TrackMeasure, case: Case, out: Judgement) -> None:
        """Judge the share of fixes on edges against that which chance gives."""
        track, _, place = facts_of(number, measure)
        if not np.isfinite(place.near):
            out.skip(1, _NO_REFERENCE)
            return
        if not np.isfinite(place.on_edges):
            out.skip(1, _NOT_NEAR if place.near <= 0.2 else FEW_FIXES)
            return
        out.tested += 1
        if np.mean(np.isin(track.quality, (RTK_FIXED, RTK_FLOAT))) > 0.2:
            # A surveyor with RTK records the very corners that are drawn afterwards.
            return
        share = max(place.on_edges, place.on_corners)
        if share <= self.limit("share") or share <= self.limit("times") * place.edges_chance:
            return
        out.findings.append(
            self.about(
                track,
                case,
                Text(
                    f"轨迹“{track.name}”有 {share:.0%} 的点恰好落在图斑界线上，"
                    "比接收机所能达到的精度还近，疑为沿图描绘",
                    f"{share:.0%} of the fixes of the track '{track.name}' lie exactly on edges of "
                    "parcels, closer than a receiver can tell: traced from the map?",
                ),
                sure=True,
                score=np.clip(share, 0.3, 1.0),
                measured=f"{share:.3f}",
                expected=f"≤ {self.limit('share'):g}",
                tolerance=self.limit("share"),
                cause="traced_boundary",
                evidence={
                    "on_edges": round(place.on_edges, 4),
                    "on_corners": round(place.on_corners, 4),
                    "by_chance": round(place.edges_chance, 4),
                },
            )
        )


def _known(pair: tuple[float, str]) -> float:
    return pair[0] if np.isfinite(pair[0]) else -1.0
