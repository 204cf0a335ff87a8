"""Whether a photo can show the parcel that it was sent for."""

from __future__ import annotations

import numpy as np

from ..findings import Finding, Severity, Text, Verdict
from ..measures.photo import EXIF, PhotoMeasure
from ..measures.photo_error import mocked
from ..measures.photo_frame import FrameError
from ..table import BoolArray, FloatArray
from .photos_base import NO_POSITION, NOT_ASSIGNED, Given, PhotoRule
from .rule import NO_DEM, Judgement

NO_OUTLINE = Text("照片所属图斑没有可用的几何", "The photo's parcel has no usable outline")
NO_DIRECTION = Text("照片没有拍摄方位角", "The photo tells no direction")
NEAR_OR_FAR = Text(
    "拍摄点紧邻图斑，DEM 无法判断遮挡", "Too near its parcel for the DEM to tell what hides it"
)

_WORDS = {
    "gcj02": Text("采用 GCJ-02 加密坐标", "are in GCJ-02 (encrypted)"),
    "gcj02_parcels": Text(
        "与图斑相差 GCJ-02 偏移（图斑可能为 GCJ-02）",
        "differ from the parcels by the GCJ-02 offset (the parcels may be in GCJ-02)",
    ),
    "bd09": Text("采用百度 BD-09 坐标", "are in BD-09 (Baidu)"),
    "axis_swap": Text("经度与纬度颠倒", "have longitude and latitude swapped"),
    "sign_flip": Text("东西经符号错误", "have the wrong sign of longitude"),
    "latitude_sign": Text("南北纬符号错误", "have the wrong sign of latitude"),
    "degrees_minutes": Text("度分被当作十进制度", "are degrees and minutes read as decimals"),
    "datum_shift": Text("整体平移（基准不同）", "are shifted as a whole (another datum)"),
}


class PhotoFrame(PhotoRule):
    """Positions or directions of all photos wrong in one way: one finding, one honest cause."""

    id = "photos.frame"

    def judge_photos(self, given: Given, out: Judgement) -> None:
        measure = given.measure
        if measure.plane is None:
            out.skip(len(measure), measure.reason or NO_OUTLINE)
            return
        out.tested += 1
        for error in measure.errors:
            out.findings.append(self._finding(error))

    def _finding(self, error: FrameError) -> Finding:
        if error.cause == "azimuth_offset":
            text = Text(
                f"照片拍摄方位角整体偏转约 {error.turn:+.0f}°（{error.photos} 张中 "
                f"{error.explained} 张改正后指向图斑），属记录方式或罗盘系统误差，已改正后再核验",
                f"Azimuths of the photos are turned by about {error.turn:+.0f}° "
                f"({error.explained} of {error.photos} point to their parcels once it is taken "
                "off): a habit of recording or the compass; photos were checked after correction",
            )
        else:
            said = _WORDS[error.cause]
            stored = error.source == "store"
            whose_zh, whose_en = ("（举证数据库）", " (store)") if stored else ("", "")
            text = Text(
                f"照片位置{whose_zh}{said.zh}：{error.photos} 张中原仅 {error.near_before} 张在"
                f"图斑附近，改正后为 {error.explained} 张；已改正后再核验",
                f"Positions of the photos{whose_en} {said.en}: {error.near_before} of "
                f"{error.photos} lie at their parcels as they are, {error.explained} once "
                "corrected; photos were checked after correction",
            )
        return self.finding_about(
            "photos",
            error.source,
            text,
            verdict=Verdict.DOUBTFUL,
            score=0.5,
            cause=error.cause,
            measured=str(error.near_before),
            expected=str(error.explained),
            evidence={
                "photos": error.photos,
                "near_before": error.near_before,
                "near_after": error.explained,
                **{
                    name: round(value, 2)
                    for name, value in (
                        ("east_m", error.east),
                        ("north_m", error.north),
                        ("turn_deg", error.turn),
                    )
                    if np.isfinite(value)
                },
            },
        )


class PhotoView(PhotoRule):
    """Taken too far from its parcel, or the camera turned away from it."""

    id = "photos.view"

    def judge_photos(self, given: Given, out: Judgement) -> None:
        measure = given.measure
        if measure.plane is None:
            out.skip(len(measure), measure.reason or NO_OUTLINE)
            return
        placed = np.isfinite(measure.xy).all(axis=1)
        assigned = measure.parcel >= 0
        known = np.array([target is not None for target in measure.target], dtype=bool)
        self.skip_rows(out, ~assigned & ~known, NOT_ASSIGNED)
        self.skip_rows(out, assigned & ~known, NO_OUTLINE)
        named = measure.lone != ""
        self.skip_rows(out, known & ~placed & ~named, NO_POSITION)
        tested = known & (placed | named)
        out.tested += int(tested.sum())
        far, turned = self._far(measure) | (named & ~placed), self._turned(measure)
        if given.case.parcels is not None:
            compared = np.zeros(len(given.case.parcels), dtype=bool)
            shows = self._shows(measure) & tested & ~far & ~turned & assigned
            compared[measure.parcel[shows]] = True
            out.compared = compared
        for row in np.flatnonzero(tested & (far | turned)):
            out.findings.append(self._finding(measure, int(row), bool(far[row])))

    def _shows(self, measure: PhotoMeasure) -> BoolArray:
        """Photos that are evidence of their parcel: by the camera itself it is in view."""
        photos, view = measure.photos, measure.view
        own = (measure.source == EXIF) & np.isfinite(photos.exif("direction")) & photos.decoded
        with np.errstate(invalid="ignore"):
            close = view.distance <= self.limit("shows_m")
            seen = (view.miss <= view.half_view) & (view.statistic <= self.limit("shows"))
        return np.asarray(own & measure.sure & close & seen & ~mocked(photos), dtype=bool)

    def _far(self, measure: PhotoMeasure) -> BoolArray:
        room = self._room(measure)
        limit = np.where(measure.photos.aerial, self.limit("aerial_m"), self.limit("far_m"))
        with np.errstate(invalid="ignore"):
            return np.asarray(measure.view.distance > limit + room, dtype=bool)

    def _room(self, measure: PhotoMeasure) -> FloatArray:
        """Metres that a position may be worse than a phone's usual receiver."""
        return np.maximum(self.limit("sigmas") * measure.error - self.limit("usual_m"), 0.0)

    def _turned(self, measure: PhotoMeasure) -> BoolArray:
        view = measure.view
        compass = self.limit("compass_deg") + np.where(
            [p.exif.magnetic for p in measure.photos.pictures], self.limit("declination_deg"), 0.0
        )
        with np.errstate(invalid="ignore"):
            swing = np.maximum(view.uncertainty, 0.0)
            room = view.half_view + np.maximum(compass, self.limit("sigmas_turned") * swing)
            near = view.distance <= self.limit("near_sigmas") * measure.error
            aside = (view.miss > room) & ~near
            unlikely = (view.statistic > self.limit("statistic")) & (view.miss > view.half_view)
            return np.asarray(aside | unlikely, dtype=bool)

    def _finding(self, measure: PhotoMeasure, row: int, far: bool) -> Finding:
        view = measure.view
        distance, miss = float(view.distance[row]), float(view.miss[row])
        half = float(view.half_view[row])
        blind = not miss <= half
        sure = (
            far
            and bool(measure.sure[row])
            and not measure.lone[row]
            and distance > self.limit("sure_m") + 6 * measure.error[row]
            and (blind or distance > self.limit("sure_seen_m"))
            and not measure.photos.aerial[row]
        )
        cause = str(measure.lone[row]) if far and measure.lone[row] else ""
        if far:
            cause = cause or "photo_elsewhere"
            text = Text(
                f"照片拍摄点距图斑 {distance:.0f} 米，看不到该图斑",
                f"The photo was taken {distance:.0f} m from its parcel and cannot show it",
            )
            if not np.isfinite(distance):
                text = Text("照片记录的位置不存在", "The photo tells a position that there is not")
        else:
            cause = "photo_turned_away"
            text = Text(
                f"照片拍摄方向偏离图斑 {miss:.0f}°（距图斑 {distance:.0f} 米，"
                f"半视场角 {half:.0f}°），看不到该图斑",
                f"The camera looked {miss:.0f}° aside of its parcel ({distance:.0f} m away, half "
                f"the field of view is {half:.0f}°) and cannot show it",
            )
        if cause in _WORDS:
            said = _WORDS[cause]
            text = Text(f"{text.zh}；可能{said.zh}", f"{text.en}; coordinates perhaps {said.en}")
        statistic = float(np.nan_to_num(view.statistic[row], nan=20.0))
        return self.photo_finding(
            measure,
            row,
            text,
            verdict=None if sure else Verdict.DOUBTFUL,
            score=float(np.clip(0.3 + statistic / 40.0, 0.3, 1.0 if sure else 0.8)),
            measured=f"{distance:.1f}".replace("nan", "") if far else f"{miss:.1f}",
            expected=f"{self.limit('far_m'):.0f}" if far else f"{half:.1f}",
            unit="m" if far else "°",
            cause=cause,
            evidence={
                "distance_m": distance,
                "miss_deg": miss,
                "half_view_deg": half,
                "azimuth_deg": float(measure.azimuth[row]),
                "position_sigma_m": float(measure.error[row]),
                "statistic": statistic,
            },
        )


class PhotoHidden(PhotoRule):
    """The terrain hides every part of the parcel that the camera was turned to."""

    id = "photos.sight"

    def judge_photos(self, given: Given, out: Judgement) -> None:
        measure = given.measure
        ground = given.case.photo_ground
        if not given.case.baseline.dem:
            out.skip(len(measure), NO_DEM)
            return
        if ground is None:
            out.skip(len(measure), measure.reason or NO_POSITION)
            return
        if ground.problem is not None:
            out.skip(len(measure), ground.problem)
            return
        known = np.isfinite(ground.hidden) | (ground.hidden == -np.inf)
        self.skip_rows(out, ~known, NEAR_OR_FAR)
        out.tested += int(known.sum())
        room = max(self.limit("least_m"), self.limit("cells") * ground.cell)
        with np.errstate(invalid="ignore"):
            hidden = (ground.hidden > room) & (measure.view.distance <= self.limit("most_m"))
        for row in np.flatnonzero(hidden):
            metres = float(ground.hidden[row])
            out.findings.append(
                self.photo_finding(
                    measure,
                    int(row),
                    Text(
                        f"从拍摄点到图斑的视线被地形遮挡（地面高出视线 {metres:.0f} 米）",
                        f"Terrain hides the parcel from where the photo was taken (ground rises "
                        f"{metres:.0f} m above the line of sight)",
                    ),
                    severity=Severity.C,
                    score=float(np.clip(metres / (6 * room), 0.1, 0.8)),
                    measured=f"{metres:.1f}",
                    tolerance=round(room, 2),
                    unit="m",
                    cause="hidden_by_terrain",
                    evidence={
                        "above_sight_m": metres,
                        "distance_m": float(measure.view.distance[row]),
                        "dem_cell_m": ground.cell,
                    },
                )
            )
