"""Visits: photos of a parcel beside the track of whoever took them."""

from __future__ import annotations

import numpy as np

from ..findings import Family, Finding, Text, Verdict
from ..measures.case import Case
from ..measures.photo import PhotoMeasure
from ..measures.track_visit import Visits, measure_visits
from .rule import Judgement, Rule
from .tracks_base import LAYER, NO_TRACKS

_NO_PHOTOS = Text("成果中没有照片，无从与轨迹比较", "No photos to hold the tracks against")
_NO_MOMENT = Text(
    "照片没有人员（或设备序列号）、位置或时间",
    "The photo tells no person (or device), place or moment",
)
_NOT_ON = Text(
    "拍摄时没有轨迹在记录（多组作业、未记录轨迹的日期均属正常）",
    "No track was on when it was taken (several crews, days without tracks)",
)
_NOT_THEIRS = Text(
    "该人员的照片与任何轨迹均不相伴，轨迹属他人或时钟不一致",
    "This person's photos accompany no track: it is another crew's, or clocks differ",
)


class VisitedParcel(Rule):
    """A photo that its photographer's own track denies."""

    id = "tracks.visit"
    family = Family.TRACKS

    def judge(self, case: Case) -> Judgement:
        """Judge each photo of a person whose photos otherwise lie on a track."""
        out = Judgement()
        if case.tracks is None:
            return out.skip(0, NO_TRACKS)
        photos = case.photos
        if photos is None or not len(photos):
            return out.skip(0, _NO_PHOTOS)
        if photos.plane is None:
            return out.skip(len(photos), photos.reason or _NO_MOMENT)
        least, share = int(self.limit("least_photos")), self.limit("share")
        visits = measure_visits(case.tracks.tracks, photos, least, share)
        self._skip(visits, photos, out)
        told = np.isfinite(visits.away)
        out.tested += int(told.sum())
        with np.errstate(invalid="ignore"):
            far = told & (visits.away > self.limit("far_m") + 2 * np.nan_to_num(photos.error))
        names = [track.name for track in case.tracks.tracks]
        for row in np.flatnonzero(far):
            out.findings.append(self._finding(int(row), visits, photos, names))
        self._together(visits, photos, out)
        return out

    def _skip(self, visits: Visits, photos: PhotoMeasure, out: Judgement) -> None:
        known = np.isfinite(photos.xy).all(axis=1) & np.isfinite(photos.times.utc)
        lone = visits.covered & (visits.track < 0)
        rows = ((~known, _NO_MOMENT), (known & ~visits.covered, _NOT_ON), (lone, _NOT_THEIRS))
        for which, reason in rows:
            if which.any():
                out.skip(int(which.sum()), reason)

    def _finding(self, row: int, visits: Visits, photos: PhotoMeasure, names: list[str]) -> Finding:
        photo = photos.photos.delivered[row]
        track, away = names[int(visits.track[row])], float(visits.away[row])
        agreeing, total = int(visits.agreeing[row]), int(visits.of[row])
        return self.finding_about(
            photo.layer,
            photo.object_id,
            Text(
                f"照片“{photo.name}”拍摄时，同一人员的轨迹“{track}”在 {away:.0f} 米之外"
                f"（该人员 {total} 张照片中有 {agreeing} 张在拍摄时刻位于该轨迹上），"
                "疑未到现场或照片并非当时所摄",
                f"When the photo '{photo.name}' was taken, the track '{track}' of the same person "
                f"was {away:.0f} m away ({agreeing} of {total} photos of that person lie on this "
                "track at their times): perhaps not visited, or not taken then",
            ),
            verdict=Verdict.DOUBTFUL,
            where=photos.place(row),
            parcel_bsm=photos.bsm(row),
            score=float(np.clip(0.3 + away / 5000, 0.3, 0.8)),
            measured=f"{away:.0f}",
            expected=f"≤ {self.limit('far_m'):g}",
            tolerance=self.limit("far_m"),
            unit="m",
            cause="visit_denied",
            evidence={"track": track, "away_m": round(away, 1)}
            | {"photos_on_track": agreeing, "photos_at_its_times": total},
        )

    def _together(self, visits: Visits, photos: PhotoMeasure, out: Judgement) -> None:
        """A hint about the submission: photographed parcels that no track comes near."""
        parcels = {photos.bsm(int(row)) for row in np.flatnonzero(visits.covered)} - {""}
        near = {photos.bsm(int(row)) for row in np.flatnonzero(visits.near)} - {""}
        if len(parcels) < self.limit("least_parcels"):
            return
        missing = 1 - len(near & parcels) / len(parcels)
        if not missing > self.limit("most_missing"):
            return
        out.findings.append(
            self.finding_about(
                LAYER,
                LAYER,
                Text(
                    f"在有轨迹记录的时刻拍照的 {len(parcels)} 个图斑中，{missing:.0%} 当时没有任何"
                    "轨迹经过；可能另有未记录轨迹的作业组，仅供检查时参考",
                    f"Of {len(parcels)} parcels photographed while tracks were recorded, "
                    f"{missing:.0%} had no track near then: perhaps crews without tracks; a hint "
                    "for whoever checks, no more",
                ),
                verdict=Verdict.DOUBTFUL,
                score=0.2,
                measured=f"{missing:.3f}",
                expected=f"≤ {self.limit('most_missing'):g}",
                cause="visits_untracked",
                evidence={"parcels": len(parcels), "share_without": round(missing, 4)},
            )
        )
