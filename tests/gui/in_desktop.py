"""Runs inside the real QGIS desktop (``qgis --code``); what it saw goes to a JSON file.

The environment says where: ``ONEMAP_SEEN`` for the JSON, ``ONEMAP_FINDINGS`` for a file of
findings, ``ONEMAP_PICTURES`` for a folder of screenshots.
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
    settle(2500)
    picture("findings")
    dock.findings.view.clearSelection()
    settle(100)
    dock.findings.view.viewport().grab().save(str(PICTURES / "list.png"))
    dock.tabs.setCurrentIndex(0)
    picture("inputs")
    seen["groups"] = [node.name() for node in QgsProject.instance().layerTreeRoot().children()]
    seen["verify button in window"] = (
        dock.verify_button.mapTo(window, dock.verify_button.rect().bottomRight()).y()
        < window.height()
    )
    action.trigger()
    seen["dock hidden by the action"] = dock.isHidden()
    QgsProject.instance().clear()
    settle(300)


def go():
    try:
        seen["loaded at start"] = PLUGIN in utils.plugins
        look()
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
    Path(os.environ["ONEMAP_SEEN"]).write_text(json.dumps(seen), encoding="utf-8")
    sys.stdout.flush()
    # Leaving in order would ask whether to save the project.
    os._exit(0)


QTimer.singleShot(1500, go)
