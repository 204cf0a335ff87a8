"""Run by the desktop as it starts: opens the Verify panel on the demo's results."""

from __future__ import annotations

import os
from pathlib import Path

from qgis.core import QgsProject
from qgis.PyQt.QtCore import QTimer
from qgis.utils import plugins

from onemap_verify.demo.project import FINDINGS_GROUP


def open_panel() -> None:
    """Show the panel with the results that ``ONEMAP_DEMO_RESULTS`` names."""
    plugin = plugins.get("onemap_verify")
    if plugin is None or plugin.dock is None:
        return
    # The panel brings the findings itself; twice on one map they only confuse.
    root = QgsProject.instance().layerTreeRoot()
    group = root.findGroup(FINDINGS_GROUP)
    if group is not None:
        root.removeChildNode(group)
    plugin.dock.show()
    plugin.dock.presenter.open_results(Path(os.environ["ONEMAP_DEMO_RESULTS"]))
    QgsProject.instance().setDirty(False)


# The window first, then what is in it.
QTimer.singleShot(800, open_panel)
