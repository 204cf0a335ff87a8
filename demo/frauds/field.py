"""Frauds of the field work: photos from elsewhere, photos used twice, tracks drawn at a desk."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np

from ...checks.findings import Text
from ..evidence import track_file
from ..evidence.crew import Walk
from ..evidence.photos import Photo, decode, encode, with_station
from .forger import Forger

_PHOTOS = ("photos.*",)
_TRACKS = ("tracks.*",)


def plant(forger: Forger) -> None:
    """Plant every kind; nothing where there are no photos."""
    if forger.evidence is None:
        return
    _move(forger)
    _turn(forger)
    _reuse(forger)
    _date_back(forger)
    _draw_track(forger)
    _replay_track(forger)


def _first_photos(forger: Forger, count: int) -> list[int]:
    """First photos of parcels that no fraud has touched; they count as touched from then on."""
    assert forger.evidence is not None
    photos = forger.evidence.photos
    free = [
        number
        for number, photo in enumerate(photos)
        if photo.station.number == 1 and not forger.taken[photo.station.row]
    ]
    chosen = forger.random.permutation(free)[:count].tolist()
    for number in chosen:
        forger.taken[photos[number].station.row] = True
    return chosen


def _note(forger: Forger, photo: Photo, kind: str, title: Text, strength: str) -> None:
    forger.note(kind, title, "photos", [photo.station.row], strength, _PHOTOS)


def _move(forger: Forger) -> None:
    assert forger.evidence is not None
    photos = forger.evidence.photos
    for number in _first_photos(forger, forger.each):
        photo = photos[number]
        bearing = np.radians(photo.station.azimuth + 180)
        east, north = photo.station.noted
        away = (east + 700 * np.sin(bearing), north + 700 * np.cos(bearing))
        photos[number] = with_station(photo, noted=(float(away[0]), float(away[1])))
        title = Text("照片摄于别处", "Photo taken elsewhere")
        _note(forger, photo, "photo_moved", title, "700 m")


def _turn(forger: Forger) -> None:
    assert forger.evidence is not None
    photos = forger.evidence.photos
    for number in _first_photos(forger, forger.each):
        photo = photos[number]
        photos[number] = with_station(photo, azimuth=(photo.station.azimuth + 165) % 360)
        title = Text("照片背对图斑", "Photo turned away from the parcel")
        _note(forger, photo, "photo_turned", title, "165°")


def _reuse(forger: Forger) -> None:
    """The picture of one parcel, smaller and more compressed, under the name of another."""
    assert forger.evidence is not None
    photos = forger.evidence.photos
    chosen = _first_photos(forger, 2 * forger.each)
    for source, target in zip(chosen[::2], chosen[1::2]):
        picture = decode(photos[source]).resize((800, 600))
        photos[target] = replace(
            photos[target], jpeg=encode(picture, photos[target].station, quality=60)
        )
        title = Text("一照多用", "One picture for two parcels")
        rows = [photos[target].station.row, photos[source].station.row]
        forger.note("photo_reused", title, "photos", rows, "800 × 600, Q 60", _PHOTOS)


def _date_back(forger: Forger) -> None:
    assert forger.evidence is not None
    photos = forger.evidence.photos
    for number in _first_photos(forger, forger.each):
        photo = photos[number]
        photos[number] = with_station(photo, taken=photo.station.taken - timedelta(days=330))
        title = Text("旧照片", "Photo of another year")
        _note(forger, photo, "photo_old", title, "330 d")


def _draw_track(forger: Forger) -> None:
    """A day that nobody walked: straight lines from photo to photo at one speed."""
    assert forger.evidence is not None
    walk = next(iter(forger.evidence.walks.values()))
    corners = walk.xy[:: max(1, len(walk.xy) // 30)]
    length = np.r_[0.0, np.cumsum(np.hypot(*np.diff(corners, axis=0).T))]
    along = np.arange(0.0, length[-1], 6.0)
    xy = np.column_stack([np.interp(along, length, corners[:, axis]) for axis in (0, 1)])
    county = forger.county
    start = walk.times[0] + timedelta(days=40)
    drawn = Walk(
        xy,
        county.dem_grid.sample(county.dem, xy),
        [start + timedelta(seconds=5 * number) for number in range(len(xy))],
    )
    _add_track(forger, drawn, "track_drawn", Text("图上描出的轨迹", "Track drawn at a desk"))


def _replay_track(forger: Forger) -> None:
    """A day of another week, sent again under a new date."""
    assert forger.evidence is not None
    walk = list(forger.evidence.walks.values())[-1]
    again = Walk(walk.xy, walk.height, [time + timedelta(days=17) for time in walk.times])
    _add_track(forger, again, "track_replayed", Text("重放的轨迹", "Track of another day again"))


def _add_track(forger: Forger, walk: Walk, kind: str, title: Text) -> None:
    assert forger.evidence is not None
    name = f"{walk.times[0]:%Y%m%d}"
    forger.evidence.walks[name] = walk
    file = track_file(forger.evidence, name)
    forger.note_other(kind, title, "tracks", "tracks", (file,), "", _TRACKS)
