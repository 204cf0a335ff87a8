"""Exact covered fractions of cells, against Shapely's own intersections."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from onemap_verify.checks.grid import Window
from onemap_verify.checks.measures.coverage_fraction import cover
from onemap_verify.checks.measures.outlines import outlines


def covered(geometries, window, ids=None):
    """Fractions as dense arrays, shape ``(polygons, rows, columns)``."""
    outline = outlines(np.asarray(geometries, dtype=object))
    ids = np.arange(len(outline)) if ids is None else ids
    found = cover(outline, ids, window)
    dense = np.zeros((len(ids), window.rows * window.columns))
    np.add.at(dense, (found.cell_owner, found.cell), found.weight)
    for owner, start, length in zip(found.run_owner, found.run_start, found.run_length):
        assert (dense[owner, start : start + length] == 0).all(), "a cell is reported twice"
        assert start // window.columns == (start + length - 1) // window.columns
        dense[owner, start : start + length] += 1
    assert (np.diff(found.cell_owner) >= 0).all()
    assert (np.diff(found.run_owner) >= 0).all()
    return dense.reshape(len(ids), window.rows, window.columns), found.tangled


def expected(geometries, window):
    """The same from Shapely, cell by cell."""
    column, row = np.meshgrid(np.arange(window.columns), np.arange(window.rows))
    x, y = column + window.column, row + window.row
    cells = shapely.box(x, y, x + 1, y + 1)
    return np.stack([shapely.area(shapely.intersection(cells, g)) for g in geometries])


def ring(*points):
    return shapely.Polygon(points)


SQUARE = shapely.box(2, 3, 6, 8)
SHAPES = {
    "cells exactly": SQUARE,
    "half cells": shapely.box(2.5, 3.5, 5.5, 6.5),
    "inside one cell": shapely.box(4.25, 4.5, 4.5, 4.75),
    "upright sliver": shapely.box(4.9, 1, 5.1, 9),
    "level sliver": shapely.box(1, 4.9, 9, 5.1),
    "level edge inside a row": ring((1, 1), (9, 1), (9, 4.4), (6, 4.4), (6, 6.7), (1, 6.7)),
    "triangle": ring((1, 1), (9.3, 2.2), (3.7, 8.9)),
    "other way round": ring((1, 1), (3.7, 8.9), (9.3, 2.2)),
    "hole": shapely.Polygon(SQUARE.exterior, [[(3, 4), (5, 4), (5, 7.5), (3, 7.5)]]),
    "hole with the shell's sense": shapely.Polygon(
        list(SQUARE.exterior.coords), [list(shapely.box(3, 4, 5, 7).exterior.coords)]
    ),
    "parts": shapely.MultiPolygon([shapely.box(0, 0, 2, 2), shapely.box(5.5, 5.5, 7.75, 9)]),
    "all of it and more": shapely.box(-5, -5, 30, 30),
    "left of the window": shapely.box(-5, 2, 3.5, 6.5),
    "right of the window": shapely.box(7.5, 2, 40, 6.5),
    "round": shapely.Point(5, 5).buffer(4.3),
    "touching corners": ring((1, 5), (5, 1), (9, 5), (5, 9)),
    "nearly level edge": ring((0.5, 3 + 1e-13), (9.5, 3), (9.5, 7), (0.5, 7 - 1e-13)),
}


@pytest.mark.parametrize("name", SHAPES)
def test_fractions_equal_shapely(name):
    window = Window(0, 0, 10, 10)
    found, tangled = covered([SHAPES[name]], window)
    assert not tangled.any()
    np.testing.assert_allclose(found, expected([SHAPES[name]], window), atol=1e-9)


@pytest.mark.parametrize("window", [Window(3, 2, 5, 4), Window(0, 7, 10, 3), Window(9, 9, 1, 1)])
def test_any_window_sees_its_part(window):
    geometries = list(SHAPES.values())
    found, tangled = covered(geometries, window)
    assert not tangled.any()
    np.testing.assert_allclose(found, expected(geometries, window), atol=1e-9)


def test_half_cells_have_known_fractions():
    found, _ = covered([SHAPES["half cells"]], Window(0, 0, 10, 10))
    assert found[0, 3, 2] == pytest.approx(0.25)
    assert found[0, 3, 3] == pytest.approx(0.5)
    assert found[0, 4, 3] == 1.0
    assert found.sum() == pytest.approx(9.0)


def test_what_is_no_polygon_covers_nothing():
    geometries = [
        None,
        shapely.Polygon(),
        shapely.Point(3, 3),
        shapely.LineString([(0, 0), (9, 9)]),
        shapely.Polygon([(0, 0), (5, 0), (5, np.nan), (0, 5)]),
        shapely.Polygon([(0, 0), (5, 0), (5, np.inf), (0, 5)]),
        shapely.Polygon([(0, 0), (1e300, 0), (1e300, 5), (0, 5)]),
        shapely.MultiPolygon(),
        shapely.Polygon([(1, 1), (5, 5), (1, 1)]),
    ]
    outline = outlines(np.array(geometries, dtype=object))
    found, _ = covered(geometries, Window(0, 0, 10, 10))
    assert not found.any()
    assert not outline.area.any()


def test_a_collection_counts_its_polygons():
    collection = shapely.GeometryCollection(
        [shapely.Point(1, 1), shapely.MultiPolygon([shapely.box(0, 0, 1, 1)]), SQUARE]
    )
    found, _ = covered([collection, SQUARE], Window(0, 0, 10, 10))
    assert found[0].sum() == pytest.approx(21)
    assert found[1].sum() == pytest.approx(20)


def test_self_overlap_is_told_and_spares_the_others():
    bow_tie = ring((1, 1), (9, 9), (9, 1), (1, 9))
    twice = shapely.MultiPolygon([shapely.box(1, 1, 5, 5), shapely.box(3, 3, 8, 8)])
    found, tangled = covered([bow_tie, SQUARE, twice], Window(0, 0, 10, 10))
    assert tangled.tolist() == [True, False, True]
    assert not found[0].any()
    assert not found[2].any()
    np.testing.assert_allclose(found[1], expected([SQUARE], Window(0, 0, 10, 10))[0], atol=1e-12)


def test_area_and_load_of_outlines():
    outline = outlines(np.array([SHAPES["hole"], SHAPES["parts"]], dtype=object))
    np.testing.assert_allclose(outline.area, [20 - 7, 4 + 2.25 * 3.5])
    assert (outline.load >= [18 + 11, 8 + 11]).all()
    np.testing.assert_allclose(outline.bounds[1], [0, 0, 7.75, 9])


@st.composite
def coverages(draw):
    """A net of cells with jittered nodes: a partition of its frame."""
    n = draw(st.integers(1, 4))
    width = draw(st.floats(0.3, 9.0))
    left, top = draw(st.floats(-4, 8)), draw(st.floats(-4, 8))
    seed = draw(st.integers(0, 2**16))
    rng = np.random.default_rng(seed)
    net = np.stack(np.meshgrid(np.arange(n + 1.0), np.arange(n + 1.0)), axis=-1)
    net[1:-1, 1:-1] += rng.uniform(-0.4, 0.4, (n - 1, n - 1, 2))
    net = net * width / n + (left, top)
    if draw(st.booleans()):
        # Nodes on the grid lines are where such algorithms go wrong.
        net = np.round(net * 2) / 2
    rings = np.stack([net[:-1, :-1], net[:-1, 1:], net[1:, 1:], net[1:, :-1]], axis=2)
    polygons = shapely.polygons(rings.reshape(-1, 4, 2))
    frame = shapely.box(*net[0, 0], *net[-1, -1])
    return [p for p in polygons if p.is_valid and p.area > 0], frame


@given(coverages(), st.integers(0, 6), st.integers(0, 6), st.integers(1, 8), st.integers(1, 8))
def test_a_partition_covers_what_its_frame_covers(coverage, row, column, rows, columns):
    polygons, frame = coverage
    if not polygons or abs(sum(p.area for p in polygons) - frame.area) > 1e-9:
        return  # rounding has tangled the net
    window = Window(row, column, rows, columns)
    parts, tangled = covered(polygons, window)
    whole, _ = covered([frame], window)
    assert not tangled.any()
    np.testing.assert_allclose(parts.sum(axis=0), whole[0], atol=1e-8)
    np.testing.assert_allclose(parts, expected(polygons, window), atol=1e-8)
