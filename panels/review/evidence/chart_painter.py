"""Paints a small chart that was laid out: on a widget, into a picture, into an SVG."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from qgis.PyQt.QtCore import QPointF, QRectF, Qt
from qgis.PyQt.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from .chart_look import Look, dash
from .chart_plot import Entry, Label, Plot
from .chart_scale import bar_width, value_text

if TYPE_CHECKING:
    from ....checks.evidence.model import Series

_MANY = 400
_BAR_SHARE = 0.84
_WIDEST = 54.0
_FEW = 8
_DOTTED = 12


def paint(painter: QPainter, plot: Plot, look: Look, hover: QPointF | None = None) -> None:
    """Paint everything of ``plot``; ``hover`` is the point of the data under the pointer."""
    painter.save()
    painter.setFont(look.font)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _bands(painter, plot, look)
    _grid(painter, plot, look)
    painter.save()
    painter.setClipRect(plot.area.adjusted(-1, -1, 1, 1))
    bars = _side_by_side(plot)
    # What was measured lies on top of what it is compared with.
    order = sorted(
        range(len(plot.chart.series)), key=lambda one: plot.chart.series[one].role == "measured"
    )
    for place in order:
        _series(painter, plot, look, place, plot.chart.series[place], bars)
    painter.restore()
    _marks(painter, plot, look)
    for label in plot.labels:
        _write(painter, label, look)
    for label in plot.names:
        _name(painter, plot, label, look)
    for entry in plot.legend:
        _entry(painter, plot, entry, look)
    if hover is not None:
        painter.setBrush(look.ground)
        painter.setPen(QPen(look.text, 1.6))
        painter.drawEllipse(hover, 3.6, 3.6)
    painter.restore()


def _bands(painter: QPainter, plot: Plot, look: Look) -> None:
    turn = {"x": 0, "y": 0}
    painter.setPen(Qt.PenStyle.NoPen)
    for band in plot.chart.bands:
        scale = plot.x if band.axis == "x" else plot.y
        low, high = max(band.low, scale.low), min(band.high, scale.high)
        number, turn[band.axis] = turn[band.axis], turn[band.axis] + 1
        if not high > low:
            continue
        start, end = sorted((scale.at(low), scale.at(high)))
        if band.axis == "x":
            area = QRectF(start, plot.area.top(), end - start, plot.area.height())
        else:
            area = QRectF(plot.area.left(), start, plot.area.width(), end - start)
        painter.fillRect(area, look.fill(band.role, _turn(band.role, number)))


def _turn(role: str, number: int) -> int:
    """Marks and bands of a role with a colour of its own keep it; others are told apart."""
    return 0 if role in ("limit", "tolerance", "declared", "measured", "expected") else number


def _grid(painter: QPainter, plot: Plot, look: Look) -> None:
    painter.setPen(QPen(look.faint, 1))
    for value in plot.ticks_y:
        level = round(plot.y.at(value)) + 0.5
        if plot.area.top() - 1 <= level <= plot.area.bottom() + 1:
            painter.drawLine(QPointF(plot.area.left(), level), QPointF(plot.area.right(), level))
    foot = round(plot.area.bottom()) + 0.5
    painter.setPen(QPen(look.dim, 1))
    painter.drawLine(QPointF(plot.area.left(), foot), QPointF(plot.area.right(), foot))
    if plot.chart.x.labels:
        return
    for value in plot.ticks_x:
        across = round(plot.x.at(value)) + 0.5
        painter.drawLine(QPointF(across, foot), QPointF(across, foot + 3))


def _series(
    painter: QPainter, plot: Plot, look: Look, place: int, series: Series, bars: list[int]
) -> None:
    turn = plot.turns[place]
    color = look.of(series.role, turn)
    if series.low is not None and series.high is not None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.fill(series.role, turn, 52))
        for part in _runs(series.x, series.low, series.high):
            painter.drawPath(_envelope(plot, series, part))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if series.style == "bars":
        among = bars.index(place) if bars else 0
        _bars(painter, plot, look, series, among, max(len(bars), 1), turn)
    elif series.style == "points":
        _points(painter, plot, look, series, turn)
    else:
        painter.setPen(_pen(color, turn))
        for part in _runs(series.x, series.y):
            if series.style == "step":
                painter.drawPath(_steps(plot, series, part))
            elif part.stop - part.start == 1:
                painter.drawPoint(_point(plot, series.x[part][0], series.y[part][0]))
            else:
                painter.drawPolyline(_polyline(plot, series.x[part], series.y[part]))
        if series.style == "line" and len(series.x) <= _DOTTED:
            _points(painter, plot, look, series, turn)


def _side_by_side(plot: Plot) -> list[int]:
    """Series of bars that share a place and so stand beside each other; none where none do."""
    bars = [place for place, one in enumerate(plot.chart.series) if one.style == "bars"]
    places = [x for place in bars for x in plot.chart.series[place].x.tolist()]
    return bars if len(set(places)) < len(places) else []


def _pen(color: Any, turn: int) -> QPen:
    pen = QPen(color, 1.8, dash(turn))
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen


def _runs(*columns: np.ndarray) -> Iterator[slice]:
    """Stretches without a gap in any of ``columns``."""
    good = np.ones(len(columns[0]), dtype=bool)
    for column in columns:
        good &= np.isfinite(column)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], good.astype(np.int8), [0]))))
    for first, last in zip(edges[::2].tolist(), edges[1::2].tolist()):
        yield slice(first, last)


def _point(plot: Plot, x: float, y: float) -> QPointF:
    return QPointF(plot.x.at(float(x)), plot.y.at(float(y)))


def _polyline(plot: Plot, x: np.ndarray, y: np.ndarray) -> QPolygonF:
    across, level = plot.x.along(x), plot.y.along(y)
    most = int(plot.area.width()) * 4
    if len(across) > most > 0:
        across, level = _thinned(across, level, most)
    return QPolygonF([QPointF(a, b) for a, b in zip(across.tolist(), level.tolist())])


def _thinned(across: np.ndarray, level: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest of every stretch: what a line of too many points looks like anyway."""
    size = -(-len(across) // (most // 2))
    whole = len(across) // size * size
    parts = level[:whole].reshape(-1, size)
    ends = np.sort(np.stack([parts.argmin(axis=1), parts.argmax(axis=1)], axis=1), axis=1)
    keep = (ends + np.arange(len(parts))[:, None] * size).ravel()
    keep = np.unique(np.concatenate((keep, [0, len(across) - 1])))
    return across[keep], level[keep]


def _envelope(plot: Plot, series: Series, part: slice) -> QPainterPath:
    assert series.low is not None and series.high is not None
    upper = _polyline(plot, series.x[part], series.high[part])
    lower = _polyline(plot, series.x[part], series.low[part])
    path = QPainterPath()
    path.addPolygon(
        QPolygonF(
            [upper.at(i) for i in range(upper.count())]
            + [lower.at(i) for i in range(lower.count() - 1, -1, -1)]
        )
    )
    path.closeSubpath()
    return path


def _steps(plot: Plot, series: Series, part: slice) -> QPainterPath:
    half = bar_width(series) / 2.0
    path = QPainterPath(_point(plot, series.x[part][0] - half, max(0.0, plot.y.low)))
    for x, y in zip(series.x[part].tolist(), series.y[part].tolist()):
        path.lineTo(_point(plot, x - half, y))
        path.lineTo(_point(plot, x + half, y))
    path.lineTo(_point(plot, series.x[part][-1] + half, max(0.0, plot.y.low)))
    return path


def _bars(
    painter: QPainter, plot: Plot, look: Look, series: Series, place: int, of: int, turn: int
) -> None:
    whole = bar_width(series) * _BAR_SHARE
    # Classes of a histogram touch; groups of categories stand apart.
    if of == 1 and not plot.chart.x.labels:
        whole = bar_width(series) * 0.96
    # A bar is no wall, however few there are.
    whole = min(whole, _WIDEST * of * (plot.x.high - plot.x.low) / plot.area.width())
    width = whole / of
    foot = plot.y.at(min(max(0.0, plot.y.low), plot.y.high))
    painter.setPen(QPen(look.of(series.role, turn), 1))
    painter.setBrush(look.fill(series.role, turn, 190))
    for x, y in zip(series.x.tolist(), series.y.tolist()):
        if not (np.isfinite(x) and np.isfinite(y)):
            continue
        left, right = sorted(
            (
                plot.x.at(x - whole / 2 + width * place),
                plot.x.at(x - whole / 2 + width * (place + 1)),
            )
        )
        top = plot.y.at(y)
        painter.drawRect(QRectF(left, min(top, foot), right - left, abs(foot - top)))
    if plot.chart.x.labels and len(series.x) * of <= _FEW:
        _values(painter, plot, look, series, (whole, width, place))


def _values(
    painter: QPainter, plot: Plot, look: Look, series: Series, of: tuple[float, float, int]
) -> None:
    """Write what a bar says on top of it, where few bars leave the room."""
    whole, width, place = of
    metrics = painter.fontMetrics()
    for x, y in zip(series.x.tolist(), series.y.tolist()):
        if not (np.isfinite(x) and np.isfinite(y)):
            continue
        middle = plot.x.at(x - whole / 2 + width * (place + 0.5))
        text = value_text(y)
        wide = metrics.horizontalAdvance(text) + 4
        top = max(plot.y.at(y) - metrics.height() - 1, plot.area.top())
        area = QRectF(middle - wide / 2, top, wide, metrics.height())
        ground = QColor(look.ground)
        ground.setAlpha(190)
        painter.fillRect(area, ground)
        painter.setPen(look.text)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)


def _points(painter: QPainter, plot: Plot, look: Look, series: Series, turn: int) -> None:
    good = np.isfinite(series.x) & np.isfinite(series.y)
    across, level = plot.x.along(series.x[good]), plot.y.along(series.y[good])
    size = 3.0 if len(across) <= _MANY else 1.6
    color = look.of(series.role, turn)
    painter.setPen(QPen(look.ground, 0.6))
    painter.setBrush(color)
    for a, b in zip(across.tolist(), level.tolist()):
        _marker(painter, series.role, QPointF(a, b), size)


def _marker(painter: QPainter, role: str, at: QPointF, size: float) -> None:
    """A shape of its own for every role, so that colour is never alone."""
    if role == "declared":
        painter.drawRect(QRectF(at.x() - size, at.y() - size, size * 2, size * 2))
    elif role in ("expected", "other"):
        reach = size * 1.35
        turned = -1 if role == "expected" else 1
        corners = [
            (0, turned * reach),
            (reach, -turned * reach * 0.8),
            (-reach, -turned * reach * 0.8),
        ]
        painter.drawPolygon(QPolygonF([QPointF(at.x() + x, at.y() + y) for x, y in corners]))
    else:
        painter.drawEllipse(at, size, size)


def _marks(painter: QPainter, plot: Plot, look: Look) -> None:
    turn = {"x": 0, "y": 0}
    for mark in plot.chart.marks:
        scale = plot.x if mark.axis == "x" else plot.y
        number, turn[mark.axis] = turn[mark.axis], turn[mark.axis] + 1
        if not scale.low <= mark.value <= scale.high:
            continue
        style = Qt.PenStyle.DashLine if mark.role == "limit" else Qt.PenStyle.SolidLine
        painter.setPen(QPen(look.of(mark.role, _turn(mark.role, number)), 1.6, style))
        at = scale.at(mark.value)
        if mark.axis == "x":
            painter.drawLine(QPointF(at, plot.area.top()), QPointF(at, plot.area.bottom()))
        else:
            painter.drawLine(QPointF(plot.area.left(), at), QPointF(plot.area.right(), at))


def _write(painter: QPainter, label: Label, look: Look) -> None:
    painter.setPen(look.text if label.role == "title" else look.dim)
    painter.drawText(label.area, label.align | Qt.AlignmentFlag.AlignVCenter, label.text)


def _name(painter: QPainter, plot: Plot, label: Label, look: Look) -> None:
    if plot.area.contains(label.area.center()):
        ground = QColor(look.ground)
        ground.setAlpha(205)
        painter.fillRect(label.area, ground)
    painter.setPen(look.of(label.role, _turn(label.role, label.turn)))
    painter.drawText(label.area, Qt.AlignmentFlag.AlignCenter, label.text)


def _entry(painter: QPainter, plot: Plot, entry: Entry, look: Look) -> None:
    series = plot.chart.series[entry.place]
    turn = plot.turns[entry.place]
    color = look.of(series.role, turn)
    middle = entry.area.center().y()
    left = entry.area.left() + 4
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if series.style == "bars":
        painter.setPen(QPen(color, 1))
        painter.setBrush(look.fill(series.role, turn, 190))
        painter.drawRect(QRectF(left + 3, middle - 4, 9, 8))
    elif series.style == "points":
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        _marker(painter, series.role, QPointF(left + 8, middle), 3.2)
    else:
        if series.low is not None:
            painter.fillRect(QRectF(left, middle - 4, 15, 8), look.fill(series.role, turn, 52))
        painter.setPen(_pen(color, turn))
        painter.drawLine(QPointF(left, middle), QPointF(left + 15, middle))
    painter.setPen(look.text)
    text = entry.area.adjusted(24, 0, 0, 0)
    painter.drawText(text, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, entry.text)
