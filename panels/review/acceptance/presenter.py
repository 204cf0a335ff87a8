"""The acceptance of a lot, step by step: what is there, what runs, what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from qgis.core import Qgis, QgsApplication, QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from ....processing_provider.language import translate
from ...service_task import Tasks
from ...verify.tasks import Run
from ..session import ReviewSession
from . import signing
from .files import Files

_PAUSE_MS = 400
_WARNING = Qgis.MessageLevel.Warning


class AcceptancePresenter(QObject):
    """Reads where the acceptance stands and runs our algorithms for its steps.

    Signals: ``changed`` when :attr:`now` is another one; ``busy_changed``; ``progressed`` (percent,
    text); ``told`` (message, level).
    """

    changed = pyqtSignal()
    busy_changed = pyqtSignal(bool)
    progressed = pyqtSignal(float, str)
    told = pyqtSignal(str, object)

    def __init__(self, session: ReviewSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.files: Files | None = None
        self.now: Any = None
        """``checks.acceptance.Acceptance``, or ``None`` while nothing is open."""
        self.busy = False
        self._tasks = Tasks(self)
        self._run: Run | None = None
        self._queue: list[tuple[str, dict[str, Any], str]] = []
        self._text = ""
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self.refresh)
        session.opened.connect(self._opened)
        session.standing_changed.connect(lambda _: self._pause.start())
        self._opened()

    def _opened(self) -> None:
        self.cancel()
        path = self.session.path
        self.files = Files(path.parent / "acceptance") if path is not None else None
        self.now = None
        self.changed.emit()
        self.refresh()

    def refresh(self) -> None:
        """Read anew where the acceptance stands."""
        path, files = self.session.path, self.files
        if path is None or files is None:
            return

        def read(progress: Any) -> Any:
            from ....checks.acceptance import read_acceptance

            return read_acceptance(path, files.folder, progress)

        def done(found: Any) -> None:
            if path == self.session.path:
                self.now = found
                self.changed.emit()

        self._tasks.start(
            translate("Acceptance", "Reading the sample"), read, done, self._failed, name="read"
        )

    def draw(self, parameters: dict[str, Any]) -> None:
        """Draw a sample of the parcels of the package that was verified."""
        path, files = self.session.path, self.files
        if self.busy or path is None or files is None:
            return
        _forget_layers(files.sample)
        self._set_busy(True)

        def write(progress: Any) -> Any:
            from ....checks.acceptance import write_units

            return write_units(path, files.units, progress)

        def drawn(units: Any) -> None:
            if units.blank or units.double:
                text = translate(
                    "Acceptance",
                    "{blank} parcels without BSM and {double} with one that another has already"
                    " cannot be drawn.",
                )
                self.told.emit(text.format(blank=units.blank, double=units.double), _WARNING)
            given = {
                "INPUT": f"{files.units}|layername=units",
                "ID_FIELD": "BSM",
                "SAMPLE": str(files.sample),
                "RECORD": str(files.draw),
                **parameters,
            }
            self._start([("onemap:drawsample", given, "RECORD")], self._note_draw)

        self._task(translate("Acceptance", "Reading the parcels"), write, drawn)

    def judge(self, parameters: dict[str, Any]) -> None:
        """Judge the lot by the errors that reviewers upheld about the sample."""
        files, now = self.files, self.now
        if self.busy or files is None or now is None or now.draw is None:
            return
        self._set_busy(True)

        def write(_progress: Any) -> Any:
            from ....checks.acceptance import write_errors

            return write_errors(now.errors, files.errors)

        given = {
            "SAMPLE": str(files.sample),
            "ERRORS": f"{files.errors}|layername=errors",
            "UNITS": str(files.scores),
            "RECORD": str(files.lot),
            **parameters,
        }
        self._task(
            translate("Acceptance", "Writing the errors"),
            write,
            lambda _: self._start([("onemap:judgelot", given, "RECORD")]),
        )

    def report(self, kinds: list[str], shared: dict[str, Any], deadline: str) -> None:
        """Make the reports of these kinds, one after the other."""
        path, files = self.session.path, self.files
        if self.busy or path is None or files is None or not kinds:
            return
        _forget_layers(files.return_layer)
        self._set_busy(True)
        runs = _report_runs(files, deadline)
        self._start(
            [
                (f"onemap:{kind}", {"FINDINGS": str(path), **shared, **runs[kind]}, "PDF")
                for kind in kinds
            ]
        )

    def sign(self, key: str, certificate: str, passphrase: str) -> None:
        """Sign findings, decisions, record and verdict; the passphrase is kept nowhere."""
        path, files, now = self.session.path, self.files, self.now
        if self.busy or path is None or files is None or now is None:
            return
        if not self.session.person:
            self.told.emit(translate("Acceptance", "Say first who you are."), _WARNING)
            return
        person = (self.session.person, self.session.role)
        given = signing.parameters(path, now.submission, files, person)
        given.update(KEY=key, CERTIFICATE=certificate)
        self._set_busy(True)
        with signing.passphrase(passphrase):
            self._start([(signing.ALGORITHM, given, signing.RESULT)], self.session.reload)

    def cancel(self) -> None:
        """Stop what is under way."""
        self._queue.clear()
        self._tasks.cancel("write")
        if self._run is not None:
            self._run.cancel()

    def shut_down(self) -> None:
        """Stop; nothing is told any more."""
        self.blockSignals(True)
        self._pause.stop()
        self._queue.clear()
        self._tasks.shut_down()
        if self._run is not None:
            self._run.blockSignals(True)
            self._run.cancel()
            self._run = None

    def _task(self, title: str, work: Callable[[Any], Any], done: Callable[[Any], None]) -> None:
        def failed(reason: str, advice: str) -> None:
            self._set_busy(False)
            self._failed(reason, advice)

        self.progressed.emit(0.0, title)
        self._tasks.start(title, work, done, failed, lambda: self._set_busy(False), name="write")

    def _start(
        self,
        runs: list[tuple[str, dict[str, Any], str]],
        then: Callable[[], None] = lambda: None,
    ) -> None:
        self._queue = list(runs)
        self._then = then
        self._next()

    def _next(self) -> None:
        if not self._queue:
            self._set_busy(False)
            then, self._then = self._then, lambda: None
            then()
            self.refresh()
            return
        algorithm, parameters, result = self._queue.pop(0)
        run = Run(parameters, self, algorithm, result)
        run.progressed.connect(lambda percent: self.progressed.emit(percent, self._text))
        run.said.connect(self._said)
        run.done.connect(lambda _: self._ended(""))
        run.failed.connect(self._ended)
        run.cancelled.connect(self._cancelled)
        self._run, self._text = run, _title(algorithm)
        self.progressed.emit(0.0, self._text)
        run.start()

    def _said(self, text: str) -> None:
        self._text = text

    def _ended(self, reason: str) -> None:
        self._run = None
        if reason:
            self._queue.clear()
            self._set_busy(False)
            self.told.emit(reason, Qgis.MessageLevel.Critical)
            self.refresh()
        else:
            self._next()

    def _cancelled(self) -> None:
        self._run = None
        self._queue.clear()
        self._set_busy(False)
        self.refresh()

    def _set_busy(self, busy: bool) -> None:
        if busy != self.busy:
            self.busy = busy
            self.busy_changed.emit(busy)

    def _failed(self, reason: str, advice: str) -> None:
        self.told.emit(f"{reason} {advice}".strip(), Qgis.MessageLevel.Critical)

    def _note_draw(self) -> None:
        """A draw is written down: nobody shall draw until the sample pleases."""
        files = self.files
        if files is None or not self.session.person:
            return
        draw = files.draw

        def note(journal: Any) -> Any:
            from ....checks.acceptance import draw_note
            from ....checks.journal.events import Action

            return journal.record(Action.NOTE, "", "", draw_note(draw))

        self.session.call(translate("Acceptance", "Noting the draw"), note)


def _report_runs(files: Files, deadline: str) -> dict[str, dict[str, Any]]:
    """What each algorithm of a report is given, by its name."""
    places = (("DRAW", files.draw), ("RECORD", files.lot))
    records = {name: str(place) for name, place in places if place.is_file()}
    return {
        "lotreport": {**records, "PDF": str(files.lot_report)},
        "reviewreport": {**records, "PDF": str(files.review_report)},
        "returnlist": {
            "DEADLINE": deadline,
            "LIST": str(files.return_layer),
            "SPREADSHEET": str(files.return_sheet),
            "PDF": str(files.return_list),
        },
    }


def _title(algorithm: str) -> str:
    known = QgsApplication.processingRegistry().algorithmById(algorithm)
    return known.displayName() if known is not None else algorithm


def _forget_layers(path: Path) -> None:
    """Layers of a file that is to be written anew leave the project: they would hold it."""
    project = QgsProject.instance()
    own = [
        layer.id()
        for layer in project.mapLayers().values()
        if isinstance(layer, QgsVectorLayer) and layer.source().split("|")[0] == str(path)
    ]
    if own:
        project.removeMapLayers(own)
