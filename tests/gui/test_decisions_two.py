"""Two people and one finding: blind, in dispute, settled; and two programs on one file."""

import decision_windows
import pytest
from decision_windows import said, saved

pytestmark = pytest.mark.gui
become = decision_windows.become
journal_of = decision_windows.journal_of
keys = decision_windows.keys
room = decision_windows.room


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


def test_two_sessions_on_one_file(room, until):
    one, other = room("王敏"), room("李强")
    for window in (one, other):
        window.session.set_current(one.ids[3])
    one.bar.run("reject")
    saved(until, one)
    assert other.bar.chip.text() == "To decide"
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


def test_what_a_crash_took_along_is_shown_and_saved(room, until, click, journal_of):
    from onemap_verify.services import settings

    window = room("王敏")
    first, second = window.ids[:2]
    kept = []
    # As if the program ended between sending and writing.
    window.session._worker.put = kept.append
    window.session.set_current(first)
    window.bar.run("reject")
    window.session.set_current(second)
    window.bar.reason.set_text("写了很久的理由")
    window.bar.run("accept")
    assert len(settings.UNANSWERED.get()) == 2
    window.session.shut_down()
    # One of them reached the disk nevertheless, only nobody heard of it.
    kept[0].work()
    other = room("王敏")
    until(lambda: other.bar.failures.isVisible())
    assert len(other.bar.failures) == 1
    assert "QGIS ended before it was saved" in other.bar.failures.text.text()
    assert settings.UNANSWERED.get() == []
    click(other.bar.failures.again)
    saved(until, other)
    now = journal_of(other.session)
    assert (now[second].state.value, now[second].reason) == ("returned", "写了很久的理由")
    assert now[first].state.value == "closed"
    assert settings.UNANSWERED.get() == []
