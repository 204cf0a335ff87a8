"""A place: genuine parcels with true facts, and the rasters that the checker has there."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import shapely
from osgeo import gdal, osr

from onemap_verify.checks.measures.area import Ellipsoid, ellipsoid_area
from onemap_verify.checks.standard import Standard
from onemap_verify.demo.grid import Grid, slope_degrees
from onemap_verify.demo.layer import Layer
from onemap_verify.demo.mosaic import draw

from ..protocol import FloatArray, IntArray

gdal.UseExceptions()

GROUPS = {
    "crop": ("01",),
    "garden": ("02",),
    "forest": ("0301", "0302", "0303", "0304", "0307"),
    "grass": ("0305", "04"),
    "built": ("05", "06", "07", "08", "09", "10"),
    "water": ("11",),
    "bare": ("12",),
}
"""Land that looks alike: prefixes of DLBM; the longest prefix that fits counts."""

TYPICAL = {
    "crop": "0103",
    "garden": "0201",
    "forest": "0301",
    "grass": "0404",
    "built": "0702",
    "water": "1104",
    "bare": "1206",
}
"""The class that a forger writes when he wants a group."""


def group_of(codes: np.ndarray) -> np.ndarray:
    """Group of each DLBM, ``""`` where none fits."""
    known: dict[str, str] = {}
    for code in np.unique(codes.astype(str)):
        fits = [(len(p), g) for g, ps in GROUPS.items() for p in ps if code.startswith(p)]
        known[code] = max(fits)[1] if fits else ""
    return np.array([known[str(code)] for code in codes], dtype=object)


@dataclass
class Picture:
    """An image in memory: ``values`` ``(bands, rows, columns)`` on ``grid``.

    ``bands`` names them as ``IMAGERY_BANDS`` does; ``taken`` is an ISO date.
    """

    values: np.ndarray
    grid: Grid
    bands: str
    taken: str

    def write(self, path: Path, wkt: str) -> str:
        """Write as GeoTIFF of its own number type; returns the path."""
        kind = {"uint8": gdal.GDT_Byte, "uint16": gdal.GDT_UInt16, "int16": gdal.GDT_Int16}.get(
            self.values.dtype.name, gdal.GDT_Float32
        )
        raster = gdal.GetDriverByName("GTiff").Create(
            str(path), self.grid.columns, self.grid.rows, len(self.values), kind, ["TILED=YES"]
        )
        raster.SetGeoTransform(self.grid.transform)
        raster.SetProjection(wkt)
        for number, values in enumerate(self.values, start=1):
            raster.GetRasterBand(number).WriteArray(values)
        raster = None
        return str(path)

    def copy(self) -> Picture:
        """A copy whose values may be changed."""
        return Picture(self.values.copy(), self.grid, self.bands, self.taken)


@dataclass
class Place:
    """Genuine parcels of one place and what is known of them; ``n`` parcels.

    Attributes
    ----------
    shapes, code
        Outlines in metres (a coverage with shared vertices) and true DLBM.
    grade, shares
        Slope grade (0: no cropland) and shares by grade ``(n, 6)`` on the
        *surveyor's* terrain, never the checker's.
    image, previous
        The checker's picture and the earlier one, ``None`` where there is none.
    dem
        Path of the checker's terrain, ``""`` where there is none.
    cell
        Cell of the picture in metres: strengths of shifts count in it.
    facts
        Where truth, survey and checker each have their facts from, in words.
    county
        Further layers of the package (a whole county), empty for a lone DLTB;
        ``columns`` then are the county's own attributes.
    before
        True DLBM last year where it is known to have been another, else ``None``: all as now.
    unsure
        Parcels whose truth is not clear: they count nowhere.
    """

    name: str
    wkt: str
    meridian: float
    false_easting: float
    shapes: np.ndarray
    code: np.ndarray
    grade: IntArray
    shares: FloatArray
    dem: str
    image: Picture | None
    previous: Picture | None
    cell: float
    facts: str
    county: list[Layer] = field(default_factory=list)
    columns: dict[str, np.ndarray] = field(default_factory=dict)
    control_area: float = float("nan")
    before: np.ndarray | None = None
    unsure: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.shapes)

    @cached_property
    def group(self) -> np.ndarray:
        """Group of each parcel's class."""
        return group_of(self.code)

    @cached_property
    def tile(self) -> IntArray:
        """Blocks of ground of about 40 parcels: what the bootstrap draws."""
        xy = shapely.get_coordinates(shapely.centroid(self.shapes))
        side = max(1, int(np.sqrt(len(self) / 40)))
        rank = np.argsort(np.argsort(xy, axis=0, kind="stable"), axis=0, kind="stable")
        number = rank * side // len(self)
        return np.asarray(number[:, 0] * side + number[:, 1], dtype=np.int64)

    @cached_property
    def pixels(self) -> FloatArray:
        """Size of each parcel in pixels of the picture."""
        return np.asarray(shapely.area(self.shapes) / self.cell**2)

    def areas(self, shapes: np.ndarray, standard: Standard) -> FloatArray:
        """Ellipsoid areas in m² to the cent, as a survey books them."""
        constants = standard.data("ellipsoid.json")["ellipsoids"]["CGCS2000"]
        names = Ellipsoid.__annotations__
        ellipsoid = Ellipsoid.of({k: v for k, v in constants.items() if k in names})
        found = ellipsoid_area(shapes, self.meridian, self.false_easting, ellipsoid).ellipsoid
        return np.asarray(np.floor(found * 100 + 0.5) / 100)


def zone(epsg: int) -> str:
    """WKT of a CRS."""
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(epsg)
    return str(reference.ExportToWkt())


def horn_grades(heights: FloatArray, cell: float, limits: tuple[float, ...]) -> IntArray:
    """Slope grade 1, 2, … of every cell; an upper limit belongs to the lower grade."""
    return np.digitize(slope_degrees(heights, cell), limits, right=True) + 1


def grade_shares(shapes: np.ndarray, heights: FloatArray, grid: Grid, limits: tuple[float, ...]
                 ) -> FloatArray:  # fmt: skip
    """Shares of each parcel by grade, ``(n, 6)``, counted on fine cells of the survey terrain."""
    fold = max(1, round(grid.cell / 7.5))
    grades = np.kron(horn_grades(heights, grid.cell, limits), np.ones((fold, fold), dtype=np.int64))
    fine = Grid(grid.left, grid.top, grid.cell / fold, grid.rows * fold, grid.columns * fold)
    label = fine.burn(shapes, np.arange(1, len(shapes) + 1))
    count = np.bincount((label * 6 + grades).ravel(), minlength=6 * (len(shapes) + 1))
    count = count.reshape(-1, 6)[1:].astype(float)
    return np.asarray(count / count.sum(axis=1, keepdims=True).clip(1))


def coverage_of(
    labels: IntArray, grid: Grid, least_cells: int, random: np.random.Generator,
    largest_cells: int = 2500, smooth: float = 1.0,
) -> tuple[np.ndarray, IntArray]:  # fmt: skip
    """Patches of a map of classes as parcels that share their vertices.

    Small patches go to a neighbour (sieve), huge ones are cut along the cells
    of random points, as owners cut the land. Steps of the grid are smoothed
    away and every vertex is set by hand, i.e. off by a sixth of a cell.

    Returns
    -------
    shapes, labels
        Polygons in the grid's metres, and the label of each.
    """
    fine = _sieved(_cut(labels, largest_cells, random), grid, least_cells)
    outlines, _ = grid.outlines(fine)
    faces = draw(shapely.boundary(outlines), np.array([grid.left, grid.top]), snap=1e-3)
    shapes = shapely.coverage_simplify(faces.polygons, smooth * grid.cell)
    value = grid.pick(labels, faces.inner)
    kept = shapely.area(shapes) >= 0.5 * least_cells * grid.cell**2
    shapes, value = jittered(shapes[kept], grid.cell / 6, random), value[kept]
    sound = shapely.is_valid(shapes)
    return shapes[sound], value[sound]


def jittered(shapes: np.ndarray, metres: float, random: np.random.Generator) -> np.ndarray:
    """Every vertex moved once, together with all parcels that share it."""
    from .mesh import Mesh

    mesh = Mesh(shapes)
    near = mesh.room()
    move = random.normal(0, metres, mesh.xy.shape)
    length = np.hypot(*move.T).clip(1e-9)
    move *= np.minimum(1.0, 0.3 * near / length)[:, None]
    for _ in range(6):
        made = mesh.with_vertices(np.round(mesh.xy + move, 3))
        broken = np.flatnonzero(~shapely.is_valid(made))
        if len(broken) == 0:
            return made
        move[np.unique(mesh.index[np.isin(mesh.owner, broken)])] = 0.0
    return made


def _cut(labels: IntArray, largest: int, random: np.random.Generator) -> IntArray:
    from scipy import ndimage
    from scipy.spatial import cKDTree

    out = np.zeros(labels.shape, dtype=np.int64)
    count = 0
    for value in np.unique(labels[labels > 0]):
        found, number = ndimage.label(labels == value)
        out = np.where(found > 0, found + count, out)
        count += number
    size = np.bincount(out.ravel())
    big = (size > largest) & (np.arange(len(size)) > 0)
    rows, columns = np.nonzero(big[out])
    if len(rows) == 0:
        return out
    seeds = max(2, len(rows) // (largest // 3))
    chosen = random.choice(len(rows), min(seeds, len(rows)), replace=False)
    points = np.column_stack([rows, columns]).astype(float)
    _, nearest = cKDTree(points[chosen]).query(points)
    out[rows, columns] = out[rows, columns] * (seeds + 1) + nearest + count + 1
    return np.unique(out, return_inverse=True)[1].reshape(labels.shape) * (labels > 0)


def _sieved(labels: IntArray, grid: Grid, least: int) -> IntArray:
    source = grid.dataset(labels.astype(np.int32), gdal.GDT_Int32)
    target = grid.dataset(labels.astype(np.int32), gdal.GDT_Int32)
    gdal.SieveFilter(source.GetRasterBand(1), None, target.GetRasterBand(1), least, 4)
    return np.asarray(target.ReadAsArray(), dtype=np.int64)
