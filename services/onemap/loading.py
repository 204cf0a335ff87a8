"""Layers of the one map put into a QGIS project: grouped, ordered, styled, dated.

Everything here runs in the main thread, where layers live; what has to be asked of the network was
asked before (:mod:`.provider_source`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsDateTimeRange,
    QgsLayerTreeGroup,
    QgsLayerTreeLayer,
    QgsMapLayer,
    QgsMultiBandColorRenderer,
    QgsProject,
    QgsRasterLayer,
    QgsRasterLayerTemporalProperties,
    QgsVectorLayer,
    QgsVectorLayerTemporalProperties,
)
from qgis.PyQt.QtCore import QDate, QDateTime, Qt, QTime

from ...checks.findings import Text
from ..catalogue.record import iso_date
from ..errors import BadAnswer, ServiceError
from ..site_profile import Group, LayerSource, SiteProfile
from .choose import best_terrain
from .provider_source import ProviderSource
from .styles import apply_style

PREFIX = "onemap/"
"""Of the custom properties by which a layer is known again."""
ROOT_GROUP = "one_map"


@dataclass(frozen=True)
class Loaded:
    """What became of one layer; ``layer_id`` is empty and ``error`` set where nothing did."""

    source: LayerSource
    layer_id: str = ""
    error: ServiceError | None = None
    notes: Sequence[Text] = field(default_factory=tuple)


def load(
    project: QgsProject,
    profile: SiteProfile,
    sources: Iterable[ProviderSource],
    language: str = "zh",
) -> list[Loaded]:
    """Add layers to ``project`` in the fixed order of groups and layers.

    A layer that is there already is kept as it is. What cannot be opened does not keep others from
    being loaded.
    """
    made: list[Loaded] = []
    there = known_layers(project)
    for source in sources:
        known = there.get((profile.id, source.layer.id))
        if known is not None and _renewed(known, source, profile):
            made.append(Loaded(source.layer, known.id(), notes=tuple(source.notes)))
            continue
        layer = make_layer(source, profile, language)
        if not layer.isValid():
            made.append(Loaded(source.layer, error=_invalid(source, layer)))
            continue
        project.addMapLayer(layer, False)
        _place(project, profile, source.layer, layer, language)
        made.append(Loaded(source.layer, layer.id(), notes=tuple(source.notes)))
    best = best_terrain([each.source for each in made if each.layer_id], None)
    for each in made:
        if best is not None and each.source.id == best.layer.id and each.layer_id:
            use_as_terrain(project, project.mapLayer(each.layer_id))
    return made


def _renewed(layer: QgsMapLayer, source: ProviderSource, profile: SiteProfile) -> bool:
    """Whether a layer that is there shows, or now shows, what is to be loaded."""
    is_vector = isinstance(layer, QgsVectorLayer)
    if is_vector != source.vector:
        return False
    if not layer.isValid() or layer.customProperty(f"{PREFIX}url", "") != source.layer.url:
        layer.setDataSource(source.uri, layer.name(), source.provider, False)
        mark(layer, source.layer, profile.id)
    return bool(layer.isValid())


def known_layers(project: QgsProject) -> dict[tuple[str, str], QgsMapLayer]:
    """Layers of the project that were loaded from a profile, by profile and layer."""
    found = {}
    for layer in project.mapLayers().values():
        profile = layer.customProperty(f"{PREFIX}profile", "")
        identifier = layer.customProperty(f"{PREFIX}layer", "")
        if profile and identifier:
            found[(str(profile), str(identifier))] = layer
    return found


def make_layer(source: ProviderSource, profile: SiteProfile, language: str = "zh") -> QgsMapLayer:
    """A layer with everything but its place in the tree; it may be invalid."""
    title = _say(source.layer.title, language)
    if source.vector:
        layer: QgsMapLayer = QgsVectorLayer(source.uri, title, source.provider)
    else:
        layer = QgsRasterLayer(source.uri, title, source.provider)
    about = source.layer
    if not layer.isValid():
        return layer
    if about.crs and not layer.crs().isValid():
        layer.setCrs(QgsCoordinateReferenceSystem(about.crs))
    mark(layer, about, profile.id)
    if not source.identifiable:
        layer.setFlags(layer.flags() & ~QgsMapLayer.LayerFlag.Identifiable)
    if source.vector and source.provider != "ogr":
        layer.setReadOnly(True)
    apply_style(layer, about, profile)
    _show_colours(layer, about)
    _set_scales(layer, about)
    _set_dates(layer, about)
    layer.setAbstract(_say(about.note, language) if about.note else "")
    if about.role == "dem":
        _set_elevation(layer)
    return layer


def _show_colours(layer: QgsMapLayer, about: LayerSource) -> None:
    """Draw a picture by its named bands; a fourth one is near infrared and no transparency."""
    bands = [str(each).lower() for each in about.options.get("bands") or ()]
    renderer = layer.renderer() if isinstance(layer, QgsRasterLayer) else None
    if not isinstance(renderer, QgsMultiBandColorRenderer) or not bands:
        return
    renderer.setAlphaBand(-1)
    setters = (renderer.setRedBand, renderer.setGreenBand, renderer.setBlueBand)
    if all(name in bands for name in ("red", "green", "blue")):
        for name, use in zip(("red", "green", "blue"), setters):
            use(bands.index(name) + 1)


def mark(layer: QgsMapLayer, about: LayerSource, profile: str) -> None:
    """Write down where a layer came from, so that it is found again; nothing secret."""
    facts = {
        "profile": profile, "layer": about.id, "record": about.record or "", "kind": about.kind,
        "url": about.url, "name": about.layer or "", "role": about.role or "",
        "restricted": about.restricted,
    }  # fmt: skip
    for name, value in facts.items():
        layer.setCustomProperty(PREFIX + name, value)


def _say(text: Text, language: str) -> str:
    return text.zh if language.startswith("zh") else text.en


def _invalid(source: ProviderSource, layer: QgsMapLayer) -> ServiceError:
    from ..redaction import redact

    reason = redact(" ".join(layer.error().summary().split()))[:200]
    title = source.layer.title
    return BadAnswer(
        Text(
            zh=f"图层“{title.zh}”无法打开：{reason or '服务未按预期应答'}",
            en=f"Layer “{title.en}” cannot be opened: {reason or 'unexpected answer'}",
        )
    )


def _set_scales(layer: QgsMapLayer, about: LayerSource) -> None:
    least, most = about.scales or (None, None)
    if least is None and most is None:
        return
    # QGIS calls the largest denominator the minimum scale.
    layer.setMinimumScale(most or 0.0)
    layer.setMaximumScale(least or 0.0)
    layer.setScaleBasedVisibility(True)


def date_range(about: LayerSource) -> tuple[str, str]:
    """First and last day of a layer's content as ISO dates; empty where not told."""
    if not about.date:
        return "", ""
    begin, end = about.date if isinstance(about.date, tuple) else (about.date, about.date)
    return iso_date(begin), iso_date(end, True)


def _set_dates(layer: QgsMapLayer, about: LayerSource) -> None:
    begin, end = date_range(about)
    first, last = QDate.fromString(begin, Qt.DateFormat.ISODate), _last_day(end)
    if not first.isValid() or not last.isValid():
        return
    span = QgsDateTimeRange(QDateTime(first, QTime(0, 0)), QDateTime(last, QTime(23, 59, 59)))
    properties = layer.temporalProperties()
    if properties is None:
        return
    modes: dict[type, Any] = {
        QgsRasterLayerTemporalProperties: Qgis.RasterTemporalMode.FixedTemporalRange,
        QgsVectorLayerTemporalProperties: Qgis.VectorTemporalMode.FixedTemporalRange,
    }
    mode = modes.get(type(properties))
    if mode is not None:
        properties.setMode(mode)
        properties.setFixedTemporalRange(span)
        properties.setIsActive(True)


def _last_day(text: str) -> QDate:
    """The day, or the last one of a month that is shorter than was said."""
    day = QDate.fromString(text, Qt.DateFormat.ISODate)
    if day.isValid() or len(text) != 10:
        return day
    first = QDate(int(text[:4]), int(text[5:7]), 1)
    return QDate(first.year(), first.month(), first.daysInMonth())


def _set_elevation(layer: QgsMapLayer) -> None:
    """Say that the cells are heights, where this QGIS knows of it (3.22 does not for rasters)."""
    properties = layer.elevationProperties() if hasattr(layer, "elevationProperties") else None
    if properties is not None and hasattr(properties, "setEnabled"):
        properties.setEnabled(True)


def use_as_terrain(project: QgsProject, layer: QgsMapLayer) -> bool:
    """Make ``layer`` the terrain of the project's 3D views; whether this QGIS could (3.24)."""
    if not hasattr(project, "elevationProperties"):
        return False
    from qgis import core

    provider = core.QgsRasterDemTerrainProvider()
    provider.setLayer(layer)
    project.elevationProperties().setTerrainProvider(provider)
    return True


def _place(
    project: QgsProject, profile: SiteProfile, about: LayerSource, layer: QgsMapLayer, language: str
) -> None:
    group = group_node(project, profile, about.group, language)
    order = {each.id: number for number, each in enumerate(profile.layers)}
    own = order.get(about.id, len(order))
    position = 0
    for position, child in enumerate(group.children()):  # noqa: B007  # used after the loop
        if isinstance(child, QgsLayerTreeLayer) and child.layer() is not None:
            name = child.layer().customProperty(f"{PREFIX}layer", "")
            if order.get(name, len(order)) > own:
                break
        elif isinstance(child, QgsLayerTreeGroup):
            break  # layers stand above groups
    else:
        position = len(group.children())
    node = group.insertLayer(position, layer)
    # The legend opens in QGIS's tree when the node itself does not change from open to closed.
    node.setExpanded(True)
    node.setExpanded(False)
    node.setItemVisibilityChecked(about.options.get("visible", True) is not False)


def group_node(
    project: QgsProject, profile: SiteProfile, identifier: str | None, language: str
) -> QgsLayerTreeGroup:
    """The group of that id below the platform's own, made where it has its fixed place."""
    root = project.layerTreeRoot()
    top = _child(root, f"{profile.id}:{ROOT_GROUP}")
    if top is None:
        top = root.insertGroup(_below_findings(root), _say(profile.title, language))
        top.setCustomProperty(f"{PREFIX}group", f"{profile.id}:{ROOT_GROUP}")
    groups = {group.id: group for group in profile.groups}
    path: list[Group] = []
    while identifier and identifier in groups and groups[identifier] not in path:
        path.insert(0, groups[identifier])
        identifier = groups[identifier].parent
    node = top
    order = {group.id: number for number, group in enumerate(profile.groups)}
    for group in path:
        found = _child(node, f"{profile.id}:{group.id}")
        if found is None:
            found = node.insertGroup(_position(node, order, group.id), _say(group.title, language))
            found.setCustomProperty(f"{PREFIX}group", f"{profile.id}:{group.id}")
        node = found
    return node


def _below_findings(root: QgsLayerTreeGroup) -> int:
    """Above all else but the groups that stand first: findings stay on top of what they judge."""
    position = 0
    for number, child in enumerate(root.children()):
        if isinstance(child, QgsLayerTreeGroup):
            position = number + 1
    return position


def _child(node: QgsLayerTreeGroup, identifier: str) -> QgsLayerTreeGroup | None:
    for child in node.children():
        if isinstance(child, QgsLayerTreeGroup) and (
            child.customProperty(f"{PREFIX}group", "") == identifier
        ):
            return child
    return None


def _position(node: QgsLayerTreeGroup, order: dict[str, int], identifier: str) -> int:
    children = node.children()
    for position, child in enumerate(children):
        if isinstance(child, QgsLayerTreeGroup):
            name = str(child.customProperty(f"{PREFIX}group", "")).partition(":")[2]
            if order.get(name, -1) > order[identifier]:
                return position
    return len(children)
