"""From a finding to its object, open for editing."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsCsException,
    QgsExpression,
    QgsFeature,
    QgsFeatureRequest,
    QgsProject,
    QgsProviderRegistry,
    QgsRectangle,
    QgsVectorDataProvider,
    QgsVectorLayer,
)

from ....processing_provider.language import translate
from ..frames import between

_IDENTIFIERS = ("BSM", "F_ID")
_ROOM = 1.6
_LEAST_METRES = 40.0
_METRES_PER_DEGREE = 111_320.0


class Editor:
    """Finds layers of the package in the project, or brings them there, and opens objects."""

    def __init__(self, interface: Any) -> None:
        self._interface = interface
        self.places: Mapping[str, Sequence[Any]] = {}
        """``checks.recheck_state.Place`` of every standard layer."""

    def unsaved(self) -> list[QgsVectorLayer]:
        """Layers of the package with edits that are not saved yet."""
        files = {_same(place.file) for places in self.places.values() for place in places}
        return [
            layer
            for layer in QgsProject.instance().mapLayers().values()
            if isinstance(layer, QgsVectorLayer)
            and layer.isEditable()
            and layer.isModified()
            and _same(_file_of(layer)[0]) in files
        ]

    def save(self) -> list[str]:
        """Save these edits and go on editing; return what went wrong."""
        trouble: list[str] = []
        for layer in self.unsaved():
            if not layer.commitChanges(False):
                trouble += [f"{layer.name()}: {each}" for each in layer.commitErrors()[-2:]]
        return trouble

    def open(self, layer_name: str, object_id: str) -> str:
        """Show, select and open an object for editing; return why not, or nothing."""
        places = self.places.get(layer_name, ())
        if not places:
            return translate("PrecheckEdit", "{layer} cannot be edited here").format(
                layer=layer_name or translate("PrecheckEdit", "A file")
            )
        for place in places:
            layer = self._layer(place)
            if layer is None:
                continue
            feature = _find(layer, object_id)
            if feature is not None:
                self._show(layer, feature)
                return self._edit(layer, feature)
        return translate("PrecheckEdit", "{object} is no longer in {layer}").format(
            object=object_id, layer=layer_name
        )

    def _layer(self, place: Any) -> QgsVectorLayer | None:
        wanted = (_same(place.file), place.layer.lower())
        for layer in QgsProject.instance().mapLayers().values():
            if isinstance(layer, QgsVectorLayer) and layer.isValid():
                path, name = _file_of(layer)
                if (_same(path), (name or place.layer).lower()) == wanted:
                    return layer
        source = str(place.file)
        if place.file.suffix.lower() != ".shp":
            source += f"|layername={place.layer}"
        layer = QgsVectorLayer(source, place.layer, "ogr")
        if not layer.isValid():
            return None
        # Below everything else: the person's own layers stay where they are.
        QgsProject.instance().addMapLayer(layer, False)
        QgsProject.instance().layerTreeRoot().addLayer(layer)
        return layer

    def _show(self, layer: QgsVectorLayer, feature: QgsFeature) -> None:
        layer.selectByIds([feature.id()])
        self._interface.setActiveLayer(layer)
        geometry = feature.geometry()
        if geometry.isNull() or geometry.isEmpty():
            return
        canvas = self._interface.mapCanvas()
        box = geometry.boundingBox()
        least = _LEAST_METRES
        if layer.crs().isGeographic():
            least /= _METRES_PER_DEGREE
        half = max(max(box.width(), box.height()) * _ROOM, least) / 2.0
        centre = box.center()
        wanted = QgsRectangle(
            *(centre.x() - half, centre.y() - half, centre.x() + half, centre.y() + half)
        )
        target = canvas.mapSettings().destinationCrs()
        try:
            transform = between(layer.crs(), target)
            canvas.setExtent(transform.transformBoundingBox(wanted))
        except QgsCsException:
            return
        canvas.refresh()

    def _edit(self, layer: QgsVectorLayer, feature: QgsFeature) -> str:
        able = layer.dataProvider().capabilities()
        kinds = QgsVectorDataProvider.Capability
        allowed = bool(able & (kinds.ChangeAttributeValues | kinds.ChangeGeometries))
        if not (layer.isEditable() or (allowed and layer.startEditing())):
            self._interface.openFeatureForm(layer, feature, False, False)
            return translate(
                "PrecheckEdit", "{layer} is read-only: shown, not opened to edit"
            ).format(layer=layer.name())
        self._interface.openFeatureForm(layer, feature, False, False)
        return ""


def _find(layer: QgsVectorLayer, object_id: str) -> QgsFeature | None:
    """The object by BSM, else F_ID, else the row."""
    fields = {field.name().upper(): field.name() for field in layer.fields()}
    for name in _IDENTIFIERS:
        if name in fields:
            column = QgsExpression.quotedColumnRef(fields[name])
            value = QgsExpression.quotedString(object_id)
            # The first is left to the file, which is quick; the other knows numbers and blanks.
            for told in (f"{column} = {value}", f"trim(to_string({column})) = {value}"):
                request = QgsFeatureRequest().setFilterExpression(told)
                feature = next(iter(layer.getFeatures(request)), None)
                if feature is not None:
                    return feature
    if object_id.isdigit():
        feature = layer.getFeature(int(object_id)) if len(object_id) < 18 else QgsFeature()
        return feature if feature.isValid() else None
    return None


def _file_of(layer: QgsVectorLayer) -> tuple[Path, str]:
    """File and layer name that a layer of the project is read from."""
    parts = QgsProviderRegistry.instance().decodeUri(layer.providerType(), layer.source())
    return Path(str(parts.get("path") or "")), str(parts.get("layerName") or "")


def _same(path: Path) -> str:
    return os.path.normcase(os.path.realpath(path))
