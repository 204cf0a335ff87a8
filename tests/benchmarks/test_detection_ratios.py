"""Measured ratios: counted on what they speak of, drawn to the judgement, written without loss."""

import json
import math

import numpy as np
import pytest

from onemap_verify.benchmarks.detection import measured_ratios
from onemap_verify.benchmarks.detection.likelihoods import log_ratio
from onemap_verify.benchmarks.detection.parcels.experiment import GENUINE, TAMPERED, Record
from onemap_verify.checks.risk import MIDDLES

FACTS = json.loads(measured_ratios.RISK.read_text(encoding="utf-8"))


def record(kinds, findings):
    """One package: ``kinds`` of tampering (``""``: honest), findings as (row, rule, score)."""
    count = len(kinds)
    state = np.array([TAMPERED if kind else GENUINE for kind in kinds])
    told = [(row, rule, "imagery", "doubtful", "B", score) for row, rule, score in findings]
    return Record(
        "penn", 0, "mixed", np.arange(count).astype(str), state, np.array(kinds, dtype=object),
        np.arange(count), np.full(count, 50.0), np.zeros(count), np.full(count, "accepted"),
        {}, told, {}, {}, 1.0,
    )  # fmt: skip


def test_kinds_of_tampering_are_kinds_of_problems():
    kinds = {measured_ratios.kind_of(name) for name in ("class flip, below 20 px", "ring on a")}
    assert kinds == {"class", "outline"}
    assert measured_ratios.kind_of("something new") == ""
    assert {kind for _, kind in measured_ratios._KINDS} <= set(FACTS["kinds"])


def test_a_ratio_counts_its_own_kind_and_is_drawn_to_the_judgement():
    kinds = ["class flip"] * 50 + ["scaling"] * 30 + [""] * 1000
    found = [(row, "imagery.x", 0.8) for row in (*range(40), *range(50, 60), 200, 201)]
    cell = measured_ratios.measured([record(kinds, found)], FACTS)["imagery.x"]["doubtful"]["B"]
    # A picture speaks of classes: what it says of moved outlines is neither found nor false.
    assert cell["found"] == [0, 0, 40] and cell["false"] == [0, 0, 2] and cell["of"] == 50
    judged = math.log(FACTS["likelihood_ratio"]["imagery"]["doubtful"]["B"])
    own = log_ratio(40, 50, 2, 1000)
    weight = 42 / 62
    wanted = weight * own + (1 - weight) * judged * MIDDLES[2]
    assert math.log(cell["ratio"][2]) == pytest.approx(wanted, abs=0.01)
    # Nothing was counted for low scores: judgement.
    assert cell["ratio"][0] == pytest.approx(math.exp(judged * MIDDLES[0]), rel=0.01)


def test_a_rule_that_only_accuses_honest_parcels_says_nothing():
    kinds = ["class flip"] * 50 + [""] * 400
    found = [(row, "imagery.y", 0.8) for row in range(100, 300)]
    cell = measured_ratios.measured([record(kinds, found)], FACTS)["imagery.y"]["doubtful"]["B"]
    assert cell["ratio"][2] <= max(cell["ratio"][1], 1.05)


def test_risks_follow_the_ratios_and_the_file_keeps_all_else(tmp_path):
    kinds = ["class flip"] * 50 + [""] * 1000
    one = record(kinds, [(row, "imagery.x", 0.8) for row in range(45)])
    rules = measured_ratios.measured([one], FACTS)
    before = measured_ratios.risks(one, {**FACTS, "measured": {}})
    after = measured_ratios.risks(one, {**FACTS, "measured": {"rules": rules}})
    assert after[:45].min() > 3 * before[:45].max()
    assert after[45:] == pytest.approx(before[45:])
    text = measured_ratios.RISK.read_text(encoding="utf-8")
    made = measured_ratios.written(text, {"rules": rules})
    assert json.loads(made) == {**FACTS, "measured": {"rules": rules}}
    again = measured_ratios.written(made, {"rules": {}})
    assert json.loads(again) == {**FACTS, "measured": {"rules": {}}}
    assert len(again) < len(made)
