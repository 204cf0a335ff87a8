"""Which slope grades of a delivered slope map lie under each parcel."""

from __future__ import annotations

import numpy as np
import shapely

from ..progress import SILENT, Progress
from ..table import FloatArray, GeometryArray, IntArray

_AT_ONCE = 2000


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
    tree = shapely.STRtree(polygons[usable])
    for first in range(0, len(rows), _AT_ONCE):
        progress.at(first / len(rows))
        part = rows[first : first + _AT_ONCE]
        met, found = tree.query(parcels[part], predicate="intersects")
        row, polygon = part[met], usable[found]
        lowest = np.full(len(part), grade_count + 1)
        highest = np.zeros(len(part), dtype=np.int64)
        np.minimum.at(lowest, met, grades[polygon])
        np.maximum.at(highest, met, grades[polygon])
        single = (lowest == highest) & (highest > 0)
        alone = part[single]
        out[alone, highest[single] - 1] = shapely.area(parcels[alone])
        mixed = ~single[met]
        area = _common_area(parcels[row[mixed]], polygons[polygon[mixed]])
        np.add.at(out, (row[mixed], grades[polygon[mixed]] - 1), area)
    return out


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
