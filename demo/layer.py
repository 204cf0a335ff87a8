"""A layer to be delivered, and its writing in the forms counties use."""

from __future__ import annotations

import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from osgeo import gdal, ogr, osr

from ..checks.standard import FieldSpec, Standard
from ..checks.table import GeometryArray

gdal.UseExceptions()
_KINDS = {"point": ogr.wkbPoint, "line": ogr.wkbLineString, "polygon": ogr.wkbPolygon}
WRITTEN = "2023-12-31T00:00:00.000Z"
"""The time that files carry inside: a build must not depend on when it was made."""


@dataclass
class Layer:
    """Columns of one layer by standard name, ``None`` where null."""

    name: str
    shape: GeometryArray
    columns: dict[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.shape)

    def copy(self) -> Layer:
        """A copy that may be changed."""
        return Layer(self.name, self.shape.copy(), {k: v.copy() for k, v in self.columns.items()})

    def append(self, row: int, shape: shapely.Geometry, **changes: object) -> int:
        """Repeat ``row`` with another shape and other values; return its number."""
        self.shape = np.append(self.shape, np.array([None], dtype=object))
        self.shape[-1] = shape
        for name, column in self.columns.items():
            value = changes.get(name, column[row])
            grown = np.empty(len(column) + 1, dtype=object)
            grown[:-1], grown[-1] = column, value
            self.columns[name] = grown
        return len(self) - 1

    def drop(self, rows: list[int]) -> None:
        """Leave out some rows."""
        kept = np.setdiff1d(np.arange(len(self)), rows)
        self.shape = self.shape[kept]
        self.columns = {name: column[kept] for name, column in self.columns.items()}


def filled(count: int, value: object) -> np.ndarray:
    """A column of one value."""
    column = np.empty(count, dtype=object)
    column[:] = value
    return column


def write_geopackage(path: Path, layers: list[Layer], standard: Standard, wkt: str) -> None:
    """Write the layers to one GeoPackage; the same layers give the same bytes."""
    path.unlink(missing_ok=True)
    gdal.SetConfigOption("OGR_CURRENT_DATE", WRITTEN)
    try:
        target = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
        for layer in layers:
            _write(target, layer, standard, wkt)
        target = None
    finally:
        gdal.SetConfigOption("OGR_CURRENT_DATE", None)


def write_shapefiles(folder: Path, layers: list[Layer], standard: Standard, wkt: str) -> None:
    """Write the layers as shapefiles in GBK into ``folder``."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    target = ogr.GetDriverByName("ESRI Shapefile").CreateDataSource(str(folder))
    for layer in layers:
        _write(target, layer, standard, wkt, ["ENCODING=GBK"])
    target = None


def write_zip(path: Path, members: list[tuple[Path, str]]) -> None:
    """Pack files under the given names; the same files give the same bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for source, name in members:
            entry = zipfile.ZipInfo(name, (2023, 12, 31, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, source.read_bytes())


def _write(
    target: ogr.DataSource,
    layer: Layer,
    standard: Standard,
    wkt: str,
    options: list[str] | None = None,
) -> None:
    reference = osr.SpatialReference()
    reference.ImportFromWkt(wkt)
    spec = standard.layers[layer.name]
    kind, geometries = _KINDS[spec.geometry], layer.shape
    if (shapely.get_type_id(geometries) >= 4).any():
        # A GeoPackage layer holds one type: one multipart shape makes all of them so.
        kind = ogr.GT_GetCollection(kind)
        single = shapely.get_type_id(geometries) == 3
        geometries = geometries.copy()
        geometries[single] = [shapely.MultiPolygon([shape]) for shape in geometries[single]]
    out = target.CreateLayer(layer.name, reference, kind, options or [])
    fields = [f for f in standard.fields[layer.name] if f.name in layer.columns]
    for field in fields:
        out.CreateField(_definition(field))
    definition = out.GetLayerDefn()
    shapes = shapely.to_wkb(geometries)
    columns = [layer.columns[field.name].tolist() for field in fields]
    out.StartTransaction()
    for shape, *values in zip(shapes, *columns):
        feature = ogr.Feature(definition)
        for number, value in enumerate(values):
            if value is not None:
                feature.SetField(number, value)
        if shape is not None:
            feature.SetGeometryDirectly(ogr.CreateGeometryFromWkb(shape))
        out.CreateFeature(feature)
    out.CommitTransaction()


def _definition(field: FieldSpec) -> ogr.FieldDefn:
    kinds = {"Float": ogr.OFTReal, "Int": ogr.OFTInteger, "Date": ogr.OFTDate}
    kind = kinds.get(field.type, ogr.OFTString)
    made = ogr.FieldDefn(field.name, kind)
    if kind in (ogr.OFTString, ogr.OFTReal) and field.length:
        made.SetWidth(field.length)
    if kind == ogr.OFTReal:
        made.SetPrecision(field.decimals)
    return made
