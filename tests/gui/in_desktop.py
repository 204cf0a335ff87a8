"""Runs inside the real QGIS desktop (``qgis --code``); what it saw goes to a JSON file.

The environment says where: ``ONEMAP_SEEN`` for the JSON, ``ONEMAP_FINDINGS`` for a file of
findings, ``ONEMAP_PACKAGE`` and ``ONEMAP_DEM`` for something to verify, ``ONEMAP_PICTURES`` for a
folder of screenshots. With ``ONEMAP_WHOLE`` all is done, not only the pictures.
"""

import gc
import json
import os
import sys
import traceback
from pathlib import Path

from qgis import utils
from qgis.core import QgsApplication, QgsProject
from qgis.gui import QgsDockWidget
from qgis.PyQt.QtCore import QEvent, QTimer
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QAction, QToolBar

PLUGIN = "onemap_verify"
PICTURES = Path(os.environ["ONEMAP_PICTURES"])
iface = utils.iface
seen = {}


def settle(milliseconds=100):
    QTest.qWait(milliseconds)
    # deleteLater() waits for the event loop that was running when it was called.
    QgsApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()


def inventory():
    """Everything a plugin could leave behind that can be counted."""
    window = iface.mainWindow()
    project = QgsProject.instance()
    return {
        # QGIS itself forgets the line above the first plugin in its menu.
        "actions": sum(not action.isSeparator() for action in window.findChildren(QAction)),
        "docks": sorted(dock.objectName() for dock in window.findChildren(QgsDockWidget)),
        "toolbars": len(window.findChildren(QToolBar)),
        "plugin toolbar": len(iface.pluginToolBar().actions()),
        "plugin menu": len(iface.pluginMenu().actions()),
        "children of the window": len(window.children()),
        "providers": sorted(one.id() for one in QgsApplication.processingRegistry().providers()),
        "listeners": project.receivers(project.layersAdded),
        "tasks": QgsApplication.taskManager().count(),
    }


def load():
    assert utils.loadPlugin(PLUGIN)
    assert utils.startPlugin(PLUGIN)
    settle()


def unload():
    assert utils.unloadPlugin(PLUGIN)
    settle()


def picture(name):
    settle(400)
    assert iface.mainWindow().grab().save(str(PICTURES / f"{name}.png"))


def until(true, seconds=20):
    for _ in range(int(seconds * 20)):
        if true():
            return
        settle(50)
    raise AssertionError("waited too long")


def look():
    window = iface.mainWindow()
    window.resize(1280, 720)
    settle(300)
    plugin = utils.plugins[PLUGIN]
    dock = plugin.dock
    action = next(
        one for one in iface.pluginToolBar().actions() if one.objectName() == "onemap_verify_panel"
    )
    seen["action checkable"] = action.isCheckable()
    seen["dock hidden at first"] = dock.isHidden()
    action.trigger()
    settle(300)
    seen["dock shown by the action"] = dock.isVisible()
    seen["window height"] = window.height()
    picture("empty")
    dock.presenter.open_results(Path(os.environ["ONEMAP_FINDINGS"]))
    until(lambda: len(dock.presenter.table))
    picture("summary")
    dock.tabs.setCurrentIndex(2)
    before = iface.mapCanvas().extent().toString()
    dock.findings.move(1)
    until(lambda: iface.mapCanvas().extent().toString() != before)
    settle(1200)
    picture("findings")
    dock.findings.view.clearSelection()
    settle(100)
    dock.findings.view.viewport().grab().save(str(PICTURES / "list.png"))
    dock.tabs.setCurrentIndex(0)
    picture("inputs")
    dock.tools.follow.setChecked(True)
    seen["groups"] = [node.name() for node in QgsProject.instance().layerTreeRoot().children()]
    seen["verify button in window"] = (
        dock.verify_button.mapTo(window, dock.verify_button.rect().bottomRight()).y()
        < window.height()
    )
    action.trigger()
    seen["dock hidden by the action"] = dock.isHidden()
    QgsProject.instance().clear()
    settle(300)


def verify():
    """A run through the panel: QGIS itself is the program, with the libraries it is linked to."""
    dock = utils.plugins[PLUGIN].dock
    dock.form.package.set_path(os.environ["ONEMAP_PACKAGE"])
    dock.form.set_value("DEM", os.environ["ONEMAP_DEM"])
    dock.form.set_value("DEM_ORIGIN", "same_source")
    dock.form.folder.setFilePath(str(PICTURES / "results"))
    dock.verify_button.click()
    seen["messages at start"] = [item.text() for item in dock.messages.items()]
    until(lambda: not dock.presenter.state.busy, seconds=60)
    seen["state"] = dock.presenter.state.value
    seen["record"] = str(dock.presenter.findings.with_name("record.json"))


def mix():
    """What happens when another plugin has imported Shapely before us."""
    import shapely

    seen["shapely is mixed"] = bool(shapely.has_m(shapely.Point(0.0, 0.0)))
    algorithm = QgsApplication.processingRegistry().algorithmById("onemap:checkcodes")
    seen["can execute"] = algorithm.canExecute()


def fill_dialog():
    """What the dialog of Processing makes of a file or folder, and of the word for the origin."""
    import processing

    for path in (os.environ["ONEMAP_FINDINGS"], str(PICTURES)):
        given = {"SUBMISSION": path, "DEM_ORIGIN": "same_source"}
        dialog = processing.createAlgorithmDialog("onemap:verifysubmission", given)
        taken = dialog.createProcessingParameters()
        seen.setdefault("dialog", []).append([taken["SUBMISSION"] == path, taken["DEM_ORIGIN"]])
        dialog.close()
        dialog.deleteLater()
    settle(300)


def go():
    try:
        seen["loaded at start"] = PLUGIN in utils.plugins
        if "ONEMAP_MIX" in os.environ:
            mix()
            leave()
        look()
        if "ONEMAP_WHOLE" not in os.environ:
            leave()
        verify()
        fill_dialog()
        unload()
        seen["without"] = [inventory()]
        for _ in range(3):
            load()
            seen.setdefault("with", []).append(inventory())
            utils.plugins[PLUGIN].dock.show()
            settle(200)
            unload()
            seen["without"].append(inventory())
    except Exception:
        seen["error"] = traceback.format_exc()
    leave()


def leave():
    Path(os.environ["ONEMAP_SEEN"]).write_text(json.dumps(seen), encoding="utf-8")
    sys.stdout.flush()
    # Leaving in order would ask whether to save the project.
    os._exit(0)


QTimer.singleShot(1500, go)
