"""What of a picture tells land apart: numbers per parcel, on no scale of any sensor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..table import BoolArray, FloatArray
from .robust import TO_SIGMA
from .spectra import SpectraMeasure

_INSIDE_CELLS = 6.0
_FLOOR = 0.02
_FEW_BANDS = 5
_MOST_DIMENSIONS = 10
_KEPT_VARIANCE = 0.995
_FARTHEST = 6.0
_PAIRS = (
    *(("nir", "red"), ("green", "nir"), ("swir1", "nir"), ("green", "swir1")),
    *(("red", "blue"), ("green", "red"), ("swir1", "swir2"), ("nir", "red_edge")),
)


def features(found: SpectraMeasure) -> tuple[FloatArray, FloatArray]:
    """Raw features of every parcel, and how many cells they rest on.

    Logarithms of bands above the darkest ground, normalised differences (all
    pairs of few bands, else the usual indices), logarithms of the spread
    within the parcel and of texture. From cells wholly inside where there are
    some, as those on the border show the neighbour too.

    Returns
    -------
    values
        Shape ``(n, features)``; NaN where nothing is known.
    cells
        Shape ``(n,)``.
    """
    inside = found.inside_cells >= _INSIDE_CELLS
    # Texture needs a square of clear cells, which a thin parcel may lack.
    mean = np.where(inside[:, None] & np.isfinite(found.inside_mean), found.inside_mean, found.mean)
    spread = np.where(
        inside[:, None] & np.isfinite(found.inside_deviation),
        found.inside_deviation,
        found.deviation,
    )
    cells = np.where(inside, found.inside_cells, found.cells)
    bands = found.bands
    above = np.maximum(mean[:, :bands] - found.dark, 0.0) / found.scale + _FLOOR
    parts = [np.log(above)]
    pairs = _pairs(found)
    if pairs:
        one, other = above[:, [a for a, _ in pairs]], above[:, [b for _, b in pairs]]
        parts.append((one - other) / (one + other))
    parts.append(np.log(spread[:, :bands] / found.scale + _FLOOR))
    parts.append(np.log(mean[:, bands:] + _FLOOR))
    return np.hstack(parts), cells


def _pairs(found: SpectraMeasure) -> list[tuple[int, int]]:
    count = found.bands
    if count <= _FEW_BANDS:
        return [(one, other) for one in range(count) for other in range(one)]
    image = found.image
    known = ((image.role(one), image.role(other)) for one, other in _PAIRS)
    pairs = [(one, other) for one, other in known if one is not None and other is not None]
    return pairs or [(number, number - 1) for number in range(1, count)]


@dataclass(frozen=True)
class Space:
    """Features brought to few uncorrelated axes of spread 1.

    ``level``, ``scale``: of each feature; ``axes``: ``(features, d)``.
    """

    level: FloatArray
    scale: FloatArray
    axes: FloatArray

    def of(self, values: FloatArray) -> FloatArray:
        """Shape ``(n, d)``; outliers are pulled in to where they still are outliers."""
        plain = np.clip((values - self.level) / self.scale, -_FARTHEST, _FARTHEST)
        return plain @ self.axes


def space_of(values: FloatArray, usable: BoolArray) -> Space:
    """Principal axes of the correlation of usable rows (at least two).

    Level and scale are median and NMAD, so that errors do not move them.
    """
    some = values[usable]
    level = np.median(some, axis=0)
    scale = TO_SIGMA * np.median(np.abs(some - level), axis=0)
    scale = np.maximum(scale, np.maximum(0.2 * some.std(axis=0), 1e-3))
    plain = np.clip((some - level) / scale, -_FARTHEST, _FARTHEST)
    size, axes = np.linalg.eigh(np.cov(plain.T) + 1e-9 * np.eye(values.shape[1]))
    order = np.argsort(-size)
    size, axes = size[order], axes[:, order]
    kept = int(np.searchsorted(np.cumsum(size) / size.sum(), _KEPT_VARIANCE)) + 1
    kept = min(kept, _MOST_DIMENSIONS)
    axes = axes[:, :kept] / np.sqrt(np.maximum(size[:kept], 1e-6))
    # The sign of an axis is chance; it shall be the same everywhere.
    largest = np.argmax(np.abs(axes), axis=0)
    return Space(level, scale, axes * np.sign(axes[largest, np.arange(kept)]))
