"""Where a finding stands, and what can be decided about it now: one key each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from qgis.PyQt.QtWidgets import QDialog, QWidget

from ....processing_provider.language import translate
from ..journal.outbox import Sent, left_over
from ..session import ReviewSession
from . import reasons
from .bulk import BulkDialog
from .offer import offer_for
from .settle import SettleDialog
from .status import Failure
from .steps import Step
from .view import DecisionView
from .words import about_deed, about_sent


class DecisionBar(DecisionView):
    """The finding's state, a line for the reason, and a button for everything allowed now.

    What is decided is shown as being saved until the journal has answered. Where several
    findings are chosen, or two people differ, ``dialog`` asks first.
    """

    def __init__(self, session: ReviewSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.steps: list[Step] = []
        self._about: list[str] = []
        self._armed: Step | None = None
        self._settles = False
        self.dialog: QDialog | None = None
        session.opened.connect(self._opened)
        session.person_changed.connect(self._start_anew)
        session.current_changed.connect(self._turned)
        session.selection_changed.connect(self._turned)
        session.standing_changed.connect(self._stands_anew)
        session.saving_changed.connect(self._enable)
        session.deeds_changed.connect(self._show_deeds)
        self.pressed.connect(self._want)
        self.settle_pressed.connect(lambda: self._settle(""))
        self.undo_pressed.connect(self.undo)
        self.reason.given.connect(self._enter)
        self.reason.left.connect(self._leave)
        self._start_anew()

    def run(self, command: str) -> None:
        """Do what a key of the list stands for, with the chosen findings."""
        if command == "undo":
            self.undo()
        elif command not in ("accept", "reject", "doubtful", "return", "exception"):
            return
        elif self._settles:
            opinion = {"accept": "upheld", "return": "upheld", "reject": "dismissed"}
            self._settle(opinion.get(command, ""))
        elif self._about:
            step = next((one for one in self.steps if one.command == command), None)
            if step is None and command == "return":
                step = next((one for one in self.steps if one.state == "returned"), None)
            if step is not None:
                self._want(step)
            else:
                self.status.say(
                    translate("DecisionBar", "Not possible where this finding stands now"),
                    lasting=False,
                )

    def undo(self) -> None:
        """Take one's last decision back, all that was decided with it."""
        if not self.session.deeds:
            self.status.say(translate("DecisionBar", "Nothing to undo"), lasting=False)
            return
        what = about_deed(self.session.deeds[0])
        undone = translate("DecisionBar", "Undone: {what}").format(what=what)
        title = translate("DecisionBar", "Undo: {what}").format(what=what)
        self.status.say(translate("DecisionBar", "Undoing…"))
        self.session.undo_last(
            lambda _events: self.status.say(undone, lasting=False),
            partial(self._failed, title, self.undo),
        )

    # What is shown

    def _start_anew(self) -> None:
        self._disarm()
        self.reason.set_text("")
        self.status.say("")
        self._show_deeds()
        self._turned()

    def _opened(self) -> None:
        self.failures.clear()
        self._start_anew()

    def _turned(self, _what: Any = None) -> None:
        about = [name for name in self.session.chosen if self.session.row(name) >= 0]
        if about != self._about:
            if self._armed is not None:
                self.reason.set_text("")
            self._disarm()
            self._about = about
        self._show()

    def _stands_anew(self, names: list[str]) -> None:
        if not names:
            self._show_unanswered()
        if not names or set(names) & set(self._about):
            self._show()

    def _show(self) -> None:
        offered = offer_for(self.session, self._about)
        self.steps, self._settles = list(offered.steps), offered.settles
        self.chip.show_word(offered.word, offered.kind)
        self.last.show_text(offered.text)
        self.offer(self.steps, self._settles)
        self._offer_reasons()
        self._enable()

    def _offer_reasons(self) -> None:
        """The list beside the line is about the decision that is most likely."""
        step = self._armed or (self.steps[0] if self.steps else None)
        if step is None:
            return
        row = self.session.row(self._about[0])
        table = self.session.table
        self.reason.offer(step.reasons, table.value(row, "cause"), table.value(row, "family"))
        usual = self._usual(step) if step.needs_reason else ""
        hint = translate("DecisionBar", "Reason, if one is needed")
        if usual:
            hint = f"{step.key}: {usual}" if step.key else usual
        self.reason.line.setPlaceholderText(hint)

    def _enable(self, _names: Sequence[str] = ()) -> None:
        saving = self.session.saving
        self.enable(not (saving and any(name in saving for name in self._about)))

    def _show_deeds(self) -> None:
        deeds = self.session.deeds
        self.show_undo(about_deed(deeds[0]) if deeds else "")

    def _show_unanswered(self) -> None:
        """What QGIS took along when it ended unexpectedly can be saved now."""
        session, why = self.session, translate("DecisionBar", "QGIS ended before it was saved.")
        if session.path is None or not session.ready:
            return
        for sent in left_over(session.path, session.person, session.standing):
            what = about_sent(session.table, session.row, sent)
            again = partial(self._send, sent, what)
            self.failures.add(Failure(what, why, again))

    # What is decided

    def _usual(self, step: Step) -> str:
        """The reason this person gave last for the same about the same rule."""
        if len(self._about) != 1:
            return ""
        row = self.session.row(self._about[0])
        return reasons.usual(step.reasons, self.session.table.value(row, "rule_id"))

    def _want(self, step: Step) -> None:
        """Decide, or ask for the reason first."""
        saving = self.session.saving
        if saving and any(name in saving for name in self._about):
            return
        if len(self._about) > 1:
            self._ask(BulkDialog(self.session, step, self._about, self.reason.text(), self))
            return
        given = self.reason.text()
        if step.needs_reason and not given:
            given = self._usual(step)
            if not given or self._armed is not None:
                self._arm(step)
                return
        self._decide(self._about[0], step, given)

    def _arm(self, step: Step) -> None:
        """Ask for the reason; Enter decides then."""
        if self._armed is None:
            self.note_focus()
        self._armed = step
        self.show_armed(step)
        self._offer_reasons()
        self.reason.set_text(self.reason.suggestion())
        self.reason.line.setFocus()
        self.reason.select_all()
        self.status.say(
            translate("DecisionBar", "{what}: why? Enter saves, Down shows more reasons").format(
                what=step.title
            )
        )

    def _disarm(self) -> None:
        if self._armed is not None:
            self.status.say("")
        self._armed = None
        self.show_armed(None)

    def _enter(self) -> None:
        step = self._armed
        if step is None:
            # A reason typed beforehand: the key that decides comes next.
            self.go_back()
        elif self.reason.text() and len(self._about) == 1:
            self._decide(self._about[0], step, self.reason.text())
            self.go_back()

    def _leave(self) -> None:
        if self._armed is not None:
            self.reason.set_text("")
        self._disarm()
        self.go_back()

    def _settle(self, opinion: str) -> None:
        if self._about:
            self._ask(SettleDialog(self.session, self._about[0], opinion, self))

    def _ask(self, dialog: QDialog) -> None:
        if self.dialog is not None:
            self.dialog.raise_()
            return
        self.dialog = dialog
        dialog.finished.connect(self._answered)
        dialog.open()

    def _answered(self, result: int) -> None:
        self.dialog = None
        if result == QDialog.DialogCode.Accepted:
            self.reason.set_text("")
            self._show_deeds()
            if self.session.deeds:
                saved = translate("DecisionBar", "Saved ✓ {what}")
                self.status.say(saved.format(what=about_deed(self.session.deeds[0])), lasting=False)

    def _decide(self, name: str, step: Step, reason: str) -> None:
        table = self.session.table
        reasons.remember(step.reasons, [table.value(self.session.row(name), "rule_id")], reason)
        self._disarm()
        self.reason.set_text("")
        who = (self.session.person, self.session.role)
        sent = Sent("", "", *who, (name,), step.state, step.opinion, reason)
        self._send(sent, about_sent(table, self.session.row, sent))

    def _send(self, sent: Sent, about: str) -> None:
        from ....checks.journal.lifecycle import Opinion, State

        session = self.session
        self.status.say(translate("DecisionBar", "Saving… {what}").format(what=about))
        saved = translate("DecisionBar", "Saved ✓ {what}").format(what=about)
        opinion = Opinion(sent.opinion) if sent.opinion else None

        def then(_events: Sequence[Any]) -> None:
            self.status.say(saved, lasting=False)

        failed = partial(self._failed, about, partial(self._send, sent, about))
        if sent.state:
            moved = (State(sent.state), sent.reason, opinion, sent.settles)
            session.decide(sent.findings, *moved, then=then, failed=failed)
        else:
            session.second_opinion(sent.findings[0], opinion, sent.reason, then, failed)

    def _failed(self, what: str, again: Callable[[], None], why: str, advice: str) -> None:
        self.status.say("")
        self.failures.add(Failure(what, f"{why} {advice}".strip(), again))
