"""Errors that neighbours share: how far they move a mean and a tilt."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from onemap_verify.checks.measures.heights_residuals import summarise
from onemap_verify.checks.measures.heights_waves import EVERYWHERE, REACHES, waves

CELL = 30.0


def scattered(cells, count, seed=1):
    return np.random.default_rng(seed).uniform(0, cells * CELL, (count, 2))


def test_points_of_one_place_share_everything():
    xy = np.random.default_rng(1).normal(0, 0.01, (50, 2))
    whole = EVERYWHERE + sum(share for _, share in REACHES)
    assert waves(xy, CELL).mean == pytest.approx(whole * 49 / 50, rel=1e-3)


def test_far_points_share_what_is_everywhere():
    xy = np.array([[x, y] for x in range(8) for y in range(8)]) * 1e6
    assert waves(xy, CELL).mean == pytest.approx(EVERYWHERE * 63 / 64, rel=1e-6)


def test_integral_over_a_wide_square():
    # Mean correlation over a square far wider than the reach: 2π (reach / 3)² / area each.
    side = 2000
    expected = EVERYWHERE + sum(s * 2 * np.pi * (r / 3) ** 2 / side**2 for r, s in REACHES)
    found = np.mean([waves(scattered(side, 600, seed), CELL).mean for seed in range(8)])
    assert found == pytest.approx(expected, rel=0.1)


def test_rows_in_any_order_say_the_same():
    xy = scattered(40, 2000)
    one, other = waves(xy, CELL), waves(xy[::-1], CELL)
    assert one.mean == other.mean and np.array_equal(one.tilt, other.tilt)


@pytest.mark.parametrize(
    "xy", [np.zeros((1, 2)), np.zeros((30, 2)), np.c_[np.arange(9.0)] * [1, 0]]
)
def test_a_tilt_that_points_do_not_determine(xy):
    assert np.isinf(waves(xy, CELL).tilt).all()


@pytest.mark.parametrize("cells", [15, 60])
@pytest.mark.parametrize("reach", [6.0, 12.0])
def test_an_honest_dem_with_waves_is_within_its_error(cells, reach):
    """Mean and tilt of 60 points on fields of errors: the limits of the rules hold."""
    bias, tilt = [], []
    for seed in range(40):
        random = np.random.default_rng([seed, cells])
        noise = random.standard_normal((2, 160, 160))
        fine, long = (gaussian_filter(n, r, mode="wrap") for n, r in zip(noise, (1.5, reach)))
        field = np.sqrt(0.6) * fine / fine.std() + np.sqrt(0.4) * long / long.std()
        xy = random.uniform(0, cells, (60, 2)) + random.uniform(0, 159 - cells, 2)
        error = field[tuple(xy.astype(int).T)]
        flat = np.full(60, 8.0)
        found = summarise(xy * CELL, error, 0 * flat, flat, flat, flat, {}, CELL)
        bias.append(found.bias / found.bias_sigma)
        tilt.append(np.hypot(*(found.tilt / found.tilt_sigma)))
    assert (np.abs(bias) > 3.3).sum() <= 1
    assert (np.array(tilt) > 4.5).sum() <= 1
    # Nor does the error swallow everything.
    assert np.sqrt(np.mean(np.square(bias))) > 0.3


def test_a_level_dem_in_whole_metres_may_be_half_a_metre_off():
    xy = scattered(20, 40)
    flat = np.zeros(40)
    exact = summarise(xy, flat + 0.4, flat, flat, flat, flat, {}, CELL, unit=1.0)
    assert exact.bias == pytest.approx(0.4)
    assert abs(exact.bias) < 3.3 * exact.bias_sigma
