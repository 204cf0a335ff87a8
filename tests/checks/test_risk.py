"""One probability per parcel: no double counting, three outcomes."""

import numpy as np
import pytest

from onemap_verify.checks.findings import Family, Finding, Severity, Text, Verdict
from onemap_verify.checks.risk import ACCEPTED, NOT_CHECKABLE, REVIEW, fuse
from onemap_verify.checks.standard import load


def finding(bsm, family=Family.TERRAIN, verdict=Verdict.INCONSISTENT, severity=Severity.B, **more):
    return Finding(
        "r", "1", family, verdict, severity, "DLTB", bsm, Text("因", "why"), parcel_bsm=bsm, **more
    )


def run(findings, compared=(True, True, True)):
    bsm = np.array(["1", "2", "3"], dtype=object)
    return fuse(bsm, findings, np.array(compared), load())


def test_without_findings_the_prior_stays():
    out = run([], (True, True, False))
    assert set(out.risk) == {0.007}
    assert list(out.outcome) == [ACCEPTED, ACCEPTED, NOT_CHECKABLE]
    assert "无法核验" in out.reasons[2]


def test_one_contradiction_is_bayes_rule():
    out = run([finding("2")])
    odds = 0.007 / 0.993 * 400
    assert out.risk[1] == pytest.approx(odds / (1 + odds))
    assert list(out.outcome) == [ACCEPTED, REVIEW, ACCEPTED]


def test_the_same_family_is_not_counted_twice():
    once = run([finding("2")]).risk[1]
    twice = run([finding("2"), finding("2", key="other")]).risk[1]
    assert once == twice
    both = run([finding("2"), finding("2", family=Family.AREA)]).risk[1]
    assert both > once


def test_a_slight_doubt_is_accepted_and_still_told():
    out = run([finding("2", verdict=Verdict.DOUBTFUL, severity=Severity.D, score=0.2)])
    assert out.outcome[1] == ACCEPTED
    assert "why" in out.reasons[1]


def test_a_contradiction_is_reviewed_even_where_nothing_was_compared():
    out = run([finding("3")], (True, True, False))
    assert out.outcome[2] == REVIEW


def test_findings_about_no_parcel_move_no_parcel():
    out = run([finding("")])
    assert set(out.outcome) == {ACCEPTED}
