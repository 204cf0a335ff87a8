"""The disk of this machine is full: audit log and catalogue lose nothing and say so."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fixtures"))
from tiny_disk import tiny_disk  # noqa: F401  # fixture

from onemap_verify.services.audit import AuditProblem, AuditStore
from onemap_verify.services.catalogue.catalogue import Catalogue
from onemap_verify.services.catalogue.record import Query, Record
from onemap_verify.services.catalogue.store import CacheProblem, Store
from onemap_verify.services.site import load_profile


def test_the_audit_log_keeps_its_chain(tiny_disk):  # noqa: F811
    disk = tiny_disk("512k")
    log = AuditStore(disk.path / "log" / "audit.db", disk.path / "apart" / "head.json")
    for number in range(5):
        log.append("load", f"layer {number}", "done")
    refused = 0
    for leave in (0, 1, 2, 3, 5, 8, 13, 20):
        disk.fill(leave)
        before = [one["hash"] for one in log.entries()] if leave > 12 else None
        try:
            log.append("verify", "x" * 1500, "done", {"more": "y" * 1900})
        except AuditProblem as error:
            assert "disk is full" in error.text.en and "磁盘空间不足" in error.text.zh
            assert error.advice.zh
            refused += 1
            if before is not None:
                assert [one["hash"] for one in log.entries()] == before
        disk.empty()
        assert log.check() == []
    assert refused >= 2
    kept = log.count()
    assert log.append("seal", "after", "done")["seq"] == kept + 1
    assert log.check() == []


@pytest.mark.parametrize("name", ["log.csv", "log.json"])
def test_an_export_is_whole_or_not_there(tiny_disk, tmp_path, name):  # noqa: F811
    disk = tiny_disk("64k")
    log = AuditStore(tmp_path / "audit.db")
    for number in range(40):
        log.append("load", "x" * 1000, str(number))
    older = disk.path / name
    older.write_text("older")
    disk.fill(3)
    with pytest.raises(OSError, match="No space left"):
        log.export(older)
    assert disk.names() == {name} and older.read_text() == "older"
    disk.empty()
    assert log.export(older) == 40


def records(count, size=400):
    return [Record(id=f"r{n}", title=f"Layer {n}", abstract="x" * size) for n in range(count)]


def test_the_catalogue_keeps_what_it_had(tiny_disk):  # noqa: F811
    disk = tiny_disk("1m")
    store = Store(disk.path / "catalogue.sqlite")
    store.replace("http://a", records(60), 60)
    store.favourite("r7", True)
    disk.fill(4)
    with pytest.raises(CacheProblem, match=r"disk is full.*stays") as caught:
        store.replace("http://a", records(500, 3000), 500)
    assert caught.value.text.zh and caught.value.advice.zh
    assert store.search(Query()).total == 60
    assert store.favourites() == {"r7"}
    disk.empty()
    assert store.replace("http://a", records(90), 90) == 90
    store.close()


def test_a_catalogue_opened_on_a_full_disk_is_read_and_left_as_it_is(tiny_disk):  # noqa: F811
    """Favourites cannot be fetched again: nothing may throw the file away."""
    disk = tiny_disk("1m")
    path = disk.path / "catalogue.sqlite"
    store = Store(path)
    store.replace("http://a", records(60), 60)
    store.favourite("r7", True)
    store.close()
    before = path.read_bytes()
    for leave in (0, 1, 3, 8, 9, 12):
        disk.fill(leave)
        full = Store(path)
        assert full.search(Query()).total == 60
        assert full.favourites() == {"r7"}
        if not full.lasting:
            with pytest.raises(CacheProblem):
                full.favourite("r8", True)
        full.close()
        disk.empty()
    assert path.read_bytes() == before
    again = Store(path)
    again.favourite("r8", True)
    assert again.lasting and again.favourites() == {"r7", "r8"}
    again.close()


def test_a_damaged_cache_is_made_anew_only_when_there_is_room(tiny_disk):  # noqa: F811
    disk = tiny_disk("512k")
    path = disk.path / "catalogue.sqlite"
    path.write_bytes(b"no database" * 400)
    disk.fill(2)
    store = Store(path)
    assert not store.lasting and store.search(Query()).total == 0
    store.close()
    assert path.read_bytes() == b"no database" * 400
    assert disk.names() == {"catalogue.sqlite"}
    disk.empty()
    store = Store(path)
    assert store.lasting and store.replace("http://a", records(3), 3) == 3
    store.close()


def test_a_platform_can_be_used_while_the_disk_is_full(tiny_disk):  # noqa: F811
    disk = tiny_disk("512k")
    layers = [
        {"id": f"l{n}", "title": {"zh": f"图层{n}", "en": f"layer {n}"}, "kind": "wms",
         "url": "http://127.0.0.1:9/", "layer": "a"}
        for n in range(3)
    ]  # fmt: skip
    profile = load_profile(
        {
            "version": 1, "id": "full", "title": {"zh": "满", "en": "full"}, "zone": "inner",
            "network": {"allow_http": True}, "identity": {"kind": "none"}, "catalogue": [],
            "groups": [], "layers": layers,
        }
    )  # fmt: skip
    path = disk.path / "catalogue.sqlite"
    Catalogue(profile, None, path).close()
    for leave in (0, 2, 10):
        disk.fill(leave)
        opened = Catalogue(profile, None, path)
        assert opened.search(Query()).total == 3
        opened.close()
        disk.empty()
    fresh = disk.path / "other.sqlite"
    disk.fill()
    opened = Catalogue(profile, None, fresh)
    assert opened.search(Query()).total == 3
    opened.close()
    assert "other.sqlite" not in disk.names() or fresh.stat().st_size == 0
