"""Photos: the picture with its record, the field of view and the line of sight on the map."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import shapely

from ..findings import Text
from ..measures.photo_list import LOOSE, STORED
from ..measures.photo_plane import Plane
from ..measures.photo_view import spread_points, wedges
from ..measures.sight import EYE, clearances
from ..measures.sun import sun_position
from ..progress import Progress
from ..reproject import ReprojectionError
from ..submission.evidence import MOST_BYTES, EvidenceStore, StoredPhoto
from ..submission.photos_exif import NOTHING, Exif, parse_moment, read_exif
from ..submission.photos_jpeg import read_jpeg
from ..table import FloatArray
from .card import Card
from .cells import heights_at
from .model import Axis, Chart, Mark, Photo, Series
from .sources import Sources, Unavailable
from .subject import Subject
from .words import as_number, same

DEFAULT_HALF_VIEW = 30.0
_CHINA_HOURS = 8
_MOST_OF_PARCEL = 4
_LEAST_REACH, _MOST_REACH = 60.0, 2_000.0
_ABOVE = 2.0
_STEPS = 120


@dataclass(frozen=True)
class Found:
    """One photo of the package: a row of a store, or a loose file.

    ``values`` are the store's columns.
    """

    store: EvidenceStore | None
    photo: StoredPhoto | None
    path: Path | None
    values: dict[str, str]

    @property
    def name(self) -> str:
        """What people know it by."""
        if self.path is not None:
            return self.path.name
        return self.values.get("FJMC") or self.values.get("F_ID") or "?"

    @property
    def parcel(self) -> str:
        """The parcel that its record names."""
        return self.values.get("JKBSM") or self.values.get("TBYBH", "")

    def content(self) -> bytes:
        """The JPEG; empty where it cannot be had."""
        if self.path is not None:
            try:
                return b"" if self.path.stat().st_size > MOST_BYTES else self.path.read_bytes()
            except OSError:
                return b""
        if self.store is None or self.photo is None:
            return b""
        alone = EvidenceStore(self.store.path, [self.photo], columns=self.store.columns)
        return next((content for _, content in alone.pictures() if content), b"")


@dataclass(frozen=True)
class Station:
    """Where a photo was taken, which way it looks, and when (NaN where not said).

    ``half_view`` degrees; ``assumed`` tells that it is the usual one, not the camera's.
    """

    longitude: float
    latitude: float
    azimuth: float
    half_view: float
    assumed: bool
    utc: float


def photo_evidence(subject: Subject, sources: Sources, card: Card, progress: Progress) -> None:
    """The photo of the finding, its partner where it is a reused one, wedge, sight and sun."""
    found = _photo_of(subject, sources, progress)
    shown = [found] if found is not None else []
    name = str(subject.numbers.get("other") or "")
    if name and subject.text("layer") in (STORED, LOOSE):
        other = next(_by_name(name, sources, progress), None)
        if other is None:
            card.tell(
                Text(f"未找到另一张照片“{name}”。", f"The other photo '{name}' is not there.")
            )
        elif found is None or other.name != found.name:
            shown.append(other)
    if found is None and subject.text("layer") in (STORED, LOOSE):
        raise Unavailable(Text("成果中未找到该照片", "the package does not have this photo"))
    for number, each in enumerate(shown):
        progress.check()
        first = number == 0 and found is not None
        _show(each, subject, card, told=first)
    if subject.text("cause") == "hidden_by_terrain" and found is not None:
        _sight_profile(found, subject, sources, card)


def photos_of_parcel(subject: Subject, sources: Sources, card: Card, progress: Progress) -> None:
    """The photos of the parcel of any finding, four at most."""
    parcel = subject.parcel
    if parcel is None or not sources.inputs.submission:
        return
    contents = sources.contents(progress)
    if not contents.evidence and not contents.photos:
        return
    names = {parcel.text(field) for field in ("BSM", "TBYBH")} - {""}
    shown = {photo.name for photo in card.photos}
    found = [each for name in names for each in _index(sources, progress).get(name, ())]
    bsm = parcel.text("BSM")
    if bsm:
        found += [
            Found(None, None, path, {})
            for path in contents.photos
            if bsm in contents.names.get(path, path.name)
        ]
    found = list({id(each): each for each in found}.values())
    fresh = [each for each in found if each.name not in shown]
    for each in fresh[: _MOST_OF_PARCEL - len(card.photos)]:
        progress.check()
        _show(each, subject, card, told=False)
    more = len(fresh) - _MOST_OF_PARCEL
    if more > 0:
        card.tell(
            Text(f"该图斑另有 {more} 张照片未列出。", f"{more} more photos of it are not shown.")
        )


def _photo_of(subject: Subject, sources: Sources, progress: Progress) -> Found | None:
    """The photo that a finding about photos names."""
    layer, identifier = subject.text("layer"), subject.text("object_id")
    if layer == STORED:
        for number, store in enumerate(sources.stores(progress)):
            for photo in store.photos:
                own = photo.values.get("F_ID") or str(photo.key)
                if identifier == (f"{store.path.stem}:{own}" if number else own):
                    return _stored(store, photo, sources)
    name = str(subject.numbers.get("photo") or (identifier if layer == LOOSE else ""))
    return next(_by_name(name, sources, progress), None) if name else None


def _by_name(name: str, sources: Sources, progress: Progress) -> Iterator[Found]:
    for store in sources.stores(progress):
        for photo in store.photos:
            if photo.values.get("FJMC") == name:
                yield _stored(store, photo, sources)
    contents = sources.contents(progress)
    for path in contents.photos:
        if name in (path.name, contents.names.get(path)):
            yield Found(None, None, path, {})


def _stored(store: EvidenceStore, photo: StoredPhoto, sources: Sources) -> Found:
    if photo.bytes:
        return Found(store, photo, None, photo.values)
    # The row speaks of a file that lies beside the store.
    stem = Path(photo.values.get("FJMC", "").replace("\\", "/")).stem.upper()
    beside = (path for path in sources.contents().photos if stem and path.stem.upper() == stem)
    return Found(store, photo, next(beside, None), photo.values)


def _index(sources: Sources, progress: Progress) -> dict[str, list[Found]]:
    """Photos of the stores by the parcel that they name."""

    def make() -> dict[str, list[Found]]:
        out: dict[str, list[Found]] = {}
        for store in sources.stores(progress):
            for photo in store.photos:
                names = {photo.values.get("JKBSM", ""), photo.values.get("TBYBH", "")} - {""}
                found = Found(store, photo, None, photo.values)
                for name in sorted(names):
                    out.setdefault(name, []).append(found)
        return out

    return sources.keep("photos by parcel", make)


def _show(found: Found, subject: Subject, card: Card, told: bool) -> None:
    """Put one photo on the card; ``told``: the finding's own, whose angles the rule measured."""
    content = found.content()
    station = _station(found, content)
    if told:
        station = _as_measured(station, subject)
    elevation, azimuth = sun_position(
        np.array([station.utc]), np.array([station.longitude]), np.array([station.latitude])
    )
    card.photos.append(
        Photo(
            found.name,
            content,
            _moment(found, station),
            station.azimuth,
            station.half_view,
            station.longitude,
            station.latitude,
            float(azimuth[0]),
            float(elevation[0]),
            found.values.get("PSRY", ""),
            found.parcel or (subject.text("parcel_bsm") if told else ""),
            _note(content, station),
        )
    )
    _on_map(station, found, subject, card, told)


def _station(found: Found, content: bytes) -> Station:
    """The camera's own words first, the store's where it says nothing."""
    exif = NOTHING
    if content:
        facts = read_jpeg(content)
        exif = read_exif(facts.exif) if facts.exif else NOTHING
    longitude, latitude = exif.longitude, exif.latitude
    if not math.isfinite(longitude + latitude):
        longitude = as_number(found.values.get("LONGITUDE"))
        latitude = as_number(found.values.get("LATITUDE"))
        if not (abs(longitude) <= 180 and abs(latitude) <= 90 and (longitude or latitude)):
            longitude = latitude = float("nan")
    azimuth = exif.direction
    if not math.isfinite(azimuth):
        stored = as_number(found.values.get("PSJD"))
        azimuth = stored % 360.0 if 0 <= stored <= 360 else float("nan")
    wide = exif.field_of_view
    known = math.isfinite(wide) and 5 < wide < 180
    return Station(
        longitude,
        latitude,
        azimuth,
        wide / 2 if known else DEFAULT_HALF_VIEW,
        not known,
        _utc(exif, found),
    )


def _as_measured(station: Station, subject: Subject) -> Station:
    half = subject.number("half_view_deg")
    if not math.isfinite(half):
        return station
    return Station(station.longitude, station.latitude, station.azimuth, half, False, station.utc)


def _utc(exif: Exif, found: Found) -> float:
    """The satellites' time, else the camera's clock less its zone (China's, where not said)."""
    if math.isfinite(exif.gps_time):
        return exif.gps_time
    local = exif.local_time
    if not math.isfinite(local):
        local = parse_moment(found.values.get("PSSJ", ""))
    zone = exif.zone if math.isfinite(exif.zone) else _CHINA_HOURS * 3600.0
    return local - zone


def _moment(found: Found, station: Station) -> str:
    said = found.values.get("PSSJ", "")
    if said or not math.isfinite(station.utc):
        return said
    moment = datetime.fromtimestamp(station.utc + _CHINA_HOURS * 3600, tz=timezone.utc)
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def _note(content: bytes, station: Station) -> Text:
    parts = []
    if not content:
        parts.append(Text("照片内容缺失", "the picture itself is missing"))
    if not math.isfinite(station.azimuth):
        parts.append(Text("未记录拍摄方向", "no direction is recorded"))
    elif station.assumed:
        parts.append(Text("视场角未记录，按 60° 绘制", "field of view not recorded, drawn as 60°"))
    if not math.isfinite(station.longitude):
        parts.append(Text("未记录拍摄位置", "no position is recorded"))
    return Text("；".join(p.zh for p in parts), "; ".join(p.en for p in parts))


def _plane(subject: Subject) -> Plane | None:
    target = subject.parcel.geometry if subject.parcel is not None else subject.where
    shapes = np.array([target], dtype=object)
    try:
        return Plane(subject.wkt, shapes)
    except ReprojectionError:
        return None


def _on_map(station: Station, found: Found, subject: Subject, card: Card, told: bool) -> None:
    """Station, field of view and line of sight, in coordinates of the findings."""
    plane = _plane(subject)
    if plane is None or not math.isfinite(station.longitude):
        return
    xy = plane.points(np.array([station.longitude]), np.array([station.latitude]))
    if not np.isfinite(xy).all():
        return
    delivered = shapely.Point(plane.delivered(xy)[0])
    card.shape(delivered, subject.wkt, "station", same(found.name))
    target = subject.parcel.geometry if subject.parcel is not None else None
    reach = _LEAST_REACH
    if target is not None and told:
        metric = plane.geometries(np.array([target], dtype=object))[0]
        point = shapely.Point(xy[0])
        away = float(point.distance(metric))
        size = float(
            np.hypot(metric.bounds[2] - metric.bounds[0], metric.bounds[3] - metric.bounds[1])
        )
        reach = float(np.clip(away + size / 2, _LEAST_REACH, _MOST_REACH))
        nearest = shapely.shortest_line(point, metric)
        if nearest is not None and away > 0:
            name = Text(f"至图斑 {away:.0f} 米", f"{away:.0f} m to the parcel")
            card.shape(_delivered(nearest, plane), subject.wkt, "sight", name)
    if not math.isfinite(station.azimuth):
        return
    on_plane = plane_azimuth(plane, station)
    if told and math.isfinite(subject.number("azimuth_deg")):
        on_plane = subject.number("azimuth_deg")  # what the rule used, common errors taken off
    wedge = wedges(xy, np.array([on_plane]), np.array([station.half_view]), np.array([reach]))[0]
    name = Text(
        f"拍摄方向 {station.azimuth:.0f}°±{station.half_view:.0f}°",
        f"looking {station.azimuth:.0f}° ± {station.half_view:.0f}°",
    )
    card.shape(_delivered(wedge, plane), subject.wkt, "wedge", name)


def plane_azimuth(plane: Plane, station: Station) -> float:
    """The direction on the map: from true north to the y axis of the plane."""
    here = np.array([station.longitude]), np.array([station.latitude])
    turn = float(np.nan_to_num(plane.convergence(*here))[0])
    return (station.azimuth + turn) % 360.0


def _delivered(shape: shapely.Geometry, plane: Plane) -> shapely.Geometry:
    return shapely.transform(shape, plane.delivered)


def _sight_profile(found: Found, subject: Subject, sources: Sources, card: Card) -> None:
    """The ground between camera and the part of the parcel that shows best."""
    plane = _plane(subject)
    target = subject.parcel.geometry if subject.parcel is not None else None
    station = _station(found, found.content())
    if plane is None or target is None or not math.isfinite(station.longitude):
        raise Unavailable(Text("拍摄点或图斑位置不明", "station or parcel have no place"))
    here = plane.points(np.array([station.longitude]), np.array([station.latitude]))
    metric = plane.geometries(np.array([target], dtype=object))[0]
    points = spread_points(metric, 5, 25)

    def ground(xy: FloatArray) -> FloatArray:
        return heights_at(sources.dem, subject.wkt, plane.delivered(xy))

    grid = sources.dem.grid
    cell = float(max(each[0] for each in grid.spacing(grid.height // 2, 1)))
    gaps = clearances(here, points[None], ground, cell, 1.5 * cell)[0]
    if not np.isfinite(gaps).any():
        raise Unavailable(
            Text("视线上 DEM 无高程", "the terrain model has no heights on the sight")
        )
    best = points[int(np.nanargmax(np.where(np.isfinite(gaps), gaps, -np.inf)))]
    share = np.linspace(0.0, 1.0, _STEPS)
    xy = here + share[:, None] * (best - here)
    heights = ground(xy)
    away = share * float(np.hypot(*(best - here)[0]))
    line = (heights[0] + EYE) * (1 - share) + (heights[-1] + _ABOVE) * share
    over = heights - line
    worst = int(np.nanargmax(np.where(np.isfinite(over), over, -np.inf)))
    marks: tuple[Mark, ...] = ()
    if over[worst] > 0:
        name = Text(f"高出视线 {over[worst]:.1f} 米", f"{over[worst]:.1f} m above the sight")
        marks = (Mark(float(away[worst]), name, "x", "measured"),)
    card.charts.append(
        Chart(
            "sight_profile",
            Text("拍摄点至图斑的通视剖面", "Line of sight from the camera to the parcel"),
            Axis(Text("距拍摄点", "From the camera"), "m", low=0.0, high=float(away[-1])),
            Axis(Text("高程", "Elevation"), "m"),
            (
                Series(Text("地面（DEM）", "ground (DEM)"), away, heights, "line", "measured"),
                Series(Text("视线", "line of sight"), away, line, "line", "expected"),
            ),
            (),
            marks,
        )
    )
    ends = plane.delivered(np.vstack([here, best[None]]))
    name = Text("被遮挡的视线", "the sight that is hidden")
    card.shape(shapely.LineString(ends), subject.wkt, "sight", name)
