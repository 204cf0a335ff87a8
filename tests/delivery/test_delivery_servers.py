"""The platform's side guards itself; independent peers; a storm of faults."""

import time

import pytest
import requests
from delivery_by_hand import digests_of, metadata, upload

from onemap_verify.benchmarks.delivery.storm import run_storm
from onemap_verify.checks.progress import Progress
from onemap_verify.services.delivery.patience import Patience
from onemap_verify.services.delivery.tus import Slice


def test_the_tus_server_guards_itself(desk, tmp_path):
    """Too large, without digests, of somebody else, to be read: refused."""
    address = desk.servers.uploads_url
    base = {"Tus-Resumable": "1.0.0"}
    meta = metadata("x-1", "0" * 64, "1" * 64)
    for more, status in (
        ({"Upload-Length": str(9 << 30), "Upload-Metadata": meta}, 413),
        ({"Upload-Length": "10"}, 400),
        ({"Upload-Length": "10", "Upload-Metadata": metadata("../x", "0" * 64, "1" * 64)}, 400),
        ({"Upload-Defer-Length": "1", "Upload-Metadata": meta}, 400),
    ):
        assert requests.post(address, headers={**base, **more}, timeout=5).status_code == status
    made = requests.post(
        address,
        headers={**base, "Upload-Length": "10", "Upload-Metadata": meta, "x-onemap-user": "li"},
        timeout=5,
    )
    assert made.status_code == 201
    url = f"{address.rpartition('/files')[0]}{made.headers['Location']}"
    for user, status in (("zhang", 403), ("li", 200)):
        asked = requests.head(url, headers={**base, "x-onemap-user": user}, timeout=5)
        assert asked.status_code == status
    assert requests.get(url, headers=base, timeout=5).status_code == 405


def test_events_are_chained_and_kept_once(desk):
    def send(events, user="li"):
        headers = {"x-onemap-user": user} if user else {}
        return requests.post(desk.servers.audit_url, json=events, headers=headers, timeout=5)

    assert send([{"event": "x"}], user="").status_code == 403
    assert requests.post(
        desk.servers.audit_url, data=b"\xff", headers={"x-onemap-user": "li"}, timeout=5
    ).status_code == 400  # fmt: skip
    events = [{"event": "deliver", "object": f"包-{number}", "seq": number} for number in range(5)]
    first = send({"events": events}).json()
    assert (first["received"], first["appended"]) == (5, 5)
    again = send({"events": events}).json()
    assert (again["received"], again["appended"]) == (5, 0)
    assert again["head"] == first["head"]
    _is_read_by_administrators(desk.servers.audit_url, events, first["head"])
    # Nobody changes or takes away what stands there.
    import psycopg2

    from onemap_verify.demo.platform.intake_audit import broken_links
    from onemap_verify.demo.platform.intake_store import Store

    store = Store(desk.servers._conninfo())
    assert broken_links(store) == []
    for sql in ("UPDATE intake.audit SET event = '{}'", "DELETE FROM intake.audit"):
        with pytest.raises(psycopg2.errors.RaiseException):
            desk.rows(sql)
    connection = desk.servers.connect()
    with connection, connection.cursor() as cursor:
        cursor.execute("ALTER TABLE intake.audit DISABLE TRIGGER ALL")
        cursor.execute("UPDATE intake.audit SET event = '{}' WHERE seq = 2")
        cursor.execute("ALTER TABLE intake.audit ENABLE TRIGGER ALL")
    connection.close()
    assert broken_links(store) == [2]


def _is_read_by_administrators(address, events, head):
    """Page by page, everything in its order, and each entry tied to the one before."""
    from onemap_verify.checks.seal import canonical
    from onemap_verify.demo.platform.intake_audit import FIRST, chained

    def get(roles, **asked):
        headers = {"x-onemap-user": "wang", "x-onemap-roles": roles}
        return requests.get(address, params=asked, headers=headers, timeout=5)

    assert get("").status_code == 403
    assert get("surveyor,reviewer").status_code == 403
    assert requests.get(address, timeout=5).status_code == 403
    for wrong in ({"after": "x"}, {"after": -1}, {"limit": 0}, {"after": 1 << 63}):
        assert get("administrator", **wrong).status_code == 400
    entries, after = [], 0
    while after is not None:
        page = get("reviewer,administrator", after=after, limit=2).json()
        assert len(page["entries"]) <= 2
        assert page["head"] == head
        entries += page["entries"]
        after = page["next"]
    assert [entry["seq"] for entry in entries] == list(range(1, head["seq"] + 1))
    assert [entry["event"] for entry in entries[-5:]] == events
    previous = FIRST
    for entry in entries:
        text = canonical(entry["event"]).decode()
        assert entry["previous"] == previous
        previous = chained(previous, entry["account"], text)
        assert entry["digest"] == previous
    assert previous == head["digest"]
    assert get("administrator").json()["entries"] == entries
    beyond = get("administrator", after=head["seq"] + 5).json()
    assert (beyond["entries"], beyond["next"]) == ([], None)


def test_tuspy_reads_the_same_offsets(desk, make_package):
    """An independent client of tus finds our half upload where we say it is."""
    tusclient = pytest.importorskip("tusclient.client", reason="tuspy is only a peer in this test")
    package = make_package(desk.servers.signer)
    url = upload(desk, package, "half-way", *digests_of(package), most=100_000)
    found = tusclient.TusClient(desk.servers.uploads_url).uploader(str(package), url=url)
    assert found.get_offset() == 100_000


def test_a_slice_gives_nothing_more_once_given_up(tmp_path):
    path = tmp_path / "data"
    path.write_bytes(bytes(range(200)))
    with path.open("rb") as stream:
        body = Slice(stream, 50, 100, lambda _: None, lambda _: None, Progress())
        assert len(body) == 100
        assert body.read(10) == bytes(range(50, 60))
        body.seek(0)
        assert b"".join(body) == bytes(range(50, 150))
        body.seek(0)
        body.close()
        with pytest.raises(OSError):
            body.read(1)


def test_patience_grows_and_is_capped():
    patience = Patience()
    waits = [patience.until(tries) - time.time() for tries in (1, 2, 3, 30)]
    assert waits == sorted(waits)
    assert waits[-1] <= patience.latest


def test_a_storm_of_faults_loses_nothing(tmp_path):
    for each in (tmp_path, *tmp_path.parents[:2]):
        each.chmod(0o755)
    books = run_storm(tmp_path, 150, 7)
    assert books.faults >= 150
    assert books.deliveries > 10
    assert (books.lost, books.duplicated, books.false_successes) == (0, 0, 0)
    assert books.delivered == books.deliveries
    assert books.clean, books
