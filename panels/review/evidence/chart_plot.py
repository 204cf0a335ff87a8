"""Where everything in a small chart goes: the plot, its ticks, labels that never overlap."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qgis.PyQt.QtCore import QRectF, Qt
from qgis.PyQt.QtGui import QFontMetricsF

from ....processing_provider.language import say
from .chart_look import Look
from .chart_scale import (
    Scale,
    axis_title,
    nice_ticks,
    scale_of_x,
    scale_of_y,
    tick_text,
    value_text,
)

if TYPE_CHECKING:
    from ....checks.evidence.model import Axis, Band, Chart, Mark

_GAP = 4.0
_SAMPLE = 16.0
_LANES = 3
_LOW = 118.0


@dataclass(frozen=True)
class Label:
    """A text in its place; ``role`` gives the colour, ``turn`` tells several of one role apart."""

    area: QRectF
    text: str
    role: str = ""
    turn: int = 0
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignCenter


@dataclass(frozen=True)
class Entry:
    """One entry of the legend: the sample of a series (or band, or mark) and its name."""

    area: QRectF
    text: str
    kind: str
    place: int


@dataclass
class Plot:
    """A chart laid out in pixels."""

    chart: Chart
    area: QRectF
    x: Scale
    y: Scale
    turns: list[int]
    """How many series of the same role come before each series."""
    ticks_x: list[float] = field(default_factory=list)
    ticks_y: list[float] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    names: list[Label] = field(default_factory=list)
    """Names of marks and bands; no two of them overlap."""
    legend: list[Entry] = field(default_factory=list)


def lay_out(chart: Chart, area: QRectF, look: Look, titled: bool) -> Plot:
    """Lay ``chart`` out in ``area``; ``titled`` writes its title above."""
    return _Layout(chart, area, look).made(titled)


def turns(chart: Chart) -> list[int]:
    """For each series, how many of the same role come before it."""
    seen: dict[str, int] = {}
    answer = []
    for series in chart.series:
        answer.append(seen.get(series.role, 0))
        seen[series.role] = answer[-1] + 1
    return answer


def mark_text(mark: Mark, axis: Axis) -> str:
    """A mark's name, with its value where the name does not say it."""
    name = say(mark.name)
    if axis.labels or any(letter.isdigit() for letter in name):
        return name
    return f"{name} {value_text(mark.value, axis.unit)}".strip()


class _Layout:
    """Builds one :class:`Plot`, from the outside in."""

    def __init__(self, chart: Chart, area: QRectF, look: Look) -> None:
        self._chart, self._look = chart, look
        self._metrics = QFontMetricsF(look.font)
        self._line = self._metrics.height()
        self._left, self._right = area.left() + 2, area.right() - 6
        self._top, self._bottom = area.top() + 2, area.bottom() - 2
        self._low = area.height() < _LOW
        self._labels: list[Label] = []
        self._names: list[Label] = []
        self._legend: list[Entry] = []

    def made(self, titled: bool) -> Plot:
        chart = self._chart
        scale_x, scale_y = scale_of_x(chart), scale_of_y(chart)
        if titled:
            self._text_row(say(chart.title), "")
        self._notes_and_title_below()
        self._head()
        ticks_y, texts = self._ticks_of_y(scale_y)
        width = max((self._metrics.horizontalAdvance(text) for text in texts), default=0.0)
        width = min(width, (self._right - self._left) * 0.4)
        left = self._left + width + _GAP * 1.5
        scale_x = scale_x.laid(left, self._right)
        lanes = self._lanes(scale_x, left)
        top = self._top + lanes * self._line + (2 if lanes else self._line * 0.5)
        bottom = max(self._bottom - self._line - 2, top + 10)
        scale_y = scale_y.laid(bottom, top)
        plot = Plot(
            chart, QRectF(left, top, self._right - left, bottom - top), scale_x, scale_y, []
        )
        plot.turns = turns(chart)
        self._write_y(plot, ticks_y, texts, width)
        self._write_x(plot)
        self._names_along_y(plot)
        plot.labels, plot.names, plot.legend = self._labels, self._names, self._legend
        return plot

    def _text_row(self, text: str, role: str) -> None:
        wide = self._right - self._left
        shown = self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, wide)
        area = QRectF(self._left, self._top, wide, self._line)
        self._labels.append(Label(area, shown, role or "title", 0, Qt.AlignmentFlag.AlignLeft))
        self._top += self._line + 2

    def _notes_and_title_below(self) -> None:
        title = axis_title(self._chart.x)
        if not title or self._low:
            return
        wide = self._right - self._left
        shown = self._metrics.elidedText(title, Qt.TextElideMode.ElideRight, wide)
        area = QRectF(self._left, self._bottom - self._line, wide, self._line)
        self._labels.append(Label(area, shown, "dim", 0, Qt.AlignmentFlag.AlignRight))
        self._bottom -= self._line

    def _head(self) -> None:
        """The title of the upright axis, and the legend in what is left of that row or below."""
        title = axis_title(self._chart.y)
        across = axis_title(self._chart.x)
        if self._low and across:
            # Where every row counts, both titles share one.
            title = f"{title} / {across}" if title else across
        used = self._metrics.horizontalAdvance(title) + _GAP * 3 if title else 0.0
        wide = self._right - self._left
        entries = self._entries()
        if title:
            shown = self._metrics.elidedText(title, Qt.TextElideMode.ElideRight, wide)
            area = QRectF(self._left, self._top, min(used, wide), self._line)
            self._labels.append(Label(area, shown, "dim", 0, Qt.AlignmentFlag.AlignLeft))
        need = sum(one[0] for one in entries)
        if entries and used and used + need > wide:
            self._top += self._line
            used = 0.0
        rows: list[list[tuple[float, str, str, int]]] = [[]]
        for entry in entries:
            taken = sum(one[0] for one in rows[-1])
            if rows[-1] and used + taken + entry[0] > wide:
                rows.append([])
                used = 0.0
            rows[-1].append(entry)
        for row in rows:
            left = max(self._left, self._right - sum(one[0] for one in row))
            for need, text, kind, place in row:
                area = QRectF(left, self._top, min(need, self._right - left), self._line)
                self._legend.append(Entry(area, text, kind, place))
                left += need
            self._top += self._line if row or title else 0.0

    def _entries(self) -> list[tuple[float, str, str, int]]:
        """Width, text and what of every entry; none for a single series."""
        if len(self._chart.series) < 2:
            return []
        wide = self._right - self._left - _SAMPLE - _GAP * 3
        answer = []
        for place, series in enumerate(self._chart.series):
            name = self._metrics.elidedText(say(series.name), Qt.TextElideMode.ElideRight, wide)
            if name:
                need = self._metrics.horizontalAdvance(name) + _SAMPLE + _GAP * 3
                answer.append((need, name, "series", place))
        return answer

    def _ticks_of_y(self, scale: Scale) -> tuple[list[float], list[str]]:
        axis = self._chart.y
        if axis.labels:
            return [float(one) for one in range(len(axis.labels))], [
                say(one) for one in axis.labels
            ]
        room = self._bottom - self._top - self._line * (3 if self._marked() else 2)
        ticks = nice_ticks(scale.low, scale.high, max(2, min(6, int(room / self._line / 1.4) + 1)))
        step = ticks[1] - ticks[0] if len(ticks) > 1 else abs(ticks[0])
        return ticks, [tick_text(one, step) for one in ticks]

    def _marked(self) -> bool:
        chart = self._chart
        return "x" in {mark.axis for mark in chart.marks} | {band.axis for band in chart.bands}

    def _write_y(self, plot: Plot, ticks: list[float], texts: list[str], width: float) -> None:
        plot.ticks_y = ticks
        for value, text in zip(ticks, texts):
            shown = self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, width + 1)
            middle = plot.y.at(value)
            area = QRectF(self._left, middle - self._line / 2, width, self._line)
            self._labels.append(Label(area, shown, "dim", 0, Qt.AlignmentFlag.AlignRight))

    def _write_x(self, plot: Plot) -> None:
        axis = self._chart.x
        top = plot.area.bottom() + 3
        if axis.labels:
            self._write_categories(plot, top)
            return
        most = max(2, int(plot.area.width() / 48))
        while True:
            plot.ticks_x = nice_ticks(plot.x.low, plot.x.high, most)
            ticks = plot.ticks_x
            step = ticks[1] - ticks[0] if len(ticks) > 1 else abs(ticks[0])
            texts = [tick_text(one, step) for one in ticks]
            widest = max(self._metrics.horizontalAdvance(text) for text in texts)
            apart = abs(plot.x.at(ticks[1]) - plot.x.at(ticks[0])) if len(ticks) > 1 else widest * 9
            if most <= 2 or widest + _GAP * 2 <= apart:
                break
            most -= 1
        for value, text in zip(ticks, texts):
            self._centred(plot.x.at(value), top, text)

    def _centred(self, middle: float, top: float, text: str) -> None:
        wide = self._metrics.horizontalAdvance(text) + 2
        left = min(max(middle - wide / 2, self._left), self._right + 4 - wide)
        self._labels.append(Label(QRectF(left, top, wide, self._line), text, "dim"))

    def _write_categories(self, plot: Plot, top: float) -> None:
        texts = [say(one) for one in self._chart.x.labels]
        slot = plot.area.width() / max(1, len(texts))
        widest = max(map(self._metrics.horizontalAdvance, texts), default=0.0)
        # All whole, else all cut to their place, else only every so many.
        every = 1 if widest <= slot - 2 or slot >= self._metrics.height() * 2 else 0
        every = every or max(1, int((min(widest, 48) + _GAP) / max(slot, 1e-6)) + 1)
        plot.ticks_x = [float(one) for one in range(len(texts))]
        for place in range(0, len(texts), every):
            room = slot * every - 2
            shown = self._metrics.elidedText(texts[place], Qt.TextElideMode.ElideRight, room)
            self._centred(plot.x.at(place), top, shown)

    def _lanes(self, scale: Scale, left: float) -> int:
        """Write names of upright marks and bands above the plot; how many lanes they take."""
        wanted: list[tuple[float, str, str, int]] = []
        for turn, mark in enumerate(one for one in self._chart.marks if one.axis == "x"):
            if scale.low <= mark.value <= scale.high:
                text = mark_text(mark, self._chart.x)
                wanted.append((scale.at(mark.value), text, mark.role, turn))
        for turn, band in enumerate(one for one in self._chart.bands if one.axis == "x"):
            name = say(band.name)
            if name and band.high >= scale.low and band.low <= scale.high:
                wanted.append((_middle(band, scale), name, band.role, turn))
        lanes: list[list[tuple[float, float]]] = []
        placed = []
        for middle, text, role, turn in sorted(wanted):
            wide = min(self._metrics.horizontalAdvance(text) + 2, self._right - left)
            start = min(max(middle - wide / 2, left), self._right - wide)
            lane = next(
                (
                    place
                    for place, taken in enumerate(lanes)
                    if all(
                        start > end + _GAP or start + wide < begin - _GAP for begin, end in taken
                    )
                ),
                len(lanes),
            )
            if lane >= _LANES:
                continue
            if lane == len(lanes):
                lanes.append([])
            lanes[lane].append((start, start + wide))
            placed.append((lane, start, wide, text, role, turn))
        for lane, start, wide, text, role, turn in placed:
            top = self._top + (len(lanes) - 1 - lane) * self._line
            shown = self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, wide)
            area = QRectF(start, top, wide, self._line)
            self._names.append(Label(area, shown, role, turn))
        return len(lanes)

    def _names_along_y(self, plot: Plot) -> None:
        """Names of level marks and bands, inside the plot at its right end."""
        wanted: list[tuple[float, str, str, int]] = []
        for turn, mark in enumerate(one for one in self._chart.marks if one.axis == "y"):
            if plot.y.low <= mark.value <= plot.y.high:
                text = mark_text(mark, self._chart.y)
                wanted.append((plot.y.at(mark.value), text, mark.role, turn))
        for turn, band in enumerate(one for one in self._chart.bands if one.axis == "y"):
            name = say(band.name)
            if name and band.high >= plot.y.low and band.low <= plot.y.high:
                top = plot.y.at(min(band.high, plot.y.high)) + self._line + 1
                wanted.append((top, name, band.role, turn))
        taken: list[QRectF] = []
        for level, text, role, turn in sorted(wanted):
            wide = min(self._metrics.horizontalAdvance(text) + 4, plot.area.width())
            shown = self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, wide)
            tops = (level - self._line - 1, level + 1)
            lefts = (plot.area.right() - wide, plot.area.left() + 2)
            for left, top in ((left, top) for left in lefts for top in tops):
                area = QRectF(left, top, wide, self._line)
                inside = top >= plot.area.top() - 1 and area.bottom() <= plot.area.bottom() + 1
                if inside and not any(area.intersects(other) for other in taken):
                    taken.append(area)
                    self._names.append(Label(area, shown, role, turn))
                    break


def _middle(band: Band, scale: Scale) -> float:
    low, high = max(band.low, scale.low), min(band.high, scale.high)
    return (scale.at(low) + scale.at(high)) / 2.0
