"""The disk of this machine is full: sealing, the queue and the courier lose nothing and say so."""

import pytest
from tiny_disk import tiny_disk  # noqa: F401  # fixture

from onemap_verify.benchmarks.delivery.clients import bench_profile
from onemap_verify.benchmarks.delivery.packages import seal
from onemap_verify.checks.errors import OutputError
from onemap_verify.checks.record import write_text
from onemap_verify.checks.seal import check_seal
from onemap_verify.checks.seal.errors import SealError
from onemap_verify.services.delivery.problems import QueueProblem
from onemap_verify.services.delivery.queue import DeliveryQueue
from onemap_verify.services.delivery.states import State


@pytest.fixture
def profile(keys):
    known = keys.folder / "known-authority.crt"
    return bench_profile("http://127.0.0.1:9/files", "http://127.0.0.1:9/receipts", known, known, 1)


def test_a_package_is_sealed_whole_or_not_at_all(tiny_disk, verified, keys, tmp_path):  # noqa: F811
    size = seal(verified, tmp_path / "room.zip", keys.signer, id="a").bytes
    pages = -(-size // 4096)
    disk = tiny_disk(f"{pages * 4 + 400}k")
    target = disk.path / "package.zip"
    target.write_bytes(b"older")
    # The last few pages are those that the reckoning beforehand does not count.
    for leave in (0, 1, pages // 2, *range(pages - 4, pages)):
        disk.fill(leave)
        with pytest.raises((SealError, OSError)) as caught:
            seal(verified, target, keys.signer, id="a")
        said = str(getattr(caught.value, "text", caught.value))
        assert "full" in said or "No space left" in said, said
        assert disk.names() == {"package.zip"} and target.read_bytes() == b"older"
        disk.empty()
    done = seal(verified, target, keys.signer, id="a")
    report = check_seal(target, keys.trust)
    assert report.intact and report.signer_trusted and report.sha256 == done.sha256


def test_the_queue_keeps_what_it_has(tiny_disk, profile, keys, make_package):  # noqa: F811
    """A package is taken or it is not, at whatever page the disk ends."""
    first, second = make_package(keys.signer), make_package(keys.signer)
    pages = -(-second.stat().st_size // 4096)
    disk = tiny_disk(f"{pages * 4 * 2 + 700}k")
    with DeliveryQueue(disk.path / "queue.db") as queue:
        entered = queue.add(first, profile)
        queue.update(entered.id, state=State.UPLOADING, sent=17, upload_url="http://x/1")
        refused = 0
        for leave in (0, 1, pages // 2, pages - 1, *range(pages, pages + 30)):
            disk.fill(leave)
            try:
                queue.add(second, profile)
            except QueueProblem as error:
                refused += 1
                assert "disk is full" in error.text.en and "磁盘空间不足" in error.text.zh
            else:
                break
            (there,) = queue.list()
            assert (there.id, there.sent, there.state) == (entered.id, 17, State.UPLOADING)
            copies = {name for name in disk.names() if name.startswith("queue.db.packages")}
            assert copies == {f"queue.db.packages/{entered.path.name}"}, copies
        assert refused >= 5
        disk.empty()
        again = queue.add(second, profile)
        assert again.sha256 != entered.sha256 and len(queue.list()) == 2
        assert second.is_file() and again.path.read_bytes() == second.read_bytes()


def test_states_wait_for_room_and_the_queue_opens_without(tiny_disk, profile, keys, make_package):  # noqa: F811
    package = make_package(keys.signer)
    pages = -(-package.stat().st_size // 4096)
    disk = tiny_disk(f"{pages * 4 + 400}k")
    path = disk.path / "queue.db"
    with DeliveryQueue(path) as queue:
        number = queue.add(package, profile).id
    # What SQLite itself needs to open a file is 32 kB; with less there is an error and no loss.
    for leave in (0, 1, 4, 9, 10, 12):
        disk.fill(leave)
        try:
            with DeliveryQueue(path) as queue:
                assert queue.get(number).state is State.WAITING
        except QueueProblem as error:
            assert "disk is full" in error.text.en
            assert leave < 10
        disk.empty()
    with DeliveryQueue(path) as queue:
        disk.fill()
        written = 0
        with pytest.raises(QueueProblem, match="disk is full"):
            for written in range(2000):
                queue.update(number, state=State.UPLOADING, sent=written)
        # What was told is what stays.
        assert queue.get(number).sent == max(written - 1, 0)
        disk.empty()
        queue.update(number, sent=5000)
    with DeliveryQueue(path) as queue:
        assert queue.get(number).sent == 5000


def test_a_claim_that_cannot_be_made_is_said(tiny_disk, profile, keys, make_package):  # noqa: F811
    package = make_package(keys.signer)
    pages = -(-package.stat().st_size // 4096)
    disk = tiny_disk(f"{pages * 4 + 400}k")
    with DeliveryQueue(disk.path / "queue.db") as queue:
        number = queue.add(package, profile).id
        with queue.claim(number) as mine:
            assert mine
            with queue.claim(number) as another:
                assert not another
        disk.fill()
        # Not taken for one that another process holds: that would be waited for without a word.
        with pytest.raises(QueueProblem, match="disk is full"), queue.claim(number):
            pass
        disk.empty()
        with queue.claim(number) as mine:
            assert mine


def test_a_delivery_goes_on_when_there_is_room(tiny_disk, desk, make_package):  # noqa: F811
    """The platform has it and we cannot write that down: then we ask again, and it is one."""
    package = make_package(desk.servers.signer)
    pages = -(-package.stat().st_size // 4096)
    disk = tiny_disk(f"{pages * 4 + 400}k")
    with DeliveryQueue(disk.path / "queue.db") as queue:
        number = queue.add(package, desk.profile, trust=desk.servers.trust).id
        desk.queue = queue
        stopped = 0
        for leave in (0, 1, 2, 4):
            disk.fill(leave)
            try:
                desk.courier().run(only=number, wait=0)
            except QueueProblem as error:
                assert "disk is full" in error.text.en
                stopped += 1
            assert queue.get(number).state is not State.DELIVERED or queue.get(number).receipt
            if queue.get(number).finished:
                break
        assert stopped
        disk.empty()
        desk.courier().run(only=number, wait=20)
        done = queue.get(number)
        assert done.state is State.DELIVERED, done.reason
    count = "SELECT count(*) FROM intake.commits WHERE package_id = %s"
    assert desk.rows(count, done.package_id) == [(1,)]


def test_a_receipt_is_saved_whole_or_not_at_all(tiny_disk):  # noqa: F811
    disk = tiny_disk("64k")
    target = disk.path / "receipt.json"
    target.write_text("older", encoding="utf-8")
    disk.fill(1)
    with pytest.raises(OutputError, match="No space left"):
        write_text(target, "x" * 10_000)
    assert disk.names() == {"receipt.json"} and target.read_text(encoding="utf-8") == "older"
    disk.empty()
    write_text(target, "x" * 10_000)
    assert target.stat().st_size == 10_000
