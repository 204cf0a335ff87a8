"""Expected errors found per minute: against all sequences, by hand, and with a person's times."""

import itertools
import math

import numpy as np
import pytest

from onemap_verify.checks.findings import Family, Finding, Severity, Text, Verdict
from onemap_verify.checks.review_order import (
    Decided,
    Looks,
    Minutes,
    order_by_rate,
    per_minute,
    probabilities,
    refined,
)
from onemap_verify.checks.risk import RiskModel
from onemap_verify.checks.standard import load

MODEL = RiskModel(load().data("risk.json"))
MINUTES = Minutes.read(load().data("review_minutes.json"))
FAMILIES = tuple(family.value for family in Family)
VERDICTS = ("inconsistent", "doubtful")


def looks(rows):
    """(parcel number, family, verdict, severity, score, risk) per finding."""
    parcel, family, verdict, severity, score, risk = zip(*rows)
    return Looks(
        parcel=np.array(parcel),
        rule=np.zeros(len(rows), dtype=np.int64),
        family=np.array([FAMILIES.index(name) for name in family]),
        verdict=np.array([VERDICTS.index(name) for name in verdict]),
        severity=np.array(["ABCD".index(name) for name in severity]),
        score=np.array(score, dtype=float),
        risk=np.array(risk, dtype=float),
        rules=("some.rule",),
        families=FAMILIES,
        verdicts=VERDICTS,
        severities=tuple("ABCD"),
    )


def test_no_other_sequence_of_looks_finds_more_errors_at_any_time():
    rows = [
        (0, "codes", "doubtful", "C", 0.5, 0.30),
        (1, "tracks", "doubtful", "B", 0.9, 0.50),
        (2, "photos", "inconsistent", "A", 0.9, 0.90),
        (3, "terrain", "doubtful", "C", 0.2, 0.05),
        (4, "schema", "doubtful", "D", 0.1, 0.02),
    ]
    order = order_by_rate(looks(rows), MODEL, MINUTES)
    time = np.array([MINUTES.by_family[row[1]] for row in rows])
    chance = np.array([row[5] for row in rows])

    def weighted(sequence):
        """Sum over looks of probability times the minute at which it is done."""
        return float((np.cumsum(time[list(sequence)]) * chance[list(sequence)]).sum())

    best = min(itertools.permutations(range(len(rows))), key=weighted)
    assert tuple(order) == best
    # 0.30/0.4, 0.90/1.5, 0.50/2.0, 0.05/0.9, 0.02/0.4 errors a minute
    assert tuple(order) == (0, 2, 1, 3, 4)


def test_findings_of_one_parcel_are_one_look():
    rows = [
        (7, "photos", "doubtful", "B", 0.5, 0.6),
        (3, "codes", "doubtful", "C", 0.5, 0.2),
        (7, "terrain", "inconsistent", "B", 0.9, 0.6),
        (7, "area", "doubtful", "C", 0.5, 0.6),
    ]
    rate, _ = per_minute(looks(rows), MODEL, MINUTES)
    # The photo (1.5) opens the parcel, terrain (0.9) and area (0.5) go along at 40 %.
    assert rate == pytest.approx([0.6 / 2.06, 0.2 / 0.4, 0.6 / 2.06, 0.6 / 2.06])
    order = order_by_rate(looks(rows), MODEL, MINUTES)
    assert order[0] == 1
    # Within the parcel, what is most likely true comes first.
    assert order[1] == 2


def test_without_a_parcel_the_finding_speaks_for_itself():
    rows = [
        (-1, "heights", "inconsistent", "A", 1.0, math.nan),
        (-1, "heights", "doubtful", "D", 1.0, math.nan),
        (-1, "heights", "inconsistent", "A", 0.4, math.nan),
    ]
    own = probabilities(looks(rows), MODEL)
    for value, row in zip(own, rows):
        finding = Finding(
            "some.rule",
            "",
            Family(row[1]),
            Verdict(row[2]),
            Severity(row[3]),
            "",
            "",
            Text("", ""),
            score=row[4],
        )
        odds = MODEL.prior / (1 - MODEL.prior) * MODEL.ratio(finding)
        assert value == pytest.approx(odds / (1 + odds))
    assert order_by_rate(looks(rows), MODEL, MINUTES).tolist() == [0, 2, 1]


def test_a_measured_ratio_is_followed_between_its_bands():
    rule = next(iter(MODEL._facts["measured"]["rules"]))
    verdict = next(iter(MODEL._facts["measured"]["rules"][rule]))
    severity = next(iter(MODEL._facts["measured"]["rules"][rule][verdict]))
    scores = np.linspace(0, 1, 41)
    many = looks([(-1, "area", verdict, severity, score, math.nan) for score in scores])
    many = Looks(**{**vars(many), "rules": (rule,)})
    own = probabilities(many, MODEL)
    for score, value in zip(scores, own):
        finding = Finding(
            rule,
            "",
            Family.AREA,
            Verdict(verdict),
            Severity(severity),
            "",
            "",
            Text("", ""),
            score=float(score),
        )
        odds = MODEL.prior / (1 - MODEL.prior) * MODEL.ratio(finding)
        assert value == pytest.approx(odds / (1 + odds), rel=1e-9)


def test_hostile_words_and_numbers_order_something():
    rows = [
        (0, "codes", "doubtful", "C", math.nan, 2.0),
        (1, "codes", "doubtful", "C", math.inf, -1.0),
        (2, "codes", "doubtful", "C", 0.5, math.nan),
    ]
    strange = Looks(
        **{**vars(looks(rows)), "severities": ("?", "!", "E", "F"), "verdicts": ("x", "y")}
    )
    assert sorted(order_by_rate(strange, MODEL, MINUTES)) == [0, 1, 2]
    empty = {
        name: value[:0] if isinstance(value, np.ndarray) else value
        for name, value in vars(strange).items()
    }
    assert order_by_rate(Looks(**empty), MODEL, MINUTES).tolist() == []


def decisions(family, minutes, count, start=0.0):
    return [Decided(start + i * minutes * 60.0, family, f"p{i}") for i in range(count + 1)]


def test_a_person_who_needs_twice_as_long_moves_the_minutes_by_the_shrunk_median():
    made = decisions("terrain", 2 * MINUTES.by_family["terrain"], 30)
    now = refined(MINUTES, made)
    share = 30 / (30 + MINUTES.trust)
    pace = math.log(2) * share
    own = (math.log(2) - pace) * share
    assert now.by_family["terrain"] == pytest.approx(
        MINUTES.by_family["terrain"] * math.exp(pace + own)
    )
    # Other families follow the pace alone.
    assert now.by_family["photos"] == pytest.approx(MINUTES.by_family["photos"] * math.exp(pace))


def test_pauses_bulk_decisions_and_the_same_parcel_say_nothing_of_the_time():
    pauses = decisions("terrain", 45.0, 20)
    bulk = decisions("terrain", 0.001, 200)
    same = [Decided(60.0 * i, "terrain", "p") for i in range(20)]
    for made in (pauses, bulk, same, [], pauses[:1]):
        assert refined(MINUTES, made) == MINUTES


def test_one_odd_time_among_many_hardly_counts():
    made = decisions("terrain", MINUTES.by_family["terrain"], 40)
    last = made[-1]
    made.append(Decided(last.at + 9.5 * 60, "terrain", "slow"))
    now = refined(MINUTES, made)
    assert now.by_family["terrain"] == pytest.approx(MINUTES.by_family["terrain"], rel=1e-6)


def test_a_hundred_thousand_findings_are_ordered_in_a_moment():
    import time

    chance = np.random.default_rng(1)
    count = 100_000
    many = looks([(0, "codes", "doubtful", "C", 0.5, 0.1)])
    many = Looks(
        **{
            **vars(many),
            "parcel": chance.integers(-1, 80_000, count),
            "rule": np.zeros(count, dtype=np.int64),
            "family": chance.integers(0, 16, count),
            "verdict": chance.integers(0, 2, count),
            "severity": chance.integers(0, 4, count),
            "score": chance.random(count),
            "risk": chance.random(count),
        }
    )
    began = time.perf_counter()
    order = order_by_rate(many, MODEL, MINUTES)
    assert time.perf_counter() - began < 2.0
    rate, _ = per_minute(many, MODEL, MINUTES)
    alone = many.parcel < 0
    assert (np.diff(rate[order]) <= 1e-12).all()
    assert len(np.unique(order)) == count
    # Findings of one parcel stay together.
    parcels = many.parcel[order]
    changes = 1 + np.count_nonzero(np.diff(parcels[parcels >= 0]))
    assert changes == len(np.unique(many.parcel[~alone]))
