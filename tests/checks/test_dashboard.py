"""Many counties on one page: rates, ranks, trends, and what goes wrong."""

import re
import shutil

import pytest
from lot_survey import bsm, decide, finding, write_verification

from onemap_verify.checks.dashboard import findings_files, make_dashboard
from onemap_verify.checks.dashboard_page import write_dashboard

HOSTILE = "<script>alert('x')</script>"


@pytest.fixture(scope="module")
def province(tmp_path_factory):
    """Three counties: one twice, one with half its parcels wrong, one with nothing found."""
    folder = tmp_path_factory.mktemp("province")
    first = write_verification(folder / "a/1", [finding(n) for n in range(12)])
    decide(first, range(10))
    decide(first, [10], "closed", "dismissed")
    again = [finding(n) for n in (8, 9, 20)]
    write_verification(folder / "a/2", again, "2026-08-01T08:00:00+00:00")
    write_verification(folder / "b", [finding(n) for n in range(30)], county="511403")
    doubtful = [finding(n, verdict="doubtful", family="area") for n in range(4)]
    write_verification(folder / "c", doubtful, county="511404")
    (folder / "bad").mkdir()
    (folder / "bad/findings.gpkg").write_bytes(b"nothing of the kind" * 60)
    return folder


def test_rates_and_ranks(province):
    made = make_dashboard(findings_files(province))
    assert [county.code for county in made.counties] == ["511403", "511402", "511404"]
    assert {county.name for county in made.counties} == {"望江县"}
    worst, middle, best = (county.latest for county in made.counties)
    assert (worst.wrong, worst.checked, worst.parcels) == (30, 60, 60)
    assert (middle.wrong, middle.checked) == (3, 60)
    assert best.wrong == 0 and best.rate.share == 0.0


def test_wilsons_interval_and_uncertain_ranks(province):
    made = make_dashboard(findings_files(province))
    # By hand, z² = 3.841459: 30 of 60 -> 0.5 ± 0.122649; 3 of 60 -> 0.077077 ± 0.059928;
    # 0 of 60 -> up to 3.841459 / 63.841459.
    rates = [county.latest.rate for county in made.counties]
    limits = [limit for rate in rates for limit in (rate.low, rate.high)]
    expected = [0.377351, 0.622649, 0.017150, 0.137005, 0.0, 0.060172]
    assert limits == pytest.approx(expected, abs=2e-6)
    assert [county.ranks for county in made.counties] == [(1, 1), (2, 3), (2, 3)]


def test_over_the_submissions(province):
    made = make_dashboard(findings_files(province))
    first, second = next(c for c in made.counties if c.code == "511402").submissions
    assert (first.findings, first.returned, first.decided, first.open) == (12, 10, 11, 11)
    assert (second.corrected, second.remaining) == (8, 2)
    assert first.created < second.created


def test_families_have_denominators(province):
    made = make_dashboard(findings_files(province))
    families = made.counties[0].latest.families
    assert (families["topology"].tested, families["topology"].inconsistent) == (60, 30)
    assert (families["imagery"].tested, families["imagery"].not_checkable) == (0, 60)


def test_a_bad_file_is_named_and_the_rest_goes_on(province):
    made = make_dashboard(findings_files(province))
    assert len(made.failures) == 1
    assert made.failures[0][0].endswith("bad/findings.gpkg")
    assert "damaged" in made.failures[0][1].en
    assert len(made.counties) == 3


def test_a_copy_counts_once(province, tmp_path):
    shutil.copytree(province / "b", tmp_path / "one")
    shutil.copytree(province / "b", tmp_path / "other")
    made = make_dashboard(findings_files(tmp_path))
    assert len(made.counties[0].submissions) == 1
    assert "twice" in made.failures[0][1].en


def test_without_a_record(province, tmp_path):
    shutil.copytree(province / "b", tmp_path / "one")
    (tmp_path / "one/record.json").unlink()
    made = make_dashboard(findings_files(tmp_path))
    assert made.counties[0].code == bsm(0)[:6], "what most identifiers begin with"


def test_packages_are_no_findings(province):
    names = {path.name for path in findings_files(province)}
    assert names == {"findings.gpkg"}


def test_the_page(province, tmp_path):
    target = tmp_path / "page.html"
    write_dashboard(make_dashboard(findings_files(province)), target, HOSTILE)
    page = target.read_text(encoding="utf-8")
    assert HOSTILE not in page and "&lt;script&gt;alert" in page
    assert page.count("<script>") == 1
    assert not re.search(r"(?:src|href)=|@import|url\(|https?://", page)
    assert "bad/findings.gpkg" in page
    assert page.count('class="interval"') == 3 and 'class="trend"' in page
    assert "未提供影像" in page and "No image" in page
    rows = re.findall(r'<td class="none" title="60">—</td>', page)
    assert len(rows) == 3, "what was not tested is not shown as nothing found"


def test_hostile_content(tmp_path):
    path = write_verification(tmp_path / "v", [finding(1)])
    record = path.with_name("record.json")
    text = record.read_text(encoding="utf-8").replace("511402", HOSTILE)
    record.write_text(text, encoding="utf-8")
    target = tmp_path / "page.html"
    made = make_dashboard([path])
    write_dashboard(made, target)
    assert target.read_text(encoding="utf-8").count("<script>") == 1
    assert len(made.counties) == 1


def test_nothing_at_all(tmp_path):
    target = tmp_path / "page.html"
    write_dashboard(make_dashboard([tmp_path / "none.gpkg"]), target, language="en")
    page = target.read_text(encoding="utf-8")
    assert "No results that could be read" in page and "none.gpkg" in page
