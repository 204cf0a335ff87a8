"""A small chart in the window: painted by us, so that it is there at once and fits any theme."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from qgis.PyQt.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, pyqtSignal
from qgis.PyQt.QtGui import QContextMenuEvent, QGuiApplication, QMouseEvent, QPainter, QPaintEvent
from qgis.PyQt.QtWidgets import QFileDialog, QMenu, QSizePolicy, QToolTip, QWidget

from ....processing_provider.language import say, translate
from .chart_export import picture, save, summary, table, x_text
from .chart_look import look_of
from .chart_painter import paint
from .chart_plot import Plot, lay_out, mark_text
from .chart_scale import value_text

if TYPE_CHECKING:
    from ....checks.evidence.model import Chart

_NEAR = 24.0


class ChartWidget(QWidget):
    """Draws any ``checks.evidence.model.Chart``; legible from 220 × 150 pixels up.

    ``saved`` tells a message when the person asked for a file: the path, or why not.
    """

    saved = pyqtSignal(str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chart: Chart | None = None
        self._hover: QPointF | None = None
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(150, 92)

    def sizeHint(self) -> QSize:
        return QSize(300, 200)

    def show_chart(self, chart: Chart | None) -> None:
        """Show another chart, or none."""
        self.chart = chart
        self._hover = None
        self.setAccessibleName(say(chart.title) if chart is not None else "")
        self.setAccessibleDescription(summary(chart) if chart is not None else "")
        self.update()

    def plot(self) -> Plot | None:
        """The chart as it is laid out now."""
        if self.chart is None:
            return None
        area = QRectF(self.rect()).adjusted(4, 2, -2, -2)
        return lay_out(self.chart, area, look_of(self), titled=False)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        look = look_of(self)
        painter.fillRect(self.rect(), look.ground)
        plot = self.plot()
        if plot is not None:
            paint(painter, plot, look, self._hover)
        painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.pos()
        found = self.nearest(at)
        hover = found[0] if found else None
        if hover != self._hover:
            self._hover = hover
            self.update()
        if found:
            QToolTip.showText(self.mapToGlobal(at + QPoint(12, 12)), found[1], self)
        else:
            QToolTip.hideText()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = None
        self.update()

    def nearest(self, at: QPoint) -> tuple[QPointF, str] | None:
        """The point of the data nearest to a pixel and what it says; ``None`` far from all."""
        plot = self.plot()
        if plot is None or not plot.area.adjusted(-6, -6, 6, 6).contains(QPointF(at)):
            return None
        best: tuple[float, QPointF, str] | None = None
        for series in plot.chart.series:
            good = np.flatnonzero(np.isfinite(series.x) & np.isfinite(series.y))
            if not good.size:
                continue
            across, level = plot.x.along(series.x[good]), plot.y.along(series.y[good])
            away = np.abs(across - at.x())
            upright = np.abs(level - at.y())
            # Along a line or among bars the place counts; among points both do.
            distance = np.hypot(away, upright) if series.style == "points" else away + upright * 0.2
            place = int(np.argmin(distance))
            if series.style == "points" and distance[place] > _NEAR:
                continue
            if best is None or distance[place] < best[0]:
                point = QPointF(float(across[place]), float(level[place]))
                row = int(good[place])
                best = (float(distance[place]), point, self._words(plot.chart, series, row))
        return best[1:] if best else None

    @staticmethod
    def _words(chart: Chart, series: object, row: int) -> str:
        x, y = float(series.x[row]), float(series.y[row])  # type: ignore[attr-defined]
        lines = [say(series.name)] if say(series.name) else []  # type: ignore[attr-defined]
        lines.append(f"{x_text(chart, x)}: {value_text(y, chart.y.unit)}")
        lines += [mark_text(mark, chart.x if mark.axis == "x" else chart.y) for mark in chart.marks]
        return "\n".join(lines)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.chart is None:
            return
        menu = self.menu()
        menu.exec(event.globalPos())
        menu.deleteLater()

    def menu(self) -> QMenu:
        """What can be done with the chart."""
        menu = QMenu(self)
        for text, does in (
            (translate("Chart", "Copy Picture"), self.copy_picture),
            (translate("Chart", "Copy Values"), self.copy_values),
            (translate("Chart", "Save Picture…"), self._save),
        ):
            menu.addAction(text).triggered.connect(lambda _checked=False, does=does: does())
        return menu

    def copy_picture(self) -> None:
        """Put the chart on the clipboard."""
        if self.chart is not None:
            QGuiApplication.clipboard().setImage(picture(self.chart, self.font()))

    def copy_values(self) -> None:
        """Put the values on the clipboard, to be pasted into a spreadsheet."""
        if self.chart is not None:
            QGuiApplication.clipboard().setText(table(self.chart))

    def save_to(self, path: Path) -> bool:
        """Write the chart to ``path``, SVG or PNG by its ending, and tell."""
        done = self.chart is not None and save(self.chart, self.font(), path)
        self.saved.emit(str(path), done)
        return done

    def _save(self) -> None:
        if self.chart is None:
            return
        name, chosen = QFileDialog.getSaveFileName(
            self,
            translate("Chart", "Save Picture"),
            str(Path.home() / f"{self.chart.kind}.svg"),
            "SVG (*.svg);;PNG (*.png)",
        )
        if name:
            path = Path(name)
            if path.suffix.lower() not in (".svg", ".png"):
                path = path.with_name(path.name + (".png" if "png" in chosen else ".svg"))
            self.save_to(path)
