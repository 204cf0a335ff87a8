"""Files that are cut, old, locked, read-only, gone or on a full disk: told, and nothing lost."""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from onemap_verify.checks.errors import ExplainedError, InputError
from onemap_verify.checks.findings_read import read_verification
from onemap_verify.checks.journal.audit import check_journal
from onemap_verify.checks.journal.journal import Journal, JournalError
from onemap_verify.checks.journal.lifecycle import State
from onemap_verify.checks.journal.merge import merge
from onemap_verify.checks.journal.reading import read_events, read_standing
from onemap_verify.checks.progress import Cancelled
from onemap_verify.checks.seal.tree import verify_inclusion

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fixtures"))
import small_survey

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="POSIX")
ROOT = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="only root may mount, or be somebody else"
)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "findings.gpkg"
    small_survey.write_findings_file(path, 40)
    return path


def ids(path):
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute("SELECT finding_id FROM findings")]


def decided(path, count=3):
    """Decide on some, and say what was decided."""
    with Journal(path, "Li") as journal:
        for name in ids(path)[:count]:
            journal.decide([name], State.UNDER_REVIEW)
        return journal.events()


def told(error):
    """Both languages say something, and no traceback is shown to anybody."""
    text = error.value.text
    assert any("\u4e00" <= sign <= "\u9fff" for sign in text.zh)
    assert text.en and "Traceback" not in text.en
    return text.en


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.9])
def test_a_file_that_was_cut(file, share):
    decided(file)
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * share)])
    for look in (
        lambda: Journal(file, "Li").close(),
        lambda: read_verification(file),
        lambda: merge(Journal(file, "Li"), file),
    ):
        with pytest.raises(ExplainedError) as error:
            look()
        assert told(error)
    assert len(file.read_bytes()) == int(len(whole) * share)
    try:
        assert not check_journal(file).intact
    except InputError as error:
        assert error.text.zh


def test_no_database_at_all(tmp_path):
    for content in (b"nothing of the kind" * 100, b"PK\x03\x04" + bytes(5000)):
        path = tmp_path / "findings.gpkg"
        path.write_bytes(content)
        with pytest.raises(InputError, match="damaged or no GeoPackage"):
            Journal(path, "Li")
        assert path.read_bytes() == content


def test_findings_of_an_older_version(file):
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("ALTER TABLE findings DROP COLUMN cause")
        connection.commit()
    before = file.read_bytes()
    with pytest.raises(InputError, match="older version") as error:
        Journal(file, "Li")
    assert "更早的版本" in error.value.text.zh
    assert file.read_bytes() == before


def older(file):
    """The journal as its first version kept it."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DROP TABLE journal_tree")
        connection.execute("DROP INDEX journal_events_assigned")
        connection.execute("DROP INDEX journal_events_noted")
        connection.execute("DELETE FROM journal_meta WHERE name = 'schema'")
        connection.commit()


def test_a_journal_of_an_older_version_is_brought_up_to_date(file):
    events = decided(file)
    older(file)
    assert read_events(file) == events  # looking changes nothing
    assert check_journal(file).intact
    with closing(sqlite3.connect(file)) as connection:
        assert not connection.execute("SELECT 1 FROM journal_meta WHERE name = 'schema'").fetchall()
    with Journal(file, "Li") as journal:
        assert journal.events() == events
        journal.decide(ids(file)[5:6], State.UNDER_REVIEW)
    assert check_journal(file).intact


def test_a_journal_of_a_later_version_is_left_alone(file):
    decided(file)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE journal_meta SET value = '99' WHERE name = 'schema'")
        connection.commit()
    before = file.read_bytes()
    with pytest.raises(InputError, match="later version") as error:
        Journal(file, "Li")
    assert "升级插件" in error.value.text.zh
    assert file.read_bytes() == before


HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def held(file):
    """Another program holds the file; closing its standard input lets go."""
    decided(file)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout.readline() == "held\n"
        yield other
        other.stdin.close()


def test_a_file_that_another_program_holds(file, held):
    began = time.monotonic()
    with pytest.raises(InputError, match="locked by another program") as error:
        Journal(file, "Zhao", patience=0.3)
    assert "占用" in error.value.text.zh
    assert time.monotonic() - began < 3
    asked = []
    with pytest.raises(Cancelled):
        Journal(file, "Zhao", patience=60, stop=lambda: asked.append(1) or len(asked) > 2)
    held.stdin.close()
    held.wait()
    with Journal(file, "Zhao") as journal:
        assert len(journal.standing()) == 3


def test_a_file_that_is_let_go_in_time(file):
    with Journal(file, "Li") as journal:
        holder = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        holder.execute("BEGIN EXCLUSIVE")
        import threading

        timer = threading.Timer(0.3, lambda: holder.execute("ROLLBACK"))
        timer.start()
        journal.decide(ids_while_held(journal)[:1], State.UNDER_REVIEW)
        timer.join()
        holder.close()
        assert len(journal.standing()) == 1


def ids_while_held(journal):
    """Ids from the connection of the journal, once the file is free."""
    end = time.monotonic() + 5
    while True:
        try:
            return [row[0] for row in journal._connection.execute(
                "SELECT finding_id FROM findings")]  # fmt: skip
        except sqlite3.OperationalError:
            assert time.monotonic() < end


def test_a_reader_at_work_only_delays(file):
    """Somebody scrolls through a table in QGIS: the end of the transaction has to wait."""
    decided(file)
    reader = sqlite3.connect(file)
    rows = reader.execute("SELECT * FROM findings")
    rows.fetchone()
    with Journal(file, "Li", patience=0.3) as journal:
        with pytest.raises(InputError, match="locked"):
            journal.decide(ids(file)[5:6], State.UNDER_REVIEW)
        assert len(journal.standing()) == 3
        rows.close()
        reader.close()
        journal.decide(ids(file)[5:6], State.UNDER_REVIEW)
        assert len(journal.standing()) == 4
    assert check_journal(file).intact


@POSIX
def test_a_file_that_was_deleted_or_replaced_while_open(file, tmp_path):
    decided(file)
    name = ids(file)[5]
    kept = tmp_path / "kept.gpkg"
    shutil.copy(file, kept)
    with Journal(file, "Li") as journal:
        file.unlink()
        with pytest.raises(JournalError, match="gone") as error:
            journal.decide([name], State.UNDER_REVIEW)
        assert "未写入" in error.value.text.zh
        shutil.copy(kept, file)
        with pytest.raises(JournalError, match="replaced"):
            journal.decide([name], State.UNDER_REVIEW)
    with Journal(file, "Li") as journal:
        journal.decide([name], State.UNDER_REVIEW)
    assert check_journal(file).intact


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="POSIX")
def test_a_file_and_a_folder_for_reading_only(tmp_path):
    import tempfile

    folder = Path(tempfile.mkdtemp())
    try:
        file = folder / "findings.gpkg"
        small_survey.write_findings_file(file, 12)
        decided(file)
        names = ids(file)
        folder.chmod(0o755)
        file.chmod(0o444)
        with somebody():
            with Journal(file, "Zhao") as journal:
                assert len(journal.standing()) == 3
                with pytest.raises(JournalError, match="read-only"):
                    journal.decide(names[5:6], State.UNDER_REVIEW)
            assert len(read_standing(file)) == 3
        file.chmod(0o666)
        folder.chmod(0o555)
        with (
            somebody(),
            Journal(file, "Zhao") as journal,
            pytest.raises(ExplainedError) as error,
        ):
            journal.decide(names[5:6], State.UNDER_REVIEW)
        assert "read-only" in told(error)
        folder.chmod(0o755)
        assert len(read_standing(file)) == 3
        assert check_journal(file).intact
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


class somebody:
    """Without the rights of root, as long as this lasts."""

    def __enter__(self):
        self._root = os.geteuid() == 0
        if self._root:
            os.seteuid(65534)

    def __exit__(self, *details):
        if self._root:
            os.seteuid(0)


@ROOT
def test_a_disk_that_is_really_full(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)],
                      capture_output=True).returncode:  # fmt: skip
        pytest.skip("mounting is not allowed here")
    try:
        made = tmp_path / "findings.gpkg"
        small_survey.write_findings_file(made, 40)
        file = disk / "findings.gpkg"
        shutil.copy(made, file)
        names = ids(file)
        with Journal(file, "Li") as journal:
            with pytest.raises(JournalError) as error:
                for name in names * 20:
                    journal.decide([name], State.RETURNED, "x" * 8000)
                    journal.decide([name], State.UNDER_REVIEW, "x" * 8000)
            assert "full" in told(error) and "safe" in told(error)
            kept = journal.events()
        assert len(kept) > 10
        assert read_events(file) == kept
        checked = tmp_path / "checked.gpkg"
        shutil.copy(file, checked)
        assert check_journal(checked).intact
    finally:
        subprocess.run(["umount", str(disk)], check=False)


def test_as_qgis_leaves_it(file):
    """An editing QGIS keeps the file in WAL mode, with what is new beside it."""
    decided(file)
    with closing(sqlite3.connect(file)) as open_elsewhere:
        open_elsewhere.execute("PRAGMA journal_mode = WAL")
        open_elsewhere.execute("CREATE TABLE something (x)")
        open_elsewhere.commit()
        with Journal(file, "Zhao") as journal:
            journal.decide(ids(file)[5:6], State.UNDER_REVIEW)
        assert file.with_name(file.name + "-wal").stat().st_size
        assert len(read_standing(file)) == 4
        assert check_journal(file).intact
    assert len(read_standing(file)) == 4


def test_a_head_and_a_proof_need_not_read_the_whole_log(file, monkeypatch):
    from onemap_verify.checks.journal import subtrees
    from onemap_verify.checks.journal.events import Action

    monkeypatch.setattr(subtrees, "BLOCK", 8)
    for count in (1, 7, 8, 9, 60):
        with Journal(file, "Li") as journal:
            for number in range(count):
                journal.record(Action.NOTE, "x", "", {"n": number})
            events = journal.events()
            size, root = journal.head()
            assert (size, root) == (len(events), check_journal(file).root)
            for place in {
                0,
                1,
                len(events) // 2,
                len(events) - 9,
                len(events) - 2,
                len(events) - 1,
            }:
                if 0 <= place < len(events):
                    proof = journal.proof(events[place].event_id)
                    path = [bytes.fromhex(step) for step in proof["path"]]
                    leaf = bytes.fromhex(proof["leaf"])
                    assert proof["index"] == place
                    assert verify_inclusion(leaf, place, size, path, bytes.fromhex(root))
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE journal_tree SET digest = 'x' WHERE block = 3")
        connection.commit()
    assert [(one.table, one.row) for one in check_journal(file).breaches] == [("journal_tree", "3")]
