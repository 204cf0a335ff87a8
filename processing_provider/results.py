"""Results on the map: findings styled and grouped, with the tables beside them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsEditorWidgetSetup,
    QgsLayerTree,
    QgsLayerTreeGroup,
    QgsMapLayer,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingLayerPostProcessorInterface,
    QgsProject,
    QgsVectorLayer,
)

from . import styling
from .language import is_chinese, translate

FINDINGS = "findings"
PROPERTY = "onemap_verify/role"
"""Custom property of our layers: ``findings``, ``parcel_risk`` or ``rules_run``."""
_kept: list[Any] = []


@dataclass(frozen=True)
class ResultLayer:
    """One layer of the results: ``role``, what QGIS opens, and what it is called."""

    role: str
    source: str
    title: str


def layer_source(path: Path | str) -> str:
    """What QGIS opens as the whole layer of findings."""
    return f"{path}|layername={FINDINGS}"


def result_layers(path: Path | str) -> list[ResultLayer]:
    """What to load from a file of findings, top of the legend first."""
    titles = {
        FINDINGS: translate("Results", "Findings"),
        "parcel_risk": translate("Results", "Risk of parcels"),
        "rules_run": translate("Results", "Rules run"),
    }
    return [ResultLayer(role, f"{path}|layername={role}", title) for role, title in titles.items()]


def group_title(package: str) -> str:
    """What the group of one run is called."""
    return translate("Results", "Verification: {package}").format(package=package)


class ResultStyle(QgsProcessingLayerPostProcessorInterface):
    """Styles one result layer after Processing has loaded it, and puts it into the group."""

    def __init__(self, layer: ResultLayer, group: str) -> None:
        super().__init__()
        self._layer = layer
        self._group = group

    def postProcessLayer(
        self, layer: QgsMapLayer, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> None:
        apply_style(layer, self._layer.role)
        project = context.project() or QgsProject.instance()
        root = project.layerTreeRoot()
        node = root.findLayer(layer.id())
        # Since 3.32 QGIS groups by itself, and the layer is not in the tree yet.
        if node is not None:
            _group(root, self._group).addChildNode(node.clone())
            node.parent().removeChildNode(node)


def load_on_completion(context: QgsProcessingContext, path: Path, package: str) -> None:
    """Ask Processing to load, style and group the results; called in the algorithm's thread."""
    project = context.project()
    if project is None:
        return
    title = group_title(package)
    del _kept[:-60]  # styles of runs long finished
    for layer in reversed(result_layers(path)):
        details = QgsProcessingContext.LayerDetails(layer.title, project)
        details.forceName = True
        if hasattr(details, "groupName"):
            details.groupName = title
        processor = ResultStyle(layer, title)
        _kept.append(processor)  # Processing does not keep it alive
        details.setPostProcessor(processor)
        context.addLayerToLoadOnCompletion(layer.source, details)


def add_to_project(
    project: QgsProject, layers: list[ResultLayer], package: str
) -> list[QgsVectorLayer]:
    """Load, style and group results; called in the main thread. Return what could be loaded."""
    group = _group(project.layerTreeRoot(), group_title(package))
    loaded = []
    for wanted in layers:
        layer = QgsVectorLayer(wanted.source, wanted.title, "ogr")
        if not layer.isValid():
            continue
        apply_style(layer, wanted.role)
        project.addMapLayer(layer, False)
        group.addLayer(layer).setExpanded(wanted.role == FINDINGS)
        loaded.append(layer)
    group.setExpanded(True)
    return loaded


def remove_from_project(project: QgsProject, path: Path | str) -> None:
    """Remove the results of an earlier run that were read from ``path``."""
    own = [
        layer.id()
        for layer in project.mapLayers().values()
        if layer.customProperty(PROPERTY) and layer.source().split("|")[0] == str(path)
    ]
    groups = [project.layerTreeRoot().findLayer(identifier) for identifier in own]
    parents = {node.parent() for node in groups if node is not None}
    project.removeMapLayers(own)
    for parent in parents:
        if not QgsLayerTree.isGroup(parent) or parent.parent() is None or parent.children():
            continue
        parent.parent().removeChildNode(parent)


def _group(root: QgsLayerTreeGroup, name: str) -> QgsLayerTreeGroup:
    return root.findGroup(name) or root.insertGroup(0, name)


def apply_style(layer: QgsVectorLayer, role: str) -> None:
    """Give a result layer its look, its field names for people, and its map tip."""
    layer.setCustomProperty(PROPERTY, role)
    message = "message_zh" if is_chinese() else "message_en"
    for index, field in enumerate(layer.fields()):
        alias = field_title(field.name())
        if alias:
            layer.setFieldAlias(index, alias)
        if field.name() in ("evidence", "message_en" if is_chinese() else "message_zh"):
            layer.setEditorWidgetSetup(index, QgsEditorWidgetSetup("Hidden", {}))
    if role != FINDINGS:
        return
    layer.setDisplayExpression(f'"{message}"')
    layer.setMapTipTemplate(
        f'<div style="max-width:320px"><b>[% "{message}" %]</b><br>'
        '[% "layer" %] [% "object_id" %] · [% "rule_id" %]</div>'
    )
    if layer.isSpatial():
        layer.setRenderer(styling.renderer(layer))


def field_title(name: str) -> str:
    """What a field of the results is called for people; empty for one that is not ours."""
    return {
        "finding_id": translate("Results", "Finding"),
        "rule_id": translate("Results", "Rule"),
        "rule_version": translate("Results", "Rule version"),
        "family": translate("Results", "Family"),
        "verdict": translate("Results", "Verdict"),
        "severity": translate("Results", "Severity"),
        "layer": translate("Results", "Layer"),
        "object_id": translate("Results", "Object"),
        "parcel_bsm": translate("Results", "Parcel"),
        "score": translate("Results", "Score"),
        "measured": translate("Results", "Measured"),
        "expected": translate("Results", "Expected"),
        "tolerance": translate("Results", "Tolerance"),
        "unit": translate("Results", "Unit"),
        "cause": translate("Results", "Likely cause"),
        "message_zh": translate("Results", "Message (Chinese)"),
        "message_en": translate("Results", "Message (English)"),
        "evidence": translate("Results", "Evidence"),
        "bsm": translate("Results", "Parcel"),
        "risk": translate("Results", "Risk"),
        "outcome": translate("Results", "Outcome"),
        "reasons": translate("Results", "Reasons"),
        "tested": translate("Results", "Tested"),
        "findings": translate("Results", "Findings"),
        "not_checkable": translate("Results", "Not checkable"),
        "reason": translate("Results", "Reason"),
        "seconds": translate("Results", "Seconds"),
    }.get(name, "")
