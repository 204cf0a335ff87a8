"""IR-MAD against what is known of it: CCA, affine invariance, changed pixels."""

import numpy as np
import pytest

from onemap_verify.checks.measures.change_irmad import chi_squared_beyond, find_mad


def images(count=6000, changed=0.0, seed=1, bands=(4, 4)):
    """Ground of 3 hidden properties, seen twice with noise; some of it replaced."""
    rng = np.random.default_rng(seed)
    ground = rng.normal(size=(count, 3))
    later = ground.copy()
    gone = rng.random(count) < changed
    later[gone] = rng.normal(size=(int(gone.sum()), 3)) * 1.5 + 2.0
    mix = rng.normal(size=(3, 13))
    first = later @ mix[:, : bands[0]] + 0.1 * rng.normal(size=(count, bands[0]))
    second = ground @ mix[:, : bands[1]] + 0.1 * rng.normal(size=(count, bands[1]))
    return first, second, gone


def blocks(first, second, size=1000):
    def give():
        for start in range(0, len(first), size):
            yield first[start : start + size], second[start : start + size]

    return give


def canonical(first, second):
    """Canonical correlations by QR and SVD (Björck & Golub 1973)."""
    one = np.linalg.qr(first - first.mean(axis=0))[0]
    other = np.linalg.qr(second - second.mean(axis=0))[0]
    return np.linalg.svd(one.T @ other, compute_uv=False)


@pytest.mark.parametrize("bands", [(1, 1), (4, 4), (4, 2), (3, 13)])
def test_without_iteration_it_is_canonical_correlation(bands):
    first, second, _ = images(bands=bands)
    found = find_mad(blocks(first, second), steps=0)
    assert found.correlation == pytest.approx(canonical(first, second), abs=2e-5)
    assert len(found) == min(bands)


def test_variates_are_uncorrelated_with_the_variance_that_theory_says():
    first, second, _ = images()
    found = find_mad(blocks(first, second), steps=0)
    variates = found.variates(first, second)
    assert np.cov(variates.T) == pytest.approx(np.eye(4), abs=1e-3)
    assert found.spread == pytest.approx(np.sqrt(2 * (1 - found.correlation)))


def test_no_affine_change_of_the_bands_matters():
    first, second, _ = images(changed=0.1)
    plain = find_mad(blocks(first, second))
    rng = np.random.default_rng(5)
    mix = rng.normal(size=(4, 4)) + 3 * np.eye(4)
    other = find_mad(blocks(first @ mix + 100.0, second * [0.1, 20.0, 3.0, -7.0] - 55.0))
    assert other.correlation == pytest.approx(plain.correlation, abs=1e-3)
    there = other.no_change(first @ mix + 100.0, second * [0.1, 20.0, 3.0, -7.0] - 55.0)
    assert there == pytest.approx(plain.no_change(first, second), abs=0.02)


def test_changed_pixels_stand_out_and_do_not_spoil_the_rest():
    first, second, gone = images(changed=0.2)
    alone = canonical(first[~gone], second[~gone])
    once = find_mad(blocks(first, second), steps=0)
    found = find_mad(blocks(first, second))
    assert np.abs(found.correlation[:3] - alone[:3]).max() < 0.02
    assert np.abs(once.correlation[:3] - alone[:3]).max() > 0.05
    probability = found.no_change(first, second)
    assert (probability[gone] < 1e-3).mean() > 0.95
    assert (probability[~gone] < 1e-3).mean() < 0.02


def test_orthogonal_regression_returns_gain_and_offset():
    rng = np.random.default_rng(3)
    ground = rng.normal(100, 20, size=(5000, 2))
    first = 1.4 * ground - 12.0
    first[:500] += 80.0
    found = find_mad(blocks(first + 0.3 * rng.normal(size=first.shape), ground))
    assert np.diag(found.slope) == pytest.approx([1.4, 1.4], abs=0.02)
    assert np.diag(found.offset) == pytest.approx([-12.0, -12.0], abs=2.0)


def test_repeated_constant_and_identical_bands_are_survived():
    first, second, _ = images(count=3000)
    odd = np.column_stack([first[:, 0], first[:, 0], np.full(3000, 7.0)])
    found = find_mad(blocks(odd, second))
    assert np.isfinite(found.no_change(odd, second)).all()
    same = find_mad(blocks(first, first))
    assert (same.no_change(first, first) > 0.99).all()


def test_too_few_pixels_are_no_answer():
    first, second, _ = images(count=40)
    assert find_mad(blocks(first, second)) is None
    assert find_mad(lambda: iter(())) is None


def test_chi_squared_known_values():
    assert chi_squared_beyond([3.841459, 9.487729], 1)[0] == pytest.approx(0.05, abs=1e-6)
    assert chi_squared_beyond(9.487729, 4) == pytest.approx(0.05, abs=1e-6)
