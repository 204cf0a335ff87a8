"""The surveyor's slope map (PDT), made as the procedure says, and parcel grades.

Slope by cell, classed at 2, 6, 15 and 25 degrees, patches under 3 000 m² given
to a neighbour of lower grade where there is one (就低不就高), outlined, smoothed
and cut along the county. A parcel has the grade that covers most of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy import ndimage

from ..checks.table import FloatArray, GeometryArray, IntArray
from .grid import Grid, slope_degrees
from .mosaic import Faces, absorb, dissolve, draw, measure


@dataclass(frozen=True)
class SlopeMap:
    """Polygons and their grades 1…5; a clean coverage of the county."""

    shape: GeometryArray
    grade: IntArray


def map_slopes(
    grid: Grid,
    heights: FloatArray,
    county: shapely.Polygon,
    limits: tuple[float, ...],
    origin: FloatArray,
    least: float = 3000.0,
) -> SlopeMap:
    """Slope map of ``county`` from the surveyor's ``heights`` on ``grid``."""
    grade = 1 + np.digitize(slope_degrees(heights, grid.cell), limits, right=True)
    near = grid.burn(np.array([county.buffer(4 * grid.cell)], dtype=object)) > 0
    grade = _merge_small(np.where(near, grade, 0), grid.cell, least)
    shapes, grades = grid.outlines(grade)
    smooth = shapely.coverage_simplify(shapes, 0.8 * grid.cell)
    lines = np.concatenate([shapely.boundary(smooth), [shapely.boundary(county)]])
    faces = draw(lines, origin, snap=1e-3)
    inside = shapely.contains_xy(county, faces.inner[:, 0], faces.inner[:, 1])
    faces = measure(faces.polygons[inside])
    tree = shapely.STRtree(smooth)
    face, source = tree.query(shapely.points(faces.inner), predicate="within")
    of_face = np.ones(len(faces.polygons), dtype=np.int64)
    of_face[face] = grades[source]
    return _joined(faces, of_face, least)


def _joined(faces: Faces, grade: IntArray, least: float) -> SlopeMap:
    """Dissolve equal grades; crumbs along the county line go to a neighbour."""
    part = faces.components(grade)
    count = int(part.max()) + 1
    of_part = np.zeros(count, dtype=np.int64)
    of_part[part] = grade
    ones = np.ones(count)
    part = absorb(faces, part, ones > 0, ones, 0.2 * least * ones, 4.0 * ones)
    again = faces.components(of_part[part])
    shapes, labels = dissolve(faces.polygons, again)
    of_label = np.zeros(int(again.max()) + 1, dtype=np.int64)
    of_label[again] = of_part[part]
    return SlopeMap(shapes, of_label[labels])


def _merge_small(grade: IntArray, cell: float, least: float) -> IntArray:
    """Give patches under ``least`` m² away, to a lower grade where one touches."""
    for _ in range(8):
        label, patch_grade = _patches(grade)
        size = np.bincount(label.ravel(), minlength=len(patch_grade)) * cell * cell
        small = (size < least) & (patch_grade > 0)
        if not small.any():
            break
        giver, taker, length = _touching(label)
        use = small[giver] & (patch_grade[taker] > 0)
        giver, taker, length = giver[use], taker[use], length[use]
        lower = patch_grade[taker] < patch_grade[giver]
        order = np.lexsort((taker, -length, ~lower, giver))
        giver, taker = giver[order], taker[order]
        first = np.r_[True, giver[1:] != giver[:-1]] if len(giver) else np.zeros(0, bool)
        # The smallest go first: two small neighbours must not swap grades.
        kept = ~small[taker[first]] | (size[giver[first]] < size[taker[first]])
        new = patch_grade.copy()
        new[giver[first][kept]] = patch_grade[taker[first][kept]]
        grade = new[label]
    return grade


def _patches(grade: IntArray) -> tuple[IntArray, IntArray]:
    """Label 4-connected patches of equal grade from 0; and the grade of each."""
    label = np.zeros(grade.shape, dtype=np.int64)
    grades: list[IntArray] = []
    count = 0
    for value in np.unique(grade):
        found, number = ndimage.label(grade == value)
        label = np.where(found > 0, found + count - 1, label)
        grades.append(np.full(number, value))
        count += number
    return label, np.concatenate(grades)


def _touching(label: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Pairs of touching patches, both ways, with the number of shared cell sides."""
    across = [(label[:, 1:], label[:, :-1]), (label[1:], label[:-1])]
    one = np.concatenate([a[a != b] for a, b in across])
    other = np.concatenate([b[a != b] for a, b in across])
    count = int(label.max()) + 1
    code = np.concatenate([one * count + other, other * count + one])
    pair, length = np.unique(code, return_counts=True)
    return pair // count, pair % count, length


def grade_parcels(
    shapes: GeometryArray, slope_map: SlopeMap, bounds: tuple[float, float, float, float]
) -> tuple[IntArray, FloatArray]:
    """Grade of the largest area in each parcel, and the shares ``(parcels, 6)`` by grade.

    Counted on cells of 5 m; where the first two are close, measured exactly.
    """
    cell = 5.0
    west, south, east, north = bounds
    grid = Grid(west, north, cell, int((north - south) / cell) + 1, int((east - west) / cell) + 1)
    label = grid.burn(shapes, np.arange(1, len(shapes) + 1)).ravel()
    grade = grid.burn(slope_map.shape, slope_map.grade).ravel()
    area = np.bincount(label * 6 + grade, minlength=6 * (len(shapes) + 1)).reshape(-1, 6)[1:]
    measured = area.astype(float) * cell * cell
    measured[:, 0] = 0
    ranked = np.sort(measured, axis=1)
    close = ranked[:, -1] - ranked[:, -2] < 0.05 * measured.sum(axis=1) + 150.0
    rows = np.flatnonzero(close)
    tree = shapely.STRtree(slope_map.shape)
    parcel, patch = tree.query(shapes[rows], predicate="intersects")
    exact = shapely.area(shapely.intersection(shapes[rows][parcel], slope_map.shape[patch]))
    fresh = np.zeros((len(rows), 6))
    np.add.at(fresh, (parcel, slope_map.grade[patch]), exact)
    measured[rows] = fresh
    total = measured.sum(axis=1, keepdims=True).clip(1e-9)
    return np.argmax(measured, axis=1), measured / total
