"""Spot heights and contours against the trusted terrain.

Delivered heights (GCZJD points, vertices of DGX contours) are compared with
the DEM interpolated at their place. What comes out are facts: differences,
their robust statistics, where the heights would have to lie to fit
(:mod:`.heights_shift`), and what contours say of one another
(:mod:`.heights_contours`). Rules decide.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from ..findings import Text
from ..placing import Frame
from ..progress import SILENT, Progress
from ..raster import Raster, RasterError
from ..reproject import reference
from ..standard import Standard
from ..table import BoolArray, FloatArray, GeometryArray, IntArray, Table
from .heights_cells import GridLines, measure_grid_lines
from .heights_contours import ContourMeasure, measure_contours, points_along
from .heights_far import Likeness, measure_likeness
from .heights_ground import Ground, Patches, encrypted_steps, metric_plane
from .heights_near import Nearness, measure_nearness, resolution_of
from .heights_residuals import Residuals, summarise
from .heights_shift import Shift, find_shift
from .robust import nmad
from .terrain_file import open_terrain

if TYPE_CHECKING:
    from .frame import FrameMeasure

COMPARED, NO_HEIGHT, NO_PLACE, OUTSIDE, NO_GROUND = range(5)
"""Why a point was or was not compared: with the DEM; it has no height; it has no
usable position; it lies outside the DEM; the DEM has no data there."""

SPOTS, CONTOURS = "GCZJD", "DGX"

_NEAR_CELLS = 3
_CONTOUR_SPACING_CELLS = 2.0
_MOST_CONTOUR_POINTS = 50_000
_HIGHEST_NUMBER = 1e7  # no height in any unit
_LEAST_REACH = 10.0  # metres between low and high ground, to tell a unit by


@dataclass(frozen=True)
class HeightSet:
    """The heights of one layer beside the DEM; ``n`` points.

    Attributes
    ----------
    layer
        ``GCZJD`` or ``DGX``.
    rows
        Row of the layer that each point belongs to, shape ``(n,)``.
    xy
        Where they are drawn: metres in the layer's own CRS (in a local plane
        where that is not in metres), shape ``(n, 2)``.
    delivered, height
        As delivered; in metres if ``unit`` was recognised. Shape ``(n,)``.
    unit
        ``metre``, or a word from the standard's list of units that explains
        the heights.
    state, moved_state
        One of the module's constants for each point, as drawn and after the
        shift.
    shift
        Where the heights fit the DEM.
    given
        Compared as drawn.
    moved
        Compared after the shift; ``None`` where there is none to apply.
    near, moved_near
        Whether they are nearer to the DEM than a survey can be, as drawn and
        after the shift.
    likeness
        Whether they resemble the ground, after the shift if there is one.
    grid_lines
        How many vertices of contours lie on the lines between cells.
    encrypted
        What GCJ-02 and BD-09 would have added to the points east and north,
        metres, in the middle of the layer; empty outside China.
    """

    layer: str
    rows: IntArray
    xy: FloatArray
    delivered: FloatArray
    height: FloatArray
    unit: str
    state: IntArray
    moved_state: IntArray
    shift: Shift
    given: Residuals
    moved: Residuals | None
    near: Nearness
    moved_near: Nearness | None
    likeness: Likeness
    grid_lines: GridLines
    encrypted: dict[str, tuple[float, float]]
    _pixels: FloatArray = field(repr=False)
    _patches: Patches = field(repr=False)

    def __len__(self) -> int:
        return len(self.rows)

    def ground(self, method: str = "bilinear") -> FloatArray:
        """Heights of the DEM at the points as drawn, shape ``(n,)``, NaN where none.

        ``method`` is ``nearest``, ``bilinear`` or ``bicubic``: heights copied
        from a DEM follow one of them to the last digit.
        """
        return self._patches.at(self._pixels, method)


@dataclass(frozen=True)
class HeightMeasure:
    """Spot heights and contours; ``None`` where the layer is missing or empty.

    ``problem`` says why nothing could be compared with the DEM, ``skipped``
    why single layers could not. ``cell`` is the DEM's cell in metres (NaN when
    it was not opened).
    """

    spots: HeightSet | None = None
    contours: HeightSet | None = None
    lines: ContourMeasure | None = None
    cell: float = float("nan")
    problem: Text | None = None
    skipped: dict[str, Text] = field(default_factory=dict)

    def of(self, layer: str) -> HeightSet | None:
        """The heights of ``GCZJD`` or ``DGX``."""
        return {SPOTS: self.spots, CONTOURS: self.contours}.get(layer)


def measure_heights(
    layers: dict[str, Table],
    frame: FrameMeasure,
    dem: str,
    standard: Standard,
    progress: Progress = SILENT,
) -> HeightMeasure:
    """Compare spot heights and contours with the DEM.

    Parameters
    ----------
    layers
        Delivered layers by standard name; GCZJD and DGX are used.
    frame
        In which CRS their coordinates truly are.
    dem
        The trusted DEM.

    Raises
    ------
    Cancelled
        When the listener asked to stop.
    """
    facts = standard.data("heights.json")
    lines = _lines(layers.get(CONTOURS), facts, progress.part(0.0, 0.3))
    try:
        raster = open_terrain(dem)
    except RasterError as error:
        return HeightMeasure(lines=lines, problem=error.text)
    sets: dict[str, HeightSet] = {}
    skipped: dict[str, Text] = {}
    cell = float("nan")
    for number, name in enumerate((SPOTS, CONTOURS)):
        table = layers.get(name)
        if table is None or not len(table):
            continue
        part = progress.part(0.3 + 0.35 * number, 0.65 + 0.35 * number)
        try:
            found = _measure_layer(table, frame.wkt(name), raster, facts, part)
        except RasterError as error:
            skipped[name] = error.text
            continue
        if isinstance(found, Text):
            skipped[name] = found
        else:
            sets[name], cell = found
    return HeightMeasure(sets.get(SPOTS), sets.get(CONTOURS), lines, cell, None, skipped)


def _lines(table: Table | None, facts: dict[str, Any], progress: Progress) -> ContourMeasure | None:
    if table is None or table.geometry is None or not len(table):
        return None
    candidates = [float(interval) for interval in facts["contour_intervals_m"]]
    usable = table.geometry.copy()
    usable[~table.usable] = None
    return measure_contours(
        usable,
        _heights(table, table.geometry),
        candidates,
        float(facts["contour_interval_share"]),
        progress,
    )


def _heights(table: Table, geometry: GeometryArray) -> FloatArray:
    """BSGC; where a row has none, the height of its point."""
    height = table.number("BSGC").copy()
    bare = np.isnan(height) & table.usable & shapely.has_z(geometry)
    bare &= shapely.get_type_id(geometry) == shapely.GeometryType.POINT
    if bare.any():
        height[bare] = shapely.get_z(geometry[bare])
    with np.errstate(invalid="ignore"):
        return np.where(np.abs(height) <= _HIGHEST_NUMBER, height, np.nan)


def _points(table: Table, geometry: GeometryArray, cell: float) -> tuple[FloatArray, IntArray]:
    """Positions in the layer's CRS and the row of each; NaN where there is none."""
    if table.name == CONTOURS:
        rows = np.flatnonzero(table.usable)
        xy, part = points_along(geometry[rows], _CONTOUR_SPACING_CELLS * cell, _MOST_CONTOUR_POINTS)
        return xy, rows[part]
    xy = np.full((len(table), 2), np.nan)
    usable = np.flatnonzero(table.usable)
    first = shapely.get_geometry(geometry[usable], 0)
    usable, first = usable[~shapely.is_empty(first)], first[~shapely.is_empty(first)]
    xy[usable] = np.column_stack([shapely.get_x(first), shapely.get_y(first)])
    xy[~np.isfinite(xy).all(axis=1)] = np.nan
    return xy, np.arange(len(table))


def _measure_layer(
    table: Table, wkt: str, raster: Raster, facts: dict[str, Any], progress: Progress
) -> tuple[HeightSet, float] | Text:
    """The heights of one layer and the DEM's cell, or why there are none."""
    geometry = table.geometry
    if geometry is None:
        return Text(f"{table.name} 没有图形", f"{table.name} has no geometry")
    cell = _cell_in_layer_units(raster, wkt)
    xy, rows = _points(table, geometry, cell)
    if not np.isfinite(xy).all(axis=1).any():
        return Text(f"{table.name} 没有可用的图形", f"{table.name} has no usable geometry")
    plane, plane_wkt = metric_plane(xy, wkt)
    ground = Ground(raster, plane_wkt, plane)
    if ground.frame is Frame.UNKNOWN:
        return Text(
            f"{table.name} 与 DEM 的坐标系无法建立联系",
            f"The frames of {table.name} and the DEM cannot be brought together",
        )
    delivered = _heights(table, geometry)[rows]
    pixels = ground.pixels(plane)
    patches = ground.patches(pixels, _NEAR_CELLS, 1, progress.part(0.0, 0.2))
    seen = patches.at(pixels)
    unit, factor = _unit(delivered, seen, facts["units"])
    height = delivered * factor
    shift = find_shift(ground, plane, height, progress.part(0.2, 0.8))
    limits = {name: (float(a), float(b)) for name, (a, b) in facts["terrain_classes"].items()}
    given = _compare(ground, plane, height, pixels, patches, limits)
    state = moved_state = _state(plane, height, ground.inside(pixels), np.isfinite(seen))
    near = measure_nearness(plane, height, pixels, patches, given.slope, ground.cell)
    moved, moved_near, like = None, None, measure_likeness(plane, height, seen)
    if shift.state == "found":
        step = np.array([shift.east, shift.north])
        there = ground.pixels(plane + step)
        around = ground.patches(there, _NEAR_CELLS, 1, progress.part(0.8, 0.9))
        moved = _compare(ground, plane + step, height, there, around, limits)
        moved_near = measure_nearness(plane, height, there, around, moved.slope, ground.cell)
        beneath = around.at(there)
        known = np.isfinite(beneath)
        if nmad(moved.residual) < nmad(given.residual):
            like = measure_likeness(plane, height, beneath)
        moved_state = _state(plane, height, ground.inside(there), known)
    out = HeightSet(
        layer=table.name,
        rows=rows,
        xy=plane,
        delivered=delivered,
        height=height,
        unit=unit,
        state=state,
        moved_state=moved_state,
        shift=shift,
        given=given,
        moved=moved,
        near=near,
        moved_near=moved_near,
        likeness=like,
        grid_lines=measure_grid_lines(height, pixels, patches, ground.cell),
        encrypted=encrypted_steps(plane, plane_wkt),
        _pixels=pixels,
        _patches=patches,
    )
    return out, ground.cell


def _cell_in_layer_units(raster: Raster, wkt: str) -> float:
    """Roughly how long a cell is in the units of a layer's CRS."""
    across, _ = raster.grid.spacing(raster.grid.height // 2, 1)
    crs = reference(wkt)
    if crs is not None and crs.IsGeographic():
        return float(across[0]) / 111_320.0
    return float(across[0])


def _state(xy: FloatArray, height: FloatArray, inside: BoolArray, seen: BoolArray) -> IntArray:
    state = np.full(len(xy), COMPARED, dtype=np.int64)
    state[~seen] = NO_GROUND
    state[~inside] = OUTSIDE
    state[~np.isfinite(xy).all(axis=1)] = NO_PLACE
    state[np.isnan(height)] = NO_HEIGHT
    return state


def _compare(
    ground: Ground,
    xy: FloatArray,
    height: FloatArray,
    pixels: FloatArray,
    patches: Patches,
    limits: dict[str, tuple[float, float]],
) -> Residuals:
    cells = patches.cells
    low = np.fmin.reduce(cells.reshape(len(cells), -1), axis=1).astype(np.float64)
    high = np.fmax.reduce(cells.reshape(len(cells), -1), axis=1).astype(np.float64)
    slope = _slope(cells, ground.directions(xy))
    middle = cells[:, cells.shape[1] // 2, cells.shape[2] // 2].astype(np.float64)
    unit = resolution_of(middle)
    return summarise(xy, height, patches.at(pixels), slope, low, high, limits, ground.cell, unit)


def _slope(cells: Any, directions: FloatArray) -> FloatArray:
    """Horn's slope in degrees of the middle cell of each patch; NaN without it."""
    middle = cells.shape[1] // 2
    near = cells[:, middle - 1 : middle + 2, middle - 1 : middle + 2].astype(np.float64)
    weights = np.array([1.0, 2.0, 1.0]) / 8
    across = ((near[:, :, 2] - near[:, :, 0]) * weights).sum(axis=1)
    down = ((near[:, 2, :] - near[:, 0, :]) * weights).sum(axis=1)
    # Height per pixel, times pixels per metre along each axis of the plane.
    per_metre = np.einsum("nk,nka->na", np.column_stack([across, down]), directions)
    return np.degrees(np.arctan(np.hypot(per_metre[:, 0], per_metre[:, 1])))


def _unit(delivered: FloatArray, ground: FloatArray, units: dict[str, float]) -> tuple[str, float]:
    """The unit that explains the heights, if metres do not, and its factor.

    Both the level of the heights and their spread must say the same: a
    constant offset changes the level only. Where the ground is too flat to
    have a spread, nothing is said.
    """
    good = np.isfinite(delivered) & np.isfinite(ground)
    if good.sum() < 10:
        return "metre", 1.0
    height, ground = delivered[good], ground[good]
    spread, own = _reach(ground), _reach(height)
    typical = float(np.median(np.abs(height - ground)))
    if not (spread > _LEAST_REACH and own > 0):
        return "metre", 1.0
    best, word, factor = 0.25 * typical, "metre", 1.0
    for name, scale in units.items():
        off = float(np.median(np.abs(height * scale - ground)))
        alike = 0.7 < own * scale / spread < 1.4
        if alike and off < best:
            best, word, factor = off, name, float(scale)
    return word, factor


def _reach(values: FloatArray) -> float:
    low, high = np.quantile(values, [0.1, 0.9])
    return float(high - low)
