"""Reports as PDF through layouts, and the way from a sample to a verdict, as a script runs them."""

import json
import re
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

pytest.importorskip("qgis.core")

from lot_survey import bsm, decide, finding, write_package, write_verification
from qgis.core import QgsProcessingException, QgsProcessingFeedback

LAYOUTS = Path(__file__).resolve().parents[2] / "resources" / "layouts"


@pytest.fixture
def run(onemap_provider):
    """Run one of our algorithms as a script does."""
    import processing

    return processing.run


def words(path):
    """All text of a PDF without blanks; skips where nothing here can read one."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    found = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True
    )
    return re.sub(r"\s+", "", found.stdout.decode("utf-8"))


def page_count(path):
    """Pages of a PDF, by its own page tree."""
    return max(int(n) for n in re.findall(rb"/Count (\d+)", Path(path).read_bytes()))


@pytest.fixture(scope="module")
def verified(tmp_path_factory):
    """Findings about four parcels of two villages; three are returned."""
    made = [finding(3, "B"), finding(3, "C", "area"), finding(45, "C"), finding(50, "D", "area")]
    path = write_verification(tmp_path_factory.mktemp("reports"), made)
    decide(path, [3, 45], reason="与举证照片不符")
    decide(path, [50], "closed", "dismissed", who="李强")
    return path


def test_the_return_list(run, verified, tmp_path):
    found = run(
        "onemap:returnlist",
        {
            "FINDINGS": str(verified),
            "DEADLINE": "2026-12-31",
            "LANGUAGE": 2,
            "PDF": str(tmp_path / "list.pdf"),
            "SPREADSHEET": str(tmp_path / "list.xlsx"),
            "LIST": str(tmp_path / "list.gpkg"),
        },
    )
    assert found["COUNT"] == 3
    # Title, villages, and one page for each of the two villages.
    assert found["PAGES"] == page_count(found["PDF"]) == 4
    text = words(found["PDF"])
    for wanted in (bsm(3), bsm(45), "东村", "南村", "2026-12-31", "望江县511402", "与举证照片不符"):
        assert wanted in text, wanted
    assert "整改清单" in text and "Returnlist" in text
    assert bsm(50) not in text, "closed"
    assert "1/4" in text and "4/4" in text


def test_everybody_in_one_village(run, tmp_path):
    """A long list goes on, with its heading on every page and nothing lost."""
    path = write_verification(tmp_path / "v", [finding(n % 20, key=str(n)) for n in range(90)])
    found = run(
        "onemap:returnlist",
        {"FINDINGS": str(path), "WHICH": 1, "LANGUAGE": 0, "PDF": str(tmp_path / "l.pdf")},
    )
    text = words(found["PDF"])
    assert found["COUNT"] == 90 and found["PAGES"] > 5
    assert text.count("topology.overlap") == 90, "every row once"
    assert text.count("整改要求") >= found["PAGES"] - 2


def test_nothing_to_write_to_and_nothing_returned(run, tmp_path):
    path = write_verification(tmp_path / "v", [finding(1)])
    with pytest.raises(QgsProcessingException, match="at least one"):
        run("onemap:returnlist", {"FINDINGS": str(path), "PDF": None})
    found = run("onemap:returnlist", {"FINDINGS": str(path), "PDF": str(tmp_path / "none.pdf")})
    assert (found["COUNT"], page_count(found["PDF"])) == (0, 1)


def test_the_review_report(run, verified, tmp_path):
    target = tmp_path / "review.pdf"
    found = run(
        "onemap:reviewreport", {"FINDINGS": str(verified), "LANGUAGE": 0, "PDF": str(target)}
    )
    text = words(target)
    from onemap_verify.checks.review_figures import journal_head

    size, root = journal_head(verified)
    assert root in text and f"事件数{size}" in text
    for wanted in ("王敏", "李强", "未提供影像", "已退回", "影像", "望江县"):
        assert wanted in text, wanted
    assert "不一致" in text and found["PAGES"] == page_count(target)


def test_a_broken_journal_is_said(run, verified, tmp_path):
    import sqlite3

    path = tmp_path / "findings.gpkg"
    shutil.copy(verified, path)
    with sqlite3.connect(path) as connection:
        guards = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'journal%'"
        for (name,) in connection.execute(guards).fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute("UPDATE journal_events SET who = '别人' WHERE seq = 2")
    connection.close()
    target = tmp_path / "review.pdf"
    run("onemap:reviewreport", {"FINDINGS": str(path), "LANGUAGE": 0, "PDF": str(target)})
    assert "改动" in words(target)


def sample_and_judge(run, path, folder, expected_size):
    """Draw, take the errors that were upheld, judge; drawn identifiers and the outputs."""
    from onemap_verify.checks.acceptance import upheld_errors, write_errors, write_units

    units = write_units(path, folder / "units.gpkg")
    drawn = run(
        "onemap:drawsample",
        {
            "INPUT": f"{folder / 'units.gpkg'}|layername=units",
            "STRATA": ["ZLDWMC"],
            "SEED": "7",
            "SAMPLE": str(folder / "sample.gpkg"),
            "RECORD": str(folder / "draw.json"),
        },
    )
    assert (units.count, drawn["SAMPLE_SIZE"]) == (60, expected_size)
    lots = json.loads((folder / "draw.json").read_text(encoding="utf-8"))["lots"]
    names = [name for lot in lots for name in lot["drawn"]]
    errors = upheld_errors(path, names)
    write_errors(errors, folder / "errors.gpkg")
    judged = run(
        "onemap:judgelot",
        {
            "SAMPLE": str(folder / "sample.gpkg"),
            "ERRORS": f"{folder / 'errors.gpkg'}|layername=errors",
            "UNITS": str(folder / "scores.gpkg"),
            "RECORD": str(folder / "lot.json"),
        },
    )
    return names, judged


def numbers_of(names):
    return [int(name[12:]) for name in names]


def test_from_the_sample_to_the_verdict(run, tmp_path):
    """By hand, GB/T 24356-2023: 60 units -> 7 drawn; B = 12, C = 4 off 100 in its element.

    First unit: topology 100 - 12 - 12 = 76, area 100 - 4 = 96, mean 86: good. Second: topology
    100, area 96, mean 98: excellent. Five without errors: excellent. 6 of 7 = 85.7 % excellent,
    all excellent or good: the lot is excellent. What was dismissed, and what is about a parcel
    that was not drawn, does not count.
    """
    every = [finding(n, key=key) for n in range(60) for key in "12"]
    every += [finding(n, "C", "area") for n in range(60)]
    path = write_verification(tmp_path / "v", every)
    from onemap_verify.checks.sampling.draw import draw_sample
    from onemap_verify.checks.sampling.plan import sample_table
    from onemap_verify.checks.standard import load

    strata = [("东村", "西村", "南村")[n // 20] for n in range(60)]
    ids = [bsm(n) for n in range(60)]
    drawn = draw_sample(ids, strata, "7", table=sample_table(load())).drawn
    first, second, *others = [n for n in range(60) if drawn[n]]
    outside = next(n for n in range(60) if not drawn[n])
    decide(path, [first, outside])
    decide_area(path, second)
    decide(path, others, "closed", "dismissed")
    names, judged = sample_and_judge(run, path, tmp_path, 7)
    assert numbers_of(sorted(names)) == sorted([first, second, *others])
    assert (judged["VERDICT"], judged["GRADE"], judged["INSPECTED_COUNT"]) == (
        "passed",
        "excellent",
        7,
    )
    lot = json.loads((tmp_path / "lot.json").read_text(encoding="utf-8"))
    scores = {int(unit["unit"][12:]): unit["score"] for unit in lot["units"]}
    assert (scores[first], scores[second]) == (86.0, 98.0)
    assert {scores[n] for n in others} == {100.0}
    assert lot["shares"]["excellent"] == pytest.approx(6 / 7, abs=1e-4)
    report(run, path, tmp_path, ["批合格", "优", bsm(first), "86.0", "41–60→7", "随机种子7"])


def decide_area(path, number):
    """Uphold only the finding about the area of a parcel."""
    import sqlite3

    from onemap_verify.checks.journal.journal import Journal
    from onemap_verify.checks.journal.lifecycle import Opinion, State

    connection = sqlite3.connect(path)
    query = "SELECT finding_id FROM findings WHERE parcel_bsm = ? AND family = 'area'"
    chosen = [row[0] for row in connection.execute(query, (bsm(number),))]
    connection.close()
    with Journal(path, "王敏") as journal:
        journal.decide(chosen, State.RETURNED, "面积不符", Opinion.UPHELD)


def report(run, path, folder, wanted):
    target = folder / "lot.pdf"
    found = run(
        "onemap:lotreport",
        {
            "RECORD": str(folder / "lot.json"),
            "DRAW": str(folder / "draw.json"),
            "FINDINGS": str(path),
            "SAMPLE": str(folder / "sample.gpkg"),
            "LANGUAGE": 0,
            "PDF": str(target),
        },
    )
    assert found["PAGES"] == page_count(target)
    text = words(target)
    for one in wanted:
        assert one in text, one
    # What stood on an earlier page does not shine through on a later one.
    assert text.count("抽样方案") == text.count("估计量") == 1


def test_one_gross_error_fails_the_lot(run, tmp_path):
    path = write_verification(tmp_path / "v", [finding(n, "A") for n in range(60)])
    decide(path, range(60))
    _, judged = sample_and_judge(run, path, tmp_path, 7)
    assert (judged["VERDICT"], judged["FAILED_COUNT"]) == ("failed", 7)
    report(run, path, tmp_path, ["批不合格", "有1处A类错漏", bsm(0)[:12]])


def test_parcels_without_a_name_of_their_own(tmp_path, onemap_provider):
    from onemap_verify.checks.acceptance import write_units

    path = write_verification(tmp_path / "v", [finding(1)])
    write_package(next(path.parent.glob("*2026.gpkg")), {5: bsm(4), 7: ""})
    units = write_units(path, tmp_path / "units.gpkg")
    assert (units.count, units.blank, units.double) == (58, 1, 1)


def changed_template(folder, change):
    text = (LAYOUTS / "return_list.qpt").read_text(encoding="utf-8")
    target = folder / "own.qpt"
    target.write_text(change(text), encoding="utf-8")
    return str(target)


def test_a_template_of_ones_own(run, verified, tmp_path):
    """A part that the template lacks is not printed; its own texts are, with our values."""
    own = changed_template(
        tmp_path,
        lambda text: text.replace('id="table_severities"', 'id="mine"').replace(
            "[% @onemap_subtitle %]", "本省用章 [% upper(@onemap_county) %] [% 6*7 %]"
        ),
    )
    parameters = {"FINDINGS": str(verified), "LANGUAGE": 0, "PDF": str(tmp_path / "own.pdf")}
    ours = run("onemap:returnlist", {**parameters, "PDF": str(tmp_path / "ours.pdf")})
    assert "错漏类别" in words(ours["PDF"])
    found = run("onemap:returnlist", {**parameters, "TEMPLATE": own})
    text = words(found["PDF"])
    assert "本省用章望江县51140242" in text
    assert "按类别" not in text, "a heading without its table"
    assert bsm(45) in text


@pytest.mark.parametrize("content", ["", "<html/>", "<Layout", "<Layout/>", "\x00\x01"])
def test_no_template_at_all(run, verified, tmp_path, content):
    bad = tmp_path / "bad.qpt"
    bad.write_text(content, encoding="utf-8")
    with pytest.raises(QgsProcessingException, match="template"):
        run(
            "onemap:returnlist",
            {"FINDINGS": str(verified), "TEMPLATE": str(bad), "PDF": str(tmp_path / "x.pdf")},
        )
    assert not (tmp_path / "x.pdf").exists()


def test_what_was_written_stays_text(run, tmp_path):
    """Nobody can slip an expression into a printed report."""
    evil = "[% 6*7 %] <b>x</b> " + "很长" * 800
    from onemap_verify.checks.findings import Text

    path = write_verification(tmp_path / "v", [finding(1, message=Text(evil, evil))])
    decide(path, [1], reason="[%@user_account_name%]")
    found = run(
        "onemap:returnlist",
        {
            "FINDINGS": str(path),
            "LANGUAGE": 0,
            "COUNTY": "[% 40+2 %]县",
            "PDF": str(tmp_path / "evil.pdf"),
        },
    )
    text = words(found["PDF"]).replace("\u200b", "")
    assert "[%6*7%]<b>x</b>" in text and "[%40+2%]县" in text and "@user_account_na" in text
    assert text.count("很长") > 700, "a row higher than a page is cut, not dropped"


def test_records_that_are_none(run, tmp_path):
    (tmp_path / "lot.json").write_text('{"kind": "other"}', encoding="utf-8")
    with pytest.raises(QgsProcessingException, match=r"lot\.json"):
        run(
            "onemap:lotreport",
            {"RECORD": str(tmp_path / "lot.json"), "PDF": str(tmp_path / "x.pdf")},
        )


def test_a_folder_that_is_not_there(run, verified, tmp_path):
    target = tmp_path / "file"
    target.write_text("x", encoding="utf-8")
    with pytest.raises(QgsProcessingException, match="write"):
        run("onemap:returnlist", {"FINDINGS": str(verified), "PDF": str(target / "x.pdf")})


def test_in_another_thread_and_stopped(run, verified, tmp_path, qgis_app):
    """Layouts are touched in the main thread only; a task that is told to stop does not hang."""
    from qgis.core import QgsApplication, QgsProcessingContext
    from qgis.PyQt.QtTest import QTest

    algorithm = QgsApplication.processingRegistry().algorithmById("onemap:returnlist")
    parameters = {"FINDINGS": str(verified), "LANGUAGE": 0, "PDF": str(tmp_path / "t.pdf")}
    done = []

    def work(feedback):
        done.append(algorithm.create().run(parameters, QgsProcessingContext(), feedback))

    thread = threading.Thread(target=work, args=(QgsProcessingFeedback(),))
    thread.start()
    for _ in range(2000):
        if not thread.is_alive():
            break
        QTest.qWait(10)
    assert done and done[0][1] and page_count(tmp_path / "t.pdf") == 4
    (tmp_path / "t.pdf").unlink()
    feedback = QgsProcessingFeedback()
    stopped = threading.Thread(target=work, args=(feedback,))
    stopped.start()
    threading.Timer(0.2, feedback.cancel).start()
    stopped.join(20)  # this thread answers nothing: the task has to give up by itself
    assert not stopped.is_alive() and not (tmp_path / "t.pdf").exists()
    assert not list(tmp_path.glob("*.part"))
    QTest.qWait(50)


def test_the_dashboard(run, verified, tmp_path):
    target = tmp_path / "page.html"
    found = run(
        "onemap:provincedashboard",
        {"FOLDER": str(verified.parent), "TITLE": "全省", "DASHBOARD": str(target)},
    )
    counts = [found[name] for name in ("COUNTY_COUNT", "SUBMISSION_COUNT", "UNREADABLE_COUNT")]
    assert counts == [1, 1, 0]
    assert "<h1>全省</h1>" in target.read_text(encoding="utf-8")
    (tmp_path / "empty").mkdir()
    with pytest.raises(QgsProcessingException, match=r"folder has none"):
        run(
            "onemap:provincedashboard",
            {"FOLDER": str(tmp_path / "empty"), "DASHBOARD": str(target)},
        )
