"""Deciding about findings with mouse and keyboard, against a real file of findings."""

import shutil
import sqlite3
from pathlib import Path

import pytest

pytestmark = pytest.mark.gui

ROLES = {"王敏": "reviewer", "李强": "reviewer", "赵主任": "reviewer", "张伟": "surveyor"}


@pytest.fixture
def keys(qgis_app):
    from qgis.PyQt.QtTest import QTest

    return QTest


@pytest.fixture
def enter(qgis_app, keys):
    from qgis.PyQt.QtCore import Qt

    return lambda widget: keys.keyClick(widget, Qt.Key.Key_Return)


@pytest.fixture
def journal_of(until):
    """Reads the journal of a session's file with the product's own reader."""

    def read(session):
        from onemap_verify.checks.journal.reading import read_standing

        until(lambda: not session.busy, 20.0)
        return read_standing(session.path)

    return read


@pytest.fixture
def room(qgis_app, survey, tmp_path, monkeypatch, until, swallowed):
    """Makes sessions on one copy of the file, each with its bar and history in a window."""
    from qgis.core import QgsApplication
    from qgis.PyQt.QtCore import QEvent
    from qgis.PyQt.QtWidgets import QListWidget, QVBoxLayout, QWidget

    from onemap_verify.panels.review.decision_bar import DecisionBar
    from onemap_verify.panels.review.history_view import HistoryView
    from onemap_verify.panels.review.queue_reading import read_findings
    from onemap_verify.panels.review.session import ReviewSession
    from onemap_verify.services import settings

    monkeypatch.setenv("ONEMAP_AUDIT", str(tmp_path / "audit.db"))
    for one in vars(settings).values():
        if isinstance(one, settings.Setting):
            one.forget()
    path = tmp_path / "核查 findings.gpkg"
    shutil.copy(survey["findings"], path)
    made = []

    def make(person, role="", file=path):
        session = ReviewSession()
        window = QWidget()
        column = QVBoxLayout(window)
        window.session = session
        window.list = QListWidget()
        window.bar = DecisionBar(session)
        window.history = HistoryView(session)
        for widget in (window.list, window.bar, window.history):
            column.addWidget(widget)
        window.resize(420, 640)
        window.show()
        window.told = []
        session.told.connect(lambda text, level: window.told.append(text))
        session.set_person(person, role or ROLES.get(person, "reviewer"))
        session.open(Path(file), read_findings(Path(file)), {})
        until(lambda: session.ready)
        window.ids = session.table.columns["finding_id"]
        made.append(window)
        return window

    make.path = path
    yield make
    for window in made:
        window.session.shut_down()
        window.close()
        window.deleteLater()
    QgsApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def become(until):
    def become(window, person):
        window.session.set_person(person, ROLES.get(person, "reviewer"))
        until(lambda: window.session.ready)

    return become


def saved(until, window):
    until(lambda: not window.session.busy and not window.session.saving)


def said(window):
    """Every text that the widgets of a window show or tell."""
    from qgis.PyQt.QtWidgets import QAbstractButton, QLabel, QLineEdit, QTextBrowser, QWidget

    texts = []
    for widget in [window, *window.findChildren(QWidget)]:
        texts += [widget.toolTip(), widget.accessibleName(), widget.accessibleDescription()]
        if isinstance(widget, (QLabel, QAbstractButton, QLineEdit)):
            texts.append(widget.text())
        if isinstance(widget, QLineEdit):
            texts.append(widget.placeholderText())
        if isinstance(widget, QTextBrowser):
            texts.append(widget.toPlainText())
    return "\n".join(texts)


def test_a_finding_is_dismissed_with_one_key(room, until, journal_of):
    window = room("王敏")
    first = window.ids[0]
    window.session.set_current(first)
    assert window.bar.chip.text() == "Found"
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
    assert "Found → Returned" in text
    assert "Returned → Appealed" in text
    assert text.index("Appealed → Closed") < text.index("实地无重叠") < text.index("Found →")


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


def give_to_two(session, until, findings, first="王敏", second="李强"):
    from onemap_verify.checks.journal.assignments import assign

    session.write("", [], lambda journal: [assign(journal, "一批", first, findings)])
    session.write("", [], lambda journal: [assign(journal, "一批", second, findings, second=True)])
    until(lambda: not session.busy)
    session.reload()
    until(lambda: not session.busy)


def test_a_second_reader_sees_nothing_of_the_first(room, become, until, click, journal_of):
    window = room("赵主任", "administrator")
    both = window.ids[0]
    give_to_two(window.session, until, [both])
    window.session.set_current(both)
    become(window, "王敏")
    assert window.session.assigned == {both: "first"}
    assert list(window.bar.buttons) == ["accept", "reject", "doubtful"]
    window.bar.reason.set_text("甲的秘密理由")
    click(window.bar.buttons["accept"])
    saved(until, window)
    become(window, "李强")
    until(lambda: "Another reviewer" in window.history.text.toPlainText())
    assert window.session.assigned == {both: "second"}
    assert [button.text() for button in window.bar.buttons.values()] == [
        "Upheld",
        "Dismissed",
        "Doubtful",
    ]
    shown = said(window)
    for secret in ("甲的秘密理由", "王敏", "Returned", "returned"):
        assert secret not in shown, secret
    assert both not in window.session.standing
    window.bar.reason.set_text("乙的理由")
    click(window.bar.buttons["reject"])
    saved(until, window)
    # Now, and not before, it is told.
    assert window.bar.chip.text() == "Disputed"
    assert "王敏: Upheld" in window.bar.last.whole()
    until(lambda: "甲的秘密理由" in window.history.text.toPlainText())
    assert journal_of(window.session)[both].disputed


def test_a_third_person_settles(room, become, until, click, keys, journal_of):
    window = room("王敏")
    first = window.ids[0]
    window.session.set_current(first)
    window.bar.reason.set_text("属实，重叠")
    window.bar.run("accept")
    saved(until, window)
    become(window, "李强")
    from onemap_verify.checks.journal.lifecycle import Opinion

    window.session.second_opinion(first, Opinion.DISMISSED, "看不出重叠")
    saved(until, window)
    assert "settle" not in window.bar.buttons  # who differs does not settle
    become(window, "赵主任")
    click(window.bar.buttons["settle"])
    dialog = window.bar.dialog
    until(lambda: len(dialog.cards()) == 2)
    cards = "\n".join(dialog.cards())
    for text in ("王敏", "李强", "属实，重叠", "看不出重叠"):
        assert text in cards
    assert not dialog.confirm.isEnabled()
    dialog.opinions["dismissed"].click()
    assert not dialog.confirm.isEnabled()  # a settlement has a reason
    dialog.reason.set_text("影像清楚")
    click(dialog.confirm)
    until(lambda: window.bar.dialog is None)
    standing = journal_of(window.session)[first]
    assert (standing.state.value, standing.disputed, standing.who) == ("closed", False, "赵主任")
    assert window.bar.chip.text() == "Closed"


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


def test_two_sessions_on_one_file(room, until):
    one, other = room("王敏"), room("李强")
    for window in (one, other):
        window.session.set_current(one.ids[3])
    one.bar.run("reject")
    saved(until, one)
    assert other.bar.chip.text() == "Found"
    other.session.look_for_changes()
    until(lambda: other.bar.chip.text() == "Closed")
    # And both may write, one after the other, without losing anything.
    for number in range(10, 20):
        one.session.set_current(one.ids[number])
        one.bar.run("reject")
        other.session.set_current(one.ids[number + 20])
        other.bar.run("reject")
    saved(until, one)
    saved(until, other)
    one.session.reload()
    saved(until, one)
    assert len(one.session.standing) == 21


def test_what_is_written_when_the_window_closes_is_not_lost(room, until):
    from onemap_verify.checks.journal.lifecycle import Opinion, State
    from onemap_verify.checks.journal.reading import read_standing

    window = room("王敏")
    for name in window.ids[:12]:
        window.session.decide([name], State.CLOSED, "", Opinion.DISMISSED)
    window.session.shut_down()
    assert len(read_standing(room.path)) == 12


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
