"""The manual's page on what is not found is that of the report, and resuming changes nothing."""

import argparse
import json
from pathlib import Path

import numpy as np
import pytest

from onemap_verify.benchmarks.detection import conduct, detectability
from onemap_verify.benchmarks.detection.conduct import Outcome, Task
from onemap_verify.benchmarks.detection.kept import Kept
from onemap_verify.benchmarks.detection.protocol import Context, Group, Sample
from onemap_verify.benchmarks.detection.reliability import at_prior, reliability

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def facts():
    return json.loads((ROOT / "benchmarks" / "DETECTION.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_agrees_with_the_report(facts, language):
    page = (ROOT / "docs" / detectability.PAGES[language]).read_text(encoding="utf-8")
    assert detectability.filled(page, detectability.table(facts, language)) == page
    rows = page.split(detectability.BEGIN)[1].split(detectability.END)[0].count("\n| ")
    assert rows == len(facts["not_detectable"]) + bool(facts["not_detectable"])


def test_the_readmes_name_the_page():
    for name, page in (("README.md", "en"), ("README.zh-CN.md", "zh")):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert f"(docs/{detectability.PAGES[page]})" in text


def test_every_lost_kind_has_a_chinese_name(facts):
    text = "\n".join(detectability.table(facts, "zh"))
    for cell in facts["not_detectable"]:
        assert f"| {cell['kind']} |" not in text


class _Counts:
    """An experiment that says how often it was really run."""

    name, family, series = "counts", "photos", ("counts",)
    places, calibrated_on, made_up, replicates = ("here",), (), ("here",), (3, 3)
    runs: list = []  # noqa: RUF012

    def run(self, context, place, replicate):
        self.runs.append(replicate)
        if replicate == 2 and len(self.runs) == 3:
            raise KeyboardInterrupt
        scores = context.random(self.name, replicate).random(4)
        none = np.zeros(4, dtype=np.int64)
        group = Group(scores, none, none)
        return [Sample(self.name, self.family, place, "score", group, [], {}, replicate)]

    def goals(self):
        return ()


def test_an_interrupted_run_goes_on(tmp_path, monkeypatch):
    experiment = _Counts()
    monkeypatch.setattr(conduct, "experiments", lambda: [experiment])
    context = Context(None, tmp_path / "work", tmp_path, 1, True, lambda _: None)
    kept = Kept.of(tmp_path / "kept", 1, True, None)
    task = Task("counts", "here", 3)
    with pytest.raises(KeyboardInterrupt):
        conduct.conduct(task, context, 1e18, kept)
    found = conduct.conduct(task, context, 1e18, kept)
    assert experiment.runs == [0, 1, 2, 2]
    assert [sample.replicate for sample in found.samples] == [0, 1, 2]
    fresh = conduct.conduct(task, context, 1e18)
    for one, other in zip(found.samples, fresh.samples):
        assert (one.genuine.scores == other.genuine.scores).all()


def test_half_written_and_foreign_files_count_as_nothing(tmp_path):
    kept = Kept.of(tmp_path, 1, True, None)
    kept.store("a", "b", 0, Outcome(seconds=[1.0]))
    assert kept.load("a", "b", 0).seconds == [1.0]
    assert kept.load("a", "b", 1) is None
    (kept.folder / "a_b_1.pickle").write_bytes(b"\x80\x04")
    assert kept.load("a", "b", 1) is None
    assert Kept.of(tmp_path, 2, True, None).load("a", "b", 0) is None


def test_reliability_of_known_probabilities():
    random = np.random.default_rng(5)
    risk = random.uniform(0, 0.3, 40_000)
    bad = random.uniform(size=len(risk)) < risk
    found = reliability(risk, bad, np.ones(len(risk)), np.arange(len(risk)) // 40)
    assert found.error < 0.01
    inside = [
        low <= told <= high
        for told, low, high, n in zip(found.risk, found.low, found.high, found.count)
        if n
    ]
    assert np.mean(inside) > 0.7
    wrong = reliability(risk / 3, bad, np.ones(len(risk)), np.arange(len(risk)) // 40)
    assert wrong.error == pytest.approx(0.1, abs=0.01)


def test_another_prior_changes_the_odds_in_proportion():
    assert at_prior(np.array([0.007, 0.5]), 0.007, 0.07) == pytest.approx(
        [0.07, 0.07 / 0.93 * 0.993 / 0.007 / (1 + 0.07 / 0.93 * 0.993 / 0.007)]
    )


def test_options_know_fresh():
    from onemap_verify.benchmarks.detection.__main__ import options_of

    assert isinstance(options_of(["--fresh"]), argparse.Namespace)
    assert options_of(["--fresh"]).fresh and not options_of([]).fresh
