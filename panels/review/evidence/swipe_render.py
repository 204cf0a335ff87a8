"""An image as the canvas would show it: natural in colour, in no layer, nothing written.

GDAL alone does it, in a thread of ours. QGIS keeps transformations between coordinate systems for
every thread, and a thread that ends takes them from the others too (seen with 3.40: rasters of
another CRS were no longer drawn at all).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from qgis.PyQt.QtGui import QImage

Bounds = tuple[float, float, float, float]
"""West, south, east, north."""
Cut = tuple[float, float]
_CUT = (2.0, 98.0)
_COARSE = 160
_AROUND = 3.0
_FAR = 9.0
_MOST_PIXELS = 4096


@dataclass(frozen=True)
class View:
    """What the canvas shows: bounds in the CRS ``wkt`` (easting first), and how many pixels."""

    bounds: Bounds
    wkt: str
    width: int
    height: int


@dataclass(frozen=True)
class Stretch:
    """Between which values the three bands are shown, and for which part of the map."""

    bounds: Bounds
    wkt: str
    cuts: tuple[Cut, ...]

    def fits(self, view: View) -> bool:
        """Whether it was made for this place, and not for far more than is seen."""
        west, south, east, north = self.bounds
        inside = (
            west <= view.bounds[0]
            and south <= view.bounds[1]
            and east >= view.bounds[2]
            and north >= view.bounds[3]
        )
        return self.wkt == view.wkt and inside and _width(view.bounds) >= _width(self.bounds) / _FAR


@dataclass(frozen=True)
class Rendered:
    """A picture of a view, transparent where the image has nothing."""

    image: QImage
    view: View
    stretch: Stretch


def render(
    path: str,
    bands: Sequence[int],
    view: View,
    stretch: Stretch | None = None,
    progress: Any = None,
) -> Rendered:
    """Draw ``view`` with ``bands`` of an image as red, green and blue.

    The darkest and brightest two in a hundred are cut, counted in a coarse copy of the
    neighbourhood, so that a glaring roof elsewhere leaves the fields their colours; ``stretch`` of
    an earlier picture is kept while it fits, so that colours do not change at every step.

    Raises
    ------
    ValueError
        When there is no such image.
    Cancelled
        When the listener asked to stop.
    """
    source = _chosen(path, bands)
    if stretch is None or not stretch.fits(view):
        stretch = _stretch(source, view, progress)
    width, height = min(view.width, _MOST_PIXELS), min(view.height, _MOST_PIXELS)
    values, good = _warped(source, View(view.bounds, view.wkt, width, height), progress)
    pixels = np.zeros((height, width, 4), dtype=np.uint8)
    for place in range(3):
        low, high = stretch.cuts[place]
        share = (values[place] - low) / (high - low)
        pixels[..., place] = np.clip(np.nan_to_num(share) * 255.0, 0.0, 255.0).astype(np.uint8)
    pixels[..., 3] = np.where(good, 255, 0)
    image = QImage(pixels.tobytes(), width, height, width * 4, QImage.Format.Format_RGBA8888)
    return Rendered(image.copy(), view, stretch)


def _chosen(path: str, bands: Sequence[int]) -> Any:
    """The three bands of the image to be shown, as a dataset."""
    from osgeo import gdal

    try:
        image = gdal.OpenEx(path, gdal.OF_RASTER | gdal.OF_READONLY)
    except RuntimeError as error:
        raise ValueError(path) from error
    if image is None or not image.RasterCount:
        raise ValueError(path)
    count = image.RasterCount
    chosen = [band if 1 <= band <= count else 1 for band in bands]
    if count < 3:
        chosen = chosen[:1] * 3
    return gdal.Translate("", image, format="VRT", bandList=chosen)


def _stretch(source: Any, view: View, progress: Any) -> Stretch:
    west, south, east, north = view.bounds
    half = max(east - west, north - south) * _AROUND / 2.0
    x, y = (west + east) / 2.0, (south + north) / 2.0
    around = View((x - half, y - half, x + half, y + half), view.wkt, _COARSE, _COARSE)
    values, good = _warped(source, around, progress)
    return Stretch(around.bounds, view.wkt, tuple(_cut(band[good]) for band in values))


def _cut(values: npt.NDArray[np.float32]) -> Cut:
    values = values[np.isfinite(values)]
    if not values.size:
        return (0.0, 255.0)
    low, high = (float(one) for one in np.percentile(values, _CUT))
    return (low, high) if high > low else (low - 0.5, low + 0.5)


def _warped(
    source: Any, view: View, progress: Any
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    """Values, shape ``(3, rows, columns)``, and where there are any, shape ``(rows, columns)``."""
    from osgeo import gdal

    def go_on(_share: float, _text: str, _data: Any) -> int:
        return 0 if progress is not None and stopped(progress) else 1

    nothing = (
        np.zeros((3, view.height, view.width), dtype=np.float32),
        np.zeros((view.height, view.width), dtype=bool),
    )
    # Being told to stop is no error that anybody wants to read.
    gdal.PushErrorHandler("CPLQuietErrorHandler")
    try:
        warped = gdal.Warp(
            "",
            source,
            format="MEM",
            dstSRS=view.wkt,
            outputBounds=view.bounds,
            width=view.width,
            height=view.height,
            outputType=gdal.GDT_Float32,
            dstAlpha=True,
            callback=go_on,
        )
    except RuntimeError:
        warped = None
    finally:
        gdal.PopErrorHandler()
    if progress is not None:
        progress.check()
    if warped is None:
        # Elsewhere on earth, or no way from there to here: nothing to be seen.
        return nothing
    values = warped.ReadAsArray()
    return values[:3], values[3] > 0


def stopped(progress: Any) -> bool:
    """Whether the listener asked to stop; GDAL wants an answer, not an exception."""
    from ....checks.progress import Cancelled

    try:
        progress.check()
    except Cancelled:
        return True
    return False


def _width(bounds: Bounds) -> float:
    return bounds[2] - bounds[0]
