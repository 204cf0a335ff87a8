"""A resubmission: decisions stay with what is the same, and come back with what is not."""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from onemap_verify.checks.comparison import Why
from onemap_verify.checks.journal.audit import check_journal
from onemap_verify.checks.journal.carried import absent_findings, life_of
from onemap_verify.checks.journal.carry import carry, changed_since
from onemap_verify.checks.journal.journal import Journal, JournalError
from onemap_verify.checks.journal.lifecycle import Opinion, Role, State
from onemap_verify.checks.journal.merge import merge

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fixtures"))
import small_survey


def ids(path):
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute("SELECT finding_id FROM findings")]


def edit(path, *statements):
    """Change what a verification found, before anybody has decided anything."""
    with closing(sqlite3.connect(path)) as connection:
        for (trigger,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'findings'"
        ).fetchall():
            connection.execute(f'DROP TRIGGER "{trigger}"')
        for statement in statements:
            connection.execute(statement)
        connection.commit()


@pytest.fixture
def runs(tmp_path):
    """An earlier run with 20 findings, and a later one without the last two."""
    before, after = tmp_path / "before.gpkg", tmp_path / "after.gpkg"
    small_survey.write_findings_file(before, 20)
    small_survey.write_findings_file(after, 18)
    return before, after


def test_what_is_the_same_keeps_its_decision(runs):
    before, after = runs
    names = ids(before)
    with Journal(before, "Li") as first:
        first.decide([names[0]], State.CLOSED, "a terrace", Opinion.DISMISSED)
        first.decide([names[1]], State.EXCEPTION, "flood of 2026", Opinion.UPHELD)
        first.decide([names[2]], State.UNDER_REVIEW)
        given = first.standing()
        head = first.head()
    with Journal(after, "Zhao") as journal:
        done = carry(journal, before)
        now = journal.standing()
        assert set(now) == set(names[:3])
        for name in names[:3]:
            assert (now[name].state, now[name].opinion) == (given[name].state, given[name].opinion)
            assert (now[name].who, now[name].at) == ("Li", given[name].at)
            assert now[name].reason == given[name].reason
            assert (now[name].carried, now[name].note) == ("same", None)
        source = journal.events_of([names[0]])[0].details["source"]
        assert (source["size"], source["root"]) == head
        assert source["events"] == [given[names[0]].event_id]
        # the one who goes on goes on from there
        journal.decide([names[0]], State.RETURNED, "no terrace at all", Opinion.UPHELD)
        assert journal.standing()[names[0]].disputed  # Li had dismissed it
    assert (done.standing, done.settled, done.returned) == (3, 2, 0)
    assert check_journal(after).intact
    assert changed_since(after) == {}


def test_returned_and_still_there_comes_back(runs):
    before, after = runs
    one, two, three = ids(before)[:3]
    with Journal(before, "Li") as reviewer:
        reviewer.decide([one, two, three], State.RETURNED, "measure again", Opinion.UPHELD)
    with Journal(before, "Wang", Role.SURVEYOR) as county:
        county.decide([two, three], State.CORRECTED, "done")
    with Journal(before, "Li") as reviewer:
        reviewer.decide([three], State.CLOSED)
    with Journal(after, "Li") as journal:
        done = carry(journal, before)
        now = journal.standing()
    assert {name: now[name].state for name in now} == {
        one: State.RETURNED,
        two: State.RETURNED,
        three: State.UNDER_REVIEW,
    }
    assert now[one].note.en == "returned before, and still there"
    assert now[two].note.zh == "上次已报整改，本次仍在"
    assert done.returned == 3
    assert changed_since(after) == dict.fromkeys((one, two, three), Why.SAME)


def test_what_changed_comes_back_and_says_what(runs):
    before, after = runs
    edit(after, "UPDATE findings SET measured = '99999' WHERE fid IN (1, 2, 3)")
    names = ids(before)
    with Journal(before, "Li") as first:
        first.decide([names[0]], State.CLOSED, opinion=Opinion.DISMISSED)
        first.decide([names[1]], State.RETURNED, "again", Opinion.UPHELD)
        first.decide([names[4]], State.CLOSED, opinion=Opinion.DISMISSED)
    with Journal(after, "Zhao") as journal:
        done = carry(journal, before)
        now = journal.standing()
        # An opinion on other facts is none on these: nobody is contradicted.
        journal.decide([names[0]], State.RETURNED, "now it is wrong", Opinion.UPHELD)
        assert not journal.standing()[names[0]].disputed
    assert (now[names[0]].state, now[names[0]].opinion) == (State.UNDER_REVIEW, None)
    assert now[names[0]].note.en == (
        "'closed' before, with another verdict or value since (12345.6 → 99999)"
    )
    assert now[names[1]].state is State.RETURNED
    assert now[names[4]].state is State.CLOSED
    assert (done.changed, done.returned, done.settled) == (3, 2, 1)
    changed = changed_since(after)
    assert changed == dict.fromkeys(names[:3], Why.CHANGED)


def test_what_is_gone_keeps_its_whole_life(runs):
    before, after = runs
    gone = ids(before)[19]
    with Journal(before, "Li") as reviewer:
        reviewer.decide([gone], State.RETURNED, "measure again", Opinion.UPHELD)
    with Journal(before, "Wang", Role.SURVEYOR) as county:
        county.decide([gone], State.CORRECTED, "measured on 3 May")
    with Journal(after, "Zhao") as journal:
        done = carry(journal, before)
        assert gone not in journal.standing()
        life = life_of(journal.visible(gone), gone)
    absent = absent_findings(after)
    assert list(absent) == [gone]
    one = absent[gone]
    assert (one.state, one.finding["measured"]) == (State.CLOSED, "12345.6")
    assert one.why in (Why.CORRECTED, Why.OBJECT_GONE)
    told = [(step["who"], step["action"], step.get("state"), step.get("reason")) for step in life]
    assert told == [
        ("Li", "moved", "returned", "measure again"),
        ("Wang", "moved", "corrected", "measured on 3 May"),
        ("Zhao", "carried", "closed", None),
    ]
    assert done.gone == 2
    assert check_journal(after).intact


def test_what_could_not_be_checked_is_not_gone(runs, tmp_path):
    before, after = runs
    last = ids(before)[19]
    edit(after, "UPDATE rules_run SET tested = 0", "DELETE FROM parcel_risk")
    with Journal(before, "Li") as reviewer:
        reviewer.decide([last], State.RETURNED, "measure again", Opinion.UPHELD)
    with Journal(after, "Li") as journal:
        assert carry(journal, before).not_checked == 2
    assert absent_findings(after)[last].why is Why.NOT_CHECKED
    assert absent_findings(after)[last].state is State.RETURNED
    again, never = tmp_path / "again.gpkg", tmp_path / "never.gpkg"
    small_survey.write_findings_file(again, 20)
    small_survey.write_findings_file(never, 18)
    with Journal(again, "Li") as journal:
        carry(journal, after)
        assert journal.standing()[last].state is State.RETURNED
        steps = [(s["action"], s["state"]) for s in life_of(journal.visible(last), last)]
        assert steps == [("moved", "returned"), ("carried", "returned"), ("carried", "returned")]
    with Journal(never, "Li") as journal:
        carry(journal, after)
    assert absent_findings(never)[last].why is Why.CORRECTED
    assert absent_findings(never)[last].state is State.CLOSED
    once_more = tmp_path / "once_more.gpkg"
    small_survey.write_findings_file(once_more, 20)
    with Journal(once_more, "Li") as journal:
        carry(journal, never)
        now = journal.standing()[last]
    assert (now.state, now.note.en) == (
        State.UNDER_REVIEW,
        "was corrected and closed, and is there again",
    )


def test_again_takes_only_what_is_new_and_never_overrules(runs):
    before, after = runs
    one, two, three = ids(before)[:3]
    with Journal(before, "Li") as first:
        first.decide([one, two], State.CLOSED, opinion=Opinion.DISMISSED)
    with Journal(after, "Zhao") as journal:
        assert carry(journal, before).standing == 2
        journal.decide([one], State.RETURNED, "no", Opinion.UPHELD)
        again = carry(journal, before)
        assert (again.standing, again.already) == (0, 1)
        with Journal(before, "Li") as first:
            first.decide([three], State.UNDER_REVIEW)
            first.decide([one], State.UNDER_REVIEW)
        later = carry(journal, before)
        assert (later.standing, later.already) == (1, 1)
        assert journal.standing()[one].state is State.RETURNED
        assert journal.standing()[three].state is State.UNDER_REVIEW


def test_carrying_over_is_undone_as_one(runs):
    before, after = runs
    with Journal(before, "Li") as first:
        first.decide(ids(before)[:9], State.CLOSED, opinion=Opinion.DISMISSED)
    with Journal(after, "Zhao") as journal:
        carry(journal, before)
        assert len(journal.standing()) == 9
        journal.undo_last()
        assert journal.standing() == {}
        assert changed_since(after) == {}
        assert carry(journal, before).standing == 9
    assert check_journal(after).intact


def test_an_earlier_file_that_was_tampered_with_is_refused(runs):
    before, after = runs
    with Journal(before, "Li") as first:
        first.decide(ids(before)[:2], State.CLOSED, opinion=Opinion.DISMISSED)
    edit(before, "UPDATE decisions SET state = 'found'")
    with Journal(after, "Zhao") as journal:
        with pytest.raises(JournalError, match="tampered"):
            carry(journal, before)
        assert journal.standing() == {}


def test_copies_that_both_carried_over_come_together(runs, tmp_path):
    import shutil

    before, after = runs
    names = ids(before)
    with Journal(before, "Li") as first:
        first.decide(names[:4], State.CLOSED, opinion=Opinion.DISMISSED)
    with Journal(after, "Zhao"):
        pass
    copy = tmp_path / "copy.gpkg"
    shutil.copy(after, copy)
    with Journal(after, "Zhao") as one, Journal(copy, "Sun") as other:
        carry(one, before)
        one.decide([names[0]], State.RETURNED, "no", Opinion.UPHELD)
        carry(other, before)  # later, and still below what Zhao decided
        other.decide([names[1]], State.UNDER_REVIEW, "to be looked at")
    both = [tmp_path / "ab.gpkg", tmp_path / "ba.gpkg"]
    standings = []
    for target, source, added in ((both[0], after, copy), (both[1], copy, after)):
        shutil.copy(source, target)
        with Journal(target, "Li") as journal:
            merge(journal, added)
            standings.append(journal.standing())
        assert check_journal(target).intact
    assert standings[0] == standings[1]
    assert standings[0][names[0]].state is State.RETURNED
    assert standings[0][names[1]].state is State.UNDER_REVIEW
    assert standings[0][names[2]].state is State.CLOSED
