"""Files and folders that may not be read or written: told, and the rest goes on."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from spoil import rules_found, write

from onemap_verify.checks.errors import ExplainedError

NOBODY = 65534


@pytest.fixture
def shut():
    """A folder of our own, and the rights of nobody while the test runs."""
    folder = Path(tempfile.mkdtemp(prefix="onemap-outside-"))
    folder.chmod(0o777)
    was = os.geteuid() if hasattr(os, "geteuid") else None
    if was is None:
        pytest.skip("no rights of this kind on this system")
    if was == 0:
        os.seteuid(NOBODY)
        readable = os.access(Path(__file__), os.R_OK, effective_ids=True)
        os.seteuid(0)
        if not readable:
            pytest.skip("the checkout lies where nobody else may read the rule set")
    yield folder, lambda: os.seteuid(NOBODY) if was == 0 else None
    if was == 0:
        os.seteuid(0)
    for path in [*folder.rglob("*"), folder]:
        path.chmod(0o777)
    shutil.rmtree(folder)


def test_what_may_not_be_read_is_told_and_the_rest_is_checked(bench, shut):
    folder, become_nobody = shut
    package = folder / "package"
    (package / "照片").mkdir(parents=True)
    (package / "locked").mkdir()
    write(bench.layers("DLTB"), package / "990101.gpkg")
    (package / "照片" / "a.jpg").write_bytes(b"\xff\xd8\xff")
    (package / "locked" / "b.txt").write_text("x")
    (package / "照片" / "a.jpg").chmod(0)
    (package / "locked").chmod(0)
    become_nobody()
    found = bench.verify(package, findings=folder / "out" / "f.gpkg", dem="")
    assert found.package["layers"] == {"DLTB": 207}
    told = [f.object_id for f in found.findings if f.rule_id == "package.unreadable_file"]
    assert sorted(told) == ["locked", "照片/a.jpg"]
    assert rules_found(found) == {"package.unreadable_file": 2}
    assert {i["path"]: i.get("sha256") for i in found.inputs}["照片/a.jpg"] is None


def test_what_may_not_be_written_is_an_error_in_words(bench, shut):
    folder, become_nobody = shut
    package = write(bench.layers("DLTB"), folder / "990101.gpkg")
    locked = folder / "locked"
    locked.mkdir()
    locked.chmod(0o555)
    become_nobody()
    for output in (locked / "f.gpkg", locked / "deep" / "f.gpkg"):
        with pytest.raises(ExplainedError, match=r"f\.gpkg"):
            bench.verify(package, findings=output, dem="")


def test_a_package_that_may_not_be_read_is_an_error_in_words(bench, shut):
    folder, become_nobody = shut
    package = write(bench.layers("DLTB"), folder / "990101.gpkg")
    package.chmod(0)
    become_nobody()
    with pytest.raises(ExplainedError, match=r"990101\.gpkg"):
        bench.verify(package, findings=folder / "f.gpkg", dem="")
