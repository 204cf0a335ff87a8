"""The projects that QGIS Server serves: the one map for reading, the intake for writing.

Run as a program: QGIS wants a process of its own, and whoever starts the platform may already be
one with another project open.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qgis.core import QgsMapLayer, QgsProject, QgsRasterLayer, QgsVectorLayer

EPSG = 4529
_CRS = (f"EPSG:{EPSG}", "EPSG:4490", "EPSG:4326", "EPSG:3857")
# The server lays a grid of its own out from one tile: only one of 360° reaches around the earth.
_GRIDS = (
    "EPSG:4490,90,-180,559082264.0287179,21",
    "EPSG:3857,20037508.342789,-20037508.342789,559082264.0287,20",
)
_SLOPES = ("#f2f6ea", "#d9e3b8", "#ecc97f", "#d98f57", "#a8513f")


class ProjectError(Exception):
    """A layer could not be opened; the message says which."""


def main() -> None:
    """Entry point: ``projects.py <what to make, as JSON>``."""
    told = json.loads(sys.argv[1])
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from qgis.core import QgsApplication

    application = QgsApplication([], False)
    application.initQgis()
    folder = Path(told["folder"])
    try:
        _onemap(folder, told["layers"])
        _staging(folder)
    except ProjectError as error:
        sys.stderr.write(f"{error}\n")
        sys.stderr.flush()
        os._exit(1)
    sys.stdout.flush()
    # exitQgis() crashes in several versions once projects were open.
    os._exit(0)


def _onemap(folder: Path, layers: list[dict[str, Any]]) -> None:
    from qgis.core import QgsProject

    project = QgsProject()
    made: list[QgsMapLayer] = []
    # What is added first is drawn last, on top.
    for told in layers:
        name, title = told["name"], told["title"]
        if told["raster"]:
            layer: QgsMapLayer = _raster(folder / f"{name}.tif", name)
        else:
            layer = _table("onemap", name)
            _style(layer, told["source"])
        _name(layer, name, title, told["abstract"])
        project.addMapLayer(layer)
        made.append(layer)
    rasters = [one.id() for one, told in zip(made, layers) if told["raster"]]
    vectors = [one.id() for one, told in zip(made, layers) if not told["raster"]]
    _serve(project, "云岫县国土空间一张图 One map of Yunxiu", made)
    project.writeEntry("WFSLayers", "/", vectors)
    project.writeEntry("WCSLayers", "/", rasters)
    _exactly(project, made)
    everything = [one.id() for one in made]
    for entry in ("WMTSLayers", "WMTSPngLayers", "WMTSJpegLayers"):
        project.writeEntry(entry, "Layer", everything)
    project.writeEntry("WMTSGrids", "CRS", [grid.split(",")[0] for grid in _GRIDS])
    project.writeEntry("WMTSGrids", "Config", list(_GRIDS))
    _write(project, folder / "onemap.qgs")


def _staging(folder: Path) -> None:
    """Staged parcels and commits may be written; what is committed may be read."""
    from qgis.core import QgsProject

    project = QgsProject()
    staged = _table("intake", "staging_parcels")
    commits = _table("intake", "commits", key="batch_id")
    parcels = _table("intake", "parcels")
    titles = ("待入库图斑 Staged parcels", "入库批次 Commits", "已入库图斑 Delivered parcels")
    made = [staged, commits, parcels]
    for layer, name, title in zip(made, ("staging_parcels", "commits", "parcels"), titles):
        _name(layer, name, title, title)
        project.addMapLayer(layer)
    _serve(project, "成果汇交 Intake", made)
    project.writeEntry("WFSLayers", "/", [one.id() for one in made])
    project.writeEntry("WFSTLayers", "Insert", [staged.id(), commits.id()])
    _exactly(project, made)
    for action in ("Update", "Delete"):
        project.writeEntry("WFSTLayers", action, [staged.id()])
    _write(project, folder / "staging.qgs")


def _exactly(project: QgsProject, layers: list[QgsMapLayer]) -> None:
    """Coordinates in full: the server's own six decimals of a degree are ten centimetres."""
    for layer in layers:
        project.writeEntry("WFSLayersPrecision", f"/{layer.id()}", 11)


def _serve(project: QgsProject, title: str, layers: list[QgsMapLayer]) -> None:
    from qgis.core import QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsRectangle

    crs = QgsCoordinateReferenceSystem(f"EPSG:{EPSG}")
    project.setCrs(crs)
    project.setTitle(title)
    whole = QgsRectangle()
    for layer in layers:
        if layer.crs() != crs and layer.crs().isValid():
            across = QgsCoordinateTransform(layer.crs(), crs, project)
            whole.combineExtentWith(across.transformBoundingBox(layer.extent()))
        elif not layer.extent().isEmpty():
            whole.combineExtentWith(layer.extent())
    edges = [whole.xMinimum(), whole.yMinimum(), whole.xMaximum(), whole.yMaximum()]
    project.writeEntry("WMSServiceCapabilities", "/", True)
    project.writeEntry("WMSServiceTitle", "/", title)
    project.writeEntry("WMSCrsList", "/", list(_CRS))
    project.writeEntry("WMSExtent", "/", [str(edge) for edge in edges])
    project.writeEntry("WMSAddWktGeometry", "/", True)
    project.writeEntry("WMSMaxWidth", "/", 4096)
    project.writeEntry("WMSMaxHeight", "/", 4096)


def _write(project: QgsProject, path: Path) -> None:
    if not project.write(str(path)):
        raise ProjectError(f"{path}: {project.error()}")
    path.chmod(0o600)


def _table(schema: str, name: str, key: str = "fid") -> QgsVectorLayer:
    """A table by the service file: no address and no password stand in the project."""
    from qgis.core import QgsDataSourceUri, QgsVectorLayer, QgsWkbTypes

    uri = QgsDataSourceUri()
    uri.setConnection("onemap", "", "", "")
    uri.setDataSource(schema, name, "geom", "", key)
    if schema == "intake":
        # These hold every row's own reference; without one the server would not serve them.
        uri.setSrid(str(EPSG))
        uri.setWkbType(QgsWkbTypes.Type.MultiPolygon)
    layer = QgsVectorLayer(uri.uri(False), name, "postgres")
    if not layer.isValid():
        raise ProjectError(f"{schema}.{name}: {layer.dataProvider().error().message()}")
    return layer


def _raster(path: Path, name: str) -> QgsRasterLayer:
    from qgis.core import QgsRasterLayer

    layer = QgsRasterLayer(str(path), name)
    if not layer.isValid():
        raise ProjectError(f"{path} cannot be opened")
    if name == "dem":
        from qgis.core import QgsHillshadeRenderer

        renderer = QgsHillshadeRenderer(layer.dataProvider(), 1, 315.0, 45.0)
        renderer.setZFactor(1.6)
        layer.setRenderer(renderer)
    else:
        layer.setRenderer(_natural_colours(layer))
    return layer


def _natural_colours(layer: QgsRasterLayer) -> Any:
    from qgis.core import QgsContrastEnhancement, QgsMultiBandColorRenderer

    provider = layer.dataProvider()
    renderer = QgsMultiBandColorRenderer(provider, 3, 2, 1)
    stretch = QgsContrastEnhancement.ContrastEnhancementAlgorithm.StretchToMinimumMaximum
    for number, put in (
        (3, renderer.setRedContrastEnhancement),
        (2, renderer.setGreenContrastEnhancement),
        (1, renderer.setBlueContrastEnhancement),
    ):
        made = QgsContrastEnhancement(provider.dataType(number))
        made.setMinimumValue(100)
        made.setMaximumValue(1900)
        made.setContrastEnhancementAlgorithm(stretch)
        put(made)
    return renderer


def _name(layer: QgsMapLayer, name: str, title: str, abstract: str) -> None:
    properties = layer.serverProperties() if hasattr(layer, "serverProperties") else layer
    for put, value in (("setShortName", name), ("setTitle", title), ("setAbstract", abstract)):
        getattr(properties if hasattr(properties, put) else layer, put)(value)


def _style(layer: QgsVectorLayer, source: str) -> None:
    from qgis.core import (
        QgsCategorizedSymbolRenderer,
        QgsFillSymbol,
        QgsRendererCategory,
        QgsSingleSymbolRenderer,
    )

    def fill(colour: str, edge: str = "112,86,79,72", width: str = "0.08") -> QgsFillSymbol:
        return QgsFillSymbol.createSimple(
            {"color": colour, "outline_color": edge, "outline_width": width}
        )

    if source == "DLTB":
        from ...checks.standard import load

        used = layer.uniqueValues(layer.fields().lookupField("dlbm"))
        made = [
            QgsRendererCategory(code, fill(one.rgb or "221,221,221"), f"{code} {one.title}")
            for code, one in load().classes.items()
            if code in used
        ]
        layer.setRenderer(QgsCategorizedSymbolRenderer("dlbm", made))
    elif source == "PDT":
        made = [
            QgsRendererCategory(str(grade), fill(colour, "0,0,0,0"), str(grade))
            for grade, colour in enumerate(_SLOPES, 1)
        ]
        layer.setRenderer(QgsCategorizedSymbolRenderer("pdjb", made))
    else:
        looks = {
            "YJJBNTBHTB": ("244,208,63,90", "183,149,11", "0.25"),
            "STBHHX": ("39,174,96,60", "20,120,60", "0.5"),
            "CZKFBJ": ("0,0,0,0", "192,57,43", "0.6"),
        }
        colour, edge, width = looks.get(source, ("0,0,0,0", "60,58,54", "0.4"))
        layer.setRenderer(QgsSingleSymbolRenderer(fill(colour, edge, width)))


if __name__ == "__main__":
    main()
