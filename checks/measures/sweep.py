"""Slope and height of every parcel from one sweep over the trusted terrain."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely

from ..grid import Grid, Window
from ..placing import Frame, Placing
from ..progress import SILENT, Progress
from ..raster import Raster
from ..table import BoolArray, FloatArray, GeometryArray, IntArray
from .outlines import Outlines, joined, outlines
from .slope import SlopeBins, slope_of_window
from .terrain_file import Texture, open_terrain, texture_of
from .zonal import Cells, Sums, default_threads, sweep
from .zonal_window import Field

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_ROWS_AT_ONCE = 5_000
_POLYGONS_AT_ONCE = 10_000


class Terrain:
    """Slope class, slope and height of the cells of a terrain model."""

    field_count = 2

    def __init__(self, raster: Raster, bins: SlopeBins) -> None:
        self.raster = raster
        self.bins = bins
        self.class_count = bins.count

    def of(self, window: Window) -> Cells:
        """The cells of ``window``: classes of slope; slope, then height."""
        slope, slope_valid, height, height_valid = slope_of_window(self.raster, window)
        return Cells(
            self.bins.classify(slope, slope_valid),
            (Field(slope, slope_valid), Field(height, height_valid, extremes=True)),
        )


@dataclass(frozen=True)
class TerrainMeasure:
    """Slope and height of ``n`` polygons; areas in m² on the terrain's own grid.

    Attributes
    ----------
    limits
        Upper limits of the slope grades in degrees; the last grade is open.
    area
        Shape ``(n,)``: area of the polygon; 0 where it cannot be measured.
    checked_share
        Shape ``(n,)``, 0…1: share of that area for which the slope is known.
        0 outside the terrain model, in nodata, and for broken geometries.
    reached_share
        Shape ``(n,)``, 0…1: share that lies on the terrain model at all, with
        data or without.
    cells
        Shape ``(n,)``: the checked area in cells, fractions counted.
    grade_area
        Shape ``(n, grades)``: area by slope grade, exact.
    slope_mean, slope_deviation
        Shape ``(n,)``, degrees, weighted by area; NaN where not checked.
    slope_quantiles
        Shape ``(n, 5)``, degrees at :data:`QUANTILES` of the area. Read off
        the histogram: right to half a bin (0.125° up to 30°), and usually to a
        few hundredths; NaN where not checked.
    height_mean, height_deviation, height_least, height_greatest
        Shape ``(n,)``, metres, over all touched cells.
    height_area
        Shape ``(n,)``: area for which the height is known.
    inside_cells, inside_height_mean, inside_height_deviation
        Shape ``(n,)``: the same over cells wholly inside, which say nothing
        of what lies across the border; NaN where there are none.
    histogram, edges
        Shapes ``(n, bins)`` float32 and ``(bins + 1,)``: area with slope in
        ``(edges[i], edges[i + 1]]`` degrees; level cells are in the first.
    frame
        How polygons and terrain model were brought together.
    tangled
        Shape ``(n,)``: rings overlap themselves; not measured.
    texture
        How fine the terrain model is.
    """

    limits: tuple[float, ...]
    area: FloatArray
    checked_share: FloatArray
    reached_share: FloatArray
    cells: FloatArray
    grade_area: FloatArray
    slope_mean: FloatArray
    slope_deviation: FloatArray
    slope_quantiles: FloatArray
    height_mean: FloatArray
    height_deviation: FloatArray
    height_least: FloatArray
    height_greatest: FloatArray
    height_area: FloatArray
    inside_cells: FloatArray
    inside_height_mean: FloatArray
    inside_height_deviation: FloatArray
    histogram: npt.NDArray[np.float32]
    edges: FloatArray
    frame: Frame
    tangled: BoolArray
    texture: Texture | None = None

    def __len__(self) -> int:
        return len(self.area)

    @cached_property
    def grade_share(self) -> FloatArray:
        """Shape ``(n, grades)``: share of each grade; NaN where not checked."""
        return _over(self.grade_area, self.grade_area.sum(axis=1, keepdims=True))

    @cached_property
    def grade(self) -> IntArray:
        """Shape ``(n,)``: the grade (1, 2, …) with the largest area; 0 where none.

        Of equal areas the lower grade wins (就低不就高).
        """
        best = np.argmax(self.grade_area, axis=1) + 1
        return np.where(self.grade_area.sum(axis=1) > 0, best, 0)

    def area_up_to(self, slope: float | FloatArray) -> FloatArray:
        """Area with a slope of at most ``slope`` degrees, shape ``(n,)``.

        ``slope`` is one number, or one for each polygon. Exact at the edges of
        the histogram (every limit, limit ± band, and quarter degree up to
        30°), straight between.
        """
        at = np.asarray(np.interp(slope, self.edges, np.arange(len(self.edges))))
        if at.ndim == 0:
            whole = int(at)
            out = self.histogram[:, :whole].sum(axis=1, dtype=np.float64)
            return out + (at - whole) * self.histogram[:, min(whole, self.histogram.shape[1] - 1)]
        out = np.zeros(len(self))
        bins = np.arange(self.histogram.shape[1])
        for rows in _slices(len(self)):
            part = np.clip(at[rows, None] - bins, 0.0, 1.0)
            out[rows] = (part * self.histogram[rows]).sum(axis=1)
        return out

    def area_near(self, limit: float, band: float | FloatArray) -> FloatArray:
        """Area within ``band`` degrees of ``limit``, shape ``(n,)``.

        It is the ground that a terrain model with slopes wrong by no more than
        ``band`` could put on the other side of the limit.
        """
        return self.area_up_to(limit + band) - self.area_up_to(np.maximum(limit - band, 0.0))

    def grade_area_shifted(self, shift: float) -> FloatArray:
        """Area by grade if every slope were ``shift`` degrees more, ``(n, grades)``."""
        lower = [np.zeros(len(self))]
        lower += [self.area_up_to(max(limit - shift, 0.0)) for limit in self.limits]
        lower += [self.grade_area.sum(axis=1)]
        return np.diff(np.column_stack(lower), axis=1)


def measure_terrain(
    geometries: GeometryArray,
    wkt: str,
    dem_path: str,
    limits: Sequence[float],
    band: float | Sequence[float] = 0.5,
    progress: Progress = SILENT,
    threads: int = 0,
) -> TerrainMeasure:
    """Measure the terrain under every polygon in one sweep.

    Parameters
    ----------
    geometries
        Shape ``(n,)``; ``None``, empty, not finite and self-overlapping ones
        are measured as nothing.
    wkt
        Their CRS, coordinates in order east, north.
    dem_path
        The terrain model: its first band, heights in metres (or feet where it
        says so).
    limits
        Upper limits in degrees of slope grades 1, 2, …; a limit belongs to the
        lower grade.
    band
        Half widths in degrees around each limit at which the histogram shall
        be exact.
    threads
        0: as many as there are processors, at most 8; the answer is the same.

    Raises
    ------
    RasterError
        When the terrain model cannot be read.
    Cancelled
        When the listener asked to stop.
    """
    progress.at(0.0)
    raster = open_terrain(dem_path)
    geometries = np.asarray(geometries, dtype=object)
    placing = Placing(wkt, raster.grid, bounds_of(geometries))
    threads = threads or default_threads()
    outline = outlines_on_grid(
        placing.prepare(geometries), placing, progress.part(0.0, 0.05), threads
    )
    bands = [band] if isinstance(band, (int, float)) else list(band)
    bins = SlopeBins(limits, bands)
    sums = sweep(outline, Terrain(raster, bins), progress.part(0.05, 0.97), threads)
    cell_area = cell_areas(raster.grid, outline.bounds)
    found = _terrain(sums, bins, tuple(limits), outline.area, cell_area, placing.frame, threads)
    return replace(found, texture=texture_of(raster))


def outlines_on_grid(
    geometries: GeometryArray, placing: Placing, progress: Progress, threads: int
) -> Outlines:
    """All polygons on the grid; some thousands at a time, in several threads."""
    starts = range(0, max(len(geometries), 1), _POLYGONS_AT_ONCE)
    chunks = [geometries[start : start + _POLYGONS_AT_ONCE] for start in starts]
    parts: list[Outlines] = []
    with ThreadPoolExecutor(threads) as pool:
        waiting = [pool.submit(outlines, chunk, placing.to_pixels) for chunk in chunks]
        try:
            for part in waiting:
                progress.at(len(parts) / len(chunks))
                parts.append(part.result())
        finally:
            for part in waiting:
                part.cancel()
    return joined(parts)


def _terrain(
    sums: Sums,
    bins: SlopeBins,
    limits: tuple[float, ...],
    cells: FloatArray,
    cell_area: FloatArray,
    frame: Frame,
    threads: int,
) -> TerrainMeasure:
    area = cells * cell_area
    histogram = sums.class_area[:, 1:]
    grade_area, quantiles = _grades_and_quantiles(histogram, bins.edges, limits, threads)
    slope, height = sums.fields
    return TerrainMeasure(
        limits=limits,
        area=area,
        checked_share=np.clip(_over(slope.whole.area, area, 0.0), 0.0, 1.0),
        reached_share=np.clip(_over(sums.area, area, 0.0), 0.0, 1.0),
        cells=_over(slope.whole.area, cell_area, 0.0),
        grade_area=grade_area,
        slope_mean=slope.whole.mean,
        slope_deviation=slope.whole.deviation,
        slope_quantiles=quantiles,
        height_mean=height.whole.mean,
        height_deviation=height.whole.deviation,
        height_least=height.least,
        height_greatest=height.greatest,
        height_area=height.whole.area,
        inside_cells=_over(height.inside.area, cell_area, 0.0),
        inside_height_mean=height.inside.mean,
        inside_height_deviation=height.inside.deviation,
        histogram=histogram,
        edges=bins.edges,
        frame=frame,
        tangled=sums.tangled,
    )


def _grades_and_quantiles(
    histogram: npt.NDArray[np.float32],
    edges: FloatArray,
    limits: Sequence[float],
    threads: int,
) -> tuple[FloatArray, FloatArray]:
    """Area by grade, and quantiles, straight within a bin (NaN for an empty row)."""
    count, bins = histogram.shape
    grades = np.zeros((count, len(limits) + 1))
    quantiles = np.full((count, len(QUANTILES)), np.nan)
    borders = [0, *np.searchsorted(edges, limits), bins]

    def fill(rows: slice) -> None:
        upto = np.zeros((rows.stop - rows.start, bins + 1))
        np.cumsum(histogram[rows], axis=1, out=upto[:, 1:], dtype=np.float64)
        grades[rows] = np.diff(upto[:, borders], axis=1)
        some = np.flatnonzero(upto[:, -1] > 0)
        upto = upto[some]
        line = np.arange(len(some))
        for number, share in enumerate(QUANTILES):
            wanted = share * upto[:, -1]
            place = np.argmax(upto >= wanted[:, None], axis=1)
            lower = upto[line, place - 1]
            part = (wanted - lower) / (upto[line, place] - lower)
            step = edges[place] - edges[place - 1]
            quantiles[rows.start + some, number] = edges[place - 1] + part * step

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(fill, _slices(count)))
    return grades, quantiles


def bounds_of(geometries: GeometryArray) -> tuple[float, float, float, float]:
    """Bounds of all finite geometries; NaN when there are none."""
    each = shapely.bounds(geometries)
    each = each[np.isfinite(each).all(axis=1)]
    if not len(each):
        return (np.nan, np.nan, np.nan, np.nan)
    least, most = each[:, :2].min(axis=0), each[:, 2:].max(axis=0)
    return (float(least[0]), float(least[1]), float(most[0]), float(most[1]))


def cell_areas(grid: Grid, bounds: FloatArray) -> FloatArray:
    """Area in m² of a cell at the middle of each polygon, shape ``(n,)``."""
    across, down = grid.spacing(0, grid.height)
    row = np.nan_to_num((bounds[:, 1] + bounds[:, 3]) / 2)
    return (across * down)[np.clip(row, 0, grid.height - 1).astype(np.int64)]


def _slices(count: int) -> list[slice]:
    return [
        slice(first, min(first + _ROWS_AT_ONCE, count)) for first in range(0, count, _ROWS_AT_ONCE)
    ]


def _over(part: FloatArray, whole: FloatArray, otherwise: float = np.nan) -> FloatArray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(whole > 0, part / whole, otherwise)
