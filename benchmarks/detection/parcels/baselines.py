"""What simple means would find: form checks, naive thresholds, a global isolation forest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from osgeo import gdal

from onemap_verify.demo.grid import slope_degrees

from ..protocol import FloatArray, IntArray
from .package import Package
from .place import group_of
from .real import LIMITS

FORM = ("package", "schema", "codes", "logic", "topology", "area")
"""Families that look at the package alone."""


@dataclass(frozen=True)
class Features:
    """Simple facts of ``n`` delivered parcels, by anybody's tools.

    ``values`` ``(n, k)`` named by ``names``; ``group`` of the declared class;
    ``grade`` declared and ``slope`` mean in degrees; ``ndvi`` mean, NaN
    without near infrared; ``moved`` metres between the centres of this and
    last year's parcel of the same BSM.
    """

    values: FloatArray
    names: tuple[str, ...]
    group: np.ndarray
    grade: IntArray
    slope: FloatArray
    ndvi: FloatArray
    moved: FloatArray


def features(
    package: Package, shapes: np.ndarray, columns: dict[str, np.ndarray],
    last: tuple[np.ndarray, np.ndarray],
) -> Features:  # fmt: skip
    """Measure all of a package once more, with cells whose centre lies inside.

    ``last`` are BSM and outlines of last year.
    """
    place = package.place
    count = len(shapes)
    bands: list[FloatArray] = []
    ndvi = np.full(count, np.nan)
    if place.image is not None:
        raster = gdal.Open(package.options.imagery)
        values = raster.ReadAsArray().astype(float)
        left, _, _, top, _, _ = raster.GetGeoTransform()
        grid = type(place.image.grid)(left, top, place.cell, *values.shape[1:])
        label = grid.burn(shapes, np.arange(1, count + 1)).ravel()
        bands = [_mean(label, band.ravel(), count) for band in values]
        roles = dict(part.split("=") for part in place.image.bands.split(","))
        if "nir" in roles and "red" in roles:
            red, infrared = (bands[int(roles[r]) - 1] for r in ("red", "nir"))
            ndvi = (infrared - red) / (infrared + red)
    slope = _mean_slope(place.dem, shapes, count)
    group = group_of(columns["DLBM"])
    grade = np.array([int(g) if str(g or "").isdigit() else 0 for g in columns["GDPDJB"]])
    area, length = shapely.area(shapes), shapely.length(shapes)
    where = {str(name): at for at, name in enumerate(last[0])}
    centre = shapely.get_coordinates(shapely.centroid(shapes))
    before = shapely.get_coordinates(shapely.centroid(last[1]))
    moved = np.full(count, np.nan)
    for row, name in enumerate(columns["BSM"]):
        if str(name) in where:
            moved[row] = np.hypot(*(centre[row] - before[where[str(name)]]))
    declared = columns["TBMJ"].astype(float)
    known = {
        "log area": np.log(area),
        "compactness": 4 * np.pi * area / length**2,
        "vertices per metre": shapely.get_num_coordinates(shapes) / length,
        "TBMJ over area": declared / area,
        "slope": slope,
        "grade": grade.astype(float),
        "NDVI": ndvi,
        **{f"band {n + 1}": band for n, band in enumerate(bands)},
        **{f"is {name}": (group == name).astype(float) for name in np.unique(group.astype(str))},
    }
    table = np.column_stack(list(known.values()))
    return Features(table, tuple(known), group, grade, slope, ndvi, moved)


def naive_class(found: Features) -> FloatArray:
    """|NDVI - median of the declared group| in units of its MAD."""
    return _away(found.ndvi, found.group)


def naive_slope(found: Features) -> FloatArray:
    """Grade of the mean slope less the grade declared; NaN where none is."""
    measured = np.digitize(found.slope, LIMITS, right=True) + 1
    out = (measured - found.grade).astype(float) + 0.02 * found.slope
    return np.where((found.grade > 0) & np.isfinite(found.slope), out, np.nan)


def naive_moved(found: Features) -> FloatArray:
    """Metres from last year's centre."""
    return found.moved


def forest(
    values: FloatArray, random: np.random.Generator, trees: int = 100, sample: int = 256
) -> FloatArray:
    """Anomaly score 0…1 of an isolation forest (Liu, Ting & Zhou 2008, ICDM, 413-422).

    Every tree splits a sample at random places of random columns until single
    rows are left; what is soon alone is odd. Missing values count as the
    median of their column.
    """
    table = np.where(np.isfinite(values), values, np.nan)
    known = [column[np.isfinite(column)] for column in table.T]
    middle = np.array([np.median(column) if len(column) else 0.0 for column in known])
    table = np.where(np.isnan(table), middle, table)
    size = min(sample, len(table))
    deepest = int(np.ceil(np.log2(max(size, 2))))
    depth = np.zeros(len(table))
    for _ in range(trees):
        chosen = random.choice(len(table), size, replace=False)
        _descend(table, np.arange(len(table)), chosen, 0, deepest, depth, random)
    return np.asarray(2.0 ** (-depth / trees / _usual(size)))


def _descend(
    table: FloatArray, rows: IntArray, own: IntArray, level: int, deepest: int, depth: FloatArray,
    random: np.random.Generator,
) -> None:  # fmt: skip
    if len(rows) == 0:
        return
    spread = np.ptp(table[own], axis=0) if len(own) > 1 else np.zeros(table.shape[1])
    open_columns = np.flatnonzero(spread > 0)
    if level >= deepest or len(own) <= 1 or len(open_columns) == 0:
        depth[rows] += level + _usual(len(own))
        return
    column = int(random.choice(open_columns))
    least = table[own, column].min()
    cut = random.uniform(least, least + spread[column])
    for below in (True, False):
        _descend(
            table, rows[(table[rows, column] < cut) == below],
            own[(table[own, column] < cut) == below], level + 1, deepest, depth, random,
        )  # fmt: skip


def _usual(size: int) -> float:
    """Mean depth of an unsuccessful search in a binary tree of ``size`` (Liu et al., eq. 1)."""
    if size <= 1:
        return 0.0
    if size == 2:
        return 1.0
    return float(2 * (np.log(size - 1) + np.euler_gamma) - 2 * (size - 1) / size)


def _away(values: FloatArray, group: np.ndarray) -> FloatArray:
    out = np.full(len(values), np.nan)
    for name in np.unique(group.astype(str)):
        own = (group == name) & np.isfinite(values)
        if own.sum() >= 5:
            middle = np.median(values[own])
            spread = 1.4826 * np.median(np.abs(values[own] - middle))
            out[own] = np.abs(values[own] - middle) / max(spread, 1e-6)
    return out


def _mean(label: IntArray, values: FloatArray, count: int) -> FloatArray:
    total = np.bincount(label, values, count + 1)[1:]
    cells = np.bincount(label, minlength=count + 1)[1:]
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(cells > 0, total / cells, np.nan))


def _mean_slope(dem: str, shapes: np.ndarray, count: int) -> FloatArray:
    from onemap_verify.demo.grid import Grid

    if not dem:
        return np.full(count, np.nan)
    raster = gdal.Open(dem)
    heights = raster.ReadAsArray().astype(float)
    left, cell, _, top, _, _ = raster.GetGeoTransform()
    grid = Grid(left, top, cell, *heights.shape)
    label = grid.burn(shapes, np.arange(1, count + 1)).ravel()
    return _mean(label, slope_degrees(heights, cell).ravel(), count)
