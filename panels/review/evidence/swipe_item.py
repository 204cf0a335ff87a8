"""Two images over the map, one left and one right of a divider."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsRectangle
from qgis.gui import QgsMapCanvas, QgsMapCanvasItem
from qgis.PyQt.QtCore import QPointF, QRectF, Qt
from qgis.PyQt.QtGui import QColor, QFont, QImage, QPainter, QPen, QPolygonF, QTransform

_PAPER = QColor("#ffffff")
_INK = QColor(20, 20, 20, 215)
_HANDLE = 15.0


class SwipeItem(QgsMapCanvasItem):
    """Paints what was rendered; while a new extent is rendered, the old picture is stretched.

    ``share`` is where the divider stands, 0 (left edge) to 1; with ``whole`` only one of the two
    is seen: ``before`` or ``after``.
    """

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.share = 0.5
        self.whole = ""
        self.names = {"before": "", "after": ""}
        self._pictures: dict[str, tuple[QImage, QgsRectangle]] = {}
        # Over the map, under the shapes and marks drawn on it.
        self.setZValue(-5)

    def set_picture(self, side: str, image: QImage, extent: QgsRectangle) -> None:
        """Show a picture of ``extent`` (CRS of the canvas) on a side."""
        self._pictures[side] = (image, QgsRectangle(extent))
        self.update()

    def forget(self) -> None:
        """Show no picture until others come."""
        self._pictures.clear()
        self.update()

    def has(self, side: str) -> bool:
        """Whether there is a picture of that side."""
        return side in self._pictures

    def divide(self, share: float) -> None:
        """Move the divider."""
        self.share = min(max(share, 0.0), 1.0)
        self.update()

    def show_whole(self, side: str) -> None:
        """Show one side all over; empty for both with the divider."""
        self.whole = side
        self.update()

    def divider(self) -> float:
        """Where the divider stands, in pixels of the canvas."""
        return self.share * self._canvas.width()

    def updatePosition(self) -> None:
        self.setPos(0.0, 0.0)

    def boundingRect(self) -> QRectF:
        return QRectF(0, 0, self._canvas.width(), self._canvas.height())

    def paint(self, painter: QPainter, *_more: Any) -> None:
        area = self.boundingRect()
        painter.save()
        if self.whole:
            self._paint_side(painter, self.whole, area)
        else:
            at = self.divider()
            self._paint_side(painter, "before", QRectF(0, 0, at, area.height()))
            self._paint_side(painter, "after", QRectF(at, 0, area.width() - at, area.height()))
            self._paint_divider(painter, at, area)
        self._paint_names(painter, area)
        painter.restore()

    def _paint_side(self, painter: QPainter, side: str, clip: QRectF) -> None:
        if side not in self._pictures or clip.width() <= 0:
            return
        image, extent = self._pictures[side]
        to_pixel = self._canvas.getCoordinateTransform()
        corner = to_pixel.transform(extent.xMinimum(), extent.yMaximum())
        right = to_pixel.transform(extent.xMaximum(), extent.yMaximum())
        below = to_pixel.transform(extent.xMinimum(), extent.yMinimum())
        wide, high = max(image.width(), 1), max(image.height(), 1)
        painter.save()
        painter.setClipRect(clip)
        painter.fillRect(clip, self._canvas.canvasColor())
        # From pixels of the picture to those of the canvas, turned as the canvas is.
        painter.setTransform(
            QTransform(
                (right.x() - corner.x()) / wide,
                (right.y() - corner.y()) / wide,
                (below.x() - corner.x()) / high,
                (below.y() - corner.y()) / high,
                corner.x(),
                corner.y(),
            ),
            True,
        )
        painter.drawImage(0, 0, image)
        painter.restore()

    def _paint_divider(self, painter: QPainter, at: float, area: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(_INK, 4))
        painter.drawLine(QPointF(at, 0), QPointF(at, area.height()))
        painter.setPen(QPen(_PAPER, 2))
        painter.drawLine(QPointF(at, 0), QPointF(at, area.height()))
        # Not in the middle: there is what the map was moved to.
        middle = QPointF(at, area.height() - 2.4 * _HANDLE)
        painter.setPen(QPen(_INK, 1))
        painter.setBrush(_PAPER)
        painter.drawEllipse(middle, _HANDLE, _HANDLE)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_INK)
        for way in (-1, 1):
            points = [(4.0, -4.5), (10.0, 0.0), (4.0, 4.5)]
            painter.drawPolygon(
                QPolygonF([QPointF(middle.x() + way * x, middle.y() + y) for x, y in points])
            )

    def _paint_names(self, painter: QPainter, area: QRectF) -> None:
        font = QFont(self._canvas.font())
        font.setBold(True)
        painter.setFont(font)
        metrics = painter.fontMetrics()
        at = self.divider()
        for side in ("before", "after"):
            text = self.names[side]
            if not text or self.whole not in ("", side):
                continue
            wide, high = metrics.horizontalAdvance(text) + 16.0, metrics.height() + 6.0
            left = side == "before"
            x = 10.0 if left else area.width() - wide - 10.0
            if not self.whole:
                # A name goes with its side and is pushed out with it.
                x = min(x, at - wide - 10.0) if left else max(x, at + 10.0)
            box = QRectF(x, 10.0, wide, high)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(_INK)
            painter.drawRoundedRect(box, 4, 4)
            painter.setPen(_PAPER)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
