"""How one line of the queue is painted: a finding with its badge and state, or a heading."""

from __future__ import annotations

import math
from typing import Any

from qgis.PyQt.QtCore import QModelIndex, QPointF, QRectF, QSize, Qt
from qgis.PyQt.QtGui import QColor, QFont, QFontMetrics, QPainter, QPalette, QPen
from qgis.PyQt.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ...processing_provider.language import say, translate
from ..numbers import count
from .queue.model import QueueModel
from .queue.standing import STATES, StandingArrays
from .verdict_look import paint_badge, verdict_color
from .words import family_title, message_column, state_title, verdict_title

_PADDING = 6
_DECIDED_OPACITY = 0.55
"""Still above the contrast for large text on all themes; what waits stands out beside it."""


class FindingDelegate(QStyledItemDelegate):
    """Two lines per finding and per heading, all of one height."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.standing = StandingArrays()
        self.waiting: Any = None
        """Rows that still have to be decided, shape ``(rows,)``; ``None`` where nobody knows."""
        self.rules: dict[str, Any] = {}
        self._titles: dict[tuple[str, str], str] = {}
        self.message = "message_en"

    def start(self, rules: dict[str, Any]) -> None:
        """For another file; what things are called is looked up but once."""
        self.rules = rules
        self._titles.clear()
        # Which language QGIS speaks is asked of its settings: too slow for every line.
        self.message = message_column()

    def _title(self, kind: str, value: str) -> str:
        found = self._titles.get((kind, value))
        if found is None:
            found = family_title(value) if kind == "family" else verdict_title(value)
            self._titles[kind, value] = found
        return found

    def height(self, font: QFont) -> int:
        """Pixels of one line."""
        return QFontMetrics(font).height() + self._small(font)[1].height() + 2 * _PADDING

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        return QSize(120, self.height(option.font))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        self.initStyleOption(option, index)
        option.text = ""
        view = option.widget
        painting = view.style() if view is not None else QApplication.style()
        # The whole line is current, not a cell of it.
        option.state &= ~QStyle.StateFlag.State_HasFocus
        painting.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, view)
        model: Any = index.model()
        if not isinstance(model, QueueModel):
            return
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        palette = view.palette() if view is not None else option.palette
        role = QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text
        text = palette.color(role)
        area = QRectF(option.rect).adjusted(_PADDING, _PADDING, -_PADDING, -_PADDING)
        painter.save()
        group = model.group_of(index.row())
        if group >= 0:
            self._heading(painter, option, area, text, model, group)
        else:
            base = palette.color(QPalette.ColorRole.Base)
            self._finding(painter, option, area, (text, base, selected), model, index.row())
        painter.restore()

    def _finding(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        area: QRectF,
        colors: tuple[QColor, QColor, bool],
        model: QueueModel,
        line: int,
    ) -> None:
        text, base, selected = colors
        row = int(model.lines[line])
        value = model.table.value
        if model.grouping != "none":
            area = area.adjusted(_PADDING * 2, 0, 0, 0)
        known = self.waiting is not None and row < len(self.waiting)
        if known and not self.waiting[row] and not selected:
            painter.setOpacity(_DECIDED_OPACITY)
        verdict = value(row, "verdict")
        size = min(20.0, area.height() - 8.0)
        badge = QRectF(area.left() + 3, area.center().y() - size / 2, size, size)
        color = verdict_color(verdict, base)
        letter = value(row, "severity")[:1]
        paint_badge(painter, badge, verdict, letter, color, text if selected else None)
        metrics = QFontMetrics(option.font)
        small, small_metrics = self._small(option.font)
        left = badge.right() + 12
        first = QRectF(left, area.top(), area.right() - left, metrics.height())
        second = QRectF(left, first.bottom(), first.width(), small_metrics.height())
        painter.setPen(text)
        painter.setFont(option.font)
        _line(painter, metrics, first, str(value(row, self.message)))
        painter.setPen(_dim(text))
        painter.setFont(small)
        state = self.state_of(row)
        if state:
            width = small_metrics.horizontalAdvance(state) + 2.0
            place = QRectF(second.right() - width, second.top(), width, second.height())
            painter.setPen(text)
            painter.drawText(
                place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, state
            )
            painter.setPen(_dim(text))
            second.setRight(place.left() - 8.0)
        _line(painter, small_metrics, second, self._about(model, row))

    def state_of(self, row: int) -> str:
        """What is said of where a finding stands; nothing while nobody has touched it."""
        standing = self.standing
        if row >= len(standing.state):
            return ""
        word = STATES[standing.state[row]]
        marks = {"returned": "↩", "corrected": "✎", "appealed": "⚑", "closed": "✓"}
        said = "" if word == "found" else f"{marks.get(word, '•')} {state_title(word)}"
        if standing.disputed[row]:
            said = f"{said} ≠ {translate('FindingDelegate', 'Disputed')}".strip()
        return said

    def _heading(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        area: QRectF,
        text: QColor,
        model: QueueModel,
        group: int,
    ) -> None:
        name, rows, is_open = model.heading(group)
        middle = QPointF(area.left() + 6, area.center().y())
        _chevron(painter, middle, text, is_open)
        left = area.left() + 18
        bold = QFont(option.font)
        bold.setBold(True)
        metrics = QFontMetrics(bold)
        small, small_metrics = self._small(option.font)
        number = count(len(rows))
        width = metrics.horizontalAdvance(number) + 2.0
        right = QRectF(area.right() - width, area.top(), width, metrics.height())
        painter.setPen(text)
        painter.setFont(bold)
        painter.drawText(right, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, number)
        first = QRectF(left, area.top(), right.left() - left - 8.0, metrics.height())
        title, about = self._words(model, name, rows)
        _line(painter, metrics, first, title)
        painter.setPen(_dim(text))
        painter.setFont(small)
        second = QRectF(left, first.bottom(), area.right() - left, small_metrics.height())
        _line(painter, small_metrics, second, about)

    def _words(self, model: QueueModel, name: str, rows: Any) -> tuple[str, str]:
        """Title of a heading, and what is said under it."""
        table = model.table
        parts = []
        if model.grouping == "rule":
            rule = self.rules.get(name)
            title = say(rule.title) if rule is not None else name
            parts = [name, self._title("family", table.value(int(rows[0]), "family"))]
        else:
            title = name or translate("FindingDelegate", "Without a parcel")
            parts = _of_parcel(table, int(rows[0])) if name else []
        if self.waiting is not None and len(self.waiting) == len(table):
            decided = len(rows) - int(self.waiting[rows].sum())
            if decided:
                parts.append(
                    translate("FindingDelegate", "{decided} decided").format(decided=count(decided))
                )
        return title, " · ".join(part for part in parts if part)

    def _about(self, model: QueueModel, row: int) -> str:
        """First what tells one from the next: the end of a long line may not be seen."""
        value = model.table.value
        parts = [" ".join(filter(None, (value(row, "layer"), value(row, "object_id"))))]
        if model.grouping != "rule":
            parts.append(self._title("family", value(row, "family")))
        parts.append(self._title("verdict", value(row, "verdict")))
        return " · ".join(part for part in parts if part)

    @staticmethod
    def _small(font: QFont) -> tuple[QFont, QFontMetrics]:
        small = QFont(font)
        if font.pointSizeF() > 0:
            small.setPointSizeF(font.pointSizeF() * 0.88)
        return small, QFontMetrics(small)


def _of_parcel(table: Any, row: int) -> list[str]:
    parts = []
    risk = float(table.risk[row])
    if math.isfinite(risk):
        parts.append(translate("FindingDelegate", "Risk {risk} %").format(risk=percent(risk)))
    if table.facts is not None:
        village = table.facts.village.values[table.facts.village.codes[row]]
        parts.append(table.facts.land_class.values[table.facts.land_class.codes[row]])
        parts.append(table.facts.village_names.get(village, village))
    return parts


def percent(risk: float) -> str:
    """A probability in percent, never said to be certain."""
    value = min(max(risk * 100.0, 0.0), 99.9)
    return f"{value:.1f}" if value < 10.0 or value > 99.0 else f"{value:.0f}"


def _dim(color: QColor) -> QColor:
    dim = QColor(color)
    dim.setAlphaF(0.68)
    return dim


def _line(painter: QPainter, metrics: QFontMetrics, area: QRectF, text: str) -> None:
    # Only what can be seen is measured: a hostile file may hold a message of megabytes.
    shown = metrics.elidedText(text[:400], Qt.TextElideMode.ElideRight, int(area.width()))
    painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)


def _chevron(painter: QPainter, middle: QPointF, color: QColor, is_open: bool) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color, 1.6))
    x, y, reach = middle.x(), middle.y(), 3.5
    if is_open:
        points = [QPointF(x - reach, y - 2), QPointF(x, y + 2), QPointF(x + reach, y - 2)]
    else:
        points = [QPointF(x - 2, y - reach), QPointF(x + 2, y), QPointF(x - 2, y + reach)]
    painter.drawLine(points[0], points[1])
    painter.drawLine(points[1], points[2])
