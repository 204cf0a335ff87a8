"""Deciding about findings with mouse and keyboard, against a real file of findings."""

import sqlite3

import decision_windows
import pytest
from decision_windows import saved

pytestmark = pytest.mark.gui
become = decision_windows.become
enter = decision_windows.enter
journal_of = decision_windows.journal_of
keys = decision_windows.keys
room = decision_windows.room


def test_a_finding_is_dismissed_with_one_key(room, until, journal_of):
    window = room("王敏")
    first = window.ids[0]
    window.session.set_current(first)
    assert window.bar.chip.text() == "To decide"
    assert list(window.bar.buttons) == ["accept", "reject", "doubtful", "exception"]
    window.bar.run("reject")
    assert "Saving…" in window.bar.status.text()
    assert not window.bar.buttons["reject"].isEnabled()
    saved(until, window)
    assert "Saved ✓" in window.bar.status.text()
    assert window.bar.chip.text() == "Closed"
    standing = journal_of(window.session)[first]
    assert (standing.state.value, standing.opinion.value, standing.who) == (
        "closed",
        "dismissed",
        "王敏",
    )


def test_a_required_reason_is_asked_for_inline(room, until, click, enter, journal_of):
    window = room("王敏")
    bar, first = window.bar, window.ids[0]
    window.list.setFocus()
    window.session.set_current(first)
    bar.run("accept")
    assert bar.reason.line.hasFocus()
    assert bar.buttons["accept"].armed
    # Nothing is decided before there is a reason.
    bar.reason.set_text("")
    enter(bar.reason.line)
    assert journal_of(window.session) == {}
    bar.reason.set_text("重叠，请修正 fix it")
    enter(bar.reason.line)
    saved(until, window)
    assert window.list.hasFocus()
    assert bar.reason.text() == ""
    standing = journal_of(window.session)[first]
    assert (standing.state.value, standing.reason) == ("returned", "重叠，请修正 fix it")


def test_the_same_reason_for_the_same_rule_is_one_key(room, until, enter, journal_of):
    window = room("王敏")
    bar, names = window.bar, window.ids
    window.session.set_current(names[0])
    bar.run("accept")
    assert bar.reason.text() == "Topology error; mend and deliver again."
    enter(bar.reason.line)
    saved(until, window)
    window.session.set_current(names[2])  # the same rule
    assert bar.reason.line.placeholderText() == "A: Topology error; mend and deliver again."
    bar.run("accept")
    saved(until, window)
    window.session.set_current(names[1])  # another rule
    bar.run("accept")
    assert bar.buttons["accept"].armed
    now = journal_of(window.session)
    assert {now[names[0]].reason, now[names[2]].reason} == {
        "Topology error; mend and deliver again."
    }
    assert names[1] not in now


def test_escape_gives_up(room, keys, journal_of):
    from qgis.PyQt.QtCore import Qt

    window = room("王敏")
    window.list.setFocus()
    window.session.set_current(window.ids[0])
    window.bar.run("exception")
    keys.keyClick(window.bar.reason.line, Qt.Key.Key_Escape)
    assert window.list.hasFocus()
    assert not window.bar.buttons["exception"].armed
    assert journal_of(window.session) == {}


def test_letters_in_the_reason_are_text(room, keys, journal_of):
    window = room("王敏")
    window.session.set_current(window.ids[0])
    window.bar.reason.line.setFocus()
    keys.keyClicks(window.bar.reason.line, "Area read here")
    assert window.bar.reason.text() == "Area read here"
    assert journal_of(window.session) == {}


def test_only_what_is_allowed_is_offered(room, become, until, click):
    window = room("张伟")
    window.session.set_current(window.ids[0])
    assert list(window.bar.buttons) == ["accept"]
    assert window.bar.buttons["accept"].text() == "Corrected"
    click(window.bar.buttons["accept"])
    saved(until, window)
    become(window, "王敏")
    texts = [button.text() for button in window.bar.buttons.values()]
    assert texts == ["Mended: close", "Not mended", "Rechecked"]
    window.bar.run("exception")
    assert "Not possible" in window.bar.status.text()


def test_an_appeal_goes_round(room, become, until, enter, journal_of):
    window = room("王敏")
    first = window.ids[0]
    window.session.set_current(first)
    window.bar.reason.set_text("重叠")
    window.bar.run("accept")
    saved(until, window)
    become(window, "张伟")
    window.bar.run("reject")
    window.bar.reason.set_text("实地无重叠")
    enter(window.bar.reason.line)
    saved(until, window)
    become(window, "王敏")
    assert window.bar.chip.text() == "Appealed"
    assert "实地无重叠" in window.bar.last.whole()
    window.bar.run("reject")
    saved(until, window)
    assert journal_of(window.session)[first].state.value == "closed"
    until(lambda: len(window.history.lines) == 3)
    assert [line.state for line in window.history.lines] == ["returned", "appealed", "closed"]
    text = window.history.text.toPlainText()
    assert "To decide → Returned" in text
    assert "Returned → Appealed" in text
    assert text.index("Appealed → Closed") < text.index("实地无重叠") < text.index("To decide →")


def test_undo_names_what_it_takes_back(room, until, click, journal_of):
    window = room("王敏")
    window.session.set_current(window.ids[0])
    assert not window.bar.undo_action.isEnabled()
    window.bar.run("reject")
    saved(until, window)
    assert "Closed" in window.bar.undo_action.toolTip()
    click(window.bar.undo_button)
    saved(until, window)
    assert journal_of(window.session) == {}
    assert "Undone: Closed" in window.bar.status.text()
    until(lambda: [line.undone for line in window.history.lines] == [True, False])
    html = window.history.text.toHtml()
    assert "line-through" in html


def test_many_at_once_all_or_none(room, until, click, enter, journal_of):
    window = room("王敏")
    chosen = list(window.ids[:37])
    window.session.set_selection(chosen)
    assert window.bar.chip.text() == "37 selected"
    window.bar.run("accept")
    dialog = window.bar.dialog
    assert dialog.confirm.text() == "Return 37 Findings"
    assert not dialog.confirm.isEnabled()  # without a reason
    assert dialog.preview.model().rowCount() == 37
    rules = dialog.summary.topLevelItem(0)
    told = {rules.child(i).text(0): rules.child(i).text(1) for i in range(rules.childCount())}
    assert told == {"TOP-OVERLAP": "19", "L21": "18"}
    dialog.reason.set_text("批量退回")
    # Meanwhile somebody else closes one of them: none must be decided then.
    other = room("赵主任")
    other.session.set_current(chosen[5])
    other.bar.run("reject")
    saved(until, other)
    from onemap_verify.checks.journal.lifecycle import State

    other.session.decide([chosen[5]], State.UNDER_REVIEW)
    other.session.decide([chosen[5]], State.RETURNED, "x")
    saved(until, other)
    click(dialog.confirm)
    until(lambda: "Nothing was saved" in dialog.told.text())
    assert dialog.reason.text() == "批量退回"
    assert set(journal_of(window.session)) == {chosen[5]}
    dialog.reject()
    window.session.set_selection([name for name in chosen if name != chosen[5]])
    window.bar.run("accept")
    dialog = window.bar.dialog
    dialog.reason.set_text("批量退回")
    enter(dialog.reason.line)
    until(lambda: window.bar.dialog is None)
    now = journal_of(window.session)
    assert len(now) == 37
    assert sum(one.reason == "批量退回" for one in now.values()) == 36
    # And undone as one, named as what it was.
    assert "36 findings" in window.bar.undo_action.toolTip()
    window.bar.run("undo")
    saved(until, window)
    assert set(journal_of(window.session)) == {chosen[5]}


def test_what_cannot_be_saved_is_kept_and_tried_again(room, until, click, journal_of, monkeypatch):
    from onemap_verify.checks.journal import storage

    window = room("王敏")
    first = window.ids[0]
    window.session.set_current(first)
    window.bar.run("reject")
    saved(until, window)
    defaults = storage.JournalFile.__init__.__defaults__
    monkeypatch.setattr(
        storage.JournalFile.__init__,
        "__defaults__",
        tuple(0.3 if value == storage.PATIENCE else value for value in defaults),
    )
    second = window.ids[1]
    window.session.set_current(second)
    blocker = sqlite3.connect(room.path, isolation_level=None)
    blocker.execute("BEGIN EXCLUSIVE")
    window.bar.reason.set_text("写了很久的理由")
    window.bar.run("exception")
    until(lambda: window.bar.failures.isVisible())
    told = window.bar.failures.text.text()
    assert "Not saved" in told
    assert "locked by another program" in told
    assert not window.session.saving
    blocker.execute("ROLLBACK")
    blocker.close()
    click(window.bar.failures.again)
    until(lambda: second in journal_of(window.session))
    assert journal_of(window.session)[second].reason == "写了很久的理由"
    assert not window.bar.failures.isVisible()


def test_nobody_decides_without_a_name(room, until, click, journal_of):
    window = room("王敏")
    window.session.set_person("", "reviewer")
    until(lambda: window.session.ready)
    window.session.set_current(window.ids[0])
    window.bar.run("reject")
    assert "Say first who you are" in window.bar.failures.text.text()
    window.session.set_person("王敏", "reviewer")
    until(lambda: window.session.ready)
    click(window.bar.failures.again)
    saved(until, window)
    assert window.ids[0] in journal_of(window.session)


def test_everything_has_a_name_and_can_be_reached_by_tab(room, keys):
    from qgis.PyQt.QtCore import Qt
    from qgis.PyQt.QtWidgets import QApplication

    window = room("王敏")
    window.session.set_current(window.ids[0])
    window.activateWindow()
    window.list.setFocus()
    reached = []
    for _ in range(14):
        keys.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Tab)
        reached.append(QApplication.focusWidget())
    bar = window.bar
    for widget in (bar.reason.line, *bar.buttons.values(), window.history.text):
        assert widget in reached, widget.accessibleName()
        assert widget.accessibleName()
