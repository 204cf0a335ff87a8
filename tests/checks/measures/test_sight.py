"""Lines of sight over ground known by formula."""

import numpy as np

from onemap_verify.checks.measures.sight import clearances


def ridge(height):
    """Level ground with a wall 20 m thick at x = 500."""

    def ground(xy):
        return np.where(np.abs(xy[:, 0] - 500) < 20, height, 0.0)

    return ground


def test_level_ground_hides_nothing():
    found = clearances(np.array([[0.0, 0.0]]), np.array([[[1000.0, 0.0]]]), ridge(0.0), 10.0, 15.0)
    assert found[0, 0] > 1.5


def test_a_ridge_hides_by_its_height_above_the_line():
    # Eye 1.6 m, target 2 m above ground: the line is 1.8 m high half-way.
    found = clearances(np.array([[0.0, 0.0]]), np.array([[[1000.0, 0.0]]]), ridge(30.0), 10.0, 15.0)
    assert abs(found[0, 0] - (1.8 - 30.0)) < 0.05


def test_ground_beside_the_camera_does_not_count():
    def bank(xy):
        return np.where(np.abs(xy[:, 0] - 12) < 5, 20.0, 0.0)

    seen = clearances(np.array([[0.0, 0.0]]), np.array([[[400.0, 0.0]]]), bank, 5.0, 30.0)
    hidden = clearances(np.array([[0.0, 0.0]]), np.array([[[400.0, 0.0]]]), bank, 5.0, 1.0)
    assert seen[0, 0] > 0 > hidden[0, 0]


def test_missing_ground_is_not_judged():
    def nothing(xy):
        return np.full(len(xy), np.nan)

    found = clearances(np.array([[0.0, 0.0]]), np.array([[[100.0, 0.0]]]), nothing, 10.0, 15.0)
    assert np.isnan(found[0, 0])
