"""Carry over, merge, known cases, measure, sign and check, run as a person's model runs them."""

import json
import shutil
import sqlite3
from contextlib import closing

import pytest

pytest.importorskip("qgis.core")

from qgis.core import QgsProcessingException, QgsVectorLayer

from onemap_verify.benchmarks.review_trust.world import PASSPHRASE, decide, make_signer, make_world
from onemap_verify.checks.journal.journal import Journal
from onemap_verify.checks.journal.lifecycle import Opinion, State


@pytest.fixture
def audit(tmp_path, monkeypatch):
    """The audit log, in a folder of its own."""
    monkeypatch.setenv("ONEMAP_AUDIT", str(tmp_path / "audit.db"))
    return tmp_path / "audit.db"


@pytest.fixture
def run(onemap_provider, audit):
    """Run one of our algorithms as a script does."""
    import processing

    return processing.run


@pytest.fixture
def world(tmp_path):
    return make_world(tmp_path / "world")


def copies(world, tmp_path, count):
    out = []
    for number in range(count):
        path = tmp_path / f"copy{number}.gpkg"
        shutil.copy(world.findings, path)
        out.append(path)
    return out


def logged(audit):
    with closing(sqlite3.connect(audit)) as connection:
        return connection.execute("SELECT event_type, object, before_after FROM events").fetchall()


def test_decisions_are_carried_over(run, world, tmp_path, audit):
    later = copies(world, tmp_path, 1)[0]
    decide(world)
    found = run(
        "onemap:carrydecisions",
        {"FINDINGS": str(later), "EARLIER": str(world.findings), "WHO": "赵"},
    )
    # 33 were decided; of them 20 were returned and are still there
    assert (found["CARRIED_COUNT"], found["RETURNED_COUNT"]) == (33, 20)
    assert (found["SETTLED_COUNT"], found["NEW_COUNT"], found["GONE_COUNT"]) == (13, 0, 0)
    kind, about, facts = logged(audit)[-1]
    assert (kind, about) == ("decision", "copy0.gpkg")
    assert json.loads(facts)["who"] == "赵"
    again = run(
        "onemap:carrydecisions",
        {"FINDINGS": str(later), "EARLIER": str(world.findings), "WHO": "赵"},
    )
    assert again["CARRIED_COUNT"] == 0


def test_copies_are_merged(run, world, tmp_path, audit):
    with Journal(world.findings, "李"):
        pass
    one, two = copies(world, tmp_path, 2)
    with Journal(one, "赵") as journal:
        journal.decide(world.names[:3], State.CLOSED, opinion=Opinion.DISMISSED)
    with Journal(two, "孙") as journal:
        journal.decide(world.names[2:4], State.RETURNED, "重测", Opinion.UPHELD)
    found = run(
        "onemap:mergedecisions",
        {"FINDINGS": str(world.findings), "OTHERS": [str(one), str(two)], "WHO": "李"},
    )
    assert (found["EVENT_COUNT"], found["DISPUTED_COUNT"]) == (5, 1)
    assert logged(audit)[-1][0] == "decision"
    stranger = make_world(tmp_path / "stranger", 7).findings
    with Journal(stranger, "赵"):
        pass
    with pytest.raises(QgsProcessingException, match="another verification"):
        run(
            "onemap:mergedecisions",
            {"FINDINGS": str(world.findings), "OTHERS": [str(stranger)], "WHO": "李"},
        )


def test_reviewers_are_measured(run, world, tmp_path):
    known = copies(world, tmp_path, 1)[0]
    with Journal(known, "专家") as journal:
        journal.decide(world.names[:10], State.RETURNED, "属实", Opinion.UPHELD)
        journal.decide(world.names[10:30], State.CLOSED, opinion=Opinion.DISMISSED)
    cases = tmp_path / "cases.json"
    found = run(
        "onemap:knowncases",
        {
            "FINDINGS": str(world.findings),
            "TRUTH": str(known),
            "COUNT": 16,
            "CASES": str(cases),
            "WHO": "主任",
        },
    )
    assert found["CASE_COUNT"] == 16 and len(found["COMMITMENT"]) == 64
    with Journal(world.findings, "李") as journal:
        journal.decide(world.names[:30], State.CLOSED, opinion=Opinion.DISMISSED)
    report = tmp_path / "report.json"
    measured = run(
        "onemap:measurereviewers",
        {
            "FINDINGS": str(world.findings),
            "CASES": str(cases),
            "REVIEWERS": "TEMPORARY_OUTPUT",
            "REPORT": str(report),
        },
    )
    assert (measured["REVIEWER_COUNT"], measured["CASE_COUNT"]) == (1, 16)
    row = next(measured["REVIEWERS"].getFeatures())
    assert (row["person"], row["judged"], row["sensitivity"], row["specificity"]) == (
        *("李", 16, 0.0, 1.0),
    )
    document = json.loads(report.read_text(encoding="utf-8"))
    assert document["reviewers"][0]["agreement"]["right"] == 8
    with pytest.raises(QgsProcessingException, match="never overwritten"):
        run(
            "onemap:knowncases",
            {
                "FINDINGS": str(world.findings),
                "TRUTH": str(known),
                "CASES": str(cases),
                "WHO": "主任",
            },
        )


def test_a_review_is_signed_and_every_edit_located(run, world, tmp_path, monkeypatch, audit):
    decide(world)
    make_signer(tmp_path)
    monkeypatch.setenv("TEST_PASSPHRASE", PASSPHRASE)
    key, certificate = tmp_path / "key.key", tmp_path / "key.crt"
    parameters = {
        "FINDINGS": str(world.findings),
        "SUBMISSION": str(world.package),
        "VERDICTS": [str(world.verdict)],
        "KEY": str(key),
        "CERTIFICATE": str(certificate),
        "PASSPHRASE": "env:TEST_PASSPHRASE",
        "WHO": "李",
    }
    signed = run("onemap:signreview", parameters)
    assert signed["FILE_COUNT"] == 8 and signed["SIGNER"] == "reviewer"
    check = {"FINDINGS": str(world.findings), "SUBMISSION": str(world.package)}
    found = run("onemap:checkreview", check)
    assert found["INTACT"] and found["SIGNATURE_HOLDS"] and found["BREACH_COUNT"] == 0
    assert not found["SIGNER_TRUSTED"] and found["ROOT"] == signed["ROOT"]
    trusted = run("onemap:checkreview", {**check, "TRUST": [str(certificate)]})
    assert trusted["SIGNER_TRUSTED"]
    areas = world.package / "areas.csv"
    text = areas.read_text(encoding="utf-8").replace("1500.5", "1900.5", 1)
    areas.write_text(text, encoding="utf-8")
    report = tmp_path / "report.json"
    found = run("onemap:checkreview", {**check, "REPORT": str(report)})
    assert not found["INTACT"] and found["FIRST_BREACH"].startswith("areas.csv: changed since")
    breach = json.loads(report.read_text(encoding="utf-8"))["breaches"][0]
    first, last = (int(part) for part in breach["row"].split("–"))
    assert first <= 502 <= last
    assert [row[0] for row in logged(audit)] == ["seal", *["check_seal"] * 3]
    outside = tmp_path / "elsewhere.json"
    outside.write_text("{}", encoding="utf-8")
    with pytest.raises(QgsProcessingException, match="beside the findings"):
        run("onemap:signreview", {**parameters, "VERDICTS": [str(outside)]})


def test_qgis_having_the_file_open_does_no_harm(run, world, tmp_path):
    decide(world)
    signer, trust = make_signer(tmp_path)
    from onemap_verify.benchmarks.review_trust.world import sign
    from onemap_verify.checks.review_seal import check_review

    layer = QgsVectorLayer(f"{world.findings}|layername=findings", "findings", "ogr")
    assert layer.isValid() and layer.featureCount() == 80
    sign(world, signer)
    layer.startEditing()
    layer.rollBack()
    del layer
    report = check_review(world.findings, world.package, trust=trust)
    assert report.intact and report.good
