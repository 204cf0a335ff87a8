"""Two people differ: both reasons side by side, and what a third one says."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import (
    QButtonGroup,
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from ....processing_provider.language import translate
from ..session import ReviewSession
from ..words import message_column
from . import reasons
from .history_lines import Line, read_lines
from .reason_line import ReasonLine
from .steps import opinion_title
from .view import describe
from .words import when

_STATES = {"upheld": "returned", "dismissed": "closed", "doubtful": "under_review"}


class SettleDialog(QDialog):
    """What each person said of a finding, and the settlement with its own reason."""

    def __init__(
        self,
        session: ReviewSession,
        finding: str,
        opinion: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.session, self.finding = session, finding
        self.setWindowTitle(translate("SettleDialog", "Settle the Dispute"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._build(opinion)
        session.opened.connect(self.reject)
        session.person_changed.connect(self.reject)
        person, role = session.person, session.role
        session.look(
            lambda path: read_lines(path, finding, person, role),
            lambda answer: self._show_opinions(answer[0]),
            self._failed,
            self,
        )

    def _build(self, opinion: str) -> None:
        row = self.session.row(self.finding)
        table = self.session.table
        what = QLabel(
            f"<b>{escape(describe(table, row))}</b><br>"
            f"{escape(str(table.value(row, message_column())))}"
        )
        what.setWordWrap(True)
        self._cards = QHBoxLayout()
        self.choice = QButtonGroup(self)
        self.opinions: dict[str, QRadioButton] = {}
        choices = QHBoxLayout()
        for name, text in (
            ("upheld", translate("SettleDialog", "Upheld: return")),
            ("dismissed", translate("SettleDialog", "Dismissed: close")),
            ("doubtful", translate("SettleDialog", "Doubtful: keep under review")),
        ):
            button = QRadioButton(text)
            button.setChecked(name == opinion)
            self.choice.addButton(button)
            self.opinions[name] = button
            choices.addWidget(button)
            button.toggled.connect(lambda _on: self._enable())
        self.reason = ReasonLine()
        self.reason.offer("settle", table.value(row, "cause"), table.value(row, "family"))
        self.reason.line.setPlaceholderText(translate("SettleDialog", "Reason of the settlement"))
        self.reason.line.textChanged.connect(lambda _text: self._enable())
        self.reason.given.connect(self._confirm)
        self.reason.left.connect(self.reject)
        self.told = QLabel()
        self.told.setWordWrap(True)
        self.told.hide()
        self.confirm = QPushButton(translate("SettleDialog", "Settle"))
        self.confirm.setDefault(True)
        self.confirm.clicked.connect(lambda _checked=False: self._confirm())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.cancel = buttons.button(QDialogButtonBox.StandardButton.Cancel)
        self.cancel.setAutoDefault(False)
        buttons.addButton(self.confirm, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setSpacing(10)
        column.addWidget(what)
        column.addLayout(self._cards, 1)
        column.addLayout(choices)
        column.addWidget(self.reason)
        column.addWidget(self.told)
        column.addWidget(buttons)
        self.resize(600, 300)
        self._enable()

    def cards(self) -> list[str]:
        """The texts of the cards, as they are shown."""
        found = []
        for place in range(self._cards.count()):
            widget: Any = self._cards.itemAt(place).widget()
            found.append(widget.text())
        return found

    def _show_opinions(self, lines: Sequence[Line]) -> None:
        last: dict[str, Line] = {}
        for line in lines:
            if line.opinion and not line.undone:
                last[line.who] = line
        for line in last.values():
            self._cards.addWidget(_card(line))
        self.reason.setFocus()

    def _chosen(self) -> str:
        return next((name for name, one in self.opinions.items() if one.isChecked()), "")

    def _enable(self) -> None:
        self.confirm.setEnabled(bool(self._chosen()) and bool(self.reason.text()))

    def _confirm(self) -> None:
        from ....checks.journal.lifecycle import Opinion, State

        opinion, reason = self._chosen(), self.reason.text()
        if not opinion or not reason or not self.confirm.isEnabled():
            return
        self._wait(True, translate("SettleDialog", "Saving…"))
        self.session.decide(
            [self.finding],
            State(_STATES[opinion]),
            reason,
            Opinion(opinion),
            settles=True,
            then=lambda _events: self._saved(reason),
            failed=self._failed,
        )

    def _saved(self, reason: str) -> None:
        reasons.remember("settle", [], reason)
        self._wait(False, "")
        self.accept()

    def _failed(self, why: str, advice: str) -> None:
        self._wait(False, f"{why} {advice}".strip())

    def _wait(self, waiting: bool, told: str) -> None:
        self.told.setText(told)
        self.told.setVisible(bool(told))
        self.cancel.setEnabled(not waiting)
        self.confirm.setEnabled(not waiting)

    def reject(self) -> None:
        # What is being written cannot be called back.
        if self.cancel.isEnabled():
            super().reject()


def _card(line: Line) -> QLabel:
    card = QLabel(
        f"<b>{escape(opinion_title(line.opinion))}</b><br>"
        f'<span style="color:#8a8a8a">{escape(line.who)} · {escape(when(line.at))}</span>'
        f"<p>{escape(line.reason or translate('SettleDialog', 'No reason given'))}</p>"
    )
    card.setWordWrap(True)
    card.setFrameShape(QFrame.Shape.StyledPanel)
    card.setMargin(8)
    card.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
    card.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse
        | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    card.setAccessibleName(f"{line.who}: {opinion_title(line.opinion)}. {line.reason}")
    return card
