"""How layers of the one map look: shipped QML styles, fitted to what a service calls its fields."""

from __future__ import annotations

import re
from pathlib import Path

from qgis.core import QgsCategorizedSymbolRenderer, QgsMapLayer, QgsVectorLayer

from ...checks import standard
from ...checks.vector.names import LayerNames, field_names
from ..site_profile import LayerSource, SiteProfile

STYLES = Path(__file__).resolve().parents[2] / "resources" / "styles" / "onemap"


def style_file(about: LayerSource, profile: SiteProfile | None = None) -> Path | None:
    """The QML file for a layer: the one it names, else that of the standard's layer."""
    style = about.style or ""
    if style.lower().endswith(".qml"):
        folders = [STYLES]
        if profile is not None and profile.path is not None:
            folders.append(profile.path.parent)
        for folder in folders:
            found = (folder / style).resolve()
            # A profile may not name files elsewhere.
            if found.is_file() and folder.resolve() in found.parents:
                return found
        return None
    name = _standard_name(about)
    found = STYLES / f"{name}.qml"
    return found if name and found.is_file() else None


def _standard_name(about: LayerSource) -> str:
    names = LayerNames(standard.load())
    for each in (about.layer or "", about.id, about.title.zh):
        bare = each.rpartition(":")[2]
        found = names.resolve(bare) or names.resolve(re.sub(r"[_-]?\d{4}$", "", bare))
        if found:
            return found
    return ""


def apply_style(layer: QgsMapLayer, about: LayerSource, profile: SiteProfile | None = None) -> bool:
    """Give a vector layer its style; whether there was one."""
    path = style_file(about, profile)
    if path is None or not isinstance(layer, QgsVectorLayer):
        return False
    name, metadata = layer.name(), {
        key: layer.customProperty(key) for key in layer.customPropertyKeys()
    }  # fmt: skip
    _, worked = layer.loadNamedStyle(str(path))
    layer.setName(name)
    for key, value in metadata.items():
        layer.setCustomProperty(key, value)
    if worked:
        _fit_fields(layer, _standard_name(about))
    return bool(worked)


def _fit_fields(layer: QgsVectorLayer, name: str) -> None:
    """Services write fields in lower case or by alias; the style says the standard's names."""
    renderer = layer.renderer()
    if not isinstance(renderer, QgsCategorizedSymbolRenderer):
        return
    wanted = renderer.classAttribute()
    own = [field.name() for field in layer.fields()]
    if wanted in own:
        return
    called = field_names(own, standard.load().fields.get(name, []))
    for field, resolved in zip(own, called):
        if resolved == wanted.upper():
            renderer.setClassAttribute(field)
            return
