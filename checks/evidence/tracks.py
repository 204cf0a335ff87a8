"""Tracks: speed over time, altitude against the terrain, the line on the map."""

from __future__ import annotations

import numpy as np
import shapely

from ..errors import ExplainedError
from ..findings import Text
from ..measures.track_path import Path, metres_between, path_of
from ..progress import Progress
from ..reproject import Reprojection, ReprojectionError
from ..submission.photos_exif import parse_moment
from ..submission.tracks import Track
from ..table import FloatArray, IntArray
from .card import Card
from .cells import heights_at
from .model import Axis, Band, Chart, Mark, Series
from .sources import Sources, Unavailable
from .subject import Subject
from .words import same

_WGS84 = "EPSG:4326"
_MOST_POINTS = 600
_ABOUT = 900.0
_CHINA = 8 * 3600.0
_ALTITUDE_CAUSES = (
    *("altitude_from_dem", "altitude_unrelated", "constant_altitude", "gcj02", "bd09"),
)


def track_evidence(subject: Subject, sources: Sources, card: Card, progress: Progress) -> None:
    """Speed and altitude of the track that a finding names, and its line."""
    name = str(subject.numbers.get("track") or "")
    photo_time = float("nan")
    if not name and subject.text("layer") == "tracks":
        name = subject.text("object_id")
    if subject.text("layer") != "tracks" and card.photos:
        photo_time = parse_moment(card.photos[0].taken) - _CHINA
    if not name:
        return
    track = sources.track(name, progress)
    path = path_of(track)
    progress.check()
    if path is None:
        raise Unavailable(Text("轨迹点没有时间", "its fixes have no times"))
    if np.isfinite(photo_time):
        _about_photo(track, path, photo_time, subject, card)
    else:
        card.charts.append(_speed_chart(subject, sources, path))
        if np.isfinite(track.height).sum() > 3 and sources.inputs.dem:
            chart = _altitude_chart(track, path, sources)
            first = subject.text("cause") in _ALTITUDE_CAUSES or "altitude" in subject.text(
                "rule_id"
            )
            card.charts.insert(0 if first else len(card.charts), chart)
    _line(track, path.rows, subject, card, same(name))
    other = str(subject.numbers.get("other_track") or "")
    if other:
        _beside(other, subject, sources, card, progress)


def _speed_chart(subject: Subject, sources: Sources, path: Path) -> Chart:
    minutes = (path.time[1:] - path.time[0]) / 60.0
    speed = path.speed * 3.6
    rule = sources.standard.rules.get(subject.text("rule_id"))
    limits = rule.limits if rule else {}
    marks: list[Mark] = []
    bands: list[Band] = []
    if "doubtful_m_s" in limits:
        low, high = 3.6 * float(limits["doubtful_m_s"]), 3.6 * float(limits["sure_m_s"])
        top = float(np.nanmax(speed)) if np.isfinite(speed).any() else 0.0
        if top > low / 2:
            bands.append(Band(low, max(high, top), Text("不可信", "not credible"), "y"))
    moving = speed[np.isfinite(speed) & (path.speed > 0.4)]
    if len(moving):
        usual = float(np.median(moving))
        name = Text(f"中位数 {usual:.1f} km/h", f"median {usual:.1f} km/h")
        marks.append(Mark(usual, name, "y", "measured"))
    x, low_y, y, high_y = _thinned(minutes, speed)
    return Chart(
        "track_speed",
        Text("轨迹速度随时间变化", "Speed of the track over time"),
        Axis(Text("自起点的时间", "Time from the start"), "min", low=0.0),
        Axis(Text("速度", "Speed"), "km/h", low=0.0),
        (Series(Text("速度", "speed"), x, y, "line", "measured", low_y, high_y),),
        tuple(bands),
        tuple(marks),
        Text(f"{len(path.rows)} 个定位点", f"{len(path.rows)} fixes"),
    )


def _altitude_chart(track: Track, path: Path, sources: Sources) -> Chart:
    """Heights of the receiver above those of the terrain, along the way."""
    steps = np.where(path.joined, path.step, 0.0)
    along = np.concatenate([[0.0], np.cumsum(steps)]) / 1000.0
    chosen = np.unique(np.linspace(0, len(path.rows) - 1, _MOST_POINTS).astype(int))
    rows = path.rows[chosen]
    places = np.column_stack([track.lon[rows], track.lat[rows]])
    ground = heights_at(sources.dem, _WGS84, places)
    return Chart(
        "track_altitude",
        Text("轨迹高程与 DEM", "Altitude of the track and the DEM"),
        Axis(Text("沿线里程", "Along the way"), "km", low=0.0),
        Axis(Text("高程", "Elevation"), "m"),
        (
            Series(same("DEM"), along[chosen], ground, "line", "measured"),
            Series(Text("轨迹", "track"), along[chosen], track.height[rows], "line", "declared"),
        ),
    )


def _about_photo(track: Track, path: Path, moment: float, subject: Subject, card: Card) -> None:
    """How far the track was from the photo's station, a quarter of an hour either way."""
    photo = card.photos[0]
    near = np.abs(path.time - moment) <= _ABOUT
    if near.sum() < 2 or not np.isfinite(photo.longitude):
        raise Unavailable(
            Text("拍摄时刻前后没有轨迹点", "the track has no fixes about the photo's time")
        )
    rows = path.rows[near]
    there = np.full(len(rows), photo.longitude), np.full(len(rows), photo.latitude)
    away = np.hypot(*metres_between(track.lon[rows], track.lat[rows], *there))
    x, low, y, high = _thinned((path.time[near] - moment) / 60.0, away)
    bands: tuple[Band, ...] = ()
    if np.isfinite(subject.tolerance):
        bands = (Band(0.0, subject.tolerance, Text("容差", "tolerance"), "y"),)
    card.charts.append(
        Chart(
            "track_about_photo",
            Text("拍摄时刻前后轨迹距拍摄点", "The track's distance from the photo's place"),
            Axis(Text("距拍摄时刻", "From when it was taken"), "min"),
            Axis(Text("距离", "Distance"), "m", low=0.0),
            (Series(Text("轨迹", "track"), x, y, "line", "measured", low, high),),
            bands,
            (Mark(0.0, Text("拍摄时刻", "the photo"), "x", "declared"),),
        )
    )
    _line(track, rows, subject, card, Text("拍摄前后 15 分钟", "15 minutes either way"))


def _beside(name: str, subject: Subject, sources: Sources, card: Card, progress: Progress) -> None:
    """The other track of a replay: its line, and its speed on the same chart."""
    try:
        other = sources.track(name, progress)
    except ExplainedError as error:
        card.tell(error.text)
        return
    beside = path_of(other)
    if beside is None:
        return
    _line(other, beside.rows, subject, card, same(name))
    x, low, y, high = _thinned((beside.time[1:] - beside.time[0]) / 60.0, beside.speed * 3.6)
    for place, chart in enumerate(card.charts):
        if chart.kind == "track_speed":
            more = Series(same(name), x, y, "line", "reference", low, high)
            series = (*chart.series, more)
            card.charts[place] = Chart(
                chart.kind,
                chart.title,
                chart.x,
                chart.y,
                series,
                chart.bands,
                chart.marks,
                chart.note,
            )


def _line(track: Track, rows: IntArray, subject: Subject, card: Card, name: Text) -> None:
    """A stretch of the track on the map, thinned."""
    chosen = rows[np.unique(np.linspace(0, len(rows) - 1, 2 * _MOST_POINTS).astype(int))]
    places = np.column_stack([track.lon[chosen], track.lat[chosen]])
    try:
        xy = Reprojection(_WGS84, subject.wkt).points(places)
    except ReprojectionError:
        return
    xy = xy[np.isfinite(xy).all(axis=1)]
    if len(xy) >= 2:
        card.shape(shapely.LineString(xy), subject.wkt, "track", name)


def _thinned(
    x: FloatArray, y: FloatArray
) -> tuple[FloatArray, FloatArray | None, FloatArray, FloatArray | None]:
    """At most some hundred points: medians with their extremes; all of a short series as it is."""
    if len(x) <= _MOST_POINTS:
        return x, None, y, None
    edges = np.linspace(0, len(x), _MOST_POINTS // 2 + 1).astype(int)
    parts = [slice(one, other) for one, other in zip(edges[:-1], edges[1:])]
    out = np.full((4, len(parts)), np.nan)
    for place, part in enumerate(parts):
        some = y[part][np.isfinite(y[part])]
        out[0, place] = x[part].mean()
        if len(some):
            out[1:, place] = some.min(), np.median(some), some.max()
    return out[0], out[1], out[2], out[3]
