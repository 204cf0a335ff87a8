"""Setting cases whose truth is known, before anybody judges: for an administrator."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qgis.gui import QgsFileWidget
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from ....processing_provider.language import translate
from ..session import ReviewSession

_USUAL = 20


class KnownCasesForm(QDialog):
    """From where the truth is taken, how many cases, and where the file of cases goes."""

    def __init__(self, session: ReviewSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setWindowTitle(translate("KnownCases", "Set Known Cases"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        about = QLabel(
            translate(
                "KnownCases",
                "Findings on which people have come to a sure decision in another copy are hidden"
                " among the others. The journal gets a digest only; the cases themselves go to a"
                " file that you keep to yourself.",
            )
        )
        about.setWordWrap(True)
        self.source = QgsFileWidget()
        self.source.setFilter("GeoPackage (*.gpkg)")
        self.target = QgsFileWidget()
        self.target.setStorageMode(QgsFileWidget.StorageMode.SaveFile)
        self.target.setFilter("JSON (*.json)")
        self.number = QSpinBox()
        self.number.setRange(1, 10_000)
        self.number.setValue(_USUAL)
        if session.path is not None:
            self.source.setDefaultRoot(str(session.path.parent))
            self.target.setDefaultRoot(str(session.path.parent))
        self.told = QLabel()
        self.told.setWordWrap(True)
        form = QFormLayout()
        form.addRow(translate("KnownCases", "Decided copy"), self.source)
        form.addRow(translate("KnownCases", "Number of cases"), self.number)
        form.addRow(translate("KnownCases", "File of cases"), self.target)
        self.confirm = QPushButton(translate("KnownCases", "Set Cases"))
        self.confirm.clicked.connect(lambda _checked=False: self._set())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(self.confirm, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(about)
        column.addLayout(form)
        column.addWidget(self.told)
        column.addWidget(buttons)
        self.resize(520, 240)
        session.opened.connect(self.reject)
        for widget in (self.source, self.target):
            widget.fileChanged.connect(lambda _path: self._enable())
        self._enable()

    def _enable(self) -> None:
        self.confirm.setEnabled(bool(self.source.filePath() and self.target.filePath()))

    def _set(self) -> None:
        source, target = Path(self.source.filePath()), Path(self.target.filePath())
        if not target.suffix:
            target = target.with_suffix(".json")
        number, names = self.number.value(), self.session.table.columns["finding_id"]
        self.confirm.setEnabled(False)
        self.told.setText(translate("KnownCases", "Saving…"))
        self.session.call(
            translate("KnownCases", "Setting known cases"),
            lambda journal: set_cases(journal, source, target, number, names),
            self._done,
            self._failed,
            owner=self,
        )

    def _done(self, cases: Any) -> None:
        told = translate("KnownCases", "{n} cases set. Keep the file to yourself: {file}")
        self.told.setText(told.format(n=len(cases.truth), file=self.target.filePath()))

    def _failed(self, why: str, advice: str) -> None:
        self.told.setText(f"{why} {advice}".strip())
        self._enable()


def set_cases(journal: Any, source: Path, target: Path, number: int, names: Sequence[str]) -> Any:
    """Draw cases from what was decided in ``source``, and commit the journal to them."""
    from ....checks.journal.known_cases import choose, commit, settled_truth

    here = set(names)
    truth = {name: one for name, one in settled_truth(source).items() if name in here}
    # Nobody must be able to reckon the cases out from what is in the journal.
    return commit(journal, choose(truth, number, secrets.token_hex(16)), target)
