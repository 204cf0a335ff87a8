"""Which layers of the project are probably the trusted ones; a guess, shown before it is used."""

from __future__ import annotations

import re
from typing import Any

from qgis.core import Qgis, QgsMapLayer, QgsProject, QgsRasterLayer, QgsVectorLayer, QgsWkbTypes

_ELEVATION = re.compile(
    r"(?<![a-z])(dem|dtm|dsm|srtm|aster|elevation|terrain)(?![a-z])|高程|地形|数字表面",
    re.IGNORECASE,
)
_IMAGERY = re.compile(
    r"(?<![a-z])(dom|image|imagery|ortho|landsat|sentinel|rgb|gf\d|zy\d)(?![a-z])|影像|正射|卫星",
    re.IGNORECASE,
)
_PARCELS = re.compile(r"(?<![a-z])dltb(?![a-z])|地类图斑", re.IGNORECASE)
_PREVIOUS = re.compile(
    r"prev|last|old|base|trusted|上年|上一年|去年|年初|一张图|基期", re.IGNORECASE
)
_CONTROL = re.compile(
    r"YJJBNT|STBHHX|CZKFBJ|基本农田|生态保护红线|生态红线|城镇开发边界|批准未建设|PZWJSTD",
    re.IGNORECASE,
)


def is_within(source: str, package: str) -> bool:
    """Whether what QGIS opens by ``source`` lies in the package ``package``."""
    if not package:
        return False
    path = source.split("|", maxsplit=1)[0].removeprefix("/vsizip/").replace("\\", "/")
    outer = package.replace("\\", "/").rstrip("/")
    return path == outer or path.startswith(f"{outer}/")


def guess(project: QgsProject, package: str = "") -> dict[str, Any]:
    """Return layer ids by parameter name: ``DEM``, ``IMAGERY``, ``PREVIOUS``, ``CONTROL_LAYERS``.

    What cannot be told apart with some confidence is left out, and so is every layer of
    ``package``: what is under examination is no witness.
    """
    layers = [
        layer for layer in project.mapLayers().values() if not is_within(layer.source(), package)
    ]
    rasters = [layer for layer in layers if isinstance(layer, QgsRasterLayer) and layer.isValid()]
    vectors = [layer for layer in layers if isinstance(layer, QgsVectorLayer) and layer.isValid()]
    found: dict[str, Any] = {}
    dem = _best(rasters, _elevation_score)
    if dem is not None:
        found["DEM"] = dem.id()
    image = _best([layer for layer in rasters if layer is not dem], _imagery_score)
    if image is not None:
        found["IMAGERY"] = image.id()
    previous = _best(vectors, _previous_score)
    if previous is not None:
        found["PREVIOUS"] = previous.id()
    control = [layer.id() for layer in vectors if _named(layer, _CONTROL)]
    if control:
        found["CONTROL_LAYERS"] = control
    return found


def _best(layers: list[Any], score: Any) -> Any:
    """The layer with the highest score above 0; the first by name among equals."""
    scored = [(-score(layer), layer.name(), layer) for layer in layers]
    scored = [entry for entry in scored if entry[0] < 0]
    return min(scored, key=lambda entry: entry[:2])[2] if scored else None


def _named(layer: QgsMapLayer, pattern: re.Pattern[str]) -> bool:
    source = layer.source().replace("\\", "/").rsplit("/", 1)[-1]
    return bool(pattern.search(layer.name()) or pattern.search(source))


def _elevation_score(layer: QgsRasterLayer) -> int:
    if layer.providerType() != "gdal" or layer.bandCount() != 1:
        return 0
    properties = layer.elevationProperties()
    declared = getattr(properties, "isEnabled", None)  # since 3.30
    kind = layer.dataProvider().dataType(1)
    heights_fit = kind not in (Qgis.DataType.Byte, Qgis.DataType.UnknownDataType)
    return (
        4 * bool(declared is not None and declared())
        + 2 * _named(layer, _ELEVATION)
        + (heights_fit and not _named(layer, _IMAGERY))
    )


def _imagery_score(layer: QgsRasterLayer) -> int:
    if layer.providerType() != "gdal":
        return 0
    return (layer.bandCount() >= 3) + 2 * (layer.bandCount() >= 3 and _named(layer, _IMAGERY))


def _previous_score(layer: QgsVectorLayer) -> int:
    if layer.geometryType() != QgsWkbTypes.GeometryType.PolygonGeometry:
        return 0
    fields = {field.name().upper() for field in layer.fields()}
    if not ({"DLBM"} <= fields or _named(layer, _PARCELS)):
        return 0
    # The parcels under examination look the same; only a hint at the past makes the difference.
    return 1 + bool({"DLBM", "BSM"} <= fields) if _named(layer, _PREVIOUS) else 0
