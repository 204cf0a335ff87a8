"""The pieces the county is made of, on cases whose answer is known."""

import numpy as np
import pytest
import shapely

from onemap_verify.demo.areas import balance
from onemap_verify.demo.corners import blunt, sharp_corners
from onemap_verify.demo.grid import Grid, noise, slope_degrees
from onemap_verify.demo.mosaic import absorb, draw, measure
from onemap_verify.demo.say import cut, width
from onemap_verify.demo.slope_map import _merge_small, grade_parcels, map_slopes
from onemap_verify.demo.water import drain


def test_balancing_gives_the_rest_to_the_largest():
    parts = np.array([500, 300, 200, 1000])
    owner = np.array([0, 0, 0, 1])
    # Five hundredths over three parcels: one each, and one more for the two largest.
    out = balance(parts, owner, np.array([1005, 998]))
    assert out.tolist() == [502, 302, 201, 998]


def test_drawing_nodes_crossing_lines_to_faces():
    lines = np.array(
        [
            shapely.LineString([(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)]),
            shapely.LineString([(-5, 50), (105, 50)]),
            shapely.LineString([(50, -5), (50, 105)]),
        ],
        dtype=object,
    )
    faces = draw(lines, np.array([0.0, 0.0]))
    assert len(faces.polygons) == 4
    assert faces.area.sum() == pytest.approx(10_000, rel=0.03)
    assert len(faces.first) == 4
    assert shapely.coverage_is_valid(faces.polygons)


def test_a_crumb_goes_to_the_neighbour_it_shares_most_with(squares):
    faces = measure(squares)
    count = len(squares)
    label = np.arange(count)
    wide = np.full(count, 3.0)
    out = absorb(faces, label, np.ones(count, bool), np.ones(count), np.zeros(count), wide)
    # Both neighbours share ten metres: the first of them takes it.
    assert out.tolist() == [0, 0, 2, 3]
    shy = absorb(
        faces, label, np.ones(count, bool), np.array([0.1, 1, 1, 1]), np.zeros(count), wide
    )
    assert shy.tolist() == [0, 2, 2, 3]
    apart = absorb(
        faces, label, np.ones(count, bool), np.ones(count), np.zeros(count), wide,
        np.array([0, 1, 2, 3]),
    )  # fmt: skip
    assert apart.tolist() == [0, 1, 2, 3]


def test_a_wedge_loses_its_tip_and_nothing_else():
    wedge = shapely.Polygon([(0, 0), (100, 0), (100, 12)])
    above = shapely.Polygon([(0, 0), (100, 12), (100, 100), (0, 100)])
    below = shapely.Polygon([(0, 0), (0, -100), (100, -100), (100, 0)])
    shapes = np.array([wedge, above, below], dtype=object)
    assert sharp_corners(shapes)[0].tolist() == [0]
    out = blunt(shapes)
    assert len(sharp_corners(out)[0]) == 0
    assert shapely.coverage_is_valid(out)
    assert shapely.area(out).sum() == pytest.approx(shapely.area(shapes).sum(), abs=0.02)
    assert 5 < wedge.area - out[0].area < 20


def test_small_patches_go_to_the_lower_grade():
    grade = np.full((40, 40), 3)
    grade[:, :10] = 1
    grade[10:13, 9:13] = 2  # between 1 and 3, too small
    grade[30:32, 30:32] = 5  # an island in 3
    merged = _merge_small(grade, 12.5, 3000.0)
    assert set(np.unique(merged)) == {1, 3}
    assert (merged[10:13, 10:13] == 1).all()
    assert (merged[30:32, 30:32] == 3).all()


def test_grade_of_a_parcel_is_that_of_its_largest_area():
    """A plane of 4 degrees beside one of 10: parcels left, right and across."""
    grid = Grid(0.0, 1000.0, 10.0, 100, 100)
    east, _ = grid.centres()
    rise = np.where(east < 500, np.tan(np.radians(4.0)), np.tan(np.radians(10.0)))
    heights = np.tile(np.cumsum(rise) * 10.0, (100, 1))
    county = shapely.box(50, 50, 950, 950)
    slope_map = map_slopes(grid, heights, county, (2.0, 6.0, 15.0, 25.0), np.array([0.0, 0.0]))
    assert sorted(slope_map.grade.tolist()) == [2, 3]
    parcels = np.array(
        [shapely.box(100, 100, 200, 200), shapely.box(700, 100, 800, 200),
         shapely.box(430, 100, 530, 200), shapely.box(470, 300, 570, 400)], dtype=object,
    )  # fmt: skip
    grade, share = grade_parcels(parcels, slope_map, grid.bounds)
    assert grade.tolist() == [2, 3, 2, 3]
    assert share.sum(axis=1) == pytest.approx(np.ones(4))
    # The window of three cells sees the steeper side from 490 m on.
    assert share[2, 2] == pytest.approx(0.6, abs=0.02)


def test_slope_of_a_plane_is_its_angle():
    east = np.arange(50) * 10.0
    heights = np.tile(east * np.tan(np.radians(7.0)), (30, 1))
    assert slope_degrees(heights, 10.0)[5:-5, 5:-5] == pytest.approx(7.0)


def test_noise_has_the_strength_and_reach_asked_for():
    grid = Grid(0.0, 0.0, 10.0, 400, 400)
    field = noise(grid, 100.0, np.random.default_rng(1), 2.0)
    assert field.std() == pytest.approx(2.0, rel=0.12)
    # At one correlation length a Gaussian covariance has fallen to exp(-1/2).
    shifted = (field[:, 10:] * field[:, :-10]).mean() / field.var()
    assert shifted == pytest.approx(np.exp(-0.5), abs=0.12)


def test_water_runs_down_a_valley_to_the_rim():
    grid = Grid(0.0, 0.0, 10.0, 21, 31)
    column, row = np.meshgrid(np.arange(31), np.arange(21))
    heights = np.abs(row - 10) * 2.0 + column * 0.5
    drainage = drain(grid, heights)
    outlet = 10 * 31
    assert drainage.downstream[outlet] == -1
    assert drainage.downstream[outlet + 5] == outlet + 4
    assert drainage.catchment[outlet] > 0.5 * grid.rows * grid.columns * 100


def test_wide_signs_take_two_columns():
    assert width("图斑 a") == 6
    assert cut("图斑面积", 6) == "图斑… "[:3] + " "
    assert width(cut("图斑面积虚增", 9)) == 9
