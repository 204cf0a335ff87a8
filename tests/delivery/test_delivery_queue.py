"""The queue forgets nothing: kills, power cuts, two processes at once, people who press pause."""

import multiprocessing
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

import pytest
from workplace import PLUGINS

from onemap_verify.benchmarks.delivery.clients import bench_profile
from onemap_verify.services.delivery.problems import QueueProblem
from onemap_verify.services.delivery.queue import DeliveryQueue
from onemap_verify.services.delivery.states import Hold, State


@pytest.fixture
def profile(keys):
    known = keys.folder / "known-authority.crt"
    return bench_profile("http://127.0.0.1:9/files", "http://127.0.0.1:9/receipts", known, known, 1)


@pytest.fixture
def filled(tmp_path, profile, keys, make_package):
    """A queue with one delivery."""
    with DeliveryQueue(tmp_path / "queue.db") as queue:
        queue.add(make_package(keys.signer), profile)
        yield queue


def test_pause_resume_retry(filled):
    number = filled.list()[0].id
    paused = filled.pause(number)
    assert (paused.state, paused.hold) == (State.PAUSED, Hold.USER)
    assert paused.reason.zh
    assert filled.due("benchmark", time.time()) == []
    # A courier at work cannot overrule a person.
    assert not filled.update(number, state=State.UPLOADING, sent=5)
    assert filled.get(number).state is State.PAUSED
    assert filled.resume(number).state is State.WAITING
    filled.update(number, state=State.FAILED, due=time.time() + 1000, tries=7)
    assert filled.due("benchmark", time.time()) == []
    again = filled.resume(number)
    assert (again.state, again.tries, again.due) == (State.WAITING, 0, 0)


def test_what_is_delivered_stays_so(filled):
    number = filled.list()[0].id
    filled.update(number, state=State.DELIVERED, receipt={"state": "committed"})
    filled.pause(number)
    filled.resume(number)
    filled.retry(number)
    filled.update(number, state=State.FAILED)
    found = filled.get(number)
    assert found.state is State.DELIVERED
    assert found.receipt == {"state": "committed"}


def test_a_person_s_pause_does_not_hide_a_receipt(filled):
    number = filled.list()[0].id
    filled.pause(number)
    filled.update(number, state=State.DELIVERED, receipt={"a": 1})
    assert filled.get(number).state is State.DELIVERED


def test_sign_in_resumes_what_waited_for_it_and_nothing_else(filled):
    number = filled.list()[0].id
    for hold, resumed in ((Hold.SIGN_IN, 1), (Hold.NOT_ALLOWED, 1), (Hold.PLATFORM_FULL, 0)):
        filled.update(number, state=State.PAUSED, hold=hold)
        assert filled.signed_in("another") == 0
        assert filled.signed_in("benchmark") == resumed
    filled.pause(number)
    assert filled.signed_in("benchmark") == 0


def test_a_rejected_package_may_be_sent_again(filled):
    number = filled.list()[0].id
    filled.update(number, state=State.REJECTED, upload_url="http://x/1", sent=9)
    again = filled.retry(number)
    assert (again.state, again.upload_url, again.sent) == (State.WAITING, "", 0)


def hold_claim(path, number, told):
    with DeliveryQueue(path) as queue, queue.claim(number) as mine:
        told.put(mine)
        time.sleep(60)


def test_a_claim_ends_with_its_process(filled):
    number = filled.list()[0].id
    context = multiprocessing.get_context("spawn")
    told = context.Queue()
    process = context.Process(target=hold_claim, args=(filled.path, number, told), daemon=True)
    process.start()
    try:
        assert told.get(timeout=20) is True
        with filled.claim(number) as mine:
            assert not mine
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.join()
    with filled.claim(number) as mine:
        assert mine


WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from onemap_verify.services.delivery.queue import DeliveryQueue
from onemap_verify.services.delivery.states import State
queue = DeliveryQueue(Path(sys.argv[2]))
for count in range(10**9):
    queue.update(1, state=State.UPLOADING, sent=count, upload_url=f"http://x/{count}")
    sys.stdout.write(f"{count}\\n")
    sys.stdout.flush()
"""


def test_what_was_told_is_there_after_a_kill(filled):
    for pause in (0.05, 0.2, 0.35):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(PLUGINS), str(filled.path)],
            stdout=subprocess.PIPE,
            text=True,
        )
        process.stdout.readline()
        time.sleep(pause)
        process.kill()
        said = process.stdout.read().split()
        process.wait()
        with DeliveryQueue(filled.path) as queue:
            found = queue.get(1)
        assert found.sent >= int(said[-1]) if said else True
        assert found.upload_url == f"http://x/{found.sent}"


def test_a_log_cut_at_any_byte_leaves_a_state_that_was(tmp_path, filled):
    """What a power cut does: the last writes are there in part or not at all."""
    for count in range(12):
        filled.update(1, state=State.UPLOADING, sent=count, upload_url=f"http://x/{count}")
    log = filled.path.with_name(filled.path.name + "-wal")
    data = log.read_bytes()
    assert data
    base = filled.path.read_bytes()
    for place in range(0, len(data), max(len(data) // 60, 1)):
        copy = tmp_path / "cut" / "queue.db"
        copy.parent.mkdir()
        copy.write_bytes(base)
        copy.with_name("queue.db-wal").write_bytes(data[:place])
        with DeliveryQueue(copy) as queue:
            for found in queue.list():
                assert found.upload_url in ("", f"http://x/{found.sent}")
        shutil.rmtree(copy.parent)


def test_a_newer_queue_is_left_alone(filled):
    path = filled.path
    filled.close()
    with sqlite3.connect(path) as opened:
        opened.execute("PRAGMA user_version = 99")
    opened.close()
    with pytest.raises(QueueProblem) as raised:
        DeliveryQueue(path)
    assert "99" not in raised.value.text.en
    assert "newer" in raised.value.text.en


def test_a_file_that_is_no_queue_is_left_alone(tmp_path):
    path = tmp_path / "queue.db"
    path.write_bytes(b"somebody's letters" * 1000)
    with pytest.raises(QueueProblem):
        DeliveryQueue(path)
    assert path.read_bytes().startswith(b"somebody's letters")


def test_the_folder_can_be_moved(tmp_path, filled):
    number = filled.list()[0].id
    filled.close()
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for name in ("queue.db", "queue.db.packages"):
        shutil.move(str(tmp_path / name), moved / name)
    with DeliveryQueue(moved / "queue.db") as queue:
        assert queue.get(number).path.is_file()
