"""The map of the report: land classes over shaded relief, findings on top."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

import numpy as np
import shapely
from osgeo import gdal, ogr, osr

from ..findings import Finding, Verdict
from ..measures.case import Case
from ..progress import SILENT, Progress
from ..table import FloatArray, IntArray, Table
from .charts import AMBER, RED

_PIXELS = 1500
_MARKS = 2000
"""Marks drawn at most, worst first; the count beside the map tells all."""


@dataclass(frozen=True)
class Picture:
    """A PNG as a data address, its size, and the marks on it (x, y, colour)."""

    address: str
    width: int
    height: int
    marks: list[tuple[float, float, str]]
    scale_metres: float
    scale_pixels: float


def draw(case: Case, findings: Sequence[Finding], progress: Progress = SILENT) -> Picture | None:
    """Draw the parcels of ``case``; ``None`` when there is nothing to draw."""
    table = case.parcels
    if table is None or table.geometry is None or not table.usable.any():
        return None
    usable = table.geometry[table.usable]
    west, south, east, north = shapely.total_bounds(usable)
    span = max(east - west, north - south)
    if not np.isfinite(span) or span <= 0:
        return None
    margin = span * 0.02
    west, south, east, north = west - margin, south - margin, east + margin, north + margin
    cell = max(east - west, north - south) / _PIXELS
    width = max(1, int(np.ceil((east - west) / cell)))
    height = max(1, int(np.ceil((north - south) / cell)))
    corner = (west, cell, 0.0, north, 0.0, -cell)
    colours = _burn(case, table, corner, width, height)
    progress.check()
    shade = _relief(case, table, corner, width, height)
    if shade is not None:
        colours = colours * (0.62 + 0.38 * shade[None])
    progress.check()
    outlines = _outlines(table, corner, width, height)
    progress.check()
    colours[:, outlines > 0] *= 0.82
    address = _png(np.clip(colours, 0, 255).astype(np.uint8))
    geographic = case.frame.geographic(table.name)
    scale = _round_length((east - west) / 4 * (111_320 if geographic else 1))
    return Picture(
        address,
        width,
        height,
        _marks(findings, west, north, cell),
        scale,
        scale / (cell * (111_320 if geographic else 1)),
    )


def _burn(
    case: Case, table: Table, corner: tuple[float, ...], width: int, height: int
) -> FloatArray:
    """Colours of the land classes, shape ``(3, height, width)``, paper white elsewhere."""
    classes = case.standard.classes
    codes = table.text("DLBM")
    fallback = (224.0, 224.0, 220.0)
    names = sorted(set(codes))
    palette = np.full((len(names) + 1, 3), 255.0)
    for place, name in enumerate(names):
        rgb = classes[name].rgb if name in classes else ""
        palette[place + 1] = [float(v) for v in rgb.split(",")] if rgb else fallback
    number = np.searchsorted(np.array(names, dtype=str), codes.astype(str)) + 1
    index = _rasterize(table, number, corner, width, height)
    # Half-way to white: the relief and the findings are what is looked at.
    soft = 255 - (255 - palette) * 0.62
    return np.moveaxis(soft[index], -1, 0).astype(np.float64)


def _outlines(table: Table, corner: tuple[float, ...], width: int, height: int) -> FloatArray:
    if len(table) > 20_000:
        return np.zeros((height, width))
    number = np.arange(1, len(table) + 1)
    index = _rasterize(table, number, corner, width, height)
    edge = np.zeros((height, width))
    edge[:, 1:] += index[:, 1:] != index[:, :-1]
    edge[1:] += index[1:] != index[:-1]
    return edge


def _rasterize(
    table: Table, number: IntArray, corner: tuple[float, ...], width: int, height: int
) -> IntArray:
    """Burn ``number`` of each usable parcel, shape ``(height, width)``."""
    assert table.geometry is not None
    raster = gdal.GetDriverByName("MEM").Create("", width, height, 1, gdal.GDT_UInt32)
    raster.SetGeoTransform(corner)
    memory = ogr.GetDriverByName("Memory") or ogr.GetDriverByName("MEM")
    source = memory.CreateDataSource("")
    # Both sides say the same of where they are, or GDAL wonders aloud.
    reference = osr.SpatialReference()
    reference.SetLocalCS("map")
    raster.SetProjection(reference.ExportToWkt())
    layer = source.CreateLayer("parcels", reference, ogr.wkbUnknown)
    layer.CreateField(ogr.FieldDefn("number", ogr.OFTInteger))
    simple = shapely.simplify(table.geometry, corner[1] / 3, preserve_topology=False)
    for row in np.flatnonzero(table.usable):
        shape = simple[row]
        if shape is None or shape.is_empty:
            continue
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetField(0, int(number[row]))
        feature.SetGeometryDirectly(ogr.CreateGeometryFromWkb(shapely.to_wkb(shape)))
        layer.CreateFeature(feature)
    gdal.RasterizeLayer(raster, [1], layer, options=["ATTRIBUTE=number"])
    return raster.ReadAsArray().astype(np.int64)


def _relief(
    case: Case, table: Table, corner: tuple[float, ...], width: int, height: int
) -> FloatArray | None:
    """Light on the trusted terrain, 0…1, shape ``(height, width)``; ``None`` without DEM."""
    if not case.baseline.dem or not case.frame.trusted(table.name):
        return None
    try:
        bounds = (
            corner[0],
            corner[3] + height * corner[5],
            corner[0] + width * corner[1],
            corner[3],
        )
        small = gdal.Warp(
            "",
            case.baseline.dem,
            format="MEM",
            dstSRS=case.frame.wkt(table.name),
            outputBounds=bounds,
            width=width,
            height=height,
            resampleAlg="cubic",
            dstNodata=-32768,
        )
        heights = small.GetRasterBand(1).ReadAsArray().astype(np.float64)
    except (RuntimeError, AttributeError):
        return None
    missing = ~np.isfinite(heights) | (np.abs(heights) > 12_000)
    if missing.all():
        return None
    heights[missing] = np.median(heights[~missing])
    metres = corner[1] * (111_320 if case.frame.geographic(table.name) else 1)
    south, east = np.gradient(heights * 1.4, metres)
    # Lambert's cosine with the sun in the north-west at 45°, relief a little raised.
    light = (0.5 * east + 0.5 * south + np.sqrt(0.5)) / np.sqrt(1 + east**2 + south**2)
    light = np.clip(light / 0.75, 0, 1.25)
    light[missing] = 0.95
    return light


def _marks(
    findings: Sequence[Finding], west: float, north: float, cell: float
) -> list[tuple[float, float, str]]:
    placed = [finding for finding in findings if finding.where is not None]
    placed.sort(key=lambda finding: (finding.verdict is not Verdict.INCONSISTENT, -finding.score))
    placed = placed[:_MARKS]
    out = []
    for finding in reversed(placed):
        point = finding.where.centroid if finding.where is not None else None
        if point is None or point.is_empty:
            continue
        colour = RED if finding.verdict is Verdict.INCONSISTENT else AMBER
        x, y = (point.x - west) / cell, (north - point.y) / cell
        if np.isfinite(x) and np.isfinite(y) and -50 < x < 2 * _PIXELS and -50 < y < 2 * _PIXELS:
            out.append((round(x, 1), round(y, 1), colour))
    return out


def _png(colours: FloatArray) -> str:
    """A PNG of ``colours`` (3, height, width; uint8) as a ``data:`` address."""
    source = gdal.GetDriverByName("MEM").Create(
        "", colours.shape[2], colours.shape[1], 3, gdal.GDT_Byte
    )
    source.WriteArray(colours)
    # Several reports may be written at once, and all see the same memory files.
    name = f"/vsimem/onemap-report-{uuid4().hex}.png"
    gdal.GetDriverByName("PNG").CreateCopy(name, source, options=["ZLEVEL=6"])
    stream = gdal.VSIFOpenL(name, "rb")
    gdal.VSIFSeekL(stream, 0, 2)
    size = gdal.VSIFTellL(stream)
    gdal.VSIFSeekL(stream, 0, 0)
    data = bytes(gdal.VSIFReadL(1, size, stream))
    gdal.VSIFCloseL(stream)
    gdal.Unlink(name)
    return "data:image/png;base64," + base64.b64encode(data).decode("ascii")


def _round_length(metres: float) -> float:
    power = 10.0 ** np.floor(np.log10(max(metres, 1e-6)))
    return float(max(step * power for step in (1, 2, 5) if step * power <= metres * 1.0001))
