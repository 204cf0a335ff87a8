"""Work packages, second opinions nobody can copy, known cases, undo of many at once."""

import json
import sqlite3
import stat
import sys
from contextlib import closing
from pathlib import Path

import pytest

from onemap_verify.checks.errors import InputError, OutputError
from onemap_verify.checks.journal.assignments import (
    assign,
    assign_shares,
    assigned,
    assigned_second,
    progress_of,
    reassign,
    split,
)
from onemap_verify.checks.journal.audit import check_journal
from onemap_verify.checks.journal.journal import Journal, JournalError
from onemap_verify.checks.journal.known_cases import choose, commit, read_cases, settled_truth
from onemap_verify.checks.journal.lifecycle import Opinion, Role, State
from onemap_verify.checks.journal.reading import read_standing_for
from onemap_verify.checks.journal.reviewers import measure_reviewers, wilson

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fixtures"))
import small_survey

UPHELD, DISMISSED, DOUBTFUL = Opinion.UPHELD, Opinion.DISMISSED, Opinion.DOUBTFUL


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "findings.gpkg"
    small_survey.write_findings_file(path, 40)
    return path


@pytest.fixture
def names(file):
    with closing(sqlite3.connect(file)) as connection:
        return [row[0] for row in connection.execute("SELECT finding_id FROM findings")]


def test_a_bulk_is_undone_as_one(file, names):
    with Journal(file, "Li") as journal:
        journal.decide(names[:1], State.UNDER_REVIEW)
        events = journal.decide(names[:30], State.RETURNED, "all of them", UPHELD)
        assert len({event.details["batch"] for event in events}) == 1
        last = journal.last_own()
        assert [len(one.findings) for one in last] == [30, 1]
        undone = journal.undo_last()
        assert len(undone) == 30
        assert {n: s.state for n, s in journal.standing().items()} == {names[0]: State.UNDER_REVIEW}
        assert len(journal.last_own()) == 1
        journal.undo_last()
        assert journal.standing() == {} and journal.last_own() == []
        with pytest.raises(JournalError, match="nothing to undo"):
            journal.undo_last()
    assert check_journal(file).intact


def test_a_bulk_on_which_somebody_built_stays_whole(file, names):
    with Journal(file, "Li") as first, Journal(file, "Zhao") as other:
        batch = first.decide(names[:9], State.RETURNED, "all", UPHELD)[0].details["batch"]
        other.decide(names[3:5], State.UNDER_REVIEW)
        with pytest.raises(JournalError, match="2 of these findings"):
            first.undo_batch(batch)
        with pytest.raises(JournalError, match="Only Li"):
            other.undo_batch(batch)
        assert len(first.standing()) == 9
        other.undo_last()
        first.undo_batch(batch)
        assert first.standing() == {}


def test_a_dispute_is_settled_once(file, names):
    one = names[0]
    with Journal(file, "Li") as first, Journal(file, "Zhao") as second:
        first.decide([one], State.CLOSED, "a terrace", DISMISSED)
        with pytest.raises(JournalError, match="no dispute"):
            second.decide([one], State.CLOSED, "", DISMISSED, settles=True)
        second.second_opinion(one, UPHELD)
        assert first.standing()[one].disputed
        with pytest.raises(JournalError, match="with an opinion"):
            first.decide([one], State.CLOSED, settles=True)
        # that it was right as it was is no step, but it is a settlement
        first.decide([one], State.CLOSED, "seen together", DISMISSED, settles=True)
        assert not first.standing()[one].disputed
        second.second_opinion(one, DISMISSED)
        assert not first.standing()[one].disputed
        second.second_opinion(one, UPHELD)
        assert first.standing()[one].disputed


def test_work_is_given_out_and_taken_over(file, names):
    with Journal(file, "Chief", Role.ADMINISTRATOR) as chief:
        assign(chief, "village 1", "Li", names[:10], due="2026-12-01")
        given = assign(chief, "village 2", "Zhao", names[10:20])
        assert assigned(file)[names[0]] == "Li" and assigned(file)[names[10]] == "Zhao"
        with Journal(file, "Li") as journal:
            journal.decide(names[:4], State.CLOSED, opinion=DISMISSED)
            journal.decide(names[4:6], State.UNDER_REVIEW, opinion=DOUBTFUL)
            journal.decide(names[6:7], State.RETURNED, "again")
        with Journal(file, "Wang", Role.SURVEYOR) as county:
            county.decide(names[6:7], State.CORRECTED)
        done = progress_of(file, dict.fromkeys(names, 2.0))
        assert [(one.package.person, one.done, one.total) for one in done] == [
            ("Li", 6, 10),
            ("Zhao", 0, 10),
        ]
        assert done[0].minutes_left == 8.0
        reassign(chief, given.event_id, "Sun", "Zhao is ill")
        assert assigned(file)[names[10]] == "Sun"
        assert [one.package.person for one in progress_of(file)] == ["Li", "Sun"]
        assign(chief, "village 2a", "Li", names[15:20])
        assert [len(one.package.findings) for one in progress_of(file)] == [10, 5, 5]
        chief.undo_last()
        assert assigned(file)[names[15]] == "Sun"
        with pytest.raises(JournalError, match="no finding"):
            assign(chief, "x", "Li", ["nothing"])
        with pytest.raises(JournalError, match="of the own"):
            assign(chief, "x", "Li", names[:1], second=True)


def test_work_is_divided_evenly_and_always_the_same():
    minutes = {f"f{n:03d}": 1.0 + n % 7 for n in range(200)}
    shares = split(list(minutes), ["Li", "Zhao", "Sun"], minutes, second_share=0.05, seed="7")
    assert shares == split(
        list(minutes)[::-1], ["Li", "Zhao", "Sun"], minutes, second_share=0.05, seed="7"
    )
    assert sorted(name for one in shares for name in one.findings) == sorted(minutes)
    twice = [name for one in shares for name in one.second]
    assert len(twice) == 10 and len(set(twice)) == 10
    for one in shares:
        assert not set(one.second) & set(one.findings)
    load = [one.minutes for one in shares]
    assert max(load) - min(load) <= 14
    villages = {name: f"v{int(name[1:]) % 9}" for name in minutes}
    for one in split(list(minutes), ["Li", "Zhao"], minutes, villages):
        for other in split(list(minutes), ["Li", "Zhao"], minutes, villages):
            if one.person != other.person:
                assert not {villages[n] for n in one.findings} & {
                    villages[n] for n in other.findings
                }
    with pytest.raises(JournalError, match="two people"):
        split(["a"], ["Li"], second_share=0.1)
    assert split(["a", "b"], ["Li"], {"a": float("nan")})[0].minutes == 2.0


def test_nothing_of_the_first_opinion_reaches_the_second(file, names):
    one = names[0]
    with Journal(file, "Chief", Role.ADMINISTRATOR) as chief:
        shares = split(names, ["Li", "Zhao"], second_share=1.0, seed="1")
        assign_shares(chief, "all", shares)
    first, second = assigned(file)[one], assigned_second(file)[one]
    assert {first, second} == {"Li", "Zhao"}
    with Journal(file, first) as journal, Journal(file, second) as other:
        journal.decide([one], State.EXCEPTION, "flood", UPHELD)
        assert other.standing_for() == {} and other.visible(one) == []
        assert read_standing_for(file, second) == {}
        assert read_standing_for(file, "Somebody")[one].state is State.EXCEPTION
        assert read_standing_for(file, second, Role.ADMINISTRATOR)[one].opinion is UPHELD
        # closing what is an exception is no step, but saying so would tell
        written = other.decide([one], State.CLOSED, "", DISMISSED)[0]
        assert (written.action, written.details["blind"]) == ("opinion", True)
        assert other.standing_for()[one].disputed
        with pytest.raises(JournalError, match="opinion of your own"):
            other.decide([next(n for n, p in assigned(file).items() if p == first and n != one)],
                         State.UNDER_REVIEW)  # fmt: skip
        # who comes first with a second opinion tells the other nothing either
        two = next(n for n, p in assigned(file).items() if p == first and n != one)
        other.decide([two], State.CLOSED, "", DISMISSED)
        assert journal.visible(two) == [] and two not in journal.standing_for()
        journal.decide([two], State.CLOSED, "", DISMISSED)
        assert journal.standing_for()[two].opinions == {"Li": DISMISSED, "Zhao": DISMISSED}


def test_known_cases_measure_who_judges(file, names, tmp_path):
    truth = {name: UPHELD if number < 6 else DISMISSED for number, name in enumerate(names[:12])}
    cases_file = tmp_path / "cases.json"
    with Journal(file, "Zhao") as early:
        early.decide(names[:1], State.CLOSED, opinion=UPHELD)
    with Journal(file, "Chief", Role.ADMINISTRATOR) as chief:
        cases = commit(chief, truth, cases_file)
        note = chief.events()[-1]
        assert note.details["count"] == 12
        told = json.dumps(dict(note.details))
        assert not any(name in told for name in names) and cases.salt not in told
        with pytest.raises(OutputError, match="never overwritten"):
            commit(chief, truth, cases_file)
    if sys.platform != "win32":
        assert stat.S_IMODE(cases_file.stat().st_mode) == 0o600
    assert read_cases(cases_file) == cases
    with Journal(file, "Chief", Role.ADMINISTRATOR) as chief:
        assign(chief, "all", "Li", names)
        assign(chief, "all", "Zhao", names, second=True)
    with Journal(file, "Li") as li, Journal(file, "Zhao") as zhao:
        li.decide(names[:5], State.CLOSED, opinion=UPHELD)  # one of six missed
        li.decide(names[5:11], State.CLOSED, opinion=DISMISSED)
        li.decide(names[11:12], State.UNDER_REVIEW, opinion=DOUBTFUL)
        zhao.decide(names[1:6], State.CLOSED, opinion=UPHELD)
        zhao.decide(names[6:12], State.CLOSED, opinion=DISMISSED)
        # having seen what Li thinks, Zhao would like to have thought so as well
        zhao.second_opinion(names[5], DISMISSED)
    found = measure_reviewers(file, cases_file)
    li, zhao = found.reviewers
    assert (li.person, li.judged, li.too_early, li.doubtful) == ("Li", 12, 0, 1)
    assert (li.sensitivity.right, li.sensitivity.of) == (5, 6)
    assert (li.specificity.right, li.specificity.of) == (5, 5)
    assert (li.agreement.right, li.agreement.of) == (10, 12)
    assert (zhao.judged, zhao.too_early) == (11, 1)
    assert zhao.agreement.share == 1.0 and zhao.sensitivity.of == 5
    pair = found.pairs[0].agreement
    # of names[0] Zhao spoke first, knowing of nobody, and Li without knowing of that
    assert pair.both == 12
    assert pair.observed == pytest.approx(10 / 12)
    assert found.as_json()["reviewers"][0]["judged"] == 12


def test_wilson_as_published():
    # Newcombe (1998), Statistics in Medicine 17:857, table I: 81/263, 15/148, 0/20, 1/29
    for right, of, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        rate = wilson(right, of)
        assert (rate.low, rate.high) == (
            pytest.approx(low, abs=5e-5),
            pytest.approx(high, abs=5e-5),
        )
    assert wilson(29, 29).high == 1.0


def test_cases_cannot_be_changed_afterwards(file, names, tmp_path):
    cases_file = tmp_path / "cases.json"
    with Journal(file, "Li") as journal, pytest.raises(JournalError, match="administrator"):
        commit(journal, {names[0]: UPHELD}, cases_file)
    with Journal(file, "Chief", Role.ADMINISTRATOR) as chief:
        with pytest.raises(JournalError, match="upheld or dismissed"):
            commit(chief, {names[0]: DOUBTFUL}, cases_file)
        commit(chief, {names[0]: UPHELD, names[1]: DISMISSED}, cases_file)
    document = json.loads(cases_file.read_text(encoding="utf-8"))
    document["cases"][names[0]] = "dismissed"
    cases_file.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(JournalError, match="not those the journal"):
        measure_reviewers(file, cases_file)
    cases_file.write_text("[]", encoding="utf-8")
    with pytest.raises(InputError, match="no file of known cases"):
        measure_reviewers(file, cases_file)


def test_cases_come_from_what_was_settled(file, names):
    with Journal(file, "Li") as li, Journal(file, "Zhao") as zhao:
        li.decide(names[:6], State.CLOSED, opinion=DISMISSED)
        li.decide(names[6:9], State.RETURNED, "again", UPHELD)
        li.decide(names[9:10], State.UNDER_REVIEW, opinion=UPHELD)
        li.decide(names[10:11], State.CLOSED, opinion=DOUBTFUL)
        zhao.second_opinion(names[0], UPHELD)
    truth = settled_truth(file)
    assert truth == {**dict.fromkeys(names[1:6], DISMISSED), **dict.fromkeys(names[6:9], UPHELD)}
    chosen = choose(truth, 4, "a")
    assert sorted(chosen.values()) == [DISMISSED, DISMISSED, UPHELD, UPHELD]
    assert chosen == choose(dict(reversed(truth.items())), 4, "a")
    assert chosen != choose(truth, 4, "b") or chosen != choose(truth, 4, "c")
    assert len(choose(truth, 100, "a")) == 8
