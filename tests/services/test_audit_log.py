"""The audit log: nothing lost, nothing changed unnoticed, sent once."""

import csv
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

from onemap_verify.services import audit
from onemap_verify.services.audit import AuditProblem, AuditStore
from onemap_verify.services.audit.entry import digest


@pytest.fixture
def store(tmp_path):
    own = AuditStore(tmp_path / "log" / "audit.db", tmp_path / "apart" / "head.json")
    for number in range(12):
        own.append("load", f"图层 {number}", "done", {"sha256": "ab" * 32, "bytes": number})
    return own


def test_what_is_kept(store):
    entries = list(store.entries())
    assert [one["seq"] for one in entries] == list(range(1, 13))
    first, last = entries[0], entries[-1]
    assert first["prev_hash"] == "0" * 64 and last["hash"] == digest(last)
    assert last["object"] == "图层 11" and last["data_sha256"] == "ab" * 32
    assert json.loads(last["before_after"]) == {"bytes": 11}
    assert last["ts"].endswith("+00:00") and last["host"] and last["user_id"]
    assert store.check() == []
    assert [one["seq"] for one in store.entries(10)] == [11, 12]


def altered(store, *statements):
    """Change the file as somebody would who has it in hand."""
    with sqlite3.connect(store.path) as base:
        base.execute("DROP TRIGGER events_stay")
        base.execute("DROP TRIGGER events_are_final")
        for statement in statements:
            base.execute(statement)
    return [(one.seq, one.kind) for one in store.check()]


def test_ordinary_statements_are_refused(store):
    with sqlite3.connect(store.path) as base:
        for statement in ("DELETE FROM events", "UPDATE events SET object = ''"):
            with pytest.raises(sqlite3.DatabaseError, match="only ever added to"):
                base.execute(statement)


def test_removed_entries_are_located(store):
    assert altered(store, "DELETE FROM events WHERE seq IN (5, 6)")[0] == (5, "removed")


def test_an_edited_entry_is_located(store):
    assert altered(store, "UPDATE events SET result = 'failed' WHERE seq = 7") == [(7, "edited")]


def test_entries_in_another_order_are_located(store):
    found = altered(
        store,
        "UPDATE events SET seq = 100 WHERE seq = 3",
        "UPDATE events SET seq = 3 WHERE seq = 4",
        "UPDATE events SET seq = 4 WHERE seq = 100",
    )
    assert found[0][0] == 3 and {kind for _, kind in found} <= {"moved", "edited"}


def test_a_log_cut_off_at_its_end(store):
    assert altered(store, "DELETE FROM events WHERE seq > 9") == [(10, "removed")]


def test_a_whole_log_removed(store):
    assert altered(store, "DELETE FROM events") == [(1, "removed")]


def test_a_log_written_anew_with_right_digests(store):
    entries = list(store.entries())
    entries[4]["result"] = "failed"
    previous = entries[3]["hash"]
    statements = []
    for entry in entries[4:]:
        entry["prev_hash"] = previous
        entry["hash"] = previous = digest(entry)
        statements.append(
            f"UPDATE events SET result = '{entry['result']}', prev_hash = '{entry['prev_hash']}',"
            f" hash = '{entry['hash']}' WHERE seq = {entry['seq']}"
        )
    assert altered(store, *statements) == [(12, "rewritten")]


def test_the_platform_knows_what_it_acknowledged(store):
    entries = list(store.entries())
    store.acknowledge(entries[7], {"head": {"seq": 8}})
    # Somebody rewrites the log and the file that was kept apart.
    known = json.loads(store.head.read_text())
    del known["end"]
    store.head.write_text(json.dumps(known))
    assert altered(store, "DELETE FROM events WHERE seq > 6") == [(7, "removed")]


def test_every_changed_cell_is_found(store):
    names = [name for name in next(iter(store.entries())) if name != "seq"]
    with sqlite3.connect(store.path) as base:
        base.execute("DROP TRIGGER events_are_final")
        base.execute("PRAGMA wal_checkpoint")
    chance = random.Random(4)
    for name in names:
        seq = chance.randrange(1, 13)
        with sqlite3.connect(store.path) as base:
            (before,) = base.execute(f"SELECT {name} FROM events WHERE seq = {seq}").fetchone()
            base.execute(f"UPDATE events SET {name} = ? WHERE seq = {seq}", (before + "x",))
        assert any(one.seq in (seq, seq + 1) for one in store.check()), name
        with sqlite3.connect(store.path) as base:
            base.execute("DROP TRIGGER events_are_final")
            base.execute(f"UPDATE events SET {name} = ? WHERE seq = {seq}", (before,))
        assert store.check() == []
        with sqlite3.connect(store.path) as base:
            base.execute("DROP TRIGGER events_are_final")


WRITER = """
import sys, pathlib
from onemap_verify.services.audit import AuditStore
store = AuditStore(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
for number in range(int(sys.argv[3])):
    entry = store.append("verify", f"{sys.argv[4]}-{number}", "done")
    sys.stdout.write(f"{entry['seq']}\\n"); sys.stdout.flush()
"""


def writer(store, count, name):
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(store.path), str(store.head), str(count), name],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        text=True,
    )


def test_several_processes_write_one_chain(store):
    writers = [writer(store, 25, f"p{number}") for number in range(3)]
    told = [int(line) for one in writers for line in one.communicate()[0].split()]
    assert all(one.returncode == 0 for one in writers)
    assert sorted(told) == list(range(13, 88))
    assert store.count() == 87 and store.check() == []


def test_killed_at_any_moment_nothing_told_is_lost(store):
    chance = random.Random(7)
    told = set()
    for _ in range(6):
        one = writer(store, 100_000, "k")
        first = one.stdout.readline()
        time.sleep(chance.random() * 0.1)
        one.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
        rest = one.communicate()[0]
        # The last line may have been cut short together with its writer.
        lines = (first + rest).split("\n")[:-1]
        told |= {int(line) for line in lines}
        assert store.check() == []
    kept = {entry["seq"] for entry in store.entries()}
    assert told and told <= kept


def test_export(store, tmp_path):
    store.append("export", "=SUM(A1)", "done")
    assert store.export(tmp_path / "log.csv") == 13
    with (tmp_path / "log.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert rows[3]["object"] == "图层 3" and rows[12]["object"] == "'=SUM(A1)"
    store.export(tmp_path / "log.json")
    document = json.loads((tmp_path / "log.json").read_text(encoding="utf-8"))
    assert audit.find_breaks(document["events"]) == []


def test_a_damaged_file_is_told(tmp_path):
    path = tmp_path / "audit.db"
    path.write_bytes(b"not a database" * 100)
    with pytest.raises(AuditProblem, match="cannot be read"):
        AuditStore(path).append("load", "x", "done")


def test_note_is_one_line_and_never_in_the_way(tmp_path, monkeypatch, caplog):
    monkeypatch.setenv("ONEMAP_AUDIT", str(tmp_path / "a.db"))
    assert audit.note("seal", "包", "done", {"sha256": "cd" * 32})
    (entry,) = audit.log().entries()
    assert (entry["event_type"], entry["object"]) == ("seal", "包")
    (tmp_path / "b.db").mkdir()
    monkeypatch.setenv("ONEMAP_AUDIT", str(tmp_path / "b.db"))
    assert not audit.note("seal", "包")
    assert "audit log" in caplog.text


def test_sent_to_the_platform_once_and_taken_up_again(platform, tmp_path, monkeypatch):
    from onemap_verify.services import session
    from onemap_verify.services.audit import local

    monkeypatch.setattr(local, "_BATCH", 5)
    monkeypatch.setenv("ONEMAP_AUDIT", str(tmp_path / "own.db"))
    user = next(one for one in platform["users"] if "surveyor" in one["roles"])
    site = session.open_session(platform["profile"], f"@{user['sign_in']}")
    # Signing in is itself an event, with who it was and in which role.
    signed = list(audit.log().entries())[-1]
    assert (signed["event_type"], signed["result"]) == ("sign_in", "done")
    assert signed["user_id"] == site.identity.account.user and signed["user_role"] == "surveyor"
    store = AuditStore(tmp_path / "audit.db")
    for number in range(12):
        store.append("load", f"图层 {number}", "done")
    answers = []
    keep = store.acknowledge

    def cut_off(entry, answer):
        """The platform has it, and this machine dies before it knows."""
        if len(answers) == 1:
            answers.append(None)
            raise KeyboardInterrupt
        answers.append(answer)
        keep(entry, answer)

    monkeypatch.setattr(store, "acknowledge", cut_off)
    url = site.profile.audit.url
    with pytest.raises(KeyboardInterrupt):
        audit.ship(site.transport, url, store)
    assert store.acknowledged == 5
    assert audit.ship(site.transport, url, store) == 7
    # What was sent twice is kept once.
    assert [one["appended"] for one in answers if one] == [5, 0, 2]
    assert audit.ship(site.transport, url, store) == 0
    store.append("seal", "x", "done")
    assert audit.ship(site.transport, url, store) == 1
    assert audit.ship(site.transport, "", store) == 0
    assert store.acknowledged == 13 and store.check() == []
