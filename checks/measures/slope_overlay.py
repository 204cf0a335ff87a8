"""Which slope grades of a delivered slope map lie under each parcel."""

from __future__ import annotations

import numpy as np
import shapely

from ..progress import SILENT, Progress
from ..table import FloatArray, GeometryArray, IntArray

_AT_ONCE = 5000
_FEW_CORNERS = 200
_MOST_HALVINGS = 14


def grade_area_of_map(
    parcels: GeometryArray,
    polygons: GeometryArray,
    grades: IntArray,
    grade_count: int,
    progress: Progress = SILENT,
) -> FloatArray:
    """Area of each grade of the map inside each parcel (map units squared).

    Only parcels that meet polygons of more than one grade are cut; the others
    count whole, or not at all where they meet none.

    Parameters
    ----------
    parcels
        Shape ``(n,)``; ``None`` where not usable.
    polygons, grades
        The map, shape ``(m,)`` each; ``None`` or grade 0 where not usable.

    Returns
    -------
    Shape ``(n, grade_count)``.
    """
    out = np.zeros((len(parcels), grade_count))
    usable = np.flatnonzero(~shapely.is_missing(polygons) & (grades > 0))
    rows = np.flatnonzero(~shapely.is_missing(parcels))
    if not len(usable) or not len(rows):
        return out
    pieces, owner = _pieces(polygons[usable])
    grade = grades[usable][owner]
    tree = shapely.STRtree(parcels[rows])
    # The map's pieces are few and large: it is they that are worth preparing.
    piece, met = tree.query(pieces, predicate="intersects")
    progress.at(0.3)
    row, found = rows[met], grade[piece]
    lowest = np.full(len(parcels), grade_count + 1)
    highest = np.zeros(len(parcels), dtype=np.int64)
    np.minimum.at(lowest, row, found)
    np.maximum.at(highest, row, found)
    single = np.flatnonzero((lowest == highest) & (highest > 0))
    out[single, highest[single] - 1] = shapely.area(parcels[single])
    mixed = np.flatnonzero(lowest[row] != highest[row])
    for first in range(0, len(mixed), _AT_ONCE):
        progress.at(0.3 + 0.7 * first / len(mixed))
        part = mixed[first : first + _AT_ONCE]
        area = _common_area(parcels[row[part]], pieces[piece[part]])
        np.add.at(out, (row[part], found[part] - 1), area)
    return out


def _pieces(polygons: GeometryArray) -> tuple[GeometryArray, IntArray]:
    """Polygons of many corners cut in halves, again and again; pieces and their polygon.

    A slope map's polygons have thousands of corners, and each cut of a parcel
    would look at them all.
    """
    done, owners = [], []
    owner = np.arange(len(polygons))
    for _ in range(_MOST_HALVINGS):
        large = shapely.get_num_coordinates(polygons) > _FEW_CORNERS
        done.append(polygons[~large])
        owners.append(owner[~large])
        polygons, owner = polygons[large], owner[large]
        if not len(polygons):
            break
        polygons, owner = np.tile(_valid(polygons), 2), np.tile(owner, 2)
        halves = shapely.intersection(polygons, _half_boxes(polygons))
        kept = shapely.area(halves) > 0
        polygons, owner = halves[kept], owner[kept]
    return np.concatenate([*done, polygons]), np.concatenate([*owners, owner])


def _half_boxes(twice: GeometryArray) -> GeometryArray:
    """For polygons that stand twice: one half of their box, then the other."""
    west, south, east, north = shapely.bounds(twice).T
    second = np.arange(len(twice)) >= len(twice) // 2
    wide = east - west >= north - south
    middle_x, middle_y = (west + east) / 2, (south + north) / 2
    return shapely.box(
        np.where(wide & second, middle_x, west),
        np.where(~wide & second, middle_y, south),
        np.where(wide & ~second, middle_x, east),
        np.where(~wide & ~second, middle_y, north),
    )


def _valid(polygons: GeometryArray) -> GeometryArray:
    return np.where(shapely.is_valid(polygons), polygons, shapely.make_valid(polygons))


def _common_area(one: GeometryArray, other: GeometryArray) -> FloatArray:
    """Area that pairs have in common; 0 where GEOS cannot tell."""
    try:
        return shapely.area(shapely.intersection(one, other))
    except shapely.GEOSException:
        out = np.zeros(len(one))
        for pair in range(len(one)):
            try:
                out[pair] = shapely.area(shapely.intersection(one[pair], other[pair]))
            except shapely.GEOSException:
                continue
        return out
