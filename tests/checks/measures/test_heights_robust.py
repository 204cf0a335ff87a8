"""Robust statistics against values that are known."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from onemap_verify.checks.measures.robust import (
    absolute_quantile,
    correlation,
    nmad,
    robust_fit,
    robust_mean,
    root_mean_square,
)


def test_spreads_of_a_normal_distribution():
    values = np.random.default_rng(0).normal(3, 2, 200_000)
    assert nmad(values) == pytest.approx(2, rel=0.01)
    assert absolute_quantile(values - 3, 0.683) == pytest.approx(2, rel=0.01)
    assert absolute_quantile(values - 3, 0.95) == pytest.approx(2 * 1.96, rel=0.01)
    assert root_mean_square(values) == pytest.approx(np.sqrt(13), rel=0.01)


def test_a_third_of_nonsense_does_not_move_the_nmad_much():
    rng = np.random.default_rng(1)
    values = np.concatenate([rng.normal(0, 1, 700), rng.uniform(50, 5000, 300)])
    assert 0.9 < nmad(values) < 1.9
    assert np.std(values) > 500


@pytest.mark.parametrize("values", [[], [np.nan, np.nan]])
def test_nothing_gives_nan(values):
    values = np.array(values, dtype=float)
    assert np.isnan([nmad(values), root_mean_square(values), absolute_quantile(values, 0.5)]).all()
    assert np.isnan(robust_mean(values)[0])
    assert robust_mean(values)[1] == np.inf


def test_a_plane_through_outliers():
    rng = np.random.default_rng(2)
    design = np.column_stack([rng.uniform(-1, 1, (500, 2)), np.ones(500)])
    truth = np.array([2.0, -3.0, 7.0])
    values = design @ truth + rng.normal(0, 0.1, 500)
    values[:75] += rng.uniform(5, 50, 75)
    fit = robust_fit(design, values)
    errors = np.sqrt(np.diag(fit.covariance))
    assert np.abs((fit.coefficients - truth) / errors).max() < 4
    assert errors.max() < 0.02
    assert np.all(fit.weights[:75] == 0)
    plain = np.linalg.lstsq(design, values, rcond=None)[0]
    assert np.abs(plain - truth).max() > 1


def test_what_is_not_determined_has_no_error_bound():
    design = np.ones((50, 2))
    fit = robust_fit(design, np.random.default_rng(3).normal(size=50))
    assert np.isinf(fit.covariance).all()


def test_independent_values_are_all_worth_one():
    rng = np.random.default_rng(4)
    about = correlation(rng.uniform(0, 5000, (2000, 2)), rng.normal(0, 2, 2000))
    assert about.effective > 1500
    assert about.share < 0.2


def field(seed, reach_cells, size=200, cell=50.0, count=1500):
    """Points in a correlated random field; ``(xy, values)``."""
    rng = np.random.default_rng(seed)
    noise = gaussian_filter(rng.standard_normal((size, size)), reach_cells, mode="wrap")
    noise /= noise.std()
    xy = rng.uniform(0, size * cell, (count, 2))
    place = (xy / cell).astype(int)
    return xy, noise[place[:, 1], place[:, 0]] + 0.3 * rng.standard_normal(count)


def test_standard_errors_hold_in_a_correlated_field():
    off, naive = [], []
    for seed in range(40):
        xy, values = field(seed, 6)
        mean, alone = robust_mean(values)
        about = correlation(xy, values)
        assert 150 < about.reach < 3000
        off.append(mean / (alone * np.sqrt(about.inflation)))
        naive.append(mean / alone)
    # The field's own mean is 0; what is left is what the standard error must tell.
    assert 0.5 < np.std(off) < 1.6
    assert np.std(naive) > 2.5


def test_correlation_does_not_depend_on_the_order_of_rows():
    xy, values = field(9, 4)
    mixed = np.random.default_rng(0).permutation(len(xy))
    one, other = correlation(xy, values), correlation(xy[mixed], values[mixed])
    assert one.reach == other.reach
    assert one.effective == other.effective


def test_all_points_at_one_place():
    about = correlation(np.zeros((50, 2)), np.random.default_rng(0).normal(size=50))
    assert np.isfinite(about.effective)
