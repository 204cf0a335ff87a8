"""The review's door to the journal: order, what others write, what cannot be read or written."""

import os
import shutil
import sqlite3
import stat
import time

import pytest


@pytest.fixture
def until(qgis_app):
    from qgis.PyQt.QtTest import QTest

    def wait(true, seconds=30.0):
        end = time.monotonic() + seconds
        while not true() and time.monotonic() < end:
            QTest.qWait(10)
        assert true()

    return wait


@pytest.fixture
def opened(qgis_app, survey, tmp_path, monkeypatch, until):
    """Opens sessions on one copy of the file of findings."""
    from onemap_verify.panels.review.queue.reading import read_findings
    from onemap_verify.panels.review.session import ReviewSession

    monkeypatch.setenv("ONEMAP_AUDIT", str(tmp_path / "audit.db"))
    path = tmp_path / "findings.gpkg"
    shutil.copy(survey["findings"], path)
    made = []

    def make(person="王敏", role="reviewer"):
        session = ReviewSession()
        session.messages = []
        session.told.connect(lambda text, level: session.messages.append(text))
        session.set_person(person, role)
        session.open(path, read_findings(path), {})
        until(lambda: session.ready)
        session.ids = session.table.columns["finding_id"]
        made.append(session)
        return session

    make.path = path
    yield make
    for session in made:
        session.shut_down()
    path.chmod(0o644)


def words():
    from onemap_verify.checks.journal.lifecycle import Opinion, State

    return Opinion, State


def test_looking_writes_nothing(opened):
    before = opened.path.read_bytes()
    opened()
    assert opened.path.read_bytes() == before


def test_calls_are_answered_in_their_order(opened, until):
    Opinion, State = words()
    session, heard = opened(), []
    name = session.ids[0]
    session.decide([name], State.RETURNED, "x", Opinion.UPHELD, then=lambda _: heard.append(1))
    session.look(lambda path: time.sleep(0.1), lambda _: heard.append(2))
    session.decide([name], State.UNDER_REVIEW, then=lambda _: heard.append(3))
    session.decide([name], State.CLOSED, "", Opinion.DISMISSED, then=lambda _: heard.append(4))
    assert session.saving[name] == 3
    until(lambda: not session.busy)
    assert heard == [1, 2, 3, 4]
    assert not session.saving
    assert session.standing[name].state is State.CLOSED


def test_what_others_write_is_read_by_itself(opened, until, monkeypatch):
    from onemap_verify.checks.journal.journal import Journal
    from onemap_verify.panels.review.journal import reading as session_reading

    Opinion, State = words()
    session = opened()
    session.decide([session.ids[0]], State.CLOSED, "", Opinion.DISMISSED)
    until(lambda: not session.busy)
    session.look_for_changes()  # knows of the journal's beginning from now on
    until(lambda: not session.busy)
    whole, changed = [], []
    real = session_reading.read
    monkeypatch.setattr(session_reading, "read", lambda *one: whole.append(1) or real(*one))
    session.standing_changed.connect(changed.append)
    session.look_for_changes()
    until(lambda: not session.busy)
    assert changed == []  # nothing new, nothing told
    with Journal(opened.path, "李强") as journal:
        journal.decide([session.ids[3]], State.RETURNED, "y", Opinion.UPHELD)
        journal.decide([session.ids[4]], State.RETURNED, "y", Opinion.UPHELD)
    session.look_for_changes()
    until(lambda: not session.busy)
    assert changed == [[session.ids[3], session.ids[4]]]
    assert session.standing[session.ids[4]].who == "李强"
    assert whole == []
    # Work that was given out changes what may be seen: then all is read anew.
    from onemap_verify.checks.journal.assignments import assign

    with Journal(opened.path, "李强") as journal:
        assign(journal, "一批", "王敏", [session.ids[9]])
    session.look_for_changes()
    until(lambda: not session.busy)
    assert whole == [1]
    assert session.assigned == {session.ids[9]: "first"}


def test_the_watch_sees_it_without_being_asked(opened, until):
    from onemap_verify.checks.journal.journal import Journal

    Opinion, State = words()
    session = opened()
    with Journal(opened.path, "李强") as journal:
        journal.decide([session.ids[3]], State.RETURNED, "y", Opinion.UPHELD)
    until(lambda: session.ids[3] in session.standing, seconds=8.0)


def test_another_person_sees_nothing_of_the_one_before(opened, until):
    from onemap_verify.checks.journal.assignments import assign

    Opinion, State = words()
    session = opened("王敏")
    name = session.ids[0]

    def give(journal):
        return [
            assign(journal, "一批", "王敏", [name]),
            assign(journal, "一批", "李强", [name], second=True),
        ]

    session.write("", [], give)
    session.reload()
    until(lambda: not session.busy)
    assert session.blind == {name}
    session.decide([name], State.RETURNED, "x", Opinion.UPHELD)
    until(lambda: not session.busy)
    assert session.blind == frozenset()
    session.set_person("李强", "reviewer")
    # At once, not only when the journal was read again.
    assert session.standing == {}
    assert not session.ready
    until(lambda: session.ready)
    assert session.standing == {}
    assert session.blind == {name}
    session.second_opinion(name, Opinion.DISMISSED)
    until(lambda: not session.busy)
    assert session.standing[name].disputed
    assert session.blind == frozenset()
    session.undo_last()
    until(lambda: not session.busy)
    assert session.blind == {name}
    assert session.standing == {}


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="this account may write all")
def test_a_file_that_may_not_be_written(opened, until):
    Opinion, State = words()
    session = opened()
    opened.path.chmod(stat.S_IREAD)
    session.decide([session.ids[0]], State.CLOSED, "", Opinion.DISMISSED)
    until(lambda: session.messages)
    assert "read-only" in session.messages[0]
    assert session.standing == {}


def test_a_file_that_is_damaged_says_so(opened, until):
    from onemap_verify.panels.review.decisions.bar import DecisionBar

    Opinion, State = words()
    session = opened()
    session.decide([session.ids[0]], State.CLOSED, "", Opinion.DISMISSED)
    until(lambda: not session.busy)
    bar = DecisionBar(session)
    session.set_current(session.ids[0])
    whole = opened.path.read_bytes()
    opened.path.write_bytes(whole[: len(whole) // 3])
    session.reload()
    until(lambda: session.trouble)
    assert "damaged" in session.trouble
    assert bar.last.whole() == session.trouble
    assert bar.buttons == {}
    opened.path.write_bytes(whole)
    session.reload()
    until(lambda: session.ready and not session.trouble)
    assert bar.chip.text() == "Closed"
    bar.deleteLater()


def test_a_decision_about_the_file_before_is_not_lost(opened, until, survey, tmp_path):
    from onemap_verify.checks.journal.reading import read_standing
    from onemap_verify.panels.review.queue.reading import read_findings

    Opinion, State = words()
    session = opened()
    other = tmp_path / "other.gpkg"
    shutil.copy(survey["findings"], other)
    for name in session.ids[:5]:
        session.decide([name], State.CLOSED, "", Opinion.DISMISSED)
    session.open(other, read_findings(other), {})
    until(lambda: session.ready and not session.busy)
    assert len(read_standing(opened.path)) == 5
    assert session.standing == {}


def test_a_failure_after_turning_away_is_told(opened, until, survey, tmp_path):
    from onemap_verify.panels.review.queue.reading import read_findings

    _, State = words()
    session = opened()
    other = tmp_path / "other.gpkg"
    shutil.copy(survey["findings"], other)
    quiet = []
    session.decide([session.ids[0]], State.RETURNED, "", failed=lambda *why: quiet.append(why))
    session.open(other, read_findings(other), {})
    until(lambda: session.messages)
    assert session.messages[0].startswith("findings.gpkg: Saving the decision")
    assert quiet == []


def test_decisions_are_in_the_audit_log(opened, until, tmp_path):
    Opinion, State = words()
    session = opened()
    session.decide(session.ids[:3], State.RETURNED, "x", Opinion.UPHELD)
    until(lambda: not session.busy)
    with sqlite3.connect(tmp_path / "audit.db") as connection:
        told = "\n".join(str(row) for row in connection.execute("SELECT * FROM events"))
    assert "decision" in told
    assert "王敏" in told
