"""A signed review: every byte counts, and what was changed is named with its place."""

import json
import shutil
import sqlite3
import sys
import zipfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from onemap_verify.benchmarks.review_trust import tamper
from onemap_verify.benchmarks.review_trust.world import decide, make_signer, make_world, sign
from onemap_verify.checks.errors import InputError
from onemap_verify.checks.journal.journal import Journal, JournalError
from onemap_verify.checks.journal.lifecycle import State
from onemap_verify.checks.review_seal import check_review, sign_review
from onemap_verify.checks.review_seal.blocks import differing, digest_blocks, page_size, runs
from onemap_verify.checks.review_seal.sqlite_pages import owners


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    return make_signer(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def made(tmp_path_factory, keys):
    """A signed review that nobody writes into."""
    world = make_world(tmp_path_factory.mktemp("made") / "world")
    decide(world)
    sign(world, keys[0])
    return world


@pytest.fixture
def world(made, tmp_path):
    """A copy of it to do things to."""
    folder = tmp_path / "world"
    shutil.copytree(made.folder, folder)
    paths = {
        name: folder / getattr(made, name).relative_to(made.folder)
        for name in ("findings", "record", "package", "verdict")
    }
    return replace(made, folder=folder, **paths)


def check(world, keys, **more):
    return check_review(world.findings, world.package, trust=keys[1], **more)


def only(report):
    assert len(report.breaches) == 1, report.breaches
    return report.breaches[0]


def test_a_signed_review_is_good(made, keys):
    report = check(made, keys)
    assert report.good and report.breaches == () and report.notes == ()
    assert (report.signer, report.who) == ("reviewer", "李审核")
    assert len(report.files) == 9
    assert json.loads(json.dumps(report.document(), default=str))["good"]
    stranger = check_review(made.findings, made.package)
    assert stranger.intact and stranger.signature_holds and not stranger.signer_trusted


def test_changes_anywhere_are_found_and_named(world, keys):
    found = tamper.change_signed(world, keys[1], 120, 7)
    assert (found["unnoticed"], found["named_wrongly"]) == (0, 0), found["examples"]
    assert check(world, keys).good


@pytest.mark.skipif(
    not sqlite3.connect(":memory:").execute(
        "SELECT count(*) FROM pragma_compile_options WHERE compile_options LIKE '%DBSTAT%'"
    ).fetchone()[0],
    reason="SQLite without dbstat cannot tell where the rows are",
)  # fmt: skip
def test_changes_of_rows_are_found_before_anybody_signs(world):
    world.signature.unlink()
    found = tamper.change_cells(world, 80, 7)
    assert (found["unnoticed"], found["named_wrongly"]) == (0, 0), found["examples"]
    assert found["located"]["row"] > 50
    files = tamper.change_unsigned_files(world, 30, 7)
    assert (files["unnoticed"], files["named_wrongly"]) == (0, 0), files["examples"]


def test_a_row_of_the_package_is_named(world, keys):
    path = world.package / "511402.gpkg"
    data = path.read_bytes()
    place = data.index(b"511402211000000042")
    path.write_bytes(data[:place] + b"6" + data[place + 1 :])
    breach = only(check(world, keys))
    assert (breach.file, breach.kind, breach.table) == ("511402.gpkg", "bytes", "DLTB")
    first, last = (int(part) if part else 10**9 for part in breach.row.split("–"))
    assert first <= 43 <= last  # row numbers begin with 1
    assert breach.first <= place <= breach.last


def test_a_photo_in_the_store_is_named_by_its_row(world, keys):
    path = world.package / "511402.db"
    with closing(sqlite3.connect(path)) as connection:
        row, photo = connection.execute(
            "SELECT F_ID, FJ FROM FJ ORDER BY length(FJ) DESC LIMIT 1"
        ).fetchone()
    data = bytearray(path.read_bytes())
    data[data.index(photo[20000:20040]) + 7] ^= 1
    path.write_bytes(data)
    breach = only(check(world, keys))
    assert (breach.table, breach.row) == ("FJ", str(row))
    assert "FJ" in breach.text.zh


def test_a_line_of_a_table_is_named(world, keys):
    path = world.package / "areas.csv"
    lines = path.read_bytes().split(b"\n")
    lines[700] = lines[700].replace(b"0103", b"0104")
    path.write_bytes(b"\n".join(lines))
    breach = only(check(world, keys))
    first, last = (int(part) for part in breach.row.split("–"))
    assert first <= 701 <= last and last - first < 250


def test_files_that_are_gone_or_added(world, keys):
    (world.package / "tracks" / "20230718.nmea").unlink()
    (world.package / "later.txt").write_text("x", encoding="utf-8")
    world.verdict.unlink()
    found = {(one.file, one.kind) for one in check(world, keys).breaches}
    assert found == {
        ("tracks/20230718.nmea", "missing"),
        ("later.txt", "added"),
        ("lot.json", "missing"),
    }


def test_a_file_that_grew_or_shrank(world, keys):
    path = world.package / "areas.csv"
    whole = path.read_bytes()
    path.write_bytes(whole + b"one more\n")
    assert only(check(world, keys)).file == "areas.csv"
    path.write_bytes(whole[:-5000])
    report = check(world, keys)
    assert {one.file for one in report.breaches} == {"areas.csv"}


def test_decisions_after_the_signature_are_told(world, keys):
    with Journal(world.findings, "孙") as journal:
        journal.decide(world.names[50:53], State.UNDER_REVIEW)
    breach = only(check(world, keys))
    assert (breach.kind, breach.table) == ("continued", "journal_events")
    assert "3 events were appended" in breach.text.en
    sign(world, keys[0])
    assert check(world, keys).good


def test_decisions_cut_off_are_missed(world, keys):
    with closing(sqlite3.connect(world.findings)) as connection:
        connection.execute("DROP TRIGGER journal_events_stay")
        connection.execute(
            "DELETE FROM journal_events WHERE seq = (SELECT max(seq) FROM journal_events)"
        )
        connection.commit()
    report = check(world, keys)
    assert not report.intact
    assert any("1 events at the end are gone" in one.text.en for one in report.breaches)


def test_an_edited_finding_is_named_by_its_id(world, keys):
    with closing(sqlite3.connect(world.findings)) as connection:
        for (trigger,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'findings'"
        ).fetchall():
            connection.execute(f'DROP TRIGGER "{trigger}"')
        connection.execute("UPDATE findings SET severity = 'D' WHERE fid = 9")
        connection.commit()
    report = check(world, keys)
    assert {one.file for one in report.breaches} == {"findings.gpkg"}
    rows = [one.row for one in report.breaches if one.kind == "row" and one.table == "findings"]
    assert rows == [world.names[8]]


def test_opening_the_file_elsewhere_is_no_change(world, keys):
    with closing(sqlite3.connect(world.findings)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA journal_mode = DELETE")
    report = check(world, keys)
    assert all(one.kind == "header" for one in report.breaches)
    assert report.good


def test_what_waits_beside_the_file_is_named(world, keys):
    connection = sqlite3.connect(world.package / "511402.db")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("UPDATE FJ SET BSM = 'x' WHERE F_ID = 1")
    connection.commit()
    found = {one.file for one in check(world, keys).breaches}
    connection.close()
    assert "511402.db-wal" in found


def test_a_forged_signature_accuses_nobody_else(world, keys, tmp_path):
    text = world.signature.read_text(encoding="utf-8")
    document = json.loads(text)
    document["files"][3]["root"] = "0" * 64
    world.signature.write_text(json.dumps(document), encoding="utf-8")
    report = check(world, keys)
    assert {one.file for one in report.breaches} == {"review.sig.json"}
    assert not report.signature_holds and "511402.db" in only(report).text.en
    world.signature.write_text("{", encoding="utf-8")
    assert only(check(world, keys)).kind == "signature"
    # signed again by somebody else: holds, but nobody trusts it
    other, _ = make_signer(tmp_path / "other")
    world.signature.write_text(text, encoding="utf-8")
    sign(world, other)
    report = check(world, keys)
    assert report.signature_holds and not report.signer_trusted and not report.good


def test_a_review_that_was_changed_cannot_be_signed(world, keys):
    with closing(sqlite3.connect(world.findings)) as connection:
        connection.execute("UPDATE decisions SET state = 'closed' WHERE fid = 1")
        connection.commit()
    with pytest.raises(JournalError, match="tampered"):
        sign(world, keys[0])


def test_without_a_signature_the_record_binds_the_package(world):
    world.signature.unlink()
    report = check_review(world.findings, world.package)
    assert report.intact and not report.signed
    (world.package / "areas.csv").write_text("x", encoding="utf-8")
    assert only(check_review(world.findings, world.package)).file == "areas.csv"
    document = json.loads(world.record.read_text(encoding="utf-8"))
    document["seed"] = 5
    world.record.write_text(json.dumps(document), encoding="utf-8")
    # a record that was changed accuses nobody
    assert only(check_review(world.findings, world.package)).file == "record.json"


def test_before_any_decision_the_record_binds_the_findings(tmp_path):
    world = make_world(tmp_path / "world", 12)
    assert check_review(world.findings, world.package).breaches == ()
    with closing(sqlite3.connect(world.findings)) as connection:
        connection.execute("DELETE FROM rtree_findings_geom")
        for (trigger,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'findings'"
        ).fetchall():
            connection.execute(f'DROP TRIGGER "{trigger}"')
        connection.execute("DELETE FROM findings WHERE fid = 4")
        connection.commit()
    breach = only(check_review(world.findings, world.package))
    assert (breach.file, breach.table) == ("findings.gpkg", "findings")


def test_a_package_in_a_zip(world, keys):
    archive = world.folder / "package.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        for path in sorted(world.package.rglob("*")):
            opened.write(path, path.relative_to(world.package).as_posix())
    world.signature.unlink()
    assert check_review(world.findings, archive).intact
    sign_review(world.findings, keys[0], "李", archive)
    assert check_review(world.findings, archive, trust=keys[1]).good
    with zipfile.ZipFile(archive) as opened:
        place = opened.getinfo("areas.csv").header_offset + 60
    data = bytearray(archive.read_bytes())
    data[place] ^= 8
    archive.write_bytes(data)
    report = check_review(world.findings, archive, trust=keys[1])
    breach = only(report)
    assert breach.file == "package.zip" and "areas.csv" in breach.text.en


def test_there_has_to_be_a_file(tmp_path):
    with pytest.raises(InputError, match="no file"):
        check_review(tmp_path / "nothing.gpkg")


@pytest.mark.skipif(sys.platform == "win32", reason="dbstat of Debian's SQLite")
def test_pages_belong_to_whom_sqlite_says(tmp_path):
    """Against dbstat, SQLite's own table of pages."""
    path = tmp_path / "many.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE a (x TEXT, y BLOB)")
        connection.execute("CREATE TABLE b (id INTEGER PRIMARY KEY, x TEXT)")
        connection.execute("CREATE INDEX a_x ON a (x)")
        rows = [(f"{n:05d}" * (n % 40 + 1), bytes(n % 9 * 3000)) for n in range(300)]
        connection.executemany("INSERT INTO a VALUES (?, ?)", rows)
        connection.executemany("INSERT INTO b (x) VALUES (?)", [("z" * 60,)] * 1500)
        connection.execute("DELETE FROM a WHERE rowid % 5 = 0")
        connection.commit()
        size = connection.execute("PRAGMA page_size").fetchone()[0]
        count = connection.execute("PRAGMA page_count").fetchone()[0]
        free = connection.execute("PRAGMA freelist_count").fetchone()[0]
        stat = dict(connection.execute("SELECT pageno, name FROM dbstat").fetchall())
    # One page at a time, as where one byte was changed.
    for page in range(1, count + 1, 7):
        owner = owners(path, size, {page}).get(page)
        if page == 1:
            assert owner.kind == "schema"
        elif page in stat:
            assert (owner.name, owner.kind) == (
                stat[page],
                "index" if "_" in stat[page] else "table",
            )
        else:
            assert owner.kind == "free"
    assert free > 0


def test_blocks_of_a_file(tmp_path):
    path = tmp_path / "some"
    path.write_bytes(b"abc" * 5000)
    one = digest_blocks(path)
    assert (one.size, one.block, len(one.leaves), one.page) == (15000, 4096, 4, 0)
    path.write_bytes(b"abc" * 5000 + b"d")
    assert differing(one, digest_blocks(path)) == [3]
    path.write_bytes(b"abc" * 7000)
    assert differing(one, digest_blocks(path)) == [3, 4, 5]
    assert runs([1, 2, 3, 7, 9, 10]) == [(1, 3), (7, 7), (9, 10)]
    assert page_size(b"no database" * 20) == 0


def test_a_path_in_a_signature_leads_nowhere_else(world, keys):
    outside = Path(world.folder) / "outside.json"
    outside.write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="beside the findings"):
        sign_review(world.findings, keys[0], "李", world.package, [outside])
