"""Bayes factor of copying: calibrated under its own laws, decided by what copies lack."""

from __future__ import annotations

import numpy as np
import pytest

from onemap_verify.checks.measures import heights_model as model
from onemap_verify.checks.measures.heights_digits import digits_of

CELL = 30.0


def place(random, count):
    """Points, roughness, slopes of a hilly square of two kilometres."""
    return (
        random.uniform(0, 2000, (count, 2)),
        random.uniform(0.3, 0.9, count),
        random.uniform(2, 25, count),
    )


def factor(residual, xy, rough, slope):
    """The factor when other interpolations differ from the right one by decimetres."""
    random = np.random.default_rng(5)
    each = [residual + random.normal(0, size, len(residual)) for size in (2.0, 0.0, 0.1)]
    each[1] = residual
    rows = [np.arange(len(residual))]
    return model.copying(each, xy, rough, slope, CELL, 0.01, rows)


def honest(random, xy, rough, slope, draw):
    """Differences of an honest survey by the draw of that number."""
    part = model._Part(xy, rough, np.tan(np.radians(slope)), CELL, CELL, 1e-5)
    laws = {name: values[draw : draw + 1] for name, values in model._usual_errors().items()}
    covariance = part._covariances(laws)[0]
    return random.multivariate_normal(np.zeros(len(xy)), covariance)


def test_honest_layers_rarely_exceed_a_factor():
    random = np.random.default_rng(1)
    found = []
    for number in range(120):
        xy, rough, slope = place(random, 30)
        found.append(factor(honest(random, xy, rough, slope, number), xy, rough, slope))
    # Markov: at most one in a factor; 6 of 120 expected at most beyond 20.
    assert np.mean(np.array(found) > np.log(20)) <= 0.05
    assert max(found) < np.log(1000)


@pytest.mark.parametrize(
    ("count", "noise", "least"), [(30, 0.1, 20), (100, 0.3, 6), (300, 0.5, 15)]
)
def test_copies_are_told_the_better_the_more_of_them(count, noise, least):
    random = np.random.default_rng(2)
    xy, rough, slope = place(random, count)
    assert factor(random.normal(0, noise, count), xy, rough, slope) > least


def test_a_blunder_decides_nothing():
    random = np.random.default_rng(3)
    xy, rough, slope = place(random, 100)
    residual = honest(random, xy, rough, slope, 40)
    spoilt = residual.copy()
    spoilt[17] += 30.0
    plain = factor(residual, xy, rough, slope)
    assert factor(spoilt, xy, rough, slope) == pytest.approx(plain, abs=8)
    assert factor(spoilt, xy, rough, slope) < 0


def test_level_ground_says_nothing():
    random = np.random.default_rng(4)
    xy, rough, slope = place(random, 60)
    assert np.isnan(factor(random.normal(0, 0.05, 60), xy, rough / 20, slope / 50))


def test_forward_substitution_is_the_solution():
    random = np.random.default_rng(6)
    matrix = random.normal(size=(5, 12, 12))
    roots = np.linalg.cholesky(matrix @ matrix.transpose(0, 2, 1) + 12 * np.eye(12))
    columns = random.normal(size=(12, 2))
    assert np.allclose(roots @ model._solved(roots, columns), columns)


def test_contours_of_five_metres_are_a_rounding_and_threes_are_not():
    random = np.random.default_rng(7)
    fives = random.integers(15, 40, 100) * 5.0
    fives[:2] = (83.0, 91.0)
    assert digits_of(fives).decades > -2
    liked = random.integers(80, 400, 300) * 1.0
    liked[:120] = random.integers(8, 40, 120) * 10.0 + 3
    assert digits_of(liked).decades < -10
