"""Colour and texture of every parcel from one sweep over a trusted image."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from ..grid import Window
from ..placing import Frame, Placing
from ..progress import SILENT, Progress
from ..table import BoolArray, FloatArray, GeometryArray
from .image_clear import CLEAR, NODATA
from .image_file import ImageFile
from .sweep import bounds_of, cell_areas, outlines_on_grid
from .zonal import Cells, Sums, default_threads, sweep
from .zonal_window import Field

STATES = ("clear", "nodata", "cloud", "shadow", "haze", "snow", "saturated")
"""What cells can be; the order is that of :attr:`SpectraMeasure.state_share`."""

_SATURATED = STATES.index("saturated")
_FINE_M = 6.0
_NARROW, _WIDE = 3, 9


class Spectra:
    """Values of the ground bands, and the texture of their mean, cell by cell.

    Texture is the standard deviation within a square of 3 cells, and of 9 on
    images finer than six metres (crowns of trees and roofs are that large), as
    in Haralick's first-order measures; on the mean of all bands, each brought
    to its own spread. Only squares in which every cell is clear have one.
    """

    class_count = len(STATES)

    def __init__(self, image: ImageFile) -> None:
        self.image = image
        self.raster = image.raster
        self.sides = (_NARROW, _WIDE) if image.cell < _FINE_M else (_NARROW,)
        self.field_count = image.count + len(self.sides)
        self.scale, self._level = _spreads(image)
        bands = (image.bands.names[band - 1] for band in image.bands.ground)
        self.names = (*bands, *(f"texture{side}" for side in self.sides))

    def of(self, window: Window) -> Cells:
        """The cells of ``window``: states; bands, then textures."""
        halo = max(self.sides) // 2
        values, valid = self.image.read(window, halo)
        codes = self.image.codes(window, halo)
        state = np.where(valid, np.where(codes == NODATA, CLEAR, codes), NODATA)
        top = self.image.tops
        for layer, most in zip(values, top):
            if np.isfinite(most):
                state[(layer >= most) & (state == CLEAR)] = _SATURATED
        clear = state == CLEAR
        middle = (slice(halo, halo + window.rows), slice(halo, halo + window.columns))
        fields = [Field(np.where(clear[middle], v[middle], 0), clear[middle]) for v in values]
        weight = (1 / (self.scale * len(values))).astype(np.float32)
        mean = np.tensordot(weight, values - self._level[:, None, None], axes=1)
        for side in self.sides:
            deviation, known = _deviation(mean, clear, side)
            fields.append(Field(np.where(known, deviation, 0)[middle], known[middle]))
        return Cells(state[middle].astype(np.uint8), fields)


@dataclass(frozen=True)
class SpectraMeasure:
    """What an image shows of ``n`` polygons.

    Attributes
    ----------
    names
        Of the fields: a word for each ground band, then the textures.
    bands
        How many of the fields are bands.
    mean, deviation
        Shape ``(n, fields)``: weighted by area over clear cells; NaN where
        there are none.
    inside_mean, inside_deviation
        The same over cells wholly inside.
    cells, inside_cells
        Shape ``(n,)``: clear area in cells; fractions count in ``cells``.
    state_share
        Shape ``(n, 7)``: share of the polygon that is clear, without data, …
        (:data:`STATES`); what lies beside the image counts as without data.
    reached_share
        Shape ``(n,)``: share that lies on the image at all.
    area
        Shape ``(n,)``, m² on the image's grid; 0 where it cannot be measured.
    scale
        Shape ``(bands,)``: spread of each band over the image.
    dark
        Shape ``(bands,)``: value of the darkest ground of each band.
    cell
        Size of a cell in metres.
    place
        Shape ``(n, 2)``: column and row of the middle of each polygon.
    frame
        How polygons and image were brought together.
    """

    names: tuple[str, ...]
    bands: int
    mean: FloatArray
    deviation: FloatArray
    inside_mean: FloatArray
    inside_deviation: FloatArray
    cells: FloatArray
    inside_cells: FloatArray
    state_share: FloatArray
    reached_share: FloatArray
    area: FloatArray
    scale: FloatArray
    dark: FloatArray
    cell: float
    place: FloatArray
    frame: Frame
    image: ImageFile

    def __len__(self) -> int:
        return len(self.area)

    @cached_property
    def clear_share(self) -> FloatArray:
        """Shape ``(n,)``, 0…1: share of the polygon of which the ground shows."""
        return self.state_share[:, CLEAR]

    def band(self, role: str) -> FloatArray | None:
        """Mean of the band with that role less its darkest ground; ``None`` if unknown."""
        number = self.image.role(role)
        return None if number is None else self.mean[:, number] - self.dark[number]

    def index(self, more: str, less: str) -> FloatArray | None:
        """Normalised difference of two roles, shape ``(n,)``; ``None`` if one is unknown.

        NDVI of nir and red (Rouse et al. 1974), NDWI of green and nir
        (McFeeters 1996), MNDWI of green and swir1 (Xu 2006), NDBI of swir1 and
        nir (Zha et al. 2003), of values above the darkest ground.
        """
        one, other = self.band(more), self.band(less)
        if one is None or other is None:
            return None
        one, other = np.maximum(one, 0.0), np.maximum(other, 0.0)
        with np.errstate(invalid="ignore", divide="ignore"):
            return (one - other) / (one + other)


def measure_spectra(
    geometries: GeometryArray,
    wkt: str,
    image: ImageFile,
    progress: Progress = SILENT,
    threads: int = 0,
) -> SpectraMeasure:
    """Measure what the image shows of every polygon in one sweep.

    Parameters
    ----------
    geometries
        Shape ``(n,)``; what is no sound polygon is measured as nothing.
    wkt
        Their CRS, coordinates in order east, north.

    Raises
    ------
    RasterError
        When the image is damaged.
    Cancelled
        When the listener asked to stop.
    """
    progress.at(0.0)
    geometries = np.asarray(geometries, dtype=object)
    placing = Placing(wkt, image.raster.grid, bounds_of(geometries))
    threads = threads or default_threads()
    quantity = Spectra(image)
    # Found once, before threads ask for it.
    _ = image.clarity, image.tops
    outline = outlines_on_grid(
        placing.prepare(geometries), placing, progress.part(0.02, 0.1), threads
    )
    sums = sweep(outline, quantity, progress.part(0.1, 1.0), threads)
    cell_area = cell_areas(image.raster.grid, outline.bounds)
    place = (outline.bounds[:, :2] + outline.bounds[:, 2:]) / 2
    return _measure(sums, quantity, outline.area * cell_area, cell_area, place, placing.frame)


def _measure(
    sums: Sums,
    quantity: Spectra,
    area: FloatArray,
    cell_area: FloatArray,
    place: FloatArray,
    frame: Frame,
) -> SpectraMeasure:
    image = quantity.image
    shares = np.zeros((len(area), len(STATES)))
    known = area > 0
    shares[known] = np.clip(sums.class_area[known] / area[known, None], 0.0, 1.0)
    reached = np.zeros(len(area))
    reached[known] = np.clip(sums.area[known] / area[known], 0.0, 1.0)
    shares[:, NODATA] += np.where(known, 1 - reached, 1.0)
    first = sums.fields[0]
    return SpectraMeasure(
        names=quantity.names,
        bands=image.count,
        mean=_columns([field.whole.mean for field in sums.fields]),
        deviation=_columns([field.whole.deviation for field in sums.fields]),
        inside_mean=_columns([field.inside.mean for field in sums.fields]),
        inside_deviation=_columns([field.inside.deviation for field in sums.fields]),
        cells=first.whole.area / cell_area,
        inside_cells=first.inside.area / cell_area,
        state_share=shares,
        reached_share=reached,
        area=area,
        scale=quantity.scale,
        dark=_darkest(image),
        cell=image.cell,
        place=place,
        frame=frame,
        image=image,
    )


def _columns(parts: list[FloatArray]) -> FloatArray:
    return np.ascontiguousarray(np.column_stack(parts))


def _spreads(image: ImageFile) -> tuple[FloatArray, npt.NDArray[np.float32]]:
    """Spread (half the middle 80 %) and median of each ground band over clear ground."""
    values, valid = image.overview
    clear = valid & (image.clarity.code == CLEAR)
    if clear.sum() < 100:
        clear = valid
    scale, level = np.ones(len(values)), np.zeros(len(values), dtype=np.float32)
    for number, layer in enumerate(values):
        some = layer[clear]
        if len(some):
            low, level[number], high = np.quantile(some, (0.1, 0.5, 0.9))
            scale[number] = max(float(high - low) / 2, float(np.std(some)) / 4, 1e-6)
    return scale, level


def _darkest(image: ImageFile) -> FloatArray:
    """Value of the darkest ground of each band (:func:`.image_clear.above_dark`)."""
    values, valid = image.overview
    return np.array([np.quantile(layer[valid], 0.005) if valid.any() else 0.0 for layer in values])


def _deviation(
    values: npt.NDArray[np.float32], clear: BoolArray, side: int
) -> tuple[npt.NDArray[np.float32], BoolArray]:
    """Standard deviation within a square around each cell, and where all of it is clear."""
    filled = np.where(clear, values, 0).astype(np.float64)
    mean = ndimage.uniform_filter(filled, side, mode="nearest")
    square = ndimage.uniform_filter(filled * filled, side, mode="nearest")
    known = clear
    if not clear.all():
        known = ndimage.minimum_filter(clear, side, mode="nearest")
    return np.sqrt(np.maximum(square - mean * mean, 0.0)).astype(np.float32), known
