"""Delivered heights against the trusted terrain: residuals about a point, along a contour."""

from __future__ import annotations

import numpy as np
import shapely

from ..findings import Text
from ..measures.heights_ground import metric_plane
from ..measures.robust import nmad
from ..progress import Progress
from ..table import FloatArray
from .card import Card
from .cells import heights_at, in_units, on_plane
from .model import NOTHING, Axis, Band, Chart, Mark, Series
from .rows import Row, rows_of
from .sources import Sources, Unavailable
from .subject import Subject
from .words import same

HEIGHT_FIELD = "BSGC"
_LAYERS = ("GCZJD", "DGX")
_REACH_M = 400.0
_NEIGHBOURS, _MOST_NEIGHBOURS = 40, 400
_SAMPLE, _MOST_SAMPLE = 800, 4_000
_ALONG = 160
_RESIDUAL = Text("填报减 DEM", "Declared minus DEM")


def height_charts(subject: Subject, sources: Sources, card: Card, progress: Progress) -> None:
    """What fits the finding: a point among its neighbours, a contour, or a whole layer."""
    row = subject.object
    if row is not None and row.geometry is not None and row.layer in _LAYERS:
        if "Line" in row.geometry.geom_type:
            _along_contour(subject, row, sources, card)
            _neighbour_contours(subject, row, sources, card, progress)
        else:
            _among_neighbours(subject, row, sources, card, progress)
        return
    _whole_layer(subject, sources, card, progress)


def _among_neighbours(
    subject: Subject, row: Row, sources: Sources, card: Card, progress: Progress
) -> None:
    """Residuals of the points around, by distance, the one in question told apart."""
    here = shapely.get_coordinates(row.geometry)[0]
    places = sources.layers(row.layer, progress)[0]
    wkt = row.wkt or subject.wkt
    reach = in_units(_REACH_M, wkt)
    table = places.around(here[0], here[1], reach, _NEIGHBOURS, _MOST_NEIGHBOURS, progress)
    xy, declared, names = _points(rows_of(table))
    residual = declared - heights_at(sources.dem, wkt, xy)
    own = names == (row.text("BSM") or subject.text("object_id"))
    plane, _ = metric_plane(np.vstack([xy, here]), wkt)
    away = np.hypot(*(plane[:-1] - plane[-1]).T)
    known = np.isfinite(residual)
    if not known.any():
        raise Unavailable(Text("此处 DEM 无高程", "the terrain model has no heights here"))
    order = np.argsort(away)
    rest = order[known[order] & ~own[order]]
    mine = order[known[order] & own[order]]
    around = nmad(residual[rest])
    card.charts.append(
        Chart(
            "height_residuals",
            Text("与周围高程点比较的残差", "Residuals of this and the points around"),
            Axis(Text("距该点", "Distance from it"), "m", low=0.0),
            Axis(_RESIDUAL, "m"),
            (
                Series(
                    Text("周围高程点", "points around"),
                    away[rest],
                    residual[rest],
                    "points",
                    "other",
                ),
                Series(
                    Text("该点", "this point"), away[mine], residual[mine], "points", "declared"
                ),
            ),
            _tolerance_bands(subject, "y"),
            (),
            _spread(around, len(rest)),
        )
    )
    for place in rest[np.abs(residual[rest]) > 3 * max(around, 0.1)][:40]:
        name = Text(f"残差 {residual[place]:+.1f} 米", f"residual {residual[place]:+.1f} m")
        card.shape(shapely.Point(xy[place]), wkt, "residual", name)


def _along_contour(subject: Subject, row: Row, sources: Sources, card: Card) -> None:
    """The terrain along a contour beside the height that it claims to have."""
    line = row.geometry
    declared = row.number(HEIGHT_FIELD)
    if line is None or line.length <= 0:
        return
    line, wkt = on_plane(_one_line(line), row.wkt or subject.wkt)
    away = np.linspace(0.0, line.length, _ALONG)
    xy = shapely.get_coordinates(shapely.line_interpolate_point(line, away))
    ground = heights_at(sources.dem, wkt, xy)
    if not np.isfinite(ground).any():
        raise Unavailable(Text("此处 DEM 无高程", "the terrain model has no heights here"))
    marks = [
        Mark(float(np.nanmedian(ground)), Text("DEM 中位数", "median of the DEM"), "y", "measured")
    ]
    bands: tuple[Band, ...] = ()
    if np.isfinite(declared):
        marks.append(
            Mark(
                declared, Text(f"填报 {declared:g} 米", f"declared {declared:g} m"), "y", "declared"
            )
        )
        if np.isfinite(subject.tolerance):
            room = subject.tolerance
            bands = (Band(declared - room, declared + room, Text("容差", "tolerance"), "y"),)
    card.charts.append(
        Chart(
            "contour_ground",
            Text("沿等高线的 DEM 高程", "DEM along the contour"),
            Axis(Text("沿线距离", "Along the line"), "m", low=0.0, high=float(line.length)),
            Axis(Text("高程", "Elevation"), "m"),
            (Series(same("DEM"), away, ground, "line", "measured"),),
            bands,
            tuple(marks),
        )
    )


def _neighbour_contours(
    subject: Subject, row: Row, sources: Sources, card: Card, progress: Progress
) -> None:
    """The contours beside it, with their heights, on the map."""
    assert row.geometry is not None
    other = str(subject.numbers.get("other") or "")
    west, south, east, north = row.geometry.bounds
    reach = 0.6 * max(east - west, north - south)
    x, y = (west + east) / 2, (south + north) / 2
    table = sources.layers(row.layer, progress)[0].around(x, y, reach, 8, 200, progress)
    own = row.text("BSM")
    beside = [each for each in rows_of(table, 200) if each.text("BSM") != own]
    shapes = np.array([each.geometry for each in beside], dtype=object)
    away = shapely.distance(shapes, row.geometry)
    chosen = np.argsort(away)[:6].tolist()
    chosen += [place for place, each in enumerate(beside) if other and each.text("BSM") == other]
    for place in dict.fromkeys(chosen):
        height = beside[place].number(HEIGHT_FIELD)
        card.shape(
            beside[place].geometry,
            row.wkt or subject.wkt,
            "other_object",
            Text(f"等高线 {height:g} 米", f"contour {height:g} m"),
        )


def _whole_layer(subject: Subject, sources: Sources, card: Card, progress: Progress) -> None:
    """How the residuals of the layer are spread, beside how an honest survey's would be."""
    layer = subject.text("layer") if subject.text("layer") in _LAYERS else _LAYERS[0]
    xy, residual = sources.keep(f"residuals:{layer}", lambda: _sampled(layer, sources, progress))
    known = np.isfinite(residual)
    if known.sum() < 5:
        raise Unavailable(Text("可比较的高程点不足", "too few heights can be compared"))
    some = residual[known]
    middle, spread = float(np.median(some)), nmad(some)
    honest = _honest(subject)
    reach = max(4 * max(spread, honest if np.isfinite(honest) else 0.0), 0.2)
    counts, edges = np.histogram(
        np.clip(some, middle - reach, middle + reach), 40, (middle - reach, middle + reach)
    )
    x = (edges[:-1] + edges[1:]) / 2
    shares = 100 * counts / len(some)
    series = [Series(Text("本成果", "this survey"), x, shares, "bars", "measured")]
    if np.isfinite(honest) and honest > 0:
        line = np.exp(-0.5 * ((x - middle) / honest) ** 2) / (honest * np.sqrt(2 * np.pi))
        name = Text(
            f"实测通常的离散（±{honest:.2f} 米）",
            f"as surveyed heights usually do (±{honest:.2f} m)",
        )
        series.append(Series(name, x, 100 * line * (x[1] - x[0]), "line", "expected"))
    marks = [Mark(0.0, same("0"), "x", "expected")]
    if abs(middle) > spread / 4:
        marks.append(
            Mark(
                middle, Text(f"中位数 {middle:+.2f} 米", f"median {middle:+.2f} m"), "x", "measured"
            )
        )
    card.charts.append(
        Chart(
            "residual_distribution",
            Text(f"{layer} 与 DEM 之差的分布", f"Differences of {layer} from the DEM"),
            Axis(_RESIDUAL, "m", low=middle - reach, high=middle + reach),
            Axis(Text("占比", "Share"), "%", low=0.0),
            tuple(series),
            _tolerance_bands(subject, "x"),
            tuple(marks),
            _spread(spread, len(some)),
        )
    )
    if subject.text("cause") in ("tilt", "datum_shift"):
        card.charts.append(_by_easting(xy[known], some))


def _by_easting(xy: FloatArray, residual: FloatArray) -> Chart:
    kilometres = (xy[:, 0] - xy[:, 0].min()) / 1000
    return Chart(
        "residuals_by_easting",
        Text("残差自西向东的变化", "Residuals from west to east"),
        Axis(Text("向东", "Eastward"), "km", low=0.0),
        Axis(_RESIDUAL, "m"),
        (Series(Text("高程点", "heights"), kilometres, residual, "points", "measured"),),
    )


def _sampled(layer: str, sources: Sources, progress: Progress) -> tuple[FloatArray, FloatArray]:
    """Some places of a layer and their residuals, about the middle of its extent."""
    places = sources.layers(layer, progress)[0]
    west, east, south, north = places.extent()
    reach = max(east - west, north - south) / 2
    middle = ((west + east) / 2, (south + north) / 2)
    table = places.around(*middle, reach, _SAMPLE, _MOST_SAMPLE, progress)
    xy, declared, _ = _points(rows_of(table))
    return xy, declared - heights_at(sources.dem, table.wkt or sources.wkt, xy)


def _points(rows: list[Row]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Places, declared heights and names of rows; of a line its vertices, forty at most."""
    xy: list[FloatArray] = []
    heights: list[float] = []
    names: list[str] = []
    for row in rows:
        height = row.number(HEIGHT_FIELD)
        if row.geometry is None or row.geometry.is_empty or not np.isfinite(height):
            continue
        corners = shapely.get_coordinates(row.geometry)
        corners = corners[:: max(1, len(corners) // 40)]
        xy.append(corners)
        heights += [height] * len(corners)
        names += [row.text("BSM")] * len(corners)
    if not xy:
        return np.zeros((0, 2)), np.zeros(0), np.zeros(0, dtype=object)
    return np.concatenate(xy), np.array(heights), np.array(names, dtype=object)


def _honest(subject: Subject) -> float:
    """How far honest heights are off, as the rule's evidence tells; NaN where it does not."""
    for name in ("usual_difference_m", "own_error_m", "nmad_after_m", "nmad_m"):
        found = subject.number(name)
        if np.isfinite(found):
            return found
    return float("nan")


def _tolerance_bands(subject: Subject, axis: str) -> tuple[Band, ...]:
    room = subject.tolerance
    if not np.isfinite(room):
        return ()
    bias = subject.number("bias_m") if subject.text("cause") == "blunder" else 0.0
    bias = bias if np.isfinite(bias) else 0.0
    return (Band(bias - room, bias + room, Text("容差", "tolerance"), axis),)


def _one_line(line: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(line)
    return parts[int(shapely.length(parts).argmax())] if len(parts) > 1 else line


def _spread(spread: float, count: int) -> Text:
    if not np.isfinite(spread):
        return NOTHING
    return Text(f"{count} 点，NMAD {spread:.2f} 米", f"{count} points, NMAD {spread:.2f} m")
