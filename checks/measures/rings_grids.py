"""The parcels of a submission, made ready for the measures of outlines by themselves."""

from __future__ import annotations

import numpy as np
import shapely

from ..baseline import Baseline
from ..placing import Frame, Placing
from ..raster import Raster, RasterError
from ..reproject import Reprojection, ReprojectionError, reference
from ..standard import Standard
from ..table import FloatArray, GeometryArray, IntArray, Table
from .coverage import Plane
from .rings_copies import CopyMeasure, measure_copies
from .rings_lattice import Lattice, LatticeMeasure, measure_lattice
from .rings_splits import SplitMeasure, measure_splits
from .shape_vertices import rings

METRIC = (30.0, 10.0, 5.0, 2.0, 1.0)
"""Spacings in metres that are tried beside those of the trusted rasters."""

LEAST_CELL = 0.5
"""Cells below this many metres cannot be told from coordinates rounded to a decimetre."""

_SAME_PARCEL = ("DLBM", "QSXZ", "QSDWDM", "ZLDWDM", "GDLX", "GDPDJB", "ZZSXDM", "TBXHDM")


def lattice_of(table: Table, plane: Plane, wkt: str, baseline: Baseline) -> LatticeMeasure:
    """Regularity of the outlines of ``table``, on the grids of the rasters and in metres."""
    stored = rings(table.measurable)
    metric = rings(plane.metres(table.measurable))
    lattices = []
    sources = {"dem": baseline.dem}
    for name, image in (("image", baseline.image), ("image_previous", baseline.image_previous)):
        if image is not None:
            sources[name] = image.path
    for name, path in sources.items():
        one = _raster(name, path, stored.xy, wkt) if path else None
        if one is not None:
            lattices.append(one)
    if plane.east == plane.north == 1.0:
        lattices += [Lattice(f"{each:g} m", each, metric.xy / each) for each in METRIC]
    return measure_lattice(metric, len(table), lattices)


def _raster(name: str, path: str, xy: FloatArray, wkt: str) -> Lattice | None:
    """The grid of a raster, ``None`` where it cannot be used; other rules say why."""
    if not len(xy):
        return None
    low, high = xy.min(axis=0), xy.max(axis=0)
    try:
        grid = Raster(path).grid
    except RasterError:
        return None
    placing = Placing(wkt, grid, (float(low[0]), float(low[1]), float(high[0]), float(high[1])))
    if placing.frame is Frame.UNKNOWN:
        return None
    across, down = grid.spacing(grid.height // 2, 1)
    cell = float(min(across[0], down[0]))
    return Lattice(name, cell, placing.to_pixels(xy)) if cell >= LEAST_CELL else None


def copies_of(table: Table, plane: Plane, wkt: str, previous: Table | None) -> CopyMeasure:
    """Copies among the outlines of ``table``, and of last year's in the same frame."""
    old = None if previous is None else _brought(previous, wkt)
    return measure_copies(
        plane.metres(table.measurable), None if old is None else plane.metres(old)
    )


def _brought(previous: Table, wkt: str) -> GeometryArray | None:
    """Last year's parcels in the frame of this year's; ``None`` where nothing connects them."""
    geometry = previous.measurable
    if reference(previous.wkt) is None or reference(wkt) is None:
        return geometry
    try:
        to = Reprojection(previous.wkt, wkt)
    except ReprojectionError:
        return None
    if to.identity:
        return geometry
    moved = np.asarray(shapely.transform(geometry, to.points), dtype=object)
    moved[~np.isfinite(shapely.bounds(moved)).all(axis=1)] = None
    return moved


def splits_of(table: Table, plane: Plane, standard: Standard) -> SplitMeasure:
    """Parcels of ``table`` cut below the smallest mapped area of their class."""
    codes, place = np.unique(table.text("DLBM").astype(str), return_inverse=True)
    classes = standard.classes
    # Roads and ditches are narrow, and cut where they cross.
    limits = np.array(
        [
            classes[code].min_area if code in classes and not classes[code].linear else np.nan
            for code in codes
        ],
        dtype=float,
    )
    limit = limits[place.reshape(-1)] if len(codes) else np.zeros(0)
    return measure_splits(plane.metres(table.measurable), limit, _kinds(table))


def _kinds(table: Table) -> IntArray:
    """Equal numbers for rows with the same class, owner, place and attributes."""
    out = np.zeros(len(table), dtype=np.int64)
    for name in _SAME_PARCEL:
        number = np.unique(table.text(name).astype(str), return_inverse=True)[1].reshape(-1)
        out = np.unique(out * (int(number.max(initial=0)) + 1) + number, return_inverse=True)[1]
        out = out.reshape(-1).astype(np.int64)
    return out
