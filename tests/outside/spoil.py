"""Layers of a package as plain rows, to be spoiled and written again by GDAL itself."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import shapely
from osgeo import gdal, ogr, osr

TEXT, REAL, WHOLE = ogr.OFTString, ogr.OFTReal, ogr.OFTInteger


@dataclass
class Layer:
    """``fields`` are (name, OGR type, width, decimals); ``shapes`` Shapely or WKB."""

    name: str
    fields: list
    rows: list
    shapes: list
    crs: object
    kind: int

    def retype(self, name, kind, change=lambda value: value):
        """Declare a field as another type and change its values."""
        self.fields = [(n, kind, 0, 0) if n == name else (n, *rest) for n, *rest in self.fields]
        for row in self.rows:
            row[name] = None if row[name] is None else change(row[name])


def reference(crs):
    """A CRS in data axis order from a code or WKT; ``None`` from nothing."""
    if not crs:
        return None
    out = osr.SpatialReference()
    if isinstance(crs, int):
        out.ImportFromEPSG(crs)
    else:
        out.ImportFromWkt(crs)
    out.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return out


def read(path):
    """Every layer of a package by name."""
    source = gdal.OpenEx(str(path), gdal.OF_VECTOR)
    out = {}
    for number in range(source.GetLayerCount()):
        layer = source.GetLayer(number)
        about = layer.GetLayerDefn()
        parts = [about.GetFieldDefn(i) for i in range(about.GetFieldCount())]
        fields = [(f.GetName(), f.GetType(), f.GetWidth(), f.GetPrecision()) for f in parts]
        rows, shapes = [], []
        for feature in layer:
            rows.append(
                {
                    name: feature.GetField(i) if feature.IsFieldSetAndNotNull(i) else None
                    for i, (name, *_) in enumerate(fields)
                }
            )
            shape = feature.GetGeometryRef()
            shapes.append(None if shape is None else shapely.from_wkb(bytes(shape.ExportToWkb())))
        crs = layer.GetSpatialRef()
        wkt = crs.ExportToWkt() if crs else ""
        out[layer.GetName()] = Layer(
            layer.GetName(), fields, rows, shapes, wkt, layer.GetGeomType()
        )
    return out


def write(layers, path, options=()):
    """Write layers as GeoPackage, file geodatabase, or folder of shapefiles."""
    drivers = {".gpkg": "GPKG", ".gdb": "OpenFileGDB"}
    gdal.PushErrorHandler("CPLQuietErrorHandler")
    try:
        if path.suffix not in drivers:
            path.mkdir(parents=True, exist_ok=True)
        driver = ogr.GetDriverByName(drivers.get(path.suffix, "ESRI Shapefile"))
        target = driver.CreateDataSource(str(path))
        for layer in layers.values():
            made = target.CreateLayer(
                layer.name, reference(layer.crs), layer.kind, options=list(options)
            )
            for name, kind, width, decimals in layer.fields:
                field = ogr.FieldDefn(name, kind)
                field.SetWidth(width)
                field.SetPrecision(decimals)
                made.CreateField(field)
            made.StartTransaction()
            for row, shape in zip(layer.rows, layer.shapes):
                feature = ogr.Feature(made.GetLayerDefn())
                for place, (name, *_) in enumerate(layer.fields):
                    if row.get(name) is not None:
                        feature.SetField(place, row[name])
                if shape is not None:
                    wkb = shape if isinstance(shape, bytes) else shapely.to_wkb(shape)
                    feature.SetGeometryDirectly(ogr.CreateGeometryFromWkb(wkb))
                made.CreateFeature(feature)
            made.CommitTransaction()
            del made
        del target
    finally:
        gdal.PopErrorHandler()
    return path


class Bench:
    """One test's folder: layers out of the honest county, verification of what became of them."""

    def __init__(self, honest: Path, folder: Path) -> None:
        self.honest = honest
        self.folder = folder
        self.county = honest / "county.gpkg"
        self.dem = honest / "dem.tif"
        with (honest / "ridge_coefficients.csv").open(encoding="utf-8-sig") as stream:
            self.ridges = {
                (row["GDLX"], row["GDPDJB"]): float(row["KCXS"]) for row in csv.DictReader(stream)
            }

    def layers(self, *names):
        """The county's layers, all or some, to be spoiled."""
        everything = read(self.county)
        return {name: everything[name] for name in names} if names else everything

    def options(self, package, **more):
        from onemap_verify.checks.options import Options

        asked = {
            "findings": self.folder / "out" / "findings.gpkg",
            "dem": str(self.dem),
            "ridge_coefficients": self.ridges,
            "strict": True,
            **more,
        }
        return Options(submission=Path(package), **asked)

    def verify(self, package, **more):
        """Verify a package, a path or layers to be written as one; errors surface."""
        from onemap_verify.checks.verify import verify

        if isinstance(package, dict):
            path = self.folder / "package.gpkg"
            path.unlink(missing_ok=True)
            package = write(package, path)
        return verify(self.options(package, **more))


def rules_found(verification, *families):
    """How many findings of each rule, of some families or of all."""
    return Counter(
        finding.rule_id
        for finding in verification.findings
        if not families or finding.family.value in families
    )


def run_of(verification, rule_id):
    """How one rule went."""
    return next(run for run in verification.runs if run.rule_id == rule_id)
