"""A picture that can be zoomed by the wheel and dragged about."""

from __future__ import annotations

from qgis.PyQt.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import (
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPixmap,
    QTextOption,
    QWheelEvent,
)
from qgis.PyQt.QtWidgets import QSizePolicy, QWidget

from .chart_look import ground_of

_MOST = 24.0
_STEP = 1.25


class PhotoView(QWidget):
    """Shows one picture, whole at first.

    The view is a zoom (1 = the whole picture fits) and the point of the picture in the middle
    (shares of width and height), so that pictures of different size can be moved together.
    Signals: ``moved`` with zoom and middle when the person moved it, ``enlarged`` when the person
    asks for the whole screen, ``stepped`` with -1 or 1 for another photo.
    """

    moved = pyqtSignal(float, QPointF)
    enlarged = pyqtSignal()
    stepped = pyqtSignal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.zoom = 1.0
        self.middle = QPointF(0.5, 0.5)
        self._pixmap = self._small = QPixmap()
        self._text = ""
        self._grabbed: QPoint | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(90, 60)

    def sizeHint(self) -> QSize:
        return QSize(240, 170)

    def show_image(self, image: QImage, name: str = "", small: QImage | None = None) -> None:
        """Show a picture, whole; ``small`` is the same, for as long as it is seen from afar."""
        self._pixmap = QPixmap.fromImage(image)
        self._small = QPixmap.fromImage(small) if small is not None else self._pixmap
        self._text = ""
        self.setAccessibleName(name)
        self.look_at(1.0, QPointF(0.5, 0.5))

    def show_text(self, text: str) -> None:
        """Say something in the place of a picture."""
        self._pixmap = self._small = QPixmap()
        self._text = text
        self.setAccessibleName(text)
        self.update()

    def look_at(self, zoom: float, middle: QPointF) -> None:
        """Show this part of the picture; nothing is told."""
        self.zoom = min(max(zoom, 1.0), _MOST)
        self.middle = self._kept(middle)
        self.setCursor(
            Qt.CursorShape.OpenHandCursor if self.zoom > 1.0 else Qt.CursorShape.ArrowCursor
        )
        self.update()

    def target(self) -> QRectF:
        """Where the whole picture lies in the widget's pixels, parts of it outside when zoomed."""
        if self._pixmap.isNull():
            return QRectF()
        size = self._pixmap.size()
        fit = min(self.width() / size.width(), self.height() / size.height())
        wide, high = size.width() * fit * self.zoom, size.height() * fit * self.zoom
        return QRectF(
            self.width() / 2.0 - wide * self.middle.x(),
            self.height() / 2.0 - high * self.middle.y(),
            wide,
            high,
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._pixmap.isNull():
            painter.setPen(ground_of(self, paper=False)[1])
            wrapped = QTextOption(Qt.AlignmentFlag.AlignCenter)
            wrapped.setWrapMode(QTextOption.WrapMode.WordWrap)
            area = QRectF(self.rect()).adjusted(8, 4, -8, -4)
            painter.drawText(area, self._text, wrapped)
        else:
            target = self.target()
            pixels = target.width() * self.devicePixelRatioF()
            shown = self._small if pixels <= self._small.width() else self._pixmap
            smooth = pixels < shown.width() * 2
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
            painter.drawPixmap(target, shown, QRectF(shown.rect()))
        if self.hasFocus():
            color = self.palette().color(QPalette.ColorRole.Highlight)
            painter.setPen(color)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:
        steps = event.angleDelta().y() / 120.0
        if steps and not self._pixmap.isNull():
            self._zoom_at(_STEP**steps, event.position())
        event.accept()

    def _zoom_at(self, factor: float, at: QPointF) -> None:
        before = self.target()
        zoom = min(max(self.zoom * factor, 1.0), _MOST)
        # What is under the pointer stays under it.
        share = QPointF(
            (at.x() - before.left()) / before.width(), (at.y() - before.top()) / before.height()
        )
        grown = zoom / self.zoom
        wide, high = before.width() * grown, before.height() * grown
        middle = QPointF(
            share.x() + (self.width() / 2.0 - at.x()) / wide,
            share.y() + (self.height() / 2.0 - at.y()) / high,
        )
        self.look_at(zoom, middle)
        self.moved.emit(self.zoom, self.middle)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.zoom > 1.0:
            self._grabbed = event.pos()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grabbed is None:
            return
        by = event.pos() - self._grabbed
        self._grabbed = event.pos()
        area = self.target()
        self.look_at(
            self.zoom,
            QPointF(
                self.middle.x() - by.x() / area.width(), self.middle.y() - by.y() / area.height()
            ),
        )
        self.moved.emit(self.zoom, self.middle)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._grabbed is not None:
            self._grabbed = None
            self.setCursor(Qt.CursorShape.OpenHandCursor)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if not self._pixmap.isNull():
            self.enlarged.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.stepped.emit(-1 if key == Qt.Key.Key_Left else 1)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            if not self._pixmap.isNull():
                factor = 1 / _STEP if key == Qt.Key.Key_Minus else _STEP
                self._zoom_at(factor, QPointF(self.width() / 2.0, self.height() / 2.0))
        elif key == Qt.Key.Key_0:
            self.look_at(1.0, QPointF(0.5, 0.5))
            self.moved.emit(self.zoom, self.middle)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_P):
            self.enlarged.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QEvent) -> None:
        self.update()

    def focusOutEvent(self, event: QEvent) -> None:
        self.update()

    def _kept(self, middle: QPointF) -> QPointF:
        """``middle``, so far in that no more ground shows than must."""
        if self._pixmap.isNull():
            return QPointF(0.5, 0.5)
        size = self._pixmap.size()
        fit = min(self.width() / size.width(), self.height() / size.height())
        answer = []
        for wanted, room, length in (
            (middle.x(), self.width(), size.width() * fit * self.zoom),
            (middle.y(), self.height(), size.height() * fit * self.zoom),
        ):
            half = room / 2.0 / max(length, 1e-6)
            answer.append(0.5 if half >= 0.5 else min(max(wanted, half), 1.0 - half))
        return QPointF(*answer)
