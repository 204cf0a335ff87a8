"""``python -m … measure <findings.gpkg>``: the queue of the panel, used as a person would.

Everything happens in a window (off screen) with the event loop running; a step is over when the
list has been painted. One JSON line comes out.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from qgis.core import QgsApplication, QgsCoordinateReferenceSystem
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer
from qgis.PyQt.QtTest import QTest

from .peers import EXTENT
from .survey import PEOPLE
from .watchdog import Watchdog

_STEPS, _DECISIONS = 100, 20
_FEW_STEPS, _FEW_DECISIONS = 8, 3
"""For a file so small that only the benchmark itself is tried."""
_SMALL = 5_000
_TOO_LONG_MS = 60_000


class Painted(QObject):
    """Notes when a widget was painted last."""

    def __init__(self, widget: Any) -> None:
        super().__init__()
        self.last = 0.0
        widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Look at an event and let it pass."""
        if event.type() == QEvent.Type.Paint:
            self.last = time.perf_counter()
        return False


class Bench:
    """The panel's queue on a file, and what each step of using it takes."""

    def __init__(self, path: Path) -> None:
        from onemap_verify.panels.review.queue.page import QueuePage
        from onemap_verify.panels.review.session import ReviewSession

        self.path = path
        self.canvas = QgsMapCanvas()
        self.canvas.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:4547"))
        self.session = ReviewSession()
        self.session.set_person(PEOPLE[0], "reviewer")
        self.page = QueuePage(self.session, self.canvas)
        self.page.resize(420, 640)
        self.page.show()
        self.painted = Painted(self.page.view.viewport())
        self.watchdog = Watchdog()
        self.steps: dict[str, dict[str, Any]] = {}

    def wait(self, true: Callable[[], bool]) -> None:
        """Run the event loop until something is true and the list was painted after it."""
        loop, began = QEventLoop(), time.perf_counter()
        since: list[float] = []

        def look() -> None:
            if true() and not since:
                since.append(time.perf_counter())
                self.page.view.viewport().update()
            late = (time.perf_counter() - began) * 1000.0 > _TOO_LONG_MS
            if late or (since and self.painted.last >= since[0]):
                loop.quit()

        timer = QTimer()
        timer.timeout.connect(look)
        timer.start(2)
        loop.exec()

    def rest(self) -> None:
        """Let what goes on in other threads come to an end."""
        presenter = self.page.presenter
        for _ in range(2):
            self.wait(lambda: not (self.session._worker.busy or presenter._worker.busy))
        QTest.qWait(50)

    def step(self, name: str, act: Callable[[], object], true: Callable[[], bool]) -> None:
        """Do something, and note how long it takes until it can be seen."""
        self.watchdog.reset()
        began, processor = time.perf_counter(), time.process_time()
        act()
        self.wait(true)
        seconds, processor = self.painted.last - began, time.process_time() - processor
        self.rest()
        self.steps[name] = {
            "seconds": seconds,
            "processor_seconds": processor,
            "found": self.page.model.found,
            **self.watchdog.result(),
        }

    def idle(self) -> None:
        """How late the event loop is while nothing happens: what this machine itself does."""
        self.watchdog.reset()
        QTest.qWait(500 if self.small else 5000)
        self.steps["nothing"] = {"seconds": 0.0, **self.watchdog.result()}

    @property
    def small(self) -> bool:
        """Whether this is only a trial."""
        return len(self.session.table) < _SMALL

    def shown(self) -> bool:
        """Whether the list is as it is wanted."""
        return not self.page.presenter.pending

    def open(self) -> None:
        """From the file to the list on the screen, as the panel does it."""
        from onemap_verify.panels.verify.tasks import ReadTask

        task = ReadTask(self.path)
        read: list[float] = []

        def done(table: Any, reason: str) -> None:
            if table is None:
                raise SystemExit(reason)
            read.append(time.perf_counter())
            self.session.open(self.path, table, task.rules)

        task.read.connect(done)
        manager = QgsApplication.taskManager()
        self.step("open", lambda: manager.addTask(task), lambda: len(self.session.table) > 0)

    def filters(self) -> None:
        """Each filter alone, then several, then none again."""
        from onemap_verify.panels.review.queue.filters import Wanted

        page = self.page
        facts = page.presenter.table.facts
        village = facts.village.values[7] if facts is not None else ""
        families = page.presenter.table.coded["family"].counts()
        others = tuple(family for family in families if family != "logic")
        five = Wanted("slope", ("terrain",), ("B",), ("inconsistent",), waiting=True)
        for name, wanted in (
            ("family", Wanted(family=("terrain", "photos"))),
            ("all but one family", Wanted(family=others)),
            ("severity", Wanted(severity=("A", "B"))),
            ("verdict", Wanted(verdict=("inconsistent",))),
            ("village", Wanted(village=(village,))),
            ("land class", Wanted(land_class=("0103", "0301"))),
            ("state", Wanted(state=("returned",))),
            ("still to decide", Wanted(waiting=True)),
            ("map extent", Wanted(extent=(0.0, 0.0, 0.0, 0.0))),
            ("five at once", five),
            ("none", Wanted()),
        ):
            self.step(f"filter: {name}", partial(page.set_wanted, wanted), self.shown)
        page.widgets.filters.setChecked(True)
        self.step(
            "filter with all boxes open",
            lambda: page.set_wanted(Wanted(verdict=("doubtful",))),
            self.shown,
        )
        page.widgets.filters.setChecked(False)
        self.step("clear", lambda: page.set_wanted(Wanted()), self.shown)

    def typing(self) -> None:
        """A word, letter by letter, until its findings are shown."""
        page = self.page
        for word in ("990101211000012", "slope", "坡度", "trusted data", "zzz"):
            page.search.clear()
            self.wait(self.shown)
            self.rest()
            page.search.setFocus()

            def type_it(word: str = word) -> None:
                if word.isascii():
                    QTest.keyClicks(page.search, word)
                else:
                    page.search.insert(word)

            self.step(f"search: {word}", type_it, partial(self._searched, word))
        page.search.clear()
        self.wait(self.shown)
        self.rest()

    def _searched(self, word: str) -> bool:
        return self.shown() and bool(self.page.presenter.wanted.text == word)

    def _moved_from(self, before: str) -> bool:
        return self.session.current not in ("", before)

    def arranging(self) -> None:
        """Orders and groups."""
        page = self.page
        for order in ("worst", "family", "object", "minutes"):
            self.step(f"order: {order}", partial(page.set_order, order), self.shown)
        for grouping in ("parcel", "rule", "none"):
            self.step(f"group: {grouping}", partial(page.set_grouping, grouping), self.shown)

    def moving(self) -> None:
        """The next finding by the keyboard, until everybody is told and the list is painted."""
        page, session = self.page, self.session
        page.view.setFocus()
        seconds = []
        self.watchdog.reset()
        for _ in range(_FEW_STEPS if self.small else _STEPS):
            before = session.current
            began = time.perf_counter()
            QTest.keyClick(page.view, Qt.Key.Key_J)
            self.wait(partial(self._moved_from, before))
            seconds.append(self.painted.last - began)
            QTest.qWait(5)
        self.steps["next finding"] = {
            "seconds": median(seconds),
            "worst_seconds": max(seconds),
            **self.watchdog.result(),
        }
        self.step("choose all", page.view.selectAll, lambda: len(session.selection) > 1)
        page.view.make_current(0)
        self.rest()

    def deciding(self) -> None:
        """A decision, written to the disk, until the list has moved on to the next finding."""
        from onemap_verify.checks.journal.lifecycle import Opinion, State
        from onemap_verify.panels.review.queue.filters import Wanted

        page, session = self.page, self.session
        for name, wanted in (("decision", Wanted()), ("decision, filtered", Wanted(waiting=True))):
            page.set_wanted(wanted)
            self.wait(self.shown)
            page.view.to_row(page.presenter.next_waiting(-1))
            self.rest()
            self.watchdog.reset()
            seconds = []
            for _ in range(_FEW_DECISIONS if self.small else _DECISIONS):
                before = session.current
                began = time.perf_counter()
                session.decide([before], State.RETURNED, "与实地不符", Opinion.UPHELD)
                self.wait(partial(self._moved_from, before))
                seconds.append(self.painted.last - began)
            self.steps[name] = {
                "seconds": median(seconds),
                "worst_seconds": max(seconds),
                **self.watchdog.result(),
            }

    def run(self) -> dict[str, Any]:
        """All of it."""
        before = memory()
        self.watchdog.start()
        self.canvas.resize(500, 500)
        self.canvas.setExtent(EXTENT)
        QTest.qWait(300)
        self.open()
        opened = memory()
        self.idle()
        self.filters()
        self.typing()
        self.arranging()
        self.moving()
        self.deciding()
        self.watchdog.stop()
        count = len(self.session.table)
        out = {
            "findings": count,
            "decisions": len(self.session.standing),
            "memory_before_mb": before,
            "memory_opened_mb": opened,
            "memory_at_the_end_mb": memory(),
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0,
            "steps": self.steps,
        }
        self.page.shut_down()
        self.session.shut_down()
        return out


def memory() -> float:
    """Resident memory in MB."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024.0
    return 0.0


def main(path: Path) -> int:
    """Entry point."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QgsApplication([], True)
    application.initQgis()
    out = Bench(path).run()
    sys.stdout.write(json.dumps(out, ensure_ascii=False) + "\n")
    sys.stdout.flush()
    # Leaving in order would wait for what the peer libraries have left behind.
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
