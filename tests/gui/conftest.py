"""A window with a real map canvas and the Verify dock in it."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fixtures"))
import small_survey
from queue_fixture import press_key, queue_page  # noqa: F401  (fixtures)


@pytest.fixture(scope="session")
def survey(tmp_path_factory):
    """Paths of a small package, its DEM and a file of findings."""
    folder = tmp_path_factory.mktemp("survey")
    return {
        "package": small_survey.write_package(folder / "county.gpkg"),
        "dem": small_survey.write_dem(folder / "dem.tif"),
        "findings": small_survey.write_findings_file(folder / "findings.gpkg"),
    }


class Window:
    """As much of QGIS's interface as the dock uses, around a real canvas."""

    def __init__(self):
        from qgis.core import QgsCoordinateReferenceSystem, QgsRectangle
        from qgis.gui import QgsMapCanvas, QgsMessageBar
        from qgis.PyQt.QtWidgets import QMainWindow

        self.window = QMainWindow()
        self.canvas = QgsMapCanvas()
        self.canvas.setDestinationCrs(QgsCoordinateReferenceSystem(f"EPSG:{small_survey.EPSG}"))
        self.canvas.setExtent(QgsRectangle(35_400_000, 3_800_000, 35_600_000, 4_000_000))
        self.window.setCentralWidget(self.canvas)
        self.window.resize(1280, 720)
        self.options_opened = []
        self.bar = QgsMessageBar(self.window)

    def messageBar(self):
        return self.bar

    def mainWindow(self):
        return self.window

    def mapCanvas(self):
        return self.canvas

    def iconSize(self, dockable=False):
        from qgis.PyQt.QtCore import QSize

        return QSize(16, 16)

    def showOptionsDialog(self, parent, page):
        self.options_opened.append(page)


@pytest.fixture
def new_window(qgis_app):
    """Makes windows for panels other than that of the fixture ``desk``."""
    return Window


@pytest.fixture
def swallowed(monkeypatch):
    """Errors raised in slots, which Qt would only print; the test fails when there are any."""
    errors = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: errors.append(error))
    yield errors
    assert not errors, errors


@pytest.fixture
def desk(onemap_provider, tmp_path, swallowed):
    """The dock in a window of 1280 × 720; its results go to a folder of the test."""
    from qgis.core import QgsApplication, QgsProject
    from qgis.PyQt.QtCore import QEvent, Qt

    from onemap_verify.panels.verify.dock import VerifyDock
    from onemap_verify.services import settings

    for one in vars(settings).values():
        if isinstance(one, settings.Setting):
            one.forget()
    settings.RESULTS_FOLDER.set(str(tmp_path / "results"))
    QgsProject.instance().clear()
    window = Window()
    dock = VerifyDock(window, window.window)
    window.window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
    window.window.show()
    small_survey.activate(window.window)
    dock.window_of_test = window
    yield dock
    dock.shut_down()
    window.window.close()
    dock.window_of_test = None
    window.window.deleteLater()  # with the canvas and the dock
    QgsApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QgsProject.instance().clear()


@pytest.fixture
def until(qgis_app):
    """Wait, with events handled, until something is true; fail after some seconds."""
    from qgis.PyQt.QtTest import QTest

    def wait(true, seconds=60.0):
        left = int(seconds * 1000 / 20)
        while not true() and left:
            QTest.qWait(20)
            left -= 1
        assert true()

    return wait


@pytest.fixture
def panel(onemap_provider, platform, tmp_path, swallowed, new_window, monkeypatch):
    """The dock in a window of 1280 × 720, with no platform chosen and nothing kept."""
    from qgis.core import QgsApplication, QgsProject
    from qgis.PyQt.QtCore import QEvent, Qt

    from onemap_verify.panels.onemap import catalogue_search, presenter
    from onemap_verify.panels.onemap import dock as module
    from onemap_verify.services import session, settings
    from onemap_verify.services.delivery.queue import DeliveryQueue

    monkeypatch.setenv("ONEMAP_AUDIT", str(tmp_path / "audit.db"))
    for one in (catalogue_search, presenter):
        monkeypatch.setattr(one, "data_folder", lambda: tmp_path / "data")
    (tmp_path / "data").mkdir()
    queue = tmp_path / "data" / "queue.sqlite"
    monkeypatch.setattr(module, "open_queue", lambda: DeliveryQueue(queue))
    for one in vars(settings).values():
        if isinstance(one, settings.Setting):
            one.forget()
    session.start()
    QgsProject.instance().clear()
    window = new_window()
    dock = module.OneMapDock(window, window.window)
    window.window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
    window.window.show()
    small_survey.activate(window.window)
    dock.window_of_test = window
    yield dock
    dock.shut_down()
    window.window.close()
    dock.window_of_test = None
    window.window.deleteLater()
    QgsApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QgsProject.instance().clear()
    session.stop()


@pytest.fixture
def click():
    from qgis.PyQt.QtCore import Qt
    from qgis.PyQt.QtTest import QTest

    def press(button):
        assert button.isVisible() and button.isEnabled(), button.text()
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    return press
