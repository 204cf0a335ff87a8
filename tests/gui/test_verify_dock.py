"""The Verify dock, used with mouse and keyboard like a person does."""

from pathlib import Path

import pytest
import small_survey

pytestmark = pytest.mark.gui


@pytest.fixture
def click(qgis_app):
    from qgis.PyQt.QtCore import Qt
    from qgis.PyQt.QtTest import QTest

    def click(widget):
        assert widget.isVisible()
        assert widget.isEnabled()
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)

    return click


@pytest.fixture
def press(qgis_app):
    from qgis.PyQt.QtTest import QTest

    return QTest.keyClick


@pytest.fixture
def opened(desk, survey, until):
    """The dock with the results of an earlier run, on the page of findings."""
    desk.presenter.open_results(Path(survey["findings"]))
    until(lambda: len(desk.presenter.table))
    desk.tabs.setCurrentIndex(2)
    return desk


def type_into(line, text):
    from qgis.PyQt.QtTest import QTest

    line.setFocus()
    if text.isascii():
        QTest.keyClicks(line, text)
    else:
        line.insert(text)  # QTest has no keys for it; input methods insert too


def centre(desk):
    point = desk.window_of_test.canvas.extent().center()
    return point.x(), point.y()


def test_at_first_it_says_what_to_do(desk):
    from onemap_verify.panels.verify.words import State

    assert desk.presenter.state is State.EMPTY
    assert desk.status.text() == "Choose a survey package"
    assert not desk.verify_button.isEnabled()
    for page in (1, 2):
        desk.tabs.setCurrentIndex(page)
        assert desk.tabs.currentWidget().empty.isVisible()


def test_a_whole_run_by_mouse_and_keyboard(desk, survey, click, press, until):
    """Choose, verify, see the counts, filter, choose a finding, and the map goes there."""
    from qgis.core import QgsProject
    from qgis.PyQt.QtCore import Qt

    from onemap_verify.panels.verify.words import State

    type_into(desk.form.package.line.lineEdit(), survey["package"])
    assert desk.presenter.state is State.READY
    desk.form.set_value("DEM", survey["dem"])
    states = []
    desk.presenter.state_changed.connect(states.append)
    click(desk.verify_button)
    assert desk.presenter.state is State.RUNNING
    assert desk.cancel_button.isVisible()
    assert desk.progress.isVisible()
    assert not desk.form.isEnabled()
    until(lambda: not desk.presenter.state.busy)
    assert states == [State.RUNNING, State.READING, State.DONE]

    table = desk.presenter.table
    folder = desk.presenter.findings.parent
    assert {path.name for path in folder.iterdir()} == {
        "findings.gpkg",
        "record.json",
        "report.html",
    }
    counts = table.count("verdict")
    tiles = {name: tile.number.text() for name, tile in desk.summary.tiles.items()}
    assert tiles["inconsistent"] == f"{counts['inconsistent']:,}"
    assert tiles["doubtful"] == f"{counts['doubtful']:,}"
    assert tiles["tested"] == f"{sum(rule.tested for rule in table.rules):,}"
    group = QgsProject.instance().layerTreeRoot().children()[0]
    assert group.name() == "Verification: county.gpkg"

    desk.tabs.setCurrentIndex(2)
    page = desk.findings
    type_into(page.search, small_survey.UNKNOWN_CLASS)
    until(lambda: page.presenter.wanted.text == small_survey.UNKNOWN_CLASS)
    found = {
        table.value(page.model.table_row(page.model.index(i, 0)), "object_id")
        for i in range(page.model.rowCount())
    }
    assert found == {small_survey.UNKNOWN_CLASS}
    before = centre(desk)
    page.view.setFocus()
    press(page.view, Qt.Key.Key_Down)
    press(page.view, Qt.Key.Key_Return)
    number = int(small_survey.UNKNOWN_CLASS[-6:])
    x = small_survey.WEST + (number % 4) * 100.0 + 50.0
    y = small_survey.SOUTH + (number // 4) * 100.0 + 50.0
    until(lambda: centre(desk) != before)
    assert centre(desk) == pytest.approx((x, y), abs=1.0)
    assert "9999" in page.details.text()


def test_a_package_that_cannot_be_read_is_told_in_the_panel(desk, tmp_path, click, until):
    from onemap_verify.panels.verify.words import State

    bad = tmp_path / "坏包 ' broken.gpkg"
    bad.write_bytes(b"no package")
    type_into(desk.form.package.line.lineEdit(), str(bad))
    click(desk.verify_button)
    until(lambda: not desk.presenter.state.busy)
    assert desk.presenter.state is State.FAILED
    assert bad.name in desk.messages.currentItem().text()
    assert desk.verify_button.isVisible()
    # What was said does not stand in the way of the next run.
    desk.messages.clearWidgets()


def test_a_run_can_be_cancelled(desk, survey, click, until):
    from onemap_verify.panels.verify.words import State

    type_into(desk.form.package.line.lineEdit(), survey["package"])
    click(desk.verify_button)
    click(desk.cancel_button)
    assert desk.presenter.state in (State.CANCELLING, State.CANCELLED)
    until(lambda: not desk.presenter.state.busy, seconds=5.0)
    assert desk.presenter.state is State.CANCELLED
    assert desk.status.text() == "Cancelled"
    assert len(desk.presenter.table) == 0


def test_arrows_move_through_the_list_and_the_map_follows(opened, press, until):
    from qgis.PyQt.QtCore import Qt

    view = opened.findings.view
    view.setFocus()
    for number in (58, 56, 54):
        press(view, Qt.Key.Key_Down)
        place = (small_survey.WEST + 10.0 * number + 4.0, small_survey.SOUTH + 4.0)
        until(lambda place=place: centre(opened) == pytest.approx(place, abs=0.5), seconds=3.0)


def test_enter_leads_from_the_search_to_what_it_found(opened, press):
    from qgis.PyQt.QtCore import Qt

    type_into(opened.findings.search, "000042")
    press(opened.findings.search, Qt.Key.Key_Return)
    assert opened.findings.model.rowCount() == 1
    assert opened.findings.row() >= 0
    assert "000042" in opened.findings.details.text()


def test_the_map_stays_when_it_shall_not_follow(opened, press, until):
    from qgis.PyQt.QtCore import Qt
    from qgis.PyQt.QtTest import QTest

    from onemap_verify.services import settings

    opened.tools.follow.trigger()
    assert settings.ZOOM_TO_SELECTED.get() is False
    before = centre(opened)
    view = opened.findings.view
    view.setFocus()
    press(view, Qt.Key.Key_Down)
    until(lambda: "12,345.6" in opened.findings.details.text())
    QTest.qWait(200)
    assert centre(opened) == before
    press(view, Qt.Key.Key_Return)
    assert centre(opened) != before


def test_a_double_click_goes_there(opened, until):
    from qgis.PyQt.QtCore import Qt
    from qgis.PyQt.QtTest import QTest

    opened.tools.follow.setChecked(False)
    view = opened.findings.view
    spot = view.visualRect(opened.findings.model.index(3, 0)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    x = small_survey.WEST + 10.0 * 52 + 4.0
    until(lambda: centre(opened)[0] == pytest.approx(x, abs=0.5), seconds=3.0)


def test_a_finding_without_a_place_is_told(opened, until):
    type_into(opened.findings.search, "000039")
    until(lambda: opened.findings.model.rowCount() == 1)
    before = centre(opened)
    opened.findings.move(1)
    until(lambda: "no place on the map" in opened.status.text())
    assert centre(opened) == before


def test_filters_say_how_many(opened):
    page = opened.findings
    page.widgets.filters.click()
    box = page.widgets.panel.boxes["family"]
    assert [box.itemText(i) for i in range(box.count())] == ["Topology (30)", "Area (30)"]
    box.setCheckedItems(["Area (30)"])
    assert page.model.rowCount() == 30
    assert page.widgets.count.text() == "30 / 60"
    page.set_wanted(page.presenter.wanted.without("family"))
    page.widgets.panel.boxes["verdict"].setCheckedItems(["Inconsistent (30)"])
    assert page.model.rowCount() == 30
    type_into(page.search, "no such text")
    page.search.returnPressed.emit()
    assert page.model.rowCount() == 0
    assert page.details.text() == "No finding passes these filters."


def test_a_family_of_the_summary_leads_to_its_findings(opened):
    opened.tabs.setCurrentIndex(1)
    tree = opened.summary.tree
    rows = [[tree.topLevelItem(i).text(c) for c in range(4)] for i in range(3)]
    assert rows == [
        ["Topology", "5,000", "30", "7"],
        ["Area", "4,990", "30", "–"],
        ["Imagery", "–", "–", "5,000"],
    ]
    tree.setCurrentItem(tree.topLevelItem(2).child(0))
    assert opened.summary.reason.text() == "Not checkable: No imagery"
    tree.itemActivated.emit(tree.topLevelItem(1), 0)
    assert opened.tabs.currentIndex() == 2
    assert opened.findings.model.rowCount() == 30


def test_the_list_survives_without_the_layers(opened, press, until):
    from qgis.core import QgsProject
    from qgis.PyQt.QtCore import Qt

    QgsProject.instance().clear()
    before = centre(opened)
    opened.findings.view.setFocus()
    press(opened.findings.view, Qt.Key.Key_Down)
    until(lambda: centre(opened) != before, seconds=3.0)


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".gpkg"])
def test_what_is_shown_is_exported(opened, tmp_path, until, suffix):
    from osgeo import gdal

    opened.findings.show_family("area")
    path = tmp_path / f"发现 '1'{suffix}"
    opened.export_to(path)
    until(lambda: opened.messages.currentItem() is not None)
    assert path.name in opened.messages.currentItem().text()
    source = gdal.OpenEx(str(path), gdal.OF_VECTOR)
    layer = source.GetLayer(0)
    rows = list(layer)
    assert len(rows) == 30
    assert {row["object_id"] for row in rows} == {f"511402211000{i:06d}" for i in range(1, 60, 2)}


def test_inputs_are_remembered(desk, survey, tmp_path, until):
    from onemap_verify.panels.verify.dock import VerifyDock
    from onemap_verify.services import settings

    form = desk.form
    form.package.set_path(survey["package"])
    form.set_value("DEM_ORIGIN", "same_source")
    form.set_value("CONTROL_AREA", 160000.0)
    form.set_value("CAMPAIGN_START", "2023-05-01")
    desk.presenter.start()
    desk.presenter.cancel()
    until(lambda: not desk.presenter.state.busy)
    assert settings.RECENT_PACKAGES.get() == [survey["package"]]
    other = VerifyDock(desk.window_of_test, None)
    try:
        assert other.form.value("DEM_ORIGIN") == "same_source"
        assert other.form.value("CONTROL_AREA") == 160000.0
        assert other.form.value("CAMPAIGN_START").toString("yyyy-MM-dd") == "2023-05-01"
        assert other.form.package.line.itemText(0) == survey["package"]
        assert other.form.value("SUBMISSION") == ""
    finally:
        other.shut_down()
        other.deleteLater()


def test_a_dem_of_the_project_is_chosen_when_it_comes(desk, survey):
    from qgis.core import QgsProject, QgsRasterLayer

    assert desk.form.is_empty("DEM")
    layer = QgsRasterLayer(survey["dem"], "DEM 5 m")
    QgsProject.instance().addMapLayer(layer)
    assert desk.form.values()["DEM"] == layer.id()


def test_layers_of_the_package_are_no_trusted_layers(desk, survey, click, until):
    from qgis.core import QgsProject, QgsVectorLayer

    layer = QgsVectorLayer(f"{survey['package']}|layername=DLTB", "永久基本农田", "ogr")
    QgsProject.instance().addMapLayer(layer)
    (chosen,) = desk.form.values()["CONTROL_LAYERS"]
    assert chosen in (layer.id(), layer.source())
    desk.form.package.set_path(survey["package"])
    until(lambda: desk.form.is_empty("CONTROL_LAYERS"), seconds=3.0)
    desk.form.set_value("CONTROL_LAYERS", [layer.id()])
    click(desk.verify_button)
    assert "lies in the package itself" in desk.messages.currentItem().text()
    assert not desk.presenter.state.busy


def test_a_package_can_be_dropped(desk, survey):
    from qgis.PyQt.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
    from qgis.PyQt.QtGui import QDragEnterEvent, QDropEvent
    from qgis.PyQt.QtWidgets import QApplication

    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(survey["package"])])
    how = (
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(desk.form.package, QDragEnterEvent(QPoint(5, 5), *how))
    QApplication.sendEvent(desk.form.package, QDropEvent(QPointF(5, 5), *how))
    assert desk.form.value("SUBMISSION") == survey["package"]


def test_everything_is_reached_by_keyboard(opened):
    from qgis.PyQt.QtCore import Qt
    from qgis.PyQt.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QTreeView

    for page in range(3):
        opened.tabs.setCurrentIndex(page)
        wanted = [
            widget
            for kind in (QComboBox, QLineEdit, QTreeView, QAbstractButton)
            for widget in opened.tabs.currentWidget().findChildren(kind)
            if widget.isVisible()
            and widget.isEnabled()
            and not isinstance(widget.parent(), (QComboBox, QLineEdit))
            and not widget.inherits("QToolButton")
        ]
        assert wanted
        for widget in wanted:
            proxy = widget.focusProxy() or widget
            assert proxy.focusPolicy() & Qt.FocusPolicy.TabFocus, widget


@pytest.mark.parametrize("locale", ["en", "zh-Hans"])
def test_it_fits_a_laptop_screen(desk, opened, locale):
    hint = desk.widget().minimumSizeHint()
    assert hint.width() <= 420
    assert hint.height() <= 560
    assert desk.window_of_test.window.height() <= 720
    for page in range(3):
        desk.tabs.setCurrentIndex(page)
        # Whoever decides on findings does not start another run by mistake.
        assert desk.verify_button.isVisible() == (page == 0)
        lowest = desk.verify_button if page == 0 else desk.status
        bottom = lowest.mapTo(desk.window_of_test.window, lowest.rect().bottomLeft())
        assert bottom.y() < 720


def test_the_options_page_opens_at_ours(desk):
    desk.tools.options.trigger()
    assert desk.window_of_test.options_opened == ["OneMapVerifyOptions"]


def test_the_options_page_keeps_what_is_set(qgis_app, tmp_path):
    from onemap_verify.panels.options.page import OptionsFactory
    from onemap_verify.services import settings

    page = OptionsFactory().createWidget()
    page.area.setValue(1234.5)
    page.ridges.setFilePath(str(tmp_path / "r.csv"))
    page.follow.setChecked(False)
    page.folder.setFilePath(str(tmp_path))
    page.apply()
    again = OptionsFactory().createWidget()
    assert again.area.value() == 1234.5
    assert again.ridges.filePath() == str(tmp_path / "r.csv")
    assert not again.follow.isChecked()
    assert settings.RESULTS_FOLDER.get() == str(tmp_path)
    for setting in (
        settings.CONTROL_AREA,
        settings.RIDGE_COEFFICIENTS,
        settings.ZOOM_TO_SELECTED,
        settings.RESULTS_FOLDER,
    ):
        setting.forget()


def test_shutting_down_leaves_nothing_listening(desk, survey):
    from qgis.core import QgsProject

    project = QgsProject.instance()
    before = project.receivers(project.layersAdded)
    desk.shut_down()
    assert project.receivers(project.layersAdded) == before - 1
    project.layersAdded.connect(desk._layers_added)  # so that the fixture can shut down again


def test_a_whole_run_is_of_what_the_findings_are_about(desk, tmp_path):
    import reviewed_survey

    from onemap_verify.panels.verify import memory

    found = reviewed_survey.make(tmp_path / "county")
    desk.form.package.set_path(str(tmp_path / "another.gpkg"))
    assert memory.recall_run(desk.form, found)
    values = desk.form.values()
    assert values["SUBMISSION"] == str(tmp_path / "county" / "package")
    assert str(values["DEM"]).endswith("dem.tif")
    assert len(values["CONTROL_LAYERS"]) == 1
