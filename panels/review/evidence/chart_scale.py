"""Axes of small charts: where a value falls, and which values are worth a tick."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ....processing_provider.language import say
from ...numbers import number

if TYPE_CHECKING:
    from ....checks.evidence.model import Axis, Chart, Series

_STEPS = (1.0, 2.0, 2.5, 5.0)
_HUGE, _TINY = 1e7, 1e-4


@dataclass(frozen=True)
class Scale:
    """A stretch of values laid along a stretch of pixels; ``start`` is where ``low`` falls."""

    low: float
    high: float
    start: float = 0.0
    end: float = 1.0

    def at(self, value: float) -> float:
        """Pixel of a value."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def along(self, values: np.ndarray) -> np.ndarray:
        """Pixels of values; shape as given."""
        share = (np.asarray(values, dtype=np.float64) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def value(self, pixel: float) -> float:
        """Value at a pixel."""
        return self.low + (pixel - self.start) / (self.end - self.start) * (self.high - self.low)

    def laid(self, start: float, end: float) -> Scale:
        """The same values along other pixels."""
        return Scale(self.low, self.high, start, end)


def nice_ticks(low: float, high: float, most: int) -> list[float]:
    """Round values from ``low`` to ``high``: as many as there are, but no more than ``most``."""
    span = high - low
    if not math.isfinite(span) or span <= 0:
        return [low]
    most = max(most, 2)
    size = 10.0 ** math.floor(math.log10(span / most / 4.0))
    for step in (power * factor * size for power in (1.0, 10.0, 100.0) for factor in _STEPS):
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first + 1 <= most:
            break
    # Between no round value and the ends, the ends say more.
    if last < first:
        return [low, high]
    return [round(place * step, 12) + 0.0 for place in range(first, last + 1)]


def tick_text(value: float, step: float) -> str:
    """A tick's number, with as many decimals as its neighbour needs."""
    if value and not _TINY <= abs(value) < _HUGE:
        return f"{value:.1e}"
    digits = 0
    while digits < 6 and abs(step * 10**digits - round(step * 10**digits)) > 1e-6:
        digits += 1
    return number(value, digits)


def value_text(value: float, unit: str = "") -> str:
    """A value for a label or a tool-tip: four significant digits, with its unit."""
    if not math.isfinite(value):
        return "–"
    if value and not _TINY <= abs(value) < _HUGE:
        text = f"{value:.2e}"
    else:
        size = math.floor(math.log10(abs(value))) if value else 0
        text = number(value, max(0, min(6, 3 - size)))
    glued = unit in ("°", "%", "‰")
    return f"{text}{'' if glued or not unit else ' '}{unit}"


def axis_title(axis: Axis) -> str:
    """What an axis shows, with its unit."""
    title = say(axis.title)
    if not axis.unit or axis.unit in title:
        return title
    return f"{title} ({axis.unit})" if title else axis.unit


def bar_width(series: Series) -> float:
    """How wide the classes of bars are along the axis."""
    steps = np.diff(np.unique(series.x[np.isfinite(series.x)]))
    return float(np.median(steps)) if steps.size else 1.0


def scale_of_x(chart: Chart) -> Scale:
    """What the horizontal axis spans."""
    if chart.x.labels:
        return Scale(-0.5, len(chart.x.labels) - 0.5)
    values: list[np.ndarray] = []
    for series in chart.series:
        half = bar_width(series) / 2.0 if series.style in ("bars", "step") else 0.0
        values += [series.x - half, series.x + half]
    return _spanned(chart.x, values, _across(chart, "x"), 0.0)


def scale_of_y(chart: Chart) -> Scale:
    """What the vertical axis spans; bars stand on nought."""
    if chart.y.labels:
        return Scale(-0.5, len(chart.y.labels) - 0.5)
    values: list[np.ndarray] = []
    for series in chart.series:
        values += [one for one in (series.y, series.low, series.high) if one is not None]
        if series.style in ("bars", "step"):
            values.append(np.zeros(1))
    # Values are written on top of the bars of categories.
    room = 0.2 if chart.x.labels and any(one.style == "bars" for one in chart.series) else 0.08
    return _spanned(chart.y, values, _across(chart, "y"), room)


def _across(chart: Chart, axis: str) -> list[float]:
    marks = [mark.value for mark in chart.marks if mark.axis == axis]
    ends = [end for band in chart.bands if band.axis == axis for end in (band.low, band.high)]
    return marks + ends


def _spanned(axis: Axis, values: Iterable[np.ndarray], extra: list[float], room: float) -> Scale:
    parts = [np.asarray(one, dtype=np.float64).ravel() for one in values]
    every = np.concatenate([*parts, np.asarray(extra, dtype=np.float64)]) if parts else np.zeros(0)
    every = every[np.isfinite(every)]
    low = float(every.min()) if every.size else 0.0
    high = float(every.max()) if every.size else 1.0
    if high - low <= abs(high) * 1e-12:
        half = abs(high) * 0.05 or 0.5
        low, high = low - half, high + half
    width = high - low
    # Bars and shares start exactly on nought; anything else gets air on both sides.
    if low != 0.0:
        low -= width * room
    if high != 0.0:
        high += width * room
    if axis.low is not None and math.isfinite(axis.low):
        low = axis.low
    if axis.high is not None and math.isfinite(axis.high):
        high = axis.high
    return Scale(low, high if high > low else low + 1.0)
