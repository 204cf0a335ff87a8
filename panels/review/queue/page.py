"""The queue of the review: search, filters, list, and the chosen finding in words."""

from __future__ import annotations

from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QElapsedTimer, QModelIndex, Qt, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QKeySequence
from qgis.PyQt.QtWidgets import QShortcut, QWidget

from ....processing_provider.language import translate
from ..finding_details import details
from ..finding_table import FindingTable
from ..session import ReviewSession
from .extent import MapExtent
from .filtering import Filtering
from .filters import FLAGS, MANY, Wanted
from .model import GROUPINGS, QueueModel
from .presenter import QueuePresenter
from .view import COMMANDS
from .widgets import QueueWidgets

_ARROW_PAUSE_MS = 60
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
        self.model = QueueModel(self)
        self.presenter = QueuePresenter(self.model, self)
        self.widgets = QueueWidgets(self, self.model)
        self.map = MapExtent(canvas, self)
        self.filtering = Filtering(self.widgets, self.presenter, self.map, self)
        self.view, self.search = self.widgets.view, self.widgets.search
        self.details, self.delegate = self.widgets.details, self.widgets.delegate
        self.decisions_slot = self.widgets.decisions_slot
        self._current = self._following = -1
        self._rearranging = self._untold = False
        self._told = QElapsedTimer()
        # The numbers follow every key; the map and the evidence only when the keys rest.
        self._moving = QTimer(self)
        self._moving.setSingleShot(True)
        self._moving.timeout.connect(self._tell_current)
        self._connect()
        self._session_opened()

    def _connect(self) -> None:
        session, widgets = self.session, self.widgets
        session.opened.connect(self._session_opened)
        session.standing_changed.connect(self._standing_changed)
        session.person_changed.connect(self._learn_pace)
        session.assigned_changed.connect(lambda: self.presenter.take_assigned(session))
        session.current_changed.connect(self._shown_elsewhere)
        self.presenter.arranged.connect(self._arranged)
        self.presenter.standing_taken.connect(self._show_standing)
        self.presenter.searching.connect(widgets.show_searching)
        self.presenter.facts_read.connect(self.view.viewport().update)
        self.search.returnPressed.connect(self._enter_list)
        back = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        back.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        back.activated.connect(self.take_focus)
        self.view.pressed_word.connect(self._pressed)
        self.view.selectionModel().currentChanged.connect(self._current_changed)
        self.view.selectionModel().selectionChanged.connect(lambda *_: self._selected())
        self.view.doubleClicked.connect(self._activate)
        widgets.orders.triggered.connect(lambda action: self.set_order(action.data()))
        widgets.groupings.triggered.connect(lambda action: self.set_grouping(action.data()))

    def show_family(self, family: str) -> None:
        """Show the findings of one family."""
        self.set_wanted(Wanted(family=(family,)))

    def row(self) -> int:
        """Row of the table of the current finding; -1 for none."""
        return self._current

    def move(self, step: int) -> None:
        """Make the next (1) or the previous (-1) finding current."""
        self.view.move(step)

    def set_wanted(self, wanted: Wanted) -> None:
        """Filter by something else."""
        self.filtering.set_wanted(wanted)

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
        self.map.shut_down()
        self.presenter.shut_down()

    def _session_opened(self) -> None:
        table: FindingTable = self.session.table
        self._current = -1
        self.delegate.start(self.session.rules)
        self.presenter.order = "minutes" if table.minutes is not None else "worst"
        self.filtering.start()
        self.widgets.allow_minutes(table.minutes is not None)
        self.presenter.show(table, self.session)
        self._explain()
        self._learn_pace()

    def _learn_pace(self) -> None:
        session = self.session
        self.presenter.learn_pace(session.path, session.person, lambda: self._current < 0)

    def _standing_changed(self, names: list[str]) -> None:
        presenter, row = self.presenter, self._current
        waited = presenter.is_waiting(row)
        presenter.take_standing(self.session, names)
        if names and waited and not presenter.is_waiting(row):
            # What was looked at is decided: on to the next that is not.
            self._following = presenter.next_waiting(row)
        presenter.refresh()
        if self._following >= 0:
            self.view.to_row(self._following)
        self._following = -1

    def _shown_elsewhere(self, finding: str) -> None:
        """Another view has made a finding current."""
        row = self.session.row(finding)
        if row >= 0 and row != self._current:
            self.view.to_row(row)

    def _pressed(self, word: str) -> None:
        if word in _WORDS:
            self._tell_current()
            with self.map.own_move():
                self.command.emit(word)
            return
        does = {
            "next": lambda: self.move(1),
            "previous": lambda: self.move(-1),
            "next_waiting": lambda: self.view.to_row(self.presenter.next_waiting(self._current)),
            "first": lambda: self.view.to_edge(True),
            "last": lambda: self.view.to_edge(False),
            "enter": lambda: self._activate(self.view.currentIndex()),
            "open": lambda: self.view.open_heading(True),
            "close": lambda: self.view.open_heading(False),
            "search": self.filtering.to_search,
            "filters": self.filtering.to_filters,
            "grouping": self._next_grouping,
            "escape": lambda: self.set_wanted(Wanted()),
            "help": self.widgets.help.toggle,
        }
        does[word]()

    def _next_grouping(self) -> None:
        place = GROUPINGS.index(self.presenter.grouping)
        self.set_grouping(GROUPINGS[(place + 1) % len(GROUPINGS)])

    def _enter_list(self) -> None:
        """From the search on to what it found, without the mouse."""
        self.filtering.search_now()
        if self.row() < 0:
            self.move(1)
        self.view.setFocus()

    def _arranged(self) -> None:
        """Keep the current finding where it still is in the list."""
        line = self.model.place_of(self._current)
        self._rearranging = True
        if line >= 0:
            self.view.make_current(line)
        self._rearranging = False
        if line < 0:
            if self._current >= 0 and self._following < 0:
                # What cannot be seen must not be decided.
                self.session.set_current("")
            self._current = -1
            self._untold = False
            self.view.scrollToTop()
        self._selected()
        self._show_standing()
        self._explain()

    def _show_standing(self) -> None:
        presenter = self.presenter
        self.delegate.standing, self.delegate.waiting = presenter.standing, presenter.waiting
        decided, all_of_them = presenter.decided()
        self.widgets.show_counts(self.model.found, all_of_them, decided)
        on = sum(bool(getattr(presenter.wanted, name)) for name in (*MANY, *FLAGS, "extent"))
        self.widgets.show_state(presenter, on)
        self.view.viewport().update()

    def _current_changed(self) -> None:
        if self._rearranging:
            return
        row = self.model.table_row(self.view.currentIndex())
        if row < 0 or row == self._current:
            return
        self._current = row
        self._untold = True
        self._explain()
        # One step is told at once, a row of them when it ends.
        if not self._told.isValid() or self._told.elapsed() > 2 * _ARROW_PAUSE_MS:
            self._moving.start(0)
        else:
            self._moving.start(_ARROW_PAUSE_MS)
        self._told.start()

    def _tell_current(self) -> None:
        """Tell everybody now, before something is done with it."""
        self._moving.stop()
        row = self._current
        if row < 0 or not self._untold:
            return
        self._untold = False
        self.session.set_current(str(self.presenter.table.value(row, "finding_id")))
        with self.map.own_move():
            self.chosen.emit(row)

    def _selected(self) -> None:
        if self._rearranging:
            return
        rows = self.model.rows_at(self.view.selected_lines())
        chosen = self.presenter.table.identifiers[rows].tolist()
        if chosen != self.session.selection:
            self.session.set_selection(chosen)
        self.widgets.show_selected(len(rows))

    def _activate(self, index: QModelIndex) -> None:
        group = self.model.group_of(index.row()) if index.isValid() else -1
        if group >= 0:
            self.model.open_group(group)
        elif index.isValid():
            self._want()

    def _want(self) -> None:
        if self._current >= 0:
            with self.map.own_move():
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
