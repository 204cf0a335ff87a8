"""What the queue shows and why: filters, order, headings, where findings stand; no widgets."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ..finding_table import BoolArray, FindingTable, IntArray
from ..journal.worker import Job, Worker
from .filters import MANY, Context, Masks, Says, Wanted, column_of
from .model import QueueModel
from .order import by_minutes
from .reading import read_facts
from .standing import STATES, StandingArrays

_AT_ONCE_STANDING = 4_000
"""Standings that are gone through while the person waits."""
_AT_ONCE = 10_000
"""Rows that are searched for a text while the person waits: a few milliseconds."""


class QueuePresenter(QObject):
    """Keeps the model as the person wants it.

    Signals: ``arranged`` when other lines are shown, ``searching`` while a text is looked for in
    another thread, ``facts_read`` when villages and land classes are known, ``standing_taken``
    when it is known anew where findings stand.
    """

    arranged = pyqtSignal()
    searching = pyqtSignal(bool)
    facts_read = pyqtSignal()
    standing_taken = pyqtSignal()

    def __init__(self, model: QueueModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self.wanted = Wanted()
        self.order = "minutes"
        self.grouping = "none"
        self.standard = ""
        """Id or folder of the rule set; empty means the newest shipped."""
        self.standing = StandingArrays()
        self.waiting: BoolArray = np.empty(0, dtype=bool)
        self._context = Context(model.table, self.standing)
        self._masks = Masks()
        self._worker, self._searcher = Worker(self), Worker(self)
        self._stop = threading.Event()
        self.pending = False
        """Whether what is shown is not yet what is wanted: a text is still looked for."""
        self._taking: object | None = None
        self._since: list[str] = []

    @property
    def table(self) -> FindingTable:
        """All findings."""
        return self._context.table

    def show(self, table: FindingTable, session: Any) -> None:
        """Take another table; filters stay as they are."""
        self._stop.set()
        self._masks.clear()
        self._taking = None
        self._context = Context(table, self.standing, session.role)
        self.model.show(table)
        self._take(StandingArrays(len(table)), session)
        self.take_standing(session, [])
        self.arrange()
        self._read_on(table, session.path)

    def _read_on(self, table: FindingTable, path: Path | None) -> None:
        """What may be asked for next is made ready meanwhile."""

        def done(facts: Any) -> None:
            table.facts = facts
            if facts is None or table is not self.table:
                return
            self._masks.clear()
            if self.wanted.village or self.wanted.land_class:
                self.arrange()
            else:
                self.facts_read.emit()

        if path is not None:
            self._worker.put(Job(lambda: read_facts(path, table), done))
        self._worker.put(Job(table.make_ready))

    def take_standing(self, session: Any, names: list[str]) -> None:
        """Where findings stand by now; no ``names`` mean any of them.

        Many are gone through in another thread; :meth:`refresh` follows by itself then.
        """
        known = names or session.standing
        if len(known) <= _AT_ONCE_STANDING:
            if not names:
                self.standing.clear()
            self.standing.update(known, session.standing, session.row, session.person)
            if self._taking:
                self._since += list(known)
            self._take(self.standing, session)
            return
        table, snapshot = self.table, dict(session.standing)
        row_of, person = session.row, session.person
        token = self._taking = object()
        self._since = []

        def work() -> StandingArrays:
            arrays = StandingArrays(len(table))
            arrays.update(snapshot, snapshot, row_of, person)
            return arrays

        def done(arrays: StandingArrays) -> None:
            if token is not self._taking or table is not self.table:
                return
            self._taking = None
            # What was decided while the others were gone through.
            arrays.update(self._since, session.standing, session.row, session.person)
            arrays.assign(session.assigned, session.row)
            arrays.change(session.changed, session.row)
            arrays.version = self.standing.version + 1
            self._take(arrays, session)
            self.refresh()

        self._worker.put(Job(work, done))

    def take_assigned(self, session: Any) -> None:
        """What the person was asked to look at."""
        self.standing.assign(session.assigned, session.row)
        self.standing.change(session.changed, session.row)
        self.refresh()

    def _take(self, standing: StandingArrays, session: Any) -> None:
        self.standing = standing
        self._context = Context(self.table, standing, session.role)
        self.waiting = standing.waiting(session.role)

    def refresh(self) -> None:
        """Show anew what decisions have changed."""
        if any(one.by_standing for one in self.wanted.filters()):
            self.arrange()
        else:
            self.standing_taken.emit()

    def is_waiting(self, row: int) -> bool:
        """Whether a finding still has to be decided."""
        return 0 <= row < len(self.waiting) and bool(self.waiting[row])

    def decided(self) -> tuple[int, int]:
        """How many findings are decided, and how many there are."""
        return int(len(self.waiting) - self.waiting.sum()), len(self.waiting)

    def set_wanted(self, wanted: Wanted) -> None:
        """Filter."""
        if wanted != self.wanted:
            self.wanted = wanted
            self.arrange()

    def set_order(self, order: str) -> None:
        """Sort."""
        if order != self.order:
            self.order = order
            self.arrange()

    def set_grouping(self, grouping: str) -> None:
        """Group."""
        if grouping != self.grouping:
            self.grouping = grouping
            self.arrange()

    def arrange(self) -> None:
        """Show what passes the filters; a long search first goes to another thread."""
        self._stop.set()
        self.pending = False
        text = self.wanted.text
        if text.split() and len(self.table) > _AT_ONCE and not self.table.searched(text):
            self._search(text)
            return
        self.searching.emit(False)
        self._arrange()

    def learn_pace(self, path: Path | None, person: str, untouched: Callable[[], bool]) -> None:
        """Order by the minutes that this person needs, as the journal tells.

        Only while the list is ``untouched``: it must not change under somebody's hands.
        """
        table = self.table
        if path is None or not person or table.minutes is None:
            return

        def done(order: Any) -> None:
            if order is not None and table is self.table and untouched():
                table.minutes = order
                if self.order == "minutes":
                    self.arrange()

        work = Job(lambda: by_minutes(table, self.standard, path, person), done)
        self._worker.put(work)

    def keep(self, without: str = "") -> BoolArray:
        """What passes the filters but for one of them, shape ``(rows,)``."""
        return self._masks.together(self.wanted.filters(without), self._context)

    def facets(self, name: str) -> dict[str, int]:
        """How many findings each value of a filter would show, the other filters as they are."""
        if name not in MANY:
            return {}
        keep = self.keep(name)
        if name == "state":
            found = np.bincount(self.standing.state[keep], minlength=len(STATES))
            return {state: int(number) for state, number in zip(STATES, found)}
        column = column_of(self.table, name)
        return {} if column is None else column.counts(keep)

    def next_waiting(self, row: int) -> int:
        """The next row in the order of the list that has to be decided; -1 for none.

        It goes on at the top after the last one.
        """
        rows: IntArray = self.model.rows
        open_ones = np.flatnonzero(self.waiting[rows] & (rows != row)) if len(rows) else rows
        if not len(open_ones):
            return -1
        place = np.flatnonzero(rows == row)
        after = open_ones[open_ones > (place[0] if len(place) else -1)]
        return int(rows[after[0] if len(after) else open_ones[0]])

    def shut_down(self) -> None:
        """Tell nothing any more."""
        self._stop.set()
        self._worker.finish(1.0)
        self._searcher.finish(1.0)

    def _arrange(self) -> None:
        rows = self.table.rows(self.keep(), self.order)
        self.model.arrange(rows, self.grouping)
        self.arranged.emit()

    def _search(self, text: str) -> None:
        # What was typed before is of no interest any more.
        stop = self._stop = threading.Event()
        self._searcher.drop_reading()
        table = self.table
        self.pending = True
        self.searching.emit(True)

        def done(found: Any) -> None:
            if found is not None and table is self.table and Says(self.wanted.text) == Says(text):
                self.pending = False
                self.searching.emit(False)
                self._arrange()

        self._searcher.put(Job(lambda: table.text.search(text, stop.is_set), done))
