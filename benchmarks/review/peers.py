"""``python -m … peers <who> <findings.gpkg>``: the same steps with what others use.

``attribute_table``: QGIS's own table of a layer, with its cache and its filter by expression.
``quality_result_gui``: model, proxies and tree of nlsfi/quality-result-gui 2 (GPL), when it is
installed; its errors are made of our findings, which is not counted.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from qgis.core import (
    QgsApplication,
    QgsFeatureRequest,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorLayerCache,
)
from qgis.gui import (
    QgsAttributeTableFilterModel,
    QgsAttributeTableModel,
    QgsAttributeTableView,
    QgsMapCanvas,
)
from qgis.PyQt.QtCore import QModelIndex, QTimer
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QTreeView

from .survey import CELL, SOUTH, WEST
from .watchdog import Watchdog

_FROM, _TO = 5 * CELL, 65 * CELL
EXTENT = QgsRectangle(WEST + _FROM, SOUTH + _FROM, WEST + _TO, SOUTH + _TO)


class Steps:
    """Times of steps that are over when the event loop comes to rest."""

    def __init__(self) -> None:
        self.watchdog = Watchdog()
        self.watchdog.start()
        QTest.qWait(200)
        self.steps: dict[str, dict[str, Any]] = {}

    def step(self, name: str, act: Callable[[], Any], found: Callable[[], int]) -> None:
        """Do something and let the window paint."""
        self.watchdog.reset()
        began = time.perf_counter()
        act()
        seen: list[float] = []
        QTimer.singleShot(0, lambda: seen.append(time.perf_counter()))
        while not seen:
            QTest.qWait(1)
        self.steps[name] = {"seconds": seen[0] - began}
        QTest.qWait(50)
        self.steps[name] |= {"found": found(), **self.watchdog.result()}


def attribute_table(path: Path) -> dict[str, Any]:
    """QGIS's attribute table on the layer of findings."""
    steps = Steps()
    canvas = QgsMapCanvas()
    kept: dict[str, Any] = {}

    def load() -> None:
        layer = QgsVectorLayer(f"{path}|layername=findings", "findings", "ogr")
        cache = QgsVectorLayerCache(layer, layer.featureCount())
        model = QgsAttributeTableModel(cache)
        model.loadLayer()
        proxy = QgsAttributeTableFilterModel(canvas, model)
        view = QgsAttributeTableView()
        view.setModel(proxy)
        view.resize(420, 500)
        view.show()
        kept.update(layer=layer, cache=cache, model=model, proxy=proxy, view=view)

    def choose(expression: str, extent: QgsRectangle | None = None) -> None:
        request = QgsFeatureRequest()
        if expression:
            request.setFilterExpression(expression)
        if extent is not None:
            request.setFilterRect(extent)
        chosen = [feature.id() for feature in kept["cache"].getFeatures(request)]
        kept["proxy"].setFilterMode(QgsAttributeTableFilterModel.FilterMode.ShowFilteredList)
        kept["proxy"].setFilteredFeatures(chosen)

    def found() -> int:
        return int(kept["proxy"].rowCount())

    steps.step("open", load, found)
    steps.step("filter: verdict", lambda: choose("\"verdict\" = 'inconsistent'"), found)
    steps.step("filter: family", lambda: choose("\"family\" IN ('terrain', 'photos')"), found)
    steps.step("filter: map extent", lambda: choose("", EXTENT), found)
    searched = ("object_id", "parcel_bsm", "rule_id", "layer", "cause", "message_zh", "message_en")
    text = " OR ".join(f"\"{name}\" ILIKE '%slope%'" for name in searched)
    steps.step("search: slope", lambda: choose(text), found)
    return steps.steps


def quality_result_gui(path: Path) -> dict[str, Any]:
    """Model, proxies and tree of quality-result-gui as its manager puts them together."""
    from qgis import utils

    canvas = QgsMapCanvas()
    canvas.setExtent(EXTENT)
    utils.iface = SimpleNamespace(mapCanvas=lambda: canvas)
    from quality_result_gui import quality_errors_tree_model as tree
    from quality_result_gui.api.types.quality_error import (
        QualityError,
        QualityErrorPriority,
        QualityErrorType,
    )
    from quality_result_gui.quality_errors_filters import FeatureTypeFilter

    layer = QgsVectorLayer(f"{path}|layername=findings", "findings", "ogr")
    errors = [
        QualityError(
            QualityErrorPriority(1 if feature["verdict"] == "inconsistent" else 2),
            feature["family"],
            feature["object_id"],
            feature.id(),
            feature["finding_id"],
            QualityErrorType.ATTRIBUTE,
            feature["rule_id"],
            feature["message_en"],
            "",
            feature.geometry(),
            False,
        )
        for feature in layer.getFeatures()
    ]
    steps = Steps()
    model = tree.QualityErrorsTreeBaseModel()
    filtering, processed = tree.FilterProxyModel(), tree.FilterByShowUserProcessedProxyModel()
    extent, styled = tree.FilterByExtentProxyModel(), tree.StyleProxyModel()
    for upper, lower in (
        (filtering, model),
        (processed, filtering),
        (extent, processed),
        (styled, extent),
    ):
        upper.setSourceModel(lower)
    families = FeatureTypeFilter()
    filtering.add_filter(families)
    view = QTreeView()
    view.setModel(styled)
    view.resize(420, 500)
    view.show()

    def load() -> None:
        model.refresh_model(errors)
        families.update_filter_from_errors(errors)

    def found() -> int:
        return int(tree._count_all_rows(styled))

    def without(family: str) -> None:
        for action in families.menu._filter_actions:
            if family in (action.data(), action.text()):
                action.setChecked(False)

    steps.step("open", load, found)
    steps.step("filter: map extent", lambda: extent.set_extent(EXTENT), found)
    steps.step("clear", lambda: extent.set_extent(None), found)
    steps.step("filter: all but one family", lambda: without("logic"), found)
    assert styled.rowCount(QModelIndex())
    return steps.steps


PEERS = {"attribute_table": attribute_table, "quality_result_gui": quality_result_gui}


def main(who: str, path: Path) -> int:
    """Entry point."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QgsApplication([], True)
    application.initQgis()
    try:
        out: dict[str, Any] = {"steps": PEERS[who](path)}
    except ImportError as error:
        out = {"error": str(error)}
    out["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    sys.stdout.write(json.dumps(out) + "\n")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
