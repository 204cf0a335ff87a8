"""How the outlines of parcels lie on the edges of the picture: layer, blocks, parcels.

One fact is told once: what the whole layer has in common belongs to the layer,
what a block has beyond that to the block, and only the rest to a parcel.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely

from ..baseline import Image
from ..findings import Text
from ..grid import Grid
from ..placing import Frame, Placing
from ..progress import SILENT, Progress
from ..raster import Raster, RasterError
from ..standard import Standard
from ..table import FloatArray, GeometryArray, IntArray
from .edges_blocks import (
    Block,
    Neighbourhoods,
    blocks,
    compare,
    neighbourhoods,
    spatial_order,
)
from .edges_owners import OwnerMap
from .edges_profiles import Profiles, measure_profiles
from .edges_samples import Samples, boundary_samples
from .edges_shift import GroupShifts, Surface, group_shifts
from .edges_sides import HALF, measure_sides
from .edges_suspicion import Suspicion, moved_with, speaks_for, suspicion, unsuspected
from .shape_vertices import rings
from .spectra import SpectraMeasure

MOST_BANDS = 4
LEAST_SAMPLES = 8
MOST_SAMPLES = 96
_ALL_SAMPLES = 8_000_000
_SUSPICION, _CHANCE = 0.5, 0.05
_COARSEST = 4.0

_NO_PLACE = Text(
    "影像与图斑坐标系无法联系，无法套合",
    "Image and parcels cannot be brought into one frame",
)
_OUTSIDE = Text("图斑在影像范围之外", "The parcels lie outside the image")


@dataclass(frozen=True)
class EdgeMeasure:
    """Displacement of outlines against a picture. Pixels are those of the picture.

    Attributes
    ----------
    problem
        Why nothing could be measured, else ``None``; then all else is empty.
    samples
        Samples of each parcel on the valid picture, ``(parcels,)``.
    layer
        Shift of all parcels together, one group.
    whole
        Shift of the layer as parcels are held against it, ``(2,)``; 0 where unknown.
    around
        All neighbourhoods. ``around.parcel_statistic`` is the continuous test
        statistic of a *block* shift for every parcel.
    blocks
        Those that are off beyond chance by the strength of edges, with what the
        sides of their lines say of it.
    metres
        True metres of a pixel across and down, signed: east and north.
    sides
        What the colours on both sides of the lines say. ``sides.parcel`` is the
        continuous test statistic of a *single* displacement, ``sides.block``
        that of one together with the parcels around. All NaN where the colours
        were not given, or the layer has no place.
    """

    problem: Text | None
    samples: IntArray
    layer: GroupShifts
    whole: FloatArray
    around: Neighbourhoods
    blocks: list[Block]
    metres: FloatArray
    sides: Suspicion

    @property
    def pixel(self) -> float:
        """Mean size of a pixel in metres."""
        return float(np.abs(self.metres).mean())

    @property
    def located(self) -> bool:
        """Whether the layer as a whole surely lies on edges of the picture."""
        return bool(self.layer.strength[0] > 4.0 and self.layer.lead[0] > 1.5)


def measure_edges(
    geometries: GeometryArray,
    wkt: str,
    image: Image,
    villages: IntArray,
    *,
    spectra: SpectraMeasure | None = None,
    least: float = 0.5,
    sigmas: float = 1.0,
    tolerance: float = 0.0,
    progress: Progress = SILENT,
) -> EdgeMeasure:
    """Hold all outlines against the picture.

    Parameters
    ----------
    geometries
        Parcels, ``(n,)``; ``None`` where one cannot be measured.
    wkt
        Their CRS.
    villages
        A number for the village of each parcel, -1 where unknown.
    spectra
        Colours of these parcels on this image, for :attr:`EdgeMeasure.sides`.
    least, sigmas
        From how many pixels a block counts, after how many standard errors.
    tolerance
        Metres that an honest line may lie off: what the sides are asked within.
    """
    count = len(geometries)
    try:
        raster = Raster(image.path)
        placing = Placing(wkt, raster.grid, _bounds(geometries))
        if placing.frame is Frame.UNKNOWN:
            return _nothing(count, _NO_PLACE)
        samples = _samples(placing, geometries)
        profiles = measure_profiles(
            raster, _bands(raster, image), samples, count, progress.part(0.0, 0.5)
        )
    except RasterError as error:
        return _nothing(count, error.text)
    if not profiles.samples.any():
        return _nothing(count, _OUTSIDE)
    centres = _centres(placing, geometries)
    usable = (profiles.samples >= LEAST_SAMPLES) & np.isfinite(centres).all(axis=1)
    surface, rows = Surface(0.5), np.flatnonzero(usable)
    if len(rows):
        rows = rows[spatial_order(centres[rows])]
    layer = group_shifts(profiles.total, profiles.samples, [rows], surface)
    known = np.isfinite(layer.shift[0]).all() and layer.strength[0] > 4.0
    whole = layer.shift[0] if known else np.zeros(2)
    progress.at(0.7)
    members = neighbourhoods(centres, usable, villages) if known else []
    whole, around, maybe = _by_edges(
        profiles, centres, rows, members, whole if known else None, surface
    )
    found = [block for block in maybe if block.beyond(_CHANCE, least, sigmas)]
    progress.at(0.8)
    metres = _metres(raster.grid)
    # What is allowed must stay within what both sides of a line are asked about.
    unit = float(np.clip(tolerance / np.abs(metres).mean() / HALF, 1.0, _COARSEST))
    try:
        told = None if not known else spectra
        sides = _sides(told, samples, placing, geometries, centres, whole, around, unit, progress)
    except RasterError as error:
        return _nothing(count, error.text)
    found = [_by_sides(one, sides, centres) for one in found]
    return EdgeMeasure(None, profiles.samples, layer, whole, around, found, metres, sides)


def _by_edges(
    profiles: Profiles,
    centres: FloatArray,
    rows: IntArray,
    members: list[IntArray],
    layer: FloatArray | None,
    surface: Surface,
) -> tuple[FloatArray, Neighbourhoods, list[Block]]:
    """The layer's shift, the neighbourhoods against it, and those that may be off."""
    whole = np.zeros(2) if layer is None else layer
    suspected = np.zeros(len(centres), dtype=bool)
    maybe: list[Block] = []
    for _ in range(2):
        # A block that was moved drags the layer along, and makes it look uneven: the second
        # look leaves out what the first one suspects.
        rest = rows[~suspected[rows]]
        if layer is not None and suspected.any() and len(rest) > len(rows) // 2:
            again = group_shifts(profiles.total, profiles.samples, [rest], surface).shift[0]
            whole = again if np.isfinite(again).all() else whole
        around = compare(profiles.total, profiles.samples, members, whole, surface, suspected)
        maybe = blocks(
            profiles.total, profiles.samples, centres, around, whole, surface, _SUSPICION
        )
        for block in maybe:
            suspected[block.rows] = True
            around.parcel_statistic[block.rows] = np.fmax(
                around.parcel_statistic[block.rows], block.strength
            )
        if not maybe:
            break
    return whole, around, maybe


def _by_sides(block: Block, sides: Suspicion, centres: FloatArray) -> Block:
    """The block with what the sides say of it, without parcels that they say have stayed."""
    speaks = speaks_for(sides, block.rows, block.shift)
    if not np.isfinite(speaks):
        return block
    rows = moved_with(sides, block.rows, block.shift, centres)
    return replace(block, rows=rows, by_sides=speaks)


def clear_boundary(standard: Standard) -> float:
    """Metres that a clear boundary may lie off, of the standard's rule about single parcels."""
    rule = standard.rules.get("boundary.parcel_shift")
    limits = {} if rule is None else rule.limits
    return float(limits.get("clear_mm", 0.0)) / 1000 * float(limits.get("map_scale", 0.0))


def _samples(placing: Placing, geometries: GeometryArray) -> Samples:
    outlines = rings(placing.prepare(geometries))
    pixels = placing.to_pixels(outlines.xy)
    most = int(np.clip(_ALL_SAMPLES // max(len(geometries), 1), 24, MOST_SAMPLES))
    return boundary_samples(outlines, pixels, len(geometries), most)


def _sides(
    spectra: SpectraMeasure | None,
    samples: Samples,
    placing: Placing,
    geometries: GeometryArray,
    centres: FloatArray,
    whole: FloatArray,
    around: Neighbourhoods,
    unit: float,
    progress: Progress,
) -> Suspicion:
    if spectra is None:
        return unsuspected(len(geometries))
    shapes = np.asarray(shapely.transform(geometries, placing.to_pixels), dtype=object)
    part = progress.part(0.9, 1.0)
    found = measure_sides(spectra.image, spectra, samples, OwnerMap(shapes), whole, part, unit)
    if found is None:
        return unsuspected(len(spectra))
    return suspicion(found, centres, around.parcel_statistic, unit)


def _bands(raster: Raster, image: Image) -> list[int]:
    """Up to four bands: those named to show land best, else evenly chosen ones.

    Numbers count among the raster's bands without its alpha band.
    """
    have = [band.number for band in raster.bands]
    wanted = [image.bands.get(role) for role in ("nir", "red", "green", "swir1", "swir", "blue")]
    named = [have.index(number) + 1 for number in wanted if number in have]
    if named:
        return named[:MOST_BANDS]
    if len(have) <= MOST_BANDS:
        return list(range(1, len(have) + 1))
    return [int(n) + 1 for n in np.linspace(0, len(have) - 1, MOST_BANDS)]


def _centres(placing: Placing, geometries: GeometryArray) -> FloatArray:
    box = shapely.bounds(geometries).reshape(-1, 4)
    return placing.to_pixels((box[:, :2] + box[:, 2:]) / 2)


def _bounds(geometries: GeometryArray) -> tuple[float, float, float, float]:
    box = shapely.total_bounds(geometries)
    return float(box[0]), float(box[1]), float(box[2]), float(box[3])


def _metres(grid: Grid) -> FloatArray:
    across, down = grid.spacing(grid.height // 2, 1)
    return np.array(
        [np.copysign(across[0], grid.step_x), np.copysign(down[0], grid.step_y)], dtype=float
    )


def _nothing(count: int, problem: Text) -> EdgeMeasure:
    blank = np.full(count, np.nan)
    pair = np.full((max(count, 1), 2), np.nan)
    one = np.full(1, np.nan)
    layer = GroupShifts(
        pair[:1], np.full((1, 2, 2), np.nan), one, one, one, np.zeros(1, dtype=np.int64)
    )
    around = Neighbourhoods([], pair[:0], blank[:0], blank[:0], blank, np.eye(2))
    zeros = np.zeros(count, dtype=np.int64)
    sides = unsuspected(count)
    return EdgeMeasure(problem, zeros, layer, np.zeros(2), around, [], np.ones(2), sides)
