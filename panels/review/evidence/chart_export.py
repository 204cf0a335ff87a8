"""A small chart outside the window: as a picture, an SVG, a table of values, a sentence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from qgis.PyQt.QtCore import QRectF, QSize, Qt
from qgis.PyQt.QtGui import QFont, QImage, QPainter
from qgis.PyQt.QtSvg import QSvgGenerator

from ....processing_provider.language import say, translate
from .chart_look import look_on_paper
from .chart_painter import paint
from .chart_plot import lay_out, mark_text
from .chart_scale import axis_title, value_text

if TYPE_CHECKING:
    from ....checks.evidence.model import Chart

SIZE = QSize(640, 400)


def picture(chart: Chart, font: QFont, size: QSize = SIZE, scale: float = 2.0) -> QImage:
    """The chart dark on white, ``scale`` times as fine as ``size`` in pixels."""
    image = QImage(size * scale, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.scale(scale, scale)
    _draw(painter, chart, font, size)
    painter.end()
    return image


def save(chart: Chart, font: QFont, path: Path) -> bool:
    """Write the chart as ``.svg`` or ``.png``; whether it could be written."""
    if path.suffix.lower() != ".svg":
        return bool(picture(chart, font).save(str(path)))
    generator = QSvgGenerator()
    generator.setFileName(str(path))
    generator.setSize(SIZE)
    generator.setViewBox(QRectF(0, 0, SIZE.width(), SIZE.height()))
    generator.setTitle(say(chart.title))
    generator.setDescription(summary(chart))
    painter = QPainter()
    if not painter.begin(generator):
        return False
    _draw(painter, chart, font, SIZE)
    return bool(painter.end())


def _draw(painter: QPainter, chart: Chart, font: QFont, size: QSize) -> None:
    look = look_on_paper(font)
    area = QRectF(0, 0, size.width(), size.height()).adjusted(8, 8, -8, -8)
    paint(painter, lay_out(chart, area, look, titled=True), look)


def table(chart: Chart) -> str:
    """All values, tab-separated: a column for the axis, then one for every series."""
    lines = []
    for series in chart.series:
        head = [axis_title(chart.x), say(series.name) or axis_title(chart.y)]
        columns = [series.x, series.y]
        if series.low is not None and series.high is not None:
            head += [
                translate("Chart", "{name}, low").format(name=head[1]),
                translate("Chart", "{name}, high").format(name=head[1]),
            ]
            columns += [series.low, series.high]
        lines.append("\t".join(head))
        for row in zip(*(np.asarray(column).tolist() for column in columns)):
            first = x_text(chart, row[0], plain=True)
            lines.append("\t".join([first, *(_plain(value) for value in row[1:])]))
        lines.append("")
    return "\n".join(lines)


def x_text(chart: Chart, value: float, plain: bool = False) -> str:
    """What stands on the horizontal axis at ``value``."""
    labels = chart.x.labels
    if labels and np.isfinite(value) and 0 <= round(value) < len(labels):
        return say(labels[round(value)])
    return _plain(value) if plain else value_text(value, chart.x.unit)


def _plain(value: float) -> str:
    return f"{value:.10g}" if np.isfinite(value) else ""


def summary(chart: Chart) -> str:
    """The chart in words, for those who cannot see it."""
    parts = [say(chart.title)]
    for series in chart.series:
        good = np.flatnonzero(np.isfinite(series.y))
        name = say(series.name) or axis_title(chart.y)
        if not good.size:
            parts.append(translate("Chart", "{name}: no values").format(name=name))
            continue
        low = good[np.argmin(series.y[good])]
        high = good[np.argmax(series.y[good])]
        parts.append(
            translate("Chart", "{name}: {count} values, from {low} to {high} (at {where})").format(
                name=name,
                count=good.size,
                low=value_text(float(series.y[low]), chart.y.unit),
                high=value_text(float(series.y[high]), chart.y.unit),
                where=x_text(chart, float(series.x[high])),
            )
        )
    for mark in chart.marks:
        parts.append(mark_text(mark, chart.x if mark.axis == "x" else chart.y))
    for band in chart.bands:
        axis = chart.x if band.axis == "x" else chart.y
        parts.append(
            translate("Chart", "{name}: {low} to {high}").format(
                name=say(band.name),
                low=value_text(band.low, axis.unit),
                high=value_text(band.high, axis.unit),
            )
        )
    note = say(chart.note)
    return "; ".join([one for one in (*parts, note) if one])
