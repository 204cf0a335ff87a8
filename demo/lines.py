"""Lines that look as if somebody had drawn them."""

from __future__ import annotations

import numpy as np
import shapely
from scipy import ndimage

from ..checks.table import FloatArray, GeometryArray
from .grid import Grid


def smooth_line(points: FloatArray, width: float) -> shapely.LineString:
    """A line through ``points`` smoothed over ``width`` points; the ends stay."""
    if len(points) < 3:
        return shapely.LineString(points)
    turned = 2 * points[0] - points[1 : len(points)][::-1], 2 * points[-1] - points[:-1][::-1]
    extended = np.concatenate([turned[0], points, turned[1]])
    smooth = ndimage.gaussian_filter1d(extended, width, axis=0)[len(points) - 1 :][: len(points)]
    smooth[0], smooth[-1] = points[0], points[-1]
    return shapely.LineString(smooth)


def rounded(line: shapely.LineString, times: int = 2) -> shapely.LineString:
    """Cut the corners (Chaikin 1974); the ends stay."""
    xy = shapely.get_coordinates(line)
    for _ in range(times):
        near, far = 0.75 * xy[:-1] + 0.25 * xy[1:], 0.25 * xy[:-1] + 0.75 * xy[1:]
        cut = np.stack([near, far], axis=1).reshape(-1, 2)
        xy = np.concatenate([xy[:1], cut[1:-1], xy[-1:]])
    return shapely.LineString(xy)


def blob(
    centre: FloatArray, radius: float, random: np.random.Generator, stretch: float = 1.5
) -> shapely.Polygon:
    """A rounded, irregular shape of about ``radius`` metres."""
    angle = np.arange(0, 2 * np.pi, np.pi / 9)
    ring = np.ones(len(angle))
    for wave in (1, 2, 3):
        ring += random.normal(0, 0.13 / wave) * np.cos(wave * angle + random.uniform(0, 6.3))
    turn = random.uniform(0, np.pi)
    along = np.column_stack([np.cos(angle) * np.sqrt(stretch), np.sin(angle) / np.sqrt(stretch)])
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return shapely.Polygon(centre + radius * ring[:, None] * along @ rotation)


def bend(
    geometries: GeometryArray, grid: Grid, east: FloatArray, north: FloatArray
) -> GeometryArray:
    """Move every vertex by the smooth fields ``east`` and ``north`` (metres).

    Equal vertices move equally, so what met still meets.
    """

    def moved(xy: FloatArray) -> FloatArray:
        return xy + np.column_stack([grid.sample(east, xy), grid.sample(north, xy)])

    return np.asarray(shapely.transform(geometries, moved))
