"""An elevation profile across a parcel, along its longer axis or straight down the slope."""

from __future__ import annotations

import numpy as np
import shapely

from ..findings import Text
from ..measures.photo_view import spread_points
from ..progress import Progress
from ..reproject import Reprojection
from ..table import FloatArray
from .card import Card
from .cells import heights_at, on_plane
from .model import NOTHING, Axis, Band, Chart, Series
from .sources import Sources, Unavailable
from .subject import Subject
from .terrain import OFF_TERRAIN
from .words import same

_MARGIN = 0.3
_LEAST, _MOST = 48, 240


def profile_across(subject: Subject, sources: Sources, card: Card, progress: Progress) -> None:
    """Set the profile of the card, and its line on the map.

    Of the two directions the one is taken along which the ground within the parcel rises more:
    its longer axis (of the least rectangle around it), or that of the mean gradient. The line goes
    on for 30 % beyond the parcel on either side.
    """
    shape = subject.shape
    if shape is None:
        return
    dem = sources.dem
    plane, wkt = on_plane(shape, subject.wkt)
    progress.check()
    middle = plane.centroid
    if not plane.contains(middle):
        middle = plane.representative_point()
    centre = np.array([middle.x, middle.y])
    best: tuple[float, FloatArray, FloatArray, FloatArray] | None = None
    for direction in _directions(plane, dem, wkt):
        away, xy = _stations(plane, centre, direction, dem.grid)
        heights = heights_at(dem, wkt, xy)
        inside = shapely.contains_xy(plane, xy[:, 0], xy[:, 1]) & np.isfinite(heights)
        if inside.sum() < 2:
            continue
        steep = float(np.ptp(heights[inside]) / max(np.ptp(away[inside]), 1.0))
        if best is None or steep > best[0] * 1.05:
            best = (steep, away, xy, heights)
    if best is None:
        raise Unavailable(OFF_TERRAIN)
    _, away, xy, heights = best
    line = shapely.LineString(xy[[0, -1]])
    pieces = _pieces(plane, line)
    start = pieces[0][0] if pieces else 0.0
    away = away - away[0] - start
    name = Text("图斑范围", "the parcel")
    bands = tuple(Band(low - start, high - start, name, "x", "parcel") for low, high in pieces)
    card.profile = Chart(
        "elevation_profile",
        Text("横穿图斑的高程剖面", "Elevation across the parcel"),
        Axis(Text("距离", "Distance"), "m", low=float(away[0]), high=float(away[-1])),
        Axis(Text("高程", "Elevation"), "m"),
        (Series(same("DEM"), away, heights, "line", "measured"),),
        bands,
        (),
        _told(away, heights, bands),
    )
    back = line if wkt == subject.wkt else _moved(line, wkt, subject.wkt)
    card.shape(back, subject.wkt, "profile", Text("高程剖面线", "Line of the profile"))


def _moved(shape: shapely.Geometry, source: str, target: str) -> shapely.Geometry:
    return shapely.transform(shape, Reprojection(source, target).points)


def _directions(plane: shapely.Geometry, dem: object, wkt: str) -> list[FloatArray]:
    """Unit vectors: along the longer axis, and down the mean gradient where there is one."""
    box = shapely.get_coordinates(shapely.minimum_rotated_rectangle(plane))
    sides = np.diff(box, axis=0)
    length = np.hypot(*sides.T)
    out = []
    if len(length) and length.max() > 0:
        out.append(sides[int(length.argmax())] / length.max())
    points = spread_points(plane, 12, 80)
    heights = heights_at(dem, wkt, points)  # type: ignore[arg-type]
    known = np.isfinite(heights)
    if known.sum() >= 4:
        away = points[known] - points[known].mean(axis=0)
        design = np.column_stack([away, np.ones(len(away))])
        gradient = np.linalg.lstsq(design, heights[known], rcond=None)[0][:2]
        size = float(np.hypot(*gradient))
        if size > 1e-6:
            out.append(gradient / size)
    return out


def _stations(
    plane: shapely.Geometry, centre: FloatArray, direction: FloatArray, grid: object
) -> tuple[FloatArray, FloatArray]:
    """Places along a direction through ``centre``: metres from it, and coordinates."""
    along = (shapely.get_coordinates(plane) - centre) @ direction
    low, high = float(along.min()), float(along.max())
    room = _MARGIN * (high - low)
    across, down = grid.spacing(grid.height // 2, 1)  # type: ignore[attr-defined]
    cell = float(min(across[0], down[0]))
    count = int(np.clip((high - low + 2 * room) / (cell / 2), _LEAST, _MOST))
    away = np.linspace(low - room, high + room, count)
    return away, centre + away[:, None] * direction


def _pieces(plane: shapely.Geometry, line: shapely.LineString) -> list[tuple[float, float]]:
    """Where along the line the parcel lies, as distances from its start."""
    crossed = shapely.intersection(plane, line)
    parts = [part for part in shapely.get_parts(crossed) if part.geom_type == "LineString"]
    ends = [sorted(line.project(shapely.Point(xy)) for xy in part.coords) for part in parts]
    return sorted((each[0], each[-1]) for each in ends if each[-1] - each[0] > 0)


def _told(away: FloatArray, heights: FloatArray, bands: tuple[Band, ...]) -> Text:
    inside = np.zeros(len(away), dtype=bool)
    for band in bands:
        inside |= (away >= band.low) & (away <= band.high)
    some = heights[inside & np.isfinite(heights)]
    if len(some) < 2:
        return NOTHING
    rise = float(np.ptp(some))
    return Text(
        f"图斑内高差 {rise:.1f} 米", f"{rise:.1f} m from lowest to highest within the parcel"
    )
