"""What one sweep over both images says of every parcel, and the words for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..grid import Window
from ..raster import Raster
from ..table import BoolArray, FloatArray, IntArray
from .change_irmad import Mad
from .change_pair import ImagePair, gradient
from .image_file import ImageFile
from .outlines import Outlines
from .zonal import Cells, Sums
from .zonal_window import Field

LEAST_CELLS = 4.0
"""Cells in both images below which a parcel is not compared."""

CLEAR_SHARE = 0.6
"""Share of a parcel that must be seen in both images."""

_INSIDE_CELLS = 9.0


class PairCells:
    """Both images' bands, their MAD variates and the fall of the ground, cell by cell."""

    class_count = 0

    def __init__(self, pair: ImagePair, mad: Mad, dem: Raster | None) -> None:
        self.raster = pair.first.raster
        self.field_count = pair.first.count + pair.second.count + len(mad) + 2 * (dem is not None)
        self._pair, self._mad, self._dem = pair, mad, dem

    def of(self, window: Window) -> Cells:
        """The cells of ``window``; valid where both images show the ground."""
        one, other, clear = self._pair.read(window)
        values = self._mad.variates(one[:, clear].T, other[:, clear].T).T
        variates = np.zeros((len(self._mad), *clear.shape), dtype=np.float32)
        variates[:, clear] = values
        layers = [*one, *other, *variates]
        for layer in layers[: len(one) + len(other)]:
            layer[~clear] = 0
        fields = [Field(layer, clear) for layer in layers]
        if self._dem is not None:
            fields += self._fall(window)
        return Cells(None, fields)

    def _fall(self, window: Window) -> list[Field]:
        assert self._dem is not None
        heights, known = self._dem.read(window, halo=1)
        across, down = self._dem.grid.spacing(window.row, window.rows)
        fall = gradient(heights.astype(np.float64), across, down)
        whole = np.ones(fall.shape[1:], dtype=bool)
        if known is not None:
            for row, column in ((1, 0), (1, 2), (0, 1), (2, 1)):
                whole &= known[row : row + window.rows, column : column + window.columns]
        fall[:, ~whole] = 0
        return [Field(layer, whole) for layer in fall]


@dataclass(frozen=True)
class Views:
    """What the sweep saw of each parcel: means of bands, their unevenness, the fall."""

    first: FloatArray
    second: FloatArray
    unevenness: FloatArray
    fall: FloatArray
    place: FloatArray
    cells: FloatArray
    clear_share: FloatArray
    reached: FloatArray

    @property
    def seen(self) -> BoolArray:
        """Parcels large and clear enough in both images, shape ``(n,)``."""
        return (self.cells >= LEAST_CELLS) & (self.clear_share >= CLEAR_SHARE)

    @staticmethod
    def of(sums: Sums, pair: ImagePair, mad: Mad, outline: Outlines, fall: bool) -> Views:
        """From the sums of a sweep; cells wholly inside speak alone where they are enough."""
        area = float(np.prod(pair.grid.spacing(pair.grid.height // 2, 1)))
        field = sums.fields[0]
        inside = field.inside.area / area
        pure = inside >= _INSIDE_CELLS
        means = np.column_stack([np.where(pure, s.inside.mean, s.whole.mean) for s in sums.fields])
        spreads = np.column_stack(
            [np.where(pure, s.inside.deviation, s.whole.deviation) for s in sums.fields]
        )
        p, q, k = pair.first.count, pair.second.count, len(mad)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = np.where(outline.area > 0, field.whole.area / area / outline.area, 0.0)
            uneven = np.log(np.sqrt((spreads[:, p + q : p + q + k] ** 2).mean(axis=1)) + 1e-6)
        bounds = outline.bounds
        return Views(
            first=means[:, :p],
            second=means[:, p : p + q],
            unevenness=uneven[:, None],
            fall=means[:, p + q + k :] if fall else np.zeros((len(means), 0)),
            place=np.column_stack([bounds[:, ::2].mean(axis=1), bounds[:, 1::2].mean(axis=1)]),
            cells=np.where(pure, inside, field.whole.area / area),
            clear_share=np.clip(np.nan_to_num(share), 0.0, 1.0),
            reached=np.where(outline.area > 0, sums.area, 0.0),
        )


def named_changes(
    pair: ImagePair, views: Views, teaches: IntArray, past: IntArray, groups: int
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Changes that have names, beyond what peers changed: greener, brighter, wetter; NDVI now."""
    one, other = pair.first, pair.second
    ndvi, ndvi_before = (
        _index(image, mean, "nir", "red")
        for image, mean in ((one, views.first), (other, views.second))
    )
    wet, wet_before = (
        _index(image, mean, "green", "nir")
        for image, mean in ((one, views.first), (other, views.second))
    )
    visible = [r for r in ("blue", "green", "red") if None not in (one.role(r), other.role(r))]
    brighter = np.full(len(teaches), np.nan)
    if visible:
        with np.errstate(invalid="ignore", divide="ignore"):
            each = [_ratio(views, one.role(role), other.role(role)) for role in visible]
        brighter = np.mean(each, axis=0)
    changes = (ndvi - ndvi_before, brighter, wet - wet_before)
    greener, brighter, wetter = (_beside(each, teaches, past, groups) for each in changes)
    return greener, brighter, wetter, ndvi


def _ratio(views: Views, i: int | None, j: int | None) -> FloatArray:
    """A band now over the same band before, in units of its usual value."""
    assert i is not None and j is not None
    before = views.second[:, j]
    ratio = views.first[:, i] / np.where(before > 0, before, np.nan)
    usual = float(np.nanmedian(ratio)) if np.isfinite(ratio).any() else np.nan
    return ratio / usual - 1


def _index(image: ImageFile, means: FloatArray, plus: str, minus: str) -> FloatArray:
    """Normalised difference of two bands; an NDVI band itself where there is one."""
    ready = image.role("ndvi") if plus == "nir" else None
    if ready is not None:
        return means[:, ready]
    a, b = image.role(plus), image.role(minus)
    if a is None or b is None:
        return np.full(len(means), np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (means[:, a] - means[:, b]) / (means[:, a] + means[:, b])


def _beside(value: FloatArray, teaches: IntArray, past: IntArray, groups: int) -> FloatArray:
    """What is left when the usual change of the group is taken off."""
    usual = np.full(groups + 1, np.nan)
    for number in range(groups):
        some = value[(teaches == number) & np.isfinite(value)]
        if len(some):
            usual[number] = np.median(some)
    return value - usual[past]
