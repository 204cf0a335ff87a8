"""Boundary lines along polygon boundaries, and lines among themselves."""

import numpy as np
import pytest
import shapely
from shapely import LineString, MultiLineString
from synthetic_coverage import ORIGIN, array, boxes, jittered

from onemap_verify.checks.measures.coverage_lines import (
    drawn_twice,
    loose_ends,
    off_boundary,
    usable_lines,
)

TOLERANCE = 0.001


def line(*xy):
    return LineString(np.array(xy, dtype=float))


def test_lines_made_of_boundaries_are_on_them():
    grid = jittered(4, 4)
    union = shapely.coverage_union_all(grid)
    lines = array([union.exterior, shapely.boundary(grid[5]), shapely.boundary(grid[5]).reverse()])
    assert len(off_boundary(lines, grid, TOLERANCE).row) == 0


def test_vertices_need_not_be_the_same():
    square = boxes((0, 0, 100, 100))
    lines = array([line((0, 0), (37, 0), (100, 0), (100, 100)), line((20, 0), (90, 0))])
    assert len(off_boundary(lines, square, TOLERANCE).row) == 0


@pytest.mark.parametrize("shift", [1e-7, 3e-4, 9e-4])
def test_within_the_tolerance_is_on_the_boundary(shift):
    grid = jittered(3, 3)
    lines = shapely.affinity.translate(grid[4].exterior, shift, 0)
    assert len(off_boundary(array([lines]), grid, TOLERANCE).row) == 0


def test_what_leaves_the_boundary_is_measured():
    square = boxes((0, 0, 100, 100), (100, 0, 200, 100))
    lines = array(
        [
            line((0, 0), (100, 0), (100, 60), (130, 60)),
            None,
            line((10, 10), (20, 10)),
            line((100, 0), (100, 100)),
        ]
    )
    found = off_boundary(lines, square, TOLERANCE)
    assert found.row.tolist() == [0, 2]
    assert found.length == pytest.approx([30.0, 10.0])
    assert found.where[0].equals(line((100, 60), (130, 60)))


def test_a_line_beside_the_boundary_is_off_it():
    found = off_boundary(array([line((0, 0.02), (100, 0.02))]), boxes((0, 0, 100, 100)), TOLERANCE)
    assert found.length == pytest.approx([100.0])
    assert (
        len(off_boundary(array([line((0, 0.02), (100, 0.02))]), boxes((0, 0, 100, 100)), 0.03).row)
        == 0
    )


def test_lines_that_run_together():
    lines = array(
        [
            line((0, 0), (10, 0), (20, 0)),
            line((15, 0), (5, 0)),
            line((0, 0), (0, 10), (5, 10), (0, 10)),
            line((20, 0), (30, 0)),
        ]
    )
    found = drawn_twice(lines, TOLERANCE)
    pairs = zip(found.row.tolist(), found.other.tolist())
    assert dict(zip(pairs, found.length)) == pytest.approx({(0, 1): 10.0, (2, 2): 5.0})


def test_crossing_and_meeting_is_not_running_together():
    lines = array([line((0, 0), (10, 10)), line((0, 10), (10, 0)), line((10, 10), (20, 10))])
    assert len(drawn_twice(lines, TOLERANCE).row) == 0


def test_loose_ends():
    ring = line((0, 0), (10, 0), (10, 10), (0, 10), (0, 0))
    inner = line((0, 5), (10, 5))  # meets the ring between its vertices
    short = line((5, 5), (5, 9.5))  # stops before the ring
    none = np.empty(0, dtype=object)
    found = loose_ends(array([ring, inner, short]), none, TOLERANCE)
    assert found.row.tolist() == [2]
    assert found.xy.tolist() == [[5.0, 9.5]]
    assert len(loose_ends(array([ring, inner]), none, TOLERANCE).row) == 0
    # Lines of another layer support an end, but are not looked at themselves.
    found = loose_ends(array([inner]), array([ring, line((50, 50), (60, 60))]), TOLERANCE)
    assert len(found.row) == 0
    assert loose_ends(array([inner]), none, TOLERANCE).row.tolist() == [0, 0]


def test_ends_a_millimetre_apart_meet():
    x, y = ORIGIN
    lines = array([line((x, y), (x + 5, y)), line((x + 5.0003, y), (x, y + 5), (x, y))])
    assert len(loose_ends(lines, np.empty(0, dtype=object), TOLERANCE).row) == 0


@pytest.mark.filterwarnings("ignore:invalid value")
def test_hostile_lines_are_not_usable():
    nan = float("nan")
    lines = array(
        [
            None,
            LineString(),
            shapely.Point(1, 1),
            line((0, 0), (0, 0)),
            line((0, 0), (nan, 1)),
            line((0, 0), (1e300, 1)),
            line((0, 0), (1, 1)),
            MultiLineString([[(0, 0), (1, 0)], [(2, 0), (3, 0)]]),
        ]
    )
    assert usable_lines(lines).tolist() == [False] * 6 + [True, True]


def test_parts_are_not_joined():
    parts = array([MultiLineString([[(0, 0), (1, 0)], [(5, 5), (6, 5)]])])
    found = off_boundary(parts, boxes((0, 0, 1, 1)), TOLERANCE)
    assert found.length == pytest.approx([1.0])
    assert loose_ends(parts, np.empty(0, dtype=object), TOLERANCE).xy.shape == (4, 2)
