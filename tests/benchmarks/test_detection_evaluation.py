"""Rates, intervals, strengths, ratios: against values worked out by hand."""

import math

import numpy as np
import pytest

from onemap_verify.benchmarks.detection import likelihoods, report
from onemap_verify.benchmarks.detection.evaluation import (
    Evaluation,
    accused,
    rate,
)
from onemap_verify.benchmarks.detection.intervals import found_from, share, threshold, wilson
from onemap_verify.benchmarks.detection.parcels.baselines import _usual, forest
from onemap_verify.benchmarks.detection.parcels.experiment import (
    GENUINE,
    LEFT_OUT,
    TAMPERED,
    Record,
)
from onemap_verify.benchmarks.detection.protocol import (
    CLEAN,
    DOUBTFUL,
    INCONSISTENT,
    NOT_CHECKABLE,
    Goal,
    Group,
    Sample,
    Tampering,
)
from onemap_verify.benchmarks.detection.queue import Queue


def group(scores, said=CLEAN, tile=None):
    scores = np.asarray(scores, dtype=float)
    said = np.broadcast_to(said, scores.shape).astype(int).copy()
    return Group(scores, said, np.arange(len(scores)) if tile is None else np.asarray(tile))


def sample(genuine, spoiled, **more):
    found = [Tampering("shift", s, f"{s:g} px", g) for s, g in spoiled.items()]
    return Sample("edges", "boundary", "somewhere", "z", genuine, found, **more)


def test_rates_at_false_alarms_are_those_of_the_order_statistics():
    one = sample(group(np.arange(1000)), {2.0: group([985.5, 989.5, 995.5, 2000.0])})
    cell = Evaluation([one]).cell("edges", "shift", 2.0)
    # One per cent of 1,000 are the ten from 990 on: the limit is 989.
    assert threshold(np.arange(1000.0), 0.01) == 989
    assert [r.value for r in cell.rates] == [0.25, 0.75, 1.0]
    assert cell.rates[1].low <= 0.75 <= cell.rates[1].high


def test_too_few_genuine_objects_are_told():
    one = sample(group(np.arange(100)), {1.0: group([99.5])})
    found = Evaluation([one]).cell("edges", "shift", 1.0).rates
    assert found[0].note == "only 100 genuine"
    assert found[1].note == ""
    assert rate("edges", "shift", 1.0, at=1e-4)(Evaluation([one])).note == "only 100 genuine"


def test_abstentions_count_apart():
    one = sample(group([0.0] * 50 + [math.nan] * 50), {1.0: group([1.0, math.nan, math.nan, -1])})
    cell = Evaluation([one]).cell("edges", "shift", 1.0)
    assert cell.abstained == 0.5
    assert cell.rates[2].value == 0.5
    assert cell.rates[2].count == 2


def test_operating_point_leaves_out_what_could_not_be_checked():
    said = [NOT_CHECKABLE, CLEAN, DOUBTFUL, INCONSISTENT]
    one = sample(group([0.0]), {1.0: group([1.0] * 4, np.array(said))})
    cell = Evaluation([one]).cell("edges", "shift", 1.0)
    assert cell.not_checkable == 0.25
    assert cell.doubted.value == pytest.approx(2 / 3)
    assert cell.contradicted.value == pytest.approx(1 / 3)


def test_samples_of_places_and_replicates_are_pooled():
    parts = [sample(group([0.0, 1.0]), {1.0: group([2.0])}, replicate=n) for n in range(3)]
    found = Evaluation(parts)
    assert found.cell("edges", "shift", 1.0).count == 3
    assert found.genuine()[0].count == 6
    wrong = accused("edges", least=DOUBTFUL)(found)
    assert wrong.value == 0.0
    assert wrong.count == 6


def test_tiles_that_stand_together_widen_the_interval():
    hit = np.arange(400) % 2 == 0
    apart = share(hit, np.arange(400))
    together = share(np.repeat([True, False], 200), np.repeat(np.arange(4), 100))
    assert apart.high - apart.low < 0.15
    assert together.high - together.low > 0.4


def test_wilson_interval_of_the_textbook():
    # Newcombe 1998, Statistics in Medicine 17, 857-872: 81 of 263, and 0 of 20.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=1e-4)


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        ([0.1, 0.5, 0.9, 1.0], 3.0),
        ([0.1, 0.8, 1.0, 1.0], 2.5),
        ([0.95, 0.95, 0.95, 0.95], 1.0),
        ([0.95, 0.2, 0.95, 0.95], 2 + 0.7 / 0.75),
        ([0.1, 0.2, 0.3, 0.4], math.nan),
    ],
)
def test_strength_found_nine_times_in_ten(rates, expected):
    assert found_from([1, 2, 3, 4], rates, 0.9) == pytest.approx(expected, nan_ok=True)


def test_isolation_forest_knows_the_outlier_and_the_formula():
    # Liu et al. 2008: c(256) = 10.2448.
    assert _usual(256) == pytest.approx(10.2448, abs=1e-4)
    random = np.random.default_rng(3)
    table = random.normal(size=(500, 4))
    table[17] = 9.0
    scores = forest(table, random)
    assert np.argmax(scores) == 17
    assert scores[17] > 0.7
    assert 0.35 < np.median(scores) < 0.5


def record(risk, state, findings=(), said=None, place="demo", style="mixed"):
    count = len(risk)
    return Record(
        place, 0, style, np.array([f"{n}" for n in range(count)], object), np.asarray(state),
        np.where(np.asarray(state) == TAMPERED, "class flip", "").astype(object),
        np.arange(count), np.full(count, 50.0), np.asarray(risk, dtype=float),
        np.full(count, "accepted", dtype=object), said or {}, list(findings), {}, {}, 1.0,
    )  # fmt: skip


def test_calibration_is_reweighted_to_the_prior():
    # 10 honest and 10 tampered parcels alike at risk 0.5: at a prior of 10 % a tenth is true.
    state = [GENUINE] * 10 + [TAMPERED] * 10
    queue = Queue([record([0.55] * 20, state)], prior=0.1)
    found = queue.calibration()
    assert found.true[6] == pytest.approx(0.1)
    assert found.error == pytest.approx(0.45)


def test_recall_in_the_top_of_the_queue_and_ties():
    state = [GENUINE] * 98 + [TAMPERED] * 2
    best = Queue([record([0.01] * 98 + [0.9] * 2, state)], prior=0.02)
    assert best.recall(0.02) == pytest.approx(1.0)
    assert best.recall(0.01) == pytest.approx(0.5)
    alike = Queue([record([0.01] * 100, state)], prior=0.02)
    assert alike.recall(0.05) == pytest.approx(0.05)


def test_packages_accused_follow_from_the_share_of_parcels():
    said = np.full(20_000, CLEAN)
    one = record(np.zeros(20_000), np.zeros(20_000, int), said={"terrain": said})
    assert Queue([one]).packages_accused()["terrain"].value == 0.0
    assert "imagery" not in Queue([one]).packages_accused()
    said = said.copy()
    said[::1000] = INCONSISTENT
    one = record(np.zeros(20_000), np.zeros(20_000, int), said={"terrain": said})
    # Ten expected in a package: 1 - exp(-10).
    assert Queue([one]).packages_accused()["terrain"].value > 0.99


def test_parcels_left_out_count_nowhere():
    state = [GENUINE, TAMPERED, LEFT_OUT]
    queue = Queue([record([0.1, 0.9, 0.99], state)])
    assert len(queue.risk) == 2
    findings = [(2, "a.b", "terrain", "doubtful", "B", 1.0)]
    table = likelihoods.tables([record([0.1, 0.9, 0.99], state, findings)], {"demo"})
    assert (table["honest"], table["tampered"]) == (1, 1)
    assert table["rules"] == []


def test_likelihood_ratios_with_jeffreys_prior_and_shrinkage():
    # 80 of 100 tampered, none of 1,000 honest.
    assert likelihoods.log_ratio(80, 100, 0, 1000) == pytest.approx(
        math.log((80.5 / 101) / (0.5 / 1001))
    )
    state = [GENUINE] * 1000 + [TAMPERED] * 100
    often = [(1000 + n, "t.often", "terrain", "doubtful", "B", 0.5) for n in range(80)]
    rare = [(1099, "t.rare", "terrain", "doubtful", "B", 0.5)]
    rare += [(n, "t.rare", "terrain", "doubtful", "B", 0.5) for n in range(3)]
    table = likelihoods.tables([record([0.1] * 1100, state, often + rare)], {"demo"})
    family = likelihoods.family_ratios(table)["terrain", "doubtful"]
    single = likelihoods.log_ratios(table)
    assert family == pytest.approx(math.log((81.5 / 101) / (3.5 / 1001)))
    raw = likelihoods.log_ratio(1, 100, 3, 1000)
    assert single["t.rare", "doubtful", "B", 1] == pytest.approx(4 / 24 * raw + 20 / 24 * family)
    assert single["t.often", "doubtful", "B", 1] > family


def test_report_prints_goals_cells_and_what_is_lost():
    weak = group(np.zeros(30))
    one = sample(group(np.linspace(0, 1, 2000)), {0.5: weak, 4.0: group(np.full(30, 2.0))})
    evaluation = Evaluation([one])
    goals = [
        Goal("shift of 4 px", "≥ 90 % at 1 %", 0.9, rate("edges", "shift", 4.0, at=0.01)),
        Goal("shift of 0.5 px", "≥ 90 % at 1 %", 0.9, rate("edges", "shift", 0.5, at=0.01),
             remedy="a finer picture"),
        Goal("never", "≥ 1 %", 0.1, rate("edges", "turned", 1.0, at=0.01)),
    ]  # fmt: skip
    judged = report.judged(goals, evaluation)
    assert [g["reached"] for g in judged] == [True, False, None]
    about = {
        "seed": 1, "quick": True, "seconds": 60.0, "machine": "m", "date": "d", "facts": {},
        "absent": ["zion"], "calibrated_on": [], "missing": [],
    }  # fmt: skip
    text = report.markdown(about, evaluation, judged, None)
    assert "| shift of 0.5 px | ≥ 90 % at 1 % | 0.0 %" in text
    assert "**missed**: a finer picture" in text
    assert "Not there, left out: zion." in text
    below = text.split("## Not detectable by this product")[1]
    assert "0.5 px" in below
    assert "4 px" not in below


def test_groups_of_unequal_arrays_are_refused():
    with pytest.raises(ValueError, match="differ in length"):
        Group(np.zeros(3), np.zeros(2, dtype=int), np.zeros(3, dtype=int))
