"""On which side of its line each strip of the picture belongs, by the colours of both parcels.

An outline parts two parcels whose colours are known from their insides. Each
place along it is asked, from a little inside to a little outside, whether it
looks like the one or the other: the logarithm of the likelihood ratio of two
normal distributions of one covariance is linear in the colours (Fisher 1936,
Annals of Eugenics 7, 179–188). Its mean across the line is zero where the
line runs on the border; it is positive where the ground beyond is still the
parcel's own, negative where the line lies too far out. That is the slope of
the likelihood of the outline's place, as in region-based active contours (Zhu
& Yuille 1996, IEEE PAMI 18, 884–900; Chan & Vese 2001, IEEE Transactions on
Image Processing 10, 266–277). Unlike the strength of edges it has a sign: what
is drawn beside the border within a parcel cancels, and it does not fade with
the distance from the border.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from ..grid import Window
from ..progress import SILENT, Progress
from ..table import BoolArray, FloatArray, IntArray
from .edges_owners import NOBODY, OwnerMap, inner
from .edges_profiles import SECTORS, by_window
from .edges_samples import Samples
from .image_file import ImageFile
from .robust import TO_SIGMA
from .spectra import SpectraMeasure

HALF = 1.5
"""Units (pixels, unless they are finer than the tolerance) on each side of a line."""

_STEPS: FloatArray = np.arange(-HALF - 1.0, HALF + 1.5)
_LOOKED = (1.0, 1.75, 2.5)
_HALO = 7
_CELLS = 1 << 18
_LOOKS = 12
_CHUNK = 1 << 14
_CLIP = 3.0
_CLEAREST = 9.0
_INSIDE_CELLS = 4.0
_LEAST_CELLS = 3.0
_WIDE = 0.5

Single = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Sides:
    """Slopes of the likelihood of outlines, summed by parcel and direction.

    Attributes
    ----------
    slope
        ``(parcels, SECTORS)``: sum over samples of the mean log ratio across the
        line, own parcel over neighbour; positive: the border lies farther out.
    response
        The same shape: by how much ``slope`` grows for each unit that the
        lines are drawn farther in.
    count
        The same shape: samples.
    contrast
        ``(parcels,)``: sum over samples of the squared Mahalanobis distance of
        both parcels, no more than 9 each.
    wide
        ``(parcels,)``: parcels most of whose cells lie inside. Roads and ditches
        a few pixels wide mix with their neighbours on both sides.
    """

    slope: Single
    response: Single
    count: IntArray
    contrast: FloatArray
    wide: BoolArray

    @property
    def samples(self) -> IntArray:
        """Samples of each parcel, ``(parcels,)``."""
        return self.count.sum(axis=1)


@dataclass(frozen=True)
class _Colours:
    """Mean colours of parcels, ``(n, bands)``, on how many cells, and what they scatter."""

    mean: FloatArray
    known: BoolArray
    precision: FloatArray


def measure_sides(
    image: ImageFile,
    spectra: SpectraMeasure,
    samples: Samples,
    owners: OwnerMap,
    shift: FloatArray,
    progress: Progress = SILENT,
    unit: float = 1.0,
) -> Sides | None:
    """Ask the picture on both sides of every outline.

    Parameters
    ----------
    spectra
        Of the same parcels on the same image.
    shift
        Columns and rows by which all outlines are moved first, ``(2,)``.
    unit
        Pixels between two places across a line. More than one where the picture is so fine
        that an honest line may lie several pixels off.

    Returns
    -------
    Sides or None
        ``None`` where no parcel has colours of its own.

    Raises
    ------
    RasterError
        When the image is damaged.
    """
    rows = len(spectra)
    windows = image.raster.windows(_CELLS)
    groups = by_window(samples, windows)
    colours = _colours(image, spectra, owners, [windows[number] for number, _ in groups])
    if colours is None:
        return None
    out = Sides(
        np.zeros((rows, SECTORS), dtype=np.float32),
        np.zeros((rows, SECTORS), dtype=np.float32),
        np.zeros((rows, SECTORS), dtype=np.int64),
        np.zeros(rows),
        spectra.inside_cells >= _WIDE * spectra.cells,
    )
    for done, (number, members) in enumerate(groups):
        progress.at(done / len(groups))
        view = _View(image, owners, windows[number], unit)
        for first in range(0, len(members), _CHUNK):
            _ask(view, colours, samples, members[first : first + _CHUNK], shift, out)
    return out


def _colours(
    image: ImageFile, spectra: SpectraMeasure, owners: OwnerMap, places: list[Window]
) -> _Colours | None:
    bands = spectra.bands
    pure = spectra.inside_cells >= _INSIDE_CELLS
    mean = np.where(pure[:, None], spectra.inside_mean[:, :bands], spectra.mean[:, :bands])
    cells = np.where(pure, spectra.inside_cells, spectra.cells)
    known = np.isfinite(mean).all(axis=1) & (cells >= _LEAST_CELLS)
    which = np.unique(np.linspace(0, len(places) - 1, _LOOKS).astype(int)) if places else []
    parts = [_residuals(image, owners, places[number], mean, known) for number in which]
    rest = np.concatenate(parts, axis=1) if parts else np.zeros((bands, 0))
    if rest.shape[1] < 100 * bands:
        return None
    scale = TO_SIGMA * np.median(np.abs(rest), axis=1)
    scale = np.maximum(scale, 1e-6 * max(float(np.abs(mean[known]).max(initial=0.0)), 1e-6))
    near = (np.abs(rest) < 4 * scale[:, None]).all(axis=0)
    covariance = np.atleast_2d(np.cov(rest[:, near])) + np.diag(1e-3 * scale**2)
    return _Colours(np.where(known[:, None], mean, 0.0), known, np.linalg.inv(covariance))


def _residuals(
    image: ImageFile, owners: OwnerMap, window: Window, mean: FloatArray, known: BoolArray
) -> FloatArray:
    """Colours of inner cells less their parcel's mean, ``(bands, cells)``."""
    view = _View(image, owners, window, 1.0)
    chosen = view.clear & inner(view.owner)
    chosen &= known[np.maximum(view.owner, 0)]
    values = view.values[:, chosen].astype(np.float64) - mean[view.owner[chosen]].T
    return np.asarray(values[:, :: max(1, values.shape[1] // 20_000)])


class _View:
    """A window of the picture with a halo: colours, owners, and where the ground shows."""

    def __init__(self, image: ImageFile, owners: OwnerMap, window: Window, unit: float) -> None:
        halo = _HALO + int(np.ceil((HALF + 1) * unit))
        self.unit = unit
        self.values, self.clear = image.clear(window, halo)
        self.owner = owners.of(window, halo)
        self.corner = (window.row - halo, window.column - halo)

    def cells(self, x: FloatArray, y: FloatArray) -> tuple[IntArray, IntArray, BoolArray]:
        """Row and column within the window of places, and whether they lie in it."""
        row = np.floor(y - self.corner[0]).astype(np.int64)
        column = np.floor(x - self.corner[1]).astype(np.int64)
        height, width = self.owner.shape
        inside = (row >= 0) & (column >= 0) & (row < height) & (column < width)
        return np.clip(row, 0, height - 1), np.clip(column, 0, width - 1), inside


def _ask(
    view: _View, colours: _Colours, samples: Samples, members: IntArray, shift: FloatArray,
    out: Sides,
) -> None:  # fmt: skip
    x, y = samples.x[members].astype(np.float64), samples.y[members].astype(np.float64)
    way = np.stack([samples.out_x[members], samples.out_y[members]], axis=1).astype(np.float64)
    own = samples.row[members]
    other = _neighbours(view, x, y, way, own)
    good = colours.known[own] & (other != NOBODY) & colours.known[np.maximum(other, 0)]
    x, y, way, own, other = x[good], y[good], way[good], own[good], other[good]
    if not len(own):
        return
    apart = colours.mean[own] - colours.mean[other]
    weight = apart @ colours.precision
    middle = ((colours.mean[own] + colours.mean[other]) / 2 * weight).sum(axis=1)
    # The outlines stay; the picture is looked at where they would lie.
    across = _STEPS * view.unit
    steps = across + (way @ shift)[:, None]
    places = x[:, None] + way[:, :1] * steps, y[:, None] + way[:, 1:] * steps
    ratio, seen = _ratios(view, *places, weight, middle)
    row, column, inside = view.cells(
        x[:, None] + way[:, :1] * across, y[:, None] + way[:, 1:] * across
    )
    owner = view.owner[row, column]
    # What lies beyond either parcel says nothing of the line between them.
    ratio[(owner != own[:, None]) & (owner != other[:, None])] = 0.0
    seen &= inside.all(axis=1)
    ratio, own = ratio[seen], own[seen]
    angle = np.arctan2(way[seen, 1], way[seen, 0]) * (SECTORS / (2 * np.pi))
    key = own * SECTORS + np.rint(angle).astype(np.int64) % SECTORS
    here, inward, outward = (ratio[:, s].mean(axis=1) for s in _spans())
    np.add.at(out.slope.reshape(-1), key, here)
    np.add.at(out.response.reshape(-1), key, (inward - outward) / 2)
    np.add.at(out.count.reshape(-1), key, 1)
    clear = np.minimum((weight * apart).sum(axis=1)[seen], _CLEAREST)
    np.add.at(out.contrast, own, clear)


def _spans() -> tuple[slice, slice, slice]:
    """Steps about the line, about one a unit farther in, and one a unit farther out."""
    last = len(_STEPS)
    return slice(1, last - 1), slice(0, last - 2), slice(2, last)


def _neighbours(
    view: _View, x: FloatArray, y: FloatArray, way: FloatArray, own: IntArray
) -> IntArray:
    """The parcel on the other side of each sample; :data:`NOBODY` where there is none."""
    out = np.full(len(own), NOBODY, dtype=np.int64)
    for step in view.unit * np.array(_LOOKED):
        row, column, inside = view.cells(x + step * way[:, 0], y + step * way[:, 1])
        found = np.where(inside, view.owner[row, column], NOBODY)
        take = (out == NOBODY) & (found != own)
        out[take] = found[take]
    return out


def _ratios(
    view: _View, x: FloatArray, y: FloatArray, weight: FloatArray, middle: FloatArray
) -> tuple[FloatArray, BoolArray]:
    """Log ratios at places ``(n, steps)``, bounded; and samples whose ground shows throughout."""
    at = np.stack([y - view.corner[0] - 0.5, x - view.corner[1] - 0.5])
    out = np.zeros(x.shape)
    for number, layer in enumerate(view.values):
        value = ndimage.map_coordinates(layer, at, order=1, mode="nearest")
        out += weight[:, number, None] * value
    row, column, inside = view.cells(x, y)
    seen = (view.clear[row, column] & inside).all(axis=1)
    return np.clip(out - middle[:, None], -_CLIP, _CLIP), seen
