"""Where tracks lie: against the terrain, the parcels, and the ways coordinates are shifted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from scipy.spatial import cKDTree

from ..placing import Frame
from ..raster import Raster
from ..reproject import Reprojection, ReprojectionError
from ..submission.tracks import Track
from ..table import BoolArray, FloatArray, Table
from .gcj02 import bd09_to_wgs84, gcj02_to_wgs84
from .heights_ground import Ground
from .robust import nmad
from .track_motion import metres_between

_WGS84 = "EPSG:4326"
_MOST_FIXES = 4_000
_RADIUS = 2
_EXACT = 0.02
_BOUNDARY_METRES, _BOUNDARY_BUFFER = 0.05, 30.0
_FAR_METRES = 20_000.0
_Undo = Callable[[FloatArray, FloatArray], "tuple[FloatArray, FloatArray]"]
_FRAMES: dict[str, _Undo] = {"gcj02": gcj02_to_wgs84, "bd09": bd09_to_wgs84}
_TURNS = (60, 120, 180, 240, 300)


@dataclass(frozen=True)
class Place:
    """What the place of one track says; NaN or ``""`` where it cannot be told.

    Attributes
    ----------
    heights
        Fixes with a height that lie on the DEM.
    relief
        Spread (NMAD) of the DEM's heights along the track in metres.
    exact
        Share of heights that are the DEM's own to the last digit, the better of
        nearest and bilinear interpolation, after a constant is taken off.
    spread
        NMAD of height minus DEM in metres.
    unlike
        ``spread`` over ``relief``: about 1 where heights know nothing of the DEM.
    offset
        Median of height minus DEM in metres.
    constant
        Whether all heights are one number while the DEM rises and falls.
    gcj02, bd09
        By how much the spread falls where the shift is taken back, compared
        with the best of shifts as long in other directions.
    near
        Share of fixes within twenty kilometres of the parcels' extent.
    swapped
        Whether they lie there when longitude and latitude change places.
    on_edges, on_corners
        Share of fixes within 5 cm (or the unit of coordinates) of an edge, of a
        corner, of a parcel.
    edges_chance
        The share that chance gives, from the fixes twenty times as far.
    parcels
        Parcels within 30 m of the track.
    """

    heights: int = 0
    relief: float = float("nan")
    exact: float = float("nan")
    spread: float = float("nan")
    unlike: float = float("nan")
    offset: float = float("nan")
    constant: bool = False
    gcj02: float = float("nan")
    bd09: float = float("nan")
    shift: float = float("nan")
    near: float = float("nan")
    swapped: bool = False
    on_edges: float = float("nan")
    on_corners: float = float("nan")
    edges_chance: float = float("nan")
    parcels: int = 0


def measure_places(
    tracks: Sequence[Track], parcels: Table | None, wkt: str, dem_path: str
) -> list[Place]:
    """Measure where each track lies.

    Parameters
    ----------
    parcels
        DLTB, or ``None``.
    wkt
        The frame that its coordinates are in (``""``: not known).
    dem_path
        The trusted DEM, or ``""``.
    """
    raster = Raster(dem_path, plausible=(-1000.0, 9000.0)) if dem_path else None
    beside = (
        _Parcels(parcels, wkt) if parcels is not None and parcels.geometry is not None else None
    )
    out = []
    for track in tracks:
        rows = np.unique(np.linspace(0, len(track) - 1, min(len(track), _MOST_FIXES)).astype(int))
        facts: dict[str, object] = {}
        if beside is not None and beside.known:
            facts.update(beside.near(track, rows))
        if raster is not None and not facts.get("swapped"):
            facts.update(_against_terrain(track, rows, raster))
        out.append(Place(**facts))  # type: ignore[arg-type]
    return out


def _terrain(raster: Raster, lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Heights of the DEM, bilinear and nearest; NaN off it."""
    xy = np.column_stack([lon, lat])
    ground = Ground(raster, _WGS84, xy)
    if ground.frame is Frame.UNKNOWN:
        none = np.full(len(xy), np.nan)
        return none, none
    pixels = ground.pixels(xy)
    patches = ground.patches(pixels, _RADIUS)
    return patches.at(pixels, "bilinear"), patches.at(pixels, "nearest")


def _against_terrain(track: Track, rows: FloatArray, raster: Raster) -> dict[str, object]:
    lon, lat, height = track.lon[rows], track.lat[rows], track.height[rows]
    good = np.isfinite(height)
    if good.sum() < 10:
        return {}
    lon, lat, height = lon[good], lat[good], height[good]
    bilinear, nearest = _terrain(raster, lon, lat)
    there = np.isfinite(bilinear)
    count = int(there.sum())
    if count < 10:
        return {"heights": count}
    relief, spread = nmad(bilinear[there]), nmad((height - bilinear)[there])
    facts: dict[str, object] = {
        "heights": count,
        "relief": relief,
        "spread": spread,
        "offset": float(np.median((height - bilinear)[there])),
        "unlike": spread / relief if relief > 0 else float("nan"),
        "constant": bool(np.ptp(height[there]) < 0.5 * track.height_unit + 1e-9),
        "exact": max(
            _exact(height[there], each[there], track.height_unit) for each in (bilinear, nearest)
        ),
    }
    for name, undo in _FRAMES.items():
        facts[name], shift = _shifted(undo, lon, lat, height, raster, spread)
        if name == "gcj02":
            facts["shift"] = shift
    return facts


def _exact(height: FloatArray, terrain: FloatArray, unit: float) -> float:
    """Share of heights that are the terrain's, rounded as they are, but for a constant."""
    off = height - terrain
    off = off - np.median(off)
    return float(np.mean(np.abs(off) <= 0.5 * min(unit, 1.0) + _EXACT))


def _shifted(
    undo: _Undo,
    lon: FloatArray,
    lat: FloatArray,
    height: FloatArray,
    raster: Raster,
    spread: float,
) -> tuple[float, float]:
    """How much better heights fit with the shift taken back than with any other so long.

    The ratio of the least spread of the alternatives (as it is, and as far in
    other directions) to that of the place before the shift; above 1 the shift is
    the better explanation. And the length of the shift in metres.
    """
    there_lon, there_lat = undo(lon, lat)
    east, north = there_lon - lon, there_lat - lat
    length = float(np.median(np.hypot(*metres_between(lon, lat, there_lon, there_lat))))
    if not length > 50:
        return float("nan"), length
    unshifted = _spread(height, _terrain(raster, there_lon, there_lat)[0])
    if not np.isfinite(unshifted):
        return float("nan"), length
    scale = np.cos(np.radians(lat))
    others = [spread]
    for turn in np.radians(_TURNS):
        x, y = east * scale, north
        turned_x = x * np.cos(turn) - y * np.sin(turn)
        turned_y = x * np.sin(turn) + y * np.cos(turn)
        beside = _terrain(raster, lon + turned_x / scale, lat + turned_y)[0]
        others.append(_spread(height, beside))
    known = [value for value in others if np.isfinite(value)]
    return float(min(known) / max(unshifted, 0.05)), length


def _spread(height: FloatArray, terrain: FloatArray) -> float:
    there = np.isfinite(terrain)
    return nmad((height - terrain)[there]) if there.mean() > 0.8 else float("nan")


class _Parcels:
    """The parcels as tracks see them."""

    def __init__(self, table: Table, wkt: str) -> None:
        self.known = False
        geometries = table.measurable
        self._shapes = geometries[~shapely.is_missing(geometries)]
        if not len(self._shapes) or not wkt:
            return
        try:
            self._forth, self._back = Reprojection(_WGS84, wkt), Reprojection(wkt, _WGS84)
        except ReprojectionError:
            return
        low_x, low_y, high_x, high_y = shapely.total_bounds(self._shapes)
        corners = np.array([[low_x, low_y], [low_x, high_y], [high_x, low_y], [high_x, high_y]])
        degrees = self._back.points(corners)
        if not np.isfinite(degrees).all():
            return
        self._low, self._high = degrees.min(axis=0), degrees.max(axis=0)
        self.known = True
        self._tree: shapely.STRtree | None = None
        self._degrees = bool(np.abs(corners).max() <= 360)

    def near(self, track: Track, rows: FloatArray) -> dict[str, object]:
        """Nearness to the extent, swapped axes, fixes on edges and corners."""
        lon, lat = track.lon[rows], track.lat[rows]
        near = float(np.mean(self._within(lon, lat)))
        swapped = near < 0.01 and float(np.mean(self._within(lat, lon))) > 0.9
        facts: dict[str, object] = {"near": near, "swapped": bool(swapped)}
        if near > 0.2:
            facts.update(self._edges(track, lon, lat))
        return facts

    def _within(self, lon: FloatArray, lat: FloatArray) -> BoolArray:
        north = _FAR_METRES / 111_000.0
        east = north / max(np.cos(np.radians(np.clip(self._high[1], -80, 80))), 0.1)
        inside = (lon > self._low[0] - east) & (lon < self._high[0] + east)
        inside &= (lat > self._low[1] - north) & (lat < self._high[1] + north)
        return np.asarray(inside, dtype=bool)

    def _edges(self, track: Track, lon: FloatArray, lat: FloatArray) -> dict[str, object]:
        xy = self._forth.points(np.column_stack([lon, lat]))
        xy = np.unique(xy[np.isfinite(xy).all(axis=1)], axis=0)
        if len(xy) < 20 or self._degrees:
            return {}
        if self._tree is None:
            self._tree = shapely.STRtree(self._shapes)
        points = shapely.points(xy)
        which, parcel = self._tree.query(points, predicate="dwithin", distance=_BOUNDARY_BUFFER)
        if not len(which):
            return {"on_edges": 0.0, "on_corners": 0.0, "edges_chance": 0.0, "parcels": 0}
        used, place = np.unique(parcel, return_inverse=True)
        edges = shapely.boundary(self._shapes[used])
        away = shapely.distance(points[which], edges[place])
        nearest = np.full(len(xy), np.inf)
        np.minimum.at(nearest, which, away)
        corners = shapely.get_coordinates(self._shapes[used])
        corner = cKDTree(corners).query(xy, distance_upper_bound=_BOUNDARY_BUFFER)[0]
        close = max(_BOUNDARY_METRES, 0.75 * track.unit * 111_000.0)
        ring = np.mean((nearest <= 20 * close) & (nearest > 2 * close))
        return {
            "on_edges": float(np.mean(nearest <= close)),
            "on_corners": float(np.mean(corner <= close)),
            "edges_chance": float(ring / 18),
            "parcels": len(used),
        }
