"""Vertices of many polygons at once: spikes, short edges, repeats."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import Polygon
from synthetic_coverage import ORIGIN, array, jittered

from onemap_verify.checks.measures.shape_vertices import (
    repeated_vertices,
    rings,
    short_edges,
    spikes,
)


def wedge(degrees, length=100.0, at=ORIGIN, turn=0.3, flip=False):
    """A triangle with its sharp corner at ``at``."""
    half = math.radians(degrees) / 2
    xy = [(0, 0)] + [
        (length * math.cos(turn + s * half), length * math.sin(turn + s * half)) for s in (-1, 1)
    ]
    ring = np.array(xy) + at
    return Polygon(ring[::-1] if flip else ring)


@given(st.floats(0.05, 40), st.floats(0, 6.28), st.booleans())
def test_the_angle_of_a_wedge_is_found(degrees, turn, flip):
    found = spikes(rings(array([wedge(degrees, turn=turn, flip=flip)])), 60, 1, 0.001)
    assert found.size[np.argmin(found.size)] == pytest.approx(degrees, abs=1e-4)
    assert np.hypot(*(found.xy[np.argmin(found.size)] - ORIGIN)) < 1e-6


def test_only_sharp_corners_with_long_arms_are_spikes():
    shapes = array([wedge(4), wedge(15), wedge(4, length=0.5), shapely.box(0, 0, 1, 1)])
    found = spikes(rings(shapes), 10, 1, 0.001)
    assert found.row.tolist() == [0]
    assert found.arm[0] == pytest.approx(100.0)


def test_a_needle_cut_into_a_polygon_is_the_neighbours_spike():
    # Interior angle 358 degrees here, 2 degrees in whoever fills the cut.
    cut = Polygon([(0, 0), (100, 0), (100, 49), (20, 50), (100, 51), (100, 100), (0, 100)])
    filling = Polygon([(100, 49), (100, 51), (20, 50)])
    found = spikes(rings(array([cut, filling])), 10, 1, 0.001)
    assert found.row.tolist() == [1]


def test_a_needle_into_a_hole_is_a_spike():
    # The polygon itself reaches into its hole as a needle.
    hole = [(20, 20), (80, 20), (80, 49.5), (30, 50), (80, 50.5), (80, 80), (20, 80)]
    polygon = Polygon([(0, 0), (100, 0), (100, 100), (0, 100)], [hole])
    assert polygon.is_valid
    found = spikes(rings(array([polygon])), 10, 1, 0.001)
    assert found.xy.tolist() == [[30.0, 50.0]]


def test_repeated_vertices_do_not_hide_a_spike():
    ring = [(0, 0), (100, 1), (100.0002, 1.0001), (0, 2)]
    found = spikes(rings(array([Polygon(ring)])), 10, 1, 0.001)
    assert len(found.row) == 1
    assert found.xy[0, 0] == pytest.approx(100, abs=1e-3)


def test_a_needle_without_width_is_found_whatever_its_direction():
    for tip in ((10, 20), (20, 10), (17.3, 18.1)):
        ring = [(0, 0), (10, 0), (10, 10), tip, (10, 10), (0, 10)]
        found = spikes(rings(array([Polygon(ring), Polygon(ring[::-1])])), 1, 1, 0.001)
        assert found.xy.tolist() == [list(map(float, tip))] * 2


def test_short_edges_and_repeats_are_told_apart():
    square = [(0, 0), (10, 0), (10.005, 0), (10.005, 10), (10.005, 10.0004), (0, 10)]
    ring = rings(array([shapely.box(0, 0, 1, 1), Polygon(square)]))
    short = short_edges(ring, 0.001, 0.01)
    repeat = repeated_vertices(ring, 0.001)
    assert (short.row.tolist(), repeat.row.tolist()) == ([1], [1])
    assert short.size[0] == pytest.approx(0.005, rel=1e-9)
    assert repeat.xy.tolist() == [[10.005, 10.0004]]


def test_the_closing_vertex_is_no_repeat():
    ring = rings(array([shapely.box(0, 0, 1, 1), shapely.Point(0, 0).buffer(3)]))
    assert len(repeated_vertices(ring, 0.001).row) == 0


def test_rings_know_their_polygon_and_their_inside():
    with_hole = Polygon([(0, 0), (9, 0), (9, 9), (0, 9)], [[(1, 1), (1, 2), (2, 2), (2, 1)]])
    multi = shapely.MultiPolygon([shapely.box(20, 0, 21, 1), shapely.box(30, 0, 31, 1)])
    ring = rings(array([None, with_hole, Polygon(), shapely.Point(0, 0), multi]))
    assert ring.row.tolist() == [1, 1, 4, 4]
    assert ring.inner.tolist() == [False, True, False, False]
    for i in range(len(ring.row)):
        xy = ring.xy[ring.starts[i] : ring.starts[i] + ring.sizes[i]]
        left = shapely.is_ccw(shapely.linearrings(xy)) != ring.inner[i]
        assert ring.side()[i] == (1 if left else -1)


def test_a_clean_grid_has_none_of_it():
    ring = rings(jittered(15, 15))
    assert len(spikes(ring, 10, 1, 0.001).row) == 0
    assert len(short_edges(ring, 0.001, 0.01).row) == 0
    assert len(repeated_vertices(ring, 0.001).row) == 0


def test_nothing_comes_of_nothing():
    ring = rings(array([None, Polygon()]))
    assert len(spikes(ring, 10, 1, 0.001).row) == len(ring.side()) == 0
