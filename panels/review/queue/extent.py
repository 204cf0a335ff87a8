"""Where the map is, for a queue that shows only what can be seen there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCsException,
)
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from ..finding_table import Places
from ..frames import between

_PAUSE_MS = 250

Box = tuple[float, float, float, float]


class MapExtent(QObject):
    """The canvas as a filter; ``changed`` when the person has moved it and lets it rest.

    A queue that makes the map go to its finding does so within :meth:`own_move`: that must not
    take the other findings out of the list.
    """

    changed = pyqtSignal()

    def __init__(self, canvas: QgsMapCanvas | None, parent: QObject) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._own = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_PAUSE_MS)
        self._rest.timeout.connect(self.changed)
        if canvas is not None:
            canvas.extentsChanged.connect(self._moved)

    @property
    def known(self) -> bool:
        """Whether there is a map."""
        return self._canvas is not None

    def box(self, places: Places | None) -> Box | None:
        """What the map shows in the CRS of the findings: west, south, east, north."""
        if self._canvas is None or places is None:
            return None
        extent = self._canvas.extent()
        shown = self._canvas.mapSettings().destinationCrs()
        own = QgsCoordinateReferenceSystem.fromWkt(places.wkt) if places.wkt else shown
        if own.isValid() and shown.isValid() and own != shown:
            transform = between(shown, own)
            try:
                extent = transform.transformBoundingBox(extent)
            except QgsCsException:
                return None
        box = (extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum())
        return box if np.isfinite(box).all() else None

    @contextmanager
    def own_move(self) -> Iterator[None]:
        """While the queue itself moves the map."""
        before, self._own = self._own, True
        # What the person did to the map a moment ago is overtaken by this.
        self._rest.stop()
        try:
            yield
        finally:
            self._own = before

    def shut_down(self) -> None:
        """Let go of the canvas."""
        if self._canvas is not None:
            self._canvas.extentsChanged.disconnect(self._moved)
            self._canvas = None
        self._rest.stop()

    def _moved(self) -> None:
        if not self._own:
            self._rest.start()
