"""No output may ever take the place of an input, of a folder, or of another output."""

import shutil

import pytest
from spoil import write

from onemap_verify.checks.errors import ExplainedError


@pytest.fixture
def package(bench):
    return write(bench.layers("DLTB"), bench.folder / "990101.gpkg")


@pytest.mark.parametrize("output", ["findings", "record", "report"])
def test_the_package_is_never_written_over(bench, package, output):
    before = package.read_bytes()
    outputs = {"findings": bench.folder / "f.gpkg", output: package}
    with pytest.raises(ExplainedError, match=r"990101\.gpkg"):
        bench.verify(package, **outputs)
    assert package.read_bytes() == before


def test_nor_the_dem_nor_a_trusted_layer_nor_a_link_to_them(bench, package):
    dem = shutil.copy(bench.dem, bench.folder / "dem.tif")
    link = bench.folder / "link.gpkg"
    link.symlink_to(package)
    other = shutil.copy(package, bench.folder / "last_year.gpkg")
    for asked in (
        {"dem": str(dem), "report": dem},
        {"findings": link},
        {"previous": f"{other}|layername=DLTB", "findings": other},
        {"control_layers": (f"{other}|layername=DLTB",), "findings": other},
    ):
        with pytest.raises(ExplainedError):
            bench.verify(package, **asked)
    assert other.read_bytes() == package.read_bytes()


def test_nothing_is_written_into_a_geodatabase_that_was_delivered(bench):
    package = write(bench.layers("DLTB"), bench.folder / "county.gdb")
    inside = sorted(package.iterdir())
    with pytest.raises(ExplainedError, match=r"county\.gdb"):
        bench.verify(package, findings=package / "findings.gpkg")
    assert sorted(package.iterdir()) == inside


def test_two_outputs_do_not_share_a_file(bench, package):
    same = bench.folder / "same.gpkg"
    with pytest.raises(ExplainedError, match=r"same\.gpkg"):
        bench.verify(package, findings=same, record=same)
    assert not same.exists()


def test_what_cannot_be_written_is_told_before_the_work_and_leaves_nothing(bench, package):
    blocked = bench.folder / "blocked"
    blocked.write_text("a file, not a folder")
    findings = bench.folder / "out" / "f.gpkg"
    with pytest.raises(ExplainedError, match="blocked"):
        bench.verify(package, findings=findings, record=blocked / "record.json")
    assert not findings.exists()


def test_results_kept_beside_the_package_are_no_part_of_it(bench, package):
    """A second run of a folder must find the same as the first."""
    folder = bench.folder / "delivered"
    folder.mkdir()
    shutil.copy(package, folder)
    outputs = {name: folder / f"{name}.{end}" for name, end in
               (("findings", "gpkg"), ("record", "json"), ("report", "html"))}  # fmt: skip
    first = bench.verify(folder, **outputs)
    second = bench.verify(folder, **outputs)
    assert [f.finding_id for f in second.findings] == [f.finding_id for f in first.findings]
    assert [i["path"] for i in second.inputs] == [i["path"] for i in first.inputs]
    assert second.inputs[0]["path"] == "990101.gpkg"
