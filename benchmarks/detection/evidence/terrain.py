"""Ground truth and the checker's DEM of it: never the same numbers.

The survey walks on ground that is finer than any DEM; the checker sees it
through a coarser DEM with errors of its own. Where a data set has two sources
(Baranja: field survey and DEM; Somerset: a 2 m terrain model) they are used as
they are; elsewhere the ground is the DEM continued below its cells, and the
checker's DEM is averaged over larger cells and spoiled:

* relief below the cell follows the spectrum of the cells themselves (a
  fractal surface of Hurst exponent 0.8 whose amplitude follows local
  roughness; Mandelbrot 1983; Turcotte 1997),
* errors of the DEM grow with slope, ``σ² = a² + b² tan² slope`` (Koppe;
  Hodgson & Bresnahan 2004), and are correlated over short and long reaches
  (Rolstad et al. 2009; Hugonnet et al. 2022),
* a part of all DEMs is delivered in whole metres, as SRTM is.

All of it is moved, metres unchanged, into a CGCS2000 3° zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from osgeo import gdal, ogr, osr
from scipy.ndimage import gaussian_filter, map_coordinates, uniform_filter, zoom

from ..protocol import Context, FloatArray

EPSG = 4526
"""CGCS2000 / 3-degree Gauss-Kruger zone 38, central meridian 114° E."""

EAST, NORTH = 38_520_000.0, 3_950_000.0
"""Where the south-western corner of every place is put: inland plains of the zone."""

PLACES = ("baranja", "zion", "penn", "somerset", "costarica")

Heights = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Law:
    """How a made DEM errs: what only its maker knows.

    ``size`` are the errors' standard deviations, metres, cell by cell; ``share``
    of the variance is shared over :data:`SHORT` cells, the rest over :data:`LONG`
    (of the Gaussian that makes them). ``clean`` is the DEM before the errors.
    """

    size: FloatArray
    share: float
    clean: Heights


SHORT, LONG = 1.5, 12.0


@dataclass(frozen=True)
class Ground:
    """A place in metres of :data:`EPSG`.

    ``truth`` are true heights on a fine grid (``None`` where only surveyed
    points are known: ``survey`` then has columns east, north, height);
    ``dem`` is the checker's file, ``cells`` its values, both north-up from
    ``west``, ``north``. ``spread`` is the NMAD of honest heights against it,
    ``law`` how it errs where it was made.
    """

    name: str
    west: float
    north: float
    truth: Heights | None
    truth_cell: float
    survey: FloatArray | None
    dem: Path
    cells: Heights
    cell: float
    spread: float
    law: Law | None = None

    def at(self, xy: FloatArray) -> FloatArray:
        """True heights, bilinear, shape ``(n,)``; NaN beyond the ground."""
        if self.truth is None:
            raise ValueError(f"{self.name}: only surveyed points are known")
        return sampled(self.truth, self.truth_cell, self.west, self.north, xy, "bilinear")

    def seen(self, xy: FloatArray, method: str = "bilinear") -> FloatArray:
        """Heights of the checker's DEM, shape ``(n,)``; NaN beyond it."""
        return sampled(self.cells, self.cell, self.west, self.north, xy, method)

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """West, south, east, north of the checker's DEM."""
        rows, columns = self.cells.shape
        return (
            self.west,
            self.north - rows * self.cell,
            self.west + columns * self.cell,
            self.north,
        )


_ORDER = {"nearest": 0, "bilinear": 1, "bicubic": 3}


def sampled(
    cells: Heights, cell: float, west: float, north: float, xy: FloatArray, method: str
) -> FloatArray:
    """Heights of a grid at points, shape ``(n,)``.

    ``bicubic`` is Keys' cubic convolution with a = −1/2 (Keys 1981), as GDAL's
    and as GIS software copies heights; NaN where a cell is missing.
    """
    column = (xy[:, 0] - west) / cell - 0.5
    row = (north - xy[:, 1]) / cell - 0.5
    if method == "bicubic":
        return _keys(cells, column, row)
    grid = cells.astype(np.float64)
    return map_coordinates(
        grid, [row, column], order=_ORDER[method], mode="constant", cval=np.nan, prefilter=False
    )


def _keys(cells: Heights, column: FloatArray, row: FloatArray) -> FloatArray:
    first_column, first_row = np.floor(column), np.floor(row)
    out = np.zeros(len(column))
    for j in range(-1, 3):
        for i in range(-1, 3):
            weight = _cubic(column - first_column - i) * _cubic(row - first_row - j)
            place = [first_row + j, first_column + i]
            value = map_coordinates(
                cells.astype(np.float64), place, order=0, mode="constant", cval=np.nan
            )
            out += weight * value
    return out


def _cubic(distance: FloatArray) -> FloatArray:
    d = np.abs(distance)
    near = 1.5 * d**3 - 2.5 * d**2 + 1
    far = -0.5 * d**3 + 2.5 * d**2 - 4 * d + 2
    return np.where(d < 1, near, np.where(d < 2, far, 0.0))


def ground_of(context: Context, place: str, replicate: int) -> Ground | None:
    """The ground of a real place with a checker's DEM of its own, or ``None``.

    Raises
    ------
    KeyError
        For a place that is none of :data:`PLACES`.
    """
    maker = _MAKERS[place]
    folder = context.folder(place)
    if folder is None:
        return None
    random = context.random("ground", place, replicate)
    path = context.work / f"dem_{place}_{replicate}.tif"
    return maker(folder, path, random)


def write_raster(path: Path, values: Heights, west: float, north: float, cell: float) -> None:
    """Write a north-up GeoTIFF in :data:`EPSG`; NaN is nodata."""
    rows, columns = values.shape
    raster = gdal.GetDriverByName("GTiff").Create(str(path), columns, rows, 1, gdal.GDT_Float32)
    raster.SetGeoTransform((west, cell, 0.0, north, 0.0, -cell))
    raster.SetProjection(wkt())
    band = raster.GetRasterBand(1)
    band.SetNoDataValue(-9999.0)
    band.WriteArray(np.where(np.isfinite(values), values, -9999.0).astype(np.float32))
    del band, raster


def wkt(code: int = EPSG) -> str:
    """The CRS of ``code`` as WKT, axes east then north."""
    system = osr.SpatialReference()
    system.ImportFromEPSG(code)
    system.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return str(system.ExportToWkt())


# --- The places ---------------------------------------------------------------


def _baranja(folder: Path, path: Path, random: np.random.Generator) -> Ground:
    """Survey and DEM of two sources; the known shift of 404 m E, 22 m N is taken out."""
    gdal.PushErrorHandler("CPLQuietErrorHandler")
    try:
        source = ogr.Open(str(folder / "spot_heights_6370.gpkg"))
        rows = [
            (f.GetGeometryRef().GetX(), f.GetGeometryRef().GetY(), f["z"])
            for f in source.GetLayer(0)
        ]
    finally:
        gdal.PopErrorHandler()
    points = np.array(rows, dtype=np.float64)
    values, west, north, cell = _warped(folder / "dem_qgis_testdata.tif", "EPSG:32634", 10.0)
    points[:, :2] += _shift_left_out(points, values, west, north, cell)
    points[:, :2] += _move(west, north, values.shape[0] * cell)
    west, north = EAST, NORTH + values.shape[0] * cell
    if random.uniform() < 0.3:
        values = np.round(values)
    write_raster(path, values, west, north, cell)
    seen = sampled(values, cell, west, north, points[:, :2], "bilinear")
    points = points[np.isfinite(seen)]
    away = points[:, 2] - seen[np.isfinite(seen)]
    return Ground("baranja", west, north, None, cell, points, path, values, cell, _nmad(away))


def _shift_left_out(
    points: FloatArray, values: Heights, west: float, north: float, cell: float
) -> tuple[float, float]:
    """Metres by which the heights fit the DEM best, near the 404 m and 22 m that are known."""
    some = points[:: max(len(points) // 1500, 1)]
    best = (404.0, 22.0)
    for step in (6.0, 2.0):
        trials = [
            (best[0] + i * step, best[1] + j * step) for i in range(-4, 5) for j in range(-4, 5)
        ]
        spreads = []
        for trial in trials:
            seen = sampled(values, cell, west, north, some[:, :2] + trial, "bilinear")
            spreads.append(_nmad(some[:, 2] - seen))
        best = trials[int(np.argmin(spreads))]
    return best


def _zion(folder: Path, path: Path, random: np.random.Generator) -> Ground:
    values, *_ = _warped(folder / "srtm.tif", "EPSG:32612", 30.0)
    return _made("zion", values[40:-40, 40:-40], 30.0, 3, path, random)


def _penn(folder: Path, path: Path, random: np.random.Generator) -> Ground:
    values = _read(folder / "dem.tif")
    fine = zoom(values.astype(np.float64), 3, order=3).astype(np.float32)
    return _made("penn", fine, 10.0, 3, path, random)


def _somerset(folder: Path, path: Path, random: np.random.Generator) -> Ground:
    values = gaussian_filter(_read(folder / "dtm.tif").astype(np.float64), 2.0)
    return _made("somerset", values.astype(np.float32), 2.0, 5, path, random)


def _costarica(folder: Path, path: Path, random: np.random.Generator) -> Ground:
    tiles = [str(folder / f"aster_gdem_{side}.tif") for side in ("west", "east")]
    values, *_ = _warped(tiles, "EPSG:32616", 30.0)
    inside = values[8:-8, 8:-8]
    fine = zoom(inside.astype(np.float64), 3, order=3).astype(np.float32)
    return _made("costarica", fine, 10.0, 3, path, random)


_MAKERS = {
    "baranja": _baranja,
    "zion": _zion,
    "penn": _penn,
    "somerset": _somerset,
    "costarica": _costarica,
}


def _made(
    name: str, smooth: Heights, cell: float, factor: int, path: Path, random: np.random.Generator
) -> Ground:
    """Truth with relief below the cells, and the coarser, faulty DEM that the checker has."""
    rows, columns = (size // factor * factor for size in smooth.shape)
    truth = smooth[:rows, :columns].astype(np.float64)
    truth = truth + _relief(truth, factor, random)
    blocks = truth.reshape(rows // factor, factor, columns // factor, factor)
    dem = blocks.mean(axis=(1, 3))
    clean = dem.astype(np.float32)
    noise, size, share = dem_error(dem, cell * factor, random)
    dem += noise * size
    if random.uniform() < 0.3:
        dem = np.round(dem)
    west, north = EAST, NORTH + rows * cell
    write_raster(path, dem.astype(np.float32), west, north, cell * factor)
    ground = Ground(
        name,
        west,
        north,
        truth.astype(np.float32),
        cell,
        None,
        path,
        dem.astype(np.float32),
        cell * factor,
        float("nan"),
    )
    low = np.array([west + 5 * cell * factor, NORTH + 5 * cell * factor])
    high = np.array([west + columns * cell - 5 * cell * factor, north - 5 * cell * factor])
    xy = random.uniform(low, high, (4000, 2))
    away = ground.at(xy) - ground.seen(xy)
    return Ground(**{**vars(ground), "spread": _nmad(away), "law": Law(size, share, clean)})


def dem_error(
    dem: FloatArray, cell: float, random: np.random.Generator
) -> tuple[FloatArray, FloatArray, float]:
    """Errors of a DEM: by slope, correlated over one and a half and twelve cells.

    Returns noise of unit variance, its size in metres cell by cell, and the
    share of its variance over the short reach.

    Level errors of 2–6 % of the cell and a misplacement of 5–15 % of it are
    what global and national models of 10–90 m show in comparisons with lidar.
    """
    down, across = np.gradient(gaussian_filter(dem, 1.0), cell)
    tangent = np.hypot(down, across)
    level = random.uniform(0.02, 0.06) * min(cell, 60.0)
    by_slope = random.uniform(0.05, 0.15) * min(cell, 60.0)
    share = random.uniform(0.5, 0.9)
    noise = np.sqrt(share) * _unit(random, dem.shape, SHORT)
    noise = noise + np.sqrt(1 - share) * _unit(random, dem.shape, LONG)
    return noise, np.hypot(level, by_slope * tangent), float(share)


def _relief(truth: FloatArray, factor: int, random: np.random.Generator) -> FloatArray:
    """Relief shorter than two cells of the DEM, as rough as the ground is round about."""
    rough = truth - gaussian_filter(truth, 1.2 * factor)
    local = np.sqrt(np.maximum(uniform_filter(rough**2, 8 * factor), 1e-6))
    down = np.fft.fftfreq(truth.shape[0])[:, None]
    across = np.fft.rfftfreq(truth.shape[1])[None, :]
    frequency = np.hypot(down, across)
    with np.errstate(divide="ignore"):
        power = np.where(frequency > 0.5 / factor, frequency**-1.8, 0.0)
    power[0, 0] = 0.0
    phase = np.fft.rfft2(random.standard_normal(truth.shape))
    surface = np.fft.irfft2(phase * power, s=truth.shape)
    return surface / max(float(surface.std()), 1e-12) * local * 0.7


def _unit(random: np.random.Generator, shape: tuple[int, ...], reach: float) -> FloatArray:
    noise = gaussian_filter(random.standard_normal(shape), reach, mode="wrap")
    return noise / float(noise.std())


def _read(path: Path) -> Heights:
    return gdal.Open(str(path)).ReadAsArray().astype(np.float32)


def _warped(
    source: Path | list[str], target: str, cell: float
) -> tuple[Heights, float, float, float]:
    """Values, west, north and cell of rasters brought to metres."""
    files = source if isinstance(source, list) else str(source)
    made = gdal.Warp(
        "", files, format="MEM", dstSRS=target, xRes=cell, yRes=cell, resampleAlg="cubic",
        outputType=gdal.GDT_Float32, dstNodata=float("nan"),
    )  # fmt: skip
    west, _, _, north, _, _ = made.GetGeoTransform()
    return made.ReadAsArray(), west, north, cell


def _move(west: float, north: float, height: float) -> tuple[float, float]:
    return EAST - west, NORTH - (north - height)


def _nmad(values: FloatArray) -> float:
    values = values[np.isfinite(values)]
    return float(1.4826 * np.median(np.abs(values - np.median(values))))
