"""The empirical null: honest spread is recovered, and few false parcels do not move it."""

import numpy as np
import pytest

from onemap_verify.checks.measures.change_peers import Tail, learn, robust_cloud

MIX = np.array([[2.0, 0.0, 0.0], [1.0, 0.5, 0.0], [-1.0, 0.3, 0.2]])


def test_covariance_is_recovered_in_spite_of_a_tenth_of_bad_rows():
    rng = np.random.default_rng(1)
    values = rng.normal(size=(4000, 3)) @ MIX.T + [1, 2, 3]
    values[:400] += [30, -20, 25]
    found = robust_cloud(values)
    assert found.middle == pytest.approx([1, 2, 3], abs=0.15)
    assert found.covariance == pytest.approx(MIX @ MIX.T, rel=0.2, abs=0.05)


def test_rows_in_any_order_give_the_same():
    rng = np.random.default_rng(2)
    values = rng.normal(size=(300, 3)) @ MIX.T
    turned = robust_cloud(values[::-1].copy())
    assert turned.covariance == pytest.approx(robust_cloud(values).covariance, rel=1e-9)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", ["normal", "heavy", "skewed"])
def test_tail_never_makes_honest_parcels_rare(kind, seed):
    rng = np.random.default_rng(seed)
    draw = {
        "normal": lambda n: np.abs(rng.normal(size=n)),
        "heavy": lambda n: np.abs(rng.standard_t(4, size=n)),
        "skewed": lambda n: rng.gamma(2.0, 1.0, size=n),
    }[kind]
    chance = Tail.of(draw(3000)).beyond(draw(400_000))
    for level in (1e-2, 1e-3, 1e-4):
        assert (chance < level).mean() < 6 * level
    assert (chance < 0.1).mean() == pytest.approx(0.1, abs=0.02)
    assert (np.diff(np.sort(chance)) >= 0).all()


def test_a_few_false_peers_barely_change_the_tail():
    rng = np.random.default_rng(4)
    honest = np.abs(rng.normal(size=2000))
    spoiled = np.concatenate([honest, np.full(60, 12.0)])
    assert Tail.of(spoiled).beyond(np.array([12.0]))[0] < 1e-3


def test_learned_distances_are_those_of_a_normal_distribution_whatever_the_size():
    rng = np.random.default_rng(6)
    cells = np.exp(rng.uniform(np.log(5), np.log(500), 4000))
    group = rng.integers(0, 2, 4000)
    noise = np.sqrt(1 + 40 / cells)[:, None]
    values = group[:, None] * 5 + rng.normal(size=(4000, 3)) @ MIX.T * noise
    peers = learn(values, cells, group, 3)
    distance = peers.distance(values, cells, group)
    small, large = cells < 10, cells > 200
    assert np.median(distance[small]) == pytest.approx(np.median(distance[large]), rel=0.15)
    assert not peers.known[2]
    assert np.isnan(peers.distance(values, cells, np.full(4000, 2))).all()
    likely = peers.likelihood(values, cells)
    assert (likely[:, :2].argmax(axis=1) == group).mean() > 0.9
    assert np.isneginf(likely[:, 2]).all()


def test_nothing_to_learn_from_is_no_error():
    peers = learn(np.full((4, 2), np.nan), np.ones(4), np.zeros(4, dtype=np.int64), 2)
    assert not peers.known.any()
    assert np.isnan(peers.distance(np.ones((2, 2)), np.ones(2), np.zeros(2, dtype=np.int64))).all()
