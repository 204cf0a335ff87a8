"""Whether tiles lie where features of the same place say, measured and told in metres.

SuperMap writes the scales of a matrix set for the dpi that stands in its text, the standard for
pixels of 0.28 mm. Drawn by the wrong reading, tiles lie at a wrong scale, and the farther from the
corner of the grid, the farther off. Here a few tiles of each reading are fetched; their edges are
held against the outlines of features by cross-correlation (Lewis 1995, Fast normalized
cross-correlation), and the reading with the clear peak is the true one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from osgeo import gdal, ogr
from scipy.ndimage import gaussian_filter, gaussian_gradient_magnitude

from ...checks.findings import Text
from ...checks.progress import SILENT, Progress
from ...checks.reproject import Reprojection
from ..answers import Requests, read
from ..errors import BadAnswer, NotThere
from ..site_profile import LayerSource
from . import frames
from .extract_source import gdal_speaks
from .features import Features
from .tiles import TILE_LIMIT
from .wmts import Chosen, Matrix, MatrixSet, WmtsService

WINDOW = 640
"""Pixels along the side of the picture that is compared."""
REACH = 128
"""Largest shift looked for, in pixels."""
CLEAR = 0.25
"""Least correlation that counts as the same outlines."""
AHEAD = 1.25
"""How much better the best reading must be than the other."""
_FEATURES = 400
_LEAST_FEATURES = 4
_BLUR = 1.5

Image = npt.NDArray[np.float64]


@dataclass(frozen=True)
class TileShift:
    """How tiles lie to features.

    Attributes
    ----------
    dpi
        What the scales were written for: 0 for the standard's pixel.
    shift_m
        East and north in metres by which tiles lie off the features by this reading.
    standard_m
        By how many metres a standard client draws them off at this place.
    correlation, other
        Of edges and outlines by this reading, and by the next best; NaN without another.
    clear
        Whether the picture says so beyond doubt.
    text
        The same in words.
    """

    dpi: float
    shift_m: tuple[float, float]
    standard_m: float
    correlation: float
    other: float
    clear: bool
    text: Text

    def corrected(self, layer: LayerSource) -> LayerSource:
        """The layer as it has to be drawn."""
        if not self.clear:
            return layer
        return replace(layer, options={**layer.options, "dpi": self.dpi})


def measure_tiles(
    transport: Requests,
    tiles: LayerSource,
    features: Features,
    place: frames.Box | None = None,
    progress: Progress = SILENT,
) -> TileShift:
    """Hold tiles of a WMTS against features of the same place.

    Parameters
    ----------
    transport
        Sends the requests.
    tiles
        A layer of kind ``wmts``.
    features
        Features whose outlines the tiles show.
    place
        Where, in degrees; by default the middle of both layers.

    Raises
    ------
    BadAnswer
        When there are no features or no tiles to compare.
    """
    service = WmtsService(transport, replace(tiles, options={}))
    chosen = service.describe(progress)
    matrix_set = chosen.matrix_set
    outlines, centre, side = _outlines(features, chosen, place, progress)
    readings = [0.0, *([matrix_set.dpi] if matrix_set.dpi else []), 96.0]
    found = []
    for number, dpi in enumerate(dict.fromkeys(readings)):
        progress.at(number / len(readings))
        cell, correlation, shift = _compared(service, dpi, outlines, centre, side, progress)
        found.append((correlation, dpi, cell, shift))
    found.sort(key=lambda each: -each[0])
    correlation, dpi, cell, (across, down) = found[0]
    other = found[1][0]
    metres = frames.metres_per_unit(matrix_set.crs)
    narrowing = math.cos(math.radians(centre[1])) if metres > 1000 else 1.0
    shift_m = (across * cell * metres * narrowing, -down * cell * metres)
    standard = _standard_off(matrix_set, dpi, centre, metres, narrowing)
    clear = correlation >= CLEAR and correlation >= AHEAD * max(other, 0.0)
    return TileShift(
        dpi, shift_m, standard, correlation, other, clear,
        _words(dpi, shift_m, standard, correlation, clear),
    )  # fmt: skip


def _standard_off(
    matrix_set: MatrixSet,
    dpi: float,
    centre: tuple[float, float],
    metres: float,
    narrowing: float,
) -> float:
    """Metres by which the standard's reading moves what lies at ``centre``."""
    if not dpi:
        return 0.0
    matrix = matrix_set.matrices[-1]
    factor = matrix_set.cell(matrix) / matrix_set.cell(matrix, dpi) - 1.0
    east, north = (centre[0] - matrix.west) * factor, (centre[1] - matrix.north) * factor
    return math.hypot(east * metres * narrowing, north * metres)


def _words(
    dpi: float, shift_m: tuple[float, float], standard: float, correlation: float, clear: bool
) -> Text:
    if not clear:
        return Text(
            zh=f"切片与要素的轮廓不足以判断位置（相关系数 {correlation:.2f}）",
            en=f"Tiles and outlines do not settle where the tiles lie ({correlation:.2f})",
        )
    off = math.hypot(*shift_m)
    if dpi:
        return Text(
            zh=f"该切片服务的比例尺按 {dpi:g} dpi 书写；"
            f"按标准像元绘制在此处会偏移 {standard:.1f} 米，按其自身 dpi 绘制偏移 {off:.1f} 米",
            en=f"The scales of this tile service are written for {dpi:g} dpi: by the standard's "
            f"pixel it would be drawn {standard:.1f} m off here, by its own dpi {off:.1f} m",
        )
    return Text(
        zh=f"切片按标准绘制，与要素相差 {off:.1f} 米",
        en=f"The tiles are the standard's and lie {off:.1f} m off the features",
    )


def _outlines(
    features: Features, chosen: Chosen, place: frames.Box | None, progress: Progress
) -> tuple[Any, tuple[float, float], float]:
    """Outlines in the tiles' frame, the middle of the place, and how wide it is there."""
    described = features.describe(progress)
    box = place or described.box or chosen.box
    if box is not None and chosen.box is not None and place is None:
        box = frames.common(box, chosen.box) or box
    crs = chosen.matrix_set.crs
    for _ in range(24):
        own = frames.carried(box, "OGC:CRS84", described.crs) if box else None
        if own is None:
            break
        count = features.count(own, progress)
        if count is not None and count > _FEATURES:
            assert box is not None
            # Not quite the middle: a grid of parcels repeats itself around it.
            x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
            width, height = (box[2] - box[0]) / 3.2, (box[3] - box[1]) / 3.2
            box = (x - width, y - height, x + width, y + height)
            continue
        page = features.page(0, _FEATURES, own, progress)
        shapes = _shapes(page)
        if len(shapes) < _LEAST_FEATURES:
            break
        there = Reprojection(described.crs, crs)
        lines = shapely.transform(shapely.boundary(shapes), there.points)
        inside = frames.carried(own, described.crs, crs)
        if inside is None:
            break
        centre = ((inside[0] + inside[2]) / 2, (inside[1] + inside[3]) / 2)
        return lines, centre, max(inside[2] - inside[0], inside[3] - inside[1])
    raise BadAnswer(
        Text(
            zh="没有可用来核对切片位置的要素",
            en="There are no features to hold the tiles against",
        )
    )


def _shapes(page: Any) -> Any:
    memory = f"/vsimem/onemap-measure-{id(page)}.{'gml' if page.driver == 'GML' else 'json'}"
    gdal.FileFromMemBuffer(memory, page.content)
    shapes = []
    try:
        with gdal_speaks():
            dataset = gdal.OpenEx(
                memory, gdal.OF_VECTOR, allowed_drivers=[page.driver],
                open_options=list(page.open_options),
            )  # fmt: skip
            layer = dataset.GetLayer(0) if dataset is not None else None
            for feature in layer if layer is not None else ():
                shape = feature.GetGeometryRef()
                if shape is not None:
                    shapes.append(shapely.from_wkb(bytes(shape.ExportToIsoWkb())))
            del layer, dataset
    except RuntimeError:
        shapes = []
    finally:
        gdal.Unlink(memory)
        gdal.Unlink(memory[:-3] + "gfs")
    return np.array(shapes, dtype=object)


def _compared(
    service: WmtsService,
    dpi: float,
    outlines: Any,
    centre: tuple[float, float],
    side: float,
    progress: Progress,
) -> tuple[float, float, tuple[float, float]]:
    """Cell, best correlation, and the shift in pixels (right, down) by one reading."""
    matrix_set = service.describe().matrix_set

    def misfit(matrix: Matrix) -> float:
        return abs(math.log(matrix_set.cell(matrix, dpi) * WINDOW / side))

    matrix = min(matrix_set.matrices, key=misfit)
    cell = matrix_set.cell(matrix, dpi)
    column = (centre[0] - matrix.west) / cell - WINDOW / 2
    row = (matrix.north - centre[1]) / cell - WINDOW / 2
    left, top = math.floor(column), math.floor(row)
    picture = _picture(service, matrix, left, top, progress)
    if picture is None:
        return cell, 0.0, (0.0, 0.0)
    drawn = _drawn(outlines, matrix.west + left * cell, matrix.north - top * cell, cell)
    correlation, shift = correlate(edges(picture), drawn)
    return cell, correlation, shift


def _picture(
    service: WmtsService, matrix: Matrix, left: int, top: int, progress: Progress
) -> Image | None:
    """Brightness (0…1) of a window of pixels, white where there is nothing; ``None``: no tile."""
    out = np.ones((WINDOW, WINDOW))
    width, height = matrix.tile_width, matrix.tile_height
    had = False
    for row in range(top // height, (top + WINDOW - 1) // height + 1):
        for column in range(left // width, (left + WINDOW - 1) // width + 1):
            if not (0 <= row < matrix.down and 0 <= column < matrix.across):
                continue
            progress.check()
            tile = _tile(service, matrix, column, row)
            if tile is None or tile.shape != (height, width):
                continue
            had = True
            x, y = column * width - left, row * height - top
            x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + width, WINDOW), min(y + height, WINDOW)
            out[y0:y1, x0:x1] = tile[y0 - y : y1 - y, x0 - x : x1 - x]
    return out if had else None


def _tile(service: WmtsService, matrix: Matrix, column: int, row: int) -> Image | None:
    try:
        body, _ = read(service.transport, service.tile_url(matrix, column, row), limit=TILE_LIMIT)
    except NotThere:
        return None
    memory = f"/vsimem/onemap-tile-{id(service)}"
    gdal.FileFromMemBuffer(memory, body)
    try:
        with gdal_speaks():
            dataset = gdal.OpenEx(memory, gdal.OF_RASTER, allowed_drivers=["PNG", "JPEG", "GTiff"])
            if dataset is None:
                return None
            values = np.atleast_3d(np.asarray(dataset.ReadAsArray(), dtype=np.float64))
            table = dataset.GetRasterBand(1).GetColorTable()
            count = dataset.RasterCount
            colours = [table.GetColorEntry(i)[:4] for i in range(table.GetCount())] if table else []
            del table, dataset  # a table lives no longer than what it belongs to
    except RuntimeError:
        return None
    finally:
        gdal.Unlink(memory)
    if colours:
        index = values[..., 0] if count == 1 else values[0]
        values, count = np.moveaxis(np.array(colours)[index.astype(int)], -1, 0).astype(float), 4
    if count == 1:
        return values[..., 0] / 255.0
    brightness = values[:3].mean(axis=0) if count >= 3 else values[0]
    alpha = values[-1] / 255.0 if count in (2, 4) else 1.0
    return brightness / 255.0 * alpha + (1.0 - alpha)


def edges(picture: Image) -> Image:
    """How fast brightness changes, strong edges not counted more than plain ones."""
    strength = gaussian_gradient_magnitude(picture, 1.0)
    top = np.quantile(strength, 0.98)
    return gaussian_filter(np.minimum(strength / top, 1.0), _BLUR) if top > 0 else strength


def _drawn(outlines: Any, west: float, north: float, cell: float) -> Image:
    """The outlines as a picture of the same window, blurred as edges are."""
    target = gdal.GetDriverByName("MEM").Create("", WINDOW, WINDOW, 1, gdal.GDT_Float32)
    target.SetGeoTransform((west, cell, 0, north, 0, -cell))
    # GDAL 3.11 calls its vector driver of memory by another name.
    driver = ogr.GetDriverByName("Memory") or ogr.GetDriverByName("MEM")
    source = driver.CreateDataSource("")
    layer = source.CreateLayer("outlines", None, ogr.wkbUnknown)
    for shape in outlines:
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetGeometry(ogr.CreateGeometryFromWkb(shapely.to_wkb(shape)))
        layer.CreateFeature(feature)
    gdal.RasterizeLayer(target, [1], layer, burn_values=[1.0])
    drawn = target.ReadAsArray().astype(np.float64)
    del layer, source, target
    return gaussian_filter(drawn, _BLUR)


def correlate(picture: Image, outlines: Image) -> tuple[float, tuple[float, float]]:
    """Best correlation of two pictures and the shift (right, down) of the first against it.

    Shifts up to :data:`REACH`; to a fraction of a pixel by a parabola through the peak.
    """
    first, second = picture - picture.mean(), outlines - outlines.mean()
    norm = math.sqrt(float((first**2).sum() * (second**2).sum()))
    if norm == 0:
        return 0.0, (0.0, 0.0)
    size = (2 * first.shape[0], 2 * first.shape[1])
    spectrum = np.fft.rfft2(first, size) * np.conj(np.fft.rfft2(second, size))
    surface = np.fft.irfft2(spectrum, size) / norm
    surface = np.roll(surface, (REACH, REACH), axis=(0, 1))[: 2 * REACH + 1, : 2 * REACH + 1]
    row, column = np.unravel_index(int(np.argmax(surface)), surface.shape)
    best = float(surface[row, column])
    down = row - REACH + _vertex(surface[:, column], int(row))
    across = column - REACH + _vertex(surface[row, :], int(column))
    return best, (float(across), float(down))


def _vertex(line: Image, peak: int) -> float:
    """Where between cells the top of a parabola through three values lies."""
    if not 0 < peak < len(line) - 1:
        return 0.0
    before, top, after = line[peak - 1 : peak + 2]
    curve = before - 2 * top + after
    return float(0.5 * (before - after) / curve) if curve < 0 else 0.0
