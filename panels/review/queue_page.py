"""The queue of the review: search, filters, list, and the chosen finding in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsProject,
)
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QElapsedTimer, QModelIndex, QTimer, pyqtSignal
from qgis.PyQt.QtWidgets import QVBoxLayout, QWidget

from ...processing_provider.language import translate
from ..numbers import count
from . import saved_filters
from .finding_delegate import FindingDelegate
from .finding_details import details
from .finding_table import FindingTable
from .queue_filters import FLAGS, MANY, Wanted
from .queue_model import GROUPINGS, QueueModel
from .queue_presenter import QueuePresenter
from .queue_view import COMMANDS
from .queue_widgets import QueueWidgets
from .session import ReviewSession

_TYPING_PAUSE_MS = 120
_ARROW_PAUSE_MS = 120
_MAP_PAUSE_MS = 250
_WORDS = frozenset(COMMANDS.values())


class QueuePage(QWidget):
    """Search, filters, list and details of a review's findings.

    Signals: ``chosen`` with a row of the table when another finding is current, ``wanted`` when
    the person asks to be taken there, ``command`` with the word of a key (``accept``, ``reject``,
    ``doubtful``, ``return``, ``exception``, ``undo``, ``photo``, ``zoom``, ``blink``).
    """

    chosen = pyqtSignal(int)
    wanted = pyqtSignal(int)
    command = pyqtSignal(str)

    def __init__(
        self,
        session: ReviewSession,
        canvas: QgsMapCanvas | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.session = session
        self._canvas = canvas
        self.model = QueueModel(self)
        self.presenter = QueuePresenter(self.model, self)
        self.widgets = QueueWidgets(self, self.model)
        self.view, self.search = self.widgets.view, self.widgets.search
        self.details = self.widgets.details
        self.delegate: FindingDelegate = self.widgets.delegate
        self.decisions_slot: QVBoxLayout = self.widgets.decisions_slot
        self._current = -1
        self._rearranging = self._moving_map = False
        self._told = QElapsedTimer()
        self._typing = self._pause(_TYPING_PAUSE_MS, self._typed)
        # The numbers follow every key; the map and the evidence only when the keys rest.
        self._moving = self._pause(_ARROW_PAUSE_MS, self._tell_current)
        self._panning = self._pause(_MAP_PAUSE_MS, self._extent_changed)
        self._connect()
        self._session_opened()

    def _pause(self, milliseconds: int, then: Any) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(then)
        return timer

    def _connect(self) -> None:
        session, widgets = self.session, self.widgets
        session.opened.connect(self._session_opened)
        session.standing_changed.connect(self._standing_changed)
        session.person_changed.connect(self._person_changed)
        session.assigned_changed.connect(lambda: self._standing_changed([]))
        session.current_changed.connect(self._shown_elsewhere)
        self.presenter.arranged.connect(self._arranged)
        self.presenter.searching.connect(widgets.show_searching)
        self.presenter.facts_read.connect(self._facts_read)
        self.search.textChanged.connect(lambda _: self._typing.start())
        self.search.returnPressed.connect(self._enter_list)
        self.view.pressed_word.connect(self._pressed)
        self.view.selectionModel().currentChanged.connect(self._current_changed)
        self.view.selectionModel().selectionChanged.connect(lambda *_: self._selected())
        self.view.doubleClicked.connect(self._activate)
        widgets.filters.toggled.connect(self._show_filters)
        widgets.panel.changed.connect(self.set_wanted)
        widgets.chips.removed.connect(self._remove_filter)
        widgets.chips.cleared.connect(lambda: self.set_wanted(Wanted()))
        widgets.orders.triggered.connect(lambda action: self.set_order(action.data()))
        widgets.groupings.triggered.connect(lambda action: self.set_grouping(action.data()))
        widgets.saved.chosen.connect(self.set_wanted)
        widgets.saved.current = lambda: self.presenter.wanted
        if self._canvas is not None:
            self._canvas.extentsChanged.connect(self._map_moved)

    # What the rest of the panel asks for

    def show_family(self, family: str) -> None:
        """Show the findings of one family."""
        self.set_wanted(Wanted(family=(family,)))

    def row(self) -> int:
        """Row of the table of the current finding; -1 for none."""
        return self._current

    def move(self, step: int) -> None:
        """Make the next (1) or the previous (-1) finding current."""
        line = self.view.line() + step
        while 0 <= line < len(self.model.lines):
            group = self.model.group_of(line)
            if group < 0:
                self.view.make_current(line)
                return
            before = len(self.model.lines)
            self.model.open_group(group, True)
            if step < 0:
                line += len(self.model.lines) - before
                if len(self.model.lines) > before:
                    continue
            line += step

    def set_wanted(self, wanted: Wanted) -> None:
        """Filter by something else."""
        if wanted.extent is not None:
            wanted = replace(wanted, extent=self._extent())
        if wanted.text != self.search.text():
            self.search.blockSignals(True)
            self.search.setText(wanted.text)
            self.search.blockSignals(False)
        self.presenter.set_wanted(wanted)
        self._show_filters(self.widgets.filters.isChecked())

    def set_order(self, order: str) -> None:
        """Sort otherwise."""
        self.presenter.set_order(order)

    def set_grouping(self, grouping: str) -> None:
        """Group otherwise."""
        self.presenter.set_grouping(grouping)

    def take_focus(self) -> None:
        """Let the keys work."""
        self.view.setFocus()

    def shut_down(self) -> None:
        """Tell nothing any more."""
        if self._canvas is not None:
            self._canvas.extentsChanged.disconnect(self._map_moved)
            self._canvas = None
        self.presenter.shut_down()

    # What the session says

    def _session_opened(self) -> None:
        table: FindingTable = self.session.table
        self._current = -1
        self.delegate.rules = self.session.rules
        self.presenter.order = "minutes" if table.minutes is not None else "worst"
        self.presenter.wanted = saved_filters.starting()
        self.search.blockSignals(True)
        self.search.setText(self.presenter.wanted.text)
        self.search.blockSignals(False)
        self.widgets.allow_minutes(table.minutes is not None)
        self.presenter.show(table, self.session)
        self._explain()
        self._learn_pace()

    def _learn_pace(self) -> None:
        session = self.session
        self.presenter.learn_pace(session.path, session.person, lambda: self._current < 0)

    def _person_changed(self) -> None:
        self._standing_changed([])
        self._learn_pace()

    def _standing_changed(self, names: list[str]) -> None:
        presenter, row = self.presenter, self._current
        waited = row >= 0 and len(presenter.waiting) > row and bool(presenter.waiting[row])
        rows = presenter.take_standing(self.session, names or None)
        decided = bool(names) and waited and not presenter.waiting[row]
        following = presenter.next_waiting(row) if decided else -1
        if any(one.by_standing for one in presenter.wanted.filters()):
            presenter.arrange()
        elif names:
            self.model.changed([line for line in map(self.model.place_of, rows) if line >= 0])
        self._show_standing()
        if names and len(rows):
            self.view.viewport().update()  # headings tell how many are decided
        if following >= 0:
            self._go_on(following)

    def _go_on(self, row: int) -> None:
        line = self.model.reveal(row)
        if line >= 0:
            self.view.make_current(line)

    def _shown_elsewhere(self, finding: str) -> None:
        """Another view has made a finding current."""
        row = self.session.row(finding)
        if row >= 0 and row != self._current:
            self._go_on(row)

    # What the person does

    def _pressed(self, word: str) -> None:
        if word in _WORDS:
            self._tell_current()
            if word == "zoom":
                self._want()
            self.command.emit(word)
            return
        does = {
            "next": lambda: self.move(1),
            "previous": lambda: self.move(-1),
            "next_waiting": lambda: self._go_on(self.presenter.next_waiting(self._current)),
            "first": lambda: self._edge(0, 1),
            "last": lambda: self._edge(len(self.model.lines) - 1, -1),
            "enter": lambda: self._activate(self.view.currentIndex()),
            "open": lambda: self._open_group(True),
            "close": lambda: self._open_group(False),
            "search": self._to_search,
            "filters": self._to_filters,
            "grouping": self._next_grouping,
            "escape": self._escape,
            "help": self.widgets.help.toggle,
        }
        does[word]()

    def _edge(self, line: int, step: int) -> None:
        if 0 <= line < len(self.model.lines):
            if self.model.group_of(line) < 0:
                self.view.make_current(line)
            else:
                self.view.setCurrentIndex(self.model.index(line, 0))
                self.move(step)

    def _open_group(self, wanted: bool) -> None:
        line = self.view.line()
        if not wanted:
            # From a finding to its heading first.
            while line > 0 and self.model.group_of(line) < 0 and self.model.grouping != "none":
                line -= 1
            if line >= 0 and self.model.group_of(line) >= 0:
                self.view.make_current(line)
        self.model.open_group(self.model.group_of(line), wanted)

    def _to_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def _to_filters(self) -> None:
        self.widgets.filters.toggle()
        if self.widgets.filters.isChecked():
            self.widgets.panel.boxes["family"].setFocus()

    def _next_grouping(self) -> None:
        place = GROUPINGS.index(self.presenter.grouping)
        self.set_grouping(GROUPINGS[(place + 1) % len(GROUPINGS)])

    def _escape(self) -> None:
        self.set_wanted(Wanted())

    def _enter_list(self) -> None:
        """From the search on to what it found, without the mouse."""
        self._typing.stop()
        self._typed()
        if self.row() < 0:
            self.move(1)
        self.view.setFocus()

    def _typed(self) -> None:
        self.presenter.set_wanted(replace(self.presenter.wanted, text=self.search.text()))

    def _remove_filter(self, name: str, value: str) -> None:
        self.set_wanted(self.presenter.wanted.without(name, value))

    def _show_filters(self, shown: bool) -> None:
        panel, presenter = self.widgets.panel, self.presenter
        panel.setVisible(shown)
        if shown:
            facets = {name: presenter.facets(name) for name in MANY}
            panel.show(presenter.wanted, presenter.table, facets)
            panel.allow(
                "new",
                bool(presenter.standing.carried.any()) or presenter.wanted.new,
                translate("QueuePage", "Nothing was carried over from an earlier verification."),
            )
            if self._canvas is None:
                panel.switches["extent"].setEnabled(False)

    def _facts_read(self) -> None:
        self._show_filters(self.widgets.filters.isChecked())
        self.view.viewport().update()

    # Where the map is

    def _map_moved(self) -> None:
        # The map went to a finding of the list: that must not take the others out of it.
        if self.presenter.wanted.extent is not None and not self._moving_map:
            self._panning.start()

    def _extent_changed(self) -> None:
        if self.presenter.wanted.extent is not None:
            self.presenter.set_wanted(replace(self.presenter.wanted, extent=self._extent()))

    def _extent(self) -> tuple[float, float, float, float] | None:
        """What the map shows, in the CRS of the findings."""
        places = self.presenter.table.places
        if self._canvas is None or places is None:
            return None
        extent = self._canvas.extent()
        settings = self._canvas.mapSettings()
        own = QgsCoordinateReferenceSystem.fromWkt(places.wkt) if places.wkt else None
        if own is not None and own.isValid() and settings.destinationCrs().isValid():
            to_own = QgsCoordinateTransform(settings.destinationCrs(), own, QgsProject.instance())
            try:
                extent = to_own.transformBoundingBox(extent)
            except QgsCsException:
                return None
        box = (extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum())
        return box if np.isfinite(box).all() else None

    @contextmanager
    def _own_move(self) -> Iterator[None]:
        self._moving_map = True
        try:
            yield
        finally:
            self._moving_map = False

    # What is shown

    def _arranged(self) -> None:
        """Keep the current finding where it still is in the list."""
        row = self._current
        self._rearranging = True
        line = self.model.place_of(row) if row >= 0 else -1
        if line >= 0:
            self.view.make_current(line)
        self._rearranging = False
        if line < 0:
            self._current = -1
            self.view.scrollToTop()
        self._show_standing()
        self._explain()

    def _show_standing(self) -> None:
        presenter = self.presenter
        self.delegate.standing, self.delegate.waiting = presenter.standing, presenter.waiting
        decided, all_of_them = presenter.decided()
        self.widgets.show_counts(self.model.found, all_of_them, decided)
        on = sum(bool(getattr(presenter.wanted, name)) for name in (*MANY, *FLAGS, "extent"))
        self.widgets.show_state(presenter, on)

    def _current_changed(self) -> None:
        if self._rearranging:
            return
        row = self.model.table_row(self.view.currentIndex())
        if row < 0 or row == self._current:
            return
        self._current = row
        self._explain()
        # One step is told at once, a row of them when it ends.
        if not self._told.isValid() or self._told.elapsed() > 2 * _ARROW_PAUSE_MS:
            self._moving.start(0)
        else:
            self._moving.start(_ARROW_PAUSE_MS)
        self._told.start()

    def _tell_current(self) -> None:
        """Tell everybody now, before something is done with it."""
        if not self._moving.isActive() and self.sender() is not self._moving:
            return
        self._moving.stop()
        row = self._current
        if row < 0:
            return
        self.session.set_current(str(self.presenter.table.value(row, "finding_id")))
        with self._own_move():
            self.chosen.emit(row)

    def _selected(self) -> None:
        if self._rearranging:
            return
        rows = self.model.rows_at(self.view.selected_lines())
        self.session.set_selection(self.presenter.table.identifiers[rows].tolist())
        self.widgets.show_selected(len(rows))

    def _activate(self, index: QModelIndex) -> None:
        group = self.model.group_of(index.row()) if index.isValid() else -1
        if group >= 0:
            self.model.open_group(group)
        elif index.isValid():
            self._want()

    def _want(self) -> None:
        if self._current >= 0:
            with self._own_move():
                self.wanted.emit(self._current)

    def _explain(self) -> None:
        row = self._current
        if row < 0:
            hint = (
                translate("QueuePage", "Choose a finding to see its numbers.")
                if self.model.found
                else translate("QueuePage", "No finding passes these filters.")
            )
            self.details.setText(hint)
            return
        rules = self.session.rules
        self.details.setText(details(self.presenter.table, row, rules, self.palette()))


__all__ = ["QueuePage", "count"]
