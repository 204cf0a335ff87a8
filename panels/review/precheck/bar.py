"""The county's side of the queue: fix, check again what was edited, until nothing is left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import Qgis, QgsApplication
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QVBoxLayout, QWidget

from ....processing_provider.language import say, translate
from ...numbers import count as told
from ...service_task import Tasks
from ..session import ReviewSession
from .count import Tally
from .edit import Editor
from .mode import PRECHECK, REVIEW, ModeSwitch
from .view import PrecheckView
from .watch import PackageWatch

__all__ = ["PRECHECK", "REVIEW", "ModeSwitch", "PrecheckBar"]

_RETURN_LIST = "onemap:returnlist"
_READ, _CHECK = "read", "check"


class PrecheckBar(QWidget):
    """How far it is to nothing left to fix, and what to do next.

    Signals: ``rechecked`` with the file of findings once it is up to date (to be read anew);
    ``verify_wanted`` for a whole run; ``next_wanted`` with ``deliver`` or ``review``; ``told``
    with a message and its level.
    """

    rechecked = pyqtSignal(object)
    verify_wanted = pyqtSignal()
    next_wanted = pyqtSignal(str)
    told = pyqtSignal(str, object)

    def __init__(
        self, session: ReviewSession, interface: Any = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.session = session
        self.editor = Editor(interface if interface is not None else _interface())
        self.watch = PackageWatch(self)
        self.view = PrecheckView()
        self.known: Any = None
        """``checks.recheck_state.Progressed`` of the open file; ``None`` until it is read."""
        self._tasks = Tasks(self)
        self._tally = Tally(session.table)
        self._said = ""
        self._again = False
        self._looked_at = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view)
        self._connect()
        self._opened()

    def _connect(self) -> None:
        session, view = self.session, self.view
        session.opened.connect(self._opened)
        session.standing_changed.connect(lambda _names: self._show())
        session.current_changed.connect(lambda _name: self._turned())
        view.recheck_pressed.connect(self.recheck)
        view.whole_pressed.connect(self.verify_wanted)
        view.edit_pressed.connect(self.jump)
        view.list_pressed.connect(self.export_list)
        view.save_pressed.connect(self._save)
        view.cancel_pressed.connect(lambda: self._tasks.cancel(_CHECK))
        view.next_pressed.connect(self.next_wanted)
        self.watch.edited.connect(self._edited)

    def shut_down(self) -> None:
        """Stop what is under way and watch nothing any more."""
        self.watch.watch(())
        self._tasks.shut_down()

    def run(self, command: str) -> None:
        """Do what a key of the list stands for: ``edit`` or ``recheck``."""
        if command == "edit":
            self.jump()
        elif command == "recheck":
            self.recheck()

    # What is done

    def recheck(self) -> None:
        """Verify again what was edited."""
        path = self.session.path
        if path is None or self._tasks.running(_CHECK) or not self.view.recheck.isEnabled():
            return
        who = self.session.person

        def work(progress: Any) -> Any:
            from ....checks.recheck import recheck

            return recheck(path, None, who, progress)

        self._looked_at = self.session.current
        title = translate("Precheck", "Checking again what was edited")
        self.view.show_running(True)
        task = self._tasks.start(
            title, work, self._checked, self._failed, self._cancelled, name=_CHECK
        )
        task.progressChanged.connect(self._progressed)
        self._say(title + "…")

    def jump(self) -> None:
        """Go to the object of the current finding and open it for editing."""
        row = self.session.row(self.session.current)
        if row < 0:
            return
        table = self.session.table
        layer, name = table.value(row, "layer"), table.value(row, "object_id")
        trouble = self.editor.open(str(layer or ""), str(name or ""))
        if trouble:
            self.told.emit(trouble, Qgis.MessageLevel.Warning)

    def export_list(self) -> None:
        """Export what is to be fixed, with the dialog of the algorithm."""
        registry = QgsApplication.processingRegistry()
        if self.session.path is None or registry.algorithmById(_RETURN_LIST) is None:
            return
        import processing

        processing.execAlgorithmDialog(_RETURN_LIST, {"FINDINGS": str(self.session.path)})

    def _save(self) -> None:
        trouble = self.editor.save()
        if trouble:
            self.told.emit("\n".join(trouble), Qgis.MessageLevel.Critical)
        self._say(self._said)

    # What came of it

    def _progressed(self, percent: float) -> None:
        if self._tasks.running(_CHECK):
            self.view.show_running(True, percent)

    def _checked(self, result: Any) -> None:
        self.view.show_running(False)
        self.view.recheck.setDefault(False)
        self.watch.forget()
        self._say(summary(result))
        if result.changed or result.objects:
            self._again = True
            self.rechecked.emit(result.findings)
        else:
            self._read()

    def _failed(self, reason: str, advice: str) -> None:
        self.view.show_running(False)
        self._say(f"{reason} {advice}".strip())

    def _cancelled(self) -> None:
        self.view.show_running(False)
        self._say(translate("Precheck", "Cancelled: nothing has changed."))

    def _edited(self) -> None:
        """The package was saved: said once, in a line that is in nobody's way."""
        if self._tasks.running(_CHECK):
            return
        self.view.recheck.setDefault(True)
        self._say(translate("Precheck", "The package was saved. Re-check what was edited?"))

    # What is shown

    def _opened(self) -> None:
        again, self._again = self._again, False
        if not again:
            self._said, self.editor.places = "", {}
        elif self.session.row(self._looked_at) >= 0:
            self.session.set_current(self._looked_at)
        self.known = None
        self._tally = Tally(self.session.table)
        self._read()
        self._show()

    def _read(self) -> None:
        path = self.session.path
        self._tasks.cancel(_READ)
        if path is None:
            self.watch.watch(())
            return

        def work(_progress: Any) -> Any:
            from ....checks.recheck_state import files_to_watch, read_progress

            known = read_progress(path)
            files = () if known.package is None else files_to_watch(known.package, known.layers)
            return known, files

        def done(answer: tuple[Any, tuple[Path, ...]]) -> None:
            if path == self.session.path:
                self.known, files = answer
                self.editor.places = self.known.layers
                self.watch.watch(files)
                self._show()

        self._tasks.start(translate("Precheck", "Reading the record"), work, done, name=_READ)

    def _show(self) -> None:
        known = self.known
        fixed = known.fixed if known is not None else {}
        counted = self._tally.count(self.session.standing, fixed)
        waiting = len(known.to_confirm) if known is not None else 0
        self.view.setVisible(self.session.path is not None)
        self.view.show_count(counted, waiting, known is not None and known.rechecked)
        self._enable()
        self._say(self._said)

    def _turned(self) -> None:
        self._enable()
        self._say(self._said)

    def _enable(self) -> None:
        known, busy = self.known, self._tasks.running(_CHECK)
        able = known is not None and known.problem is None
        self.view.recheck.setEnabled(able and not busy)
        self.view.edit.setEnabled(
            able and bool(known.layers) and self.session.row(self.session.current) >= 0
        )
        registry = QgsApplication.processingRegistry()
        self.view.fix_list.setVisible(registry.algorithmById(_RETURN_LIST) is not None)

    def _say(self, text: str) -> None:
        """Show ``text``, or what is more urgent: edits that nobody has saved."""
        self._said = text
        if self.known is not None and self.session.current in self.known.to_confirm:
            later = translate(
                "Precheck", "This object was edited; only a whole run can say more of this finding."
            )
            text = f"{text}\n{later}".strip()
        unsaved = self.editor.unsaved()
        if unsaved:
            names = ", ".join(sorted({layer.name() for layer in unsaved}))
            warning = translate(
                "Precheck", "Unsaved edits in {layers} are not checked: save first."
            ).format(layers=names)
            self.view.show_hint(f"{text}\n{warning}".strip(), save=True)
        elif not text and self.known is not None and self.known.problem is not None:
            self.view.show_hint(say(self.known.problem.text))
        else:
            self.view.show_hint(text)


def summary(result: Any) -> str:
    """What came of checking again, in a sentence; ``checks.recheck_result.Recheck``."""
    if not (result.changed or result.objects):
        return translate("Precheck", "Nothing was edited since the last check.")
    parts = [
        (translate("Precheck", "{n} edited"), result.objects),
        (translate("Precheck", "{n} findings gone"), len(result.gone)),
        (translate("Precheck", "{n} still there"), len(result.remaining)),
        (translate("Precheck", "{n} new"), len(result.new)),
    ]
    if result.to_confirm:
        text = translate("Precheck", "{n} to be confirmed by a whole run")
        parts.append((text, len(result.to_confirm)))
    comma = translate("Precheck", ", ")
    said = comma.join(text.format(n=told(number)) for text, number in parts)
    seconds = translate("Precheck", " ({s} s)").format(s=f"{result.seconds:.1f}")
    return said + seconds


def _interface() -> Any:
    from qgis.utils import iface

    return iface
