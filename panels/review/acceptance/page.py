"""The tab *Acceptance*: from the draw of a sample to a signed verdict, one card a step."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ....processing_provider.language import translate
from ...numbers import count
from ..session import ReviewSession
from . import signing
from .card import BAD, DONE, STALE, TODO, Card, mark_color
from .forms import DrawForm, ErrorsForm, expected_text
from .outcome import ReportForm, SignForm, VerdictForm, verdict_title
from .presenter import AcceptancePresenter

STEPS = ("draw", "errors", "judge", "report", "sign")


class AcceptancePage(QWidget):
    """Shows the steps of an acceptance and asks the presenter for what they do.

    Signals: ``told`` (message, level); ``queue_wanted`` when the queue is to be shown, with the
    sample's findings selected in it.
    """

    told = pyqtSignal(str, object)
    queue_wanted = pyqtSignal()

    def __init__(
        self, session: ReviewSession, interface: Any = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._interface = interface
        self.session = session
        self.presenter = AcceptancePresenter(session, self)
        self.draw, self.errors, self.verdict = DrawForm(), ErrorsForm(), VerdictForm()
        self.report, self.sign = ReportForm(), SignForm()
        titles = (
            translate("Acceptance", "Draw sample"),
            translate("Acceptance", "Errors found"),
            translate("Acceptance", "Judge lot"),
            translate("Acceptance", "Reports"),
            translate("Acceptance", "Sign"),
        )
        forms = (self.draw, self.errors, self.verdict, self.report, self.sign)
        self.cards = {
            name: Card(number, title, form)
            for number, (name, title, form) in enumerate(zip(STEPS, titles, forms), 1)
        }
        self._touched = False
        self._lay_out()
        self._connect()
        self._show()

    def _lay_out(self) -> None:
        inside = QWidget()
        cards = QVBoxLayout(inside)
        cards.setContentsMargins(6, 6, 6, 6)
        cards.setSpacing(6)
        for card in self.cards.values():
            cards.addWidget(card)
        cards.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        self.area = area
        self.doing = QLabel()
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setMaximumHeight(8)
        self.cancel = QPushButton(translate("Acceptance", "Cancel"))
        self.running = QWidget()
        row = QHBoxLayout(self.running)
        row.setContentsMargins(8, 2, 8, 4)
        left = QVBoxLayout()
        left.setSpacing(2)
        left.addWidget(self.doing)
        left.addWidget(self.bar)
        row.addLayout(left, 1)
        row.addWidget(self.cancel)
        self.running.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(area, 1)
        column.addWidget(self.running)

    def _connect(self) -> None:
        presenter = self.presenter
        presenter.changed.connect(self._show)
        presenter.busy_changed.connect(self._show_busy)
        presenter.progressed.connect(self._progressed)
        presenter.told.connect(self.told)
        for name, card in self.cards.items():
            card.wanted.connect(lambda name=name: self._toggle(name))
        self.draw.changed.connect(self._show_expected)
        self.draw.draw_wanted.connect(lambda: presenter.draw(self.draw.values()))
        self.draw.queue_wanted.connect(self._to_queue)
        self.draw.map_wanted.connect(self._to_map)
        self.errors.queue_wanted.connect(self._to_queue)
        self.verdict.judge_wanted.connect(self._judge)
        self.report.make_wanted.connect(self._report)
        self.sign.sign_wanted.connect(presenter.sign)
        self.cancel.clicked.connect(lambda _=False: presenter.cancel())
        self.session.opened.connect(self._opened)

    def shut_down(self) -> None:
        """Stop what is under way."""
        self.presenter.shut_down()

    def open_step(self, name: str) -> None:
        """Show the form of one step, and of no other."""
        for other, card in self.cards.items():
            card.set_open(other == name)
        self.area.ensureWidgetVisible(self.cards[name])

    def _opened(self) -> None:
        self._touched = False

    def _toggle(self, name: str) -> None:
        self._touched = True
        if self.cards[name].is_open:
            self.cards[name].set_open(False)
        else:
            self.open_step(name)

    def _show(self) -> None:
        """Show where every step stands, and open the one to be done next."""
        now = self.presenter.now
        self._show_draw(now)
        self._show_errors(now)
        self._show_verdict(now)
        self._show_reports(now)
        self._show_busy(self.presenter.busy)
        self._show_expected()
        if not self._touched:
            first = next((name for name in STEPS if self.cards[name].mark != DONE), STEPS[-1])
            self.open_step(first)

    def _show_draw(self, now: Any) -> None:
        drawn = now is not None and now.draw is not None
        status = ""
        if drawn:
            status = translate("Acceptance", "{drawn} of {units} units").format(
                drawn=count(len(now.drawn)), units=count(int(now.draw.get("units") or 0))
            )
        self.cards["draw"].show_mark(DONE if drawn else TODO, status)
        self.draw.on_queue.setVisible(drawn)
        self.draw.on_map.setVisible(drawn)
        again = translate("Acceptance", "Draw Again") if drawn else ""
        self.draw.draw.setText(again or translate("Acceptance", "Draw Sample"))

    def _show_errors(self, now: Any) -> None:
        from ....checks.acceptance import by_class

        drawn = now is not None and now.draw is not None
        card = self.cards["errors"]
        if not drawn:
            self.errors.show_errors({}, 0, 0)
            card.show_mark(TODO, "")
            return
        self.errors.show_errors(by_class(now.errors), now.undecided, len(now.drawn))
        status = translate("Acceptance", "{count} upheld").format(count=count(len(now.errors)))
        if now.undecided:
            status = translate("Acceptance", "{count} undecided").format(count=count(now.undecided))
        card.show_mark(STALE if now.undecided else DONE, status)

    def _show_verdict(self, now: Any) -> None:
        lot = now.lot if now is not None else None
        passed = lot is not None and lot.get("verdict") == "passed"
        mark = TODO if lot is None else STALE if now.stale else DONE
        status = "" if lot is None else verdict_title(lot)
        if lot is not None and now.stale:
            status = translate("Acceptance", "judged before the last change")
        self.cards["judge"].show_mark(mark, status)
        color = mark_color(DONE if passed else BAD, self.palette()).name()
        self.verdict.show_lot(lot, color)

    def _show_reports(self, now: Any) -> None:
        files = self.presenter.files
        made = files.reports if files is not None else []
        mark = DONE if made else TODO
        lot = files.lot if files is not None else None
        old = [path for path in made if lot is not None and _older(path, lot)]
        status = translate("Acceptance", "{count} files").format(count=len(made)) if made else ""
        if old:
            mark, status = STALE, translate("Acceptance", "older than the verdict")
        self.cards["report"].show_mark(mark, status)
        self.report.show_made(made)
        signer = now.signer if now is not None else ""
        text = translate("Acceptance", "by {signer}").format(signer=signer) if signer else ""
        mark = DONE if signer else TODO
        if signer and now.unsigned:
            mark = STALE
            text = translate("Acceptance", "{count} events since").format(count=count(now.unsigned))
        self.cards["sign"].show_mark(mark, text)

    def _show_expected(self) -> None:
        self.draw.show_expected(expected_text(self.presenter.now, self.draw.values()))

    def _show_busy(self, busy: bool) -> None:
        now = self.presenter.now
        drawn = now is not None and now.draw is not None
        self.running.setVisible(busy)
        self.draw.draw.setEnabled(not busy and now is not None and now.parcels > 0)
        self.verdict.judge.setEnabled(not busy and drawn)
        self.report.make.setEnabled(not busy and now is not None)
        judged = now is not None and now.lot is not None and not now.stale
        able = signing.available()
        text = ""
        if not able:
            text = translate("Acceptance", "Signing is not available in this version.")
        elif not judged:
            text = translate("Acceptance", "Judge the lot first.")
        self.sign.said.setText(text)
        self.sign.said.setVisible(bool(text))
        self.sign.check(not busy and judged and able)

    def _progressed(self, percent: float, text: str) -> None:
        self.bar.setValue(int(percent * 10))
        if text:
            self.doing.setText(text)

    def _judge(self) -> None:
        given = self.errors.values()
        if given is None:
            from qgis.core import Qgis

            self.told.emit(
                translate("Acceptance", "Every weight has to be a number that is not negative."),
                Qgis.MessageLevel.Warning,
            )
            self.open_step("errors")
            return
        self._touched = True  # the verdict is to be seen, not the next step
        objection = self.verdict.objection.text().strip()
        self.presenter.judge({**given, **({"OBJECTION": objection} if objection else {})})

    def _report(self) -> None:
        now = self.presenter.now
        self._touched = True
        kinds = self.report.kinds(now is not None and now.lot is not None)
        shared = {"LANGUAGE": self.report.language.currentData()}
        self.presenter.report(kinds, shared, self.report.day())

    def _to_queue(self) -> None:
        now = self.presenter.now
        if now is not None:
            self.session.set_selection(list(now.findings))
            if now.findings:
                self.session.set_current(now.findings[0])
            self.queue_wanted.emit()

    def _to_map(self) -> None:
        """A layer is added only because somebody asked for it."""
        files = self.presenter.files
        if files is None or not files.sample.is_file():
            return
        project = QgsProject.instance()
        for known in project.mapLayers().values():
            if known.source().split("|")[0] == str(files.sample):
                return
        layer = QgsVectorLayer(str(files.sample), translate("Acceptance", "Sample"), "ogr")
        if layer.isValid():
            project.addMapLayer(layer)


def _older(path: Any, other: Any) -> bool:
    try:
        return bool(path.stat().st_mtime < other.stat().st_mtime)
    except OSError:
        return False
