"""The tool that moves the divider between two images; elsewhere it moves the map."""

from __future__ import annotations

from qgis.gui import QgsMapCanvas, QgsMapMouseEvent, QgsMapTool
from qgis.PyQt.QtCore import QPoint, Qt, pyqtSignal
from qgis.PyQt.QtGui import QKeyEvent

_NEAR = 16
_STEP = 0.02


class SwipeTool(QgsMapTool):
    """Drag the divider, or the map; a click puts the divider there.

    Keys: Left and Right move the divider, B asks for blinking, Esc ends. Signals: ``moved`` with
    the share of the width, ``nudged`` with how much to add to it, ``blink_wanted``, ``ended``.
    """

    moved = pyqtSignal(float)
    nudged = pyqtSignal(float)
    blink_wanted = pyqtSignal()
    ended = pyqtSignal()

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__(canvas)
        self._divider = 0.5
        self._dragged = ""
        self._pressed = QPoint()
        self.setCursor(Qt.CursorShape.SplitHCursor)

    def set_divider(self, share: float) -> None:
        """Where the divider stands now."""
        self._divider = share

    def canvasPressEvent(self, event: QgsMapMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._pressed = event.pos()
        near = abs(event.pos().x() - self._divider * self.canvas().width()) <= _NEAR
        self._dragged = "divider" if near else "press"

    def canvasMoveEvent(self, event: QgsMapMouseEvent) -> None:
        at = event.pos()
        if self._dragged == "press" and (at - self._pressed).manhattanLength() > 6:
            self._dragged = "map"
        if self._dragged == "divider":
            self._move_to(at)
        elif self._dragged == "map":
            self.canvas().panAction(event)
        elif not self._dragged:
            near = abs(at.x() - self._divider * self.canvas().width()) <= _NEAR
            shapes = Qt.CursorShape
            self.setCursor(shapes.SplitHCursor if near else shapes.OpenHandCursor)

    def canvasReleaseEvent(self, event: QgsMapMouseEvent) -> None:
        dragged, self._dragged = self._dragged, ""
        if dragged == "map":
            self.canvas().panActionEnd(event.pos())
        elif dragged:
            self._move_to(event.pos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.nudged.emit(-_STEP if key == Qt.Key.Key_Left else _STEP)
        elif key == Qt.Key.Key_B:
            self.blink_wanted.emit()
        elif key == Qt.Key.Key_Escape:
            self.ended.emit()
        else:
            return
        # The canvas takes an ignored event for one that was dealt with.
        event.ignore()

    def _move_to(self, at: QPoint) -> None:
        self.moved.emit(at.x() / max(1, self.canvas().width()))
