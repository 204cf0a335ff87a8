"""Single polygons: what is sound, how wide it is, what is a copy."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import Polygon
from synthetic_coverage import array, jittered

from onemap_verify.checks.measures.shape import (
    State,
    areas,
    duplicates,
    hole_counts,
    narrower_than,
    part_counts,
    perimeters,
    soundness,
    widths,
)

NAN = float("nan")
SQUARE = Polygon([(0, 0), (10, 0), (10, 10), (0, 10)])
BOW_TIE = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
TOUCHING = Polygon([(0, 0), (10, 0), (10, 10), (5, 0), (0, 10)])
NEEDLE = Polygon([(0, 0), (10, 0), (10, 10), (10, 20), (10, 10), (0, 10)])
OVERLAPPING_PARTS = shapely.from_wkt(
    "MULTIPOLYGON(((0 0,4 0,4 4,0 4,0 0)),((2 2,6 2,6 6,2 6,2 2)))"
)
HOLE_OUTSIDE = shapely.from_wkt("POLYGON((0 0,4 0,4 4,0 4,0 0),(9 9,9 8,8 8,8 9,9 9))")
EMPTY_PART = shapely.from_wkt("MULTIPOLYGON(EMPTY,((0 0,4 0,4 4,0 4,0 0),(1 1,1 2,2 2,2 1,1 1)))")

with np.errstate(invalid="ignore"):
    HOSTILE = [
        (None, State.MISSING),
        (Polygon(), State.EMPTY),
        (shapely.from_wkt("MULTIPOLYGON EMPTY"), State.EMPTY),
        (shapely.Point(1, 2), State.WRONG_TYPE),
        (shapely.GeometryCollection([SQUARE]), State.WRONG_TYPE),
        (Polygon([(0, 0), (1, NAN), (1, 1)]), State.NOT_FINITE),
        (Polygon([(0, 0), (float("inf"), 0), (1, 1)]), State.NOT_FINITE),
        (Polygon([(0, 0), (1e300, 0), (1, 1)]), State.NOT_FINITE),
        (BOW_TIE, State.INVALID),
        (Polygon([(0, 0), (1, 1), (2, 2)]), State.INVALID),
        (NEEDLE, State.INVALID),
        (OVERLAPPING_PARTS, State.INVALID),
        (HOLE_OUTSIDE, State.INVALID),
        (TOUCHING, State.TOUCHES_ITSELF),
        (EMPTY_PART, State.SOUND),
        (Polygon([(0, 0, 1), (1, 0, NAN), (1, 1, 2)]), State.SOUND),
        (SQUARE, State.SOUND),
    ]


def test_every_hostile_shape_has_one_state():
    found = soundness(array([shape for shape, _ in HOSTILE]))
    assert [State(s) for s in found.state] == [state for _, state in HOSTILE]


def test_what_stands_in_a_coverage_is_valid_and_keeps_its_area():
    shapes = array([shape for shape, _ in HOSTILE])
    found = soundness(shapes)
    usable = found.usable
    assert shapely.is_valid(found.geometry[usable]).all()
    assert shapely.area(found.geometry[usable]) == pytest.approx(shapely.area(shapes[usable]))
    names = [shapes[i] for i in np.flatnonzero(usable)]
    assert NEEDLE in names  # the needle has no area: nothing is in doubt
    assert TOUCHING in names
    assert BOW_TIE not in names


def test_an_unusable_polygon_leaves_the_ground_it_stood_on():
    found = soundness(array([BOW_TIE, OVERLAPPING_PARTS, None]))
    assert shapely.area(found.stand_in[:2]) == pytest.approx([0.5, 28.0])
    assert found.stand_in[2] is None
    with np.errstate(invalid="ignore"):
        broken = Polygon([(0, 0), (10, 0), (NAN, NAN), (10, 10), (0, 10)])
    assert soundness(array([broken])).stand_in[0].area == pytest.approx(100.0)


def test_the_place_of_an_error_is_named():
    found = soundness(array([BOW_TIE, SQUARE]))
    assert found.reason[0].startswith("Self-intersection")
    assert shapely.get_coordinates(found.place[0]).tolist() == [[0.5, 0.5]]
    assert found.place[1] is None
    assert found.reason[1] == ""


def test_measures_of_hostile_shapes_are_nan_not_errors():
    shapes = array([shape for shape, _ in HOSTILE])
    unmeasured = [0, 1, 2, 3, 4, 5, 6, 7]
    for measure in (areas, perimeters, widths):
        assert np.isnan(measure(shapes)[unmeasured]).all()
        assert np.isfinite(measure(shapes)[8:]).all()
    assert part_counts(shapes)[[0, 1, 11, 14, 16]].tolist() == [0, 0, 2, 2, 1]
    assert hole_counts(shapes)[[0, 14, 16]].tolist() == [0, 1, 0]
    assert not narrower_than(shapes, 0.5)[unmeasured].any()


@given(st.floats(0.01, 100), st.floats(1, 50), st.floats(0, 3))
def test_width_of_a_rectangle_is_its_short_side(short, ratio, turn):
    box = shapely.affinity.rotate(shapely.box(0, 0, short * ratio, short), turn, use_radians=True)
    assert widths(array([box]))[0] == pytest.approx(short, rel=1e-5)


def test_width_of_a_circle_is_near_its_diameter():
    assert widths(array([shapely.Point(0, 0).buffer(10)]))[0] == pytest.approx(17.7, abs=0.1)


@pytest.mark.parametrize(
    ("shape", "narrow"),
    [
        (shapely.box(0, 0, 100, 3.9), True),
        (shapely.box(0, 0, 100, 4.1), False),
        # Narrow on average, but with room for a square of 6 m.
        (shapely.union_all([shapely.box(0, 0, 200, 1), shapely.box(0, 0, 6, 6)]), False),
        # An L of two strips is narrow everywhere.
        (shapely.union_all([shapely.box(0, 0, 100, 3), shapely.box(0, 0, 3, 100)]), True),
    ],
)
def test_narrow_is_what_vanishes_when_two_metres_are_taken_off(shape, narrow):
    assert narrower_than(array([shape]), 4.0)[0] == narrow


def test_copies_may_start_and_run_otherwise():
    xy = np.array([(0, 0), (5, 0), (7, 3), (0, 4)], dtype=float)
    hole = [(1, 1), (2, 1), (2, 2)]
    first = Polygon(xy, [hole])
    again = Polygon(np.roll(xy, 2, axis=0), [hole[::-1]])
    backward = Polygon(xy[::-1], [hole])
    other = Polygon(xy + [0, 1e-4], [np.array(hole) + [0, 1e-4]])
    with_height = shapely.force_3d(first, 12.0)
    multi = shapely.MultiPolygon([first])
    found = duplicates(array([other, first, None, again, backward, with_height, BOW_TIE]))
    assert found.tolist() == [-1, -1, -1, 1, 1, 1, -1]
    # The same rings in another wrapping hold the same ground.
    assert duplicates(array([first, multi])).tolist() == [-1, 0]


def test_same_box_is_no_copy():
    low = Polygon([(0, 0), (4, 0), (4, 4), (0, 4), (0, 2)])
    high = Polygon([(0, 0), (4, 0), (4, 4), (0, 4), (1, 2)])
    assert duplicates(array([low, high])).tolist() == [-1, -1]


def test_nothing_comes_of_nothing():
    none = np.empty(0, dtype=object)
    assert soundness(none).state.shape == (0,)
    assert duplicates(none).shape == widths(none).shape == hole_counts(none).shape == (0,)


def test_a_clean_grid_is_sound():
    grid = jittered(20, 20)
    found = soundness(grid)
    assert (found.state == State.SOUND).all()
    assert (duplicates(grid) == -1).all()
