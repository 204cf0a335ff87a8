"""Polygons that should stay inside a polygon of another layer."""

import numpy as np
import pytest
import shapely
from shapely import Polygon
from synthetic_coverage import array, boxes, jittered, noisy

from onemap_verify.checks.measures.coverage_within import homes, outside


def measured(inner, outer):
    home = homes(inner, outer)
    return home, outside(inner, outer, home, tolerance=0.001, min_area=0.001)


def villages_of(parcels, columns):
    block = np.arange(len(parcels)) % columns * 2 // columns
    return array([shapely.coverage_union_all(parcels[block == i]) for i in (0, 1)]), block


def test_everything_at_home():
    parcels = jittered(6, 6)
    villages, block = villages_of(parcels, 6)
    home, found = measured(parcels, villages)
    assert home.tolist() == block.tolist()
    assert len(found.row) == 0


@pytest.mark.parametrize("size", [1e-7, 1e-4, 4e-4])
def test_noise_is_not_outside(size):
    parcels = jittered(6, 6)
    villages, _ = villages_of(parcels, 6)
    _, found = measured(noisy(parcels, size), villages)
    assert len(found.row) == 0


@pytest.mark.parametrize("width", [0.002, 0.05, 3.0, 40.0])
def test_a_strip_outside_is_measured(width):
    home, found = measured(boxes((0, 0, 100, 50), (0, 50, 100 + width, 90)), boxes((0, 0, 100, 90)))
    assert home.tolist() == [0, 0]
    assert found.row.tolist() == [1]
    assert found.area == pytest.approx([width * 40], rel=1e-9)
    assert found.width == pytest.approx([min(width, 40)], rel=1e-6)
    assert found.where[0].equals(shapely.box(100, 50, 100 + width, 90))


def test_across_two_villages_and_in_none():
    inner = boxes((5, 0, 30, 10), (100, 100, 110, 110), (1, 1, 2, 2))
    home, found = measured(inner, boxes((0, 0, 10, 10), (10, 0, 40, 10)))
    assert home.tolist() == [1, -1, 0]
    assert found.row.tolist() == [0, 1]
    assert found.area.tolist() == [50.0, 100.0]


def test_a_hole_of_the_holder_is_outside():
    ring = Polygon(shapely.box(0, 0, 90, 90).exterior, [shapely.box(40, 40, 50, 50).exterior])
    _, found = measured(boxes((10, 10, 80, 38), (10, 38, 80, 80)), array([ring]))
    assert found.row.tolist() == [1]
    assert found.area.tolist() == [100.0]


def test_missing_ones_are_passed_over():
    home, found = measured(array([None, shapely.box(0, 0, 1, 1)]), array([None]))
    assert home.tolist() == [-1, -1]
    assert found.row.tolist() == [1]
    assert len(measured(array([]), array([]))[0]) == 0
