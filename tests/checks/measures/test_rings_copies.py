"""Copies of outlines, whatever was done to them, and shapes that are alike for good reason."""

import numpy as np
import pytest
import shapely

from onemap_verify.checks.measures.rings_copies import information, measure_copies
from onemap_verify.checks.measures.rings_shapes import same_shapes, shapes
from onemap_verify.checks.measures.shape_vertices import rings


def blob(rng, at, size=60.0, vertices=16):
    """An irregular outline: no two alike."""
    angle = np.sort(rng.uniform(0, 2 * np.pi, vertices))
    radius = size * rng.uniform(0.5, 1.2, vertices)
    return shapely.Polygon(np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1) + at)


def layer(count=300, seed=0, **facts):
    rng = np.random.default_rng(seed)
    at = np.stack(np.divmod(np.arange(count), 20), axis=1) * 250.0 + (500_000.0, 3_400_000.0)
    out = np.array([blob(rng, place, **facts) for place in at], dtype=object)
    return np.array([one if one.is_valid else one.convex_hull for one in out], dtype=object)


def similar(polygon, to, *, angle=0.0, scale=1.0, mirror=False, start=0, noise=0.0, seed=0):
    xy = shapely.get_coordinates(polygon)[:-1]
    z = (xy - xy.mean(axis=0)) @ np.array([1, 1j])
    z = np.roll(z.conj() if mirror else z, start) * scale * np.exp(1j * np.radians(angle))
    shake = np.random.default_rng(seed).normal(0, noise, (len(z), 2)) if noise else 0.0
    return shapely.Polygon(np.stack([z.real, z.imag], axis=1) + shake + to)


CHANGES = [
    {},
    {"angle": 37.0},
    {"mirror": True},
    {"scale": 0.6},
    {"start": 5},
    {"angle": 200.0, "mirror": True, "scale": 1.4, "start": 3},
]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("noise", [0.0, 0.01, 0.3])
def test_a_copy_is_found_whatever_was_done_to_it(change, noise):
    some = layer()
    some[250] = similar(some[17], (509_000.0, 3_409_000.0), noise=noise, **change)
    found = measure_copies(some)
    assert [(copy.row, copy.source) for copy in found.copies] == [(250, 17)]
    copy = found.copies[0]
    assert copy.mirrored == change.get("mirror", False)
    scale = change.get("scale", 1.0)
    assert copy.scale in (pytest.approx(scale, rel=0.02), pytest.approx(1 / scale, rel=0.02))
    assert copy.residual <= 2.5 * noise + 1e-6
    if not copy.mirrored:
        turned = abs((copy.angle - change.get("angle", 0.0) + 180) % 360 - 180)
        other = abs((copy.angle + change.get("angle", 0.0) + 180) % 360 - 180)
        assert min(turned, other) < 1.0
    assert found.statistic[250] == found.statistic[17] > 0
    assert np.delete(found.statistic, [17, 250]).max() < 0


def test_an_honest_layer_has_no_copies():
    for seed in range(5):
        found = measure_copies(layer(400, seed))
        assert found.copies == []
        assert found.judged.all() and (found.statistic < 0).all()


def test_simple_shapes_are_not_judged():
    at = np.stack(np.divmod(np.arange(60), 10), axis=1) * 300.0
    houses = [shapely.box(*place, *(place + (12, 8))) for place in at]
    ponds = [shapely.Point(place).buffer(30.0) for place in at + 100.0]
    cross = np.array([(0, 0), (9, 0), (9, 5), (14, 5), (14, 12), (4, 12), (4, 8), (0, 8)], float)
    estate = [shapely.Polygon(cross + place) for place in at + 200.0]
    some = np.array(houses + ponds + estate, dtype=object)
    found = measure_copies(some)
    assert found.copies == []
    assert not found.judged.any()


def test_neighbours_holes_and_what_stayed_in_place_are_no_copies():
    some = layer(100)
    holed = shapely.Polygon(
        shapely.get_coordinates(some[5].buffer(40, join_style="mitre")),
        [shapely.get_coordinates(some[5])],
    )
    found = measure_copies(np.append(some, holed), previous=some)
    assert found.copies == []


def test_a_copy_of_last_year_and_which_of_two_is_the_original():
    last, now = layer(200, 1), layer(200, 1)
    now[150] = similar(last[3], (509_000.0, 3_409_000.0), angle=20.0)
    now[3] = layer(1, 99)[0]
    found = measure_copies(now, last)
    assert [(copy.row, copy.source, copy.of_previous) for copy in found.copies] == [(150, 3, True)]
    # Of two parcels of this year, the one that was there last year is the original.
    now = layer(200, 1)
    now[3] = similar(last[150], (509_000.0, 3_409_000.0), mirror=True)
    found = measure_copies(now, last)
    assert {copy.row for copy in found.copies} == {3}


def test_another_frame_than_last_year_is_no_copying():
    some = layer(200)
    last = np.asarray(shapely.transform(some, lambda xy: xy + (500.0, -300.0)), dtype=object)
    found = measure_copies(some, last)
    assert found.copies == [] and found.moved_together


def test_shared_outlines_tell_the_original():
    some = layer(100)
    frame = shapely.box(*(np.array(some[7].bounds) + (-60, -60, 60, 60))).difference(some[7])
    some = np.append(some, frame)
    some[2] = similar(some[7], (509_000.0, 3_409_000.0), angle=80.0)
    found = measure_copies(some)
    assert [(copy.row, copy.source) for copy in found.copies] == [(2, 7)]
    assert found.copies[0].source_anchored == pytest.approx(1.0)


def test_information_counts_free_vertices_only():
    box = shapely.Polygon([(0, 0), (20, 0), (40, 0), (40, 30), (40, 50), (20, 50), (0, 50)])
    some = shapes(rings(np.array([box, layer(1)[0]], dtype=object)))
    assert some.free[0] == 0
    assert some.free[1] >= 12
    bits = information(some, np.full(2, 0.01))
    assert bits[0] < 15 < 80 < bits[1]


def test_broken_and_missing_polygons_are_passed_over():
    some = layer(50)
    some[0], some[1] = None, shapely.Polygon()
    found = measure_copies(some)
    assert np.isnan(found.statistic[:2]).all() and found.judged[2:].all()
    assert measure_copies(np.full(3, None, dtype=object)).copies == []
    one = shapes(rings(some))
    assert len(same_shapes(one, np.zeros(len(one), dtype=bool), 0.5).first) == 0
