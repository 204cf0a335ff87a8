"""Where an image shows the ground: not cloud, shadow of clouds, haze, snow.

Works on any scale of values (8 bit, raw 10 to 16 bit, reflectance) and with the
visible bands alone; further bands make it surer. It rather gives up clear ground
than take a cloud for a roof: what is not clear is not judged.

Sources: the line of clear sky between blue and red (haze optimised transform;
Zhang, Guindon & Cihlar 2002, Remote Sens. Environ. 82, 173–187); whiteness, snow
index, thermal test and shadows found by matching clouds with dark near infrared
(Zhu & Woodcock 2012, Remote Sens. Environ. 118, 83–94).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from scipy.fft import irfft2, next_fast_len, rfft2

from ..table import BoolArray, FloatArray
from .robust import TO_SIGMA

CLEAR, NODATA, CLOUD, SHADOW, HAZE, SNOW = range(6)
"""Codes of cells."""

_BRIGHT = 0.15
"""Reflectance above the darkest ground that only clouds and snow reach over wide areas
in blue light; bright soils and roofs stay below (spectra in Jensen 2007, chapter 14)."""

_THIN = 0.06
_WHITEST = 0.7  # Zhu & Woodcock 2012, equation 2
_SNOW_INDEX = 0.4  # Hall et al. 1995, Remote Sens. Environ. 54, 127–140
_SIGMAS = 4.0
_THIN_SIGMAS = 3.0
_SURE_SIGMAS = 6.0
_COARSE_CELL_M = 20.0
_LEAST_CELLS = 3
_SHARP_CELL_M = 4.0
_SHARPEST_PER_M = 0.02
_FINE_WIDTH_M = 200.0
_FINE_WHITEST = 0.25
_LEAST_WIDTH_M = 90.0
_MARGIN_M = 90.0
_HAZE_REACH_M = 900.0
_SHADOW_REACH_M = 6_000.0
_SHADOW_LEAST_M = 150.0
_SHADOW_GAIN = 1.5
_DARK = 0.6


@dataclass(frozen=True)
class Clarity:
    """The state of an image on a grid at most as fine as its own.

    Attributes
    ----------
    code
        Shape ``(rows, columns)`` uint8: :data:`CLEAR`, :data:`NODATA`, ….
    tested
        What could be looked for: ``cloud``, ``shadow``, ``snow``, ``thermal``.
    """

    code: npt.NDArray[np.uint8]
    tested: tuple[str, ...]

    def at(self, rows: FloatArray, columns: FloatArray) -> npt.NDArray[np.uint8]:
        """Codes on the grid of ``rows`` × ``columns``, each 0…1 down and across the image."""
        height, width = self.code.shape
        down = np.clip((rows * height).astype(np.int64), 0, height - 1)
        across = np.clip((columns * width).astype(np.int64), 0, width - 1)
        return self.code[down[:, None], across[None, :]]

    def share(self, code: int) -> float:
        """Share of the image with data that has this code."""
        known = self.code != NODATA
        return float((self.code == code).sum() / max(int(known.sum()), 1))


def clarity_of(bands: dict[str, FloatArray], valid: BoolArray, cell: float) -> Clarity:
    """Find what hides the ground.

    Parameters
    ----------
    bands
        By role, shape ``(rows, columns)``, in reflectance above the darkest
        ground, about (:func:`above_dark`); ``thermal`` on any rising scale.
    valid
        Same shape: cells with data in all of them.
    cell
        Their size in metres.
    """
    code = np.where(valid, CLEAR, NODATA).astype(np.uint8)
    visible = [bands[role] for role in ("blue", "green", "red") if role in bands]
    if len(visible) < 2 or valid.sum() < 100:
        return Clarity(code, ())
    tested = ["cloud"]
    cloud, thin = _clouds(bands, visible, valid, cell)
    snow = _snow(bands, valid)
    if snow is not None:
        tested.append("snow")
        cloud, thin = cloud & ~snow, thin & ~snow
    if "thermal" in bands and cloud.any():
        tested.append("thermal")
        cloud = _cold(cloud, bands["thermal"], valid & ~thin)
    cloud = _grown(cloud, _MARGIN_M, cell)
    haze = _beside(thin & ~cloud, cloud, _HAZE_REACH_M, cell)
    dark = bands.get("nir", visible[-1])
    if cloud.any():
        tested.append("shadow")
    shadow = _shadows(cloud, dark, valid & ~cloud & ~thin, cell)
    code[valid & shadow] = SHADOW
    code[valid & haze] = HAZE
    code[valid & cloud] = CLOUD
    if snow is not None:
        code[snow] = SNOW
    return Clarity(code, tuple(tested))


def above_dark(values: FloatArray, valid: BoolArray, gain: float) -> FloatArray:
    """Reflectance above the darkest ground: what haze and offsets add is taken off.

    Dark object subtraction (Chavez 1988, Remote Sens. Environ. 24, 459–479).
    """
    some = values[valid]
    dark = float(np.quantile(some, 0.005)) if len(some) else 0.0
    return ((values - dark) * gain).astype(np.float32)


def _clouds(
    bands: dict[str, FloatArray], visible: list[FloatArray], valid: BoolArray, cell: float
) -> tuple[BoolArray, BoolArray]:
    """Certain clouds, and what may be thin cloud or haze."""
    first, last = visible[0], visible[-1]
    mean = np.mean(visible, axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        white = sum(np.abs(band - mean) for band in visible) / np.abs(mean)
        clearly = np.minimum.reduce(visible) > _BRIGHT
    hot = _haze_transform(first, last, valid)
    spread = max(_spread(hot[valid]), 1e-4)
    bright = _spread(mean[valid])
    middle = float(np.median(mean[valid]))
    # Where clouds hide most of the ground, the median is itself a cloud.
    ground = min(middle, float(np.quantile(mean[valid], 0.25)) + 0.02)
    cloud = valid & clearly & (white < _WHITEST) & (mean > ground + _BRIGHT / 2)
    if "swir1" in bands:
        cloud &= bands["swir1"] > _THIN / 2
    if bright > 0 and middle < _BRIGHT:
        cloud &= mean > middle + _SIGMAS * min(bright, _THIN)
    if cell <= _SHARP_CELL_M:
        cloud = _soft(_opened(cloud & (white < _FINE_WHITEST), _FINE_WIDTH_M, cell), mean, cell)
    else:
        cloud = _whole(cloud, hot > _SURE_SIGMAS * spread, cell)
    thin = valid & (hot > max(_THIN_SIGMAS * spread, _THIN / 3)) & (mean > ground + _THIN / 2)
    return cloud, thin


def _haze_transform(blue: FloatArray, red: FloatArray, valid: BoolArray) -> FloatArray:
    """Distance of each cell from the clear line, towards blue (Zhang et al. 2002, eq. 1)."""
    x, y = blue[valid].astype(np.float64), red[valid].astype(np.float64)
    # The clear line is that of the darker half in blue: haze and clouds are brighter.
    clear = x <= np.quantile(x, 0.5)
    x0, y0 = np.median(x[clear]), np.median(y[clear])
    spread_x, spread_y = np.std(x[clear]), np.std(y[clear])
    slope = max(float(spread_y / spread_x) if spread_x > 0 else 1.0, 0.5)
    angle = np.arctan(slope)
    return (blue - x0) * np.sin(angle) - (red - y0) * np.cos(angle)


def _snow(bands: dict[str, FloatArray], valid: BoolArray) -> BoolArray | None:
    if not {"green", "swir1"} <= bands.keys():
        return None
    green, swir = bands["green"], bands["swir1"]
    with np.errstate(invalid="ignore", divide="ignore"):
        index = (green - swir) / (green + swir)
    return valid & (index > _SNOW_INDEX) & (green > _BRIGHT)


def _cold(cloud: BoolArray, thermal: FloatArray, ground: BoolArray) -> BoolArray:
    """Clouds that are not warmer than the ground; all where the ground is not known."""
    if ground.sum() < 100:
        return cloud
    warm = float(np.quantile(thermal[ground], 0.5))
    label, count = ndimage.label(cloud, np.ones((3, 3)))
    if not count:
        return cloud
    means = ndimage.mean(thermal, label, np.arange(1, count + 1))
    return np.concatenate([[False], np.asarray(means) <= warm])[label]


def _whole(cloud: BoolArray, hazy: BoolArray, cell: float) -> BoolArray:
    """Pieces as wide as clouds are; narrower ones on coarse images where they are blue too.

    Roofs and roads are narrow, bright rock is not blue.
    """
    if cell >= _LEAST_WIDTH_M:
        return cloud
    wide = _opened(cloud, _LEAST_WIDTH_M, cell)
    if cell < _COARSE_CELL_M:
        return wide
    label, count = ndimage.label(cloud & hazy, np.ones((3, 3)))
    size = np.bincount(label.ravel(), minlength=count + 1)
    size[0] = 0
    return wide | (size >= _LEAST_CELLS)[label]


def _soft(cloud: BoolArray, mean: FloatArray, cell: float) -> BoolArray:
    """Pieces whose edge is as soft as that of clouds: fields and roofs end sharply."""
    label, count = ndimage.label(cloud, np.ones((3, 3)))
    if not count:
        return cloud
    edge = cloud & ~ndimage.binary_erosion(cloud, np.ones((3, 3)), border_value=1)
    steep = ndimage.gaussian_gradient_magnitude(mean, 1.0) / cell
    number = np.arange(1, count + 1)
    sharp = ndimage.median(steep, np.where(edge, label, 0), number) > _SHARPEST_PER_M
    return np.concatenate([[False], ~np.asarray(sharp)])[label]


def _opened(mask: BoolArray, metres: float, cell: float) -> BoolArray:
    """Only what is at least ``metres`` wide everywhere."""
    steps = max(round(metres / cell / 2), 1)
    core = ndimage.distance_transform_cdt(np.pad(mask, 1), "chessboard")[1:-1, 1:-1] > steps
    if not core.any():
        return np.zeros_like(mask)
    near = ndimage.distance_transform_cdt(~core, "chessboard") <= steps
    return mask & near


def _grown(mask: BoolArray, metres: float, cell: float) -> BoolArray:
    if not mask.any():
        return mask
    return ndimage.distance_transform_edt(~mask) <= max(metres / cell, 1.0)


def _beside(mask: BoolArray, cloud: BoolArray, metres: float, cell: float) -> BoolArray:
    """Cells of ``mask`` in a piece that touches a cloud, and not far from one."""
    if not cloud.any() or not mask.any():
        return np.zeros_like(mask)
    label, _ = ndimage.label(mask | cloud, np.ones((3, 3)))
    touching = np.unique(label[cloud])
    near = ndimage.distance_transform_edt(~cloud) <= metres / cell
    return mask & near & np.isin(label, touching[touching > 0])


def _shadows(cloud: BoolArray, dark: FloatArray, ground: BoolArray, cell: float) -> BoolArray:
    """Dark cells where clouds, moved together, cover most dark cells.

    One movement for all clouds, as they are about equally high; where none
    stands out, dark cells anywhere near clouds are taken for shadow.
    """
    nothing = np.zeros_like(cloud)
    if not cloud.any() or ground.sum() < 100:
        return nothing
    level = _DARK * float(np.median(dark[ground]))
    low = ground & (dark < level)
    low = ndimage.binary_opening(low, np.ones((2, 2)))
    if not low.any():
        return nothing
    shift = _movement(cloud, low, cell)
    if shift is None:
        return low & _grown(cloud, _SHADOW_REACH_M / 3, cell)
    reach = np.hypot(*shift) * cell
    out = nothing.copy()
    for part in np.linspace(0.6, 1.4, 9):
        rows, columns = (round(step * part) for step in shift)
        out |= _moved(cloud, rows, columns)
    return low & _grown(out, max(_MARGIN_M, 0.1 * reach), cell)


def _movement(cloud: BoolArray, low: BoolArray, cell: float) -> tuple[int, int] | None:
    """Rows and columns by which clouds fall on dark cells far more than by chance."""
    most = int(min(_SHADOW_REACH_M / cell, max(cloud.shape) / 2))
    least = max(_SHADOW_LEAST_M / cell, 2.0)
    size = [next_fast_len(n + most, real=True) for n in cloud.shape]
    both = irfft2(
        np.conj(rfft2(cloud.astype(np.float32), size)) * rfft2(low.astype(np.float32), size), size
    )
    steps = np.arange(-most, most + 1)
    hits = both[np.ix_(steps % size[0], steps % size[1])]
    distance = np.hypot(steps[:, None], steps[None, :])
    hits = np.where((distance >= least) & (distance <= most), hits, 0.0)
    best = np.unravel_index(int(np.argmax(hits)), hits.shape)
    usual = float(np.median(hits[(distance >= least) & (distance <= most)]))
    if not hits[best] > _SHADOW_GAIN * max(usual, 1.0):
        return None
    return int(steps[best[0]]), int(steps[best[1]])


def _moved(mask: BoolArray, rows: int, columns: int) -> BoolArray:
    out = np.zeros_like(mask)
    height, width = mask.shape
    if abs(rows) >= height or abs(columns) >= width:
        return out
    to = (
        slice(max(rows, 0), height + min(rows, 0)),
        slice(max(columns, 0), width + min(columns, 0)),
    )
    of = (
        slice(max(-rows, 0), height - max(rows, 0)),
        slice(max(-columns, 0), width - max(columns, 0)),
    )
    out[to] = mask[of]
    return out


def _spread(values: FloatArray) -> float:
    return float(TO_SIGMA * np.median(np.abs(values - np.median(values)))) if len(values) else 0.0
