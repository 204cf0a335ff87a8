"""The queue of the review, used by keys and mouse around a real canvas and a real journal."""

from pathlib import Path

import pytest
from queue_fixture import decide, name_of, number, wanted

pytestmark = pytest.mark.gui


def test_keys_move_through_the_list(queue, press, until):
    from qgis.PyQt.QtCore import Qt

    seen = []
    queue.session.current_changed.connect(seen.append)
    view = queue.view
    view.setFocus()
    for key, there in (
        (Qt.Key.Key_J, 58),
        (Qt.Key.Key_Down, 56),
        (Qt.Key.Key_J, 54),
        (Qt.Key.Key_K, 56),
        (Qt.Key.Key_Up, 58),
        (Qt.Key.Key_K, 58),
        (Qt.Key.Key_End, 1),
        (Qt.Key.Key_J, 1),
        (Qt.Key.Key_Home, 58),
    ):
        press(view, key)
        assert number(queue) == there
    until(lambda: queue.session.current == name_of(queue, 58), 2.0)
    # A row of keys is told when it ends, not key by key.
    assert len(seen) < 9


@pytest.mark.parametrize("key", ["A", "R", "D", "T", "E", "U", "P", "Z", "B"])
def test_letters_say_what_to_do_with_the_current_finding(queue, press, key):
    from qgis.PyQt.QtCore import Qt

    words = []
    current = []
    queue.command.connect(words.append)
    queue.command.connect(lambda _: current.append(queue.session.current))
    queue.view.setFocus()
    press(queue.view, Qt.Key.Key_J)
    press(queue.view, Qt.Key.Key_J)
    press(queue.view, getattr(Qt.Key, f"Key_{key}"))
    from onemap_verify.panels.review.queue.view import COMMANDS

    assert words == [COMMANDS[key]]
    # However fast the keys come, the command is about what is highlighted.
    assert current == [name_of(queue, 56)]
    assert queue.session.selection == [name_of(queue, 56)]


def test_letters_are_letters_while_one_types(queue, press):
    from qgis.PyQt.QtCore import Qt
    from qgis.PyQt.QtTest import QTest

    words = []
    queue.command.connect(words.append)
    queue.view.setFocus()
    press(queue.view, Qt.Key.Key_Slash)
    assert queue.search.hasFocus() or queue.search.focusProxy() is not None
    QTest.keyClicks(queue.search, "area jkfg")
    assert words == []
    assert queue.search.text() == "area jkfg"
    assert queue.model.grouping == "none"


def test_shortcuts_of_the_program_do_not_win_over_the_list(queue):
    from qgis.PyQt.QtCore import QEvent, Qt
    from qgis.PyQt.QtGui import QKeyEvent
    from qgis.PyQt.QtWidgets import QApplication

    def overridden(key, text, modifiers=Qt.KeyboardModifier.NoModifier):
        event = QKeyEvent(QEvent.Type.ShortcutOverride, key, modifiers, text)
        event.ignore()
        QApplication.sendEvent(queue.view, event)
        return event.isAccepted()

    assert overridden(Qt.Key.Key_A, "a")
    assert overridden(Qt.Key.Key_Question, "？", Qt.KeyboardModifier.ShiftModifier)
    assert not overridden(Qt.Key.Key_S, "\x13", Qt.KeyboardModifier.ControlModifier)
    # A Chinese input method must not take letters for pinyin.
    assert not queue.view.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)


def test_after_a_decision_the_next_one_comes(queue, press, until):
    from qgis.PyQt.QtCore import Qt

    queue.view.setFocus()
    press(queue.view, Qt.Key.Key_J)
    decide(queue, until, 56)
    assert number(queue) == 58  # another's decision moves nobody
    decide(queue, until, 58)
    assert number(queue) == 54  # 56 is decided already
    assert queue.widgets.count.text() == "60 / 60 · 2 decided"
    assert queue.delegate.state_of(queue.session.row(name_of(queue, 58))) == "↩ Returned"
    assert queue.delegate.state_of(queue.row()) == ""
    assert (queue.widgets.progress.value(), queue.widgets.progress.maximum()) == (2, 60)


def test_what_is_decided_leaves_a_queue_of_what_is_not(queue, press, until):
    from qgis.PyQt.QtCore import Qt

    queue.set_wanted(wanted(waiting=True, family=("topology",)))
    assert queue.model.found == 30
    queue.view.setFocus()
    press(queue.view, Qt.Key.Key_J)
    press(queue.view, Qt.Key.Key_J)
    assert number(queue) == 56
    decide(queue, until, 56, state="closed", opinion="dismissed")
    assert queue.model.found == 29
    assert number(queue) == 54
    until(lambda: queue.session.current == name_of(queue, 54), 2.0)
    # Undone, it comes back, and the person stays where they are.
    event = queue.session.standing[name_of(queue, 56)].event_id
    queue.session.undo(event, name_of(queue, 56))
    until(lambda: queue.model.found == 30, 10.0)
    assert number(queue) == 54


def test_the_last_one_is_followed_by_the_first_that_waits(queue, press, until):
    from qgis.PyQt.QtCore import Qt

    queue.view.setFocus()
    press(queue.view, Qt.Key.Key_End)
    decide(queue, until, 1)
    assert number(queue) == 58


def test_many_are_chosen_at_once(queue, press, until):
    from qgis.PyQt.QtCore import Qt

    queue.set_wanted(wanted(family=("area",)))
    queue.view.setFocus()
    press(queue.view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(queue.session.selection) == 30
    assert queue.widgets.count.text() == "30 / 60 · 30 chosen"
    # Other filters leave no one chosen who cannot be seen.
    queue.set_wanted(wanted(family=("topology",)))
    assert queue.session.selection == []
    assert queue.session.current == ""


def test_a_heading_stands_for_its_findings(queue, press):
    from qgis.PyQt.QtCore import Qt

    queue.view.setFocus()
    press(queue.view, Qt.Key.Key_G)
    assert queue.model.grouping == "parcel"
    press(queue.view, Qt.Key.Key_G)
    assert queue.model.grouping == "rule"
    assert queue.model.rowCount() == 2
    queue.view.make_current(1)
    assert len(queue.session.selection) == 30
    press(queue.view, Qt.Key.Key_Right)
    assert queue.model.rowCount() == 32
    press(queue.view, Qt.Key.Key_J)
    assert number(queue) == 59
    press(queue.view, Qt.Key.Key_K)
    # Upwards lies the closed heading of the others: its last finding.
    assert number(queue) == 0
    press(queue.view, Qt.Key.Key_Left)
    assert queue.view.line() == 0
    assert queue.model.rowCount() == 32
    press(queue.view, Qt.Key.Key_Return)
    assert queue.model.rowCount() == 62
    press(queue.view, Qt.Key.Key_G)
    assert queue.model.rowCount() == 60


def test_the_layer_tree_is_left_alone(desk, survey, until, press):
    """Opening adds the results once; the queue itself touches no layer and no selection."""
    from qgis.core import QgsProject, QgsVectorLayer
    from qgis.PyQt.QtCore import Qt

    desk.presenter.open_results(Path(survey["findings"]))
    until(lambda: len(desk.presenter.table))
    desk.tabs.setCurrentIndex(2)
    project = QgsProject.instance()
    own = QgsVectorLayer(survey["package"], "mine", "ogr")
    project.addMapLayer(own)
    own.selectByIds([1, 2])
    canvas = desk.window_of_test.mapCanvas()
    canvas.setCurrentLayer(own)

    def state():
        root = project.layerTreeRoot()
        return (
            [layer.layerId() for layer in root.findLayers()],
            [layer.isVisible() for layer in root.findLayers()],
            [sorted(layer.selectedFeatureIds()) for layer in project.mapLayers().values()],
            canvas.currentLayer().id(),
            [layer.subsetString() for layer in project.mapLayers().values()],
            project.isDirty(),
        )

    project.setDirty(False)
    before = state()
    page = desk.findings
    page.view.setFocus()
    for key in (Qt.Key.Key_J, Qt.Key.Key_J, Qt.Key.Key_Return, Qt.Key.Key_G, Qt.Key.Key_Z):
        press(page.view, key)
    page.set_wanted(wanted(family=("area",), extent=(0.0, 0.0, 0.0, 0.0)))
    page.move(1)
    until(lambda: page.session.current != "", 3.0)
    press(page.view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert state() == before


def test_help_lists_the_keys_and_goes_with_any(queue, press):
    from qgis.PyQt.QtCore import Qt

    queue.view.setFocus()
    press(queue.view, Qt.Key.Key_Question, Qt.KeyboardModifier.ShiftModifier)
    assert queue.widgets.help.isVisible()
    screen = queue.screen().availableGeometry()
    assert screen.contains(queue.widgets.help.geometry())
    press(queue.widgets.help, Qt.Key.Key_J)
    assert not queue.widgets.help.isVisible()
    assert queue.row() == -1


def test_every_key_that_is_explained_does_something():
    from onemap_verify.panels.review.queue.help import keys
    from onemap_verify.panels.review.queue.view import COMMANDS, MOVES

    told = {part for each, _ in keys() for part in each.split()}
    assert {*COMMANDS, *MOVES} <= told


def test_the_order_that_was_learned_comes_before_one_begins(queue, until):
    from onemap_verify.checks.journal.lifecycle import Opinion, State

    page = queue
    page.set_order("minutes")
    names = [name_of(page, each) for each in range(8)]
    for name in names:
        page.session.decide([name], State.RETURNED, "因", Opinion.UPHELD)
    until(lambda: len(page.session.standing) == 8, 20.0)
    before = page.presenter.table.minutes
    page.presenter.learn_pace(page.session.path, "me", lambda: True)
    until(lambda: not page.presenter._worker.busy, 5.0)
    # Decisions within a second of each other say nothing of the time: the order is the same.
    assert page.presenter.table.minutes is not before
    assert page.presenter.table.minutes.tolist() == before.tolist()
    kept = page.presenter.table.minutes
    page.presenter.learn_pace(page.session.path, "me", lambda: False)
    until(lambda: not page.presenter._worker.busy, 5.0)
    assert page.presenter.table.minutes is kept


@pytest.mark.parametrize("count", [0, 1])
def test_many_standings_are_gone_through_in_another_thread(queue, until, monkeypatch, count):
    from onemap_verify.panels.review.queue import presenter as queue_presenter

    monkeypatch.setattr(queue_presenter, "_AT_ONCE_STANDING", count)
    decide(queue, until, 1, 3, 5)
    queue.session.reload()
    until(lambda: queue.presenter.decided() == (3, 60), 10.0)
    assert queue.presenter.is_waiting(queue.session.row(name_of(queue, 7)))
    assert not queue.presenter.is_waiting(queue.session.row(name_of(queue, 5)))


def test_another_view_leads_the_queue(queue, until):
    queue.set_grouping("rule")
    queue.session.set_current(name_of(queue, 21))
    assert number(queue) == 21
    queue.set_wanted(wanted(family=("topology",)))
    queue.session.set_current(name_of(queue, 23))
    assert number(queue) == -1


def test_it_fits_a_narrow_dock(queue):
    queue.widgets.filters.click()
    assert queue.minimumSizeHint().width() <= 400
