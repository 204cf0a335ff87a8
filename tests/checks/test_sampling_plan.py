"""How many units, and which: against the table of GB/T 24356 and exact probabilities."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onemap_verify.checks import standard
from onemap_verify.checks.errors import InputError
from onemap_verify.checks.sampling.draw import draw_sample
from onemap_verify.checks.sampling.plan import (
    allocate,
    sample_table,
    split_lots,
    zero_defect_size,
)


@pytest.fixture(scope="module")
def table():
    return sample_table(standard.load())


@pytest.mark.parametrize(
    ("units", "size"),
    [(1, 1), (2, 2), (3, 3), (20, 3), (21, 5), (40, 5), (41, 7), (100, 10), (101, 11), (200, 15)]
    + [(201, 17), (232, 17), (233, 20), (362, 24), (487, 30), (686, 40), (687, 56), (1000, 56)],
)
def test_sizes_of_the_table(table, units, size):
    assert table.size(units) == size


def test_a_larger_lot_has_to_be_split(table):
    with pytest.raises(InputError):
        table.size(1001)
    assert split_lots(1000) == [1000]
    assert split_lots(1001) == [501, 500]
    assert split_lots(0) == []


def test_edition_of_2009_ends_at_two_hundred():
    old = sample_table(standard.load(), "2009")
    assert old.size(200) == 15
    with pytest.raises(InputError):
        old.size(201)


def test_zero_defects_against_counting_by_hand():
    # 20 units, 10 % wrong = 2: P(none in n) = C(18, n) / C(20, n) <= 5 %, first at n = 15
    def missed(n):
        return math.comb(18, n) / math.comb(20, n)

    assert missed(14) > 0.05 and missed(15) <= 0.08
    expected = next(n for n in range(1, 20) if missed(n) <= 0.05)
    assert zero_defect_size(20, 0.10, 0.95) == expected
    # large lots: the binomial rule, 1 % at 95 %: ln 0.05 / ln 0.99 = 298.07
    assert zero_defect_size(10_000_000, 0.01, 0.95) == 299
    assert zero_defect_size(1, 0.01) == 1


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(0, 500), min_size=1, max_size=12), st.integers(0, 900))
def test_shares_are_whole_bounded_and_add_up(sizes, total):
    given_to = allocate(sizes, total)
    have = np.array(sizes)
    assert (given_to <= have).all() and (given_to >= np.minimum(have, 1)).all()
    assert given_to.sum() == max(min(total, have.sum()), np.minimum(have, 1).sum())


def test_largest_remainder():
    assert allocate([500, 300, 200], 10).tolist() == [5, 3, 2]
    assert allocate([415, 339, 246], 10).tolist() == [4, 3, 3]
    assert allocate([990, 5, 5], 10).tolist() == [8, 1, 1]


def county(n):
    return [f"{i:018d}" for i in range(n)], [f"village {i * 7 // n}" for i in range(n)]


def test_the_draw_depends_on_seed_and_identifiers_alone(table):
    units, strata = county(1500)
    first = draw_sample(units, strata, "2026-510922", table)
    shuffled = np.random.default_rng(1).permutation(1500)
    again = draw_sample(
        [units[i] for i in shuffled], [strata[i] for i in shuffled], "2026-510922", table
    )
    assert (again.drawn == first.drawn[shuffled]).all()
    assert (again.lot == first.lot[shuffled]).all()
    other = draw_sample(units, strata, "another seed", table)
    assert (other.drawn != first.drawn).any() and (other.lot == first.lot).all()


def test_every_lot_gets_the_size_of_the_table(table):
    units, strata = county(1500)
    sample = draw_sample(units, strata, "s", table)
    assert np.bincount(sample.lot)[1:].tolist() == [750, 750]
    assert np.bincount(sample.lot, weights=sample.drawn)[1:].tolist() == [56, 56]
    # every stratum of a lot is seen, and the chances add up to the sizes
    for lot in (1, 2):
        inside = sample.lot == lot
        assert set(sample.strata[inside]) == set(sample.strata[inside & sample.drawn])
    assert sample.chance.sum() == pytest.approx(112)


def test_every_unit_of_a_stratum_is_drawn_equally_often():
    units, strata = [f"u{i}" for i in range(30)], ["a"] * 30
    times = np.zeros(30)
    for seed in range(1000):
        times += draw_sample(units, strata, str(seed), size=6).drawn
    # binomial(1000, 0.2): four standard deviations are 51
    assert np.abs(times - 200).max() < 55


def test_units_without_a_name_or_twice_are_refused(table):
    with pytest.raises(InputError, match="no identifier"):
        draw_sample(["a", " "], ["x", "x"], "s", table)
    with pytest.raises(InputError, match="not unique"):
        draw_sample(["a", "a"], ["x", "x"], "s", table)
    with pytest.raises(InputError):
        draw_sample(["a"], ["x"], "s", table, size=1)
    assert not len(draw_sample([], [], "s", table).drawn)
