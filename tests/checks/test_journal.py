"""Decisions: allowed steps, undo, blind opinions, kills, tampering, merging."""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from contextlib import closing
from datetime import datetime, timezone
from pathlib import Path

import pytest

from onemap_verify.checks.errors import ExplainedError, InputError
from onemap_verify.checks.journal.assignments import assign
from onemap_verify.checks.journal.audit import check_journal
from onemap_verify.checks.journal.events import Action, next_moment
from onemap_verify.checks.journal.journal import Journal, JournalError
from onemap_verify.checks.journal.lifecycle import Opinion, Role, State
from onemap_verify.checks.journal.merge import merge
from onemap_verify.checks.seal.tree import leaf_digest, verify_inclusion

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fixtures"))
import small_survey


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "findings.gpkg"
    small_survey.write_findings_file(path, 40)
    return path


def ids(path):
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute("SELECT finding_id FROM findings")]


def rows(path, query):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def test_a_finding_goes_its_way(file):
    one = ids(file)[0]
    with Journal(file, "Li", Role.REVIEWER) as reviewer:
        reviewer.decide([one], State.UNDER_REVIEW)
        reviewer.decide([one], State.RETURNED, "area to be measured again", Opinion.UPHELD)
    with Journal(file, "Wang", Role.SURVEYOR) as surveyor:
        surveyor.decide([one], State.CORRECTED, "measured again")
    with Journal(file, "Li") as reviewer:
        reviewer.decide([one], State.RECHECKED)
        reviewer.decide([one], State.CLOSED)
        now = reviewer.standing()[one]
    assert (now.state, now.opinion, now.who) == (State.CLOSED, Opinion.UPHELD, "Li")
    assert rows(file, "SELECT finding_id, state, opinion, who FROM decisions") == [
        (one, "closed", "upheld", "Li")
    ]
    assert check_journal(file).intact


def test_steps_that_are_not_allowed(file):
    one, two = ids(file)[:2]
    with Journal(file, "Li") as reviewer:
        with pytest.raises(JournalError, match="needs a reason"):
            reviewer.decide([one], State.RETURNED)
        with pytest.raises(JournalError, match="with an opinion"):
            reviewer.decide([one], State.CLOSED)
        with pytest.raises(JournalError, match="for the county"):
            reviewer.decide([one], State.CORRECTED)
        with pytest.raises(JournalError, match="cannot follow"):
            reviewer.decide([one], State.RECHECKED)
        with pytest.raises(JournalError, match="no finding"):
            reviewer.decide([one, "nothing"], State.UNDER_REVIEW)
        reviewer.decide([two], State.CLOSED, opinion=Opinion.DISMISSED)
        # one that may not keeps all from it
        with pytest.raises(JournalError):
            reviewer.decide([one, two], State.EXCEPTION, "as agreed")
        assert set(reviewer.standing()) == {two}
    with Journal(file, "Wang", Role.SURVEYOR) as surveyor, pytest.raises(JournalError):
        surveyor.decide([one], State.CLOSED, opinion=Opinion.DISMISSED)
    with pytest.raises(JournalError, match="who you are"):
        Journal(file, " ")


def test_undo_stays_in_the_log(file):
    one = ids(file)[0]
    with Journal(file, "Li") as reviewer:
        first = reviewer.decide([one], State.UNDER_REVIEW)[0]
        second = reviewer.decide([one], State.CLOSED, opinion=Opinion.DISMISSED)[0]
        with pytest.raises(JournalError, match="later decision"):
            reviewer.undo(first.event_id)
        undoing = reviewer.undo(second.event_id, "wrong parcel")
        assert reviewer.standing()[one].state is State.UNDER_REVIEW
        reviewer.undo(undoing.event_id)
        assert reviewer.standing()[one].state is State.CLOSED
        reviewer.undo(second.event_id)
        reviewer.undo(first.event_id)
        assert rows(file, "SELECT count(*) FROM decisions") == [(0,)]
        assert len(reviewer.events()) == 1 + 2 + 4
    with Journal(file, "Zhao") as other, pytest.raises(JournalError, match="Only Li"):
        other.undo(first.event_id)
    assert check_journal(file).intact


def test_a_second_opinion_is_blind_and_a_difference_shows(file):
    one = ids(file)[0]
    with Journal(file, "Li") as first, Journal(file, "Zhao") as second:
        first.decide([one], State.UNDER_REVIEW)
        first.decide([one], State.CLOSED, "a terrace", Opinion.DISMISSED)
        assert second.standing_for()[one].state is State.CLOSED  # a colleague may look
        assign(first, "village 1", "Li", [one])
        assign(first, "village 1, again", "Zhao", [one], second=True)
        assert second.visible(one) == [] and second.standing_for() == {}
        second.second_opinion(one, Opinion.UPHELD, "no terrace on the picture")
        assert len(second.visible(one)) == 3
        assert second.standing_for()[one] == second.standing()[one]
        now = second.standing()[one]
        assert now.disputed and now.state is State.CLOSED
        assert now.opinions == {"Li": Opinion.DISMISSED, "Zhao": Opinion.UPHELD}
        second.decide([one], State.RETURNED, "settled", Opinion.UPHELD, settles=True)
        assert not second.standing()[one].disputed
    assert rows(file, "SELECT state, disputed FROM decisions") == [("returned", 0)]


def test_many_at_once(file):
    with Journal(file, "Li") as reviewer:
        reviewer.decide(ids(file), State.EXCEPTION, "flood of 2026")
        assert len(reviewer.standing()) == 40
    assert check_journal(file).intact


def test_the_log_only_goes_forward():
    past = datetime(2020, 1, 1, tzinfo=timezone.utc)
    assert next_moment("2026-01-01T00:00:00.000009Z", past) == "2026-01-01T00:00:00.000010Z"
    assert next_moment(None, past) == "2020-01-01T00:00:00.000000Z"


def test_proof_that_a_decision_is_in_the_log(file):
    with Journal(file, "Li") as reviewer:
        events = [reviewer.decide([name], State.UNDER_REVIEW)[0] for name in ids(file)]
        proof = reviewer.proof(events[17].event_id)
        size, root = reviewer.head()
    path = [bytes.fromhex(step) for step in proof["path"]]
    leaf = bytes.fromhex(proof["leaf"])
    assert leaf == leaf_digest(events[17].entry())
    assert (proof["size"], proof["root"], size) == (41, root, 41)
    assert verify_inclusion(leaf, proof["index"], size, path, bytes.fromhex(root))
    assert sum(map(len, path)) <= 1024


def test_the_log_refuses_to_be_edited_even_by_hand(file):
    with Journal(file, "Li") as reviewer:
        reviewer.decide(ids(file)[:1], State.UNDER_REVIEW)
    for statement in ("DELETE FROM journal_events", "UPDATE journal_events SET who = 'x'"):
        with (
            closing(sqlite3.connect(file)) as connection,
            pytest.raises(sqlite3.IntegrityError, match="appended"),
        ):
            connection.execute(statement)


EDITS = {
    "who": ("UPDATE journal_events SET who = 'Sun' WHERE seq = 3", "journal_events", "3"),
    "cut out": ("DELETE FROM journal_events WHERE seq = 3", "journal_events", "4"),
    "details": (
        'UPDATE journal_events SET details = \'{"state": "closed"}\' WHERE seq = 4',
        *("journal_events", "4"),
    ),
    "nonsense": ("UPDATE journal_events SET details = 'x' WHERE seq = 2", "journal_events", "2"),
    "verdict": ("UPDATE findings SET verdict = 'doubtful' WHERE fid = 1", "findings", None),
    "place": ("UPDATE findings SET geom = NULL WHERE fid = 5", "findings", None),
    "gone": ("DELETE FROM findings WHERE fid = 7", "findings", None),
    "digest": ("UPDATE journal_findings SET digest = 'x' WHERE fid = 1", "journal_findings", None),
    "decision": ("UPDATE decisions SET state = 'closed' WHERE fid = 1", "decisions", None),
    "no decision": ("DELETE FROM decisions WHERE fid = 2", "decisions", None),
}


@pytest.mark.parametrize("name", EDITS)
def test_what_was_edited_is_found_and_located(file, name):
    with Journal(file, "Li") as reviewer:
        for one in ids(file)[:5]:
            reviewer.decide([one], State.UNDER_REVIEW)
    statement, table, row = EDITS[name]
    with closing(sqlite3.connect(file)) as connection:
        for trigger in ("journal_events_stay", "journal_events_fixed"):
            connection.execute(f"DROP TRIGGER {trigger}")
        # The triggers of GeoPackage want functions that only GDAL has.
        for (trigger,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'findings'"
        ).fetchall():
            connection.execute(f'DROP TRIGGER "{trigger}"')
        connection.execute(statement)
        connection.commit()
    breach = check_journal(file).breaches[0]
    assert breach.table == table
    assert row is None or breach.row == row


def test_a_log_that_was_cut_is_found_by_what_was_written_down(file):
    with Journal(file, "Li") as reviewer:
        for one in ids(file)[:5]:
            reviewer.decide([one], State.UNDER_REVIEW)
        head = reviewer.head()
    assert check_journal(file, head).intact
    with Journal(file, "Li") as reviewer:
        reviewer.decide(ids(file)[5:6], State.UNDER_REVIEW)
    assert check_journal(file, head).intact
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DROP TRIGGER journal_events_stay")
        connection.execute("DELETE FROM journal_events WHERE seq > 4")
        connection.execute("DELETE FROM decisions WHERE fid > 3")
        connection.commit()
    assert check_journal(file).intact  # nothing in the file tells
    breach = check_journal(file, head).breaches[0]
    assert (breach.row, breach.text.en) == ("5", "2 events at the end are gone")


def test_bytes_changed_at_random_never_pass_for_an_answer(file):
    """A change either leaves every event, finding and decision as it was, or is told."""
    with Journal(file, "Li") as reviewer:
        for one in ids(file)[:10]:
            reviewer.decide([one], State.RETURNED, "again", Opinion.UPHELD)
        head = reviewer.head()
    whole = file.read_bytes()
    contents = "SELECT * FROM {}"
    tables = ("findings", "journal_events", "decisions")
    before = [rows(file, contents.format(table)) for table in tables]
    chance = random.Random(5)
    told = 0
    for _ in range(150):
        place = chance.randrange(len(whole))
        broken = bytearray(whole)
        broken[place] ^= 1 << chance.randrange(8)
        file.write_bytes(bytes(broken))
        try:
            answer = check_journal(file, head)
        except ExplainedError:
            told += 1
            continue
        if answer.intact:
            assert [rows(file, contents.format(table)) for table in tables] == before
        else:
            told += 1
    assert told > 20


def test_copies_come_together_either_way(file, tmp_path):
    names = ids(file)
    with Journal(file, "Li") as journal:
        journal.decide(names[:2], State.UNDER_REVIEW)
    copies = [tmp_path / "a.gpkg", tmp_path / "b.gpkg"]
    for copy in copies:
        shutil.copy(file, copy)
    with Journal(copies[0], "Li") as one, Journal(copies[1], "Zhao") as other:
        one.decide(names[2:4], State.RETURNED, "a", Opinion.UPHELD)
        one.decide([names[5]], State.CLOSED, opinion=Opinion.DISMISSED)
        other.decide(names[3:5], State.CLOSED, opinion=Opinion.DISMISSED)
        other.decide([names[5]], State.CLOSED, opinion=Opinion.DISMISSED)
    both = [tmp_path / "ab.gpkg", tmp_path / "ba.gpkg"]
    for target, source, added in ((both[0], copies[0], copies[1]), (both[1], copies[1], copies[0])):
        shutil.copy(source, target)
        with Journal(target, "Li") as journal:
            found = merge(journal, added)
            assert found.events == 3
            assert found.disputed == (names[3],)
            again = merge(journal, added)
            assert (again.events, again.disputed) == (0, ())
        assert check_journal(target).intact
    decided = "SELECT finding_id, state, opinion, who, at, disputed FROM decisions ORDER BY 1"
    assert rows(both[0], decided) == rows(both[1], decided)
    assert len(rows(both[0], decided)) == 6


def test_what_cannot_be_merged(file, tmp_path):
    other = tmp_path / "other.gpkg"
    small_survey.write_findings_file(other, 41)
    with Journal(other, "Zhao"), Journal(file, "Li") as journal:
        with pytest.raises(JournalError, match="another verification"):
            merge(journal, other)
        plain = tmp_path / "plain.gpkg"
        small_survey.write_findings_file(plain, 3)
        with pytest.raises(InputError, match="no journal"):
            merge(journal, plain)
        with closing(sqlite3.connect(other)) as connection:
            connection.execute("UPDATE decisions SET state = 'closed'")
            connection.execute("INSERT INTO decisions VALUES (9,'x','closed','','','','',0)")
            connection.commit()
        with pytest.raises(JournalError, match="tampered"):
            merge(journal, other)


WRITER = """
    import sys
    from pathlib import Path
    from onemap_verify.checks.journal.journal import Journal
    from onemap_verify.checks.journal.lifecycle import Opinion
    path, names = Path(sys.argv[1]), sys.argv[2].split(",")
    with Journal(path, "Li") as journal:
        while True:
            for name in names:
                event = journal.second_opinion(name, Opinion.DISMISSED)
                sys.stdout.write(event.event_id + "\\n")
                sys.stdout.flush()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_what_was_answered_survives_a_kill(file, tmp_path):
    """``tests/outside`` kills hundreds of times; here ten are enough to see it work."""
    names = ids(file)
    chance = random.Random(3)
    answered = []
    for _ in range(10):
        writer = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(WRITER), str(file), ",".join(names)],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            text=True,
        )
        first = writer.stdout.readline()
        time.sleep(chance.random() * 0.15)
        writer.send_signal(signal.SIGKILL)
        rest = writer.communicate()[0]
        answered += [line for line in (first + rest).split("\n") if len(line) == 24]
        assert check_journal(file).intact
    with Journal(file, "Li") as journal:
        kept = {event.event_id for event in journal.events() if event.action == Action.OPINION}
    assert len(answered) >= 10 and set(answered) <= kept


def test_a_file_in_use_and_a_file_for_reading_only(file):
    with Journal(file, "Li") as journal:
        holder = sqlite3.connect(file, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        journal._connection.execute("PRAGMA busy_timeout = 50")
        with pytest.raises(ExplainedError, match="locked"):
            journal.decide(ids(file)[:1], State.UNDER_REVIEW)
        holder.execute("ROLLBACK")
        holder.close()
        journal.decide(ids(file)[:1], State.UNDER_REVIEW)
        journal._connection.execute("PRAGMA query_only = ON")
        with pytest.raises(JournalError, match="read-only"):
            journal.decide(ids(file)[1:2], State.UNDER_REVIEW)


def test_a_full_disk_loses_nothing(file):
    with Journal(file, "Li") as journal:
        journal.decide(ids(file)[:1], State.UNDER_REVIEW)
        pages = journal._connection.execute("PRAGMA page_count").fetchone()[0]
        journal._connection.execute(f"PRAGMA max_page_count = {pages + 1}")
        with pytest.raises(JournalError, match="disk is full"):
            for number in range(1, 40):
                journal.decide([ids(file)[number]], State.RETURNED, "x" * 3000)
        count = len(journal.events())
        journal._connection.execute("PRAGMA max_page_count = 100000")
        journal.decide(ids(file)[39:], State.UNDER_REVIEW)
        assert len(journal.events()) == count + 1
    assert check_journal(file).intact


def test_notes_assignments_and_signatures_are_in_the_log_too(file):
    with Journal(file, "Li") as journal:
        journal.record(Action.ASSIGNED, "village 3", "", {"to": "Zhao"})
        with pytest.raises(JournalError):
            journal.record(Action.MOVED, "x", "", {})
        assert json.loads(journal.events()[-1].entry())["details"] == {"to": "Zhao"}
