"""The Verify panel itself: three pages, a line that says where we are, and the buttons."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import Qgis, QgsProject
from qgis.gui import QgsDockWidget, QgsMessageBar
from qgis.PyQt.QtCore import QSize, Qt, QUrl
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from ...processing_provider import icons
from ...processing_provider.language import translate
from ..review.map_view import FindingsOnMap
from ..review.precheck.bar import PRECHECK
from . import memory
from .dock_tools import DockTools
from .empty_state import PageWithEmptyState
from .export import Exports, ask_where
from .inputs_form import InputsForm
from .presenter import VerifyPresenter
from .room import ReviewRoom
from .summary_page import SummaryPage
from .words import State, state_title


class VerifyDock(QgsDockWidget):
    """Choose a package, verify it, and look at what was found."""

    def __init__(self, interface: Any, parent: QWidget | None = None) -> None:
        super().__init__(translate("VerifyDock", "Verify Submission"), parent)
        self.setObjectName("OneMapVerifyDock")
        self.setAllowedAreas(
            Qt.DockWidgetArea.LeftDockWidgetArea | Qt.DockWidgetArea.RightDockWidgetArea
        )
        self._interface = interface
        self.form = InputsForm()
        self.summary = SummaryPage()
        self.room = ReviewRoom(interface, self._go_to, self)
        self.session, self.findings = self.room.session, self.room.queue
        self.on_map = FindingsOnMap(interface.mapCanvas())
        self.presenter = VerifyPresenter(self.form, self.on_map, self)
        self._exports = Exports(self)
        self._exports.told.connect(self._tell)
        self._build()
        self._connect()
        memory.recall(self.form)
        self._show_mode()
        self._show_state(self.presenter.state)

    def _build(self) -> None:
        self.messages = QgsMessageBar()
        self.messages.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self._summary_page = PageWithEmptyState(
            translate(
                "VerifyDock",
                "Nothing verified yet. Choose a survey package under Inputs, then press Verify.",
            ),
            self.summary,
        )
        self._findings_page = PageWithEmptyState(
            translate(
                "VerifyDock",
                "No findings to show. Verify a package, or open the results of an earlier run.",
            ),
            self.room.page(),
        )
        self.tabs.addTab(self.form, translate("VerifyDock", "Inputs"))
        self.tabs.addTab(self._summary_page, translate("VerifyDock", "Summary"))
        self.tabs.addTab(self._findings_page, translate("VerifyDock", "Queue"))
        self._acceptance_page = PageWithEmptyState(
            translate(
                "VerifyDock",
                "Nothing to accept yet. Verify a package, or open the results of an earlier run.",
            ),
            self.room.acceptance,
        )
        self.tabs.addTab(self._acceptance_page, translate("VerifyDock", "Acceptance"))
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.tools = DockTools(self._interface.iconSize(True), self)
        self.tools.add_at_end(self.room.menu_button())
        column.addWidget(self.tools)
        column.addWidget(self.room.header())
        column.addWidget(self.messages)
        column.addWidget(self.tabs, 1)
        column.addLayout(self._footer())
        body.setMinimumWidth(300)
        self.setWidget(body)

    def sizeHint(self) -> QSize:
        return QSize(420, 600)

    def _footer(self) -> QVBoxLayout:
        self.status = QLabel()
        self.status.setWordWrap(True)
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setMaximumHeight(8)
        self.progress.hide()
        self.verify_button = QPushButton(icons.icon("onemap"), translate("VerifyDock", "Verify"))
        self.verify_button.setDefault(True)
        self.cancel_button = QPushButton(translate("VerifyDock", "Cancel"))
        self.cancel_button.hide()
        row = QHBoxLayout()
        row.addWidget(self.status, 1)
        row.addWidget(self.cancel_button)
        row.addWidget(self.verify_button)
        column = QVBoxLayout()
        column.setContentsMargins(6, 4, 6, 6)
        column.setSpacing(4)
        column.addWidget(self.progress)
        column.addLayout(row)
        return column

    def _connect(self) -> None:
        presenter = self.presenter
        self.verify_button.clicked.connect(presenter.start)
        self.cancel_button.clicked.connect(presenter.cancel)
        presenter.state_changed.connect(self._show_state)
        presenter.progressed.connect(self._show_progress)
        presenter.told.connect(self._tell)
        presenter.results_read.connect(self._show_results)
        self.session.told.connect(self._tell)
        self.room.precheck.rechecked.connect(presenter.open_results)
        self.room.precheck.verify_wanted.connect(self._verify_whole)
        self.room.acceptance.queue_wanted.connect(
            lambda: self.tabs.setCurrentWidget(self._findings_page)
        )
        self.room.mode_changed.connect(lambda _: self._show_mode())
        tools = self.tools
        for action, does in (
            (tools.open, self._open_results),
            (tools.report, self._open_report),
            (tools.export, self._export),
            (tools.previous, lambda: self.findings.move(-1)),
            (tools.next, lambda: self.findings.move(1)),
            (tools.zoom, lambda: self._go_to(self.findings.row())),
            (tools.options, self._open_options),
        ):
            action.triggered.connect(lambda _checked=False, does=does: does())
        self.summary.family_chosen.connect(self._show_family)
        self.findings.chosen.connect(self._chosen)
        self.tabs.currentChanged.connect(lambda _: self._entered())
        QgsProject.instance().layersAdded.connect(self._layers_added)

    def shut_down(self) -> None:
        """Stop what is under way and let go of everything outside the dock."""
        QgsProject.instance().layersAdded.disconnect(self._layers_added)
        self.room.shut_down()
        self.presenter.shut_down()

    def _show_mode(self) -> None:
        """A county fixes, a province accepts: who only fixes has no use for the rest."""
        self.tabs.setTabVisible(3, self.room.mode.mode != PRECHECK)

    def _verify_whole(self) -> None:
        """Verify again what the findings are about, whatever stood in the form."""
        found = self.presenter.findings
        if found is not None:
            memory.recall_run(self.form, found)
        self.tabs.setCurrentWidget(self.form)
        self.presenter.start()

    def _entered(self) -> None:
        at_inputs = self.tabs.currentWidget() is self.form
        self.verify_button.setVisible(at_inputs and not self.presenter.state.busy)
        if self.tabs.currentWidget() is self._findings_page:
            self.room.entered()

    def _layers_added(self) -> None:
        if not self.presenter.state.busy:
            memory.fill_layers(self.form)

    def _show_state(self, state: State) -> None:
        self.status.setText(state_title(state))
        self.progress.setVisible(state.busy)
        self.cancel_button.setVisible(state.busy)
        self.cancel_button.setEnabled(state is not State.CANCELLING)
        at_inputs = self.tabs.currentWidget() is self.form
        self.verify_button.setVisible(at_inputs and not state.busy)
        self.verify_button.setEnabled(state is not State.EMPTY)
        self.form.setEnabled(not state.busy)
        self.tools.open.setEnabled(not state.busy)
        if state is State.RUNNING:
            self.progress.setValue(0)
            self.messages.clearWidgets()
        self._enable_tools()

    def _enable_tools(self) -> None:
        presenter = self.presenter
        self.tools.enable(len(presenter.table) > 0, presenter.report is not None)

    def _show_progress(self, percent: float, text: str) -> None:
        self.progress.setValue(int(percent * 10))
        if text and self.presenter.state is State.RUNNING:
            self.status.setText(translate("VerifyDock", "Verifying: {what}").format(what=text))

    def _tell(self, text: str, level: Any) -> None:
        seconds = 0 if level == Qgis.MessageLevel.Critical else 8
        self.messages.pushMessage("", text, level, seconds)

    def _show_results(self) -> None:
        table, rules = self.presenter.table, self.presenter.rules
        # Who has checked again what was edited goes on where they were.
        again = self.session.path == self.presenter.findings
        self.session.open(self.presenter.findings, table, rules)
        self.summary.show_table(table, rules)
        self._summary_page.set_filled(True)
        self._findings_page.set_filled(len(table) > 0)
        self._acceptance_page.set_filled(True)
        if not len(table):
            self._findings_page.empty.text.setText(
                translate("VerifyDock", "Nothing was found. The summary says what was checked.")
            )
        if not again:
            self.tabs.setCurrentWidget(self._summary_page)
        self._enable_tools()

    def _show_family(self, family: str) -> None:
        self.findings.show_family(family)
        self.tabs.setCurrentWidget(self._findings_page)

    def _chosen(self, row: int) -> None:
        if self.tools.follow.isChecked():
            self._go_to(row)

    def _go_to(self, row: int) -> None:
        if row < 0:
            return
        identifier = self.presenter.table.value(row, "fid")
        if not self.on_map.go_to(identifier):
            self.status.setText(translate("VerifyDock", "This finding has no place on the map"))
        else:
            self.status.setText(state_title(self.presenter.state))

    def _open_results(self) -> None:
        parent = self.form.folder.filePath() or str(memory.results_folder())
        path, _ = QFileDialog.getOpenFileName(
            self,
            translate("VerifyDock", "Open Results"),
            parent,
            translate("VerifyDock", "Findings") + " (*.gpkg)",
        )
        if path:
            self.presenter.open_results(Path(path))

    def _open_report(self) -> None:
        if self.presenter.report is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.presenter.report)))

    def _export(self) -> None:
        parent = self.presenter.findings.parent if self.presenter.findings else Path.home()
        path = ask_where(self, parent)
        if path is not None:
            self.export_to(path)

    def export_to(self, path: Path) -> None:
        """Write the findings that the list shows to ``path``, in a task."""
        layer = self.on_map.subset(self.findings.model.feature_ids())
        if layer is not None:
            self._exports.start(layer, path)

    def _open_options(self) -> None:
        self._interface.showOptionsDialog(self, "OneMapVerifyOptions")
