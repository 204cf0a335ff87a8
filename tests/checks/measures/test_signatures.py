"""Signatures of groups of land classes: densities, robustness, calibration, cross-fitting."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import multivariate_t

from onemap_verify.checks.measures.signatures import measure_signatures
from onemap_verify.checks.measures.signatures_calibration import calibrate, tail_of
from onemap_verify.checks.measures.signatures_groups import class_groups
from onemap_verify.checks.measures.signatures_judged import Samples
from onemap_verify.checks.measures.signatures_mixture import (
    Mixture,
    choose_modes,
    fit_mixture,
)
from onemap_verify.checks.standard import load

WIDTH = 4


def land(sizes, seed=0, wrong=0.0, apart=4.0):
    """Parcels of several groups; the first group has two modes. Returns samples and truth."""
    random = np.random.default_rng(seed)
    count, groups = sum(sizes), len(sizes)
    truth = random.permutation(np.repeat(np.arange(groups), sizes))
    centres = random.normal(0, apart, (groups, WIDTH))
    values = centres[truth] + random.normal(0, 1, (count, WIDTH))
    second = (truth == 0) & (random.random(count) < 0.5)
    values[second] += apart * np.array([1.5, -1.5, 0, 0])
    said = truth.copy()
    some = random.choice(count, int(wrong * count), replace=False)
    said[some] = (truth[some] + random.integers(1, groups, len(some))) % groups
    place = random.uniform(0, 1000, (count, 2))
    unsaid = np.zeros((count, groups), dtype=bool)
    cells = random.uniform(20, 200, count)
    return Samples(values, cells, place, said, unsaid, np.ones(count, dtype=bool)), truth


def test_density_is_that_of_the_t_distribution():
    random = np.random.default_rng(0)
    spread = np.array([[2.0, 0.5], [0.5, 1.0]])
    values = random.normal(0, 2, (20, 2))
    mixture = Mixture(np.array([1.0]), np.array([[1.0, -1.0]]), spread[None])
    expected = multivariate_t([1.0, -1.0], spread, df=5).logpdf(values)
    assert mixture.log_density(values) == pytest.approx(expected, rel=1e-12)


def test_mixture_finds_two_modes_among_outliers():
    random = np.random.default_rng(1)
    values = np.vstack(
        [
            random.normal([0, 0], 1, (300, 2)),
            random.normal([10, 0], 1, (200, 2)),
            random.uniform(-40, 40, (40, 2)),
        ]
    )
    assert choose_modes(values, np.eye(2)) >= 2
    found = fit_mixture(values, 2, np.eye(2))
    order = np.argsort(found.centres[:, 0])
    assert found.centres[order] == pytest.approx(np.array([[0, 0], [10, 0]]), abs=0.5)
    assert found.weights[order] == pytest.approx([0.58, 0.42], abs=0.06)


def test_wrong_labels_stand_out_and_honest_ones_do_not():
    samples, truth = land([300, 200, 150, 60], wrong=0.04)
    found = measure_signatures(samples, None)
    wrong = samples.group != truth
    tail = found.judged.tail
    assert (tail[wrong] < 0.005).mean() > 0.9
    assert (tail[~wrong] < 0.005).mean() < 0.01
    assert (found.judged.seen[wrong] == truth[wrong]).mean() > 0.9
    assert np.nanmedian(found.judged.suspicion[wrong]) > np.nanmax(
        np.quantile(found.judged.suspicion[~wrong], 0.99)
    )


def test_last_years_parcels_judge_the_submission():
    trusted, _ = land([300, 200, 150], seed=3, wrong=0.02)
    submitted, truth = land([300, 200, 150], seed=3)
    flipped = np.arange(0, 650, 13)
    group = submitted.group.copy()
    group[flipped] = (group[flipped] + 1) % 3
    found = measure_signatures(trusted, replace(submitted, group=group))
    assert (found.judged.tail[flipped] < 0.005).mean() > 0.95
    rest = np.setdiff1d(np.arange(650), flipped)
    assert (found.judged.tail[rest] < 0.005).mean() < 0.01
    assert found.judged.log_posterior.argmax(axis=1) == pytest.approx(truth, abs=3)


def test_a_parcel_does_not_vouch_for_itself():
    """A lone parcel of odd look is not taught by its own wrong label."""
    samples, _ = land([200, 200], seed=5)
    values = samples.values.copy()
    values[0] = values[samples.group == 1].mean(axis=0)
    group = samples.group.copy()
    group[0] = 0
    found = measure_signatures(replace(samples, values=values, group=group), None)
    assert found.judged.tail[0] < 1e-3


def test_the_order_of_rows_does_not_matter():
    samples, _ = land([120, 80, 60], seed=7, wrong=0.03)
    order = np.random.default_rng(8).permutation(len(samples))
    one = measure_signatures(samples, None).judged
    other = measure_signatures(samples.some(order), None).judged
    assert other.ratio == pytest.approx(one.ratio[order], rel=1e-9, nan_ok=True)


def test_posteriors_are_calibrated_where_groups_overlap():
    samples, truth = land([1500, 1500], seed=9, apart=0.8)
    posterior = np.exp(measure_signatures(samples, None).judged.log_posterior[:, 1])
    error = 0.0
    for low in np.arange(0, 1, 0.1):
        rows = (posterior >= low) & (posterior < low + 0.1)
        if rows.any():
            error += rows.mean() * abs(posterior[rows].mean() - (truth[rows] == 1).mean())
    assert error < 0.04


def test_groups_of_few_parcels_are_not_learned():
    samples, _ = land([200, 150, 6], seed=11)
    found = measure_signatures(samples, None)
    assert list(found.known) == [True, True, False]
    assert np.isnan(found.judged.ratio[samples.group == 2]).all()
    only, _ = land([200, 6], seed=12)
    assert measure_signatures(only, None) is None


def test_a_small_group_of_wrong_labels_is_no_group():
    samples, truth = land([900, 700, 10], seed=13)
    group = samples.group.copy()
    fakes = np.flatnonzero(truth < 2)[:30]
    group[fakes] = 2
    found = measure_signatures(replace(samples, group=group), None)
    assert not found.known[2]


def test_rows_without_features_are_left_alone():
    samples, _ = land([100, 100], seed=15)
    values = samples.values.copy()
    values[:5] = np.nan
    place = samples.place.copy()
    place[5:8] = np.nan
    found = measure_signatures(replace(samples, values=values, place=place), None)
    assert np.isnan(found.judged.ratio[:8]).all()
    assert np.isfinite(found.judged.ratio[8:]).all()


def test_tail_is_exponential_and_survives_a_few_wrong_ones():
    random = np.random.default_rng(17)
    honest = random.exponential(2.0, 5000)
    dirty = np.concatenate([honest, np.full(150, 60.0)])
    assert tail_of(honest).share(np.array([20.0]))[0] == pytest.approx(np.exp(-10), rel=1.0)
    assert tail_of(dirty).share(np.array([20.0]))[0] < 10 * np.exp(-10)


def test_temperature_undoes_overconfidence():
    random = np.random.default_rng(19)
    group = np.repeat([0, 1], 2000)
    centre = np.where(group == 0, -1.0, 1.0)
    x = random.normal(centre, 1.0)
    honest = np.column_stack([-((x + 1) ** 2) / 2, -((x - 1) ** 2) / 2])
    found = calibrate(3 * honest, group, np.array([True, True]))
    assert found.temperature == pytest.approx(1 / 3, rel=0.15)


def test_groups_of_the_standard():
    groups = class_groups(load())
    codes = np.array(["0103", "0201K", "0305", "0301", "1107A", "0702", "XX", "", "1206"], object)
    group, typical = groups.of(codes)
    words = [groups.names[g] if g >= 0 else "" for g in group]
    assert words == (
        ["crop", "garden", "grass_shrub", "forest", "water", "built_up", "", "", "bare"]
    )
    assert list(typical) == [True, True, True, True, False, True, False, False, True]
    known = set(load().classes)
    assert {code for code in groups.codes if len(code) > 2} <= known
