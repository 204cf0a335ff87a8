"""The queue of the review, used by keys and mouse around a real canvas and a real journal."""

import shutil
from pathlib import Path

import pytest
import small_survey

pytestmark = pytest.mark.gui


@pytest.fixture
def press(qgis_app):
    from qgis.PyQt.QtTest import QTest

    return QTest.keyClick


@pytest.fixture
def queue(onemap_provider, new_window, survey, tmp_path, swallowed, until):
    """A queue with the findings of a small survey, in a window with a canvas."""
    from qgis.core import QgsApplication, QgsProject
    from qgis.PyQt.QtCore import QEvent, Qt
    from qgis.PyQt.QtWidgets import QDockWidget

    from onemap_verify.panels.review.queue_order import by_minutes
    from onemap_verify.panels.review.queue_page import QueuePage
    from onemap_verify.panels.review.queue_reading import read_findings
    from onemap_verify.panels.review.session import ReviewSession
    from onemap_verify.services import settings

    for one in vars(settings).values():
        if isinstance(one, settings.Setting):
            one.forget()
    QgsProject.instance().clear()
    path = tmp_path / "findings.gpkg"
    shutil.copyfile(survey["findings"], path)
    window = new_window()
    session = ReviewSession()
    session.set_person("me", "reviewer")
    page = QueuePage(session, window.mapCanvas())
    dock = QDockWidget()
    dock.setWidget(page)
    window.window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
    window.window.show()
    table = read_findings(path)
    table.minutes = by_minutes(table, "")
    session.open(path, table, {})
    until(lambda: not session._worker.busy and not page.presenter._worker.busy, 10.0)
    page.set_order("worst")
    page.window_of_test = window
    yield page
    page.shut_down()
    session.shut_down()
    window.window.close()
    window.window.deleteLater()
    QgsApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    for one in (settings.SAVED_FILTERS, settings.STARTING_FILTER):
        one.forget()


def number(page):
    """Number of the current finding, as its object says."""
    row = page.row()
    return int(page.presenter.table.value(row, "object_id")[-6:]) if row >= 0 else -1


def name_of(page, number):
    """Id of the finding of an object."""
    objects = page.presenter.table.columns["object_id"]
    return page.presenter.table.value(objects.index(f"511402211000{number:06d}"), "finding_id")


def wanted(**told):
    from onemap_verify.panels.review.queue_filters import Wanted

    return Wanted(**told)


def decide(page, until, *numbers, state="returned", opinion="upheld"):
    from onemap_verify.checks.journal.lifecycle import Opinion, State

    names = [name_of(page, each) for each in numbers]
    page.session.decide(names, State(state), "因", Opinion(opinion))
    until(lambda: all(name in page.session.standing for name in names), 10.0)


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
    from onemap_verify.panels.review.queue_view import COMMANDS

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


def test_chips_take_filters_away(queue):
    queue.set_wanted(wanted(family=("area", "topology"), waiting=True))
    texts = [button.text() for button in queue.widgets.chips.buttons]
    assert texts == ["Topology  ✕", "Area  ✕", "Still to decide  ✕", "Clear all"] or texts == [
        "Area  ✕",
        "Topology  ✕",
        "Still to decide  ✕",
        "Clear all",
    ]
    queue.widgets.chips.buttons[0].click()
    assert queue.model.found == 30
    queue.widgets.chips.buttons[-1].click()
    assert queue.model.found == 60
    assert queue.widgets.chips.isHidden()
    assert queue.widgets.filters.text() == "Filters"


def test_boxes_say_what_each_value_would_show(queue, until):
    decide(queue, until, 58, 57)
    queue.widgets.filters.click()
    panel = queue.widgets.panel

    def items(name):
        box = panel.boxes[name]
        return [box.itemText(place) for place in range(box.count())]

    assert items("state") == ["To decide (58)", "Returned (2)"]
    panel.boxes["state"].setCheckedItems(["Returned (2)"])
    assert queue.model.found == 2
    assert items("family") == ["Topology (1)", "Area (1)"]
    assert items("state") == ["To decide (58)", "Returned (2)"]
    # The file of the test has no villages, and says why they cannot be chosen.
    assert not panel.boxes["village"].isEnabled()
    assert "earlier version" in panel.boxes["village"].toolTip()
    assert not panel.switches["new"].isEnabled()


def test_the_list_follows_the_map_but_not_its_own_moves(queue, until):
    from qgis.core import QgsRectangle
    from qgis.PyQt.QtTest import QTest

    canvas = queue.window_of_test.mapCanvas()

    def look_at(first, last):
        west = small_survey.WEST
        canvas.setExtent(
            QgsRectangle(west + 10 * first, small_survey.SOUTH, west + 10 * last + 8, 3_900_008)
        )

    look_at(0, 59)
    queue.set_wanted(wanted(extent=(0.0, 0.0, 0.0, 0.0)))
    assert queue.model.found == 54
    queue.chosen.connect(lambda _: look_at(20, 21))
    queue.move(1)
    until(lambda: canvas.extent().width() < 2000, 2.0)
    QTest.qWait(400)
    assert queue.model.found == 54
    # The person moves the map: now the list follows.
    look_at(-100_000, -90_000)
    until(lambda: queue.model.found == 0, 2.0)
    assert [button.text() for button in queue.widgets.chips.buttons] == ["In the map  ✕"]


def test_the_extent_is_brought_into_the_findings_crs(queue, until):
    from qgis.core import (
        QgsCoordinateReferenceSystem,
        QgsCoordinateTransform,
        QgsProject,
        QgsRectangle,
    )

    canvas = queue.window_of_test.mapCanvas()
    geographic = QgsCoordinateReferenceSystem("EPSG:4490")
    own = QgsCoordinateReferenceSystem(f"EPSG:{small_survey.EPSG}")
    box = QgsRectangle(
        small_survey.WEST - 500, small_survey.SOUTH - 500, small_survey.WEST + 45, 3_900_500
    )
    to = QgsCoordinateTransform(own, geographic, QgsProject.instance())
    canvas.setDestinationCrs(geographic)
    canvas.setExtent(to.transformBoundingBox(box))
    west, south, east, north = queue.map.box(queue.presenter.table.places)
    # The canvas shows at least what it is given, in its own proportions.
    assert west <= small_survey.WEST - 490
    assert small_survey.WEST < east < small_survey.WEST + 5000
    assert south < small_survey.SOUTH < north


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


def test_filters_are_saved_chosen_and_deleted(queue):
    from onemap_verify.panels.review import saved_filters
    from onemap_verify.services import settings

    menu = queue.widgets.saved
    menu.fill()
    names = [action.text() for action in menu.actions() if action.text()]
    assert names[:3] == ["Accusations not decided", "Photos and tracks", "Disputed"]
    menu.actions()[0].trigger()
    assert queue.presenter.wanted == wanted(verdict=("inconsistent",), waiting=True)
    assert queue.model.found == 30
    queue.set_wanted(wanted(family=("area",), text="000043"))
    assert saved_filters.save("  名 'x'  ", queue.presenter.wanted)
    assert not saved_filters.save("   ", queue.presenter.wanted)
    queue.set_wanted(wanted())
    menu.fill()
    (own,) = [action for action in menu.actions() if action.text() == "名 'x'"]
    own.trigger()
    assert queue.model.found == 1
    assert queue.search.text() == "000043"
    menu.fill()
    (start,) = [action for action in menu.actions() if action.text() == "Use at the Start"]
    start.trigger()
    assert saved_filters.starting() == wanted(family=("area",), text="000043")
    queue.set_wanted(wanted())
    queue.session.open(queue.session.path, queue.session.table, {})
    assert queue.model.found == 1
    menu.fill()
    (delete,) = [action for action in menu.actions() if action.text() == "Delete"]
    delete.trigger()
    assert saved_filters.own() == []
    assert saved_filters.starting() == wanted()
    settings.SAVED_FILTERS.set([1, {"name": ""}, {"name": 3}, {"name": "a", "filter": "x"}])
    assert [(one.name, one.wanted) for one in saved_filters.own()] == [("a", wanted())]


def test_help_lists_the_keys_and_goes_with_any(queue, press):
    from qgis.PyQt.QtCore import Qt

    queue.view.setFocus()
    press(queue.view, Qt.Key.Key_Question, Qt.KeyboardModifier.ShiftModifier)
    assert queue.widgets.help.isVisible()
    assert queue.rect().contains(queue.widgets.help.geometry())
    press(queue.widgets.help, Qt.Key.Key_J)
    assert not queue.widgets.help.isVisible()
    assert queue.row() == -1


def test_every_key_that_is_explained_does_something():
    from onemap_verify.panels.review.queue_help import keys
    from onemap_verify.panels.review.queue_view import COMMANDS, MOVES

    told = {part for each, _ in keys() for part in each.split()}
    assert {*COMMANDS, *MOVES} <= told


def test_typing_looks_in_another_thread_and_only_the_last_word_counts(queue, until, monkeypatch):
    from onemap_verify.panels.review import queue_presenter

    monkeypatch.setattr(queue_presenter, "_AT_ONCE", 10)
    shown = []
    queue.presenter.arranged.connect(lambda: shown.append(queue.model.found))
    for text in ("0", "00004", "000043"):
        queue.search.setText(text)
        queue.filtering.search_now()
        assert queue.presenter.pending
    until(lambda: not queue.presenter.pending, 5.0)
    assert shown == [1]
    queue.search.setText("")
    queue.filtering.search_now()
    assert queue.model.found == 60


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
    from onemap_verify.panels.review import queue_presenter

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
