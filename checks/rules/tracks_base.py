"""What the rules about tracks share."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np
import shapely

from ..findings import Family, Finding, Text, Verdict
from ..measures.case import Case
from ..measures.track import TrackMeasure
from ..measures.track_motion import Motion
from ..measures.track_place import Place
from ..reproject import Reprojection, ReprojectionError
from ..submission.tracks import Track
from .rule import Judgement, Rule

LAYER = "tracks"
NO_TRACKS = Text("成果中没有轨迹文件", "The package has no tracks")
NO_TIMES = Text("轨迹没有时间，无从核验", "The track has no times: nothing to check by")
FEW_FIXES = Text("轨迹点过少，无从核验", "Too few fixes to check by")
_MOST_CORNERS = 500


class TrackRule(Rule):
    """A rule that judges one track after the other."""

    family = Family.TRACKS

    def judge(self, case: Case) -> Judgement:
        """Judge every track that could be read."""
        out = Judgement()
        measure = case.tracks
        if measure is None:
            return out.skip(0, NO_TRACKS)
        for number in range(len(measure.tracks)):
            self.judge_track(number, measure, case, out)
        return out

    @abstractmethod
    def judge_track(self, number: int, measure: TrackMeasure, case: Case, out: Judgement) -> None:
        """Judge track ``number``."""

    def about(
        self, track: Track, case: Case, message: Text, *, sure: bool, score: float, **facts: Any
    ) -> Finding:
        """A finding about one track, shown on the map; doubtful unless ``sure``."""
        return self.finding_about(
            LAYER,
            track.name,
            message,
            verdict=None if sure else Verdict.DOUBTFUL,
            where=where_is(track, case),
            score=float(score),
            **facts,
        )


def facts_of(number: int, measure: TrackMeasure) -> tuple[Track, Motion, Place]:
    """The track of that number and what was measured of it."""
    return measure.tracks[number], measure.motions[number], measure.places[number]


def where_is(track: Track, case: Case) -> shapely.Geometry | None:
    """The track as a line in the frame of the parcels, for a person to find it."""
    wkt = case.frame.wkt("DLTB")
    if not wkt or len(track) < 2:
        return None
    rows = np.unique(np.linspace(0, len(track) - 1, min(len(track), _MOST_CORNERS)).astype(int))
    try:
        xy = Reprojection("EPSG:4326", wkt).points(np.column_stack([track.lon, track.lat])[rows])
    except ReprojectionError:
        return None
    xy = xy[np.isfinite(xy).all(axis=1)]
    return shapely.linestrings(xy) if len(xy) > 1 else None
