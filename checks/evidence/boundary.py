"""The outline itself: lengths of its edges, turns at its corners, where it would fit."""

from __future__ import annotations

import numpy as np
import shapely

from ..findings import Text
from ..measures.heights_ground import metric_plane
from ..progress import Progress
from ..reproject import Reprojection
from ..table import FloatArray
from .card import Card
from .cells import on_plane
from .model import NOTHING, Axis, Band, Chart, Mark, Series
from .sources import Sources
from .subject import Subject

_MOST_MULTIPLES = 40


def outline_charts(subject: Subject, sources: Sources, card: Card, progress: Progress) -> None:
    """Where the outline would fit, if the rule measured that; else its edges and turns."""
    del sources, progress
    east, north = subject.number("dx_m"), subject.number("dy_m")
    if np.isfinite(east) and np.isfinite(north):
        card.charts.append(_offset_chart(subject, east, north))
        _moved_outline(subject, east, north, card)
        return
    row = subject.object or subject.parcel
    shape = row.geometry if row is not None else None
    if shape is None or shape.geom_type not in ("Polygon", "MultiPolygon"):
        return
    lengths, turns = edges_and_turns(shape, subject.wkt)
    if len(lengths) < 3:
        return
    spacing = subject.number("spacing_m")
    card.charts.append(_length_chart(lengths, spacing))
    card.charts.append(_turn_chart(turns))


def _moved_outline(subject: Subject, east: float, north: float, card: Card) -> None:
    """The outline where the image has it."""
    shape = subject.shape
    if shape is None:
        return
    plane, wkt = on_plane(shape, subject.wkt)
    moved = shapely.transform(plane, lambda xy: xy + np.array([east, north]))
    if wkt != subject.wkt:
        moved = shapely.transform(moved, Reprojection(wkt, subject.wkt).points)
    card.shape(moved, subject.wkt, "outline", Text("与影像吻合的位置", "where it fits the image"))


def _offset_chart(subject: Subject, east: float, north: float) -> Chart:
    """From where the outline is to where the image has it, in metres east and north."""
    reach = 1.3 * max(abs(east), abs(north), 1.0)
    sigma = subject.number("sigma_m")
    bands: tuple[Band, ...] = ()
    if np.isfinite(subject.tolerance):
        room, name = subject.tolerance, Text("容差", "tolerance")
        bands = (Band(-room, room, name), Band(-room, room, NOTHING, "y"))
        reach = max(reach, 1.3 * room)
    size = float(np.hypot(east, north))
    note = Text(f"位移 {size:.2f} 米", f"{size:.2f} m apart")
    if np.isfinite(sigma):
        note = Text(
            f"位移 {size:.2f} 米，标准差 {sigma:.2f} 米",
            f"{size:.2f} m apart, standard error {sigma:.2f} m",
        )
    here, there = np.array([0.0]), (np.array([east]), np.array([north]))
    return Chart(
        "edge_offset",
        Text("界线相对影像的位移", "Where the image has the outline"),
        Axis(Text("向东", "Eastward"), "m", low=-reach, high=reach),
        Axis(Text("向北", "Northward"), "m", low=-reach, high=reach),
        (
            Series(Text("填报位置", "as declared"), here, here, "points", "declared"),
            Series(Text("影像位置", "in the image"), *there, "points", "measured"),
        ),
        bands,
        (),
        note,
    )


def edges_and_turns(shape: shapely.Geometry, wkt: str) -> tuple[FloatArray, FloatArray]:
    """Lengths in metres of all edges, and the turn at every corner in degrees (-180…180).

    Every ring is walked counter-clockwise: it turns by 360° in all, and where it turns to the
    right the turn is negative.
    """
    lengths, turns = [], []
    _, plane = metric_plane(shapely.get_coordinates(shape), wkt)
    there = None if plane == wkt else Reprojection(wkt, plane)
    for ring in shapely.get_rings(shapely.get_parts(shape)):
        xy = shapely.get_coordinates(ring)
        if there is not None:
            xy = there.points(xy)
        step = np.diff(xy, axis=0)
        length = np.hypot(*step.T)
        step = step[length > 0]
        if len(step) < 3:
            continue
        lengths.append(length[length > 0])
        angle = np.degrees(np.arctan2(step[:, 1], step[:, 0]))
        turn = (np.diff(np.append(angle, angle[0])) + 180.0) % 360.0 - 180.0
        turns.append(turn if turn.sum() >= 0 else -turn)
    if not lengths:
        return np.zeros(0), np.zeros(0)
    return np.concatenate(lengths), np.concatenate(turns)


def _length_chart(lengths: FloatArray, spacing: float) -> Chart:
    high = float(np.quantile(lengths, 0.98)) * 1.05
    step = high / 40
    if np.isfinite(spacing) and spacing > 0:
        step = spacing / max(1, round(spacing / step))
    edges = np.arange(0.0, high + step, step)
    counts, edges = np.histogram(np.minimum(lengths, high), edges)
    marks: tuple[Mark, ...] = ()
    if np.isfinite(spacing) and spacing > 0 and high / spacing <= _MOST_MULTIPLES:
        multiples = np.arange(1, int(high / spacing) + 1) * spacing
        name = Text(
            f"格网间距 {spacing:.2f} 米的整倍数", f"multiples of the grid of {spacing:.2f} m"
        )
        marks = tuple(
            Mark(float(each), name if not place else NOTHING, "x", "expected")
            for place, each in enumerate(multiples)
        )
    return Chart(
        "edge_lengths",
        Text("界线边长分布", "Lengths of the edges"),
        Axis(Text("边长", "Length"), "m", low=0.0, high=float(edges[-1])),
        Axis(Text("条数", "Edges"), low=0.0),
        (
            Series(
                Text("边", "edges"),
                (edges[:-1] + edges[1:]) / 2,
                counts.astype(float),
                "bars",
                "measured",
            ),
        ),
        (),
        marks,
        Text(f"{len(lengths)} 条边", f"{len(lengths)} edges"),
    )


def _turn_chart(turns: FloatArray) -> Chart:
    counts, edges = np.histogram(turns, bins=36, range=(-180, 180))
    return Chart(
        "turn_angles",
        Text("拐点转角分布", "Turns at the corners"),
        Axis(Text("转角", "Turn"), "°", low=-180.0, high=180.0),
        Axis(Text("拐点数", "Corners"), low=0.0),
        (
            Series(
                Text("拐点", "corners"),
                (edges[:-1] + edges[1:]) / 2,
                counts.astype(float),
                "bars",
                "measured",
            ),
        ),
    )
