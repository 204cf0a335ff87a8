"""Before and after on the canvas: a divider to swipe, or one after the other."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from qgis.core import QgsCoordinateReferenceSystem, QgsRectangle
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from ....processing_provider.language import translate
from .swipe_item import SwipeItem
from .swipe_render import Rendered, Stretch, View, render
from .swipe_tool import SwipeTool
from .worker import EvidenceWorker

if TYPE_CHECKING:
    from ....checks.evidence.model import ImagePair

BLINK_MS = 600
_PAUSE_MS = 60
_SIDES = ("before", "after")


class Swipe(QObject):
    """Compares two images of the place that the canvas shows.

    No layer is added to the project. The mode is empty, ``swipe`` or ``blink``; ``mode_changed``
    tells it, ``rendered`` that both sides are as the canvas is, ``failed`` the path of an image
    that cannot be opened.
    """

    mode_changed = pyqtSignal(str)
    rendered = pyqtSignal()
    failed = pyqtSignal(str)

    def __init__(
        self, canvas: QgsMapCanvas, worker: EvidenceWorker, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.mode = ""
        self.item: SwipeItem | None = None
        self.pair: ImagePair | None = None
        self._canvas = canvas
        self._worker = worker
        self._stretches: dict[str, Stretch] = {}
        self._serial = 0
        self._tool: SwipeTool | None = None
        self._tool_before: Any = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._render)
        self._beat = QTimer(self)
        self._beat.setInterval(BLINK_MS)
        self._beat.timeout.connect(self._turn)
        worker.done.connect(self._drawn)
        worker.failed.connect(self._not_drawn)

    def set_pair(self, pair: ImagePair | None) -> None:
        """Compare other images from now on; with none the comparison ends."""
        if pair == self.pair:
            return
        self.pair = pair
        if self.mode and not self.possible():
            self.end()
        elif self.mode:
            self._start_over()

    def possible(self) -> bool:
        """Whether there are two images."""
        return self.pair is not None and bool(self.pair.before and self.pair.after)

    def toggle(self, mode: str) -> None:
        """Begin ``swipe`` or ``blink``, or end it."""
        if self.mode == mode:
            self.end()
        elif self.possible():
            self._begin(mode)

    def end(self) -> None:
        """Leave the canvas as it was."""
        if not self.mode:
            return
        self.mode = ""
        self._pause.stop()
        self._beat.stop()
        self._serial += 1
        self._worker.cancel()
        canvas = self._canvas
        canvas.extentsChanged.disconnect(self._pause.start)
        canvas.destinationCrsChanged.disconnect(self._pause.start)
        canvas.mapToolSet.disconnect(self._tool_set)
        if self._tool is not None:
            if canvas.mapTool() is self._tool:
                canvas.unsetMapTool(self._tool)
                if self._tool_before is not None:
                    canvas.setMapTool(self._tool_before)
            self._tool.deleteLater()
        if self.item is not None:
            canvas.scene().removeItem(self.item)
        self._tool = self._tool_before = self.item = None
        self._stretches.clear()
        self.mode_changed.emit("")

    def shut_down(self) -> None:
        """End, and listen to nothing any more."""
        self.end()
        self.blockSignals(True)
        self._worker.done.disconnect(self._drawn)
        self._worker.failed.disconnect(self._not_drawn)

    def _begin(self, mode: str) -> None:
        new = not self.mode
        self.mode = mode
        if new:
            canvas = self._canvas
            self.item = SwipeItem(canvas)
            self._tool_before = canvas.mapTool()
            self._tool = SwipeTool(canvas)
            self._tool.moved.connect(self._divide)
            self._tool.nudged.connect(self._nudge)
            self._tool.blink_wanted.connect(self._begin_other)
            self._tool.ended.connect(self.end)
            canvas.setMapTool(self._tool)
            canvas.mapToolSet.connect(self._tool_set)
            canvas.extentsChanged.connect(self._pause.start)
            canvas.destinationCrsChanged.connect(self._pause.start)
            canvas.setFocus()
            self._start_over()
        assert self.item is not None
        self.item.show_whole("before" if mode == "blink" else "")
        if mode == "blink":
            self._beat.start()
        else:
            self._beat.stop()
        self.mode_changed.emit(mode)

    def _begin_other(self) -> None:
        self._begin("swipe" if self.mode == "blink" else "blink")

    def _start_over(self) -> None:
        """Show other images."""
        pair = self.pair
        assert pair is not None and self.item is not None
        self._stretches.clear()
        self.item.forget()
        self.item.names = {
            "before": _name(translate("Swipe", "Before"), pair.before_date, pair.false_colour),
            "after": _name(translate("Swipe", "After"), pair.after_date, pair.false_colour),
        }
        self._render()

    def _render(self) -> None:
        """Have drawn what the canvas shows, one side after the other, in the worker."""
        pair = self.pair
        if pair is None or not self.mode:
            return
        self._serial += 1
        view = self._view()
        for side, path, bands, ask in zip(
            _SIDES,
            (pair.before, pair.after),
            (pair.bands_before, pair.bands),
            (self._worker.ask, self._worker.ask_later),
        ):
            work = partial(render, path, bands, view, self._stretches.get(side))
            ask((id(self), side, self._serial), work)

    def _view(self) -> View:
        settings = self._canvas.mapSettings()
        seen = settings.visibleExtent()
        # A canvas that is turned shows less than its bounds; all of them are drawn.
        pixel = max(settings.mapUnitsPerPixel(), 1e-12) / settings.devicePixelRatio()
        variants = QgsCoordinateReferenceSystem.WktVariant
        return View(
            (seen.xMinimum(), seen.yMinimum(), seen.xMaximum(), seen.yMaximum()),
            settings.destinationCrs().toWkt(variants.WKT_PREFERRED),
            max(1, round(seen.width() / pixel)),
            max(1, round(seen.height() / pixel)),
        )

    def _drawn(self, ticket: Any, rendered: Rendered) -> None:
        if ticket[0] != id(self) or ticket[2] != self._serial or self.item is None:
            return
        side = ticket[1]
        self._stretches[side] = rendered.stretch
        self.item.set_picture(side, rendered.image, QgsRectangle(*rendered.view.bounds))
        if side == _SIDES[-1]:
            self.rendered.emit()

    def _not_drawn(self, ticket: Any, _error: Any) -> None:
        if ticket[0] == id(self) and ticket[2] == self._serial and self.pair is not None:
            path = self.pair.before if ticket[1] == "before" else self.pair.after
            self.end()
            self.failed.emit(path)

    def _divide(self, share: float) -> None:
        if self.item is not None and self._tool is not None:
            if self.mode == "blink":
                self._begin("swipe")
            self.item.divide(share)
            self._tool.set_divider(self.item.share)

    def _nudge(self, by: float) -> None:
        if self.item is not None:
            self._divide(self.item.share + by)

    def _turn(self) -> None:
        if self.item is not None:
            self.item.show_whole("after" if self.item.whole == "before" else "before")

    def _tool_set(self, new: Any, _old: Any = None) -> None:
        """Another tool was chosen: the person is done with comparing."""
        if new is not self._tool:
            self._tool_before = None
            self.end()


def _name(title: str, date: str, false_colour: bool) -> str:
    name = f"{title} {date}".strip()
    return f"{name} · {translate('Swipe', 'false colour')}" if false_colour else name
