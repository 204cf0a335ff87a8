"""The Evidence panel in a window of 1280 × 720, on a real verification of a small survey."""

import sys
import threading
import time
from datetime import date
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fixtures"))
import small_survey

pytestmark = pytest.mark.gui


@pytest.fixture(scope="module")
def verified(tmp_path_factory):
    """The findings of a small survey, verified against terrain and two images."""
    from onemap_verify.checks.findings import Family
    from onemap_verify.checks.options import Options
    from onemap_verify.checks.verify import verify

    folder = tmp_path_factory.mktemp("verified")
    findings = folder / "findings.gpkg"
    verify(
        Options(
            submission=Path(small_survey.write_package(folder / "county.gpkg")),
            findings=findings,
            record=folder / "record.json",
            dem=small_survey.write_dem(folder / "dem.tif"),
            imagery=small_survey.write_image(folder / "image.tif"),
            imagery_date=date(2023, 8, 12),
            imagery_previous=small_survey.write_image(folder / "before.tif", seed=2),
            imagery_previous_date=date(2022, 8, 24),
            families=(Family.CODES, Family.TOPOLOGY, Family.TERRAIN, Family.AREA),
        )
    )
    return findings


@pytest.fixture
def evidence(onemap_provider, verified, new_window, swallowed, until):
    """The panel at the bottom of a window, its session open on the findings."""
    from qgis.core import QgsApplication, QgsProject
    from qgis.PyQt.QtCore import QEvent, Qt

    from onemap_verify.checks.standard import load
    from onemap_verify.panels.review.evidence.dock import EvidenceDock
    from onemap_verify.panels.review.queue.reading import read_findings
    from onemap_verify.panels.review.session import ReviewSession

    QgsProject.instance().clear()
    window = new_window()
    session = ReviewSession(window.window)
    dock = EvidenceDock(window, session, window.window)
    window.window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, dock)
    window.window.show()
    dock.window_of_test = window
    session.open(verified, read_findings(verified), load().rules)
    yield dock
    dock.shut_down()
    session.shut_down()
    window.window.close()
    dock.window_of_test = None
    window.window.deleteLater()
    QgsApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def find(dock, rule):
    table = dock.session.table
    rows = [row for row in range(len(table)) if table.value(row, "rule_id") == rule]
    assert rows, sorted(set(table.columns["rule_id"]))
    return table.value(rows[0], "finding_id")


def test_first_the_table_then_everything(evidence, until):
    finding = find(evidence, "topology.overlap")
    started = time.perf_counter()
    evidence.session.set_current(finding)
    assert time.perf_counter() - started < 0.25
    body = evidence.body
    assert small_survey.OVERLAPPING in body.words.toPlainText()
    assert "Collecting" in body.head.busy.text()
    until(lambda: evidence.evidence is not None)
    assert evidence.evidence.finding_id == finding
    assert body.head.busy.text() == ""
    text = body.words.toPlainText()
    for words in ("How to fix", "Honest explanations", "Clause"):
        assert words in text
    assert any(shape.role == "other_object" for shape in evidence.evidence.shapes)
    assert len(evidence.shapes.bands) == len(evidence.evidence.shapes)
    assert body.profile.charts  # a terrain model is there
    assert body.head.swipe.isEnabled()


def test_only_the_answer_for_the_current_finding_is_shown(evidence, until):
    """The slow answer about a finding that is left comes to nobody."""
    one, other = find(evidence, "topology.overlap"), find(evidence, "codes.land_class")
    begun, go = threading.Event(), threading.Event()
    work = evidence.gathering._work

    def slow(path, this, finding, progress):
        if finding == one:
            begun.set()
            go.wait(10)
        return work(path, this, finding, progress)

    evidence.gathering._work = slow
    evidence.following = lambda _finding: ""
    evidence.session.set_current(one)
    until(begun.is_set)
    evidence.session.set_current(other)
    until(lambda: evidence.gathering.worker._waiting)
    go.set()
    until(lambda: evidence.evidence is not None)
    assert evidence.evidence.finding_id == other
    assert evidence.gathering.known(one) is None
    assert small_survey.UNKNOWN_CLASS in evidence.body.words.toPlainText()


def test_the_next_one_is_there_before_it_is_asked_for(evidence, until):
    one, other = find(evidence, "topology.overlap"), find(evidence, "codes.land_class")
    evidence.following = lambda finding: other if finding == one else ""
    evidence.session.set_current(one)
    until(lambda: evidence.gathering.known(other) is not None)
    started = time.perf_counter()
    evidence.session.set_current(other)
    assert evidence.evidence.finding_id == other
    assert time.perf_counter() - started < 0.3


def test_nothing_open_and_nothing_chosen_say_what_to_do(evidence):
    from onemap_verify.panels.review.finding_table import FindingTable

    body = evidence.body
    assert "Choose a finding" in body.empty.text() and body.empty.isVisible()
    evidence.session.open(None, FindingTable(), {})
    assert "Verify a package" in body.empty.text()


def test_the_county_reads_first_what_to_do(evidence, until):
    evidence.session.set_current(find(evidence, "topology.overlap"))
    until(lambda: evidence.evidence is not None)
    text = evidence.body.words.toPlainText()
    assert text.index("How to fix") > text.index("Measured")
    evidence.session.set_person("somebody", "surveyor")
    text = evidence.body.words.toPlainText()
    assert text.index("How to fix") < text.index("Measured")


def test_a_click_or_enter_on_a_related_finding_goes_there(evidence, until):
    from dataclasses import replace

    from qgis.PyQt.QtCore import Qt
    from qgis.PyQt.QtTest import QTest

    from onemap_verify.checks.evidence.model import Link
    from onemap_verify.checks.findings import Text

    one, other = find(evidence, "topology.overlap"), find(evidence, "codes.land_class")
    evidence.session.set_current(one)
    until(lambda: evidence.evidence is not None)
    why = Text("两个来源一致", "Two sources agree")
    links = (Link("gone", "same_parcel", why), Link(other, "supports", why))
    evidence._gathered(one, replace(evidence.evidence, links=links))
    body = evidence.body
    assert body.tabs.tabText(2) == "Related 2"
    body.tabs.setCurrentIndex(2)
    first, second = body.links.item(0), body.links.item(1)
    assert first.text().startswith("Supports · Two sources agree")
    assert not second.flags() & Qt.ItemFlag.ItemIsEnabled  # not in this file
    area = body.links.visualItemRect(first)
    QTest.mouseClick(body.links.viewport(), Qt.MouseButton.LeftButton, pos=area.center())
    assert evidence.session.current == other
    until(lambda: evidence.evidence is not None)
    evidence._gathered(other, replace(evidence.evidence, links=(Link(one, "contradicts", why),)))
    body.links.setCurrentRow(0)
    QTest.keyClick(body.links, Qt.Key.Key_Return)
    assert evidence.session.current == one


def test_before_and_after_by_the_buttons(evidence, until, click):
    evidence.session.set_current(find(evidence, "topology.overlap"))
    until(lambda: evidence.evidence is not None)
    ready = []
    evidence.swipe.rendered.connect(lambda: ready.append(1))
    click(evidence.body.head.swipe)
    until(lambda: ready)
    assert evidence.body.head.swipe.isChecked()
    evidence.run("blink")
    assert evidence.swipe.mode == "blink" and evidence.body.head.blink.isChecked()
    evidence.run("blink")
    assert evidence.swipe.mode == "" and not evidence.body.head.blink.isChecked()


def test_side_by_side_or_one_below_the_other(evidence, until):
    from qgis.PyQt.QtCore import Qt

    evidence.session.set_current(find(evidence, "topology.overlap"))
    until(lambda: evidence.evidence is not None)
    window = evidence.window_of_test.window
    assert evidence.body.splitter.orientation() == Qt.Orientation.Horizontal
    assert evidence.height() <= 340
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, evidence)
    window.resizeDocks([evidence], [300], Qt.Orientation.Horizontal)
    until(lambda: evidence.body.splitter.orientation() == Qt.Orientation.Vertical)
    assert evidence.body.words.height() > 100


def test_loaded_and_unloaded_three_times_it_leaves_nothing(
    onemap_provider, verified, new_window, swallowed, until
):
    from qgis.core import QgsApplication, QgsProject
    from qgis.PyQt.QtCore import QEvent, Qt

    from onemap_verify.checks.standard import load
    from onemap_verify.panels.review.evidence.dock import EvidenceDock
    from onemap_verify.panels.review.queue.reading import read_findings
    from onemap_verify.panels.review.session import ReviewSession

    window = new_window()
    window.window.show()
    canvas = window.canvas
    session = ReviewSession(window.window)
    session.open(verified, read_findings(verified), load().rules)

    def inventory():
        QgsApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        return {
            "items": len(canvas.scene().items()),
            "tool": canvas.mapTool(),
            "docks": len(window.window.findChildren(EvidenceDock)),
            "threads": sorted(one.name for one in threading.enumerate() if "OneMap" in one.name),
            "listeners": [
                session.receivers(session.current_changed),
                session.receivers(session.opened),
                session.receivers(session.person_changed),
                canvas.receivers(canvas.destinationCrsChanged),
                canvas.receivers(canvas.extentsChanged),
            ],
            "layers": list(QgsProject.instance().mapLayers()),
        }

    before = None
    for _ in range(3):
        before = before or inventory()
        dock = EvidenceDock(window, session, window.window)
        window.window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, dock)
        session.set_current(find(dock, "topology.overlap"))
        until(lambda dock=dock: dock.evidence is not None)
        dock.run("blink")
        assert dock.swipe.item is not None and dock.shapes.bands
        dock.shut_down()
        window.window.removeDockWidget(dock)
        dock.deleteLater()
        session.set_current("")
        assert inventory() == before
    session.shut_down()
    window.window.close()
    window.window.deleteLater()
    QgsApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
