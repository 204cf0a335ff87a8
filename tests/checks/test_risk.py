"""One probability per parcel: no double counting, support and contradiction, three outcomes."""

from dataclasses import replace

import numpy as np
import pytest

from onemap_verify.checks.findings import Family, Finding, Severity, Text, Verdict
from onemap_verify.checks.risk import ACCEPTED, NOT_CHECKABLE, REVIEW, RiskModel, fuse
from onemap_verify.checks.standard import load

MODEL = RiskModel(load().data("risk.json"))
EVERYWHERE = (True, True, True)
PRIOR = MODEL.prior / (1 - MODEL.prior)


def finding(bsm, family=Family.TERRAIN, verdict=Verdict.INCONSISTENT, severity=Severity.B, **more):
    return Finding(
        "r", "1", family, verdict, severity, "DLTB", bsm, Text("因", "why"), parcel_bsm=bsm, **more
    )


def doubt(bsm, family=Family.TERRAIN, **more):
    return finding(bsm, family, Verdict.DOUBTFUL, **more)


def run(findings, **compared):
    bsm = np.array(["1", "2", "3"], dtype=object)
    compared = compared or {"terrain": EVERYWHERE}
    held = {Family(name): np.array(rows) for name, rows in compared.items()}
    return fuse(bsm, findings, held, load())


def share(kind):
    kinds = load().data("risk.json")["kinds"]
    return kinds[kind]["share"] / sum(each["share"] for each in kinds.values())


def test_every_family_has_one_source_and_every_source_a_kind():
    assert MODEL.shares.sum() == pytest.approx(1.0)
    assert set(MODEL.source_of) == {each.value for each in Family} - {"statistics"}
    assert MODEL.speaks.any(axis=0).all()
    assert MODEL.speaks.any(axis=1).all()
    assert ((MODEL.clean > 0) & (MODEL.clean <= 1)).all()


def test_where_nothing_was_compared_the_prior_stays():
    out = run([], terrain=(True, True, False))
    assert out.risk[2] == pytest.approx(MODEL.prior)
    assert list(out.outcome) == [ACCEPTED, ACCEPTED, NOT_CHECKABLE]
    assert "无法核验" in out.reasons[2]


def test_agreement_lowers_the_risk_of_what_it_speaks_of_and_of_nothing_else():
    clean = MODEL.clean[MODEL.sources.index("terrain")]
    odds = PRIOR * (1 - share("slope") * (1 - clean))
    assert run([]).risk[0] == pytest.approx(odds / (1 + odds))


def test_one_contradiction_is_bayes_rule():
    out = run([finding("2")])
    odds = PRIOR * (1 - share("slope") + share("slope") * MODEL.ratio(finding("2")))
    assert out.risk[1] == pytest.approx(odds / (1 + odds))
    assert list(out.outcome) == [ACCEPTED, REVIEW, ACCEPTED]


def test_the_same_source_is_not_counted_twice():
    once = run([doubt("2", Family.IMAGERY)]).risk[1]
    twice = [doubt("2", Family.IMAGERY), doubt("2", Family.IMAGERY, key="other")]
    assert run(twice).risk[1] == once
    # Change is told by the same picture.
    both = [doubt("2", Family.IMAGERY), doubt("2", Family.CHANGE)]
    assert run(both).risk[1] == pytest.approx(once)


def test_sources_that_speak_of_the_same_support_each_other():
    picture, photos = doubt("2", Family.IMAGERY), doubt("2", Family.PHOTOS)
    alone = [run([each]).risk[1] for each in (picture, photos)]
    assert run([picture, photos]).risk[1] > 5 * max(alone)


def test_sources_of_different_problems_add_and_do_not_multiply():
    slope, outline = doubt("2"), doubt("2", Family.BOUNDARY)
    one, two = run([slope]).risk[1], run([outline]).risk[1]
    assert max(one, two) < run([slope, outline]).risk[1] < one + two


def test_a_picture_that_agrees_speaks_against_a_photo_and_says_so():
    photo = doubt("2", Family.PHOTOS)
    silent, against = run([photo], imagery=(True, False, True)), run([photo], imagery=EVERYWHERE)
    assert against.risk[1] < silent.risk[1]
    assert "The picture agrees" in against.reasons[1]
    assert "The picture agrees" not in silent.reasons[1]


def test_the_reasons_begin_with_the_strongest_and_count_the_rest():
    findings = [doubt("2", severity=Severity.D, key=str(number)) for number in range(6)]
    findings.append(finding("2", Family.IMAGERY, severity=Severity.A, score=1.0))
    out = run(findings)
    assert len(out.reasons[1].splitlines()) == MODEL.reasons_shown + 1
    assert "2 more" in out.reasons[1]
    assert run(findings[::-1]).reasons[1] == out.reasons[1]


def test_a_slight_doubt_is_accepted_and_still_told():
    out = run([doubt("2", severity=Severity.D, score=0.2)])
    assert out.outcome[1] == ACCEPTED
    assert "why" in out.reasons[1]


def test_a_contradiction_is_reviewed_even_where_nothing_was_compared():
    out = run([finding("3")], terrain=(True, True, False))
    assert out.outcome[2] == REVIEW


def test_agreement_that_vouches_for_nothing_declared_accepts_no_parcel():
    assert set(run([], boundary=EVERYWHERE).outcome) == {NOT_CHECKABLE}


def test_where_there_is_a_picture_it_must_bear_out_what_is_accepted():
    out = run([], terrain=EVERYWHERE, imagery=(True, False, True))
    assert list(out.outcome) == [ACCEPTED, NOT_CHECKABLE, ACCEPTED]


def test_findings_about_no_parcel_move_no_parcel():
    out = run([finding("")])
    assert set(out.outcome) == {ACCEPTED}
    assert len(set(out.risk)) == 1


def measured():
    return load().data("risk.json")["measured"]


def test_measured_ratios_say_where_they_come_from_and_are_sane():
    block = measured()
    assert {"seed", "date", "places", "packages", "parcels", "bands", "rules"} <= set(block)
    assert set(block["places"]) <= {"demo", "penn"}, "never places that are reported on"
    assert block["rules"]
    for by_verdict in block["rules"].values():
        for by_severity in by_verdict.values():
            for cell in by_severity.values():
                ratios = cell["ratio"]
                assert len(ratios) == len(cell["found"]) == len(cell["false"]) == 3
                assert ratios == sorted(ratios) and ratios[0] >= 1.0 and ratios[-1] <= 5000.0
                assert sum(cell["found"]) <= 3 * cell["of"]


def test_a_measured_rule_has_its_own_ratio_and_no_jumps():
    rule, verdict, severity, cell = next(
        (rule, verdict, severity, cell)
        for rule, by_verdict in measured()["rules"].items()
        for verdict, by_severity in by_verdict.items()
        for severity, cell in by_severity.items()
        if cell["ratio"][0] < cell["ratio"][2]
    )

    def ratio(score):
        one = finding("1", verdict=Verdict(verdict), severity=Severity(severity), score=score)
        return MODEL.ratio(replace(one, rule_id=rule))

    assert ratio(0.0) == pytest.approx(cell["ratio"][0])
    assert ratio(0.525) == pytest.approx(cell["ratio"][1])
    assert ratio(1.0) == pytest.approx(cell["ratio"][2])
    steps = np.diff(np.log([ratio(score) for score in np.linspace(0, 1, 201)]))
    assert (steps >= 0).all()
    assert steps.max() < 0.01 + 2 * np.log(cell["ratio"][2] / cell["ratio"][0]) / 60
