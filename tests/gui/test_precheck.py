"""The county's side: from the first finding to nothing left, by mouse."""

import shutil
import sqlite3
from contextlib import closing
from types import SimpleNamespace

import pytest
from edited_county import COUNTY, EPSG, Edits, write_county

pytestmark = pytest.mark.gui


def name(number):
    return f"{COUNTY}211000{number:06d}"


@pytest.fixture(scope="module")
def verified(tmp_path_factory):
    from onemap_verify.checks.options import Options
    from onemap_verify.checks.verify import verify

    folder = tmp_path_factory.mktemp("county")
    write_county(folder / "county.gpkg")
    out = folder / "out"
    verify(Options(folder / "county.gpkg", out / "findings.gpkg", out / "record.json"))
    return folder


@pytest.fixture
def county(verified, tmp_path):
    """Package and results beside each other, to be edited."""
    folder = tmp_path / "moved"
    shutil.copytree(verified, folder)
    record = folder / "out" / "record.json"
    told = record.read_text(encoding="utf-8").replace(str(verified), str(folder))
    record.write_text(told, encoding="utf-8")
    return folder


@pytest.fixture
def desk(onemap_provider, new_window, swallowed):
    """A session, the switch and the bar in a window, with a canvas."""
    from qgis.core import QgsApplication, QgsCoordinateReferenceSystem, QgsProject
    from qgis.PyQt.QtCore import QEvent
    from qgis.PyQt.QtWidgets import QVBoxLayout, QWidget

    from onemap_verify.panels.review.precheck.bar import ModeSwitch, PrecheckBar
    from onemap_verify.panels.review.queue.reading import read_findings
    from onemap_verify.panels.review.session import ReviewSession
    from onemap_verify.services import settings

    for one in vars(settings).values():
        if isinstance(one, settings.Setting):
            one.forget()
    QgsProject.instance().clear()
    window = new_window()
    window.canvas.setDestinationCrs(QgsCoordinateReferenceSystem(f"EPSG:{EPSG}"))
    window.forms, window.active = [], []
    window.setActiveLayer = window.active.append
    window.openFeatureForm = lambda layer, feature, *how: window.forms.append((layer, feature))
    session = ReviewSession()
    session.set_person("张三", "reviewer")
    bar, switch = PrecheckBar(session, window), ModeSwitch(session)
    place = QWidget()
    column = QVBoxLayout(place)
    column.addWidget(switch)
    column.addWidget(bar)
    place.resize(420, 300)
    place.show()

    def open_results(path):
        session.open(path, read_findings(path), {})

    bar.rechecked.connect(open_results)
    yield SimpleNamespace(
        session=session, bar=bar, view=bar.view, switch=switch, window=window, open=open_results
    )
    bar.shut_down()
    session.shut_down()
    place.deleteLater()
    window.window.deleteLater()
    QgsProject.instance().clear()
    QgsApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def opened(desk, county, until):
    """The bar with the results of the county."""
    desk.county = county
    desk.open(county / "out" / "findings.gpkg")
    until(lambda: desk.bar.known is not None)
    return desk


def finding(desk, rule, number):
    columns = desk.session.table.columns
    for row, (of, about) in enumerate(zip(columns["rule_id"], columns["object_id"])):
        if (of, about) == (rule, name(number)):
            return columns["finding_id"][row]
    return None


def left(desk):
    columns = desk.session.table.columns
    return sum(verdict == "inconsistent" for verdict in columns["verdict"])


def fix(desk, *numbers):
    edits = Edits(desk.county / "county.gpkg")
    for number in numbers:
        edits.set(number, DLBM="0103")
    edits.close()


def test_it_says_how_far_it_is(opened):
    number = left(opened)
    assert number > 2
    assert opened.view.title.text() == f"0 of {number} fixed"
    assert opened.view.strip.part == 0.0
    assert opened.view.recheck.isEnabled()
    assert not opened.view.onward.isVisible()


def test_fix_and_check_again(opened, click, until):
    """Edit, press the button, read what came of it; the next finding stays where it was."""
    before = left(opened)
    opened.session.set_current(finding(opened, "codes.land_class", 211))
    fix(opened, 46)
    click(opened.view.recheck)
    assert opened.view.cancel.isVisible()
    assert not opened.view.recheck.isEnabled()
    until(lambda: not opened.view.cancel.isVisible() and opened.bar.known is not None)
    after = left(opened)
    assert after < before
    assert opened.view.title.text() == f"{before - after} of {before} fixed"
    assert opened.view.strip.part == pytest.approx((before - after) / before)
    assert opened.view.hint.text().startswith("1 edited, ")
    assert "0 new" in opened.view.hint.text()
    assert finding(opened, "codes.land_class", 46) is None
    assert opened.session.current == finding(opened, "codes.land_class", 211)


def test_nothing_edited(opened, click, until):
    path = opened.county / "out" / "findings.gpkg"
    before = path.read_bytes()
    click(opened.view.recheck)
    until(lambda: "Nothing was edited" in opened.view.hint.text())
    assert path.read_bytes() == before


def test_cancelled_nothing_changes(opened, click, until):
    path = opened.county / "out" / "findings.gpkg"
    before = path.read_bytes()
    fix(opened, 46)
    click(opened.view.recheck)
    click(opened.view.cancel)
    until(lambda: opened.view.hint.text().startswith("Cancelled"))
    assert path.read_bytes() == before


def test_saved_files_are_noticed_once_and_quietly(opened, until):
    from qgis.PyQt.QtWidgets import QApplication

    fix(opened, 46)
    until(lambda: "was saved" in opened.view.hint.text(), 10)
    assert not [w for w in QApplication.topLevelWidgets() if w.isModal() and w.isVisible()]


def test_looking_at_the_package_is_no_edit(opened, until):
    from qgis.PyQt.QtTest import QTest

    with closing(sqlite3.connect(opened.county / "county.gpkg")) as reader:
        reader.execute("SELECT count(*) FROM DLTB").fetchall()
    QTest.qWait(2000)
    assert "was saved" not in opened.view.hint.text()


def test_jump_and_edit(opened, click):
    """One press: the layer is there, the parcel chosen, shown and open, the form in front."""
    from qgis.core import QgsProject

    opened.session.set_current(finding(opened, "codes.land_class", 46))
    click(opened.view.edit)
    layer, feature = opened.window.forms[-1]
    assert feature["BSM"] == name(46)
    assert layer.isEditable()
    assert [each["BSM"] for each in layer.selectedFeatures()] == [name(46)]
    assert opened.window.active == [layer]
    assert opened.window.canvas.extent().contains(feature.geometry().boundingBox())
    assert opened.window.canvas.extent().width() < 500
    # The second time it is found, not brought again.
    opened.session.set_current(finding(opened, "codes.land_class", 211))
    click(opened.view.edit)
    assert opened.window.forms[-1][0] is layer
    assert len(QgsProject.instance().mapLayers()) == 1
    layer.rollBack()


def test_unsaved_edits_are_told_and_saved_with_a_press(opened, click, until):
    opened.session.set_current(finding(opened, "codes.land_class", 46))
    click(opened.view.edit)
    layer, feature = opened.window.forms[-1]
    assert layer.changeAttributeValue(feature.id(), layer.fields().indexOf("DLBM"), "0103")
    click(opened.view.recheck)
    until(lambda: "Nothing was edited" in opened.view.hint.text())
    assert "Unsaved edits in DLTB are not checked" in opened.view.hint.text()
    click(opened.view.save)
    assert not layer.isModified()
    assert layer.isEditable()
    assert "Unsaved" not in opened.view.hint.text()
    click(opened.view.recheck)
    until(lambda: opened.view.hint.text().startswith("1 edited, "))
    until(lambda: finding(opened, "codes.land_class", 46) is None)


def test_explained_counts_as_done(opened, until):
    from onemap_verify.checks.journal.lifecycle import State

    before = left(opened)
    one = finding(opened, "codes.land_class", 46)
    opened.session.decide([one], State.RETURNED, "改正")
    until(lambda: one in opened.session.standing)
    opened.session.set_person("李四", "surveyor")
    opened.session.decide([one], State.APPEALED, "实地如此，见照片")
    until(lambda: opened.view.title.text() == f"1 of {before} fixed")


def test_nothing_left(opened, until):
    """A calm page with the next step; delivered only after a whole run."""
    from onemap_verify.panels.review.precheck.count import Count

    view, wanted = opened.view, []
    opened.bar.next_wanted.connect(wanted.append)
    view.show_count(Count({}, 12, 1, 5, 2), 0, rechecked=True)
    assert "Nothing left to fix" in view.title.text()
    assert view.onward.isVisible()
    assert view.strip.part == 1.0
    assert not view.seal.isEnabled()
    assert "whole package once" in view.advice.text()
    view.show_count(Count({}, 12, 1, 5, 2), 0, rechecked=False)
    assert view.seal.isEnabled()
    view.seal.click()
    view.send.click()
    assert wanted == ["deliver", "review"]
    assert "5 doubtful, 2 explained" in view.advice.text()


def test_the_switch_makes_a_surveyor(opened, click):
    from onemap_verify.services import settings

    modes = []
    opened.switch.mode_changed.connect(modes.append)
    assert opened.switch.mode == "review"
    click(opened.switch.buttons["precheck"])
    assert opened.session.role == "surveyor"
    assert settings.MODE.get() == "precheck"
    opened.session.set_person("王五", "administrator")
    assert opened.switch.mode == "review"
    assert opened.session.role == "administrator"
    opened.session.set_person("王五", "surveyor")
    assert opened.switch.mode == "precheck"
    assert modes == ["precheck", "review", "precheck"]


def test_results_of_an_older_version_say_so(desk, county, until):
    from onemap_verify.checks.recheck_memory import TABLE

    path = county / "out" / "findings.gpkg"
    (county / "out" / "record.json").unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"DROP TABLE {TABLE}")
        connection.commit()
    desk.open(path)
    until(lambda: desk.bar.known is not None)
    assert not desk.view.recheck.isEnabled()
    assert desk.view.whole.isEnabled()
    assert "record" in desk.view.hint.text()


def test_it_fits_beside_the_map(opened):
    assert opened.bar.minimumSizeHint().width() <= 420


@pytest.fixture
def dock(onemap_provider, new_window, swallowed):
    """The whole Verify panel in pre-check mode."""
    from qgis.core import QgsApplication, QgsProject
    from qgis.PyQt.QtCore import QEvent, Qt

    from onemap_verify.panels.verify.dock import VerifyDock
    from onemap_verify.services import settings

    for one in vars(settings).values():
        if isinstance(one, settings.Setting):
            one.forget()
    settings.MODE.set("precheck")
    settings.ROLE.set("surveyor")
    QgsProject.instance().clear()
    window = new_window()
    made = VerifyDock(window, window.window)
    window.window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, made)
    window.window.show()
    yield made
    made.shut_down()
    window.window.close()
    window.window.deleteLater()
    QgsApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QgsProject.instance().clear()


def test_in_the_panel_the_queue_stays_in_front(dock, county, click, until):
    """Results are read anew; the tab, the finding and the layers of the project stay."""
    from qgis.core import QgsProject

    path = county / "out" / "findings.gpkg"
    dock.presenter.open_results(path)
    until(lambda: len(dock.presenter.table))
    dock.tabs.setCurrentIndex(2)
    bar = dock.room.precheck
    assert bar.isVisible()
    assert dock.session.role == "surveyor"
    until(lambda: bar.known is not None)
    columns = dock.session.table.columns
    row = columns["object_id"].index(name(211))
    dock.session.set_current(columns["finding_id"][row])
    wanted, before = dock.session.current, len(dock.presenter.table)
    layers = sorted(layer.name() for layer in QgsProject.instance().mapLayers().values())
    edits = Edits(county / "county.gpkg")
    edits.set(46, DLBM="0103")
    edits.close()
    click(bar.view.recheck)
    until(lambda: len(dock.presenter.table) < before)
    until(lambda: bar.known is not None)
    assert dock.tabs.currentIndex() == 2
    assert dock.session.current == wanted
    assert bar.view.hint.text().startswith("1 edited, ")
    now = sorted(layer.name() for layer in QgsProject.instance().mapLayers().values())
    assert now == layers
    assert all(layer.isValid() for layer in QgsProject.instance().mapLayers().values())
