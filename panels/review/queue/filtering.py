"""What is typed and checked above the list, and what is wanted of the queue by that."""

from __future__ import annotations

from dataclasses import replace

from qgis.PyQt.QtCore import QObject, QTimer

from ....processing_provider.language import translate
from . import saved_filters
from .extent import MapExtent
from .filters import MANY, Wanted
from .presenter import QueuePresenter
from .widgets import QueueWidgets

_TYPING_PAUSE_MS = 120


class Filtering(QObject):
    """Between the widgets of the filters and the presenter."""

    def __init__(
        self, widgets: QueueWidgets, presenter: QueuePresenter, extent: MapExtent, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._widgets, self._presenter, self._map = widgets, presenter, extent
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_PAUSE_MS)
        self._typing.timeout.connect(self.search_now)
        widgets.search.textChanged.connect(lambda _: self._typing.start())
        widgets.filters.toggled.connect(lambda _: self.show())
        widgets.panel.changed.connect(self.set_wanted)
        widgets.chips.removed.connect(
            lambda name, value: self.set_wanted(presenter.wanted.without(name, value))
        )
        widgets.chips.cleared.connect(lambda: self.set_wanted(Wanted()))
        widgets.saved.chosen.connect(self.set_wanted)
        widgets.saved.current = lambda: presenter.wanted
        extent.changed.connect(self._extent_changed)
        presenter.facts_read.connect(self.show)
        presenter.arranged.connect(self.show)

    def start(self) -> None:
        """For another file: what is wanted at the start."""
        self._typing.stop()
        self._presenter.wanted = saved_filters.starting()
        self._show_text(self._presenter.wanted.text)

    def set_wanted(self, wanted: Wanted) -> None:
        """Filter by something else."""
        if wanted.extent is not None:
            wanted = replace(wanted, extent=self._map.box(self._presenter.table.places))
        self._typing.stop()
        self._show_text(wanted.text)
        self._presenter.set_wanted(wanted)
        self.show()

    def search_now(self) -> None:
        """Look for what stands in the search, without waiting for more of it."""
        self._typing.stop()
        text = self._widgets.search.text()
        self._presenter.set_wanted(replace(self._presenter.wanted, text=text))

    def show(self) -> None:
        """Bring the boxes up to date, where they are shown."""
        panel, presenter = self._widgets.panel, self._presenter
        shown = self._widgets.filters.isChecked()
        panel.setVisible(shown)
        # The boxes tell what is chosen; on a small screen the list needs the room.
        self._widgets.chips.setVisible(bool(self._widgets.chips.buttons) and not shown)
        if not shown or presenter.pending:
            return
        facets = {name: presenter.facets(name) for name in MANY}
        panel.show_wanted(presenter.wanted, presenter.table, facets)
        panel.allow(
            "new",
            bool(presenter.standing.carried.any()) or presenter.wanted.new,
            translate("QueuePage", "Nothing was carried over from an earlier verification."),
        )
        panel.allow("extent", self._map.known and presenter.table.places is not None, "")

    def to_search(self) -> None:
        """Let the person type."""
        self._widgets.search.setFocus()
        self._widgets.search.selectAll()

    def to_filters(self) -> None:
        """Open the boxes and go to the first, or close them."""
        self._widgets.filters.toggle()
        if self._widgets.filters.isChecked():
            self._widgets.panel.boxes["family"].setFocus()

    def _show_text(self, text: str) -> None:
        search = self._widgets.search
        if search.text() != text:
            search.blockSignals(True)
            search.setText(text)
            search.blockSignals(False)

    def _extent_changed(self) -> None:
        wanted = self._presenter.wanted
        if wanted.extent is not None:
            box = self._map.box(self._presenter.table.places)
            self._presenter.set_wanted(replace(wanted, extent=box or wanted.extent))
