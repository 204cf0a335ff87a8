"""How well people judge: against each other, and against cases whose truth is known."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ....processing_provider.language import translate
from ...numbers import count, number
from ...service_task import Tasks
from ..session import ReviewSession

_NONE = "–"
_FEW = 10
"""Findings judged by both below which a kappa is not given a name."""


class AgreementDialog(QDialog):
    """Reviewers with their pace and their right answers; pairs with Cohen's kappa."""

    def __init__(self, session: ReviewSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.cases: Path | None = None
        self._tasks = Tasks(self)
        self.setWindowTitle(translate("AgreementDialog", "Agreement of Reviewers"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._build()
        session.opened.connect(self.reject)
        self.finished.connect(lambda _result: self._tasks.shut_down())
        self.measure()

    def _build(self) -> None:
        self.reviewers = _table(
            translate("AgreementDialog", "Reviewers"),
            [
                translate("AgreementDialog", "Person"),
                translate("AgreementDialog", "Decisions"),
                translate("AgreementDialog", "Seconds each"),
                translate("AgreementDialog", "Known cases"),
                translate("AgreementDialog", "Right"),
                translate("AgreementDialog", "Errors seen"),
                translate("AgreementDialog", "Honest ones let pass"),
            ],
        )
        self.pairs = _table(
            translate("AgreementDialog", "Pairs of reviewers"),
            [
                translate("AgreementDialog", "Two reviewers"),
                translate("AgreementDialog", "Judged by both"),
                translate("AgreementDialog", "Same opinion"),
                translate("AgreementDialog", "Kappa (95 %)"),
                translate("AgreementDialog", "Agreement"),
            ],
        )
        about = QLabel(
            translate(
                "AgreementDialog",
                "Kappa is the agreement beyond what chance gives (Cohen 1960). Only findings that"
                " both judged without knowing of each other count.",
            )
        )
        about.setWordWrap(True)
        self.told = QLabel()
        self.told.setWordWrap(True)
        self.choose = QPushButton(translate("AgreementDialog", "Known Cases…"))
        self.choose.setToolTip(
            translate("AgreementDialog", "Measure against a file of cases set beforehand")
        )
        self.choose.clicked.connect(lambda _checked=False: self._choose())
        close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close.rejected.connect(self.reject)
        row = QHBoxLayout()
        row.addWidget(self.choose)
        row.addStretch(1)
        row.addWidget(close)
        column = QVBoxLayout(self)
        column.addWidget(self.reviewers, 1)
        column.addWidget(self.pairs, 1)
        column.addWidget(about)
        column.addWidget(self.told)
        column.addLayout(row)
        self.resize(760, 420)

    def measure(self, cases: Path | None = None) -> None:
        """Measure, against a file of known cases if one is given."""
        path = self.session.path
        if path is None:
            return
        self.cases = cases

        def work(_progress: Any) -> Any:
            from ....checks.journal.reviewers import measure_reviewers

            return measure_reviewers(path, cases)

        self.told.setText(translate("AgreementDialog", "Measuring…"))
        self._tasks.start(
            translate("AgreementDialog", "Measuring the reviewers"),
            work,
            self._show,
            lambda why, advice: self.told.setText(f"{why} {advice}".strip()),
            name="measure",
        )

    def _choose(self) -> None:
        folder = str(self.session.path.parent) if self.session.path is not None else ""
        name, _ = QFileDialog.getOpenFileName(
            self, translate("AgreementDialog", "Known Cases"), folder, "JSON (*.json)"
        )
        if name:
            self.measure(Path(name))

    def _show(self, measured: Any) -> None:
        self.reviewers.clear()
        for one in measured.reviewers:
            seconds = _NONE if math.isnan(one.seconds) else number(one.seconds, 1)
            numbers = [count(one.decisions), seconds, count(one.judged)]
            rates = [_rate(rate) for rate in (one.agreement, one.sensitivity, one.specificity)]
            self.reviewers.addTopLevelItem(_row([one.person, *numbers, *rates]))
        self.pairs.clear()
        for pair in measured.pairs:
            found = pair.agreement
            names = f"{pair.first} · {pair.second}"
            texts = [names, count(found.both), _percent(found.observed), _kappa(found)]
            self.pairs.addTopLevelItem(_row([*texts, _strength(found)]))
        told = ""
        if not measured.reviewers:
            told = translate("AgreementDialog", "Nobody has given an opinion yet.")
        elif not measured.pairs:
            told = translate(
                "AgreementDialog", "No finding has two opinions that were given blind yet."
            )
        self.told.setText(told)


def _table(name: str, columns: list[str]) -> QTreeWidget:
    tree = QTreeWidget()
    tree.setAccessibleName(name)
    tree.setRootIsDecorated(False)
    tree.setHeaderLabels(columns)
    tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    header = tree.header()
    header.setStretchLastSection(False)
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    return tree


def _row(texts: list[str]) -> QTreeWidgetItem:
    item = QTreeWidgetItem(texts)
    for column in range(1, len(texts)):
        item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight)
    return item


def _percent(share: float) -> str:
    return _NONE if math.isnan(share) else f"{100.0 * share:.0f} %"


def _rate(rate: Any) -> str:
    """A share with its limits, and of how many."""
    if not rate.of:
        return _NONE
    low, high = 100.0 * rate.low, 100.0 * rate.high
    return f"{_percent(rate.share)} ({low:.0f}–{high:.0f}), {rate.right}/{rate.of}"


def _kappa(found: Any) -> str:
    if math.isnan(found.kappa):
        return _NONE
    return f"{found.kappa:.2f} ({found.low:.2f} … {found.high:.2f})"


def _strength(found: Any) -> str:
    """What a kappa is called (Landis and Koch 1977, *Biometrics* 33:159)."""
    if found.both < _FEW:
        return translate("AgreementDialog", "too few to tell")
    if math.isnan(found.kappa):
        return translate("AgreementDialog", "cannot be told")
    for limit, name in (
        (0.8, translate("AgreementDialog", "almost perfect")),
        (0.6, translate("AgreementDialog", "substantial")),
        (0.4, translate("AgreementDialog", "moderate")),
        (0.2, translate("AgreementDialog", "fair")),
        (0.0, translate("AgreementDialog", "slight")),
    ):
        if found.kappa > limit:
            return name
    return translate("AgreementDialog", "poor")
