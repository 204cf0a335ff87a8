"""Estimates against published examples and against simulation."""

import numpy as np
import pytest

from onemap_verify.checks.errors import InputError
from onemap_verify.checks.sampling.accuracy import map_accuracy, share_wrong
from onemap_verify.checks.sampling.agreement import cohens_kappa

# Olofsson et al. (2014), tables 8 and 9: deforestation, forest gain, stable forest, stable
# non-forest; mapped pixels of 30 m and the sample counts.
PIXELS = [200_000, 150_000, 3_200_000, 6_450_000]
COUNTS = [[66, 0, 5, 4], [0, 55, 8, 12], [1, 0, 153, 11], [2, 1, 9, 313]]


def test_the_example_of_olofsson():
    result = map_accuracy(COUNTS, PIXELS)
    assert result.overall == pytest.approx(0.95, abs=0.005)
    assert 1.96 * result.overall_error == pytest.approx(0.02, abs=0.005)
    assert result.users == pytest.approx([0.88, 0.73, 0.93, 0.96], abs=0.005)
    assert 1.96 * result.users_error == pytest.approx([0.07, 0.10, 0.04, 0.02], abs=0.005)
    assert result.producers == pytest.approx([0.75, 0.85, 0.93, 0.96], abs=0.005)
    assert 1.96 * result.producers_error[0] == pytest.approx(0.21, abs=0.005)
    hectares = 0.09
    assert result.areas[0] * hectares == pytest.approx(21_158, abs=1)
    assert 1.96 * result.areas_error[0] * hectares == pytest.approx(6_158, abs=2)


def test_producers_error_against_the_bootstrap():
    random = np.random.default_rng(7)
    drawn = np.sum(COUNTS, axis=1)
    again = [
        map_accuracy(
            [random.multinomial(n, np.array(row) / n) for n, row in zip(drawn, COUNTS)], PIXELS
        )
        for _ in range(1500)
    ]
    result = map_accuracy(COUNTS, PIXELS)
    spread = np.std([one.producers for one in again], axis=0)
    assert result.producers_error == pytest.approx(spread, rel=0.12)


def test_too_few_or_impossible_samples_are_refused():
    with pytest.raises(InputError, match="two units"):
        map_accuracy([[1, 0], [3, 5]], [10, 10])
    with pytest.raises(InputError):
        map_accuracy([[1, 2]], [10])
    with pytest.raises(InputError):
        share_wrong([3], [2], [10])
    with pytest.raises(InputError):
        share_wrong([0, 0], [2, 0], [10, 5])


def test_no_error_found_is_not_no_error():
    found = share_wrong([0], [299], [1_000_000])
    # exact two-sided limit: 1 - 0.025 ** (1 / 299)
    assert (found.share, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(1 - 0.025 ** (1 / 299))
    everything = share_wrong([1], [10], [10])
    assert (everything.low, everything.high) == (0.1, 0.1)


def test_limits_hold_in_95_of_100_lots():
    random = np.random.default_rng(11)
    sizes, wrong = np.array([400, 1600, 3000]), np.array([60, 32, 15])
    truth = wrong.sum() / sizes.sum()
    drawn = np.array([40, 80, 100])
    held = 0
    for _ in range(1500):
        seen = random.hypergeometric(wrong, sizes - wrong, drawn)
        found = share_wrong(seen, drawn, sizes)
        held += found.low <= truth <= found.high
    assert held / 1500 >= 0.94


def test_kappa_of_a_table_known_by_hand():
    # 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: observed 0.7, expected 0.5, kappa 0.4
    first = ["y"] * 25 + ["n"] * 25
    second = ["y"] * 20 + ["n"] * 5 + ["y"] * 10 + ["n"] * 15
    found = cohens_kappa(first, second)
    assert (found.observed, found.expected, found.kappa) == pytest.approx((0.7, 0.5, 0.4))
    random = np.random.default_rng(3)
    pairs = np.array(list(zip(first, second)))
    again = [cohens_kappa(*pairs[random.integers(0, 50, 50)].T.tolist()).kappa for _ in range(2000)]
    assert found.error == pytest.approx(np.std(again), rel=0.06)


def test_kappa_without_variety_says_nothing():
    assert np.isnan(cohens_kappa(["a"] * 5, ["a"] * 5).kappa)
    assert cohens_kappa([], []).both == 0
    assert cohens_kappa(["a", "b", "c"], ["a", "b", "c"]).kappa == 1.0
    with pytest.raises(InputError):
        cohens_kappa(["a"], [])
