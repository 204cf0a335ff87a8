"""Overlaps, gaps and one-sided vertices, against known plants and GEOS's own validator."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon
from synthetic_coverage import ORIGIN, array, boxes, jittered, noisy

from onemap_verify.checks.measures.coverage_fit import fit


def measured(polygons, frame=None, **options):
    return fit(polygons, frame, tolerance=0.001, min_area=0.001, **options)


def framed(polygons):
    return array([shapely.coverage_union_all(polygons)])


def moved(polygon, vertex, by):
    xy = shapely.get_coordinates(polygon)
    xy[vertex] += by
    return Polygon(xy)


def assert_clean(found):
    assert len(found.overlaps.first) == len(found.gaps.area) == len(found.one_sided.row) == 0


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(2, 9), st.integers(2, 9), st.integers(0, 5))
def test_a_coverage_that_geos_calls_valid_is_clean(seed, rows, columns, inner):
    grid = jittered(rows, columns, inner=inner, seed=seed)
    assert shapely.coverage_is_valid(grid)
    found = measured(grid, framed(grid))
    assert_clean(found)
    # Inner borders of the grid, and every polygon's outline shared or on the rim.
    assert len(found.borders.first) == 2 * rows * columns - rows - columns
    rim = shapely.length(framed(grid)[0])
    assert 2 * found.borders.length.sum() + rim == pytest.approx(shapely.length(grid).sum())


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.sampled_from([1e-7, 1e-6, 1e-5, 1e-4, 2e-4]))
def test_noise_below_the_tolerance_is_no_finding(seed, size):
    grid = jittered(5, 6, seed=seed)
    rough = noisy(grid, size, seed)
    assert not shapely.coverage_is_valid(rough)
    assert_clean(measured(rough, framed(grid)))


WIDTHS = st.floats(0.01, 100)


@settings(max_examples=40)
@given(WIDTHS, st.floats(20, 400))
def test_one_gap_of_any_width_is_found_once(width, length):
    x, y = ORIGIN
    left = boxes((x - 200, y, x, y + length))
    right = boxes((x + width, y, x + width + 200, y + length))
    around = boxes((x - 200, y - 50, x + width + 200, y), (x - 200, y + length, x + 500, y + 999))
    polygons = np.concatenate([left, right, around])
    frame = boxes((x - 200, y - 50, x + width + 200, y + 500))
    found = measured(polygons, frame)
    assert len(found.gaps.area) == 1
    assert found.gaps.area[0] == pytest.approx(width * length, rel=1e-6, abs=1e-4)
    assert found.gaps.width[0] == pytest.approx(min(width, length), rel=1e-4, abs=1e-6)
    assert found.gaps.neighbours[0].tolist() == [0, 1, 2, 3]
    assert found.gaps.framed.tolist() == [True]
    assert found.gaps.at_rim.tolist() == [False]


@settings(max_examples=40)
@given(WIDTHS, st.integers(0, 10_000))
def test_one_overlap_of_any_width_is_found_once(width, seed):
    x, y = ORIGIN
    turn = np.random.default_rng(seed).uniform(0, 360)
    shapes = boxes((x - 200, y, x + width, y + 150), (x, y, x + 300, y + 150))
    shapes = array([shapely.affinity.rotate(s, turn, origin=(x, y)) for s in shapes])
    found = measured(shapes)
    assert (found.overlaps.first.tolist(), found.overlaps.second.tolist()) == ([0], [1])
    assert found.overlaps.area[0] == pytest.approx(width * 150, rel=1e-6, abs=1e-4)
    assert found.overlaps.width[0] == pytest.approx(width, rel=1e-4, abs=1e-6)
    assert len(found.gaps.area) == 0


@settings(max_examples=25)
@given(st.integers(0, 1000), st.integers(0, 34), st.floats(0.1, 8), st.floats(0, 6.28))
def test_a_moved_vertex_takes_from_one_and_leaves_to_the_other(seed, row, by, turn):
    grid = jittered(5, 7, inner=2, seed=seed)
    grid[row] = moved(grid[row], 1, (by * np.cos(turn), by * np.sin(turn)))
    if not grid[row].is_valid:
        return
    frame = framed(jittered(5, 7, inner=2, seed=seed))
    found = measured(grid, frame)
    others = shapely.union_all(np.delete(grid, row))
    shared = shapely.intersection(grid[row], others).area
    bare = shapely.difference(frame[0], shapely.union_all(grid)).area
    # Wedges thinner than the tolerance, along edges of some forty metres, may be left out.
    assert found.overlaps.area.sum() == pytest.approx(shared, abs=0.04)
    assert found.gaps.area.sum() == pytest.approx(bare, abs=0.04)
    assert set(found.overlaps.first) | set(found.overlaps.second) <= set(range(35))
    assert all(row in pair for pair in zip(found.overlaps.first, found.overlaps.second))


def test_a_missing_parcel_is_one_gap_with_its_neighbours():
    grid = jittered(5, 5)
    frame, area = framed(grid), grid[12].area
    grid[12] = None
    for outline in (frame, None):
        found = measured(grid, outline)
        assert found.gaps.area == pytest.approx([area], abs=1e-6)
        assert found.gaps.framed.tolist() == [outline is not None]
        # Those at its corners only have no part in it.
        assert found.gaps.neighbours[0].tolist() == [7, 11, 13, 17]
        assert len(found.overlaps.first) == 0


def test_bare_ground_at_the_rim_needs_a_frame():
    grid = jittered(4, 4)
    frame, area = framed(grid), grid[3].area
    grid[3] = None
    found = measured(grid, frame)
    assert found.gaps.area == pytest.approx([area], abs=1e-6)
    assert found.gaps.at_rim.tolist() == [True]
    assert_clean(measured(grid))


def test_an_enclave_of_another_county_is_not_framed():
    grid = jittered(5, 5)
    grid[12] = None
    frame = framed(grid[~shapely.is_missing(grid)])
    found = measured(grid, frame)
    assert found.gaps.framed.tolist() == [False]
    assert len(frame[0].interiors) == 1


def test_a_county_in_two_parts_and_touching_at_a_point():
    polygons = boxes((0, 0, 10, 10), (10, 10, 20, 20), (50, 50, 60, 60))
    assert_clean(measured(polygons, boxes((0, 0, 10, 10), (10, 10, 20, 20), (50, 50, 60, 60))))
    # Four that touch in points enclose ground that the frame does not demand.
    ring = boxes((10, 0, 20, 10), (0, 10, 10, 20), (20, 10, 30, 20), (10, 20, 20, 30))
    found = measured(ring, ring)
    assert found.gaps.framed.tolist() == [False]
    assert found.gaps.area.tolist() == [100.0]


def test_a_lake_inside_a_parcel_is_no_gap():
    with_hole = Polygon(shapely.box(0, 0, 30, 30).exterior, [shapely.box(10, 10, 20, 20).exterior])
    assert_clean(measured(array([with_hole, shapely.box(10, 10, 20, 20)]), boxes((0, 0, 30, 30))))


def test_a_polygon_wholly_inside_another():
    found = measured(boxes((0, 0, 30, 30), (10, 10, 20, 20)))
    assert found.overlaps.area.tolist() == [100.0]
    assert found.overlaps.width == pytest.approx([10.0])


def test_three_on_the_same_ground_are_three_pairs():
    found = measured(boxes((0, 0, 10, 10), (0, 0, 10, 10), (5, 0, 15, 10)))
    assert list(zip(found.overlaps.first, found.overlaps.second)) == [(0, 1), (0, 2), (1, 2)]
    assert found.overlaps.area == pytest.approx([100, 50, 50])


def test_two_whole_coverages_of_the_same_ground():
    # Inside, every edge is matched within its own coverage: only faces tell.
    one, other = jittered(6, 6, seed=1), jittered(5, 5, size=60.0, seed=2)
    found = measured(np.concatenate([one, other]))
    first, second = np.meshgrid(np.arange(36), np.arange(25), indexing="ij")
    shared = shapely.area(shapely.intersection(one[first], other[second]))
    found_area = np.zeros((36, 25))
    found_area[found.overlaps.first, found.overlaps.second - 36] = found.overlaps.area
    assert np.abs(found_area - shared).max() < 2e-3


def test_a_crowd_on_one_spot():
    random = np.random.default_rng(0)
    corner = random.uniform(0, 1, (205, 2))
    crowd = shapely.box(corner[:, 0], corner[:, 1], corner[:, 0] + 50, corner[:, 1] + 50)
    found = measured(crowd)
    assert len(found.overlaps.first) == 205 * 204 // 2
    assert found.overlaps.area.min() > 49**2


def test_vertices_on_one_side_are_named_and_no_gap():
    polygons = array(
        [
            Polygon([(0, 0), (1000, 0), (1000, 500), (0, 500)]),
            Polygon([(0, 500), (400, 500), (700, 500), (1000, 500), (1000, 900), (0, 900)]),
        ]
    )
    found = measured(polygons, boxes((0, 0, 1000, 900)))
    assert len(found.overlaps.first) == len(found.gaps.area) == 0
    assert found.one_sided.row.tolist() == [0, 0]
    assert found.one_sided.other.tolist() == [1, 1]
    assert sorted(found.one_sided.vertex.tolist()) == [[400.0, 500.0], [700.0, 500.0]]
    assert found.borders.length == pytest.approx([1000.0])


def test_staggered_edges_match_piece_by_piece():
    polygons = boxes((0, 0, 100, 10), (-50, 10, 30, 20), (30, 10, 140, 20))
    found = measured(polygons)
    assert len(found.overlaps.first) == len(found.gaps.area) == 0
    pairs = zip(found.borders.first.tolist(), found.borders.second.tolist())
    assert dict(zip(pairs, found.borders.length)) == pytest.approx(
        {(0, 1): 30.0, (0, 2): 70.0, (1, 2): 10.0}
    )


def test_left_out_polygons_are_not_taken_for_gaps():
    grid = jittered(4, 4)
    frame, stand_in = framed(grid), array([None] * 16)
    grid[5], stand_in[5] = None, grid[5]
    assert_clean(measured(grid, frame, stand_ins=stand_in))
    # A stand-in explains its own ground only.
    grid[6] = None
    found = measured(grid, frame, stand_ins=stand_in)
    assert len(found.gaps.area) == 1
    assert found.gaps.area[0] == pytest.approx(jittered(4, 4)[6].area, abs=1e-6)


def test_a_gap_beside_a_left_out_polygon_is_still_found():
    polygons = boxes((0, 0, 10, 10), (10, 0, 20, 10), (0, 10, 5, 20), (5, 10, 20, 20))
    stand_in = array([None, None, polygons[2], None])
    polygons[2] = None
    polygons[1] = shapely.box(11, 0, 20, 10)  # touches the corner of the one left out, no more
    found = measured(polygons, boxes((0, 0, 20, 20)), stand_ins=stand_in)
    assert found.gaps.area.tolist() == [10.0]


def test_dense_curves_are_not_collapsed():
    # Vertices half a millimetre apart: far closer than the tolerance, and yet a real shape.
    angle = np.linspace(0, 2 * np.pi, 4000, endpoint=False)
    circle = Polygon(np.column_stack([np.cos(angle), np.sin(angle)]) * 0.3 + 5)
    rest = shapely.difference(shapely.box(0, 0, 10, 10), circle)
    assert_clean(measured(array([circle, rest]), boxes((0, 0, 10, 10))))
    found = measured(array([rest]), boxes((0, 0, 10, 10)))
    assert found.gaps.area == pytest.approx([np.pi * 0.09], rel=1e-3)


def test_tiles_change_nothing(monkeypatch):
    from onemap_verify.checks.measures import coverage_faces

    grid = jittered(9, 9, seed=4)
    frame = framed(grid)
    rough = noisy(grid, 0.02, seed=4)
    rough[40] = None
    whole = measured(rough, frame)
    monkeypatch.setattr(coverage_faces, "_EDGES_PER_TILE", 40)
    tiled = measured(rough, frame)
    assert len(whole.overlaps.first) > 50
    assert tiled.overlaps.first.tolist() == whole.overlaps.first.tolist()
    assert tiled.overlaps.area == pytest.approx(whole.overlaps.area, rel=1e-9)
    assert tiled.gaps.area.sum() == pytest.approx(whole.gaps.area.sum(), rel=5e-3)
    assert tiled.gaps.area.max() == pytest.approx(whole.gaps.area.max(), rel=1e-6)
    # Without a frame, ground outside must not turn into holes.
    lonely = measured(rough)
    assert lonely.gaps.area.max() == pytest.approx(whole.gaps.area.max(), rel=1e-6)


def test_row_order_does_not_matter():
    grid = noisy(jittered(5, 5, seed=9), 0.05, seed=9)
    shuffled = np.random.default_rng(3).permutation(25)
    plain, mixed = measured(grid), measured(grid[shuffled])
    pairs = {frozenset(p) for p in zip(plain.overlaps.first, plain.overlaps.second)}
    again = {
        frozenset((shuffled[a], shuffled[b]))
        for a, b in zip(mixed.overlaps.first, mixed.overlaps.second)
    }
    assert pairs == again
    assert sorted(plain.overlaps.area) == pytest.approx(sorted(mixed.overlaps.area), rel=1e-9)


def test_nothing_comes_of_nothing():
    assert_clean(measured(array([])))
    assert_clean(measured(array([None, None])))
    found = measured(array([None]), boxes((0, 0, 10, 10)))
    assert found.gaps.area.tolist() == [100.0]
    assert found.gaps.neighbours[0].tolist() == []


def test_it_can_be_stopped():
    class Stop(Exception):
        pass

    def stop():
        raise Stop

    with pytest.raises(Stop):
        measured(jittered(3, 3), check=stop)
