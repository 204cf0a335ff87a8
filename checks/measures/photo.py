"""Every evidence photo, brought to its parcel, its place and its time."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely

from ..findings import Text
from ..progress import SILENT, Progress
from ..reproject import ReprojectionError
from ..submission.evidence import StoredParcel
from ..submission.submission import Submission
from ..table import BoolArray, FloatArray, GeometryArray, IntArray, Table, TextArray
from .frame import FrameMeasure
from .photo_error import station_errors
from .photo_frame import (
    FrameError,
    common_shift,
    find_position_error,
    find_turn,
    single_causes,
)
from .photo_list import PhotoSet, list_photos
from .photo_match import ParcelNames
from .photo_plane import Plane
from .photo_time import PhotoTimes, measure_times
from .photo_view import PhotoView, measure_views, wrapped

EXIF, STORE, NOWHERE = "exif", "store", ""
DEFAULT_FIELD_OF_VIEW = 60.0
_FAR, _ASIDE = 185.0, 30.0
_VALIDATED_NEAR = 200.0

NO_FRAME = Text(
    "图斑坐标系不明，照片无法与图斑比较",
    "The frame of the parcels is unknown: photos cannot be held against them",
)
NO_PARCELS = Text("成果中没有 DLTB 图层", "The package has no DLTB layer")


@dataclass
class PhotoMeasure:
    """All photos with what could be told of each; arrays of shape ``(photos,)``.

    ``parcel`` is the row of DLTB (-1: none), ``sure`` whether that leaves no
    doubt, ``target`` the parcel's outline on the ``plane`` (``None``: unknown).
    ``xy`` are stations in metres after systematic mistakes (``errors``) were
    taken off, shape ``(photos, 2)``; ``raw_xy`` before. ``azimuth`` is on the
    plane. ``source`` tells whose position it is. ``lone`` names a mistake that
    explains one photo's place. ``view.statistic`` ranks photos by how unlikely
    an honest one is.
    """

    photos: PhotoSet
    parcels: Table | None
    plane: Plane | None
    reason: Text | None
    parcel: IntArray
    sure: BoolArray
    target: GeometryArray
    longitude: FloatArray
    latitude: FloatArray
    raw_xy: FloatArray
    xy: FloatArray
    store_xy: FloatArray
    azimuth: FloatArray
    error: FloatArray
    source: TextArray
    view: PhotoView
    lone: TextArray
    times: PhotoTimes
    errors: list[FrameError] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.photos)

    def bsm(self, row: int) -> str:
        """BSM of the photo's parcel, ``""`` where it has none."""
        place = int(self.parcel[row])
        return "" if place < 0 or self.parcels is None else str(self.parcels.object_ids[place])

    def place(self, row: int) -> shapely.Geometry | None:
        """Where to look, in coordinates of the submission: the station, else the parcel."""
        if self.plane is not None and np.isfinite(self.xy[row]).all():
            return shapely.Point(*self.plane.delivered(self.xy[row]))
        place = int(self.parcel[row])
        if place >= 0 and self.parcels is not None and self.parcels.geometry is not None:
            found: shapely.Geometry | None = self.parcels.geometry[place]
            return found
        return None


def measure_photos(
    submission: Submission, frame: FrameMeasure, progress: Progress = SILENT
) -> PhotoMeasure:
    """Read and place every photo of ``submission``."""
    parcels = submission.layers.get("DLTB")
    photos = list_photos(submission, ParcelNames(parcels), progress)
    plane, reason = _plane(parcels, frame)
    longitude, latitude, source = _positions(photos, plane, parcels)
    count = len(photos)
    raw = np.full((count, 2), np.nan) if plane is None else plane.points(longitude, latitude)
    parcel, sure = _assigned(photos, parcels, plane, raw)
    target = _targets(photos, parcels, plane, parcel)
    errors: list[FrameError] = []
    xy = raw.copy()
    store_xy = np.full((count, 2), np.nan)
    lone = np.full(count, "", dtype=object)
    if plane is not None:
        for name in (EXIF, STORE):
            rows = np.flatnonzero(source == name)
            found, moved = find_position_error(
                longitude[rows], latitude[rows], target[rows], plane, name
            )
            if found is not None:
                errors.append(found)
                xy[rows] = moved
        if errors:
            parcel, sure = _assigned(photos, parcels, plane, xy)
            target = _targets(photos, parcels, plane, parcel)
        lone = single_causes(longitude, latitude, target, plane)
        store_xy = plane.points(photos.stored("LONGITUDE"), photos.stored("LATITUDE"))
    sure |= _validated(xy, target, sure)
    error = station_errors(photos)
    placed = _Placed(photos, plane, target, error)
    xy, azimuth, view, more = placed.settled(xy)
    errors += more
    if plane is not None:
        degrees = plane.degrees(xy)
        longitude, latitude = degrees[:, 0], degrees[:, 1]
    times = measure_times(photos, longitude, latitude)
    return PhotoMeasure(
        photos,
        parcels,
        plane,
        reason,
        parcel,
        sure,
        target,
        longitude,
        latitude,
        raw,
        xy,
        store_xy,
        azimuth,
        error,
        source,
        view,
        lone,
        times,
        errors,
    )


def _plane(parcels: Table | None, frame: FrameMeasure) -> tuple[Plane | None, Text | None]:
    if parcels is None or parcels.geometry is None:
        return None, NO_PARCELS
    if not frame.trusted("DLTB"):
        return None, frame.reason("DLTB") or NO_FRAME
    try:
        return Plane(frame.wkt("DLTB"), parcels.measurable), None
    except ReprojectionError:
        return None, NO_FRAME


def _positions(
    photos: PhotoSet, plane: Plane | None, parcels: Table | None
) -> tuple[FloatArray, FloatArray, TextArray]:
    """The camera's position, else the store's in degrees, else the store's in metres."""
    longitude, latitude = photos.exif("longitude"), photos.exif("latitude")
    source = np.where(np.isfinite(longitude + latitude), EXIF, NOWHERE).astype(object)
    stored = photos.stored("LONGITUDE"), photos.stored("LATITUDE")
    with np.errstate(invalid="ignore"):
        usable = np.isfinite(stored[0] + stored[1]) & ((stored[0] != 0) | (stored[1] != 0))
        degrees = usable & (np.abs(stored[0]) <= 180) & (np.abs(stored[1]) <= 180)
    rows = (source == NOWHERE) & degrees
    longitude[rows], latitude[rows] = stored[0][rows], stored[1][rows]
    source[rows] = STORE
    if plane is not None and parcels is not None and parcels.geometry is not None:
        rows = np.flatnonzero(source == NOWHERE)
        found = _from_metres(photos, rows, plane, shapely.total_bounds(parcels.measurable))
        longitude[rows], latitude[rows] = found[:, 0], found[:, 1]
        source[rows[np.isfinite(found).all(axis=1)]] = STORE
    return longitude, latitude, source


def _from_metres(photos: PhotoSet, rows: IntArray, plane: Plane, bounds: FloatArray) -> FloatArray:
    """XZB and YZB in the parcels' CRS, whichever of the two is the easting."""
    out = np.full((len(rows), 2), np.nan)
    one = photos.stored("XZB", "LONGITUDE")[rows]
    other = photos.stored("YZB", "LATITUDE")[rows]
    if not len(rows) or not np.isfinite(bounds).all():
        return out
    room = 50_000.0 / float(plane.scale.max())
    for pair in (np.column_stack([one, other]), np.column_stack([other, one])):
        with np.errstate(invalid="ignore"):
            inside = ((pair >= bounds[:2] - room) & (pair <= bounds[2:] + room)).all(axis=1)
        take = inside & ~np.isfinite(out).all(axis=1)
        out[take] = plane.degrees(pair[take] * plane.scale)
    return out


def _assigned(
    photos: PhotoSet, parcels: Table | None, plane: Plane | None, xy: FloatArray
) -> tuple[IntArray, BoolArray]:
    """The parcel of each photo; of several of that number the nearest."""
    out = np.full(len(photos), -1, dtype=np.int64)
    sure = np.zeros(len(photos), dtype=bool)
    for row, each in enumerate(photos.delivered):
        rows = each.match.rows
        if not rows:
            continue
        sure[row] = each.match.sure
        out[row] = rows[0]
        if len(rows) > 1 and parcels is not None and plane is not None:
            candidates = plane.geometries(parcels.measurable[list(rows)])
            if np.isfinite(xy[row]).all():
                away = shapely.distance(shapely.Point(*xy[row]), candidates)
                if np.isfinite(away).any():
                    out[row] = rows[int(np.nanargmin(away))]
    return out, sure


def _targets(
    photos: PhotoSet, parcels: Table | None, plane: Plane | None, parcel: IntArray
) -> GeometryArray:
    out = np.full(len(photos), None, dtype=object)
    if plane is None:
        return out
    rows = np.flatnonzero(parcel >= 0)
    if parcels is not None and len(rows):
        out[rows] = plane.geometries(parcels.measurable[parcel[rows]])
    missing = np.flatnonzero(shapely.is_missing(out))
    said = _outlines(photos.parcels_said, plane) if len(missing) else {}
    for row in missing:
        out[row] = said.get(photos.delivered[row].values.get("TBYBH", "") or "\0")
    return out


def _outlines(parcels: list[StoredParcel], plane: Plane) -> dict[str, shapely.Geometry]:
    """Outlines that the store's own parcel tables give, by parcel number."""
    out: dict[str, shapely.Geometry] = {}
    for parcel in parcels:
        number = parcel.values.get("TBYBH") or parcel.values.get("JCBH", "")
        text = parcel.values.get("TBFW", "")
        if not number or number in out or not text:
            continue
        found = shapely.from_wkt(text, on_invalid="ignore")
        if found is None or found.is_empty or not found.is_valid or found.area <= 0:
            continue
        bounds = np.abs(found.bounds)
        if not np.isfinite(bounds).all():
            continue
        if bounds.max() <= 180:
            out[number] = shapely.transform(found, lambda xy: plane.points(xy[:, 0], xy[:, 1]))
        else:
            out[number] = shapely.transform(found, lambda xy: xy * plane.scale)
    return out


def _validated(xy: FloatArray, target: GeometryArray, sure: BoolArray) -> BoolArray:
    """Photos matched by a short number, where most such photos do lie at their parcels."""
    weak = ~sure & ~shapely.is_missing(target) & np.isfinite(xy).all(axis=1)
    if weak.sum() < 5:
        return np.zeros(len(sure), dtype=bool)
    away = shapely.distance(shapely.points(xy[weak]), target[weak])
    if (away <= _VALIDATED_NEAR).mean() < 0.7:
        return np.zeros(len(sure), dtype=bool)
    return ~sure & ~shapely.is_missing(target)


class _Placed:
    """Stations and directions of photos, until no common mistake is left in them."""

    def __init__(
        self, photos: PhotoSet, plane: Plane | None, target: GeometryArray, error: FloatArray
    ) -> None:
        self._photos, self._plane = photos, plane
        self._target, self._error = target, error
        angle = photos.exif("field_of_view")
        wide = np.clip(angle, 40.0, 150.0)
        self._angle = np.where(np.isfinite(angle), wide, DEFAULT_FIELD_OF_VIEW)

    def settled(self, xy: FloatArray) -> tuple[FloatArray, FloatArray, PhotoView, list[FrameError]]:
        """Stations, directions on the plane, the view, and what was taken off."""
        errors: list[FrameError] = []
        azimuth = self._azimuths(xy)
        view = self._view(xy, azimuth)
        turn = find_turn(view.off_centre, view.miss, view.distance, "azimuth")
        if turn is not None:
            azimuth = (azimuth + turn.turn) % 360.0
            view = self._view(xy, azimuth)
            errors.append(turn)
        shift = common_shift(xy, self._target)
        before = _blind(view)
        known = int(np.isfinite(view.distance).sum())
        if shift is not None and before > max(3, 0.25 * known):
            moved = self._view(xy + shift, azimuth)
            if _blind(moved) <= 0.3 * before:
                seen = known - _blind(moved)
                named = ("datum_shift", "position", known, seen, known - before, *shift.tolist())
                errors.append(FrameError(*named))
                return xy + shift, azimuth, moved, errors
        return xy, azimuth, view, errors

    def _azimuths(self, xy: FloatArray) -> FloatArray:
        camera, store = self._photos.exif("direction"), self._photos.stored("PSJD")
        with np.errstate(invalid="ignore"):
            store = np.where((store >= 0) & (store <= 360), store % 360.0, np.nan)
        azimuth = np.where(np.isfinite(camera), camera, store)
        if self._plane is None:
            return azimuth
        degrees = self._plane.degrees(xy)
        convergence = self._plane.convergence(degrees[:, 0], degrees[:, 1])
        return (azimuth + np.nan_to_num(convergence)) % 360.0

    def _view(self, xy: FloatArray, azimuth: FloatArray) -> PhotoView:
        # Seen from above, every direction shows the parcel below.
        aimed = np.where(self._photos.aerial, np.nan, azimuth)
        return measure_views(xy, aimed, self._angle, self._target, self._error)


def _blind(view: PhotoView) -> int:
    """How many photos hardly can show their parcels."""
    with np.errstate(invalid="ignore"):
        return int(((view.distance > _FAR) | (view.miss > view.half_view + _ASIDE)).sum())


def difference(one: FloatArray, other: FloatArray) -> FloatArray:
    """Degrees between two directions, 0 … 180."""
    return np.abs(wrapped(one - other))
